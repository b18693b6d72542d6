/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <string.h>

#include "access/access.h"

static const char *const per_names[] = {"subject", "system", "unit", NULL};

static bool term_late(struct rules_checker *checker, const struct rules_yaml *node, struct rules_term *ret)
{
    static const char *const keys[] = {"duty", "is", NULL};
    static const char *const states[] = {"late", NULL};
    if (!rules_check_keys(checker, node, keys))
        return false;
    const struct rules_yaml *is = rules_yaml_get(node, "is");
    ret->kind = RULES_TERM_LATE;
    ret->duty = rules_check_text(checker, node, "duty", true);
    if (!is)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("is"));
    return ret->duty && is && rules_check_word(checker, is, states, "rules.lint.what.state");
}

static bool term_recurs(struct rules_checker *checker, const struct rules_yaml *node, struct rules_term *ret)
{
    static const char *const keys[] = {"recurs", "same", "within", NULL};
    static const char *const same_words[] = {"system", NULL};
    static const char *const within_keys[] = {"days", "months", NULL};
    if (!rules_check_keys(checker, node, keys))
        return false;
    const struct rules_yaml *same = rules_yaml_get(node, "same"), *within = rules_yaml_get(node, "within");
    ret->kind = RULES_TERM_RECURS;
    if (!rules_compile_cond(checker, rules_yaml_get(node, "recurs"), &ret->cond))
        return false;
    if (!same || !within) {
        rules_complain(checker, node->line, node->column, "rules.lint.missing",
                       same ? STR("within") : STR("same"));
        return false;
    }
    const struct rules_subject *subject = rules_subject_named(str_of(ret->cond.fact->subject));
    if (subject && !subject->system_sql)
        rules_complain(checker, same->line, same->column, "rules.lint.no_system", str_of(subject->name));
    if (!rules_check_word(checker, same, same_words, "rules.lint.what.same") ||
        !rules_check_keys(checker, within, within_keys))
        return false;
    int64_t n = 0;
    for (const struct rules_yaml *at = within->child; at; at = at->next) {
        if (!rules_check_number(checker, at, 1, 3660, &n))
            return false;
        if (str_is(at->key, "months"))
            ret->within_months = (int)n;
        else
            ret->within_days = (int)n;
    }
    if (!within->many)
        rules_complain(checker, within->line, within->column, "rules.lint.missing", STR("months"));
    return within->many > 0 && (!subject || subject->system_sql);
}

static bool term(struct rules_checker *checker, const struct rules_yaml *node, struct rules_term *ret)
{
    *ret = (struct rules_term){.line = node->line, .column = node->column};
    if (rules_yaml_get(node, "duty"))
        return term_late(checker, node, ret);
    if (rules_yaml_get(node, "recurs"))
        return term_recurs(checker, node, ret);
    ret->kind = RULES_TERM_FACT;
    return rules_compile_cond(checker, node, &ret->cond);
}

static void terms(struct rules_checker *checker, const struct rules_yaml *node, struct rules_consequence *ret)
{
    const struct rules_yaml *all = rules_yaml_get(node, "when"), *any = rules_yaml_get(node, "when_any");
    const struct rules_yaml *list = all ? all : any;
    ret->any = any != NULL;
    if (!list || !list->many || (all && any)) {
        rules_complain(checker, node->line, node->column, "rules.lint.when");
        return;
    }
    if (!rules_check_list(checker, list))
        return;
    bool events = false;
    int happenings = 0;
    for (const struct rules_yaml *at = list->child; at; at = at->next) {
        if (ret->many == RULES_CONDS_MAX) {
            rules_complain(checker, at->line, at->column, "rules.lint.too_many_conditions", STR("12"));
            return;
        }
        struct rules_term *made = &ret->terms[ret->many];
        if (!term(checker, at, made))
            continue;
        struct rules_conds one = {.at = {made->cond}, .many = 1};
        if (made->kind != RULES_TERM_LATE)
            (void)rules_compile_same_subject(checker, at, &one, &ret->subject);
        happenings += made->kind != RULES_TERM_FACT;
        if (!ret->any && made->kind != RULES_TERM_FACT && happenings > 1)
            rules_complain(checker, at->line, at->column, "rules.lint.two_happenings");
        events = events || made->kind != RULES_TERM_FACT || !made->cond.negate;
        if (ret->any && made->kind == RULES_TERM_FACT && made->cond.negate)
            rules_complain(checker, at->line, at->column, "rules.lint.only_denied");
        ret->many++;
    }
    if (ret->many && !events)
        rules_complain(checker, list->line, list->column, "rules.lint.only_denied");
}

