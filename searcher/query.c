/* query.c - what a parsed query tells its caller; parse.c makes it. */
#include "query.h"

void ft_query_release(ft_query *q)
{
    ft_arena_release(&q->arena);
    *q = (ft_query){0};
}

size_t ft_query_notes(const ft_query *q)
{
    return q ? q->n_notes : 0;
}

const char *ft_query_note(const ft_query *q, size_t i)
{
    return q && i < q->n_notes ? q->notes[i] : NULL;
}
