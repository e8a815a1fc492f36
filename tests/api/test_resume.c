/* test_resume.c - a build that stops anywhere and is begun again with the same key: what it finished is kept, and the
 * index is the same to the byte, whatever happened to the process, its system calls, or the files it left.
 *
 * Large notes make batches of few words, so that a build of several batches takes no time. */
#include "faultio.h"
#include "fixture.h"
#include "journal.h"
#include "mem.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOCS 100u
#define NOTE 50000u /* bytes; about 20 make a batch */
#define KEY "these documents"

static char *dir, *expected;
static char path[1024];
static char note_bytes[NOTE];

/* ------------------------------------------------ the build */

/* Some long enough for blocks of stored text, some of several passages, one that takes the place of an earlier one. */
static ft_status add(ft_index *ix, unsigned i, ft_error *err)
{
    static char text[60000];
    static const ft_line_mark marks[] = {{3, 7}, {20, 9}};
    size_t len = 0, want = i % 11 == 5 ? 50000 : 30 + i % 9 * 40;
    char id[16];

    while (len < want)
        len += (size_t)snprintf(text + len, sizeof text - len, "w%zu common %s%u%s", len * 7919 % 613 + i,
                                len % 3 ? "x" : "y", i % 10, len % 5 ? " " : ".\n\n");
    int id_len = snprintf(id, sizeof id, "doc%u", i == 77 ? 12 : i);
    ft_document doc = {.size = sizeof doc,
                       .id = {id, (size_t)id_len},
                       .title = {"A title of its own", i % 3 ? 18 : 0},
                       .text = {text, i % 17 == 3 ? 0 : len},
                       .passage_words = i % 2 ? 20 : 0,
                       .line = i + 1,
                       .count_lines = i % 4 == 1,
                       .marks = marks,
                       .n_marks = i % 4 == 2 && i % 17 != 3 ? 2 : 0};
    return ft_index_add(ix, &doc, err);
}

static ft_status add_noted(ft_index *ix, unsigned i, ft_error *err)
{
    memcpy(note_bytes, &i, sizeof i);
    ft_status st = ft_index_note(ix, note_bytes, i % 13 ? NOTE : sizeof i, err);
    return st == FT_OK ? add(ix, i, err) : st;
}

static const volatile int *cancel_flag;
static bool reorders;

static ft_status create(ft_index **ix, const char *key, unsigned threads, ft_error *err)
{
    ft_index_options opts = {.size = sizeof opts, .threads = threads, .memory = 1, .resume_key = key,
                             .cancel = cancel_flag, .reorder = reorders};

    return ft_index_create(ix, path, &opts, err);
}

/* The whole build, of documents from the first one that is not kept on, or from the very first. */
static ft_status build(unsigned threads, bool skip, ft_error *err)
{
    ft_index *ix = NULL;
    ft_resumed kept = {0};
    ft_status st = create(&ix, KEY, threads, err);

    if (st == FT_OK)
        ft_index_resumed(ix, &kept);
    if (st == FT_OK && skip)
        st = ft_index_skip_to(ix, kept.documents, err);
    for (unsigned i = skip ? (unsigned)kept.documents : 0; st == FT_OK && i < DOCS; i++)
        st = add_noted(ix, i, err);
    if (st == FT_OK)
        st = ft_index_commit(ix, NULL, err);
    ft_index_suspend(ix);
    return st;
}

static void start_afresh(void)
{
    if (access(path, F_OK) == 0)
        ft_fixture_remove(strdup(path));
}

/* Not syncing: that is most of the time. */
static int no_sync(int fd)
{
    (void)fd;
    return 0;
}

static ft_io_table unsynced;

static void begin(void)
{
    ft_error err;
    ft_index *ix;

    unsynced = ft_io_system;
    unsynced.sync = no_sync;
    ft_io = &unsynced;
    cancel_flag = NULL;
    memset(note_bytes, 'n', sizeof note_bytes);
    dir = ft_fixture_dir();
    snprintf(path, sizeof path, "%s/x.ft", dir);
    ft_fixture_ok(create(&ix, NULL, 1, &err), &err, "create");
    for (unsigned i = 0; i < DOCS; i++)
        ft_fixture_ok(add(ix, i, &err), &err, "add");
    ft_fixture_close_committed(ix);
    expected = ft_fixture_segments(path);
    start_afresh();
}

