/* policy.h - which segments of an index are to be merged after a commit: a pure function of their sizes. */
#ifndef FT_POLICY_H
#define FT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_POLICY_STEP 4u /* segments that must hold as much as all behind them; equal ones come up to twice as many */

/* A segment, in the order of the index; dead documents are counted in all three. */
typedef struct ft_policy_segment {
    uint64_t docs, dead, passages;
} ft_policy_segment;

/* Segments [from, to) become one of their live documents, or none if they have none. */
typedef struct ft_policy_range {
    size_t from, to;
} ft_policy_range;

/* Finds what to merge: ranges in ascending order, apart from each other, into out, which has room for n. `added` tells
 * whether the last segment is new with this commit. max_passages is what a merged segment may have. Returns how many
 * ranges there are. The bounds that hold when every plan is carried out are in policy.c. */
size_t ft_policy_plan(const ft_policy_segment *segments, size_t n, bool added, uint64_t max_passages,
                      ft_policy_range *out);

#endif
