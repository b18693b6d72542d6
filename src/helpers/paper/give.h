/* SPDX-License-Identifier: Apache-2.0
 *
 * give: scanner results as frames. Every format reader calls these, so that counting, bounds and
 * de-duplication of hosts and ports are the same for all. Texts are cut to the limits of paper.h here.
 */
#ifndef ANZE_HELPERS_PAPER_GIVE_H
#define ANZE_HELPERS_PAPER_GIVE_H

#include "helpers/paper/text.h"
#include "helpers/paper/work.h"

struct paper_set { /* of 64-bit hashes */
    uint64_t *slots;
    size_t many, size;
};

struct paper_give {
    struct paper_work *work;
    struct paper_scan_counts counts;
    struct paper_set hosts, ports;
    struct str host_key; /* when set: what the file itself calls the host, by which hosts are counted */
    bool begun;
    enum err word; /* sticky: the first thing that went wrong */
};

void paper_give_open(struct paper_give *give, struct paper_work *work);
void paper_give_close(struct paper_give *give);

/* Further heads after the first are ignored (files joined from several reports). */
void paper_give_head(struct paper_give *give, const struct paper_scan_head *head);
/* False when this host was given before. */
bool paper_give_host(struct paper_give *give, const struct paper_scan_host *host);
/* False when this port of this host was given before. Port 0 and "general" are no ports. */
bool paper_give_port(struct paper_give *give, const struct paper_scan_port *port);
/* A port that the file does not list but a finding implies (from a web address): covered, not counted. Once
 * each. */
void paper_give_tried(struct paper_give *give, const struct paper_scan_port *port);
void paper_give_record(struct paper_give *give, const struct paper_scan_record *record);
void paper_give_cover(struct paper_give *give, const struct paper_scan_cover *cover);
/* The counts; ends the reading. Returns the sticky word. */
MUST_USE enum err paper_give_end(struct paper_give *give);

#endif
