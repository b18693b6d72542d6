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
extern const struct field_table pledge_table,
    pledge_scorecard_table; /* what pledge_show and pledge_scorecard write */

struct pledge {
    int64_t pledge_id, document_id, printed_at_ms, account_signed_at_ms, signed_at_ms, scan_attachment_id;
    struct str rule, version, state, verify_code, account_signed_by_name, scan_digest, signed_on;
    bool same_leaders;  /* the leaders it was printed for lead the unit still */
    bool second_factor; /* the account's signature was given with one */
};
/* A stamped letter that was filed at the unit and never printed here, under the text in force and by today's
 * leaders. attachment_id 0: none. */
struct pledge_paper {
    int64_t attachment_id;
    struct str filed_on, digest;
};
/* The newest pledge of a unit that was not replaced; signed: only signed ones. pledge_id 0 when there is
 * none. */
MUST_USE enum err pledge_newest(struct call *call, int64_t unit_id, bool signed_only, struct pledge *ret);
MUST_USE enum err pledge_paper_filed(struct call *call, int64_t unit_id, struct pledge_paper *ret);
/* Does the unit stand by the text in force, or by the version given, signed by its present leaders? */
MUST_USE enum err pledge_stands(struct call *call, int64_t unit_id, struct str version, bool *ret);

/* Freezes the sheet for today's leaders; the same one again while nothing changed. ERR_REFUSED when no leader
 * is recorded. */
MUST_USE enum err pledge_print(struct call *call, int64_t unit_id, int64_t *ret_document_id);
/* Signs what was printed. A unit leader signs by account where the pack says so, with a code of the second
 * factor where it demands one; the stamped scan must have been filed at the unit after printing. Complete
 * when all that the pack demands is there; ERR_REFUSED when this call adds nothing. A wrong code is
 * ERR_INVALID and counts towards the lock of the account: the caller commits what was written (HTTP_KEEP). */
struct pledge_factor {
    struct str code, remote;
};
MUST_USE enum err pledge_sign(struct call *call, int64_t unit_id, const struct pledge_factor *factor,
                              bool *ret_complete);

/* Members into the open object. */
MUST_USE enum err pledge_show(struct call *call, int64_t unit_id, struct json_writer *w);
MUST_USE enum err pledge_scorecard(struct call *call, int64_t unit_id, struct json_writer *w);

#endif
