/* commands_intake.c - see commands_intake.h: one file after the other, on this thread; the engine has its own for the
 * work. */
#include "commands_intake.h"

#include "cli.h"
#include "detect.h"
#include "globs.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WARNINGS = 20 };

/* ---------------------------------------------------------------- what is left out */

static void warn(ft_intake *b, const char *text)
{
    if (b->set->quiet)
        return;
    b->warnings++;
    if (b->warnings > WARNINGS && !b->set->verbose)
        return;
    ft_progress_clear(&b->progress);
    ft_cli_warn("%s", text);
}

/* Counts it, and tells whoever only looks. */
static bool count_skip(ft_intake *b, ft_skip why, const char *path, const char *reason)
{
    b->skipped[why]++;
    if (b->look && b->look->skipped)
        b->look->skipped(b->look->arg, path, reason);
    return b->look;
}

static void on_skip(void *arg, ft_skip why, const char *path)
{
    ft_intake *b = arg;
    char text[1024];
    int number = errno;

    if (count_skip(b, why, path, why == FT_SKIP_UNREADABLE ? strerror(number) : ft_skip_names[why]))
        return;
    if (why == FT_SKIP_UNREADABLE)
        snprintf(text, sizeof text, "%.900s: %s", path, strerror(number));
    else
        snprintf(text, sizeof text, "%.900s: skipped (%s)", path, ft_skip_names[why]);
    if (why == FT_SKIP_UNREADABLE || b->set->verbose)
        warn(b, text);
}

