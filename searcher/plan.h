/* plan.h - a query made ready for a snapshot: its terms looked up, weighted and scaled, once for all segments. */
#ifndef FT_PLAN_H
#define FT_PLAN_H

#include "eval.h"
#include "query.h"
#include "reader.h"

typedef struct ft_plan {
    ft_arena arena;        /* owns everything below */
    const ft_reader *rd;   /* borrowed, as is q */
    const ft_query *q;
    double avgdl;
    ft_bm25 params;
    int shift;             /* scores are integers times 2^-shift */
    uint64_t *df;          /* per term of the query, over the whole index */
    double *idf;
    ft_postings **lists;   /* lists[leaf * q->n_terms + term]; NULL where the segment lacks the term */
} ft_plan;

/* k1 and b are those of the query. Released with ft_plan_release even after a failure. */
ft_status ft_plan_make(ft_plan *plan, const ft_reader *rd, const ft_query *q, double k1, double b, ft_error *err);
void ft_plan_release(ft_plan *plan);

/* idf of a leaf node: of a phrase, the sum of its words'. */
double ft_plan_idf(const ft_plan *plan, const ft_node *node);

/* The weight of a leaf node, boost * idf, in the plan's scale. */
float ft_plan_weight(const ft_plan *plan, const ft_node *node);

/* A score in integers as a number. */
double ft_plan_score(const ft_plan *plan, uint64_t score);

/* Sets up an evaluation over one segment; operators come from `arena`. */
void ft_plan_eval(const ft_plan *plan, const ft_leaf *leaf, ft_arena *arena, bool scoring, ft_eval *eval,
                  ft_error *err);

/* The operator of a node over segment number `leaf`, or NULL when nothing in it can match (or eval->st is set). To be
 * released through its class. */
ft_op *ft_plan_operator(const ft_plan *plan, size_t leaf, const ft_node *node, ft_eval *eval);

#endif
