/* SPDX-License-Identifier: Apache-2.0
 *
 * weakness: a record under construction, for the formats that spread one over many elements or columns.
 */
#ifndef ANZE_HELPERS_PAPER_WEAKNESS_H
#define ANZE_HELPERS_PAPER_WEAKNESS_H

#include "helpers/paper/give.h"

struct paper_weakness {
    struct buf address, name, names, protocol, url, rule, title, cves, description, remedy, evidence, unique,
        location, dismissed, service,
        file;          /* file: path of a code scan, or of a web finding without a whole address */
    bool port_implied; /* by a web address, not listed by the file */
    int32_t port, cvss10, cvss_rank; /* rank: the version of the score, the newest wins */
    enum paper_severity severity;
    int64_t started_ms, ended_ms, place;
};

void paper_weakness_init(struct paper_weakness *weakness);
void paper_weakness_free(struct paper_weakness *weakness);
void paper_weakness_clear(struct paper_weakness *weakness);      /* all */
void paper_weakness_clear_item(struct paper_weakness *weakness); /* all but the host */
/* An address, a host name or a URL: goes where it belongs, unless that place is taken. */
void paper_weakness_host(struct paper_weakness *weakness, struct str text);
/* Adds one more host name. */
void paper_weakness_name(struct paper_weakness *weakness, struct str text);
/* Appends with a blank line between, within the field's maximum. */
void paper_weakness_more(struct buf *field, struct str text);
/* The same for text with HTML in it. */
void paper_weakness_html(struct buf *field, struct str html);
void paper_weakness_score(struct paper_weakness *weakness, struct str score, int32_t rank);
/* The web address: also host, port and protocol where they are not known yet. */
void paper_weakness_url(struct paper_weakness *weakness, struct str url);
void paper_weakness_give_host(struct paper_weakness *weakness, struct paper_give *give, bool up);
void paper_weakness_give_port(struct paper_weakness *weakness,
                              struct paper_give *give); /* as open, when there is one */
/* The record; host and port before it. */
void paper_weakness_give(struct paper_weakness *weakness, struct paper_give *give);

#endif