static void end(void)
{
    ft_io = &ft_io_system;
    free(expected);
    ft_fixture_remove(dir);
}

TestSuite(resume, .init = begin, .fini = end);

static void expect_index(const char *what)
{
    char *segments = ft_fixture_segments(path), *files = ft_fixture_files(path);

    cr_assert_str_eq(segments, expected, "%s", what);
    cr_assert_null(strstr(files, FT_TEMP_PREFIX), "%s: left behind: %s", what, files);
    free(segments);
    free(files);
}

static void expect_good_build(const char *what)
{
    ft_error err;
    ft_status st = build(1, false, &err);

    if (st == FT_EEXIST) /* it was complete; the next writer removes what is left */
        ft_index_close(ft_fixture_open(path));
    else
        ft_fixture_ok(st, &err, what);
    ft_fixture_ok(ft_check(path, NULL, NULL, &err), &err, what);
    expect_index(what);
}

/* Leaves an unfinished build of n documents; how many of them are kept. */
static uint64_t leave_unfinished(unsigned n, unsigned threads)
{
    ft_index *ix;
    ft_error err;

    ft_fixture_ok(create(&ix, KEY, threads, &err), &err, "create");
    for (unsigned i = 0; i < n; i++)
        ft_fixture_ok(add_noted(ix, i, &err), &err, "add");
    return ft_index_suspend(ix);
}

/* ------------------------------------------------ stopping */

static void expect_notes(ft_index *ix, const ft_resumed *kept)
{
    ft_error err;
    ft_note note;
    bool more;

    cr_assert_eq(kept->notes, kept->documents);
    for (unsigned i = 0; i < kept->notes; i++) {
        unsigned number;
        ft_fixture_ok(ft_index_next_note(ix, &note, &more, &err), &err, "note");
        cr_assert(more && note.documents == i && note.bytes.len == (i % 13 ? NOTE : sizeof i));
        memcpy(&number, note.bytes.ptr, sizeof number);
        cr_assert_eq(number, i);
    }
    ft_fixture_ok(ft_index_next_note(ix, &note, &more, &err), &err, "note");
    cr_assert(!more);
}

Test(resume, goes_on_from_any_document)
{
    long live = ft_mem_live();
    int descriptors = ft_fixture_descriptors();
    uint64_t most = 0;

    for (unsigned n = 0, i = 0; n <= DOCS; n += n < 20 ? 5 : 9, i++) {
        unsigned threads = 1 + i % 3;
        uint64_t left = leave_unfinished(n, threads);
        ft_resumed kept;
        ft_index *ix;
        ft_error err;
        cr_assert_leq(left, n);
        cr_assert_eq(access(path, F_OK) == 0, left > 0, "nothing is left of nothing");
        ft_fixture_ok(create(&ix, KEY, 2, &err), &err, "create");
        ft_index_resumed(ix, &kept);
        cr_assert_eq(kept.documents, left);
        cr_assert(!kept.discarded);
        expect_notes(ix, &kept);
        cr_assert_eq(ft_index_suspend(ix), left, "looking at it changes nothing");
        ft_fixture_ok(build(threads, n % 2, &err), &err, "build");
        expect_index("resumed");
        most = left > most ? left : most;
        start_afresh();
    }
    cr_assert_gt(most, DOCS / 2, "only %d documents were ever kept", (int)most);
    cr_assert_eq(ft_mem_live(), live);
    cr_assert_eq(ft_fixture_descriptors(), descriptors);
}

Test(resume, stops_when_canceled)
{
    static volatile int flag;
    ft_index *ix;
    ft_error err;

    cancel_flag = &flag;
    ft_fixture_ok(create(&ix, KEY, 1, &err), &err, "create"); /* more may have joined nothing yet */
    for (unsigned i = 0; i < 70; i++)
        ft_fixture_ok(add_noted(ix, i, &err), &err, "add");
    flag = 1;
    cr_assert_eq(add_noted(ix, 70, &err), FT_ECANCELED);
    uint64_t left = ft_index_suspend(ix);
    cr_assert_gt(left, 0);
    /* While the journal is read, too. */
    cr_assert_eq(create(&ix, KEY, 2, &err), FT_ECANCELED);
    flag = 0;
    cr_assert_eq(leave_unfinished((unsigned)left, 1), left);
    expect_good_build("after two interruptions");
}

