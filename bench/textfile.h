/* textfile.h - files of queries, judgments and rankings, read line by line. */
#ifndef FT_TEXTFILE_H
#define FT_TEXTFILE_H

#include "buf.h"

/* Takes one line, which is not empty and lives until it returns. FT_EINVAL says that it cannot be used; the message
 * for that is made by the reader. */
typedef ft_status (*ft_textfile_line)(void *arg, ft_str line, uint64_t number, ft_error *err);

/* Hands each line of a file ('-' is standard input) to take, without line feed and a carriage return before it, empty
 * ones left out. FT_EINVAL "PATH:LINE: WHAT" where take gives that, and for a file that cannot be opened. */
ft_status ft_textfile_read(const char *path, const char *what, ft_textfile_line take, void *arg, ft_error *err);

/* Takes the next word off the front: what stands between blanks and tabs. Empty at the end. */
ft_str ft_textfile_word(ft_str *line);

/* Without white space at both ends. */
ft_str ft_textfile_trim(ft_str s);

#endif
