/* results.c - hits as the user sees them: ids, text, what matched, why; see results.h. */
#include "results.h"

#include "highlight.h"
#include "mem.h"
#include "snippet.h"

size_t ft_results_count(const ft_results *rs)
{
    return rs->topk.n - rs->offset;
}

uint64_t ft_results_total(const ft_results *rs, bool *exact)
{
    if (exact)
        *exact = rs->total_exact;
    return rs->total;
}

void ft_results_free(ft_results *rs)
{
    if (!rs)
        return;
    ft_plan_release(&rs->plan);
    ft_topk_release(&rs->topk);
    ft_arena_release(&rs->arena);
    ft_store_window_release(&rs->window);
    ft_free(rs);
}

static const ft_leaf *leaf_of(const ft_results *rs, size_t i)
{
    return &rs->plan.rd->leaves[ft_results_place(rs, i).leaf];
}

/* Bytes of a buffer kept in the results' arena. */
static ft_status keep(ft_results *rs, const void *data, size_t len, ft_str *out, ft_error *err)
{
    char *copy = ft_arena_copy(&rs->arena, data, len);

    *out = (ft_str){copy, len};
    return copy ? FT_OK : ft_fail_nomem(err);
}

ft_status ft_results_hit(ft_results *rs, size_t i, ft_hit *out, ft_error *err)
{
    ft_scored place = ft_results_place(rs, i);
    const ft_leaf *leaf = leaf_of(rs, i);
    const ft_passages *passages = &leaf->seg.passages;
    ft_buf buf = {0};
    ft_doc_entry doc;
    ft_passage_entry passage;
    uint32_t arrival, number = 0;

    *out = (ft_hit){.score = ft_plan_score(&rs->plan, place.score), .global = leaf->first_passage + place.passage};
    ft_status st = ft_order_arrival(&leaf->seg.order, place.passage, &arrival, err);
    if (st == FT_OK)
        st = ft_passages_doc_of(passages, arrival, &number, err);
    if (st == FT_OK)
        st = ft_passages_doc(passages, number, &doc, err);
    if (st == FT_OK)
        st = ft_passages_get(passages, arrival, &passage, &buf, err);
    if (st == FT_OK) {
        out->passage = arrival - doc.first_passage;
        out->start = passage.start;
        out->end = passage.end;
        ft_buf_reset(&buf);
        st = ft_ids_get(&leaf->seg.ids, number, &buf, err);
    }
    if (st == FT_OK)
        st = keep(rs, buf.data, buf.len, &out->id, err);
    ft_buf_release(&buf);
    return st;
}

/* ------------------------------------------------ how a hit matched */

/* Visits the leaf clauses by which one passage matches, in the order they stand in the query. */
typedef struct visit {
    ft_results *rs;
    size_t leaf;
    uint32_t passage;
    ft_eval eval;
    ft_status (*clause)(struct visit *v, const ft_node *node, ft_op *op, uint32_t score);
    ft_buf ranges;      /* ft_range records: what matched */
    ft_buf parts;       /* ft_part records */
    uint32_t dl;
} visit;

static bool matches(visit *v, const ft_node *node, ft_op **out, uint32_t *score)
{
    uint8_t hit = 0;
    ft_op *op = ft_plan_operator(&v->rs->plan, v->leaf, node, &v->eval);

    *score = 0;
    if (op)
        op->class->probe(op, &v->passage, 1, -1, score, &hit);
    if (op && (!hit || !out)) {
        op->class->release(op);
        op = NULL;
    }
    if (out)
        *out = op;
    return hit;
}

static ft_status visit_node(visit *v, const ft_node *node)
{
    uint32_t score;
    ft_status st = FT_OK;

    if (node->kind != FT_NODE_LIST) {
        ft_op *op;
        if (matches(v, node, &op, &score)) {
            st = v->clause(v, node, op, score);
            op->class->release(op);
        }
        return st != FT_OK ? st : v->eval.st;
    }
    if (!matches(v, node, NULL, &score))
        return v->eval.st;
    for (uint32_t i = 0; i < node->n_required && st == FT_OK; i++)
        st = visit_node(v, node->required[i]);
    for (uint32_t i = 0; i < node->n_optional && st == FT_OK; i++)
        st = visit_node(v, node->optional[i]);
    return st;
}

static ft_status visit_hit(visit *v, ft_results *rs, size_t i, ft_arena *arena, ft_error *err)
{
    ft_scored place = ft_results_place(rs, i);
    const ft_leaf *leaf = leaf_of(rs, i);

    v->rs = rs;
    v->leaf = place.leaf;
    v->passage = place.passage;
    ft_plan_eval(&rs->plan, leaf, arena, true, &v->eval, err);
    ft_status st = ft_norms_touch(&leaf->seg.norms, place.passage, place.passage, err);
    if (st != FT_OK)
        return st;
    v->dl = ft_norms_get(&leaf->seg.norms, place.passage);
    return visit_node(v, rs->plan.q->root);
}

