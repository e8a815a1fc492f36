/* termdict.c - the term dictionary; see termdict.h and FORMAT.md, "Terms". */
#include "termdict.h"

#include "analyze.h"
#include "parts.h"

#define SPOOL_ROOM (1u << 20)
#define INDEX_ENTRY 16 /* prefix u64, offset u64: two arrays, one behind the other */

/* The first eight bytes as a number that orders as the bytes do. */
static uint64_t prefix_of(const unsigned char *term, size_t len)
{
    unsigned char bytes[8] = {0};

    memcpy(bytes, term, len < 8 ? len : 8);
    return __builtin_bswap64(ft_load_u64(bytes));
}

static int compare(const unsigned char *a, size_t a_len, const unsigned char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* ------------------------------------------------ writing */

ft_status ft_termdict_writer_init(ft_termdict_writer *w, const char *dir, ft_error *err)
{
    *w = (ft_termdict_writer){0};
    ft_status st = ft_spool_init(&w->terms, dir, SPOOL_ROOM, err);
    if (st == FT_OK)
        st = ft_spool_init(&w->index, dir, SPOOL_ROOM, err);
    if (st != FT_OK)
        ft_termdict_writer_release(w);
    return st;
}

void ft_termdict_writer_release(ft_termdict_writer *w)
{
    ft_spool_release(&w->terms);
    ft_spool_release(&w->index);
    ft_buf_release(&w->block);
    *w = (ft_termdict_writer){.terms.fd = -1, .index.fd = -1};
}

static void flush_block(ft_termdict_writer *w)
{
    if (w->block.failed)
        w->st = FT_ENOMEM;
    ft_spool_put(&w->terms, w->block.data, w->block.len);
    w->off += w->block.len;
    ft_buf_reset(&w->block);
}

static void begin_block(ft_termdict_writer *w, const void *term, size_t len, const ft_term_info *info)
{
    unsigned char entry[INDEX_ENTRY];

    flush_block(w);
    ft_store_u64(entry, prefix_of(term, len));
    ft_store_u64(entry + 8, w->off);
    ft_spool_put(&w->index, entry, sizeof entry);
    ft_buf_put_varint(&w->block, info->post_off);
    ft_buf_put_varint(&w->block, info->pos_off);
    w->prev_len = 0;
}

void ft_termdict_writer_add(ft_termdict_writer *w, const void *term, size_t len, const ft_term_info *info)
{
    size_t shared = 0;
    const unsigned char *bytes = term;

    if (w->n_terms % FT_TERM_BLOCK == 0)
        begin_block(w, term, len, info);
    while (shared < len && shared < w->prev_len && bytes[shared] == w->prev[shared])
        shared++;
    ft_buf_put_varint(&w->block, shared);
    ft_buf_put_varint(&w->block, len - shared);
    ft_buf_put(&w->block, bytes + shared, len - shared);
    ft_buf_put_varint(&w->block, (uint64_t)info->df << 1 | (info->inlined != NULL));
    ft_buf_putc(&w->block, info->max_impact);
    if (info->inlined) {
        ft_buf_put_varint(&w->block, info->inlined_len);
        ft_buf_put(&w->block, info->inlined, info->inlined_len);
    } else {
        ft_buf_put_varint(&w->block, info->cf - info->df);
        ft_buf_put_varint(&w->block, info->post_len);
        ft_buf_put_varint(&w->block, info->pos_len);
    }
    memcpy(w->prev + shared, bytes + shared, len - shared);
    w->prev_len = len;
    w->n_terms++;
}

/* Takes one field of every index entry to the envelope. */
typedef struct column {
    ft_envelope_writer *env;
    size_t field, held;
    unsigned char entry[INDEX_ENTRY];
} column;

static ft_status put_column(void *arg, const void *data, size_t len, ft_error *err)
{
    column *c = arg;
    const unsigned char *p = data;

    while (len) {
        size_t n = INDEX_ENTRY - c->held < len ? INDEX_ENTRY - c->held : len;
        memcpy(c->entry + c->held, p, n);
        c->held += n;
        p += n;
        len -= n;
        if (c->held == INDEX_ENTRY) {
            ft_envelope_put(c->env, c->entry + c->field, 8);
            c->held = 0;
        }
    }
    return ft_envelope_status(c->env, err);
}

ft_status ft_termdict_writer_finish(ft_termdict_writer *w, ft_envelope_writer *env, ft_error *err)
{
    flush_block(w);
    if (w->st != FT_OK)
        return ft_fail_nomem(err);
    ft_envelope_begin(env, FT_PART_TERMS, FT_PART_REQUIRED);
    ft_status st = ft_spool_drain(&w->terms, ft_envelope_sink, env, err);
    ft_envelope_begin(env, FT_PART_TERM_INDEX, FT_PART_REQUIRED);
    for (size_t field = 0; field < INDEX_ENTRY && st == FT_OK; field += 8) {
        column c = {.env = env, .field = field};
        st = ft_spool_drain(&w->index, put_column, &c, err);
    }
    return st;
}

/* ------------------------------------------------ reading */

static ft_status corrupt(const ft_termdict *d, const void *at, const char *what, ft_error *err)
{
    return ft_envelope_corrupt(d->env, at, what, err);
}

ft_status ft_termdict_open(ft_termdict *d, const ft_envelope *env, uint64_t n_terms, uint32_t n_passages,
                           ft_error *err)
{
    *d = (ft_termdict){.env = env, .n_terms = n_terms, .n_passages = n_passages};
    d->terms = ft_envelope_part(env, FT_PART_TERMS);
    d->index = ft_envelope_part(env, FT_PART_TERM_INDEX);
    d->post_len = ft_envelope_part(env, FT_PART_POSTINGS).len;
    d->pos_len = ft_envelope_part(env, FT_PART_POSITIONS).len;
    uint64_t n_blocks = n_terms / FT_TERM_BLOCK + (n_terms % FT_TERM_BLOCK != 0);
    if (d->index.len % INDEX_ENTRY != 0 || d->index.len / INDEX_ENTRY != n_blocks || n_blocks > UINT32_MAX)
        return corrupt(d, d->index.ptr, "terms: index of another length than the number of terms", err);
    d->n_blocks = (uint32_t)n_blocks;
    return FT_OK;
}

static const unsigned char *index_at(const ft_termdict *d, uint32_t block, size_t field)
{
    return (const unsigned char *)d->index.ptr + 8 * ((size_t)block + field * d->n_blocks);
}

/* The bytes of a block. */
static ft_status block_bytes(const ft_termdict *d, uint32_t block, ft_bytes *out, ft_error *err)
{
    const unsigned char *entry = index_at(d, block, 1);
    uint64_t from = 0, end = d->terms.len;

    ft_status st = ft_envelope_touch(d->env, entry, block + 1 < d->n_blocks ? 16 : 8, err);
    if (st != FT_OK)
        return st;
    from = ft_load_u64(entry);
    if (block + 1 < d->n_blocks)
        end = ft_load_u64(entry + 8);
    if (from > end || end > d->terms.len)
        return corrupt(d, entry, "terms: block outside its part", err);
    *out = ft_bytes_of(d->terms.ptr + from, (size_t)(end - from));
    return ft_envelope_touch(d->env, out->p, (size_t)(end - from), err);
}

/* What an entry says of its term, whose lists begin at these places of their parts. */
static ft_status read_values(const ft_termdict *d, ft_bytes *in, uint64_t post_off, uint64_t pos_off, ft_term_info *t,
                             ft_error *err)
{
    const unsigned char *at = in->p;
    uint64_t df = ft_bytes_varint(in);

    *t = (ft_term_info){.df = (uint32_t)(df >> 1), .max_impact = ft_bytes_u8(in)};
    if (df & 1) {
        t->inlined_len = (size_t)ft_bytes_varint(in);
        t->inlined = ft_bytes_take(in, t->inlined_len);
        ft_bytes posting = ft_bytes_of(t->inlined, t->inlined ? t->inlined_len : 0);
        ft_bytes_varint(&posting);
        t->cf = ft_bytes_varint(&posting); /* tf - 1 */
    } else {
        t->cf = ft_bytes_varint(in);
        t->post_len = ft_bytes_varint(in);
        t->pos_len = ft_bytes_varint(in);
        t->post_off = post_off;
        t->pos_off = pos_off;
    }
    if (in->failed || df >> 1 == 0 || df >> 1 > d->n_passages || t->cf > UINT64_MAX / 2 ||
        t->post_off > d->post_len || t->post_len > d->post_len - t->post_off ||
        t->pos_off > d->pos_len || t->pos_len > d->pos_len - t->pos_off)
        return corrupt(d, at, "terms: malformed entry", err);
    t->cf += t->df;
    return FT_OK;
}

/* Passes over the same, for the sake of where the next term's lists begin. */
static inline void skip_values(ft_bytes *in, uint64_t *post_off, uint64_t *pos_off)
{
    uint64_t df = ft_bytes_varint(in);

    ft_bytes_u8(in);
    if (df & 1) {
        ft_bytes_take(in, (size_t)ft_bytes_varint(in));
    } else {
        ft_bytes_varint(in);
        *post_off += ft_bytes_varint(in);
        *pos_off += ft_bytes_varint(in);
    }
}

/* Reads the next entry of a block into it->term and it->info. */
static ft_status read_entry(ft_term_iter *it, ft_error *err)
{
    ft_bytes *in = &it->at;
    const unsigned char *at = in->p;
    ft_term_info *t = &it->info;
    uint64_t shared = ft_bytes_varint(in), len = ft_bytes_varint(in);

    if (in->failed || shared > it->term_len || len > sizeof it->term - shared || shared + len == 0)
        return corrupt(it->d, at, "terms: malformed entry", err);
    const unsigned char *suffix = ft_bytes_take(in, (size_t)len);
    if (suffix)
        memcpy(it->term + shared, suffix, (size_t)len);
    it->term_len = (size_t)(shared + len);
    ft_status st = read_values(it->d, in, it->post_off, it->pos_off, t, err);
    if (st != FT_OK)
        return st;
    it->post_off += t->post_len;
    it->pos_off += t->pos_len;
    it->i++;
    return FT_OK;
}

static ft_status begin_reading(ft_term_iter *it, uint32_t block, ft_error *err)
{
    it->block = block;
    it->i = 0;
    it->term_len = 0;
    ft_status st = block_bytes(it->d, block, &it->at, err);
    if (st != FT_OK)
        return st;
    it->post_off = ft_bytes_varint(&it->at);
    it->pos_off = ft_bytes_varint(&it->at);
    return FT_OK;
}

ft_status ft_termdict_block(const ft_termdict *d, uint32_t block, uint64_t *first, uint64_t *before, ft_error *err)
{
    ft_term_iter it = {.d = d};
    const unsigned char *entry = index_at(d, block, 0);
    ft_status st = ft_envelope_touch(d->env, entry, 8, err);

    if (st == FT_OK)
        st = begin_reading(&it, block, err);
    if (st != FT_OK)
        return st;
    *first = ft_load_u64(entry);
    *before = it.post_off + it.pos_off;
    return FT_OK;
}

static uint32_t entries_in(const ft_termdict *d, uint32_t block)
{
    return block + 1 < d->n_blocks ? FT_TERM_BLOCK : (uint32_t)(d->n_terms - (uint64_t)block * FT_TERM_BLOCK);
}

/* The last block whose first term is <= term; *none if there is no such block. */
static ft_status find_block(const ft_termdict *d, const unsigned char *term, size_t len, bool *none, uint32_t *block,
                            ft_error *err)
{
    uint64_t prefix = prefix_of(term, len);
    uint32_t lo = 0, hi = d->n_blocks;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const unsigned char *entry = index_at(d, mid, 0);
        ft_status st = ft_envelope_touch(d->env, entry, 8, err);
        if (st != FT_OK)
            return st;
        uint64_t first = ft_load_u64(entry);
        bool after = first > prefix;
        if (first == prefix) {
            ft_term_iter it = {.d = d};
            st = begin_reading(&it, mid, err);
            if (st == FT_OK)
                st = read_entry(&it, err);
            if (st != FT_OK)
                return st;
            after = compare(it.term, it.term_len, term, len) > 0;
        }
        if (after)
            hi = mid;
        else
            lo = mid + 1;
    }
    *none = lo == 0;
    *block = lo - 1;
    return FT_OK;
}

