/* flush.h - writing one segment: text and documents as they come, then the posting lists, then its name. */
#ifndef FT_FLUSH_H
#define FT_FLUSH_H

#include "packing.h"
#include "pool.h"
#include "ranges.h"
#include "segment.h"

typedef struct ft_journal ft_journal;

/* What shapes a build. All borrowed. */
typedef struct ft_build_config {
    const char *dir;
    bool shared;
    const ft_analysis *analysis;
    double k1, b;
    bool titles_only;           /* texts are indexed, not kept */
    bool reorder;               /* what ft_compact writes */
    unsigned threads;
    uint64_t memory;            /* budget in bytes */
    const volatile int *cancel; /* NULL: none */
    void (*progress)(void *arg, ft_phase phase, uint64_t done, uint64_t total); /* NULL: none */
    void *progress_arg;
} ft_build_config;

/* FT_ECANCELED once the caller wants it. */
ft_status ft_build_canceled(const ft_build_config *config, ft_error *err);

/* Tells how far it is; on the thread of the caller alone. */
static inline void ft_build_progress(const ft_build_config *config, ft_phase phase, uint64_t done, uint64_t total)
{
    if (config->progress)
        config->progress(config->progress_arg, phase, done, total);
}

typedef struct ft_flush {
    const ft_build_config *config; /* borrowed */
    ft_envelope_writer env;
    ft_store_writer store;
    ft_passages_writer *passages;
    ft_ids_writer *ids;
    uint32_t *lengths; /* tokens by passage; owned */
    uint32_t *numbers; /* of passages in the lists, where ft_flush_order gave others; owned */
    size_t cap_lengths;
    uint32_t n_docs, n_passages;
    uint64_t n_tokens;
    ft_origins origins;
    char name[32];     /* of the temporary file */
    ft_journal *journal; /* of the build, borrowed; NULL: none */
} ft_flush;

/* A written segment, synced, under its own name; no manifest names it yet. */
typedef struct ft_flushed {
    ft_manifest_segment entry; /* nothing deleted; its origins are owned by the holder, like dead */
    uint64_t n_terms, n_tokens, n_postings;
    uint32_t *dead; /* documents given up for a later one of the same id, ascending; owned by the holder */
    size_t n_dead;
} ft_flushed;

/* Begins a segment in the temporary file `name`; ft_flush_abandon must follow, also after success or failure. */
ft_status ft_flush_begin(ft_flush *f, const ft_build_config *config, const char *name, ft_error *err);
/* The same with a file that was left unfinished: what is put until ft_envelope_settle is taken to be there.
 * FT_ENOTFOUND as from ft_envelope_reopen. */
ft_status ft_flush_reopen(ft_flush *f, const ft_build_config *config, const char *name, ft_error *err);

/* Appends packed blocks to the stored stream; only the very last block of all may be short. */
ft_status ft_flush_packed(ft_flush *f, const ft_packed *packed, ft_error *err);

/* Copies the whole stored stream of a segment, as it is packed, into one that has none yet. */
ft_status ft_flush_copy(ft_flush *f, const ft_store *store, ft_error *err);

/* Appends a document with its passages and their lengths in tokens; *first is its first passage. FT_ELIMIT when the
 * segment is full. */
ft_status ft_flush_doc(ft_flush *f, ft_str id, const ft_doc_entry *doc, const ft_passage_entry *passages,
                       const uint32_t *lengths, uint32_t *first, ft_error *err);

/* Says which source the document appended last came from; 0, none, needs no saying. */
ft_status ft_flush_source(ft_flush *f, uint32_t source, ft_error *err);
/* Numbers the passages anew in norms and lists, all documents having been added: the sources of ft_flush_finish give
 * numbers[i] for passage i. Takes numbers, a permutation that keeps documents whole. */
void ft_flush_order(ft_flush *f, uint32_t *numbers);

/* Writes everything else, the posting lists from their sources, at least one document having been added. The pool has
 * no jobs. */
ft_status ft_flush_finish(ft_flush *f, const ft_list_ranges *ranges, ft_pool *pool, ft_flushed *out, ft_error *err);

/* Its part for the lists: POSTINGS, POSITIONS and the dictionary; sets n_terms and n_postings of out. */
ft_status ft_flush_lists(ft_flush *f, const ft_list_ranges *ranges, ft_pool *pool, ft_flushed *out, ft_error *err);

/* Releases everything; removes an unfinished file, unless there is a journal. */
void ft_flush_abandon(ft_flush *f);

#endif
