/* clock.c - see clock.h. */
#include "clock.h"

#include <stdlib.h>
#include <time.h>

uint64_t ft_clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_value(const void *pa, const void *pb)
{
    uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;

    return a < b ? -1 : a > b;
}

/* The nearest-rank percentile: the value of rank ceil(percent * n / 100). */
static uint64_t percentile(const uint64_t *sorted, size_t n, unsigned percent)
{
    return sorted[(n * percent + 99) / 100 - 1];
}

ft_clock_summary ft_clock_summarize(uint64_t *times, size_t n)
{
    ft_clock_summary s = {.n = n};
    double sum = 0;

    if (n == 0)
        return s;
    qsort(times, n, sizeof *times, by_value);
    for (size_t i = 0; i < n; i++)
        sum += (double)times[i];
    s.mean = sum / (double)n;
    s.min = times[0];
    s.p50 = percentile(times, n, 50);
    s.p90 = percentile(times, n, 90);
    s.p99 = percentile(times, n, 99);
    s.max = times[n - 1];
    return s;
}
