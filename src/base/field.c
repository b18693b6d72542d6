/* SPDX-License-Identifier: Apache-2.0 */
#include "base/field.h"

#include <string.h>
#include "base/clock.h"
#include "base/field_inner.h"
#include "base/log.h"
#include "base/words.h"

#define TEXT_MAX     200
#define NOTE_MAX     4000
#define ROWS_MAX     1000
#define JSON_MAX     65536
#define CHOICES_MAX  600
#define EXCERPT_MOST 40

/* ---- small things ---- */

static struct str number_text(struct call *call, int64_t value)
{
    return str_format(call->arena, "%lld", (long long)value);
}

struct str field_excerpt(struct call *call, struct str text)
{
    size_t at = 0;
    for (int i = 0; at < text.len && i < EXCERPT_MOST; i++)
        utf8_next(text, &at);
    if (at >= text.len)
        return text;
    return str_format(call->arena, "%.*s…", (int)at, text.at);
}

struct str field_choices(struct call *call, const struct field_enum *of)
{
    BUF(out, CHOICES_MAX);
    for (size_t i = 0; of->names[i]; i++) {
        if (i)
            buf_add_str(&out, call->lang == CALL_ZH ? STR("、") : STR(", "));
        const char *key = str_format(call->arena, "enum.%s.%s", of->name, of->names[i]).at;
        buf_add_str(&out, words_has(call->lang, key) ? words_get(call->lang, key) : str_of(of->names[i]));
    }
    return str_copy(call->arena, buf_str(&out));
}

const struct field *field_find(const struct field_table *table, struct str name)
{
    for (size_t i = 0; i < table->many; i++)
        if (str_is(name, table->fields[i].name))
            return &table->fields[i];
    return NULL;
}

struct field_value *field_get(const struct field_record *record, const char *name)
{
    const struct field *field = field_find(record->table, str_of(name));
    if (!field)
        log_abort("table %s has no field %s", record->table->name, name);
    return &record->values[field - record->table->fields];
}

int64_t field_int(const struct field_record *record, const char *name, int64_t otherwise)
{
    const struct field_value *value = field_get(record, name);
    return value->given && !value->empty ? value->number : otherwise;
}

struct str field_str(const struct field_record *record, const char *name)
{
    const struct field_value *value = field_get(record, name);
    return value->given && !value->empty ? value->text : STR_NONE;
}

/* ---- checks on a typed value ---- */

static enum err check_number(struct call *call, const struct field *field, const char *path, int64_t number)
{
    if (field->type == FIELD_REF && number <= 0)
        return call_fail(call, ERR_INVALID, path, "fault.ref");
    if (field->max == 0)
        return ERR_OK;
    if (number < field->min)
        return call_fail(call, ERR_INVALID, path, "fault.min", number_text(call, field->min));
    if (number > field->max)
        return call_fail(call, ERR_INVALID, path, "fault.max", number_text(call, field->max));
    return ERR_OK;
}

static enum err check_length(struct call *call, const struct field *field, const char *path, struct str text)
{
    int64_t max = field->max ? field->max : field->type == FIELD_NOTE ? NOTE_MAX : TEXT_MAX;
    int64_t have = (int64_t)utf8_length(text);
    if (have < field->min)
        return call_fail(call, ERR_INVALID, path, "fault.too_short", number_text(call, field->min),
                         number_text(call, have));
    if (have > max)
        return call_fail(call, ERR_INVALID, path, "fault.too_long", number_text(call, max),
                         number_text(call, have));
    return ERR_OK;
}

/* Control characters, line and paragraph separators, and the marks that turn the reading direction round
 * (they make a name look like another one). */
static bool has_control(struct str text, bool lines_allowed)
{
    for (size_t at = 0; at < text.len;) {
        uint32_t point = utf8_next(text, &at);
        if (lines_allowed && (point == '\n' || point == '\t'))
            continue;
        if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
            (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069))
            return true;
    }
    return false;
}

/* The marking of a classified paper is a level, the star, and a term. */
static bool is_marked_secret(struct str text)
{
    static const struct str marks[] = {{"绝密★", 9}, {"机密★", 9}, {"秘密★", 9}};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (str_find(text, marks[i], NULL))
            return true;
    return false;
}

