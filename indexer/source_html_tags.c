/* source_html_tags.c - see source_html.h: where tags, comments and scripts begin and end, as HTML's standard has it. */
#include "source_html.h"

static bool is_letter(unsigned char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void begin_name(ft_html_tags *t, unsigned char c)
{
    t->state = FT_HTML_NAME;
    t->name[0] = (char)(c | 0x20); /* a slash has the bit already */
    t->name_len = 1;
    t->last = 0;
    t->given = t->dropped = false;
}

/* Gives '<' and the name so far. */
static void give_name(ft_html_tags *t, ft_buf *out)
{
    if (!t->given)
        ft_buf_putc(out, '<');
    ft_buf_put(out, t->name, t->name_len);
    t->given = true;
}

/* The name is complete, if that was not known. */
static void end_name(ft_html_tags *t, ft_buf *out)
{
    if (t->given || t->dropped)
        return;
    t->name[t->name_len] = '\0';
    t->dropped = strcmp(t->name, "/html") == 0 || strcmp(t->name, "/body") == 0;
    if (!t->dropped)
        give_name(t, out);
}

/* At '>'. */
static void end_tag(ft_html_tags *t, ft_buf *out)
{
    bool empty = t->last == '/';

    end_name(t, out);
    t->state = FT_HTML_TEXT;
    if (!t->dropped)
        ft_buf_puts(out, empty ? "/>" : ">");
    if (!empty && (strcmp(t->name, "script") == 0 || strcmp(t->name, "style") == 0)) {
        t->state = FT_HTML_RAW;
        t->matched = 0;
        memcpy(t->raw, "</", 2);
        memcpy(t->raw + 2, t->name, t->name_len + 1);
    }
}

static void in_open(ft_html_tags *t, unsigned char c, ft_buf *out)
{
    t->state = FT_HTML_TEXT;
    if (is_letter(c) || c == '/') {
        begin_name(t, c);
    } else if (c == '!') {
        t->state = FT_HTML_BANG;
        t->dashes = 0;
    } else if (c == '?') {
        t->state = FT_HTML_OTHER;
    } else {
        ft_buf_puts(out, "&lt;");
        if (c == '<')
            t->state = FT_HTML_OPEN;
        else
            ft_buf_putc(out, c);
    }
}

/* A byte of a name. Only names that fit are compared with any. */
static void in_name(ft_html_tags *t, unsigned char c, ft_buf *out)
{
    if (t->name_len + 1 == sizeof t->name) {
        give_name(t, out);
        t->name_len = 0;
    }
    t->name[t->name_len++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    if (t->given) {
        ft_buf_putc(out, c);
        t->name_len = 0;
    }
    t->name[t->name_len] = '\0';
}

/* Within a tag. */
static void in_tag(ft_html_tags *t, unsigned char c, ft_buf *out)
{
    if (t->state == FT_HTML_QUOTED) {
        if (c == '\n')
            ft_buf_putc(out, c);
        if (c == (unsigned char)t->quote)
            t->state = FT_HTML_SPACE;
    } else if (c == '>') {
        end_tag(t, out);
    } else if (is_space(c)) {
        end_name(t, out);
        if (c == '\n')
            ft_buf_putc(out, c);
        t->state = FT_HTML_SPACE;
    } else if (t->state == FT_HTML_NAME && c != '/') {
        in_name(t, c, out);
    } else if (t->state != FT_HTML_VALUE) {
        bool value = t->last == '=';
        end_name(t, out);
        t->state = !value ? FT_HTML_SPACE : c == '"' || c == '\'' ? FT_HTML_QUOTED : FT_HTML_VALUE;
        t->quote = (char)c;
        t->last = value ? 'v' : (char)c;
    }
}

static void in_raw(ft_html_tags *t, unsigned char c, ft_buf *out)
{
    unsigned char low = c >= 'A' && c <= 'Z' ? c | 0x20 : c;

    if (c == '\n')
        ft_buf_putc(out, c);
    t->matched = low == (unsigned char)t->raw[t->matched] ? t->matched + 1 : c == '<';
    if (t->raw[t->matched])
        return;
    begin_name(t, '/');
    t->name_len = strlen(t->raw + 1);
    memcpy(t->name, t->raw + 1, t->name_len + 1);
}

static void in_comment(ft_html_tags *t, unsigned char c, ft_buf *out)
{
    if (c == '\n')
        ft_buf_putc(out, c);
    if (c == '>' && t->dashes >= 2) {
        t->state = FT_HTML_TEXT;
    } else if (c == '-') {
        t->dashes++;
    } else if (c != '!' || t->dashes < 2) { /* --!> ends a comment, too */
        t->dashes = 0;
    }
}

static void in_bang(ft_html_tags *t, unsigned char c, ft_buf *out)
{
    if (c == '\n')
        ft_buf_putc(out, c);
    t->dashes += c == '-';
    if (c == '>')
        t->state = FT_HTML_TEXT;
    else if (c != '-')
        t->state = FT_HTML_OTHER;
    else if (t->dashes == 2)
        t->state = FT_HTML_COMMENT;
}

void ft_html_strip(ft_html_tags *t, const unsigned char *p, size_t len, ft_buf *out)
{
    for (const unsigned char *end = p + len; p < end; p++) {
        unsigned char c = *p;
        if (c < 0x20 && !is_space(c))
            c = ' ';
        switch (t->state) {
        case FT_HTML_TEXT: {
            const unsigned char *start = p;
            while (p < end && *p != '<' && *p >= 0x20)
                p++;
            ft_buf_put(out, start, (size_t)(p - start));
            if (p == end)
                return;
            c = *p < 0x20 && !is_space(*p) ? ' ' : *p;
            if (c == '<')
                t->state = FT_HTML_OPEN;
            else
                ft_buf_putc(out, c);
            break;
        }
        case FT_HTML_OPEN:
            in_open(t, c, out);
            break;
        case FT_HTML_RAW:
            in_raw(t, c, out);
            break;
        case FT_HTML_BANG:
            in_bang(t, c, out);
            break;
        case FT_HTML_COMMENT:
            in_comment(t, c, out);
            break;
        case FT_HTML_OTHER:
            if (c == '\n')
                ft_buf_putc(out, c);
            if (c == '>')
                t->state = FT_HTML_TEXT;
            break;
        default:
            in_tag(t, c, out);
        }
    }
}
