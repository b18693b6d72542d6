/* SPDX-License-Identifier: Apache-2.0
 * Web scanners that write small XML: ZAP (an alert type a finding, its instances as evidence), Nikto (an item
 * a finding), Wapiti (an entry under <vulnerabilities>). */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <string.h>

struct web {
    struct paper_weakness item, site; /* site: what holds for all items of a host */
    struct buf uri, method, parameter, proof, base, tool, version, type_name, type_text, type_remedy;
    bool in_item, in_instance, dismissed, counted;
    int64_t started_ms;
};

static void *start(struct paper_work *work)
{
    struct web *web = ARENA_NEW(work->arena, struct web);
    struct buf *fields[] = {&web->uri,  &web->parameter, &web->proof,
                            &web->base, &web->type_text, &web->type_remedy};
    paper_weakness_init(&web->item);
    paper_weakness_init(&web->site);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        fields[i]->max = 8192;
    web->method.max = web->tool.max = web->version.max = web->type_name.max = 300;
    return web;
}

static void free_web(struct web *web)
{
    struct buf *fields[] = {&web->uri,         &web->parameter, &web->proof, &web->base,
                            &web->type_text,   &web->method,    &web->tool,  &web->type_name,
                            &web->type_remedy, &web->version};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        buf_free(fields[i]);
    paper_weakness_free(&web->item);
    paper_weakness_free(&web->site);
}

static void give_head(struct web *web, struct paper_give *give, const char *format)
{
    const struct paper_scan_head head = {
        .format = str_of(format),
        .layout = STR("xml"),
        .tool = str_of(format),
        .version = paper_kept(&web->version),
        .started_ms = web->started_ms,
    };
    paper_give_head(give, &head);
}

static void finish_as(struct paper_route *route, bool whole, const char *format)
{
    if (whole)
        give_head(route->state, route->give, format);
    free_web(route->state);
}

/* The site's host and port into the item. */
static void use_site(struct web *web)
{
    paper_weakness_clear(&web->item);
    paper_keep(&web->item.address, paper_kept(&web->site.address));
    paper_keep(&web->item.name, paper_kept(&web->site.name));
    paper_keep(&web->item.names, paper_kept(&web->site.names));
    paper_keep(&web->item.protocol, paper_kept(&web->site.protocol));
    web->item.port = web->site.port;
}

static void take_site(struct web *web, struct str host, struct str port, struct str url)
{
    paper_weakness_clear(&web->site);
    paper_weakness_host(&web->site, host);
    if (paper_port_of(port, &web->site.port) && web->site.port > 0)
        paper_keep(&web->site.protocol, STR("tcp"));
    paper_weakness_url(&web->site, url);
    web->site.port_implied = false;
}

/* ---- ZAP ---- */

static bool zap_mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    (void)attrs, (void)many;
    return str_is(element, "OWASPZAPReport");
}

static void zap_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct web *web = route->state;
    if (str_is(name, "OWASPZAPReport")) {
        paper_keep(&web->version, paper_xml_attr(attrs, many, "version"));
        give_head(web, route->give, "zap");
    } else if (str_is(name, "site")) {
        take_site(web, paper_xml_attr(attrs, many, "host"), paper_xml_attr(attrs, many, "port"),
                  paper_xml_attr(attrs, many, "name"));
        paper_weakness_give_host(&web->site, route->give, true);
        paper_weakness_give_port(&web->site, route->give);
    } else if (str_is(name, "alertitem")) {
        use_site(web);
        web->item.place = paper_xml_line(xml);
        web->in_item = true;
    } else if (str_is(name, "instance")) {
        web->in_instance = true;
        web->uri.len = web->method.len = web->parameter.len = web->proof.len = 0;
    } else if (web->in_item) {
        paper_xml_keep(xml);
    }
}

static void zap_instance(struct web *web)
{
    BUF(line, 8192);
    buf_format(&line, "%.*s %.*s", STR_ARG(paper_kept(&web->method)), STR_ARG(paper_kept(&web->uri)));
    if (web->parameter.len)
        buf_format(&line, " [%.*s]", STR_ARG(paper_kept(&web->parameter)));
    if (web->proof.len)
        buf_format(&line, ": %.*s", STR_ARG(paper_kept(&web->proof)));
    if (!line.over)
        paper_weakness_more(&web->item.evidence, buf_str(&line));
    if (web->item.url.len == 0) {
        paper_weakness_url(&web->item, paper_kept(&web->uri));
        paper_keep(&web->item.location, paper_kept(&web->parameter));
    }
}

