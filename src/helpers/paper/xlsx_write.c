/* SPDX-License-Identifier: Apache-2.0
 * Method: libxlsxwriter in its constant-memory mode: rows go to a temporary file as they come, in order.
 * Nothing is ever written as a formula, so a text that begins with = stays a text. Lists to choose from that
 * are long, or hold commas, stand in a hidden second sheet, since the format allows only 255 characters in
 * place. */
#include "helpers/paper/sheet_write.h"
#include "base/clock.h"
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#define OUT_PATH    "/proc/self/fd/3"
#define LIST_INLINE 255
#define WIDTH_MAX   60
#define TEXT_MAX    32767 /* characters of a cell */

struct paper_xlsx_out {
    struct paper_work *work;
    const struct paper_book *book;
    lxw_workbook *workbook;
    lxw_worksheet *sheet, *lists;
    lxw_format *text, *wrapped, *date, *number, *broken, *header, *required, *title, *note;
    lxw_row_t row;
    lxw_col_t list_column;
};

static enum err failed(struct paper_xlsx_out *out, lxw_error why)
{
    return paper_work_fail(out->work, ERR_FAILED, "paper.fault.write", out->row + 1,
                           str_of(lxw_strerror(why)), STR_NONE);
}

/* "_x000D_" in a workbook stands for a character; as a text of its own its first mark is escaped. */
static struct str escaped(struct str text, struct arena *arena)
{
    size_t at = 0;
    if (!str_find(text, STR("_x"), NULL))
        return text;
    char *copy = arena_alloc(arena, text.len * 7 + 1);
    size_t len = 0;
    for (; at < text.len; at++) {
        struct str seven = str_slice(text, at, 7);
        unsigned char bytes[2];
        bool code = seven.len == 7 && str_starts(seven, STR("_x")) && seven.at[6] == '_' &&
                    str_from_hex(str_slice(seven, 2, 4), bytes, 2);
        if (code) {
            memcpy(copy + len, "_x005F", 6);
            len += 6;
        }
        copy[len++] = text.at[at];
    }
    return (struct str){copy, len};
}

/* NUL-terminated, cut to what a cell may hold (counted in bytes, which is never more than allowed). */
static const char *cell_c(struct paper_xlsx_out *out, struct str text, struct arena *arena)
{
    (void)out;
    text = escaped(text, arena);
    if (text.len <= TEXT_MAX)
        return str_c(arena, text);
    size_t at = 0;
    for (size_t many = 0; at < text.len && many < TEXT_MAX - 1; many++)
        utf8_next(text, &at);
    return str_c(arena, str_slice(text, 0, at));
}

/* Sheet names: 31 characters, without []:*?/\ and not empty. */
static const char *sheet_name(struct arena *arena, struct str name)
{
    BUF(clean, 256);
    size_t at = 0;
    for (int many = 0; at < name.len && many < 31; many++) {
        size_t from = at;
        uint32_t c = utf8_next(name, &at);
        if (c < 128 && strchr("[]:*?/\\'", (int)c))
            buf_add_char(&clean, '_');
        else
            buf_add(&clean, name.at + from, at - from);
    }
    return clean.len ? str_c(arena, buf_str(&clean)) : "Sheet1";
}

static void make_formats(struct paper_xlsx_out *out)
{
    lxw_format **all[] = {&out->text,   &out->wrapped,  &out->date,  &out->number, &out->broken,
                          &out->header, &out->required, &out->title, &out->note};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        *all[i] = workbook_add_format(out->workbook);
    format_set_num_format(out->text, "@");
    format_set_num_format(out->wrapped, "@");
    format_set_text_wrap(out->wrapped);
    format_set_align(out->wrapped, LXW_ALIGN_VERTICAL_TOP);
    format_set_num_format(out->date, "yyyy-mm-dd");
    format_set_num_format(out->number, "General");
    format_set_num_format(out->broken, "@");
    format_set_bg_color(out->broken, 0xFFD6D6);
    format_set_font_color(out->broken, 0x9C0006);
    lxw_format *heads[] = {out->header, out->required};
    for (size_t i = 0; i < 2; i++) {
        format_set_bold(heads[i]);
        format_set_bg_color(heads[i], 0xE8EEF6);
        format_set_border(heads[i], LXW_BORDER_THIN);
        format_set_border_color(heads[i], 0xB8C4D4);
        format_set_align(heads[i], LXW_ALIGN_VERTICAL_CENTER);
        format_set_text_wrap(heads[i]);
    }
    format_set_font_color(out->required, 0xB00020);
    format_set_bold(out->title);
    format_set_font_size(out->title, 14);
    format_set_align(out->title, LXW_ALIGN_CENTER);
    format_set_align(out->title, LXW_ALIGN_VERTICAL_CENTER);
    format_set_text_wrap(out->note);
    format_set_align(out->note, LXW_ALIGN_VERTICAL_TOP);
    format_set_font_color(out->note, 0x555555);
}

