/* SPDX-License-Identifier: Apache-2.0
 * nmap XML (nmap.dtd). A finding is a port in state open. Script output goes along as evidence, and the CVE
 * ids that vulnerability scripts print as attributes of that finding: they are guesses by version, not
 * findings of their own.
 *
 * Method of coverage: <scaninfo> tells which ports were tried; a host lists some and sums up the rest in
 * <extraports>. If all sums are "closed", every port not listed answered. In a mixture only the port lists of
 * newer versions (<extrareasons ports=…>) tell which are which. */
#include "helpers/paper/scan.h"
#include <stdio.h>

#define INFO_MAX 4

struct info {
    struct buf protocol, services;
};

struct nmap {
    struct info infos[INFO_MAX];
    size_t many_infos;
    struct buf address, name, names;
    bool in_host, up, given;
    int64_t started_ms, ended_ms;
    /* sums of the host */
    int64_t closed, other;
    struct buf closed_ranges[INFO_MAX]; /* by protocol of infos */
    bool ranges_known;
    bool extra_closed; /* inside <extraports state="closed"> */
    /* the port being read */
    bool in_port;
    int32_t port;
    struct buf protocol, state, service, product, version, extra, evidence, cves;
    int64_t line;
};

static bool mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    (void)attrs, (void)many;
    return str_is(element, "nmaprun");
}

static struct buf field(size_t max)
{
    return (struct buf){NULL, 0, 0, max, false};
}

static void *start(struct paper_work *work)
{
    struct nmap *nmap = ARENA_NEW(work->arena, struct nmap);
    for (size_t i = 0; i < INFO_MAX; i++) {
        nmap->infos[i] = (struct info){field(16), field(512 * 1024)};
        nmap->closed_ranges[i] = field(512 * 1024);
    }
    nmap->address = field(64);
    nmap->name = field(256);
    nmap->names = field(4096);
    nmap->protocol = field(16);
    nmap->state = field(32);
    nmap->service = nmap->product = nmap->version = nmap->extra = field(256);
    nmap->evidence = nmap->cves = field(16 * 1024);
    return nmap;
}

static void begin_run(struct nmap *nmap, struct paper_give *give, const struct paper_xml_attr *attrs,
                      size_t many)
{
    const struct paper_scan_head head = {
        .format = STR("nmap"),
        .layout = STR("xml"),
        .tool = paper_xml_attr(attrs, many, "scanner"),
        .version = paper_xml_attr(attrs, many, "version"),
        .title = paper_xml_attr(attrs, many, "args"),
        .started_ms = paper_time_ms(paper_xml_attr(attrs, many, "start")),
    };
    paper_give_head(give, &head);
    nmap->many_infos = 0;
}

static void begin_host(struct nmap *nmap, const struct paper_xml_attr *attrs, size_t many)
{
    nmap->in_host = true;
    nmap->up = nmap->given = nmap->ranges_known = false;
    nmap->closed = nmap->other = 0;
    nmap->address.len = nmap->name.len = nmap->names.len = 0;
    for (size_t i = 0; i < INFO_MAX; i++)
        nmap->closed_ranges[i].len = 0;
    nmap->started_ms = paper_time_ms(paper_xml_attr(attrs, many, "starttime"));
    nmap->ended_ms = paper_time_ms(paper_xml_attr(attrs, many, "endtime"));
}

/* IPv4 before IPv6; a MAC address names no host. */
static void take_address(struct nmap *nmap, struct str address, struct str type)
{
    if (str_is(type, "mac") || !paper_is_address(address))
        return;
    if (nmap->address.len == 0 || str_is(type, "ipv4"))
        paper_keep(&nmap->address, address);
}

static void take_name(struct nmap *nmap, struct str raw)
{
    char lower[256];
    struct str name = paper_host_name(raw, lower, sizeof lower);
    if (name.len == 0)
        return;
    if (nmap->name.len == 0)
        paper_keep(&nmap->name, name);
    if (nmap->names.len + name.len + 1 < nmap->names.max) {
        if (nmap->names.len)
            buf_add_char(&nmap->names, ' ');
        buf_add_str(&nmap->names, name);
    }
}

static void give_host(struct nmap *nmap, struct paper_give *give)
{
    if (nmap->given || (nmap->address.len == 0 && nmap->name.len == 0))
        return;
    nmap->given = true;
    const struct paper_scan_host host = {paper_kept(&nmap->address), paper_kept(&nmap->name),
                                         paper_kept(&nmap->names),   nmap->up,
                                         nmap->started_ms,           nmap->ended_ms};
    paper_give_host(give, &host);
}

/* ---- coverage ---- */

