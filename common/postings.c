/* postings.c - reading posting lists. Whatever the bytes say, every passage handed out is below n_passages and nothing
 * outside the list's own bytes (and FT_ENVELOPE_TAIL behind them) is read. FORMAT.md, "Postings" and "Positions". */
#include "postings.h"

#include "bytes.h"
#include "postings_format.h"

static ft_status corrupt(const ft_postings *p, const char *what, ft_error *err)
{
    return ft_envelope_corrupt(p->env, p->data, what, err);
}

static ft_status open_inlined(ft_postings *p, const ft_term_info *t, ft_error *err)
{
    ft_bytes in = ft_bytes_of(t->inlined, t->inlined_len);

    p->data = t->inlined;
    uint64_t passage = ft_bytes_varint(&in);
    uint64_t more = ft_bytes_varint(&in);
    if (in.failed || passage >= p->n_passages || more >= FT_INLINE_MAX_TF || t->df != 1)
        return corrupt(p, "terms: bad posting in the dictionary", err);
    p->inlined = true;
    p->only_last = (uint32_t)passage;
    p->positions = in.p;
    p->positions_end = in.end;
    p->data_end = in.p;
    return FT_OK;
}

static ft_status open_skips(ft_postings *p, ft_error *err)
{
    size_t len = (size_t)p->n_blocks * FT_SKIP_BYTES;

    if ((size_t)(p->data_end - p->data) < len)
        return corrupt(p, "postings: list shorter than its skip data", err);
    p->data_end -= len;
    p->last_passage = p->data_end;
    p->block_off = p->last_passage + 4 * (size_t)p->n_blocks;
    p->pos_end = p->block_off + 4 * (size_t)p->n_blocks;
    p->impact = p->pos_end + 4 * (size_t)p->n_blocks;
    return ft_envelope_touch(p->env, p->last_passage, len, err);
}

static ft_status open_single(ft_postings *p, ft_error *err)
{
    ft_status st = ft_envelope_touch(p->env, p->data, (size_t)(p->data_end - p->data), err);
    if (st != FT_OK)
        return st;
    ft_bytes in = ft_bytes_of(p->data, (size_t)(p->data_end - p->data));
    uint64_t last = ft_bytes_varint(&in);
    if (in.failed || last >= p->n_passages || last + 1 < p->df)
        return corrupt(p, "postings: bad last passage", err);
    p->only_last = (uint32_t)last;
    p->data = in.p;
    return FT_OK;
}

ft_status ft_postings_open(ft_postings *p, const ft_envelope *env, ft_str post, ft_str pos, const ft_term_info *t,
                           uint32_t n_passages, ft_error *err)
{
    *p = (ft_postings){.env = env, .df = t->df, .n_passages = n_passages, .max_impact = t->max_impact};
    p->n_blocks = (t->df + FT_BLOCK_LEN - 1) / FT_BLOCK_LEN;
    if (t->inlined)
        return open_inlined(p, t, err);
    if (t->df == 0 || t->df > n_passages || t->post_off > post.len || t->post_len > post.len - t->post_off ||
        t->pos_off > pos.len || t->pos_len > pos.len - t->pos_off)
        return ft_envelope_corrupt(env, post.ptr, "terms: list outside its part", err);
    p->data = (const unsigned char *)post.ptr + t->post_off;
    p->data_end = p->data + t->post_len;
    p->positions = (const unsigned char *)pos.ptr + t->pos_off;
    p->positions_end = p->positions + t->pos_len;
    return p->n_blocks > 1 ? open_skips(p, err) : open_single(p, err);
}

