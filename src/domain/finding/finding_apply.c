/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. First the whole spool is walked once to learn what the scan looked at; then hosts, ports and
 * records are written in file order; last, what it covered and no longer shows is closed. A file known by its
 * digest writes nothing. A file older than what is known brings no change of state and closes nothing. What
 * is said of the same weakness twice in one file counts once.
 */
#include "domain/finding/finding_inner.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const char *const severity_names[] = {"info", "low", "medium", "high", "critical"};

struct apply {
    struct call *call;
    struct finding_scan *scan;
    struct finding_import *report;
    struct finding_cover *cover;
    int64_t seen_ms;
    struct crypt_sm3_state *said; /* digest over what was written: stands in the ledger for the single rows */
    struct arena *scratch;        /* of one piece */
    struct ip_key owner_key;      /* the unregistered host last asked about: its records stand together */
    int64_t owner_id;
    struct buf *owner_path;
};

/* ---- one record ---- */

struct place {
    struct ip_key key;
    struct str host_name, template, identity;
    struct registry_match match;
    struct org_unit owner;
};

static enum err find_owner(struct apply *apply, const struct ip_key *key, struct org_unit *ret)
{
    if (strcmp(apply->owner_key.text, key->text) != 0) {
        TRY(org_owner_of_address(apply->call, key->text, ret));
        apply->owner_key = *key;
        apply->owner_id = ret->unit_id;
        apply->owner_path->len = 0;
        buf_add_str(apply->owner_path, ret->unit_path);
    }
    *ret = (struct org_unit){.unit_id = apply->owner_id, .unit_path = buf_str(apply->owner_path)};
    return buf_check(apply->owner_path);
}

static enum err find_place(struct apply *apply, const struct finding_piece *piece, struct place *ret)
{
    struct call *call = apply->call;
    struct str address = piece->texts[0], name = piece->texts[1];
    int32_t port = (int32_t)piece->numbers[0];
    *ret = (struct place){.host_name = str_lower(call->arena, name)};
    if (address.len == 0 || !ip_parse(address, &ret->key))
        ret->key.text[0] = '\0';
    ret->template = finding_path_template(call->arena, piece->texts[4]);
    bool hosted = ret->key.text[0] || name.len;
    struct str location = hosted ? STR("") : piece->texts[12];
    ret->identity = str_format(call->arena, "%s|%.*s|%.*s/%d|%.*s|%.*s|%.*s|%.*s", ret->key.text,
                               STR_ARG(ret->key.text[0] ? STR("") : ret->host_name), STR_ARG(piece->texts[2]),
                               port, STR_ARG(ret->template), STR_ARG(location), STR_ARG(apply->scan->format),
                               STR_ARG(piece->texts[5].len ? piece->texts[5] : piece->texts[6]));
    if (!hosted)
        return ERR_OK;
    TRY(registry_match_address(call, ret->key.text, port, ret->host_name, &ret->match));
    if (!ret->match.system_id) {
        if (ret->key.text[0])
            TRY(find_owner(apply, &ret->key, &ret->owner));
        if (!ret->owner.unit_id && name.len)
            TRY(org_owner_of_domain(call, name, &ret->owner));
    }
    return ERR_OK;
}

static void note_written(struct apply *apply, const char *verb, int64_t finding_id, struct str identity)
{
    char line[64];
    int len = snprintf(line, sizeof(line), "%s %lld ", verb, (long long)finding_id);
    crypt_sm3_add(apply->said, line, (size_t)len);
    crypt_sm3_add(apply->said, identity.at, identity.len);
}

static enum err add_event(struct apply *apply, int64_t finding_id, const char *verb, struct str from,
                          struct str to)
{
    struct call_who who = call_who(apply->call);
    return db_run(apply->call,
                  "INSERT INTO finding_event (finding_id, at_ms, actor_id, actor_name, verb, from_value, "
                  "to_value, note)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  db_int(finding_id), db_int(apply->call->now_ms), db_int(who.user_id),
                  db_str(who.display_name), db_c(verb), db_str_or_null(from), db_str_or_null(to),
                  db_str(apply->scan->file_name));
}

#define TITLE_MOST 300 /* code points, as the field table says */

