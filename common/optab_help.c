/* optab_help.c - what the option table prints: help, the man page, completions; see optab.h. */
#include "optab.h"

#include <stdio.h>

enum { COLUMN = 24, WIDTH = 80 };

static bool takes_argument(const ft_option *o)
{
    return o->kind != FT_OPTION_FLAG && o->kind != FT_OPTION_SET;
}

static bool of_command(const ft_option *o, int command)
{
    return command < 0 || o->commands == 0 || (o->commands >> command & 1);
}

/* Appends text wrapped to the screen, `column` being where its lines begin and `at` where the first one stands. */
static void put_wrapped(ft_buf *out, const char *text, size_t column, size_t at)
{
    while (*text) {
        size_t len = strcspn(text, " ");
        if (at > column && at + 1 + len > WIDTH) {
            ft_buf_printf(out, "\n%*s", (int)column, "");
            at = column;
        } else if (at > column) {
            ft_buf_putc(out, ' ');
            at++;
        }
        ft_buf_put(out, text, len);
        at += len;
        text += len;
        text += strspn(text, " ");
    }
    ft_buf_putc(out, '\n');
}

static void put_entry(ft_buf *out, const char *left, const char *help)
{
    size_t len = strlen(left);

    ft_buf_puts(out, left);
    if (len + 2 > COLUMN) {
        ft_buf_putc(out, '\n');
        len = 0;
    }
    ft_buf_printf(out, "%*s", (int)(COLUMN - len), "");
    put_wrapped(out, help, COLUMN, COLUMN);
}

static void put_option(ft_buf *out, const ft_option *o)
{
    char left[96];

    if (o->letter)
        snprintf(left, sizeof left, "  -%c, --%s%s%s", o->letter, o->name, takes_argument(o) ? " " : "",
                 takes_argument(o) ? o->arg : "");
    else
        snprintf(left, sizeof left, "  --%s%s%s", o->name, takes_argument(o) ? " " : "",
                 takes_argument(o) ? o->arg : "");
    put_entry(out, left, o->help);
}

static void put_usage(const ft_program *pg, int command, ft_buf *out)
{
    if (command >= 0) {
        const ft_command *c = &pg->commands[command];
        ft_buf_printf(out, "usage: %s %s [OPTIONS]%s%s\n", pg->name, c->name, *c->args ? " " : "", c->args);
        return;
    }
    const char *line = pg->usage;
    for (const char *lead = "usage:"; *line; lead = "      ") {
        size_t len = strcspn(line, "\n");
        ft_buf_printf(out, "%s %s %.*s\n", lead, pg->name, (int)len, line);
        line += len + (line[len] == '\n');
    }
}

static void put_indented(ft_buf *out, const char *lines)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        ft_buf_printf(out, "  %.*s\n", (int)len, lines);
        lines += len + (lines[len] == '\n');
    }
}

void ft_optab_help(const ft_program *pg, int command, bool full, ft_buf *out)
{
    if (command < 0)
        ft_buf_printf(out, "%s - %s\n", pg->name, pg->what);
    else
        ft_buf_printf(out, "%s %s - %s\n", pg->name, pg->commands[command].name, pg->commands[command].help);
    put_usage(pg, command, out);
    if (full && command < 0)
        ft_buf_printf(out, "\n%s", pg->about);
    if (command < 0 && pg->n_commands) {
        ft_buf_puts(out, full ? "\nCommands:\n" : "\n");
        for (size_t i = 0; i < pg->n_commands; i++) {
            char left[96];
            snprintf(left, sizeof left, "  %s %s", pg->commands[i].name, pg->commands[i].args);
            put_entry(out, left, pg->commands[i].help);
        }
    }
    ft_buf_puts(out, full ? "\nOptions:\n" : "\n");
    for (size_t i = 0; i < pg->n_options; i++)
        if (of_command(&pg->options[i], command) && (full || command >= 0 || pg->options[i].brief))
            put_option(out, &pg->options[i]);
    if (full) {
        put_entry(out, "  -h", "short help");
        put_entry(out, "  --help", "this text");
        put_entry(out, "  --version", "the versions of program and index format");
    }
    if (command < 0) {
        ft_buf_puts(out, "\nExamples:\n");
        put_indented(out, pg->examples);
    }
    if (full && command < 0) {
        ft_buf_puts(out, "\nExit status:\n");
        put_indented(out, pg->exits);
    }
    if (!full)
        ft_buf_printf(out, "All options: %s%s%s --help\n", pg->name, command < 0 ? "" : " ",
                      command < 0 ? "" : pg->commands[command].name);
}

