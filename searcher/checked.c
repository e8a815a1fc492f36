/* checked.c - operators that check themselves, in a checked build; see eval.h. */
#include "eval.h"

#ifdef FT_CHECKED
#include <assert.h>

/* A class of an operator's own, which calls the operator's usual one. */
typedef struct checked {
    ft_op_class class;
    const ft_op_class *usual;
} checked;

static const ft_op_class *usual_of(const ft_op *op)
{
    return ((const checked *)op->class)->usual;
}

static void check_scores(ft_op *op, uint32_t lo, uint32_t hi, const uint32_t *passages, uint32_t n,
                         const uint32_t *before, const uint32_t *scores)
{
    uint32_t whole = op->scoring && n ? op->class->bound(op, lo, hi) : 0;

    for (uint32_t i = 0; op->scoring && op->eval->st == FT_OK && i < n; i++) {
        uint32_t here = op->class->bound(op, passages[i], passages[i] + 1);
        assert(scores[i] - (before ? before[i] : 0) <= here && "a score is above its bound");
        assert(here <= whole && "the bound of a passage is above that of its window");
    }
}

static void checked_generate(ft_op *op, uint32_t lo, uint32_t hi, int64_t need, ft_batch *out)
{
    usual_of(op)->generate(op, lo, hi, need, out);
    for (uint32_t i = 0; i < out->n; i++)
        assert(out->passages[i] < hi && out->passages[i] >= (i ? out->passages[i - 1] + 1 : lo));
    check_scores(op, lo, hi, out->passages, out->n, NULL, out->scores);
}

static void checked_probe(ft_op *op, const uint32_t *passages, uint32_t n, int64_t need, uint32_t *scores,
                          uint8_t *hits)
{
    uint32_t before[FT_WINDOW];

    assert(n <= FT_WINDOW);
    memcpy(before, scores, n * sizeof *before);
    usual_of(op)->probe(op, passages, n, need, scores, hits);
    if (n)
        check_scores(op, passages[0], passages[n - 1] + 1, passages, n, before, scores);
}

ft_op *ft_op_checked(ft_op *op)
{
    checked *own;

    if (!op || op->class->generate == checked_generate) /* a list of one clause is that clause */
        return op;
    own = ft_arena_alloc(op->eval->arena, sizeof *own);
    if (!own)
        return op; /* as it is */
    own->usual = op->class;
    own->class = *op->class;
    own->class.generate = checked_generate;
    own->class.probe = checked_probe;
    op->class = &own->class;
    return op;
}
#endif
