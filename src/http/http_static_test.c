/* SPDX-License-Identifier: Apache-2.0
 * The browser side, words, and the description of the interface. */
#include "base/embed.h"
#include "http/http_test.h"

#define FILE_ROW(path, text)                                                                                 \
    {                                                                                                        \
        (path), (text), (text) + sizeof(text) - 1                                                            \
    }
static const struct embed_entry files[] = {
    FILE_ROW("web/dist/assets/app-1a2b.js", "console.log('plain')"),
    FILE_ROW("web/dist/assets/app-1a2b.js.gz", "\x1f\x8bgzip"),
    FILE_ROW("web/dist/assets/style-3c4d.css", "body{}"),
    FILE_ROW("web/dist/favicon.svg", "<svg/>"),
    FILE_ROW("web/dist/index.html", "<!doctype html><title>anze</title>"),
    FILE_ROW("web/distant/secret.txt", "not for the web"),
    {NULL, NULL, NULL},
};

static const char *const state_names[] = {"open", "closed", NULL};
static const struct field_enum state_enum = {"box_state", state_names, NULL};
static const struct field lid_fields[] = {{.name = "color", .type = FIELD_TEXT, .flags = FIELD_REQUIRED}};
static const struct field_table lid_table = FIELD_TABLE("box_lid", lid_fields);
static const struct field box_fields[] = {
    {.name = "box_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "box_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 30},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum},
    {.name = "closed_on", .type = FIELD_DATE},
    {.name = "price", .type = FIELD_MONEY},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "lids", .type = FIELD_ROWS, .rows = &lid_table},
};
static const struct field_table box_table = FIELD_TABLE("box", box_fields);
static const struct db_filter box_filters[] = {{"state", "b.state = $$", FIELD_ENUM, &state_enum}};
static const struct db_sort box_sorts[] = {{"box_name", "b.box_name"}};
static const struct field box_row_fields[] = {{.name = "box_id", .type = FIELD_INT},
                                              {.name = "box_name", .type = FIELD_TEXT}};
static const struct field_table box_row_table = FIELD_TABLE("box_row", box_row_fields);
/* Not scoped: boxes belong to nobody. */
static const struct db_list box_list = {.columns = &box_row_table,
                                        .select = "SELECT b.box_id, b.box_name FROM box b",
                                        .key = "b.box_id",
                                        .default_sort = "box_name",
                                        .filters = box_filters,
                                        .many_filters = 1,
                                        .sorts = box_sorts,
                                        .many_sorts = 1,
                                        .search = "b.box_name LIKE $$"};

static enum err nothing(struct call *call, struct http_exchange *x)
{
    (void)call, (void)x;
    return ERR_OK;
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/boxes",
     .grant = GRANT_SIGNED_IN,
     .name = "box_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .list = &box_list,
     .summary_zh = "箱子",
     .summary_en = "Boxes"},
    {.method = "GET",
     .path = "/api/boxes/{box_id}",
     .grant = GRANT_SIGNED_IN,
     .name = "box_get",
     .handle = nothing,
     .reply = &box_table},
    {.method = "POST",
     .path = "/api/boxes",
     .grant = ROLE_SCAN_TEAM | ROLE_SYS_ADMIN,
     .name = "box_create",
     .handle = nothing,
     .body = &box_table,
     .reply = &box_table},
    {.method = "PATCH",
     .path = "/api/boxes/{box_id}",
     .grant = GRANT_SIGNED_IN,
     .name = "box_change",
     .handle = nothing,
     .body = &box_table,
     .reply = &box_table,
     .flags = HTTP_PARTIAL},
    {.method = "DELETE",
     .path = "/api/boxes/{box_id}",
     .grant = GRANT_SIGNED_IN,
     .name = "box_remove",
     .handle = nothing,
     .kind = HTTP_NONE},
    {.method = "POST",
     .path = "/api/boxes/{box_id}/photos",
     .grant = GRANT_SIGNED_IN,
     .name = "box_photo",
     .kind = HTTP_FOREIGN,
     .handle = nothing,
     .flags = HTTP_UPLOAD},
};

static struct http_test test;
static struct test_reply reply;

