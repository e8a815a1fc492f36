/* invert.c - inversion by sorting.
 *
 * Tokens are noted as a string of term numbers, in order of the text; which passage and position they have follows
 * from the stretch they are in. A counting sort brings them into groups of one term each, whose order is the byte
 * order of the terms; each group is then written as a list. */
#include "invert.h"

#include "bytes.h"
#include "mem.h"
#include "pages.h"
#include "words.h"

#include <stdlib.h>

#define LOOKAHEAD 64u /* words whose slots are fetched before the first of them is looked at */
#define AHEAD 16u     /* tokens before one is put in its place, that place is fetched */

/* Consecutive tokens of one passage with consecutive positions. */
typedef struct stretch {
    size_t first; /* of `tokens` */
    uint32_t passage, position;
} stretch;

typedef struct sort_key {
    uint64_t prefix; /* first eight bytes of the term, big-endian */
    uint32_t term;
} sort_key;

struct ft_inverter {
    ft_vocabulary vocabulary;
    size_t memory, max_tokens;
    uint32_t *tokens; /* terms of the tokens of this run */
    size_t n_tokens, cap_tokens;
    stretch *stretches;
    size_t n_stretches, cap_stretches;
    uint32_t *counts; /* per term: its tokens in this run; while scattering: where its next one goes */
    size_t cap_counts;
    sort_key *used, *spare; /* terms of this run */
    size_t n_used, cap_used, cap_spare;
    uint64_t *sorted; /* passage << 32 | position, by term */
    size_t cap_sorted;
};

ft_status ft_inverter_new(ft_inverter **out, const ft_analysis *analysis, size_t memory, size_t max_tokens,
                          ft_error *err)
{
    ft_inverter *inv = ft_alloc_zero(1, sizeof *inv);

    *out = NULL;
    if (!inv)
        return ft_fail_nomem(err);
    inv->memory = memory;
    inv->max_tokens = max_tokens < UINT32_MAX / 2 ? max_tokens : UINT32_MAX / 2;
    ft_status st = ft_vocabulary_init(&inv->vocabulary, analysis, err);
    if (st == FT_OK)
        *out = inv;
    else
        ft_free(inv);
    return st;
}

void ft_inverter_free(ft_inverter *inv)
{
    if (!inv)
        return;
    ft_vocabulary_release(&inv->vocabulary);
    ft_free(inv->tokens);
    ft_free(inv->stretches);
    ft_free(inv->counts);
    ft_free(inv->used);
    ft_free(inv->spare);
    ft_free(inv->sorted);
    ft_free(inv);
}

void ft_run_list_release(ft_run_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        ft_run_release(&list->items[i]);
    ft_free(list->items);
    *list = (ft_run_list){0};
}

void ft_inverter_reset(ft_inverter *inv)
{
    for (size_t i = 0; i < inv->n_used; i++)
        inv->counts[inv->used[i].term] = 0;
    inv->n_used = inv->n_stretches = inv->n_tokens = 0;
}

/* ------------------------------------------------ collecting */

/* Counts for the terms the vocabulary has by now. */
static ft_status room_for_terms(ft_inverter *inv, ft_error *err)
{
    size_t before = inv->cap_counts;

    if (FT_GROW(inv->counts, inv->cap_counts, inv->vocabulary.n_terms) != 0)
        return ft_fail_nomem(err);
    ft_pages_enlarge(inv->counts, inv->cap_counts * sizeof *inv->counts);
    memset(inv->counts + before, 0, (inv->cap_counts - before) * sizeof *inv->counts);
    return FT_OK;
}

/* Appends the tokens of words[0 .. n) of text, not yet counted. */
static ft_status add_words(ft_inverter *inv, const char *text, const ft_word *words, const ft_form_key *keys,
                           uint32_t n, ft_error *err)
{
    const uint32_t *terms;
    uint32_t n_terms, one;

    if (FT_GROW(inv->tokens, inv->cap_tokens, inv->n_tokens + n) != 0)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; i < n; i++) {
        if (ft_vocabulary_find_fast(&inv->vocabulary, &keys[i], &one)) {
            inv->tokens[inv->n_tokens++] = one;
            continue;
        }
        ft_status st = ft_vocabulary_find(&inv->vocabulary, text + words[i].start, &keys[i], &terms, &n_terms, err);
        if (st != FT_OK)
            return st;
        /* room for the words to come remains */
        if (FT_GROW(inv->tokens, inv->cap_tokens, inv->n_tokens + n_terms + (n - i)) != 0)
            return ft_fail_nomem(err);
        for (uint32_t k = 0; k < n_terms; k++)
            inv->tokens[inv->n_tokens++] = terms[k];
    }
    return FT_OK;
}

