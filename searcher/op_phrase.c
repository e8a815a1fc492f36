/* op_phrase.c - the operator of a phrase: passages where its words stand in consecutive positions; see eval.h.
 *
 * In a window, passages that may hold all terms are found by intersecting bits. There the words are taken in order of
 * rarity: the rarest gives the places where the phrase may begin, each further one leaves some of them. When none is
 * left, or the frequency of a term, an upper bound of the phrase's, can no longer score enough, the positions of the
 * more frequent terms are never decoded. */
#include "eval.h"
#include "mem.h"

typedef struct word_list {
    ft_cursor *cursor;   /* goes from candidate to candidate */
    ft_cursor *marker;   /* goes ahead of it, window by window */
    uint32_t passage;    /* whose positions are at hand; UINT32_MAX: none's */
    uint32_t *positions; /* owned */
    size_t cap;
    uint32_t tf;
} word_list;

typedef struct phrase_op {
    ft_op base;
    float weight;
    uint32_t n_lists, n_words;
    word_list *lists;      /* rarest first */
    uint32_t *words;       /* word i is lists[words[i]] */
    uint32_t *order;       /* the words, those of rarer lists first */
    uint32_t *starts;      /* where the phrase begins, in the passage last matched; owned */
    size_t cap_starts;
    uint32_t freq;
} phrase_op;

static uint32_t phrase_bound(ft_op *op, uint32_t lo, uint32_t hi)
{
    phrase_op *p = (phrase_op *)op;
    float part = 1;

    for (uint32_t i = 0; i < p->n_lists; i++) {
        float here = ft_cursor_part_bound(p->lists[i].cursor, lo, hi);
        if (here < part)
            part = here;
    }
    return ft_contribution(p->weight, part);
}

static uint32_t phrase_hint(ft_op *op, uint32_t lo, int64_t need)
{
    return ft_cursor_hint(((phrase_op *)op)->lists[0].marker, lo, op->scoring ? need : -1);
}

/* Sets the bits of the passages of [lo, hi) that may hold all terms: all that do, and maybe others. */
static void mark_candidates(phrase_op *p, uint32_t lo, uint32_t hi, uint64_t bits[FT_WINDOW / 64])
{
    uint64_t other[FT_WINDOW / 64];
    uint64_t probes = p->lists[0].cursor->list.df;

    memset(bits, 0, sizeof other);
    ft_cursor_mark(p->lists[0].marker, lo, hi, bits);
    for (uint32_t i = 1; i < p->n_lists && ft_worth_marking(p->lists[i].cursor->list.df, probes); i++) {
        memset(other, 0, sizeof other);
        ft_cursor_mark(p->lists[i].marker, lo, hi, other);
        for (uint32_t w = 0; w < FT_WINDOW / 64; w++)
            bits[w] &= other[w];
    }
}

/* Brings the positions of one list in a passage to hand; false if it does not stand there, or stands there too seldom
 * for a score above need. Passages asked for ascend. */
static bool load(phrase_op *p, word_list *list, uint32_t passage, int64_t need)
{
    ft_cursor *c = list->cursor;

    if (list->passage == passage)
        return true;
    if (!ft_cursor_seek(c, passage) || c->passages[c->at] != passage || !ft_cursor_load_tfs(c))
        return false;
    uint32_t tf = ft_cursor_tf(c, c->at), dl = ft_norms_get(p->base.eval->norms, passage);
    if (dl < p->n_words ||
        (need >= 0 && (int64_t)ft_contribution(p->weight, ft_bm25_part(p->base.eval->params, tf, dl)) <= need))
        return false;
    list->tf = ft_cursor_positions(c, &list->positions, &list->cap);
    list->passage = list->tf ? passage : UINT32_MAX;
    return list->tf > 0;
}

/* The places where the phrase may begin, by one word of it. */
static void begin(phrase_op *p, const word_list *list, uint32_t word)
{
    if (FT_GROW(p->starts, p->cap_starts, list->tf) != 0) {
        ft_eval_fail(p->base.eval, ft_fail_nomem(p->base.eval->err));
        return;
    }
    for (uint32_t k = 0; k < list->tf; k++)
        if (list->positions[k] >= word)
            p->starts[p->freq++] = list->positions[k] - word;
}

/* Keeps those of them where another word stands in its place. */
static void narrow(phrase_op *p, const word_list *list, uint32_t word)
{
    uint32_t kept = 0;

    for (uint32_t i = 0, k = 0; i < p->freq; i++) {
        uint32_t at = p->starts[i] + word;
        while (k < list->tf && list->positions[k] < at)
            k++;
        if (k == list->tf)
            break;
        if (list->positions[k] == at)
            p->starts[kept++] = p->starts[i];
    }
    p->freq = kept;
}

