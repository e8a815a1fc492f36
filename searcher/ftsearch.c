/* ftsearch.c - the program that searches an index: its options, and what they make of the engine's. */
#include "cli_page.h"
#include "print_batch.h"
#include "prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define TO(member) offsetof(settings, member)

enum { GROUP_PASSAGE, GROUP_DOCUMENT };
enum { MODE_DEFAULT, MODE_PLAIN, MODE_SYNTAX };

typedef struct settings {
    uint64_t top, offset, timeout, threads;
    int format, group, mode, color;
    bool count, all, explain, exhaustive, text, no_total;
    bool has_k1, has_b;
    double k1, b;
    const char *tag, *queries;
} settings;

static const char *const formats[] = {"human", "json", "tsv", "trec", NULL};
static const char *const groups[] = {"passage", "document", NULL};
static const char *const whens[] = {"auto", "always", "never", NULL};

static const ft_option options[] = {
    {.name = "top", .letter = 'k', .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(top), .given = FT_OPTION_NONE,
     .min = 0, .max = 2147483647, .brief = true, .help = "hits to return (10)"},
    {.name = "offset", .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(offset), .given = FT_OPTION_NONE, .min = 0,
     .max = 9007199254740992.0, .help = "skip the first N hits (0)"},
    {.name = "format", .kind = FT_OPTION_CHOICE, .arg = "FORMAT", .choices = formats, .to = TO(format),
     .given = FT_OPTION_NONE, .brief = true, .help = "human, json, tsv or trec (human)"},
    {.name = "count", .kind = FT_OPTION_FLAG, .to = TO(count), .given = FT_OPTION_NONE, .brief = true,
     .help = "print only the exact number of matches, a line for each query"},
    {.name = "group", .kind = FT_OPTION_CHOICE, .arg = "GROUP", .choices = groups, .to = TO(group),
     .given = FT_OPTION_NONE, .brief = true, .help = "passage, or document: the best passage of each (passage)"},
    {.name = "and", .kind = FT_OPTION_FLAG, .to = TO(all), .given = FT_OPTION_NONE, .brief = true,
     .help = "a bare list of words requires all of them (any of them)"},
    {.name = "plain", .kind = FT_OPTION_SET, .set = MODE_PLAIN, .to = TO(mode), .given = FT_OPTION_NONE,
     .help = "the query is text, every operator character a separator (the default with --queries)"},
    {.name = "syntax", .kind = FT_OPTION_SET, .set = MODE_SYNTAX, .to = TO(mode), .given = FT_OPTION_NONE,
     .help = "the query is syntax (the default without --queries)"},
    {.name = "text", .kind = FT_OPTION_FLAG, .to = TO(text), .given = FT_OPTION_NONE,
     .help = "include the whole passage"},
    {.name = "explain", .kind = FT_OPTION_FLAG, .to = TO(explain), .given = FT_OPTION_NONE, .brief = true,
     .help = "say how each hit's score came about, term by term"},
    {.name = "k1", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(k1), .given = TO(has_k1), .min = 0, .max = 100,
     .help = "BM25 k1, 0 to 100 (the index's)"},
    {.name = "b", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(b), .given = TO(has_b), .min = 0, .max = 1,
     .help = "BM25 b, 0 to 1 (the index's)"},
    {.name = "exhaustive", .kind = FT_OPTION_FLAG, .to = TO(exhaustive), .given = FT_OPTION_NONE,
     .help = "score every match, without pruning: the same answer, more slowly"},
    {.name = "no-total", .kind = FT_OPTION_FLAG, .to = TO(no_total), .given = FT_OPTION_NONE,
     .help = "do not count matches beyond what ranking needs"},
    {.name = "timeout", .kind = FT_OPTION_WHOLE, .arg = "MS", .to = TO(timeout), .given = FT_OPTION_NONE, .min = 1,
     .max = 2147483647, .help = "stop a query after MS milliseconds, with what was found so far; exit status 5"},
    {.name = "queries", .kind = FT_OPTION_FILE, .arg = "FILE", .to = TO(queries), .given = FT_OPTION_NONE,
     .brief = true, .help = "a batch: lines of qid<TAB>query, or JSON objects with _id and text"},
    {.name = "threads", .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(threads), .given = FT_OPTION_NONE, .min = 1,
     .max = 1024, .help = "threads for a batch (1)"},
    {.name = "tag", .kind = FT_OPTION_TEXT, .arg = "NAME", .to = TO(tag), .given = FT_OPTION_NONE,
     .help = "the last column of a TREC run (fulltext)"},
    {.name = "color", .kind = FT_OPTION_CHOICE, .arg = "WHEN", .choices = whens, .to = TO(color),
     .given = FT_OPTION_NONE, .help = "auto, always or never (auto: on a terminal, unless NO_COLOR is set)"},
};

static const ft_program program = {
    .name = "ftsearch",
    .what = "search a full-text index",
    .usage = "[OPTIONS] INDEX QUERY...\n"
             "[OPTIONS] INDEX            (a prompt; in a pipe, a query a line)\n"
             "[OPTIONS] INDEX --queries FILE\n",
    .about = "A query is words; the best passages come first. \"75th anniversary\" in double\n"
             "quotes is a phrase, +word is required, -word excluded, ( ) groups, and AND, OR\n"
             "and NOT in capitals combine. After INDEX only words that begin with -- are\n"
             "options; what follows a lone -- is query.\n",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .examples = "ftsearch notes.ft bread without yeast\n"
                "ftsearch notes.ft '\"rye bread\" +oven -gas'\n"
                "ftsearch --format json -k 3 notes.ft sourdough | jq .hits\n",
    .exits = "0  something matched; several queries ran\n"
             "1  nothing matched\n"
             "2  wrong usage or unusable input: no such index, bad option, bad number\n"
             "3  the system failed: I/O, memory, disk full\n"
             "4  the index is damaged\n"
             "5  stopped by --timeout\n",
    .dash_hint = "to search for it, put -- before the query",
    .long_only_after = 1,
};

