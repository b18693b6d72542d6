/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/org/org_reorg.h"

#include <string.h>
#include "access/access.h"
#include "base/words.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const char *const verbs[] = {"unit.renamed", "unit.moved", "unit.merged", "unit.split"};
static const char *const kind_names[] = {"rename", "move", "merge", "split"};

/* ---- paths ---- */

struct str org_reorg_path(struct call *call, struct str parent_path, struct str unit_path)
{
    return str_format(call->arena, "%.*s%.*s", STR_ARG(parent_path),
                      STR_ARG(str_slice(unit_path, unit_path.len - 4, unit_path.len)));
}

static enum err table_paths(struct call *call, const char *table, struct str old_path, struct str new_path,
                            bool below, int64_t *ret)
{
    return db_run_table(call, table, ret,
                        "UPDATE {table} SET unit_path = $2 || SUBSTR(unit_path, LENGTH($1) + 1)"
                        " WHERE unit_path >= $1 AND unit_path < $1 || 'z' AND ($3 = 0 OR unit_path <> $1)",
                        db_str(old_path), db_str(new_path), db_int(below));
}

enum err org_reorg_paths(struct call *call, struct str old_path, struct str new_path, bool below,
                         int64_t *ret_moved)
{
    size_t many;
    int64_t units, records;
    const char *const *tables = org_scoped_tables(&many);
    TRY(table_paths(call, "org_unit", old_path, new_path, below, &units));
    for (size_t i = 0; i < many; i++) {
        TRY(table_paths(call, tables[i], old_path, new_path, below, &records));
        if (ret_moved)
            *ret_moved += records;
    }
    return ERR_OK;
}

/* ---- history ---- */

enum err org_unit_was(struct call *call, int64_t unit_id, struct str until_on, int64_t reorg_id)
{
    return db_run(call,
                  "INSERT INTO org_unit_was (unit_id, until_on, unit_name, parent_id, reorg_id)"
                  " SELECT unit_id, $2, unit_name, parent_id, $3 FROM org_unit WHERE unit_id = $1",
                  db_int(unit_id), db_str(until_on), db_int_or_null(reorg_id));
}

/* A child goes under another unit, with everything below it. */
static enum err move_child(struct call *call, struct org_reorg *r, int64_t child_id,
                           const struct org_unit *to)
{
    struct org_unit child;
    int64_t below;
    TRY(org_unit_get(call, child_id, &child));
    TRY(org_unit_was(call, child_id, r->effective_on, r->reorg_id));
    TRY(org_moved_note(call, &child, child_id, r->reorg_id));
    TRY(db_get_int(call, &below, 0,
                   "SELECT COUNT(*) FROM org_unit WHERE unit_path >= $1 AND unit_path < $1 || 'z'",
                   db_str(child.unit_path)));
    r->moved_units += below;
    TRY(db_run(call, "UPDATE org_unit SET parent_id = $2 WHERE unit_id = $1", db_int(child_id),
               db_int(to->unit_id)));
    TRY(org_reorg_paths(call, child.unit_path, org_reorg_path(call, to->unit_path, child.unit_path), false,
                        &r->moved_records));
    rules_touch(call, "unit", child_id);
    return ERR_OK;
}

static enum err move_children(struct call *call, struct org_reorg *r, const struct org_unit *to)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT row_id FROM org_reorg_row WHERE reorg_id = $1 AND table_name = 'org_unit'",
                 db_int(r->reorg_id)));
    int64_t ids[64];
    size_t many = 0;
    int64_t *list = ids, room = 64;
    while (db_next(&rows)) {
        if ((int64_t)many == room) {
            int64_t *more = ARENA_ARRAY(call->arena, int64_t, (size_t)room * 4);
            memcpy(more, list, sizeof(*list) * many);
            list = more;
            room *= 4;
        }
        list[many++] = db_col_int(&rows, 0);
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++)
        TRY(move_child(call, r, list[i], to));
    return ERR_OK;
}

/* ---- rows that change hands ---- */

static enum err note_ids(struct call *call, int64_t reorg_id, const char *table, struct org_reorg_ids ids)
{
    for (size_t i = 0; i < ids.many; i++)
        TRY(db_run(call, "INSERT INTO org_reorg_row (reorg_id, table_name, row_id) VALUES ($1, $2, $3)",
                   db_int(reorg_id), db_c(table), db_int(ids.at[i])));
    return ERR_OK;
}

