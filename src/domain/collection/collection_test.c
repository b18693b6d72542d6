/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/collection/collection_test.h"

/* From launch to acceptance, with everything that must be refused on the way. */
static void test_round(void **unused)
{
    (void)unused;
    struct domain_test t;
    int64_t document_id, again;
    const char *from;
    const struct rules_form *form;
    struct collection_cells cells;
    setup(&t);
    assert_true(duty_open(&t, "S1.table"));
    int64_t collection_id = launch(&t, FORM_ID), task_id = task_of(&t, collection_id, t.unit_id);
    struct collection_task task = now(&t, task_id);
    assert_true(str_is(task.state, "not_started"));
    OK(rules_form_find(t.call, STR(FORM_ID), &form));
    OK(collection_prefill(t.call, form, &task, &cells, &from));
    assert_string_equal(from, "org.posts");
    assert_true(str_is(collection_cell_value(&cells, 1, "person_name"), "张示例"));
    assert_true(str_is(collection_cell_value(&cells, 5, "mobile"), "13900000001"));
    assert_true(refused_with(&t, collection_hand_in(t.call, task_id), "collection.fault.not_saved"));
    OK(collection_no_change(t.call, task_id));
    assert_true(str_is(now(&t, task_id).state, "draft"));
    assert_true(refused_with(&t, collection_hand_in(t.call, task_id), "collection.fault.not_printed"));
    OK(collection_print(t.call, task_id, &document_id));
    OK(collection_print(t.call, task_id, &again));
    assert_int_equal(document_id, again);
    assert_true(str_starts(now(&t, task_id).verify_code, STR("AZ-")));
    assert_true(refused_with(&t, collection_hand_in(t.call, task_id), "collection.fault.no_scan"));
    scan(&t, "collection_task", task_id, "stamped_scan");
    OK(collection_hand_in(t.call, task_id));
    assert_true(str_is(now(&t, task_id).state, "handed_in"));
    assert_false(now(&t, task_id).late);
    assert_false(duty_open(&t, "S1.table"));
    assert_true(refused_with(&t, collection_no_change(t.call, task_id), "collection.fault.handed_in"));
    struct field_record back = no_remarks(&t, "手机号有误");
    OK(collection_return(t.call, task_id, &back));
    assert_true(duty_open(&t, "S1.table"));
    assert_true(refused_with(&t, collection_hand_in(t.call, task_id), "collection.fault.sheet_stale"));
    t.call->now_ms += 1000;
    OK(collection_print(t.call, task_id, &again));
    assert_int_not_equal(document_id, again);
    assert_true(refused_with(&t, collection_hand_in(t.call, task_id), "collection.fault.no_scan"));
    scan(&t, "collection_task", task_id, "stamped_scan");
    OK(collection_hand_in(t.call, task_id));
    OK(collection_accept(t.call, task_id));
    assert_true(str_is(now(&t, task_id).state, "accepted"));
    assert_false(duty_open(&t, "S1.table"));
    assert_true(refused_with(&t, collection_accept(t.call, task_id), "collection.fault.not_handed_in"));
    county_close(&t.county);
}

static void test_checks(void **unused)
{
    (void)unused;
    struct domain_test t;
    const struct rules_form *form;
    struct collection_cells cells = {0};
    setup(&t);
    OK(rules_form_find(t.call, STR(FORM_ID), &form));
    collection_cell_add(t.call, &cells, 1, "person_name", STR("张示例"));
    collection_cell_add(t.call, &cells, 1, "mobile", STR("12345"));
    assert_int_equal(collection_cells_check(t.call, form, &cells), ERR_INVALID);
    bool mobile = false, title = false, last = false;
    for (const struct call_fault *fault = t.call->faults; fault; fault = fault->next) {
        mobile = mobile || strcmp(fault->field, "rows[1].mobile") == 0;
        title = title ||
                (strcmp(fault->field, "rows[1].title") == 0 && strcmp(fault->key, "fault.required") == 0);
        last = last || strcmp(fault->field, "rows[5].mobile") == 0;
    }
    assert_true(mobile && title && last);
    county_close(&t.county);
}

