/* segment.h - one immutable segment: all parts of one sealed file, opened together. FORMAT.md, "Segment". */
#ifndef FT_SEGMENT_H
#define FT_SEGMENT_H

#include "ids.h"
#include "manifest.h"
#include "norms.h"
#include "order.h"
#include "parts.h"
#include "passages.h"
#include "store.h"
#include "termdict.h"

#define FT_SEGMENT_MAX_PASSAGES 0x7fffffffu
#define FT_TITLE_GAP 1u /* positions left free between a title's tokens and the text's */

/* What part META holds. */
typedef struct ft_segment_meta {
    uint32_t n_docs, n_passages;
    uint64_t n_terms, n_tokens, n_postings;
    double k1, b; /* the bounds were computed with these and n_tokens / n_passages */
    bool titles_only; /* the stored stream has no texts */
} ft_segment_meta;

void ft_segment_write_meta(ft_envelope_writer *w, const ft_segment_meta *m);

static inline double ft_avgdl(uint64_t n_tokens, uint64_t n_passages)
{
    return n_passages ? (double)n_tokens / (double)n_passages : 1.0;
}

typedef struct ft_segment {
    ft_envelope env;
    ft_segment_meta meta;
    ft_bm25 bound_params;
    ft_store store;
    ft_passages passages;
    ft_ids ids;
    ft_order order; /* of the passages in norms and lists; elsewhere they are in order of arrival */
    ft_norms norms;
    ft_termdict terms;
    ft_str postings, positions;
} ft_segment;

/* Opens the segment a manifest entry names. FT_ECORRUPT, FT_EVERSION. */
ft_status ft_segment_open(ft_segment *s, const char *dir, const ft_manifest_segment *entry, ft_error *err);
void ft_segment_close(ft_segment *s);

/* Finds a term's list. *found false: the segment does not have it. */
ft_status ft_segment_term(const ft_segment *s, const void *term, size_t len, bool *found, ft_postings *out,
                          ft_error *err);

/* Verifies every checksum and every invariant of one segment; report as in ft_check. Returns FT_ECORRUPT if anything
 * was reported. */
ft_status ft_segment_check(const ft_segment *s,
                           void (*report)(void *arg, const char *file, uint64_t off, const char *what), void *arg,
                           ft_error *err);

#endif
