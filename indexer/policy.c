/* policy.c - see policy.h.
 *
 * Let s(i) be the live documents of segment i, S(i) those of segments i, i + 1, ... together, and K the step. Wanted is
 *
 *     (1)  s(i) + ... + s(i+K-1) >= S(i+K)     for every i that has K segments or more behind it or with it
 *
 * A commit may break (1) by a new segment at the end and by deletions. The plan then merges everything from the first i
 * that breaks it to the end, which restores it: nothing changes for the segments before i but the number of those
 * behind them. Only neighbours are merged, so documents keep their order, and a plan is a function of counts alone, so
 * the same commits give the same segments. Two refinements:
 *
 *   - A new segment as large as all the others to be merged stays out. (1) holds all the same: the K segments that end
 *     with i held as much as all behind them, and the merged one, which takes the place of i, is no smaller.
 *   - A segment with more dead than live documents is rewritten, and one with dead ones only is dropped.
 *
 * How many segments. By (1) S halves, at least, every K segments, and the last one has a document. With T live
 * documents an index has n <= K * (1 + log2 T) segments. Equal segments are merged when there are 2K + 1 of them, so an
 * index that grows by equal steps has at most 2K of each size, and the sizes are the powers of 2K + 1.
 *
 * How much is written again. Let N documents be added and D deleted in all, replaced ones among them, and T live at
 * most at a time. Give each live document the level log2 s of its segment.
 *
 *   - A merge that takes the new segment in, or a merge without one, raises every document in it by a level. Those
 *     of the first K segments: there are fewer than half, as they broke (1). The new segment: it is less than half.
 *     Another segment j: before the commit, by (1), it had no more than the first K had then. If d of those were
 *     deleted, the merged one has M >= 2 s(j) - d. One j at most has s(j) > M / 2, and its documents lack
 *     s(j) * (1 - log2 (M / s(j))) <= d levels together.
 *   - A merge that leaves the new segment out writes no more documents than that one has.
 *   - Rewriting a segment by itself writes fewer documents than it drops.
 *   - A deletion takes the document's own level, at most log2 T, and of the s - 1 others together
 *     (s - 1) * log2 (s / (s - 1)) < log2 e < 1.45 levels.
 *
 * So the levels gained are at most N * log2 T + 1.45 D, and at most N * (1 + log2 T) + 3.45 * D documents are
 * written again: where nothing is deleted, each one 1 + log2 T times on average.
 *
 * Documents are counted, rather than passages or bytes, because all of this needs one measure for what is there, what
 * is dead and what is merged. The longest tail that fits into one segment is looked at; what stands before it is full
 * and waits for deletions. */
#include "policy.h"

static uint64_t live(const ft_policy_segment *s)
{
    return s->docs - s->dead;
}

/* The first segment from which on all are to be merged, and their live documents; n if there is none. */
static size_t find_tail(const ft_policy_segment *segments, size_t n, uint64_t max_passages, uint64_t *size)
{
    uint64_t behind[FT_POLICY_STEP] = {0}, sum = 0, passages = 0;
    size_t from = n, seen = 0;

    for (size_t i = n; i-- > 0;) {
        if (live(&segments[i]) == 0)
            continue;
        passages += segments[i].passages;
        if (passages > max_passages)
            break;
        sum += live(&segments[i]);
        uint64_t *later = &behind[seen++ % FT_POLICY_STEP]; /* the sum K segments ago */
        if (sum - *later < *later) {
            from = i;
            *size = sum;
        }
        *later = sum;
    }
    return from;
}

size_t ft_policy_plan(const ft_policy_segment *segments, size_t n, bool added, uint64_t max_passages,
                      ft_policy_range *out)
{
    uint64_t size = 0;
    size_t n_ranges = 0, from = find_tail(segments, n, max_passages, &size), to = n;

    if (from < n && added && live(&segments[n - 1]) >= size - live(&segments[n - 1]))
        to = n - 1;
    for (size_t i = 0; i < from; i++)
        if (segments[i].dead > live(&segments[i]))
            out[n_ranges++] = (ft_policy_range){i, i + 1};
    if (from < n)
        out[n_ranges++] = (ft_policy_range){from, to};
    return n_ranges;
}
