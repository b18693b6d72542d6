/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_reading(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    const struct json *root;
    struct str text =
        STR("{\"a\":1,\"b\":[true,null,\"x\\u4e2d\\n\",-1.5e1],\"空\":{},\"big\":9223372036854775807}");
    assert_int_equal(json_parse(arena, text, &root, NULL), ERR_OK);
    assert_int_equal(json_kind(root), JSON_OBJECT);
    assert_int_equal(json_count(root), 4);
    assert_int_equal(json_int(json_get(root, "a"), 0), 1);
    assert_true(json_int(json_get(root, "big"), 0) == INT64_MAX);
    const struct json *list = json_get(root, "b");
    assert_int_equal(json_count(list), 4);
    assert_true(json_bool(json_item(list, 0), false));
    assert_int_equal(json_kind(json_item(list, 1)), JSON_NULL);
    assert_true(str_is(json_text(json_item(list, 2)), "x中\n"));
    assert_int_equal(json_kind(json_item(list, 3)), JSON_REAL);
    assert_true(json_real(json_item(list, 3), 0) == -15.0);
    assert_true(json_real(json_get(root, "a"), 0) == 1.0);
    assert_null(json_item(list, 4));
    static const char *const keys[] = {"a", "b", "空", "big"};
    for (size_t i = 0; i < 4; i++) {
        struct str key;
        assert_ptr_equal(json_member(root, i, &key), json_get(root, keys[i]));
        assert_true(str_is(key, keys[i]));
    }
    assert_null(json_member(root, 4, NULL));
    /* Anything asked of the wrong kind answers as if it were not there. */
    assert_null(json_get(root, "c"));
    assert_null(json_get(list, "a"));
    assert_null(json_get(NULL, "a"));
    assert_null(json_text(json_get(root, "a")).at);
    assert_int_equal(json_int(list, -7), -7);
    assert_int_equal(json_int(json_item(list, 3), -7), -7);
    assert_true(json_bool(NULL, true));
    assert_int_equal(json_count(NULL), 0);
    assert_int_equal(json_count(json_get(root, "空")), 0);
    assert_int_equal(json_parse(arena, STR(" 5 "), &root, NULL), ERR_OK);
    assert_int_equal(json_int(root, 0), 5);
}

static void test_many_keys(void **unused)
{
    (void)unused;
    ARENA(arena, 64 << 20);
    BUF(text, 4 << 20);
    struct json_writer w = json_writer(&text);
    json_open_object(&w, NULL);
    for (int i = 0; i < 20000; i++)
        json_put_int(&w, str_format(arena, "key_%d", i * 7).at, i);
    json_close_object(&w);
    const struct json *root;
    assert_int_equal(json_parse(arena, buf_str(&text), &root, NULL), ERR_OK);
    assert_int_equal(json_count(root), 20000);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(json_int(json_get(root, str_format(arena, "key_%d", i * 7).at), -1), i);
    for (int i = 0; i < 1000; i++)
        assert_null(json_get(root, str_format(arena, "key_%d", i * 7 + 1).at));
}

static void test_places(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int line, column;
        const char *why;
    } rows[] = {
        {"", 1, 1, ""},
        {"{\"a\":1,}", 1, 8, "'}'"},
        {"{\n  \"中文\": tru\n}", 2, 9, "tru"},
        {"{\"a\":1,\n \"a\":2}", 2, 2, "uplicate"},
        {"[1,2", 1, 5, "end of file"},
        {"[1] 2", 1, 5, "end of file expected"},
        {"[\"\\u0000\"]", 1, 2, "\\u0000"},
        {"[99999999999999999999]", 1, 2, "too big"},
        {"[1e999]", 1, 2, "real number overflow"},
        {"[01]", 1, 2, ""},
        {"{\"a\" 1}", 1, 6, "':' expected"},
        {"[NaN]", 1, 2, ""},
        {"['a']", 1, 2, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ARENA(arena, 1 << 20);
        const struct json *root = (const struct json *)1;
        struct json_place place;
        assert_int_equal(json_parse(arena, str_of(rows[i].text), &root, &place), ERR_INVALID);
        assert_null(root);
        if (place.line != rows[i].line || place.column != rows[i].column || !strstr(place.why, rows[i].why))
            fail_msg("%s: line %d column %d: %s", rows[i].text, place.line, place.column, place.why);
    }
}

