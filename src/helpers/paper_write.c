/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper.h"
#include "helpers/paper_wire.h"
#include <unistd.h>

#define WRITE_WALL_MS   600000
#define WRITE_FRAME_MAX ((size_t)16 << 20)

struct paper_writer {
    struct helper *helper;
    size_t many_columns;
    int64_t row;
    struct buf body;
};

static void free_body(void *thing)
{
    buf_free(thing);
}

static enum err send_body(struct call *call, struct paper_writer *writer, uint8_t kind)
{
    TRY(buf_check(&writer->body));
    enum err word = helper_send(call, writer->helper, kind, buf_str(&writer->body));
    writer->body.len = 0;
    return word;
}

static enum err send_book(struct call *call, struct paper_writer *writer, const struct paper_sheet_out *out,
                          bool plain)
{
    struct buf *body = &writer->body;
    helper_put_int(body, PAPER_N_KIND, out->layout);
    helper_put_int(body, PAPER_N_PLAIN, plain);
    helper_put_int(body, PAPER_N_MANY, (int64_t)out->many_columns);
    helper_put(body, PAPER_T_NAME, out->name);
    helper_put(body, PAPER_T_TITLE, out->title);
    helper_put(body, PAPER_T_NOTE, out->note);
    TRY(send_body(call, writer, PAPER_KIND_BOOK));
    for (size_t i = 0; i < out->many_columns; i++) {
        const struct paper_column *column = &out->columns[i];
        helper_put(body, PAPER_T_TITLE, column->title);
        helper_put(body, PAPER_T_HELP, column->help);
        helper_put_int(body, PAPER_N_KIND, column->kind);
        helper_put_int(body, PAPER_N_WIDTH, column->width);
        helper_put_int(body, PAPER_N_FLAGS,
                       (column->required ? PAPER_FLAG_REQUIRED : 0) | (column->wrap ? PAPER_FLAG_WRAP : 0));
        for (size_t choice = 0; choice < column->many_choices; choice++)
            helper_put(body, PAPER_T_CHOICE, column->choices[choice]);
        TRY(send_body(call, writer, PAPER_KIND_COLUMN));
    }
    return ERR_OK;
}

static enum err start(struct call *call, int fd, const struct paper_sheet_out *out, bool plain,
                      struct paper_writer **ret)
{
    if (out->many_columns == 0 || out->many_columns > PAPER_COLUMNS_MAX)
        return call_fail(call, ERR_TOO_LARGE, "file", "paper.fault.columns",
                         str_format(call->arena, "%d", PAPER_COLUMNS_MAX));
    struct paper_writer *writer = ARENA_NEW(call->arena, struct paper_writer);
    writer->many_columns = out->many_columns;
    writer->body.max = WRITE_FRAME_MAX;
    arena_defer(call->arena, free_body, &writer->body);
    struct helper_job job = {
        .program = "anze-paper",
        .job = "write",
        .in_fd = HELPER_NO_FD,
        .out_fd = fd,
        .wall_ms = WRITE_WALL_MS,
        .frame_max = 65536, /* it says only that it is done, or a fault */
        .key_prefix = "paper.",
    };
    TRY(helper_start(call, &job, &writer->helper));
    TRY(send_book(call, writer, out, plain));
    *ret = writer;
    return ERR_OK;
}

enum err paper_write_start(struct call *call, int fd, const struct paper_sheet_out *out,
                           struct paper_writer **ret)
{
    return start(call, fd, out, false, ret);
}

enum err paper_write_row(struct call *call, struct paper_writer *writer, const struct paper_cell *cells,
                         size_t many)
{
    if (many > writer->many_columns)
        return call_fail(call, ERR_TOO_LARGE, "file", "paper.fault.columns",
                         str_format(call->arena, "%zu", writer->many_columns));
    int64_t skip = 0;
    helper_put_int(&writer->body, PAPER_N_ROW, ++writer->row);
    for (size_t i = 0; i < many; i++)
        paper_put_cell(&writer->body, &cells[i], &skip);
    return send_body(call, writer, PAPER_KIND_ROW);
}

