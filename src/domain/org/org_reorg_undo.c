/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. What was noted goes back to where it came from, by current paths, so that a unit above that moved
 * meanwhile does no harm. Refused once something was built on it: a later reorganisation of the same units,
 * or, where records changed hands, anything that the unit that took them over has done since.
 */
#include "domain/org/org_reorg.h"

#include <string.h>
#include "ledger/ledger.h"
#include "rules/rules.h"

struct past {
    struct org_reorg r; /* unit: as it is now */
    struct str kind, state, old_name;
    int64_t old_parent_id, done_at_ms;
};

static enum err read_past(struct call *call, int64_t reorg_id, struct past *ret)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT reorg_kind, unit_id, target_id, made_unit_id, old_name, old_parent_id, effective_on, state,"
        " done_at_ms FROM org_reorg WHERE reorg_id = $1",
        db_int(reorg_id)));
    *ret = (struct past){.kind = db_col_copy(call, &rows, 0),
                         .old_name = db_col_copy(call, &rows, 4),
                         .old_parent_id = db_col_int(&rows, 5),
                         .state = db_col_copy(call, &rows, 7),
                         .done_at_ms = db_col_int(&rows, 8)};
    ret->r.reorg_id = reorg_id;
    ret->r.made_unit_id = db_col_int(&rows, 3);
    ret->r.effective_on = db_col_copy(call, &rows, 6);
    int64_t unit_id = db_col_int(&rows, 1), target_id = db_col_int(&rows, 2);
    TRY(db_end(&rows));
    TRY(org_unit_reach(call, unit_id, &ret->r.unit));
    return target_id ? org_unit_get(call, target_id, &ret->r.target) : ERR_OK;
}

/* ---- may it be undone? ---- */

/* A later reorganisation that concerns one of the units that this one changed. */
static enum err check_later(struct call *call, const struct past *p)
{
    int64_t later;
    TRY(db_get_int(call, &later, 0,
                   "WITH mine (id) AS (SELECT $2 UNION SELECT $3 UNION SELECT $4 UNION"
                   " SELECT row_id FROM org_reorg_row WHERE reorg_id = $1 AND table_name = 'org_unit')"
                   " SELECT MIN(r.reorg_id) FROM org_reorg r WHERE r.reorg_id > $1 AND r.state = 'done' AND"
                   " (r.unit_id IN (SELECT id FROM mine) OR r.made_unit_id IN (SELECT id FROM mine)"
                   " OR (r.reorg_kind = 'merge' AND r.target_id IN (SELECT id FROM mine)) OR r.target_id = $4"
                   " OR EXISTS (SELECT 1 FROM org_reorg_row n WHERE n.reorg_id = r.reorg_id AND n.table_name "
                   "= 'org_unit'"
                   " AND n.row_id IN (SELECT id FROM mine)))",
                   db_int(p->r.reorg_id), db_int(p->r.unit.unit_id),
                   db_int(str_is(p->kind, "merge") ? p->r.target.unit_id : p->r.unit.unit_id),
                   db_int(p->r.made_unit_id ? p->r.made_unit_id : -1)));
    return later ? call_fail(call, ERR_REFUSED, NULL, "org.fault.undo_later",
                             str_format(call->arena, "%lld", (long long)later))
                 : ERR_OK;
}

/* What people did at the unit that took over, since then; the program's own entries and log-ins are no work.
 */
