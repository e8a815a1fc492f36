/* merge.c - k-way merge of posting lists.
 *
 * A binary heap holds the sources by (current term, order of the source). All sources that stand at the least term are
 * taken off, and their postings pass through one block, so that the sink sees full blocks however small the pieces
 * are. Comparisons look at the first eight bytes of the terms as a number before anything else. */
#include "merge.h"

#include "mem.h"

#include <string.h>

typedef struct entry {
    uint64_t prefix; /* first eight bytes of the term, big-endian, zeros behind a shorter one */
    ft_list_source *source;
    size_t order;
} entry;

typedef struct merger {
    entry *heap;
    entry *same; /* sources at the current term, in order */
    size_t n_heap, n_same;
    ft_list_sink *sink;
    ft_list_block block;
    bool begun;    /* the sink knows the current term */
} merger;

uint32_t *ft_list_block_room(ft_list_block *b, size_t more)
{
    size_t need;

    if (__builtin_add_overflow(b->n_gaps, more, &need) || FT_GROW(b->gaps, b->cap_gaps, need) != 0)
        return NULL;
    return b->gaps + b->n_gaps;
}

void ft_list_block_release(ft_list_block *b)
{
    ft_free(b->gaps);
    b->gaps = NULL;
    b->n = 0;
    b->n_gaps = b->cap_gaps = 0;
}

static uint64_t prefix_of(const ft_list_source *s)
{
    unsigned char bytes[8] = {0};
    uint64_t prefix;

    memcpy(bytes, s->term, s->term_len < 8 ? s->term_len : 8);
    memcpy(&prefix, bytes, 8);
    return __builtin_bswap64(prefix);
}

static int compare_terms(const entry *a, const entry *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    size_t len = a->source->term_len < b->source->term_len ? a->source->term_len : b->source->term_len;
    int c = memcmp(a->source->term, b->source->term, len);
    if (c != 0)
        return c;
    return (a->source->term_len > b->source->term_len) - (a->source->term_len < b->source->term_len);
}

static bool before(const entry *a, const entry *b)
{
    int c = compare_terms(a, b);

    return c != 0 ? c < 0 : a->order < b->order;
}

static void sift_down(merger *m, size_t at)
{
    entry e = m->heap[at];

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= m->n_heap)
            break;
        if (child + 1 < m->n_heap && before(&m->heap[child + 1], &m->heap[child]))
            child++;
        if (!before(&m->heap[child], &e))
            break;
        m->heap[at] = m->heap[child];
        at = child;
    }
    m->heap[at] = e;
}

static void push(merger *m, const entry *e)
{
    size_t at = m->n_heap++;

    while (at > 0 && before(e, &m->heap[(at - 1) / 2])) {
        m->heap[at] = m->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    m->heap[at] = *e;
}

/* Moves a source to its next term and into the heap. */
static ft_status advance(merger *m, entry *e, ft_error *err)
{
    bool more;
    ft_status st = e->source->next_term(e->source, &more, err);

    if (st == FT_OK && more) {
        e->prefix = prefix_of(e->source);
        push(m, e);
    }
    return st;
}

/* Takes all sources that stand at the least term off the heap. */
static void pop_same(merger *m)
{
    m->n_same = 0;
    do {
        m->same[m->n_same++] = m->heap[0];
        m->heap[0] = m->heap[--m->n_heap];
        if (m->n_heap > 0)
            sift_down(m, 0);
    } while (m->n_heap > 0 && compare_terms(&m->heap[0], &m->same[0]) == 0);
}

static ft_status put(merger *m, bool last, ft_error *err)
{
    const ft_list_source *s = m->same[0].source;
    ft_status st = m->begun ? FT_OK : m->sink->begin(m->sink, s->term, s->term_len, err);

    m->begun = true;
    return st == FT_OK ? m->sink->block(m->sink, &m->block, last, err) : st;
}

/* Hands a full block to the sink. The posting behind it stays: it tells that the block is not the last one, and a
 * source may have more of its passage. */
static ft_status put_full(merger *m, ft_error *err)
{
    ft_list_block *b = &m->block;
    size_t kept = b->tfs[FT_LIST_BLOCK];

    b->n = FT_LIST_BLOCK;
    b->n_gaps -= kept;
    ft_status st = put(m, false, err);
    b->passages[0] = b->passages[FT_LIST_BLOCK];
    b->tfs[0] = b->tfs[FT_LIST_BLOCK];
    memmove(b->gaps, b->gaps + b->n_gaps, kept * sizeof *b->gaps);
    b->n = 1;
    b->n_gaps = kept;
    return st;
}

/* Makes one posting of number i and the one before it, whose gaps are next to each other already. */
static void join(ft_list_block *b, uint32_t i)
{
    uint32_t behind = b->n - i - 1, last = 0;
    size_t first = 0, at;

    for (uint32_t k = 0; k + 1 < i; k++)
        first += b->tfs[k];
    at = first + b->tfs[i - 1];
    for (size_t k = first; k < at; k++)
        last += b->gaps[k] + (k > first);
    b->gaps[at] -= last + 1;
    b->tfs[i - 1] += b->tfs[i];
    memmove(b->passages + i, b->passages + i + 1, behind * sizeof *b->passages);
    memmove(b->tfs + i, b->tfs + i + 1, behind * sizeof *b->tfs);
    b->n--;
}

static ft_status merge_postings(merger *m, ft_list_source *s, ft_error *err)
{
    ft_list_block *b = &m->block;
    bool more = true, first = s->continues;
    ft_status st = FT_OK;

    while (st == FT_OK && more) {
        uint32_t n = b->n;
        st = s->next_postings(s, b, &more, err);
        if (st == FT_OK && first && n > 0 && b->n > n && b->passages[n] == b->passages[n - 1])
            join(b, n);
        first = false;
        if (st == FT_OK && b->n > FT_LIST_BLOCK)
            st = put_full(m, err);
    }
    return st;
}

static ft_status merge_term(merger *m, ft_error *err)
{
    ft_status st = FT_OK;

    pop_same(m);
    m->begun = false;
    m->block.n = 0;
    m->block.n_gaps = 0;
    for (size_t i = 0; st == FT_OK && i < m->n_same; i++)
        st = merge_postings(m, m->same[i].source, err);
    if (st == FT_OK && m->block.n > 0)
        st = put(m, true, err);
    if (st == FT_OK && m->begun)
        st = m->sink->end(m->sink, err);
    for (size_t i = 0; st == FT_OK && i < m->n_same; i++)
        st = advance(m, &m->same[i], err);
    return st;
}

ft_status ft_merge(ft_list_source *const *sources, size_t n, ft_list_sink *sink, const volatile int *cancel,
                   ft_error *err)
{
    merger *m = ft_alloc_zero(1, sizeof *m);
    ft_status st = FT_OK;

    if (!m)
        return ft_fail_nomem(err);
    m->sink = sink;
    m->heap = ft_alloc(n, sizeof *m->heap);
    m->same = ft_alloc(n, sizeof *m->same);
    if (!m->heap || !m->same)
        st = ft_fail_nomem(err);
    for (size_t i = 0; st == FT_OK && i < n; i++)
        st = advance(m, &(entry){.source = sources[i], .order = i}, err);
    while (st == FT_OK && m->n_heap > 0) {
        if (cancel && *cancel)
            st = ft_fail(err, FT_ECANCELED, "canceled");
        else
            st = merge_term(m, err);
    }
    ft_free(m->heap);
    ft_free(m->same);
    ft_list_block_release(&m->block);
    ft_free(m);
    return st;
}
