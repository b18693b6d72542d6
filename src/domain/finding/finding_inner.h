/* SPDX-License-Identifier: Apache-2.0
 * finding_inner: what the files of this folder share. */
#ifndef ANZE_DOMAIN_FINDING_INNER_H
#define ANZE_DOMAIN_FINDING_INNER_H

#include "base/ip.h"
#include "domain/finding/finding.h"
#include "helpers/paper.h"

/* A scanner file as read: everything it says, in order, in a spool file of our own (an import is bounded by
 * disk, not by memory), and what must be known before the first record is written. */
struct finding_scan {
    struct call *call; /* while reading */
    int spool;         /* descriptor; closed with the arena */
    int64_t spooled;
    struct str format, tool, version, file_name, digest;
    int64_t file_size, started_ms;
    struct paper_scan_counts counts;
    struct buf *frame;
    bool known; /* imported before: not read again, there is no spool */
};

enum finding_spool_kind { SPOOL_END, SPOOL_HOST, SPOOL_PORT, SPOOL_RECORD, SPOOL_COVER };

/* One piece of the spool: texts in the order of writing. */
#define SPOOL_TEXTS 18
struct finding_piece {
    enum finding_spool_kind kind;
    int64_t numbers[6];
    struct str texts[SPOOL_TEXTS];
};
/* record: numbers port, severity, cvss10, place; texts address name protocol url path rule title cves
 * description remedy evidence unique location dismissed; kind in numbers[4] host: numbers up; texts address
 * name names      port: numbers port; texts address name protocol state service product version cover:
 * numbers answer, count; texts address name protocol ranges named */
struct finding_spool;
MUST_USE enum err finding_spool_open(struct call *call, const struct finding_scan *scan,
                                     struct finding_spool **ret);
/* SPOOL_END at the end. Texts live until the arena goes (the spool is mapped). */
MUST_USE enum err finding_spool_next(struct finding_spool *spool, struct finding_piece *ret);

/* ---- what a scan looked at ---- */
struct finding_cover;
struct finding_cover *finding_cover_new(struct call *call);
void finding_cover_add(struct finding_cover *cover, const struct finding_piece *piece);
/* Was this port of this host looked at, so that absence means gone? *ret_closed: it surely does not answer
 * any more. */
bool finding_cover_has(const struct finding_cover *cover, struct str host_key, int32_t port,
                       struct str protocol, bool *ret_closed);
/* Calls each for every host that was up. */
enum err finding_cover_hosts(const struct finding_cover *cover,
                             enum err (*each)(void *context, struct str host_key), void *context);
/* The key of a host: its address key, else "n:" and its name. "" when it has neither. */
struct str finding_host_key(struct call *call, struct str address, struct str name);

/* ---- addresses ---- */
/* The row of a live address, made when new; unmatched counts those that no registered system has. */
MUST_USE enum err finding_address_seen(struct call *call, struct str address, struct str name,
                                       int64_t seen_ms, int64_t *ret_address_id, bool *ret_registered);
/* An observed port: 1 new, 0 the same, 2 changed. */
MUST_USE enum err finding_port_seen(struct call *call, int64_t address_id, const struct finding_piece *port,
                                    int64_t seen_ms, int *ret_change);
MUST_USE enum err finding_ports_gone(struct call *call, const struct finding_cover *cover,
                                     struct str host_key, int64_t seen_ms, int64_t *ret_closed);

/* "/user/12/edit" -> "/user/{n}/edit": the same weakness at many numbers is one. */
struct str finding_path_template(struct arena *arena, struct str path);
MUST_USE enum err finding_text(struct call *call, struct str description, struct str remedy,
                               int64_t *ret_text_id);
MUST_USE enum err finding_next_no(struct call *call, struct str *ret);
const char *finding_guess_kind(struct str title, struct str rule);

#endif
