/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"
#include "http/http_schema.h"

#include <string.h>
#include "base/words.h"

/* ---- parameters ---- */

static void open_param(struct json_writer *w, const char *name, const char *in, bool required)
{
    json_open_object(w, NULL);
    json_put_c(w, "name", name);
    json_put_c(w, "in", in);
    if (required)
        json_put_bool(w, "required", true);
}

static void put_plain_param(struct json_writer *w, const char *name, const char *in, const char *type,
                            const char *about)
{
    open_param(w, name, in, strcmp(in, "path") == 0);
    if (about)
        json_put_c(w, "description", about);
    json_open_object(w, "schema");
    json_put_c(w, "type", type);
    if (strcmp(type, "integer") == 0)
        json_put_c(w, "format", "int64");
    json_close_object(w);
    json_close_object(w);
}

static void put_path_params(struct call *call, struct json_writer *w, const char *path)
{
    struct str part, rest = str_of(path);
    while (str_cut(&rest, '/', &part)) {
        if (part.len < 3 || part.at[0] != '{')
            continue;
        struct str name = str_slice(part, 1, part.len - 2);
        bool id = str_ends(name, STR("_id")) || str_is(name, "id");
        put_plain_param(w, str_c(call->arena, name), "path", id ? "integer" : "string", NULL);
    }
}

static void put_query_params(const struct http_schemas *s, struct call *call, struct json_writer *w,
                             const struct field_table *query)
{
    for (size_t i = 0; query && i < query->many; i++) {
        const struct field *field = &query->fields[i];
        open_param(w, field->name, "query", (field->flags & FIELD_REQUIRED) != 0);
        json_open_object(w, "schema");
        http_schema_field(s, call->arena, w, field, false);
        json_close_object(w);
        json_put_str(w, "x-words", str_format(call->arena, "field.%s.%s", query->name, field->name));
        json_close_object(w);
    }
}

static void put_filter(const struct http_schemas *s, struct call *call, struct json_writer *w,
                       const struct db_filter *filter)
{
    struct field field = {.name = filter->param, .type = filter->type, .of = filter->of};
    bool several = filter->type == FIELD_ENUM && filter->of;
    open_param(w, filter->param, "query", false);
    if (several) {
        json_put_c(w, "style", "form");
        json_put_bool(w, "explode", false);
    }
    json_open_object(w, "schema");
    if (several) {
        json_put_c(w, "type", "array");
        json_open_object(w, "items");
    }
    http_schema_field(s, call->arena, w, &field, false);
    if (several)
        json_close_object(w);
    json_close_object(w);
    json_put_bool(w, "x-filter", true);
    json_close_object(w);
}

static void put_sort(struct call *call, struct json_writer *w, const struct db_list *list)
{
    open_param(w, "sort", "query", false);
    json_open_object(w, "schema");
    json_put_c(w, "type", "string");
    json_open_array(w, "enum");
    for (size_t i = 0; i < list->many_sorts; i++) {
        json_put_c(w, NULL, list->sorts[i].param);
        json_put_str(w, NULL, str_format(call->arena, "-%s", list->sorts[i].param));
    }
    json_close_array(w);
    if (list->default_sort)
        json_put_c(w, "default", list->default_sort);
    json_close_object(w);
    json_close_object(w);
}

static void put_limit(struct json_writer *w)
{
    open_param(w, "limit", "query", false);
    json_open_object(w, "schema");
    json_put_c(w, "type", "integer");
    json_put_int(w, "minimum", 1);
    json_put_int(w, "maximum", 200);
    json_put_int(w, "default", 20);
    json_close_object(w);
    json_close_object(w);
}

static void put_format(struct json_writer *w)
{
    open_param(w, "format", "query", false);
    json_open_object(w, "schema");
    json_put_c(w, "type", "string");
    json_open_array(w, "enum");
    json_put_c(w, NULL, "xlsx");
    json_put_c(w, NULL, "csv");
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
}

static void put_list_params(const struct http_schemas *s, struct call *call, struct json_writer *w,
                            const struct http_route *route)
{
    const struct db_list *list = route->list;
    for (size_t i = 0; i < list->many_filters; i++)
        if (!route->query || !field_find(route->query, str_of(list->filters[i].param)))
            put_filter(s, call, w, &list->filters[i]);
    if (list->many_sorts)
        put_sort(call, w, list);
    if (list->search)
        put_plain_param(w, "q", "query", "string", "Text to look for");
    put_limit(w);
    put_plain_param(w, "cursor", "query", "string", "The member next of the page before");
    put_plain_param(w, "count", "query", "integer", "1: also give the total");
    if (!http_names_param(route, "format"))
        put_format(w);
}