static ft_status on_malformed(void *arg, ft_str file, uint64_t line, const char *reason, ft_error *err)
{
    ft_intake *b = arg;
    char text[1024], where[32] = "";

    if (b->look) {
        count_skip(b, FT_SKIP_MALFORMED, b->file, reason);
        return FT_OK;
    }
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
    ft_intake *b = arg;
    ft_document d = *doc;
    ft_status st = FT_OK;
    bool wanted = true;
    ft_error why;

    if (b->record) {
        d.source = b->record->source;
        b->record->documents++;
    }
    if (b->wanted)
        st = b->wanted(b->wanted_arg, &d, &wanted, &why);
    if (st == FT_OK && wanted && b->ix)
        st = ft_index_add(b->ix, &d, &why);
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

/* Says that the file is left out: always if the user named it, else to those who want to know. */
static void leave_out(ft_intake *b, ft_skip why, bool named)
{
    char text[1024];

    if (count_skip(b, why, b->file, ft_skip_names[why]))
        return;
    snprintf(text, sizeof text, "%.900s: skipped (%s)", b->file, ft_skip_names[why]);
    if (named || b->set->verbose)
        warn(b, text);
}

static ft_status reject(ft_intake *b, const char *reason, ft_error *err)
{
    return on_malformed(b, (ft_str){b->file, strlen(b->file)}, 0, reason, err);
}

/* Finds out what the stream holds and makes it UTF-8. `filtered`: it is what a filter made of the file. */
static ft_status prepare(ft_intake *b, bool filtered, ft_format *format, ft_error *err)
{
    ft_str name = {b->file, strlen(b->file)}, head = ft_stream_peek(&b->stream);
    const char *charset = ft_charset_of_mark(head);
    ft_status st = FT_OK;

    if (!charset && !filtered)
        charset = b->charset;
    if (charset && strcmp(charset, "UTF-8") != 0)
        st = ft_stream_decode(&b->stream, charset, err);
    if (st != FT_OK)
        return st;
    head = ft_stream_peek(&b->stream);
    *format = (ft_format)b->set->format;
    if (*format == FT_FORMAT_AUTO)
        *format = ft_detect_format(filtered ? (ft_str){"", 0} : name, head);
    if (filtered && b->set->format == FT_FORMAT_AUTO && !ft_detect_is_file(*format))
        *format = FT_FORMAT_TEXT;
    if (*format == FT_FORMAT_HTML && !charset) {
        charset = ft_charset_declared(head);
        if (charset && strcmp(charset, "UTF-8") != 0)
            st = ft_stream_decode(&b->stream, charset, err);
    }
    return st;
}

/* To who only looks: the current file; size is below 0 where there is none. */
static void report(const ft_intake *b, const char *format, off_t size)
{
    ft_intake_file file = {.path = b->file, .format = format, .known = size >= 0};

    file.bytes = file.known ? (uint64_t)size : 0;
    file.gzipped = file.known && format && b->stream.gzipped;
    b->look->found(b->look->arg, &file);
}

static ft_status read_stream(ft_intake *b, bool named, bool filtered, off_t size, ft_error *err)
{
    static ft_status (*const readers[])(const ft_source *, ft_error *) = {
        [FT_FORMAT_TEXT] = ft_source_text, [FT_FORMAT_MARKDOWN] = ft_source_markdown,
        [FT_FORMAT_HTML] = ft_source_html, [FT_FORMAT_JSONL] = ft_source_jsonl,
        [FT_FORMAT_TSV] = ft_source_tsv,   [FT_FORMAT_TREC] = ft_source_trec,
    };
    ft_source src = {.in = &b->stream, .file = {b->file, strlen(b->file)}, .sink = {on_document, on_malformed, b}};
    ft_format format;
    ft_error why;

    ft_status st = prepare(b, filtered, &format, &why);
    if (st == FT_EINVAL)
        return reject(b, why.text, err);
    if (st != FT_OK) {
        *err = why;
        return st;
    }
    bool file = ft_detect_is_file(format);
    /* A record with a NUL in a file that was asked for by name or format costs that record, not the file. */
    bool asked = !file && (named || b->set->format != FT_FORMAT_AUTO);
    if (!asked && ft_detect_is_binary(ft_stream_peek(&b->stream))) {
        leave_out(b, FT_SKIP_BINARY, named);
        return FT_OK;
    }
    if (b->look) {
        report(b, ft_format_names[format], size);
        return FT_OK;
    }
    src.words = file ? b->set->file_words : b->set->record_words;
    return readers[format](&src, err);
}

static const ft_filter *find_filter(const ft_intake *b)
{
    for (size_t i = 0; i < b->set->filters.n; i++)
        if (ft_filter_takes(&b->filters[i], b->file))
            return &b->filters[i];
    return NULL;
}

const char *ft_intake_filter(const ft_intake *in, const char *path)
{
    for (size_t i = 0; i < in->set->filters.n; i++)
        if (ft_filter_takes(&in->filters[i], path))
            return in->set->filters.items[i];
    return NULL;
}

/* Reads what the filter makes of the file open at fd. */
static ft_status read_filtered(ft_intake *b, const ft_filter *filter, int fd, bool named, ft_error *err)
{
    const ft_filter_limits limits = {(unsigned)b->set->filter_seconds, b->set->filter_bytes, b->set->cancel};
    char why[256];
    int out;

    ft_status st = ft_filter_run(filter, fd, &limits, &out, why, sizeof why, err);
    if (st != FT_OK)
        return st;
    if (out < 0)
        return reject(b, why, err);
    b->stream.seen = NULL;
    st = ft_stream_open(&b->stream, out, b->file, b->set->cancel, err);
    if (st == FT_OK)
        st = read_stream(b, named, true, 0, err);
    close(out);
    b->stream.fd = -1;
    return st;
}

static ft_status read_file(ft_intake *b, int fd, const struct stat *sb, bool named, ft_error *err)
{
    const ft_filter *filter = find_filter(b);
    ft_status st;

    if (filter && b->look) {
        report(b, NULL, sb->st_size);
        return FT_OK;
    }
    if (filter) {
        st = read_filtered(b, filter, fd, named, err);
        if (b->record && st == FT_OK && S_ISREG(sb->st_mode))
            ft_record_whole(b->record, fd, b->set->cancel);
        b->bytes += S_ISREG(sb->st_mode) ? (uint64_t)sb->st_size : 0;
    } else {
        b->stream.seen = b->record ? ft_record_bytes : NULL;
        b->stream.seen_arg = b->record;
        st = ft_stream_open(&b->stream, fd, b->file, b->set->cancel, err);
        if (st == FT_OK)
            st = read_stream(b, named, false, sb->st_size, err);
        b->bytes += b->stream.n_in;
    }
    b->total += b->stream.n_out;
    b->stream.n_in = b->stream.n_out = 0;
    return st;
}

static ft_status on_file(void *arg, const char *path, bool named, ft_error *err)
{
    ft_intake *b = arg;
    bool is_stdin = named && strcmp(path, "-") == 0, skip = false;
    struct stat before = {0}, after = {0};
    ft_status st = FT_OK;
    /* O_NONBLOCK: what was a file when its directory was read may have become a FIFO. */
    int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (named ? 0 : O_NOFOLLOW | O_NONBLOCK);
    b->file = path;
    /* What only passes by once is left for whoever reads it. */
    if (b->look && named && (is_stdin || (stat(path, &before) == 0 && !S_ISREG(before.st_mode)))) {
        report(b, ft_format_names[b->set->format], -1);
        return FT_OK;
    }
    int fd = is_stdin ? STDIN_FILENO : open(path, flags);
    if (fd < 0 || fstat(fd, &before) != 0) {
        on_skip(b, FT_SKIP_UNREADABLE, path);
        goto out;
    }
    if (!named && !S_ISREG(before.st_mode)) {
        on_skip(b, FT_SKIP_SPECIAL, path);
        goto out;
    }
    if (!b->look)
        ft_progress_step(&b->progress, b->bytes, b->documents, path);
    if (S_ISREG(before.st_mode) && b->set->max_size && (uint64_t)before.st_size > b->set->max_size) {
        leave_out(b, FT_SKIP_LARGE, named);
        goto out;
    }
    if (b->record)
        st = ft_record_open(b->record, path, &before, err);
    if (st == FT_OK && !b->look)
        st = ft_resume_file(b, path, &before, &skip, err);
    if (st == FT_OK && skip && b->record)
        ft_record_whole(b->record, fd, b->set->cancel);
    if (st == FT_OK && !skip)
        st = read_file(b, fd, &before, named, err);
    bool differs = st == FT_OK && S_ISREG(before.st_mode) && fstat(fd, &after) == 0 && changed(&before, &after);
    if (b->record)
        ft_record_close(b->record, &before, differs);
    if (differs) {
        char text[1024];
        snprintf(text, sizeof text, "%.900s: it changed while it was read", path);
        warn(b, text);
    }
out:
    if (fd >= 0 && !is_stdin)
        close(fd);
    return st;
}

/* ---------------------------------------------------------------- what is wanted */

static bool any_matches(const ft_option_list *globs, const char *path)
{
    for (size_t i = 0; i < globs->n; i++)
        if (ft_glob_matches(globs->items[i], path))
            return true;
    return false;
}

static bool is_wanted(void *arg, const char *path)
{
    const ft_settings *set = ((const ft_intake *)arg)->set;
    size_t len = strlen(path);
    bool directory = len && path[len - 1] == '/';

    if (any_matches(&set->exclude, path))
        return false;
    return directory || set->include.n == 0 || any_matches(&set->include, path);
}

static ft_status check_globs(const ft_option_list *globs, const char *option, ft_error *err)
{
    for (size_t i = 0; i < globs->n; i++)
        if (!globs->items[i][0] || strlen(globs->items[i]) > FT_GLOB_MAX)
            return ft_fail(err, FT_EINVAL, "%s: '%.80s' is no pattern of 1 to %d bytes", option, globs->items[i],
                           FT_GLOB_MAX);
    return FT_OK;
}

static ft_status check_encoding(ft_intake *b, ft_error *err)
{
    const char *name = b->set->encoding;
    ft_charset *charset = NULL;

    if (!name)
        return FT_OK;
    b->charset = ft_charset_find((ft_str){name, strlen(name)});
    if (!b->charset) {
        ft_fail(err, FT_EINVAL, "--encoding: '%.80s' is no encoding that is known", name);
        ft_hint(err, "utf-8, latin1, windows-1250 to -1258, iso-8859-2 to -16, koi8-r, utf-16le, utf-16be, gbk, "
                     "big5, shift_jis, euc-jp, euc-kr and a few more are");
        return FT_EINVAL;
    }
    if (strcmp(b->charset, "UTF-8") == 0)
        return FT_OK;
    ft_status st = ft_charset_new(&charset, b->charset, err);
    ft_charset_free(charset);
    return st;
}

ft_status ft_intake_init(ft_intake *b, const ft_settings *set, ft_error *err)
{
    *b = (ft_intake){.set = set};
    ft_status st = check_encoding(b, err);
    if (st == FT_OK)
        st = check_globs(&set->include, "--include", err);
    if (st == FT_OK)
        st = check_globs(&set->exclude, "--exclude", err);
    if (st != FT_OK || set->filters.n == 0)
        return st;
    b->filters = ft_alloc_zero(set->filters.n, sizeof *b->filters);
    if (!b->filters)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < set->filters.n && st == FT_OK; i++)
        st = ft_filter_parse(&b->filters[i], set->filters.items[i], err);
    return st;
}

