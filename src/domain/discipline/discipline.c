/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/discipline/discipline_inner.h"

#include <string.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/document/document.h"
#include "domain/finding/finding.h"
#include "domain/notify/notify.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"

#define COLUMNS                                                                                              \
    "case_id, unit_id, system_id, finding_id, address_id, letter_id, duty_id, needs, document_id, version, " \
    "meeting_at_ms, held_at_ms,"                                                                             \
    " proposed_by, decided1_by, decided2_by, issued_at_ms, case_kind, state, title, unit_path, article, "    \
    "rule, reason, facts, requirements,"                                                                     \
    " reply_by, decide_role, interviewer_post, interviewee_posts, place, materials, attendees, minutes, "    \
    "commitments, doc_number"

enum err discipline_get(struct call *call, int64_t case_id, struct discipline_case *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT " COLUMNS " FROM discipline_case WHERE case_id = $1", db_int(case_id)));
    int64_t *const numbers[] = {
        &ret->case_id,     &ret->unit_id,     &ret->system_id,     &ret->finding_id,
        &ret->address_id,  &ret->letter_id,   &ret->duty_id,       &ret->needs,
        &ret->document_id, &ret->version,     &ret->meeting_at_ms, &ret->held_at_ms,
        &ret->proposed_by, &ret->decided1_by, &ret->decided2_by,   &ret->issued_at_ms};
    struct str *const texts[] = {
        &ret->case_kind,         &ret->state,       &ret->title,       &ret->unit_path,
        &ret->article,           &ret->rule,        &ret->reason,      &ret->facts,
        &ret->requirements,      &ret->reply_by,    &ret->decide_role, &ret->interviewer_post,
        &ret->interviewee_posts, &ret->place,       &ret->materials,   &ret->attendees,
        &ret->minutes,           &ret->commitments, &ret->doc_number};
    const int many_numbers = sizeof(numbers) / sizeof(numbers[0]),
              many_texts = sizeof(texts) / sizeof(texts[0]);
    for (int i = 0; i < many_numbers; i++)
        *numbers[i] = db_col_int(&rows, i);
    for (int i = 0; i < many_texts; i++)
        *texts[i] = db_col_copy(call, &rows, many_numbers + i);
    return ERR_OK;
}

enum err discipline_reach(struct call *call, int64_t case_id, struct discipline_case *ret)
{
    TRY(discipline_get(call, case_id, ret));
    TRY(access_reach(call, ret->unit_path));
    return ret->issued_at_ms || access_is(call, ROLES_AUTHORITY | ROLE_LOCAL_ADMIN) ? ERR_OK : ERR_NOT_FOUND;
}

bool discipline_is(const struct discipline_case *c, const char *state)
{
    return str_is(c->state, state);
}

enum err discipline_record(struct call *call, const struct discipline_case *c, const char *verb,
                           struct str note)
{
    struct call_who who = call_who(call);
    TRY(db_run(call,
               "INSERT INTO discipline_event (case_id, at_ms, actor_id, actor_name, verb, note) VALUES ($1, "
               "$2, $3, $4, $5, $6)",
               db_int(c->case_id), db_int(call->now_ms), db_int(who.user_id), db_str(who.display_name),
               db_c(verb), db_str_or_null(note)));
    rules_touch(call, "case", c->case_id);
    BUF(detail, 65536);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_str(&w, "case_kind", c->case_kind);
    json_put_str(&w, "state", c->state);
    json_put_str(&w, "article", c->article);
    if (c->doc_number.len)
        json_put_str(&w, "doc_number", c->doc_number);
    json_put_str(&w, "note", note);
    json_close_object(&w);
    TRY(buf_check(&detail));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = str_format(call->arena, "case.%s", verb).at,
                                               .subject_kind = "case",
                                               .subject_id = c->case_id,
                                               .unit_id = c->unit_id,
                                               .unit_path = c->unit_path,
                                               .detail = buf_str(&detail)},
                         NULL);
}

