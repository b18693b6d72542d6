/* SPDX-License-Identifier: Apache-2.0
 *
 * People are told what concerns them, once, in their language, and in office hours.
 */
#include "domain/domain_test.h"
#include "domain/notify/notify_inner.h"

extern const struct module notify_module;

static struct county county;
static struct call *call;

static int group_setup(void **state)
{
    (void)state;
    crypt_init();
    http_declare(notify_module.routes, notify_module.many_routes);
    return 0;
}

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

static struct notify_message message(const char *once)
{
    return (struct notify_message){.key = "discipline.notify.issued",
                                   .args = {STR("约谈“某局”"), STR("示数整〔2026〕1号")},
                                   .url = STR("/cases/1"),
                                   .subject_kind = "case",
                                   .subject_id = 1,
                                   .once = str_of(once)};
}

static int64_t items_of(enum county_account who)
{
    return county_number(&county, "SELECT COUNT(*) FROM notify_item WHERE user_id = $1", db_int(who));
}

static void the_right_people_are_told_once(void **state)
{
    (void)state;
    struct notify_message m = message("a");
    assert_int_equal(notify_users(call, ROLES_UNIT, COUNTY_EDU, &m), ERR_OK);
    assert_int_equal(notify_users(call, ROLES_UNIT, COUNTY_EDU, &m), ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 1);
    assert_int_equal(items_of(EDU_LEADER), 1);
    assert_int_equal(items_of(HEALTH_OFFICER), 0);
    m = message("b");
    assert_int_equal(notify_users(call, ROLE_UNIT_OFFICER, COUNTY_SCHOOL, &m),
                     ERR_OK); /* the school has nobody: its bureau hears of it */
    assert_int_equal(items_of(EDU_OFFICER), 2);
    assert_int_equal(items_of(EDU_LEADER), 1);
    m = message("c");
    county_act(&county, LEADER);
    assert_int_equal(notify_users(call, ROLE_BUREAU_LEADER | ROLE_COUNTY_OFFICER, COUNTY_EDU, &m), ERR_OK);
    assert_int_equal(items_of(LEADER), 0); /* they did it themselves */
    assert_int_equal(items_of(LEADER2), 1);
    assert_int_equal(items_of(OFFICER), 1);
    m = message("");
    assert_int_equal(notify_user(call, OFFICER2, &m), ERR_OK);
    assert_int_equal(notify_user(call, OFFICER2, &m), ERR_OK); /* no mark: told each time */
    assert_int_equal(items_of(OFFICER2), 3);
    county_run(&county, "UPDATE access_user SET disabled = 1 WHERE user_id = $1", db_int(OFFICER));
    m = message("d");
    assert_int_equal(notify_users(call, ROLE_COUNTY_OFFICER, 0, &m), ERR_OK);
    assert_int_equal(items_of(OFFICER), 1);
}

static struct str shown(enum call_lang lang, int64_t inbox_id)
{
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    DB_ROWS(rows);
    assert_int_equal(
        db_one(call, &rows,
               "SELECT key, args, many, COALESCE(lines, '') FROM notify_item WHERE inbox_id = $1",
               db_int(inbox_id)),
        ERR_OK);
    call->lang = lang;
    json_open_object(&w, NULL);
    notify_put_texts(call, &w, db_col_copy(call, &rows, 0), db_col_copy(call, &rows, 1), db_col_int(&rows, 2),
                     db_col_copy(call, &rows, 3));
    json_close_object(&w);
    call->lang = CALL_ZH;
    return str_copy(call->arena, buf_str(&out));
}

static void texts_are_made_in_the_readers_language(void **state)
{
    (void)state;
    struct notify_message m = message("a");
    assert_int_equal(notify_user(call, EDU_OFFICER, &m), ERR_OK);
    int64_t id = county_number(&county, "SELECT MAX(inbox_id) FROM notify_item");
    assert_non_null(strstr(shown(CALL_ZH, id).at, "收到文书：约谈“某局”（示数整〔2026〕1号）"));
    assert_non_null(strstr(shown(CALL_EN, id).at, "A paper has arrived: 约谈“某局”"));
    assert_int_equal(notify_together_one(call, EDU_LEADER, &m), ERR_OK);
    id = county_number(&county, "SELECT MAX(inbox_id) FROM notify_item");
    county_run(&county, "UPDATE notify_item SET read_at_ms = 5 WHERE inbox_id = $1", db_int(id));
    assert_int_equal(notify_together_one(call, EDU_LEADER, &m), ERR_OK);
    assert_int_equal(items_of(EDU_LEADER), 1);
    assert_non_null(strstr(shown(CALL_ZH, id).at, "（共 2 项）"));
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM notify_item WHERE inbox_id = $1 AND read_at_ms IS NULL",
                      db_int(id)),
        1);
}

/* ---- duties ---- */

