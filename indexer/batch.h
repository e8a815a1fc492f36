/* batch.h - some documents that are processed together, by one worker: their text is compressed, cut into passages and
 * inverted. What comes out does not depend on which worker did it, or when. */
#ifndef FT_BATCH_H
#define FT_BATCH_H

#include "invert.h"
#include "packing.h"
#include "passage.h"

/* A document of a batch; its title and text stand one after the other in the batch's stream. */
typedef struct ft_batch_doc {
    size_t id, title; /* where they begin: in ids, in stream */
    uint32_t id_len, title_len;
    uint64_t text_len;
    size_t first_mark, n_marks;
    uint32_t passage_words, line, source;
    bool title_from_text, count_lines;
    /* filled by the job */
    size_t first_passage; /* within the batch */
    uint32_t n_passages, title_tokens;
} ft_batch_doc;

typedef struct ft_batch {
    /* going in */
    ft_buf stream;  /* begins with `carried` bytes of earlier documents, back to the last cut; padding behind */
    size_t carried;
    bool titles_only; /* texts are not kept: `titles` is what goes on, and begins with the bytes carried; the stream */
    ft_buf titles;    /* begins with none */
    ft_buf ids;
    ft_batch_doc *docs;
    size_t n_docs, cap_docs;
    ft_line_mark *marks;
    size_t n_marks, cap_marks;
    ft_buf notes;   /* for the journal, each: varints document it stands before, length; bytes */
    bool last;      /* the stream ends here */
    void *owner;    /* for whoever hands it to a worker */
    /* coming out */
    ft_status st;
    ft_error err;
    ft_packed packed;
    ft_passage_list passages; /* of all documents; bounds are within each one's text */
    uint32_t *lengths;        /* tokens of each passage */
    size_t cap_lengths;
    ft_run_list runs;         /* passages numbered from the batch's first */
} ft_batch;

/* A worker's own things. */
typedef struct ft_batch_worker {
    ft_inverter *inverter;
    ft_packer *packer;
    const volatile int *cancel; /* borrowed; may be NULL */
} ft_batch_worker;

ft_status ft_batch_worker_init(ft_batch_worker *w, const ft_analysis *analysis, size_t memory, size_t max_tokens,
                               const volatile int *cancel, ft_error *err);
void ft_batch_worker_release(ft_batch_worker *w);

ft_status ft_batch_new(ft_batch **out, ft_error *err);
void ft_batch_free(ft_batch *b);
/* Empties a batch for reuse; room far above `keep` bytes of text is given back. */
void ft_batch_reset(ft_batch *b, size_t keep);

/* Copies a valid document into the batch. On failure the batch is as before. */
ft_status ft_batch_add(ft_batch *b, const ft_document *doc, ft_error *err);

/* Notes, each a varint length and bytes, that stand before the document to be added next. */
ft_status ft_batch_note(ft_batch *b, const ft_buf *notes, ft_error *err);

/* What of a batch goes to the stored stream. */
static inline const ft_buf *ft_batch_kept(const ft_batch *b)
{
    return b->titles_only ? &b->titles : &b->stream;
}

/* Bytes of text and titles that are not carried. */
static inline size_t ft_batch_size(const ft_batch *b)
{
    return b->stream.len - b->carried;
}

/* Begins the next batch with what the end of this one leaves uncut. */
ft_status ft_batch_carry(const ft_batch *b, ft_batch *next, ft_error *err);

/* The job; failures are left in b. */
void ft_batch_process(ft_batch *b, ft_batch_worker *w);

#endif
