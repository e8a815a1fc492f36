/* builder.h - documents into one segment: batches them, has them processed by workers, joins the results in order and
 * keeps the runs within the memory budget. */
#ifndef FT_BUILDER_H
#define FT_BUILDER_H

#include "batch.h"
#include "flush.h"
#include "journal.h"
#include "pool.h"

typedef struct ft_builder ft_builder;

/* config and what it points to, and the journal to be kept, if one is given, are borrowed until ft_builder_free. */
ft_status ft_builder_new(ft_builder **out, const ft_build_config *config, ft_journal *journal, ft_error *err);

/* A builder that has all documents of a journal, which was found and goes on; NULL if there are none, and the journal
 * is empty then. */
ft_status ft_builder_resume(ft_builder **out, const ft_build_config *config, ft_journal *journal, ft_error *err);

/* Copies a valid document, and the notes that stand before it (ft_batch_note). After a failure nothing more can be
 * added. */
ft_status ft_builder_add(ft_builder *b, const ft_document *doc, const ft_buf *notes, ft_error *err);

/* Documents added so far. */
uint64_t ft_builder_docs(const ft_builder *b);

/* Bytes that the segment's file and the journal have by now. */
uint64_t ft_builder_on_disk(const ft_builder *b);

/* Writes the segment; at least one document was added. */
ft_status ft_builder_finish(ft_builder *b, ft_flushed *out, ft_error *err);

/* Gives up what was not finished and removes its files, unless there is a journal. NULL is fine. */
void ft_builder_free(ft_builder *b);

#endif
