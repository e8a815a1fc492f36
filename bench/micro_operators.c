/* micro_operators.c - what a posting costs in the loops of a search, with each set of kernels that the machine has. */
#include "micro.h"

#include "cpu.h"
#include "eval.h"

#define N_SUMS 64u  /* blocks that are scored again and again */
#define PROBE_STEP 64u /* passages from one that is probed to the next */

static const char *const sets[] = {"scalar", "sse41", "avx2", "avx512"};
#define N_SETS (sizeof sets / sizeof *sets)

/* A loop and what it works on. */
typedef struct loop {
    uint64_t (*work)(struct loop *l);
    ft_kernels set;
    ft_eval eval;
    ft_op *op;
    ft_cursor *cursors; /* one, or N_SUMS of them with their blocks decoded */
    uint32_t end;       /* passages */
    ft_batch batch;
    uint32_t *cells, *probes;
    uint8_t *hits;
} loop;

static uint64_t run(void *arg)
{
    loop *l = arg;
    ft_kernels usual = ft_cpu;

    ft_cpu = l->set;
    uint64_t sum = l->work(l);
    ft_cpu = usual;
    return l->eval.st == FT_OK ? sum : 0;
}

/* ---------------------------------------------------------------- loops over one list */

static uint64_t decode(loop *l)
{
    ft_cursor *c = l->cursors;
    uint64_t sum = 0;

    for (uint32_t b = 0; b < c->list.n_blocks && ft_cursor_load_block(c, b); b++)
        sum += c->passages[c->n - 1];
    return sum;
}

static uint64_t decode_tfs(loop *l)
{
    ft_cursor *c = l->cursors;
    uint64_t sum = 0;

    for (uint32_t b = 0; b < c->list.n_blocks && ft_cursor_load_block(c, b) && ft_cursor_load_tfs(c); b++)
        sum += c->sums[c->n - 1];
    return sum;
}

static uint64_t score(loop *l)
{
    uint64_t sum = 1;

    for (uint32_t i = 0; i < N_SUMS; i++) {
        ft_cursor_score(&l->cursors[i], 0, l->cursors[i].n, l->batch.scores);
        sum += l->batch.scores[0];
    }
    return sum;
}

/* ---------------------------------------------------------------- loops over windows */

static uint64_t mark(loop *l)
{
    uint64_t bits[FT_WINDOW / 64], sum = 1;

    l->op->class->rewind(l->op);
    for (uint32_t lo = 0; lo < l->end; lo += FT_WINDOW) {
        memset(bits, 0, sizeof bits);
        l->op->class->mark(l->op, lo, lo + FT_WINDOW, bits);
        sum += bits[0];
    }
    return sum;
}

static uint64_t generate(loop *l)
{
    uint64_t sum = 0;

    l->op->class->rewind(l->op);
    for (uint32_t lo = 0; lo < l->end; lo += FT_WINDOW) {
        l->op->class->generate(l->op, lo, lo + FT_WINDOW, -1, &l->batch);
        sum += l->batch.n;
    }
    return sum;
}

static uint64_t probe(loop *l)
{
    uint32_t n = FT_WINDOW / PROBE_STEP;
    uint64_t sum = 1;

    l->op->class->rewind(l->op);
    for (uint32_t lo = 0; lo < l->end; lo += FT_WINDOW) {
        memset(l->hits, 0, n);
        memset(l->batch.scores, 0, n * sizeof *l->batch.scores);
        l->op->class->probe(l->op, l->probes + lo / PROBE_STEP, n, -1, l->batch.scores, l->hits);
        sum += l->hits[0];
    }
    return sum;
}

/* Nothing is in the cells, so that they need not be filled each time. */
static uint64_t scan(loop *l)
{
    return 1 + ft_cpu.collect(l->cells, FT_WINDOW, 0, 0, l->batch.passages, l->batch.scores);
}

/* ---------------------------------------------------------------- making them */

static loop *new_loop(ft_micro *m, const ft_micro_searched *s, const ft_kernels *set, uint64_t (*work)(loop *l))
{
    loop *l = ft_micro_room(m, 1, sizeof *l);

    if (!l)
        return NULL;
    *l = (loop){.work = work, .set = *set};
    l->eval = (ft_eval){.arena = &m->arena, .norms = s->norms, .params = s->params, .scoring = work != mark};
    for (unsigned impact = 1; impact < 256; impact++)
        l->eval.parts[impact] = ft_bm25_bound((uint8_t)impact, 1);
    l->batch.passages = ft_micro_room(m, FT_WINDOW, sizeof *l->batch.passages);
    l->batch.scores = ft_micro_room(m, FT_WINDOW, sizeof *l->batch.scores);
    l->cells = ft_micro_room(m, FT_WINDOW, sizeof *l->cells);
    l->hits = ft_micro_room(m, FT_WINDOW, 1);
    return l->batch.passages && l->batch.scores && l->cells && l->hits ? l : NULL;
}

