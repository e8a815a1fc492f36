/* judgments.c - see judgments.h. */
#include "judgments.h"

#include "mem.h"
#include "textfile.h"

#include <stdlib.h>

void ft_judgments_release(ft_judgments *j)
{
    ft_buf_release(&j->bytes);
    ft_free(j->entries);
    ft_free(j->queries);
    ft_free(j->levels);
    *j = (ft_judgments){0};
}

int ft_judgments_compare(ft_str a, ft_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static ft_str query_id(const ft_judgments *j, const ft_judgment *e)
{
    return (ft_str){(const char *)j->bytes.data + e->query, e->query_len};
}

static ft_str doc_id(const ft_judgments *j, const ft_judgment *e)
{
    return (ft_str){(const char *)j->bytes.data + e->doc, e->doc_len};
}

ft_str ft_judgments_query(const ft_judgments *j, size_t query)
{
    return query_id(j, &j->entries[j->queries[query].first]);
}

/* ---------------------------------------------------------------- reading */

/* A whole number with an optional sign, of at most nine digits. */
static bool read_level(ft_str s, int32_t *out)
{
    size_t i = s.len > 0 && (*s.ptr == '-' || *s.ptr == '+');
    int32_t v = 0;

    if (s.len == i || s.len > i + 9)
        return false;
    for (size_t k = i; k < s.len; k++) {
        if (s.ptr[k] < '0' || s.ptr[k] > '9')
            return false;
        v = v * 10 + (s.ptr[k] - '0');
    }
    *out = *s.ptr == '-' ? -v : v;
    return true;
}

/* Three fields with two tabs between are BEIR's, whose ids may hold blanks; else four words are TREC's. */
static bool split(ft_str line, ft_str *query, ft_str *doc, ft_str *level, bool *beir)
{
    const char *end = line.ptr + line.len, *tab = memchr(line.ptr, '\t', line.len);
    const char *second = tab ? memchr(tab + 1, '\t', (size_t)(end - tab - 1)) : NULL;

    *beir = second && !memchr(second + 1, '\t', (size_t)(end - second - 1));
    if (*beir) {
        *query = (ft_str){line.ptr, (size_t)(tab - line.ptr)};
        *doc = (ft_str){tab + 1, (size_t)(second - tab - 1)};
        *level = ft_textfile_trim((ft_str){second + 1, (size_t)(end - second - 1)});
        return query->len > 0 && doc->len > 0;
    }
    *query = ft_textfile_word(&line);
    ft_textfile_word(&line);
    *doc = ft_textfile_word(&line);
    *level = ft_textfile_word(&line);
    return level->len > 0 && ft_textfile_word(&line).len == 0;
}

static ft_status take_line(void *arg, ft_str line, uint64_t number, ft_error *err)
{
    ft_judgments *j = arg;
    ft_judgment e = {0};
    ft_str query, doc, level;
    bool beir;

    if (ft_textfile_trim(line).len == 0)
        return FT_OK;
    if (!split(line, &query, &doc, &level, &beir))
        return FT_EINVAL;
    if (!read_level(level, &e.level))
        return beir && number == 1 ? FT_OK : FT_EINVAL; /* the header */
    if (FT_GROW(j->entries, j->cap_entries, j->n_entries + 1) != 0)
        return ft_fail_nomem(err);
    e.query = j->bytes.len;
    e.query_len = query.len;
    ft_buf_put(&j->bytes, query.ptr, query.len);
    e.doc = j->bytes.len;
    e.doc_len = doc.len;
    ft_buf_put(&j->bytes, doc.ptr, doc.len);
    j->entries[j->n_entries++] = e;
    return ft_buf_status(&j->bytes, err);
}

/* ---------------------------------------------------------------- order */

static int by_query_and_doc(const void *pa, const void *pb, void *arg)
{
    const ft_judgment *a = pa, *b = pb;
    const ft_judgments *j = arg;
    int order = ft_judgments_compare(query_id(j, a), query_id(j, b));

    return order ? order : ft_judgments_compare(doc_id(j, a), doc_id(j, b));
}

static int descending(const void *pa, const void *pb)
{
    int32_t a = *(const int32_t *)pa, b = *(const int32_t *)pb;

    return (a < b) - (a > b);
}

static ft_status arrange(ft_judgments *j, const char *path, ft_error *err)
{
    qsort_r(j->entries, j->n_entries, sizeof *j->entries, by_query_and_doc, j);
    j->levels = ft_alloc(j->n_entries, sizeof *j->levels);
    if (!j->levels)
        return ft_fail_nomem(err);
    for (size_t i = 0, n; i < j->n_entries; i += n) {
        ft_str query = query_id(j, &j->entries[i]);
        for (n = 0; i + n < j->n_entries; n++) {
            const ft_judgment *e = &j->entries[i + n];
            if (ft_judgments_compare(query_id(j, e), query) != 0)
                break;
            if (n > 0 && ft_judgments_compare(doc_id(j, e - 1), doc_id(j, e)) == 0)
                return ft_fail(err, FT_EINVAL, "%.200s: query %.*s: document %.*s is judged twice", path,
                               (int)(query.len < 80 ? query.len : 80), query.ptr,
                               (int)(e->doc_len < 80 ? e->doc_len : 80), doc_id(j, e).ptr);
            j->levels[i + n] = e->level;
        }
        qsort(j->levels + i, n, sizeof *j->levels, descending);
        if (FT_GROW(j->queries, j->cap_queries, j->n_queries + 1) != 0)
            return ft_fail_nomem(err);
        j->queries[j->n_queries++] = (ft_judged){i, n};
    }
    return FT_OK;
}

ft_status ft_judgments_read(ft_judgments *j, const char *path, ft_error *err)
{
    ft_status st = ft_textfile_read(path, "neither query<TAB>document<TAB>level nor a line of TREC qrels", take_line, j,
                                    err);

    if (st == FT_OK && j->n_entries == 0)
        st = ft_fail(err, FT_EINVAL, "%.200s: no judgments", path);
    return st == FT_OK ? arrange(j, path, err) : st;
}

/* ---------------------------------------------------------------- looking up */

size_t ft_judgments_find(const ft_judgments *j, ft_str id)
{
    size_t low = 0, high = j->n_queries;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = ft_judgments_compare(ft_judgments_query(j, mid), id);
        if (order == 0)
            return mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return SIZE_MAX;
}

int32_t ft_judgments_level(const ft_judgments *j, size_t query, ft_str doc)
{
    size_t low = j->queries[query].first, high = low + j->queries[query].n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = ft_judgments_compare(doc_id(j, &j->entries[mid]), doc);
        if (order == 0)
            return j->entries[mid].level;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}
