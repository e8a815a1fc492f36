/* search.c - running a query: window after window, segment after segment, into the k best and the total.
 *
 * Ranking prunes: a window whose bound cannot beat the k-th best score is passed over, and within a window clauses
 * prune by themselves (eval.h). An exact total needs every match, but not their scores: ranking with pruning and then
 * counting is cheaper than one pass that does both, except where every match is a phrase's, whose positions cost most
 * in either, and where there are few matches. */
#include "cpu.h"
#include "mem.h"
#include "results.h"
#include "seed.h"

#include <time.h>

#define CLOCK_EVERY 16    /* windows between two looks at the clock */
#define RARE_WINDOWS 32   /* so many with no more matches than one can have: those are taken together */
#define SPARSE_WINDOWS 2  /* the same when pruning: so many with no more matches than a block, whose bound is one */

typedef struct run {
    ft_results *rs;
    const ft_search_options *opts;
    ft_error *err;
    bool count, rank, prune;  /* of the pass at hand */
    uint64_t deadline;        /* ns; 0: none */
    unsigned windows;
    ft_arena scratch;         /* operators and batch, of one segment at a time */
    ft_batch batch;
    ft_scored pending;        /* grouping: the best passage of the document at hand */
    bool has_pending;
    uint32_t pending_doc, counted_doc;
    uint64_t offered;         /* matches (documents when grouping) that ranking saw */
} run;

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool past_deadline(run *r)
{
    if (r->deadline && r->windows++ % CLOCK_EVERY == 0 && now_ns() > r->deadline)
        r->rs->timed_out = true;
    return r->rs->timed_out;
}

static void flush_pending(run *r)
{
    if (r->has_pending)
        ft_topk_offer(&r->rs->topk, r->pending);
    r->has_pending = false;
}

/* Grouping: passages of a document come one after another; the first of the best stands for it. */
static void offer_grouped(run *r, uint32_t doc, ft_scored match)
{
    if (r->has_pending && r->pending_doc == doc) {
        if (match.score > r->pending.score)
            r->pending = match;
        return;
    }
    flush_pending(r);
    r->pending = match;
    r->pending_doc = doc;
    r->has_pending = true;
    r->offered++;
}

/* Grouping: a match of a window. */
static ft_status take_match(run *r, const ft_leaf *leaf, ft_scored match)
{
    uint32_t arrival, doc;
    ft_status st = ft_order_arrival(&leaf->seg.order, match.passage, &arrival, r->err);
    if (st == FT_OK)
        st = ft_passages_doc_of(&leaf->seg.passages, arrival, &doc, r->err);
    if (st != FT_OK)
        return st;
    if (r->count && doc != r->counted_doc)
        r->rs->total++;
    r->counted_doc = doc;
    if (r->rank)
        offer_grouped(r, doc, match);
    return FT_OK;
}

/* Leaves out the matches of a batch that are deleted. */
static void drop_dead(const ft_leaf *leaf, ft_batch *b)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < b->n; i++) {
        b->passages[kept] = b->passages[i];
        b->scores[kept] = b->scores[i];
        kept += !ft_leaf_is_dead(leaf, b->passages[i]);
    }
    b->n = kept;
}

static ft_status take_batch(run *r, uint32_t leaf_number, const ft_leaf *leaf)
{
    ft_batch *b = &r->batch;
    ft_status st = FT_OK;

    if (leaf->dead)
        drop_dead(leaf, b);
    for (uint32_t i = 0; r->opts->group_documents && i < b->n && st == FT_OK; i++)
        st = take_match(r, leaf, (ft_scored){b->scores[i], leaf_number, b->passages[i]});
    if (!r->opts->group_documents) {
        ft_topk_offer_batch(&r->rs->topk, leaf_number, b->passages, b->scores, b->n);
        r->rs->total += r->count ? b->n : 0;
        r->offered += b->n;
    }
    return st;
}

static ft_status count_documents(run *r, uint32_t leaf_number, const ft_leaf *leaf, uint32_t base,
                                 const uint64_t bits[FT_WINDOW / 64])
{
    ft_status st = FT_OK;

    for (uint32_t w = 0; w < FT_WINDOW / 64; w++)
        for (uint64_t word = bits[w]; word && st == FT_OK; word &= word - 1)
            st = take_match(r, leaf, (ft_scored){0, leaf_number, base + w * 64 + (uint32_t)__builtin_ctzll(word)});
    return st;
}

