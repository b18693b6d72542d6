/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/org/org.h"

#include "access/access.h"
#include "base/clock.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

#define UNIT_COLUMNS                                                                                         \
    "unit_id, parent_id, unit_path, unit_name, short_name, unit_kind, uscc, region_code, issuer_code"

#define SEGMENT 4 /* digits of a level in unit_path: 32^4 units */

static void read_unit(struct call *call, const struct db_rows *rows, struct org_unit *ret)
{
    *ret = (struct org_unit){
        .unit_id = db_col_int(rows, 0),
        .parent_id = db_col_int(rows, 1),
        .unit_path = db_col_copy(call, rows, 2),
        .unit_name = db_col_copy(call, rows, 3),
        .short_name = db_col_copy(call, rows, 4),
        .unit_kind = db_col_copy(call, rows, 5),
        .uscc = db_col_copy(call, rows, 6),
        .region_code = db_col_copy(call, rows, 7),
        .issuer_code = db_col_copy(call, rows, 8),
    };
}

enum err org_unit_get(struct call *call, int64_t unit_id, struct org_unit *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT " UNIT_COLUMNS " FROM org_unit WHERE unit_id = $1", db_int(unit_id)));
    read_unit(call, &rows, ret);
    return ERR_OK;
}

enum err org_unit_reach(struct call *call, int64_t unit_id, struct org_unit *ret)
{
    TRY(org_unit_get(call, unit_id, ret));
    return access_reach(call, ret->unit_path);
}

enum err org_unit_by_name(struct call *call, struct str name, struct org_unit *ret)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    if (nothing || name.len == 0)
        return ERR_NOT_FOUND;
    DB_ROWS(rows);
    /* The scope as an expression: the three names have indexes, the scope of an authority is everything. */
    TRY(db_query(call, &rows,
                 "SELECT " UNIT_COLUMNS " FROM org_unit"
                 " WHERE (unit_name = $1 OR short_name = $1 OR uscc = $1) AND valid_to IS NULL"
                 " AND unit_path || '' >= $2 AND unit_path || '' < $2 || 'z' ORDER BY unit_path || ''",
                 db_str(name), db_str(scope)));
    int found = 0;
    while (db_next(&rows)) {
        if (found++ == 0)
            read_unit(call, &rows, ret);
        else if (!str_eq(ret->unit_name, name) && str_eq(db_col_str(&rows, 3), name))
            read_unit(call, &rows, ret), found = 1; /* the full name beats a short name */
        else if (str_eq(ret->unit_name, name) && !str_eq(db_col_str(&rows, 3), name))
            found = 1;
    }
    TRY(db_end(&rows));
    return found == 0 ? ERR_NOT_FOUND : found == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err org_root(struct call *call, struct org_unit *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT " UNIT_COLUMNS " FROM org_unit WHERE parent_id IS NULL ORDER BY unit_id LIMIT 1"));
    read_unit(call, &rows, ret);
    return ERR_OK;
}

static struct str path_of(struct call *call, struct str parent_path, int64_t unit_id)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
    char segment[SEGMENT + 1] = {0};
    for (int i = SEGMENT - 1; i >= 0; i--, unit_id /= 32)
        segment[i] = digits[unit_id % 32];
    return str_format(call->arena, "%.*s%s", STR_ARG(parent_path), segment);
}

/* Units hang under units; only the first one of an installation has no parent. */
static enum err find_parent(struct call *call, const struct field_record *record, struct org_unit *ret)
{
    int64_t parent_id = field_int(record, "parent_id", 0);
    if (parent_id)
        return org_unit_reach(call, parent_id, ret) == ERR_OK
                   ? ERR_OK
                   : call_fail(call, ERR_INVALID, "parent_id", "org.fault.parent_unknown");
    int64_t units;
    TRY(db_get_int(call, &units, 0, "SELECT COUNT(*) FROM org_unit"));
    *ret = (struct org_unit){0};
    return units == 0 ? ERR_OK : call_fail(call, ERR_INVALID, "parent_id", "fault.required");
}

static struct str today(struct call *call)
{
    return str_copy(call->arena, str_of(clock_date(clock_day_of(call->now_ms)).text));
}

enum err org_unit_create(struct call *call, const struct field_record *record, int64_t *ret_unit_id)
{
    struct org_unit parent;
    TRY(find_parent(call, record, &parent));
    int64_t twins;
    TRY(db_get_int(
        call, &twins, 0,
        "SELECT COUNT(*) FROM org_unit WHERE parent_id = $1 AND unit_name = $2 AND valid_to IS NULL",
        db_int(parent.unit_id), db_str(field_str(record, "unit_name"))));
    if (twins)
        return call_fail(call, ERR_CONFLICT, "unit_name", "org.fault.name_taken",
                         field_str(record, "unit_name"));
    /* The path holds the unit's own number, which the engine gives: written first as a placeholder. */
    uint8_t nonce[12];
    crypt_random(nonce, sizeof(nonce));
    struct db_extra extra[] = {
        {"unit_path",
         db_str(str_format(call->arena, "~%.*s", STR_ARG(str_hex(call->arena, nonce, sizeof(nonce)))))},
        {"created_at_ms", db_int(call->now_ms)},
        {"valid_from", db_str(today(call))},
    };
    size_t extras = field_str(record, "valid_from").len ? 2 : 3;
    TRY(db_insert(call, "org_unit", record, extra, extras, ret_unit_id));
    struct str path = path_of(call, parent.unit_path, *ret_unit_id);
    TRY(db_run(call, "UPDATE org_unit SET unit_path = $2 WHERE unit_id = $1", db_int(*ret_unit_id),
               db_str(path)));
    rules_touch(call, "unit", *ret_unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "unit.created",
                                               .subject_kind = "unit",
                                               .subject_id = *ret_unit_id,
                                               .unit_id = *ret_unit_id,
                                               .unit_path = path,
                                               .detail = field_json(call->arena, record)},
                         NULL);
}
