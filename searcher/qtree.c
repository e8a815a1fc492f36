/* qtree.c - see qtree.h.
 *
 * Write R, O, X for a list's required, optional and excluded clauses. It matches (all of R, or any of O when R is
 * empty) less any of X, and scores the sum of what matches in R and O. A child list L of a list P is dissolved into P
 * where that changes neither:
 *
 *   alone     L is P's only clause in R and O. P matches L less P's X, and scores as L: L's clauses keep their roles.
 *   required  L is in P's R and has an R of its own. What P matches, L matches, so L's R are required and its X are
 *             excluded of P. P's O and L's O merely score, for both P and L have required clauses, before and after.
 *   any-of    L is in P's O and has neither R nor X. L matches where one of its O does. If P has no R, a union of
 *             unions is a union; if it has, both only score. Either way each matching clause adds its score once.
 *   excluded  L is in P's X and has neither R nor X. Less any of a union is less each of it, and X never scores.
 *
 * One level is enough: clauses that L kept as lists fitted none of these rules in their role there, and P's is the
 * same. Equal terms and phrases in one role of one list are merged: matching is idempotent and scores are linear in
 * the count. */
#include "qtree.h"

#include "mem.h"
#include "status.h"

#include <xxhash.h>

struct ft_seen {
    const uint32_t *terms; /* a sequence's address tells it from all others */
    uint32_t serial;
    ft_role role;
    uint32_t place; /* in the stack or, for the list being closed, in `list` */
};

typedef struct probe {
    const ft_qtree *tree;
    const struct ft_seen *entry;
} probe;

void ft_qtree_init(ft_qtree *t, ft_arena *arena)
{
    *t = (ft_qtree){.arena = arena};
}

void ft_qtree_release(ft_qtree *t)
{
    ft_free(t->stack);
    ft_free(t->list);
    ft_free(t->seen);
    ft_slots_release(&t->seen_slots);
    *t = (ft_qtree){0};
}

ft_gather ft_qtree_begin(ft_qtree *t)
{
    return (ft_gather){t->n, ++t->serial, t->live};
}

static bool same_entry(const void *key, uint32_t value)
{
    const probe *p = key;
    const struct ft_seen *a = p->entry, *b = &p->tree->seen[value];

    return a->terms == b->terms && a->serial == b->serial && a->role == b->role;
}

/* Looks for these terms in that list and role: their place there, or FT_SLOTS_NONE. */
static uint32_t find_place(const ft_qtree *t, const struct ft_seen *entry, uint64_t *hash)
{
    *hash = XXH3_64bits_withSeed(&entry->terms, sizeof entry->terms,
                                 (uint64_t)entry->serial << 2 | (uint64_t)entry->role);
    uint32_t at = ft_slots_find(&t->seen_slots, *hash, same_entry, &(probe){t, entry});

    return at == FT_SLOTS_NONE ? FT_SLOTS_NONE : t->seen[at].place;
}

static ft_status remember(ft_qtree *t, const struct ft_seen *entry, uint64_t hash, ft_error *err)
{
    if (FT_GROW(t->seen, t->cap_seen, t->n_seen + 1) != 0 ||
        ft_slots_add(&t->seen_slots, hash, (uint32_t)t->n_seen) != 0)
        return ft_fail_nomem(err);
    t->seen[t->n_seen++] = *entry;
    return FT_OK;
}

static ft_node *new_leaf(ft_qtree *t, ft_seq seq)
{
    ft_node *node = ft_arena_zero(t->arena, 1, sizeof *node);

    if (node) {
        node->kind = seq.n == 1 ? FT_NODE_TERM : FT_NODE_PHRASE;
        node->count = 1;
        node->terms = seq.terms;
        node->n_terms = seq.n;
    }
    return node;
}

static ft_status push(ft_clause **list, size_t *n, size_t *cap, const ft_clause *clause, ft_error *err)
{
    if (FT_GROW(*list, *cap, *n + 1) != 0)
        return ft_fail_nomem(err);
    (*list)[(*n)++] = *clause;
    return FT_OK;
}

/* Adds a term or phrase, fresh or taken from a list that closed. */
static ft_status add_leaf(ft_qtree *t, uint32_t serial, ft_clause *c, ft_error *err)
{
    struct ft_seen entry = {c->node ? c->node->terms : c->seq.terms, serial, c->role, (uint32_t)t->n};
    uint64_t hash;
    uint32_t place = find_place(t, &entry, &hash);

    if (place != FT_SLOTS_NONE) {
        t->stack[place].node->count += c->node ? c->node->count : 1;
        t->live -= c->node != NULL;
        return FT_OK;
    }
    if (!c->node && t->live == FT_QUERY_MAX_CLAUSES) {
        t->full = true;
        return FT_OK;
    }
    if (!c->node) {
        c->node = new_leaf(t, c->seq);
        if (!c->node)
            return ft_fail_nomem(err);
        t->live++;
    }
    ft_status st = remember(t, &entry, hash, err);
    return st != FT_OK ? st : push(&t->stack, &t->n, &t->cap, c, err);
}

ft_status ft_qtree_add(ft_qtree *t, const ft_gather *g, const ft_clause *clause, ft_role role, ft_error *err)
{
    ft_clause c = *clause;

    c.role = role;
    if (c.nothing || (c.node && c.node->kind == FT_NODE_LIST))
        return push(&t->stack, &t->n, &t->cap, &c, err);
    return add_leaf(t, g->serial, &c, err);
}

