/* cli.c - see cli.h. */
#include "cli.h"

#include "chars.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { OUT_STEP = 64 * 1024 };

static const char *program = "";
static const char *volatile guarded;
static volatile size_t guarded_len;

/* ---------------------------------------------------------------- signals */

static void say(const char *text)
{
    /* Nothing can be done about a failure here. */
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
    const char *at = info->si_addr;
    bool input = guarded && at >= guarded && at < guarded + guarded_len;

    (void)sig;
    (void)context;
    say(program);
    if (input) {
        say(": input: a file was cut short while it was read\n");
        _exit(3);
    }
    say(": index: a file was cut short while it was in use\nhint: run 'ftindex check' on the index\n");
    _exit(4);
}

void ft_cli_init(const char *name)
{
    struct sigaction act = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO};

    program = name;
    sigemptyset(&act.sa_mask);
    sigaction(SIGBUS, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void ft_cli_guard(const void *data, size_t len)
{
    guarded = NULL;
    guarded_len = len;
    guarded = data;
}

/* ---------------------------------------------------------------- text for people */

static bool is_break(uint32_t cp)
{
    return cp == '\n' || cp == '\t' || cp == '\r';
}

void ft_cli_show(ft_buf *out, const char *text, size_t len, ft_cli_style style)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len, *plain = p;

    for (size_t n; p < end; p += n) {
        uint32_t cp = ft_chars_decode(p, end, &n);
        bool bad = cp == FT_CHARS_BAD;
        if (!bad && !ft_chars_is_control(cp) && !ft_chars_is_bidi(cp))
            continue;
        if (style == FT_CLI_TEXT && (cp == '\n' || cp == '\t'))
            continue;
        ft_buf_put(out, plain, (size_t)(p - plain));
        plain = p + n;
        if (style == FT_CLI_LINE && is_break(cp))
            ft_buf_putc(out, ' ');
        else if (!bad)
            ft_buf_printf(out, cp < 0x80 ? "\\x%02x" : "\\u%04x", (unsigned)cp);
        else
            for (size_t i = 0; i < n; i++)
                ft_buf_printf(out, "\\x%02x", p[i]);
    }
    if (p > plain)
        ft_buf_put(out, plain, (size_t)(p - plain));
}

static void say_line(const char *lead, const char *text)
{
    ft_buf line = {0};

    ft_buf_printf(&line, "%s: ", lead);
    ft_cli_show(&line, text, strlen(text), FT_CLI_NAME);
    ft_buf_putc(&line, '\n');
    if (line.failed) {
        say(lead);
        say(": out of memory\n");
    } else {
        fwrite(line.data, 1, line.len, stderr);
    }
    ft_buf_release(&line);
}

int ft_cli_fail(const ft_error *err)
{
    say_line(program, err->text);
    if (err->hint[0])
        say_line("hint", err->hint);
    return ft_exit_status(err->status);
}

void ft_cli_warn(const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    say_line(program, text);
}

bool ft_cli_use_color(ft_cli_color when, int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    if (when != FT_COLOR_AUTO)
        return when == FT_COLOR_ALWAYS;
    return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

unsigned ft_cli_columns(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 80;
}

uint64_t ft_cli_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---------------------------------------------------------------- standard output */

void ft_out_flush(ft_out *out)
{
    size_t done = 0;

    if (out->buf.failed && !out->error)
        out->error = ENOMEM;
    while (!out->error && done < out->buf.len) {
        ssize_t n = write(STDOUT_FILENO, out->buf.data + done, out->buf.len - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            out->error = errno;
    }
    ft_buf_reset(&out->buf);
}

void ft_out_step(ft_out *out)
{
    if (out->buf.len >= OUT_STEP || out->buf.failed)
        ft_out_flush(out);
}

bool ft_out_failed(const ft_out *out)
{
    return out->error != 0;
}

int ft_out_close(ft_out *out, int status)
{
    ft_out_flush(out);
    ft_buf_release(&out->buf);
    if (out->error && out->error != EPIPE) {
        ft_cli_warn("standard output: %s", strerror(out->error));
        return 3;
    }
    return status;
}
