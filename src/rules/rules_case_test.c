/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_test.h"

static void notify(struct bench *b, int64_t finding, int64_t system, const char *date)
{
    t_subject(b, "finding", finding, 1 + system / 100, system);
    t_fact(b, "finding.formally_notified", finding, date, NULL, "high", 0);
    t_fact(b, "rectify.fed_back", finding, date, NULL, NULL, 1);
}

/* Y5: the same system again within three calendar months, the last day included, end of month clamped. */
static void test_recurrence_within_three_months(void **unused)
{
    static const struct {
        const char *first, *second;
        bool again;
    } vectors[] = {
        {"2024-11-30", "2025-02-28", true},  {"2024-11-30", "2025-03-01", false},
        {"2023-11-30", "2024-02-29", true},  {"2023-11-30", "2024-03-01", false},
        {"2025-01-15", "2025-04-15", true},  {"2025-01-15", "2025-04-16", false},
        {"2025-03-31", "2025-06-30", true},  {"2025-03-31", "2025-07-01", false},
        {"2025-05-20", "2025-05-20", false}, {"2025-05-20", "2025-05-21", true},
    };
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    int expected = 0;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        int64_t system = ((int64_t)i + 1) * 100, first = system + 1, second = system + 2;
        notify(&b, first, system, vectors[i].first);
        t_settle(&b);
        notify(&b, second, system, vectors[i].second);
        t_settle(&b);
        expected += vectors[i].again;
        if ((int)t_said_count("propose", "Y5.criticism") != expected)
            fail_msg("%s then %s", vectors[i].first, vectors[i].second);
    }
    t_close(&b);
}

/* The order in which records come in does not matter, nor does a letter of many findings propose many times.
 */
static void test_recurrence_in_any_order_once(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, 300, "2026-09-01");
    notify(&b, 2, 300, "2026-09-01");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", NULL), 0); /* one letter */
    notify(&b, 3, 300, "2026-07-10");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", NULL), 1); /* the earlier one came to light later */
    notify(&b, 4, 300, "2026-09-20");
    notify(&b, 5, 300, "2026-09-20");
    notify(&b, 6, 300, "2026-09-20");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", NULL), 2);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_case_subject WHERE rule = 'Y5.criticism'"), 5);
    notify(&b, 7, 400, "2026-09-20"); /* another system */
    t_settle(&b);
    assert_int_equal(t_said_count("propose", NULL), 2);
    for (size_t i = 0; i < t_many_said; i++)
        if (!strcmp(t_said[i].what, "propose")) {
            assert_non_null(strstr(t_said[i].args, "unit persons=2"));
            assert_non_null(strstr(t_said[i].reason, "2026年"));
            assert_int_equal(t_said[i].unit_id, 4);
        }
    t_close(&b);
}

/* What was first seen is what counts: moving the date of the earlier notice afterwards changes nothing. */
static void test_recurrence_is_frozen(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    notify(&b, 1, 300, "2026-01-05");
    t_settle(&b);
    OK(db_run(b.call, "UPDATE t_fact SET since = since + 8640000000 WHERE subject_id = 1"));
    OK(db_run(b.call, "UPDATE t_subject SET system_id = 999 WHERE subject_id = 1"));
    rules_touch(b.call, "finding", 1);
    t_settle(&b);
    notify(&b, 2, 300, "2026-04-05");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "Y5.criticism"), 1);
    /* but a letter withdrawn was no incident */
    notify(&b, 3, 500, "2026-05-05");
    t_settle(&b);
    t_unfact(&b, "finding.formally_notified", 3);
    t_settle(&b);
    notify(&b, 4, 500, "2026-05-20");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "Y5.criticism"), 1);
    t_close(&b);
}

/* Closed, found again and notified anew: its first life is an incident that the second repeats, whether the
 * touched subject alone is looked at or all of them. */
static void test_recurrence_of_the_same_record(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    for (int64_t id = 1; id <= 2; id++) {
        notify(&b, id, 300 * id, "2026-07-01");
        t_settle(&b);
        OK(rules_keep_past(b.call, "finding", id));
        t_unfact(&b, "finding.formally_notified", id);
        t_settle(&b);
        assert_int_equal(t_said_count("propose", "Y5.criticism"), id - 1);
        t_fact(&b, "finding.formally_notified", id, "2026-08-15", NULL, "high", 0);
        if (id == 1)
            t_settle(&b);
        else
            OK(t_sweep_in_steps(&b));
        assert_int_equal(t_said_count("propose", "Y5.criticism"), id);
    }
    notify(&b, 3, 900, "2026-07-01"); /* beyond three months it is no recurrence */
    t_settle(&b);
    OK(rules_keep_past(b.call, "finding", 3));
    t_unfact(&b, "finding.formally_notified", 3);
    t_settle(&b);
    t_fact(&b, "finding.formally_notified", 3, "2026-10-02", NULL, "high", 0);
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "Y5.criticism"), 2);
    t_close(&b);
}