uint32_t ft_postings_find_block(const ft_postings *p, uint32_t from, uint32_t passage)
{
    uint32_t lo = from, step = 1;

    while (lo + step < p->n_blocks && ft_postings_block_last(p, lo + step - 1) < passage) {
        lo += step;
        step *= 2;
    }
    uint32_t hi = lo + step < p->n_blocks ? lo + step : p->n_blocks;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (ft_postings_block_last(p, mid) < passage)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The bytes of a block's passages and tfs, verified. */
static ft_status block_bytes(const ft_postings *p, uint32_t block, const unsigned char **from,
                             const unsigned char **end, ft_error *err)
{
    size_t len = (size_t)(p->data_end - p->data), start = 0, stop = len;

    if (p->block_off) {
        start = block ? ft_load_u32(p->block_off + 4 * (size_t)(block - 1)) : 0;
        stop = ft_load_u32(p->block_off + 4 * (size_t)block);
    }
    if (start > stop || stop > len)
        return corrupt(p, "postings: block outside its list", err);
    *from = p->data + start;
    *end = p->data + stop;
    return ft_envelope_touch(p->env, *from, stop - start, err);
}

/* Where a block's coded passages are: its bytes, verified, and the passages they lie between. */
typedef struct span {
    const unsigned char *from, *end;
    uint32_t first, last;
} span;

static ft_status block_span(const ft_postings *p, uint32_t block, span *s, ft_error *err)
{
    ft_status st = block_bytes(p, block, &s->from, &s->end, err);

    s->last = ft_postings_block_last(p, block);
    s->first = block ? ft_postings_block_last(p, block - 1) + 1 : 0;
    if (st == FT_OK && (s->last >= p->n_passages || s->first > s->last))
        return corrupt(p, "postings: last passages do not ascend", err);
    return st;
}

ft_status ft_postings_passages(const ft_postings *p, uint32_t block, uint32_t out[FT_BLOCK_LEN],
                               const unsigned char **tfs, ft_error *err)
{
    span s = {0};

    *tfs = p->data;
    if (p->inlined) {
        out[0] = p->only_last;
        return FT_OK;
    }
    ft_status st = block_span(p, block, &s, err);
    if (st != FT_OK)
        return st;
    *tfs = ft_monotone_decode(s.from, s.end, ft_postings_block_len(p, block), s.last - s.first + 1, s.first, out);
    return *tfs ? FT_OK : corrupt(p, "postings: malformed block of passages", err);
}

ft_status ft_postings_bitmap(const ft_postings *p, uint32_t block, const unsigned char **bits, uint32_t *first,
                             uint32_t *n_bits, ft_error *err)
{
    span s = {0};

    *bits = NULL;
    if (p->inlined)
        return FT_OK;
    ft_status st = block_span(p, block, &s, err);
    if (st != FT_OK)
        return st;
    *first = s.first;
    *n_bits = s.last - s.first + 1;
    *bits = ft_monotone_bitmap(s.from, s.end, ft_postings_block_len(p, block), *n_bits);
    return FT_OK;
}

/* Finds a block's coded running sums, and the last of them, *sum; there are none if it is the block's length. */
static ft_status open_sums(const ft_postings *p, uint32_t block, const unsigned char *tfs, ft_bytes *in, uint32_t *sum,
                           ft_error *err)
{
    const unsigned char *end = p->block_off ? p->data + ft_load_u32(p->block_off + 4 * (size_t)block) : p->data_end;
    uint32_t n = ft_postings_block_len(p, block);

    *in = ft_bytes_of(tfs, (size_t)(end - tfs));
    uint64_t total = ft_bytes_varint(in) + n;
    *sum = (uint32_t)total;
    return in->failed || total < n || total >= UINT32_MAX ? corrupt(p, "postings: bad sum of frequencies", err) : FT_OK;
}

ft_status ft_postings_tf_sums(const ft_postings *p, uint32_t block, const unsigned char *tfs,
                              uint32_t out[FT_BLOCK_LEN], ft_error *err)
{
    uint32_t n = ft_postings_block_len(p, block);

    if (p->inlined) {
        ft_bytes gaps = ft_bytes_of(p->positions, (size_t)(p->positions_end - p->positions));
        out[0] = 0;
        while (ft_bytes_left(&gaps)) {
            ft_bytes_varint(&gaps);
            out[0]++;
        }
        return out[0] && !gaps.failed ? FT_OK : corrupt(p, "terms: bad posting in the dictionary", err);
    }
    ft_bytes in;
    uint32_t sum;
    ft_status st = open_sums(p, block, tfs, &in, &sum, err);
    if (st != FT_OK)
        return st;
    if (sum == n) {
        for (uint32_t i = 0; i < n; i++)
            out[i] = i + 1;
        return FT_OK;
    }
    if (!ft_monotone_decode(in.p, in.end, n, sum, 1, out))
        return corrupt(p, "postings: malformed block of frequencies", err);
    return FT_OK;
}

ft_status ft_postings_tf(const ft_postings *p, uint32_t block, uint32_t passage, uint32_t *tf, ft_error *err)
{
    uint32_t n = ft_postings_block_len(p, block);
    span s = {0};

    *tf = 0;
    if (p->inlined)
        return passage == p->only_last ? ft_postings_tf_sums(p, block, p->data, tf, err) : FT_OK;
    ft_status st = block_span(p, block, &s, err);
    if (st != FT_OK)
        return st;
    uint32_t universe = s.last - s.first + 1, i = ft_monotone_find(s.from, s.end, n, universe, passage - s.first);
    if (i == n)
        return FT_OK;
    const unsigned char *tfs = ft_monotone_skip(s.from, s.end, n, universe);
    ft_bytes in;
    uint32_t sum;
    if (!tfs)
        return corrupt(p, "postings: malformed block of passages", err);
    if ((st = open_sums(p, block, tfs, &in, &sum, err)) != FT_OK)
        return st;
    *tf = 1;
    if (sum == n)
        return FT_OK;
    *tf = ft_monotone_step(in.p, in.end, n, sum, i);
    return *tf && *tf <= sum ? FT_OK : corrupt(p, "postings: malformed block of frequencies", err);
}

/* The bytes of a block's positions, verified: enough of them for n_gaps. */
static ft_status gap_bytes(const ft_postings *p, uint32_t block, uint32_t n_gaps, ft_bytes *out, ft_error *err)
{
    size_t len = (size_t)(p->positions_end - p->positions), start = 0, stop = len;

    if (p->pos_end) {
        start = block ? ft_load_u32(p->pos_end + 4 * (size_t)(block - 1)) : 0;
        stop = ft_load_u32(p->pos_end + 4 * (size_t)block);
    }
    if (start > stop || stop > len || n_gaps / FT_RICE_GROUP > (stop - start) / 2)
        return corrupt(p, "positions: block outside its list", err);
    *out = ft_bytes_of(p->positions + start, stop - start);
    return p->inlined ? FT_OK : ft_envelope_touch(p->env, out->p, stop - start, err);
}

/* ------------------------------------------------ groups of gaps */

ft_status ft_gap_reader_open(ft_gap_reader *r, const ft_postings *p, uint32_t block, uint32_t n_gaps, ft_error *err)
{
    r->list = p;
    r->block = block;
    r->n_gaps = n_gaps;
    r->first = r->n = r->sums[0] = 0;
    r->decoded = false;
    return gap_bytes(p, block, n_gaps, &r->in, err);
}

static void take_varints(ft_bytes *in, uint32_t n, uint32_t *sums)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n; i++)
        sums[i] = sum += (uint32_t)ft_bytes_varint(in) + 1;
}

