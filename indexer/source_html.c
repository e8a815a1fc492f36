/* source_html.c - HTML through libxml2's push parser, no tree: the input is one document; see source.h.
 *
 * Bytes are repaired and stripped of attributes (source_html.h) before the parser sees them. It reads nothing but what
 * it is given: no network, no DTD, no entities but HTML's own. What it still does in time that grows with the square is
 * looking for the element that a stray end tag means; each such search is an error that it reports, and their sum has a
 * limit. */
#include "source_html.h"

#include "source.h"
#include "source_extract.h"
#include "title.h"
#include "utf8.h"

#include <libxml/HTMLparser.h>

enum {
    CHUNK = 32 * 1024,
    DEPTH_MAX = 1 << 20,
    SEARCH_MAX = 1 << 29 /* elements looked at */
};

typedef struct reader {
    const ft_source *src;
    htmlParserCtxtPtr parser;
    ft_extract x;
    ft_buf title;        /* of <title> */
    ft_gap title_gap;
    bool in_title, has_title;
    unsigned dropped;    /* elements around this place whose text is left out */
    unsigned pre, svg;   /* elements of the kind around this place */
    bool in_heading;
    size_t heading;      /* where the first <h1> begins in the text */
    ft_buf heading_text;
    uint32_t block_line; /* where the block that begins here does, 0 if that is told by its text */
    uint64_t searched;
    const char *reason;  /* why the parser was stopped */
} reader;

/* ---------------------------------------------------------------- elements */

typedef enum kind { INLINE, BLOCK, CELL, BREAK, DROPPED, PRE, HEADING, TITLE, SVG } kind;

static const struct {
    const char *name;
    kind kind;
} elements[] = {
    {"address", BLOCK},  {"article", BLOCK},  {"aside", BLOCK},      {"blockquote", BLOCK}, {"body", BLOCK},
    {"br", BREAK},       {"button", BLOCK},   {"caption", BLOCK},    {"center", BLOCK},     {"dd", BLOCK},
    {"details", BLOCK},  {"dialog", BLOCK},   {"dir", BLOCK},        {"div", BLOCK},        {"dl", BLOCK},
    {"dt", BLOCK},       {"fieldset", BLOCK}, {"figcaption", BLOCK}, {"figure", BLOCK},     {"footer", BLOCK},
    {"form", BLOCK},     {"h1", HEADING},     {"h2", BLOCK},         {"h3", BLOCK},         {"h4", BLOCK},
    {"h5", BLOCK},       {"h6", BLOCK},       {"head", BLOCK},       {"header", BLOCK},     {"hgroup", BLOCK},
    {"hr", BLOCK},       {"html", BLOCK},     {"iframe", DROPPED},   {"legend", BLOCK},     {"li", BLOCK},
    {"listing", PRE},    {"main", BLOCK},     {"menu", BLOCK},       {"nav", BLOCK},        {"noembed", DROPPED},
    {"noscript", DROPPED}, {"ol", BLOCK},     {"optgroup", BLOCK},   {"option", BLOCK},     {"p", BLOCK},
    {"pre", PRE},        {"script", DROPPED}, {"search", BLOCK},     {"section", BLOCK},    {"select", BLOCK},
    {"style", DROPPED},  {"summary", BLOCK},  {"svg", SVG},          {"table", BLOCK},      {"tbody", BLOCK},
    {"td", CELL},        {"template", DROPPED}, {"textarea", BLOCK}, {"tfoot", BLOCK},      {"th", CELL},
    {"thead", BLOCK},    {"title", TITLE},    {"tr", BLOCK},         {"ul", BLOCK},         {"xmp", PRE},
};

static kind kind_of(const char *name)
{
    size_t low = 0, high = sizeof elements / sizeof *elements;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = strcmp(name, elements[mid].name);
        if (c == 0)
            return elements[mid].kind;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return INLINE;
}

static void stop(reader *r, const char *reason)
{
    if (!r->reason)
        r->reason = reason;
    xmlStopParser(r->parser);
}

static uint32_t line_now(const reader *r)
{
    int line = r->parser && r->parser->input ? r->parser->input->line : 1;

    return line > 0 ? (uint32_t)line : 1;
}

static void begin_block(reader *r, ft_gap gap)
{
    ft_extract_gap(&r->x, gap);
    r->block_line = line_now(r);
}

static void end_block(reader *r, ft_gap gap)
{
    ft_extract_gap(&r->x, gap);
    r->block_line = 0;
}