/* The phrase's frequency in a passage; 0 too if it cannot score more than need. */
static uint32_t match_at(phrase_op *p, uint32_t passage, int64_t need)
{
    p->freq = 0;
    for (uint32_t i = 0; i < p->n_words; i++) {
        uint32_t word = p->order[i];
        word_list *list = &p->lists[p->words[word]];
        if (!load(p, list, passage, need)) {
            p->freq = 0;
            return 0;
        }
        if (i == 0)
            begin(p, list, word);
        else
            narrow(p, list, word);
        if (p->freq == 0)
            return 0;
    }
    return p->freq;
}

static uint32_t score_here(const phrase_op *p, uint32_t passage)
{
    if (!p->base.scoring)
        return 0;
    uint32_t dl = ft_norms_get(p->base.eval->norms, passage);
    return ft_contribution(p->weight, ft_bm25_part(p->base.eval->params, p->freq, dl));
}

static void phrase_generate(ft_op *op, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    phrase_op *p = (phrase_op *)op;
    uint64_t bits[FT_WINDOW / 64];

    out->n = 0;
    mark_candidates(p, lo, hi, bits);
    for (uint32_t w = 0; w < FT_WINDOW / 64; w++) {
        for (uint64_t word = bits[w]; word; word &= word - 1) {
            uint32_t at = lo + w * 64 + (uint32_t)__builtin_ctzll(word);
            if (match_at(p, at, op->scoring ? need : -1) == 0)
                continue;
            out->passages[out->n] = at;
            out->scores[out->n++] = score_here(p, at);
        }
    }
    if (op->scoring && need >= 0)
        out->n = ft_keep_above(out->passages, out->scores, out->n, need);
}

static void phrase_mark(ft_op *op, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    phrase_op *p = (phrase_op *)op;
    uint64_t candidates[FT_WINDOW / 64];

    mark_candidates(p, lo, hi, candidates);
    for (uint32_t w = 0; w < FT_WINDOW / 64; w++) {
        for (uint64_t word = candidates[w] & ~bits[w]; word; word &= word - 1) {
            uint32_t at = lo + w * 64 + (uint32_t)__builtin_ctzll(word);
            if (match_at(p, at, -1))
                bits[w] |= word & -word;
        }
    }
}

static void phrase_probe(ft_op *op, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores,
                         uint8_t *hits)
{
    phrase_op *p = (phrase_op *)op;

    for (uint32_t i = 0; i < n; i++) {
        if (match_at(p, passages[i], op->scoring && need >= 0 ? need - scores[i] : -1) == 0)
            continue;
        hits[i] = 1;
        scores[i] += score_here(p, passages[i]);
    }
}

static void phrase_rewind(ft_op *op)
{
    phrase_op *p = (phrase_op *)op;

    for (uint32_t i = 0; i < p->n_lists; i++) {
        ft_cursor_rewind(p->lists[i].cursor);
        ft_cursor_rewind(p->lists[i].marker);
        p->lists[i].passage = UINT32_MAX;
    }
}

static void phrase_release(ft_op *op)
{
    phrase_op *p = (phrase_op *)op;

    for (uint32_t i = 0; i < p->n_lists; i++)
        ft_free(p->lists[i].positions);
    ft_free(p->starts);
}

static ft_occurrences phrase_occurrences(ft_op *op)
{
    phrase_op *p = (phrase_op *)op;

    return (ft_occurrences){p->freq, p->starts, p->n_words};
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
        ft_cursor *pair = ft_arena_alloc(eval->arena, 2 * sizeof *pair);
        if (!pair)
            return false;
        ft_cursor_init(pair, eval, lists[order[i]], p->weight);
        ft_cursor_init(pair + 1, eval, lists[order[i]], p->weight);
        p->lists[i].cursor = pair;
        p->lists[i].marker = pair + 1;
        p->lists[i].passage = UINT32_MAX;
    }
    for (uint32_t i = 0; i < p->n_words; i++)
        p->words[i] = place[words[i]];
    return true;
}

/* Puts the words of rarer lists first: a counting sort by list. */
static bool fill_order(phrase_op *p, ft_eval *eval)
{
    uint32_t *end = ft_arena_zero(eval->arena, p->n_lists + 1, sizeof *end);

    if (!end)
        return false;
    for (uint32_t i = 0; i < p->n_words; i++)
        end[p->words[i] + 1]++;
    for (uint32_t i = 0; i < p->n_lists; i++)
        end[i + 1] += end[i];
    for (uint32_t i = 0; i < p->n_words; i++)
        p->order[end[p->words[i]]++] = i;
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
    p->lists = ft_arena_zero(eval->arena, n_lists, sizeof *p->lists);
    p->words = ft_arena_zero(eval->arena, n_words, sizeof *p->words);
    p->order = ft_arena_zero(eval->arena, n_words, sizeof *p->order);
    if (!p->lists || !p->words || !p->order || !fill_lists(p, eval, lists, words) ||
        !fill_order(p, eval))
        goto nomem;
    p->base = (ft_op){&phrase_class, eval, p->lists[0].cursor->list.df, eval->scoring, true};
    return &p->base;
nomem:
    ft_eval_fail(eval, ft_fail_nomem(eval->err));
    return NULL;
}
