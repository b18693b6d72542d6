/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/document/document.h"
#include "domain/module.h"

static const struct field row_fields[] = {
    {.name = "document_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "document_kind",
     .type = FIELD_ENUM,
     .of = &document_kind_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "doc_number", .type = FIELD_TEXT},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &document_state_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "issued_on", .type = FIELD_DATE},
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table row_table = FIELD_TABLE("document", row_fields);
static const struct db_filter filters[] = {
    {"document_kind", "d.document_kind = $$", FIELD_ENUM, &document_kind_enum},
    {"state", "d.state = $$", FIELD_ENUM, &document_state_enum},
    {"unit_id", "d.unit_id = $$", FIELD_INT, NULL},
    {"subject_kind", "d.subject_kind = $$", FIELD_TEXT, NULL},
    {"subject_id", "d.subject_id = $$", FIELD_INT, NULL},
};
static const struct db_sort sorts[] = {{"document_id", "d.document_id"}};
static const struct db_list document_list = {
    .columns = &row_table,
    .select = "SELECT d.document_id, d.document_kind, d.title, d.doc_number, d.unit_id, u.unit_name, "
              "d.state, d.issued_on, d.subject_kind,"
              " d.subject_id FROM document d JOIN org_unit u ON u.unit_id = d.unit_id",
    .scope = "d.unit_path",
    .key = "d.document_id",
    .default_sort = "-document_id",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = 1,
    .search = "(d.title LIKE $$ OR d.doc_number LIKE $$ OR u.unit_name LIKE $$)",
};

/* A unit reads what was issued to it, never a draft. */
static enum err reach(struct call *call, int64_t document_id, struct str *ret_name)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT unit_path, state, title, COALESCE(doc_number, '') FROM document WHERE document_id = $1",
        db_int(document_id)));
    TRY(access_reach(call, db_col_str(&rows, 0)));
    if (str_is(db_col_str(&rows, 1), "draft") && !access_is(call, ROLES_AUTHORITY))
        return ERR_NOT_FOUND;
    *ret_name =
        str_format(call->arena, "%.*s%.*s", STR_ARG(db_col_str(&rows, 3)), STR_ARG(db_col_str(&rows, 2)));
    return ERR_OK;
}

static enum err document_pdf(struct call *call, struct http_exchange *x)
{
    struct str name;
    TRY(reach(call, x->ids[0], &name));
    TRY(document_render(call, x->ids[0], PRESS_PDF, &x->file_bytes, NULL));
    x->file_name = str_format(call->arena, "%.*s.pdf", STR_ARG(name));
    x->file_type = "application/pdf";
    x->file_inline = true;
    return ERR_OK;
}

static enum err document_docx(struct call *call, struct http_exchange *x)
{
    struct str name;
    TRY(reach(call, x->ids[0], &name));
    TRY(document_render(call, x->ids[0], PRESS_DOCX, &x->file_bytes, NULL));
    x->file_name = str_format(call->arena, "%.*s.docx", STR_ARG(name));
    x->file_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    return ERR_OK;
}

static enum err document_proof(struct call *call, struct http_exchange *x)
{
    bool intact;
    return document_verify(call, x->words[0], x->out, &intact);
}

#define READERS (ROLES_AUTHORITY | ROLES_UNIT)
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/documents",
     .grant = ROLES_AUTHORITY,
     .name = "document_list",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &row_table,
     .list = &document_list,
     .summary_zh = "文书",
     .summary_en = "Official papers"},
    {.method = "GET",
     .path = "/api/documents/{document_id}/pdf",
     .grant = READERS,
     .name = "document_pdf",
     .prepare = document_pdf,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "文书 PDF",
     .summary_en = "The paper as PDF"},
    {.method = "GET",
     .path = "/api/documents/{document_id}/docx",
     .grant = READERS,
     .name = "document_docx",
     .prepare = document_docx,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "文书 DOCX（可编辑）",
     .summary_en = "The paper as an editable DOCX"},
    {.method = "GET",
     .path = "/api/verify/{verify_code}",
     .grant = GRANT_PUBLIC,
     .name = "document_verify",
     .handle = document_proof,
     .kind = HTTP_ONE,
     .reply = &document_proof_table,
     .summary_zh = "核验文书",
     .summary_en = "What a printed code proves"},
};

static const char *const scoped_tables[] = {"document", NULL};

const struct module document_module = {
    .name = "document",
    .routes = MODULE_MANY(routes),
    .scoped_tables = scoped_tables,
};
