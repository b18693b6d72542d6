/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_test.h"

/* ---- routes of the test ---- */

static enum err who_handler(struct call *call, struct http_exchange *x)
{
    json_put_int(x->out, "user_id", call->actor ? call->actor->user_id : 0);
    json_put_str(x->out, "remote", x->remote);
    return ERR_OK;
}

static enum err thing_get(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT thing_id, unit_path, name FROM thing WHERE thing_id = $1",
               db_int(x->ids[0])));
    TRY(access_reach(call, db_col_str(&rows, 1)));
    json_put_int(x->out, "thing_id", db_col_int(&rows, 0));
    json_put_str(x->out, "name", db_col_str(&rows, 2));
    return db_end(&rows);
}

static enum err thing_create(struct call *call, struct http_exchange *x)
{
    int64_t id;
    struct db_extra extra[] = {{"unit_path", db_c("/1/")}};
    TRY(db_insert(call, "thing", &x->body, extra, 1, &id));
    json_put_int(x->out, "thing_id", id);
    return ERR_OK;
}

static enum err thing_change(struct call *call, struct http_exchange *x)
{
    TRY(db_update(call, "thing", "thing_id", x->ids[0], &x->body, NULL, 0));
    json_put_int(x->out, "thing_id", x->ids[0]);
    return ERR_OK;
}

static enum err word_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    json_put_str(x->out, "word", x->words[0]);
    return ERR_OK;
}

static enum err login_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    x->set_cookie = STR("abcDEF-123");
    return ERR_OK;
}

static enum err logout_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    x->set_cookie = STR("");
    return ERR_OK;
}

static enum err refused_handler(struct call *call, struct http_exchange *x)
{
    (void)x;
    struct call_fault *fault = call_fault_add(call, NULL, "http.fault.filename");
    fault->article = "S3";
    return ERR_REFUSED;
}

static enum err broken_handler(struct call *call, struct http_exchange *x)
{
    json_put_c(x->out, "half", "written");
    return call_fail(call, ERR_FAILED, "secret_column", "http.fault.target");
}

