/* passages.c - reads the table of documents and passages; see passages.h and FORMAT.md, "Passages".
 *
 * Entries are differences, so they are read from the beginning of their group of 64; the group's head holds what the
 * entries before it would have left behind. */
#include "passages.h"

#include "bytes.h"
#include "parts.h"
#include "passages_code.h"

/* What reading leaves behind, entry by entry. */
typedef struct cursor {
    const ft_passages *table;
    ft_bytes b;
    ft_passages_state state;
    ft_doc_entry doc;       /* as far as it is known: filled by the entry that begins it */
    ft_passage_entry entry; /* the one read last */
    bool begins;            /* it begins a document */
} cursor;

ft_status ft_passages_open(ft_passages *t, const ft_envelope *env, uint32_t n_docs, uint32_t n_passages,
                           uint64_t stream_len, ft_error *err)
{
    *t = (ft_passages){.env = env, .n_docs = n_docs, .n_passages = n_passages, .stream_len = stream_len};
    t->entries = ft_envelope_part(env, FT_PART_PASSAGES);
    uint64_t n = ((uint64_t)n_passages + FT_PASSAGES_GROUP - 1) / FT_PASSAGES_GROUP;
    ft_status st = ft_offsets_open(&t->groups, env, ft_envelope_part(env, FT_PART_PASSAGE_INDEX), n, t->entries.len,
                                   err);
    return st == FT_OK ? ft_docstarts_open(&t->starts, env, n_docs, n_passages, err) : st;
}

static ft_status malformed(const cursor *c, const unsigned char *p, const char *what, ft_error *err)
{
    return ft_envelope_corrupt(c->table->env, p, what, err);
}

/* Most bytes a text may have: what the stream holds of it or, when it does not, what a writer takes. */
static uint64_t text_room(const ft_passages *t, uint64_t room)
{
    return t->titles_only ? UINT32_MAX : room;
}

static ft_status open_group(cursor *c, const ft_passages *t, uint32_t group, ft_error *err)
{
    uint64_t start, stop;
    ft_status st = ft_offsets_get(&t->groups, group, &start, &stop, err);

    *c = (cursor){.table = t};
    if (st != FT_OK)
        return st;
    const unsigned char *head = (const unsigned char *)t->entries.ptr + start;
    st = ft_envelope_touch(t->env, head, (size_t)(stop - start), err);
    if (st != FT_OK)
        return st;
    c->b = ft_bytes_of(head, (size_t)(stop - start));
    c->state.next_stream = ft_bytes_varint(&c->b);
    c->state.at = ft_bytes_varint(&c->b);
    c->state.left = ft_bytes_varint(&c->b);
    uint64_t line = ft_bytes_varint(&c->b);
    c->state.line = (uint32_t)line;
    uint64_t room = text_room(t, t->stream_len);
    if (c->b.failed || line > UINT32_MAX || c->state.next_stream > t->stream_len || c->state.at > room ||
        c->state.left > room - c->state.at)
        return malformed(c, head, "passages: malformed head of a group", err);
    return FT_OK;
}

/* The fields of a document, in the entry of its first passage. */
static ft_status read_doc(cursor *c, unsigned flags, ft_error *err)
{
    const unsigned char *from = c->b.p;
    uint64_t title_len = 0, title_tokens = 0, room = c->table->stream_len - c->state.next_stream;

    if (flags & FT_ENTRY_TITLE) {
        title_len = ft_bytes_varint(&c->b);
        title_tokens = ft_bytes_varint(&c->b);
    }
    uint64_t text_len = ft_bytes_varint(&c->b);
    if (c->b.failed || title_len > UINT32_MAX || title_tokens > UINT32_MAX || title_len > room ||
        text_len > text_room(c->table, room - title_len))
        return malformed(c, from, "passages: a document reaches beyond the stored text", err);
    c->doc = (ft_doc_entry){.stream = c->state.next_stream, .title_len = (uint32_t)title_len,
                            .title_tokens = (uint32_t)title_tokens, .text_len = text_len,
                            .count_lines = (flags & FT_ENTRY_COUNT_LINES) != 0};
    c->state.next_stream += ft_passages_stored(c->table, &c->doc);
    c->state.at = 0;
    c->state.left = text_len;
    return FT_OK;
}

