/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/give.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX  ((size_t)16 * 1024)
#define NAME_MAX_ ((size_t)1024)
#define SET_MAX   ((size_t)1 << 21) /* slots: one million hosts or ports, 16 MiB */

/* ---- a set of hashes: exactness is not needed for counts, and 64 bits do not collide by accident ---- */

static uint64_t hash_bytes(uint64_t hash, const void *at, size_t len)
{
    const unsigned char *bytes = at;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return (hash ^ 0xff) * 0x100000001b3u;
}

static uint64_t mix(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    return hash ? hash : 1;
}

static void set_insert(struct paper_set *set, uint64_t hash)
{
    size_t i = (size_t)hash & (set->size - 1);
    while (set->slots[i])
        i = (i + 1) & (set->size - 1);
    set->slots[i] = hash;
}

static bool set_grow(struct paper_set *set)
{
    size_t size = set->size ? set->size * 2 : 1024;
    struct paper_set bigger = {size <= SET_MAX ? calloc(size, sizeof *bigger.slots) : NULL, set->many, size};
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < set->size; i++)
        if (set->slots[i])
            set_insert(&bigger, set->slots[i]);
    free(set->slots);
    *set = bigger;
    return true;
}

/* True when it was not in the set before. */
static bool set_add(struct paper_give *give, struct paper_set *set, uint64_t hash)
{
    if (set->many * 2 >= set->size && !set_grow(set)) {
        if (give->word == ERR_OK)
            give->word = paper_work_fail(give->work, ERR_TOO_LARGE, "paper.fault.too_many", 0, STR("1000000"),
                                         STR_NONE);
        return false;
    }
    for (size_t i = (size_t)hash & (set->size - 1); set->slots[i]; i = (i + 1) & (set->size - 1))
        if (set->slots[i] == hash)
            return false;
    set_insert(set, hash);
    set->many++;
    return true;
}

static uint64_t host_hash(struct str address, struct str name)
{
    struct str key = address.len ? address : name;
    return hash_bytes(0xcbf29ce484222325u, key.at, key.len);
}

/* ---- frames ---- */

void paper_give_open(struct paper_give *give, struct paper_work *work)
{
    memset(give, 0, sizeof *give);
    give->work = work;
}

void paper_give_close(struct paper_give *give)
{
    free(give->hosts.slots);
    free(give->ports.slots);
    give->hosts.slots = give->ports.slots = NULL;
}

static void put(struct paper_give *give, uint8_t tag, struct str text, size_t max)
{
    helper_put(&give->work->body, tag, paper_clip(text, max));
}

static void put_number(struct paper_give *give, uint8_t tag, int64_t number)
{
    if (number != 0)
        helper_put_int(&give->work->body, tag, number);
}

static void send_frame(struct paper_give *give, uint8_t kind)
{
    struct buf *body = &give->work->body;
    if (give->word == ERR_OK && buf_check(body) != ERR_OK)
        give->word =
            paper_work_fail(give->work, ERR_TOO_LARGE, "paper.fault.row_large", 0, STR_NONE, STR_NONE);
    if (give->word == ERR_OK)
        give->work->emit(give->work, kind, buf_str(body));
    body->len = 0;
}

void paper_give_head(struct paper_give *give, const struct paper_scan_head *head)
{
    if (give->begun)
        return;
    give->begun = true;
    put(give, PAPER_T_FORMAT, head->format, NAME_MAX_);
    put(give, PAPER_T_LAYOUT, head->layout, NAME_MAX_);
    put(give, PAPER_T_TOOL, str_trim(head->tool), NAME_MAX_);
    put(give, PAPER_T_VERSION, str_trim(head->version), NAME_MAX_);
    put(give, PAPER_T_TITLE, str_trim(head->title), NAME_MAX_);
    put_number(give, PAPER_N_STARTED, head->started_ms);
    send_frame(give, PAPER_KIND_HEAD);
}

/* Counts by the file's own name of the host where it has one, else by what the host is given as. */
static void count_host(struct paper_give *give, bool fresh, bool fresh_up)
{
    struct str key = give->host_key;
    if (key.len > 0) {
        uint64_t hash = hash_bytes(0x9ae16a3b2f90404fu, key.at, key.len);
        fresh = set_add(give, &give->hosts, mix(hash));
        fresh_up = fresh_up && set_add(give, &give->hosts, mix(hash + 1));
    }
    give->counts.hosts += fresh;
    give->counts.hosts_up += fresh_up;
}

bool paper_give_host(struct paper_give *give, const struct paper_scan_host *host)
{
    uint64_t hash = host_hash(host->address, host->name);
    bool fresh = set_add(give, &give->hosts, mix(hash));
    /* One that was listed as down and is up later in the same file is up. */
    bool fresh_up = host->up && set_add(give, &give->hosts, mix(hash + 1));
    if (!fresh && !fresh_up)
        return false;
    count_host(give, fresh, fresh_up);
    put(give, PAPER_T_ADDRESS, host->address, NAME_MAX_);
    put(give, PAPER_T_NAME, host->name, NAME_MAX_);
    put(give, PAPER_T_NAMES, host->names.len ? host->names : host->name, TEXT_MAX);
    put_number(give, PAPER_N_UP, host->up);
    put_number(give, PAPER_N_STARTED, host->started_ms);
    put_number(give, PAPER_N_ENDED, host->ended_ms);
    send_frame(give, PAPER_KIND_HOST);
    return true;
}

