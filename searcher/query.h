/* query.h - a parsed query: a small tree over the query's distinct terms. */
#ifndef FT_QUERY_H
#define FT_QUERY_H

#include "analyze.h"
#include "arena.h"

#define FT_QUERY_MAX_BYTES 65536u  /* text read */
#define FT_QUERY_MAX_CLAUSES 1024u /* distinct clauses kept */
#define FT_QUERY_MAX_DEPTH 64u     /* levels of groups */

typedef enum ft_node_kind {
    FT_NODE_TERM,   /* passages with the term */
    FT_NODE_PHRASE, /* passages where the terms stand in consecutive positions; at least two */
    FT_NODE_LIST    /* passages that match all required children, or any optional one if none is required; less what
                       an excluded child matches. Scores of all matching required and optional children add up */
} ft_node_kind;

typedef struct ft_node ft_node;
struct ft_node {
    ft_node_kind kind;
    uint32_t count;          /* how often the clause was written: its boost. Of a list always 1 */
    uint32_t n_terms;        /* TERM: 1; PHRASE: length; LIST: 0 */
    const uint32_t *terms;   /* indices into the query's terms */
    ft_node **required, **optional, **excluded; /* LIST */
    uint32_t n_required, n_optional, n_excluded;
};

struct ft_query {
    ft_arena arena;       /* owns everything below */
    ft_node *root;        /* NULL: matches nothing */
    ft_str *terms;        /* distinct terms of the whole query */
    uint32_t n_terms;
    const char **notes;   /* what was repaired or cut, in the order it was met */
    uint32_t n_notes;
};

/* Parses text into q (zeroed by the caller; released with ft_query_release even after a failure). Only FT_ENOMEM can
 * fail. Time and memory are linear in the text; no recursion that the text controls. */
ft_status ft_parse(ft_query *q, ft_analyzer *an, const char *text, size_t len, const ft_query_options *opts,
                   ft_error *err);
void ft_query_release(ft_query *q);

#endif
