/* SPDX-License-Identifier: Apache-2.0
 *
 * The quality checks of the register with the shipped pack Q: what is found, when it goes, what becomes a
 * duty.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/clock.h"
#include "domain/domain_tables_test.h"
#include "domain/registry/registry_inner.h"

#define OK(expression) assert_int_equal((expression), ERR_OK)

extern const struct module org_module, registry_module;

static struct arena *lasting;
static struct calendar *calendar;

static int declare(void **unused)
{
    static const struct module *const modules[] = {&org_module, &registry_module};
    struct str files[7];
    char why[160];
    (void)unused;
    lasting = arena_new(64 << 20);
    for (size_t i = 0; i < 2; i++) {
        rules_declare_subjects(modules[i]->subjects, modules[i]->many_subjects);
        rules_declare_facts(modules[i]->facts, modules[i]->many_facts);
        if (modules[i]->start)
            modules[i]->start();
    }
    const char *source = getenv("ANZE_SOURCE");
    for (int i = 0; i < 7; i++)
        files[i] =
            domain_test_file(lasting, str_format(lasting, "%s/packs/calendar/%d.json", source, 2020 + i).at);
    OK(calendar_load(lasting, files, 7, &calendar, why));
    rules_set_calendar(calendar);
    return 0;
}

static int forget(void **unused)
{
    (void)unused;
    rules_set_calendar(NULL);
    arena_free(lasting);
    return 0;
}

static int open_bare(void **state)
{
    static struct domain_test t;
    domain_test_open(&t);
    t.call->now_ms = clock_ms_of_day(clock_day(2026, 9, 7)) + 9 * 3600000;
    *state = &t;
    return 0;
}

static int open_with_pack(void **state)
{
    struct rules_load_report report;
    open_bare(state);
    struct domain_test *t = *state;
    struct str yaml = domain_test_file(
        t->call->arena, str_format(t->call->arena, "%s/packs/Q.yaml", getenv("ANZE_SOURCE")).at);
    OK(rules_pack_load(t->call, yaml, false, &report));
    return 0;
}

static int close_test(void **state)
{
    domain_test_close(*state);
    return 0;
}

/* pairs: fields of the system; address: "host|ip|icp", any of them empty; NULL: none. */
static int64_t make(struct domain_test *t, int64_t unit_id, const char *name, const char *const *pairs,
                    const char *address)
{
    int64_t system_id = 0;
    struct arena *arena = t->call->arena;
    struct field_record record = domain_test_record(t->call, &registry_system_table, pairs);
    *field_get(&record, "unit_id") = (struct field_value){.given = true, .number = unit_id};
    *field_get(&record, "system_name") = (struct field_value){.given = true, .text = str_of(name)};
    *field_get(&record, "system_type") = (struct field_value){.given = true, .text = STR("website")};
    if (address) {
        struct str rest = str_of(address), part;
        struct field_record *row = ARENA_NEW(arena, struct field_record);
        *row = domain_test_record(t->call, &registry_endpoint_table, (const char *const[]){NULL});
        static const char *const names[] = {"domain", "ip", "icp_no"};
        for (int i = 0; i < 3 && str_cut(&rest, '|', &part); i++)
            if (part.len)
                *field_get(row, names[i]) = (struct field_value){.given = true, .text = part};
        *field_get(&record, "endpoints") = (struct field_value){.given = true, .rows = row, .many = 1};
    }
    OK(registry_system_create(t->call, &record, &system_id));
    return system_id;
}
#define LIVE      "lifecycle_status=online"
#define WITH(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static void change(struct domain_test *t, int64_t system_id, const char *const *pairs)
{
    struct field_record record = domain_test_record(t->call, &registry_system_table, pairs);
    OK(registry_system_change(t->call, system_id, &record));
}

