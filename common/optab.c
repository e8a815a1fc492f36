/* optab.c - parsing a command line by the option table; see optab.h. What the table prints is in optab_help.c. */
#include "optab.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- numbers */

bool ft_optab_whole(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    if (!*text)
        return false;
    for (; *text; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v))
            return false;
    *out = v;
    return v >= min && v <= max;
}

static const char *skip_digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

bool ft_optab_real(const char *text, double min, double max, double *out)
{
    /* strtod takes more than decimals: the shape is checked first. */
    const char *p = text, *digits, *dot;

    if (*p == '+' || *p == '-')
        p++;
    digits = p;
    p = skip_digits(p);
    size_t n = (size_t)(p - digits);
    if (*p == '.') {
        dot = ++p;
        p = skip_digits(p);
        n += (size_t)(p - dot);
    }
    if (n == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        if (skip_digits(p) == p)
            return false;
        p = skip_digits(p);
    }
    if (*p)
        return false;
    *out = strtod(text, NULL);
    return *out >= min && *out <= max;
}

bool ft_optab_size(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    static const char units[] = "KMGT";
    const char *p = skip_digits(text);
    char digits[24];
    uint64_t v;

    if (p == text || (size_t)(p - text) >= sizeof digits)
        return false;
    memcpy(digits, text, (size_t)(p - text));
    digits[p - text] = '\0';
    if (!ft_optab_whole(digits, 0, UINT64_MAX, &v))
        return false;
    if (*p) {
        const char *unit = strchr(units, *p >= 'a' && *p <= 'z' ? *p - 32 : *p);
        if (!unit)
            return false;
        if (__builtin_mul_overflow(v, (uint64_t)1 << 10 * (unit - units + 1), &v))
            return false;
        p++;
        if (*p == 'i' && (p[1] == 'B' || p[1] == 'b'))
            p += 2;
        else if (*p == 'B' || *p == 'b')
            p++;
        if (*p)
            return false;
    }
    *out = v;
    return v >= min && v <= max;
}

/* ---------------------------------------------------------------- suggestions */

/* Edit distance where two neighbours that changed places count as one. Words of up to 31 bytes. */
static unsigned distance(const char *a, const char *b)
{
    enum { MOST = 32 };
    unsigned rows[3][MOST];
    size_t la = strlen(a), lb = strlen(b);

    if (la >= MOST || lb >= MOST)
        return MOST;
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= la; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= lb; j++) {
            unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && above2[j - 2] + 1 < best)
                best = above2[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[la % 3][lb];
}

/* A candidate that begins with the word is near, however long it is. */
static unsigned farness(const char *word, const char *candidate)
{
    size_t len = strlen(word);

    return len >= 3 && strncmp(word, candidate, len) == 0 ? 1 : distance(word, candidate);
}

const char *ft_optab_nearest(const char *word, const char *const *list)
{
    const char *best = NULL;
    unsigned len = (unsigned)strlen(word), least = 1 + (len + 2) / 3;

    for (; *list; list++) {
        unsigned d = farness(word, *list);
        if (d < least && d < len) {
            least = d;
            best = *list;
        }
    }
    return best;
}

/* ---------------------------------------------------------------- parsing */

typedef struct parser {
    const ft_program *pg;
    char *const *argv;
    int argc, at;
    void *values;
    ft_args *args;
    uint64_t used;        /* bit i: option i was given */
    ft_error *err;
} parser;

void ft_args_release(ft_args *args)
{
    ft_free(args->words);
    *args = (ft_args){0};
}

static const char *const actions[] = {"help", "version", "generate", NULL};

static ft_status unknown_option(const parser *ps, const char *shown, const char *name)
{
    const char *names[64 + 4];
    size_t n = 0;

    for (size_t i = 0; i < ps->pg->n_options; i++)
        names[n++] = ps->pg->options[i].name;
    names[n++] = "help";
    names[n++] = "version";
    names[n] = NULL;
    const char *near = ft_optab_nearest(name, names);
    ft_fail(ps->err, FT_EINVAL, "%s: unknown option", shown);
    const char *more = ps->pg->dash_hint && ps->args->n_words >= ps->pg->long_only_after ? ps->pg->dash_hint : NULL;
    if (near && more)
        ft_hint(ps->err, "did you mean --%s? %s", near, more);
    else if (near)
        ft_hint(ps->err, "did you mean --%s?", near);
    else if (more)
        ft_hint(ps->err, "%s", more);
    else
        ft_hint(ps->err, "see '%s --help'", ps->pg->name);
    return FT_EINVAL;
}

