/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/dataset/dataset_inner.h"

#include "access/access.h"
#include "domain/registry/registry.h"

#define SET_SELECT                                                                                           \
    "SELECT d.dataset_id, d.dataset_no, d.unit_id, d.dataset_name, d.category, d.data_level, d.origin, "     \
    "d.purpose, d.legal_basis, d.system_id, d.data_rows, d.has_pi, d.pi_count, d.has_sensitive_pi, "         \
    "d.responsible_dept, d.note, u.unit_name, s.system_name, (SELECT COUNT(*) FROM dataset_copy c WHERE "    \
    "c.dataset_id = d.dataset_id AND c.ended_at_ms IS NULL AND c.parent_copy_id IS NOT NULL), "              \
    "d.registered_by_name, d.registered_at_ms, d.ended_on, d.ended_why, d.version FROM dataset d"            \
    " JOIN org_unit u ON u.unit_id = d.unit_id LEFT JOIN info_system s ON s.system_id = d.system_id"

static const struct db_filter filters[] = {
    {"unit_id", "d.unit_id = $$", FIELD_INT, NULL},
    {"system_id", "d.system_id = $$", FIELD_INT, NULL},
    {"data_level", "d.data_level = $$", FIELD_ENUM, &registry_data_level_enum},
    {"has_pi", "(d.has_pi = 1)", FIELD_BOOL, NULL},
    {"ended", "(d.ended_on IS NOT NULL)", FIELD_BOOL, NULL},
};
static const struct db_sort sorts[] = {{"dataset_id", "d.dataset_id"}};
const struct db_list dataset_list = {
    .columns = &dataset_table,
    .select = SET_SELECT,
    .scope = "d.unit_path",
    .key = "d.dataset_id",
    .default_sort = "-dataset_id",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = 1,
    .search = "(d.dataset_name LIKE $$ OR d.dataset_no LIKE $$ OR d.category LIKE $$ OR u.unit_name LIKE $$)",
};

#define STATE                                                                                                \
    "CASE WHEN c.ended_at_ms IS NOT NULL THEN 'ended' WHEN c.accepted_at_ms IS NULL THEN 'waiting' ELSE "    \
    "'held' END"
#define COPY_SELECT                                                                                          \
    "SELECT c.copy_id, c.dataset_id, d.dataset_no, d.dataset_name, d.data_level, d.has_pi, "                 \
    "c.parent_copy_id, c.unit_id, u.unit_name, c.copy_way, c.source_name, c.obtained_on, c.purpose, "        \
    "c.legal_basis, c.term_until, c.storage_place, c.keeper, " STATE ", c.given_by_name, c.given_at_ms, "    \
    "c.accepted_by_name, c.accepted_at_ms, c.copy_end, c.ended_on, c.ended_note, c.ended_by_name FROM "      \
    "dataset_copy c JOIN dataset d ON d.dataset_id = c.dataset_id JOIN org_unit u ON u.unit_id = c.unit_id"

static const struct db_filter copy_filters[] = {
    {"unit_id", "c.unit_id = $$", FIELD_INT, NULL},
    {"dataset_id", "c.dataset_id = $$", FIELD_INT, NULL},
    {"copy_way", "c.copy_way = $$", FIELD_ENUM, &dataset_way_enum},
    {"state", STATE " = $$", FIELD_ENUM, &dataset_state_enum},
    {"term_before", "(c.ended_at_ms IS NULL AND c.term_until < $$)", FIELD_DATE, NULL},
};
static const struct db_sort copy_sorts[] = {{"copy_id", "c.copy_id"}, {"term_until", "c.term_until"}};
const struct db_list dataset_copy_list = {
    .columns = &dataset_copy_table,
    .select = COPY_SELECT,
    .where = "c.parent_copy_id IS NOT NULL", /* the data set itself is in the other list */
    .scope = "c.unit_path",
    .key = "c.copy_id",
    .default_sort = "-copy_id",
    .filters = copy_filters,
    .many_filters = sizeof(copy_filters) / sizeof(copy_filters[0]),
    .sorts = copy_sorts,
    .many_sorts = 2,
    .search = "(d.dataset_name LIKE $$ OR d.dataset_no LIKE $$ OR u.unit_name LIKE $$)",
};

