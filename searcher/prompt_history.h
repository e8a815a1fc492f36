/* prompt_history.h - the lines of earlier sessions, a line each in fulltext/history of the XDG state directory, which
 * only the user may read. It is a convenience: whatever fails about it fails silently. */
#ifndef FT_PROMPT_HISTORY_H
#define FT_PROMPT_HISTORY_H

#include "buf.h"

enum { FT_PROMPT_HISTORY_LEN = 1000 }; /* lines that are kept, at least */

typedef struct ft_prompt_history {
    ft_buf path;  /* NUL-terminated; empty: there is no place for it */
    ft_buf last;  /* the last line, which is not added twice in a row */
} ft_prompt_history;

/* Finds the file, making its directories (0700), and calls fn for the latest lines, the oldest first; they are
 * NUL-terminated and live during the call. */
void ft_prompt_history_open(ft_prompt_history *h, void (*fn)(void *arg, const char *line), void *arg);

/* Adds a line (no line feed in it) at once, so that sessions side by side and killed ones lose nothing. */
void ft_prompt_history_add(ft_prompt_history *h, ft_str line);
void ft_prompt_history_release(ft_prompt_history *h);

#endif