Test(resume, many_runs_are_merged)
{
    ft_index *ix;
    ft_error err;
    char *once = NULL;

    for (int interrupted = 0; interrupted < 2; interrupted++) {
        ft_resumed kept = {0};
        for (int part = !interrupted; part < 2; part++) {
            ft_fixture_ok(create(&ix, KEY, 1, &err), &err, "create");
            ix->config.memory = 64; /* every batch's runs go to the journal, and soon there are too many */
            ft_index_resumed(ix, &kept);
            for (unsigned i = 0; i < (part ? 1600u : 1000u); i++) {
                char id[16];
                snprintf(id, sizeof id, "%u", i);
                ft_fixture_ok(ft_index_note(ix, note_bytes, NOTE, &err), &err, "note");
                ft_fixture_add(ix, id, "", id);
            }
            if (part == 0)
                cr_assert_gt(ft_index_suspend(ix), 900);
        }
        cr_assert_eq(kept.documents > 0, interrupted);
        ft_fixture_close_committed(ix);
        if (interrupted) {
            char *again = ft_fixture_segments(path);
            cr_assert_str_eq(again, once);
            free(again);
            free(once);
        } else {
            once = ft_fixture_segments(path);
            start_afresh();
        }
    }
}

Test(resume, other_builds_begin_afresh)
{
    struct {
        const char *key;
        double k1;
        bool discarded;
    } cases[] = {{"other documents", 1.2, true}, {NULL, 1.2, true}, {KEY, 1.5, true}, {KEY, 1.2, false}};
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .memory = 1, .has_k1 = true};
    ft_resumed kept;
    ft_index *ix;
    ft_error err;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t left = leave_unfinished(80, 1);
        opts.resume_key = cases[i].key;
        opts.k1 = cases[i].k1;
        ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
        ft_index_resumed(ix, &kept);
        cr_assert_eq(kept.discarded, cases[i].discarded);
        cr_assert_eq(kept.documents, cases[i].discarded ? 0 : left);
        ft_fixture_ok(ft_index_restart(ix, &err), &err, "restart");
        cr_assert_eq(ft_index_skip_to(ix, 1, &err), FT_EINVAL);
        for (unsigned k = 0; k < DOCS; k++)
            ft_fixture_ok(add(ix, k, &err), &err, "add");
        ft_fixture_ok(ft_index_commit(ix, NULL, &err), &err, "commit");
        cr_assert_eq(ft_index_restart(ix, &err), FT_EINVAL, "too late");
        cr_assert_eq(ft_index_suspend(ix), 0);
        if (cases[i].k1 == 1.2)
            expect_index("begun again");
        start_afresh();
    }
}

Test(resume, deletions_are_the_callers_to_repeat)
{
    ft_commit_info info;
    ft_index *ix;
    ft_error err;

    cr_assert_gt(leave_unfinished(80, 1), 30);
    ft_fixture_ok(create(&ix, KEY, 1, &err), &err, "create");
    for (unsigned i = 0; i < DOCS; i++) {
        ft_fixture_ok(add_noted(ix, i, &err), &err, "add");
        /* Of two documents with this id the first is deleted, and the second stays. */
        if (i == 20)
            ft_fixture_ok(ft_index_delete(ix, "doc12", 5, NULL, &err), &err, "delete");
        if (i == 90)
            ft_fixture_ok(ft_index_delete(ix, "doc30", 5, NULL, &err), &err, "delete");
    }
    ft_fixture_ok(ft_index_commit(ix, &info, &err), &err, "commit");
    ft_index_close(ix);
    cr_assert_eq(info.documents, DOCS - 2);
    cr_assert_eq(info.deleted + info.replaced, 2);
}

