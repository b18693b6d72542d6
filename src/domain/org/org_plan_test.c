/* SPDX-License-Identifier: Apache-2.0
 *
 * Reorganisations of a coming day, on a clock that the test turns; and whose the ledger's entries are
 * afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "domain/domain_tables_test.h"
#include "domain/org/org_reorg.h"
#include "ledger/ledger.h"

#define OK(call) assert_int_equal((call), ERR_OK)

static struct domain_test t;
static struct org_plan_news last;
static int told;

static enum err hear(struct call *call, const struct org_plan_news *news)
{
    (void)call;
    last = *news;
    told++;
    return ERR_OK;
}

extern const struct module org_module, meeting_module, registry_module;
static const struct module *const modules[] = {&org_module, &meeting_module, &registry_module};

static int open_all(void **unused)
{
    (void)unused;
    domain_test_open(&t);
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        org_declare_scoped(modules[i]->scoped_tables);
        org_declare_columns(modules[i]->unit_columns);
    }
    org_tell_plans(hear);
    told = 0;
    return 0;
}

static int close_all(void **unused)
{
    (void)unused;
    domain_test_close(&t);
    return 0;
}

static struct str day_from_now(int days)
{
    return str_copy(t.call->arena, str_of(clock_date(clock_day_of(t.call->now_ms) + days).text));
}

/* The handler, with a body as a form sends it; its answer as JSON. */
static enum err ask(http_handler *handler, const struct field_table *table, struct str json, int64_t id,
                    const struct json **ret)
{
    const struct json *object;
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    struct http_exchange x = {.ids = {id}, .out = &w};
    call_faults_clear(t.call);
    if (table) {
        OK(json_parse(t.call->arena, json, &object, NULL));
        OK(field_parse(t.call, table, object, false, &x.body));
    }
    json_open_object(&w, NULL);
    TRY(handler(t.call, &x));
    json_close_object(&w);
    OK(json_parse(t.call->arena, str_copy(t.call->arena, buf_str(&out)), ret, NULL));
    return ERR_OK;
}

static struct str order(const char *kind, int64_t unit_id, int64_t target_id, const char *name, struct str on)
{
    struct str more =
        target_id ? str_format(t.call->arena, ",\"target_id\":%lld", (long long)target_id) : STR("");
    if (name)
        more = str_format(t.call->arena, "%.*s,\"new_name\":\"%s\"", STR_ARG(more), name);
    return str_format(
        t.call->arena,
        "{\"reorg_kind\":\"%s\",\"unit_id\":%lld,\"effective_on\":\"%.*s\",\"reason\":\"改革方案\"%.*s}",
        kind, (long long)unit_id, STR_ARG(on), STR_ARG(more));
}

static int64_t planned(const char *kind, int64_t unit_id, int64_t target_id, const char *name, int days)
{
    const struct json *reply;
    OK(ask(org_plan_post, &org_reorg_new_table, order(kind, unit_id, target_id, name, day_from_now(days)), 0,
           &reply));
    assert_true(str_is(json_text(json_get(reply, "state")), "planned"));
    return json_int(json_get(reply, "plan_id"), 0);
}

static struct str state_of(int64_t plan_id)
{
    const struct json *reply;
    OK(ask(org_plan_get, NULL, STR_NONE, plan_id, &reply));
    return json_text(json_get(reply, "state"));
}

static void days_pass(int days)
{
    t.call->now_ms += days * CLOCK_DAY_MS;
    OK(org_plan_due(t.call));
}

static struct str name_of(int64_t unit_id)
{
    struct org_unit unit;
    OK(org_unit_get(t.call, unit_id, &unit));
    return unit.unit_name;
}

static int64_t parent_of(int64_t unit_id)
{
    struct org_unit unit;
    OK(org_unit_get(t.call, unit_id, &unit));
    return unit.parent_id;
}

static void test_carried_out_on_its_day(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t school = domain_test_unit(t.call, t.unit_id, "第一中学", "affiliated_unit");
    int64_t plan = planned("move", school, t.other_id, NULL, 10);
    OK(ask(org_plan_get, NULL, STR_NONE, plan, &reply));
    assert_true(json_bool(json_get(reply, "possible"), false));
    assert_int_equal(json_int(json_get(json_get(reply, "preview"), "units"), 0), 1);
    days_pass(9);
    assert_true(str_is(state_of(plan), "planned"));
    assert_int_equal(parent_of(school), t.unit_id);
    assert_int_equal(told, 0);
    days_pass(1);
    assert_true(str_is(state_of(plan), "done"));
    assert_int_equal(parent_of(school), t.other_id);
    assert_int_equal(told, 1);
    assert_int_equal(last.plan_id, plan);
    assert_int_equal(last.why_zh.len, 0);
    days_pass(1); /* once only */
    assert_int_equal(told, 1);
    int64_t reorgs;
    OK(db_get_int(t.call, &reorgs, 0,
                  "SELECT COUNT(*) FROM org_reorg WHERE effective_on = $1 AND state = 'done'",
                  db_str(day_from_now(-1))));
    assert_int_equal(reorgs, 1);
}

