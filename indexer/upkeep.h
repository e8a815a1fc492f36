/* upkeep.h - carrying out the merge policy on what a writer is about to commit. */
#ifndef FT_UPKEEP_H
#define FT_UPKEEP_H

#include "writer.h"

/* Merges what is due of ix->next, whose last segment is new if `added` is true, into segments of their own on disk, and
 * makes *out the manifest that has them in place. *merged counts the segments that went; if it is 0 *out is empty. On
 * failure *out is empty too, and what was written is named by nothing. */
ft_status ft_upkeep(const ft_index *ix, bool added, ft_manifest *out, uint64_t *merged, ft_error *err);

/* Segments [from, to) of ix->next as one, f->entry; n_docs is 0 if nothing in them is live. f->dead is the caller's to
 * free. */
ft_status ft_upkeep_range(const ft_index *ix, size_t from, size_t to, ft_flushed *f, ft_error *err);

#endif
