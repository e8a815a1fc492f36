/* io.c - file access through one replaceable table; see io.h. */
#include "io.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define READ_STEP 65536u    /* room asked for at a time when a file's size is not known */
#define DRAIN_STEP 32768u   /* a spool's file is handed on in pieces of this size */
#define FREE_STEP (UINT64_C(4) << 20) /* bytes of a spool's file, a multiple of DRAIN_STEP */
#define SPOOL_NAMES 100000u /* names tried for a spool's file */

/* ------------------------------------------------ the table */

static int system_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

static void *system_map(size_t len, int fd)
{
    return mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
}

static int system_room(const char *path, uint64_t *bytes)
{
    struct statvfs fs;

    if (statvfs(path, &fs) != 0)
        return -1;
    if (__builtin_mul_overflow((uint64_t)fs.f_bavail, (uint64_t)fs.f_frsize, bytes))
        *bytes = UINT64_MAX;
    return 0;
}

const ft_io_table ft_io_system = {
    .open = system_open,
    .write = write,
    .read = read,
    .read_at = pread,
    .truncate = ftruncate,
    .sync = fsync,
    .rename = rename,
    .unlink = unlink,
    .map = system_map,
    .close = close,
    .mkdir = mkdir,
    .rmdir = rmdir,
    .opendir = opendir,
    .room = system_room,
};

const ft_io_table *ft_io = &ft_io_system;

/* ------------------------------------------------ files */

int ft_io_open(const char *path, int flags, mode_t mode)
{
    int fd;

    do
        fd = ft_io->open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

DIR *ft_io_opendir(const char *path)
{
    DIR *d;

    do
        d = ft_io->opendir(path);
    while (!d && errno == EINTR);
    return d;
}

ft_status ft_io_sync(int fd, const char *path, ft_error *err)
{
    int rc;

    do
        rc = ft_io->sync(fd);
    while (rc != 0 && errno == EINTR);
    return rc == 0 ? FT_OK : ft_fail_errno(err, "%s: cannot sync", path);
}

ft_status ft_io_write_all(int fd, const char *path, const void *data, size_t len, ft_error *err)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = ft_io->write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = ENOSPC; /* no progress and no reason given */
        if (n <= 0)
            return ft_fail_errno(err, "%s: cannot write", path);
        p += n;
        len -= (size_t)n;
    }
    return FT_OK;
}

ft_status ft_io_write_new(const char *path, bool shared, const ft_buf *data, ft_error *err)
{
    if (ft_io->unlink(path) != 0 && errno != ENOENT)
        return ft_fail_errno(err, "%s: cannot remove", path);
    int fd = ft_io_open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, ft_io_mode(shared));
    if (fd < 0)
        return ft_fail_errno(err, "%s: cannot create", path);
    ft_status st = ft_io_write_all(fd, path, data->data, data->len, err);
    if (st == FT_OK)
        st = ft_io_sync(fd, path, err);
    if (ft_io->close(fd) != 0 && errno != EINTR && st == FT_OK)
        st = ft_fail_errno(err, "%s: cannot close", path);
    if (st != FT_OK)
        ft_io->unlink(path);
    return st;
}

