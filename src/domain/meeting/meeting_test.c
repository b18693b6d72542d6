/* SPDX-License-Identifier: Apache-2.0
 *
 * Meetings and what follows from them, by the shipped packs: a decision is a duty of the unit that must carry
 * it out until it is done or dropped; meetings held in the year settle what the rules ask for; who carries a
 * decision out is told at once, and once more when it is late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/domain_tables_test.h"

#define OK(call) assert_int_equal((call), ERR_OK)

extern const struct module meeting_module;

static struct domain_test t;
static struct arena *lasting;
static struct calendar *calendar;

static int declare(void **unused)
{
    struct str files[7];
    char why[160];
    (void)unused;
    lasting = arena_new(64 << 20);
    domain_declare();
    for (int i = 0; i < 7; i++)
        files[i] = domain_test_file(
            lasting, str_format(lasting, "%s/packs/calendar/%d.json", getenv("ANZE_SOURCE"), 2020 + i).at);
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

static void load(const char *pack)
{
    struct rules_load_report report;
    OK(rules_pack_load(
        t.call,
        domain_test_file(t.call->arena,
                         str_format(t.call->arena, "%s/packs/%s.yaml", getenv("ANZE_SOURCE"), pack).at),
        false, &report));
}

/* Monday, 12 October 2026 */
static int open_all(void **unused)
{
    (void)unused;
    domain_test_open(&t);
    t.call->now_ms = clock_ms_of_day(clock_day(2026, 10, 12)) + 9 * 3600 * 1000LL;
    load("Y");
    load("Z");
    OK(rules_settle(t.call));
    return 0;
}

static int close_all(void **unused)
{
    (void)unused;
    domain_test_close(&t);
    return 0;
}

static enum err ask(const char *name, int64_t id, const char *body, const struct json **ret)
{
    const struct http_route *route = NULL;
    const struct json *object;
    for (size_t i = 0; i < meeting_module.many_routes; i++)
        if (!strcmp(meeting_module.routes[i].name, name))
            route = &meeting_module.routes[i];
    assert_non_null(route);
    BUF(out, 1 << 20);
    struct json_writer w = json_writer(&out);
    struct http_exchange x = {.route = route, .ids = {id}, .out = &w};
    call_faults_clear(t.call);
    OK(json_parse(t.call->arena, str_of(body), &object, NULL));
    OK(field_parse(t.call, route->body, object, false, &x.body));
    json_open_object(&w, NULL);
    TRY(route->handle(t.call, &x));
    json_close_object(&w);
    OK(rules_settle(t.call));
    OK(json_parse(t.call->arena, str_copy(t.call->arena, buf_str(&out)), ret, NULL));
    return ERR_OK;
}

/* Every %lld in turn. */
#define text(...) (str_format(t.call->arena, __VA_ARGS__).at)

static const struct json *held(const char *body)
{
    const struct json *reply;
    OK(ask("meeting_create", 0, body, &reply));
    return reply;
}

static int64_t decision_of(const struct json *meeting, size_t at)
{
    return json_int(json_get(json_item(json_get(meeting, "decisions"), at), "decision_id"), 0);
}

static const char *duty_of(const char *rule, const char *kind, int64_t subject_id)
{
    struct rules_duty duty;
    enum err word = rules_duty_of(t.call, rule, kind, subject_id, &duty);
    if (word == ERR_NOT_FOUND)
        return "none";
    OK(word);
    return str_format(t.call->arena, "%.*s %.*s%s", STR_ARG(duty.state), STR_ARG(duty.due_on),
                      duty.late && str_is(duty.state, "open") ? " late" : "")
        .at;
}

static void pass_to(int month, int day)
{
    t.call->now_ms = clock_ms_of_day(clock_day(2026, month, day)) + 9 * 3600 * 1000LL;
    OK(rules_sweep(t.call));
    OK(rules_settle(t.call));
    for (size_t i = 0; i < meeting_module.many_jobs; i++)
        OK(meeting_module.jobs[i].run(t.call));
    OK(rules_settle(t.call));
}

static int64_t told(int64_t user_id, const char *key)
{
    int64_t many;
    OK(db_get_int(t.call, &many, 0, "SELECT COUNT(*) FROM notify_item WHERE user_id = $1 AND key = $2",
                  db_int(user_id), db_c(key)));
    return many;
}

