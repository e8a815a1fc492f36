/* commands_changes.c - see commands_changes.h. */
#include "commands_changes.h"

#include "cli.h"
#include "detect.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void ft_changes_release(ft_changes *c)
{
    for (size_t i = 0; i < c->n_groups; i++) {
        ft_visit_group *g = &c->groups[i];
        if (g->has_intake)
            ft_intake_release(&g->intake);
        ft_free(g->files);
        ft_free(g->unreadable);
    }
    ft_free(c->groups);
    c->groups = NULL;
    c->n_groups = 0;
    ft_record_release(&c->record);
    if (c->home >= 0)
        close(c->home);
    c->home = -1;
}

ft_status ft_changes_enter(const ft_changes *c, const ft_visit_group *g, ft_error *err)
{
    if (!g)
        return fchdir(c->home) == 0 ? FT_OK : ft_fail_errno(err, "the working directory");
    if (strcmp(g->directory, "/") == 0 || chdir(g->directory) == 0)
        return FT_OK;
    ft_fail(err, FT_EINVAL, "%s: %s", g->directory, strerror(errno));
    ft_hint(err, "the inputs were read from there; if they have moved, say where to with --directory");
    return FT_EINVAL;
}

/* ---------------------------------------------------------------- one file */

typedef struct finding {
    ft_changes *c;
    ft_visit_group *g;
    ft_visitor inner;      /* of the intake, for what it wants and what it says of the rest */
    uint64_t met;          /* files, of the input being visited */
} finding;

static bool same_state(const ft_catalogue_file *a, const ft_catalogue_file *b)
{
    return a->size == b->size && a->mtime == b->mtime && a->inode == b->inode && a->device == b->device;
}

static bool same_content(const finding *f, const char *path, bool named, uint64_t expected)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (named ? 0 : O_NOFOLLOW | O_NONBLOCK));
    uint64_t hash = 0;
    bool done = fd >= 0 && ft_record_hash(fd, &hash, f->c->set->cancel);

    if (fd >= 0)
        close(fd);
    return done && hash == expected;
}

/* What has become of the file; *now, a copy of what was known, gets the new state where only that has changed. */
static ft_change judge(const finding *f, const ft_catalogue_file *old, ft_catalogue_file *now, const struct stat *sb,
                       bool named)
{
    ft_catalogue_file state = *now;

    ft_record_state(&state, sb, ft_record_now());
    if (!old)
        return FT_CHANGE_NEW;
    if (old->unsettled)
        return FT_CHANGE_CONTENT;
    if (same_state(old, &state) && !old->racy)
        return FT_CHANGE_NONE;
    if (old->size != state.size || !old->hashed || !same_content(f, old->path, named, old->hash))
        return FT_CHANGE_CONTENT;
    *now = state;
    return FT_CHANGE_STATE;
}

static ft_status on_file(void *arg, const char *path, bool named, ft_error *err)
{
    finding *f = arg;
    ft_catalogue *catalogue = &f->c->record.catalogue;
    ft_catalogue_group *g = ft_changes_group(f->c, f->g);
    const ft_catalogue_file *old = ft_catalogue_file_of(f->g->old, path);
    ft_catalogue_file *now;
    struct stat sb;

    if (strlen(path) > FT_CATALOGUE_PATH_MAX)
        return FT_OK;
    if ((named ? stat(path, &sb) : lstat(path, &sb)) != 0) {
        if (errno != ENOENT) /* else it has gone this moment */
            f->inner.skip(f->inner.arg, FT_SKIP_UNREADABLE, path);
        return FT_OK;
    }
    if (!S_ISREG(sb.st_mode))
        return FT_OK;
    f->met++;
    if (FT_GROW(f->g->files, f->g->cap_files, g->n_files + 1) != 0)
        return ft_fail_nomem(err);
    ft_status st = ft_catalogue_put_file(catalogue, g, path, old ? old->source : 0, &now, err);
    if (st != FT_OK || g->n_files == f->g->n_files)
        return st; /* the same file through two inputs */
    if (old) {
        const char *kept = now->path;
        *now = *old;
        now->path = kept;
    }
    ft_change change = judge(f, old, now, &sb, named);
    f->g->files[f->g->n_files++] = (ft_visit){change, named, false};
    f->c->checked++;
    if (change == FT_CHANGE_CONTENT || change == FT_CHANGE_NEW)
        f->c->bytes += (uint64_t)sb.st_size;
    return FT_OK;
}

