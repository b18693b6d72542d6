/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <string.h>

void rules_complain_args(struct rules_checker *checker, int line, int column, const char *key,
                         const struct str *args, size_t many)
{
    if (checker->many == RULES_LINT_MAX)
        return;
    checker->items[checker->many++] =
        (struct rules_lint){line, column, words_fill(checker->arena, checker->lang, key, args, many)};
}

/* Edit distance by bytes, a swap of neighbours counting once; cut off at 40: names in packs are ASCII
 * identifiers. */
static size_t distance(struct str a, struct str b)
{
    size_t rows[3][42];
    if (a.len > 40 || b.len > 40)
        return 99;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *now = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t best = above[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            bool swapped = i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
            now[j] = swapped && before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
        }
    }
    return rows[a.len % 3][b.len];
}

struct str rules_nearest(struct str word, const char *const *names)
{
    struct str best = STR_NONE;
    size_t least = 2 + word.len / 2 * 2; /* doubled, so that equal length decides between equals */
    for (; *names; names++) {
        size_t d = 2 * distance(word, str_of(*names)) + (strlen(*names) != word.len);
        if (d < least) {
            least = d;
            best = str_of(*names);
        }
    }
    return best;
}

static struct str joined(struct arena *arena, const char *const *names)
{
    BUF(out, 4096);
    for (size_t i = 0; names[i] && i < 40; i++) {
        if (i)
            buf_add_str(&out, STR(", "));
        buf_add_str(&out, str_of(names[i]));
    }
    return str_copy(arena, buf_str(&out));
}

/* "unknown X; did you mean Y?" or, when nothing is near, the list of what there is. */
static void unknown(struct rules_checker *checker, int line, int column, const char *what, struct str word,
                    const char *const *names)
{
    struct str near = rules_nearest(word, names);
    struct str kind = words_get(checker->lang, what);
    if (near.len)
        rules_complain(checker, line, column, "rules.lint.unknown_near", kind, word, near);
    else
        rules_complain(checker, line, column, "rules.lint.unknown", kind, word,
                       joined(checker->arena, names));
}

bool rules_check_keys(struct rules_checker *checker, const struct rules_yaml *map, const char *const *names)
{
    if (!map || map->kind != RULES_YAML_MAP) {
        if (map)
            rules_complain(checker, map->line, map->column, "rules.lint.want_map",
                           joined(checker->arena, names));
        return false;
    }
    for (const struct rules_yaml *at = map->child; at; at = at->next) {
        bool known = false;
        for (size_t i = 0; names[i] && !known; i++)
            known = str_is(at->key, names[i]);
        if (!known)
            unknown(checker, at->key_line, at->key_column, "rules.lint.what.key", at->key, names);
    }
    return true;
}

const char *rules_check_text(struct rules_checker *checker, const struct rules_yaml *map, const char *key,
                             bool required)
{
    const struct rules_yaml *node = rules_yaml_get(map, key);
    if (!node) {
        if (required)
            rules_complain(checker, map->line, map->column, "rules.lint.missing", str_of(key));
        return NULL;
    }
    if (node->kind != RULES_YAML_TEXT) {
        rules_complain(checker, node->line, node->column, "rules.lint.want_text", str_of(key));
        return NULL;
    }
    struct str text = str_trim(node->text);
    if (!text.len && required)
        rules_complain(checker, node->line, node->column, "rules.lint.missing", str_of(key));
    if (utf8_length(text) > 1000)
        rules_complain(checker, node->line, node->column, "rules.lint.too_long", str_of(key));
    return text.len ? str_c(checker->arena, text) : NULL;
}

bool rules_check_number(struct rules_checker *checker, const struct rules_yaml *node, int64_t min,
                        int64_t max, int64_t *ret)
{
    int64_t number;
    if (rules_yaml_int(node, &number) && number >= min && number <= max) {
        *ret = number;
        return true;
    }
    rules_complain(checker, node->line, node->column, "rules.lint.want_number",
                   str_format(checker->arena, "%lld", (long long)min),
                   str_format(checker->arena, "%lld", (long long)max));
    return false;
}

const char *rules_check_word(struct rules_checker *checker, const struct rules_yaml *node,
                             const char *const *names, const char *what)
{
    if (node->kind != RULES_YAML_TEXT) {
        rules_complain(checker, node->line, node->column, "rules.lint.want_word",
                       words_get(checker->lang, what));
        return NULL;
    }
    for (size_t i = 0; names[i]; i++)
        if (str_is(node->text, names[i]))
            return names[i];
    unknown(checker, node->line, node->column, what, node->text, names);
    return NULL;
}

bool rules_check_list(struct rules_checker *checker, const struct rules_yaml *node)
{
    if (node->kind == RULES_YAML_LIST)
        return true;
    rules_complain(checker, node->line, node->column, "rules.lint.want_list");
    return false;
}

enum err rules_pack_lint(struct call *call, struct str yaml, struct rules_lint **ret, size_t *ret_many)
{
    struct rules_checker *checker = ARENA_NEW(call->arena, struct rules_checker);
    checker->arena = call->arena;
    checker->lang = call->lang;
    rules_compile(checker, yaml);
    for (size_t i = 1; i < checker->many; i++) /* in the order a reader meets them */
        for (size_t j = i; j > 0; j--) {
            struct rules_lint *a = &checker->items[j - 1], *b = &checker->items[j], swap = *a;
            if (a->line < b->line || (a->line == b->line && a->column <= b->column))
                break;
            *a = *b;
            *b = swap;
        }
    *ret = checker->items;
    *ret_many = checker->many;
    return ERR_OK;
}