static const char *const color_names[] = {"red", "green", NULL};
static const struct field_enum color = {"color", color_names, NULL};
static const struct field thing_fields[] = {
    {.name = "thing_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 10},
    {.name = "size", .type = FIELD_INT, .min = 1, .max = 9},
    {.name = "color", .type = FIELD_ENUM, .of = &color},
};
static const struct field_table thing_table = FIELD_TABLE("thing", thing_fields);
static const struct field query_fields[] = {{.name = "on", .type = FIELD_DATE, .flags = FIELD_REQUIRED}};
static const struct field_table query_table = FIELD_TABLE("thing_query", query_fields);

/* One route for each role, and the usual kinds. */
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/t/0",
     .grant = ROLE_COUNTY_OFFICER,
     .name = "t_0",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/1",
     .grant = ROLE_REGULATOR,
     .name = "t_1",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/2",
     .grant = ROLE_BUREAU_LEADER,
     .name = "t_2",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/3",
     .grant = ROLE_OFFICE_DIRECTOR,
     .name = "t_3",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/4",
     .grant = ROLE_UNIT_OFFICER,
     .name = "t_4",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/5",
     .grant = ROLE_UNIT_LEADER,
     .name = "t_5",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/6",
     .grant = ROLE_SCAN_TEAM,
     .name = "t_6",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/7",
     .grant = ROLE_VENDOR_USER,
     .name = "t_7",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/8",
     .grant = ROLE_SYS_ADMIN,
     .name = "t_8",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/9",
     .grant = ROLE_SEC_ADMIN,
     .name = "t_9",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/t/10",
     .grant = ROLE_AUDIT_ADMIN,
     .name = "t_10",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/any",
     .grant = GRANT_SIGNED_IN,
     .name = "t_any",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/open",
     .grant = GRANT_PUBLIC,
     .name = "t_open",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "GET",
     .path = "/api/first",
     .grant = GRANT_SIGNED_IN,
     .name = "t_first",
     .kind = HTTP_FOREIGN,
     .handle = who_handler,
     .flags = HTTP_FIRST_PASSWORD},
    {.method = "GET",
     .path = "/api/things/{thing_id}",
     .grant = GRANT_SIGNED_IN,
     .name = "thing_get",
     .handle = thing_get,
     .reply = &thing_table},
    {.method = "GET",
     .path = "/api/things/template",
     .grant = GRANT_SIGNED_IN,
     .name = "thing_template",
     .kind = HTTP_FOREIGN,
     .handle = who_handler},
    {.method = "POST",
     .path = "/api/things",
     .grant = GRANT_SIGNED_IN,
     .name = "thing_create",
     .kind = HTTP_FOREIGN,
     .handle = thing_create,
     .body = &thing_table},
    {.method = "PATCH",
     .path = "/api/things/{thing_id}",
     .grant = GRANT_SIGNED_IN,
     .name = "thing_change",
     .kind = HTTP_FOREIGN,
     .handle = thing_change,
     .body = &thing_table,
     .flags = HTTP_PARTIAL},
    {.method = "GET",
     .path = "/api/dated",
     .grant = GRANT_SIGNED_IN,
     .name = "thing_dated",
     .kind = HTTP_FOREIGN,
     .handle = who_handler,
     .query = &query_table},
    {.method = "GET",
     .path = "/api/word/{word}",
     .grant = GRANT_PUBLIC,
     .name = "t_word",
     .kind = HTTP_FOREIGN,
     .handle = word_handler},
    {.method = "POST",
     .path = "/api/login",
     .grant = GRANT_PUBLIC,
     .name = "t_login",
     .handle = login_handler,
     .kind = HTTP_NONE},
    {.method = "POST",
     .path = "/api/logout",
     .grant = GRANT_PUBLIC,
     .name = "t_logout",
     .handle = logout_handler,
     .kind = HTTP_NONE},
    {.method = "POST",
     .path = "/api/refused",
     .grant = GRANT_PUBLIC,
     .name = "t_refused",
     .kind = HTTP_FOREIGN,
     .handle = refused_handler},
    {.method = "GET",
     .path = "/api/broken",
     .grant = GRANT_PUBLIC,
     .name = "t_broken",
     .kind = HTTP_FOREIGN,
     .handle = broken_handler},
};

static struct http_test test;
static struct test_reply reply;

static int start(void **state)
{
    (void)state;
    http_declare(routes, sizeof routes / sizeof routes[0]);
    test_start_with(&test, (struct http_options){0});
    db_test_step(
        &test.db, "thing",
        "CREATE TABLE thing (thing_id INTEGER PRIMARY KEY, unit_path TEXT NOT NULL, name TEXT NOT NULL,"
        " size INTEGER, color TEXT) STRICT");
    assert_int_equal(
        db_run(&test.db.call, "INSERT INTO thing(unit_path, name) VALUES('/1/', 'own'), ('/2/', 'foreign')"),
        ERR_OK);
    test_people(&test);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_stop(&test);
    return 0;
}

static const char *sign_in(unsigned roles)
{
    static char token[8][64];
    static int next;
    char *to = token[next++ % 8];
    test_sign_in(&test, &(struct test_person){.roles = roles, .unit_path = "/1/"}, to);
    return test_bearer(to);
}

/* ---- who may ---- */

static void every_role_reaches_its_route_and_no_other(void **state)
{
    (void)state;
    char target[32];
    for (int role = 0; role < 11; role++) {
        char headers[200];
        snprintf(headers, sizeof headers, "%s", sign_in(1u << role));
        for (int route = 0; route < 11; route++) {
            snprintf(target, sizeof target, "/api/t/%d", route);
            test_ask(&test, &reply, "GET", target, headers, NULL);
            if (reply.status != (role == route ? 200 : 403))
                fail_msg("role %d on route %d: %d %s", role, route, reply.status, reply.body);
        }
        test_ask(&test, &reply, "GET", "/api/any", headers, NULL);
        assert_int_equal(reply.status, 200);
    }
}

