/* fuzz_origins.c - the file of origins, sealed, beside a manifest of as many segments as it claims. What parses covers
 * no more documents than the segments have. */
#include "manifest.h"

#include "bytes.h"
#include "mem.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const ft_manifest *m, ft_str bytes, size_t size)
{
    if (bytes.len > size)
        abort();
    for (size_t i = 0; i < m->n_segments; i++) {
        const ft_origins *o = &m->segments[i].origins;
        uint32_t end = 0;
        for (size_t k = 0; k < o->n; k++) {
            if (o->runs[k].end <= end || o->runs[k].end > m->segments[i].n_docs)
                abort();
            if (ft_origins_at(o, end) != o->runs[k].source)
                abort();
            end = o->runs[k].end;
        }
        if (ft_origins_at(o, m->segments[i].n_docs) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *sealed = malloc(size + 1);
    ft_manifest m = {.generation = 1};
    ft_str bytes;

    if (!sealed)
        return 0;
    memcpy(sealed, data, size);
    if (size >= 24) { /* length and checksum are made to fit */
        ft_store_u64(sealed + 16, size);
        ft_store_u64(sealed + size - 8, XXH3_64bits(sealed, size - 8));
    }
    for (unsigned i = 0; size >= 16 && i < data[12] % 4u; i++) {
        ft_manifest_segment seg = {.hash = 0xc0ffee, .n_docs = 20 + i, .n_passages = 40};
        if (ft_manifest_add(&m, &seg, NULL) != FT_OK)
            abort();
    }
    if (ft_origins_parse(&m, sealed, size, "fuzz", &bytes, NULL) == FT_OK)
        look(&m, bytes, size);
    ft_manifest_release(&m);
    if (ft_mem_live() != 0)
        abort();
    free(sealed);
    return 0;
}
