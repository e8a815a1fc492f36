/* resume.c - the public side of going on after an interruption; journal.c keeps the work, builder.c takes it up. */
#include "mem.h"
#include "writer.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define NOTE_MAX 65535u

static void put_bytes(ft_buf *out, const void *data, size_t len)
{
    ft_buf_put_varint(out, len);
    ft_buf_put(out, data, len);
}

/* Everything of ours that shapes the segment, then the caller's. */
static ft_status make_key(const ft_index *ix, const char *key, ft_journal_key *out, ft_error *err)
{
    const ft_build_config *c = &ix->config;
    ft_buf all = {0};

    put_bytes(&all, FT_VERSION, strlen(FT_VERSION));
    ft_buf_put_u32(&all, FT_FORMAT_VERSION);
    ft_buf_put_u64(&all, ix->committed.fingerprint);
    put_bytes(&all, ix->analysis.lang, strlen(ix->analysis.lang));
    ft_buf_putc(&all, ix->analysis.fold_diacritics);
    ft_buf_putc(&all, c->shared);
    ft_buf_putc(&all, c->titles_only);
    ft_buf_put(&all, &c->k1, sizeof c->k1);
    ft_buf_put(&all, &c->b, sizeof c->b);
    put_bytes(&all, key, strlen(key));
    ft_status st = ft_buf_status(&all, err);
    if (st == FT_OK) {
        XXH128_hash_t hash = XXH3_128bits(all.data, all.len);
        *out = (ft_journal_key){hash.low64, hash.high64};
    }
    ft_buf_release(&all);
    return st;
}

/* Whether a build left a journal, whoever it was. */
static ft_status look_for_other(ft_index *ix, ft_error *err)
{
    ft_journal *other;
    ft_status st = ft_journal_open(&other, ix->path, false, &(ft_journal_key){0}, &ix->resumed.discarded, err);

    ft_journal_close(other);
    return st;
}

ft_status ft_writer_resume(ft_index *ix, const char *key, ft_error *err)
{
    ft_journal_key hash;

    if (!key)
        return look_for_other(ix, err);
    ft_status st = make_key(ix, key, &hash, err);
    if (st == FT_OK)
        st = ft_journal_open(&ix->journal, ix->path, ix->config.shared, &hash, &ix->resumed.discarded, err);
    if (st != FT_OK || !ft_journal_found(ix->journal))
        return st;
    ix->suspended = true; /* what was kept stays if reading it fails, or is canceled */
    st = ft_builder_resume(&ix->builder, &ix->config, ix->journal, err);
    if (st != FT_OK)
        return st;
    ix->suspended = false;
    ix->resumed.documents = ft_journal_docs(ix->journal);
    ix->resumed.notes = ft_journal_notes(ix->journal);
    return FT_OK;
}

void ft_index_resumed(const ft_index *ix, ft_resumed *out)
{
    *out = ix->resumed;
}

ft_status ft_index_note(ft_index *ix, const void *bytes, size_t len, ft_error *err)
{
    ft_error failure = {0};
    ft_status st = ft_writer_status(ix, err);

    if (st != FT_OK)
        return st;
    if (len > NOTE_MAX)
        return ft_fail(err, FT_EINVAL, "a note has at most %u bytes, not %zu", NOTE_MAX, len);
    if (!ix->journal || ix->n_given < ix->resumed.documents)
        return FT_OK;
    put_bytes(&ix->notes, bytes, len);
    st = ft_buf_status(&ix->notes, &failure);
    return ft_writer_fail(ix, st, &failure, err);
}

ft_status ft_index_next_note(ft_index *ix, ft_note *out, bool *more, ft_error *err)
{
    *out = (ft_note){0};
    *more = false;
    if (ix->resumed.notes == 0)
        return FT_OK;
    return ft_journal_next_note(ix->journal, out, more, err);
}

ft_status ft_index_skip_to(ft_index *ix, uint64_t n, ft_error *err)
{
    if (n < ix->n_given || n > ix->resumed.documents)
        return ft_fail(err, FT_EINVAL, "documents %llu to %llu can be next, not %llu",
                       (unsigned long long)ix->n_given, (unsigned long long)ix->resumed.documents,
                       (unsigned long long)n);
    ix->n_given = n;
    return FT_OK;
}

ft_status ft_index_restart(ft_index *ix, ft_error *err)
{
    ft_error failure = {0};
    ft_status st = ft_writer_status(ix, err);

    if (st != FT_OK)
        return st;
    if (!ix->create)
        return ft_fail(err, FT_EINVAL, "only a new index can be begun again");
    ft_builder_free(ix->builder);
    ix->builder = NULL;
    if (ix->journal)
        st = ft_journal_restart(ix->journal, &failure);
    ix->resumed = (ft_resumed){.discarded = ix->resumed.discarded};
    ix->n_given = 0;
    ix->n_deletes = 0;
    ft_buf_reset(&ix->delete_ids);
    ft_buf_reset(&ix->notes);
    return ft_writer_fail(ix, st, &failure, err);
}

uint64_t ft_index_suspend(ft_index *ix)
{
    uint64_t kept = ix && ix->journal && ix->st != FT_EIO ? ft_journal_docs(ix->journal) : 0;

    if (kept > 0)
        ix->suspended = true;
    ft_index_close(ix);
    return kept;
}
