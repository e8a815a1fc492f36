/* test_cli.c - what the programs show, and when in colour. */
#include "chars.h"
#include "cli.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const char *shown(const char *text, ft_cli_style style, ft_buf *out)
{
    ft_buf_reset(out);
    ft_cli_show(out, text, strlen(text), style);
    ft_buf_putc(out, '\0');
    return (const char *)out->data;
}

Test(cli, hostile_characters_are_escaped)
{
    ft_buf out = {0};

    cr_assert_str_eq(shown("plain caf\xc3\xa9 \xf0\x9f\x98\x80", FT_CLI_TEXT, &out),
                     "plain caf\xc3\xa9 \xf0\x9f\x98\x80");
    cr_assert_str_eq(shown("\x1b[31mred\x7f\x07", FT_CLI_TEXT, &out), "\\x1b[31mred\\x7f\\x07");
    cr_assert_str_eq(shown("a\xc2\x9bz\xe2\x80\xaex\xd8\x9c", FT_CLI_TEXT, &out), "a\\u009bz\\u202ex\\u061c");
    cr_assert_str_eq(shown("\x9b\xff\xe2\x80", FT_CLI_TEXT, &out), "\\x9b\\xff\\xe2\\x80");
    cr_assert_str_eq(shown("a\nb\tc\rd", FT_CLI_TEXT, &out), "a\nb\tc\\x0dd");
    cr_assert_str_eq(shown("a\nb\tc\rd", FT_CLI_LINE, &out), "a b c d");
    cr_assert_str_eq(shown("a\nb\tc\rd", FT_CLI_NAME, &out), "a\\x0ab\\x09c\\x0dd");
    cr_assert_str_eq(shown("", FT_CLI_NAME, &out), "");
    ft_buf_release(&out);
}

Test(cli, no_control_character_gets_through)
{
    ft_buf out = {0};

    for (uint32_t cp = 0; cp < 0x2100; cp++) {
        char text[4];
        size_t len = 0, n;
        if (cp < 0x80) {
            text[len++] = (char)cp;
        } else if (cp < 0x800) {
            text[len++] = (char)(0xc0 | cp >> 6);
            text[len++] = (char)(0x80 | (cp & 0x3f));
        } else {
            text[len++] = (char)(0xe0 | cp >> 12);
            text[len++] = (char)(0x80 | (cp >> 6 & 0x3f));
            text[len++] = (char)(0x80 | (cp & 0x3f));
        }
        for (ft_cli_style style = FT_CLI_TEXT; style <= FT_CLI_NAME; style++) {
            ft_buf_reset(&out);
            ft_cli_show(&out, text, len, style);
            for (size_t i = 0; i < out.len; i += n) {
                uint32_t seen = ft_chars_decode(out.data + i, out.data + out.len, &n);
                bool kept = style == FT_CLI_TEXT && (seen == '\n' || seen == '\t');
                cr_assert(kept || (seen != FT_CHARS_BAD && !ft_chars_is_control(seen) && !ft_chars_is_bidi(seen)),
                          "U+%04X", (unsigned)cp);
            }
        }
    }
    ft_buf_release(&out);
}

Test(cli, decoding_follows_the_longest_beginning)
{
    static const struct {
        const char *bytes;
        size_t len, taken;
        uint32_t cp;
    } cases[] = {
        {"a", 1, 1, 'a'},
        {"\xc3\xa4", 2, 2, 0xe4},
        {"\xe2\x82\xac", 3, 3, 0x20ac},
        {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
        {"\xc3", 1, 1, FT_CHARS_BAD},
        {"\xc0\x80", 2, 1, FT_CHARS_BAD},
        {"\xe0\x9f\x80", 3, 1, FT_CHARS_BAD},
        {"\xe2\x82", 2, 2, FT_CHARS_BAD},
        {"\xe2\x82z", 3, 2, FT_CHARS_BAD},
        {"\xed\xa0\x80", 3, 1, FT_CHARS_BAD},
        {"\xf0\x8f\x80\x80", 4, 1, FT_CHARS_BAD},
        {"\xf0\x90\x80", 3, 3, FT_CHARS_BAD},
        {"\xf4\x90\x80\x80", 4, 1, FT_CHARS_BAD},
        {"\xf5\x80\x80\x80", 4, 1, FT_CHARS_BAD},
        {"\x80", 1, 1, FT_CHARS_BAD},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unsigned char *p = (const unsigned char *)cases[i].bytes;
        size_t len;
        cr_assert_eq(ft_chars_decode(p, p + cases[i].len, &len), cases[i].cp, "case %zu", i);
        cr_assert_eq(len, cases[i].taken, "case %zu", i);
    }
}

Test(cli, colour_is_for_terminals_only)
{
    /* Standard output of a test is no terminal. */
    cr_assert_not(ft_cli_use_color(FT_COLOR_AUTO, 63));
    cr_assert(ft_cli_use_color(FT_COLOR_ALWAYS, 63));
    cr_assert_not(ft_cli_use_color(FT_COLOR_NEVER, 63));
    cr_assert_eq(ft_cli_columns(63), 80);
}
