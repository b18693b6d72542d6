/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <string.h>

static const char *const period_words[] = {"year", "half_year", "quarter", "month", "duty", NULL};
static const char *const within_keys[] = {"days", "months", NULL};

static const struct rules_fact *fact_of(struct rules_checker *checker, struct str name, int line, int column)
{
    const struct rules_fact *fact = rules_fact_named(name);
    if (fact)
        return fact;
    const char *const *names = rules_fact_names(checker->arena);
    struct rules_yaml spelt = {.kind = RULES_YAML_TEXT, .line = line, .column = column, .text = name};
    (void)rules_check_word(checker, &spelt, names, "rules.lint.what.fact");
    return NULL;
}

/* A value compared with: an identifier of the fact's closed list where it has one. */
static bool value(struct rules_checker *checker, const struct rules_cond *cond, const struct rules_yaml *node,
                  struct str *ret)
{
    if (node->kind != RULES_YAML_TEXT || !node->text.len) {
        rules_complain(checker, node->line, node->column, "rules.lint.want_text", STR("value"));
        return false;
    }
    if (cond->fact->order &&
        !rules_check_word(checker, node, cond->fact->order->names, "rules.lint.what.value"))
        return false;
    *ret = node->text;
    return true;
}

static bool words_of(struct rules_checker *checker, struct rules_cond *cond, const struct rules_yaml *node)
{
    bool list = node->kind == RULES_YAML_LIST;
    cond->many_words = list ? node->many : 1;
    cond->words = ARENA_ARRAY(checker->arena, struct str, cond->many_words + 1);
    if (list && !node->many) {
        rules_complain(checker, node->line, node->column, "rules.lint.empty_list");
        return false;
    }
    size_t i = 0;
    for (const struct rules_yaml *at = list ? node->child : node; at; at = list ? at->next : NULL)
        if (!value(checker, cond, at, &cond->words[i++]))
            return false;
    return true;
}

static bool bound(struct rules_checker *checker, struct rules_cond *cond, const struct rules_yaml *node)
{
    cond->numeric = rules_yaml_int(node, &cond->number);
    if (cond->numeric)
        return true;
    if (!cond->fact->order) {
        rules_complain(checker, node->line, node->column, "rules.lint.not_ordered", str_of(cond->fact->name));
        return false;
    }
    return words_of(checker, cond, node);
}

static bool within(struct rules_checker *checker, struct rules_cond *cond, const struct rules_yaml *node)
{
    int64_t n = 0;
    bool good = rules_check_keys(checker, node, within_keys);
    for (const struct rules_yaml *at = good ? node->child : NULL; at; at = at->next) {
        good = good && rules_check_number(checker, at, 1, 3660, &n);
        if (str_is(at->key, "days"))
            cond->within_days = (int)n;
        else
            cond->within_months = (int)n;
    }
    if (good && !cond->within_days && !cond->within_months)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("days"));
    return good;
}

static bool argument(struct rules_checker *checker, struct rules_cond *cond, const struct rules_yaml *node,
                     size_t at)
{
    const char *name = cond->fact->args[at];
    if (node->kind != RULES_YAML_TEXT || !node->text.len) {
        rules_complain(checker, node->line, node->column, "rules.lint.want_text", node->key);
        return false;
    }
    if (!strcmp(name, "period") && !rules_check_word(checker, node, period_words, "rules.lint.what.period"))
        return false;
    if (!strcmp(name, "post") && !rules_check_word(checker, node, rules_post_names(), "rules.lint.what.post"))
        return false;
    cond->args[at] = node->text;
    return true;
}

/* One key under a fact: a comparison, or one of the fact's own arguments. */
static bool narrow(struct rules_checker *checker, struct rules_cond *cond, const struct rules_yaml *node)
{
    bool compared = cond->op != RULES_HOLDS;
    static const struct {
        const char *key;
        enum rules_op op;
    } ops[] = {{"is", RULES_IS},        {"in", RULES_IN},           {"at_least", RULES_AT_LEAST},
               {"min", RULES_AT_LEAST}, {"at_most", RULES_AT_MOST}, {"max", RULES_AT_MOST}};
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        if (!str_is(node->key, ops[i].key))
            continue;
        if (compared) {
            rules_complain(checker, node->key_line, node->key_column, "rules.lint.two_comparisons");
            return false;
        }
        cond->op = ops[i].op;
        return i < 2 ? words_of(checker, cond, node) : bound(checker, cond, node);
    }
    if (str_is(node->key, "within"))
        return within(checker, cond, node);
    for (size_t i = 0; i < 2 && cond->fact->args[i]; i++)
        if (str_is(node->key, cond->fact->args[i]))
            return argument(checker, cond, node, i);
    const char *names[10] = {"is",
                             "in",
                             "at_least",
                             "min",
                             "at_most",
                             "max",
                             "within",
                             cond->fact->args[0],
                             cond->fact->args[0] ? cond->fact->args[1] : NULL,
                             NULL};
    struct rules_yaml spelt = {
        .kind = RULES_YAML_TEXT, .line = node->key_line, .column = node->key_column, .text = node->key};
    (void)rules_check_word(checker, &spelt, names, "rules.lint.what.comparison");
    return false;
}

bool rules_compile_cond(struct rules_checker *checker, const struct rules_yaml *node, struct rules_cond *ret)
{
    *ret = (struct rules_cond){0};
    if (node->kind == RULES_YAML_TEXT) {
        ret->fact = fact_of(checker, node->text, node->line, node->column);
        return ret->fact != NULL;
    }
    if (node->kind != RULES_YAML_MAP || node->many != 1) {
        rules_complain(checker, node->line, node->column, "rules.lint.want_condition");
        return false;
    }
    const struct rules_yaml *only = node->child;
    if (str_is(only->key, "not")) {
        if (!rules_compile_cond(checker, only, ret))
            return false;
        ret->negate = !ret->negate;
        return true;
    }
    ret->fact = fact_of(checker, only->key, only->key_line, only->key_column);
    if (!ret->fact)
        return false;
    if (only->kind != RULES_YAML_MAP) {
        rules_complain(checker, only->line, only->column, "rules.lint.want_comparison", only->key);
        return false;
    }
    bool good = true;
    for (const struct rules_yaml *at = only->child; at; at = at->next)
        good = narrow(checker, ret, at) && good;
    return good;
}

bool rules_compile_conds(struct rules_checker *checker, const struct rules_yaml *list,
                         struct rules_conds *ret)
{
    ret->many = 0;
    if (!list)
        return true;
    if (!rules_check_list(checker, list))
        return false;
    if (list->many > RULES_CONDS_MAX) {
        rules_complain(checker, list->line, list->column, "rules.lint.too_many_conditions",
                       str_format(checker->arena, "%d", RULES_CONDS_MAX));
        return false;
    }
    bool good = true;
    for (const struct rules_yaml *at = list->child; at; at = at->next)
        good = rules_compile_cond(checker, at, &ret->at[ret->many++]) && good;
    return good;
}

bool rules_compile_same_subject(struct rules_checker *checker, const struct rules_yaml *node,
                                const struct rules_conds *conds, const struct rules_subject **subject)
{
    bool good = true;
    for (size_t i = 0; i < conds->many; i++) {
        const struct rules_fact *fact = conds->at[i].fact;
        if (!*subject)
            *subject = rules_subject_named(str_of(fact->subject));
        if (*subject && strcmp((*subject)->name, fact->subject)) {
            rules_complain(checker, node->line, node->column, "rules.lint.other_subject", str_of(fact->name),
                           str_of(fact->subject), str_of((*subject)->name));
            good = false;
        }
    }
    return good;
}
