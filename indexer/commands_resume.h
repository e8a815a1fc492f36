/* commands_resume.h - a build that goes on where an interrupted one stopped: which inputs were read, whether they are
 * still what they were, and what is said about it. */
#ifndef FT_COMMANDS_RESUME_H
#define FT_COMMANDS_RESUME_H

#include "commands.h"

#include <sys/stat.h>

struct ft_intake;

typedef struct ft_resume {
    ft_buf key;            /* of the arguments, a string; empty: this build cannot be resumed */
    bool from_stream;      /* because an input is standard input or a pipe */
    ft_resumed kept;
    ft_note ahead;         /* of the file to be met next, once the one before was skipped */
    bool has_ahead;
    uint64_t met;          /* of the files that were read before */
    char changed[1024];    /* why what was kept is of no use; empty: it is, so far */
} ft_resume;

/* The key of a build of these inputs, for ft_index_options.resume_key; NULL if it cannot be resumed. */
ft_status ft_resume_init(ft_resume *r, const ft_settings *set, const char *const *words, size_t n,
                         const char **key, ft_error *err);
void ft_resume_release(ft_resume *r);

/* The index is open: finds out what was kept, and says so if that was for nothing. */
void ft_resume_begin(struct ft_intake *in);
/* A file is about to be read. *skip: all of it is kept. If it is not what it was, changed is set and a failure
 * returned. */
ft_status ft_resume_file(struct ft_intake *in, const char *path, const struct stat *sb, bool *skip, ft_error *err);
/* All inputs were met; those that were read before should have been among them. Fails as ft_resume_file does. */
ft_status ft_resume_end(struct ft_intake *in, ft_error *err);
/* After such a failure: says why, and makes everything ready to read all inputs from the first one on. */
ft_status ft_resume_restart(struct ft_intake *in, ft_error *err);

/* Closes the index of a build that failed with st, and keeps what can be. Adds to a failure of the system what was;
 * after an interruption *err says that, and about which index. */
void ft_resume_leave(struct ft_intake *in, const char *index, ft_status st, ft_error *err);

#endif