static enum err check_text(struct call *call, const struct field *field, const char *path,
                           struct field_value *value)
{
    if (!utf8_valid(value->text))
        return call_fail(call, ERR_INVALID, path, "fault.encoding");
    if (has_control(value->text, field->type == FIELD_NOTE))
        return call_fail(call, ERR_INVALID, path, "fault.control");
    if (is_marked_secret(value->text))
        return call_fail(call, ERR_INVALID, path, "fault.classified");
    if ((field->flags & FIELD_PERSONAL) && str_find(value->text, STR("*"), NULL))
        return call_fail(call, ERR_INVALID, path, "fault.masked");
    TRY(check_length(call, field, path, value->text));
    if (!field->format)
        return ERR_OK;
    const char *fault = field_format_check(call, field->format, &value->text);
    if (fault)
        return call_fail(call, ERR_INVALID, path, fault);
    /* The stored spelling may be longer than the one given: a URL with Chinese in it. */
    return check_length(call, field, path, value->text);
}

static enum err check_enum(struct call *call, const struct field *field, const char *path, struct str text)
{
    for (size_t i = 0; field->of->names[i]; i++)
        if (str_is(text, field->of->names[i]))
            return ERR_OK;
    return call_fail(call, ERR_INVALID, path, "fault.enum", field_excerpt(call, text),
                     field_choices(call, field->of));
}

static enum err check_integer(struct call *call, const struct field *field, const char *path, int64_t number)
{
    TRY(check_number(call, field, path, number));
    if (field->format) {
        struct str text = number_text(call, number);
        const char *fault = field_format_check(call, field->format, &text);
        if (fault)
            return call_fail(call, ERR_INVALID, path, fault);
    }
    return ERR_OK;
}

enum err field_check(struct call *call, const struct field *field, const char *path,
                     struct field_value *value)
{
    if (!value->given)
        return ERR_OK;
    if (value->empty)
        return field->flags & FIELD_REQUIRED ? call_fail(call, ERR_INVALID, path, "fault.required") : ERR_OK;
    int32_t day;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NOTE:
        return check_text(call, field, path, value);
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
    case FIELD_REF:
        return check_integer(call, field, path, value->number);
    case FIELD_DATE:
        if (!clock_parse_date(value->text, &day))
            return call_fail(call, ERR_INVALID, path, "fault.date", field_excerpt(call, value->text));
        return ERR_OK;
    case FIELD_ENUM:
        return check_enum(call, field, path, value->text);
    case FIELD_BOOL:
    case FIELD_ROWS:
    case FIELD_OBJECT:
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
    case FIELD_JSON:
        return ERR_OK;
    }
    return ERR_OK;
}

/* ---- reading JSON ---- */

static enum err read_record(struct call *call, const struct field_table *table, const struct json *object,
                            const char *prefix, bool partial, struct field_record *ret);

/* Line ends of any system as \n. */
static struct str unix_lines(struct arena *arena, struct str text)
{
    if (!str_find(text, STR("\r"), NULL))
        return text;
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\r')
            copy[len++] = text.at[i];
        else if (i + 1 == text.len || text.at[i + 1] != '\n')
            copy[len++] = '\n';
    }
    return (struct str){copy, len};
}

static enum err read_text(struct call *call, const struct field *field, const char *path,
                          const struct json *node, struct field_value *value)
{
    if (json_kind(node) != JSON_TEXT)
        return call_fail(call, ERR_INVALID, path, "fault.type_text");
    struct str text = json_text(node);
    if (field->type == FIELD_NOTE)
        text = unix_lines(call->arena, text);
    /* A blank at the end of a password belongs to it. */
    value->text = field->flags & FIELD_SECRET ? text : str_trim(text);
    value->empty = value->text.len == 0;
    return ERR_OK;
}

static enum err read_rows(struct call *call, const struct field *field, const char *path,
                          const struct json *node, struct field_value *value)
{
    if (json_kind(node) != JSON_ARRAY)
        return call_fail(call, ERR_INVALID, path, "fault.type_rows");
    size_t many = json_count(node), most = field->max ? (size_t)field->max : ROWS_MAX;
    if (many > most)
        return call_fail(call, ERR_INVALID, path, "fault.rows_many", number_text(call, (int64_t)most),
                         number_text(call, (int64_t)many));
    if ((int64_t)many < field->min)
        return call_fail(call, ERR_INVALID, path, "fault.rows_few", number_text(call, field->min),
                         number_text(call, (int64_t)many));
    value->rows = ARENA_ARRAY(call->arena, struct field_record, many);
    value->many = many;
    value->empty = many == 0 && (field->flags & FIELD_REQUIRED);
    enum err word = ERR_OK;
    for (size_t i = 0; i < many; i++) {
        const char *prefix = str_format(call->arena, "%s[%zu]", path, i).at;
        if (read_record(call, field->rows, json_item(node, i), prefix, false, &value->rows[i]) != ERR_OK)
            word = ERR_INVALID;
    }
    return word;
}

