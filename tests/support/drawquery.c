/* drawquery.c - see drawquery.h. */
#include "drawquery.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_SAMPLES 2000
#define SAMPLE_WORDS 400 /* of a text, at most */
#define MAX_WORD 40
#define N_FREQUENT 40    /* stop words, about */

typedef struct term {
    uint64_t passages;
    char *text;
} term;

typedef struct sample {
    char *text;      /* words with a NUL behind each */
    uint32_t *words; /* where they begin */
    uint32_t n;
} sample;

struct ft_drawer {
    term *terms; /* the most frequent first */
    size_t n_terms, cap_terms;
    sample *samples;
    size_t n_samples;
};

static int by_frequency(const void *a, const void *b)
{
    const term *x = a, *y = b;

    if (x->passages != y->passages)
        return x->passages < y->passages ? 1 : -1;
    return strcmp(x->text, y->text);
}

/* Whether a term is a word that a query can name as it is. */
static bool is_plain(ft_str s)
{
    if (s.len == 0 || s.len > MAX_WORD)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!isalnum((unsigned char)s.ptr[i]))
            return false;
    }
    return true;
}

static bool read_terms(ft_drawer *d, const ft_reader *rd)
{
    ft_terms *terms = NULL;
    ft_term_count t;
    bool more = true, fine = ft_terms_open(&terms, rd, "", 0, NULL) == FT_OK;

    while (fine) {
        fine = ft_terms_next(terms, &t, &more, NULL) == FT_OK;
        if (!fine || !more)
            break;
        if (!is_plain(t.term))
            continue;
        if (d->n_terms == d->cap_terms) {
            d->cap_terms = d->cap_terms ? 2 * d->cap_terms : 1024;
            d->terms = realloc(d->terms, d->cap_terms * sizeof *d->terms);
        }
        d->terms[d->n_terms++] = (term){t.passages, strndup(t.term.ptr, t.term.len)};
    }
    ft_terms_close(terms);
    if (d->n_terms)
        qsort(d->terms, d->n_terms, sizeof *d->terms, by_frequency);
    return fine && d->n_terms;
}

static void take_sample(ft_drawer *d, ft_str text)
{
    sample s = {malloc(text.len + 1), malloc(SAMPLE_WORDS * sizeof *s.words), 0};
    size_t to = 0;

    for (size_t at = 0; at < text.len && s.n < SAMPLE_WORDS; at++) {
        size_t begun = at;
        while (at < text.len && at - begun < MAX_WORD && isalnum((unsigned char)text.ptr[at]))
            at++;
        if (at == begun)
            continue;
        s.words[s.n++] = (uint32_t)to;
        for (; begun < at; begun++)
            s.text[to++] = (char)tolower((unsigned char)text.ptr[begun]);
        s.text[to++] = '\0';
    }
    if (s.n >= 8) {
        d->samples[d->n_samples++] = s;
    } else {
        free(s.text);
        free(s.words);
    }
}

static void read_samples(ft_drawer *d, const ft_reader *rd, ft_rng *r)
{
    ft_stats stats;
    ft_stored *doc = NULL;

    ft_reader_stats(rd, &stats);
    d->samples = malloc(N_SAMPLES * sizeof *d->samples);
    for (size_t i = 0; stats.stored && i < N_SAMPLES; i++) {
        if (ft_reader_read(rd, ft_rng_below(r, (uint32_t)(stats.documents + stats.deleted)), &doc, NULL) == FT_OK)
            take_sample(d, ft_stored_text(doc));
    }
    ft_stored_free(doc);
}

ft_drawer *ft_drawer_new(const ft_reader *rd, uint64_t seed)
{
    ft_drawer *d = calloc(1, sizeof *d);
    ft_rng r = ft_rng_named(seed, "samples");

    if (!read_terms(d, rd)) {
        ft_drawer_free(d);
        return NULL;
    }
    read_samples(d, rd, &r);
    return d;
}

void ft_drawer_free(ft_drawer *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n_terms; i++)
        free(d->terms[i].text);
    for (size_t i = 0; i < d->n_samples; i++) {
        free(d->samples[i].text);
        free(d->samples[i].words);
    }
    free(d->terms);
    free(d->samples);
    free(d);
}

/* ---------------------------------------------------------------- pieces of queries */

/* The text that a query's words come from, if they come from one. */
typedef struct source {
    const ft_drawer *d;
    ft_rng *r;
    const sample *text; /* NULL: the dictionary */
} source;

