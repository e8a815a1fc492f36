/* child.h - running another program, measured from outside. */
#ifndef FT_CHILD_H
#define FT_CHILD_H

#include "buf.h"

typedef struct ft_child {
    int status;        /* exit status; 128 + N if signal N ended it */
    uint64_t ns;       /* from before it was started to after its end was seen */
    uint64_t peak_rss; /* bytes of memory it had at most */
} ft_child;

/* Runs argv[0], looked for on PATH unless it has a slash, and appends what it writes to standard output to out. Its
 * standard input is empty; quiet: its standard error goes nowhere. An interrupt from the terminal reaches it and not
 * us. FT_EIO if it could not be started. argv ends with NULL. */
ft_status ft_child_run(ft_child *c, const char *const *argv, bool quiet, ft_buf *out, ft_error *err);

/* Appends the folder this program lies in, with a NUL. False if that cannot be found out. */
bool ft_child_own_folder(ft_buf *out);

#endif
