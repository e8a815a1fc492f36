/* randdata.c - see randdata.h. */
#include "randdata.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words whose analysis does more than fold ASCII: some are split and so become phrases. */
static const char *const odd_words[] = {"covid-19", "u.s.",     "don't",           "na\xc3\xafve",
                                        "gr\xc3\xb6\xc3\x9fte", "1,000.50", "north-east-west", "R2"};
#define N_ODD (sizeof odd_words / sizeof odd_words[0])

static void make_word(ft_world *w, size_t i)
{
    static const char *const heads[] = {"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr"};
    static const char *const tails[] = {"a", "e", "i", "o", "u", "ar", "en", "is", "om", "ing"};
    char word[24] = "";

    do {
        unsigned syllables = ft_rng_between(&w->rng, 1, 3);
        size_t len = 0;
        for (unsigned s = 0; s < syllables; s++)
            len += (size_t)snprintf(word + len, sizeof word - len, "%s%s", heads[ft_rng_below(&w->rng, 15)],
                                    tails[ft_rng_below(&w->rng, 10)]);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(w->words[j], word) == 0)
                word[0] = '\0';
        }
    } while (!word[0]);
    memcpy(w->words[i], word, sizeof word);
}

void ft_world_init(ft_world *w, uint64_t seed, const char *name)
{
    double sum = 0;

    memset(w, 0, sizeof *w);
    w->rng = ft_rng_named(seed, name);
    for (size_t i = 0; i < FT_WORLD_WORDS; i++) {
        /* Every ninth word is an odd one, so that they are found among the dense and among the rare. */
        if (i % 9 == 4 && i / 9 < N_ODD)
            snprintf(w->words[i], sizeof w->words[i], "%s", odd_words[i / 9]);
        else
            make_word(w, i);
        /* The last third are much rarer still: terms of one passage, of a dozen. */
        sum += pow((double)(i + 1), -1.1) * (i >= FT_WORLD_WORDS * 2 / 3 ? 0.02 : 1);
        w->upto[i] = sum;
    }
}

const char *ft_world_word(ft_world *w)
{
    double at = ft_rng_unit(&w->rng) * w->upto[FT_WORLD_WORDS - 1];
    size_t i = 0;

    while (i + 1 < FT_WORLD_WORDS && w->upto[i] <= at)
        i++;
    return w->words[i];
}

void ft_text_add(ft_text *t, const char *s)
{
    size_t len = strlen(s);

    if (t->len + len + 1 > t->cap) {
        t->cap = 2 * (t->len + len + 1);
        t->ptr = realloc(t->ptr, t->cap);
        if (!t->ptr)
            abort();
    }
    memcpy(t->ptr + t->len, s, len + 1);
    t->len += len;
}

void ft_text_release(ft_text *t)
{
    free(t->ptr);
    *t = (ft_text){0};
}

static unsigned random_length(ft_rng *r)
{
    unsigned kind = ft_rng_below(r, 100);

    if (kind < 3)
        return 0;
    if (kind < 10)
        return 1;
    if (kind < 85)
        return ft_rng_between(r, 2, 50);
    return ft_rng_between(r, 50, 200);
}

static void take_sample(ft_world *w, const char *const *recent, unsigned n)
{
    char *out = w->samples[w->n_samples++ % FT_WORLD_SAMPLES];
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, sizeof w->samples[0] - len, "%s%s", i ? " " : "", recent[i]);
}

void ft_world_document(ft_world *w, ft_text *title, ft_text *text, unsigned max_paragraph)
{
    static const char *const gaps[] = {" ", " ", " ", " ", " ", ", ", ". ", "\n", " - "};
    const char *recent[4];
    const char *run = NULL;
    unsigned in_paragraph = 0, n = random_length(&w->rng);

    ft_text_release(title);
    ft_text_release(text);
    ft_text_add(title, "");
    ft_text_add(text, "");
    for (unsigned i = ft_rng_chance(&w->rng, 50) ? 0 : ft_rng_between(&w->rng, 1, 6); i > 0; i--) {
        ft_text_add(title, ft_world_word(w));
        ft_text_add(title, i > 1 ? " " : "");
    }
    if (ft_rng_chance(&w->rng, 4))
        run = ft_world_word(w); /* a document of one word, over and over: high tf, overlapping phrases */
    for (unsigned i = 0; i < n; i++) {
        const char *word = run && ft_rng_chance(&w->rng, 95) ? run : ft_world_word(w);
        if (max_paragraph && in_paragraph > 0 && (in_paragraph >= max_paragraph || ft_rng_chance(&w->rng, 12))) {
            ft_text_add(text, "\n\n");
            in_paragraph = 0;
        } else if (i > 0) {
            ft_text_add(text, gaps[ft_rng_below(&w->rng, 9)]);
        }
        ft_text_add(text, word);
        in_paragraph++;
        recent[i % 4] = word;
        if (i % 4 == 3 && ft_rng_chance(&w->rng, 10))
            take_sample(w, recent, ft_rng_between(&w->rng, 2, 4));
    }
}