static ft_status read_bounds(cursor *c, unsigned flags, ft_error *err)
{
    const unsigned char *from = c->b.p;
    uint64_t gap = flags & FT_ENTRY_GAP ? ft_bytes_varint(&c->b) : 0;

    if (gap > c->state.left)
        return malformed(c, from, "passages: a passage reaches beyond its document", err);
    c->state.at += gap;
    c->state.left -= gap;
    uint64_t len = flags & FT_ENTRY_REST ? c->state.left : ft_bytes_varint(&c->b);
    if (c->b.failed || len > c->state.left)
        return malformed(c, from, "passages: a passage reaches beyond its document", err);
    c->entry.start = c->state.at;
    c->state.at += len;
    c->state.left -= len;
    c->entry.end = c->state.at;
    return FT_OK;
}

static ft_status read_line(cursor *c, unsigned flags, ft_error *err)
{
    const unsigned char *from = c->b.p;
    uint64_t line = c->state.line;

    switch (flags & FT_ENTRY_LINE) {
    case FT_ENTRY_LINE_SAME:
        if (c->begins)
            line = 1;
        break;
    case FT_ENTRY_LINE_NEXT:
        line++;
        break;
    case FT_ENTRY_LINE_SKIP: {
        uint64_t skip = ft_bytes_varint(&c->b);
        line = skip > UINT32_MAX ? skip : line + skip;
        break;
    }
    default:
        line = ft_bytes_varint(&c->b);
    }
    if (c->b.failed || line > UINT32_MAX)
        return malformed(c, from, "passages: malformed line number", err);
    c->entry.line = c->state.line = (uint32_t)line;
    return FT_OK;
}

/* Further line marks; kept if out is given. */
static ft_status read_marks(cursor *c, ft_buf *out, ft_error *err)
{
    const unsigned char *from = c->b.p;
    uint64_t n = ft_bytes_varint(&c->b), off = c->entry.start;
    int64_t line = c->entry.line;

    if (c->b.failed || n > ft_bytes_left(&c->b) / 2)
        return malformed(c, from, "passages: more line marks than bytes for them", err);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t step = ft_bytes_varint(&c->b), zigzag = ft_bytes_varint(&c->b);
        if (c->b.failed || step > c->entry.end - off || zigzag > 2 * (uint64_t)UINT32_MAX + 1)
            return malformed(c, from, "passages: a line mark outside its passage", err);
        off += step;
        line += (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
        if (line < 0 || line > UINT32_MAX)
            return malformed(c, from, "passages: malformed line number", err);
        if (out) {
            ft_line_mark mark;
            memset(&mark, 0, sizeof mark); /* its padding too */
            mark.off = off;
            mark.line = (uint32_t)line;
            ft_buf_put(out, &mark, sizeof mark);
        }
    }
    c->entry.n_marks = (uint32_t)n;
    return out ? ft_buf_status(out, err) : FT_OK;
}

static ft_status read_entry(cursor *c, ft_buf *marks, ft_error *err)
{
    const unsigned char *from = c->b.p;
    unsigned flags = ft_bytes_u8(&c->b);
    ft_status st = FT_OK;

    c->begins = flags & FT_ENTRY_BEGINS;
    c->entry = (ft_passage_entry){0};
    if (c->b.failed || (!c->begins && flags & (FT_ENTRY_TITLE | FT_ENTRY_COUNT_LINES)))
        return malformed(c, from, "passages: malformed entry", err);
    if (c->begins)
        st = read_doc(c, flags, err);
    if (st == FT_OK)
        st = read_bounds(c, flags, err);
    if (st == FT_OK)
        st = read_line(c, flags, err);
    if (st == FT_OK && flags & FT_ENTRY_MARKS)
        st = read_marks(c, marks, err);
    return st;
}

/* Reads the entry of a passage, those before it in its group first. */
static ft_status seek(cursor *c, const ft_passages *t, uint32_t passage, ft_buf *marks, ft_error *err)
{
    ft_status st = open_group(c, t, passage / FT_PASSAGES_GROUP, err);

    for (uint32_t i = 0; st == FT_OK && i < passage % FT_PASSAGES_GROUP; i++)
        st = read_entry(c, NULL, err);
    return st == FT_OK ? read_entry(c, marks, err) : st;
}

