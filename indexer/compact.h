/* compact.h - segments into one, without their deleted documents. */
#ifndef FT_COMPACT_H
#define FT_COMPACT_H

#include "flush.h"

/* A segment and what is deleted in it. Borrowed. */
typedef struct ft_compact_input {
    const ft_segment *segment;
    const ft_manifest_segment *entry;
} ft_compact_input;

/* Writes the live documents of the inputs, in order, as one segment: the same bytes as a build of these documents,
 * whatever order the inputs' lists are in; or, with config->reorder, the same renumbered (reorder.h). At least one
 * document must be live (ft_compact_live). */
ft_status ft_compact(const ft_build_config *config, const ft_compact_input *inputs, size_t n, ft_flushed *out,
                     ft_error *err);

/* How many documents are live. */
uint64_t ft_compact_live(const ft_compact_input *inputs, size_t n);

#endif
