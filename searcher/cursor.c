/* cursor.c - walking one posting list block by block; see eval.h. */
#include "bytes.h"
#include "cpu.h"
#include "eval.h"
#include "mem.h"

void ft_cursor_init(ft_cursor *c, ft_eval *eval, const ft_postings *list, float weight)
{
    c->eval = eval;
    c->list = *list;
    c->weight = weight;
    ft_cursor_rewind(c);
}

void ft_cursor_rewind(ft_cursor *c)
{
    c->shallow = c->block = 0;
    c->n = c->at = 0;
    c->loaded = c->have_tfs = c->have_gaps = false;
}

bool ft_cursor_load_block(ft_cursor *c, uint32_t block)
{
    c->block = block;
    c->at = 0;
    c->n = ft_postings_block_len(&c->list, block);
    c->have_tfs = c->have_gaps = false;
    c->loaded = !ft_eval_fail(c->eval,
                              ft_postings_passages(&c->list, block, c->passages, &c->tf_data, c->eval->err));
    memset(c->passages + c->n, 0xff, 16 * sizeof *c->passages);
    return c->loaded;
}

/* Galloping, as targets are mostly near. */
uint32_t ft_cursor_upto(const ft_cursor *c, uint32_t from, uint32_t target)
{
    uint32_t lo = from, step = 1;

    while (lo + step < c->n && c->passages[lo + step - 1] < target) {
        lo += step;
        step *= 2;
    }
    uint32_t hi = lo + step < c->n ? lo + step : c->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->passages[mid] < target)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool ft_cursor_seek_block(ft_cursor *c, uint32_t target)
{
    if (c->eval->st != FT_OK || c->block >= c->list.n_blocks)
        return false;
    if (ft_postings_block_last(&c->list, c->block) < target) {
        c->block = ft_postings_find_block(&c->list, c->block + 1, target);
        c->loaded = false;
    }
    return c->block < c->list.n_blocks;
}

bool ft_cursor_seek(ft_cursor *c, uint32_t target)
{
    if (!ft_cursor_seek_block(c, target) || (!c->loaded && !ft_cursor_load_block(c, c->block)))
        return false;
    c->at = ft_cursor_upto(c, c->at, target);
    return true;
}

uint32_t ft_cursor_hint(ft_cursor *c, uint32_t target, int64_t need)
{
    if (!ft_cursor_seek_block(c, target))
        return UINT32_MAX;
    if (c->loaded && (int64_t)ft_cursor_block_bound(c, c->block) > need)
        return c->passages[ft_cursor_upto(c, c->at, target)];
    uint32_t block = c->block;
    while (block < c->list.n_blocks && (int64_t)ft_cursor_block_bound(c, block) <= need)
        block++;
    if (block == c->list.n_blocks)
        return UINT32_MAX;
    uint32_t first = block ? ft_postings_block_last(&c->list, block - 1) + 1 : 0;
    return first > target ? first : target;
}

bool ft_cursor_load_tfs(ft_cursor *c)
{
    if (c->have_tfs)
        return true;
    ft_status st = ft_postings_tf_sums(&c->list, c->block, c->tf_data, c->sums, c->eval->err);
    if (st == FT_OK)
        st = ft_norms_touch(c->eval->norms, c->passages[0], c->passages[c->n - 1], c->eval->err);
    c->have_tfs = !ft_eval_fail(c->eval, st);
    return c->have_tfs;
}

static bool load_gaps(ft_cursor *c)
{
    if (c->have_gaps)
        return true;
    if (!ft_cursor_load_tfs(c))
        return false;
    ft_status st = ft_gap_reader_open(&c->gaps, &c->list, c->block, c->sums[c->n - 1], c->eval->err);
    c->have_gaps = !ft_eval_fail(c->eval, st);
    return c->have_gaps;
}

