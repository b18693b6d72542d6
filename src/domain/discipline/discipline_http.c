/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/discipline/discipline_inner.h"
#include "domain/module.h"

#include "base/clock.h"
#include "domain/attachment/attachment.h"
#include "domain/document/document.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"

/* ---- lists ---- */

static const struct db_filter filters[] = {
    {"case_kind", "c.case_kind = $$", FIELD_ENUM, &discipline_kind_enum},
    {"state", "c.state = $$", FIELD_ENUM, &discipline_state_enum},
    {"unit_id", "c.unit_id = $$", FIELD_INT, NULL},
    {"system_id", "c.system_id = $$", FIELD_INT, NULL},
    {"letter_id", "c.letter_id = $$", FIELD_INT, NULL},
    {"waiting", "(c.state IN ('proposed', 'first_agreed'))", FIELD_BOOL, NULL},
    {"running", "(c.state NOT IN ('dropped', 'done'))", FIELD_BOOL, NULL},
};
static const struct db_sort sorts[] = {
    {"case_id", "c.case_id"},     {"proposed_at_ms", "c.proposed_at_ms"}, {"state", "c.state"},
    {"case_kind", "c.case_kind"}, {"unit_name", "u.unit_name"},
};
#define SELECT                                                                                               \
    "SELECT c.case_id, c.case_kind, c.state, c.title, c.unit_id, u.unit_name, c.system_id, s.system_name, "  \
    "c.finding_id, c.address_id,"                                                                            \
    " c.letter_id, c.duty_id, c.article, c.rule, c.reason, c.facts, c.requirements, c.reply_by, c.needs, "   \
    "c.decide_role, c.interviewer_post,"                                                                     \
    " c.interviewee_posts, c.meeting_at_ms, c.place, c.materials, c.held_at_ms, c.attendees, c.minutes, "    \
    "c.commitments, c.follow_up_on,"                                                                         \
    " c.outcome, c.proposed_at_ms, c.approved_at_ms, c.document_id, c.doc_number, c.issued_at_ms, "          \
    "c.done_at_ms, c.version, c.unit_path,"                                                                  \
    " c.proposed_by_name, c.decided1_name, c.decided1_at_ms, c.decided2_name, c.decided2_at_ms, "            \
    "c.refused_reason, c.decided1_reason,"                                                                   \
    " c.decided2_reason FROM discipline_case c"                                                              \
    " JOIN org_unit u ON u.unit_id = c.unit_id LEFT JOIN info_system s ON s.system_id = c.system_id"
#define AFTER_COLUMNS 39
#define LIST_REST                                                                                            \
    .columns = &discipline_case_table, .select = SELECT, .scope = "c.unit_path", .key = "c.case_id",         \
    .default_sort = "-case_id", .filters = filters, .many_filters = sizeof(filters) / sizeof(filters[0]),    \
    .sorts = sorts, .many_sorts = 5,                                                                         \
    .search = "(c.title LIKE $$ OR u.unit_name LIKE $$ OR s.system_name LIKE $$ OR c.doc_number LIKE $$)"
static const struct db_list whole_list = {LIST_REST};
/* What units see, and what is exported: cases whose paper went out. */
static const struct db_list issued_list = {LIST_REST, .where = "c.issued_at_ms IS NOT NULL"};

static enum err case_rows(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    return db_list(call, access_is(call, ROLES_AUTHORITY) ? &whole_list : &issued_list, &ask, x->out, NULL);
}

/* ---- one ---- */

static enum err put_holder(struct call *call, struct json_writer *w, int64_t unit_id, struct str post_kind)
{
    struct org_person person;
    TRY(org_post_holder(call, unit_id, str_c(call->arena, post_kind), 0, &person));
    json_open_object(w, NULL);
    json_put_str(w, "post_kind", post_kind);
    json_put_int(w, "unit_id", unit_id);
    if (person.person_id)
        org_put_person(call, w, &person);
    else
        json_put_null(w, "person_id");
    json_close_object(w);
    return ERR_OK;
}

static enum err put_people(struct call *call, const struct discipline_case *c, struct json_writer *w)
{
    struct org_unit root;
    struct str part, posts = c->interviewee_posts;
    TRY(org_root(call, &root));
    json_open_array(w, "interviewers");
    if (c->interviewer_post.len)
        TRY(put_holder(call, w, root.unit_id, c->interviewer_post));
    json_close_array(w);
    json_open_array(w, "interviewees");
    while (str_cut(&posts, ',', &part))
        TRY(put_holder(call, w, c->unit_id, str_trim(part)));
    json_close_array(w);
    return ERR_OK;
}

