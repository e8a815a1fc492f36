/* eval.h - evaluating a planned query over one segment, a window of passages at a time.
 *
 * A query becomes a tree of operators. Each works on batches rather than passage by passage:
 *
 *     generate   all matches in a window of at most FT_WINDOW passages, with their scores
 *     probe      which of some given passages match, and what that adds to their scores
 *     bound      what a match in a window can score at most
 *
 * so that a rare clause generates candidates, the others probe them, and windows or candidates whose bound cannot beat
 * the k-th best score so far are passed over (MaxScore, Turtle and Flood 1995; block maxima, Ding and Suel 2011).
 *
 * Scores are integers: each clause's contribution is computed in single precision, times 2^shift, cut to an integer and
 * summed as one, so that the order of summation does not matter. A contribution never exceeds its bound, to the bit. */
#ifndef FT_EVAL_H
#define FT_EVAL_H

#include "arena.h"
#include "cpu.h"
#include "norms.h"
#include "postings.h"

#define FT_WINDOW 4096u

/* What all operators of one evaluation share. Failures are sticky: after one, operators match nothing more. */
typedef struct ft_eval {
    ft_arena *arena;     /* operators and their scratch; borrowed */
    const ft_norms *norms;
    ft_bm25 params;      /* of the query */
    float parts[256];    /* the bound that each impact stored in this segment stands for (bm25.h) */
    bool scoring;        /* of the operators made next; false: only matching matters */
    unsigned char *bytes; /* of marking: FT_WINDOW, all zero but for marks held; made when first needed */
    bool hold, held;      /* whether a list's marks may wait in bytes for ft_eval_take_marks, and whether some do */
    ft_status st;
    ft_error *err;
} ft_eval;

/* Matches of a window, passages ascending. Both arrays have room for FT_WINDOW. */
typedef struct ft_batch {
    uint32_t n;
    uint32_t *passages, *scores;
} ft_batch;

/* Keeps the passages that score more than need, with their scores, in order; returns how many. */
static inline uint32_t ft_keep_above(uint32_t *passages, uint32_t *scores, uint32_t n, int64_t need)
{
    return need < 0 ? n : ft_cpu.keep_above(passages, scores, n, (uint32_t)need);
}

/* ------------------------------------------------ a term's list, block by block */

typedef struct ft_cursor {
    ft_eval *eval;
    ft_postings list;
    float weight;        /* boost * idf * 2^shift */
    uint32_t shallow;    /* block the last bound was asked at */
    uint32_t block;      /* block in hand; n_blocks at the end */
    uint32_t n, at;      /* its postings, and the first one not passed */
    uint32_t found;      /* the passage last found by a probe */
    bool loaded, have_tfs;
    const unsigned char *tf_data;
    ft_gap_reader gaps;  /* positions of the block in hand */
    bool have_gaps;
    uint32_t passages[FT_BLOCK_LEN + 16]; /* behind the block's own: UINT32_MAX */
    uint32_t sums[FT_BLOCK_LEN]; /* running sums of tf, when have_tfs */
} ft_cursor;

void ft_cursor_init(ft_cursor *c, ft_eval *eval, const ft_postings *list, float weight);
/* Back to the start. */
void ft_cursor_rewind(ft_cursor *c);
/* Brings a block (< n_blocks) to hand, `at` at its first posting; false after a failure. */
bool ft_cursor_load_block(ft_cursor *c, uint32_t block);
/* Makes `at` the first posting with a passage >= target, loading its block; false at the end or after a failure. */
bool ft_cursor_seek(ft_cursor *c, uint32_t target);
/* Brings the block that may hold target to hand, or the first one behind it, without loading it; false at the end or
 * after a failure. */
bool ft_cursor_seek_block(ft_cursor *c, uint32_t target);
/* Like seek, but says only where a contribution of more than need can be: loads nothing. UINT32_MAX at the end. */
uint32_t ft_cursor_hint(ft_cursor *c, uint32_t target, int64_t need);
/* A class's probe, for one list (see ft_op_class). */
void ft_cursor_probe(ft_cursor *c, bool scoring, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores,
                     uint8_t *hits);
/* The first index in [from, n) of the block in hand whose passage is >= target. */
uint32_t ft_cursor_upto(const ft_cursor *c, uint32_t from, uint32_t target);
/* Decodes the frequencies (and verifies the lengths) of the block in hand; false after a failure. */
bool ft_cursor_load_tfs(ft_cursor *c);
/* The greatest stored bound over [lo, hi), as a part in 0..1; 0 if the list has nothing there. */
float ft_cursor_part_bound(ft_cursor *c, uint32_t lo, uint32_t hi);
/* Sets bit i for each passage lo + i of the list in [lo, hi), hi - lo <= FT_WINDOW. */
void ft_cursor_mark(ft_cursor *c, uint32_t lo, uint32_t hi, uint64_t *bits);
/* Brings marks that are held to the bits of their window. */
void ft_eval_take_marks(ft_eval *eval, uint64_t bits[FT_WINDOW / 64]);
/* Positions of the posting at hand into *positions (grown); how many, 0 after a failure. */
uint32_t ft_cursor_positions(ft_cursor *c, uint32_t **positions, size_t *cap);
/* Contributions of the postings [from, to) of the block in hand (frequencies loaded). */
void ft_cursor_score(const ft_cursor *c, uint32_t from, uint32_t to, uint32_t *out);