static void test_a_decision_is_a_duty_until_it_is_done(void **unused)
{
    (void)unused;
    const struct json *reply, *meeting = held(text("{\"unit_id\":%lld,\"meeting_kind\":\"leading_group\","
                                                   "\"title\":\"第三次会议\",\"held_on\":\"2026-10-10\","
                                                   "\"decisions\":[{\"text\":\"完成弱口令整治\",\"unit_id\":%"
                                                   "lld,\"due_on\":\"2026-10-30\"},{\"text\":\"印发要点\"}]}",
                                                   (long long)t.root_id, (long long)t.unit_id));
    int64_t dated = decision_of(meeting, 0), undated = decision_of(meeting, 1);
    assert_string_equal(duty_of("Z7.decision", "decision", dated), "open 2026-10-30");
    assert_string_equal(duty_of("Z7.decision", "decision", undated), "none"); /* no date, no clock */
    pass_to(10, 30);
    assert_string_equal(duty_of("Z7.decision", "decision", dated), "open 2026-10-30");
    pass_to(10, 31);
    assert_string_equal(duty_of("Z7.decision", "decision", dated), "open 2026-10-30 late");
    struct rules_duty duty;
    OK(rules_duty_of(t.call, "Z7.decision", "decision", dated, &duty));
    assert_int_equal(duty.unit_id, t.unit_id); /* whose it is to carry out, not who decided */
    OK(ask("meeting_decision_close", dated, "{\"state\":\"done\",\"note\":\"已全部整改\"}", &reply));
    assert_string_equal(duty_of("Z7.decision", "decision", dated), "satisfied 2026-10-30");
}

static void test_a_dropped_decision_asks_nothing(void **unused)
{
    (void)unused;
    const struct json *reply,
        *meeting = held(text("{\"unit_id\":%lld,\"meeting_kind\":\"leading_group\",\"title\":\"第三次会议\","
                             "\"held_on\":\"2026-10-10\","
                             "\"decisions\":[{\"text\":\"甲事\",\"unit_id\":%lld,\"due_on\":\"2026-10-30\"},"
                             "{\"text\":\"乙事\",\"due_on\":\"2026-11-07\"}]}",
                             (long long)t.root_id, (long long)t.unit_id));
    /* 7 November 2026 is a Saturday */
    assert_string_equal(duty_of("Z7.decision", "decision", decision_of(meeting, 1)), "open 2026-11-09");
    OK(ask("meeting_decision_close", decision_of(meeting, 0), "{\"state\":\"dropped\",\"note\":\"另行安排\"}",
           &reply));
    assert_string_equal(duty_of("Z7.decision", "decision", decision_of(meeting, 0)), "cancelled 2026-10-30");
    OK(ask("meeting_withdraw", json_int(json_get(meeting, "meeting_id"), 0), "{\"reason\":\"登记有误\"}",
           &reply));
    assert_string_equal(duty_of("Z7.decision", "decision", decision_of(meeting, 1)), "cancelled 2026-11-09");
}

static void test_meetings_of_the_year(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t group = domain_test_unit(t.call, t.root_id, "网络安全领导小组", "leading_group");
    OK(rules_settle(t.call));
    assert_string_equal(duty_of("Z7.meeting", "unit", group), "open 2026-12-31");
    assert_string_equal(duty_of("Y2.hearing", "unit", t.unit_id), "open 2026-12-31");
    assert_string_equal(duty_of("Y3.meeting", "unit", t.unit_id), "open 2026-12-31");
    held(text("{\"unit_id\":%lld,\"meeting_kind\":\"leading_group\",\"title\":\"年度部署\",\"held_on\":"
              "\"2026-03-01\"}",
              (long long)group));
    held(text("{\"unit_id\":%lld,\"meeting_kind\":\"report_hearing\",\"title\":\"去年的汇报\",\"held_on\":"
              "\"2025-12-30\"}",
              (long long)t.unit_id));
    assert_string_equal(duty_of("Z7.meeting", "unit", group), "satisfied 2026-12-31");
    assert_string_equal(duty_of("Y2.hearing", "unit", t.unit_id),
                        "open 2026-12-31"); /* last year's is last year's */
    const struct json *hearing = held(text("{\"unit_id\":%lld,\"meeting_kind\":\"report_hearing\",\"title\":"
                                           "\"听取汇报\",\"held_on\":\"2026-06-01\"}",
                                           (long long)t.unit_id));
    assert_string_equal(duty_of("Y2.hearing", "unit", t.unit_id), "satisfied 2026-12-31");
    /* Withdrawn, it proves nothing. */
    OK(ask("meeting_withdraw", json_int(json_get(hearing, "meeting_id"), 0), "{\"reason\":\"登记有误\"}",
           &reply));
    assert_string_equal(duty_of("Y2.hearing", "unit", t.unit_id), "open 2026-12-31");
    /* The special meeting needs its minutes too. */
    held(text("{\"unit_id\":%lld,\"meeting_kind\":\"special_meeting\",\"title\":\"专题会议\",\"held_on\":"
              "\"2026-06-01\"}",
              (long long)t.unit_id));
    assert_string_equal(duty_of("Y3.meeting", "unit", t.unit_id), "open 2026-12-31");
}

