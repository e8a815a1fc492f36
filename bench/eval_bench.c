/* eval_bench.c - see eval_bench.h. */
#include "eval_bench.h"

#include "cli.h"
#include "clock.h"
#include "json.h"
#include "judgments.h"
#include "machine.h"
#include "mem.h"
#include "metrics.h"
#include "ranking.h"
#include "topics.h"

typedef struct figures {
    double values[FT_N_METRICS];
    bool asked; /* the queries, or the run, had this one */
} figures;

typedef struct evaluation {
    const ft_bench_settings *set;
    const char *index;      /* or NULL */
    ft_judgments judgments;
    ft_topics topics;
    ft_reader *rd;
    ft_ranking ranking;
    figures *of_query;      /* by number of the judged query */
    int32_t *levels;        /* room for a ranking's */
    size_t n_asked, n_unjudged;
    uint64_t ns;            /* spent on searching */
    ft_out out;
} evaluation;

/* ---------------------------------------------------------------- judging */

/* Judges documents first .. first + n of the ranking, all of one query. */
static void judge(evaluation *ev, size_t first, size_t n)
{
    const ft_judgments *j = &ev->judgments;
    size_t query = ev->ranking.docs[first].query;
    const ft_judged *q = &j->queries[query];

    n = n < FT_METRICS_DEPTH ? n : FT_METRICS_DEPTH;
    for (size_t i = 0; i < n; i++)
        ev->levels[i] = ft_judgments_level(j, query, ft_ranking_id(&ev->ranking, first + i));
    ft_metrics_judge(ev->levels, n, j->levels + q->first, q->n, ev->of_query[query].values);
    ev->of_query[query].asked = true;
}

static ft_status judge_ranking(evaluation *ev, ft_error *err)
{
    ft_status st = ft_ranking_sort(&ev->ranking, &ev->judgments, err);

    for (size_t i = 0, n; st == FT_OK && i < ev->ranking.n_docs; i += n) {
        for (n = 1; i + n < ev->ranking.n_docs; n++)
            if (ev->ranking.docs[i + n].query != ev->ranking.docs[i].query)
                break;
        judge(ev, i, n);
    }
    return st;
}

/* ---------------------------------------------------------------- searching */

static ft_status take_hits(evaluation *ev, size_t query, ft_results *rs, ft_error *err)
{
    ft_buf score = {0};
    ft_status st = FT_OK;

    ft_ranking_reset(&ev->ranking);
    for (size_t i = 0; st == FT_OK && i < ft_results_count(rs); i++) {
        ft_hit hit;
        st = ft_results_hit(rs, i, &hit, err);
        if (st != FT_OK)
            break;
        ft_buf_reset(&score);
        ft_json_put_number(&score, hit.score, 9); /* as ftsearch writes it into a run */
        st = ft_buf_status(&score, err);
        if (st == FT_OK)
            st = ft_ranking_add(&ev->ranking, query, hit.id, (ft_str){(const char *)score.data, score.len}, err);
    }
    ft_buf_release(&score);
    return st;
}

static ft_status search(evaluation *ev, size_t query, ft_str text, ft_error *err)
{
    const ft_query_options how = {.size = sizeof how, .plain = true};
    const ft_ask_settings *ask = &ev->set->ask;
    const ft_search_options opts = {
        .size = sizeof opts,
        .top = FT_METRICS_DEPTH,
        .group_documents = true,
        .exhaustive = ask->exhaustive,
        .has_k1 = ask->has_k1, .k1 = ask->k1,
        .has_b = ask->has_b, .b = ask->b,
    };
    ft_query *q = NULL;
    ft_results *rs = NULL;

    uint64_t begun = ft_clock_now();
    ft_status st = ft_query_parse(&q, ev->rd, text.ptr, text.len, &how, err);
    if (st == FT_OK)
        st = ft_search(&rs, ev->rd, q, &opts, err);
    ev->ns += ft_clock_now() - begun;
    if (st == FT_OK)
        st = take_hits(ev, query, rs, err);
    if (st == FT_OK)
        st = judge_ranking(ev, err);
    ft_results_free(rs);
    ft_query_free(q);
    return st;
}

static ft_status search_all(evaluation *ev, const char *path, ft_error *err)
{
    ft_status st = ft_reader_open(&ev->rd, ev->index, err);

    if (st == FT_OK)
        st = ft_topics_read(&ev->topics, path, err);
    for (size_t i = 0; st == FT_OK && i < ev->topics.n; i++) {
        ft_str id = ft_topics_id(&ev->topics, i);
        size_t query = ft_judgments_find(&ev->judgments, id);
        if (query == SIZE_MAX) {
            ev->n_unjudged++;
            continue;
        }
        if (ev->of_query[query].asked)
            return ft_fail(err, FT_EINVAL, "%.200s: two queries have the id %.*s", path,
                           (int)(id.len < 80 ? id.len : 80), id.ptr);
        ev->of_query[query].asked = true;
        st = search(ev, query, ft_topics_text(&ev->topics, i), err);
    }
    return st;
}

/* ---------------------------------------------------------------- reporting */

static void means(const evaluation *ev, double out[FT_N_METRICS])
{
    for (int m = 0; m < FT_N_METRICS; m++) {
        out[m] = 0;
        for (size_t i = 0; i < ev->judgments.n_queries; i++)
            out[m] += ev->of_query[i].values[m];
        out[m] /= (double)ev->judgments.n_queries;
    }
}

