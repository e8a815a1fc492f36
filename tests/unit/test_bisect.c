/* test_bisect.c - documents that share terms come to stand near each other, in the same order whoever does the work. */
#include "bisect.h"

#include "faultmem.h"
#include "mem.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define GROUPS 40u
#define TERMS_EACH 30u  /* of a group */
#define ROW 12u         /* terms of a document */

/* n documents in random groups, each with some terms of its group and a few of any. */
static ft_forward forward_of(uint32_t n, unsigned *group)
{
    ft_rng rng = ft_rng_named(ft_rng_seed(), "bisect");
    ft_forward f = {.n_docs = n, .n_terms = (GROUPS + 1) * TERMS_EACH};

    f.rows = ft_alloc(n + 1, sizeof *f.rows);
    f.terms = ft_alloc((size_t)n * ROW, sizeof *f.terms);
    for (uint32_t d = 0; d < n; d++) {
        group[d] = ft_rng_below(&rng, GROUPS);
        f.rows[d] = (uint64_t)d * ROW;
        for (uint32_t i = 0; i < ROW; i++) {
            unsigned of = i < ROW / 4 ? GROUPS : group[d];
            f.terms[d * ROW + i] = of * TERMS_EACH + ft_rng_below(&rng, TERMS_EACH);
        }
    }
    f.rows[n] = (uint64_t)n * ROW;
    return f;
}

static uint32_t *order_of(const ft_forward *f, unsigned threads)
{
    uint32_t *order = malloc((f->n_docs + 1) * sizeof *order);
    ft_pool *pool;

    cr_assert_eq(ft_pool_new(&pool, threads, threads + 1, NULL), FT_OK);
    cr_assert_eq(ft_bisect(f, pool, NULL, order, NULL), FT_OK);
    ft_pool_free(pool);
    return order;
}

Test(bisect, groups_come_together)
{
    static unsigned group[5000];
    ft_forward f = forward_of(5000, group);
    uint32_t *order = order_of(&f, 1);
    bool *seen = calloc(f.n_docs, sizeof *seen);
    unsigned together = 0;

    for (uint32_t i = 0; i < f.n_docs; i++) {
        cr_assert(order[i] < f.n_docs && !seen[order[i]], "no permutation");
        seen[order[i]] = true;
        together += i > 0 && group[order[i]] == group[order[i - 1]];
    }
    /* At random it would be one in GROUPS; ranges that are not cut any more stay mixed. */
    cr_assert(together > f.n_docs / 4, "%u neighbours of one group", together);
    free(seen);
    free(order);
    ft_forward_release(&f);
}

Test(bisect, any_number_of_threads)
{
    static unsigned group[5000];
    static const unsigned threads[] = {2, 3, 8};
    ft_forward f = forward_of(5000, group);
    uint32_t *first = order_of(&f, 1);

    for (size_t i = 0; i < 3; i++) {
        uint32_t *order = order_of(&f, threads[i]);
        cr_assert_eq(memcmp(order, first, f.n_docs * sizeof *order), 0, "%u threads", threads[i]);
        free(order);
    }
    free(first);
    ft_forward_release(&f);
}

Test(bisect, few_documents)
{
    static unsigned group[40];

    for (uint32_t n = 0; n < 40; n++) {
        ft_forward f = forward_of(n, group);
        uint32_t *order = order_of(&f, 2);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < n; i++)
            sum |= UINT64_C(1) << order[i];
        cr_assert_eq(sum, (UINT64_C(1) << n) - 1, "%u documents", n);
        free(order);
        ft_forward_release(&f);
    }
}

Test(bisect, canceled)
{
    static unsigned group[500];
    static uint32_t order[500];
    const volatile int yes = 1;
    ft_forward f = forward_of(500, group);
    ft_pool *pool;

    cr_assert_eq(ft_pool_new(&pool, 1, 2, NULL), FT_OK);
    cr_assert_eq(ft_bisect(&f, pool, &yes, order, NULL), FT_ECANCELED);
    ft_pool_free(pool);
    ft_forward_release(&f);
}

Test(bisect, out_of_memory)
{
    static unsigned group[600];
    static uint32_t order[600];
    ft_forward f = forward_of(600, group);
    bool done = false;
    ft_pool *pool;

    cr_assert_eq(ft_pool_new(&pool, 1, 2, NULL), FT_OK);
    long live = ft_mem_live();
    FT_FAULT_LOOP (n, 1000) {
        ft_faultmem_arm(n, false);
        ft_status st = ft_bisect(&f, pool, NULL, order, NULL);
        done = !ft_faultmem_disarm();
        cr_assert_eq(st, done ? FT_OK : FT_ENOMEM, "allocation %ld: status %d", n, (int)st);
        cr_assert_eq(ft_mem_live(), live, "allocation %ld: leaked", n);
        if (done)
            break;
    }
    cr_assert(done);
    ft_pool_free(pool);
    ft_forward_release(&f);
}
