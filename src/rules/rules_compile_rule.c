/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <string.h>

#include "access/access.h"
#include "base/clock.h"

static const char *const every_names[] = {"once", "year", "half_year", "quarter", "month", NULL};
static const char *const severity_names[] = {"info", "low", "medium", "high", "critical", NULL};

static const char *const *role_names(struct arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, 12);
    for (unsigned i = 0; i < 11; i++)
        names[i] = access_role_name(1u << i);
    return names;
}

static const struct rules_subject *subject_of(struct rules_checker *checker, const struct rules_yaml *node)
{
    if (!node)
        return NULL;
    const char *name =
        rules_check_word(checker, node, rules_subject_names(checker->arena), "rules.lint.what.subject");
    return name ? rules_subject_named(str_of(name)) : NULL;
}

static int every_of(struct rules_checker *checker, const struct rules_yaml *node)
{
    if (!node)
        return RULES_ONCE;
    const char *name = rules_check_word(checker, node, every_names, "rules.lint.what.every");
    for (int i = 0; name && every_names[i]; i++)
        if (!strcmp(name, every_names[i]))
            return i;
    return RULES_ONCE;
}

/* "12-31" for a duty of every year, "2026-12-31" for one that comes once. */
static void due_date(struct rules_checker *checker, const struct rules_yaml *node, enum rules_every every,
                     struct rules_due *ret)
{
    struct str text = node->kind == RULES_YAML_TEXT ? node->text : STR("");
    ret->kind = RULES_DUE_DATE;
    if (every == RULES_ONCE) {
        if (!clock_parse_date(text, &ret->day))
            rules_complain(checker, node->line, node->column, "rules.lint.bad_date", text);
        return;
    }
    int32_t day;
    int year;
    struct str full = str_format(checker->arena, "2024-%.*s", STR_ARG(text));
    if (every != RULES_YEAR || text.len != 5 || !clock_parse_date(full, &day))
        rules_complain(checker, node->line, node->column, "rules.lint.bad_month_day", text);
    else
        clock_ymd(day, &year, &ret->month, &ret->mday);
}

static void due_span(struct rules_checker *checker, const struct rules_yaml *node, struct rules_due *ret)
{
    static const struct {
        const char *key;
        enum rules_due_kind kind;
        int64_t max;
    } spans[] = {{"working_days", RULES_DUE_WORKING_DAYS, 500},
                 {"days", RULES_DUE_DAYS, 3660},
                 {"months", RULES_DUE_MONTHS, 120}};
    for (size_t i = 0; i < 3; i++) {
        const struct rules_yaml *at = rules_yaml_get(node, spans[i].key);
        int64_t n = 0;
        if (!at || !rules_check_number(checker, at, 0, spans[i].max, &n))
            continue;
        if (ret->kind != RULES_DUE_NONE)
            rules_complain(checker, at->key_line, at->key_column, "rules.lint.two_spans");
        ret->kind = spans[i].kind;
        ret->n = (int)n;
    }
}

static void due(struct rules_checker *checker, const struct rules_yaml *node, struct rules_duty_rule *rule)
{
    static const char *const keys[] = {"from", "working_days", "days", "months", "date", "end_of", NULL};
    struct rules_due *ret = &rule->due;
    if (!node || !rules_check_keys(checker, node, keys))
        return;
    const struct rules_yaml *from = rules_yaml_get(node, "from"), *date = rules_yaml_get(node, "date");
    const struct rules_yaml *end = rules_yaml_get(node, "end_of");
    if (date)
        due_date(checker, date, rule->every, ret);
    else if (end && rule->every == RULES_ONCE)
        rules_complain(checker, end->line, end->column, "rules.lint.end_of_what");
    else if (end)
        ret->kind = RULES_DUE_PERIOD;
    else
        due_span(checker, node, ret);
    if (ret->kind == RULES_DUE_NONE)
        rules_complain(checker, node->line, node->column, "rules.lint.due_empty");
    bool counted =
        ret->kind == RULES_DUE_WORKING_DAYS || ret->kind == RULES_DUE_DAYS || ret->kind == RULES_DUE_MONTHS;
    if (counted && !from)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("from"));
    if (!from || (from->kind == RULES_YAML_TEXT && str_is(from->text, "opened")))
        return;
    struct rules_cond cond;
    if (!rules_compile_cond(checker, from, &cond))
        return;
    ret->from = cond.fact;
    if (rule->subject && strcmp(cond.fact->subject, rule->subject->name))
        rules_complain(checker, from->line, from->column, "rules.lint.other_subject", str_of(cond.fact->name),
                       str_of(cond.fact->subject), str_of(rule->subject->name));
}

