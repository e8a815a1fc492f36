/* commands_record.h - keeping the catalogue while files are read: which inputs, how they are read, and of each file
 * what tells later whether it has changed. */
#ifndef FT_COMMANDS_RECORD_H
#define FT_COMMANDS_RECORD_H

#include "catalogue.h"
#include "commands.h"

#include <sys/stat.h>
#include <xxhash.h>

typedef struct ft_record {
    ft_catalogue catalogue;
    size_t group;          /* in it, of the files being read; SIZE_MAX: nothing is recorded */
    bool settles;          /* whoever reads also takes out of the index what a file does not hold any more */
    ft_catalogue_file *file; /* being read; NULL: none that is recorded */
    uint32_t source;       /* of the documents of the file being read */
    uint64_t documents;    /* it has given */
    XXH3_state_t hash;     /* of its bytes so far */
    uint64_t hashed;       /* how many */
    int64_t opened;        /* when, in nanoseconds since 1970 */
} ft_record;

void ft_record_release(ft_record *r);

/* Begins with the catalogue that the index has (none: rd is NULL), and in it the group for the inputs of a command.
 * FT_ECORRUPT. Release it in either case. */
ft_status ft_record_begin(ft_record *r, const ft_reader *rd, const ft_settings *set, const char *const *words, size_t n,
                          ft_error *err);
/* Gives the catalogue to the index, for its next commit. */
ft_status ft_record_end(const ft_record *r, ft_index *ix, ft_error *err);

/* Around the reading of one file, which is open with this state. */
ft_status ft_record_open(ft_record *r, const char *path, const struct stat *sb, ft_error *err);
/* Bytes of it as they are read; an ft_stream's `seen`. */
void ft_record_bytes(void *record, const void *data, size_t len);
/* All its bytes at once, where something else reads them. */
void ft_record_whole(ft_record *r, int fd, const volatile int *cancel);
/* changed: its state after the reading was another one. */
void ft_record_close(ft_record *r, const struct stat *sb, bool changed);

/* The hash of a whole file. False, with errno, if it cannot be read; the place in the file stays where it is. */
bool ft_record_hash(int fd, uint64_t *hash, const volatile int *cancel);
/* What a file's state says, into f; `opened` is when it was seen first. */
void ft_record_state(ft_catalogue_file *f, const struct stat *sb, int64_t opened);
int64_t ft_record_now(void);

#endif
