/* SPDX-License-Identifier: Apache-2.0
 * JSON of Nuclei (a result object a finding; one a line, or one list), Trivy (vulnerabilities,
 * misconfigurations, secrets and licences of each target; three file layouts) and Nikto (entries of a host).
 */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <math.h>

struct reading {
    struct paper_give *give;
    struct paper_weakness item;
    struct buf target; /* Trivy: of the results being read */
};

static enum err read_with(struct paper_work *work, struct paper_give *give,
                          const struct paper_walk_handler *handler, bool many)
{
    struct reading reading = {.give = give, .target = {NULL, 0, 0, 1024, false}};
    paper_weakness_init(&reading.item);
    enum err word = paper_walk(work, handler, &reading, many);
    paper_weakness_free(&reading.item);
    buf_free(&reading.target);
    return word;
}

static struct str text_at(const struct json *node, const char *key)
{
    return str_trim(json_text(json_get(node, key)));
}

/* The first of two spellings that is there. */
static struct str text_of(const struct json *node, const char *key, const char *older)
{
    struct str text = text_at(node, key);
    return text.len ? text : text_at(node, older);
}

static void score_at(struct paper_weakness *item, const struct json *node, const char *key, int32_t rank)
{
    double score = json_real(json_get(node, key), -1);
    if (score < 0)
        score = (double)json_int(json_get(node, key), -1);
    if (score < 0 || score > 10 || rank < item->cvss_rank)
        return;
    item->cvss10 = (int32_t)lround(score * 10);
    item->cvss_rank = rank;
}

/* A text, or a list of texts. */
static void add_texts(struct buf *field, const struct json *node)
{
    paper_weakness_more(field, json_text(node));
    for (size_t i = 0; i < json_count(node) && json_kind(node) == JSON_ARRAY; i++)
        paper_weakness_more(field, json_text(json_item(node, i)));
}

static void add_cves(struct buf *cves, const struct json *node)
{
    paper_cves_add(cves, json_text(node));
    for (size_t i = 0; i < json_count(node) && json_kind(node) == JSON_ARRAY; i++)
        paper_cves_add(cves, json_text(json_item(node, i)));
}

/* ---- Nuclei ---- */

static bool nuclei_mine(struct str key, bool in_array)
{
    (void)in_array;
    return str_is(key, "template-id") || str_is(key, "templateID") || str_is(key, "template") ||
           str_is(key, "matched-at");
}

static bool nuclei_take(struct paper_walk *walk, bool object)
{
    return object && (walk->depth == 0 || (walk->depth == 1 && walk->keys[1].len == 0));
}

static void nuclei_where(struct paper_weakness *item, const struct json *result)
{
    struct str ip = text_at(result, "ip"), host = text_at(result, "host"),
               matched = text_of(result, "matched-at", "matched");
    while (ip.len > 0 && ip.at[ip.len - 1] == '.')
        ip.len--;
    if (paper_is_address(ip))
        paper_weakness_host(item, ip);
    paper_weakness_host(item, host.len ? host : matched);
    size_t at = 0;
    if (str_find(matched, STR("://"), &at)) {
        paper_weakness_url(item, matched);
        return;
    }
    /* "name:22" */
    for (at = matched.len; at > 0 && matched.at[at - 1] != ':'; at--)
        ;
    if (!paper_port_of(at ? str_slice(matched, at, matched.len) : text_at(result, "port"), &item->port) ||
        item->port == 0)
        return;
    item->port_implied = true;
    paper_keep(&item->protocol, STR("tcp"));
}

static enum err nuclei_item(struct paper_walk *walk, const struct json *result)
{
    struct reading *reading = walk->context;
    struct paper_weakness *item = &reading->item;
    const struct json *info = json_get(result, "info"), *class = json_get(info, "classification");
    char key[256];
    paper_weakness_clear(item);
    item->place = walk->line;
    paper_keep(&item->rule, text_of(result, "template-id", "templateID"));
    if (item->rule.len == 0)
        paper_keep(&item->rule, text_at(result, "template"));
    paper_keep(&item->title, text_at(info, "name"));
    if (item->rule.len == 0 && item->title.len == 0)
        return paper_work_fail(walk->work, ERR_INVALID, "paper.fault.no_rule", walk->line, STR_NONE,
                               STR_NONE);
    if (!paper_severity_of(text_at(info, "severity"), &item->severity))
        item->severity = PAPER_INFO;
    nuclei_where(item, result);
    paper_keep(&item->location, text_of(result, "matcher-name", "matcher_name"));
    paper_weakness_more(&item->description, text_at(info, "description"));
    paper_weakness_more(&item->remedy, text_at(info, "remediation"));
    add_texts(&item->evidence, json_get(result, "extracted-results"));
    add_texts(&item->evidence, json_get(result, "extracted_results"));
    add_cves(&item->cves, json_get(class, "cve-id"));
    paper_cves_add(&item->cves, paper_kept(&item->rule));
    score_at(item, class, "cvss-score", 3);
    int64_t seen_ms = paper_time_ms(text_at(result, "timestamp"));
    if (seen_ms > reading->give->counts.ended_ms)
        reading->give->counts.ended_ms = seen_ms;
    reading->give->host_key = paper_host_name(text_at(result, "host"), key, sizeof key);
    paper_weakness_give(item, reading->give);
    reading->give->host_key = STR_NONE;
    return reading->give->word;
}

