/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_test.h"

static void notify(struct bench *b, int64_t finding, const char *date)
{
    t_subject(b, "finding", finding, 1, 10);
    t_fact(b, "finding.formally_notified", finding, date, NULL, "high", 0);
}

static void sweep_on(struct bench *b, const char *date)
{
    t_on(b, date);
    OK(t_sweep_in_steps(b));
    t_settle(b); /* and again: nothing to do */
}

static void test_three_working_days(void **unused)
{
    static const char *const vectors[][2] = {
        {"2022-01-19", "2022-01-24"}, {"2022-12-30", "2023-01-05"}, {"2024-02-02", "2024-02-06"},
        {"2024-09-30", "2024-10-10"}, {"2025-09-26", "2025-09-30"}, {"2026-02-13", "2026-02-25"},
        {"2026-09-19", "2026-09-22"}, {"2026-09-30", "2026-10-10"}, {"2023-09-28", "2023-10-09"},
        {"2024-05-11", "2024-05-15"},
    };
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        t_on(&b, vectors[i][0]);
        notify(&b, (int64_t)i + 1, vectors[i][0]);
        t_settle(&b);
        assert_string_equal(t_state(&b, "Y5.fix", (int64_t)i + 1),
                            str_format(b.call->arena, "open %s", vectors[i][1]).at);
    }
    t_close(&b);
}

static void test_done_in_time_and_late(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    notify(&b, 2, "2026-09-30");
    t_settle(&b);
    t_on(&b, "2026-10-10"); /* the last day, a worked Saturday */
    t_fact(&b, "rectify.fed_back", 1, "2026-10-10", NULL, NULL, 1);
    OK(rules_settle(b.call));
    assert_string_equal(t_state(&b, "Y5.fix", 1), "satisfied 2026-10-10");
    t_on(&b, "2026-10-12"); /* no sweep ran in between: late all the same */
    t_fact(&b, "rectify.fed_back", 2, "2026-10-12", NULL, NULL, 1);
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 2), "satisfied 2026-10-10 late");
    assert_int_equal(t_said_count("satisfied", NULL), 2);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'duty.satisfied'"), 2);
    t_close(&b);
}

/* Each reminder and escalation comes on its day, to its post, once, however often time is looked at. */
static void test_reminders_exactly_once(void **unused)
{
    static const struct {
        const char *on;
        int reminds, lates, escalates;
    } days[] = {
        {"2026-10-08", 0, 0, 0}, {"2026-10-09", 1, 0, 0}, {"2026-10-10", 2, 0, 0}, {"2026-10-11", 2, 1, 0},
        {"2026-10-12", 2, 1, 1}, {"2026-10-13", 2, 1, 1}, {"2026-10-14", 2, 1, 2}, {"2026-12-01", 2, 1, 2},
    };
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    t_settle(&b);
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        sweep_on(&b, days[i].on);
        sweep_on(&b, days[i].on);
        assert_int_equal(t_said_count("remind", NULL), days[i].reminds);
        assert_int_equal(t_said_count("late", NULL), days[i].lates);
        assert_int_equal(t_said_count("escalate", NULL), days[i].escalates);
    }
    size_t first = 0;
    while (strcmp(t_said[first].what, "escalate"))
        first++;
    assert_string_equal(t_said[first].to, "deputy_in_charge");
    assert_string_equal(t_said[t_many_said - 1].to, "admin_head");
    assert_true(t_count(&b, "SELECT late_at_ms FROM rules_duty WHERE rule = 'Y5.fix'") ==
                clock_ms_of_day(rules_day(STR("2026-10-11"))));
    t_close(&b);
}

/* The day of the notice is edited afterwards: the clock neither restarts nor moves, and the duty says what
 * happened. */
