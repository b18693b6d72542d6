/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Whose a record is stands in two columns of its table: unit_id, and unit_path for asking about whole
 * subtrees. A move changes paths only, one statement a table, however large the subtree. A merge and a split
 * also change unit_id, of rows that are first noted in org_reorg_row, so that undoing knows them again. What
 * a unit was called and where it stood is kept in org_unit_was by day; holdings of posts are never moved, so
 * that both together still answer who was responsible on a day.
 */
#include "domain/org/org_reorg.h"

#include <string.h>
#include "access/access.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/words.h"

#define TABLES_MAX 64

static const char *tables[TABLES_MAX];
static size_t many_tables;

void org_declare_scoped(const char *const *names)
{
    for (; names && *names; names++) {
        bool known = false;
        for (size_t i = 0; i < many_tables; i++)
            known = known || strcmp(tables[i], *names) == 0;
        if (known)
            continue;
        if (many_tables == TABLES_MAX)
            log_abort("org: more than %d scoped tables", TABLES_MAX);
        tables[many_tables++] = *names;
    }
}

const char *const *org_scoped_tables(size_t *ret_many)
{
    *ret_many = many_tables;
    return tables;
}

bool org_reorg_keeps(const char *table)
{
    return strcmp(table, "org_post") == 0;
}

static const char *columns[TABLES_MAX * 2];
static size_t many_columns;

void org_declare_columns(const char *const *pairs)
{
    for (; pairs && pairs[0]; pairs += 2) {
        bool known = false;
        for (size_t i = 0; i < many_columns; i++)
            known =
                known || (strcmp(columns[i * 2], pairs[0]) == 0 && strcmp(columns[i * 2 + 1], pairs[1]) == 0);
        if (known)
            continue;
        if (many_columns == TABLES_MAX)
            log_abort("org: more than %d columns that name units", TABLES_MAX);
        columns[many_columns * 2] = pairs[0];
        columns[many_columns * 2 + 1] = pairs[1];
        many_columns++;
    }
}

const char *const *org_unit_columns(size_t *ret_many)
{
    *ret_many = many_columns;
    return columns;
}

/* ---- input ---- */

static const char *const kinds[] = {"rename", "move", "merge", "split", NULL};
const struct field_enum org_reorg_kind_enum = {"reorg_kind", kinds, NULL};
static const char *const states[] = {"done", "undone", NULL};
static const struct field_enum state_enum = {"reorg_state", states, NULL};

static const struct field id_fields[] = {{.name = "id", .type = FIELD_INT, .flags = FIELD_REQUIRED}};
static const struct field_table id_table = FIELD_TABLE("reorg_part", id_fields);

