/* ftindex.c - the program that builds and maintains an index: its options and commands, and which function runs. */
#include "cli.h"
#include "cli_page.h"
#include "commands.h"
#include "detect.h"

#include <signal.h>

enum { BUILD, ADD, UPDATE, DELETE, MERGE, CHECK, STATS, SHOW, ANALYZE, N_COMMANDS };

#define IN(command) (1u << (command))
#define TO(member) offsetof(ft_settings, member)

static const ft_command commands[N_COMMANDS] = {
    [BUILD] = {"build", "INDEX INPUT...", "create INDEX from files, directories or '-'"},
    [ADD] = {"add", "INDEX INPUT...", "add documents; one whose id exists replaces the old one"},
    [UPDATE] = {"update", "INDEX", "visit the inputs again and follow what changed in them"},
    [DELETE] = {"delete", "INDEX ID...", "delete documents by id"},
    [MERGE] = {"merge", "INDEX", "merge to one segment, dropping deleted documents"},
    [CHECK] = {"check", "INDEX", "verify every checksum and invariant"},
    [STATS] = {"stats", "INDEX", "say what is in it"},
    [SHOW] = {"show", "INDEX ID", "print a document's text as stored (ID:N, one passage)"},
    [ANALYZE] = {"analyze", "", "turn lines of standard input into index terms"},
};

static int (*const run[N_COMMANDS])(const ft_settings *, const char *const *, size_t) = {
    [BUILD] = ft_commands_build,   [ADD] = ft_commands_add,     [UPDATE] = ft_commands_update,
    [DELETE] = ft_commands_delete, [MERGE] = ft_commands_merge, [CHECK] = ft_commands_check,
    [STATS] = ft_commands_stats,   [SHOW] = ft_commands_show,   [ANALYZE] = ft_commands_analyze,
};

