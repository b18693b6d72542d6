/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_plan: the sweep in two halves: what the files of this room share about it.
 */
#ifndef ANZE_RULES_RULES_PLAN_H
#define ANZE_RULES_RULES_PLAN_H

#include "rules/rules_duty.h"

struct rules_plan_sum { /* of one rule: entries written one by one so far, and what a step only sums up */
    const char *rule, *version;
    int64_t noted, opened, satisfied, other;
};
/* While planning: a walk would write something about the subject. */
void rules_plan_note(struct rules_plan *plan, const struct rules_subject *subject, int64_t id);
/* NULL: too many rules; then all is written one by one. */
struct rules_plan_sum *rules_plan_sum(struct rules_plan *plan, const char *rule, const char *version);

/* rules_settle.c: one set-wise look that only notes; one subject evaluated. */
MUST_USE enum err rules_plan_kind(struct call *call, const struct rules_set *set,
                                  const struct rules_subject *subject, struct rules_plan *plan);
MUST_USE enum err rules_plan_subject(struct call *call, const struct rules_set *set,
                                     const struct rules_subject *subject, int64_t id,
                                     struct rules_plan *plan);
/* Would rules_duty_keep write anything? */
MUST_USE enum err rules_duty_keep_writes(struct rules_work *work, const struct rules_standing *row,
                                         const struct rules_verdict *verdict, bool *ret);
MUST_USE enum err rules_duty_summed(struct call *call, const char *rule, const char *version, int64_t opened,
                                    int64_t satisfied, int64_t other);

#endif
