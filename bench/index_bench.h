/* index_bench.h - ftbench index: how fast an index is built, with how much memory, and how large it is. */
#ifndef FT_INDEX_BENCH_H
#define FT_INDEX_BENCH_H

#include "settings.h"

/* Runs the ftindex that lies beside this program on the inputs, set->passes times, each into a new index in a temporary
 * folder that is removed in the end, and prints what it saw from outside. A build's time is from before the program was
 * started to after its end: syncs included. The exit status. */
int ft_index_bench_run(const ft_bench_settings *set, const char *const *inputs, size_t n_inputs);

#endif
