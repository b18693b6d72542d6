/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

static bool hears_late(const struct rules_consequence *rule, struct str duty)
{
    for (size_t i = 0; i < rule->many; i++)
        if (rule->terms[i].kind == RULES_TERM_LATE && str_eq(str_of(rule->terms[i].duty), duty))
            return true;
    return false;
}

static void first_escalation(const struct rules_duty_rule *rule, struct rules_after *ret)
{
    for (size_t i = 0; i < rule->many_steps; i++) {
        const struct rules_step *step = &rule->steps[i];
        if (!step->escalate || !step->to || (ret->to.len && step->working_days >= ret->working_days))
            continue;
        ret->to = str_of(step->to);
        ret->working_days = step->working_days;
    }
}

enum err rules_after_late(struct call *call, struct str rule_id, struct rules_after *ret)
{
    const struct rules_set *set;
    *ret = (struct rules_after){0};
    TRY(rules_set_of(call, &set));
    const struct rules_duty_rule *rule = rules_duty_rule_named(set, rule_id);
    if (!rule)
        return ERR_OK;
    first_escalation(rule, ret);
    for (size_t i = 0; i < set->many; i++)
        for (size_t k = 0; k < set->packs[i]->many_consequences; k++) {
            const struct rules_consequence *after = &set->packs[i]->consequences[k];
            if (ret->text.len || !hears_late(after, rule_id))
                continue;
            ret->text = str_of(after->text);
            ret->text_en = after->text_en ? str_of(after->text_en) : ret->text;
            ret->article = str_of(after->article);
        }
    return ERR_OK;
}