static const ft_option options[] = {
    {.name = "format", .kind = FT_OPTION_CHOICE, .arg = "FORMAT", .choices = ft_format_names, .to = TO(format),
     .given = FT_OPTION_NONE, .commands = IN(BUILD) | IN(ADD), .brief = true,
     .help = "auto, text, markdown, html, jsonl, tsv or trec, gzipped or not (auto)"},
    {.name = "encoding", .kind = FT_OPTION_TEXT, .arg = "NAME", .to = TO(encoding), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD),
     .help = "of inputs without a byte order mark, as latin1, windows-1252, utf-16le or koi8-r (UTF-8, or what HTML "
             "declares)"},
    {.name = "include", .kind = FT_OPTION_LIST, .arg = "GLOB", .to = TO(include), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD), .help = "read only files that match, as '*.md'; may be given again (all)"},
    {.name = "exclude", .kind = FT_OPTION_LIST, .arg = "GLOB", .to = TO(exclude), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD),
     .help = "leave out files and directories that match, as '*.log' or 'old/'; may be given again (none)"},
    {.name = "max-size", .kind = FT_OPTION_SIZE, .arg = "SIZE", .to = TO(max_size), .given = FT_OPTION_NONE,
     .min = 1, .max = 1099511627776.0, .commands = IN(BUILD) | IN(ADD),
     .help = "skip larger files, as 10M (none; but see INPUTS in the manual)"},
    {.name = "filter", .kind = FT_OPTION_LIST, .arg = "EXT=COMMAND", .to = TO(filters), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD),
     .help = "index what COMMAND makes of files *.EXT on its standard input, as pdf='pdftotext - -'; no shell; may be "
             "given again (none)"},
    {.name = "filter-timeout", .kind = FT_OPTION_WHOLE, .arg = "SECONDS", .to = TO(filter_seconds),
     .given = FT_OPTION_NONE, .min = 1, .max = 86400, .commands = IN(BUILD) | IN(ADD),
     .help = "stop a filter after so long, and skip the file (60)"},
    {.name = "filter-output", .kind = FT_OPTION_SIZE, .arg = "SIZE", .to = TO(filter_bytes),
     .given = FT_OPTION_NONE, .min = 1, .max = 1 << 30, .commands = IN(BUILD) | IN(ADD),
     .help = "stop a filter that writes more, and skip the file (256M)"},
    {.name = "lang", .kind = FT_OPTION_TEXT, .arg = "LANG", .to = TO(lang), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ANALYZE), .brief = true,
     .help = "as german or de; none: no stemming (english)"},
    {.name = "fold-diacritics", .kind = FT_OPTION_FLAG, .to = TO(fold_diacritics), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ANALYZE), .help = "index letters without their accents"},
    {.name = "no-stem", .kind = FT_OPTION_FLAG, .to = TO(no_stem), .given = FT_OPTION_NONE,
     .commands = IN(ANALYZE), .help = "print case-folded tokens as they are before stemming"},
    {.name = "passages", .kind = FT_OPTION_TEXT, .arg = "HOW", .to = TO(passages), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD),
     .help = "auto, none, or paragraph[:WORDS], whole paragraphs packed up to WORDS words (auto: paragraph:100 for "
             "files, none for records)"},
    {.name = "threads", .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(threads), .given = FT_OPTION_NONE, .min = 1,
     .max = 1024, .commands = IN(BUILD) | IN(ADD) | IN(UPDATE) | IN(MERGE), .help = "worker threads (all cores)"},
    {.name = "memory", .kind = FT_OPTION_SIZE, .arg = "SIZE", .to = TO(memory), .given = FT_OPTION_NONE,
     .min = 1 << 20, .max = 1099511627776.0, .commands = IN(BUILD) | IN(ADD) | IN(UPDATE) | IN(MERGE),
     .help = "memory budget, as 256M or 2G (512M)"},
    {.name = "k1", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(k1), .given = TO(has_k1), .min = 0, .max = 100,
     .commands = IN(BUILD), .help = "the index's own BM25 k1, 0 to 100 (1.2)"},
    {.name = "b", .kind = FT_OPTION_REAL, .arg = "X", .to = TO(b), .given = TO(has_b), .min = 0, .max = 1,
     .commands = IN(BUILD), .help = "the index's own BM25 b, 0 to 1 (0.75)"},
    {.name = "no-store", .kind = FT_OPTION_FLAG, .to = TO(no_store), .given = FT_OPTION_NONE,
     .commands = IN(BUILD), .help = "keep titles but no texts: smaller, and results without snippets"},
    {.name = "force", .kind = FT_OPTION_FLAG, .to = TO(force), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(UPDATE), .brief = true,
     .help = "replace an old index (update: forget lost inputs)"},
    {.name = "run-filters", .kind = FT_OPTION_FLAG, .to = TO(run_filters), .given = FT_OPTION_NONE,
     .commands = IN(UPDATE), .help = "run the filters that the index was built with"},
    {.name = "directory", .kind = FT_OPTION_FILE, .arg = "DIR", .to = TO(directory), .given = FT_OPTION_NONE,
     .commands = IN(UPDATE), .help = "find inputs with relative paths in DIR (where they were read)"},
    {.name = "shared", .kind = FT_OPTION_FLAG, .to = TO(shared), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD) | IN(UPDATE) | IN(DELETE) | IN(MERGE),
     .help = "leave the permissions of files to the umask (private)"},
    {.name = "reorder", .kind = FT_OPTION_FLAG, .to = TO(reorder), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(MERGE),
     .help = "let similar passages stand together in the posting lists: faster to search, unless they arrive so (order "
             "of arrival)"},
    {.name = "strict", .kind = FT_OPTION_FLAG, .to = TO(strict), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD) | IN(UPDATE),
     .help = "stop at the first malformed record and change nothing (skip it)"},
    {.name = "dry-run", .letter = 'n', .kind = FT_OPTION_FLAG, .to = TO(dry_run), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD) | IN(UPDATE),
     .help = "list what would be read, as id<TAB>format<TAB>bytes, and what skipped (update: the files that would be "
             "added, A, changed, M, or removed, D); change nothing"},
    {.name = "no-space-check", .kind = FT_OPTION_FLAG, .to = TO(no_space_check), .given = FT_OPTION_NONE,
     .commands = IN(BUILD) | IN(ADD) | IN(MERGE),
     .help = "begin even where the disk seems too small (refuse)"},
    {.name = "from", .kind = FT_OPTION_FILE, .arg = "FILE", .to = TO(from), .given = FT_OPTION_NONE,
     .commands = IN(DELETE), .help = "delete the ids that FILE lists, one a line ('-' is standard input)"},
    {.name = "terms", .kind = FT_OPTION_TEXT, .arg = "PREFIX", .to = TO(terms), .given = FT_OPTION_NONE,
     .commands = IN(STATS),
     .help = "list the index terms that begin with PREFIX, which is folded like a query's word but not stemmed ('': "
             "all), each with its passages and occurrences, deleted ones included until they are merged away"},
    {.name = "top", .kind = FT_OPTION_WHOLE, .arg = "N", .to = TO(top), .given = TO(has_top), .min = 0,
     .max = 9007199254740992.0, .commands = IN(STATS), .help = "list the first N terms only, in byte order (all)"},
    {.name = "json", .kind = FT_OPTION_FLAG, .to = TO(json), .given = FT_OPTION_NONE, .brief = true,
     .commands = IN(BUILD) | IN(ADD) | IN(UPDATE) | IN(DELETE) | IN(MERGE) | IN(CHECK) | IN(STATS) | IN(SHOW),
     .help = "a machine-readable summary; --terms: a line each"},
    {.name = "quiet", .letter = 'q', .kind = FT_OPTION_FLAG, .to = TO(quiet), .given = FT_OPTION_NONE,
     .help = "no summary, progress or warnings"},
    {.name = "verbose", .letter = 'v', .kind = FT_OPTION_FLAG, .to = TO(verbose), .given = FT_OPTION_NONE,
     .help = "say of everything that is skipped where and why"},
    {.name = "no-progress", .kind = FT_OPTION_FLAG, .to = TO(no_progress), .given = FT_OPTION_NONE,
     .help = "no progress line (drawn on a terminal only)"},
};

