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

extern const struct field_table org_reorg_table, org_reorg_new_table, org_reorg_undo_table, org_plan_table,
    org_responsible_query_table;
extern const struct field_table org_responsibility_table;
/* What replies hold: org_tables.c; a plan as told, with why it failed; what a reorganisation would move. */
extern const struct field_table org_node_table, org_parent_table, org_posts_table, org_file_table,
    org_that_day_table, org_post_made_table, org_person_made_table, org_range_made_table,
    org_person_more_table, org_revealed_table, org_plan_told_table, org_plan_preview_table,
    org_reorg_preview_table;
extern const struct field_enum org_reorg_kind_enum;
extern const struct db_list org_reorg_list, org_plan_list;
http_handler org_reorg_preview_post, org_reorg_post, org_reorg_undo_post, org_reorgs, org_responsible;
extern const struct field_table org_people_import_query_table, org_people_import_table;
http_handler org_responsibility, org_people_import_prepare, org_people_import, org_people_template;
http_handler org_plan_post, org_plan_get, org_plan_cancel, org_plan_again;

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
    int64_t plan_id; /* when it was planned for this day; then by whom */
    int64_t planned_by;
    struct str planned_by_name;
};
/* For which days is the effective date right? */
enum org_reorg_when { REORG_BY_TODAY, REORG_LATER, REORG_ANY_DAY };

/* ---- tables that carry unit_id and unit_path ---- */
const char *const *org_scoped_tables(size_t *ret_many);
/* The holdings of a unit stay with it, as its history. */
bool org_reorg_keeps(const char *table);
/* Pairs of table and column; ret_many counts pairs. */
const char *const *org_unit_columns(size_t *ret_many);

/* ---- steps ---- */
MUST_USE enum err org_reorg_read(struct call *call, const struct field_record *body, enum org_reorg_when when,
                                 struct org_reorg *ret);
MUST_USE enum err org_reorg_do(struct call *call, struct org_reorg *r);
MUST_USE enum err org_reorg_undo(struct call *call, int64_t reorg_id, struct str reason);
MUST_USE enum err org_reorg_show(struct call *call, const struct org_reorg *r, struct json_writer *w);
MUST_USE enum err org_reorg_count(struct call *call, const struct org_reorg *r, int64_t *ret_units,
                                  int64_t *ret_records);
/* The job of the day: carries out what was planned for today and is still possible. */
MUST_USE enum err org_plan_due(struct call *call);
/* Writes "plans":[…]: what is planned for the unit or into it, and what failed. */
MUST_USE enum err org_plan_put(struct call *call, int64_t unit_id, struct json_writer *w);
/* Columns that name the unit name the other; noted, so that undoing knows them again. */
MUST_USE enum err org_columns_to(struct call *call, const struct org_reorg *r);
MUST_USE enum err org_columns_back(struct call *call, int64_t reorg_id, int64_t from, int64_t to);
/* Notes where a unit stood, for reading the ledger. */
MUST_USE enum err org_moved_note(struct call *call, const struct org_unit *unit, int64_t heir_id,
                                 int64_t reorg_id);
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
