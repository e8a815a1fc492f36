/* faultio.c - see faultio.h. Failures of the tests' own are Criterion assertions. */
#include "faultio.h"

#include "io.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS 1024
#define NONE ((size_t)-1)

/* ------------------------------------------------ failing calls */

static struct {
    pthread_mutex_t lock; /* of everything in this file */
    ft_faultio_plan plan;
    bool armed;
    long seen, failed;
    ft_faultio_call first;
} fault = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool now(ft_faultio_call call)
{
    if (!fault.armed || (fault.plan.calls && !(fault.plan.calls >> call & 1)))
        return false;
    fault.seen++;
    if (fault.seen < fault.plan.nth || (fault.seen > fault.plan.nth && !fault.plan.persistent))
        return false;
    if (fault.failed++ == 0)
        fault.first = call;
    errno = fault.plan.number;
    return true;
}

/* ------------------------------------------------ the log */

typedef enum op_kind { OP_CREATE, OP_RENAME, OP_UNLINK, OP_WRITE, OP_CUT, OP_SYNC, OP_SYNC_DIR } op_kind;

/* Files are numbered as they are created; directories have numbers too, and no bytes. Names are relative to root, and
 * "" is root. */
typedef struct op {
    op_kind kind;
    size_t file;
    char *name, *to;    /* to: of a rename */
    size_t off, len;    /* of a write; off: the new length of a cut */
    unsigned char *data;
    size_t durable;     /* place of the sync that made it last; NONE while there was none */
} op;

/* A name and what it stands for. */
typedef struct entry {
    char *name;
    size_t file;
} entry;

typedef struct name_table {
    entry *items;
    size_t n;
} name_table;

static struct {
    char *root;         /* NULL: not recording */
    op *ops;
    size_t n_ops, cap;
    bool *is_dir;       /* by file */
    size_t n_files;
    name_table names;   /* as they are now */
    size_t files[DESCRIPTORS]; /* by open descriptor: its file, or NONE */
    char *dirs[DESCRIPTORS];   /* or its directory's name */
} record;

static entry *find(name_table *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->items[i].name, name) == 0)
            return &t->items[i];
    return NULL;
}

static void unset(name_table *t, const char *name)
{
    entry *e = find(t, name);

    if (e) {
        free(e->name);
        *e = t->items[--t->n];
    }
}

static void set(name_table *t, const char *name, size_t file)
{
    unset(t, name);
    t->items = realloc(t->items, (t->n + 1) * sizeof *t->items);
    cr_assert_not_null(t->items);
    t->items[t->n++] = (entry){strdup(name), file};
}

static void release(name_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->items[i].name);
    free(t->items);
    *t = (name_table){0};
}

static void apply(name_table *t, const op *o)
{
    if (o->kind == OP_RENAME || o->kind == OP_UNLINK)
        unset(t, o->name);
    if (o->kind != OP_UNLINK)
        set(t, o->kind == OP_RENAME ? o->to : o->name, o->file);
}

/* The part of the path below root, or NULL. */
static const char *below(const char *path)
{
    size_t len = record.root ? strlen(record.root) : 0;

    if (!record.root || strncmp(path, record.root, len) != 0 || (path[len] != '/' && path[len] != '\0'))
        return NULL;
    path += len;
    return path + strspn(path, "/");
}

static op *append(op_kind kind, size_t file, const char *name)
{
    if (record.n_ops == record.cap) {
        record.cap = record.cap ? 2 * record.cap : 256;
        record.ops = realloc(record.ops, record.cap * sizeof *record.ops);
        cr_assert_not_null(record.ops);
    }
    op *o = &record.ops[record.n_ops++];
    *o = (op){.kind = kind, .file = file, .name = name ? strdup(name) : NULL, .durable = NONE};
    return o;
}

static void log_create(const char *name, bool is_dir)
{
    size_t file = record.n_files++;

    record.is_dir = realloc(record.is_dir, record.n_files * sizeof *record.is_dir);
    cr_assert_not_null(record.is_dir);
    record.is_dir[file] = is_dir;
    apply(&record.names, append(OP_CREATE, file, name));
}

