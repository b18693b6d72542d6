/* SPDX-License-Identifier: Apache-2.0
 *
 * INSERT and UPDATE composed from a field table. Table and column names come from static descriptors; they
 * are checked all the same, because this is the one way in which text other than a literal becomes SQL.
 */
#include "db/db_inner.h"

#include <string.h>
#include "base/log.h"

#define SQL_TEXT_MAX 65536

struct composed {
    struct buf *sql;
    struct db_arg args[DB_PARAMS_MAX];
    size_t many;
};

static const char *checked_name(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > 63 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len)
        log_abort("db: not a column or table name: %s", name);
    return name;
}

/* What is written by whoever has its parts: rows below, objects beside. */
static bool has_column(const struct field *field)
{
    switch (field->type) {
    case FIELD_ROWS:
    case FIELD_OBJECT:
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
        return false;
    default:
        return !(field->flags & FIELD_SECRET);
    }
}

static bool is_stored(const struct field *field)
{
    return !(field->flags & (FIELD_READONLY | FIELD_SECRET)) && has_column(field) &&
           field->type != FIELD_JSON;
}

static struct db_arg arg_of(const struct field *field, const struct field_value *value)
{
    if (value->empty)
        return db_null();
    switch (field->type) {
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_BOOL:
    case FIELD_TIME:
    case FIELD_REF:
        return db_int(value->number);
    default:
        return db_str(value->text);
    }
}

static void add_arg(struct composed *c, struct db_arg arg)
{
    if (c->many == DB_PARAMS_MAX)
        log_abort("db: a record with more than %d columns", DB_PARAMS_MAX);
    c->args[c->many++] = arg;
}

/* The columns that are given, in the order of the table, each once: an extra column goes before a field of
 * its name. */
static bool is_extra(const char *name, const struct db_extra *extra, size_t many_extra)
{
    for (size_t i = 0; i < many_extra; i++)
        if (strcmp(extra[i].column, name) == 0)
            return true;
    return false;
}

static const struct field_value *given_value(const struct field_record *record, size_t at,
                                             const struct db_extra *extra, size_t many_extra)
{
    const struct field *field = &record->table->fields[at];
    const struct field_value *value = &record->values[at];
    return is_stored(field) && value->given && !is_extra(field->name, extra, many_extra) ? value : NULL;
}

static void add_insert_column(struct composed *c, const char *name, struct db_arg arg)
{
    buf_format(c->sql, "%s%s", c->many ? ", " : "", checked_name(name));
    add_arg(c, arg);
}

static void compose_insert(struct composed *c, const char *table, const struct field_record *record,
                           const struct db_extra *extra, size_t many_extra)
{
    buf_format(c->sql, "INSERT INTO %s (", checked_name(table));
    for (size_t i = 0; record && i < record->table->many; i++) {
        const struct field_value *value = given_value(record, i, extra, many_extra);
        if (value && !value->empty) /* an empty one takes the column's default */
            add_insert_column(c, record->table->fields[i].name, arg_of(&record->table->fields[i], value));
    }
    for (size_t i = 0; i < many_extra; i++)
        add_insert_column(c, extra[i].column, extra[i].value);
    if (c->many == 0) {
        c->sql->len = 0;
        buf_format(c->sql, "INSERT INTO %s DEFAULT VALUES", table);
        return;
    }
    buf_add_str(c->sql, STR(") VALUES ("));
    for (size_t i = 1; i <= c->many; i++)
        buf_format(c->sql, "%s$%zu", i > 1 ? ", " : "", i);
    buf_add_char(c->sql, ')');
}

enum err db_insert(struct call *call, const char *table, const struct field_record *record,
                   const struct db_extra *extra, size_t many_extra, int64_t *ret_id)
{
    BUF(sql, SQL_TEXT_MAX);
    struct composed c;
    c.sql = &sql;
    c.many = 0;
    compose_insert(&c, table, record, extra, many_extra);
    const char *key = ret_id ? call->db->engine->key_column(call->db, table) : NULL;
    if (key)
        buf_format(&sql, " RETURNING %s", checked_name(key));
    TRY(buf_check(&sql));
    DB_ROWS(rows);
    TRY(db_start(call->db, buf_str(&sql).at, c.args, c.many, true, &rows));
    bool row = db_next(&rows);
    if (key && row)
        *ret_id = db_col_int(&rows, 0);
    TRY(db_end(&rows));
    if (ret_id && !key)
        *ret_id = call->db->engine->last_id(call->db);
    return ERR_OK;
}

