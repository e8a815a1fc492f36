/* run.h - a run: the posting lists of some documents in a compact form that is written once and read once, in memory
 * or in a temporary file.
 *
 *     run     = { term }
 *     term    = shared  suffix_len  suffix  { block }  00       bytes shared with the term before it
 *     block   = n  { posting }                                  1 to 256 postings
 *     posting = gap * 2 + (tf > 1)  [ tf ]  position gaps       as in ft_list_block
 *
 * All numbers are varints. Gaps of passages begin at 0 with each term; numbers are relative to the run's base. */
#ifndef FT_RUN_H
#define FT_RUN_H

#include "io.h"
#include "ranges.h"

/* Where the terms with the same first two bytes begin; the first of them shares nothing with the term before. */
typedef struct ft_run_mark {
    uint64_t off;
    uint32_t prefix;
} ft_run_mark;

typedef struct ft_run {
    ft_buf mem;     /* the run, and 16 bytes of padding that len does not count; empty if in a file */
    int fd;         /* of the file, or -1 */
    bool borrowed;  /* fd is somebody else's; else the run's own, of a file without a name */
    uint64_t off;   /* where it begins in the file. In memory: in the journal, if that has a copy; else 0 */
    uint64_t len;   /* bytes */
    uint32_t base;  /* added to its passage numbers */
    bool continues; /* as in ft_list_source */
    unsigned level; /* how many times its postings were merged */
    ft_run_mark *marks; /* ascending; owned */
    size_t n_marks;
} ft_run;

#define FT_RUN_NONE ((ft_run){.fd = -1})

void ft_run_release(ft_run *run);

#define FT_RUN_WINDOW_MIN ((size_t)16 << 10) /* bytes that reading a run from a file takes at least */

/* ------------------------------------------------ writing */

/* Writes a run term by term, into memory or, with a directory, through a buffer into a temporary file. It is a sink. */
typedef struct ft_run_writer {
    ft_list_sink sink;
    ft_buf buf;
    const char *dir; /* borrowed; NULL: in memory */
    int fd;
    uint64_t written; /* to the file */
    uint32_t last;    /* passage */
    unsigned char prev[255];
    size_t prev_len;
    ft_run_mark *marks; /* owned */
    size_t n_marks, cap_marks;
} ft_run_writer;

ft_status ft_run_writer_init(ft_run_writer *w, const char *dir, ft_error *err);
/* Ends the run and gives it; the writer is empty afterwards, also on failure. */
ft_status ft_run_writer_finish(ft_run_writer *w, ft_run *out, ft_error *err);
void ft_run_writer_release(ft_run_writer *w);

/* For writers that have the postings of a term at hand in another form: the term's head; then blocks, each a number of
 * postings and the postings; then a number of 0. p points into w->buf; room there is the caller's affair. */
unsigned char *ft_run_put_term(ft_run_writer *w, unsigned char *p, const unsigned char *term, size_t len);
#define FT_RUN_TERM_MAX (2 + 2 + 255)  /* bytes of a term's head */
#define FT_RUN_POSTING_MAX (5 + 5)     /* bytes of a posting without its gaps, 5 each */

/* ------------------------------------------------ reading */

typedef struct ft_run_reader {
    ft_list_source source;
    const ft_run *run;     /* borrowed */
    unsigned char *window; /* owned; NULL for a run in memory */
    size_t window_cap;
    const unsigned char *p, *end; /* bytes at hand; 16 readable bytes follow */
    uint64_t off, left;    /* of the file behind them: where it goes on, and how many bytes belong to the range */
    uint32_t n_left;       /* postings left in the current block */
    uint32_t passage;      /* the last one given, without base */
    unsigned char term[255];
    size_t term_len;
} ft_run_reader;

/* Reads the terms of a run from prefix `from` to before `to` (ranges.h), a file through `window` bytes. Readers of one
 * run are independent of each other. */
ft_status ft_run_reader_init(ft_run_reader *r, const ft_run *run, uint32_t from, uint32_t to, size_t window,
                             ft_error *err);
void ft_run_reader_release(ft_run_reader *r);

/* Whether the run->len bytes at p are those of a run whose terms, passages and positions ascend: passages not below
 * `first` and below n_passages. *last is then raised to its last passage, and the run, which has none, gets its marks.
 * For runs that another process wrote. FT_ENOMEM. In run_check.c. */
ft_status ft_run_check(ft_run *run, const unsigned char *p, uint32_t first, uint32_t n_passages, uint32_t *last,
                       bool *good, ft_error *err);

#endif
