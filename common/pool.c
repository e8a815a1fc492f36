/* pool.c - worker threads for ordered work; see pool.h.
 *
 * Jobs live in a ring of `room` slots. Three counters walk it, taken <= begun <= submitted, each less than `room` ahead
 * of the first:
 *
 *     taken ........ begun ........ submitted
 *       running or done    queued
 *
 * Everything is under one mutex: jobs are batches that take milliseconds, so the lock is never contended enough to
 * matter, and the reasoning stays short. */
#include "pool.h"

#include "mem.h"

#include <pthread.h>
#include <signal.h>

#define WORKERS_MAX 1024

typedef struct pool_job {
    ft_pool_fn fn;
    void *arg;
    bool done;
} pool_job;

typedef struct pool_thread {
    ft_pool *pool;
    unsigned worker;
    pthread_t id;
} pool_thread;

struct ft_pool {
    pthread_mutex_t lock;
    pthread_cond_t queued;   /* a job waits, or the pool stops */
    pthread_cond_t finished; /* a job is done */
    bool stop;
    size_t room;
    uint64_t taken, begun, submitted;
    pool_job *jobs;          /* job i is in slot i % room */
    pool_thread *threads;
    unsigned n_threads;      /* that run; workers are one more */
};

/* Runs the oldest queued job. Called and left with the lock held. */
static void run_next(ft_pool *p, unsigned worker)
{
    pool_job *job = &p->jobs[p->begun++ % p->room];

    pthread_mutex_unlock(&p->lock);
    job->fn(job->arg, worker);
    pthread_mutex_lock(&p->lock);
    job->done = true;
    pthread_cond_signal(&p->finished);
}

static void *thread_main(void *arg)
{
    pool_thread *t = arg;
    ft_pool *p = t->pool;

    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        if (p->begun < p->submitted)
            run_next(p, t->worker);
        else
            pthread_cond_wait(&p->queued, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Signals are the program's, for its main thread; those that a fault raises stay with the thread that made it. */
static void start_threads(ft_pool *p, unsigned n)
{
    sigset_t all, before;

    sigfillset(&all);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    sigdelset(&all, SIGTRAP);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < n; i++) {
        pool_thread *t = &p->threads[i];
        *t = (pool_thread){.pool = p, .worker = i + 1};
        if (pthread_create(&t->id, NULL, thread_main, t) != 0)
            break;
        p->n_threads = i + 1;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

ft_status ft_pool_new(ft_pool **out, unsigned n_threads, size_t room, ft_error *err)
{
    *out = NULL;
    if (n_threads < 1)
        n_threads = 1;
    if (n_threads > WORKERS_MAX)
        n_threads = WORKERS_MAX;
    ft_pool *p = ft_alloc_zero(1, sizeof *p);
    if (!p)
        return ft_fail_nomem(err);
    p->room = room ? room : 1;
    p->jobs = ft_alloc_zero(p->room, sizeof *p->jobs);
    p->threads = ft_alloc_zero(n_threads, sizeof *p->threads);
    if (!p->jobs || !p->threads) {
        ft_free(p->jobs);
        ft_free(p->threads);
        ft_free(p);
        return ft_fail_nomem(err);
    }
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->queued, NULL);
    pthread_cond_init(&p->finished, NULL);
    start_threads(p, n_threads - 1);
    *out = p;
    return FT_OK;
}

void ft_pool_free(ft_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->queued);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n_threads; i++)
        pthread_join(p->threads[i].id, NULL);
    pthread_cond_destroy(&p->finished);
    pthread_cond_destroy(&p->queued);
    pthread_mutex_destroy(&p->lock);
    ft_free(p->jobs);
    ft_free(p->threads);
    ft_free(p);
}

unsigned ft_pool_workers(const ft_pool *p)
{
    return p->n_threads + 1;
}

/* Both counters are written by the owner alone, so the owner may read them without the lock. */
size_t ft_pool_outstanding(const ft_pool *p)
{
    return (size_t)(p->submitted - p->taken);
}

bool ft_pool_submit(ft_pool *p, ft_pool_fn fn, void *arg)
{
    if (ft_pool_outstanding(p) == p->room)
        return false;
    pthread_mutex_lock(&p->lock);
    p->jobs[p->submitted++ % p->room] = (pool_job){fn, arg, false};
    pthread_cond_signal(&p->queued);
    pthread_mutex_unlock(&p->lock);
    return true;
}

bool ft_pool_help(ft_pool *p)
{
    pthread_mutex_lock(&p->lock);
    bool waiting = p->begun < p->submitted;
    if (waiting)
        run_next(p, 0);
    pthread_mutex_unlock(&p->lock);
    return waiting;
}

static void *take(ft_pool *p, bool wait)
{
    void *arg = NULL;

    if (ft_pool_outstanding(p) == 0)
        return NULL;
    pthread_mutex_lock(&p->lock);
    pool_job *oldest = &p->jobs[p->taken % p->room];
    while (wait && !oldest->done) {
        if (p->begun < p->submitted)
            run_next(p, 0);
        else
            pthread_cond_wait(&p->finished, &p->lock);
    }
    if (oldest->done) {
        arg = oldest->arg;
        p->taken++;
    }
    pthread_mutex_unlock(&p->lock);
    return arg;
}

void *ft_pool_take(ft_pool *p)
{
    return take(p, true);
}

void *ft_pool_try_take(ft_pool *p)
{
    return take(p, false);
}
