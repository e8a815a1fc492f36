/* align.h - passages where the words of a phrase stand in consecutive positions, found many at a time.
 *
 * The positions of the passages are laid on one line, passage behind passage, where places of a word less its number in
 * the phrase are where the phrase may begin. The words are taken in order of rarity: the places of the rarest, then of
 * these the ones where the next stands too, and so on. Of passages that fall out on the way, or whose rarest term, an
 * upper bound of the phrase's frequency, can no longer score enough, the positions of further terms are never
 * decoded. */
#ifndef FT_ALIGN_H
#define FT_ALIGN_H

#include "spots.h"

typedef struct ft_align {
    ft_eval *eval;
    float weight;
    uint32_t n_lists, n_words;
    ft_spotter **lists;    /* rarest first */
    const uint32_t *order; /* the numbers of the words in the phrase, those of rarer lists first */
    const uint32_t *ends;  /* by list: where its words end in order */
    ft_candidates c;       /* those looked into at the moment */
    uint32_t freqs[FT_CANDIDATES]; /* of the phrase, by slot: upper bounds, and at last what they are */
    const uint32_t *given; /* what candidates score elsewhere, by slot; NULL: nothing */
    uint32_t most_given;   /* at most */
    ft_places places;      /* of a term */
    ft_places starts;      /* where the phrase may begin */
    ft_places kept;        /* scratch */
} ft_align;

/* Takes the first of n passages, ascending, for candidates; how many. Their lengths were touched before. */
uint32_t ft_align_take(ft_align *a, const uint32_t *passages, uint32_t n);
/* Leaves the candidates live that have the phrase, with their freqs, less those that cannot score more than need.
 * postings: of the rarest list, by slot, if known. */
void ft_align_match(ft_align *a, const uint16_t *postings, int64_t need);
/* What the live candidates score with their freqs, in order. */
void ft_align_score(const ft_align *a, uint32_t scores[FT_CANDIDATES]);
void ft_align_release(ft_align *a);

#endif