Test(resume, an_old_index_answers_until_the_new_one_is_there)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .memory = 1, .resume_key = KEY, .replace = true};
    ft_index *ix = ft_fixture_create(path);
    ft_resumed kept;
    ft_error err;

    ft_fixture_add(ix, "old", "", "oldest");
    ft_fixture_close_committed(ix);
    for (int round = 0; round < 3; round++) {
        ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
        ft_index_resumed(ix, &kept);
        cr_assert_eq(kept.documents > 0, round == 1, "the third comes after an add, which removes what is unfinished");
        for (unsigned i = 0; i < 50; i++)
            ft_fixture_ok(add_noted(ix, i, &err), &err, "add");
        cr_assert_gt(ft_index_suspend(ix), 0);
        char *ids = ft_fixture_search(path, "oldest", NULL);
        cr_assert_str_eq(ids, "old:0");
        free(ids);
        if (round == 1)
            ft_index_close(ft_fixture_open(path));
    }
    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
    for (unsigned i = 0; i < DOCS; i++)
        ft_fixture_ok(add_noted(ix, i, &err), &err, "add");
    ft_fixture_close_committed(ix);
    expect_index("replaced");
}

/* ------------------------------------------------ kills */

static long calls_left;

static void count_call(void)
{
    if (--calls_left == 0)
        kill(getpid(), SIGKILL);
}

static ssize_t killed_write(int fd, const void *data, size_t len)
{
    count_call();
    return write(fd, data, len);
}

static int killed_sync(int fd)
{
    (void)fd;
    count_call();
    return 0;
}

static int killed_rename(const char *from, const char *to)
{
    count_call();
    return rename(from, to);
}

static int killed_unlink(const char *name)
{
    count_call();
    return unlink(name);
}

static int killed_truncate(int fd, off_t len)
{
    count_call();
    return ftruncate(fd, len);
}

static ssize_t killed_read_at(int fd, void *data, size_t len, off_t off)
{
    count_call();
    return pread(fd, data, len, off);
}

