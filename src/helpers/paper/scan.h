/* SPDX-License-Identifier: Apache-2.0
 *
 * scan: the formats. XML formats are handlers that one router calls once it has seen the root element; CSV and JSON
 * formats are chosen by header or shape.
 */
#ifndef ANZE_HELPERS_PAPER_SCAN_H
#define ANZE_HELPERS_PAPER_SCAN_H

#include "helpers/paper/csv.h"
#include "helpers/paper/give.h"
#include "helpers/paper/xml.h"

/* Reads the work's input as a scanner file and gives its records. */
MUST_USE enum err paper_scan_read(struct paper_work *work);

struct paper_route { /* xml->context of every format handler */
    struct paper_give *give;
    void *state; /* of the format; from the work's arena */
};

struct paper_xml_format {
    struct paper_xml_handler handler;
    /* Does a file with this root (or first element below an unknown root) belong to the format? */
    bool (*mine)(struct str element, const struct paper_xml_attr *attrs, size_t many);
    void *(*start)(struct paper_work *work);
    void (*finish)(struct paper_route *route, bool whole); /* gives what is pending when whole; frees */
};

extern const struct paper_xml_format paper_nmap_format, paper_nessus_format, paper_openvas_format;

struct paper_csv_format {
    bool (*mine)(const struct paper_csv_header *header);
    enum err (*read)(struct paper_work *work, struct paper_give *give, struct paper_csv *csv, const struct paper_csv_header *header);
};

extern const struct paper_csv_format paper_nessus_csv_format, paper_openvas_csv_format;

#endif
