/* test_optab.c - the option parser on a table with an option of every kind. */
#include "optab.h"

#include <criterion/criterion.h>
#include <stdio.h>

typedef struct values {
    bool flag, has_real;
    int set, choice;
    uint64_t whole, size;
    double real;
    const char *text;
    ft_option_list list;
} values;

static const char *const colours[] = {"red", "green", "blue", NULL};

static const ft_option options[] = {
    {.name = "flag", .letter = 'f', .kind = FT_OPTION_FLAG, .to = offsetof(values, flag), .given = FT_OPTION_NONE,
     .help = "a flag with 'quotes' and [brackets]"},
    {.name = "set", .kind = FT_OPTION_SET, .set = 7, .to = offsetof(values, set), .given = FT_OPTION_NONE,
     .help = "sets"},
    {.name = "whole", .letter = 'k', .kind = FT_OPTION_WHOLE, .arg = "N", .to = offsetof(values, whole),
     .given = FT_OPTION_NONE, .min = 1, .max = 2147483647, .help = "a number", .brief = true},
    {.name = "real", .kind = FT_OPTION_REAL, .arg = "X", .to = offsetof(values, real),
     .given = offsetof(values, has_real), .min = 0, .max = 1, .help = "a fraction"},
    {.name = "size", .kind = FT_OPTION_SIZE, .arg = "SIZE", .to = offsetof(values, size), .given = FT_OPTION_NONE,
     .min = 1024, .max = 1099511627776.0, .help = "a size", .commands = 1},
    {.name = "colour", .kind = FT_OPTION_CHOICE, .arg = "C", .choices = colours, .to = offsetof(values, choice),
     .given = FT_OPTION_NONE, .help = "a choice"},
    {.name = "text", .kind = FT_OPTION_TEXT, .arg = "T", .to = offsetof(values, text), .given = FT_OPTION_NONE,
     .help = "a text"},
    {.name = "list", .kind = FT_OPTION_LIST, .arg = "L", .to = offsetof(values, list), .given = FT_OPTION_NONE,
     .help = "a list"},
};

static const ft_command commands[] = {{"make", "X", "makes"}, {"take", "", "takes"}};

static const ft_program simple = {
    .name = "prog", .what = "does", .usage = "[OPTIONS] A\n", .about = "About.\n", .options = options,
    .n_options = sizeof options / sizeof *options, .examples = "prog a\n", .exits = "0  good\n",
    .dash_hint = "put -- before it", .long_only_after = 1,
};

static const ft_program commanded = {
    .name = "prog", .what = "does", .usage = "COMMAND\n", .about = "About.\n", .commands = commands, .n_commands = 2,
    .options = options, .n_options = sizeof options / sizeof *options, .examples = "prog make\n",
    .exits = "0  good\n", .long_only_after = SIZE_MAX,
};

typedef struct outcome {
    ft_status status;
    values v;
    ft_args args;
    ft_error err;
} outcome;

/* Parses a line whose words stand between single spaces. */
static void parse(outcome *o, const ft_program *pg, const char *line)
{
    static char copy[512];
    char *argv[32] = {copy};
    int argc = 1;

    *o = (outcome){0};
    snprintf(copy, sizeof copy, "prog %s", line);
    for (char *p = copy; *p; p++)
        if (*p == ' ') {
            *p = '\0';
            argv[argc++] = p + 1;
        }
    o->status = ft_optab_parse(pg, argc, argv, &o->v, &o->args, &o->err);
}

static void expect_error(const ft_program *pg, const char *line, const char *text, const char *hint)
{
    outcome o;

    parse(&o, pg, line);
    cr_assert_eq(o.status, FT_EINVAL, "%s was taken", line);
    cr_assert_str_eq(o.err.text, text);
    cr_assert_str_eq(o.err.hint, hint);
    ft_args_release(&o.args);
}

Test(optab, every_kind)
{
    outcome o;

    parse(&o, &simple, "-f --set -k 12 --real=0.5 --size 64K --colour green --text=a=b word");
    cr_assert_eq(o.status, FT_OK, "%s", o.err.text);
    cr_assert(o.v.flag && o.v.has_real);
    cr_assert_eq(o.v.set, 7);
    cr_assert_eq(o.v.whole, 12);
    cr_assert_float_eq(o.v.real, 0.5, 0);
    cr_assert_eq(o.v.size, 65536);
    cr_assert_eq(o.v.choice, 1);
    cr_assert_str_eq(o.v.text, "a=b");
    cr_assert_eq(o.args.n_words, 1);
    cr_assert_str_eq(o.args.words[0], "word");
    ft_args_release(&o.args);
}