static void test_bad_bytes(void **unused)
{
    (void)unused;
    static const struct {
        const char *bytes;
        size_t len;
    } rows[] = {
        {"\"\xff\"", 3},    {"\"\xc0\x80\"", 4}, {"\"\xed\xa0\x80\"", 5}, {"\"a\0b\"", 5},  {"\"a\nb\"", 5},
        {"\"\\ud800\"", 8}, {"\0", 1},           {"{\"a\0\":1}", 8},      {"\"\\x41\"", 6}, {"\"", 1},
        {"\"\\", 2},        {"[\"\\", 3},        {"\xef\xbb\xbf{}", 5},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ARENA(arena, 1 << 20);
        const struct json *root;
        struct json_place place;
        assert_int_equal(json_parse(arena, (struct str){rows[i].bytes, rows[i].len}, &root, &place),
                         ERR_INVALID);
        assert_int_equal(place.line, 1);
    }
}

static void test_depth(void **unused)
{
    (void)unused;
    for (int depth = 60; depth < 70; depth++) {
        ARENA(arena, 1 << 20);
        char text[200] = "";
        for (int i = 0; i < depth; i++)
            strcat(text, "[");
        for (int i = 0; i < depth; i++)
            strcat(text, "]");
        const struct json *root;
        struct json_place place;
        assert_int_equal(json_parse(arena, str_of(text), &root, &place), depth <= 64 ? ERR_OK : ERR_INVALID);
        if (depth > 64)
            assert_int_equal(place.column, 65);
    }
    ARENA(arena, 16 << 20);
    char *deep = arena_alloc(arena, 1000001);
    memset(deep, '[', 1000000);
    const struct json *root;
    assert_int_equal(json_parse(arena, (struct str){deep, 1000000}, &root, NULL), ERR_INVALID);
    /* Brackets inside strings do not nest. */
    memset(deep + 1, '[', 999998);
    deep[0] = deep[999999] = '"';
    deep[10] = '\\';
    deep[11] = '"';
    assert_int_equal(json_parse(arena, (struct str){deep, 1000000}, &root, NULL), ERR_OK);
}

static void test_writing(void **unused)
{
    (void)unused;
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_int(&w, "min", INT64_MIN);
    json_put_int(&w, "max", INT64_MAX);
    json_put_int(&w, "zero", 0);
    json_open_array(&w, "list");
    static const int64_t numbers[] = {1, -9, 10, 99, 100, -101, 123456789};
    for (size_t i = 0; i < 7; i++)
        json_put_int(&w, NULL, numbers[i]);
    json_open_object(&w, NULL);
    json_close_object(&w);
    json_open_array(&w, NULL);
    json_close_array(&w);
    json_close_array(&w);
    json_put_bool(&w, "yes", true);
    json_put_bool(&w, "no", false);
    json_put_null(&w, "none");
    json_put_c(&w, "c", NULL);
    json_put_c(&w, "d", "x");
    json_put_str(&w, "e", STR_NONE);
    json_put_str(&w, "\"\\", STR("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f中\xf0\x9f\x98\x80"));
    json_put_str(&w, "bad", STR("\xff中\xc0\x80\xe4\xb8z\xed\xa0\x80"));
    json_put_real(&w, "r", 0.1);
    json_put_real(&w, "s", -1e300);
    json_put_real(&w, "nan", NAN);
    json_put_raw(&w, "raw", STR("[1,2]"));
    json_put_raw(&w, "empty", STR_NONE);
    json_close_object(&w);
    assert_string_equal(
        buf_str(&out).at,
        "{\"min\":-9223372036854775808,\"max\":9223372036854775807,\"zero\":0,"
        "\"list\":[1,-9,10,99,100,-101,123456789,{},[]],\"yes\":true,\"no\":false,\"none\":null,\"c\":null,"
        "\"d\":\"x\",\"e\":\"\",\"\\\"\\\\\":\"a\\\"b\\\\c/"
        "\\b\\f\\n\\r\\t\\u0001\\u001f\x7f中\xf0\x9f\x98\x80\","
        "\"bad\":"
        "\"\xef\xbf\xbd中\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf"
        "\xbd\","
        "\"r\":0.1,\"s\":-1e+300,\"nan\":null,\"raw\":[1,2],\"empty\":null}");
}

