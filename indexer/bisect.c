/* bisect.c - see bisect.h.
 *
 * A range of documents is cut into halves so that terms tend to stand in one of them: a term that is in l documents of
 * the left half and r of the right costs about l log(n/l) + r log(n/r) bits, so moving a document to the left gains
 * about log(l) - log(r) bits for each of its terms. Some rounds of that: every document gets the sum over its terms,
 * and the half with the greater sums becomes the left one. Then each half is cut in its turn.
 *
 * All sums are of integers, and equal sums are told apart by place, so the result is the same everywhere. */
#include "bisect.h"

#include "bitpack.h"
#include "mem.h"

#define LEAF_MAX 256u  /* ranges of so many documents stay as they are */
#define LEAF_MIN 16u
#define LEAF_SHARE 64u /* of all documents, in between */
#define ROUNDS 4u      /* at most, of exchanges between halves */
#define SETTLED 128u   /* fewer than one document in so many moved: further rounds would change little */
#define FEW 4u         /* terms in fewer documents of a range are left out of its own rows */
#define TOP_LEVELS 6u  /* cut breadth-first, for the workers to share; below, a range is one job to its end */
#define SHRINK 8u      /* a range so much smaller than the rows it is read from gets rows of its own */
#define LOG_BITS 8u    /* of a mantissa, looked up */
#define LOG_ONE 10u    /* 2^LOG_ONE stands for 1 */

/* Rows of terms by document, all of them or those of a range. */
typedef struct rows {
    const uint64_t *starts;
    const uint32_t *terms;
    uint32_t n_docs;
} rows;

typedef struct count {
    uint32_t all, left; /* documents of the range with a term, and of its left half */
} count;

/* One worker's. Arrays by term are zero between ranges. */
typedef struct scratch {
    count *counts;      /* by term; owned */
    int16_t *pulls;     /* by term: to the left; owned */
    uint32_t *touched;  /* terms of the range; owned */
    uint32_t n_touched;
} scratch;

typedef struct bisector {
    const volatile int *cancel;
    uint32_t leaf;
    rows all;
    uint32_t *order;
    uint32_t *spare;    /* another order; owned */
    uint64_t *keys, *spare_keys; /* owned */
    scratch *scratch;   /* by worker; owned */
    uint16_t logs[1u << LOG_BITS];
} bisector;

/* A range of the order to be cut. Its documents are numbered as in the rows it is read from; the arrays have room for
 * it alone. */
typedef struct range {
    const rows *rows;
    uint32_t *order, *spare;
    uint64_t *keys, *spare_keys;
    uint32_t n;
} range;

/* A range to be cut, once or to its end. */
typedef struct job {
    bisector *b;
    uint32_t from, to;
    bool whole;
    ft_status st;
} job;

/* ------------------------------------------------ logarithms */

/* log2(1 + i / 2^LOG_BITS), bit by bit: squaring a number doubles its logarithm. */
static void make_logs(uint16_t *logs)
{
    for (uint32_t i = 0; i < 1u << LOG_BITS; i++) {
        uint64_t x = ((uint64_t)1 << 30) + ((uint64_t)i << (30 - LOG_BITS));
        uint32_t log = 0;
        for (unsigned bit = 0; bit < LOG_ONE; bit++) {
            x = x * x >> 30;
            log = log * 2 + (x >= (uint64_t)1 << 31);
            x >>= x >= (uint64_t)1 << 31;
        }
        logs[i] = (uint16_t)log;
    }
}

/* log2(x) for x > 0, in 2^-LOG_ONE. */
static int32_t log_of(const bisector *b, uint32_t x)
{
    unsigned high = ft_bit_width(x) - 1;
    uint32_t mantissa = high >= LOG_BITS ? x >> (high - LOG_BITS) : x << (LOG_BITS - high);

    return (int32_t)(high << LOG_ONE) + b->logs[mantissa & ((1u << LOG_BITS) - 1)];
}

/* ------------------------------------------------ the greater half */

/* The key of rank `rank` among keys[n], by their bytes from the highest on; destroys them. Keys are distinct. */
static uint64_t select_key(uint64_t *keys, uint32_t n, uint32_t rank)
{
    for (unsigned shift = 56; n > 1; shift -= 8) {
        uint32_t counts[256] = {0}, digit = 0, kept = 0;
        for (uint32_t i = 0; i < n; i++)
            counts[keys[i] >> shift & 0xff]++;
        while (rank >= counts[digit])
            rank -= counts[digit++];
        if (counts[digit] == n)
            continue;
        for (uint32_t i = 0; i < n; i++) {
            keys[kept] = keys[i];
            kept += (keys[i] >> shift & 0xff) == digit;
        }
        n = kept;
    }
    return keys[0];
}

/* A key for each document of the range: the greater its terms' pull, the less; then by place. */
static void make_keys(const range *r, const int16_t *pulls)
{
    const uint32_t *terms = r->rows->terms;

    for (uint32_t i = 0; i < r->n; i++) {
        const uint64_t *row = r->rows->starts + r->order[i];
        int64_t pull = 0;
        for (uint64_t k = row[0]; k < row[1]; k++)
            pull += pulls[terms[k]];
        if (pull > INT32_MAX)
            pull = INT32_MAX;
        if (pull < -INT32_MAX)
            pull = -INT32_MAX;
        r->keys[i] = (uint64_t)(INT32_MAX - pull) << 32 | i;
    }
}