/* Who agreed and why it went back: the authority's own business. */
static void put_decisions(struct json_writer *w, const struct db_rows *rows)
{
    json_put_str(w, "proposed_by_name", db_col_str(rows, AFTER_COLUMNS));
    json_put_str(w, "decided1_by", db_col_str(rows, AFTER_COLUMNS + 1));
    json_put_int(w, "decided1_at_ms", db_col_int(rows, AFTER_COLUMNS + 2));
    json_put_str(w, "decided2_by", db_col_str(rows, AFTER_COLUMNS + 3));
    json_put_int(w, "decided2_at_ms", db_col_int(rows, AFTER_COLUMNS + 4));
    json_put_str(w, "refused_reason", db_col_str(rows, AFTER_COLUMNS + 5));
    json_put_str(w, "decided1_reason", db_col_str(rows, AFTER_COLUMNS + 6));
    json_put_str(w, "decided2_reason", db_col_str(rows, AFTER_COLUMNS + 7));
}

/* What this person may do now: the buttons of the page. */
static void put_may(struct call *call, const struct discipline_case *c, struct json_writer *w)
{
    const char *why;
    bool officer = access_is(call, ROLE_COUNTY_OFFICER | ROLE_OFFICE_DIRECTOR),
         approved = str_is(c->state, "approved");
    bool interview = str_is(c->case_kind, "interview"), paper = discipline_paper_kind(c->case_kind) != NULL;
    bool decide = discipline_may_decide(call, c, &why);
    json_open_object(w, "may");
    json_put_bool(w, "decide", decide);
    json_put_c(w, "decide_not", decide ? NULL : why);
    json_put_bool(w, "change",
                  officer && (str_is(c->state, "proposed") || str_is(c->state, "returned") ||
                              (approved && !c->issued_at_ms)));
    json_put_bool(w, "resubmit", officer && str_is(c->state, "returned"));
    json_put_bool(w, "invite", officer && approved && paper && !c->issued_at_ms);
    json_put_bool(w, "hold", officer && interview && approved && c->issued_at_ms);
    json_put_bool(w, "finish",
                  officer &&
                      (interview ? str_is(c->state, "held") : approved && (!paper || c->issued_at_ms)));
    json_close_object(w);
}

static enum err put_due(struct call *call, const struct discipline_case *c, struct json_writer *w)
{
    struct rules_duty duty;
    enum err word = rules_duty_nearest(call, "case", c->case_id, &duty);
    if (word == ERR_NOT_FOUND) {
        json_put_null(w, "due_date");
        return ERR_OK;
    }
    TRY(word);
    json_put_str(w, "due_date", duty.due_on);
    json_put_bool(w, "due_provisional", duty.provisional);
    json_put_bool(w, "late", duty.late);
    return ERR_OK;
}

static enum err put_case(struct call *call, int64_t case_id, struct json_writer *w)
{
    struct discipline_case c;
    struct str cite = STR_NONE;
    int64_t files;
    TRY(discipline_reach(call, case_id, &c));
    DB_ROWS(rows);
    TRY(db_one(call, &rows, SELECT " WHERE c.case_id = $1", db_int(case_id)));
    db_put_row(w, &rows, &discipline_case_table);
    bool authority = access_is(call, ROLES_AUTHORITY | ROLE_LOCAL_ADMIN);
    if (authority)
        put_decisions(w, &rows);
    db_rows_close(&rows);
    if (c.article.len && rules_cite(call, str_c(call->arena, c.article), &cite) != ERR_OK)
        cite = STR_NONE;
    json_put_str(w, "cite", cite);
    TRY(attachment_count(call, "case", case_id, &files));
    json_put_int(w, "attachments", files);
    TRY(put_due(call, &c, w));
    TRY(put_people(call, &c, w));
    put_may(call, &c, w);
    if (!authority)
        return ERR_OK;
    return db_put_rows(
        call, w, "events", &discipline_event_table,
        "SELECT at_ms, actor_name, verb, note FROM discipline_event WHERE case_id = $1 ORDER BY event_id",
        db_int(case_id));
}

static enum err case_one(struct call *call, struct http_exchange *x)
{
    return put_case(call, x->ids[0], x->out);
}

/* ---- proposing by hand ---- */