static void nobody_is_told_so(void **state)
{
    (void)state;
    for (int route = 0; route < 11; route++) {
        char target[32];
        snprintf(target, sizeof target, "/api/t/%d", route);
        test_ask(&test, &reply, "GET", target, "", NULL);
        assert_int_equal(reply.status, 401);
        assert_non_null(strstr(reply.body, "\"code\":\"unauthenticated\""));
    }
    test_ask(&test, &reply, "GET", "/api/any", test_bearer("nonsense"), NULL);
    assert_int_equal(reply.status, 401);
    test_ask(&test, &reply, "GET", "/api/open", test_bearer("nonsense"), NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"user_id\":0"));
    assert_non_null(strstr(reply.body, "\"remote\":\"127.0.0.1\""));
}

static void a_session_ends(void **state)
{
    (void)state;
    char token[64];
    test_sign_in(&test, &(struct test_person){.roles = ROLE_UNIT_OFFICER, .expires_in_ms = 400}, token);
    test_ask(&test, &reply, "GET", "/api/any", test_bearer(token), NULL);
    assert_int_equal(reply.status, 200);
    usleep(500 * 1000);
    test_ask(&test, &reply, "GET", "/api/any", test_bearer(token), NULL);
    assert_int_equal(reply.status, 401);
}

static void the_first_password_must_be_changed(void **state)
{
    (void)state;
    char token[64];
    test_sign_in(&test, &(struct test_person){.roles = ROLE_UNIT_OFFICER, .must_change = true}, token);
    test_ask(&test, &reply, "GET", "/api/any", test_bearer(token), NULL);
    assert_int_equal(reply.status, 403);
    assert_non_null(strstr(reply.body, "http.fault.first_password"));
    test_ask(&test, &reply, "GET", "/api/first", test_bearer(token), NULL);
    assert_int_equal(reply.status, 200);
}

static void foreign_equals_missing(void **state)
{
    (void)state;
    char missing[2048], headers[200];
    snprintf(headers, sizeof headers, "%s", sign_in(ROLE_UNIT_OFFICER));
    test_ask(&test, &reply, "GET", "/api/things/1", headers, NULL);
    assert_int_equal(reply.status, 200);
    test_ask(&test, &reply, "GET", "/api/things/999", headers, NULL);
    assert_int_equal(reply.status, 404);
    snprintf(missing, sizeof missing, "%s", reply.body);
    test_ask(&test, &reply, "GET", "/api/things/2", headers, NULL);
    assert_int_equal(reply.status, 404);
    assert_string_equal(reply.body, missing);
    test_ask(&test, &reply, "GET", "/api/nowhere", headers, NULL);
    assert_int_equal(reply.status, 404);
    assert_string_equal(reply.body, missing);
}

/* ---- forged requests ---- */

static int create_with(const char *headers)
{
    test_ask(&test, &reply, "POST", "/api/things", headers, "{\"name\":\"x\"}");
    return reply.status;
}

static void a_cookie_alone_changes_nothing(void **state)
{
    (void)state;
    char token[64], headers[512];
    test_sign_in(&test, &(struct test_person){.roles = ROLE_UNIT_OFFICER}, token);
    snprintf(headers, sizeof headers, "Cookie: other=1; anze_session=%s; more=2\r\n", token);
    test_ask(&test, &reply, "GET", "/api/any", headers, NULL);
    assert_int_equal(reply.status, 200);
    assert_int_equal(create_with(headers), 403);
    assert_non_null(strstr(reply.body, "http.fault.forged"));
    snprintf(headers, sizeof headers, "Cookie: anze_session=%s\r\nX-Anze: 1\r\n", token);
    assert_int_equal(create_with(headers), 201);
    snprintf(headers, sizeof headers, "Cookie: anze_session=%s\r\nX-Anze: 1\r\nOrigin: http://localhost\r\n",
             token);
    assert_int_equal(create_with(headers), 201);
    snprintf(headers, sizeof headers,
             "Cookie: anze_session=%s\r\nX-Anze: 1\r\nOrigin: https://evil.example\r\n", token);
    assert_int_equal(create_with(headers), 403);
    snprintf(headers, sizeof headers, "Cookie: anze_session=%s\r\nX-Anze: 1\r\nOrigin: null\r\n", token);
    assert_int_equal(create_with(headers), 403);
    snprintf(headers, sizeof headers,
             "Cookie: anze_session=%s\r\nX-Anze: 1\r\nSec-Fetch-Site: cross-site\r\n", token);
    assert_int_equal(create_with(headers), 403);
}

