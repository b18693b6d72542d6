/* SPDX-License-Identifier: Apache-2.0
 * Qualys: the asset data report (a finding: a VULN_INFO of a host, confirmed, potential or information) and
 * the web-application report (a finding: a VULNERABILITY; information gathered and sensitive content are not
 * counted). Method: titles, ratings 1–5, remedies and CVE ids stand in a glossary behind the findings, by
 * QID. So the file is parsed twice: first for the glossary, then for the findings. */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 20000
#define ENTRY_TEXT  4096

struct entry {
    int64_t qid;
    int severity; /* 1…5 */
    struct str title, text, remedy, cves;
    int32_t cvss10;
};

struct qualys {
    struct paper_weakness item;
    struct entry *entries;
    size_t many, room;
    struct entry *open; /* the glossary entry being read */
    struct buf cves;
    struct arena *arena;
    int entry_depth, item_depth;
    bool information, web;
    int64_t qid;
};

static bool report_mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    (void)attrs, (void)many;
    return str_is(element, "ASSET_DATA_REPORT");
}

static bool web_mine(struct str element, const struct paper_xml_attr *attrs, size_t many)
{
    (void)attrs, (void)many;
    return str_is(element, "WAS_SCAN_REPORT") || str_is(element, "WAS_WEBAPP_REPORT");
}

static void *start(struct paper_work *work)
{
    struct qualys *qualys = ARENA_NEW(work->arena, struct qualys);
    paper_weakness_init(&qualys->item);
    qualys->arena = work->arena;
    qualys->cves.max = 2048;
    return qualys;
}

/* ---- glossary ---- */

static struct entry *add_entry(struct qualys *qualys)
{
    if (qualys->many == qualys->room) {
        size_t room = qualys->room ? qualys->room * 2 : 256;
        struct entry *grown = room <= ENTRIES_MAX * 2 ? realloc(qualys->entries, room * sizeof *grown) : NULL;
        if (!grown)
            return NULL;
        qualys->entries = grown;
        qualys->room = room;
    }
    struct entry *entry = &qualys->entries[qualys->many];
    *entry = (struct entry){.cvss10 = -1};
    qualys->many++;
    return entry;
}

static struct str short_copy(struct qualys *qualys, struct str html)
{
    BUF(plain, ENTRY_TEXT + 16);
    paper_plain(&plain, html);
    return str_copy(qualys->arena, str_trim(paper_clip(buf_str(&plain), ENTRY_TEXT)));
}

static void join(struct qualys *qualys, struct str *text, struct str html)
{
    struct str more = short_copy(qualys, html);
    if (more.len == 0 || str_is(more, "N/A"))
        return;
    *text = text->len ? str_format(qualys->arena, "%.*s\n\n%.*s", STR_ARG(*text), STR_ARG(more)) : more;
}

static void glossary_open(struct qualys *qualys, struct paper_xml *xml, struct str name)
{
    struct str parent = paper_xml_above(xml, 1);
    if (!qualys->open &&
        (str_is(name, "VULN_DETAILS") || (str_is(name, "QID") && str_is(parent, "QID_LIST")))) {
        qualys->open = add_entry(qualys);
        if (!qualys->open) {
            (void)paper_work_fail(xml->work, ERR_TOO_LARGE, "paper.fault.too_many", 0, STR("20000"),
                                  STR_NONE);
            paper_xml_stop(xml);
            return;
        }
        qualys->entry_depth = xml->depth;
        qualys->cves.len = 0;
    } else if (qualys->open) {
        paper_xml_keep(xml);
    }
}

static void glossary_field(struct qualys *qualys, struct paper_xml *xml, struct str name, struct str text)
{
    struct entry *entry = qualys->open;
    int64_t number = 0;
    bool direct = xml->depth == qualys->entry_depth + 1;
    if (str_is(name, "ID") && str_is(paper_xml_above(xml, 1), "CVE_ID"))
        paper_cves_add(&qualys->cves, text);
    else if (str_is(name, "CVSS3_BASE") && paper_cvss10(text) >= 0)
        entry->cvss10 = paper_cvss10(text);
    else if (str_is(name, "CVSS_BASE") && entry->cvss10 < 0)
        entry->cvss10 = paper_cvss10(text);
    else if (!direct)
        return;
    else if (str_is(name, "QID") && str_to_int(str_trim(text), &number))
        entry->qid = number;
    else if (str_is(name, "SEVERITY") && str_to_int(str_trim(text), &number) && number >= 1 && number <= 5)
        entry->severity = (int)number;
    else if (str_is(name, "TITLE"))
        entry->title = str_copy(qualys->arena, str_trim(text));
    else if (str_is(name, "THREAT") || str_is(name, "IMPACT") || str_is(name, "DESCRIPTION"))
        join(qualys, &entry->text, text);
    else if (str_is(name, "SOLUTION"))
        join(qualys, &entry->remedy, text);
}

static int by_qid(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return (left->qid > right->qid) - (left->qid < right->qid);
}

/* ---- findings ---- */

static void use_entry(struct qualys *qualys)
{
    struct paper_weakness *item = &qualys->item;
    const struct entry key = {.qid = qualys->qid};
    const struct entry *entry =
        qualys->many ? bsearch(&key, qualys->entries, qualys->many, sizeof key, by_qid) : NULL;
    item->rule.len = 0;
    buf_format(&item->rule, "%lld", (long long)qualys->qid);
    if (!entry) {
        paper_keep(&item->title, paper_kept(&item->rule));
        return;
    }
    paper_keep(&item->title, entry->title);
    paper_weakness_more(&item->description, entry->text);
    paper_keep(&item->remedy, entry->remedy);
    paper_cves_add(&item->cves, entry->cves);
    item->severity =
        qualys->information || entry->severity < 1 ? PAPER_INFO : (enum paper_severity)(entry->severity - 1);
    if (item->cvss10 < 0)
        item->cvss10 = entry->cvss10;
}