/* Room for the batch of one window of a segment, when first needed. */
static ft_status make_batch(run *r)
{
    if (r->batch.scores)
        return FT_OK;
    r->batch.passages = ft_arena_alloc(&r->scratch, FT_WINDOW * sizeof *r->batch.passages);
    r->batch.scores = ft_arena_alloc(&r->scratch, FT_WINDOW * sizeof *r->batch.scores);
    return r->batch.passages && r->batch.scores ? FT_OK : ft_fail_nomem(r->err);
}

/* Counting alone: matches of a window as bits. */
static ft_status count_window(run *r, uint32_t leaf_number, ft_op *op, uint32_t lo, uint32_t hi)
{
    const ft_leaf *leaf = &r->rs->plan.rd->leaves[leaf_number];
    uint64_t bits[FT_WINDOW / 64];
    uint32_t base = lo - lo % FT_WINDOW;

    memset(bits, 0, sizeof bits);
    op->class->mark(op, base, hi, bits);
    for (uint32_t w = 0; w < (hi - base + 63) / 64 && leaf->dead; w++)
        bits[w] &= ~leaf->dead[base / 64 + w];
    if (r->opts->group_documents)
        return count_documents(r, leaf_number, leaf, base, bits);
    r->rs->total += ft_cpu.count_words(bits, FT_WINDOW / 64);
    return FT_OK;
}

/* Counting alone, where matches are rare: they themselves. */
static ft_status count_batch(run *r, uint32_t leaf_number, ft_op *op, uint32_t lo, uint32_t hi)
{
    const ft_leaf *leaf = &r->rs->plan.rd->leaves[leaf_number];
    ft_status st = make_batch(r);

    if (st != FT_OK)
        return st;
    op->class->generate(op, lo, hi, -1, &r->batch);
    if (leaf->dead || r->opts->group_documents)
        return take_batch(r, leaf_number, leaf);
    r->rs->total += r->batch.n;
    return FT_OK;
}

/* Where the window at lo ends: rare matches are taken many windows at a time. */
static uint32_t window_end(const run *r, const ft_op *op, uint32_t lo, uint32_t n)
{
    uint32_t end = lo - lo % FT_WINDOW + FT_WINDOW, matches = r->prune ? FT_BLOCK_LEN : FT_WINDOW;
    uint32_t reach = op->class->reach ? op->class->reach(op, lo, matches) : 0;

    if (reach > lo && reach - lo >= (r->prune ? SPARSE_WINDOWS : RARE_WINDOWS) * FT_WINDOW)
        end = reach;
    return end < n ? end : n;
}

static ft_status walk_windows(run *r, uint32_t leaf_number, ft_op *op, ft_eval *eval)
{
    const ft_leaf *leaf = &r->rs->plan.rd->leaves[leaf_number];
    uint32_t n = leaf->seg.meta.n_passages, lo = 0;

    while (lo < n && !past_deadline(r)) {
        int64_t need = r->rank && r->prune ? ft_topk_threshold(&r->rs->topk) : -1;
        lo = op->class->hint(op, lo, need);
        if (lo >= n)
            break;
        uint32_t hi = window_end(r, op, lo, n);
        if (!r->rank) {
            ft_status st = hi - lo > FT_WINDOW ? count_batch(r, leaf_number, op, lo, hi)
                                               : count_window(r, leaf_number, op, lo, hi);
            if (st != FT_OK)
                return st;
            lo = hi;
            continue;
        }
        if (need < 0 || (int64_t)op->class->bound(op, lo, hi) > need) {
            op->class->generate(op, lo, hi, need, &r->batch);
            ft_status st = eval->st == FT_OK ? take_batch(r, leaf_number, leaf) : eval->st;
            if (st != FT_OK)
                return st;
        }
        lo = hi;
    }
    return eval->st;
}

static uint32_t leaf_df(const ft_plan *plan, uint32_t leaf_number, const ft_node *term)
{
    const ft_postings *list = plan->lists[leaf_number * (size_t)plan->q->n_terms + term->terms[0]];

    return list ? list->df : 0;
}

