/* SPDX-License-Identifier: Apache-2.0
 *
 * The SQL of a list, composed from its descriptor and kept: a text depends on which filters are set, not on
 * their values, so a list route soon composes nothing. The order of parameters is that of db_list_read_ask:
 * scope from, scope to, filters, search, then the place (sort value, key).
 */
#include "db/db_list_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

#define SQL_TEXT_MAX 65536

struct db_list_texts {
    struct {
        struct list_asked asked;
        char *sql;
    } slots[DB_LIST_TEXTS];
    struct list_refusal refusals[DB_LIST_TEXTS];
};

void db_list_texts_free(struct db_list_texts *texts)
{
    if (!texts)
        return;
    for (int i = 0; i < DB_LIST_TEXTS; i++)
        free(texts->slots[i].sql);
    free(texts);
}

/* ---- reading the descriptor's own SQL ---- */

static bool word_at(const char *sql, const char *at, const char *word)
{
    size_t len = strlen(word);
    bool starts = at == sql || !(isalnum((unsigned char)at[-1]) || at[-1] == '_' || at[-1] == '.');
    return starts && strncasecmp(at, word, len) == 0 && !isalnum((unsigned char)at[len]) && at[len] != '_';
}

/* The word outside parentheses and strings, or NULL. */
static const char *top_word(const char *sql, const char *word)
{
    int depth = 0;
    for (const char *at = sql; *at; at++) {
        if (*at == '\'' || *at == '"') {
            const char *end = strchr(at + 1, *at);
            if (!end)
                return NULL;
            at = end;
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            depth--;
        } else if (depth == 0 && word_at(sql, at, word)) {
            return at;
        }
    }
    return NULL;
}

/* ---- conditions ---- */

struct text {
    struct buf *sql;
    int next_param;
    bool any; /* a condition stands already */
    const char *scope;
};

static void add_and(struct text *t)
{
    buf_add_str(t->sql, t->any ? STR(" AND ") : STR(" WHERE "));
    t->any = true;
}

/* Copies the condition with $$ replaced by $n. */
static void add_with_param(struct text *t, struct str sql, int n)
{
    size_t at = 0;
    while (str_find(sql, STR("$$"), &at)) {
        buf_add(t->sql, sql.at, at);
        buf_format(t->sql, "$%d", n);
        sql = str_slice(sql, at + 2, sql.len);
    }
    buf_add_str(t->sql, sql);
}

static void add_filter(struct text *t, const struct db_filter *filter, int values)
{
    struct str sql = str_of(filter->sql);
    add_and(t);
    if (values == LIST_FILTER_FALSE) {
        buf_format(t->sql, "NOT (%s)", filter->sql);
        return;
    }
    bool inner = str_ends(sql, STR("$$)")); /* "EXISTS (… = $$)" */
    buf_add_char(t->sql, '(');
    if (values >= LIST_LITERAL) {
        buf_add(t->sql, sql.at, sql.len - (inner ? 3 : 2));
        buf_format(t->sql, "'%s')%s", filter->of->names[values - LIST_LITERAL], inner ? ")" : "");
        return;
    }
    if (values > 1) {
        buf_add(t->sql, sql.at, sql.len - (inner ? 5 : 4));
        buf_add_str(t->sql, STR("IN ("));
        for (int i = 0; i < values; i++)
            buf_format(t->sql, "%s$%d", i ? ", " : "", t->next_param++);
        buf_add_str(t->sql, inner ? STR("))") : STR(")"));
    } else {
        bool valued = strstr(filter->sql, "$$") != NULL;
        add_with_param(t, sql, t->next_param);
        t->next_param += valued;
    }
    buf_add_char(t->sql, ')');
}

/* LIKE needs its escape said on SQLite: after `LIKE $$`, or after `LIKE LOWER($$)`, unless it is said
 * already. */
static void add_search(struct text *t, const char *sql)
{
    struct str rest = str_of(sql);
    size_t at = 0;
    add_and(t);
    buf_add_char(t->sql, '(');
    while (str_find(rest, STR("$$"), &at)) {
        struct str before = str_trim(str_slice(rest, 0, at));
        buf_add(t->sql, rest.at, at);
        buf_format(t->sql, "$%d", t->next_param);
        rest = str_slice(rest, at + 2, rest.len);
        if (str_ends(before, STR("LOWER(")) && str_starts(rest, STR(")"))) {
            buf_add_char(t->sql, ')');
            rest = str_slice(rest, 1, rest.len);
            before = str_trim(str_slice(before, 0, before.len - 6));
        }
        if (str_ends(before, STR("LIKE")) && !str_starts(str_trim(rest), STR("ESCAPE")))
            buf_add_str(t->sql, STR(" ESCAPE '\\'"));
    }
    buf_add_str(t->sql, rest);
    buf_add_char(t->sql, ')');
    t->next_param++;
}

static bool sorted_by_scope(const struct list_asked *asked)
{
    return asked->phase == LIST_VALUES && asked->list->scope &&
           strcmp(asked->list->sorts[asked->sort].column, asked->list->scope) == 0;
}

