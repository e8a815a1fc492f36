/* seed.h - a threshold to begin with. For a query that any one term matches, the k-th best score of any passages, even
 * if it counts only some of the terms, is a lower bound of the k-th best score of all; those in a few blocks of the
 * highest bounds give a good one at little cost. */
#ifndef FT_SEED_H
#define FT_SEED_H

#include "plan.h"

/* A score that at least k live passages reach; 0 if none is known. 0 too for queries that no single term matches.
 * What was taken of scratch is ended, before and after. */
ft_status ft_seed_threshold(const ft_plan *plan, uint64_t k, ft_arena *scratch, uint32_t *out, ft_error *err);

#endif
