/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/rectify/rectify.h"

#include <string.h>

#include "base/clock.h"
#include "domain/finding/finding.h"
#include "domain/org/org.h"
#include "domain/rectify/rectify_show.h"
#include "helpers/press.h"

/* ---- notices ---- */

static const struct db_filter notice_filters[] = {
    {"source_type", "n.source_type = $$", FIELD_ENUM, &rectify_source_type_enum},
    {"severity", "n.severity = $$", FIELD_ENUM, &finding_severity_enum},
    {"unit_id", "n.unit_id = $$", FIELD_INT, NULL},
};
static const struct db_sort notice_sorts[] = {{"notice_id", "n.notice_id"},
                                              {"received_date", "n.received_date"}};
#define NOTICE_SELECT                                                                                        \
    "SELECT n.notice_id, n.source_type, n.source_name, n.source_no, n.received_date, n.severity, "           \
    "n.unit_id, n.system_id, n.title,"                                                                       \
    " n.content, n.deadline_date, n.finding_id, n.letter_id, n.entered_at_ms, u.unit_name, n.unit_path "     \
    "FROM rectify_notice n"                                                                                  \
    " JOIN org_unit u ON u.unit_id = n.unit_id"
static const struct db_list notice_list = {
    .columns = &rectify_notice_table,
    .select = NOTICE_SELECT,
    .scope = "n.unit_path",
    .key = "n.notice_id",
    .default_sort = "-notice_id",
    .filters = notice_filters,
    .many_filters = 3,
    .sorts = notice_sorts,
    .many_sorts = 2,
    .search = "(n.title LIKE $$ OR n.source_no LIKE $$ OR u.unit_name LIKE $$)",
};

static enum err put_notice(struct call *call, int64_t notice_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, NOTICE_SELECT " WHERE n.notice_id = $1", db_int(notice_id)));
    TRY(access_reach(call, db_col_str(&rows, 15)));
    db_put_row(w, &rows, &rectify_notice_table);
    return ERR_OK;
}

static enum err notice_one(struct call *call, struct http_exchange *x)
{
    return put_notice(call, x->ids[0], x->out);
}

static enum err notice_post(struct call *call, struct http_exchange *x)
{
    int64_t notice_id;
    TRY(rectify_notice_create(call, &x->body, &notice_id));
    return put_notice(call, notice_id, x->out);
}

/* ---- letters ---- */

static enum err letter_rows(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    return db_list(call, access_is(call, ROLES_AUTHORITY) ? &rectify_letter_list : &rectify_issued_list, &ask,
                   x->out, rectify_put_countdown);
}

