/* test_counts.c - totals by every way of coming to them. Passage i holds the word "wp" for each prime p of a few that
 * divides i, in ascending order, so that arithmetic says what a query matches; there are enough of them for rare words
 * to be counted many windows at a time. */
#include "cpu.h"
#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define N 300000u
#define PART 110000u /* passages of a segment, where there are several */

static const unsigned primes[] = {2, 3, 5, 7, 11, 61, 499, 9973, 40009};

typedef struct question {
    const char *query;
    bool (*matches)(unsigned i);
} question;

#define HAS(p) (i % (p) == 0)
#define WHEN(name, condition) \
    static bool name(unsigned i) \
    { \
        return condition; \
    }

WHEN(one, HAS(3))
WHEN(dense_and, HAS(2) && HAS(3))
WHEN(three, HAS(2) && HAS(5) && HAS(7))
WHEN(sparse_and, HAS(61) && HAS(2))
WHEN(rare_and, HAS(499) && HAS(2) && HAS(3))
WHEN(dense_or, HAS(2) || HAS(3) || HAS(7))
WHEN(one_dense, HAS(2) || HAS(499) || HAS(9973))
WHEN(few_or, HAS(499) || HAS(9973) || HAS(40009))
WHEN(dense_less, HAS(3) && !HAS(2))
WHEN(less_rare, HAS(2) && !HAS(499))
WHEN(rare_less, HAS(499) && !HAS(2) && !HAS(61))
WHEN(or_less, (HAS(5) || HAS(7)) && !HAS(2) && !HAS(9973))
WHEN(phrase, HAS(3) && HAS(7) && !HAS(5))
WHEN(phrase_and, HAS(2) && HAS(3) && HAS(7) && !HAS(5))
WHEN(phrase_rare, HAS(61) && HAS(3) && HAS(7) && !HAS(5))
WHEN(phrase_or, (HAS(3) && HAS(7) && !HAS(5)) || HAS(11) || HAS(2))
WHEN(phrase_less, HAS(3) && !(HAS(7) && !HAS(5)))
WHEN(rare_phrase_less, HAS(61) && !(HAS(2) && HAS(3)))
WHEN(groups, (HAS(2) || HAS(61)) && (HAS(5) || (HAS(7) && !HAS(3))))
WHEN(group_less, HAS(2) && !(HAS(3) && HAS(5)))
WHEN(or_of_groups, (HAS(2) && HAS(3)) || (HAS(5) && !HAS(7)) || HAS(11))
WHEN(nothing, i != i)

static const question questions[] = {
    {"w3", one},
    {"+w3 w2 w5", one},
    {"+w3 w2 \"w2 w3\"", one},
    {"+w2 +w3", dense_and},
    {"\"w2 w3\" AND w2", dense_and},
    {"+w2 +w5 +w7", three},
    {"+w61 +w2", sparse_and},
    {"+w61 +w2 w3", sparse_and},
    {"+w499 +w2 +w3", rare_and},
    {"w2 w3 w7", dense_or},
    {"w2 w499 w9973", one_dense},
    {"w499 w9973 w40009 absent", few_or},
    {"+w3 -w2", dense_less},
    {"w3 -w2 -\"absent w3\"", dense_less},
    {"+w2 -w499", less_rare},
    {"+w499 -w2 -w61", rare_less},
    {"w5 w7 -w2 -w9973", or_less},
    {"\"w3 w7\"", phrase},
    {"+\"w3 w7\" w2", phrase},
    {"+\"w3 w7\" +w2", phrase_and},
    {"+w61 +\"w3 w7\"", phrase_rare},
    {"\"w3 w7\" w11 w2", phrase_or},
    {"+w3 -\"w3 w7\"", phrase_less},
    {"+w61 -\"w2 w3\"", rare_phrase_less},
    {"+(w2 w61) +(w5 (+w7 -w3))", groups},
    {"+w2 -(+w3 +w5)", group_less},
    {"(+w2 +w3) (w5 -w7) w11", or_of_groups},
    {"+w3 -w3", nothing},
    {"+w3 +absent", nothing},
};

