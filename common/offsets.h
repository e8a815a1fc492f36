/* offsets.h - where the items of a part begin: ascending offsets, about 4 bytes each, any of them found at once.
 * FORMAT.md, "Offset lists". */
#ifndef FT_OFFSETS_H
#define FT_OFFSETS_H

#include "envelope.h"

#define FT_OFFSETS_GROUP 64u /* offsets that share a base; they span less than 4 GiB */

typedef struct ft_offsets_writer {
    ft_spool spool; /* the list as it stands in the file */
    uint64_t n;     /* offsets so far */
    uint64_t base;  /* first offset of the group */
} ft_offsets_writer;

/* dir is where the spool may put a file. */
ft_status ft_offsets_writer_init(ft_offsets_writer *w, const char *dir, ft_error *err);
/* The next offset, not below the last one. Failures surface in finish. */
void ft_offsets_writer_add(ft_offsets_writer *w, uint64_t off);
/* Appends the list to the part that the envelope is writing. */
ft_status ft_offsets_writer_finish(ft_offsets_writer *w, ft_envelope_writer *ew, ft_error *err);
void ft_offsets_writer_release(ft_offsets_writer *w);

typedef struct ft_offsets {
    const ft_envelope *env; /* borrowed */
    const unsigned char *list;
    uint64_t n;
    uint64_t end; /* of the last item */
} ft_offsets;

/* The list of n offsets is `bytes`, of an open envelope, and the items fill [0, end). FT_ECORRUPT if the length is not
 * that of n offsets; nothing else is looked at yet. */
ft_status ft_offsets_open(ft_offsets *o, const ft_envelope *env, ft_str bytes, uint64_t n, uint64_t end,
                          ft_error *err);
/* Item i (i < n) is [*start, *stop), inside [0, end). FT_ECORRUPT. Thread-safe. */
ft_status ft_offsets_get(const ft_offsets *o, uint64_t i, uint64_t *start, uint64_t *stop, ft_error *err);
/* The items follow each other from 0 to end without gaps by construction; this verifies the rest: ascending offsets
 * that begin with 0. */
ft_status ft_offsets_check(const ft_offsets *o, ft_error *err);

#endif
