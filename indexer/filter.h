/* filter.h - programs that turn files of other kinds into text, because the user said so. */
#ifndef FT_FILTER_H
#define FT_FILTER_H

#include "fulltext.h"

/* One of --filter EXT=COMMAND. */
typedef struct ft_filter {
    char *text;      /* owned: what the next two point into */
    const char *ending; /* of the file's name, with the full stop in front */
    char **argv;     /* owned; NULL-terminated */
} ft_filter;

/* Takes the text of the option apart: words between white space, or in quotes, with a backslash in front of what means
 * itself (in double quotes: a quote or a backslash, in single ones nothing). There is no shell. FT_EINVAL if it is no
 * EXT=COMMAND. Release it in either case. */
ft_status ft_filter_parse(ft_filter *f, const char *option, ft_error *err);
void ft_filter_release(ft_filter *f);

/* Whether the file's name ends so, in either case. */
bool ft_filter_takes(const ft_filter *f, const char *path);

typedef struct ft_filter_limits {
    unsigned seconds;
    uint64_t bytes;             /* of output */
    const volatile int *cancel; /* or NULL */
} ft_filter_limits;

/* Runs the command with fd as its standard input and collects its standard output in a file without a name; *out is its
 * descriptor, at the beginning. Where the command fails or passes a limit *out is -1 and `why` says it; it is killed
 * then with all that it started. FT_ECANCELED, FT_EIO or FT_ENOMEM if that could not be done. */
ft_status ft_filter_run(const ft_filter *f, int fd, const ft_filter_limits *limits, int *out, char *why, size_t cap,
                        ft_error *err);

#endif