static void test_lateness_proposes_once(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    for (int64_t finding = 1; finding <= 3; finding++) {
        t_subject(&b, "finding", finding, 1, 10);
        t_fact(&b, "finding.formally_notified", finding, "2026-09-30", NULL, "low", 0);
    }
    t_settle(&b);
    t_on(&b, "2026-10-10");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", NULL), 0);
    t_on(&b, "2026-10-11");
    t_settle(&b);
    assert_int_equal(t_said_count("late", NULL), 3);
    assert_int_equal(t_said_count("propose", "Y5.criticism"), 1); /* one system, one letter, one proposal */
    for (int day = 12; day < 30; day++) {
        t_on(&b, str_format(b.call->arena, "2026-10-%d", day).at);
        t_settle(&b);
    }
    assert_int_equal(t_said_count("propose", "Y5.criticism"), 1);
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'consequence.proposed'"), 1);
    t_close(&b);
}

static void test_interviews_by_severity(void **unused)
{
    static const struct {
        const char *severity, *rule;
    } vectors[] = {
        {"critical", "S9.high"}, {"high", "S9.high"}, {"medium", "S9.medium"}, {"low", NULL}, {"info", NULL}};
    struct bench b;
    size_t high = 0, medium = 0;
    (void)unused;
    t_open(&b);
    t_load(&b, "S");
    for (size_t i = 0; i < 5; i++) {
        t_subject(&b, "finding", (int64_t)i + 1, (int64_t)i + 1, 0);
        t_fact(&b, "finding.notified_from_outside", (int64_t)i + 1, "2026-09-29", NULL, vectors[i].severity,
               0);
        t_settle(&b);
        high += vectors[i].rule && !strcmp(vectors[i].rule, "S9.high");
        medium += vectors[i].rule && !strcmp(vectors[i].rule, "S9.medium");
        assert_int_equal(t_said_count("propose", "S9.high"), high);
        assert_int_equal(t_said_count("propose", "S9.medium"), medium);
    }
    /* a second notice on another day is another cause; the same notice with more findings is not */
    t_subject(&b, "finding", 11, 1, 0);
    t_fact(&b, "finding.notified_from_outside", 11, "2026-09-29", NULL, "high", 0);
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "S9.high"), high);
    t_fact(&b, "finding.notified_from_outside", 11, "2026-09-30", NULL, "high", 0);
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "S9.high"), high + 1);
    /* before the notice was in force */
    t_subject(&b, "finding", 12, 9, 0);
    t_fact(&b, "finding.notified_from_outside", 12, "2022-01-18", NULL, "high", 0);
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "S9.high"), high + 1);
    t_close(&b);
}

static void test_concealment_and_shutdown(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "S");
    t_subject(&b, "address", 1, 1, 0);
    t_subject(&b, "address", 2, 1, 0);
    t_fact(&b, "finding.unregistered_live", 1, "2026-09-30", NULL, NULL, 1);
    t_fact(&b, "finding.unregistered_live", 2, "2026-09-30", NULL, NULL, 1);
    t_subject(&b, "system", 5, 1, 0);
    t_fact(&b, "registry.online", 5, "2026-09-30", NULL, NULL, 1);
    t_fact(&b, "registry.level", 5, "2026-09-30", NULL, NULL, 2);
    t_fact(&b, "registry.graded", 5, "2026-09-30", NULL, NULL, 1);
    t_fact(&b, "registry.filed", 5, "2026-09-30", NULL, NULL, 1);
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.filing", 5), "open 2026-10-20");
    t_fact(&b, "finding.address_settled", 2, "2026-10-08", NULL, NULL, 1);
    t_on(&b, "2026-10-14");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "S2.concealment"), 1);
    t_on(&b, "2026-10-21");
    t_settle(&b);
    assert_int_equal(t_said_count("propose", "S3.shutdown"), 1);
    t_close(&b);
}

