/* ask.c - see ask.h. */
#include "ask.h"

#include "json.h"

static bool skip(ft_str *s, const char *prefix)
{
    size_t len = strlen(prefix);

    if (s->len < len || memcmp(s->ptr, prefix, len) != 0)
        return false;
    s->ptr += len;
    s->len -= len;
    return true;
}

/* Takes a number of 1 to 2^31-1 from the front. */
static bool take_number(ft_str *s, uint32_t *out)
{
    uint64_t v = 0;

    while (s->len > 0 && *s->ptr >= '0' && *s->ptr <= '9' && v <= INT32_MAX) {
        v = v * 10 + (uint64_t)(*s->ptr - '0');
        s->ptr++;
        s->len--;
    }
    *out = (uint32_t)v;
    return v >= 1 && v <= INT32_MAX;
}

static bool is(ft_str s, const char *name)
{
    return skip(&s, name) && s.len == 0;
}

ft_ask ft_ask_read(ft_str name)
{
    ft_ask ask = {FT_ASK_UNKNOWN, 0};

    if (is(name, "NOOP"))
        ask.kind = FT_ASK_NOOP;
    else if (is(name, "COUNT"))
        ask.kind = FT_ASK_COUNT;
    else if (skip(&name, "TOP_") && take_number(&name, &ask.k))
        ask.kind = name.len == 0 ? FT_ASK_TOP : is(name, "_COUNT") ? FT_ASK_TOP_COUNT : FT_ASK_UNKNOWN;
    else if (skip(&name, "RUN_") && take_number(&name, &ask.k) && name.len == 0)
        ask.kind = FT_ASK_RUN;
    return ask;
}

static ft_status put_hits(ft_results *rs, ft_buf *out, ft_error *err)
{
    ft_buf_puts(out, "{\"hits\":[");
    for (size_t i = 0; i < ft_results_count(rs); i++) {
        ft_hit hit;
        ft_status st = ft_results_hit(rs, i, &hit, err);
        if (st != FT_OK)
            return st;
        ft_buf_puts(out, i ? ",[" : "[");
        ft_json_put_string(out, hit.id.ptr, hit.id.len);
        ft_buf_putc(out, ',');
        ft_json_put_number(out, hit.score, 9);
        ft_buf_putc(out, ']');
    }
    ft_buf_puts(out, "]}");
    return FT_OK;
}

static void put_whole(ft_buf *out, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    ft_buf_put(out, digits + at, sizeof digits - at);
}

ft_status ft_ask_run(const ft_reader *rd, const ft_ask *ask, ft_str query, const ft_ask_settings *set, ft_buf *out,
                     ft_error *err)
{
    const ft_query_options how = {.size = sizeof how};
    const ft_search_options opts = {
        .size = sizeof opts,
        .top = ask->k,
        .count = ask->kind == FT_ASK_COUNT || ask->kind == FT_ASK_TOP_COUNT,
        .exhaustive = set->exhaustive,
        .has_k1 = set->has_k1, .k1 = set->k1,
        .has_b = set->has_b, .b = set->b,
    };
    ft_query *q = NULL;
    ft_results *rs = NULL;
    bool exact;

    if (ask->kind == FT_ASK_UNKNOWN || ask->kind == FT_ASK_NOOP) {
        ft_buf_puts(out, ask->kind == FT_ASK_NOOP ? "1" : "UNSUPPORTED");
        return ft_buf_status(out, err);
    }
    ft_status st = ft_query_parse(&q, rd, query.ptr, query.len, &how, err);
    if (st == FT_OK)
        st = ft_search(&rs, rd, q, &opts, err);
    if (st != FT_OK)
        goto out;
    if (ask->kind == FT_ASK_RUN)
        st = put_hits(rs, out, err);
    else if (ask->kind == FT_ASK_TOP)
        ft_buf_putc(out, '1');
    else
        put_whole(out, ft_results_total(rs, &exact));
    if (st == FT_OK)
        st = ft_buf_status(out, err);
out:
    ft_results_free(rs);
    ft_query_free(q);
    return st;
}