Test(optab, lists)
{
    outcome o;
    char line[512] = "";

    parse(&o, &simple, "--list a --list=b=c x --list d");
    cr_assert_eq(o.status, FT_OK);
    cr_assert_eq(o.v.list.n, 3);
    cr_assert_str_eq(o.v.list.items[0], "a");
    cr_assert_str_eq(o.v.list.items[1], "b=c");
    cr_assert_str_eq(o.v.list.items[2], "d");
    ft_args_release(&o.args);
    o.v.list.n = FT_OPTION_LIST_MAX;
    char *argv[] = {line, line + 1, NULL};
    memcpy(line + 1, "--list=e", 9);
    cr_assert_eq(ft_optab_parse(&simple, 2, argv, &o.v, &o.args, &o.err), FT_EINVAL);
    cr_assert_str_eq(o.err.text, "--list: given more than 64 times");
    ft_args_release(&o.args);
}

Test(optab, short_forms)
{
    outcome o;

    parse(&o, &simple, "-fk3 -");
    cr_assert_eq(o.status, FT_OK);
    cr_assert(o.v.flag);
    cr_assert_eq(o.v.whole, 3);
    cr_assert_str_eq(o.args.words[0], "-");
    ft_args_release(&o.args);
    parse(&o, &simple, "-k=4 -k5");
    cr_assert_eq(o.v.whole, 5);
    ft_args_release(&o.args);
}

Test(optab, words_after_the_first)
{
    outcome o;

    parse(&o, &simple, "index -x -f --flag -- --real -- y");
    cr_assert_eq(o.status, FT_OK);
    cr_assert(o.v.flag);
    cr_assert_eq(o.args.n_words, 6);
    cr_assert_str_eq(o.args.words[1], "-x");
    cr_assert_str_eq(o.args.words[2], "-f");
    cr_assert_str_eq(o.args.words[3], "--real");
    cr_assert_str_eq(o.args.words[4], "--");
    cr_assert_not(o.v.has_real);
    ft_args_release(&o.args);
}

Test(optab, errors_name_the_range)
{
    static const char *const wholes[] = {"0", "2147483648", "99999999999999999999999", "-1", "1e3", "0x10", "1.5", "x"};
    char line[64], text[128];

    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++) {
        snprintf(line, sizeof line, "-k %s", wholes[i]);
        snprintf(text, sizeof text, "-k: '%s' is not a whole number from 1 to 2147483647", wholes[i]);
        expect_error(&simple, line, text, "");
    }
    expect_error(&simple, "--real 1.01", "--real: '1.01' is not a number from 0 to 1", "");
    expect_error(&simple, "--real nan", "--real: 'nan' is not a number from 0 to 1", "");
    expect_error(&simple, "--real inf", "--real: 'inf' is not a number from 0 to 1", "");
    expect_error(&simple, "--real 0x1", "--real: '0x1' is not a number from 0 to 1", "");
    expect_error(&simple, "--real -0.1", "--real: '-0.1' is not a number from 0 to 1", "");
    expect_error(&simple, "--real .", "--real: '.' is not a number from 0 to 1", "");
    expect_error(&simple, "--size 2T", "--size: '2T' is not a size from 1K to 1T", "");
    expect_error(&simple, "--size 12", "--size: '12' is not a size from 1K to 1T", "");
    expect_error(&simple, "--size 1Q", "--size: '1Q' is not a size from 1K to 1T", "");
    expect_error(&simple, "--size 99999999999999999G", "--size: '99999999999999999G' is not a size from 1K to 1T", "");
    expect_error(&simple, "--colour gren", "--colour: 'gren' is not one of red, green, blue", "did you mean green?");
}

Test(optab, unknown_options)
{
    expect_error(&simple, "--falg", "--falg: unknown option", "did you mean --flag?");
    expect_error(&simple, "--colr=red", "--colr: unknown option", "did you mean --colour?");
    expect_error(&simple, "--xyzzy", "--xyzzy: unknown option", "see 'prog --help'");
    expect_error(&simple, "i --xyzzy", "--xyzzy: unknown option", "put -- before it");
    expect_error(&simple, "i --flagg", "--flagg: unknown option", "did you mean --flag? put -- before it");
    expect_error(&simple, "-z", "-z: unknown option", "see 'prog --help'");
    expect_error(&simple, "--flag=1", "--flag: takes no argument", "");
    expect_error(&simple, "--text", "--text: T is missing", "");
    expect_error(&simple, "-k", "-k: N is missing", "");
}

