/* spots.h - the positions of one term in many passages at once: the passages are matched against the term's blocks in
 * one sweep, and positions are decoded group by group, of those blocks and groups alone that hold any. */
#ifndef FT_SPOTS_H
#define FT_SPOTS_H

#include "eval.h"

#define FT_CANDIDATES 256u

/* Passages that may match, looked into together. Each has a slot; those still in the running are listed. */
typedef struct ft_candidates {
    uint32_t n, n_live;
    uint32_t live[FT_CANDIDATES];     /* slots, ascending */
    uint32_t passages[FT_CANDIDATES]; /* by slot, ascending */
    uint32_t dl[FT_CANDIDATES];       /* their lengths */
    uint32_t base[FT_CANDIDATES];     /* position 0 of the passage on a line where all the passages stand in a row */
} ft_candidates;

/* Where the positions of a list in one passage are: gaps from .. end - 1 of the n_gaps of a block. */
typedef struct ft_spot {
    uint32_t block, n_gaps, from, end;
} ft_spot;

/* A list and the spots of the candidates in it. No memory of its own. */
typedef struct ft_spotter {
    ft_eval *eval;
    ft_postings list;
    float weight;
    uint32_t block;              /* the last one looked for */
    bool open, have_sums, have_gaps;
    const unsigned char *bitmap; /* of the block at hand, if that is what it is; else its passages are decoded */
    const unsigned char *tf_data;
    uint32_t first, n_bits;      /* of the bitmap: the passage of its bit 0 */
    ft_gap_reader gaps;
    uint32_t passages[FT_BLOCK_LEN + 16]; /* behind the block's own: UINT32_MAX */
    uint32_t sums[1 + FT_BLOCK_LEN]; /* 0, and running sums of tf */
    ft_spot spots[FT_CANDIDATES]; /* by slot */
} ft_spotter;

/* Places on that line, ascending, and room for FT_MEET_SLACK more of them (cpu.h). */
typedef struct ft_places {
    uint32_t *at; /* owned */
    size_t cap;
    uint32_t n;
} ft_places;

void ft_spotter_init(ft_spotter *s, ft_eval *eval, const ft_postings *list, float weight);
/* Keeps the live candidates that the list holds, and sets their spots. With need >= 0 those may go that stand
 * in blocks whose bound does not beat it. */
void ft_spotter_find(ft_spotter *s, ft_candidates *c, int64_t need);
/* The passages in [lo, hi) of the first block that has any from lo on, ascending, and which postings of it they are;
 * 0 too if none of them can beat need. *next is where to go on: hi at the end. */
uint32_t ft_spotter_list(ft_spotter *s, uint32_t lo, uint32_t hi, int64_t need, uint32_t *next,
                         uint32_t passages[FT_BLOCK_LEN], uint16_t postings[FT_BLOCK_LEN]);
/* A passage >= lo before which the list has none from lo on. Decodes nothing. */
uint32_t ft_spotter_hint(const ft_spotter *s, uint32_t lo);
/* Sets the spots of the live candidates, which were listed as these postings (by slot) of the block listed last; false
 * after a failure. */
bool ft_spotter_set(ft_spotter *s, const ft_candidates *c, const uint16_t *postings);
/* The places less `shift` of the list in all live candidates, which it was found in. False after a failure. */
bool ft_spotter_places(ft_spotter *s, const ft_candidates *c, uint32_t shift, ft_places *out);

#endif
