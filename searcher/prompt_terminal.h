/* prompt_terminal.h - the terminal of an interactive session: given back as it was found, whatever ends the session,
 * and waited on together with the signals that concern a line being typed. One session at a time: it is the
 * process's. */
#ifndef FT_PROMPT_TERMINAL_H
#define FT_PROMPT_TERMINAL_H

#include <stdbool.h>

/* Notes how the terminal is set, and catches signals: those that end a session give the terminal back and end it with
 * exit status 0; a fault gives it back and takes its course. */
void ft_prompt_terminal_enter(void);
/* Gives the terminal back; signals are as before. */
void ft_prompt_terminal_leave(void);
/* The terminal as it was found: after a child, that may have left it otherwise. */
void ft_prompt_terminal_restore(void);

/* A line is being edited, the terminal set otherwise for it. Editing begins with no interrupt pending. */
void ft_prompt_terminal_editing(bool on);

typedef enum ft_prompt_key {
    FT_PROMPT_KEY,        /* there is something to read */
    FT_PROMPT_INTERRUPT,  /* Ctrl-C */
    FT_PROMPT_RESIZED,    /* the terminal has another size */
    FT_PROMPT_RESUMED     /* the process was stopped and goes on: the terminal is not set for editing any more */
} ft_prompt_key;

/* Waits for what comes next. */
ft_prompt_key ft_prompt_terminal_wait(void);

#endif
