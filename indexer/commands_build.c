/* commands_build.c - build and add: the walk over the inputs, the commit, and what is said about it. Files are read in
 * commands_intake.c. */
#include "cli.h"
#include "commands_survey.h"

#include <stdio.h>

/* ---------------------------------------------------------------- summary */

static void put_json(const ft_intake *b, const ft_commit_info *info, ft_buf *out)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"documents", info->documents}, {"passages", info->passages},       {"terms", info->terms},
        {"tokens", info->tokens},       {"postings", info->postings},       {"skipped", ft_intake_skipped(b)},
        {"replaced", info->replaced},   {"input_bytes", b->total},          {"index_bytes", info->index_bytes},
    };

    ft_buf_putc(out, '{');
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        ft_buf_printf(out, "\"%s\":%llu,", counts[i].key, (unsigned long long)counts[i].value);
    ft_intake_put_skips_json(b, out);
    ft_buf_printf(out, ",\"seconds\":%.3f,\"peak_rss_bytes\":%llu}\n", ft_commands_seconds(b->set),
                  (unsigned long long)ft_commands_peak());
}

static void put_summary(const ft_intake *b, const ft_commit_info *info, ft_buf *out)
{
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
    ft_intake_put_skips(b, out);
    ft_buf_putc(out, '\n');
}

static int finish(ft_intake *b, const ft_commit_info *info)
{
    ft_out out = {0};

    ft_intake_finish(b);
    ft_commands_warn_unmerged(b->set, info);
    if (b->set->json)
        put_json(b, info, &out.buf);
    else if (!b->set->quiet)
        put_summary(b, info, &out.buf);
    return ft_out_close(&out, 0);
}

/* ---------------------------------------------------------------- both commands */

/* What the inputs come to, as far as anybody wants to know: the progress line, and whether the disk has room. */
static ft_status survey(ft_intake *b, const char *const *words, size_t n, const ft_visitor *v, ft_error *err)
{
    ft_status st = FT_OK;
    ft_survey sizes = {0};

    if (b->progress.on || !b->set->no_space_check)
        st = ft_survey_sizes(words, n, v, &sizes, err);
    if (st == FT_OK && !b->set->no_space_check)
        st = ft_survey_room(b, words, n, v, &sizes, err);
    if (st == FT_OK && b->progress.on && !sizes.unknown)
        b->progress.total = sizes.bytes;
    return st;
}

static ft_status read_inputs(ft_intake *b, const ft_visitor *v, const char *const *words, size_t n, ft_error *err)
{
    ft_status st = ft_inputs_walk(words, n, v, err);

    return st == FT_OK ? ft_resume_end(b, err) : st;
}

static ft_status fill_index(ft_intake *b, const char *const *words, size_t n, ft_commit_info *info, ft_error *err)
{
    ft_visitor v = ft_intake_visitor(b, words[0]);
    ft_status st = survey(b, words + 1, n - 1, &v, err);

    if (st == FT_OK)
        st = read_inputs(b, &v, words + 1, n - 1, err);
    if (st != FT_OK && b->resume.changed[0]) {
        st = ft_resume_restart(b, err);
        ft_record_release(b->record);
        if (st == FT_OK)
            st = ft_record_begin(b->record, NULL, b->set, words + 1, n - 1, err);
        if (st == FT_OK)
            st = read_inputs(b, &v, words + 1, n - 1, err);
    }
    if (st == FT_OK)
        st = ft_record_end(b->record, b->ix, err);
    if (st == FT_OK)
        st = ft_index_commit(b->ix, info, err);
    ft_progress_clear(&b->progress);
    return st;
}

static int run(const ft_settings *set, const char *command, bool create, const char *const *words, size_t n)
{
    ft_index_options opts = ft_commands_options(set);
    ft_commit_info info = {0};
    ft_record record = {.group = SIZE_MAX};
    ft_reader *rd = NULL;
    ft_intake b;
    ft_error err;

    if (n < 2)
        return ft_commands_usage(command, n ? "INPUT is missing" : "INDEX and INPUT are missing");
    if (set->dry_run)
        return ft_commands_dry_run(set, create, words, n);
    ft_status st = ft_intake_init(&b, set, &err);
    ft_progress_init(&b.progress, !set->quiet && !set->no_progress, "writing the index");
    opts.progress = ft_progress_phase;
    opts.progress_arg = &b.progress;
    if (st == FT_OK)
        st = ft_inputs_exist(words + 1, n - 1, &err);
    if (st == FT_OK && create)
        st = ft_resume_init(&b.resume, set, words + 1, n - 1, &opts.resume_key, &err);
    if (st == FT_OK)
        st = create ? ft_index_create(&b.ix, words[0], &opts, &err) : ft_index_open(&b.ix, words[0], &opts, &err);
    if (st == FT_OK && !create)
        st = ft_reader_open(&rd, words[0], &err);
    if (st == FT_OK)
        st = ft_record_begin(&record, rd, set, words + 1, n - 1, &err);
    b.record = &record;
    ft_reader_close(rd);
    if (st == FT_OK) {
        ft_resume_begin(&b);
        st = fill_index(&b, words, n, &info, &err);
    }
    if (st == FT_OK) {
        ft_index_close(b.ix);
        int status = finish(&b, &info);
        ft_record_release(&record);
        ft_intake_release(&b);
        return status;
    }
    ft_resume_leave(&b, words[0], st, &err);
    ft_record_release(&record);
    ft_intake_release(&b);
    return ft_cli_fail(&err);
}

int ft_commands_build(const ft_settings *set, const char *const *words, size_t n)
{
    return run(set, "build", true, words, n);
}

int ft_commands_add(const ft_settings *set, const char *const *words, size_t n)
{
    return run(set, "add", false, words, n);
}
