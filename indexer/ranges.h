/* ranges.h - posting lists in ranges of terms that are read side by side. A range holds the terms whose first two bytes
 * lie between two bounds: coarse, but known to every source without looking. */
#ifndef FT_RANGES_H
#define FT_RANGES_H

#include "lists.h"

#define FT_TERM_PREFIXES 65536u /* values of the first two bytes */
#define FT_RANGES_MAX 64u

/* The first two bytes of a term as a number that orders as they do. */
static inline uint32_t ft_term_prefix(const unsigned char *term, size_t len)
{
    return (uint32_t)term[0] << 8 | (len > 1 ? term[1] : 0);
}

/* The sources of one range, in order. */
typedef struct ft_range_sources ft_range_sources;
struct ft_range_sources {
    ft_list_source **sources;
    size_t n;
    void (*close)(ft_range_sources *r); /* may be NULL, when nothing is to be released */
    void *items;                        /* what the sources live in */
};

typedef struct ft_list_ranges ft_list_ranges;
struct ft_list_ranges {
    size_t n;
    uint32_t ends[FT_RANGES_MAX]; /* the first prefix behind each range; the last is FT_TERM_PREFIXES */
    /* Opens the sources of the terms from prefix `from` to before `to`. Any thread, several at a time. Whether or not
     * it succeeds, out is then closed by its own function, if it has one. */
    ft_status (*open)(const ft_list_ranges *r, uint32_t from, uint32_t to, ft_range_sources *out, ft_error *err);
};

/* Cuts the terms into ranges of about equal weight: weights[p] is what those of prefix p weigh. */
void ft_ranges_cut(ft_list_ranges *r, const uint64_t weights[FT_TERM_PREFIXES]);

static inline uint32_t ft_ranges_begin(const ft_list_ranges *r, size_t i)
{
    return i ? r->ends[i - 1] : 0;
}

#endif
