/* test_terms.c - the list of index terms against counts by brute force. */
#include "fixture.h"
#include "randdata.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 60000u

/* One token of a passage. */
typedef struct occurrence {
    char term[32];
    unsigned passage;
} occurrence;

static struct {
    char *dir;
    char path[1024];
    ft_world world;
    ft_index *index;
    ft_analyzer *analyzer;
    occurrence *all;
    size_t n;
    unsigned passage; /* of the document being added: its number over all */
} t;

static void begin(void)
{
    ft_index_options opts = {.size = sizeof opts, .threads = 1, .no_merge = true};

    t.dir = ft_fixture_dir();
    snprintf(t.path, sizeof t.path, "%s/x.ft", t.dir);
    ft_world_init(&t.world, ft_rng_seed(), "terms");
    cr_assert_eq(ft_index_create(&t.index, t.path, &opts, NULL), FT_OK);
    cr_assert_eq(ft_analyzer_new(&t.analyzer, "english", false, false, NULL), FT_OK);
    t.all = calloc(MOST, sizeof *t.all);
}

static void end(void)
{
    ft_analyzer_free(t.analyzer);
    free(t.all);
    ft_index_close(t.index);
    ft_fixture_remove(t.dir);
}

static bool note(void *arg, const ft_token *token)
{
    (void)arg;
    cr_assert(t.n < MOST && token->term.len < sizeof t.all->term);
    memcpy(t.all[t.n].term, token->term.ptr, token->term.len);
    t.all[t.n++].passage = t.passage;
    return true;
}

/* A document of random words, and some that hardly any other has. */
static void add(unsigned id)
{
    ft_text title = {0}, text = {0};
    char word[48];

    ft_world_document(&t.world, &title, &text, 0);
    for (unsigned i = 0; i < 10; i++) {
        snprintf(word, sizeof word, " Q%x", ft_rng_below(&t.world.rng, 1u << 12));
        ft_text_add(&text, word);
    }
    snprintf(word, sizeof word, "d%u", id);
    ft_fixture_add(t.index, word, title.ptr ? title.ptr : "", text.ptr);
    t.passage++;
    if (title.ptr)
        cr_assert_eq(ft_analyzer_run(t.analyzer, title.ptr, title.len, note, NULL), FT_OK);
    cr_assert_eq(ft_analyzer_run(t.analyzer, text.ptr, text.len, note, NULL), FT_OK);
    ft_text_release(&title);
    ft_text_release(&text);
}

static int by_term(const void *a, const void *b)
{
    const occurrence *x = a, *y = b;
    int order = strcmp(x->term, y->term); /* which is the order of their bytes */

    return order ? order : (x->passage > y->passage) - (x->passage < y->passage);
}

/* The engine's list of a prefix, folded already, is that of the sorted occurrences; returns how many terms. */
static size_t compare(const ft_reader *rd, const char *prefix, const char *given)
{
    ft_term_count count;
    ft_terms *terms;
    ft_error err;
    bool more;
    size_t listed = 0, len = strlen(prefix);

    ft_fixture_ok(ft_terms_open(&terms, rd, given, strlen(given), &err), &err, given);
    for (size_t i = 0, next; i < t.n; i = next) {
        uint64_t passages = 0;
        for (next = i; next < t.n && strcmp(t.all[next].term, t.all[i].term) == 0; next++)
            passages += next == i || t.all[next].passage != t.all[next - 1].passage;
        if (strncmp(t.all[i].term, prefix, len) != 0)
            continue;
        ft_fixture_ok(ft_terms_next(terms, &count, &more, &err), &err, given);
        cr_assert(more, "'%s': %s is missing", given, t.all[i].term);
        cr_assert(count.term.len == strlen(t.all[i].term) &&
                      memcmp(count.term.ptr, t.all[i].term, count.term.len) == 0,
                  "'%s': %.*s instead of %s", given, (int)count.term.len, count.term.ptr, t.all[i].term);
        cr_assert(count.passages == passages && count.occurrences == next - i, "%s: %llu in %llu, not %zu in %llu",
                  t.all[i].term, (unsigned long long)count.occurrences, (unsigned long long)count.passages, next - i,
                  (unsigned long long)passages);
        listed++;
    }
    for (int again = 0; again < 2; again++) {
        ft_fixture_ok(ft_terms_next(terms, &count, &more, &err), &err, given);
        cr_assert_not(more, "'%s': %.*s is too many", given, (int)count.term.len, count.term.ptr);
    }
    ft_terms_close(terms);
    return listed;
}

