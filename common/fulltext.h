/* fulltext.h - the public interface of the full-text search engine.
 *
 * Documents go in as structures, ranked and highlighted passages come out:
 *
 *     ft_index_create -> ft_index_add ... -> ft_index_commit -> ft_index_close
 *     ft_reader_open  -> ft_query_parse -> ft_search -> ft_results_hit / _snippet -> ft_results_free
 *
 * Conventions. Every function that can fail returns an ft_status and, where `err` is given, describes the failure
 * there (err may be NULL). Option structs begin with their own size: zero them, set `size`, then the fields that
 * matter; a zero field means its default. Strings are pairs of pointer and length in bytes and need no terminator
 * unless they are called a path or a name. Handles are freed by their own function; NULL is fine there. */
#ifndef FT_FULLTEXT_H
#define FT_FULLTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FT_API __attribute__((visibility("default")))
#else
#define FT_API
#endif

#define FT_VERSION "0.1.0"
#define FT_FORMAT_VERSION 2 /* of segments and manifests; see common/FORMAT.md */

/* ---------------------------------------------------------------- status and errors */

typedef enum ft_status {
    FT_OK = 0,
    FT_EINVAL,    /* an argument, option or input that cannot be used */
    FT_ENOINDEX,  /* no index at that path, or only an unfinished build */
    FT_EEXIST,    /* an index is there already */
    FT_EVERSION,  /* written by a newer format, or analysed by other tables: rebuild */
    FT_ENOTFOUND, /* no such document */
    FT_EIO,       /* the system failed: reading, writing, disk full */
    FT_ENOMEM,    /* out of memory */
    FT_ELOCKED,   /* another writer holds the index */
    FT_ECORRUPT,  /* the index is damaged */
    FT_ELIMIT,    /* a documented limit of the engine */
    FT_ETIMEOUT,  /* stopped by a time limit; results so far are there */
    FT_ECANCELED  /* stopped by the caller's cancel flag */
} ft_status;

/* What failed. `text` is one line, "WHAT: WHY"; `hint` may be empty. Owned by the caller. */
typedef struct ft_error {
    ft_status status;
    char text[496];
    char hint[240];
} ft_error;

typedef struct ft_str {
    const char *ptr;
    size_t len;
} ft_str;

/* The library's version, "0.1.0". */
FT_API const char *ft_version(void);

/* ---------------------------------------------------------------- writing an index */

typedef struct ft_index ft_index;

/* What a commit or a merge is at, and what its progress counts. */
typedef enum ft_phase {
    FT_PHASE_TEXT,      /* bytes of text copied from segment to segment */
    FT_PHASE_DOCUMENTS, /* documents copied */
    FT_PHASE_ORDER,     /* looking for an order of passages; there is nothing to count */
    FT_PHASE_POSTINGS,  /* tokens whose postings are written */
    FT_PHASE_POSITIONS, /* bytes of positions written */
    FT_PHASE_SYNC,      /* waiting for the disk; there is nothing to count */
    FT_N_PHASES
} ft_phase;

typedef struct ft_index_options {
    size_t size;
    const char *lang;        /* Snowball name, ISO 639-1 code, or "none" ("english") */
    bool fold_diacritics;    /* drop diacritics when folding */
    bool has_k1, has_b;      /* whether k1 and b below are given */
    double k1, b;            /* BM25: 0..100 and 0..1 (1.2, 0.75) */
    unsigned threads;        /* worker threads (all cores) */
    uint64_t memory;         /* budget in bytes (512 MiB); at least 16 MiB is used */
    bool replace;            /* create: an index that is there is replaced at commit */
    bool shared;             /* files readable as the umask says (0700 and 0600) */
    const volatile int *cancel; /* when it turns non-zero, calls return FT_ECANCELED (none) */
    bool no_merge;           /* commits leave all segments as they are; only ft_index_merge() merges */
    bool no_store;           /* create: keep titles but no texts, so no snippets and spans (kept) */
    /* Called every so often within commit and merge, on the calling thread; must not use the handle (none). */
    void (*progress)(void *arg, ft_phase phase, uint64_t done, uint64_t total);
    void *progress_arg;
    const char *resume_key;  /* create: stands for the documents to be added and how; see ft_index_resumed (none) */
    bool reorder;            /* what a new index's first commit and every merge write, those of later commits included,
                              * has its passages renumbered, so that similar ones stand together in the posting lists:
                              * faster to search, unless they arrived so. Documents stay whole, and scores the same;
                              * hits of equal score may change places. Takes about 4 bytes of memory a posting, beyond
                              * the budget if need be. What is not merged, and merges without it, leave passages in
                              * order of arrival. */
} ft_index_options;

