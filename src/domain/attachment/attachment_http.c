/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/attachment/attachment.h"
#include "domain/module.h"

#include "base/log.h"
#include "domain/finding/finding.h"
#include "domain/org/org.h"
#include "domain/rectify/rectify.h"
#include "domain/registry/registry.h"
#include "helpers/paper.h"
#include "ledger/ledger.h"
#include "rules/rules_evidence.h"

/* ---- what may be attached to ---- */

static enum err reach_unit(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct org_unit unit;
    TRY(org_unit_reach(call, id, &unit));
    *ret_unit_id = unit.unit_id;
    *ret_path = unit.unit_path;
    return ERR_OK;
}

static enum err reach_system(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct registry_system system;
    TRY(registry_system_reach(call, id, &system));
    *ret_unit_id = system.unit_id;
    *ret_path = system.unit_path;
    return ERR_OK;
}

static enum err reach_finding(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct finding finding;
    TRY(finding_reach(call, id, &finding));
    *ret_unit_id = finding.unit_id;
    *ret_path = finding.unit_path;
    return ERR_OK;
}

static enum err reach_letter(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct rectify_letter letter;
    TRY(rectify_reach(call, id, &letter));
    *ret_unit_id = letter.unit_id;
    *ret_path = letter.unit_path;
    return ERR_OK;
}

/* Evidence at a finding may be seen by the scan team, which sees no personal data; training lists and minutes
 * may not. */
static enum err check_scan_team(struct call *call, struct str subject_kind)
{
    bool scan_only = access_is(call, ROLE_SCAN_TEAM) && !access_is(call, ROLES_AUTHORITY | ROLES_UNIT);
    return scan_only && !str_is(subject_kind, "finding")
               ? call_fail(call, ERR_FORBIDDEN, "subject_kind", "attachment.fault.scan_team")
               : ERR_OK;
}

/* ---- lists ---- */

