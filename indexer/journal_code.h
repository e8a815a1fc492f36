/* journal_code.h - a processed batch as a record of the journal holds it: everything that joining it needs, but for the
 * packed text, which stands in the segment's file. FORMAT.md, "Journal". */
#ifndef FT_JOURNAL_CODE_H
#define FT_JOURNAL_CODE_H

#include "batch.h"

typedef struct ft_journal_code {
    uint64_t stored_at;  /* where the batch's packed blocks begin in the segment's file */
    uint64_t stored_len, stored_sum; /* how long they are, and their XXH3 */
    size_t notes, notes_len; /* the batch's notes within the code; they come first */
} ft_journal_code;

/* Appends the code of a batch to out; its runs follow it in the record, one behind the other. Failures stay in out. */
void ft_journal_encode(ft_buf *out, const ft_batch *b, uint64_t stored_at);

/* Fills an empty batch with what `code` and the runs behind it say: as a worker leaves it, but that packed.bytes are
 * missing, that the stream holds only what the next batch carries, and that the runs have no more than off, counted
 * from the first one's beginning, and len. *good is false when it is no code of a batch, or the runs are none; the
 * batch is then of no use. FT_ENOMEM. */
ft_status ft_journal_decode(ft_batch *b, const unsigned char *code, size_t len, const unsigned char *runs,
                            size_t runs_len, ft_journal_code *out, bool *good, ft_error *err);

#endif