/* From byte `off` of a document's text on, the source line is `line` (until the next mark). */
typedef struct ft_line_mark {
    uint64_t off;
    uint32_t line;
} ft_line_mark;

/* One document. All bytes are borrowed during the call only. */
typedef struct ft_document {
    size_t size;
    ft_str id;               /* external id, 1 to 65535 bytes */
    ft_str title;            /* may be empty; at most 65535 bytes are kept, cut at a character */
    ft_str text;             /* may be empty; UTF-8, bad bytes are read as U+FFFD; below 4 GiB */
    bool title_from_text;    /* the title is shown but not indexed: it stands in the text, or is a file's name */
    uint32_t passage_words;  /* whole paragraphs are packed up to this many tokens; 0: one passage */
    uint32_t line;           /* source line of the text's first byte, from 1 */
    bool count_lines;        /* line feeds in the text are line feeds of the source */
    const ft_line_mark *marks; /* further (off, line), ascending; for extracted text (none) */
    size_t n_marks;
    uint32_t source;         /* which source it came from, a number of the caller's own; 0: none */
} ft_document;

typedef struct ft_commit_info {
    uint64_t documents, passages; /* added by this commit, after replacements within it */
    uint64_t terms, tokens, postings; /* of the segment written for them, or by ft_index_merge */
    uint64_t replaced;            /* documents given up for a later one of the same id */
    uint64_t deleted;             /* documents deleted by ft_index_delete */
    uint64_t index_bytes;         /* the whole index after the commit */
    uint64_t merged;              /* segments that went into others, or were dropped with nothing live in them */
    ft_status unmerged;           /* why segments that were due are not merged: the next commit tries again (FT_OK) */
} ft_commit_info;

/* Begins a new index at path (a directory, made if missing). FT_EEXIST if an index is there and !replace, or if
 * the directory holds files that are not ours; with replace the old index stays whole until ft_index_commit().
 * Holds the index's lock until ft_index_close(); FT_ELOCKED if another writer has it. */
FT_API ft_status ft_index_create(ft_index **out, const char *path, const ft_index_options *opts, ft_error *err);

/* Opens an existing index to add, delete and merge. Its analysis settings and parameters are the index's own:
 * lang, fold_diacritics, k1, b and no_store of opts are ignored. */
FT_API ft_status ft_index_open(ft_index **out, const char *path, const ft_index_options *opts, ft_error *err);

/* Adds a document; it is visible to readers opened after the next commit. A document whose id exists already, in
 * the index or earlier in this commit, replaces that one. One thread at a time per handle. FT_EINVAL for a document
 * that breaks the limits above: nothing is added then and the handle stays usable; any other failure is sticky. */
FT_API ft_status ft_index_add(ft_index *ix, const ft_document *doc, ft_error *err);

/* Deletes a document by id at the next commit; *existed tells whether the last commit had it. */
FT_API ft_status ft_index_delete(ft_index *ix, const char *id, size_t len, bool *existed, ft_error *err);

/* The caller's own record of its sources, in whatever form, kept with the index by the next commit and all that follow
 * until it is set again; len 0 for none. Copied. ft_reader_sources() gives it back. */
FT_API ft_status ft_index_set_sources(ft_index *ix, const void *bytes, size_t len, ft_error *err);

/* Makes everything added and deleted since the last commit durable and visible, all or nothing. info may be NULL.
 *
 * The same commit merges neighbouring segments, so that n documents are in 4 * (1 + log2 n) segments at most, and it
 * rewrites a segment of which more than half is deleted. All this writes each document again 1 + log2 n times at most
 * on average, and four more for each deletion. So most commits cost what was added, some much more: half of the index
 * or all of it. When merging fails, the commit does not (info says why). The same commits give the same segments. */
FT_API ft_status ft_index_commit(ft_index *ix, ft_commit_info *info, ft_error *err);

/* Commits what is pending, then merges all segments into one without the deleted documents, and commits that. */
FT_API ft_status ft_index_merge(ft_index *ix, ft_commit_info *info, ft_error *err);

