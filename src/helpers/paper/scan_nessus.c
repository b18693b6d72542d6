/* SPDX-License-Identifier: Apache-2.0
 * Nessus XML, version 2 (.nessus), also as web-application scans write it. A finding is a ReportItem;
 * severity 0 is information and is given as such. Ports are those that items name; port 0 is the host.
 * Coverage: the policy's port_range, or what plugin 19506 ("Nessus Scan Information") prints, as PAPER_TRIED.
 * "default" names a list that the file does not hold, so it stays a name. */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <string.h>

struct nessus {
    struct paper_weakness item; /* its host fields live as long as the ReportHost */
    struct buf preference, ports, policy, tag;
    bool in_host, in_item, web;
    bool host_given;
};

static bool mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    (void)attrs, (void)many;
    return str_is(element, "NessusClientData_v2") || str_is(element, "NessusClientData");
}

static void *start(struct paper_work *work)
{
    struct nessus *nessus = ARENA_NEW(work->arena, struct nessus);
    paper_weakness_init(&nessus->item);
    nessus->preference.max = nessus->policy.max = nessus->tag.max = 256;
    nessus->ports.max = 64 * 1024;
    return nessus;
}

static void give_head(struct nessus *nessus, struct paper_give *give, struct str report)
{
    const struct paper_scan_head head = {
        .format = STR("nessus"),
        .layout = STR("xml"),
        .tool = nessus->web ? STR("Tenable WAS") : STR("Nessus"),
        .title = report.len ? report : paper_kept(&nessus->policy),
    };
    paper_give_head(give, &head);
}

/* "1-65535", "T:1-1024,U:53", "all", "default". */
static void give_cover(struct nessus *nessus, struct paper_give *give)
{
    struct str ports = paper_kept(&nessus->ports);
    if (ports.len == 0)
        return;
    BUF(ranges, 65536);
    bool numeric = true;
    for (size_t i = 0; i < ports.len; i++) {
        char c = ports.at[i];
        bool letter = (c == 'T' || c == 'U' || c == 'S') && i + 1 < ports.len && ports.at[i + 1] == ':';
        if (letter)
            i++;
        else if ((c >= '0' && c <= '9') || c == ',' || c == '-')
            buf_add_char(&ranges, c);
        else if (c != ' ')
            numeric = false;
    }
    bool all = paper_same(ports, "all") || paper_same(ports, "1-65535");
    const struct paper_scan_cover cover = {
        .address = paper_kept(&nessus->item.address),
        .name = paper_kept(&nessus->item.name),
        .ranges = all       ? STR("1-65535")
                  : numeric ? buf_str(&ranges)
                            : STR_NONE,
        .named = all || numeric ? STR_NONE : ports,
        .answer = PAPER_TRIED,
    };
    paper_give_cover(give, &cover);
}

static void open_item(struct nessus *nessus, struct paper_xml *xml, const struct paper_xml_attr *attrs,
                      size_t many)
{
    struct paper_weakness *item = &nessus->item;
    char lower[16];
    nessus->in_item = true;
    paper_weakness_clear_item(item);
    item->place = paper_xml_line(xml);
    if (!paper_port_of(paper_xml_attr(attrs, many, "port"), &item->port))
        item->port = 0;
    struct str protocol = paper_clip(paper_xml_attr(attrs, many, "protocol"), sizeof lower - 1);
    for (size_t i = 0; i < protocol.len; i++)
        lower[i] =
            (char)(protocol.at[i] >= 'A' && protocol.at[i] <= 'Z' ? protocol.at[i] + 32 : protocol.at[i]);
    paper_keep(&item->protocol, (struct str){lower, protocol.len});
    paper_keep(&item->service, paper_xml_attr(attrs, many, "svc_name"));
    paper_keep(&item->rule, paper_xml_attr(attrs, many, "pluginID"));
    paper_keep(&item->title, paper_xml_attr(attrs, many, "pluginName"));
    if (!paper_severity_of(paper_xml_attr(attrs, many, "severity"), &item->severity))
        item->severity = PAPER_INFO;
}

static void on_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct nessus *nessus = route->state;
    if (nessus->in_item) {
        paper_xml_keep(xml);
    } else if (str_is(name, "ReportItem")) {
        if (!nessus->host_given)
            paper_weakness_give_host(&nessus->item, route->give, true);
        nessus->host_given = true;
        open_item(nessus, xml, attrs, many);
    } else if (str_is(name, "ReportHost")) {
        paper_weakness_clear(&nessus->item);
        nessus->in_host = true;
        nessus->host_given = false;
        paper_weakness_host(&nessus->item, paper_xml_attr(attrs, many, "name"));
    } else if (nessus->in_host && str_is(name, "tag")) {
        paper_keep(&nessus->tag, paper_xml_attr(attrs, many, "name"));
        paper_xml_keep(xml);
    } else if (str_is(name, "Report")) {
        nessus->web = str_is(paper_xml_attr(attrs, many, "type"), "was");
        give_head(nessus, route->give, paper_xml_attr(attrs, many, "name"));
    } else if (str_is(name, "policyName") || str_is(name, "name") ||
               (str_is(name, "value") && str_is(paper_kept(&nessus->preference), "port_range"))) {
        paper_xml_keep(xml);
    }
}