Test(optab, commands)
{
    outcome o;

    parse(&o, &commanded, "take --flag a b");
    cr_assert_eq(o.status, FT_OK);
    cr_assert_eq(o.args.command, 1);
    cr_assert_eq(o.args.n_words, 2);
    ft_args_release(&o.args);
    parse(&o, &commanded, "help take");
    cr_assert_eq(o.args.action, FT_ACTION_HELP);
    cr_assert_eq(o.args.command, 1);
    ft_args_release(&o.args);
    parse(&o, &commanded, "");
    cr_assert_eq(o.status, FT_EINVAL);
    ft_args_release(&o.args);
    expect_error(&commanded, "tkae", "tkae: unknown command", "did you mean 'prog take'?");
    expect_error(&commanded, "zzz", "zzz: unknown command", "see 'prog -h'");
    expect_error(&commanded, "take --size 1M", "--size: not an option of 'prog take'", "see 'prog take --help'");
}

Test(optab, actions)
{
    static const struct {
        const char *line;
        ft_action action;
    } cases[] = {
        {"-h", FT_ACTION_BRIEF},          {"--help", FT_ACTION_HELP},          {"--version", FT_ACTION_VERSION},
        {"--generate man", FT_ACTION_MAN}, {"--generate=zsh", FT_ACTION_ZSH}, {"x", FT_ACTION_RUN},
    };
    outcome o;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parse(&o, &simple, cases[i].line);
        cr_assert_eq(o.status, FT_OK);
        cr_assert_eq(o.args.action, cases[i].action, "%s", cases[i].line);
        ft_args_release(&o.args);
    }
    expect_error(&simple, "--generate tea", "--generate: wants man, bash, zsh or fish", "");
}

Test(optab, sizes)
{
    uint64_t v;

    cr_assert(ft_optab_size("64M", 0, UINT64_MAX, &v) && v == (uint64_t)64 << 20);
    cr_assert(ft_optab_size("2g", 0, UINT64_MAX, &v) && v == (uint64_t)2 << 30);
    cr_assert(ft_optab_size("1KiB", 0, UINT64_MAX, &v) && v == 1024);
    cr_assert(ft_optab_size("7", 0, UINT64_MAX, &v) && v == 7);
    cr_assert_not(ft_optab_size("", 0, UINT64_MAX, &v));
    cr_assert_not(ft_optab_size("M", 0, UINT64_MAX, &v));
    cr_assert_not(ft_optab_size("1MM", 0, UINT64_MAX, &v));
    cr_assert_not(ft_optab_size("-1", 0, UINT64_MAX, &v));
}

static bool holds(const ft_buf *b, const char *text)
{
    return memmem(b->data, b->len, text, strlen(text)) != NULL;
}

Test(optab, what_the_table_prints)
{
    ft_buf out = {0};
    static const char page[] = "Version @VERSION@.\n.SH OPTIONS\n@OPTIONS@\n@COMMANDS@\nend";

    ft_optab_help(&simple, -1, false, &out);
    cr_assert(holds(&out, "-k, --whole N"));
    cr_assert_not(holds(&out, "--colour"));
    ft_buf_reset(&out);
    ft_optab_help(&simple, -1, true, &out);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        cr_assert(holds(&out, options[i].name));
    ft_buf_reset(&out);
    ft_optab_help(&commanded, 1, true, &out);
    cr_assert(holds(&out, "usage: prog take"));
    cr_assert_not(holds(&out, "--size"));
    ft_buf_reset(&out);
    ft_optab_man(&commanded, (ft_str){page, sizeof page - 1}, &out);
    cr_assert(holds(&out, "Version " FT_VERSION "."));
    cr_assert(holds(&out, "\\fB\\-\\-colour\\fR \\fIC\\fR"));
    cr_assert(holds(&out, "\\fBtake\\fR"));
    cr_assert(holds(&out, "\nend\n"));
    cr_assert_not(holds(&out, "@"));
    for (ft_action shell = FT_ACTION_BASH; shell <= FT_ACTION_FISH; shell++) {
        ft_buf_reset(&out);
        ft_optab_completion(&commanded, shell, &out);
        cr_assert(holds(&out, "colour") && holds(&out, "red green blue") && holds(&out, "take"));
    }
    ft_buf_release(&out);
}
