/* spots.c - see spots.h. Whatever the lists say, no index leaves its array: forged ones only give wrong places. */
#include "spots.h"

#include "cpu.h"
#include "mem.h"

#define SOME_SPOTS 6u /* beyond the first: for fewer a group is not decoded as a whole */

void ft_spotter_init(ft_spotter *s, ft_eval *eval, const ft_postings *list, float weight)
{
    s->eval = eval;
    s->list = *list;
    s->weight = weight;
    s->block = 0;
    s->open = s->have_sums = s->have_gaps = false;
    s->sums[0] = 0;
}

/* Goes to the block where the passage may be; false if the list ends before it. */
static bool go_to(ft_spotter *s, uint32_t passage)
{
    uint32_t from = s->block;

    if (from > 0 && ft_postings_block_last(&s->list, from - 1) >= passage)
        from = 0; /* asked further back than before */
    uint32_t block = ft_postings_find_block(&s->list, from, passage);
    if (block == s->list.n_blocks)
        return false;
    s->open = s->open && block == s->block;
    s->block = block;
    return true;
}

/* Brings the block's passages to hand, as bits or as numbers; as these if asked for. */
static bool open_block(ft_spotter *s, bool numbers)
{
    uint32_t n = ft_postings_block_len(&s->list, s->block);
    ft_error *err = s->eval->err;

    if (s->open && !(numbers && s->bitmap))
        return true;
    s->have_sums = false;
    ft_status st = ft_postings_bitmap(&s->list, s->block, &s->bitmap, &s->first, &s->n_bits, err);
    if (st == FT_OK && s->bitmap && s->n_bits <= FT_RANK_BITS && !numbers) {
        s->tf_data = s->bitmap + (s->n_bits + 7) / 8;
    } else if (st == FT_OK) {
        s->bitmap = NULL;
        st = ft_postings_passages(&s->list, s->block, s->passages, &s->tf_data, err);
        memset(s->passages + n, 0xff, 16 * sizeof *s->passages);
    }
    s->open = !ft_eval_fail(s->eval, st);
    return s->open;
}

static bool open_sums(ft_spotter *s)
{
    if (!s->have_sums)
        s->have_sums = !ft_eval_fail(
            s->eval, ft_postings_tf_sums(&s->list, s->block, s->tf_data, s->sums + 1, s->eval->err));
    return s->have_sums;
}

/* Of n live candidates, all within the block, those it holds: which of them, and which postings they are. */
static uint32_t match_block(const ft_spotter *s, const ft_candidates *c, const uint32_t *live, uint32_t n,
                            uint16_t *which, uint16_t *postings)
{
    uint32_t wanted[FT_CANDIDATES], first = s->bitmap ? s->first : 0;

    for (uint32_t i = 0; i < n; i++)
        wanted[i] = c->passages[live[i]] - first;
    return s->bitmap ? ft_cpu.rank_bits(s->bitmap, s->n_bits, wanted, n, which, postings)
                     : ft_cpu.match(s->passages, wanted, n, which, postings);
}

/* Sets the spots of those found among some live candidates, whose slots go to `kept`, not ahead of `live`. */
static uint32_t set_spots(ft_spotter *s, const uint32_t *live, const uint16_t *which, const uint16_t *postings,
                          uint32_t n, uint32_t *kept)
{
    uint32_t len = ft_postings_block_len(&s->list, s->block), n_gaps = s->sums[len];

    if (postings[n - 1] >= len) { /* more bits than postings; they ascend */
        ft_eval_fail(s->eval, ft_envelope_corrupt(s->list.env, s->tf_data, "postings: malformed block of passages",
                                                  s->eval->err));
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t slot = live[which[i]];
        ft_spot *spot = &s->spots[slot];
        spot->block = s->block;
        spot->n_gaps = n_gaps;
        memcpy(&spot->from, &s->sums[postings[i]], 2 * sizeof spot->from); /* and end: the next sum */
        kept[i] = slot;
    }
    return n;
}

/* Whether a passage of the block can score more than need. */
static bool worth_opening(const ft_spotter *s, int64_t need)
{
    float part = s->eval->parts[ft_postings_block_impact(&s->list, s->block)];

    return need < 0 || (int64_t)ft_contribution(s->weight, part) > need;
}

void ft_spotter_find(ft_spotter *s, ft_candidates *c, int64_t need)
{
    uint16_t which[FT_CANDIDATES], postings[FT_CANDIDATES];
    uint32_t kept = 0, end = 0;

    for (uint32_t i = 0; i < c->n_live && s->eval->st == FT_OK; i = end) {
        const uint32_t *live = c->live + i;
        if (!go_to(s, c->passages[*live]))
            break;
        uint32_t last = ft_postings_block_last(&s->list, s->block);
        for (end = i + 1; end < c->n_live && c->passages[c->live[end]] <= last;)
            end++;
        if (!worth_opening(s, need) || !open_block(s, false))
            continue;
        uint32_t n = match_block(s, c, live, end - i, which, postings);
        if (n > 0 && open_sums(s))
            kept += set_spots(s, live, which, postings, n, c->live + kept);
    }
    c->n_live = s->eval->st == FT_OK ? kept : 0;
}

