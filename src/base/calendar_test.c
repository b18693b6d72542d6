/* SPDX-License-Identifier: Apache-2.0
 * The oracle below knows nothing of calendar.c: it scans the files' texts for "date" and "isOffDay" and
 * counts one day at a time with the C library's mktime.
 */
#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/crypt.h"

#define FIRST_YEAR 2020
#define LAST_YEAR  2026
#define FILES      (LAST_YEAR - FIRST_YEAR + 1)

static char texts[FILES][32768];
static struct str files[FILES];

static struct {
    char date[11];
    bool off;
} oracle_days[400];
static size_t oracle_many;

static int read_files(void **unused)
{
    (void)unused;
    const char *source = getenv("ANZE_SOURCE");
    for (int i = 0; i < FILES; i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/packs/calendar/%d.json", source ? source : ".", FIRST_YEAR + i);
        FILE *file = fopen(path, "r");
        if (!file)
            return -1;
        files[i] = (struct str){texts[i], fread(texts[i], 1, sizeof(texts[i]) - 1, file)};
        fclose(file);
        for (const char *at = texts[i]; (at = strstr(at, "\"date\": \"")) != NULL; at++) {
            memcpy(oracle_days[oracle_many].date, at + 9, 10);
            const char *flag = strstr(at, "\"isOffDay\": ");
            oracle_days[oracle_many++].off = flag[12] == 't';
        }
    }
    return oracle_many > 200 ? 0 : -1;
}

static bool oracle_workday(const struct tm *tm)
{
    char date[11];
    strftime(date, sizeof(date), "%Y-%m-%d", tm);
    for (size_t i = 0; i < oracle_many; i++)
        if (strcmp(oracle_days[i].date, date) == 0)
            return !oracle_days[i].off;
    return tm->tm_wday >= 1 && tm->tm_wday <= 5;
}

static void oracle_step(struct tm *tm, int days)
{
    tm->tm_mday += days;
    tm->tm_hour = 12;
    tm->tm_isdst = 0;
    mktime(tm);
}

static int32_t day_of(const char *date)
{
    int32_t day;
    assert_true(clock_parse_date(str_of(date), &day));
    return day;
}

static struct calendar *load_all(struct arena *arena)
{
    struct calendar *calendar = NULL;
    char why[160];
    assert_int_equal(calendar_load(arena, files, FILES, &calendar, why), ERR_OK);
    return calendar;
}