static enum err note_table(struct call *call, const struct org_reorg *r, const char *table)
{
    return db_run_table(call, table, NULL,
                        "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
                        " SELECT $1, $2, {key} FROM {table} WHERE unit_id = $3 ON CONFLICT DO NOTHING",
                        db_int(r->reorg_id), db_c(table), db_int(r->unit.unit_id));
}

/* What hangs on a thing goes where the thing goes. */
static enum err note_of_system(struct call *call, const struct org_reorg *r, const char *table)
{
    bool linked;
    TRY(db_table_has(call, table, "system_id", &linked));
    if (!linked)
        return ERR_OK;
    return db_run_table(
        call, table, NULL,
        "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
        " SELECT $1, $2, {key} FROM {table} WHERE unit_id = $3 AND system_id IN (SELECT row_id"
        " FROM org_reorg_row WHERE reorg_id = $1 AND table_name = 'info_system')"
        " ON CONFLICT DO NOTHING",
        db_int(r->reorg_id), db_c(table), db_int(r->unit.unit_id));
}

static enum err note_of_subject(struct call *call, const struct org_reorg *r, const char *table,
                                const char *kind, const char *kind_table)
{
    bool linked;
    TRY(db_table_has(call, table, "subject_kind", &linked));
    if (!linked)
        return ERR_OK;
    return db_run_table(call, table, NULL,
                        "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
                        " SELECT $1, $2, {key} FROM {table} WHERE unit_id = $3 AND subject_kind = $4"
                        " AND subject_id IN (SELECT row_id FROM org_reorg_row WHERE reorg_id = $1"
                        " AND table_name = $5) ON CONFLICT DO NOTHING",
                        db_int(r->reorg_id), db_c(table), db_int(r->unit.unit_id), db_c(kind),
                        db_c(kind_table));
}

static enum err note_parts(struct call *call, const struct org_reorg *r)
{
    static const struct {
        const char *kind, *table;
    } subjects[] = {{"system", "info_system"}, {"finding", "finding"}, {"case", "discipline_case"}};
    size_t many;
    const char *const *tables = org_scoped_tables(&many);
    TRY(note_ids(call, r->reorg_id, "org_unit", r->units));
    TRY(note_ids(call, r->reorg_id, "org_person", r->people));
    TRY(note_ids(call, r->reorg_id, "info_system", r->systems));
    TRY(note_ids(call, r->reorg_id, "org_address_range", r->ranges));
    for (size_t i = 0; i < many; i++)
        TRY(note_of_system(call, r, tables[i]));
    for (size_t k = 0; k < sizeof(subjects) / sizeof(subjects[0]); k++)
        for (size_t i = 0; i < many; i++)
            TRY(note_of_subject(call, r, tables[i], subjects[k].kind, subjects[k].table));
    /* The accounts of the people who go. */
    return db_run(
        call,
        "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
        " SELECT $1, 'access_user', a.user_id FROM access_user a WHERE a.unit_id = $2 AND a.user_id IN"
        " (SELECT p.user_id FROM org_person p JOIN org_reorg_row n ON n.row_id = p.person_id"
        " WHERE n.reorg_id = $1 AND n.table_name = 'org_person' AND p.user_id IS NOT NULL)",
        db_int(r->reorg_id), db_int(r->unit.unit_id));
}

static enum err move_rows(struct call *call, const char *table, int64_t reorg_id, const struct org_unit *unit,
                          int64_t *ret_moved)
{
    return db_run_table(call, table, ret_moved,
                        "UPDATE {table} SET unit_id = $1, unit_path = $2 WHERE {key} IN (SELECT row_id"
                        " FROM org_reorg_row WHERE reorg_id = $3 AND table_name = $4)",
                        db_int(unit->unit_id), db_str(unit->unit_path), db_int(reorg_id), db_c(table));
}

/* What was asked of each unit (a collection's task) is asked once of a unit: where the other has its own, the
 * row stays with the old one, as its history. */
static bool may_stay(const char *table)
{
    return strcmp(table, "collection_task") == 0;
}

static enum err move_or_leave(struct call *call, const char *table, int64_t reorg_id, int64_t row_id,
                              const struct org_unit *unit, int64_t *moved)
{
    TRY(db_savepoint(call->db));
    enum err word =
        db_run_table(call, table, NULL, "UPDATE {table} SET unit_id = $1, unit_path = $2 WHERE {key} = $3",
                     db_int(unit->unit_id), db_str(unit->unit_path), db_int(row_id));
    if (word == ERR_OK) {
        *moved += 1;
        return db_release(call->db);
    }
    db_rollback_savepoint(call->db);
    if (word != ERR_CONFLICT)
        return word;
    return db_run(call, "DELETE FROM org_reorg_row WHERE reorg_id = $1 AND table_name = $2 AND row_id = $3",
                  db_int(reorg_id), db_c(table), db_int(row_id));
}