static void zap_field(struct web *web, struct str name, struct str text)
{
    struct paper_weakness *item = &web->item;
    int64_t risk = 0;
    if (str_is(name, "pluginid") && item->rule.len == 0)
        paper_keep(&item->rule, str_trim(text));
    else if (str_is(name, "alertRef") && text.len)
        paper_keep(&item->rule, str_trim(text));
    else if (str_is(name, "alert") || (str_is(name, "name") && item->title.len == 0))
        paper_keep(&item->title, str_trim(text));
    else if (str_is(name, "riskcode") && str_to_int(str_trim(text), &risk) && risk >= 0 && risk <= 3)
        item->severity = (enum paper_severity)risk;
    else if (str_is(name, "confidence") && str_is(str_trim(text), "0"))
        paper_keep(&item->dismissed, STR("false_positive"));
    else if (str_is(name, "desc"))
        paper_weakness_html(&item->description, text);
    else if (str_is(name, "otherinfo"))
        paper_weakness_html(&item->description, text);
    else if (str_is(name, "solution"))
        paper_weakness_html(&item->remedy, text);
}

static void zap_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct web *web = route->state;
    if (web->in_instance) {
        if (str_is(name, "uri"))
            paper_keep(&web->uri, str_trim(text));
        else if (str_is(name, "method"))
            paper_keep(&web->method, str_trim(text));
        else if (str_is(name, "param"))
            paper_keep(&web->parameter, str_trim(text));
        else if (str_is(name, "evidence"))
            paper_keep(&web->proof, paper_clip(str_trim(text), 400));
        else if (str_is(name, "instance")) {
            zap_instance(web);
            web->in_instance = false;
        }
    } else if (str_is(name, "alertitem")) {
        paper_weakness_give(&web->item, route->give);
        web->in_item = false;
    } else if (web->in_item) {
        zap_field(web, name, text);
    }
}

static void zap_finish(struct paper_route *route, bool whole)
{
    finish_as(route, whole, "zap");
}

/* ---- Nikto ---- */

static bool nikto_mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    (void)attrs, (void)many;
    return str_is(element, "niktoscan") || str_is(element, "niktoscans");
}

static void nikto_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                       size_t many)
{
    struct paper_route *route = xml->context;
    struct web *web = route->state;
    if (str_is(name, "niktoscan") && paper_xml_attr(attrs, many, "version").len) {
        paper_keep(&web->version, paper_xml_attr(attrs, many, "version"));
    } else if (str_is(name, "scandetails")) {
        web->started_ms = paper_time_ms(paper_xml_attr(attrs, many, "starttime"));
        give_head(web, route->give, "nikto");
        take_site(web, paper_xml_attr(attrs, many, "targetip"), paper_xml_attr(attrs, many, "targetport"),
                  STR_NONE);
        paper_weakness_host(&web->site, paper_xml_attr(attrs, many, "targethostname"));
        paper_weakness_give_host(&web->site, route->give, true);
        paper_weakness_give_port(&web->site, route->give);
    } else if (str_is(name, "item")) {
        use_site(web);
        web->item.place = paper_xml_line(xml);
        paper_keep(&web->item.rule, paper_xml_attr(attrs, many, "id"));
        paper_keep(&web->method, paper_xml_attr(attrs, many, "method"));
        web->in_item = true;
    } else if (web->in_item) {
        paper_xml_keep(xml);
    }
}

static void nikto_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct web *web = route->state;
    if (!web->in_item)
        return;
    if (str_is(name, "description")) {
        paper_keep(&web->item.title, str_trim(text));
        paper_keep(&web->item.description, str_trim(text));
        paper_cves_add(&web->item.cves, text);
    } else if (str_is(name, "uri")) {
        paper_weakness_more(&web->item.evidence, paper_kept(&web->method));
        paper_weakness_more(&web->item.evidence, text);
    } else if (str_is(name, "namelink") || (str_is(name, "iplink") && web->item.url.len == 0)) {
        paper_weakness_url(&web->item, text);
    } else if (str_is(name, "item")) {
        web->item.severity = PAPER_INFO; /* Nikto rates nothing */
        paper_weakness_give(&web->item, route->give);
        web->in_item = false;
    }
}

