/* test_json.c - the reader against texts that are JSON and texts that are not, and the writers. */
#include "json.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* Reads everything; true if it is one value. *depth gets the most levels that were open. */
static bool accepts(const char *text, size_t len, size_t *depth)
{
    ft_json j;
    ft_json_kind kind;
    ft_buf out = {0};

    ft_json_init(&j, text, len);
    *depth = 0;
    do {
        kind = ft_json_next(&j);
        if (j.depth > *depth)
            *depth = j.depth;
        if (kind == FT_JSON_KEY || kind == FT_JSON_STRING)
            ft_json_unescape(&out, j.raw);
    } while (kind != FT_JSON_ERROR && kind != FT_JSON_END);
    cr_assert(kind == ft_json_next(&j), "the last kind is not final");
    cr_assert((kind == FT_JSON_ERROR) == (j.error != NULL));
    cr_assert(j.at <= len);
    ft_buf_release(&out);
    return kind == FT_JSON_END;
}

#define TEXT(s) {s, sizeof(s) - 1}

static const struct {
    const char *text;
    size_t len;
} valid[] = {
    TEXT("{}"), TEXT("[]"), TEXT("0"), TEXT("-0"), TEXT("\"\""), TEXT("true"), TEXT("false"), TEXT("null"),
    TEXT(" \t\r\n[ ] \n"), TEXT("[1,2 , 3]"), TEXT("{\"a\":1,\"a\":2}"), TEXT("{\"\":{\"\":[{}]}}"),
    TEXT("1e5"), TEXT("1E+5"), TEXT("-1.5e-07"), TEXT("0.0"), TEXT("1e99999"), TEXT("123456789012345678901234567890"),
    TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), TEXT("\"\\u0000\\uFFFF\\uabCD\""), TEXT("\"\\ud800\""),
    TEXT("\"\\udc00\\ud800\""), TEXT("\"\\ud83d\\ude00\""), TEXT("\"\x7f\""), TEXT("\"\xc3\xa4\""),
    TEXT("\"\xff\xc0\x80\""), TEXT("\"\xe2\x80\xa8\""), TEXT("[[[[[[[[[[]]]]]]]]]]"), TEXT("[{\"a\":[true,null]},-1]"),
    TEXT("\"eight bytes and some more, then a quote \\\" inside\""), TEXT("[\"\"]"), TEXT("{\"a\\u0062\":[]}"),
};

static const struct {
    const char *text;
    size_t len;
} invalid[] = {
    TEXT(""), TEXT(" "), TEXT("["), TEXT("]"), TEXT("{"), TEXT("}"), TEXT("[}"), TEXT("{]"), TEXT("[1"), TEXT("[1,"),
    TEXT("[1,]"), TEXT("[,1]"), TEXT("[,]"), TEXT("[1 2]"), TEXT("[1,,2]"), TEXT("1 2"), TEXT("{}{}"), TEXT("[]x"),
    TEXT("{\"a\"}"), TEXT("{\"a\":}"), TEXT("{\"a\" 1}"), TEXT("{\"a\":1,}"), TEXT("{,\"a\":1}"), TEXT("{a:1}"),
    TEXT("{1:1}"), TEXT("{'a':1}"), TEXT("{\"a\":1 \"b\":2}"), TEXT("{\"a\"::1}"), TEXT("{\"a\":1:2}"), TEXT("[1:2]"),
    TEXT("01"), TEXT("-"), TEXT("-01"), TEXT("+1"), TEXT(".5"), TEXT("1."), TEXT("1.e5"), TEXT("1e"), TEXT("1e+"),
    TEXT("0x10"), TEXT("0e"), TEXT("--1"), TEXT("1.2.3"), TEXT("NaN"), TEXT("Infinity"), TEXT("-Infinity"),
    TEXT("tru"), TEXT("True"), TEXT("truex"), TEXT("nul"), TEXT("fals"), TEXT("undefined"),
    TEXT("\""), TEXT("\"a"), TEXT("'a'"), TEXT("\"\\\""), TEXT("\"\\"), TEXT("\"\\x41\""), TEXT("\"\\u12\""),
    TEXT("\"\\u12g4\""), TEXT("\"\\u"), TEXT("\"\\U1234\""), TEXT("\"\\a\""), TEXT("\"\\\0\""), TEXT("\"\n\""),
    TEXT("\"\t\""), TEXT("\"\0\""), TEXT("\"\x1f\""), TEXT("\0"), TEXT("1\0"), TEXT("[1]\0"), TEXT("\xef\xbb\xbf{}"),
    TEXT("\xff"), TEXT("[\xc3\xa4]"), TEXT("/* c */ 1"), TEXT("[1] // c"), TEXT("# 1"), TEXT("\f1"), TEXT("\xc2\xa0[]"),
    TEXT("<null>"), TEXT("*"), TEXT("{\"a\":\"b\"}#"), TEXT("[\"a\nb\"]"), TEXT("\"0123456789\n\""),
};

