/* ftbench.c - the bench harness: its options and commands, and which function runs. */
#include "cli.h"
#include "cli_page.h"
#include "eval_bench.h"
#include "index_bench.h"
#include "micro.h"
#include "optab.h"
#include "query_bench.h"
#include "serve.h"

#include <string.h>

enum { SERVE, QUERY, INDEX, EVAL, MICRO, N_COMMANDS };

#define IN(command) (1u << (command))
#define TO(member) offsetof(ft_bench_settings, member)

static const ft_command commands[N_COMMANDS] = {
    [SERVE] = {"serve", "INDEX", "answer the search-benchmark-game's query protocol"},
    [QUERY] = {"query", "INDEX QUERIES", "measure the latency of queries, by command and tag"},
    [INDEX] = {"index", "INPUT...", "measure building: speed, memory, size by part"},
    [EVAL] = {"eval", "INDEX QUERIES QRELS", "judge the rankings of an index (or --run FILE QRELS)"},
    [MICRO] = {"micro", "", "measure codecs, analysis, dictionary, stored text"},
};

static const struct {
    size_t least, most;
} n_words[N_COMMANDS] = {
    [SERVE] = {1, 1}, [QUERY] = {2, 2}, [INDEX] = {1, SIZE_MAX}, [EVAL] = {3, 3}, [MICRO] = {0, 0},
};

#define SEARCHING (IN(SERVE) | IN(QUERY) | IN(EVAL))
#define REPORTING (IN(QUERY) | IN(INDEX) | IN(EVAL) | IN(MICRO))

static const ft_option options[] = {
    {.name = "k1", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(ask.k1), .given = TO(ask.has_k1), .min = 0, .max = 100,
     .commands = SEARCHING, .help = "BM25 k1, 0 to 100 (the index's)"},
    {.name = "b", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(ask.b), .given = TO(ask.has_b), .min = 0, .max = 1,
     .commands = SEARCHING, .help = "BM25 b, 0 to 1 (the index's)"},
    {.name = "exhaustive", .kind = FT_OPTION_FLAG, .to = TO(ask.exhaustive), .given = FT_OPTION_NONE,
     .commands = SEARCHING, .brief = true, .help = "score every match, no pruning"},
    {.name = "passes", .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(passes), .given = FT_OPTION_NONE, .min = 1,
     .max = 1000, .commands = IN(QUERY) | IN(INDEX) | IN(MICRO), .brief = true,
     .help = "how often each thing is measured (query 5, index 3, micro 9)"},
    {.name = "commands", .kind = FT_OPTION_TEXT, .arg = "LIST", .to = TO(commands), .given = FT_OPTION_NONE,
     .commands = IN(QUERY), .help = "commands to measure (COUNT,TOP_10,TOP_10_COUNT,TOP_100,TOP_1000)"},
    {.name = "run", .kind = FT_OPTION_FILE, .arg = "FILE", .to = TO(run), .given = FT_OPTION_NONE, .commands = IN(EVAL),
     .help = "judge this TREC run; the only operand is then QRELS"},
    {.name = "format", .kind = FT_OPTION_TEXT, .arg = "F", .to = TO(format), .given = FT_OPTION_NONE,
     .commands = IN(INDEX), .help = "as in ftindex build (auto)"},
    {.name = "lang", .kind = FT_OPTION_TEXT, .arg = "L", .to = TO(lang), .given = FT_OPTION_NONE, .commands = IN(INDEX),
     .help = "as in ftindex build (english)"},
    {.name = "passages", .kind = FT_OPTION_TEXT, .arg = "P", .to = TO(passages), .given = FT_OPTION_NONE,
     .commands = IN(INDEX), .help = "as in ftindex build (auto)"},
    {.name = "threads", .kind = FT_OPTION_TEXT, .arg = "N", .to = TO(threads), .given = FT_OPTION_NONE,
     .commands = IN(INDEX), .help = "as in ftindex build (all cores)"},
    {.name = "memory", .kind = FT_OPTION_TEXT, .arg = "SIZE", .to = TO(memory), .given = FT_OPTION_NONE,
     .commands = IN(INDEX), .help = "as in ftindex build (512M)"},
    {.name = "work", .kind = FT_OPTION_FILE, .arg = "DIR", .to = TO(work), .given = FT_OPTION_NONE,
     .commands = IN(INDEX) | IN(MICRO), .help = "where temporary files go ($TMPDIR, or /tmp)"},
    {.name = "time", .kind = FT_OPTION_WHOLE, .arg = "MS", .to = TO(time_ms), .given = FT_OPTION_NONE, .min = 1,
     .max = 100000, .commands = IN(MICRO), .help = "milliseconds for each kernel (150)"},
    {.name = "only", .kind = FT_OPTION_TEXT, .arg = "TEXT", .to = TO(only), .given = FT_OPTION_NONE,
     .commands = IN(MICRO), .help = "kernels with this in their name (all)"},
    {.name = "json", .kind = FT_OPTION_FLAG, .to = TO(json), .given = FT_OPTION_NONE, .commands = REPORTING,
     .brief = true, .help = "print one JSON object"},
    {.name = "raw", .kind = FT_OPTION_FLAG, .to = TO(raw), .given = FT_OPTION_NONE,
     .commands = IN(QUERY) | IN(EVAL) | IN(MICRO),
     .help = "with every sample, or each query's figures; implies --json"},
};

