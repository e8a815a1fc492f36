/* utf8.c - UTF-8 by the table of well-formed sequences (Unicode 15, table 3-7); see utf8.h. */
#include "utf8.h"

#include "bytes.h"

uint32_t ft_utf8_next_long(const unsigned char *p, size_t len, size_t *n)
{
    unsigned b = p[0];
    unsigned low = 0x80, high = 0xBF; /* of the second byte: what keeps overlong forms and surrogates out */
    size_t want;
    uint32_t cp;

    *n = 1;
    if (b < 0xC2 || b > 0xF4)
        return FT_UTF8_BAD;
    if (b < 0xE0) {
        want = 2;
        cp = b & 0x1F;
    } else if (b < 0xF0) {
        want = 3;
        cp = b & 0x0F;
        if (b == 0xE0)
            low = 0xA0;
        else if (b == 0xED)
            high = 0x9F;
    } else {
        want = 4;
        cp = b & 0x07;
        if (b == 0xF0)
            low = 0x90;
        else if (b == 0xF4)
            high = 0x8F;
    }
    for (size_t i = 1; i < want; i++) {
        if (i >= len || p[i] < low || p[i] > high)
            return FT_UTF8_BAD;
        low = 0x80;
        high = 0xBF;
        cp = cp << 6 | (p[i] & 0x3Fu);
        *n = i + 1;
    }
    return cp;
}

size_t ft_utf8_put(unsigned char *p, uint32_t cp)
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000))
        cp = FT_UTF8_BAD;
    if (cp < 0x80) {
        p[0] = (unsigned char)cp;
        return 1;
    }
    if (cp < 0x800) {
        p[0] = (unsigned char)(0xC0 | cp >> 6);
        p[1] = (unsigned char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        p[0] = (unsigned char)(0xE0 | cp >> 12);
        p[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
        p[2] = (unsigned char)(0x80 | (cp & 0x3F));
        return 3;
    }
    p[0] = (unsigned char)(0xF0 | cp >> 18);
    p[1] = (unsigned char)(0x80 | (cp >> 12 & 0x3F));
    p[2] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
    p[3] = (unsigned char)(0x80 | (cp & 0x3F));
    return 4;
}

size_t ft_utf8_valid(const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t at = 0;

    while (at < len) {
        if (len - at >= 8 && !(ft_load_u64(p + at) & 0x8080808080808080u)) {
            at += 8;
            continue;
        }
        size_t n;
        /* A true U+FFFD is three bytes that begin with EF; a bad sequence never has that shape. */
        if (ft_utf8_next(p + at, len - at, &n) == FT_UTF8_BAD && (n != 3 || p[at] != 0xEF))
            break;
        at += n;
    }
    return at;
}

void ft_utf8_repair(ft_buf *out, const char *text, size_t len)
{
    while (len > 0) {
        size_t n = ft_utf8_valid(text, len);

        if (n > 0)
            ft_buf_put(out, text, n);
        if (n < len) {
            size_t bad;
            ft_utf8_next((const unsigned char *)text + n, len - n, &bad);
            ft_buf_puts(out, "\xEF\xBF\xBD");
            n += bad;
        }
        text += n;
        len -= n;
    }
}

size_t ft_utf8_cut(const char *text, size_t len, size_t max)
{
    if (len <= max)
        return len;
    /* A sequence has at most three bytes behind its first; more of them in a row are bad bytes, cut anywhere. */
    for (size_t back = 0; back < FT_UTF8_MAX && back <= max; back++) {
        const unsigned char *p = (const unsigned char *)text + (max - back);
        if ((*p & 0xC0) == 0x80)
            continue;
        size_t n;
        ft_utf8_next(p, len - (max - back), &n);
        return n > back ? max - back : max;
    }
    return max;
}