enum err paper_write_end(struct call *call, struct paper_writer *writer)
{
    helper_send_end(writer->helper);
    struct helper_frame frame;
    bool end = false;
    TRY(helper_receive(call, writer->helper, &frame, &end));
    return end ? ERR_OK : paper_lied(call, writer->helper);
}

/* ---- the sheet with its errors ---- */

struct copy {
    struct call *call;
    struct paper_writer *writer;
    const struct paper_sheet_error *errors;
    size_t many, next;
    int64_t header_row, written;
    struct str title;
    size_t width; /* columns of the source */
    struct paper_cell cells[PAPER_COLUMNS_MAX + 1];
};

static enum err measure_row(void *context, int64_t row, const struct paper_cell *cells, size_t many)
{
    struct copy *copy = context;
    (void)row;
    (void)cells;
    if (many > copy->width)
        copy->width = many;
    return ERR_OK;
}

/* Joins the errors of this row into one cell and marks the cells they speak of. */
static struct str errors_of_row(struct copy *copy, int64_t row)
{
    struct str joined = STR_NONE;
    for (; copy->next < copy->many && copy->errors[copy->next].row <= row; copy->next++) {
        const struct paper_sheet_error *error = &copy->errors[copy->next];
        if (error->row != row)
            continue;
        joined = joined.len
                     ? str_format(copy->call->arena, "%.*s；%.*s", STR_ARG(joined), STR_ARG(error->text))
                     : error->text;
        if (error->column >= 0 && (size_t)error->column < copy->width) {
            struct paper_cell *cell = &copy->cells[error->column];
            cell->kind = PAPER_BROKEN;
            if (cell->text.len == 0)
                cell->text = STR(" "); /* an empty cell can be marked only when it holds something */
        }
    }
    return joined;
}

static enum err copy_row(void *context, int64_t row, const struct paper_cell *cells, size_t many)
{
    struct copy *copy = context;
    while (++copy->written < row) /* rows that were empty keep their place */
        TRY(paper_write_row(copy->call, copy->writer, NULL, 0));
    for (size_t i = 0; i <= copy->width; i++) {
        bool repeats = i > 0 && i < many && cells[i].merged && cells[i - 1].merged &&
                       str_eq(cells[i].text, cells[i - 1].text);
        copy->cells[i] = i < many && !repeats ? cells[i] : (struct paper_cell){0};
        copy->cells[i].merged = false;
    }
    struct str text = row == copy->header_row ? copy->title : errors_of_row(copy, row);
    copy->cells[copy->width] =
        (struct paper_cell){row == copy->header_row ? PAPER_TEXT : PAPER_BROKEN, false, text};
    return paper_write_row(copy->call, copy->writer, copy->cells, copy->width + 1);
}

enum err paper_write_errors(struct call *call, const char *path, const char *sheet, int fd,
                            int64_t header_row, struct str title, const struct paper_sheet_error *errors,
                            size_t many)
{
    struct copy *copy = ARENA_NEW(call->arena, struct copy);
    copy->call = call;
    copy->errors = errors;
    copy->many = many;
    copy->header_row = header_row;
    copy->title = title;
    const struct paper_sheet_sink measure = {copy, NULL, measure_row};
    TRY(paper_read_sheet(call, path, sheet, &measure));
    struct paper_column *columns = ARENA_ARRAY(call->arena, struct paper_column, copy->width + 1);
    columns[copy->width].width = 50;
    if (copy->width >= PAPER_COLUMNS_MAX)
        return call_fail(call, ERR_TOO_LARGE, "file", "paper.fault.columns",
                         str_format(call->arena, "%d", PAPER_COLUMNS_MAX - 1));
    const struct paper_sheet_out out = {
        PAPER_XLSX, str_of(sheet ? sheet : "Sheet1"), STR_NONE, STR_NONE, columns, copy->width + 1};
    TRY(start(call, fd, &out, true, &copy->writer));
    const struct paper_sheet_sink sink = {copy, NULL, copy_row};
    TRY(paper_read_sheet(call, path, sheet, &sink));
    return paper_write_end(call, copy->writer);
}