static void end_heading(reader *r)
{
    ft_str text = ft_extract_since(&r->x, r->heading);

    r->in_heading = false;
    ft_buf_put(&r->heading_text, text.ptr, text.len);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar **attributes)
{
    reader *r = arg;

    (void)attributes;
    if (r->parser->nameNr > DEPTH_MAX)
        stop(r, "elements are nested too deeply");
    switch (kind_of((const char *)name)) {
    case INLINE:
        break;
    case HEADING:
        begin_block(r, FT_GAP_PARAGRAPH);
        if (r->heading_text.len == 0 && r->dropped == 0) {
            r->in_heading = true;
            r->heading = r->x.text.len;
        }
        break;
    case PRE:
        r->pre++;
        begin_block(r, FT_GAP_PARAGRAPH);
        break;
    case BLOCK:
        begin_block(r, FT_GAP_PARAGRAPH);
        break;
    case CELL:
        begin_block(r, FT_GAP_CELL);
        break;
    case BREAK: /* two of them make a paragraph */
        if (r->dropped == 0)
            ft_extract_gap(&r->x, r->x.gap == FT_GAP_LINE ? FT_GAP_PARAGRAPH : FT_GAP_LINE);
        break;
    case DROPPED:
        r->dropped++;
        break;
    case SVG:
        r->svg++;
        ft_extract_gap(&r->x, FT_GAP_SPACE);
        break;
    case TITLE:
        r->dropped++; /* from the text */
        r->in_title = !r->has_title && r->svg == 0;
        break;
    }
}

static void on_end(void *arg, const xmlChar *name)
{
    reader *r = arg;

    switch (kind_of((const char *)name)) {
    case INLINE:
    case BREAK:
        break;
    case HEADING:
        if (r->in_heading)
            end_heading(r);
        end_block(r, FT_GAP_PARAGRAPH);
        break;
    case PRE:
        r->pre -= r->pre > 0;
        end_block(r, FT_GAP_PARAGRAPH);
        break;
    case BLOCK:
        end_block(r, FT_GAP_PARAGRAPH);
        break;
    case CELL:
        end_block(r, FT_GAP_CELL);
        break;
    case SVG:
        r->svg -= r->svg > 0;
        ft_extract_gap(&r->x, FT_GAP_SPACE);
        break;
    case TITLE:
        r->has_title |= r->title.len > 0;
        r->in_title = false;
        r->dropped -= r->dropped > 0;
        break;
    case DROPPED:
        r->dropped -= r->dropped > 0;
        break;
    }
}

/* ---------------------------------------------------------------- text */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void put_title(reader *r, const char *p, size_t len)
{
    for (size_t i = 0; i < len && r->title.len <= UINT16_MAX; i++) {
        if (is_space(p[i])) {
            r->title_gap = r->title.len ? FT_GAP_SPACE : FT_GAP_NONE;
            continue;
        }
        if (r->title_gap)
            ft_buf_putc(&r->title, ' ');
        r->title_gap = FT_GAP_NONE;
        ft_buf_putc(&r->title, p[i]);
    }
}

/* Of text that the parser has just passed. */
static uint32_t line_of(const reader *r, const char *p, size_t len)
{
    uint32_t line = line_now(r);

    for (size_t i = 0; i < len && line > 1; i++)
        line -= p[i] == '\n';
    return line;
}

static void on_text(void *arg, const xmlChar *text, int text_len)
{
    /* What &#128; to &#159; mean in practice. */
    static const char windows[32][4] = {
        "€", "", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "", "Ž", "",
        "", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "", "ž", "Ÿ",
    };
    reader *r = arg;
    const char *p = (const char *)text;
    size_t len = text_len > 0 ? (size_t)text_len : 0, i = 0;

    if (len == 2 && text[0] == 0xc2 && text[1] >= 0x80 && text[1] < 0xa0) {
        p = windows[text[1] - 0x80];
        len = strnlen(p, sizeof windows[0]);
    }
    if (r->in_title)
        put_title(r, p, len);
    if (r->dropped)
        return;
    while (i < len && is_space(p[i]))
        i++;
    if (i < len) {
        /* A block's line is its tag's; text between blocks has its own. */
        if (!r->block_line && (r->x.gap >= FT_GAP_CELL || r->x.text.len == 0))
            r->block_line = line_of(r, p + i, len - i);
        r->x.line = r->block_line ? r->block_line : r->x.line;
    }
    if (r->pre && (i < len || r->x.gap < FT_GAP_CELL))
        ft_extract_put(&r->x, p, len);
    else if (r->pre == 0)
        ft_extract_words(&r->x, p, len);
}

