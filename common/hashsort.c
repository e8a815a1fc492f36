/* hashsort.c - American flag sort (McIlroy, Bostic and McIlroy, "Engineering radix sort", 1993) by the 12 bytes of hash
 * and number, the highest first; see hashsort.h.
 *
 * Each level permutes the items into 256 buckets by one byte and goes on within the buckets, so the depth is at most 12
 * whatever the hashes are. Small buckets are finished by insertion. */
#include "hashsort.h"

#include <stdbool.h>

#define KEY_BYTES 12u
#define SMALL 24u

static unsigned byte_of(const ft_hashed *h, unsigned at)
{
    uint32_t word = at < 4 ? h->high : at < 8 ? h->low : h->number;

    return word >> (24 - 8 * (at % 4)) & 0xff;
}

static bool before(const ft_hashed *a, const ft_hashed *b)
{
    uint64_t ha = ft_hashed_hash(a), hb = ft_hashed_hash(b);

    return ha != hb ? ha < hb : a->number < b->number;
}

static void insertion_sort(ft_hashed *items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        ft_hashed item = items[i];
        size_t k = i;
        for (; k > 0 && before(&item, &items[k - 1]); k--)
            items[k] = items[k - 1];
        items[k] = item;
    }
}

/* Moves each item into the bucket of its byte; end[b] becomes the end of bucket b. */
static void distribute(ft_hashed *items, size_t n, unsigned at, size_t end[256])
{
    size_t next[256], sum = 0;

    for (unsigned b = 0; b < 256; b++)
        end[b] = 0;
    for (size_t i = 0; i < n; i++)
        end[byte_of(&items[i], at)]++;
    for (unsigned b = 0; b < 256; b++) {
        next[b] = sum;
        sum += end[b];
        end[b] = sum;
    }
    for (unsigned b = 0; b < 256; b++) {
        while (next[b] < end[b]) {
            ft_hashed item = items[next[b]];
            unsigned to = byte_of(&item, at);
            if (to != b) {
                items[next[b]] = items[next[to]];
                items[next[to]] = item;
            }
            next[to]++;
        }
    }
}

static void sort_from(ft_hashed *items, size_t n, unsigned at)
{
    size_t end[256], start = 0;

    if (n <= SMALL || at == KEY_BYTES) {
        insertion_sort(items, n);
        return;
    }
    distribute(items, n, at, end);
    for (unsigned b = 0; b < 256; b++) {
        if (end[b] - start > 1)
            sort_from(items + start, end[b] - start, at + 1);
        start = end[b];
    }
}

void ft_hashsort(ft_hashed *items, size_t n)
{
    sort_from(items, n, 0);
}
