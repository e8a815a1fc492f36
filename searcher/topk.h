/* topk.h - the k best of a stream of matches: a heap whose root is the worst kept. Matches come in index order, so of
 * equal scores the earlier one is better and a later one never displaces it. */
#ifndef FT_TOPK_H
#define FT_TOPK_H

#include "status.h"

typedef struct ft_scored {
    uint32_t score;
    uint32_t leaf;     /* segment number */
    uint32_t passage;
} ft_scored;

typedef struct ft_topk {
    ft_scored *heap;   /* owned */
    size_t n, cap;
    uint64_t k;
    bool failed;       /* out of memory */
} ft_topk;

void ft_topk_init(ft_topk *t, uint64_t k);
void ft_topk_release(ft_topk *t);

/* A match must score more than this to get in; -1 while there is room. */
static inline int64_t ft_topk_threshold(const ft_topk *t)
{
    return t->k == 0 ? INT64_MAX : t->n < t->k ? -1 : (int64_t)t->heap[0].score;
}

void ft_topk_offer(ft_topk *t, ft_scored match);

/* Sorts what was kept, best first; nothing may be offered afterwards. */
void ft_topk_sort(ft_topk *t);

#endif
