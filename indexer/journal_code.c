/* journal_code.c - see journal_code.h. Checksums are the journal's affair; all the same nothing here is believed that
 * what joins batches relies on. */
#include "journal_code.h"

#include "bytes.h"
#include "ids.h"
#include "mem.h"
#include "segment.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define TITLE_MAX 65535u

/* ------------------------------------------------ writing */

static void put_bytes(ft_buf *out, const void *data, size_t len)
{
    ft_buf_put_varint(out, len);
    ft_buf_put(out, data, len);
}

/* Passages are many: room once for each, then without asking. */
static void put_passage(ft_buf *out, const ft_passage_entry *p, uint32_t length, uint64_t before)
{
    unsigned char *start = ft_buf_reserve(out, (5 + 2 * (size_t)p->n_marks) * FT_VARINT_MAX), *to = start;
    uint64_t at = p->start;

    if (!to)
        return;
    to += ft_store_varint(to, p->start - before);
    to += ft_store_varint(to, p->end - p->start);
    to += ft_store_varint(to, p->line);
    to += ft_store_varint(to, length);
    to += ft_store_varint(to, p->n_marks);
    for (uint32_t i = 0; i < p->n_marks; i++) {
        to += ft_store_varint(to, p->marks[i].off - at);
        to += ft_store_varint(to, p->marks[i].line);
        at = p->marks[i].off;
    }
    out->len += (size_t)(to - start);
}

static void put_doc(ft_buf *out, const ft_batch *b, const ft_batch_doc *d)
{
    unsigned char *start = ft_buf_reserve(out, d->id_len + 7 * FT_VARINT_MAX), *to = start;
    uint64_t before = 0;

    if (!to)
        return;
    to += ft_store_varint(to, d->id_len);
    memcpy(to, b->ids.data + d->id, d->id_len);
    to += d->id_len;
    to += ft_store_varint(to, d->title_len);
    to += ft_store_varint(to, d->title_tokens);
    to += ft_store_varint(to, d->text_len);
    to += ft_store_varint(to, d->source);
    *to++ = d->count_lines;
    to += ft_store_varint(to, d->n_passages);
    out->len += (size_t)(to - start);
    for (size_t i = d->first_passage; i < d->first_passage + d->n_passages; i++) {
        put_passage(out, &b->passages.items[i], b->lengths[i], before);
        before = b->passages.items[i].end;
    }
}

void ft_journal_encode(ft_buf *out, const ft_batch *b, uint64_t stored_at)
{
    const ft_buf *kept = ft_batch_kept(b);
    size_t tail = kept->len % FT_STORE_BLOCK;

    put_bytes(out, b->notes.data, b->notes.len);
    ft_buf_put_u64(out, stored_at);
    ft_buf_put_u64(out, XXH3_64bits(b->packed.bytes.data, b->packed.bytes.len));
    ft_buf_put_varint(out, b->packed.n);
    for (size_t i = 0; i < b->packed.n; i++)
        ft_buf_put_varint(out, b->packed.lens[i]);
    put_bytes(out, kept->data + (kept->len - tail), tail);
    ft_buf_put_varint(out, b->n_docs);
    for (size_t i = 0; i < b->n_docs; i++)
        put_doc(out, b, &b->docs[i]);
    ft_buf_put_varint(out, b->runs.n);
    for (size_t i = 0; i < b->runs.n; i++) {
        const ft_run *run = &b->runs.items[i];
        ft_buf_put_varint(out, run->len);
        ft_buf_put_u64(out, XXH3_64bits(run->mem.data, (size_t)run->len));
        ft_buf_putc(out, run->continues);
    }
}

/* ------------------------------------------------ reading */

/* A number up to max; a larger one is a failure. */
static uint64_t get(ft_bytes *in, uint64_t max)
{
    uint64_t v = ft_bytes_varint(in);

    if (v <= max)
        return v;
    in->failed = true;
    return 0;
}

static bool get_flag(ft_bytes *in)
{
    uint8_t v = ft_bytes_u8(in);

    in->failed |= v > 1;
    return v == 1;
}

/* Each stands before a document of the batch. */
static ft_status get_notes(ft_batch *b, ft_bytes *in, ft_journal_code *out, const unsigned char *code, ft_error *err)
{
    size_t len = (size_t)get(in, ft_bytes_left(in));
    const unsigned char *notes = ft_bytes_take(in, len);

    if (in->failed)
        return FT_OK;
    out->notes = (size_t)(notes - code);
    out->notes_len = len;
    ft_buf_put(&b->notes, notes, len);
    return ft_buf_status(&b->notes, err);
}

static void check_notes(const ft_batch *b, ft_bytes *in)
{
    ft_bytes notes = ft_bytes_of(b->notes.data, b->notes.len);

    while (ft_bytes_left(&notes) > 0 && !notes.failed) {
        notes.failed |= ft_bytes_varint(&notes) >= b->n_docs;
        ft_bytes_take(&notes, (size_t)get(&notes, ft_bytes_left(&notes)));
    }
    in->failed |= notes.failed;
}

/* Whole blocks only: the batch that ends the stream is never in a journal. */
static ft_status get_stored(ft_batch *b, ft_bytes *in, ft_journal_code *out, ft_error *err)
{
    out->stored_at = ft_bytes_u64(in);
    out->stored_sum = ft_bytes_u64(in);
    uint64_t n = get(in, ft_bytes_left(in));
    if (FT_GROW(b->packed.lens, b->packed.cap, (size_t)n) != 0)
        return ft_fail_nomem(err);
    for (uint64_t i = 0; i < n && !in->failed; i++) {
        uint64_t len = get(in, FT_STORE_BLOCK);
        in->failed |= len == 0;
        b->packed.lens[b->packed.n++] = (uint32_t)len;
        out->stored_len += len;
    }
    b->packed.last_raw = FT_STORE_BLOCK;
    size_t tail = (size_t)get(in, FT_STORE_BLOCK - 1);
    const unsigned char *bytes = ft_bytes_take(in, tail);
    ft_buf *kept = b->titles_only ? &b->titles : &b->stream;
    if (bytes)
        ft_buf_put(kept, bytes, tail);
    return ft_buf_status(kept, err);
}

