/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/json.h"

/* Method. The event parser is driven by hand with an explicit stack of open nodes, so that depth, number of
 * nodes and keys are bounded before memory is taken, and so that the place of each event is at hand. A
 * mapping alternates between waiting for a key and waiting for its value; the key is kept on the stack until
 * the value comes. */
struct frame {
    struct rules_yaml *node, *last;
    bool has_key;
    struct str key;
    int key_line, key_column;
};

struct build {
    struct arena *arena;
    struct rules_yaml_fault *fault;
    struct rules_yaml *root;
    struct frame stack[RULES_YAML_DEPTH_MAX];
    int depth, documents;
    size_t nodes;
};

static enum err refuse(struct build *b, yaml_mark_t at, const char *key, struct str arg)
{
    *b->fault = (struct rules_yaml_fault){(int)at.line + 1, (int)at.column + 1, key, str_copy(b->arena, arg)};
    return ERR_INVALID;
}

static bool map_has(const struct rules_yaml *map, struct str key)
{
    for (const struct rules_yaml *at = map->child; at; at = at->next)
        if (str_eq(at->key, key))
            return true;
    return false;
}

/* Hangs a finished or opening node under whatever is open; a scalar in key place becomes the key instead. */
static enum err place(struct build *b, struct rules_yaml *node, yaml_mark_t at)
{
    if (b->depth == 0) {
        b->root = node;
        return ERR_OK;
    }
    struct frame *top = &b->stack[b->depth - 1];
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): only nodes are pushed */
    if (top->node->kind == RULES_YAML_MAP && !top->has_key) {
        if (node->kind != RULES_YAML_TEXT || !node->text.len)
            return refuse(b, at, "rules.yaml.key_not_text", STR_NONE);
        if (map_has(top->node, node->text))
            return refuse(b, at, "rules.yaml.key_twice", node->text);
        if (top->node->many >= RULES_YAML_KEYS_MAX)
            return refuse(b, at, "rules.yaml.too_many_keys", STR_NONE);
        top->has_key = true;
        top->key = node->text;
        top->key_line = node->line;
        top->key_column = node->column;
        return ERR_OK;
    }
    if (top->node->kind == RULES_YAML_MAP) {
        node->key = top->key;
        node->key_line = top->key_line;
        node->key_column = top->key_column;
        top->has_key = false;
    }
    if (top->last)
        top->last->next = node;
    else
        top->node->child = node;
    top->last = node;
    top->node->many++;
    return ERR_OK;
}

static enum err add(struct build *b, enum rules_yaml_kind kind, const yaml_event_t *event,
                    struct rules_yaml **ret)
{
    if (++b->nodes > RULES_YAML_NODES_MAX)
        return refuse(b, event->start_mark, "rules.yaml.too_many_nodes", STR_NONE);
    struct rules_yaml *node = ARENA_NEW(b->arena, struct rules_yaml);
    node->kind = kind;
    node->line = (int)event->start_mark.line + 1;
    node->column = (int)event->start_mark.column + 1;
    *ret = node;
    return ERR_OK;
}

static enum err open_node(struct build *b, enum rules_yaml_kind kind, const yaml_event_t *event)
{
    struct rules_yaml *node;
    if (b->depth > 0 && b->stack[b->depth - 1].node->kind == RULES_YAML_MAP &&
        !b->stack[b->depth - 1].has_key)
        return refuse(b, event->start_mark, "rules.yaml.key_not_text", STR_NONE);
    if (b->depth == RULES_YAML_DEPTH_MAX)
        return refuse(b, event->start_mark, "rules.yaml.too_deep", STR_NONE);
    TRY(add(b, kind, event, &node));
    TRY(place(b, node, event->start_mark));
    b->stack[b->depth++] = (struct frame){.node = node};
    return ERR_OK;
}

static enum err scalar(struct build *b, const yaml_event_t *event)
{
    struct rules_yaml *node;
    TRY(add(b, RULES_YAML_TEXT, event, &node));
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (memchr(text.at ? text.at : "", 0, text.len) || !utf8_valid(text))
        return refuse(b, event->start_mark, "rules.yaml.bad_text", STR_NONE);
    node->text = str_copy(b->arena, text);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return place(b, node, event->start_mark);
}