static int64_t duty(const char *rule, const char *subject_kind, int64_t unit_id, const char *path,
                    const char *due_on, const char *role, int64_t opened_ms)
{
    static int64_t serial;
    DB_ROWS(rows);
    assert_int_equal(db_one(call, &rows,
                            "INSERT INTO rules_duty (pack, pack_version, rule, article, cite, subject_kind, "
                            "subject_id, subject_label, occurrence,"
                            " unit_id, unit_path, system_id, text, text_en, answers, answers_role, state, "
                            "current, opened_at_ms, due_kind, due_n,"
                            " due_on, calendar) VALUES ('T', '1', $1, 'T1', '第一条', $2, $3, '某事项', $3, "
                            "$4, $5, 0, '完成某事', 'Do it', $6, $7, 'open', 1,"
                            " $8, 'working_days', 3, $9, 'x') RETURNING duty_id",
                            db_c(rule), db_c(subject_kind), db_int(++serial), db_int(unit_id), db_c(path),
                            db_c(role ? role : "security_officer"), db_int(role != NULL), db_int(opened_ms),
                            db_c(due_on)),
                     ERR_OK);
    return db_col_int(&rows, 0);
}

static void urgent_duties_are_told_at_once_and_together(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++)
        assert_int_equal(notify_hear(call, RULES_OPENED,
                                     duty("Y5.fix", "finding", COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-04",
                                          NULL, call->now_ms),
                                     "security_officer"),
                         ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 1);
    assert_int_equal(items_of(HEALTH_OFFICER), 0);
    assert_non_null(strstr(shown(CALL_ZH, 1).at, "新任务：完成某事（共 40 项）"));
    assert_non_null(strstr(shown(CALL_EN, 1).at, "New: Do it (40 in all)"));
    /* What a pack opens by the thousand waits for the digest; what is done needs no word. */
    int64_t slow =
        duty("S3.grading", "system", COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-20", NULL, call->now_ms);
    assert_int_equal(notify_hear(call, RULES_OPENED, slow, "security_officer"), ERR_OK);
    assert_int_equal(notify_hear(call, RULES_SATISFIED, slow, "security_officer"), ERR_OK);
    assert_int_equal(notify_hear(call, RULES_REMIND, slow, "security_officer"), ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 1);
    /* A role of the authority. */
    int64_t ours = duty("Z25.notice", "finding", COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-02", "county_officer",
                        call->now_ms);
    assert_int_equal(notify_hear(call, RULES_OPENED, ours, "county_officer"), ERR_OK);
    assert_int_equal(items_of(OFFICER), 1);
    assert_int_equal(items_of(OFFICER2), 1);
    assert_int_equal(items_of(EDU_OFFICER), 1);
}

static void what_is_late_goes_up(void **state)
{
    (void)state;
    int64_t late = duty("Y5.fix", "finding", COUNTY_EDU, COUNTY_EDU_PATH, "2026-08-20", NULL, 1);
    assert_int_equal(notify_hear(call, RULES_ESCALATE, late, "admin_head"), ERR_OK);
    assert_int_equal(items_of(EDU_LEADER), 1); /* nobody is known to hold the post: the unit's leaders */
    assert_int_equal(items_of(EDU_OFFICER), 0);
    county_run(&county,
               "INSERT INTO org_person (person_id, unit_id, unit_path, person_name, user_id, valid_from, "
               "created_at_ms)"
               " VALUES (9, 2, '00010002', '某某', $1, '2020-01-01', 1)",
               db_int(EDU_OFFICER));
    county_run(&county,
               "INSERT INTO org_post (unit_id, unit_path, post_kind, person_id, valid_from, created_at_ms)"
               " VALUES (2, '00010002', 'admin_head', 9, '2020-01-01', 1)");
    assert_int_equal(notify_hear(call, RULES_ESCALATE, late, "admin_head"), ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 1);
    assert_int_equal(items_of(EDU_LEADER), 1);
}

/* ---- the digest ---- */

static void at(int month, int mday, int hour, int minute)
{
    call->now_ms = clock_ms_of_day(clock_day(2026, month, mday)) + (hour * 60 + minute) * 60000LL;
}

