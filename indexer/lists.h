/* lists.h - posting lists on the move: a source gives terms in byte order and the postings of each in pieces, a sink
 * takes them. Runs and segments are sources; a run being written and a segment being written are sinks. */
#ifndef FT_LISTS_H
#define FT_LISTS_H

#include "status.h"

#include <stdint.h>

#define FT_LIST_BLOCK 256u /* postings handed over at once */

/* Postings of one term, in ascending order of passage, with their positions as the format keeps them: of each posting
 * the first position, then the distances to the one before, less 1. */
typedef struct ft_list_block {
    uint32_t n;
    uint32_t passages[FT_LIST_BLOCK + 1]; /* one more: who merges holds one back */
    uint32_t tfs[FT_LIST_BLOCK + 1];
    uint32_t *gaps; /* tfs[0] of the first posting, then tfs[1] ...; owned */
    size_t n_gaps, cap_gaps;
} ft_list_block;

/* Room for `more` gaps behind the n_gaps there are, or NULL. */
uint32_t *ft_list_block_room(ft_list_block *b, size_t more);
void ft_list_block_release(ft_list_block *b);

typedef struct ft_list_source ft_list_source;
struct ft_list_source {
    /* The next term, into term and term_len; what is left of the one before it is passed over only if it was read to
     * its end. *more is false at the end. */
    ft_status (*next_term)(ft_list_source *s, bool *more, ft_error *err);
    /* Appends postings of the current term to b, which has room for at least one, up to FT_LIST_BLOCK + 1 in all. *more
     * is false once the term's last posting was given. A term may turn out to have none. */
    ft_status (*next_postings)(ft_list_source *s, ft_list_block *b, bool *more, ft_error *err);
    const unsigned char *term; /* valid until the next call of next_term */
    size_t term_len;
    bool continues; /* its first passage may be the last one of the source before it: their postings are one */
};

typedef struct ft_list_sink ft_list_sink;
struct ft_list_sink {
    ft_status (*begin)(ft_list_sink *s, const unsigned char *term, size_t len, ft_error *err);
    /* FT_LIST_BLOCK postings, or the last of the term: at least one. */
    ft_status (*block)(ft_list_sink *s, const ft_list_block *b, bool last, ft_error *err);
    ft_status (*end)(ft_list_sink *s, ft_error *err);
};

#endif
