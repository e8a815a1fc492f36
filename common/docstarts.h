/* docstarts.h - which passages begin a document: a bit for each, with the ranks that lead from passage to document and
 * back. FORMAT.md, "Passages". */
#ifndef FT_DOCSTARTS_H
#define FT_DOCSTARTS_H

#include "envelope.h"

typedef struct ft_docstarts_writer {
    ft_spool spool;          /* finished blocks */
    unsigned char block[32];
    uint32_t n_passages, n_docs;
} ft_docstarts_writer;

ft_status ft_docstarts_writer_init(ft_docstarts_writer *w, const char *dir, ft_error *err);
/* The next passage; the first one must begin a document. Failures surface in finish. */
void ft_docstarts_writer_add(ft_docstarts_writer *w, bool begins);
/* Writes part DOC_STARTS, or nothing when every passage is a document. */
ft_status ft_docstarts_writer_finish(ft_docstarts_writer *w, ft_envelope_writer *ew, ft_error *err);
void ft_docstarts_writer_release(ft_docstarts_writer *w);

typedef struct ft_docstarts {
    const ft_envelope *env;      /* borrowed */
    const unsigned char *blocks; /* NULL: every passage is a document */
    uint32_t n_docs, n_passages;
} ft_docstarts;

/* FT_ECORRUPT if the part's length does not suit the counts. */
ft_status ft_docstarts_open(ft_docstarts *s, const ft_envelope *env, uint32_t n_docs, uint32_t n_passages,
                            ft_error *err);
/* Whether a passage (< n_passages) begins a document, and the document it is in. */
ft_status ft_docstarts_rank(const ft_docstarts *s, uint32_t passage, bool *begins, uint32_t *doc, ft_error *err);
/* The first passage of a document (< n_docs). */
ft_status ft_docstarts_select(const ft_docstarts *s, uint32_t doc, uint32_t *passage, ft_error *err);
ft_status ft_docstarts_check(const ft_docstarts *s, ft_error *err);

#endif
