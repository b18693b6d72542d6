/* SPDX-License-Identifier: Apache-2.0
 *
 * test_scan: a sink that remembers, for the tests of scanner formats.
 */
#ifndef ANZE_HELPERS_TEST_SCAN_H
#define ANZE_HELPERS_TEST_SCAN_H

#include "helpers/paper.h"
#include "helpers/test_call.h"

struct seen {
    struct paper_scan_counts counts;
    char format[32], layout[16], first_rule[64], last_title[256], first_address[64], first_name[256];
    int64_t heads, hosts, ports, records, covers, ends, answered, silent, tried;
    char ranges[256], cves[2048], url[256], dismissed[64];
    enum paper_severity worst;
    int32_t cvss10;
    int64_t place, started_ms;
    enum err refuse; /* answer of the record callback */
};

static inline void keep(char *to, size_t size, struct str text)
{
    snprintf(to, size, "%.*s", (int)(text.len < size ? text.len : size - 1), text.at ? text.at : "");
}

static inline enum err on_begin(void *context, const struct paper_scan_head *head)
{
    struct seen *seen = context;
    seen->heads++;
    keep(seen->format, sizeof seen->format, head->format);
    keep(seen->layout, sizeof seen->layout, head->layout);
    seen->started_ms = head->started_ms;
    return ERR_OK;
}

static inline enum err on_host(void *context, const struct paper_scan_host *host)
{
    struct seen *seen = context;
    if (seen->hosts++ == 0) {
        keep(seen->first_address, sizeof seen->first_address, host->address);
        keep(seen->first_name, sizeof seen->first_name, host->name);
    }
    assert_true(host->address.len + host->name.len > 0);
    return ERR_OK;
}

static inline enum err on_port(void *context, const struct paper_scan_port *port)
{
    struct seen *seen = context;
    seen->ports++;
    assert_in_range(port->port, 1, 65535);
    assert_true(port->state.len > 0);
    return ERR_OK;
}

static inline enum err on_record(void *context, const struct paper_scan_record *record)
{
    struct seen *seen = context;
    if (seen->records++ == 0) {
        keep(seen->first_rule, sizeof seen->first_rule, record->rule);
        seen->place = record->place;
    }
    keep(seen->last_title, sizeof seen->last_title, record->title);
    if (record->cves.len)
        keep(seen->cves, sizeof seen->cves, record->cves);
    if (record->url.len)
        keep(seen->url, sizeof seen->url, record->url);
    if (record->dismissed.len)
        keep(seen->dismissed, sizeof seen->dismissed, record->dismissed);
    if (record->severity > seen->worst)
        seen->worst = record->severity;
    if (record->cvss10 > seen->cvss10)
        seen->cvss10 = record->cvss10;
    assert_true(record->rule.len + record->title.len > 0);
    return seen->refuse;
}

static inline enum err on_cover(void *context, const struct paper_scan_cover *cover)
{
    struct seen *seen = context;
    seen->covers++;
    seen->answered += cover->answer == PAPER_ANSWERED;
    seen->silent += cover->answer == PAPER_SILENT;
    seen->tried += cover->answer == PAPER_TRIED;
    keep(seen->ranges, sizeof seen->ranges, cover->ranges);
    return ERR_OK;
}

static inline enum err on_end(void *context, const struct paper_scan_counts *counts)
{
    struct seen *seen = context;
    seen->ends++;
    seen->counts = *counts;
    return ERR_OK;
}

static inline enum err read_path(struct call *call, const char *path, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    const struct paper_scan_sink sink = {seen, on_begin, on_host, on_port, on_record, on_cover, on_end};
    return paper_read_scan(call, path, &sink);
}

static inline enum err read_bytes(struct call *call, struct str bytes, struct seen *seen)
{
    const char *path = test_file(call, bytes);
    enum err word = read_path(call, path, seen);
    unlink(path);
    return word;
}

static inline enum err read_text(struct call *call, const char *text, struct seen *seen)
{
    return read_bytes(call, str_of(text), seen);
}

#endif
