/* docstarts.c - bit per passage with ranks; see docstarts.h and FORMAT.md, "Passages".
 *
 *     block of 32 bytes = documents that begin before it u32, 224 bits
 *
 * Rank and bits share half a cache line, so passage to document costs one access; the way back bisects the ranks. */
#include "docstarts.h"

#include "bytes.h"
#include "parts.h"

#include <assert.h>

#define BLOCK_LEN 32u
#define RANK_LEN 4u
#define BLOCK_BITS 224u
#define SPOOL_ROOM (1u << 20)

_Static_assert((BLOCK_LEN - RANK_LEN) * 8 == BLOCK_BITS, "the bits fill the block");

static uint32_t blocks_of(uint32_t n_passages)
{
    return n_passages / BLOCK_BITS + (n_passages % BLOCK_BITS != 0);
}

/* ------------------------------------------------ writing */

ft_status ft_docstarts_writer_init(ft_docstarts_writer *w, const char *dir, ft_error *err)
{
    *w = (ft_docstarts_writer){.n_docs = 0};
    return ft_spool_init(&w->spool, dir, SPOOL_ROOM, err);
}

void ft_docstarts_writer_add(ft_docstarts_writer *w, bool begins)
{
    uint32_t bit = w->n_passages++ % BLOCK_BITS;

    assert(begins || w->n_docs > 0);
    if (bit == 0) {
        if (w->n_passages > 1)
            ft_spool_put(&w->spool, w->block, BLOCK_LEN);
        memset(w->block, 0, sizeof w->block);
        ft_store_u32(w->block, w->n_docs);
    }
    if (begins) {
        w->block[RANK_LEN + bit / 8] |= (unsigned char)(1u << bit % 8);
        w->n_docs++;
    }
}

ft_status ft_docstarts_writer_finish(ft_docstarts_writer *w, ft_envelope_writer *ew, ft_error *err)
{
    if (w->n_docs == w->n_passages)
        return ft_spool_status(&w->spool, err);
    ft_spool_put(&w->spool, w->block, BLOCK_LEN);
    ft_envelope_begin(ew, FT_PART_DOC_STARTS, FT_PART_REQUIRED);
    return ft_spool_drain(&w->spool, ft_envelope_sink, ew, err);
}

void ft_docstarts_writer_release(ft_docstarts_writer *w)
{
    ft_spool_release(&w->spool);
}

/* ------------------------------------------------ reading */

ft_status ft_docstarts_open(ft_docstarts *s, const ft_envelope *env, uint32_t n_docs, uint32_t n_passages,
                            ft_error *err)
{
    ft_str part = ft_envelope_part(env, FT_PART_DOC_STARTS);
    uint64_t expected = n_docs == n_passages ? 0 : (uint64_t)blocks_of(n_passages) * BLOCK_LEN;

    *s = (ft_docstarts){.env = env, .n_docs = n_docs, .n_passages = n_passages};
    if (n_docs > n_passages || (n_docs == 0 && n_passages > 0))
        return ft_envelope_corrupt(env, part.ptr, "passages: impossible number of documents", err);
    if (part.len != expected)
        return ft_envelope_corrupt(env, part.ptr, "passages: document starts of the wrong length", err);
    if (expected > 0)
        s->blocks = (const unsigned char *)part.ptr;
    return FT_OK;
}

/* The bits of a verified block as four words. */
static void load_bits(const unsigned char *block, uint64_t words[4])
{
    words[0] = ft_load_u64(block + RANK_LEN);
    words[1] = ft_load_u64(block + RANK_LEN + 8);
    words[2] = ft_load_u64(block + RANK_LEN + 16);
    words[3] = ft_load_u32(block + RANK_LEN + 24);
}

/* Set bits of a word; a call of popcount's table would cost more without an instruction for it. */
static uint32_t ones(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)(x * 0x0101010101010101u >> 56);
}

static ft_status touch_block(const ft_docstarts *s, uint32_t block, const unsigned char **p, ft_error *err)
{
    *p = s->blocks + (size_t)block * BLOCK_LEN;
    return ft_envelope_touch(s->env, *p, BLOCK_LEN, err);
}

