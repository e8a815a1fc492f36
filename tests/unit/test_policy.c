/* test_policy.c - the merge policy by simulation: its bounds are kept, whatever is added and deleted, and every plan is
 * in order. */
#include "policy.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define ROOM 4096u
#define NO_LIMIT UINT64_MAX

typedef struct world {
    ft_policy_segment segments[ROOM];
    size_t n;
    uint64_t added, deleted, live, most, rewritten; /* documents */
    ft_rng rng;
} world;

static uint64_t live_of(const ft_policy_segment *s)
{
    return s->docs - s->dead;
}

/* Whether the K segments from i on, for each i, have as much as all behind them. */
static void expect_balanced(const world *w)
{
    uint64_t front = 0, sum = 0;

    for (size_t i = w->n; i-- > 0;) {
        front += live_of(&w->segments[i]);
        if (i + FT_POLICY_STEP < w->n) {
            front -= live_of(&w->segments[i + FT_POLICY_STEP]);
            sum += live_of(&w->segments[i + FT_POLICY_STEP]);
            cr_assert_geq(front, sum, "segment %zu of %zu", i, w->n);
        }
    }
}

static void expect_bounds(const world *w)
{
    double levels = 1 + (w->most ? log2((double)w->most) : 0);

    expect_balanced(w);
    cr_assert_leq((double)w->n, FT_POLICY_STEP * levels, "%zu segments of %g documents", w->n, (double)w->most);
    cr_assert_leq((double)w->rewritten, (double)w->added * levels + 3.45 * (double)w->deleted,
                  "%g added, %g deleted, %g written again", (double)w->added, (double)w->deleted,
                  (double)w->rewritten);
    for (size_t i = 0; i < w->n; i++)
        cr_assert(w->segments[i].dead <= live_of(&w->segments[i]) && live_of(&w->segments[i]) > 0,
                  "segment %zu: %g of %g dead", i, (double)w->segments[i].dead, (double)w->segments[i].docs);
}

/* Does what the policy says. Every range must be of use: two segments at least, or one with dead documents. */
static void carry_out(world *w, bool added)
{
    ft_policy_range ranges[ROOM];
    size_t n = ft_policy_plan(w->segments, w->n, added, NO_LIMIT, ranges), to = 0, at = 0;

    for (size_t r = 0; r <= n; r++) {
        size_t from = r < n ? ranges[r].from : w->n;
        cr_assert(from >= at && from <= w->n, "ranges follow each other");
        memmove(&w->segments[to], &w->segments[at], (from - at) * sizeof *w->segments);
        to += from - at;
        if (r == n)
            break;
        ft_policy_segment sum = {0};
        cr_assert(ranges[r].to > from && ranges[r].to <= w->n);
        cr_assert(ranges[r].to - from > 1 || w->segments[from].dead > 0, "segment %zu is rewritten in vain", from);
        for (at = from; at < ranges[r].to; at++)
            sum.docs += live_of(&w->segments[at]);
        sum.passages = sum.docs;
        w->rewritten += sum.docs;
        if (sum.docs > 0)
            w->segments[to++] = sum;
    }
    w->n = to;
}

static void delete_some(world *w, uint64_t n)
{
    for (size_t tries = 0; n > 0 && tries < 64 && w->n > 0; tries++) {
        ft_policy_segment *s = &w->segments[ft_rng_below(&w->rng, (uint32_t)w->n)];
        uint64_t some = live_of(s) < n ? live_of(s) : n;
        s->dead += some;
        w->deleted += some;
        w->live -= some;
        n -= some;
    }
}

static void commit_docs(world *w, uint64_t docs)
{
    cr_assert_lt(w->n, ROOM);
    if (docs > 0)
        w->segments[w->n++] = (ft_policy_segment){docs, 0, docs};
    w->added += docs;
    w->live += docs;
    w->most = w->live > w->most ? w->live : w->most;
    carry_out(w, docs > 0);
    expect_bounds(w);
}

/* 1 to 2^bits documents, small numbers as likely as large ones. */
static uint64_t any_size(world *w, unsigned bits)
{
    return (uint64_t)ft_rng_below(&w->rng, 2u << ft_rng_below(&w->rng, bits)) + 1;
}

/* How many documents were written again. */
static uint64_t simulate(unsigned commits, unsigned bits, unsigned deletes_in_ten)
{
    static world w;

    w = (world){.rng = ft_rng_named(ft_rng_seed() + bits * 100 + deletes_in_ten, "policy")};
    for (unsigned i = 0; i < commits; i++) {
        if (ft_rng_below(&w.rng, 10) < deletes_in_ten)
            delete_some(&w, any_size(&w, bits));
        commit_docs(&w, ft_rng_below(&w.rng, 10) < deletes_in_ten / 2 ? 0 : any_size(&w, bits));
    }
    return w.rewritten;
}

Test(policy, random_commits_stay_within_the_bounds)
{
    for (unsigned bits = 1; bits <= 21; bits += 4)
        cr_assert_gt(simulate(10000, bits, 0), 10000);
}

