/* progress.c - see progress.h. */
#include "progress.h"

#include "cli.h"

#include <stdio.h>
#include <unistd.h>

enum { INTERVAL = 100 * 1000 };

void ft_progress_init(ft_progress *p, bool wanted, uint64_t total)
{
    *p = (ft_progress){.on = wanted && isatty(STDERR_FILENO), .begun = ft_cli_now(), .total = total};
    p->last = p->begun;
    p->columns = p->on ? ft_cli_columns(STDERR_FILENO) : 80;
}

static void draw(ft_progress *p, const ft_buf *line)
{
    if (line->failed)
        return;
    /* Cut at a character: no byte that continues one may begin what is left out. */
    size_t len = line->len < p->columns ? line->len : p->columns - 1;
    while (len && len < line->len && (line->data[len] & 0xc0) == 0x80)
        len--;
    fprintf(stderr, "\r\033[K%.*s", (int)len, (const char *)line->data);
    p->drawn = true;
}

void ft_progress_step(ft_progress *p, uint64_t bytes, uint64_t documents, const char *file)
{
    uint64_t now;
    ft_buf line = {0};

    p->bytes = bytes;
    p->documents = documents;
    if (!p->on || (now = ft_cli_now()) - p->last < INTERVAL)
        return;
    p->last = now;
    double seconds = (double)(now - p->begun) / 1e6, mb = (double)bytes / 1e6;
    ft_buf_printf(&line, "%.0f MB", mb);
    if (p->total >= bytes && p->total)
        ft_buf_printf(&line, " (%.0f %%)", 100.0 * (double)bytes / (double)p->total);
    ft_buf_printf(&line, "  %.1f MB/s  %.0f documents/s", mb / seconds, (double)documents / seconds);
    if (p->total > bytes && bytes) {
        double left = seconds * (double)(p->total - bytes) / (double)bytes;
        ft_buf_printf(&line, "  %d:%02d left", (int)(left / 60), (int)left % 60);
    }
    ft_buf_puts(&line, "  ");
    ft_cli_show(&line, file, strlen(file), FT_CLI_NAME);
    draw(p, &line);
    ft_buf_release(&line);
}

void ft_progress_say(ft_progress *p, const char *text)
{
    ft_buf line = {0};

    if (!p->on)
        return;
    ft_buf_puts(&line, text);
    draw(p, &line);
    ft_buf_release(&line);
}

void ft_progress_clear(ft_progress *p)
{
    if (p->drawn)
        fputs("\r\033[K", stderr);
    p->drawn = false;
}