static struct str title_of(const struct finding_piece *piece)
{
    struct str title = piece->texts[6].len ? piece->texts[6] : piece->texts[5];
    size_t at = 0;
    for (int points = 0; at < title.len && points < TITLE_MOST; points++)
        (void)utf8_next(title, &at);
    return str_slice(title, 0, at);
}

static enum err create(struct apply *apply, const struct finding_piece *piece, const struct place *place)
{
    struct call *call = apply->call;
    int64_t text_id;
    struct str number;
    bool matched = place->match.system_id != 0;
    TRY(finding_text(call, piece->texts[8], piece->texts[9], &text_id));
    TRY(finding_next_no(call, &number));
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "INSERT INTO finding (finding_no, identity, unit_id, unit_path, system_id, endpoint_id, source, "
        "kind, title, vuln_kind,"
        " severity, cvss_x10, cves, ip, ip_key, host_name, port, protocol, url_path, location, tool, "
        "rule_id, text_id, evidence,"
        " state, first_seen_ms, last_seen_ms, last_import_id) VALUES ($1, $2, $3, $4, $5, $6, 'scan', $7, "
        "$8, $9, $10, $11, $12,"
        " $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 'reported', $24, $24, $25) RETURNING "
        "finding_id",
        db_str(number), db_str(place->identity),
        db_int_or_null(matched ? place->match.unit_id : place->owner.unit_id),
        db_str(matched ? place->match.unit_path : place->owner.unit_path),
        db_int_or_null(place->match.system_id), db_int_or_null(place->match.endpoint_id),
        db_c(piece->numbers[1] == PAPER_INFO ? "information" : "weakness"), db_str(title_of(piece)),
        db_c(finding_guess_kind(piece->texts[6], piece->texts[5])), db_c(severity_names[piece->numbers[1]]),
        piece->numbers[2] >= 0 ? db_int(piece->numbers[2]) : db_null(), db_str_or_null(piece->texts[7]),
        db_str_or_null(piece->texts[0]), db_str_or_null(str_of(place->key.text)),
        db_str_or_null(place->host_name), db_int(piece->numbers[0]), db_str_or_null(piece->texts[2]),
        db_str_or_null(piece->texts[4]), db_str_or_null(piece->texts[12]), db_str(apply->scan->format),
        db_str_or_null(piece->texts[5]), db_int_or_null(text_id), db_str_or_null(piece->texts[10]),
        db_int(apply->seen_ms), db_int(apply->report->import_id)));
    int64_t finding_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    apply->report->created++;
    note_written(apply, "created", finding_id, place->identity);
    rules_touch(call, "finding", finding_id);
    return add_event(apply, finding_id, "found", STR_NONE, str_of(severity_names[piece->numbers[1]]));
}

struct known {
    int64_t finding_id, last_seen_ms, last_import_id, system_id;
    struct str state, severity, cves;
};

static enum err find_known(struct call *call, struct str identity, struct known *ret)
{
    *ret = (struct known){0};
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT finding_id, last_seen_ms, last_import_id, system_id, state, severity, "
                 "COALESCE(cves, '') FROM finding WHERE identity = $1",
                 db_str(identity)));
    if (db_next(&rows))
        *ret = (struct known){db_col_int(&rows, 0),        db_col_int(&rows, 1),
                              db_col_int(&rows, 2),        db_col_int(&rows, 3),
                              db_col_copy(call, &rows, 4), db_col_copy(call, &rows, 5),
                              db_col_copy(call, &rows, 6)};
    return db_end(&rows);
}

/* Seen again after it was closed: the same weakness is back, which the rules ask about (Y5). */
static enum err reopen(struct apply *apply, const struct known *known, struct str identity)
{
    apply->report->reopened++;
    note_written(apply, "reopened", known->finding_id, identity);
    TRY(rules_keep_past(apply->call, "finding", known->finding_id));
    TRY(db_run(apply->call,
               "UPDATE finding SET state = 'reported', reopened_count = reopened_count + 1, closed_at_ms = "
               "NULL, closed_why = NULL,"
               " notified_at_ms = NULL, fed_back_at_ms = NULL, lateral_done_at_ms = NULL, outside_notice = "
               "0, version = version + 1"
               " WHERE finding_id = $1",
               db_int(known->finding_id)));
    rules_touch(apply->call, "finding", known->finding_id);
    return add_event(apply, known->finding_id, "reopened", known->state, STR("reported"));
}