Test(policy, deletions_stay_within_the_bounds)
{
    for (unsigned bits = 1; bits <= 17; bits += 4)
        for (unsigned deletes = 1; deletes <= 9; deletes += 2)
            simulate(2000, bits, deletes);
}

/* The worst there can be for a size: each commit as large as makes the tail just too heavy. */
Test(policy, hostile_sizes_stay_within_the_bounds)
{
    static world w;

    for (unsigned kind = 0; kind < 3; kind++) {
        w = (world){0};
        for (unsigned i = 0; i < 3000; i++) {
            uint64_t docs = 1;
            if (kind == 0) /* rising, then one again */
                docs = (uint64_t)1 << i % 24;
            else if (kind == 1) /* falling */
                docs = (uint64_t)1 << (24 - i % 24);
            else if (w.n > FT_POLICY_STEP) /* what is missing for a merge of the last few */
                docs = live_of(&w.segments[w.n - FT_POLICY_STEP]) + 1;
            if (docs >> 40)
                w = (world){0};
            else
                commit_docs(&w, docs);
        }
    }
}

Test(policy, equal_commits_have_eight_of_a_size_at_most)
{
    static world w;

    w = (world){0};
    for (unsigned i = 1; i <= 10000; i++) {
        commit_docs(&w, 1);
        unsigned same = 0, digits = 0;
        for (unsigned v = i; v > 0; v /= 9)
            digits++;
        cr_assert_leq(w.n, 8 * digits, "%u documents in %zu segments", i, w.n);
        for (size_t k = 0; k < w.n; k++) {
            same = k > 0 && w.segments[k].docs == w.segments[k - 1].docs ? same + 1 : 1;
            cr_assert_leq(same, 8, "%u documents", i);
        }
    }
    cr_assert_lt(w.rewritten, 5 * 10000, "%g", (double)w.rewritten);
}

static size_t plan_of(const ft_policy_segment *segments, size_t n, bool added, uint64_t limit, ft_policy_range *first)
{
    ft_policy_range ranges[64];
    size_t found = ft_policy_plan(segments, n, added, limit, ranges);

    *first = found ? ranges[0] : (ft_policy_range){0};
    return found;
}

Test(policy, dead_segments)
{
    static const ft_policy_segment half[] = {{10, 5, 10}, {4, 0, 4}}, more[] = {{10, 6, 10}, {4, 0, 4}},
                                   all[] = {{40, 0, 40}, {3, 3, 9}, {4, 0, 4}};
    ft_policy_range range;

    cr_assert_eq(plan_of(half, 2, true, NO_LIMIT, &range), 0, "half of it is not more than half");
    cr_assert_eq(plan_of(more, 2, true, NO_LIMIT, &range), 1);
    cr_assert(range.from == 0 && range.to == 1);
    cr_assert_eq(plan_of(all, 3, true, NO_LIMIT, &range), 1);
    cr_assert(range.from == 1 && range.to == 2);
    cr_assert_eq(plan_of(all, 0, false, NO_LIMIT, &range), 0, "no segments");
}

/* A large new segment is not written twice; one that is large and not new has no such right. */
Test(policy, a_large_new_segment_stays_out)
{
    ft_policy_segment segments[] = {{1, 0, 1}, {1, 0, 1}, {1, 0, 1}, {1, 0, 1}, {1000, 0, 1000}};
    ft_policy_range range;

    cr_assert_eq(plan_of(segments, 5, true, NO_LIMIT, &range), 1);
    cr_assert(range.from == 0 && range.to == 4);
    cr_assert_eq(plan_of(segments, 5, false, NO_LIMIT, &range), 1);
    cr_assert(range.from == 0 && range.to == 5);
    segments[4].docs = 5; /* more than all the others */
    cr_assert_eq(plan_of(segments, 5, true, NO_LIMIT, &range), 1);
    cr_assert(range.from == 0 && range.to == 4);
    segments[0].docs = 2; /* not more: but they hold as much as it has */
    cr_assert_eq(plan_of(segments, 5, true, NO_LIMIT, &range), 0);
}

/* Nothing is planned that would not fit into a segment. */
Test(policy, passages_are_limited)
{
    ft_policy_segment segments[20];
    ft_policy_range range;

    for (size_t i = 0; i < 20; i++)
        segments[i] = (ft_policy_segment){1, 0, 100};
    for (uint64_t limit = 0; limit <= 2000; limit += 50) {
        size_t found = plan_of(segments, 20, true, limit, &range);
        cr_assert_eq(found, limit >= 900, "limit %g", (double)limit);
        cr_assert(!found || (range.to == 20 && (range.to - range.from) * 100 <= limit), "limit %g", (double)limit);
    }
    segments[0].dead = 1;
    cr_assert_eq(plan_of(segments, 20, true, 0, &range), 1);
    cr_assert(range.from == 0 && range.to == 1, "what is full can be dropped");
}