static void nikto_finish(struct paper_route *route, bool whole)
{
    finish_as(route, whole, "nikto");
}

/* ---- Wapiti ---- */

static bool wapiti_mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    return str_is(element, "report") && str_is(paper_xml_attr(attrs, many, "type"), "security");
}

static void wapiti_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                        size_t many)
{
    struct paper_route *route = xml->context;
    struct web *web = route->state;
    if (str_is(name, "info") && !web->in_item) {
        paper_keep(&web->tool, paper_xml_attr(attrs, many, "name"));
        paper_xml_keep(xml);
    } else if (str_is(name, "vulnerabilities")) {
        give_head(web, route->give, "wapiti");
        web->counted = true;
    } else if (str_is(name, "vulnerability")) {
        paper_keep(&web->type_name, paper_xml_attr(attrs, many, "name"));
        web->type_text.len = web->type_remedy.len = 0;
    } else if (str_is(name, "entry") && web->counted) {
        use_site(web);
        web->item.place = paper_xml_line(xml);
        web->in_item = true;
    } else {
        paper_xml_keep(xml);
    }
}

static void wapiti_info(struct web *web, struct str text)
{
    struct str what = paper_kept(&web->tool);
    if (str_is(what, "generatorVersion"))
        paper_keep(&web->version, text);
    else if (str_is(what, "target")) {
        take_site(web, STR_NONE, STR_NONE, text);
        paper_keep(&web->base, str_trim(text));
    }
}

static void wapiti_entry(struct web *web, struct str name, struct str text)
{
    struct paper_weakness *item = &web->item;
    struct paper_url base = {0};
    text = str_trim(text);
    if (str_is(name, "path") && paper_url_split(paper_kept(&web->base), &base)) {
        BUF(url, 2048);
        struct str root = {web->base.at, (size_t)(base.host.at - web->base.at) + base.host.len};
        buf_add_str(&url, root);
        if (base.port != 80 && base.port != 443)
            buf_format(&url, ":%d", (int)base.port);
        buf_add_str(&url, text);
        if (!url.over)
            paper_weakness_url(item, buf_str(&url));
    } else if (str_is(name, "level") && text.len == 1 && text.at[0] >= '0' && text.at[0] <= '4') {
        item->severity = (enum paper_severity)(text.at[0] - '0');
    } else if (str_is(name, "parameter")) {
        paper_keep(&item->location, text);
    } else if (str_is(name, "info")) {
        paper_keep(&item->title, text);
    } else if (str_is(name, "http_request")) {
        paper_keep(&item->evidence, text);
    }
}

static void wapiti_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct web *web = route->state;
    if (web->in_item && str_is(name, "entry")) {
        paper_keep(&web->item.rule, paper_kept(&web->type_name));
        paper_keep(&web->item.description, paper_kept(&web->type_text));
        paper_keep(&web->item.remedy, paper_kept(&web->type_remedy));
        paper_weakness_give(&web->item, route->give);
        web->in_item = false;
    } else if (web->in_item) {
        wapiti_entry(web, name, text);
    } else if (str_is(name, "info")) {
        wapiti_info(web, text);
    } else if (str_is(name, "description")) {
        paper_keep(&web->type_text, str_trim(text));
    } else if (str_is(name, "solution")) {
        paper_keep(&web->type_remedy, str_trim(text));
    } else if (str_is(name, "vulnerabilities")) {
        web->counted = false;
    } else if (str_is(name, "report_infos") && (web->site.address.len || web->site.name.len)) {
        give_head(web, route->give, "wapiti");
        paper_weakness_give_host(&web->site, route->give, true);
    }
}

static void wapiti_finish(struct paper_route *route, bool whole)
{
    finish_as(route, whole, "wapiti");
}

const struct paper_xml_format paper_zap_format = {{zap_open, zap_close}, zap_mine, false, start, zap_finish};
const struct paper_xml_format paper_nikto_format = {
    {nikto_open, nikto_close}, nikto_mine, false, start, nikto_finish};
const struct paper_xml_format paper_wapiti_format = {
    {wapiti_open, wapiti_close}, wapiti_mine, false, start, wapiti_finish};
