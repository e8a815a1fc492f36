/* test_lines.c - lines out of reads of every size. */
#include "lines.h"

#include <criterion/criterion.h>

typedef struct feed {
    const char *text;
    size_t len, at, step;
} feed;

static ft_status read_feed(void *arg, void *room, size_t cap, size_t *got, ft_error *err)
{
    feed *f = arg;
    size_t n = f->len - f->at;

    (void)err;
    n = n < f->step ? n : f->step;
    n = n < cap ? n : cap;
    if (n)
        memcpy(room, f->text + f->at, n);
    f->at += n;
    *got = n;
    return FT_OK;
}

/* Each line in brackets, one that is too long as [!], and a bar behind one without a line feed. */
static void expect_lines(const char *text, size_t max, const char *expected)
{
    for (size_t step = 1; step < 20; step++) {
        feed f = {text, strlen(text), 0, step};
        ft_buf seen = {0};
        ft_lines l;
        ft_line line;
        bool more;

        ft_lines_init(&l, read_feed, &f, max);
        for (;;) {
            cr_assert_eq(ft_lines_next(&l, &line, &more, NULL), FT_OK);
            if (!more)
                break;
            ft_buf_putc(&seen, '[');
            if (line.too_long)
                ft_buf_putc(&seen, '!');
            else
                ft_buf_put(&seen, line.text.ptr, line.text.len);
            ft_buf_puts(&seen, line.ended ? "]" : "]|");
        }
        ft_buf_putc(&seen, '\0');
        cr_assert_str_eq((const char *)seen.data, expected);
        ft_buf_release(&seen);
        ft_lines_release(&l);
    }
}

Test(lines, all_shapes)
{
    expect_lines("", 100, "");
    expect_lines("a", 100, "[a]|");
    expect_lines("a\n", 100, "[a]");
    expect_lines("\n", 100, "[]");
    expect_lines("\n\nabc\n\nd", 100, "[][][abc][][d]|");
    expect_lines("a\r\nb\n", 100, "[a\r][b]");
}

Test(lines, long_ones_are_passed_over)
{
    expect_lines("abc\nabcd\nabcde\nab", 4, "[abc][abcd][!][ab]|");
    expect_lines("0123456789012345678901234567890123456789\nx\n", 4, "[!][x]");
    expect_lines("0123456789012345678901234567890123456789", 4, "[!]|");
    expect_lines("01234567890123456789\n", 4, "[!]");
}