static bool prints_total(const settings *set, bool terminal)
{
    return set->format == FT_PRINT_JSON || (set->format == FT_PRINT_HUMAN && terminal);
}

static ft_print_batch make_batch(const settings *set, const ft_reader *rd, bool many)
{
    bool terminal = isatty(STDOUT_FILENO), documents = set->group == GROUP_DOCUMENT || set->format == FT_PRINT_TREC;
    /* Where no total is printed there is none to count, unless it alone tells whether something matched. */
    ft_stats stats;
    bool count = set->count || (!set->no_total && (prints_total(set, terminal) || set->top == 0));

    ft_reader_stats(rd, &stats);
    return (ft_print_batch){
        .reader = rd,
        .query = {
            .size = sizeof(ft_query_options),
            .plain = set->mode == MODE_PLAIN || (set->mode == MODE_DEFAULT && set->queries),
            .all = set->all,
        },
        .search = {
            .size = sizeof(ft_search_options),
            .top = set->count ? 0 : (uint32_t)set->top,
            .offset = set->offset,
            .count = count,
            .group_documents = documents,
            .exhaustive = set->exhaustive,
            .has_k1 = set->has_k1,
            .has_b = set->has_b,
            .k1 = set->k1,
            .b = set->b,
            .timeout_ms = (uint32_t)set->timeout,
        },
        .print = {
            .format = set->format,
            .count = set->count,
            .documents = documents,
            .text = set->text,
            .no_text = !stats.stored,
            .explain = set->explain,
            .terminal = terminal,
            .color = set->format == FT_PRINT_HUMAN && ft_cli_use_color((ft_cli_color)set->color, STDOUT_FILENO),
            .many = many,
            .columns = terminal ? ft_cli_columns(STDOUT_FILENO) : 80,
            .tag = set->tag,
            .offset = set->offset,
        },
        .threads = set->queries ? (unsigned)set->threads : 1,
    };
}

static int search_words(const settings *set, const ft_reader *rd, const ft_args *args)
{
    ft_print_batch b = make_batch(set, rd, false);
    ft_buf text = {0};
    ft_out out = {0};
    ft_error err;
    int status;

    for (size_t i = 1; i < args->n_words; i++) {
        ft_buf_puts(&text, i > 1 ? " " : "");
        ft_buf_puts(&text, args->words[i]);
    }
    if (ft_buf_status(&text, &err) != FT_OK)
        status = ft_cli_fail(&err);
    else
        status = ft_print_batch_one(&b, (ft_str){text.data ? (const char *)text.data : "", text.len}, &out);
    ft_buf_release(&text);
    return ft_out_close(&out, status);
}

static int search_many(const settings *set, const ft_reader *rd)
{
    ft_print_batch b = make_batch(set, rd, true);
    bool from_stdin = !set->queries || strcmp(set->queries, "-") == 0;
    int fd = from_stdin ? STDIN_FILENO : open(set->queries, O_RDONLY | O_CLOEXEC);
    ft_out out = {0};
    ft_error err;

    if (fd < 0) {
        ft_fail(&err, FT_EINVAL, "%s: %s", set->queries, strerror(errno));
        return ft_cli_fail(&err);
    }
    int status = ft_print_batch_run(&b, fd, from_stdin ? "standard input" : set->queries, !set->queries, &out);
    if (!from_stdin)
        close(fd);
    return ft_out_close(&out, status);
}

static int search_prompt(const settings *set, const ft_reader *rd, const char *index)
{
    ft_print_batch b = make_batch(set, rd, false);

    return ft_prompt_run(&b, index);
}

static int search(const settings *set, const ft_args *args)
{
    ft_reader *rd = NULL;
    ft_error err;
    int status;

    if (args->n_words == 0) {
        ft_fail(&err, FT_EINVAL, "INDEX is missing");
        ft_hint(&err, "see 'ftsearch -h'");
        return ft_cli_fail(&err);
    }
    if (set->queries && args->n_words > 1) {
        ft_fail(&err, FT_EINVAL, "--queries: there is a query on the command line as well");
        return ft_cli_fail(&err);
    }
    if (ft_reader_open(&rd, args->words[0], &err) != FT_OK)
        return ft_cli_fail(&err);
    if (args->n_words > 1)
        status = search_words(set, rd, args);
    else if (!set->queries && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        status = search_prompt(set, rd, args->words[0]);
    else
        status = search_many(set, rd);
    ft_reader_close(rd);
    return status;
}

int main(int argc, char **argv)
{
    settings set = {.top = 10, .threads = 1, .tag = "fulltext"};
    ft_args args;
    ft_error err;
    int status;

    ft_cli_init(program.name);
    if (ft_optab_parse(&program, argc, argv, &set, &args, &err) != FT_OK)
        status = ft_cli_fail(&err);
    else if (args.action != FT_ACTION_RUN)
        status = ft_cli_page(&program, &args);
    else
        status = search(&set, &args);
    ft_args_release(&args);
    return status;
}