/* Looks for a term in a block without putting terms together. As they ascend, an entry that shares more bytes with the
 * one before than the term does stands before the term as that one did; one that shares fewer stands behind it. */
static ft_status find_in_block(const ft_termdict *d, uint32_t block, const unsigned char *term, size_t len,
                               bool *found, ft_term_info *info, ft_error *err)
{
    size_t same = 0, before = 0; /* bytes that the last entry has in common with the term, and has */
    ft_bytes in;
    ft_status st = block_bytes(d, block, &in, err);

    if (st != FT_OK)
        return st;
    uint64_t post_off = ft_bytes_varint(&in), pos_off = ft_bytes_varint(&in);
    for (uint32_t n = entries_in(d, block); n > 0; n--) {
        const unsigned char *at = in.p;
        uint64_t shared = ft_bytes_varint(&in), more = ft_bytes_varint(&in);
        const unsigned char *suffix = ft_bytes_take(&in, (size_t)more);
        if (in.failed || shared > before || more > FT_TERM_MAX - shared || shared + more == 0)
            return corrupt(d, at, "terms: malformed entry", err);
        before = (size_t)(shared + more);
        if (shared < same)
            return FT_OK;
        if (shared == same) {
            while (same < before && same < len && suffix[same - shared] == term[same])
                same++;
            if (same < before && (same == len || suffix[same - shared] > term[same]))
                return FT_OK;
            if (same == before && same == len) {
                st = read_values(d, &in, post_off, pos_off, info, err);
                *found = st == FT_OK;
                return st;
            }
        }
        skip_values(&in, &post_off, &pos_off);
    }
    return in.failed ? corrupt(d, in.end, "terms: malformed entry", err) : FT_OK;
}