static void take_extra_reasons(struct nmap *nmap, const struct paper_xml_attr *attrs, size_t many)
{
    struct str ports = paper_xml_attr(attrs, many, "ports"), protocol = paper_xml_attr(attrs, many, "proto");
    if (ports.len == 0)
        return;
    nmap->ranges_known = true;
    for (size_t i = 0; i < nmap->many_infos && nmap->extra_closed; i++) {
        if (protocol.len > 0 && !str_eq(protocol, paper_kept(&nmap->infos[i].protocol)))
            continue;
        struct buf *ranges = &nmap->closed_ranges[i];
        if (ranges->len + ports.len + 1 >= ranges->max)
            return;
        if (ranges->len)
            buf_add_char(ranges, ',');
        buf_add_str(ranges, ports);
        return;
    }
}

static void give_cover(struct nmap *nmap, struct paper_give *give)
{
    for (size_t i = 0; nmap->up && i < nmap->many_infos; i++) {
        struct paper_scan_cover cover = {
            .address = paper_kept(&nmap->address),
            .name = paper_kept(&nmap->name),
            .protocol = paper_kept(&nmap->infos[i].protocol),
            .ranges = paper_kept(&nmap->infos[i].services),
            .answer = nmap->other > 0 ? PAPER_SILENT : PAPER_ANSWERED,
        };
        if (nmap->other > 0 && nmap->ranges_known && nmap->closed_ranges[i].len > 0) {
            cover.ranges = paper_kept(&nmap->closed_ranges[i]);
            cover.answer = PAPER_ANSWERED;
        }
        paper_give_cover(give, &cover);
    }
}

/* ---- ports ---- */

static void begin_port(struct nmap *nmap, struct paper_xml *xml, const struct paper_xml_attr *attrs,
                       size_t many)
{
    nmap->in_port = paper_port_of(paper_xml_attr(attrs, many, "portid"), &nmap->port);
    paper_keep(&nmap->protocol, paper_xml_attr(attrs, many, "protocol"));
    nmap->state.len = nmap->service.len = nmap->product.len = nmap->version.len = nmap->extra.len = 0;
    nmap->evidence.len = nmap->cves.len = 0;
    nmap->line = paper_xml_line(xml);
}

static void take_service(struct nmap *nmap, const struct paper_xml_attr *attrs, size_t many)
{
    struct str name = paper_xml_attr(attrs, many, "name");
    paper_keep(&nmap->service, name);
    if (str_is(paper_xml_attr(attrs, many, "tunnel"), "ssl")) {
        char both[200];
        int len = snprintf(both, sizeof both, "ssl/%.*s", name.len > 180 ? 180 : (int)name.len,
                           name.at ? name.at : "");
        paper_keep(&nmap->service, (struct str){both, len > 0 ? (size_t)len : 0});
    }
    paper_keep(&nmap->product, paper_xml_attr(attrs, many, "product"));
    paper_keep(&nmap->version, paper_xml_attr(attrs, many, "version"));
    paper_keep(&nmap->extra, paper_xml_attr(attrs, many, "extrainfo"));
}

static void take_script(struct nmap *nmap, const struct paper_xml_attr *attrs, size_t many)
{
    struct str id = paper_xml_attr(attrs, many, "id"), output = paper_xml_attr(attrs, many, "output");
    if (paper_holds(id, "vul") && !paper_holds(output, "not vulnerable"))
        paper_cves_add(&nmap->cves, output);
    size_t room = nmap->evidence.max - nmap->evidence.len;
    if (room < id.len + 64)
        return;
    buf_add_str(&nmap->evidence, id);
    buf_add(&nmap->evidence, ": ", 2);
    buf_add_str(&nmap->evidence, paper_clip(str_trim(output), room - id.len - 8));
    buf_add_char(&nmap->evidence, '\n');
}

static void give_open_port(struct nmap *nmap, struct paper_give *give)
{
    BUF(title, 1200);
    buf_format(&title, "%d/%.*s %.*s", (int)nmap->port, STR_ARG(paper_kept(&nmap->protocol)),
               STR_ARG(paper_kept(&nmap->service)));
    const struct buf *parts[] = {&nmap->product, &nmap->version, &nmap->extra};
    for (size_t i = 0; i < 3; i++)
        if (parts[i]->len)
            buf_format(&title, " %.*s", STR_ARG(paper_kept(parts[i])));
    const struct paper_scan_record record = {
        .kind = PAPER_OPEN_PORT,
        .address = paper_kept(&nmap->address),
        .name = paper_kept(&nmap->name),
        .port = nmap->port,
        .protocol = paper_kept(&nmap->protocol),
        .rule = STR("open-port"),
        .title = buf_str(&title),
        .severity = PAPER_INFO,
        .cvss10 = -1,
        .cves = paper_kept(&nmap->cves),
        .evidence = paper_kept(&nmap->evidence),
        .place = nmap->line,
    };
    paper_give_record(give, &record);
}

