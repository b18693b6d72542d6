/* SPDX-License-Identifier: Apache-2.0
 * rectify_show: how letters are written out. Shared by the routes of this folder. */
#ifndef ANZE_DOMAIN_RECTIFY_SHOW_H
#define ANZE_DOMAIN_RECTIFY_SHOW_H

#include "domain/rectify/rectify.h"
#include "helpers/press.h"
#include "http/http.h"

extern const struct field_table rectify_letter_row_table, rectify_letter_more_table,
    rectify_letter_clock_table, rectify_lateral_list_table, rectify_board_table;
extern const struct db_list rectify_letter_list; /* with drafts: for the authority */
extern const struct db_list rectify_issued_list; /* without: for units and the scan team */

/* "countdown_working_days", "late": from the due date and the calendar. */
void rectify_put_countdown(struct call *call, struct json_writer *w, const struct db_rows *rows);
MUST_USE enum err rectify_put_letter(struct call *call, int64_t letter_id, struct json_writer *w);
MUST_USE enum err rectify_put_lateral(struct call *call, const struct rectify_letter *letter,
                                      struct json_writer *w);
/* A draft from live findings, an issued letter from its frozen paper. Slow. */
MUST_USE enum err rectify_draw(struct call *call, const struct rectify_letter *letter,
                               enum press_format format, struct str *ret_bytes);
enum err rectify_board(struct call *call, struct http_exchange *x);

#endif
