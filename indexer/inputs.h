/* inputs.h - from the words of a command line to the files they mean, in byte order of path. */
#ifndef FT_INPUTS_H
#define FT_INPUTS_H

#include "buf.h"

#include <sys/types.h>

/* Why something met on the way is left out. */
typedef enum ft_skip {
    FT_SKIP_HIDDEN,     /* its name begins with a full stop */
    FT_SKIP_LINK,       /* a symbolic link inside a directory */
    FT_SKIP_SPECIAL,    /* a FIFO, socket or device */
    FT_SKIP_INDEX,      /* a directory that is an index of ours */
    FT_SKIP_UNREADABLE, /* the system refuses it; errno is set */
    FT_SKIP_EXCLUDED,   /* the visitor's `wanted` says no */
    FT_SKIP_LARGE,      /* for the visitor's own use, like those that follow */
    FT_SKIP_BINARY,
    FT_SKIP_MALFORMED,
    FT_N_SKIPS
} ft_skip;

/* What each is called in a summary. */
extern const char *const ft_skip_names[FT_N_SKIPS];

typedef struct ft_visitor {
    /* A file to read. `path` is its id and opens it; "-" is standard input. named: it stood on the command line itself
     * (and may be a link or a pipe). Anything but FT_OK ends the walk. */
    ft_status (*file)(void *arg, const char *path, bool named, ft_error *err);
    void (*skip)(void *arg, ft_skip why, const char *path);
    /* Whether a file is to be read, or a directory (a slash at its end) inside another to be entered. NULL: all are. */
    bool (*wanted)(void *arg, const char *path);
    void *arg;
    const volatile int *cancel; /* or NULL */
    bool has_own;               /* own_dev and own_ino name a directory that is not entered: the index at work */
    dev_t own_dev;
    ino_t own_ino;
} ft_visitor;

/* FT_EINVAL, before anything is visited, unless every word names something that is there (standard input once). */
ft_status ft_inputs_exist(const char *const *words, size_t n, ft_error *err);

/* Appends a word as paths below it begin: empty and "." components left out, a slash behind a directory. */
void ft_inputs_reduce(ft_buf *out, const char *word, bool directory);

/* Visits what the words mean, in their order. */
ft_status ft_inputs_walk(const char *const *words, size_t n, const ft_visitor *v, ft_error *err);

#endif
