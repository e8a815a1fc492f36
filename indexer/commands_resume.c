/* commands_resume.c - see commands_resume.h.
 *
 * A note goes into the index before the documents of each file: which file it is, what it looked like, and the counts
 * that the summary needs. A build that resumes walks its inputs as any other and meets the same files in the same
 * order; all but the last one are passed over, and of that one the documents that are kept. */
#include "commands_resume.h"

#include "bytes.h"
#include "cli.h"
#include "commands_intake.h"

#include <stdio.h>

/* ---------------------------------------------------------------- the key */

static void put_text(ft_buf *out, const char *name, const char *value)
{
    ft_buf_printf(out, "%s %zu:%s\n", name, strlen(value ? value : ""), value ? value : "");
}

static void put_list(ft_buf *out, const char *name, const ft_option_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        put_text(out, name, list->items[i]);
}

static void put_number(ft_buf *out, const char *name, uint64_t value)
{
    ft_buf_printf(out, "%s %llu\n", name, (unsigned long long)value);
}

/* Files and directories can be read again, and looked at before. */
static bool is_stream(const char *word)
{
    struct stat sb;

    return strcmp(word, "-") == 0 || (stat(word, &sb) == 0 && !S_ISREG(sb.st_mode) && !S_ISDIR(sb.st_mode));
}

ft_status ft_resume_init(ft_resume *r, const ft_settings *set, const char *const *words, size_t n,
                         const char **key, ft_error *err)
{
    ft_buf *out = &r->key;

    *r = (ft_resume){0};
    *key = NULL;
    for (size_t i = 0; i < n; i++)
        r->from_stream |= is_stream(words[i]);
    if (r->from_stream)
        return FT_OK;
    for (size_t i = 0; i < n; i++)
        put_text(out, "input", words[i]);
    put_number(out, "format", (uint64_t)set->format);
    put_number(out, "file-words", set->file_words);
    put_number(out, "record-words", set->record_words);
    put_text(out, "encoding", set->encoding);
    put_list(out, "include", &set->include);
    put_list(out, "exclude", &set->exclude);
    put_list(out, "filter", &set->filters);
    put_number(out, "filter-timeout", set->filter_seconds);
    put_number(out, "filter-output", set->filter_bytes);
    put_number(out, "max-size", set->max_size);
    put_number(out, "strict", set->strict);
    ft_buf_putc(out, '\0');
    if (!out->failed)
        *key = (const char *)out->data;
    return ft_buf_status(out, err);
}

void ft_resume_release(ft_resume *r)
{
    ft_buf_release(&r->key);
}

/* ---------------------------------------------------------------- notes */

/* A file as its note has it. */
typedef struct note {
    uint64_t device, inode, size, seconds, nanoseconds;
    uint64_t bytes, total, skipped[FT_N_SKIPS]; /* of the intake, before the file */
    char path[4096 + 256];
} note;

static void put_note(const ft_intake *in, const char *path, const struct stat *sb, ft_buf *out)
{
    ft_buf_put_varint(out, sb->st_dev);
    ft_buf_put_varint(out, sb->st_ino);
    ft_buf_put_varint(out, (uint64_t)sb->st_size);
    ft_buf_put_varint(out, (uint64_t)sb->st_mtim.tv_sec);
    ft_buf_put_varint(out, (uint64_t)sb->st_mtim.tv_nsec);
    ft_buf_put_varint(out, in->bytes);
    ft_buf_put_varint(out, in->total);
    for (int i = 0; i < FT_N_SKIPS; i++)
        ft_buf_put_varint(out, in->skipped[i]);
    ft_buf_puts(out, path);
}

static bool get_note(ft_str bytes, note *out)
{
    ft_bytes b = ft_bytes_of(bytes.ptr, bytes.len);

    out->device = ft_bytes_varint(&b);
    out->inode = ft_bytes_varint(&b);
    out->size = ft_bytes_varint(&b);
    out->seconds = ft_bytes_varint(&b);
    out->nanoseconds = ft_bytes_varint(&b);
    out->bytes = ft_bytes_varint(&b);
    out->total = ft_bytes_varint(&b);
    for (int i = 0; i < FT_N_SKIPS; i++)
        out->skipped[i] = ft_bytes_varint(&b);
    size_t len = ft_bytes_left(&b);
    if (b.failed || len >= sizeof out->path)
        return false;
    memcpy(out->path, b.p, len);
    out->path[len] = '\0';
    return true;
}

static bool is_same(const note *n, const struct stat *sb)
{
    return n->device == sb->st_dev && n->inode == sb->st_ino && n->size == (uint64_t)sb->st_size
           && n->seconds == (uint64_t)sb->st_mtim.tv_sec && n->nanoseconds == (uint64_t)sb->st_mtim.tv_nsec;
}

/* ---------------------------------------------------------------- saying */

static void say(const ft_intake *in, const char *text)
{
    if (!in->set->quiet)
        ft_cli_warn("%s", text);
}

static void say_kept(const ft_intake *in, const ft_resumed *kept)
{
    ft_buf text = {0};

    ft_buf_puts(&text, "resuming: ");
    ft_commands_put_count(&text, kept->documents);
    ft_buf_puts(&text, kept->documents == 1 ? " document of " : " documents of ");
    ft_commands_put_count(&text, kept->notes);
    ft_buf_puts(&text, kept->notes == 1 ? " file kept" : " files kept");
    ft_buf_putc(&text, '\0');
    if (!text.failed)
        say(in, (const char *)text.data);
    ft_buf_release(&text);
}

