/* prompt_commands.c - the commands of the interactive session: their table, and those about the session itself. */
#include "optab.h"
#include "prompt_session.h"

#include <stdio.h>

typedef struct command {
    const char *name, *args, *help;
    ft_status (*run)(ft_prompt *s, const char *arg, ft_error *err);
} command;

static ft_status help(ft_prompt *s, const char *arg, ft_error *err);

/* ---------------------------------------------------------------- the session */

static ft_status more(ft_prompt *s, const char *arg, ft_error *err)
{
    (void)arg;
    (void)err;
    ft_prompt_more(s);
    return FT_OK;
}

static ft_status quit(ft_prompt *s, const char *arg, ft_error *err)
{
    (void)arg;
    (void)err;
    s->done = true;
    return FT_OK;
}

static ft_status group(ft_prompt *s, const char *arg, ft_error *err)
{
    bool documents = strcmp(arg, "document") == 0;

    if (!*arg) {
        ft_buf_printf(&s->out.buf, "group %s\n", s->b.search.group_documents ? "document" : "passage");
        ft_prompt_flush(s, 1);
        return FT_OK;
    }
    if (!documents && strcmp(arg, "passage") != 0)
        return ft_fail(err, FT_EINVAL, "%s: neither document nor passage", arg);
    s->b.search.group_documents = s->b.print.documents = documents;
    if (s->parsed)
        ft_prompt_search_again(s);
    return FT_OK;
}

static ft_status stats(ft_prompt *s, const char *arg, ft_error *err)
{
    ft_buf *out = &s->out.buf;
    ft_stats st;

    (void)arg;
    (void)err;
    ft_reader_stats(s->b.reader, &st);
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"documents", st.documents}, {"passages", st.passages}, {"terms", st.terms},
                  {"tokens", st.tokens},       {"postings", st.postings}, {"segments", st.segments},
                  {"deleted", st.deleted},     {"bytes", st.bytes_total}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        ft_buf_printf(out, "%-10s %llu\n", counts[i].name, (unsigned long long)counts[i].value);
    ft_buf_puts(out, "language   ");
    ft_cli_show(out, st.lang, strnlen(st.lang, sizeof st.lang), FT_CLI_NAME);
    ft_buf_printf(out, "%s\nBM25       k1 %g, b %g\n", st.fold_diacritics ? ", diacritics folded" : "",
                  s->b.search.has_k1 ? s->b.search.k1 : st.k1, s->b.search.has_b ? s->b.search.b : st.b);
    ft_prompt_flush(s, 1);
    return FT_OK;
}

/* ---------------------------------------------------------------- settings */

static void put_settings(ft_prompt *s)
{
    ft_buf *out = &s->out.buf;

    ft_buf_printf(out, "k     %u\n", (unsigned)s->b.search.top);
    if (s->width)
        ft_buf_printf(out, "width %u\n", s->width);
    else
        ft_buf_puts(out, "width auto\n");
    ft_buf_printf(out, "plain %s\nand   %s\npager %s\n", s->b.query.plain ? "on" : "off", s->b.query.all ? "on" : "off",
                  s->pager ? "on" : "off");
    ft_prompt_flush(s, 1);
}

static ft_status set_switch(bool *where, const char *name, const char *value, ft_error *err)
{
    bool on = strcmp(value, "on") == 0;

    if (!on && strcmp(value, "off") != 0)
        return ft_fail(err, FT_EINVAL, "%s is on or off", name);
    *where = on;
    return FT_OK;
}

static ft_status set_number(ft_prompt *s, const char *name, const char *value, ft_error *err)
{
    bool k = strcmp(name, "k") == 0;
    uint64_t n = 0;

    if (k && !ft_optab_whole(value, 1, 10000, &n))
        return ft_fail(err, FT_EINVAL, "k is a number from 1 to 10000");
    if (!k && strcmp(value, "auto") != 0 && !ft_optab_whole(value, 20, 1000, &n))
        return ft_fail(err, FT_EINVAL, "width is auto or a number from 20 to 1000");
    if (k)
        s->b.search.top = (uint32_t)n;
    else
        s->width = (unsigned)n;
    return FT_OK;
}

