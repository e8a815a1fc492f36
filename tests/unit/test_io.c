#include "io.h"

#include "faultmem.h"
#include "mem.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[32];

static void make_dir(void)
{
    strcpy(dir, "/tmp/ftioXXXXXX");
    cr_assert(mkdtemp(dir));
}

static const char *in_dir(const char *name)
{
    static char path[64];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void remove_dir(void)
{
    unlink(in_dir("a"));
    cr_assert_eq(rmdir(dir), 0); /* and nothing else is left in it */
}

TestSuite(io, .init = make_dir, .fini = remove_dir);

/* Every other call is interrupted, and at most three bytes go through. */
static int turn;

static bool interrupted(void)
{
    if (turn++ % 2 == 0) {
        errno = EINTR;
        return true;
    }
    return false;
}

static int halting_open(const char *path, int flags, mode_t mode)
{
    return interrupted() ? -1 : open(path, flags, mode);
}

static ssize_t halting_write(int fd, const void *data, size_t len)
{
    return interrupted() ? -1 : write(fd, data, len < 3 ? len : 3);
}

static ssize_t halting_read(int fd, void *data, size_t len)
{
    return interrupted() ? -1 : read(fd, data, len < 3 ? len : 3);
}

static int halting_sync(int fd)
{
    return interrupted() ? -1 : fsync(fd);
}

static void write_file(const char *name, const void *data, size_t len)
{
    int fd = ft_io_open(in_dir(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    cr_assert_geq(fd, 0);
    cr_assert_eq(ft_io_write_all(fd, name, data, len, NULL), FT_OK);
    cr_assert_eq(ft_io_sync(fd, name, NULL), FT_OK);
    ft_io->close(fd);
}

Test(io, interruptions_and_short_counts)
{
    ft_io_table table = ft_io_system;
    ft_buf b = {0};

    table.open = halting_open;
    table.write = halting_write;
    table.read = halting_read;
    table.sync = halting_sync;
    ft_io = &table;
    write_file("a", "ten bytes.", 10);
    cr_assert_eq(ft_io_read_file(in_dir("a"), 100, &b, NULL), FT_OK);
    cr_assert_eq(ft_io_sync_dir(dir, NULL), FT_OK);
    ft_io = &ft_io_system;
    cr_assert_eq(b.len, 10);
    cr_assert_arr_eq(b.data, "ten bytes.", 10);
    ft_buf_release(&b);
}

static ssize_t full_write(int fd, const void *data, size_t len)
{
    (void)fd;
    (void)data;
    (void)len;
    errno = ENOSPC;
    return -1;
}

Test(io, errors_name_the_file)
{
    ft_io_table table = ft_io_system;
    ft_error err;
    ft_buf b = {0};

    cr_assert_eq(ft_io_read_file(in_dir("none"), 100, &b, &err), FT_ENOTFOUND);
    cr_assert(strstr(err.text, "none"));
    write_file("a", "0123456789", 10);
    cr_assert_eq(ft_io_read_file(in_dir("a"), 9, &b, &err), FT_ELIMIT);
    cr_assert_eq(ft_io_read_file(dir, 9, &b, &err), FT_EIO);
    table.write = full_write;
    ft_io = &table;
    cr_assert_eq(ft_io_write_all(1, "somewhere", "x", 1, &err), FT_EIO);
    ft_io = &ft_io_system;
    cr_assert_str_eq(err.text, "somewhere: cannot write: No space left on device");
    ft_buf_release(&b);
}

Test(io, join)
{
    ft_buf b = {0};

    cr_assert_str_eq(ft_io_join(&b, "x", "y"), "x/y");
    cr_assert_str_eq(ft_io_join(&b, "x/", "y"), "x/y");
    cr_assert_str_eq(ft_io_join(&b, "", "y"), "y");
    ft_buf_release(&b);
}

Test(io, mappings)
{
    ft_mapping m;

    cr_assert_eq(ft_mapping_open(&m, in_dir("none"), NULL), FT_ENOTFOUND);
    cr_assert_eq(ft_mapping_open(&m, dir, NULL), FT_EIO);
    write_file("a", "", 0);
    cr_assert_eq(ft_mapping_open(&m, in_dir("a"), NULL), FT_OK);
    cr_assert_null(m.data);
    ft_mapping_close(&m);
    write_file("a", "abc", 3);
    cr_assert_eq(ft_mapping_open(&m, in_dir("a"), NULL), FT_OK);
    cr_assert_eq(m.len, 3);
    cr_assert_arr_eq(m.data, "abc", 3);
    ft_mapping_close(&m);
}

/* ------------------------------------------------ spools */

static ft_status collect(void *arg, const void *data, size_t len, ft_error *err)
{
    ft_buf *b = arg;

    ft_buf_put(b, data, len);
    return ft_buf_status(b, err);
}

/* Fills a spool with pieces of all sizes and reads it back. */
static ft_status spool_round(size_t room, size_t total, ft_error *err)
{
    unsigned char piece[300];
    ft_buf out = {0};
    ft_spool s;
    ft_status st = ft_spool_init(&s, dir, room, err);

    for (size_t at = 0, n = 1; st == FT_OK && at < total; at += n, n = n % 300 + 1) {
        for (size_t i = 0; i < n; i++)
            piece[i] = (unsigned char)((at + i) * 31 >> 3);
        ft_spool_put(&s, piece, n);
    }
    if (st == FT_OK)
        st = ft_spool_drain(&s, collect, &out, err);
    if (st == FT_OK) {
        cr_assert_eq(out.len, s.len);
        for (size_t i = 0; i < out.len; i++)
            cr_assert(out.data[i] == (unsigned char)(i * 31 >> 3));
    }
    ft_buf_release(&out);
    ft_spool_release(&s);
    return st;
}

Test(io, spools)
{
    long live = ft_mem_live();

    cr_assert_eq(spool_round(1 << 20, 1000, NULL), FT_OK);
    cr_assert_eq(spool_round(4096, 200000, NULL), FT_OK);
    cr_assert_eq(spool_round(100, 40000, NULL), FT_OK);
    cr_assert_eq(spool_round(0, 1000, NULL), FT_OK);
    cr_assert_eq(spool_round(10, 0, NULL), FT_OK);
    cr_assert_eq(ft_mem_live(), live);
}

Test(io, spool_failures_stick)
{
    ft_io_table table = ft_io_system;
    ft_error err = {0};
    ft_spool s;

    table.write = full_write;
    ft_io = &table;
    cr_assert_eq(ft_spool_init(&s, dir, 4, NULL), FT_OK);
    ft_spool_put(&s, "12345", 5);
    ft_spool_put(&s, "1", 1);
    cr_assert_eq(ft_spool_status(&s, &err), FT_EIO);
    cr_assert(strstr(err.text, "No space"));
    cr_assert_eq(ft_spool_drain(&s, collect, NULL, NULL), FT_EIO);
    ft_spool_release(&s);
    ft_io = &ft_io_system;
    cr_assert_eq(ft_spool_init(&s, "/nonexistent", 4, NULL), FT_OK);
    ft_spool_put(&s, "12345", 5);
    cr_assert_eq(ft_spool_status(&s, NULL), FT_EIO);
    ft_spool_release(&s);
}

Test(io, no_allocation_matters)
{
    long live = ft_mem_live();

    FT_FAULT_LOOP(n, 1000) {
        ft_faultmem_arm(n, false);
        ft_status st = spool_round(100, 5000, NULL);
        bool hit = ft_faultmem_disarm();
        cr_assert_eq(st, hit ? FT_ENOMEM : FT_OK);
        cr_assert_eq(ft_mem_live(), live);
        if (!hit)
            break;
    }
}
