/* ranking.c - see ranking.h. */
#include "ranking.h"

#include "mem.h"
#include "textfile.h"

#include <math.h>
#include <stdlib.h>

void ft_ranking_release(ft_ranking *r)
{
    ft_buf_release(&r->bytes);
    ft_free(r->docs);
    *r = (ft_ranking){0};
}

void ft_ranking_reset(ft_ranking *r)
{
    ft_buf_reset(&r->bytes);
    r->n_docs = 0;
}

static ft_str id_of(const ft_ranking *r, const ft_ranked *d)
{
    return (ft_str){(const char *)r->bytes.data + d->id, d->len};
}

ft_str ft_ranking_id(const ft_ranking *r, size_t i)
{
    return id_of(r, &r->docs[i]);
}

/* A decimal number, the whole of it. */
static bool read_score(ft_str s, float *out)
{
    char text[64], *end;

    if (s.len == 0 || s.len >= sizeof text)
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    double v = strtod(text, &end);
    *out = (float)v;
    return *end == '\0' && !isnan(v);
}

ft_status ft_ranking_add(ft_ranking *r, size_t query, ft_str id, ft_str score, ft_error *err)
{
    ft_ranked d = {.query = query, .id = r->bytes.len, .len = id.len};

    if (!read_score(score, &d.score))
        return ft_fail(err, FT_EINVAL, "'%.*s' is no score", (int)(score.len < 80 ? score.len : 80), score.ptr);
    if (FT_GROW(r->docs, r->cap_docs, r->n_docs + 1) != 0)
        return ft_fail_nomem(err);
    ft_buf_put(&r->bytes, id.ptr, id.len);
    r->docs[r->n_docs++] = d;
    return ft_buf_status(&r->bytes, err);
}

typedef struct reading {
    ft_ranking *r;
    const ft_judgments *j;
    ft_buf unknown; /* the last query without judgments */
    size_t n_passed_over;
} reading;

static ft_status take_line(void *arg, ft_str line, uint64_t number, ft_error *err)
{
    reading *in = arg;
    ft_str fields[6];

    (void)number;
    for (int i = 0; i < 6; i++)
        fields[i] = ft_textfile_word(&line);
    if (fields[0].len == 0)
        return FT_OK;
    if (fields[5].len == 0)
        return FT_EINVAL;
    size_t query = ft_judgments_find(in->j, fields[0]);
    if (query != SIZE_MAX)
        return ft_ranking_add(in->r, query, fields[2], fields[4], err);
    ft_str last = {(const char *)in->unknown.data, in->unknown.len};
    if (ft_judgments_compare(last, fields[0]) != 0) {
        in->n_passed_over++;
        ft_buf_reset(&in->unknown);
        ft_buf_put(&in->unknown, fields[0].ptr, fields[0].len);
    }
    return ft_buf_status(&in->unknown, err);
}

ft_status ft_ranking_read(ft_ranking *r, const ft_judgments *j, const char *path, size_t *n_passed_over,
                          ft_error *err)
{
    reading in = {.r = r, .j = j};
    ft_status st = ft_textfile_read(path, "not a line of a TREC run: query Q0 document rank score tag", take_line, &in,
                                    err);

    *n_passed_over = in.n_passed_over;
    ft_buf_release(&in.unknown);
    return st;
}

static int by_id(const void *pa, const void *pb, void *arg)
{
    const ft_ranked *a = pa, *b = pb;

    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    return ft_judgments_compare(id_of(arg, b), id_of(arg, a));
}

static int by_score(const void *pa, const void *pb, void *arg)
{
    const ft_ranked *a = pa, *b = pb;

    if (a->query != b->query)
        return a->query < b->query ? -1 : 1;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return by_id(pa, pb, arg);
}

ft_status ft_ranking_sort(ft_ranking *r, const ft_judgments *j, ft_error *err)
{
    qsort_r(r->docs, r->n_docs, sizeof *r->docs, by_id, r);
    for (size_t i = 1; i < r->n_docs; i++) {
        const ft_ranked *d = &r->docs[i];
        if (by_id(d - 1, d, r) == 0) {
            ft_str query = ft_judgments_query(j, d->query);
            return ft_fail(err, FT_EINVAL, "query %.*s: document %.*s was found twice",
                           (int)(query.len < 80 ? query.len : 80), query.ptr, (int)(d->len < 80 ? d->len : 80),
                           id_of(r, d).ptr);
        }
    }
    qsort_r(r->docs, r->n_docs, sizeof *r->docs, by_score, r);
    return FT_OK;
}
