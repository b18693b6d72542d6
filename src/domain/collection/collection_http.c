/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "domain/attachment/attachment.h"
#include "domain/collection/collection_archive.h"
#include "domain/collection/collection_book.h"
#include "domain/collection/collection_inner.h"
#include "domain/module.h"
#include "ledger/ledger.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

/* ---- collections: the authority's side ---- */

static enum err form_rows(struct call *call, struct http_exchange *x)
{
    return collection_put_forms(call, x->out);
}

static enum err reach_collection(struct call *call, int64_t collection_id, struct str *ret_title)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_path, title FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    TRY(access_reach(call, db_col_str(&rows, 0)));
    *ret_title = db_col_copy(call, &rows, 1);
    return ERR_OK;
}

static enum err put_collection(struct call *call, int64_t collection_id, struct json_writer *w)
{
    struct str title;
    TRY(reach_collection(call, collection_id, &title));
    return collection_put(call, collection_id, w);
}

static enum err collection_post(struct call *call, struct http_exchange *x)
{
    int64_t collection_id;
    TRY(collection_launch(call, &x->body, &collection_id));
    return put_collection(call, collection_id, x->out);
}

static enum err collection_one(struct call *call, struct http_exchange *x)
{
    return put_collection(call, x->ids[0], x->out);
}

static enum err collection_end(struct call *call, struct http_exchange *x)
{
    TRY(collection_close(call, x->ids[0]));
    return put_collection(call, x->ids[0], x->out);
}

static enum err reminder_get(struct call *call, struct http_exchange *x)
{
    struct str text, title;
    TRY(reach_collection(call, x->ids[0], &title));
    TRY(collection_reminder_text(call, x->ids[0], &text));
    json_put_str(x->out, "text", text);
    return ERR_OK;
}

static enum err remind_post(struct call *call, struct http_exchange *x)
{
    int64_t units;
    TRY(collection_remind(call, x->ids[0], &units));
    json_put_int(x->out, "units", units);
    return ERR_OK;
}

/* ---- files ---- */

typedef enum err write_file(struct call *call, int64_t collection_id, int fd);

static enum err summary_masked(struct call *call, int64_t collection_id, int fd)
{
    return collection_export(call, collection_id, false, fd);
}

static enum err summary_full(struct call *call, int64_t collection_id, int fd)
{
    return collection_export(call, collection_id, true, fd);
}

