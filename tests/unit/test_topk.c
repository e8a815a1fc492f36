/* The k best: equal to sorting everything, with a threshold that is never too high. */
#include "topk.h"

#include "mem.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define MOST 20000u

static int best_first(const void *a, const void *b)
{
    const ft_scored *x = a, *y = b;

    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->leaf != y->leaf)
        return x->leaf > y->leaf ? 1 : -1;
    return (x->passage > y->passage) - (x->passage < y->passage);
}

/* How many matches score more than the threshold. */
static size_t count_above(const ft_scored *matches, size_t n, int64_t threshold)
{
    size_t above = 0;

    for (size_t i = 0; i < n; i++)
        above += (int64_t)matches[i].score > threshold;
    return above;
}

/* Offers n matches in batches of up to `most`, with scores below `range`; raised: the k-th best is known before. */
static void compare_with_sorting(ft_rng *rng, size_t n, uint64_t k, uint32_t most, uint32_t range, bool raised)
{
    ft_scored *all = ft_alloc(n + 1, sizeof *all);
    uint32_t *passages = ft_alloc(n + 1, sizeof *passages), *scores = ft_alloc(n + 1, sizeof *scores);
    uint32_t leaf = 0, passage = 0;
    ft_topk t;

    for (size_t i = 0; i < n; i++) {
        bool next = ft_rng_next(rng) % 1000 == 0;
        leaf += next;
        passage = next ? 0 : passage + 1 + (uint32_t)(ft_rng_next(rng) % 3);
        scores[i] = (uint32_t)(ft_rng_next(rng) % range);
        passages[i] = passage;
        all[i] = (ft_scored){scores[i], leaf, passage};
    }
    ft_topk_init(&t, k);
    if (raised && k > 0 && k <= n) {
        ft_scored *sorted = ft_alloc(n, sizeof *sorted);
        memcpy(sorted, all, n * sizeof *sorted);
        qsort(sorted, n, sizeof *sorted, best_first);
        ft_topk_raise(&t, (int64_t)sorted[k - 1].score - 1);
        ft_free(sorted);
    }
    for (size_t i = 0, m; i < n; i += m) {
        m = 1 + ft_rng_next(rng) % most;
        for (size_t end = i + m; i + m > n || all[i + m - 1].leaf != all[i].leaf; end--)
            m = end - i;
        ft_topk_offer_batch(&t, all[i].leaf, passages + i, scores + i, (uint32_t)m);
        if (!raised && k > 0 && ft_topk_threshold(&t) >= 0)
            cr_assert_geq(count_above(all, i + m, ft_topk_threshold(&t) - 1), k, "threshold above the k-th best");
    }
    ft_topk_sort(&t);
    qsort(all, n, sizeof *all, best_first);
    cr_assert_not(t.failed);
    cr_assert_eq(t.n, n < k ? n : (size_t)k);
    for (size_t i = 0; i < t.n; i++) {
        ft_scored got = ft_topk_at(&t, i);
        cr_assert_eq(best_first(&got, &all[i]), 0, "place %zu of %zu, k %zu", i, n, (size_t)k);
    }
    ft_topk_release(&t);
    ft_free(all);
    ft_free(passages);
    ft_free(scores);
}

Test(topk, keeps_what_sorting_puts_first)
{
    static const uint64_t ks[] = {0, 1, 2, 10, 32, 33, 100, 1000, 5000, UINT64_C(1) << 53};
    static const uint32_t ranges[] = {1, 3, 500, UINT32_C(1) << 31};
    ft_rng rng = ft_rng_named(ft_rng_seed(), "topk");

    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
        for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
            for (int raised = 0; raised < 2; raised++) {
                compare_with_sorting(&rng, ft_rng_next(&rng) % 50, ks[i], 5, ranges[r], raised);
                compare_with_sorting(&rng, ft_rng_next(&rng) % MOST, ks[i], 4096, ranges[r], raised);
            }
}

Test(topk, one_at_a_time_is_as_good_as_a_batch)
{
    ft_topk t;

    ft_topk_init(&t, 2);
    ft_topk_offer(&t, (ft_scored){7, 0, 3});
    ft_topk_offer(&t, (ft_scored){9, 0, 4});
    cr_assert_eq(ft_topk_threshold(&t), 7);
    ft_topk_offer(&t, (ft_scored){7, 0, 5});
    ft_topk_offer(&t, (ft_scored){9, 1, 0});
    cr_assert_eq(ft_topk_threshold(&t), 9);
    ft_topk_sort(&t);
    cr_assert_eq(t.n, 2);
    cr_assert_eq(ft_topk_at(&t, 0).passage, 4);
    cr_assert_eq(ft_topk_at(&t, 1).leaf, 1);
    ft_topk_release(&t);
}

static int descending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x < y) - (x > y);
}

Test(topk, selection_equals_sorting)
{
    ft_rng rng = ft_rng_named(ft_rng_seed(), "topk selection");
    uint32_t scores[1500], sorted[1500];

    for (int round = 0; round < 300; round++) {
        size_t n = 1 + ft_rng_next(&rng) % (round % 3 ? 1500 : 10), k = 1 + ft_rng_next(&rng) % n;
        unsigned width = (unsigned)(ft_rng_next(&rng) % 33);
        for (size_t i = 0; i < n; i++)
            scores[i] = sorted[i] = (uint32_t)((ft_rng_next(&rng) & UINT32_MAX) >> width);
        qsort(sorted, n, sizeof *sorted, descending);
        cr_assert_eq(ft_topk_select(scores, n, k), sorted[k - 1], "%zu of %zu, %u bits", k, n, 32 - width);
    }
}