static uint64_t port_hash(const struct paper_scan_port *port)
{
    uint64_t hash = host_hash(port->address, port->name);
    hash = hash_bytes(hash, port->protocol.at, port->protocol.len);
    return hash_bytes(hash, &port->port, sizeof port->port);
}

void paper_give_tried(struct paper_give *give, const struct paper_scan_port *port)
{
    char number[16];
    if (port->port <= 0 || !set_add(give, &give->ports, mix(port_hash(port) + 1)))
        return;
    const struct paper_scan_cover cover = {
        .address = port->address,
        .name = port->name,
        .protocol = port->protocol,
        .ranges = {number, (size_t)snprintf(number, sizeof number, "%d", (int)port->port)},
        .count = 1,
        .answer = PAPER_TRIED,
    };
    paper_give_cover(give, &cover);
}

bool paper_give_port(struct paper_give *give, const struct paper_scan_port *port)
{
    if (port->port <= 0 || port->port > 65535)
        return false;
    if (!set_add(give, &give->ports, mix(port_hash(port))))
        return false;
    give->counts.ports++;
    give->counts.open_ports += str_is(port->state, "open");
    put(give, PAPER_T_ADDRESS, port->address, NAME_MAX_);
    put(give, PAPER_T_NAME, port->name, NAME_MAX_);
    put(give, PAPER_T_PROTOCOL, port->protocol, 16);
    put_number(give, PAPER_N_PORT, port->port);
    put(give, PAPER_T_STATE, port->state, 32);
    put(give, PAPER_T_SERVICE, port->service, 200);
    put(give, PAPER_T_PRODUCT, port->product, 200);
    put(give, PAPER_T_VERSION, port->version, 200);
    send_frame(give, PAPER_KIND_PORT);
    return true;
}

void paper_give_record(struct paper_give *give, const struct paper_scan_record *record)
{
    give->counts.records++;
    put_number(give, PAPER_N_KIND, record->kind);
    put(give, PAPER_T_ADDRESS, record->address, NAME_MAX_);
    put(give, PAPER_T_NAME, record->name, NAME_MAX_);
    put_number(give, PAPER_N_PORT, record->port);
    put(give, PAPER_T_PROTOCOL, record->protocol, 16);
    put(give, PAPER_T_URL, record->url, 2048);
    put(give, PAPER_T_PATH, record->path, 2048);
    put(give, PAPER_T_RULE, str_trim(record->rule), 300);
    put(give, PAPER_T_TITLE, str_trim(record->title), 500);
    put_number(give, PAPER_N_SEVERITY, record->severity);
    put_number(give, PAPER_N_CVSS, record->cvss10);
    put(give, PAPER_T_CVES, record->cves, TEXT_MAX);
    put(give, PAPER_T_DESCRIPTION, str_trim(record->description), TEXT_MAX);
    put(give, PAPER_T_REMEDY, str_trim(record->remedy), TEXT_MAX);
    put(give, PAPER_T_EVIDENCE, str_trim(record->evidence), TEXT_MAX);
    put(give, PAPER_T_UNIQUE, str_trim(record->unique), 300);
    put(give, PAPER_T_LOCATION, str_trim(record->location), 1000);
    put(give, PAPER_T_DISMISSED, record->dismissed, 100);
    put_number(give, PAPER_N_PLACE, record->place);
    send_frame(give, PAPER_KIND_RECORD);
}

void paper_give_cover(struct paper_give *give, const struct paper_scan_cover *cover)
{
    put(give, PAPER_T_ADDRESS, cover->address, NAME_MAX_);
    put(give, PAPER_T_NAME, cover->name, NAME_MAX_);
    put(give, PAPER_T_PROTOCOL, cover->protocol, 16);
    put(give, PAPER_T_RANGES, cover->ranges, (size_t)512 * 1024);
    put(give, PAPER_T_NAMED, cover->named, 200);
    put_number(give, PAPER_N_COUNT, cover->count);
    put_number(give, PAPER_N_ANSWER, cover->answer);
    send_frame(give, PAPER_KIND_COVER);
}

enum err paper_give_end(struct paper_give *give)
{
    if (give->word != ERR_OK)
        return give->word;
    const struct paper_scan_counts *counts = &give->counts;
    put_number(give, PAPER_N_RECORDS, counts->records);
    put_number(give, PAPER_N_HOSTS, counts->hosts);
    put_number(give, PAPER_N_HOSTS_UP, counts->hosts_up);
    put_number(give, PAPER_N_PORTS, counts->ports);
    put_number(give, PAPER_N_OPEN, counts->open_ports);
    put_number(give, PAPER_N_BYTES, give->work->bytes);
    put_number(give, PAPER_N_ENDED, counts->ended_ms);
    send_frame(give, PAPER_KIND_COUNTS);
    return give->word;
}
