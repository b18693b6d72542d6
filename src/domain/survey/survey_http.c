/* SPDX-License-Identifier: Apache-2.0
 *
 * survey: the categories of data that a unit holds. Rows, rules and routes stand together: it is one table.
 */
#include "access/access.h"
#include "base/clock.h"
#include "domain/module.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"

#define CATEGORY_FIELDS                                                                                      \
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},       \
        {.name = "category_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SORT, .max = 100},     \
        {.name = "data_level",                                                                               \
         .type = FIELD_ENUM,                                                                                 \
         .of = &registry_data_level_enum,                                                                    \
         .flags = FIELD_REQUIRED | FIELD_FILTER},                                                            \
        {.name = "content", .type = FIELD_NOTE, .max = 1000},                                                \
        {.name = "data_rows", .type = FIELD_INT, .max = 9000000000000},                                      \
        {.name = "data_gb", .type = FIELD_INT, .max = 9000000000},                                           \
        {.name = "pi_count", .type = FIELD_INT, .max = 9000000000},                                          \
        {.name = "has_sensitive_pi", .type = FIELD_BOOL},                                                    \
        {.name = "data_source", .type = FIELD_TEXT, .max = 200},                                             \
        {.name = "storage_place", .type = FIELD_TEXT, .max = 200},                                           \
        {.name = "usage_desc", .type = FIELD_NOTE, .max = 1000},                                             \
        {.name = "sharing_desc", .type = FIELD_NOTE, .max = 1000},                                           \
        {.name = "share_flag", .type = FIELD_BOOL}, {.name = "open_flag", .type = FIELD_BOOL},               \
        {.name = "cross_border_flag", .type = FIELD_BOOL},                                                   \
        {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_FILTER},               \
        {.name = "responsible_dept", .type = FIELD_TEXT, .max = 100},                                        \
        {.name = "contact_name",                                                                             \
         .type = FIELD_TEXT,                                                                                 \
         .flags = FIELD_PERSONAL,                                                                            \
         .max = 50,                                                                                          \
         .format = "person_name"},                                                                           \
        {.name = "contact_mobile",                                                                           \
         .type = FIELD_TEXT,                                                                                 \
         .flags = FIELD_PERSONAL,                                                                            \
         .max = 30,                                                                                          \
         .format = "phone"},                                                                                 \
    {                                                                                                        \
        .name = "remark", .type = FIELD_NOTE, .max = 1000                                                    \
    }
static const struct field category_fields[] = {
    {.name = "data_category_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    CATEGORY_FIELDS,
    {.name = "version", .type = FIELD_INT, .flags = FIELD_HIDDEN},
};
static const struct field_table category_table = FIELD_TABLE("data_category", category_fields);
static const struct field row_fields[] = {
    {.name = "data_category_id", .type = FIELD_INT}, CATEGORY_FIELDS,
    {.name = "version", .type = FIELD_INT},          {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "updated_at_ms", .type = FIELD_TIME},
};
static const struct field_table row_table = FIELD_TABLE("data_category_row", row_fields);

static const struct db_filter filters[] = {
    {"unit_id", "d.unit_id = $$", FIELD_INT, NULL},
    {"system_id", "d.system_id = $$", FIELD_INT, NULL},
    {"data_level", "d.data_level = $$", FIELD_ENUM, &registry_data_level_enum},
};
static const struct db_sort sorts[] = {
    {"unit_path", "d.unit_path"},
    {"category_name", "d.category_name"},
};
static const struct db_list category_list = {
    .columns = &row_table,
    .select =
        "SELECT d.data_category_id, d.unit_id, d.category_name, d.data_level, d.content, d.data_rows, "
        "d.data_gb,"
        " d.pi_count, d.has_sensitive_pi, d.data_source, d.storage_place, d.usage_desc, d.sharing_desc,"
        " d.share_flag, d.open_flag, d.cross_border_flag, d.system_id, d.responsible_dept, d.contact_name,"
        " d.contact_mobile, d.remark, d.version, u.unit_name, d.updated_at_ms FROM data_category d JOIN "
        "org_unit"
        " u ON u.unit_id = d.unit_id",
    .where = "d.valid_to IS NULL",
    .scope = "d.unit_path",
    .key = "d.data_category_id",
    .default_sort = "unit_path",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),
    .search = "(d.category_name LIKE $$ OR u.unit_name LIKE $$)",
};

/* ---- one ---- */

struct category {
    int64_t data_category_id, unit_id, version;
    struct str unit_path;
};

/* One in force inside the actor's scope. */
static enum err reach(struct call *call, int64_t data_category_id, struct category *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT unit_id, version, unit_path FROM data_category WHERE data_category_id = $1 AND "
               "valid_to IS NULL",
               db_int(data_category_id)));
    *ret = (struct category){data_category_id, db_col_int(&rows, 0), db_col_int(&rows, 1),
                             db_col_copy(call, &rows, 2)};
    return access_reach(call, ret->unit_path);
}

static enum err put_category(struct call *call, int64_t data_category_id, struct json_writer *w)
{
    struct category category;
    struct field_record stored;
    TRY(reach(call, data_category_id, &category));
    TRY(db_fetch(call, "data_category", "data_category_id", data_category_id, &category_table, &stored));
    bool open = access_sees_personal(call, category.unit_path);
    for (size_t i = 0; i < category_table.many; i++) {
        const struct field *field = &category_table.fields[i];
        if ((field->flags & FIELD_PERSONAL) && !open && !stored.values[i].empty)
            stored.values[i].text = field_mask(call->arena, field, stored.values[i].text);
        field_put(w, field, &stored.values[i]);
    }
    return ERR_OK;
}

