/* tempdir.h - a folder for files that a measurement needs and leaves nothing of. */
#ifndef FT_TEMPDIR_H
#define FT_TEMPDIR_H

#include "buf.h"

typedef struct ft_tempdir {
    char *path; /* owned; NULL before it is made */
} ft_tempdir;

/* Makes a new folder in `where`, or if that is NULL in $TMPDIR, or in /tmp. */
ft_status ft_tempdir_make(ft_tempdir *t, const char *where, ft_error *err);

/* Removes the folder at path with the files and folders in it, to a depth of eight; what cannot be removed stays. */
void ft_tempdir_erase(const char *path);

/* Removes the folder with all that is in it. */
void ft_tempdir_remove(ft_tempdir *t);

#endif
