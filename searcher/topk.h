/* topk.h - the k best of a stream of matches. Matches come in index order, so of equal scores the earlier one is better
 * and a later one never displaces it. */
#ifndef FT_TOPK_H
#define FT_TOPK_H

#include "hashsort.h"
#include "status.h"

typedef struct ft_scored {
    uint32_t score;
    uint32_t leaf;     /* segment number */
    uint32_t passage;
} ft_scored;

/* A match is kept as an item that sorts upwards to "best first": the bits of its score turned over, leaf, passage. */
typedef struct ft_topk {
    ft_hashed *items;   /* of a small k sorted; else in the order they came, and more than k of them; owned */
    size_t n, cap;
    size_t full;        /* at so many items all but the k best are dropped */
    uint32_t *scores;   /* scratch of the selection; owned */
    size_t cap_scores;
    uint64_t k;
    int64_t threshold;
    bool failed;        /* out of memory */
} ft_topk;

void ft_topk_init(ft_topk *t, uint64_t k);
void ft_topk_release(ft_topk *t);

/* A match must score more than this to get in: never more than the k-th best score so far, though it may be less. -1
 * when nothing is known. */
static inline int64_t ft_topk_threshold(const ft_topk *t)
{
    return t->threshold;
}

/* Makes it known that k matches of the stream score more than this. */
void ft_topk_raise(ft_topk *t, int64_t threshold);

/* Offers n matches of one leaf, passages ascending. Scores are below 2^31. */
void ft_topk_offer_batch(ft_topk *t, uint32_t leaf, const uint32_t *passages, const uint32_t *scores, uint32_t n);
void ft_topk_offer(ft_topk *t, ft_scored match);

/* Sorts what was kept, best first; at most k are left, and nothing may be offered afterwards. */
void ft_topk_sort(ft_topk *t);

/* After ft_topk_sort: the match in place i < n. */
static inline ft_scored ft_topk_at(const ft_topk *t, size_t i)
{
    return (ft_scored){~t->items[i].high, t->items[i].low, t->items[i].number};
}

/* The k-th greatest of n scores, 1 <= k <= n, in time linear in n; leaves anything in scores. */
uint32_t ft_topk_select(uint32_t *scores, size_t n, size_t k);

#endif
