/* vocabulary.c - the table of surface forms; see vocabulary.h.
 *
 * Open addressing with linear probing in both tables. Forms of up to 16 bytes, nearly all of them, are compared within
 * their slot. Forms longer than a term can be are rare and not kept: they are analysed each time. */
#include "vocabulary.h"

#include "mem.h"
#include "pages.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FORMS_MIN 4096u
#define BUCKETS_MIN 4096u
#define FORM_MAX 255u

uint32_t ft_vocabulary_hash_long(const char *word, size_t len)
{
    return (uint32_t)XXH3_64bits(word, len);
}

static ft_status make_tables(ft_vocabulary *v, ft_error *err)
{
    v->forms = ft_alloc_zero(FORMS_MIN, sizeof *v->forms);
    v->buckets = ft_alloc_zero(BUCKETS_MIN, sizeof *v->buckets);
    v->mask = FORMS_MIN - 1;
    v->bucket_mask = BUCKETS_MIN - 1;
    return v->forms && v->buckets ? FT_OK : ft_fail_nomem(err);
}

static void drop_tables(ft_vocabulary *v)
{
    ft_free(v->forms);
    ft_free(v->buckets);
    ft_free(v->terms);
    ft_free(v->lists);
    ft_buf_release(&v->bytes);
    *v = (ft_vocabulary){.analyzer = v->analyzer};
}

ft_status ft_vocabulary_init(ft_vocabulary *v, const ft_analysis *analysis, ft_error *err)
{
    *v = (ft_vocabulary){0};
    ft_status st = ft_analyzer_make(&v->analyzer, analysis, err);
    if (st == FT_OK)
        st = make_tables(v, err);
    if (st != FT_OK)
        ft_vocabulary_release(v);
    return st;
}

void ft_vocabulary_release(ft_vocabulary *v)
{
    drop_tables(v);
    ft_analyzer_free(v->analyzer);
    v->analyzer = NULL;
}

ft_status ft_vocabulary_reset(ft_vocabulary *v, ft_error *err)
{
    drop_tables(v);
    return make_tables(v, err);
}

size_t ft_vocabulary_size(const ft_vocabulary *v)
{
    return (v->mask + (size_t)1) * sizeof *v->forms + (v->bucket_mask + (size_t)1) * sizeof *v->buckets
           + v->bytes.cap + v->cap_terms * sizeof *v->terms + v->cap_lists * sizeof *v->lists;
}

/* ------------------------------------------------ terms */

static uint32_t hash_term(const void *bytes, size_t len)
{
    return (uint32_t)XXH3_64bits(bytes, len);
}

static ft_status grow_buckets(ft_vocabulary *v, ft_error *err)
{
    uint32_t mask = v->bucket_mask * 2 + 1;
    uint32_t *buckets = ft_alloc_zero((size_t)mask + 1, sizeof *buckets);

    if (!buckets)
        return ft_fail_nomem(err);
    for (uint32_t i = 0; i < v->n_terms; i++) {
        uint32_t at = hash_term(v->bytes.data + v->terms[i].off, v->terms[i].len) & mask;
        while (buckets[at])
            at = (at + 1) & mask;
        buckets[at] = i + 1;
    }
    ft_free(v->buckets);
    v->buckets = buckets;
    v->bucket_mask = mask;
    return FT_OK;
}

/* The number of a term, a new one if it was not seen before. */
static ft_status intern(ft_vocabulary *v, ft_str term, uint32_t *out, ft_error *err)
{
    ft_status st = FT_OK;

    if (v->n_terms >= v->bucket_mask / 2)
        st = grow_buckets(v, err);
    if (st != FT_OK)
        return st;
    uint32_t at = hash_term(term.ptr, term.len) & v->bucket_mask;
    for (; v->buckets[at]; at = (at + 1) & v->bucket_mask) {
        const ft_vocabulary_term *t = &v->terms[v->buckets[at] - 1];
        if (t->len == term.len && memcmp(v->bytes.data + t->off, term.ptr, term.len) == 0) {
            *out = v->buckets[at] - 1;
            return FT_OK;
        }
    }
    if (v->bytes.len + term.len > UINT32_MAX || v->n_terms >= UINT32_MAX / 4)
        return ft_fail(err, FT_ELIMIT, "too many distinct words at once");
    size_t off = v->bytes.len;
    ft_buf_put(&v->bytes, term.ptr, term.len);
    if (v->bytes.failed || FT_GROW(v->terms, v->cap_terms, v->n_terms + 1) != 0)
        return ft_fail_nomem(err);
    v->terms[v->n_terms++] = (ft_vocabulary_term){(uint32_t)off, (uint32_t)term.len};
    v->buckets[at] = (uint32_t)v->n_terms;
    *out = (uint32_t)v->n_terms - 1;
    return FT_OK;
}

