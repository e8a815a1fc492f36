/* source_markdown.c - Markdown (CommonMark with tables, through md4c): the input is one document; see source.h.
 *
 * The parser's time can grow with the square of a paragraph's length, and with that of the whole text where links are
 * defined. So it gets the text in pieces, cut at blank lines, which a text that people wrote never notices; and lines
 * without a blank one among them that are too many for prose pass as they are. */
#include "source.h"

#include "mem.h"
#include "source_extract.h"
#include "title.h"
#include "utf8.h"

#include <md4c.h>

enum {
    PIECE = 256 * 1024,         /* bytes, then the next blank line ends it */
    PIECE_MAX = 1024 * 1024,    /* any line ends it */
    RUN_MAX = 32 * 1024,        /* bytes without a blank line or a new item */
    FRONT_MAX = 64 * 1024,
    WORD_MAX = 1024,            /* ASCII without white space: more is no text but data in a link */
    CALLS_MIN = 1 << 16,        /* calls back a piece may cost, and for each byte of it: */
    CALLS_PER_BYTE = 16
};

typedef struct reader {
    const char *text, *end;     /* of the whole source */
    const char *counted;        /* line is that of this byte */
    uint64_t line;
    uint64_t calls_left;
    unsigned code;              /* nesting of code blocks: 0 or 1 */
    bool in_heading;
    size_t heading;             /* where it begins in the text */
    ft_buf title;
    ft_extract x;
} reader;

/* ---------------------------------------------------------------- called by the parser */

/* Sets the line to that of p, if it is in the source: the parser gives some constants of its own. */
static void find_line(reader *r, const char *p)
{
    if (p < r->text || p >= r->end || p < r->counted)
        return;
    while ((r->counted = memchr(r->counted, '\n', (size_t)(p - r->counted))) != NULL) {
        r->counted++;
        r->line++;
    }
    r->counted = p;
    r->x.line = ft_source_line(r->line);
}

static int spend(reader *r)
{
    r->calls_left -= r->calls_left > 0;
    return r->calls_left == 0;
}

static void end_heading(reader *r)
{
    ft_str title = ft_extract_since(&r->x, r->heading);

    r->in_heading = false;
    ft_buf_put(&r->title, title.ptr, title.len);
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    reader *r = arg;

    (void)detail;
    ft_extract_gap(&r->x, type == MD_BLOCK_TD || type == MD_BLOCK_TH ? FT_GAP_CELL : FT_GAP_PARAGRAPH);
    r->code += type == MD_BLOCK_CODE;
    if (type == MD_BLOCK_H && r->title.len == 0) {
        r->in_heading = true;
        r->heading = r->x.text.len;
    }
    return spend(r);
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    reader *r = arg;

    (void)detail;
    if (type == MD_BLOCK_H && r->in_heading)
        end_heading(r);
    r->code -= type == MD_BLOCK_CODE;
    ft_extract_gap(&r->x, type == MD_BLOCK_TD || type == MD_BLOCK_TH ? FT_GAP_CELL : FT_GAP_PARAGRAPH);
    return spend(r);
}

/* The parser copies a link's target each time it is referred to. */
static int on_span(MD_SPANTYPE type, void *detail, void *arg)
{
    reader *r = arg;
    uint64_t size = 0;

    if (type == MD_SPAN_A)
        size = ((const MD_SPAN_A_DETAIL *)detail)->href.size + ((const MD_SPAN_A_DETAIL *)detail)->title.size;
    else if (type == MD_SPAN_IMG)
        size = ((const MD_SPAN_IMG_DETAIL *)detail)->src.size + ((const MD_SPAN_IMG_DETAIL *)detail)->title.size;
    r->calls_left -= size < r->calls_left ? size : r->calls_left;
    return spend(r);
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE len, void *arg)
{
    reader *r = arg;
    char ref[8];
    size_t ref_len;

    find_line(r, text);
    switch (type) {
    case MD_TEXT_NULLCHAR:
        ft_extract_put(&r->x, "\xef\xbf\xbd", 3);
        break;
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        ft_extract_gap(&r->x, FT_GAP_LINE);
        break;
    case MD_TEXT_ENTITY:
        if (ft_extract_reference(text, len, ref, &ref_len))
            ft_extract_put(&r->x, ref, ref_len);
        else
            ft_extract_put(&r->x, text, len);
        break;
    case MD_TEXT_HTML:
        if (len >= 3 && memcmp(text, "<br", 3) == 0)
            ft_extract_gap(&r->x, FT_GAP_LINE);
        break;
    default:
        if (!(r->code && r->x.gap && len == 1 && *text == '\n')) /* blank lines at the beginning of code */
            ft_extract_put(&r->x, text, len);
    }
    return spend(r);
}

/* ---------------------------------------------------------------- pieces */

