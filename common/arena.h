/* arena.h - memory of one batch or one query, freed at once. */
#ifndef FT_ARENA_H
#define FT_ARENA_H

#include <stddef.h>

typedef struct ft_arena_chunk ft_arena_chunk;

typedef struct ft_arena {
    ft_arena_chunk *chunk; /* the newest; older ones behind it */
    size_t used;           /* bytes taken of the newest chunk */
    size_t total;          /* bytes held by all chunks */
} ft_arena;

/* len bytes, aligned for any type, not cleared; NULL when out of memory. Valid until reset or release. */
void *ft_arena_alloc(ft_arena *a, size_t len);
void *ft_arena_zero(ft_arena *a, size_t n, size_t size);
/* A copy with a NUL behind it. */
char *ft_arena_copy(ft_arena *a, const void *data, size_t len);
/* Frees everything but one chunk, for reuse. */
void ft_arena_reset(ft_arena *a);
void ft_arena_release(ft_arena *a);

#endif
