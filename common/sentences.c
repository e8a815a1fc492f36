/* sentences.c - white space and sentence ends; see sentences.h. */
#include "sentences.h"

#include "utf8.h"

enum mark {
    OTHER,
    STOP,     /* ends a sentence if white space or the end of the text follows */
    WIDE_STOP, /* ends a sentence whatever follows */
    CLOSER    /* a quote or bracket that belongs to the sentence before */
};

static enum mark mark_of(uint32_t c)
{
    switch (c) {
    case '.': case '?': case '!':
    case 0x2026: /* ellipsis */
    case 0x203C: case 0x2047: case 0x2048: case 0x2049: /* doubled marks */
    case 0x061F: case 0x06D4: /* Arabic */
    case 0x0964: case 0x0965: /* danda */
        return STOP;
    case 0x3002: case 0xFF01: case 0xFF0E: case 0xFF1F: case 0xFF61:
        return WIDE_STOP;
    case '"': case '\'': case ')': case ']': case '}':
    case 0x00BB: case 0x2019: case 0x201D: case 0x203A:
    case 0x3009: case 0x300B: case 0x300D: case 0x300F: case 0x3011: case 0x3015: case 0x3017:
    case 0xFF09: case 0xFF3D: case 0xFF5D: case 0xFF63:
        return CLOSER;
    default:
        return OTHER;
    }
}

/* The mark at text[at], and its length. */
static enum mark mark_at(const char *text, size_t len, size_t at, size_t *n)
{
    return mark_of(ft_utf8_next((const unsigned char *)text + at, len - at, n));
}

size_t ft_sentence_next(const char *text, size_t len, size_t from)
{
    size_t at = from, n;

    while (at < len) {
        enum mark m = mark_at(text, len, at, &n);
        bool wide = false;

        at += n;
        if (m != STOP && m != WIDE_STOP)
            continue;
        do {
            wide |= m == WIDE_STOP;
            m = at < len ? mark_at(text, len, at, &n) : OTHER;
            if (m == STOP || m == WIDE_STOP)
                at += n;
        } while (m == STOP || m == WIDE_STOP);
        while (at < len && mark_at(text, len, at, &n) == CLOSER)
            at += n;
        size_t next = at;
        while (next < len && (n = ft_space_len(text, len, next)) > 0)
            next += n;
        if (next > at || wide)
            return next;
    }
    return len;
}

size_t ft_space_len(const char *text, size_t len, size_t at)
{
    const unsigned char *p = (const unsigned char *)text + at;

    if (at >= len)
        return 0;
    if (p[0] < 0x80)
        return p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r');
    if (p[0] == 0xC2) /* U+0085, U+00A0 */
        return len - at >= 2 && (p[1] == 0x85 || p[1] == 0xA0) ? 2 : 0;
    if (p[0] < 0xE1 || p[0] > 0xE3 || len - at < 3)
        return 0;
    switch (p[0] << 16 | p[1] << 8 | p[2]) {
    case 0xE19A80: /* U+1680 */
    case 0xE28080 ... 0xE2808A: /* U+2000 to U+200A */
    case 0xE280A8: case 0xE280A9: case 0xE280AF: /* U+2028, U+2029, U+202F */
    case 0xE2819F: /* U+205F */
    case 0xE38080: /* U+3000 */
        return 3;
    default:
        return 0;
    }
}

void ft_trim(const char *text, size_t *start, size_t *end)
{
    size_t n;

    if (*start == 0 && *end >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        *start = 3;
    while (*start < *end && (n = ft_space_len(text, *end, *start)) > 0)
        *start += n;
    while (*start < *end) {
        for (n = 1; n <= 3; n++) {
            if (n <= *end - *start && ft_space_len(text, *end, *end - n) == n)
                break;
        }
        if (n > 3)
            break;
        *end -= n;
    }
}
