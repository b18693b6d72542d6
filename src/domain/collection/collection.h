/* SPDX-License-Identifier: Apache-2.0
 *
 * collection: what the authority asks units to fill in: launched to chosen units, prefilled with what is
 * known, printed for the stamp, handed in, returned with remarks beside the fields, accepted, exported. What
 * is filled comes from the forms and pledges of the packs; nothing about a form stands in code. Late or
 * missing is suspected concealment until a person decides (S2). Sources: S1, S2, SA1, SA2, SA3.
 */
#ifndef ANZE_DOMAIN_COLLECTION_H
#define ANZE_DOMAIN_COLLECTION_H

#include "base/call.h"
#include "base/field.h"
#include "base/json.h"
#include "helpers/press.h"
#include "rules/rules_form.h"

extern const struct field_enum collection_state_enum, collection_task_state_enum, collection_audience_enum,
    collection_concealment_enum;
extern const struct field_table collection_launch_table, collection_draft_table, collection_return_table;

struct collection_task {
    int64_t task_id, collection_id, unit_id, version, sheet_version, sheet_at_ms, document_id,
        first_handed_at_ms, due_days_left;
    struct str form_id, form_kind, unit_path, unit_name, state, collection_state, due_on, verify_code,
        concealment, title;
    bool late, standing;
};
/* Inside the scope. ERR_NOT_FOUND. */
MUST_USE enum err collection_task_reach(struct call *call, int64_t task_id, struct collection_task *ret);

/* record: collection_launch_table. One task a unit; the due date counts working days from today. */
MUST_USE enum err collection_launch(struct call *call, const struct field_record *record,
                                    int64_t *ret_collection_id);
/* A unit opens a form by itself, without having been asked; the same task again while it is not accepted. */
MUST_USE enum err collection_open_own(struct call *call, struct str form_id, int64_t unit_id,
                                      int64_t *ret_task_id);
MUST_USE enum err collection_close(struct call *call, int64_t collection_id);

/* record: collection_draft_table. What is saved may be incomplete; "version" must be the current one
 * (ERR_CONFLICT). */
MUST_USE enum err collection_save(struct call *call, int64_t task_id, const struct field_record *record);
/* Takes over the unit's last answer to this form, else what is known today. */
MUST_USE enum err collection_no_change(struct call *call, int64_t task_id);
/* Checks every field and freezes the sheet with its code; the same one again while nothing changed. */
MUST_USE enum err collection_print(struct call *call, int64_t task_id, int64_t *ret_document_id);
/* Refused without the stamped scan of the sheet as it stands, where a stamp is required. */
MUST_USE enum err collection_hand_in(struct call *call, int64_t task_id);
/* record: collection_return_table. */
MUST_USE enum err collection_return(struct call *call, int64_t task_id, const struct field_record *record);
MUST_USE enum err collection_accept(struct call *call, int64_t task_id);
/* A person decides about a suspected concealment: a case is proposed, or the suspicion dropped. */
MUST_USE enum err collection_concealment_decide(struct call *call, int64_t task_id, bool agree,
                                                struct str reason);
/* Tells everybody of the units that have not handed in; counts the units. */
MUST_USE enum err collection_remind(struct call *call, int64_t collection_id, int64_t *ret_units);
/* What the passing of a day changes: tasks not handed in by their date are late and suspected. */
MUST_USE enum err collection_sweep(struct call *call);

#endif