/* Analyses a word; its terms' numbers stand in v->lists from *first on. */
static ft_status analyze(ft_vocabulary *v, const char *word, size_t len, size_t *first, size_t *n, ft_error *err)
{
    const ft_str *terms;
    ft_status st = ft_analyzer_terms(v->analyzer, word, len, &terms, n);

    *first = v->n_lists;
    if (st != FT_OK)
        return st == FT_ENOMEM ? ft_fail_nomem(err) : ft_fail(err, st, "a word cannot be analysed");
    if (FT_GROW(v->lists, v->cap_lists, v->n_lists + *n + 1) != 0)
        return ft_fail_nomem(err);
    for (size_t i = 0; st == FT_OK && i < *n; i++)
        st = intern(v, terms[i], &v->lists[*first + i], err);
    return st;
}

/* ------------------------------------------------ forms */

static ft_status grow_forms(ft_vocabulary *v, ft_error *err)
{
    uint32_t mask = v->mask * 2 + 1;
    ft_form *forms = ft_alloc_zero((size_t)mask + 1, sizeof *forms);

    if (!forms)
        return ft_fail_nomem(err);
    ft_pages_enlarge(forms, ((size_t)mask + 1) * sizeof *forms);
    for (size_t i = 0; i <= v->mask; i++) {
        if (v->forms[i].len == 0)
            continue;
        uint32_t at = v->forms[i].hash & mask;
        while (forms[at].len)
            at = (at + 1) & mask;
        forms[at] = v->forms[i];
    }
    ft_free(v->forms);
    v->forms = forms;
    v->mask = mask;
    return FT_OK;
}

/* A form not seen before, to stand in the free slot `at`. */
static ft_status add_form(ft_vocabulary *v, uint32_t at, const char *word, const ft_form_key *k,
                          const uint32_t **terms, uint32_t *n, ft_error *err)
{
    size_t first, count;
    ft_status st = analyze(v, word, k->len, &first, &count, err);

    if (st != FT_OK)
        return st;
    *terms = v->lists + first;
    *n = (uint32_t)count;
    if (k->len > FORM_MAX || count > UINT16_MAX || v->n_lists + count > UINT32_MAX)
        return FT_OK;
    ft_form form = {k->head, k->tail, k->hash, 0, (uint32_t)first, (uint16_t)k->len, (uint16_t)count};
    if (k->len > 16) {
        if (v->bytes.len + k->len > UINT32_MAX)
            return ft_fail(err, FT_ELIMIT, "too many distinct words at once");
        form.off = (uint32_t)v->bytes.len;
        ft_buf_put(&v->bytes, word, k->len);
        if (v->bytes.failed)
            return ft_fail_nomem(err);
    }
    if (count == 1)
        form.term = v->lists[first];
    else
        v->n_lists += count;
    v->forms[at] = form;
    v->n_forms++;
    return FT_OK;
}

ft_status ft_vocabulary_find(ft_vocabulary *v, const char *word, const ft_form_key *k, const uint32_t **terms,
                             uint32_t *n, ft_error *err)
{
    if (v->n_forms > v->mask / 8 * 5) {
        ft_status st = grow_forms(v, err);
        if (st != FT_OK)
            return st;
    }
    uint32_t at = k->hash & v->mask;
    for (; v->forms[at].len; at = (at + 1) & v->mask) {
        const ft_form *f = &v->forms[at];
        if (f->head == k->head && f->tail == k->tail && f->len == k->len
            && (k->len <= 16 || memcmp(v->bytes.data + f->off, word, k->len) == 0)) {
            *terms = f->n_terms == 1 ? &f->term : v->lists + f->term;
            *n = f->n_terms;
            return FT_OK;
        }
    }
    return add_form(v, at, word, k, terms, n, err);
}