static enum err take(struct build *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return refuse(b, event->start_mark, "rules.yaml.alias", STR_NONE);
    case YAML_SCALAR_EVENT:
        if (event->data.scalar.anchor)
            return refuse(b, event->start_mark, "rules.yaml.alias", STR_NONE);
        if (event->data.scalar.tag)
            return refuse(b, event->start_mark, "rules.yaml.tag", STR_NONE);
        return scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor)
            return refuse(b, event->start_mark, "rules.yaml.alias", STR_NONE);
        if (event->data.sequence_start.tag)
            return refuse(b, event->start_mark, "rules.yaml.tag", STR_NONE);
        return open_node(b, RULES_YAML_LIST, event);
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor)
            return refuse(b, event->start_mark, "rules.yaml.alias", STR_NONE);
        if (event->data.mapping_start.tag)
            return refuse(b, event->start_mark, "rules.yaml.tag", STR_NONE);
        return open_node(b, RULES_YAML_MAP, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return ERR_OK;
    case YAML_DOCUMENT_START_EVENT:
        if (b->documents++ > 0)
            return refuse(b, event->start_mark, "rules.yaml.documents", STR_NONE);
        return ERR_OK;
    default:
        return ERR_OK;
    }
}

static enum err run(struct build *b, yaml_parser_t *parser)
{
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            yaml_mark_t at = parser->problem_mark;
            if (parser->error == YAML_READER_ERROR)
                return refuse(b, parser->mark, "rules.yaml.not_utf8", STR_NONE);
            return refuse(b, at, "rules.yaml.syntax", str_of(parser->problem));
        }
        bool end = event.type == YAML_STREAM_END_EVENT;
        enum err word = take(b, &event);
        yaml_event_delete(&event);
        if (word != ERR_OK || end)
            return word;
    }
}

enum err rules_yaml_parse(struct arena *arena, struct str text, struct rules_yaml **ret,
                          struct rules_yaml_fault *fault)
{
    struct build b = {.arena = arena, .fault = fault};
    yaml_mark_t start = {0, 0, 0};
    if (text.len > RULES_YAML_BYTES_MAX)
        return refuse(&b, start, "rules.yaml.too_large", STR_NONE);
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return refuse(&b, start, "rules.yaml.syntax", STR("out of memory"));
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.at ? text.at : ""), text.len);
    enum err word = run(&b, &parser);
    yaml_parser_delete(&parser);
    TRY(word);
    if (!b.root)
        return refuse(&b, start, "rules.yaml.empty", STR_NONE);
    *ret = b.root;
    return ERR_OK;
}

struct rules_yaml *rules_yaml_get(const struct rules_yaml *map, const char *key)
{
    if (!map || map->kind != RULES_YAML_MAP)
        return NULL;
    for (struct rules_yaml *at = map->child; at; at = at->next)
        if (str_is(at->key, key))
            return at;
    return NULL;
}

bool rules_yaml_int(const struct rules_yaml *node, int64_t *ret)
{
    return node && node->kind == RULES_YAML_TEXT && !node->quoted && str_to_int(node->text, ret);
}

static void put_json(struct json_writer *w, const char *key, const struct rules_yaml *node,
                     struct arena *arena)
{
    int64_t number;
    if (node->kind == RULES_YAML_TEXT) {
        if (rules_yaml_int(node, &number))
            json_put_int(w, key, number);
        else if (!node->quoted && (str_is(node->text, "true") || str_is(node->text, "false")))
            json_put_bool(w, key, str_is(node->text, "true"));
        else if (!node->quoted && (!node->text.len || str_is(node->text, "null")))
            json_put_null(w, key);
        else
            json_put_str(w, key, node->text);
        return;
    }
    if (node->kind == RULES_YAML_LIST)
        json_open_array(w, key);
    else
        json_open_object(w, key);
    for (const struct rules_yaml *at = node->child; at; at = at->next)
        put_json(w, node->kind == RULES_YAML_MAP ? str_c(arena, at->key) : NULL, at, arena);
    if (node->kind == RULES_YAML_LIST)
        json_close_array(w);
    else
        json_close_object(w);
}

struct str rules_yaml_json(struct arena *arena, const struct rules_yaml *node)
{
    BUF(out, 2 * RULES_YAML_BYTES_MAX);
    struct json_writer w = json_writer(&out);
    if (!node)
        return STR("{}");
    put_json(&w, NULL, node, arena);
    return str_copy(arena, buf_str(&out));
}
