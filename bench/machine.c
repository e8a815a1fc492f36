/* machine.c - see machine.h. */
#include "machine.h"

#include "child.h"
#include "cli.h"
#include "io.h"
#include "json.h"
#include "lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* The value of a line "model name : VALUE". */
static bool take_model(ft_machine *m, ft_str line)
{
    static const char key[] = "model name";
    const char *colon;

    if (line.len < sizeof key - 1 || memcmp(line.ptr, key, sizeof key - 1) != 0)
        return false;
    colon = memchr(line.ptr, ':', line.len);
    if (!colon)
        return false;
    const char *value = colon + 1, *end = line.ptr + line.len;
    while (value < end && *value == ' ')
        value++;
    snprintf(m->cpu, sizeof m->cpu, "%.*s", (int)(end - value), value);
    return true;
}

static void find_model(ft_machine *m)
{
    ft_lines lines;
    ft_lines_fd input = {.fd = ft_io_open("/proc/cpuinfo", O_RDONLY, 0), .name = "/proc/cpuinfo"};
    ft_line line;
    bool more = true;

    if (input.fd < 0)
        return;
    ft_lines_init(&lines, ft_lines_read_fd, &input, 1 << 16);
    while (ft_lines_next(&lines, &line, &more, NULL) == FT_OK && more && !take_model(m, line.text))
        continue;
    ft_lines_release(&lines);
    ft_io->close(input.fd);
}

/* Asked of git when a report is made: a program that lies in no working tree has no revision to tell. */
static void find_revision(ft_machine *m)
{
    ft_buf folder = {0}, said = {0};
    ft_child child = {.status = 1};

    if (ft_child_own_folder(&folder)) {
        const char *argv[] = {"git", "-C", (const char *)folder.data, "describe", "--always", "--dirty", "--abbrev=12",
                              NULL};
        if (ft_child_run(&child, argv, true, &said, NULL) != FT_OK)
            child.status = 1;
    }
    while (said.len > 0 && said.data[said.len - 1] == '\n')
        said.len--;
    if (child.status == 0 && said.len > 0)
        snprintf(m->revision, sizeof m->revision, "%.*s", (int)said.len, (const char *)said.data);
    ft_buf_release(&folder);
    ft_buf_release(&said);
}

void ft_machine_look(ft_machine *m)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    *m = (ft_machine){.cpu = "unknown", .revision = "unknown", .cores = cores > 0 ? (unsigned)cores : 1};
    find_model(m);
    find_revision(m);
}

void ft_machine_put_text(const ft_machine *m, ft_buf *out)
{
    ft_buf_printf(out, "ftbench %s, revision ", ft_version());
    ft_cli_show(out, m->revision, strlen(m->revision), FT_CLI_NAME);
    ft_buf_printf(out, ", %s, ", FT_COMPILER);
    ft_cli_show(out, m->cpu, strlen(m->cpu), FT_CLI_NAME);
    ft_buf_printf(out, ", %u cores\n", m->cores);
}

void ft_machine_put_json(const ft_machine *m, ft_buf *out)
{
    ft_buf_printf(out, "\"version\":\"%s\",\"revision\":", ft_version());
    ft_json_put_string(out, m->revision, strlen(m->revision));
    ft_buf_puts(out, ",\"compiler\":");
    ft_json_put_string(out, FT_COMPILER, sizeof FT_COMPILER - 1);
    ft_buf_puts(out, ",\"cpu\":");
    ft_json_put_string(out, m->cpu, strlen(m->cpu));
    ft_buf_printf(out, ",\"cores\":%u", m->cores);
}