static void a_bearer_token_needs_no_more(void **state)
{
    (void)state;
    assert_int_equal(create_with(sign_in(ROLE_UNIT_OFFICER)), 201);
}

static void cookies_are_strict(void **state)
{
    (void)state;
    test_ask(&test, &reply, "POST", "/api/login", "", "{}");
    assert_int_equal(reply.status, 204);
    assert_string_equal(test_header(&reply, "Set-Cookie"),
                        "anze_session=abcDEF-123; Path=/; HttpOnly; SameSite=Strict");
    test_ask(&test, &reply, "POST", "/api/logout", "", NULL);
    assert_int_equal(reply.status, 204);
    assert_string_equal(test_header(&reply, "Set-Cookie"),
                        "anze_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    test_ask(&test, &reply, "POST", "/api/login", "Origin: https://evil.example\r\n", "{}");
    assert_int_equal(reply.status, 403);
    assert_null(test_header(&reply, "Set-Cookie"));
}

/* ---- input ---- */

static void expect_fault(const char *method, const char *target, const char *body, int status,
                         const char *part)
{
    test_ask(&test, &reply, method, target, sign_in(ROLE_UNIT_OFFICER), body);
    if (reply.status != status || !strstr(reply.body, part))
        fail_msg("%s %s %s: %d %s (wanted %d %s)", method, target, body ? body : "", reply.status, reply.body,
                 status, part);
}

static void bad_json_names_line_and_column(void **state)
{
    (void)state;
    expect_fault("POST", "/api/things", "{\n  \"name\": \"x\",\n  oops\n}", 400, "http.fault.json");
    if (!strstr(reply.body, "第 3 行"))
        fail_msg("%s", reply.body);
    expect_fault("POST", "/api/things", "{\"name\":\"x\",\"name\":\"y\"}", 400, "http.fault.json");
    expect_fault("POST", "/api/things", "[1]", 422, "http.fault.object");
    expect_fault("POST", "/api/things", "\"x\"", 422, "http.fault.object");
    expect_fault("POST", "/api/things?lang=en", "{", 400, "Not JSON from line 1");
}

static void bodies_follow_their_table(void **state)
{
    (void)state;
    expect_fault("POST", "/api/things", "{\"nam\":\"x\"}", 422, "\"field\":\"nam\"");
    assert_non_null(strstr(reply.body, "\"field\":\"name\""));
    expect_fault("POST", "/api/things", "", 422, "\"field\":\"name\"");
    expect_fault("POST", "/api/things", NULL, 422, "\"field\":\"name\"");
    expect_fault("POST", "/api/things", "{\"name\":\"12345678901\"}", 422, "\"field\":\"name\"");
    expect_fault("POST", "/api/things", "{\"name\":\"x\",\"size\":10}", 422, "\"field\":\"size\"");
    expect_fault("POST", "/api/things", "{\"name\":\"x\",\"color\":\"blue\"}", 422, "\"field\":\"color\"");
    expect_fault("PATCH", "/api/things/1", "{\"size\":3}", 200, "\"thing_id\":1");
    expect_fault("PATCH", "/api/things/1", "{\"name\":\"\"}", 422, "\"field\":\"name\"");
    expect_fault("POST", "/api/refused", "{\"a\":1}", 422, "http.fault.body_unwanted");
    expect_fault("POST", "/api/refused", NULL, 409, "\"article\":\"S3\"");
}

static void parameters_follow_theirs(void **state)
{
    (void)state;
    expect_fault("GET", "/api/dated?on=2026-02-03", NULL, 200, "user_id");
    expect_fault("GET", "/api/dated", NULL, 422, "http.fault.param_required");
    expect_fault("GET", "/api/dated?on=2026-02-30", NULL, 422, "\"field\":\"on\"");
    expect_fault("GET", "/api/dated?on=2026-02-03&off=1", NULL, 422, "http.fault.param_unknown");
    expect_fault("GET", "/api/dated?on=2026-02-03&on=2026-02-04", NULL, 400, "http.fault.twice");
    expect_fault("GET", "/api/dated?on=%zz", NULL, 400, "http.fault.target");
    expect_fault("GET", "/api/dated?on=%00", NULL, 400, "http.fault.target");
    expect_fault("GET", "/api/dated?on=%ff", NULL, 400, "http.fault.target");
}

static void paths_have_one_spelling(void **state)
{
    (void)state;
    expect_fault("GET", "/api/things/template", NULL, 200, "user_id");
    expect_fault("GET", "/api/things/01", NULL, 404, "not_found");
    expect_fault("GET", "/api/things/-1", NULL, 404, "not_found");
    expect_fault("GET", "/api/things/1/", NULL, 404, "not_found");
    expect_fault("GET", "/api/things/99999999999999999999", NULL, 404, "not_found");
    expect_fault("GET", "/api//any", NULL, 400, "http.fault.target");
    expect_fault("GET", "/api/../api/any", NULL, 400, "http.fault.target");
    expect_fault("GET", "/api/%2e%2e/any", NULL, 400, "http.fault.target");
    expect_fault("GET", "/api/word/%E5%AE%89%E8%B4%A3", NULL, 200, "安责");
    expect_fault("GET", "/api/word/a%2Fb", NULL, 404, "not_found");
    expect_fault("GET", "/api/word/a%5Cb", NULL, 400, "http.fault.target");
    expect_fault("GET", "http://localhost/api/word/far", NULL, 200, "far");
}

static void our_own_troubles_stay_ours(void **state)
{
    (void)state;
    expect_fault("GET", "/api/broken", NULL, 500, "\"faults\":[]");
    assert_null(strstr(reply.body, "half"));
    assert_null(strstr(reply.body, "secret_column"));
}

static void errors_speak_the_language_asked_for(void **state)
{
    (void)state;
    test_ask(&test, &reply, "GET", "/api/any", "Accept-Language: fr, en;q=0.8\r\n", NULL);
    assert_non_null(strstr(reply.body, "Please sign in first"));
    test_ask(&test, &reply, "GET", "/api/any?lang=zh", "Accept-Language: en\r\n", NULL);
    assert_non_null(strstr(reply.body, "请先登录"));
    test_ask(&test, &reply, "GET", "/api/any", "", NULL);
    assert_non_null(strstr(reply.body, "请先登录"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_reaches_its_route_and_no_other),
        cmocka_unit_test(nobody_is_told_so),
        cmocka_unit_test(a_session_ends),
        cmocka_unit_test(the_first_password_must_be_changed),
        cmocka_unit_test(foreign_equals_missing),
        cmocka_unit_test(a_cookie_alone_changes_nothing),
        cmocka_unit_test(a_bearer_token_needs_no_more),
        cmocka_unit_test(cookies_are_strict),
        cmocka_unit_test(bad_json_names_line_and_column),
        cmocka_unit_test(bodies_follow_their_table),
        cmocka_unit_test(parameters_follow_theirs),
        cmocka_unit_test(paths_have_one_spelling),
        cmocka_unit_test(our_own_troubles_stay_ours),
        cmocka_unit_test(errors_speak_the_language_asked_for),
    };
    return cmocka_run_group_tests_name("http_guard", tests, start, stop);
}
