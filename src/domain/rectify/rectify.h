/* SPDX-License-Identifier: Apache-2.0
 *
 * rectify: from a weakness or a notice to a numbered letter, the unit's answer, the retest and the close-out.
 * Sources: Y5, Z25, S9, J24; the clock is the duty that the packs open, never computed here.
 */
#ifndef ANZE_DOMAIN_RECTIFY_H
#define ANZE_DOMAIN_RECTIFY_H

#include "base/call.h"
#include "base/field.h"

extern const struct field_enum rectify_letter_kind_enum, rectify_letter_state_enum, rectify_source_type_enum,
    rectify_feedback_state_enum, rectify_lateral_result_enum, rectify_request_kind_enum,
    rectify_request_state_enum;
extern const struct field_table rectify_notice_table, rectify_draft_table, rectify_feedback_table;

struct rectify_letter {
    int64_t letter_id, document_id, notice_id, unit_id, findings, acknowledged_at_ms, version;
    struct str letter_kind, unit_path, title, requirements, state, doc_number, severity, due_date;
    bool outside, due_provisional;
};
MUST_USE enum err rectify_get(struct call *call, int64_t letter_id, struct rectify_letter *ret);
/* Inside the scope; a unit does not see drafts. */
MUST_USE enum err rectify_reach(struct call *call, int64_t letter_id, struct rectify_letter *ret);

/* A notice from outside: kept, and made a finding of the unit that it names. record: rectify_notice_table. */
MUST_USE enum err rectify_notice_create(struct call *call, const struct field_record *record,
                                        int64_t *ret_notice_id);
/* Several findings of one unit become a draft. notice_id may be 0. */
MUST_USE enum err rectify_draft(struct call *call, const char *letter_kind, const int64_t *finding_ids,
                                size_t many, int64_t notice_id, struct str requirements,
                                int64_t *ret_letter_id);
/* Rewrites the text of a draft from what its findings say now. */
/* title: STR_NONE keeps it. requirements: one without bytes (.at NULL) keeps them, an empty one clears them.
 */
MUST_USE enum err rectify_redraft(struct call *call, int64_t letter_id, struct str title,
                                  struct str requirements);
/* Numbered and frozen, findings formally notified, the duty opened, the due date read from it. */
MUST_USE enum err rectify_issue(struct call *call, int64_t letter_id);
MUST_USE enum err rectify_withdraw(struct call *call, int64_t letter_id, struct str reason);
MUST_USE enum err rectify_acknowledge(struct call *call, int64_t letter_id);

/* The unit's answer. feedback_id 0 makes one; submit hands it in. record: rectify_feedback_table. */
MUST_USE enum err rectify_feedback_save(struct call *call, int64_t letter_id,
                                        const struct field_record *record, bool submit,
                                        int64_t *ret_feedback_id);
MUST_USE enum err rectify_feedback_decide(struct call *call, int64_t letter_id, int64_t feedback_id,
                                          bool accept, struct str reason);
MUST_USE enum err rectify_feedback_sign(struct call *call, int64_t letter_id, int64_t feedback_id);
/* kind: "extension" (working_days > 0) or "support". */
MUST_USE enum err rectify_request(struct call *call, int64_t letter_id, const char *kind,
                                  int64_t working_days, struct str text, int64_t *ret_request_id);
MUST_USE enum err rectify_request_answer(struct call *call, int64_t letter_id, const char *kind, bool agree,
                                         struct str answer);
/* One other system of the unit was looked at for the same weakness. When all are, the lateral check is done.
 */
MUST_USE enum err rectify_lateral_check(struct call *call, int64_t letter_id, int64_t system_id,
                                        struct str result, struct str note);
/* 销号: refused while a finding is open; the faults name them. */
MUST_USE enum err rectify_close_out(struct call *call, int64_t letter_id);

/* The members of the press description of a letter, and of its feedback sheet. */
MUST_USE enum err rectify_letter_members(struct call *call, const struct rectify_letter *letter,
                                         struct str due_text, struct str *ret);
MUST_USE enum err rectify_sheet_json(struct call *call, const struct rectify_letter *letter, struct str *ret);

#endif
