/* seed.c - see seed.h. */
#include "seed.h"

#include "topk.h"

#define SEED_MAX_K 4096u  /* beyond that, the blocks to look into would cost more than they save */
#define SPARE_BLOCKS 3u   /* looked into beyond those that k passages need */

/* The least impact of which there are at least n blocks at or above; 0 when there are not. */
static unsigned cut_at(const ft_postings *list, uint32_t n)
{
    uint32_t blocks[256] = {0};
    unsigned impact = 256;

    for (uint32_t i = 0; i < list->n_blocks; i++)
        blocks[ft_postings_block_impact(list, i)]++;
    for (uint32_t above = 0; impact > 0 && above < n;)
        above += blocks[--impact];
    return impact;
}

/* Contributions of the live passages of a block, appended to scores; how many. */
static uint32_t score_block(ft_cursor *c, const ft_leaf *leaf, uint32_t block, uint32_t *scores)
{
    uint32_t kept = 0;

    if (!ft_cursor_load_block(c, block) || !ft_cursor_load_tfs(c))
        return 0;
    ft_cursor_score(c, 0, c->n, scores);
    for (uint32_t i = 0; i < c->n; i++) {
        scores[kept] = scores[i];
        kept += !ft_leaf_is_dead(leaf, c->passages[i]);
    }
    return kept;
}

/* The k-th best contribution of one term in one segment, as far as its best blocks tell; 0 if they hold too few. */
static uint32_t seed_of_list(ft_cursor *c, const ft_leaf *leaf, uint32_t k, uint32_t *scores)
{
    uint32_t blocks = (k + FT_BLOCK_LEN - 1) / FT_BLOCK_LEN + SPARE_BLOCKS, n = 0;
    unsigned cut = cut_at(&c->list, blocks);

    for (uint32_t i = 0; i < c->list.n_blocks && blocks > 0; i++) {
        if (ft_postings_block_impact(&c->list, i) < cut)
            continue;
        n += score_block(c, leaf, i, scores + n);
        blocks--;
    }
    return n >= k ? ft_topk_select(scores, n, k) : 0;
}

static ft_status seed_leaf(const ft_plan *plan, size_t number, ft_node *const *nodes, uint32_t n_nodes, uint32_t k,
                           ft_arena *arena, uint32_t *out, ft_error *err)
{
    const ft_leaf *leaf = &plan->rd->leaves[number];
    uint32_t *scores = ft_arena_alloc(arena, (k + (SPARE_BLOCKS + 1) * FT_BLOCK_LEN) * sizeof *scores);
    ft_cursor *c = ft_arena_alloc(arena, sizeof *c);
    ft_eval eval;

    if (!scores || !c)
        return ft_fail_nomem(err);
    ft_plan_eval(plan, leaf, arena, true, &eval, err);
    for (uint32_t i = 0; i < n_nodes && eval.st == FT_OK; i++) {
        const ft_postings *list = plan->lists[number * plan->q->n_terms + (nodes[i]->n_terms ? nodes[i]->terms[0] : 0)];
        if (nodes[i]->kind != FT_NODE_TERM || !list || list->df < k)
            continue;
        ft_cursor_init(c, &eval, list, ft_plan_weight(plan, nodes[i]));
        uint32_t seed = seed_of_list(c, leaf, k, scores);
        if (seed > *out)
            *out = seed;
    }
    return eval.st;
}

ft_status ft_seed_threshold(const ft_plan *plan, uint64_t k, ft_arena *scratch, uint32_t *out, ft_error *err)
{
    ft_node *root = plan->q->root;
    bool list = root->kind == FT_NODE_LIST;
    ft_status st = FT_OK;

    *out = 0;
    if (k == 0 || k > SEED_MAX_K || root->kind == FT_NODE_PHRASE || (list && (root->n_required || root->n_excluded)))
        return FT_OK;
    for (size_t i = 0; i < plan->rd->n_leaves && st == FT_OK; i++) {
        ft_arena_reset(scratch);
        st = seed_leaf(plan, i, list ? root->optional : &root, list ? root->n_optional : 1, (uint32_t)k, scratch, out,
                       err);
    }
    return st;
}