static ft_status bad_gaps(const ft_gap_reader *r, ft_error *err)
{
    return ft_envelope_corrupt(r->list->env, r->list->positions, "positions: malformed block", err);
}

static ft_status next_group(ft_gap_reader *r, ft_error *err)
{
    ft_bytes *in = &r->in;

    r->first += r->n;
    r->n = r->n_gaps - r->first < FT_RICE_GROUP ? r->n_gaps - r->first : FT_RICE_GROUP;
    r->decoded = r->list->inlined || r->n_gaps <= FT_FEW_GAPS;
    if (r->n == 0)
        in->failed = true; /* asked for more than there is, which a forged sum can bring about */
    else if (r->decoded)
        take_varints(in, r->n, r->sums + 1);
    else
        ft_rice_open(&r->group, in, r->n);
    if (!in->failed)
        return FT_OK;
    r->n = 0;
    return bad_gaps(r, err);
}

ft_status ft_gap_reader_seek(ft_gap_reader *r, uint32_t gap, ft_error *err)
{
    ft_status st = FT_OK;

    if (gap < r->first)
        st = ft_gap_reader_open(r, r->list, r->block, r->n_gaps, err);
    while (st == FT_OK && gap >= r->first + r->n)
        st = next_group(r, err);
    return st;
}

ft_status ft_gap_reader_decode(ft_gap_reader *r, ft_error *err)
{
    r->decoded = r->decoded || ft_rice_sums(&r->group, r->sums + 1);
    return r->decoded ? FT_OK : bad_gaps(r, err);
}

ft_status ft_gap_reader_positions(ft_gap_reader *r, uint32_t from, uint32_t end, uint32_t base, uint32_t *out,
                                  ft_error *err)
{
    ft_status st = FT_OK;

    for (base--; st == FT_OK && from < end; base = out[-1]) {
        if ((st = ft_gap_reader_seek(r, from, err)) != FT_OK)
            break;
        uint32_t i = from - r->first, stop = end - r->first < r->n ? end - r->first : r->n;
        if (r->decoded)
            ft_gap_copy(r->sums + 1 + i, stop - i, r->sums[i] - base, out);
        else if (!ft_rice_some(&r->group, i, stop, base, out))
            st = bad_gaps(r, err);
        out += stop - i;
        from = r->first + stop;
    }
    return st;
}

ft_status ft_postings_gaps(const ft_postings *p, uint32_t block, uint32_t n_gaps, uint32_t *out, ft_error *err)
{
    ft_gap_reader r;
    ft_status st = ft_gap_reader_open(&r, p, block, n_gaps, err);

    for (uint32_t i = 0; st == FT_OK && i < n_gaps; i += r.n) {
        st = next_group(&r, err);
        if (st == FT_OK)
            st = ft_gap_reader_decode(&r, err);
        for (uint32_t k = 0; st == FT_OK && k < r.n; k++)
            *out++ = r.sums[k + 1] - r.sums[k] - 1;
    }
    return st;
}

ft_status ft_postings_positions(const ft_postings *p, uint32_t block, const uint32_t *sums, uint32_t i, ft_buf *out,
                                ft_error *err)
{
    uint32_t from = i ? sums[i - 1] : 0;
    ft_gap_reader r;

    ft_status st = ft_gap_reader_open(&r, p, block, sums[ft_postings_block_len(p, block) - 1], err);
    if (st != FT_OK)
        return st;
    size_t room = (size_t)(sums[i] - from) * 4;
    uint32_t *to = (uint32_t *)(void *)ft_buf_reserve(out, room + FT_GAP_SLACK * sizeof *to);
    if (!to)
        return ft_fail_nomem(err);
    st = ft_gap_reader_positions(&r, from, sums[i], 0, to, err);
    if (st == FT_OK)
        out->len += room;
    return st;
}