static ft_status add_ranges(visit *v, const ft_node *node, ft_op *op, uint32_t score)
{
    ft_occurrences o = op->class->occurrences(op);

    (void)node;
    (void)score;
    for (uint32_t i = 0; i < o.tf; i++) {
        ft_range range = {o.positions[i], o.positions[i] + o.words - 1};
        ft_buf_put(&v->ranges, &range, sizeof range);
    }
    return v->ranges.failed ? ft_fail_nomem(v->eval.err) : v->eval.st;
}

/* ------------------------------------------------ text and spans */

/* What is read of a hit's document. */
typedef struct source {
    ft_doc_entry doc;
    ft_passage_entry passage;
    ft_buf marks, bytes;  /* bytes: title, then the passage's text */
} source;

static ft_status read_source(ft_results *rs, const ft_leaf *leaf, uint32_t passage, source *s, ft_error *err)
{
    uint32_t doc = 0;

    ft_status st = ft_passages_doc_of(&leaf->seg.passages, passage, &doc, err);
    if (st == FT_OK)
        st = ft_passages_doc(&leaf->seg.passages, doc, &s->doc, err);
    if (st == FT_OK)
        st = ft_passages_get(&leaf->seg.passages, passage, &s->passage, &s->marks, err);
    if (st == FT_OK)
        st = ft_store_read_near(&rs->window, &leaf->seg.store, s->doc.stream, s->doc.title_len, &s->bytes, err);
    if (st == FT_OK && !leaf->seg.passages.titles_only)
        st = ft_store_read_near(&rs->window, &leaf->seg.store, s->doc.stream + s->doc.title_len + s->passage.start,
                                s->passage.end - s->passage.start, &s->bytes, err);
    return st;
}

static void release_source(source *s)
{
    ft_buf_release(&s->marks);
    ft_buf_release(&s->bytes);
}

/* The source line of byte `at` of the document's text, which lies in the passage. */
static uint32_t line_at(const source *s, const char *text, uint64_t at)
{
    uint64_t from = s->passage.start;
    uint32_t line = s->passage.line;

    for (uint32_t i = 0; i < s->passage.n_marks && s->passage.marks[i].off <= at; i++) {
        from = s->passage.marks[i].off;
        line = s->passage.marks[i].line;
    }
    for (uint64_t i = from; s->doc.count_lines && i < at; i++)
        line += text[i - s->passage.start] == '\n';
    return line;
}

static ft_status make_spans(ft_results *rs, const source *s, visit *v, ft_hit_detail *d,
                            uint32_t passage, ft_error *err)
{
    ft_analyzer *an = NULL;
    ft_buf title = {0}, text = {0};
    ft_range *ranges = (ft_range *)(void *)v->ranges.data;
    size_t n = ft_ranges_normalize(ranges, v->ranges.len / sizeof *ranges);
    uint32_t title_tokens = passage == s->doc.first_passage ? s->doc.title_tokens : 0;
    ft_str kept;

    ft_status st = ft_reader_take_analyzer(rs->plan.rd, &an, err);
    if (st == FT_OK && title_tokens)
        st = ft_highlight(an, d->match.title.ptr, d->match.title.len, 0, 0, ranges, n, &title, err);
    if (st == FT_OK)
        st = ft_highlight(an, d->match.text.ptr, d->match.text.len, title_tokens ? title_tokens + FT_TITLE_GAP : 0,
                          s->passage.start, ranges, n, &text, err);
    if (st == FT_OK && (st = keep(rs, title.data, title.len, &kept, err)) == FT_OK) {
        d->match.title_spans = (const ft_span *)(const void *)kept.ptr;
        d->match.n_title_spans = title.len / sizeof(ft_span);
    }
    if (st == FT_OK && (st = keep(rs, text.data, text.len, &kept, err)) == FT_OK) {
        d->match.spans = (const ft_span *)(const void *)kept.ptr;
        d->match.n_spans = text.len / sizeof(ft_span);
    }
    if (an)
        ft_reader_put_analyzer(rs->plan.rd, an);
    ft_buf_release(&title);
    ft_buf_release(&text);
    return st;
}

static ft_status find_match(ft_results *rs, size_t i, ft_hit_detail *d, ft_error *err)
{
    const ft_leaf *leaf = leaf_of(rs, i);
    uint32_t passage;
    source s = {0};
    visit v = {.clause = add_ranges};
    ft_arena scratch = ft_reader_take_scratch(rs->plan.rd);

    ft_status st = ft_order_arrival(&leaf->seg.order, ft_results_place(rs, i).passage, &passage, err);
    if (st == FT_OK)
        st = read_source(rs, leaf, passage, &s, err);
    if (st == FT_OK)
        st = keep(rs, s.bytes.data, s.doc.title_len, &d->match.title, err);
    if (st == FT_OK)
        st = keep(rs, s.bytes.data + s.doc.title_len, s.bytes.len - s.doc.title_len, &d->match.text, err);
    if (st == FT_OK)
        st = visit_hit(&v, rs, i, &scratch, err);
    if (st == FT_OK)
        st = make_spans(rs, &s, &v, d, passage, err);
    if (st == FT_OK) {
        d->start = s.passage.start;
        d->match.line = line_at(&s, d->match.text.ptr, d->match.n_spans ? d->match.spans[0].start : d->start);
        d->known = true;
    }
    ft_buf_release(&v.ranges);
    ft_reader_put_scratch(rs->plan.rd, &scratch);
    release_source(&s);
    return st;
}

