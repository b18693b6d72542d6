/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include "access/access.h"
#include "base/clock.h"

struct exemptable {
    const char *rule, *article, *kind;
    const struct rules_subject *subject;
    const struct rules_exemption_rule *terms;
};

static bool exemptable(const struct rules_set *set, struct str id, struct exemptable *ret)
{
    for (size_t i = 0; i < set->many; i++) {
        const struct rules_pack *pack = set->packs[i];
        for (size_t j = 0; j < pack->many_duties; j++)
            if (str_is(id, pack->duties[j].id)) {
                const struct rules_duty_rule *rule = &pack->duties[j];
                *ret = (struct exemptable){rule->id, rule->article, "duty", rule->subject, &rule->exemption};
                return rule->exemption.procedure != NULL;
            }
        for (size_t j = 0; j < pack->many_gates; j++)
            if (str_is(id, pack->gates[j].id)) {
                const struct rules_gate_rule *rule = &pack->gates[j];
                *ret = (struct exemptable){rule->id, rule->article, "gate", rule->subject, &rule->exemption};
                return rule->exemption.procedure != NULL;
            }
    }
    return false;
}

static enum err told(struct call *call, const char *verb, int64_t exemption_id, const char *kind,
                     int64_t subject_id, int64_t unit_id, struct str unit_path, struct str rule,
                     struct str text)
{
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_int(&w, "exemption_id", exemption_id);
    json_put_str(&w, "rule", rule);
    json_put_str(&w, "reason", text);
    json_close_object(&w);
    TRY(buf_check(&out));
    struct ledger_fact fact = {verb, kind, subject_id, unit_id, unit_path, buf_str(&out)};
    return ledger_append(call, &fact, NULL);
}

static enum err check_until(struct call *call, const struct exemptable *rule, struct str until_on)
{
    int32_t today = clock_day_of(call->now_ms), until = rules_day(until_on);
    if (until == RULES_DAY_NONE || until <= today)
        return call_fail(call, ERR_INVALID, "until_on", "rules.fault.until_past");
    if (until > today + rule->terms->max_days) {
        struct clock_date last = clock_date(today + rule->terms->max_days);
        return call_fail(call, ERR_REFUSED, "until_on", "rules.fault.until_far",
                         str_format(call->arena, "%d", rule->terms->max_days),
                         str_copy(call->arena, str_of(last.text)));
    }
    return ERR_OK;
}

enum err rules_exemption_ask(struct call *call, const struct rules_exemption *ask, int64_t *ret_exemption_id)
{
    const struct rules_set *set;
    struct exemptable rule;
    struct rules_subject_row subject;
    int64_t running;
    struct call_who who = call_who(call);
    TRY(rules_set_of(call, &set));
    if (!exemptable(set, ask->rule, &rule))
        return call_fail(call, ERR_REFUSED, "rule", "rules.fault.no_exemption", ask->rule);
    if (ask->subject_id <= 0)
        return ERR_NOT_FOUND;
    TRY(rules_subject_find(call, rule.subject, ask->subject_id, &subject));
    TRY(access_reach(call, subject.unit_path));
    TRY(check_until(call, &rule, ask->until_on));
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    TRY(db_get_int(
        call, &running, 0,
        "SELECT COUNT(*) FROM rules_exemption WHERE rule = $1 AND subject_id = $2 AND subject_kind = $3 AND"
        " (state = 'asked' OR (state = 'approved' AND until_on >= $4))",
        db_c(rule.rule), db_int(ask->subject_id), db_c(rule.subject->name), db_c(today.text)));
    if (running)
        return call_fail(call, ERR_CONFLICT, "rule", "rules.fault.exemption_twice");
    TRY(db_get_int(call, ret_exemption_id, 0,
                   "INSERT INTO rules_exemption (rule, article, kind, procedure, subject_kind, subject_id, "
                   "subject_label, unit_id, unit_path,"
                   " reason, until_on, state, asked_by, asked_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, "
                   "$9, $10, $11, 'asked', $12,"
                   " $13) RETURNING exemption_id",
                   db_c(rule.rule), db_c(rule.article), db_c(rule.kind), db_c(rule.terms->procedure),
                   db_c(rule.subject->name), db_int(ask->subject_id), db_str(subject.label),
                   db_int(subject.unit_id), db_str(subject.unit_path), db_str(ask->reason),
                   db_str(ask->until_on), db_int(who.user_id), db_int(call->now_ms)));
    return told(call, "exemption.asked", *ret_exemption_id, rule.subject->name, ask->subject_id,
                subject.unit_id, subject.unit_path, ask->rule, ask->reason);
}

enum err rules_exemption_decide(struct call *call, int64_t exemption_id, bool approve, struct str note)
{
    struct call_who who = call_who(call);
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT state, asked_by, subject_kind, subject_id, unit_id, unit_path, rule FROM "
               "rules_exemption WHERE exemption_id = $1",
               db_int(exemption_id)));
    bool asked = str_is(db_col_str(&rows, 0), "asked");
    int64_t asked_by = db_col_int(&rows, 1), subject_id = db_col_int(&rows, 3),
            unit_id = db_col_int(&rows, 4);
    struct str kind = db_col_copy(call, &rows, 2), unit_path = db_col_copy(call, &rows, 5),
               rule = db_col_copy(call, &rows, 6);
    TRY(db_end(&rows));
    TRY(access_reach(call, unit_path));
    if (!asked)
        return call_fail(call, ERR_REFUSED, NULL, "rules.fault.decided_already");
    if (asked_by == who.user_id)
        return call_fail(call, ERR_REFUSED, NULL, "rules.fault.same_person");
    TRY(db_run(call,
               "UPDATE rules_exemption SET state = $1, decided_by = $2, decided_at_ms = $3, decision_note = "
               "$4 WHERE exemption_id = $5",
               db_c(approve ? "approved" : "refused"), db_int(who.user_id), db_int(call->now_ms),
               db_str_or_null(note), db_int(exemption_id)));
    rules_touch(call, str_c(call->arena, kind), subject_id);
    return told(call, approve ? "exemption.approved" : "exemption.refused", exemption_id,
                str_c(call->arena, kind), subject_id, unit_id, unit_path, rule, note);
}
