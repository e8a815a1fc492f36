/* fuzz_manifest.c - manifest bytes, sealed, so that what stands behind the checksum is tried. Whatever parses must be
 * well-formed, and deletion sets must hold as many documents as they say. */
#include "manifest.h"

#include "bytes.h"
#include "mem.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A large set is legal, but its memory would only slow the fuzzer down. */
static int too_large(void *arg)
{
    (void)arg;
    return ft_mem_live() > 200;
}

static void look(const ft_manifest *m)
{
    if (!(m->k1 >= 0 && m->k1 <= 100) || !(m->b >= 0 && m->b <= 1) || m->n_segments > FT_MANIFEST_SEGMENTS)
        abort();
    for (size_t i = 0; i < m->n_segments; i++) {
        const ft_manifest_segment *s = &m->segments[i];
        uint32_t n = 0;
        if (s->n_docs > s->n_passages || s->n_deleted > s->n_docs || (s->n_deleted && !s->deleted))
            abort();
        if (s->n_docs > 1u << 20)
            continue;
        for (uint32_t doc = 0; doc < s->n_docs; doc++)
            n += ft_manifest_is_deleted(s, doc);
        if (n != s->n_deleted)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *sealed = malloc(size + 1);
    ft_manifest m, copy;

    if (!sealed)
        return 0;
    memcpy(sealed, data, size);
    if (size >= 24) { /* length and checksum are made to fit */
        ft_store_u64(sealed + 16, size);
        ft_store_u64(sealed + size - 8, XXH3_64bits(sealed, size - 8));
    }
    ft_mem_set_hook(too_large, NULL);
    if (ft_manifest_parse(&m, sealed, size, "fuzz", NULL) == FT_OK) {
        look(&m);
        if (ft_manifest_copy(&copy, &m, NULL) == FT_OK)
            ft_manifest_release(&copy);
    }
    ft_manifest_release(&m);
    ft_mem_set_hook(NULL, NULL);
    if (ft_mem_live() != 0)
        abort();
    free(sealed);
    return 0;
}