/* The build in a process of its own that is killed before its nth call; whether it was. */
static bool build_killed(long nth, unsigned threads)
{
    int status;
    pid_t child = fork();

    cr_assert_geq(child, 0);
    if (child == 0) {
        ft_io_table table = ft_io_system;
        ft_error err;
        table.write = killed_write;
        table.sync = killed_sync;
        table.rename = killed_rename;
        table.unlink = killed_unlink;
        table.truncate = killed_truncate;
        table.read_at = killed_read_at;
        ft_io = &table;
        calls_left = nth;
        ft_status st = build(threads, nth % 2, &err);
        _exit(st == FT_OK || st == FT_EEXIST ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "killed at %ld: status %d", nth, status);
    return WIFSIGNALED(status);
}

/* The one that resumes is killed as well, somewhere. */
static void kill_everywhere(void)
{
    long nth = 1;
    char what[64];

    for (; build_killed(nth, 1); nth++) {
        snprintf(what, sizeof what, "after kill %ld", nth);
        build_killed(1 + nth * 7 % 30, 1);
        build_killed(1 + nth * 13 % 40, 1);
        expect_good_build(what);
        start_afresh();
    }
    cr_assert_gt(nth, 30, "only %ld calls", nth);
    expect_index("never killed");
}

Test(resume, is_killed_at_every_call, .timeout = 300)
{
    kill_everywhere();
}

/* The journal is of a segment in order of arrival, which is there before the one that is wanted: whoever goes on may
 * still choose. */
Test(resume, is_killed_while_it_reorders, .timeout = 300)
{
    ft_error err;

    cr_assert_gt(leave_unfinished(80, 1), 30);
    reorders = true;
    ft_fixture_ok(build(2, true, &err), &err, "build");
    char *other = ft_fixture_segments(path);
    start_afresh();
    ft_fixture_ok(build(1, false, &err), &err, "build");
    char *once = ft_fixture_segments(path);
    start_afresh();
    cr_assert_str_eq(other, once, "in arrival order until it was interrupted");
    cr_assert_str_neq(once, expected, "another order");
    free(other);
    free(expected);
    expected = once;
    kill_everywhere();
}

/* Where the segment has its name and no manifest names it. All but the last batch is kept. */
Test(resume, a_complete_segment_is_not_lost)
{
    ft_resumed kept;
    ft_index *ix;
    ft_error err;
    bool seen = false;

    for (long nth = 1; build_killed(nth, 1); nth++) {
        char *files = ft_fixture_files(path);
        bool named = strstr(files, FT_SEGMENT_SUFFIX) && !strstr(files, FT_JOURNAL_SEGMENT)
                     && !strstr(files, FT_MANIFEST_NAME);
        free(files);
        if (named) {
            seen = true;
            ft_fixture_ok(create(&ix, KEY, 1, &err), &err, "create");
            ft_index_resumed(ix, &kept);
            cr_assert_gt(kept.documents, 2 * DOCS / 3);
            ft_index_suspend(ix);
        }
        start_afresh();
    }
    cr_assert(seen);
}

/* ------------------------------------------------ failing calls */

/* The nth call fails in a build, or in one that resumes. What is left may be of use or not; it is never wrong. */
static void fail_calls(unsigned unfinished, bool persistent)
{
    long live = ft_mem_live();
    int descriptors = ft_fixture_descriptors();
    ft_error err;
    char what[96];
    ft_faultio_plan plan = {.nth = 1, .number = ENOSPC, .persistent = persistent};

    for (;; plan.nth += 1 + plan.nth / 40) {
        if (unfinished > 0)
            leave_unfinished(unfinished, 1);
        ft_faultio_arm(&plan);
        ft_status st = build(1, false, &err);
        long failed = ft_faultio_disarm();
        ft_io = &unsynced;
        snprintf(what, sizeof what, "call %ld failed, %s: status %d", plan.nth,
                 ft_faultio_name(ft_faultio_failed()), st);
        cr_assert(st == FT_OK || st == FT_EIO || st == FT_ENOINDEX || st == FT_EEXIST, "%s: %s", what, err.text);
        expect_good_build(what);
        start_afresh();
        if (failed == 0)
            break;
    }
    cr_assert_eq(ft_mem_live(), live);
    cr_assert_eq(ft_fixture_descriptors(), descriptors);
}

Test(resume, calls_fail, .timeout = 300)
{
    fail_calls(0, false);
    fail_calls(0, true);
}

Test(resume, calls_fail_while_it_resumes, .timeout = 300)
{
    fail_calls(60, false);
    fail_calls(60, true);
}

Test(resume, a_full_disk_leaves_no_litter)
{
    ft_faultio_plan plan = {.calls = 1u << FT_CALL_WRITE, .nth = 9, .number = ENOSPC, .persistent = true};
    ft_error err;

    ft_faultio_arm(&plan);
    cr_assert_eq(build(1, false, &err), FT_EIO);
    cr_assert_gt(ft_faultio_disarm(), 0);
    ft_io = &unsynced;
    cr_assert_neq(access(path, F_OK), 0);
}

/* ------------------------------------------------ damage */

static unsigned char *journal_bytes, *segment_bytes;
static size_t journal_len, segment_len;

static void save_files(void)
{
    journal_bytes = ft_fixture_read(ft_fixture_path(path, FT_JOURNAL_NAME), &journal_len);
    segment_bytes = ft_fixture_read(ft_fixture_path(path, FT_JOURNAL_SEGMENT), &segment_len);
}

static void restore_files(size_t journal, size_t segment)
{
    start_afresh();
    cr_assert_eq(mkdir(path, 0700), 0);
    ft_fixture_write(ft_fixture_path(path, FT_JOURNAL_NAME), journal_bytes, journal);
    ft_fixture_write(ft_fixture_path(path, FT_JOURNAL_SEGMENT), segment_bytes, segment);
}

Test(resume, damage_costs_no_more_than_work, .timeout = 300)
{
    ft_rng rng = ft_rng_named(ft_rng_seed(), "resume");
    char what[96];

    cr_assert_gt(leave_unfinished(70, 1), 30);
    save_files();
    cr_assert(journal_len > 2000000 && segment_len > 20000);
    for (unsigned i = 0; i < 80; i++) {
        bool in_segment = i % 4 == 3;
        size_t len = in_segment ? segment_len : journal_len;
        size_t at = i < 8 ? i * 9 : i < 40 ? len / 40 * i : ft_rng_below(&rng, (uint32_t)len);
        snprintf(what, sizeof what, "%s: byte %zu, try %u", in_segment ? "segment" : "journal", at, i);
        if (i % 2) { /* cut there */
            restore_files(in_segment ? journal_len : at, in_segment ? at : segment_len);
        } else { /* a bit flips there */
            unsigned char *byte = (in_segment ? segment_bytes : journal_bytes) + at;
            *byte ^= (unsigned char)(1u << i % 8);
            restore_files(journal_len, segment_len);
            *byte ^= (unsigned char)(1u << i % 8);
        }
        expect_good_build(what);
    }
    restore_files(journal_len, segment_len);
    cr_assert_eq(unlink(ft_fixture_path(path, FT_JOURNAL_SEGMENT)), 0);
    expect_good_build("no segment");
    free(journal_bytes);
    free(segment_bytes);
}

/* Without texts it is the titles that are carried from batch to batch. */
Test(resume, without_texts)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .memory = 1, .resume_key = KEY, .no_store = true};
    char *segments[2];
    ft_resumed kept;
    ft_index *ix;
    ft_error err;

    cr_assert_gt(leave_unfinished(80, 1), 30);
    for (int interrupted = 0; interrupted < 2; interrupted++) {
        for (int part = !interrupted; part < 2; part++) {
            ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, "create");
            ft_index_resumed(ix, &kept);
            cr_assert_eq(kept.discarded, !interrupted, "a build with texts is another one");
            for (unsigned i = 0; i < (part ? DOCS : 80); i++)
                ft_fixture_ok(add_noted(ix, i, &err), &err, "add");
            if (part == 0)
                cr_assert_gt(ft_index_suspend(ix), 30);
        }
        cr_assert_eq(kept.documents > 0, interrupted);
        ft_fixture_close_committed(ix);
        segments[interrupted] = ft_fixture_segments(path);
        start_afresh();
    }
    cr_assert_str_eq(segments[0], segments[1]);
    free(segments[0]);
    free(segments[1]);
}