static size_t unmet(struct bench *b, int64_t system, const char **ret_articles)
{
    BUF(out, 4096);
    call_faults_clear(b->call);
    enum err word = rules_gate(b->call, "system.go_live", system);
    size_t many = 0;
    for (struct call_fault *fault = b->call->faults; fault; fault = fault->next, many++)
        buf_format(&out, "%s%s", many ? " " : "", fault->article);
    assert_int_equal(word, many ? ERR_REFUSED : ERR_OK);
    *ret_articles = str_copy(b->call->arena, buf_str(&out)).at;
    return many;
}

static void test_gate_lists_everything(void **unused)
{
    static const char *const facts[] = {
        "registry.graded",   "registry.plan_filed",        "registry.project_evaluated",
        "registry.accepted", "registry.evaluation_passed", "registry.filed"};
    struct bench b;
    const char *articles;
    (void)unused;
    t_open(&b);
    OK(rules_gate(b.call, "system.go_live", 5)); /* no pack, no gate */
    t_load(&b, "J");
    t_load(&b, "S");
    t_load(&b, "Z");
    t_subject(&b, "system", 5, 1, 0);
    t_subject(&b, "system", 6, 1, 0);
    t_fact(&b, "registry.level", 5, NULL, NULL, NULL, 2);
    t_fact(&b, "registry.level", 6, NULL, NULL, NULL, 1);
    unmet(&b, 5, &articles);
    assert_string_equal(articles, "J8 J8 S3 S3 S3 S4 S6 S7 Z15 Z15");
    assert_non_null(strstr(b.call->faults->args[1].at, "《政务数据安全管理办法（试行）》第八条"));
    unmet(&b, 6, &articles); /* level 1: no filing, no evaluation */
    assert_string_equal(articles, "J8 J8 S3 S4 S6 S7");
    for (size_t i = 0; i < 5; i++)
        t_fact(&b, facts[i], 5, NULL, NULL, NULL, 1);
    unmet(&b, 5, &articles);
    assert_string_equal(articles, "S3 Z15");
    t_fact(&b, facts[5], 5, NULL, NULL, NULL, 1);
    assert_int_equal(unmet(&b, 5, &articles), 0);
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    OK(rules_gate_show(b.call, "system.go_live", 6, &w));
    json_close_object(&w);
    const struct json *shown;
    OK(json_parse(b.call->arena, buf_str(&out), &shown, NULL));
    assert_int_equal(json_count(json_get(shown, "requirements")), 6);
    t_close(&b);
}

static void test_exemption_of_a_gate(void **unused)
{
    struct bench b;
    const char *articles;
    int64_t id;
    (void)unused;
    t_open(&b);
    t_load(&b, "S");
    t_subject(&b, "system", 6, 1, 0);
    struct rules_exemption ask = {STR("S6.go_live"), STR("应急上线"), STR("2026-12-31"), 6};
    struct rules_exemption bad = ask;
    bad.rule = STR("S6.nothing");
    assert_int_equal(rules_exemption_ask(b.call, &bad, &id), ERR_REFUSED);
    bad = ask;
    bad.until_on = STR("2026-09-30");
    assert_int_equal(rules_exemption_ask(b.call, &bad, &id), ERR_INVALID);
    bad.until_on = STR("2027-03-30");
    assert_int_equal(rules_exemption_ask(b.call, &bad, &id), ERR_REFUSED); /* 181 days */
    bad = ask;
    bad.subject_id = 77;
    assert_int_equal(rules_exemption_ask(b.call, &bad, &id), ERR_NOT_FOUND);
    OK(rules_exemption_ask(b.call, &ask, &id));
    assert_int_equal(rules_exemption_ask(b.call, &ask, &bad.subject_id), ERR_CONFLICT);
    unmet(&b, 6, &articles);
    assert_string_equal(articles, "S3 S4 S6 S7"); /* asked is not granted */
    call_faults_clear(b.call);
    assert_int_equal(rules_exemption_decide(b.call, id, true, STR("同意")),
                     ERR_REFUSED); /* the same person */
    b.actor.user_id = 8;
    OK(rules_exemption_decide(b.call, id, true, STR("同意")));
    assert_int_equal(rules_exemption_decide(b.call, id, false, STR("再想")), ERR_REFUSED);
    unmet(&b, 6, &articles);
    assert_string_equal(articles, "S3 S4 S7");
    t_on(&b, "2026-12-31");
    unmet(&b, 6, &articles);
    assert_string_equal(articles, "S3 S4 S7");
    t_on(&b, "2027-01-01");
    unmet(&b, 6, &articles);
    assert_string_equal(articles, "S3 S4 S6 S7");
    assert_int_equal(
        t_count(&b,
                "SELECT COUNT(*) FROM ledger_entry WHERE verb IN ('exemption.asked', 'exemption.approved')"),
        2);
    t_close(&b);
}