static void put_parameters(const struct http_schemas *s, struct call *call, struct json_writer *w,
                           const struct http_route *route)
{
    json_open_array(w, "parameters");
    put_path_params(call, w, route->path);
    put_query_params(s, call, w, route->query);
    if (route->list)
        put_list_params(s, call, w, route);
    if ((route->flags & HTTP_UPLOAD) && !http_names_param(route, "filename")) {
        open_param(w, "filename", "query", true);
        json_open_object(w, "schema");
        json_put_c(w, "type", "string");
        json_put_int(w, "maxLength", 200);
        json_close_object(w);
        json_close_object(w);
    }
    json_close_array(w);
}

/* ---- bodies ---- */

static void put_request(struct call *call, struct json_writer *w, const struct http_route *route)
{
    if (!route->body && !(route->flags & HTTP_UPLOAD))
        return;
    json_open_object(w, "requestBody");
    json_put_bool(w, "required", true);
    json_open_object(w, "content");
    if (route->body) {
        json_open_object(w, "application/json");
        http_schema_ref(call->arena, w, "schema", route->body, (route->flags & HTTP_PARTIAL) != 0);
    } else {
        json_open_object(w, "application/octet-stream");
        json_open_object(w, "schema");
        json_close_object(w);
    }
    json_close_object(w);
    json_close_object(w);
    json_close_object(w);
}

/* One table, or several side by side; a dictionary says what its members are. */
static void put_reply(struct call *call, struct json_writer *w, const char *key,
                      const struct http_route *route)
{
    const struct field_table *tables[HTTP_REPLY_TABLES];
    size_t many = http_schema_reply(route, tables);
    if (many == 1) {
        http_schema_ref(call->arena, w, key, tables[0], false);
        return;
    }
    json_open_object(w, key);
    if (many == 0) {
        json_put_c(w, "type", "object");
        json_put_raw(w, "additionalProperties",
                     route->kind == HTTP_TEXTS ? STR("{\"type\":\"string\"}") : STR("true"));
    } else {
        json_open_array(w, "allOf");
        for (size_t i = 0; i < many; i++)
            http_schema_ref(call->arena, w, NULL, tables[i], false);
        json_close_array(w);
    }
    json_close_object(w);
}

static void put_items(struct call *call, struct json_writer *w, const struct http_route *route)
{
    json_open_object(w, "schema");
    json_put_c(w, "type", "object");
    json_open_object(w, "properties");
    json_open_object(w, "items");
    json_put_c(w, "type", "array");
    put_reply(call, w, "items", route);
    json_close_object(w);
    json_open_object(w, "next");
    json_open_array(w, "type");
    json_put_c(w, NULL, "string");
    json_put_c(w, NULL, "null");
    json_close_array(w);
    json_close_object(w);
    json_open_object(w, "total");
    json_put_c(w, "type", "integer");
    json_close_object(w);
    json_close_object(w);
    json_open_array(w, "required");
    json_put_c(w, NULL, "items");
    json_close_array(w);
    json_close_object(w);
}

static void put_content(struct call *call, struct json_writer *w, const struct http_route *route)
{
    json_open_object(w, "content");
    json_open_object(w, route->kind == HTTP_FILE ? "application/octet-stream" : "application/json");
    if (route->kind == HTTP_LIST) {
        put_items(call, w, route);
    } else if (route->kind != HTTP_FILE) {
        put_reply(call, w, "schema", route);
    } else {
        json_open_object(w, "schema");
        json_close_object(w);
    }
    json_close_object(w);
    json_close_object(w);
}

static void put_responses(struct call *call, struct json_writer *w, const struct http_route *route)
{
    bool created = strcmp(route->method, "POST") == 0 && !(route->flags & (HTTP_READS | HTTP_CHANGES)) &&
                   route->kind != HTTP_FILE;
    const char *status = route->kind == HTTP_NONE ? "204" : created ? "201" : "200";
    json_open_object(w, "responses");
    json_open_object(w, status);
    json_put_c(w, "description", route->kind == HTTP_NONE ? "Done" : "The answer");
    if (route->kind != HTTP_NONE)
        put_content(call, w, route);
    json_close_object(w);
    json_open_object(w, "default");
    json_put_c(w, "$ref", "#/components/responses/Error");
    json_close_object(w);
    json_close_object(w);
}

/* ---- operations ---- */

static void put_grant(struct json_writer *w, unsigned grant)
{
    json_open_array(w, "x-grant");
    if (grant == GRANT_PUBLIC)
        json_put_c(w, NULL, "public");
    else
        for (unsigned bit = 1; bit < ROLE_LOCAL_ADMIN; bit <<= 1)
            if (grant & bit)
                json_put_c(w, NULL, access_role_name(bit));
    json_close_array(w);
    if (grant == GRANT_PUBLIC) {
        json_open_array(w, "security");
        json_close_array(w);
    }
}

