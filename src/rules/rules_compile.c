/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <string.h>

#include "base/clock.h"

/* Method. The YAML tree is walked once, section by section. Every section goes on after a mistake, so that
 * one lint shows all of them; a rule with a mistake in it is left out of the pack, so that what remains is
 * sound. */

static bool id_good(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.at[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '.'))
            return false;
    }
    return id.len > 0 && id.len <= 60;
}

static const struct rules_yaml *place_of(const struct rules_yaml *map, const char *key)
{
    const struct rules_yaml *node = rules_yaml_get(map, key);
    return node ? node : map;
}

static int32_t date(struct rules_checker *checker, const struct rules_yaml *node, int32_t otherwise)
{
    int32_t day = otherwise;
    if (node && (node->kind != RULES_YAML_TEXT || !clock_parse_date(node->text, &day)))
        rules_complain(checker, node->line, node->column, "rules.lint.bad_date", node->text);
    return day;
}

static void head(struct rules_checker *checker, const struct rules_yaml *node, struct rules_pack *pack)
{
    static const char *const keys[] = {"id",      "title",     "title_en", "number", "issuer", "issuer_en",
                                       "version", "effective", "calendar", "units",  NULL};
    static const char *const effective_keys[] = {"from", "to", NULL};
    static const char *const calendars[] = {"cn-state-council", NULL};
    static const char *const units[] = {"subtree", NULL};
    if (!rules_check_keys(checker, node, keys))
        return;
    pack->id = rules_check_text(checker, node, "id", true);
    pack->title = rules_check_text(checker, node, "title", true);
    pack->title_en = rules_check_text(checker, node, "title_en", false);
    pack->number = rules_check_text(checker, node, "number", false);
    pack->issuer = rules_check_text(checker, node, "issuer", true);
    pack->issuer_en = rules_check_text(checker, node, "issuer_en", false);
    pack->version = rules_check_text(checker, node, "version", true);
    if (pack->id && (!id_good(str_of(pack->id)) || strchr(pack->id, '.'))) {
        const struct rules_yaml *at = place_of(node, "id");
        rules_complain(checker, at->line, at->column, "rules.lint.bad_id", str_of(pack->id));
    }
    if (rules_yaml_get(node, "calendar"))
        (void)rules_check_word(checker, rules_yaml_get(node, "calendar"), calendars,
                               "rules.lint.what.calendar");
    if (rules_yaml_get(node, "units"))
        (void)rules_check_word(checker, rules_yaml_get(node, "units"), units, "rules.lint.what.units");
    const struct rules_yaml *effective = rules_yaml_get(node, "effective");
    if (!effective)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("effective"));
    if (!effective || !rules_check_keys(checker, effective, effective_keys))
        return;
    const struct rules_yaml *from = rules_yaml_get(effective, "from"), *to = rules_yaml_get(effective, "to");
    if (!from)
        rules_complain(checker, effective->line, effective->column, "rules.lint.missing", STR("from"));
    pack->from = date(checker, from, 0);
    pack->to = date(checker, to, INT32_MAX);
    if (to && pack->to < pack->from)
        rules_complain(checker, to->line, to->column, "rules.lint.ends_before", to->text);
}

