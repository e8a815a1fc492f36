/* parts.h - the parts of a segment file, in the order they are written. Numbers are on disk: never reuse one. */
#ifndef FT_PARTS_H
#define FT_PARTS_H

enum ft_part_id {
    FT_PART_STORED = 1,        /* compressed text blocks (store.h) */
    FT_PART_STORED_INDEX = 2,  /* their ends */
    FT_PART_PASSAGES = 3,      /* document and passage entries (passages.h) */
    FT_PART_PASSAGE_INDEX = 4, /* where each group of entries begins */
    FT_PART_DOC_STARTS = 5,    /* bit per passage that begins a document, with ranks */
    FT_PART_IDS = 6,           /* external ids (ids.h) */
    FT_PART_ID_INDEX = 7,
    FT_PART_ID_ORDER = 8,
    FT_PART_NORMS = 9,         /* passage lengths (norms.h) */
    FT_PART_POSTINGS = 10,     /* posting lists (postings.h) */
    FT_PART_POSITIONS = 11,    /* their positions */
    FT_PART_TERMS = 12,        /* term dictionary (termdict.h) */
    FT_PART_TERM_INDEX = 13,
    FT_PART_META = 14,         /* counts and parameters (segment.h) */
    FT_PART_ORDER = 15,        /* written before the norms: passages by number in the lists (order.h) */
    FT_PARTS_END               /* one more than the last */
};

#endif