/* A bound on an expression filters rows but starts no index range, since of an expression there is no index.
 */
static void add_bound(struct text *t, const char *sign, bool ranges)
{
    const char *scope = t->scope;
    add_and(t);
    buf_format(t->sql, ranges ? "%s %s $%d" : "COALESCE(%s, '') %s $%d", scope, sign, t->next_param++);
}

static void add_scope(struct text *t, const struct list_asked *asked)
{
    const struct db_list *list = asked->list;
    if (asked->scoped == LIST_EXACT) {
        add_and(t);
        buf_format(t->sql, "%s = $%d", list->scope, t->next_param++);
        return;
    }
    /* A walk goes by the index of the order. And a later page of a list in the order of the path begins at
     * its place: SQLite takes one bound for the start of a range, and must not take the scope's. */
    bool walk = asked->scoped == LIST_WALK, later = asked->continues && sorted_by_scope(asked);
    t->scope = list->scope;
    add_bound(t, ">=", !walk && !(later && !asked->descending));
    add_bound(t, "<", !walk && !(later && asked->descending));
}

static void add_conditions(struct text *t, const struct list_asked *asked)
{
    const struct db_list *list = asked->list;
    if (list->where) {
        add_and(t);
        buf_format(t->sql, "(%s)", list->where);
    }
    if (asked->scoped)
        add_scope(t, asked);
    for (size_t i = 0; i < list->many_filters; i++)
        if (asked->filters[i])
            add_filter(t, &list->filters[i], asked->filters[i]);
    if (asked->searched)
        add_search(t, list->search);
}

/* ---- the place and the order ---- */

static void add_place(struct text *t, const struct list_asked *asked)
{
    const char *key = asked->list->key, *column = asked->list->sorts[asked->sort].column;
    const char *beyond = asked->descending ? "<" : ">";
    bool by_key = strcmp(column, key) == 0;
    if (asked->phase == LIST_NULLS) {
        add_and(t);
        buf_format(t->sql, "%s IS NULL", column);
    } else if (!by_key && !asked->continues) {
        add_and(t);
        buf_format(t->sql, "%s IS NOT NULL", column);
    }
    if (!asked->continues)
        return;
    add_and(t);
    if (by_key || asked->phase == LIST_NULLS)
        buf_format(t->sql, "%s %s $%d", key, beyond, t->next_param);
    else
        buf_format(t->sql, "(%s, %s) %s ($%d, $%d)", column, key, beyond, t->next_param, t->next_param + 1);
    /* Within one path the place is the key's: said again, so that the range begins there. */
    if (asked->scoped == LIST_EXACT && sorted_by_scope(asked) && !by_key)
        buf_format(t->sql, " AND %s %s $%d", key, beyond, t->next_param + 1);
}

static void add_order(struct text *t, const struct list_asked *asked)
{
    const char *key = asked->list->key, *column = asked->list->sorts[asked->sort].column;
    const char *direction = asked->descending ? " DESC" : "";
    buf_add_str(t->sql, STR(" ORDER BY "));
    if (asked->phase == LIST_VALUES && strcmp(column, key) != 0)
        buf_format(t->sql, "%s%s, ", column, direction);
    buf_format(t->sql, "%s%s LIMIT %d", key, direction, asked->limit);
}

static void compose_rows(struct text *t, const struct list_asked *asked)
{
    const struct db_list *list = asked->list;
    const char *from = top_word(list->select, "FROM");
    if (!from)
        log_abort("db: a list without FROM: %s", list->select);
    buf_add(t->sql, list->select, (size_t)(from - list->select));
    buf_format(t->sql, ", %s AS list_sort, %s AS list_key %s", list->sorts[asked->sort].column, list->key,
               from);
    add_conditions(t, asked);
    add_place(t, asked);
    add_order(t, asked);
}

static void compose_below(struct text *t, const struct list_asked *asked)
{
    const struct db_list *list = asked->list;
    const char *select = top_word(list->select, "SELECT"), *from = top_word(list->select, "FROM");
    if (!select || !from)
        log_abort("db: a list without SELECT and FROM: %s", list->select);
    buf_add(t->sql, list->select, (size_t)(select - list->select));
    buf_format(t->sql, "SELECT 1 %s WHERE %s > $1 AND %s < $2 LIMIT 1", from, list->scope, list->scope);
}

/* ---- counting ---- */

/* Is a column of the table so called spoken of? */
static bool speaks_of(struct str text, struct str alias)
{
    for (size_t i = 0; i + alias.len < text.len; i++) {
        bool starts = i == 0 || !(isalnum((unsigned char)text.at[i - 1]) || text.at[i - 1] == '_');
        if (starts && text.at[i + alias.len] == '.' && !memcmp(text.at + i, alias.at, alias.len))
            return true;
    }
    return false;
}

