/* randdata.h - random vocabularies, documents and queries.
 *
 * A query is made as a tree and written down as syntax afterwards, so that the oracle needs no parser of its own. */
#ifndef FT_RANDDATA_H
#define FT_RANDDATA_H

#include "rng.h"

#include <stdbool.h>
#include <stddef.h>

#define FT_WORLD_WORDS 72
#define FT_WORLD_SAMPLES 256

typedef struct ft_world {
    ft_rng rng;
    char words[FT_WORLD_WORDS][24];
    double upto[FT_WORLD_WORDS];         /* cumulated weights, Zipf */
    char samples[FT_WORLD_SAMPLES][100]; /* short stretches of generated text, for phrases that occur */
    size_t n_samples;                    /* ever taken; the array is a ring */
} ft_world;

void ft_world_init(ft_world *w, uint64_t seed, const char *name);
/* A word, frequent ones more often. */
const char *ft_world_word(ft_world *w);

/* A growing text. */
typedef struct ft_text {
    char *ptr; /* NUL-terminated; NULL while empty */
    size_t len, cap;
} ft_text;

void ft_text_add(ft_text *t, const char *s);
void ft_text_release(ft_text *t);

/* A title of 0 to 6 words and a text of 0 to 200 words: paragraphs of at most max_paragraph words with a blank line
 * between them, or one when max_paragraph is 0. Replaces what the texts held. */
void ft_world_document(ft_world *w, ft_text *title, ft_text *text, unsigned max_paragraph);

typedef enum ft_join { FT_JOIN_SPACE, FT_JOIN_OR, FT_JOIN_AND } ft_join;

/* A clause: words, or a list of clauses. */
typedef struct ft_node ft_node;
struct ft_node {
    char occur;      /* '+', '-', or 0 */
    bool quoted;     /* words: in quotes */
    char words[100]; /* empty for a list */
    ft_join join;    /* list: how it is written */
    ft_node **items; /* list: owned */
    size_t n_items;
};

/* A query of at most `depth` nested lists. */
ft_node *ft_node_random(ft_world *w, unsigned depth);
/* A list of bare words and phrases, as for --and. */
ft_node *ft_node_random_flat(ft_world *w);
void ft_node_free(ft_node *n);
/* Writes the query as syntax. */
void ft_node_render(const ft_node *n, ft_text *out);

#endif
