/* filter.c - see filter.h. The command is in a process group of its own, so that nothing of it stays behind; what it
 * writes is taken as it comes, so that it cannot fill the disk, and it cannot wait for us nor we for it. */
#include "filter.h"

#include "cli.h"
#include "mem.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, TICK_MS = 100 };

/* ---------------------------------------------------------------- the option */

void ft_filter_release(ft_filter *f)
{
    ft_free(f->text);
    ft_free(f->argv);
    *f = (ft_filter){0};
}

/* Reads a word at *p, writes it to *to, NUL-terminated, and moves both on. False at the end, or if a quote is not
 * closed (then *open). */
static bool take_word(const char **p, char **to, bool *open)
{
    const char *s = *p + strspn(*p, " \t\r\n");
    char *o = *to, quote = 0;
    bool any = *s != '\0';

    for (; *s && (quote || !strchr(" \t\r\n", *s)); s++) {
        if (quote ? *s == quote : *s == '\'' || *s == '"')
            quote = quote ? 0 : *s;
        else if (*s == '\\' && (quote ? quote == '"' && s[1] && strchr("\"\\", s[1]) : s[1] != '\0'))
            *o++ = *++s;
        else
            *o++ = *s;
    }
    *o++ = '\0';
    *open = quote != 0;
    *p = s;
    *to = o;
    return any && !quote;
}

ft_status ft_filter_parse(ft_filter *f, const char *option, ft_error *err)
{
    const char *equals = strchr(option, '=');
    size_t ext = equals ? (size_t)(equals - option) : 0, n = 0, cap = 0;
    bool open = false;

    *f = (ft_filter){0};
    if (ext == 0 || memchr(option, '/', ext)) {
        ft_fail(err, FT_EINVAL, "--filter: '%.80s' is not EXT=COMMAND", option);
        ft_hint(err, "as in --filter pdf='pdftotext - -'");
        return FT_EINVAL;
    }
    /* Unquoting shortens, each word gains its end, and the ending its full stop. */
    f->text = ft_alloc(strlen(option) + 4, 1);
    if (!f->text)
        return ft_fail_nomem(err);
    char *to = f->text, *word;
    size_t dot = option[0] != '.';
    *to = '.';
    memcpy(to + dot, option, ext);
    to[dot + ext] = '\0';
    f->ending = to;
    word = to += dot + ext + 1;
    for (const char *p = equals + 1; take_word(&p, &to, &open); word = to) {
        if (FT_GROW(f->argv, cap, n + 2) != 0)
            return ft_fail_nomem(err);
        f->argv[n++] = word;
        f->argv[n] = NULL;
    }
    if (open)
        return ft_fail(err, FT_EINVAL, "--filter: a quote in '%.80s' does not end", option);
    return n ? FT_OK : ft_fail(err, FT_EINVAL, "--filter: '%.80s' names no command", option);
}

bool ft_filter_takes(const ft_filter *f, const char *path)
{
    size_t len = strlen(path), n = strlen(f->ending);

    return len > n && path[len - n - 1] != '/' && strcasecmp(path + len - n, f->ending) == 0;
}

/* ---------------------------------------------------------------- running */

static ft_status start(const ft_filter *f, int in, int out, pid_t *pid, int *error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, restored;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return FT_ENOMEM;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return FT_ENOMEM;
    }
    sigemptyset(&none);
    sigemptyset(&restored);
    sigaddset(&restored, SIGPIPE);
    sigaddset(&restored, SIGINT);
    sigaddset(&restored, SIGTERM);
    sigaddset(&restored, SIGBUS);
    sigaddset(&restored, SIGXFSZ);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &restored);
    posix_spawnattr_setpgroup(&attr, 0);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    *error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (*error == 0)
        *error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (*error == 0)
        *error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (*error == 0)
        *error = posix_spawnp(pid, f->argv[0], &actions, &attr, f->argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return FT_OK;
}

static bool write_all(int fd, const char *p, size_t len)
{
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno != EINTR)
            return false;
        p += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Copies what the command writes until it ends, or until `why` says what is wrong. */
static ft_status collect(int from, int to, const ft_filter_limits *limits, char *why, size_t cap, ft_error *err)
{
    uint64_t deadline = ft_cli_now() + (uint64_t)limits->seconds * 1000000, total = 0, now;
    char piece[PIECE];

    for (;;) {
        struct pollfd ready = {.fd = from, .events = POLLIN};
        if (limits->cancel && *limits->cancel)
            return ft_fail(err, FT_ECANCELED, "interrupted");
        now = ft_cli_now();
        if (now >= deadline) {
            snprintf(why, cap, "its filter was stopped after %u s", limits->seconds);
            return FT_OK;
        }
        int n = poll(&ready, 1, TICK_MS);
        if (n < 0 && errno != EINTR)
            return ft_fail_errno(err, "poll");
        if (n <= 0)
            continue;
        ssize_t got = read(from, piece, sizeof piece);
        if (got == 0)
            return FT_OK;
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return ft_fail_errno(err, "reading from a filter");
        if (got < 0)
            continue;
        total += (uint64_t)got;
        if (total > limits->bytes) {
            snprintf(why, cap, "its filter wrote more than %llu bytes", (unsigned long long)limits->bytes);
            return FT_OK;
        }
        if (!write_all(to, piece, (size_t)got))
            return ft_fail_errno(err, "what a filter wrote");
    }
}

/* Waits for the command, which has closed its output or is killed; what it leaves running is killed, too. One that
 * closed its output and goes on gets its time once more. */
static int finish(pid_t pid, bool kill_it, const ft_filter_limits *limits)
{
    uint64_t deadline = ft_cli_now() + (uint64_t)limits->seconds * 1000000;
    siginfo_t info = {0};
    int status = 0;

    while (!kill_it) {
        /* WNOWAIT: while it is not reaped its number, which is the group's, is nobody else's. */
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid)
            break;
        kill_it = ft_cli_now() >= deadline || (limits->cancel && *limits->cancel);
        poll(NULL, 0, 1);
    }
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

ft_status ft_filter_run(const ft_filter *f, int fd, const ft_filter_limits *limits, int *out, char *why, size_t cap,
                        ft_error *err)
{
    int ends[2] = {-1, -1}, file = -1, error = 0;
    ft_status st = FT_OK;
    pid_t pid = -1;

    *out = -1;
    why[0] = '\0';
    if ((file = memfd_create("filtered", MFD_CLOEXEC)) < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        st = ft_fail_errno(err, "%s", f->argv[0]);
        goto out;
    }
    if (start(f, fd, ends[1], &pid, &error) != FT_OK) {
        st = ft_fail_nomem(err);
        goto out;
    }
    if (error) {
        snprintf(why, cap, "its filter %.80s: %s", f->argv[0], strerror(error));
        goto out;
    }
    close(ends[1]);
    ends[1] = -1;
    st = collect(ends[0], file, limits, why, cap, err);
    int status = finish(pid, st != FT_OK || why[0], limits);
    if (st == FT_OK && !why[0] && WIFSIGNALED(status))
        snprintf(why, cap, "its filter %.80s was killed by signal %d", f->argv[0], WTERMSIG(status));
    else if (st == FT_OK && !why[0] && WEXITSTATUS(status) != 0)
        snprintf(why, cap, "its filter %.80s failed with status %d", f->argv[0], WEXITSTATUS(status));
    if (st == FT_OK && !why[0] && lseek(file, 0, SEEK_SET) == 0) {
        *out = file;
        file = -1;
    }
out:
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
    if (file >= 0)
        close(file);
    return st;
}