static void test_vectors(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    static const struct {
        const char *start;
        int n;
        const char *due;
    } rows[] = {
        {"2022-01-19", 2, "2022-01-21"}, {"2021-12-31", 1, "2022-01-04"}, {"2022-12-30", 3, "2023-01-05"},
        {"2024-02-02", 3, "2024-02-06"}, {"2024-09-30", 3, "2024-10-10"}, {"2025-09-26", 3, "2025-09-30"},
        {"2026-02-13", 3, "2026-02-25"}, {"2026-09-19", 3, "2026-09-22"}, {"2026-09-30", 3, "2026-10-10"},
        {"2023-09-28", 3, "2023-10-09"}, {"2021-04-23", 3, "2021-04-27"}, {"2022-10-06", 1, "2022-10-08"},
        {"2024-05-11", 3, "2024-05-15"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct calendar_due due = calendar_add(calendar, day_of(rows[i].start), rows[i].n);
        assert_string_equal(clock_date(due.day).text, rows[i].due);
        assert_false(due.provisional);
        assert_int_equal(calendar_between(calendar, day_of(rows[i].start), due.day), rows[i].n);
        assert_int_equal(calendar_between(calendar, due.day, day_of(rows[i].start)), -rows[i].n);
    }
}

static void test_year_totals(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    static const int totals[] = {250, 249, 249, 251, 248, 248}; /* 2021 … 2026 */
    for (int i = 0; i < 6; i++)
        assert_int_equal(calendar_between(calendar, clock_day(2020 + i, 12, 31), clock_day(2021 + i, 12, 31)),
                         totals[i]);
    static const int months[] = {21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23};
    for (int i = 0; i < 12; i++)
        assert_int_equal(calendar_between(calendar, clock_day(2026, i + 1, 1) - 1,
                                          clock_add_months(clock_day(2026, i + 1, 1), 1) - 1),
                         months[i]);
}

/* Every day of the files, and from each of them counting forth and back. */
static void test_every_day_against_oracle(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    struct tm tm = {.tm_year = FIRST_YEAR - 1900, .tm_mday = 1};
    oracle_step(&tm, 0);
    int32_t last = clock_day(LAST_YEAR, 12, 31);
    for (int32_t day = clock_day(FIRST_YEAR, 1, 1); day <= last; day++, oracle_step(&tm, 1)) {
        char date[11];
        strftime(date, sizeof(date), "%Y-%m-%d", &tm);
        assert_string_equal(clock_date(day).text, date);
        assert_int_equal(clock_weekday(day), tm.tm_wday ? tm.tm_wday : 7);
        bool worked = oracle_workday(&tm);
        assert_int_equal(calendar_is_workday(calendar, day), worked);
        assert_int_equal(calendar_is_make_up(calendar, day), worked && (tm.tm_wday == 0 || tm.tm_wday == 6));
        for (int n = -5; n <= 10; n += 3) {
            struct tm walk = tm;
            int left = abs(n), moved = 0;
            while (left > 0) {
                oracle_step(&walk, n < 0 ? -1 : 1);
                moved += n < 0 ? -1 : 1;
                left -= oracle_workday(&walk);
            }
            struct calendar_due due = calendar_add(calendar, day, n);
            bool inside = walk.tm_year + 1900 >= FIRST_YEAR && walk.tm_year + 1900 <= LAST_YEAR;
            if (inside)
                assert_int_equal(due.day, day + moved);
            assert_int_equal(due.provisional, !inside);
        }
    }
}

static void test_zero_and_back(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    assert_string_equal(clock_date(calendar_add(calendar, day_of("2026-10-03"), 0).day).text, "2026-10-08");
    assert_string_equal(clock_date(calendar_add(calendar, day_of("2026-10-10"), 0).day).text, "2026-10-10");
    assert_string_equal(clock_date(calendar_add(calendar, day_of("2026-10-09"), -1).day).text, "2026-10-08");
    assert_string_equal(clock_date(calendar_add(calendar, day_of("2026-10-08"), -1).day).text, "2026-09-30");
    assert_int_equal(calendar_between(calendar, day_of("2026-10-01"), day_of("2026-10-01")), 0);
    assert_int_equal(calendar_between(calendar, day_of("2026-10-01"), day_of("2026-10-07")), 0);
}

static void test_names(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    assert_true(str_is(calendar_name(calendar, day_of("2022-12-31")), "元旦"));
    assert_false(calendar_is_workday(calendar, day_of("2022-12-31")));
    assert_true(calendar_is_make_up(calendar, day_of("2026-10-10")));
    assert_int_equal(calendar_name(calendar, day_of("2026-10-12")).len, 0);
    assert_true(str_is(calendar_name(calendar, day_of("2031-10-02")), "国庆节"));
    assert_int_equal(calendar_name(calendar, day_of("2026-10-08")).len, 0);
}

static void test_missing_year(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    assert_true(calendar_has_year(calendar, 2026));
    assert_false(calendar_has_year(calendar, 2027));
    assert_false(calendar_has_year(calendar, -5));
    assert_false(calendar_has_year(calendar, 2147483647));
    /* 2027-01-01 is a Friday and off whatever the notice will say. */
    struct calendar_due due = calendar_add(calendar, day_of("2026-12-30"), 3);
    assert_string_equal(clock_date(due.day).text, "2027-01-05");
    assert_true(due.provisional);
    assert_false(calendar_add(calendar, day_of("2026-12-30"), 1).provisional);
    static const char *const fixed[] = {"2027-01-01", "2029-05-01", "2029-05-02",
                                        "2029-10-01", "2029-10-02", "2029-10-03"};
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        assert_false(calendar_is_workday(calendar, day_of(fixed[i])));
    assert_true(calendar_is_workday(calendar, day_of("2029-05-03")));
    assert_true(calendar_is_workday(calendar, day_of("2029-10-04")));
    /* A gap in the middle of the way counts as well. */
    struct str ends[2] = {files[0], files[6]};
    struct calendar *gap;
    char why[160];
    assert_int_equal(calendar_load(arena, ends, 2, &gap, why), ERR_OK);
    assert_true(calendar_add(gap, day_of("2020-12-01"), 1400).provisional);
    assert_false(calendar_add(gap, day_of("2026-12-01"), -100).provisional);
}

static void test_absurd_counts(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    const struct calendar *calendar = load_all(arena);
    struct calendar_due due = calendar_add(calendar, day_of("2026-01-01"), 2147483647);
    assert_true(due.provisional);
    assert_string_equal(clock_date(due.day).text, "9999-12-31");
    due = calendar_add(calendar, day_of("2026-01-01"), -2147483647 - 1);
    assert_true(due.provisional);
    assert_string_equal(clock_date(due.day).text, "1900-01-01");
}

static void test_versions(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    struct calendar *calendar = load_all(arena), *other;
    char why[160];
    assert_int_equal(strlen(calendar_version(calendar)), 13);
    assert_memory_equal(calendar_version(calendar), "2026-", 5);
    struct str reversed[FILES];
    for (int i = 0; i < FILES; i++)
        reversed[i] = files[FILES - 1 - i];
    assert_int_equal(calendar_load(arena, reversed, FILES, &other, why), ERR_OK);
    assert_string_equal(calendar_version(calendar), calendar_version(other));
    assert_int_equal(calendar_load(arena, files, FILES - 1, &other, why), ERR_OK);
    assert_string_not_equal(calendar_version(calendar), calendar_version(other));
    assert_int_equal(calendar_load(arena, NULL, 0, &other, why), ERR_OK);
    assert_true(calendar_add(other, day_of("2026-09-30"), 3).provisional);
    /* One amended day gives another version. */
    struct str amended[FILES];
    memcpy(amended, files, sizeof(files));
    char *text = arena_alloc(arena, files[6].len + 1);
    memcpy(text, files[6].at, files[6].len);
    char *date = strstr(text, "2026-10-07");
    assert_non_null(date);
    date[9] = '8';
    amended[6] = (struct str){text, files[6].len};
    assert_int_equal(calendar_load(arena, amended, FILES, &other, why), ERR_OK);
    assert_string_not_equal(calendar_version(calendar), calendar_version(other));
    assert_string_equal(clock_date(calendar_add(other, day_of("2026-09-30"), 1).day).text, "2026-10-07");
}

static void test_empty_year_is_unpublished(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 24);
    struct str two[2] = {files[6], STR("{\"year\":2027,\"papers\":[],\"days\":[]}")};
    struct calendar *calendar;
    char why[160];
    assert_int_equal(calendar_load(arena, two, 2, &calendar, why), ERR_OK);
    assert_false(calendar_has_year(calendar, 2027));
    assert_true(calendar_add(calendar, day_of("2026-12-30"), 3).provisional);
    assert_memory_equal(calendar_version(calendar), "2026-", 5);
}