static enum err update_attributes(struct apply *apply, const struct finding_piece *piece,
                                  const struct place *place, const struct known *known, bool *ret_changed)
{
    struct str severity = str_of(severity_names[piece->numbers[1]]);
    bool attached = !known->system_id && place->match.system_id;
    *ret_changed = !str_eq(known->severity, severity) || !str_eq(known->cves, piece->texts[7]) || attached;
    if (!*ret_changed)
        return ERR_OK;
    note_written(apply, "changed", known->finding_id, place->identity);
    if (!str_eq(known->severity, severity))
        TRY(add_event(apply, known->finding_id, "severity", known->severity, severity));
    if (!str_eq(known->cves, piece->texts[7]))
        TRY(add_event(apply, known->finding_id, "cves", known->cves, piece->texts[7]));
    if (attached)
        TRY(db_run(apply->call,
                   "UPDATE finding SET system_id = $2, endpoint_id = $3, unit_id = $4, unit_path = $5 WHERE "
                   "finding_id = $1",
                   db_int(known->finding_id), db_int(place->match.system_id),
                   db_int(place->match.endpoint_id), db_int(place->match.unit_id),
                   db_str(place->match.unit_path)));
    rules_touch(apply->call, "finding", known->finding_id);
    return db_run(apply->call,
                  "UPDATE finding SET severity = $2, cves = $3, version = version + 1 WHERE finding_id = $1",
                  db_int(known->finding_id), db_str(severity), db_str_or_null(piece->texts[7]));
}

static enum err apply_record(struct apply *apply, const struct finding_piece *piece)
{
    struct place place;
    struct known known;
    bool changed = false;
    if (piece->numbers[4] == PAPER_OPEN_PORT ||
        piece->texts[13].len) /* ports are kept as ports; dismissed ones are no weakness */
        return ERR_OK;
    TRY(find_place(apply, piece, &place));
    TRY(find_known(apply->call, place.identity, &known));
    if (!known.finding_id)
        return create(apply, piece, &place);
    if (known.last_import_id == apply->report->import_id)
        return ERR_OK; /* said twice in one file */
    bool newer = apply->seen_ms >= known.last_seen_ms;
    if (newer && str_is(known.state, "closed"))
        TRY(reopen(apply, &known, place.identity));
    else if (newer)
        TRY(update_attributes(apply, piece, &place, &known, &changed));
    apply->report->changed += changed;
    apply->report->unchanged += !changed && !(newer && str_is(known.state, "closed"));
    return db_run(
        apply->call,
        "UPDATE finding SET last_import_id = $2, seen_count = seen_count + 1,"
        " last_seen_ms = CASE WHEN last_seen_ms < $3 THEN $3 ELSE last_seen_ms END WHERE finding_id = $1",
        db_int(known.finding_id), db_int(apply->report->import_id), db_int(apply->seen_ms));
}

/* ---- hosts and ports ---- */

static enum err apply_host(struct apply *apply, const struct finding_piece *piece)
{
    int64_t address_id;
    bool registered;
    if (!piece->numbers[0] || (piece->texts[0].len == 0 && piece->texts[1].len == 0))
        return ERR_OK;
    TRY(finding_address_seen(apply->call, piece->texts[0], piece->texts[1], apply->seen_ms, &address_id,
                             &registered));
    apply->report->unmatched += !registered;
    return ERR_OK;
}

static enum err apply_port(struct apply *apply, const struct finding_piece *piece)
{
    int64_t address_id;
    bool registered;
    int change;
    if (!str_is(piece->texts[3], "open"))
        return ERR_OK;
    TRY(finding_address_seen(apply->call, piece->texts[0], piece->texts[1], apply->seen_ms, &address_id,
                             &registered));
    TRY(finding_port_seen(apply->call, address_id, piece, apply->seen_ms, &change));
    if (str_is(apply->scan->format, "nmap")) { /* for nmap the open port is the record */
        apply->report->created += change == 1;
        apply->report->changed += change == 2;
        apply->report->unchanged += change == 0;
    }
    return ERR_OK;
}

/* ---- what is gone ---- */

