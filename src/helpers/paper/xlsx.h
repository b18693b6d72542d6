/* SPDX-License-Identifier: Apache-2.0
 *
 * xlsx: what a workbook says about its sheets: their names and parts, shared strings, and which cell styles
 * show a number as a date.
 */
#ifndef ANZE_HELPERS_PAPER_XLSX_H
#define ANZE_HELPERS_PAPER_XLSX_H

#include "helpers/paper/sheet.h"
#include "helpers/paper/zip.h"

#define PAPER_XLSX_SHEETS 255

enum paper_xlsx_shows { PAPER_SHOWS_NUMBER, PAPER_SHOWS_DATE, PAPER_SHOWS_TIME };

struct paper_xlsx {
    struct paper_work *work;
    struct paper_zip *zip;
    struct {
        struct str name, relation, part;
        bool hidden;
    } sheets[PAPER_XLSX_SHEETS];
    size_t many_sheets;
    bool from_1904;
    struct str strings_part, styles_part;
    /* shared strings: offsets into one text */
    struct buf strings;
    uint32_t *string_at;
    size_t many_strings, strings_room;
    /* cellXfs */
    uint8_t *shows;
    size_t many_shows;
};

MUST_USE enum err paper_xlsx_open(struct paper_work *work, struct paper_xlsx **ret);
void paper_xlsx_close(struct paper_xlsx *book);
/* Reads the shared strings, once. */
MUST_USE enum err paper_xlsx_strings(struct paper_xlsx *book);
struct str paper_xlsx_string(const struct paper_xlsx *book, size_t index, bool *ret_found);

/* Does a format code show a date or a time? */
enum paper_xlsx_shows paper_xlsx_shows(int64_t id, struct str code);
/* A stored number as the cell shows it; kind is set. buf holds the text. */
struct str paper_xlsx_number(const struct paper_xlsx *book, struct str raw, enum paper_xlsx_shows shows,
                             char buf[40], enum paper_cell_kind *ret_kind);
/* "AB12" -> column 27, row 12 (0 when it has none); false when it is no reference. */
bool paper_xlsx_reference(struct str text, int64_t *ret_row, int64_t *ret_column);

#endif
