/* passages.h - the table of documents and passages: where each stands in the stored text and in its source.
 * FORMAT.md, "Passages". Documents and passages are numbered from 0 within the segment, in order; a document's
 * passages are consecutive. */
#ifndef FT_PASSAGES_H
#define FT_PASSAGES_H

#include "docstarts.h"
#include "offsets.h"

/* One document, as the writer gets it and the reader gives it back. */
typedef struct ft_doc_entry {
    uint32_t first_passage, n_passages; /* n_passages >= 1 */
    uint64_t stream;      /* where its title begins in the stored stream; its text, if kept, follows at once */
    uint32_t title_len;   /* bytes */
    uint32_t title_tokens; /* tokens of the title that are indexed with the first passage */
    uint64_t text_len;    /* bytes; in the stream too, unless it has titles alone */
    bool count_lines;     /* line feeds of the text are line feeds of the source */
} ft_doc_entry;

/* One passage. Offsets are into the document's text. */
typedef struct ft_passage_entry {
    uint64_t start, end;
    uint32_t line;            /* source line of its first byte, from 1 */
    const ft_line_mark *marks; /* further marks inside the passage: offsets into the document's text, ascending */
    uint32_t n_marks;
} ft_passage_entry;

typedef struct ft_passages_writer ft_passages_writer;
ft_status ft_passages_writer_new(ft_passages_writer **out, const char *dir, ft_error *err);
/* Before the first document: the stream has titles and no texts. */
void ft_passages_writer_titles_only(ft_passages_writer *w);
/* Adds the next document with its passages (in order, disjoint). first_passage and stream of doc are set by the
 * writer, not read. */
void ft_passages_writer_add(ft_passages_writer *w, const ft_doc_entry *doc, const ft_passage_entry *passages);
/* Writes the parts PASSAGES, PASSAGE_INDEX and, if any document has more than one passage, DOC_STARTS. */
ft_status ft_passages_writer_finish(ft_passages_writer *w, ft_envelope_writer *ew, ft_error *err);
void ft_passages_writer_free(ft_passages_writer *w);

typedef struct ft_passages {
    const ft_envelope *env; /* borrowed */
    ft_str entries;
    ft_offsets groups;      /* of the entries */
    ft_docstarts starts;
    uint32_t n_docs, n_passages;
    uint64_t stream_len;    /* of the stored stream, for bounds */
    bool titles_only;       /* the stream has no texts; set after opening */
} ft_passages;

/* Bytes of a document in the stored stream. */
static inline uint64_t ft_passages_stored(const ft_passages *t, const ft_doc_entry *doc)
{
    return doc->title_len + (t->titles_only ? 0 : doc->text_len);
}

/* Counts and stream length come from the segment's META part and the store. */
ft_status ft_passages_open(ft_passages *t, const ft_envelope *env, uint32_t n_docs, uint32_t n_passages,
                           uint64_t stream_len, ft_error *err);
/* The document that holds a passage (passage < n_passages). O(1) or nearly; no checks beyond bounds: verified at open
 * or on first touch. */
ft_status ft_passages_doc_of(const ft_passages *t, uint32_t passage, uint32_t *doc, ft_error *err);
ft_status ft_passages_doc(const ft_passages *t, uint32_t doc, ft_doc_entry *out, ft_error *err);
/* Passage entry; its marks, if any, are appended to *marks (a buffer of ft_line_mark records owned by the caller) and
 * out->marks points there. */
ft_status ft_passages_get(const ft_passages *t, uint32_t passage, ft_passage_entry *out, ft_buf *marks, ft_error *err);
ft_status ft_passages_check(const ft_passages *t, ft_error *err);

#endif
