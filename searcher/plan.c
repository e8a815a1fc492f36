/* plan.c - statistics, weights and operators of a query; see plan.h.
 *
 * Scaling: the contribution of a clause is at most its weight, boost * idf. `shift` is chosen so that all weights
 * together, times 2^shift, stay below 2^30; every sum of contributions then fits an int32. */
#include "plan.h"

#include <math.h>

#define SCORE_BITS 30

static ft_status look_up(ft_plan *plan, ft_error *err)
{
    const ft_reader *rd = plan->rd;
    const ft_query *q = plan->q;

    for (size_t i = 0; i < rd->n_leaves; i++) {
        for (uint32_t t = 0; t < q->n_terms; t++) {
            ft_postings list;
            bool found = false;
            ft_status st = ft_segment_term(&rd->leaves[i].seg, q->terms[t].ptr, q->terms[t].len, &found, &list, err);
            if (st != FT_OK)
                return st;
            if (!found)
                continue;
            ft_postings *kept = ft_arena_alloc(&plan->arena, sizeof *kept);
            if (!kept)
                return ft_fail_nomem(err);
            *kept = list;
            plan->lists[i * q->n_terms + t] = kept;
            plan->df[t] += list.df;
        }
    }
    return FT_OK;
}

double ft_plan_idf(const ft_plan *plan, const ft_node *node)
{
    double sum = 0;

    for (uint32_t i = 0; i < node->n_terms; i++)
        sum += plan->idf[node->terms[i]];
    return sum;
}

/* The sum of the weights of all clauses that score. */
static double total_weight(const ft_plan *plan, const ft_node *node)
{
    double sum = 0;

    if (node->kind != FT_NODE_LIST)
        return node->count * ft_plan_idf(plan, node);
    for (uint32_t i = 0; i < node->n_required; i++)
        sum += total_weight(plan, node->required[i]);
    for (uint32_t i = 0; i < node->n_optional; i++)
        sum += total_weight(plan, node->optional[i]);
    return sum;
}

ft_status ft_plan_make(ft_plan *plan, const ft_reader *rd, const ft_query *q, double k1, double b, ft_error *err)
{
    int exponent = 0;

    *plan = (ft_plan){.rd = rd, .q = q, .avgdl = ft_avgdl(rd->n_tokens, rd->n_passages)};
    plan->params = ft_bm25_make(k1, b, plan->avgdl);
    if (!q->root)
        return FT_OK;
    plan->df = ft_arena_zero(&plan->arena, q->n_terms, sizeof *plan->df);
    plan->idf = ft_arena_zero(&plan->arena, q->n_terms, sizeof *plan->idf);
    plan->lists = ft_arena_zero(&plan->arena, rd->n_leaves * (size_t)q->n_terms, sizeof *plan->lists);
    if (!plan->df || !plan->idf || !plan->lists)
        return ft_fail_nomem(err);
    ft_status st = look_up(plan, err);
    if (st != FT_OK)
        return st;
    for (uint32_t t = 0; t < q->n_terms; t++) {
        double n = (double)rd->n_passages, df = (double)plan->df[t];
        plan->idf[t] = log(1 + (n - df + 0.5) / (df + 0.5));
    }
    frexp(total_weight(plan, q->root), &exponent); /* weight < 2^exponent */
    plan->shift = SCORE_BITS - exponent;
    return FT_OK;
}

void ft_plan_release(ft_plan *plan)
{
    ft_arena_release(&plan->arena);
}

double ft_plan_score(const ft_plan *plan, uint64_t score)
{
    return ldexp((double)score, -plan->shift);
}

void ft_plan_eval(const ft_plan *plan, const ft_leaf *leaf, ft_arena *arena, bool scoring, ft_eval *eval,
                  ft_error *err)
{
    *eval = (ft_eval){
        .arena = arena, .norms = &leaf->seg.norms, .params = plan->params, .scoring = scoring, .err = err};
    ft_bm25_bounds(ft_bm25_factor(leaf->seg.bound_params, plan->params), eval->parts);
}