static const ft_program program = {
    .name = "ftindex",
    .what = "build and maintain a full-text index",
    .usage = "COMMAND [OPTIONS] INDEX ...\n",
    .about = "An index is a directory, by custom NAME.ft. Documents are files of plain text,\n"
             "Markdown or HTML, or records: JSON objects a line (_id, title, text), lines of\n"
             "id<TAB>text or id<TAB>title<TAB>text, and TREC's <DOC>. Directories are walked;\n"
             "hidden files, symbolic links, special and binary files are skipped and counted.\n"
             "A command that is killed leaves the index as it was.\n",
    .commands = commands,
    .n_commands = N_COMMANDS,
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .examples = "ftindex build notes.ft ~/notes\n"
                "ftindex add notes.ft more.jsonl.gz\n"
                "echo \"the children's books\" | ftindex analyze\n",
    .exits = "0  done\n"
             "2  wrong usage or unusable input\n"
             "3  the system failed: I/O, memory, disk full, another writer\n"
             "4  the index is damaged\n"
             "5  interrupted\n",
    .long_only_after = SIZE_MAX,
};

static volatile int cancel;

static void on_signal(int sig)
{
    (void)sig;
    cancel = 1;
}

static void catch_signals(void)
{
    /* The second one kills: SA_RESETHAND. No SA_RESTART, so that a read that waits is left. */
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGXFSZ, SIG_IGN); /* a limit of the shell's is a failing write like others */
}

/* Reads --passages into file_words and record_words. */
static bool read_passages(ft_settings *set)
{
    const char *p = set->passages;
    uint64_t words = 100;

    set->file_words = 100;
    set->record_words = 0;
    if (!p || strcmp(p, "auto") == 0)
        return true;
    if (strcmp(p, "none") == 0) {
        set->file_words = 0;
        return true;
    }
    if (strncmp(p, "paragraph", 9) != 0)
        return false;
    if (p[9] && (p[9] != ':' || !ft_optab_whole(p + 10, 1, 1000000, &words)))
        return false;
    set->file_words = set->record_words = (uint32_t)words;
    return true;
}

int main(int argc, char **argv)
{
    ft_settings set = {
        .begun = ft_cli_now(), .cancel = &cancel, .filter_seconds = 60, .filter_bytes = (uint64_t)256 << 20};
    ft_args args;
    ft_error err;
    int status;

    ft_cli_init(program.name);
    if (ft_optab_parse(&program, argc, argv, &set, &args, &err) != FT_OK) {
        status = ft_cli_fail(&err);
    } else if (args.action != FT_ACTION_RUN) {
        status = ft_cli_page(&program, &args);
    } else if (args.command < 0) {
        ft_fail(&err, FT_EINVAL, "a command is missing");
        ft_hint(&err, "see 'ftindex -h'");
        status = ft_cli_fail(&err);
    } else if (!read_passages(&set)) {
        ft_fail(&err, FT_EINVAL,
                "--passages: '%.80s' is not auto, none or paragraph[:WORDS] with WORDS from 1 to 1000000",
                set.passages);
        status = ft_cli_fail(&err);
    } else {
        catch_signals();
        status = run[args.command](&set, args.words, args.n_words);
    }
    ft_args_release(&args);
    return status;
}
