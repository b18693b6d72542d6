/* SPDX-License-Identifier: Apache-2.0
 * OpenVAS / GVM report XML. A finding is a <result> directly inside <results>; a result may hold another one
 * inside <detection>, which only points at its origin. The threat word is the tool's rating. Coverage: hosts
 * and ports that the report lists; the port list of the task is not part of a report. */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <string.h>

struct openvas {
    struct paper_weakness item;
    struct buf report_name, rank_type;
    struct paper_weakness listed; /* of <ports><port> and <report><host> */
    int result_depth;             /* of the open result, 0: none */
    int host_depth;               /* of <report><host> */
    bool rated;
    int64_t started_ms;
};

static bool mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    if (str_is(element, "get_reports_response"))
        return true;
    return str_is(element, "report") && !str_is(paper_xml_attr(attrs, many, "type"), "security");
}

static void *start(struct paper_work *work)
{
    struct openvas *openvas = ARENA_NEW(work->arena, struct openvas);
    paper_weakness_init(&openvas->item);
    paper_weakness_init(&openvas->listed);
    openvas->report_name.max = openvas->rank_type.max = 256;
    return openvas;
}

/* At the first thing given; later calls do nothing. */
static void give_head(struct openvas *openvas, struct paper_give *give)
{
    const struct paper_scan_head head = {
        .format = STR("openvas"),
        .layout = STR("xml"),
        .tool = STR("OpenVAS"),
        .title = paper_kept(&openvas->report_name),
        .started_ms = openvas->started_ms,
    };
    paper_give_head(give, &head);
}

static void on_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct openvas *openvas = route->state;
    struct str parent = paper_xml_above(xml, 1);
    if (openvas->result_depth) {
        if (str_is(name, "nvt"))
            paper_keep(&openvas->item.rule, paper_xml_attr(attrs, many, "oid"));
        else if (str_is(name, "ref") && paper_same(paper_xml_attr(attrs, many, "type"), "cve"))
            paper_cves_add(&openvas->item.cves, paper_xml_attr(attrs, many, "id"));
        else if (str_is(name, "severity") && str_is(parent, "severities"))
            paper_keep(&openvas->rank_type, paper_xml_attr(attrs, many, "type"));
        paper_xml_keep(xml);
    } else if (str_is(name, "result") && str_is(parent, "results")) {
        openvas->result_depth = xml->depth;
        openvas->rated = false;
        paper_weakness_clear(&openvas->item);
        openvas->item.place = paper_xml_line(xml);
        paper_keep(&openvas->item.unique, paper_xml_attr(attrs, many, "id"));
    } else if (str_is(name, "host") && str_is(parent, "report")) {
        openvas->host_depth = xml->depth;
        paper_weakness_clear(&openvas->listed);
        paper_xml_keep(xml);
    } else if (str_is(parent, "ports") && str_is(name, "port")) {
        paper_weakness_clear(&openvas->listed);
        paper_xml_keep(xml);
    } else if (str_is(parent, "report") || str_is(parent, "port") || str_is(parent, "task") ||
               openvas->host_depth) {
        paper_xml_keep(xml);
    }
}

/* "512/tcp", "general/tcp", "general/CPE-T", "https (443/tcp)" */
static void take_port(struct paper_weakness *item, struct str text)
{
    size_t slash = 0;
    text = str_trim(text);
    size_t open = 0;
    if (str_find(text, STR("("), &open))
        text = str_slice(text, open + 1, text.len);
    if (!str_find(text, STR("/"), &slash))
        return;
    struct str protocol = str_slice(text, slash + 1, text.len);
    for (size_t i = 0; i < protocol.len; i++)
        if (protocol.at[i] == ')' || protocol.at[i] == ' ')
            protocol.len = i;
    if (paper_port_of(str_slice(text, 0, slash), &item->port))
        paper_keep(&item->protocol, protocol);
    else
        item->port = 0;
}

/* "summary=…|insight=…|solution=…": a bar may stand in a text too, so only known names begin a part. */
static struct str tag_part(struct str tags, const char *name)
{
    static const char *const names[] = {"summary",          "insight",  "solution", "solution_type",
                                        "affected",         "impact",   "qodType",  "vuldetect",
                                        "cvss_base_vector", "qod_type", "detection"};
    struct str rest = tags, part;
    const char *start = NULL;
    while (str_cut(&rest, '|', &part)) {
        size_t equals = 0;
        bool begins = false;
        if (str_find(part, STR("="), &equals))
            for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
                begins = begins || str_is(str_slice(part, 0, equals), names[i]);
        if (begins && start)
            return (struct str){start, (size_t)(part.at - 1 - start)};
        if (begins && str_is(str_slice(part, 0, equals), name))
            start = part.at + equals + 1;
    }
    return start ? (struct str){start, (size_t)(tags.at + tags.len - start)} : STR_NONE;
}

