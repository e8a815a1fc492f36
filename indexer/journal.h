/* journal.h - what a build has done so far, on disk: a record for each batch joined, so that a later build of the same
 * documents can join them again instead of making them anew. FORMAT.md, "Journal".
 *
 * The journal lies in the index directory while the index has no commit of this build. Beside it lies the segment's
 * unfinished file, which has the packed text of the same batches. Nothing is synced: a process that dies takes nothing
 * with it, and after a power loss the checksums tell how far both files are good. */
#ifndef FT_JOURNAL_H
#define FT_JOURNAL_H

#include "journal_code.h"

#define FT_JOURNAL_NAME FT_TEMP_PREFIX "journal"
#define FT_JOURNAL_SEGMENT FT_TEMP_PREFIX "segment" /* the segment that a build is writing */
#define FT_JOURNAL_FILES 3 /* names that belong to an unfinished build, at most */

typedef struct ft_journal ft_journal;

typedef struct ft_journal_key {
    uint64_t low, high;
} ft_journal_key;

/* A journal for a build in dir, which is borrowed. If one of this key is there, and the segment's file with it, it is
 * open for reading; if there is any other, *stale. No file is made before ft_journal_append. */
ft_status ft_journal_open(ft_journal **out, const char *dir, bool shared, const ft_journal_key *key, bool *stale,
                          ft_error *err);
/* Leaves the files where they are. NULL is fine. */
void ft_journal_close(ft_journal *j);

/* Whether there is something to read. */
bool ft_journal_found(const ft_journal *j);
/* Whether the segment was complete and has its name already: its bytes are then read there, and the new one's file
 * begins empty. */
bool ft_journal_sealed(const ft_journal *j);
/* The next batch into an empty one, as a worker leaves it; its runs are in the journal's file. `stored` is where its
 * packed blocks begin in the segment's file. *more is false at the end, which is where the first record stands that is
 * not whole, or whose text is not. */
ft_status ft_journal_next(ft_journal *j, ft_batch *batch, uint64_t stored, bool *more, ft_error *err);
/* Ends reading: what was not read is cut off, and records are appended from now on. */
ft_status ft_journal_settle(ft_journal *j, ft_error *err);
/* Removes the file and begins a new journal of the same key. */
ft_status ft_journal_restart(ft_journal *j, ft_error *err);

/* Appends a batch that was joined, its blocks being in the segment's file from `stored` on, and tells its runs where
 * they are: run->off. */
ft_status ft_journal_append(ft_journal *j, ft_batch *batch, uint64_t stored, ft_error *err);
/* Notes that the segment is complete and about to get its name. Nothing is appended after that. */
ft_status ft_journal_seal(ft_journal *j, uint64_t hash, ft_error *err);

/* Makes a run of a batch in the journal one in its file; false if the journal does not have it. */
bool ft_journal_take_run(const ft_journal *j, ft_run *run);

/* Documents in it that were read or appended. */
uint64_t ft_journal_docs(const ft_journal *j);
/* Bytes of its file. */
uint64_t ft_journal_size(const ft_journal *j);
/* The names of the files that a later build would need; they live as long as the journal. Returns how many. */
size_t ft_journal_files(const ft_journal *j, const char *names[FT_JOURNAL_FILES]);

/* The notes of the batches that were read: how many, and one after the other. Bytes live until the next call. */
size_t ft_journal_notes(const ft_journal *j);
ft_status ft_journal_next_note(ft_journal *j, ft_note *out, bool *more, ft_error *err);

#endif
