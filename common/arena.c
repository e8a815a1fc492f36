/* arena.c - chunked bump allocation; see arena.h. */
#include "arena.h"

#include "mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#define FIRST_CHUNK 1000 /* with its header, what malloc has ready at hand in its smallest bins */
#define LARGEST_CHUNK (1u << 20)

struct ft_arena_chunk {
    ft_arena_chunk *older;
    size_t cap;
    alignas(max_align_t) unsigned char data[];
};

static int add_chunk(ft_arena *a, size_t len)
{
    size_t cap = a->chunk ? a->chunk->cap * 2 : FIRST_CHUNK;

    if (cap > LARGEST_CHUNK)
        cap = LARGEST_CHUNK;
    if (cap < len)
        cap = len;
    if (cap > SIZE_MAX - sizeof(ft_arena_chunk))
        return -1;
    ft_arena_chunk *c = ft_alloc(1, sizeof *c + cap);
    if (!c)
        return -1;
    c->older = a->chunk;
    c->cap = cap;
    a->chunk = c;
    a->used = 0;
    a->total += cap;
    return 0;
}

void *ft_arena_alloc(ft_arena *a, size_t len)
{
    const size_t align = alignof(max_align_t);

    if (len > SIZE_MAX - align)
        return NULL;
    len = (len + align - 1) & ~(align - 1);
    if ((!a->chunk || len > a->chunk->cap - a->used) && add_chunk(a, len) != 0)
        return NULL;
    void *p = a->chunk->data + a->used;
    a->used += len;
    return p;
}

void *ft_arena_zero(ft_arena *a, size_t n, size_t size)
{
    size_t len;

    if (__builtin_mul_overflow(n, size, &len))
        return NULL;
    void *p = ft_arena_alloc(a, len);
    if (p)
        memset(p, 0, len);
    return p;
}

char *ft_arena_copy(ft_arena *a, const void *data, size_t len)
{
    if (len == SIZE_MAX)
        return NULL;
    char *p = ft_arena_alloc(a, len + 1);
    if (p) {
        if (len)
            memcpy(p, data, len);
        p[len] = '\0';
    }
    return p;
}

static void free_chunks(ft_arena_chunk *c)
{
    while (c) {
        ft_arena_chunk *older = c->older;
        ft_free(c);
        c = older;
    }
}

void ft_arena_reset(ft_arena *a)
{
    if (!a->chunk)
        return;
    free_chunks(a->chunk->older);
    a->chunk->older = NULL;
    a->used = 0;
    a->total = a->chunk->cap;
}

void ft_arena_release(ft_arena *a)
{
    free_chunks(a->chunk);
    *a = (ft_arena){0};
}
