/* permute.c - see permute.h. */
#include "permute.h"

#include "mem.h"

#define POSTING_BYTES 24u /* of one gathered, gaps apart: two keys and a place */
#define FEW 48u           /* sorted by insertion */

/* ------------------------------------------------ terms */

static int compare(const ft_list_source *a, const ft_list_source *b)
{
    size_t len = a->term_len < b->term_len ? a->term_len : b->term_len;
    int c = memcmp(a->term, b->term, len);

    return c ? c : (a->term_len > b->term_len) - (a->term_len < b->term_len);
}

static ft_status next_term(ft_list_source *source, bool *more, ft_error *err)
{
    ft_permute *p = (ft_permute *)source;
    const ft_list_source *least = NULL;
    ft_status st = FT_OK;

    for (size_t i = 0; st == FT_OK && i < p->n_lists; i++) {
        ft_list_source *s = &p->lists[i].source;
        if (p->here[i])
            st = s->next_term(s, &p->live[i], err);
        if (st == FT_OK && p->live[i] && (!least || compare(s, least) < 0))
            least = s;
    }
    *more = least != NULL;
    if (st != FT_OK || !least)
        return st;
    for (size_t i = 0; i < p->n_lists; i++)
        p->here[i] = p->live[i] && compare(&p->lists[i].source, least) == 0;
    source->term = least->term;
    source->term_len = least->term_len;
    p->n = p->given = 0;
    p->hi = 0;
    p->begun = false;
    return FT_OK;
}

/* ------------------------------------------------ sorting */

static void sort_few(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1] > key; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

/* Sorts keys[n] by number, with `spare` of the same capacity; the result is in *keys, and the two may change places.
 * Eight bits at a time, those that all have in common left out. */
static void sort_keys(uint64_t **keys, uint64_t **spare, size_t n)
{
    uint64_t differ = 0;

    if (n <= FEW) {
        sort_few(*keys, n);
        return;
    }
    for (size_t i = 1; i < n; i++)
        differ |= (*keys)[i] ^ (*keys)[0];
    for (unsigned shift = 32; shift < 64; shift += 8) {
        size_t starts[256] = {0}, at = 0;
        if (!(differ >> shift & 0xff))
            continue;
        for (size_t i = 0; i < n; i++)
            starts[(*keys)[i] >> shift & 0xff]++;
        for (size_t i = 0; i < 256; i++) {
            size_t count = starts[i];
            starts[i] = at;
            at += count;
        }
        for (size_t i = 0; i < n; i++)
            (*spare)[starts[(*keys)[i] >> shift & 0xff]++] = (*keys)[i];
        uint64_t *swap = *keys;
        *keys = *spare;
        *spare = swap;
    }
}

/* ------------------------------------------------ gathering */

static uint32_t number_of(uint64_t key)
{
    return (uint32_t)(key >> 32);
}

/* Gives up the greater half of what was gathered, for a later time. What stays keeps its order. */
static ft_status halve(ft_permute *p, ft_error *err)
{
    size_t n = p->n, kept = 0, n_gaps = 0;
    uint64_t *sorted = ft_alloc(p->cap_spare, sizeof *sorted), *spare = p->spare; /* of one size: they may swap */

    if (!sorted)
        return ft_fail_nomem(err);
    memcpy(sorted, p->keys, n * sizeof *sorted);
    if (!p->sorted)
        sort_keys(&sorted, &spare, n);
    p->hi = number_of(sorted[n / 2]);
    p->spare = spare;
    ft_free(sorted);
    for (size_t i = 0; i < n; i++) {
        ft_permute_posting posting = p->postings[i];
        if (number_of(p->keys[i]) >= p->hi)
            continue;
        memmove(p->gaps + n_gaps, p->gaps + posting.at, posting.tf * sizeof *p->gaps);
        p->keys[kept] = (uint64_t)number_of(p->keys[i]) << 32 | kept;
        p->postings[kept++] = (ft_permute_posting){(uint32_t)n_gaps, posting.tf};
        n_gaps += posting.tf;
    }
    p->n = kept;
    p->n_gaps = n_gaps;
    return FT_OK;
}

