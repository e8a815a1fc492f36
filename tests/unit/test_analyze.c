/* test_analyze.c - from text to terms, as CONTRACT.md has it. */
#include "analyze.h"
#include "buf.h"
#include "mem.h"
#include "utf8.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static bool append(void *arg, const ft_token *token)
{
    ft_buf *out = arg;

    if (out->len)
        ft_buf_putc(out, ' ');
    ft_buf_put(out, token->term.ptr, token->term.len);
    return true;
}

enum { STEM, NO_STEM, STRIP };

static void expect_terms(const char *lang, int how, const char *text, const char *want)
{
    ft_analyzer *an;
    ft_buf out = {0};
    ft_error err = {0};
    long live = ft_mem_live();

    cr_assert_eq(ft_analyzer_new(&an, lang, how == STRIP, how == NO_STEM, &err), FT_OK, "%s", err.text);
    cr_assert_eq(ft_analyzer_run(an, text, strlen(text), append, &out), FT_OK);
    ft_buf_putc(&out, 0);
    cr_expect_str_eq((const char *)out.data, want, "%s: '%s' gives '%s', not '%s'", lang, text,
                     (const char *)out.data, want);
    ft_buf_release(&out);
    ft_analyzer_free(an);
    cr_expect_eq(ft_mem_live(), live);
}

Test(analyze, cases_of_the_contract)
{
    expect_terms("english", STEM, "75th Anniversaries", "75th anniversari");
    expect_terms("english", STEM, "COVID-19", "covid 19");
    expect_terms("english", STEM, "The U.S. budget", "the u.s budget");
    expect_terms("english", STEM, "1,000.50", "1,000.50");
    expect_terms("english", STEM, "don't DON’T don‘t", "don't don't don't");
    expect_terms("english", STEM, "John.Doe@mail.example.com", "john.doe mail.example.com");
    expect_terms("german", STEM, "Donaudampfschifffahrtsgesellschaften", "donaudampfschifffahrtsgesellschaft");
    expect_terms("english", STEM, "", "");
    expect_terms("english", STEM, " ... --- !", "");
}

Test(analyze, possessives_and_articles)
{
    expect_terms("english", STEM, "dog's dog’s dogs' dog＇s", "dog dog dog dog");
    expect_terms("french", STEM, "L'avion l’avion qu'il aujourd'hui", "avion avion il aujourd'hui");
    expect_terms("italian", STEM, "dell’arte", "arte");
    expect_terms("catalan", STEM, "l’aigua", "aigu");
    expect_terms("french", NO_STEM, "L’avions", "avions");
    expect_terms("english", NO_STEM, "L’avions dog’s", "l'avions dog's");
    expect_terms("none", STEM, "L’avions", "l'avions");
}

Test(analyze, full_stops_keep_the_stemmer_away)
{
    expect_terms("english", STEM, "running run.ning node.js cats.dogs", "run run.ning node.js cats.dogs");
    expect_terms("english", STEM, "cats․dogs Ａ．Ｂs", "cats.dogs a.bs"); /* U+2024, U+FF0E: full stops by folding */
    expect_terms("french", STEM, "l'U.R.S.S", "u.r.s.s");
}

Test(analyze, scripts)
{
    expect_terms("english", STEM, "全文検索 東京3月 한국어abc", "全文 文検 検索 東京 3 月 한국 국어 abc");
    expect_terms("english", STEM, "ｶﾞｲﾄﾞ ガイド", "ガイ イド ガイ イド");
    expect_terms("english", STEM, "กขค", "กข ขค");
    expect_terms("russian", STEM, "Книгами", "книг");
    expect_terms("turkish", STEM, "KITAPLARIMIZDAN DIŞ İSTANBUL", "kıtap dış istanbul");
    expect_terms("none", STRIP, "Ångström ŁÓDŹ Ёлка", "angstrom łodz елка");
    expect_terms("none", STEM, "Ångström A\xCC\x8Angstro\xCC\x88m so\xC2\xAD" "ft", "ångström ångström soft");
}

Test(analyze, bad_bytes_and_nothing_left)
{
    expect_terms("none", STEM, "a\xFF" "b \xED\xA0\x80 c", "a b c");
    expect_terms("none", STEM, "x ﾞ y \xE3\x85\xA4 z", "x y z"); /* letters that fold to a mark, to nothing */
}

static bool list_positions(void *arg, const ft_token *token)
{
    ft_buf *out = arg;

    ft_buf_printf(out, "%u:%u-%u ", token->position, (unsigned)token->start, (unsigned)token->end);
    return true;
}

/* A ligature that folds to four words takes four positions, a word that folds to nothing takes none. */
Test(analyze, positions)
{
    ft_analyzer *an;
    ft_buf out = {0};
    const char *text = "a ﷺ \xE3\x85\xA4 b";

    cr_assert_eq(ft_analyzer_new(&an, "none", false, false, NULL), FT_OK);
    cr_assert_eq(ft_analyzer_run(an, text, strlen(text), list_positions, &out), FT_OK);
    ft_buf_putc(&out, 0);
    cr_expect_str_eq((const char *)out.data, "0:0-1 1:2-5 2:2-5 3:2-5 4:2-5 5:10-11 ");
    ft_buf_release(&out);
    ft_analyzer_free(an);
}

static bool stop_at_two(void *arg, const ft_token *token)
{
    (void)token;
    return ++*(int *)arg < 2;
}

