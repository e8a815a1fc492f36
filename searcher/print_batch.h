/* print_batch.h - one query or many: parsing, searching and printing, on one thread or several. */
#ifndef FT_PRINT_BATCH_H
#define FT_PRINT_BATCH_H

#include "cli.h"
#include "print.h"

typedef struct ft_print_batch {
    const ft_reader *reader;
    ft_query_options query;
    ft_search_options search;
    ft_print_options print;
    unsigned threads;
} ft_print_batch;

/* Answers one query on standard output. The exit status: 0 if something matched, 1 if not. */
int ft_print_batch_one(const ft_print_batch *b, ft_str text, ft_out *out);

/* Answers the queries that fd gives, in their order, and returns the exit status. In a file (`lines` false) they are
 * TSV qid<TAB>query or JSON objects with _id and text; otherwise each line is a query. name is for messages. */
int ft_print_batch_run(const ft_print_batch *b, int fd, const char *name, bool lines, ft_out *out);

#endif