ft_status ft_passages_doc_of(const ft_passages *t, uint32_t passage, uint32_t *doc, ft_error *err)
{
    bool begins;

    return ft_docstarts_rank(&t->starts, passage, &begins, doc, err);
}

ft_status ft_passages_doc(const ft_passages *t, uint32_t doc, ft_doc_entry *out, ft_error *err)
{
    uint32_t first, next = t->n_passages;
    cursor c;

    *out = (ft_doc_entry){0};
    if (doc >= t->n_docs)
        return ft_envelope_corrupt(t->env, t->entries.ptr, "passages: a document's number is too large", err);
    ft_status st = ft_docstarts_select(&t->starts, doc, &first, err);
    if (st == FT_OK && doc + 1 < t->n_docs)
        st = ft_docstarts_select(&t->starts, doc + 1, &next, err);
    if (st == FT_OK && next <= first)
        st = ft_envelope_corrupt(t->env, t->entries.ptr, "passages: a document without passages", err);
    if (st == FT_OK)
        st = seek(&c, t, first, NULL, err);
    if (st != FT_OK)
        return st;
    if (!c.begins)
        return malformed(&c, c.b.p, "passages: no document begins here", err);
    *out = c.doc;
    out->first_passage = first;
    out->n_passages = next - first;
    return FT_OK;
}

ft_status ft_passages_get(const ft_passages *t, uint32_t passage, ft_passage_entry *out, ft_buf *marks, ft_error *err)
{
    size_t at = marks ? marks->len : 0;
    cursor c;

    *out = (ft_passage_entry){0};
    if (passage >= t->n_passages)
        return ft_envelope_corrupt(t->env, t->entries.ptr, "passages: a passage's number is too large", err);
    ft_status st = seek(&c, t, passage, marks, err);
    if (st != FT_OK)
        return st;
    *out = c.entry;
    if (!marks)
        out->n_marks = 0;
    else if (out->n_marks > 0)
        out->marks = (const ft_line_mark *)(const void *)(marks->data + at);
    return FT_OK;
}

/* Every entry of a group, and that its head is what the group before left behind, in *state. */
static ft_status check_group(const ft_passages *t, uint32_t group, ft_passages_state *state, ft_error *err)
{
    uint32_t passage = group * FT_PASSAGES_GROUP, doc;
    bool begins;
    cursor c;
    ft_status st = open_group(&c, t, group, err);

    if (st != FT_OK)
        return st;
    if (c.state.next_stream != state->next_stream || c.state.at != state->at || c.state.left != state->left ||
        c.state.line != state->line)
        return malformed(&c, c.b.p, "passages: the head of a group differs from what is before it", err);
    for (uint32_t i = 0; i < FT_PASSAGES_GROUP && passage < t->n_passages; i++, passage++) {
        const unsigned char *from = c.b.p;
        st = read_entry(&c, NULL, err);
        if (st == FT_OK)
            st = ft_docstarts_rank(&t->starts, passage, &begins, &doc, err);
        if (st == FT_OK && begins != c.begins)
            st = malformed(&c, from, "passages: entries and document starts differ", err);
        if (st != FT_OK)
            return st;
    }
    *state = c.state;
    return ft_bytes_left(&c.b) == 0 ? FT_OK : malformed(&c, c.b.p, "passages: bytes behind the last entry", err);
}

ft_status ft_passages_check(const ft_passages *t, ft_error *err)
{
    ft_status st = ft_offsets_check(&t->groups, err);
    ft_passages_state state = {0};

    if (st == FT_OK)
        st = ft_docstarts_check(&t->starts, err);
    for (uint32_t group = 0; st == FT_OK && group < t->groups.n; group++)
        st = check_group(t, group, &state, err);
    if (st == FT_OK && state.next_stream != t->stream_len)
        st = ft_envelope_corrupt(t->env, t->entries.ptr, "passages: the documents do not fill the stored text", err);
    return st;
}
