/* lock.c - the index directory: the writer's lock, what is in it, what may go; see manifest.h. */
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define HASH_DIGITS 16u

/* ------------------------------------------------ the lock */

ft_status ft_lock_take(const char *dir, bool shared, int *fd, ft_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    ft_buf path = {0};
    ft_status st = FT_OK;
    int rc;

    *fd = -1;
    const char *full = ft_io_join(&path, dir, FT_LOCK_NAME);
    if (!full) {
        st = ft_fail_nomem(err);
        goto out;
    }
    int lock = ft_io_open(full, O_RDWR | O_CREAT | O_NOFOLLOW, ft_io_mode(shared));
    if (lock < 0) {
        st = ft_fail_errno(err, "%s: cannot open", full);
        goto out;
    }
    do
        rc = fcntl(lock, F_OFD_SETLK, &whole);
    while (rc != 0 && errno == EINTR);
    if (rc == 0) {
        *fd = lock;
        goto out;
    }
    if (errno == EAGAIN || errno == EACCES) {
        st = ft_fail(err, FT_ELOCKED, "%s: another writer holds the index", dir);
        ft_hint(err, "wait for it to finish; the lock ends with its process");
    } else {
        st = ft_fail_errno(err, "%s: cannot lock", full);
    }
    ft_io->close(lock);
out:
    ft_buf_release(&path);
    return st;
}

void ft_lock_release(int fd)
{
    if (fd >= 0)
        ft_io->close(fd);
}

/* ------------------------------------------------ the directory */

/* Whether name is that of a file named by the hash of its content, and of which. */
static bool content_hash(const char *name, const char *suffix, uint64_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < HASH_DIGITS; i++) {
        char c = name[i];
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else
            return false;
        *hash = *hash << 4 | digit;
    }
    return strcmp(name + HASH_DIGITS, suffix) == 0;
}

static bool is_temporary(const char *name)
{
    return strncmp(name, FT_TEMP_PREFIX, strlen(FT_TEMP_PREFIX)) == 0;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The next entry other than . and .., or NULL at the end or on failure. */
static const char *next_name(DIR *d, const char *dir, ft_status *st, ft_error *err)
{
    const struct dirent *entry;

    do {
        errno = 0;
        entry = readdir(d);
    } while (entry && is_dots(entry->d_name));
    if (!entry && errno != 0)
        *st = ft_fail_errno(err, "%s: cannot read the directory", dir);
    return entry ? entry->d_name : NULL;
}

ft_status ft_dir_survey(const char *dir, ft_dir_state *out, ft_error *err)
{
    ft_status st = FT_OK;
    uint64_t hash;

    *out = (ft_dir_state){0};
    DIR *d = ft_io_opendir(dir);
    if (!d && errno == ENOENT)
        return FT_OK;
    if (!d && errno == ENOTDIR)
        return ft_fail(err, FT_EINVAL, "%s: not a directory", dir);
    if (!d)
        return ft_fail_errno(err, "%s: cannot read the directory", dir);
    out->existed = true;
    for (const char *name; (name = next_name(d, dir, &st, err));) {
        if (strcmp(name, FT_MANIFEST_NAME) == 0)
            out->has_manifest = true;
        else if (strcmp(name, FT_LOCK_NAME) == 0 || is_temporary(name) ||
                 content_hash(name, FT_SEGMENT_SUFFIX, &hash) || content_hash(name, FT_ORIGINS_SUFFIX, &hash))
            out->has_ours = true;
        else
            out->has_foreign = true;
    }
    closedir(d);
    return st;
}

/* Makes the new name in the parent last. A parent that may be entered but not read cannot be synced; so be it. */
static ft_status sync_parent(const char *dir, ft_error *err)
{
    size_t len = strlen(dir);
    ft_buf parent = {0};

    while (len > 1 && dir[len - 1] == '/')
        len--;
    while (len > 0 && dir[len - 1] != '/')
        len--;
    if (len == 0)
        ft_buf_puts(&parent, ".");
    else
        ft_buf_put(&parent, dir, len);
    ft_buf_putc(&parent, '\0');
    ft_status st = ft_buf_status(&parent, err);
    if (st == FT_OK) {
        st = ft_io_sync_dir((const char *)parent.data, err);
        if (st == FT_EIO && errno == EACCES)
            st = FT_OK;
    }
    ft_buf_release(&parent);
    return st;
}

ft_status ft_dir_make(const char *dir, bool shared, ft_error *err)
{
    struct stat info;

    if (ft_io->mkdir(dir, shared ? 0777 : 0700) == 0) {
        ft_status st = sync_parent(dir, err);
        if (st != FT_OK)
            ft_io->rmdir(dir);
        return st;
    }
    int number = errno;
    /* Whoever made it may have died, or not have cared, before its name was durable. */
    if (number == EEXIST && stat(dir, &info) == 0 && S_ISDIR(info.st_mode))
        return sync_parent(dir, err);
    if (number == EEXIST)
        return ft_fail(err, FT_EINVAL, "%s: not a directory", dir);
    errno = number;
    return ft_fail_errno(err, "%s: cannot create", dir);
}

static bool names(const ft_manifest *m, uint64_t hash)
{
    for (size_t i = 0; m && i < m->n_segments; i++)
        if (m->segments[i].hash == hash)
            return true;
    return false;
}

static ft_status remove_entry(ft_buf *path, const char *dir, const char *name, ft_error *err)
{
    const char *full = ft_io_join(path, dir, name);

    if (!full)
        return ft_fail_nomem(err);
    if (ft_io->unlink(full) == 0 || errno == ENOENT)
        return FT_OK;
    if (errno == EISDIR || errno == EPERM)
        return FT_OK; /* a directory of that name is not ours */
    return ft_fail_errno(err, "%s: cannot remove", full);
}

static bool is_among(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

ft_status ft_dir_clean_but(const char *dir, const ft_manifest *m, const char *const *keep, size_t n, ft_error *err)
{
    ft_buf path = {0};
    ft_status st = FT_OK;
    uint64_t hash;

    DIR *d = ft_io_opendir(dir);
    if (!d)
        return ft_fail_errno(err, "%s: cannot read the directory", dir);
    for (const char *name; st == FT_OK && (name = next_name(d, dir, &st, err));)
        if ((is_temporary(name) || (content_hash(name, FT_SEGMENT_SUFFIX, &hash) && !names(m, hash)) ||
             (content_hash(name, FT_ORIGINS_SUFFIX, &hash) && !(m && m->origins_hash == hash))) &&
            !is_among(name, keep, n))
            st = remove_entry(&path, dir, name, err);
    closedir(d);
    ft_buf_release(&path);
    return st;
}

ft_status ft_dir_clean(const char *dir, const ft_manifest *m, ft_error *err)
{
    return ft_dir_clean_but(dir, m, NULL, 0, err);
}
