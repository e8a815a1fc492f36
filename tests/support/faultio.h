/* faultio.h - makes the N-th system call fail, and remembers what was written so that a power loss can be played.
 *
 * Both replace the table of io.h; syncs do nothing then but count. One thread may arm, record and replay; the calls
 * themselves may come from any.
 *
 *     for (plan.nth = 1; ; plan.nth++) {
 *         prepare;
 *         ft_faultio_arm(&plan);
 *         st = operation;
 *         long failed = ft_faultio_disarm();
 *         check;
 *         if (failed == 0)
 *             break;      all of its calls have failed once
 *     } */
#ifndef FT_FAULTIO_H
#define FT_FAULTIO_H

#include "rng.h"

#include <stdbool.h>
#include <stddef.h>

/* ------------------------------------------------ failing calls */

typedef enum ft_faultio_call {
    FT_CALL_OPEN,
    FT_CALL_WRITE,
    FT_CALL_READ,
    FT_CALL_SYNC,
    FT_CALL_RENAME,
    FT_CALL_UNLINK,
    FT_CALL_MAP,
    FT_CALL_CLOSE, /* a close that fails has closed, as on Linux */
    FT_CALL_MKDIR,
    FT_CALL_RMDIR,
    FT_CALL_OPENDIR,
    FT_CALL_TRUNCATE,
    FT_CALLS
} ft_faultio_call;

typedef struct ft_faultio_plan {
    unsigned calls;  /* 1 << kind of those that count; 0: all */
    long nth;        /* the nth of these from now on fails, nth >= 1 */
    int number;      /* with this errno; 0: writes do half of what they are asked to, and say so */
    bool persistent; /* and so do all after it */
} ft_faultio_plan;

void ft_faultio_arm(const ft_faultio_plan *plan);
/* Ends that; how many calls failed. */
long ft_faultio_disarm(void);
/* The kind of the first one that failed, while there was one; and its name. */
ft_faultio_call ft_faultio_failed(void);
const char *ft_faultio_name(ft_faultio_call call);

/* ------------------------------------------------ power loss */

/* Records what is done below root, a directory that exists, is empty and durable. One recording at a time; a plan may
 * be armed meanwhile, and calls that fail leave no trace. */
void ft_faultio_record(const char *root);
/* Operations so far. Cut c of the log, 0 <= c <= this, is the moment before operation c. */
size_t ft_faultio_logged(void);
/* Ends recording; the log stays for replays until ft_faultio_forget. */
void ft_faultio_stop(void);
void ft_faultio_forget(void);

/* Makes the empty directory `to` what root may be after a power loss at the cut. What was synced is there: bytes by a
 * sync of their file, names by a sync of their directory. Of the rest each name's change is there or not, and each
 * write is there, not there, there in part, or as zeros; a rename is not divided. */
void ft_faultio_replay(size_t cut, ft_rng *rng, const char *to);

#endif
