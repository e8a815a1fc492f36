/* commands_build.c - build and add: inputs -> sources -> the index, one after the other on this thread; the engine has
 * its own for the work. */
#include "cli.h"
#include "commands.h"
#include "detect.h"
#include "inputs.h"
#include "progress.h"
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WARNINGS = 20 };

typedef struct build {
    const ft_settings *set;
    ft_index *ix;
    ft_stream stream;
    ft_progress progress;
    const char *file;              /* being read */
    uint64_t skipped[FT_N_SKIPS];
    uint64_t warnings;
    uint64_t documents, bytes, total;
} build;

/* ---------------------------------------------------------------- what is left out */

static void warn(build *b, const char *text)
{
    if (b->set->quiet)
        return;
    b->warnings++;
    if (b->warnings > WARNINGS && !b->set->verbose)
        return;
    ft_progress_clear(&b->progress);
    ft_cli_warn("%s", text);
}

static void on_skip(void *arg, ft_skip why, const char *path)
{
    build *b = arg;
    char text[1024];
    int number = errno;

    b->skipped[why]++;
    if (why == FT_SKIP_UNREADABLE)
        snprintf(text, sizeof text, "%.900s: %s", path, strerror(number));
    else
        snprintf(text, sizeof text, "%.900s: skipped (%s)", path, ft_skip_names[why]);
    if (why == FT_SKIP_UNREADABLE || b->set->verbose)
        warn(b, text);
}

static ft_status on_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    build *b = arg;
    char text[1024], where[32] = "";

    if (line)
        snprintf(where, sizeof where, ":%llu", (unsigned long long)line);
    snprintf(text, sizeof text, "%.*s%s: %s", (int)(file.len < 600 ? file.len : 600), file.ptr, where, reason);
    if (b->set->strict) {
        ft_fail(err, FT_EINVAL, "%s", text);
        ft_hint(err, "nothing was changed; without --strict such records are skipped");
        return FT_EINVAL;
    }
    b->skipped[FT_SKIP_MALFORMED]++;
    warn(b, text);
    return FT_OK;
}

/* ---------------------------------------------------------------- reading */

static ft_status on_document(void *arg, const ft_document *doc, ft_error *err)
{
    build *b = arg;
    ft_error why;

    ft_status st = ft_index_add(b->ix, doc, &why);
    if (st == FT_EINVAL)
        return on_malformed(b, (ft_str){b->file, strlen(b->file)}, doc->line, why.text, err);
    if (st != FT_OK) {
        *err = why;
        return st;
    }
    b->documents++;
    ft_progress_step(&b->progress, b->bytes + b->stream.n_in, b->documents, b->file);
    return FT_OK;
}

static bool changed(const struct stat *a, const struct stat *b)
{
    return a->st_size != b->st_size || a->st_mtim.tv_sec != b->st_mtim.tv_sec ||
           a->st_mtim.tv_nsec != b->st_mtim.tv_nsec;
}

static ft_status read_stream(build *b, bool named, ft_error *err)
{
    ft_str head = ft_stream_peek(&b->stream), name = {b->file, strlen(b->file)};
    ft_format format = (ft_format)b->set->format;
    const char *binary = ft_detect_binary(head);
    ft_source src = {.in = &b->stream, .file = name, .sink = {on_document, on_malformed, b}};

    if (format == FT_FORMAT_AUTO)
        format = ft_detect_format(name, head);
    /* A record with a NUL in a file that was asked for by name or format costs that record, not the file. */
    bool asked = format != FT_FORMAT_TEXT && (named || b->set->format != FT_FORMAT_AUTO);
    if (binary && !asked) {
        char text[1024];
        b->skipped[FT_SKIP_BINARY]++;
        snprintf(text, sizeof text, "%.900s: skipped (%s)", b->file, binary);
        if (named || b->set->verbose)
            warn(b, text);
        return FT_OK;
    }
    src.words = format == FT_FORMAT_TEXT ? b->set->file_words : b->set->record_words;
    switch (format) {
    case FT_FORMAT_JSONL:
        return ft_source_jsonl(&src, err);
    case FT_FORMAT_TSV:
        return ft_source_tsv(&src, err);
    default:
        return ft_source_text(&src, err);
    }
}

