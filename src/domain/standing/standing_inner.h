/* SPDX-License-Identifier: Apache-2.0
 *
 * standing_inner: what the files of this folder share.
 */
#ifndef ANZE_DOMAIN_STANDING_INNER_H
#define ANZE_DOMAIN_STANDING_INNER_H

#include "base/json.h"
#include "domain/module.h"

extern const struct field_table standing_evidence_table, standing_evidence_sum_table, standing_table,
    standing_year_table;
http_handler standing_evidence, standing_evidence_sums, standing_get;

struct standing_counts {
    int64_t asked, filed, late;
};
/* Documents asked of the unit in the year: how many lines, how many of them filed, how many late. */
MUST_USE enum err standing_evidence_count(struct call *call, int64_t unit_id, struct standing_counts *ret);

#endif
