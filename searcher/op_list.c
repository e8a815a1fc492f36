/* op_list.c - the operator of a list of clauses: all required, or any optional, less excluded; see eval.h.
 *
 * All-of: the rarest clause generates, the others probe what is left, cheapest first.
 *
 * Any-of (MaxScore within a window): clauses are ordered by their bounds in the window. The longest run of the least
 * of them that together cannot beat `need` is not essential: a passage that only those match cannot be a hit. The
 * essential clauses add into an array of one cell a passage; what is then worth it is probed with the others.
 *
 * All-of with something optional besides: where what is required cannot beat `need` by itself and is the more frequent,
 * the optional clauses generate as for any-of, and the required ones probe. */
#include "cpu.h"
#include "eval.h"
#include "mem.h"

#include <stdlib.h>

#define WORDS (FT_WINDOW / 64)

typedef struct list_op {
    ft_op base;
    ft_op **required, **optional, **excluded;
    uint32_t n_required, n_optional, n_excluded;
    uint32_t *most;        /* what a clause, required or (then) optional, adds at most anywhere; */
    uint64_t total;        /* the sum of these */
    uint64_t optional_cost;
    uint32_t *bounds;      /* what each adds at most in the window at hand, [lo, hi), */
    uint32_t sum, lo, hi;  /* and the sum of these */
    uint32_t *order;       /* optional clauses, least bound first */
    /* scratch, made when first needed */
    uint32_t *cells;       /* FT_WINDOW scores, all zero between calls */
    uint64_t *bits;        /* which cells matched, where all matches are asked for; all zero between calls */
    ft_batch part;         /* what one clause generates */
    uint8_t *hits;         /* FT_WINDOW */
    uint32_t *places;      /* probe: where the passages left stand in the caller's array */
    ft_batch left;         /* probe: the passages left and what they score here */
    uint8_t *any;          /* probe: FT_WINDOW */
} list_op;

static void *scratch(list_op *l, size_t n, size_t size)
{
    void *p = ft_arena_zero(l->base.eval->arena, n, size);

    if (!p)
        ft_eval_fail(l->base.eval, ft_fail_nomem(l->base.eval->err));
    return p;
}

static bool batch_scratch(list_op *l, ft_batch *batch)
{
    if (!batch->scores) {
        batch->passages = scratch(l, FT_WINDOW, sizeof *batch->passages);
        batch->scores = scratch(l, FT_WINDOW, sizeof *batch->scores);
    }
    return batch->passages && batch->scores;
}

static bool hits_scratch(list_op *l)
{
    if (!l->hits)
        l->hits = scratch(l, FT_WINDOW, 1);
    return l->hits;
}

static bool cells_scratch(list_op *l)
{
    if (!l->bits) {
        l->cells = scratch(l, FT_WINDOW, sizeof *l->cells);
        l->bits = scratch(l, WORDS, sizeof *l->bits);
    }
    return l->cells && l->bits && batch_scratch(l, &l->part);
}

static uint32_t bound_of(ft_op *op, uint32_t lo, uint32_t hi)
{
    return op->scoring ? op->class->bound(op, lo, hi) : 0;
}

static uint32_t list_bound(ft_op *op, uint32_t lo, uint32_t hi)
{
    list_op *l = (list_op *)op;

    if (l->lo != lo || l->hi != hi) {
        l->lo = lo;
        l->hi = hi;
        l->sum = 0;
        for (uint32_t i = 0; i < l->n_required; i++)
            l->sum += l->bounds[i] = bound_of(l->required[i], lo, hi);
        for (uint32_t i = 0; i < l->n_optional; i++)
            l->sum += l->bounds[l->n_required + i] = bound_of(l->optional[i], lo, hi);
    }
    return l->sum;
}

/* What is left of need when `more` may still come; negative: everything may matter. */
static int64_t less(int64_t need, uint64_t more)
{
    return need < 0 ? need : need - (int64_t)more < 0 ? -1 : need - (int64_t)more;
}

/* Where a clause is that adds more than is missing of need when all others add the most they can. */
static uint32_t clause_hint(const list_op *l, ft_op *clause, uint32_t most, uint32_t lo, int64_t need)
{
    return clause->class->hint(clause, lo, less(need, l->total - most));
}

