/* drawquery.h - random queries about an index that is there: words drawn from its dictionary, frequent ones more often,
 * and from its texts, so that words that stand together are asked for together and phrases occur. */
#ifndef FT_DRAWQUERY_H
#define FT_DRAWQUERY_H

#include "fulltext.h"
#include "randdata.h"

typedef struct ft_drawer ft_drawer;

/* Reads the dictionary and some texts; the reader need not outlive it. NULL if the index cannot be read or has no words
 * to ask for. Any number of threads may draw from it. */
ft_drawer *ft_drawer_new(const ft_reader *rd, uint64_t seed);
void ft_drawer_free(ft_drawer *d);

/* Writes a query as syntax: a word, any or all of several, a phrase, exclusions, or lists of all of these within each
 * other, some clauses twice. */
void ft_drawer_query(const ft_drawer *d, ft_rng *r, ft_text *out);

#endif