/* Where the last LEFT JOIN outside parentheses begins, and what the joined table is called. */
static bool last_join(struct str from, size_t *ret_at, struct str *ret_alias)
{
    const char *found = NULL;
    for (const char *at = from.at; (at = top_word(at, "LEFT")) && at < from.at + from.len; at++)
        found = at;
    if (!found)
        return false;
    struct str rest = str_slice(from, (size_t)(found - from.at), from.len), word;
    *ret_at = (size_t)(found - from.at);
    for (int i = 0; i < 3; i++) /* LEFT, JOIN, the table */
        if (!str_cut(&rest, ' ', &word))
            return false;
    const char *inner = top_word(rest.at, "JOIN"); /* a join that may leave rows out */
    return !(inner && inner < from.at + from.len) && str_cut(&rest, ' ', ret_alias) && ret_alias->len > 0 &&
           !str_is(*ret_alias, "ON");
}

/* A row of a list is one row of its first table (its key says so), so tables joined only for what they show
 * are not needed to count. */
static struct str without_joins(struct str from, struct str conditions)
{
    size_t at;
    struct str alias;
    while (last_join(from, &at, &alias) && !speaks_of(conditions, alias))
        from = str_slice(from, 0, at);
    return from;
}

static void compose_count(struct text *t, const struct list_asked *asked)
{
    const struct db_list *list = asked->list;
    const char *select = top_word(list->select, "SELECT"), *from = top_word(list->select, "FROM");
    if (!select || !from)
        log_abort("db: a list without SELECT and FROM: %s", list->select);
    bool distinct = top_word(select, "DISTINCT") != NULL;
    buf_add(t->sql, list->select, (size_t)(select - list->select));
    buf_add_str(t->sql, STR("SELECT COUNT(*) "));
    if (distinct) {
        buf_format(t->sql, "FROM (%s", select);
        add_conditions(t, asked);
        buf_add_str(t->sql, STR(") AS listed"));
        return;
    }
    BUF(conditions, SQL_TEXT_MAX);
    struct text apart = {.sql = &conditions, .next_param = 1};
    add_conditions(&apart, asked);
    buf_add_str(t->sql, without_joins(str_of(from), buf_str(&conditions)));
    buf_add_str(t->sql, buf_str(&conditions));
}

/* ---- kept texts ---- */

static struct db_list_texts *texts_of(struct db *db)
{
    if (!db->texts)
        db->texts = calloc(1, sizeof *db->texts);
    if (!db->texts)
        log_abort("out of memory for list texts");
    return db->texts;
}

struct list_refusal *db_list_refusal_at(struct db *db, uint64_t hash)
{
    return &texts_of(db)->refusals[hash % DB_LIST_TEXTS];
}

static const char *sql_of(struct db *db, const struct list_asked *asked)
{
    struct db_list_texts *texts = texts_of(db);
    size_t at = db_hash(asked, sizeof *asked, 0) % DB_LIST_TEXTS;
    if (texts->slots[at].sql && memcmp(&texts->slots[at].asked, asked, sizeof *asked) == 0)
        return texts->slots[at].sql;
    BUF(sql, SQL_TEXT_MAX);
    struct text t = {.sql = &sql, .next_param = 1};
    if (asked->phase == LIST_COUNT)
        compose_count(&t, asked);
    else if (asked->phase == LIST_BELOW)
        compose_below(&t, asked);
    else
        compose_rows(&t, asked);
    if (sql.over)
        log_abort("db: the SQL of a list is over %d bytes", SQL_TEXT_MAX);
    char *kept = strdup(buf_str(&sql).at);
    if (!kept)
        log_abort("out of memory for a list text");
    free(texts->slots[at].sql);
    texts->slots[at].sql = kept;
    texts->slots[at].asked = *asked;
    return kept;
}

enum err db_list_start(struct list_run *run, const struct list_place *place, int limit, struct db_rows *rows)
{
    int many = run->many;
    bool continues = place->at != LIST_START;
    run->asked.limit = limit;
    run->asked.continues = continues;
    if (continues && run->asked.phase == LIST_VALUES && !run->sort_is_key)
        run->args[many++] = place->value;
    if (continues)
        run->args[many++] = db_int(place->key);
    return db_start(run->call->db, sql_of(run->call->db, &run->asked), run->args, (size_t)many, true, rows);
}

enum err db_list_start_below(struct list_run *run, const struct db_arg args[2], struct db_rows *rows)
{
    struct list_asked asked;
    memset(&asked, 0, sizeof asked);
    asked.list = run->list;
    asked.phase = LIST_BELOW;
    return db_start(run->call->db, sql_of(run->call->db, &asked), args, 2, true, rows);
}

enum err db_list_start_count(struct list_run *run, struct db_rows *rows)
{
    struct list_asked asked = run->asked;
    asked.phase = LIST_COUNT;
    asked.limit = 0;
    asked.sort = 0;
    asked.continues = asked.descending = 0;
    return db_start(run->call->db, sql_of(run->call->db, &asked), run->args, (size_t)run->many, true, rows);
}