static void on_raw(void *arg, const xmlChar *text, int len)
{
    (void)arg;
    (void)text;
    (void)len;
}

static void on_error(void *arg, xmlErrorPtr error)
{
    reader *r = arg;

    (void)error;
    r->searched += (uint64_t)r->parser->nameNr;
    if (r->searched > SEARCH_MAX)
        stop(r, "elements are nested too deeply and not closed");
}

/* ---------------------------------------------------------------- the document */

/* How many bytes at the end may be the beginning of a character. */
static size_t half_character(const unsigned char *p, size_t len)
{
    for (size_t n = 1; n <= 3 && n <= len; n++) {
        unsigned char c = p[len - n];
        if (c >= 0xc0)
            return (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2) > n ? n : 0;
        if (c < 0x80)
            break;
    }
    return 0;
}

static void push(reader *r, ft_buf *clean)
{
    /* The parser takes an int; a chunk grows to three times its size at most. */
    if (clean->len && !clean->failed && !r->reason)
        htmlParseChunk(r->parser, (const char *)clean->data, (int)clean->len, 0);
    clean->len = 0;
}

/* Reads the input to its end and gives it to the parser. */
static ft_status parse(reader *r, ft_error *err)
{
    unsigned char data[CHUNK];
    size_t len = 0, got = 1, mark = 0;
    uint64_t total = 0;
    ft_html_tags tags = {0};
    ft_buf repaired = {0}, clean = {0};
    ft_status st = FT_OK;

    while (got && !r->reason) {
        st = ft_stream_read(r->src->in, data + len, CHUNK - len, &got, err);
        if (st != FT_OK)
            goto out;
        mark = 0;
        if (total == 0 && got >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
            mark = 3;
        len += got;
        total += got;
        size_t keep = got ? half_character(data, len) : 0;
        ft_buf_reset(&repaired);
        if (len - keep > mark) {
            ft_utf8_repair(&repaired, (const char *)data + mark, len - keep - mark);
            ft_html_strip(&tags, repaired.data, repaired.len, &clean);
        }
        if (repaired.failed || clean.failed) {
            st = ft_fail_nomem(err);
            goto out;
        }
        push(r, &clean);
        memmove(data, data + len - keep, keep);
        len = keep;
        if (total > FT_SOURCE_MARKUP_MAX)
            r->reason = "longer than 64 MiB";
        else if (ft_stream_is_bomb(r->src->in))
            r->reason = "its compressed data expands too much";
    }
    if (!r->reason)
        r->reason = r->src->in->damage;
    if (!r->reason)
        htmlParseChunk(r->parser, NULL, 0, 1);
out:
    ft_buf_release(&repaired);
    ft_buf_release(&clean);
    return st;
}

static ft_status give_document(reader *r, ft_error *err)
{
    const ft_source *src = r->src;
    ft_document doc = {.size = sizeof doc, .id = src->file, .passage_words = src->words};

    if (r->parser->errNo == XML_ERR_NO_MEMORY || r->title.failed || r->heading_text.failed)
        return ft_fail_nomem(err);
    ft_status st = ft_extract_finish(&r->x, &doc, err);
    if (st != FT_OK)
        return st;
    if (r->title.len) {
        doc.title = (ft_str){(const char *)r->title.data, r->title.len};
    } else if (r->heading_text.len) {
        doc.title = (ft_str){(const char *)r->heading_text.data, r->heading_text.len};
        doc.title_from_text = true;
    } else {
        doc.title = ft_title_of_file(src->file);
        doc.title_from_text = true;
    }
    return src->sink.document(src->sink.arg, &doc, err);
}

ft_status ft_source_html(const ft_source *src, ft_error *err)
{
    htmlSAXHandler sax = {
        .startElement = on_start,
        .endElement = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_raw,
        .serror = on_error,
        .initialized = XML_SAX2_MAGIC,
    };
    reader r = {.src = src};
    ft_status st;

    r.parser = htmlCreatePushParserCtxt(&sax, &r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (!r.parser)
        return ft_fail_nomem(err);
    htmlCtxtUseOptions(r.parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NODEFDTD | HTML_PARSE_IGNORE_ENC);
    st = parse(&r, err);
    if (st == FT_OK && r.reason)
        st = src->sink.malformed(src->sink.arg, src->file, 0, r.reason, err);
    else if (st == FT_OK)
        st = give_document(&r, err);
    htmlFreeParserCtxt(r.parser);
    ft_buf_release(&r.title);
    ft_buf_release(&r.heading_text);
    ft_extract_release(&r.x);
    return st;
}
