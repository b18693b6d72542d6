/* SPDX-License-Identifier: Apache-2.0
 *
 * Sheets over the interface: templates and the register out, a sheet in, looked at before it is written.
 */
#include "domain/registry/registry_inner.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/words.h"
#include "db/db.h"
#include "helpers/paper.h"
#include "ledger/ledger.h"

static enum err scratch_file(struct call *call, int *ret_fd, const char **ret_path)
{
    char path[] = "/tmp/anze-sheet-XXXXXX";
    *ret_fd = mkostemp(path, O_CLOEXEC);
    if (*ret_fd < 0)
        return ERR_FAILED;
    *ret_path = str_c(call->arena, str_of(path));
    return ERR_OK;
}

static enum err reply_sheet(struct call *call, struct http_exchange *x, enum err word, int fd,
                            const char *path, const char *name_key)
{
    close(fd);
    if (word != ERR_OK) {
        unlink(path);
        return word;
    }
    x->file_path = path;
    x->file_path_delete = true;
    x->file_name = str_format(call->arena, "%.*s.xlsx", STR_ARG(words_get(call->lang, name_key)));
    x->file_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    return ERR_OK;
}

static const struct field template_query_fields[] = {
    {.name = "full", .type = FIELD_BOOL},
};
const struct field_table registry_template_query_table =
    FIELD_TABLE("registry_template_query", template_query_fields);

enum err registry_template_get(struct call *call, struct http_exchange *x)
{
    int fd;
    const char *path;
    TRY(scratch_file(call, &fd, &path));
    enum err word = registry_template(call, field_int(&x->query, "full", 0) != 0, fd);
    return reply_sheet(call, x, word, fd, path, "registry.template_name");
}

static const char *const layout_names[] = {"xlsx", "csv", NULL};
static const struct field_enum layout_enum = {"sheet_layout", layout_names, NULL};
static const struct field export_query_fields[] = {
    {.name = "layout", .type = FIELD_ENUM, .of = &layout_enum},
};
const struct field_table registry_export_query_table =
    FIELD_TABLE("registry_export_query", export_query_fields);

/* The register itself, as it imports back; the list's own export has the columns of the list. */
enum err registry_export_get(struct call *call, struct http_exchange *x)
{
    int fd;
    const char *path;
    int64_t rows;
    bool csv = str_is(field_str(&x->query, "layout"), "csv");
    TRY(scratch_file(call, &fd, &path));
    TRY(reply_sheet(call, x, registry_export(call, csv, fd, &rows), fd, path, "registry.export_name"));
    if (csv) {
        x->file_name =
            str_format(call->arena, "%.*s.csv", STR_ARG(words_get(call->lang, "registry.export_name")));
        x->file_type = "text/csv; charset=utf-8";
    }
    return ERR_OK;
}

#define DIFF_USUAL 50
static const char *const action_names[] = {"any", "created", "changed", NULL}; /* enum registry_action */
static const struct field_enum action_enum = {"import_action", action_names, NULL};
static const struct field import_query_fields[] = {
    {.name = "preview", .type = FIELD_BOOL},
    {.name = "filename", .type = FIELD_TEXT, .max = 200},
    {.name = "mapping", .type = FIELD_TEXT, .max = 8000},
    {.name = "header_row", .type = FIELD_INT, .min = 1, .max = PAPER_ROWS_MAX},
    {.name = "diff_after", .type = FIELD_INT, .min = 0, .max = PAPER_ROWS_MAX},
    {.name = "diff_limit", .type = FIELD_INT, .min = 1, .max = 200},
    {.name = "diff_action", .type = FIELD_ENUM, .of = &action_enum},
};
const struct field_table registry_import_query_table =
    FIELD_TABLE("registry_import_query", import_query_fields);

/* ---- what an import answers ---- */

