/* seed.c - see seed.h. */
#include "seed.h"

#include "topk.h"

#include <stdlib.h>

#define SEED_MAX_K 4096u  /* beyond that, the blocks to look into would cost more than they save */
#define SPARE_BLOCKS 3u   /* looked into beyond those that k passages need */

/* Of several terms: up to this k, passages are sampled and their scores summed over the terms. More of them would cost
 * more than they save. */
#define SAMPLE_MAX_K 128u
#define SAMPLE_ROOM(k) (2 * (k) + FT_BLOCK_LEN)
#define PROBE_PART 16u    /* a term is added where its list has no more blocks than one for so many passages */

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

/* A term of the query that the segment has. */
typedef struct lead {
    const ft_postings *list;
    float weight;
} lead;

/* ------------------------------------------------ of one term */

/* The blocks of a list by falling bound: a counting sort. NULL if there is no memory. */
static uint32_t *best_blocks_first(ft_arena *arena, const ft_postings *list)
{
    uint32_t *order = ft_arena_alloc(arena, list->n_blocks * sizeof *order), end[257] = {0};

    for (uint32_t i = 0; i < list->n_blocks; i++)
        end[255 - ft_postings_block_impact(list, i) + 1]++;
    for (unsigned i = 0; i < 256; i++)
        end[i + 1] += end[i];
    for (uint32_t i = 0; order && i < list->n_blocks; i++)
        order[end[255 - ft_postings_block_impact(list, i)]++] = i;
    return order;
}

/* Keeps the k best of n > k scores, in any order; the least of them. */
static uint32_t keep_best(uint32_t *scores, uint32_t n, uint32_t k, uint32_t *scratch)
{
    memcpy(scratch, scores, n * sizeof *scores);
    uint32_t least = ft_topk_select(scratch, n, k), kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t score = scores[i];
        scores[kept] = score;
        kept += score > least;
    }
    while (kept < k)
        scores[kept++] = least;
    return least;
}

/* The k-th best contribution of one term in one segment: its best blocks are looked into, until no other has a bound
 * above it. 0 for a list so short that looking into all of it once is cheaper. */
static uint32_t seed_of_term(ft_eval *eval, const ft_leaf *leaf, const lead *l, uint32_t k)
{
    uint32_t room = k + k / 4 + 2 * FT_BLOCK_LEN, n = 0, least = 0;

    if (l->list->n_blocks < 4 || l->list->df / 4 < k)
        return 0;
    uint32_t *order = best_blocks_first(eval->arena, l->list);
    uint32_t *scores = ft_arena_alloc(eval->arena, room * sizeof *scores);
    uint32_t *scratch = ft_arena_alloc(eval->arena, room * sizeof *scratch);
    ft_cursor *c = ft_arena_alloc(eval->arena, sizeof *c);
    if (!order || !scores || !scratch || !c) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return 0;
    }
    ft_cursor_init(c, eval, l->list, l->weight);
    for (uint32_t i = 0; i < l->list->n_blocks && ft_cursor_block_bound(c, order[i]) > least; i++) {
        uint32_t more = score_block(c, leaf, order[i], scores + n);
        for (uint32_t at = n, end = n + more; at < end; at++) {
            scores[n] = scores[at];
            n += scores[at] > least;
        }
        if (n > k + k / 4 || (least == 0 && n > k)) {
            least = keep_best(scores, n, k, scratch);
            n = k;
        }
    }
    return n >= k ? keep_best(scores, n, k, scratch) : 0;
}

/* ------------------------------------------------ of any of several terms */

/* Passages that stand for the best ones, ascending. */
typedef struct sample {
    uint32_t *passages;
    uint32_t *more, *merged; /* scratch as long */
    uint32_t n;
} sample;

/* Merges n of s->more into the sample. */
static void merge_more(sample *s, uint32_t n_more)
{
    uint32_t i = 0, k = 0, n = 0, *swap = s->passages;

    while (i < s->n && k < n_more) {
        uint32_t a = s->passages[i], b = s->more[k];
        s->merged[n++] = a < b ? a : b;
        i += a <= b;
        k += b <= a;
    }
    while (i < s->n)
        s->merged[n++] = s->passages[i++];
    while (k < n_more)
        s->merged[n++] = s->more[k++];
    s->n = n;
    s->passages = s->merged;
    s->merged = swap;
}

/* Takes the live passages of a list's best blocks, as many blocks as `want` passages fill. */
static void take_best(ft_cursor *c, const ft_leaf *leaf, uint32_t want, sample *s)
{
    uint32_t blocks = (want + FT_BLOCK_LEN - 1) / FT_BLOCK_LEN, n = 0;
    unsigned cut = cut_at(&c->list, blocks);

    for (uint32_t block = 0; block < c->list.n_blocks && blocks > 0; block++) {
        if (ft_postings_block_impact(&c->list, block) < cut)
            continue;
        if (!ft_cursor_load_block(c, block))
            return;
        for (uint32_t i = 0; i < c->n; i++) {
            s->more[n] = c->passages[i];
            n += !ft_leaf_is_dead(leaf, c->passages[i]);
        }
        blocks--;
    }
    merge_more(s, n);
}