static void add(ft_index *ix, unsigned i)
{
    char id[16], text[128] = "none";
    size_t len = 0;

    for (size_t k = 0; k < sizeof primes / sizeof *primes; k++)
        if (i % primes[k] == 0)
            len += (size_t)snprintf(text + len, sizeof text - len, "w%u ", primes[k]);
    snprintf(id, sizeof id, "%u", i);
    ft_fixture_add(ix, id, "", text);
}

static void ask(const ft_reader *rd, const question *q, const ft_search_options *opts, uint64_t want, const char *what)
{
    ft_error err;
    ft_query *query;
    ft_results *rs;
    bool exact;

    ft_fixture_ok(ft_query_parse(&query, rd, q->query, strlen(q->query), NULL, &err), &err, q->query);
    ft_fixture_ok(ft_search(&rs, rd, query, opts, &err), &err, q->query);
    uint64_t total = ft_results_total(rs, &exact);
    cr_assert(exact && total == want, "%s, %s, top %u: %llu matches, expected %llu", what, q->query, opts->top,
              (unsigned long long)total, (unsigned long long)want);
    cr_assert_eq(ft_results_count(rs), want < opts->top ? want : opts->top);
    ft_results_free(rs);
    ft_query_free(query);
}

/* Every question in every manner, where passages that `gone` divides are deleted (0: none). */
static void ask_all(const char *path, unsigned gone, const char *what)
{
    ft_search_options manners[] = {{.top = 0}, {.top = 10}, {.top = 0, .group_documents = true}, {.exhaustive = true}};
    ft_reader *rd = ft_fixture_reader(path);

    for (size_t k = 0; k < sizeof questions / sizeof *questions; k++) {
        uint64_t want = 0;
        for (unsigned i = 1; i <= N; i++)
            want += (!gone || i % gone) && questions[k].matches(i);
        for (size_t m = 0; m < sizeof manners / sizeof *manners; m++) {
            manners[m].size = sizeof *manners;
            manners[m].count = true;
            ask(rd, &questions[k], &manners[m], want, what);
        }
    }
    ft_reader_close(rd);
}

Test(counts, every_way_in_one_segment)
{
    static const char *const sets[] = {"scalar", "sse41", "avx2", "avx512"};
    char *dir = ft_fixture_dir();
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_kernels best = ft_cpu;
    ft_index *ix = ft_fixture_create(path);

    for (unsigned i = 1; i <= N; i++)
        add(ix, i);
    ft_fixture_close_committed(ix);
    for (size_t s = 0; s < sizeof sets / sizeof *sets; s++)
        if (ft_kernels_named(sets[s], &ft_cpu))
            ask_all(path, 0, sets[s]);
    ft_cpu = best;
    ft_fixture_remove(dir);
}

Test(counts, every_way_in_segments_with_deletions)
{
    char *dir = ft_fixture_dir(), id[16];
    const char *path = ft_fixture_path(dir, "x.ft");
    ft_index_options opts = {.size = sizeof opts, .no_merge = true};
    ft_index *ix;
    ft_error err;

    ft_fixture_ok(ft_index_create(&ix, path, &opts, &err), &err, path);
    for (unsigned i = 1; i <= N; i++) {
        add(ix, i);
        if (i % PART == 0)
            ft_fixture_commit(ix);
    }
    ft_fixture_commit(ix);
    ask_all(path, 0, "segments");
    for (unsigned i = 13; i <= N; i += 13) {
        bool existed;
        ft_fixture_ok(ft_index_delete(ix, id, (size_t)snprintf(id, sizeof id, "%u", i), &existed, &err), &err, id);
    }
    ft_fixture_close_committed(ix);
    ask_all(path, 13, "deletions");
    ft_fixture_remove(dir);
}
