/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

/* What has a column of its own: rows and objects live in other tables. */
static bool stored(const struct field *field)
{
    return field->type != FIELD_ROWS && field->type != FIELD_OBJECT && !(field->flags & FIELD_SECRET);
}

static const char *compose(struct call *call, const char *table, const char *key,
                           const struct field_table *fields)
{
    BUF(sql, 32768);
    const char *comma = "SELECT ";
    for (size_t i = 0; i < fields->many; i++) {
        if (!stored(&fields->fields[i]))
            continue;
        buf_add_str(&sql, str_of(comma));
        buf_add_str(&sql, str_of(fields->fields[i].name));
        comma = ", ";
    }
    buf_format(&sql, " FROM %s WHERE %s = $1", table, key);
    return str_c(call->arena, buf_str(&sql));
}

enum err db_fetch(struct call *call, const char *table, const char *key, int64_t id,
                  const struct field_table *fields, struct field_record *ret)
{
    DB_ROWS(rows);
    const struct db_arg arg = db_int(id);
    TRY(db_one_args(call, &rows, compose(call, table, key, fields), &arg, 1));
    ret->table = fields;
    ret->values = ARENA_ARRAY(call->arena, struct field_value, fields->many);
    int column = 0;
    for (size_t i = 0; i < fields->many; i++) {
        if (!stored(&fields->fields[i]))
            continue;
        struct field_value *value = &ret->values[i];
        value->given = true;
        value->empty = db_col_null(&rows, column);
        if (!value->empty && db_col_kind(&rows, column) == DB_INT)
            value->number = db_col_int(&rows, column);
        else if (!value->empty)
            value->text = db_col_copy(call, &rows, column);
        column++;
    }
    return ERR_OK;
}
