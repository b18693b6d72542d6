/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. One open-addressing table holds both languages; it is filled before threads start and only read
 * afterwards, so readers take no lock. Texts are copied, since the JSON they came from is dropped.
 */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"

#define LANGS     2
#define TABLE_MAX (256u << 20)
#define ALL_MAX   (16u << 20)

struct entry {
    struct str key;
    struct str text[LANGS]; /* at == NULL: none */
};

static struct entry *entries; /* a power of two long, at most half full */
static size_t entries_size, entries_many;
static struct arena *texts;

static size_t slot_of(const struct entry *table, size_t size, struct str key)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.at[i]) * 16777619U;
    size_t slot = (hash ^ hash >> 15) & (size - 1);
    while (table[slot].key.at && !str_eq(table[slot].key, key))
        slot = (slot + 1) & (size - 1);
    return slot;
}

static void grow(void)
{
    size_t size = entries_size ? entries_size * 2 : 1024;
    struct entry *bigger = calloc(size, sizeof(*bigger));
    if (!bigger)
        log_abort("out of memory: %zu messages", size);
    for (size_t i = 0; i < entries_size; i++)
        if (entries[i].key.at)
            bigger[slot_of(bigger, size, entries[i].key)] = entries[i];
    free(entries);
    entries = bigger;
    entries_size = size;
}

static void add_one(enum call_lang lang, struct str key, struct str text)
{
    if (entries_many * 2 >= entries_size)
        grow();
    struct entry *entry = &entries[slot_of(entries, entries_size, key)];
    if (!entry->key.at) {
        entry->key = str_copy(texts, key);
        entries_many++;
    }
    struct str *slot = &entry->text[lang];
    if (slot->at && !str_eq(*slot, text))
        log_warn("message %.*s has two texts; the first stays", STR_ARG(key));
    if (!slot->at)
        *slot = str_copy(texts, text);
}

void words_add(enum call_lang lang, struct str file)
{
    if (!texts)
        texts = arena_new(TABLE_MAX);
    ARENA(arena, TABLE_MAX);
    const struct json *root;
    struct json_place place;
    if (json_parse(arena, file, &root, &place) != ERR_OK)
        log_abort("a message file is damaged: line %d, column %d: %s", place.line, place.column, place.why);
    for (size_t i = 0; i < json_count(root); i++) {
        struct str key;
        const struct json *value = json_member(root, i, &key);
        if (json_kind(value) != JSON_TEXT)
            log_abort("a message file is damaged: %.*s is not a text", STR_ARG(key));
        add_one(lang, key, json_text(value));
    }
}

static struct str find(enum call_lang lang, const char *key)
{
    if (!entries_size || !key)
        return STR_NONE;
    return entries[slot_of(entries, entries_size, str_of(key))].text[lang];
}

struct str words_get(enum call_lang lang, const char *key)
{
    struct str text = find(lang, key);
    return text.at ? text : str_of(key);
}

bool words_has(enum call_lang lang, const char *key)
{
    return find(lang, key).at != NULL;
}

struct str words_fill(struct arena *arena, enum call_lang lang, const char *key, const struct str *args,
                      size_t many)
{
    struct str text = words_get(lang, key);
    BUF(out, ALL_MAX);
    for (size_t at = 0; at < text.len;) {
        bool place = text.at[at] == '{' && at + 2 < text.len && text.at[at + 2] == '}' &&
                     text.at[at + 1] >= '0' && text.at[at + 1] <= '9';
        if (place) {
            size_t number = (size_t)(text.at[at + 1] - '0');
            if (number < many)
                buf_add_str(&out, args[number]);
            at += 3;
            continue;
        }
        buf_add_char(&out, text.at[at++]);
    }
    return str_copy(arena, buf_str(&out));
}

/* ---- sentences of faults ---- */

/* Splits "endpoints[3]" into name and number; -1 when there is none. */
static struct str split_index(struct str part, int64_t *ret_index)
{
    size_t at;
    *ret_index = -1;
    if (!str_find(part, STR("["), &at))
        return part;
    struct str number = str_slice(part, at + 1, part.len);
    if (number.len && number.at[number.len - 1] == ']')
        number.len--;
    if (!str_to_int(number, ret_index))
        *ret_index = -1;
    return str_slice(part, 0, at);
}

/* The label of a path, part by part, as far as the tables know it: "访问地址 第 4 项 端口". */
static struct str label_of(struct call *call, const struct field_table *table, struct str path)
{
    BUF(out, 4096);
    struct str part;
    while (str_cut(&path, '.', &part)) {
        int64_t index;
        struct str name = split_index(part, &index);
        const struct field *field = table ? field_find(table, name) : NULL;
        if (out.len)
            buf_add_char(&out, ' ');
        buf_add_str(&out, words_label(call, field ? table->name : "any", str_c(call->arena, name)));
        if (index >= 0) {
            struct str number = str_format(call->arena, "%lld", (long long)index + 1);
            buf_add_char(&out, ' ');
            buf_add_str(&out, words_fill(call->arena, call->lang, "fault.item", &number, 1));
        }
        table = field ? field->rows : NULL;
    }
    return str_copy(call->arena, buf_str(&out));
}

struct str words_fault(struct call *call, const struct field_table *table, const struct call_fault *fault)
{
    struct str text = words_fill(call->arena, call->lang, fault->key, fault->args, CALL_FAULT_ARGS);
    if (fault->field) {
        struct str parts[2] = {fault->label.len ? fault->label : label_of(call, table, str_of(fault->field)),
                               text};
        text = words_fill(call->arena, call->lang, "fault.sentence", parts, 2);
    }
    if (fault->row > 0) {
        struct str parts[2] = {str_format(call->arena, "%lld", (long long)fault->row), text};
        text = words_fill(call->arena, call->lang, "fault.row", parts, 2);
    }
    if (fault->article) {
        struct str parts[2] = {text, str_of(fault->article)};
        text = words_fill(call->arena, call->lang, "fault.article", parts, 2);
    }
    return text;
}

/* ---- all texts ---- */

static int by_key(const void *a, const void *b)
{
    return str_cmp((*(const struct entry *const *)a)->key, (*(const struct entry *const *)b)->key);
}

struct str words_all(struct arena *arena, enum call_lang lang)
{
    const struct entry **sorted = ARENA_ARRAY(arena, const struct entry *, entries_many + 1);
    size_t many = 0;
    for (size_t i = 0; i < entries_size; i++)
        if (entries[i].text[lang].at)
            sorted[many++] = &entries[i];
    qsort(sorted, many, sizeof(*sorted), by_key);
    BUF(out, ALL_MAX);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    for (size_t i = 0; i < many; i++)
        json_put_str(&w, sorted[i]->key.at, sorted[i]->text[lang]);
    json_close_object(&w);
    return str_copy(arena, buf_str(&out));
}