static enum err case_post(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    struct registry_system system;
    int64_t case_id;
    struct discipline_new made = {
        .case_kind = str_c(call->arena, field_str(&x->body, "case_kind")),
        .unit_id = field_int(&x->body, "unit_id", 0),
        .system_id = field_int(&x->body, "system_id", 0),
        .finding_id = field_int(&x->body, "finding_id", 0),
        .letter_id = field_int(&x->body, "letter_id", 0),
        .article = field_str(&x->body, "article"),
        .reason = field_str(&x->body, "reason"),
        .facts = field_str(&x->body, "facts"),
        .requirements = field_str(&x->body, "requirements"),
        .interviewer_post = field_str(&x->body, "interviewer_post"),
        .interviewee_posts = field_str(&x->body, "interviewee_posts"),
    };
    if (org_unit_reach(call, made.unit_id, &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "discipline.fault.unit_unknown");
    if (made.system_id &&
        (registry_system_reach(call, made.system_id, &system) != ERR_OK || system.unit_id != made.unit_id))
        return call_fail(call, ERR_INVALID, "system_id", "discipline.fault.system_unknown");
    if (str_is(field_str(&x->body, "case_kind"), "shutdown") && !made.system_id)
        return call_fail(call, ERR_INVALID, "system_id", "fault.required");
    TRY(discipline_create(call, &made, &case_id));
    return put_case(call, case_id, x->out);
}

static const struct field reason_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 4, .max = 500}};
static const struct field_table reason_table = FIELD_TABLE("concealment_reason", reason_fields);

static enum err address_concealment(struct call *call, struct http_exchange *x)
{
    int64_t case_id;
    TRY(discipline_concealment(call, x->ids[0], field_str(&x->body, "reason"), &case_id));
    return put_case(call, case_id, x->out);
}

/* ---- steps ---- */

static enum err case_patch(struct call *call, struct http_exchange *x)
{
    TRY(discipline_change(call, x->ids[0], &x->body));
    return put_case(call, x->ids[0], x->out);
}

static enum err case_resubmit(struct call *call, struct http_exchange *x)
{
    TRY(discipline_resubmit(call, x->ids[0]));
    return put_case(call, x->ids[0], x->out);
}

static const struct field decide_fields[] = {
    {.name = "agree", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "drop", .type = FIELD_BOOL},
    {.name = "reason", .type = FIELD_TEXT, .max = 500},
};
static const struct field_table decide_table = FIELD_TABLE("case_decision", decide_fields);

static enum err case_decide(struct call *call, struct http_exchange *x)
{
    TRY(discipline_decide(call, x->ids[0], field_int(&x->body, "agree", 0) != 0,
                          field_int(&x->body, "drop", 0) != 0, field_str(&x->body, "reason")));
    return put_case(call, x->ids[0], x->out);
}

/* Time and place may come along with the order to issue. */
static enum err case_invitation(struct call *call, struct http_exchange *x)
{
    bool given = false;
    for (size_t i = 0; i < x->body.table->many; i++)
        given |= x->body.values[i].given;
    if (given)
        TRY(discipline_change(call, x->ids[0], &x->body));
    TRY(discipline_issue(call, x->ids[0]));
    return put_case(call, x->ids[0], x->out);
}

static enum err case_held(struct call *call, struct http_exchange *x)
{
    TRY(discipline_held(call, x->ids[0], &x->body));
    return put_case(call, x->ids[0], x->out);
}

static const struct field follow_fields[] = {
    {.name = "note", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 2000},
    {.name = "follow_up_on", .type = FIELD_DATE},
};
static const struct field_table follow_table = FIELD_TABLE("case_follow_up", follow_fields);

static enum err case_follow_up(struct call *call, struct http_exchange *x)
{
    TRY(discipline_follow_up(call, x->ids[0], field_str(&x->body, "note"),
                             field_str(&x->body, "follow_up_on")));
    return put_case(call, x->ids[0], x->out);
}

static const struct field done_fields[] = {
    {.name = "outcome", .type = FIELD_ENUM, .of = &discipline_outcome_enum},
    {.name = "note", .type = FIELD_NOTE, .max = 2000},
};
static const struct field_table done_table = FIELD_TABLE("case_done", done_fields);

static enum err case_done(struct call *call, struct http_exchange *x)
{
    TRY(discipline_done(call, x->ids[0], field_str(&x->body, "outcome"), field_str(&x->body, "note")));
    return put_case(call, x->ids[0], x->out);
}

/* ---- papers ---- */

static void name_file(struct call *call, struct http_exchange *x, struct str name, enum press_format format)
{
    bool pdf = format == PRESS_PDF;
    x->file_name = str_format(call->arena, "%.*s.%s", STR_ARG(name), pdf ? "pdf" : "docx");
    x->file_type =
        pdf ? "application/pdf" : "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    x->file_inline = pdf;
}

