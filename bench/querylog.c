/* querylog.c - see querylog.h. */
#include "querylog.h"

#include "json.h"
#include "mem.h"
#include "textfile.h"

void ft_querylog_release(ft_querylog *log)
{
    ft_buf_release(&log->bytes);
    ft_free(log->queries);
    ft_free(log->tags);
    ft_free(log->names);
    *log = (ft_querylog){0};
}

ft_str ft_querylog_query(const ft_querylog *log, size_t i)
{
    return (ft_str){(const char *)log->bytes.data + log->queries[i].text, log->queries[i].len};
}

ft_str ft_querylog_name(const ft_querylog *log, size_t tag)
{
    return (ft_str){(const char *)log->bytes.data + log->names[tag].text, log->names[tag].len};
}

/* Gives the query being read a tag, whose name was appended to the bytes from `text` on. */
static ft_status take_tag(ft_querylog *log, size_t text, ft_error *err)
{
    ft_logged *q = &log->queries[log->n_queries];
    size_t len = log->bytes.len - text, tag = 0;

    if (log->bytes.failed || FT_GROW(log->tags, log->cap_tags, log->n_tags + 1) != 0 ||
        FT_GROW(log->names, log->cap_names, log->n_names + 1) != 0)
        return ft_fail_nomem(err);
    while (tag < log->n_names && (log->names[tag].len != len ||
                                  memcmp(log->bytes.data + log->names[tag].text, log->bytes.data + text, len) != 0))
        tag++;
    if (tag == log->n_names) {
        log->names[log->n_names].text = text;
        log->names[log->n_names++].len = len;
    } else {
        log->bytes.len = text;
    }
    for (size_t i = 0; i < q->n_tags; i++)
        if (log->tags[q->first_tag + i] == tag)
            return FT_OK;
    log->tags[log->n_tags++] = (uint32_t)tag;
    q->n_tags++;
    return FT_OK;
}

/* Reads the array of tags whose bracket was read. FT_EINVAL if there is more in it than strings. */
static ft_status take_tags(ft_querylog *log, ft_json *j, ft_error *err)
{
    ft_json_kind kind;

    while ((kind = ft_json_next(j)) == FT_JSON_STRING) {
        size_t text = log->bytes.len;
        ft_json_unescape(&log->bytes, j->raw);
        ft_status st = take_tag(log, text, err);
        if (st != FT_OK)
            return st;
    }
    return kind == FT_JSON_ARRAY_END ? FT_OK : FT_EINVAL;
}

static bool is_key(const ft_json *j, const char *name)
{
    return j->raw.len == strlen(name) && memcmp(j->raw.ptr, name, j->raw.len) == 0;
}

/* FT_EINVAL, without a message, for what is not a query. */
static ft_status take_json(ft_querylog *log, ft_str line, ft_error *err)
{
    ft_logged *q = &log->queries[log->n_queries];
    ft_json j;
    ft_json_kind kind;
    bool has_query = false;

    ft_json_init(&j, line.ptr, line.len);
    if (ft_json_next(&j) != FT_JSON_OBJECT)
        return FT_EINVAL;
    while ((kind = ft_json_next(&j)) == FT_JSON_KEY) {
        bool query = is_key(&j, "query"), tags = is_key(&j, "tags");
        kind = ft_json_next(&j);
        if (query && kind == FT_JSON_STRING) {
            q->text = log->bytes.len;
            ft_json_unescape(&log->bytes, j.raw);
            q->len = log->bytes.len - q->text;
            has_query = true;
        } else if (tags && kind == FT_JSON_ARRAY) {
            ft_status st = take_tags(log, &j, err);
            if (st != FT_OK)
                return st;
        } else if (query || !ft_json_skip(&j, kind)) {
            return FT_EINVAL;
        }
    }
    return has_query && kind == FT_JSON_OBJECT_END && ft_json_next(&j) == FT_JSON_END ? FT_OK : FT_EINVAL;
}

static ft_status take_tsv(ft_querylog *log, ft_str line, ft_error *err)
{
    ft_logged *q = &log->queries[log->n_queries];
    const char *tab = memchr(line.ptr, '\t', line.len);

    if (!tab)
        return FT_EINVAL;
    size_t len = (size_t)(tab - line.ptr);
    q->text = log->bytes.len;
    q->len = line.len - len - 1;
    ft_buf_put(&log->bytes, tab + 1, q->len);
    size_t text = log->bytes.len;
    ft_buf_put(&log->bytes, line.ptr, len);
    return take_tag(log, text, err);
}

static ft_status take_line(void *arg, ft_str line, uint64_t number, ft_error *err)
{
    ft_querylog *log = arg;

    (void)number;
    if (FT_GROW(log->queries, log->cap_queries, log->n_queries + 1) != 0)
        return ft_fail_nomem(err);
    log->queries[log->n_queries] = (ft_logged){.first_tag = log->n_tags};
    ft_status st = line.ptr[0] == '{' ? take_json(log, line, err) : take_tsv(log, line, err);
    if (st == FT_OK && log->bytes.failed)
        st = ft_fail_nomem(err);
    log->n_queries += st == FT_OK;
    return st;
}

ft_status ft_querylog_read(ft_querylog *log, const char *path, ft_error *err)
{
    ft_status st = ft_textfile_read(path, "neither {\"query\":...,\"tags\":[...]} nor tag<TAB>query", take_line, log,
                                    err);

    if (st == FT_OK && log->n_queries == 0)
        st = ft_fail(err, FT_EINVAL, "%.200s: no queries", path);
    return st;
}