static void show_size(double v, char *out, size_t cap)
{
    uint64_t n = (uint64_t)v;
    const char *units = " KMGT";

    while (n >= 1024 && n % 1024 == 0 && units[1]) {
        n /= 1024;
        units++;
    }
    snprintf(out, cap, "%llu%.1s", (unsigned long long)n, *units == ' ' ? "" : units);
}

static ft_status bad_value(const parser *ps, const ft_option *o, const char *shown, const char *value)
{
    char min[32], max[32], list[200] = "";

    switch (o->kind) {
    case FT_OPTION_CHOICE:
        for (size_t i = 0, n = 0; o->choices[i] && n < sizeof list; i++)
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", o->choices[i]);
        ft_fail(ps->err, FT_EINVAL, "%s: '%.80s' is not one of %s", shown, value, list);
        const char *near = ft_optab_nearest(value, o->choices);
        if (near)
            ft_hint(ps->err, "did you mean %s?", near);
        return FT_EINVAL;
    case FT_OPTION_SIZE:
        show_size(o->min, min, sizeof min);
        show_size(o->max, max, sizeof max);
        return ft_fail(ps->err, FT_EINVAL, "%s: '%.80s' is not a size from %s to %s", shown, value, min, max);
    case FT_OPTION_REAL:
        return ft_fail(ps->err, FT_EINVAL, "%s: '%.80s' is not a number from %g to %g", shown, value, o->min,
                       o->max);
    default:
        return ft_fail(ps->err, FT_EINVAL, "%s: '%.80s' is not a whole number from %.0f to %.0f", shown, value,
                       o->min, o->max);
    }
}

static ft_status add_to_list(const parser *ps, ft_option_list *list, const char *shown, const char *value)
{
    if (list->n == FT_OPTION_LIST_MAX)
        return ft_fail(ps->err, FT_EINVAL, "%s: given more than %d times", shown, FT_OPTION_LIST_MAX);
    list->items[list->n++] = value;
    return FT_OK;
}

static ft_status store(const parser *ps, const ft_option *o, const char *shown, const char *value)
{
    char *to = (char *)ps->values + o->to;
    bool good = true;

    switch (o->kind) {
    case FT_OPTION_FLAG:
        *(bool *)to = true;
        break;
    case FT_OPTION_SET:
        *(int *)(void *)to = o->set;
        break;
    case FT_OPTION_WHOLE:
        good = ft_optab_whole(value, (uint64_t)o->min, (uint64_t)o->max, (uint64_t *)(void *)to);
        break;
    case FT_OPTION_REAL:
        good = ft_optab_real(value, o->min, o->max, (double *)(void *)to);
        break;
    case FT_OPTION_SIZE:
        good = ft_optab_size(value, (uint64_t)o->min, (uint64_t)o->max, (uint64_t *)(void *)to);
        break;
    case FT_OPTION_CHOICE:
        good = false;
        for (int i = 0; o->choices[i] && !good; i++)
            if (strcmp(o->choices[i], value) == 0) {
                *(int *)(void *)to = i;
                good = true;
            }
        break;
    case FT_OPTION_TEXT:
    case FT_OPTION_FILE:
        *(const char **)(void *)to = value;
        break;
    case FT_OPTION_LIST:
        return add_to_list(ps, (ft_option_list *)(void *)to, shown, value);
    }
    if (!good)
        return bad_value(ps, o, shown, value);
    if (o->given != FT_OPTION_NONE)
        *((bool *)ps->values + o->given) = true;
    return FT_OK;
}

/* Handles an option that was found; inline_value is what stood behind '=' or the letter, or NULL. */
static ft_status take_option(parser *ps, const ft_option *o, const char *shown, const char *inline_value)
{
    const char *value = inline_value;
    bool wants = o->kind != FT_OPTION_FLAG && o->kind != FT_OPTION_SET;

    ps->used |= (uint64_t)1 << (o - ps->pg->options);
    if (!wants && value)
        return ft_fail(ps->err, FT_EINVAL, "%s: takes no argument", shown);
    if (wants && !value) {
        if (ps->at + 1 >= ps->argc)
            return ft_fail(ps->err, FT_EINVAL, "%s: %s is missing", shown, o->arg);
        value = ps->argv[++ps->at];
    }
    return store(ps, o, shown, value);
}

static ft_status take_generate(parser *ps, const char *value)
{
    static const char *const what[] = {"man", "bash", "zsh", "fish"};

    if (!value && ps->at + 1 < ps->argc)
        value = ps->argv[++ps->at];
    for (size_t i = 0; value && i < sizeof what / sizeof *what; i++)
        if (strcmp(value, what[i]) == 0) {
            ps->args->action = (ft_action)(FT_ACTION_MAN + i);
            return FT_OK;
        }
    return ft_fail(ps->err, FT_EINVAL, "--generate: wants man, bash, zsh or fish");
}

