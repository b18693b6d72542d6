/* SPDX-License-Identifier: Apache-2.0
 *
 * registry: the register of websites, systems, WeChat accounts, mini-programs and apps, and their addresses.
 * Sources: S2, SA3, S3–S8, J9, Z5, Z12, Z15; fields follow the filing form and audit practice.
 */
#ifndef ANZE_DOMAIN_REGISTRY_H
#define ANZE_DOMAIN_REGISTRY_H

#include "base/call.h"
#include "base/field.h"
#include "domain/org/org.h"

extern const struct field_enum registry_system_type_enum, registry_lifecycle_status_enum,
    registry_business_category_enum, registry_service_scope_enum, registry_service_target_enum,
    registry_build_kind_enum, registry_fund_source_enum, registry_deploy_location_enum,
    registry_filing_status_enum, registry_eval_scheme_enum, registry_eval_conclusion_enum,
    registry_data_level_enum, registry_backup_mode_enum, registry_register_state_enum, registry_protocol_enum,
    registry_wx_kind_enum, registry_app_platform_enum, registry_flaw_kind_enum, registry_flaw_stage_enum;
extern const struct field_table registry_system_table, registry_endpoint_table;

struct registry_system {
    int64_t system_id, unit_id, version;
    struct str system_no, system_name, unit_path, lifecycle_status;
};
/* Any system, whoever asks. ERR_NOT_FOUND. */
MUST_USE enum err registry_system_get(struct call *call, int64_t system_id, struct registry_system *ret);
/* One inside the actor's scope. */
MUST_USE enum err registry_system_reach(struct call *call, int64_t system_id, struct registry_system *ret);

/* What a change of a system can change about its unit: for rules_touch_facts. */
extern const char *const registry_unit_facts[];

/* record: registry_system_table, its "endpoints" included. Checks fields against each other, numbers the
 * system, touches it for the rules and writes the ledger. */
MUST_USE enum err registry_system_create(struct call *call, struct field_record *record,
                                         int64_t *ret_system_id);
/* Changes the given fields. "version", when given, must be the current one (ERR_CONFLICT). Endpoints given
 * replace the current set: those that stay the same keep their row, the others are ended, never deleted. */
MUST_USE enum err registry_system_change(struct call *call, int64_t system_id, struct field_record *record);
/* The gate between two stages of the life cycle, NULL where there is none: system.build from planning to
 * building (S4), system.go_live to trial or online (S3, S4, S6, S7). */
const char *registry_gate(struct str from, struct str to);
/* Moves along the life cycle; the gate must hold (ERR_REFUSED lists what is unmet). */
MUST_USE enum err registry_lifecycle(struct call *call, int64_t system_id, struct str to, struct str reason);

/* ---- endpoints ---- */
/* Writes the current endpoints of a system as "endpoints":[…]. */
MUST_USE enum err registry_put_endpoints(struct call *call, int64_t system_id, struct json_writer *w);
/* Makes the stored endpoints equal to the given rows (registry_endpoint_table) and refreshes main_address.
 * replace: rows missing from the given ones are ended; otherwise they stay. ret_changed: something was
 * written. */
MUST_USE enum err registry_endpoints_set(struct call *call, const struct registry_system *system,
                                         const struct field_record *rows, size_t many, bool replace,
                                         bool *ret_changed);

/* ---- whose is this address? ---- */
struct registry_match {
    int64_t system_id, endpoint_id, unit_id; /* system_id 0: no registered system */
    struct str unit_path;
};
/* By host name, else by address and port, else by address when all its registered endpoints are of one
 * system. ip_key may be "" and host_name empty. */
MUST_USE enum err registry_match_address(struct call *call, const char *ip_key, int32_t port,
                                         struct str host_name, struct registry_match *ret);

/* Does any registered endpoint stand at this address or name? */
MUST_USE enum err registry_address_known(struct call *call, const char *ip_key, struct str host_name,
                                         bool *ret);

/* A scan had an answer from this address (or name, where ip_key is ""): its systems are alive. */
MUST_USE enum err registry_alive(struct call *call, const char *ip_key, struct str host_name,
                                 int64_t seen_ms);

/* ---- sheets ----
 * A row is the system with its number (系统编号); a row without one is the system of that name in that unit.
 * So a sheet that comes again changes what differs and never makes a second entry. */
struct registry_sheet; /* a sheet read and mapped to fields, not yet judged */
/* What the user says about columns, over what the headers say. field NULL: the column is left out. */
struct registry_choice {
    size_t column; /* 0: A */
    const struct field *field;
    bool of_endpoint;
};
struct registry_mapping {
    struct registry_choice *choices;
    size_t many;
    int64_t header_row; /* 0: found by itself */
};
/* "A:system_name,C:-,F:ip": a column and a field of the register, "-" to leave it out. */
MUST_USE enum err registry_mapping_parse(struct call *call, struct str text, int64_t header_row,
                                         struct registry_mapping *ret);
