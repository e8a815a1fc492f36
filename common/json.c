/* json.c - reading and writing JSON; see json.h.
 *
 * The reader is a state machine over one byte of lookahead: `state` says what may come next, `depth` and one bit per
 * level say what encloses it. It is on the indexing path, so strings are searched eight bytes at a time. */
#include "json.h"

#include "bytes.h"
#include "chars.h"

#include <math.h>
#include <stdio.h>

enum {
    WANT_VALUE,       /* a value, nothing else */
    WANT_FIRST,       /* after '[': a value or ']' */
    WANT_FIRST_KEY,   /* after '{': a key or '}' */
    WANT_KEY,         /* after ',' in an object */
    WANT_COLON,       /* after a key: ':' and a value */
    WANT_COMMA,       /* after a value in an array or object: ',' or its end */
    WANT_NOTHING,     /* after the outermost value */
    IS_DONE,
    IS_BROKEN
};

void ft_json_init(ft_json *j, const char *text, size_t len)
{
    *j = (ft_json){.start = (const unsigned char *)text, .state = WANT_VALUE};
    j->p = j->start;
    j->end = j->start + len;
}

static ft_json_kind fail(ft_json *j, const unsigned char *at, const char *what)
{
    j->state = IS_BROKEN;
    j->error = what;
    j->at = (size_t)(at - j->start);
    return FT_JSON_ERROR;
}

static void skip_space(ft_json *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
        j->p++;
}

static bool in_object(const ft_json *j)
{
    size_t level = j->depth - 1;

    return j->objects[level / 64] >> (level % 64) & 1;
}

static void after_value(ft_json *j)
{
    j->state = j->depth ? WANT_COMMA : WANT_NOTHING;
}

