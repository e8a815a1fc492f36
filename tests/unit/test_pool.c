#include "pool.h"

#include "faultmem.h"
#include "mem.h"

#include <criterion/criterion.h>

#define JOBS 2000

typedef struct task {
    unsigned number, workers;
    unsigned worker;
    uint64_t result;
} task;

static void run(void *arg, unsigned worker)
{
    task *t = arg;
    uint64_t x = t->number;

    for (unsigned i = 0; i < t->number % 97 * 50; i++)
        x = x * 6364136223846793005u + 1442695040888963407u;
    t->worker = worker;
    t->result = x | 1;
}

/* Submits all tasks and takes them back; they must come in order, done. */
static void order(unsigned threads, size_t room)
{
    static task tasks[JOBS];
    ft_pool *p;
    unsigned taken = 0;

    cr_assert_eq(ft_pool_new(&p, threads, room, NULL), FT_OK);
    unsigned workers = ft_pool_workers(p);
    cr_assert(workers >= 1 && workers <= threads);
    for (unsigned i = 0; i < JOBS; i++) {
        tasks[i] = (task){.number = i};
        while (!ft_pool_submit(p, run, &tasks[i])) {
            cr_assert_eq(ft_pool_outstanding(p), room);
            task *t = ft_pool_take(p);
            cr_assert_eq(t->number, taken++);
            cr_assert_neq(t->result, 0);
        }
        if (i % 7 == 0) {
            task *t = ft_pool_try_take(p);
            if (t)
                cr_assert_eq(t->number, taken++);
        }
        if (i % 11 == 0)
            ft_pool_help(p);
    }
    for (task *t; (t = ft_pool_take(p));) {
        cr_assert_eq(t->number, taken++);
        cr_assert(t->result != 0 && t->worker < workers);
    }
    cr_assert_eq(taken, JOBS);
    cr_assert_eq(ft_pool_outstanding(p), 0);
    ft_pool_free(p);
}

Test(pool, jobs_come_back_in_order)
{
    long live = ft_mem_live();

    order(1, 1);
    order(1, 10);
    order(2, 4);
    order(4, 1);
    order(7, 100);
    cr_assert_eq(ft_mem_live(), live);
}

Test(pool, one_worker_runs_nothing_by_itself)
{
    task a = {.number = 1}, b = {.number = 2};
    ft_pool *p;

    cr_assert_eq(ft_pool_new(&p, 1, 2, NULL), FT_OK);
    cr_assert_eq(ft_pool_workers(p), 1);
    cr_assert(!ft_pool_help(p));
    cr_assert_null(ft_pool_take(p));
    cr_assert(ft_pool_submit(p, run, &a));
    cr_assert(ft_pool_submit(p, run, &b));
    cr_assert(!ft_pool_submit(p, run, &b));
    cr_assert_null(ft_pool_try_take(p));
    cr_assert_eq(a.result, 0);
    cr_assert(ft_pool_help(p));
    cr_assert_neq(a.result, 0);
    cr_assert_eq(ft_pool_try_take(p), &a);
    cr_assert_eq(ft_pool_take(p), &b);
    ft_pool_free(p);
}

Test(pool, free_drops_what_has_not_begun)
{
    static task tasks[50];

    for (unsigned threads = 1; threads < 4; threads++) {
        ft_pool *p;
        cr_assert_eq(ft_pool_new(&p, threads, 50, NULL), FT_OK);
        for (unsigned i = 0; i < 50; i++) {
            tasks[i] = (task){.number = i};
            cr_assert(ft_pool_submit(p, run, &tasks[i]));
        }
        ft_pool_free(p);
    }
    ft_pool_free(NULL);
}

Test(pool, no_allocation_matters)
{
    long live = ft_mem_live();

    FT_FAULT_LOOP(n, 100) {
        ft_pool *p;
        ft_faultmem_arm(n, false);
        ft_status st = ft_pool_new(&p, 3, 8, NULL);
        bool hit = ft_faultmem_disarm();
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert(hit == !p);
        ft_pool_free(p);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
}