static void article(struct rules_checker *checker, const struct rules_yaml *node, struct rules_pack *pack)
{
    static const char *const keys[] = {"id",         "cite",    "title",      "title_en", "summary",
                                       "summary_en", "not_yet", "not_yet_en", "informs",  NULL};
    static const char *const yes[] = {"true", "false", NULL};
    if (!rules_check_keys(checker, node, keys))
        return;
    struct rules_article made = {.line = node->line, .column = node->column};
    made.id = rules_check_text(checker, node, "id", true);
    made.cite = rules_check_text(checker, node, "cite", true);
    made.title = rules_check_text(checker, node, "title", true);
    made.title_en = rules_check_text(checker, node, "title_en", false);
    made.summary = rules_check_text(checker, node, "summary", true);
    made.summary_en = rules_check_text(checker, node, "summary_en", false);
    made.not_yet = rules_check_text(checker, node, "not_yet", false);
    made.not_yet_en = rules_check_text(checker, node, "not_yet_en", false);
    const struct rules_yaml *informs = rules_yaml_get(node, "informs");
    if (informs) {
        const char *word = rules_check_word(checker, informs, yes, "rules.lint.what.yes");
        made.informs = word && word[0] == 't';
    }
    const struct rules_yaml *at = place_of(node, "id");
    if (!made.id)
        return;
    if (!id_good(str_of(made.id)) || strchr(made.id, '.'))
        rules_complain(checker, at->line, at->column, "rules.lint.bad_id", str_of(made.id));
    if (pack->id && !str_starts(str_of(made.id), str_of(pack->id)))
        rules_complain(checker, at->line, at->column, "rules.lint.article_prefix", str_of(made.id),
                       str_of(pack->id));
    for (size_t i = 0; i < pack->many_articles; i++)
        if (!strcmp(pack->articles[i].id, made.id)) {
            rules_complain(checker, at->line, at->column, "rules.lint.twice", str_of(made.id),
                           str_format(checker->arena, "%d", pack->articles[i].line));
            return;
        }
    pack->articles[pack->many_articles++] = made;
}

/* id and article of a rule; false when it cannot be kept. ids: those met before, for "twice". */
static bool named(struct rules_checker *checker, const struct rules_yaml *node, struct rules_pack *pack,
                  const struct rules_yaml **seen, size_t *many_seen, const char **ret_id,
                  const char **ret_article)
{
    if (node->kind != RULES_YAML_MAP) {
        rules_complain(checker, node->line, node->column, "rules.lint.want_map", STR("id, article, …"));
        return false;
    }
    size_t before = checker->many;
    const char *id = rules_check_text(checker, node, "id", true),
               *of = rules_check_text(checker, node, "article", true);
    const struct rules_yaml *at = place_of(node, "id"), *of_at = place_of(node, "article");
    if (id && !id_good(str_of(id)))
        rules_complain(checker, at->line, at->column, "rules.lint.bad_id", str_of(id));
    for (size_t i = 0; id && i < *many_seen; i++)
        if (str_is(seen[i]->text, id))
            rules_complain(checker, at->line, at->column, "rules.lint.twice", str_of(id),
                           str_format(checker->arena, "%d", seen[i]->line));
    if (id && at->kind == RULES_YAML_TEXT)
        seen[(*many_seen)++] = at;
    if (of) {
        const char **names = ARENA_ARRAY(checker->arena, const char *, pack->many_articles + 1);
        for (size_t i = 0; i < pack->many_articles; i++)
            names[i] = pack->articles[i].id;
        of = rules_check_word(checker, of_at, names, "rules.lint.what.article");
    }
    struct str prefix = of ? str_format(checker->arena, "%s.", of) : STR_NONE;
    if (id && of && !str_starts(str_of(id), prefix))
        rules_complain(checker, at->line, at->column, "rules.lint.rule_prefix", str_of(id), prefix);
    *ret_id = id;
    *ret_article = of;
    return checker->many == before;
}

static void feed(struct rules_pack *pack, const char *of)
{
    for (size_t i = 0; i < pack->many_articles; i++)
        if (!strcmp(pack->articles[i].id, of))
            pack->articles[i].fed = true;
}