/* Of a query for any of some terms, when counting: the term that is far more frequent in a segment than all others
 * together. Its matches are known, and of theirs only those need finding that it does not match. Else NULL. */
static const ft_node *main_term(const run *r, uint32_t leaf_number)
{
    const ft_plan *plan = &r->rs->plan;
    const ft_node *root = plan->q->root, *most = NULL;
    uint64_t all = 0, main = 0;

    if (root->kind != FT_NODE_LIST || root->n_required || root->n_excluded || r->opts->group_documents ||
        plan->rd->leaves[leaf_number].dead)
        return NULL;
    for (uint32_t i = 0; i < root->n_optional; i++) {
        if (root->optional[i]->kind != FT_NODE_TERM)
            return NULL;
        uint32_t df = leaf_df(plan, leaf_number, root->optional[i]);
        all += df;
        most = df > main ? root->optional[i] : most;
        main = df > main ? df : main;
    }
    return main / 8 > all - main ? most : NULL;
}

/* Counts the matches of one term of an any-of, and gives the operator of what the others match besides. */
static ft_op *others_operator(run *r, uint32_t leaf_number, const ft_node *most, ft_eval *eval)
{
    const ft_plan *plan = &r->rs->plan;
    const ft_node *root = plan->q->root;
    ft_node **others = ft_arena_alloc(eval->arena, root->n_optional * sizeof *others), *excluded = NULL;
    uint32_t n = 0;

    if (!others) {
        eval->st = ft_fail_nomem(eval->err);
        return NULL;
    }
    for (uint32_t i = 0; i < root->n_optional; i++)
        if (root->optional[i] == most)
            excluded = root->optional[i];
        else if (leaf_df(plan, leaf_number, root->optional[i]))
            others[n++] = root->optional[i];
    ft_node rest = {.kind = FT_NODE_LIST, .count = 1, .excluded = &excluded, .n_excluded = 1};
    *(n == 1 ? &rest.required : &rest.optional) = others;
    *(n == 1 ? &rest.n_required : &rest.n_optional) = n;
    r->rs->total += leaf_df(plan, leaf_number, most);
    return ft_plan_operator(plan, leaf_number, &rest, eval);
}

static ft_status search_leaf(run *r, uint32_t leaf_number)
{
    const ft_plan *plan = &r->rs->plan;
    ft_eval eval;

    ft_arena_reset(&r->scratch);
    r->batch = (ft_batch){0};
    ft_status st = r->rank ? make_batch(r) : FT_OK;
    if (st != FT_OK)
        return st;
    ft_plan_eval(plan, &plan->rd->leaves[leaf_number], &r->scratch, r->rank, &eval, r->err);
    const ft_node *most = r->rank ? NULL : main_term(r, leaf_number);
    ft_op *op = most ? others_operator(r, leaf_number, most, &eval)
                     : ft_plan_operator(plan, leaf_number, plan->q->root, &eval);
    r->has_pending = false;
    r->counted_doc = UINT32_MAX;
    if (op)
        st = walk_windows(r, leaf_number, op, &eval);
    else
        st = eval.st;
    flush_pending(r);
    if (op)
        op->class->release(op);
    return st == FT_OK && r->rs->topk.failed ? ft_fail_nomem(r->err) : st;
}

/* One pass over all segments. */
static ft_status pass(run *r, bool rank, bool count, bool prune)
{
    const ft_reader *rd = r->rs->plan.rd;
    ft_status st = FT_OK;

    r->rank = rank;
    r->count = count;
    r->prune = prune;
    if (prune && !r->opts->group_documents) {
        uint32_t score = 0;
        st = ft_seed_threshold(&r->rs->plan, r->rs->topk.k, &r->scratch, &score, r->err);
        ft_topk_raise(&r->rs->topk, (int64_t)score - 1);
    }
    for (size_t i = 0; i < rd->n_leaves && st == FT_OK && !r->rs->timed_out; i++)
        st = search_leaf(r, (uint32_t)i);
    return st;
}

static bool any_dead(const ft_reader *rd)
{
    for (size_t i = 0; i < rd->n_leaves; i++)
        if (rd->leaves[i].dead)
            return true;
    return false;
}