/* Moves the documents whose keys are below the one of rank mid to the left, keeping their order; how many moved. */
static uint32_t exchange(const range *r, scratch *s, uint32_t mid)
{
    uint32_t left = 0, right = mid, moved = 0;

    memcpy(r->spare_keys, r->keys, r->n * sizeof *r->keys);
    uint64_t limit = select_key(r->spare_keys, r->n, mid);
    for (uint32_t i = 0; i < r->n; i++) {
        bool goes_left = r->keys[i] < limit;
        if (goes_left != (i < mid)) {
            const uint64_t *row = r->rows->starts + r->order[i];
            for (uint64_t k = row[0]; k < row[1]; k++)
                s->counts[r->rows->terms[k]].left += goes_left ? 1u : UINT32_MAX;
            moved++;
        }
        r->spare[goes_left ? left++ : right++] = r->order[i];
    }
    memcpy(r->order, r->spare, r->n * sizeof *r->order);
    return moved;
}

/* ------------------------------------------------ cutting */

static void count_terms(const range *r, scratch *s, uint32_t mid)
{
    const uint32_t *terms = r->rows->terms;

    s->n_touched = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        const uint64_t *row = r->rows->starts + r->order[i];
        for (uint64_t k = row[0]; k < row[1]; k++) {
            count *c = &s->counts[terms[k]];
            if (c->all++ == 0)
                s->touched[s->n_touched++] = terms[k];
            c->left += i < mid;
        }
    }
}

static void forget_counts(scratch *s)
{
    for (uint32_t i = 0; i < s->n_touched; i++)
        s->counts[s->touched[i]] = (count){0};
}

/* Cuts a range into halves. */
static void cut(const bisector *b, const range *r, scratch *s)
{
    uint32_t mid = r->n / 2, moved = r->n;

    count_terms(r, s, mid);
    for (unsigned round = 0; round < ROUNDS && moved > r->n / SETTLED; round++) {
        for (uint32_t i = 0; i < s->n_touched; i++) {
            uint32_t term = s->touched[i];
            count c = s->counts[term];
            s->pulls[term] = c.all > 1 ? (int16_t)(log_of(b, c.left + 1) - log_of(b, c.all - c.left + 1)) : 0;
        }
        make_keys(r, s->pulls);
        moved = exchange(r, s, mid);
    }
    forget_counts(s);
}

static range part_of(const range *r, uint32_t from, uint32_t to)
{
    return (range){r->rows, r->order + from, r->spare + from, r->keys + from, r->spare_keys + from, to - from};
}

/* The rows of a range's documents alone, in its order, without terms that few of them have. out is to be released, also
 * after a failure. */
static ft_status own_rows(const range *r, scratch *s, rows *out)
{
    const uint32_t *terms = r->rows->terms;
    uint64_t *starts = ft_alloc((size_t)r->n + 1, sizeof *starts), n = 0;
    uint32_t *own = NULL;

    *out = (rows){.starts = starts, .n_docs = r->n};
    if (!starts)
        return FT_ENOMEM;
    count_terms(r, s, 0);
    for (uint32_t i = 0; i < s->n_touched; i++)
        n += s->counts[s->touched[i]].all >= FEW ? s->counts[s->touched[i]].all : 0;
    out->terms = own = ft_alloc((size_t)n, sizeof *own);
    n = 0;
    for (uint32_t i = 0; own && i < r->n; i++) {
        const uint64_t *row = r->rows->starts + r->order[i];
        starts[i] = n;
        for (uint64_t k = row[0]; k < row[1]; k++)
            if (s->counts[terms[k]].all >= FEW)
                own[n++] = terms[k];
    }
    starts[r->n] = n;
    forget_counts(s);
    return own ? FT_OK : FT_ENOMEM;
}

static void release_rows(rows *own)
{
    ft_free((void *)(uintptr_t)own->starts); /* const only to those who read them */
    ft_free((void *)(uintptr_t)own->terms);
}

static ft_status cut_to_the_end(const bisector *b, const range *r, scratch *s);

/* The same with rows of its own, which lie together in memory. */
static ft_status cut_apart(const bisector *b, const range *r, scratch *s)
{
    uint32_t *docs = ft_alloc(r->n, sizeof *docs);
    rows own;
    ft_status st = own_rows(r, s, &own);
    range same = *r;

    if (!docs)
        st = FT_ENOMEM;
    if (st == FT_OK) {
        memcpy(docs, r->order, r->n * sizeof *docs);
        for (uint32_t i = 0; i < r->n; i++)
            r->order[i] = i;
        same.rows = &own;
        st = cut_to_the_end(b, &same, s);
        for (uint32_t i = 0; i < r->n; i++)
            r->order[i] = docs[r->order[i]];
    }
    release_rows(&own);
    ft_free(docs);
    return st;
}

