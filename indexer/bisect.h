/* bisect.h - an order of documents in which those that share terms stand near each other: recursive graph bisection
 * (Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev and Shalita, KDD 2016), each half chosen at once by a threshold
 * (Mackenzie, Petri and Moffat, SIGIR 2021). */
#ifndef FT_BISECT_H
#define FT_BISECT_H

#include "forward.h"
#include "pool.h"

/* Fills order[f->n_docs] with the documents in their new order. It depends on f alone, and not on the pool, whose jobs
 * must all be taken. Takes 24 bytes a document, and 16 a term for each worker. FT_ECANCELED once *cancel (may be NULL)
 * is not zero. */
ft_status ft_bisect(const ft_forward *f, ft_pool *pool, const volatile int *cancel, uint32_t *order, ft_error *err);

#endif
