/* SPDX-License-Identifier: Apache-2.0
 *
 * The first page counts what is mine and nothing else; the leader's page divides like by like.
 */
#include "domain/domain_test.h"
#include "domain/workbench/workbench_inner.h"

extern const struct module workbench_module;

static struct county county;
static struct call *call;

static int setup(void **state)
{
    (void)state;
    county_open(&county);
    call = county.call;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    county_close(&county);
    return 0;
}

static const struct json *page(enum county_account who)
{
    const struct json *root;
    county_act(&county, who);
    BUF(out, 1 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    struct http_exchange x = {.out = &w};
    assert_int_equal(workbench_module.routes[0].handle(call, &x), ERR_OK);
    json_close_object(&w);
    assert_int_equal(json_parse(call->arena, buf_str(&out), &root, NULL), ERR_OK);
    return root;
}

static int64_t at(const struct json *root, const char *block, const char *name)
{
    return json_int(json_get(json_get(root, block), name), -1);
}

static void duty(int64_t unit_id, const char *path, const char *due_on, const char *role)
{
    static int64_t serial;
    county_run(&county,
               "INSERT INTO rules_duty (pack, pack_version, rule, article, cite, subject_kind, subject_id, "
               "subject_label, occurrence, unit_id, unit_path,"
               " system_id, text, text_en, answers, answers_role, state, current, opened_at_ms, due_kind, "
               "due_n, due_on, calendar)"
               " VALUES ('T', '1', 'T1.a', 'T1', '第一条', 'unit', $1, '某事项', $1, $2, $3, 0, '完成某事', "
               "'Do it', $4, $5, 'open', 1, 1, 'working_days', 3,"
               " $6, 'x')",
               db_int(++serial), db_int(unit_id), db_c(path), db_c(role ? role : "security_officer"),
               db_int(role != NULL), db_c(due_on));
}

static void letter(int64_t unit_id, const char *path, const char *state, const char *due_on,
                   int64_t issued_ms, int64_t fed_ms)
{
    county_run(&county,
               "INSERT INTO rectify_letter (letter_kind, unit_id, unit_path, title, state, severity, "
               "findings, drafted_by, drafted_at_ms, due_date,"
               " issued_at_ms, fed_back_at_ms) VALUES ('rectification_order', $1, $2, '通知', $3, 'high', 1, "
               "1, 1, $4, $5, $6)",
               db_int(unit_id), db_c(path), db_c(state), db_c(due_on), db_int_or_null(issued_ms),
               db_int_or_null(fed_ms));
}

static void finding(int64_t id, int64_t unit_id, const char *path, const char *severity, const char *state,
                    int64_t notified_ms, int64_t closed_ms, int64_t reopened)
{
    county_run(&county,
               "INSERT INTO finding (finding_id, finding_no, unit_id, unit_path, source, kind, title, "
               "severity, state, first_seen_ms, last_seen_ms,"
               " notified_at_ms, closed_at_ms, reopened_count) VALUES ($1, 'YH-' || $1, $2, $3, 'scan', "
               "'weakness', 'x', $4, $5, 1, 1, $6, $7, $8)",
               db_int(id), db_int(unit_id), db_c(path), db_c(severity), db_c(state),
               db_int_or_null(notified_ms), db_int_or_null(closed_ms), db_int(reopened));
}

static void everybody_sees_their_own_work(void **state)
{
    (void)state;
    duty(COUNTY_EDU, COUNTY_EDU_PATH, "2026-08-20", NULL);
    duty(COUNTY_SCHOOL, COUNTY_SCHOOL_PATH, "2026-09-01", NULL);
    duty(COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-04", NULL);
    duty(COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-07", NULL);
    duty(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "2026-08-01", NULL);
    duty(COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-01", "county_officer");
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "draft", NULL, 0, 0);
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "issued", "2026-08-30", 1, 0);
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "acknowledged", "2026-09-02", 1, 0);
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "fed_back", "2026-08-30", 1, 2);
    finding(1, COUNTY_EDU, COUNTY_EDU_PATH, "high", "reported", 0, 0, 0);
    finding(2, COUNTY_EDU, COUNTY_EDU_PATH, "high", "closed", 1, 2, 0);
    finding(3, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "critical", "retesting", 1, 0, 0);
    county_system(&county, COUNTY_EDU, COUNTY_EDU_PATH, "门户");
    county_run(&county, "UPDATE info_system SET filing_status = 'filed'");
    county_system(&county, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "挂号");

    const struct json *edu = page(EDU_OFFICER);
    assert_int_equal(at(edu, "duties", "open"), 4);
    assert_int_equal(at(edu, "duties", "late"), 1);
    assert_int_equal(at(edu, "duties", "due_today"), 1);
    assert_int_equal(at(edu, "duties", "due_soon"),
                     1); /* Friday the 4th is three working days on, Monday the 7th is not */
    const struct json *soonest = json_get(json_get(edu, "duties"), "soonest");
    assert_int_equal(json_count(soonest), 4);
    assert_true(str_is(json_text(json_get(json_item(soonest, 0), "due_on")), "2026-08-20"));
    assert_int_equal(json_int(json_get(json_item(soonest, 0), "countdown_working_days"), 0), -8);
    assert_int_equal(json_int(json_get(json_item(soonest, 2), "countdown_working_days"), 0), 3);
    assert_int_equal(at(edu, "letters", "issued"), 1);
    assert_int_equal(at(edu, "letters", "late"), 1);
    assert_int_equal(at(edu, "letters", "draft"), -1); /* not told of */
    assert_int_equal(at(edu, "findings", "high"), 1);
    assert_int_equal(at(edu, "findings", "critical"), 0);
    assert_int_equal(at(edu, "systems", "total"), 1);
    assert_int_equal(at(edu, "systems", "not_filed"), 0);
    assert_null(json_get(edu, "red"));
    assert_null(json_get(edu, "cases"));

    const struct json *officer = page(OFFICER);
    assert_int_equal(at(officer, "duties", "open"), 1); /* what the rules put on the role */
    assert_int_equal(at(officer, "all_duties", "open"), 6);
    assert_int_equal(at(officer, "all_duties", "late"), 2);
    assert_int_equal(at(officer, "all_duties", "units_late"), 2);
    assert_int_equal(json_count(json_get(officer, "red")), 2);
    assert_int_equal(at(officer, "letters", "draft"), 1);
    assert_int_equal(at(officer, "letters", "late"), 1);
    assert_int_equal(at(officer, "findings", "critical"), 1);
    assert_int_equal(at(officer, "findings", "retesting"), 1);
    assert_int_equal(at(officer, "systems", "not_filed"), 1);

    assert_null(json_get(page(SCANNER), "letters"));
    assert_null(json_get(page(SYSADMIN), "duties"));
    assert_int_equal(at(page(SYSADMIN), "inbox", "unread"), 0);
}

