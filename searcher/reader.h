/* reader.h - an open snapshot, as the searcher's modules see it. */
#ifndef FT_READER_H
#define FT_READER_H

#include "arena.h"
#include "segment.h"

#include <pthread.h>

/* A segment of the snapshot. Matches are passages by their number in the lists, which the segment's order leads from to
 * the number by arrival that documents, text and ids go by. */
typedef struct ft_leaf {
    ft_segment seg;
    const ft_manifest_segment *entry; /* in the reader's manifest */
    uint64_t *dead;                   /* bit per number in the lists, of deleted documents; NULL when none; owned */
    uint64_t first_passage;           /* passages of the segments before it */
    uint64_t first_doc;               /* documents of the segments before it */
} ft_leaf;

struct ft_reader {
    ft_manifest manifest;
    ft_leaf *leaves; /* manifest.n_segments of them; owned */
    size_t n_leaves;
    ft_mapping origins;       /* the file that the manifest names, if it names one; not looked into by a search */
    bool origins_known;       /* the manifest has what is in it, and `sources` is set; guarded by lock */
    ft_str sources;           /* the caller's part of it, mapped */
    uint64_t n_passages, n_tokens; /* of the whole index, deleted ones included: BM25's N and N * avgdl */
    pthread_mutex_t lock;     /* guards idle, scratch and origins_known */
    ft_analyzer **idle;       /* analysers not in use; owned */
    size_t n_idle, cap_idle;
    ft_arena *scratch;        /* arenas of searches that are over, with what memory they keep; owned */
    size_t n_scratch, cap_scratch;
};

/* An analyser with the index's settings, for one thread at a time; given back with ft_reader_put_analyzer. */
ft_status ft_reader_take_analyzer(const ft_reader *rd, ft_analyzer **out, ft_error *err);
void ft_reader_put_analyzer(const ft_reader *rd, ft_analyzer *an);

/* An empty arena for one search, most likely with the memory of one before; given back with ft_reader_put_scratch,
 * which ends all that was taken of it. */
ft_arena ft_reader_take_scratch(const ft_reader *rd);
void ft_reader_put_scratch(const ft_reader *rd, ft_arena *arena);

/* The leaf and number there of the live document with this id. FT_ENOTFOUND. */
ft_status ft_reader_find_leaf(const ft_reader *rd, const char *id, size_t len, const ft_leaf **leaf, uint32_t *doc,
                              ft_error *err);

/* Makes the origins of documents known to the manifest's segments. FT_ECORRUPT. */
ft_status ft_reader_know_origins(const ft_reader *rd, ft_error *err);

static inline bool ft_leaf_is_dead(const ft_leaf *leaf, uint32_t passage)
{
    return leaf->dead && leaf->dead[passage / 64] >> (passage % 64) & 1;
}

#endif
