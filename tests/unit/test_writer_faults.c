/* test_writer_faults.c - a small history of an index in which every allocation and every system call fails once. */
#include "scratch.h"

/* ------------------------------------------------ failing allocations */

static long countdown;

static int fail_at_zero(void *arg)
{
    (void)arg;
    return countdown-- == 0;
}

/* A small history: build, replace, delete, merge. */
static ft_status history(const char *path)
{
    ft_index_options o = {.size = sizeof o, .threads = 1, .replace = true};
    static const char *const texts[] = {"one two", "two three\n\nthree", "", "four"};
    ft_index *ix = NULL;
    bool existed;
    ft_status st = ft_index_create(&ix, path, &o, NULL);

    for (int round = 0; st == FT_OK && round < 2; round++) {
        for (size_t i = 0; st == FT_OK && i < 4; i++) {
            char id[2] = {(char)('a' + (i + (size_t)round) % 3), 0};
            ft_document doc = {.size = sizeof doc,
                               .id = {id, 1},
                               .title = {"title", 5},
                               .text = {texts[i], strlen(texts[i])},
                               .passage_words = 2};
            st = ft_index_add(ix, &doc, NULL);
        }
        if (st == FT_OK)
            st = ft_index_delete(ix, "b", 1, &existed, NULL);
        if (st == FT_OK)
            st = ft_index_commit(ix, NULL, NULL);
    }
    if (st == FT_OK)
        st = ft_index_merge(ix, NULL, NULL);
    ft_index_close(ix);
    return st;
}

Test(writer, every_failing_allocation_is_survived, .timeout = 300)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    long live = ft_mem_live();
    bool hit = true;
    ft_manifest m;

    for (long n = 0; hit; n += n < 300 ? 1 : 7) {
        countdown = n;
        ft_mem_set_hook(fail_at_zero, NULL);
        ft_status st = history(path);
        ft_mem_set_hook(NULL, NULL);
        hit = countdown < 0;
        cr_assert(st == FT_OK || (st == FT_ENOMEM && hit), "allocation %ld: status %d", n, (int)st);
        cr_assert_eq(ft_mem_live(), live, "allocation %ld leaks", n);
        if (ft_manifest_read(&m, path, NULL) == FT_OK) {
            ft_manifest_release(&m);
            check(path);
        }
    }
    check(path);
    free(path);
    remove_dir(dir);
}

/* ------------------------------------------------ failing system calls */

static bool now(void)
{
    if (countdown-- != 0)
        return false;
    errno = ENOSPC;
    return true;
}

static int failing_open(const char *path, int flags, mode_t mode)
{
    return now() ? -1 : ft_io_system.open(path, flags, mode);
}

static ssize_t failing_write(int fd, const void *data, size_t len)
{
    return now() ? -1 : ft_io_system.write(fd, data, len);
}

static ssize_t failing_read(int fd, void *data, size_t len)
{
    return now() ? -1 : ft_io_system.read(fd, data, len);
}

static ssize_t failing_read_at(int fd, void *data, size_t len, off_t off)
{
    return now() ? -1 : ft_io_system.read_at(fd, data, len, off);
}

static int failing_sync(int fd)
{
    return now() ? -1 : ft_io_system.sync(fd);
}

static int failing_rename(const char *from, const char *to)
{
    return now() ? -1 : ft_io_system.rename(from, to);
}

static void *failing_map(size_t len, int fd)
{
    return now() ? MAP_FAILED : ft_io_system.map(len, fd);
}

static int open_descriptors(void)
{
    char *names = list("/proc/self/fd");
    int n = 0;

    for (const char *p = names; *p; p++)
        n += *p == ' ';
    free(names);
    return n;
}

Test(writer, every_failing_call_is_survived, .timeout = 300)
{
    char *dir = temp_dir(), *path = join(dir, "x.ft");
    long live = ft_mem_live();
    int descriptors = open_descriptors();
    ft_io_table table = ft_io_system;
    ft_manifest m;

    table.open = failing_open;
    table.write = failing_write;
    table.read = failing_read;
    table.read_at = failing_read_at;
    table.sync = failing_sync;
    table.rename = failing_rename;
    table.map = failing_map;
    for (long n = 0;; n++) {
        countdown = n;
        ft_io = &table;
        ft_status st = history(path);
        ft_io = &ft_io_system;
        bool hit = countdown < 0;
        cr_assert(st == FT_OK || hit, "call %ld: status %d", n, (int)st);
        cr_assert_eq(ft_mem_live(), live, "call %ld leaks", n);
        cr_assert_eq(open_descriptors(), descriptors, "call %ld leaves a file open", n);
        st = ft_manifest_read(&m, path, NULL);
        cr_assert(st == FT_OK || st == FT_ENOINDEX, "call %ld: manifest status %d", n, (int)st);
        if (st == FT_OK) {
            ft_manifest_release(&m);
            check(path);
        }
        if (!hit)
            break;
    }
    free(path);
    remove_dir(dir);
}