enum err discipline_move(struct call *call, struct discipline_case *c, const char *to)
{
    int64_t moved;
    TRY(db_run_counted(
        call, &moved,
        "UPDATE discipline_case SET state = $3, version = version + 1 WHERE case_id = $1 AND state = $2",
        db_int(c->case_id), db_str(c->state), db_c(to)));
    if (!moved)
        return call_fail(call, ERR_CONFLICT, NULL, "discipline.fault.moved");
    c->state = str_of(to);
    return ERR_OK;
}

/* Whose turn it is now. The unit hears of a case when its paper goes out, not before. */
enum err discipline_tell(struct call *call, const struct discipline_case *c, const char *what)
{
    bool for_unit = strcmp(what, "issued") == 0,
         to_decide = strcmp(what, "proposed") == 0 || strcmp(what, "first_agreed") == 0;
    unsigned roles = for_unit ? ROLES_UNIT : ROLE_COUNTY_OFFICER | ROLE_OFFICE_DIRECTOR;
    if (to_decide)
        roles = access_role_of(c->decide_role) |
                (str_is(c->interviewer_post, "office_director") ? ROLE_OFFICE_DIRECTOR : 0u);
    struct notify_message message = {
        .key = str_format(call->arena, "discipline.notify.%s", what).at,
        .args = {c->title, for_unit ? c->doc_number : c->reason},
        .url = str_format(call->arena, "/cases/%lld", (long long)c->case_id),
        .subject_kind = "case",
        .subject_id = c->case_id,
        .once =
            str_format(call->arena, "case:%lld:%s:%lld", (long long)c->case_id, what, (long long)c->version),
    };
    if (strcmp(what, "proposed") != 0 || !c->rule.len)
        return notify_users(call, roles, for_unit ? c->unit_id : 0, &message);
    /* A morning on which forty systems fall late is one message to the leader, not forty. */
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    message.once = str_format(call->arena, "cases:%.*s:%s", STR_ARG(c->case_kind), today.text);
    message.url = STR("/cases?state=proposed,first_agreed");
    return notify_together(call, roles, 0, &message);
}

/* ---- proposing ---- */

static enum err title_of(struct call *call, const struct discipline_new *made, const struct org_unit *unit,
                         struct str *ret)
{
    struct str name = unit->short_name.len ? unit->short_name : unit->unit_name;
    struct registry_system system;
    if (made->system_id && strcmp(made->case_kind, "shutdown") == 0) {
        TRY(registry_system_get(call, made->system_id, &system));
        name = system.system_name;
    }
    const char *key = str_format(call->arena, "discipline.title.%s", made->case_kind).at;
    *ret = words_fill(call->arena, CALL_ZH, key, &name, 1);
    return ERR_OK;
}

/* Two different people for what cannot be taken back, whatever a pack says. */
static int64_t needs_of(const struct discipline_new *made)
{
    bool grave = strcmp(made->case_kind, "criticism") == 0 || strcmp(made->case_kind, "shutdown") == 0;
    return grave || made->needs >= 2 ? 2 : 1;
}

