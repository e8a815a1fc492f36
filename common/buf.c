/* buf.c - growing byte buffer; see buf.h. */
#include "buf.h"

#include "bytes.h"
#include "mem.h"

#include <stdio.h>

void ft_buf_release(ft_buf *b)
{
    ft_free(b->data);
    *b = (ft_buf){0};
}

void ft_buf_reset(ft_buf *b)
{
    b->len = 0;
    b->failed = false;
}

unsigned char *ft_buf_reserve(ft_buf *b, size_t more)
{
    size_t need;

    if (b->failed)
        return NULL;
    if (__builtin_add_overflow(b->len, more, &need) || ft_grow((void **)&b->data, &b->cap, need ? need : 1, 1) != 0) {
        b->failed = true;
        return NULL;
    }
    return b->data + b->len;
}

void ft_buf_put(ft_buf *b, const void *data, size_t len)
{
    unsigned char *to = ft_buf_reserve(b, len);

    if (to && len) {
        memcpy(to, data, len);
        b->len += len;
    }
}

void ft_buf_putc(ft_buf *b, int byte)
{
    unsigned char c = (unsigned char)byte;

    ft_buf_put(b, &c, 1);
}

void ft_buf_puts(ft_buf *b, const char *s)
{
    ft_buf_put(b, s, strlen(s));
}

void ft_buf_printf(ft_buf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int need = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    unsigned char *to = need < 0 ? NULL : ft_buf_reserve(b, (size_t)need + 1);
    if (!to)
        return;
    va_start(ap, fmt);
    vsnprintf((char *)to, (size_t)need + 1, fmt, ap);
    va_end(ap);
    b->len += (size_t)need;
}

void ft_buf_put_u32(ft_buf *b, uint32_t v)
{
    unsigned char *to = ft_buf_reserve(b, 4);

    if (to) {
        ft_store_u32(to, v);
        b->len += 4;
    }
}

void ft_buf_put_u64(ft_buf *b, uint64_t v)
{
    unsigned char *to = ft_buf_reserve(b, 8);

    if (to) {
        ft_store_u64(to, v);
        b->len += 8;
    }
}

void ft_buf_put_varint(ft_buf *b, uint64_t v)
{
    unsigned char *to = ft_buf_reserve(b, FT_VARINT_MAX);

    if (to)
        b->len += ft_store_varint(to, v);
}
