/* fuzz_words.c - segmentation, sentences and UTF-8 over any bytes: bounds are monotone and inside the text, everything
 * ends, and two readings of the same text agree. */
#include "mem.h"
#include "sentences.h"
#include "utf8.h"
#include "wordbreak.h"
#include "words.h"
#include "words_tables.h"

#include <stdint.h>
#include <stdlib.h>

#define CHECK(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_utf8(const char *text, size_t len)
{
    ft_buf fixed = {0};
    size_t valid = ft_utf8_valid(text, len);

    CHECK(valid <= len);
    ft_utf8_repair(&fixed, text, len);
    CHECK(fixed.failed || ft_utf8_valid((const char *)fixed.data, fixed.len) == fixed.len);
    CHECK(fixed.failed || valid < len || (fixed.len == len && (len == 0 || memcmp(fixed.data, text, len) == 0)));
    for (size_t max = 0; max < len && max < 300; max++) {
        size_t cut = ft_utf8_cut((const char *)text, len, max);
        CHECK(cut <= max && max - cut < FT_UTF8_MAX);
        if (valid == len)
            CHECK(ft_utf8_valid(text, cut) == cut);
    }
    ft_buf_release(&fixed);
}

static void check_boundaries(const unsigned char *text, size_t len)
{
    unsigned props;

    for (size_t at = 0; at < len; ) {
        size_t next = ft_wordbreak_next(text, len, at);
        CHECK(next > at && next <= len);
        at = next;
    }
    for (size_t at = 0; at < len; ) {
        size_t next = ft_wordbreak_piece(text, len, at, &props);
        CHECK(next > at && next <= len);
        at = next;
    }
}

static void check_words(const char *text, size_t len)
{
    ft_words w;
    ft_word word, last = {0};
    size_t n = 0;

    ft_words_init(&w, text, len);
    while (ft_words_next(&w, &word)) {
        CHECK(word.start < word.end && word.end <= len);
        if (n > 0) {
            CHECK(word.start > last.start);
            CHECK(word.start >= last.end || (word.bigram && last.bigram && word.end > last.end));
        }
        /* A word by itself is that word: what snippets and queries rely on. */
        if (!word.bigram) {
            ft_words alone;
            ft_word same;
            ft_words_init(&alone, text + word.start, word.end - word.start);
            CHECK(ft_words_next(&alone, &same) && same.end == word.end - word.start);
        }
        last = word;
        n++;
    }
    CHECK(ft_words_count(text, len) == n);
}

static void check_sentences(const char *text, size_t len)
{
    for (size_t at = 0; at < len; ) {
        size_t next = ft_sentence_next(text, len, at);
        CHECK(next > at && next <= len);
        CHECK(next == len || ft_space_len(text, len, next) == 0);
        at = next;
    }
    size_t start = 0, end = len;
    ft_trim(text, &start, &end);
    CHECK(start <= end && end <= len);
    CHECK(start == end || ft_space_len(text, end, start) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    check_utf8(text, size);
    check_boundaries(data, size);
    check_words(text, size);
    check_sentences(text, size);
    CHECK(ft_mem_live() == 0);
    return 0;
}
