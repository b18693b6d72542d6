/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "domain/domain_tables_test.h"
#include "domain/registry/registry.h"
#include "domain/registry/registry_sheet.h"

static int open_test(void **state)
{
    static struct domain_test t;
    domain_test_open(&t);
    *state = &t;
    return 0;
}

static int close_test(void **state)
{
    domain_test_close(*state);
    return 0;
}

static int64_t make_system(struct domain_test *t, int64_t unit_id, const char *name,
                           const char *const *endpoint)
{
    int64_t system_id = 0;
    const char *unit = str_format(t->call->arena, "unit_id=%lld", (long long)unit_id).at;
    const char *named = str_format(t->call->arena, "system_name=%s", name).at;
    struct field_record record =
        DOMAIN_RECORD(t->call, &registry_system_table, unit, named, "system_type=website");
    if (endpoint) {
        struct field_record *rows = ARENA_NEW(t->call->arena, struct field_record);
        *rows = domain_test_record(t->call, &registry_endpoint_table, endpoint);
        *field_get(&record, "endpoints") = (struct field_value){.given = true, .rows = rows, .many = 1};
    }
    assert_int_equal(registry_system_create(t->call, &record, &system_id), ERR_OK);
    return system_id;
}

/* Every stored field has a column: reading a system back through its table finds each one. */
static void each_field_has_its_column(void **state)
{
    struct domain_test *t = *state;
    struct field_record stored;
    int64_t system_id = make_system(t, t->unit_id, "门户网站", NULL);
    assert_int_equal(
        db_fetch(t->call, "info_system", "system_id", system_id, &registry_system_table, &stored), ERR_OK);
    assert_true(str_is(field_str(&stored, "system_name"), "门户网站"));
    assert_true(str_is(field_str(&stored, "lifecycle_status"), "planning"));
    int year, month, mday;
    clock_ymd(clock_day_of(t->call->now_ms), &year, &month, &mday);
    assert_true(
        str_eq(field_str(&stored, "system_no"), str_format(t->call->arena, "AZ-330000-%d-00001", year)));
}

static void names_are_unique_in_a_unit_and_free_in_another(void **state)
{
    struct domain_test *t = *state;
    int64_t system_id;
    (void)make_system(t, t->unit_id, "门户网站", NULL);
    (void)make_system(t, t->other_id, "门户网站", NULL);
    const char *unit = str_format(t->call->arena, "unit_id=%lld", (long long)t->unit_id).at;
    struct field_record record =
        DOMAIN_RECORD(t->call, &registry_system_table, unit, "system_name=门户网站", "system_type=website");
    assert_int_equal(registry_system_create(t->call, &record, &system_id), ERR_CONFLICT);
    assert_string_equal(t->call->faults->field, "system_name");
}

static void two_people_cannot_save_over_each_other(void **state)
{
    struct domain_test *t = *state;
    int64_t system_id = make_system(t, t->unit_id, "门户网站", NULL);
    struct field_record first = DOMAIN_RECORD(t->call, &registry_system_table, "remark=甲", "version=1");
    struct field_record second = DOMAIN_RECORD(t->call, &registry_system_table, "remark=乙", "version=1");
    assert_int_equal(registry_system_change(t->call, system_id, &first), ERR_OK);
    assert_int_equal(registry_system_change(t->call, system_id, &second), ERR_CONFLICT);
}

static void level_must_be_the_higher_part(void **state)
{
    struct domain_test *t = *state;
    int64_t system_id;
    const char *unit = str_format(t->call->arena, "unit_id=%lld", (long long)t->unit_id).at;
    struct field_record record =
        DOMAIN_RECORD(t->call, &registry_system_table, unit, "system_name=甲", "system_type=website",
                      "mlps_level=2", "s_level=2", "a_level=3");
    assert_int_equal(registry_system_create(t->call, &record, &system_id), ERR_INVALID);
    assert_string_equal(t->call->faults->field, "mlps_level");
}

static struct registry_match match(struct domain_test *t, const char *ip, int32_t port, const char *host)
{
    struct ip_key key = {""};
    struct registry_match found;
    if (ip)
        assert_true(ip_parse(str_of(ip), &key));
    assert_int_equal(registry_match_address(t->call, key.text, port, str_of(host), &found), ERR_OK);
    return found;
}

static void addresses_find_their_system(void **state)
{
    struct domain_test *t = *state;
    int64_t web =
        make_system(t, t->unit_id, "门户",
                    (const char *const[]){"url=https://www.jyj.shili.example/", "ip=10.20.11.10", NULL});
    int64_t a = make_system(t, t->unit_id, "甲", (const char *const[]){"ip=10.20.11.20", "port=8080", NULL});
    int64_t b = make_system(t, t->other_id, "乙", (const char *const[]){"ip=10.20.11.20", "port=9090", NULL});
    assert_int_equal(match(t, NULL, 0, "WWW.jyj.shili.example").system_id, web);
    assert_int_equal(match(t, "10.20.11.10", 443, "").system_id, web); /* the port comes from the URL */
    assert_int_equal(match(t, "10.20.11.10", 22, "").system_id, web);  /* the address has one system */
    assert_int_equal(match(t, "10.20.11.20", 8080, "").system_id, a);
    assert_int_equal(match(t, "10.20.11.20", 9090, "").system_id, b);
    assert_int_equal(match(t, "10.20.11.20", 22, "").system_id, 0); /* shared: nobody is guessed */
    assert_int_equal(match(t, "10.20.11.99", 80, "").system_id, 0);
    bool known;
    struct ip_key key;
    assert_true(ip_parse(STR("10.20.11.20"), &key));
    assert_int_equal(registry_address_known(t->call, key.text, STR(""), &known), ERR_OK);
    assert_true(known);
}

