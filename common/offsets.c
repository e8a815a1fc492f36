/* offsets.c - ascending offsets in groups with a common base; see offsets.h and FORMAT.md, "Offset lists".
 *
 *     group = base u64, (offset - base) u32 of the other 63     260 bytes; the last group may be shorter */
#include "offsets.h"

#include "bytes.h"

#define BASE_LEN 8u
#define REST_LEN 4u
#define GROUP_LEN (BASE_LEN + (FT_OFFSETS_GROUP - 1) * REST_LEN)
#define SPOOL_ROOM (1u << 20)

ft_status ft_offsets_writer_init(ft_offsets_writer *w, const char *dir, ft_error *err)
{
    *w = (ft_offsets_writer){.n = 0};
    return ft_spool_init(&w->spool, dir, SPOOL_ROOM, err);
}

void ft_offsets_writer_add(ft_offsets_writer *w, uint64_t off)
{
    unsigned char bytes[BASE_LEN];

    if (w->n++ % FT_OFFSETS_GROUP == 0) {
        w->base = off;
        ft_store_u64(bytes, off);
        ft_spool_put(&w->spool, bytes, BASE_LEN);
    } else if (off - w->base > UINT32_MAX) {
        if (w->spool.st == FT_OK)
            w->spool.st = ft_fail(&w->spool.err, FT_ELIMIT, "segment: %u items in a row exceed 4 GiB",
                                  FT_OFFSETS_GROUP);
    } else {
        ft_store_u32(bytes, (uint32_t)(off - w->base));
        ft_spool_put(&w->spool, bytes, REST_LEN);
    }
}

ft_status ft_offsets_writer_finish(ft_offsets_writer *w, ft_envelope_writer *ew, ft_error *err)
{
    return ft_spool_drain(&w->spool, ft_envelope_sink, ew, err);
}

void ft_offsets_writer_release(ft_offsets_writer *w)
{
    ft_spool_release(&w->spool);
}

ft_status ft_offsets_open(ft_offsets *o, const ft_envelope *env, ft_str bytes, uint64_t n, uint64_t end, ft_error *err)
{
    uint64_t rest = n % FT_OFFSETS_GROUP, groups = n / FT_OFFSETS_GROUP;
    uint64_t tail = rest ? BASE_LEN + (rest - 1) * REST_LEN : 0;

    *o = (ft_offsets){env, (const unsigned char *)bytes.ptr, n, end};
    if (groups > bytes.len / GROUP_LEN || bytes.len != groups * GROUP_LEN + tail)
        return ft_envelope_corrupt(env, bytes.ptr, "offset list: its length is not that of its items", err);
    return FT_OK;
}

/* Offset i <= n, where n stands for the end; its bytes are verified, its value is not. */
static ft_status load(const ft_offsets *o, uint64_t i, uint64_t *off, ft_error *err)
{
    if (i == o->n) {
        *off = o->end;
        return FT_OK;
    }
    uint64_t in_group = i % FT_OFFSETS_GROUP;
    const unsigned char *group = o->list + i / FT_OFFSETS_GROUP * GROUP_LEN;
    ft_status st = ft_envelope_touch(o->env, group, BASE_LEN + (size_t)in_group * REST_LEN, err);

    if (st != FT_OK)
        return st;
    *off = ft_load_u64(group);
    if (in_group && __builtin_add_overflow(*off, ft_load_u32(group + BASE_LEN + (in_group - 1) * REST_LEN), off))
        return ft_envelope_corrupt(o->env, group, "offset list: an offset overflows", err);
    return FT_OK;
}

ft_status ft_offsets_get(const ft_offsets *o, uint64_t i, uint64_t *start, uint64_t *stop, ft_error *err)
{
    ft_status st = load(o, i, start, err);

    if (st == FT_OK)
        st = load(o, i + 1, stop, err);
    if (st == FT_OK && (*start > *stop || *stop > o->end))
        st = ft_envelope_corrupt(o->env, o->list + i / FT_OFFSETS_GROUP * GROUP_LEN,
                                 "offset list: offsets that descend or lie outside", err);
    return st;
}

ft_status ft_offsets_check(const ft_offsets *o, ft_error *err)
{
    uint64_t start, stop;
    ft_status st = FT_OK;

    for (uint64_t i = 0; st == FT_OK && i < o->n; i++) {
        st = ft_offsets_get(o, i, &start, &stop, err);
        if (st == FT_OK && i == 0 && start != 0)
            st = ft_envelope_corrupt(o->env, o->list, "offset list: does not begin with 0", err);
    }
    if (st == FT_OK && o->n == 0 && o->end != 0)
        st = ft_envelope_corrupt(o->env, o->list, "offset list: no items, but bytes for them", err);
    return st;
}
