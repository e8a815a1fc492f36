/* progress.h - one line on a terminal that says how far a build or a merge is. */
#ifndef FT_PROGRESS_H
#define FT_PROGRESS_H

#include "fulltext.h"

typedef struct ft_progress {
    bool on;
    bool drawn;           /* a line stands on the screen */
    uint64_t begun, last; /* ft_cli_now(): of all of it, of the last drawing */
    uint64_t total;       /* bytes of all inputs, 0 if not known */
    const char *doing;    /* what the phases of the library make up: "merging" */
    int phase;            /* the last one told, and when it began; -1: none */
    uint64_t phase_begun;
} ft_progress;

/* on: wanted, which it is on a terminal only. */
void ft_progress_init(ft_progress *p, bool wanted, const char *doing);
/* Called as often as one likes: draws at most ten times a second. `file` is the current one. */
void ft_progress_step(ft_progress *p, uint64_t bytes, uint64_t documents, const char *file);
/* The same within a commit or merge: an ft_index_options.progress, its argument an ft_progress. */
void ft_progress_phase(void *progress, ft_phase phase, uint64_t done, uint64_t total);
/* Takes the line away, before anything else is written to standard error and at the end. */
void ft_progress_clear(ft_progress *p);

#endif