/* Whether the file system has room for what is to come, temporary files included, as measured builds suggest: FT_EIO,
 * with both figures, if it has less. FT_OK too where it does not tell. The handle stays usable in any case. */
FT_API ft_status ft_index_room_to_add(ft_index *ix, uint64_t input_bytes, ft_error *err);
FT_API ft_status ft_index_room_to_merge(ft_index *ix, ft_error *err);

/* Gives up what was not committed, removes its files, releases the lock. */
FT_API void ft_index_close(ft_index *ix);

/* ---------------------------------------------------------------- going on after an interruption */

/* A build that was begun with a resume_key and ended before its first commit, by ft_index_suspend or with its process,
 * leaves what it finished in the directory, where the next writer removes it, unless that is ft_index_create with the
 * same key, options and version of this library: then the documents that were kept are in the new handle from the
 * beginning, and the index that comes of it is the same to the byte. The caller adds the same documents again in the
 * same order. Those that are kept are not looked at but for their limits; ft_index_skip_to spares reading them.
 * Deletions are not kept. */
typedef struct ft_resumed {
    uint64_t documents; /* that are kept */
    uint64_t notes;     /* that stand before them */
    bool discarded;     /* an unfinished build of another key was there, and was removed */
} ft_resumed;
FT_API void ft_index_resumed(const ft_index *ix, ft_resumed *out);

/* Keeps bytes of the caller's, at most 65535, with the documents: they stand before the next one added. To tell which
 * input a document is from, and what that looked like. Ignored where the next document is kept already, and without a
 * resume_key. */
FT_API ft_status ft_index_note(ft_index *ix, const void *bytes, size_t len, ft_error *err);

/* The next of the notes that were kept, in order, if there are `more`. The bytes live until the next call. */
typedef struct ft_note {
    uint64_t documents; /* added before it */
    ft_str bytes;
} ft_note;
FT_API ft_status ft_index_next_note(ft_index *ix, ft_note *out, bool *more, ft_error *err);

/* Says that n documents, all of them kept, will not be added again: the next one is number n, counted from 0. */
FT_API ft_status ft_index_skip_to(ft_index *ix, uint64_t n, ft_error *err);

/* Gives up all that was added to a new index or kept: the next document is the first one. FT_EINVAL after a commit. */
FT_API ft_status ft_index_restart(ft_index *ix, ft_error *err);

/* Like ft_index_close, but what can be kept for a later ft_index_create with the same resume_key stays. Returns the
 * number of documents that are; nothing is when writing failed. */
FT_API uint64_t ft_index_suspend(ft_index *ix);

/* ---------------------------------------------------------------- reading an index */

typedef struct ft_reader ft_reader;

typedef struct ft_stats {
    uint64_t documents, passages; /* live ones */
    uint64_t deleted;             /* documents deleted but not merged away */
    uint64_t terms;               /* distinct terms, summed over the segments */
    uint64_t tokens, postings;    /* deleted documents' included */
    uint64_t segments;
    uint64_t bytes_dictionary, bytes_postings, bytes_positions, bytes_norms, bytes_stored, bytes_other, bytes_total;
    double k1, b;
    char lang[32];
    bool fold_diacritics;
    uint32_t format;
    uint64_t generation;          /* of the commit this reader sees */
    bool stored;                  /* whether texts are kept; titles are in any case */
    uint64_t reordered;           /* segments whose passages are renumbered */
} ft_stats;

/* Opens a snapshot: the last commit, whatever a writer does afterwards. Any number of threads may search it.
 * FT_ENOINDEX, FT_ECORRUPT, FT_EVERSION. The files are mapped: a file cut short meanwhile raises SIGBUS. */
FT_API ft_status ft_reader_open(ft_reader **out, const char *path, ft_error *err);
FT_API void ft_reader_close(ft_reader *rd);
FT_API void ft_reader_stats(const ft_reader *rd, ft_stats *out);

/* One of a snapshot's segments, in index order; the same counts as in ft_stats. */
typedef struct ft_segment_stats {
    char name[32];                /* of its file in the index's directory */
    uint64_t documents, passages, deleted, terms, tokens, postings;
    uint64_t bytes_dictionary, bytes_postings, bytes_positions, bytes_norms, bytes_stored, bytes_other, bytes_total;
} ft_segment_stats;

/* Segment i, i < ft_stats.segments. */
FT_API void ft_reader_segment(const ft_reader *rd, size_t i, ft_segment_stats *out);

