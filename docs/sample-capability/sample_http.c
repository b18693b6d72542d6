/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/sample/sample.h"

static const struct db_filter filters[] = {
    {"unit_id", "c.unit_id = $$", FIELD_INT, NULL},
    {"answered", "c.answered = 1", FIELD_BOOL, NULL},
};
static const struct db_sort sorts[] = {{"called_on", "c.called_on"}};
static const struct db_list list = {
    .columns = &sample_call_table,
    .select = "SELECT c.call_id, c.unit_id, c.called_on, c.answered, c.note FROM sample_call c",
    .scope = "c.unit_path",
    .key = "c.call_id",
    .default_sort = "-called_on",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),
    .search = "c.note LIKE $$",
};

static enum err create(struct call *call, struct http_exchange *x)
{
    int64_t call_id;
    TRY(sample_note(call, &x->body, &call_id));
    return sample_put(call, call_id, x->out);
}

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/sample-calls",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "sample_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &sample_call_table,
     .list = &list,
     .summary_zh = "值班电话核验记录",
     .summary_en = "Calls to duty telephones"},
    {.method = "POST",
     .path = "/api/sample-calls",
     .grant = ROLE_COUNTY_OFFICER | ROLE_UNIT_OFFICER,
     .name = "sample_create",
     .handle = create,
     .kind = HTTP_ONE,
     .body = &sample_call_table,
     .reply = &sample_call_table,
     .more = &sample_more_table,
     .summary_zh = "登记一次电话核验",
     .summary_en = "Note a call"},
};

static const struct rules_fact facts[] = {
    {.name = "sample.line_answered",
     .subject = "unit",
     .sql = "SELECT c.unit_id, MAX(c.created_at_ms), NULL FROM sample_call c WHERE c.answered = 1 AND ($1 = "
            "0 OR "
            "c.unit_id = $1) GROUP BY c.unit_id"},
};

static const char *const scoped_tables[] = {"sample_call", NULL};

const struct module sample_module = {
    .name = "sample",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .scoped_tables = scoped_tables,
};
