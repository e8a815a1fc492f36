/* catalogue.h - what an index was made from, so that `update` can visit it again: the inputs of each build and add with
 * the options that shape reading, and each file that was read. Kept with the index as the record of its sources.
 * FORMAT.md, "Catalogue". */
#ifndef FT_CATALOGUE_H
#define FT_CATALOGUE_H

#include "arena.h"
#include "buf.h"
#include "optab.h"

#define FT_CATALOGUE_PATH_MAX 65535u /* bytes of a path */

typedef struct ft_catalogue_file {
    const char *path;       /* as reached from the group's directory: the id of a file that is one document */
    uint32_t source;        /* its number in the index, from 1 */
    bool hashed;            /* hash is that of all its bytes */
    bool racy;              /* it may have changed since without its size and time showing it */
    bool unsettled;         /* the index has something else than a reading of these bytes: read it again */
    uint64_t size, inode, device, hash;
    int64_t mtime;          /* nanoseconds */
    uint64_t documents;     /* that it gave */
} ft_catalogue_file;

/* Inputs that are read in the same way. */
typedef struct ft_catalogue_group {
    const char *directory;  /* where relative paths begin; "/" when there are none */
    const char *format;     /* by name */
    const char *encoding;   /* "" when not given */
    uint32_t file_words, record_words;
    uint64_t max_size, filter_seconds, filter_bytes;
    bool strict;
    ft_option_list include, exclude, filters;
    const char **inputs;    /* owned array */
    size_t n_inputs, cap_inputs;
    ft_catalogue_file *files; /* owned, in the order of the visit */
    size_t n_files, cap_files;
    uint32_t *slots;        /* owned: table of numbers of files, + 1, by hash of path */
    size_t n_slots;
} ft_catalogue_group;

typedef struct ft_catalogue {
    ft_arena arena;         /* all strings */
    uint32_t next;          /* source number of the next file; at least 1 */
    ft_catalogue_group *groups;
    size_t n_groups, cap_groups;
} ft_catalogue;

void ft_catalogue_init(ft_catalogue *c);
void ft_catalogue_release(ft_catalogue *c);

/* Whether bytes are a catalogue and not another program's record. */
bool ft_catalogue_is(ft_str bytes);
/* Reads what ft_catalogue_encode wrote. FT_ECORRUPT. Release in either case. */
ft_status ft_catalogue_decode(ft_catalogue *c, ft_str bytes, ft_error *err);
void ft_catalogue_encode(const ft_catalogue *c, ft_buf *out);
/* What decoding does not look at: no number and, in a group, no path stands for two files. FT_ECORRUPT. */
ft_status ft_catalogue_check(const ft_catalogue *c, ft_error *err);

/* A group that reads in the same way from the same directory, or NULL. */
ft_catalogue_group *ft_catalogue_find(ft_catalogue *c, const ft_catalogue_group *like);
/* A new group, a copy of what `like` says but for inputs and files. NULL when out of memory. Valid until the next. */
ft_catalogue_group *ft_catalogue_add(ft_catalogue *c, const ft_catalogue_group *like);
/* Puts an input behind the others, once. False when out of memory. */
bool ft_catalogue_put_input(ft_catalogue *c, ft_catalogue_group *g, const char *input);

/* The file of a path, or NULL. */
ft_catalogue_file *ft_catalogue_file_of(const ft_catalogue_group *g, const char *path);
/* The same, appended if it is not there, with the number `source`, or the next one for 0. Valid until the next.
 * FT_ELIMIT, FT_ENOMEM. */
ft_status ft_catalogue_put_file(ft_catalogue *c, ft_catalogue_group *g, const char *path, uint32_t source,
                                ft_catalogue_file **out, ft_error *err);

#endif
