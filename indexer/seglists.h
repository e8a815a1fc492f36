/* seglists.h - the posting lists of a segment as a source, without those of deleted documents. Postings come in the
 * order of the segment's lists: where `numbers` does not ascend, they are not a source for ft_merge (permute.h). */
#ifndef FT_SEGLISTS_H
#define FT_SEGLISTS_H

#include "ranges.h"
#include "segment.h"

#define FT_PASSAGE_DROPPED UINT32_MAX

typedef struct ft_seglists {
    ft_list_source source;
    const ft_segment *segment; /* borrowed */
    const uint32_t *numbers;   /* new number of each passage, or FT_PASSAGE_DROPPED; borrowed; NULL: base + passage */
    uint32_t base;
    uint32_t from, to;         /* prefixes (ranges.h) */
    ft_term_iter terms;
    unsigned char last[255];   /* the term before */
    size_t last_len;
    ft_postings list;
    uint32_t block;            /* next one to decode */
    uint32_t passages[FT_BLOCK_LEN], sums[FT_BLOCK_LEN];
    uint32_t i, n;             /* of the decoded block */
    uint32_t *gaps;            /* of the decoded block; owned */
    size_t cap_gaps;
    uint64_t touched;          /* bytes of lists read since the mapping was last given back */
    bool bare;                 /* passages alone are wanted: frequencies of 0, and no positions */
} ft_seglists;

/* The lists of the terms from prefix `from` to before `to`. */
ft_status ft_seglists_init(ft_seglists *s, const ft_segment *segment, const uint32_t *numbers, uint32_t base,
                           uint32_t from, uint32_t to, ft_error *err);
/* Adds what the lists of the terms of each prefix take up, roughly. */
ft_status ft_seglists_weigh(const ft_segment *segment, uint64_t weights[FT_TERM_PREFIXES], ft_error *err);
/* Back to the first posting of the term at hand. */
void ft_seglists_rewind(ft_seglists *s);
void ft_seglists_release(ft_seglists *s);

#endif
