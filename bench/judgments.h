/* judgments.h - which documents judges found relevant to which queries ("qrels"). */
#ifndef FT_JUDGMENTS_H
#define FT_JUDGMENTS_H

#include "buf.h"

typedef struct ft_judgment {
    size_t query, query_len; /* the query's id, in `bytes` */
    size_t doc, doc_len;     /* the document's id */
    int32_t level;
} ft_judgment;

/* Judgments of one query: entries first .. first + n, by id of document. */
typedef struct ft_judged {
    size_t first, n;
} ft_judged;

typedef struct ft_judgments {
    ft_buf bytes;           /* ids, end to end */
    ft_judgment *entries;   /* by query's id, then document's */
    size_t n_entries, cap_entries;
    ft_judged *queries;     /* by id */
    size_t n_queries, cap_queries;
    int32_t *levels;        /* the levels of each query's entries, in its range, descending */
} ft_judgments;

/* Reads lines of BEIR, query<TAB>document<TAB>level after a header, or of TREC: query, iteration, document, level.
 * Zeroed by the caller, and released whatever comes of it. FT_EINVAL names file and line of what is neither, and a
 * document that is judged twice for one query. */
ft_status ft_judgments_read(ft_judgments *j, const char *path, ft_error *err);
void ft_judgments_release(ft_judgments *j);

ft_str ft_judgments_query(const ft_judgments *j, size_t query);
/* The number of a query by its id, or SIZE_MAX. */
size_t ft_judgments_find(const ft_judgments *j, ft_str id);
/* The level of a document for a query, 0 for one not judged. */
int32_t ft_judgments_level(const ft_judgments *j, size_t query, ft_str doc);

/* Order of ids: by bytes, the shorter of two with the same beginning first. */
int ft_judgments_compare(ft_str a, ft_str b);

#endif