static void end_port(struct nmap *nmap, struct paper_give *give)
{
    if (!nmap->in_port)
        return;
    nmap->in_port = false;
    give_host(nmap, give);
    const struct paper_scan_port port = {
        .address = paper_kept(&nmap->address),
        .name = paper_kept(&nmap->name),
        .protocol = paper_kept(&nmap->protocol),
        .port = nmap->port,
        .state = paper_kept(&nmap->state),
        .service = paper_kept(&nmap->service),
        .product = paper_kept(&nmap->product),
        .version = paper_kept(&nmap->version),
    };
    paper_give_port(give, &port);
    if (str_is(port.state, "open"))
        give_open_port(nmap, give);
}

/* ---- elements ---- */

static void open_in_host(struct nmap *nmap, struct paper_xml *xml, struct str name,
                         const struct paper_xml_attr *attrs, size_t many)
{
    struct str parent = paper_xml_above(xml, 1);
    if (str_is(name, "status") && str_is(parent, "host")) {
        nmap->up = str_is(paper_xml_attr(attrs, many, "state"), "up");
    } else if (str_is(name, "address") && str_is(parent, "host")) {
        take_address(nmap, paper_xml_attr(attrs, many, "addr"), paper_xml_attr(attrs, many, "addrtype"));
    } else if (str_is(name, "hostname")) {
        take_name(nmap, paper_xml_attr(attrs, many, "name"));
    } else if (str_is(name, "extraports")) {
        int64_t count = 0;
        nmap->extra_closed = str_is(paper_xml_attr(attrs, many, "state"), "closed");
        if (!str_to_int(paper_xml_attr(attrs, many, "count"), &count))
            count = 1;
        *(nmap->extra_closed ? &nmap->closed : &nmap->other) += count;
    } else if (str_is(name, "extrareasons")) {
        take_extra_reasons(nmap, attrs, many);
    } else if (str_is(name, "port") && str_is(parent, "ports")) {
        begin_port(nmap, xml, attrs, many);
    } else if (nmap->in_port && str_is(name, "state")) {
        paper_keep(&nmap->state, paper_xml_attr(attrs, many, "state"));
    } else if (nmap->in_port && str_is(name, "service")) {
        take_service(nmap, attrs, many);
    } else if (nmap->in_port && str_is(name, "script")) {
        take_script(nmap, attrs, many);
    }
}

static void on_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct nmap *nmap = route->state;
    if (nmap->in_host) {
        open_in_host(nmap, xml, name, attrs, many);
    } else if (str_is(name, "nmaprun")) {
        begin_run(nmap, route->give, attrs, many);
    } else if (str_is(name, "host")) {
        begin_host(nmap, attrs, many);
    } else if (str_is(name, "scaninfo") && nmap->many_infos < INFO_MAX) {
        struct info *info = &nmap->infos[nmap->many_infos++];
        paper_keep(&info->protocol, paper_xml_attr(attrs, many, "protocol"));
        paper_keep(&info->services, paper_xml_attr(attrs, many, "services"));
    } else if (str_is(name, "finished")) {
        int64_t ended_ms = paper_time_ms(paper_xml_attr(attrs, many, "time"));
        if (ended_ms > route->give->counts.ended_ms)
            route->give->counts.ended_ms = ended_ms;
    }
}

static void on_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct nmap *nmap = route->state;
    (void)text;
    if (!nmap->in_host)
        return;
    if (str_is(name, "port")) {
        end_port(nmap, route->give);
    } else if (str_is(name, "host")) {
        give_host(nmap, route->give);
        give_cover(nmap, route->give);
        nmap->in_host = false;
    }
}

static void finish(struct paper_route *route, bool whole)
{
    struct nmap *nmap = route->state;
    (void)whole;
    struct buf *fields[] = {&nmap->address, &nmap->name,     &nmap->names,   &nmap->protocol,
                            &nmap->state,   &nmap->service,  &nmap->product, &nmap->version,
                            &nmap->extra,   &nmap->evidence, &nmap->cves};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        buf_free(fields[i]);
    for (size_t i = 0; i < INFO_MAX; i++) {
        buf_free(&nmap->infos[i].protocol);
        buf_free(&nmap->infos[i].services);
        buf_free(&nmap->closed_ranges[i]);
    }
}

const struct paper_xml_format paper_nmap_format = {{on_open, on_close}, mine, false, start, finish};