static void log_open(int fd, const char *path, int flags)
{
    const char *name = below(path);

    if (!name)
        return;
    cr_assert(fd < DESCRIPTORS && !(flags & (O_TRUNC | O_APPEND)), "%s: opened in a way the log does not know", path);
    if (flags & O_DIRECTORY) {
        size_t len = strlen(name);
        while (len > 0 && name[len - 1] == '/')
            len--;
        record.dirs[fd] = strndup(name, len);
        return;
    }
    if (!find(&record.names, name))
        log_create(name, false);
    record.files[fd] = find(&record.names, name)->file;
}

static void log_write(int fd, off_t off, const void *data, size_t len)
{
    if (!record.root || fd >= DESCRIPTORS || record.files[fd] == NONE)
        return;
    op *o = append(OP_WRITE, record.files[fd], NULL);
    o->off = (size_t)off;
    o->len = len;
    o->data = malloc(len);
    cr_assert_not_null(o->data);
    memcpy(o->data, data, len);
}

static bool is_in(const char *name, const char *dir)
{
    const char *slash = strrchr(name, '/');
    size_t len = slash ? (size_t)(slash - name) : 0;

    return strlen(dir) == len && memcmp(name, dir, len) == 0;
}

static void log_sync(int fd)
{
    if (!record.root || fd >= DESCRIPTORS || (record.files[fd] == NONE && !record.dirs[fd]))
        return;
    const char *dir = record.dirs[fd];
    for (size_t i = 0; i < record.n_ops; i++) {
        op *o = &record.ops[i];
        bool lasts = dir ? o->kind <= OP_UNLINK && is_in(o->name, dir)
                         : (o->kind == OP_WRITE || o->kind == OP_CUT) && o->file == record.files[fd];
        if (lasts && o->durable == NONE)
            o->durable = record.n_ops;
    }
    append(dir ? OP_SYNC_DIR : OP_SYNC, record.files[fd], dir);
}

static void log_rename(const char *from, const char *to)
{
    const char *name = below(from);

    if (!name)
        return;
    cr_assert(find(&record.names, name) && below(to));
    op *o = append(OP_RENAME, find(&record.names, name)->file, name);
    o->to = strdup(below(to));
    apply(&record.names, o);
}

static void log_unlink(const char *path)
{
    const char *name = below(path);
    const entry *e = name ? find(&record.names, name) : NULL;

    if (!name)
        return;
    cr_assert_not_null(e, "%s: removed but never made", path);
    apply(&record.names, append(OP_UNLINK, e->file, name));
}

static void log_close(int fd)
{
    if (fd < 0 || fd >= DESCRIPTORS)
        return;
    record.files[fd] = NONE;
    free(record.dirs[fd]);
    record.dirs[fd] = NULL;
}

/* ------------------------------------------------ the table */

static void lock(void)
{
    pthread_mutex_lock(&fault.lock);
}

/* What the call returns, with errno as the call left it. */
static ssize_t unlock(ssize_t rc)
{
    int number = errno;

    pthread_mutex_unlock(&fault.lock);
    errno = number;
    return rc;
}

static int do_open(const char *path, int flags, mode_t mode)
{
    lock();
    int fd = now(FT_CALL_OPEN) ? -1 : ft_io_system.open(path, flags, mode);
    if (fd >= 0)
        log_open(fd, path, flags);
    return (int)unlock(fd);
}

static ssize_t do_write(int fd, const void *data, size_t len)
{
    lock();
    bool fails = now(FT_CALL_WRITE);
    if (fails && fault.plan.number != 0)
        return unlock(-1);
    if (fails)
        len = (len + 1) / 2;
    off_t off = lseek(fd, 0, SEEK_CUR);
    ssize_t n = ft_io_system.write(fd, data, len);
    if (n > 0)
        log_write(fd, off, data, (size_t)n);
    return unlock(n);
}

