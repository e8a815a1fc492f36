/* commands_survey.c - see commands_survey.h. Inputs are visited as they would be for reading, so what is said of them
 * here is what will happen. */
#include "commands_survey.h"

#include "cli.h"
#include "json.h"

#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#define GZIP_EXPANDS 4u /* text, by and large */

/* ---------------------------------------------------------------- how much there is */

typedef struct measure {
    const ft_visitor *like;
    ft_survey *out;
} measure;

static bool is_gzip_name(const char *path)
{
    size_t len = strlen(path);

    return len > 3 && strcasecmp(path + len - 3, ".gz") == 0;
}

static ft_status measure_file(void *arg, const char *path, bool named, ft_error *err)
{
    ft_survey *s = ((measure *)arg)->out;
    struct stat sb;

    (void)err;
    if ((named ? stat(path, &sb) : lstat(path, &sb)) == 0 && S_ISREG(sb.st_mode)) {
        s->bytes += (uint64_t)sb.st_size;
        s->text += (uint64_t)sb.st_size * (is_gzip_name(path) ? GZIP_EXPANDS : 1);
    } else {
        s->unknown = true;
    }
    return FT_OK;
}

static void measure_skip(void *arg, ft_skip why, const char *path)
{
    (void)arg;
    (void)why;
    (void)path;
}

static bool measure_wanted(void *arg, const char *path)
{
    const ft_visitor *like = ((const measure *)arg)->like;

    return like->wanted(like->arg, path);
}

ft_status ft_survey_sizes(const char *const *words, size_t n, const ft_visitor *like, ft_survey *out, ft_error *err)
{
    measure m = {like, out};
    ft_visitor v = *like;

    *out = (ft_survey){0};
    v.file = measure_file;
    v.skip = measure_skip;
    v.wanted = measure_wanted;
    v.arg = &m;
    return ft_inputs_walk(words, n, &v, err);
}

/* ---------------------------------------------------------------- whether it fits */

static void count_text(void *arg, const ft_intake_file *file)
{
    uint64_t *text = arg;

    /* What a filter makes of a file cannot be known: mostly much less. */
    if (file->known && file->format)
        *text += file->bytes * (file->gzipped ? GZIP_EXPANDS : 1);
}

ft_status ft_survey_room(ft_intake *in, const char *const *words, size_t n, const ft_visitor *v,
                         const ft_survey *sizes, ft_error *err)
{
    uint64_t text = 0;
    ft_intake_look look = {.found = count_text, .arg = &text};

    if (ft_index_room_to_add(in->ix, sizes->text, err) == FT_OK)
        return FT_OK;
    /* A look leaves no record and no counts behind: reading comes after it. */
    ft_record *record = in->record;
    in->record = NULL;
    in->look = &look;
    ft_status st = ft_inputs_walk(words, n, v, err);
    in->look = NULL;
    in->record = record;
    in->bytes = in->total = 0;
    memset(in->skipped, 0, sizeof in->skipped);
    if (st == FT_OK)
        st = ft_index_room_to_add(in->ix, text, err);
    if (st == FT_EIO)
        ft_hint(err, "nothing was written; make room, or leave the estimate out with --no-space-check");
    return st;
}

/* ---------------------------------------------------------------- --dry-run */

typedef struct dry_run {
    const ft_intake *in;
    ft_out out;
    uint64_t files, bytes;
    bool any;
} dry_run;

static void begin_item(dry_run *d, const char *path)
{
    ft_buf_puts(&d->out.buf, d->any ? ",{\"id\":" : "{\"id\":");
    ft_json_put_string(&d->out.buf, path, strlen(path));
    d->any = true;
}