/* The end of the word at p, and whether it is too long to be one. */
static const char *end_of_word(const char *p, const char *end, bool *data)
{
    const char *start = p;

    *data = true;
    for (; p < end && *p != ' ' && *p != '\n' && *p != '\t' && *p != '\r'; p++)
        *data &= (unsigned char)*p < 0x80;
    *data &= p - start > WORD_MAX;
    return p;
}

static void put_plain(reader *r, const char *p, const char *end)
{
    ft_extract_gap(&r->x, FT_GAP_PARAGRAPH);
    for (const char *start = p; start < end; start = p) {
        bool data = false;
        find_line(r, start);
        while (p < end && *p != '\n' && !data) {
            const char *word = p;
            p = end_of_word(p, end, &data);
            if (data)
                ft_extract_put(&r->x, start, (size_t)(word - start));
            else
                p += p < end && *p != '\n';
        }
        if (!data) {
            p += p < end;
            ft_extract_put(&r->x, start, (size_t)(p - start));
        }
    }
    ft_extract_gap(&r->x, FT_GAP_PARAGRAPH);
}

/* A piece that costs too much is put a second time, as it stands, in place of what came of it. */
static ft_status put_parsed(reader *r, const char *p, const char *end, ft_error *err)
{
    static const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS,
        .enter_block = on_enter_block,
        .leave_block = on_leave_block,
        .enter_span = on_span,
        .leave_span = on_span,
        .text = on_text,
    };
    const char *counted = r->counted;
    uint64_t line = r->line;

    if (p == end)
        return FT_OK;
    ft_extract_trim(&r->x);
    ft_extract_gap(&r->x, FT_GAP_PARAGRAPH);
    size_t text_len = r->x.text.len, n_marks = r->x.n_marks, title_len = r->title.len;
    r->calls_left = CALLS_MIN + CALLS_PER_BYTE * (uint64_t)(end - p);
    int result = md_parse(p, (MD_SIZE)(end - p), &parser, r);
    r->code = 0;
    r->in_heading = false;
    if (result < 0)
        return ft_fail_nomem(err);
    if (result > 0) {
        r->counted = counted;
        r->line = line;
        r->x.text.len = text_len;
        r->x.n_marks = n_marks;
        r->title.len = title_len;
        put_plain(r, p, end);
    }
    return FT_OK;
}

/* How many characters of a code fence the line begins with, 0 if it is none. */
static size_t fence_of(const char *p, const char *end, char *mark)
{
    const char *start = p;

    while (p < end && p - start < 3 && *p == ' ')
        p++;
    start = p;
    if (p == end || (*p != '`' && *p != '~'))
        return 0;
    while (p < end && *p == *start)
        p++;
    *mark = *start;
    return p - start >= 3 ? (size_t)(p - start) : 0;
}

/* Whether no paragraph goes on in this line: it is blank, an item of a list or a heading. */
static bool begins_anew(const char *p, const char *end, bool *blank)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    *blank = p == end;
    return p == end || (end - p > 1 && p[1] == ' ' && strchr("-*+#", *p) && *p);
}

typedef struct cutter {
    const char *piece;  /* begins here */
    const char *run;    /* lines of which none begins anew */
    char mark;          /* of the fence that is open */
    size_t fence;       /* its length; 0: none is */
} cutter;

/* Keeps track of code fences. */
static void pass_fence(cutter *c, const char *p, const char *stop)
{
    char mark = 0;
    size_t fence = fence_of(p, stop, &mark);

    if (c->fence == 0) {
        c->fence = fence;
        c->mark = mark;
    } else if (fence >= c->fence && mark == c->mark) {
        c->fence = 0;
    }
}

/* The first line behind a run that is too long, and behind the code it belongs to. */
static const char *skip_run(cutter *c, const char *p, const char *end)
{
    bool blank = false;

    while (p < end && !(blank && c->fence == 0)) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        pass_fence(c, p, stop);
        begins_anew(p, stop, &blank);
        p = stop < end ? stop + 1 : end;
    }
    return p;
}

static ft_status put_pieces(reader *r, const char *p, ft_error *err)
{
    cutter c = {.piece = p, .run = p};
    ft_status st = FT_OK;

    while (st == FT_OK && p < r->end) {
        const char *stop = memchr(p, '\n', (size_t)(r->end - p)), *next;
        bool blank;
        if (!stop)
            stop = r->end;
        next = stop < r->end ? stop + 1 : r->end;
        if (begins_anew(p, stop, &blank))
            c.run = p;
        pass_fence(&c, p, stop);
        if (next - c.run > RUN_MAX) {
            st = put_parsed(r, c.piece, c.run, err);
            next = skip_run(&c, next, r->end);
            put_plain(r, c.run, next);
            c.piece = c.run = next;
        } else if (next - c.piece > PIECE_MAX || (next - c.piece > PIECE && blank && c.fence == 0)) {
            st = put_parsed(r, c.piece, next, err);
            c.piece = c.run = next;
        }
        p = next;
    }
    return st == FT_OK ? put_parsed(r, c.piece, r->end, err) : st;
}

