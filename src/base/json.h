/* SPDX-License-Identifier: Apache-2.0
 *
 * json: reading (a tree, by a library, duplicate keys refused, depth and size bounded) and writing (a small
 * streaming writer straight into a buffer: serialising dominates list routes, so no tree is built).
 */
#ifndef ANZE_BASE_JSON_H
#define ANZE_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* ---- reading ---- */

struct json; /* a borrowed node; lives as long as the arena given to json_parse */

struct json_place { /* where a text stopped being JSON; line and column from 1 */
    int line, column;
    char why[120];
};

/* place may be NULL. ERR_INVALID on bad text (also: duplicate key, NUL in a string, deeper than 64). */
MUST_USE enum err json_parse(struct arena *arena, struct str text, const struct json **ret,
                             struct json_place *place);

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };
enum json_kind json_kind(const struct json *node); /* NULL node -> JSON_NULL */
const struct json *json_get(const struct json *object,
                            const char *key);  /* NULL when absent or not an object */
struct str json_text(const struct json *node); /* STR_NONE unless text */
int64_t json_int(const struct json *node, int64_t otherwise);
/* The library that reads JSON exports a function of this name; ours must not take its place at load time. */
#define json_real json_real_of
double json_real(const struct json *node, double otherwise);
bool json_bool(const struct json *node, bool otherwise);
size_t json_count(const struct json *node); /* items of an array, keys of an object, else 0 */
const struct json *json_item(const struct json *array, size_t at);
/* The at-th member of an object, in file order. */
const struct json *json_member(const struct json *object, size_t at, struct str *ret_key);

/* ---- writing ---- */

struct json_writer {
    struct buf *out;
    bool comma; /* a separator is due before the next value */
};

static inline struct json_writer json_writer(struct buf *out)
{
    return (struct json_writer){out, false};
}

/* key is NULL inside arrays and at the top. */
void json_open_object(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);
void json_put_str(struct json_writer *w, const char *key,
                  struct str value);                                        /* invalid UTF-8 becomes U+FFFD */
void json_put_c(struct json_writer *w, const char *key, const char *value); /* NULL writes null */
void json_put_int(struct json_writer *w, const char *key, int64_t value);
void json_put_real(struct json_writer *w, const char *key, double value);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
void json_put_raw(struct json_writer *w, const char *key, struct str json_text); /* already JSON */
void json_put_members(struct json_writer *w, struct str json_text); /* already members: "a":1,"b":2 */
void json_put_node(struct json_writer *w, const char *key,
                   const struct json *node); /* a tree that was read */

#endif
