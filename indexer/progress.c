/* progress.c - see progress.h. The line never wraps: what is cut off first is the beginning of the file's name. A
 * character takes no more columns than bytes, so counting bytes is on the safe side. */
#include "progress.h"

#include "cli.h"

#include <stdio.h>
#include <unistd.h>

enum { INTERVAL = 100 * 1000 };

void ft_progress_init(ft_progress *p, bool wanted, const char *doing)
{
    *p = (ft_progress){.on = wanted && isatty(STDERR_FILENO), .begun = ft_cli_now(), .doing = doing, .phase = -1};
    p->last = p->begun;
}

/* Whether it is time for another line. */
static bool is_due(ft_progress *p)
{
    uint64_t now;

    if (!p->on || (now = ft_cli_now()) - p->last < INTERVAL)
        return false;
    p->last = now;
    return true;
}

static bool is_inside(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Draws head and as much of the end of name as there is room for. */
static void draw(ft_progress *p, const ft_buf *head, const ft_buf *name)
{
    size_t room = ft_cli_columns(STDERR_FILENO) - 1, len = head->len < room ? head->len : room;
    const char *cut = "";
    size_t from = 0;

    if (head->failed || name->failed)
        return;
    while (len && len < head->len && is_inside(head->data[len]))
        len--;
    room -= len;
    if (name->len > room) {
        cut = room > 3 ? "..." : "";
        from = room > 3 ? name->len - (room - 3) : name->len;
        while (from < name->len && is_inside(name->data[from]))
            from++;
    }
    fprintf(stderr, "\r\033[K%.*s%s%.*s", (int)len, (const char *)head->data, cut, (int)(name->len - from),
            name->data ? (const char *)name->data + from : "");
    p->drawn = true;
}

/* How long the rest takes if it goes on like this. */
static void put_left(ft_buf *line, double seconds, uint64_t done, uint64_t total)
{
    if (done == 0 || done >= total)
        return;
    uint64_t left = (uint64_t)(seconds * (double)(total - done) / (double)done);
    unsigned long long hours = left / 3600;
    if (hours)
        ft_buf_printf(line, "  %llu:%02u:%02u left", hours, (unsigned)(left / 60 % 60), (unsigned)(left % 60));
    else
        ft_buf_printf(line, "  %u:%02u left", (unsigned)(left / 60), (unsigned)(left % 60));
}

static unsigned percent(uint64_t done, uint64_t total)
{
    return (unsigned)(100.0 * (double)(done < total ? done : total) / (double)total);
}

void ft_progress_step(ft_progress *p, uint64_t bytes, uint64_t documents, const char *file)
{
    ft_buf line = {0}, name = {0};

    if (!is_due(p))
        return;
    double seconds = (double)(p->last - p->begun) / 1e6, mb = (double)bytes / 1e6, rate = mb / seconds;
    if (p->total)
        ft_buf_printf(&line, "%u %%  %.0f/%.0f MB", percent(bytes, p->total), mb, (double)p->total / 1e6);
    else
        ft_buf_printf(&line, "%.0f MB", mb);
    ft_buf_printf(&line, "  %.*f MB/s  %.0f documents/s", rate < 9.95, rate, (double)documents / seconds);
    put_left(&line, seconds, bytes, p->total);
    ft_buf_puts(&line, "  ");
    ft_cli_show(&name, file, strlen(file), FT_CLI_NAME);
    draw(p, &line, &name);
    ft_buf_release(&line);
    ft_buf_release(&name);
}

void ft_progress_phase(void *progress, ft_phase phase, uint64_t done, uint64_t total)
{
    static const char *const names[FT_N_PHASES] = {
        [FT_PHASE_TEXT] = "text",           [FT_PHASE_DOCUMENTS] = "documents",        [FT_PHASE_POSTINGS] = "postings",
        [FT_PHASE_POSITIONS] = "positions", [FT_PHASE_SYNC] = "waiting for the disk",
        [FT_PHASE_ORDER] = "order of passages",
    };
    ft_progress *p = progress;
    ft_buf line = {0}, name = {0};

    if (p->on && p->phase != (int)phase) {
        p->phase = (int)phase;
        p->phase_begun = ft_cli_now();
    }
    if (!is_due(p))
        return;
    ft_buf_printf(&line, "%s: %s", p->doing, names[phase]);
    if (total) {
        ft_buf_printf(&line, "  %u %%", percent(done, total));
        put_left(&line, (double)(p->last - p->phase_begun) / 1e6, done, total);
    }
    draw(p, &line, &name);
    ft_buf_release(&line);
}

void ft_progress_clear(ft_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}
