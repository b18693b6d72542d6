/* SPDX-License-Identifier: Apache-2.0
 *
 * letter: the document as read (the format is told in helpers/press.h). Both printers, PDF and DOCX, work
 * from this. Everything lives in the arena of the call that read it. Lengths named _mm are millimetres;
 * indents are characters.
 */
#ifndef ANZE_HELPERS_PRESS_LETTER_H
#define ANZE_HELPERS_PRESS_LETTER_H

#include "base/call.h"

enum press_kind { PRESS_DOCUMENT, PRESS_LETTER, PRESS_FORM, PRESS_TABLE };
enum press_role { PRESS_TITLE, PRESS_BODY, PRESS_KAI, PRESS_HEI, PRESS_SONG, PRESS_ROLES };
enum press_align { PRESS_JUSTIFY, PRESS_LEFT, PRESS_CENTER, PRESS_RIGHT };
enum press_seal { PRESS_SEAL_NONE, PRESS_SEAL_ROOM, PRESS_SEAL_NOTE };

struct press_run {
    struct str text;
    enum press_role role;
    bool under;
    int blank; /* > 0: an underlined gap of so many characters; text is empty */
};

struct press_text { /* runs in reading order; '\n' inside a text is a forced end of line */
    struct press_run *runs;
    size_t many;
};

struct press_cell {
    struct press_text text;
    struct str foot; /* right, at the bottom of the cell */
    int span, down;  /* columns and rows covered, from 1 */
    int column;      /* where it stands, from 0; found when reading */
    enum press_align align;
    bool label;
    double height_mm; /* 0: none */
};

struct press_row {
    struct press_cell *cells;
    size_t many;
};

struct press_column {
    struct str title;
    double width; /* share */
    enum press_align align;
};

struct press_table {
    struct press_column *columns;
    size_t many_columns;
    bool titled; /* some column has a title: a header row, repeated on every page */
    struct press_row *rows;
    size_t many_rows;
    double size_pt, row_height_mm;
    struct str caption;
};

enum press_block_kind {
    PRESS_PARAGRAPH,
    PRESS_HEADING,
    PRESS_TABLE_BLOCK,
    PRESS_TITLE_BLOCK,
    PRESS_SPACE,
    PRESS_CUT,
    PRESS_PAGE_BREAK,
};

struct press_block {
    enum press_block_kind kind;
    struct press_text text; /* PARAGRAPH, HEADING, TITLE_BLOCK, CUT */
    double indent, hang, right;
    enum press_align align;
    int level; /* HEADING 1…4; SPACE: lines */
    struct press_table *table;
};

struct press_blocks {
    struct press_block *at;
    size_t many;
};

struct press_attachment {
    struct str name, title;
    struct press_blocks body;
    bool landscape, listed;
    int number; /* among the listed ones, from 1; 0 when it is the only one */
};

struct press_strs {
    struct str *at;
    size_t many;
};

struct press_letter {
    enum press_kind kind;
    bool a3, landscape, page_numbers, duplex;
    struct str created, author;
    struct str corner, urgency, mark_suffix, number, title, subtitle;
    struct press_strs mark, signed_by, to, signer, notes, cc;
    struct press_blocks body;
    struct press_attachment *attachments;
    size_t many_attachments;
    struct str date; /* as printed: 2026年10月10日; empty: none */
    enum press_seal seal;
    struct str seal_note;
    struct str printed_by, printed_on; /* printed_on as printed */
    struct str verify_code, verify_url, verify_text;
};

/* Reads and checks. Faults: field is the place, keys press.*. */
MUST_USE enum err press_read(struct call *call, struct str json_text, struct press_letter *ret);

/* The parts of the reader. place is the JSON path of node. */
struct json;
MUST_USE enum err press_read_blocks(struct call *call, const struct json *array, const char *place,
                                    struct press_blocks *ret);
MUST_USE enum err press_read_table(struct call *call, const struct json *object, const char *place,
                                   struct press_table *ret);
/* A text or a list of runs. */
MUST_USE enum err press_read_runs(struct call *call, const struct json *node, const char *place,
                                  enum press_role role, struct press_text *ret);
/* keys: NULL-terminated list of what the object may hold. */
MUST_USE enum err press_read_keys(struct call *call, const struct json *object, const char *place,
                                  const char *const *keys);
/* A text of at most max code points, less control characters; *ret is kept when absent. */
MUST_USE enum err press_read_text(struct call *call, const struct json *object, const char *place,
                                  const char *key, size_t max, struct str *ret);
MUST_USE enum err press_read_number(struct call *call, const struct json *object, const char *place,
                                    const char *key, double least, double most,
                                    double *ret); /* *ret is kept when absent */
/* One of the words, separated by '|'; *ret (its place in the list) is kept when absent. */
MUST_USE enum err press_read_word(struct call *call, const struct json *object, const char *place,
                                  const char *key, const char *words, int *ret);
const char *press_place(struct call *call, const char *place, const char *key);
const char *press_place_at(struct call *call, const char *place, size_t at);

/* Texts that both printers write alike, so that they never differ. */
struct press_text press_plain(struct arena *arena, struct str text, enum press_role role);
struct str press_join(struct arena *arena, struct press_strs list, const char *between, const char *end);
struct str press_attachment_label(struct arena *arena, const struct press_letter *letter,
                                  size_t at); /* 附件2 */
struct str press_attachment_item(struct arena *arena, const struct press_letter *letter,
                                 size_t at);                                /* 附件：1.name / 2.name */
double press_attachment_hang(const struct press_letter *letter, size_t at); /* characters before the name */
double press_attachment_lead(const struct press_letter *letter, size_t at); /* characters before the item */
struct str press_one_line(struct arena *arena, struct str text); /* less its line ends; NUL-terminated */
struct str press_note(struct arena *arena, struct str note);     /* in brackets */

#define PRESS_PARAGRAPH_MAX 20000
#define PRESS_LINE_MAX      400
#define PRESS_COLUMNS_MAX   24
#define PRESS_ROWS_MAX      20000
#define PRESS_BLOCKS_MAX    20000

#endif