static uint32_t list_hint(ft_op *op, uint32_t lo, int64_t need)
{
    list_op *l = (list_op *)op;
    uint32_t at = l->n_required ? lo : UINT32_MAX;

    for (uint32_t i = 0; i < l->n_required; i++) {
        uint32_t here = clause_hint(l, l->required[i], l->most[i], at, need);
        if (here > at)
            at = here;
        if (at / FT_WINDOW == lo / FT_WINDOW)
            break; /* the rarest goes from window to window: so will the others */
    }
    for (uint32_t i = 0; i < l->n_optional && !l->n_required; i++) {
        uint32_t here = clause_hint(l, l->optional[i], l->most[i], lo, need);
        if (here < at)
            at = here;
        if (at / FT_WINDOW == lo / FT_WINDOW)
            return lo; /* near enough: the windows are the same */
    }
    return at;
}

/* Probes the batch with one clause; keeps the passages that match (or do not, or all) and may still score more than
 * need. */
enum keep { KEEP_HITS, KEEP_MISSES, KEEP_ALL };

static void probe_batch(list_op *l, ft_op *clause, ft_batch *batch, enum keep keep, int64_t need)
{
    memset(l->hits, 0, batch->n);
    clause->class->probe(clause, batch->passages, batch->n, keep == KEEP_MISSES ? -1 : need, batch->scores, l->hits);
    if (keep != KEEP_ALL)
        batch->n = ft_cpu.keep_marked(batch->passages, batch->scores, l->hits, batch->n, keep == KEEP_HITS);
    batch->n = ft_keep_above(batch->passages, batch->scores, batch->n, need);
}

static void generate_all_of(list_op *l, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    const uint32_t *optional_bounds = l->bounds + l->n_required;
    uint64_t rest = need >= 0 ? list_bound(&l->base, lo, hi) - l->bounds[0] : 0;

    l->required[0]->class->generate(l->required[0], lo, hi, less(need, rest), out);
    for (uint32_t i = 1; i < l->n_required && out->n; i++) {
        rest -= need >= 0 ? l->bounds[i] : 0;
        probe_batch(l, l->required[i], out, KEEP_HITS, less(need, rest));
    }
    for (uint32_t i = 0; i < l->n_optional && out->n && l->base.scoring; i++) {
        rest -= need >= 0 ? optional_bounds[i] : 0;
        probe_batch(l, l->optional[i], out, KEEP_ALL, less(need, rest));
    }
}

/* Adds a clause's matches in [lo, hi) into the cells; `all`: even those that score nothing are to be found again. */
static void accumulate(list_op *l, ft_op *clause, uint32_t lo, uint32_t hi, bool all)
{
    const ft_batch *part = &l->part;

    clause->class->generate(clause, lo, hi, -1, &l->part);
    for (uint32_t i = 0; i < part->n; i++)
        l->cells[part->passages[i] - lo] += part->scores[i];
    for (uint32_t i = 0; i < part->n && all; i++) {
        uint32_t at = part->passages[i] - lo;
        l->bits[at / 64] |= UINT64_C(1) << (at % 64);
    }
}

/* Takes all matches out of the cells, and clears them. */
static void collect_all(list_op *l, uint32_t lo, ft_batch *out)
{
    uint32_t n = 0;

    for (uint32_t w = 0; w < WORDS; w++) {
        for (uint64_t word = l->bits[w]; word; word &= word - 1) {
            uint32_t at = w * 64 + (uint32_t)__builtin_ctzll(word);
            out->passages[n] = lo + at;
            out->scores[n++] = l->cells[at];
            l->cells[at] = 0;
        }
        l->bits[w] = 0;
    }
    out->n = n;
}

/* Orders the optional clauses by bound in the window, and returns how many are not essential; *rest is the sum of their
 * bounds. */
static uint32_t partition(list_op *l, uint32_t lo, uint32_t hi, int64_t need, uint64_t *rest)
{
    const uint32_t *bounds = l->bounds + l->n_required;
    uint32_t n = l->n_optional, idle = 0;

    *rest = 0;
    list_bound(&l->base, lo, hi);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = i;
        for (; k > 0 && bounds[l->order[k - 1]] > bounds[i]; k--)
            l->order[k] = l->order[k - 1];
        l->order[k] = i;
    }
    while (idle < n && *rest + bounds[l->order[idle]] <= (uint64_t)need)
        *rest += bounds[l->order[idle++]];
    return idle;
}