Test(json, valid_texts)
{
    size_t depth;

    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        cr_assert(accepts(valid[i].text, valid[i].len, &depth), "refused: %s", valid[i].text);
}

Test(json, invalid_texts)
{
    size_t depth;

    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        cr_assert_not(accepts(invalid[i].text, invalid[i].len, &depth), "accepted: %s", invalid[i].text);
}

Test(json, every_prefix_of_an_object_is_invalid)
{
    static const char text[] = "{\"a\\n\": [1.5e3, true, null, {\"b\": \"\\ud83d\\ude00 caf\xc3\xa9 0123456789\"}]}";
    size_t depth;

    for (size_t len = 0; len < sizeof text - 1; len++) {
        /* An allocation of its own, so that reading past the end is seen by sanitizers. */
        char *copy = malloc(len + 1);
        cr_assert_not_null(copy);
        memcpy(copy, text, len);
        cr_assert_not(accepts(copy, len, &depth), "accepted %zu bytes", len);
        free(copy);
    }
    cr_assert(accepts(text, sizeof text - 1, &depth));
    cr_assert_eq(depth, 3);
}

Test(json, depth_is_bounded)
{
    static char text[2 * (FT_JSON_DEPTH + 1)];
    size_t depth;

    for (size_t n = FT_JSON_DEPTH; n <= FT_JSON_DEPTH + 1; n++) {
        memset(text, '[', n);
        memset(text + n, ']', n);
        cr_assert_eq(accepts(text, 2 * n, &depth), n == FT_JSON_DEPTH);
        cr_assert_eq(depth, FT_JSON_DEPTH);
    }
}

Test(json, pieces_in_order)
{
    static const char text[] = "{\"k\":[1,\"s\",{}],\"t\":true}";
    static const ft_json_kind kinds[] = {
        FT_JSON_OBJECT, FT_JSON_KEY,       FT_JSON_ARRAY, FT_JSON_NUMBER, FT_JSON_STRING,     FT_JSON_OBJECT,
        FT_JSON_OBJECT_END, FT_JSON_ARRAY_END, FT_JSON_KEY,   FT_JSON_TRUE,   FT_JSON_OBJECT_END, FT_JSON_END,
    };
    ft_json j;

    ft_json_init(&j, text, sizeof text - 1);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        cr_assert_eq(ft_json_next(&j), kinds[i], "piece %zu", i);
}

Test(json, skip_passes_over_values)
{
    static const char text[] = "{\"a\":[[],{\"b\":[1,2]}],\"c\":5}";
    ft_json j;

    ft_json_init(&j, text, sizeof text - 1);
    ft_json_next(&j);
    cr_assert_eq(ft_json_next(&j), FT_JSON_KEY);
    cr_assert(ft_json_skip(&j, ft_json_next(&j)));
    cr_assert_eq(ft_json_next(&j), FT_JSON_KEY);
    cr_assert_eq(j.raw.ptr[0], 'c');
    ft_json_init(&j, "[[1,]", 5);
    cr_assert_not(ft_json_skip(&j, ft_json_next(&j)));
}

static const char *unescaped(const char *raw, ft_buf *out)
{
    ft_buf_reset(out);
    ft_json_unescape(out, (ft_str){raw, strlen(raw)});
    ft_buf_putc(out, '\0');
    return (const char *)out->data;
}

