/* topics.h - queries with ids, as judged collections have them. */
#ifndef FT_TOPICS_H
#define FT_TOPICS_H

#include "buf.h"

typedef struct ft_topic {
    size_t id, id_len;     /* in `bytes` */
    size_t text, text_len;
} ft_topic;

typedef struct ft_topics {
    ft_buf bytes;
    ft_topic *all;
    size_t n, cap;
} ft_topics;

/* Reads what the first character says: lines of JSON with _id (or id) and text (BEIR's queries.jsonl), TREC topics, of
 * which the title is the query, or lines of id<TAB>query. Zeroed by the caller, and released whatever comes of it.
 * FT_EINVAL names file and line of what is none of them. */
ft_status ft_topics_read(ft_topics *t, const char *path, ft_error *err);
void ft_topics_release(ft_topics *t);

ft_str ft_topics_id(const ft_topics *t, size_t i);
ft_str ft_topics_text(const ft_topics *t, size_t i);

#endif
