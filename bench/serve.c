/* serve.c - see serve.h. Nothing is kept from one line to the next. */
#include "serve.h"

#include "cli.h"
#include "lines.h"

#include <unistd.h>

#define LINE_MAX_BYTES (1u << 20) /* the engine reads 64 KiB of a query */

static ft_status answer(const ft_reader *rd, const ft_ask_settings *set, const ft_line *line, ft_buf *out,
                        ft_error *err)
{
    const char *tab = line->text.len ? memchr(line->text.ptr, '\t', line->text.len) : NULL;
    ft_str name = {line->text.ptr, tab ? (size_t)(tab - line->text.ptr) : line->text.len};
    ft_str query = {tab ? tab + 1 : "", tab ? line->text.len - name.len - 1 : 0};
    ft_ask ask = ft_ask_read(name);

    if (!tab && ask.kind != FT_ASK_NOOP)
        ask.kind = FT_ASK_UNKNOWN;
    ft_status st = ft_ask_run(rd, &ask, query, set, out, err);
    ft_buf_putc(out, '\n');
    return st;
}

int ft_serve(const char *index, const ft_ask_settings *set)
{
    ft_reader *rd = NULL;
    ft_lines lines;
    ft_lines_fd input = {.fd = STDIN_FILENO, .name = "standard input"};
    ft_line line;
    ft_out out = {0};
    ft_error err;
    bool more = true;
    int status = 0;

    ft_lines_init(&lines, ft_lines_read_fd, &input, LINE_MAX_BYTES);
    ft_status st = ft_reader_open(&rd, index, &err);
    while (st == FT_OK && !ft_out_failed(&out)) {
        st = ft_lines_next(&lines, &line, &more, &err);
        if (st != FT_OK || !more)
            break;
        st = answer(rd, set, &line, &out.buf, &err);
        if (st == FT_OK)
            ft_out_flush(&out);
    }
    if (st != FT_OK) {
        ft_buf_reset(&out.buf); /* half an answer is none */
        status = ft_cli_fail(&err);
    }
    ft_lines_release(&lines);
    ft_reader_close(rd);
    return ft_out_close(&out, status);
}
