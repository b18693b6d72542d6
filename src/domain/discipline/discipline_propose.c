/* SPDX-License-Identifier: Apache-2.0
 *
 * What the rules propose becomes a draft for people to decide. The engine fires a cause once; here only the
 * words are found.
 */
#include "domain/discipline/discipline_inner.h"

#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/finding/finding.h"

/* The reason reads "what the rule proposes：what happened"; the paper tells only what happened. */
static struct str happened(struct str reason)
{
    size_t at;
    return str_find(reason, STR("："), &at) ? str_slice(reason, at + strlen("："), reason.len) : reason;
}

static enum err finding_sentence(struct call *call, int64_t finding_id, struct str *ret)
{
    struct finding finding;
    TRY(finding_get(call, finding_id, &finding));
    struct str system = STR_NONE;
    if (finding.system_id) {
        DB_ROWS(rows);
        TRY(db_query(call, &rows, "SELECT system_name FROM info_system WHERE system_id = $1",
                     db_int(finding.system_id)));
        if (db_next(&rows))
            system = str_format(call->arena, "“%.*s”", STR_ARG(db_col_str(&rows, 0)));
        TRY(db_end(&rows));
    }
    struct str level =
        words_get(CALL_ZH, str_format(call->arena, "enum.severity.%.*s", STR_ARG(finding.severity)).at);
    struct str args[] = {system.len ? system : words_get(CALL_ZH, "discipline.facts.some_asset"),
                         finding.title, level};
    *ret = words_fill(call->arena, CALL_ZH, "discipline.facts.finding", args, 3);
    return ERR_OK;
}

static enum err facts_of(struct call *call, const struct rules_case *about, const char *kind, struct str *ret)
{
    struct str first = STR_NONE, rest = happened(about->reason);
    if (strcmp(about->subject_kind, "finding") == 0)
        TRY(finding_sentence(call, about->subject_id, &first));
    bool both = first.len && strcmp(kind, "interview") != 0;
    *ret =
        first.len ? both ? str_format(call->arena, "%.*s%.*s", STR_ARG(first), STR_ARG(rest)) : first : rest;
    return ERR_OK;
}

static enum err letter_of(struct call *call, int64_t finding_id, int64_t *ret)
{
    *ret = 0;
    if (!finding_id)
        return ERR_OK;
    return db_get_int(
        call, ret, 0,
        "SELECT x.letter_id FROM rectify_letter_finding x JOIN rectify_letter l ON l.letter_id = x.letter_id"
        " WHERE x.finding_id = $1 AND l.state <> 'withdrawn' ORDER BY x.letter_id DESC LIMIT 1",
        db_int(finding_id));
}

/* One post or a list of them, as "a,b". */
static struct str posts(struct call *call, const struct json *node)
{
    if (json_kind(node) == JSON_TEXT)
        return json_text(node);
    struct str all = STR_NONE;
    for (size_t i = 0; i < json_count(node); i++) {
        struct str one = json_text(json_item(node, i));
        all = all.len ? str_format(call->arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(one)) : one;
    }
    return all;
}

static enum err propose(struct call *call, const struct rules_case *about, const struct json *args,
                        const char *kind)
{
    int64_t case_id;
    const struct json *by = json_get(args, "decided_by");
    struct discipline_new made = {
        .case_kind = kind,
        .unit_id = about->unit_id,
        .system_id = about->system_id,
        .duty_id = about->duty_id,
        .article = str_of(about->article),
        .rule = str_of(about->rule),
        .reason = about->reason,
        .needs = json_int(json_get(by, "persons"), 1),
        .decide_role = json_text(json_get(by, "role")),
        .interviewer_post = json_text(json_get(args, "interviewer")),
        .interviewee_posts = posts(call, json_get(args, "interviewee")),
    };
    if (strcmp(about->subject_kind, "finding") == 0)
        made.finding_id = about->subject_id;
    else if (strcmp(about->subject_kind, "address") == 0)
        made.address_id = about->subject_id;
    else if (strcmp(about->subject_kind, "system") == 0 && !made.system_id)
        made.system_id = about->subject_id;
    TRY(facts_of(call, about, kind, &made.facts));
    TRY(letter_of(call, made.finding_id, &made.letter_id));
    return discipline_create(call, &made, &case_id);
}

static enum err propose_interview(struct call *call, const struct rules_case *about, const struct json *args)
{
    return propose(call, about, args, "interview");
}

static enum err propose_criticism(struct call *call, const struct rules_case *about, const struct json *args)
{
    return propose(call, about, args, "criticism");
}

static enum err propose_concealment(struct call *call, const struct rules_case *about,
                                    const struct json *args)
{
    return propose(call, about, args, "concealment");
}

static enum err propose_shutdown(struct call *call, const struct rules_case *about, const struct json *args)
{
    return propose(call, about, args, "shutdown");
}

static enum err propose_accountability(struct call *call, const struct rules_case *about,
                                       const struct json *args)
{
    return propose(call, about, args, "accountability");
}

const struct rules_proposal discipline_proposals[DISCIPLINE_PROPOSALS] = {
    {"discipline.interview", propose_interview},
    {"discipline.criticism", propose_criticism},
    {"discipline.concealment_case", propose_concealment},
    {"discipline.shutdown_order", propose_shutdown},
    {"discipline.accountability_case", propose_accountability},
};
