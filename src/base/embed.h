/* SPDX-License-Identifier: Apache-2.0
 *
 * embed: files built into the program by cmake/embed.cmake. Paths are as in the tree, less "src/" and
 * "domain/": "org/steps/0001_org.sql", "org/words/zh.json", "base/words/zh.json", "packs/Z.yaml",
 * "packs/calendar/2026.json", "web/dist/index.html". Only programs linked with anze_embedded have them;
 * embed_set is called first thing in main (tests that need files read them from $ANZE_SOURCE instead).
 */
#ifndef ANZE_BASE_EMBED_H
#define ANZE_BASE_EMBED_H

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

struct embed_entry {
    const char *path, *at, *end;
};
extern const struct embed_entry embed_table[]; /* ends with a NULL path; in anze_embedded */

void embed_set(const struct embed_entry *table);
/* The bytes of a built-in file, or false. */
bool embed_find(const char *path, struct str *ret);
/* Calls each for every file whose path starts with prefix, in path order. */
void embed_each(const char *prefix, void (*each)(const char *path, struct str bytes, void *context),
                void *context);

#endif