static void put_flags(struct json_writer *w, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{HTTP_UPLOAD, "upload"},
                 {HTTP_PARTIAL, "partial"},
                 {HTTP_READS, "reads"},
                 {HTTP_FIRST_PASSWORD, "first_password"}};
    json_open_array(w, "x-flags");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (flags & names[i].flag)
            json_put_c(w, NULL, names[i].name);
    json_close_array(w);
}

static const char *lower_method(struct call *call, const char *method)
{
    return str_c(call->arena, str_lower(call->arena, str_of(method)));
}

static void put_operation(const struct http_schemas *s, struct call *call, struct json_writer *w,
                          const struct http_route *route)
{
    struct str tag, rest = str_of(route->name);
    json_open_object(w, lower_method(call, route->method));
    json_put_c(w, "operationId", route->name);
    const char *summary = call->lang == CALL_EN ? route->summary_en : route->summary_zh;
    json_put_c(w, "summary", summary ? summary : route->name);
    if (route->summary_en && call->lang == CALL_ZH)
        json_put_c(w, "description", route->summary_en);
    json_open_array(w, "tags");
    json_put_str(w, NULL, str_cut(&rest, '_', &tag) ? tag : STR("other"));
    json_close_array(w);
    put_parameters(s, call, w, route);
    put_request(call, w, route);
    put_responses(call, w, route);
    put_grant(w, route->grant);
    put_flags(w, route->flags);
    json_close_object(w);
}

static void put_paths(const struct http_schemas *s, struct call *call, struct json_writer *w)
{
    size_t many;
    const struct http_route *const *routes = http_routes(&many);
    bool *done = ARENA_ARRAY(call->arena, bool, many);
    json_open_object(w, "paths");
    for (size_t i = 0; i < many; i++) {
        if (done[i])
            continue;
        json_open_object(w, routes[i]->path);
        for (size_t j = i; j < many; j++) {
            if (strcmp(routes[i]->path, routes[j]->path) != 0)
                continue;
            done[j] = true;
            put_operation(s, call, w, routes[j]);
        }
        json_close_object(w);
    }
    json_close_object(w);
}

static const char error_schema[] =
    "{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{\"type\":\"object\","
    "\"required\":[\"code\",\"message\",\"faults\"],"
    "\"properties\":{\"code\":{\"type\":\"string\",\"enum\":[\"invalid\",\"unauthenticated\",\"forbidden\","
    "\"not_found\",\"conflict\","
    "\"refused\",\"too_large\",\"busy\",\"failed\"]},\"message\":{\"type\":\"string\"},\"more\":{\"type\":"
    "\"integer\"},"
    "\"faults\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Fault\"}}}}}}";
static const char fault_schema[] = "{\"type\":\"object\",\"required\":[\"key\",\"message\"],\"properties\":{"
                                   "\"field\":{\"type\":[\"string\",\"null\"]},"
                                   "\"key\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"},\"row\":{"
                                   "\"type\":\"integer\"},\"article\":{\"type\":\"string\"}}}";
static const char error_response[] = "{\"description\":\"Refused or failed; the code names the kind, the "
                                     "faults name each place\",\"content\":{\"application/json\":"
                                     "{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}}";
static const char security_schemes[] =
    "{\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"anze_session\",\"description\":\"Set at "
    "log-in. Every method but GET "
    "also needs the header X-Anze: 1\"},\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}";

static void put_components(const struct http_schemas *s, struct call *call, struct json_writer *w)
{
    json_open_object(w, "components");
    json_open_object(w, "schemas");
    http_schemas_put(s, call, w);
    json_put_raw(w, "Error", str_of(error_schema));
    json_put_raw(w, "Fault", str_of(fault_schema));
    json_close_object(w);
    json_open_object(w, "responses");
    json_put_raw(w, "Error", str_of(error_response));
    json_close_object(w);
    json_put_raw(w, "securitySchemes", str_of(security_schemes));
    json_close_object(w);
}

enum err http_openapi(struct call *call, struct json_writer *w)
{
    struct http_schemas *schemas = ARENA_NEW(call->arena, struct http_schemas);
    http_schemas_gather(schemas);
    json_open_object(w, NULL);
    json_put_c(w, "openapi", "3.1.0");
    json_put_raw(w, "info",
                 STR("{\"title\":\"anze\",\"version\":\"" ANZE_VERSION
                     "\",\"license\":{\"name\":\"Apache-2.0\","
                     "\"identifier\":\"Apache-2.0\"}}"));
    json_put_raw(w, "servers", STR("[{\"url\":\"/\"}]"));
    json_put_raw(w, "security", STR("[{\"cookie\":[]},{\"bearer\":[]}]"));
    put_paths(schemas, call, w);
    put_components(schemas, call, w);
    json_close_object(w);
    return buf_check(w->out);
}