static void test_edited_basis_does_not_move_the_clock(void **unused)
{
    struct bench b;
    struct rules_duty duty;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    t_settle(&b);
    t_unfact(&b, "finding.formally_notified", 1);
    t_fact(&b, "finding.formally_notified", 1, "2026-10-20", NULL, "low", 0);
    t_on(&b, "2026-10-20");
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-10 late");
    assert_int_equal(
        t_count(&b, "SELECT COUNT(*) FROM rules_change c JOIN rules_duty d ON d.duty_id = c.duty_id WHERE "
                    "d.rule = 'Y5.fix'"
                    " AND c.what = 'basis' AND c.old_value = '2026-09-30' AND c.new_value = '2026-10-20'"),
        1);
    assert_int_equal(
        t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'Y5.fix' AND severity = 'high'"), 1);
    OK(rules_duty_of(b.call, "Y5.fix", "finding", 1, &duty));
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    OK(rules_duty_show(b.call, duty.duty_id, &w));
    json_close_object(&w);
    const struct json *shown;
    OK(json_parse(b.call->arena, buf_str(&out), &shown, NULL));
    const struct json *counted = json_get(shown, "counted");
    assert_true(str_is(json_text(json_get(counted, "basis_moved_to")), "2026-10-20"));
    assert_int_equal(json_count(json_get(counted, "days")), 11);
    assert_int_equal(json_int(json_get(json_item(json_get(counted, "days"), 10), "counts"), 0), 3);
    assert_true(json_bool(json_get(json_item(json_get(counted, "days"), 10), "make_up"), false));
    assert_int_equal(json_kind(json_get(json_item(json_get(counted, "days"), 1), "counts")), JSON_NULL);
    assert_false(json_bool(json_get(json_item(json_get(shown, "demands"), 0), "met"), true));
    assert_int_equal(json_int(json_get(shown, "extension_left"), 0), 10);
    t_close(&b);
}

static void test_withdrawn_and_reopened(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    t_settle(&b);
    t_fact(&b, "rectify.fed_back", 1, "2026-10-09", NULL, NULL, 1);
    t_on(&b, "2026-10-09");
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "satisfied 2026-10-10");
    t_unfact(&b, "rectify.fed_back", 1); /* the retest failed */
    t_on(&b, "2026-10-13");
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-10 late"); /* a new row, the old clock */
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'Y5.fix'"), 2);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'Y5.fix' AND current = 1"), 1);
    t_unfact(&b, "finding.formally_notified", 1); /* the letter was withdrawn */
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "cancelled 2026-10-10 late");
    assert_int_equal(t_said_count("cancelled", NULL), 1);
    t_close(&b);
}

/* Turning a record off and on again buys no new clock; a true return much later does start one. */
static void test_flicking_keeps_the_clock(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "S");
    t_subject(&b, "system", 5, 1, 0);
    t_fact(&b, "registry.online", 5, "2026-09-01", NULL, NULL, 1);
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "open 2026-10-20");
    t_on(&b, "2026-10-19");
    t_unfact(&b, "registry.online", 5);
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "cancelled 2026-10-20");
    t_on(&b, "2026-10-21");
    t_fact(&b, "registry.online", 5, "2026-10-21", NULL, NULL, 1);
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "open 2026-10-20 late");
    t_unfact(&b, "registry.online", 5);
    t_settle(&b);
    t_on(&b, "2026-12-31");
    t_settle(&b);
    t_calendar_years(2020, 2026);
    t_on(&b, "2027-02-15");
    t_fact(&b, "registry.online", 5, "2027-02-15", NULL, NULL, 1);
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "open 2027-03-01 provisional");
    t_close(&b);
}

static void test_every_year(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    t_subject(&b, "unit", 1, 1, 0);
    t_fact(&b, "org.unit_kind", 1, NULL, NULL, "bureau", 0);
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y3.meeting", 1), "open 2026-12-31");
    sweep_on(&b, "2027-01-01");
    assert_string_equal(t_state(&b, "Y3.meeting", 1), "open 2027-12-31");
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'Y3.meeting' AND occurrence = "
                                 "'2026' AND state = 'open'"
                                 " AND late_at_ms IS NOT NULL"),
                     1);
    t_fact(&b, "evidence.filed", 1, "2027-01-05", "special_meeting_minutes", "2026-12-20",
           0); /* last year's minutes, handed in late */
    sweep_on(&b, "2027-01-05");
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'Y3.meeting' AND occurrence = "
                                 "'2026' AND state = 'satisfied'"
                                 " AND late_at_ms IS NOT NULL"),
                     1);
    assert_string_equal(t_state(&b, "Y3.meeting", 1), "open 2027-12-31");
    t_fact(&b, "evidence.filed", 1, "2027-06-01", "special_meeting_minutes", "2027-05-30", 0);
    sweep_on(&b, "2027-06-01");
    assert_string_equal(t_state(&b, "Y3.meeting", 1), "satisfied 2027-12-31");
    sweep_on(&b, "2028-01-01"); /* what was done last year no longer counts as this year's */
    assert_string_equal(t_state(&b, "Y3.meeting", 1), "open 2028-12-31");
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'Y3.meeting' AND current = 1"),
                     1);
    t_close(&b);
}

