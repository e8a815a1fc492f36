/* oracle.c - see oracle.h. */
#include "oracle.h"

#include "fulltext.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_TERM UINT32_MAX
#define MAX_PHRASE 64

typedef struct passage {
    uint32_t *tokens; /* owned; of the title, then of the text */
    size_t n_title, n;
} passage;

typedef struct document {
    unsigned id;
    bool dead, committed;
    passage *passages; /* owned */
    uint32_t n_passages;
} document;

struct ft_oracle {
    ft_analyzer *analyzer;
    char **terms; /* their numbers are their places */
    size_t n_terms;
    document *docs; /* in index order */
    size_t n_docs;
    /* of what is committed */
    double n_passages, n_tokens;
    double *df; /* by term */
};

static void *grown(void *p, size_t n, size_t size)
{
    p = realloc(p, n * size);
    if (!p)
        abort();
    return p;
}

ft_oracle *ft_oracle_new(const char *lang)
{
    ft_oracle *o = calloc(1, sizeof *o);

    if (!o || ft_analyzer_new(&o->analyzer, lang, false, false, NULL) != FT_OK)
        abort();
    return o;
}

static void free_document(document *d)
{
    for (uint32_t i = 0; i < d->n_passages; i++)
        free(d->passages[i].tokens);
    free(d->passages);
}

void ft_oracle_free(ft_oracle *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < o->n_docs; i++)
        free_document(&o->docs[i]);
    for (size_t i = 0; i < o->n_terms; i++)
        free(o->terms[i]);
    free(o->docs);
    free(o->terms);
    free(o->df);
    ft_analyzer_free(o->analyzer);
    free(o);
}

static uint32_t find_term(const ft_oracle *o, ft_str term)
{
    for (size_t i = 0; i < o->n_terms; i++) {
        if (strlen(o->terms[i]) == term.len && memcmp(o->terms[i], term.ptr, term.len) == 0)
            return (uint32_t)i;
    }
    return NO_TERM;
}

/* What analysis hands out goes to the end of a passage. */
typedef struct sink {
    ft_oracle *o;
    passage *p;
    bool learn; /* give new terms a number */
} sink;

static bool take_token(void *arg, const ft_token *token)
{
    sink *s = arg;
    uint32_t term = find_term(s->o, token->term);

    if (term == NO_TERM && s->learn) {
        term = (uint32_t)s->o->n_terms++;
        s->o->terms = grown(s->o->terms, s->o->n_terms, sizeof *s->o->terms);
        s->o->terms[term] = strndup(token->term.ptr, token->term.len);
    }
    s->p->tokens = grown(s->p->tokens, s->p->n + 1, sizeof *s->p->tokens);
    s->p->tokens[s->p->n++] = term;
    return true;
}

static void analyze(ft_oracle *o, passage *p, bool learn, const char *text, size_t len)
{
    sink s = {o, p, learn};

    if (ft_analyzer_run(o->analyzer, text, len, take_token, &s) != FT_OK)
        abort();
}

static passage *new_passage(document *d)
{
    d->passages = grown(d->passages, d->n_passages + 1, sizeof *d->passages);
    d->passages[d->n_passages] = (passage){0};
    return &d->passages[d->n_passages++];
}

/* Packs paragraphs while they fit; the title's words are not among those counted. */
static void add_text(ft_oracle *o, document *d, const char *text, unsigned passage_words)
{
    passage *p = &d->passages[0];

    if (passage_words == 0) {
        analyze(o, p, true, text, strlen(text));
        return;
    }
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t len = end ? (size_t)(end - text) : strlen(text);
        size_t had = p->n, had_title = p->n_title;
        analyze(o, p, true, text, len);
        size_t paragraph = p->n - had;
        if (paragraph > passage_words)
            abort();
        if (had > had_title && p->n - had_title > passage_words) {
            passage moved = {0};
            moved.tokens = grown(NULL, paragraph, sizeof *moved.tokens);
            memcpy(moved.tokens, p->tokens + had, paragraph * sizeof *moved.tokens);
            moved.n = paragraph;
            p->n = had;
            p = new_passage(d);
            *p = moved;
        }
        text += len + (end ? 2 : 0);
    }
}

void ft_oracle_add(ft_oracle *o, unsigned id, const char *title, const char *text, unsigned passage_words)
{
    ft_oracle_delete(o, id);
    o->docs = grown(o->docs, o->n_docs + 1, sizeof *o->docs);
    document *d = &o->docs[o->n_docs++];
    *d = (document){.id = id};
    passage *first = new_passage(d);
    analyze(o, first, true, title, strlen(title));
    first->n_title = first->n;
    add_text(o, d, text, passage_words);
}

bool ft_oracle_delete(ft_oracle *o, unsigned id)
{
    for (size_t i = 0; i < o->n_docs; i++) {
        if (o->docs[i].id == id && !o->docs[i].dead) {
            o->docs[i].dead = true;
            return true;
        }
    }
    return false;
}

static void drop_and_count(ft_oracle *o, bool drop_committed)
{
    size_t kept = 0;

    for (size_t i = 0; i < o->n_docs; i++) {
        document *d = &o->docs[i];
        if (d->dead && (drop_committed || !d->committed)) {
            free_document(d);
            continue;
        }
        d->committed = true;
        o->docs[kept++] = *d;
    }
    o->n_docs = kept;
    o->n_passages = o->n_tokens = 0;
    o->df = grown(o->df, o->n_terms + 1, sizeof *o->df);
    memset(o->df, 0, (o->n_terms + 1) * sizeof *o->df);
    size_t *seen = calloc(o->n_terms + 1, sizeof *seen);
    if (!seen)
        abort();
    for (size_t i = 0; i < kept; i++) {
        for (uint32_t k = 0; k < o->docs[i].n_passages; k++) {
            const passage *p = &o->docs[i].passages[k];
            o->n_passages++;
            o->n_tokens += (double)p->n;
            for (size_t t = 0; t < p->n; t++) {
                if (seen[p->tokens[t]] != (size_t)o->n_passages) {
                    seen[p->tokens[t]] = (size_t)o->n_passages;
                    o->df[p->tokens[t]]++;
                }
            }
        }
    }
    free(seen);
}

