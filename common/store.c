/* store.c - compressed stored text; see store.h and FORMAT.md, "Stored text". */
#include "store.h"

#include "bytes.h"
#include "mem.h"
#include "parts.h"

#include <assert.h>
#include <libdeflate.h>
#include <pthread.h>

/* 64 MB of English manuals in blocks of 16 KiB, one core (ratio, MB/s to compress): level 1 2.84, 122; 2 2.89, 84;
 * 4 2.93, 70; 6 2.98, 57; 9 3.01, 31. All decompress at about 470 MB/s. Packing is a good part of a build's time, so
 * the last twentieth of the size is not worth twice of it. */
#define STORE_LEVEL 1

#define INDEX_HEAD 8u /* length of the stream, before the list of offsets */

struct ft_packer {
    struct libdeflate_compressor *deflate;
};

/* ------------------------------------------------ memory of libdeflate */

static void *counted_alloc(size_t len)
{
    return ft_alloc(len, 1);
}

static void use_our_memory(void)
{
    libdeflate_set_memory_allocator(counted_alloc, ft_free);
}

static void prepare_libdeflate(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, use_our_memory);
}

/* ------------------------------------------------ writing */

ft_status ft_packer_new(ft_packer **out, ft_error *err)
{
    *out = NULL;
    prepare_libdeflate();
    ft_packer *p = ft_alloc_zero(1, sizeof *p);
    if (!p)
        return ft_fail_nomem(err);
    p->deflate = libdeflate_alloc_compressor(STORE_LEVEL);
    if (!p->deflate) {
        ft_free(p);
        return ft_fail_nomem(err);
    }
    *out = p;
    return FT_OK;
}

void ft_packer_free(ft_packer *p)
{
    if (!p)
        return;
    libdeflate_free_compressor(p->deflate);
    ft_free(p);
}

ft_status ft_store_pack(ft_packer *p, const void *text, size_t len, ft_buf *out)
{
    assert(len > 0 && len <= FT_STORE_BLOCK);
    unsigned char *to = ft_buf_reserve(out, len);
    if (!to)
        return FT_ENOMEM;
    /* 0 when it does not fit; a length equal to the text's would be taken for plain text by the reader */
    size_t packed = libdeflate_zlib_compress(p->deflate, text, len, to, len - 1);
    if (packed == 0) {
        memcpy(to, text, len);
        packed = len;
    }
    out->len += packed;
    return FT_OK;
}

ft_status ft_store_writer_init(ft_store_writer *sw, const char *dir, ft_error *err)
{
    *sw = (ft_store_writer){.raw = 0};
    return ft_offsets_writer_init(&sw->starts, dir, err);
}

void ft_store_writer_block(ft_store_writer *sw, ft_envelope_writer *w, const void *packed, size_t len, size_t raw_len)
{
    assert(sw->raw % FT_STORE_BLOCK == 0 && raw_len > 0 && raw_len <= FT_STORE_BLOCK && len <= raw_len);
    ft_offsets_writer_add(&sw->starts, sw->packed);
    ft_envelope_put(w, packed, len);
    sw->raw += raw_len;
    sw->packed += len;
}

ft_status ft_store_writer_finish(ft_store_writer *sw, ft_envelope_writer *w, ft_error *err)
{
    unsigned char head[INDEX_HEAD];

    ft_store_u64(head, sw->raw);
    ft_envelope_begin(w, FT_PART_STORED_INDEX, FT_PART_REQUIRED);
    ft_envelope_put(w, head, sizeof head);
    return ft_offsets_writer_finish(&sw->starts, w, err);
}

void ft_store_writer_release(ft_store_writer *sw)
{
    ft_offsets_writer_release(&sw->starts);
}

/* ------------------------------------------------ reading */

ft_status ft_store_open(ft_store *s, const ft_envelope *env, ft_error *err)
{
    ft_str index = ft_envelope_part(env, FT_PART_STORED_INDEX);

    *s = (ft_store){.env = env, .blocks = ft_envelope_part(env, FT_PART_STORED)};
    if (index.len < INDEX_HEAD)
        return ft_envelope_corrupt(env, index.ptr, "stored text: its index is missing", err);
    ft_status st = ft_envelope_touch(env, index.ptr, INDEX_HEAD, err);
    if (st != FT_OK)
        return st;
    s->raw_len = ft_load_u64(index.ptr);
    uint64_t n = s->raw_len / FT_STORE_BLOCK + (s->raw_len % FT_STORE_BLOCK != 0);
    return ft_offsets_open(&s->starts, env, (ft_str){index.ptr + INDEX_HEAD, index.len - INDEX_HEAD}, n,
                           s->blocks.len, err);
}

