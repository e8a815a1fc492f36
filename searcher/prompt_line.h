/* prompt_line.h - reads lines from a terminal with libedit: editing, keys as in the user's ~/.editrc, history.
 *
 * The library is loaded when a session begins: linked, it would cost every single query a third of a millisecond.
 * Where it is missing lines are read as the terminal gives them. */
#ifndef FT_PROMPT_LINE_H
#define FT_PROMPT_LINE_H

#include "status.h"

typedef struct ft_prompt_line ft_prompt_line;

typedef enum ft_prompt_event {
    FT_PROMPT_LINE,    /* a line */
    FT_PROMPT_DROPPED, /* Ctrl-C: what was typed is given up */
    FT_PROMPT_END      /* Ctrl-D, or the terminal is gone */
} ft_prompt_event;

/* Within ft_prompt_terminal_enter() and _leave(). prompt must live on. */
ft_status ft_prompt_line_open(ft_prompt_line **out, const char *prompt, ft_error *err);

/* The next line without its line feed, NUL-terminated, valid until the next call. */
ft_prompt_event ft_prompt_line_read(ft_prompt_line *pl, ft_str *line);

/* Remembers a line, in this session and those to come. It must be the one read last. */
void ft_prompt_line_remember(ft_prompt_line *pl, ft_str line);
void ft_prompt_line_close(ft_prompt_line *pl);

#endif
