/* commands.h - the commands of ftindex. Each returns the exit status and has printed what there is to say. */
#ifndef FT_COMMANDS_H
#define FT_COMMANDS_H

#include "fulltext.h"
#include "optab.h"

typedef struct ft_settings {
    int format;                  /* ft_format */
    const char *lang;            /* NULL: the default */
    const char *passages;        /* as given; NULL: auto */
    uint32_t file_words, record_words; /* what that means for plain text and for records */
    uint64_t threads, memory;    /* 0: the engine's choice */
    double k1, b;
    bool has_k1, has_b, fold_diacritics, no_stem, no_store;
    bool force, shared, strict, dry_run, no_space_check, reorder;
    bool json, quiet, verbose, no_progress;
    const char *from;
    const char *terms;           /* stats: prefix of the terms to list; NULL: none */
    uint64_t top;                /* how many of them */
    bool has_top;
    bool run_filters;
    const char *directory;       /* where update finds relative inputs; NULL: where they were */
    const char *encoding;        /* as given; NULL: UTF-8 unless the input says otherwise */
    ft_option_list include, exclude, filters;
    uint64_t max_size;           /* of a file; 0: any */
    uint64_t filter_seconds, filter_bytes;
    uint64_t begun;              /* ft_cli_now() at the start */
    const volatile int *cancel;  /* set by SIGINT and SIGTERM */
} ft_settings;

/* Words are those behind the command. */
int ft_commands_build(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_add(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_update(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_delete(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_merge(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_check(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_stats(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_show(const ft_settings *set, const char *const *words, size_t n);
int ft_commands_analyze(const ft_settings *set, const char *const *words, size_t n);

/* Parts of stats, in commands_stats.c: the n segments of rd as a member "by_segment" of an object or as a table, and
 * the terms that set->terms begins. */
void ft_commands_put_segments_json(const ft_reader *rd, uint64_t n, ft_buf *out);
void ft_commands_put_segments(const ft_reader *rd, uint64_t n, ft_buf *out);
int ft_commands_terms(const ft_settings *set, const ft_reader *rd);

/* What the commands share, in commands.c: */

/* Prints that a command line is wrong; 2. */
int ft_commands_usage(const char *command, const char *why);
/* Index options out of the settings. */
ft_index_options ft_commands_options(const ft_settings *set);
/* Appends a count with thousands set apart, or bytes in a unit that suits them. */
void ft_commands_put_count(ft_buf *out, uint64_t n);
void ft_commands_put_bytes(ft_buf *out, uint64_t n);
/* Says so if the commit could not merge what was due. */
void ft_commands_warn_unmerged(const ft_settings *set, const ft_commit_info *info);
/* Seconds since the start, and the most memory that was resident. */
double ft_commands_seconds(const ft_settings *set);
uint64_t ft_commands_peak(void);

#endif
