/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Paths are a tree by segment: literals first, then one parameter branch for ids and one for words. A
 * literal branch that leads nowhere falls back to the parameter branches, so "/api/x/template" and
 * "/api/x/{x_id}" live side by side. The segments matched are compared as sent; only words are decoded, and a
 * literal never holds an escape.
 */
#include "http/http_inner.h"
#include "http/http_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

struct http_node {
    struct str literal;
    struct http_node *next, *children, *id, *word;
    struct http_row *rows;
};

static const struct http_route **declared;
static size_t declared_many, declared_room;

void http_declare(const struct http_route *routes, size_t many)
{
    if (declared_many + many > declared_room) {
        declared_room = (declared_many + many) * 2;
        declared = realloc(declared, declared_room * sizeof *declared);
        if (!declared)
            log_abort("out of memory: routes");
    }
    for (size_t i = 0; i < many; i++)
        declared[declared_many++] = &routes[i];
}

const struct http_route *const *http_routes(size_t *ret_many)
{
    http_declare_builtin();
    *ret_many = declared_many;
    return declared;
}

static bool is_parameter(struct str part)
{
    return part.len > 2 && part.at[0] == '{' && part.at[part.len - 1] == '}';
}

static bool is_id(struct str part)
{
    return is_parameter(part) && (str_ends(part, STR("_id}")) || str_is(part, "{id}"));
}

static struct http_node *branch(struct arena *arena, struct http_node *node, struct str part)
{
    struct http_node **slot = &node->children;
    if (is_parameter(part)) {
        slot = is_id(part) ? &node->id : &node->word;
        if (*slot)
            return *slot;
    }
    for (; !is_parameter(part) && *slot; slot = &(*slot)->next)
        if (str_eq((*slot)->literal, part))
            return *slot;
    *slot = ARENA_NEW(arena, struct http_node);
    (*slot)->literal = part;
    return *slot;
}

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", NULL};

static bool method_known(const char *method)
{
    for (size_t i = 0; method && methods[i]; i++)
        if (strcmp(method, methods[i]) == 0)
            return true;
    return false;
}

/* What is wrong with a route by itself, or NULL. */
static const char *route_fault(const struct http_route *route)
{
    bool get = route->method && strcmp(route->method, "GET") == 0;
    if (!method_known(route->method))
        return "has no known method";
    if (!route->name || !*route->name)
        return "has no name";
    if (route->grant == 0)
        return "has no grant";
    if (!str_starts(str_of(route->path), STR("/api/")))
        return "does not lie under /api/";
    if ((route->flags & HTTP_DIRECT) ? !route->prepare : !route->handle)
        return "has no handler";
    if (get && (route->body || (route->flags & (HTTP_UPLOAD | HTTP_PARTIAL))))
        return "is a GET with a body";
    if (route->body && (route->flags & HTTP_UPLOAD))
        return "has a body table and takes an upload";
    if (route->list && route->kind != HTTP_LIST)
        return "has a list and is no HTTP_LIST";
    if (route->handle == http_list && !route->list)
        return "is handled by http_list without a list";
    const struct field_table *tables[HTTP_REPLY_TABLES];
    bool described = http_schema_reply(route, tables) > 0;
    if ((route->kind == HTTP_ONE || route->kind == HTTP_LIST) && !described)
        return "names no table of what it replies";
    if (route->kind != HTTP_ONE && route->kind != HTTP_LIST && described)
        return "names a table of what it does not reply";
    return NULL;
}

static enum err bad_route(const struct http_route *route, const char *fault, char why[256])
{
    snprintf(why, 256, "route %s %s (%s) %s", route->method ? route->method : "?",
             route->path ? route->path : "?", route->name ? route->name : "?", fault);
    return ERR_FAILED;
}

static enum err add_route(struct arena *arena, struct http_node *root, const struct http_route *route,
                          char why[256])
{
    const char *fault = route->path ? route_fault(route) : "has no path";
    if (fault)
        return bad_route(route, fault, why);
    struct http_node *node = root;
    struct str rest = str_of(route->path + 1), part;
    int ids = 0, words = 0;
    while (str_cut(&rest, '/', &part)) {
        if (part.len == 0)
            return bad_route(route, "has an empty path segment", why);
        ids += is_id(part);
        words += is_parameter(part) && !is_id(part);
        if (ids > HTTP_PATH_IDS || words > HTTP_PATH_IDS)
            return bad_route(route, "has too many path parameters", why);
        node = branch(arena, node, part);
    }
    struct http_row **slot = &node->rows;
    for (; *slot; slot = &(*slot)->next_method)
        if (strcmp((*slot)->route->method, route->method) == 0)
            return bad_route(route, "is declared twice", why);
    *slot = ARENA_NEW(arena, struct http_row);
    (*slot)->route = route;
    return ERR_OK;
}