static ft_status on_file(void *arg, const char *path, bool named, ft_error *err)
{
    build *b = arg;
    bool is_stdin = named && strcmp(path, "-") == 0;
    struct stat before = {0}, after = {0};
    ft_status st = FT_OK;
    /* O_NONBLOCK: what was a file when its directory was read may have become a FIFO. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (named ? 0 : O_NOFOLLOW | O_NONBLOCK);
    int fd = is_stdin ? STDIN_FILENO : open(path, flags);

    b->file = path;
    if (fd < 0 || fstat(fd, &before) != 0) {
        on_skip(b, FT_SKIP_UNREADABLE, path);
        goto out;
    }
    if (!named && !S_ISREG(before.st_mode)) {
        on_skip(b, FT_SKIP_SPECIAL, path);
        goto out;
    }
    ft_progress_step(&b->progress, b->bytes, b->documents, path);
    st = ft_stream_open(&b->stream, fd, path, b->set->cancel, err);
    if (st == FT_OK)
        st = read_stream(b, named, err);
    b->bytes += b->stream.n_in;
    b->total += b->stream.n_out;
    if (st == FT_OK && S_ISREG(before.st_mode) && fstat(fd, &after) == 0 && changed(&before, &after)) {
        char text[1024];
        snprintf(text, sizeof text, "%.900s: it changed while it was read", path);
        warn(b, text);
    }
out:
    if (fd >= 0 && !is_stdin)
        close(fd);
    return st;
}

/* ---------------------------------------------------------------- how much there is, for the progress line */

typedef struct measure {
    uint64_t bytes;
    bool unknown;
} measure;

static ft_status measure_file(void *arg, const char *path, bool named, ft_error *err)
{
    measure *m = arg;
    struct stat sb;

    (void)err;
    if ((named ? stat(path, &sb) : lstat(path, &sb)) == 0 && S_ISREG(sb.st_mode))
        m->bytes += (uint64_t)sb.st_size;
    else
        m->unknown = true;
    return FT_OK;
}

static void measure_skip(void *arg, ft_skip why, const char *path)
{
    (void)arg;
    (void)why;
    (void)path;
}

static ft_status begin_progress(build *b, const ft_visitor *like, const char *const *words, size_t n, ft_error *err)
{
    bool wanted = !b->set->quiet && !b->set->no_progress;
    measure m = {0};
    ft_visitor v = *like;
    ft_status st = FT_OK;

    v.file = measure_file;
    v.skip = measure_skip;
    v.arg = &m;
    ft_progress_init(&b->progress, wanted, 0);
    if (b->progress.on)
        st = ft_inputs_walk(words, n, &v, err);
    b->progress.total = m.unknown ? 0 : m.bytes;
    return st;
}

/* ---------------------------------------------------------------- summary */

static void put_json(const build *b, const ft_commit_info *info, uint64_t skipped, ft_buf *out)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"documents", info->documents}, {"passages", info->passages},       {"terms", info->terms},
        {"tokens", info->tokens},       {"postings", info->postings},       {"skipped", skipped},
        {"replaced", info->replaced},   {"input_bytes", b->total},          {"index_bytes", info->index_bytes},
    };

    ft_buf_putc(out, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        ft_buf_printf(out, "\"%s\":%llu,", counts[i].key, (unsigned long long)counts[i].value);
    ft_buf_printf(out, "\"seconds\":%.3f,\"peak_rss_bytes\":%llu}\n", ft_commands_seconds(b->set),
                  (unsigned long long)ft_commands_peak());
}