ft_status ft_termdict_find(const ft_termdict *d, const void *term, size_t len, bool *found, ft_term_info *info,
                           ft_error *err)
{
    bool none = true;
    uint32_t block = 0;

    *found = false;
    if (len == 0 || len > FT_TERM_MAX)
        return FT_OK;
    ft_status st = find_block(d, term, len, &none, &block, err);
    return st != FT_OK || none ? st : find_in_block(d, block, term, len, found, info, err);
}

void ft_term_iter_init(ft_term_iter *it, const ft_termdict *d)
{
    *it = (ft_term_iter){.d = d};
}

ft_status ft_term_iter_seek(ft_term_iter *it, const void *term, size_t len, ft_error *err)
{
    bool none = true;
    uint32_t block = 0;

    ft_term_iter_init(it, it->d);
    if (it->d->n_blocks == 0)
        return FT_OK;
    ft_status st = find_block(it->d, term, len, &none, &block, err);
    if (st == FT_OK)
        st = begin_reading(it, none ? 0 : block, err);
    for (uint32_t n = entries_in(it->d, it->block); st == FT_OK && it->i < n;) {
        ft_term_iter before = *it;
        st = read_entry(it, err);
        if (st == FT_OK && compare(it->term, it->term_len, term, len) >= 0) {
            *it = before;
            break;
        }
    }
    return st;
}

ft_status ft_term_iter_next(ft_term_iter *it, bool *more, ft_error *err)
{
    ft_status st = FT_OK;

    if (it->at.p && it->i == entries_in(it->d, it->block)) {
        it->block++;
        it->at.p = NULL;
    }
    *more = it->block < it->d->n_blocks;
    if (!*more)
        return FT_OK;
    if (!it->at.p)
        st = begin_reading(it, it->block, err);
    return st == FT_OK ? read_entry(it, err) : st;
}
