/* SPDX-License-Identifier: Apache-2.0
 * SARIF 2.1.0. A finding is a result, suppressed ones too (they are marked). The level may be absent: then
 * the rule's default counts, else "warning". Method: the rules may stand behind the results, so the file is
 * walked once for the rules of each run and once for the results. */
#include "helpers/paper/scan.h"
#include "helpers/paper/weakness.h"
#include <math.h>

#define RULES_MAX 50000

struct rule {
    int64_t run, index;
    struct str id, level, title, text, remedy;
    int32_t cvss10;
    struct rule *next;
};

struct sarif {
    struct paper_give *give;
    struct paper_weakness item;
    struct arena *arena;
    struct rule *rules, **last;
    size_t many_rules;
    int64_t run, index; /* being walked: -1 before the first */
    struct buf tool, version;
};

static bool mine(struct str key, bool in_array)
{
    return !in_array && str_is(key, "runs");
}

static struct str text_at(const struct json *node, const char *key)
{
    return str_trim(json_text(json_get(node, key)));
}

/* "shortDescription": {"text": …} */
static struct str message_at(const struct json *node, const char *key)
{
    return text_at(json_get(node, key), "text");
}

static int32_t score_of(const struct json *node)
{
    const struct json *score = json_get(json_get(node, "properties"), "security-severity");
    if (json_kind(score) == JSON_TEXT)
        return paper_cvss10(json_text(score));
    double value = json_kind(score) == JSON_INT ? (double)json_int(score, -1) : json_real(score, -1);
    return value >= 0 && value <= 10 ? (int32_t)lround(value * 10) : -1;
}

/* ---- first pass: rules ---- */

static bool rules_take(struct paper_walk *walk, bool object)
{
    static const char *const run[] = {"runs", ""}, *const driver[] = {"runs",   "",      "tool",
                                                                      "driver", "rules", ""},
                             *const extension[] = {"runs", "", "tool", "extensions", "", "rules", ""};
    struct sarif *sarif = walk->context;
    if (object && paper_walk_at(walk, run, 2)) {
        sarif->run++;
        sarif->index = -1;
    }
    return object && (paper_walk_at(walk, driver, 6) || paper_walk_at(walk, extension, 7));
}

static enum err rules_item(struct paper_walk *walk, const struct json *node)
{
    struct sarif *sarif = walk->context;
    if (sarif->many_rules++ >= RULES_MAX)
        return paper_work_fail(walk->work, ERR_TOO_LARGE, "paper.fault.too_many", 0, STR("50000"), STR_NONE);
    struct rule *rule = ARENA_NEW(sarif->arena, struct rule);
    struct str title = message_at(node, "shortDescription");
    rule->run = sarif->run;
    rule->index = walk->depth == 6 ? ++sarif->index : -1;
    rule->id = str_copy(sarif->arena, text_at(node, "id"));
    rule->level = str_copy(sarif->arena, text_at(json_get(node, "defaultConfiguration"), "level"));
    rule->title = str_copy(sarif->arena, paper_clip(title.len ? title : text_at(node, "name"), 500));
    rule->text = str_copy(sarif->arena, paper_clip(message_at(node, "fullDescription"), 2048));
    rule->remedy = str_copy(sarif->arena, paper_clip(message_at(node, "help"), 2048));
    rule->cvss10 = score_of(node);
    *sarif->last = rule;
    sarif->last = &rule->next;
    return ERR_OK;
}

static enum err rules_value(struct paper_walk *walk, struct str text)
{
    static const char *const name[] = {"runs", "", "tool", "driver", "name"}, *const version[] = {
                                                                                  "runs", "", "tool",
                                                                                  "driver", "version"};
    struct sarif *sarif = walk->context;
    if (paper_walk_at(walk, name, 5) && sarif->tool.len == 0)
        paper_keep(&sarif->tool, text);
    else if (paper_walk_at(walk, version, 5) && sarif->version.len == 0)
        paper_keep(&sarif->version, text);
    return ERR_OK;
}

/* ---- second pass: results ---- */

static bool results_take(struct paper_walk *walk, bool object)
{
    static const char *const run[] = {"runs", ""}, *const result[] = {"runs", "", "results", ""};
    struct sarif *sarif = walk->context;
    if (object && paper_walk_at(walk, run, 2))
        sarif->run++;
    return object && paper_walk_at(walk, result, 4);
}

static const struct rule *find_rule(const struct sarif *sarif, const struct json *result, struct str id)
{
    int64_t index =
        json_int(json_get(result, "ruleIndex"), json_int(json_get(json_get(result, "rule"), "index"), -1));
    const struct rule *by_id = NULL;
    for (const struct rule *rule = sarif->rules; rule; rule = rule->next) {
        if (rule->run != sarif->run)
            continue;
        if (index >= 0 && rule->index == index)
            return rule;
        if (!by_id && id.len && str_eq(rule->id, id))
            by_id = rule;
    }
    return by_id;
}

