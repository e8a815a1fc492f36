/* source_extract.c - see source_extract.h. */
#include "source_extract.h"

#include "mem.h"
#include "utf8.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>

void ft_extract_release(ft_extract *x)
{
    ft_buf_release(&x->text);
    ft_free(x->marks);
    *x = (ft_extract){0};
}

void ft_extract_reset(ft_extract *x)
{
    ft_buf_reset(&x->text);
    x->n_marks = 0;
    x->line = 0;
    x->gap = FT_GAP_NONE;
}

void ft_extract_gap(ft_extract *x, ft_gap gap)
{
    if (gap > x->gap)
        x->gap = gap;
}

void ft_extract_trim(ft_extract *x)
{
    while (x->text.len && x->text.data[x->text.len - 1] == '\n')
        x->text.len--;
    while (x->n_marks && x->marks[x->n_marks - 1].off >= x->text.len)
        x->n_marks--;
}

/* Writes what lies in front of the next piece, and its line where that changes. */
static void begin_piece(ft_extract *x)
{
    static const char *const between[] = {"", " ", "\t", "\n", "\n\n"};

    if (x->gap >= FT_GAP_LINE)
        ft_extract_trim(x);
    if (x->text.len)
        ft_buf_puts(&x->text, between[x->gap]);
    x->gap = FT_GAP_NONE;
    if (x->n_marks && x->marks[x->n_marks - 1].line == x->line)
        return;
    if (FT_GROW(x->marks, x->cap_marks, x->n_marks + 1) != 0)
        x->text.failed = true;
    else
        x->marks[x->n_marks++] = (ft_line_mark){x->text.len, x->line};
}

void ft_extract_put(ft_extract *x, const char *p, size_t len)
{
    if (len == 0 || x->text.failed)
        return;
    begin_piece(x);
    ft_buf_put(&x->text, p, len);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void ft_extract_words(ft_extract *x, const char *p, size_t len)
{
    const char *end = p + len;

    while (p < end) {
        const char *start = p;
        while (p < end && is_space(*p))
            p++;
        if (p > start)
            ft_extract_gap(x, FT_GAP_SPACE);
        start = p;
        while (p < end && !is_space(*p))
            p++;
        ft_extract_put(x, start, (size_t)(p - start));
    }
}

ft_str ft_extract_since(const ft_extract *x, size_t from)
{
    size_t end = x->text.len;

    while (from < end && is_space((char)x->text.data[from]))
        from++;
    while (end > from && is_space((char)x->text.data[end - 1]))
        end--;
    return from < end ? (ft_str){(const char *)x->text.data + from, end - from} : (ft_str){NULL, 0};
}

ft_status ft_extract_finish(ft_extract *x, ft_document *doc, ft_error *err)
{
    if (x->text.failed)
        return ft_fail_nomem(err);
    ft_extract_trim(x);
    doc->text = (ft_str){(const char *)x->text.data, x->text.len};
    doc->count_lines = false;
    doc->line = x->n_marks ? x->marks[0].line : 1;
    doc->marks = x->marks;
    doc->n_marks = x->n_marks;
    return FT_OK;
}

/* ---------------------------------------------------------------- character references */

static size_t decode_number(const char *p, size_t len, uint32_t *cp)
{
    size_t i = 2;
    bool hex = len > 2 && (p[2] | 0x20) == 'x';
    uint32_t value = 0;

    i += hex;
    size_t first = i;
    for (; i < len; i++) {
        unsigned c = (unsigned char)p[i], digit = c - '0';
        if (hex && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (c | 0x20) - 'a' + 10;
        else if (digit > 9)
            break;
        if (value <= 0x10ffff)
            value = value * (hex ? 16 : 10) + digit;
    }
    if (i == first)
        return 0;
    *cp = value == 0 || value > 0x10ffff ? FT_UTF8_BAD : value;
    return i < len && p[i] == ';' ? i + 1 : i;
}

static size_t decode_name(const char *p, size_t len, uint32_t *cp)
{
    enum { LONGEST = 16 };
    char name[LONGEST + 1];
    size_t n = 0;

    while (n + 1 < len && n < LONGEST && ((p[n + 1] >= '0' && p[n + 1] <= '9') || ((p[n + 1] | 0x20) >= 'a' &&
                                                                                   (p[n + 1] | 0x20) <= 'z'))) {
        name[n] = p[n + 1];
        n++;
    }
    name[n] = '\0';
    if (n + 1 >= len || p[n + 1] != ';')
        return 0;
    const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)name);
    if (!known)
        return 0;
    *cp = known->value;
    return n + 2;
}

size_t ft_extract_reference(const char *p, size_t len, char *out, size_t *out_len)
{
    uint32_t cp = 0;
    size_t n = len > 1 && p[1] == '#' ? decode_number(p, len, &cp) : decode_name(p, len, &cp);

    *out_len = n ? ft_utf8_put((unsigned char *)out, cp) : 0;
    return n;
}
