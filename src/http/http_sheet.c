/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A list as a spreadsheet: the same filters, sort and scope, every page, streamed row by row to the
 * helper that writes the file; nothing but the row at hand is in memory. Codes become words and ids of other
 * rows are left out, since people read it; long numbers stay text. Personal data is masked as in the list
 * itself.
 */
#include "http/http_inner.h"

#include <limits.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/words.h"
#include "helpers/paper.h"

struct sheet {
    struct paper_writer *writer;
    const struct field_table *table;
    const int *columns; /* index of the field of each cell */
    struct paper_cell *cells;
    size_t many;
    int64_t rows;
    bool personal;
    struct arena *scratch; /* of one row */
};

bool http_wants_sheet(const struct http_exchange *x)
{
    return x->route->list && !http_names_param(x->route, "format") &&
           x->param(x->param_from, "format").len > 0;
}

static bool is_column(const struct field *field)
{
    if (field->flags & (FIELD_HIDDEN | FIELD_SECRET))
        return false;
    return field->type != FIELD_REF && field->type != FIELD_ROWS && field->type != FIELD_OBJECT &&
           field->type != FIELD_COUNTS && field->type != FIELD_TEXTS && field->type != FIELD_JSON;
}

static enum paper_cell_kind cell_kind(const struct field *field)
{
    if (field->type == FIELD_INT)
        return PAPER_NUMBER;
    if (field->type == FIELD_DATE)
        return PAPER_DATE;
    return PAPER_TEXT;
}

static struct str yuan(struct arena *arena, int64_t fen)
{
    return str_format(arena, "%s%lld.%02lld", fen < 0 ? "-" : "", llabs(fen / 100), llabs(fen % 100));
}

static struct str china_time(struct arena *arena, int64_t ms)
{
    struct str text = clock_rfc3339(arena, ms);
    return text.len < 19 ? text : str_format(arena, "%.10s %.8s", text.at, text.at + 11);
}

static struct str cell_text(struct call *call, const struct sheet *sheet, const struct field *field,
                            const struct db_rows *rows, int column)
{
    if (db_col_null(rows, column))
        return STR_NONE;
    switch (field->type) {
    case FIELD_INT:
        return str_format(sheet->scratch, "%lld", (long long)db_col_int(rows, column));
    case FIELD_MONEY:
        return yuan(sheet->scratch, db_col_int(rows, column));
    case FIELD_TIME:
        return china_time(sheet->scratch, db_col_int(rows, column));
    case FIELD_BOOL:
        return words_get(call->lang, db_col_int(rows, column) ? "http.yes" : "http.no");
    case FIELD_ENUM:
        return words_enum(call, field->of->name, db_col_str(rows, column));
    default:
        break;
    }
    bool masked = (field->flags & FIELD_PERSONAL) && !sheet->personal;
    return masked ? field_mask(sheet->scratch, field, db_col_str(rows, column)) : db_col_str(rows, column);
}

static enum err write_row(struct call *call, const struct db_rows *rows, void *context)
{
    struct sheet *sheet = context;
    if (++sheet->rows > PAPER_ROWS_MAX)
        return call_fail(call, ERR_TOO_LARGE, NULL, "http.fault.sheet_rows",
                         str_format(call->arena, "%d", PAPER_ROWS_MAX));
    struct arena *own = call->arena;
    call->arena = sheet->scratch; /* a hundred thousand rows of words would stay in the request's memory */
    for (size_t i = 0; i < sheet->many; i++) {
        const struct field *field = &sheet->table->fields[sheet->columns[i]];
        struct str text = cell_text(call, sheet, field, rows, sheet->columns[i]);
        sheet->cells[i] =
            (struct paper_cell){.kind = text.len ? cell_kind(field) : PAPER_EMPTY, .text = text};
    }
    call->arena = own;
    enum err word = paper_write_row(call, sheet->writer, sheet->cells, sheet->many);
    arena_reset(sheet->scratch);
    return word;
}

static struct str sheet_title(struct call *call, const struct http_route *route)
{
    const char *title = call->lang == CALL_EN ? route->summary_en : route->summary_zh;
    return str_of(title ? title : route->name);
}

static struct paper_sheet_out describe(struct call *call, struct http_exchange *x, struct sheet *sheet,
                                       enum paper_layout layout)
{
    const struct field_table *table = x->route->list->columns;
    struct paper_column *columns = ARENA_ARRAY(call->arena, struct paper_column, table->many);
    int *indexes = ARENA_ARRAY(call->arena, int, table->many);
    for (size_t i = 0; i < table->many; i++) {
        if (!is_column(&table->fields[i]))
            continue;
        indexes[sheet->many] = (int)i;
        columns[sheet->many++] =
            (struct paper_column){.title = words_label(call, table->name, table->fields[i].name),
                                  .kind = cell_kind(&table->fields[i]),
                                  .wrap = table->fields[i].type == FIELD_NOTE};
    }
    sheet->table = table;
    sheet->columns = indexes;
    sheet->cells = ARENA_ARRAY(call->arena, struct paper_cell, sheet->many);
    return (struct paper_sheet_out){.layout = layout,
                                    .name = sheet_title(call, x->route),
                                    .columns = columns,
                                    .many_columns = sheet->many};
}

enum err http_sheet(struct call *call, struct http_exchange *x)
{
    struct http_request *r = x->param_from;
    struct str format = x->param(r, "format");
    bool csv = str_is(format, "csv");
    if (!csv && !str_is(format, "xlsx"))
        return call_fail(call, ERR_INVALID, "format", "http.fault.format");
    ARENA(scratch, 16 * 1024 * 1024);
    struct db_list_ask ask = http_ask(call, x);
    ask.limit = INT_MAX;
    struct sheet sheet = {.personal = ask.personal, .scratch = scratch};
    struct paper_sheet_out out = describe(call, x, &sheet, csv ? PAPER_CSV : PAPER_XLSX);
    TRY(http_upload_open(r));
    TRY(paper_write_start(call, r->spool_fd, &out, &sheet.writer));
    TRY(db_list_each(call, x->route->list, &ask, write_row, &sheet));
    TRY(paper_write_end(call, sheet.writer));
    http_upload_close(r);
    if (r->spool_failed)
        return ERR_FAILED;
    x->file_path = r->spool_path;
    x->file_path_delete = true;
    x->file_name = str_format(call->arena, "%.*s-%s.%s", STR_ARG(out.name),
                              clock_date(clock_day_of(call->now_ms)).text, csv ? "csv" : "xlsx");
    x->file_type =
        csv ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    return ERR_OK;
}
