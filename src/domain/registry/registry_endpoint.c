/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/registry/registry_inner.h"

#include <string.h>
#include "base/clock.h"
#include "db/db.h"
#include "ledger/ledger.h"

struct endpoint {
    struct str url, domain, ip, protocol, network_zone, icp_no, psb_no, port_purpose, host_name;
    int64_t port;
    struct ip_key key; /* empty text: no address */
};

/* "https://a.example:8443/x" -> host a.example, port 8443 (443 and 80 by scheme). */
static void read_url(struct call *call, struct str url, struct str *ret_host, int64_t *ret_port)
{
    size_t at;
    *ret_host = STR_NONE;
    *ret_port = str_starts(url, STR("https:")) ? 443 : 80;
    if (!str_find(url, STR("://"), &at))
        return;
    struct str rest = str_slice(url, at + 3, url.len);
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.at[i] == '/' || rest.at[i] == '?' || rest.at[i] == '#') {
            rest.len = i;
            break;
        }
    }
    struct str host = rest;
    bool bracketed = rest.len && rest.at[0] == '[';
    if (bracketed && str_find(rest, STR("]"), &at)) {
        host = str_slice(rest, 1, at - 1);
        rest = str_slice(rest, at + 1, rest.len);
    }
    if (str_find(rest, STR(":"), &at)) {
        if (!bracketed)
            host = str_slice(rest, 0, at);
        (void)str_to_int(str_slice(rest, at + 1, rest.len), ret_port);
    }
    *ret_host = str_lower(call->arena, host);
}

/* What the given fields imply: a URL has a host and a port, and its host may be an address. */
static struct endpoint read_endpoint(struct call *call, const struct field_record *row)
{
    struct endpoint e = {
        .url = field_str(row, "url"),
        .domain = str_lower(call->arena, field_str(row, "domain")),
        .ip = field_str(row, "ip"),
        .protocol = field_str(row, "protocol"),
        .network_zone = field_str(row, "network_zone"),
        .icp_no = field_str(row, "icp_no"),
        .psb_no = field_str(row, "psb_no"),
        .port_purpose = field_str(row, "port_purpose"),
        .port = field_int(row, "port", 0),
    };
    if (e.url.len) {
        struct str host;
        int64_t port;
        struct ip_key key;
        read_url(call, e.url, &host, &port);
        if (ip_parse(host, &key)) {
            if (e.ip.len == 0)
                e.ip = host;
        } else if (e.domain.len == 0) {
            e.domain = host;
        }
        if (e.port == 0)
            e.port = port;
    }
    e.host_name = e.domain;
    if (e.ip.len == 0 || !ip_parse(e.ip, &e.key))
        e.key.text[0] = '\0';
    return e;
}

/* A cell that says nothing changes nothing; a form says everything. */
static bool keeps(struct str stored, struct str given, bool replace)
{
    return (given.len == 0 && !replace) || str_eq(stored, given);
}

/* The same place: equal URL, host, address and port. Other members may change in place. */
static enum err find_same(struct call *call, int64_t system_id, const struct endpoint *e, bool replace,
                          int64_t *ret_id, bool *ret_equal)
{
    DB_ROWS(rows);
    *ret_id = 0;
    TRY(db_query(
        call, &rows,
        "SELECT endpoint_id, COALESCE(network_zone, ''), COALESCE(icp_no, ''), COALESCE(psb_no, ''), "
        "COALESCE(port_purpose, '') FROM system_endpoint"
        " WHERE system_id = $1 AND valid_to IS NULL AND COALESCE(url, '') = $2 AND "
        "COALESCE(host_name, '') = $3"
        " AND COALESCE(ip_key, '') = $4 AND COALESCE(port, 0) = $5 AND COALESCE(protocol, 'tcp') = "
        "$6 LIMIT 1",
        db_int(system_id), db_str(e->url), db_str(e->host_name), db_c(e->key.text), db_int(e->port),
        db_str(e->protocol.len ? e->protocol : STR("tcp"))));
    if (db_next(&rows)) {
        *ret_id = db_col_int(&rows, 0);
        *ret_equal = keeps(db_col_str(&rows, 1), e->network_zone, replace) &&
                     keeps(db_col_str(&rows, 2), e->icp_no, replace) &&
                     keeps(db_col_str(&rows, 3), e->psb_no, replace) &&
                     keeps(db_col_str(&rows, 4), e->port_purpose, replace);
    }
    return db_end(&rows);
}