static void close_in_nvt(struct openvas *openvas, struct str name, struct str parent, struct str text)
{
    struct paper_weakness *item = &openvas->item;
    if (str_is(name, "name") && str_is(parent, "nvt")) {
        paper_keep(&item->title, str_trim(text));
    } else if (str_is(name, "cvss_base") && str_is(parent, "nvt")) {
        paper_weakness_score(item, text, 2);
    } else if (str_is(name, "tags")) {
        paper_weakness_more(&item->description, tag_part(text, "summary"));
        paper_weakness_more(&item->description, tag_part(text, "insight"));
        paper_weakness_more(&item->description, tag_part(text, "impact"));
        if (item->remedy.len == 0)
            paper_keep(&item->remedy, str_trim(tag_part(text, "solution")));
    } else if (str_is(name, "solution")) {
        if (str_trim(text).len)
            paper_keep(&item->remedy, str_trim(text));
    } else if (str_is(name, "cve") || str_is(name, "cves")) {
        paper_cves_add(&item->cves, text);
    } else if (str_is(name, "score") && str_is(parent, "severity")) {
        /* tenths here: 98 is 9.8 */
        int64_t tenths = 0;
        bool third = paper_holds(paper_kept(&openvas->rank_type), "v3");
        if (str_to_int(str_trim(text), &tenths) && tenths >= 0 && tenths <= 100 &&
            item->cvss_rank <= (third ? 3 : 2)) {
            item->cvss10 = (int32_t)tenths;
            item->cvss_rank = third ? 3 : 2;
        }
    }
}

/* The text of <host> names it; the <hostname> inside it, which closed before, is one more name. */
static void take_host(struct paper_weakness *item, struct str text)
{
    item->name.len = 0;
    paper_weakness_host(item, text);
    if (item->name.len == 0) {
        struct str rest = paper_kept(&item->names), first;
        if (str_cut(&rest, ' ', &first))
            paper_keep(&item->name, first);
    }
}

static void close_in_result(struct openvas *openvas, struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_weakness *item = &openvas->item;
    struct str parent = paper_xml_above(xml, 1);
    if (paper_xml_below(xml, "nvt")) {
        close_in_nvt(openvas, name, parent, text);
    } else if (xml->depth == openvas->result_depth + 1) {
        if (str_is(name, "name") && item->title.len == 0)
            paper_keep(&item->title, str_trim(text));
        else if (str_is(name, "host"))
            take_host(item, text);
        else if (str_is(name, "port"))
            take_port(item, text);
        else if (str_is(name, "threat"))
            openvas->rated = paper_severity_of(text, &item->severity);
        else if (str_is(name, "severity"))
            paper_weakness_score(item, text, 1);
        else if (str_is(name, "description"))
            paper_keep(&item->evidence, str_trim(text));
    } else if (str_is(name, "hostname") && str_is(parent, "host")) {
        paper_weakness_name(item, text);
    }
}

static void end_result(struct openvas *openvas, struct paper_give *give)
{
    struct paper_weakness *item = &openvas->item;
    openvas->result_depth = 0;
    if (!openvas->rated)
        item->severity = paper_severity_by_cvss(item->cvss10);
    give_head(openvas, give);
    paper_weakness_give(item, give);
}

static void close_outside(struct openvas *openvas, struct paper_xml *xml, struct paper_give *give,
                          struct str name, struct str text)
{
    struct str parent = paper_xml_above(xml, 1);
    if (str_is(name, "host") && str_is(parent, "port")) {
        paper_weakness_host(&openvas->listed, text);
    } else if (str_is(name, "port") && str_is(parent, "ports")) {
        take_port(&openvas->listed, text);
        give_head(openvas, give);
        paper_weakness_give_port(&openvas->listed, give);
    } else if (openvas->host_depth && str_is(name, "ip")) {
        paper_weakness_host(&openvas->listed, text);
    } else if (openvas->host_depth && xml->depth == openvas->host_depth + 1 && str_is(name, "start")) {
        openvas->listed.started_ms = paper_time_ms(text);
    } else if (openvas->host_depth && xml->depth == openvas->host_depth + 1 && str_is(name, "end")) {
        openvas->listed.ended_ms = paper_time_ms(text);
    } else if (openvas->host_depth == xml->depth) {
        openvas->host_depth = 0;
        give_head(openvas, give);
        paper_weakness_give_host(&openvas->listed, give, true);
    } else if (str_is(parent, "task") && str_is(name, "name")) {
        if (openvas->report_name.len == 0)
            paper_keep(&openvas->report_name, str_trim(text));
    } else if (str_is(name, "scan_start")) {
        openvas->started_ms = paper_time_ms(text);
    } else if (str_is(name, "scan_end")) {
        int64_t ended_ms = paper_time_ms(text);
        if (ended_ms > give->counts.ended_ms)
            give->counts.ended_ms = ended_ms;
    }
}

static void on_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct openvas *openvas = route->state;
    if (openvas->result_depth && xml->depth == openvas->result_depth)
        end_result(openvas, route->give);
    else if (openvas->result_depth)
        close_in_result(openvas, xml, name, text);
    else
        close_outside(openvas, xml, route->give, name, text);
}

static void finish(struct paper_route *route, bool whole)
{
    struct openvas *openvas = route->state;
    if (whole)
        give_head(openvas, route->give);
    paper_weakness_free(&openvas->item);
    paper_weakness_free(&openvas->listed);
    buf_free(&openvas->report_name);
    buf_free(&openvas->rank_type);
}

const struct paper_xml_format paper_openvas_format = {{on_open, on_close}, mine, false, start, finish};