/* Whether so few matches are expected of some clauses that they are better remembered than looked for in all cells. */
static bool are_few(const list_op *l, const uint32_t *order, uint32_t n)
{
    uint64_t cost = 0;

    for (uint32_t i = 0; i < n; i++)
        cost += l->optional[order[i]]->cost;
    return cost < l->base.eval->norms->n_passages / (FT_WINDOW / 64);
}

static void generate_any_of(list_op *l, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    uint32_t n = l->n_optional, idle = 0;
    uint64_t rest = 0;

    if (need >= 0)
        idle = partition(l, lo, hi, need, &rest);
    else
        for (uint32_t i = 0; i < n; i++)
            l->order[i] = i;
    if (idle == n)
        return;
    if (idle == n - 1) {
        ft_op *only = l->optional[l->order[idle]];
        only->class->generate(only, lo, hi, less(need, rest), out);
    } else {
        if (!cells_scratch(l))
            return;
        int64_t least = less(need, rest);
        bool few = least < 0 || are_few(l, l->order + idle, n - idle);
        for (uint32_t i = idle; i < n; i++)
            accumulate(l, l->optional[l->order[i]], lo, hi, few);
        if (few) {
            collect_all(l, lo, out);
            out->n = ft_keep_above(out->passages, out->scores, out->n, least);
        } else {
            uint32_t cells = (hi - lo + 15) / 16 * 16;
            out->n = ft_cpu.collect(l->cells, cells, (uint32_t)least, lo, out->passages, out->scores);
        }
    }
    while (idle-- > 0 && out->n) {
        rest -= l->bounds[l->n_required + l->order[idle]];
        probe_batch(l, l->optional[l->order[idle]], out, KEEP_ALL, less(need, rest));
    }
}

/* Whether in a window what is required scores too little by itself, and what is optional is rarer. */
static bool needs_optional(list_op *l, uint32_t lo, uint32_t hi, int64_t need)
{
    const uint32_t *bounds = l->bounds;
    uint64_t most = 0;

    if (need < 0 || l->optional_cost > l->required[0]->cost || hi - lo > FT_WINDOW)
        return false;
    list_bound(&l->base, lo, hi);
    for (uint32_t i = 0; i < l->n_required; i++)
        most += bounds[i];
    return most <= (uint64_t)need;
}

/* Then a match of all that is required matches something optional, too, that makes up for what is missing. */
static void generate_from_optional(list_op *l, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    uint64_t rest = 0;

    for (uint32_t i = 0; i < l->n_required; i++)
        rest += l->bounds[i];
    generate_any_of(l, lo, hi, need - (int64_t)rest, out);
    for (uint32_t i = 0; i < l->n_required && out->n; i++) {
        rest -= l->bounds[i];
        probe_batch(l, l->required[i], out, KEEP_HITS, less(need, rest));
    }
}

static void list_generate(ft_op *op, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    list_op *l = (list_op *)op;

    out->n = 0;
    if (!hits_scratch(l))
        return;
    if (l->n_required && needs_optional(l, lo, hi, need))
        generate_from_optional(l, lo, hi, need, out);
    else if (l->n_required)
        generate_all_of(l, lo, hi, need, out);
    else
        generate_any_of(l, lo, hi, need, out);
    for (uint32_t i = 0; i < l->n_excluded && out->n; i++)
        probe_batch(l, l->excluded[i], out, KEEP_MISSES, need);
}

/* Probes the passages whose bits are set in own and not in known with a clause; clears the bits of those not kept. */
static void probe_bits(list_op *l, ft_op *clause, enum keep keep, uint32_t lo, const uint64_t *known, uint64_t *own)
{
    uint32_t *passages = l->part.passages, n = 0;

    for (uint32_t w = 0; w < WORDS; w++)
        for (uint64_t word = own[w] & ~known[w]; word; word &= word - 1)
            passages[n++] = lo + w * 64 + (uint32_t)__builtin_ctzll(word);
    memset(l->part.scores, 0, n * sizeof *l->part.scores);
    memset(l->hits, 0, n);
    clause->class->probe(clause, passages, n, -1, l->part.scores, l->hits);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = passages[i] - lo;
        own[at / 64] &= ~((uint64_t)(l->hits[i] != (keep == KEEP_HITS)) << (at % 64));
    }
}

