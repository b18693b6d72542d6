/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/sheet.h"
#include "helpers/paper/text.h"
#include <stdio.h>
#include <string.h>

#define ROW_BYTES_MAX ((size_t)4 << 20)

void paper_row_clear(struct paper_row *row)
{
    row->text.max = ROW_BYTES_MAX;
    row->text.len = 0;
    row->many = 0;
}

static struct str number_text(char buf[24], int64_t number)
{
    int len = snprintf(buf, 24, "%lld", (long long)number);
    return (struct str){buf, (size_t)len};
}

enum err paper_row_set(struct paper_work *work, struct paper_row *row, int64_t number, size_t column,
                       enum paper_cell_kind kind, bool merged, struct str text)
{
    char buf[24];
    text = paper_clip(text, (size_t)PAPER_CELL_MAX * 4);
    if (text.len == 0)
        return ERR_OK;
    if (column >= PAPER_COLUMNS_MAX)
        return merged ? ERR_OK
                      : paper_work_fail(work, ERR_TOO_LARGE, "paper.fault.columns", number,
                                        number_text(buf, PAPER_COLUMNS_MAX), STR_NONE);
    for (; row->many <= column; row->many++)
        row->cells[row->many].kind = PAPER_EMPTY;
    row->cells[column].kind = kind;
    row->cells[column].merged = merged;
    row->cells[column].from = row->text.len;
    row->cells[column].len = text.len;
    buf_add_str(&row->text, text);
    if (row->text.over)
        return paper_work_fail(work, ERR_TOO_LARGE, "paper.fault.row_large", number, STR_NONE, STR_NONE);
    return ERR_OK;
}

static struct str cell_text(const struct paper_row *row, size_t i)
{
    return row->cells[i].kind == PAPER_EMPTY
               ? STR_NONE
               : (struct str){row->text.at + row->cells[i].from, row->cells[i].len};
}

static bool is_blank(const struct paper_row *row)
{
    for (size_t i = 0; i < row->many; i++)
        if (!row->cells[i].merged && str_trim(cell_text(row, i)).len > 0)
            return false;
    return true;
}

enum err paper_row_give(struct paper_work *work, const struct paper_row *row, int64_t number)
{
    char buf[24];
    if (is_blank(row))
        return ERR_OK;
    if (number > PAPER_ROWS_MAX)
        return paper_work_fail(work, ERR_TOO_LARGE, "paper.fault.rows", number,
                               number_text(buf, PAPER_ROWS_MAX), STR_NONE);
    int64_t skip = 0;
    work->body.len = 0;
    helper_put_int(&work->body, PAPER_N_ROW, number);
    for (size_t i = 0; i < row->many; i++) {
        const struct paper_cell cell = {
            row->cells[i].kind, row->cells[i].kind != PAPER_EMPTY && row->cells[i].merged, cell_text(row, i)};
        paper_put_cell(&work->body, &cell, &skip);
    }
    if (buf_check(&work->body) != ERR_OK)
        return paper_work_fail(work, ERR_TOO_LARGE, "paper.fault.row_large", number, STR_NONE, STR_NONE);
    work->emit(work, PAPER_KIND_ROW, buf_str(&work->body));
    work->body.len = 0;
    return ERR_OK;
}

enum err paper_sheet_read(struct paper_work *work, struct str name)
{
    char head[8];
    size_t have = paper_work_peek(work, head, sizeof head);
    if (have >= 4 && memcmp(head, "PK\3\4", 4) == 0)
        return paper_sheet_xlsx(work, name);
    /* The old binary format, and also every workbook with a password. */
    if (have >= 8 && memcmp(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.old_excel", 0, STR_NONE, STR_NONE);
    return paper_sheet_csv(work);
}