static const struct field new_fields[] = {
    {.name = "reorg_kind", .type = FIELD_ENUM, .of = &org_reorg_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED},
    {.name = "target_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "new_name", .type = FIELD_TEXT, .max = 100},
    {.name = "new_kind", .type = FIELD_ENUM, .of = &org_unit_kind_enum},
    {.name = "effective_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
    {.name = "units", .type = FIELD_ROWS, .rows = &id_table, .max = 2000},
    {.name = "people", .type = FIELD_ROWS, .rows = &id_table, .max = 2000},
    {.name = "systems", .type = FIELD_ROWS, .rows = &id_table, .max = 2000},
    {.name = "ranges", .type = FIELD_ROWS, .rows = &id_table, .max = 2000},
};
const struct field_table org_reorg_new_table = FIELD_TABLE("reorg_new", new_fields);

static const struct field undo_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
};
const struct field_table org_reorg_undo_table = FIELD_TABLE("reorg_undo", undo_fields);

static struct org_reorg_ids ids_of(struct call *call, const struct field_record *body, const char *name)
{
    const struct field_value *rows = field_get(body, name);
    int64_t *ids = ARENA_ARRAY(call->arena, int64_t, rows->many + 1);
    size_t many = 0;
    for (size_t i = 0; i < rows->many; i++) {
        int64_t id = field_int(&rows->rows[i], "id", 0);
        bool known = false;
        for (size_t k = 0; k < many; k++)
            known = known || ids[k] == id;
        if (!known)
            ids[many++] = id;
    }
    return (struct org_reorg_ids){ids, many};
}

/* ---- checks ---- */

static enum err living(struct call *call, int64_t unit_id, const char *field, struct org_unit *ret)
{
    if (!unit_id)
        return call_fail(call, ERR_INVALID, field, "fault.required");
    if (org_unit_reach(call, unit_id, ret) != ERR_OK)
        return call_fail(call, ERR_INVALID, field, "org.fault.unit_unknown");
    int64_t ended;
    TRY(db_get_int(call, &ended, 0,
                   "SELECT COUNT(*) FROM org_unit WHERE unit_id = $1 AND valid_to IS NOT NULL",
                   db_int(unit_id)));
    return ended ? call_fail(call, ERR_REFUSED, field, "org.fault.unit_ended", ret->unit_name) : ERR_OK;
}

enum err org_reorg_name_free(struct call *call, int64_t parent_id, struct str name, int64_t but_unit_id)
{
    int64_t twins;
    TRY(db_get_int(call, &twins, 0,
                   "SELECT COUNT(*) FROM org_unit WHERE parent_id = $1 AND unit_name = $2 AND unit_id <> $3"
                   " AND valid_to IS NULL",
                   db_int(parent_id), db_str(name), db_int(but_unit_id)));
    return twins ? call_fail(call, ERR_CONFLICT, "new_name", "org.fault.name_taken", name) : ERR_OK;
}

/* Reorganisations of one unit follow each other: an earlier date would make its history contradict itself. */
static enum err check_date(struct call *call, enum org_reorg_when when, struct org_reorg *r)
{
    int32_t day, today = clock_day_of(call->now_ms);
    if (!clock_parse_date(r->effective_on, &day))
        return call_fail(call, ERR_INVALID, "effective_on", "fault.date");
    if (when == REORG_BY_TODAY && day > today)
        return call_fail(call, ERR_INVALID, "effective_on", "org.fault.reorg_future");
    if (when == REORG_LATER && day <= today)
        return call_fail(call, ERR_INVALID, "effective_on", "org.fault.plan_past");
    r->last_day = str_copy(call->arena, str_of(clock_date(day - 1).text));
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT u.valid_from, COALESCE((SELECT MAX(w.until_on) FROM org_unit_was w"
                 " WHERE w.unit_id = u.unit_id), '') FROM org_unit u WHERE u.unit_id = $1 OR u.unit_id = $2",
                 db_int(r->unit.unit_id), db_int(r->kind == REORG_MERGE ? r->target.unit_id : 0)));
    struct str least = STR("");
    while (db_next(&rows)) {
        for (int i = 0; i < 2; i++)
            if (str_cmp(db_col_str(&rows, i), least) > 0)
                least = db_col_copy(call, &rows, i);
    }
    TRY(db_end(&rows));
    if (str_cmp(r->effective_on, least) < 0)
        return call_fail(call, ERR_INVALID, "effective_on", "org.fault.reorg_early", least);
    return ERR_OK;
}

/* Nothing may come to lie under itself, and the root stays where it is. */
static enum err check_target(struct call *call, struct org_reorg *r)
{
    if (!r->unit.parent_id)
        return call_fail(call, ERR_REFUSED, "unit_id", "org.fault.reorg_root");
    if (str_starts(r->target.unit_path, r->unit.unit_path))
        return call_fail(call, ERR_INVALID, "target_id",
                         r->kind == REORG_MOVE ? "org.fault.move_below" : "org.fault.merge_below");
    if (r->kind == REORG_MERGE)
        return ERR_OK;
    if (r->target.unit_id == r->unit.parent_id)
        return call_fail(call, ERR_INVALID, "target_id", "org.fault.move_same");
    return org_reorg_name_free(call, r->target.unit_id, r->unit.unit_name, r->unit.unit_id);
}

/* The children of the merged unit come to stand beside those of the other. */
static enum err check_children(struct call *call, const struct org_reorg *r)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT a.unit_name FROM org_unit a JOIN org_unit b ON b.unit_name = a.unit_name"
                 " WHERE a.parent_id = $1 AND b.parent_id = $2 AND a.valid_to IS NULL AND b.valid_to IS NULL"
                 " AND b.unit_id <> $1 LIMIT 1",
                 db_int(r->unit.unit_id), db_int(r->target.unit_id)));
    struct str name = db_next(&rows) ? db_col_copy(call, &rows, 0) : STR_NONE;
    TRY(db_end(&rows));
    return name.len ? call_fail(call, ERR_CONFLICT, "target_id", "org.fault.merge_twins", name) : ERR_OK;
}