float ft_plan_weight(const ft_plan *plan, const ft_node *node)
{
    return ldexpf((float)(node->count * ft_plan_idf(plan, node)), plan->shift);
}

static ft_op *phrase_operator(const ft_plan *plan, ft_postings *const *lists, const ft_node *node, ft_eval *eval)
{
    const ft_postings **distinct = ft_arena_alloc(eval->arena, node->n_terms * sizeof *distinct);
    uint32_t *words = ft_arena_alloc(eval->arena, node->n_terms * sizeof *words), n = 0;

    if (!distinct || !words) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return NULL;
    }
    for (uint32_t i = 0; i < node->n_terms; i++) {
        const ft_postings *list = lists[node->terms[i]];
        if (!list)
            return NULL;
        for (words[i] = 0; words[i] < n && distinct[words[i]] != list;)
            words[i]++;
        if (words[i] == n)
            distinct[n++] = list;
    }
    return ft_op_phrase(eval, distinct, n, words, node->n_terms, ft_plan_weight(plan, node));
}

/* The operators of some nodes; those that cannot match are left out. *n is how many there are. */
static ft_op **operators(const ft_plan *plan, size_t leaf, ft_node *const *nodes, uint32_t n_nodes, ft_eval *eval,
                         uint32_t *n)
{
    ft_op **ops = ft_arena_alloc(eval->arena, n_nodes * sizeof *ops);

    *n = 0;
    if (!ops) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return NULL;
    }
    for (uint32_t i = 0; i < n_nodes; i++) {
        ft_op *op = ft_plan_operator(plan, leaf, nodes[i], eval);
        if (op)
            ops[(*n)++] = op;
    }
    return ops;
}

static void release_all(ft_op **ops, uint32_t n)
{
    for (uint32_t i = 0; ops && i < n; i++)
        ops[i]->class->release(ops[i]);
}

/* Where scores do not matter, optional clauses beside required ones do not either. */
static ft_op *list_operator(const ft_plan *plan, size_t leaf, const ft_node *node, ft_eval *eval)
{
    uint32_t n_required, n_optional, n_excluded;
    bool scoring = eval->scoring, choice = scoring || !node->n_required;
    ft_op *list = NULL;

    ft_op **required = operators(plan, leaf, node->required, node->n_required, eval, &n_required);
    ft_op **optional = operators(plan, leaf, node->optional, choice ? node->n_optional : 0, eval, &n_optional);
    eval->scoring = false;
    ft_op **excluded = operators(plan, leaf, node->excluded, node->n_excluded, eval, &n_excluded);
    eval->scoring = scoring;
    bool possible = n_required == node->n_required && (n_required || n_optional);
    if (possible && eval->st == FT_OK && !scoring && n_required + n_optional == 1 && !n_excluded)
        return n_required ? required[0] : optional[0];
    if (possible && eval->st == FT_OK)
        list = ft_op_list(eval, required, n_required, optional, n_optional, excluded, n_excluded);
    if (!list) {
        release_all(required, n_required);
        release_all(optional, n_optional);
        release_all(excluded, n_excluded);
    }
    return list;
}

ft_op *ft_plan_operator(const ft_plan *plan, size_t leaf, const ft_node *node, ft_eval *eval)
{
    ft_postings *const *lists = plan->lists + leaf * plan->q->n_terms;
    ft_op *op = NULL;

    if (eval->st != FT_OK)
        return NULL;
    switch (node->kind) {
    case FT_NODE_TERM:
        if (lists[node->terms[0]])
            op = ft_op_term(eval, lists[node->terms[0]], ft_plan_weight(plan, node));
        break;
    case FT_NODE_PHRASE:
        op = phrase_operator(plan, lists, node, eval);
        break;
    case FT_NODE_LIST:
        op = list_operator(plan, leaf, node, eval);
        break;
    }
    return ft_op_checked(op);
}
