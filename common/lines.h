/* lines.h - lines of any input, one at a time, in bounded memory. */
#ifndef FT_LINES_H
#define FT_LINES_H

#include "buf.h"

/* Where the bytes come from: fills at most cap bytes and sets *got, 0 at the end. */
typedef ft_status (*ft_lines_read)(void *arg, void *room, size_t cap, size_t *got, ft_error *err);

typedef struct ft_lines {
    ft_lines_read read;
    void *arg;
    size_t max;        /* bytes of the longest line that is given */
    unsigned char *data; /* owned */
    size_t cap, begin, end; /* what is read and not yet given stands in data[begin..end) */
    uint64_t number;   /* of the line last given, from 1 */
    bool at_end;
} ft_lines;

typedef struct ft_line {
    ft_str text;       /* without the line feed; valid until the next call */
    bool too_long;     /* longer than max: text is empty, the line was passed over */
    bool ended;        /* a line feed stood behind it */
} ft_line;

void ft_lines_init(ft_lines *l, ft_lines_read read, void *arg, size_t max);
void ft_lines_release(ft_lines *l);

/* The next line; *more is false at the end. A failure of the source is passed on, and lines that were complete before
 * it have been given. */
ft_status ft_lines_next(ft_lines *l, ft_line *out, bool *more, ft_error *err);

/* An ft_lines_read of a descriptor: arg is an ft_lines_fd. */
typedef struct ft_lines_fd {
    int fd;
    const char *name;  /* for messages */
    const volatile int *cancel; /* or NULL; non-zero ends a read that a signal interrupted with FT_ECANCELED */
} ft_lines_fd;
ft_status ft_lines_read_fd(void *arg, void *room, size_t cap, size_t *got, ft_error *err);

#endif
