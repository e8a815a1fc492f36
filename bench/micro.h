/* micro.h - ftbench micro: how fast the engine's inner loops are, each by itself on made-up data. */
#ifndef FT_MICRO_H
#define FT_MICRO_H

#include "arena.h"
#include "norms.h"
#include "postings.h"
#include "settings.h"

/* One thing to measure. */
typedef struct ft_kernel {
    const char *group, *name; /* "bits", "unpack 7" */
    const char *item;         /* what is counted: "value", "word" */
    uint64_t items, bytes;    /* of one call; bytes 0: not measured in bytes */
    uint64_t (*run)(void *arg); /* gives something that depends on all it did; 0 if it failed */
    void *arg;                /* borrowed */
} ft_kernel;

/* The kernels, and what their data take. */
typedef struct ft_micro {
    ft_arena arena;
    ft_kernel *kernels;
    size_t n_kernels, cap_kernels;
    struct {
        void (*release)(void *arg);
        void *arg;
    } *owned;                 /* released in the opposite order */
    size_t n_owned, cap_owned;
    uint64_t chance;          /* state of ft_micro_random */
    const char *folder;       /* for temporary files; borrowed */
} ft_micro;

/* Adds a kernel; its name is made from the format. */
ft_status ft_micro_add(ft_micro *m, ft_kernel k, ft_error *err, const char *fmt, ...) FT_PRINTF(4, 5);
/* Calls release(arg) when everything was measured; at once if there is no room to remember it. */
ft_status ft_micro_own(ft_micro *m, void (*release)(void *arg), void *arg, ft_error *err);
/* Memory that lives until then, cleared, with 64 readable bytes behind it; NULL when there is none. */
void *ft_micro_room(ft_micro *m, size_t n, size_t size);
/* Always the same numbers, below n. */
uint32_t ft_micro_random(ft_micro *m, uint32_t n);

/* Made-up text of about len bytes that ends with a sentence. Words come back as they do in languages. */
typedef enum ft_micro_script { FT_SCRIPT_LATIN, FT_SCRIPT_CYRILLIC, FT_SCRIPT_HAN, FT_N_SCRIPTS } ft_micro_script;
ft_status ft_micro_text(ft_micro *m, ft_micro_script script, size_t len, ft_str *out, ft_error *err);

/* Each adds the kernels of some modules. */
ft_status ft_micro_codecs(ft_micro *m, ft_error *err);
ft_status ft_micro_lists(ft_micro *m, ft_error *err);
ft_status ft_micro_analysis(ft_micro *m, ft_error *err);
ft_status ft_micro_store(ft_micro *m, ft_error *err);

/* Lists to search: list i has a posting in gaps[i] passages, each list more passages than the one before. */
typedef struct ft_micro_searched {
    const ft_norms *norms;
    const ft_postings *lists;
    const uint32_t *gaps;
    ft_bm25 params;
} ft_micro_searched;

/* Loops of a search over three lists, which live as long as the kernels. */
ft_status ft_micro_operators(ft_micro *m, const ft_micro_searched *s, ft_error *err);

/* Measures and prints; the exit status. */
int ft_micro_run(const ft_bench_settings *set);

#endif
