/* SPDX-License-Identifier: Apache-2.0
 * CSV of Nessus (classic, Tenable.sc, Tenable.io, web-application) and OpenVAS, driven by the header: columns
 * are found by any of their known names, in any order, and all but the id of the check and the host may be
 * missing. Rows without any text are skipped: spreadsheets leave them behind. A finding is a row. */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <stdio.h>
#include <string.h>

struct columns {
    int rule, title, risk, severity, risk_factor, address, host, fqdn, dns, protocol, port, cve, cvss2, cvss3,
        cvss4, synopsis, description, solution, output, unique, service, started, ended, insight, impact,
        timestamp, state;
};

static bool nessus_mine(const struct paper_csv_header *header)
{
    return paper_csv_column(header, "Plugin ID|Plugin|definition.id") >= 0 &&
           paper_csv_column(
               header, "Host|IP Address|Asset "
                       "IP|asset.display_ipv4_address|asset.ipv4_addresses|asset.name|DNS Name|FQDN") >= 0;
}

static bool openvas_mine(const struct paper_csv_header *header)
{
    return paper_csv_column(header, "NVT Name|NVT OID") >= 0 &&
           paper_csv_column(header, "IP|Host|Hostname") >= 0;
}

static struct columns nessus_columns(const struct paper_csv_header *header)
{
    return (struct columns){
        .rule = paper_csv_column(header, "Plugin ID|definition.id|Plugin"),
        .title = paper_csv_column(header, "Plugin Name|Name|definition.name|Title"),
        .risk = paper_csv_column(header, "Risk"),
        .severity = paper_csv_column(header, "Severity"),
        .risk_factor = paper_csv_column(header, "Risk Factor"),
        .address = paper_csv_column(
            header, "IP Address|Asset IP|asset.display_ipv4_address|asset.ipv4_addresses|IP|IPv4"),
        .host = paper_csv_column(header, "Host|Asset|asset.name|Asset Name"),
        .fqdn = paper_csv_column(header, "FQDN|asset.display_fqdn|asset.host_name|Asset FQDN"),
        .dns = paper_csv_column(header, "DNS Name|DNS"),
        .protocol = paper_csv_column(header, "Protocol"),
        .port = paper_csv_column(header, "Port"),
        .cve = paper_csv_column(header, "CVE|CVEs|definition.cve"),
        .cvss2 = paper_csv_column(
            header,
            "CVSS v2.0 Base Score|CVSS V2 Base Score|CVSS Base Score|CVSS|definition.cvss2.base_score"),
        .cvss3 = paper_csv_column(header, "CVSS v3.0 Base Score|CVSS V3 Base Score|CVSS3 Base "
                                          "Score|CVSSv3|CVSS v3|definition.cvss3.base_score"),
        .cvss4 = paper_csv_column(
            header,
            "CVSS v4.0 Base Score|CVSS V4 Base Score|CVSS4 Base Score|CVSSv4|definition.cvss4.base_score"),
        .synopsis = paper_csv_column(header, "Synopsis|definition.synopsis"),
        .description = paper_csv_column(header, "Description|definition.description"),
        .solution = paper_csv_column(header, "Solution|Steps to Remediate|definition.solution|Remediation"),
        .output = paper_csv_column(header, "Plugin Output|Plugin Text|output|Output"),
        .unique = paper_csv_column(header, "Finding ID|id"),
        .service = paper_csv_column(header, "Service|svc_name"),
        .started = paper_csv_column(header, "Host Start"),
        .ended = paper_csv_column(header, "Host End"),
        .insight = -1,
        .impact = -1,
        .timestamp = -1,
        .state = paper_csv_column(header, "Vulnerability State|State"),
    };
}

