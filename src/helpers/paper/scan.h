/* SPDX-License-Identifier: Apache-2.0
 *
 * scan: the formats. XML formats are handlers that one router calls once it has seen the root element; CSV
 * and JSON formats are chosen by header or shape.
 */
#ifndef ANZE_HELPERS_PAPER_SCAN_H
#define ANZE_HELPERS_PAPER_SCAN_H

#include "helpers/paper/csv.h"
#include "helpers/paper/give.h"
#include "helpers/paper/walk.h"
#include "helpers/paper/xml.h"

/* Reads the work's input as a scanner file and gives its records. */
MUST_USE enum err paper_scan_read(struct paper_work *work);

struct paper_route { /* xml->context of every format handler */
    struct paper_give *give;
    void *state; /* of the format; from the work's arena */
    int pass;    /* 1, or 2 in the second pass of a format with two */
};

struct paper_xml_format {
    struct paper_xml_handler handler;
    /* Does a file with this root (or first element below an unknown root) belong to the format? */
    bool (*mine)(struct str element, const struct paper_xml_attr *attrs, size_t many);
    bool two_passes; /* titles and ratings stand behind the findings: the file is read once for them and once
                        more */
    void *(*start)(struct paper_work *work);
    void (*finish)(struct paper_route *route, bool whole); /* gives what is pending when whole; frees */
};

extern const struct paper_xml_format paper_nmap_format, paper_nessus_format, paper_openvas_format,
    paper_zap_format, paper_burp_format, paper_nikto_format, paper_sslscan_format, paper_wapiti_format,
    paper_qualys_format, paper_qualys_web_format;

struct paper_csv_format {
    bool (*mine)(const struct paper_csv_header *header);
    enum err (*read)(struct paper_work *work, struct paper_give *give, struct paper_csv *csv,
                     const struct paper_csv_header *header);
};

extern const struct paper_csv_format paper_nessus_csv_format, paper_openvas_csv_format,
    paper_testssl_csv_format;

struct paper_json_format {
    const char *name;
    /* Does this key (or the first key of this kind) of the outermost object, or of an element of the
     * outermost array, decide? */
    bool (*mine)(struct str key, bool in_array);
    bool many; /* several values may follow each other */
    enum err (*read)(struct paper_work *work, struct paper_give *give);
};

extern const struct paper_json_format paper_nuclei_format, paper_trivy_format, paper_sarif_format,
    paper_burp_json_format, paper_nikto_json_format;

#endif
