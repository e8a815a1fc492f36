/* commands_follow.c - see commands_follow.h.
 *
 * Of several documents with one id the one that is visited last wins, in a build as here. A file that is read again may
 * hold ids whose documents came from other files:
 *
 *     the other file is            the document of the file being read
 *     gone, or visited earlier     takes its place
 *     visited later, unchanged     gives way
 *     visited later, to be read    takes its place for now; reading the other file may take it back
 *
 * When all is read, documents go whose file was read or is gone and that nothing has confirmed or replaced. A file that
 * was not read may hold another document of an id that its file has left, to which it gave way once: files that gave
 * more documents than they have in the index are read for these at last. */
#include "commands_follow.h"

#include "mem.h"

#include <stdlib.h>

/* Of a document that the index has; from REPLACED on, by which file, in the order of the visit. */
enum state { UNTOUCHED, CONFIRMED, DELETED, REPLACED };

void ft_follow_release(ft_follow *f)
{
    ft_free(f->sources);
    ft_free(f->states);
    ft_stored_free(f->stored);
    f->sources = NULL;
    f->states = NULL;
    f->stored = NULL;
}

/* ---------------------------------------------------------------- files by number */

static int by_source(const void *a, const void *b)
{
    uint32_t x = ((const ft_follow_source *)a)->source, y = ((const ft_follow_source *)b)->source;

    return (x > y) - (x < y);
}

ft_follow_source *ft_follow_source_of(const ft_follow *f, uint32_t source)
{
    ft_follow_source key = {.source = source};

    return f->n_sources ? bsearch(&key, f->sources, f->n_sources, sizeof key, by_source) : NULL;
}

static ft_status list_sources(ft_follow *f, ft_error *err)
{
    size_t n = 0;
    uint64_t first = 0;

    for (size_t i = 0; i < f->changes->n_groups; i++)
        n += f->changes->groups[i].old->n_files;
    f->sources = ft_alloc_zero(n, sizeof *f->sources);
    if (!f->sources)
        return ft_fail_nomem(err);
    for (size_t i = 0; i < f->changes->n_groups; i++) {
        ft_visit_group *g = &f->changes->groups[i];
        const ft_catalogue_group *now = g->number == SIZE_MAX ? NULL : ft_changes_group(f->changes, g);
        for (size_t k = 0; k < g->old->n_files; k++) {
            const ft_catalogue_file *old = &g->old->files[k];
            const ft_catalogue_file *file = now ? ft_catalogue_file_of(now, old->path) : NULL;
            ft_visit *visit = file ? &g->files[file - now->files] : NULL;
            f->sources[f->n_sources++] = (ft_follow_source){
                .source = old->source, .change = visit ? visit->change : FT_CHANGE_GONE, .group = i, .old = old,
                .visit = visit, .order = visit ? first + (uint64_t)(visit - g->files) : 0};
        }
        first += g->n_files;
    }
    if (f->n_sources)
        qsort(f->sources, f->n_sources, sizeof *f->sources, by_source);
    return FT_OK;
}

/* Whether its documents may have left it. */
static bool has_gone(const ft_follow_source *s)
{
    return s->change == FT_CHANGE_GONE || s->change == FT_CHANGE_CONTENT;
}

/* ---------------------------------------------------------------- documents */