/* Marks a clause where bits are set in own and not in known; clears the bits of those not kept. */
static void mark_bits(ft_op *clause, enum keep keep, uint32_t lo, uint32_t hi, const uint64_t *known, uint64_t *own)
{
    uint64_t other[WORDS], flip = keep == KEEP_HITS ? 0 : UINT64_MAX;

    for (uint32_t w = 0; w < WORDS; w++)
        other[w] = known[w] | ~own[w];
    clause->class->mark(clause, lo, hi, other);
    for (uint32_t w = 0; w < WORDS; w++)
        own[w] = (own[w] & (other[w] ^ flip)) | known[w];
}

/* Of the bits set in own and not in known, keeps those that a clause matches, or does not; whether any is left. */
static bool sift(list_op *l, ft_op *clause, enum keep keep, uint32_t lo, uint32_t hi, const uint64_t *known,
                 uint64_t *own)
{
    uint32_t left = ft_cpu.count_words(own, WORDS) - ft_cpu.count_words(known, WORDS);
    uint64_t marks = clause->cost * FT_WINDOW / (l->base.eval->norms->n_passages + 1);

    if (left && ft_worth_marking(marks, left))
        mark_bits(clause, keep, lo, hi, known, own);
    else if (left)
        probe_bits(l, clause, keep, lo, known, own);
    return left;
}

/* Terms' marks of a window are brought to its bits together. */
static void mark_any_of(list_op *l, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    ft_eval *eval = l->base.eval;

    for (uint32_t i = 0; i < l->n_optional; i++) {
        ft_op *clause = l->optional[i];
        eval->hold = clause->class->occurrences && !clause->slow;
        if (!eval->hold)
            ft_eval_take_marks(eval, bits);
        clause->class->mark(clause, lo, hi, bits);
        eval->hold = false;
    }
    ft_eval_take_marks(eval, bits);
}

static void list_mark(ft_op *op, uint32_t lo, uint32_t hi, uint64_t *bits)
{
    list_op *l = (list_op *)op;
    uint64_t own[WORDS];
    bool more = true;

    if (!l->n_required && !l->n_excluded) {
        mark_any_of(l, lo, hi, bits);
        return;
    }
    if (!hits_scratch(l) || !batch_scratch(l, &l->part))
        return;
    memcpy(own, bits, sizeof own);
    if (l->n_required)
        l->required[0]->class->mark(l->required[0], lo, hi, own);
    for (uint32_t i = 1; i < l->n_required && more; i++)
        more = sift(l, l->required[i], KEEP_HITS, lo, hi, bits, own);
    if (!l->n_required)
        mark_any_of(l, lo, hi, own);
    for (uint32_t i = 0; i < l->n_excluded && more; i++)
        more = sift(l, l->excluded[i], KEEP_MISSES, lo, hi, bits, own);
    memcpy(bits, own, sizeof own);
}

/* Keeps of `left` what hits says (or its opposite), with the places. */
static void keep_left(list_op *l, const uint8_t *hits, uint8_t wanted)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < l->left.n; i++) {
        l->left.passages[kept] = l->left.passages[i];
        l->left.scores[kept] = l->left.scores[i];
        l->places[kept] = l->places[i];
        kept += hits[i] == wanted;
    }
    l->left.n = kept;
}

static bool probe_scratch(list_op *l)
{
    if (!l->any) {
        l->places = scratch(l, FT_WINDOW, sizeof *l->places);
        l->any = scratch(l, FT_WINDOW, 1);
    }
    return l->places && l->any && hits_scratch(l) && batch_scratch(l, &l->left);
}

static void probe_left(list_op *l, ft_op *clause)
{
    memset(l->hits, 0, l->left.n);
    clause->class->probe(clause, l->left.passages, l->left.n, -1, l->left.scores, l->hits);
}

static void list_probe(ft_op *op, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores, uint8_t *hits)
{
    list_op *l = (list_op *)op;

    (void)need; /* allows, but does not ask for, less */
    if (!probe_scratch(l))
        return;
    memcpy(l->left.passages, passages, n * sizeof *passages);
    memset(l->left.scores, 0, n * sizeof *scores);
    l->left.n = n;
    for (uint32_t i = 0; i < n; i++)
        l->places[i] = i;
    for (uint32_t i = 0; i < l->n_required && l->left.n; i++) {
        probe_left(l, l->required[i]);
        keep_left(l, l->hits, 1);
    }
    memset(l->any, 0, n);
    for (uint32_t i = 0; i < l->n_optional && l->left.n; i++) {
        probe_left(l, l->optional[i]);
        for (uint32_t k = 0; k < l->left.n; k++)
            l->any[k] |= l->hits[k];
    }
    if (!l->n_required)
        keep_left(l, l->any, 1);
    for (uint32_t i = 0; i < l->n_excluded && l->left.n; i++) {
        probe_left(l, l->excluded[i]);
        keep_left(l, l->hits, 0);
    }
    for (uint32_t i = 0; i < l->left.n; i++) {
        hits[l->places[i]] = 1;
        scores[l->places[i]] += l->left.scores[i];
    }
}

