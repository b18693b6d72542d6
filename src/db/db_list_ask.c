/* SPDX-License-Identifier: Apache-2.0
 *
 * What a list was asked: filters, search, sort, limit, cursor. A cursor is opaque to its holder: kind, key
 * and sort value of the last row shown, and eight bytes of SM3 over them and over which list and order they
 * belong to. The digest finds mistakes (a cursor of another list, a cut one); it is no secret, and needs to
 * be none: scope and filters are applied anew to every page.
 */
#include "db/db_list_inner.h"

#include <string.h>
#include "base/crypt.h"
#include "base/log.h"

#define SEARCH_MAX  100
#define LIMIT_MAX   200
#define LIMIT_USUAL 20

static struct str param_of(const struct list_run *run, const char *name)
{
    return str_trim(run->ask->param(run->ask->from, name));
}

/* ---- filters ---- */

static bool takes_many(const struct db_filter *filter)
{
    struct str sql = str_of(filter->sql);
    return filter->type == FIELD_ENUM && (str_ends(sql, STR("= $$")) || str_ends(sql, STR("= $$)")));
}

static enum err read_value(struct list_run *run, const struct db_filter *filter, struct str text,
                           struct db_arg *ret)
{
    const struct field field = {.name = filter->param, .type = filter->type, .of = filter->of};
    struct field_value value = {0};
    TRY(field_parse_text(run->call, &field, filter->param, text, &value));
    switch (filter->type) {
    case FIELD_INT:
    case FIELD_MONEY:
    case FIELD_BOOL:
    case FIELD_TIME:
    case FIELD_REF:
        *ret = db_int(value.number);
        break;
    default:
        *ret = db_str(value.text);
        break;
    }
    return ERR_OK;
}

/* One value of a closed list is written into the text: a query that says state = 'open' can be answered by an
 * index of the open ones alone, one that says state = $3 cannot. */
static bool as_literal(const struct db_filter *filter, struct str text, uint8_t *ret)
{
    for (int i = 0; i < LIST_LITERALS && filter->of->names[i]; i++)
        if (str_is(text, filter->of->names[i])) {
            *ret = (uint8_t)(LIST_LITERAL + i);
            return true;
        }
    return false;
}

/* The number of values is rounded up to a power of two (the last repeats), so that few texts serve all. */
static enum err read_several(struct list_run *run, const struct db_filter *filter, struct str text,
                             uint8_t *ret_many)
{
    struct str rest = text, part;
    struct db_arg value = db_null();
    int many = 0, rounded = 1;
    while (str_cut(&rest, ',', &part)) {
        part = str_trim(part);
        if (part.len == 0)
            continue;
        if (many == LIST_IN_MAX)
            return call_fail(run->call, ERR_INVALID, filter->param, "db.filter_too_many");
        TRY(read_value(run, filter, part, &value));
        db_list_add_arg(run, value);
        many++;
    }
    while (rounded < many)
        rounded *= 2;
    for (; many > 0 && many < rounded; many++)
        db_list_add_arg(run, value);
    *ret_many = (uint8_t)many;
    return ERR_OK;
}

static enum err read_filter(struct list_run *run, int at)
{
    const struct db_filter *filter = &run->list->filters[at];
    struct str text = param_of(run, filter->param);
    if (text.len == 0)
        return ERR_OK;
    if (takes_many(filter) && as_literal(filter, text, &run->asked.filters[at]))
        return ERR_OK;
    if (takes_many(filter))
        return read_several(run, filter, text, &run->asked.filters[at]);
    struct db_arg value = db_null();
    TRY(read_value(run, filter, text, &value));
    if (strstr(filter->sql, "$$"))
        db_list_add_arg(run, value);
    run->asked.filters[at] = strstr(filter->sql, "$$") || value.number ? 1 : LIST_FILTER_FALSE;
    return ERR_OK;
}

static enum err read_filters(struct list_run *run)
{
    if (run->list->many_filters > LIST_FILTERS_MAX)
        log_abort("db: a list with more than %d filters", LIST_FILTERS_MAX);
    enum err word = ERR_OK;
    for (size_t i = 0; i < run->list->many_filters; i++) {
        enum err one = read_filter(run, (int)i);
        if (one != ERR_OK)
            word = one; /* all faults are named, not just the first */
    }
    return word;
}

/* ---- search ---- */

static enum err read_search(struct list_run *run)
{
    if (!run->list->search)
        return ERR_OK;
    struct str text = param_of(run, "q");
    if (text.len == 0)
        return ERR_OK;
    if (utf8_length(text) > SEARCH_MAX)
        return call_fail(run->call, ERR_INVALID, "q", "db.search_too_long", STR("100"));
    if (!utf8_valid(text))
        return call_fail(run->call, ERR_INVALID, "q", "db.search_not_text");
    char *pattern = arena_alloc(run->call->arena, text.len * 2 + 3);
    size_t len = 0;
    pattern[len++] = '%';
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("%_\\", text.at[i]))
            pattern[len++] = '\\';
        pattern[len++] = text.at[i];
    }
    pattern[len++] = '%';
    run->asked.searched = 1;
    db_list_add_arg(run, db_str((struct str){pattern, len}));
    return ERR_OK;
}

/* ---- sort ---- */

