/* commands.c - what the commands of ftindex share, and the two short ones, delete and merge. */
#include "commands.h"

#include "cli.h"
#include "json.h"
#include "lines.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ID_MAX = 65535 };

int ft_commands_usage(const char *command, const char *why)
{
    ft_error err;

    ft_fail(&err, FT_EINVAL, "%s: %s", command, why);
    ft_hint(&err, "see 'ftindex %s --help'", command);
    return ft_cli_fail(&err);
}

ft_index_options ft_commands_options(const ft_settings *set)
{
    return (ft_index_options){
        .size = sizeof(ft_index_options),
        .lang = set->lang,
        .fold_diacritics = set->fold_diacritics,
        .has_k1 = set->has_k1,
        .has_b = set->has_b,
        .k1 = set->k1,
        .b = set->b,
        .threads = (unsigned)set->threads,
        .memory = set->memory,
        .replace = set->force,
        .shared = set->shared,
        .cancel = set->cancel,
        .no_store = set->no_store,
        .reorder = set->reorder,
    };
}

void ft_commands_put_count(ft_buf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            ft_buf_putc(out, ',');
        ft_buf_putc(out, digits[i]);
    }
}

void ft_commands_put_bytes(ft_buf *out, uint64_t n)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB"};
    double v = (double)n;
    size_t unit = 0;

    while (v >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        v /= 1000;
        unit++;
    }
    ft_buf_printf(out, unit ? "%.1f %s" : "%.0f %s", v, units[unit]);
}

void ft_commands_warn_unmerged(const ft_settings *set, const ft_commit_info *info)
{
    const char *why = info->unmerged == FT_ENOMEM     ? "out of memory"
                      : info->unmerged == FT_ECORRUPT ? "the index is damaged: run 'ftindex check'"
                                                      : "reading or writing failed, or the disk is full";

    if (info->unmerged != FT_OK && !set->quiet)
        ft_cli_warn("done, but without merging segments: %s; the next change tries again", why);
}

double ft_commands_seconds(const ft_settings *set)
{
    return (double)(ft_cli_now() - set->begun) / 1e6;
}

uint64_t ft_commands_peak(void)
{
    struct rusage use;

    return getrusage(RUSAGE_SELF, &use) == 0 ? (uint64_t)use.ru_maxrss * 1024 : 0;
}

/* ---------------------------------------------------------------- delete */

typedef struct deletion {
    ft_index *ix;
    uint64_t known, unknown;
} deletion;

static ft_status delete_one(deletion *d, ft_str id, ft_error *err)
{
    bool existed = false;

    if (id.len == 0)
        return FT_OK;
    if (id.len <= ID_MAX) {
        ft_status st = ft_index_delete(d->ix, id.ptr, id.len, &existed, err);
        if (st != FT_OK)
            return st;
    }
    d->known += existed;
    d->unknown += !existed;
    return FT_OK;
}

static ft_status delete_from(deletion *d, int fd, const ft_settings *set, ft_error *err)
{
    ft_lines_fd in = {fd, set->from, set->cancel};
    ft_lines lines;
    ft_line line;
    bool more = true;
    ft_status st;

    ft_lines_init(&lines, ft_lines_read_fd, &in, ID_MAX);
    do {
        st = ft_lines_next(&lines, &line, &more, err);
        if (st == FT_OK && more && line.too_long)
            d->unknown++;
        else if (st == FT_OK && more)
            st = delete_one(d, line.text, err);
    } while (st == FT_OK && more);
    ft_lines_release(&lines);
    return st;
}

