/* pages.h - advice to the kernel about memory. It is advice only: nothing depends on it being taken. */
#ifndef FT_PAGES_H
#define FT_PAGES_H

#include "io.h"

/* Large tables that are read at random: asks for large pages, which take less time to find. Smaller ones are left
 * alone. */
void ft_pages_enlarge(void *p, size_t len);

/* Gives a mapped file's memory back; its pages come again from the file when they are needed. */
void ft_pages_give_back(const ft_mapping *map);

#endif