static void list_found(void *arg, const ft_intake_file *file)
{
    dry_run *d = arg;
    ft_buf *out = &d->out.buf;
    const char *format = file->format ? file->format : "filter";

    d->files++;
    d->bytes += file->bytes;
    if (d->in->set->json) {
        begin_item(d, file->path);
        ft_buf_printf(out, ",\"format\":\"%s\",\"gzipped\":%s,\"bytes\":", format, file->gzipped ? "true" : "false");
        if (file->known)
            ft_buf_printf(out, "%llu}", (unsigned long long)file->bytes);
        else
            ft_buf_puts(out, "null}");
    } else {
        ft_cli_show(out, file->path, strlen(file->path), FT_CLI_NAME);
        ft_buf_printf(out, "\t%s%s\t", format, file->gzipped ? ".gz" : "");
        if (file->known)
            ft_buf_printf(out, "%llu\n", (unsigned long long)file->bytes);
        else
            ft_buf_puts(out, "-\n");
    }
    ft_out_step(&d->out);
}

static void list_skipped(void *arg, const char *path, const char *why)
{
    dry_run *d = arg;

    if (d->in->set->json) {
        begin_item(d, path);
        ft_buf_puts(&d->out.buf, ",\"skipped\":");
        ft_json_put_string(&d->out.buf, why, strlen(why));
        ft_buf_putc(&d->out.buf, '}');
        ft_out_step(&d->out);
    } else if (!d->in->set->quiet) {
        ft_out_flush(&d->out);
        ft_cli_warn("%.900s: skipped (%s)", path, why);
    }
}

static void put_totals(dry_run *d)
{
    ft_buf *out = &d->out.buf, talk = {0};
    uint64_t skipped = ft_intake_skipped(d->in);

    if (d->in->set->json) {
        ft_buf_printf(out, "],\"read\":%llu,\"input_bytes\":%llu,\"skipped\":%llu,", (unsigned long long)d->files,
                      (unsigned long long)d->bytes, (unsigned long long)skipped);
        ft_intake_put_skips_json(d->in, out);
        ft_buf_puts(out, "}\n");
    } else if (!d->in->set->quiet) {
        ft_commands_put_count(&talk, d->files);
        ft_buf_puts(&talk, d->files == 1 ? " file, " : " files, ");
        ft_commands_put_bytes(&talk, d->bytes);
        ft_buf_puts(&talk, " would be read");
        ft_intake_put_skips(d->in, &talk);
        ft_buf_putc(&talk, '\n');
        ft_out_flush(&d->out);
        fwrite(talk.data, 1, talk.len, stderr);
        ft_buf_release(&talk);
    }
}

/* What the command would say of the index before it read anything. */
static ft_status check_index(const ft_settings *set, bool create, const char *index, ft_error *err)
{
    ft_reader *rd = NULL;
    ft_status st = ft_reader_open(&rd, index, err);

    ft_reader_close(rd);
    if (!create)
        return st;
    if (st == FT_ENOINDEX || set->force)
        return FT_OK;
    ft_fail(err, FT_EEXIST, "%s: an index is there already", index);
    ft_hint(err, "replace it with --force, or add to it with 'ftindex add'");
    return FT_EEXIST;
}

int ft_commands_dry_run(const ft_settings *set, bool create, const char *const *words, size_t n)
{
    ft_intake in;
    dry_run d = {.in = &in};
    ft_intake_look look = {list_found, list_skipped, &d};
    ft_error err;

    ft_status st = ft_intake_init(&in, set, &err);
    if (st == FT_OK)
        st = ft_inputs_exist(words + 1, n - 1, &err);
    if (st == FT_OK)
        st = check_index(set, create, words[0], &err);
    if (st == FT_OK) {
        ft_visitor v = ft_intake_visitor(&in, words[0]);
        in.look = &look;
        ft_buf_puts(&d.out.buf, set->json ? "{\"files\":[" : "");
        st = ft_inputs_walk(words + 1, n - 1, &v, &err);
    }
    if (st == FT_OK)
        put_totals(&d);
    else if (set->json)
        ft_buf_reset(&d.out.buf);
    ft_intake_release(&in);
    int status = ft_out_close(&d.out, 0);
    return st == FT_OK ? status : ft_cli_fail(&err);
}
