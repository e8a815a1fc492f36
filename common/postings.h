/* postings.h - posting lists: which passages hold a term, how often, and where. FORMAT.md, "Postings", "Positions".
 *
 * A list is cut into blocks of 256 postings. Of each block the last passage, the place of its data and of its
 * positions, and an upper bound of its BM25 part stand in contiguous arrays. Within a block passages and running sums
 * of tf are monotone blocks (monotone.h); positions are decoded only when asked for. */
#ifndef FT_POSTINGS_H
#define FT_POSTINGS_H

#include "bm25.h"
#include "envelope.h"
#include "monotone.h"
#include "rice.h"

/* Where a term's list is; the term dictionary keeps it. */
typedef struct ft_term_info {
    uint32_t df;         /* passages, at least 1 */
    uint8_t max_impact;  /* bound of the part over the whole list, in 1/255 */
    uint64_t cf;         /* occurrences */
    uint64_t post_off, post_len; /* in part POSTINGS; of an inlined list, where the next one begins */
    uint64_t pos_off, pos_len;   /* in part POSITIONS */
    const unsigned char *inlined; /* df == 1: the posting's bytes within the dictionary, else NULL */
    size_t inlined_len;
} ft_term_info;

/* ------------------------------------------------ writing */

/* Encodes lists one after another, into spools for the parts POSTINGS and POSITIONS. */
typedef struct ft_postings_writer {
    ft_spool *postings, *positions; /* borrowed */
    const uint32_t *lengths;    /* of passages, borrowed: bounds need them */
    ft_bm25 params;
    uint64_t post_off, pos_off; /* bytes written so far */
    /* the current list */
    uint32_t last;              /* passage before the next block */
    uint32_t df;
    uint64_t cf;
    ft_buf data, skips, chunk, gaps_out;
    uint8_t max_impact;
    bool inlined;               /* kept in chunk */
    ft_status st;               /* sticky */
} ft_postings_writer;

void ft_postings_writer_init(ft_postings_writer *w, ft_spool *postings, ft_spool *positions,
                             const uint32_t *lengths, ft_bm25 params);
/* Adds a block to the current list: FT_BLOCK_LEN postings, or 1 to FT_BLOCK_LEN that are the last ones. Passages
 * ascend, tfs are at least 1; gaps are the positions of all postings, of each the first, then distances less 1. Sticky
 * failure. */
void ft_postings_writer_put(ft_postings_writer *w, const uint32_t *passages, const uint32_t *tfs, uint32_t n,
                            const uint32_t *gaps, size_t n_gaps, bool last);
/* Ends the list, whose last block was put, and tells where it is. A list of one posting with few occurrences is left in
 * w->chunk instead of the parts (info->inlined), valid until the next call. */
ft_status ft_postings_writer_end(ft_postings_writer *w, ft_term_info *info, ft_error *err);
void ft_postings_writer_release(ft_postings_writer *w);

/* ------------------------------------------------ reading */

/* An opened list. Borrows the envelope; holds no memory of its own. */
typedef struct ft_postings {
    const ft_envelope *env;
    uint32_t df, n_blocks, n_passages; /* n_passages: of the segment; every passage read is below it */
    const unsigned char *data, *data_end; /* block data */
    const unsigned char *last_passage; /* u32 per block; NULL for a list of one block */
    const unsigned char *block_off;    /* u32 per block: its end within data */
    const unsigned char *pos_end;      /* u32 per block: end of its positions */
    const unsigned char *impact;       /* u8 per block */
    const unsigned char *positions, *positions_end; /* the list's chunk of part POSITIONS */
    uint32_t only_last;                /* last passage of a list of one block */
    uint8_t max_impact;
    bool inlined;
} ft_postings;

/* post and pos are the parts. Verifies what it touches. */
ft_status ft_postings_open(ft_postings *p, const ft_envelope *env, ft_str post, ft_str pos, const ft_term_info *t,
                           uint32_t n_passages, ft_error *err);

static inline uint32_t ft_postings_block_len(const ft_postings *p, uint32_t block)
{
    return block + 1 < p->n_blocks ? FT_BLOCK_LEN : p->df - block * FT_BLOCK_LEN;
}
/* Last passage of a block (block < n_blocks). */
static inline uint32_t ft_postings_block_last(const ft_postings *p, uint32_t block)
{
    return p->last_passage ? ft_load_u32(p->last_passage + 4 * (size_t)block) : p->only_last;
}
/* The first block whose last passage is >= passage, from block `from` on; n_blocks if none. */
uint32_t ft_postings_find_block(const ft_postings *p, uint32_t from, uint32_t passage);
static inline uint8_t ft_postings_block_impact(const ft_postings *p, uint32_t block)
{
    return p->impact ? p->impact[block] : p->max_impact;
}

