/* slots.h - a small hash table from 64-bit hashes to numbers the caller gives meaning to. */
#ifndef FT_SLOTS_H
#define FT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_SLOTS_NONE UINT32_MAX

typedef struct ft_slots {
    struct ft_slot *slots; /* open addressing, linear probing; owned */
    size_t cap, used;      /* cap is 0 or a power of two */
} ft_slots;

/* Whether the entry numbered `value` is the one that is looked for. */
typedef bool ft_slots_same(const void *key, uint32_t value);

/* The value stored under this hash for which same(key, value) holds, or FT_SLOTS_NONE. */
uint32_t ft_slots_find(const ft_slots *s, uint64_t hash, ft_slots_same *same, const void *key);
/* Stores a value that is not there yet. 0, or -1 when out of memory. */
int ft_slots_add(ft_slots *s, uint64_t hash, uint32_t value);
void ft_slots_release(ft_slots *s);

#endif