static ft_status get_passage(ft_batch *b, ft_bytes *in, uint64_t *at, uint64_t text_len, ft_error *err)
{
    size_t n = b->passages.n;

    if (FT_GROW(b->passages.items, b->passages.cap, n + 1) != 0 || FT_GROW(b->lengths, b->cap_lengths, n + 1) != 0)
        return ft_fail_nomem(err);
    ft_passage_entry *p = &b->passages.items[b->passages.n++];
    *p = (ft_passage_entry){0};
    p->start = *at + get(in, text_len - *at);
    p->end = p->start + get(in, text_len - p->start);
    p->line = (uint32_t)get(in, UINT32_MAX);
    b->lengths[n] = (uint32_t)get(in, UINT32_MAX);
    p->n_marks = (uint32_t)get(in, ft_bytes_left(in));
    if (in->failed)
        return FT_OK;
    if (FT_GROW(b->marks, b->cap_marks, b->n_marks + p->n_marks) != 0)
        return ft_fail_nomem(err);
    *at = p->start;
    for (uint32_t i = 0; i < p->n_marks && !in->failed; i++) {
        *at += get(in, p->end - *at);
        b->marks[b->n_marks++] = (ft_line_mark){*at, (uint32_t)get(in, UINT32_MAX)};
    }
    *at = p->end;
    return FT_OK;
}

static ft_status get_doc(ft_batch *b, ft_bytes *in, ft_error *err)
{
    uint64_t at = 0;
    ft_status st = FT_OK;

    if (FT_GROW(b->docs, b->cap_docs, b->n_docs + 1) != 0)
        return ft_fail_nomem(err);
    ft_batch_doc *d = &b->docs[b->n_docs++];
    *d = (ft_batch_doc){.id = b->ids.len, .first_passage = b->passages.n};
    d->id_len = (uint32_t)get(in, FT_IDS_MAX);
    const unsigned char *id = ft_bytes_take(in, d->id_len);
    if (id)
        ft_buf_put(&b->ids, id, d->id_len);
    d->title_len = (uint32_t)get(in, TITLE_MAX);
    d->title_tokens = (uint32_t)get(in, UINT32_MAX);
    d->text_len = get(in, UINT32_MAX);
    d->source = (uint32_t)get(in, UINT32_MAX);
    d->count_lines = get_flag(in);
    d->n_passages = (uint32_t)get(in, FT_SEGMENT_MAX_PASSAGES);
    in->failed |= d->id_len == 0 || d->n_passages == 0;
    for (uint32_t i = 0; i < d->n_passages && st == FT_OK && !in->failed; i++)
        st = get_passage(b, in, &at, d->text_len, err);
    return st == FT_OK ? ft_buf_status(&b->ids, err) : st;
}

/* Marks could move until now. */
static void point_to_marks(ft_batch *b)
{
    const ft_line_mark *mark = b->marks;

    for (size_t i = 0; i < b->passages.n; i++) {
        ft_passage_entry *p = &b->passages.items[i];
        p->marks = p->n_marks ? mark : NULL;
        mark += p->n_marks;
    }
}

static ft_status get_runs(ft_batch *b, ft_bytes *in, const unsigned char *runs, size_t runs_len, ft_error *err)
{
    uint64_t n = get(in, ft_bytes_left(in));
    size_t off = 0;
    uint32_t last = 0;

    for (uint64_t i = 0; i < n && !in->failed; i++) {
        if (FT_GROW(b->runs.items, b->runs.cap, b->runs.n + 1) != 0)
            return ft_fail_nomem(err);
        ft_run *run = &b->runs.items[b->runs.n++];
        *run = FT_RUN_NONE;
        run->off = off;
        run->len = get(in, runs_len - off);
        uint64_t sum = ft_bytes_u64(in);
        run->continues = get_flag(in);
        uint32_t first = i == 0 ? 0 : last + !run->continues;
        bool good = false;
        if (!in->failed && XXH3_64bits(runs + off, (size_t)run->len) == sum) {
            ft_status st = ft_run_check(run, runs + off, first, (uint32_t)b->passages.n, &last, &good, err);
            if (st != FT_OK)
                return st;
        }
        in->failed |= !good;
        off += (size_t)run->len;
    }
    in->failed |= off != runs_len;
    return FT_OK;
}

ft_status ft_journal_decode(ft_batch *b, const unsigned char *code, size_t len, const unsigned char *runs,
                            size_t runs_len, ft_journal_code *out, bool *good, ft_error *err)
{
    ft_bytes in = ft_bytes_of(code, len);

    *out = (ft_journal_code){0};
    *good = false;
    ft_status st = get_notes(b, &in, out, code, err);
    if (st == FT_OK)
        st = get_stored(b, &in, out, err);
    uint64_t n = get(&in, ft_bytes_left(&in));
    in.failed |= n == 0;
    for (uint64_t i = 0; i < n && st == FT_OK && !in.failed; i++) {
        st = get_doc(b, &in, err);
        in.failed |= b->passages.n > FT_SEGMENT_MAX_PASSAGES;
    }
    if (st == FT_OK && !in.failed) {
        point_to_marks(b);
        check_notes(b, &in);
        st = get_runs(b, &in, runs, runs_len, err);
    }
    *good = st == FT_OK && !in.failed && ft_bytes_left(&in) == 0;
    return st;
}
