/* SPDX-License-Identifier: Apache-2.0
 * A register sheet as read: columns mapped to fields, rows as texts. Shared by reading and applying; not for
 * other capabilities. */
#ifndef ANZE_DOMAIN_REGISTRY_SHEET_H
#define ANZE_DOMAIN_REGISTRY_SHEET_H

#include "domain/registry/registry.h"

struct sheet_column {
    struct str header;
    const struct field *field; /* NULL: not understood, left out */
    bool of_endpoint;          /* of registry_endpoint_table, else of registry_system_table */
};

struct sheet_cell {
    uint16_t column;
    uint8_t kind; /* enum paper_cell_kind */
    struct str text;
};

struct sheet_row {
    int64_t number; /* as Excel shows it */
    size_t many;
    struct sheet_cell cells[];
};

struct registry_sheet {
    struct call *call; /* while reading */
    struct str name;
    int64_t header_row;
    int rows_above;
    struct sheet_column *columns;
    size_t many_columns;
    struct sheet_row **rows;
    size_t many_rows, room;
};

struct str registry_column_name(struct call *call, size_t at); /* 0 -> "A" */

#endif