/* {post: x} or {role: y}, with `of`. */
static const char *who(struct rules_checker *checker, const struct rules_yaml *node, bool *ret_role)
{
    static const char *const keys[] = {"post", "role", "of", NULL};
    static const char *const of_names[] = {"responsible_unit", "authority", NULL};
    if (!node || !rules_check_keys(checker, node, keys))
        return NULL;
    const struct rules_yaml *post = rules_yaml_get(node, "post"), *role = rules_yaml_get(node, "role"),
                            *of = rules_yaml_get(node, "of");
    if (of)
        (void)rules_check_word(checker, of, of_names, "rules.lint.what.of");
    *ret_role = role != NULL;
    if (!post == !role) {
        rules_complain(checker, node->line, node->column, "rules.lint.post_or_role");
        return NULL;
    }
    return role ? rules_check_word(checker, role, role_names(checker->arena), "rules.lint.what.role")
                : rules_check_word(checker, post, rules_post_names(), "rules.lint.what.post");
}

static void step(struct rules_checker *checker, const struct rules_yaml *node, bool escalate,
                 struct rules_duty_rule *rule)
{
    static const char *const remind_keys[] = {"working_days_before", "on", "working_days_late", "to", NULL};
    static const char *const escalate_keys[] = {"working_days_late", "to", NULL};
    static const char *const on_words[] = {"due", NULL};
    if (!rules_check_keys(checker, node, escalate ? escalate_keys : remind_keys))
        return;
    struct rules_step made = {.escalate = escalate, .name = "on"};
    const struct rules_yaml *before = rules_yaml_get(node, "working_days_before"),
                            *on = rules_yaml_get(node, "on");
    const struct rules_yaml *late = rules_yaml_get(node, "working_days_late"),
                            *to = rules_yaml_get(node, "to");
    int64_t n = 0;
    if (!!before + !!on + !!late != 1) {
        rules_complain(checker, node->line, node->column, "rules.lint.step_when");
        return;
    }
    if (on && !rules_check_word(checker, on, on_words, "rules.lint.what.on"))
        return;
    if (!on && !rules_check_number(checker, before ? before : late, 1, 250, &n))
        return;
    made.working_days = before ? -(int)n : (int)n;
    if (!on)
        made.name = str_format(checker->arena, "%s:%d",
                               before     ? "before"
                               : escalate ? "late"
                                          : "remind_late",
                               (int)n)
                        .at;
    if (to)
        made.to = rules_check_word(checker, to, rules_post_names(), "rules.lint.what.post");
    else if (escalate)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("to"));
    if (rule->due.kind == RULES_DUE_NONE)
        rules_complain(checker, node->line, node->column, "rules.lint.step_without_due");
    if (rule->many_steps == RULES_STEPS_MAX)
        rules_complain(checker, node->line, node->column, "rules.lint.too_many_conditions", STR("8"));
    else
        rule->steps[rule->many_steps++] = made;
}

static void steps(struct rules_checker *checker, const struct rules_yaml *list, bool escalate,
                  struct rules_duty_rule *rule)
{
    if (!list || !rules_check_list(checker, list))
        return;
    for (const struct rules_yaml *at = list->child; at; at = at->next)
        step(checker, at, escalate, rule);
}

void rules_compile_exemption(struct rules_checker *checker, const struct rules_yaml *node,
                             struct rules_exemption_rule *ret)
{
    static const char *const keys[] = {"procedure", "max_days", NULL};
    static const char *const procedures[] = {"special_report", NULL};
    if (!node || !rules_check_keys(checker, node, keys))
        return;
    const struct rules_yaml *procedure = rules_yaml_get(node, "procedure"),
                            *days = rules_yaml_get(node, "max_days");
    int64_t n = 0;
    if (!procedure || !days) {
        rules_complain(checker, node->line, node->column, "rules.lint.missing",
                       procedure ? STR("max_days") : STR("procedure"));
        return;
    }
    ret->procedure = rules_check_word(checker, procedure, procedures, "rules.lint.what.procedure");
    if (rules_check_number(checker, days, 1, 3660, &n))
        ret->max_days = (int)n;
}

static void extension(struct rules_checker *checker, const struct rules_yaml *node,
                      struct rules_duty_rule *rule)
{
    static const char *const keys[] = {"decided_by", "max_working_days", NULL};
    static const char *const deciders[] = {"notifier", "authority", NULL};
    if (!node || !rules_check_keys(checker, node, keys))
        return;
    const struct rules_yaml *by = rules_yaml_get(node, "decided_by"),
                            *max = rules_yaml_get(node, "max_working_days");
    int64_t n = 0;
    if (by)
        (void)rules_check_word(checker, by, deciders, "rules.lint.what.decider");
    if (!max)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("max_working_days"));
    else if (rules_check_number(checker, max, 1, 250, &n))
        rule->extension_max = (int)n;
    if (rule->due.kind == RULES_DUE_NONE)
        rules_complain(checker, node->line, node->column, "rules.lint.step_without_due");
}

static void severity(struct rules_checker *checker, const struct rules_yaml *node,
                     struct rules_duty_rule *rule)
{
    static const char *const keys[] = {"of", NULL};
    if (!node)
        return;
    if (node->kind == RULES_YAML_TEXT) {
        rule->severity = rules_check_word(checker, node, severity_names, "rules.lint.what.value");
        return;
    }
    const struct rules_yaml *of = rules_check_keys(checker, node, keys) ? rules_yaml_get(node, "of") : NULL;
    struct rules_cond cond;
    if (of && rules_compile_cond(checker, of, &cond))
        rule->severity_fact = cond.fact;
}

