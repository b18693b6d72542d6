/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Every field table that a route shows, and every closed list in one, becomes a named schema. Tables
 * are found by walking the routes; the same table is met many times, so they are gathered first. A change
 * (PATCH) has a schema of its own, in which nothing is required and nothing read-only appears.
 */
#include "http/http_schema.h"

#include <stdlib.h>
#include <string.h>
#include "base/words.h"

struct str http_schema_name(struct arena *arena, const char *snake, const char *suffix)
{
    struct str out = str_format(arena, "%s%s", snake, suffix);
    char *to = (char *)(uintptr_t)out.at;
    size_t len = 0;
    bool upper = true;
    for (size_t i = 0; i < out.len; i++) {
        char c = out.at[i];
        if (c == '_') {
            upper = true;
            continue;
        }
        to[len++] = upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        upper = false;
    }
    to[len] = 0;
    return (struct str){to, len};
}

/* ---- gathering ---- */

static bool have_table(struct http_schemas *s, const struct field_table *table, bool change)
{
    bool have = false;
    for (size_t i = 0; i < s->many_tables; i++) {
        if (strcmp(s->tables[i].table->name, table->name) != 0)
            continue;
        if (s->tables[i].table != table)
            s->twice = table->name;
        have = have || s->tables[i].change == change;
    }
    return have;
}

static bool same_list(const char *const *a, const char *const *b)
{
    for (; *a && *b; a++, b++)
        if (strcmp(*a, *b) != 0)
            return false;
    return !*a && !*b;
}

static void add_enum(struct http_schemas *s, const struct field_enum *of)
{
    if (!of)
        return;
    for (size_t i = 0; i < s->many_enums; i++)
        if (strcmp(s->enums[i]->name, of->name) == 0) {
            if (!same_list(s->enums[i]->names, of->names))
                s->twice = of->name;
            return;
        }
    if (s->many_enums < HTTP_SCHEMAS_MAX)
        s->enums[s->many_enums++] = of;
}

static void add_table(struct http_schemas *s, const struct field_table *table, bool change)
{
    if (!table || have_table(s, table, change) || s->many_tables == HTTP_SCHEMAS_MAX)
        return;
    s->tables[s->many_tables++] = (struct http_schema){table, change};
    for (size_t i = 0; i < table->many; i++) {
        add_enum(s, table->fields[i].of);
        add_table(s, table->fields[i].rows, false);
    }
}

static void add_query(struct http_schemas *s, const struct http_route *route)
{
    for (size_t i = 0; route->query && i < route->query->many; i++)
        add_enum(s, route->query->fields[i].of);
    for (size_t i = 0; route->list && i < route->list->many_filters; i++)
        add_enum(s, route->list->filters[i].of);
}

void http_schemas_gather(struct http_schemas *s)
{
    size_t many;
    const struct http_route *const *routes = http_routes(&many);
    for (size_t i = 0; i < many; i++) {
        const struct field_table *tables[HTTP_REPLY_TABLES];
        for (size_t j = 0, tables_many = http_schema_reply(routes[i], tables); j < tables_many; j++)
            add_table(s, tables[j], false);
        add_table(s, routes[i]->body, (routes[i]->flags & HTTP_PARTIAL) != 0);
        add_query(s, routes[i]);
    }
    add_enum(s, &access_role_enum);
}

size_t http_schema_reply(const struct http_route *route, const struct field_table *ret[HTTP_REPLY_TABLES])
{
    const struct field_table *row = route->reply ? route->reply : route->list ? route->list->columns : NULL;
    const struct field_table *const all[HTTP_REPLY_TABLES] = {row, route->more, route->also};
    size_t many = 0;
    for (size_t i = 0; i < HTTP_REPLY_TABLES; i++)
        if (all[i])
            ret[many++] = all[i];
    return many;
}

/* ---- references ---- */

static bool table_has_name(const struct http_schemas *s, struct arena *arena, struct str name)
{
    for (size_t i = 0; i < s->many_tables; i++)
        if (str_eq(http_schema_name(arena, s->tables[i].table->name, s->tables[i].change ? "_change" : ""),
                   name))
            return true;
    return false;
}