/* The server was off over the day: done late, for the day that was said. */
static void test_done_late_for_its_day(void **unused)
{
    (void)unused;
    struct str on = day_from_now(3);
    int64_t plan = planned("rename", t.unit_id, 0, "示例县教育体育局", 3), was;
    days_pass(8);
    assert_true(str_is(state_of(plan), "done"));
    assert_true(str_is(name_of(t.unit_id), "示例县教育体育局"));
    OK(db_get_int(t.call, &was, 0, "SELECT COUNT(*) FROM org_unit_was WHERE unit_id = $1 AND until_on = $2",
                  db_int(t.unit_id), db_str(on)));
    assert_int_equal(was, 1);
}

static void test_what_is_no_plan(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t plans;
    assert_int_equal(ask(org_plan_post, &org_reorg_new_table,
                         order("rename", t.unit_id, 0, "甲", day_from_now(0)), 0, &reply),
                     ERR_INVALID);
    assert_string_equal(t.call->faults->key, "org.fault.plan_past");
    assert_int_equal(ask(org_reorg_post, &org_reorg_new_table,
                         order("rename", t.unit_id, 0, "甲", day_from_now(1)), 0, &reply),
                     ERR_INVALID);
    assert_string_equal(t.call->faults->key, "org.fault.reorg_future");
    assert_int_equal(ask(org_plan_post, &org_reorg_new_table,
                         order("move", t.unit_id, t.unit_id, NULL, day_from_now(1)), 0, &reply),
                     ERR_INVALID);
    OK(db_get_int(t.call, &plans, 0, "SELECT COUNT(*) FROM org_reorg_plan"));
    assert_int_equal(plans, 0);
}

/* Somebody changed a unit in between: nothing is done, the officer is told why, and may mend it. */
static void test_no_longer_possible(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t third = domain_test_unit(t.call, t.root_id, "示例县民政局", "bureau"), merges;
    int64_t plan = planned("merge", t.unit_id, third, NULL, 5);
    int64_t after = planned("rename", t.other_id, 0, "示例县卫健局", 5);
    OK(ask(org_reorg_post, &org_reorg_new_table, order("merge", third, t.other_id, NULL, day_from_now(0)), 0,
           &reply));
    OK(ask(org_plan_get, NULL, STR_NONE, plan, &reply));
    assert_false(json_bool(json_get(reply, "possible"), true)); /* seen before the day */
    assert_true(json_text(json_get(reply, "blocked_by")).len > 0);
    days_pass(5);
    assert_true(str_is(state_of(plan), "failed"));
    assert_true(str_is(state_of(after), "done")); /* one that fails stops no other */
    assert_int_equal(told, 2);
    OK(db_get_int(t.call, &merges, 0, "SELECT COUNT(*) FROM org_reorg WHERE unit_id = $1",
                  db_int(t.unit_id)));
    assert_int_equal(merges, 0);
    OK(db_get_int(t.call, &merges, 0,
                  "SELECT COUNT(*) FROM org_reorg_plan WHERE plan_id = $1 AND failed_zh IS NOT NULL AND "
                  "failed_en IS NOT NULL",
                  db_int(plan)));
    assert_int_equal(merges, 1);
    assert_int_equal(ask(org_plan_again, NULL, STR_NONE, plan, &reply), ERR_REFUSED);
    assert_true(str_is(state_of(plan), "failed"));
    days_pass(1);
    assert_int_equal(told, 2); /* told once */
    OK(ask(org_plan_cancel, &org_reorg_undo_table, STR("{\"reason\":\"民政局已撤销\"}"), plan, &reply));
    assert_true(str_is(state_of(plan), "cancelled"));
    assert_int_equal(
        ask(org_plan_cancel, &org_reorg_undo_table, STR("{\"reason\":\"再次取消\"}"), plan, &reply),
        ERR_REFUSED);
}

static void test_mended_and_carried_out(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t plan = planned("rename", t.unit_id, 0, "示例县教体局", 2);
    int64_t in_the_way = domain_test_unit(t.call, t.root_id, "示例县教体局", "bureau");
    days_pass(2);
    assert_true(str_is(state_of(plan), "failed"));
    OK(ask(org_reorg_post, &org_reorg_new_table,
           order("rename", in_the_way, 0, "示例县体育局", day_from_now(0)), 0, &reply));
    OK(ask(org_plan_again, NULL, STR_NONE, plan, &reply));
    assert_true(str_is(json_text(json_get(reply, "state")), "done"));
    assert_null(json_get(reply, "failed_why"));
    assert_true(str_is(name_of(t.unit_id), "示例县教体局"));
}

