/* reorder.h - new numbers for passages, by which similar documents stand near each other in posting lists. */
#ifndef FT_REORDER_H
#define FT_REORDER_H

#include "pool.h"
#include "seglists.h"

/* The new number of each passage, to be freed with ft_free. The lists give passages their numbers by arrival, below
 * starts[n_docs]; document d holds starts[d] up to starts[d + 1], and its passages stay together in their order. The
 * result depends on lists and documents alone. `lists` is read from the beginning; the pool's jobs must all be taken.
 *
 * It takes 4 bytes for each posting of the terms used (forward.h), 44 a document and 8 a passage, whatever the memory
 * budget: with less the numbers would be others. */
ft_status ft_reorder(ft_seglists *lists, size_t n_lists, const uint32_t *starts, uint32_t n_docs, ft_pool *pool,
                     const volatile int *cancel, uint32_t **numbers, ft_error *err);

#endif