static enum err insert_case(struct call *call, const struct discipline_new *made, const struct org_unit *unit,
                            struct str title, int64_t *ret_case_id)
{
    struct call_who who = call_who(call);
    if (made->rule.len) { /* whoever's act made the rule fire did not propose anything */
        who.user_id = 0;
        who.display_name = words_get(CALL_ZH, "discipline.by_rule");
    }
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO discipline_case (case_kind, state, title, unit_id, unit_path, system_id, "
               "finding_id, address_id, letter_id, duty_id,"
               " article, rule, reason, facts, requirements, needs, decide_role, interviewer_post, "
               "interviewee_posts, proposed_by,"
               " proposed_by_name, proposed_at_ms) VALUES ($1, 'proposed', $2, $3, $4, $5, $6, $7, $8, $9, "
               "$10, $11, $12, $13, $14, $15, $16, $17,"
               " $18, $19, $20, $21) RETURNING case_id",
               db_c(made->case_kind), db_str(title), db_int(unit->unit_id), db_str(unit->unit_path),
               db_int_or_null(made->system_id), db_int_or_null(made->finding_id),
               db_int_or_null(made->address_id), db_int_or_null(made->letter_id),
               db_int_or_null(made->duty_id), db_str_or_null(made->article), db_str_or_null(made->rule),
               db_str(made->reason), db_str(made->facts.len ? made->facts : made->reason),
               db_str_or_null(made->requirements), db_int(needs_of(made)),
               db_str(access_role_of(made->decide_role) ? made->decide_role : STR("bureau_leader")),
               db_str_or_null(made->interviewer_post), db_str_or_null(made->interviewee_posts),
               db_int(who.user_id), db_str(who.display_name), db_int(call->now_ms)));
    *ret_case_id = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err discipline_create(struct call *call, const struct discipline_new *made, int64_t *ret_case_id)
{
    struct org_unit unit;
    struct str title;
    struct discipline_case c;
    TRY(org_unit_get(call, made->unit_id, &unit));
    TRY(title_of(call, made, &unit, &title));
    TRY(insert_case(call, made, &unit, title, ret_case_id));
    TRY(discipline_get(call, *ret_case_id, &c));
    TRY(discipline_record(call, &c, "proposed", c.reason));
    return discipline_tell(call, &c, "proposed");
}

enum err discipline_concealment(struct call *call, int64_t address_id, struct str reason,
                                int64_t *ret_case_id)
{
    int64_t running;
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT unit_id, unit_path, state, COALESCE(ip, host_name) FROM finding_address WHERE "
               "address_id = $1",
               db_int(address_id)));
    TRY(access_reach(call, db_col_str(&rows, 1)));
    int64_t unit_id = db_col_int(&rows, 0);
    bool settled =
        !str_is(db_col_str(&rows, 2), "unregistered") && !str_is(db_col_str(&rows, 2), "explained");
    struct str place = db_col_copy(call, &rows, 3);
    db_rows_close(&rows);
    if (!unit_id)
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.no_owner");
    TRY(db_get_int(
        call, &running, 0,
        "SELECT case_id FROM discipline_case WHERE address_id = $1 AND state NOT IN ('dropped', 'done')",
        db_int(address_id)));
    if (settled || running)
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.address_settled");
    struct str facts = words_fill(call->arena, CALL_ZH, "discipline.facts.address", &place, 1);
    struct discipline_new made = {.case_kind = "concealment",
                                  .unit_id = unit_id,
                                  .address_id = address_id,
                                  .article = STR("S2"),
                                  .reason = reason,
                                  .facts = facts};
    TRY(discipline_create(call, &made, ret_case_id));
    return finding_address_settle(call, address_id, "concealment_case", 0, reason);
}

/* ---- amending ---- */

/* What the deciders agreed to; only before the first of them did. */
static bool changes_ground(const struct field_record *record)
{
    static const char *const ground[] = {"facts", "interviewer_post", "interviewee_posts"};
    for (size_t i = 0; i < sizeof(ground) / sizeof(ground[0]); i++)
        if (field_get(record, ground[i])->given)
            return true;
    return false;
}

static enum err check_posts(struct call *call, struct str posts)
{
    struct str part;
    while (str_cut(&posts, ',', &part)) {
        bool known = false;
        for (int i = 0; org_post_kind_enum.names[i] && !known; i++)
            known = str_is(str_trim(part), org_post_kind_enum.names[i]);
        if (!known)
            return call_fail(call, ERR_INVALID, "interviewee_posts", "discipline.fault.post", part);
    }
    return ERR_OK;
}

enum err discipline_change(struct call *call, int64_t case_id, const struct field_record *record)
{
    struct discipline_case c;
    TRY(discipline_reach(call, case_id, &c));
    bool open = discipline_is(&c, "proposed") || discipline_is(&c, "returned");
    bool preparing = open || (discipline_is(&c, "approved") && !c.issued_at_ms);
    bool following = field_get(record, "follow_up_on")->given &&
                     (discipline_is(&c, "held") || discipline_is(&c, "approved"));
    if (changes_ground(record) && !open)
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.decided_on");
    if (!preparing && !following)
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.not_now");
    if (field_get(record, "facts")->given && field_str(record, "facts").len == 0)
        return call_fail(call, ERR_INVALID, "facts", "fault.required");
    TRY(check_posts(call, field_str(record, "interviewee_posts")));
    struct db_extra extra[] = {{"version", db_int(c.version + 1)}};
    TRY(db_update(call, "discipline_case", "case_id", case_id, record, extra, 1));
    TRY(discipline_get(call, case_id, &c));
    return discipline_record(call, &c, "changed", STR_NONE);
}

