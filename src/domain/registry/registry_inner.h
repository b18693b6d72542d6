/* SPDX-License-Identifier: Apache-2.0
 * What is not right with an entry of the register: duplicates, certificates that run out, missing filings,
 * contacts who left, systems that answer no more. Inside the capability; `finding` uses registry_alive
 * through registry.h. */
#ifndef ANZE_DOMAIN_REGISTRY_INNER_H
#define ANZE_DOMAIN_REGISTRY_INNER_H

#include "domain/registry/registry.h"
#include "http/http.h"

/* What two spellings of one name, and two entries of one place, have in common. "" when there is none. */
struct str registry_name_key(struct call *call, struct str name);
struct str registry_place_key(struct call *call, struct str host_name, int64_t port, struct str url);
/* Looks at one system again, and at those it shares something with. Touches what changed. */
MUST_USE enum err registry_flaws_of(struct call *call, int64_t system_id);
MUST_USE enum err registry_flaws_of_unit(struct call *call, int64_t unit_id);
/* Looks at the whole register: once a day, and after a large import. */
MUST_USE enum err registry_flaws_all(struct call *call);
/* "flaws":[{"flaw_kind","stage","on_date","peer_id","peer_name"}] of a system. */
MUST_USE enum err registry_put_flaws(struct call *call, int64_t system_id, struct json_writer *w);
/* "systems": with any flaw, "kinds":[{"flaw_kind","count"}]: in the actor's scope. */
MUST_USE enum err registry_put_flaw_counts(struct call *call, struct json_writer *w);

/* What looks wrong and is no mistake for sure, in the user's language; field: where. */
typedef void registry_warning(void *context, const char *field, struct str text);
MUST_USE enum err registry_warnings(struct call *call, const struct field_record *record,
                                    const struct field_record *endpoints, size_t many, registry_warning *tell,
                                    void *context);
/* "warnings":[{"field","message"}] of a stored entry. */
MUST_USE enum err registry_put_warnings(struct call *call, int64_t system_id,
                                        const struct field_record *stored, struct json_writer *w);
/* The addresses in force of a system, as records. */
MUST_USE enum err registry_endpoints_fetch(struct call *call, int64_t system_id, struct field_record **ret,
                                           size_t *ret_many);
/* registry_system_create and _change without that look: for sheets, which look once at their end. */
MUST_USE enum err registry_create_unlooked(struct call *call, struct field_record *record,
                                           int64_t *ret_system_id);
MUST_USE enum err registry_change_unlooked(struct call *call, int64_t system_id, struct field_record *record);

/* ---- what is shown ---- */
extern const struct field_table registry_more_table, registry_quality_table;
/* One system with everything of registry_more_table but the gate. */
MUST_USE enum err registry_put_system(struct call *call, int64_t system_id, struct json_writer *w);
/* "gate": what going live would ask. */
MUST_USE enum err registry_put_gate(struct call *call, int64_t system_id, struct json_writer *w);

/* ---- routes of sheets ---- */
extern const struct field_table registry_template_query_table, registry_export_query_table,
    registry_import_query_table, registry_import_table;
http_handler registry_template_get, registry_export_get, registry_import_prepare, registry_import_handle,
    registry_import_errors;

#endif
