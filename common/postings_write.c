/* postings_write.c - encoding posting lists; see postings.h and FORMAT.md, "Postings" and "Positions". */
#include "bytes.h"
#include "mem.h"
#include "postings.h"
#include "postings_format.h"
#include "rice.h"

void ft_postings_writer_init(ft_postings_writer *w, ft_spool *postings, ft_spool *positions,
                             const uint32_t *lengths, ft_bm25 params)
{
    *w = (ft_postings_writer){.postings = postings, .positions = positions, .lengths = lengths, .params = params};
    w->last = UINT32_MAX;
}

void ft_postings_writer_release(ft_postings_writer *w)
{
    ft_buf_release(&w->data);
    ft_buf_release(&w->skips);
    ft_buf_release(&w->chunk);
    ft_buf_release(&w->gaps_out);
    *w = (ft_postings_writer){0};
}

static void put_gaps(ft_buf *out, const uint32_t *gaps, size_t n)
{
    if (n <= FT_FEW_GAPS) {
        for (size_t i = 0; i < n; i++)
            ft_buf_put_varint(out, gaps[i]);
        return;
    }
    for (size_t i = 0; i < n; i += FT_RICE_GROUP)
        ft_rice_encode(out, gaps + i, (uint32_t)(n - i < FT_RICE_GROUP ? n - i : FT_RICE_GROUP));
}

/* A block as it is handed in. */
typedef struct block {
    const uint32_t *passages, *tfs, *gaps;
    uint32_t n;
    size_t n_gaps;
} block;

/* Passages and running sums, appended to w->data. */
static void put_block(ft_postings_writer *w, const block *b)
{
    uint32_t values[FT_BLOCK_LEN];
    uint64_t sum = 0;

    for (uint32_t i = 0; i < b->n; i++)
        values[i] = b->passages[i] - w->last - 1;
    ft_monotone_encode(&w->data, values, b->n);
    for (uint32_t i = 0; i < b->n; i++) {
        sum += b->tfs[i];
        values[i] = (uint32_t)(sum - 1);
    }
    if (sum > UINT32_MAX && w->st == FT_OK)
        w->st = FT_ELIMIT;
    ft_buf_put_varint(&w->data, sum - b->n);
    if (sum > b->n)
        ft_monotone_encode(&w->data, values, b->n);
}

static uint8_t block_impact(const ft_postings_writer *w, const block *b)
{
    float best = 0;

    for (uint32_t i = 0; i < b->n; i++) {
        float part = ft_bm25_part(w->params, b->tfs[i], w->lengths[b->passages[i]]);
        if (part > best)
            best = part;
    }
    return ft_bm25_quantize(best);
}

/* A list of one posting with few occurrences: left to the dictionary, as varints. */
static void put_inlined(ft_postings_writer *w, const block *b)
{
    ft_buf_reset(&w->chunk);
    ft_buf_put_varint(&w->chunk, b->passages[0]);
    ft_buf_put_varint(&w->chunk, b->tfs[0] - 1);
    for (size_t i = 0; i < b->n_gaps; i++)
        ft_buf_put_varint(&w->chunk, b->gaps[i]);
    w->inlined = true;
}

void ft_postings_writer_put(ft_postings_writer *w, const uint32_t *passages, const uint32_t *tfs, uint32_t n,
                            const uint32_t *gaps, size_t n_gaps, bool last)
{
    block b = {passages, tfs, gaps, n, n_gaps};
    unsigned char skip[FT_SKIP_BYTES];
    bool single = last && w->df == 0;

    if (w->st != FT_OK)
        return;
    uint8_t impact = block_impact(w, &b);
    w->df += n;
    w->cf += n_gaps;
    if (impact > w->max_impact)
        w->max_impact = impact;
    if (single && n == 1 && n_gaps <= FT_INLINE_MAX_TF) {
        put_inlined(w, &b);
        return;
    }
    if (single)
        ft_buf_put_varint(&w->data, passages[n - 1]);
    put_block(w, &b);
    put_gaps(&w->gaps_out, gaps, n_gaps);
    w->last = passages[n - 1];
    if (single)
        return;
    if ((w->data.len > UINT32_MAX || w->gaps_out.len > UINT32_MAX) && w->st == FT_OK)
        w->st = FT_ELIMIT;
    ft_store_u32(skip, passages[n - 1]);
    ft_store_u32(skip + 4, (uint32_t)w->data.len);
    ft_store_u32(skip + 8, (uint32_t)w->gaps_out.len);
    skip[12] = impact;
    ft_buf_put(&w->skips, skip, sizeof skip);
}

/* The skip entries of a long list as four arrays, one behind another. */
static void put_skips(ft_postings_writer *w)
{
    size_t n = w->skips.len / FT_SKIP_BYTES;
    unsigned char *to = ft_buf_reserve(&w->data, w->skips.len);

    if (!to)
        return;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *skip = w->skips.data + i * FT_SKIP_BYTES;
        for (size_t field = 0; field < 3; field++)
            memcpy(to + 4 * (field * n + i), skip + 4 * field, 4);
        to[12 * n + i] = skip[12];
    }
    w->data.len += w->skips.len;
}

ft_status ft_postings_writer_end(ft_postings_writer *w, ft_term_info *info, ft_error *err)
{
    *info = (ft_term_info){.df = w->df, .cf = w->cf, .max_impact = w->max_impact, .post_off = w->post_off,
                           .pos_off = w->pos_off};
    if (w->inlined) {
        info->inlined = w->chunk.data;
        info->inlined_len = w->chunk.len;
    } else if (w->st == FT_OK) {
        put_skips(w);
        info->post_len = w->data.len;
        info->pos_len = w->gaps_out.len;
        ft_spool_put(w->postings, w->data.data, w->data.len);
        ft_spool_put(w->positions, w->gaps_out.data, w->gaps_out.len);
        w->post_off += w->data.len;
        w->pos_off += w->gaps_out.len;
    }
    if (w->st == FT_OK && (w->data.failed || w->skips.failed || w->chunk.failed || w->gaps_out.failed))
        w->st = FT_ENOMEM;
    ft_buf_reset(&w->data);
    ft_buf_reset(&w->skips);
    ft_buf_reset(&w->gaps_out);
    w->last = UINT32_MAX;
    w->df = 0;
    w->cf = 0;
    w->max_impact = 0;
    w->inlined = false;
    if (w->st == FT_ELIMIT)
        return ft_fail(err, FT_ELIMIT, "a posting list of over 4 GiB in one segment");
    return w->st == FT_OK ? FT_OK : ft_fail_nomem(err);
}