static enum err names_once(const struct http_route *const *routes, size_t many, char why[256])
{
    for (size_t i = 0; i < many; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(routes[i]->name, routes[j]->name) == 0)
                return bad_route(routes[i], "has the name of another route", why);
    return ERR_OK;
}

/* A name stands for one description: two tables of one name would be shown as whichever was met first. */
static enum err tables_once(struct arena *arena, char why[256])
{
    struct http_schemas *schemas = ARENA_NEW(arena, struct http_schemas);
    http_schemas_gather(schemas);
    if (!schemas->twice)
        return ERR_OK;
    snprintf(why, 256, "two different field tables or closed lists are called %s", schemas->twice);
    return ERR_FAILED;
}

enum err http_router_build(struct arena *arena, struct http_node **ret, char why[256])
{
    size_t many;
    const struct http_route *const *routes = http_routes(&many);
    *ret = ARENA_NEW(arena, struct http_node);
    for (size_t i = 0; i < many; i++)
        TRY(add_route(arena, *ret, routes[i], why));
    TRY(names_once(routes, many, why));
    return tables_once(arena, why);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool http_unescape(struct arena *arena, struct str text, bool plus, struct str *ret)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_digit(text.at[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text.at[i + 2]) : -1;
            if (low < 0)
                return false;
            c = (unsigned char)(high * 16 + low);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        if (c < 0x20 || c == 0x7f)
            return false;
        to[len++] = (char)c;
    }
    *ret = (struct str){to, len};
    return utf8_valid(*ret);
}

/* A positive decimal number without sign or leading zero: one spelling for each id. */
static bool parse_id(struct str part, int64_t *ret)
{
    return part.len > 0 && part.at[0] >= '1' && part.at[0] <= '9' && str_to_int(part, ret);
}

/* Words may be handed on as names: nothing in them may look like a path. */
static bool parse_word(struct arena *arena, struct str part, struct str *ret)
{
    return http_unescape(arena, part, false, ret) && !str_is(*ret, ".") && !str_is(*ret, "..") &&
           !memchr(ret->at, '/', ret->len) && !memchr(ret->at, '\\', ret->len);
}

static const struct http_node *walk(const struct http_node *node, struct arena *arena, struct str rest,
                                    int ids, int words, struct http_match *match)
{
    if (rest.at == NULL)
        return node->rows ? node : NULL;
    const char *slash = memchr(rest.at, '/', rest.len);
    struct str part = rest, after = STR_NONE;
    if (slash) {
        part.len = (size_t)(slash - rest.at);
        after = (struct str){slash + 1, rest.len - part.len - 1};
    }
    if (part.len == 0)
        return NULL;
    const struct http_node *found = NULL;
    for (const struct http_node *child = node->children; child && !found; child = child->next)
        if (str_eq(child->literal, part))
            found = walk(child, arena, after, ids, words, match);
    if (!found && node->id && ids < HTTP_PATH_IDS && parse_id(part, &match->ids[ids]))
        found = walk(node->id, arena, after, ids + 1, words, match);
    if (!found && node->word && words < HTTP_PATH_IDS && parse_word(arena, part, &match->words[words]))
        found = walk(node->word, arena, after, ids, words + 1, match);
    return found;
}

struct http_match http_router_match(const struct http_node *root, struct arena *arena, struct str path,
                                    struct str method)
{
    struct http_match match = {0};
    if (path.len < 2 || path.at[0] != '/')
        return match;
    const struct http_node *node = walk(root, arena, (struct str){path.at + 1, path.len - 1}, 0, 0, &match);
    if (!node)
        return (struct http_match){0};
    match.rows = node->rows;
    struct str wanted = str_is(method, "HEAD") ? STR("GET") : method;
    for (struct http_row *row = node->rows; row && !match.row; row = row->next_method)
        if (str_is(wanted, row->route->method))
            match.row = row;
    return match;
}

struct str http_router_allow(struct arena *arena, const struct http_row *rows)
{
    struct str text = STR("OPTIONS");
    for (; rows; rows = rows->next_method)
        text = str_format(arena, "%s%s, %.*s", rows->route->method,
                          strcmp(rows->route->method, "GET") == 0 ? ", HEAD" : "", STR_ARG(text));
    return text;
}
