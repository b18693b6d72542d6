/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_evidence.h"

#include <string.h>

#include "base/clock.h"
#include "rules/rules_inner.h"

static struct rules_evidence_kind copy(struct call *call, const struct rules_evidence *from)
{
    return (struct rules_evidence_kind){str_copy(call->arena, str_of(from->kind)),
                                        str_copy(call->arena, str_of(from->title)),
                                        str_copy(call->arena, str_of(from->title_en))};
}

enum err rules_evidence_find(struct call *call, struct str kind, struct rules_evidence_kind *ret)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++) {
        for (size_t k = 0; rules_in_force(set->packs[i], today) && k < set->packs[i]->many_evidence; k++) {
            if (!str_is(kind, set->packs[i]->evidence[k].kind))
                continue;
            *ret = copy(call, &set->packs[i]->evidence[k]);
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

/* Several packs ask for the same training record: the first one's title stands for all. */
static bool named_before(const struct rules_set *set, size_t pack, size_t at)
{
    const char *kind = set->packs[pack]->evidence[at].kind;
    for (size_t i = 0; i <= pack; i++)
        for (size_t k = 0; k < (i == pack ? at : set->packs[i]->many_evidence); k++)
            if (strcmp(set->packs[i]->evidence[k].kind, kind) == 0)
                return true;
    return false;
}

enum err rules_evidence_each(struct call *call,
                             enum err (*each)(struct call *call, const struct rules_evidence_kind *kind,
                                              void *context),
                             void *context)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++) {
        for (size_t k = 0; rules_in_force(set->packs[i], today) && k < set->packs[i]->many_evidence; k++) {
            struct rules_evidence_kind kind = copy(call, &set->packs[i]->evidence[k]);
            if (!named_before(set, i, k))
                TRY(each(call, &kind, context));
        }
    }
    return ERR_OK;
}