static enum err close_gone(struct apply *apply, int64_t finding_id, struct str state)
{
    apply->report->closed++;
    note_written(apply, "closed", finding_id, state);
    TRY(db_run(apply->call,
               "UPDATE finding SET state = 'closed', closed_at_ms = $2, closed_why = 'retest', version = "
               "version + 1 WHERE finding_id = $1",
               db_int(finding_id), db_int(apply->call->now_ms)));
    rules_touch(apply->call, "finding", finding_id);
    return add_event(apply, finding_id, "closed", state, STR("retest"));
}

static enum err judge_host(void *context, struct str host_key)
{
    struct apply *apply = context;
    struct call *call = apply->call;
    bool by_name = str_starts(host_key, STR("n:"));
    if (str_is(apply->scan->format, "nmap"))
        TRY(finding_ports_gone(call, apply->cover, host_key, apply->seen_ms, &apply->report->closed));
    struct gone {
        int64_t finding_id;
        struct str state;
        struct gone *next;
    } *gone = NULL;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT finding_id, port, COALESCE(protocol, ''), tool, state FROM finding WHERE (ip_key = "
                 "$1 OR (ip_key IS NULL AND host_name = $2))"
                 " AND state NOT IN ('closed', 'false_positive') AND source = 'scan' AND last_seen_ms < $3"
                 " AND (last_import_id IS NULL OR last_import_id <> $4) ORDER BY finding_id",
                 db_str(by_name ? STR("-") : host_key),
                 db_str(by_name ? str_slice(host_key, 2, host_key.len) : STR("-")), db_int(apply->seen_ms),
                 db_int(apply->report->import_id)));
    while (db_next(&rows)) {
        bool closed, covered = finding_cover_has(apply->cover, host_key, (int32_t)db_col_int(&rows, 1),
                                                 db_col_str(&rows, 2), &closed);
        bool same_tool = str_eq(db_col_str(&rows, 3), apply->scan->format);
        if (!covered ||
            (!same_tool && !closed)) /* another tool's silence proves nothing; a closed port does */
            continue;
        struct gone *one = ARENA_NEW(call->arena, struct gone);
        *one = (struct gone){db_col_int(&rows, 0), db_col_copy(call, &rows, 4), gone};
        gone = one;
    }
    TRY(db_end(&rows));
    for (; gone; gone = gone->next)
        TRY(close_gone(apply, gone->finding_id, gone->state));
    return ERR_OK;
}

/* ---- the whole ---- */

static enum err known_file(struct call *call, const struct finding_scan *scan, struct finding_import *ret)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows, "SELECT import_id, unmatched FROM finding_import WHERE file_digest = $1",
                 db_str(scan->digest)));
    if (db_next(&rows)) {
        ret->import_id = db_col_int(&rows, 0);
        ret->unmatched = db_col_int(&rows, 1);
        ret->unchanged = scan->counts.records;
        ret->repeated = true;
    }
    return db_end(&rows);
}

static enum err start_import(struct apply *apply)
{
    struct finding_scan *scan = apply->scan;
    DB_ROWS(rows);
    TRY(db_one(apply->call, &rows,
               "INSERT INTO finding_import (format, tool, tool_version, file_name, file_digest, file_size, "
               "scanned_at_ms, imported_at_ms,"
               " imported_by, records, hosts, hosts_up, open_ports, created, changed, unchanged, reopened, "
               "closed, unmatched)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 0, 0, 0, 0, 0) RETURNING "
               "import_id",
               db_str(scan->format), db_str_or_null(scan->tool), db_str_or_null(scan->version),
               db_str(scan->file_name), db_str(scan->digest), db_int(scan->file_size), db_int(apply->seen_ms),
               db_int(apply->call->now_ms), db_int(call_who(apply->call).user_id),
               db_int(scan->counts.records), db_int(scan->counts.hosts), db_int(scan->counts.hosts_up),
               db_int(scan->counts.open_ports)));
    apply->report->import_id = db_col_int(&rows, 0);
    return ERR_OK;
}

