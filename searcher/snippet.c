/* snippet.c - see snippet.h.
 *
 *     text   ....................|<- lo .......[span]..[span].... hi ->|..............
 *                                     window = core + context around it
 *
 * First the core: the run of neighbouring spans that fits and shows most, different words before many. Then context:
 * a sentence's start before the core if one is near, and a sentence's end behind it if that leaves little room unused.
 * Only the window's surroundings are read, so that a huge passage costs no more than its spans. */
#include "snippet.h"

#include "sentences.h"

#include <stdbool.h>
#include <stdint.h>

#define WORD_REACH 64  /* bytes to look through for white space before a word is cut */
#define KINDS 256      /* hash values of span texts; two words that share one count as one */

static bool is_inner(const char *text, size_t at)
{
    return ((unsigned char)text[at] & 0xc0) == 0x80;
}

/* Length of the character that the byte begins, by that byte alone. */
static size_t char_len(unsigned char byte)
{
    return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/* Where the character that holds byte `at` begins. Stray inner bytes are characters of their own. */
static size_t char_floor(const char *text, size_t len, size_t at)
{
    if (at >= len)
        return len;
    for (size_t back = 1; back <= 3 && back <= at && is_inner(text, at - back + 1); back++)
        if (!is_inner(text, at - back))
            return char_len((unsigned char)text[at - back]) > back ? at - back : at;
    return at;
}

/* Where the character at `at`, a boundary, ends. */
static size_t char_end(const char *text, size_t len, size_t at)
{
    size_t n = char_len((unsigned char)text[at]), end = at + 1;

    while (end < len && end < at + n && is_inner(text, end))
        end++;
    return end;
}

static size_t char_ceil(const char *text, size_t len, size_t at)
{
    size_t floor = char_floor(text, len, at);

    return floor == at ? at : char_end(text, len, floor);
}

/* The text without white space around it. */
static void trim(const char *text, size_t *start, size_t *end)
{
    ft_trim(text, start, end);
    if (*start > *end)
        *start = *end;
}

/* A small hash of what a span shows, with ASCII letters in one case. */
static unsigned kind_of(const char *text, const ft_span *span)
{
    uint32_t hash = 2166136261u;
    uint64_t end = span->end - span->start > 64 ? span->start + 64 : span->end;

    for (uint64_t i = span->start; i < end; i++) {
        unsigned char c = (unsigned char)text[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c | 0x20u : c)) * 16777619u;
    }
    return (hash >> 16 ^ hash) % KINDS;
}

/* Words in a span, more or less: a phrase counts for as many. */
static size_t words_of(const char *text, const ft_span *span)
{
    size_t words = 1;

    for (uint64_t i = span->start + 1; i < span->end && i < span->start + 256; i++)
        words += text[i] == ' ' || text[i] == '\n';
    return words;
}

/* The neighbouring spans first..*last that fit into max_len bytes and show most different words, then most words,
 * then stand first. */
static size_t best_run(const char *text, const ft_span *spans, size_t n, size_t max_len, size_t *last)
{
    uint32_t shown[KINDS] = {0};
    size_t best = 0, best_kinds = 0, best_count = 0, kinds = 0, end = 0;

    *last = 0;
    for (size_t i = 0; i < n; i++) {
        if (end < i)
            end = i;
        while (end < n && spans[end].end - spans[i].start <= max_len)
            if (shown[kind_of(text, &spans[end++])]++ == 0)
                kinds += words_of(text, &spans[end - 1]);
        if (kinds > best_kinds || (kinds == best_kinds && end - i > best_count)) {
            best = i;
            *last = end - 1;
            best_kinds = kinds;
            best_count = end - i;
        }
        if (end > i && --shown[kind_of(text, &spans[i])] == 0)
            kinds -= words_of(text, &spans[i]);
    }
    return best;
}

/* The first word's start at or after `at`, but not behind `limit`, itself one; within a long run without white space
 * a character's start. */
static size_t word_start(const char *text, size_t len, size_t at, size_t limit)
{
    at = char_ceil(text, len, at);
    if (at >= limit)
        return limit;
    size_t reach = limit - at > WORD_REACH ? at + WORD_REACH : limit;
    for (size_t p = at > 0 ? char_floor(text, len, at - 1) : 0; p < reach; p++) {
        size_t space = ft_space_len(text, len, p);
        if (space == 0)
            continue;
        for (p += space; p < limit && (space = ft_space_len(text, len, p)) > 0;)
            p += space;
        return p < limit ? p : limit;
    }
    return at;
}

