/* prompt_session.h - what the parts of an interactive session share. */
#ifndef FT_PROMPT_SESSION_H
#define FT_PROMPT_SESSION_H

#include "print_batch.h"

/* Hits as they were listed together. */
typedef struct ft_prompt_page {
    ft_results *results; /* owned */
    uint64_t offset;     /* hits before its first */
    bool timed_out;
    uint64_t took_us;
} ft_prompt_page;

typedef struct ft_prompt {
    ft_print_batch b;      /* the settings, as the commands change them; b.search.offset is where a query begins */
    const char *index;     /* borrowed */
    unsigned width;        /* columns that were asked for; 0: the terminal's */
    bool pager;            /* long answers go through it */
    ft_out out;

    ft_buf query;          /* the last one's text */
    ft_query *parsed;
    ft_prompt_page *pages; /* of the last query, in order */
    size_t n_pages, cap_pages;

    uint64_t shown;        /* rank of the hit that was opened or shown last; 0: none since the query */
    ft_buf place_id;       /* where :next and :prev start from; empty: nowhere yet */
    uint32_t place;        /* ... passage of that document */
    bool done;
} ft_prompt;

/* Searches for text anew and lists the first hits. Failures are told to the user. */
void ft_prompt_search(ft_prompt *s, ft_str text);
/* The same for the query there is, with the settings as they are now. */
void ft_prompt_search_again(ft_prompt *s);
/* Lists the hits that follow. */
void ft_prompt_more(ft_prompt *s);

/* Carries out a line that begins with a colon. */
void ft_prompt_command(ft_prompt *s, const char *line);

/* Tells the user of an error, after what was printed so far. */
void ft_prompt_fail(ft_prompt *s, const ft_error *err);
/* Prints what waits: through the pager if it is long. */
void ft_prompt_flush(ft_prompt *s, size_t line);
/* How hits are printed now: the terminal may have another width than before. */
ft_print_options ft_prompt_print_options(const ft_prompt *s);

/* The hit that arg names by its rank; empty: the one shown last, or the first. FT_EINVAL for anything else. The answer
 * borrows from the session until its next query. */
typedef struct ft_prompt_hit {
    ft_answer answer;
    uint64_t offset; /* of the answer's first hit */
    size_t i;        /* the hit's number in the answer */
} ft_prompt_hit;
ft_status ft_prompt_hit_find(ft_prompt *s, const char *arg, ft_prompt_hit *out, ft_error *err);

/* Commands about documents, in prompt_document.c. */
ft_status ft_prompt_open(ft_prompt *s, const char *arg, ft_error *err);
ft_status ft_prompt_show(ft_prompt *s, const char *arg, ft_error *err);
ft_status ft_prompt_explain(ft_prompt *s, const char *arg, ft_error *err);
ft_status ft_prompt_next(ft_prompt *s, const char *arg, ft_error *err);
ft_status ft_prompt_prev(ft_prompt *s, const char *arg, ft_error *err);

#endif
