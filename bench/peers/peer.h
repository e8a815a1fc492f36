/* peer.h - another engine, driven as ftbench drives ours. A program is peer.c with one adapter, or one of its own that
 * does the same (lucene/, tantivy/), and
 *
 *     PROGRAM index [--lang L] CORPUS DIR    JSON Lines into a new directory, durable when it returns
 *     PROGRAM serve DIR                      lines of COMMAND<TAB>QUERY, each answered with one line
 *     PROGRAM stats DIR                      one JSON object: what is in it, bytes by part
 *     PROGRAM version
 *
 * Behind this header, corpus, analysis and query syntax are read by the code our own programs use, so that these
 * engines index the same terms at the same positions and are asked the same thing. The header serves C++ too. */
#ifndef FT_PEER_H
#define FT_PEER_H

#include "fulltext.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A clause of a query: a term, or a phrase of several, in order. */
typedef struct peer_clause {
    char sign;            /* '+' required, '-' excluded, or 0 */
    const ft_str *terms;  /* as analysis gives them, without white space; owned by the query */
    size_t n_terms;       /* at least one */
} peer_clause;

typedef struct peer_query {
    const peer_clause *clauses; /* at least one of them is not excluded */
    size_t n_clauses;
    size_t n_required, n_optional;
} peer_query;

/* What is asked: the best k (0: no ranking), and how many match. */
typedef struct peer_ask {
    uint32_t k;
    bool count;
} peer_ask;

#define PEER_UNSUPPORTED (-1) /* as an answer: this engine has no such query */

/* Bytes and counts of an index. */
typedef struct peer_stats {
    uint64_t documents, terms, postings, tokens;
    uint64_t bytes_index;  /* dictionary, postings and, where they share a file with these, positions and norms */
    uint64_t bytes_positions;
    uint64_t bytes_stored; /* compressed texts */
    uint64_t bytes_other;
} peer_stats;

/* An engine. `self`, NULL before, is set by create or open, and goes to close if it was set, whatever failed. Errors
 * are in the engine's own words. */
typedef struct peer_adapter {
    const char *name;
    const char *(*version)(void);
    /* Begins an index in dir, which is empty. The analyser is borrowed until close. */
    ft_status (*create)(void **self, const char *dir, ft_analyzer *an, ft_error *err);
    /* Title and text are one field to scoring, and no phrase reaches across. */
    ft_status (*add)(void *self, const ft_document *doc, ft_error *err);
    /* Merges all into one index, and leaves nothing else in dir. */
    ft_status (*finish)(void *self, ft_error *err);
    ft_status (*open)(void **self, const char *dir, ft_error *err);
    /* *answer: how many match, if they are to be counted; else anything from 0; or PEER_UNSUPPORTED. */
    ft_status (*ask)(void *self, const peer_ask *ask, const peer_query *query, int64_t *answer, ft_error *err);
    ft_status (*stats)(void *self, peer_stats *out, ft_error *err);
    void (*close)(void *self);
} peer_adapter;

/* The one that this program is linked with. */
extern const peer_adapter peer_this;

#ifdef __cplusplus
}
#endif
#endif
