/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists against an oracle: the rows are also kept in an array, filtered and sorted there, and every page of
 * every sort must be the same rows in the same order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <limits.h>
#include "base/json.h"
#include "db/db_test.h"

#define assert_ok(e) assert_int_equal((e), ERR_OK)
#define ROWS         700

static const char *const state_names[] = {"planned", "running", "stopped", "gone", NULL};
static const struct field_enum state_enum = {"state", state_names, NULL};
static const struct field fields[] = {
    {.name = "thing_id", .type = FIELD_INT},
    {.name = "name", .type = FIELD_TEXT},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum},
    {.name = "size", .type = FIELD_INT},
    {.name = "share", .type = FIELD_JSON},
    {.name = "person", .type = FIELD_TEXT, .flags = FIELD_PERSONAL},
    {.name = "unit_path", .type = FIELD_TEXT},
};
static const struct field_table columns = FIELD_TABLE("thing", fields);
static const struct db_filter filters[] = {
    {"state", "t.state = $$", FIELD_ENUM, &state_enum},
    {"min_size", "t.size >= $$", FIELD_INT, NULL},
    {"named", "t.name IS NOT NULL", FIELD_BOOL, NULL},
    {"either", "(t.name = $$ OR t.person = $$)", FIELD_TEXT, NULL},
};
static const struct db_sort sorts[] = {{"id", "t.thing_id"},
                                       {"name", "t.name"},
                                       {"size", "t.size"},
                                       {"share", "t.share"},
                                       {"path", "t.unit_path"}};
static const struct db_list list = {
    .columns = &columns,
    .select = "SELECT t.thing_id, t.name, t.state, t.size, t.share, t.person, (SELECT o.unit_path FROM thing "
              "o WHERE o.thing_id = t.thing_id)"
              " FROM thing t",
    .where = "t.hidden = 0",
    .scope = "t.unit_path",
    .key = "t.thing_id",
    .default_sort = "-id",
    .filters = filters,
    .many_filters = 4,
    .sorts = sorts,
    .many_sorts = 5,
    .search = "t.name LIKE $$ OR LOWER(t.person) LIKE LOWER($$)",
};
static const char *const tables = "CREATE TABLE thing (thing_id INTEGER PRIMARY KEY, name TEXT, state TEXT "
                                  "NOT NULL, size INTEGER, share REAL, person TEXT,"
                                  " unit_path TEXT NOT NULL, hidden INTEGER NOT NULL) STRICT; CREATE INDEX "
                                  "thing_name ON thing(name, thing_id);"
                                  "CREATE INDEX thing_path ON thing(unit_path, thing_id);";

struct thing {
    int64_t id;
    char name[32]; /* "" is NULL */
    int state;
    int64_t size; /* -1 is NULL */
    double share; /* -1 is NULL */
    char path[16];
    bool hidden;
};
static struct thing things[ROWS];

static unsigned some(unsigned below)
{
    static uint64_t seed = 20260930;
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % below;
}

static void fill(struct db_test *t)
{
    static const char *const parts[] = {"", "平台", "系统", "a_b", "a%b", "a\\b", "Zeta", "zeta"};
    static const char *const paths[] = {"0001", "00010001", "00010002", "000100020001", "0001vvvv", "0002"};
    assert_ok(db_begin(t->db));
    for (int i = 0; i < ROWS; i++) {
        struct thing *it = &things[i];
        memset(it, 0, sizeof *it);
        it->id = 1 + i * 3;
        if (some(5))
            snprintf(it->name, sizeof it->name, "%s%u", parts[some(8)], some(20));
        it->state = (int)some(4);
        it->size = some(4) ? (int64_t)some(30) * 10000000000 : -1;
        it->share = some(3) ? some(40) / 7.0 : -1;
        snprintf(it->path, sizeof it->path, "%s", paths[some(6)]);
        it->hidden = some(10) == 0;
        assert_ok(db_run(&t->call, "INSERT INTO thing VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                         db_int(it->id), db_str_or_null(str_of(it->name)), db_c(state_names[it->state]),
                         it->size < 0 ? db_null() : db_int(it->size),
                         it->share < 0 ? db_null() : (struct db_arg){DB_REAL, 0, it->share, {0}},
                         db_c("示例联系人"), db_c(it->path), db_int(it->hidden)));
    }
    assert_ok(db_commit(t->db));
}

