/* commands_follow.h - making an index follow its changed files: which of their documents are new, which differ from
 * what is stored, and which are gone. In the end the index is what a fresh build of the files would make, but for the
 * order of documents and for those that were deleted by id. */
#ifndef FT_COMMANDS_FOLLOW_H
#define FT_COMMANDS_FOLLOW_H

#include "commands_changes.h"

/* A file that the catalogue knew, by its number. */
typedef struct ft_follow_source {
    uint32_t source;
    ft_change change;
    size_t group;               /* of the changes */
    const ft_catalogue_file *old;
    ft_visit *visit;            /* NULL if it is gone */
    uint64_t order;             /* of the visit */
    uint64_t live;              /* documents of it in the index as it was */
    bool told;                  /* gone, and had documents */
} ft_follow_source;

typedef struct ft_follow {
    ft_changes *changes;        /* borrowed, as are rd and ix */
    const ft_reader *rd;        /* the index as it was */
    ft_index *ix;               /* NULL: only look */
    ft_follow_source *sources;  /* owned; ascending */
    size_t n_sources;
    uint32_t *states;           /* owned: what became of each document, by number */
    uint64_t n_documents;
    ft_stored *stored;          /* owned */
    ft_visit *visit;            /* of the file being read, and its order */
    uint64_t order;
    bool restoring;             /* only documents that others have left are of interest */
    bool left;                  /* there are such */
    uint64_t added, replaced, deleted; /* documents */
    bool dirty;                 /* the catalogue says something new */
} ft_follow;

/* Reads what has changed, adds what is new or different, deletes what is gone. Nothing is committed. Release it in
 * either case. */
ft_status ft_follow_run(ft_follow *f, ft_changes *changes, const ft_reader *rd, ft_index *ix, ft_error *err);
void ft_follow_release(ft_follow *f);

/* The file that had this number, or NULL. */
ft_follow_source *ft_follow_source_of(const ft_follow *f, uint32_t source);

#endif