static enum err check_work(struct call *call, const struct past *p)
{
    int64_t heir = str_is(p->kind, "merge") ? p->r.target.unit_id : p->r.made_unit_id, below = 0;
    DB_ROWS(rows);
    if (!heir)
        return ERR_OK;
    if (p->r.made_unit_id)
        TRY(db_get_int(
            call, &below, 0,
            "SELECT COUNT(*) FROM org_unit WHERE parent_id = $1 AND unit_id NOT IN (SELECT row_id FROM"
            " org_reorg_row WHERE reorg_id = $2 AND table_name = 'org_unit')",
            db_int(heir), db_int(p->r.reorg_id)));
    if (below)
        return call_fail(call, ERR_REFUSED, NULL, "org.fault.undo_below");
    TRY(db_query(call, &rows,
                 "SELECT COUNT(*), MIN(entry_id) FROM ledger_entry WHERE unit_id = $1 AND at_ms > $2"
                 " AND verb NOT LIKE 'duty.%' AND verb NOT LIKE 'session.%' AND verb NOT LIKE 'rules.%'"
                 " AND verb NOT LIKE 'user.%' AND verb NOT LIKE 'reorganisation.%'",
                 db_int(heir), db_int(p->done_at_ms)));
    int64_t many = db_next(&rows) ? db_col_int(&rows, 0) : 0, first = many ? db_col_int(&rows, 1) : 0;
    TRY(db_end(&rows));
    return many ? call_fail(call, ERR_REFUSED, NULL, "org.fault.undo_work",
                            str_format(call->arena, "%lld", (long long)many),
                            str_format(call->arena, "%lld", (long long)first))
                : ERR_OK;
}

static enum err old_parent(struct call *call, const struct past *p, struct org_unit *ret)
{
    int64_t ended;
    TRY(org_unit_get(call, p->old_parent_id, ret));
    TRY(db_get_int(call, &ended, 0,
                   "SELECT COUNT(*) FROM org_unit WHERE unit_id = $1 AND valid_to IS NOT NULL",
                   db_int(ret->unit_id)));
    if (ended)
        return call_fail(call, ERR_REFUSED, NULL, "org.fault.unit_ended", ret->unit_name);
    if (str_starts(ret->unit_path, p->r.unit.unit_path))
        return call_fail(call, ERR_REFUSED, NULL, "org.fault.move_below");
    return org_reorg_name_free(call, ret->unit_id, p->old_name, p->r.unit.unit_id);
}

/* ---- back ---- */

static enum err child_back(struct call *call, int64_t child_id, const struct org_unit *to)
{
    struct org_unit child;
    TRY(org_unit_get(call, child_id, &child));
    TRY(org_moved_note(call, &child, child_id, 0)); /* what happened there meanwhile */
    TRY(db_run(call, "UPDATE org_unit SET parent_id = $2 WHERE unit_id = $1", db_int(child_id),
               db_int(to->unit_id)));
    rules_touch(call, "unit", child_id);
    return org_reorg_paths(call, child.unit_path, org_reorg_path(call, to->unit_path, child.unit_path), false,
                           NULL);
}

static enum err next_child(struct call *call, const struct past *p, int64_t after, int64_t *ret)
{
    return db_get_int(call, ret, 0,
                      "SELECT MIN(row_id) FROM org_reorg_row WHERE reorg_id = $1 AND table_name = 'org_unit'"
                      " AND row_id > $2",
                      db_int(p->r.reorg_id), db_int(after));
}

static enum err rows_back(struct call *call, const struct past *p)
{
    int64_t moved = 0, child = 0;
    TRY(org_reorg_rows_to(call, p->r.reorg_id, &p->r.unit, &moved));
    for (;;) {
        TRY(next_child(call, p, child, &child));
        if (!child)
            break;
        TRY(child_back(call, child, &p->r.unit));
    }
    if (str_is(p->kind, "merge"))
        TRY(org_columns_back(call, p->r.reorg_id, p->r.unit.unit_id, p->r.target.unit_id));
    TRY(db_run(call,
               "UPDATE org_post SET valid_to = (SELECT n.old_value FROM org_reorg_row n WHERE n.reorg_id = $1"
               " AND n.table_name = 'org_post' AND n.row_id = post_id)"
               " WHERE post_id IN (SELECT row_id FROM org_reorg_row WHERE reorg_id = $1 AND table_name = "
               "'org_post')",
               db_int(p->r.reorg_id)));
    return org_post_refresh(call);
}