static int64_t account(int64_t unit_id, const char *login)
{
    int64_t user_id;
    OK(access_user_create(t.call, str_of(login), str_of(login), ROLE_UNIT_OFFICER, unit_id, STR("-"), false,
                          &user_id));
    return user_id;
}

static int64_t person(int64_t unit_id, int64_t user_id)
{
    int64_t person_id;
    struct field_record record = DOMAIN_RECORD(t.call, &org_person_table,
                                               text("unit_id=%lld", (long long)unit_id), "person_name=张甲");
    OK(org_person_create(t.call, &record, &person_id));
    OK(db_run(t.call, "UPDATE org_person SET user_id = $2 WHERE person_id = $1", db_int(person_id),
              db_int(user_id)));
    return person_id;
}

#define FORM                                                                                                 \
    "{\"unit_id\":1,\"meeting_kind\":\"leading_group\",\"title\":\"会议\",\"held_on\":\"2026-10-10\","     \
    "\"decisions\":[{\"text\":\"甲事\",\"unit_id\":%lld,\"person_id\":%lld,\"due_on\":\"2026-10-14\"}]}"

static void test_who_carries_it_out_is_told(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t user_id = account(t.unit_id, "edu"), mine = person(t.unit_id, user_id);
    int64_t foreign = person(t.other_id, account(t.other_id, "health"));
    assert_int_equal(ask("meeting_create", 0, text(FORM, (long long)t.unit_id, (long long)foreign), &reply),
                     ERR_INVALID);
    assert_string_equal(t.call->faults->key, "meeting.fault.person");
    const struct json *meeting = held(text(FORM, (long long)t.unit_id, (long long)mine));
    assert_int_equal(told(user_id, "meeting.told"), 1);
    pass_to(10, 14);
    assert_int_equal(told(user_id, "meeting.late"), 0);
    pass_to(10, 15);
    pass_to(10, 16);
    assert_int_equal(told(user_id, "meeting.late"), 1);
    OK(ask("meeting_decision_close", decision_of(meeting, 0), "{\"state\":\"done\",\"note\":\"办结\"}",
           &reply));
    assert_false(json_bool(json_get(reply, "late"), true));
}

/* What an older program entered knows its date as text; the job dates it, and the rules take it up. */
static void test_decisions_of_before(void **unused)
{
    (void)unused;
    const struct json *meeting = held(text("{\"unit_id\":%lld,\"meeting_kind\":\"other\",\"title\":\"会议\","
                                           "\"held_on\":\"2026-10-10\",\"decisions\":"
                                           "[{\"text\":\"甲事\",\"unit_id\":%lld}]}",
                                           (long long)t.root_id, (long long)t.unit_id));
    int64_t decision = decision_of(meeting, 0);
    OK(db_run(t.call, "UPDATE meeting_decision SET due_on = '2026-10-21' WHERE decision_id = $1",
              db_int(decision)));
    pass_to(10, 13);
    assert_string_equal(duty_of("Z7.decision", "decision", decision), "open 2026-10-21");
}

int main(void)
{
#define IN_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        IN_ALL(test_a_decision_is_a_duty_until_it_is_done),
        IN_ALL(test_a_dropped_decision_asks_nothing),
        IN_ALL(test_meetings_of_the_year),
        IN_ALL(test_who_carries_it_out_is_told),
        IN_ALL(test_decisions_of_before),
    };
    return cmocka_run_group_tests(tests, declare, forget);
}
