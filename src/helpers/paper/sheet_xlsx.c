/* SPDX-License-Identifier: Apache-2.0
 * Method: a sheet is parsed twice. Merged areas stand after the rows in the file, but a row can only be
 * filled when they are known, so the first pass takes nothing but them. The second pass gathers one row at a
 * time; a merged area's first cell is remembered and repeated in every cell it covers. Row numbers must
 * ascend: a number is never trusted as a count. */
#include "helpers/paper/xlsx.h"
#include "helpers/paper/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MERGES_MAX     20000
#define ROW_NUMBER_MAX 1048576 /* of the format */

struct merge {
    int64_t row1, row2, column1, column2;
    enum paper_cell_kind kind;
    struct str text;
};

struct sheet {
    struct paper_xlsx *book;
    size_t index;
    struct merge *merges;
    size_t many_merges, first_merge; /* sorted by row1; those before first_merge are over */
    bool head_given;
    struct paper_row row;
    int64_t number, column; /* of the current row and cell */
    enum paper_xlsx_shows shows;
    struct buf type, value;
};

static void fail(struct paper_xml *xml, struct sheet *sheet, const char *key, struct str arg)
{
    (void)paper_work_fail(sheet->book->work, ERR_INVALID, key, sheet->number, paper_clip(arg, 60), STR_NONE);
    paper_xml_stop(xml);
}

/* ---- first pass ---- */

static void merges_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                        size_t many)
{
    struct sheet *sheet = xml->context;
    if (!str_is(name, "mergeCell"))
        return;
    struct str first = paper_xml_attr(attrs, many, "ref"), last;
    size_t colon = 0;
    if (!str_find(first, STR(":"), &colon))
        return;
    last = str_slice(first, colon + 1, first.len);
    first = str_slice(first, 0, colon);
    struct merge merge = {0};
    if (!paper_xlsx_reference(first, &merge.row1, &merge.column1) ||
        !paper_xlsx_reference(last, &merge.row2, &merge.column2) || merge.row1 > merge.row2 ||
        merge.column1 > merge.column2 || merge.column1 >= PAPER_COLUMNS_MAX)
        return;
    if (sheet->many_merges >= MERGES_MAX) {
        fail(xml, sheet, "paper.fault.merges", STR("20000"));
        return;
    }
    if (merge.column2 >= PAPER_COLUMNS_MAX)
        merge.column2 = PAPER_COLUMNS_MAX - 1;
    sheet->merges[sheet->many_merges++] = merge;
}

static int by_row(const void *a, const void *b)
{
    const struct merge *left = a, *right = b;
    return (left->row1 > right->row1) - (left->row1 < right->row1);
}

/* ---- second pass ---- */

static void give_head(struct sheet *sheet)
{
    struct paper_work *work = sheet->book->work;
    if (sheet->head_given)
        return;
    sheet->head_given = true;
    work->body.len = 0;
    helper_put(&work->body, PAPER_T_LAYOUT, STR("xlsx"));
    helper_put(&work->body, PAPER_T_NAME, sheet->book->sheets[sheet->index].name);
    helper_put_int(&work->body, PAPER_N_INDEX, (int64_t)sheet->index);
    helper_put_int(&work->body, PAPER_N_MANY, (int64_t)sheet->book->many_sheets);
    work->emit(work, PAPER_KIND_SHEET, buf_str(&work->body));
    work->body.len = 0;
}

static struct str row_text(const struct sheet *sheet, size_t column)
{
    const struct paper_row *row = &sheet->row;
    return column < row->many && row->cells[column].kind != PAPER_EMPTY
               ? (struct str){row->text.at + row->cells[column].from, row->cells[column].len}
               : STR_NONE;
}

