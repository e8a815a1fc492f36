/* machine.h - what a measurement was made with: the head of every report. */
#ifndef FT_MACHINE_H
#define FT_MACHINE_H

#include "buf.h"

#if defined(__clang__)
#define FT_COMPILER "clang " __clang_version__
#else
#define FT_COMPILER "gcc " __VERSION__
#endif

typedef struct ft_machine {
    char cpu[128];      /* the model's name, or "unknown" */
    char revision[64];  /* of the source tree this program lies in, as git names it; or "unknown" */
    unsigned cores;
} ft_machine;

void ft_machine_look(ft_machine *m);

/* Appends a line for people. */
void ft_machine_put_text(const ft_machine *m, ft_buf *out);
/* Appends members of a JSON object, without a comma before or behind: version, revision, compiler, cpu, cores. */
void ft_machine_put_json(const ft_machine *m, ft_buf *out);

#endif