static ft_node *new_node(void)
{
    ft_node *n = calloc(1, sizeof *n);

    if (!n)
        abort();
    return n;
}

static void add_item(ft_node *list, ft_node *item)
{
    list->items = realloc(list->items, (list->n_items + 1) * sizeof *list->items);
    if (!list->items)
        abort();
    list->items[list->n_items++] = item;
}

static ft_node *random_words(ft_world *w)
{
    ft_node *n = new_node();

    if (ft_rng_chance(&w->rng, 2)) {
        snprintf(n->words, sizeof n->words, "unheardof");
    } else if (ft_rng_chance(&w->rng, 70)) {
        /* Half of them evenly over the vocabulary, or rare words would hardly ever be asked for. */
        const char *word = ft_rng_chance(&w->rng, 50) ? ft_world_word(w)
                                                      : w->words[ft_rng_below(&w->rng, FT_WORLD_WORDS)];
        snprintf(n->words, sizeof n->words, "%s", word);
        n->quoted = ft_rng_chance(&w->rng, 5);
    } else if (w->n_samples > 0 && ft_rng_chance(&w->rng, 70)) {
        size_t have = w->n_samples < FT_WORLD_SAMPLES ? w->n_samples : FT_WORLD_SAMPLES;
        snprintf(n->words, sizeof n->words, "%s", w->samples[ft_rng_below(&w->rng, (uint32_t)have)]);
        n->quoted = true;
    } else {
        const char *a = ft_world_word(w), *b = ft_rng_chance(&w->rng, 20) ? a : ft_world_word(w);
        snprintf(n->words, sizeof n->words, ft_rng_chance(&w->rng, 30) ? "%s %s %s" : "%s %s", a, b, a);
        n->quoted = true;
    }
    return n;
}

static ft_node *copy_words(const ft_node *of)
{
    ft_node *n = new_node();

    *n = *of;
    return n;
}

static char random_occur(ft_rng *r, ft_join join)
{
    unsigned kind = ft_rng_below(r, 100);

    if (join == FT_JOIN_AND)
        return kind < 20 ? '-' : '+';
    if (join == FT_JOIN_OR)
        return kind < 7 ? '-' : 0;
    return kind < 15 ? '+' : kind < 25 ? '-' : 0;
}

static ft_node *random_list(ft_world *w, unsigned depth)
{
    ft_node *list = new_node();
    unsigned n = ft_rng_between(&w->rng, 1, depth > 1 ? 4 : 5);
    bool bare = ft_rng_chance(&w->rng, 35);

    list->join = (ft_join)ft_rng_below(&w->rng, 3);
    if (depth == 1 && ft_rng_chance(&w->rng, 2))
        n = ft_rng_between(&w->rng, 10, 30);
    for (unsigned i = 0; i < n; i++) {
        ft_node *item;
        if (depth > 1 && ft_rng_chance(&w->rng, 30))
            item = random_list(w, depth - 1);
        else if (i > 0 && list->items[i - 1]->n_items == 0 && ft_rng_chance(&w->rng, 8))
            item = copy_words(list->items[i - 1]);
        else
            item = random_words(w);
        item->occur = bare ? (list->join == FT_JOIN_AND ? '+' : 0) : random_occur(&w->rng, list->join);
        add_item(list, item);
    }
    if (list->join == FT_JOIN_AND && n == 1)
        list->join = FT_JOIN_SPACE; /* no AND is written then */
    return list;
}

ft_node *ft_node_random(ft_world *w, unsigned depth)
{
    return random_list(w, ft_rng_between(&w->rng, 1, depth));
}

ft_node *ft_node_random_flat(ft_world *w)
{
    ft_node *list = new_node();
    unsigned n = ft_rng_between(&w->rng, 1, 4);

    for (unsigned i = 0; i < n; i++)
        add_item(list, random_words(w));
    return list;
}

void ft_node_free(ft_node *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->n_items; i++)
        ft_node_free(n->items[i]);
    free(n->items);
    free(n);
}

static void render_list(const ft_node *n, ft_text *out);

static void render_clause(const ft_node *n, ft_join join, ft_text *out)
{
    if (n->occur == '-')
        ft_text_add(out, join == FT_JOIN_SPACE && (n->words[0] || n->n_items % 2) ? "-" : "NOT ");
    else if (n->occur == '+' && join != FT_JOIN_AND)
        ft_text_add(out, "+");
    if (n->words[0]) {
        ft_text_add(out, n->quoted ? "\"" : "");
        ft_text_add(out, n->words);
        ft_text_add(out, n->quoted ? "\"" : "");
    } else {
        ft_text_add(out, "(");
        render_list(n, out);
        ft_text_add(out, ")");
    }
}

static void render_list(const ft_node *n, ft_text *out)
{
    static const char *const between[] = {" ", " OR ", " AND "};

    for (size_t i = 0; i < n->n_items; i++) {
        if (i > 0)
            ft_text_add(out, between[n->join]);
        render_clause(n->items[i], n->join, out);
    }
}

void ft_node_render(const ft_node *n, ft_text *out)
{
    ft_text_release(out);
    ft_text_add(out, "");
    render_list(n, out);
}
