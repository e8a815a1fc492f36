/* commands_record.c - see commands_record.h. */
#include "commands_record.h"

#include "detect.h"
#include "mem.h"

#include <errno.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define FINE (SECOND / 50) /* times of files lag behind the clock by a tick of the kernel: 10 ms at most */
#define COARSE (2 * SECOND) /* and by this where file systems keep whole seconds only */
#define PIECE (128 * 1024)

void ft_record_release(ft_record *r)
{
    ft_catalogue_release(&r->catalogue);
    r->file = NULL;
}

/* ------------------------------------------------ groups */

/* Whether an input can be visited again: a file or a directory, by name. */
static bool is_lasting(const char *word)
{
    struct stat sb;

    return strcmp(word, "-") != 0 && strlen(word) <= FT_CATALOGUE_PATH_MAX && stat(word, &sb) == 0 &&
           (S_ISREG(sb.st_mode) || S_ISDIR(sb.st_mode));
}

static ft_catalogue_group describe(const ft_settings *set)
{
    return (ft_catalogue_group){
        .directory = "/",
        .format = ft_format_names[set->format],
        .encoding = set->encoding ? set->encoding : "",
        .file_words = set->file_words,
        .record_words = set->record_words,
        .max_size = set->max_size,
        .filter_seconds = set->filters.n ? set->filter_seconds : 0,
        .filter_bytes = set->filters.n ? set->filter_bytes : 0,
        .strict = set->strict,
        .include = set->include,
        .exclude = set->exclude,
        .filters = set->filters,
    };
}

static ft_status begin_group(ft_record *r, const ft_settings *set, const char *const *words, size_t n, ft_error *err)
{
    ft_catalogue_group like = describe(set);
    bool lasting = false, relative = set->filters.n > 0; /* a filter may be named by a relative path */
    char directory[PATH_MAX];
    ft_status st = FT_OK;

    for (size_t i = 0; i < n; i++)
        if (is_lasting(words[i])) {
            lasting = true;
            relative |= words[i][0] != '/';
        }
    bool placed = !relative || getcwd(directory, sizeof directory);
    if (relative && placed)
        like.directory = directory;
    /* Without a working directory there is no saying where relative paths begin. */
    if (lasting && placed) {
        ft_catalogue_group *g = ft_catalogue_find(&r->catalogue, &like);
        if (!g)
            g = ft_catalogue_add(&r->catalogue, &like);
        bool kept = g != NULL;
        for (size_t i = 0; kept && i < n; i++)
            kept = !is_lasting(words[i]) || ft_catalogue_put_input(&r->catalogue, g, words[i]);
        st = kept ? FT_OK : ft_fail_nomem(err);
        r->group = g ? (size_t)(g - r->catalogue.groups) : SIZE_MAX;
    }
    return st;
}

ft_status ft_record_begin(ft_record *r, const ft_reader *rd, const ft_settings *set, const char *const *words, size_t n,
                          ft_error *err)
{
    ft_str bytes = {"", 0};
    ft_status st = rd ? ft_reader_sources(rd, &bytes, err) : FT_OK;

    *r = (ft_record){.group = SIZE_MAX};
    ft_catalogue_init(&r->catalogue);
    if (st == FT_OK && bytes.len > 0 && !ft_catalogue_is(bytes))
        return FT_OK; /* another program's record: it is left alone */
    if (st == FT_OK && bytes.len > 0)
        st = ft_catalogue_decode(&r->catalogue, bytes, err);
    return st == FT_OK ? begin_group(r, set, words, n, err) : st;
}

ft_status ft_record_end(const ft_record *r, ft_index *ix, ft_error *err)
{
    ft_buf bytes = {0};
    ft_status st;

    if (r->catalogue.n_groups == 0)
        return FT_OK;
    ft_catalogue_encode(&r->catalogue, &bytes);
    st = ft_buf_status(&bytes, err);
    if (st == FT_OK)
        st = ft_index_set_sources(ix, bytes.data, bytes.len, err);
    ft_buf_release(&bytes);
    return st;
}

/* ------------------------------------------------ files */

int64_t ft_record_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

void ft_record_state(ft_catalogue_file *f, const struct stat *sb, int64_t opened)
{
    int64_t lag = sb->st_mtim.tv_nsec == 0 ? COARSE : FINE;

    f->size = (uint64_t)sb->st_size;
    f->inode = sb->st_ino;
    f->device = sb->st_dev;
    /* Beyond the years 1678 to 2262 this wraps around, which comparing for equality does not mind. */
    f->mtime = (int64_t)((uint64_t)sb->st_mtim.tv_sec * (uint64_t)SECOND + (uint64_t)sb->st_mtim.tv_nsec);
    f->racy = f->mtime > opened - lag;
}

ft_status ft_record_open(ft_record *r, const char *path, const struct stat *sb, ft_error *err)
{
    ft_catalogue_group *g = r->group < r->catalogue.n_groups ? &r->catalogue.groups[r->group] : NULL;
    ft_status st;

    r->file = NULL;
    r->source = 0;
    r->documents = r->hashed = 0;
    if (!g || !S_ISREG(sb->st_mode) || strlen(path) > FT_CATALOGUE_PATH_MAX)
        return FT_OK;
    st = ft_catalogue_put_file(&r->catalogue, g, path, 0, &r->file, err);
    if (st != FT_OK)
        return st;
    r->source = r->file->source;
    r->opened = ft_record_now();
    XXH3_64bits_reset(&r->hash);
    return FT_OK;
}

void ft_record_bytes(void *record, const void *data, size_t len)
{
    ft_record *r = record;

    if (r->file) {
        XXH3_64bits_update(&r->hash, data, len);
        r->hashed += len;
    }
}

void ft_record_close(ft_record *r, const struct stat *sb, bool changed)
{
    ft_catalogue_file *f = r->file;

    if (!f)
        return;
    uint64_t hash = XXH3_64bits_digest(&r->hash);
    /* Read once more, records that are gone from it are still in the index: only `update` takes them out. */
    bool again = !r->settles && f->documents > 0 && !(f->hashed && f->hash == hash);
    ft_record_state(f, sb, r->opened);
    f->hashed = !changed && r->hashed == f->size;
    f->hash = f->hashed ? hash : 0;
    f->unsettled = changed || again;
    f->documents = r->documents;
    r->file = NULL;
    r->source = 0;
}

/* Hashes the whole file, wherever it is being read. */
static bool hash_file(int fd, XXH3_state_t *state, uint64_t *len, const volatile int *cancel)
{
    char *piece = ft_alloc(PIECE, 1);
    ssize_t n = piece ? 1 : -1;

    XXH3_64bits_reset(state);
    *len = 0;
    while (n > 0 && !(cancel && *cancel)) {
        do
            n = pread(fd, piece, PIECE, (off_t)*len);
        while (n < 0 && errno == EINTR);
        if (n > 0) {
            XXH3_64bits_update(state, piece, (size_t)n);
            *len += (uint64_t)n;
        }
    }
    ft_free(piece);
    return n == 0;
}

bool ft_record_hash(int fd, uint64_t *hash, const volatile int *cancel)
{
    XXH3_state_t state;
    uint64_t len;
    bool done = hash_file(fd, &state, &len, cancel);

    *hash = XXH3_64bits_digest(&state);
    return done;
}

void ft_record_whole(ft_record *r, int fd, const volatile int *cancel)
{
    if (r->file && !hash_file(fd, &r->hash, &r->hashed, cancel))
        r->hashed = UINT64_MAX;
}
