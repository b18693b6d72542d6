/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/domain_test.h"
#include "domain/org/org.h"
#include "domain/sample/sample.h"

extern const struct module org_module, sample_module;

static struct county county;

static int declare(void **state)
{
    (void)state;
    static const struct module *const modules[] = {&org_module, &sample_module};
    crypt_init();
    for (size_t i = 0; i < 2; i++) {
        rules_declare_subjects(modules[i]->subjects, modules[i]->many_subjects);
        rules_declare_facts(modules[i]->facts, modules[i]->many_facts);
        http_declare(modules[i]->routes, modules[i]->many_routes);
    }
    return 0;
}

static int setup(void **state)
{
    (void)state;
    county_open(&county);
    county_steps(&county, "domain/sample");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    county_close(&county);
    return 0;
}

static enum err note(int64_t unit_id, const char *day, const char *answered)
{
    const struct json *body;
    struct field_record record;
    int64_t call_id;
    struct str text = str_format(county.call->arena, "{\"unit_id\":%d,\"called_on\":\"%s\",\"answered\":%s}",
                                 (int)unit_id, day, answered);
    assert_int_equal(json_parse(county.call->arena, text, &body, NULL), ERR_OK);
    TRY(field_parse(county.call, &sample_call_table, body, false, &record));
    return sample_note(county.call, &record, &call_id);
}

static void a_call_is_written_with_its_ledger_entry(void **state)
{
    (void)state;
    county_act(&county, EDU_OFFICER);
    assert_int_equal(note(COUNTY_SCHOOL, "2026-09-01", "true"), ERR_OK);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM sample_call WHERE unit_path = '" COUNTY_SCHOOL_PATH "'"),
        1);
    assert_int_equal(
        county_number(&county,
                      "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'sample.called' AND unit_id = $1",
                      db_int(COUNTY_SCHOOL)),
        1);
}

static void a_foreign_unit_is_as_if_it_were_not_there(void **state)
{
    (void)state;
    county_act(&county, EDU_OFFICER);
    assert_int_equal(note(COUNTY_HEALTH, "2026-09-01", "true"), ERR_NOT_FOUND);
    assert_int_equal(note(4711, "2026-09-01", "true"), ERR_NOT_FOUND);
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM sample_call"), 0);
}

static void what_is_wrong_is_said_where_it_is(void **state)
{
    (void)state;
    county_act(&county, EDU_OFFICER);
    assert_int_equal(note(COUNTY_EDU, "2026-09-02", "true"), ERR_INVALID);
    assert_string_equal(county.call->faults->field, "called_on");
    assert_string_equal(county.call->faults->key, "sample.fault.not_yet");
    call_faults_clear(county.call);
    assert_int_equal(note(COUNTY_EDU, "2026-02-30", "true"), ERR_INVALID);
    assert_string_equal(county.call->faults->field, "called_on");
}

static void a_reply_holds_what_its_tables_say(void **state)
{
    (void)state;
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    county_act(&county, EDU_OFFICER);
    assert_int_equal(note(COUNTY_SCHOOL, "2026-08-31", "false"), ERR_OK);
    assert_int_equal(note(COUNTY_SCHOOL, "2026-09-01", "true"), ERR_OK);
    json_open_object(&w, NULL);
    assert_int_equal(
        sample_put(county.call, county_number(&county, "SELECT MAX(call_id) FROM sample_call"), &w), ERR_OK);
    json_close_object(&w);
    assert_non_null(strstr(str_copy(county.call->arena, buf_str(&out)).at,
                           "\"before\":[{\"called_on\":\"2026-08-31\",\"answered\":false}]"));
}

static const char pack[] =
    "pack: {id: T, title: 试, title_en: t, number: 试, issuer: 试, issuer_en: t, version: '1',"
    " effective: {from: 2020-01-01}, calendar: cn-state-council, units: subtree}\n"
    "articles:\n"
    "  - {id: T1, cite: 第一条, title: 电话, title_en: Telephone, summary: 保持畅通, summary_en: Answered}\n"
    "duties:\n"
    "  - {id: T1.line, article: T1, subject: unit, demand: 保持值班电话畅通, demand_en: Answer the telephone,"
    " applies: [{org.unit_kind: {in: [bureau]}}], satisfied: [sample.line_answered],"
    " due: {from: opened, working_days: 3}, answers: {post: security_officer, of: responsible_unit}}\n";

static void a_duty_in_a_pack_is_satisfied_by_it(void **state)
{
    (void)state;
    struct rules_load_report report;
    struct rules_duty duty;
    county_act(&county, COUNTY_NOBODY);
    enum err word = rules_pack_load(county.call, str_of(pack), false, &report);
    for (const struct call_fault *fault = county.call->faults; fault; fault = fault->next)
        print_message("%.*s:%.*s %.*s\n", STR_ARG(fault->args[0]), STR_ARG(fault->args[1]),
                      STR_ARG(fault->args[2]));
    assert_int_equal(word, ERR_OK);
    assert_int_equal(rules_duty_of(county.call, "T1.line", "unit", COUNTY_EDU, &duty), ERR_OK);
    assert_string_equal(duty.state.at, "open");
    assert_string_equal(duty.due_on.at, "2026-09-04");
    assert_int_equal(note(COUNTY_EDU, "2026-09-01", "false"), ERR_OK);
    assert_int_equal(rules_settle(county.call), ERR_OK);
    assert_int_equal(rules_duty_of(county.call, "T1.line", "unit", COUNTY_EDU, &duty), ERR_OK);
    assert_string_equal(duty.state.at, "open");
    assert_int_equal(note(COUNTY_EDU, "2026-09-01", "true"), ERR_OK);
    assert_int_equal(rules_settle(county.call), ERR_OK);
    assert_int_equal(rules_duty_of(county.call, "T1.line", "unit", COUNTY_EDU, &duty), ERR_OK);
    assert_string_equal(duty.state.at, "satisfied");
}

static void lists_show_one_s_own_units(void **state)
{
    (void)state;
    struct test_reply reply;
    county_act(&county, OFFICER);
    assert_int_equal(note(COUNTY_EDU, "2026-09-01", "true"), ERR_OK);
    assert_int_equal(note(COUNTY_HEALTH, "2026-08-31", "false"), ERR_OK);
    county_serve(&county);
    test_ask(&county.http, &reply, "GET", "/api/sample-calls?count=1", county_session(&county, OFFICER),
             NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"total\":2"));
    test_ask(&county.http, &reply, "GET", "/api/sample-calls?count=1", county_session(&county, EDU_OFFICER),
             NULL);
    assert_non_null(strstr(reply.body, "\"total\":1"));
    assert_null(strstr(reply.body, "2026-08-31"));
    test_ask(&county.http, &reply, "GET", "/api/sample-calls", county_session(&county, SCANNER), NULL);
    assert_int_equal(reply.status, 403);
    test_ask(&county.http, &reply, "GET", "/api/sample-calls", "", NULL);
    assert_int_equal(reply.status, 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_is_written_with_its_ledger_entry, setup, teardown),
        cmocka_unit_test_setup_teardown(a_foreign_unit_is_as_if_it_were_not_there, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_where_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reply_holds_what_its_tables_say, setup, teardown),
        cmocka_unit_test_setup_teardown(a_duty_in_a_pack_is_satisfied_by_it, setup, teardown),
        cmocka_unit_test_setup_teardown(lists_show_one_s_own_units, setup, teardown),
    };
    return cmocka_run_group_tests(tests, declare, NULL);
}