static ft_status give_up(ft_intake *in, const char *path, const char *what, ft_error *err)
{
    ft_resume *r = &in->resume;

    snprintf(r->changed, sizeof r->changed, "%.900s %s", path, what);
    return ft_fail(err, FT_ECANCELED, "%s", r->changed);
}

/* ---------------------------------------------------------------- reading again */

void ft_resume_begin(ft_intake *in)
{
    ft_resume *r = &in->resume;

    ft_index_resumed(in->ix, &r->kept);
    if (r->kept.discarded)
        say(in, r->from_stream ? "starting again: standard input cannot be resumed"
                               : "starting again: the unfinished build there had other arguments");
}

static ft_status next_note(ft_intake *in, note *out, uint64_t *documents, ft_error *err)
{
    ft_note found = in->resume.ahead;
    bool more = true;
    ft_status st = in->resume.has_ahead ? FT_OK : ft_index_next_note(in->ix, &found, &more, err);

    in->resume.has_ahead = false;
    if (st != FT_OK)
        return st;
    if (!more || !get_note(found.bytes, out))
        return give_up(in, "what was kept", "is of no use", err);
    *documents = found.documents;
    in->resume.met++;
    return FT_OK;
}

/* A file that was read before stands here, and should be this one. */
static ft_status meet(ft_intake *in, const char *path, const struct stat *sb, bool *skip, ft_error *err)
{
    ft_resume *r = &in->resume;
    struct stat other;
    uint64_t documents;
    note n;
    ft_status st = next_note(in, &n, &documents, err);

    if (st != FT_OK)
        return st;
    if (strcmp(n.path, path) != 0)
        return stat(n.path, &other) == 0 ? give_up(in, path, "is new", err) : give_up(in, n.path, "is gone", err);
    if (!is_same(&n, sb))
        return give_up(in, path, "changed", err);
    *skip = r->met < r->kept.notes;
    if (*skip) {
        st = ft_index_next_note(in->ix, &r->ahead, &r->has_ahead, err);
        if (st == FT_OK && in->record && r->has_ahead)
            in->record->documents = r->ahead.documents - documents;
        return st;
    }
    in->documents = documents;
    in->bytes = n.bytes;
    in->total = n.total;
    memcpy(in->skipped, n.skipped, sizeof in->skipped);
    ft_progress_clear(&in->progress);
    say_kept(in, &r->kept);
    return ft_index_skip_to(in->ix, documents, err);
}

ft_status ft_resume_file(ft_intake *in, const char *path, const struct stat *sb, bool *skip, ft_error *err)
{
    ft_buf out = {0};

    *skip = false;
    if (in->resume.key.len == 0)
        return FT_OK;
    if (in->resume.met < in->resume.kept.notes)
        return meet(in, path, sb, skip, err);
    put_note(in, path, sb, &out);
    ft_status st = ft_buf_status(&out, err);
    if (st == FT_OK)
        st = ft_index_note(in->ix, out.data, out.len, err);
    ft_buf_release(&out);
    return st;
}

ft_status ft_resume_end(ft_intake *in, ft_error *err)
{
    uint64_t documents;
    note n;

    if (in->resume.met == in->resume.kept.notes)
        return FT_OK;
    ft_status st = next_note(in, &n, &documents, err);
    return st == FT_OK ? give_up(in, n.path, "is gone", err) : st;
}

ft_status ft_resume_restart(ft_intake *in, ft_error *err)
{
    char text[1100];

    snprintf(text, sizeof text, "starting again: %s", in->resume.changed);
    ft_progress_clear(&in->progress);
    say(in, text);
    in->resume.changed[0] = '\0';
    in->resume.kept = (ft_resumed){0};
    in->resume.met = 0;
    in->documents = in->bytes = in->total = 0;
    memset(in->skipped, 0, sizeof in->skipped);
    return ft_index_restart(in->ix, err);
}

/* ---------------------------------------------------------------- leaving */

/* What a stop that the user asked for leaves behind. */
static void say_interrupted(const ft_intake *in, const char *index, bool begun, uint64_t kept, ft_error *err)
{
    ft_reader *rd = NULL;
    ft_error ignored;
    ft_buf count = {0};
    bool is_there = ft_reader_open(&rd, index, &ignored) == FT_OK;

    ft_reader_close(rd);
    ft_commands_put_count(&count, kept);
    ft_buf_puts(&count, kept == 1 ? " document kept" : " documents kept");
    ft_buf_putc(&count, '\0');
    ft_fail(err, FT_ECANCELED, "%s: interrupted, %s%s%s", index,
            is_there ? "the index is as it was" : "no index was made", kept ? "; " : "",
            kept && !count.failed ? (const char *)count.data : "");
    if (kept)
        ft_hint(err, "the same command goes on from there");
    else if (!begun)
        ft_hint(err, "what an interrupted build left there is as it was");
    else if (in->resume.from_stream)
        ft_hint(err, "standard input cannot be resumed");
    ft_buf_release(&count);
}

void ft_resume_leave(ft_intake *in, const char *index, ft_status st, ft_error *err)
{
    bool begun = in->ix != NULL;
    uint64_t kept = 0;

    /* Wrong input must be put right first, and then it is another one. */
    if (st == FT_ECANCELED || st == FT_ENOMEM || st == FT_EIO)
        kept = ft_index_suspend(in->ix);
    else
        ft_index_close(in->ix);
    in->ix = NULL;
    if (st == FT_ECANCELED)
        say_interrupted(in, index, begun, kept, err);
    else if (kept)
        ft_hint(err, "%llu documents are kept: the same command goes on from there", (unsigned long long)kept);
}