static void one_digest_a_person_and_working_day(void **state)
{
    (void)state;
    duty("A", "unit", COUNTY_EDU, COUNTY_EDU_PATH, "2026-08-20", NULL, 1);                      /* late */
    duty("B", "unit", COUNTY_SCHOOL, COUNTY_SCHOOL_PATH, "2026-09-01", NULL, 1);                /* today */
    duty("C", "unit", COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-03", NULL, 1);                      /* soon */
    duty("D", "unit", COUNTY_EDU, COUNTY_EDU_PATH, "2026-12-31", NULL, 1);                      /* far */
    duty("E", "unit", COUNTY_EDU, COUNTY_EDU_PATH, "2026-12-31", NULL, call->now_ms - 3600000); /* new */
    duty("F", "finding", COUNTY_EDU, COUNTY_EDU_PATH, "2026-09-02", "county_officer", 1);
    at(9, 1, 8, 59);
    assert_int_equal(notify_digest(call), ERR_OK);
    at(9, 1, 18, 0);
    assert_int_equal(notify_digest(call), ERR_OK);
    at(9, 5, 10, 0); /* a Saturday */
    assert_int_equal(notify_digest(call), ERR_OK);
    at(10, 1, 10, 0); /* the National Day */
    assert_int_equal(notify_digest(call), ERR_OK);
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM notify_item"), 0);
    at(9, 1, 9, 0);
    assert_int_equal(notify_digest(call), ERR_OK);
    at(9, 1, 9, 5);
    assert_int_equal(notify_digest(call), ERR_OK); /* again, as after a crash */
    assert_int_equal(items_of(EDU_OFFICER), 1);
    assert_int_equal(items_of(EDU_LEADER), 1);
    assert_int_equal(items_of(OFFICER), 1);
    assert_int_equal(items_of(HEALTH_OFFICER), 0); /* nothing to do: left in peace */
    assert_int_equal(items_of(LEADER), 0);
    int64_t id =
        county_number(&county, "SELECT inbox_id FROM notify_item WHERE user_id = $1", db_int(EDU_OFFICER));
    struct str text = shown(CALL_ZH, id);
    assert_non_null(strstr(text.at, "逾期 1 项，今天到期 1 项，三个工作日内到期 1 项，新增 1 项"));
    assert_null(strstr(text.at, "county_officer"));
    const struct json *root;
    assert_int_equal(json_parse(call->arena, text, &root, NULL), ERR_OK);
    assert_int_equal(json_count(json_get(root, "lines")), 4); /* the far one is not in it */
    assert_true(json_bool(json_get(json_item(json_get(root, "lines"), 0), "late"), false));
    at(9, 2, 9, 0);
    assert_int_equal(notify_digest(call), ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 2);
}

static void a_reminder_comes_with_the_digest(void **state)
{
    (void)state;
    int64_t far = duty("D", "unit", COUNTY_EDU, COUNTY_EDU_PATH, "2026-12-31", NULL, 1);
    at(9, 1, 0, 5);
    assert_int_equal(notify_hear(call, RULES_REMIND, far, "security_officer"), ERR_OK);
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM notify_item"), 0); /* not at night */
    at(9, 1, 9, 0);
    assert_int_equal(notify_digest(call), ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 1);
    at(9, 2, 9, 0);
    assert_int_equal(notify_digest(call), ERR_OK);
    assert_int_equal(items_of(EDU_OFFICER), 1); /* reminded once */
}

static void an_inbox_is_ones_own(void **state)
{
    (void)state;
    static struct test_reply reply;
    struct notify_message m = message("a");
    assert_int_equal(notify_user(call, EDU_OFFICER, &m), ERR_OK);
    county_serve(&county);
    const char *edu = county_session(&county, EDU_OFFICER), *health = county_session(&county, HEALTH_OFFICER);
    test_ask(&county.http, &reply, "GET", "/api/inbox?unread=1&count=1", edu, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"total\":1"));
    assert_non_null(strstr(reply.body, "\"url\":\"/cases/1\""));
    test_ask(&county.http, &reply, "GET", "/api/inbox?user_id=8", health,
             NULL); /* nobody asks for another's */
    assert_int_equal(reply.status, 422);
    test_ask(&county.http, &reply, "GET", "/api/inbox", health, NULL);
    assert_non_null(strstr(reply.body, "\"items\":[]"));
    test_ask(&county.http, &reply, "POST", "/api/inbox/1/read", health, NULL);
    assert_int_equal(reply.status, 404);
    test_ask(&county.http, &reply, "GET", "/api/inbox/count", edu, NULL);
    assert_string_equal(reply.body, "{\"unread\":1}");
    test_ask(&county.http, &reply, "POST", "/api/inbox/1/read", edu, NULL);
    assert_string_equal(reply.body, "{\"unread\":0}");
    test_ask(&county.http, &reply, "GET", "/api/inbox?unread=1", edu, NULL);
    assert_non_null(strstr(reply.body, "\"items\":[]"));
    test_ask(&county.http, &reply, "POST", "/api/inbox/read-all", health, NULL);
    assert_int_equal(reply.status, 201);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_right_people_are_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_made_in_the_readers_language, setup, teardown),
        cmocka_unit_test_setup_teardown(urgent_duties_are_told_at_once_and_together, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_late_goes_up, setup, teardown),
        cmocka_unit_test_setup_teardown(one_digest_a_person_and_working_day, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reminder_comes_with_the_digest, setup, teardown),
        cmocka_unit_test_setup_teardown(an_inbox_is_ones_own, setup, teardown),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
