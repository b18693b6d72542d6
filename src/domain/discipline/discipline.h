/* SPDX-License-Identifier: Apache-2.0
 *
 * discipline: interviews, circulated criticism, shutdown orders, concealment and accountability cases. Rules
 * and officers propose, people decide; nothing leaves the house without the decisions that the case needs,
 * and two of them are two people. Sources: S2, S3, S9, Y5, Y8, J25, J26.
 */
#ifndef ANZE_DOMAIN_DISCIPLINE_H
#define ANZE_DOMAIN_DISCIPLINE_H

#include "base/call.h"
#include "base/field.h"
#include "helpers/press.h"

extern const struct field_enum discipline_kind_enum, discipline_state_enum, discipline_outcome_enum;
extern const struct field_table discipline_case_table, discipline_more_table, discipline_event_table;

struct discipline_case {
    int64_t case_id, unit_id, system_id, finding_id, address_id, letter_id, duty_id, needs, document_id,
        version;
    int64_t meeting_at_ms, held_at_ms, proposed_by, decided1_by, decided2_by, issued_at_ms;
    struct str case_kind, state, title, unit_path, article, rule, reason, facts, requirements, reply_by,
        decide_role;
    struct str interviewer_post, interviewee_posts, place, materials, attendees, minutes, commitments,
        doc_number;
};
MUST_USE enum err discipline_get(struct call *call, int64_t case_id, struct discipline_case *ret);
/* Inside the scope; a unit sees a case only once its paper was issued. */
MUST_USE enum err discipline_reach(struct call *call, int64_t case_id, struct discipline_case *ret);

/* What a proposal says; numbers 0 and texts empty where there is nothing. needs and decide_role are completed
 * here. */
struct discipline_new {
    const char *case_kind;
    int64_t unit_id, system_id, finding_id, address_id, letter_id, duty_id, needs;
    struct str article, rule, reason, facts, requirements, decide_role, interviewer_post, interviewee_posts;
};
MUST_USE enum err discipline_create(struct call *call, const struct discipline_new *made,
                                    int64_t *ret_case_id);
/* An unregistered live address becomes a concealment case (S2). ERR_REFUSED when it has an owner no more or a
 * case already. */
MUST_USE enum err discipline_concealment(struct call *call, int64_t address_id, struct str reason,
                                         int64_t *ret_case_id);

/* The given fields of discipline_change_table. What a decision stood on cannot change under it. */
MUST_USE enum err discipline_change(struct call *call, int64_t case_id, const struct field_record *record);
extern const struct field_table discipline_change_table;
/* A returned case is proposed again. */
MUST_USE enum err discipline_resubmit(struct call *call, int64_t case_id);
/* May this actor decide now? ret_why: a words key when not. */
bool discipline_may_decide(const struct call *call, const struct discipline_case *c, const char **ret_why);
/* agree; or not, with a reason: drop ends the case, else it goes back to be amended. */
MUST_USE enum err discipline_decide(struct call *call, int64_t case_id, bool agree, bool drop,
                                    struct str reason);
/* The official paper, numbered and frozen; only when approved. */
MUST_USE enum err discipline_issue(struct call *call, int64_t case_id);
/* record: discipline_held_table. */
MUST_USE enum err discipline_held(struct call *call, int64_t case_id, const struct field_record *record);
extern const struct field_table discipline_held_table;
MUST_USE enum err discipline_follow_up(struct call *call, int64_t case_id, struct str note,
                                       struct str next_on);
/* outcome: of discipline_outcome_enum; empty: executed, but a shutdown's must be said. An executed shutdown
 * shuts the system down in the register. */
MUST_USE enum err discipline_done(struct call *call, int64_t case_id, struct str outcome, struct str note);

/* ---- papers ---- */
/* The document kind of a case's paper; NULL when it has none. */
const char *discipline_paper_kind(struct str case_kind);
MUST_USE enum err discipline_paper_title(struct call *call, const struct discipline_case *c, struct str *ret);
/* The members of the press description of the paper, and the whole description of the interview's record. */
MUST_USE enum err discipline_paper_members(struct call *call, const struct discipline_case *c,
                                           struct str *ret);
MUST_USE enum err discipline_record_json(struct call *call, const struct discipline_case *c, struct str *ret);

#endif
