/* qterms.h - the distinct terms of a query, and the distinct sequences of them, while it is parsed. Equal sequences
 * are one array, so that clauses are compared by its address. */
#ifndef FT_QTERMS_H
#define FT_QTERMS_H

#include "arena.h"
#include "fulltext.h"
#include "slots.h"

/* Terms of a clause: a word, or a phrase if there is more than one. Lives in the arena. */
typedef struct ft_seq {
    const uint32_t *terms; /* numbers of terms */
    uint32_t n;
} ft_seq;

typedef struct ft_qterms {
    ft_arena *arena; /* borrowed; owns the bytes of terms and the arrays of sequences */
    ft_str *terms;
    size_t n_terms, cap_terms;
    ft_seq *seqs;
    size_t n_seqs, cap_seqs;
    ft_slots term_slots, seq_slots;
} ft_qterms;

void ft_qterms_init(ft_qterms *t, ft_arena *arena);
void ft_qterms_release(ft_qterms *t);

/* The number of a term, given out in order of first sight. */
ft_status ft_qterms_term(ft_qterms *t, ft_str term, uint32_t *out, ft_error *err);
/* The sequence equal to terms[0..n). */
ft_status ft_qterms_seq(ft_qterms *t, const uint32_t *terms, size_t n, ft_seq *out, ft_error *err);

#endif
