/* fuzz_markdown.c - the reader of Markdown on any bytes; see fuzzreader.h. */
#include "fuzzreader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return ft_fuzz_reader(ft_source_markdown, data, size);
}