static void on_skip(void *arg, ft_skip why, const char *path)
{
    finding *f = arg;
    ft_visit_group *g = f->g;

    if (why == FT_SKIP_UNREADABLE) {
        int number = errno;
        const char *kept = ft_arena_copy(&f->c->record.catalogue.arena, path, strlen(path));
        /* Out of memory: better nothing is known of anything than documents lost. */
        if (!kept || FT_GROW(g->unreadable, g->cap_unreadable, g->n_unreadable + 1) != 0)
            g->n_unreadable = SIZE_MAX;
        if (g->n_unreadable != SIZE_MAX)
            g->unreadable[g->n_unreadable++] = strcmp(kept, "./") == 0 ? "" : kept;
        errno = number;
    }
    f->inner.skip(f->inner.arg, why, path);
}

static bool is_wanted(void *arg, const char *path)
{
    const finding *f = arg;

    return f->inner.wanted(f->inner.arg, path);
}

/* ---------------------------------------------------------------- inputs */

static bool begins_with(const char *path, const char *start)
{
    return strncmp(path, start, strlen(start)) == 0;
}

/* Whether what is at the path may be there, only out of sight. */
static bool is_hidden(const ft_visit_group *g, const char *path)
{
    for (size_t i = 0; i < g->n_unreadable; i++) {
        size_t len = strlen(g->unreadable[i]);
        bool below = len == 0 || g->unreadable[i][len - 1] == '/';
        if (below ? begins_with(path, g->unreadable[i]) : strcmp(path, g->unreadable[i]) == 0)
            return true;
    }
    return false;
}

static ft_status refuse_input(const char *input, const char *why, ft_error *err)
{
    ft_fail(err, FT_EINVAL, "%s: %s; nothing was changed", input, why);
    ft_hint(err, "with --force the documents that came from it leave the index");
    return FT_EINVAL;
}

/* A directory that gave files and gives none now is more likely not mounted than emptied. */
static ft_status check_emptied(const ft_visit_group *g, const char *input, ft_error *err)
{
    ft_buf prefix = {0};
    ft_status st;

    ft_inputs_reduce(&prefix, input, true);
    ft_buf_putc(&prefix, '\0');
    st = ft_buf_status(&prefix, err);
    for (size_t i = 0; st == FT_OK && i < g->old->n_files; i++)
        if (g->old->files[i].documents > 0 && begins_with(g->old->files[i].path, (const char *)prefix.data) &&
            !is_hidden(g, g->old->files[i].path))
            st = refuse_input(input, "no file is left in it", err);
    ft_buf_release(&prefix);
    return st;
}

static ft_status visit_input(finding *f, const char *input, const ft_visitor *v, ft_error *err)
{
    const ft_settings *set = f->c->set;
    struct stat sb;

    if (stat(input, &sb) != 0) {
        if (!set->force)
            return refuse_input(input, strerror(errno), err);
        if (!set->quiet)
            ft_cli_warn("%s: %s; it is not followed any more", input, strerror(errno));
        return FT_OK;
    }
    if (!ft_catalogue_put_input(&f->c->record.catalogue, ft_changes_group(f->c, f->g), input))
        return ft_fail_nomem(err);
    f->met = 0;
    ft_status st = ft_inputs_walk(&input, 1, v, err);
    if (st == FT_OK && f->met == 0 && S_ISDIR(sb.st_mode) && !set->force)
        st = check_emptied(f->g, input, err);
    return st;
}

/* Files that were there and were not met: gone, or out of sight. These are carried over. */
static ft_status carry_hidden(ft_changes *c, ft_visit_group *g, ft_error *err)
{
    ft_catalogue_group *now = ft_changes_group(c, g);
    ft_catalogue_file *file;
    ft_status st = FT_OK;

    if (g->n_unreadable == SIZE_MAX)
        return ft_fail_nomem(err);
    for (size_t i = 0; st == FT_OK && i < g->old->n_files; i++) {
        const ft_catalogue_file *old = &g->old->files[i];
        if (ft_catalogue_file_of(now, old->path) || !is_hidden(g, old->path))
            continue;
        if (FT_GROW(g->files, g->cap_files, g->n_files + 1) != 0)
            return ft_fail_nomem(err);
        st = ft_catalogue_put_file(&c->record.catalogue, now, old->path, old->source, &file, err);
        if (st == FT_OK) {
            const char *kept = file->path;
            *file = *old;
            file->path = kept;
            g->files[g->n_files++] = (ft_visit){FT_CHANGE_UNKNOWN, false, false};
        }
    }
    return st;
}