/* Passages of a block, ascending, all below n_passages; *tfs is where its tf data begin. */
ft_status ft_postings_passages(const ft_postings *p, uint32_t block, uint32_t out[FT_BLOCK_LEN],
                               const unsigned char **tfs, ft_error *err);
/* If the passages of a block are kept as a set of bits, *bits is where they begin: bit i stands for passage *first + i,
 * of *n_bits. Else *bits is NULL. */
ft_status ft_postings_bitmap(const ft_postings *p, uint32_t block, const unsigned char **bits, uint32_t *first,
                             uint32_t *n_bits, ft_error *err);
/* Running sums of tf: out[i] = tf[0] + ... + tf[i]; `tfs` is from ft_postings_passages of the same block. */
ft_status ft_postings_tf_sums(const ft_postings *p, uint32_t block, const unsigned char *tfs,
                              uint32_t out[FT_BLOCK_LEN], ft_error *err);
/* How often the term stands in a passage (of the span of a block: behind the last passage of the one before, not behind
 * its own), without decoding the block; *tf is 0 if it does not. */
ft_status ft_postings_tf(const ft_postings *p, uint32_t block, uint32_t passage, uint32_t *tf, ft_error *err);
/* Positions of posting i of a block, ascending, appended to out (records of uint32_t). sums as above. */
ft_status ft_postings_positions(const ft_postings *p, uint32_t block, const uint32_t *sums, uint32_t i, ft_buf *out,
                                ft_error *err);
/* Position gaps of a whole block at once, sums[n-1] of them (first position of a posting, then gaps - 1), for merging;
 * out has room for them. */
ft_status ft_postings_gaps(const ft_postings *p, uint32_t block, uint32_t n_gaps, uint32_t *out, ft_error *err);

#define FT_GAP_SLACK 8u /* positions are written so many at a time */

/* Reads positions out of one block, posting by posting; of the groups between them it looks at no more than the head.
 * A posting's positions are the differences between running sums of gap + 1, which are kept modulo 2^32. */
typedef struct ft_gap_reader {
    const ft_postings *list; /* borrowed */
    uint32_t block, n_gaps;
    ft_bytes in;             /* groups not yet read */
    uint32_t first, n;       /* gaps of the group at hand: from number `first` on */
    bool decoded;            /* whether their sums are known */
    ft_rice group;           /* what they are decoded from */
    uint32_t sums[1 + FT_RICE_GROUP + FT_GAP_SLACK]; /* 0, their running sums, and what vectors read behind these */
} ft_gap_reader;

/* FT_ECORRUPT if the block's bytes cannot hold n_gaps gaps at all: asked before room for positions is made. */
ft_status ft_gap_reader_open(ft_gap_reader *r, const ft_postings *p, uint32_t block, uint32_t n_gaps, ft_error *err);
/* Brings the group of a gap to hand. Quick when gaps ascend. */
ft_status ft_gap_reader_seek(ft_gap_reader *r, uint32_t gap, ft_error *err);
/* Brings the sums of the group at hand to hand. */
ft_status ft_gap_reader_decode(ft_gap_reader *r, ft_error *err);
/* The positions of the posting whose gaps are numbers from .. end - 1, end > from, each plus `base` (modulo 2^32), to
 * out, which has room for FT_GAP_SLACK more of them. */
ft_status ft_gap_reader_positions(ft_gap_reader *r, uint32_t from, uint32_t end, uint32_t base, uint32_t *out,
                                  ft_error *err);

/* Sums less what stands before them: n of them, at least one, in whole vectors. */
static inline void ft_gap_copy(const uint32_t *sums, uint32_t n, uint32_t before, uint32_t *out)
{
    const uint32_t *end = sums + n;

    do {
        uint32_t some[FT_GAP_SLACK];
        for (uint32_t k = 0; k < FT_GAP_SLACK; k++)
            some[k] = sums[k] - before;
        memcpy(out, some, sizeof some);
        sums += FT_GAP_SLACK;
        out += FT_GAP_SLACK;
    } while (sums < end);
}

#endif
