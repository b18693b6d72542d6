/* SPDX-License-Identifier: Apache-2.0
 * A list as a spreadsheet: same filters and scope, words for codes, masks, every page. */
#include "http/http_test.h"
#include <signal.h>

static const char *const state_names[] = {"open", "closed", NULL};
static const struct field_enum state_enum = {"shelf_state", state_names, NULL};
static const struct field shelf_fields[] = {
    {.name = "shelf_id", .type = FIELD_INT},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "shelf_name", .type = FIELD_TEXT},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum},
    {.name = "phone", .type = FIELD_TEXT, .format = "mobile", .flags = FIELD_PERSONAL},
    {.name = "price", .type = FIELD_MONEY},
    {.name = "made_on", .type = FIELD_DATE},
    {.name = "seen_ms", .type = FIELD_TIME},
    {.name = "dry", .type = FIELD_BOOL},
    {.name = "inside", .type = FIELD_TEXT, .flags = FIELD_HIDDEN},
};
static const struct field_table shelf_table = FIELD_TABLE("shelf", shelf_fields);
static const struct db_filter filters[] = {{"state", "s.state = $$", FIELD_ENUM, &state_enum}};
static const struct db_sort sorts[] = {{"shelf_id", "s.shelf_id"}};
static const struct db_list shelf_list = {
    .columns = &shelf_table,
    .select = "SELECT s.shelf_id, s.unit_id, s.shelf_name, s.state, s.phone, s.price, s.made_on,"
              " s.seen_ms, s.dry, s.inside FROM shelf s",
    .scope = "s.unit_path",
    .key = "s.shelf_id",
    .default_sort = "shelf_id",
    .filters = filters,
    .many_filters = 1,
    .sorts = sorts,
    .many_sorts = 1};
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/shelves",
     .grant = GRANT_SIGNED_IN,
     .name = "shelf_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .list = &shelf_list,
     .summary_zh = "货架",
     .summary_en = "Shelves"},
};

static struct http_test test;
static struct test_reply reply;
static char officer[200], unit[200];

static int start(void **state)
{
    (void)state;
    char token[64];
    http_declare(routes, 1);
    test_start_with(&test, (struct http_options){0});
    words_add(CALL_ZH, STR("{\"field.shelf.shelf_name\":\"名称\",\"field.shelf.state\":\"状态\",\"enum.shelf_"
                           "state.open\":\"开放\"}"));
    db_test_step(&test.db, "shelf",
                 "CREATE TABLE shelf (shelf_id INTEGER PRIMARY KEY, unit_id INTEGER, unit_path TEXT NOT "
                 "NULL, shelf_name TEXT NOT NULL,"
                 " state TEXT, phone TEXT, price INTEGER, made_on TEXT, seen_ms INTEGER, dry INTEGER, inside "
                 "TEXT) STRICT");
    assert_int_equal(db_run(&test.db.call,
                            "INSERT INTO shelf VALUES (1, 5, '/1/5/', '=甲', 'open', '13800001111', 123456, "
                            "'2026-01-09', 1767926400000, 1, 'secret'),"
                            " (2, 5, '/1/5/', '乙', 'closed', NULL, -5, NULL, NULL, 0, 'secret'), (3, 6, "
                            "'/1/6/', '丙', 'open', NULL, NULL, NULL, NULL, NULL, NULL)"),
                     ERR_OK);
    assert_int_equal(db_run(&test.db.call,
                            "WITH RECURSIVE c(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM c WHERE i < 3009)"
                            " INSERT INTO shelf(shelf_id, unit_path, shelf_name, state) SELECT i, '/2/', 'n' "
                            "|| i, 'closed' FROM c"),
                     ERR_OK);
    test_people(&test);
    test_sign_in(&test, &(struct test_person){.roles = ROLE_COUNTY_OFFICER, .unit_path = "/"}, token);
    snprintf(officer, sizeof officer, "%s", test_bearer(token));
    test_sign_in(&test, &(struct test_person){.roles = ROLE_UNIT_OFFICER, .unit_path = "/1/5/"}, token);
    snprintf(unit, sizeof unit, "%s", test_bearer(token));
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static void rows_become_words(void **state)
{
    (void)state;
    test_ask(&test, &reply, "GET", "/api/shelves?format=csv&state=open", officer, NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_header(&reply, "Content-Type"), "text/csv; charset=utf-8");
    assert_non_null(
        strstr(test_header(&reply, "Content-Disposition"), "filename*=UTF-8''%E8%B4%A7%E6%9E%B6-20"));
    assert_memory_equal(reply.body, "\xEF\xBB\xBF", 3);
    assert_non_null(strstr(reply.body, "名称"));
    assert_non_null(strstr(reply.body, "开放"));
    assert_non_null(strstr(reply.body, "'=甲")); /* never a formula */
    assert_non_null(strstr(reply.body, "1234.56"));
    assert_non_null(strstr(reply.body, "2026-01-09"));
    assert_non_null(strstr(reply.body, "是"));
    assert_non_null(strstr(reply.body, "丙"));
    assert_null(strstr(reply.body, "乙"));
    assert_null(strstr(reply.body, "secret"));
    assert_null(strstr(reply.body, "13800001111"));
    assert_non_null(strstr(reply.body, "138"));
}

static void the_scope_holds(void **state)
{
    (void)state;
    test_ask(&test, &reply, "GET", "/api/shelves?format=csv", unit, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "=甲"));
    assert_non_null(strstr(reply.body, "乙"));
    assert_non_null(strstr(reply.body, "-0.05"));
    assert_null(strstr(reply.body, "丙"));
    assert_null(strstr(reply.body, "n10"));
}

static void every_page_comes(void **state)
{
    (void)state;
    test_ask(&test, &reply, "GET", "/api/shelves?format=csv&state=closed&limit=5", officer, NULL);
    assert_int_equal(reply.status, 200);
    int lines = 0;
    for (const char *at = reply.body; (at = strchr(at, '\n')); at++)
        lines++;
    assert_in_range(lines, 3002, 3003);
    assert_non_null(strstr(reply.body, "n3009"));
}

static void a_workbook_is_one(void **state)
{
    (void)state;
    test_ask(&test, &reply, "GET", "/api/shelves?format=xlsx", unit, NULL);
    assert_int_equal(reply.status, 200);
    assert_memory_equal(reply.body, "PK\x03\x04", 4);
    assert_true(reply.body_len > 2000);
    test_ask(&test, &reply, "GET", "/api/shelves?format=ods", unit, NULL);
    assert_int_equal(reply.status, 422);
    test_ask(&test, &reply, "GET", "/api/shelves?format=csv&state=ajar", unit, NULL);
    assert_int_equal(reply.status, 422);
    assert_non_null(strstr(reply.body, "\"field\":\"state\""));
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_become_words), cmocka_unit_test(the_scope_holds),
                                       cmocka_unit_test(every_page_comes),
                                       cmocka_unit_test(a_workbook_is_one)};
    return cmocka_run_group_tests_name("http_sheet", tests, start, stop);
}