/* How many of the block's passages, numbers at hand, are less. */
static uint32_t count_below(const ft_spotter *s, uint32_t passage)
{
    uint32_t at = 0;

    for (uint32_t len = ft_postings_block_len(&s->list, s->block); len > 0;) {
        uint32_t half = len / 2;
        bool below = s->passages[at + half] < passage;
        at += below ? half + 1 : 0;
        len = below ? len - half - 1 : half;
    }
    return at;
}

uint32_t ft_spotter_list(ft_spotter *s, uint32_t lo, uint32_t hi, int64_t need, uint32_t *next,
                         uint32_t passages[FT_BLOCK_LEN], uint16_t postings[FT_BLOCK_LEN])
{
    *next = hi;
    if (s->eval->st != FT_OK || !go_to(s, lo))
        return 0;
    uint32_t last = ft_postings_block_last(&s->list, s->block);
    if (last < hi - 1)
        *next = last + 1;
    if (!worth_opening(s, need) || !open_block(s, true))
        return 0;
    uint32_t from = count_below(s, lo), n = count_below(s, hi) - from;
    memcpy(passages, s->passages + from, n * sizeof *passages);
    for (uint32_t i = 0; i < n; i++)
        postings[i] = (uint16_t)(from + i);
    return n;
}

uint32_t ft_spotter_hint(const ft_spotter *s, uint32_t lo)
{
    if (!s->open || s->bitmap || ft_postings_block_last(&s->list, s->block) < lo ||
        (s->block > 0 && ft_postings_block_last(&s->list, s->block - 1) >= lo))
        return lo;
    return s->passages[count_below(s, lo)];
}

bool ft_spotter_set(ft_spotter *s, const ft_candidates *c, const uint16_t *postings)
{
    if (!open_sums(s))
        return false;
    uint32_t n_gaps = s->sums[ft_postings_block_len(&s->list, s->block)];
    for (uint32_t i = 0; i < c->n_live; i++) {
        uint32_t slot = c->live[i];
        s->spots[slot].block = s->block;
        s->spots[slot].n_gaps = n_gaps;
        memcpy(&s->spots[slot].from, &s->sums[postings[slot]], 2 * sizeof s->sums[0]); /* and end: the next sum */
    }
    return true;
}

/* Goes to the group where a spot begins and makes room for its places and those of a group. */
static bool go_to_group(ft_spotter *s, const ft_spot *spot, ft_places *out)
{
    ft_status st = FT_OK;

    if (!s->have_gaps || s->gaps.block != spot->block) {
        st = ft_gap_reader_open(&s->gaps, &s->list, spot->block, spot->n_gaps, s->eval->err);
        s->have_gaps = st == FT_OK;
    }
    if (st == FT_OK)
        st = ft_gap_reader_seek(&s->gaps, spot->from, s->eval->err);
    size_t need = (size_t)out->n + (spot->end - spot->from) + FT_RICE_GROUP + FT_GAP_SLACK;
    if (st == FT_OK && FT_GROW(out->at, out->cap, need) != 0)
        st = ft_fail_nomem(s->eval->err);
    return !ft_eval_fail(s->eval, st);
}

/* Whether the group at hand, where the live candidate number i begins, is worth decoding: it holds some more. */
static bool worth_decoding(const ft_spotter *s, const ft_candidates *c, uint32_t i)
{
    const ft_gap_reader *r = &s->gaps;

    if (i + SOME_SPOTS >= c->n_live)
        return false;
    const ft_spot *spot = &s->spots[c->live[i + SOME_SPOTS]];
    return spot->block == r->block && spot->end <= r->first + r->n;
}

/* The places less `shift` of the live candidates from number i on whose gaps are all in the group at hand, decoded, and
 * come in order; returns the number of the first that is left. There is room for a group. */
static uint32_t take_near(ft_spotter *s, const ft_candidates *c, uint32_t i, uint32_t shift, ft_places *out)
{
    uint32_t first = s->gaps.first, next = first, past = first + s->gaps.n, block = s->gaps.block;
    const uint32_t *sums = s->gaps.sums;
    uint32_t *to = out->at + out->n;

    for (; i < c->n_live; i++) {
        uint32_t slot = c->live[i];
        const ft_spot *spot = &s->spots[slot];
        uint32_t from = spot->from, end = spot->end;
        if (from < next || end > past || spot->block != block)
            break;
        ft_gap_copy(sums + 1 + (from - first), end - from, sums[from - first] + 1 - (c->base[slot] - shift), to);
        to += end - from;
        next = end; /* so that no gap is taken twice, and there is room */
    }
    out->n = (uint32_t)(to - out->at);
    return i;
}

bool ft_spotter_places(ft_spotter *s, const ft_candidates *c, uint32_t shift, ft_places *out)
{
    ft_error *err = s->eval->err;

    out->n = 0;
    for (uint32_t i = 0; i < c->n_live;) {
        uint32_t slot = c->live[i];
        const ft_spot *spot = &s->spots[slot];
        if (!go_to_group(s, spot, out))
            return false;
        if (worth_decoding(s, c, i) && ft_eval_fail(s->eval, ft_gap_reader_decode(&s->gaps, err)))
            return false;
        if (s->gaps.decoded && spot->end <= s->gaps.first + s->gaps.n) {
            i = take_near(s, c, i, shift, out);
            continue;
        }
        if (ft_eval_fail(s->eval, ft_gap_reader_positions(&s->gaps, spot->from, spot->end, c->base[slot] - shift,
                                                          out->at + out->n, err)))
            return false;
        out->n += spot->end - spot->from;
        i++;
    }
    return true;
}