static enum err nuclei_read(struct paper_work *work, struct paper_give *give)
{
    static const struct paper_walk_handler handler = {nuclei_take, nuclei_item, NULL};
    const struct paper_scan_head head = {
        .format = STR("nuclei"), .layout = STR("json"), .tool = STR("nuclei")};
    paper_give_head(give, &head);
    return read_with(work, give, &handler, true);
}

/* ---- Trivy ---- */

static bool trivy_mine(struct str key, bool in_array)
{
    if (in_array)
        return str_is(key, "Target") || str_is(key, "Vulnerabilities") || str_is(key, "Misconfigurations") ||
               str_is(key, "Secrets");
    return str_is(key, "SchemaVersion") || str_is(key, "ArtifactName") || str_is(key, "ClusterName") ||
           str_is(key, "Results");
}

static bool is_list(struct str key)
{
    return str_is(key, "Vulnerabilities") || str_is(key, "Misconfigurations") || str_is(key, "Secrets") ||
           str_is(key, "Licenses");
}

/* A report on a cluster calls its resources by the same list names, one level above the results that they
 * hold. They count as raw records, so they are told, but as what they are. */
static void trivy_resource(struct paper_walk *walk)
{
    struct reading *reading = walk->context;
    const struct paper_scan_record record = {.kind = PAPER_WEAKNESS,
                                             .rule = STR("resource"),
                                             .title = STR("Kubernetes resource"),
                                             .cvss10 = -1,
                                             .dismissed = STR("resource"),
                                             .place = walk->line};
    paper_give_record(reading->give, &record);
}

/* An element of one of the four lists, which belongs to an element of "Results" or of the outermost array. */
static bool trivy_take(struct paper_walk *walk, bool object)
{
    int depth = walk->depth;
    if (object && depth == 2 && walk->keys[2].len == 0 && is_list(walk->keys[1]))
        trivy_resource(walk);
    if (!object || depth < 3 || walk->keys[depth].len > 0 || !is_list(walk->keys[depth - 1]) ||
        walk->keys[depth - 2].len > 0)
        return false;
    return depth == 3 || str_is(walk->keys[depth - 3], "Results");
}

static enum err trivy_value(struct paper_walk *walk, struct str text)
{
    struct reading *reading = walk->context;
    if (str_is(walk->keys[walk->depth], "Target"))
        paper_keep(&reading->target, text);
    return ERR_OK;
}

static void trivy_vulnerability(struct paper_weakness *item, const struct json *node)
{
    const struct json *scores = json_get(node, "CVSS");
    struct str fixed = text_at(node, "FixedVersion");
    paper_keep(&item->rule, text_at(node, "VulnerabilityID"));
    buf_format(&item->location, "%.*s %.*s", STR_ARG(text_at(node, "PkgName")),
               STR_ARG(text_at(node, "InstalledVersion")));
    paper_keep(&item->evidence, text_at(node, "PkgPath"));
    paper_cves_add(&item->cves, text_at(node, "VulnerabilityID"));
    if (fixed.len)
        buf_format(&item->remedy, "%.*s: %.*s", STR_ARG(text_at(node, "PkgName")), STR_ARG(fixed));
    for (size_t i = 0; i < json_count(scores); i++) {
        struct str source;
        const struct json *score = json_member(scores, i, &source);
        bool nvd =
            str_is(source, "nvd"); /* several sources may score: the public one counts before a vendor's */
        score_at(item, score, "V2Score", nvd ? 2 : 1);
        score_at(item, score, "V3Score", nvd ? 4 : 3);
    }
}

static void trivy_misconfiguration(struct paper_weakness *item, const struct json *node)
{
    paper_keep(&item->rule, text_of(node, "AVDID", "ID"));
    paper_keep(&item->evidence, text_at(node, "Message"));
    paper_keep(&item->remedy, text_at(node, "Resolution"));
    struct str status = text_at(node, "Status");
    if (paper_same(status, "PASS") || paper_same(status, "EXCEPTION"))
        paper_keep(&item->dismissed, paper_same(status, "PASS") ? STR("passed") : STR("suppressed"));
    int64_t line = json_int(json_get(json_get(node, "CauseMetadata"), "StartLine"), 0);
    if (line > 0)
        buf_format(&item->location, "%lld", (long long)line);
}