static void cases_wait_for_those_who_may_decide(void **state)
{
    (void)state;
    county_run(
        &county,
        "INSERT INTO discipline_case (case_kind, state, title, unit_id, unit_path, reason, facts, needs, "
        "decide_role, proposed_by, proposed_by_name,"
        " proposed_at_ms, decided1_by, interviewer_post) VALUES"
        " ('criticism', 'first_agreed', 'x', 2, '00010002', 'r', 'f', 2, 'bureau_leader', 0, '', 1, $1, "
        "NULL),"
        " ('interview', 'proposed', 'x', 2, '00010002', 'r', 'f', 1, 'bureau_leader', 0, '', 1, NULL, "
        "'office_director'),"
        " ('interview', 'dropped', 'x', 2, '00010002', 'r', 'f', 1, 'bureau_leader', 0, '', 1, NULL, NULL)",
        db_int(LEADER));
    assert_int_equal(at(page(LEADER), "cases", "waiting"), 2);
    assert_int_equal(at(page(LEADER), "cases", "waiting_for_me"), 1);
    assert_int_equal(at(page(LEADER2), "cases", "waiting_for_me"), 2);
    assert_int_equal(at(page(DIRECTOR), "cases", "waiting_for_me"), 1);
    assert_int_equal(at(page(OFFICER), "cases", "waiting_for_me"), 0);
}

/* ---- what is to be done ---- */

static const struct json *line(const struct json *root, const char *kind)
{
    const struct json *list = json_get(root, "todo");
    for (size_t i = 0; i < json_count(list); i++)
        if (str_is(json_text(json_get(json_item(list, i), "kind")), kind))
            return json_item(list, i);
    return NULL;
}
static int64_t number(const struct json *root, const char *kind, const char *name)
{
    const struct json *found = line(root, kind);
    return found ? json_int(json_get(found, name), -1) : -1;
}