static enum err move_one_by_one(struct call *call, const char *table, int64_t reorg_id,
                                const struct org_unit *unit, int64_t *moved)
{
    for (int64_t row_id = 0;;) {
        TRY(db_get_int(
            call, &row_id, 0,
            "SELECT MIN(row_id) FROM org_reorg_row WHERE reorg_id = $1 AND table_name = $2 AND row_id > $3",
            db_int(reorg_id), db_c(table), db_int(row_id)));
        if (!row_id)
            return ERR_OK;
        TRY(move_or_leave(call, table, reorg_id, row_id, unit, moved));
    }
}

static enum err move_table(struct call *call, const char *table, int64_t reorg_id,
                           const struct org_unit *unit, int64_t *ret_moved)
{
    *ret_moved = 0;
    TRY(db_savepoint(call->db));
    enum err word = move_rows(call, table, reorg_id, unit, ret_moved);
    if (word == ERR_OK)
        return db_release(call->db);
    db_rollback_savepoint(call->db);
    if (word != ERR_CONFLICT)
        return word;
    *ret_moved = 0;
    if (may_stay(table))
        return move_one_by_one(call, table, reorg_id, unit, ret_moved);
    return call_fail(call, ERR_CONFLICT, "target_id", "org.fault.merge_records",
                     words_get(call->lang, str_format(call->arena, "scoped.%s", table).at));
}

enum err org_reorg_rows_to(struct call *call, int64_t reorg_id, const struct org_unit *unit,
                           int64_t *ret_moved)
{
    size_t many;
    int64_t records;
    const char *const *tables = org_scoped_tables(&many);
    for (size_t i = 0; i < many; i++) {
        if (org_reorg_keeps(tables[i]))
            continue;
        TRY(move_table(call, tables[i], reorg_id, unit, &records));
        *ret_moved += records;
    }
    return ERR_OK;
}

/* Holdings end with the old unit; they are noted with the end they had, for undoing. */
static enum err end_posts(struct call *call, const struct org_reorg *r, bool of_people)
{
    TRY(db_run(call,
               "INSERT INTO org_reorg_row (reorg_id, table_name, row_id, old_value)"
               " SELECT $1, 'org_post', post_id, valid_to FROM org_post WHERE unit_id = $2"
               " AND (valid_to IS NULL OR valid_to > $3) AND ($4 = 0 OR person_id IN (SELECT row_id"
               " FROM org_reorg_row WHERE reorg_id = $1 AND table_name = 'org_person'))",
               db_int(r->reorg_id), db_int(r->unit.unit_id), db_str(r->last_day), db_int(of_people)));
    return db_run(call,
                  "UPDATE org_post SET valid_to = $2, in_force = 0 WHERE post_id IN (SELECT row_id FROM"
                  " org_reorg_row WHERE reorg_id = $1 AND table_name = 'org_post')",
                  db_int(r->reorg_id), db_str(r->last_day));
}

/* ---- the four kinds ---- */

static enum err do_rename(struct call *call, struct org_reorg *r)
{
    TRY(org_unit_was(call, r->unit.unit_id, r->effective_on, r->reorg_id));
    return db_run(call, "UPDATE org_unit SET unit_name = $2 WHERE unit_id = $1", db_int(r->unit.unit_id),
                  db_str(r->new_name));
}

static enum err do_move(struct call *call, struct org_reorg *r)
{
    return move_child(call, r, r->unit.unit_id, &r->target);
}

static enum err do_merge(struct call *call, struct org_reorg *r)
{
    size_t many;
    const char *const *tables = org_scoped_tables(&many);
    int64_t from = r->unit.unit_id;
    for (size_t i = 0; i < many; i++)
        if (!org_reorg_keeps(tables[i]))
            TRY(note_table(call, r, tables[i]));
    TRY(db_run(call,
               "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
               " SELECT $1, 'org_unit', unit_id FROM org_unit WHERE parent_id = $2",
               db_int(r->reorg_id), db_int(from)));
    TRY(end_posts(call, r, false));
    TRY(org_reorg_rows_to(call, r->reorg_id, &r->target, &r->moved_records));
    TRY(move_children(call, r, &r->target));
    TRY(org_moved_note(call, &r->unit, r->target.unit_id, r->reorg_id));
    TRY(org_columns_to(call, r));
    rules_touch(call, "unit", r->target.unit_id);
    return db_run(call, "UPDATE org_unit SET valid_to = $2 WHERE unit_id = $1", db_int(from),
                  db_str(r->last_day));
}

