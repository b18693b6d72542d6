/* SPDX-License-Identifier: Apache-2.0
 *
 * sheet: spreadsheets in and out.
 */
#ifndef ANZE_HELPERS_PAPER_SHEET_H
#define ANZE_HELPERS_PAPER_SHEET_H

#include "helpers/paper/work.h"

/* XLSX or CSV, told by content. name: the sheet wanted, or empty. Emits PAPER_KIND_SHEET and PAPER_KIND_ROW.
 */
MUST_USE enum err paper_sheet_read(struct paper_work *work, struct str name);
/* Frames from descriptor 0 into a spreadsheet on descriptor 3. */
MUST_USE enum err paper_sheet_write(struct paper_work *work);

/* The two readers; the input stands at its start. */
MUST_USE enum err paper_sheet_csv(struct paper_work *work);
MUST_USE enum err paper_sheet_xlsx(struct paper_work *work, struct str name);

/* A row being gathered: cells with their texts in one buffer. */
struct paper_row {
    struct buf text;
    struct {
        enum paper_cell_kind kind;
        bool merged;
        size_t from, len;
    } cells[PAPER_COLUMNS_MAX];
    size_t many; /* the last column that holds text, plus one */
};

void paper_row_clear(struct paper_row *row);
/* Columns beyond the limit are a fault when they hold text. */
MUST_USE enum err paper_row_set(struct paper_work *work, struct paper_row *row, int64_t number, size_t column,
                                enum paper_cell_kind kind, bool merged, struct str text);
/* Emits the row unless it is empty. */
MUST_USE enum err paper_row_give(struct paper_work *work, const struct paper_row *row, int64_t number);

#endif
