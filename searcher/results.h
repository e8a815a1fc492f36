/* results.h - the hits of one search, and what is found out about them on demand. */
#ifndef FT_RESULTS_H
#define FT_RESULTS_H

#include "plan.h"
#include "topk.h"

/* What ft_results_match has found out about a hit. */
typedef struct ft_hit_detail {
    ft_match match;
    uint64_t start;     /* of the passage in the document's text */
    bool known;
} ft_hit_detail;

struct ft_results {
    ft_plan plan;          /* borrows reader and query */
    ft_topk topk;          /* sorted; the hits are its items from `offset` on */
    size_t offset;
    uint64_t total;
    bool total_exact, timed_out;
    ft_store_window window; /* of the text last read */
    ft_arena arena;        /* ids, titles, texts, spans, snippets, explanations */
    ft_hit_detail *details; /* per hit; in the arena, once the first is asked for */
};

/* A hit's place; i < ft_results_count(). */
static inline ft_scored ft_results_place(const ft_results *rs, size_t i)
{
    return ft_topk_at(&rs->topk, rs->offset + i);
}

#endif
