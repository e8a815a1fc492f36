/* commands_intake.h - from a file that was met to documents in the index, and what was left out and why. */
#ifndef FT_COMMANDS_INTAKE_H
#define FT_COMMANDS_INTAKE_H

#include "commands_record.h"
#include "commands_resume.h"
#include "filter.h"
#include "inputs.h"
#include "progress.h"
#include "source.h"

/* A file that was met, without being read through. */
typedef struct ft_intake_file {
    const char *path;
    const char *format; /* its name in ft_format_names; NULL: a filter would read it */
    bool gzipped;
    bool known;         /* bytes is; a pipe has no size, and is not opened */
    uint64_t bytes;
} ft_intake_file;

/* Who only looks. */
typedef struct ft_intake_look {
    void (*found)(void *arg, const ft_intake_file *file);             /* would be read */
    void (*skipped)(void *arg, const char *path, const char *why);    /* would not; or NULL */
    void *arg;
} ft_intake_look;

typedef struct ft_intake {
    const ft_settings *set;
    ft_index *ix;                  /* borrowed; NULL: documents are looked at and go nowhere */
    ft_record *record;             /* borrowed; NULL: none is kept */
    /* Whether a document is to be added; NULL: all are. */
    ft_status (*wanted)(void *arg, const ft_document *doc, bool *wanted, ft_error *err);
    void *wanted_arg;
    ft_filter *filters;            /* owned, as many as set->filters says */
    const char *charset;           /* of --encoding, or NULL */
    const ft_intake_look *look;    /* borrowed; NULL: files are read */
    ft_stream stream;
    ft_progress progress;
    ft_resume resume;              /* of a build that can be; else empty */
    const char *file;              /* being read */
    uint64_t skipped[FT_N_SKIPS];
    uint64_t warnings;             /* shown or not */
    uint64_t documents, bytes, total; /* done: documents, bytes of files, bytes of what was in them */
} ft_intake;

/* Looks at --encoding, --include, --exclude and --filter: FT_EINVAL if one is wrong. Release it in either case. */
ft_status ft_intake_init(ft_intake *in, const ft_settings *set, ft_error *err);
void ft_intake_release(ft_intake *in);

/* Whether a file of this name is read through a filter: its command as it was given, or NULL. */
const char *ft_intake_filter(const ft_intake *in, const char *path);

/* The visitor that takes in what it is shown, or looks at it, and stays out of the directory `index`. */
ft_visitor ft_intake_visitor(ft_intake *in, const char *index);

/* Says how many warnings were not shown. */
void ft_intake_finish(ft_intake *in);

/* What was left out: for all reasons together; by reason, as "; skipped 3 (hidden 1, ...)" or nothing, and in JSON. */
uint64_t ft_intake_skipped(const ft_intake *in);
void ft_intake_put_skips(const ft_intake *in, ft_buf *out);
void ft_intake_put_skips_json(const ft_intake *in, ft_buf *out);

#endif
