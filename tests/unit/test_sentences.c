/* test_sentences.c - white space, and where sentences end. */
#include "sentences.h"
#include "utf8.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Bars where the sentences of a text begin. */
static const char *cut(const char *text)
{
    static char out[1024];
    size_t len = strlen(text), at = 0, n = 0;

    while (at < len) {
        size_t next = ft_sentence_next(text, len, at);
        cr_assert(next > at && next <= len);
        memcpy(out + n, text + at, next - at);
        n += next - at;
        out[n++] = '|';
        at = next;
    }
    out[n] = '\0';
    return out;
}

#define EXPECT_CUT(text, want) cr_expect_str_eq(cut(text), want)

Test(sentences, ends)
{
    EXPECT_CUT("", "");
    EXPECT_CUT("One", "One|");
    EXPECT_CUT("One. Two?  Three!\nFour", "One. |Two?  |Three!\n|Four|");
    EXPECT_CUT("\"Go!\" he said. (So.) Done", "\"Go!\" |he said. |(So.) |Done|");
    EXPECT_CUT("3.14 and a.b...c", "3.14 and a.b...c|");
    EXPECT_CUT("What?! Well... yes… no", "What?! |Well... |yes… |no|");
    EXPECT_CUT("一つ。二つ！「三つ。」四つ？", "一つ。|二つ！|「三つ。」|四つ？|");
    EXPECT_CUT("End.", "End.|");
    EXPECT_CUT("End.  ", "End.  |");
    EXPECT_CUT("نعم؟ لا۔ हाँ। ना", "نعم؟ |لا۔ |हाँ। |ना|");
    EXPECT_CUT("bad.\xFF bad. \xFF", "bad.\xFF bad. |\xFF|");
    cr_expect_eq(ft_sentence_next("abc", 3, 3), 3u);
}

static bool is_white_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Test(sentences, white_space)
{
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[FT_UTF8_MAX + 1];
        size_t n = ft_utf8_put((unsigned char *)text, c);

        cr_assert_eq(ft_space_len(text, n, 0), is_white_space(c) ? n : 0, "U+%04X", (unsigned)c);
        if (n > 1)
            cr_assert_eq(ft_space_len(text, n - 1, 0), 0u);
        cr_assert_eq(ft_space_len(text, n, n), 0u);
    }
    cr_expect_eq(ft_space_len("\xA0", 1, 0), 0u);
}

static void expect_trimmed(const char *text, size_t start, size_t end, size_t want_start, size_t want_end)
{
    ft_trim(text, &start, &end);
    cr_expect(start == want_start && end == want_end, "'%s': %zu..%zu", text, start, end);
}

Test(sentences, trimming)
{
    expect_trimmed("  ab c\n", 0, 7, 2, 6);
    expect_trimmed("  ab c\n", 3, 5, 3, 4);
    expect_trimmed("\xC2\xA0x\xE3\x80\x80\xE2\x80\xA8", 0, 9, 2, 3);
    expect_trimmed("\xEF\xBB\xBF x", 0, 5, 4, 5);
    expect_trimmed("\xEF\xBB\xBFx", 0, 4, 3, 4);
    expect_trimmed("x\xEF\xBB\xBFx", 1, 5, 1, 5);
    expect_trimmed("\xEF\xBB\xBF", 0, 3, 3, 3);
    expect_trimmed("   ", 1, 3, 3, 3);
    expect_trimmed("", 0, 0, 0, 0);
    expect_trimmed("\x85\xA0", 0, 2, 0, 2);
}
