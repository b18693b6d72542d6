/* SPDX-License-Identifier: Apache-2.0
 * finding_show: what replies and lists of this folder contain. */
#ifndef ANZE_DOMAIN_FINDING_SHOW_H
#define ANZE_DOMAIN_FINDING_SHOW_H

#include "domain/finding/finding.h"

extern const struct field_table finding_row_table, finding_import_table, finding_report_table,
    finding_address_table, finding_address_more_table;
extern const struct db_list finding_list, finding_import_list, finding_address_list;

/* For those who may see all imports: the route's grant decides. */
MUST_USE enum err finding_put_import_row(struct call *call, int64_t import_id, struct json_writer *w);
/* The caller has checked the reach. */
MUST_USE enum err finding_put_address(struct call *call, int64_t address_id, struct json_writer *w);

#endif
