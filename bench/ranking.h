/* ranking.h - documents that were found for queries, in the order in which they are judged: by score descending, then
 * by id descending, as trec_eval has it, which holds scores in single precision (up to version 9). */
#ifndef FT_RANKING_H
#define FT_RANKING_H

#include "judgments.h"

typedef struct ft_ranked {
    size_t query;   /* number in the judgments */
    size_t id, len; /* of the document, in `bytes` */
    float score;
} ft_ranked;

typedef struct ft_ranking {
    ft_buf bytes;
    ft_ranked *docs;
    size_t n_docs, cap_docs;
} ft_ranking;

/* Adds a document found for a query. `score` is text, so that a ranking from memory is judged as its written form. */
ft_status ft_ranking_add(ft_ranking *r, size_t query, ft_str id, ft_str score, ft_error *err);

/* Adds the lines of a TREC run: query, Q0, document, rank, score, tag; the rank does not count. Queries without
 * judgments are passed over and counted. FT_EINVAL names file and line of what is no such line. */
ft_status ft_ranking_read(ft_ranking *r, const ft_judgments *j, const char *path, size_t *n_passed_over,
                          ft_error *err);

/* Sorts by query and then as said above. FT_EINVAL if a document stands twice under one query. */
ft_status ft_ranking_sort(ft_ranking *r, const ft_judgments *j, ft_error *err);

ft_str ft_ranking_id(const ft_ranking *r, size_t i);
/* Empties it; keeps its room. */
void ft_ranking_reset(ft_ranking *r);
void ft_ranking_release(ft_ranking *r);

#endif
