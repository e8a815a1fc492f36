/* commands_update.c - update: the index follows its sources, in one commit. */
#include "cli.h"
#include "commands_follow.h"
#include "json.h"

#include <limits.h>
#include <stdlib.h>

typedef struct update {
    const ft_settings *set;
    const char *index;      /* as given */
    const char *path;       /* the same, absolute: the visit changes the working directory */
    ft_index *ix;           /* NULL with --dry-run */
    ft_reader *rd;
    ft_catalogue old;
    ft_changes changes;
    ft_follow follow;
    ft_commit_info info;
    uint64_t added, changed, removed; /* files whose documents were */
    bool committed;
} update;

static void release(update *u)
{
    ft_follow_release(&u->follow);
    ft_changes_release(&u->changes);
    ft_catalogue_release(&u->old);
    ft_reader_close(u->rd);
    ft_index_close(u->ix);
}

/* ---------------------------------------------------------------- before anything is read */

static ft_status read_catalogue(update *u, ft_error *err)
{
    ft_str bytes;
    size_t n_inputs = 0;
    ft_status st = ft_reader_sources(u->rd, &bytes, err);

    if (st == FT_OK && ft_catalogue_is(bytes))
        st = ft_catalogue_decode(&u->old, bytes, err);
    for (size_t i = 0; i < u->old.n_groups; i++)
        n_inputs += u->old.groups[i].n_inputs;
    if (st == FT_OK && n_inputs == 0) {
        ft_fail(err, FT_EINVAL, "%s: it has no sources to follow", u->index);
        ft_hint(err, "files that 'ftindex build' or 'ftindex add' reads by name are followed, standard input is not");
        return FT_EINVAL;
    }
    return st;
}

/* An index may come from anyone, and its record of sources with it: a program that is named there runs only when the
 * user says so. */
static ft_status check_filters(const update *u, ft_error *err)
{
    for (size_t k = 0; k < u->changes.n_groups && !u->set->run_filters; k++) {
        const ft_visit_group *g = &u->changes.groups[k];
        for (size_t i = 0; i < g->n_files; i++) {
            const char *path = ft_changes_group(&u->changes, g)->files[i].path;
            const char *filter = ft_intake_filter(&g->intake, path);
            if (!filter || (g->files[i].change != FT_CHANGE_CONTENT && g->files[i].change != FT_CHANGE_NEW))
                continue;
            ft_fail(err, FT_EINVAL, "%.200s: has to be read through the filter %.200s; nothing was changed", path,
                    filter);
            ft_hint(err, "filters that the index remembers run with --run-filters only");
            return FT_EINVAL;
        }
    }
    return FT_OK;
}

/* ---------------------------------------------------------------- what is said */

static void put_line(const update *u, ft_out *out, char letter, const char *path)
{
    if (out && !u->set->json) {
        ft_buf_putc(&out->buf, letter);
        ft_buf_putc(&out->buf, ' ');
        ft_cli_show(&out->buf, path, strlen(path), FT_CLI_NAME);
        ft_buf_putc(&out->buf, '\n');
        ft_out_step(out);
    }
}

/* Counts the files with changed documents, and lists them: A added, M modified, D deleted. */
static void list_files(update *u, ft_out *out)
{
    const ft_follow *f = &u->follow;

    for (size_t k = 0; k < u->changes.n_groups; k++) {
        const ft_visit_group *g = &u->changes.groups[k];
        for (size_t i = 0; i < g->n_files; i++) {
            bool is_new = g->files[i].change == FT_CHANGE_NEW;
            if (!g->files[i].told)
                continue;
            u->added += is_new;
            u->changed += !is_new;
            put_line(u, out, is_new ? 'A' : 'M', ft_changes_group(&u->changes, g)->files[i].path);
        }
        for (size_t i = 0; i < g->old->n_files; i++) {
            const ft_follow_source *s = ft_follow_source_of(f, g->old->files[i].source);
            if (s && s->told) {
                u->removed++;
                put_line(u, out, 'D', g->old->files[i].path);
            }
        }
    }
}

static uint64_t count_skipped(update *u)
{
    uint64_t skipped = 0;

    for (size_t k = 0; k < u->changes.n_groups; k++) {
        skipped += ft_intake_skipped(&u->changes.groups[k].intake);
        ft_intake_finish(&u->changes.groups[k].intake);
    }
    return skipped;
}

static void put_json(const update *u, uint64_t skipped, ft_buf *out)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"files", u->changes.checked},
        {"added", u->added},
        {"changed", u->changed},
        {"removed", u->removed},
        {"documents_added", u->follow.added},
        {"documents_replaced", u->follow.replaced},
        {"documents_deleted", u->follow.deleted},
        {"skipped", skipped},
    };

    ft_buf_putc(out, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        ft_buf_printf(out, "\"%s\":%llu,", counts[i].key, (unsigned long long)counts[i].value);
    ft_buf_printf(out, "\"dry_run\":%s,\"committed\":%s,\"seconds\":%.3f,\"peak_rss_bytes\":%llu}\n",
                  u->set->dry_run ? "true" : "false", u->committed ? "true" : "false",
                  ft_commands_seconds(u->set), (unsigned long long)ft_commands_peak());
}

