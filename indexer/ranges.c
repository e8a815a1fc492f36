/* ranges.c - see ranges.h. */
#include "ranges.h"

void ft_ranges_cut(ft_list_ranges *r, const uint64_t weights[FT_TERM_PREFIXES])
{
    uint64_t total = 0, sum = 0;

    for (uint32_t p = 0; p < FT_TERM_PREFIXES; p++)
        total += weights[p];
    r->n = 0;
    for (uint32_t p = 0; p < FT_TERM_PREFIXES; p++) {
        sum += weights[p];
        if (sum > total / FT_RANGES_MAX && r->n + 1 < FT_RANGES_MAX) {
            r->ends[r->n++] = p + 1;
            sum = 0;
        }
    }
    if (r->n == 0 || r->ends[r->n - 1] < FT_TERM_PREFIXES)
        r->ends[r->n++] = FT_TERM_PREFIXES;
}
