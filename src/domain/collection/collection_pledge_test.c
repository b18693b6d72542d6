/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/collection/collection_test.h"

/* Signed by the stamped scan; another head breaks it and the duty is back. */
static void test_pledge(void **unused)
{
    (void)unused;
    struct domain_test t;
    int64_t document_id, again;
    bool done, stands;
    setup(&t);
    assert_true(duty_open(&t, "S1.pledge"));
    assert_true(refused_with(&t, pledge_sign(t.call, t.unit_id, NULL, &done), "pledge.fault.not_printed"));
    assert_true(refused_with(&t, pledge_print(t.call, t.other_id, &document_id), "pledge.fault.no_leader"));
    OK(pledge_print(t.call, t.unit_id, &document_id));
    OK(pledge_print(t.call, t.unit_id, &again));
    assert_int_equal(document_id, again);
    assert_true(refused_with(&t, pledge_sign(t.call, t.unit_id, NULL, &done), "pledge.fault.no_scan"));
    int64_t task_id = task_of(&t, launch(&t, "SA1.pledge"), t.unit_id);
    assert_true(refused_with(&t, collection_hand_in(t.call, task_id), "collection.fault.pledge_unsigned"));
    scan(&t, "unit", t.unit_id, "responsibility_pledge");
    OK(pledge_sign(t.call, t.unit_id, NULL, &done));
    assert_true(done);
    OK(pledge_stands(t.call, t.unit_id, STR_NONE, &stands));
    assert_true(stands);
    assert_false(duty_open(&t, "S1.pledge"));
    OK(collection_hand_in(t.call, task_id));
    person(&t, t.unit_id, "孙示例", "admin_head");
    OK(pledge_stands(t.call, t.unit_id, STR_NONE, &stands));
    assert_false(stands);
    assert_true(duty_open(&t, "S1.pledge"));
    assert_true(refused_with(&t, pledge_sign(t.call, t.unit_id, NULL, &done), "pledge.fault.not_printed"));
    t.call->now_ms += 1000;
    OK(pledge_print(t.call, t.unit_id, &again));
    assert_int_not_equal(document_id, again);
    scan(&t, "unit", t.unit_id, "responsibility_pledge");
    OK(pledge_sign(t.call, t.unit_id, NULL, &done));
    assert_false(duty_open(&t, "S1.pledge"));
    county_close(&t.county);
}

/* A pack that wants both signatures is content with neither alone. */
static void test_pledge_both(void **unused)
{
    (void)unused;
    struct domain_test t;
    struct rules_load_report report;
    struct pledge pledge;
    int64_t document_id;
    bool done;
    setup(&t);
    ARENA(arena, 8 << 20);
    OK(rules_pack_load(t.call,
                       pack_edited(arena, "signing: scan\n    second_factor: required",
                                   "signing: both\n    second_factor: none"),
                       false, &report));
    OK(pledge_print(t.call, t.unit_id, &document_id));
    scan(&t, "unit", t.unit_id, "responsibility_pledge");
    assert_true(refused_with(&t, pledge_sign(t.call, t.unit_id, NULL, &done), "pledge.fault.no_account"));
    struct org_unit unit;
    OK(org_unit_get(t.call, t.unit_id, &unit));
    struct access_actor leader = {.user_id = 9,
                                  .display_name = STR("教育局负责人"),
                                  .roles = ROLE_UNIT_LEADER,
                                  .unit_id = t.unit_id,
                                  .unit_path = unit.unit_path};
    t.call->actor = &leader;
    OK(pledge_sign(t.call, t.unit_id, NULL, &done));
    assert_true(done);
    OK(pledge_newest(t.call, t.unit_id, true, &pledge));
    assert_true(str_is(pledge.account_signed_by_name, "教育局负责人"));
    assert_true(str_is(pledge.scan_digest, "ab12"));
    t.call->actor = &access_local_admin;
    county_close(&t.county);
}

