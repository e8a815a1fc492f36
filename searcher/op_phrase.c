/* op_phrase.c - the operator of a phrase: passages where its words stand in consecutive positions; see eval.h.
 *
 * In a window, the passages of the rarest term that may hold the others, by the bits of these, are aligned
 * (align.h). */
#include "align.h"
#include "mem.h"

typedef struct phrase_op {
    ft_op base;
    float weight;
    uint32_t n_lists, n_words;
    ft_cursor *cursors;    /* of the lists, rarest first: for bounds and marks */
    uint32_t *words;       /* word i is list words[i] */
    ft_align *align;
    uint32_t *last;        /* where the phrase begins in the last passage probed that has it; owned */
    size_t cap_last;
    uint32_t n_last;
} phrase_op;

static uint32_t phrase_bound(ft_op *op, uint32_t lo, uint32_t hi)
{
    phrase_op *p = (phrase_op *)op;
    float part = 1;

    for (uint32_t i = 0; i < p->n_lists; i++) {
        float here = ft_cursor_part_bound(&p->cursors[i], lo, hi);
        if (here < part)
            part = here;
    }
    return ft_contribution(p->weight, part);
}

static uint32_t phrase_hint(ft_op *op, uint32_t lo, int64_t need)
{
    phrase_op *p = (phrase_op *)op;
    uint32_t at = ft_cursor_hint(p->cursors, lo, op->scoring ? need : -1);

    return at == UINT32_MAX ? at : ft_spotter_hint(p->align->lists[0], at);
}

/* Sets the bits of the passages of [lo, hi) that may hold all terms but the rarest: all that do, and maybe others. */
static void mark_others(phrase_op *p, uint32_t lo, uint32_t hi, uint64_t bits[FT_WINDOW / 64])
{
    uint64_t other[FT_WINDOW / 64], probes = p->cursors[0].list.df;

    memset(bits, 0xff, sizeof other);
    for (uint32_t i = 1; i < p->n_lists && ft_worth_marking(p->cursors[i].list.df, probes); i++) {
        memset(other, 0, sizeof other);
        ft_cursor_mark(&p->cursors[i], lo, hi, other);
        for (uint32_t w = 0; w < FT_WINDOW / 64; w++)
            bits[w] &= other[w];
    }
}

/* Keeps the passages whose bits are set, with their postings. */
static uint32_t keep_marked(uint32_t *passages, uint16_t *postings, uint32_t n, uint32_t lo, const uint64_t *bits)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = passages[i] - lo;
        passages[kept] = passages[i];
        postings[kept] = postings[i];
        kept += bits[at / 64] >> at % 64 & 1;
    }
    return kept;
}

/* Candidates need their lengths. */
static bool touch_norms(phrase_op *p, const uint32_t *passages, uint32_t n)
{
    ft_eval *eval = p->base.eval;

    if (n == 0 || eval->st != FT_OK)
        return false;
    return !ft_eval_fail(eval, ft_norms_touch(eval->norms, passages[0], passages[n - 1], eval->err));
}

/* Appends the candidates that match to a batch. */
static void put_batch(const phrase_op *p, ft_batch *out)
{
    const ft_candidates *c = &p->align->c;
    uint32_t scores[FT_CANDIDATES] = {0};

    if (p->base.scoring)
        ft_align_score(p->align, scores);
    for (uint32_t k = 0; k < c->n_live; k++) {
        out->passages[out->n] = c->passages[c->live[k]];
        out->scores[out->n++] = scores[k];
    }
}

static void put_bits(const phrase_op *p, uint32_t lo, uint64_t *bits)
{
    const ft_candidates *c = &p->align->c;

    for (uint32_t k = 0; k < c->n_live; k++) {
        uint32_t at = c->passages[c->live[k]] - lo;
        bits[at / 64] |= UINT64_C(1) << (at % 64);
    }
}

/* Matches in [lo, hi), to a batch or as bits: the passages of the rarest list that may hold the other terms are looked
 * into, block by block. */
static void walk(phrase_op *p, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out, uint64_t *bits)
{
    uint32_t passages[FT_BLOCK_LEN];
    uint16_t postings[FT_BLOCK_LEN];
    uint64_t others[FT_WINDOW / 64];
    bool marked = false;

    for (uint32_t at = lo, next; at < hi; at = next) {
        uint32_t n = ft_spotter_list(p->align->lists[0], at, hi, need, &next, passages, postings);
        if (n > 0 && !marked) {
            mark_others(p, lo, hi, others);
            for (uint32_t w = 0; bits && w < FT_WINDOW / 64; w++)
                others[w] &= ~bits[w];
            marked = true;
        }
        n = keep_marked(passages, postings, n, lo, others);
        if (!touch_norms(p, passages, n))
            continue;
        for (uint32_t i = 0, step; i < n; i += step) {
            step = ft_align_take(p->align, passages + i, n - i);
            ft_align_match(p->align, postings + i, need);
            if (out)
                put_batch(p, out);
            else
                put_bits(p, lo, bits);
        }
    }
}

static void phrase_generate(ft_op *op, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    out->n = 0;
    walk((phrase_op *)op, lo, hi, op->scoring ? need : -1, out, NULL);
    if (op->scoring && need >= 0)
        out->n = ft_keep_above(out->passages, out->scores, out->n, need);
}

static void phrase_mark(ft_op *op, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    walk((phrase_op *)op, lo, hi, -1, NULL, bits);
}

