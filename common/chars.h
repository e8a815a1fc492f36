/* chars.h - UTF-8 as the programs' output needs it: decoding that survives anything, and which characters may not
 * reach a terminal raw. */
#ifndef FT_CHARS_H
#define FT_CHARS_H

#include "utf8.h"

#define FT_CHARS_BAD UINT32_MAX /* bytes that are no character */

/* Decodes the character at p (p < end) and sets *len to its bytes. Bytes that are not UTF-8 give FT_CHARS_BAD and the
 * length of what one U+FFFD stands for: the longest beginning of a character that is there, at least one byte. */
static inline uint32_t ft_chars_decode(const unsigned char *p, const unsigned char *end, size_t *len)
{
    uint32_t cp = ft_utf8_next(p, (size_t)(end - p), len);

    /* A U+FFFD that is written out is a character like others: ef bf bd. */
    return cp == FT_UTF8_BAD && !(*len == 3 && p[0] == 0xef && p[2] == 0xbd) ? FT_CHARS_BAD : cp;
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