static ssize_t do_read(int fd, void *data, size_t len)
{
    lock();
    return unlock(now(FT_CALL_READ) ? -1 : ft_io_system.read(fd, data, len));
}

static ssize_t do_read_at(int fd, void *data, size_t len, off_t off)
{
    lock();
    return unlock(now(FT_CALL_READ) ? -1 : ft_io_system.read_at(fd, data, len, off));
}

static int do_truncate(int fd, off_t len)
{
    lock();
    int rc = now(FT_CALL_TRUNCATE) ? -1 : ft_io_system.truncate(fd, len);
    if (rc == 0 && record.root && fd < DESCRIPTORS && record.files[fd] != NONE)
        append(OP_CUT, record.files[fd], NULL)->off = (size_t)len;
    return (int)unlock(rc);
}

static int do_sync(int fd)
{
    lock();
    bool fails = now(FT_CALL_SYNC);
    if (!fails)
        log_sync(fd);
    return (int)unlock(fails ? -1 : 0);
}

static int do_rename(const char *from, const char *to)
{
    lock();
    int rc = now(FT_CALL_RENAME) ? -1 : ft_io_system.rename(from, to);
    if (rc == 0)
        log_rename(from, to);
    return (int)unlock(rc);
}

static int do_unlink(const char *path)
{
    lock();
    int rc = now(FT_CALL_UNLINK) ? -1 : ft_io_system.unlink(path);
    if (rc == 0)
        log_unlink(path);
    return (int)unlock(rc);
}

static void *do_map(size_t len, int fd)
{
    lock();
    void *p = now(FT_CALL_MAP) ? MAP_FAILED : ft_io_system.map(len, fd);
    unlock(0);
    return p;
}

static int do_close(int fd)
{
    lock();
    bool fails = now(FT_CALL_CLOSE);
    int number = errno;
    int rc = ft_io_system.close(fd);
    log_close(fd);
    if (fails)
        errno = number;
    return (int)unlock(fails ? -1 : rc);
}

static int do_mkdir(const char *path, mode_t mode)
{
    lock();
    int rc = now(FT_CALL_MKDIR) ? -1 : ft_io_system.mkdir(path, mode);
    if (rc == 0 && below(path))
        log_create(below(path), true);
    return (int)unlock(rc);
}

static int do_rmdir(const char *path)
{
    lock();
    int rc = now(FT_CALL_RMDIR) ? -1 : ft_io_system.rmdir(path);
    if (rc == 0)
        log_unlink(path);
    return (int)unlock(rc);
}

static DIR *do_opendir(const char *path)
{
    lock();
    DIR *d = now(FT_CALL_OPENDIR) ? NULL : ft_io_system.opendir(path);
    unlock(0);
    return d;
}

static int do_room(const char *path, uint64_t *bytes)
{
    return ft_io_system.room(path, bytes);
}

static const ft_io_table table = {
    .open = do_open,
    .write = do_write,
    .read = do_read,
    .read_at = do_read_at,
    .truncate = do_truncate,
    .sync = do_sync,
    .rename = do_rename,
    .unlink = do_unlink,
    .map = do_map,
    .close = do_close,
    .mkdir = do_mkdir,
    .rmdir = do_rmdir,
    .opendir = do_opendir,
    .room = do_room,
};

static void choose_table(void)
{
    ft_io = fault.armed || record.root ? &table : &ft_io_system;
}

void ft_faultio_arm(const ft_faultio_plan *plan)
{
    fault.plan = *plan;
    fault.seen = fault.failed = 0;
    fault.armed = true;
    choose_table();
}

long ft_faultio_disarm(void)
{
    fault.armed = false;
    choose_table();
    return fault.failed;
}

ft_faultio_call ft_faultio_failed(void)
{
    return fault.failed ? fault.first : FT_CALLS;
}