void ft_oracle_commit(ft_oracle *o)
{
    drop_and_count(o, false);
}

void ft_oracle_merge(ft_oracle *o)
{
    drop_and_count(o, true);
}

size_t ft_oracle_documents(const ft_oracle *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->n_docs; i++)
        n += !o->docs[i].dead;
    return n;
}

size_t ft_oracle_passages(const ft_oracle *o)
{
    size_t n = 0;

    for (size_t i = 0; i < o->n_docs; i++)
        n += o->docs[i].dead ? 0 : o->docs[i].n_passages;
    return n;
}

/* ---------------------------------------------------------------- answering */

/* A query node with its words analysed. */
typedef struct plan plan;
struct plan {
    char occur;
    passage words; /* the terms of a phrase; a single one is a phrase too */
    double idf;
    plan *items;
    size_t n_items;
};

static void make_plan(ft_oracle *o, const ft_node *n, bool all, plan *out)
{
    *out = (plan){.occur = n->occur};
    if (n->words[0]) {
        analyze(o, &out->words, false, n->words, strlen(n->words));
        for (size_t i = 0; i < out->words.n; i++) {
            uint32_t term = out->words.tokens[i];
            double df = term == NO_TERM ? 0 : o->df[term];
            out->idf += log(1 + (o->n_passages - df + 0.5) / (df + 0.5));
        }
        return;
    }
    out->n_items = n->n_items;
    out->items = calloc(n->n_items + 1, sizeof *out->items);
    if (!out->items)
        abort();
    for (size_t i = 0; i < n->n_items; i++) {
        make_plan(o, n->items[i], all, &out->items[i]);
        if (all && n->join == FT_JOIN_SPACE && out->items[i].occur == 0)
            out->items[i].occur = '+';
    }
}

static void free_plan(plan *p)
{
    for (size_t i = 0; i < p->n_items; i++)
        free_plan(&p->items[i]);
    free(p->items);
    free(p->words.tokens);
}

static double plan_bound(const plan *p)
{
    double sum = p->idf;

    for (size_t i = 0; i < p->n_items; i++)
        sum += p->items[i].occur == '-' ? 0 : plan_bound(&p->items[i]);
    return sum;
}

static size_t occurrences(const passage *words, const uint32_t *tokens, size_t n)
{
    size_t found = 0;

    for (size_t i = 0; words->n > 0 && i + words->n <= n; i++) {
        size_t k = 0;
        while (k < words->n && tokens[i + k] == words->tokens[k])
            k++;
        found += k == words->n;
    }
    return found;
}

typedef struct scoring {
    double k1, b, avgdl;
} scoring;

/* Whether the passage matches; *score gets what the clause adds. */
static bool evaluate(const plan *q, const passage *p, const scoring *s, double *score)
{
    bool missing = false, any = false, required = false;

    *score = 0;
    if (q->words.n > 0) {
        double tf = (double)(occurrences(&q->words, p->tokens, p->n_title) +
                             occurrences(&q->words, p->tokens + p->n_title, p->n - p->n_title));
        if (tf == 0)
            return false;
        *score = q->idf * tf / (tf + s->k1 * (1 - s->b + s->b * (double)p->n / s->avgdl));
        return true;
    }
    for (size_t i = 0; i < q->n_items; i++) {
        double part;
        bool matched = evaluate(&q->items[i], p, s, &part);
        if (q->items[i].occur == '-') {
            if (matched)
                return *score = 0, false;
            continue;
        }
        required |= q->items[i].occur == '+';
        missing |= q->items[i].occur == '+' && !matched;
        any |= matched;
        *score += matched ? part : 0;
    }
    if (required ? missing : !any)
        return *score = 0, false;
    return true;
}

static int by_rank(const void *va, const void *vb)
{
    const ft_oracle_hit *a = va, *b = vb;

    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

void ft_oracle_search(ft_oracle *o, const ft_node *query, bool all, bool group, double k1, double b,
                      ft_oracle_results *out)
{
    scoring s = {k1, b, o->n_passages > 0 ? o->n_tokens / o->n_passages : 1};
    size_t order = 0;
    plan q;

    *out = (ft_oracle_results){0};
    make_plan(o, query, all, &q);
    out->bound = plan_bound(&q);
    for (size_t i = 0; i < o->n_docs; i++) {
        const document *d = &o->docs[i];
        bool grouped = false;
        for (uint32_t k = 0; k < d->n_passages; k++, order++) {
            double score;
            if (d->dead || !evaluate(&q, &d->passages[k], &s, &score))
                continue;
            if (group && grouped) {
                ft_oracle_hit *best = &out->hits[out->n - 1];
                if (score > best->score)
                    *best = (ft_oracle_hit){d->id, k, order, score};
                continue;
            }
            out->hits = grown(out->hits, out->n + 1, sizeof *out->hits);
            out->hits[out->n++] = (ft_oracle_hit){d->id, k, order, score};
            grouped = true;
        }
    }
    if (out->n > 1)
        qsort(out->hits, out->n, sizeof *out->hits, by_rank);
    free_plan(&q);
}

void ft_oracle_results_release(ft_oracle_results *rs)
{
    free(rs->hits);
    *rs = (ft_oracle_results){0};
}