/* A record that is whole, in another place. */
Test(resume, records_belong_where_they_stand)
{
    size_t first, second;

    cr_assert_gt(leave_unfinished(90, 1), 30);
    save_files();
    memcpy(&first, journal_bytes + 40 + 16, 8);
    memcpy(&second, journal_bytes + 40 + 24, 8);
    size_t len = 32 + first + second;
    cr_assert_lt(40 + 2 * len, journal_len);
    memmove(journal_bytes + 40, journal_bytes + 40 + len, journal_len - 40 - len);
    restore_files(journal_len - len, segment_len);
    expect_good_build("the first record is missing");
    free(journal_bytes);
    free(segment_bytes);
}

Test(resume, power_is_lost, .timeout = 300)
{
    char before[1024], *after = path;
    uint64_t seed = ft_rng_seed();
    ft_faultio_plan none = {.nth = 1000000000};
    ft_error err;

    snprintf(before, sizeof before, "%s/before", dir);
    snprintf(path, sizeof path, "%s/before/x.ft", dir);
    cr_assert_eq(mkdir(before, 0700), 0);
    ft_faultio_record(before);
    leave_unfinished(50, 1);
    ft_fixture_ok(build(1, true, &err), &err, "build");
    size_t n = ft_faultio_logged();
    ft_faultio_stop();
    ft_faultio_arm(&none); /* nothing is synced */
    for (size_t cut = 0; cut <= n; cut++) {
        char to[1024], how[96];
        ft_rng rng = ft_rng_named(seed, "resume power loss");
        rng.state += cut;
        snprintf(how, sizeof how, "FT_SEED=%llu, cut %zu", (unsigned long long)seed, cut);
        snprintf(to, sizeof to, "%s/after", dir);
        snprintf(after, sizeof path, "%s/after/x.ft", dir);
        cr_assert_eq(mkdir(to, 0700), 0);
        ft_faultio_replay(cut, &rng, to);
        expect_good_build(how);
        ft_fixture_remove(strdup(to));
    }
    ft_faultio_disarm();
    ft_faultio_forget();
}
