/* op_term.c - the operator of a single term; see eval.h. */
#include "eval.h"
#include "mem.h"

typedef struct term_op {
    ft_op base;
    uint32_t *positions; /* owned */
    size_t cap_positions;
    ft_cursor cursor;
} term_op;

static inline ft_cursor *cursor_of(ft_op *op)
{
    return &((term_op *)op)->cursor;
}

static uint32_t term_bound(ft_op *op, uint32_t lo, uint32_t hi)
{
    ft_cursor *c = cursor_of(op);

    return ft_contribution(c->weight, ft_cursor_part_bound(c, lo, hi));
}

static uint32_t term_hint(ft_op *op, uint32_t lo, int64_t need)
{
    return ft_cursor_hint(cursor_of(op), lo, op->scoring ? need : -1);
}

/* Appends the postings [from, to) of the block in hand that score more than need. */
static void take_postings(ft_op *op, uint32_t from, uint32_t to, int64_t need, ft_batch *out)
{
    ft_cursor *c = cursor_of(op);
    uint32_t n = to - from, *passages = out->passages + out->n, *scores = out->scores + out->n;

    if (n > FT_WINDOW - out->n) { /* more than the blocks' last passages let reach expect */
        ft_eval_fail(op->eval, ft_envelope_corrupt(c->list.env, c->list.data, "postings: last passages do not ascend",
                                                   op->eval->err));
        return;
    }
    memcpy(passages, c->passages + from, n * sizeof *passages);
    if (!op->scoring) {
        memset(scores, 0, n * sizeof *scores);
    } else if (ft_cursor_load_tfs(c)) {
        ft_cursor_score(c, from, to, scores);
        if (need >= 0)
            n = ft_keep_above(passages, scores, n, need);
    } else {
        n = 0;
    }
    out->n += n;
}

static void term_generate(ft_op *op, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    ft_cursor *c = cursor_of(op);

    if (!op->scoring)
        need = -1;
    out->n = 0;
    while (ft_cursor_seek_block(c, lo)) {
        uint32_t last = ft_postings_block_last(&c->list, c->block);
        if (need < 0 || (int64_t)ft_cursor_block_bound(c, c->block) > need) {
            if (!c->loaded && !ft_cursor_load_block(c, c->block))
                return;
            uint32_t from = ft_cursor_upto(c, c->at, lo), to = ft_cursor_upto(c, from, hi);
            if (from < to)
                take_postings(op, from, to, need, out);
            c->at = to;
        }
        if (last >= hi - 1)
            return;
        lo = last + 1;
    }
}

static void term_mark(ft_op *op, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    ft_cursor_mark(cursor_of(op), lo, hi, bits);
}

static void term_probe(ft_op *op, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores, uint8_t *hits)
{
    ft_cursor_probe(cursor_of(op), op->scoring, passages, n, need, scores, hits);
}

static void term_rewind(ft_op *op)
{
    ft_cursor_rewind(cursor_of(op));
}

static void term_release(ft_op *op)
{
    ft_free(((term_op *)op)->positions);
}

static ft_occurrences term_occurrences(ft_op *op)
{
    term_op *t = (term_op *)op;
    ft_cursor *c = &t->cursor;

    if (!ft_cursor_seek(c, c->found))
        return (ft_occurrences){0, NULL, 1};
    uint32_t tf = ft_cursor_positions(c, &t->positions, &t->cap_positions);
    return (ft_occurrences){tf, t->positions, 1};
}

static uint32_t term_reach(const ft_op *op, uint32_t lo, uint32_t matches)
{
    const ft_cursor *c = &((const term_op *)op)->cursor;
    const ft_postings *list = &c->list;
    bool ahead = c->block && c->block < list->n_blocks && ft_postings_block_last(list, c->block - 1) < lo;
    uint32_t block = ft_postings_find_block(list, ahead ? c->block : 0, lo);

    if (list->n_blocks - block <= matches / FT_BLOCK_LEN)
        return list->n_passages;
    return ft_postings_block_last(list, block + matches / FT_BLOCK_LEN - 1) + 1;
}

static const ft_op_class term_class = {term_bound, term_hint,   term_generate, term_mark,
                                       term_probe, term_rewind, term_release,  term_occurrences, term_reach};

ft_op *ft_op_term(ft_eval *eval, const ft_postings *list, float weight)
{
    term_op *t = ft_arena_alloc(eval->arena, sizeof *t);

    if (!t) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return NULL;
    }
    t->base = (ft_op){&term_class, eval, list->df, eval->scoring, false};
    t->positions = NULL;
    t->cap_positions = 0;
    ft_cursor_init(&t->cursor, eval, list, weight);
    return &t->base;
}
