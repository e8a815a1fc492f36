/* test_commits.c - what a writer promises: nothing half done is ever seen, one writer at a time, readers keep their
 * snapshot, and a merged index is the one a fresh build would have made. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *dir;
static char path[1024];

static void begin(void)
{
    dir = ft_fixture_dir();
    snprintf(path, sizeof path, "%s/x.ft", dir);
}

static void expect_hits(const char *query, const char *ids)
{
    char *got = ft_fixture_search(path, query, NULL);

    cr_assert_str_eq(got, ids, "%s: found <%s>, expected <%s>", query, got, ids);
    free(got);
}

static void small_index(void)
{
    ft_index *ix = ft_fixture_create(path);

    ft_fixture_add(ix, "a", "", "apple tree");
    ft_fixture_add(ix, "b", "", "bread and apple");
    ft_fixture_close_committed(ix);
}

Test(commits, create_refuses_what_is_there)
{
    ft_index_options opts = {.size = sizeof opts};
    ft_error err;
    ft_index *ix;

    begin();
    small_index();
    cr_assert_eq(ft_index_create(&ix, path, &opts, &err), FT_EEXIST);
    cr_assert_null(ix);
    expect_hits("tree", "a:0");
    const char *other = ft_fixture_path(dir, "other");
    cr_assert_eq(mkdir(other, 0700), 0);
    ft_fixture_write(ft_fixture_path(other, "letter.txt"), "dear", 4);
    other = ft_fixture_path(dir, "other");
    cr_assert_eq(ft_index_create(&ix, other, &opts, &err), FT_EEXIST);
    opts.replace = true;
    cr_assert_neq(ft_index_create(&ix, other, &opts, &err), FT_OK, "--force does not take over a foreign directory");
    char *files = ft_fixture_files(other);
    cr_assert_str_eq(files, "letter.txt\n", "%s", files);
    free(files);
    ft_fixture_remove(dir);
}

Test(commits, replace_keeps_the_old_until_commit)
{
    ft_index_options opts = {.size = sizeof opts, .replace = true, .threads = 1};
    ft_index *ix;

    begin();
    small_index();
    for (int finish = 0; finish < 2; finish++) {
        cr_assert_eq(ft_index_create(&ix, path, &opts, NULL), FT_OK);
        ft_fixture_add(ix, "c", "", "cherry tree");
        expect_hits("tree", "a:0");
        if (finish)
            ft_fixture_commit(ix);
        ft_index_close(ix);
        expect_hits("tree", finish ? "c:0" : "a:0");
        cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    }
    expect_hits("apple", "");
    ft_fixture_remove(dir);
}

Test(commits, an_unfinished_build_is_no_index)
{
    ft_error err;
    ft_reader *rd;

    begin();
    cr_assert_eq(ft_reader_open(&rd, path, &err), FT_ENOINDEX, "nothing there");
    ft_index *ix = ft_fixture_create(path);
    ft_fixture_add(ix, "a", "", "apple");
    cr_assert_eq(ft_reader_open(&rd, path, &err), FT_ENOINDEX, "not committed");
    cr_assert_null(rd);
    ft_index_close(ix);
    cr_assert_eq(ft_reader_open(&rd, path, &err), FT_ENOINDEX, "given up");
    cr_assert_eq(ft_index_open(&ix, path, NULL, &err), FT_ENOINDEX);
    small_index();
    expect_hits("tree", "a:0");
    ft_fixture_remove(dir);
}

Test(commits, one_at_a_time)
{
    ft_index_options opts = {.size = sizeof opts, .replace = true};
    ft_error err;
    ft_index *second;

    begin();
    ft_index *ix = ft_fixture_create(path);
    cr_assert_eq(ft_index_create(&second, path, &opts, &err), FT_ELOCKED, "within a process");
    ft_fixture_commit(ix);
    cr_assert_eq(ft_index_open(&second, path, NULL, &err), FT_ELOCKED, "within a process");
    pid_t child = fork();
    if (child == 0)
        _exit(ft_index_open(&second, path, NULL, NULL) == FT_ELOCKED ? 7 : 8);
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(WEXITSTATUS(status), 7, "from another process");
    ft_index_close(ix);
    ix = ft_fixture_open(path);
    ft_index_close(ix);
    ft_fixture_remove(dir);
}

Test(commits, a_reader_keeps_its_snapshot)
{
    uint64_t total;

    begin();
    small_index();
    ft_reader *old = ft_fixture_reader(path);
    ft_index *ix = ft_fixture_open(path);
    ft_fixture_add(ix, "c", "", "apple cake");
    cr_assert_eq(ft_index_delete(ix, "a", 1, NULL, NULL), FT_OK);
    ft_fixture_commit(ix);
    cr_assert_eq(ft_index_merge(ix, NULL, NULL), FT_OK);
    ft_index_close(ix);
    for (int round = 0; round < 2; round++) {
        char *ids = ft_fixture_ask(old, "apple", NULL, &total, NULL);
        cr_assert_str_eq(ids, "a:0 b:0", "%s", ids);
        free(ids);
    }
    expect_hits("apple", "c:0 b:0");
    ft_reader_close(old);
    ft_fixture_remove(dir);
}

Test(commits, deletes_and_replaces)
{
    ft_commit_info info;
    ft_stats stats;
    bool existed;

    begin();
    small_index();
    ft_index *ix = ft_fixture_open(path);
    cr_assert_eq(ft_index_delete(ix, "nobody", 6, &existed, NULL), FT_OK);
    cr_assert_not(existed);
    cr_assert_eq(ft_index_delete(ix, "a", 1, &existed, NULL), FT_OK);
    cr_assert(existed);
    ft_fixture_add(ix, "b", "", "butter");
    ft_fixture_add(ix, "c", "", "first c");
    ft_fixture_add(ix, "d", "", "dates");
    ft_fixture_add(ix, "c", "", "second c");
    expect_hits("apple", "a:0 b:0");
    cr_assert_eq(ft_index_commit(ix, &info, NULL), FT_OK);
    cr_assert_eq(info.documents, 3, "%llu", (unsigned long long)info.documents);
    cr_assert_eq(info.replaced, 2, "b of the index, c of this commit: %llu", (unsigned long long)info.replaced);
    cr_assert_eq(info.deleted, 1, "%llu", (unsigned long long)info.deleted);
    expect_hits("apple", "");
    expect_hits("first", "");
    expect_hits("second", "c:0");
    expect_hits("butter dates second", "b:0 d:0 c:0");
    /* Add, then delete, then add: the last word counts. */
    ft_fixture_add(ix, "e", "", "eggs");
    cr_assert_eq(ft_index_delete(ix, "e", 1, NULL, NULL), FT_OK);
    ft_fixture_add(ix, "f", "", "old figs");
    cr_assert_eq(ft_index_delete(ix, "f", 1, NULL, NULL), FT_OK);
    ft_fixture_add(ix, "f", "", "new figs");
    ft_fixture_commit(ix);
    expect_hits("eggs", "");
    expect_hits("figs", "f:0");
    expect_hits("old", "");
    ft_reader *rd = ft_fixture_reader(path);
    ft_reader_stats(rd, &stats);
    cr_assert_eq(stats.documents, 4, "%llu", (unsigned long long)stats.documents);
    cr_assert_eq(stats.deleted, 0, "segments of a and b alone are gone: %llu", (unsigned long long)stats.deleted);
    ft_reader_close(rd);
    ft_index_close(ix);
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    ft_fixture_remove(dir);
}