static void findings_open(struct qualys *qualys, struct paper_xml *xml, struct str name)
{
    struct str parent = paper_xml_above(xml, 1);
    if (!qualys->item_depth && (str_is(name, "VULN_INFO") ||
                                (str_is(name, "VULNERABILITY") && str_is(parent, "VULNERABILITY_LIST")))) {
        if (str_is(name, "VULN_INFO"))
            paper_weakness_clear_item(&qualys->item);
        else
            paper_weakness_clear(&qualys->item);
        qualys->item_depth = xml->depth;
        qualys->item.place = paper_xml_line(xml);
        qualys->information = false;
        qualys->qid = 0;
    } else if (str_is(name, "HOST") && str_is(parent, "HOST_LIST")) {
        paper_weakness_clear(&qualys->item);
    } else if (qualys->item_depth || str_is(parent, "HOST") || str_is(parent, "WEBAPP")) {
        paper_xml_keep(xml);
    }
}

static void item_field(struct qualys *qualys, struct str name, struct str text)
{
    struct paper_weakness *item = &qualys->item;
    text = str_trim(text);
    if (str_is(name, "QID")) {
        if (!str_to_int(text, &qualys->qid))
            qualys->qid = 0;
    } else if (str_is(name, "TYPE")) {
        qualys->information = str_is(text, "Ig");
    } else if (str_is(name, "PORT")) {
        if (!paper_port_of(text, &item->port))
            item->port = 0;
    } else if (str_is(name, "PROTOCOL")) {
        paper_keep(&item->protocol, text);
    } else if (str_is(name, "SERVICE")) {
        paper_keep(&item->service, text);
    } else if (str_is(name, "FQDN")) {
        paper_weakness_name(item, text);
    } else if (str_is(name, "RESULT")) {
        paper_keep(&item->evidence, text);
    } else if (str_is(name, "VULN_STATUS") && str_is(text, "Fixed")) {
        paper_keep(&item->dismissed, STR("fixed"));
    } else if (str_is(name, "CVSS3_FINAL")) {
        paper_weakness_score(item, text, 3);
    } else if (str_is(name, "CVSS_FINAL")) {
        paper_weakness_score(item, text, 2);
    } else if (str_is(name, "UNIQUE_ID")) {
        paper_keep(&item->unique, text);
    } else if (str_is(name, "URL")) {
        paper_weakness_url(item, text);
    } else if (str_is(name, "PARAM")) {
        paper_keep(&item->location, text);
    } else if (str_is(name, "IGNORED") && str_is(text, "true")) {
        paper_keep(&item->dismissed, STR("suppressed"));
    }
}

static void host_field(struct qualys *qualys, struct str name, struct str text)
{
    if (str_is(name, "IP"))
        paper_weakness_host(&qualys->item, text);
    else if (str_is(name, "DNS"))
        paper_weakness_name(&qualys->item, text);
}

static void findings_close(struct qualys *qualys, struct paper_xml *xml, struct paper_give *give,
                           struct str name, struct str text)
{
    struct str parent = paper_xml_above(xml, 1);
    if (qualys->item_depth == xml->depth && qualys->item_depth) {
        use_entry(qualys);
        paper_weakness_give(&qualys->item, give);
        qualys->item_depth = 0;
    } else if (qualys->item_depth && xml->depth == qualys->item_depth + 1) {
        item_field(qualys, name, text);
    } else if (str_is(parent, "HOST") && !qualys->item_depth) {
        host_field(qualys, name, text);
    } else if (str_is(name, "HOST") && str_is(parent, "HOST_LIST")) {
        paper_weakness_give_host(&qualys->item, give, true); /* one without findings was scanned too */
    } else if (str_is(parent, "WEBAPP") && str_is(name, "URL")) {
        paper_weakness_clear(&qualys->item);
        paper_weakness_url(&qualys->item, text);
        paper_weakness_give_host(&qualys->item, give, true);
    }
}

/* ---- both passes ---- */

static void on_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct paper_route *route = xml->context;
    struct qualys *qualys = route->state;
    (void)attrs, (void)many;
    if (route->pass == 1) {
        glossary_open(qualys, xml, name);
        return;
    }
    if (xml->depth == 1) {
        const struct paper_scan_head head = {
            .format = STR("qualys"), .layout = STR("xml"), .tool = STR("Qualys")};
        paper_give_head(route->give, &head);
        if (qualys->many > 1)
            qsort(qualys->entries, qualys->many, sizeof *qualys->entries, by_qid);
    }
    findings_open(qualys, xml, name);
}

static void on_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_route *route = xml->context;
    struct qualys *qualys = route->state;
    if (route->pass == 2) {
        findings_close(qualys, xml, route->give, name, text);
    } else if (qualys->open && xml->depth == qualys->entry_depth) {
        qualys->open->cves = str_copy(qualys->arena, paper_kept(&qualys->cves));
        qualys->open = NULL;
    } else if (qualys->open) {
        glossary_field(qualys, xml, name, text);
    }
}

static void finish(struct paper_route *route, bool whole)
{
    struct qualys *qualys = route->state;
    (void)whole;
    paper_weakness_free(&qualys->item);
    buf_free(&qualys->cves);
    free(qualys->entries);
}

const struct paper_xml_format paper_qualys_format = {{on_open, on_close}, report_mine, true, start, finish};
const struct paper_xml_format paper_qualys_web_format = {{on_open, on_close}, web_mine, true, start, finish};
