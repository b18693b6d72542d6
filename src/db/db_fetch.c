/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db.h"

#include <pthread.h>
#include <string.h>

#include "base/log.h"

/* What has a column of its own: rows and objects live in other tables. */
static bool stored(const struct field *field)
{
    return field->type != FIELD_ROWS && field->type != FIELD_OBJECT && !(field->flags & FIELD_SECRET);
}

#define KEPT_MAX 64

/* A text for each table of fields, made once: the same address each time, which finds its prepared statement
 * quickest. */
static struct {
    pthread_mutex_t lock;
    struct kept {
        const char *table, *key, *sql;
        const struct field_table *fields;
    } at[KEPT_MAX];
    size_t many;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const char *compose(const char *table, const char *key, const struct field_table *fields)
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
    char *made = strdup(buf_str(&sql).at);
    if (!made)
        log_abort("out of memory for a statement");
    return made;
}

static const char *sql_of(const char *table, const char *key, const struct field_table *fields)
{
    const char *found = NULL;
    pthread_mutex_lock(&kept.lock);
    for (size_t i = 0; i < kept.many && !found; i++)
        if (kept.at[i].fields == fields && !strcmp(kept.at[i].table, table) && !strcmp(kept.at[i].key, key))
            found = kept.at[i].sql;
    if (!found) {
        found = compose(table, key, fields);
        if (kept.many == KEPT_MAX)
            log_abort("db: more than %d tables are fetched whole", KEPT_MAX);
        kept.at[kept.many++] = (struct kept){table, key, found, fields};
    }
    pthread_mutex_unlock(&kept.lock);
    return found;
}

enum err db_fetch(struct call *call, const char *table, const char *key, int64_t id,
                  const struct field_table *fields, struct field_record *ret)
{
    DB_ROWS(rows);
    const struct db_arg arg = db_int(id);
    TRY(db_one_args(call, &rows, sql_of(table, key, fields), &arg, 1));
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