/* The flaws of a system as "kind:stage kind:stage". */
static const char *flaws(struct domain_test *t, int64_t system_id)
{
    BUF(out, 4096);
    DB_ROWS(rows);
    OK(db_query(t->call, &rows,
                "SELECT flaw_kind, stage FROM registry_flaw WHERE system_id = $1 ORDER BY flaw_kind",
                db_int(system_id)));
    while (db_next(&rows)) {
        struct str kind = db_col_str(&rows, 0), stage = db_col_str(&rows, 1);
        buf_format(&out, "%s%.*s:%.*s", out.len ? " " : "", STR_ARG(kind), STR_ARG(stage));
    }
    OK(db_end(&rows));
    return str_c(t->call->arena, buf_str(&out));
}

static const char *duty(struct domain_test *t, const char *rule, int64_t system_id)
{
    struct rules_duty found;
    OK(rules_settle(t->call));
    if (rules_duty_of(t->call, rule, "system", system_id, &found) != ERR_OK)
        return "none";
    return str_format(t->call->arena, "%.*s %.*s", STR_ARG(found.state), STR_ARG(found.due_on)).at;
}

static void on(struct domain_test *t, int year, int month, int mday)
{
    t->call->now_ms = clock_ms_of_day(clock_day(year, month, mday)) + 9 * 3600000;
    OK(registry_flaws_all(t->call));
}

static void one_place_has_one_entry(void **state)
{
    struct domain_test *t = *state;
    int64_t a = make(t, t->unit_id, "门户网站", WITH(LIVE), "www.shili.example||");
    int64_t b = make(t, t->other_id, "便民服务", WITH(LIVE), "www.shili.example||");
    assert_string_equal(flaws(t, a), "duplicate_place:now");
    assert_string_equal(flaws(t, b), "duplicate_place:now");
    assert_string_equal(duty(t, "Q1.place", a), "open 2026-09-20");
    OK(registry_lifecycle(t->call, b, STR("retired"), STR("合并")));
    assert_string_equal(flaws(t, a), "");
    assert_string_equal(duty(t, "Q1.place", a), "satisfied 2026-09-20");
    /* Another path of the same host is another place. */
    assert_true(!str_eq(registry_place_key(t->call, STR("a.example"), 443, STR("https://a.example/oa/")),
                        registry_place_key(t->call, STR("a.example"), 443, STR("https://a.example/hr"))));
    assert_true(str_eq(registry_place_key(t->call, STR("a.example"), 443, STR("https://a.example/")),
                       registry_place_key(t->call, STR("a.example"), 0, STR(""))));
}

static void names_that_look_alike_are_told(void **state)
{
    struct domain_test *t = *state;
    int64_t a = make(t, t->unit_id, "学籍管理系统（新）", WITH(LIVE), NULL);
    int64_t b = make(t, t->unit_id, "学籍管理系统 新", WITH(LIVE), NULL);
    int64_t c = make(t, t->other_id, "学籍管理系统（新）", WITH(LIVE), NULL);
    assert_string_equal(flaws(t, a), "duplicate_name:now");
    assert_string_equal(flaws(t, b), "duplicate_name:now");
    assert_string_equal(flaws(t, c), "");
    change(t, b, WITH("system_name=招生系统"));
    assert_string_equal(flaws(t, a), "");
    assert_string_equal(flaws(t, b), "");
    change(t, a, WITH("wx_origin_id=gh_0123456789ab"));
    change(t, c, WITH("wx_origin_id=gh_0123456789ab"));
    assert_string_equal(flaws(t, a), "duplicate_account:now");
    assert_string_equal(flaws(t, c), "duplicate_account:now");
    change(t, c, WITH("wx_origin_id=gh_0123456789ac"));
    assert_string_equal(flaws(t, a), "");
}

