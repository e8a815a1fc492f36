/* topk.c - bounded heap; see topk.h. */
#include "topk.h"

#include "mem.h"

#include <stdlib.h>

/* Whether a ranks behind b. */
static bool worse(ft_scored a, ft_scored b)
{
    if (a.score != b.score)
        return a.score < b.score;
    if (a.leaf != b.leaf)
        return a.leaf > b.leaf;
    return a.passage > b.passage;
}

void ft_topk_init(ft_topk *t, uint64_t k)
{
    *t = (ft_topk){.k = k};
}

void ft_topk_release(ft_topk *t)
{
    ft_free(t->heap);
    *t = (ft_topk){0};
}

static void sift_up(ft_topk *t, size_t at)
{
    ft_scored item = t->heap[at];

    while (at > 0 && worse(item, t->heap[(at - 1) / 2])) {
        t->heap[at] = t->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    t->heap[at] = item;
}

static void sift_down(ft_topk *t)
{
    ft_scored item = t->heap[0];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= t->n)
            break;
        if (child + 1 < t->n && worse(t->heap[child + 1], t->heap[child]))
            child++;
        if (!worse(t->heap[child], item))
            break;
        t->heap[at] = t->heap[child];
        at = child;
    }
    t->heap[at] = item;
}

void ft_topk_offer(ft_topk *t, ft_scored match)
{
    if ((int64_t)match.score <= ft_topk_threshold(t))
        return;
    if (t->n == t->k) {
        t->heap[0] = match;
        sift_down(t);
        return;
    }
    if (FT_GROW(t->heap, t->cap, t->n + 1) != 0) {
        t->failed = true;
        return;
    }
    t->heap[t->n] = match;
    sift_up(t, t->n++);
}

static int best_first(const void *a, const void *b)
{
    const ft_scored *x = a, *y = b;

    return worse(*x, *y) ? 1 : worse(*y, *x) ? -1 : 0;
}

void ft_topk_sort(ft_topk *t)
{
    if (t->n)
        qsort(t->heap, t->n, sizeof *t->heap, best_first);
}
