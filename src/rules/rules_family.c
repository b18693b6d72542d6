/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Most facts about a system or a finding are read off its own row: "SELECT key, since, value FROM
 * table WHERE ($1 = 0 OR key = $1) AND condition", with the table and the key of the subject's own query. For
 * one subject such facts need not be asked one by one: each becomes three columns (does the condition hold,
 * since, value) of one SELECT, so the row is read once. Facts of any other shape are left as they are; so are
 * all of them when all subjects are looked at, where each has an index or a scan of its own.
 */
#include "rules/rules_family.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define FAMILIES_MAX 16
#define SQL_MAX      32768

static struct {
    pthread_once_t once;
    struct rules_family at[FAMILIES_MAX];
    size_t many;
} families = {.once = PTHREAD_ONCE_INIT};

/* ---- taking a query apart ---- */

struct parts {
    struct str key, since, value, table, condition;
};

/* Cuts at the next separator outside parentheses and quotes; the last part is the whole rest. */
static bool cut_top(struct str *rest, const char *separator, struct str *ret)
{
    size_t len = strlen(separator);
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i + len <= rest->len; i++) {
        char c = rest->at[i];
        quoted = c == '\'' ? !quoted : quoted;
        depth += quoted ? 0 : (c == '(') - (c == ')');
        if (depth == 0 && !quoted && memcmp(rest->at + i, separator, len) == 0) {
            *ret = str_trim(str_slice(*rest, 0, i));
            *rest = str_slice(*rest, i + len, rest->len);
            return true;
        }
    }
    return false;
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.at[i]) && text.at[i] != '_')
            return false;
    return text.len > 0;
}

static bool has_top(struct str text, const char *word)
{
    struct str part;
    return cut_top(&text, word, &part);
}

/* True when the query has the plain shape; its texts point into it, but condition is made. */
static bool take_apart(const char *sql, struct parts *ret)
{
    static const char *const beyond[] = {" JOIN ", " GROUP BY ", " UNION ", " ORDER BY ", " LIMIT ", " OR "};
    struct str rest = str_of(sql), select;
    char mark[128];
    size_t at;
    if (!str_starts(rest, STR("SELECT ")) || strstr(sql, "$2"))
        return false;
    rest = str_slice(rest, 7, rest.len);
    if (!cut_top(&rest, " FROM ", &select) || !cut_top(&rest, " WHERE ", &ret->table) || !is_name(ret->table))
        return false;
    if (!cut_top(&select, ",", &ret->key) || !is_name(ret->key) || !cut_top(&select, ",", &ret->since))
        return false;
    ret->value = str_trim(select);
    if (has_top(ret->value, ","))
        return false;
    for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
        if (has_top(rest, beyond[i]))
            return false;
    int len = snprintf(mark, sizeof mark, "($1 = 0 OR %.*s = $1)", STR_ARG(ret->key));
    if (len < 0 || len >= (int)sizeof mark || !str_find(rest, str_of(mark), &at))
        return false;
    char *made = malloc(rest.len + 8);
    if (!made)
        log_abort("out of memory");
    int n = snprintf(made, rest.len + 8, "%.*s1 = 1%.*s", (int)at, rest.at, (int)(rest.len - at) - len,
                     rest.at + at + len);
    ret->condition = (struct str){made, (size_t)n};
    return !strstr(made, "$1") || (free(made), false);
}

/* The table and the key of a subject's own query, which has more columns. */
static bool own_table(const struct rules_subject *subject, struct str *ret_table, struct str *ret_key)
{
    struct str rest = str_of(subject->sql), select;
    if (!str_starts(rest, STR("SELECT ")))
        return false;
    rest = str_slice(rest, 7, rest.len);
    return cut_top(&rest, " FROM ", &select) && cut_top(&rest, " WHERE ", ret_table) && is_name(*ret_table) &&
           cut_top(&select, ",", ret_key) && is_name(*ret_key);
}

/* ---- putting them together ---- */

static void add(struct rules_family *family, struct buf *sql, const struct rules_fact *fact,
                const struct parts *parts)
{
    if (family->many == RULES_FAMILY_MAX)
        return;
    buf_format(sql, "%sCASE WHEN %.*s THEN 1 ELSE 0 END, %.*s, %.*s", family->many ? ", " : "SELECT ",
               STR_ARG(parts->condition), STR_ARG(parts->since), STR_ARG(parts->value));
    family->facts[family->many++] = fact;
}

static void found(const struct rules_subject *subject)
{
    struct rules_family *family = &families.at[families.many];
    struct str table, key;
    BUF(sql, SQL_MAX);
    if (families.many == FAMILIES_MAX || !own_table(subject, &table, &key))
        return;
    *family = (struct rules_family){.subject = subject};
    for (size_t i = 0; rules_fact_at(i); i++) {
        const struct rules_fact *fact = rules_fact_at(i);
        struct parts parts;
        if (strcmp(fact->subject, subject->name) != 0 || fact->args[0] || !take_apart(fact->sql, &parts))
            continue;
        if (str_eq(parts.table, table) && str_eq(parts.key, key))
            add(family, &sql, fact, &parts);
        free((void *)(uintptr_t)parts.condition.at);
    }
    buf_format(&sql, " FROM %.*s WHERE %.*s = $1", STR_ARG(table), STR_ARG(key));
    if (family->many < 2 || sql.over)
        return;
    family->sql = strdup(buf_str(&sql).at);
    if (!family->sql)
        log_abort("out of memory");
    families.many++;
}

static void find_all(void)
{
    for (size_t i = 0; rules_subject_at(i); i++)
        found(rules_subject_at(i));
}

const struct rules_family *rules_family_of(const struct rules_fact *fact, size_t *ret_slot)
{
    pthread_once(&families.once, find_all);
    for (size_t i = 0; i < families.many; i++) {
        const struct rules_family *family = &families.at[i];
        for (size_t k = 0; k < family->many; k++)
            if (family->facts[k] == fact) {
                *ret_slot = k;
                return family;
            }
    }
    return NULL;
}