static void endpoints_are_ended_not_deleted(void **state)
{
    struct domain_test *t = *state;
    int64_t system_id =
        make_system(t, t->unit_id, "门户", (const char *const[]){"ip=10.20.11.10", "port=80", NULL});
    struct field_record rows[] = {
        DOMAIN_RECORD(t->call, &registry_endpoint_table, "ip=10.20.11.11", "port=80")};
    struct field_record change = DOMAIN_RECORD(t->call, &registry_system_table, "remark=换址");
    *field_get(&change, "endpoints") = (struct field_value){.given = true, .rows = rows, .many = 1};
    assert_int_equal(registry_system_change(t->call, system_id, &change), ERR_OK);
    int64_t all, current;
    assert_int_equal(db_get_int(t->call, &all, 0, "SELECT COUNT(*) FROM system_endpoint WHERE system_id = $1",
                                db_int(system_id)),
                     ERR_OK);
    assert_int_equal(
        db_get_int(t->call, &current, 0,
                   "SELECT COUNT(*) FROM system_endpoint WHERE system_id = $1 AND valid_to IS NULL",
                   db_int(system_id)),
        ERR_OK);
    assert_int_equal(all, 2);
    assert_int_equal(current, 1);
    assert_int_equal(match(t, "10.20.11.10", 80, "").system_id, 0);
    assert_int_equal(match(t, "10.20.11.11", 80, "").system_id, system_id);
}

static void columns_are_named_as_sheets_name_them(void **state)
{
    struct domain_test *t = *state;
    assert_true(str_is(registry_column_name(t->call, 0), "A"));
    assert_true(str_is(registry_column_name(t->call, 25), "Z"));
    assert_true(str_is(registry_column_name(t->call, 26), "AA"));
    assert_true(str_is(registry_column_name(t->call, 701), "ZZ"));
}

/* S4: no building before the plan is filed; and nothing stops what is built already from being entered. */
static void building_waits_for_the_filed_plan(void **state)
{
    static const char pack[] =
        "pack:\n  id: T\n  title: 测试\n  issuer: 测试\n  version: \"1\"\n"
        "  effective: {from: 2020-01-01}\n  calendar: cn-state-council\n  units: subtree\n"
        "articles:\n  - {id: T4, cite: 第四条, title: 方案, summary: 方案}\n"
        "gates:\n  - {id: T4.build, article: T4, change: system.build, require: [{fact: "
        "registry.plan_filed, say: 方案已备案}]}\n";
    struct rules_load_report report;
    struct domain_test *t = *state;
    int64_t system_id = make_system(t, t->unit_id, "新系统", NULL);
    assert_int_equal(rules_pack_load(t->call, str_of(pack), false, &report), ERR_OK);
    assert_int_equal(registry_lifecycle(t->call, system_id, STR("building"), STR("开工")), ERR_REFUSED);
    assert_string_equal(t->call->faults->article, "T4");
    call_faults_clear(t->call);
    struct field_record plan =
        DOMAIN_RECORD(t->call, &registry_system_table, "plan_filed_no=示数备〔2026〕7号");
    assert_int_equal(registry_system_change(t->call, system_id, &plan), ERR_OK);
    assert_int_equal(registry_lifecycle(t->call, system_id, STR("building"), STR("开工")), ERR_OK);
    assert_string_equal(registry_gate(STR("building"), STR("online")), "system.go_live");
    assert_null(registry_gate(STR("suspended"), STR("building")));
    assert_null(registry_gate(STR("online"), STR("trial")));
}

extern const struct module registry_module, org_module;
static int declare(void **unused)
{
    (void)unused;
    rules_declare_subjects(org_module.subjects, org_module.many_subjects);
    rules_declare_facts(org_module.facts, org_module.many_facts);
    rules_declare_subjects(registry_module.subjects, registry_module.many_subjects);
    rules_declare_facts(registry_module.facts, registry_module.many_facts);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_field_has_its_column, open_test, close_test),
        cmocka_unit_test_setup_teardown(names_are_unique_in_a_unit_and_free_in_another, open_test,
                                        close_test),
        cmocka_unit_test_setup_teardown(two_people_cannot_save_over_each_other, open_test, close_test),
        cmocka_unit_test_setup_teardown(level_must_be_the_higher_part, open_test, close_test),
        cmocka_unit_test_setup_teardown(addresses_find_their_system, open_test, close_test),
        cmocka_unit_test_setup_teardown(endpoints_are_ended_not_deleted, open_test, close_test),
        cmocka_unit_test_setup_teardown(building_waits_for_the_filed_plan, open_test, close_test),
        cmocka_unit_test_setup_teardown(columns_are_named_as_sheets_name_them, open_test, close_test),
    };
    return cmocka_run_group_tests(tests, declare, NULL);
}
