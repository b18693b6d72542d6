/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_family: the facts that are read off a subject's own row, as one query.
 */
#ifndef ANZE_RULES_RULES_FAMILY_H
#define ANZE_RULES_RULES_FAMILY_H

#include "rules/rules_inner.h"

#define RULES_FAMILY_MAX 64

struct rules_family {
    const struct rules_subject *subject;
    const struct rules_fact *facts[RULES_FAMILY_MAX];
    size_t many;
    /* Of one subject ($1): for each fact whether it holds, since when, the value. */
    const char *sql;
};
/* The family of a fact and its place in it; NULL: the fact is asked by its own query. */
const struct rules_family *rules_family_of(const struct rules_fact *fact, size_t *ret_slot);

#endif
