/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/sheet_write.h"
#include "helpers/paper/csv.h"
#include "helpers/paper/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT_FD      3
#define CHOICES_MAX 500

bool paper_plain_number(struct str text, double *ret)
{
    char buf[32];
    size_t digits = 0;
    if (text.len == 0 || text.len >= sizeof buf || (text.len > 1 && text.at[0] == '0' && text.at[1] != '.'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        digits += c >= '0' && c <= '9';
        if (!((c >= '0' && c <= '9') || c == '.' || (c == '-' && i == 0)))
            return false;
        buf[i] = c;
    }
    buf[text.len] = '\0';
    char *end = NULL;
    *ret = strtod(buf, &end);
    return digits > 0 && digits <= 15 && *end == '\0';
}

static enum err broken_stream(struct paper_work *work)
{
    return paper_work_fail(work, ERR_FAILED, "paper.fault.read", 0, STR_NONE, STR_NONE);
}

/* Choices are the one repeated field, so they are taken apart from the rest. */
static enum err take_choices(struct paper_work *work, struct str body, struct paper_column *column)
{
    struct str *choices = ARENA_ARRAY(work->arena, struct str, CHOICES_MAX);
    uint8_t tag;
    struct str value;
    bool bad = false;
    size_t many = 0;
    while (helper_field(&body, &tag, &value, &bad)) {
        if (tag == PAPER_T_CHOICE && many >= CHOICES_MAX)
            return paper_work_fail(work, ERR_TOO_LARGE, "paper.fault.choices", 0, STR("500"), STR_NONE);
        if (tag == PAPER_T_CHOICE)
            choices[many++] = value;
    }
    column->choices = choices;
    column->many_choices = many;
    return bad ? broken_stream(work) : ERR_OK;
}

static enum err receive_book(struct paper_work *work, struct paper_book *book)
{
    struct helper_frame frame;
    struct paper_fields fields;
    if (!helper_child_receive(work->arena, &frame) || frame.kind != PAPER_KIND_BOOK ||
        !paper_decode(frame.body, &fields))
        return broken_stream(work);
    int64_t many = paper_number(&fields, PAPER_N_MANY);
    if (many < 1 || many > PAPER_COLUMNS_MAX)
        return broken_stream(work);
    struct paper_column *columns = ARENA_ARRAY(work->arena, struct paper_column, many);
    book->plain = paper_number(&fields, PAPER_N_PLAIN) != 0;
    book->out = (struct paper_sheet_out){
        .layout = paper_number(&fields, PAPER_N_KIND) == PAPER_CSV ? PAPER_CSV : PAPER_XLSX,
        .name = fields.text[PAPER_T_NAME],
        .title = fields.text[PAPER_T_TITLE],
        .note = fields.text[PAPER_T_NOTE],
        .columns = columns,
        .many_columns = (size_t)many,
    };
    for (int64_t i = 0; i < many; i++) {
        if (!helper_child_receive(work->arena, &frame) || frame.kind != PAPER_KIND_COLUMN ||
            !paper_decode(frame.body, &fields))
            return broken_stream(work);
        int64_t flags = paper_number(&fields, PAPER_N_FLAGS);
        columns[i] = (struct paper_column){
            .title = fields.text[PAPER_T_TITLE],
            .kind = (enum paper_cell_kind)paper_number(&fields, PAPER_N_KIND),
            .width = (int32_t)paper_number(&fields, PAPER_N_WIDTH),
            .required = (flags & PAPER_FLAG_REQUIRED) != 0,
            .wrap = (flags & PAPER_FLAG_WRAP) != 0,
            .help = fields.text[PAPER_T_HELP],
        };
        TRY(take_choices(work, frame.body, &columns[i]));
    }
    return ERR_OK;
}

/* Calls each for every row that arrives. */
static enum err receive_rows(struct paper_work *work,
                             enum err (*each)(void *context, const struct paper_cell *cells, size_t many),
                             void *context)
{
    struct paper_cell *cells = ARENA_ARRAY(work->arena, struct paper_cell, PAPER_COLUMNS_MAX);
    ARENA(row_arena, (size_t)80 << 20);
    struct helper_frame frame;
    while (helper_child_receive(row_arena, &frame)) {
        int64_t number = 0;
        size_t many = 0;
        if (frame.kind != PAPER_KIND_ROW ||
            !paper_decode_row(frame.body, &number, cells, PAPER_COLUMNS_MAX, &many))
            return broken_stream(work);
        TRY(each(context, cells, many));
        arena_reset(row_arena);
    }
    return ERR_OK;
}

/* ---- CSV ---- */

struct csv_out {
    struct paper_work *work;
    const struct paper_book *book;
    struct buf bytes;
};

static enum err csv_flush(struct csv_out *out, size_t least)
{
    if (out->bytes.len < least)
        return ERR_OK;
    size_t at = 0;
    while (at < out->bytes.len) {
        ssize_t written = write(OUT_FD, out->bytes.at + at, out->bytes.len - at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return paper_work_fail(out->work, ERR_FAILED, "paper.fault.write", 0, str_of(strerror(errno)),
                                   STR_NONE);
        at += (size_t)written;
    }
    out->bytes.len = 0;
    return ERR_OK;
}

/* A spreadsheet runs what begins with = + - @ as a formula; a leading apostrophe makes it text. A text that
 * begins so with apostrophes before it gets one more, so that reading takes exactly one away. */
static void csv_text(struct csv_out *out, struct str text)
{
    double number = 0;
    bool runs = paper_csv_runs(text) && !paper_plain_number(text, &number);
    bool quote = runs;
    for (size_t i = 0; i < text.len && !quote; i++)
        quote = strchr(",\"\r\n;\t", text.at[i]) != NULL;
    if (quote)
        buf_add_char(&out->bytes, '"');
    if (runs)
        buf_add_char(&out->bytes, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_add_char(&out->bytes, '"');
        buf_add_char(&out->bytes, text.at[i]);
    }
    if (quote)
        buf_add_char(&out->bytes, '"');
}

static enum err csv_row(void *context, const struct paper_cell *cells, size_t many)
{
    struct csv_out *out = context;
    for (size_t i = 0; i < out->book->out.many_columns; i++) {
        if (i > 0)
            buf_add_char(&out->bytes, ',');
        if (i < many)
            csv_text(out, cells[i].text);
    }
    buf_add(&out->bytes, "\r\n", 2);
    if (out->bytes.over)
        return paper_work_fail(out->work, ERR_TOO_LARGE, "paper.fault.row_large", 0, STR_NONE, STR_NONE);
    return csv_flush(out, (size_t)256 * 1024);
}

static enum err write_csv(struct paper_work *work, const struct paper_book *book)
{
    struct csv_out out = {work, book, {NULL, 0, 0, (size_t)80 << 20, false}};
    buf_add(&out.bytes, "\xEF\xBB\xBF", 3);
    for (size_t i = 0; i < book->out.many_columns && !book->plain; i++) {
        if (i > 0)
            buf_add_char(&out.bytes, ',');
        csv_text(&out, book->out.columns[i].title);
    }
    if (!book->plain)
        buf_add(&out.bytes, "\r\n", 2);
    enum err word = receive_rows(work, csv_row, &out);
    if (word == ERR_OK)
        word = csv_flush(&out, 1);
    buf_free(&out.bytes);
    return word;
}

/* ---- either ---- */

static enum err xlsx_row(void *context, const struct paper_cell *cells, size_t many)
{
    return paper_xlsx_row(context, cells, many);
}

enum err paper_sheet_write(struct paper_work *work)
{
    struct paper_book *book = ARENA_NEW(work->arena, struct paper_book);
    TRY(receive_book(work, book));
    if (book->out.layout == PAPER_CSV)
        return write_csv(work, book);
    struct paper_xlsx_out *out = NULL;
    TRY(paper_xlsx_start(work, book, &out));
    TRY(receive_rows(work, xlsx_row, out));
    return paper_xlsx_end(out);
}
