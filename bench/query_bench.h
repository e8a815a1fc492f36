/* query_bench.h - ftbench query: how long queries take, by command and by tag. */
#ifndef FT_QUERY_BENCH_H
#define FT_QUERY_BENCH_H

#include "settings.h"

/* Measures and prints; the exit status. */
int ft_query_bench_run(const ft_bench_settings *set, const char *index, const char *queries);

#endif