static int start(void **state)
{
    (void)state;
    embed_set(files);
    http_declare(routes, sizeof routes / sizeof routes[0]);
    test_start_with(&test, (struct http_options){0});
    db_test_step(
        &test.db, "box",
        "CREATE TABLE box (box_id INTEGER PRIMARY KEY, box_name TEXT NOT NULL, state TEXT NOT NULL) STRICT");
    assert_int_equal(
        db_run(&test.db.call,
               "INSERT INTO box(box_name, state) VALUES('a', 'open'), ('b', 'closed'), ('c', 'open')"),
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

static int get(const char *target, const char *headers)
{
    test_ask(&test, &reply, "GET", target, headers, NULL);
    return reply.status;
}

static void pages_are_served(void **state)
{
    (void)state;
    assert_int_equal(get("/", ""), 200);
    assert_string_equal(reply.body, "<!doctype html><title>anze</title>");
    assert_string_equal(test_header(&reply, "Content-Type"), "text/html; charset=utf-8");
    assert_string_equal(test_header(&reply, "Cache-Control"), "no-cache");
    assert_non_null(strstr(test_header(&reply, "Content-Security-Policy"), "frame-ancestors 'self'"));
    assert_int_equal(get("/systems/17?tab=ports", ""), 200);
    assert_string_equal(reply.body, "<!doctype html><title>anze</title>");
    assert_int_equal(get("/favicon.svg", ""), 200);
    assert_string_equal(test_header(&reply, "Content-Type"), "image/svg+xml");
}

static void nothing_else_is(void **state)
{
    (void)state;
    assert_int_equal(get("/assets/none.js", ""), 404);
    assert_int_equal(get("/assets/none", ""), 404);
    assert_int_equal(get("/robots.txt", ""), 404);
    assert_int_equal(get("/../distant/secret.txt", ""), 400);
    assert_int_equal(get("/%2e%2e/distant/secret.txt", ""), 400);
    assert_int_equal(get("/assets/..%2f..%2fdistant/secret.txt", ""), 400);
    assert_int_equal(get("ant/secret.txt", ""), 400);
    assert_int_equal(get("/api", ""), 404);
}

static void etags_spare_the_body(void **state)
{
    (void)state;
    char etag[64], headers[128];
    assert_int_equal(get("/assets/style-3c4d.css", ""), 200);
    assert_string_equal(test_header(&reply, "Cache-Control"), "public, max-age=31536000, immutable");
    snprintf(etag, sizeof etag, "%s", test_header(&reply, "ETag"));
    assert_int_equal(etag[0], '"');
    snprintf(headers, sizeof headers, "If-None-Match: \"x\", W/%s\r\n", etag);
    assert_int_equal(get("/assets/style-3c4d.css", headers), 304);
    assert_string_equal(test_header(&reply, "ETag"), etag);
    assert_int_equal(get("/assets/style-3c4d.css", "If-None-Match: \"x\"\r\n"), 200);
    assert_int_equal(get("/assets/app-1a2b.js", headers), 200);
}

static void compressed_when_the_client_can(void **state)
{
    (void)state;
    char plain[64];
    assert_int_equal(get("/assets/app-1a2b.js", ""), 200);
    assert_string_equal(reply.body, "console.log('plain')");
    assert_null(test_header(&reply, "Content-Encoding"));
    snprintf(plain, sizeof plain, "%s", test_header(&reply, "ETag"));
    assert_int_equal(get("/assets/app-1a2b.js", "Accept-Encoding: deflate, gzip;q=0.5\r\n"), 200);
    assert_int_equal(reply.body_len, 6);
    assert_string_equal(test_header(&reply, "Content-Encoding"), "gzip");
    assert_string_equal(test_header(&reply, "Content-Type"), "text/javascript; charset=utf-8");
    assert_string_not_equal(test_header(&reply, "ETag"), plain);
    assert_int_equal(get("/assets/app-1a2b.js", "Accept-Encoding: gzip;q=0, br\r\n"), 200);
    assert_null(test_header(&reply, "Content-Encoding"));
    assert_int_equal(get("/assets/style-3c4d.css", "Accept-Encoding: gzip\r\n"), 200);
    assert_null(test_header(&reply, "Content-Encoding"));
}

static void health_needs_nothing(void **state)
{
    (void)state;
    assert_int_equal(get("/api/health", ""), 200);
    assert_string_equal(reply.body, "{\"status\":\"ok\",\"version\":\"" ANZE_VERSION "\"}");
    assert_string_equal(test_header(&reply, "Cache-Control"), "no-store");
}

static void words_are_public_and_cached(void **state)
{
    (void)state;
    char headers[128];
    assert_int_equal(get("/api/words/en", ""), 200);
    assert_non_null(strstr(reply.body, "\"http.error.not_found\":\"Not found\""));
    snprintf(headers, sizeof headers, "If-None-Match: %s\r\n", test_header(&reply, "ETag"));
    assert_int_equal(get("/api/words/en", headers), 304);
    assert_int_equal(get("/api/words/zh", headers), 200);
    assert_non_null(strstr(reply.body, "没有找到"));
    assert_int_equal(get("/api/words/fr", ""), 404);
}

/* ---- the description ---- */

static const struct json *at(const struct json *node, const char *path)
{
    char key[64];
    for (const char *from = path; node && *from;) {
        size_t len = strcspn(from, ">");
        snprintf(key, sizeof key, "%.*s", (int)len, from);
        bool number = key[0] >= '0' && key[0] <= '9' && json_kind(node) == JSON_ARRAY;
        node = number ? json_item(node, (size_t)atoi(key)) : json_get(node, key);
        from += len + (from[len] == '>');
    }
    return node;
}

static void assert_text(const struct json *root, const char *path, const char *wanted)
{
    struct str text = json_text(at(root, path));
    if (!str_is(text, wanted))
        fail_msg("%s is %.*s, not %s", path, STR_ARG(text), wanted);
}

/* Every $ref must lead somewhere. */
static void check_refs(const struct json *root, const struct json *node, int *many)
{
    if (json_kind(node) == JSON_ARRAY)
        for (size_t i = 0; i < json_count(node); i++)
            check_refs(root, json_item(node, i), many);
    for (size_t i = 0; json_kind(node) == JSON_OBJECT && i < json_count(node); i++) {
        struct str key;
        const struct json *member = json_member(node, i, &key);
        check_refs(root, member, many);
        if (!str_is(key, "$ref"))
            continue;
        char path[200];
        struct str ref = json_text(member);
        snprintf(path, sizeof path, "%.*s", (int)ref.len - 2, ref.at + 2);
        for (char *c = path; *c; c++)
            *c = *c == '/' ? '>' : *c;
        if (!at(root, path))
            fail_msg("%.*s leads nowhere", STR_ARG(ref));
        (*many)++;
    }
}

static void the_description_tells_all(void **state)
{
    (void)state;
    ARENA(arena, 64 * 1024 * 1024);
    const struct json *root;
    struct json_place place;
    int refs = 0;
    assert_int_equal(get("/api/openapi.json?lang=en", ""), 200);
    assert_int_equal(json_parse(arena, str_of(reply.body), &root, &place), ERR_OK);
    check_refs(root, root, &refs);
    assert_true(refs > 10);
    assert_text(root, "openapi", "3.1.0");
    assert_text(root, "paths>/api/boxes>get>operationId", "box_list");
    assert_text(root, "paths>/api/boxes>get>summary", "Boxes");
    assert_text(root, "paths>/api/boxes>get>parameters>0>name", "state");
    assert_text(root, "paths>/api/boxes>get>parameters>0>schema>items>$ref", "#/components/schemas/BoxState");
    assert_text(
        root,
        "paths>/api/boxes>get>responses>200>content>application/json>schema>properties>items>items>$ref",
        "#/components/schemas/BoxRow");
    assert_text(root, "paths>/api/boxes>post>requestBody>content>application/json>schema>$ref",
                "#/components/schemas/Box");
    assert_text(root, "paths>/api/boxes>post>x-grant>0", "scan_team");
    assert_text(root, "paths>/api/boxes>post>x-grant>1", "sys_admin");
    assert_text(root, "paths>/api/boxes>post>responses>default>$ref", "#/components/responses/Error");
    assert_text(root, "paths>/api/boxes/{box_id}>patch>requestBody>content>application/json>schema>$ref",
                "#/components/schemas/BoxChange");
    assert_text(root, "paths>/api/boxes/{box_id}>get>parameters>0>name", "box_id");
    assert_non_null(at(root, "paths>/api/boxes/{box_id}>delete>responses>204"));
    assert_text(root, "paths>/api/health>get>x-grant>0", "public");
    assert_text(root, "components>schemas>Box>properties>closed_on>format", "date");
    assert_text(root, "components>schemas>Box>properties>lids>items>$ref", "#/components/schemas/BoxLid");
    assert_text(root, "components>schemas>Box>required>0", "box_name");
    assert_int_equal(json_count(at(root, "components>schemas>Box>required")), 1);
    assert_true(json_bool(at(root, "components>schemas>Box>properties>box_id>readOnly"), false));
    assert_null(at(root, "components>schemas>BoxChange>required"));
    assert_null(at(root, "components>schemas>BoxChange>properties>box_id"));
    assert_text(root, "components>schemas>BoxState>enum>1", "closed");
    assert_int_equal(json_int(at(root, "components>schemas>Box>properties>box_name>maxLength"), 0), 30);
}

static void lists_are_listed(void **state)
{
    (void)state;
    char token[64];
    test_sign_in(&test, &(struct test_person){.roles = ROLE_COUNTY_OFFICER}, token);
    const char *bearer = test_bearer(token);
    assert_int_equal(get("/api/boxes?state=open&count=1&sort=-box_name", bearer), 200);
    assert_string_equal(reply.body, "{\"items\":[{\"box_id\":3,\"box_name\":\"c\"},{\"box_id\":1,\"box_"
                                    "name\":\"a\"}],\"next\":null,\"total\":2}");
    assert_int_equal(get("/api/boxes?limit=0", bearer), 422);
    assert_int_equal(get("/api/boxes?limit=201", bearer), 422);
    assert_int_equal(get("/api/boxes?limit=1", bearer), 200);
    assert_int_equal(get("/api/boxes?colour=red", bearer), 422);
    assert_int_equal(get("/api/boxes?format=pdf", bearer), 422);
    assert_int_equal(get("/api/boxes", ""), 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_served),          cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(etags_spare_the_body),      cmocka_unit_test(compressed_when_the_client_can),
        cmocka_unit_test(health_needs_nothing),      cmocka_unit_test(words_are_public_and_cached),
        cmocka_unit_test(the_description_tells_all), cmocka_unit_test(lists_are_listed),
    };
    return cmocka_run_group_tests_name("http_static", tests, start, stop);
}
