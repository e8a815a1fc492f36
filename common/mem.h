/* mem.h - all allocation goes through here, so that tests can make the N-th one fail and count what is live. */
#ifndef FT_MEM_H
#define FT_MEM_H

#include <stddef.h>

/* Room for n items of size bytes; NULL when out of memory or when n * size overflows. n == 0 gives a valid pointer. */
void *ft_alloc(size_t n, size_t size);
void *ft_alloc_zero(size_t n, size_t size);

/* Resizes; on failure NULL, and p stays valid. */
void *ft_realloc(void *p, size_t n, size_t size);
void ft_free(void *p);

/* Grows *p, an array of items of `size` bytes with room for *cap, to hold at least `need`, by doubling. Returns 0 on
 * success, -1 when out of memory (the array stays as it was). Use FT_GROW. */
int ft_grow(void **p, size_t *cap, size_t need, size_t size);
#define FT_GROW(p, cap, need) ((need) <= (cap) ? 0 : ft_grow((void **)&(p), &(cap), (need), sizeof *(p)))

/* For tests: hook(arg) is asked before each allocation and makes it fail by returning non-zero. NULL removes it. */
void ft_mem_set_hook(int (*hook)(void *arg), void *arg);
/* For tests: blocks allocated and not freed. */
long ft_mem_live(void);

#endif