/* 90, 30 and 0 days: the notice opens the duty, which falls due on the last day of the certificate. */
static void certificates_run_out_in_three_stages(void **state)
{
    struct domain_test *t = *state;
    int64_t a = make(t, t->unit_id, "业务系统",
                     WITH(LIVE, "mlps_level=2", "filing_cert_no=33010000001-26001",
                          "filing_valid_to=2026-12-07", "eval_valid_to=2027-03-01"),
                     NULL);
    assert_string_equal(flaws(t, a), ""); /* 91 days */
    on(t, 2026, 9, 8);
    assert_string_equal(flaws(t, a), "filing_expiring:first");
    assert_string_equal(duty(t, "Q2.renew", a), "open 2026-12-07");
    on(t, 2026, 11, 6);
    assert_string_equal(flaws(t, a), "filing_expiring:first"); /* 31 */
    on(t, 2026, 11, 7);
    assert_string_equal(flaws(t, a), "filing_expiring:soon");
    on(t, 2026, 12, 7);
    assert_string_equal(flaws(t, a), "evaluation_expiring:first filing_expiring:soon"); /* its last day */
    on(t, 2026, 12, 8);
    assert_string_equal(flaws(t, a), "evaluation_expiring:first filing_expiring:over");
    change(t, a, WITH("filing_valid_to=2029-12-07"));
    assert_string_equal(flaws(t, a), "evaluation_expiring:first");
    assert_string_equal(duty(t, "Q2.renew", a), "satisfied 2026-12-07");
    assert_string_equal(duty(t, "Q3.evaluate", a), "open 2027-03-01");
}

static void what_is_missing_is_told(void **state)
{
    struct domain_test *t = *state;
    int64_t a =
        make(t, t->unit_id, "门户", WITH(LIVE, "internet_exposed=1", "mlps_level=2"), "www.shili.example||");
    assert_string_equal(flaws(t, a), "certificate_missing:now icp_missing:now");
    assert_string_equal(duty(t, "Q4.icp", a), "open 2026-09-20");
    change(t, a, WITH("filing_cert_no=33010000001-26001"));
    struct field_record rows[] = {DOMAIN_RECORD(t->call, &registry_endpoint_table, "domain=www.shili.example",
                                                "icp_no=浙ICP备2026077959号-1")};
    struct field_record record = DOMAIN_RECORD(t->call, &registry_system_table, "remark=已备案");
    *field_get(&record, "endpoints") = (struct field_value){.given = true, .rows = rows, .many = 1};
    OK(registry_system_change(t->call, a, &record));
    assert_string_equal(flaws(t, a), "");
    assert_string_equal(duty(t, "Q4.icp", a), "satisfied 2026-09-20");
    int64_t app = make(t, t->unit_id, "掌上", WITH(LIVE, "internet_exposed=1"), NULL);
    assert_string_equal(flaws(t, app), ""); /* a website without a host name has nothing to file */
}

static void a_contact_who_left_is_told(void **state)
{
    struct domain_test *t = *state;
    int64_t person, post, a = make(t, t->unit_id, "门户", WITH(LIVE, "contact_name=王接待"), NULL);
    assert_string_equal(flaws(t, a), ""); /* nobody of that name is known: that is no proof */
    struct field_record record = DOMAIN_RECORD(
        t->call, &org_person_table, str_format(t->call->arena, "unit_id=%lld", (long long)t->unit_id).at,
        "person_name=王接待");
    OK(org_person_create(t->call, &record, &person));
    OK(org_post_appoint(t->call, t->unit_id, person, STR("security_officer"), STR(""), STR("2026-01-01"),
                        &post));
    assert_string_equal(flaws(t, a), "");
    OK(db_run(t->call, "UPDATE org_post SET valid_to = '2026-09-01' WHERE post_id = $1", db_int(post)));
    OK(org_post_refresh_unit(t->call, t->unit_id));
    assert_string_equal(flaws(t, a), "contact_left:now");
    assert_string_equal(duty(t, "Q5.contact", a), "open 2026-09-14");
    change(t, a, WITH("contact_name=李接任"));
    assert_string_equal(flaws(t, a), "");
    assert_string_equal(duty(t, "Q5.contact", a), "satisfied 2026-09-14");
}