bool rules_compile_duty(struct rules_checker *checker, const struct rules_yaml *node,
                        struct rules_duty_rule *ret)
{
    static const char *const keys[] = {
        "id",  "article", "subject", "demand",   "demand_en", "every",     "applies",  "satisfied",
        "due", "answers", "remind",  "escalate", "extension", "exemption", "severity", NULL};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    const struct rules_yaml *subject = rules_yaml_get(node, "subject"),
                            *satisfied = rules_yaml_get(node, "satisfied");
    ret->text = rules_check_text(checker, node, "demand", true);
    ret->text_en = rules_check_text(checker, node, "demand_en", false);
    if (!subject)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("subject"));
    ret->subject = subject_of(checker, subject);
    ret->every = (enum rules_every)every_of(checker, rules_yaml_get(node, "every"));
    if (!satisfied || !satisfied->many)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("satisfied"));
    bool applies = rules_compile_conds(checker, rules_yaml_get(node, "applies"), &ret->applies);
    bool done = rules_compile_conds(checker, satisfied, &ret->satisfied);
    if (applies && done && ret->subject) {
        const struct rules_subject *kind = ret->subject;
        (void)rules_compile_same_subject(checker, node, &ret->applies, &kind);
        (void)rules_compile_same_subject(checker, node, &ret->satisfied, &kind);
    }
    due(checker, rules_yaml_get(node, "due"), ret);
    if (!rules_yaml_get(node, "answers"))
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("answers"));
    ret->answers = who(checker, rules_yaml_get(node, "answers"), &ret->answers_role);
    steps(checker, rules_yaml_get(node, "remind"), false, ret);
    steps(checker, rules_yaml_get(node, "escalate"), true, ret);
    extension(checker, rules_yaml_get(node, "extension"), ret);
    rules_compile_exemption(checker, rules_yaml_get(node, "exemption"), &ret->exemption);
    severity(checker, rules_yaml_get(node, "severity"), ret);
    return checker->many == before;
}

static bool require(struct rules_checker *checker, const struct rules_yaml *node,
                    struct rules_gate_rule *gate)
{
    static const char *const keys[] = {"fact", "when", "say", "say_en", NULL};
    if (!rules_check_keys(checker, node, keys))
        return false;
    if (gate->many == RULES_CONDS_MAX) {
        rules_complain(checker, node->line, node->column, "rules.lint.too_many_conditions", STR("12"));
        return false;
    }
    struct rules_require *made = &gate->require[gate->many];
    const struct rules_yaml *fact = rules_yaml_get(node, "fact"), *when = rules_yaml_get(node, "when");
    made->text = rules_check_text(checker, node, "say", true);
    made->text_en = rules_check_text(checker, node, "say_en", false);
    if (!fact) {
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("fact"));
        return false;
    }
    struct rules_conds one = {.many = 1};
    if (!rules_compile_cond(checker, fact, &one.at[0]))
        return false;
    made->fact = one.at[0];
    if (when && when->kind == RULES_YAML_LIST) {
        if (!rules_compile_conds(checker, when, &made->when))
            return false;
    } else if (when) {
        made->when.many = 1;
        if (!rules_compile_cond(checker, when, &made->when.at[0]))
            return false;
    }
    gate->many++;
    return rules_compile_same_subject(checker, node, &one, &gate->subject) &&
           rules_compile_same_subject(checker, node, &made->when, &gate->subject);
}

bool rules_compile_gate(struct rules_checker *checker, const struct rules_yaml *node,
                        struct rules_gate_rule *ret)
{
    static const char *const keys[] = {"id", "article", "change", "require", "exemption", NULL};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    const struct rules_yaml *list = rules_yaml_get(node, "require");
    ret->change = rules_check_text(checker, node, "change", true);
    if (!list || !list->many)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("require"));
    else if (rules_check_list(checker, list))
        for (const struct rules_yaml *at = list->child; at; at = at->next)
            (void)require(checker, at, ret);
    rules_compile_exemption(checker, rules_yaml_get(node, "exemption"), &ret->exemption);
    return checker->many == before;
}

bool rules_compile_threshold(struct rules_checker *checker, const struct rules_yaml *node,
                             struct rules_threshold_rule *ret)
{
    static const char *const keys[] = {"id", "article", "name", "value", NULL};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    ret->name = rules_check_text(checker, node, "name", true);
    const struct rules_yaml *value = rules_yaml_get(node, "value");
    struct str text = value && value->kind == RULES_YAML_TEXT ? value->text : STR_NONE, num = STR_NONE;
    ret->den = 1;
    bool good = !str_ends(text, STR("/")) && str_cut(&text, '/', &num) && str_to_int(num, &ret->num) &&
                (!text.len || (str_to_int(text, &ret->den) && ret->den > 0));
    if (!good)
        rules_complain(checker, value ? value->line : node->line, value ? value->column : node->column,
                       "rules.lint.bad_share");
    return checker->many == before;
}