static enum err finish_import(struct apply *apply)
{
    struct finding_import *report = apply->report;
    struct crypt_sm3 said = crypt_sm3_end(apply->said);
    TRY(db_run(apply->call,
               "UPDATE finding_import SET created = $2, changed = $3, unchanged = $4, reopened = $5, closed "
               "= $6, unmatched = $7 WHERE import_id = $1",
               db_int(report->import_id), db_int(report->created), db_int(report->changed),
               db_int(report->unchanged), db_int(report->reopened), db_int(report->closed),
               db_int(report->unmatched)));
    struct str detail = str_format(
        apply->call->arena,
        "{\"format\":\"%.*s\",\"file_digest\":\"%.*s\",\"records\":%lld,\"created\":%lld,\"changed\":%lld,"
        "\"reopened\":%lld,\"closed\":%lld,\"rows_digest\":\"%.*s\"}",
        STR_ARG(report->format), STR_ARG(apply->scan->digest), (long long)report->records,
        (long long)report->created, (long long)report->changed, (long long)report->reopened,
        (long long)report->closed, STR_ARG(str_hex(apply->call->arena, said.bytes, sizeof(said.bytes))));
    return ledger_append(apply->call,
                         &(struct ledger_fact){.verb = "scan.imported",
                                               .subject_kind = "scan_import",
                                               .subject_id = report->import_id,
                                               .detail = detail},
                         NULL);
}

static enum err walk(struct apply *apply,
                     enum err (*each)(struct apply *apply, const struct finding_piece *piece))
{
    struct finding_spool *spool;
    struct finding_piece piece;
    TRY(finding_spool_open(apply->call, apply->scan, &spool));
    struct arena *whole = apply->call->arena;
    for (;;) {
        TRY(finding_spool_next(spool, &piece));
        if (piece.kind == SPOOL_END)
            return ERR_OK;
        /* Each piece has memory of its own, or a large file would fill the call's. */
        if (apply->scratch) {
            apply->call->arena = apply->scratch;
            apply->call->lasting = whole;
        }
        enum err word = each(apply, &piece);
        apply->call->arena = whole;
        apply->call->lasting = NULL;
        if (apply->scratch)
            arena_reset(apply->scratch);
        TRY(word);
    }
}

static enum err learn(struct apply *apply, const struct finding_piece *piece)
{
    if (piece->kind != SPOOL_RECORD)
        finding_cover_add(apply->cover, piece);
    return ERR_OK;
}

static enum err write_piece(struct apply *apply, const struct finding_piece *piece)
{
    switch (piece->kind) {
    case SPOOL_HOST:
        return apply_host(apply, piece);
    case SPOOL_PORT:
        return apply_port(apply, piece);
    case SPOOL_RECORD:
        return apply_record(apply, piece);
    case SPOOL_END:
    case SPOOL_COVER:
        break;
    }
    return ERR_OK;
}

enum err finding_scan_apply(struct call *call, struct finding_scan *scan, struct finding_import *ret)
{
    *ret = (struct finding_import){.format = scan->format,
                                   .records = scan->counts.records,
                                   .hosts = scan->counts.hosts,
                                   .hosts_up = scan->counts.hosts_up,
                                   .open_ports = scan->counts.open_ports};
    TRY(known_file(call, scan, ret));
    if (ret->repeated)
        return ERR_OK;
    if (scan->known) /* an import is never taken back */
        return ERR_FAILED;
    struct apply apply = {.call = call,
                          .scan = scan,
                          .report = ret,
                          .cover = finding_cover_new(call),
                          .seen_ms = scan->started_ms && scan->started_ms <= call->now_ms ? scan->started_ms
                                                                                          : call->now_ms,
                          .said = crypt_sm3_start(call->arena)};
    BUF(owner_path, 4096);
    ARENA(scratch, 64u << 20);
    apply.owner_path = &owner_path;
    TRY(start_import(&apply));
    TRY(walk(&apply, learn));
    apply.scratch = scratch;
    TRY(walk(&apply, write_piece));
    TRY(finding_cover_hosts(apply.cover, judge_host, &apply));
    return finish_import(&apply);
}

void finding_put_import(const struct finding_import *report, struct json_writer *w)
{
    json_put_str(w, "format", report->format);
    json_put_int(w, "records", report->records);
    json_put_int(w, "hosts", report->hosts);
    json_put_int(w, "hosts_up", report->hosts_up);
    json_put_int(w, "open_ports", report->open_ports);
    json_put_int(w, "created", report->created);
    json_put_int(w, "changed", report->changed);
    json_put_int(w, "unchanged", report->unchanged);
    json_put_int(w, "reopened", report->reopened);
    json_put_int(w, "closed", report->closed);
    json_put_int(w, "unmatched", report->unmatched);
    json_put_int(w, "import_id", report->import_id);
    json_put_bool(w, "repeated", report->repeated);
}
