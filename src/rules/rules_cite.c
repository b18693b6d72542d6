/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "rules/rules_inner.h"

static bool names_fact(const struct rules_conds *conds, const char *fact)
{
    for (size_t i = 0; i < conds->many; i++) {
        if (strcmp(conds->at[i].fact->name, fact) == 0)
            return true;
    }
    return false;
}

/* Does a duty of the article rest on the fact? */
static bool rests_on(const struct rules_pack *pack, const struct rules_article *article, const char *fact)
{
    for (size_t i = 0; i < pack->many_duties; i++) {
        const struct rules_duty_rule *rule = &pack->duties[i];
        bool about = names_fact(&rule->applies, fact) || names_fact(&rule->satisfied, fact);
        if (about && strcmp(rule->article, article->id) == 0)
            return true;
    }
    return false;
}

enum err rules_cite_fact(struct call *call, const char *fact, struct str *ret_text)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    BUF(out, 16384);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++) {
        const struct rules_pack *pack = set->packs[i];
        for (size_t j = 0; rules_in_force(pack, today) && j < pack->many_articles; j++) {
            struct str cite;
            if (!rests_on(pack, &pack->articles[j], fact))
                continue;
            TRY(rules_cite(call, pack->articles[j].id, &cite));
            if (out.len)
                buf_add_str(&out, STR("、"));
            buf_add_str(&out, cite);
        }
    }
    TRY(buf_check(&out));
    *ret_text = str_copy(call->arena, buf_str(&out));
    return ret_text->len ? ERR_OK : ERR_NOT_FOUND;
}