/* Before issue: what would go out as things stand, without number and date. */
static enum err draw_preview(struct call *call, const struct discipline_case *c, enum press_format format,
                             struct str *ret_bytes)
{
    struct str members;
    TRY(discipline_paper_members(call, c, &members));
    return press_render(call, str_format(call->arena, "{%.*s}", STR_ARG(members)), format, ret_bytes, NULL);
}

static enum err draw(struct call *call, struct http_exchange *x, enum press_format format)
{
    struct discipline_case c;
    struct str title;
    TRY(discipline_reach(call, x->ids[0], &c));
    if (!discipline_paper_kind(c.case_kind))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.no_paper");
    TRY(discipline_paper_title(call, &c, &title));
    TRY(c.issued_at_ms ? document_render(call, c.document_id, format, &x->file_bytes, NULL)
                       : draw_preview(call, &c, format, &x->file_bytes));
    name_file(call, x, str_format(call->arena, "%.*s%.*s", STR_ARG(c.doc_number), STR_ARG(title)), format);
    return ERR_OK;
}

static enum err case_pdf(struct call *call, struct http_exchange *x)
{
    return draw(call, x, PRESS_PDF);
}

static enum err case_docx(struct call *call, struct http_exchange *x)
{
    return draw(call, x, PRESS_DOCX);
}

static enum err case_record(struct call *call, struct http_exchange *x)
{
    struct discipline_case c;
    struct str json;
    TRY(discipline_reach(call, x->ids[0], &c));
    if (!str_is(c.case_kind, "interview"))
        return call_fail(call, ERR_REFUSED, NULL, "discipline.fault.not_an_interview");
    TRY(discipline_record_json(call, &c, &json));
    TRY(press_render(call, json, PRESS_PDF, &x->file_bytes, NULL));
    name_file(call, x, str_format(call->arena, "%.*s（记录）", STR_ARG(c.title)), PRESS_PDF);
    return ERR_OK;
}

#define SEERS    (ROLES_AUTHORITY | ROLES_UNIT)
#define OFFICERS (ROLE_COUNTY_OFFICER | ROLE_OFFICE_DIRECTOR)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/cases",
     .grant = SEERS,
     .name = "discipline_list",
     .handle = case_rows,
     .kind = HTTP_LIST,
     .reply = &discipline_case_table,
     .list = &issued_list,
     .summary_zh = "约谈、通报与关停",
     .summary_en = "Interviews, criticism and shutdowns"},
    {.method = "POST",
     .path = "/api/cases",
     .grant = ROLE_COUNTY_OFFICER,
     .name = "discipline_create",
     .handle = case_post,
     .kind = HTTP_ONE,
     .body = &discipline_case_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "提出处理建议",
     .summary_en = "Propose a case by hand"},
    {.method = "GET",
     .path = "/api/cases/{case_id}",
     .grant = SEERS,
     .name = "discipline_get",
     .handle = case_one,
     .kind = HTTP_ONE,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "处理事项详情",
     .summary_en = "A case with its decisions"},
    {.method = "PATCH",
     .path = "/api/cases/{case_id}",
     .grant = OFFICERS,
     .name = "discipline_change",
     .handle = case_patch,
     .kind = HTTP_ONE,
     .flags = HTTP_PARTIAL,
     .body = &discipline_change_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "修改时间、地点和要求",
     .summary_en = "Change time, place and demands"},
    {.method = "POST",
     .path = "/api/cases/{case_id}/resubmit",
     .grant = OFFICERS,
     .name = "discipline_resubmit",
     .handle = case_resubmit,
     .kind = HTTP_ONE,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "修改后重新报批",
     .summary_en = "Propose again what was returned"},
    {.method = "POST",
     .path = "/api/cases/{case_id}/decide",
     .grant = ROLE_BUREAU_LEADER | ROLE_OFFICE_DIRECTOR,
     .name = "discipline_decide",
     .handle = case_decide,
     .kind = HTTP_ONE,
     .body = &decide_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "审批",
     .summary_en = "Decide; grave ones need two people"},
    {.method = "POST",
     .path = "/api/cases/{case_id}/invitation",
     .grant = OFFICERS,
     .name = "discipline_issue",
     .handle = case_invitation,
     .kind = HTTP_ONE,
     .flags = HTTP_PARTIAL,
     .body = &discipline_change_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "编号印发文书",
     .summary_en = "Number and issue the paper"},
    {.method = "POST",
     .path = "/api/cases/{case_id}/held",
     .grant = OFFICERS,
     .name = "discipline_held",
     .handle = case_held,
     .kind = HTTP_ONE,
     .body = &discipline_held_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "登记约谈记录",
     .summary_en = "The interview was held"},
    {.method = "POST",
     .path = "/api/cases/{case_id}/follow-up",
     .grant = OFFICERS,
     .name = "discipline_follow_up",
     .handle = case_follow_up,
     .kind = HTTP_ONE,
     .body = &follow_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "登记跟踪落实情况",
     .summary_en = "Note how it goes on"},
    {.method = "POST",
     .path = "/api/cases/{case_id}/done",
     .grant = OFFICERS,
     .name = "discipline_done",
     .handle = case_done,
     .kind = HTTP_ONE,
     .body = &done_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "办结",
     .summary_en = "Close the case"},
    {.method = "GET",
     .path = "/api/cases/{case_id}/pdf",
     .grant = SEERS,
     .name = "discipline_pdf",
     .prepare = case_pdf,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "文书 PDF",
     .summary_en = "The paper as PDF"},
    {.method = "GET",
     .path = "/api/cases/{case_id}/docx",
     .grant = SEERS,
     .name = "discipline_docx",
     .prepare = case_docx,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "文书 DOCX（可编辑）",
     .summary_en = "The paper as an editable DOCX"},
    {.method = "GET",
     .path = "/api/cases/{case_id}/record",
     .grant = SEERS,
     .name = "discipline_record",
     .prepare = case_record,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "约谈记录 PDF",
     .summary_en = "The record of the interview as PDF"},
    {.method = "POST",
     .path = "/api/live-addresses/{address_id}/concealment",
     .grant = ROLE_COUNTY_OFFICER,
     .name = "discipline_concealment",
     .handle = address_concealment,
     .kind = HTTP_ONE,
     .body = &reason_table,
     .reply = &discipline_case_table,
     .more = &discipline_more_table,
     .summary_zh = "按瞒报立案",
     .summary_en = "Make it a concealment case"},
};

