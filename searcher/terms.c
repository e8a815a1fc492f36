/* terms.c - the index terms of a snapshot in order, those of all segments merged; see ft_terms in fulltext.h. */
#include "mem.h"
#include "reader.h"

/* A segment's place in its dictionary. */
typedef struct place {
    ft_term_iter it;
    bool more; /* it stands at a term that has the prefix and is not given yet */
} place;

struct ft_terms {
    place *places; /* owned */
    size_t n_places;
    unsigned char prefix[FT_TERM_MAX];
    size_t prefix_len;
    unsigned char term[FT_TERM_MAX]; /* given last */
};

/* ------------------------------------------------ the prefix */

typedef struct folding {
    ft_terms *terms;
    size_t n_words;
} folding;

static bool take_word(void *arg, const ft_token *token)
{
    folding *f = arg;

    if (f->n_words++ == 0) {
        f->terms->prefix_len = token->term.len;
        memcpy(f->terms->prefix, token->term.ptr, token->term.len);
    }
    return f->n_words < 2;
}

static ft_status fold_prefix(ft_terms *t, const ft_reader *rd, const char *prefix, size_t len, ft_error *err)
{
    ft_analysis analysis = rd->manifest.analysis;
    folding f = {.terms = t};
    ft_analyzer *an = NULL;

    if (len == 0)
        return FT_OK;
    analysis.no_stem = true;
    ft_status st = ft_analyzer_make(&an, &analysis, err);
    if (st == FT_OK && ft_analyzer_run(an, prefix, len, take_word, &f) != FT_OK)
        st = ft_fail_nomem(err);
    ft_analyzer_free(an);
    if (st == FT_OK && f.n_words != 1)
        st = ft_fail(err, FT_EINVAL, "'%.*s' is %s, and cannot be the beginning of a term",
                     (int)(len < 100 ? len : 100), prefix, f.n_words ? "more than one word" : "no word");
    return st;
}

/* ------------------------------------------------ walking */

/* After the iterator has moved: whether its term still has the prefix. */
static void look(const ft_terms *t, place *p)
{
    p->more = p->more && p->it.term_len >= t->prefix_len && memcmp(p->it.term, t->prefix, t->prefix_len) == 0;
}

static int compare(const place *a, const place *b)
{
    size_t len = a->it.term_len < b->it.term_len ? a->it.term_len : b->it.term_len;
    int order = memcmp(a->it.term, b->it.term, len);

    return order ? order : (a->it.term_len > b->it.term_len) - (a->it.term_len < b->it.term_len);
}

ft_status ft_terms_open(ft_terms **out, const ft_reader *rd, const char *prefix, size_t len, ft_error *err)
{
    ft_terms *t = ft_alloc_zero(1, sizeof *t);
    place *places = ft_alloc_zero(rd->n_leaves, sizeof *places);
    ft_status st = FT_OK;

    *out = NULL;
    if (!t || !places) {
        ft_free(t);
        ft_free(places);
        return ft_fail_nomem(err);
    }
    t->places = places;
    t->n_places = rd->n_leaves;
    st = fold_prefix(t, rd, prefix, len, err);
    for (size_t i = 0; st == FT_OK && i < t->n_places; i++) {
        place *p = &places[i];
        ft_term_iter_init(&p->it, &rd->leaves[i].seg.terms);
        if (t->prefix_len > 0)
            st = ft_term_iter_seek(&p->it, t->prefix, t->prefix_len, err);
        if (st == FT_OK)
            st = ft_term_iter_next(&p->it, &p->more, err);
        look(t, p);
    }
    if (st == FT_OK)
        *out = t;
    else
        ft_terms_close(t);
    return st;
}

/* Segments are few (ft_index_commit), so the least term is looked for among all. */
ft_status ft_terms_next(ft_terms *t, ft_term_count *out, bool *more, ft_error *err)
{
    const place *least = NULL;
    ft_status st = FT_OK;

    *out = (ft_term_count){0};
    for (size_t i = 0; i < t->n_places; i++)
        if (t->places[i].more && (!least || compare(&t->places[i], least) < 0))
            least = &t->places[i];
    *more = least != NULL;
    if (!least)
        return FT_OK;
    memcpy(t->term, least->it.term, least->it.term_len);
    out->term = (ft_str){(const char *)t->term, least->it.term_len};
    for (size_t i = 0; st == FT_OK && i < t->n_places; i++) {
        place *p = &t->places[i];
        if (!p->more || p->it.term_len != out->term.len || memcmp(p->it.term, t->term, out->term.len) != 0)
            continue;
        out->passages += p->it.info.df;
        out->occurrences += p->it.info.cf;
        st = ft_term_iter_next(&p->it, &p->more, err);
        look(t, p);
    }
    return st;
}

void ft_terms_close(ft_terms *t)
{
    if (!t)
        return;
    ft_free(t->places);
    ft_free(t);
}
