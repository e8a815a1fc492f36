/* test_passage.c - cutting text into passages. */
#include "passage.h"

#include "mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The passages of text, in brackets. */
static char *split(const char *text, uint32_t words)
{
    ft_passage_list list = {0};
    char *out = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&out, &len);

    cr_assert_eq(ft_passage_split(&list, text, strlen(text), words, NULL), FT_OK);
    for (size_t i = 0; i < list.n; i++)
        fprintf(f, "[%.*s]", (int)(list.items[i].end - list.items[i].start), text + list.items[i].start);
    fclose(f);
    ft_passage_list_release(&list);
    return out;
}

static void check(const char *text, uint32_t words, const char *expected)
{
    char *got = split(text, words);

    cr_assert_str_eq(got, expected, "%s (%u): got %s, expected %s", text, words, got, expected);
    free(got);
}

Test(passage, one_passage_is_the_trimmed_text)
{
    check(" \n one\n\ntwo \t", 0, "[one\n\ntwo]");
    check("", 0, "[]");
    check(" \n\xc2\xa0\n", 0, "[]");
    check("", 3, "[]");
    check("\n\n \n", 3, "[]");
}

Test(passage, paragraphs_are_packed)
{
    check("a b\n\nc\n\nd e\n", 3, "[a b\n\nc][d e]");
    check("a b\n\nc d\n\ne", 3, "[a b][c d\n\ne]");
    check("a b\r\n \t\r\nc\r\n\xe2\x80\x83\r\nd", 2, "[a b][c\r\n\xe2\x80\x83\r\nd]");
    check("a\nb\nc\n\nd", 3, "[a\nb\nc][d]");
    check("***\n\na b", 2, "[***\n\na b]");
}

Test(passage, a_long_paragraph_is_cut_between_sentences)
{
    check("z\n\nOne two. Three four. Five six seven.\n\ny", 4, "[z][One two. Three four.][Five six seven.][y]");
    check("One two three. Four.", 3, "[One two three.][Four.]");
}

Test(passage, a_long_sentence_is_cut_between_words)
{
    check("a b c d e", 2, "[a b][c d][e]");
    check("x y. a b (c) d e. z", 3, "[x y.][a b (c)][d e.][z]");
    check("a.b c.d", 1, "[a.b][c.d]");
}

Test(passage, scripts_without_spaces_are_cut_between_clusters)
{
    /* four characters are three pairs; cut in front of the second pair */
    check("\xe6\xbc\xa2\xe5\xad\x97\xe4\xbb\xae\xe5\x90\x8d", 1,
          "[\xe6\xbc\xa2][\xe5\xad\x97][\xe4\xbb\xae\xe5\x90\x8d]");
}

Test(passage, lines_are_counted)
{
    const char *text = "\na\n\nb c\nd\n\n\ne";
    ft_passage_list list = {0};

    cr_assert_eq(ft_passage_split(&list, text, strlen(text), 3, NULL), FT_OK);
    cr_assert_eq(list.n, 3);
    ft_passage_set_lines(list.items, list.n, text, 10, true, NULL, 0);
    cr_assert_eq(list.items[0].line, 11);
    cr_assert_eq(list.items[1].line, 13);
    cr_assert_eq(list.items[2].line, 17);
    ft_passage_list_release(&list);
}

Test(passage, marks_give_lines)
{
    const char *text = "a b\n\nc d\n\ne f";
    const ft_line_mark marks[] = {{2, 5}, {5, 7}, {7, 8}, {12, 9}};
    ft_passage_list list = {0};

    cr_assert_eq(ft_passage_split(&list, text, strlen(text), 2, NULL), FT_OK);
    cr_assert_eq(list.n, 3);
    ft_passage_set_lines(list.items, list.n, text, 1, false, marks, 4);
    cr_assert_eq(list.items[0].line, 1);
    cr_assert_eq(list.items[0].n_marks, 1);
    cr_assert_eq(list.items[0].marks[0].line, 5);
    cr_assert_eq(list.items[1].line, 7, "a mark at the start is the passage's line");
    cr_assert_eq(list.items[1].n_marks, 1);
    cr_assert_eq(list.items[1].marks[0].line, 8);
    cr_assert_eq(list.items[2].line, 8, "the last mark before it");
    cr_assert_eq(list.items[2].n_marks, 1);
    ft_passage_list_release(&list);
}

Test(passage, passages_ascend_and_cover_every_word)
{
    char text[400];
    unsigned seed = 12345;
    static const char *const pieces[] = {"word ", "a", ".", ". ", "\n", "\n\n", " \n \n", "\xe6\xbc\xa2", "1,000 "};

    for (int round = 0; round < 2000; round++) {
        size_t len = 0, end = 0, words = 0;
        while (len < 380 && (seed = seed * 1103515245 + 12345) >> 16 & 63) {
            const char *piece = pieces[(seed >> 20) % 9];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        ft_passage_list list = {0};
        cr_assert_eq(ft_passage_split(&list, text, len, 1 + (seed >> 8) % 7, NULL), FT_OK);
        cr_assert(list.n > 0);
        for (size_t i = 0; i < list.n; i++) {
            cr_assert(list.items[i].start >= end && list.items[i].end <= len);
            cr_assert(list.items[i].start < list.items[i].end || list.n == 1);
            for (size_t k = end; k < list.items[i].start; k++)
                words += text[k] > ' ';
            end = list.items[i].end;
        }
        for (size_t k = end; k < len; k++)
            words += text[k] > ' ';
        cr_assert_eq(words, 0, "only white space is outside of passages");
        ft_passage_list_release(&list);
    }
}
