/* bytes.h - little-endian integers and LEB128 varints in byte strings, without alignment. */
#ifndef FT_BYTES_H
#define FT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "big-endian machines need byte swaps in these six functions"
#endif

#define FT_VARINT_MAX 10 /* bytes of the longest varint */

static inline uint16_t ft_load_u16(const void *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint32_t ft_load_u32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t ft_load_u64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void ft_store_u16(void *p, uint16_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline void ft_store_u32(void *p, uint32_t v)
{
    memcpy(p, &v, sizeof v);
}

static inline void ft_store_u64(void *p, uint64_t v)
{
    memcpy(p, &v, sizeof v);
}

/* Writes v in 1 to 10 bytes, seven bits each, lowest first, and returns how many. */
static inline size_t ft_store_varint(unsigned char *p, uint64_t v)
{
    size_t n = 0;

    while (v >= 0x80) {
        p[n++] = (unsigned char)(v | 0x80);
        v >>= 7;
    }
    p[n++] = (unsigned char)v;
    return n;
}

/* Bytes between a place and the end of what may be read. Reads past the end set `failed` and give 0. */
typedef struct ft_bytes {
    const unsigned char *p, *end;
    bool failed;
} ft_bytes;

static inline ft_bytes ft_bytes_of(const void *p, size_t len)
{
    return (ft_bytes){(const unsigned char *)p, p ? (const unsigned char *)p + len : NULL, false};
}

static inline size_t ft_bytes_left(const ft_bytes *b)
{
    return (size_t)(b->end - b->p);
}

/* The next n bytes, or NULL past the end. */
static inline const unsigned char *ft_bytes_take(ft_bytes *b, size_t n)
{
    if (n > ft_bytes_left(b)) {
        b->failed = true;
        b->p = b->end;
        return NULL;
    }
    const unsigned char *p = b->p;
    b->p += n;
    return p;
}

static inline uint8_t ft_bytes_u8(ft_bytes *b)
{
    const unsigned char *p = ft_bytes_take(b, 1);
    return p ? *p : 0;
}

static inline uint32_t ft_bytes_u32(ft_bytes *b)
{
    const unsigned char *p = ft_bytes_take(b, 4);
    return p ? ft_load_u32(p) : 0;
}

static inline uint64_t ft_bytes_u64(ft_bytes *b)
{
    const unsigned char *p = ft_bytes_take(b, 8);
    return p ? ft_load_u64(p) : 0;
}

static inline uint64_t ft_bytes_varint(ft_bytes *b)
{
    uint64_t v = 0;

    if (b->p != b->end && *b->p < 0x80) /* nearly all are short */
        return *b->p++;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (b->p == b->end)
            break;
        uint64_t byte = *b->p++;
        v |= (byte & 0x7f) << shift;
        if (byte < 0x80) {
            if (shift == 63 && byte > 1)
                break;
            return v;
        }
    }
    b->failed = true;
    b->p = b->end;
    return 0;
}

#endif