enum err discipline_resubmit(struct call *call, int64_t case_id)
{
    struct discipline_case c;
    TRY(discipline_reach(call, case_id, &c));
    if (!discipline_is(&c, "returned"))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.not_returned");
    TRY(discipline_move(call, &c, "proposed"));
    TRY(db_run(call,
               "UPDATE discipline_case SET decided1_by = NULL, decided1_name = NULL, decided1_at_ms = NULL, "
               "decided1_reason = NULL,"
               " decided2_by = NULL,"
               " decided2_name = NULL, decided2_at_ms = NULL, refused_reason = NULL, proposed_by = $2, "
               "proposed_by_name = $3 WHERE case_id = $1",
               db_int(case_id), db_int(call_who(call).user_id), db_str(call_who(call).display_name)));
    TRY(discipline_get(call, case_id, &c));
    TRY(discipline_record(call, &c, "resubmitted", STR_NONE));
    return discipline_tell(call, &c, "proposed");
}

/* ---- deciding ---- */

bool discipline_may_decide(const struct call *call, const struct discipline_case *c, const char **ret_why)
{
    unsigned roles = access_role_of(c->decide_role);
    bool by_office = str_is(c->case_kind, "interview") && str_is(c->interviewer_post, "office_director");
    int64_t me = call_who(call).user_id;
    *ret_why = NULL;
    if (!access_is(call, roles | (by_office ? ROLE_OFFICE_DIRECTOR : 0u)))
        *ret_why = "discipline.fault.not_your_decision";
    else if (!discipline_is(c, "proposed") && !discipline_is(c, "first_agreed"))
        *ret_why = "discipline.fault.not_waiting";
    else if (c->proposed_by && c->proposed_by == me)
        *ret_why = "discipline.fault.own_proposal";
    else if (c->decided1_by && c->decided1_by == me)
        *ret_why = "discipline.fault.second_person";
    return *ret_why == NULL;
}

static enum err refuse(struct call *call, struct discipline_case *c, bool drop, struct str reason)
{
    if (reason.len == 0)
        return call_fail(call, ERR_INVALID, "reason", "fault.required");
    TRY(discipline_move(call, c, drop ? "dropped" : "returned"));
    TRY(db_run(call,
               "UPDATE discipline_case SET refused_reason = $2, decided2_by = $3, decided2_name = $4, "
               "decided2_at_ms = $5 WHERE case_id = $1",
               db_int(c->case_id), db_str(reason), db_int(call_who(call).user_id),
               db_str(call_who(call).display_name), db_int(call->now_ms)));
    TRY(discipline_record(call, c, drop ? "dropped" : "returned", reason));
    return discipline_tell(call, c, drop ? "dropped" : "returned");
}

static enum err settle_address(struct call *call, const struct discipline_case *c)
{
    int64_t waiting;
    if (!c->address_id)
        return ERR_OK;
    TRY(db_get_int(call, &waiting, 0,
                   "SELECT address_id FROM finding_address WHERE address_id = $1 AND state = 'unregistered'",
                   db_int(c->address_id)));
    return waiting ? finding_address_settle(call, c->address_id, "concealment_case", 0, c->title) : ERR_OK;
}

static enum err agree_first(struct call *call, struct discipline_case *c, bool last, struct str reason)
{
    TRY(discipline_move(call, c, last ? "approved" : "first_agreed"));
    return db_run(call,
                  "UPDATE discipline_case SET decided1_by = $2, decided1_name = $3, decided1_at_ms = $4, "
                  "approved_at_ms = $5, decided1_reason = $6"
                  " WHERE case_id = $1",
                  db_int(c->case_id), db_int(call_who(call).user_id), db_str(call_who(call).display_name),
                  db_int(call->now_ms), last ? db_int(call->now_ms) : db_null(), db_str_or_null(reason));
}