static enum err part_known(struct call *call, const char *table, const char *field, struct org_reorg_ids ids,
                           int64_t unit_id)
{
    for (size_t i = 0; i < ids.many; i++) {
        int64_t found;
        TRY(db_get_table(call, table, &found,
                         "SELECT COUNT(*) FROM {table} WHERE {key} = $1 AND unit_id = $2", db_int(ids.at[i]),
                         db_int(unit_id)));
        if (!found)
            return call_fail(call, ERR_INVALID, field, "org.fault.part_foreign",
                             str_format(call->arena, "%lld", (long long)ids.at[i]));
    }
    return ERR_OK;
}

static enum err check_parts(struct call *call, struct org_reorg *r)
{
    if (r->new_name.len == 0)
        return call_fail(call, ERR_INVALID, "new_name", "fault.required");
    if (r->units.many + r->people.many + r->systems.many + r->ranges.many == 0)
        return call_fail(call, ERR_INVALID, "people", "org.fault.split_nothing");
    TRY(org_reorg_name_free(call, r->target.unit_id, r->new_name, 0));
    for (size_t i = 0; i < r->units.many; i++) {
        struct org_unit child;
        TRY(living(call, r->units.at[i], "units", &child));
        if (child.parent_id != r->unit.unit_id || str_starts(r->target.unit_path, child.unit_path))
            return call_fail(call, ERR_INVALID, "units", "org.fault.part_foreign", child.unit_name);
    }
    TRY(part_known(call, "org_person", "people", r->people, r->unit.unit_id));
    TRY(part_known(call, "info_system", "systems", r->systems, r->unit.unit_id));
    return part_known(call, "org_address_range", "ranges", r->ranges, r->unit.unit_id);
}

static enum err check_kind(struct call *call, const struct field_record *body, struct org_reorg *r)
{
    int64_t target_id = field_int(body, "target_id", 0);
    switch (r->kind) {
    case REORG_RENAME:
        if (r->new_name.len == 0)
            return call_fail(call, ERR_INVALID, "new_name", "fault.required");
        if (str_eq(r->new_name, r->unit.unit_name))
            return call_fail(call, ERR_INVALID, "new_name", "org.fault.rename_same");
        return org_reorg_name_free(call, r->unit.parent_id, r->new_name, r->unit.unit_id);
    case REORG_MOVE:
        TRY(living(call, target_id, "target_id", &r->target));
        return check_target(call, r);
    case REORG_MERGE:
        TRY(living(call, target_id, "target_id", &r->target));
        TRY(check_target(call, r));
        return check_children(call, r);
    case REORG_SPLIT:
    default:
        /* The new unit stands beside the old one unless somebody says otherwise; beside the root there is no
         * place. */
        TRY(living(call,
                   target_id           ? target_id
                   : r->unit.parent_id ? r->unit.parent_id
                                       : r->unit.unit_id,
                   "target_id", &r->target));
        return check_parts(call, r);
    }
}

enum err org_reorg_read(struct call *call, const struct field_record *body, enum org_reorg_when when,
                        struct org_reorg *ret)
{
    struct str kind = field_str(body, "reorg_kind");
    *ret = (struct org_reorg){.new_name = str_trim(field_str(body, "new_name")),
                              .new_kind = field_str(body, "new_kind"),
                              .reason = field_str(body, "reason"),
                              .effective_on = field_str(body, "effective_on"),
                              .units = ids_of(call, body, "units"),
                              .people = ids_of(call, body, "people"),
                              .systems = ids_of(call, body, "systems"),
                              .ranges = ids_of(call, body, "ranges")};
    for (int i = 0; kinds[i]; i++)
        if (str_is(kind, kinds[i]))
            ret->kind = (enum org_reorg_kind)i;
    TRY(living(call, field_int(body, "unit_id", 0), "unit_id", &ret->unit));
    TRY(check_kind(call, body, ret));
    return check_date(call, when, ret);
}

