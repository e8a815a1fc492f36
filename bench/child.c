/* child.c - see child.h. */
#include "child.h"

#include "arena.h"
#include "clock.h"
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool ft_child_own_folder(ft_buf *out)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);

    while (len > 0 && path[len - 1] != '/')
        len--;
    if (len <= 0)
        return false;
    ft_buf_put(out, path, (size_t)len);
    ft_buf_putc(out, '\0');
    return !out->failed;
}

/* posix_spawn wants words that it may change. */
static char **copy_words(ft_arena *arena, const char *const *argv)
{
    size_t n = 0;

    while (argv[n])
        n++;
    char **copy = ft_arena_zero(arena, n + 1, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++)
        if (!(copy[i] = ft_arena_copy(arena, argv[i], strlen(argv[i]))))
            return NULL;
    return copy;
}

static int start(pid_t *pid, char **argv, bool quiet, int out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t usual;

    sigemptyset(&usual);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGQUIT);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&files);
    int error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (!error && quiet)
        error = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return error;
}

/* Reads until the other end is closed, whatever becomes of the bytes. */
static void drain(int fd, ft_buf *out)
{
    char spare[4096];
    ssize_t got;

    while ((got = read(fd, spare, sizeof spare)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            ft_buf_put(out, spare, (size_t)got);
}

static ft_status run(ft_child *c, char **argv, bool quiet, ft_buf *out, ft_error *err)
{
    struct rusage used = {0};
    pid_t pid = -1;
    int ends[2], status = 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return ft_fail_errno(err, "%.200s", argv[0]);
    uint64_t begun = ft_clock_now();
    errno = start(&pid, argv, quiet, ends[1]);
    ft_io->close(ends[1]);
    if (errno) {
        ft_fail_errno(err, "%.200s", argv[0]);
        ft_io->close(ends[0]);
        return FT_EIO;
    }
    drain(ends[0], out);
    while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
        continue;
    c->ns = ft_clock_now() - begun;
    ft_io->close(ends[0]);
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    c->peak_rss = (uint64_t)used.ru_maxrss * 1024;
    return ft_buf_status(out, err);
}

ft_status ft_child_run(ft_child *c, const char *const *argv, bool quiet, ft_buf *out, ft_error *err)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, leave;
    ft_arena arena = {0};

    *c = (ft_child){0};
    char **words = copy_words(&arena, argv);
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &leave);
    ft_status st = words ? run(c, words, quiet, out, err) : ft_fail_nomem(err);
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &leave, NULL);
    ft_arena_release(&arena);
    return st;
}
