/* SPDX-License-Identifier: Apache-2.0
 *
 * What replies hold beside the rows of collections and tasks: what the writers of this folder write.
 */
#include "domain/collection/collection_inner.h"

/* ---- forms ---- */

static const char *const form_kinds[] = {"form", "pledge", NULL};
static const struct field_enum form_kinds_enum = {"collection_form_kind", form_kinds, NULL};
static const char *const seals[] = {"required", "optional", "none", NULL};
static const struct field_enum seals_enum = {"form_seal", seals, NULL};
static const struct field line_fields[] = {
    {.name = "form_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "kind", .type = FIELD_ENUM, .of = &form_kinds_enum, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "pack_title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "seal", .type = FIELD_ENUM, .of = &seals_enum, .flags = FIELD_REQUIRED},
    {.name = "prefill", .type = FIELD_TEXT},
};
const struct field_table collection_form_line_table = FIELD_TABLE("form_line", line_fields);

static const struct field field_fields[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "help", .type = FIELD_NOTE},
    {.name = "type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "required", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "personal", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "of", .type = FIELD_TEXTS, .flags = FIELD_REQUIRED},
};
static const struct field_table field_table = FIELD_TABLE("form_field", field_fields);

static const struct field row_fields[] = {
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table row_table = FIELD_TABLE("form_row", row_fields);

static const struct field form_fields[] = {
    {.name = "form_id", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "kind", .type = FIELD_ENUM, .of = &form_kinds_enum, .flags = FIELD_REQUIRED},
    {.name = "article", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "pack_title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "seal", .type = FIELD_ENUM, .of = &seals_enum, .flags = FIELD_REQUIRED},
    {.name = "prefill", .type = FIELD_TEXT},
    {.name = "intro", .type = FIELD_NOTE},
    {.name = "fields", .type = FIELD_ROWS, .rows = &field_table, .flags = FIELD_REQUIRED},
    {.name = "columns", .type = FIELD_ROWS, .rows = &field_table, .flags = FIELD_REQUIRED},
    {.name = "rows", .type = FIELD_ROWS, .rows = &row_table, .flags = FIELD_REQUIRED},
    {.name = "min_rows", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "max_rows", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table form_table = FIELD_TABLE("form_file", form_fields);

/* ---- a collection ---- */

/* A state in which there is no task is left out. */
static const struct field counts_fields[] = {
    {.name = "not_started", .type = FIELD_INT},
    {.name = "draft", .type = FIELD_INT},
    {.name = "returned", .type = FIELD_INT},
    {.name = "handed_in", .type = FIELD_INT},
    {.name = "accepted", .type = FIELD_INT},
    {.name = "all", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "late", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "suspected", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
static const struct field_table counts_table = FIELD_TABLE("collection_counts", counts_fields);

static const struct field clock_fields[] = {
    {.name = "countdown_working_days", .type = FIELD_INT},
};
const struct field_table collection_clock_table = FIELD_TABLE("collection_clock", clock_fields);

static const struct field counted_fields[] = {
    {.name = "counts", .type = FIELD_OBJECT, .rows = &counts_table, .flags = FIELD_REQUIRED},
};
const struct field_table collection_more_table = FIELD_TABLE("collection_more", counted_fields);

static const struct field reminder_fields[] = {
    {.name = "text", .type = FIELD_NOTE, .max = 65536, .flags = FIELD_REQUIRED},
};
const struct field_table collection_reminder_table = FIELD_TABLE("collection_reminder", reminder_fields);

static const struct field reminded_fields[] = {
    {.name = "units", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table collection_reminded_table = FIELD_TABLE("collection_reminded", reminded_fields);

static const char *const archive_states[] = {"waiting", "building", "done", "failed", "dropped", NULL};
static const struct field_enum archive_states_enum = {"archive_state", archive_states, NULL};
static const struct field archive_fields[] = {
    {.name = "archive_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &archive_states_enum, .flags = FIELD_REQUIRED},
    {.name = "asked_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "asked_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "units", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "done", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "flawed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "files", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "size", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "fault", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "done_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
};
const struct field_table collection_archive_table = FIELD_TABLE("collection_archive", archive_fields);

static const struct field archive_made_fields[] = {
    {.name = "archive_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table collection_archive_made_table =
    FIELD_TABLE("collection_archive_made", archive_made_fields);

/* ---- a task ---- */

static const struct field given_fields[] = {
    {.name = "attachment_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "media_type", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "size", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "uploaded_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
};
const struct field_table collection_file_table = FIELD_TABLE("given_file", given_fields);

static const struct field cell_fields[] = {
    {.name = "row_no", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "value", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table cell_table = FIELD_TABLE("task_cell", cell_fields);

static const struct field remark_fields[] = {
    {.name = "row_no", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "remark", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
const struct field_table collection_remark_row_table = FIELD_TABLE("task_remark", remark_fields);

/* A pledge has no form, and no cells. */
static const struct field task_fields[] = {
    {.name = "saved_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "return_reason", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "decided_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "scan_attachment_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "scan_digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "concealment_why", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "case_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "text", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "standing", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "booked_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "booked_by_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "form_kind", .type = FIELD_ENUM, .of = &form_kinds_enum, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "document_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "verify_code", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "sheet_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "sheet_current", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "files", .type = FIELD_ROWS, .rows = &collection_file_table, .flags = FIELD_REQUIRED},
    {.name = "form", .type = FIELD_OBJECT, .rows = &form_table},
    {.name = "cells", .type = FIELD_ROWS, .rows = &cell_table},
    {.name = "masked", .type = FIELD_BOOL},
    {.name = "prefilled_from", .type = FIELD_TEXT},
    {.name = "last_answer_at_ms", .type = FIELD_TIME},
    {.name = "remarks", .type = FIELD_ROWS, .rows = &collection_remark_row_table},
};
const struct field_table collection_task_file_table = FIELD_TABLE("task_file", task_fields);

/* ---- what goes into the books ---- */

static const struct field book_field_fields[] = {
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "before", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
    {.name = "after", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table book_field_table = FIELD_TABLE("book_field", book_field_fields);

static const struct field book_change_fields[] = {
    {.name = "what", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "label", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "name_before", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "fields", .type = FIELD_ROWS, .rows = &book_field_table, .flags = FIELD_REQUIRED},
};
static const struct field_table book_change_table = FIELD_TABLE("book_change", book_change_fields);

static const struct field book_error_fields[] = {
    {.name = "row_no", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "message", .type = FIELD_NOTE, .flags = FIELD_REQUIRED},
};
static const struct field_table book_error_table = FIELD_TABLE("book_error", book_error_fields);

static const struct field book_fields[] = {
    {.name = "books", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "preview", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "changes", .type = FIELD_ROWS, .rows = &book_change_table, .flags = FIELD_REQUIRED},
    {.name = "many", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "errors", .type = FIELD_ROWS, .rows = &book_error_table, .flags = FIELD_REQUIRED},
};
const struct field_table collection_books_table = FIELD_TABLE("task_books", book_fields);
