/* SPDX-License-Identifier: Apache-2.0
 *
 * field: one table describes a record, and everything else follows from it: validation, the JSON of requests
 * and replies, OpenAPI, TypeScript types, forms, spreadsheet template and import, and the refusal tests.
 * Labels are words: "field.<table name>.<field name>", enum labels "enum.<enum name>.<identifier>",
 * help (optional) "help.<table name>.<field name>".
 */
#ifndef ANZE_BASE_FIELD_H
#define ANZE_BASE_FIELD_H

#include <stdbool.h>
#include <stdint.h>
#include "base/call.h"
#include "base/json.h"
#include "base/str.h"

enum field_type {
    FIELD_TEXT,   /* one line; min/max count code points; max 0 means 200 */
    FIELD_NOTE,   /* several lines; max 0 means 4000 */
    FIELD_INT,    /* min/max are values when max != 0 */
    FIELD_MONEY,  /* integer fen */
    FIELD_BOOL,   /* 0/1 in the database, true/false in JSON */
    FIELD_DATE,   /* "YYYY-MM-DD" */
    FIELD_TIME,   /* UTC epoch milliseconds, integer */
    FIELD_ENUM,   /* one of .of->names */
    FIELD_REF,    /* id of a row of .ref (integer) */
    FIELD_ROWS,   /* array of objects described by .rows */
    FIELD_OBJECT, /* one object described by .rows */
    FIELD_COUNTS, /* an object that says how many there are of each of .of->names (replies only) */
    FIELD_TEXTS,  /* array of texts, of .of->names where that is given (replies only) */
    FIELD_REAL,   /* a number with decimals (replies only) */
    FIELD_JSON,   /* any JSON (replies only) */
};

enum field_flag {
    FIELD_REQUIRED = 1, /* must be present and not empty in requests */
    FIELD_READONLY = 2, /* only in replies; ignored in requests */
    FIELD_PERSONAL = 4, /* masked in lists and exports until someone with the right gives a reason */
    FIELD_KEY = 8,      /* stable key for re-import */
    FIELD_FILTER = 16,  /* lists may be filtered by it: ?name=value */
    FIELD_SORT = 32,    /* lists may be sorted by it */
    FIELD_SHEET = 64,   /* a column of the spreadsheet template */
    FIELD_HIDDEN = 128, /* never a form input */
    FIELD_SECRET = 256, /* passwords: never logged, never replied */
    FIELD_ALWAYS = FIELD_READONLY | FIELD_REQUIRED, /* only in replies, and never null there */
};

/* A closed list. The words are "enum.<name>.<identifier>". */
struct field_enum {
    const char *name;
    const char *const *names; /* NULL-terminated */
    const char *const
        *synonyms; /* parallel; '|'-separated Chinese and English spellings met in sheets; may be NULL */
};

struct field {
    const char *name;
    enum field_type type;
    unsigned flags;
    int64_t min, max;
    const struct field_enum *of;
    const char *ref;    /* e.g. "org_unit" */
    const char *format; /* a named check: "ip" "domain" "url" "port" "mobile" "phone" "email" "uscc" "icp_no"
                           "filing_no" "login_name" "password" "cve" "miniapp_appid" "wx_origin_id" … */
    const char *synonyms;           /* '|'-separated header spellings met in sheets */
    const struct field_table *rows; /* FIELD_ROWS, FIELD_OBJECT */
};

struct field_table {
    const char *name; /* snake_case noun; also the OpenAPI schema and the TypeScript type (PascalCase) */
    const struct field *fields;
    size_t many;
};

#define FIELD_TABLE(table_name, array)                                                                       \
    {                                                                                                        \
        (table_name), (array), sizeof(array) / sizeof((array)[0])                                            \
    }

/* A parsed value. FIELD_ROWS and FIELD_OBJECT keep records. */
struct field_value {
    bool given;                /* present in the input (null counts as given and empty) */
    bool empty;                /* null or "" */
    int64_t number;            /* INT MONEY BOOL TIME REF */
    struct str text;           /* TEXT NOTE DATE ENUM (the identifier) JSON (its text) */
    struct field_record *rows; /* ROWS, OBJECT */
    size_t many;
};

struct field_record {
    const struct field_table *table;
    struct field_value *values; /* parallel to table->fields */
};

/* Reads an object. Unknown keys are faults. `partial`: a change: absent fields are left alone, so REQUIRED
 * only bites when given empty. All faults are recorded; ERR_INVALID when there was one. */
MUST_USE enum err field_parse(struct call *call, const struct field_table *table, const struct json *object,
                              bool partial, struct field_record *ret);
/* One cell of a sheet or one query parameter: trims, understands enum synonyms, 是/否, dates in five styles
 * (2026-01-09 2026/1/9 2026.1.9 2026年1月9日 20260109 and Excel serials), refuses 1.10101E+17 and zeroed
 * tails of long numbers. FIELD_MONEY: yuan as people write it (1,234.56  ¥1234  12.5万元), kept in fen.
 * FIELD_TIME: epoch milliseconds, or a date with an optional time of day in +08:00. path is used in faults
 * ("ports[2].port"). */
MUST_USE enum err field_parse_text(struct call *call, const struct field *field, const char *path,
                                   struct str text, struct field_value *ret);
/* The checks alone, on an already typed value (used by both of the above). */
MUST_USE enum err field_check(struct call *call, const struct field *field, const char *path,
                              struct field_value *value);

const struct field *field_find(const struct field_table *table, struct str name);
/* The value of a field that the table surely has; aborts on a programmer's misspelling. */
struct field_value *field_get(const struct field_record *record, const char *name);
int64_t field_int(const struct field_record *record, const char *name, int64_t otherwise);
struct str field_str(const struct field_record *record, const char *name); /* STR_NONE when absent or empty */

/* The given values as a JSON object, for the ledger's detail: personal and secret fields are left out, since
 * nobody can ever erase the ledger.  */
struct str field_json(struct arena *arena, const struct field_record *record);
/* Writes one value under its field's name. */
void field_put(struct json_writer *w, const struct field *field, const struct field_value *value);

/* Whether a format of this name exists: asked of every table at start, so that a misspelling does not wait
 * for a user. */
bool field_format_known(const char *format);
/* A unified social credit code whose check character is wrong is refused by the format; real certificates
 * with such a code exist, so an officer may enter one with a reason: such a route takes a field without the
 * format and asks here. False also for what is no code at all; *ret_expected is then 0, else the character
 * that ought to stand last. */
bool field_uscc_check(struct str code, char *ret_expected);
/* The usual form of a filing certificate number (11 digits, hyphen, 5 digits); others are accepted with a
 * warning. */
bool field_filing_no_usual(struct str number);

/* Masks by code point (domain rules for names, phones, e-mail): keep follows from field->format. */
struct str field_mask(struct arena *arena, const struct field *field, struct str value);

#endif