static void put_summary(const build *b, const ft_commit_info *info, uint64_t skipped, ft_buf *out)
{
    const char *comma = " (";

    ft_commands_put_count(out, info->documents);
    ft_buf_puts(out, info->documents == 1 ? " document, " : " documents, ");
    ft_commands_put_count(out, info->passages);
    ft_buf_puts(out, info->passages == 1 ? " passage, " : " passages, ");
    if (info->replaced) {
        ft_commands_put_count(out, info->replaced);
        ft_buf_puts(out, " replaced, ");
    }
    ft_commands_put_bytes(out, b->total);
    ft_buf_puts(out, " read, index ");
    ft_commands_put_bytes(out, info->index_bytes);
    ft_buf_printf(out, ", %.1f s", ft_commands_seconds(b->set));
    if (skipped) {
        ft_buf_puts(out, "; skipped ");
        ft_commands_put_count(out, skipped);
        for (int i = 0; i < FT_N_SKIPS; i++)
            if (b->skipped[i]) {
                ft_buf_printf(out, "%s%s %llu", comma, ft_skip_names[i], (unsigned long long)b->skipped[i]);
                comma = ", ";
            }
        ft_buf_putc(out, ')');
    }
    ft_buf_putc(out, '\n');
}

static int finish(build *b, const ft_commit_info *info)
{
    ft_out out = {0};
    uint64_t skipped = 0;

    for (int i = 0; i < FT_N_SKIPS; i++)
        skipped += b->skipped[i];
    if (b->warnings > WARNINGS && !b->set->verbose)
        ft_cli_warn("%llu more warnings; --verbose shows them all", (unsigned long long)(b->warnings - WARNINGS));
    if (b->set->json)
        put_json(b, info, skipped, &out.buf);
    else if (!b->set->quiet)
        put_summary(b, info, skipped, &out.buf);
    return ft_out_close(&out, 0);
}

/* What is left behind by a stop that the user asked for. */
static int interrupted(const char *index)
{
    ft_reader *rd = NULL;
    ft_error err;
    bool kept = ft_reader_open(&rd, index, &err) == FT_OK;

    ft_reader_close(rd);
    ft_fail(&err, FT_ECANCELED, "%s: interrupted, %s", index,
            kept ? "the index is as it was" : "no index was made");
    return ft_cli_fail(&err);
}

/* ---------------------------------------------------------------- both commands */

static ft_status fill_index(build *b, const char *const *words, size_t n, ft_commit_info *info, ft_error *err)
{
    ft_visitor v = {on_file, on_skip, b, b->set->cancel, false, 0, 0};
    struct stat sb;

    if (stat(words[0], &sb) == 0) {
        v.has_own = true;
        v.own_dev = sb.st_dev;
        v.own_ino = sb.st_ino;
    }
    ft_status st = begin_progress(b, &v, words + 1, n - 1, err);
    if (st == FT_OK)
        st = ft_inputs_walk(words + 1, n - 1, &v, err);
    if (st == FT_OK) {
        ft_progress_say(&b->progress, "writing the index");
        st = ft_index_commit(b->ix, info, err);
    }
    ft_progress_clear(&b->progress);
    return st;
}

static int run(const ft_settings *set, const char *command, bool create, const char *const *words, size_t n)
{
    ft_index_options opts = ft_commands_options(set);
    ft_commit_info info = {0};
    build b = {.set = set};
    ft_error err;

    if (n < 2)
        return ft_commands_usage(command, n ? "INPUT is missing" : "INDEX and INPUT are missing");
    ft_status st = ft_inputs_exist(words + 1, n - 1, &err);
    if (st == FT_OK)
        st = create ? ft_index_create(&b.ix, words[0], &opts, &err) : ft_index_open(&b.ix, words[0], &opts, &err);
    if (st == FT_OK)
        st = fill_index(&b, words, n, &info, &err);
    ft_index_close(b.ix);
    ft_stream_release(&b.stream);
    if (st == FT_OK)
        return finish(&b, &info);
    return st == FT_ECANCELED ? interrupted(words[0]) : ft_cli_fail(&err);
}

int ft_commands_build(const ft_settings *set, const char *const *words, size_t n)
{
    return run(set, "build", true, words, n);
}

int ft_commands_add(const ft_settings *set, const char *const *words, size_t n)
{
    return run(set, "add", false, words, n);
}
