/* cli_page.c - see cli_page.h. */
#include "cli_page.h"

#include "cli.h"
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { TEMPLATE_MAX = 1 << 20, STEP = 1 << 16 };

static ft_status read_template(const char *path, ft_buf *page, ft_error *err)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    ft_lines_fd in = {fd, path ? path : "standard input", NULL};
    ft_status st = FT_OK;
    size_t got = 1;

    if (fd < 0)
        return ft_fail(err, FT_EINVAL, "%s: %s", path, strerror(errno));
    while (st == FT_OK && got && page->len < TEMPLATE_MAX) {
        unsigned char *room = ft_buf_reserve(page, STEP);
        st = room ? ft_lines_read_fd(&in, room, STEP, &got, err) : ft_fail_nomem(err);
        page->len += st == FT_OK ? got : 0;
    }
    if (path)
        close(fd);
    return st;
}

static ft_status put_man(const ft_program *pg, const char *path, ft_buf *out, ft_error *err)
{
    ft_buf page = {0};
    ft_status st = read_template(path, &page, err);

    if (st == FT_OK)
        ft_optab_man(pg, (ft_str){(const char *)page.data, page.len}, out);
    ft_buf_release(&page);
    return st;
}

int ft_cli_page(const ft_program *pg, const ft_args *args)
{
    ft_out out = {0};
    ft_error err;
    int status = 0;

    switch (args->action) {
    case FT_ACTION_VERSION:
        ft_buf_printf(&out.buf, "%s %s (index format %d)\n", pg->name, ft_version(), FT_FORMAT_VERSION);
        break;
    case FT_ACTION_MAN:
        if (put_man(pg, args->n_words ? args->words[0] : NULL, &out.buf, &err) != FT_OK)
            status = ft_cli_fail(&err);
        break;
    case FT_ACTION_BASH:
    case FT_ACTION_ZSH:
    case FT_ACTION_FISH:
        ft_optab_completion(pg, args->action, &out.buf);
        break;
    default:
        ft_optab_help(pg, args->command, args->action == FT_ACTION_HELP, &out.buf);
        break;
    }
    return ft_out_close(&out, status);
}
