/* SPDX-License-Identifier: Apache-2.0
 * Strings, UTF-8, buffers, arenas, the words of errors, the faults of a call. */
#include "base/str.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/call.h"
#include "base/embed.h"

static void test_compare(void **unused)
{
    (void)unused;
    assert_true(str_eq(STR_NONE, STR("")));
    assert_true(str_is(STR("abc"), "abc"));
    assert_false(str_is(STR("abc"), "abcd"));
    assert_false(str_eq((struct str){"a\0b", 3}, (struct str){"a\0c", 3}));
    assert_true(str_starts(STR("abc"), STR("ab")) && str_starts(STR("abc"), STR_NONE));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_false(str_ends(STR("c"), STR("bc")));
    assert_true(str_cmp(STR("a"), STR("b")) < 0 && str_cmp(STR("b"), STR("a")) > 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("a"), STR("a")) == 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    size_t at = 99;
    assert_true(str_find(STR("hello"), STR("llo"), &at));
    assert_int_equal(at, 2);
    assert_true(str_find(STR_NONE, STR_NONE, &at));
    assert_int_equal(at, 0);
    assert_false(str_find(STR("he"), STR("hello"), &at));
}

static void test_trim_slice_cut(void **unused)
{
    (void)unused;
    assert_true(str_is(str_trim(STR(" \t\r\n\xe3\x80\x80 甲 \xc2\xa0\xef\xbb\xbf")), "甲"));
    assert_int_equal(str_trim(STR(" \xe3\x80\x80 ")).len, 0);
    assert_int_equal(str_trim(STR_NONE).len, 0);
    assert_true(str_is(str_slice(STR("hello"), 1, 3), "ell"));
    assert_true(str_is(str_slice(STR("hello"), 3, 99), "lo"));
    assert_int_equal(str_slice(STR("hello"), 9, 1).len, 0);
    struct str rest = STR("a,,b"), part;
    assert_true(str_cut(&rest, ',', &part) && str_is(part, "a"));
    assert_true(str_cut(&rest, ',', &part) && part.len == 0);
    assert_true(str_cut(&rest, ',', &part) && str_is(part, "b"));
    assert_false(str_cut(&rest, ',', &part));
    rest = STR("");
    assert_false(str_cut(&rest, ',', &part));
}

static void test_numbers(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"-12", true, -12},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {"1 ", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"１", false, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t value = 0;
        assert_int_equal(str_to_int(str_of(rows[i].text), &value), rows[i].good);
        if (rows[i].good)
            assert_true(value == rows[i].value);
    }
}

static void test_copies(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 16);
    struct str copy = str_copy(arena, STR_NONE);
    assert_int_equal(copy.len, 0);
    assert_string_equal(copy.at, "");
    assert_string_equal(str_c(arena, str_slice(STR("hello"), 0, 2)), "he");
    assert_string_equal(str_lower(arena, STR("AbÇ")).at, "abÇ");
    assert_string_equal(str_hex(arena, "\x00\xff\x1a", 3).at, "00ff1a");
    uint8_t bytes[2];
    assert_true(str_from_hex(STR("fF0a"), bytes, 2));
    assert_int_equal(bytes[0] << 8 | bytes[1], 0xff0a);
    assert_false(str_from_hex(STR("ff0"), bytes, 2));
    assert_false(str_from_hex(STR("ff0g"), bytes, 2));
    char long_text[1000];
    memset(long_text, 'x', 999);
    long_text[999] = 0;
    struct str formatted = str_format(arena, "%s|%d", long_text, 7);
    assert_int_equal(formatted.len, 1001);
    assert_true(str_ends(formatted, STR("x|7")));
    assert_int_equal(strlen(formatted.at), 1001);
}

