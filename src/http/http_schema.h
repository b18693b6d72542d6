/* SPDX-License-Identifier: Apache-2.0
 *
 * http_schema: field tables and closed lists as JSON schemas of the OpenAPI document. Not for other rooms.
 */
#ifndef ANZE_HTTP_HTTP_SCHEMA_H
#define ANZE_HTTP_HTTP_SCHEMA_H

#include "http/http.h"

#define HTTP_SCHEMAS_MAX 1000

struct http_schema {
    const struct field_table *table;
    bool change; /* body of a PATCH */
};
struct http_schemas {
    struct http_schema tables[HTTP_SCHEMAS_MAX];
    const struct field_enum *enums[HTTP_SCHEMAS_MAX];
    size_t many_tables, many_enums;
    const char *twice; /* a name that stands for two different things, or NULL */
};

void http_schemas_gather(struct http_schemas *s);
/* Members of components.schemas. */
void http_schemas_put(const struct http_schemas *s, struct call *call, struct json_writer *w);
/* "org_unit" -> "OrgUnit" */
struct str http_schema_name(struct arena *arena, const char *snake, const char *suffix);
/* {"$ref": …} under key */
void http_schema_ref(struct arena *arena, struct json_writer *w, const char *key,
                     const struct field_table *table, bool change);
/* The members of the schema of one field, into the open object. */
void http_schema_field(const struct http_schemas *s, struct arena *arena, struct json_writer *w,
                       const struct field *field, bool nullable);
/* The tables that a reply (or each item of a list) holds side by side; how many. */
#define HTTP_REPLY_TABLES 3
size_t http_schema_reply(const struct http_route *route, const struct field_table *ret[HTTP_REPLY_TABLES]);

#endif