static void test_bad_files(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "file 2, line 1, column 1"},
        {"{\"year\":2027,\n \"days\":[1,]}", "file 2, line 2"},
        {"{\"year\":2027}", "days"},
        {"{\"year\":\"2027\",\"days\":[]}", "year"},
        {"{\"year\":1e9,\"days\":[]}", "year"},
        {"{\"year\":99999999999,\"days\":[]}", "year"},
        {"[]", "year"},
        {"{\"year\":2027,\"days\":[{\"name\":\"x\",\"date\":\"2027-02-29\",\"isOffDay\":true}]}",
         "days[0].date"},
        {"{\"year\":2027,\"days\":[{\"name\":\"x\",\"date\":\"2030-01-01\",\"isOffDay\":true}]}", "far from"},
        {"{\"year\":2027,\"days\":[{\"name\":\"x\",\"date\":\"2027-01-01\"}]}", "days[0].isOffDay"},
        {"{\"year\":2027,\"days\":[{\"name\":\"x\",\"date\":\"2027-01-01\",\"isOffDay\":1}]}",
         "days[0].isOffDay"},
        {"{\"year\":2027,\"days\":[{\"date\":\"2027-01-01\",\"isOffDay\":true}]}", "days[0].name"},
        {"{\"year\":2027,\"days\":[7]}", "days[0].date"},
        {"{\"year\":2027,\"year\":2027,\"days\":[]}", "duplicate"},
        {"{\"year\":2027,\"days\":[{\"name\":\"x\",\"date\":\"2027-01-02\",\"isOffDay\":true},"
         "{\"name\":\"x\",\"date\":\"2027-01-02\",\"isOffDay\":false}]}",
         "days[1] contradicts"},
        {"{\"year\":2026,\"days\":[{\"name\":\"x\",\"date\":\"2026-11-02\",\"isOffDay\":true}]}",
         "given twice"},
        {"{\"year\":2027,\"days\":[{\"name\":\"x\",\"date\":\"2026-10-01\",\"isOffDay\":false}]}",
         "contradicts"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ARENA(arena, 1 << 24);
        struct str two[2] = {files[6], str_of(rows[i].text)};
        struct calendar *calendar = NULL;
        char why[160];
        assert_int_equal(calendar_load(arena, two, 2, &calendar, why), ERR_INVALID);
        if (!strstr(why, rows[i].says) || !strstr(why, "file 2"))
            fail_msg("row %zu says \"%s\"", i, why);
    }
}

static void test_builtin(void **unused)
{
    (void)unused;
    assert_ptr_equal(calendar_builtin(), calendar_builtin());
    ARENA(arena, 1 << 24);
    assert_string_equal(calendar_version(calendar_builtin()), calendar_version(load_all(arena)));
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_year_totals),
        cmocka_unit_test(test_every_day_against_oracle),
        cmocka_unit_test(test_zero_and_back),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_missing_year),
        cmocka_unit_test(test_absurd_counts),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_empty_year_is_unpublished),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_builtin),
    };
    return cmocka_run_group_tests(tests, read_files, NULL);
}