static lxw_format *column_format(const struct paper_xlsx_out *out, const struct paper_column *column)
{
    return out->book->plain               ? out->number
           : column->kind == PAPER_NUMBER ? out->number
           : column->kind == PAPER_DATE   ? out->date
           : column->wrap                 ? out->wrapped
                                          : out->text;
}

/* A Chinese character is about two wide. */
static double title_width(const struct paper_column *column)
{
    size_t at = 0;
    double width = 2;
    while (at < column->title.len)
        width += utf8_next(column->title, &at) > 0x2E7F ? 2.1 : 1.1;
    if (column->kind == PAPER_DATE && width < 12)
        width = 12;
    return width < 8 ? 8 : width > WIDTH_MAX ? WIDTH_MAX : width;
}

static bool fits_inline(const struct paper_column *column)
{
    size_t total = 0;
    for (size_t i = 0; i < column->many_choices; i++) {
        size_t comma = 0;
        if (str_find(column->choices[i], STR(","), &comma) || str_find(column->choices[i], STR("\""), &comma))
            return false;
        total += column->choices[i].len + 1; /* the library's own buffer counts bytes */
    }
    return total <= LIST_INLINE;
}

/* Writes the choices into a column of the hidden sheet and returns the reference to them. */
static const char *list_reference(struct paper_xlsx_out *out, const struct paper_column *column)
{
    struct arena *arena = out->work->arena;
    char letters[LXW_MAX_COL_NAME_LENGTH];
    lxw_col_to_name(letters, out->list_column, 1);
    return str_format(arena, "=lists!%s$1:%s$%zu", letters, letters, column->many_choices).at;
}

static enum err add_validation(struct paper_xlsx_out *out, lxw_col_t at, const struct paper_column *column,
                               lxw_row_t first)
{
    if (column->many_choices == 0)
        return ERR_OK;
    struct arena *arena = out->work->arena;
    lxw_data_validation rule = {.error_type = LXW_VALIDATION_ERROR_TYPE_STOP};
    if (fits_inline(column)) {
        char **list = ARENA_ARRAY(arena, char *, column->many_choices + 1);
        for (size_t i = 0; i < column->many_choices; i++)
            list[i] = (char *)(uintptr_t)str_c(arena, column->choices[i]);
        rule.validate = LXW_VALIDATION_TYPE_LIST;
        rule.value_list = list;
    } else {
        rule.validate = LXW_VALIDATION_TYPE_LIST_FORMULA;
        rule.value_formula = (char *)(uintptr_t)list_reference(out, column);
        out->list_column++;
    }
    lxw_error why = worksheet_data_validation_range(out->sheet, first, at, PAPER_ROWS_MAX, at, &rule);
    return why == LXW_NO_ERROR ? ERR_OK : failed(out, why);
}

/* The hidden sheet is written row by row too, so all long lists go in together, after the main sheet is set
 * up. */
static void write_lists(struct paper_xlsx_out *out)
{
    const struct paper_sheet_out *about = &out->book->out;
    size_t longest = 0;
    if (!out->lists)
        return;
    for (size_t i = 0; i < about->many_columns; i++)
        if (!fits_inline(&about->columns[i]) && about->columns[i].many_choices > longest)
            longest = about->columns[i].many_choices;
    for (size_t row = 0; row < longest; row++) {
        lxw_col_t at = 0;
        for (size_t i = 0; i < about->many_columns; i++) {
            const struct paper_column *column = &about->columns[i];
            if (fits_inline(column))
                continue;
            if (row < column->many_choices)
                (void)worksheet_write_string(out->lists, (lxw_row_t)row, at,
                                             str_c(out->work->arena, column->choices[row]), NULL);
            at++;
        }
    }
    worksheet_hide(out->lists);
}

static enum err write_header(struct paper_xlsx_out *out)
{
    const struct paper_sheet_out *about = &out->book->out;
    struct arena *arena = out->work->arena;
    lxw_col_t last = (lxw_col_t)(about->many_columns - 1);
    const struct str lines[] = {about->title, about->note};
    for (size_t i = 0; i < 2; i++) {
        if (lines[i].len == 0)
            continue;
        lxw_format *format = i == 0 ? out->title : out->note;
        worksheet_set_row(out->sheet, out->row, i == 0 ? 28 : 45, NULL);
        const char *text = str_c(arena, lines[i]);
        lxw_error why = last > 0
                            ? worksheet_merge_range(out->sheet, out->row, 0, out->row, last, text, format)
                            : worksheet_write_string(out->sheet, out->row, 0, text, format);
        if (why != LXW_NO_ERROR)
            return failed(out, why);
        out->row++;
    }
    worksheet_set_row(out->sheet, out->row, 24, NULL);
    for (size_t i = 0; i < about->many_columns; i++) {
        const struct paper_column *column = &about->columns[i];
        lxw_error why =
            worksheet_write_string(out->sheet, out->row, (lxw_col_t)i, str_c(arena, column->title),
                                   column->required ? out->required : out->header);
        if (why == LXW_NO_ERROR && column->help.len) {
            char nobody[] = "";
            lxw_comment_options options = {.author = nobody, .width = 220, .height = 90};
            why = worksheet_write_comment_opt(out->sheet, out->row, (lxw_col_t)i, str_c(arena, column->help),
                                              &options);
        }
        if (why != LXW_NO_ERROR)
            return failed(out, why);
    }
    out->row++;
    worksheet_freeze_panes(out->sheet, out->row, 0);
    return ERR_OK;
}

