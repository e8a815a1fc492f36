/* batch.c - see batch.h. */
#include "batch.h"

#include "bytes.h"
#include "mem.h"
#include "segment.h"

#define TITLE_MAX 65535u

ft_status ft_batch_worker_init(ft_batch_worker *w, const ft_analysis *analysis, size_t memory, size_t max_tokens,
                               const volatile int *cancel, ft_error *err)
{
    *w = (ft_batch_worker){.cancel = cancel};
    ft_status st = ft_inverter_new(&w->inverter, analysis, memory, max_tokens, err);
    if (st == FT_OK)
        st = ft_packer_new(&w->packer, err);
    if (st != FT_OK)
        ft_batch_worker_release(w);
    return st;
}

void ft_batch_worker_release(ft_batch_worker *w)
{
    ft_inverter_free(w->inverter);
    ft_packer_free(w->packer);
    *w = (ft_batch_worker){0};
}

ft_status ft_batch_new(ft_batch **out, ft_error *err)
{
    *out = ft_alloc_zero(1, sizeof **out);
    return *out ? FT_OK : ft_fail_nomem(err);
}

void ft_batch_free(ft_batch *b)
{
    if (!b)
        return;
    ft_buf_release(&b->stream);
    ft_buf_release(&b->titles);
    ft_buf_release(&b->ids);
    ft_buf_release(&b->notes);
    ft_free(b->docs);
    ft_free(b->marks);
    ft_packed_release(&b->packed);
    ft_passage_list_release(&b->passages);
    ft_free(b->lengths);
    ft_run_list_release(&b->runs);
    ft_free(b);
}

void ft_batch_reset(ft_batch *b, size_t keep)
{
    if (b->stream.cap > 4 * keep)
        ft_buf_release(&b->stream);
    if (b->packed.bytes.cap > 4 * keep)
        ft_packed_release(&b->packed);
    ft_buf_reset(&b->stream);
    ft_buf_reset(&b->titles);
    ft_buf_reset(&b->ids);
    ft_buf_reset(&b->notes);
    ft_packed_reset(&b->packed);
    ft_run_list_release(&b->runs);
    b->passages.n = 0;
    b->carried = b->n_docs = b->n_marks = 0;
    b->last = false;
    b->st = FT_OK;
}

/* ------------------------------------------------ going in */

/* The title's length when it is cut at a character. */
static size_t title_len(ft_str title)
{
    size_t len = title.len;

    if (len <= TITLE_MAX)
        return len;
    for (len = TITLE_MAX; len > TITLE_MAX - 3 && ((unsigned char)title.ptr[len] & 0xc0) == 0x80;)
        len--;
    /* Three continuation bytes at most belong to a character: with more of them any place is as good. */
    return ((unsigned char)title.ptr[len] & 0xc0) == 0x80 ? TITLE_MAX : len;
}

/* Copies marks; of several at one offset the last one counts. */
static void add_marks(ft_batch *b, const ft_document *doc)
{
    size_t first = b->n_marks;

    for (size_t i = 0; i < doc->n_marks; i++) {
        if (b->n_marks > first && b->marks[b->n_marks - 1].off == doc->marks[i].off)
            b->n_marks--;
        b->marks[b->n_marks++] = doc->marks[i];
    }
}

ft_status ft_batch_add(ft_batch *b, const ft_document *doc, ft_error *err)
{
    size_t title = title_len(doc->title), need = 0;

    if (__builtin_add_overflow(doc->text.len, title + FT_VOCABULARY_PAD, &need)
        || !ft_buf_reserve(&b->stream, need) || !ft_buf_reserve(&b->ids, doc->id.len)
        || (b->titles_only && !ft_buf_reserve(&b->titles, title))
        || FT_GROW(b->docs, b->cap_docs, b->n_docs + 1) != 0
        || FT_GROW(b->marks, b->cap_marks, b->n_marks + doc->n_marks) != 0) {
        b->stream.failed = b->titles.failed = b->ids.failed = false;
        return ft_fail_nomem(err);
    }
    ft_batch_doc *d = &b->docs[b->n_docs++];
    *d = (ft_batch_doc){.id = b->ids.len,
                        .title = b->stream.len,
                        .id_len = (uint32_t)doc->id.len,
                        .title_len = (uint32_t)title,
                        .text_len = doc->text.len,
                        .first_mark = b->n_marks,
                        .passage_words = doc->passage_words,
                        .line = doc->line ? doc->line : 1,
                        .source = doc->source,
                        .title_from_text = doc->title_from_text,
                        .count_lines = doc->count_lines};
    ft_buf_put(&b->ids, doc->id.ptr, doc->id.len);
    ft_buf_put(&b->stream, doc->title.ptr, title);
    if (b->titles_only)
        ft_buf_put(&b->titles, doc->title.ptr, title);
    ft_buf_put(&b->stream, doc->text.ptr, doc->text.len);
    if (!doc->count_lines)
        add_marks(b, doc);
    d->n_marks = b->n_marks - d->first_mark;
    return FT_OK;
}

