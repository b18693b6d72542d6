/* SPDX-License-Identifier: Apache-2.0
 * INSERT and UPDATE from field tables; rows as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "db/db_test.h"

#define assert_ok(e) assert_int_equal((e), ERR_OK)

static const char *const states[] = {"planned", "running", NULL};
static const struct field_enum state_enum = {"state", states, NULL};
static const struct field part_fields[] = {{.name = "ip", .type = FIELD_TEXT}};
static const struct field_table part_table = FIELD_TABLE("part", part_fields);
static const struct field fields[] = {
    {.name = "thing_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "name", .type = FIELD_TEXT},
    {.name = "cost", .type = FIELD_MONEY},
    {.name = "open", .type = FIELD_BOOL},
    {.name = "due_date", .type = FIELD_DATE},
    {.name = "state", .type = FIELD_ENUM, .of = &state_enum},
    {.name = "owner_id", .type = FIELD_REF, .ref = "person"},
    {.name = "parts", .type = FIELD_ROWS, .rows = &part_table},
    {.name = "secret", .type = FIELD_TEXT, .flags = FIELD_SECRET},
    {.name = "detail", .type = FIELD_JSON, .flags = FIELD_READONLY},
};
static const struct field_table table = FIELD_TABLE("thing", fields);
#define MANY (sizeof fields / sizeof fields[0])

static const char *const tables = "CREATE TABLE thing (unit_path TEXT NOT NULL DEFAULT 'x', thing_id INTEGER "
                                  "PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
                                  " cost INTEGER, open INTEGER NOT NULL DEFAULT 1, due_date TEXT, state "
                                  "TEXT, owner_id INTEGER, detail TEXT) STRICT;";

static int open_test(void **state)
{
    struct db_test *t = calloc(1, sizeof *t);
    db_test_open(t, NULL, 0);
    db_test_step(t, "tables", tables);
    *state = t;
    return 0;
}

static int close_test(void **state)
{
    db_test_close(*state);
    free(*state);
    return 0;
}

struct given {
    struct field_record record;
    struct field_value values[MANY];
};

static struct field_value *give(struct given *g, const char *name)
{
    g->record = (struct field_record){&table, g->values};
    struct field_value *value = field_get(&g->record, name);
    value->given = true;
    return value;
}

static const char *row_json(struct db_test *t, int64_t id)
{
    static char text[2000];
    DB_ROWS(rows);
    assert_ok(db_one(
        &t->call, &rows,
        "SELECT thing_id, name, cost, open, due_date, state, owner_id, detail FROM thing WHERE thing_id = $1",
        db_int(id)));
    BUF(out, 2000);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    db_put_row(&w, &rows, &table);
    json_close_object(&w);
    assert_ok(db_end(&rows));
    snprintf(text, sizeof text, "%s", buf_str(&out).at);
    return text;
}

static void insert_and_update(void **state)
{
    struct db_test *t = *state;
    struct given g = {0};
    give(&g, "thing_id")->number = 500; /* read-only: not taken */
    give(&g, "name")->text = STR("甲\"");
    give(&g, "cost")->number = 1234567890123;
    give(&g, "open")->empty = true; /* takes the default */
    give(&g, "state")->text = STR("running");
    give(&g, "secret")->text = STR("never stored");
    give(&g, "parts")->empty = true;
    int64_t id = 0, second = 0;
    struct db_extra extra[] = {{"unit_path", db_c("0001")}, {"detail", db_c("{\"a\":[1]}")}};
    assert_ok(db_insert(&t->call, "thing", &g.record, extra, 2, &id));
    assert_int_equal(id, 1);
    assert_string_equal(
        row_json(t, id),
        "{\"thing_id\":1,\"name\":\"甲\\\"\",\"cost\":1234567890123,\"open\":true,\"due_date\":null,"
        "\"state\":\"running\",\"owner_id\":null,\"detail\":{\"a\":[1]}}");
    assert_int_equal(db_insert(&t->call, "thing", &g.record, extra, 2, &second), ERR_CONFLICT);
    give(&g, "name")->text = STR("乙");
    assert_ok(db_insert(&t->call, "thing", &g.record, extra, 2, &second));
    assert_true(second > id);

    struct given change = {0};
    give(&change, "cost")->empty = true;
    give(&change, "open")->number = 0;
    give(&change, "due_date")->text = STR("2026-09-30");
    give(&change, "owner_id")->number = 7;
    assert_ok(db_update(&t->call, "thing", "thing_id", id, &change.record, NULL, 0));
    assert_string_equal(
        row_json(t, id),
        "{\"thing_id\":1,\"name\":\"甲\\\"\",\"cost\":null,\"open\":false,\"due_date\":\"2026-09-30\","
        "\"state\":\"running\",\"owner_id\":7,\"detail\":{\"a\":[1]}}");
    assert_int_equal(db_update(&t->call, "thing", "thing_id", 99, &change.record, NULL, 0), ERR_NOT_FOUND);
    give(&change, "name")->text = STR("乙");
    assert_int_equal(db_update(&t->call, "thing", "thing_id", id, &change.record, NULL, 0), ERR_CONFLICT);
}