static int open_test(void **state)
{
    struct db_test *t = calloc(1, sizeof *t);
    db_test_open(t, NULL, 0);
    db_test_step(t, "tables", tables);
    fill(t);
    *state = t;
    return 0;
}

static int close_test(void **state)
{
    db_test_close(*state);
    free(*state);
    return 0;
}

/* ---- asking ---- */

struct params {
    const char *pairs[20]; /* name, value, … */
};

static struct str param(void *from, const char *name)
{
    struct params *p = from;
    for (int i = 0; p->pairs[i]; i += 2)
        if (strcmp(p->pairs[i], name) == 0)
            return str_of(p->pairs[i + 1]);
    return STR_NONE;
}

static enum err ask_json(struct db_test *t, struct db_list_ask ask, const struct json **ret)
{
    BUF(out, 4 * 1024 * 1024);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    enum err word = db_list(&t->call, &list, &ask, &w, NULL);
    json_close_object(&w);
    if (word == ERR_OK)
        assert_ok(json_parse(t->call.arena, buf_str(&out), ret, NULL));
    return word;
}

static struct db_list_ask ask_of(struct params *p, const char *scope, int limit)
{
    return (struct db_list_ask){.param = param, .from = p, .scope_path = str_of(scope), .limit = limit};
}

/* ---- the oracle ---- */

static int sort_by, sort_sign;

static bool has_value(const struct thing *it)
{
    return sort_by == 1   ? it->name[0] != '\0'
           : sort_by == 2 ? it->size >= 0
           : sort_by == 3 ? it->share >= 0
                          : true;
}

static int order(const void *a, const void *b)
{
    const struct thing *x = *(const struct thing *const *)a, *y = *(const struct thing *const *)b;
    int64_t by = 0;
    if (has_value(x) != has_value(y))
        return has_value(x) ? -1 : 1;
    if (has_value(x))
        by = sort_by == 1   ? strcmp(x->name, y->name)
             : sort_by == 2 ? (x->size > y->size) - (x->size < y->size)
             : sort_by == 3 ? (x->share > y->share) - (x->share < y->share)
             : sort_by == 4 ? strcmp(x->path, y->path)
                            : 0;
    if (by == 0)
        by = (x->id > y->id) - (x->id < y->id);
    return (by > 0 ? 1 : -1) * sort_sign;
}

static int expect(const struct thing **ret, const char *scope, unsigned states, int64_t min_size)
{
    int many = 0;
    for (int i = 0; i < ROWS; i++) {
        const struct thing *it = &things[i];
        bool in = !it->hidden && strncmp(it->path, scope, strlen(scope)) == 0 && (states >> it->state & 1) &&
                  (min_size == 0 || it->size >= min_size);
        if (in)
            ret[many++] = it;
    }
    qsort(ret, (size_t)many, sizeof ret[0], order);
    return many;
}

static void compare_pages(struct db_test *t, struct params p, const char *scope, int limit,
                          const struct thing **want, int many)
{
    int seen = 0, pair = 0;
    while (p.pairs[pair])
        pair += 2;
    for (;;) {
        const struct json *page = NULL;
        assert_ok(ask_json(t, ask_of(&p, scope, limit), &page));
        const struct json *items = json_get(page, "items");
        for (size_t i = 0; i < json_count(items); i++, seen++) {
            assert_true(seen < many);
            assert_int_equal(json_int(json_get(json_item(items, i), "thing_id"), 0), want[seen]->id);
        }
        if (json_kind(json_get(page, "next")) == JSON_NULL)
            break;
        assert_int_equal(json_count(items), limit);
        p.pairs[pair] = "cursor";
        p.pairs[pair + 1] = str_c(t->call.arena, json_text(json_get(page, "next")));
    }
    assert_int_equal(seen, many);
}

static void every_page_of_every_sort(void **state)
{
    struct db_test *t = *state;
    static const char *const wishes[] = {"id",    "-id",   "name",   "-name", "size",
                                         "-size", "share", "-share", "path",  "-path"};
    static const char *const scopes[] = {"", "0001", "00010002", "0003"};
    static const int limits[] = {1, 7, 200};
    const struct thing *want[ROWS];
    for (int s = 0; s < 10; s++) {
        sort_by = s / 2;
        sort_sign = s % 2 ? -1 : 1;
        for (int c = 0; c < 4; c++) {
            struct params all = {{"sort", wishes[s]}};
            compare_pages(t, all, scopes[c], limits[(s + c) % 3], want, expect(want, scopes[c], 15, 0));
            struct params some_states = {
                {"sort", wishes[s], "state", "running, gone,planned", "min_size", "50000000000"}};
            compare_pages(t, some_states, scopes[c], 7, want,
                          expect(want, scopes[c], 1 | 2 | 8, 50000000000));
        }
    }
}