static void one_list_of_what_is_to_be_done(void **state)
{
    (void)state;
    duty(COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-04", NULL);
    duty(COUNTY_SCHOOL, COUNTY_SCHOOL_PATH, "2026-09-04", NULL);
    duty(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "2026-08-01", NULL);
    duty(COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-03", "county_officer");
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "issued", "2026-08-28", 1, 0);
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "fed_back", "2026-09-02", 1, 2);
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "returned", "2026-09-02", 1, 0);
    county_run(&county,
               "INSERT INTO rectify_feedback (letter_id, unit_id, unit_path, state, filled_by, saved_at_ms, "
               "submitted_at_ms) SELECT letter_id, unit_id, unit_path, 'submitted', 1, 1, 1 FROM "
               "rectify_letter WHERE state = 'fed_back'");
    const struct json *edu = page(EDU_OFFICER);
    assert_int_equal(json_count(json_get(edu, "todo")), 2);
    assert_true(
        str_is(json_text(json_get(json_item(json_get(edu, "todo"), 0), "kind")), "letter_acknowledge"));
    assert_true(json_bool(json_get(line(edu, "letter_acknowledge"), "late"), false));
    assert_int_equal(number(edu, "letter_acknowledge", "countdown_working_days"), -2);
    assert_int_equal(number(edu, "duty", "many"), 2); /* the same by rule and day: one line */
    assert_null(line(edu, "letter_correct"));         /* another unit's */
    assert_non_null(line(page(EDU_LEADER), "letter_sign"));
    assert_non_null(line(page(HEALTH_OFFICER), "letter_correct"));

    const struct json *officer = page(OFFICER);
    assert_non_null(line(officer, "letter_review"));
    assert_null(line(officer, "letter_close")); /* not before the answer is judged */
    assert_null(line(officer, "letter_acknowledge"));
    assert_int_equal(number(officer, "duty", "many"), 1);

    /* A duty about a finding that an open letter names is the letter's own. */
    finding(9, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "high", "notified", 1, 0, 0);
    county_run(&county, "INSERT INTO rectify_letter_finding (letter_id, finding_id) SELECT letter_id, 9 FROM "
                        "rectify_letter WHERE state = 'returned'");
    county_run(&county, "UPDATE rules_duty SET subject_kind = 'finding', subject_id = 9 WHERE unit_id = 3");
    assert_null(line(page(HEALTH_OFFICER), "duty"));
    county_run(&county, "UPDATE rectify_letter SET state = 'fed_back' WHERE state = 'returned'");
    assert_non_null(line(page(HEALTH_OFFICER), "duty"));
    assert_null(json_get(page(SYSADMIN), "todo"));
}

static void alike_cases_are_one_line_for_those_who_decide(void **state)
{
    (void)state;
    county_run(
        &county,
        "INSERT INTO discipline_case (case_kind, state, title, unit_id, unit_path, reason, facts, needs, "
        "decide_role, proposed_by, proposed_by_name, proposed_at_ms, decided1_by, article) VALUES "
        "('shutdown', 'proposed', 'x', 2, '00010002', 'r', 'f', 1, 'bureau_leader', 0, '', 1, NULL, 'S3'),"
        "('shutdown', 'proposed', 'x', 3, '00010003', 'r', 'f', 1, 'bureau_leader', 0, '', 1, NULL, 'S3'),"
        "('criticism', 'first_agreed', 'x', 2, '00010002', 'r', 'f', 2, 'bureau_leader', 0, '', 1, $1, 'Y5')",
        db_int(LEADER));
    assert_int_equal(json_count(json_get(page(LEADER), "todo")),
                     1); /* the first to agree is not the second */
    assert_int_equal(number(page(LEADER), "case_decide", "many"), 2);
    assert_int_equal(json_count(json_get(page(LEADER2), "todo")), 2);
    assert_null(line(page(OFFICER), "case_decide"));
    county_run(&county, "UPDATE discipline_case SET state = 'approved'");
    assert_null(line(page(LEADER2), "case_decide"));
    assert_non_null(line(page(OFFICER), "case_issue"));
    county_run(&county, "UPDATE discipline_case SET state = 'held', follow_up_on = '2026-09-10'");
    assert_non_null(line(page(DIRECTOR), "case_follow"));
}

/* ---- the pictures ---- */

static int64_t ms(int month, int mday, int hour);