/* ---- preview: what would go ---- */

static const struct field part_fields[] = {
    {.name = "table", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "records", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table part_table = FIELD_TABLE("reorganisation_part", part_fields);

static const struct field preview_fields[] = {
    {.name = "reorg_kind", .type = FIELD_ENUM, .of = &org_reorg_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "target_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "effective_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "units", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "posts_ended", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "tables", .type = FIELD_ROWS, .rows = &part_table, .flags = FIELD_REQUIRED},
    {.name = "records", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table org_reorg_preview_table = FIELD_TABLE("reorganisation_preview", preview_fields);

static void put_table(struct call *call, struct json_writer *w, const char *table, int64_t records)
{
    const char *key = str_format(call->arena, "scoped.%s", table).at;
    json_open_object(w, NULL);
    json_put_c(w, "table", table);
    json_put_str(w, "label", words_has(call->lang, key) ? words_get(call->lang, key) : str_of(table));
    json_put_int(w, "records", records);
    json_close_object(w);
}

static enum err count_linked(struct call *call, const struct org_reorg *r, const char *table, int64_t *ret)
{
    bool linked;
    *ret = 0;
    if (strcmp(table, "org_person") == 0)
        return *ret = (int64_t)r->people.many, ERR_OK;
    if (strcmp(table, "org_address_range") == 0)
        return *ret = (int64_t)r->ranges.many, ERR_OK;
    TRY(db_table_has(call, table, "system_id", &linked));
    for (size_t i = 0; linked && i < r->systems.many; i++) {
        int64_t records;
        TRY(db_get_table(call, table, &records,
                         "SELECT COUNT(*) FROM {table} WHERE system_id = $1 AND unit_id = $2",
                         db_int(r->systems.at[i]), db_int(r->unit.unit_id)));
        *ret += records;
    }
    return ERR_OK;
}

static enum err count_below(struct call *call, const char *table, struct str path, int64_t *ret)
{
    return db_get_table(call, table, ret,
                        "SELECT COUNT(*) FROM {table} WHERE unit_path >= $1 AND unit_path < $1 || 'z'",
                        db_str(path));
}

static enum err count(struct call *call, const struct org_reorg *r, const char *table, int64_t *ret)
{
    *ret = 0;
    if (r->kind == REORG_RENAME)
        return ERR_OK;
    if (r->kind != REORG_SPLIT)
        return count_below(call, table, r->unit.unit_path, ret);
    TRY(count_linked(call, r, table, ret));
    for (size_t i = 0; i < r->units.many; i++) {
        struct org_unit child;
        int64_t records;
        TRY(org_unit_get(call, r->units.at[i], &child));
        TRY(count_below(call, table, child.unit_path, &records));
        *ret += records;
    }
    return ERR_OK;
}

enum err org_reorg_count(struct call *call, const struct org_reorg *r, int64_t *ret_units,
                         int64_t *ret_records)
{
    int64_t records;
    *ret_records = 0;
    TRY(count(call, r, "org_unit", ret_units));
    for (size_t i = 0; i < many_tables; i++) {
        TRY(count(call, r, tables[i], &records));
        *ret_records += records;
    }
    return ERR_OK;
}

enum err org_reorg_show(struct call *call, const struct org_reorg *r, struct json_writer *w)
{
    int64_t units = 0, all = 0, posts, records;
    TRY(count(call, r, "org_unit", &units));
    TRY(db_get_int(call, &posts, 0, "SELECT COUNT(*) FROM org_post WHERE unit_id = $1 AND in_force = 1",
                   db_int(r->unit.unit_id)));
    json_put_c(w, "reorg_kind", kinds[r->kind]);
    json_put_str(w, "unit_name", r->unit.unit_name);
    json_put_str(w, "target_name", r->target.unit_name);
    json_put_str(w, "effective_on", r->effective_on);
    json_put_int(w, "units", units);
    json_put_int(w, "posts_ended", r->kind == REORG_MERGE ? posts : 0);
    json_open_array(w, "tables");
    for (size_t i = 0; i < many_tables; i++) {
        TRY(count(call, r, tables[i], &records));
        all += records;
        if (records)
            put_table(call, w, tables[i], records);
    }
    json_close_array(w);
    json_put_int(w, "records", all);
    return ERR_OK;
}

/* ---- the log ---- */

static const struct field log_fields[] = {
    {.name = "reorg_id", .type = FIELD_INT},
    {.name = "reorg_kind", .type = FIELD_ENUM, .of = &org_reorg_kind_enum, .flags = FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_FILTER},
    {.name = "old_name", .type = FIELD_TEXT},
    {.name = "new_name", .type = FIELD_TEXT},
    {.name = "target_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "target_name", .type = FIELD_TEXT},
    {.name = "made_unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "effective_on", .type = FIELD_DATE},
    {.name = "reason", .type = FIELD_TEXT},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum, .flags = FIELD_FILTER},
    {.name = "units", .type = FIELD_INT},
    {.name = "records", .type = FIELD_INT},
    {.name = "done_by_name", .type = FIELD_TEXT},
    {.name = "done_at_ms", .type = FIELD_TIME},
    {.name = "undone_by_name", .type = FIELD_TEXT},
    {.name = "undone_at_ms", .type = FIELD_TIME},
    {.name = "undone_reason", .type = FIELD_TEXT},
};
const struct field_table org_reorg_table = FIELD_TABLE("reorganisation", log_fields);
#define LOG_SELECT                                                                                           \
    "SELECT r.reorg_id, r.reorg_kind, r.unit_id, r.old_name, r.new_name, r.target_id, t.unit_name,"          \
    " r.made_unit_id, r.effective_on, r.reason, r.state, r.units, r.records, r.done_by_name, r.done_at_ms,"  \
    " r.undone_by_name, r.undone_at_ms, r.undone_reason FROM org_reorg r"                                    \
    " JOIN org_unit u ON u.unit_id = r.unit_id LEFT JOIN org_unit t ON t.unit_id = r.target_id"
static const struct db_filter log_filters[] = {
    {"unit_id", "(r.unit_id = $$ OR r.target_id = $$ OR r.made_unit_id = $$)", FIELD_INT, NULL},
    {"reorg_kind", "r.reorg_kind = $$", FIELD_ENUM, &org_reorg_kind_enum},
    {"state", "r.state = $$", FIELD_ENUM, &state_enum},
};
static const struct db_sort log_sorts[] = {{"reorg_id", "r.reorg_id"}, {"effective_on", "r.effective_on"}};
const struct db_list org_reorg_list = {
    .columns = &org_reorg_table,
    .select = LOG_SELECT,
    .scope = "u.unit_path",
    .key = "r.reorg_id",
    .default_sort = "-reorg_id",
    .filters = log_filters,
    .many_filters = sizeof(log_filters) / sizeof(log_filters[0]),
    .sorts = log_sorts,
    .many_sorts = sizeof(log_sorts) / sizeof(log_sorts[0]),
    .search = "(r.old_name LIKE $$ OR r.new_name LIKE $$ OR r.reason LIKE $$)",
};

static enum err put_one(struct call *call, int64_t reorg_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, LOG_SELECT " WHERE r.reorg_id = $1", db_int(reorg_id)));
    db_put_row(w, &rows, &org_reorg_table);
    return db_end(&rows);
}

enum err org_reorgs(struct call *call, struct http_exchange *x)
{
    return http_list(call, x);
}

enum err org_reorg_preview_post(struct call *call, struct http_exchange *x)
{
    struct org_reorg r;
    TRY(org_reorg_read(call, &x->body, REORG_ANY_DAY, &r));
    return org_reorg_show(call, &r, x->out);
}

enum err org_reorg_post(struct call *call, struct http_exchange *x)
{
    struct org_reorg r;
    TRY(org_reorg_read(call, &x->body, REORG_BY_TODAY, &r));
    TRY(org_reorg_do(call, &r));
    return put_one(call, r.reorg_id, x->out);
}

enum err org_reorg_undo_post(struct call *call, struct http_exchange *x)
{
    TRY(org_reorg_undo(call, x->ids[0], field_str(&x->body, "reason")));
    return put_one(call, x->ids[0], x->out);
}
