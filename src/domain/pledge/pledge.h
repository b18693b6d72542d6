/* SPDX-License-Identifier: Apache-2.0
 *
 * pledge: a unit's pledge of responsibility. The text and its undertakings come from a pack; a sheet is
 * printed for the unit's present leaders, signed (by account, by stamped scan, or both, as the pack demands)
 * and then stands as a scorecard: each undertaking with the duties that prove or break it. Sources: S1, SA1,
 * Z8.
 */
#ifndef ANZE_DOMAIN_PLEDGE_H
#define ANZE_DOMAIN_PLEDGE_H

#include "base/call.h"
#include "base/field.h"
#include "base/json.h"
#include "domain/org/org.h"
#include "rules/rules_form.h"

extern const struct field_enum pledge_state_enum;

struct pledge {
    int64_t pledge_id, document_id, printed_at_ms, account_signed_at_ms, signed_at_ms;
    struct str rule, version, state, verify_code, account_signed_by_name, scan_digest, signed_on;
    bool same_leaders; /* the leaders it was printed for lead the unit still */
};
/* The newest pledge of a unit that was not replaced; signed: only signed ones. pledge_id 0 when there is
 * none. */
MUST_USE enum err pledge_newest(struct call *call, int64_t unit_id, bool signed_only, struct pledge *ret);
/* Does the unit stand by the text in force, signed by its present leaders? */
MUST_USE enum err pledge_stands(struct call *call, int64_t unit_id, bool *ret);

/* Freezes the sheet for today's leaders; the same one again while nothing changed. ERR_REFUSED when no leader
 * is recorded. */
MUST_USE enum err pledge_print(struct call *call, int64_t unit_id, int64_t *ret_document_id);
/* Signs what was printed. A unit leader signs by account where the pack says so; the stamped scan must have
 * been filed at the unit after printing. Complete when all that the pack demands is there; ERR_REFUSED when
 * this call adds nothing. */
MUST_USE enum err pledge_sign(struct call *call, int64_t unit_id, bool *ret_complete);

/* Members into the open object. */
MUST_USE enum err pledge_show(struct call *call, int64_t unit_id, struct json_writer *w);
MUST_USE enum err pledge_scorecard(struct call *call, int64_t unit_id, struct json_writer *w);

#endif
