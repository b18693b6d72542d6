/* SPDX-License-Identifier: Apache-2.0
 * An import at work: shared by reading rows and by telling what they change. */
#ifndef ANZE_DOMAIN_REGISTRY_APPLY_H
#define ANZE_DOMAIN_REGISTRY_APPLY_H

#include "domain/registry/registry_inner.h"
#include "domain/registry/registry_sheet.h"

#define UNITS_REMEMBERED 64
#define ADDRESSES_A_ROW  64
#define LOOK_EACH_MAX    200 /* more systems than this are looked at all at once */

struct known_unit {
    struct str name;
    struct org_unit unit;
    enum err word;
};

struct met { /* a system of this sheet, and the row that named it first */
    int64_t system_id, row;
};

struct apply {
    struct call *call;
    const struct registry_sheet *sheet;
    struct registry_import *report;
    struct known_unit units[UNITS_REMEMBERED];
    size_t many_units, next_unit;
    struct met *met; /* open-addressed */
    size_t room;
    int64_t written[LOOK_EACH_MAX];
    size_t many_written; /* beyond LOOK_EACH_MAX only counted */
    int64_t row;         /* the one at hand */
};

struct row_records {
    struct field_record system;
    struct field_record endpoints[ADDRESSES_A_ROW];
    size_t many_endpoints;
    int64_t system_id; /* 0: a new one */
    struct registry_system known;
    struct field_record stored;
    bool open; /* the actor sees people's data in it */
};

/* Something left out or odd; nothing is refused for it. key: words with {0}. */
void registry_apply_note(struct apply *apply, const char *field, struct str text);
void registry_apply_note_key(struct apply *apply, const char *field, const char *key, struct str first);
registry_warning registry_apply_take_warning; /* context: the apply */
/* A row that creates or changes. NULL when it is not collected; it is counted all the same. */
struct registry_diff_row *registry_apply_diff_row(struct apply *apply, enum registry_action action);
/* The given values of a record that is about to be written, beside the stored ones; its addresses. */
MUST_USE enum err registry_apply_diff_values(struct apply *apply, struct registry_diff_row *into,
                                             const struct row_records *row);
void registry_apply_diff_addresses(struct apply *apply, struct registry_diff_row *into,
                                   const struct row_records *row);

#endif