static void nothing_given(void **state)
{
    struct db_test *t = *state;
    struct given none = {0};
    none.record = (struct field_record){&table, none.values};
    struct db_extra name = {"name", db_c("only extra")};
    int64_t id = 0;
    assert_ok(db_insert(&t->call, "thing", NULL, &name, 1, &id));
    assert_ok(db_insert(&t->call, "thing", &none.record, &(struct db_extra){"name", db_c("b")}, 1, NULL));
    assert_ok(db_update(&t->call, "thing", "thing_id", id, &none.record, NULL, 0));
    assert_int_equal(db_update(&t->call, "thing", "thing_id", 99, &none.record, NULL, 0), ERR_NOT_FOUND);
    assert_ok(db_update(&t->call, "thing", "thing_id", id, NULL, &(struct db_extra){"cost", db_int(5)}, 1));
    db_test_step(
        t, "all",
        "CREATE TABLE counter (counter_id INTEGER PRIMARY KEY, at INTEGER NOT NULL DEFAULT 7) STRICT;");
    int64_t first = 0, second = 0;
    assert_ok(db_insert(&t->call, "counter", NULL, NULL, 0, &first));
    assert_ok(db_insert(&t->call, "counter", NULL, NULL, 0, &second));
    assert_int_equal(second, first + 1);
    int64_t cost = 0;
    assert_ok(db_get_int(&t->call, &cost, 0, "SELECT cost FROM thing WHERE thing_id = $1", db_int(id)));
    assert_int_equal(cost, 5);
}

/* An extra of a field's name wins, and the column is written once. */
static void extra_before_field(void **state)
{
    struct db_test *t = *state;
    struct given g = {0};
    give(&g, "name")->text = STR("from the request");
    int64_t id = 0;
    assert_ok(db_insert(&t->call, "thing", &g.record, &(struct db_extra){"name", db_c("from the program")}, 1,
                        &id));
    DB_ROWS(rows);
    assert_ok(db_one(&t->call, &rows, "SELECT name FROM thing"));
    assert_true(str_is(db_col_str(&rows, 0), "from the program"));
}

static void fetch_gives_back(void **state)
{
    struct db_test *t = *state;
    static const struct field some[] = {{.name = "name", .type = FIELD_TEXT},
                                        {.name = "cost", .type = FIELD_MONEY}};
    static const struct field_table of = FIELD_TABLE("thing", some);
    struct field_record record;
    assert_ok(db_run(&t->call, "INSERT INTO thing(thing_id, name) VALUES (3, 'three')"));
    assert_ok(db_fetch(&t->call, "thing", "thing_id", 3, &of, &record));
    assert_true(str_is(field_str(&record, "name"), "three"));
    assert_true(field_get(&record, "cost")->empty);
    assert_int_equal(db_fetch(&t->call, "thing", "thing_id", 4, &of, &record), ERR_NOT_FOUND);
}

#define on_fresh(f) cmocka_unit_test_setup_teardown(f, open_test, close_test)

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        on_fresh(insert_and_update),
        on_fresh(nothing_given),
        on_fresh(extra_before_field),
        on_fresh(fetch_gives_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
