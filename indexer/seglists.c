/* seglists.c - see seglists.h. Lists are decoded block by block; every number is checked before it is an index. */
#include "seglists.h"

#include "mem.h"
#include "pages.h"

#define TOUCHED_MAX (16u << 20) /* mapped bytes that may stay resident, roughly */

/* Merging needs each source in order, whatever the file claims. */
static bool ascends(const ft_seglists *s)
{
    size_t len = s->terms.term_len < s->last_len ? s->terms.term_len : s->last_len;
    int c = memcmp(s->terms.term, s->last, len);

    return c != 0 ? c > 0 : s->terms.term_len > s->last_len;
}

static ft_status next_term(ft_list_source *source, bool *more, ft_error *err)
{
    ft_seglists *s = (ft_seglists *)source;
    ft_status st = ft_term_iter_next(&s->terms, more, err);

    if (st == FT_OK && *more)
        *more = ft_term_prefix(s->terms.term, s->terms.term_len) < s->to;
    if (st != FT_OK || !*more)
        return st;
    if (!ascends(s) || ft_term_prefix(s->terms.term, s->terms.term_len) < s->from)
        return ft_envelope_corrupt(&s->segment->env, s->segment->terms.terms.ptr, "terms: not in order", err);
    memcpy(s->last, s->terms.term, s->terms.term_len);
    s->last_len = s->terms.term_len;
    source->term = s->terms.term;
    source->term_len = s->terms.term_len;
    s->block = s->i = s->n = 0;
    s->touched += s->terms.info.post_len + s->terms.info.pos_len;
    if (s->touched > TOUCHED_MAX) {
        ft_pages_give_back(&s->segment->env.map);
        s->touched = 0;
    }
    return ft_postings_open(&s->list, &s->segment->env, s->segment->postings, s->segment->positions,
                            &s->terms.info, s->segment->meta.n_passages, err);
}

static ft_status corrupt(const ft_seglists *s, const char *what, ft_error *err)
{
    return ft_envelope_corrupt(&s->segment->env, s->list.data, what, err);
}

/* Decodes the next block with its positions, still as gaps. */
static ft_status decode_block(ft_seglists *s, ft_error *err)
{
    const unsigned char *tfs;
    uint32_t n = ft_postings_block_len(&s->list, s->block);
    uint64_t tokens = 0;
    ft_status st = ft_postings_passages(&s->list, s->block, s->passages, &tfs, err);

    if (s->bare) {
        s->n = n;
        s->i = 0;
        s->block++;
        return st;
    }
    if (st == FT_OK)
        st = ft_postings_tf_sums(&s->list, s->block, tfs, s->sums, err);
    if (st != FT_OK)
        return st;
    /* The passages must be long enough, or a forged sum would ask for any amount of memory. */
    for (uint32_t i = 0; i < n; i++)
        tokens += ft_norms_get(&s->segment->norms, s->passages[i]);
    if (s->sums[n - 1] > tokens || tokens > s->segment->meta.n_tokens)
        return corrupt(s, "postings: more occurrences than the passages have tokens", err);
    if (FT_GROW(s->gaps, s->cap_gaps, s->sums[n - 1]) != 0)
        return ft_fail_nomem(err);
    st = ft_postings_gaps(&s->list, s->block, s->sums[n - 1], s->gaps, err);
    s->n = n;
    s->i = 0;
    s->block++;
    return st;
}

/* Appends posting i of the decoded block under its new number. */
static ft_status append(ft_seglists *s, uint32_t number, ft_list_block *b, ft_error *err)
{
    uint32_t from = s->i && !s->bare ? s->sums[s->i - 1] : 0, tf = s->bare ? 0 : s->sums[s->i] - from;
    uint64_t position = 0;

    /* One more than needed: a block of bare passages has an array as well, if an empty one. */
    if (b->n_gaps + tf >= b->cap_gaps && !ft_list_block_room(b, (size_t)tf + 1))
        return ft_fail_nomem(err);
    for (uint32_t k = 0; k < tf; k++)
        position += (uint64_t)s->gaps[from + k] + 1;
    if (tf > 0)
        memcpy(b->gaps + b->n_gaps, s->gaps + from, tf * sizeof *b->gaps);
    if (position > UINT32_MAX)
        return corrupt(s, "postings: a position out of range", err);
    b->passages[b->n] = number;
    b->tfs[b->n] = tf;
    b->n++;
    b->n_gaps += tf;
    return FT_OK;
}

static ft_status next_postings(ft_list_source *source, ft_list_block *b, bool *more, ft_error *err)
{
    ft_seglists *s = (ft_seglists *)source;
    ft_status st = FT_OK;

    while (st == FT_OK && b->n <= FT_LIST_BLOCK) {
        if (s->i == s->n) {
            if (s->block == s->list.n_blocks)
                break;
            st = decode_block(s, err);
            continue;
        }
        uint32_t passage = s->passages[s->i];
        uint32_t number = s->numbers ? s->numbers[passage] : s->base + passage;
        if (number != FT_PASSAGE_DROPPED)
            st = append(s, number, b, err);
        s->i++;
    }
    *more = s->i < s->n || s->block < s->list.n_blocks;
    return st;
}

ft_status ft_seglists_init(ft_seglists *s, const ft_segment *segment, const uint32_t *numbers, uint32_t base,
                           uint32_t from, uint32_t to, ft_error *err)
{
    unsigned char first[2] = {(unsigned char)(from >> 8), (unsigned char)from};

    *s = (ft_seglists){.source = {.next_term = next_term, .next_postings = next_postings},
                       .segment = segment,
                       .numbers = numbers,
                       .base = base,
                       .from = from,
                       .to = to};
    ft_term_iter_init(&s->terms, &segment->terms);
    return from ? ft_term_iter_seek(&s->terms, first, first[1] ? 2 : 1, err) : FT_OK;
}

ft_status ft_seglists_weigh(const ft_segment *segment, uint64_t weights[FT_TERM_PREFIXES], ft_error *err)
{
    const ft_termdict *d = &segment->terms;
    uint64_t first = 0, before = 0, last = 0;
    ft_status st = FT_OK;

    for (uint32_t i = 0; st == FT_OK && i < d->n_blocks; i++) {
        uint32_t prefix = (uint32_t)(first >> 48);
        st = ft_termdict_block(d, i, &first, &before, err);
        /* of a damaged dictionary they need not ascend; the merge will see */
        weights[prefix] += before > last ? before - last : 0;
        last = before;
    }
    return st;
}

void ft_seglists_rewind(ft_seglists *s)
{
    s->block = s->i = s->n = 0;
}

void ft_seglists_release(ft_seglists *s)
{
    if (s->touched > 0)
        ft_pages_give_back(&s->segment->env.map);
    ft_free(s->gaps);
    s->gaps = NULL;
}