/* ---- the tree of holders ---- */

static void put_holder(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    bool foreign = access_reach(call, db_col_str(rows, 11)) != ERR_OK;
    json_open_object(w, NULL);
    json_put_int(w, "copy_id", db_col_int(rows, 0));
    if (db_col_null(rows, 1))
        json_put_null(w, "parent_copy_id");
    else
        json_put_int(w, "parent_copy_id", db_col_int(rows, 1));
    json_put_bool(w, "foreign", foreign);
    json_put_str(w, "copy_way", db_col_str(rows, 2));
    json_put_str(w, "state", db_col_str(rows, 3));
    json_put_str(w, "obtained_on", db_col_str(rows, 4));
    json_put_str(w, "term_until", db_col_str(rows, 5));
    if (foreign)
        json_put_null(w, "unit_id");
    else
        json_put_int(w, "unit_id", db_col_int(rows, 6));
    json_put_str(w, "unit_name", foreign ? STR_NONE : db_col_str(rows, 7));
    json_put_str(w, "purpose", foreign ? STR_NONE : db_col_str(rows, 8));
    json_put_str(w, "keeper", foreign ? STR_NONE : db_col_str(rows, 9));
    json_put_str(w, "storage_place", foreign ? STR_NONE : db_col_str(rows, 10));
    json_close_object(w);
}

/* top 0: the whole tree; else what was made from that copy, it included. A tree is small; 2,000 holders are
 * more than any county has, and bound the reply. */
static enum err put_holders(struct call *call, int64_t dataset_id, int64_t top, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "WITH RECURSIVE made (copy_id) AS (SELECT copy_id FROM dataset_copy WHERE dataset_id = $1 AND "
        "(($2 = 0 AND parent_copy_id IS NULL) OR copy_id = $2) UNION ALL SELECT c.copy_id FROM "
        "dataset_copy c JOIN made m ON c.parent_copy_id = m.copy_id)"
        " SELECT c.copy_id, c.parent_copy_id, c.copy_way, " STATE
        ", c.obtained_on, c.term_until, c.unit_id, u.unit_name, c.purpose, c.keeper, "
        "c.storage_place, c.unit_path FROM made m JOIN dataset_copy c ON c.copy_id = m.copy_id JOIN "
        "org_unit u ON u.unit_id = c.unit_id ORDER BY c.copy_id LIMIT 2000",
        db_int(dataset_id), db_int(top)));
    json_open_array(w, "holders");
    while (db_next(&rows))
        put_holder(call, w, &rows);
    json_close_array(w);
    return db_end(&rows);
}

enum err dataset_put(struct call *call, int64_t dataset_id, struct json_writer *w)
{
    struct dataset set;
    TRY(dataset_reach(call, dataset_id, &set));
    DB_ROWS(rows);
    TRY(db_one(call, &rows, SET_SELECT " WHERE d.dataset_id = $1", db_int(dataset_id)));
    db_put_row(w, &rows, &dataset_table);
    TRY(db_end(&rows));
    return put_holders(call, dataset_id, 0, w);
}

enum err dataset_put_copy(struct call *call, int64_t copy_id, struct json_writer *w)
{
    struct dataset_copy copy;
    TRY(dataset_copy_reach(call, copy_id, &copy));
    DB_ROWS(rows);
    TRY(db_one(call, &rows, COPY_SELECT " WHERE c.copy_id = $1", db_int(copy_id)));
    db_put_row(w, &rows, &dataset_copy_table);
    TRY(db_end(&rows));
    return put_holders(call, copy.dataset_id, copy_id, w);
}
