/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import does, row by row and cell by cell, as it is shown before it is written; and what is told
 * beside it.
 */
#include "domain/registry/registry_apply.h"

#include <string.h>
#include "base/words.h"
#include "db/db.h"

/* ---- what is told beside the result ---- */

void registry_apply_note(struct apply *apply, const char *field, struct str text)
{
    struct registry_import *report = apply->report;
    if (report->notes_count++ >= REGISTRY_NOTES_MAX)
        return;
    struct arena *lasting = call_lasting(apply->call);
    struct registry_note *made = ARENA_NEW(lasting, struct registry_note);
    *made = (struct registry_note){.row = apply->row, .field = field, .text = str_copy(lasting, text)};
    if (report->last_note)
        report->last_note->next = made;
    else
        report->notes = made;
    report->last_note = made;
}

void registry_apply_note_key(struct apply *apply, const char *field, const char *key, struct str first)
{
    registry_apply_note(apply, field, words_fill(apply->call->arena, apply->call->lang, key, &first, 1));
}

void registry_apply_take_warning(void *context, const char *field, struct str text)
{
    registry_apply_note(context, field, text);
}

/* NULL when this row is not collected; it is counted all the same. */
struct registry_diff_row *registry_apply_diff_row(struct apply *apply, enum registry_action action)
{
    struct registry_import *report = apply->report;
    if (report->diff.only && report->diff.only != action)
        return NULL;
    report->diff_rows++;
    if (report->diff.most == 0 || apply->row <= report->diff.after)
        return NULL;
    if (report->diff.most == 1) { /* the last place is taken: go on after the one before */
        report->diff.most = 0;
        report->diff_next = report->last ? report->last->row : 0;
        return NULL;
    }
    report->diff.most--;
    struct registry_diff_row *row = ARENA_NEW(call_lasting(apply->call), struct registry_diff_row);
    *row = (struct registry_diff_row){.row = apply->row, .action = action};
    if (report->last)
        report->last->next = row;
    else
        report->first = row;
    report->last = row;
    return row;
}

static void diff_cell(struct apply *apply, struct registry_diff_row *row, const struct field *field,
                      struct str before, struct str after)
{
    struct arena *lasting = call_lasting(apply->call);
    if (row->many == row->room) {
        size_t room = row->room ? row->room * 2 : 8;
        struct registry_diff_cell *grown = ARENA_ARRAY(lasting, struct registry_diff_cell, room);
        if (row->many)
            memcpy(grown, row->cells, row->many * sizeof(*grown));
        row->cells = grown;
        row->room = room;
    }
    row->cells[row->many++] =
        (struct registry_diff_cell){field, str_copy(lasting, before), str_copy(lasting, after)};
}

/* The given values of a record that is about to be written, beside the stored ones. */
enum err registry_apply_diff_values(struct apply *apply, struct registry_diff_row *into,
                                    const struct row_records *row)
{
    const struct field_record *given = &row->system;
    for (size_t i = 0; i < given->table->many; i++) {
        const struct field *field = &given->table->fields[i];
        struct str before = STR_NONE, after;
        if (!given->values[i].given || given->values[i].empty || field->type == FIELD_ROWS ||
            (field->flags & FIELD_READONLY))
            continue;
        TRY(registry_value_text(apply->call, field, &given->values[i], row->open, &after));
        if (row->system_id)
            TRY(registry_value_text(apply->call, field, &row->stored.values[i], row->open, &before));
        diff_cell(apply, into, field, before, after);
    }
    return ERR_OK;
}

static struct str place_text(struct call *call, const struct field_record *endpoint)
{
    struct str url = field_str(endpoint, "url"), domain = field_str(endpoint, "domain"),
               ip = field_str(endpoint, "ip");
    struct str place = url.len ? url : domain;
    int64_t port = field_int(endpoint, "port", 0);
    return str_format(call->arena, "%.*s%s%.*s%s%s", STR_ARG(place), place.len && ip.len ? " " : "",
                      STR_ARG(ip), port ? ":" : "",
                      port ? str_format(call->arena, "%lld", (long long)port).at : "");
}

void registry_apply_diff_addresses(struct apply *apply, struct registry_diff_row *into,
                                   const struct row_records *row)
{
    for (size_t i = 0; i < row->many_endpoints; i++)
        diff_cell(apply, into, NULL, STR_NONE, place_text(apply->call, &row->endpoints[i]));
}

/* ---- what it did ---- */

static void put_diff(const struct registry_import *report, struct json_writer *w)
{
    json_open_array(w, "diff");
    for (const struct registry_diff_row *row = report->first; row; row = row->next) {
        json_open_object(w, NULL);
        json_put_int(w, "row", row->row);
        json_put_c(w, "action", row->action == REGISTRY_CREATED ? "created" : "changed");
        json_put_str(w, "system_no", row->system_no);
        json_put_str(w, "system_name", row->system_name);
        json_put_str(w, "unit_name", row->unit_name);
        json_open_array(w, "cells");
        for (size_t i = 0; i < row->many; i++) {
            json_open_object(w, NULL);
            json_put_c(w, "field", row->cells[i].field ? row->cells[i].field->name : "endpoints");
            json_put_str(w, "before", row->cells[i].before);
            json_put_str(w, "after", row->cells[i].after);
            json_close_object(w);
        }
        json_close_array(w);
        json_close_object(w);
    }
    json_close_array(w);
    json_put_int(w, "diff_rows", report->diff_rows);
    if (report->diff_next)
        json_put_int(w, "diff_next", report->diff_next);
    else
        json_put_null(w, "diff_next");
}

void registry_put_import(struct call *call, const struct registry_sheet *sheet,
                         const struct registry_import *report, struct json_writer *w)
{
    json_put_int(w, "rows", report->rows);
    json_put_int(w, "created", report->created);
    json_put_int(w, "changed", report->changed);
    json_put_int(w, "unchanged", report->unchanged);
    if (report->preview)
        put_diff(report, w);
    json_open_array(w, "warnings");
    for (const struct registry_note *note = report->notes; note; note = note->next) {
        json_open_object(w, NULL);
        json_put_int(w, "row", note->row);
        json_put_str(w, "column", registry_sheet_column(call, sheet, note->field));
        json_put_c(w, "field", note->field);
        json_put_str(w, "message", note->text);
        json_close_object(w);
    }
    json_close_array(w);
    json_put_int(w, "warnings_count", report->notes_count);
}
