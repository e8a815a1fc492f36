/* topics.c - see topics.h. */
#include "topics.h"

#include "json.h"
#include "mem.h"
#include "textfile.h"

#include <strings.h>

/* Where the text between two tags of a TREC topic goes. */
typedef enum field { NOWHERE, NUM, TITLE, N_FIELDS } field;

typedef struct reading {
    ft_topics *t;
    char first;            /* character of the file, 0 before it was seen */
    field now;
    bool within;           /* a topic that has begun */
    bool at_end;
    ft_buf text[N_FIELDS]; /* NUM and TITLE */
} reading;

void ft_topics_release(ft_topics *t)
{
    ft_buf_release(&t->bytes);
    ft_free(t->all);
    *t = (ft_topics){0};
}

ft_str ft_topics_id(const ft_topics *t, size_t i)
{
    return (ft_str){(const char *)t->bytes.data + t->all[i].id, t->all[i].id_len};
}

ft_str ft_topics_text(const ft_topics *t, size_t i)
{
    return (ft_str){(const char *)t->bytes.data + t->all[i].text, t->all[i].text_len};
}

static ft_status add(ft_topics *t, ft_str id, ft_str text, ft_error *err)
{
    if (FT_GROW(t->all, t->cap, t->n + 1) != 0)
        return ft_fail_nomem(err);
    t->all[t->n++] = (ft_topic){.id = t->bytes.len, .id_len = id.len, .text = t->bytes.len + id.len,
                                .text_len = text.len};
    ft_buf_put(&t->bytes, id.ptr, id.len);
    ft_buf_put(&t->bytes, text.ptr, text.len);
    return ft_buf_status(&t->bytes, err);
}

static ft_str str_of(const ft_buf *b)
{
    return (ft_str){(const char *)b->data, b->len};
}

/* ---------------------------------------------------------------- JSON and TSV */

static bool is_key(const ft_json *j, const char *name)
{
    return j->raw.len == strlen(name) && memcmp(j->raw.ptr, name, j->raw.len) == 0;
}

static ft_status take_json(reading *in, ft_str line, ft_error *err)
{
    ft_buf *id = &in->text[NUM], *text = &in->text[TITLE];
    ft_json j;
    ft_json_kind kind;
    bool has_text = false;

    ft_buf_reset(id);
    ft_buf_reset(text);
    ft_json_init(&j, line.ptr, line.len);
    if (ft_json_next(&j) != FT_JSON_OBJECT)
        return FT_EINVAL;
    while ((kind = ft_json_next(&j)) == FT_JSON_KEY) {
        bool is_id = is_key(&j, "_id") || is_key(&j, "id"), is_text = is_key(&j, "text");
        kind = ft_json_next(&j);
        if (is_id && id->len == 0 && (kind == FT_JSON_STRING || kind == FT_JSON_NUMBER)) {
            ft_json_unescape(id, j.raw);
        } else if (is_text && kind == FT_JSON_STRING) {
            ft_buf_reset(text);
            ft_json_unescape(text, j.raw);
            has_text = true;
        } else if (!ft_json_skip(&j, kind)) {
            return FT_EINVAL;
        }
    }
    if (kind != FT_JSON_OBJECT_END || ft_json_next(&j) != FT_JSON_END || id->len == 0 || !has_text)
        return id->failed || text->failed ? ft_fail_nomem(err) : FT_EINVAL;
    if (id->failed || text->failed)
        return ft_fail_nomem(err);
    return add(in->t, str_of(id), str_of(text), err);
}

static ft_status take_tsv(reading *in, ft_str line, ft_error *err)
{
    const char *tab = memchr(line.ptr, '\t', line.len);
    size_t len = tab ? (size_t)(tab - line.ptr) : 0;

    return len ? add(in->t, (ft_str){line.ptr, len}, (ft_str){tab + 1, line.len - len - 1}, err) : FT_EINVAL;
}