static bool add_cursors(ft_micro *m, loop *l, const ft_postings *list)
{
    uint32_t n = l->work == score ? N_SUMS : 1;

    l->cursors = ft_micro_room(m, n, sizeof *l->cursors);
    for (uint32_t i = 0; l->cursors && i < n; i++) {
        ft_cursor_init(&l->cursors[i], &l->eval, list, 1e6f);
        if (n > 1 && !ft_cursor_load_block(&l->cursors[i], i % list->n_blocks))
            return false;
        if (n > 1 && !ft_cursor_load_tfs(&l->cursors[i]))
            return false;
    }
    return l->cursors;
}

/* An operator for the list, or for any or all of two, over the passages that the first has. */
static bool add_operator(ft_micro *m, loop *l, const ft_micro_searched *s, size_t list, bool both)
{
    ft_op **of = ft_micro_room(m, 2, sizeof *of), **none = ft_micro_room(m, 1, sizeof *none);

    if (!of || !none)
        return false;
    l->end = s->lists[list].df * s->gaps[list];
    l->end -= l->end % FT_WINDOW;
    for (size_t i = 0; i < 2; i++)
        of[i] = ft_op_term(&l->eval, &s->lists[list + (both ? i : 0)], 1e6f);
    if (!of[0] || !of[1])
        return false;
    if (!both)
        l->op = of[0];
    else if (l->work == mark)
        l->op = ft_op_list(&l->eval, of, 2, none, 0, none, 0);
    else
        l->op = ft_op_list(&l->eval, none, 0, of, 2, none, 0);
    return l->op;
}

static bool add_probes(ft_micro *m, loop *l)
{
    l->probes = ft_micro_room(m, l->end / PROBE_STEP, sizeof *l->probes);
    for (uint32_t i = 0; l->probes && i < l->end / PROBE_STEP; i++)
        l->probes[i] = i * PROBE_STEP + ft_micro_random(m, PROBE_STEP);
    return l->probes;
}

static const struct row {
    const char *name, *item;
    uint64_t (*work)(loop *l);
    bool both;      /* with the next list */
    unsigned lists; /* how many of the lists it is done for */
} rows[] = {
    {"decode", "posting", decode, false, 3},
    {"decode, tfs", "posting", decode_tfs, false, 3},
    {"score", "posting", score, false, 3},
    {"mark", "posting", mark, false, 3},
    {"mark all of two", "passage", mark, true, 2},
    {"generate", "posting", generate, false, 3},
    {"generate any of two", "passage", generate, true, 2},
    {"probe 1 in 64", "probe", probe, false, 3},
};

static ft_status add_row(ft_micro *m, const ft_micro_searched *s, const ft_kernels *set, const struct row *row,
                         size_t list, ft_error *err)
{
    loop *l = new_loop(m, s, set, row->work);
    bool windows = row->work == mark || row->work == generate || row->work == probe;

    if (!l || !(windows ? add_operator(m, l, s, list, row->both) : add_cursors(m, l, &s->lists[list])) ||
        (row->work == probe && !add_probes(m, l)))
        return ft_fail_nomem(err);
    uint64_t items = row->work == probe ? l->end / PROBE_STEP : row->both ? l->end : s->lists[list].df;
    ft_kernel k = {.group = "search", .item = row->item, .items = items, .run = run, .arg = l};
    return ft_micro_add(m, k, err, "1/%u, %s, %s", s->gaps[list], row->name, set->name);
}

static ft_status add_scan(ft_micro *m, const ft_micro_searched *s, const ft_kernels *set, ft_error *err)
{
    loop *l = new_loop(m, s, set, scan);
    ft_kernel k = {.group = "search", .item = "window", .items = 1, .run = run, .arg = l};

    return l ? ft_micro_add(m, k, err, "scan and clear 4096 sums, %s", set->name) : ft_fail_nomem(err);
}

ft_status ft_micro_operators(ft_micro *m, const ft_micro_searched *s, ft_error *err)
{
    ft_status st = FT_OK;

    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        for (size_t list = 0; list < rows[r].lists; list++) {
            for (size_t i = 0; st == FT_OK && i < N_SETS; i++) {
                ft_kernels set;
                if (ft_kernels_named(sets[i], &set))
                    st = add_row(m, s, &set, &rows[r], list, err);
            }
        }
    }
    for (size_t i = 0; st == FT_OK && i < N_SETS; i++) {
        ft_kernels set;
        if (ft_kernels_named(sets[i], &set))
            st = add_scan(m, s, &set, err);
    }
    return st;
}