ft_status ft_store_block(const ft_store *s, uint64_t i, ft_str *packed, size_t *raw, ft_error *err)
{
    uint64_t left = s->raw_len - i * FT_STORE_BLOCK, start, stop;
    ft_status st = ft_offsets_get(&s->starts, i, &start, &stop, err);

    if (st != FT_OK)
        return st;
    *packed = (ft_str){s->blocks.ptr + start, (size_t)(stop - start)};
    *raw = left < FT_STORE_BLOCK ? (size_t)left : FT_STORE_BLOCK;
    if (packed->len == 0 || packed->len > *raw)
        return ft_envelope_corrupt(s->env, packed->ptr, "stored text: a block has an impossible length", err);
    return ft_envelope_touch(s->env, packed->ptr, packed->len, err);
}

/* Appends all of block i to out. */
static ft_status unpack(const ft_store *s, struct libdeflate_decompressor *inflate, uint64_t i, ft_buf *out,
                        ft_error *err)
{
    size_t raw = 0, used = 0, made = 0;
    ft_str packed;
    ft_status st = ft_store_block(s, i, &packed, &raw, err);

    if (st != FT_OK)
        return st;
    unsigned char *to = ft_buf_reserve(out, raw);
    if (!to)
        return ft_fail_nomem(err);
    if (packed.len == raw)
        memcpy(to, packed.ptr, raw);
    else if (libdeflate_zlib_decompress_ex(inflate, packed.ptr, packed.len, to, raw, &used, &made) !=
                 LIBDEFLATE_SUCCESS ||
             used != packed.len || made != raw)
        return ft_envelope_corrupt(s->env, packed.ptr, "stored text: a block does not decompress to its length", err);
    out->len += raw;
    return FT_OK;
}

static ft_status new_inflate(struct libdeflate_decompressor **out, ft_error *err)
{
    prepare_libdeflate();
    *out = libdeflate_alloc_decompressor(); /* 12 KiB: next to decompressing a block, nothing */
    return *out ? FT_OK : ft_fail_nomem(err);
}

void ft_store_window_release(ft_store_window *w)
{
    libdeflate_free_decompressor(w->inflate);
    ft_buf_release(&w->text);
    *w = (ft_store_window){0};
}

/* Makes block i of s the one the window holds. */
static ft_status move_window(ft_store_window *w, const ft_store *s, uint64_t i, ft_error *err)
{
    ft_status st = FT_OK;

    if (w->store == s && w->block == i)
        return FT_OK;
    w->store = NULL;
    ft_buf_reset(&w->text);
    if (!w->inflate)
        st = new_inflate(&w->inflate, err);
    if (st == FT_OK)
        st = unpack(s, w->inflate, i, &w->text, err);
    if (st != FT_OK)
        return st;
    w->store = s;
    w->block = i;
    return FT_OK;
}

ft_status ft_store_read_near(ft_store_window *w, const ft_store *s, uint64_t off, uint64_t len, ft_buf *out,
                             ft_error *err)
{
    size_t before = out->len;
    ft_status st = FT_OK;

    if (off > s->raw_len || len > s->raw_len - off)
        return ft_envelope_corrupt(s->env, s->blocks.ptr, "stored text: shorter than the documents in it", err);
    for (uint64_t end = off + len; st == FT_OK && off < end;) {
        size_t skip = (size_t)(off % FT_STORE_BLOCK);
        st = move_window(w, s, off / FT_STORE_BLOCK, err);
        if (st != FT_OK)
            break;
        size_t take = end - off < w->text.len - skip ? (size_t)(end - off) : w->text.len - skip;
        ft_buf_put(out, w->text.data + skip, take);
        st = ft_buf_status(out, err);
        off += take;
    }
    if (st != FT_OK)
        out->len = before;
    return st;
}

ft_status ft_store_read(const ft_store *s, uint64_t off, uint64_t len, ft_buf *out, ft_error *err)
{
    ft_store_window w = {0};
    ft_status st = ft_store_read_near(&w, s, off, len, out, err);

    ft_store_window_release(&w);
    return st;
}

ft_status ft_store_check(const ft_store *s, ft_error *err)
{
    struct libdeflate_decompressor *inflate = NULL;
    ft_buf text = {0};
    ft_status st = ft_offsets_check(&s->starts, err);

    if (st == FT_OK)
        st = new_inflate(&inflate, err);
    for (uint64_t i = 0; st == FT_OK && i < s->starts.n; i++) {
        ft_buf_reset(&text);
        st = unpack(s, inflate, i, &text, err);
    }
    libdeflate_free_decompressor(inflate);
    ft_buf_release(&text);
    return st;
}