static enum err write_endpoint(struct call *call, const struct registry_system *system,
                               const struct endpoint *e, int64_t *ret_id)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO system_endpoint (system_id, unit_id, unit_path, url, domain, ip, port, protocol, "
               "network_zone,"
               " icp_no, psb_no, ip_key, host_name, valid_from, port_purpose, place_key)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING "
               "endpoint_id",
               db_int(system->system_id), db_int(system->unit_id), db_str(system->unit_path),
               db_str_or_null(e->url), db_str_or_null(e->domain), db_str_or_null(e->ip),
               db_int_or_null(e->port), db_str(e->protocol.len ? e->protocol : STR("tcp")),
               db_str_or_null(e->network_zone), db_str_or_null(e->icp_no), db_str_or_null(e->psb_no),
               db_str_or_null(str_of(e->key.text)), db_str_or_null(e->host_name),
               db_c(clock_date(clock_day_of(call->now_ms)).text), db_str_or_null(e->port_purpose),
               db_str_or_null(registry_place_key(call, e->host_name, e->port, e->url))));
    *ret_id = db_col_int(&rows, 0);
    return ERR_OK;
}

static enum err refresh_main_address(struct call *call, int64_t system_id)
{
    return db_run(
        call,
        "UPDATE info_system SET main_address = (SELECT COALESCE(e.url, e.domain, e.ip) FROM system_endpoint e"
        " WHERE e.system_id = $1 AND e.valid_to IS NULL ORDER BY CASE WHEN e.url IS NULL THEN 1 ELSE 0 END,"
        " e.endpoint_id LIMIT 1) WHERE system_id = $1",
        db_int(system_id));
}

static enum err set_one(struct call *call, const struct registry_system *system,
                        const struct field_record *row, bool replace, int64_t *ret_id, bool *changed)
{
    struct endpoint e = read_endpoint(call, row);
    if (e.url.len == 0 && e.domain.len == 0 && e.ip.len == 0)
        return call_fail(call, ERR_INVALID, "endpoints", "registry.fault.endpoint_empty");
    bool equal = false;
    TRY(find_same(call, system->system_id, &e, replace, ret_id, &equal));
    if (*ret_id == 0) {
        *changed = true;
        return write_endpoint(call, system, &e, ret_id);
    }
    if (equal)
        return ERR_OK;
    *changed = true;
    if (replace)
        return db_run(
            call,
            "UPDATE system_endpoint SET network_zone = $2, icp_no = $3, psb_no = $4, port_purpose = $5 WHERE "
            "endpoint_id = $1",
            db_int(*ret_id), db_str_or_null(e.network_zone), db_str_or_null(e.icp_no),
            db_str_or_null(e.psb_no), db_str_or_null(e.port_purpose));
    return db_run(
        call,
        "UPDATE system_endpoint SET network_zone = COALESCE($2, network_zone), icp_no = COALESCE($3, icp_no),"
        " psb_no = COALESCE($4, psb_no), port_purpose = COALESCE($5, port_purpose) WHERE endpoint_id = $1",
        db_int(*ret_id), db_str_or_null(e.network_zone), db_str_or_null(e.icp_no), db_str_or_null(e.psb_no),
        db_str_or_null(e.port_purpose));
}

/* Ends the endpoints that are not among the kept ones; history stays. */
static enum err end_others(struct call *call, int64_t system_id, const int64_t *kept, size_t many,
                           bool *changed)
{
    int64_t *gone = NULL;
    size_t ends = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT endpoint_id FROM system_endpoint WHERE system_id = $1 AND valid_to IS NULL",
                 db_int(system_id)));
    gone = ARENA_ARRAY(call->arena, int64_t, 4096);
    while (db_next(&rows) && ends < 4096) {
        int64_t id = db_col_int(&rows, 0);
        bool keep = false;
        for (size_t i = 0; i < many && !keep; i++)
            keep = kept[i] == id;
        if (!keep)
            gone[ends++] = id;
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < ends; i++) {
        *changed = true;
        TRY(db_run(call, "UPDATE system_endpoint SET valid_to = $2 WHERE endpoint_id = $1", db_int(gone[i]),
                   db_c(clock_date(clock_day_of(call->now_ms)).text)));
    }
    return ERR_OK;
}

enum err registry_endpoints_set(struct call *call, const struct registry_system *system,
                                const struct field_record *rows, size_t many, bool replace, bool *ret_changed)
{
    *ret_changed = false;
    int64_t *kept = ARENA_ARRAY(call->arena, int64_t, many + 1);
    for (size_t i = 0; i < many; i++)
        TRY(set_one(call, system, &rows[i], replace, &kept[i], ret_changed));
    if (replace)
        TRY(end_others(call, system->system_id, kept, many, ret_changed));
    return *ret_changed ? refresh_main_address(call, system->system_id) : ERR_OK;
}

