/* optab.h - a program's options in one table, and everything that follows from it: the parser, -h, --help, the option
 * section of the man page, completions for three shells. What is in no table cannot be parsed, and what is in it is
 * documented. */
#ifndef FT_OPTAB_H
#define FT_OPTAB_H

#include "buf.h"

typedef enum ft_option_kind {
    FT_OPTION_FLAG,   /* no argument: bool, set to true */
    FT_OPTION_SET,    /* no argument: int, set to `set` */
    FT_OPTION_WHOLE,  /* whole number in min..max: uint64_t */
    FT_OPTION_REAL,   /* decimal number in min..max: double */
    FT_OPTION_SIZE,   /* bytes with an optional K, M, G or T, in min..max: uint64_t */
    FT_OPTION_CHOICE, /* one of `choices`: int, its number */
    FT_OPTION_TEXT,   /* const char * */
    FT_OPTION_FILE,   /* const char *; shells complete file names */
    FT_OPTION_LIST    /* may be given again: ft_option_list */
} ft_option_kind;

#define FT_OPTION_LIST_MAX 64

typedef struct ft_option_list {
    const char *items[FT_OPTION_LIST_MAX];
    size_t n;
} ft_option_list;

#define FT_OPTION_NONE SIZE_MAX

typedef struct ft_option {
    const char *name;           /* without the dashes */
    char letter;                /* of the short form, or 0 */
    ft_option_kind kind;
    const char *arg;            /* how help calls the argument */
    const char *help;           /* one sentence without a full stop, the default in parentheses */
    size_t to;                  /* offset of the value in the program's struct */
    size_t given;               /* offset of a bool that tells whether it was given, or FT_OPTION_NONE */
    double min, max;            /* inclusive; whole numbers up to 2^53 */
    int set;
    const char *const *choices; /* NULL-terminated */
    unsigned commands;          /* bit i: command i takes it; 0: all do */
    bool brief;                 /* worth a line of -h */
} ft_option;

typedef struct ft_command {
    const char *name;
    const char *args;           /* its operands, for help */
    const char *help;
} ft_command;

typedef struct ft_program {
    const char *name;
    const char *what;           /* half a sentence: what it does */
    const char *usage;          /* lines without the program's name in front, each ending in a line feed */
    const char *about;          /* paragraphs of --help, wrapped by hand, ending in a line feed */
    const ft_command *commands; /* NULL for a program without commands */
    size_t n_commands;
    const ft_option *options;   /* at most 64 */
    size_t n_options;
    const char *examples;       /* lines, each ending in a line feed; those of -h */
    const char *exits;          /* the exit statuses, as lines */
    const char *dash_hint;      /* hint for an unknown option after the first words, or NULL */
    size_t long_only_after;     /* after so many words a single dash begins a word, not an option; SIZE_MAX: never */
} ft_program;

typedef enum ft_action {
    FT_ACTION_RUN,
    FT_ACTION_BRIEF,   /* -h */
    FT_ACTION_HELP,    /* --help, help */
    FT_ACTION_VERSION, /* --version */
    FT_ACTION_MAN,     /* --generate man, and so on */
    FT_ACTION_BASH,
    FT_ACTION_ZSH,
    FT_ACTION_FISH
} ft_action;

typedef struct ft_args {
    ft_action action;
    int command;        /* its number, -1 if none was named */
    const char **words; /* operands without the command; owned array of borrowed strings */
    size_t n_words;
} ft_args;

/* Parses the command line into `values`, the program's struct, which holds the defaults. A lone "--" is dropped and
 * ends the options. FT_EINVAL with what to print otherwise. Release the args in either case. */
ft_status ft_optab_parse(const ft_program *pg, int argc, char *const *argv, void *values, ft_args *args,
                         ft_error *err);
void ft_args_release(ft_args *args);

/* Appends the text of -h (full false) or --help; of one command if it is not -1. */
void ft_optab_help(const ft_program *pg, int command, bool full, ft_buf *out);

/* Appends the man page: the template with lines "@OPTIONS@" and "@COMMANDS@" replaced by lists and "@VERSION@" by the
 * version. */
void ft_optab_man(const ft_program *pg, ft_str page, ft_buf *out);

/* Appends the completion script for the shell that the action names. */
void ft_optab_completion(const ft_program *pg, ft_action shell, ft_buf *out);

/* The word of the list (NULL-terminated) that the user may have meant, or NULL if none is near. */
const char *ft_optab_nearest(const char *word, const char *const *list);

/* Reads a whole number, a decimal number or a size. False if it is none or out of range. */
bool ft_optab_whole(const char *text, uint64_t min, uint64_t max, uint64_t *out);
bool ft_optab_real(const char *text, double min, double max, double *out);
bool ft_optab_size(const char *text, uint64_t min, uint64_t max, uint64_t *out);

#endif
