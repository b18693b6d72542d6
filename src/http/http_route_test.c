/* SPDX-License-Identifier: Apache-2.0
 * A wrong route does not start. */
#include "http/http_test.h"

static enum err nothing(struct call *call, struct http_exchange *x)
{
    (void)call, (void)x;
    return ERR_OK;
}

static const struct field_table empty_table = {"empty", NULL, 0};
static const struct http_route good = {.method = "GET",
                                       .path = "/api/good/{good_id}",
                                       .grant = GRANT_SIGNED_IN,
                                       .name = "good_get",
                                       .kind = HTTP_FOREIGN,
                                       .handle = nothing};
static struct http_route changed;

static const struct field name_fields[] = {{.name = "name", .type = FIELD_TEXT}};
static const struct field_table thing_table = FIELD_TABLE("thing", name_fields),
                                other_table = FIELD_TABLE("thing", name_fields);

/* Declared for good: the list grows, and what was wrong before is made right. */
static void refused(struct http_route route, const char *fault)
{
    char why[256] = "";
    struct http_node *root;
    ARENA(arena, 1024 * 1024);
    changed = route;
    assert_int_equal(http_router_build(arena, &root, why), ERR_FAILED);
    if (!strstr(why, fault))
        fail_msg("%s (wanted: %s)", why, fault);
    changed = good;
    changed.path = "/api/other";
    changed.name = "other_get";
}

static void wrong_routes_are_named(void **state)
{
    (void)state;
    http_declare(&good, 1);
    http_declare(&changed, 1);
    struct http_route route = good;
    route.path = "/api/x";
    route.name = "x_get";
    route.grant = 0;
    refused(route, "route GET /api/x (x_get) has no grant");
    route.grant = GRANT_SIGNED_IN;
    route.handle = NULL;
    refused(route, "has no handler");
    route.flags = HTTP_DIRECT;
    refused(route, "has no handler");
    route.flags = 0;
    route.handle = nothing;
    route.method = "FETCH";
    refused(route, "has no known method");
    route.method = "GET";
    route.body = &empty_table;
    refused(route, "is a GET with a body");
    route.body = NULL;
    route.path = "/x";
    refused(route, "does not lie under /api/");
    route.path = "/api//x";
    refused(route, "has an empty path segment");
    route.path = "/api/{a_id}/{b_id}/{c_id}/{d_id}/{e_id}";
    refused(route, "has too many path parameters");
    route.path = "/api/x";
    route.handle = http_list;
    refused(route, "without a list");
    route.handle = nothing;
    route.name = "good_get";
    refused(route, "has the name of another route");
    route.name = "x_get";
    route.path = "/api/good/{better_id}"; /* another word for the same place */
    refused(route, "is declared twice");
    route.path = "/api/x";
    route.kind = HTTP_ONE;
    refused(route, "names no table of what it replies");
    route.kind = HTTP_LIST;
    refused(route, "names no table of what it replies");
    route.kind = HTTP_NONE;
    route.reply = &thing_table;
    refused(route, "names a table of what it does not reply");
    route.kind = HTTP_ONE;
    route.more = &other_table;
    refused(route, "two different field tables or closed lists are called thing");
    route.name = NULL;
    refused(route, "has no name");
}

static void parameters_are_told_apart(void **state)
{
    (void)state;
    static const struct http_route routes[] = {
        {.method = "GET",
         .path = "/api/a/{a_id}/b/{word}/c/{c_id}",
         .grant = 1,
         .name = "r_1",
         .kind = HTTP_FOREIGN,
         .handle = nothing},
        {.method = "GET",
         .path = "/api/a/all",
         .grant = 1,
         .name = "r_2",
         .kind = HTTP_FOREIGN,
         .handle = nothing},
        {.method = "GET",
         .path = "/api/a/{name}",
         .grant = 1,
         .name = "r_3",
         .kind = HTTP_FOREIGN,
         .handle = nothing},
        {.method = "GET",
         .path = "/api/a/all/deep",
         .grant = 1,
         .name = "r_4",
         .kind = HTTP_FOREIGN,
         .handle = nothing},
    };
    char why[256] = "";
    struct http_node *root;
    ARENA(arena, 1024 * 1024);
    http_declare(routes, 4);
    assert_int_equal(http_router_build(arena, &root, why), ERR_OK);
    struct http_match match = http_router_match(root, arena, STR("/api/a/12/b/x%20y/c/34"), STR("GET"));
    assert_string_equal(match.row->route->name, "r_1");
    assert_int_equal(match.ids[0], 12);
    assert_int_equal(match.ids[1], 34);
    assert_true(str_is(match.words[0], "x y"));
    assert_string_equal(http_router_match(root, arena, STR("/api/a/all"), STR("HEAD")).row->route->name,
                        "r_2");
    assert_string_equal(http_router_match(root, arena, STR("/api/a/alls"), STR("GET")).row->route->name,
                        "r_3");
    assert_null(http_router_match(root, arena, STR("/api/a/all"), STR("POST")).row);
    assert_non_null(http_router_match(root, arena, STR("/api/a/all"), STR("POST")).rows);
    assert_null(http_router_match(root, arena, STR("/api/a/12/b/x/c/y"), STR("GET")).rows);
    assert_null(http_router_match(root, arena, STR("/api/a"), STR("GET")).rows);
    assert_null(http_router_match(root, arena, STR("/api/a/"), STR("GET")).rows);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {cmocka_unit_test(wrong_routes_are_named),
                                       cmocka_unit_test(parameters_are_told_apart)};
    return cmocka_run_group_tests_name("http_route", tests, NULL, NULL);
}