/* An index term. Both counts are over all segments, deleted documents included until they are merged away, as in
 * scoring. */
typedef struct ft_term_count {
    ft_str term;          /* lives until the next ft_terms_next() */
    uint64_t passages;    /* with the term */
    uint64_t occurrences;
} ft_term_count;

/* The index terms that begin with prefix, in byte order. The prefix is folded as a query's word is (case, and
 * diacritics if the index folds them) but not stemmed, while most index terms are stems; empty, it finds all terms.
 * FT_EINVAL if it is more than one word, or none. One thread at a time; the reader must outlive it. */
typedef struct ft_terms ft_terms;
FT_API ft_status ft_terms_open(ft_terms **out, const ft_reader *rd, const char *prefix, size_t len, ft_error *err);
/* The next term; *more is false when there is none. */
FT_API ft_status ft_terms_next(ft_terms *t, ft_term_count *out, bool *more, ft_error *err);
FT_API void ft_terms_close(ft_terms *t);

/* A stored document by id. The bytes belong to the document and live until ft_stored_free(). FT_ENOTFOUND. */
typedef struct ft_stored ft_stored;
FT_API ft_status ft_reader_document(const ft_reader *rd, const char *id, size_t len, ft_stored **out, ft_error *err);
FT_API ft_str ft_stored_title(const ft_stored *doc);
FT_API ft_str ft_stored_text(const ft_stored *doc); /* empty where texts are not kept (ft_stats.stored) */
FT_API uint32_t ft_stored_passages(const ft_stored *doc);
/* Bounds of passage i (i < ft_stored_passages) in the document's text, kept or not. */
FT_API void ft_stored_passage(const ft_stored *doc, uint32_t i, uint64_t *start, uint64_t *end);
FT_API void ft_stored_free(ft_stored *doc);

/* Documents by number: their places in index order, from 0, deleted ones included; of this reader only. */

/* Where the document of this id stands, and its source. FT_ENOTFOUND. */
FT_API ft_status ft_reader_find(const ft_reader *rd, const char *id, size_t len, uint64_t *number, uint32_t *source,
                                ft_error *err);
/* Calls fn for each document in order whose source is wanted (NULL: any), until it returns anything but FT_OK, which
 * is then returned. id lives during the call. */
FT_API ft_status ft_reader_list(const ft_reader *rd, bool (*wanted)(void *arg, uint32_t source),
                                ft_status (*fn)(void *arg, uint64_t number, uint32_t source, ft_str id,
                                                ft_error *err),
                                void *arg, ft_error *err);
/* Reads a document. *doc is NULL, or what an earlier call for this reader gave, which is used again: documents that
 * stand near each other are then read quickly. FT_ENOTFOUND if it is deleted or there is none. */
FT_API ft_status ft_reader_read(const ft_reader *rd, uint64_t number, ft_stored **doc, ft_error *err);

/* What ft_index_set_sources() was given, empty if nothing; lives as long as the reader. FT_ECORRUPT. */
FT_API ft_status ft_reader_sources(const ft_reader *rd, ft_str *bytes, ft_error *err);

/* ---------------------------------------------------------------- queries */

typedef struct ft_query ft_query;

typedef struct ft_query_options {
    size_t size;
    bool plain;       /* the text is words, every operator character a separator */
    bool all;         /* a bare list of words requires all of them */
} ft_query_options;

/* Parses text for this reader's analysis. Broken syntax is repaired with a note, never refused: fails only for want
 * of memory. The query may be used with this reader only, by any number of threads. */
FT_API ft_status ft_query_parse(ft_query **out, const ft_reader *rd, const char *text, size_t len,
                                const ft_query_options *opts, ft_error *err);
FT_API size_t ft_query_notes(const ft_query *q);               /* how many */
FT_API const char *ft_query_note(const ft_query *q, size_t i); /* note i, lives as long as the query */
FT_API void ft_query_free(ft_query *q);

/* ---------------------------------------------------------------- searching */

typedef struct ft_results ft_results;

typedef struct ft_search_options {
    size_t size;
    uint32_t top;          /* hits wanted; 0 ranks nothing */
    uint64_t offset;       /* hits to skip first */
    bool count;            /* find the exact total */
    bool group_documents;  /* best passage of each document; totals count documents */
    bool exhaustive;       /* score every match, no pruning: the reference */
    bool has_k1, has_b;
    double k1, b;          /* BM25 parameters (the index's own) */
    uint32_t timeout_ms;   /* 0: none */
} ft_search_options;