static enum err fill_merges(struct sheet *sheet)
{
    struct paper_work *work = sheet->book->work;
    while (sheet->first_merge < sheet->many_merges && sheet->merges[sheet->first_merge].row2 < sheet->number)
        sheet->first_merge++;
    for (size_t i = sheet->first_merge; i < sheet->many_merges && sheet->merges[i].row1 <= sheet->number;
         i++) {
        struct merge *merge = &sheet->merges[i];
        if (merge->row2 < sheet->number)
            continue;
        if (merge->row1 == sheet->number) {
            struct str text = row_text(sheet, (size_t)merge->column1);
            merge->text = str_copy(work->arena, text);
            merge->kind = text.len ? sheet->row.cells[merge->column1].kind : PAPER_EMPTY;
            if (text.len)
                sheet->row.cells[merge->column1].merged = false;
        }
        if (merge->text.len == 0)
            continue;
        for (int64_t column = merge->column1; column <= merge->column2; column++)
            if (row_text(sheet, (size_t)column).len == 0)
                TRY(paper_row_set(work, &sheet->row, sheet->number, (size_t)column, merge->kind, true,
                                  merge->text));
    }
    return ERR_OK;
}

static bool has_text(const struct paper_row *row)
{
    for (size_t i = 0; i < row->many; i++)
        if (row->cells[i].kind != PAPER_EMPTY)
            return true;
    return false;
}

static enum err end_row(struct sheet *sheet)
{
    if (has_text(&sheet->row))
        give_head(sheet);
    if (sheet->many_merges > 0)
        TRY(fill_merges(sheet));
    return paper_row_give(sheet->book->work, &sheet->row, sheet->number);
}

static void begin_row(struct paper_xml *xml, struct sheet *sheet, struct str reference)
{
    int64_t number = sheet->number + 1;
    paper_row_clear(&sheet->row);
    sheet->column = -1;
    if (reference.len > 0 && (!str_to_int(reference, &number) || number < 1 || number > ROW_NUMBER_MAX))
        fail(xml, sheet, "paper.fault.row_number", reference);
    else if (number <= sheet->number)
        fail(xml, sheet, "paper.fault.row_order", reference);
    else
        sheet->number = number;
}

static void begin_cell(struct paper_xml *xml, struct sheet *sheet, const struct paper_xml_attr *attrs,
                       size_t many)
{
    struct str reference = paper_xml_attr(attrs, many, "r");
    int64_t style = 0, row = 0, column = sheet->column + 1;
    if (reference.len > 0 &&
        (!paper_xlsx_reference(reference, &row, &column) || (row != 0 && row != sheet->number))) {
        fail(xml, sheet, "paper.fault.row_number", reference);
        return;
    }
    sheet->column = column;
    sheet->value.len = 0;
    paper_keep(&sheet->type, paper_xml_attr(attrs, many, "t"));
    if (!str_to_int(paper_xml_attr(attrs, many, "s"), &style) || style < 0)
        style = 0;
    sheet->shows = (size_t)style < sheet->book->many_shows ? (enum paper_xlsx_shows)sheet->book->shows[style]
                                                           : PAPER_SHOWS_NUMBER;
}

/* "_x000D_" stands for a character that XML cannot hold; only line ends and the escape itself matter to us.
 */
static struct str unescape(struct buf *out, struct str text)
{
    size_t at = 0;
    if (!str_find(text, STR("_x"), &at))
        return text;
    out->len = 0;
    for (size_t i = 0; i < text.len; i++) {
        struct str seven = str_slice(text, i, 7);
        bool escape = seven.len == 7 && seven.at[0] == '_' && seven.at[1] == 'x' && seven.at[6] == '_' &&
                      seven.at[2] == '0' && seven.at[3] == '0';
        unsigned char byte = 0;
        if (escape && str_from_hex(str_slice(seven, 4, 2), &byte, 1)) {
            if (byte == '\n' || byte == '\t' || byte == '_')
                buf_add_char(out, (char)byte);
            i += 6;
        } else {
            buf_add_char(out, text.at[i]);
        }
    }
    return (struct str){out->at, out->len};
}

