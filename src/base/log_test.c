/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char written[8192];

/* What one call writes to standard error. */
static size_t capture(enum log_level level, const char *text)
{
    int ends[2], kept = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_line(level, "%s", text);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(ends[1]);
    ssize_t len = read(ends[0], written, sizeof(written) - 1);
    close(ends[0]);
    assert_true(len >= 0);
    written[len] = 0;
    return (size_t)len;
}

static void test_one_line(void **unused)
{
    (void)unused;
    size_t len = capture(LOG_WARN, "a\nERROR forged\x1b[31m\r\x7f中");
    assert_true(len > 40 && written[len - 1] == '\n');
    assert_ptr_equal(strchr(written, '\n'), written + len - 1);
    assert_non_null(strstr(written, "+08:00 WARN a ERROR forged [31m  中"));
}

static void test_long_text_is_cut(void **unused)
{
    (void)unused;
    static char text[100000];
    memset(text, 'x', sizeof(text) - 1);
    size_t len = capture(LOG_ERROR, text);
    assert_in_range(len, 2000, 2048);
    assert_int_equal(written[len - 1], '\n');
}

static void test_levels(void **unused)
{
    (void)unused;
    assert_int_equal(capture(LOG_DEBUG, "x"), 0);
    log_set_level(LOG_ERROR);
    assert_int_equal(capture(LOG_WARN, "x"), 0);
    assert_true(capture(LOG_ERROR, "x") > 0);
    log_set_level(LOG_DEBUG);
    assert_true(capture(LOG_DEBUG, "x") > 0);
    log_set_level(LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
