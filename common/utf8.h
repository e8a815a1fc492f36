/* utf8.h - UTF-8, one character at a time. Bad bytes are read as U+FFFD, one for each longest beginning of a valid
 * sequence (the practice that Unicode and the WHATWG recommend): overlong forms, surrogates and values above U+10FFFF
 * are bad. */
#ifndef FT_UTF8_H
#define FT_UTF8_H

#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_UTF8_BAD 0xFFFDu
#define FT_UTF8_MAX 4 /* bytes of the longest sequence */

/* ft_utf8_next for bytes from 0x80 on. */
uint32_t ft_utf8_next_long(const unsigned char *p, size_t len, size_t *n);

/* The character at p, of which len > 0 bytes may be read; *n is how many it takes (1 to 4, at most len). */
static inline uint32_t ft_utf8_next(const unsigned char *p, size_t len, size_t *n)
{
    if (*p < 0x80) {
        *n = 1;
        return *p;
    }
    return ft_utf8_next_long(p, len, n);
}

/* Writes a character (a surrogate or a value above U+10FFFF as U+FFFD) in 1 to 4 bytes and returns how many. */
size_t ft_utf8_put(unsigned char *p, uint32_t cp);

/* How many of the first bytes are valid: len if all are. */
size_t ft_utf8_valid(const char *text, size_t len);

/* Appends the text with U+FFFD for what is bad. */
void ft_utf8_repair(ft_buf *out, const char *text, size_t len);

/* The longest length of at most max bytes that does not cut a character in two. */
size_t ft_utf8_cut(const char *text, size_t len, size_t max);

#endif