static void end_cell(struct paper_xml *xml, struct sheet *sheet)
{
    struct str type = paper_kept(&sheet->type), value = paper_kept(&sheet->value);
    char number[40];
    BUF(plain, (size_t)1 << 20);
    enum paper_cell_kind kind = PAPER_TEXT;
    if (value.len == 0)
        return;
    if (str_is(type, "s")) {
        int64_t index = -1;
        bool found = str_to_int(str_trim(value), &index) && index >= 0;
        value = found ? paper_xlsx_string(sheet->book, (size_t)index, &found) : STR_NONE;
        if (!found) {
            fail(xml, sheet, "paper.fault.string_index", paper_kept(&sheet->value));
            return;
        }
    } else if (str_is(type, "b")) {
        kind = PAPER_BOOL;
        value = str_is(str_trim(value), "0") ? STR("FALSE") : STR("TRUE");
    } else if (str_is(type, "e")) {
        kind = PAPER_BROKEN;
    } else if (str_is(type, "d")) {
        kind = PAPER_DATE;
        if (value.len > 10 && value.at[10] == 'T')
            value = str_slice(value, 0, 10);
    } else if (type.len == 0 || str_is(type, "n")) {
        value = paper_xlsx_number(sheet->book, value, sheet->shows, number, &kind);
    }
    if (kind == PAPER_TEXT)
        value = unescape(&plain, value);
    if (paper_row_set(sheet->book->work, &sheet->row, sheet->number, (size_t)sheet->column, kind, false,
                      value) != ERR_OK)
        paper_xml_stop(xml);
}

static void rows_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct sheet *sheet = xml->context;
    if (str_is(name, "row"))
        begin_row(xml, sheet, paper_xml_attr(attrs, many, "r"));
    else if (str_is(name, "c"))
        begin_cell(xml, sheet, attrs, many);
    else if (str_is(name, "v") || (str_is(name, "t") && !paper_xml_below(xml, "rPh")))
        paper_xml_keep(xml);
}

static void rows_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct sheet *sheet = xml->context;
    if (str_is(name, "v") || str_is(name, "t")) {
        buf_add_str(&sheet->value, paper_clip(text, sheet->value.max - sheet->value.len - 1));
    } else if (str_is(name, "c")) {
        end_cell(xml, sheet);
    } else if (str_is(name, "row")) {
        if (end_row(sheet) != ERR_OK)
            paper_xml_stop(xml);
    }
}

static enum err read_sheet(struct sheet *sheet)
{
    static const struct paper_xml_handler merges = {merges_open, NULL}, rows = {rows_open, rows_close};
    struct paper_xlsx *book = sheet->book;
    struct str part = book->sheets[sheet->index].part;
    sheet->number = 0;
    sheet->many_merges = sheet->first_merge = 0;
    TRY(paper_zip_xml(book->zip, part, false, &merges, sheet));
    if (sheet->many_merges > 1)
        qsort(sheet->merges, sheet->many_merges, sizeof *sheet->merges, by_row);
    return paper_zip_xml(book->zip, part, false, &rows, sheet);
}

/* The sheet by name, else the first visible one with a row. */
static enum err read_chosen(struct sheet *sheet, struct str name)
{
    struct paper_xlsx *book = sheet->book;
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < book->many_sheets && !sheet->head_given; i++) {
        bool wanted =
            name.len > 0 ? str_eq(str_trim(book->sheets[i].name), str_trim(name)) : !book->sheets[i].hidden;
        if (!wanted || book->sheets[i].part.len == 0)
            continue;
        first = first == SIZE_MAX ? i : first;
        sheet->index = i;
        TRY(read_sheet(sheet));
    }
    if (first == SIZE_MAX)
        return paper_work_fail(book->work, ERR_INVALID, "paper.fault.no_sheet", 0, name, STR_NONE);
    if (!sheet->head_given)
        sheet->index = first;
    give_head(sheet);
    return ERR_OK;
}

enum err paper_sheet_xlsx(struct paper_work *work, struct str name)
{
    struct paper_xlsx *book = NULL;
    TRY(paper_xlsx_open(work, &book));
    struct sheet *sheet = ARENA_NEW(work->arena, struct sheet);
    sheet->book = book;
    sheet->merges = ARENA_ARRAY(work->arena, struct merge, MERGES_MAX);
    sheet->type.max = 32;
    sheet->value.max = (size_t)PAPER_CELL_MAX * 4 + 8;
    paper_row_clear(&sheet->row);
    enum err word = paper_xlsx_strings(book);
    if (word == ERR_OK)
        word = read_chosen(sheet, name);
    buf_free(&sheet->type);
    buf_free(&sheet->value);
    buf_free(&sheet->row.text);
    paper_xlsx_close(book);
    return word;
}