static void close_tag(struct nessus *nessus, struct str text)
{
    struct str tag = paper_kept(&nessus->tag);
    struct paper_weakness *item = &nessus->item;
    int64_t ms = 0;
    if (str_is(tag, "host-ip")) {
        if (paper_is_address(str_trim(text)))
            paper_keep(&item->address, str_trim(text));
    } else if (str_is(tag, "host-fqdn") || str_is(tag, "host-rdns")) {
        paper_weakness_name(item, text);
    } else if (str_is(tag, "HOST_START_TIMESTAMP") || str_is(tag, "HOST_START")) {
        ms = paper_time_ms(text);
        item->started_ms = item->started_ms && str_is(tag, "HOST_START") ? item->started_ms : ms;
    } else if (str_is(tag, "HOST_END_TIMESTAMP") || str_is(tag, "HOST_END")) {
        ms = paper_time_ms(text);
        item->ended_ms = item->ended_ms && str_is(tag, "HOST_END") ? item->ended_ms : ms;
    }
}

/* "Port range : default" in the output of the scan-information plugin. */
static void take_port_range(struct nessus *nessus, struct str output)
{
    size_t at = 0;
    if (!str_is(paper_kept(&nessus->item.rule), "19506") || !str_find(output, STR("Port range"), &at))
        return;
    struct str rest = str_slice(output, at, output.len), line;
    if (str_cut(&rest, '\n', &line) && str_find(line, STR(":"), &at))
        paper_keep(&nessus->ports, str_trim(str_slice(line, at + 1, line.len)));
}

static void close_in_item(struct nessus *nessus, struct str name, struct str text)
{
    struct paper_weakness *item = &nessus->item;
    if (str_is(name, "synopsis")) {
        /* It says in one sentence what the description says at length: it goes first. */
        BUF(both, 20 * 1024);
        paper_weakness_more(&both, text);
        paper_weakness_more(&both, paper_kept(&item->description));
        paper_keep(&item->description, buf_str(&both));
    } else if (str_is(name, "description")) {
        paper_weakness_more(&item->description, text);
    } else if (str_is(name, "solution")) {
        paper_keep(&item->remedy, str_trim(text));
    } else if (str_is(name, "plugin_output")) {
        paper_keep(&item->evidence, str_trim(text));
        take_port_range(nessus, text);
    } else if (str_is(name, "cve")) {
        paper_cves_add(&item->cves, text);
    } else if (str_is(name, "cvss_base_score") || str_is(name, "cvss")) {
        paper_weakness_score(item, text, 2);
    } else if (str_is(name, "cvss3_base_score") || str_is(name, "cvssv3")) {
        paper_weakness_score(item, text, 3);
    } else if (str_is(name, "cvss4_base_score") || str_is(name, "cvssv4")) {
        paper_weakness_score(item, text, 4);
    } else if (str_is(name, "plugin_name") && item->title.len == 0) {
        paper_keep(&item->title, str_trim(text));
    }
}

static void on_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct nessus *nessus = route->state;
    if (nessus->in_item && str_is(name, "ReportItem")) {
        if (nessus->web)
            paper_weakness_url(&nessus->item, paper_url_in(paper_kept(&nessus->item.evidence)));
        paper_weakness_give(&nessus->item, route->give);
        nessus->in_item = false;
    } else if (nessus->in_item) {
        close_in_item(nessus, name, text);
    } else if (nessus->in_host && str_is(name, "tag")) {
        close_tag(nessus, text);
    } else if (str_is(name, "ReportHost")) {
        if (!nessus->host_given)
            paper_weakness_give_host(&nessus->item, route->give, true);
        give_cover(nessus, route->give);
        if (nessus->item.ended_ms > route->give->counts.ended_ms)
            route->give->counts.ended_ms = nessus->item.ended_ms;
        nessus->in_host = false;
    } else if (str_is(name, "policyName")) {
        paper_keep(&nessus->policy, str_trim(text));
    } else if (str_is(name, "name")) {
        paper_keep(&nessus->preference, str_trim(text));
    } else if (str_is(name, "value")) {
        if (str_is(paper_kept(&nessus->preference), "port_range"))
            paper_keep(&nessus->ports, str_trim(text));
        nessus->preference.len = 0;
    }
}

static void finish(struct paper_route *route, bool whole)
{
    struct nessus *nessus = route->state;
    if (whole) /* a policy without any report is a scan of nothing */
        give_head(nessus, route->give, STR_NONE);
    paper_weakness_free(&nessus->item);
    buf_free(&nessus->preference);
    buf_free(&nessus->ports);
    buf_free(&nessus->policy);
    buf_free(&nessus->tag);
}

const struct paper_xml_format paper_nessus_format = {{on_open, on_close}, mine, false, start, finish};