static void compare_many(void)
{
    ft_reader *rd = ft_fixture_reader(t.path);
    size_t whole = compare(rd, "", "");

    cr_assert_gt(whole, 500);
    cr_assert_lt(compare(rd, "q1", "Q1"), whole);
    cr_assert_eq(compare(rd, "zzzz", "zzzz"), 0);
    for (int i = 0; i < 60; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "%s", t.all[ft_rng_below(&t.world.rng, (uint32_t)t.n)].term);
        if (i % 3)
            prefix[1 + ft_rng_below(&t.world.rng, (uint32_t)strlen(prefix))] = '\0';
        cr_assert_gt(compare(rd, prefix, prefix), 0);
    }
    ft_reader_close(rd);
}

Test(terms, of_all_segments_are_merged_and_counted)
{
    begin();
    for (unsigned commit = 0; commit < 6; commit++) {
        for (unsigned i = 0; i < 40; i++)
            add(commit * 30 + i); /* the last ten are replaced by the next commit, and go on counting */
        ft_fixture_commit(t.index);
    }
    qsort(t.all, t.n, sizeof *t.all, by_term);
    compare_many();
    end();
}

Test(terms, deleted_passages_count_until_they_are_merged_away)
{
    begin();
    for (unsigned i = 0; i < 120; i++)
        add(i);
    ft_fixture_commit(t.index);
    cr_assert_eq(ft_index_delete(t.index, "d7", 2, NULL, NULL), FT_OK);
    ft_fixture_commit(t.index);
    qsort(t.all, t.n, sizeof *t.all, by_term);
    compare_many();
    cr_assert_eq(ft_index_merge(t.index, NULL, NULL), FT_OK);
    size_t kept = 0;
    for (size_t i = 0; i < t.n; i++)
        if (t.all[i].passage != 8) /* d7 */
            t.all[kept++] = t.all[i];
    cr_assert_lt(kept, t.n);
    t.n = kept;
    compare_many();
    end();
}

Test(terms, prefixes_are_one_word)
{
    static const char *const bad[] = {"two words", "--", " ", "covid-19"};
    ft_terms *terms;
    ft_error err;

    begin();
    ft_fixture_add(t.index, "a", "", "apple caf\xc3\xa9 running");
    ft_fixture_commit(t.index);
    ft_reader *rd = ft_fixture_reader(t.path);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(ft_terms_open(&terms, rd, bad[i], strlen(bad[i]), &err), FT_EINVAL, "'%s'", bad[i]);
        cr_assert_null(terms);
    }
    for (const char *word = "apple caf\xc3\xa9 run"; *word; word += strcspn(word, " ") + (strchr(word, ' ') != NULL)) {
        size_t len = strcspn(word, " ");
        memset(t.all[t.n].term, 0, sizeof t.all->term);
        memcpy(t.all[t.n].term, word, len);
        t.all[t.n].passage = 1;
        t.n++;
    }
    qsort(t.all, t.n, sizeof *t.all, by_term);
    cr_assert_eq(compare(rd, "caf\xc3\xa9", "CAF\xc3\x89"), 1);
    cr_assert_eq(compare(rd, "run", "Run"), 1);
    cr_assert_eq(compare(rd, "running", "running"), 0, "it is not stemmed");
    ft_reader_close(rd);
    end();
}
