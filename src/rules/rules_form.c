/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_form.h"

#include <string.h>

#include "base/clock.h"
#include "rules/rules_inner.h"

enum err rules_form_each(struct call *call,
                         enum err (*each)(struct call *call, const struct rules_form *form, void *context),
                         void *context)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t k = 0; rules_in_force(set->packs[i], today) && k < set->packs[i]->many_forms; k++)
            TRY(each(call, &set->packs[i]->forms[k], context));
    return ERR_OK;
}

enum err rules_form_find(struct call *call, struct str form_id, const struct rules_form **ret)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t k = 0; rules_in_force(set->packs[i], today) && k < set->packs[i]->many_forms; k++)
            if (str_is(form_id, set->packs[i]->forms[k].id)) {
                *ret = &set->packs[i]->forms[k];
                return ERR_OK;
            }
    return ERR_NOT_FOUND;
}

enum err rules_pledge_find(struct call *call, struct str pledge_id, const struct rules_pledge **ret)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t k = 0; rules_in_force(set->packs[i], today) && k < set->packs[i]->many_pledges; k++)
            if (!pledge_id.len || str_is(pledge_id, set->packs[i]->pledges[k].id)) {
                *ret = &set->packs[i]->pledges[k];
                return ERR_OK;
            }
    return ERR_NOT_FOUND;
}

enum err rules_article_unfed(struct call *call, const char *article, const char **ret_why)
{
    const struct rules_set *set;
    *ret_why = NULL;
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t k = 0; k < set->packs[i]->many_articles; k++) {
            const struct rules_article *at = &set->packs[i]->articles[k];
            if (strcmp(at->id, article) == 0 && !at->fed && at->not_yet)
                *ret_why = call->lang == CALL_EN && at->not_yet_en ? at->not_yet_en : at->not_yet;
        }
    return ERR_OK;
}
