/* fuzz_parse.c - any bytes as a query, read as syntax and as plain text: a tree that keeps the promises of query.h, in
 * bounded depth and size. The first byte chooses the options. */
#include "mem.h"
#include "query.h"

#include <stdint.h>
#include <stdlib.h>

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define MAX_DEPTH (2 * FT_QUERY_MAX_DEPTH + 3) /* a group may hold a chain of ANDs, and that a run of pairs */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t check_node(const ft_query *q, const ft_node *node, unsigned depth);

static uint32_t check_nodes(const ft_query *q, ft_node *const *nodes, uint32_t n, unsigned depth)
{
    uint32_t leaves = 0;

    for (uint32_t i = 0; i < n; i++)
        leaves += check_node(q, nodes[i], depth);
    return leaves;
}

/* Returns how many terms and phrases there are in it. */
static uint32_t check_node(const ft_query *q, const ft_node *node, unsigned depth)
{
    CHECK(depth <= MAX_DEPTH);
    CHECK(node->count >= 1 && node->count <= FT_QUERY_MAX_BYTES);
    if (node->kind == FT_NODE_LIST) {
        CHECK(node->count == 1 && node->n_terms == 0);
        CHECK(node->n_required + node->n_optional > 0);
        CHECK(node->n_required + node->n_optional + node->n_excluded > 1);
        return check_nodes(q, node->required, node->n_required, depth + 1) +
               check_nodes(q, node->optional, node->n_optional, depth + 1) +
               check_nodes(q, node->excluded, node->n_excluded, depth + 1);
    }
    CHECK(node->kind == FT_NODE_TERM ? node->n_terms == 1 : node->n_terms > 1);
    for (uint32_t i = 0; i < node->n_terms; i++)
        CHECK(node->terms[i] < q->n_terms);
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t choice = size > 0 ? *data : 0;
    const char *text = (const char *)data + (size > 0);
    ft_query_options opts = {.size = sizeof opts, .plain = choice & 1, .all = choice & 2};
    ft_analyzer *an = NULL;
    ft_query q = {0};
    ft_error err;

    CHECK(ft_analyzer_new(&an, choice & 4 ? "none" : "english", choice & 8, false, &err) == FT_OK);
    CHECK(ft_parse(&q, an, text, size - (size > 0), &opts, &err) == FT_OK);
    CHECK(!q.root || check_node(&q, q.root, 0) <= FT_QUERY_MAX_CLAUSES);
    for (uint32_t i = 0; i < q.n_terms; i++)
        CHECK(q.terms[i].len > 0);
    for (uint32_t i = 0; i < q.n_notes; i++)
        CHECK(q.notes[i][0] != '\0');
    ft_query_release(&q);
    ft_analyzer_free(an);
    CHECK(ft_mem_live() == 0);
    return 0;
}