static enum err read_json(struct call *call, const struct field *field, const char *path,
                          const struct json *node, struct field_value *value)
{
    size_t max = field->max ? (size_t)field->max : JSON_MAX;
    BUF(out, max);
    struct json_writer w = json_writer(&out);
    json_put_node(&w, NULL, node);
    if (buf_check(&out) != ERR_OK)
        return call_fail(call, ERR_INVALID, path, "fault.json_large", number_text(call, (int64_t)max));
    value->text = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

static enum err read_value(struct call *call, const struct field *field, const char *path,
                           const struct json *node, struct field_value *value)
{
    *value = (struct field_value){.given = true};
    if (json_kind(node) == JSON_NULL) {
        value->empty = true;
        return ERR_OK;
    }
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NOTE:
    case FIELD_DATE:
    case FIELD_ENUM:
        return read_text(call, field, path, node, value);
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_TIME:
    case FIELD_REF:
        value->number = json_int(node, 0);
        return json_kind(node) == JSON_INT ? ERR_OK
                                           : call_fail(call, ERR_INVALID, path, "fault.type_integer");
    case FIELD_BOOL:
        value->number = json_bool(node, false);
        return json_kind(node) == JSON_BOOL ? ERR_OK : call_fail(call, ERR_INVALID, path, "fault.type_bool");
    case FIELD_ROWS:
        return read_rows(call, field, path, node, value);
    case FIELD_OBJECT:
        value->rows = ARENA_NEW(call->arena, struct field_record);
        value->many = 1;
        return read_record(call, field->rows, node, path, false, value->rows);
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
    case FIELD_JSON:
        return read_json(call, field, path, node, value);
    }
    return ERR_OK;
}

static const char *path_of(struct call *call, const char *prefix, struct str name)
{
    if (!*prefix)
        return str_c(call->arena, name);
    return str_format(call->arena, "%s.%.*s", prefix, STR_ARG(name)).at;
}

static enum err refuse_unknown(struct call *call, const struct field_table *table, const struct json *object,
                               const char *prefix)
{
    enum err word = ERR_OK;
    for (size_t i = 0; i < json_count(object); i++) {
        struct str key;
        json_member(object, i, &key);
        if (field_find(table, key))
            continue;
        word = ERR_INVALID;
        /* A body of 100,000 stray keys is counted, but no path is made for each. */
        if (call->faults_count < CALL_FAULTS_MAX)
            call_fault_add(call, path_of(call, prefix, field_excerpt(call, key)), "fault.unknown_key");
        else
            call->faults_count++;
    }
    return word;
}

static enum err read_record(struct call *call, const struct field_table *table, const struct json *object,
                            const char *prefix, bool partial, struct field_record *ret)
{
    *ret = (struct field_record){table, ARENA_ARRAY(call->arena, struct field_value, table->many)};
    if (json_kind(object) != JSON_OBJECT)
        return call_fail(call, ERR_INVALID, *prefix ? prefix : NULL, "fault.type_object");
    enum err word = refuse_unknown(call, table, object, prefix);
    for (size_t i = 0; i < table->many; i++) {
        const struct field *field = &table->fields[i];
        if (field->flags & FIELD_READONLY)
            continue;
        const struct json *node = json_get(object, field->name);
        if (!node && (partial || !(field->flags & FIELD_REQUIRED)))
            continue;
        const char *path = path_of(call, prefix, str_of(field->name));
        struct field_value *value = &ret->values[i];
        if (!node) {
            word = call_fail(call, ERR_INVALID, path, "fault.required");
            continue;
        }
        if (read_value(call, field, path, node, value) != ERR_OK ||
            field_check(call, field, path, value) != ERR_OK)
            word = ERR_INVALID;
    }
    return word;
}

enum err field_parse(struct call *call, const struct field_table *table, const struct json *object,
                     bool partial, struct field_record *ret)
{
    return read_record(call, table, object, "", partial, ret);
}