static enum err agree_second(struct call *call, struct discipline_case *c, struct str reason)
{
    TRY(discipline_move(call, c, "approved"));
    return db_run(call,
                  "UPDATE discipline_case SET decided2_by = $2, decided2_name = $3, decided2_at_ms = $4, "
                  "approved_at_ms = $4, decided2_reason = $5"
                  " WHERE case_id = $1",
                  db_int(c->case_id), db_int(call_who(call).user_id), db_str(call_who(call).display_name),
                  db_int(call->now_ms), db_str_or_null(reason));
}

enum err discipline_decide(struct call *call, int64_t case_id, bool agree, bool drop, struct str reason)
{
    struct discipline_case c;
    const char *why;
    TRY(discipline_reach(call, case_id, &c));
    if (!discipline_may_decide(call, &c, &why)) {
        /* Who agreed first may still take it back, and what was returned may be given up. */
        bool own_first = !agree && strcmp(why, "discipline.fault.second_person") == 0;
        bool give_up = !agree && drop && discipline_is(&c, "returned") &&
                       strcmp(why, "discipline.fault.not_waiting") == 0;
        if (!own_first && !give_up)
            return call_fail(
                call, strcmp(why, "discipline.fault.not_your_decision") == 0 ? ERR_FORBIDDEN : ERR_REFUSED,
                NULL, why);
    }
    if (!agree)
        return refuse(call, &c, drop, reason);
    bool second = discipline_is(&c, "first_agreed"), last = second || c.needs < 2;
    TRY(second ? agree_second(call, &c, reason) : agree_first(call, &c, last, reason));
    TRY(discipline_record(call, &c, last ? "approved" : "first_agreed", reason));
    if (last)
        TRY(settle_address(call, &c));
    return discipline_tell(call, &c, last ? "approved" : "first_agreed");
}

/* ---- the paper ---- */

static enum err check_ready(struct call *call, const struct discipline_case *c)
{
    if (!discipline_is(c, "approved"))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.not_approved");
    if (c->issued_at_ms)
        return call_fail(call, ERR_REFUSED, NULL, "document.fault.issued");
    if (!discipline_paper_kind(c->case_kind))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.no_paper");
    if (!str_is(c->case_kind, "interview"))
        return ERR_OK;
    int64_t before = call->faults_count;
    if (!c->meeting_at_ms)
        (void)call_fail(call, ERR_INVALID, "meeting_at_ms", "fault.required");
    else if (c->meeting_at_ms < call->now_ms)
        (void)call_fail(call, ERR_INVALID, "meeting_at_ms", "discipline.fault.meeting_past");
    if (!c->place.len)
        (void)call_fail(call, ERR_INVALID, "place", "fault.required");
    if (!c->interviewer_post.len)
        (void)call_fail(call, ERR_INVALID, "interviewer_post", "fault.required");
    if (!c->interviewee_posts.len)
        (void)call_fail(call, ERR_INVALID, "interviewee_posts", "fault.required");
    return call->faults_count == before ? ERR_OK : ERR_INVALID;
}

static enum err write_paper(struct call *call, struct discipline_case *c)
{
    struct str members, title;
    TRY(discipline_paper_title(call, c, &title));
    TRY(discipline_paper_members(call, c, &members));
    struct document_draft draft = {.kind = discipline_paper_kind(c->case_kind),
                                   .title = title,
                                   .unit_id = c->unit_id,
                                   .unit_path = c->unit_path,
                                   .subject_kind = "case",
                                   .subject_id = c->case_id,
                                   .members = members};
    return document_write(call, &draft, &c->document_id);
}

