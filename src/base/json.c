/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The library reads the text into its own tree of counted heap nodes; that is copied at once into the
 * arena and dropped, so that callers hold plain memory, members keep their order and the at-th one costs
 * nothing. Nesting is measured before the library sees the text, because its own limit lies far deeper.
 * Objects with many keys get a hash index: a caller looks up each field of a table, and a hostile body may
 * hold 100,000 keys.
 */
/* The library and our header both want these words; it gets other ones here. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_REAL   JANSSON_REAL
#define JSON_NULL   JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_REAL
#undef JSON_NULL
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX  64
#define INDEX_FROM 16 /* objects with more members than this are looked up by hash */

struct member {
    struct str key;
    const struct json *value;
};

struct json {
    enum json_kind kind;
    size_t many;
    union {
        int64_t number;
        double real;
        struct str text;
        const struct json *items; /* one array of nodes */
        const struct member *members;
    } as;
    const uint32_t *index; /* of 1 + member number; a power of two long */
    uint32_t index_mask;
};

/* ---- where it went wrong ---- */

static void set_place(struct json_place *place, struct str text, size_t offset, const char *why)
{
    if (!place)
        return;
    place->line = place->column = 1;
    for (size_t at = 0; at < offset && at < text.len;) {
        uint32_t point = utf8_next(text, &at);
        place->column++;
        if (point == '\n') {
            place->line++;
            place->column = 1;
        }
    }
    snprintf(place->why, sizeof(place->why), "%s", why);
}

/* The library reports where the offending token ends and quotes it; its start is what a person looks for. */
static void place_of_error(struct json_place *place, struct str text, const json_error_t *error)
{
    size_t offset = error->position > 0 ? (size_t)error->position : 0;
    struct str message = {error->text, strnlen(error->text, sizeof(error->text))};
    const char *near = strstr(error->text, " near '");
    if (near && str_ends(message, STR("'"))) {
        size_t quoted = message.len - (size_t)(near - error->text) - strlen(" near '") - 1;
        if (quoted <= offset)
            offset -= quoted;
    } else if (strstr(error->text, "near end of file")) {
        offset = text.len;
    } else if (offset > 0) {
        offset--;
    }
    set_place(place, text, offset, error->text);
}

/* Bytes of the string literal that starts at the quote `at`. */
static size_t skip_string(struct str text, size_t at)
{
    size_t from = at++;
    while (at < text.len && text.at[at] != '"')
        at += text.at[at] == '\\' ? 2 : 1;
    return at - from;
}

static enum err check_depth(struct str text, struct json_place *place)
{
    int depth = 0;
    for (size_t at = 0; at < text.len; at++) {
        char c = text.at[at];
        if (c == '"')
            at += skip_string(text, at);
        else if (c == ']' || c == '}')
            depth--;
        else if ((c == '[' || c == '{') && ++depth > DEPTH_MAX) {
            set_place(place, text, at, "nested deeper than 64 levels");
            return ERR_INVALID;
        }
    }
    return ERR_OK;
}

/* ---- copying into the arena ---- */

static uint32_t hash_key(struct str key)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.at[i]) * 16777619U;
    return hash ^ hash >> 15;
}

static void build_index(struct arena *arena, struct json *node)
{
    uint32_t size = 64;
    while (size < node->many * 2)
        size *= 2;
    uint32_t *index = ARENA_ARRAY(arena, uint32_t, size);
    for (size_t i = 0; i < node->many; i++) {
        uint32_t slot = hash_key(node->as.members[i].key) & (size - 1);
        while (index[slot])
            slot = (slot + 1) & (size - 1);
        index[slot] = (uint32_t)i + 1;
    }
    node->index = index;
    node->index_mask = size - 1;
}

static void copy_node(struct arena *arena, json_t *from, struct json *to);

static void copy_object(struct arena *arena, json_t *from, struct json *to)
{
    to->kind = JSON_OBJECT;
    to->many = json_object_size(from);
    struct member *members = ARENA_ARRAY(arena, struct member, to->many);
    struct json *values = ARENA_ARRAY(arena, struct json, to->many);
    size_t i = 0;
    for (void *at = json_object_iter(from); at; at = json_object_iter_next(from, at), i++) {
        copy_node(arena, json_object_iter_value(at), &values[i]);
        members[i] = (struct member){str_copy(arena, str_of(json_object_iter_key(at))), &values[i]};
    }
    to->as.members = members;
    if (to->many > INDEX_FROM)
        build_index(arena, to);
}