/* Reads an uploaded sheet (slow: worker threads only): finds the header row, maps its columns by what the
 * user says (wanted, may be NULL), what the unit said before, and the spellings; leaves out title rows above
 * and notes below. ERR_INVALID with a fault when nothing in it looks like a register. */
MUST_USE enum err registry_sheet_read(struct call *call, const char *path,
                                      const struct registry_mapping *wanted, struct registry_sheet **ret);
/* Keeps what the user said about headers, for the unit's next sheet. */
MUST_USE enum err registry_sheet_remember(struct call *call, const struct registry_sheet *sheet);

/* What an import does, row by row: the rows after row `after`, at most `most`. */
enum registry_action { REGISTRY_ANY, REGISTRY_CREATED, REGISTRY_CHANGED };
struct registry_diff_cell {
    const struct field *field; /* NULL: an address as a whole */
    struct str before, after;  /* as shown, masked where the actor may not see */
};
struct registry_diff_row {
    struct registry_diff_row *next;
    int64_t row;
    enum registry_action action;
    struct str system_no, system_name, unit_name;
    struct registry_diff_cell *cells;
    size_t many, room;
};
struct registry_note { /* what looks wrong, or was left out; nothing is refused for it */
    struct registry_note *next;
    int64_t row;
    const char *field;
    struct str text;
};
#define REGISTRY_NOTES_MAX 500
struct registry_import {
    int64_t rows, created, changed, unchanged;
    /* What to collect, set before. most 0: no differences. */
    struct {
        int64_t after;
        int most;
        enum registry_action only;
    } diff;
    bool preview; /* to be rolled back: what only follows from it is not worked out */
    struct registry_diff_row *first, *last;
    int64_t diff_rows, diff_next; /* rows that differ; the row to go on after, 0: no more */
    struct registry_note *notes, *last_note;
    int64_t notes_count;
};
/* Judges and writes every row. Any mistake is a fault with its row and field; then ERR_INVALID, and the
 * caller rolls its savepoint back, so nothing is half-done. A preview is the same, always rolled back. */
MUST_USE enum err registry_sheet_apply(struct call *call, struct registry_sheet *sheet,
                                       struct registry_import *report);
/* "rows","created","changed","unchanged"; with diff.most also
 * "diff":[{"row","action","system_no","system_name", "unit_name","cells":[{"field","before","after"}]}],
 * "diff_rows","diff_next"; and "warnings":[{"row","column","field","message"}],"warnings_count". */
void registry_put_import(struct call *call, const struct registry_sheet *sheet,
                         const struct registry_import *report, struct json_writer *w);
/* How the columns were understood: [{"column":"A","header":"…","field":"…"|null}]. */
void registry_sheet_put_mapping(struct call *call, const struct registry_sheet *sheet, struct json_writer *w);
/* The sentence of a fault of an import, with the label of its column. */
struct str registry_fault_text(struct call *call, const struct call_fault *fault);
/* The sheet given back with the call's faults in a column, into fd. */
MUST_USE enum err registry_sheet_errors(struct call *call, const char *path,
                                        const struct registry_sheet *sheet, int fd);
/* Every system in scope with its addresses, one row an address, in the columns of the full template; imports
 * back unchanged. csv: UTF-8 text instead of a workbook. */
MUST_USE enum err registry_export(struct call *call, bool csv, int fd, int64_t *ret_rows);
/* The empty template with drop-downs and help, into fd. full: with every field of the register. */
MUST_USE enum err registry_template(struct call *call, bool full, int fd);
/* Spreadsheet column of a field in this sheet, e.g. "C"; "" when the sheet has none. */
struct str registry_sheet_column(struct call *call, const struct registry_sheet *sheet, const char *field);

/* What ?q= looks through: each text in an index or a narrow table of its own, since a row of info_system is
 * long. */
#define REGISTRY_SEARCH                                                                                      \
    "s.system_id IN (SELECT n.system_id FROM info_system n WHERE n.system_name LIKE $$"                      \
    " UNION ALL SELECT n.system_id FROM info_system n WHERE n.system_no LIKE $$"                             \
    " UNION ALL SELECT e.system_id FROM system_endpoint e WHERE COALESCE(e.valid_to, '') = ''"               \
    " AND (e.ip LIKE $$ OR e.host_name LIKE $$ OR e.url LIKE $$)"                                            \
    " UNION ALL SELECT n.system_id FROM org_unit o JOIN info_system n ON n.unit_id = o.unit_id"              \
    " WHERE o.unit_name LIKE $$)"

#endif