enum err discipline_issue(struct call *call, int64_t case_id)
{
    struct discipline_case c;
    struct org_unit root;
    struct str code;
    TRY(discipline_reach(call, case_id, &c));
    TRY(check_ready(call, &c));
    TRY(write_paper(call, &c));
    TRY(org_root(call, &root));
    TRY(document_issue(call, c.document_id, root.issuer_code.len ? root.issuer_code : STR("网安督"),
                       &c.doc_number, &code));
    TRY(db_run(call,
               "UPDATE discipline_case SET document_id = $2, doc_number = $3, issued_at_ms = $4, version = "
               "version + 1 WHERE case_id = $1",
               db_int(case_id), db_int(c.document_id), db_str(c.doc_number), db_int(call->now_ms)));
    TRY(discipline_record(call, &c, "paper_issued", c.doc_number));
    return discipline_tell(call, &c, "issued");
}

/* ---- after the paper ---- */

enum err discipline_held(struct call *call, int64_t case_id, const struct field_record *record)
{
    struct discipline_case c;
    TRY(discipline_reach(call, case_id, &c));
    if (!str_is(c.case_kind, "interview"))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.not_an_interview");
    if (!discipline_is(&c, "approved") || !c.issued_at_ms)
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.invite_first");
    int64_t held = field_int(record, "held_at_ms", c.meeting_at_ms);
    if (held > call->now_ms)
        held = field_get(record, "held_at_ms")->given ? held : call->now_ms; /* held earlier than planned */
    if (held > call->now_ms)
        return call_fail(call, ERR_INVALID, "held_at_ms", "discipline.fault.held_future");
    TRY(discipline_move(call, &c, "held"));
    TRY(db_update(call, "discipline_case", "case_id", case_id, record, NULL, 0));
    TRY(db_run(call, "UPDATE discipline_case SET held_at_ms = $2 WHERE case_id = $1", db_int(case_id),
               db_int(held)));
    return discipline_record(call, &c, "held", STR_NONE);
}

enum err discipline_follow_up(struct call *call, int64_t case_id, struct str note, struct str next_on)
{
    struct discipline_case c;
    TRY(discipline_reach(call, case_id, &c));
    if (!c.issued_at_ms || discipline_is(&c, "done"))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.not_now");
    TRY(db_run(call, "UPDATE discipline_case SET follow_up_on = $2, version = version + 1 WHERE case_id = $1",
               db_int(case_id), db_str_or_null(next_on)));
    return discipline_record(call, &c, "followed_up", note);
}

/* What was ordered and done must also stand in the register. */
static enum err shut_down(struct call *call, const struct discipline_case *c)
{
    struct registry_system system;
    TRY(registry_system_reach(call, c->system_id, &system));
    if (str_is(system.lifecycle_status, "shutdown") || str_is(system.lifecycle_status, "retired"))
        return ERR_OK;
    return registry_lifecycle(call, c->system_id, STR("shutdown"), c->doc_number);
}

enum err discipline_done(struct call *call, int64_t case_id, struct str outcome, struct str note)
{
    struct discipline_case c;
    TRY(discipline_reach(call, case_id, &c));
    bool interview = str_is(c.case_kind, "interview"), paper = discipline_paper_kind(c.case_kind) != NULL;
    if (outcome.len == 0 && str_is(c.case_kind, "shutdown"))
        return call_fail(call, ERR_INVALID, "outcome",
                         "fault.required"); /* it says whether the register changes */
    outcome = outcome.len ? outcome : STR("executed");
    if (interview && !discipline_is(&c, "held"))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.hold_first");
    if (!interview && (!discipline_is(&c, "approved") || (paper && !c.issued_at_ms)))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.issue_first");
    TRY(discipline_move(call, &c, "done"));
    TRY(db_run(
        call,
        "UPDATE discipline_case SET done_at_ms = $2, outcome = $3, follow_up_on = NULL WHERE case_id = $1",
        db_int(case_id), db_int(call->now_ms), db_str(outcome)));
    if (str_is(c.case_kind, "shutdown") && c.system_id && str_is(outcome, "executed"))
        TRY(shut_down(call, &c));
    return discipline_record(call, &c, "done", note);
}
