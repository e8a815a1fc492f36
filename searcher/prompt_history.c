/* prompt_history.c - see prompt_history.h. */
#include "prompt_history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 20 }; /* of the file that are read */

/* Makes a directory and those above it, but none of the first `given` bytes. */
static void make_directories(char *path, size_t given)
{
    for (char *p = path + given + 1; *p; p++) {
        if (*p == '/') {
            *p = '\0';
            mkdir(path, 0700);
            *p = '/';
        }
    }
    mkdir(path, 0700);
}

static void find_path(ft_buf *path)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    size_t given = 0;

    /* A relative one is to be ignored, says the specification. */
    if (state && state[0] == '/') {
        ft_buf_printf(path, "%s/fulltext", state);
    } else if (home && home[0] == '/') {
        ft_buf_printf(path, "%s/.local/state/fulltext", home);
        given = strlen(home); /* without a home there is no history either */
    }
    ft_buf_putc(path, '\0');
    if (path->failed || path->len == 1) {
        ft_buf_reset(path);
        return;
    }
    make_directories((char *)path->data, given);
    path->len--;
    ft_buf_puts(path, "/history");
    ft_buf_putc(path, '\0');
    if (path->failed)
        ft_buf_reset(path);
}

/* The file's end, from the beginning of a line on. */
static void read_end(int fd, ft_buf *text)
{
    struct stat st;
    off_t from;
    ssize_t n;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    from = st.st_size > MAX_BYTES ? st.st_size - MAX_BYTES : 0;
    unsigned char *room = ft_buf_reserve(text, MAX_BYTES);
    while (room && text->len < MAX_BYTES) {
        n = pread(fd, room + text->len, MAX_BYTES - text->len, from + (off_t)text->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        text->len += (size_t)n;
    }
    unsigned char *feed = from && text->len ? memchr(text->data, '\n', text->len) : NULL;
    if (feed) {
        size_t skip = (size_t)(feed + 1 - text->data);
        memmove(text->data, feed + 1, text->len - skip);
        text->len -= skip;
    }
}

/* Where the last n lines begin, and how many there are before. */
static size_t last_lines(const ft_buf *text, size_t n, size_t *before)
{
    size_t lines = 0, at = text->len;

    *before = 0;
    for (size_t i = text->len; i > 0; i--) {
        if (text->data[i - 1] != '\n')
            continue;
        lines++;
        if (lines == n + 1)
            at = i;
    }
    if (lines <= n)
        return 0;
    *before = lines - n;
    return at;
}

/* Puts the lines kept in the place of a file that has grown long. */
static void shorten(const ft_prompt_history *h, const unsigned char *text, size_t len)
{
    ft_buf name = {0};

    ft_buf_printf(&name, "%s.%ld", (const char *)h->path.data, (long)getpid());
    ft_buf_putc(&name, '\0');
    if (!name.failed) {
        const char *path = (const char *)name.data;
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) {
            bool whole = write(fd, text, len) == (ssize_t)len;
            if (close(fd) != 0 || !whole || rename(path, (const char *)h->path.data) != 0)
                unlink(path);
        }
    }
    ft_buf_release(&name);
}

void ft_prompt_history_open(ft_prompt_history *h, void (*fn)(void *arg, const char *line), void *arg)
{
    ft_buf text = {0};
    size_t before;

    *h = (ft_prompt_history){0};
    find_path(&h->path);
    int fd = h->path.len ? open((const char *)h->path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0)
        return;
    read_end(fd, &text);
    close(fd);
    size_t at = last_lines(&text, FT_PROMPT_HISTORY_LEN, &before);
    if (before >= FT_PROMPT_HISTORY_LEN || text.len > MAX_BYTES / 2)
        shorten(h, text.data + at, text.len - at);
    while (at < text.len) {
        unsigned char *line = text.data + at, *end = memchr(line, '\n', text.len - at);
        if (!end)
            break; /* half a line: a full disk, or someone is writing it */
        *end = '\0';
        if (*line)
            fn(arg, (const char *)line);
        at = (size_t)(end + 1 - text.data);
    }
    ft_buf_release(&text);
}

void ft_prompt_history_add(ft_prompt_history *h, ft_str line)
{
    ft_buf text = {0};

    if (!h->path.len || (h->last.len == line.len && memcmp(h->last.data, line.ptr, line.len) == 0))
        return;
    ft_buf_reset(&h->last);
    ft_buf_put(&h->last, line.ptr, line.len);
    ft_buf_put(&text, line.ptr, line.len);
    ft_buf_putc(&text, '\n');
    int fd = open((const char *)h->path.data, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (fd >= 0) {
        struct stat st;
        /* It may have been there with other rights; or be a link to /dev/null, whose rights are not ours to change. */
        bool fine = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fchmod(fd, 0600) == 0 && !text.failed;
        /* in one piece, so that lines of two sessions do not mix */
        ssize_t ignored = fine ? write(fd, text.data, text.len) : 0;
        (void)ignored;
        close(fd);
    }
    ft_buf_release(&text);
}

void ft_prompt_history_release(ft_prompt_history *h)
{
    ft_buf_release(&h->path);
    ft_buf_release(&h->last);
}