const char *ft_faultio_name(ft_faultio_call call)
{
    static const char *const names[FT_CALLS + 1] = {"open",  "write", "read",  "sync",    "rename",   "unlink", "map",
                                                    "close", "mkdir", "rmdir", "opendir", "truncate", "none"};

    return names[call];
}

void ft_faultio_record(const char *root)
{
    ft_faultio_forget();
    record.root = strdup(root);
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        record.files[fd] = NONE;
    choose_table();
}

size_t ft_faultio_logged(void)
{
    return record.n_ops;
}

void ft_faultio_stop(void)
{
    free(record.root);
    record.root = NULL;
    choose_table();
}

void ft_faultio_forget(void)
{
    ft_faultio_stop();
    for (size_t i = 0; i < record.n_ops; i++) {
        free(record.ops[i].name);
        free(record.ops[i].to);
        free(record.ops[i].data);
    }
    free(record.ops);
    free(record.is_dir);
    release(&record.names);
    record.ops = NULL;
    record.is_dir = NULL;
    record.n_ops = record.cap = record.n_files = 0;
}

/* ------------------------------------------------ replaying */

/* Sometimes all is kept, sometimes nothing, mostly a part. */
static unsigned some_percent(ft_rng *rng)
{
    static const unsigned percents[] = {0, 10, 50, 90, 100};

    return percents[ft_rng_below(rng, sizeof percents / sizeof *percents)];
}

static void put_bytes(int fd, const op *o, size_t len, bool zeros)
{
    unsigned char *data = zeros ? calloc(len + 1, 1) : NULL;

    cr_assert(len == 0 || pwrite(fd, zeros ? data : o->data, len, (off_t)o->off) == (ssize_t)len);
    free(data);
}

static void replay_file(size_t file, size_t cut, ft_rng *rng, unsigned percent, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

    cr_assert(fd >= 0, "%s: %s", path, strerror(errno));
    for (size_t i = 0; i < cut; i++) {
        const op *o = &record.ops[i];
        if ((o->kind != OP_WRITE && o->kind != OP_CUT) || o->file != file)
            continue;
        bool lasts = o->durable < cut || ft_rng_chance(rng, percent);
        if (o->kind == OP_CUT)
            cr_assert(!lasts || ftruncate(fd, (off_t)o->off) == 0);
        else if (lasts)
            put_bytes(fd, o, o->len, false);
        else if (ft_rng_chance(rng, 50))
            put_bytes(fd, o, ft_rng_below(rng, (uint32_t)o->len), false);
        else if (ft_rng_chance(rng, 50))
            put_bytes(fd, o, o->len, true);
    }
    close(fd);
}

/* Directories, whose names are shorter, come before what is in them. */
static int by_length(const void *a, const void *b)
{
    size_t x = strlen(((const entry *)a)->name), y = strlen(((const entry *)b)->name);

    return x < y ? -1 : x > y;
}

void ft_faultio_replay(size_t cut, ft_rng *rng, const char *to)
{
    unsigned names_percent = some_percent(rng), bytes_percent = some_percent(rng);
    name_table names = {0};
    char path[4096];
    struct stat sb;

    for (size_t i = 0; i < cut; i++) {
        const op *o = &record.ops[i];
        if (o->kind <= OP_UNLINK && (o->durable < cut || ft_rng_chance(rng, names_percent)))
            apply(&names, o);
    }
    if (names.n > 0)
        qsort(names.items, names.n, sizeof *names.items, by_length);
    for (size_t i = 0; i < names.n; i++) {
        const entry *e = &names.items[i];
        snprintf(path, sizeof path, "%s/%s", to, e->name);
        char *slash = strrchr(path, '/');
        *slash = '\0';
        bool has_parent = stat(path, &sb) == 0;
        *slash = '/';
        if (!has_parent)
            continue; /* its directory's name is lost, and all in it */
        if (record.is_dir[e->file])
            cr_assert_eq(mkdir(path, 0700), 0);
        else
            replay_file(e->file, cut, rng, bytes_percent, path);
    }
    release(&names);
}
