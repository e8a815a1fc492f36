/* ids.h - external ids of a segment's documents: by number (front-coded) and by id. Ids that ascend are searched
 * themselves; of others the numbers are kept in order of the id's XXH3 hash, searched by interpolation. FORMAT.md,
 * "Ids". */
#ifndef FT_IDS_H
#define FT_IDS_H

#include "offsets.h"

#define FT_IDS_GROUP 32u   /* ids that are front-coded together */
#define FT_IDS_MAX 65535u  /* bytes of an id */

typedef struct ft_ids_writer ft_ids_writer;
ft_status ft_ids_writer_new(ft_ids_writer **out, const char *dir, ft_error *err);
void ft_ids_writer_add(ft_ids_writer *w, const char *id, size_t len); /* 1..FT_IDS_MAX bytes */
/* Writes the parts IDS, ID_INDEX and, unless ids ascend, ID_ORDER. Ids may repeat: the documents given up for a later
 * one of the same id are listed in *dead (numbers ascending, ft_alloc'd, taken by the caller; NULL when none). */
ft_status ft_ids_writer_finish(ft_ids_writer *w, ft_envelope_writer *ew, uint32_t **dead, size_t *n_dead,
                               ft_error *err);
void ft_ids_writer_free(ft_ids_writer *w);

typedef struct ft_ids {
    const ft_envelope *env; /* borrowed */
    ft_str entries, order; /* no order: ids ascend */
    ft_offsets groups; /* of the entries */
    uint32_t n_docs;
} ft_ids;
ft_status ft_ids_open(ft_ids *t, const ft_envelope *env, uint32_t n_docs, ft_error *err);
/* The id of document doc, appended to out. */
ft_status ft_ids_get(const ft_ids *t, uint32_t doc, ft_buf *out, ft_error *err);
/* The (last) document of an id; *found tells whether there is one. */
ft_status ft_ids_find(const ft_ids *t, const char *id, size_t len, bool *found, uint32_t *doc, ft_error *err);
ft_status ft_ids_check(const ft_ids *t, ft_error *err);

#endif
