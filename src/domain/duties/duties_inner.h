/* SPDX-License-Identifier: Apache-2.0
 *
 * duties_inner: the handlers and tables that the route table in duties_http.c names.
 */
#ifndef ANZE_DOMAIN_DUTIES_INNER_H
#define ANZE_DOMAIN_DUTIES_INNER_H

#include "domain/module.h"

extern const struct field_table duties_pack_table, duties_workday_table, duties_exemption_table,
    duties_ask_table, duties_decide_table, duties_article_units_table, duties_load_table, duties_count_table,
    duties_calendar_table, duties_gate_table, duties_asked_table, duties_decided_table;
extern const struct db_list duties_exemption_list;

http_handler duties_coverage;
http_handler duties_article;
http_handler duties_packs;
http_handler duties_pack_preview;
http_handler duties_pack_load;
http_handler duties_workday;
http_handler duties_calendar;
http_handler duties_gate;
http_handler duties_exemption_ask;
http_handler duties_exemption_decide;

/* "10月10日（周六，调休上班）": a date as people write it, in the call's language. */
struct str duties_due_text(struct call *call, int32_t day);

#endif
