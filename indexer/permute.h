/* permute.h - the posting lists of some segments as one source, their passages renumbered in any way: the postings of
 * a term are gathered and sorted by their new numbers. */
#ifndef FT_PERMUTE_H
#define FT_PERMUTE_H

#include "seglists.h"

typedef struct ft_permute_posting {
    uint32_t at, tf; /* where its gaps begin, how many */
} ft_permute_posting;

typedef struct ft_permute {
    ft_list_source source;
    ft_seglists *lists;   /* borrowed */
    size_t n_lists;
    bool *live, *here;    /* by list: has a term; it is the current one. Owned */
    size_t room;          /* bytes of postings gathered at once */
    ft_list_block block;  /* as they come */
    uint64_t *keys, *spare;         /* new number << 32 | place in postings; owned */
    size_t cap_keys, cap_spare;
    ft_permute_posting *postings;   /* owned */
    size_t cap_postings;
    uint32_t *gaps;                 /* owned */
    size_t n_gaps, cap_gaps;
    size_t n, given;      /* gathered; of these handed over */
    bool sorted;          /* as far as gathered */
    uint32_t lo, hi;      /* the numbers gathered: [lo, hi); hi is UINT32_MAX where none are left behind */
    bool begun;           /* the current term was gathered from */
} ft_permute;

/* The lists must be at their beginning; each gives every new number at most once a term, all of them below
 * UINT32_MAX. A term whose postings need more than `room` bytes is read several times, each time for the next range of
 * numbers; only a single posting may need more. */
ft_status ft_permute_init(ft_permute *p, ft_seglists *lists, size_t n_lists, size_t room, ft_error *err);
void ft_permute_release(ft_permute *p);

#endif