/* Puts a node into the list being closed. */
static ft_status place_node(ft_qtree *t, uint32_t serial, ft_node *node, ft_role role, ft_error *err)
{
    ft_clause c = {.node = node, .role = role};

    if (node->kind != FT_NODE_LIST) {
        struct ft_seen entry = {node->terms, serial, role, (uint32_t)t->n_list};
        uint64_t hash;
        uint32_t place = find_place(t, &entry, &hash);
        if (place != FT_SLOTS_NONE) {
            t->list[place].node->count += node->count;
            t->live--;
            return FT_OK;
        }
        ft_status st = remember(t, &entry, hash, err);
        if (st != FT_OK)
            return st;
    }
    return push(&t->list, &t->n_list, &t->cap_list, &c, err);
}

static ft_status place_all(ft_qtree *t, uint32_t serial, ft_node **nodes, uint32_t n, ft_role role, ft_error *err)
{
    for (uint32_t i = 0; i < n; i++) {
        ft_status st = place_node(t, serial, nodes[i], role, err);
        if (st != FT_OK)
            return st;
    }
    return FT_OK;
}

/* Puts a clause into the list being closed, dissolved where the rules above allow it. */
static ft_status place_clause(ft_qtree *t, uint32_t serial, ft_node *node, ft_role role, bool alone, ft_error *err)
{
    bool list = node->kind == FT_NODE_LIST;
    bool any_of = list && node->n_required == 0 && node->n_excluded == 0;
    ft_status st;

    if (list && role != FT_ROLE_EXCLUDED && (alone || (role == FT_ROLE_REQUIRED && node->n_required > 0))) {
        st = place_all(t, serial, node->required, node->n_required, FT_ROLE_REQUIRED, err);
        if (st == FT_OK)
            st = place_all(t, serial, node->optional, node->n_optional, FT_ROLE_OPTIONAL, err);
        if (st == FT_OK)
            st = place_all(t, serial, node->excluded, node->n_excluded, FT_ROLE_EXCLUDED, err);
        return st;
    }
    if (any_of && role != FT_ROLE_REQUIRED)
        return place_all(t, serial, node->optional, node->n_optional, role, err);
    return place_node(t, serial, node, role, err);
}

/* The list node over t->list. */
static ft_node *new_list(ft_qtree *t)
{
    ft_node *node = ft_arena_zero(t->arena, 1, sizeof *node);
    ft_node **children = ft_arena_alloc(t->arena, t->n_list * sizeof(ft_node *));
    uint32_t *counts[] = {&node->n_optional, &node->n_required, &node->n_excluded};

    if (!node || !children)
        return NULL;
    node->kind = FT_NODE_LIST;
    node->count = 1;
    for (int role = FT_ROLE_OPTIONAL; role <= FT_ROLE_EXCLUDED; role++) {
        ft_node **first = children;
        for (size_t i = 0; i < t->n_list; i++)
            if ((int)t->list[i].role == role)
                *children++ = t->list[i].node;
        *counts[role] = (uint32_t)(children - first);
        *(role == FT_ROLE_OPTIONAL ? &node->optional : role == FT_ROLE_REQUIRED ? &node->required : &node->excluded) =
            first;
    }
    return node;
}

/* Drops the clauses that match nothing from the list on top of the stack. True if the whole list matches nothing:
 * for want of a required clause, or of all its optional ones, or because it has exclusions only. */
static bool is_barren(ft_qtree *t, size_t base, size_t *n_wanted)
{
    size_t kept = base;
    bool dropped = false;

    *n_wanted = 0;
    for (size_t i = base; i < t->n; i++) {
        const ft_clause *c = &t->stack[i];
        if (c->nothing) {
            if (c->role == FT_ROLE_REQUIRED)
                return true;
            dropped |= c->role == FT_ROLE_OPTIONAL;
            continue;
        }
        *n_wanted += c->role != FT_ROLE_EXCLUDED;
        t->stack[kept++] = *c;
    }
    t->n = kept;
    if (*n_wanted == 0 && !dropped)
        t->barren = true;
    return *n_wanted == 0;
}

ft_status ft_qtree_end(ft_qtree *t, const ft_gather *g, bool all, ft_clause *out, bool *some, ft_error *err)
{
    uint32_t serial = ++t->serial;
    size_t n_wanted;

    *out = (ft_clause){0};
    *some = t->n > g->base;
    if (!*some)
        return FT_OK;
    for (size_t i = g->base; all && i < t->n; i++)
        if (t->stack[i].role == FT_ROLE_OPTIONAL)
            t->stack[i].role = FT_ROLE_REQUIRED;
    out->nothing = is_barren(t, g->base, &n_wanted);

    t->n_list = 0;
    for (size_t i = g->base; !out->nothing && i < t->n; i++) {
        ft_status st = place_clause(t, serial, t->stack[i].node, t->stack[i].role, n_wanted == 1, err);
        if (st != FT_OK)
            return st;
    }
    t->n = g->base;
    if (out->nothing) {
        t->live = g->live;
        return FT_OK;
    }
    out->node = t->n_list == 1 ? t->list[0].node : new_list(t);
    return out->node ? FT_OK : ft_fail_nomem(err);
}
