/* qterms.c - see qterms.h. */
#include "qterms.h"

#include "mem.h"
#include "status.h"

#include <string.h>
#include <xxhash.h>

/* What a probe looks for, and the table its candidates are numbers of. */
typedef struct probe {
    const ft_qterms *table;
    const void *data;
    size_t n;
} probe;

void ft_qterms_init(ft_qterms *t, ft_arena *arena)
{
    *t = (ft_qterms){.arena = arena};
}

void ft_qterms_release(ft_qterms *t)
{
    ft_free(t->terms);
    ft_free(t->seqs);
    ft_slots_release(&t->term_slots);
    ft_slots_release(&t->seq_slots);
    *t = (ft_qterms){0};
}

static bool same_term(const void *key, uint32_t value)
{
    const probe *p = key;
    const ft_str *term = &p->table->terms[value];

    return term->len == p->n && memcmp(term->ptr, p->data, p->n) == 0;
}

ft_status ft_qterms_term(ft_qterms *t, ft_str term, uint32_t *out, ft_error *err)
{
    uint64_t hash = XXH3_64bits(term.ptr, term.len);
    uint32_t at = ft_slots_find(&t->term_slots, hash, same_term, &(probe){t, term.ptr, term.len});

    if (at == FT_SLOTS_NONE) {
        const char *copy = ft_arena_copy(t->arena, term.ptr, term.len);
        if (!copy || FT_GROW(t->terms, t->cap_terms, t->n_terms + 1) != 0)
            return ft_fail_nomem(err);
        at = (uint32_t)t->n_terms;
        if (ft_slots_add(&t->term_slots, hash, at) != 0)
            return ft_fail_nomem(err);
        t->terms[t->n_terms++] = (ft_str){copy, term.len};
    }
    *out = at;
    return FT_OK;
}

static bool same_seq(const void *key, uint32_t value)
{
    const probe *p = key;
    const ft_seq *seq = &p->table->seqs[value];

    return seq->n == p->n && memcmp(seq->terms, p->data, p->n * sizeof *seq->terms) == 0;
}

ft_status ft_qterms_seq(ft_qterms *t, const uint32_t *terms, size_t n, ft_seq *out, ft_error *err)
{
    uint64_t hash = XXH3_64bits(terms, n * sizeof *terms);
    uint32_t at = ft_slots_find(&t->seq_slots, hash, same_seq, &(probe){t, terms, n});

    if (at == FT_SLOTS_NONE) {
        uint32_t *copy = ft_arena_alloc(t->arena, n * sizeof *copy);
        if (!copy || FT_GROW(t->seqs, t->cap_seqs, t->n_seqs + 1) != 0)
            return ft_fail_nomem(err);
        memcpy(copy, terms, n * sizeof *copy);
        at = (uint32_t)t->n_seqs;
        if (ft_slots_add(&t->seq_slots, hash, at) != 0)
            return ft_fail_nomem(err);
        t->seqs[t->n_seqs++] = (ft_seq){copy, (uint32_t)n};
    }
    *out = t->seqs[at];
    return FT_OK;
}
