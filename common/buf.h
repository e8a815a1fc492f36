/* buf.h - a growing byte buffer with a sticky failure: after one failed append it does nothing, and its owner asks
 * once, at the end. */
#ifndef FT_BUF_H
#define FT_BUF_H

#include "status.h"

#include <string.h>

typedef struct ft_buf {
    unsigned char *data; /* owned; NULL while empty */
    size_t len, cap;
    bool failed;         /* an append ran out of memory */
} ft_buf;

void ft_buf_release(ft_buf *b);
/* Empties it and forgets a failure; keeps its room. */
void ft_buf_reset(ft_buf *b);

/* Makes room for `more` bytes behind the last one and returns where they begin, or NULL (then failed is set). The
 * caller fills them and adds to len. */
unsigned char *ft_buf_reserve(ft_buf *b, size_t more);
void ft_buf_put(ft_buf *b, const void *data, size_t len);
void ft_buf_putc(ft_buf *b, int byte);
void ft_buf_puts(ft_buf *b, const char *s);
void ft_buf_printf(ft_buf *b, const char *fmt, ...) FT_PRINTF(2, 3);
void ft_buf_put_u32(ft_buf *b, uint32_t v); /* little-endian, as all of these */
void ft_buf_put_u64(ft_buf *b, uint64_t v);
void ft_buf_put_varint(ft_buf *b, uint64_t v); /* LEB128, bytes.h */

static inline ft_status ft_buf_status(const ft_buf *b, ft_error *err)
{
    return b->failed ? ft_fail_nomem(err) : FT_OK;
}

#endif