static void test_cancelled_is_not_done(void **unused)
{
    (void)unused;
    const struct json *reply;
    int64_t plan = planned("rename", t.unit_id, 0, "示例县教体局", 2);
    OK(ask(org_plan_cancel, &org_reorg_undo_table, STR("{\"reason\":\"方案未通过\"}"), plan, &reply));
    days_pass(3);
    assert_true(str_is(state_of(plan), "cancelled"));
    assert_true(str_is(name_of(t.unit_id), "示例县教育局"));
    assert_int_equal(told, 0);
}

/* ---- whose the ledger's entries are ---- */

static int64_t entry_of(int64_t unit_id)
{
    struct org_unit unit;
    int64_t entry_id;
    OK(org_unit_get(t.call, unit_id, &unit));
    OK(ledger_append(t.call,
                     &(struct ledger_fact){.verb = "unit.changed",
                                           .subject_kind = "unit",
                                           .subject_id = unit_id,
                                           .unit_id = unit_id,
                                           .unit_path = unit.unit_path},
                     NULL));
    OK(db_get_int(t.call, &entry_id, 0, "SELECT MAX(entry_id) FROM ledger_entry"));
    return entry_id;
}

/* As an officer of the unit: by the path of the day, or because it belongs to a unit of his now. */
static bool reads(int64_t unit_id, int64_t entry_id)
{
    struct org_unit unit;
    DB_ROWS(rows);
    OK(org_unit_get(t.call, unit_id, &unit));
    struct access_actor officer = {.user_id = 9, .roles = ROLE_UNIT_OFFICER, .unit_path = unit.unit_path};
    OK(db_one(t.call, &rows, "SELECT unit_path FROM ledger_entry WHERE entry_id = $1", db_int(entry_id)));
    struct str path = db_col_copy(t.call, &rows, 0);
    OK(db_end(&rows));
    t.call->actor = &officer;
    bool by_path = access_reach(t.call, path) == ERR_OK,
         by_unit = org_entry_reach(t.call, entry_id) == ERR_OK;
    t.call->actor = &access_local_admin;
    return by_path || by_unit;
}

static void carry(struct str json)
{
    const struct json *reply;
    OK(ask(org_reorg_post, &org_reorg_new_table, json, 0, &reply));
}

static void test_entries_of_a_moved_unit(void **unused)
{
    (void)unused;
    int64_t school = domain_test_unit(t.call, t.unit_id, "第一中学", "affiliated_unit");
    int64_t grade = domain_test_unit(t.call, school, "教务处", "section");
    int64_t before = entry_of(grade), others = entry_of(t.unit_id);
    assert_false(reads(t.other_id, before));
    t.call->now_ms += CLOCK_DAY_MS;
    carry(order("move", school, t.other_id, NULL, day_from_now(0)));
    int64_t after = entry_of(grade);
    assert_true(reads(t.other_id, before)); /* the new superior: what belongs to the unit, also from before */
    assert_true(reads(t.other_id, after));
    assert_true(reads(t.unit_id, before)); /* the old superior: its own time, and no more */
    assert_false(reads(t.unit_id, after));
    assert_true(reads(grade, before)); /* the unit itself: everything of its own */
    assert_true(reads(school, before));
    assert_false(reads(t.other_id, others)); /* nobody else's */
    assert_false(reads(grade, others));
}

static void test_entries_of_a_merged_unit(void **unused)
{
    (void)unused;
    int64_t third = domain_test_unit(t.call, t.root_id, "示例县民政局", "bureau"),
            before = entry_of(t.unit_id);
    int64_t id;
    const struct json *reply;
    t.call->now_ms += CLOCK_DAY_MS;
    carry(order("merge", t.unit_id, t.other_id, NULL, day_from_now(0)));
    assert_true(reads(t.other_id, before));
    assert_false(reads(third, before));
    t.call->now_ms += CLOCK_DAY_MS;
    OK(ask(org_reorg_post, &org_reorg_new_table, order("merge", t.other_id, third, NULL, day_from_now(0)), 0,
           &reply));
    id = json_int(json_get(reply, "reorg_id"), 0);
    assert_true(reads(third, before)); /* the heir's heir */
    OK(org_reorg_undo(t.call, id, STR("撤销")));
    assert_false(reads(third, before));
    assert_true(reads(t.other_id, before));
}

int main(void)
{
#define IN_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        IN_ALL(test_carried_out_on_its_day),  IN_ALL(test_done_late_for_its_day),
        IN_ALL(test_what_is_no_plan),         IN_ALL(test_no_longer_possible),
        IN_ALL(test_mended_and_carried_out),  IN_ALL(test_cancelled_is_not_done),
        IN_ALL(test_entries_of_a_moved_unit), IN_ALL(test_entries_of_a_merged_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
