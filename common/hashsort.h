/* hashsort.h - sorts numbers by their 64-bit hashes, in place: twelve bytes an item, no extra memory, and no input that
 * makes it slow. */
#ifndef FT_HASHSORT_H
#define FT_HASHSORT_H

#include <stddef.h>
#include <stdint.h>

/* Three words rather than a uint64_t and one, which the compiler would pad to 16 bytes. */
typedef struct ft_hashed {
    uint32_t high, low; /* halves of the hash */
    uint32_t number;
} ft_hashed;

static inline uint64_t ft_hashed_hash(const ft_hashed *h)
{
    return (uint64_t)h->high << 32 | h->low;
}

/* Sorts by hash, then by number. */
void ft_hashsort(ft_hashed *items, size_t n);

#endif