uint32_t ft_cursor_positions(ft_cursor *c, uint32_t **positions, size_t *cap)
{
    if (!load_gaps(c))
        return 0;
    uint32_t from = c->at ? c->sums[c->at - 1] : 0, end = c->sums[c->at];
    size_t need = (size_t)(end - from) + FT_GAP_SLACK;
    ft_status st = FT_GROW(*positions, *cap, need) == 0 ? FT_OK : ft_fail_nomem(c->eval->err);
    if (st == FT_OK)
        st = ft_gap_reader_positions(&c->gaps, from, end, 0, *positions, c->eval->err);
    return ft_eval_fail(c->eval, st) ? 0 : end - from;
}

float ft_cursor_part_bound(ft_cursor *c, uint32_t lo, uint32_t hi)
{
    const ft_postings *p = &c->list;
    uint8_t impact = 0;

    if (lo == 0 && hi == UINT32_MAX)
        return c->eval->parts[p->max_impact];
    if (c->shallow && ft_postings_block_last(p, c->shallow - 1) >= lo)
        c->shallow = 0; /* asked further back than before */
    if (c->shallow < p->n_blocks && ft_postings_block_last(p, c->shallow) < lo)
        c->shallow = ft_postings_find_block(p, c->shallow + 1, lo);
    for (uint32_t block = c->shallow; block < p->n_blocks; block++) {
        uint8_t here = ft_postings_block_impact(p, block);
        if (here > impact)
            impact = here;
        if (ft_postings_block_last(p, block) >= hi - 1)
            break;
    }
    return c->eval->parts[impact];
}

void ft_cursor_score(const ft_cursor *c, uint32_t from, uint32_t to, uint32_t *out)
{
    const ft_norms *norms = c->eval->norms;
    ft_bm25 params = c->eval->params;
    uint32_t tf[FT_BLOCK_LEN], dl[FT_BLOCK_LEN + 31];
    const unsigned char *bitmap = NULL;
    uint32_t n = to - from, first, n_bits;

    if (n == c->n)
        ft_eval_fail(c->eval, ft_postings_bitmap(&c->list, c->block, &bitmap, &first, &n_bits, c->eval->err));
    ft_cpu.steps(c->sums + from, n, from ? c->sums[from - 1] : 0, tf);
    if (bitmap)
        ft_norms_pick(norms, first, bitmap, n_bits, dl);
    else
        ft_norms_fill(norms, c->passages + from, n, dl);
    ft_cpu.score(tf, dl, n, c->weight, params.a, params.b, out);
}

#define PROBES 256u /* probed at a time */
#define FEW 2u      /* passages of a block that are looked up one by one rather than decode it */

/* Passages asked for in one block: their places in the caller's arrays, and themselves. */
typedef struct probes {
    uint32_t n;
    uint32_t place[PROBES], passage[PROBES];
} probes;

/* The frequency of the term in a passage of the block in hand; 0 if it is not there, or after a failure. */
static uint32_t tf_at(ft_cursor *c, uint32_t passage)
{
    uint32_t tf = 0;
    ft_status st = ft_postings_tf(&c->list, c->block, passage, &tf, c->eval->err);

    if (st == FT_OK && tf)
        st = ft_norms_touch(c->eval->norms, passage, passage, c->eval->err);
    return ft_eval_fail(c->eval, st) ? 0 : tf;
}

/* Takes what was found, with its frequencies (unless scores do not matter), to the caller's scores and hits. */
static void take_found(ft_cursor *c, bool scoring, const probes *p, const uint32_t *tf, uint32_t *scores,
                       uint8_t *hits)
{
    uint32_t dl[PROBES], part[PROBES];

    for (uint32_t k = 0; k < p->n; k++)
        hits[p->place[k]] = 1;
    if (p->n)
        c->found = p->passage[p->n - 1];
    if (!scoring)
        return;
    ft_norms_fill(c->eval->norms, p->passage, p->n, dl);
    ft_cpu.score(tf, dl, p->n, c->weight, c->eval->params.a, c->eval->params.b, part);
    for (uint32_t k = 0; k < p->n; k++)
        scores[p->place[k]] += part[k];
}

