/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Besides whose a record is, a record may name other units: who supervises a system, who built it,
 * who uses it; of which unit a document speaks. Where a unit is merged into another, the other stands in its
 * place. Each such row is noted under "table.column", so that undoing finds exactly these.
 *
 * The ledger is not among them: an entry keeps the path of its day for ever. Where units stood is noted
 * instead (org_unit_moved), and reading asks both: the path of that day, for who was above then, and the
 * unit, for who answers for it now (docs/decisions/0016).
 */
#include "domain/org/org_reorg.h"

#include <string.h>
#include "access/access.h"

#define SELF_SUPERVISED "org_unit.supervising_unit_id"

static const char *mark_of(struct call *call, const char *table, const char *column)
{
    return str_format(call->arena, "%s.%s", table, column).at;
}

/* A document of a unit names it as its subject. */
static bool is_subject(const char *column)
{
    return strcmp(column, "subject_id") == 0;
}

static enum err note_column(struct call *call, const struct org_reorg *r, const char *table,
                            const char *column)
{
    struct db_arg id = db_int(r->reorg_id), from = db_int(r->unit.unit_id);
    struct db_arg mark = db_c(mark_of(call, table, column));
    if (is_subject(column))
        return db_run_column(
            call, table, column, NULL,
            "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
            " SELECT $1, $2, {key} FROM {table} WHERE {column} = $3 AND subject_kind = 'unit'",
            id, mark, from);
    return db_run_column(call, table, column, NULL,
                         "INSERT INTO org_reorg_row (reorg_id, table_name, row_id)"
                         " SELECT $1, $2, {key} FROM {table} WHERE {column} = $3",
                         id, mark, from);
}

enum err org_columns_to(struct call *call, const struct org_reorg *r)
{
    size_t many;
    const char *const *pairs = org_unit_columns(&many);
    for (size_t i = 0; i < many; i++) {
        const char *table = pairs[i * 2], *column = pairs[i * 2 + 1];
        TRY(note_column(call, r, table, column));
        TRY(db_run_column(call, table, column, NULL,
                          "UPDATE {table} SET {column} = $1 WHERE {key} IN (SELECT row_id FROM org_reorg_row"
                          " WHERE reorg_id = $2 AND table_name = $3)",
                          db_int(r->target.unit_id), db_int(r->reorg_id),
                          db_c(mark_of(call, table, column))));
    }
    /* Nobody supervises himself. */
    return db_run(
        call,
        "UPDATE org_unit SET supervising_unit_id = NULL WHERE unit_id = $1 AND supervising_unit_id = $1",
        db_int(r->target.unit_id));
}

enum err org_columns_back(struct call *call, int64_t reorg_id, int64_t from, int64_t to)
{
    size_t many;
    const char *const *pairs = org_unit_columns(&many);
    for (size_t i = 0; i < many; i++) {
        const char *mark = mark_of(call, pairs[i * 2], pairs[i * 2 + 1]);
        TRY(db_run_column(
            call, pairs[i * 2], pairs[i * 2 + 1], NULL,
            "UPDATE {table} SET {column} = $1 WHERE ({column} = $2 OR $5 = 1 AND {column} IS NULL)"
            " AND {key} IN (SELECT row_id FROM org_reorg_row WHERE reorg_id = $3"
            " AND table_name = $4)",
            db_int(from), db_int(to), db_int(reorg_id), db_c(mark),
            db_int(strcmp(mark, SELF_SUPERVISED) == 0)));
    }
    return ERR_OK;
}

/* ---- the ledger of units that came from elsewhere ---- */

/* A unit that ended goes along with what it stood under, but its entries were noted when it ended. */
enum err org_moved_note(struct call *call, const struct org_unit *unit, int64_t heir_id, int64_t reorg_id)
{
    return db_run(call,
                  "INSERT INTO org_unit_moved (unit_id, heir_id, old_path, reorg_id)"
                  " SELECT unit_id, $2, unit_path, $3 FROM org_unit WHERE unit_id = $1 AND valid_to IS NULL",
                  db_int(unit->unit_id), db_int(heir_id), db_int_or_null(reorg_id));
}

enum err org_scope_moved(struct call *call, struct str scope_path, bool *ret)
{
    int64_t found;
    TRY(db_get_int(call, &found, 0,
                   "SELECT m.moved_id FROM org_unit_moved m JOIN org_unit h ON h.unit_id = m.heir_id"
                   " WHERE (h.unit_path >= $1 AND h.unit_path < $1 || 'z')"
                   " OR h.unit_path = SUBSTR($1, 1, LENGTH(h.unit_path)) LIMIT 1",
                   db_str(scope_path)));
    *ret = found != 0;
    return ERR_OK;
}

enum err org_entry_reach(struct call *call, int64_t entry_id)
{
    bool nothing;
    int64_t found;
    struct str scope = access_scope(call->actor, &nothing);
    if (nothing)
        return ERR_NOT_FOUND;
    TRY(db_get_int(call, &found, 0,
                   "SELECT x.entry_id FROM ledger_entry x"
                   " JOIN org_unit_moved m ON x.unit_path >= m.old_path AND x.unit_path < m.old_path || 'z'"
                   " JOIN org_unit o ON o.unit_id = CASE WHEN m.unit_id = m.heir_id THEN x.unit_id"
                   " WHEN m.unit_id = x.unit_id THEN m.heir_id END"
                   " WHERE x.entry_id = $2 AND o.unit_path >= $1 AND o.unit_path < $1 || 'z' LIMIT 1",
                   db_str(scope), db_int(entry_id)));
    return found ? ERR_OK : ERR_NOT_FOUND;
}
