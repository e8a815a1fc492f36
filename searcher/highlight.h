/* highlight.h - from matched positions to byte spans, by analysing the hit's own text again. */
#ifndef FT_HIGHLIGHT_H
#define FT_HIGHLIGHT_H

#include "analyze.h"
#include "buf.h"

/* Positions first..last of a passage matched: one word (first == last) or a phrase. */
typedef struct ft_range {
    uint32_t first, last;
} ft_range;

/* Sorts ranges and makes them disjoint: a range inside or overlapping another melts into it. Returns how many. */
size_t ft_ranges_normalize(ft_range *ranges, size_t n);

/* Appends to out (records of ft_span) the span of each range of normalised `ranges` that lies in `text`, whose first
 * token has position `base`; offsets are moved by `shift`. Ranges outside [base, base + tokens) give nothing. */
ft_status ft_highlight(ft_analyzer *an, const char *text, size_t len, uint32_t base, uint64_t shift,
                       const ft_range *ranges, size_t n, ft_buf *out, ft_error *err);

#endif
