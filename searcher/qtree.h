/* qtree.h - from clauses to the tree of query.h: equal clauses of a list become one that counts more, and lists that
 * say the same without a level of nesting lose it.
 *
 * Clauses lie on a stack; a list is the clauses above a mark, and closing it replaces them by one. */
#ifndef FT_QTREE_H
#define FT_QTREE_H

#include "qterms.h"
#include "query.h"

typedef enum ft_role { FT_ROLE_OPTIONAL, FT_ROLE_REQUIRED, FT_ROLE_EXCLUDED } ft_role;

/* Either a fresh term or phrase (node NULL, seq set), or a node, or a list that can match nothing. */
typedef struct ft_clause {
    ft_seq seq;
    ft_node *node;
    ft_role role;
    bool nothing;
} ft_clause;

/* A list being gathered. */
typedef struct ft_gather {
    size_t base;     /* its first clause on the stack */
    uint32_t serial; /* tells its clauses from those of every other list */
    uint32_t live;   /* terms and phrases in the tree before it */
} ft_gather;

typedef struct ft_qtree {
    ft_arena *arena; /* borrowed; owns the nodes */
    ft_clause *stack;
    size_t n, cap;
    ft_clause *list; /* the list that is being closed */
    size_t n_list, cap_list;
    struct ft_seen *seen; /* entries of seen_slots: which term or phrase stands where in which list */
    size_t n_seen, cap_seen;
    ft_slots seen_slots;
    uint32_t serial;
    uint32_t live; /* terms and phrases in the tree */
    bool full;     /* one more was offered than FT_QUERY_MAX_CLAUSES, and dropped */
    bool barren;   /* a list had exclusions only */
} ft_qtree;

void ft_qtree_init(ft_qtree *t, ft_arena *arena);
void ft_qtree_release(ft_qtree *t);

ft_gather ft_qtree_begin(ft_qtree *t);
/* Adds a clause in a role to the innermost list begun and not ended, which is *g. */
ft_status ft_qtree_add(ft_qtree *t, const ft_gather *g, const ft_clause *clause, ft_role role, ft_error *err);
/* Ends the innermost list. With `all` its optional clauses become required. *some tells whether there was anything
 * in it; if so, *out is the clause that stands for it. */
ft_status ft_qtree_end(ft_qtree *t, const ft_gather *g, bool all, ft_clause *out, bool *some, ft_error *err);

#endif
