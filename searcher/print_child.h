/* print_child.h - a program started for the user, a pager or an editor: never through a shell. */
#ifndef FT_PRINT_CHILD_H
#define FT_PRINT_CHILD_H

#include "buf.h"

/* A command line; zero it to begin. */
typedef struct ft_print_child {
    ft_buf words; /* each with a NUL behind it */
    size_t n;
} ft_print_child;

/* Adds the words of a command as PAGER and EDITOR hold one: white space stands between them, quotes mean nothing. */
void ft_print_child_split(ft_print_child *c, const char *command);
/* Adds one word as it is. */
void ft_print_child_add(ft_print_child *c, const char *word);

/* Runs it with `input` on its standard input (NULL: ours) and waits for its end. Meanwhile the keys that interrupt are
 * the child's affair. FT_EIO if it cannot be started; what it returns does not matter. */
ft_status ft_print_child_run(ft_print_child *c, const ft_buf *input, ft_error *err);
void ft_print_child_release(ft_print_child *c);

#endif