static enum err set_columns(struct paper_xlsx_out *out)
{
    const struct paper_sheet_out *about = &out->book->out;
    for (size_t i = 0; i < about->many_columns; i++) {
        const struct paper_column *column = &about->columns[i];
        double width = column->width > 0 ? column->width : out->book->plain ? 16 : title_width(column);
        lxw_error why =
            worksheet_set_column(out->sheet, (lxw_col_t)i, (lxw_col_t)i, width, column_format(out, column));
        if (why != LXW_NO_ERROR)
            return failed(out, why);
    }
    return ERR_OK;
}

enum err paper_xlsx_start(struct paper_work *work, const struct paper_book *book, struct paper_xlsx_out **ret)
{
    struct paper_xlsx_out *out = ARENA_NEW(work->arena, struct paper_xlsx_out);
    out->work = work;
    out->book = book;
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = getenv("TMPDIR")};
    out->workbook = workbook_new_opt(OUT_PATH, &options);
    if (!out->workbook)
        return paper_work_fail(work, ERR_FAILED, "paper.fault.write", 0, STR("workbook"), STR_NONE);
    out->sheet = workbook_add_worksheet(out->workbook, sheet_name(work->arena, book->out.name));
    if (!out->sheet)
        return paper_work_fail(work, ERR_FAILED, "paper.fault.write", 0, STR("worksheet"), STR_NONE);
    for (size_t i = 0; i < book->out.many_columns; i++)
        if (!out->lists && !fits_inline(&book->out.columns[i]))
            out->lists = workbook_add_worksheet(out->workbook, "lists");
    make_formats(out);
    TRY(set_columns(out));
    if (!book->plain)
        TRY(write_header(out));
    for (size_t i = 0; i < book->out.many_columns; i++)
        TRY(add_validation(out, (lxw_col_t)i, &book->out.columns[i], out->row));
    write_lists(out);
    *ret = out;
    return ERR_OK;
}

static bool date_of(struct str text, double *ret_serial)
{
    int32_t day = 0;
    if (text.len != 10 || !clock_parse_date(text, &day) || day < clock_day(1900, 3, 1))
        return false;
    *ret_serial = (double)day + 25569;
    return true;
}

static lxw_error write_cell(struct paper_xlsx_out *out, lxw_col_t at, const struct paper_cell *cell,
                            struct arena *arena)
{
    const struct paper_column *column = &out->book->out.columns[at];
    double number = 0;
    bool as_number = out->book->plain ? cell->kind == PAPER_NUMBER : column->kind == PAPER_NUMBER;
    bool as_date = out->book->plain ? cell->kind == PAPER_DATE : column->kind == PAPER_DATE;
    if (cell->kind == PAPER_BROKEN)
        return worksheet_write_string(out->sheet, out->row, at, cell_c(out, cell->text, arena), out->broken);
    if (as_number && paper_plain_number(cell->text, &number))
        return worksheet_write_number(out->sheet, out->row, at, number, NULL);
    if (as_date && date_of(cell->text, &number))
        return worksheet_write_number(out->sheet, out->row, at, number, out->date);
    return worksheet_write_string(out->sheet, out->row, at, cell_c(out, cell->text, arena),
                                  column->wrap ? out->wrapped : out->text);
}

enum err paper_xlsx_row(struct paper_xlsx_out *out, const struct paper_cell *cells, size_t many)
{
    ARENA(arena, (size_t)80 << 20);
    for (size_t i = 0; i < many && i < out->book->out.many_columns; i++) {
        if (cells[i].text.len == 0)
            continue;
        lxw_error why = write_cell(out, (lxw_col_t)i, &cells[i], arena);
        if (why != LXW_NO_ERROR)
            return failed(out, why);
    }
    out->row++;
    return ERR_OK;
}

enum err paper_xlsx_end(struct paper_xlsx_out *out)
{
    lxw_error why = workbook_close(out->workbook);
    return why == LXW_NO_ERROR ? ERR_OK : failed(out, why);
}
