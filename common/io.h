/* io.h - all file access. Every call goes through one table of functions, so that tests can make the N-th one fail.
 * Failures name the file and carry errno's text. */
#ifndef FT_IO_H
#define FT_IO_H

#include "buf.h"
#include "status.h"

#include <dirent.h>
#include <sys/types.h>

/* The system calls the engine makes; ft_io points to the real ones. Tests replace it. */
typedef struct ft_io_table {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*write)(int fd, const void *data, size_t len);
    ssize_t (*read)(int fd, void *data, size_t len);
    ssize_t (*read_at)(int fd, void *data, size_t len, off_t off);
    int (*truncate)(int fd, off_t len);
    int (*sync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    void *(*map)(size_t len, int fd); /* read-only; MAP_FAILED on failure */
    int (*close)(int fd);
    int (*mkdir)(const char *path, mode_t mode);
    int (*rmdir)(const char *path);
    DIR *(*opendir)(const char *path);
    int (*room)(const char *path, uint64_t *bytes); /* free to this process in the file system that holds path */
} ft_io_table;
extern const ft_io_table *ft_io;
extern const ft_io_table ft_io_system;

/* open(2), close-on-exec and going on after EINTR; -1 with errno set. */
int ft_io_open(const char *path, int flags, mode_t mode);

/* opendir(3), going on after EINTR; NULL with errno set. Closed with closedir(3). */
DIR *ft_io_opendir(const char *path);

/* Makes what was written to fd durable. `path` is for the message. */
ft_status ft_io_sync(int fd, const char *path, ft_error *err);

/* The mode of a new file: for its owner alone, or as the umask says. */
static inline mode_t ft_io_mode(bool shared)
{
    return shared ? 0666 : 0600;
}

/* Writes all of it, going on after short writes and EINTR. `path` is for the message. */
ft_status ft_io_write_all(int fd, const char *path, const void *data, size_t len, ft_error *err);

/* A new file with these bytes, synced; one of the name that is there goes first. On failure there is none. */
ft_status ft_io_write_new(const char *path, bool shared, const ft_buf *data, ft_error *err);

/* Reads up to len bytes, going on after short reads; *got < len only at the end of the file. */
ft_status ft_io_read_full(int fd, const char *path, void *data, size_t len, size_t *got, ft_error *err);

/* The same from byte `off` of the file on; where reading goes on otherwise is left alone. */
ft_status ft_io_read_at(int fd, const char *path, uint64_t off, void *data, size_t len, size_t *got, ft_error *err);

/* Cuts an open file to len bytes and stands at its end. */
ft_status ft_io_cut(int fd, const char *path, uint64_t len, ft_error *err);

/* A whole file of at most max bytes into b (appended). FT_ENOTFOUND if there is none. */
ft_status ft_io_read_file(const char *path, size_t max, ft_buf *b, ft_error *err);

/* Syncs the directory itself, so that renames and new names in it last. */
ft_status ft_io_sync_dir(const char *path, ft_error *err);

/* "dir/name" in b, NUL-terminated; the pointer is valid until b changes. NULL when out of memory. */
const char *ft_io_join(ft_buf *b, const char *dir, const char *name);

/* A file mapped read-only. An empty file maps to data == NULL. */
typedef struct ft_mapping {
    const unsigned char *data;
    size_t len;
} ft_mapping;
/* FT_ENOTFOUND if there is no such file, FT_EIO otherwise. */
ft_status ft_mapping_open(ft_mapping *m, const char *path, ft_error *err);
void ft_mapping_close(ft_mapping *m);

/* A spool: bytes appended now and read back once, later, in order. Held in memory up to `room` bytes, beyond that in
 * an unlinked temporary file in `dir`. Appends have a sticky failure, told by ft_spool_status. */
typedef struct ft_spool {
    char *dir;       /* owned copy */
    ft_buf mem;      /* bytes not yet in the file */
    size_t room;
    uint64_t len;    /* all bytes appended */
    uint64_t filed;  /* of which in the file */
    int fd;          /* -1 while there is no file */
    ft_status st;    /* sticky */
    ft_error err;
} ft_spool;
ft_status ft_spool_init(ft_spool *s, const char *dir, size_t room, ft_error *err);
void ft_spool_put(ft_spool *s, const void *data, size_t len);
ft_status ft_spool_status(const ft_spool *s, ft_error *err);
/* Hands all bytes in order to sink, in pieces, once: the file's room on disk is given back as it is read. */
ft_status ft_spool_drain(ft_spool *s, ft_status (*sink)(void *arg, const void *data, size_t len, ft_error *err),
                         void *arg, ft_error *err);
void ft_spool_release(ft_spool *s);

#endif