static enum err record_it(struct call *call, const char *verb, const struct category *category,
                          struct str detail)
{
    rules_touch(call, "unit", category->unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = "data_category",
                                               .subject_id = category->data_category_id,
                                               .unit_id = category->unit_id,
                                               .unit_path = category->unit_path,
                                               .detail = detail},
                         NULL);
}

/* Its unit and system are the actor's to name, and its name is free in the unit. */
static enum err check(struct call *call, const struct field_record *record, struct category *category)
{
    struct org_unit unit;
    struct registry_system system;
    int64_t taken;
    if (org_unit_reach(call, field_int(record, "unit_id", category->unit_id), &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "survey.fault.unit");
    category->unit_id = unit.unit_id;
    category->unit_path = unit.unit_path;
    int64_t system_id = field_int(record, "system_id", 0);
    if (system_id && registry_system_reach(call, system_id, &system) != ERR_OK)
        return call_fail(call, ERR_INVALID, "system_id", "survey.fault.system");
    TRY(db_get_int(call, &taken, 0,
                   "SELECT data_category_id FROM data_category WHERE unit_id = $1 AND category_name = $2 AND "
                   "valid_to IS NULL AND data_category_id <> $3",
                   db_int(unit.unit_id), db_str(field_str(record, "category_name")),
                   db_int(category->data_category_id)));
    return taken ? call_fail(call, ERR_CONFLICT, "category_name", "survey.fault.name_taken",
                             field_str(record, "category_name"))
                 : ERR_OK;
}

static enum err survey_post(struct call *call, struct http_exchange *x)
{
    struct category category = {0};
    TRY(check(call, &x->body, &category));
    struct db_extra extra[] = {
        {"unit_path", db_str(category.unit_path)},
        {"created_at_ms", db_int(call->now_ms)},
        {"updated_at_ms", db_int(call->now_ms)},
    };
    field_get(&x->body, "version")->given = false;
    TRY(db_insert(call, "data_category", &x->body, extra, 3, &category.data_category_id));
    TRY(record_it(call, "data_category.created", &category, field_json(call->arena, &x->body)));
    return put_category(call, category.data_category_id, x->out);
}

static enum err survey_patch(struct call *call, struct http_exchange *x)
{
    struct category category;
    TRY(reach(call, x->ids[0], &category));
    struct field_value *version = field_get(&x->body, "version");
    if (version->given && version->number != category.version)
        return call_fail(call, ERR_CONFLICT, NULL, "survey.fault.changed_meanwhile");
    version->given = false;
    TRY(check(call, &x->body, &category));
    struct db_extra extra[] = {
        {"unit_path", db_str(category.unit_path)},
        {"version", db_int(category.version + 1)},
        {"updated_at_ms", db_int(call->now_ms)},
    };
    TRY(db_update(call, "data_category", "data_category_id", category.data_category_id, &x->body, extra, 3));
    TRY(record_it(call, "data_category.changed", &category, field_json(call->arena, &x->body)));
    return put_category(call, category.data_category_id, x->out);
}

static const struct field end_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 300},
};
static const struct field_table end_table = FIELD_TABLE("data_category_end", end_fields);

static enum err survey_end(struct call *call, struct http_exchange *x)
{
    struct category category;
    TRY(reach(call, x->ids[0], &category));
    TRY(db_run(call, "UPDATE data_category SET valid_to = $2, updated_at_ms = $3 WHERE data_category_id = $1",
               db_int(category.data_category_id), db_c(clock_date(clock_day_of(call->now_ms)).text),
               db_int(call->now_ms)));
    return record_it(call, "data_category.ended", &category, field_json(call->arena, &x->body));
}

#define SEERS   (ROLES_AUTHORITY | ROLES_UNIT)
#define WRITERS (ROLE_COUNTY_OFFICER | ROLE_UNIT_OFFICER)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/data-categories",
     .grant = SEERS,
     .name = "survey_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &row_table,
     .list = &category_list,
     .summary_zh = "数据摸底调查",
     .summary_en = "The survey of data, by category"},
    {.method = "POST",
     .path = "/api/data-categories",
     .grant = WRITERS,
     .name = "survey_create",
     .handle = survey_post,
     .kind = HTTP_ONE,
     .body = &category_table,
     .reply = &category_table,
     .summary_zh = "登记数据类别",
     .summary_en = "Enter a category of data"},
    {.method = "PATCH",
     .path = "/api/data-categories/{data_category_id}",
     .grant = WRITERS,
     .name = "survey_change",
     .handle = survey_patch,
     .kind = HTTP_ONE,
     .flags = HTTP_PARTIAL,
     .body = &category_table,
     .reply = &category_table,
     .summary_zh = "修改数据类别",
     .summary_en = "Change a category"},
    {.method = "POST",
     .path = "/api/data-categories/{data_category_id}/end",
     .grant = WRITERS,
     .name = "survey_end",
     .handle = survey_end,
     .kind = HTTP_NONE,
     .flags = HTTP_CHANGES,
     .body = &end_table,
     .summary_zh = "注销数据类别",
     .summary_en = "Give a category up"},
};

static const struct rules_fact facts[] = {
    {.name = "survey.data_categories",
     .subject = "unit",
     .sql = "SELECT unit_id, MIN(created_at_ms), COUNT(*) FROM data_category WHERE valid_to IS NULL AND ($1 "
            "= 0 OR "
            "unit_id = $1) GROUP BY unit_id"},
};

static const char *const scoped_tables[] = {"data_category", NULL};

const struct module survey_module = {
    .name = "survey",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .scoped_tables = scoped_tables,
};
