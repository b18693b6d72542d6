/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_plan.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define KINDS_MAX      16
#define LOOK_BYTES_MAX (2048ULL * 1024 * 1024)
#define ROUNDS_MAX                                                                                           \
    8 /* a proposal may touch what another rule watches; rules that chase each other stop here */
#define ONE_BY_ONE     200 /* so many touched subjects are always evaluated one at a time */
#define SET_WISE_SHARE 40  /* beyond, set-wise as soon as touching one by one would cost about as much */

struct rules_touched {
    struct touched_kind {
        const char *name;
        struct touched {
            int64_t id;
            const char *const *facts; /* NULL: any */
        } * at;
        size_t many, cap;
    } kinds[KINDS_MAX];
    size_t many;
};

/* How many subjects of a kind the last set-wise run saw, to choose between the two ways. */
static _Atomic size_t known[64];

static size_t kind_at(const struct rules_subject *subject)
{
    for (size_t i = 0; i < 63; i++)
        if (rules_subject_at(i) == subject)
            return i;
    return 63;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const struct touched *)a)->id, y = ((const struct touched *)b)->id;
    return x < y ? -1 : x > y;
}

/* One entry a subject; touched for different reasons, it is looked at in full. */
static void unique(struct touched_kind *kind)
{
    size_t kept = 0;
    if (!kind->many)
        return;
    qsort(kind->at, kind->many, sizeof(kind->at[0]), by_number);
    for (size_t i = 0; i < kind->many; i++) {
        if (!kept || kind->at[kept - 1].id != kind->at[i].id)
            kind->at[kept++] = kind->at[i];
        else if (kind->at[kept - 1].facts != kind->at[i].facts)
            kind->at[kept - 1].facts = NULL;
    }
    kind->many = kept;
}

void rules_touch_facts(struct call *call, const char *subject_kind, int64_t subject_id,
                       const char *const *facts)
{
    if (!call->touched)
        call->touched = ARENA_NEW(call_lasting(call), struct rules_touched);
    struct rules_touched *touched = call->touched;
    struct touched_kind *kind = NULL;
    for (size_t i = 0; i < touched->many && !kind; i++)
        if (!strcmp(touched->kinds[i].name, subject_kind))
            kind = &touched->kinds[i];
    if (!kind && (touched->many == KINDS_MAX || subject_id <= 0))
        return;
    if (!kind) {
        kind = &touched->kinds[touched->many++];
        kind->name = str_c(call_lasting(call), str_of(subject_kind));
    }
    struct touched *last = kind->many ? &kind->at[kind->many - 1] : NULL;
    if (last && last->id == subject_id) {
        if (last->facts != facts)
            last->facts = NULL;
        return;
    }
    if (kind->many == kind->cap && kind->cap >= 1024)
        unique(kind); /* an import touches the same units again and again */
    kind->at = rules_grown(call_lasting(call), kind->at, kind->many, &kind->cap, sizeof(kind->at[0]));
    kind->at[kind->many++] = (struct touched){subject_id, facts};
}

void rules_touch(struct call *call, const char *subject_kind, int64_t subject_id)
{
    rules_touch_facts(call, subject_kind, subject_id, NULL);
}

/* ---- what a touch can have changed ---- */

static bool is_named(const char *name, const char *const *names, bool *ret_value_only)
{
    for (; *names; names++) {
        size_t len = strlen(*names);
        char last = len ? (*names)[len - 1] : 0;
        *ret_value_only = last == '#';
        bool same = last == '.'   ? !strncmp(name, *names, len)
                    : last == '#' ? strlen(name) == len - 1 && !strncmp(name, *names, len - 1)
                                  : !strcmp(name, *names);
        if (same)
            return true;
    }
    return false;
}

static const struct rules_only *only_of(struct arena *arena, const char *const *names)
{
    struct rules_only *only = ARENA_NEW(arena, struct rules_only);
    size_t cap = 0;
    for (size_t i = 0; rules_fact_at(i); i++) {
        struct rules_named named = {.fact = rules_fact_at(i)};
        if (!is_named(named.fact->name, names, &named.value_only))
            continue;
        only->at = rules_grown(arena, only->at, only->many, &cap, sizeof(only->at[0]));
        only->at[only->many++] = named;
    }
    return only;
}

static bool is_asked(const struct rules_only *only, const struct rules_fact *fact, bool value)
{
    for (size_t i = 0; fact && i < only->many; i++)
        if (only->at[i].fact == fact)
            return value || !only->at[i].value_only;
    return false;
}

/* Does it tell one count (of one or more) from another? */
static bool by_value(const struct rules_cond *cond)
{
    return cond->op != RULES_HOLDS && !(cond->op == RULES_AT_LEAST && cond->numeric && cond->number <= 1);
}

static bool any_asked(const struct rules_only *only, const struct rules_conds *conds)
{
    for (size_t i = 0; i < conds->many; i++)
        if (is_asked(only, conds->at[i].fact, by_value(&conds->at[i])))
            return true;
    return false;
}

static bool duty_asks(const struct rules_only *only, const struct rules_duty_rule *rule)
{
    return !only || any_asked(only, &rule->applies) || any_asked(only, &rule->satisfied) ||
           is_asked(only, rule->due.from, false) || is_asked(only, rule->severity_fact, true);
}

