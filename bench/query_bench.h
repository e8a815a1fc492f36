/* query_bench.h - ftbench query: how long queries take, by command and by tag. */
#ifndef FT_QUERY_BENCH_H
#define FT_QUERY_BENCH_H

#include "ask.h"

typedef struct ft_query_bench {
    ft_ask_settings ask;
    uint64_t passes;      /* over all commands and queries; the best time of each query counts */
    const char *commands; /* names with commas between */
    bool json, raw;       /* raw: all samples, in JSON */
} ft_query_bench;

/* Measures and prints; the exit status. */
int ft_query_bench_run(const ft_query_bench *set, const char *index, const char *queries);

#endif