static void count_is(struct domain_test *t, const char *concealment, int64_t wanted)
{
    int64_t many;
    OK(db_get_int(t->call, &many, -1, "SELECT COUNT(*) FROM collection_task WHERE concealment = $1",
                  db_c(concealment)));
    assert_int_equal(many, wanted);
}

/* Late is suspected, never decided, and neither comes back after a person's word. */
static void test_late(void **unused)
{
    (void)unused;
    struct domain_test t;
    int64_t cases;
    setup(&t);
    int64_t collection_id = launch(&t, FORM_ID), task_id = task_of(&t, collection_id, t.unit_id);
    OK(collection_sweep(t.call));
    count_is(&t, "suspected", 0);
    t.call->now_ms += 30 * CLOCK_DAY_MS;
    OK(collection_sweep(t.call));
    count_is(&t, "suspected", 3);
    assert_true(now(&t, task_id).late);
    OK(db_get_int(t.call, &cases, -1, "SELECT COUNT(*) FROM discipline_case"));
    assert_int_equal(cases, 0);
    OK(collection_concealment_decide(t.call, task_id, false, STR("停电三日，已说明")));
    OK(collection_sweep(t.call));
    count_is(&t, "suspected", 2);
    count_is(&t, "dismissed", 1);
    assert_true(refused_with(&t, collection_concealment_decide(t.call, task_id, true, STR("再议")),
                             "collection.fault.not_suspected"));
    OK(collection_concealment_decide(t.call, task_of(&t, collection_id, t.other_id), true,
                                     STR("多次催办不报")));
    OK(db_get_int(
        t.call, &cases, -1,
        "SELECT COUNT(*) FROM discipline_case WHERE case_kind = 'concealment' AND state = 'proposed'"));
    assert_int_equal(cases, 1);
    county_close(&t.county);
}

/* Returned in time and not yet corrected is no concealment. */
static void test_returned_not_late(void **unused)
{
    (void)unused;
    struct domain_test t;
    int64_t document_id;
    setup(&t);
    int64_t task_id = task_of(&t, launch(&t, FORM_ID), t.unit_id);
    OK(collection_no_change(t.call, task_id));
    OK(collection_print(t.call, task_id, &document_id));
    scan(&t, "collection_task", task_id, "stamped_scan");
    OK(collection_hand_in(t.call, task_id));
    struct field_record back = no_remarks(&t, "请补充");
    OK(collection_return(t.call, task_id, &back));
    t.call->now_ms += 30 * CLOCK_DAY_MS;
    OK(collection_sweep(t.call));
    assert_false(now(&t, task_id).late);
    county_close(&t.county);
}

static void test_own_and_scope(void **unused)
{
    (void)unused;
    struct domain_test t;
    struct collection_task task;
    int64_t first, again;
    setup(&t);
    OK(collection_open_own(t.call, STR(FORM_ID), t.unit_id, &first));
    OK(collection_open_own(t.call, STR(FORM_ID), t.unit_id, &again));
    assert_int_equal(first, again);
    struct org_unit other;
    OK(org_unit_get(t.call, t.other_id, &other));
    struct access_actor foreign = {
        .user_id = 7, .roles = ROLE_UNIT_OFFICER, .unit_id = t.other_id, .unit_path = other.unit_path};
    t.call->actor = &foreign;
    assert_int_equal(collection_task_reach(t.call, first, &task), ERR_NOT_FOUND);
    assert_int_equal(collection_no_change(t.call, first), ERR_NOT_FOUND);
    assert_int_equal(collection_open_own(t.call, STR(FORM_ID), t.unit_id, &again), ERR_NOT_FOUND);
    t.call->actor = &access_local_admin;
    county_close(&t.county);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round),         cmocka_unit_test(test_checks),
        cmocka_unit_test(test_late),          cmocka_unit_test(test_returned_not_late),
        cmocka_unit_test(test_own_and_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
