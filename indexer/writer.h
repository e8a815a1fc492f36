/* writer.h - the inside of an ft_index, shared by writer.c (opening, adding, deleting) and commit.c. */
#ifndef FT_WRITER_H
#define FT_WRITER_H

#include "builder.h"
#include "manifest.h"
#include "segment.h"

/* A document of this commit to be deleted: the last one of this id among those added before. */
typedef struct ft_pending_delete {
    size_t id, len;   /* in delete_ids */
    uint64_t n_added; /* documents added by then */
} ft_pending_delete;

struct ft_index {
    char *path;           /* owned */
    ft_analysis analysis;
    ft_build_config config;
    int lock;             /* descriptor; -1: not held */
    bool made_dir;        /* the directory is ours to remove while nothing was committed */
    bool had_manifest;    /* an index was there when this handle was made */
    bool no_merge;        /* commits leave the segments there are */
    bool create;          /* nothing committed by this handle, which began a new index */
    bool uncertain;       /* a commit failed half way: the disk may have it or not */
    ft_manifest committed;
    ft_manifest next;     /* the same segments, with deletions since */
    bool changed;         /* next has deletions that committed has not, or sources is new */
    ft_buf sources;       /* the caller's record of its sources, for the next commit and those after it */
    ft_segment *segments; /* of next, open; NULL until needed */
    size_t n_lookups;     /* of ids, since the segments' mapped pages were given back */
    ft_builder *builder;  /* NULL until a document is added */
    ft_pending_delete *deletes;
    size_t n_deletes, cap_deletes;
    ft_buf delete_ids;
    uint64_t n_replaced, n_deleted; /* since the last commit */
    ft_journal *journal;  /* until the first commit of a build that can be resumed; else NULL */
    ft_resumed resumed;
    uint64_t n_given;     /* documents added again while they were kept */
    ft_buf notes;         /* that stand before the next document (ft_batch_note) */
    bool suspended;       /* what the journal needs stays when the handle is closed */
    ft_status st;         /* sticky */
    ft_error err;
};

/* Opens the segments of ix->next, unless they are open. */
ft_status ft_writer_open_segments(ft_index *ix, ft_error *err);
void ft_writer_close_segments(ft_index *ix);

/* Whether merging all of ix->next would change anything: one segment without deletions, in the order of passages that
 * is wanted, stays as it is. A new order is always made. */
ft_status ft_writer_merge_is_due(ft_index *ix, bool *due, ft_error *err);

/* Removes what the manifest does not name, but for an unfinished build where that is to be kept. */
ft_status ft_writer_clean(const ft_index *ix, const ft_manifest *m, bool keep, ft_error *err);

/* Opens the journal of this key and takes up what it has. In resume.c. */
ft_status ft_writer_resume(ft_index *ix, const char *key, ft_error *err);

/* The handle's sticky failure, if there is one. */
ft_status ft_writer_status(const ft_index *ix, ft_error *err);
/* Makes a failure of st (described in *failure) sticky and hands it on. */
ft_status ft_writer_fail(ft_index *ix, ft_status st, const ft_error *failure, ft_error *err);

#endif