static void put_counts(ft_buf *out, const char *what, const char *const names[3], const uint64_t counts[3])
{
    ft_buf_puts(out, what);
    for (int i = 0; i < 3; i++) {
        ft_buf_putc(out, ' ');
        ft_commands_put_count(out, counts[i]);
        ft_buf_printf(out, " %s%s", names[i], i < 2 ? "," : "");
    }
}

static void put_summary(const update *u, ft_buf *out)
{
    static const char *const of_files[] = {"added", "changed", "removed"};
    static const char *const of_documents[] = {"added", "replaced", "deleted"};
    const ft_follow *f = &u->follow;

    if (f->added + f->replaced + f->deleted == 0) {
        ft_buf_puts(out, "nothing changed");
    } else {
        put_counts(out, "files:", of_files, (const uint64_t[]){u->added, u->changed, u->removed});
        put_counts(out, "; documents:", of_documents, (const uint64_t[]){f->added, f->replaced, f->deleted});
    }
    ft_buf_puts(out, " (");
    ft_commands_put_count(out, u->changes.checked);
    ft_buf_puts(out, u->changes.checked == 1 ? " file checked, " : " files checked, ");
    if (u->committed) {
        ft_buf_puts(out, "index ");
        ft_commands_put_bytes(out, u->info.index_bytes);
        ft_buf_puts(out, ", ");
    }
    ft_buf_printf(out, "%.1f s%s)\n", ft_commands_seconds(u->set), u->set->dry_run ? "; a dry run" : "");
}

static int finish(update *u)
{
    ft_out out = {0};
    bool list = u->set->dry_run || u->set->verbose;
    uint64_t skipped = count_skipped(u);

    list_files(u, list ? &out : NULL);
    if (u->set->json)
        put_json(u, skipped, &out.buf);
    else if (!u->set->quiet)
        put_summary(u, &out.buf);
    return ft_out_close(&out, 0);
}

/* ---------------------------------------------------------------- the command */

/* Whether --directory says something that is worth remembering. */
static bool has_moved(const update *u)
{
    bool moved = false;

    for (size_t k = 0; k < u->changes.n_groups; k++)
        moved |= strcmp(u->changes.groups[k].directory, u->old.groups[k].directory) != 0;
    return moved;
}

static ft_status commit(update *u, ft_error *err)
{
    const ft_follow *f = &u->follow;
    ft_status st;

    if (!u->ix || (!f->dirty && !has_moved(u) && f->added + f->replaced + f->deleted == 0))
        return FT_OK;
    st = ft_record_end(&u->changes.record, u->ix, err);
    if (st == FT_OK)
        st = ft_index_commit(u->ix, &u->info, err);
    u->committed = st == FT_OK;
    return st;
}

static ft_status run(update *u, ft_error *err)
{
    ft_index_options opts = ft_commands_options(u->set);
    ft_status st = FT_OK;

    opts.replace = false;
    if (!u->set->dry_run)
        st = ft_index_open(&u->ix, u->path, &opts, err);
    /* With the lock held: what is read here is what the commit will build on. */
    if (st == FT_OK)
        st = ft_reader_open(&u->rd, u->path, err);
    if (st == FT_OK)
        st = read_catalogue(u, err);
    if (st == FT_OK)
        st = ft_changes_find(&u->changes, u->set, &u->old, u->path, err);
    if (st == FT_OK)
        st = check_filters(u, err);
    if (st == FT_OK)
        st = ft_follow_run(&u->follow, &u->changes, u->rd, u->ix, err);
    return st == FT_OK ? commit(u, err) : st;
}

int ft_commands_update(const ft_settings *given, const char *const *words, size_t n)
{
    ft_settings set = *given;
    update u = {.set = &set, .changes = {.home = -1}};
    char path[PATH_MAX], directory[PATH_MAX];
    ft_error err = {0};
    int status;

    if (n != 1)
        return ft_commands_usage("update", n ? "one INDEX only; its inputs are those that it has" : "INDEX is missing");
    if (set.directory && realpath(set.directory, directory))
        set.directory = directory;
    u.index = words[0];
    u.path = realpath(words[0], path) ? path : words[0];
    ft_status st = run(&u, &err);
    if (st == FT_ECANCELED)
        ft_fail(&err, st, "%s: interrupted, the index is as it was", words[0]);
    status = st == FT_OK ? finish(&u) : ft_cli_fail(&err);
    release(&u);
    return status;
}