ft_status ft_results_match(ft_results *rs, size_t i, ft_match *out, ft_error *err)
{
    *out = (ft_match){0};
    if (!rs->details)
        rs->details = ft_arena_zero(&rs->arena, ft_results_count(rs), sizeof *rs->details);
    if (!rs->details)
        return ft_fail_nomem(err);
    ft_hit_detail *d = &rs->details[i];
    ft_status st = d->known ? FT_OK : find_match(rs, i, d, err);
    *out = d->match;
    return st;
}

ft_status ft_results_snippet(ft_results *rs, size_t i, size_t max_len, ft_snippet *out, ft_error *err)
{
    ft_match match;
    size_t start, end, n = 0;

    *out = (ft_snippet){0};
    ft_status st = ft_results_match(rs, i, &match, err);
    if (st != FT_OK)
        return st;
    bool of_title = match.n_spans == 0 && match.n_title_spans > 0 && !rs->plan.rd->manifest.titles_only;
    ft_str text = of_title ? match.title : match.text;
    const ft_span *spans = of_title ? match.title_spans : match.spans;
    size_t n_spans = of_title ? match.n_title_spans : match.n_spans;
    uint64_t base = of_title ? 0 : rs->details[i].start;
    ft_span *local = ft_arena_alloc(&rs->arena, n_spans * sizeof *local);
    if (!local)
        return ft_fail_nomem(err);
    for (size_t k = 0; k < n_spans; k++)
        local[k] = (ft_span){spans[k].start - base, spans[k].end - base};
    ft_snippet_window(text.ptr, text.len, local, n_spans, max_len, &start, &end);
    for (size_t k = 0; k < n_spans; k++) {
        uint64_t from = local[k].start > start ? local[k].start : start, to = local[k].end < end ? local[k].end : end;
        if (from < to)
            local[n++] = (ft_span){from - start, to - start};
    }
    *out = (ft_snippet){{text.ptr + start, end - start}, local, n, start > 0, end < text.len};
    return FT_OK;
}

/* ------------------------------------------------ explanation */

/* "the terms" of a clause as shown, in the results' arena. */
static const char *clause_text(ft_results *rs, const ft_node *node)
{
    const ft_query *q = rs->plan.q;
    ft_buf b = {0};

    for (uint32_t i = 0; i < node->n_terms; i++) {
        ft_buf_puts(&b, i ? " " : node->kind == FT_NODE_PHRASE ? "\"" : "");
        ft_buf_put(&b, q->terms[node->terms[i]].ptr, q->terms[node->terms[i]].len);
    }
    if (node->kind == FT_NODE_PHRASE)
        ft_buf_putc(&b, '"');
    const char *text = b.failed ? NULL : ft_arena_copy(&rs->arena, b.data, b.len);
    ft_buf_release(&b);
    return text;
}

static ft_status add_part(visit *v, const ft_node *node, ft_op *op, uint32_t score)
{
    const ft_plan *plan = &v->rs->plan;
    ft_part part = {.boost = node->count, .dl = v->dl, .avgdl = plan->avgdl};

    part.clause = clause_text(v->rs, node);
    part.idf = ft_plan_idf(plan, node);
    part.df = node->kind == FT_NODE_TERM ? plan->df[node->terms[0]] : 0;
    part.tf = op->class->occurrences(op).tf;
    part.score = ft_plan_score(plan, score);
    ft_buf_put(&v->parts, &part, sizeof part);
    return v->parts.failed || !part.clause ? ft_fail_nomem(v->eval.err) : v->eval.st;
}

ft_status ft_results_explain(ft_results *rs, size_t i, const ft_part **parts, size_t *n, ft_error *err)
{
    visit v = {.clause = add_part};
    ft_arena scratch = ft_reader_take_scratch(rs->plan.rd);
    ft_str kept = {0};

    ft_status st = visit_hit(&v, rs, i, &scratch, err);
    if (st == FT_OK)
        st = keep(rs, v.parts.data, v.parts.len, &kept, err);
    *parts = (const ft_part *)(const void *)kept.ptr;
    *n = kept.len / sizeof(ft_part);
    ft_buf_release(&v.parts);
    ft_reader_put_scratch(rs->plan.rd, &scratch);
    return st;
}
