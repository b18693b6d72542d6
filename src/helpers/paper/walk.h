/* SPDX-License-Identifier: Apache-2.0
 *
 * walk: JSON as a stream. The outer containers are walked, and what a format calls an item (one finding) is
 * taken whole and given as a small tree. So a file of any size is read with the memory of its largest item.
 * Duplicate keys are faults at every level.
 */
#ifndef ANZE_HELPERS_PAPER_WALK_H
#define ANZE_HELPERS_PAPER_WALK_H

#include "base/json.h"
#include "helpers/paper/work.h"

#define PAPER_WALK_DEPTH 32

struct paper_walk;

struct paper_walk_handler {
    /* An object or array begins: is it an item? Its place is told by paper_walk_key/paper_walk_depth. */
    bool (*take)(struct paper_walk *walk, bool object);
    /* An item; memory is gone after the call. */
    enum err (*item)(struct paper_walk *walk, const struct json *item);
    /* A text, number, true, false or null that is no part of an item; as text. May be NULL. */
    enum err (*value)(struct paper_walk *walk, struct str text);
};

struct paper_walk {
    struct paper_work *work;
    void *context;
    int depth; /* containers that are open */
    struct str keys[PAPER_WALK_DEPTH +
                    1]; /* keys[i]: under which the i-th open container, or the value, stands; "" in arrays */
    int64_t line;       /* where the item or value began */
    bool stop;          /* set by a handler: it has seen enough */
};

/* Reads the work's text (after paper_text_open). `many`: several values may follow each other (JSON lines).
 */
MUST_USE enum err paper_walk(struct paper_work *work, const struct paper_walk_handler *handler, void *context,
                             bool many);
/* Does the container being asked about (or the value) stand under these keys, outermost first? "*" is any, ""
 * an array element. */
bool paper_walk_at(const struct paper_walk *walk, const char *const *keys, int many);

#endif
