/* source_trec.c - TREC's collections: <DOC> ... </DOC> with DOCNO, TITLE or HEADLINE, and TEXT inside; see source.h.
 *
 * This is SGML as the collections have it, not as the standard does: tags are found by their names in either case, what
 * is not known is passed over, and tags inside the text are dropped. One document is held at a time. */
#include "source.h"

#include "mem.h"
#include "source_extract.h"

#include <strings.h>

enum { FIRST_ROOM = 256 * 1024 };

typedef struct reader {
    const ft_source *src;
    unsigned char *data;  /* owned; data[begin..len) was read and is not yet done with */
    size_t begin, len, cap;
    size_t at;            /* up to here it was looked at */
    bool inside;          /* a <DOC> stands at begin */
    bool too_long;        /* it is passed over up to its </DOC> */
    bool any;             /* there was a <DOC> */
    uint64_t line;        /* of data[begin] */
    uint64_t doc_line;    /* of the <DOC> */
    ft_extract text, title;
    ft_buf id;
} reader;

/* ---------------------------------------------------------------- one document */

/* Whether a tag stands at p: its name in either case, then what ends a name. */
static bool is_tag(const char *p, const char *end, const char *name)
{
    size_t len = strlen(name);

    return (size_t)(end - p) > len && strncasecmp(p, name, len) == 0 && memchr("> \t\r\n", p[len], 5);
}

/* The tag's end, behind '>'; NULL if it has none. */
static const char *behind_tag(const char *p, const char *end)
{
    const char *close = memchr(p, '>', (size_t)(end - p));

    return close ? close + 1 : NULL;
}

/* Looks like markup: a letter or a slash and a letter behind '<'. */
static bool is_markup(const char *p, const char *end)
{
    const char *q = p + 1 + (end - p > 1 && p[1] == '/');

    return q < end && ((*q | 0x20) >= 'a' ? (*q | 0x20) <= 'z' : *q == '!');
}

/* Puts text, line by line, with references decoded and tags dropped. line is that of p; returns that of end. */
static uint64_t put_content(ft_extract *x, const char *p, const char *end, uint64_t line)
{
    while (p < end) {
        const char *start = p, *close;
        char ref[8];
        size_t n, ref_len;

        x->line = ft_source_line(line);
        if (*p == '\n') {
            if (x->text.len && x->gap < FT_GAP_LINE)
                ft_extract_put(x, p, 1);
            p++;
            line++;
        } else if (*p == '&' && (n = ft_extract_reference(p, (size_t)(end - p), ref, &ref_len)) != 0) {
            ft_extract_put(x, ref, ref_len);
            p += n;
        } else if (*p == '<' && is_markup(p, end) && (close = behind_tag(p, end)) != NULL) {
            bool paragraph = is_tag(p, end, "<p") || is_tag(p, end, "</p");
            for (; p < close; p++)
                line += *p == '\n';
            ft_extract_gap(x, paragraph ? FT_GAP_PARAGRAPH : FT_GAP_SPACE);
        } else {
            do
                p++;
            while (p < end && *p != '\n' && *p != '&' && *p != '<');
            ft_extract_put(x, start, (size_t)(p - start));
        }
    }
    return line;
}

/* What stands between the tag at p and the one that ends it: [*from, *to); returns where to go on. */
static const char *take_element(const char *p, const char *end, const char *closing, const char **from,
                                const char **to)
{
    const char *q = behind_tag(p, end);

    *from = q ? q : end;
    for (q = *from; (q = memchr(q, '<', (size_t)(end - q))) != NULL; q++)
        if (is_tag(q, end, closing)) {
            *to = q;
            q = behind_tag(q, end);
            return q ? q : end;
        }
    *to = end;
    return end;
}

/* The id attribute of a <DOC id="...">, as some collections have it. */
static ft_str id_attribute(const char *p, const char *end)
{
    const char *close = memchr(p, '>', (size_t)(end - p));

    for (; close && p + 4 < close; p++)
        if ((p[0] == ' ' || p[0] == '\t') && strncasecmp(p + 1, "id=", 3) == 0) {
            const char *start = p + 4, *stop;
            char quote = *start == '"' || *start == '\'' ? *start++ : ' ';
            stop = memchr(start, quote, (size_t)(close - start));
            return (ft_str){start, (size_t)((stop ? stop : close) - start)};
        }
    return (ft_str){NULL, 0};
}

static ft_str trimmed(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || (*p >= '\t' && *p <= '\r')))
        p++;
    while (end > p && (end[-1] == ' ' || (end[-1] >= '\t' && end[-1] <= '\r')))
        end--;
    return (ft_str){p, (size_t)(end - p)};
}

/* Reads the elements of the document at [p, end) into id, title and text. */
static void read_elements(reader *r, const char *p, const char *end, bool *has_title, bool *has_text)
{
    static const char *const names[][2] = {
        {"<docno", "</docno"}, {"<text", "</text"}, {"<title", "</title"}, {"<headline", "</headline"},
    };
    uint64_t line = r->doc_line;
    const char *counted = p, *from, *to;
    ft_str id = id_attribute(p, end);

    p = behind_tag(p, end);
    while (p && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        size_t which = 0;
        while (which < 4 && !is_tag(p, end, names[which][0]))
            which++;
        if (which == 4) {
            p++;
            continue;
        }
        const char *next = take_element(p, end, names[which][1], &from, &to);
        for (; counted < from; counted++)
            line += *counted == '\n';
        if (which == 0) {
            id = trimmed(from, to);
        } else if (which == 1) {
            *has_text = true;
            ft_extract_gap(&r->text, FT_GAP_PARAGRAPH);
            put_content(&r->text, from, to, line);
        } else if (!*has_title) {
            *has_title = true;
            put_content(&r->title, from, to, line);
        }
        p = next;
    }
    ft_buf_reset(&r->id);
    ft_buf_put(&r->id, id.ptr, id.len);
}

