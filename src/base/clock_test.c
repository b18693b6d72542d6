/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void test_every_day_against_libc(void **unused)
{
    (void)unused;
    for (int32_t day = clock_day(1900, 1, 1); day <= clock_day(2200, 12, 31); day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        int year, month, mday;
        clock_ymd(day, &year, &month, &mday);
        if (year != tm.tm_year + 1900 || month != tm.tm_mon + 1 || mday != tm.tm_mday ||
            clock_day(year, month, mday) != day || clock_weekday(day) != (tm.tm_wday ? tm.tm_wday : 7))
            fail_msg("day %d", day);
        int32_t back;
        struct clock_date text = clock_date(day);
        assert_true(clock_parse_date(str_of(text.text), &back));
        assert_int_equal(back, day);
    }
}

static void test_bad_dates(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"",           "2026-02-29", "2100-02-29",  "2026-13-01", "2026-00-10",
                                      "2026-04-31", "1899-12-31", "2026-1-9",    "2026/01/09", "2026-01-09 ",
                                      "+026-01-09", "2026-01-0a", "２026-01-09", "2026-01-32", "2026-01-00",
                                      "10000-01-01"};
    int32_t day;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (clock_parse_date(str_of(bad[i]), &day))
            fail_msg("%s", bad[i]);
    assert_true(clock_parse_date(STR("2024-02-29"), &day));
    assert_true(clock_parse_date(STR("2000-02-29"), &day));
    assert_true(clock_parse_date(STR("9999-12-31"), &day));
    assert_string_equal(clock_date(day).text, "9999-12-31");
    assert_int_equal(strlen(clock_date(2147483647).text), 10);
    assert_int_equal(strlen(clock_date(-2147483647 - 1).text), 10);
}

static void test_add_months(void **unused)
{
    (void)unused;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } rows[] = {
        {"2025-11-30", 3, "2026-02-28"},   {"2023-11-30", 3, "2024-02-29"},  {"2024-02-29", 12, "2025-02-28"},
        {"2026-01-31", 1, "2026-02-28"},   {"2026-03-31", -1, "2026-02-28"}, {"2026-01-15", -1, "2025-12-15"},
        {"2026-01-15", 36, "2029-01-15"},  {"2026-12-31", 2, "2027-02-28"},  {"2026-05-31", 0, "2026-05-31"},
        {"2026-01-15", -25, "2023-12-15"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t from;
        assert_true(clock_parse_date(str_of(rows[i].from), &from));
        assert_string_equal(clock_date(clock_add_months(from, rows[i].months)).text, rows[i].to);
    }
}

static void test_china(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 12);
    int64_t ms = 1790730000000; /* 2026-09-30 01:00 UTC */
    assert_string_equal(clock_rfc3339(arena, ms).at, "2026-09-30T09:00:00.000+08:00");
    assert_string_equal(clock_rfc3339(arena, -1).at, "1970-01-01T07:59:59.999+08:00");
    assert_string_equal(clock_date(clock_day_of(ms)).text, "2026-09-30");
    int32_t day = clock_day(2026, 10, 1);
    assert_int_equal(clock_day_of(clock_ms_of_day(day)), day);
    assert_int_equal(clock_day_of(clock_ms_of_day(day) - 1), day - 1);
    assert_int_equal(clock_day_of(-CLOCK_CHINA_MS - 1), -1);
}

/* Set before the first call: main does. */
static void test_shift(void **unused)
{
    (void)unused;
    assert_true(clock_is_shifted());
    int64_t start = clock_ms_of_day(clock_day(2026, 9, 30)) + 9 * 3600000;
    assert_in_range(clock_now_ms() - start, 0, 60000);
    int64_t from = clock_monotonic_us(), from_ms = clock_now_ms();
    struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    assert_true(clock_monotonic_us() - from >= 20000);
    assert_true(clock_now_ms() - from_ms >= 19);
}

int main(void)
{
    setenv("ANZE_NOW", "2026-09-30T09:00:00", 1);
    clock_now_ms();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shift),     cmocka_unit_test(test_every_day_against_libc),
        cmocka_unit_test(test_bad_dates), cmocka_unit_test(test_add_months),
        cmocka_unit_test(test_china),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
