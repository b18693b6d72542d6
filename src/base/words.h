/* SPDX-License-Identifier: Apache-2.0
 *
 * words: the message table. Every text a person reads is a key here with Chinese and English.
 * Sources: src/base/words, src/<room>/words, src/domain/<capability>/words, each zh.json and en.json: one
 * flat object
 * {"key": "text with {0} {1}"}. They are built into the program; a key in one language and not in the other
 * fails the build's test.
 */
#ifndef ANZE_BASE_WORDS_H
#define ANZE_BASE_WORDS_H

#include "base/call.h"
#include "base/field.h"

/* Adds one file's texts to the table; called once at start, before threads, for each built-in file. */
void words_add(enum call_lang lang, struct str json_text);
/* The text, or the key itself when nobody wrote one. */
struct str words_get(enum call_lang lang, const char *key);
bool words_has(enum call_lang lang, const char *key);
/* With {0} {1} … filled. */
struct str words_fill(struct arena *arena, enum call_lang lang, const char *key, const struct str *args,
                      size_t many);
/* "单位名称：不能为空" style sentence of a fault; the field's label is found through table (may be NULL). */
struct str words_fault(struct call *call, const struct field_table *table, const struct call_fault *fault);
/* The label of a field: "field.<table>.<field>"; else that of the table it is named after (finding_row
 * borrows from finding), else "field.any.<field>"; a field without any is its own name. */
struct str words_label(struct call *call, const char *table, const char *field);
/* The label of a value of a closed list: "enum.<enum>.<identifier>". */
struct str words_enum(struct call *call, const char *enum_name, struct str identifier);
/* The first `most` code points, with … when something was cut off. */
struct str words_clip(struct arena *arena, struct str text, size_t most);
/* All texts of one language as one JSON object (the browser side loads it). */
struct str words_all(struct arena *arena, enum call_lang lang);

#endif
