/* querylog.h - queries to measure with, each under some tags. */
#ifndef FT_QUERYLOG_H
#define FT_QUERYLOG_H

#include "buf.h"

typedef struct ft_logged {
    size_t text, len;         /* of the query, in the log's bytes */
    size_t first_tag, n_tags; /* in the log's `tags` */
} ft_logged;

typedef struct ft_querylog {
    ft_buf bytes;     /* queries and tag names, end to end */
    ft_logged *queries;
    size_t n_queries, cap_queries;
    uint32_t *tags;   /* numbers of tag names */
    size_t n_tags, cap_tags;
    struct {
        size_t text, len;
    } *names;         /* tag names by number, in order of first sight */
    size_t n_names, cap_names;
} ft_querylog;

/* Reads lines of JSON, {"query":..., "tags":[...]}, or of tag<TAB>query. The log is zeroed by the caller, and released
 * whatever comes of it. FT_EINVAL names file and line of what is neither. */
ft_status ft_querylog_read(ft_querylog *log, const char *path, ft_error *err);
void ft_querylog_release(ft_querylog *log);

ft_str ft_querylog_query(const ft_querylog *log, size_t i);
ft_str ft_querylog_name(const ft_querylog *log, size_t tag);

#endif