/* If the block, which is not decoded, is a set of bits: keeps the passages that are in it. Says whether it is. */
static bool keep_set(ft_cursor *c, probes *p)
{
    const unsigned char *bits;
    uint32_t first, n_bits, kept = 0;
    ft_status st = ft_postings_bitmap(&c->list, c->block, &bits, &first, &n_bits, c->eval->err);

    if (ft_eval_fail(c->eval, st) || !bits)
        return false;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t at = p->passage[i] - first;
        p->passage[kept] = p->passage[i];
        p->place[kept] = p->place[i];
        kept += at < n_bits && bits[at / 8] >> at % 8 & 1;
    }
    p->n = kept;
    return true;
}

static void probe_decoded(ft_cursor *c, bool scoring, probes *p, uint32_t *scores, uint8_t *hits)
{
    uint16_t which[PROBES], where[PROBES];
    uint32_t tf[PROBES];

    if (!c->loaded && !ft_cursor_load_block(c, c->block))
        return;
    p->n = ft_cpu.match(c->passages, p->passage, p->n, which, where);
    if (p->n == 0 || (scoring && !ft_cursor_load_tfs(c)))
        return;
    for (uint32_t k = 0; k < p->n; k++) {
        tf[k] = scoring ? ft_cursor_tf(c, where[k]) : 0;
        p->passage[k] = p->passage[which[k]];
        p->place[k] = p->place[which[k]];
    }
    take_found(c, scoring, p, tf, scores, hits);
}

static void probe_each(ft_cursor *c, bool scoring, probes *p, uint32_t *scores, uint8_t *hits)
{
    uint32_t tf[FEW], n = 0;

    for (uint32_t i = 0; i < p->n; i++) {
        p->passage[n] = p->passage[i];
        p->place[n] = p->place[i];
        tf[n] = tf_at(c, p->passage[i]);
        n += tf[n] > 0;
    }
    p->n = n;
    take_found(c, scoring, p, tf, scores, hits);
}

/* Probes the block in hand. It is decoded only if there is more to it than a few passages. */
static void probe_block(ft_cursor *c, bool scoring, probes *p, uint32_t *scores, uint8_t *hits)
{
    bool set = !c->loaded && p->n && keep_set(c, p);

    if (p->n == 0)
        return;
    if (set && !scoring)
        take_found(c, false, p, NULL, scores, hits);
    else if (c->loaded || p->n > FEW)
        probe_decoded(c, scoring, p, scores, hits);
    else
        probe_each(c, scoring, p, scores, hits);
}

/* How many of n ascending numbers are not above `last`: all, mostly, or few. */
static uint32_t upto(const uint32_t *numbers, uint32_t n, uint32_t last)
{
    uint32_t i = 0;

    if (numbers[n - 1] <= last)
        return n;
    while (numbers[i] <= last)
        i++;
    return i;
}

/* Takes those of n passages that score more than `least`. */
static void choose(probes *p, const uint32_t *passages, const uint32_t *scores, uint32_t n, int64_t least)
{
    p->n = n;
    if (least < 0)
        for (uint32_t i = 0; i < n; i++)
            p->place[i] = i;
    else
        p->n = ft_cpu.above(scores, n, (uint32_t)least, p->place);
    for (uint32_t i = 0; i < p->n; i++)
        p->passage[i] = passages[p->place[i]];
}

void ft_cursor_probe(ft_cursor *c, bool scoring, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores,
                     uint8_t *hits)
{
    probes p;

    for (uint32_t i = 0; i < n && ft_cursor_seek_block(c, passages[i]);) {
        uint32_t last = ft_postings_block_last(&c->list, c->block);
        int64_t least = scoring ? need - ft_cursor_block_bound(c, c->block) : -1;
        uint32_t len = upto(passages + i, n - i < PROBES ? n - i : PROBES, last);
        choose(&p, passages + i, scores + i, len, least);
        probe_block(c, scoring, &p, scores + i, hits + i);
        i += len;
    }
}