void ft_intake_release(ft_intake *b)
{
    for (size_t i = 0; b->filters && i < b->set->filters.n; i++)
        ft_filter_release(&b->filters[i]);
    ft_free(b->filters);
    ft_stream_release(&b->stream);
    ft_resume_release(&b->resume);
}

ft_visitor ft_intake_visitor(ft_intake *b, const char *index)
{
    ft_visitor v = {.file = on_file, .skip = on_skip, .wanted = is_wanted, .arg = b, .cancel = b->set->cancel};
    struct stat sb;

    if (stat(index, &sb) == 0) {
        v.has_own = true;
        v.own_dev = sb.st_dev;
        v.own_ino = sb.st_ino;
    }
    return v;
}

void ft_intake_finish(ft_intake *b)
{
    if (b->warnings > WARNINGS && !b->set->verbose)
        ft_cli_warn("%llu more warnings; --verbose shows them all", (unsigned long long)(b->warnings - WARNINGS));
}

/* ---------------------------------------------------------------- what is said of it */

uint64_t ft_intake_skipped(const ft_intake *b)
{
    uint64_t skipped = 0;

    for (int i = 0; i < FT_N_SKIPS; i++)
        skipped += b->skipped[i];
    return skipped;
}

void ft_intake_put_skips(const ft_intake *b, ft_buf *out)
{
    uint64_t skipped = ft_intake_skipped(b);
    const char *comma = " (";

    if (!skipped)
        return;
    ft_buf_puts(out, "; skipped ");
    ft_commands_put_count(out, skipped);
    for (int i = 0; i < FT_N_SKIPS; i++)
        if (b->skipped[i]) {
            ft_buf_printf(out, "%s%s %llu", comma, ft_skip_names[i], (unsigned long long)b->skipped[i]);
            comma = ", ";
        }
    ft_buf_putc(out, ')');
}

void ft_intake_put_skips_json(const ft_intake *b, ft_buf *out)
{
    const char *comma = "";

    ft_buf_puts(out, "\"skipped_by\":{");
    for (int i = 0; i < FT_N_SKIPS; i++)
        if (b->skipped[i]) {
            ft_buf_printf(out, "%s\"%s\":%llu", comma, ft_skip_names[i], (unsigned long long)b->skipped[i]);
            comma = ",";
        }
    ft_buf_putc(out, '}');
}