/* What waits for a late duty may have to do with any fact. */
static bool consequence_asks(const struct rules_only *only, const struct rules_consequence *rule)
{
    for (size_t i = 0; only && i < rule->many; i++)
        if (rule->terms[i].kind == RULES_TERM_LATE || is_asked(only, rule->terms[i].cond.fact, true))
            return true;
    return !only;
}

enum err rules_evaluate_pack(struct rules_look *look, const struct rules_pack *pack,
                             const struct rules_subject *only)
{
    for (size_t i = 0; i < pack->many_duties; i++)
        if (pack->duties[i].subject == only && duty_asks(look->only, &pack->duties[i]))
            TRY(rules_duty_evaluate(look, &pack->duties[i]));
    for (size_t i = 0; i < pack->many_consequences; i++)
        if (pack->consequences[i].subject == only && consequence_asks(look->only, &pack->consequences[i]))
            TRY(rules_consequence_evaluate(look, &pack->consequences[i]));
    return ERR_OK;
}

static struct rules_look *look_at(struct call *call, struct arena *arena, int64_t subject_id)
{
    struct rules_look *look = ARENA_NEW(arena, struct rules_look);
    look->call = call;
    look->arena = arena;
    look->subject_id = subject_id;
    look->today = clock_day_of(call->now_ms);
    look->today_on = str_copy(arena, str_of(clock_date(look->today).text));
    return look;
}

/* only: NULL, or the only pack to evaluate. one.id 0: all subjects of the kind. */
static enum err evaluate(struct call *call, const struct rules_set *set, const struct rules_pack *only,
                         const struct rules_subject *subject, struct touched one, int64_t *ret_opened,
                         int64_t *ret_closed)
{
    ARENA(arena, LOOK_BYTES_MAX);
    struct rules_look *look = look_at(call, arena, one.id);
    look->only = one.facts ? only_of(arena, one.facts) : NULL;
    for (size_t i = 0; i < set->many; i++)
        if (!only || set->packs[i] == only)
            TRY(rules_evaluate_pack(look, set->packs[i], subject));
    if (!one.id) {
        struct rules_subject_rows rows = {0};
        for (size_t i = 0; i < look->many_subjects; i++)
            if (look->subjects[i].subject == subject)
                rows = look->subjects[i].rows;
        atomic_store(&known[kind_at(subject)], rows.many);
    }
    *ret_opened += look->opened;
    *ret_closed += look->closed;
    return ERR_OK;
}

enum err rules_plan_kind(struct call *call, const struct rules_set *set, const struct rules_subject *subject,
                         struct rules_plan *plan)
{
    ARENA(arena, LOOK_BYTES_MAX);
    struct rules_look *look = look_at(call, arena, 0);
    look->plan = plan;
    look->dry = true;
    for (size_t i = 0; i < set->many; i++)
        TRY(rules_evaluate_pack(look, set->packs[i], subject));
    return ERR_OK;
}

enum err rules_plan_subject(struct call *call, const struct rules_set *set,
                            const struct rules_subject *subject, int64_t id, struct rules_plan *plan)
{
    ARENA(arena, LOOK_BYTES_MAX);
    struct rules_look *look = look_at(call, arena, id);
    look->plan = plan;
    for (size_t i = 0; i < set->many; i++)
        TRY(rules_evaluate_pack(look, set->packs[i], subject));
    return ERR_OK;
}

static enum err settle_kind(struct call *call, const struct rules_set *set, struct touched_kind *kind)
{
    const struct rules_subject *subject = rules_subject_named(str_of(kind->name));
    int64_t opened = 0, closed = 0;
    if (!subject)
        return ERR_OK;
    unique(kind);
    if (kind->many > ONE_BY_ONE && kind->many * SET_WISE_SHARE > atomic_load(&known[kind_at(subject)]))
        return evaluate(call, set, NULL, subject, (struct touched){0}, &opened, &closed);
    for (size_t i = 0; i < kind->many; i++)
        TRY(evaluate(call, set, NULL, subject, kind->at[i], &opened, &closed));
    return ERR_OK;
}

enum err rules_settle(struct call *call)
{
    const struct rules_set *set = NULL;
    for (int round = 0; call->touched && round < ROUNDS_MAX; round++) {
        struct rules_touched *touched = call->touched;
        call->touched = NULL;
        if (!set)
            TRY(rules_set_of(call, &set));
        for (size_t i = 0; i < touched->many; i++)
            TRY(settle_kind(call, set, &touched->kinds[i]));
    }
    return ERR_OK;
}

enum err rules_evaluate_all(struct call *call, const struct rules_set *set, const struct rules_pack *only,
                            int64_t *ret_opened, int64_t *ret_closed)
{
    for (size_t i = 0; rules_subject_at(i); i++)
        TRY(evaluate(call, set, only, rules_subject_at(i), (struct touched){0}, ret_opened, ret_closed));
    return ERR_OK;
}

enum err rules_sweep(struct call *call)
{
    const struct rules_set *set;
    int64_t opened = 0, closed = 0;
    TRY(rules_set_of(call, &set));
    TRY(rules_evaluate_all(call, set, NULL, &opened, &closed));
    return rules_settle(call);
}
