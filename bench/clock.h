/* clock.h - measured times and what is said of them. */
#ifndef FT_CLOCK_H
#define FT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Monotonic time in nanoseconds. */
uint64_t ft_clock_now(void);

/* Of a set of times, in nanoseconds. Percentiles are values of the set: the smallest that so many are not above. */
typedef struct ft_clock_summary {
    size_t n;
    double mean;
    uint64_t min, p50, p90, p99, max;
} ft_clock_summary;

/* Sorts the times. All zeros if there are none. */
ft_clock_summary ft_clock_summarize(uint64_t *times, size_t n);

#endif