/* Counts follow the unit's duties. */
static void test_scorecard(void **unused)
{
    (void)unused;
    struct domain_test t;
    setup(&t);
    BUF(out, 1 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    OK(pledge_scorecard(t.call, t.unit_id, &w));
    json_close_object(&w);
    const struct json *root;
    OK(json_parse(t.call->arena, buf_str(&out), &root, NULL));
    const struct json *list = json_get(root, "undertakings"), *last = json_item(list, 12),
                      *third = json_item(list, 2);
    assert_int_equal(json_count(list), 13);
    assert_int_equal(json_int(json_get(last, "open"), -1), 1); /* S1.pledge */
    assert_true(str_is(json_text(json_get(last, "verdict")), "pending"));
    assert_true(json_int(json_get(third, "fulfilled"), 0) >= 1); /* SA2.posts: all named */
    assert_true(str_is(json_text(json_get(json_get(root, "pledge"), "standing")), "none"));
    county_close(&t.county);
}

static void show_card(struct domain_test *t, const struct json **ret)
{
    BUF(out, 1 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    OK(pledge_scorecard(t->call, t->unit_id, &w));
    json_close_object(&w);
    OK(json_parse(t->call->arena, str_copy(t->call->arena, buf_str(&out)), ret, NULL));
}

static struct str standing(struct domain_test *t)
{
    const struct json *root;
    show_card(t, &root);
    return json_text(json_get(json_get(root, "pledge"), "standing"));
}

/* The account's signature asks for a code where the pack says so: without a second factor set up it is
 * refused with the remedy, and nothing is written. */
static void test_factor_demanded(void **unused)
{
    (void)unused;
    struct domain_test t;
    struct rules_load_report report;
    struct pledge pledge;
    int64_t document_id;
    bool done;
    setup(&t);
    ARENA(arena, 8 << 20);
    OK(rules_pack_load(t.call, pack_edited(arena, "signing: scan", "signing: account"), false, &report));
    OK(pledge_print(t.call, t.unit_id, &document_id));
    county_act(&t.county, EDU_LEADER);
    assert_true(refused_with(&t, pledge_sign(t.call, t.unit_id, NULL, &done), "pledge.fault.no_factor"));
    OK(pledge_newest(t.call, t.unit_id, false, &pledge));
    assert_int_equal(pledge.account_signed_at_ms, 0);
    t.call->actor = &access_local_admin;
    county_close(&t.county);
}

/* Another version of the text: the signature stays in the books, but the duty is back, also for who signed on
 * paper before; a collection that asked for the old version still takes it. */
static void test_new_version(void **unused)
{
    (void)unused;
    struct domain_test t;
    struct rules_load_report report;
    int64_t document_id;
    bool done, stands;
    setup(&t);
    OK(pledge_print(t.call, t.unit_id, &document_id));
    scan(&t, "unit", t.unit_id, "responsibility_pledge");
    OK(pledge_sign(t.call, t.unit_id, NULL, &done));
    assert_false(duty_open(&t, "S1.pledge"));
    int64_t task_id = task_of(&t, launch(&t, "SA1.pledge"), t.unit_id);
    ARENA(arena, 8 << 20);
    struct str once = pack_edited(arena, "\"2022-1\"", "\"2026-2\"");
    char *text = (char *)(uintptr_t)str_c(arena, once);
    for (char *at = text; (at = strstr(at, "since: 2022-01-19"));)
        memcpy(at, "since: 2026-10-01", 17);
    OK(rules_pack_load(t.call, str_of(text), false, &report));
    assert_true(duty_open(&t, "S1.pledge"));
    assert_true(str_is(standing(&t), "resign"));
    OK(pledge_stands(t.call, t.unit_id, STR_NONE, &stands));
    assert_false(stands);
    OK(collection_hand_in(t.call, task_id));
    t.call->now_ms += 1000;
    OK(pledge_print(t.call, t.unit_id, &document_id));
    scan(&t, "unit", t.unit_id, "responsibility_pledge");
    OK(pledge_sign(t.call, t.unit_id, NULL, &done));
    assert_false(duty_open(&t, "S1.pledge"));
    county_close(&t.county);
}

/* A stamped letter filed without printing one here is a signature, and the page says so; a new head ends it.
 */
static void test_on_paper(void **unused)
{
    (void)unused;
    struct domain_test t;
    struct pledge_paper paper;
    setup(&t);
    assert_true(str_is(standing(&t), "none"));
    t.call->now_ms += 1000;
    scan(&t, "unit", t.unit_id, "responsibility_pledge");
    assert_false(duty_open(&t, "S1.pledge"));
    assert_true(str_is(standing(&t), "filed"));
    OK(pledge_paper_filed(t.call, t.unit_id, &paper));
    assert_true(str_is(paper.digest, "ab12"));
    int64_t task_id = task_of(&t, launch(&t, "SA1.pledge"), t.unit_id);
    OK(collection_hand_in(t.call, task_id));
    t.call->now_ms += 1000;
    person(&t, t.unit_id, "孙示例", "admin_head");
    assert_true(duty_open(&t, "S1.pledge"));
    assert_true(str_is(standing(&t), "none"));
    county_close(&t.county);
}

static struct str verdict(struct domain_test *t, int at)
{
    const struct json *root;
    show_card(t, &root);
    return json_text(json_get(json_item(json_get(root, "undertakings"), (size_t)at), "verdict"));
}

static const struct rules_pledge *load_all(struct domain_test *t, struct arena *arena)
{
    static const char *const names[] = {"J", "Y", "Z"};
    const struct rules_pledge *text;
    for (size_t i = 0; i < 3; i++) {
        struct rules_load_report report;
        FILE *file = fopen(str_format(arena, "%s/packs/%s.yaml", getenv("ANZE_SOURCE"), names[i]).at, "re");
        assert_non_null(file);
        char *yaml = arena_alloc(arena, 1 << 20);
        OK(rules_pack_load(t->call, (struct str){yaml, fread(yaml, 1, 1 << 20, file)}, false, &report));
        fclose(file);
    }
    OK(rules_pledge_find(t->call, STR_NONE, &text));
    return text;
}

/* The duty falls late, is settled, is gone: the verdict follows each time. */
static void follow(struct domain_test *t, int at, struct str article, struct str rule)
{
    county_run(&t->county, "DELETE FROM rules_duty");
    county_run(
        &t->county,
        "INSERT INTO rules_duty (pack, pack_version, rule, article, cite, subject_kind, subject_id, "
        "subject_label, occurrence, unit_id, unit_path, system_id, text, text_en, answers, answers_role, "
        "state, current, opened_at_ms, due_kind, due_n, calendar, late_at_ms) VALUES ('T', '1', $1, $2, "
        "'', 'unit', $3, '', '', $3, $4, 0, 'x', 'x', '', 0, 'open', 1, 0, 'none', 0, '', 1)",
        db_str(rule), db_str(article), db_int(t->unit_id), db_c(COUNTY_EDU_PATH));
    assert_true(str_is(verdict(t, at), "broken"));
    county_run(&t->county, "UPDATE rules_duty SET late_at_ms = NULL");
    assert_true(str_is(verdict(t, at), "pending"));
    county_run(&t->county, "UPDATE rules_duty SET state = 'satisfied'");
    assert_true(str_is(verdict(t, at), "kept"));
}

/* Each of the thirteen, with the packs as shipped: linked to duties that some pack really has, or saying why
 * nothing can show it. None stays green whatever happens. */
static void test_every_link_is_live(void **unused)
{
    (void)unused;
    struct domain_test t;
    int linked = 0;
    setup(&t);
    ARENA(arena, 32 << 20);
    const struct rules_pledge *text = load_all(&t, arena);
    county_run(&t.county, "DELETE FROM rules_duty");
    for (int i = 0; i < (int)text->many; i++) {
        const struct rules_undertaking *undertaking = &text->undertakings[i];
        int fed = 0;
        for (size_t k = 0; undertaking->duties[k]; k++, fed++)
            follow(&t, i, STR("T9"), str_of(undertaking->duties[k]));
        for (size_t k = 0; undertaking->articles[k]; k++) {
            const char *why;
            OK(rules_article_unfed(t.call, undertaking->articles[k], &why));
            if (why)
                continue;
            fed++;
            follow(&t, i, str_of(undertaking->articles[k]), STR("T9.x"));
        }
        county_run(&t.county, "DELETE FROM rules_duty");
        if (!str_is(verdict(&t, i), fed ? "silent" : "unfed"))
            fail_msg("undertaking %s", undertaking->id);
        linked += fed > 0;
    }
    assert_int_equal(text->many, 13);
    assert_int_equal(linked, 10); /* 2, 5 and 10 wait for incidents and the inventory of terminals */
    county_close(&t.county);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pledge),
        cmocka_unit_test(test_pledge_both),
        cmocka_unit_test(test_scorecard),
        cmocka_unit_test(test_factor_demanded),
        cmocka_unit_test(test_new_version),
        cmocka_unit_test(test_on_paper),
        cmocka_unit_test(test_every_link_is_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