static ft_status take_long(parser *ps, const char *word)
{
    const char *equals = strchr(word, '='), *value = equals ? equals + 1 : NULL;
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    char name[64], shown[72];

    snprintf(shown, sizeof shown, "%.*s", (int)(len < 70 ? len : 70), word);
    snprintf(name, sizeof name, "%.60s", shown + 2);
    for (size_t i = 0; i < ps->pg->n_options; i++)
        if (strcmp(ps->pg->options[i].name, name) == 0)
            return take_option(ps, &ps->pg->options[i], shown, value);
    if (strcmp(name, actions[2]) == 0)
        return take_generate(ps, value);
    if (value || (strcmp(name, actions[0]) != 0 && strcmp(name, actions[1]) != 0))
        return unknown_option(ps, shown, name);
    ps->args->action = name[0] == 'h' ? FT_ACTION_HELP : FT_ACTION_VERSION;
    return FT_OK;
}

static ft_status take_short(parser *ps, const char *word)
{
    for (const char *p = word + 1; *p; p++) {
        char shown[3] = {'-', *p, '\0'};
        const ft_option *o = NULL;

        for (size_t i = 0; i < ps->pg->n_options && !o; i++)
            if (ps->pg->options[i].letter == *p)
                o = &ps->pg->options[i];
        if (!o && *p == 'h') {
            ps->args->action = FT_ACTION_BRIEF;
            continue;
        }
        if (!o)
            return unknown_option(ps, word, word + 1);
        if (o->kind != FT_OPTION_FLAG && o->kind != FT_OPTION_SET)
            return take_option(ps, o, shown, p[1] == '=' ? p + 2 : p[1] ? p + 1 : NULL);
        ft_status st = take_option(ps, o, shown, NULL);
        if (st != FT_OK)
            return st;
    }
    return FT_OK;
}

static ft_status take_command(parser *ps, const char *word)
{
    const char *names[34];
    size_t n = 0;

    for (size_t i = 0; i < ps->pg->n_commands; i++) {
        names[n++] = ps->pg->commands[i].name;
        if (strcmp(ps->pg->commands[i].name, word) == 0) {
            ps->args->command = (int)i;
            return FT_OK;
        }
    }
    names[n++] = "help";
    names[n] = NULL;
    if (strcmp(word, "help") == 0) {
        ps->args->action = FT_ACTION_HELP;
        return FT_OK;
    }
    ft_fail(ps->err, FT_EINVAL, "%.80s: unknown command", word);
    const char *near = ft_optab_nearest(word, names);
    if (near)
        ft_hint(ps->err, "did you mean '%s %s'?", ps->pg->name, near);
    else
        ft_hint(ps->err, "see '%s -h'", ps->pg->name);
    return FT_EINVAL;
}

/* Every option that was given must be one of the command's. */
static ft_status check_command(const parser *ps)
{
    if (ps->args->command < 0)
        return FT_OK;
    for (size_t i = 0; i < ps->pg->n_options; i++) {
        const ft_option *o = &ps->pg->options[i];
        if ((ps->used >> i & 1) && o->commands && !(o->commands >> ps->args->command & 1)) {
            const char *command = ps->pg->commands[ps->args->command].name;
            ft_fail(ps->err, FT_EINVAL, "--%s: not an option of '%s %s'", o->name, ps->pg->name, command);
            ft_hint(ps->err, "see '%s %s --help'", ps->pg->name, command);
            return FT_EINVAL;
        }
    }
    return FT_OK;
}

ft_status ft_optab_parse(const ft_program *pg, int argc, char *const *argv, void *values, ft_args *args,
                         ft_error *err)
{
    parser ps = {.pg = pg, .argv = argv, .argc = argc, .values = values, .args = args, .err = err};
    bool words_only = false;
    ft_status st = FT_OK;

    *args = (ft_args){.command = -1};
    args->words = ft_alloc((size_t)(argc > 0 ? argc : 1), sizeof *args->words);
    if (!args->words)
        return ft_fail_nomem(err);
    for (ps.at = 1; ps.at < argc && st == FT_OK; ps.at++) {
        const char *word = argv[ps.at];
        if (words_only || word[0] != '-' || word[1] == '\0' ||
            (word[1] != '-' && args->n_words >= pg->long_only_after)) {
            if (pg->commands && args->command < 0 && !words_only && args->action != FT_ACTION_MAN)
                st = take_command(&ps, word);
            else
                args->words[args->n_words++] = word;
        } else if (strcmp(word, "--") == 0) {
            words_only = true;
        } else {
            st = word[1] == '-' ? take_long(&ps, word) : take_short(&ps, word);
        }
    }
    if (st == FT_OK && args->action == FT_ACTION_RUN)
        st = check_command(&ps);
    return st;
}
