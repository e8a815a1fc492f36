/* ftbench.c - the bench harness: its options and commands, and which function runs. */
#include "cli.h"
#include "cli_page.h"
#include "optab.h"
#include "query_bench.h"
#include "serve.h"

#include <string.h>

enum { SERVE, QUERY, N_COMMANDS };

#define IN(command) (1u << (command))
#define TO(member) offsetof(ft_query_bench, member)

static const ft_command commands[N_COMMANDS] = {
    [SERVE] = {"serve", "INDEX", "answer the search-benchmark-game's query protocol"},
    [QUERY] = {"query", "INDEX QUERIES", "measure the latency of queries, by command and tag"},
};

static const size_t n_words[N_COMMANDS] = {[SERVE] = 1, [QUERY] = 2};

static const ft_option options[] = {
    {.name = "k1", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(ask.k1), .given = TO(ask.has_k1), .min = 0, .max = 100,
     .help = "BM25 k1, 0 to 100 (the index's)"},
    {.name = "b", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(ask.b), .given = TO(ask.has_b), .min = 0, .max = 1,
     .help = "BM25 b, 0 to 1 (the index's)"},
    {.name = "exhaustive", .kind = FT_OPTION_FLAG, .to = TO(ask.exhaustive), .given = FT_OPTION_NONE, .brief = true,
     .help = "score every match, no pruning"},
    {.name = "passes", .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(passes), .given = FT_OPTION_NONE, .min = 1,
     .max = 1000, .commands = IN(QUERY), .brief = true, .help = "passes, of which each query's best time counts (5)"},
    {.name = "commands", .kind = FT_OPTION_TEXT, .arg = "LIST", .to = TO(commands), .given = FT_OPTION_NONE,
     .commands = IN(QUERY), .help = "commands to measure (COUNT,TOP_10,TOP_10_COUNT,TOP_100,TOP_1000)"},
    {.name = "json", .kind = FT_OPTION_FLAG, .to = TO(json), .given = FT_OPTION_NONE, .commands = IN(QUERY),
     .brief = true, .help = "print one JSON object"},
    {.name = "raw", .kind = FT_OPTION_FLAG, .to = TO(raw), .given = FT_OPTION_NONE, .commands = IN(QUERY),
     .help = "with every sample in it; implies --json"},
};

static const ft_program program = {
    .name = "ftbench",
    .what = "measure a full-text index",
    .usage = "COMMAND [OPTIONS] INDEX ...\n",
    .about = "serve reads lines of COMMAND<TAB>QUERY from standard input and answers each with\n"
             "one line: COUNT with the exact number of matches, TOP_k with 1 after ranking,\n"
             "TOP_k_COUNT with the number of matches after ranking, RUN_k with the best k as\n"
             "{\"hits\":[[\"id\",score],...]}, NOOP with 1, anything else with UNSUPPORTED.\n"
             "\n"
             "query runs the queries of a file, JSON objects a line (query, tags) or lines of\n"
             "tag<TAB>query ('-' is standard input), and reports mean, percentiles and rate of\n"
             "each query's best time.\n",
    .commands = commands,
    .n_commands = N_COMMANDS,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .examples = "printf 'COUNT\\tbrown fox\\n' | ftbench serve notes.ft\n"
                "ftbench query notes.ft queries.tsv --passes 10\n",
    .exits = "0  done\n"
             "2  wrong usage or unusable input\n"
             "3  the system failed: I/O, memory\n"
             "4  the index is damaged\n",
    .long_only_after = SIZE_MAX,
};

/* An unknown command's error says which there are. */
static void list_commands(ft_error *err)
{
    ft_buf list = {0};

    for (size_t i = 0; i < N_COMMANDS; i++)
        ft_buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 < N_COMMANDS ? ", " : " and ", commands[i].name);
    ft_buf_putc(&list, '\0');
    if (!list.failed) {
        err->hint[0] = '\0';
        ft_hint(err, "the commands are %s; see 'ftbench -h'", (const char *)list.data);
    }
    ft_buf_release(&list);
}

static int run(ft_query_bench *set, const ft_args *args)
{
    ft_error err;

    if (args->command < 0) {
        ft_fail(&err, FT_EINVAL, "a command is missing");
        list_commands(&err);
        return ft_cli_fail(&err);
    }
    if (args->n_words != n_words[args->command]) {
        ft_fail(&err, FT_EINVAL, "%s: takes %s", commands[args->command].name, commands[args->command].args);
        ft_hint(&err, "see 'ftbench %s -h'", commands[args->command].name);
        return ft_cli_fail(&err);
    }
    set->json |= set->raw;
    return args->command == SERVE ? ft_serve(args->words[0], &set->ask)
                                  : ft_query_bench_run(set, args->words[0], args->words[1]);
}

int main(int argc, char **argv)
{
    ft_query_bench set = {.passes = 5, .commands = "COUNT,TOP_10,TOP_10_COUNT,TOP_100,TOP_1000"};
    ft_args args;
    ft_error err;
    int status;

    ft_cli_init(program.name);
    if (ft_optab_parse(&program, argc, argv, &set, &args, &err) != FT_OK) {
        if (strstr(err.text, ": unknown command"))
            list_commands(&err);
        status = ft_cli_fail(&err);
    } else if (args.action != FT_ACTION_RUN) {
        status = ft_cli_page(&program, &args);
    } else {
        status = run(&set, &args);
    }
    ft_args_release(&args);
    return status;
}