/* When the page ends exactly where the values end. */
static void page_ends_at_the_seam(void **state)
{
    struct db_test *t = *state;
    const struct thing *want[ROWS];
    sort_by = 2;
    for (int sign = -1; sign <= 1; sign += 2) {
        sort_sign = sign;
        int many = expect(want, "00010001", 15, 0), values = 0;
        while (values < many && want[values]->size >= 0)
            values++;
        assert_in_range(values, 2, 199);
        struct params p = {{"sort", sign > 0 ? "size" : "-size"}};
        for (int limit = values - 1; limit <= values + 1; limit++)
            compare_pages(t, p, "00010001", limit, want, many);
    }
}

static int64_t total_of(struct db_test *t, struct params p, const char *scope, size_t *ret_items)
{
    const struct json *page = NULL;
    assert_ok(ask_json(t, ask_of(&p, scope, 200), &page));
    if (ret_items)
        *ret_items = json_count(json_get(page, "items"));
    return json_int(json_get(page, "total"), -1);
}

static void totals(void **state)
{
    struct db_test *t = *state;
    const struct thing *want[ROWS];
    size_t items = 0;
    assert_int_equal(total_of(t, (struct params){{"count", "1"}}, "", &items), expect(want, "", 15, 0));
    assert_int_equal(items, 200);
    assert_int_equal(total_of(t, (struct params){{"count", "1", "state", "stopped"}}, "0001", NULL),
                     expect(want, "0001", 4, 0));
    assert_int_equal(
        total_of(t, (struct params){{"count", "1", "sort", "-name", "state", ",,"}}, "0003", &items), 0);
    assert_int_equal(total_of(t, (struct params){{"count", "0"}}, "", NULL), -1);
    int named = 0, all = expect(want, "", 15, 0);
    for (int i = 0; i < all; i++)
        named += want[i]->name[0] != '\0';
    assert_int_equal(total_of(t, (struct params){{"count", "1", "named", "true"}}, "", NULL), named);
    assert_int_equal(total_of(t, (struct params){{"count", "1", "named", "false"}}, "", NULL), all - named);
    assert_int_equal(total_of(t, (struct params){{"count", "1", "either", "示例联系人"}}, "", NULL), all);
    assert_int_equal(total_of(t, (struct params){{"count", "1", "either", "nobody"}}, "", NULL), 0);
}

/* A select with its own FROM in strings and parentheses, DISTINCT, and a common table expression. */
static void odd_selects(void **state)
{
    struct db_test *t = *state;
    static const struct field one_fields[] = {{.name = "id", .type = FIELD_INT},
                                              {.name = "from", .type = FIELD_TEXT}};
    static const struct field_table one = FIELD_TABLE("one", one_fields);
    static const struct db_sort by_id[] = {{"id", "t.id"}};
    struct db_list odd = {.columns = &one,
                          .select = "WITH wide AS (SELECT unit_path AS id, COUNT(*) AS many FROM thing GROUP "
                                    "BY unit_path) SELECT DISTINCT"
                                    " t.id, 'FROM ' || w.id FROM (SELECT size / 10000000000 AS id, unit_path "
                                    "FROM thing WHERE size IS NOT NULL) t"
                                    " JOIN wide w ON w.id = t.unit_path",
                          .key = "t.id",
                          .default_sort = "id",
                          .sorts = by_id,
                          .many_sorts = 1,
                          .where = "w.id = '0002'"};
    bool seen[30] = {false};
    int many = 0;
    for (int i = 0; i < ROWS; i++) {
        if (things[i].size >= 0 && strcmp(things[i].path, "0002") == 0 &&
            !seen[things[i].size / 10000000000]) {
            seen[things[i].size / 10000000000] = true;
            many++;
        }
    }
    BUF(out, 100000);
    struct json_writer w = json_writer(&out);
    const struct json *page = NULL;
    struct params p = {{"count", "1"}};
    struct db_list_ask ask = ask_of(&p, "", 200);
    json_open_object(&w, NULL);
    assert_ok(db_list(&t->call, &odd, &ask, &w, NULL));
    json_close_object(&w);
    assert_ok(json_parse(t->call.arena, buf_str(&out), &page, NULL));
    assert_int_equal(json_count(json_get(page, "items")), many);
    assert_int_equal(json_int(json_get(page, "total"), -1), many);
    assert_true(str_is(json_text(json_get(json_item(json_get(page, "items"), 0), "from")), "FROM 0002"));
}