/* ---------------------------------------------------------------- TREC */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* <name> or </name> at p; *len is that of the name, 0 if there is no tag. Returns what is behind it. */
static const char *read_tag(const char *p, const char *end, const char **name, size_t *len, bool *closing)
{
    const char *q = p + 1;

    *closing = q < end && *q == '/';
    q += *closing;
    for (*name = q; q < end && is_letter(*q); q++)
        continue;
    *len = q < end && *q == '>' ? (size_t)(q - *name) : 0;
    return *len ? q + 1 : p + 1;
}

static bool is_tag(const char *name, size_t len, const char *what)
{
    return len == strlen(what) && strncasecmp(name, what, len) == 0;
}

/* "Number: 301" -> "301". */
static ft_str without_label(ft_str s, const char *label)
{
    size_t len = strlen(label);

    s = ft_textfile_trim(s);
    if (s.len > len && strncasecmp(s.ptr, label, len) == 0)
        s = ft_textfile_trim((ft_str){s.ptr + len, s.len - len});
    return s;
}

/* Takes the topic that was read, if there is one. */
static ft_status end_topic(reading *in, ft_error *err)
{
    ft_str id = without_label(str_of(&in->text[NUM]), "Number:");
    ft_str title = without_label(str_of(&in->text[TITLE]), "Topic:");

    if (in->text[NUM].failed || in->text[TITLE].failed)
        return ft_fail_nomem(err);
    if (in->within && (!id.len || !title.len))
        return FT_EINVAL;
    return in->within ? add(in->t, id, title, err) : FT_OK;
}

static ft_status take_tag(reading *in, const char *name, size_t len, bool closing, ft_error *err)
{
    in->now = NOWHERE;
    if (is_tag(name, len, "top")) {
        ft_status st = end_topic(in, err);
        in->within = !closing;
        ft_buf_reset(&in->text[NUM]);
        ft_buf_reset(&in->text[TITLE]);
        return st;
    }
    if (in->within && !closing)
        in->now = is_tag(name, len, "num") ? NUM : is_tag(name, len, "title") ? TITLE : NOWHERE;
    return FT_OK;
}

static ft_status take_trec(reading *in, ft_str line, ft_error *err)
{
    const char *p = line.ptr, *end = p + line.len, *name;
    ft_status st = FT_OK;

    while (p < end && st == FT_OK) {
        size_t len = 0;
        bool closing;
        const char *behind = p + 1;
        if (*p == '<')
            behind = read_tag(p, end, &name, &len, &closing);
        if (len)
            st = take_tag(in, name, len, closing, err);
        else if (in->now != NOWHERE)
            ft_buf_putc(&in->text[in->now], *p);
        p = behind;
    }
    if (in->now != NOWHERE)
        ft_buf_putc(&in->text[in->now], ' '); /* a title goes on in the next line */
    return st;
}

static ft_status take_line(void *arg, ft_str line, uint64_t number, ft_error *err)
{
    reading *in = arg;
    ft_str trimmed = ft_textfile_trim(line);

    (void)number;
    if (trimmed.len == 0)
        return FT_OK;
    if (!in->first)
        in->first = *trimmed.ptr;
    if (in->first == '<')
        return take_trec(in, line, err);
    return in->first == '{' ? take_json(in, line, err) : take_tsv(in, line, err);
}

ft_status ft_topics_read(ft_topics *t, const char *path, ft_error *err)
{
    reading in = {.t = t};
    ft_status st = ft_textfile_read(path, "neither {\"_id\":...,\"text\":...}, nor id<TAB>query, nor of a whole TREC "
                                    "topic", take_line, &in, err);

    in.at_end = st == FT_OK;
    if (in.at_end)
        st = end_topic(&in, err);
    if (st == FT_EINVAL && in.at_end)
        st = ft_fail(err, st, "%.200s: the last topic has no number or no title", path);
    if (st == FT_OK && t->n == 0)
        st = ft_fail(err, FT_EINVAL, "%.200s: no queries", path);
    for (field f = NOWHERE; f < N_FIELDS; f++)
        ft_buf_release(&in.text[f]);
    return st;
}
