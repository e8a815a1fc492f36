/* fuzz_json.c - the JSON reader on any bytes; what it accepts is decoded, written and read again. */
#include "json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ft_json j, again;
    ft_json_kind kind;
    ft_buf text = {0}, written = {0};

    ft_json_init(&j, (const char *)data, size);
    do {
        kind = ft_json_next(&j);
        if (kind == FT_JSON_KEY || kind == FT_JSON_STRING) {
            ft_buf_reset(&text);
            ft_buf_reset(&written);
            ft_json_unescape(&text, j.raw);
            ft_json_put_string(&written, (const char *)text.data, text.len);
            ft_json_init(&again, (const char *)written.data, written.len);
            if (!written.failed && (ft_json_next(&again) != FT_JSON_STRING || ft_json_next(&again) != FT_JSON_END))
                abort();
        }
    } while (kind != FT_JSON_END && kind != FT_JSON_ERROR);
    ft_buf_release(&text);
    ft_buf_release(&written);
    return 0;
}