static uint32_t random_state = 12345;
static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Whatever bytes go in, what comes out is JSON and reads back as the same text when that was valid. */
static void test_random_strings(void **unused)
{
    (void)unused;
    ARENA(arena, 8 << 20);
    for (int round = 0; round < 3000; round++) {
        char bytes[64];
        size_t len = next_random() % sizeof(bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)next_random();
        if (round % 2)
            for (size_t i = 0; i < len; i++)
                bytes[i] = (char)(bytes[i] & 0x7f ? bytes[i] & 0x7f : 'a');
        struct str s = {bytes, len};
        BUF(out, 4096);
        struct json_writer w = json_writer(&out);
        json_open_array(&w, NULL);
        json_put_str(&w, NULL, s);
        json_put_int(&w, NULL, (int64_t)((uint64_t)next_random() << 40 ^ next_random()));
        json_close_array(&w);
        const struct json *root;
        bool has_nul = memchr(bytes, 0, len) != NULL;
        assert_int_equal(json_parse(arena, buf_str(&out), &root, NULL), has_nul ? ERR_INVALID : ERR_OK);
        if (utf8_valid(s))
            assert_true(str_eq(json_text(json_item(root, 0)), s));
        else if (!has_nul)
            assert_true(utf8_valid(json_text(json_item(root, 0))));
        arena_reset(arena);
    }
}

static void test_numbers_round_trip(void **unused)
{
    (void)unused;
    ARENA(arena, 8 << 20);
    for (int round = 0; round < 3000; round++) {
        uint64_t bits = (uint64_t)next_random() << 43 ^ (uint64_t)next_random() << 20 ^ next_random();
        double real;
        memcpy(&real, &bits, sizeof(real));
        BUF(out, 4096);
        struct json_writer w = json_writer(&out);
        json_open_array(&w, NULL);
        json_put_int(&w, NULL, (int64_t)(bits >> round % 60));
        json_put_real(&w, NULL, isfinite(real) ? real : 1.5);
        json_close_array(&w);
        const struct json *root;
        assert_int_equal(json_parse(arena, buf_str(&out), &root, NULL), ERR_OK);
        assert_true(json_int(json_item(root, 0), -1) == (int64_t)(bits >> round % 60));
        assert_true(json_real(json_item(root, 1), 0) == (isfinite(real) ? real : 1.5));
        arena_reset(arena);
    }
}

static void test_tree_round_trip(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct str text = STR("{\"a\":[1,-2,null,true,false,\"中\\\"\",0.5],\"b\":{\"c\":{}},\"\":[]}");
    const struct json *root;
    assert_int_equal(json_parse(arena, text, &root, NULL), ERR_OK);
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    json_put_node(&w, NULL, root);
    assert_string_equal(buf_str(&out).at, text.at);
}

static void test_overflow_is_noticed(void **unused)
{
    (void)unused;
    BUF(out, 20);
    struct json_writer w = json_writer(&out);
    json_open_array(&w, NULL);
    for (int i = 0; i < 100; i++)
        json_put_str(&w, NULL, STR("中文"));
    json_close_array(&w);
    assert_int_equal(buf_check(&out), ERR_TOO_LARGE);
    assert_true(out.len <= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),         cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_places),          cmocka_unit_test(test_bad_bytes),
        cmocka_unit_test(test_depth),           cmocka_unit_test(test_writing),
        cmocka_unit_test(test_random_strings),  cmocka_unit_test(test_numbers_round_trip),
        cmocka_unit_test(test_tree_round_trip), cmocka_unit_test(test_overflow_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