/* ---------------------------------------------------------------- front matter */

/* Whether the line at p, up to stop, is the mark and nothing else. */
static bool is_mark(const char *p, const char *stop, const char *mark)
{
    while (stop > p && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'))
        stop--;
    return stop - p == 3 && memcmp(p, mark, 3) == 0;
}

static ft_str front_value(const char *p, const char *stop)
{
    p += 5;
    while (p < stop && (*p == ' ' || *p == '\t'))
        p++;
    if (p == stop || (*p != ':' && *p != '='))
        return (ft_str){NULL, 0};
    p++;
    while (p < stop && (*p == ' ' || *p == '\t'))
        p++;
    while (stop > p && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'))
        stop--;
    if (stop - p >= 2 && (*p == '"' || *p == '\'') && stop[-1] == *p) {
        p++;
        stop--;
    }
    return (ft_str){p, (size_t)(stop - p)};
}

/* Passes over front matter, between lines of --- or of +++ at the very beginning; its title in *title. */
static const char *skip_front(const char *text, const char *end, ft_str *title)
{
    const char *p = text, *stop = memchr(p, '\n', (size_t)(end - p));
    bool yaml;

    if (!stop || (!is_mark(p, stop, "---") && !is_mark(p, stop, "+++")))
        return text;
    yaml = *p == '-';
    for (p = stop + 1; p < end && p - text < FRONT_MAX; p = stop + 1) {
        stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        if (is_mark(p, stop, yaml ? "---" : "+++") || (yaml && is_mark(p, stop, "...")))
            return stop < end ? stop + 1 : end;
        if (stop - p > 6 && memcmp(p, "title", 5) == 0 && title->len == 0)
            *title = front_value(p, stop);
        if (stop == end)
            break;
    }
    *title = (ft_str){NULL, 0};
    return text;
}

/* ---------------------------------------------------------------- the document */

/* The parser can cut a character in two where markup is broken. Offsets stay: each bad byte becomes a question mark. */
static void mend_characters(ft_buf *b)
{
    for (size_t at = 0; at < b->len; at++) {
        at += ft_utf8_valid((const char *)b->data + at, b->len - at);
        if (at < b->len)
            b->data[at] = '?';
    }
}

static ft_status give_document(reader *r, const ft_source *src, ft_str text, ft_error *err)
{
    ft_document doc = {.size = sizeof doc, .id = src->file, .passage_words = src->words};
    ft_str title = {NULL, 0};

    if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0) {
        text.ptr += 3;
        text.len -= 3;
    }
    r->text = r->counted = text.len ? text.ptr : "";
    r->end = r->text + text.len;
    r->line = r->x.line = 1;
    ft_status st = put_pieces(r, skip_front(r->text, r->end, &title), err);
    mend_characters(&r->x.text);
    mend_characters(&r->title);
    if (st == FT_OK)
        st = ft_extract_finish(&r->x, &doc, err);
    if (st == FT_OK)
        st = ft_buf_status(&r->title, err);
    if (st != FT_OK)
        return st;
    if (r->title.len) {
        doc.title = (ft_str){(const char *)r->title.data, r->title.len};
        doc.title_from_text = true;
    } else if (title.len) {
        doc.title = title;
    } else {
        doc.title = ft_title_of_file(src->file);
        doc.title_from_text = true;
    }
    return src->sink.document(src->sink.arg, &doc, err);
}

ft_status ft_source_markdown(const ft_source *src, ft_error *err)
{
    reader r = {0};
    ft_buf in = {0}, repaired = {0};
    const char *reason;
    ft_status st = ft_source_whole(src, FT_SOURCE_MARKUP_MAX, &in, &reason, err);

    if (st != FT_OK)
        goto out;
    if (reason) {
        st = src->sink.malformed(src->sink.arg, src->file, 0, reason, err);
        goto out;
    }
    ft_str text = {(const char *)in.data, in.len};
    if (ft_utf8_valid(text.ptr, text.len) != text.len) {
        ft_utf8_repair(&repaired, text.ptr, text.len);
        ft_buf_release(&in);
        st = ft_buf_status(&repaired, err);
        text = (ft_str){(const char *)repaired.data, repaired.len};
    }
    if (st == FT_OK)
        st = give_document(&r, src, text, err);
out:
    ft_buf_release(&in);
    ft_buf_release(&repaired);
    ft_buf_release(&r.title);
    ft_extract_release(&r.x);
    return st;
}