/* ---------------------------------------------------------------- man page */

static void put_roff(ft_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '-')
            ft_buf_puts(out, "\\-");
        else if (*text == '\\')
            ft_buf_puts(out, "\\e");
        else
            ft_buf_putc(out, *text);
    }
}

static void put_man_option(ft_buf *out, const ft_option *o)
{
    ft_buf_puts(out, ".TP\n");
    if (o->letter)
        ft_buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
    ft_buf_puts(out, "\\fB\\-\\-");
    put_roff(out, o->name);
    ft_buf_puts(out, "\\fR");
    if (takes_argument(o))
        ft_buf_printf(out, " \\fI%s\\fR", o->arg);
    ft_buf_puts(out, "\n\\&");
    put_roff(out, o->help);
    ft_buf_puts(out, ".\n");
}

static void put_man_options(const ft_program *pg, ft_buf *out)
{
    for (size_t i = 0; i < pg->n_options; i++) {
        const ft_option *o = &pg->options[i];
        put_man_option(out, o);
        if (!o->commands)
            continue;
        ft_buf_puts(out, "Of");
        const char *comma = " ";
        for (size_t c = 0; c < pg->n_commands; c++)
            if (o->commands >> c & 1) {
                ft_buf_printf(out, "%s\\fB%s\\fR", comma, pg->commands[c].name);
                comma = ", ";
            }
        ft_buf_puts(out, ".\n");
    }
    ft_buf_puts(out, ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n\\&Short help; all of it.\n"
                     ".TP\n\\fB\\-\\-version\\fR\n\\&The versions of program and index format.\n");
}

static void put_man_commands(const ft_program *pg, ft_buf *out)
{
    for (size_t i = 0; i < pg->n_commands; i++) {
        ft_buf_printf(out, ".TP\n\\fB%s\\fR \\fI", pg->commands[i].name);
        put_roff(out, pg->commands[i].args);
        ft_buf_puts(out, "\\fR\n\\&");
        put_roff(out, pg->commands[i].help);
        ft_buf_puts(out, ".\n");
    }
}

void ft_optab_man(const ft_program *pg, ft_str page, ft_buf *out)
{
    static const char version[] = "@VERSION@", options[] = "@OPTIONS@", commands[] = "@COMMANDS@";
    const char *p = page.ptr, *end = page.ptr + page.len;

    while (p && p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = stop ? (size_t)(stop - p) : (size_t)(end - p);
        const char *at = memmem(p, len, version, sizeof version - 1);
        if (len == sizeof options - 1 && memcmp(p, options, len) == 0) {
            put_man_options(pg, out);
        } else if (len == sizeof commands - 1 && memcmp(p, commands, len) == 0) {
            put_man_commands(pg, out);
        } else if (at) {
            const char *behind = at + sizeof version - 1;
            ft_buf_put(out, p, (size_t)(at - p));
            ft_buf_puts(out, ft_version());
            ft_buf_put(out, behind, (size_t)(p + len - behind));
            ft_buf_putc(out, '\n');
        } else {
            ft_buf_put(out, p, len);
            ft_buf_putc(out, '\n');
        }
        p += len + (stop ? 1 : 0);
    }
}

/* ---------------------------------------------------------------- completions */

static void put_choices(ft_buf *out, const ft_option *o, const char *between)
{
    for (size_t i = 0; o->choices[i]; i++)
        ft_buf_printf(out, "%s%s", i ? between : "", o->choices[i]);
}

