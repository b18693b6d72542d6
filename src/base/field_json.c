/* SPDX-License-Identifier: Apache-2.0 */
#include "base/field.h"

#define FIELD_JSON_MAX (64 << 20)

static void put_object(struct json_writer *w, const char *name, const struct field_record *record);

void field_put(struct json_writer *w, const struct field *field, const struct field_value *value)
{
    if (value->empty) {
        json_put_null(w, field->name);
        return;
    }
    switch (field->type) {
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
    case FIELD_REF:
        json_put_int(w, field->name, value->number);
        break;
    case FIELD_BOOL:
        json_put_bool(w, field->name, value->number != 0);
        break;
    case FIELD_TEXT:
    case FIELD_NOTE:
    case FIELD_DATE:
    case FIELD_ENUM:
        json_put_str(w, field->name, value->text);
        break;
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
    case FIELD_JSON:
        json_put_raw(w, field->name, value->text);
        break;
    case FIELD_OBJECT:
        put_object(w, field->name, value->rows);
        break;
    case FIELD_ROWS:
        json_open_array(w, field->name);
        for (size_t i = 0; i < value->many; i++)
            put_object(w, NULL, &value->rows[i]);
        json_close_array(w);
        break;
    }
}

static void put_object(struct json_writer *w, const char *name, const struct field_record *record)
{
    json_open_object(w, name);
    for (size_t i = 0; i < record->table->many; i++) {
        const struct field *field = &record->table->fields[i];
        if (record->values[i].given && !(field->flags & (FIELD_PERSONAL | FIELD_SECRET)))
            field_put(w, field, &record->values[i]);
    }
    json_close_object(w);
}

struct str field_json(struct arena *arena, const struct field_record *record)
{
    BUF(out, FIELD_JSON_MAX);
    struct json_writer w = json_writer(&out);
    put_object(&w, NULL, record);
    return str_copy(arena, buf_str(&out));
}
