/* passage.c - cutting text into passages.
 *
 * Whole paragraphs are packed while the passage stays within the wanted number of words. A paragraph that is longer by
 * itself is cut between sentences, a longer sentence between words; its pieces share no passage with its neighbours.
 * Cuts fall in front of a word, or in white space, so a passage's own words are those of the text; only a pair of
 * clusters (words.h) that straddles a cut is lost. */
#include "passage.h"

#include "mem.h"
#include "sentences.h"
#include "words.h"

#include <string.h>

typedef struct splitter {
    ft_passage_list *list;
    const char *text;
    size_t limit;      /* words in a passage */
    size_t start, end; /* the passage being packed; empty when start == end */
    size_t n_words;    /* in it */
    bool failed;
} splitter;

static void add_passage(splitter *s, size_t start, size_t end)
{
    ft_passage_list *list = s->list;

    ft_trim(s->text, &start, &end);
    if (start == end)
        return;
    if (s->failed || FT_GROW(list->items, list->cap, list->n + 1) != 0) {
        s->failed = true;
        return;
    }
    list->items[list->n++] = (ft_passage_entry){.start = start, .end = end};
}

static void flush(splitter *s)
{
    add_passage(s, s->start, s->end);
    s->start = s->end = 0;
    s->n_words = 0;
}

/* Adds [start, end), which holds n words, to the passage being packed, or to a new one where it is full. */
static void pack(splitter *s, size_t start, size_t end, size_t n)
{
    if (s->start != s->end && n > s->limit - s->n_words)
        flush(s);
    if (s->start == s->end)
        s->start = start;
    s->end = end;
    s->n_words += n;
}

/* Cuts one sentence that is too long in front of each word that would be one too many. */
static void cut_words(splitter *s, size_t start, size_t end)
{
    while (start < end) {
        ft_words words;
        ft_word word;
        size_t n = 0, cut = end;

        ft_words_init(&words, s->text + start, end - start);
        while (ft_words_next(&words, &word))
            if (n++ == s->limit) {
                cut = start + word.start;
                break;
            }
        add_passage(s, start, cut);
        start = cut;
    }
}

static void cut_sentences(splitter *s, size_t start, size_t end)
{
    size_t at = 0, len = end - start;

    while (at < len) {
        size_t next = ft_sentence_next(s->text + start, len, at);
        size_t n = ft_words_count(s->text + start + at, next - at);
        if (n > s->limit) {
            flush(s);
            cut_words(s, start + at, start + next);
        } else {
            pack(s, start + at, start + next, n);
        }
        at = next;
    }
    flush(s);
}

/* Is [at, end) white space only? */
static bool blank(const char *text, size_t at, size_t end)
{
    while (at < end) {
        size_t n = ft_space_len(text, end, at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

/* The end of the paragraph that begins in the line at `at`: where the next blank line begins, or len. */
static size_t paragraph_end(const char *text, size_t len, size_t at)
{
    for (;;) {
        const char *feed = memchr(text + at, '\n', len - at);
        if (!feed)
            return len;
        at = (size_t)(feed - text) + 1;
        feed = memchr(text + at, '\n', len - at);
        if (blank(text, at, feed ? (size_t)(feed - text) : len))
            return at;
    }
}

static void split_paragraphs(splitter *s, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t start = at, end = paragraph_end(s->text, len, at);
        at = end;
        ft_trim(s->text, &start, &end);
        if (start == end)
            continue;
        size_t n = ft_words_count(s->text + start, end - start);
        if (n > s->limit) {
            flush(s);
            cut_sentences(s, start, end);
        } else {
            pack(s, start, end, n);
        }
    }
    flush(s);
}

ft_status ft_passage_split(ft_passage_list *list, const char *text, size_t len, uint32_t words, ft_error *err)
{
    splitter s = {.list = list, .text = text, .limit = words};
    size_t before = list->n;

    if (words == 0)
        add_passage(&s, 0, len);
    else
        split_paragraphs(&s, len);
    if (!s.failed && list->n == before) {
        if (FT_GROW(list->items, list->cap, list->n + 1) != 0)
            s.failed = true;
        else
            list->items[list->n++] = (ft_passage_entry){0};
    }
    return s.failed ? ft_fail_nomem(err) : FT_OK;
}

static uint32_t count_feeds(const char *text, uint64_t from, uint64_t to)
{
    uint32_t n = 0;
    const char *p = text + from, *end = text + to;

    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        n++;
        p++;
    }
    return n;
}

void ft_passage_set_lines(ft_passage_entry *passages, size_t n, const char *text, uint32_t line, bool count_lines,
                          const ft_line_mark *marks, size_t n_marks)
{
    uint64_t at = 0;
    size_t mark = 0;

    for (size_t i = 0; i < n; i++) {
        ft_passage_entry *p = &passages[i];
        if (count_lines)
            line += count_feeds(text, at, p->start);
        at = p->start;
        for (; mark < n_marks && marks[mark].off <= p->start; mark++)
            if (!count_lines)
                line = marks[mark].line;
        p->line = line;
        p->marks = n_marks ? marks + mark : NULL;
        size_t end = mark;
        while (end < n_marks && marks[end].off < p->end)
            end++;
        p->n_marks = count_lines ? 0 : (uint32_t)(end - mark);
    }
}

void ft_passage_list_release(ft_passage_list *list)
{
    ft_free(list->items);
    *list = (ft_passage_list){0};
}