/* One row of a SELECT in the order of the table's fields. */
static struct field_record read_stored(struct call *call, const struct db_rows *rows)
{
    struct field_record record = {&registry_endpoint_table,
                                  ARENA_ARRAY(call->arena, struct field_value, registry_endpoint_table.many)};
    for (size_t i = 0; i < registry_endpoint_table.many; i++) {
        struct field_value *value = &record.values[i];
        *value = (struct field_value){.given = true, .empty = db_col_null(rows, (int)i)};
        if (value->empty)
            continue;
        if (registry_endpoint_table.fields[i].type == FIELD_INT)
            value->number = db_col_int(rows, (int)i);
        else
            value->text = db_col_copy(call, rows, (int)i);
    }
    return record;
}

enum err registry_endpoints_fetch(struct call *call, int64_t system_id, struct field_record **ret,
                                  size_t *ret_many)
{
    size_t room = 0;
    *ret = NULL;
    *ret_many = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT endpoint_id, url, domain, ip, port, protocol, network_zone, icp_no, psb_no, "
                 "port_purpose FROM "
                 "system_endpoint WHERE system_id = $1 AND valid_to IS NULL ORDER BY endpoint_id",
                 db_int(system_id)));
    while (db_next(&rows)) {
        if (*ret_many == room) {
            struct field_record *grown = ARENA_ARRAY(call->arena, struct field_record, room ? room * 4 : 4);
            if (*ret_many)
                memcpy(grown, *ret, *ret_many * sizeof(*grown));
            room = room ? room * 4 : 4;
            *ret = grown;
        }
        (*ret)[(*ret_many)++] = read_stored(call, &rows);
    }
    return db_end(&rows);
}

enum err registry_put_endpoints(struct call *call, int64_t system_id, struct json_writer *w)
{
    return db_put_rows(call, w, "endpoints", &registry_endpoint_table,
                       "SELECT endpoint_id, url, domain, ip, port, protocol, network_zone, icp_no, psb_no, "
                       "port_purpose FROM "
                       "system_endpoint"
                       " WHERE system_id = $1 AND valid_to IS NULL ORDER BY endpoint_id",
                       db_int(system_id));
}

/* ---- whose is this address? ---- */

static enum err match_rows(struct call *call, struct db_rows *rows, struct registry_match *ret)
{
    int64_t systems = 0;
    while (db_next(rows)) {
        if (systems && db_col_int(rows, 0) == ret->system_id)
            continue;
        systems++;
        *ret = (struct registry_match){db_col_int(rows, 0), db_col_int(rows, 1), db_col_int(rows, 2),
                                       db_col_copy(call, rows, 3)};
    }
    if (systems > 1) /* several systems share it: a machine must not guess whose weakness it is */
        *ret = (struct registry_match){0};
    return db_end(rows);
}

enum err registry_match_address(struct call *call, const char *ip_key, int32_t port, struct str host_name,
                                struct registry_match *ret)
{
    *ret = (struct registry_match){0};
    if (host_name.len) {
        DB_ROWS(rows);
        TRY(db_query(
            call, &rows,
            "SELECT system_id, endpoint_id, unit_id, unit_path FROM system_endpoint WHERE host_name = $1"
            " AND valid_to IS NULL ORDER BY CASE WHEN port = $2 THEN 0 ELSE 1 END, endpoint_id",
            db_str(str_lower(call->arena, host_name)), db_int(port)));
        TRY(match_rows(call, &rows, ret));
        if (ret->system_id)
            return ERR_OK;
    }
    if (ip_key[0] && port) {
        DB_ROWS(rows);
        TRY(db_query(call, &rows,
                     "SELECT system_id, endpoint_id, unit_id, unit_path FROM system_endpoint WHERE ip_key = "
                     "$1 AND port = $2"
                     " AND valid_to IS NULL ORDER BY endpoint_id",
                     db_c(ip_key), db_int(port)));
        TRY(match_rows(call, &rows, ret));
        if (ret->system_id)
            return ERR_OK;
    }
    if (ip_key[0]) {
        DB_ROWS(rows);
        TRY(db_query(
            call, &rows,
            "SELECT system_id, endpoint_id, unit_id, unit_path FROM system_endpoint WHERE ip_key = $1"
            " AND valid_to IS NULL ORDER BY endpoint_id",
            db_c(ip_key)));
        TRY(match_rows(call, &rows, ret));
    }
    return ERR_OK;
}

enum err registry_address_known(struct call *call, const char *ip_key, struct str host_name, bool *ret)
{
    int64_t known = 0;
    if (ip_key[0])
        TRY(db_get_int(
            call, &known, 0,
            "SELECT endpoint_id FROM system_endpoint WHERE ip_key = $1 AND valid_to IS NULL LIMIT 1",
            db_c(ip_key)));
    if (!known && host_name.len)
        TRY(db_get_int(
            call, &known, 0,
            "SELECT endpoint_id FROM system_endpoint WHERE host_name = $1 AND valid_to IS NULL LIMIT 1",
            db_str(host_name)));
    *ret = known != 0;
    return ERR_OK;
}
