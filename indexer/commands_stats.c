/* commands_stats.c - what stats says beyond totals: each segment, and the index terms. */
#include "cli.h"
#include "commands.h"
#include "json.h"

#define N_COLUMNS 13 /* the segment's name first */

/* The numbers of a segment, as the columns of the table and the members of JSON have them. */
typedef struct number {
    const char *title, *key; /* key: in "bytes" where bytes is true */
    uint64_t value;
    bool bytes;
} number;

static void list_numbers(const ft_segment_stats *s, number out[N_COLUMNS - 1])
{
    const number numbers[N_COLUMNS - 1] = {
        {"documents", "documents", s->documents, false},
        {"deleted", "deleted", s->deleted, false},
        {"passages", "passages", s->passages, false},
        {"terms", "terms", s->terms, false},
        {"postings", "postings", s->postings, false},
        {"dictionary", "dictionary", s->bytes_dictionary, true},
        {"postings", "postings", s->bytes_postings, true},
        {"positions", "positions", s->bytes_positions, true},
        {"norms", "norms", s->bytes_norms, true},
        {"stored text", "stored", s->bytes_stored, true},
        {"other", "other", s->bytes_other, true},
        {"all of it", "total", s->bytes_total, true},
    };

    memcpy(out, numbers, sizeof numbers);
}

/* ------------------------------------------------ as JSON */

void ft_commands_put_segments_json(const ft_reader *rd, uint64_t n, ft_buf *out)
{
    number numbers[N_COLUMNS - 1];
    ft_segment_stats s;

    ft_buf_puts(out, "\"by_segment\":[");
    for (uint64_t i = 0; i < n; i++) {
        bool bytes = false;
        ft_reader_segment(rd, (size_t)i, &s);
        list_numbers(&s, numbers);
        ft_buf_printf(out, "%s{\"name\":\"%s\"", i ? "," : "", s.name);
        for (int c = 0; c < N_COLUMNS - 1; c++) {
            ft_buf_puts(out, numbers[c].bytes && !bytes ? ",\"bytes\":{" : ",");
            bytes = numbers[c].bytes;
            ft_buf_printf(out, "\"%s\":%llu", numbers[c].key, (unsigned long long)numbers[c].value);
        }
        ft_buf_puts(out, "}}");
    }
    ft_buf_putc(out, ']');
}

/* ------------------------------------------------ as a table */

/* A cell without its padding: of row 0 the titles. */
static void put_cell(const ft_reader *rd, uint64_t row, int column, ft_buf *out)
{
    number numbers[N_COLUMNS - 1];
    ft_segment_stats s = {.name = "segment"};

    if (row > 0)
        ft_reader_segment(rd, (size_t)row - 1, &s);
    list_numbers(&s, numbers);
    const number *n = column ? &numbers[column - 1] : NULL;
    if (!n)
        ft_buf_puts(out, s.name);
    else if (row == 0)
        ft_buf_puts(out, n->title);
    else if (n->bytes)
        ft_commands_put_bytes(out, n->value);
    else
        ft_commands_put_count(out, n->value);
}

void ft_commands_put_segments(const ft_reader *rd, uint64_t n, ft_buf *out)
{
    size_t widths[N_COLUMNS] = {0};
    ft_buf cell = {0};

    for (uint64_t pass = 0; pass < 2; pass++) {
        for (uint64_t row = 0; row <= n; row++) {
            for (int column = 0; column < N_COLUMNS; column++) {
                ft_buf_reset(&cell);
                put_cell(rd, row, column, &cell);
                if (pass == 0)
                    widths[column] = cell.len > widths[column] ? cell.len : widths[column];
                else
                    ft_buf_printf(out, column ? "  %*.*s" : "%-*.*s", (int)widths[column], (int)cell.len,
                                  (const char *)cell.data);
            }
            if (pass == 1)
                ft_buf_putc(out, '\n');
        }
    }
    ft_buf_release(&cell);
}

/* ------------------------------------------------ terms */

static void put_term(const ft_settings *set, const ft_term_count *count, ft_buf *out)
{
    if (set->json) {
        ft_buf_puts(out, "{\"term\":");
        ft_json_put_string(out, count->term.ptr, count->term.len);
        ft_buf_printf(out, ",\"passages\":%llu,\"occurrences\":%llu}\n", (unsigned long long)count->passages,
                      (unsigned long long)count->occurrences);
    } else {
        ft_cli_show(out, count->term.ptr, count->term.len, FT_CLI_NAME);
        ft_buf_printf(out, "\t%llu\t%llu\n", (unsigned long long)count->passages,
                      (unsigned long long)count->occurrences);
    }
}

int ft_commands_terms(const ft_settings *set, const ft_reader *rd)
{
    ft_terms *terms = NULL;
    ft_term_count count;
    ft_out out = {0};
    ft_error err;
    bool more = true;
    ft_status st = ft_terms_open(&terms, rd, set->terms, strlen(set->terms), &err);

    for (uint64_t i = 0; st == FT_OK && more && (!set->has_top || i < set->top) && !ft_out_failed(&out); i++) {
        if (*set->cancel) {
            st = ft_fail(&err, FT_ECANCELED, "interrupted");
            break;
        }
        st = ft_terms_next(terms, &count, &more, &err);
        if (st == FT_OK && more)
            put_term(set, &count, &out.buf);
        ft_out_step(&out);
    }
    ft_terms_close(terms);
    int status = ft_out_close(&out, 0);
    return st == FT_OK ? status : ft_cli_fail(&err);
}