static struct columns openvas_columns(const struct paper_csv_header *header)
{
    return (struct columns){
        .rule = paper_csv_column(header, "NVT OID|OID"),
        .title = paper_csv_column(header, "NVT Name|Name"),
        .risk = paper_csv_column(header, "Severity|Threat"),
        .severity = paper_csv_column(header, "Threat"),
        .risk_factor = -1,
        .address = paper_csv_column(header, "IP|Host IP"),
        .host = paper_csv_column(header, "Host"),
        .fqdn = paper_csv_column(header, "Hostname"),
        .dns = -1,
        .protocol = paper_csv_column(header, "Port Protocol|Protocol"),
        .port = paper_csv_column(header, "Port"),
        .cve = paper_csv_column(header, "CVEs|CVE"),
        .cvss2 = paper_csv_column(header, "CVSS"),
        .cvss3 = -1,
        .cvss4 = -1,
        .synopsis = paper_csv_column(header, "Summary"),
        .description = -1,
        .solution = paper_csv_column(header, "Solution"),
        .output = paper_csv_column(header, "Specific Result"),
        .unique = paper_csv_column(header, "Result ID"),
        .service = -1,
        .started = -1,
        .ended = -1,
        .insight = paper_csv_column(header, "Vulnerability Insight"),
        .impact = paper_csv_column(header, "Impact"),
        .timestamp = paper_csv_column(header, "Timestamp"),
        .state = -1,
    };
}

/* Transport protocols as they are; a web scan writes "http" there, which says the service. */
static void take_protocol(struct paper_weakness *item, struct str text)
{
    static const char *const transports[] = {"tcp", "udp", "sctp", "icmp", "igmp", "ip"};
    text = str_trim(text);
    for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++)
        if (paper_same(text, transports[i])) {
            paper_keep(&item->protocol, str_of(transports[i]));
            return;
        }
    if (text.len > 0) {
        paper_keep(&item->service, text);
        paper_keep(&item->protocol, STR("tcp"));
    }
}

static void take_severity(struct paper_weakness *item, const struct paper_csv *csv, const struct columns *at)
{
    if (paper_severity_of(paper_csv_field(csv, at->risk), &item->severity) ||
        paper_severity_of(paper_csv_field(csv, at->severity), &item->severity) ||
        paper_severity_of(paper_csv_field(csv, at->risk_factor), &item->severity))
        return;
    item->severity = paper_severity_by_cvss(item->cvss10);
}

static void take_host(struct paper_weakness *item, const struct paper_csv *csv, const struct columns *at)
{
    struct str address = paper_csv_field(csv, at->address), first;
    if (str_cut(&address, ',', &first)) /* several in one cell: the first */
        paper_weakness_host(item, first);
    paper_weakness_host(item, paper_csv_field(csv, at->host));
    paper_weakness_name(item, paper_csv_field(csv, at->fqdn));
    paper_weakness_name(item, paper_csv_field(csv, at->dns));
    item->started_ms = paper_time_ms(paper_csv_field(csv, at->started));
    item->ended_ms = paper_time_ms(paper_csv_field(csv, at->ended));
}

static void take_row(struct paper_weakness *item, const struct paper_csv *csv, const struct columns *at)
{
    paper_weakness_clear(item);
    item->place = csv->line;
    take_host(item, csv, at);
    take_protocol(item, paper_csv_field(csv, at->protocol));
    struct str service = str_trim(paper_csv_field(csv, at->service));
    if (service.len)
        paper_keep(&item->service, service);
    struct str port = paper_csv_field(csv, at->port);
    size_t slash = 0;
    if (str_find(port, STR("/"), &slash)) { /* "443/tcp" */
        take_protocol(item, str_slice(port, slash + 1, port.len));
        port = str_slice(port, 0, slash);
    }
    if (!paper_port_of(port, &item->port))
        item->port = 0;
    paper_keep(&item->rule, str_trim(paper_csv_field(csv, at->rule)));
    paper_keep(&item->title, str_trim(paper_csv_field(csv, at->title)));
    paper_keep(&item->unique, str_trim(paper_csv_field(csv, at->unique)));
    paper_weakness_score(item, paper_csv_field(csv, at->cvss2), 2);
    paper_weakness_score(item, paper_csv_field(csv, at->cvss3), 3);
    paper_weakness_score(item, paper_csv_field(csv, at->cvss4), 4);
    paper_cves_add(&item->cves, paper_csv_field(csv, at->cve));
    paper_weakness_more(&item->description, paper_csv_field(csv, at->synopsis));
    paper_weakness_more(&item->description, paper_csv_field(csv, at->description));
    paper_weakness_more(&item->description, paper_csv_field(csv, at->insight));
    paper_weakness_more(&item->description, paper_csv_field(csv, at->impact));
    paper_keep(&item->remedy, str_trim(paper_csv_field(csv, at->solution)));
    paper_keep(&item->evidence, str_trim(paper_csv_field(csv, at->output)));
    take_severity(item, csv, at);
    if (paper_same(str_trim(paper_csv_field(csv, at->state)), "fixed"))
        paper_keep(&item->dismissed, STR("fixed"));
}