ft_status ft_batch_note(ft_batch *b, const ft_buf *notes, ft_error *err)
{
    ft_bytes in = ft_bytes_of(notes->data, notes->len);

    while (ft_bytes_left(&in) > 0) {
        uint64_t len = ft_bytes_varint(&in);
        ft_buf_put_varint(&b->notes, b->n_docs);
        ft_buf_put_varint(&b->notes, len);
        ft_buf_put(&b->notes, ft_bytes_take(&in, (size_t)len), (size_t)len);
    }
    return ft_buf_status(&b->notes, err);
}

ft_status ft_batch_carry(const ft_batch *b, ft_batch *next, ft_error *err)
{
    const ft_buf *from = ft_batch_kept(b);
    ft_buf *to = b->titles_only ? &next->titles : &next->stream;
    size_t n = from->len % FT_STORE_BLOCK;

    if (n > 0)
        ft_buf_put(to, from->data + from->len - n, n);
    next->carried = b->titles_only ? 0 : n;
    return ft_buf_status(to, err);
}

/* ------------------------------------------------ the job */

/* Cuts a document into passages and numbers their lines. */
static ft_status split(ft_batch *b, ft_batch_doc *d, const char *text)
{
    d->first_passage = b->passages.n;
    ft_status st = ft_passage_split(&b->passages, text, (size_t)d->text_len, d->passage_words, &b->err);
    if (st != FT_OK)
        return st;
    size_t n = b->passages.n - d->first_passage;
    if (b->passages.n > FT_SEGMENT_MAX_PASSAGES)
        return ft_fail(&b->err, FT_ELIMIT, "more than %u passages", FT_SEGMENT_MAX_PASSAGES);
    d->n_passages = (uint32_t)n;
    ft_passage_set_lines(b->passages.items + d->first_passage, n, text, d->line, d->count_lines,
                         d->n_marks ? b->marks + d->first_mark : NULL, d->n_marks);
    if (FT_GROW(b->lengths, b->cap_lengths, b->passages.n) != 0)
        return ft_fail_nomem(&b->err);
    return FT_OK;
}

/* Indexes one passage, the title with the first one. */
static ft_status index_passage(ft_batch *b, ft_batch_worker *w, ft_batch_doc *d, const char *title, uint32_t i)
{
    uint32_t number = (uint32_t)d->first_passage + i, position = 0, gap = 0;
    const ft_passage_entry *p = &b->passages.items[number];
    ft_status st = FT_OK;

    if (i == 0 && !d->title_from_text && d->title_len > 0) {
        st = ft_inverter_text(w->inverter, number, title, d->title_len, &position, &b->runs, &b->err);
        d->title_tokens = position;
        gap = position > 0 ? FT_TITLE_GAP : 0;
    }
    position += gap;
    if (st == FT_OK && p->end > p->start)
        st = ft_inverter_text(w->inverter, number, title + d->title_len + p->start, (size_t)(p->end - p->start),
                              &position, &b->runs, &b->err);
    b->lengths[number] = position - gap;
    return st;
}

static ft_status process_doc(ft_batch *b, ft_batch_worker *w, ft_batch_doc *d)
{
    const char *title = (const char *)b->stream.data + d->title;
    ft_status st = split(b, d, title + d->title_len);

    for (uint32_t i = 0; st == FT_OK && i < d->n_passages; i++)
        st = index_passage(b, w, d, title, i);
    return st;
}

void ft_batch_process(ft_batch *b, ft_batch_worker *w)
{
    b->st = ft_packed_add(&b->packed, w->packer, ft_batch_kept(b)->data, ft_batch_kept(b)->len, b->last, &b->err);
    if (b->st == FT_OK && b->n_docs > 0)
        memset(b->stream.data + b->stream.len, 0, FT_VOCABULARY_PAD);
    for (size_t i = 0; b->st == FT_OK && i < b->n_docs; i++) {
        if (w->cancel && *w->cancel)
            b->st = ft_fail(&b->err, FT_ECANCELED, "canceled");
        else
            b->st = process_doc(b, w, &b->docs[i]);
    }
    if (b->st == FT_OK)
        b->st = ft_inverter_finish(w->inverter, &b->runs, &b->err);
    if (b->st != FT_OK)
        ft_inverter_reset(w->inverter);
}