static void copy_array(struct arena *arena, json_t *from, struct json *to)
{
    to->kind = JSON_ARRAY;
    to->many = json_array_size(from);
    struct json *items = ARENA_ARRAY(arena, struct json, to->many);
    for (size_t i = 0; i < to->many; i++)
        copy_node(arena, json_array_get(from, i), &items[i]);
    to->as.items = items;
}

static void copy_node(struct arena *arena, json_t *from, struct json *to)
{
    switch (json_typeof(from)) {
    case JANSSON_OBJECT:
        copy_object(arena, from, to);
        break;
    case JANSSON_ARRAY:
        copy_array(arena, from, to);
        break;
    case JSON_STRING:
        to->kind = JSON_TEXT;
        to->as.text = str_copy(arena, (struct str){json_string_value(from), json_string_length(from)});
        break;
    case JSON_INTEGER:
        to->kind = JSON_INT;
        to->as.number = json_integer_value(from);
        break;
    case JANSSON_REAL:
        to->kind = JSON_REAL;
        to->as.real = json_real_value(from);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        to->kind = JSON_BOOL;
        to->as.number = json_typeof(from) == JSON_TRUE;
        break;
    case JANSSON_NULL:
        to->kind = JSON_NULL;
        break;
    }
}

enum err json_parse(struct arena *arena, struct str text, const struct json **ret, struct json_place *place)
{
    *ret = NULL;
    if (place)
        *place = (struct json_place){0};
    TRY(check_depth(text, place));
    json_error_t error;
    json_t *tree =
        json_loadb(text.at ? text.at : "", text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!tree) {
        place_of_error(place, text, &error);
        return ERR_INVALID;
    }
    struct json *root = ARENA_NEW(arena, struct json);
    copy_node(arena, tree, root);
    json_decref(tree);
    *ret = root;
    return ERR_OK;
}

/* ---- reading nodes ---- */

enum json_kind json_kind(const struct json *node)
{
    return node ? node->kind : JSON_NULL;
}

const struct json *json_get(const struct json *object, const char *key)
{
    if (json_kind(object) != JSON_OBJECT)
        return NULL;
    struct str wanted = str_of(key);
    if (!object->index) {
        for (size_t i = 0; i < object->many; i++)
            if (str_eq(object->as.members[i].key, wanted))
                return object->as.members[i].value;
        return NULL;
    }
    for (uint32_t slot = hash_key(wanted) & object->index_mask; object->index[slot];
         slot = (slot + 1) & object->index_mask) {
        const struct member *member = &object->as.members[object->index[slot] - 1];
        if (str_eq(member->key, wanted))
            return member->value;
    }
    return NULL;
}

struct str json_text(const struct json *node)
{
    return json_kind(node) == JSON_TEXT ? node->as.text : STR_NONE;
}

int64_t json_int(const struct json *node, int64_t otherwise)
{
    return json_kind(node) == JSON_INT ? node->as.number : otherwise;
}

double json_real(const struct json *node, double otherwise)
{
    if (json_kind(node) == JSON_INT)
        return (double)node->as.number;
    return json_kind(node) == JSON_REAL ? node->as.real : otherwise;
}

bool json_bool(const struct json *node, bool otherwise)
{
    return json_kind(node) == JSON_BOOL ? node->as.number != 0 : otherwise;
}

size_t json_count(const struct json *node)
{
    return node ? node->many : 0;
}

const struct json *json_item(const struct json *array, size_t at)
{
    return json_kind(array) == JSON_ARRAY && at < array->many ? &array->as.items[at] : NULL;
}

const struct json *json_member(const struct json *object, size_t at, struct str *ret_key)
{
    if (json_kind(object) != JSON_OBJECT || at >= object->many)
        return NULL;
    if (ret_key)
        *ret_key = object->as.members[at].key;
    return object->as.members[at].value;
}