/* The last word's end at or before `at`, but not before `limit`, itself one; within a long run without white space a
 * character's end. */
static size_t word_end(const char *text, size_t len, size_t at, size_t limit)
{
    size_t reach = at - limit > WORD_REACH ? at - WORD_REACH : limit;

    for (size_t p = at; p >= reach; p--) {
        if (p == len || ft_space_len(text, len, p) > 0)
            return p;
        if (p == 0)
            break;
    }
    size_t floor = char_floor(text, len, at);
    return floor > limit ? floor : limit;
}

/* Where the window begins: with the sentence that holds the core if it begins after `near`, else with a word at or
 * after `far`. */
static size_t find_start(const char *text, size_t len, size_t near, size_t far, size_t core)
{
    size_t best = len, limit = core < len ? core + 1 : len;

    for (size_t at = near; (at = ft_sentence_next(text, limit, at)) <= core && at < limit;)
        best = at;
    return best < len ? best : word_start(text, len, far, core);
}

/* Where a window begins that reaches from `lowest` or soon after it to the text's end. */
static size_t find_tail_start(const char *text, size_t len, size_t lowest, size_t max_len, size_t core)
{
    size_t limit = core - lowest > max_len / 3 ? lowest + max_len / 3 : core;
    size_t at = ft_sentence_next(text, limit, lowest);

    return at < limit ? at : word_start(text, len, lowest, core);
}

/* Where the window ends: with a sentence between `enough` and `hi` if one does, else with a word. */
static size_t find_end(const char *text, size_t len, size_t core_end, size_t enough, size_t hi)
{
    size_t best = 0, limit = len - hi > WORD_REACH ? hi + WORD_REACH : len;

    if (hi == len)
        return len;
    for (size_t at = core_end; at < hi && (at = ft_sentence_next(text, limit, at)) < limit;) {
        size_t from = core_end, end = at;
        trim(text, &from, &end);
        if (end >= enough && end <= hi)
            best = end;
    }
    return best > core_end ? best : word_end(text, len, hi, core_end);
}

/* A window never ends within a span behind the core, nor begins within one before it. */
static void avoid_spans(const ft_span *spans, size_t n, size_t first, size_t last, size_t *start, size_t *end)
{
    if (first > 0 && spans[first - 1].end > *start && spans[first - 1].start < *start)
        *start = spans[first - 1].end;
    size_t i = last + 1;
    while (i < n && spans[i].end <= *end)
        i++;
    if (i < n && spans[i].start < *end)
        *end = spans[i].start;
}

void ft_snippet_window(const char *text, size_t len, const ft_span *spans, size_t n_spans, size_t max_len,
                       size_t *start, size_t *end)
{
    size_t from = 0, to = len, first = 0, last = 0;

    trim(text, &from, &to);
    *start = from;
    *end = to;
    if (to - from <= max_len)
        return;

    size_t core = from, core_end = from;
    if (n_spans > 0) {
        first = best_run(text, spans, n_spans, max_len, &last);
        core = spans[first].start;
        core_end = spans[last].end;
    }
    if (core_end - core >= max_len) { /* nothing but the match, or the beginning of it */
        size_t cut = char_floor(text, len, core + max_len);
        *start = core;
        *end = cut > core ? cut : char_end(text, len, core);
        trim(text, start, end);
        return;
    }

    size_t room = max_len - (core_end - core), after = to > core_end ? to - core_end : 0;
    if (after < room - room / 4) {
        size_t before = room - after;
        *start = core - from > before ? find_tail_start(text, to, core - before, max_len, core) : from;
    } else {
        /* Up to three quarters of the room go before the core to begin with its sentence, else half of it. */
        size_t near = room - room / 4, far = room / 2;
        *start = core - from <= near ? from : find_start(text, to, core - near, core - far, core);
    }
    size_t hi = to - *start > max_len ? *start + max_len : to;
    *end = find_end(text, to, core_end, *start + max_len - max_len / 3, hi);
    if (n_spans > 0)
        avoid_spans(spans, n_spans, first, last, start, end);
    trim(text, start, end);
}
