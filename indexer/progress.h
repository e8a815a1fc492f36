/* progress.h - one line on a terminal that says how far a build is. */
#ifndef FT_PROGRESS_H
#define FT_PROGRESS_H

#include "fulltext.h"

typedef struct ft_progress {
    bool on;
    bool drawn;          /* a line stands on the screen */
    uint64_t begun, last; /* ft_cli_now() */
    uint64_t total;      /* bytes of all inputs, 0 if not known */
    uint64_t bytes, documents;
    unsigned columns;
} ft_progress;

/* on: wanted, which it is on a terminal only. */
void ft_progress_init(ft_progress *p, bool wanted, uint64_t total);
/* Called as often as one likes: draws at most ten times a second. `file` is the current one. */
void ft_progress_step(ft_progress *p, uint64_t bytes, uint64_t documents, const char *file);
/* Takes the line away, before anything else is written to standard error and at the end. */
void ft_progress_clear(ft_progress *p);
/* Says what is going on instead of how far ("writing ..."). */
void ft_progress_say(ft_progress *p, const char *text);

#endif
