/* machine.h - what a measurement was made with. */
#ifndef FT_MACHINE_H
#define FT_MACHINE_H

#if defined(__clang__)
#define FT_COMPILER "clang " __clang_version__
#else
#define FT_COMPILER "gcc " __VERSION__
#endif

typedef struct ft_machine {
    char cpu[128]; /* the model's name, or "unknown" */
    unsigned cores;
} ft_machine;

void ft_machine_look(ft_machine *m);

#endif