/* Posts named in the arguments of a proposal are checked like everywhere else. */
static void check_posts(struct rules_checker *checker, const struct rules_yaml *args)
{
    static const char *const holders[] = {"interviewer", "interviewee", "post", "to"};
    for (const struct rules_yaml *at = args->kind == RULES_YAML_MAP ? args->child : NULL; at; at = at->next)
        for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
            if (!str_is(at->key, holders[i]))
                continue;
            bool list = at->kind == RULES_YAML_LIST;
            for (const struct rules_yaml *one = list ? at->child : at; one; one = list ? one->next : NULL)
                (void)rules_check_word(checker, one, rules_post_names(), "rules.lint.what.post");
        }
}

static struct str args_json(struct rules_checker *checker, const struct rules_yaml *args, const char *role,
                            int64_t persons)
{
    struct str json = args->kind == RULES_YAML_MAP ? rules_yaml_json(checker->arena, args) : STR("{}");
    struct str inside = str_slice(json, 1, json.len - 2);
    return str_format(checker->arena, "{%.*s%s\"decided_by\":{\"role\":\"%s\",\"persons\":%lld}}",
                      STR_ARG(inside), inside.len ? "," : "", role, (long long)persons);
}

static void decided(struct rules_checker *checker, const struct rules_yaml *node, const char **role,
                    int64_t *persons)
{
    static const char *const keys[] = {"role", "persons", NULL};
    if (!node || !rules_check_keys(checker, node, keys))
        return;
    const char *names[12] = {NULL};
    for (unsigned i = 0; i < 11; i++)
        names[i] = access_role_name(1u << i);
    const struct rules_yaml *who = rules_yaml_get(node, "role"), *many = rules_yaml_get(node, "persons");
    if (!who)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("role"));
    else
        *role = rules_check_word(checker, who, names, "rules.lint.what.role");
    if (many)
        (void)rules_check_number(checker, many, 1, 2, persons);
}

static void propose(struct rules_checker *checker, const struct rules_yaml *node,
                    struct rules_consequence *ret)
{
    const struct rules_yaml *what = rules_yaml_get(node, "propose"), *by = rules_yaml_get(node, "decided_by");
    const char *role = NULL;
    int64_t persons = 1;
    if (!by)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("decided_by"));
    decided(checker, by, &role, &persons);
    if (!what || what->kind != RULES_YAML_MAP || what->many != 1) {
        rules_complain(checker, what ? what->line : node->line, what ? what->column : node->column,
                       "rules.lint.propose");
        return;
    }
    const struct rules_yaml *only = what->child;
    struct rules_yaml spelt = {
        .kind = RULES_YAML_TEXT, .line = only->key_line, .column = only->key_column, .text = only->key};
    if (rules_check_word(checker, &spelt, rules_proposal_names(checker->arena), "rules.lint.what.proposal"))
        ret->proposal = rules_proposal_named(only->key);
    if (only->kind != RULES_YAML_MAP && only->text.len)
        rules_complain(checker, only->line, only->column, "rules.lint.want_map", STR("…"));
    check_posts(checker, only);
    ret->args = args_json(checker, only, role ? role : "", persons);
}

bool rules_compile_consequence(struct rules_checker *checker, const struct rules_yaml *node,
                               struct rules_consequence *ret)
{
    static const char *const keys[] = {"id",     "article", "subject",    "when", "when_any", "say",
                                       "say_en", "propose", "decided_by", "per",  NULL};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    const struct rules_yaml *subject = rules_yaml_get(node, "subject"), *per = rules_yaml_get(node, "per");
    if (subject) {
        const char *name = rules_check_word(checker, subject, rules_subject_names(checker->arena),
                                            "rules.lint.what.subject");
        ret->subject = name ? rules_subject_named(str_of(name)) : NULL;
    }
    ret->text = rules_check_text(checker, node, "say", true);
    ret->text_en = rules_check_text(checker, node, "say_en", false);
    terms(checker, node, ret);
    propose(checker, node, ret);
    const char *name = per ? rules_check_word(checker, per, per_names, "rules.lint.what.per") : NULL;
    ret->per = !name || !strcmp(name, "subject") ? RULES_PER_SUBJECT
               : !strcmp(name, "system")         ? RULES_PER_SYSTEM
                                                 : RULES_PER_UNIT;
    return checker->many == before;
}
