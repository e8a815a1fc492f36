/* fuzz_catalogue.c - a catalogue of sources. What decodes can be encoded, and decodes to the same again; each path
 * finds its file. */
#include "catalogue.h"

#include "mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const ft_catalogue *c)
{
    for (size_t i = 0; i < c->n_groups; i++) {
        const ft_catalogue_group *g = &c->groups[i];
        if (g->directory[0] != '/' || g->filters.n > FT_OPTION_LIST_MAX)
            abort();
        for (size_t k = 0; k < g->n_files; k++) {
            const ft_catalogue_file *f = &g->files[k];
            if (!*f->path || f->source == 0 || f->source >= c->next || ft_catalogue_file_of(g, f->path) != f)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ft_catalogue c, again;
    ft_buf bytes = {0}, twice = {0};

    if (ft_catalogue_decode(&c, (ft_str){(const char *)data, size}, NULL) == FT_OK) {
        look(&c);
        ft_status st = ft_catalogue_check(&c, NULL);
        if (st != FT_OK && st != FT_ECORRUPT)
            abort();
        ft_catalogue_encode(&c, &bytes);
        if (ft_catalogue_decode(&again, (ft_str){(const char *)bytes.data, bytes.len}, NULL) != FT_OK)
            abort();
        ft_catalogue_encode(&again, &twice);
        if (bytes.len != twice.len || memcmp(bytes.data, twice.data, bytes.len) != 0)
            abort();
        ft_catalogue_release(&again);
    }
    ft_catalogue_release(&c);
    ft_buf_release(&bytes);
    ft_buf_release(&twice);
    if (ft_mem_live() != 0)
        abort();
    return 0;
}