static enum err undo_merge(struct call *call, const struct past *p)
{
    TRY(org_reorg_name_free(call, p->r.unit.parent_id, p->r.unit.unit_name, p->r.unit.unit_id));
    TRY(db_run(call, "DELETE FROM org_unit_moved WHERE reorg_id = $1 AND unit_id = $2", db_int(p->r.reorg_id),
               db_int(p->r.unit.unit_id)));
    TRY(db_run(call, "UPDATE org_unit SET valid_to = NULL WHERE unit_id = $1", db_int(p->r.unit.unit_id)));
    rules_touch(call, "unit", p->r.target.unit_id);
    return rows_back(call, p);
}

/* Duties that the rules opened for the new unit go back with the rest; the unit itself is ended. */
static enum err undo_split(struct call *call, const struct past *p)
{
    size_t many;
    const char *const *tables = org_scoped_tables(&many);
    TRY(rows_back(call, p));
    for (size_t i = 0; i < many; i++)
        TRY(db_run_table(call, tables[i], NULL,
                         "UPDATE {table} SET unit_id = $1, unit_path = $2 WHERE unit_id = $3",
                         db_int(p->r.unit.unit_id), db_str(p->r.unit.unit_path), db_int(p->r.made_unit_id)));
    rules_touch(call, "unit", p->r.made_unit_id);
    return db_run(call, "UPDATE org_unit SET valid_to = $2 WHERE unit_id = $1", db_int(p->r.made_unit_id),
                  db_str(p->r.effective_on));
}

static enum err undo_kind(struct call *call, const struct past *p)
{
    struct org_unit parent;
    if (str_is(p->kind, "rename")) {
        TRY(org_reorg_name_free(call, p->r.unit.parent_id, p->old_name, p->r.unit.unit_id));
        return db_run(call, "UPDATE org_unit SET unit_name = $2 WHERE unit_id = $1",
                      db_int(p->r.unit.unit_id), db_str(p->old_name));
    }
    if (str_is(p->kind, "move")) {
        TRY(old_parent(call, p, &parent));
        return child_back(call, p->r.unit.unit_id, &parent);
    }
    return str_is(p->kind, "merge") ? undo_merge(call, p) : undo_split(call, p);
}

enum err org_reorg_undo(struct call *call, int64_t reorg_id, struct str reason)
{
    struct past p;
    struct org_unit now;
    TRY(read_past(call, reorg_id, &p));
    if (!str_is(p.state, "done"))
        return call_fail(call, ERR_REFUSED, NULL, "org.fault.undo_twice");
    TRY(check_later(call, &p));
    TRY(check_work(call, &p));
    TRY(undo_kind(call, &p));
    TRY(db_run(call, "DELETE FROM org_unit_was WHERE reorg_id = $1", db_int(reorg_id)));
    TRY(db_run(
        call,
        "UPDATE org_reorg SET state = 'undone', undone_by_name = $2, undone_at_ms = $3, undone_reason = $4"
        " WHERE reorg_id = $1",
        db_int(reorg_id), db_str(call_who(call).display_name), db_int(call->now_ms), db_str(reason)));
    rules_touch(call, "unit", p.r.unit.unit_id);
    TRY(org_unit_get(call, p.r.unit.unit_id, &now));
    BUF(detail, 4096);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_int(&w, "reorg_id", reorg_id);
    json_put_str(&w, "reorg_kind", p.kind);
    json_put_str(&w, "reason", reason);
    json_close_object(&w);
    TRY(buf_check(&detail));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "reorganisation.undone",
                                               .subject_kind = "unit",
                                               .subject_id = p.r.unit.unit_id,
                                               .unit_id = p.r.unit.unit_id,
                                               .unit_path = now.unit_path,
                                               .detail = buf_str(&detail)},
                         NULL);
}