static int finish_delete(const ft_settings *set, const deletion *d, const ft_commit_info *info)
{
    ft_out out = {0};

    ft_commands_warn_unmerged(set, info);
    if (set->json)
        ft_buf_printf(&out.buf, "{\"deleted\":%llu,\"unknown\":%llu,\"index_bytes\":%llu}\n",
                      (unsigned long long)info->deleted, (unsigned long long)d->unknown,
                      (unsigned long long)info->index_bytes);
    else if (!set->quiet) {
        ft_commands_put_count(&out.buf, info->deleted);
        ft_buf_puts(&out.buf, info->deleted == 1 ? " document deleted" : " documents deleted");
        if (d->unknown) {
            ft_buf_puts(&out.buf, ", ");
            ft_commands_put_count(&out.buf, d->unknown);
            ft_buf_puts(&out.buf, d->unknown == 1 ? " id unknown" : " ids unknown");
        }
        ft_buf_putc(&out.buf, '\n');
    }
    return ft_out_close(&out, 0);
}

/* Prints why a change was not made. */
static int fail_change(const char *index, ft_error *err)
{
    if (err->status == FT_ECANCELED)
        ft_fail(err, FT_ECANCELED, "%s: interrupted, the index is as it was", index);
    return ft_cli_fail(err);
}

int ft_commands_delete(const ft_settings *set, const char *const *words, size_t n)
{
    ft_index_options opts = ft_commands_options(set);
    ft_commit_info info = {0};
    deletion d = {0};
    ft_error err;
    ft_status st = FT_OK;
    int fd = -1;

    if (n < 1)
        return ft_commands_usage("delete", "INDEX is missing");
    if (n < 2 && !set->from)
        return ft_commands_usage("delete", "ID is missing");
    if (set->from) {
        fd = strcmp(set->from, "-") == 0 ? STDIN_FILENO : open(set->from, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            ft_fail(&err, FT_EINVAL, "%s: %s", set->from, strerror(errno));
            return ft_cli_fail(&err);
        }
    }
    st = ft_index_open(&d.ix, words[0], &opts, &err);
    for (size_t i = 1; i < n && st == FT_OK; i++)
        st = delete_one(&d, (ft_str){words[i], strlen(words[i])}, &err);
    if (st == FT_OK && fd >= 0)
        st = delete_from(&d, fd, set, &err);
    if (st == FT_OK)
        st = ft_index_commit(d.ix, &info, &err);
    ft_index_close(d.ix);
    if (fd > STDIN_FILENO)
        close(fd);
    return st == FT_OK ? finish_delete(set, &d, &info) : fail_change(words[0], &err);
}

/* ---------------------------------------------------------------- merge */

int ft_commands_merge(const ft_settings *set, const char *const *words, size_t n)
{
    ft_index_options opts = ft_commands_options(set);
    ft_commit_info info = {0};
    ft_index *ix = NULL;
    ft_progress progress;
    ft_error err;
    ft_out out = {0};

    if (n != 1)
        return ft_commands_usage("merge", n ? "one INDEX only" : "INDEX is missing");
    ft_progress_init(&progress, !set->quiet && !set->no_progress, "merging");
    opts.progress = ft_progress_phase;
    opts.progress_arg = &progress;
    ft_status st = ft_index_open(&ix, words[0], &opts, &err);
    if (st == FT_OK && !set->no_space_check) {
        st = ft_index_room_to_merge(ix, &err);
        if (st == FT_EIO)
            ft_hint(&err, "nothing was written; make room, or leave the estimate out with --no-space-check");
    }
    if (st == FT_OK)
        st = ft_index_merge(ix, &info, &err);
    ft_progress_clear(&progress);
    ft_index_close(ix);
    if (st != FT_OK)
        return fail_change(words[0], &err);
    if (set->json) {
        ft_buf_printf(&out.buf, "{\"index_bytes\":%llu,\"seconds\":%.3f,\"peak_rss_bytes\":%llu}\n",
                      (unsigned long long)info.index_bytes, ft_commands_seconds(set),
                      (unsigned long long)ft_commands_peak());
    } else if (!set->quiet) {
        ft_buf_puts(&out.buf, "merged, ");
        ft_commands_put_bytes(&out.buf, info.index_bytes);
        ft_buf_printf(&out.buf, " in %.1f s\n", ft_commands_seconds(set));
    }
    return ft_out_close(&out, 0);
}