static ft_status set(ft_prompt *s, const char *arg, ft_error *err)
{
    static const char *const names[] = {"k", "width", "plain", "and", "pager", NULL};
    bool *const switches[] = {NULL, NULL, &s->b.query.plain, &s->b.query.all, &s->pager};
    size_t len = strcspn(arg, " \t"), i = 0;
    char name[16] = "";

    if (!*arg) {
        put_settings(s);
        return FT_OK;
    }
    if (len < sizeof name)
        memcpy(name, arg, len);
    while (names[i] && strcmp(names[i], name) != 0)
        i++;
    if (!names[i]) {
        const char *near = *name ? ft_optab_nearest(name, names) : NULL;
        ft_fail(err, FT_EINVAL, "%.*s: no such setting", (int)(len < 100 ? len : 100), arg);
        if (near)
            ft_hint(err, "did you mean '%s'?", near);
        return FT_EINVAL;
    }
    const char *value = arg + len + strspn(arg + len, " \t");
    return switches[i] ? set_switch(switches[i], names[i], value, err) : set_number(s, names[i], value, err);
}

/* ---------------------------------------------------------------- all of them */

static const command commands[] = {
    {"open", "N", "the document of hit N: in $EDITOR at the line, or in the pager", ft_prompt_open},
    {"show", "N", "the whole passage of hit N", ft_prompt_show},
    {"next", "", "the passage after the one shown or opened last", ft_prompt_next},
    {"prev", "", "the passage before it", ft_prompt_prev},
    {"more", "", "the hits that follow", more},
    {"explain", "N", "how the score of hit N came about", ft_prompt_explain},
    {"group", "document|passage", "what a hit is; searches again", group},
    {"set", "NAME VALUE", "k (hits to list), width, plain, and, pager; alone: how they are set", set},
    {"stats", "", "what is in the index", stats},
    {"help", "", "this list", help},
    {"quit", "", "leave, as Ctrl-D does", quit},
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

static ft_status help(ft_prompt *s, const char *arg, ft_error *err)
{
    ft_buf *out = &s->out.buf;
    char left[64];

    (void)arg;
    (void)err;
    ft_buf_puts(out, "A line is a query: words, \"a phrase\", +required, -excluded, ( ), AND, OR, NOT.\n"
                     "One that begins with a colon is a command, which may be shortened:\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++) {
        snprintf(left, sizeof left, ":%s %s", commands[i].name, commands[i].args);
        ft_buf_printf(out, "  %-25s %s\n", left, commands[i].help);
    }
    ft_buf_puts(out, "\nThe arrow keys recall earlier lines, Ctrl-R searches them, Ctrl-C drops the line.\n");
    ft_prompt_flush(s, 1);
    return FT_OK;
}

/* The command of that name or, if there is only one, whose name begins so. */
static const command *find(const char *name, size_t len)
{
    const command *found = NULL;
    size_t n = 0;

    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (len == 0 || strncmp(commands[i].name, name, len) != 0)
            continue;
        if (!commands[i].name[len])
            return &commands[i];
        found = &commands[i];
        n++;
    }
    return n == 1 ? found : NULL;
}

static void fail_unknown(ft_prompt *s, const char *name, size_t len)
{
    const char *names[N_COMMANDS + 1], *near = NULL;
    char word[32] = "";
    ft_error err;

    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i].name;
    names[N_COMMANDS] = NULL;
    if (len < sizeof word) {
        memcpy(word, name, len);
        near = len ? ft_optab_nearest(word, names) : NULL;
    }
    ft_fail(&err, FT_EINVAL, ":%.*s: no such command", (int)(len < 100 ? len : 100), name);
    if (near)
        ft_hint(&err, "did you mean ':%s'?", near);
    else
        ft_hint(&err, "':help' lists them");
    ft_prompt_fail(s, &err);
}

void ft_prompt_command(ft_prompt *s, const char *line)
{
    const char *name = line + 1 + strspn(line + 1, " \t"), *arg;
    size_t len = strcspn(name, " \t"), arg_len;
    const command *c = find(name, len);
    ft_error err, full;
    char word[256];

    if (!c) {
        fail_unknown(s, name, len);
        return;
    }
    arg = name + len + strspn(name + len, " \t");
    arg_len = strlen(arg);
    while (arg_len && (arg[arg_len - 1] == ' ' || arg[arg_len - 1] == '\t'))
        arg_len--;
    arg_len = arg_len < sizeof word ? arg_len : sizeof word - 1;
    memcpy(word, arg, arg_len);
    word[arg_len] = '\0';
    if (c->run(s, word, &err) != FT_OK) {
        ft_fail(&full, err.status, ":%s: %s", c->name, err.text);
        ft_hint(&full, "%s", err.hint);
        ft_prompt_fail(s, &full);
    }
}