ft_status ft_docstarts_rank(const ft_docstarts *s, uint32_t passage, bool *begins, uint32_t *doc, ft_error *err)
{
    const unsigned char *block;
    uint64_t words[4];

    if (!s->blocks) {
        *begins = true;
        *doc = passage;
        return FT_OK;
    }
    ft_status st = touch_block(s, passage / BLOCK_BITS, &block, err);
    if (st != FT_OK)
        return st;
    load_bits(block, words);
    uint32_t bit = passage % BLOCK_BITS, before = ft_load_u32(block);
    for (uint32_t i = 0; i < bit / 64; i++)
        before += ones(words[i]);
    uint64_t rest = words[bit / 64] << (63 - bit % 64); /* bits up to the passage's own, which is on top */
    *begins = rest >> 63;
    *doc = before + ones(rest) - 1;
    if (*doc >= s->n_docs)
        return ft_envelope_corrupt(s->env, block, "passages: more documents begin than there are", err);
    return FT_OK;
}

/* The last block with fewer than or exactly `doc` documents before it. */
static ft_status find_block(const ft_docstarts *s, uint32_t doc, uint32_t *block, ft_error *err)
{
    uint32_t from = 0, to = blocks_of(s->n_passages);
    const unsigned char *p;

    while (to - from > 1) {
        uint32_t mid = from + (to - from) / 2;
        ft_status st = touch_block(s, mid, &p, err);
        if (st != FT_OK)
            return st;
        if (ft_load_u32(p) <= doc)
            from = mid;
        else
            to = mid;
    }
    *block = from;
    return FT_OK;
}

ft_status ft_docstarts_select(const ft_docstarts *s, uint32_t doc, uint32_t *passage, ft_error *err)
{
    const unsigned char *p;
    uint64_t words[4];
    uint32_t block;

    if (!s->blocks) {
        *passage = doc;
        return FT_OK;
    }
    ft_status st = find_block(s, doc, &block, err);
    if (st == FT_OK)
        st = touch_block(s, block, &p, err);
    if (st != FT_OK)
        return st;
    load_bits(p, words);
    uint32_t skip = doc - ft_load_u32(p), i = 0; /* a lying rank makes skip too large, and is found out */
    while (i < 4 && skip >= ones(words[i]))
        skip -= ones(words[i++]);
    if (i == 4)
        return ft_envelope_corrupt(s->env, p, "passages: fewer documents begin than the ranks say", err);
    uint64_t word = words[i];
    while (skip-- > 0)
        word &= word - 1;
    uint64_t found = (uint64_t)block * BLOCK_BITS + i * 64 + (uint32_t)__builtin_ctzll(word);
    if (found >= s->n_passages)
        return ft_envelope_corrupt(s->env, p, "passages: a document begins behind the last passage", err);
    *passage = (uint32_t)found;
    return FT_OK;
}

ft_status ft_docstarts_check(const ft_docstarts *s, ft_error *err)
{
    uint64_t docs = 0, words[4];
    const unsigned char *p;

    for (uint32_t i = 0; s->blocks && i < blocks_of(s->n_passages); i++) {
        ft_status st = touch_block(s, i, &p, err);
        if (st != FT_OK)
            return st;
        load_bits(p, words);
        if (ft_load_u32(p) != docs || (i == 0 && !(words[0] & 1)))
            return ft_envelope_corrupt(s->env, p, "passages: wrong rank of document starts", err);
        for (uint32_t k = 0; k < 4; k++)
            docs += ones(words[k]);
        uint32_t used = s->n_passages - i * BLOCK_BITS;
        for (uint32_t bit = used; bit < BLOCK_BITS; bit++)
            if (words[bit / 64] >> bit % 64 & 1)
                return ft_envelope_corrupt(s->env, p, "passages: a document begins behind the last passage", err);
    }
    if (s->blocks && docs != s->n_docs)
        return ft_envelope_corrupt(s->env, s->blocks, "passages: wrong number of document starts", err);
    return FT_OK;
}
