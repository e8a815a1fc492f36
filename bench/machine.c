/* machine.c - see machine.h. */
#include "machine.h"

#include "io.h"
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

void ft_machine_look(ft_machine *m)
{
    ft_lines lines;
    ft_lines_fd input = {.fd = ft_io_open("/proc/cpuinfo", O_RDONLY, 0), .name = "/proc/cpuinfo"};
    ft_line line;
    bool more = true;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    *m = (ft_machine){.cpu = "unknown", .cores = cores > 0 ? (unsigned)cores : 1};
    if (input.fd < 0)
        return;
    ft_lines_init(&lines, ft_lines_read_fd, &input, 1 << 16);
    while (ft_lines_next(&lines, &line, &more, NULL) == FT_OK && more && !take_model(m, line.text))
        continue;
    ft_lines_release(&lines);
    ft_io->close(input.fd);
}