/* Counts the terms of the tokens from `first` on. */
static ft_status count_terms(ft_inverter *inv, size_t first, ft_error *err)
{
    size_t n_used = inv->n_used, n_tokens = inv->n_tokens;

    if (inv->vocabulary.n_terms > inv->cap_counts) {
        ft_status st = room_for_terms(inv, err);
        if (st != FT_OK)
            return st;
    }
    if (FT_GROW(inv->used, inv->cap_used, n_used + (n_tokens - first)) != 0)
        return ft_fail_nomem(err);
    const uint32_t *tokens = inv->tokens;
    uint32_t *counts = inv->counts;
    sort_key *used = inv->used;
    for (size_t i = first; i < n_tokens; i++) {
        used[n_used].term = tokens[i];
        n_used += counts[tokens[i]]++ == 0;
    }
    inv->n_used = n_used;
    return FT_OK;
}

static ft_status begin_stretch(ft_inverter *inv, uint32_t passage, uint32_t position, ft_error *err)
{
    if (FT_GROW(inv->stretches, inv->cap_stretches, inv->n_stretches + 1) != 0)
        return ft_fail_nomem(err);
    inv->stretches[inv->n_stretches++] = (stretch){inv->n_tokens, passage, position};
    return FT_OK;
}

ft_status ft_inverter_text(ft_inverter *inv, uint32_t passage, const char *text, size_t len, uint32_t *position,
                           ft_run_list *runs, ft_error *err)
{
    ft_words words;
    ft_word batch[LOOKAHEAD];
    ft_form_key keys[LOOKAHEAD];
    ft_status st = begin_stretch(inv, passage, *position, err);

    ft_words_init(&words, text, len);
    while (st == FT_OK) {
        uint32_t n = (uint32_t)ft_words_fill(&words, batch, LOOKAHEAD);
        for (uint32_t i = 0; i < n; i++)
            keys[i] = ft_vocabulary_key(&inv->vocabulary, text + batch[i].start, batch[i].end - batch[i].start);
        if (n == 0)
            break;
        size_t before = inv->n_tokens;
        st = add_words(inv, text, batch, keys, n, err);
        if (st == FT_OK)
            st = count_terms(inv, before, err);
        if (st != FT_OK)
            break;
        if (inv->n_tokens - before > UINT32_MAX - FT_LIST_BLOCK - *position) {
            st = ft_fail(err, FT_ELIMIT, "a passage has more than %u words", UINT32_MAX - FT_LIST_BLOCK);
            break;
        }
        *position += (uint32_t)(inv->n_tokens - before);
        if (inv->n_tokens >= inv->max_tokens || ft_vocabulary_size(&inv->vocabulary) > inv->memory) {
            st = ft_inverter_finish(inv, runs, err);
            if (st == FT_OK)
                st = begin_stretch(inv, passage, *position, err);
        }
    }
    return st;
}

/* ------------------------------------------------ sorting */

static uint64_t prefix_of(const unsigned char *term, size_t len)
{
    unsigned char bytes[8] = {0};

    memcpy(bytes, term, len < 8 ? len : 8);
    return __builtin_bswap64(ft_load_u64(bytes));
}

static int compare_terms(const void *a, const void *b, void *arg)
{
    const ft_vocabulary *v = arg;
    size_t a_len, b_len;
    const unsigned char *a_bytes = ft_vocabulary_bytes(v, ((const sort_key *)a)->term, &a_len);
    const unsigned char *b_bytes = ft_vocabulary_bytes(v, ((const sort_key *)b)->term, &b_len);
    int c = memcmp(a_bytes, b_bytes, a_len < b_len ? a_len : b_len);

    return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

/* One pass of a radix sort by the byte at `shift`; keys end up in inv->used either way. */
static void sort_by_byte(ft_inverter *inv, unsigned shift)
{
    size_t starts[256] = {0}, at = 0;

    for (size_t i = 0; i < inv->n_used; i++)
        starts[inv->used[i].prefix >> shift & 255]++;
    if (starts[inv->used[0].prefix >> shift & 255] == inv->n_used)
        return;
    for (unsigned i = 0; i < 256; i++) {
        size_t n = starts[i];
        starts[i] = at;
        at += n;
    }
    for (size_t i = 0; i < inv->n_used; i++)
        inv->spare[starts[inv->used[i].prefix >> shift & 255]++] = inv->used[i];
    sort_key *keys = inv->used;
    size_t cap = inv->cap_used;
    inv->used = inv->spare;
    inv->cap_used = inv->cap_spare;
    inv->spare = keys;
    inv->cap_spare = cap;
}

/* Brings the terms of this run into byte order: by their first eight bytes, then the rest of those that share them. */
static ft_status sort_terms(ft_inverter *inv, ft_error *err)
{
    if (FT_GROW(inv->spare, inv->cap_spare, inv->n_used) != 0)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < inv->n_used; i++) {
        size_t len;
        const unsigned char *term = ft_vocabulary_bytes(&inv->vocabulary, inv->used[i].term, &len);
        inv->used[i].prefix = prefix_of(term, len);
    }
    for (unsigned shift = 0; shift < 64; shift += 8)
        sort_by_byte(inv, shift);
    for (size_t i = 0, end; i < inv->n_used; i = end) {
        for (end = i + 1; end < inv->n_used && inv->used[end].prefix == inv->used[i].prefix;)
            end++;
        if (end - i > 1)
            qsort_r(inv->used + i, end - i, sizeof *inv->used, compare_terms, &inv->vocabulary);
    }
    return FT_OK;
}