/* No scan, no judgement; a network that was looked at, and an address there that says nothing for 90 days. */
static void a_system_that_answers_no_more_is_told(void **state)
{
    struct domain_test *t = *state;
    struct ip_key quiet, noisy;
    assert_true(ip_parse(STR("10.20.11.10"), &quiet) && ip_parse(STR("10.20.11.11"), &noisy));
    int64_t a = make(t, t->unit_id, "静默", WITH(LIVE), "|10.20.11.10|");
    int64_t b = make(t, t->unit_id, "应答", WITH(LIVE), "|10.20.11.11|");
    int64_t far = make(t, t->unit_id, "别处", WITH(LIVE), "|10.99.1.1|");
    on(t, 2027, 1, 4);
    assert_string_equal(flaws(t, a), "");
    OK(registry_alive(t->call, noisy.text, STR(""), t->call->now_ms));
    on(t, 2027, 1, 5);
    assert_string_equal(flaws(t, a), "silent:now");
    assert_string_equal(flaws(t, b), "");
    assert_string_equal(flaws(t, far), "");
    OK(registry_alive(t->call, quiet.text, STR(""), t->call->now_ms));
    on(t, 2027, 1, 6);
    assert_string_equal(flaws(t, a), "");
}

/* Where no pack sets the numbers, the checks that need them do not run. */
static void without_the_pack_nothing_is_assumed(void **state)
{
    struct domain_test *t = *state;
    int64_t a = make(t, t->unit_id, "业务", WITH(LIVE, "mlps_level=3", "filing_valid_to=2026-09-08"), NULL);
    assert_string_equal(flaws(t, a), "");
}

/* The check of all and the check of one find the same. */
static void one_by_one_and_all_at_once_agree(void **state)
{
    struct domain_test *t = *state;
    for (int i = 0; i < 12; i++) {
        const char *name = str_format(t->call->arena, "系统%d", i).at;
        const char *host = str_format(t->call->arena, "h%d.example||", i % 5).at;
        (void)make(t, i % 2 ? t->unit_id : t->other_id, name,
                   i % 3 ? WITH(LIVE, "internet_exposed=1")
                         : WITH(LIVE, "mlps_level=2", "filing_valid_to=2026-10-01"),
                   host);
    }
    int64_t many, sum, again, again_sum;
    OK(db_get_int(t->call, &many, 0, "SELECT COUNT(*) FROM registry_flaw"));
    OK(db_get_int(t->call, &sum, 0,
                  "SELECT CAST(SUM(system_id * LENGTH(flaw_kind) + COALESCE(peer_id, 0)) AS BIGINT) FROM "
                  "registry_flaw"));
    assert_true(many > 12);
    OK(db_run(t->call, "DELETE FROM registry_flaw"));
    OK(registry_flaws_all(t->call));
    OK(db_get_int(t->call, &again, 0, "SELECT COUNT(*) FROM registry_flaw"));
    OK(db_get_int(t->call, &again_sum, 0,
                  "SELECT CAST(SUM(system_id * LENGTH(flaw_kind) + COALESCE(peer_id, 0)) AS BIGINT) FROM "
                  "registry_flaw"));
    assert_int_equal(many, again);
    assert_int_equal(sum, again_sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_place_has_one_entry, open_with_pack, close_test),
        cmocka_unit_test_setup_teardown(names_that_look_alike_are_told, open_with_pack, close_test),
        cmocka_unit_test_setup_teardown(certificates_run_out_in_three_stages, open_with_pack, close_test),
        cmocka_unit_test_setup_teardown(what_is_missing_is_told, open_with_pack, close_test),
        cmocka_unit_test_setup_teardown(a_contact_who_left_is_told, open_with_pack, close_test),
        cmocka_unit_test_setup_teardown(a_system_that_answers_no_more_is_told, open_with_pack, close_test),
        cmocka_unit_test_setup_teardown(without_the_pack_nothing_is_assumed, open_bare, close_test),
        cmocka_unit_test_setup_teardown(one_by_one_and_all_at_once_agree, open_with_pack, close_test),
    };
    return cmocka_run_group_tests(tests, declare, forget);
}