/* A row without an id of the check or without a host is not a row of this format: the file is damaged or was
 * edited. */
static enum err check_row(struct paper_work *work, const struct paper_csv *csv,
                          const struct paper_weakness *item, const struct paper_csv_header *header)
{
    if (csv->ended_open && csv->many < header->many)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.cut_short", csv->line, STR_NONE, STR_NONE);
    if (item->rule.len == 0 && item->title.len == 0)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.no_rule", csv->line, STR_NONE, STR_NONE);
    if (item->address.len == 0 && item->name.len == 0)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.no_host", csv->line, STR_NONE, STR_NONE);
    return ERR_OK;
}

static enum err read_rows(struct paper_work *work, struct paper_give *give, struct paper_csv *csv,
                          const struct columns *at, const struct paper_csv_header *header,
                          struct paper_weakness *item)
{
    for (;;) {
        bool more = false;
        TRY(paper_csv_next(csv, &more));
        if (!more)
            return ERR_OK;
        if (paper_csv_blank(csv))
            continue;
        take_row(item, csv, at);
        TRY(check_row(work, csv, item, header));
        if (paper_same(paper_kept(&item->service), "http") || paper_same(paper_kept(&item->service), "https"))
            paper_weakness_url(item, paper_url_in(paper_kept(&item->evidence)));
        int64_t seen_ms = paper_time_ms(paper_csv_field(csv, at->timestamp));
        if (item->ended_ms > seen_ms)
            seen_ms = item->ended_ms;
        if (seen_ms > give->counts.ended_ms)
            give->counts.ended_ms = seen_ms;
        give->host_key = str_trim(paper_csv_field(csv, at->host));
        paper_weakness_give(item, give);
        give->host_key = STR_NONE;
        if (give->word != ERR_OK)
            return give->word;
    }
}

static enum err read_all(struct paper_work *work, struct paper_give *give, struct paper_csv *csv,
                         const struct paper_csv_header *header, const struct columns *at, const char *format)
{
    const struct paper_scan_head head = {
        .format = str_of(format), .layout = STR("csv"), .tool = str_of(format)};
    struct paper_weakness item;
    paper_give_head(give, &head);
    paper_weakness_init(&item);
    enum err word = read_rows(work, give, csv, at, header, &item);
    paper_weakness_free(&item);
    return word;
}

static enum err read_nessus(struct paper_work *work, struct paper_give *give, struct paper_csv *csv,
                            const struct paper_csv_header *header)
{
    const struct columns at = nessus_columns(header);
    return read_all(work, give, csv, header, &at, "nessus");
}

static enum err read_openvas(struct paper_work *work, struct paper_give *give, struct paper_csv *csv,
                             const struct paper_csv_header *header)
{
    const struct columns at = openvas_columns(header);
    return read_all(work, give, csv, header, &at, "openvas");
}

const struct paper_csv_format paper_nessus_csv_format = {nessus_mine, read_nessus};
const struct paper_csv_format paper_openvas_csv_format = {openvas_mine, read_openvas};
