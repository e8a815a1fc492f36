/* settings.h - what the command line of ftbench says, for all of its commands. */
#ifndef FT_SETTINGS_H
#define FT_SETTINGS_H

#include "ask.h"

typedef struct ft_bench_settings {
    ft_ask_settings ask;
    bool json, raw;       /* raw: with all samples, or each query's figures; in JSON */
    uint64_t passes;      /* 0: the command's own default */
    const char *commands; /* query: names with commas between */
    const char *run;      /* eval: a TREC run to judge instead of an index, or NULL */
    /* index: handed on to ftindex as they are, or NULL */
    const char *format, *lang, *passages, *threads, *memory;
    const char *work;     /* index, micro: folder for temporary files, or NULL */
    uint64_t time_ms;     /* micro: to spend on each kernel */
    const char *only;     /* micro: kernels whose name holds this, or NULL */
} ft_bench_settings;

#endif
