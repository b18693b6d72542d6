/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/finding/finding_inner.h"

#include <string.h>

#include "db/db.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "rules/rules.h"

static enum err owner_of(struct call *call, const char *ip_key, struct str name, struct org_unit *ret)
{
    *ret = (struct org_unit){0};
    if (ip_key[0])
        TRY(org_owner_of_address(call, ip_key, ret));
    if (!ret->unit_id && name.len)
        TRY(org_owner_of_domain(call, name, ret));
    return ERR_OK;
}

static enum err insert_address(struct call *call, struct str address, const char *ip_key, struct str name,
                               bool registered, int64_t system_id, int64_t seen_ms, int64_t *ret_id)
{
    struct org_unit owner;
    TRY(owner_of(call, ip_key, name, &owner));
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO finding_address (ip, ip_key, host_name, unit_id, unit_path, state, system_id, "
               "first_seen_ms, last_seen_ms)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING address_id",
               db_str_or_null(address), db_c(ip_key), db_str(name), db_int_or_null(owner.unit_id),
               db_str(owner.unit_path), db_c(registered ? "registered" : "unregistered"),
               db_int_or_null(system_id), db_int(seen_ms)));
    *ret_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    rules_touch(call, "address", *ret_id);
    return ERR_OK;
}

enum err finding_address_seen(struct call *call, struct str address, struct str name, int64_t seen_ms,
                              int64_t *ret_address_id, bool *ret_registered)
{
    struct ip_key key = {""};
    if (address.len && !ip_parse(address, &key))
        key.text[0] = '\0';
    struct registry_match match;
    name = key.text[0]
               ? STR("")
               : str_lower(call->arena, name); /* one row an address; a name only where there is no address */
    TRY(registry_match_address(call, key.text, 0, name, &match));
    bool known = match.system_id != 0;
    if (!known)
        TRY(registry_address_known(call, key.text, name, &known));
    *ret_registered = known;
    if (known)
        TRY(registry_alive(call, key.text, name, seen_ms));
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT address_id, state FROM finding_address WHERE ip_key = $1 AND host_name = $2",
                 db_c(key.text), db_str(name)));
    bool exists = db_next(&rows);
    *ret_address_id = exists ? db_col_int(&rows, 0) : 0;
    bool was_open = exists && !str_is(db_col_str(&rows, 1), "registered");
    TRY(db_end(&rows));
    if (!exists)
        return insert_address(call, address, key.text, name, known, match.system_id, seen_ms, ret_address_id);
    if (known && was_open) {
        TRY(db_run(call,
                   "UPDATE finding_address SET state = 'registered', system_id = $2 WHERE address_id = $1",
                   db_int(*ret_address_id), db_int_or_null(match.system_id)));
        rules_touch(call, "address", *ret_address_id);
    }
    return db_run(call,
                  "UPDATE finding_address SET last_seen_ms = $2 WHERE address_id = $1 AND last_seen_ms < $2",
                  db_int(*ret_address_id), db_int(seen_ms));
}

enum err finding_port_seen(struct call *call, int64_t address_id, const struct finding_piece *port,
                           int64_t seen_ms, int *ret_change)
{
    struct str protocol = port->texts[2].len ? port->texts[2] : STR("tcp");
    struct str state = port->texts[3], service = port->texts[4], product = port->texts[5],
               version = port->texts[6];
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT port_id, state, COALESCE(service, ''), COALESCE(product, ''), "
                 "COALESCE(product_version, ''), last_seen_ms"
                 " FROM finding_port WHERE address_id = $1 AND protocol = $2 AND port = $3",
                 db_int(address_id), db_str(protocol), db_int(port->numbers[0])));
    if (!db_next(&rows)) {
        TRY(db_end(&rows));
        *ret_change = 1;
        return db_run(call,
                      "INSERT INTO finding_port (address_id, port, protocol, state, service, product, "
                      "product_version, first_seen_ms,"
                      " last_seen_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
                      db_int(address_id), db_int(port->numbers[0]), db_str(protocol), db_str(state),
                      db_str_or_null(service), db_str_or_null(product), db_str_or_null(version),
                      db_int(seen_ms));
    }
    int64_t port_id = db_col_int(&rows, 0), last = db_col_int(&rows, 5);
    bool same = str_eq(db_col_str(&rows, 1), state) &&
                (service.len == 0 || str_eq(db_col_str(&rows, 2), service)) &&
                (product.len == 0 || str_eq(db_col_str(&rows, 3), product)) &&
                (version.len == 0 || str_eq(db_col_str(&rows, 4), version));
    TRY(db_end(&rows));
    *ret_change = same || seen_ms < last ? 0 : 2;
    if (seen_ms < last)
        return ERR_OK; /* an older file brings no news */
    return db_run(call,
                  "UPDATE finding_port SET state = $2, service = COALESCE($3, service), product = "
                  "COALESCE($4, product),"
                  " product_version = COALESCE($5, product_version), last_seen_ms = $6 WHERE port_id = $1",
                  db_int(port_id), db_str(state), db_str_or_null(service), db_str_or_null(product),
                  db_str_or_null(version), db_int(seen_ms));
}

enum err finding_ports_gone(struct call *call, const struct finding_cover *cover, struct str host_key,
                            int64_t seen_ms, int64_t *ret_closed)
{
    bool by_name = str_starts(host_key, STR("n:"));
    int64_t gone[512];
    size_t many = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT p.port_id, p.port, p.protocol FROM finding_address a JOIN finding_port p ON "
                 "p.address_id = a.address_id"
                 " WHERE a.ip_key = $1 AND a.host_name = $2 AND p.state = 'open' AND p.last_seen_ms < $3",
                 db_str(by_name ? STR("") : host_key),
                 db_str(by_name ? str_slice(host_key, 2, host_key.len) : STR("")), db_int(seen_ms)));
    while (db_next(&rows) && many < sizeof(gone) / sizeof(gone[0])) {
        bool closed;
        if (finding_cover_has(cover, host_key, (int32_t)db_col_int(&rows, 1), db_col_str(&rows, 2),
                              &closed) &&
            closed)
            gone[many++] = db_col_int(&rows, 0);
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++) {
        TRY(db_run(call, "UPDATE finding_port SET state = 'closed', last_seen_ms = $2 WHERE port_id = $1",
                   db_int(gone[i]), db_int(seen_ms)));
        ++*ret_closed;
    }
    return ERR_OK;
}