static inline uint32_t ft_cursor_tf(const ft_cursor *c, uint32_t i)
{
    return i ? c->sums[i] - c->sums[i - 1] : c->sums[0];
}

static inline uint32_t ft_contribution(float weight, float part)
{
    return (uint32_t)(int32_t)(weight * part);
}

/* What a posting of a block (< n_blocks) contributes at most. */
static inline uint32_t ft_cursor_block_bound(const ft_cursor *c, uint32_t block)
{
    return ft_contribution(c->weight, c->eval->parts[ft_postings_block_impact(&c->list, block)]);
}

/* ------------------------------------------------ operators */

typedef struct ft_op ft_op;

/* What a term or phrase operator has in the passage it was last asked about with a hit. */
typedef struct ft_occurrences {
    uint32_t tf;                /* of the term or phrase */
    const uint32_t *positions;  /* tf of them: first words; valid until the operator is asked again */
    uint32_t words;             /* length of each: 1 for a term */
} ft_occurrences;
typedef struct ft_op_class {
    /* Upper bound of the score of any match in [lo, hi). */
    uint32_t (*bound)(ft_op *op, uint32_t lo, uint32_t hi);
    /* A passage >= lo before which no match from lo on scores more than need; UINT32_MAX if there is none at all.
     * Cheap. */
    uint32_t (*hint)(ft_op *op, uint32_t lo, int64_t need);
    /* Matches in [lo, hi), hi - lo <= FT_WINDOW or as far as `reach` says, that score more than `need`; others may be
     * among them, and those that are have their exact scores. With need < 0: all matches. */
    void (*generate)(ft_op *op, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out);
    /* Sets bit i for each match lo + i in [lo, hi), hi - lo <= FT_WINDOW. Other bits stay as they are, and what is set
     * need not be looked at. Only of operators made without scoring. */
    void (*mark)(ft_op *op, uint32_t lo, uint32_t hi, uint64_t *bits);
    /* For each of n ascending passages that matches: hits[i] = 1 and its score added to scores[i]. hits is zeroed by
     * the caller. A passage whose sum cannot come to more than need may be left as if it did not match; with need < 0
     * none is. */
    void (*probe)(ft_op *op, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores, uint8_t *hits);
    void (*rewind)(ft_op *op);
    void (*release)(ft_op *op);
    /* Of terms and phrases, else NULL. */
    ft_occurrences (*occurrences)(ft_op *op);
    /* A great hi so that [lo, hi) holds at most so many matches for certain, FT_BLOCK_LEN or a multiple up to
     * FT_WINDOW: generate may be asked for so many passages. NULL where only a window's are certain. */
    uint32_t (*reach)(const ft_op *op, uint32_t lo, uint32_t matches);
} ft_op_class;

struct ft_op {
    const ft_op_class *class;
    ft_eval *eval;
    uint64_t cost; /* estimated matches, for ordering */
    bool scoring;  /* whether generate and probe give scores */
    bool slow;     /* whether a passage may have to be looked into for positions */
};

/* Whether marking all matches of a clause costs no more than probing some passages with it: a probe costs about as much
 * as sixteen marks. */
static inline bool ft_worth_marking(uint64_t cost, uint64_t probes)
{
    return cost / 16 <= probes;
}

/* All constructors take memory from eval's arena and return NULL (with eval->st set) when there is none left. */
ft_op *ft_op_term(ft_eval *eval, const ft_postings *list, float weight);

/* A phrase: lists of its distinct terms; word i is term words[i], i < n_words. */
ft_op *ft_op_phrase(ft_eval *eval, const ft_postings *const *lists, uint32_t n_lists, const uint32_t *words,
                    uint32_t n_words, float weight);

/* A list as FT_NODE_LIST: all required, or any optional one if none is required, less excluded. Takes the arrays. */
ft_op *ft_op_list(ft_eval *eval, ft_op **required, uint32_t n_required, ft_op **optional, uint32_t n_optional,
                  ft_op **excluded, uint32_t n_excluded);

/* The operator; in a checked build (make CHECKED=1) it asserts from now on the contract that pruning relies on: what it
 * generates ascends within the window, and what it adds to a passage's score is not above its bound of that passage
 * alone, which is that of one block of each list, nor that one above the bound of the window. NULL for NULL. */
#ifdef FT_CHECKED
ft_op *ft_op_checked(ft_op *op);
#else
static inline ft_op *ft_op_checked(ft_op *op)
{
    return op;
}
#endif

static inline bool ft_eval_fail(ft_eval *eval, ft_status st)
{
    if (st != FT_OK && eval->st == FT_OK)
        eval->st = st;
    return eval->st != FT_OK;
}

#endif