#define SECTION(what, plural, type)                                                                          \
    static void plural(struct rules_checker *checker, const struct rules_yaml *list,                         \
                       struct rules_pack *pack, const struct rules_yaml **seen, size_t *many_seen)           \
    {                                                                                                        \
        if (!list || !rules_check_list(checker, list))                                                       \
            return;                                                                                          \
        pack->plural = ARENA_ARRAY(checker->arena, struct type, list->many);                                 \
        for (const struct rules_yaml *at = list->child; at; at = at->next) {                                 \
            struct type *made = &pack->plural[pack->many_##plural];                                          \
            *made = (struct type){0};                                                                        \
            bool sound = named(checker, at, pack, seen, many_seen, &made->id, &made->article);               \
            if (made->article)                                                                               \
                feed(pack, made->article);                                                                   \
            if (at->kind == RULES_YAML_MAP && rules_compile_##what(checker, at, made) && sound)              \
                pack->many_##plural++;                                                                       \
        }                                                                                                    \
    }
SECTION(duty, duties, rules_duty_rule)
SECTION(gate, gates, rules_gate_rule)
SECTION(consequence, consequences, rules_consequence)
SECTION(threshold, thresholds, rules_threshold_rule)
SECTION(form, forms, rules_form)
SECTION(pledge, pledges, rules_pledge)

/* {duty: X, is: late} names a duty of this pack, and that decides the subject of the consequence. */
static void bind_late(struct rules_checker *checker, struct rules_pack *pack)
{
    const char **names = ARENA_ARRAY(checker->arena, const char *, pack->many_duties + 1);
    for (size_t i = 0; i < pack->many_duties; i++)
        names[i] = pack->duties[i].id;
    for (size_t i = 0; i < pack->many_consequences; i++) {
        struct rules_consequence *rule = &pack->consequences[i];
        for (size_t j = 0; j < rule->many; j++) {
            struct rules_term *term = &rule->terms[j];
            if (term->kind != RULES_TERM_LATE)
                continue;
            struct rules_yaml spelt = {.kind = RULES_YAML_TEXT,
                                       .line = term->line,
                                       .column = term->column,
                                       .text = str_of(term->duty)};
            if (!rules_check_word(checker, &spelt, names, "rules.lint.what.duty"))
                continue;
            for (size_t d = 0; d < pack->many_duties; d++) {
                if (strcmp(pack->duties[d].id, term->duty))
                    continue;
                if (!rule->subject)
                    rule->subject = pack->duties[d].subject;
                else if (pack->duties[d].subject &&
                         strcmp(rule->subject->name, pack->duties[d].subject->name))
                    rules_complain(checker, term->line, term->column, "rules.lint.other_subject",
                                   str_of(term->duty), str_of(pack->duties[d].subject->name),
                                   str_of(rule->subject->name));
            }
        }
    }
}

static void check_fed(struct rules_checker *checker, const struct rules_pack *pack)
{
    for (size_t i = 0; i < pack->many_articles; i++) {
        const struct rules_article *at = &pack->articles[i];
        bool says = at->not_yet != NULL;
        if (at->fed && (says || at->informs))
            rules_complain(checker, at->line, at->column, "rules.lint.fed_but_says", str_of(at->id));
        if (!at->fed && !says && !at->informs)
            rules_complain(checker, at->line, at->column, "rules.lint.unfed", str_of(at->id));
    }
}

void rules_compile_evidence(struct rules_checker *checker, const struct rules_yaml *list,
                            struct rules_pack *pack)
{
    static const char *const keys[] = {"kind", "title", "title_en", NULL};
    if (!list || !rules_check_list(checker, list))
        return;
    pack->evidence = ARENA_ARRAY(checker->arena, struct rules_evidence, list->many);
    for (const struct rules_yaml *at = list->child; at; at = at->next) {
        if (!rules_check_keys(checker, at, keys))
            continue;
        struct rules_evidence made = {rules_check_text(checker, at, "kind", true),
                                      rules_check_text(checker, at, "title", true),
                                      rules_check_text(checker, at, "title_en", false)};
        if (made.kind && !id_good(str_of(made.kind)))
            rules_complain(checker, at->line, at->column, "rules.lint.bad_id", str_of(made.kind));
        if (made.kind && made.title)
            pack->evidence[pack->many_evidence++] = made;
    }
}

/* A kind of document that no `evidence` entry explains is a misspelling until shown otherwise. */
void rules_compile_check_kinds(struct rules_checker *checker, const struct rules_yaml *root,
                               const struct rules_pack *pack)
{
    const char **names = ARENA_ARRAY(checker->arena, const char *, pack->many_evidence + 1);
    for (size_t i = 0; i < pack->many_evidence; i++)
        names[i] = pack->evidence[i].kind;
    for (const struct rules_yaml *at = root->child; at; at = at->next) {
        const struct rules_yaml *kind = str_is(at->key, "evidence.filed") ? rules_yaml_get(at, "kind") : NULL;
        if (kind && kind->kind == RULES_YAML_TEXT)
            (void)rules_check_word(checker, kind, names, "rules.lint.what.kind");
        if (at->kind != RULES_YAML_TEXT)
            rules_compile_check_kinds(checker, at, pack);
    }
}

struct rules_pack *rules_compile(struct rules_checker *checker, struct str yaml)
{
    static const char *const keys[] = {"pack",         "evidence",   "articles", "duties",  "gates",
                                       "consequences", "thresholds", "forms",    "pledges", NULL};
    struct rules_yaml *root;
    struct rules_yaml_fault fault;
    struct rules_pack *pack = ARENA_NEW(checker->arena, struct rules_pack);
    if (rules_yaml_parse(checker->arena, yaml, &root, &fault) != ERR_OK) {
        rules_complain(checker, fault.line, fault.column, fault.key, fault.arg);
        return NULL;
    }
    if (!rules_check_keys(checker, root, keys))
        return NULL;
    const struct rules_yaml *node = rules_yaml_get(root, "pack"), *list = rules_yaml_get(root, "articles");
    if (!node || !list) {
        rules_complain(checker, root->line, root->column, "rules.lint.missing",
                       node ? STR("articles") : STR("pack"));
        return NULL;
    }
    head(checker, node, pack);
    rules_compile_evidence(checker, rules_yaml_get(root, "evidence"), pack);
    if (rules_check_list(checker, list)) {
        pack->articles = ARENA_ARRAY(checker->arena, struct rules_article, list->many);
        for (const struct rules_yaml *at = list->child; at; at = at->next)
            article(checker, at, pack);
    }
    const struct rules_yaml **seen =
        ARENA_ARRAY(checker->arena, const struct rules_yaml *, RULES_YAML_NODES_MAX);
    size_t many_seen = 0;
    duties(checker, rules_yaml_get(root, "duties"), pack, seen, &many_seen);
    gates(checker, rules_yaml_get(root, "gates"), pack, seen, &many_seen);
    consequences(checker, rules_yaml_get(root, "consequences"), pack, seen, &many_seen);
    thresholds(checker, rules_yaml_get(root, "thresholds"), pack, seen, &many_seen);
    forms(checker, rules_yaml_get(root, "forms"), pack, seen, &many_seen);
    pledges(checker, rules_yaml_get(root, "pledges"), pack, seen, &many_seen);
    for (size_t i = 0; i < pack->many_forms; i++)
        pack->forms[i].pack_title = pack->title, pack->forms[i].version = pack->version;
    for (size_t i = 0; i < pack->many_pledges; i++)
        pack->pledges[i].pack_title = pack->title;
    bind_late(checker, pack);
    check_fed(checker, pack);
    rules_compile_check_kinds(checker, root, pack);
    rules_compile_check_pledges(checker, pack);
    for (size_t i = 0; i < pack->many_duties; i++)
        pack->duties[i].pack = pack;
    for (size_t i = 0; i < pack->many_gates; i++)
        pack->gates[i].pack = pack;
    for (size_t i = 0; i < pack->many_consequences; i++)
        pack->consequences[i].pack = pack;
    return pack;
}