static int named_with(const char *part)
{
    int many = 0;
    for (int i = 0; i < ROWS; i++)
        many += !things[i].hidden && strstr(things[i].name, part) != NULL;
    return many;
}

static void search_is_literal(void **state)
{
    struct db_test *t = *state;
    static const char *const asked[] = {"a_b", "a%b", "a\\b", "平台", "zeta", "Zeta1", "台1", "' OR 1=1 --"};
    for (int i = 0; i < 8; i++) {
        int many = named_with(asked[i]);
        assert_int_equal(total_of(t, (struct params){{"count", "1", "q", asked[i]}}, "", NULL), many);
        assert_int_equal(many > 0, i < 7);
    }
    assert_int_equal(total_of(t, (struct params){{"count", "1", "q", "联系"}}, "", NULL),
                     total_of(t, (struct params){{"count", "1"}}, "", NULL));
}

static void faults(void **state)
{
    struct db_test *t = *state;
    const struct json *page = NULL;
    char long_text[400];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    const char *const bad[][2] = {
        {"state", "unknown"}, {"state", "running,unknown"},
        {"min_size", "many"}, {"sort", "secret"},
        {"sort", "-"},        {"cursor", "x"},
        {"cursor", "!!"},     {"cursor", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
        {"q", long_text},     {"limit", "0"},
        {"limit", "201"},     {"limit", "two"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct params p = {{bad[i][0], bad[i][1]}};
        call_faults_clear(&t->call);
        assert_int_equal(ask_json(t, ask_of(&p, "", 0), &page), ERR_INVALID);
        assert_non_null(t->call.faults);
        assert_string_equal(t->call.faults->field, bad[i][0]);
    }
    char many_states[1000] = "";
    for (int i = 0; i < 70; i++)
        strcat(many_states, "running,");
    struct params lots = {{"state", many_states}};
    call_faults_clear(&t->call);
    assert_int_equal(ask_json(t, ask_of(&lots, "", 0), &page), ERR_INVALID);
    struct params bytes = {{"q", "\xff\xfe"}};
    assert_int_equal(ask_json(t, ask_of(&bytes, "", 0), &page), ERR_INVALID);
    struct params two = {{"state", "unknown", "min_size", "many"}};
    call_faults_clear(&t->call);
    assert_int_equal(ask_json(t, ask_of(&two, "", 0), &page), ERR_INVALID);
    assert_int_equal(t->call.faults_count, 2);
}

/* A flipped character, a cut, and the cursor of another order are all noticed. */
static void cursors_are_checked(void **state)
{
    struct db_test *t = *state;
    struct params p = {{"sort", "name"}};
    const struct json *page = NULL;
    assert_ok(ask_json(t, ask_of(&p, "", 50), &page));
    struct str next = json_text(json_get(page, "next"));
    char *text = (char *)(uintptr_t)str_c(t->call.arena, next);
    struct params with = {{"sort", "name", "cursor", text}};
    assert_ok(ask_json(t, ask_of(&with, "", 50), &page));
    for (size_t i = 0; i + 1 < next.len; i++) {
        char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        assert_int_equal(ask_json(t, ask_of(&with, "", 50), &page), ERR_INVALID);
        text[i] = was;
    }
    text[next.len - 4] = '\0';
    assert_int_equal(ask_json(t, ask_of(&with, "", 50), &page), ERR_INVALID);
    struct params other = {{"sort", "-name", "cursor", str_c(t->call.arena, next)}};
    assert_int_equal(ask_json(t, ask_of(&other, "", 50), &page), ERR_INVALID);
}

static void what_a_row_says(void **state)
{
    struct db_test *t = *state;
    const struct json *page = NULL;
    struct params p = {{"limit", "1", "sort", "id"}};
    struct db_list_ask ask = ask_of(&p, "", 0);
    assert_ok(ask_json(t, ask, &page));
    assert_int_equal(json_count(json_get(page, "items")), 1);
    const struct json *item = json_item(json_get(page, "items"), 0);
    assert_int_equal(json_count(item), 7);
    assert_false(str_is(json_text(json_get(item, "person")), "示例联系人"));
    ask.personal = true;
    assert_ok(ask_json(t, ask, &page));
    item = json_item(json_get(page, "items"), 0);
    assert_true(str_is(json_text(json_get(item, "person")), "示例联系人"));
    ask.nothing = true;
    p.pairs[4] = "count";
    p.pairs[5] = "1";
    assert_ok(ask_json(t, ask, &page));
    assert_int_equal(json_count(json_get(page, "items")), 0);
    assert_int_equal(json_int(json_get(page, "total"), -1), 0);
    assert_int_equal(json_kind(json_get(page, "next")), JSON_NULL);
    struct params plain = {{NULL}};
    assert_ok(ask_json(t, ask_of(&plain, "", 0), &page));
    assert_int_equal(json_count(json_get(page, "items")), 20);
}

struct exported {
    const struct thing **want;
    int seen, stop_at;
};

static enum err take_row(struct call *call, const struct db_rows *rows, void *context)
{
    (void)call;
    struct exported *e = context;
    assert_int_equal(db_col_int(rows, 0), e->want[e->seen]->id);
    return ++e->seen == e->stop_at ? ERR_TOO_LARGE : ERR_OK;
}

static void exports(void **state)
{
    struct db_test *t = *state;
    const struct thing *want[ROWS];
    sort_by = 1;
    sort_sign = -1;
    int many = expect(want, "", 15, 0);
    assert_true(many > 500);
    struct params p = {{"sort", "-name"}};
    struct exported e = {want, 0, -1};
    struct db_list_ask ask = ask_of(&p, "", INT_MAX);
    assert_ok(db_list_each(&t->call, &list, &ask, take_row, &e));
    assert_int_equal(e.seen, many);
    ask.limit = 505;
    e = (struct exported){want, 0, -1};
    assert_ok(db_list_each(&t->call, &list, &ask, take_row, &e));
    assert_int_equal(e.seen, 505);
    e = (struct exported){want, 0, 3};
    assert_int_equal(db_list_each(&t->call, &list, &ask, take_row, &e), ERR_TOO_LARGE);
    assert_int_equal(e.seen, 3);
}

/* ---- scopes wide and narrow: the rows of 0002… are the oldest, behind many foreign ones ---- */

#define MANY 40000

static void add_computed(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    (void)call;
    json_put_int(w, "twice", 2 * db_col_int(rows, 0));
}

static void assert_newest(struct db_test *t, const char *scope, int64_t first, int64_t step, const char *sort)
{
    struct params p = {{"sort", sort}};
    for (int round = 0; round < 3; round++) {
        BUF(out, 100000);
        struct json_writer w = json_writer(&out);
        struct db_list_ask ask = ask_of(&p, scope, 25);
        const struct json *page = NULL;
        json_open_object(&w, NULL);
        json_put_int(&w, "before", 1);
        assert_ok(db_list(&t->call, &list, &ask, &w, add_computed));
        json_close_object(&w);
        assert_ok(json_parse(t->call.arena, buf_str(&out), &page, NULL)); /* a key twice would be refused */
        const struct json *items = json_get(page, "items");
        assert_int_equal(json_count(items), 25);
        for (size_t i = 0; i < 25; i++) {
            assert_int_equal(json_int(json_get(json_item(items, i), "thing_id"), 0),
                             first - (int64_t)i * step);
            assert_int_equal(json_int(json_get(json_item(items, i), "twice"), 0),
                             2 * (first - (int64_t)i * step));
        }
        p.pairs[2] = "cursor";
        p.pairs[3] = str_c(t->call.arena, json_text(json_get(page, "next")));
        first -= 25 * step;
    }
}

static void scopes_wide_and_narrow(void **state)
{
    struct db_test *t = *state;
    assert_ok(db_run(&t->call, "DELETE FROM thing"));
    assert_ok(db_run(
        &t->call,
        "INSERT INTO thing(thing_id, name, state, size, unit_path, hidden) WITH RECURSIVE n(i) AS (SELECT 1 "
        "UNION ALL"
        " SELECT i + 1 FROM n WHERE i < $1) SELECT i, 'n', 'running', i, CASE WHEN i > 300 THEN CASE WHEN i "
        "% 2 = 0"
        " THEN '00010001' ELSE '00010002' END WHEN i > 150 THEN '00020001' ELSE '00020002' END, 0 FROM n",
        db_int(MANY)));
    static const char *const wishes[] = {"-id", "-size"};
    for (int i = 0; i < 2; i++) {
        assert_newest(t, "0001", MANY, 1, wishes[i]);
        assert_newest(t, "00010001", MANY, 2, wishes[i]);
        assert_newest(t, "0002", 300, 1, wishes[i]);
        assert_newest(t, "00020002", 150, 1, wishes[i]);
        assert_newest(t, "", MANY, 1, wishes[i]);
    }
    assert_int_equal(total_of(t, (struct params){{"count", "1"}}, "0002", NULL), 300);
    assert_int_equal(total_of(t, (struct params){{"count", "1"}}, "00020002", NULL), 150);
    /* A unit founded below one that had none is seen at once. */
    assert_ok(db_run(
        &t->call,
        "INSERT INTO thing(thing_id, name, state, unit_path, hidden) VALUES (50000, 'n', 'running', $1, 0)",
        db_c("000200020001")));
    assert_int_equal(total_of(t, (struct params){{"count", "1"}}, "00020002", NULL), 151);
}

/* In the order of the path, page 60 must cost what page 1 does: a page that began at the scope's start and
 * passed over what was shown would need more steps than it is given. */
static void late_pages_begin_at_their_place(void **state)
{
    struct db_test *t = *state;
    static const char *const wishes[] = {"path", "-path"}, *const scopes[] = {"0001", "0002"};
    if (db_is_pg(t->db))
        skip();
    assert_ok(db_run(&t->call, "DELETE FROM thing"));
    assert_ok(db_run(&t->call,
                     "INSERT INTO thing(thing_id, name, state, unit_path, hidden) WITH RECURSIVE n(i) AS "
                     "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i, 'n', 'running', "
                     "CASE WHEN i > 10000 THEN '0001' || printf('%04d', i / 100) ELSE '0002' END, 0 FROM n",
                     db_int(MANY)));
    for (int i = 0; i < 4; i++) {
        struct params p = {{"sort", wishes[i % 2]}};
        const struct json *page = NULL;
        for (int pages = 0; pages < 60; pages++) {
            assert_ok(ask_json(t, ask_of(&p, scopes[i / 2], 50), &page));
            p.pairs[2] = "cursor";
            p.pairs[3] = str_c(t->call.arena, json_text(json_get(page, "next")));
        }
        (void)t->db->engine->budget(t->db, 6000);
        assert_ok(ask_json(t, ask_of(&p, scopes[i / 2], 50), &page));
        assert_false(t->db->engine->budget(t->db, 0));
        assert_int_equal(json_count(json_get(page, "items")), 50);
    }
}

/* A read in one snapshot still may try the walk, and go on when it was given up. */
static void a_snapshot_survives_a_given_up_walk(void **state)
{
    struct db_test *t = *state;
    struct db *reader = NULL;
    char why[256];
    int64_t n;
    if (db_is_pg(t->db))
        skip();
    assert_ok(db_open(t->where, DB_READ, &reader, why));
    struct call call = t->call;
    call.db = reader;
    assert_ok(db_begin(reader));
    (void)reader->engine->budget(reader, 200);
    assert_int_equal(db_get_int(&call, &n, 0, "SELECT SUM(thing_id) FROM thing"), ERR_BUSY);
    assert_true(reader->engine->budget(reader, 0));
    assert_ok(db_get_int(&call, &n, 0, "SELECT COUNT(*) FROM thing"));
    assert_int_equal(n, MANY);
    db_rollback(reader);
    db_close(reader);
}

int main(void)
{
    alarm(240);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_of_every_sort),
        cmocka_unit_test(page_ends_at_the_seam),
        cmocka_unit_test(totals),
        cmocka_unit_test(search_is_literal),
        cmocka_unit_test(odd_selects),
        cmocka_unit_test(faults),
        cmocka_unit_test(cursors_are_checked),
        cmocka_unit_test(what_a_row_says),
        cmocka_unit_test(exports),
        cmocka_unit_test(scopes_wide_and_narrow),
        cmocka_unit_test(late_pages_begin_at_their_place),
        cmocka_unit_test(a_snapshot_survives_a_given_up_walk),
    };
    return cmocka_run_group_tests(tests, open_test, close_test);
}