static struct str enum_name(const struct http_schemas *s, struct arena *arena, const struct field_enum *of)
{
    struct str name = http_schema_name(arena, of->name, "");
    return table_has_name(s, arena, name) ? http_schema_name(arena, of->name, "_enum") : name;
}

static void put_ref(struct arena *arena, struct json_writer *w, struct str name)
{
    json_put_str(w, "$ref", str_format(arena, "#/components/schemas/%.*s", STR_ARG(name)));
}

void http_schema_ref(struct arena *arena, struct json_writer *w, const char *key,
                     const struct field_table *table, bool change)
{
    json_open_object(w, key);
    put_ref(arena, w, http_schema_name(arena, table->name, change ? "_change" : ""));
    json_close_object(w);
}

/* ---- one field ---- */

static void put_type(struct json_writer *w, const char *type, bool nullable)
{
    if (!nullable) {
        json_put_c(w, "type", type);
        return;
    }
    json_open_array(w, "type");
    json_put_c(w, NULL, type);
    json_put_c(w, NULL, "null");
    json_close_array(w);
}

static void put_text(struct json_writer *w, const struct field *field, bool nullable)
{
    put_type(w, "string", nullable);
    int64_t usual = field->type == FIELD_NOTE ? 4000 : 200;
    if (field->min > 0)
        json_put_int(w, "minLength", field->min);
    json_put_int(w, "maxLength", field->max ? field->max : usual);
    if (field->format)
        json_put_c(w, "x-format", field->format);
    if (field->type == FIELD_NOTE)
        json_put_bool(w, "x-note", true);
}

static void put_named(struct arena *arena, struct json_writer *w, struct str name, bool nullable)
{
    if (!nullable) {
        put_ref(arena, w, name);
        return;
    }
    json_open_array(w, "anyOf");
    json_open_object(w, NULL);
    put_ref(arena, w, name);
    json_close_object(w);
    json_open_object(w, NULL);
    json_put_c(w, "type", "null");
    json_close_object(w);
    json_close_array(w);
}

static void put_enum(const struct http_schemas *s, struct arena *arena, struct json_writer *w,
                     const struct field_enum *of, bool nullable)
{
    put_named(arena, w, enum_name(s, arena, of), nullable);
}

static void put_texts(const struct http_schemas *s, struct arena *arena, struct json_writer *w,
                      const struct field *field)
{
    json_put_c(w, "type", "array");
    json_open_object(w, "items");
    if (field->of)
        put_enum(s, arena, w, field->of, false);
    else
        json_put_c(w, "type", "string");
    json_close_object(w);
}

static void put_number(struct json_writer *w, const struct field *field, bool nullable)
{
    put_type(w, "integer", nullable);
    if (field->type == FIELD_INT && field->max) {
        json_put_int(w, "minimum", field->min);
        json_put_int(w, "maximum", field->max);
    }
    json_put_c(w, "format", "int64");
    if (field->type == FIELD_REF && field->ref)
        json_put_c(w, "x-ref", field->ref);
    if (field->type == FIELD_MONEY || field->type == FIELD_TIME)
        json_put_c(w, "x-unit", field->type == FIELD_MONEY ? "fen" : "epoch_ms");
}

void http_schema_field(const struct http_schemas *s, struct arena *arena, struct json_writer *w,
                       const struct field *field, bool nullable)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NOTE:
        put_text(w, field, nullable);
        break;
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
    case FIELD_REF:
        put_number(w, field, nullable);
        break;
    case FIELD_BOOL:
        put_type(w, "boolean", nullable);
        break;
    case FIELD_DATE:
        put_type(w, "string", nullable);
        json_put_c(w, "format", "date");
        break;
    case FIELD_ENUM:
        put_enum(s, arena, w, field->of, nullable);
        break;
    case FIELD_ROWS:
        json_put_c(w, "type", "array");
        http_schema_ref(arena, w, "items", field->rows, false);
        break;
    case FIELD_OBJECT:
        put_named(arena, w, http_schema_name(arena, field->rows->name, ""), nullable);
        break;
    case FIELD_TEXTS:
        put_texts(s, arena, w, field);
        break;
    case FIELD_REAL:
        put_type(w, "number", nullable);
        break;
    case FIELD_COUNTS:
        json_put_c(w, "type", "object");
        json_open_object(w, "propertyNames");
        put_enum(s, arena, w, field->of, false);
        json_close_object(w);
        json_put_raw(w, "additionalProperties", STR("{\"type\":\"integer\"}"));
        break;
    case FIELD_JSON:
        break;
    }
}