static const ft_program program = {
    .name = "ftbench",
    .what = "measure a full-text index",
    .usage = "COMMAND [OPTIONS] ...\n",
    .about = "serve reads lines of COMMAND<TAB>QUERY from standard input and answers each with\n"
             "one line: COUNT with the exact number of matches, TOP_k with 1 after ranking,\n"
             "TOP_k_COUNT with the number of matches after ranking, RUN_k with the best k as\n"
             "{\"hits\":[[\"id\",score],...]}, NOOP with 1, anything else with UNSUPPORTED.\n"
             "\n"
             "query runs the queries of a file, JSON objects a line (query, tags) or lines of\n"
             "tag<TAB>query ('-' is standard input), several times over, and reports mean,\n"
             "percentiles and rate of each query's best time, and the mean of medians.\n"
             "\n"
             "index runs the ftindex that lies beside it, several times over, each time into a\n"
             "new index that is removed in the end. A build's time is from start to durable end.\n"
             "\n"
             "eval ranks documents, each by its best passage, down to rank 1000 for the judged\n"
             "ones of the queries, taken as plain text. Queries are lines of JSON (_id, text), of\n"
             "id<TAB>query, or TREC topics; judgments those of BEIR or TREC. Figures are means\n"
             "over all judged queries and equal those of trec_eval -c -M 1000; MRR@10 is its\n"
             "recip_rank with -M 10.\n"
             "\n"
             "micro measures inner loops on made-up data.\n",
    .commands = commands,
    .n_commands = N_COMMANDS,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .examples = "printf 'COUNT\\tbrown fox\\n' | ftbench serve notes.ft\n"
                "ftbench query notes.ft queries.tsv --passes 10\n"
                "ftbench eval news.ft queries.jsonl qrels/test.tsv\n",
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

static ft_status check_words(const ft_bench_settings *set, const ft_args *args, ft_error *err)
{
    const ft_command *c;
    bool judged = set->run && args->command == EVAL;

    if (args->command < 0) {
        ft_fail(err, FT_EINVAL, "a command is missing");
        list_commands(err);
        return FT_EINVAL;
    }
    c = &commands[args->command];
    size_t least = judged ? 1 : n_words[args->command].least, most = judged ? 1 : n_words[args->command].most;
    if (args->n_words >= least && args->n_words <= most)
        return FT_OK;
    ft_fail(err, FT_EINVAL, "%s: takes %s", c->name,
            judged ? "QRELS alone with --run" : *c->args ? c->args : "no words");
    ft_hint(err, "see 'ftbench %s -h'", c->name);
    return FT_EINVAL;
}

static int run(ft_bench_settings *set, const ft_args *args)
{
    ft_error err;

    if (check_words(set, args, &err) != FT_OK)
        return ft_cli_fail(&err);
    set->json |= set->raw;
    switch (args->command) {
    case SERVE:
        return ft_serve(args->words[0], &set->ask);
    case QUERY:
        return ft_query_bench_run(set, args->words[0], args->words[1]);
    case INDEX:
        return ft_index_bench_run(set, args->words, args->n_words);
    case EVAL:
        return set->run ? ft_eval_run(set, NULL, NULL, args->words[0])
                        : ft_eval_run(set, args->words[0], args->words[1], args->words[2]);
    default:
        return ft_micro_run(set);
    }
}

int main(int argc, char **argv)
{
    ft_bench_settings set = {.commands = "COUNT,TOP_10,TOP_10_COUNT,TOP_100,TOP_1000", .time_ms = 150};
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