/* ---- facts ---- */

static const struct rules_subject subjects[] = {
    {.name = "case",
     .sql = "SELECT case_id, unit_id, unit_path, title FROM discipline_case WHERE $1 = 0 OR case_id = $1",
     .system_sql = "SELECT case_id, system_id FROM discipline_case WHERE system_id IS NOT NULL AND ($1 = 0 "
                   "OR case_id = $1)"},
};

static const struct rules_fact facts[] = {
    {.name = "discipline.proposed",
     .subject = "case",
     .order = &discipline_kind_enum,
     .sql = "SELECT case_id, proposed_at_ms, case_kind FROM discipline_case WHERE $1 = 0 OR case_id = $1"},
    {.name = "discipline.decided",
     .subject = "case",
     .sql = "SELECT case_id, COALESCE(approved_at_ms, decided2_at_ms), state FROM discipline_case WHERE "
            "state IN ('approved', 'dropped', 'held', 'done')"
            " AND ($1 = 0 OR case_id = $1)"},
    {.name = "discipline.approved",
     .subject = "case",
     .order = &discipline_kind_enum,
     .sql = "SELECT case_id, approved_at_ms, case_kind FROM discipline_case WHERE approved_at_ms IS NOT NULL "
            "AND ($1 = 0 OR case_id = $1)"},
    {.name = "discipline.paper_issued",
     .subject = "case",
     .sql = "SELECT case_id, issued_at_ms, NULL FROM discipline_case WHERE issued_at_ms IS NOT NULL AND ($1 "
            "= 0 OR case_id = $1)"},
    {.name = "discipline.interview_held",
     .subject = "case",
     .sql = "SELECT case_id, held_at_ms, NULL FROM discipline_case WHERE case_kind = 'interview' AND "
            "held_at_ms IS NOT NULL"
            " AND ($1 = 0 OR case_id = $1)"},
    {.name = "discipline.done",
     .subject = "case",
     .sql = "SELECT case_id, done_at_ms, outcome FROM discipline_case WHERE done_at_ms IS NOT NULL AND ($1 = "
            "0 OR case_id = $1)"},
};

static const char *const scoped_tables[] = {"discipline_case", NULL};

static enum err reach_for_files(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct discipline_case c;
    TRY(discipline_reach(call, id, &c));
    *ret_unit_id = c.unit_id;
    *ret_path = c.unit_path;
    return ERR_OK;
}

static void start(void)
{
    attachment_declare_subject("case", reach_for_files);
}

const struct module discipline_module = {
    .name = "discipline",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .subjects = MODULE_MANY(subjects),
    .proposals = MODULE_MANY(discipline_proposals),
    .scoped_tables = scoped_tables,
    .start = start,
};
