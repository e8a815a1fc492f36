/* golden_v1.c - an index of format 1 as it was written when the format was released, and what it answered then.
 * v1.ft is never written again: a change of the engine that reads it otherwise breaks every index there is.
 * `golden_v1 --print` says what it answers now, in the form of v1.expected. */
#include "fulltext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDEX "tests/golden/v1.ft"
#define EXPECTED "tests/golden/v1.expected"

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

static int print_all(FILE *out)
{
    ft_reader *rd = NULL;
    ft_error err;
    int bad = 0;

    if (ft_check(INDEX, print_problem, out, &err) != FT_OK || ft_reader_open(&rd, INDEX, &err) != FT_OK) {
        fprintf(out, "%s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        bad |= print_query(out, rd, queries[i]);
    ft_reader_close(rd);
    return bad;
}

int main(int argc, char **argv)
{
    char *now = NULL, *then = NULL;
    size_t len = 0, then_len = 0;

    if (argc > 1 && strcmp(argv[1], "--print") == 0)
        return print_all(stdout);
    FILE *out = open_memstream(&now, &len);
    int bad = print_all(out);
    fclose(out);
    FILE *in = fopen(EXPECTED, "r");
    if (!in || getdelim(&then, &then_len, '\0', in) < 0 || strcmp(now, then) != 0) {
        fprintf(stderr, "the golden index answers otherwise than " EXPECTED ":\n%s", now);
        bad = 1;
    }
    if (in)
        fclose(in);
    free(now);
    free(then);
    return bad;
}