static void test_exemption_of_a_duty(void **unused)
{
    struct bench b;
    int64_t id;
    (void)unused;
    t_open(&b);
    t_load(&b, "S");
    t_subject(&b, "system", 5, 1, 0);
    t_fact(&b, "registry.online", 5, "2026-09-30", NULL, NULL, 1);
    t_settle(&b);
    struct rules_exemption ask = {STR("S3.grading"), STR("整体迁移中"), STR("2026-11-16"), 5};
    OK(rules_exemption_ask(b.call, &ask, &id));
    b.actor.user_id = 8;
    OK(rules_exemption_decide(b.call, id, true, STR_NONE));
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "waived 2026-10-20");
    t_on(&b, "2026-11-16");
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "waived 2026-10-20");
    t_on(&b, "2026-11-17"); /* over: due on the day it ended, so late now */
    t_settle(&b);
    assert_string_equal(t_state(&b, "S3.grading", 5), "open 2026-11-16 late");
    assert_int_equal(t_count(&b, "SELECT COUNT(*) FROM rules_duty WHERE rule = 'S3.grading' AND current = 1"),
                     1);
    assert_int_equal(t_said_count("propose", "S3.shutdown"), 1);
    t_close(&b);
}

static void test_coverage(void **unused)
{
    struct bench b;
    (void)unused;
    t_open(&b);
    t_load(&b, "Y");
    for (int64_t unit = 1; unit <= 4; unit++) {
        t_subject(&b, "unit", unit, unit, 0);
        t_fact(&b, "org.unit_kind", unit, NULL, NULL, "bureau", 0);
    }
    t_fact(&b, "org.post_filled", 1, NULL, "admin_head", NULL, 1);
    t_fact(&b, "org.post_filled", 1, NULL, "deputy_in_charge", NULL, 1);
    t_fact(&b, "org.post_filled", 2, NULL, "admin_head", NULL, 1);
    t_settle(&b);
    t_on(&b, "2026-11-02");
    t_subject(&b, "unit", 5, 5, 0);
    t_fact(&b, "org.unit_kind", 5, NULL, NULL, "bureau", 0);
    t_settle(&b);
    for (int pass = 0; pass < 2; pass++) {
        BUF(out, 1024 * 1024);
        struct json_writer w = json_writer(&out);
        json_open_object(&w, NULL);
        OK(rules_coverage(b.call, pass ? STR("00010002") : STR(""), &w));
        json_close_object(&w);
        const struct json *shown, *y2, *y8;
        OK(json_parse(b.call->arena, buf_str(&out), &shown, NULL));
        assert_int_equal(json_count(json_get(shown, "articles")), 7);
        y2 = json_item(json_get(shown, "articles"), 0);
        y8 = json_item(json_get(shown, "articles"), 6);
        assert_true(str_is(json_text(json_get(y2, "article")), "Y2"));
        assert_int_equal(json_int(json_get(y2, "fulfilled"), -1), pass ? 0 : 1);
        assert_int_equal(json_int(json_get(y2, "late"), -1), pass ? 1 : 3);
        /* 1: leaders named, no report heard yet; 5: new */
        assert_int_equal(json_int(json_get(json_get(y2, "units"), "due"), -1), pass ? 0 : 2);
        assert_int_equal(json_int(json_get(json_get(y2, "units"), "late"), -1), pass ? 1 : 3);
        assert_true(json_bool(json_get(y2, "supported"), false));
        assert_false(json_bool(json_get(y8, "supported"), true));
        assert_true(json_text(json_get(y8, "not_yet")).len > 10);
    }
    t_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recurrence_within_three_months),
        cmocka_unit_test(test_recurrence_in_any_order_once),
        cmocka_unit_test(test_recurrence_is_frozen),
        cmocka_unit_test(test_recurrence_of_the_same_record),
        cmocka_unit_test(test_lateness_proposes_once),
        cmocka_unit_test(test_interviews_by_severity),
        cmocka_unit_test(test_concealment_and_shutdown),
        cmocka_unit_test(test_gate_lists_everything),
        cmocka_unit_test(test_exemption_of_a_gate),
        cmocka_unit_test(test_exemption_of_a_duty),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, t_declare, NULL);
}
