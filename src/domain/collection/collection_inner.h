/* SPDX-License-Identifier: Apache-2.0
 *
 * collection_inner: what the files of this capability share.
 */
#ifndef ANZE_DOMAIN_COLLECTION_INNER_H
#define ANZE_DOMAIN_COLLECTION_INNER_H

#include "db/db.h"
#include "domain/collection/collection.h"
#include "domain/org/org.h"

#define COLLECTION_CELLS_MAX (RULES_FORM_FIELDS_MAX * (RULES_FORM_ROWS_MAX + 1))

struct collection_cell {
    int64_t row;
    struct str name, value;
};
struct collection_cells {
    struct collection_cell *at;
    size_t many;
    int64_t rows; /* the highest row number */
};

/* ---- collection_cell.c ---- */
struct str collection_cell_value(const struct collection_cells *cells, int64_t row, const char *name);
void collection_cell_add(struct call *call, struct collection_cells *cells, int64_t row, const char *name,
                         struct str value);
MUST_USE enum err collection_cells_read(struct call *call, int64_t task_id, struct collection_cells *ret);
MUST_USE enum err collection_cells_write(struct call *call, int64_t task_id,
                                         const struct collection_cells *cells);
/* The given cells that the form knows; unknown names and rows are faults. */
MUST_USE enum err collection_cells_given(struct call *call, const struct rules_form *form,
                                         const struct field_value *rows, struct collection_cells *ret);
/* Every cell by the type of its field, required ones present; values are brought into their usual form.
 * Faults name the place
 * ("mobile", "rows[2].mobile"). */
MUST_USE enum err collection_cells_check(struct call *call, const struct rules_form *form,
                                         struct collection_cells *cells);
/* What is known today: the form's source, else the last answer. ret_from: "org.posts", "registry.systems",
 * "last", "". */
MUST_USE enum err collection_prefill(struct call *call, const struct rules_form *form,
                                     const struct collection_task *task, struct collection_cells *ret,
                                     const char **ret_from);
MUST_USE enum err collection_last_answer(struct call *call, const struct rules_form *form,
                                         const struct collection_task *task, struct collection_cells *ret,
                                         int64_t *ret_at_ms);
struct field collection_field(const struct rules_form_field *from);
extern const char *const collection_prefills[];

/* ---- collection_freeze.c ---- */
/* The definition as a text, and back. Equal definitions give equal texts. */
MUST_USE enum err collection_form_write(struct call *call, const struct rules_form *form, struct str *ret);
MUST_USE enum err collection_form_read(struct call *call, struct str text, const struct rules_form **ret);
/* The form that the collection asks for, as it stood at launch. */
MUST_USE enum err collection_form_of(struct call *call, int64_t collection_id, const struct rules_form **ret);

/* ---- collection_sheet.c ---- */
/* The members of the press description. */
MUST_USE enum err collection_sheet_members(struct call *call, const struct rules_form *form,
                                           const struct collection_task *task,
                                           const struct collection_cells *cells, bool draft, struct str *ret);
/* Would every character show? ERR_INVALID with a fault at each cell that holds one which no installed font
 * has: the paper would show its code. Slow. */
MUST_USE enum err collection_sheet_try(struct call *call, int64_t task_id);
/* The sheet as it stands: the frozen one, else a draft without code. Slow. */
MUST_USE enum err collection_draw(struct call *call, const struct collection_task *task,
                                  enum press_format format, struct str *ret_bytes);

/* ---- collection_tables.c: what is written beside the rows ---- */
extern const struct field_table collection_form_line_table, collection_clock_table, collection_more_table,
    collection_reminder_table, collection_reminded_table, collection_archive_table,
    collection_archive_made_table, collection_file_table, collection_remark_row_table,
    collection_task_file_table, collection_books_table;

/* ---- collection_show.c ---- */
extern const struct field_table collection_row_table, collection_task_row_table;
extern const struct db_list collection_list, collection_task_list;
void collection_put_clock(struct call *call, struct json_writer *w, const struct db_rows *rows);
MUST_USE enum err collection_put(struct call *call, int64_t collection_id, struct json_writer *w);
MUST_USE enum err collection_put_task(struct call *call, int64_t task_id, struct json_writer *w);
MUST_USE enum err collection_put_forms(struct call *call, struct json_writer *w);
/* The text to copy into a chat group: who is still missing, by when, where. */
MUST_USE enum err collection_reminder_text(struct call *call, int64_t collection_id, struct str *ret);

/* ---- collection_export.c (slow: worker threads) ---- */
/* full: personal data as it stands; else masked where the actor may not see it. */
MUST_USE enum err collection_export(struct call *call, int64_t collection_id, bool full, int fd);

#endif
