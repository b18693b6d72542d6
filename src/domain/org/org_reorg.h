/* SPDX-License-Identifier: Apache-2.0
 *
 * org_reorg: units renamed, moved, merged and split: what the files of this capability share; not for other
 * capabilities, which use org.h.
 */
#ifndef ANZE_DOMAIN_ORG_REORG_H
#define ANZE_DOMAIN_ORG_REORG_H

#include "db/db.h"
#include "domain/org/org.h"
#include "http/http.h"

extern const struct field_table org_reorg_table, org_reorg_new_table, org_reorg_undo_table,
    org_responsible_query_table;
extern const struct db_list org_reorg_list;
http_handler org_reorg_preview_post, org_reorg_post, org_reorg_undo_post, org_reorgs, org_responsible;

enum org_reorg_kind { REORG_RENAME, REORG_MOVE, REORG_MERGE, REORG_SPLIT };

struct org_reorg_ids {
    const int64_t *at;
    size_t many;
};
struct org_reorg {
    int64_t reorg_id; /* once it is written */
    enum org_reorg_kind kind;
    struct org_unit unit, target; /* target: the new parent; of a merge, the unit that takes over */
    struct str new_name, new_kind, reason;
    struct str effective_on, last_day;                   /* last_day: the day before */
    struct org_reorg_ids units, people, systems, ranges; /* of a split: what goes */
    int64_t made_unit_id, moved_units, moved_records;
};

/* ---- tables that carry unit_id and unit_path ---- */
const char *const *org_scoped_tables(size_t *ret_many);
/* The holdings of a unit stay with it, as its history. */
bool org_reorg_keeps(const char *table);

/* ---- steps ---- */
MUST_USE enum err org_reorg_read(struct call *call, const struct field_record *body, struct org_reorg *ret);
MUST_USE enum err org_reorg_do(struct call *call, struct org_reorg *r);
MUST_USE enum err org_reorg_undo(struct call *call, int64_t reorg_id, struct str reason);
MUST_USE enum err org_reorg_show(struct call *call, const struct org_reorg *r, struct json_writer *w);
/* What lies at old_path and below goes to new_path; below: the unit itself stays. */
MUST_USE enum err org_reorg_paths(struct call *call, struct str old_path, struct str new_path, bool below,
                                  int64_t *ret_moved);
/* The rows noted under the reorganisation go to the unit. */
MUST_USE enum err org_reorg_rows_to(struct call *call, int64_t reorg_id, const struct org_unit *unit,
                                    int64_t *ret_moved);
/* The path of a unit below another parent. */
struct str org_reorg_path(struct call *call, struct str parent_path, struct str unit_path);
MUST_USE enum err org_reorg_name_free(struct call *call, int64_t parent_id, struct str name,
                                      int64_t but_unit_id);
/* Writes down what the unit is called and under whom it stands, until the day. reorg_id 0: a plain change. */
MUST_USE enum err org_unit_was(struct call *call, int64_t unit_id, struct str until_on, int64_t reorg_id);
/* The day on which a holding ends, known when it begins. */
MUST_USE enum err org_post_until(struct call *call, int64_t post_id, struct str valid_to);

#endif