/* Groups the tokens by term; counts then tell where each group ends. */
static ft_status scatter(ft_inverter *inv, ft_error *err)
{
    size_t at = 0;

    if (inv->n_tokens > inv->cap_sorted) {
        if (FT_GROW(inv->sorted, inv->cap_sorted, inv->n_tokens) != 0)
            return ft_fail_nomem(err);
        ft_pages_enlarge(inv->sorted, inv->cap_sorted * sizeof *inv->sorted);
    }
    for (size_t i = 0; i < inv->n_used; i++) {
        size_t n = inv->counts[inv->used[i].term];
        inv->counts[inv->used[i].term] = (uint32_t)at;
        at += n;
    }
    if (FT_GROW(inv->tokens, inv->cap_tokens, inv->n_tokens + AHEAD) != 0)
        return ft_fail_nomem(err);
    memset(inv->tokens + inv->n_tokens, 0, AHEAD * sizeof *inv->tokens); /* any terms will do */
    const uint32_t *tokens = inv->tokens;
    uint32_t *counts = inv->counts;
    uint64_t *sorted = inv->sorted;
    for (size_t s = 0; s < inv->n_stretches; s++) {
        const stretch *here = &inv->stretches[s];
        size_t end = s + 1 < inv->n_stretches ? inv->stretches[s + 1].first : inv->n_tokens;
        uint64_t value = (uint64_t)here->passage << 32 | here->position;
        for (size_t i = here->first; i < end; i++) {
            __builtin_prefetch(&sorted[counts[tokens[i + AHEAD]]], 1);
            sorted[counts[tokens[i]]++] = value++;
        }
    }
    return FT_OK;
}

/* ------------------------------------------------ writing */

/* Writes one posting whose occurrences begin at `at`; returns where they end. */
static const uint64_t *put_posting(const uint64_t *at, const uint64_t *end, uint32_t *last, unsigned char **out)
{
    uint32_t passage = (uint32_t)(*at >> 32), position = UINT32_MAX; /* one before the first */
    const uint64_t *next = at + 1;
    unsigned char *p = *out;

    while (next < end && *next >> 32 == passage)
        next++;
    uint64_t tf = (uint64_t)(next - at);
    p += ft_store_varint(p, (uint64_t)(passage - *last) << 1 | (tf > 1));
    if (tf > 1)
        p += ft_store_varint(p, tf);
    for (; at < next; at++) {
        p += ft_store_varint(p, (uint32_t)*at - position - 1);
        position = (uint32_t)*at;
    }
    *last = passage;
    *out = p;
    return next;
}

static ft_status put_list(ft_run_writer *w, const unsigned char *term, size_t len, const uint64_t *at,
                          const uint64_t *end, ft_error *err)
{
    size_t n_max = (size_t)(end - at);
    unsigned char *start = ft_buf_reserve(&w->buf, FT_RUN_TERM_MAX + 1 + n_max * (2 + FT_RUN_POSTING_MAX + 5));
    uint32_t last = 0;

    if (!start)
        return ft_fail_nomem(err);
    unsigned char *p = ft_run_put_term(w, start, term, len);
    while (at < end) {
        /* Their number is known once they are written: at most 127, so that it takes one byte. */
        unsigned char *number = p;
        uint32_t n = 0;
        for (p++; at < end && n < 127; n++)
            at = put_posting(at, end, &last, &p);
        *number = (unsigned char)n;
    }
    *p++ = 0;
    w->buf.len += (size_t)(p - start);
    return FT_OK;
}

ft_status ft_inverter_finish(ft_inverter *inv, ft_run_list *runs, ft_error *err)
{
    ft_run_writer w;
    ft_run run;
    size_t from = 0;
    ft_status st = ft_run_writer_init(&w, NULL, err);

    if (st == FT_OK && inv->n_used > 0) {
        st = sort_terms(inv, err);
        if (st == FT_OK)
            st = scatter(inv, err);
        for (size_t i = 0; st == FT_OK && i < inv->n_used; i++) {
            size_t len, end = inv->counts[inv->used[i].term];
            const unsigned char *term = ft_vocabulary_bytes(&inv->vocabulary, inv->used[i].term, &len);
            st = put_list(&w, term, len, inv->sorted + from, inv->sorted + end, err);
            from = end;
        }
        if (st == FT_OK && FT_GROW(runs->items, runs->cap, runs->n + 1) != 0)
            st = ft_fail_nomem(err);
        if (st == FT_OK)
            st = ft_run_writer_finish(&w, &run, err);
        if (st == FT_OK) {
            run.continues = runs->n > 0;
            runs->items[runs->n++] = run;
        }
    }
    ft_run_writer_release(&w);
    ft_inverter_reset(inv);
    if (st == FT_OK && ft_vocabulary_size(&inv->vocabulary) > inv->memory)
        st = ft_vocabulary_reset(&inv->vocabulary, err);
    return st;
}