static void set_text(struct field_record *record, const char *name, struct str text)
{
    *field_get(record, name) = (struct field_value){.given = true, .empty = text.len == 0, .text = text};
}

static enum err make_unit(struct call *call, struct org_reorg *r, struct org_unit *ret)
{
    struct field_record record = {&org_unit_table,
                                  ARENA_ARRAY(call->arena, struct field_value, org_unit_table.many)};
    set_text(&record, "unit_name", r->new_name);
    set_text(&record, "unit_kind", r->new_kind.len ? r->new_kind : r->unit.unit_kind);
    set_text(&record, "valid_from", r->effective_on);
    *field_get(&record, "parent_id") = (struct field_value){.given = true, .number = r->target.unit_id};
    TRY(org_unit_create(call, &record, &r->made_unit_id));
    return org_unit_get(call, r->made_unit_id, ret);
}

static enum err do_split(struct call *call, struct org_reorg *r)
{
    struct org_unit made;
    TRY(make_unit(call, r, &made));
    TRY(note_parts(call, r));
    TRY(end_posts(call, r, true));
    TRY(org_reorg_rows_to(call, r->reorg_id, &made, &r->moved_records));
    for (size_t i = 0; i < r->systems.many; i++)
        rules_touch(call, "system", r->systems.at[i]);
    return move_children(call, r, &made);
}

/* ---- writing it down ---- */

static enum err open_log(struct call *call, struct org_reorg *r)
{
    struct call_who who = call_who(call);
    if (r->plan_id) /* the job carries out what a person decided */
        who = (struct call_who){.user_id = r->planned_by, .display_name = r->planned_by_name};
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO org_reorg (reorg_kind, unit_id, target_id, old_name, new_name, old_parent_id, "
               "effective_on,"
               " reason, state, done_by, done_by_name, done_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
               "'done', $9,"
               " $10, $11) RETURNING reorg_id",
               db_c(kind_names[r->kind]), db_int(r->unit.unit_id), db_int_or_null(r->target.unit_id),
               db_str(r->unit.unit_name), db_str_or_null(r->new_name), db_int_or_null(r->unit.parent_id),
               db_str(r->effective_on), db_str(r->reason), db_int(who.user_id), db_str(who.display_name),
               db_int(call->now_ms)));
    r->reorg_id = db_col_int(&rows, 0);
    return db_end(&rows);
}

static enum err close_log(struct call *call, const struct org_reorg *r)
{
    struct org_unit now;
    TRY(db_run(call, "UPDATE org_reorg SET made_unit_id = $2, units = $3, records = $4 WHERE reorg_id = $1",
               db_int(r->reorg_id), db_int_or_null(r->made_unit_id), db_int(r->moved_units),
               db_int(r->moved_records)));
    TRY(org_unit_get(call, r->unit.unit_id, &now));
    BUF(detail, 8192);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_int(&w, "reorg_id", r->reorg_id);
    if (r->plan_id)
        json_put_int(&w, "plan_id", r->plan_id);
    json_put_str(&w, "old_name", r->unit.unit_name);
    if (r->new_name.len)
        json_put_str(&w, "new_name", r->new_name);
    if (r->target.unit_id)
        json_put_int(&w, "target_id", r->target.unit_id);
    if (r->made_unit_id)
        json_put_int(&w, "made_unit_id", r->made_unit_id);
    json_put_str(&w, "effective_on", r->effective_on);
    json_put_str(&w, "reason", r->reason);
    json_put_int(&w, "units", r->moved_units);
    json_put_int(&w, "records", r->moved_records);
    json_close_object(&w);
    TRY(buf_check(&detail));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verbs[r->kind],
                                               .subject_kind = "unit",
                                               .subject_id = r->unit.unit_id,
                                               .unit_id = r->unit.unit_id,
                                               .unit_path = now.unit_path,
                                               .detail = buf_str(&detail)},
                         NULL);
}

enum err org_reorg_do(struct call *call, struct org_reorg *r)
{
    static enum err (*const doing[])(struct call *, struct org_reorg *) = {do_rename, do_move, do_merge,
                                                                           do_split};
    TRY(open_log(call, r));
    TRY(doing[r->kind](call, r));
    rules_touch(call, "unit", r->unit.unit_id);
    return close_log(call, r);
}