static enum err trivy_item(struct paper_walk *walk, const struct json *node)
{
    struct reading *reading = walk->context;
    struct paper_weakness *item = &reading->item;
    struct str list = walk->keys[walk->depth - 1];
    paper_weakness_clear(item);
    item->place = walk->line;
    if (!paper_severity_of(text_at(node, "Severity"), &item->severity))
        item->severity = PAPER_INFO;
    paper_keep(&item->title, text_at(node, "Title"));
    paper_weakness_more(&item->description, text_at(node, "Description"));
    paper_keep(&item->url, STR_NONE);
    if (str_is(list, "Vulnerabilities")) {
        trivy_vulnerability(item, node);
    } else if (str_is(list, "Misconfigurations")) {
        trivy_misconfiguration(item, node);
    } else if (str_is(list, "Secrets")) {
        paper_keep(&item->rule, text_at(node, "RuleID"));
        buf_format(&item->location, "%lld", (long long)json_int(json_get(node, "StartLine"), 0));
    } else {
        paper_keep(&item->rule, text_at(node, "Name"));
        paper_keep(&item->location, text_of(node, "PkgName", "FilePath"));
    }
    if (item->title.len == 0)
        paper_keep(&item->title, paper_kept(&item->rule));
    if (item->rule.len == 0 && item->title.len == 0)
        return paper_work_fail(walk->work, ERR_INVALID, "paper.fault.no_rule", walk->line, STR_NONE,
                               STR_NONE);
    paper_keep(&item->file, paper_kept(&reading->target));
    paper_weakness_give(item, reading->give);
    return reading->give->word;
}

static enum err trivy_read(struct paper_work *work, struct paper_give *give)
{
    static const struct paper_walk_handler handler = {trivy_take, trivy_item, trivy_value};
    const struct paper_scan_head head = {.format = STR("trivy"), .layout = STR("json"), .tool = STR("trivy")};
    paper_give_head(give, &head);
    return read_with(work, give, &handler, false);
}

/* ---- Nikto ---- */

static bool nikto_mine(struct str key, bool in_array)
{
    (void)in_array;
    return str_is(key, "vulnerabilities") || str_is(key, "banner");
}

static bool nikto_take(struct paper_walk *walk, bool object)
{
    return object && walk->depth >= 2 && walk->keys[walk->depth].len == 0 &&
           str_is(walk->keys[walk->depth - 1], "vulnerabilities");
}

/* host, ip and port stand before the entries; another host begins with the next one. */
static enum err nikto_value(struct paper_walk *walk, struct str text)
{
    struct reading *reading = walk->context;
    struct paper_weakness *item = &reading->item;
    struct str key = walk->keys[walk->depth];
    if (str_is(key, "host")) {
        paper_weakness_clear(item);
        paper_weakness_host(item, text);
    } else if (str_is(key, "ip")) {
        paper_weakness_host(item, text);
    } else if (str_is(key, "port")) {
        reading->target.len = 0;
        buf_add_str(&reading->target, paper_clip(text, 10));
    } else if (str_is(key, "banner")) {
        paper_weakness_give_host(item, reading->give, true);
    }
    return ERR_OK;
}

static enum err nikto_item(struct paper_walk *walk, const struct json *node)
{
    struct reading *reading = walk->context;
    struct paper_weakness *item = &reading->item;
    paper_weakness_clear_item(item);
    item->place = walk->line;
    if (paper_port_of(paper_kept(&reading->target), &item->port) && item->port > 0)
        paper_keep(&item->protocol, STR("tcp"));
    else
        item->port = 0;
    paper_keep(&item->rule, text_at(node, "id"));
    paper_keep(&item->title, text_at(node, "msg"));
    paper_keep(&item->description, text_at(node, "msg"));
    paper_cves_add(&item->cves, text_at(node, "msg"));
    buf_format(&item->evidence, "%.*s %.*s", STR_ARG(text_at(node, "method")), STR_ARG(text_at(node, "url")));
    paper_keep(&item->file, text_at(node, "url"));
    if (item->rule.len == 0 && item->title.len == 0)
        return paper_work_fail(walk->work, ERR_INVALID, "paper.fault.no_rule", walk->line, STR_NONE,
                               STR_NONE);
    paper_weakness_give(item, reading->give);
    return reading->give->word;
}

static enum err nikto_read(struct paper_work *work, struct paper_give *give)
{
    static const struct paper_walk_handler handler = {nikto_take, nikto_item, nikto_value};
    const struct paper_scan_head head = {.format = STR("nikto"), .layout = STR("json"), .tool = STR("nikto")};
    paper_give_head(give, &head);
    return read_with(work, give, &handler, false);
}

const struct paper_json_format paper_nuclei_format = {"nuclei", nuclei_mine, true, nuclei_read};
const struct paper_json_format paper_trivy_format = {"trivy", trivy_mine, false, trivy_read};
const struct paper_json_format paper_nikto_json_format = {"nikto", nikto_mine, false, nikto_read};
