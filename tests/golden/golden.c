/* golden.c - an index of each released format as it was written when the format was released, and what it answers:
 * hits, or that its format is too old. The indexes are never written again: a change of the engine that reads the
 * present one otherwise breaks every index there is. `golden --print INDEX` says what one answers, in the form of
 * *.expected. */
#include "fulltext.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const queries[] = {
    "river",          "\"stone bridge\"", "+harbour -storm", "ferry AND timetable", "(tide OR flood) lantern",
    "\xe6\xa9\x8b",   "caf\xc3\xa9",      "bridges repaired",  "\"to be or not to be\"", "lighthouse keepers",
    "withdrawn",      "missing"};

static void print_problem(void *arg, const char *file, uint64_t off, const char *what)
{
    fprintf(arg, "problem: %s: offset %llu: %s\n", file, (unsigned long long)off, what);
}

static int print_query(FILE *out, const ft_reader *rd, const char *text)
{
    ft_search_options o = {.size = sizeof o, .top = 5, .count = true};
    ft_query *q = NULL;
    ft_results *rs = NULL;
    ft_hit hit;
    ft_match match;
    ft_error err;
    bool exact;

    if (ft_query_parse(&q, rd, text, strlen(text), NULL, &err) != FT_OK || ft_search(&rs, rd, q, &o, &err) != FT_OK) {
        fprintf(out, "%s: %s\n", text, err.text);
        ft_query_free(q);
        return 1;
    }
    fprintf(out, "%s: %llu\n", text, (unsigned long long)ft_results_total(rs, &exact));
    for (size_t i = 0; i < ft_results_count(rs); i++) {
        ft_results_hit(rs, i, &hit, &err);
        ft_results_match(rs, i, &match, &err);
        fprintf(out, "  %.*s %u %llu-%llu line %u %.9g", (int)hit.id.len, hit.id.ptr, hit.passage,
                (unsigned long long)hit.start, (unsigned long long)hit.end, match.line, hit.score);
        for (size_t k = 0; k < match.n_spans; k++)
            fprintf(out, " %llu-%llu", (unsigned long long)match.spans[k].start,
                    (unsigned long long)match.spans[k].end);
        fprintf(out, " | %.*s\n", (int)match.title.len, match.title.ptr);
    }
    ft_results_free(rs);
    ft_query_free(q);
    return 0;
}

static int print_all(FILE *out, const char *index)
{
    ft_reader *rd = NULL;
    ft_error err;
    int bad = 0;

    if (ft_check(index, print_problem, out, &err) != FT_OK || ft_reader_open(&rd, index, &err) != FT_OK) {
        fprintf(out, "%s\nhint: %s\n", err.text, err.hint);
        return 1;
    }
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        bad |= print_query(out, rd, queries[i]);
    ft_reader_close(rd);
    return bad;
}

/* Whether an index answers, or is refused, as is written down. */
static bool is_as_expected(const char *version)
{
    char index[64], expected[64], *now = NULL, *then = NULL;
    size_t len = 0, then_len = 0;
    bool same = true;

    snprintf(index, sizeof index, "tests/golden/%s.ft", version);
    snprintf(expected, sizeof expected, "tests/golden/%s.expected", version);
    FILE *out = open_memstream(&now, &len), *in = fopen(expected, "r");
    print_all(out, index);
    fclose(out);
    if (!in || getdelim(&then, &then_len, '\0', in) < 0 || strcmp(now, then) != 0) {
        fprintf(stderr, "the golden index answers otherwise than %s:\n%s", expected, now);
        same = false;
    }
    if (in)
        fclose(in);
    free(now);
    free(then);
    return same;
}

int main(int argc, char **argv)
{
    static const char *const versions[] = {"v1", "v2"};
    bool good = true;

    if (argc > 2 && strcmp(argv[1], "--print") == 0)
        return print_all(stdout, argv[2]);
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        good &= is_as_expected(versions[i]);
    return good ? 0 : 1;
}
