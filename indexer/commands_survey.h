/* commands_survey.h - looking at inputs without reading them: how much there is, whether the disk has room for it, and
 * what a build or add would do (--dry-run). */
#ifndef FT_COMMANDS_SURVEY_H
#define FT_COMMANDS_SURVEY_H

#include "commands_intake.h"

/* What the words mean, in all. */
typedef struct ft_survey {
    uint64_t bytes;  /* of files, as they are */
    uint64_t text;   /* at most, or thereabouts: compressed ones count for more */
    bool unknown;    /* pipes and standard input were among them */
} ft_survey;

/* Adds up what `like`, the visitor that will do the work, would be shown. Nothing is opened. */
ft_status ft_survey_sizes(const char *const *words, size_t n, const ft_visitor *like, ft_survey *out, ft_error *err);

/* FT_EIO if the index's disk has too little room. Where the sizes alone look like too much, files are opened to see
 * which of them are text. */
ft_status ft_survey_room(ft_intake *in, const char *const *words, size_t n, const ft_visitor *v,
                         const ft_survey *sizes, ft_error *err);

/* build and add with --dry-run. Returns the exit status. */
int ft_commands_dry_run(const ft_settings *set, bool create, const char *const *words, size_t n);

#endif
