/* SPDX-License-Identifier: Apache-2.0
 *
 * dataset: data sets of units, and who holds which copy of them. Source: J4 (whoever holds a copy, by
 * copying, circulation or exchange, answers for it), J3; fields of J13 and J15 as far as a copy shows them.
 */
#ifndef ANZE_DOMAIN_DATASET_H
#define ANZE_DOMAIN_DATASET_H

#include "base/call.h"
#include "base/field.h"

extern const struct field_table dataset_table, dataset_copy_table, dataset_hand_over_table,
    dataset_accept_table;

/* record: dataset_table. Makes the data set and its first copy, which its own unit holds. ERR_INVALID for a
 * unit or system outside the actor's scope. */
MUST_USE enum err dataset_register(struct call *call, const struct field_record *record,
                                   int64_t *ret_dataset_id);
/* The copy that stands for the data set itself. */
MUST_USE enum err dataset_first_copy(struct call *call, int64_t dataset_id, int64_t *ret_copy_id);
/* A copy of this copy goes to another holder (record: dataset_hand_over_table), who then accepts it. */
MUST_USE enum err dataset_hand_over(struct call *call, int64_t copy_id, const struct field_record *record,
                                    int64_t *ret_copy_id);
/* record: dataset_accept_table. ERR_REFUSED when it has been accepted or has ended. */
MUST_USE enum err dataset_accept(struct call *call, int64_t copy_id, const struct field_record *record);

#endif
