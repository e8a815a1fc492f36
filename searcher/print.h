/* print.h - an answer in each output format. */
#ifndef FT_PRINT_H
#define FT_PRINT_H

#include "buf.h"

typedef enum ft_print_format { FT_PRINT_HUMAN, FT_PRINT_JSON, FT_PRINT_TSV, FT_PRINT_TREC } ft_print_format;

typedef struct ft_print_options {
    int format;          /* ft_print_format */
    bool count;          /* the total alone */
    bool documents;      /* hits are documents */
    bool text, explain;
    bool no_text;        /* the index keeps none: hits have no snippet */
    bool terminal;       /* standard output is one: wrap and arrange */
    bool color;          /* highlight */
    bool many;           /* one of several queries */
    unsigned columns;
    bool wide;           /* use all the columns, however many */
    const char *tag;
    uint64_t offset;
} ft_print_options;

/* A query and what came of it; all borrowed. */
typedef struct ft_answer {
    ft_str qid, query;
    const ft_query *parsed;
    ft_results *results;
    bool timed_out;
    uint64_t took_us;
} ft_answer;

/* Appends the answer to out, and what is for standard error to talk, ready to be written. */
ft_status ft_print_answer(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_buf *talk,
                          ft_error *err);

/* The formats, each in a file of its own. */
ft_status ft_print_human(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err);
ft_status ft_print_json(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err);
ft_status ft_print_tsv(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err);
ft_status ft_print_trec(const ft_print_options *opts, const ft_answer *answer, ft_buf *out, ft_error *err);

/* Of the human format: hit i alone, and a snippet as an indented block wrapped to the columns. */
ft_status ft_print_human_hit(const ft_print_options *opts, const ft_answer *answer, size_t i, ft_buf *out,
                             ft_error *err);
void ft_print_block(const ft_print_options *opts, const ft_snippet *s, ft_buf *out);

/* What they share, in print.c. */

#define FT_PRINT_SNIPPET 240 /* bytes of a snippet where no screen says otherwise */

typedef struct ft_print_hit {
    uint64_t rank;
    ft_hit hit;
    ft_match match;
    ft_snippet snippet;
} ft_print_hit;
/* Hit i. Without a snippet (snippet_len 0) there is no match either, and no text is read. */
ft_status ft_print_hit_get(const ft_print_options *opts, const ft_answer *answer, size_t i, size_t snippet_len,
                           ft_print_hit *out, ft_error *err);
/* A score: 9 significant digits, plain decimals. */
void ft_print_score(ft_buf *out, double score);
/* Snippet or passage on one line, white space runs as they are, hostile characters escaped; spans marked if color. */
void ft_print_line(ft_buf *out, const ft_snippet *s, bool color);

/* In the place of a text that is not kept, and the note about it. */
#define FT_PRINT_NO_TEXT "(text not kept)"
#define FT_PRINT_NO_TEXT_NOTE "this index keeps no text, so there are no snippets"

#define FT_PRINT_ON "\033[1;4m"
#define FT_PRINT_OFF "\033[0m"

#endif