static void test_utf8(void **unused)
{
    (void)unused;
    static const struct {
        const char *bytes;
        size_t len;
        bool good;
        size_t points;
    } rows[] = {
        {"", 0, true, 0},
        {"abc", 3, true, 3},
        {"中文", 6, true, 2},
        {"\xf0\x9f\x98\x80", 4, true, 1},
        {"\xf4\x8f\xbf\xbf", 4, true, 1},
        {"a\0b", 3, false, 3},
        {"\xc0\x80", 2, false, 2},
        {"\xc1\xbf", 2, false, 2},
        {"\xe0\x80\x80", 3, false, 3},
        {"\xf0\x80\x80\x80", 4, false, 4},
        {"\xed\xa0\x80", 3, false, 3},
        {"\xf4\x90\x80\x80", 4, false, 4},
        {"\xf5\x80\x80\x80", 4, false, 4},
        {"\xff", 1, false, 1},
        {"\x80", 1, false, 1},
        {"\xe4\xb8", 2, false, 2},
        {"\xe4\xb8\x41", 3, false, 3},
        {"\xd6\xd0\xce\xc4", 4, false, 4}, /* GBK */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str s = {rows[i].bytes, rows[i].len};
        assert_int_equal(utf8_valid(s), rows[i].good);
        assert_int_equal(utf8_length(s), rows[i].points);
    }
    size_t at = 0;
    struct str s = STR("a中\xff");
    assert_int_equal(utf8_next(s, &at), 'a');
    assert_int_equal(utf8_next(s, &at), 0x4e2d);
    assert_int_equal(utf8_next(s, &at), 0xfffd);
    assert_int_equal(at, s.len);
}

/* Every code point, both ways round. */
static void test_utf8_all(void **unused)
{
    (void)unused;
    for (uint32_t point = 1; point <= 0x10ffff; point++) {
        char text[4];
        size_t len;
        if (point < 0x80) {
            text[0] = (char)point;
            len = 1;
        } else if (point < 0x800) {
            text[0] = (char)(0xc0 | point >> 6);
            len = 2;
        } else if (point < 0x10000) {
            text[0] = (char)(0xe0 | point >> 12);
            len = 3;
        } else {
            text[0] = (char)(0xf0 | point >> 18);
            len = 4;
        }
        for (size_t i = 1; i < len; i++)
            text[i] = (char)(0x80 | (point >> 6 * (len - 1 - i) & 0x3f));
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        size_t at = 0;
        struct str s = {text, len};
        if (utf8_valid(s) == surrogate || (!surrogate && (utf8_next(s, &at) != point || at != len)))
            fail_msg("U+%04X", point);
    }
}

static void test_buf(void **unused)
{
    (void)unused;
    BUF(buf, 10);
    assert_string_equal(buf_str(&buf).at, "");
    buf_add(&buf, "12345", 5);
    buf_add_char(&buf, '6');
    buf_format(&buf, "%d", 78);
    assert_string_equal(buf_str(&buf).at, "12345678");
    assert_int_equal(buf_check(&buf), ERR_OK);
    buf_add_str(&buf, STR("90"));
    assert_int_equal(buf_check(&buf), ERR_OK);
    assert_string_equal(buf_str(&buf).at, "1234567890");
    buf_add_char(&buf, 'x');
    assert_int_equal(buf_check(&buf), ERR_TOO_LARGE);
    buf_free(&buf);
    buf_add(&buf, "12345678901", 11);
    assert_true(buf.over);
    assert_int_equal(buf.len, 0);
    buf_add(&buf, "1", 1); /* sticky: nothing gets in behind a gap */
    assert_int_equal(buf.len, 0);
    BUF(big, 1 << 20);
    for (int i = 0; i < 100000; i++)
        buf_format(&big, "%05d", i);
    assert_int_equal(big.len, 500000);
    assert_memory_equal(big.at + 499990, "9999899999", 10);
    assert_null(buf_room(&big, 1 << 20));
}

static char order[8];
static size_t order_len;
static void note_release(void *thing)
{
    order[order_len++] = *(char *)thing;
}

