/* ask.h - the commands of the search-benchmark-game's query protocol, and their answers. */
#ifndef FT_ASK_H
#define FT_ASK_H

#include "buf.h"

typedef enum ft_ask_kind {
    FT_ASK_UNKNOWN,
    FT_ASK_NOOP,
    FT_ASK_COUNT,     /* the exact number of matches */
    FT_ASK_TOP,       /* TOP_k: rank, answer 1 */
    FT_ASK_TOP_COUNT, /* TOP_k_COUNT: rank, answer the exact number of matches */
    FT_ASK_RUN        /* RUN_k: the ids and scores of the best k */
} ft_ask_kind;

typedef struct ft_ask {
    ft_ask_kind kind;
    uint32_t k; /* 1 .. 2^31-1 where it means something */
} ft_ask;

/* What a command's name asks for. */
ft_ask ft_ask_read(ft_str name);

/* How every question is asked. */
typedef struct ft_ask_settings {
    bool exhaustive, has_k1, has_b;
    double k1, b;
} ft_ask_settings;

/* Parses a query in syntax, runs it, and appends the answer to out, without a line feed. */
ft_status ft_ask_run(const ft_reader *rd, const ft_ask *ask, ft_str query, const ft_ask_settings *set, ft_buf *out,
                     ft_error *err);

#endif