static const struct field cell_fields[] = {
    {.name = "field", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "before", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "after", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table cell_table = FIELD_TABLE("import_cell", cell_fields);

static const char *const row_actions[] = {"created", "changed", NULL};
static const struct field_enum row_actions_enum = {"import_row_action", row_actions, NULL};
static const struct field diff_fields[] = {
    {.name = "row", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "action", .type = FIELD_ENUM, .of = &row_actions_enum, .flags = FIELD_REQUIRED},
    {.name = "system_no", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "cells", .type = FIELD_ROWS, .rows = &cell_table, .flags = FIELD_REQUIRED},
};
static const struct field_table diff_table = FIELD_TABLE("import_row", diff_fields);

static const struct field note_fields[] = {
    {.name = "row", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "column", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "field", .type = FIELD_TEXT},
    {.name = "message", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table note_table = FIELD_TABLE("import_note", note_fields);

static const char *const sources[] = {"spelling", "remembered", "chosen", NULL};
static const struct field_enum sources_enum = {"column_source", sources, NULL};
static const struct field column_fields[] = {
    {.name = "column", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "header", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "field", .type = FIELD_TEXT},
    {.name = "table", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "source", .type = FIELD_ENUM, .of = &sources_enum, .flags = FIELD_REQUIRED},
    {.name = "sample", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table column_table = FIELD_TABLE("import_column", column_fields);

/* The differences belong to a preview. */
static const struct field import_fields[] = {
    {.name = "rows", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "created", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "changed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unchanged", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "diff", .type = FIELD_ROWS, .rows = &diff_table},
    {.name = "diff_rows", .type = FIELD_INT},
    {.name = "diff_next", .type = FIELD_INT},
    {.name = "warnings", .type = FIELD_ROWS, .rows = &note_table, .flags = FIELD_REQUIRED},
    {.name = "warnings_count", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "errors", .type = FIELD_ROWS, .rows = &note_table, .flags = FIELD_REQUIRED},
    {.name = "errors_count", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "mapping", .type = FIELD_ROWS, .rows = &column_table, .flags = FIELD_REQUIRED},
    {.name = "header_row", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table registry_import_table = FIELD_TABLE("registry_import", import_fields);

enum err registry_import_prepare(struct call *call, struct http_exchange *x)
{
    struct registry_sheet *sheet;
    struct registry_mapping wanted;
    TRY(registry_mapping_parse(call, field_str(&x->query, "mapping"), field_int(&x->query, "header_row", 0),
                               &wanted));
    TRY(registry_sheet_read(call, x->upload_path, &wanted, &sheet));
    x->prepared = sheet;
    return ERR_OK;
}

static void put_errors(struct call *call, const struct registry_sheet *sheet, struct json_writer *w)
{
    json_open_array(w, "errors");
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next) {
        json_open_object(w, NULL);
        json_put_int(w, "row", fault->row);
        json_put_str(w, "column", fault->field ? registry_sheet_column(call, sheet, fault->field) : STR_NONE);
        json_put_c(w, "field", fault->field);
        json_put_str(w, "message", registry_fault_text(call, fault));
        json_close_object(w);
    }
    json_close_array(w);
    json_put_int(w, "errors_count", call->faults_count);
}

/* A preview is the real thing rolled back, so its counts are what a commit would do. */
static enum err import_preview(struct call *call, struct http_exchange *x, struct registry_sheet *sheet)
{
    struct registry_import report = {.preview = true};
    struct str action = field_str(&x->query, "diff_action");
    report.diff.after = field_int(&x->query, "diff_after", 0);
    report.diff.most = (int)field_int(&x->query, "diff_limit", DIFF_USUAL);
    report.diff.only = str_is(action, "created")   ? REGISTRY_CREATED
                       : str_is(action, "changed") ? REGISTRY_CHANGED
                                                   : REGISTRY_ANY;
    struct rules_touched *touched = call->touched;
    TRY(db_savepoint(call->db));
    enum err word = registry_sheet_apply(call, sheet, &report);
    db_rollback_savepoint(call->db);
    call->touched = touched;
    if (word != ERR_OK && word != ERR_INVALID)
        return word;
    registry_put_import(call, sheet, &report, x->out);
    put_errors(call, sheet, x->out);
    registry_sheet_put_mapping(call, sheet, x->out);
    call_faults_clear(call);
    return ERR_OK;
}

enum err registry_import_handle(struct call *call, struct http_exchange *x)
{
    struct registry_sheet *sheet = x->prepared;
    if (field_int(&x->query, "preview", 0))
        return import_preview(call, x, sheet);
    struct registry_import report = {0};
    TRY(registry_sheet_apply(call, sheet, &report));
    TRY(registry_sheet_remember(call, sheet));
    registry_put_import(call, sheet, &report, x->out);
    put_errors(call, sheet, x->out);
    registry_sheet_put_mapping(call, sheet, x->out);
    return ledger_append(
        call,
        &(struct ledger_fact){.verb = "registry.imported",
                              .subject_kind = "registry",
                              .detail =
                                  str_format(call->arena, "{\"rows\":%lld,\"created\":%lld,\"changed\":%lld}",
                                             (long long)report.rows, (long long)report.created,
                                             (long long)report.changed)},
        NULL);
}

/* The same sheet back with what is wrong in a column; nothing is written. */
enum err registry_import_errors(struct call *call, struct http_exchange *x)
{
    struct registry_sheet *sheet = x->prepared;
    struct registry_import report = {.preview = true};
    TRY(db_savepoint(call->db));
    enum err word = registry_sheet_apply(call, sheet, &report);
    db_rollback_savepoint(call->db);
    call->touched = NULL;
    if (word != ERR_OK && word != ERR_INVALID)
        return word;
    int fd;
    const char *path;
    TRY(scratch_file(call, &fd, &path));
    word = registry_sheet_errors(call, x->upload_path, sheet, fd);
    call_faults_clear(call);
    return reply_sheet(call, x, word, fd, path, "registry.errors_name");
}
