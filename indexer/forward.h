/* forward.h - from documents to terms: posting lists turned round, as far as renumbering needs them. */
#ifndef FT_FORWARD_H
#define FT_FORWARD_H

#include "seglists.h"

/* For each document the terms that tell most about its neighbours: neither rare nor nearly everywhere. Numbered from 0;
 * each row ascends. */
typedef struct ft_forward {
    uint32_t n_docs, n_terms;
    uint64_t *rows;  /* n_docs + 1: document d has terms[rows[d]] up to terms[rows[d + 1]]; owned */
    uint32_t *terms; /* owned */
} ft_forward;

/* Reads the lists of some segments, `bare`, twice from their beginning; the numbers they give to passages are below
 * starts[n_docs], and document d holds starts[d] up to starts[d + 1], together in each list. Takes 4 bytes for each
 * posting of a term that is used and 8 for each document, and 4 a passage while it works. */
ft_status ft_forward_build(ft_forward *f, ft_seglists *lists, size_t n_lists, const uint32_t *starts, uint32_t n_docs,
                           const volatile int *cancel, ft_error *err);
void ft_forward_release(ft_forward *f);

#endif
