/* micro_codecs.c - bit packing, monotone blocks, varints, checksums and the arithmetic of BM25. */
#include "micro.h"

#include "bitpack.h"
#include "bm25.h"
#include "bytes.h"
#include "monotone.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define N_BLOCKS 64u /* of up to 256 values: what a call works on, 64 KiB when decoded */
#define N_VALUES (N_BLOCKS * FT_BLOCK_LEN)

/* ---------------------------------------------------------------- bit packing */

typedef struct bits {
    unsigned width;
    uint32_t n;            /* values in a block */
    size_t size;           /* bytes of a packed one */
    unsigned char *packed; /* N_BLOCKS of them */
    uint32_t *values;      /* of one block */
} bits;

static uint64_t unpack(void *arg)
{
    const bits *b = arg;
    uint32_t out[FT_BLOCK_LEN];
    uint64_t sum = 0;

    for (size_t i = 0; i < N_BLOCKS; i++) {
        ft_bitunpack(b->packed + i * b->size, b->n, b->width, out);
        sum += out[b->n - 1];
    }
    return sum;
}

static uint64_t pack(void *arg)
{
    bits *b = arg;

    for (size_t i = 0; i < N_BLOCKS; i++)
        ft_bitpack(b->values, b->n, b->width, b->packed + i * b->size);
    return b->packed[b->size / 2];
}

static ft_status add_bits(ft_micro *m, bool packing, uint32_t n, unsigned width, ft_error *err)
{
    bits *b = ft_micro_room(m, 1, sizeof *b);

    if (!b)
        return ft_fail_nomem(err);
    *b = (bits){.width = width, .n = n, .size = ft_bitpack_size(n, width)};
    b->packed = ft_micro_room(m, N_BLOCKS, b->size);
    b->values = ft_micro_room(m, n, sizeof *b->values);
    if (!b->packed || !b->values)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < N_BLOCKS; i++) {
        for (uint32_t k = 0; k < n; k++)
            b->values[k] = ft_micro_random(m, UINT32_MAX) & (uint32_t)((1ull << width) - 1);
        ft_bitpack(b->values, n, width, b->packed + i * b->size);
    }
    ft_kernel k = {.group = "bits", .item = "value", .items = N_BLOCKS * n, .bytes = 4ull * N_BLOCKS * n,
                   .run = packing ? pack : unpack, .arg = b};
    return ft_micro_add(m, k, err, "%s %u x %u bits", packing ? "pack" : "unpack", n, width);
}

static ft_status add_all_bits(ft_micro *m, ft_error *err)
{
    static const unsigned widths[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32};
    static const unsigned some[] = {4, 13};
    ft_status st = FT_OK;

    for (size_t i = 0; st == FT_OK && i < sizeof widths / sizeof *widths; i++)
        st = add_bits(m, false, FT_LANES_COUNT, widths[i], err);
    for (size_t i = 0; st == FT_OK && i < sizeof some / sizeof *some; i++)
        st = add_bits(m, false, 255, some[i], err);
    for (size_t i = 0; st == FT_OK && i < sizeof some / sizeof *some; i++)
        st = add_bits(m, true, FT_LANES_COUNT, some[i], err);
    return st;
}

/* ---------------------------------------------------------------- monotone blocks */

typedef struct monotone {
    const unsigned char *bytes, *end;
    uint32_t off[N_BLOCKS], universe[N_BLOCKS];
    uint32_t values[FT_BLOCK_LEN]; /* of the last block */
    ft_buf out;                    /* for encoding */
} monotone;

static uint64_t decode(void *arg)
{
    const monotone *mo = arg;
    uint32_t out[FT_BLOCK_LEN];
    uint64_t sum = 0;

    for (size_t i = 0; i < N_BLOCKS; i++) {
        if (ft_monotone_decode(mo->bytes + mo->off[i], mo->end, FT_BLOCK_LEN, mo->universe[i], 0, out))
            sum += out[FT_BLOCK_LEN - 1];
    }
    return sum;
}

static uint64_t encode(void *arg)
{
    monotone *mo = arg;

    ft_buf_reset(&mo->out);
    for (size_t i = 0; i < N_BLOCKS; i++)
        ft_monotone_encode(&mo->out, mo->values, FT_BLOCK_LEN);
    return mo->out.len;
}

static void release_monotone(void *arg)
{
    monotone *mo = arg;

    ft_buf_release(&mo->out);
}

