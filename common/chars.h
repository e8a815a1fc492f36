/* chars.h - UTF-8 as the programs' output needs it: decoding that survives anything, and which characters may not
 * reach a terminal raw. */
#ifndef FT_CHARS_H
#define FT_CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_CHARS_BAD UINT32_MAX /* bytes that are no character */

/* Decodes the character at p (p < end) and sets *len to its bytes. Bytes that are not UTF-8 give FT_CHARS_BAD and the
 * length of what one U+FFFD stands for: the longest beginning of a character that is there, at least one byte. */
static inline uint32_t ft_chars_decode(const unsigned char *p, const unsigned char *end, size_t *len)
{
    static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
    unsigned char c = *p;

    *len = 1;
    if (c < 0x80)
        return c;
    if (c < 0xc2 || c > 0xf4)
        return FT_CHARS_BAD;
    size_t more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    uint32_t cp = c & (0x3fu >> more);
    for (size_t i = 1; i <= more; i++) {
        if ((size_t)(end - p) <= i || (p[i] & 0xc0) != 0x80)
            return FT_CHARS_BAD;
        cp = cp << 6 | (p[i] & 0x3f);
        if (i == 1 && more > 1) {
            /* The second byte alone shows overlong forms, surrogates and values past the last plane. */
            uint32_t low = cp << 6 * (more - 1), high = low | ((1u << 6 * (more - 1)) - 1);
            if (high < least[more] || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
                return FT_CHARS_BAD;
        }
        *len = i + 1;
    }
    return cp;
}

/* C0, DEL and C1. */
static inline bool ft_chars_is_control(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

/* Marks, embeddings, overrides and isolates that reorder what a terminal shows. */
static inline bool ft_chars_is_bidi(uint32_t cp)
{
    return cp == 0x61c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

/* Unicode's White_Space. */
static inline bool ft_chars_is_space(uint32_t cp)
{
    return cp == ' ' || (cp >= 9 && cp <= 13) || cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
           cp == 0x3000;
}

#endif