/* ---------------------------------------------------------------- groups */

/* What was recorded, and of this command's settings the rest. */
static ft_status set_up(ft_changes *c, ft_visit_group *g, ft_error *err)
{
    const ft_catalogue_group *old = g->old;
    int format = 0;

    g->set = *c->set;
    while (ft_format_names[format] && strcmp(ft_format_names[format], old->format) != 0)
        format++;
    if (!ft_format_names[format])
        return ft_corrupt(err, "catalogue", 0, "'%.40s' is no format", old->format);
    g->set.format = format;
    g->set.encoding = *old->encoding ? old->encoding : NULL;
    g->set.file_words = old->file_words;
    g->set.record_words = old->record_words;
    g->set.max_size = old->max_size;
    g->set.filter_seconds = old->filter_seconds;
    g->set.filter_bytes = old->filter_bytes;
    g->set.strict |= old->strict;
    g->set.include = old->include;
    g->set.exclude = old->exclude;
    g->set.filters = old->filters;
    g->directory = c->set->directory && strcmp(old->directory, "/") != 0 ? c->set->directory : old->directory;
    g->has_intake = true;
    ft_status st = ft_intake_init(&g->intake, &g->set, err);
    g->intake.record = &c->record;
    return st;
}

/* A group of the new catalogue like the old one. */
static ft_status renew_group(ft_changes *c, ft_visit_group *g, ft_error *err)
{
    ft_catalogue_group like = *g->old;

    like.directory = g->directory;
    g->number = c->record.catalogue.n_groups;
    return ft_catalogue_add(&c->record.catalogue, &like) ? FT_OK : ft_fail_nomem(err);
}

static ft_status visit_group(ft_changes *c, ft_visit_group *g, ft_error *err)
{
    finding f = {.c = c, .g = g, .inner = ft_intake_visitor(&g->intake, c->index)};
    ft_visitor v = {.file = on_file, .skip = on_skip, .wanted = is_wanted, .arg = &f, .cancel = c->set->cancel};

    v.has_own = f.inner.has_own;
    v.own_dev = f.inner.own_dev;
    v.own_ino = f.inner.own_ino;
    ft_status st = ft_changes_enter(c, g, err);
    if (st != FT_OK && c->set->force) {
        if (!c->set->quiet)
            ft_cli_warn("%s; what was read from there is not followed any more", err->text);
        return FT_OK;
    }
    if (st == FT_OK)
        st = renew_group(c, g, err);
    for (size_t i = 0; st == FT_OK && i < g->old->n_inputs; i++)
        st = visit_input(&f, g->old->inputs[i], &v, err);
    if (st == FT_OK)
        st = carry_hidden(c, g, err);
    if (st == FT_OK && c->set->cancel && *c->set->cancel)
        st = ft_fail(err, FT_ECANCELED, "interrupted");
    return st;
}

ft_status ft_changes_find(ft_changes *c, const ft_settings *set, const ft_catalogue *old, const char *index,
                          ft_error *err)
{
    ft_status st = FT_OK;

    *c = (ft_changes){.set = set, .index = index, .record = {.group = SIZE_MAX, .settles = true}};
    ft_catalogue_init(&c->record.catalogue);
    c->record.catalogue.next = old->next;
    c->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c->home < 0)
        return ft_fail_errno(err, "the working directory");
    c->groups = ft_alloc_zero(old->n_groups, sizeof *c->groups);
    if (!c->groups)
        return ft_fail_nomem(err);
    for (; st == FT_OK && c->n_groups < old->n_groups; c->n_groups++) {
        ft_visit_group *g = &c->groups[c->n_groups];
        g->old = &old->groups[c->n_groups];
        g->number = SIZE_MAX;
        st = set_up(c, g, err);
        if (st == FT_OK)
            st = visit_group(c, g, err);
    }
    ft_status back = ft_changes_enter(c, NULL, st == FT_OK ? err : NULL);
    return st != FT_OK ? st : back;
}