Test(analyze, the_callback_can_stop)
{
    ft_analyzer *an;
    int seen = 0;

    cr_assert_eq(ft_analyzer_new(&an, "en", false, false, NULL), FT_OK);
    cr_assert_eq(ft_analyzer_run(an, "one two three", 13, stop_at_two, &seen), FT_OK);
    cr_expect_eq(seen, 2);
    ft_analyzer_free(an);
    ft_analyzer_free(NULL);
}

static void expect_length(const char *lang, const char *word, size_t len, size_t want)
{
    ft_analyzer *an;
    const ft_str *terms;
    size_t n;

    cr_assert_eq(ft_analyzer_new(&an, lang, false, strcmp(lang, "english") != 0, NULL), FT_OK);
    cr_assert_eq(ft_analyzer_terms(an, word, len, &terms, &n), FT_OK);
    cr_assert_eq(n, 1u);
    cr_expect_eq(terms[0].len, want, "%zu bytes", terms[0].len);
    cr_expect_eq(ft_utf8_valid(terms[0].ptr, terms[0].len), terms[0].len);
    ft_analyzer_free(an);
}

Test(analyze, long_words_are_cut)
{
    size_t len = 3 << 20;
    char *word = malloc(len);

    cr_assert(word);
    memset(word, 'a', len);
    expect_length("none", word, 254, 254);
    expect_length("none", word, 255, 255);
    expect_length("none", word, 256, 255);
    expect_length("english", word, len, 255);
    memcpy(word, "l'", 2);
    expect_length("french", word, 257, 255);
    for (size_t i = 0; i + 3 <= len; i += 3) /* 255 is 85 times 3 */
        memcpy(word + i, "漢", 3);
    expect_length("none", word, len, 255);
    for (size_t i = 0; i + 2 <= len; i += 2)
        memcpy(word + i, "é", 2);
    expect_length("none", word, len, 254);
    memset(word, 'I', len); /* each grows to two bytes */
    expect_length("turkish", word, 300, 254);
    free(word);
}

Test(analyze, terms_of_any_bytes)
{
    ft_analyzer *an;
    const ft_str *terms;
    size_t n;

    cr_assert_eq(ft_analyzer_new(&an, "french", false, false, NULL), FT_OK);
    cr_assert_eq(ft_analyzer_terms(an, "", 0, &terms, &n), FT_OK);
    cr_expect_eq(n, 0u);
    cr_assert_eq(ft_analyzer_terms(an, "--", 2, &terms, &n), FT_OK);
    cr_expect_eq(n, 0u);
    cr_assert_eq(ft_analyzer_terms(an, "l'_", 3, &terms, &n), FT_OK); /* no letter behind the article: kept */
    cr_expect(n == 1 && terms[0].len == 3);
    cr_assert_eq(ft_analyzer_terms(an, "\xFFx y\t", 5, &terms, &n), FT_OK);
    cr_assert_eq(n, 2u);
    cr_expect(terms[1].len == 1 && *terms[1].ptr == 'y');
    ft_analyzer_free(an);
}

Test(analyze, fingerprints)
{
    static const char *const langs[] = {"arabic", "english", "french", "german", "none", "porter", "turkish"};
    uint64_t seen[2 * sizeof langs / sizeof langs[0]];
    size_t n = 0;
    long live = ft_mem_live();

    for (size_t i = 0; i < sizeof langs / sizeof langs[0]; i++) {
        for (int strip = 0; strip < 2; strip++) {
            ft_analysis a;
            uint64_t again;

            cr_assert_eq(ft_analysis_resolve(&a, langs[i], strip, NULL), FT_OK);
            cr_assert_eq(ft_analysis_fingerprint(&a, &seen[n], NULL), FT_OK);
            cr_assert_eq(ft_analysis_fingerprint(&a, &again, NULL), FT_OK);
            cr_expect_eq(seen[n], again);
            for (size_t j = 0; j < n; j++)
                cr_expect_neq(seen[n], seen[j], "%s", langs[i]);
            n++;
        }
    }
    cr_expect_eq(ft_mem_live(), live);
    cr_expect(strstr(ft_unicode_version(), " / "));
}

Test(analyze, settings_of_a_hostile_manifest)
{
    ft_analysis a = {.fold_diacritics = false};
    ft_analyzer *an;
    uint64_t print;

    memset(a.lang, 'x', sizeof a.lang);
    cr_expect_eq(ft_analyzer_make(&an, &a, NULL), FT_EINVAL);
    cr_expect_null(an);
    cr_expect_eq(ft_analysis_fingerprint(&a, &print, NULL), FT_EINVAL);
    memcpy(a.lang, "English", 8); /* not canonical */
    cr_expect_eq(ft_analyzer_make(&an, &a, NULL), FT_EINVAL);
}

static int count_down(void *arg)
{
    return --*(int *)arg < 0;
}

Test(analyze, out_of_memory_anywhere)
{
    const char *text = "İstanbul ﷺ running 東京タワー\xFF\xC3\xA9";
    long live = ft_mem_live();
    bool done = false;

    for (int allowed = 0; !done; allowed++) {
        ft_analyzer *an;
        ft_error err = {0};
        char bytes[4096] = "";
        ft_buf out = {.data = (unsigned char *)bytes, .cap = sizeof bytes}; /* needs no memory */
        int left = allowed;

        cr_assert_lt(allowed, 1000);
        ft_mem_set_hook(count_down, &left);
        ft_status st = ft_analyzer_new(&an, "turkish", true, false, &err);
        if (st == FT_OK)
            st = ft_analyzer_run(an, text, strlen(text), append, &out);
        ft_mem_set_hook(NULL, NULL);
        done = st == FT_OK;
        cr_expect(done || st == FT_ENOMEM);
        ft_analyzer_free(an);
        cr_expect_eq(ft_mem_live(), live);
    }
}
