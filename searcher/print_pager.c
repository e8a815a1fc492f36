/* print_pager.c - see print_pager.h. */
#include "print_pager.h"

#include "chars.h"
#include "print_child.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Columns are counted as characters: a wide one counts once, so that text at the edge may not be paged. */
static size_t screen_lines(const ft_buf *text, size_t columns)
{
    const unsigned char *p = text->data, *end = p + text->len;
    size_t lines = 0, column = 0;

    for (size_t n; p < end; p += n) {
        uint32_t cp = ft_chars_decode(p, end, &n);
        if (cp == '\n') {
            lines += 1 + (column ? (column - 1) / columns : 0);
            column = 0;
        } else if (cp == '\033') {
            /* ours: nothing else of the sort comes through */
            while (p + n < end && p[n - 1] != 'm')
                n++;
        } else {
            column++;
        }
    }
    return lines + (column ? 1 + (column - 1) / columns : 0);
}

static bool can_page(const ft_buf *text)
{
    const char *term = getenv("TERM");
    struct winsize size;

    if (text->failed || text->len == 0 || !isatty(STDOUT_FILENO) || !term || !*term || strcmp(term, "dumb") == 0)
        return false;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    /* the last line is the shell's */
    return screen_lines(text, size.ws_col) >= size.ws_row;
}

static bool is_less(const char *command)
{
    const char *slash;
    size_t len = strcspn(command, " \t");
    char name[64];

    if (len >= sizeof name)
        return false;
    memcpy(name, command, len);
    name[len] = '\0';
    slash = strrchr(name, '/');
    return strcmp(slash ? slash + 1 : name, "less") == 0;
}

void ft_print_pager(ft_out *out, size_t line)
{
    const char *pager = getenv("PAGER");
    ft_print_child child = {0};
    ft_error err;
    char plus[32];

    if (pager)
        pager += strspn(pager, " \t");
    if (!can_page(&out->buf) || (pager && (!*pager || strcmp(pager, "cat") == 0))) {
        ft_out_flush(out);
        return;
    }
    /* A less without options of the user's own shows highlights and leaves the text on the screen. */
    setenv("LESS", "FRX", 0);
    if (!pager)
        pager = "less -FRX";
    ft_print_child_split(&child, pager);
    if (line > 1 && is_less(pager)) {
        snprintf(plus, sizeof plus, "+%zu", line);
        ft_print_child_add(&child, plus);
    }
    if (ft_print_child_run(&child, &out->buf, &err) == FT_OK)
        ft_buf_reset(&out->buf);
    else
        ft_out_flush(out); /* better unpaged than not at all */
    ft_print_child_release(&child);
}
