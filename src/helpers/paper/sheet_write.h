/* SPDX-License-Identifier: Apache-2.0
 *
 * sheet_write: what the writers of XLSX and CSV share: the book as it was asked for.
 */
#ifndef ANZE_HELPERS_PAPER_SHEET_WRITE_H
#define ANZE_HELPERS_PAPER_SHEET_WRITE_H

#include "helpers/paper/sheet.h"

struct paper_book {
    struct paper_sheet_out out; /* columns and texts in the work's arena */
    bool plain;                 /* no header, no types: rows as they come */
};

struct paper_xlsx_out;
MUST_USE enum err paper_xlsx_start(struct paper_work *work, const struct paper_book *book,
                                   struct paper_xlsx_out **ret);
MUST_USE enum err paper_xlsx_row(struct paper_xlsx_out *out, const struct paper_cell *cells, size_t many);
MUST_USE enum err paper_xlsx_end(struct paper_xlsx_out *out);

/* 2^53 and Excel's 15 digits: only what survives as a number is written as one. */
bool paper_plain_number(struct str text, double *ret);

#endif
