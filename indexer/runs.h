/* runs.h - the runs of a build in order, kept within their share of the memory budget: what goes beyond is left to the
 * journal, if there is one, or merged into files. */
#ifndef FT_RUNS_H
#define FT_RUNS_H

#include "flush.h"
#include "invert.h"
#include "journal.h"

typedef struct ft_runs {
    const ft_build_config *config; /* borrowed */
    ft_run_list list;    /* those in files first */
    size_t n_files, n_merged;   /* of these in files, and of these merged here */
    const ft_journal *journal;  /* borrowed; NULL: none */
    uint64_t bytes, room; /* in memory */
} ft_runs;

void ft_runs_init(ft_runs *r, const ft_build_config *config, const ft_journal *journal, uint64_t room);
void ft_runs_release(ft_runs *r);

/* Takes a batch's runs, whose passages are numbered from `base` on: all in memory, or all in the journal's file. */
ft_status ft_runs_take(ft_runs *r, ft_run_list *from, uint32_t base, ft_error *err);

/* All of them in ranges of terms. Runs must outlive it. */
typedef struct ft_run_ranges {
    ft_list_ranges ranges;
    const ft_runs *runs;
    size_t window; /* bytes through which a reader reads a file */
} ft_run_ranges;
ft_status ft_runs_ranges(const ft_runs *r, unsigned n_workers, ft_run_ranges *out, ft_error *err);

#endif
