/* pool.h - worker threads for ordered work: jobs go in one after the other, run in any order, and come back in the
 * order they went in. The owning thread is worker 0 and helps; the others are threads. With one worker no thread is
 * made, and every job runs inside ft_pool_help or ft_pool_take.
 *
 * Typical use, with at most `room` jobs outstanding:
 *
 *     while (there is input) {
 *         while (!ft_pool_submit(pool, run, job))  // full
 *             finish(ft_pool_take(pool));          // the oldest job, done
 *     }
 *     while ((job = ft_pool_take(pool)))
 *         finish(job);
 *
 * All functions below are for the owning thread alone; jobs do not call them. What the owner wrote before submit is
 * seen by the job, and what the job wrote is seen by the owner after take. */
#ifndef FT_POOL_H
#define FT_POOL_H

#include "status.h"

typedef struct ft_pool ft_pool;

/* A job: `worker` is 0 .. ft_pool_workers() - 1, and no two jobs run at once with the same number, so it may index
 * state kept per worker. Failures are left in *arg. */
typedef void (*ft_pool_fn)(void *arg, unsigned worker);

/* n_threads workers in all, the owner included (1 .. 1024; others are brought into range), and room (at least 1) for
 * that many outstanding jobs: submitted and not yet taken. Threads that the system refuses are done without. */
ft_status ft_pool_new(ft_pool **out, unsigned n_threads, size_t room, ft_error *err);

/* Waits for the jobs that run, drops those that have not begun, ends the threads. Their args stay the caller's. NULL is
 * fine. */
void ft_pool_free(ft_pool *p);

unsigned ft_pool_workers(const ft_pool *p);

/* Jobs submitted and not yet taken. */
size_t ft_pool_outstanding(const ft_pool *p);

/* Queues fn(arg, worker); arg must not be NULL. False, and nothing done, when `room` jobs are outstanding. */
bool ft_pool_submit(ft_pool *p, ft_pool_fn fn, void *arg);

/* Runs one queued job on the calling thread, as worker 0; false if none is waiting to be run. */
bool ft_pool_help(ft_pool *p);

/* The arg of the oldest outstanding job, once it is done: until then helps, or waits. NULL if none is outstanding. */
void *ft_pool_take(ft_pool *p);

/* The same, but NULL at once if the oldest job is not done. */
void *ft_pool_try_take(ft_pool *p);

#endif