static const struct field fields[] = {
    {.name = "attachment_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "media_type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "size", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "period_from", .type = FIELD_DATE},
    {.name = "period_to", .type = FIELD_DATE},
    {.name = "note", .type = FIELD_TEXT},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &attachment_state_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "uploaded_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "uploaded_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "withdrawn_at_ms", .type = FIELD_TIME},
    {.name = "withdrawn_why", .type = FIELD_TEXT},
};
const struct field_table attachment_table = FIELD_TABLE("attachment", fields);
static const struct field more_fields[] = {
    {.name = "kind_title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table more_table = FIELD_TABLE("attachment_more", more_fields);

#define SELECT                                                                                               \
    "SELECT a.attachment_id, a.subject_kind, a.subject_id, a.unit_id, u.unit_name, a.kind, a.file_name, "    \
    "a.media_type, a.size, a.digest,"                                                                        \
    " a.period_from, a.period_to, a.note, a.state, a.uploaded_by_name, a.uploaded_at_ms, "                   \
    "a.withdrawn_at_ms, a.withdrawn_why, a.unit_path"                                                        \
    " FROM attachment a JOIN org_unit u ON u.unit_id = a.unit_id"
#define PATH_COLUMN 18
static const struct db_filter filters[] = {
    {"subject_kind", "a.subject_kind = $$", FIELD_TEXT, NULL},
    {"subject_id", "a.subject_id = $$", FIELD_INT, NULL},
    {"unit_id", "a.unit_id = $$", FIELD_INT, NULL},
    {"kind", "a.kind = $$", FIELD_TEXT, NULL},
    {"state", "a.state = $$", FIELD_ENUM, &attachment_state_enum},
    {"on", "(a.period_from <= $$ AND a.period_to >= $$)", FIELD_DATE, NULL},
};
static const struct db_sort sorts[] = {{"attachment_id", "a.attachment_id"}};

/* Without a subject: what the unit itself may see anyway. A letter in draft and a case under consideration
 * are shown by their own pages, where reaching them is asked first. */
static const struct db_list open_list = {
    .columns = &attachment_table,
    .select = SELECT,
    .where = "a.subject_kind IN ('unit', 'system', 'finding')",
    .scope = "a.unit_path",
    .key = "a.attachment_id",
    .default_sort = "-attachment_id",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = 1,
    .search = "a.file_name LIKE $$",
};
static const struct db_list whole_list = {
    .columns = &attachment_table,
    .select = SELECT,
    .scope = "a.unit_path",
    .key = "a.attachment_id",
    .default_sort = "-attachment_id",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = 1,
    .search = "a.file_name LIKE $$",
};

static void put_title(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    json_put_str(w, "kind_title", attachment_kind_title(call, str_copy(call->arena, db_col_str(rows, 5))));
}

static enum err list_prepare(struct call *call, struct http_exchange *x)
{
    return check_scan_team(call, x->param(x->param_from, "subject_kind"));
}

static enum err list_handle(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    struct str kind = x->param(x->param_from, "subject_kind"), id = x->param(x->param_from, "subject_id");
    int64_t subject_id, unit_id;
    struct str path;
    bool named = kind.len && str_to_int(id, &subject_id);
    if (named)
        TRY(attachment_subject(call, kind, subject_id, &unit_id, &path));
    return db_list(call, named || access_is(call, ROLES_AUTHORITY) ? &whole_list : &open_list, &ask, x->out,
                   put_title);
}

/* ---- one ---- */

static enum err reach_row(struct call *call, int64_t attachment_id, struct db_rows *rows)
{
    int64_t unit_id;
    struct str path;
    TRY(db_one(call, rows, SELECT " WHERE a.attachment_id = $1", db_int(attachment_id)));
    TRY(access_reach(call, db_col_str(rows, PATH_COLUMN)));
    struct str kind = db_col_copy(call, rows, 1);
    TRY(check_scan_team(call, kind));
    return attachment_subject(call, kind, db_col_int(rows, 2), &unit_id, &path);
}

static enum err put_one(struct call *call, int64_t attachment_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(reach_row(call, attachment_id, &rows));
    db_put_row(w, &rows, &attachment_table);
    put_title(call, w, &rows);
    return ERR_OK;
}

static enum err content_prepare(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(reach_row(call, x->ids[0], &rows));
    x->file_name = db_col_copy(call, &rows, 6);
    x->file_type = str_c(call->arena, db_col_str(&rows, 7));
    struct str digest = db_col_copy(call, &rows, 9);
    bool withdrawn = str_is(db_col_str(&rows, 13), "withdrawn");
    db_rows_close(&rows);
    if (withdrawn && !access_is(call, ROLES_AUTHORITY))
        return call_fail(call, ERR_REFUSED, NULL, "attachment.fault.withdrawn");
    x->file_inline = true;
    return attachment_open(call, call->app, digest, &x->file_path);
}

/* ---- handing in ---- */

static const struct field new_fields[] = {
    /* "filename" belongs to every upload; a mark in it is looked for below, so that the attempt is kept. */
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 30},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_REQUIRED, .min = 1, .max = INT64_MAX},
    {.name = "kind", .type = FIELD_TEXT, .max = 60},
    {.name = "period", .type = FIELD_TEXT, .max = 10},
    {.name = "note", .type = FIELD_TEXT, .max = 500},
};
static const struct field_table new_table = FIELD_TABLE("attachment_new", new_fields);

struct upload {
    struct attachment_new made;
    bool marked;
    struct str mark_place;
};

static enum err check_words(struct call *call, struct http_exchange *x, struct attachment_new *made)
{
    bool known;
    made->subject_kind = field_str(&x->query, "subject_kind");
    made->subject_id = field_int(&x->query, "subject_id", 0);
    made->kind = field_str(&x->query, "kind").len ? field_str(&x->query, "kind") : STR("evidence");
    made->note = field_str(&x->query, "note");
    made->file_name = x->upload_name;
    TRY(check_scan_team(call, made->subject_kind));
    TRY(attachment_kind_known(call, made->kind, &known));
    if (!known)
        return call_fail(call, ERR_INVALID, "kind", "attachment.fault.kind", made->kind);
    if (!attachment_period_parse(call, field_str(&x->query, "period"), &made->period))
        return call_fail(call, ERR_INVALID, "period", "attachment.fault.period",
                         field_str(&x->query, "period"));
    return attachment_subject(call, made->subject_kind, made->subject_id, &made->unit_id, &made->unit_path);
}

