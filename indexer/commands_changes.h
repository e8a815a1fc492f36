/* commands_changes.h - which files of an index's sources have changed: the recorded inputs are visited again, and each
 * file's size, time and inode compared with what the catalogue has; where these leave doubt, its content. */
#ifndef FT_COMMANDS_CHANGES_H
#define FT_COMMANDS_CHANGES_H

#include "commands_intake.h"

typedef enum ft_change {
    FT_CHANGE_NONE,    /* the same, as far as its state tells */
    FT_CHANGE_STATE,   /* another time or inode, the same content */
    FT_CHANGE_CONTENT, /* to be read, and known from before */
    FT_CHANGE_NEW,     /* to be read */
    FT_CHANGE_UNKNOWN, /* it or its directory cannot be read now: what came from it stays */
    FT_CHANGE_GONE
} ft_change;

/* A file of the new catalogue, its place there being the same. */
typedef struct ft_visit {
    ft_change change;
    bool named;    /* on the command line */
    bool told;     /* documents of it were added, replaced or deleted */
} ft_visit;

/* One group of inputs. */
typedef struct ft_visit_group {
    const ft_catalogue_group *old; /* borrowed */
    const char *directory;  /* where it is visited now */
    size_t number;          /* of its group in the new catalogue; SIZE_MAX: its inputs are gone */
    ft_settings set;        /* what was recorded, and of this command the rest */
    ft_intake intake;
    bool has_intake;
    ft_visit *files;        /* owned */
    size_t n_files, cap_files;
    const char **unreadable; /* owned array: paths below which nothing is known */
    size_t n_unreadable, cap_unreadable;
} ft_visit_group;

typedef struct ft_changes {
    const ft_settings *set;      /* borrowed */
    ft_record record;            /* the new catalogue */
    ft_visit_group *groups;      /* owned, one for each old one */
    size_t n_groups;
    uint64_t checked;            /* files that were met */
    uint64_t bytes;              /* of those to be read */
    int home;                    /* descriptor of the working directory */
    const char *index;           /* borrowed: the index at work, absolute */
} ft_changes;

/* Visits what `old` names and fills the record's catalogue. FT_EINVAL if an input is gone or gives no file any more,
 * unless set->force. `old` and the paths are borrowed. Release it in either case. */
ft_status ft_changes_find(ft_changes *c, const ft_settings *set, const ft_catalogue *old, const char *index,
                          ft_error *err);
void ft_changes_release(ft_changes *c);

/* Makes the directory of a group the working one; NULL goes back to where the program began. */
ft_status ft_changes_enter(const ft_changes *c, const ft_visit_group *g, ft_error *err);

/* The new catalogue's group of g. Not for one that is gone. */
static inline ft_catalogue_group *ft_changes_group(const ft_changes *c, const ft_visit_group *g)
{
    return &c->record.catalogue.groups[g->number];
}

#endif
