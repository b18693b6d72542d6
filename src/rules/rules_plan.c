/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Over two million duties the daily sweep takes seconds, and on the write lane every change would
 * wait behind it. So it is done in two halves. The plan looks at everything on a reading connection, set-wise
 * and without writing: each place where a walk would write notes the subject instead. The steps then evaluate
 * only the noted subjects, one by one, a few hundredths of a second to a transaction, and changes go in
 * between. What the plan saw may be old by then; that does no harm, since each subject is judged anew by its
 * facts as they stand. A sweep that was cut off is resumed by the next: its plan finds what is left.
 */
#include "rules/rules_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define KINDS_MAX  16
#define RULES_MAX  512
#define STEP_US    15000
#define PLAN_BYTES (256ULL * 1024 * 1024)

struct rules_plan {
    struct arena *arena;
    struct plan_kind {
        const struct rules_subject *subject;
        int64_t *ids;
        size_t many, cap;
    } kinds[KINDS_MAX];
    size_t many, at_kind, at_id;
    struct rules_plan_sum sums[RULES_MAX];
    size_t many_sums;
};

void rules_plan_note(struct rules_plan *plan, const struct rules_subject *subject, int64_t id)
{
    struct plan_kind *kind = plan->many ? &plan->kinds[plan->many - 1] : NULL;
    if (!kind || kind->subject != subject) {
        if (plan->many == KINDS_MAX)
            log_abort("more than %d kinds of subjects", KINDS_MAX);
        kind = &plan->kinds[plan->many++];
        kind->subject = subject;
    }
    if (kind->many && kind->ids[kind->many - 1] == id)
        return;
    kind->ids = rules_grown(plan->arena, kind->ids, kind->many, &kind->cap, sizeof(int64_t));
    kind->ids[kind->many++] = id;
}

struct rules_plan_sum *rules_plan_sum(struct rules_plan *plan, const char *rule, const char *version)
{
    for (size_t i = 0; i < plan->many_sums; i++)
        if (!strcmp(plan->sums[i].rule, rule))
            return &plan->sums[i];
    if (plan->many_sums == RULES_MAX)
        return NULL;
    struct rules_plan_sum *made = &plan->sums[plan->many_sums++];
    made->rule = str_c(plan->arena, str_of(rule));
    made->version = str_c(plan->arena, str_of(version));
    return made;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void sort(struct plan_kind *kind)
{
    size_t kept = 0;
    qsort(kind->ids, kind->many, sizeof(int64_t), by_number);
    for (size_t i = 0; i < kind->many; i++)
        if (!kept || kind->ids[kept - 1] != kind->ids[i])
            kind->ids[kept++] = kind->ids[i];
    kind->many = kept;
}

enum err rules_sweep_plan(struct call *call, struct rules_plan **ret)
{
    const struct rules_set *set;
    struct rules_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        log_abort("out of memory");
    plan->arena = arena_new(PLAN_BYTES);
    enum err word = rules_set_of(call, &set);
    for (size_t i = 0; word == ERR_OK && rules_subject_at(i); i++)
        word = rules_plan_kind(call, set, rules_subject_at(i), plan);
    for (size_t i = 0; i < plan->many; i++)
        sort(&plan->kinds[i]);
    *ret = plan;
    if (word == ERR_OK)
        return ERR_OK;
    rules_plan_free(plan);
    *ret = NULL;
    return word;
}

void rules_plan_free(struct rules_plan *plan)
{
    if (!plan)
        return;
    arena_free(plan->arena);
    free(plan);
}

int64_t rules_plan_left(const struct rules_plan *plan)
{
    int64_t left = 0;
    for (size_t i = plan->at_kind; i < plan->many; i++)
        left += (int64_t)plan->kinds[i].many;
    return plan->at_kind < plan->many ? left - (int64_t)plan->at_id : 0;
}

/* What a step did beyond the entries it wrote one by one. */
static enum err tell_sums(struct call *call, struct rules_plan *plan)
{
    for (size_t i = 0; i < plan->many_sums; i++) {
        struct rules_plan_sum *sum = &plan->sums[i];
        if (sum->opened || sum->satisfied || sum->other)
            TRY(rules_duty_summed(call, sum->rule, sum->version, sum->opened, sum->satisfied, sum->other));
        sum->opened = sum->satisfied = sum->other = 0;
    }
    return ERR_OK;
}

enum err rules_sweep_step(struct call *call, struct rules_plan *plan)
{
    const struct rules_set *set;
    int64_t until = clock_monotonic_us() + STEP_US;
    size_t kind_at = plan->at_kind, id_at = plan->at_id;
    for (size_t i = 0; i < plan->many_sums; i++) /* of a step that was rolled back */
        plan->sums[i].opened = plan->sums[i].satisfied = plan->sums[i].other = 0;
    TRY(rules_set_of(call, &set));
    while (kind_at < plan->many && clock_monotonic_us() < until) {
        const struct plan_kind *kind = &plan->kinds[kind_at];
        if (id_at == kind->many) {
            kind_at++;
            id_at = 0;
            continue;
        }
        TRY(rules_plan_subject(call, set, kind->subject, kind->ids[id_at++], plan));
    }
    TRY(tell_sums(call, plan));
    TRY(rules_settle(call));
    plan->at_kind = kind_at;
    plan->at_id = id_at;
    return ERR_OK;
}