static const struct json *overview(struct str scope)
{
    const struct json *root;
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    assert_int_equal(workbench_overview(call, scope, &w), ERR_OK);
    json_close_object(&w);
    assert_int_equal(json_parse(call->arena, buf_str(&out), &root, NULL), ERR_OK);
    return root;
}
static int64_t in(const struct json *list, size_t row, const char *name)
{
    return json_int(json_get(json_item(list, row), name), -1);
}

static void pictures_count_what_the_scope_holds(void **state)
{
    (void)state;
    finding(1, COUNTY_EDU, COUNTY_EDU_PATH, "high", "closed", ms(8, 1, 0), ms(8, 5, 0), 0);
    finding(2, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "high", "notified", ms(7, 31, 23), 0, 0);
    finding(3, COUNTY_EDU, COUNTY_EDU_PATH, "high", "false_positive", ms(8, 3, 0), 0, 0);
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "closed_out", "2026-08-20", ms(8, 17, 9), ms(8, 20, 23));
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "fed_back", "2026-08-20", ms(8, 17, 9), ms(8, 21, 0));
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "issued", "2026-08-25", ms(8, 20, 9), 0);
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "issued", "2026-09-03", ms(8, 31, 9), 0); /* not due yet */
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "draft", NULL, 0, 0);
    county_system(&county, COUNTY_EDU, COUNTY_EDU_PATH, "门户");
    county_system(&county, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "挂号");
    county_run(
        &county,
        "INSERT INTO collection (collection_id, form_id, form_kind, pack_version, title, due_on, state, "
        "unit_id, unit_path, launched_by, launched_by_name, launched_at_ms) VALUES (5, 'x', 'form', "
        "'1', '责任表', '2026-08-28', 'open', 1, '0001', 1, '', 1)");
    county_run(
        &county,
        "INSERT INTO collection_task (collection_id, form_id, unit_id, unit_path, state) VALUES (5, 'x', "
        "2, '00010002', 'handed_in'), (5, 'x', 3, '00010003', 'not_started')");

    const struct json *all = overview(STR(""));
    const struct json *months = json_get(all, "months");
    assert_int_equal(json_count(months), 12);
    assert_true(str_is(json_text(json_get(json_item(months, 11), "month")), "2026-09"));
    assert_int_equal(in(months, 10, "notified"), 1); /* August; midnight in China divides the months */
    assert_int_equal(in(months, 10, "closed"), 1);
    assert_int_equal(in(months, 9, "notified"), 1);
    assert_int_equal(in(months, 10, "due"), 3);
    assert_int_equal(in(months, 10, "on_time"), 1);
    assert_int_equal(in(months, 11, "due"), 0);
    const struct json *units = json_get(all, "units");
    assert_int_equal(json_count(units), 2);
    assert_int_equal(in(units, 0, "due"), 2);
    assert_int_equal(in(units, 0, "on_time"), 1);
    assert_int_equal(in(units, 1, "letters"), 2);
    assert_int_equal(in(units, 1, "late"), 1);
    assert_int_equal(in(json_get(all, "register"), 0, "many"), 2);
    const struct json *collections = json_get(all, "collections");
    assert_int_equal(in(collections, 0, "handed_in"), 1);
    assert_int_equal(in(collections, 0, "not_started"), 1);
    assert_true(json_bool(json_get(json_item(collections, 0), "late"), false));

    const struct json *edu = overview(STR(COUNTY_EDU_PATH));
    assert_int_equal(json_count(json_get(edu, "units")), 1);
    assert_int_equal(in(json_get(edu, "months"), 9, "notified"), 0);
    assert_int_equal(in(json_get(edu, "register"), 0, "many"), 1);
    assert_int_equal(in(json_get(edu, "collections"), 0, "not_started"), 0);
}

/* ---- the leader's page ---- */

static const struct json *figure(const struct json *root, const char *key)
{
    const struct json *list = json_get(root, "figures");
    for (size_t i = 0; i < json_count(list); i++)
        if (str_is(json_text(json_get(json_item(list, i), "key")), key))
            return json_item(list, i);
    fail_msg("no figure %s", key);
    return NULL;
}

static const struct json *brief(struct str scope, const char *month)
{
    const struct json *root;
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    assert_int_equal(workbench_brief(call, scope, str_of(month), &w), ERR_OK);
    json_close_object(&w);
    assert_int_equal(json_parse(call->arena, buf_str(&out), &root, NULL), ERR_OK);
    return root;
}

