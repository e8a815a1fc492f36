/* tempdir.c - see tempdir.h. */
#include "tempdir.h"

#include "io.h"
#include "mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_DEPTH 8

ft_status ft_tempdir_make(ft_tempdir *t, const char *where, ft_error *err)
{
    static const char name[] = "/ftbench-XXXXXX";
    ft_buf path = {0};

    t->path = NULL;
    if (!where)
        where = getenv("TMPDIR");
    if (!where || !*where)
        where = "/tmp";
    ft_buf_puts(&path, where);
    ft_buf_put(&path, name, sizeof name);
    if (path.failed) {
        ft_buf_release(&path);
        return ft_fail_nomem(err);
    }
    if (!mkdtemp((char *)path.data)) {
        ft_fail_errno(err, "%.200s: a folder for temporary files", where);
        ft_buf_release(&path);
        return FT_EIO;
    }
    t->path = (char *)path.data;
    return FT_OK;
}

static void empty(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *e;

    if (!dir) {
        if (fd >= 0)
            ft_io->close(fd);
        return;
    }
    while ((e = readdir(dir))) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || unlinkat(fd, e->d_name, 0) == 0)
            continue;
        if (depth < MAX_DEPTH)
            empty(fd, e->d_name, depth + 1);
    }
    closedir(dir);
    unlinkat(parent, name, AT_REMOVEDIR);
}

void ft_tempdir_erase(const char *path)
{
    empty(AT_FDCWD, path, 0);
}

void ft_tempdir_remove(ft_tempdir *t)
{
    if (t->path)
        ft_tempdir_erase(t->path);
    ft_free(t->path);
    t->path = NULL;
}