static enum err give_file(struct call *call, struct http_exchange *x, write_file *write, const char *ending,
                          const char *type)
{
    struct str title;
    const char *folder = getenv("TMPDIR");
    TRY(reach_collection(call, x->ids[0], &title));
    char *path = (char *)(uintptr_t)str_format(call->arena, "%s/anze-collection-XXXXXX",
                                               folder && *folder ? folder : "/tmp")
                     .at;
    int fd = mkstemp(path);
    if (fd < 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    enum err word = write(call, x->ids[0], fd);
    (void)close(fd);
    if (word != ERR_OK) {
        (void)unlink(path);
        return word;
    }
    x->file_path = path;
    x->file_path_delete = true;
    x->file_name = str_format(call->arena, "%.*s.%s", STR_ARG(title), ending);
    x->file_type = type;
    return ERR_OK;
}

static enum err export_get(struct call *call, struct http_exchange *x)
{
    return give_file(call, x, summary_masked, "xlsx", XLSX);
}

static enum err export_prepare(struct call *call, struct http_exchange *x)
{
    return give_file(call, x, summary_full, "xlsx", XLSX);
}

/* Personal data leaves in full: who took it, and why, stays in the ledger. */
static enum err export_handle(struct call *call, struct http_exchange *x)
{
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_str(&w, "reason", field_str(&x->body, "reason"));
    json_close_object(&w);
    enum err word = ledger_append(call,
                                  &(struct ledger_fact){.verb = "collection.exported",
                                                        .subject_kind = "collection",
                                                        .subject_id = x->ids[0],
                                                        .detail = str_copy(call->arena, buf_str(&out))},
                                  NULL);
    if (word != ERR_OK && x->file_path)
        (void)unlink(x->file_path);
    return word;
}

static enum err archive_ask(struct call *call, struct http_exchange *x)
{
    struct str title;
    int64_t archive_id;
    TRY(reach_collection(call, x->ids[0], &title));
    TRY(collection_archive_ask(call, x->ids[0], field_str(&x->body, "reason"), &archive_id));
    json_put_int(x->out, "archive_id", archive_id);
    return ERR_OK;
}

static enum err archive_rows(struct call *call, struct http_exchange *x)
{
    struct str title;
    TRY(reach_collection(call, x->ids[0], &title));
    return collection_archive_list(call, x->ids[0], x->out);
}

static enum err archive_get(struct call *call, struct http_exchange *x)
{
    struct str title;
    TRY(reach_collection(call, x->ids[0], &title));
    TRY(collection_archive_open(call, x->ids[0], x->ids[1], &x->file_path));
    x->file_name = str_format(call->arena, "%.*s.zip", STR_ARG(title));
    x->file_type = "application/zip";
    return ERR_OK;
}

/* ---- tasks: the unit's side ---- */

static enum err task_rows(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    return db_list(call, &collection_task_list, &ask, x->out, collection_put_clock);
}

static const struct field own_fields[] = {
    {.name = "form_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 80},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED},
};
static const struct field_table own_table = FIELD_TABLE("collection_own", own_fields);

static enum err task_open(struct call *call, struct http_exchange *x)
{
    int64_t task_id;
    TRY(collection_open_own(call, field_str(&x->body, "form_id"), field_int(&x->body, "unit_id", 0),
                            &task_id));
    return collection_put_task(call, task_id, x->out);
}

static enum err task_one(struct call *call, struct http_exchange *x)
{
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err task_save(struct call *call, struct http_exchange *x)
{
    TRY(collection_save(call, x->ids[0], &x->body));
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err task_same(struct call *call, struct http_exchange *x)
{
    TRY(collection_no_change(call, x->ids[0]));
    return collection_put_task(call, x->ids[0], x->out);
}

static const struct field print_fields[] = {{.name = "accept_codes", .type = FIELD_BOOL}};
static const struct field_table print_table = FIELD_TABLE("collection_print", print_fields);

static enum err task_print_prepare(struct call *call, struct http_exchange *x)
{
    return field_int(&x->body, "accept_codes", 0) ? ERR_OK : collection_sheet_try(call, x->ids[0]);
}

static enum err task_print(struct call *call, struct http_exchange *x)
{
    int64_t document_id;
    TRY(collection_print(call, x->ids[0], &document_id));
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err task_hand_in(struct call *call, struct http_exchange *x)
{
    TRY(collection_hand_in(call, x->ids[0]));
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err task_return(struct call *call, struct http_exchange *x)
{
    TRY(collection_return(call, x->ids[0], &x->body));
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err task_accept(struct call *call, struct http_exchange *x)
{
    TRY(collection_accept(call, x->ids[0]));
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err task_book_prepare(struct call *call, struct http_exchange *x)
{
    struct registry_sheet *sheet;
    TRY(collection_book_read(call, x->ids[0], &sheet));
    x->prepared = sheet;
    return ERR_OK;
}

static enum err task_book(struct call *call, struct http_exchange *x)
{
    return collection_book_take(call, x->ids[0], x->prepared, field_int(&x->query, "preview", 0) != 0,
                                x->out);
}

static const struct field book_fields[] = {{.name = "preview", .type = FIELD_BOOL}};
static const struct field_table book_table = FIELD_TABLE("collection_book", book_fields);

static enum err task_conceal(struct call *call, struct http_exchange *x)
{
    TRY(collection_concealment_decide(call, x->ids[0], field_int(&x->body, "agree", 0) != 0,
                                      field_str(&x->body, "reason")));
    return collection_put_task(call, x->ids[0], x->out);
}

static enum err draw(struct call *call, struct http_exchange *x, enum press_format format)
{
    struct collection_task task;
    bool pdf = format == PRESS_PDF;
    TRY(collection_task_reach(call, x->ids[0], &task));
    bool handed = str_is(task.state, "handed_in") || str_is(task.state, "accepted");
    if (!handed && access_is(call, ROLES_AUTHORITY))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.not_handed_in");
    TRY(collection_draw(call, &task, format, &x->file_bytes));
    x->file_name = str_format(call->arena, "%.*s-%.*s.%s", STR_ARG(task.title), STR_ARG(task.unit_name),
                              pdf ? "pdf" : "docx");
    x->file_type = pdf ? "application/pdf" : DOCX;
    x->file_inline = pdf;
    return ERR_OK;
}

static enum err task_pdf(struct call *call, struct http_exchange *x)
{
    return draw(call, x, PRESS_PDF);
}

static enum err task_docx(struct call *call, struct http_exchange *x)
{
    return draw(call, x, PRESS_DOCX);
}

/* A file of the collection belongs to the authority; whoever has a task in it may read it through the task.
 */
static enum err task_file(struct call *call, struct http_exchange *x)
{
    struct collection_task task;
    TRY(collection_task_reach(call, x->ids[0], &task));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT file_name, media_type, digest FROM attachment WHERE attachment_id = $1 AND "
               "subject_kind = 'collection' AND subject_id = $2 AND state = 'filed'",
               db_int(x->ids[1]), db_int(task.collection_id)));
    x->file_name = db_col_copy(call, &rows, 0);
    x->file_type = str_c(call->arena, db_col_str(&rows, 1));
    struct str digest = db_col_copy(call, &rows, 2);
    db_rows_close(&rows);
    x->file_inline = true;
    return attachment_open(call, call->app, digest, &x->file_path);
}

/* ---- the module ---- */

static const struct field decide_fields[] = {
    {.name = "agree", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "reason", .type = FIELD_NOTE, .flags = FIELD_REQUIRED, .min = 2, .max = 1000},
};
static const struct field_table decide_table = FIELD_TABLE("collection_concealment_decision", decide_fields);
static const struct field reason_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 4, .max = 500}};
static const struct field_table reason_table = FIELD_TABLE("collection_export_reason", reason_fields);

#define OFFICER  ROLE_COUNTY_OFFICER
#define SEERS    (ROLES_AUTHORITY | ROLES_UNIT)
#define TASK     "/api/collection-tasks/{task_id}"
#define ARCHIVES "/api/collections/{collection_id}/archives"
#define ROUTE(verb, where, who, id, call_it, zh, en)                                                         \
    .method = verb, .path = where, .grant = (who), .name = id, .handle = call_it, .summary_zh = zh,          \
    .summary_en = en
static const struct http_route routes[] = {
    {ROUTE("GET", "/api/collection-forms", SEERS, "collection_forms", form_rows, "可收集的表单",
           "What can be collected"),
     .kind = HTTP_LIST, .reply = &collection_form_line_table},
    {ROUTE("GET", "/api/collections", ROLES_AUTHORITY, "collection_list", http_list, "收集任务",
           "Collections"),
     .kind = HTTP_LIST, .reply = &collection_row_table, .list = &collection_list},
    {ROUTE("POST", "/api/collections", OFFICER, "collection_launch", collection_post, "发起收集",
           "Launch a collection"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_more_table,
     .body = &collection_launch_table, .reply = &collection_row_table},
    {ROUTE("GET", "/api/collections/{collection_id}", ROLES_AUTHORITY, "collection_get", collection_one,
           "收集任务详情", "A collection with its counts"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_more_table,
     .reply = &collection_row_table},
    {ROUTE("POST", "/api/collections/{collection_id}/close", OFFICER, "collection_close", collection_end,
           "结束收集", "End a collection"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_more_table, .flags = HTTP_CHANGES,
     .reply = &collection_row_table},
    {ROUTE("GET", "/api/collections/{collection_id}/reminder", ROLES_AUTHORITY, "collection_reminder",
           reminder_get, "催办文字", "Text of a reminder to copy"),
     .kind = HTTP_ONE, .reply = &collection_reminder_table},
    {ROUTE("POST", "/api/collections/{collection_id}/remind", OFFICER, "collection_remind", remind_post,
           "一键催办", "Remind who is missing"),
     .kind = HTTP_ONE, .reply = &collection_reminded_table, .flags = HTTP_CHANGES},
    {.method = "GET",
     .path = "/api/collections/{collection_id}/export",
     .grant = ROLES_AUTHORITY,
     .name = "collection_export",
     .prepare = export_get,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "汇总表（个人信息脱敏）",
     .summary_en = "Summary as a workbook, personal data masked"},
    {.method = "POST",
     .path = "/api/collections/{collection_id}/export",
     .grant = OFFICER,
     .name = "collection_export_full",
     .prepare = export_prepare,
     .handle = export_handle,
     .kind = HTTP_FILE,
     .flags = HTTP_CHANGES,
     .body = &reason_table,
     .summary_zh = "汇总表（完整，记录事由）",
     .summary_en = "Summary in full, with a reason that the ledger keeps"},
    {ROUTE("GET", ARCHIVES, OFFICER, "collection_archive_list", archive_rows, "打包文件",
           "Archives and how far they are"),
     .kind = HTTP_LIST, .reply = &collection_archive_table},
    {ROUTE("POST", ARCHIVES, OFFICER, "collection_archive_ask", archive_ask, "全部报送材料打包（记录事由）",
           "Put everything handed in into one archive, with a reason that the ledger keeps"),
     .kind = HTTP_ONE, .reply = &collection_archive_made_table, .body = &reason_table},
    {.method = "GET",
     .path = ARCHIVES "/{archive_id}/content",
     .grant = OFFICER,
     .name = "collection_archive",
     .prepare = archive_get,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "下载打包文件",
     .summary_en = "The finished archive"},
    {ROUTE("GET", "/api/collection-tasks", SEERS, "collection_task_list", task_rows, "填报任务", "Tasks"),
     .kind = HTTP_LIST, .more = &collection_clock_table, .reply = &collection_task_row_table,
     .list = &collection_task_list},
    {ROUTE("POST", "/api/collection-tasks", ROLES_UNIT, "collection_task_open", task_open, "主动填报",
           "Fill in a form unasked"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .body = &own_table, .reply = &collection_task_row_table},
    {ROUTE("GET", TASK, SEERS, "collection_task_get", task_one, "填报任务详情",
           "A task with its form and content"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .reply = &collection_task_row_table},
    {ROUTE("PUT", TASK "/draft", ROLES_UNIT, "collection_task_save", task_save, "保存草稿", "Save a draft"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .body = &collection_draft_table, .reply = &collection_task_row_table},
    {ROUTE("POST", TASK "/no-change", ROLES_UNIT, "collection_task_same", task_same, "与上次一致",
           "No change since last time"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .flags = HTTP_CHANGES, .reply = &collection_task_row_table},
    {ROUTE("POST", TASK "/sheet", ROLES_UNIT, "collection_task_print", task_print, "生成报送表",
           "Freeze the sheet to be stamped"),
     .prepare = task_print_prepare, .body = &print_table, .kind = HTTP_ONE, .more = &collection_clock_table,
     .also = &collection_task_file_table, .flags = HTTP_CHANGES, .reply = &collection_task_row_table},
    {ROUTE("POST", TASK "/hand-in", ROLES_UNIT, "collection_task_hand_in", task_hand_in, "报送", "Hand in"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .flags = HTTP_CHANGES, .reply = &collection_task_row_table},
    {ROUTE("POST", TASK "/return", OFFICER, "collection_task_return", task_return, "退回修改",
           "Return for correction"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .flags = HTTP_CHANGES, .body = &collection_return_table, .reply = &collection_task_row_table},
    {ROUTE("POST", TASK "/accept", OFFICER, "collection_task_accept", task_accept, "受理", "Accept"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .flags = HTTP_CHANGES, .reply = &collection_task_row_table},
    {ROUTE("POST", TASK "/books", OFFICER, "collection_task_book", task_book, "核对并写入台账",
           "What an accepted answer changes in the books; without preview it is written"),
     .prepare = task_book_prepare, .kind = HTTP_ONE, .reply = &collection_books_table, .flags = HTTP_CHANGES,
     .query = &book_table},
    {ROUTE("POST", TASK "/concealment", OFFICER, "collection_task_concealment", task_conceal,
           "认定是否涉嫌瞒报", "Decide about suspected concealment"),
     .kind = HTTP_ONE, .more = &collection_clock_table, .also = &collection_task_file_table,
     .flags = HTTP_CHANGES, .body = &decide_table, .reply = &collection_task_row_table},
    {.method = "GET",
     .path = TASK "/pdf",
     .grant = SEERS,
     .name = "collection_task_pdf",
     .prepare = task_pdf,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "报送表 PDF",
     .summary_en = "The sheet as PDF"},
    {.method = "GET",
     .path = TASK "/docx",
     .grant = SEERS,
     .name = "collection_task_docx",
     .prepare = task_docx,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "报送表 DOCX",
     .summary_en = "The sheet as DOCX"},
    {.method = "GET",
     .path = TASK "/files/{attachment_id}",
     .grant = SEERS,
     .name = "collection_task_file",
     .prepare = task_file,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "随任务下发的文件",
     .summary_en = "A file that came with the collection"},
};

/* A stamped sheet filed at the unit directly, as evidence of the kind that the form is named after, counts as
 * handed in. */
static const struct rules_fact facts[] = {
    {.name = "collection.handed_in",
     .subject = "unit",
     .args = {"form"},
     .sql =
         "SELECT t.unit_id, t.handed_in_at_ms, NULL FROM collection_task t WHERE ($1 = 0 OR t.unit_id = $1)"
         " AND ($2 = '' OR t.form_id = $2) AND t.state IN ('handed_in', 'accepted')"
         " UNION ALL SELECT a.unit_id, a.uploaded_at_ms, NULL FROM attachment a WHERE ($1 = 0 OR a.unit_id = "
         "$1)"
         " AND a.state = 'filed' AND a.subject_kind = 'unit' AND $2 LIKE '%.' || a.kind"},
};

static const struct jobs_kind jobs[] = {
    {.name = "collection.late", .at_minute = 2, .run = collection_sweep},
    {.name = "collection.archive", .every_s = 1, .at_minute = -1, .piece = collection_archive_piece},
    {.name = "collection.archive_sweep", .at_minute = 20, .run = collection_archive_sweep},
};

static const char *const scoped_tables[] = {"collection", "collection_task", NULL};

static enum err reach_task(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    struct collection_task task;
    TRY(collection_task_reach(call, id, &task));
    *ret_unit_id = task.unit_id;
    *ret_path = task.unit_path;
    return ERR_OK;
}

static enum err reach_asked(struct call *call, int64_t id, int64_t *ret_unit_id, struct str *ret_path)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_id, unit_path FROM collection WHERE collection_id = $1",
               db_int(id)));
    TRY(access_reach(call, db_col_str(&rows, 1)));
    *ret_unit_id = db_col_int(&rows, 0);
    *ret_path = db_col_copy(call, &rows, 1);
    return ERR_OK;
}

static void start(void)
{
    rules_declare_prefills(collection_prefills);
    attachment_declare_subject("collection", reach_asked);
    attachment_declare_subject("collection_task", reach_task);
}

const struct module collection_module = {
    .name = "collection",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .jobs = MODULE_MANY(jobs),
    .scoped_tables = scoped_tables,
    .start = start,
};