static ft_status cut_to_the_end(const bisector *b, const range *r, scratch *s)
{
    uint32_t mid = r->n / 2;

    if (r->n <= b->leaf || (b->cancel && *b->cancel))
        return FT_OK;
    if (r->n <= r->rows->n_docs / SHRINK)
        return cut_apart(b, r, s);
    cut(b, r, s);
    range left = part_of(r, 0, mid), right = part_of(r, mid, r->n);
    ft_status st = cut_to_the_end(b, &left, s);
    return st == FT_OK ? cut_to_the_end(b, &right, s) : st;
}

static void run_job(void *arg, unsigned worker)
{
    job *j = arg;
    bisector *b = j->b;
    range all = {&b->all, b->order, b->spare, b->keys, b->spare_keys, b->all.n_docs};
    range r = part_of(&all, j->from, j->to);

    if (j->whole)
        j->st = cut_to_the_end(b, &r, &b->scratch[worker]);
    else if (r.n > b->leaf && !(b->cancel && *b->cancel))
        cut(b, &r, &b->scratch[worker]);
}

/* Cuts all n ranges. */
static ft_status run_level(bisector *b, ft_pool *pool, job *jobs, size_t n, bool whole)
{
    ft_status st = FT_OK;

    for (size_t i = 0; i < n; i++) {
        jobs[i].b = b;
        jobs[i].whole = whole;
        while (!ft_pool_submit(pool, run_job, &jobs[i]))
            (void)ft_pool_take(pool);
    }
    while (ft_pool_take(pool))
        ;
    for (size_t i = 0; i < n; i++)
        if (jobs[i].st != FT_OK)
            st = jobs[i].st;
    return st;
}

static ft_status run_all(bisector *b, ft_pool *pool)
{
    job jobs[1u << TOP_LEVELS] = {{.to = b->all.n_docs}};

    for (unsigned level = 0; level < TOP_LEVELS; level++) {
        (void)run_level(b, pool, jobs, (size_t)1 << level, false); /* cutting once does not fail */
        for (size_t i = (size_t)1 << level; i-- > 0;) {
            job whole = jobs[i];
            uint32_t mid = whole.from + (whole.to - whole.from) / 2;
            jobs[2 * i] = (job){.from = whole.from, .to = mid};
            jobs[2 * i + 1] = (job){.from = mid, .to = whole.to};
        }
    }
    return run_level(b, pool, jobs, (size_t)1 << TOP_LEVELS, true);
}

static ft_status make_scratch(bisector *b, unsigned n_workers, size_t n_terms, ft_error *err)
{
    b->scratch = ft_alloc_zero(n_workers, sizeof *b->scratch);
    for (unsigned i = 0; b->scratch && i < n_workers; i++) {
        scratch *s = &b->scratch[i];
        s->counts = ft_alloc_zero(n_terms, sizeof *s->counts);
        s->pulls = ft_alloc(n_terms, sizeof *s->pulls);
        s->touched = ft_alloc(n_terms, sizeof *s->touched);
        if (!s->counts || !s->pulls || !s->touched)
            return ft_fail_nomem(err);
    }
    return b->scratch ? FT_OK : ft_fail_nomem(err);
}

static void release(bisector *b, unsigned n_workers)
{
    for (unsigned i = 0; b->scratch && i < n_workers; i++) {
        ft_free(b->scratch[i].counts);
        ft_free(b->scratch[i].pulls);
        ft_free(b->scratch[i].touched);
    }
    ft_free(b->scratch);
    ft_free(b->spare);
    ft_free(b->keys);
    ft_free(b->spare_keys);
}

static uint32_t leaf_of(uint32_t n_docs)
{
    uint32_t leaf = n_docs / LEAF_SHARE;

    return leaf < LEAF_MIN ? LEAF_MIN : leaf > LEAF_MAX ? LEAF_MAX : leaf;
}

ft_status ft_bisect(const ft_forward *f, ft_pool *pool, const volatile int *cancel, uint32_t *order, ft_error *err)
{
    unsigned n_workers = ft_pool_workers(pool);
    bisector b = {.cancel = cancel, .leaf = leaf_of(f->n_docs), .all = {f->rows, f->terms, f->n_docs}, .order = order};
    ft_status st = make_scratch(&b, n_workers, f->n_terms, err);

    b.spare = ft_alloc(f->n_docs, sizeof *b.spare);
    b.keys = ft_alloc(f->n_docs, sizeof *b.keys);
    b.spare_keys = ft_alloc(f->n_docs, sizeof *b.spare_keys);
    if (st == FT_OK && (!b.spare || !b.keys || !b.spare_keys))
        st = ft_fail_nomem(err);
    for (uint32_t d = 0; d < f->n_docs; d++)
        order[d] = d;
    make_logs(b.logs);
    if (st == FT_OK && run_all(&b, pool) != FT_OK)
        st = ft_fail_nomem(err);
    if (st == FT_OK && cancel && *cancel)
        st = ft_fail(err, FT_ECANCELED, "canceled");
    release(&b, n_workers);
    return st;
}