static void put_figures(ft_buf *out, const double values[FT_N_METRICS])
{
    for (int m = 0; m < FT_N_METRICS; m++) {
        ft_buf_printf(out, ",\"%s\":", ft_metric_keys[m]);
        ft_json_put_number(out, values[m], 9);
    }
}

/* The parameters that were in force. */
static void used(const evaluation *ev, ft_stats *stats)
{
    ft_reader_stats(ev->rd, stats);
    if (ev->set->ask.has_k1)
        stats->k1 = ev->set->ask.k1;
    if (ev->set->ask.has_b)
        stats->b = ev->set->ask.b;
}

static void print_json(evaluation *ev, const ft_machine *m, const double values[FT_N_METRICS])
{
    ft_buf *out = &ev->out.buf;
    const char *source = ev->index ? ev->index : ev->set->run;

    ft_buf_putc(out, '{');
    ft_machine_put_json(m, out);
    ft_buf_puts(out, ev->index ? ",\"index\":{\"path\":" : ",\"run\":{\"path\":");
    ft_json_put_string(out, source, strlen(source));
    if (ev->index) {
        ft_stats stats;
        used(ev, &stats);
        ft_buf_printf(out, ",\"documents\":%llu,\"passages\":%llu,\"lang\":\"%s\",\"k1\":%g,\"b\":%g",
                      (unsigned long long)stats.documents, (unsigned long long)stats.passages, stats.lang, stats.k1,
                      stats.b);
    }
    ft_buf_printf(out, "},\"queries\":%zu,\"asked\":%zu,\"unjudged\":%zu,\"depth\":%u", ev->judgments.n_queries,
                  ev->n_asked, ev->n_unjudged, FT_METRICS_DEPTH);
    if (ev->index) {
        ft_buf_puts(out, ",\"search_seconds\":");
        ft_json_put_number(out, (double)ev->ns / 1e9, 6);
    }
    put_figures(out, values);
    for (size_t i = 0; ev->set->raw && i < ev->judgments.n_queries; i++) {
        ft_str id = ft_judgments_query(&ev->judgments, i);
        ft_buf_puts(out, i ? ",{\"qid\":" : ",\"by_query\":[{\"qid\":");
        ft_json_put_string(out, id.ptr, id.len);
        put_figures(out, ev->of_query[i].values);
        ft_buf_putc(out, '}');
        ft_out_step(&ev->out);
    }
    ft_buf_puts(out, ev->set->raw ? "]}\n" : "}\n");
}

static void print_table(evaluation *ev, const ft_machine *m, const double values[FT_N_METRICS])
{
    ft_buf *out = &ev->out.buf;
    const char *source = ev->index ? ev->index : ev->set->run;

    ft_machine_put_text(m, out);
    ft_cli_show(out, source, strlen(source), FT_CLI_NAME);
    if (ev->index) {
        ft_stats stats;
        used(ev, &stats);
        ft_buf_printf(out, ": %llu documents, %llu passages, %s, k1 %g, b %g", (unsigned long long)stats.documents,
                      (unsigned long long)stats.passages, stats.lang, stats.k1, stats.b);
    }
    ft_buf_printf(out, "\n%zu judged queries, %zu of them asked; %zu unjudged left out; depth %u",
                  ev->judgments.n_queries, ev->n_asked, ev->n_unjudged, FT_METRICS_DEPTH);
    if (ev->index)
        ft_buf_printf(out, "; searched in %.3f s", (double)ev->ns / 1e9);
    ft_buf_puts(out, "\n\n");
    for (int i = 0; i < FT_N_METRICS; i++)
        ft_buf_printf(out, "%-12s %.4f\n", ft_metric_names[i], values[i]);
}

static ft_status evaluate(evaluation *ev, const char *queries, const char *qrels, ft_error *err)
{
    ft_status st = ft_judgments_read(&ev->judgments, qrels, err);

    if (st != FT_OK)
        return st;
    ev->of_query = ft_alloc_zero(ev->judgments.n_queries, sizeof *ev->of_query);
    ev->levels = ft_alloc(FT_METRICS_DEPTH, sizeof *ev->levels);
    if (!ev->of_query || !ev->levels)
        return ft_fail_nomem(err);
    if (ev->index) {
        st = search_all(ev, queries, err);
    } else {
        st = ft_ranking_read(&ev->ranking, &ev->judgments, ev->set->run, &ev->n_unjudged, err);
        if (st == FT_OK)
            st = judge_ranking(ev, err);
    }
    for (size_t i = 0; i < ev->judgments.n_queries; i++)
        ev->n_asked += ev->of_query[i].asked;
    if (st == FT_OK && ev->n_asked == 0) {
        st = ft_fail(err, FT_EINVAL, "%.200s: no judgments of these queries", qrels);
        ft_hint(err, "ids must be equal to the last character, zeros in front of a number included");
    }
    return st;
}

int ft_eval_run(const ft_bench_settings *set, const char *index, const char *queries, const char *qrels)
{
    evaluation ev = {.set = set, .index = index};
    double values[FT_N_METRICS];
    ft_machine machine;
    ft_error err;
    int status = 0;

    if (evaluate(&ev, queries, qrels, &err) != FT_OK) {
        status = ft_cli_fail(&err);
    } else {
        ft_machine_look(&machine);
        means(&ev, values);
        if (set->json)
            print_json(&ev, &machine, values);
        else
            print_table(&ev, &machine, values);
    }
    ft_free(ev.of_query);
    ft_free(ev.levels);
    ft_ranking_release(&ev.ranking);
    ft_topics_release(&ev.topics);
    ft_judgments_release(&ev.judgments);
    ft_reader_close(ev.rd);
    return ft_out_close(&ev.out, status);
}