/* From where the file stands, or from byte `off` on if that is not negative. */
static ft_status read_all(int fd, const char *path, off_t off, char *p, size_t len, size_t *got, ft_error *err)
{
    *got = 0;
    while (*got < len) {
        size_t left = len - *got;
        ssize_t n = off < 0 ? ft_io->read(fd, p + *got, left) : ft_io->read_at(fd, p + *got, left, off + (off_t)*got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ft_fail_errno(err, "%s: cannot read", path);
        if (n == 0)
            break;
        *got += (size_t)n;
    }
    return FT_OK;
}

ft_status ft_io_read_full(int fd, const char *path, void *data, size_t len, size_t *got, ft_error *err)
{
    return read_all(fd, path, -1, data, len, got, err);
}

ft_status ft_io_read_at(int fd, const char *path, uint64_t off, void *data, size_t len, size_t *got, ft_error *err)
{
    return read_all(fd, path, (off_t)off, data, len, got, err);
}

ft_status ft_io_cut(int fd, const char *path, uint64_t len, ft_error *err)
{
    int rc;

    do
        rc = ft_io->truncate(fd, (off_t)len);
    while (rc != 0 && errno == EINTR);
    if (rc == 0 && lseek(fd, (off_t)len, SEEK_SET) < 0)
        rc = -1;
    return rc == 0 ? FT_OK : ft_fail_errno(err, "%s: cannot cut", path);
}

static ft_status fail_open(const char *path, ft_error *err)
{
    if (errno == ENOENT || errno == ENOTDIR)
        return ft_fail(err, FT_ENOTFOUND, "%s: no such file", path);
    return ft_fail_errno(err, "%s: cannot open", path);
}

ft_status ft_io_read_file(const char *path, size_t max, ft_buf *b, ft_error *err)
{
    ft_status st = FT_OK;
    size_t total = 0, got;

    int fd = ft_io_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fail_open(path, err);
    do {
        unsigned char *to = ft_buf_reserve(b, READ_STEP);
        if (!to) {
            st = ft_fail_nomem(err);
            break;
        }
        st = ft_io_read_full(fd, path, to, READ_STEP, &got, err);
        if (st != FT_OK)
            break;
        b->len += got;
        total += got;
        if (total > max)
            st = ft_fail(err, FT_ELIMIT, "%s: larger than %zu bytes", path, max);
    } while (st == FT_OK && got == READ_STEP);
    ft_io->close(fd);
    return st;
}

ft_status ft_io_sync_dir(const char *path, ft_error *err)
{
    int fd = ft_io_open(path, O_RDONLY | O_DIRECTORY, 0);

    if (fd < 0)
        return ft_fail_errno(err, "%s: cannot open", path);
    ft_status st = ft_io_sync(fd, path, err);
    ft_io->close(fd);
    return st;
}

const char *ft_io_join(ft_buf *b, const char *dir, const char *name)
{
    size_t len = strlen(dir);

    ft_buf_reset(b);
    ft_buf_put(b, dir, len);
    if (len > 0 && dir[len - 1] != '/')
        ft_buf_putc(b, '/');
    ft_buf_put(b, name, strlen(name) + 1);
    return b->failed ? NULL : (const char *)b->data;
}

/* ------------------------------------------------ mappings */

ft_status ft_mapping_open(ft_mapping *m, const char *path, ft_error *err)
{
    ft_status st = FT_OK;
    struct stat info;

    *m = (ft_mapping){0};
    int fd = ft_io_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fail_open(path, err);
    if (fstat(fd, &info) != 0) {
        st = ft_fail_errno(err, "%s: cannot stat", path);
    } else if (!S_ISREG(info.st_mode)) {
        st = ft_fail(err, FT_EIO, "%s: not a regular file", path);
    } else if (info.st_size > 0) {
        void *data = ft_io->map((size_t)info.st_size, fd);
        if (data == MAP_FAILED)
            st = ft_fail_errno(err, "%s: cannot map", path);
        else
            *m = (ft_mapping){data, (size_t)info.st_size};
    }
    ft_io->close(fd);
    return st;
}

void ft_mapping_close(ft_mapping *m)
{
    union {
        const unsigned char *read_only;
        void *any;
    } address = {m->data};

    if (m->data)
        munmap(address.any, m->len);
    *m = (ft_mapping){0};
}

/* ------------------------------------------------ spools */

ft_status ft_spool_init(ft_spool *s, const char *dir, size_t room, ft_error *err)
{
    size_t len = strlen(dir) + 1;

    *s = (ft_spool){.room = room, .fd = -1};
    s->dir = ft_alloc(len, 1);
    if (!s->dir) {
        s->st = ft_fail_nomem(&s->err);
        return ft_fail_nomem(err);
    }
    memcpy(s->dir, dir, len);
    return FT_OK;
}

/* A file without a name, so that it goes with the process. The name it has for an instant is one that the next writer
 * removes, should the process die just then. */
static ft_status open_file(ft_spool *s)
{
    static atomic_uint counter;
    ft_buf path = {0};
    ft_status st = FT_OK;
    char name[32];

    for (unsigned tries = 0; s->fd < 0 && st == FT_OK; tries++) {
        snprintf(name, sizeof name, "tmp-spool-%u", atomic_fetch_add(&counter, 1));
        const char *full = ft_io_join(&path, s->dir, name);
        if (!full) {
            st = ft_fail_nomem(&s->err);
            break;
        }
        s->fd = ft_io_open(full, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
        if (s->fd < 0 && (errno != EEXIST || tries == SPOOL_NAMES))
            st = ft_fail_errno(&s->err, "%s: cannot create", full);
        else if (s->fd >= 0 && ft_io->unlink(full) != 0)
            st = ft_fail_errno(&s->err, "%s: cannot remove", full);
    }
    ft_buf_release(&path);
    return st;
}

static ft_status file_bytes(ft_spool *s, const void *data, size_t len)
{
    ft_status st = s->fd < 0 ? open_file(s) : FT_OK;

    if (st == FT_OK)
        st = ft_io_write_all(s->fd, s->dir, data, len, &s->err);
    if (st == FT_OK)
        s->filed += len;
    return st;
}

void ft_spool_put(ft_spool *s, const void *data, size_t len)
{
    if (s->st != FT_OK || len == 0)
        return;
    if (len > s->room - s->mem.len) {
        if (s->mem.len > 0)
            s->st = file_bytes(s, s->mem.data, s->mem.len);
        ft_buf_reset(&s->mem);
    }
    if (s->st == FT_OK && len > s->room) {
        s->st = file_bytes(s, data, len);
    } else if (s->st == FT_OK) {
        ft_buf_put(&s->mem, data, len);
        s->st = ft_buf_status(&s->mem, &s->err);
    }
    if (s->st == FT_OK)
        s->len += len;
}

ft_status ft_spool_status(const ft_spool *s, ft_error *err)
{
    if (s->st != FT_OK && err)
        *err = s->err;
    return s->st;
}

ft_status ft_spool_drain(ft_spool *s, ft_status (*sink)(void *arg, const void *data, size_t len, ft_error *err),
                         void *arg, ft_error *err)
{
    ft_status st = ft_spool_status(s, err);
    unsigned char piece[DRAIN_STEP];

    if (st == FT_OK && s->filed > 0 && lseek(s->fd, 0, SEEK_SET) < 0)
        st = ft_fail_errno(err, "%s: cannot seek in a temporary file", s->dir);
    for (uint64_t left = s->filed; st == FT_OK && left > 0;) {
        size_t want = left < sizeof piece ? (size_t)left : sizeof piece, got;
        st = ft_io_read_full(s->fd, s->dir, piece, want, &got, err);
        if (st == FT_OK && got < want)
            st = ft_fail(err, FT_EIO, "%s: a temporary file became shorter", s->dir);
        if (st == FT_OK)
            st = sink(arg, piece, want, err);
        left -= want;
        /* What was read is not needed again; where a file system cannot give its room back, it stays until the end. */
        if ((s->filed - left) % FREE_STEP == 0)
            (void)fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)(s->filed - left));
    }
    if (st == FT_OK && s->mem.len > 0)
        st = sink(arg, s->mem.data, s->mem.len, err);
    return st;
}

void ft_spool_release(ft_spool *s)
{
    if (s->fd >= 0 && s->dir)
        ft_io->close(s->fd);
    ft_buf_release(&s->mem);
    ft_free(s->dir);
    *s = (ft_spool){.fd = -1};
}
