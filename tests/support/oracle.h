/* oracle.h - a search engine by brute force, to compare the real one with.
 *
 * It keeps the tokens of every document, scans all of them for each query, and scores in plain doubles by the words
 * of CONTRACT.md. Nobody optimises it. */
#ifndef FT_ORACLE_H
#define FT_ORACLE_H

#include "randdata.h"

#include <stdint.h>

typedef struct ft_oracle ft_oracle;

ft_oracle *ft_oracle_new(const char *lang);
void ft_oracle_free(ft_oracle *o);

/* Documents are known by a number; their id is "d" and the number. A known one is replaced. Paragraphs, separated by
 * blank lines, are packed into passages of passage_words tokens and must not be longer than that; 0: one passage. */
void ft_oracle_add(ft_oracle *o, unsigned id, const char *title, const char *text, unsigned passage_words);
/* Whether it was there. */
bool ft_oracle_delete(ft_oracle *o, unsigned id);
/* What was deleted or replaced before it was committed never existed; what was committed counts in N, df and avgdl
 * until the merge. */
void ft_oracle_commit(ft_oracle *o);
void ft_oracle_merge(ft_oracle *o);

/* Of the live ones. */
size_t ft_oracle_documents(const ft_oracle *o);
size_t ft_oracle_passages(const ft_oracle *o);

typedef struct ft_oracle_hit {
    unsigned id;
    uint32_t passage;
    size_t order; /* place in the index */
    double score;
} ft_oracle_hit;

typedef struct ft_oracle_results {
    ft_oracle_hit *hits; /* every match, best first, equal ones in index order */
    size_t n;
    double bound;        /* no score can be above it */
} ft_oracle_results;

/* all: a bare list requires all its clauses. group: the best passage of each document. */
void ft_oracle_search(ft_oracle *o, const ft_node *query, bool all, bool group, double k1, double b,
                      ft_oracle_results *out);
void ft_oracle_results_release(ft_oracle_results *rs);

#endif
