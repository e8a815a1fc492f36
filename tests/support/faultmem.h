/* faultmem.h - makes the N-th allocation fail.
 *
 *     FT_FAULT_LOOP (n, 100000) {
 *         prepare;
 *         ft_faultmem_arm(n, persistent);
 *         st = operation;
 *         bool hit = ft_faultmem_disarm();
 *         check;
 *         if (!hit)
 *             break;      all of its allocations have failed once
 *     } */
#ifndef FT_FAULTMEM_H
#define FT_FAULTMEM_H

#include <stdbool.h>

#define FT_FAULT_LOOP(n, limit) for (long n = 1; n <= (limit); n++)

/* The n-th allocation from now, n >= 1, fails; with persistent so do all after it. */
void ft_faultmem_arm(long n, bool persistent);
/* Ends that; whether any allocation was refused. */
bool ft_faultmem_disarm(void);
/* Allocations asked for since ft_faultmem_arm. */
long ft_faultmem_seen(void);

#endif
