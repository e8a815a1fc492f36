/* print_child.c - see print_child.h. */
#include "print_child.h"

#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void ft_print_child_add(ft_print_child *c, const char *word)
{
    ft_buf_put(&c->words, word, strlen(word) + 1);
    c->n++;
}

void ft_print_child_split(ft_print_child *c, const char *command)
{
    static const char white[] = " \t\n";

    for (const char *p = command + strspn(command, white); *p; p += strspn(p, white)) {
        size_t len = strcspn(p, white);
        ft_buf_put(&c->words, p, len);
        ft_buf_putc(&c->words, 0);
        c->n++;
        p += len;
    }
}

void ft_print_child_release(ft_print_child *c)
{
    ft_buf_release(&c->words);
    c->n = 0;
}

/* Everything, or until nobody reads any more. */
static void feed(int fd, const ft_buf *input)
{
    size_t done = 0;

    while (done < input->len) {
        ssize_t n = write(fd, input->data + done, input->len - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n < 0 ? 0 : (size_t)n;
    }
}

/* The child begins with the signals as a program expects them, and with `in` as its standard input unless -1. */
static int spawn(pid_t *pid, char *const *argv, int in)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t set;
    int rc = posix_spawn_file_actions_init(&actions);

    if (rc)
        return rc;
    rc = posix_spawnattr_init(&attr);
    if (rc) {
        posix_spawn_file_actions_destroy(&actions);
        return rc;
    }
    if (in >= 0)
        rc = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attr, &set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attr, &set);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (!rc)
        rc = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static ft_status run(char *const *argv, const ft_buf *input, ft_error *err)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, on_int, on_quit;
    int ends[2] = {-1, -1}, status;
    pid_t pid;

    if (input && pipe2(ends, O_CLOEXEC) != 0)
        return ft_fail_errno(err, "%s", argv[0]);
    sigaction(SIGINT, &ignore, &on_int);
    sigaction(SIGQUIT, &ignore, &on_quit);
    int rc = spawn(&pid, argv, ends[0]);
    if (input)
        close(ends[0]);
    if (input && !rc)
        feed(ends[1], input);
    if (input)
        close(ends[1]);
    while (!rc && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    sigaction(SIGINT, &on_int, NULL);
    sigaction(SIGQUIT, &on_quit, NULL);
    return rc ? ft_fail(err, FT_EIO, "%s: %s", argv[0], strerror(rc)) : FT_OK;
}

ft_status ft_print_child_run(ft_print_child *c, const ft_buf *input, ft_error *err)
{
    if (c->n == 0)
        return ft_fail(err, FT_EIO, "no command");
    char **argv = ft_alloc_zero(c->n + 1, sizeof *argv);
    if (!argv || c->words.failed) {
        ft_free(argv);
        return ft_fail_nomem(err);
    }
    char *word = (char *)c->words.data;
    for (size_t i = 0; i < c->n; i++, word += strlen(word) + 1)
        argv[i] = word;
    ft_status st = run(argv, input, err);
    ft_free(argv);
    return st;
}
