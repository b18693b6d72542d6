/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_yaml: YAML text into a tree that remembers where every node stood. The only place that knows the YAML
 * library. A pack is written by clerks and judged by line and column, so the tree keeps both; and it comes
 * from outside, so what a pack never needs is refused: tags, anchors, aliases, several documents, keys given
 * twice.
 */
#ifndef ANZE_RULES_RULES_YAML_H
#define ANZE_RULES_RULES_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define RULES_YAML_BYTES_MAX (1024 * 1024)
#define RULES_YAML_NODES_MAX 50000
#define RULES_YAML_KEYS_MAX  200 /* keys of one mapping */
#define RULES_YAML_DEPTH_MAX 16

enum rules_yaml_kind { RULES_YAML_TEXT, RULES_YAML_LIST, RULES_YAML_MAP };

struct rules_yaml {
    enum rules_yaml_kind kind;
    int line, column; /* from 1; columns count code points */
    struct str text;  /* RULES_YAML_TEXT */
    bool quoted;      /* "12" is text, 12 may be a number */
    struct str key;   /* under a mapping: its key and where that stood */
    int key_line, key_column;
    struct rules_yaml *child, *next; /* first item or value; next of the same parent */
    size_t many;                     /* children */
};

struct rules_yaml_fault {
    int line, column;
    const char *key; /* words key of what is wrong */
    struct str arg;  /* fills {0}; in the arena */
};

/* ERR_INVALID with fault filled when the text is not YAML, or uses what a pack may not use. ret lives in the
 * arena. */
MUST_USE enum err rules_yaml_parse(struct arena *arena, struct str text, struct rules_yaml **ret,
                                   struct rules_yaml_fault *fault);

struct rules_yaml *rules_yaml_get(const struct rules_yaml *map,
                                  const char *key); /* NULL: absent, or not a mapping */
/* Whole numbers only; false when the node is missing, quoted or something else. */
bool rules_yaml_int(const struct rules_yaml *node, int64_t *ret);
/* The node as JSON text (plain true, false, null and whole numbers as such, everything else as text). */
struct str rules_yaml_json(struct arena *arena, const struct rules_yaml *node);

#endif