/* A marked file is not kept: neither its bytes nor its name. That it was tried, and by whom, stands in the
 * ledger (J2, Z6). */
static enum err look_for_marks(struct call *call, struct http_exchange *x, struct upload *upload)
{
    struct paper_marks marks = {0};
    upload->marked = paper_text_marked(x->upload_name);
    upload->mark_place = STR("file_name");
    if (upload->marked)
        return ERR_OK;
    TRY(paper_scan_marks(call, x->upload_path, &marks));
    upload->marked = marks.found;
    upload->mark_place = marks.place;
    return ERR_OK;
}

static enum err new_prepare(struct call *call, struct http_exchange *x)
{
    struct upload *upload = ARENA_NEW(call->arena, struct upload);
    x->prepared = upload;
    TRY(check_words(call, x, &upload->made));
    if (x->upload_size > ATTACHMENT_SIZE_MAX)
        return call_fail(call, ERR_TOO_LARGE, "file", "attachment.fault.size",
                         str_format(call->arena, "%lld", (long long)(ATTACHMENT_SIZE_MAX >> 20)));
    TRY(look_for_marks(call, x, upload));
    return upload->marked
               ? ERR_OK
               : attachment_store(call, call->app, x->upload_path, x->upload_name, &upload->made.file);
}

static enum err refuse_marked(struct call *call, const struct upload *upload)
{
    const struct attachment_new *made = &upload->made;
    struct str detail =
        str_format(call->arena, "{\"subject_kind\":\"%.*s\",\"subject_id\":%lld,\"place\":\"%.*s\"}",
                   STR_ARG(made->subject_kind), (long long)made->subject_id, STR_ARG(upload->mark_place));
    TRY(ledger_append(call,
                      &(struct ledger_fact){.verb = "attachment.refused_marked",
                                            .subject_kind = "unit",
                                            .subject_id = made->unit_id,
                                            .unit_id = made->unit_id,
                                            .unit_path = made->unit_path,
                                            .detail = detail},
                      NULL));
    struct call_fault *fault = call_fault_add(call, "file", "attachment.fault.marked");
    if (fault)
        fault->article = "J2";
    return ERR_REFUSED;
}

static enum err new_handle(struct call *call, struct http_exchange *x)
{
    struct upload *upload = x->prepared;
    struct attachment_new *made = &upload->made;
    int64_t attachment_id;
    if (upload->marked)
        return refuse_marked(call, upload);
    /* Asked again: the subject may have moved to another unit while the file came in. */
    TRY(attachment_subject(call, made->subject_kind, made->subject_id, &made->unit_id, &made->unit_path));
    TRY(attachment_add(call, made, &attachment_id));
    return put_one(call, attachment_id, x->out);
}

static const struct field reason_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 500},
};
static const struct field_table reason_table = FIELD_TABLE("attachment_withdraw", reason_fields);

static enum err withdraw_handle(struct call *call, struct http_exchange *x)
{
    TRY(attachment_withdraw(call, x->ids[0], field_str(&x->body, "reason")));
    return put_one(call, x->ids[0], x->out);
}

/* ---- kinds, for the form ---- */

