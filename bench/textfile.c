/* textfile.c - see textfile.h. */
#include "textfile.h"

#include "io.h"
#include "lines.h"

#include <fcntl.h>
#include <unistd.h>

#define LINE_MAX_BYTES (16u << 20)

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

ft_str ft_textfile_word(ft_str *line)
{
    const char *end = line->ptr + line->len;

    while (line->ptr < end && is_blank(*line->ptr))
        line->ptr++;
    const char *begin = line->ptr;
    while (line->ptr < end && !is_blank(*line->ptr))
        line->ptr++;
    line->len = (size_t)(end - line->ptr);
    return (ft_str){begin, (size_t)(line->ptr - begin)};
}

ft_str ft_textfile_trim(ft_str s)
{
    while (s.len > 0 && is_blank(*s.ptr)) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static ft_status open_input(ft_lines_fd *input, ft_error *err)
{
    if (strcmp(input->name, "-") != 0)
        input->fd = ft_io_open(input->name, O_RDONLY, 0);
    if (input->fd >= 0)
        return FT_OK;
    ft_fail_errno(err, "%.200s", input->name);
    if (err)
        err->status = FT_EINVAL; /* a wrong name, most likely */
    return FT_EINVAL;
}

ft_status ft_textfile_read(const char *path, const char *what, ft_textfile_line take, void *arg, ft_error *err)
{
    ft_lines lines;
    ft_lines_fd input = {.fd = STDIN_FILENO, .name = path};
    ft_line line;
    bool more = true;

    ft_lines_init(&lines, ft_lines_read_fd, &input, LINE_MAX_BYTES);
    ft_status st = open_input(&input, err);
    while (st == FT_OK) {
        st = ft_lines_next(&lines, &line, &more, err);
        if (st != FT_OK || !more)
            break;
        if (line.text.len > 0 && line.text.ptr[line.text.len - 1] == '\r')
            line.text.len--;
        if (line.text.len == 0 && !line.too_long)
            continue;
        st = line.too_long ? FT_EINVAL : take(arg, line.text, lines.number, err);
        if (st == FT_EINVAL)
            ft_fail(err, st, "%.200s:%llu: %s", path, (unsigned long long)lines.number, what);
    }
    ft_lines_release(&lines);
    if (input.fd > STDIN_FILENO)
        ft_io->close(input.fd);
    return st;
}