static void list_rewind(ft_op *op)
{
    list_op *l = (list_op *)op;
    ft_op **groups[] = {l->required, l->optional, l->excluded};
    uint32_t counts[] = {l->n_required, l->n_optional, l->n_excluded};

    for (unsigned g = 0; g < 3; g++)
        for (uint32_t i = 0; i < counts[g]; i++)
            groups[g][i]->class->rewind(groups[g][i]);
}

static void list_release(ft_op *op)
{
    list_op *l = (list_op *)op;
    ft_op **groups[] = {l->required, l->optional, l->excluded};
    uint32_t counts[] = {l->n_required, l->n_optional, l->n_excluded};

    for (unsigned g = 0; g < 3; g++)
        for (uint32_t i = 0; i < counts[g]; i++)
            groups[g][i]->class->release(groups[g][i]);
}

static uint32_t list_reach(const ft_op *op, uint32_t lo, uint32_t matches)
{
    const list_op *l = (const list_op *)op;
    const ft_op *first = l->n_required ? l->required[0] : NULL;

    return first && first->class->reach ? first->class->reach(first, lo, matches) : lo - lo % FT_WINDOW + FT_WINDOW;
}

static const ft_op_class list_class = {list_bound, list_hint,   list_generate, list_mark,
                                       list_probe, list_rewind, list_release,  NULL, list_reach};

/* Where scores matter not, the positions of phrases are looked at where other clauses leave it open. */
static uint64_t rank_of(const ft_op *op)
{
    return op->slow && !op->scoring ? op->cost * 16 : op->cost;
}

static int by_cost(const void *a, const void *b)
{
    uint64_t x = rank_of(*(ft_op *const *)a), y = rank_of(*(ft_op *const *)b);

    return (x > y) - (x < y);
}

static bool any_slow(ft_op *const *ops, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (ops[i]->slow)
            return true;
    return false;
}

/* Slow clauses last. */
static int by_speed(const void *a, const void *b)
{
    const ft_op *x = *(ft_op *const *)a, *y = *(ft_op *const *)b;

    return x->slow != y->slow ? x->slow - y->slow : by_cost(a, b);
}

ft_op *ft_op_list(ft_eval *eval, ft_op **required, uint32_t n_required, ft_op **optional, uint32_t n_optional,
                  ft_op **excluded, uint32_t n_excluded)
{
    list_op *l = ft_arena_zero(eval->arena, 1, sizeof *l);
    uint64_t cost = 0;

    if (l) {
        l->most = ft_arena_zero(eval->arena, n_required + n_optional, sizeof *l->most);
        l->bounds = ft_arena_zero(eval->arena, n_required + n_optional, sizeof *l->bounds);
        l->order = ft_arena_zero(eval->arena, n_optional, sizeof *l->order);
    }
    if (!l || !l->most || !l->bounds || !l->order) {
        ft_eval_fail(eval, ft_fail_nomem(eval->err));
        return NULL;
    }
    qsort(required, n_required, sizeof *required, by_cost);
    if (!eval->scoring)
        qsort(optional, n_optional, sizeof *optional, by_speed);
    qsort(excluded, n_excluded, sizeof *excluded, by_speed);
    bool slow = any_slow(required, n_required) || any_slow(optional, n_optional) || any_slow(excluded, n_excluded);
    if (n_required)
        cost = required[0]->cost;
    for (uint32_t i = 0; i < n_optional && !n_required; i++)
        cost += optional[i]->cost;
    for (uint32_t i = 0; i < n_optional; i++)
        l->optional_cost += optional[i]->cost;
    for (uint32_t i = 0; i < n_required + n_optional; i++)
        l->total += l->most[i] = bound_of(i < n_required ? required[i] : optional[i - n_required], 0, UINT32_MAX);
    l->base = (ft_op){&list_class, eval, cost, eval->scoring, slow};
    l->required = required;
    l->n_required = n_required;
    l->optional = optional;
    l->n_optional = n_optional;
    l->excluded = excluded;
    l->n_excluded = n_excluded;
    return &l->base;
}
