/* SPDX-License-Identifier: Apache-2.0
 *
 * csv: records of separated values as a stream. The separator (, ; tab |) is read off the first record.
 * Quoted fields may hold separators, line ends and doubled quotes; a quote that never closes is a file cut
 * short.
 */
#ifndef ANZE_HELPERS_PAPER_CSV_H
#define ANZE_HELPERS_PAPER_CSV_H

#include "helpers/paper/work.h"

#define PAPER_CSV_COLUMNS 512

struct paper_csv {
    struct paper_work *work;
    char separator;
    int64_t line, row; /* line where the current record began; its number from 1 */
    struct buf text;   /* of the current record */
    struct str fields[PAPER_CSV_COLUMNS];
    size_t starts[PAPER_CSV_COLUMNS + 1];
    size_t many;
    size_t columns_max; /* more fields than this are a fault; 0: PAPER_CSV_COLUMNS */
    bool ended_open;    /* the last record had no line end */
    int64_t next_line;
    char *piece; /* what was read and not yet looked at */
    size_t piece_at, piece_len;
    bool eof;
};

/* After paper_text_open. */
MUST_USE enum err paper_csv_open(struct paper_csv *csv, struct paper_work *work);
void paper_csv_close(struct paper_csv *csv);
/* The next record into fields/many; *ret_more false at the end. Slices live until the next call. */
MUST_USE enum err paper_csv_next(struct paper_csv *csv, bool *ret_more);
bool paper_csv_blank(const struct paper_csv *csv); /* every field is empty */

/* ---- headers by name ---- */

struct paper_csv_header {
    struct str names[PAPER_CSV_COLUMNS]; /* trimmed, copied */
    size_t many;
};
void paper_csv_header_take(struct paper_csv_header *header, struct arena *arena, const struct paper_csv *csv);
/* Column of the first of the '|'-separated spellings that the header has (earlier spellings win), or -1.
 * Case, blanks, '_' and '-' do not matter. */
int paper_csv_column(const struct paper_csv_header *header, const char *spellings);
/* The field of a column, STR_NONE when the column is -1 or missing in this record. */
struct str paper_csv_field(const struct paper_csv *csv, int column);

/* Would a spreadsheet run this as a formula, once the apostrophes before it are gone? */
bool paper_csv_runs(struct str text);

#endif
