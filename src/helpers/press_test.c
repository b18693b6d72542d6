/* SPDX-License-Identifier: Apache-2.0
 *
 * The front and the program together, as the server uses them: frames, confinement, faults with their place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "helpers/press.h"

#define ARENA_MAX ((size_t)512 << 20)
#define CALL(name)                                                                                           \
    ARENA(arena_of_##name, ARENA_MAX);                                                                       \
    struct call name = {.arena = arena_of_##name}

static struct str sample(struct arena *arena, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    FILE *file =
        fopen(str_format(arena, "%s/src/helpers/press/samples/%s", source ? source : ".", name).at, "rb");
    assert_non_null(file);
    char *bytes = arena_alloc(arena, 65536);
    size_t len = fread(bytes, 1, 65536, file);
    fclose(file);
    return (struct str){bytes, len};
}

static void pdf_and_docx(void **state)
{
    (void)state;
    CALL(call);
    struct str pdf, docx;
    struct press_report report;
    assert_int_equal(press_render(&call, sample(call.arena, "order.json"), PRESS_PDF, &pdf, &report), ERR_OK);
    assert_true(str_starts(pdf, STR("%PDF-1.")));
    assert_int_equal(report.pages, 5);
    assert_int_equal(report.missing_many, 0);
    assert_int_equal(press_render(&call, sample(call.arena, "order.json"), PRESS_DOCX, &docx, NULL), ERR_OK);
    assert_true(str_starts(docx, STR("PK")));
}

static void same_bytes_from_two_processes(void **state)
{
    (void)state;
    CALL(call);
    struct str first, second;
    assert_int_equal(press_render(&call, sample(call.arena, "letter.json"), PRESS_PDF, &first, NULL), ERR_OK);
    assert_int_equal(press_render(&call, sample(call.arena, "letter.json"), PRESS_PDF, &second, NULL),
                     ERR_OK);
    assert_true(str_eq(first, second));
}

static void missing_characters_are_reported(void **state)
{
    (void)state;
    CALL(call);
    struct str pdf;
    struct press_report report;
    struct str json = STR("{\"kind\":\"form\",\"title\":\"题\",\"body\":[\"某\uE0AB某\U0010FFF0\"]}");
    assert_int_equal(press_render(&call, json, PRESS_PDF, &pdf, &report), ERR_OK);
    assert_int_equal(report.missing_many, 2);
    assert_int_equal(report.missing[0], 0xe0ab);
    assert_int_equal(report.missing[1], 0x10fff0);
}

static void faults_keep_their_place(void **state)
{
    (void)state;
    CALL(call);
    struct str pdf;
    struct str json = STR("{\"kind\":\"form\",\"title\":\"题\",\"body\":[\"文\",{\"h\":7,\"text\":\"深\"}]}");
    assert_int_equal(press_render(&call, json, PRESS_PDF, &pdf, NULL), ERR_INVALID);
    assert_string_equal(call.last_fault->field, "body[1].h");
    assert_string_equal(call.last_fault->key, "press.number");
    assert_true(str_is(call.last_fault->args[1], "4"));
    assert_int_equal(call.last_fault->args[2].len, 0);
    assert_int_equal(press_render(&call, STR("nonsense"), PRESS_DOCX, &pdf, NULL), ERR_INVALID);
    assert_string_equal(call.last_fault->key, "press.json");
}

static void bounds_hold(void **state)
{
    (void)state;
    CALL(call);
    struct str pdf;
    BUF(json, 8 << 20);
    while (json.len <= PRESS_JSON_MAX)
        buf_add_str(&json, STR("                                "));
    assert_int_equal(press_render(&call, buf_str(&json), PRESS_PDF, &pdf, NULL), ERR_TOO_LARGE);
    json.len = 0;
    buf_add_str(&json, STR("{\"kind\":\"form\",\"title\":\"题\",\"body\":[\"一\""));
    for (int i = 0; i < 600; i++)
        buf_add_str(&json, STR(",{\"break\":\"page\"},\"页\""));
    buf_add_str(&json, STR("]}"));
    assert_int_equal(press_render(&call, buf_str(&json), PRESS_PDF, &pdf, NULL), ERR_TOO_LARGE);
    assert_string_equal(call.last_fault->key, "press.too_long");
}

#ifdef __SANITIZE_ADDRESS__
#define LETTER_US 10000000 /* what is measured then is the sanitizer */
#else
#define LETTER_US 1000000
#endif

static void a_letter_in_a_second(void **state)
{
    (void)state;
    CALL(call);
    struct str pdf;
    int64_t best = INT64_MAX;
    for (int i = 0; i < 3; i++) {
        int64_t before = clock_monotonic_us();
        assert_int_equal(press_render(&call, sample(call.arena, "letter.json"), PRESS_PDF, &pdf, NULL),
                         ERR_OK);
        int64_t took = clock_monotonic_us() - before;
        best = took < best ? took : best;
    }
    assert_true(best < LETTER_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdf_and_docx),
        cmocka_unit_test(same_bytes_from_two_processes),
        cmocka_unit_test(missing_characters_are_reported),
        cmocka_unit_test(faults_keep_their_place),
        cmocka_unit_test(bounds_hold),
        cmocka_unit_test(a_letter_in_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
