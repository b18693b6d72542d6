/* SPDX-License-Identifier: Apache-2.0
 * Burp Suite: the issues of its XML report, and the issue events of its REST interface (JSON). Both rate
 * High, Medium, Low, Information. Requests and responses stay behind: they are long, and hold what must not
 * spread. */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"

struct burp {
    struct paper_weakness item;
    struct buf host, path;
    bool in_issue;
};

static bool mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    return str_is(element, "issues") &&
           (paper_xml_attr(attrs, many, "burpVersion").len || paper_xml_attr(attrs, many, "exportTime").len);
}

static void *start(struct paper_work *work)
{
    struct burp *burp = ARENA_NEW(work->arena, struct burp);
    paper_weakness_init(&burp->item);
    burp->host.max = burp->path.max = 2048;
    return burp;
}

static void on_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct burp *burp = route->state;
    if (str_is(name, "issues")) {
        const struct paper_scan_head head = {.format = STR("burp"),
                                             .layout = STR("xml"),
                                             .tool = STR("Burp Suite"),
                                             .version = paper_xml_attr(attrs, many, "burpVersion")};
        paper_give_head(route->give, &head);
    } else if (str_is(name, "issue")) {
        paper_weakness_clear(&burp->item);
        burp->host.len = burp->path.len = 0;
        burp->item.place = paper_xml_line(xml);
        burp->in_issue = true;
    } else if (burp->in_issue && str_is(paper_xml_above(xml, 1), "issue") &&
               !str_is(name, "requestresponse")) {
        if (str_is(name, "host"))
            paper_weakness_host(&burp->item, paper_xml_attr(attrs, many, "ip"));
        paper_xml_keep(xml);
    }
}

static void make_url(struct paper_weakness *item, struct str origin, struct str path)
{
    BUF(url, 4096);
    paper_weakness_name(item, origin);
    buf_add_str(&url, origin);
    buf_add_str(&url, path);
    if (!url.over)
        paper_weakness_url(item, buf_str(&url));
}

static void on_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct burp *burp = route->state;
    struct paper_weakness *item = &burp->item;
    if (!burp->in_issue)
        return;
    if (str_is(name, "issue")) {
        make_url(item, paper_kept(&burp->host), paper_kept(&burp->path));
        paper_weakness_give(item, route->give);
        burp->in_issue = false;
    } else if (!str_is(paper_xml_above(xml, 1), "issue")) {
        return;
    } else if (str_is(name, "serialNumber")) {
        paper_keep(&item->unique, str_trim(text));
    } else if (str_is(name, "type")) {
        paper_keep(&item->rule, str_trim(text));
    } else if (str_is(name, "name")) {
        paper_keep(&item->title, str_trim(text));
    } else if (str_is(name, "host")) {
        paper_keep(&burp->host, str_trim(text));
    } else if (str_is(name, "path")) {
        paper_keep(&burp->path, str_trim(text));
    } else if (str_is(name, "location")) {
        paper_keep(&item->location, str_trim(text));
    } else if (str_is(name, "severity")) {
        if (!paper_severity_of(text, &item->severity))
            item->severity = PAPER_INFO;
        if (paper_same(str_trim(text), "false positive"))
            paper_keep(&item->dismissed, STR("false_positive"));
    } else if (str_is(name, "issueBackground")) {
        paper_weakness_html(&item->description, text);
    } else if (str_is(name, "issueDetail")) {
        paper_weakness_html(&item->evidence, text);
    } else if (str_is(name, "remediationBackground") || str_is(name, "remediationDetail")) {
        paper_weakness_html(&item->remedy, text);
    }
}

static void finish(struct paper_route *route, bool whole)
{
    struct burp *burp = route->state;
    (void)whole;
    paper_weakness_free(&burp->item);
    buf_free(&burp->host);
    buf_free(&burp->path);
}

const struct paper_xml_format paper_burp_format = {{on_open, on_close}, mine, false, start, finish};

/* ---- JSON ---- */

struct events {
    struct paper_give *give;
    struct paper_weakness item;
};

static bool json_mine(struct str key, bool in_array)
{
    return !in_array && str_is(key, "issue_events");
}

static bool take(struct paper_walk *walk, bool object)
{
    static const char *const event[] = {"issue_events", ""};
    return object && paper_walk_at(walk, event, 2);
}

static enum err event(struct paper_walk *walk, const struct json *node)
{
    struct events *events = walk->context;
    struct paper_weakness *item = &events->item;
    const struct json *issue = json_get(node, "issue");
    if (json_kind(issue) != JSON_OBJECT)
        return ERR_OK;
    paper_weakness_clear(item);
    item->place = walk->line;
    paper_keep(&item->title, json_text(json_get(issue, "name")));
    paper_keep(&item->unique, json_text(json_get(issue, "serial_number")));
    int64_t type = json_int(json_get(issue, "type_index"), 0);
    if (type)
        buf_format(&item->rule, "%lld", (long long)type);
    if (!paper_severity_of(json_text(json_get(issue, "severity")), &item->severity))
        item->severity = PAPER_INFO;
    paper_keep(&item->location, json_text(json_get(issue, "caption")));
    paper_weakness_html(&item->description, json_text(json_get(issue, "description")));
    paper_weakness_html(&item->remedy, json_text(json_get(issue, "remediation")));
    make_url(item, json_text(json_get(issue, "origin")), json_text(json_get(issue, "path")));
    paper_weakness_give(item, events->give);
    return events->give->word;
}

static enum err json_read(struct paper_work *work, struct paper_give *give)
{
    static const struct paper_walk_handler handler = {take, event, NULL};
    const struct paper_scan_head head = {
        .format = STR("burp"), .layout = STR("json"), .tool = STR("Burp Suite")};
    struct events events = {.give = give};
    paper_give_head(give, &head);
    paper_weakness_init(&events.item);
    enum err word = paper_walk(work, &handler, &events, false);
    paper_weakness_free(&events.item);
    return word;
}

const struct paper_json_format paper_burp_json_format = {"burp", json_mine, false, json_read};
