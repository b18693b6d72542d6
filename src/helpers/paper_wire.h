/* SPDX-License-Identifier: Apache-2.0
 *
 * paper_wire: the frames between the front and anze-paper. Tags below 32 are text, from 32 on they are
 * integers.
 */
#ifndef ANZE_HELPERS_PAPER_WIRE_H
#define ANZE_HELPERS_PAPER_WIRE_H

#include "helpers/helper.h"
#include "helpers/paper.h"

enum paper_kind {
    PAPER_KIND_HEAD = 1,
    PAPER_KIND_HOST,
    PAPER_KIND_PORT,
    PAPER_KIND_RECORD,
    PAPER_KIND_COVER,
    PAPER_KIND_COUNTS,
    PAPER_KIND_SHEET,  /* a sheet begins */
    PAPER_KIND_ROW,    /* PAPER_N_ROW, then cells */
    PAPER_KIND_BOOK,   /* what to write */
    PAPER_KIND_COLUMN, /* a column of it; choices as repeated PAPER_T_CHOICE */
    PAPER_KIND_MARKS,
};

enum paper_text_tag {
    PAPER_T_FORMAT = 1,
    PAPER_T_LAYOUT,
    PAPER_T_TOOL,
    PAPER_T_VERSION,
    PAPER_T_TITLE,
    PAPER_T_ADDRESS,
    PAPER_T_NAME,
    PAPER_T_NAMES,
    PAPER_T_PROTOCOL,
    PAPER_T_STATE,
    PAPER_T_SERVICE,
    PAPER_T_PRODUCT,
    PAPER_T_URL,
    PAPER_T_PATH,
    PAPER_T_RULE,
    PAPER_T_CVES,
    PAPER_T_DESCRIPTION,
    PAPER_T_REMEDY,
    PAPER_T_EVIDENCE,
    PAPER_T_UNIQUE,
    PAPER_T_LOCATION,
    PAPER_T_DISMISSED,
    PAPER_T_RANGES,
    PAPER_T_NAMED,
    PAPER_T_ENCODING,
    PAPER_T_NOTE,
    PAPER_T_HELP,
    PAPER_T_CHOICE,
    PAPER_T_MARK,
    PAPER_T_PLACE,
    PAPER_TEXTS = 32,
};

enum paper_number_tag {
    PAPER_N_STARTED = 32,
    PAPER_N_ENDED,
    PAPER_N_UP,
    PAPER_N_PORT,
    PAPER_N_KIND,
    PAPER_N_SEVERITY,
    PAPER_N_CVSS,
    PAPER_N_PLACE,
    PAPER_N_COUNT,
    PAPER_N_ANSWER,
    PAPER_N_RECORDS,
    PAPER_N_HOSTS,
    PAPER_N_HOSTS_UP,
    PAPER_N_PORTS,
    PAPER_N_OPEN,
    PAPER_N_BYTES,
    PAPER_N_ROW,
    PAPER_N_SKIP, /* so many empty cells */
    PAPER_N_INDEX,
    PAPER_N_MANY,
    PAPER_N_WIDTH,
    PAPER_N_FLAGS,
    PAPER_N_PLAIN, /* a book without header and types: rows as they come */
    PAPER_NUMBERS = 64,
};

enum { PAPER_FLAG_REQUIRED = 1, PAPER_FLAG_WRAP = 2 };

/* Cells of a row: the tag tells kind and merged; texts follow each other from column A. */
#define PAPER_CELL_TAG    128
#define PAPER_CELL_MERGED 64

/* A decoded frame: every field of its tag, the last one if repeated. */
struct paper_fields {
    struct str text[PAPER_TEXTS];
    int64_t number[PAPER_NUMBERS - PAPER_TEXTS];
};

static inline int64_t paper_number(const struct paper_fields *fields, enum paper_number_tag tag)
{
    return fields->number[tag - PAPER_TEXTS];
}

/* False when the body is no row of fields or a text is not valid UTF-8. */
bool paper_decode(struct str body, struct paper_fields *ret);
/* Appends a cell; empty ones are gathered in *skip and written as one number before the next one. */
void paper_put_cell(struct buf *body, const struct paper_cell *cell, int64_t *skip);
/* Cells of a row frame into cells[max]; false when the bytes are no row. */
bool paper_decode_row(struct str body, int64_t *ret_row, struct paper_cell *cells, size_t max,
                      size_t *ret_many);
/* The fault for a helper that talks nonsense; stops it. */
enum err paper_lied(struct call *call, struct helper *helper);
/* Opens path and starts a reading job on it. */
MUST_USE enum err paper_open(struct call *call, const char *path, const char *job, const char *word,
                             struct helper **ret);

#endif
