/* SPDX-License-Identifier: Apache-2.0
 * A register sheet as read: columns mapped to fields, rows as texts. Shared by reading and applying; not for
 * other capabilities. */
#ifndef ANZE_DOMAIN_REGISTRY_SHEET_H
#define ANZE_DOMAIN_REGISTRY_SHEET_H

#include "domain/registry/registry.h"
#include "helpers/paper.h"

enum sheet_source { SHEET_SPELLING, SHEET_REMEMBERED, SHEET_CHOSEN };

struct sheet_column {
    struct str header;
    struct str plain;          /* the header as spellings are compared, and remembered */
    struct str sample;         /* the first value below it */
    const struct field *field; /* NULL: not understood, left out */
    bool of_endpoint;          /* of registry_endpoint_table, else of registry_system_table */
    enum sheet_source source;  /* who said so */
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

struct sheet_pending { /* a row seen before the header was found */
    int64_t number;
    size_t many;
    struct paper_cell *cells;
};

struct registry_sheet {
    struct call *call;                     /* while reading */
    const struct registry_mapping *wanted; /* while reading */
    struct sheet_remembered *remembered;   /* while reading */
    size_t many_remembered;
    struct sheet_pending pending[30];
    size_t many_pending;
    struct str name;
    int64_t header_row;
    struct sheet_column *columns;
    size_t many_columns;
    struct sheet_row **rows;
    size_t many_rows, room;
};

/* What a unit chose before: by the plain header. */
struct sheet_remembered {
    struct str plain;
    const struct field *field; /* NULL: left out on purpose */
    bool of_endpoint;
};

struct str registry_column_name(struct call *call, size_t at); /* 0 -> "A" */
/* A field of either table by its name; the register's own first. NULL: none that a sheet may carry. */
const struct field *registry_sheet_field(struct str name, bool *ret_of_endpoint);
/* The value as a sheet and a person see it: labels of lists, names of units, yuan; personal ones masked
 * unless open. */
MUST_USE enum err registry_value_text(struct call *call, const struct field *field,
                                      const struct field_value *value, bool open, struct str *ret);

#endif