static ft_json_kind open_level(ft_json *j, bool object)
{
    if (j->depth == FT_JSON_DEPTH)
        return fail(j, j->p, "nested too deeply");
    uint64_t bit = (uint64_t)1 << (j->depth % 64);
    uint64_t *word = &j->objects[j->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    j->depth++;
    j->p++;
    j->state = object ? WANT_FIRST_KEY : WANT_FIRST;
    return object ? FT_JSON_OBJECT : FT_JSON_ARRAY;
}

static ft_json_kind close_level(ft_json *j)
{
    bool object = in_object(j);

    if ((*j->p == '}') != object)
        return fail(j, j->p, "the wrong bracket closes");
    j->p++;
    j->depth--;
    after_value(j);
    return object ? FT_JSON_OBJECT_END : FT_JSON_ARRAY_END;
}

/* The first byte from p on that is a quote, a backslash or a control character. */
static const unsigned char *find_special(const unsigned char *p, const unsigned char *end)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

    for (; end - p >= 8; p += 8) {
        uint64_t v = ft_load_u64(p);
        uint64_t quote = v ^ ones * '"', slash = v ^ ones * '\\';
        /* A byte's high bit is set where the byte is zero (first two) or below 0x20; a false one can only follow a
         * true one, and the loop below looks again. */
        if ((((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((v - ones * 0x20) & ~v)) & highs)
            break;
    }
    while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
        p++;
    return p;
}

static bool is_hex(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* The string whose opening quote is at p. */
static ft_json_kind read_string(ft_json *j, ft_json_kind kind)
{
    const unsigned char *begin = ++j->p, *p = begin;

    j->escaped = false;
    for (;;) {
        p = find_special(p, j->end);
        if (p == j->end)
            return fail(j, p, "a string does not end");
        if (*p == '"')
            break;
        if (*p < 0x20)
            return fail(j, p, "a control character in a string");
        j->escaped = true;
        if (j->end - p < 2)
            return fail(j, p, "a string does not end");
        if (p[1] == 'u') {
            for (int i = 2; i < 6; i++)
                if (j->end - p <= i || !is_hex(p[i]))
                    return fail(j, p, "bad \\u escape");
            p += 6;
        } else if (p[1] != '\0' && strchr("\"\\/bfnrt", p[1])) {
            p += 2;
        } else {
            return fail(j, p, "bad escape");
        }
    }
    j->raw = (ft_str){(const char *)begin, (size_t)(p - begin)};
    j->p = p + 1;
    if (kind == FT_JSON_KEY)
        j->state = WANT_COLON;
    else
        after_value(j);
    return kind;
}

static const unsigned char *skip_digits(const unsigned char *p, const unsigned char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

static ft_json_kind read_number(ft_json *j)
{
    const unsigned char *p = j->p, *q;

    if (*p == '-')
        p++;
    q = skip_digits(p, j->end);
    if (q == p || (*p == '0' && q - p > 1))
        return fail(j, j->p, "bad number");
    p = q;
    if (p < j->end && *p == '.') {
        q = skip_digits(++p, j->end);
        if (q == p)
            return fail(j, j->p, "bad number");
        p = q;
    }
    if (p < j->end && (*p | 0x20) == 'e') {
        p++;
        if (p < j->end && (*p == '+' || *p == '-'))
            p++;
        q = skip_digits(p, j->end);
        if (q == p)
            return fail(j, j->p, "bad number");
        p = q;
    }
    j->raw = (ft_str){(const char *)j->p, (size_t)(p - j->p)};
    j->p = p;
    after_value(j);
    return FT_JSON_NUMBER;
}

static ft_json_kind read_word(ft_json *j, const char *word, ft_json_kind kind)
{
    size_t len = strlen(word);

    if ((size_t)(j->end - j->p) < len || memcmp(j->p, word, len) != 0)
        return fail(j, j->p, "not a value");
    j->p += len;
    after_value(j);
    return kind;
}

static ft_json_kind read_value(ft_json *j)
{
    switch (*j->p) {
    case '{':
        return open_level(j, true);
    case '[':
        return open_level(j, false);
    case '"':
        return read_string(j, FT_JSON_STRING);
    case 't':
        return read_word(j, "true", FT_JSON_TRUE);
    case 'f':
        return read_word(j, "false", FT_JSON_FALSE);
    case 'n':
        return read_word(j, "null", FT_JSON_NULL);
    default:
        if (*j->p == '-' || (*j->p >= '0' && *j->p <= '9'))
            return read_number(j);
        return fail(j, j->p, "not a value");
    }
}

static ft_json_kind read_key(ft_json *j)
{
    if (*j->p != '"')
        return fail(j, j->p, "a key in quotes is missing");
    return read_string(j, FT_JSON_KEY);
}

ft_json_kind ft_json_next(ft_json *j)
{
    if (j->state == IS_BROKEN)
        return FT_JSON_ERROR;
    for (;;) {
        skip_space(j);
        if (j->p == j->end) {
            if (j->state == IS_DONE || j->state == WANT_NOTHING) {
                j->state = IS_DONE;
                return FT_JSON_END;
            }
            return fail(j, j->p, j->p == j->start ? "empty" : "it ends early");
        }
        unsigned char c = *j->p;
        switch (j->state) {
        case WANT_FIRST:
            return c == ']' ? close_level(j) : read_value(j);
        case WANT_FIRST_KEY:
            return c == '}' ? close_level(j) : read_key(j);
        case WANT_KEY:
            return read_key(j);
        case WANT_VALUE:
            return read_value(j);
        case WANT_COLON:
            if (c != ':')
                return fail(j, j->p, "a colon is missing");
            j->state = WANT_VALUE;
            j->p++;
            break;
        case WANT_COMMA:
            if (c == '}' || c == ']')
                return close_level(j);
            if (c != ',')
                return fail(j, j->p, "a comma is missing");
            j->state = in_object(j) ? WANT_KEY : WANT_VALUE;
            j->p++;
            break;
        default:
            return fail(j, j->p, "more text after the value");
        }
    }
}

bool ft_json_skip(ft_json *j, ft_json_kind kind)
{
    if (kind == FT_JSON_OBJECT || kind == FT_JSON_ARRAY)
        for (size_t outside = j->depth - 1; kind != FT_JSON_ERROR && j->depth > outside;)
            kind = ft_json_next(j);
    return kind != FT_JSON_ERROR;
}

static unsigned read_hex4(const char *p)
{
    unsigned v = 0;

    for (int i = 0; i < 4; i++) {
        unsigned c = (unsigned char)p[i];
        v = v << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

/* Writes a character in 1 to 4 bytes and returns where they end. */
static unsigned char *write_utf8(unsigned char *to, uint32_t cp)
{
    if (cp < 0x80) {
        *to++ = (unsigned char)cp;
        return to;
    }
    if (cp >= 0x10000) {
        *to++ = (unsigned char)(0xf0 | cp >> 18);
        *to++ = (unsigned char)(0x80 | (cp >> 12 & 0x3f));
    } else if (cp >= 0x800) {
        *to++ = (unsigned char)(0xe0 | cp >> 12);
    }
    *to++ = (unsigned char)(cp >= 0x800 ? 0x80 | (cp >> 6 & 0x3f) : 0xc0 | cp >> 6);
    *to++ = (unsigned char)(0x80 | (cp & 0x3f));
    return to;
}

/* The character of the \u escape at p, which was checked; moves p behind it and, of a pair, behind its second half. */
static uint32_t read_unicode(const char **p, const char *end)
{
    uint32_t cp = read_hex4(*p + 2);

    *p += 6;
    if (cp < 0xd800 || cp > 0xdfff)
        return cp;
    if (cp < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        uint32_t low = read_hex4(*p + 2);
        if (low >= 0xdc00 && low <= 0xdfff) {
            *p += 6;
            return 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    return 0xfffd;
}

void ft_json_unescape(ft_buf *out, ft_str raw)
{
    static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    const char *p = raw.ptr, *end = raw.ptr + raw.len;
    unsigned char *to = ft_buf_reserve(out, raw.len); /* no escape is shorter than what it stands for */

    if (!to)
        return;
    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((slash ? slash : end) - p);
        memcpy(to, p, plain);
        to += plain;
        p += plain;
        if (!slash)
            break;
        if (p[1] == 'u') {
            to = write_utf8(to, read_unicode(&p, end));
        } else {
            const char *name = strchr(names, p[1]);
            *to++ = (unsigned char)(name ? bytes[name - names] : p[1]);
            p += 2;
        }
    }
    out->len = (size_t)(to - out->data);
}

/* How a character is written where it cannot stand for itself; NULL if it can. */
static const char *escape_of(uint32_t cp, bool html, char room[16])
{
    switch (cp) {
    case FT_CHARS_BAD:
        return "\xef\xbf\xbd";
    case '"':
        return html ? "&quot;" : "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '&':
        return html ? "&amp;" : NULL;
    case '<':
        return html ? "&lt;" : NULL;
    case '>':
        return html ? "&gt;" : NULL;
    default:
        if (!ft_chars_is_control(cp) && !ft_chars_is_bidi(cp) && cp != 0x2028 && cp != 0x2029)
            return NULL;
        snprintf(room, 16, "\\u%04x", (unsigned)cp);
        return room;
    }
}

void ft_json_put_chars(ft_buf *out, const char *text, size_t len, bool html)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len, *plain = p;
    char room[16];

    while (p < end) {
        size_t n;
        uint32_t cp = ft_chars_decode(p, end, &n);
        const char *escape = escape_of(cp, html, room);
        if (escape) {
            ft_buf_put(out, plain, (size_t)(p - plain));
            ft_buf_puts(out, escape);
            plain = p + n;
        }
        p += n;
    }
    if (p > plain)
        ft_buf_put(out, plain, (size_t)(p - plain));
}

void ft_json_put_string(ft_buf *out, const char *text, size_t len)
{
    ft_buf_putc(out, '"');
    ft_json_put_chars(out, text, len, false);
    ft_buf_putc(out, '"');
}

void ft_json_put_number(ft_buf *out, double v, int digits)
{
    char text[512];

    if (!isfinite(v)) {
        ft_buf_puts(out, "null");
        return;
    }
    snprintf(text, sizeof text, "%.*g", digits, v);
    const char *e = strchr(text, 'e');
    if (e) {
        /* Too small or large for %g to write plainly. */
        int exponent = 0, negative = e[1] == '-';
        for (e += 2; *e; e++)
            exponent = exponent * 10 + (*e - '0');
        snprintf(text, sizeof text, "%.*f", negative ? digits - 1 + exponent : 0, v);
        if (negative)
            for (size_t n = strlen(text); text[n - 1] == '0'; n--)
                text[n - 1] = '\0';
    }
    ft_buf_puts(out, text);
}