static void test_half_years_and_periods(void **unused)
{
    static const struct {
        enum rules_every every;
        const char *day, *name, *first, *last;
    } vectors[] = {
        {RULES_YEAR, "2026-07-01", "2026", "2026-01-01", "2026-12-31"},
        {RULES_HALF_YEAR, "2026-06-30", "2026-H1", "2026-01-01", "2026-06-30"},
        {RULES_HALF_YEAR, "2026-07-01", "2026-H2", "2026-07-01", "2026-12-31"},
        {RULES_QUARTER, "2024-02-29", "2024-Q1", "2024-01-01", "2024-03-31"},
        {RULES_QUARTER, "2024-12-31", "2024-Q4", "2024-10-01", "2024-12-31"},
        {RULES_MONTH, "2024-02-10", "2024-02", "2024-02-01", "2024-02-29"},
    };
    struct bench b;
    (void)unused;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct rules_period period = rules_period_of(vectors[i].every, rules_day(str_of(vectors[i].day))),
                            again;
        assert_string_equal(period.name, vectors[i].name);
        assert_string_equal(clock_date(period.first).text, vectors[i].first);
        assert_string_equal(clock_date(period.last).text, vectors[i].last);
        assert_true(rules_period_parse(vectors[i].every, str_of(period.name), &again));
        assert_int_equal(again.first, period.first);
        assert_int_equal(again.last, period.last);
    }
    t_open(&b);
    t_load(&b, "Z");
    t_subject(&b, "unit", 1, 1, 0);
    t_fact(&b, "org.has_systems", 1, NULL, NULL, NULL, 2);
    t_settle(&b);
    assert_string_equal(t_state(&b, "Z16.check", 1), "open 2026-12-31");
    t_fact(&b, "evidence.filed", 1, "2026-09-30", "environment_check_record", "2026-06-30", 0);
    t_settle(&b);
    assert_string_equal(t_state(&b, "Z16.check", 1), "open 2026-12-31"); /* that was the first half */
    t_fact(&b, "evidence.filed", 1, "2026-09-30", "environment_check_record", "2026-07-01", 0);
    t_settle(&b);
    assert_string_equal(t_state(&b, "Z16.check", 1), "satisfied 2026-12-31");
    t_close(&b);
}

/* The holidays of 2027 are published: dates that touched the year are counted again, and the old ones stay
 * readable. */
static void test_provisional_dates_are_recounted(void **unused)
{
    struct bench b;
    char why[160];
    (void)unused;
    t_open(&b);
    t_on(&b, "2026-12-30");
    t_load(&b, "Y");
    notify(&b, 1, "2026-12-30");
    notify(&b, 2, "2026-12-30");
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2027-01-05 provisional");
    struct str files[8];
    for (int year = 2020; year <= 2026; year++)
        files[year - 2020] = t_file(t_lasting, str_format(t_lasting, "packs/calendar/%d.json", year).at);
    files[7] = STR("{\"year\":2027,\"papers\":[],\"days\":[{\"name\":\"元旦\",\"date\":\"2027-01-01\","
                   "\"isOffDay\":true},"
                   "{\"name\":\"元旦\",\"date\":\"2027-01-04\",\"isOffDay\":true},{\"name\":\"元旦\","
                   "\"date\":\"2027-01-05\",\"isOffDay\":true}]}");
    struct calendar *calendar;
    OK(calendar_load(t_lasting, files, 8, &calendar, why));
    rules_set_calendar(calendar);
    sweep_on(&b, "2026-12-31");
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2027-01-07");
    assert_int_equal(t_count(&b,
                             "SELECT COUNT(*) FROM rules_change c JOIN rules_duty d ON d.duty_id = c.duty_id "
                             "WHERE d.rule = 'Y5.fix' AND"
                             " what = 'calendar' AND old_value = '2027-01-05' AND new_value = '2027-01-07'"),
                     2);
    assert_int_equal(t_said_count("late", NULL), 0);
    t_close(&b);
    rules_set_calendar(t_calendar);
}

