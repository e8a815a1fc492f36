/* test_vocabulary.c - the table of surface forms. */
#include "vocabulary.h"

#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static ft_vocabulary make(void)
{
    ft_analysis settings;
    ft_vocabulary v;

    cr_assert_eq(ft_analysis_resolve(&settings, "english", false, NULL), FT_OK);
    cr_assert_eq(ft_vocabulary_init(&v, &settings, NULL), FT_OK);
    return v;
}

/* The terms of a word, joined by spaces. */
static const char *terms_of(ft_vocabulary *v, const char *word)
{
    static char out[1024];
    char padded[1024] = {0};
    const uint32_t *terms;
    uint32_t n;
    size_t len = strlen(word), at = 0;

    memcpy(padded, word, len);
    ft_form_key key = ft_vocabulary_key(v, padded, len);
    cr_assert_eq(ft_vocabulary_find(v, padded, &key, &terms, &n, NULL), FT_OK);
    uint32_t one;
    if (ft_vocabulary_find_fast(v, &key, &one))
        cr_assert(n == 1 && terms[0] == one);
    for (uint32_t i = 0; i < n; i++) {
        size_t term_len;
        const unsigned char *bytes = ft_vocabulary_bytes(v, terms[i], &term_len);
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s", i ? " " : "", (int)term_len, bytes);
    }
    out[at] = '\0';
    return out;
}

Test(vocabulary, forms_share_terms)
{
    ft_vocabulary v = make();

    for (int round = 0; round < 2; round++) {
        cr_assert_str_eq(terms_of(&v, "Running"), "run");
        cr_assert_str_eq(terms_of(&v, "runs"), "run");
        cr_assert_str_eq(terms_of(&v, "run"), "run");
        cr_assert_str_eq(terms_of(&v, "internationalizationXYZ"), "internationalizationxyz");
        cr_assert_str_eq(terms_of(&v, "internationalizationXYA"), "internationalizationxya");
    }
    cr_assert_eq(v.n_terms, 3);
    ft_vocabulary_release(&v);
}

Test(vocabulary, a_form_may_have_several_terms_or_none)
{
    ft_vocabulary v = make();

    for (int round = 0; round < 2; round++) {
        const char *several = terms_of(&v, "\xef\xb7\xba"); /* one character that folds to four words */
        size_t spaces = 0;
        for (const char *p = several; *p; p++)
            spaces += *p == ' ';
        cr_assert_eq(spaces, 3, "%s", several);
    }
    ft_vocabulary_release(&v);
}

Test(vocabulary, grows_and_is_reset)
{
    ft_vocabulary v = make();
    char word[64], again[64];

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 30000; i++) {
            snprintf(word, sizeof word, i % 3 ? "w%dq" : "averylongprefixbefore%dq", i);
            cr_assert_str_eq(terms_of(&v, word), word);
        }
        for (int i = 0; i < 30000; i++) {
            snprintf(again, sizeof again, i % 3 ? "w%dq" : "averylongprefixbefore%dq", i);
            cr_assert_str_eq(terms_of(&v, again), again);
        }
        cr_assert_eq(v.n_terms, 30000);
        size_t big = ft_vocabulary_size(&v);
        cr_assert_eq(ft_vocabulary_reset(&v, NULL), FT_OK);
        cr_assert(ft_vocabulary_size(&v) < big / 4);
        cr_assert_eq(v.n_terms, 0);
    }
    ft_vocabulary_release(&v);
}

Test(vocabulary, words_longer_than_terms_are_cut)
{
    ft_vocabulary v = make();
    char word[601];

    memset(word, 'x', 600);
    word[600] = '\0';
    cr_assert_eq(strlen(terms_of(&v, word)), FT_TERM_MAX);
    cr_assert_eq(v.n_forms, 0, "it is not kept");
    ft_vocabulary_release(&v);
}