/* Takes the sample from the terms of the greatest weight; false if there is no memory or it has less than k. */
static bool take_sample(ft_eval *eval, const ft_leaf *leaf, const lead *leads, uint32_t n_leads, uint32_t k, sample *s)
{
    uint32_t want = SAMPLE_ROOM(k), room = want + 2 * FT_BLOCK_LEN;
    ft_cursor *c = ft_arena_alloc(eval->arena, sizeof *c);

    *s = (sample){.passages = ft_arena_alloc(eval->arena, room * sizeof *s->passages),
                  .more = ft_arena_alloc(eval->arena, room * sizeof *s->more),
                  .merged = ft_arena_alloc(eval->arena, room * sizeof *s->merged)};
    if (!c || !s->passages || !s->more || !s->merged)
        return !ft_eval_fail(eval, ft_fail_nomem(eval->err));
    for (uint32_t i = 0; i < n_leads && s->n < want; i++) {
        ft_cursor_init(c, eval, leads[i].list, leads[i].weight);
        take_best(c, leaf, want - s->n, s);
    }
    return eval->st == FT_OK && s->n >= k;
}

/* The k-th best score of a sample, as far as terms give it that are looked up there at little cost. */
static uint32_t seed_of_sums(ft_eval *eval, const ft_leaf *leaf, const lead *leads, uint32_t n_leads, uint32_t k)
{
    sample s;

    if (!take_sample(eval, leaf, leads, n_leads, k, &s))
        return 0;
    uint32_t *scores = ft_arena_zero(eval->arena, s.n, sizeof *scores);
    uint8_t *hits = ft_arena_zero(eval->arena, s.n, sizeof *hits);
    if (!scores || !hits) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return 0;
    }
    for (uint32_t i = 0; i < n_leads && eval->st == FT_OK; i++) {
        if (leads[i].list->n_blocks > s.n / PROBE_PART)
            continue;
        ft_op *op = ft_op_term(eval, leads[i].list, leads[i].weight);
        if (op) {
            op->class->probe(op, s.passages, s.n, -1, scores, hits);
            op->class->release(op);
        }
    }
    return eval->st == FT_OK ? ft_topk_select(scores, s.n, k) : 0;
}

/* The best that a single term gives; the heaviest tells whether to look at others at all. */
static uint32_t seed_of_lists(ft_eval *eval, const ft_leaf *leaf, const lead *leads, uint32_t n_leads, uint32_t k)
{
    uint32_t *scores = ft_arena_alloc(eval->arena, (k + (SPARE_BLOCKS + 1) * FT_BLOCK_LEN) * sizeof *scores), best = 0;
    ft_cursor *c = ft_arena_alloc(eval->arena, sizeof *c);

    if (!scores || !c) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return 0;
    }
    for (uint32_t i = 0; i < n_leads && eval->st == FT_OK; i++) {
        const ft_postings *list = leads[i].list;
        if (list->df < k || ft_contribution(leads[i].weight, eval->parts[list->max_impact]) <= best)
            continue;
        ft_cursor_init(c, eval, list, leads[i].weight);
        uint32_t seed = seed_of_list(c, leaf, k, scores);
        best = seed > best ? seed : best;
    }
    return best;
}

static int heaviest_first(const void *a, const void *b)
{
    const lead *x = a, *y = b;

    return (x->weight < y->weight) - (x->weight > y->weight);
}

static ft_status seed_leaf(const ft_plan *plan, size_t number, ft_node *const *nodes, uint32_t n_nodes, uint32_t k,
                           ft_arena *arena, uint32_t *out, ft_error *err)
{
    const ft_leaf *leaf = &plan->rd->leaves[number];
    lead *leads = ft_arena_alloc(arena, n_nodes * sizeof *leads);
    uint32_t n = 0;
    ft_eval eval;

    if (!leads)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; i < n_nodes; i++) {
        if (nodes[i]->kind != FT_NODE_TERM)
            continue;
        const ft_postings *list = plan->lists[number * plan->q->n_terms + nodes[i]->terms[0]];
        if (list)
            leads[n++] = (lead){list, ft_plan_weight(plan, nodes[i])};
    }
    if (n > 1)
        qsort(leads, n, sizeof *leads, heaviest_first);
    ft_plan_eval(plan, leaf, arena, true, &eval, err);
    uint32_t seed = 0;
    if (n_nodes == 1 && n == 1)
        seed = seed_of_term(&eval, leaf, leads, k);
    else if (n > 1 && k <= SAMPLE_MAX_K)
        seed = seed_of_sums(&eval, leaf, leads, n, k);
    else
        seed = seed_of_lists(&eval, leaf, leads, n, k);
    if (seed > *out)
        *out = seed;
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
