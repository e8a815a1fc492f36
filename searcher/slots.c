/* slots.c - see slots.h. The table is at most half full, so that probes stay short. */
#include "slots.h"

#include "mem.h"

#define FIRST_CAP 16 /* most queries are a few words */

struct ft_slot {
    uint64_t hash;
    uint32_t value; /* plus one; 0 is a free slot */
};

static void insert(struct ft_slot *slots, size_t cap, struct ft_slot entry)
{
    size_t i = entry.hash & (cap - 1);

    while (slots[i].value != 0)
        i = (i + 1) & (cap - 1);
    slots[i] = entry;
}

static int widen(ft_slots *s)
{
    size_t cap = s->cap ? s->cap * 2 : FIRST_CAP;
    struct ft_slot *slots = ft_alloc_zero(cap, sizeof *slots);

    if (!slots)
        return -1;
    for (size_t i = 0; i < s->cap; i++)
        if (s->slots[i].value != 0)
            insert(slots, cap, s->slots[i]);
    ft_free(s->slots);
    s->slots = slots;
    s->cap = cap;
    return 0;
}

uint32_t ft_slots_find(const ft_slots *s, uint64_t hash, ft_slots_same *same, const void *key)
{
    if (s->cap == 0)
        return FT_SLOTS_NONE;
    for (size_t i = hash & (s->cap - 1); s->slots[i].value != 0; i = (i + 1) & (s->cap - 1))
        if (s->slots[i].hash == hash && same(key, s->slots[i].value - 1))
            return s->slots[i].value - 1;
    return FT_SLOTS_NONE;
}

int ft_slots_add(ft_slots *s, uint64_t hash, uint32_t value)
{
    if (s->used >= s->cap / 2 && widen(s) != 0)
        return -1;
    insert(s->slots, s->cap, (struct ft_slot){hash, value + 1});
    s->used++;
    return 0;
}

void ft_slots_release(ft_slots *s)
{
    ft_free(s->slots);
    *s = (ft_slots){0};
}
