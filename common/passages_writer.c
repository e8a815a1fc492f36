/* passages_writer.c - writes the table of documents and passages; see passages.h and FORMAT.md, "Passages". */
#include "passages.h"

#include "bytes.h"
#include "mem.h"
#include "parts.h"
#include "passages_code.h"

#include <assert.h>

#define SPOOL_ROOM (1u << 20)

struct ft_passages_writer {
    ft_spool entries;
    ft_offsets_writer groups;
    ft_docstarts_writer starts;
    ft_passages_state state;
    bool titles_only;
    ft_buf code; /* the entry at hand */
};

ft_status ft_passages_writer_new(ft_passages_writer **out, const char *dir, ft_error *err)
{
    *out = NULL;
    ft_passages_writer *w = ft_alloc_zero(1, sizeof *w);
    if (!w)
        return ft_fail_nomem(err);
    ft_status st = ft_spool_init(&w->entries, dir, SPOOL_ROOM, err);
    if (st == FT_OK)
        st = ft_offsets_writer_init(&w->groups, dir, err);
    if (st == FT_OK)
        st = ft_docstarts_writer_init(&w->starts, dir, err);
    if (st != FT_OK) {
        ft_passages_writer_free(w);
        return st;
    }
    *out = w;
    return FT_OK;
}

void ft_passages_writer_free(ft_passages_writer *w)
{
    if (!w)
        return;
    ft_spool_release(&w->entries);
    ft_offsets_writer_release(&w->groups);
    ft_docstarts_writer_release(&w->starts);
    ft_buf_release(&w->code);
    ft_free(w);
}

void ft_passages_writer_titles_only(ft_passages_writer *w)
{
    w->titles_only = true;
}

static void put_head(ft_passages_writer *w)
{
    ft_offsets_writer_add(&w->groups, w->entries.len);
    ft_buf_put_varint(&w->code, w->state.next_stream);
    ft_buf_put_varint(&w->code, w->state.at);
    ft_buf_put_varint(&w->code, w->state.left);
    ft_buf_put_varint(&w->code, w->state.line);
}

/* The first of the four ways that can say it. */
static unsigned line_flag(const ft_passages_writer *w, const ft_passage_entry *p, bool begins)
{
    if (p->line == (begins ? 1 : w->state.line))
        return FT_ENTRY_LINE_SAME;
    if (p->line > w->state.line)
        return p->line - w->state.line == 1 ? FT_ENTRY_LINE_NEXT : FT_ENTRY_LINE_SKIP;
    return FT_ENTRY_LINE_IS;
}

static void put_doc(ft_passages_writer *w, const ft_doc_entry *doc, unsigned flags)
{
    if (flags & FT_ENTRY_TITLE) {
        ft_buf_put_varint(&w->code, doc->title_len);
        ft_buf_put_varint(&w->code, doc->title_tokens);
    }
    ft_buf_put_varint(&w->code, doc->text_len);
    w->state.next_stream += doc->title_len + (w->titles_only ? 0 : doc->text_len);
    w->state.at = 0;
    w->state.left = doc->text_len;
}

static void put_marks(ft_passages_writer *w, const ft_passage_entry *p)
{
    uint64_t off = p->start;
    int64_t line = p->line;

    ft_buf_put_varint(&w->code, p->n_marks);
    for (uint32_t i = 0; i < p->n_marks; i++) {
        const ft_line_mark *mark = &p->marks[i];
        int64_t step = (int64_t)mark->line - line;
        assert(mark->off >= off && mark->off <= p->end);
        ft_buf_put_varint(&w->code, mark->off - off);
        ft_buf_put_varint(&w->code, (uint64_t)step << 1 ^ (step < 0 ? UINT64_MAX : 0));
        off = mark->off;
        line = mark->line;
    }
}

static void put_entry(ft_passages_writer *w, const ft_doc_entry *doc, const ft_passage_entry *p, bool begins)
{
    unsigned flags = line_flag(w, p, begins);
    uint64_t before = begins ? 0 : w->state.at;

    assert(p->start >= before && p->start <= p->end && p->end <= doc->text_len);
    if (begins)
        flags |= FT_ENTRY_BEGINS | (doc->title_len || doc->title_tokens ? FT_ENTRY_TITLE : 0) |
                 (doc->count_lines ? FT_ENTRY_COUNT_LINES : 0);
    flags |= (p->start > before ? FT_ENTRY_GAP : 0) | (p->end == doc->text_len ? FT_ENTRY_REST : 0) |
             (p->n_marks ? FT_ENTRY_MARKS : 0);
    ft_buf_putc(&w->code, (int)flags);
    if (begins)
        put_doc(w, doc, flags);
    if (flags & FT_ENTRY_GAP)
        ft_buf_put_varint(&w->code, p->start - before);
    if (!(flags & FT_ENTRY_REST))
        ft_buf_put_varint(&w->code, p->end - p->start);
    if ((flags & FT_ENTRY_LINE) == FT_ENTRY_LINE_SKIP)
        ft_buf_put_varint(&w->code, p->line - w->state.line);
    if ((flags & FT_ENTRY_LINE) == FT_ENTRY_LINE_IS)
        ft_buf_put_varint(&w->code, p->line);
    if (flags & FT_ENTRY_MARKS)
        put_marks(w, p);
    w->state.at = p->end;
    w->state.left = doc->text_len - p->end;
    w->state.line = p->line;
}

void ft_passages_writer_add(ft_passages_writer *w, const ft_doc_entry *doc, const ft_passage_entry *passages)
{
    assert(doc->n_passages > 0);
    for (uint32_t i = 0; i < doc->n_passages; i++) {
        ft_buf_reset(&w->code);
        if (w->starts.n_passages % FT_PASSAGES_GROUP == 0)
            put_head(w);
        put_entry(w, doc, &passages[i], i == 0);
        ft_docstarts_writer_add(&w->starts, i == 0);
        if (w->code.failed && w->entries.st == FT_OK)
            w->entries.st = ft_fail_nomem(&w->entries.err);
        ft_spool_put(&w->entries, w->code.data, w->code.len);
    }
}

ft_status ft_passages_writer_finish(ft_passages_writer *w, ft_envelope_writer *ew, ft_error *err)
{
    ft_envelope_begin(ew, FT_PART_PASSAGES, FT_PART_REQUIRED);
    ft_status st = ft_spool_drain(&w->entries, ft_envelope_sink, ew, err);

    if (st == FT_OK) {
        ft_envelope_begin(ew, FT_PART_PASSAGE_INDEX, FT_PART_REQUIRED);
        st = ft_offsets_writer_finish(&w->groups, ew, err);
    }
    return st == FT_OK ? ft_docstarts_writer_finish(&w->starts, ew, err) : st;
}
