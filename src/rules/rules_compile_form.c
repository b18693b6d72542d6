/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/rules_inner.h"

static const char *const *prefills;

void rules_declare_prefills(const char *const *names)
{
    prefills = names;
}

static const char *const yes_no[] = {"true", "false", NULL};

static bool truth(struct rules_checker *checker, const struct rules_yaml *map, const char *key)
{
    const struct rules_yaml *node = rules_yaml_get(map, key);
    const char *word = node ? rules_check_word(checker, node, yes_no, "rules.lint.what.yes") : NULL;
    return word && word[0] == 't';
}

/* Small letters, digits and _: names become keys of answers and columns of sheets. */
static const char *name_of(struct rules_checker *checker, const struct rules_yaml *map)
{
    const char *name = rules_check_text(checker, map, "name", true);
    const struct rules_yaml *at = rules_yaml_get(map, "name");
    bool good = name && name[0] >= 'a' && name[0] <= 'z';
    for (size_t i = 0; good && name[i]; i++)
        good = i < 40 &&
               ((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '_');
    if (name && !good)
        rules_complain(checker, at->line, at->column, "rules.lint.form_name", str_of(name));
    return good ? name : NULL;
}

static void choices(struct rules_checker *checker, const struct rules_yaml *node,
                    struct rules_form_field *field)
{
    const struct rules_yaml *of = rules_yaml_get(node, "of");
    if (field->type != FIELD_ENUM) {
        if (of)
            rules_complain(checker, of->line, of->column, "rules.lint.form_of_only");
        return;
    }
    if (!of || of->kind != RULES_YAML_LIST || of->many == 0) {
        rules_complain(checker, of ? of->line : node->line, of ? of->column : node->column,
                       "rules.lint.form_of");
        return;
    }
    const char **names = ARENA_ARRAY(checker->arena, const char *, of->many + 1);
    size_t many = 0;
    for (const struct rules_yaml *at = of->child; at; at = at->next)
        if (at->kind == RULES_YAML_TEXT && at->text.len)
            names[many++] = str_c(checker->arena, at->text);
        else
            rules_complain(checker, at->line, at->column, "rules.lint.form_of");
    field->of = (struct field_enum){"form_choice", names, NULL};
}

static void format_of(struct rules_checker *checker, const struct rules_yaml *node,
                      struct rules_form_field *field)
{
    const struct rules_yaml *at = rules_yaml_get(node, "format");
    field->format = rules_check_text(checker, node, "format", false);
    if (field->format && !field_format_known(field->format)) {
        rules_complain(checker, at->line, at->column, "rules.lint.form_format", str_of(field->format));
        field->format = NULL;
    }
}

static bool one_field(struct rules_checker *checker, const struct rules_yaml *node,
                      struct rules_form_field *ret)
{
    static const char *const keys[] = {"name", "label", "label_en", "type",    "required", "personal", "min",
                                       "max",  "of",    "help",     "help_en", "format",   NULL};
    static const char *const types[] = {"text", "note", "int", "money", "bool", "date", "enum", NULL};
    static const enum field_type meant[] = {FIELD_TEXT, FIELD_NOTE, FIELD_INT, FIELD_MONEY,
                                            FIELD_BOOL, FIELD_DATE, FIELD_ENUM};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    *ret = (struct rules_form_field){.name = name_of(checker, node)};
    ret->label = rules_check_text(checker, node, "label", true);
    ret->label_en = rules_check_text(checker, node, "label_en", false);
    ret->help = rules_check_text(checker, node, "help", false);
    ret->help_en = rules_check_text(checker, node, "help_en", false);
    ret->required = truth(checker, node, "required");
    ret->personal = truth(checker, node, "personal");
    const struct rules_yaml *type = rules_yaml_get(node, "type"), *min = rules_yaml_get(node, "min"),
                            *max = rules_yaml_get(node, "max");
    const char *word = type ? rules_check_word(checker, type, types, "rules.lint.what.field_type") : "text";
    for (size_t i = 0; word && types[i]; i++)
        if (!strcmp(types[i], word))
            ret->type = meant[i];
    if (min)
        (void)rules_check_number(checker, min, 0, INT64_C(1000000000000), &ret->min);
    if (max)
        (void)rules_check_number(checker, max, 1, INT64_C(1000000000000), &ret->max);
    choices(checker, node, ret);
    format_of(checker, node, ret);
    return checker->many == before;
}

static struct rules_form_field *field_list(struct rules_checker *checker, const struct rules_yaml *list,
                                           size_t *ret_many)
{
    *ret_many = 0;
    if (!list || !rules_check_list(checker, list))
        return NULL;
    if (list->many > RULES_FORM_FIELDS_MAX) {
        rules_complain(checker, list->line, list->column, "rules.lint.form_many",
                       str_format(checker->arena, "%d", RULES_FORM_FIELDS_MAX));
        return NULL;
    }
    struct rules_form_field *fields = ARENA_ARRAY(checker->arena, struct rules_form_field, list->many);
    for (const struct rules_yaml *at = list->child; at; at = at->next) {
        struct rules_form_field *made = &fields[*ret_many];
        if (!one_field(checker, at, made))
            continue;
        bool twice = false;
        for (size_t i = 0; i < *ret_many; i++)
            twice = twice || !strcmp(fields[i].name, made->name);
        if (twice)
            rules_complain(checker, at->line, at->column, "rules.lint.form_twice", str_of(made->name));
        else
            ++*ret_many;
    }
    return fields;
}

static void row_list(struct rules_checker *checker, const struct rules_yaml *node, struct rules_form *ret)
{
    static const char *const keys[] = {"name", "label", "label_en", NULL}, *const free_keys[] = {"min", "max",
                                                                                                 NULL};
    if (!node)
        return;
    if (node->kind == RULES_YAML_MAP) {
        const struct rules_yaml *min = rules_yaml_get(node, "min"), *max = rules_yaml_get(node, "max");
        ret->max_rows = RULES_FORM_ROWS_MAX;
        if (!rules_check_keys(checker, node, free_keys))
            return;
        if (min)
            (void)rules_check_number(checker, min, 0, RULES_FORM_ROWS_MAX, &ret->min_rows);
        if (max)
            (void)rules_check_number(checker, max, 1, RULES_FORM_ROWS_MAX, &ret->max_rows);
        return;
    }
    if (!rules_check_list(checker, node))
        return;
    ret->rows = ARENA_ARRAY(checker->arena, struct rules_form_row, node->many);
    for (const struct rules_yaml *at = node->child; at; at = at->next) {
        if (!rules_check_keys(checker, at, keys))
            continue;
        struct rules_form_row row = {name_of(checker, at), rules_check_text(checker, at, "label", true),
                                     rules_check_text(checker, at, "label_en", false)};
        for (size_t i = 0; row.name && i < ret->many_rows; i++)
            if (!strcmp(ret->rows[i].name, row.name)) {
                rules_complain(checker, at->line, at->column, "rules.lint.form_twice", str_of(row.name));
                row.name = NULL;
            }
        if (row.name && row.label)
            ret->rows[ret->many_rows++] = row;
    }
    ret->min_rows = ret->max_rows = (int64_t)ret->many_rows;
}

static void form_words(struct rules_checker *checker, const struct rules_yaml *node, struct rules_form *ret)
{
    static const char *const seals[] = {"required", "optional", "none", NULL}, *const pages[] = {"portrait",
                                                                                                 "landscape",
                                                                                                 NULL};
    static const char *const subjects[] = {"unit", NULL};
    const struct rules_yaml *at;
    const char *word;
    if ((at = rules_yaml_get(node, "subject")))
        (void)rules_check_word(checker, at, subjects, "rules.lint.what.subject");
    if ((at = rules_yaml_get(node, "seal")) &&
        (word = rules_check_word(checker, at, seals, "rules.lint.what.seal")))
        ret->seal = word[0] == 'r'   ? RULES_SEAL_REQUIRED
                    : word[0] == 'o' ? RULES_SEAL_OPTIONAL
                                     : RULES_SEAL_NONE;
    if ((at = rules_yaml_get(node, "page")) &&
        (word = rules_check_word(checker, at, pages, "rules.lint.what.page")))
        ret->landscape = word[0] == 'l';
    ret->prefill = rules_check_text(checker, node, "prefill", false);
    if (ret->prefill && prefills)
        ret->prefill =
            rules_check_word(checker, rules_yaml_get(node, "prefill"), prefills, "rules.lint.what.prefill");
}

bool rules_compile_form(struct rules_checker *checker, const struct rules_yaml *node, struct rules_form *ret)
{
    static const char *const keys[] = {"id",      "article",  "title",   "title_en", "corner",
                                       "intro",   "intro_en", "subject", "seal",     "page",
                                       "prefill", "fields",   "rows",    "columns",  NULL};
    size_t before = checker->many;
    if (!rules_check_keys(checker, node, keys))
        return false;
    ret->title = rules_check_text(checker, node, "title", true);
    ret->title_en = rules_check_text(checker, node, "title_en", false);
    ret->corner = rules_check_text(checker, node, "corner", false);
    ret->intro = rules_check_text(checker, node, "intro", false);
    ret->intro_en = rules_check_text(checker, node, "intro_en", false);
    ret->seal = RULES_SEAL_NONE;
    form_words(checker, node, ret);
    ret->fields = field_list(checker, rules_yaml_get(node, "fields"), &ret->many_fields);
    ret->columns = field_list(checker, rules_yaml_get(node, "columns"), &ret->many_columns);
    row_list(checker, rules_yaml_get(node, "rows"), ret);
    const struct rules_yaml *rows = rules_yaml_get(node, "rows"), *columns = rules_yaml_get(node, "columns");
    if (!rows != !columns)
        rules_complain(checker, node->line, node->column, "rules.lint.form_rows_columns");
    else if (!rows && !rules_yaml_get(node, "fields"))
        rules_complain(checker, node->line, node->column, "rules.lint.missing", STR("fields"));
    return checker->many == before;
}
