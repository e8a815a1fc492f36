/* align.c - see align.h. */
#include "align.h"

#include "cpu.h"
#include "mem.h"

/* On the line there is room for the phrase between any two passages, so that none seems to begin in one and end in the
 * next. */
uint32_t ft_align_take(ft_align *a, const uint32_t *passages, uint32_t n)
{
    ft_candidates *c = &a->c;
    uint32_t n_words = a->n_words, slot = 0, n_live = 0, most = n < FT_CANDIDATES ? n : FT_CANDIDATES;
    uint64_t at = n_words;

    ft_norms_fill(a->eval->norms, passages, most, c->dl);
    for (; slot < most; slot++) {
        uint32_t dl = c->dl[slot];
        if (slot > 0 && at + dl + n_words > UINT32_MAX)
            break;
        c->base[slot] = (uint32_t)at;
        c->live[n_live] = slot;
        n_live += dl >= n_words;
        at += (uint64_t)dl + 1 + n_words;
    }
    memcpy(c->passages, passages, slot * sizeof *passages);
    memset(a->freqs, 0xff, slot * sizeof *a->freqs);
    memset(c->base + slot, 0xff, (FT_CANDIDATES - slot) * sizeof *c->base);
    c->n = slot;
    c->n_live = n_live;
    return slot;
}

void ft_align_score(const ft_align *a, uint32_t scores[FT_CANDIDATES])
{
    const ft_candidates *c = &a->c;
    ft_bm25 params = a->eval->params;
    uint32_t tf[FT_CANDIDATES], dl[FT_CANDIDATES];

    for (uint32_t i = 0; i < c->n_live; i++) {
        tf[i] = a->freqs[c->live[i]];
        dl[i] = c->dl[c->live[i]];
    }
    ft_cpu.score(tf, dl, c->n_live, a->weight, params.a, params.b, scores);
}

/* Of the live candidates, found in a list, those go that cannot score more than need. */
static void keep_scoring(ft_align *a, const ft_spotter *s, int64_t need)
{
    ft_candidates *c = &a->c;
    uint32_t scores[FT_CANDIDATES];

    if (need < 0 || c->n_live == 0)
        return;
    for (uint32_t i = 0; i < c->n_live; i++) {
        const ft_spot *spot = &s->spots[c->live[i]];
        uint32_t tf = spot->end - spot->from, *freq = &a->freqs[c->live[i]];
        *freq = tf < *freq ? tf : *freq;
    }
    ft_align_score(a, scores);
    for (uint32_t i = 0; a->given && i < c->n_live; i++)
        scores[i] += a->given[c->live[i]];
    c->n_live = ft_keep_above(c->live, scores, c->n_live, need);
}

/* Finds the candidates in a list; of the rarest it may be known which postings they are. */
static void find_in(ft_align *a, uint32_t list, const uint16_t *postings, int64_t need)
{
    ft_spotter *s = a->lists[list];

    if (list > 0 || !postings)
        ft_spotter_find(s, &a->c, need - a->most_given);
    else if (!ft_spotter_set(s, &a->c, postings))
        a->c.n_live = 0;
    keep_scoring(a, s, need);
}

/* Keeps the starts after which another word stands in its place. */
static bool narrow(ft_align *a, uint32_t word)
{
    ft_places all = a->starts;

    if (FT_GROW(a->kept.at, a->kept.cap, (size_t)all.n + FT_MEET_SLACK) != 0)
        return !ft_eval_fail(a->eval, ft_fail_nomem(a->eval->err));
    a->kept.n = ft_cpu.meet(all.at, all.n, a->places.at, a->places.n, word, a->kept.at);
    a->starts = a->kept;
    a->kept = all;
    return true;
}

/* The slot of the passage where a phrase starts. A start may lie before its passage, by less than the phrase, as long
 * as not all words were found. */
static uint32_t slot_of(const ft_align *a, uint32_t start)
{
    const ft_candidates *c = &a->c;
    uint32_t at = start + a->n_words - 1, slot = 0;

    for (uint32_t step = FT_CANDIDATES / 2; step; step /= 2) /* without branches that depend on data */
        slot += step & -(uint32_t)(c->base[slot + step] <= at);
    return slot < c->n ? slot : c->n - 1;
}

/* Only candidates where the phrase may begin stay live; their freqs are how often it may. */
static void keep_started(ft_align *a)
{
    ft_candidates *c = &a->c;

    c->n_live = 0;
    for (uint32_t i = 0; i < a->starts.n; i++) {
        uint32_t slot = slot_of(a, a->starts.at[i]);
        if (c->n_live == 0 || slot > c->live[c->n_live - 1]) {
            c->live[c->n_live++] = slot;
            a->freqs[slot] = 0;
        }
        a->freqs[c->live[c->n_live - 1]]++;
    }
}

/* Narrows the starts by a list, whose words in order begin at `word`; false after a failure. The first list gives
 * them. */
static bool take_list(ft_align *a, uint32_t list, uint32_t word)
{
    ft_spotter *s = a->lists[list];

    if (list == 0 && !ft_spotter_places(s, &a->c, a->order[word++], &a->starts))
        return false;
    if (word < a->ends[list] && !ft_spotter_places(s, &a->c, 0, &a->places))
        return false;
    for (; word < a->ends[list]; word++)
        if (!narrow(a, a->order[word]))
            return false;
    return true;
}

void ft_align_match(ft_align *a, const uint16_t *postings, int64_t need)
{
    for (uint32_t i = 0; i < a->n_lists && need >= 0; i++)
        find_in(a, i, postings, need);
    for (uint32_t i = 0; i < a->n_lists && a->c.n_live; i++) {
        if (need < 0)
            find_in(a, i, postings, need);
        if (!take_list(a, i, i ? a->ends[i - 1] : 0))
            a->c.n_live = 0;
        else if (a->ends[i] > 1 || a->n_words == 1)
            keep_started(a);
    }
}

void ft_align_release(ft_align *a)
{
    ft_free(a->places.at);
    ft_free(a->starts.at);
    ft_free(a->kept.at);
}
