/* title.h - the title of a plain text, and of what has none. */
#ifndef FT_TITLE_H
#define FT_TITLE_H

#include "fulltext.h"

/* Of the text's first ten lines that are not empty, the first that has 5 to 25 words with letters, without the white
 * space around it; else the last component of the file's name. Points into either. */
ft_str ft_title_of_text(ft_str text, ft_str file);

/* The last component of the file's name. */
ft_str ft_title_of_file(ft_str file);

#endif