/* Whether the number of matches is known without looking for them: that of a term is. */
static bool is_counted(const ft_plan *plan, const ft_node *node, uint64_t *total)
{
    while (node->kind == FT_NODE_LIST && node->n_required == 1 && !node->n_excluded)
        node = node->required[0];
    if (node->kind != FT_NODE_TERM)
        return false;
    *total = plan->df[node->terms[0]];
    return true;
}

/* Whether scoring all matches in the one pass that counts them costs less than ranking with pruning and then counting:
 * there are few of them, or every one has to be found by its positions. */
static bool is_cheap_whole(const ft_plan *plan, const ft_node *node)
{
    uint64_t any = 0;

    if (node->kind != FT_NODE_LIST)
        return node->kind == FT_NODE_PHRASE || plan->df[node->terms[0]] < plan->rd->n_passages / 16;
    for (uint32_t i = 0; i < node->n_required; i++)
        if (is_cheap_whole(plan, node->required[i]))
            return true;
    for (uint32_t i = 0; i < node->n_optional && !node->n_required; i++) {
        const ft_node *clause = node->optional[i];
        if (clause->kind != FT_NODE_TERM && !is_cheap_whole(plan, clause))
            return false;
        any += clause->kind == FT_NODE_TERM ? plan->df[clause->terms[0]] : 0;
    }
    return !node->n_required && any < plan->rd->n_passages / 64;
}

static ft_status run_query(run *r)
{
    ft_results *rs = r->rs;
    const ft_node *root = rs->plan.q->root;
    const ft_search_options *o = r->opts;
    bool rank = rs->topk.k > 0;
    uint64_t total;
    ft_status st;

    if (o->count && !o->group_documents && !any_dead(rs->plan.rd) && is_counted(&rs->plan, root, &total)) {
        st = rank ? pass(r, true, false, !o->exhaustive) : FT_OK;
        rs->total = total;
    } else if (o->count && rank && !o->exhaustive && !is_cheap_whole(&rs->plan, root)) {
        st = pass(r, true, false, true);
        if (st == FT_OK)
            st = pass(r, false, true, false);
    } else {
        st = pass(r, rank, o->count, rank && !o->count && !o->exhaustive);
    }
    if (!o->count)
        rs->total = r->offered;
    rs->total_exact = !rs->timed_out && (o->count || rs->topk.n < rs->topk.k || o->exhaustive);
    return st;
}

static ft_status check_options(const ft_search_options *o, ft_error *err)
{
    if (o->has_k1 && !(o->k1 >= 0 && o->k1 <= 100))
        return ft_fail(err, FT_EINVAL, "k1: must be 0 to 100");
    if (o->has_b && !(o->b >= 0 && o->b <= 1))
        return ft_fail(err, FT_EINVAL, "b: must be 0 to 1");
    return FT_OK;
}

ft_status ft_search(ft_results **out, const ft_reader *rd, const ft_query *q, const ft_search_options *opts,
                    ft_error *err)
{
    ft_search_options o = {0};
    ft_status st;

    *out = NULL;
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if ((st = check_options(&o, err)) != FT_OK)
        return st;
    ft_results *rs = ft_alloc_zero(1, sizeof *rs);
    if (!rs)
        return ft_fail_nomem(err);
    run r = {.rs = rs, .opts = &o, .err = err};
    if (o.timeout_ms)
        r.deadline = now_ns() + (uint64_t)o.timeout_ms * 1000000u;
    ft_topk_init(&rs->topk, o.top ? o.offset + o.top : 0);
    st = ft_plan_make(&rs->plan, rd, q, o.has_k1 ? o.k1 : rd->manifest.k1, o.has_b ? o.b : rd->manifest.b, err);
    rs->total_exact = true;
    if (st == FT_OK && q->root) {
        r.scratch = ft_reader_take_scratch(rd);
        st = run_query(&r);
        ft_reader_put_scratch(rd, &r.scratch);
    }
    ft_topk_sort(&rs->topk);
    rs->offset = o.offset < rs->topk.n ? (size_t)o.offset : rs->topk.n;
    if (st == FT_OK && rs->topk.failed)
        st = ft_fail_nomem(err);
    if (st != FT_OK) {
        ft_results_free(rs);
        return st;
    }
    *out = rs;
    return rs->timed_out ? ft_fail(err, FT_ETIMEOUT, "query: stopped after %u ms", o.timeout_ms) : FT_OK;
}
