/* fixture.h - what the API tests share: temporary directories, small indexes, comparing index files. Failures are
 * Criterion assertions. */
#ifndef FT_FIXTURE_H
#define FT_FIXTURE_H

#include "fulltext.h"

/* A new directory under $TMPDIR; the string is the caller's, to be given to ft_fixture_remove. */
char *ft_fixture_dir(void);
/* Deletes the tree and frees the string. */
void ft_fixture_remove(char *dir);
/* dir/name, valid until the fourth call from now. */
const char *ft_fixture_path(const char *dir, const char *name);

/* FT_OK or the test fails, saying what the error said. */
void ft_fixture_ok(ft_status st, const ft_error *err, const char *what);

ft_str ft_fixture_str(const char *s);

/* One thread, english, a new index. */
ft_index *ft_fixture_create(const char *path);
ft_index *ft_fixture_open(const char *path);
void ft_fixture_add(ft_index *ix, const char *id, const char *title, const char *text);
void ft_fixture_commit(ft_index *ix);
void ft_fixture_close_committed(ft_index *ix); /* commit, then close */
ft_reader *ft_fixture_reader(const char *path);

/* Searches in syntax (count on); ids of the hits in rank order, "a:0 b:2" (id:passage), the caller's to free. */
char *ft_fixture_search(const char *path, const char *query, uint64_t *total);
/* The same on an open reader; with the notes joined by '|' where notes is given (the caller's too). */
char *ft_fixture_ask(const ft_reader *rd, const char *query, const ft_query_options *options, uint64_t *total,
                     char **notes);

/* Name, size and a hash of each *.seg file, a line each, in order of name; the caller's to free. */
char *ft_fixture_segments(const char *path);
/* All files of a directory by name, one a line; the caller's to free. */
char *ft_fixture_files(const char *path);

/* A whole file; the caller's to free. */
unsigned char *ft_fixture_read(const char *path, size_t *len);
void ft_fixture_write(const char *path, const void *data, size_t len);

/* Open descriptors of this process. */
int ft_fixture_descriptors(void);

#endif
