/* SPDX-License-Identifier: Apache-2.0
 * dataset_inner: what the files of this folder share. */
#ifndef ANZE_DOMAIN_DATASET_INNER_H
#define ANZE_DOMAIN_DATASET_INNER_H

#include "db/db.h"
#include "domain/dataset/dataset.h"
#include "domain/module.h"

extern const struct field_enum dataset_way_enum, dataset_end_enum, dataset_state_enum;
extern const struct field_table dataset_more_table, dataset_copy_more_table, dataset_change_table,
    dataset_copy_ending_table, dataset_ending_table, dataset_renew_table, dataset_reason_table;
extern const struct db_list dataset_list, dataset_copy_list;

struct dataset {
    int64_t dataset_id, unit_id, version;
    struct str unit_path, dataset_no, dataset_name;
    bool ended;
};
struct dataset_copy {
    int64_t copy_id, dataset_id, parent_copy_id, unit_id;
    struct str unit_path, copy_way, obtained_on;
    bool accepted, ended;
};
/* ERR_NOT_FOUND outside the actor's scope. */
MUST_USE enum err dataset_reach(struct call *call, int64_t dataset_id, struct dataset *ret);
MUST_USE enum err dataset_copy_reach(struct call *call, int64_t copy_id, struct dataset_copy *ret);

MUST_USE enum err dataset_change(struct call *call, int64_t dataset_id, const struct field_record *record);
/* Only when no copy is held any more but the first, which ends with it. */
MUST_USE enum err dataset_end(struct call *call, int64_t dataset_id, const struct field_record *record);
MUST_USE enum err dataset_decline(struct call *call, int64_t copy_id, struct str reason);
MUST_USE enum err dataset_renew(struct call *call, int64_t copy_id, const struct field_record *record);
MUST_USE enum err dataset_copy_end(struct call *call, int64_t copy_id, const struct field_record *record);

/* Copies whose term is near, as many days before as the packs say (threshold dataset.term_notice_days): every
 * night, and for one copy (0: all) whenever its term changed. */
MUST_USE enum err dataset_notice_terms(struct call *call, int64_t copy_id);

/* One data set with all its copies; a holder outside the scope is not named. */
MUST_USE enum err dataset_put(struct call *call, int64_t dataset_id, struct json_writer *w);
/* One copy with what was made from it. */
MUST_USE enum err dataset_put_copy(struct call *call, int64_t copy_id, struct json_writer *w);

#endif
