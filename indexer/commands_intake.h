/* commands_intake.h - from a file that was met to documents in the index, and what was left out and why. */
#ifndef FT_COMMANDS_INTAKE_H
#define FT_COMMANDS_INTAKE_H

#include "commands.h"
#include "filter.h"
#include "inputs.h"
#include "progress.h"
#include "source.h"

typedef struct ft_intake {
    const ft_settings *set;
    ft_index *ix;                  /* borrowed */
    ft_filter *filters;            /* owned, as many as set->filters says */
    const char *charset;           /* of --encoding, or NULL */
    ft_stream stream;
    ft_progress progress;
    const char *file;              /* being read */
    uint64_t skipped[FT_N_SKIPS];
    uint64_t warnings;             /* shown or not */
    uint64_t documents, bytes, total; /* done: documents, bytes of files, bytes of what was in them */
} ft_intake;

/* Looks at --encoding, --include, --exclude and --filter: FT_EINVAL if one is wrong. Release it in either case. */
ft_status ft_intake_init(ft_intake *in, const ft_settings *set, ft_error *err);
void ft_intake_release(ft_intake *in);

/* The visitor that takes in what it is shown. */
ft_visitor ft_intake_visitor(ft_intake *in);

/* Files that were left out, for all reasons; says how many warnings were not shown. */
uint64_t ft_intake_finish(ft_intake *in);

#endif
