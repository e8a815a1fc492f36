/* test_fold.c - NFKC case folding against Unicode's data, and what is ours on top of it. */
#include "fold.h"
#include "utf8.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define PROPERTIES "/usr/share/unicode/DerivedNormalizationProps.txt"

static void expect_folded(bool turkish, bool strip, const char *in, const char *want)
{
    ft_fold f;
    ft_buf out = {0};

    ft_fold_init(&f, turkish, strip);
    ft_fold_text(&f, in, strlen(in), &out);
    ft_buf_putc(&out, 0);
    cr_assert(!out.failed);
    cr_expect_str_eq((const char *)out.data, want);
    ft_buf_release(&out);
    ft_fold_release(&f);
}

Test(fold, ascii_and_beyond)
{
    expect_folded(false, false, "", "");
    expect_folded(false, false, "ISO-8859 @[`{", "iso-8859 @[`{");
    expect_folded(false, false, "Straße ẞ ΣΊΣΥΦΟΣ", "strasse ss σίσυφοσ");
    expect_folded(false, false, "ﬁ ＷＩＤＥ Ⅷ ² ㌔ ｶﾞ", "fi wide viii 2 キロ ガ");
    expect_folded(false, false, "A\xCC\x8Angstro\xCC\x88m", "ångström");
    expect_folded(false, false, "so\xC2\xAD" "ft zero\xE2\x80\x8Bwidth", "soft zerowidth");
    expect_folded(false, false, "\xE3\x85\xA4", ""); /* a Hangul filler: nothing is left */
    expect_folded(false, false, "İI", "i\xCC\x87i");
    expect_folded(false, false, "bad\xFF\xE6\xBC", "bad\xEF\xBF\xBD\xEF\xBF\xBD");
}

Test(fold, apostrophes_are_one)
{
    expect_folded(false, false, "a'b a’b a‘b a‛b a＇b a\xCA\xBC" "b a\xCA\xBB" "b a՚b",
                  "a'b a'b a'b a'b a'b a'b a'b a'b");
    expect_folded(false, false, "ŉ", "'n");
}

Test(fold, turkish_letters_i)
{
    expect_folded(true, false, "I i ISPARTA", "ı i ısparta");
    expect_folded(true, false, "İSTANBUL DIŞ", "istanbul dış");
    expect_folded(true, false, "I\xCC\x87 I\xCC\xA3\xCC\x87 I\xCC\x81\xCC\x87 Ｉ", "i ị ı\xCC\x81\xCC\x87 ı");
}

Test(fold, diacritics_of_three_scripts)
{
    expect_folded(false, true, "Naïve Ångström ŁÓDŹ Việt", "naive angstrom łodz viet");
    expect_folded(false, true, "Ёлка й Ἀθῆναι ά", "елка и αθηναι α");
    expect_folded(false, true, "가 ガ किताबें שָׁ", "가 ガ किताबें שָׁ");
    expect_folded(true, true, "IİĞ", "ıig");
    expect_folded(false, true, "\xCC\x81x", "\xCC\x81x");
}

/* Every character against the property NFKC_Casefold, composed. Deliberate departures: apostrophes, and unassigned
 * ignorable characters, which utf8proc keeps and no word contains. */
Test(fold, every_character_of_unicode)
{
    FILE *file = fopen(PROPERTIES, "r");
    char line[1024];
    size_t checked = 0;
    ft_fold f;
    ft_buf got = {0}, want = {0};

    if (!file)
        cr_skip_test("every_character_of_unicode: no " PROPERTIES);
    ft_fold_init(&f, false, false);
    while (fgets(line, sizeof line, file)) {
        char *field = strstr(line, "; NFKC_CF; ");
        unsigned first, last;

        if (!field || *line == '#')
            continue;
        if (sscanf(line, "%x..%x", &first, &last) == 1)
            last = first;
        unsigned char to[256];
        size_t len = 0;
        field[strcspn(field, "#")] = '\0';
        for (char *p = field + strlen("; NFKC_CF; "), *next; ; p = next) {
            unsigned long cp = strtoul(p, &next, 16);
            if (next == p)
                break;
            len += ft_utf8_put(to + len, (uint32_t)cp);
        }
        if (len == 0 && strstr(field + strlen(field) + 1, "<reserved"))
            continue;
        if (first == 0x149)
            continue;
        ft_buf_reset(&want);
        if (len > 0) /* what is folded already is only composed by folding it */
            ft_fold_text(&f, (const char *)to, len, &want);
        for (unsigned cp = first; cp <= last; cp++) {
            unsigned char from[FT_UTF8_MAX];
            size_t n = ft_utf8_put(from, cp);
            ft_buf_reset(&got);
            ft_fold_text(&f, (const char *)from, n, &got);
            cr_assert_eq(got.len, want.len, "U+%04X", cp);
            cr_assert(got.len == 0 || memcmp(got.data, want.data, got.len) == 0, "U+%04X", cp);
            checked++;
        }
    }
    fclose(file);
    cr_assert_gt(checked, 6000u);
    ft_buf_release(&got);
    ft_buf_release(&want);
    ft_fold_release(&f);
}

Test(fold, twice_is_once)
{
    ft_fold f;
    ft_buf once = {0}, twice = {0};

    ft_fold_init(&f, false, false);
    for (uint32_t cp = 1; cp < 0x30000; cp++) {
        unsigned char from[FT_UTF8_MAX];
        size_t n = ft_utf8_put(from, cp);
        ft_buf_reset(&once);
        ft_buf_reset(&twice);
        ft_fold_text(&f, (const char *)from, n, &once);
        if (once.len == 0)
            continue;
        ft_fold_text(&f, (const char *)once.data, once.len, &twice);
        cr_assert(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0, "U+%04X", (unsigned)cp);
    }
    ft_buf_release(&once);
    ft_buf_release(&twice);
    ft_fold_release(&f);
}