/* Evenly by the logarithm of the rank, which by Zipf's law is about as often as it occurs. */
static const char *frequent_word(const source *s, size_t n)
{
    size_t rank = (size_t)exp(ft_rng_unit(s->r) * log((double)n + 1)) - 1;

    return s->d->terms[rank < n ? rank : n - 1].text;
}

static const char *any_word(const source *s)
{
    if (s->text && ft_rng_chance(s->r, 80))
        return s->text->text + s->text->words[ft_rng_below(s->r, s->text->n)];
    return frequent_word(s, s->d->n_terms);
}

static void add_run(const source *s, ft_text *out)
{
    const sample *t = s->text ? s->text : &s->d->samples[ft_rng_below(s->r, (uint32_t)s->d->n_samples)];
    uint32_t n = ft_rng_between(s->r, 2, 5), from = ft_rng_below(s->r, t->n - n + 1);

    for (uint32_t i = 0; i < n; i++) {
        ft_text_add(out, i ? " " : "");
        ft_text_add(out, t->text + t->words[from + i]);
    }
}

/* Mostly as it stands somewhere, else of stop words, or with a word twice. */
static void add_phrase(const source *s, ft_text *out)
{
    uint32_t kind = ft_rng_below(s->r, 100);

    ft_text_add(out, "\"");
    if (kind < 70 && s->d->n_samples) {
        add_run(s, out);
    } else {
        size_t n = s->d->n_terms < N_FREQUENT ? s->d->n_terms : N_FREQUENT;
        const char *first = frequent_word(s, n);
        ft_text_add(out, first);
        ft_text_add(out, " ");
        ft_text_add(out, kind < 90 ? frequent_word(s, n) : first);
        if (kind >= 95) {
            ft_text_add(out, " ");
            ft_text_add(out, any_word(s));
        }
    }
    ft_text_add(out, "\"");
}

static void add_words(const source *s, uint32_t n, const char *before, ft_text *out)
{
    for (uint32_t i = 0; i < n; i++) {
        ft_text_add(out, i ? " " : "");
        ft_text_add(out, before);
        ft_text_add(out, any_word(s));
    }
}

static void add_list(const source *s, unsigned depth, ft_text *out)
{
    static const char *const joins[] = {" ", " ", " ", " AND ", " OR "};
    const char *join = joins[ft_rng_below(s->r, 5)];
    uint32_t n = ft_rng_between(s->r, 2, 4);

    for (uint32_t i = 0; i < n; i++) {
        size_t begun = out->len;
        ft_text_add(out, i ? join : "");
        if (join[1] == '\0')
            ft_text_add(out, ft_rng_chance(s->r, 60) ? "" : i && ft_rng_chance(s->r, 45) ? "-" : "+");
        size_t clause = out->len;
        uint32_t kind = ft_rng_below(s->r, 100);
        if (depth && kind < 30) {
            ft_text_add(out, "(");
            add_list(s, depth - 1, out);
            ft_text_add(out, ")");
        } else if (kind < 50) {
            add_phrase(s, out);
        } else {
            ft_text_add(out, any_word(s));
        }
        if (ft_rng_chance(s->r, 8)) {
            char *again = strdup(out->ptr + (i ? begun : clause));
            ft_text_add(out, i ? "" : join);
            ft_text_add(out, again);
            free(again);
        }
    }
}

void ft_drawer_query(const ft_drawer *d, ft_rng *r, ft_text *out)
{
    source s = {d, r, NULL};
    uint32_t kind = ft_rng_below(r, 100);

    out->len = 0;
    if (d->n_samples && ft_rng_chance(r, 70))
        s.text = &d->samples[ft_rng_below(r, (uint32_t)d->n_samples)];
    if (kind < 10) {
        add_words(&s, 1, "", out);
    } else if (kind < 30) {
        add_words(&s, ft_rng_between(r, 2, 5), "", out);
    } else if (kind < 38) {
        add_words(&s, ft_rng_between(r, 6, 15), "", out);
    } else if (kind < 56) {
        add_words(&s, ft_rng_between(r, 2, 5), "+", out);
    } else if (kind < 70) {
        add_phrase(&s, out);
    } else if (kind < 80) {
        add_words(&s, ft_rng_between(r, 1, 3), ft_rng_chance(r, 50) ? "+" : "", out);
        ft_text_add(out, " -");
        if (ft_rng_chance(r, 30))
            add_phrase(&s, out);
        else
            ft_text_add(out, any_word(&s));
    } else {
        add_list(&s, 2, out);
    }
}