Test(commits, merged_is_the_bytes_of_a_fresh_build)
{
    begin();
    small_index();
    ft_index *ix = ft_fixture_open(path);
    ft_fixture_add(ix, "c", "Cakes", "carrot cake, apple cake");
    ft_fixture_commit(ix);
    ft_fixture_add(ix, "a", "", "another apple");
    cr_assert_eq(ft_index_delete(ix, "c", 1, NULL, NULL), FT_OK);
    ft_fixture_add(ix, "d", "", "dates");
    ft_fixture_commit(ix);
    cr_assert_eq(ft_index_merge(ix, NULL, NULL), FT_OK);
    ft_index_close(ix);
    char fresh[1024];
    snprintf(fresh, sizeof fresh, "%s/fresh.ft", dir);
    ix = ft_fixture_create(fresh);
    ft_fixture_add(ix, "b", "", "bread and apple");
    ft_fixture_add(ix, "a", "", "another apple");
    ft_fixture_add(ix, "d", "", "dates");
    ft_fixture_close_committed(ix);
    char *merged = ft_fixture_segments(path), *built = ft_fixture_segments(fresh);
    cr_assert_str_eq(merged, built, "merged:\n%sfresh:\n%s", merged, built);
    free(merged);
    free(built);
    ft_fixture_remove(dir);
}

Test(commits, merging_away_everything)
{
    uint64_t total;

    begin();
    small_index();
    ft_index *ix = ft_fixture_open(path);
    cr_assert_eq(ft_index_delete(ix, "a", 1, NULL, NULL), FT_OK);
    cr_assert_eq(ft_index_delete(ix, "b", 1, NULL, NULL), FT_OK);
    ft_fixture_commit(ix);
    expect_hits("apple", "");
    cr_assert_eq(ft_index_merge(ix, NULL, NULL), FT_OK);
    free(ft_fixture_search(path, "apple", &total));
    cr_assert_eq(total, 0);
    ft_fixture_add(ix, "a", "", "apple again");
    ft_fixture_commit(ix);
    ft_index_close(ix);
    expect_hits("apple", "a:0");
    cr_assert_eq(ft_check(path, NULL, NULL, NULL), FT_OK);
    ft_fixture_remove(dir);
}

/* Files that the manifest does not name are of a dead writer: the next one removes them, and only them. */
Test(commits, leftovers_are_cleared)
{
    begin();
    small_index();
    char *before = ft_fixture_files(path);
    ft_index *ix = ft_fixture_open(path);
    ft_fixture_add(ix, "z", "", "zebra");
    ft_index_close(ix);
    char *after = ft_fixture_files(path);
    cr_assert_str_eq(before, after, "given up: %s", after);
    free(before);
    free(after);
    expect_hits("zebra", "");
    ft_fixture_remove(dir);
}

Test(commits, permissions)
{
    struct stat st;
    ft_index_options opts = {.size = sizeof opts, .shared = true};
    ft_index *ix;

    umask(022);
    begin();
    small_index();
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0700, "%o", st.st_mode & 0777);
    cr_assert_eq(stat(ft_fixture_path(path, "MANIFEST"), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600, "%o", st.st_mode & 0777);
    cr_assert_eq(ft_index_create(&ix, ft_fixture_path(dir, "shared.ft"), &opts, NULL), FT_OK);
    ft_fixture_close_committed(ix);
    cr_assert_eq(stat(ft_fixture_path(dir, "shared.ft"), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0755, "%o", st.st_mode & 0777);
    cr_assert_eq(stat(ft_fixture_path(dir, "shared.ft/MANIFEST"), &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0644, "%o", st.st_mode & 0777);
    ft_fixture_remove(dir);
}