static bool equal(ft_str a, ft_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static ft_status is_stored(ft_follow *f, uint64_t number, const ft_document *doc, bool *same, ft_error *err)
{
    ft_status st = ft_reader_read(f->rd, number, &f->stored, err);

    *same = st == FT_OK && equal(ft_stored_text(f->stored), doc->text) &&
            equal(ft_stored_title(f->stored), doc->title);
    return st;
}

/* Whether a document takes the place of one that nothing in this update has replaced; *same if they are equal. */
static ft_status judge(ft_follow *f, uint64_t number, uint32_t source, const ft_document *doc, bool *wanted, bool *same,
                       ft_error *err)
{
    const ft_follow_source *other = ft_follow_source_of(f, source);
    ft_status st = FT_OK;

    if (source == doc->source) {
        st = is_stored(f, number, doc, same, err);
        *wanted = !*same;
    } else if (other && has_gone(other)) {
        f->left = true;
    } else if (other) {
        *wanted = other->order < f->order;
    }
    return st;
}

/* Whether a document that the index has, from whatever file, is to be replaced by this one. */
static ft_status compare(ft_follow *f, uint64_t number, uint32_t source, const ft_document *doc, bool *wanted,
                         ft_error *err)
{
    uint32_t *state = &f->states[number], by_this = REPLACED + (uint32_t)f->order;
    ft_status st = FT_OK;
    bool same = false;

    *wanted = true;
    if (f->restoring) {
        *wanted = *state == DELETED || (*state >= REPLACED && *state <= by_this);
        f->deleted -= *state == DELETED;
        f->replaced += *state == DELETED;
    } else if (*state < REPLACED) {
        st = judge(f, number, source, doc, wanted, &same, err);
        f->replaced += st == FT_OK && *wanted;
    }
    if (st == FT_OK && (*wanted || same))
        *state = *wanted ? by_this : CONFIRMED;
    return st;
}

static ft_status is_wanted(void *arg, const ft_document *doc, bool *wanted, ft_error *err)
{
    ft_follow *f = arg;
    uint64_t number;
    uint32_t source;
    ft_status st = ft_reader_find(f->rd, doc->id.ptr, doc->id.len, &number, &source, NULL);

    if (st == FT_OK && number < f->n_documents) {
        st = compare(f, number, source, doc, wanted, err);
    } else if (st == FT_ENOTFOUND) {
        st = FT_OK;
        *wanted = !f->restoring;
        f->added += *wanted;
    } else {
        st = ft_reader_find(f->rd, doc->id.ptr, doc->id.len, &number, &source, err);
    }
    if (st == FT_OK && *wanted)
        f->visit->told = true;
    return st;
}

/* ---------------------------------------------------------------- files */

static ft_status read_file(ft_follow *f, ft_visit_group *g, size_t i, uint64_t order, ft_error *err)
{
    ft_record *record = &f->changes->record;
    ft_catalogue_file *file = &ft_changes_group(f->changes, g)->files[i];
    const ft_catalogue_file before = *file;
    ft_visitor v = ft_intake_visitor(&g->intake, f->changes->index);
    uint64_t unreadable = g->intake.skipped[FT_SKIP_UNREADABLE];

    record->group = g->number;
    f->visit = &g->files[i];
    f->order = order;
    ft_status st = v.file(v.arg, file->path, g->files[i].named, err);
    if (st != FT_OK)
        return st;
    if (g->intake.skipped[FT_SKIP_UNREADABLE] > unreadable) {
        ft_follow_source *source = ft_follow_source_of(f, file->source);
        g->files[i].change = FT_CHANGE_UNKNOWN;
        if (source)
            source->change = FT_CHANGE_UNKNOWN;
    }
    if (before.size != file->size || before.hash != file->hash || before.documents != file->documents ||
        before.unsettled != file->unsettled)
        f->dirty = true;
    return FT_OK;
}

static void prepare(ft_follow *f, ft_visit_group *g)
{
    const ft_settings *set = f->changes->set;

    g->intake.ix = f->ix;
    g->intake.wanted = is_wanted;
    g->intake.wanted_arg = f;
    ft_progress_init(&g->intake.progress, !set->quiet && !set->no_progress, "writing the index");
    g->intake.progress.total = f->changes->bytes;
}

static ft_status read_changed(ft_follow *f, ft_error *err)
{
    ft_status st = FT_OK;
    uint64_t order = 0;

    for (size_t k = 0; st == FT_OK && k < f->changes->n_groups; k++) {
        ft_visit_group *g = &f->changes->groups[k];
        if (g->n_files)
            st = ft_changes_enter(f->changes, g, err);
        prepare(f, g);
        for (size_t i = 0; st == FT_OK && i < g->n_files; i++, order++)
            if (g->files[i].change == FT_CHANGE_CONTENT || g->files[i].change == FT_CHANGE_NEW)
                st = read_file(f, g, i, order, err);
        ft_progress_clear(&g->intake.progress);
    }
    return st;
}

/* ---------------------------------------------------------------- what is gone */

static bool may_have_gone(void *arg, uint32_t source)
{
    const ft_follow_source *s = ft_follow_source_of(arg, source);

    return s && has_gone(s);
}

static ft_status drop_gone(void *arg, uint64_t number, uint32_t source, ft_str id, ft_error *err)
{
    ft_follow *f = arg;
    ft_follow_source *s = ft_follow_source_of(f, source);

    if (number >= f->n_documents)
        return FT_OK;
    if (s && s->visit)
        s->visit->told |= f->states[number] == UNTOUCHED;
    else if (s)
        s->told = true;
    if (f->states[number] != UNTOUCHED)
        return FT_OK;
    f->states[number] = DELETED;
    f->left = true;
    f->deleted++;
    return f->ix ? ft_index_delete(f->ix, id.ptr, id.len, NULL, err) : FT_OK;
}

static ft_status count_live(void *arg, uint64_t number, uint32_t source, ft_str id, ft_error *err)
{
    ft_follow_source *s = ft_follow_source_of(arg, source);

    (void)number;
    (void)id;
    (void)err;
    if (s)
        s->live++;
    return FT_OK;
}

/* Reads files again whose documents gave way to some that are deleted now, in the order of the visit. */
static ft_status restore(ft_follow *f, ft_error *err)
{
    ft_status st = ft_reader_list(f->rd, NULL, count_live, f, err);

    f->restoring = true;
    for (size_t k = 0; st == FT_OK && k < f->changes->n_groups; k++) {
        ft_visit_group *g = &f->changes->groups[k];
        bool entered = false;
        for (size_t i = 0; st == FT_OK && i < g->n_files; i++) {
            const ft_catalogue_file *file = &ft_changes_group(f->changes, g)->files[i];
            const ft_follow_source *s = ft_follow_source_of(f, file->source);
            if (!s || s->old->documents <= s->live || s->change > FT_CHANGE_STATE)
                continue;
            if (!entered)
                st = ft_changes_enter(f->changes, g, err);
            entered = true;
            if (st == FT_OK)
                st = read_file(f, g, i, s->order, err);
        }
        ft_progress_clear(&g->intake.progress);
    }
    return st;
}

/* ---------------------------------------------------------------- all of it */

ft_status ft_follow_run(ft_follow *f, ft_changes *changes, const ft_reader *rd, ft_index *ix, ft_error *err)
{
    bool any_gone = false;
    ft_stats stats;

    ft_reader_stats(rd, &stats);
    *f = (ft_follow){.changes = changes, .rd = rd, .ix = ix, .n_documents = stats.documents + stats.deleted};
    f->states = ft_alloc_zero(f->n_documents, sizeof *f->states);
    ft_status st = f->states ? list_sources(f, err) : ft_fail_nomem(err);
    if (st == FT_OK)
        st = read_changed(f, err);
    for (size_t i = 0; st == FT_OK && i < f->n_sources; i++) {
        any_gone |= has_gone(&f->sources[i]);
        f->dirty |= f->sources[i].change == FT_CHANGE_GONE;
    }
    if (st == FT_OK && any_gone)
        st = ft_reader_list(rd, may_have_gone, drop_gone, f, err);
    if (st == FT_OK && f->left)
        st = restore(f, err);
    ft_status back = ft_changes_enter(changes, NULL, st == FT_OK ? err : NULL);
    return st != FT_OK ? st : back;
}
