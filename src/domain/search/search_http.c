/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/search/search_inner.h"

#include "base/clock.h"

static const struct field query_fields[] = {
    {.name = "q", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 200},
};
static const struct field_table query_table = FIELD_TABLE("search_query", query_fields);

/* The kinds are those of SEARCH_* in the files that look; the items of a group lead to its pages. */
static const char *const kinds[] = {"range",   "unit",   "system", "address", "person",
                                    "finding", "letter", "case",   NULL};
static const struct field_enum kinds_enum = {"search_kind", kinds, NULL};
static const struct field item_fields[] = {
    {.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "subtitle", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "url", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table item_table = FIELD_TABLE("search_item", item_fields);

static const struct field group_fields[] = {
    {.name = "kind", .type = FIELD_ENUM, .of = &kinds_enum, .flags = FIELD_REQUIRED},
    {.name = "items", .type = FIELD_ROWS, .rows = &item_table, .flags = FIELD_REQUIRED},
};
static const struct field_table group_table = FIELD_TABLE("search_group", group_fields);

static const struct field found_fields[] = {
    {.name = "groups", .type = FIELD_ROWS, .rows = &group_table, .flags = FIELD_REQUIRED},
};
static const struct field_table found_table = FIELD_TABLE("search_answer", found_fields);

static enum err search_all(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct search s = {.call = call, .w = x->out, .scope = access_scope(call->actor, &nothing)};
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    s.today = str_copy(call->arena, str_of(today.text));
    s.persons = access_is(call, ROLES_AUTHORITY | ROLES_UNIT);
    bool asked = search_understand(&s, field_str(&x->query, "q")) && !nothing;
    json_open_array(x->out, "groups");
    if (asked) {
        TRY(search_ranges(&s));
        TRY(search_units(&s));
        TRY(search_systems(&s));
        TRY(search_addresses(&s));
        TRY(search_people(&s));
        TRY(search_findings(&s));
        TRY(search_letters(&s));
        TRY(search_cases(&s));
    }
    json_close_array(x->out);
    return ERR_OK;
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/search",
     .grant = ROLES_AUTHORITY | ROLES_UNIT | ROLE_SCAN_TEAM,
     .name = "search_all",
     .handle = search_all,
     .kind = HTTP_ONE,
     .reply = &found_table,
     .query = &query_table,
     .summary_zh = "全局搜索",
     .summary_en = "One box: address, domain, name or number to its owner and history"},
};

const struct module search_module = {
    .name = "search",
    .routes = MODULE_MANY(routes),
};