static void test_extension(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    t_settle(&b);
    assert_int_equal(rules_extend(b.call, "finding", 1, "Y5.fix", 11, STR("太久")), ERR_REFUSED);
    assert_int_equal(rules_extend(b.call, "finding", 1, "Y5.fix", 0, STR("零")), ERR_REFUSED);
    assert_int_equal(rules_extend(b.call, "finding", 2, "Y5.fix", 1, STR("没有")), ERR_REFUSED);
    assert_int_equal(rules_extend(b.call, "finding", 1, "Y2.leaders", 1, STR("不许")), ERR_REFUSED);
    OK(rules_extend(b.call, "finding", 1, "Y5.fix", 4, STR("厂商需要时间")));
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-15");
    OK(rules_extend(b.call, "finding", 1, "Y5.fix", 6, STR("再延")));
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-23");
    assert_int_equal(rules_extend(b.call, "finding", 1, "Y5.fix", 1, STR("超过")), ERR_REFUSED);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_change WHERE what = 'extension'"), 2);
    sweep_on(&b, "2026-10-24");
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-23 late");
    /* reminders belong to a date: the new one has its own */
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_reminder WHERE due_on = '2026-10-10'"), 0);
    t_close(&b);
}

static void test_extension_after_the_date(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    sweep_on(&b, "2026-10-11");
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-10 late");
    OK(rules_extend(b.call, "finding", 1, "Y5.fix", 3, STR("补批")));
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-14");
    sweep_on(&b, "2026-10-15");
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-14 late");
    t_close(&b);
}

static void test_gone_subject_and_repealed_pack(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    notify(&b, 2, "2026-09-30");
    t_settle(&b);
    OK(db_run(b.call, "DELETE FROM t_subject WHERE subject_id = 1"));
    rules_touch(b.call, "finding", 1);
    t_settle(&b);
    assert_string_equal(t_state(&b, "Y5.fix", 1), "cancelled 2026-10-10");
    struct str yaml = t_file(b.call->arena, "packs/Y.yaml"), head, rest;
    size_t at;
    assert_true(str_find(yaml, STR("{from: 2021-12-01}"), &at));
    head = str_slice(yaml, 0, at);
    rest = str_slice(yaml, at + 18, yaml.len);
    t_load_text(&b, str_format(b.call->arena, "%.*s{from: 2021-12-01, to: 2026-10-08}%.*s", STR_ARG(head),
                               STR_ARG(rest)));
    assert_string_equal(t_state(&b, "Y5.fix", 2), "open 2026-10-10");
    sweep_on(&b, "2026-10-09");
    assert_string_equal(t_state(&b, "Y5.fix", 2), "cancelled 2026-10-10");
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE state = 'open'"), 0);
    t_close(&b);
}

/* A system is handed to another unit: its duties go along, by the same clock, and say so. */
static void test_handed_over(void **unused)
{
    struct bench b;
    struct rules_duty duty;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, "2026-09-30");
    t_settle(&b);
    OK(db_run(b.call, "UPDATE t_subject SET unit_id = 2, unit_path = '00010002' WHERE subject_id = 1"));
    rules_touch(b.call, "finding", 1);
    t_on(&b, "2026-10-09");
    t_settle(&b);
    OK(rules_duty_of(b.call, "Y5.fix", "finding", 1, &duty));
    assert_int_equal(duty.unit_id, 2);
    assert_true(str_is(duty.unit_path, "00010002"));
    assert_string_equal(t_state(&b, "Y5.fix", 1), "open 2026-10-10");
    assert_int_equal(
        t_count(
            &b,
            "SELECT COUNT(*) FROM rules_change WHERE what = 'unit' AND old_value = '1' AND new_value = '2'"),
        1);
    t_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_working_days),
        cmocka_unit_test(test_done_in_time_and_late),
        cmocka_unit_test(test_reminders_exactly_once),
        cmocka_unit_test(test_edited_basis_does_not_move_the_clock),
        cmocka_unit_test(test_withdrawn_and_reopened),
        cmocka_unit_test(test_flicking_keeps_the_clock),
        cmocka_unit_test(test_every_year),
        cmocka_unit_test(test_half_years_and_periods),
        cmocka_unit_test(test_provisional_dates_are_recounted),
        cmocka_unit_test(test_extension),
        cmocka_unit_test(test_extension_after_the_date),
        cmocka_unit_test(test_gone_subject_and_repealed_pack),
        cmocka_unit_test(test_handed_over),
    };
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