static enum err read_sort(struct list_run *run)
{
    const struct db_list *list = run->list;
    struct str wish = param_of(run, "sort");
    bool asked = wish.len > 0;
    if (!asked)
        wish = str_of(list->default_sort);
    run->asked.descending = str_starts(wish, STR("-"));
    struct str name = str_slice(wish, run->asked.descending, wish.len);
    for (size_t i = 0; i < list->many_sorts; i++) {
        if (!str_is(name, list->sorts[i].param))
            continue;
        run->asked.sort = (int16_t)i;
        run->sort_is_key = strcmp(list->sorts[i].column, list->key) == 0;
        return ERR_OK;
    }
    if (!asked)
        log_abort("db: the default sort %s is not among the sorts of its list", list->default_sort);
    return call_fail(run->call, ERR_INVALID, "sort", "db.sort_unknown", str_slice(wish, 0, 60));
}

enum err db_list_read_limit(struct list_run *run, int *ret_limit)
{
    int64_t limit = run->ask->limit;
    struct str text = param_of(run, "limit");
    if (limit == 0 && text.len > 0 && !str_to_int(text, &limit))
        limit = -1;
    if (limit == 0 && text.len == 0)
        limit = LIMIT_USUAL;
    if (limit < 1 || limit > LIMIT_MAX)
        return call_fail(run->call, ERR_INVALID, "limit", "db.limit_range", STR("1"), STR("200"));
    *ret_limit = (int)limit;
    return ERR_OK;
}

/* ---- cursor ---- */

#define DIGEST_LEN 8
#define HEAD_LEN   9 /* kind, key */

static void digest_of(const struct list_run *run, struct str body, char ret[DIGEST_LEN])
{
    const char *select = run->list->select, *sort = run->list->sorts[run->asked.sort].param;
    uint64_t which = db_hash(select, strlen(select), db_hash(sort, strlen(sort), run->asked.descending));
    char *all = arena_alloc(run->call->arena, sizeof which + body.len);
    memcpy(all, &which, sizeof which);
    memcpy(all + sizeof which, body.at, body.len);
    struct crypt_sm3 digest = crypt_sm3((struct str){all, sizeof which + body.len});
    memcpy(ret, digest.bytes, DIGEST_LEN);
}

struct str db_list_cursor_write(struct list_run *run, const struct list_place *place)
{
    bool bare = place->at == LIST_AFTER_NULL || run->sort_is_key;
    enum db_kind kind = bare ? DB_NULL : place->value.kind;
    struct str value = STR_NONE;
    if (kind == DB_INT)
        value = (struct str){(const char *)&place->value.number, sizeof place->value.number};
    else if (kind == DB_REAL)
        value = (struct str){(const char *)&place->value.real, sizeof place->value.real};
    else if (kind == DB_TEXT)
        value = place->value.bytes;
    char *bytes = arena_alloc(run->call->arena, HEAD_LEN + value.len + DIGEST_LEN);
    bytes[0] = (char)kind;
    memcpy(bytes + 1, &place->key, sizeof place->key);
    if (value.len > 0)
        memcpy(bytes + HEAD_LEN, value.at, value.len);
    digest_of(run, (struct str){bytes, HEAD_LEN + value.len}, bytes + HEAD_LEN + value.len);
    return crypt_base64url(run->call->arena, bytes, HEAD_LEN + value.len + DIGEST_LEN);
}

static bool decode(struct list_run *run, struct str bytes, struct list_place *ret)
{
    char digest[DIGEST_LEN];
    if (bytes.len < HEAD_LEN + DIGEST_LEN)
        return false;
    struct str body = str_slice(bytes, 0, bytes.len - DIGEST_LEN);
    digest_of(run, body, digest);
    if (memcmp(digest, bytes.at + body.len, DIGEST_LEN) != 0)
        return false;
    struct str value = str_slice(body, HEAD_LEN, body.len);
    memcpy(&ret->key, body.at + 1, sizeof ret->key);
    ret->at = LIST_AFTER_VALUE;
    ret->value = db_null();
    switch (body.at[0]) {
    case DB_NULL:
        ret->at = run->sort_is_key ? LIST_AFTER_VALUE : LIST_AFTER_NULL;
        return value.len == 0;
    case DB_INT:
        ret->value.kind = DB_INT;
        memcpy(&ret->value.number, value.at, value.len == 8 ? 8 : 0);
        return value.len == 8 && !run->sort_is_key;
    case DB_REAL:
        ret->value.kind = DB_REAL;
        memcpy(&ret->value.real, value.at, value.len == 8 ? 8 : 0);
        return value.len == 8 && !run->sort_is_key;
    case DB_TEXT:
        ret->value = db_str(value);
        return !run->sort_is_key && (value.len == 0 || utf8_valid(value));
    default:
        return false;
    }
}

static enum err read_cursor(struct list_run *run, struct list_place *ret)
{
    struct str text = param_of(run, "cursor"), bytes = STR_NONE;
    if (text.len == 0)
        return ERR_OK;
    if (crypt_from_base64url(run->call->arena, text, &bytes) == ERR_OK && decode(run, bytes, ret))
        return ERR_OK;
    return call_fail(run->call, ERR_INVALID, "cursor", "db.cursor_invalid");
}

enum err db_list_read_ask(struct list_run *run, struct list_place *ret_place)
{
    memset(&run->asked, 0, sizeof run->asked);
    run->asked.list = run->list;
    TRY(db_list_read_scope(run));
    TRY(read_filters(run));
    TRY(read_search(run));
    TRY(read_sort(run));
    return read_cursor(run, ret_place);
}
