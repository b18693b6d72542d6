/* SPDX-License-Identifier: Apache-2.0
 *
 * One literal statement over many tables. {table}, {key} and {column} are filled in from static declarations,
 * which are checked all the same; everything else is the literal, and values are parameters as everywhere.
 */
#include "db/db_inner.h"

#include <string.h>
#include "base/log.h"

#define TABLE_SQL_MAX 8192

static const char *table_name(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > 63 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len)
        log_abort("db: not a table name: %s", name);
    return name;
}

/* On SQLite a key of one integer column is another name for rowid. */
static const char *key_of(struct db *db, const char *table)
{
    if (!db->engine->pg)
        return "rowid";
    const char *key = db->engine->key_column(db, table);
    if (!key)
        log_abort("db: %s has no key of one column", table);
    return table_name(key);
}

/* column: NULL when the statement names none. */
static struct str compose(struct call *call, const char *table, const char *column, const char *sql)
{
    BUF(text, TABLE_SQL_MAX);
    struct str rest = str_of(sql);
    size_t at;
    table_name(table);
    while (str_find(rest, STR("{"), &at)) {
        buf_add_str(&text, str_slice(rest, 0, at));
        rest = str_slice(rest, at, rest.len);
        if (str_starts(rest, STR("{table}"))) {
            buf_format(&text, "%s", table);
            rest = str_slice(rest, 7, rest.len);
        } else if (str_starts(rest, STR("{key}"))) {
            buf_format(&text, "%s", key_of(call->db, table));
            rest = str_slice(rest, 5, rest.len);
        } else if (column && str_starts(rest, STR("{column}"))) {
            buf_format(&text, "%s", table_name(column));
            rest = str_slice(rest, 8, rest.len);
        } else {
            log_abort("db: only {table}, {key} and {column} are filled in: %s", sql);
        }
    }
    buf_add_str(&text, rest);
    if (buf_check(&text) != ERR_OK)
        log_abort("db: too long for a statement over tables: %s", sql);
    return str_copy(call->arena, buf_str(&text));
}

enum err db_run_column_args(struct call *call, const char *table, const char *column, int64_t *ret_changed,
                            const char *sql, const struct db_arg *args, size_t many)
{
    return db_run_args(call, str_c(call->arena, compose(call, table, column, sql)), ret_changed, args, many);
}

enum err db_get_column_args(struct call *call, const char *table, const char *column, int64_t *ret,
                            const char *sql, const struct db_arg *args, size_t many)
{
    return db_get_int_args(call, ret, 0, str_c(call->arena, compose(call, table, column, sql)), args, many);
}

enum err db_run_table_args(struct call *call, const char *table, int64_t *ret_changed, const char *sql,
                           const struct db_arg *args, size_t many)
{
    return db_run_args(call, str_c(call->arena, compose(call, table, NULL, sql)), ret_changed, args, many);
}

enum err db_get_table_args(struct call *call, const char *table, int64_t *ret, const char *sql,
                           const struct db_arg *args, size_t many)
{
    return db_get_int_args(call, ret, 0, str_c(call->arena, compose(call, table, NULL, sql)), args, many);
}

enum err db_table_has(struct call *call, const char *table, const char *column, bool *ret)
{
    int64_t found;
    if (call->db->engine->pg)
        TRY(db_get_int(call, &found, 0,
                       "SELECT COUNT(*) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2"
                       " AND NOT attisdropped",
                       db_c(table), db_c(column)));
    else
        TRY(db_get_int(call, &found, 0, "SELECT COUNT(*) FROM pragma_table_info($1) WHERE name = $2",
                       db_c(table), db_c(column)));
    *ret = found > 0;
    return ERR_OK;
}