static const struct field kind_fields[] = {
    {.name = "kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "demanded", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table kind_table = FIELD_TABLE("evidence_kind", kind_fields);

static enum err put_kind(struct call *call, const struct rules_evidence_kind *kind, void *context)
{
    struct json_writer *w = context;
    json_open_object(w, NULL);
    json_put_str(w, "kind", kind->kind);
    json_put_str(w, "title", call->lang == CALL_EN && kind->title_en.len ? kind->title_en : kind->title);
    json_put_bool(w, "demanded", true);
    json_close_object(w);
    return ERR_OK;
}

static enum err kinds_handle(struct call *call, struct http_exchange *x)
{
    json_open_array(x->out, "items");
    TRY(rules_evidence_each(call, put_kind, x->out));
    for (size_t i = 0; attachment_general_kinds[i]; i++) {
        json_open_object(x->out, NULL);
        json_put_c(x->out, "kind", attachment_general_kinds[i]);
        json_put_str(x->out, "title", attachment_kind_title(call, str_of(attachment_general_kinds[i])));
        json_put_bool(x->out, "demanded", false);
        json_close_object(x->out);
    }
    json_close_array(x->out);
    return ERR_OK;
}

#define SEERS  (ROLES_AUTHORITY | ROLES_UNIT | ROLE_SCAN_TEAM)
#define GIVERS (ROLE_COUNTY_OFFICER | ROLE_REGULATOR | ROLE_OFFICE_DIRECTOR | ROLES_UNIT | ROLE_SCAN_TEAM)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/attachments",
     .grant = SEERS,
     .name = "attachment_list",
     .prepare = list_prepare,
     .handle = list_handle,
     .kind = HTTP_LIST,
     .more = &more_table,
     .reply = &attachment_table,
     .list = &open_list,
     .summary_zh = "附件与证明材料",
     .summary_en = "Documents handed in"},
    {.method = "POST",
     .path = "/api/attachments",
     .grant = GIVERS,
     .name = "attachment_create",
     .prepare = new_prepare,
     .handle = new_handle,
     .kind = HTTP_ONE,
     .more = &more_table,
     .flags = HTTP_UPLOAD | HTTP_KEEP,
     .query = &new_table,
     .reply = &attachment_table,
     .summary_zh = "上传附件",
     .summary_en = "Hand in a document"},
    {.method = "GET",
     .path = "/api/attachments/{attachment_id}/content",
     .grant = SEERS,
     .name = "attachment_content",
     .prepare = content_prepare,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "附件内容",
     .summary_en = "The document itself"},
    {.method = "POST",
     .path = "/api/attachments/{attachment_id}/withdraw",
     .grant = GIVERS & ~(unsigned)ROLE_SCAN_TEAM,
     .name = "attachment_withdraw",
     .handle = withdraw_handle,
     .kind = HTTP_ONE,
     .more = &more_table,
     .body = &reason_table,
     .reply = &attachment_table,
     .summary_zh = "撤回附件",
     .summary_en = "Withdraw a document"},
    {.method = "GET",
     .path = "/api/evidence-kinds",
     .grant = SEERS,
     .name = "attachment_kinds",
     .handle = kinds_handle,
     .kind = HTTP_LIST,
     .reply = &kind_table,
     .summary_zh = "材料种类",
     .summary_en = "Kinds of documents that the rules ask for"},
};

/* A document for a part of the period asked about proves that part; a yearly one does not prove a quarter. */
static const struct rules_fact facts[] = {
    {.name = "evidence.filed",
     .subject = "unit",
     .args = {"kind", "period"},
     .sql = "SELECT a.unit_id, a.uploaded_at_ms, NULL FROM attachment a WHERE a.state = 'filed' AND ($1 = 0 "
            "OR a.unit_id = $1)"
            " AND ($2 = '' OR a.kind = $2) AND a.period_from >= $3 AND a.period_to <= $4"},
};

/* The documents of a unit that is merged are those of the unit that took over. */
static const char *const unit_columns[] = {"attachment", "subject_id", NULL};

static const char *const scoped_tables[] = {"attachment", NULL};

static void start(void)
{
    attachment_declare_subject("unit", reach_unit);
    attachment_declare_subject("system", reach_system);
    attachment_declare_subject("finding", reach_finding);
    attachment_declare_subject("letter", reach_letter);
}

const struct module attachment_module = {
    .name = "attachment",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .scoped_tables = scoped_tables,
    .unit_columns = unit_columns,
    .start = start,
};