/* Blocks with a value in every `gap` numbers on average. */
static ft_status add_monotone(ft_micro *m, uint32_t gap, bool encoding, ft_error *err)
{
    monotone *mo = ft_micro_room(m, 1, sizeof *mo);

    if (!mo)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; i < N_BLOCKS; i++) {
        uint32_t next = 0;
        for (uint32_t k = 0; k < FT_BLOCK_LEN; k++) {
            next += ft_micro_random(m, 2 * gap - 1);
            mo->values[k] = next++;
        }
        mo->off[i] = (uint32_t)mo->out.len;
        mo->universe[i] = next;
        ft_monotone_encode(&mo->out, mo->values, FT_BLOCK_LEN);
    }
    unsigned char *bytes = ft_micro_room(m, 1, mo->out.len);
    if (!bytes || mo->out.failed) {
        ft_buf_release(&mo->out);
        return ft_fail_nomem(err);
    }
    memcpy(bytes, mo->out.data, mo->out.len);
    mo->bytes = bytes;
    mo->end = bytes + mo->out.len;
    ft_kernel k = {.group = "monotone", .item = "value", .items = N_VALUES, .bytes = 4 * N_VALUES,
                   .run = encoding ? encode : decode, .arg = mo};
    ft_status st = ft_micro_own(m, release_monotone, mo, err);
    return st == FT_OK ? ft_micro_add(m, k, err, "%s, density 1/%u", encoding ? "encode" : "decode", gap) : st;
}

static ft_status add_all_monotone(ft_micro *m, ft_error *err)
{
    static const uint32_t gaps[] = {1, 2, 4, 8, 16, 64, 256, 4096, 65536};
    ft_status st = FT_OK;

    for (size_t i = 0; st == FT_OK && i < sizeof gaps / sizeof *gaps; i++)
        st = add_monotone(m, gaps[i], false, err);
    return st == FT_OK ? add_monotone(m, 64, true, err) : st;
}

/* ---------------------------------------------------------------- varints, checksums, scores */

typedef struct plain {
    unsigned char *bytes;
    size_t len;
    uint32_t *tfs, *lengths;
    ft_bm25 params;
} plain;

static uint64_t read_varints(void *arg)
{
    const plain *p = arg;
    ft_bytes in = ft_bytes_of(p->bytes, p->len);
    uint64_t sum = 0;

    while (ft_bytes_left(&in))
        sum += ft_bytes_varint(&in);
    return sum;
}

static uint64_t checksum(void *arg)
{
    const plain *p = arg;

    return XXH3_64bits(p->bytes, p->len);
}

static uint64_t score(void *arg)
{
    const plain *p = arg;
    uint64_t sum = 0;

    for (size_t i = 0; i < N_BLOCKS; i++) {
        float scores[FT_BLOCK_LEN];
        const uint32_t *tfs = p->tfs + i * FT_BLOCK_LEN, *lengths = p->lengths + i * FT_BLOCK_LEN;
        for (size_t k = 0; k < FT_BLOCK_LEN; k++)
            scores[k] = 3.7f * ft_bm25_part(p->params, tfs[k], lengths[k]);
        sum += (uint64_t)scores[i % FT_BLOCK_LEN];
    }
    return sum;
}

static ft_status add_plain(ft_micro *m, ft_error *err)
{
    plain *varints = ft_micro_room(m, 1, sizeof *varints), *block = ft_micro_room(m, 1, sizeof *block);

    if (!varints || !block)
        return ft_fail_nomem(err);
    varints->bytes = ft_micro_room(m, N_VALUES, FT_VARINT_MAX);
    block->bytes = ft_micro_room(m, 65536, 1);
    block->tfs = ft_micro_room(m, N_VALUES, sizeof *block->tfs);
    block->lengths = ft_micro_room(m, N_VALUES, sizeof *block->lengths);
    if (!varints->bytes || !block->bytes || !block->tfs || !block->lengths)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < N_VALUES; i++) {
        bool one = ft_micro_random(m, 4) > 0; /* three of four take one byte */
        varints->len += ft_store_varint(varints->bytes + varints->len, ft_micro_random(m, one ? 128 : 1 << 16));
        block->tfs[i] = 1 + ft_micro_random(m, 1 + ft_micro_random(m, 4));
        block->lengths[i] = 20 + ft_micro_random(m, 180);
    }
    block->len = 65536;
    for (size_t i = 0; i < block->len; i++)
        block->bytes[i] = (unsigned char)ft_micro_random(m, 256);
    block->params = ft_bm25_make(1.2, 0.75, 110);
    ft_kernel k = {.group = "bytes", .item = "value", .items = N_VALUES, .bytes = 4 * N_VALUES, .run = read_varints,
                   .arg = varints};
    ft_status st = ft_micro_add(m, k, err, "read varints");
    if (st == FT_OK) {
        k = (ft_kernel){.group = "checksum", .item = "block", .items = 1, .bytes = block->len, .run = checksum,
                        .arg = block};
        st = ft_micro_add(m, k, err, "XXH3 of 64 KiB");
    }
    if (st == FT_OK) {
        k = (ft_kernel){.group = "bm25", .item = "posting", .items = N_VALUES, .run = score, .arg = block};
        st = ft_micro_add(m, k, err, "score blocks of 256");
    }
    return st;
}

ft_status ft_micro_codecs(ft_micro *m, ft_error *err)
{
    ft_status st = add_all_bits(m, err);

    if (st == FT_OK)
        st = add_all_monotone(m, err);
    return st == FT_OK ? add_plain(m, err) : st;
}