static void put_bash(const ft_program *pg, ft_buf *out)
{
    ft_buf_printf(out, "_%s() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                       "    case $prev in\n", pg->name);
    for (size_t i = 0; i < pg->n_options; i++) {
        const ft_option *o = &pg->options[i];
        if (!takes_argument(o))
            continue;
        ft_buf_printf(out, "    --%s", o->name);
        if (o->letter)
            ft_buf_printf(out, "|-%c", o->letter);
        if (o->kind == FT_OPTION_CHOICE) {
            ft_buf_puts(out, ") COMPREPLY=($(compgen -W '");
            put_choices(out, o, " ");
            ft_buf_puts(out, "' -- \"$cur\")); return ;;\n");
        } else {
            ft_buf_puts(out, o->kind == FT_OPTION_FILE ? ") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
                                                       : ") return ;;\n");
        }
    }
    ft_buf_puts(out, "    esac\n    if [[ $cur == -* ]]; then\n        COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < pg->n_options; i++)
        ft_buf_printf(out, "--%s ", pg->options[i].name);
    ft_buf_puts(out, "--help --version' -- \"$cur\"))\n");
    if (pg->n_commands) {
        ft_buf_puts(out, "    elif ((COMP_CWORD == 1)); then\n        COMPREPLY=($(compgen -W '");
        for (size_t i = 0; i < pg->n_commands; i++)
            ft_buf_printf(out, "%s ", pg->commands[i].name);
        ft_buf_puts(out, "help' -- \"$cur\"))\n");
    }
    ft_buf_printf(out, "    else\n        COMPREPLY=($(compgen -f -- \"$cur\"))\n    fi\n}\n"
                       "complete -o filenames -F _%s %s\n", pg->name, pg->name);
}

/* Help inside single quotes and square brackets of zsh, or single quotes of fish. */
static void put_quoted(ft_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            ft_buf_puts(out, "'\\''");
        else if (*text == '[' || *text == ']' || *text == ':')
            ft_buf_printf(out, "\\%c", *text);
        else
            ft_buf_putc(out, *text);
    }
}

static void put_zsh(const ft_program *pg, ft_buf *out)
{
    ft_buf_printf(out, "#compdef %s\n_arguments -S \\\n", pg->name);
    for (size_t i = 0; i < pg->n_options; i++) {
        const ft_option *o = &pg->options[i];
        const char dashes[2][3] = {"--", "-"};
        for (int form = 0; form < (o->letter ? 2 : 1); form++) {
            char letter[2] = {o->letter, '\0'};
            ft_buf_printf(out, "    '%s%s[", dashes[form], form ? letter : o->name);
            put_quoted(out, o->help);
            ft_buf_putc(out, ']');
            if (takes_argument(o)) {
                ft_buf_printf(out, ":%s:", o->arg);
                if (o->kind == FT_OPTION_CHOICE) {
                    ft_buf_putc(out, '(');
                    put_choices(out, o, " ");
                    ft_buf_putc(out, ')');
                } else if (o->kind == FT_OPTION_FILE) {
                    ft_buf_puts(out, "_files");
                }
            }
            ft_buf_puts(out, "' \\\n");
        }
    }
    if (pg->n_commands) {
        ft_buf_puts(out, "    '1:command:(");
        for (size_t i = 0; i < pg->n_commands; i++)
            ft_buf_printf(out, "%s ", pg->commands[i].name);
        ft_buf_puts(out, "help)' \\\n");
    }
    ft_buf_puts(out, "    '--help[all options]' '--version[versions]' '*:file:_files'\n");
}

static void put_fish_help(ft_buf *out, const char *text)
{
    ft_buf_puts(out, " -d '");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            ft_buf_putc(out, '\\');
        ft_buf_putc(out, *text);
    }
    ft_buf_putc(out, '\'');
}

static void put_fish(const ft_program *pg, ft_buf *out)
{
    for (size_t i = 0; i < pg->n_commands; i++) {
        ft_buf_printf(out, "complete -c %s -n __fish_use_subcommand -a %s", pg->name, pg->commands[i].name);
        put_fish_help(out, pg->commands[i].help);
        ft_buf_putc(out, '\n');
    }
    for (size_t i = 0; i < pg->n_options; i++) {
        const ft_option *o = &pg->options[i];
        ft_buf_printf(out, "complete -c %s", pg->name);
        if (o->letter)
            ft_buf_printf(out, " -s %c", o->letter);
        ft_buf_printf(out, " -l %s", o->name);
        if (o->kind == FT_OPTION_CHOICE) {
            ft_buf_puts(out, " -x -a '");
            put_choices(out, o, " ");
            ft_buf_putc(out, '\'');
        } else if (takes_argument(o)) {
            ft_buf_puts(out, o->kind == FT_OPTION_FILE ? " -r" : " -x");
        }
        put_fish_help(out, o->help);
        ft_buf_putc(out, '\n');
    }
    ft_buf_printf(out, "complete -c %s -l help -d 'all options'\ncomplete -c %s -l version -d versions\n", pg->name,
                  pg->name);
}

void ft_optab_completion(const ft_program *pg, ft_action shell, ft_buf *out)
{
    if (shell == FT_ACTION_BASH)
        put_bash(pg, out);
    else if (shell == FT_ACTION_ZSH)
        put_zsh(pg, out);
    else
        put_fish(pg, out);
}