static void add_set(struct composed *c, const char *name, struct db_arg arg)
{
    add_arg(c, arg);
    buf_format(c->sql, "%s%s = $%zu", c->many > 1 ? ", " : "", checked_name(name), c->many);
}

static enum err must_exist(struct call *call, const char *table, const char *key, int64_t id)
{
    BUF(sql, SQL_TEXT_MAX);
    buf_format(&sql, "SELECT 1 FROM %s WHERE %s = $1", checked_name(table), checked_name(key));
    DB_ROWS(rows);
    struct db_arg arg = db_int(id);
    TRY(db_one_args(call, &rows, buf_str(&sql).at, &arg, 1));
    return db_end(&rows);
}

enum err db_update(struct call *call, const char *table, const char *key, int64_t id,
                   const struct field_record *record, const struct db_extra *extra, size_t many_extra)
{
    BUF(sql, SQL_TEXT_MAX);
    struct composed c;
    c.sql = &sql;
    c.many = 0;
    buf_format(&sql, "UPDATE %s SET ", checked_name(table));
    for (size_t i = 0; record && i < record->table->many; i++) {
        const struct field_value *value = given_value(record, i, extra, many_extra);
        if (value)
            add_set(&c, record->table->fields[i].name, arg_of(&record->table->fields[i], value));
    }
    for (size_t i = 0; i < many_extra; i++)
        add_set(&c, extra[i].column, extra[i].value);
    if (c.many == 0)
        return must_exist(call, table, key, id);
    add_arg(&c, db_int(id));
    buf_format(&sql, " WHERE %s = $%zu", checked_name(key), c.many);
    TRY(buf_check(&sql));
    int64_t changed = 0;
    TRY(db_run_args(call, buf_str(&sql).at, &changed, c.args, c.many));
    return changed ? ERR_OK : ERR_NOT_FOUND;
}

/* ---- a row as JSON ---- */

static void put_cell(struct json_writer *w, const struct db_rows *rows, int column, const struct field *field)
{
    switch (field->type) {
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
    case FIELD_REF:
        json_put_int(w, field->name, db_col_int(rows, column));
        break;
    case FIELD_BOOL:
        json_put_bool(w, field->name, db_col_int(rows, column) != 0);
        break;
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
    case FIELD_JSON:
        json_put_raw(w, field->name, db_col_str(rows, column));
        break;
    default:
        json_put_str(w, field->name, db_col_str(rows, column));
        break;
    }
}

void db_put_cells(struct json_writer *w, const struct db_rows *rows, const struct field_table *columns,
                  struct arena *masks)
{
    int column = 0;
    for (size_t i = 0; i < columns->many; i++) {
        const struct field *field = &columns->fields[i];
        if (!has_column(field))
            continue;
        int at = column++;
        if (db_col_null(rows, at))
            json_put_null(w, field->name);
        else if (masks && (field->flags & FIELD_PERSONAL))
            json_put_str(w, field->name, field_mask(masks, field, db_col_str(rows, at)));
        else
            put_cell(w, rows, at, field);
    }
}

void db_put_row(struct json_writer *w, const struct db_rows *rows, const struct field_table *columns)
{
    db_put_cells(w, rows, columns, NULL);
}

enum err db_put_rows_args(struct call *call, struct json_writer *w, const char *member,
                          const struct field_table *columns, const char *sql, const struct db_arg *args,
                          size_t many)
{
    DB_ROWS(rows);
    TRY(db_query_args(call, &rows, sql, args, many));
    json_open_array(w, member);
    while (db_next(&rows)) {
        json_open_object(w, NULL);
        db_put_row(w, &rows, columns);
        json_close_object(w);
    }
    json_close_array(w);
    return db_end(&rows);
}