static int64_t ms(int month, int mday, int hour)
{
    return clock_ms_of_day(clock_day(2026, month, mday)) + hour * 3600000LL;
}

static void expect_rate(const struct json *f, int64_t num, int64_t den, double value)
{
    assert_int_equal(json_int(json_get(f, "numerator"), -1), num);
    assert_int_equal(json_int(json_get(f, "denominator"), -1), den);
    assert_true(json_real(json_get(f, "value"), -1) > value - 0.01 &&
                json_real(json_get(f, "value"), -1) < value + 0.01);
}

static void rates_have_their_denominators(void **state)
{
    (void)state;
    /* August: three notified, two closed, one of them came back; midnight in China divides the months. */
    finding(1, COUNTY_EDU, COUNTY_EDU_PATH, "high", "closed", ms(8, 1, 0), ms(8, 5, 0), 0);
    finding(2, COUNTY_EDU, COUNTY_EDU_PATH, "high", "closed", ms(8, 31, 23), ms(9, 1, 11), 1);
    finding(3, COUNTY_HEALTH, COUNTY_HEALTH_PATH, "high", "notified", ms(8, 10, 9), 0, 0);
    finding(4, COUNTY_EDU, COUNTY_EDU_PATH, "high", "false_positive", ms(8, 10, 9), ms(8, 11, 9),
            0); /* never was one */
    finding(5, COUNTY_EDU, COUNTY_EDU_PATH, "high", "notified", ms(7, 31, 23), 0, 0);
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "closed_out", "2026-08-20", ms(8, 17, 9),
           ms(8, 20, 23)); /* the last hour counts */
    letter(COUNTY_EDU, COUNTY_EDU_PATH, "fed_back", "2026-08-20", ms(8, 17, 9),
           ms(8, 21, 0));                                                               /* one hour late */
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "issued", "2026-08-25", ms(8, 20, 9), 0); /* never answered */
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "withdrawn", "2026-08-25", ms(8, 20, 9), 0);
    letter(COUNTY_HEALTH, COUNTY_HEALTH_PATH, "issued", "2026-09-03", ms(8, 31, 9), 0); /* not due yet */
    const struct json *august = brief(STR(""), "2026-08");
    assert_true(str_is(json_text(json_get(august, "previous_month")), "2026-07"));
    expect_rate(figure(august, "rectification_rate"), 2, 3, 66.7);
    expect_rate(figure(august, "recurrence_rate"), 1, 3, 33.3);
    expect_rate(figure(august, "on_time_rate"), 1, 3, 33.3);
    assert_int_equal(json_int(json_get(figure(august, "rectification_rate"), "previous_denominator"), -1), 1);
    assert_true(json_real(json_get(figure(august, "rectification_rate"), "previous"), -1) == 0.0);
    assert_int_equal(json_int(json_get(figure(august, "letters_issued"), "value"), -1), 4);
    const struct json *days = figure(august, "handling_days");
    assert_int_equal(json_int(json_get(days, "denominator"), -1), 1);
    assert_true(json_real(json_get(days, "value"), 0) == 4.0);
    const struct json *september = brief(STR(""), "");
    assert_true(str_is(json_text(json_get(september, "month")), "2026-09"));
    assert_int_equal(json_kind(json_get(figure(september, "on_time_rate"), "value")),
                     JSON_NULL); /* nothing due: no rate, not 100 % */
    assert_true(json_real(json_get(figure(september, "handling_days"), "value"), 0) == 0.5);
    expect_rate(figure(brief(STR(COUNTY_EDU_PATH), "2026-08"), "rectification_rate"), 2, 2, 100.0);
    BUF(out, 1024);
    struct json_writer w = json_writer(&out);
    assert_int_equal(workbench_brief(call, STR(""), STR("2026-8"), &w), ERR_INVALID);
    assert_int_equal(workbench_brief(call, STR(""), STR("2026-13"), &w), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_sees_their_own_work, setup, teardown),
        cmocka_unit_test_setup_teardown(cases_wait_for_those_who_may_decide, setup, teardown),
        cmocka_unit_test_setup_teardown(one_list_of_what_is_to_be_done, setup, teardown),
        cmocka_unit_test_setup_teardown(alike_cases_are_one_line_for_those_who_decide, setup, teardown),
        cmocka_unit_test_setup_teardown(pictures_count_what_the_scope_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(rates_have_their_denominators, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