/* Titles are one line. */
static void flatten(ft_buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++) {
        bool space = b->data[i] == ' ' || (b->data[i] >= '\t' && b->data[i] <= '\r');
        if (!space)
            b->data[n++] = b->data[i];
        else if (n && b->data[n - 1] != ' ')
            b->data[n++] = ' ';
    }
    b->len = n && b->data[n - 1] == ' ' ? n - 1 : n;
}

/* The document between begin and at. */
static ft_status give_document(reader *r, ft_error *err)
{
    const ft_source *src = r->src;
    ft_document doc = {.size = sizeof doc, .passage_words = src->words};
    bool has_title = false, has_text = false;
    const char *reason = NULL;

    ft_extract_reset(&r->text);
    ft_extract_reset(&r->title);
    read_elements(r, (const char *)r->data + r->begin, (const char *)r->data + r->at, &has_title, &has_text);
    if (r->id.len == 0)
        reason = "no DOCNO";
    else if (!has_title && !has_text)
        reason = "neither title nor text";
    if (reason)
        return src->sink.malformed(src->sink.arg, src->file, r->doc_line, reason, err);
    ft_status st = ft_extract_finish(&r->text, &doc, err);
    if (st == FT_OK)
        st = ft_buf_status(&r->title.text, err);
    if (st == FT_OK)
        st = ft_buf_status(&r->id, err);
    if (st != FT_OK)
        return st;
    flatten(&r->title.text);
    doc.id = (ft_str){(const char *)r->id.data, r->id.len};
    doc.title = (ft_str){(const char *)r->title.text.data, r->title.text.len};
    if (!doc.n_marks)
        doc.line = ft_source_line(r->doc_line);
    return src->sink.document(src->sink.arg, &doc, err);
}

/* ---------------------------------------------------------------- finding documents */

/* Gives up what stands before offset `to`, counting its lines. */
static void drop(reader *r, size_t to)
{
    for (const unsigned char *p = r->data + r->begin; (p = memchr(p, '\n', r->data + to - p)) != NULL; p++)
        r->line++;
    r->begin = to;
}

static ft_status complain(reader *r, uint64_t line, const char *reason, ft_error *err)
{
    return r->src->sink.malformed(r->src->sink.arg, r->src->file, line, reason, err);
}

/* Handles the tag at data[at], which is whole. */
static ft_status on_tag(reader *r, ft_error *err)
{
    const char *p = (const char *)r->data + r->at, *end = (const char *)r->data + r->len;
    ft_status st = FT_OK;

    if (is_tag(p, end, "<doc")) {
        if (r->inside)
            st = complain(r, r->doc_line, "no </DOC>", err);
        drop(r, r->at++);
        r->inside = r->any = true;
        r->too_long = false;
        r->doc_line = r->line;
    } else if (is_tag(p, end, "</doc")) {
        if (r->inside && !r->too_long)
            st = give_document(r, err);
        r->inside = r->too_long = false;
        drop(r, ++r->at);
    } else {
        r->at++;
    }
    return st;
}

/* Looks through what is there. Up to 8 bytes at the end may be the beginning of a tag that is to come. */
static ft_status scan(reader *r, bool at_end, ft_error *err)
{
    ft_status st = FT_OK;

    while (st == FT_OK && r->at < r->len) {
        const unsigned char *tag = memchr(r->data + r->at, '<', r->len - r->at);
        r->at = tag ? (size_t)(tag - r->data) : r->len;
        if (tag && !at_end && r->len - r->at < 8)
            break;
        if (tag)
            st = on_tag(r, err);
    }
    return st;
}

static ft_status make_room(reader *r, ft_error *err)
{
    ft_status st = FT_OK;

    if (!r->data)
        return FT_GROW(r->data, r->cap, (size_t)FIRST_ROOM) == 0 ? FT_OK : ft_fail_nomem(err);
    if (r->inside && !r->too_long && r->len - r->begin > FT_SOURCE_MARKUP_MAX) {
        st = complain(r, r->doc_line, "longer than 64 MiB", err);
        r->too_long = true;
    }
    if (!r->inside || r->too_long)
        drop(r, r->at);
    memmove(r->data, r->data + r->begin, r->len - r->begin);
    r->len -= r->begin;
    r->at -= r->begin;
    r->begin = 0;
    if (st == FT_OK && r->len + FIRST_ROOM / 2 > r->cap &&
        FT_GROW(r->data, r->cap, r->cap * 2) != 0)
        st = ft_fail_nomem(err);
    return st;
}

static ft_status read_all(reader *r, ft_error *err)
{
    size_t got = 1;

    while (got) {
        ft_status st = make_room(r, err);
        if (st == FT_OK)
            st = ft_stream_read(r->src->in, r->data + r->len, r->cap - r->len, &got, err);
        if (st != FT_OK)
            return st;
        r->len += got;
        st = scan(r, got == 0, err);
        if (st != FT_OK)
            return st;
    }
    if (r->src->in->damage)
        return complain(r, r->inside ? r->doc_line : 0, r->src->in->damage, err);
    if (r->inside && !r->too_long)
        return complain(r, r->doc_line, "no </DOC>", err);
    return r->any || r->src->in->n_out == 0 ? FT_OK : complain(r, 0, "no <DOC>", err);
}

ft_status ft_source_trec(const ft_source *src, ft_error *err)
{
    reader r = {.src = src, .line = 1};
    ft_status st = read_all(&r, err);

    ft_free(r.data);
    ft_extract_release(&r.text);
    ft_extract_release(&r.title);
    ft_buf_release(&r.id);
    return st;
}