typedef struct ft_hit {
    double score;
    uint32_t passage;      /* number within its document, from 0 */
    uint64_t start, end;   /* the passage, as byte offsets into the document's text */
    ft_str id;             /* lives until ft_results_free() */
    uint64_t global;       /* place in index order, for ties */
} ft_hit;

typedef struct ft_span {
    uint64_t start, end;
} ft_span;

/* What a hit says and where it matched: read from the stored text, so dearer than ft_hit. Where texts are not kept,
 * `text` and `spans` are empty and `line` is the passage's first. Lives until ft_results_free(). */
typedef struct ft_match {
    ft_str title;
    ft_str text;               /* the whole passage */
    uint32_t line;             /* of the passage's first match in the source, from 1 */
    const ft_span *spans;      /* offsets into the document's text, sorted, disjoint */
    size_t n_spans;
    const ft_span *title_spans; /* offsets into the title */
    size_t n_title_spans;
} ft_match;

/* A snippet: a piece of the passage (or of the title when only that matched), and what matched in it; empty where texts
 * are not kept. Offsets of
 * spans are into `text`. `before` and `after` tell whether the passage goes on there. */
typedef struct ft_snippet {
    ft_str text;
    const ft_span *spans;
    size_t n_spans;
    bool before, after;
} ft_snippet;

/* One summand of a score. */
typedef struct ft_part {
    const char *clause;   /* the term, or "the terms of a phrase" in quotes */
    double boost;         /* how often the clause counts */
    double idf;           /* of a phrase: the sum of its terms' */
    uint64_t df;          /* passages with the term; 0 for a phrase */
    double tf;            /* occurrences in the passage */
    double dl, avgdl;     /* passage length and mean length in tokens */
    double score;         /* what it adds: the parts of a hit add up to its score exactly */
} ft_part;

/* Runs a query. FT_ETIMEOUT still gives results, what was found so far; after any other failure *out is NULL. Reader
 * and query must outlive the results, which belong to one thread at a time. */
FT_API ft_status ft_search(ft_results **out, const ft_reader *rd, const ft_query *q, const ft_search_options *opts,
                           ft_error *err);
FT_API size_t ft_results_count(const ft_results *rs);               /* hits at hand, after offset */
FT_API uint64_t ft_results_total(const ft_results *rs, bool *exact); /* matches; exact if counted or all were seen */
FT_API ft_status ft_results_hit(ft_results *rs, size_t i, ft_hit *out, ft_error *err);
FT_API ft_status ft_results_match(ft_results *rs, size_t i, ft_match *out, ft_error *err);
FT_API ft_status ft_results_snippet(ft_results *rs, size_t i, size_t max_len, ft_snippet *out, ft_error *err);
/* The parts of hit i's score; *parts lives until ft_results_free(). */
FT_API ft_status ft_results_explain(ft_results *rs, size_t i, const ft_part **parts, size_t *n, ft_error *err);
FT_API void ft_results_free(ft_results *rs);

/* ---------------------------------------------------------------- analysis and verification */

typedef struct ft_analyzer ft_analyzer;

typedef struct ft_token {
    ft_str term;
    uint64_t start, end;   /* of the word in the text analysed */
    uint32_t position;     /* from 0 */
} ft_token;

/* An analyser as an index with these settings uses it. no_stem leaves out stemming. One thread at a time. */
FT_API ft_status ft_analyzer_new(ft_analyzer **out, const char *lang, bool fold_diacritics, bool no_stem,
                                 ft_error *err);
/* Calls fn for each token of text, in order, until it returns false. */
FT_API ft_status ft_analyzer_run(ft_analyzer *an, const char *text, size_t len,
                                 bool (*fn)(void *arg, const ft_token *token), void *arg);
FT_API void ft_analyzer_free(ft_analyzer *an);

/* Verifies every checksum and invariant of an index. report is called once per problem with the file's name in the
 * directory, the byte offset and what is wrong. FT_ECORRUPT if there was any problem. */
FT_API ft_status ft_check(const char *path,
                          void (*report)(void *arg, const char *file, uint64_t off, const char *what), void *arg,
                          ft_error *err);

#ifdef __cplusplus
}
#endif
#endif
