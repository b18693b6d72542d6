/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/collection/collection_test.h"

static void load(struct domain_test *t, const char *old, const char *new)
{
    ARENA(arena, 8 << 20);
    struct rules_load_report report;
    OK(rules_pack_load(t->call, pack_edited(arena, old, new), false, &report));
    OK(rules_settle(t->call));
}

static enum err same_text(struct call *call, const struct rules_form *form, void *context)
{
    struct str once, twice;
    const struct rules_form *read;
    (void)context;
    OK(collection_form_write(call, form, &once));
    OK(collection_form_read(call, once, &read));
    OK(collection_form_write(call, read, &twice));
    assert_true(str_eq(once, twice));
    assert_int_equal(read->many_columns, form->many_columns);
    assert_int_equal(read->max_rows, form->max_rows);
    assert_string_equal(read->title, form->title);
    return ERR_OK;
}

static void test_written_and_read(void **unused)
{
    (void)unused;
    struct domain_test t;
    const struct rules_form *form;
    setup(&t);
    OK(rules_form_each(t.call, same_text, NULL));
    assert_int_equal(collection_form_read(t.call, STR("{"), &form), ERR_FAILED);
    assert_int_equal(collection_form_read(t.call, STR("{}"), &form), ERR_FAILED);
    county_close(&t.county);
}

/* A pack loaded while a collection runs renames a column and drops another: the running collection asks,
 * checks and prints as it was launched; the next one asks anew, and takes over what it still knows. */
static void test_pack_changes(void **unused)
{
    (void)unused;
    struct domain_test t;
    const struct rules_form *form;
    struct collection_cells cells;
    const char *from;
    int64_t document_id;
    setup(&t);
    int64_t before = launch(&t, FORM_ID), task_id = task_of(&t, before, t.unit_id);
    load(&t,
         "- {name: mobile, label: 移动电话, label_en: Mobile phone, type: text, format: mobile, required: "
         "true, "
         "personal: true}",
         "- {name: email, label: 电子邮箱, label_en: Mail, type: text}");
    OK(collection_form_of(t.call, before, &form));
    assert_string_equal(form->columns[3].label, "移动电话");
    OK(collection_no_change(t.call, task_id));
    OK(collection_print(t.call, task_id, &document_id));
    scan(&t, "collection_task", task_id, "stamped_scan");
    OK(collection_hand_in(t.call, task_id));
    int64_t after = launch(&t, FORM_ID);
    OK(collection_form_of(t.call, after, &form));
    assert_string_equal(form->columns[3].label, "电子邮箱");
    struct collection_task next = now(&t, task_of(&t, after, t.unit_id));
    OK(collection_last_answer(t.call, form, &next, &cells, &(int64_t){0}));
    assert_true(str_is(collection_cell_value(&cells, 1, "person_name"), "张示例"));
    assert_int_equal(collection_cell_value(&cells, 1, "mobile").len, 0);
    OK(collection_prefill(t.call, form, &next, &cells, &from));
    assert_int_equal(collection_cell_value(&cells, 1, "mobile").len, 0);
    county_close(&t.county);
}

/* Rows that change places keep what belongs to them; one that is gone is not given to its neighbour. */
static void test_rows_change_places(void **unused)
{
    (void)unused;
    struct domain_test t;
    const struct rules_form *form;
    struct collection_cells cells;
    int64_t document_id;
    setup(&t);
    int64_t task_id = task_of(&t, launch(&t, FORM_ID), t.unit_id);
    OK(collection_no_change(t.call, task_id));
    OK(collection_print(t.call, task_id, &document_id));
    scan(&t, "collection_task", task_id, "stamped_scan");
    OK(collection_hand_in(t.call, task_id));
    load(&t, "      - {name: admin_head, label: 行政主要领导, label_en: Administrative head}\n", "");
    int64_t after = launch(&t, FORM_ID);
    OK(collection_form_of(t.call, after, &form));
    struct collection_task next = now(&t, task_of(&t, after, t.unit_id));
    OK(collection_last_answer(t.call, form, &next, &cells, &(int64_t){0}));
    assert_true(str_is(collection_cell_value(&cells, 1, "person_name"), "张示例"));
    assert_true(str_is(collection_cell_value(&cells, 2, "person_name"), "王示例"));
    assert_true(str_is(collection_cell_value(&cells, 4, "person_name"), "钱示例"));
    county_close(&t.county);
}

/* A form opened unasked: begun work stays where it was begun; one not begun follows the pack. */
static void test_standing_follows(void **unused)
{
    (void)unused;
    struct domain_test t;
    int64_t begun, idle, again;
    setup(&t);
    OK(collection_open_own(t.call, STR(FORM_ID), t.unit_id, &begun));
    OK(collection_no_change(t.call, begun));
    OK(collection_open_own(t.call, STR(FORM_ID), t.other_id, &idle));
    load(&t, "label: 移动电话", "label: 手机号码");
    OK(collection_open_own(t.call, STR(FORM_ID), t.unit_id, &again));
    assert_int_equal(again, begun);
    OK(collection_open_own(t.call, STR(FORM_ID), t.other_id, &again));
    assert_int_not_equal(again, idle);
    OK(collection_open_own(t.call, STR(FORM_ID), t.other_id, &idle));
    assert_int_equal(again, idle);
    county_close(&t.county);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_read),
        cmocka_unit_test(test_pack_changes),
        cmocka_unit_test(test_rows_change_places),
        cmocka_unit_test(test_standing_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
