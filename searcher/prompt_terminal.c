/* prompt_terminal.c - see prompt_terminal.h. */
#include "prompt_terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

static struct termios found;
static bool known; /* `found` holds the terminal's settings */
static volatile sig_atomic_t editing, interrupted, resized, resumed;

static void on_end(int sig)
{
    (void)sig;
    if (known)
        tcsetattr(STDIN_FILENO, TCSANOW, &found);
    if (editing) {
        ssize_t ignored = write(STDOUT_FILENO, "\n", 1);
        (void)ignored;
    }
    _exit(0);
}

/* SA_RESETHAND: raised again, it does what it would have done. */
static void on_fault(int sig)
{
    if (known)
        tcsetattr(STDIN_FILENO, TCSANOW, &found);
    raise(sig);
}

static void on_stop(int sig)
{
    int saved = errno;

    (void)sig;
    if (known && editing)
        tcsetattr(STDIN_FILENO, TCSANOW, &found);
    raise(SIGSTOP);
    errno = saved;
}

static void on_note(int sig)
{
    if (sig == SIGINT)
        interrupted = 1;
    else if (sig == SIGWINCH)
        resized = 1;
    else
        resumed = 1;
}

static struct {
    int sig;
    void (*handler)(int);
    int flags;
    struct sigaction before;
} caught[] = {
    {.sig = SIGHUP, .handler = on_end},
    {.sig = SIGTERM, .handler = on_end},
    {.sig = SIGQUIT, .handler = on_end},
    {.sig = SIGTSTP, .handler = on_stop},
    {.sig = SIGINT, .handler = on_note},
    {.sig = SIGWINCH, .handler = on_note},
    {.sig = SIGCONT, .handler = on_note},
    {.sig = SIGSEGV, .handler = on_fault, .flags = SA_RESETHAND | SA_NODEFER},
    {.sig = SIGABRT, .handler = on_fault, .flags = SA_RESETHAND | SA_NODEFER},
    {.sig = SIGFPE, .handler = on_fault, .flags = SA_RESETHAND | SA_NODEFER},
    {.sig = SIGILL, .handler = on_fault, .flags = SA_RESETHAND | SA_NODEFER},
};

enum { N_CAUGHT = sizeof caught / sizeof *caught };

void ft_prompt_terminal_enter(void)
{
    known = tcgetattr(STDIN_FILENO, &found) == 0;
    editing = interrupted = resized = resumed = 0;
    for (int i = 0; i < N_CAUGHT; i++) {
        struct sigaction act = {.sa_handler = caught[i].handler, .sa_flags = caught[i].flags};
        sigemptyset(&act.sa_mask);
        sigaction(caught[i].sig, NULL, &caught[i].before);
        /* A shell without job control, or nohup, has switched it off for good. */
        if (caught[i].before.sa_handler != SIG_IGN || caught[i].sig == SIGINT)
            sigaction(caught[i].sig, &act, NULL);
    }
}

void ft_prompt_terminal_leave(void)
{
    ft_prompt_terminal_restore();
    for (int i = 0; i < N_CAUGHT; i++)
        sigaction(caught[i].sig, &caught[i].before, NULL);
}

void ft_prompt_terminal_restore(void)
{
    if (known)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &found);
}

void ft_prompt_terminal_editing(bool on)
{
    if (on)
        interrupted = 0;
    editing = on;
}

ft_prompt_key ft_prompt_terminal_wait(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    ft_prompt_key key = FT_PROMPT_KEY;
    sigset_t ours, before;

    /* Blocked except while waiting, so that none comes between the look at its flag and the wait. */
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGWINCH);
    sigaddset(&ours, SIGCONT);
    sigprocmask(SIG_BLOCK, &ours, &before);
    while (!interrupted && !resized && !resumed) {
        if (ppoll(&in, 1, NULL, &before) >= 0 || errno != EINTR)
            break;
    }
    if (interrupted) {
        interrupted = 0;
        key = FT_PROMPT_INTERRUPT;
    } else if (resumed) {
        resumed = 0;
        key = FT_PROMPT_RESUMED;
    } else if (resized) {
        resized = 0;
        key = FT_PROMPT_RESIZED;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return key;
}