static enum paper_severity severity_of(struct str level)
{
    return str_is(level, "error")  ? PAPER_HIGH
           : str_is(level, "note") ? PAPER_LOW
           : str_is(level, "none") ? PAPER_INFO
                                   : PAPER_MEDIUM;
}

/* Suppressed when any suppression is in force: its state is absent or "accepted". */
static bool is_suppressed(const struct json *result)
{
    const struct json *list = json_get(result, "suppressions");
    for (size_t i = 0; i < json_count(list) && json_kind(list) == JSON_ARRAY; i++) {
        const struct json *one = json_item(list, i);
        struct str state = text_at(one, "state").len ? text_at(one, "state") : text_at(one, "status");
        if (state.len == 0 || str_is(state, "accepted"))
            return true;
    }
    return false;
}

static void take_location(struct paper_weakness *item, const struct json *result)
{
    const struct json *physical = json_get(json_item(json_get(result, "locations"), 0), "physicalLocation");
    struct str uri = text_at(json_get(physical, "artifactLocation"), "uri");
    int64_t line = json_int(json_get(json_get(physical, "region"), "startLine"), 0);
    if (uri.len == 0)
        uri = text_at(json_get(result, "analysisTarget"), "uri");
    if (str_starts(uri, STR("http://")) || str_starts(uri, STR("https://")))
        paper_weakness_url(item, uri);
    else
        paper_keep(&item->file, uri);
    if (line > 0)
        buf_format(&item->location, "%lld", (long long)line);
    paper_weakness_more(&item->evidence, message_at(json_get(physical, "region"), "snippet"));
}

static enum err results_item(struct paper_walk *walk, const struct json *result)
{
    struct sarif *sarif = walk->context;
    struct paper_weakness *item = &sarif->item;
    struct str id = text_at(result, "ruleId"), level = text_at(result, "level"),
               kind = text_at(result, "kind");
    if (id.len == 0)
        id = text_at(json_get(result, "rule"), "id");
    const struct rule *rule = find_rule(sarif, result, id);
    struct str message = message_at(result, "message");
    paper_weakness_clear(item);
    item->place = walk->line;
    paper_keep(&item->rule, id.len ? id : rule ? rule->id : STR("sarif"));
    paper_keep(&item->title, rule && rule->title.len ? rule->title : message.len ? message : id);
    paper_weakness_more(&item->description, message);
    if (rule) {
        paper_weakness_more(&item->description, rule->text);
        paper_weakness_more(&item->remedy, rule->remedy);
        item->cvss10 = rule->cvss10;
    }
    if (level.len == 0)
        level = rule && rule->level.len ? rule->level : STR("warning");
    item->severity = item->cvss10 >= 0 ? paper_severity_by_cvss(item->cvss10) : severity_of(level);
    take_location(item, result);
    paper_cves_add(&item->cves, id);
    paper_cves_add(&item->cves, message);
    paper_keep(&item->unique, text_at(result, "guid"));
    if (is_suppressed(result))
        paper_keep(&item->dismissed, STR("suppressed"));
    else if (kind.len && !str_is(kind, "fail") && !str_is(kind, "open") && !str_is(kind, "review"))
        paper_keep(&item->dismissed, STR("passed"));
    paper_weakness_give(item, sarif->give);
    return sarif->give->word;
}

static enum err both_passes(struct paper_work *work, struct sarif *sarif)
{
    static const struct paper_walk_handler rules = {rules_take, rules_item, rules_value},
                                           results = {results_take, results_item, NULL};
    sarif->run = sarif->index = -1;
    TRY(paper_walk(work, &rules, sarif, false));
    const struct paper_scan_head head = {.format = STR("sarif"),
                                         .layout = STR("json"),
                                         .tool = paper_kept(&sarif->tool),
                                         .version = paper_kept(&sarif->version)};
    paper_give_head(sarif->give, &head);
    sarif->run = -1;
    TRY(paper_text_open(work, STR_NONE));
    return paper_walk(work, &results, sarif, false);
}

static enum err read_sarif(struct paper_work *work, struct paper_give *give)
{
    struct sarif sarif = {.give = give,
                          .arena = work->arena,
                          .tool = {NULL, 0, 0, 300, false},
                          .version = {NULL, 0, 0, 100, false}};
    sarif.last = &sarif.rules;
    paper_weakness_init(&sarif.item);
    enum err word = both_passes(work, &sarif);
    paper_weakness_free(&sarif.item);
    buf_free(&sarif.tool);
    buf_free(&sarif.version);
    return word;
}

const struct paper_json_format paper_sarif_format = {"sarif", mine, false, read_sarif};