static enum err letter_one(struct call *call, struct http_exchange *x)
{
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err letter_post(struct call *call, struct http_exchange *x)
{
    const struct field_value *rows = field_get(&x->body, "findings");
    int64_t *ids = ARENA_ARRAY(call->arena, int64_t, rows->many + 1), letter_id;
    for (size_t i = 0; i < rows->many; i++)
        ids[i] = field_int(&rows->rows[i], "finding_id", 0);
    struct str kind = field_str(&x->body, "letter_kind");
    TRY(rectify_draft(call, kind.len ? str_c(call->arena, kind) : "rectification_order", ids, rows->many,
                      field_int(&x->body, "notice_id", 0), field_str(&x->body, "requirements"), &letter_id));
    return rectify_put_letter(call, letter_id, x->out);
}

static const struct field redraft_fields[] = {
    {.name = "title", .type = FIELD_TEXT, .max = 100},
    {.name = "requirements", .type = FIELD_NOTE, .max = 2000},
};
static const struct field_table redraft_table = FIELD_TABLE("letter_redraft", redraft_fields);

static enum err letter_patch(struct call *call, struct http_exchange *x)
{
    const struct field_value *requirements = field_get(&x->body, "requirements");
    struct str said = requirements->empty ? STR("") : requirements->text;
    TRY(rectify_redraft(call, x->ids[0], field_str(&x->body, "title"),
                        requirements->given ? said : (struct str){0}));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err letter_issue(struct call *call, struct http_exchange *x)
{
    TRY(rectify_issue(call, x->ids[0]));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err letter_acknowledge(struct call *call, struct http_exchange *x)
{
    TRY(rectify_acknowledge(call, x->ids[0]));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static const struct field reason_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500}};
static const struct field_table reason_table = FIELD_TABLE("letter_reason", reason_fields);

static enum err letter_withdraw(struct call *call, struct http_exchange *x)
{
    TRY(rectify_withdraw(call, x->ids[0], field_str(&x->body, "reason")));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err letter_close(struct call *call, struct http_exchange *x)
{
    TRY(rectify_close_out(call, x->ids[0]));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err draw(struct call *call, struct http_exchange *x, enum press_format format)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, x->ids[0], &letter));
    TRY(rectify_draw(call, &letter, format, &x->file_bytes));
    bool pdf = format == PRESS_PDF;
    x->file_name = str_format(call->arena, "%.*s%.*s.%s", STR_ARG(letter.doc_number), STR_ARG(letter.title),
                              pdf ? "pdf" : "docx");
    x->file_type =
        pdf ? "application/pdf" : "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    x->file_inline = pdf;
    return ERR_OK;
}

static enum err letter_pdf(struct call *call, struct http_exchange *x)
{
    return draw(call, x, PRESS_PDF);
}

static enum err letter_docx(struct call *call, struct http_exchange *x)
{
    return draw(call, x, PRESS_DOCX);
}

static enum err sheet_pdf(struct call *call, struct http_exchange *x)
{
    struct rectify_letter letter;
    struct str json;
    TRY(rectify_reach(call, x->ids[0], &letter));
    TRY(rectify_sheet_json(call, &letter, &json));
    TRY(press_render(call, json, PRESS_PDF, &x->file_bytes, NULL));
    x->file_name = str_format(call->arena, "整改情况反馈表%.*s.pdf", STR_ARG(letter.doc_number));
    x->file_type = "application/pdf";
    x->file_inline = true;
    return ERR_OK;
}

/* ---- the unit's answers ---- */

static const struct field submit_fields[] = {{.name = "submit", .type = FIELD_BOOL}};
static const struct field_table submit_table = FIELD_TABLE("feedback_query", submit_fields);

static enum err feedback_post(struct call *call, struct http_exchange *x)
{
    int64_t feedback_id;
    TRY(rectify_feedback_save(call, x->ids[0], &x->body, field_int(&x->query, "submit", 0) != 0,
                              &feedback_id));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err feedback_accept(struct call *call, struct http_exchange *x)
{
    TRY(rectify_feedback_decide(call, x->ids[0], x->ids[1], true, STR_NONE));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err feedback_return(struct call *call, struct http_exchange *x)
{
    TRY(rectify_feedback_decide(call, x->ids[0], x->ids[1], false, field_str(&x->body, "reason")));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err feedback_sign(struct call *call, struct http_exchange *x)
{
    TRY(rectify_feedback_sign(call, x->ids[0], x->ids[1]));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static const struct field extension_fields[] = {
    {.name = "working_days", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1, .max = 60},
    {.name = "reason", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 4, .max = 1000},
};
static const struct field_table extension_table = FIELD_TABLE("extension_request", extension_fields);
static const struct field support_fields[] = {
    {.name = "question", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 4, .max = 2000}};
static const struct field_table support_table = FIELD_TABLE("support_request", support_fields);
static const struct field decide_fields[] = {
    {.name = "agree", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_NOTE, .max = 1000},
};
static const struct field_table decide_table = FIELD_TABLE("extension_decision", decide_fields);
static const struct field answer_fields[] = {
    {.name = "answer", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 4000}};
static const struct field_table answer_table = FIELD_TABLE("support_answer", answer_fields);

static enum err extension_ask(struct call *call, struct http_exchange *x)
{
    int64_t request_id;
    TRY(rectify_request(call, x->ids[0], "extension", field_int(&x->body, "working_days", 0),
                        field_str(&x->body, "reason"), &request_id));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err extension_decide(struct call *call, struct http_exchange *x)
{
    TRY(rectify_request_answer(call, x->ids[0], "extension", field_int(&x->body, "agree", 0) != 0,
                               field_str(&x->body, "reason")));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err support_ask(struct call *call, struct http_exchange *x)
{
    int64_t request_id;
    TRY(rectify_request(call, x->ids[0], "support", 0, field_str(&x->body, "question"), &request_id));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static enum err support_answer(struct call *call, struct http_exchange *x)
{
    TRY(rectify_request_answer(call, x->ids[0], "support", true, field_str(&x->body, "answer")));
    return rectify_put_letter(call, x->ids[0], x->out);
}

static const struct field lateral_fields[] = {
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_REQUIRED},
    {.name = "result", .type = FIELD_ENUM, .of = &rectify_lateral_result_enum, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_TEXT, .max = 500},
};
static const struct field_table lateral_table = FIELD_TABLE("lateral_check", lateral_fields);

static enum err lateral_get(struct call *call, struct http_exchange *x)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, x->ids[0], &letter));
    return rectify_put_lateral(call, &letter, x->out);
}

static enum err lateral_post(struct call *call, struct http_exchange *x)
{
    struct rectify_letter letter;
    TRY(rectify_lateral_check(call, x->ids[0], field_int(&x->body, "system_id", 0),
                              field_str(&x->body, "result"), field_str(&x->body, "note")));
    TRY(rectify_reach(call, x->ids[0], &letter));
    return rectify_put_lateral(call, &letter, x->out);
}

/* A weakness that no scanner found: a person looked again and says that it is gone. */
static enum err finding_retested(struct call *call, struct http_exchange *x)
{
    struct finding finding;
    TRY(finding_reach(call, x->ids[0], &finding));
    TRY(finding_close(call, x->ids[0], field_str(&x->body, "reason")));
    return finding_put(call, x->ids[0], x->out);
}

#define OFFICER (ROLE_COUNTY_OFFICER)
#define SEERS   (ROLES_AUTHORITY | ROLES_UNIT | ROLE_SCAN_TEAM)
#define ROUTE(verb, where, who, id, call_it, zh, en)                                                         \
    .method = verb, .path = where, .grant = (who), .name = id, .handle = call_it, .summary_zh = zh,          \
    .summary_en = en
#define A_LETTER .kind = HTTP_ONE, .reply = &rectify_letter_row_table, .more = &rectify_letter_more_table
static const struct http_route routes[] = {
    {ROUTE("GET", "/api/notices", ROLES_AUTHORITY, "notice_list", http_list, "外部通报",
           "Notices from outside"),
     .kind = HTTP_LIST, .reply = &rectify_notice_table, .list = &notice_list},
    {ROUTE("POST", "/api/notices", OFFICER | ROLE_REGULATOR, "notice_create", notice_post, "登记外部通报",
           "Enter a notice from outside"),
     .kind = HTTP_ONE, .body = &rectify_notice_table, .reply = &rectify_notice_table},
    {ROUTE("GET", "/api/notices/{notice_id}", ROLES_AUTHORITY, "notice_get", notice_one, "外部通报详情",
           "A notice"),
     .kind = HTTP_ONE, .reply = &rectify_notice_table},
    {ROUTE("GET", "/api/letters", SEERS, "letter_list", letter_rows, "整改通知", "Letters"),
     .kind = HTTP_LIST, .reply = &rectify_letter_row_table, .more = &rectify_letter_clock_table,
     .list = &rectify_issued_list /* what a sheet exports: never a draft */},
    {ROUTE("GET", "/api/letters/board", SEERS, "letter_board", rectify_board, "整改看板", "Counts by state"),
     .kind = HTTP_ONE, .reply = &rectify_board_table},
    {ROUTE("POST", "/api/letters", OFFICER, "letter_create", letter_post, "拟制整改通知",
           "Draft a letter from findings"),
     A_LETTER, .body = &rectify_draft_table},
    {ROUTE("GET", "/api/letters/{letter_id}", SEERS, "letter_get", letter_one, "整改通知详情",
           "A letter with its answers"),
     A_LETTER},
    {ROUTE("PATCH", "/api/letters/{letter_id}", OFFICER, "letter_change", letter_patch, "修改草稿",
           "Change a draft"),
     A_LETTER, .flags = HTTP_PARTIAL, .body = &redraft_table},
    {ROUTE("POST", "/api/letters/{letter_id}/issue", OFFICER | ROLE_OFFICE_DIRECTOR, "letter_issue",
           letter_issue, "编号印发", "Number and issue"),
     A_LETTER},
    {ROUTE("POST", "/api/letters/{letter_id}/withdraw", OFFICER, "letter_withdraw", letter_withdraw, "撤回",
           "Withdraw"),
     A_LETTER, .body = &reason_table},
    {ROUTE("POST", "/api/letters/{letter_id}/acknowledge", ROLE_UNIT_OFFICER, "letter_acknowledge",
           letter_acknowledge, "签收", "Sign for it"),
     A_LETTER},
    {ROUTE("POST", "/api/letters/{letter_id}/feedback", ROLE_UNIT_OFFICER, "letter_feedback", feedback_post,
           "填报整改反馈", "Save or hand in feedback"),
     A_LETTER, .query = &submit_table, .body = &rectify_feedback_table, .flags = HTTP_PARTIAL},
    {ROUTE("POST", "/api/letters/{letter_id}/feedback/{feedback_id}/accept", OFFICER,
           "letter_feedback_accept", feedback_accept, "受理反馈", "Accept feedback"),
     A_LETTER},
    {ROUTE("POST", "/api/letters/{letter_id}/feedback/{feedback_id}/return", OFFICER,
           "letter_feedback_return", feedback_return, "退回反馈", "Return feedback"),
     A_LETTER, .body = &reason_table},
    {ROUTE("POST", "/api/letters/{letter_id}/feedback/{feedback_id}/sign", ROLE_UNIT_LEADER,
           "letter_feedback_sign", feedback_sign, "负责人签批", "The leader signs off"),
     A_LETTER},
    {ROUTE("POST", "/api/letters/{letter_id}/extension", ROLE_UNIT_OFFICER, "letter_extension_ask",
           extension_ask, "申请延期", "Ask for an extension"),
     A_LETTER, .body = &extension_table},
    {ROUTE("POST", "/api/letters/{letter_id}/extension/decide", OFFICER, "letter_extension_decide",
           extension_decide, "审批延期", "Decide the extension"),
     A_LETTER, .body = &decide_table},
    {ROUTE("POST", "/api/letters/{letter_id}/support", ROLE_UNIT_OFFICER, "letter_support_ask", support_ask,
           "请求技术支持", "Ask for technical support"),
     A_LETTER, .body = &support_table},
    {ROUTE("POST", "/api/letters/{letter_id}/support/answer", OFFICER | ROLE_SCAN_TEAM,
           "letter_support_answer", support_answer, "答复技术支持", "Answer the request"),
     A_LETTER, .body = &answer_table},
    {ROUTE("GET", "/api/letters/{letter_id}/lateral", SEERS, "letter_lateral", lateral_get, "举一反三清单",
           "Other systems to look at"),
     .kind = HTTP_ONE, .reply = &rectify_lateral_list_table},
    {ROUTE("POST", "/api/letters/{letter_id}/lateral", ROLE_UNIT_OFFICER, "letter_lateral_check",
           lateral_post, "记录排查结果", "Record one check"),
     .kind = HTTP_ONE, .body = &lateral_table, .reply = &rectify_lateral_list_table},
    {ROUTE("POST", "/api/letters/{letter_id}/close-out", OFFICER, "letter_close_out", letter_close, "销号",
           "Close out"),
     A_LETTER},
    {ROUTE("POST", "/api/findings/{finding_id}/retested", OFFICER | ROLE_SCAN_TEAM, "finding_retested",
           finding_retested, "人工复测通过", "Gone, by a person's retest"),
     .kind = HTTP_ONE, .body = &reason_table, .reply = &finding_table},
    {.method = "GET",
     .path = "/api/letters/{letter_id}/pdf",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "letter_pdf",
     .prepare = letter_pdf,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "通知 PDF",
     .summary_en = "The letter as PDF"},
    {.method = "GET",
     .path = "/api/letters/{letter_id}/docx",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "letter_docx",
     .prepare = letter_docx,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "通知 DOCX",
     .summary_en = "The letter as DOCX"},
    {.method = "GET",
     .path = "/api/letters/{letter_id}/feedback-sheet",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "letter_feedback_sheet",
     .prepare = sheet_pdf,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "整改情况反馈表",
     .summary_en = "The feedback sheet to be stamped"},
};

static const struct rules_fact facts[] = {
    {.name = "rectify.notice_received",
     .subject = "finding",
     .order = &finding_severity_enum,
     .sql =
         "SELECT finding_id, received_at_ms, severity FROM rectify_notice WHERE finding_id IS NOT NULL AND "
         "($1 = 0 OR finding_id = $1)"},
};

static const char *const scoped_tables[] = {"rectify_notice", "rectify_letter", "rectify_feedback",
                                            "rectify_request", NULL};

const struct module rectify_module = {
    .name = "rectify",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .scoped_tables = scoped_tables,
};
