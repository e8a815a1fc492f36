/* test_utf8.c - decoding, repairing and cutting UTF-8. */
#include "utf8.h"

#include <criterion/criterion.h>

static void expect_repaired(const char *in, size_t len, const char *want)
{
    ft_buf out = {0};

    ft_utf8_repair(&out, in, len);
    cr_assert(!out.failed);
    cr_assert_eq(out.len, strlen(want));
    cr_assert(out.len == 0 || memcmp(out.data, want, out.len) == 0, "repairing '%s'", in);
    ft_buf_release(&out);
}

#define EXPECT_REPAIRED(in, want) expect_repaired(in, sizeof(in) - 1, want)
#define BAD "\xEF\xBF\xBD"

Test(utf8, every_character_there_and_back)
{
    for (uint32_t cp = 0; cp < 0x110000; cp++) {
        unsigned char bytes[FT_UTF8_MAX];
        size_t n = ft_utf8_put(bytes, cp), m = 0;
        bool surrogate = cp >= 0xD800 && cp < 0xE000;

        cr_assert_eq(ft_utf8_next(bytes, n, &m), surrogate ? FT_UTF8_BAD : cp);
        cr_assert_eq(n, m);
        cr_assert_eq(ft_utf8_valid((const char *)bytes, n), n, "U+%04X", (unsigned)cp);
        if (n > 1 && !surrogate) { /* cut short: one bad character, and no byte read past the end */
            cr_assert_eq(ft_utf8_next(bytes, n - 1, &m), FT_UTF8_BAD);
            cr_assert_eq(m, n - 1);
        }
    }
    unsigned char bytes[FT_UTF8_MAX];
    cr_assert_eq(ft_utf8_put(bytes, 0x110000), 3u);
}

Test(utf8, bad_bytes_become_one_replacement_each)
{
    EXPECT_REPAIRED("", "");
    EXPECT_REPAIRED("plain text of more than eight bytes", "plain text of more than eight bytes");
    EXPECT_REPAIRED("a\xFF" "b", "a" BAD "b");
    EXPECT_REPAIRED("\x80\xBF", BAD BAD);
    EXPECT_REPAIRED("\xC0\xAF", BAD BAD);                 /* overlong */
    EXPECT_REPAIRED("\xE0\x80\xAF", BAD BAD BAD);         /* overlong */
    EXPECT_REPAIRED("\xED\xA0\x80", BAD BAD BAD);         /* a surrogate */
    EXPECT_REPAIRED("\xF4\x90\x80\x80", BAD BAD BAD BAD); /* above U+10FFFF */
    EXPECT_REPAIRED("\xF0\x9F\x98x", BAD "x");            /* the beginning of a sequence */
    EXPECT_REPAIRED("\xE6\xBC", BAD);
    EXPECT_REPAIRED("x" BAD "y\xE2\x82", "x" BAD "y" BAD); /* a true U+FFFD stays */
}

Test(utf8, valid_stops_at_the_first_bad_byte)
{
    cr_assert_eq(ft_utf8_valid("", 0), 0u);
    cr_assert_eq(ft_utf8_valid("0123456789\xC3\xA9\xC3", 13), 12u);
    cr_assert_eq(ft_utf8_valid(BAD, 3), 3u);
    cr_assert_eq(ft_utf8_valid("\xFF", 1), 0u);
}

Test(utf8, cut_keeps_characters_whole)
{
    const char *text = "a\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x98\x80z"; /* lengths 1 2 3 4 1 */
    const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};

    for (size_t max = 0; max < sizeof want / sizeof want[0]; max++)
        cr_assert_eq(ft_utf8_cut(text, 11, max), want[max], "max %zu", max);
    cr_assert_eq(ft_utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 5u);
    cr_assert_eq(ft_utf8_cut("\xC3\xC3\xC3", 3, 2), 2u);
}