Test(json, escapes_are_decoded)
{
    ft_buf out = {0};

    cr_assert_str_eq(unescaped("plain", &out), "plain");
    cr_assert_str_eq(unescaped("", &out), "");
    cr_assert_str_eq(unescaped("\\\"\\\\\\/\\b\\f\\n\\r\\t", &out), "\"\\/\b\f\n\r\t");
    cr_assert_str_eq(unescaped("\\u0041\\u00e9\\u20AC\\ud83d\\ude00", &out), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    cr_assert_str_eq(unescaped("\\ud800", &out), "\xef\xbf\xbd");
    cr_assert_str_eq(unescaped("\\udc00\\ud800x", &out), "\xef\xbf\xbd\xef\xbf\xbdx");
    cr_assert_str_eq(unescaped("\\ud800\\ud83d\\ude00", &out), "\xef\xbf\xbd\xf0\x9f\x98\x80");
    cr_assert_str_eq(unescaped("\\ud800\\n", &out), "\xef\xbf\xbd\n");
    ft_buf_release(&out);
}

static const char *written(const char *text, size_t len, ft_buf *out)
{
    ft_buf_reset(out);
    ft_json_put_string(out, text, len);
    ft_buf_putc(out, '\0');
    return (const char *)out->data;
}

Test(json, strings_are_written_safely)
{
    ft_buf out = {0};

    cr_assert_str_eq(written("a\"b\\c", 5, &out), "\"a\\\"b\\\\c\"");
    cr_assert_str_eq(written("\n\r\t\0\x1b\x7f", 6, &out), "\"\\n\\r\\t\\u0000\\u001b\\u007f\"");
    cr_assert_str_eq(written("\xc2\x9b\xe2\x80\xae\xe2\x81\xa6", 8, &out), "\"\\u009b\\u202e\\u2066\"");
    cr_assert_str_eq(written("\xff\xc3", 2, &out), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    cr_assert_str_eq(written("\xed\xa0\x80", 3, &out), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    cr_assert_str_eq(written("\xf0\x9f\x98", 3, &out), "\"\xef\xbf\xbd\"");
    cr_assert_str_eq(written("\xc3\xa4\xf0\x9f\x98\x80", 6, &out), "\"\xc3\xa4\xf0\x9f\x98\x80\"");
    ft_buf_reset(&out);
    ft_json_put_chars(&out, "<a href=\"x\">&", 13, true);
    ft_buf_putc(&out, '\0');
    cr_assert_str_eq((const char *)out.data, "&lt;a href=&quot;x&quot;&gt;&amp;");
    ft_buf_release(&out);
}

Test(json, what_is_written_can_be_read)
{
    ft_buf out = {0}, back = {0};

    for (unsigned seed = 0; seed < 2000; seed++) {
        unsigned char bytes[24];
        unsigned x = seed * 2654435761u + 1;
        for (size_t i = 0; i < sizeof bytes; i++) {
            x = x * 1103515245u + 12345;
            bytes[i] = (unsigned char)(x >> 16);
        }
        ft_buf_reset(&out);
        ft_buf_reset(&back);
        ft_json_put_string(&out, (const char *)bytes, sizeof bytes);
        ft_json j;
        ft_json_init(&j, (const char *)out.data, out.len);
        cr_assert_eq(ft_json_next(&j), FT_JSON_STRING);
        ft_json_unescape(&back, j.raw);
        cr_assert_eq(ft_json_next(&j), FT_JSON_END);
        /* Written again it is the same: nothing bad is left. */
        size_t len = out.len;
        ft_json_put_string(&out, (const char *)back.data, back.len);
        cr_assert_eq(out.len, 2 * len);
        cr_assert_eq(memcmp(out.data, out.data + len, len), 0);
    }
    ft_buf_release(&out);
    ft_buf_release(&back);
}

Test(json, numbers_are_plain_decimals)
{
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {
        {0, 9, "0"},           {1, 9, "1"},         {7.03125, 9, "7.03125"},        {1.0 / 3, 9, "0.333333333"},
        {123456789.4, 9, "123456789"}, {1.5e10, 9, "15000000000"}, {0.00001, 9, "0.00001"}, {1.0 / 0.0, 9, "null"},
        {-2.5, 9, "-2.5"},     {0.1, 17, "0.10000000000000001"},
    };
    ft_buf out = {0};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ft_buf_reset(&out);
        ft_json_put_number(&out, cases[i].value, cases[i].digits);
        ft_buf_putc(&out, '\0');
        cr_assert_str_eq((const char *)out.data, cases[i].text);
    }
    ft_buf_release(&out);
}
