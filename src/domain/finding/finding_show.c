/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/finding/finding_show.h"

#include "db/db.h"

/* ---- findings ---- */

static const struct field row_fields[] = {
    {.name = "finding_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "finding_no", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .max = 300, .flags = FIELD_REQUIRED},
    {.name = "severity",
     .type = FIELD_ENUM,
     .of = &finding_severity_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "vuln_kind",
     .type = FIELD_ENUM,
     .of = &finding_vuln_kind_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "state", .type = FIELD_ENUM, .of = &finding_state_enum, .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "source",
     .type = FIELD_ENUM,
     .of = &finding_source_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system", .flags = FIELD_FILTER},
    {.name = "system_name", .type = FIELD_TEXT},
    {.name = "ip", .type = FIELD_TEXT},
    {.name = "host_name", .type = FIELD_TEXT},
    {.name = "port", .type = FIELD_INT},
    {.name = "protocol", .type = FIELD_TEXT},
    {.name = "url_path", .type = FIELD_TEXT, .max = 2000},
    {.name = "cves", .type = FIELD_TEXT, .max = 16000},
    {.name = "tool", .type = FIELD_TEXT},
    {.name = "first_seen_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "last_seen_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "reopened_count", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table finding_row_table = FIELD_TABLE("finding_row", row_fields);
static const struct db_filter filters[] = {
    {"state", "f.state = $$", FIELD_ENUM, &finding_state_enum},
    {"severity", "f.severity = $$", FIELD_ENUM, &finding_severity_enum},
    {"vuln_kind", "f.vuln_kind = $$", FIELD_ENUM, &finding_vuln_kind_enum},
    {"source", "f.source = $$", FIELD_ENUM, &finding_source_enum},
    {"unit_id", "f.unit_id = $$", FIELD_INT, NULL},
    {"system_id", "f.system_id = $$", FIELD_INT, NULL},
    {"kind", "f.kind = $$", FIELD_TEXT, NULL},
    {"tool", "f.tool = $$", FIELD_TEXT, NULL},
    {"open", "CASE WHEN f.state IN ('closed', 'false_positive') THEN 0 ELSE 1 END = $$", FIELD_BOOL, NULL},
    {"matched", "CASE WHEN f.system_id IS NULL THEN 0 ELSE 1 END = $$", FIELD_BOOL, NULL},
    {"import_id", "f.last_import_id = $$", FIELD_INT, NULL},
    {"notified_from_ms", "f.notified_at_ms >= $$", FIELD_INT, NULL},
    {"notified_to_ms", "f.notified_at_ms < $$", FIELD_INT, NULL},
};
static const struct db_sort sorts[] = {
    {"finding_id", "f.finding_id"},
    {"last_seen_ms", "f.last_seen_ms"},
    {"first_seen_ms", "f.first_seen_ms"},
    {"severity", "CASE f.severity WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2 WHEN 'low' "
                 "THEN 1 ELSE 0 END"},
};
const struct db_list finding_list = {
    .columns = &finding_row_table,
    .select = "SELECT f.finding_id, f.finding_no, f.title, f.severity, f.vuln_kind, f.state, f.source, "
              "f.unit_id, u.unit_name, f.system_id,"
              " s.system_name, f.ip, f.host_name, f.port, f.protocol, f.url_path, f.cves, f.tool, "
              "f.first_seen_ms, f.last_seen_ms,"
              " f.reopened_count FROM finding f LEFT JOIN org_unit u ON u.unit_id = f.unit_id"
              " LEFT JOIN info_system s ON s.system_id = f.system_id",
    .scope = "f.unit_path",
    .key = "f.finding_id",
    .default_sort = "-severity",
    .filters = filters,
    .many_filters = sizeof(filters) / sizeof(filters[0]),
    .sorts = sorts,
    .many_sorts = sizeof(sorts) / sizeof(sorts[0]),
    .search = "(f.title LIKE $$ OR f.finding_no LIKE $$ OR f.ip LIKE $$ OR f.host_name LIKE $$ OR f.cves "
              "LIKE $$ OR s.system_name LIKE $$)",
};

enum err finding_put(struct call *call, int64_t finding_id, struct json_writer *w)
{
    struct finding finding;
    DB_ROWS(rows);
    TRY(finding_reach(call, finding_id, &finding));
    TRY(db_one(call, &rows,
               "SELECT f.finding_id, f.finding_no, f.unit_id, f.system_id, f.source, f.title, f.vuln_kind, "
               "f.severity, f.cvss_x10, f.cves,"
               " f.ip, f.host_name, f.port, f.protocol, f.url_path, f.location, f.tool, f.rule_id, "
               "t.description, t.remedy, f.evidence,"
               " f.state, f.first_seen_ms, f.last_seen_ms, f.seen_count, f.reopened_count, f.notified_at_ms, "
               "f.closed_at_ms, f.closed_why,"
               " u.unit_name, s.system_name, f.asked_by, f.asked_reason FROM finding f LEFT JOIN "
               "finding_text t ON t.text_id = f.text_id"
               " LEFT JOIN org_unit u ON u.unit_id = f.unit_id LEFT JOIN info_system s ON s.system_id = "
               "f.system_id WHERE f.finding_id = $1",
               db_int(finding_id)));
    db_put_row(w, &rows, &finding_table);
    db_rows_close(&rows);
    /* 举一反三: the unit's other systems with the same check or the same CVE. */
    TRY(db_put_rows(
        call, w, "alike", &finding_alike_table,
        "SELECT o.finding_id, o.finding_no, o.title, o.severity, o.state, o.system_id, s.system_name, o.ip, "
        "o.port FROM finding o"
        " LEFT JOIN info_system s ON s.system_id = o.system_id WHERE o.unit_id = $1 AND o.finding_id <> $2"
        " AND ((o.rule_id = $3 AND $3 <> '') OR (o.cves = $4 AND $4 <> '')) AND o.state NOT IN ('closed', "
        "'false_positive')"
        " ORDER BY o.finding_id LIMIT 100",
        db_int(finding.unit_id), db_int(finding.finding_id), db_str(finding.rule_id), db_str(finding.cves)));
    return db_put_rows(call, w, "events", &finding_event_table,
                       "SELECT at_ms, actor_name, verb, from_value, to_value, note FROM finding_event WHERE "
                       "finding_id = $1 ORDER BY event_id DESC LIMIT 200",
                       db_int(finding_id));
}

/* ---- scan imports ---- */

static const struct field import_fields[] = {
    {.name = "import_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "format", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "tool", .type = FIELD_TEXT},
    {.name = "tool_version", .type = FIELD_TEXT},
    {.name = "file_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "file_digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "file_size", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "scanned_at_ms", .type = FIELD_TIME},
    {.name = "imported_at_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "records", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "hosts", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "hosts_up", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "open_ports", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "created", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "changed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unchanged", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "reopened", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "closed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unmatched", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table finding_import_table = FIELD_TABLE("scan_import", import_fields);
/* What `anze import scan --json` prints and the upload answers: see finding_put_import. */
static const struct field report_fields[] = {
    {.name = "format", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "records", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "hosts", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "hosts_up", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "open_ports", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "created", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "changed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unchanged", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "reopened", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "closed", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "unmatched", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "import_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "repeated", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
const struct field_table finding_report_table = FIELD_TABLE("scan_import_report", report_fields);
#define IMPORT_SELECT                                                                                        \
    "SELECT i.import_id, i.format, i.tool, i.tool_version, i.file_name, i.file_digest, i.file_size, "        \
    "i.scanned_at_ms, i.imported_at_ms,"                                                                     \
    " i.records, i.hosts, i.hosts_up, i.open_ports, i.created, i.changed, i.unchanged, i.reopened, "         \
    "i.closed, i.unmatched"                                                                                  \
    " FROM finding_import i"
static const struct db_filter import_filters[] = {{"scan_format", "i.format = $$", FIELD_TEXT, NULL}};
static const struct db_sort import_sorts[] = {{"import_id", "i.import_id"},
                                              {"imported_at_ms", "i.imported_at_ms"}};
const struct db_list finding_import_list = {
    .columns = &finding_import_table,
    .select =
        IMPORT_SELECT, /* not scoped: only those who see all units may list imports (the route's grant) */
    .key = "i.import_id",
    .default_sort = "-import_id",
    .filters = import_filters,
    .many_filters = 1,
    .sorts = import_sorts,
    .many_sorts = 2,
};

enum err finding_put_import_row(struct call *call, int64_t import_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, IMPORT_SELECT " WHERE i.import_id = $1", db_int(import_id)));
    db_put_row(w, &rows, &finding_import_table);
    return ERR_OK;
}

/* ---- live addresses ---- */

static const struct field port_fields[] = {
    {.name = "port", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "protocol", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "service", .type = FIELD_TEXT},
    {.name = "product", .type = FIELD_TEXT},
    {.name = "product_version", .type = FIELD_TEXT},
    {.name = "last_seen_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
};
static const struct field_table port_table = FIELD_TABLE("live_port", port_fields);
static const struct field address_more_fields[] = {
    {.name = "ports", .type = FIELD_ROWS, .rows = &port_table, .flags = FIELD_REQUIRED}};
const struct field_table finding_address_more_table = FIELD_TABLE("live_address_more", address_more_fields);
static const struct field address_fields[] = {
    {.name = "address_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "ip", .type = FIELD_TEXT},
    {.name = "host_name", .type = FIELD_TEXT},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "state",
     .type = FIELD_ENUM,
     .of = &finding_address_state_enum,
     .flags = FIELD_REQUIRED | FIELD_FILTER},
    {.name = "system_id", .type = FIELD_REF, .ref = "info_system"},
    {.name = "system_name", .type = FIELD_TEXT},
    {.name = "first_seen_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED},
    {.name = "last_seen_ms", .type = FIELD_TIME, .flags = FIELD_REQUIRED | FIELD_SORT},
    {.name = "note", .type = FIELD_TEXT},
    {.name = "open_ports", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table finding_address_table = FIELD_TABLE("live_address", address_fields);
static const struct db_filter address_filters[] = {
    {"state", "a.state = $$", FIELD_ENUM, &finding_address_state_enum},
    {"unit_id", "a.unit_id = $$", FIELD_INT, NULL},
};
static const struct db_sort address_sorts[] = {
    {"address_id", "a.address_id"}, {"last_seen_ms", "a.last_seen_ms"}, {"ip_key", "a.ip_key"}};
#define ADDRESS_SELECT                                                                                       \
    "SELECT a.address_id, a.ip, a.host_name, a.unit_id, u.unit_name, a.state, a.system_id, s.system_name, "  \
    "a.first_seen_ms,"                                                                                       \
    " a.last_seen_ms, a.note, (SELECT COUNT(*) FROM finding_port p WHERE p.address_id = a.address_id AND "   \
    "p.state = 'open'),"                                                                                     \
    " a.unit_path FROM finding_address a LEFT JOIN org_unit u ON u.unit_id = a.unit_id"                      \
    " LEFT JOIN info_system s ON s.system_id = a.system_id"
const struct db_list finding_address_list = {
    .columns = &finding_address_table,
    .select = ADDRESS_SELECT,
    .scope = "a.unit_path",
    .key = "a.address_id",
    .default_sort = "ip_key",
    .filters = address_filters,
    .many_filters = 2,
    .sorts = address_sorts,
    .many_sorts = 3,
    .search = "(a.ip LIKE $$ OR a.host_name LIKE $$ OR u.unit_name LIKE $$)",
};

enum err finding_put_address(struct call *call, int64_t address_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, ADDRESS_SELECT " WHERE a.address_id = $1", db_int(address_id)));
    db_put_row(w, &rows, &finding_address_table);
    db_rows_close(&rows);
    return db_put_rows(call, w, "ports", &port_table,
                       "SELECT port, protocol, state, service, product, product_version, last_seen_ms FROM "
                       "finding_port WHERE address_id = $1"
                       " ORDER BY port, protocol",
                       db_int(address_id));
}
