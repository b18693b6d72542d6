/* SPDX-License-Identifier: Apache-2.0
 * app_demo: the fictional example county (示例县). Role names and documentation addresses only; nobody real.
 */
#ifndef ANZE_APP_DEMO_H
#define ANZE_APP_DEMO_H

#include "app/app.h"

struct demo_unit {
    const char *name, *short_name, *kind, *parent; /* parent: name, NULL: the root */
    const char *slug;                              /* of its domain and accounts */
    int net;                                       /* third number of its 10.20.N.0/24; 0: none */
};
extern const struct demo_unit demo_units[];

struct demo {
    struct app *app;
    int64_t root_id;
    int64_t unit_ids[64];
    int many_units;
    int64_t now_ms;
    struct str logins[24], passwords[24], roles[24];
    struct str hashes[24];
    int many_accounts;
};

MUST_USE enum err demo_make_units(struct call *call, void *context);
MUST_USE enum err demo_make_systems(struct call *call, void *context);
MUST_USE enum err demo_make_accounts(struct call *call, void *context);
MUST_USE enum err demo_make_agencies(struct call *call, void *context);
MUST_USE enum err demo_file_evidence(struct call *call, void *context);
/* A collection that runs, its units in every state. */
MUST_USE enum err demo_collect(struct demo *demo);
MUST_USE enum err demo_share_data(struct call *call, void *context);
/* What happened in the last weeks: scans, letters, answers. Each step in its own transaction at its own time.
 */
MUST_USE enum err demo_tell_story(struct demo *demo);

/* A record with text and number values given as "name=value" pairs, NULL-terminated. Values of REF and INT
 * fields are numbers. */
struct field_record demo_record(struct call *call, const struct field_table *table, const char *const *pairs);

#endif
