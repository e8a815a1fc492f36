/* topk.c - see topk.h. Few are kept sorted, so that the threshold is exact at any time. Many go to a buffer: when it is
 * full, the k-th best score is selected and those below it are dropped, which takes a few operations for each match
 * where a heap of a thousand takes dozens. */
#include "topk.h"

#include "mem.h"

#include <string.h>

#define SORTED_K 32u     /* up to this k, items are kept sorted */
#define FIRST_ROOM 1024u
#define CHUNK 16u        /* scores compared at once with the threshold */
#define BUCKETS 256u

void ft_topk_init(ft_topk *t, uint64_t k)
{
    *t = (ft_topk){.k = k, .full = k < SIZE_MAX ? (size_t)k : SIZE_MAX, .threshold = k == 0 ? INT64_MAX : -1};
}

void ft_topk_release(ft_topk *t)
{
    ft_free(t->items);
    ft_free(t->scores);
    *t = (ft_topk){0};
}

void ft_topk_raise(ft_topk *t, int64_t threshold)
{
    if (threshold > t->threshold)
        t->threshold = threshold;
}

/* The bounds of n scores. */
static void find_range(const uint32_t *scores, size_t n, uint32_t *lo, uint32_t *hi)
{
    uint32_t least = scores[0], most = scores[0];

    for (size_t i = 1; i < n; i++) {
        least = scores[i] < least ? scores[i] : least;
        most = scores[i] > most ? scores[i] : most;
    }
    *lo = least;
    *hi = most;
}

/* Each round spreads the scores over buckets and goes on within one of them. */
uint32_t ft_topk_select(uint32_t *scores, size_t n, size_t k)
{
    for (;;) {
        uint32_t lo, hi, count[BUCKETS] = {0}, at = BUCKETS;
        size_t above = 0, kept = 0;
        unsigned shift = 0;

        find_range(scores, n, &lo, &hi);
        if (lo == hi || k == n)
            return lo;
        while ((hi - lo) >> shift >= BUCKETS)
            shift++;
        for (size_t i = 0; i < n; i++)
            count[(scores[i] - lo) >> shift]++;
        while (above + count[--at] < k)
            above += count[at];
        if (shift == 0)
            return lo + at;
        for (size_t i = 0; i < n; i++) {
            uint32_t score = scores[i];
            scores[kept] = score;
            kept += (score - lo) >> shift == at;
        }
        n = kept;
        k -= above;
    }
}

/* Drops all but the k best of at least k items, and knows what the k-th scores. The others stay in their order, so that
 * of those with that score the first are kept. */
static bool shrink(ft_topk *t)
{
    size_t kept = 0, k = (size_t)t->k, ties = k;

    if (FT_GROW(t->scores, t->cap_scores, t->n) != 0) {
        t->failed = true;
        return false;
    }
    for (size_t i = 0; i < t->n; i++)
        t->scores[i] = ~t->items[i].high;
    uint32_t last = ~ft_topk_select(t->scores, t->n, k);
    for (size_t i = 0; i < t->n; i++)
        ties -= t->items[i].high < last;
    for (size_t i = 0; i < t->n; i++) {
        bool tie = t->items[i].high == last && ties > 0;
        ties -= tie;
        t->items[kept] = t->items[i];
        kept += tie || t->items[i].high < last;
    }
    t->n = kept;
    t->full = k + k / 4 + SORTED_K; /* more would be sorted out less often, but by a staler threshold */
    ft_topk_raise(t, ~last);
    return true;
}

/* Inserts a match behind those that are as good. */
static void insert(ft_topk *t, ft_hashed item)
{
    size_t at = t->n < t->k ? t->n++ : t->n - 1;

    for (; at > 0 && t->items[at - 1].high > item.high; at--)
        t->items[at] = t->items[at - 1];
    t->items[at] = item;
    if (t->n == t->k)
        ft_topk_raise(t, ~t->items[t->n - 1].high);
}

/* Whether any of CHUNK scores is above the threshold. */
static bool any_above(const uint32_t *scores, int32_t threshold)
{
    int32_t any = 0;

    for (unsigned i = 0; i < CHUNK; i++)
        any |= (int32_t)scores[i] > threshold;
    return any;
}

/* Takes n matches, for which there is room. */
static void take(ft_topk *t, uint32_t leaf, const uint32_t *passages, const uint32_t *scores, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        ft_hashed item = {~scores[i], leaf, passages[i]};
        if ((int64_t)scores[i] <= t->threshold)
            continue;
        if (t->k <= SORTED_K) {
            insert(t, item);
            continue;
        }
        t->items[t->n++] = item;
        if (t->n == t->full && !shrink(t))
            return;
    }
}

void ft_topk_offer_batch(ft_topk *t, uint32_t leaf, const uint32_t *passages, const uint32_t *scores, uint32_t n)
{
    for (uint32_t i = 0, m; i < n && !t->failed; i += m) {
        m = n - i < CHUNK ? n - i : CHUNK;
        if (t->threshold >= INT32_MAX || (m == CHUNK && !any_above(scores + i, (int32_t)t->threshold)))
            continue;
        if (FT_GROW(t->items, t->cap, t->n == 0 && t->full >= FIRST_ROOM ? FIRST_ROOM : t->n + m) != 0)
            t->failed = true;
        else
            take(t, leaf, passages + i, scores + i, m);
    }
}

void ft_topk_offer(ft_topk *t, ft_scored match)
{
    ft_topk_offer_batch(t, match.leaf, &match.passage, &match.score, 1);
}

void ft_topk_sort(ft_topk *t)
{
    if (t->n > t->k)
        shrink(t);
    if (t->k > SORTED_K && t->n > 1)
        ft_hashsort(t->items, t->n);
}
