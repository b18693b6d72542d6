/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/clock.h"
#include "rules/rules_inner.h"

/* The texts of a list; NULL-terminated. */
static const char **texts(struct rules_checker *checker, const struct rules_yaml *node, const char *key)
{
    size_t many = 0;
    const struct rules_yaml *list = rules_yaml_get(node, key);
    const char **ret = ARENA_ARRAY(checker->arena, const char *, (list ? list->many : 0) + 1);
    bool listed = list && rules_check_list(checker, list);
    for (const struct rules_yaml *at = listed ? list->child : NULL; at; at = at->next) {
        if (at->kind == RULES_YAML_TEXT && at->text.len)
            ret[many++] = str_c(checker->arena, at->text);
        else
            rules_complain(checker, at->line, at->column, "rules.lint.want_text");
    }
    return ret;
}

static bool undertaking(struct rules_checker *checker, const struct rules_yaml *node,
                        struct rules_undertaking *ret)
{
    static const char *const keys[] = {"id",     "text",    "text_en",    "articles",
                                       "duties", "not_yet", "not_yet_en", NULL};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    *ret = (struct rules_undertaking){.id = rules_check_text(checker, node, "id", true),
                                      .text = rules_check_text(checker, node, "text", true),
                                      .text_en = rules_check_text(checker, node, "text_en", false),
                                      .not_yet = rules_check_text(checker, node, "not_yet", false),
                                      .not_yet_en = rules_check_text(checker, node, "not_yet_en", false)};
    ret->articles = texts(checker, node, "articles");
    ret->duties = texts(checker, node, "duties");
    ret->line = node->line;
    ret->column = node->column;
    if (!ret->articles[0] && !ret->duties[0] && !ret->not_yet)
        rules_complain(checker, node->line, node->column, "rules.lint.undertaking_unlinked");
    return checker->many == before;
}

static void undertakings(struct rules_checker *checker, const struct rules_yaml *node,
                         struct rules_pledge *ret)
{
    const struct rules_yaml *list = rules_yaml_get(node, "undertakings");
    if (!list) {
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("undertakings"));
        return;
    }
    if (!rules_check_list(checker, list))
        return;
    if (list->many > RULES_PLEDGE_MAX) {
        rules_complain(checker, list->line, list->column, "rules.lint.form_many",
                       str_format(checker->arena, "%d", RULES_PLEDGE_MAX));
        return;
    }
    ret->undertakings = ARENA_ARRAY(checker->arena, struct rules_undertaking, list->many);
    for (const struct rules_yaml *at = list->child; at; at = at->next) {
        struct rules_undertaking *made = &ret->undertakings[ret->many];
        if (!undertaking(checker, at, made))
            continue;
        bool twice = false;
        for (size_t i = 0; i < ret->many; i++)
            twice = twice || !strcmp(ret->undertakings[i].id, made->id);
        if (twice)
            rules_complain(checker, at->line, at->column, "rules.lint.form_twice", str_of(made->id));
        else
            ret->many++;
    }
}

static void signing(struct rules_checker *checker, const struct rules_yaml *node, struct rules_pledge *ret)
{
    static const char *const ways[] = {"account", "scan", "both", NULL}, *const factors[] = {"required",
                                                                                             "none", NULL};
    const struct rules_yaml *how = rules_yaml_get(node, "signing"),
                            *factor = rules_yaml_get(node, "second_factor");
    const char *word = how ? rules_check_word(checker, how, ways, "rules.lint.what.signing") : "scan";
    ret->by_account = word && word[0] != 's';
    ret->by_scan = word && word[0] != 'a';
    word = factor ? rules_check_word(checker, factor, factors, "rules.lint.what.second_factor") : "none";
    ret->second_factor = word && word[0] == 'r';
}

bool rules_compile_pledge(struct rules_checker *checker, const struct rules_yaml *node,
                          struct rules_pledge *ret)
{
    static const char *const keys[] = {"id",         "article",      "title",    "title_en",      "version",
                                       "since",      "corner",       "preamble", "preamble_en",   "closing",
                                       "closing_en", "undertakings", "signing",  "second_factor", NULL};
    size_t before = checker->many;
    int32_t day;
    if (!rules_check_keys(checker, node, keys))
        return false;
    ret->title = rules_check_text(checker, node, "title", true);
    ret->title_en = rules_check_text(checker, node, "title_en", false);
    ret->version = rules_check_text(checker, node, "version", true);
    ret->since = rules_check_text(checker, node, "since", false);
    ret->corner = rules_check_text(checker, node, "corner", false);
    ret->preamble = rules_check_text(checker, node, "preamble", true);
    ret->preamble_en = rules_check_text(checker, node, "preamble_en", false);
    ret->closing = rules_check_text(checker, node, "closing", false);
    ret->closing_en = rules_check_text(checker, node, "closing_en", false);
    if (ret->since && !clock_parse_date(str_of(ret->since), &day)) {
        const struct rules_yaml *at = rules_yaml_get(node, "since");
        rules_complain(checker, at->line, at->column, "rules.lint.want_date", str_of(ret->since));
    }
    signing(checker, node, ret);
    undertakings(checker, node, ret);
    ret->line = node->line;
    ret->column = node->column;
    return checker->many == before;
}

/* ---- against the rest of the pack ---- */

/* Rules of other packs may be named too; they are known by their article, which must not be one of this
 * pack. */
static void check_duties(struct rules_checker *checker, const struct rules_pack *pack,
                         const struct rules_undertaking *undertaking)
{
    for (size_t i = 0; undertaking->duties[i]; i++) {
        struct str name = str_of(undertaking->duties[i]), rest = name, article;
        bool known = false, ours = false;
        (void)str_cut(&rest, '.', &article);
        for (size_t k = 0; k < pack->many_duties; k++)
            known = known || str_is(name, pack->duties[k].id);
        for (size_t k = 0; k < pack->many_articles; k++)
            ours = ours || str_is(article, pack->articles[k].id);
        if (ours && !known)
            rules_complain(checker, undertaking->line, undertaking->column, "rules.lint.undertaking_duty",
                           name);
    }
}

/* A duty to sign that asks for another version than the pledge has could never be fulfilled. */
static void check_asked(struct rules_checker *checker, const struct rules_pack *pack,
                        const struct rules_conds *conds)
{
    for (size_t i = 0; i < conds->many; i++) {
        const struct rules_cond *cond = &conds->at[i];
        if (strcmp(cond->fact->name, "pledge.signed") || !cond->args[0].len)
            continue;
        bool found = false;
        for (size_t k = 0; k < pack->many_pledges; k++)
            found = found || (str_is(cond->args[0], pack->pledges[k].version) &&
                              (!cond->args[1].len ||
                               (pack->pledges[k].since && str_is(cond->args[1], pack->pledges[k].since))));
        if (!found && pack->many_pledges)
            rules_complain(checker, pack->pledges[0].line, pack->pledges[0].column,
                           "rules.lint.pledge_version", cond->args[0]);
    }
}

void rules_compile_check_pledges(struct rules_checker *checker, const struct rules_pack *pack)
{
    for (size_t i = 0; i < pack->many_pledges; i++)
        for (size_t k = 0; k < pack->pledges[i].many; k++)
            check_duties(checker, pack, &pack->pledges[i].undertakings[k]);
    for (size_t i = 0; i < pack->many_duties; i++)
        check_asked(checker, pack, &pack->duties[i].satisfied);
}
