/* SPDX-License-Identifier: Apache-2.0
 * TLS checkers: sslscan XML (a finding: Heartbleed found vulnerable, or a weak or null cipher that the server
 * accepts) and testssl CSV (a finding: a row rated LOW or above; rows rated OK, INFO or WARN say that the
 * check was made). */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"

struct sslscan {
    struct paper_weakness item;
};

static bool mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    return str_is(element, "document") && paper_holds(paper_xml_attr(attrs, many, "title"), "sslscan");
}

static void *start(struct paper_work *work)
{
    struct sslscan *scan = ARENA_NEW(work->arena, struct sslscan);
    paper_weakness_init(&scan->item);
    return scan;
}

static void give(struct paper_xml *xml, const char *rule, const char *title, struct str location,
                 enum paper_severity severity)
{
    struct paper_route *route = xml->context;
    struct sslscan *scan = route->state;
    int32_t port = scan->item.port;
    paper_weakness_clear_item(&scan->item);
    scan->item.port = port;
    scan->item.severity = severity;
    scan->item.place = paper_xml_line(xml);
    paper_keep(&scan->item.protocol, STR("tcp"));
    paper_keep(&scan->item.rule, str_of(rule));
    paper_keep(&scan->item.title, str_of(title));
    paper_keep(&scan->item.location, location);
    if (str_is(str_of(rule), "heartbleed"))
        paper_cves_add(&scan->item.cves, STR("CVE-2014-0160"));
    paper_weakness_give(&scan->item, route->give);
}

static void on_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct sslscan *scan = route->state;
    if (str_is(name, "document")) {
        const struct paper_scan_head head = {.format = STR("sslscan"),
                                             .layout = STR("xml"),
                                             .tool = STR("sslscan"),
                                             .version = paper_xml_attr(attrs, many, "version")};
        paper_give_head(route->give, &head);
    } else if (str_is(name, "ssltest")) {
        paper_weakness_clear(&scan->item);
        paper_weakness_host(&scan->item, paper_xml_attr(attrs, many, "host"));
        paper_weakness_name(&scan->item, paper_xml_attr(attrs, many, "sniname"));
        if (!paper_port_of(paper_xml_attr(attrs, many, "port"), &scan->item.port))
            scan->item.port = 0;
        paper_keep(&scan->item.protocol, STR("tcp"));
        paper_weakness_give_host(&scan->item, route->give, true);
        paper_weakness_give_port(&scan->item, route->give);
    } else if (str_is(name, "heartbleed") && str_is(paper_xml_attr(attrs, many, "vulnerable"), "1")) {
        give(xml, "heartbleed", "Heartbleed", paper_xml_attr(attrs, many, "sslversion"), PAPER_CRITICAL);
    } else if (str_is(name, "cipher")) {
        struct str status = paper_xml_attr(attrs, many, "status"),
                   strength = paper_xml_attr(attrs, many, "strength");
        bool accepted = str_is(status, "accepted") || str_is(status, "preferred");
        if (accepted &&
            (str_is(strength, "weak") || str_is(strength, "null") || str_is(strength, "anonymous")))
            give(xml, "weak-cipher", "Weak cipher accepted", paper_xml_attr(attrs, many, "cipher"),
                 PAPER_MEDIUM);
    }
}

static void finish(struct paper_route *route, bool whole)
{
    struct sslscan *scan = route->state;
    (void)whole;
    paper_weakness_free(&scan->item);
}

const struct paper_xml_format paper_sslscan_format = {{on_open, NULL}, mine, false, start, finish};

/* ---- testssl ---- */

struct columns {
    int id, host, port, severity, finding, cve;
};

static bool csv_mine(const struct paper_csv_header *header)
{
    return paper_csv_column(header, "fqdn/ip") >= 0 && paper_csv_column(header, "finding") >= 0 &&
           paper_csv_column(header, "severity") >= 0;
}

/* "www.example.cn/10.0.0.1" */
static void take_target(struct paper_weakness *item, struct str target)
{
    size_t slash = 0;
    if (str_find(target, STR("/"), &slash)) {
        paper_weakness_host(item, str_slice(target, slash + 1, target.len));
        target = str_slice(target, 0, slash);
    }
    paper_weakness_host(item, target);
}

static enum err take_row(struct paper_give *give_to, struct paper_weakness *item, const struct paper_csv *csv,
                         const struct columns *at)
{
    struct str severity = str_trim(paper_csv_field(csv, at->severity)),
               target = str_trim(paper_csv_field(csv, at->host));
    paper_weakness_clear(item);
    item->place = csv->line;
    take_target(item, target);
    if (item->address.len == 0 && item->name.len == 0)
        return paper_work_fail(give_to->work, ERR_INVALID, "paper.fault.no_host", csv->line, STR_NONE,
                               STR_NONE);
    if (paper_port_of(paper_csv_field(csv, at->port), &item->port) && item->port > 0)
        paper_keep(&item->protocol, STR("tcp"));
    give_to->host_key = target;
    paper_weakness_give_host(item, give_to, true);
    paper_weakness_give_port(item, give_to);
    bool rated = paper_same(severity, "low") || paper_same(severity, "medium") ||
                 paper_same(severity, "high") || paper_same(severity, "critical");
    if (rated && paper_severity_of(severity, &item->severity)) {
        paper_keep(&item->rule, str_trim(paper_csv_field(csv, at->id)));
        paper_keep(&item->title, str_trim(paper_csv_field(csv, at->id)));
        paper_keep(&item->evidence, str_trim(paper_csv_field(csv, at->finding)));
        paper_cves_add(&item->cves, paper_csv_field(csv, at->cve));
        paper_weakness_give(item, give_to);
    }
    give_to->host_key = STR_NONE;
    return give_to->word;
}

static enum err csv_rows(struct paper_give *give_to, struct paper_csv *csv,
                         const struct paper_csv_header *header, struct paper_weakness *item)
{
    const struct columns at = {
        .id = paper_csv_column(header, "id"),
        .host = paper_csv_column(header, "fqdn/ip"),
        .port = paper_csv_column(header, "port"),
        .severity = paper_csv_column(header, "severity"),
        .finding = paper_csv_column(header, "finding"),
        .cve = paper_csv_column(header, "cve"),
    };
    for (;;) {
        bool more = false;
        TRY(paper_csv_next(csv, &more));
        if (!more)
            return ERR_OK;
        if (paper_csv_blank(csv))
            continue;
        if (csv->ended_open && csv->many < header->many)
            return paper_work_fail(give_to->work, ERR_INVALID, "paper.fault.cut_short", csv->line, STR_NONE,
                                   STR_NONE);
        TRY(take_row(give_to, item, csv, &at));
    }
}

static enum err csv_read(struct paper_work *work, struct paper_give *give_to, struct paper_csv *csv,
                         const struct paper_csv_header *header)
{
    const struct paper_scan_head head = {
        .format = STR("testssl"), .layout = STR("csv"), .tool = STR("testssl")};
    struct paper_weakness item;
    (void)work;
    paper_give_head(give_to, &head);
    paper_weakness_init(&item);
    enum err word = csv_rows(give_to, csv, header, &item);
    paper_weakness_free(&item);
    return word;
}

const struct paper_csv_format paper_testssl_csv_format = {csv_mine, csv_read};