/* Takes the postings of a block that have their numbers in [lo, hi). */
static ft_status take(ft_permute *p, const ft_list_block *b, ft_error *err)
{
    const uint32_t *gaps = b->gaps;

    if (FT_GROW(p->keys, p->cap_keys, p->n + b->n) != 0 || FT_GROW(p->spare, p->cap_spare, p->cap_keys) != 0 ||
        FT_GROW(p->postings, p->cap_postings, p->n + b->n) != 0 ||
        FT_GROW(p->gaps, p->cap_gaps, p->n_gaps + b->n_gaps) != 0)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; i < b->n; gaps += b->tfs[i++]) {
        uint32_t number = b->passages[i];
        if (number < p->lo || number >= p->hi)
            continue;
        p->sorted &= p->n == 0 || number > number_of(p->keys[p->n - 1]);
        memcpy(p->gaps + p->n_gaps, gaps, b->tfs[i] * sizeof *gaps);
        p->keys[p->n] = (uint64_t)number << 32 | p->n;
        p->postings[p->n++] = (ft_permute_posting){(uint32_t)p->n_gaps, b->tfs[i]};
        p->n_gaps += b->tfs[i];
    }
    if (p->n >= 2 && p->n * POSTING_BYTES + p->n_gaps * sizeof *p->gaps > p->room)
        return halve(p, err);
    return FT_OK;
}

/* The next range of the current term's postings, sorted. */
static ft_status gather(ft_permute *p, ft_error *err)
{
    ft_status st = FT_OK;

    p->lo = p->hi;
    p->hi = UINT32_MAX;
    p->n = p->given = p->n_gaps = 0;
    p->sorted = true;
    for (size_t i = 0; st == FT_OK && i < p->n_lists; i++) {
        ft_list_source *s = &p->lists[i].source;
        bool more = p->here[i];
        if (more)
            ft_seglists_rewind(&p->lists[i]);
        while (st == FT_OK && more) {
            p->block.n = 0;
            p->block.n_gaps = 0;
            st = s->next_postings(s, &p->block, &more, err);
            if (st == FT_OK && p->block.n > 0)
                st = take(p, &p->block, err);
        }
    }
    if (st == FT_OK && !p->sorted)
        sort_keys(&p->keys, &p->spare, p->n);
    p->begun = true;
    return st;
}

static ft_status next_postings(ft_list_source *source, ft_list_block *b, bool *more, ft_error *err)
{
    ft_permute *p = (ft_permute *)source;
    ft_status st = FT_OK;

    if (!p->begun || (p->given == p->n && p->hi != UINT32_MAX))
        st = gather(p, err);
    for (; st == FT_OK && p->given < p->n && b->n <= FT_LIST_BLOCK; p->given++) {
        uint64_t key = p->keys[p->given];
        ft_permute_posting posting = p->postings[(uint32_t)key];
        uint32_t *out = ft_list_block_room(b, posting.tf);
        if (!out)
            return ft_fail_nomem(err);
        memcpy(out, p->gaps + posting.at, posting.tf * sizeof *out);
        b->passages[b->n] = number_of(key);
        b->tfs[b->n++] = posting.tf;
        b->n_gaps += posting.tf;
    }
    *more = p->given < p->n || p->hi != UINT32_MAX;
    return st;
}

/* ------------------------------------------------ its beginning and end */

ft_status ft_permute_init(ft_permute *p, ft_seglists *lists, size_t n_lists, size_t room, ft_error *err)
{
    *p = (ft_permute){.source = {.next_term = next_term, .next_postings = next_postings},
                      .lists = lists,
                      .n_lists = n_lists,
                      .room = room,
                      .live = ft_alloc_zero(n_lists, sizeof *p->live),
                      .here = ft_alloc_zero(n_lists, sizeof *p->here)};
    if (!p->live || !p->here)
        return ft_fail_nomem(err);
    memset(p->here, true, n_lists * sizeof *p->here); /* all are to move to their first term */
    return FT_OK;
}

void ft_permute_release(ft_permute *p)
{
    ft_free(p->live);
    ft_free(p->here);
    ft_list_block_release(&p->block);
    ft_free(p->keys);
    ft_free(p->spare);
    ft_free(p->postings);
    ft_free(p->gaps);
    *p = (ft_permute){0};
}
