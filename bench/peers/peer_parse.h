/* peer_parse.h - query text to clauses of analysed terms. */
#ifndef FT_PEER_PARSE_H
#define FT_PEER_PARSE_H

#include "buf.h"
#include "peer.h"

typedef struct peer_parser {
    ft_analyzer *an;      /* borrowed */
    ft_buf bytes;         /* of all terms, end to end */
    ft_str *terms;
    size_t n_terms, cap_terms;
    peer_clause *clauses;
    size_t n_clauses, cap_clauses;
    peer_query query;
    /* of the clause being read */
    uint64_t word_end;    /* where its last token ended */
    bool overlap;         /* tokens share characters: a script without spaces */
    bool failed;          /* out of memory */
} peer_parser;

/* The parser is zeroed by the caller but for `an`, serves any number of queries, and is released at last. */
void peer_parser_release(peer_parser *p);

/* Reads text as ft_query_parse does. *out lives until the next call; NULL if the query goes beyond signs, words and
 * phrases (groups, AND, OR, NOT, text without spaces). *nothing is set if no clause of it can match. */
ft_status peer_parse(peer_parser *p, ft_str text, const peer_query **out, bool *nothing, ft_error *err);

#endif
