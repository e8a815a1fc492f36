/* eval_bench.h - ftbench eval: how good an index's rankings are by judgments. */
#ifndef FT_EVAL_BENCH_H
#define FT_EVAL_BENCH_H

#include "settings.h"

/* Ranks documents for each judged query and prints the mean figures over all judged queries, as trec_eval -c -M 1000
 * does: a query that finds nothing, or that the queries lack, counts as 0. With set->run, index and queries are NULL
 * and that ranking is judged. The exit status. */
int ft_eval_run(const ft_bench_settings *set, const char *index, const char *queries, const char *qrels);

#endif
