/* source_jsonl.c - a JSON object a line; see source.h.
 *
 * Only the outermost keys count. Of several names for the same thing the first in its list wins, of a key that is
 * repeated the last value. Strings are used where they stand, and decoded only if they hold escapes. */
#include "source.h"

#include "json.h"

#include <stdio.h>

enum { FIELD_ID, FIELD_TITLE, FIELD_TEXT, N_FIELDS };

typedef struct field {
    int rank;          /* of the name it came by, from 1; 0: absent */
    ft_json_kind kind;
    ft_str raw;
    bool escaped;
} field;

typedef struct reader {
    const ft_source *src;
    ft_buf key;
    ft_buf decoded[N_FIELDS];
} reader;

static const struct {
    const char *name;
    int field, rank;
} names[] = {
    {"_id", FIELD_ID, 1},     {"id", FIELD_ID, 2},         {"docid", FIELD_ID, 3},  {"title", FIELD_TITLE, 1},
    {"text", FIELD_TEXT, 1},  {"contents", FIELD_TEXT, 2}, {"body", FIELD_TEXT, 3}, {"content", FIELD_TEXT, 4},
};

/* The entry of names for the key just read, or -1. */
static int find_name(reader *r, const ft_json *j)
{
    ft_str key = j->raw;

    if (j->escaped) {
        ft_buf_reset(&r->key);
        ft_json_unescape(&r->key, key);
        key = (ft_str){(const char *)r->key.data, r->key.len};
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == key.len && memcmp(names[i].name, key.ptr, key.len) == 0)
            return (int)i;
    return -1;
}

/* Reads the line into fields. False with the reason in `why` if it is no JSON object. */
static bool read_fields(reader *r, ft_str line, field *fields, char *why, size_t cap)
{
    ft_json j;
    ft_json_kind kind;

    ft_json_init(&j, line.ptr, line.len);
    kind = ft_json_next(&j);
    if (kind != FT_JSON_OBJECT && kind != FT_JSON_ERROR) {
        snprintf(why, cap, "not a JSON object");
        return false;
    }
    while (kind != FT_JSON_ERROR && (kind = ft_json_next(&j)) == FT_JSON_KEY) {
        int name = find_name(r, &j);
        kind = ft_json_next(&j);
        if (name >= 0) {
            field *f = &fields[names[name].field];
            if (f->rank == 0 || names[name].rank <= f->rank)
                *f = (field){names[name].rank, kind, j.raw, j.escaped};
        }
        if (!ft_json_skip(&j, kind))
            break;
    }
    if (!j.error && ft_json_next(&j) == FT_JSON_END)
        return true;
    snprintf(why, cap, "bad JSON at byte %zu: %s", j.at + 1, j.error);
    return false;
}

static ft_str decode(reader *r, int which, const field *f)
{
    ft_buf *out = &r->decoded[which];

    if (f->kind != FT_JSON_STRING || !f->escaped)
        return f->raw;
    ft_buf_reset(out);
    ft_json_unescape(out, f->raw);
    return (ft_str){(const char *)out->data, out->len};
}

/* What is wrong with the fields, or NULL. A title or id of null counts as absent. */
static const char *judge(field *fields)
{
    field *id = &fields[FIELD_ID], *title = &fields[FIELD_TITLE], *text = &fields[FIELD_TEXT];

    if (id->rank && id->kind == FT_JSON_NULL)
        id->rank = 0;
    if (title->rank && title->kind == FT_JSON_NULL)
        title->rank = 0;
    if (id->rank && id->kind != FT_JSON_STRING && id->kind != FT_JSON_NUMBER)
        return "the id is neither a string nor a number";
    if (id->rank && id->raw.len == 0)
        return "the id is empty";
    if (title->rank && title->kind != FT_JSON_STRING)
        return "the title is no string";
    if (text->rank && text->kind != FT_JSON_STRING)
        return "the text is no string";
    if (!title->rank && !text->rank)
        return "neither title nor text";
    return NULL;
}

static ft_status read_record(void *arg, ft_str line, uint64_t number, ft_error *err)
{
    reader *r = arg;
    const ft_source *src = r->src;
    field fields[N_FIELDS] = {0};
    ft_document doc = {.size = sizeof doc, .line = ft_source_line(number), .passage_words = src->words};
    char why[128];
    const char *reason = why;

    if (read_fields(r, line, fields, why, sizeof why))
        reason = judge(fields);
    if (reason)
        return src->sink.malformed(src->sink.arg, src->file, number, reason, err);
    if (fields[FIELD_ID].rank) {
        doc.id = decode(r, FIELD_ID, &fields[FIELD_ID]);
    } else {
        ft_buf *id = &r->decoded[FIELD_ID];
        ft_buf_reset(id);
        ft_buf_put(id, src->file.ptr, src->file.len);
        ft_buf_printf(id, ":%llu", (unsigned long long)number);
        doc.id = (ft_str){(const char *)id->data, id->len};
    }
    if (fields[FIELD_TITLE].rank)
        doc.title = decode(r, FIELD_TITLE, &fields[FIELD_TITLE]);
    if (fields[FIELD_TEXT].rank)
        doc.text = decode(r, FIELD_TEXT, &fields[FIELD_TEXT]);
    for (int i = 0; i < N_FIELDS; i++)
        if (r->decoded[i].failed)
            return ft_fail_nomem(err);
    return r->key.failed ? ft_fail_nomem(err) : src->sink.document(src->sink.arg, &doc, err);
}

ft_status ft_source_jsonl(const ft_source *src, ft_error *err)
{
    reader r = {.src = src};
    ft_status st = ft_source_records(src, read_record, &r, err);

    ft_buf_release(&r.key);
    for (int i = 0; i < N_FIELDS; i++)
        ft_buf_release(&r.decoded[i]);
    return st;
}