static void test_arena(void **unused)
{
    (void)unused;
    struct arena *arena = arena_new(16 << 20);
    char *a = ARENA_NEW(arena, char), *b = ARENA_NEW(arena, char);
    *a = 'a';
    *b = 'b';
    arena_defer(arena, note_release, a);
    arena_defer(arena, note_release, b);
    for (size_t size = 1; size < 2000000; size = size * 3 + 1) {
        uint8_t *bytes = arena_alloc(arena, size);
        assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(bytes[i], 0);
        memset(bytes, 0xee, size);
    }
    assert_int_equal(*a, 'a');
    assert_true(arena_used(arena) > 1000000);
    arena_reset(arena);
    assert_memory_equal(order, "ba", 2);
    assert_int_equal(arena_used(arena), 0);
    uint8_t *again = arena_alloc(arena, 4000);
    for (size_t i = 0; i < 4000; i++)
        assert_int_equal(again[i], 0);
    char c = 'c';
    arena_defer(arena, note_release, &c);
    arena_free(arena);
    assert_memory_equal(order, "bac", 3);
    arena_free(NULL);
}

static void test_arena_maximum_aborts(void **unused)
{
    (void)unused;
    pid_t pid = fork();
    if (pid == 0) {
        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        struct arena *arena = arena_new(1000);
        for (int i = 0; i < 100; i++)
            arena_alloc(arena, 100);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void test_err_words(void **unused)
{
    (void)unused;
    assert_int_equal(err_http_status(ERR_OK), 200);
    assert_int_equal(err_http_status(ERR_INVALID), 422);
    assert_int_equal(err_http_status(ERR_NOT_FOUND), 404);
    assert_int_equal(err_http_status(ERR_REFUSED), 409);
    assert_int_equal(err_http_status((enum err)77), 500);
    assert_string_equal(err_word(ERR_NOT_FOUND), "not_found");
    assert_string_equal(err_word(ERR_TOO_LARGE), "too_large");
    assert_string_equal(err_word((enum err) - 1), "failed");
}

static void test_faults(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct call call = {.arena = arena};
    char field[] = "a[0].b", arg[] = "x";
    assert_int_equal(call_fail(&call, ERR_REFUSED, field, "k.one", str_of(arg), STR("y")), ERR_REFUSED);
    field[0] = '?';
    arg[0] = '?';
    assert_int_equal(call_fail(&call, ERR_INVALID, NULL, "k.two"), ERR_INVALID);
    assert_string_equal(call.faults->field, "a[0].b");
    assert_true(str_is(call.faults->args[0], "x") && str_is(call.faults->args[1], "y"));
    assert_int_equal(call.faults->args[2].len, 0);
    assert_ptr_equal(call.faults->next, call.last_fault);
    assert_null(call.last_fault->field);
    assert_string_equal(call.last_fault->key, "k.two");
    size_t before = 0;
    for (int i = 0; i < 100000; i++) {
        call_fault_add(&call, "f", "k")->row = i;
        if (i == CALL_FAULTS_MAX)
            before = arena_used(arena);
    }
    assert_int_equal(arena_used(arena), before); /* counted, not kept */
    assert_int_equal(call.faults_count, 100002);
    int kept = 0;
    for (struct call_fault *fault = call.faults; fault; fault = fault->next)
        kept++;
    assert_int_equal(kept, CALL_FAULTS_MAX);
    call_faults_clear(&call);
    assert_null(call.faults);
    assert_int_equal(call.faults_count, 0);
    assert_int_equal(call_who(&call).user_id, 0);
}

static void collect(const char *path, struct str bytes, void *context)
{
    buf_format(context, "%s=%.*s;", path, STR_ARG(bytes));
}

static void test_embed(void **unused)
{
    (void)unused;
    static const char one[] = "1", two[] = "22", three[] = "";
    const struct embed_entry table[] = {
        {"b/x", two, two + 2}, {"a/z", three, three}, {"b/a", one, one + 1}, {NULL, NULL, NULL}};
    struct str found;
    embed_set(NULL);
    assert_false(embed_find("b/a", &found));
    embed_set(table);
    assert_true(embed_find("b/x", &found) && str_is(found, "22"));
    assert_true(embed_find("a/z", &found) && found.len == 0);
    assert_false(embed_find("b", &found));
    assert_false(embed_find("zzz", &found));
    BUF(seen, 1000);
    embed_each("b/", collect, &seen);
    assert_string_equal(buf_str(&seen).at, "b/a=1;b/x=22;");
    embed_set(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_trim_slice_cut),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_utf8_all),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_maximum_aborts),
        cmocka_unit_test(test_err_words),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_embed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
