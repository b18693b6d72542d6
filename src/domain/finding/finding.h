/* SPDX-License-Identifier: Apache-2.0
 *
 * finding: weaknesses, where they come from, and when they are gone; live addresses that match no registered
 * system. Sources: S2, S9, S10, Y4, Y5, Z23, Z25.
 */
#ifndef ANZE_DOMAIN_FINDING_H
#define ANZE_DOMAIN_FINDING_H

#include "base/call.h"
#include "base/field.h"

extern const struct field_enum finding_severity_enum; /* least first: info low medium high critical */
extern const struct field_enum finding_state_enum, finding_source_enum, finding_vuln_kind_enum,
    finding_address_state_enum;
extern const struct field_table finding_table, finding_alike_table, finding_event_table;

struct finding {
    int64_t finding_id, unit_id, system_id, notified_at_ms, fed_back_at_ms, version;
    struct str finding_no, unit_path, title, severity, state, source, ip, ip_key, host_name, protocol,
        url_path, cves, description, remedy, rule_id, vuln_kind;
    int32_t port;
};
MUST_USE enum err finding_get(struct call *call, int64_t finding_id, struct finding *ret);
MUST_USE enum err finding_reach(struct call *call, int64_t finding_id, struct finding *ret);
/* One finding with what is like it and what happened to it (finding_table). ERR_NOT_FOUND outside the scope.
 */
MUST_USE enum err finding_put(struct call *call, int64_t finding_id, struct json_writer *w);
/* A finding by hand or from an outside notice: record of finding_table. */
MUST_USE enum err finding_create(struct call *call, const struct field_record *record,
                                 int64_t *ret_finding_id);

/* ---- steps of a finding's life, called by rectify. Each writes history and ledger, and touches the rules
 * ---- */
/* A letter went out: state notified. outside: the letter answers a notice from outside (S9). severity: as the
 * notice says. */
MUST_USE enum err finding_notified(struct call *call, int64_t finding_id, struct str severity, bool outside);
/* The letter was withdrawn: as if it had not been notified. */
MUST_USE enum err finding_unnotify(struct call *call, const struct finding *finding);
/* The unit signed for it. Kept beside the delivery; the clock runs from the delivery, so that not signing
 * gains no time. */
MUST_USE enum err finding_accepted(struct call *call, int64_t finding_id);
MUST_USE enum err finding_fed_back(struct call *call, int64_t finding_id);
MUST_USE enum err finding_feedback_returned(struct call *call, int64_t finding_id, struct str reason);
MUST_USE enum err finding_lateral_done(struct call *call, int64_t finding_id);
/* Closed by a person after a retest by other means (manual findings): evidence in note; two people for false
 * positives. */
MUST_USE enum err finding_close(struct call *call, int64_t finding_id, struct str why);
MUST_USE enum err finding_event(struct call *call, const struct finding *finding, const char *verb,
                                struct str from, struct str to, struct str note);
/* "severity is at least": both names of finding_severity_enum. */
bool finding_severity_at_least(struct str severity, struct str least);

/* A live address is dealt with: state registered, explained or concealment_case. */
MUST_USE enum err finding_address_settle(struct call *call, int64_t address_id, const char *state,
                                         int64_t system_id, struct str note);

/* ---- scanner files ---- */
struct finding_scan; /* a file read by the helper into plain records */
/* Slow: worker threads and commands. data_dir: scratch. file_name is what people called it. */
MUST_USE enum err finding_scan_read(struct call *call, const char *path, struct str file_name,
                                    const char *data_dir, struct finding_scan **ret);
struct finding_import {
    int64_t import_id;
    struct str format;
    int64_t records, hosts, hosts_up, open_ports, created, changed, unchanged, reopened, closed, unmatched;
    bool repeated; /* the same file was imported before: nothing was written */
};
/* Writes what the file says: new findings, changes, reopenings, closings of what it covered and no longer
 * shows. */
MUST_USE enum err finding_scan_apply(struct call *call, struct finding_scan *scan,
                                     struct finding_import *ret);
/* The members of the machine-readable report. */
void finding_put_import(const struct finding_import *report, struct json_writer *w);

#endif
