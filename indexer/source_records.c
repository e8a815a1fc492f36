/* source_records.c - the loop over lines of JSONL and TSV; see source.h. */
#include "source.h"

#include "lines.h"

/* The stream with an eye on bombs: one that is found may not grow a line any further. */
typedef struct watched {
    ft_stream *in;
    ft_lines *lines;
} watched;

static ft_status read_watched(void *arg, void *room, size_t cap, size_t *got, ft_error *err)
{
    watched *w = arg;

    w->lines->max = ft_stream_is_bomb(w->in) ? FT_SOURCE_RECORD_MAX / 16 : FT_SOURCE_RECORD_MAX;
    return ft_stream_read(w->in, room, cap, got, err);
}

static bool is_blank(ft_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\r')
            return false;
    return true;
}

static ft_str trim_line(ft_str s, bool first)
{
    if (first && s.len >= 3 && memcmp(s.ptr, "\xef\xbb\xbf", 3) == 0) {
        s.ptr += 3;
        s.len -= 3;
    }
    if (s.len && s.ptr[s.len - 1] == '\r')
        s.len--;
    return s;
}

ft_status ft_source_records(const ft_source *src, ft_source_record record, void *arg, ft_error *err)
{
    ft_lines lines;
    watched in = {src->in, &lines};
    ft_line line;
    bool more;
    ft_status st;

    ft_lines_init(&lines, read_watched, &in, FT_SOURCE_RECORD_MAX);
    for (;;) {
        st = ft_lines_next(&lines, &line, &more, err);
        if (st != FT_OK || !more)
            break;
        if (!line.ended && src->in->damage)
            break; /* half a record; told below */
        ft_str text = trim_line(line.text, lines.number == 1);
        if (line.too_long)
            st = src->sink.malformed(src->sink.arg, src->file, lines.number, "the line is too long", err);
        else if (!is_blank(text))
            st = record(arg, text, lines.number, err);
        if (st != FT_OK)
            break;
    }
    if (st == FT_OK && src->in->damage)
        st = src->sink.malformed(src->sink.arg, src->file, lines.number + !more, src->in->damage, err);
    ft_lines_release(&lines);
    return st;
}
