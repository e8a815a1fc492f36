/* run_check.c - whether bytes are a run: see run.h for the format. What merges runs and writes their postings relies on
 * all that is looked at here. */
#include "run.h"

#include "bytes.h"
#include "mem.h"

typedef struct checker {
    ft_bytes b;
    uint32_t first, n_passages; /* passages are in [first, n_passages) */
    uint32_t last;              /* the largest seen */
    unsigned char term[255];    /* the one before */
    size_t term_len;
} checker;

/* Whether the next term is above the one before; *shared is what it has of that. */
static bool check_term(checker *c, uint64_t *shared)
{
    *shared = ft_bytes_varint(&c->b);
    uint64_t suffix = ft_bytes_varint(&c->b);

    if (c->b.failed || *shared > c->term_len || suffix > sizeof c->term - *shared)
        return false;
    const unsigned char *bytes = ft_bytes_take(&c->b, (size_t)suffix);
    if (!bytes || suffix == 0)
        return false;
    size_t len = (size_t)(*shared + suffix), least = len < c->term_len ? len : c->term_len;
    int order = memcmp(bytes, c->term + *shared, least > *shared ? least - (size_t)*shared : 0);
    if (order < 0 || (order == 0 && len <= c->term_len))
        return false;
    memcpy(c->term + *shared, bytes, (size_t)suffix);
    c->term_len = len;
    return true;
}

static bool check_gaps(checker *c, uint64_t tf)
{
    uint64_t at = 0;

    if (tf == 0 || tf > UINT32_MAX)
        return false;
    for (uint64_t k = 0; k < tf && !c->b.failed; k++) {
        uint64_t gap = ft_bytes_varint(&c->b);
        if (gap > UINT32_MAX - at)
            return false;
        at += gap + (k + 1 < tf);
        if (at > UINT32_MAX)
            return false;
    }
    return !c->b.failed;
}

static bool check_postings(checker *c)
{
    uint64_t next = c->first, before = 0;

    for (uint64_t n; (n = ft_bytes_varint(&c->b)) > 0;) {
        if (n > FT_LIST_BLOCK)
            return false;
        for (uint64_t i = 0; i < n; i++) {
            uint64_t head = ft_bytes_varint(&c->b), passage = before + (head >> 1);
            uint64_t tf = head & 1 ? ft_bytes_varint(&c->b) : 1;
            if (c->b.failed || passage < next || passage >= c->n_passages || !check_gaps(c, tf))
                return false;
            before = passage;
            next = passage + 1;
        }
    }
    if (next > c->first && before > c->last)
        c->last = (uint32_t)before;
    return !c->b.failed;
}

ft_status ft_run_check(ft_run *run, const unsigned char *p, uint32_t first, uint32_t n_passages, uint32_t *last,
                       bool *good, ft_error *err)
{
    checker c = {.b = ft_bytes_of(p, (size_t)run->len), .first = first, .n_passages = n_passages, .last = *last};
    size_t cap = 0;

    *good = false;
    while (ft_bytes_left(&c.b) > 0) {
        uint64_t off = run->len - ft_bytes_left(&c.b), shared;
        if (!check_term(&c, &shared) || !check_postings(&c))
            return FT_OK;
        uint32_t prefix = ft_term_prefix(c.term, c.term_len);
        if (run->n_marks > 0 && run->marks[run->n_marks - 1].prefix == prefix)
            continue;
        if (shared > 0)
            return FT_OK;
        if (FT_GROW(run->marks, cap, run->n_marks + 1) != 0)
            return ft_fail_nomem(err);
        run->marks[run->n_marks++] = (ft_run_mark){off, prefix};
    }
    *last = c.last;
    *good = true;
    return FT_OK;
}