/* ---- whole tables ---- */

static void put_flags(struct json_writer *w, unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{FIELD_PERSONAL, "personal"}, {FIELD_KEY, "key"},     {FIELD_FILTER, "filter"},
                 {FIELD_SORT, "sort"},         {FIELD_SHEET, "sheet"}, {FIELD_HIDDEN, "hidden"}};
    bool open = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(flags & names[i].flag))
            continue;
        if (!open)
            json_open_array(w, "x-flags");
        open = true;
        json_put_c(w, NULL, names[i].name);
    }
    if (open)
        json_close_array(w);
}

static void put_property(const struct http_schemas *s, struct call *call, struct json_writer *w,
                         const struct http_schema *schema, const struct field *field)
{
    struct arena *arena = call->arena;
    bool required = (field->flags & FIELD_REQUIRED) != 0;
    json_open_object(w, field->name);
    http_schema_field(s, arena, w, field, !required);
    const char *key = str_format(arena, "field.%s.%s", schema->table->name, field->name).at;
    json_put_str(w, "title", words_label(call, schema->table->name, field->name));
    const char *help = str_format(arena, "help.%s.%s", schema->table->name, field->name).at;
    if (words_has(call->lang, help))
        json_put_str(w, "description", words_get(call->lang, help));
    json_put_c(w, "x-words", key);
    if (field->flags & FIELD_READONLY)
        json_put_bool(w, "readOnly", true);
    if (field->flags & FIELD_SECRET)
        json_put_bool(w, "writeOnly", true);
    put_flags(w, field->flags);
    json_close_object(w);
}

static void put_required(struct json_writer *w, const struct field_table *table)
{
    bool open = false;
    for (size_t i = 0; i < table->many; i++) {
        if (!(table->fields[i].flags & FIELD_REQUIRED))
            continue;
        if (!open)
            json_open_array(w, "required");
        open = true;
        json_put_c(w, NULL, table->fields[i].name);
    }
    if (open)
        json_close_array(w);
}

static void put_table(const struct http_schemas *s, struct call *call, struct json_writer *w,
                      const struct http_schema *schema)
{
    const struct field_table *table = schema->table;
    json_open_object(
        w, str_c(call->arena, http_schema_name(call->arena, table->name, schema->change ? "_change" : "")));
    json_put_c(w, "type", "object");
    json_put_c(w, "x-table", table->name);
    if (schema->change)
        json_put_bool(w, "x-change", true);
    json_open_object(w, "properties");
    for (size_t i = 0; i < table->many; i++)
        if (!schema->change || !(table->fields[i].flags & FIELD_READONLY))
            put_property(s, call, w, schema, &table->fields[i]);
    json_close_object(w);
    if (!schema->change)
        put_required(w, table);
    json_close_object(w);
}

static void put_closed_list(const struct http_schemas *s, struct call *call, struct json_writer *w,
                            const struct field_enum *of)
{
    json_open_object(w, str_c(call->arena, enum_name(s, call->arena, of)));
    json_put_c(w, "type", "string");
    json_open_array(w, "enum");
    for (size_t i = 0; of->names[i]; i++)
        json_put_c(w, NULL, of->names[i]);
    json_close_array(w);
    json_put_str(w, "x-words", str_format(call->arena, "enum.%s", of->name));
    json_close_object(w);
}

void http_schemas_put(const struct http_schemas *s, struct call *call, struct json_writer *w)
{
    for (size_t i = 0; i < s->many_tables; i++)
        put_table(s, call, w, &s->tables[i]);
    for (size_t i = 0; i < s->many_enums; i++)
        put_closed_list(s, call, w, s->enums[i]);
}