/* Remembers where the phrase begins in the last live candidate. */
static void keep_last(phrase_op *p)
{
    const ft_align *a = p->align;
    uint32_t slot = a->c.live[a->c.n_live - 1], n = a->freqs[slot];

    if (FT_GROW(p->last, p->cap_last, n) != 0) {
        ft_eval_fail(p->base.eval, ft_fail_nomem(p->base.eval->err));
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        p->last[i] = a->starts.at[a->starts.n - n + i] - a->c.base[slot];
    p->n_last = n;
}

static uint32_t greatest(const uint32_t *values, uint32_t n)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < n; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

static void phrase_probe(ft_op *op, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores,
                         uint8_t *hits)
{
    phrase_op *p = (phrase_op *)op;
    uint32_t here[FT_CANDIDATES];

    if (!touch_norms(p, passages, n))
        return;
    for (uint32_t i = 0, step; i < n; i += step) {
        step = ft_align_take(p->align, passages + i, n - i);
        p->align->given = scores + i;
        p->align->most_given = greatest(scores + i, step);
        ft_align_match(p->align, NULL, op->scoring ? need : -1);
        if (op->scoring)
            ft_align_score(p->align, here);
        const ft_candidates *c = &p->align->c;
        for (uint32_t k = 0; k < c->n_live; k++) {
            hits[i + c->live[k]] = 1;
            scores[i + c->live[k]] += op->scoring ? here[k] : 0;
        }
        if (c->n_live)
            keep_last(p);
    }
    p->align->given = NULL;
    p->align->most_given = 0;
}

static void phrase_rewind(ft_op *op)
{
    phrase_op *p = (phrase_op *)op;

    for (uint32_t i = 0; i < p->n_lists; i++)
        ft_cursor_rewind(&p->cursors[i]); /* the spotters go back by themselves */
}

static void phrase_release(ft_op *op)
{
    phrase_op *p = (phrase_op *)op;

    ft_align_release(p->align);
    ft_free(p->last);
}

static ft_occurrences phrase_occurrences(ft_op *op)
{
    phrase_op *p = (phrase_op *)op;

    return (ft_occurrences){p->n_last, p->last, p->n_words};
}

static const ft_op_class phrase_class = {phrase_bound, phrase_hint,   phrase_generate, phrase_mark,
                                         phrase_probe, phrase_rewind, phrase_release,  phrase_occurrences, NULL};

/* Lists in order of df, and the words renumbered alike. */
static bool fill_lists(phrase_op *p, ft_eval *eval, const ft_postings *const *lists, const uint32_t *words)
{
    uint32_t *order = ft_arena_alloc(eval->arena, p->n_lists * sizeof *order);
    uint32_t *place = ft_arena_alloc(eval->arena, p->n_lists * sizeof *place);

    if (!order || !place)
        return false;
    for (uint32_t i = 0; i < p->n_lists; i++) {
        uint32_t k = i;
        for (; k > 0 && lists[order[k - 1]]->df > lists[i]->df; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (uint32_t i = 0; i < p->n_lists; i++) {
        place[order[i]] = i;
        p->align->lists[i] = ft_arena_alloc(eval->arena, sizeof *p->align->lists[i]);
        if (!p->align->lists[i])
            return false;
        ft_spotter_init(p->align->lists[i], eval, lists[order[i]], p->weight);
        ft_cursor_init(&p->cursors[i], eval, lists[order[i]], p->weight);
    }
    for (uint32_t i = 0; i < p->n_words; i++)
        p->words[i] = place[words[i]];
    return true;
}

/* Puts the words of rarer lists first: a counting sort by list. */
static bool fill_order(phrase_op *p, ft_eval *eval)
{
    uint32_t *order = ft_arena_alloc(eval->arena, p->n_words * sizeof *order);
    uint32_t *end = ft_arena_zero(eval->arena, p->n_lists + 1, sizeof *end);

    if (!order || !end)
        return false;
    for (uint32_t i = 0; i < p->n_words; i++)
        end[p->words[i] + 1]++;
    for (uint32_t i = 0; i < p->n_lists; i++)
        end[i + 1] += end[i];
    for (uint32_t i = 0; i < p->n_words; i++)
        order[end[p->words[i]]++] = i;
    p->align->order = order;
    p->align->ends = end; /* now that the words are in their places */
    return true;
}

ft_op *ft_op_phrase(ft_eval *eval, const ft_postings *const *lists, uint32_t n_lists, const uint32_t *words,
                    uint32_t n_words, float weight)
{
    phrase_op *p = ft_arena_zero(eval->arena, 1, sizeof *p);

    if (!p)
        goto nomem;
    p->weight = weight;
    p->n_lists = n_lists;
    p->n_words = n_words;
    p->cursors = ft_arena_alloc(eval->arena, n_lists * sizeof *p->cursors);
    p->words = ft_arena_alloc(eval->arena, n_words * sizeof *p->words);
    p->align = ft_arena_zero(eval->arena, 1, sizeof *p->align);
    if (!p->cursors || !p->words || !p->align)
        goto nomem;
    p->align->eval = eval;
    p->align->weight = weight;
    p->align->n_lists = n_lists;
    p->align->n_words = n_words;
    p->align->lists = ft_arena_alloc(eval->arena, n_lists * sizeof *p->align->lists);
    if (!p->align->lists || !fill_lists(p, eval, lists, words) || !fill_order(p, eval))
        goto nomem;
    p->base = (ft_op){&phrase_class, eval, p->cursors[0].list.df, eval->scoring, true};
    return &p->base;
nomem:
    ft_eval_fail(eval, ft_fail_nomem(eval->err));
    return NULL;
}
