/* SPDX-License-Identifier: Apache-2.0
 *
 * sample: was the duty telephone of a unit answered? The front that other capabilities see.
 */
#ifndef ANZE_DOMAIN_SAMPLE_H
#define ANZE_DOMAIN_SAMPLE_H

#include "base/call.h"
#include "base/field.h"
#include "base/json.h"

extern const struct field_table sample_call_table;
extern const struct field_table sample_more_table; /* what sample_put writes beside the row */

/* Notes a call. record: sample_call_table. A unit outside the actor's scope is ERR_NOT_FOUND, like a missing
 * one; a day to come is ERR_INVALID. Writes the ledger and touches the unit for the rules. */
MUST_USE enum err sample_note(struct call *call, const struct field_record *record, int64_t *ret_call_id);
/* The members of one call, with the unit's calls before it. */
MUST_USE enum err sample_put(struct call *call, int64_t call_id, struct json_writer *w);

#endif
