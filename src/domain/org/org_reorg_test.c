/* SPDX-License-Identifier: Apache-2.0
 *
 * Reorganisations: each kind and its refusals, and random sequences of them, after each of which every record
 * has exactly one living unit, paths agree with the tree, and every earlier day still answers as it did.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/words.h"
#include "domain/domain_test.h"
#include "domain/org/org_reorg.h"

#define OK(call) assert_int_equal((call), ERR_OK)

static struct {
    struct county county;
    struct call *call;
    int64_t root_id, unit_id, other_id;
    bool collections; /* the county has the real table, for which the tests over the interface stand */
} t;

extern const struct module org_module, accounts_module, duties_module, document_module, attachment_module,
    finding_module, rectify_module, discipline_module, registry_module;
static const struct module *const modules[] = {&org_module,      &accounts_module,   &duties_module,
                                               &document_module, &attachment_module, &finding_module,
                                               &rectify_module,  &discipline_module, &registry_module};

static int open_county(void **unused)
{
    (void)unused;
    county_open(&t.county);
    t.call = t.county.call;
    t.root_id = COUNTY_ROOT;
    t.unit_id = COUNTY_EDU;
    t.other_id = COUNTY_HEALTH;
    county_act(&t.county, OFFICER);
    OK(db_table_has(t.call, "collection_task", "unit_id", &t.collections));
    if (!t.collections)
        db_test_step(
            &t.county.http.db, "asked",
            "CREATE TABLE collection_task (task_id INTEGER PRIMARY KEY, collection_id INTEGER NOT NULL,"
            " unit_id INTEGER NOT NULL, unit_path TEXT NOT NULL, UNIQUE (collection_id, unit_id)) STRICT");
    OK(db_begin(t.call->db));
    DB_ROWS(rows);
    if (db_is_pg(t.call->db)) { /* the county's units were numbered by hand */
        OK(db_one(t.call, &rows, "SELECT setval(pg_get_serial_sequence('org_unit', 'unit_id'), 100)"));
        OK(db_end(&rows));
    }
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        org_declare_scoped(modules[i]->scoped_tables);
    return 0;
}

static int close_county(void **unused)
{
    (void)unused;
    db_rollback(t.call->db);
    county_close(&t.county);
    return 0;
}

static struct field_record record_of(const struct field_table *table, const char *const *pairs)
{
    struct field_record record = {table, ARENA_ARRAY(t.call->arena, struct field_value, table->many)};
    for (; pairs && *pairs; pairs += 2) {
        struct field_value *value = field_get(&record, pairs[0]);
        *value = (struct field_value){.given = true, .text = str_of(pairs[1])};
        (void)str_to_int(value->text, &value->number);
    }
    return record;
}
#define RECORD(table, ...) record_of((table), (const char *const[]){__VA_ARGS__, NULL})

static const char *number(int64_t n)
{
    return str_format(t.call->arena, "%lld", (long long)n).at;
}

static int64_t new_unit(int64_t parent_id, const char *name, const char *kind)
{
    int64_t unit_id;
    struct field_record record =
        RECORD(&org_unit_table, "unit_name", name, "unit_kind", kind, "parent_id", number(parent_id));
    OK(org_unit_create(t.call, &record, &unit_id));
    return unit_id;
}

static struct str today(void)
{
    return str_copy(t.call->arena, str_of(clock_date(clock_day_of(t.call->now_ms)).text));
}

static int64_t system_of(int64_t unit_id, const char *name)
{
    DB_ROWS(rows);
    OK(db_one(
        t.call, &rows,
        "INSERT INTO info_system (system_no, system_name, system_type, unit_id, unit_path, created_at_ms,"
        " updated_at_ms) SELECT $2, $2, 'website', unit_id, unit_path, 1, 1 FROM org_unit WHERE unit_id = $1"
        " RETURNING system_id",
        db_int(unit_id), db_c(name)));
    int64_t system_id = db_col_int(&rows, 0);
    OK(db_end(&rows));
    OK(db_run(t.call,
              "INSERT INTO finding (finding_no, unit_id, unit_path, system_id, source, kind, title, "
              "severity, state,"
              " first_seen_ms, last_seen_ms) SELECT 'F-' || $2, unit_id, unit_path, $3, 'scan', 'vuln', 'x', "
              "'high',"
              " 'open', 1, 1 FROM org_unit WHERE unit_id = $1",
              db_int(unit_id), db_c(name), db_int(system_id)));
    OK(db_run(
        t.call,
        "INSERT INTO attachment (subject_kind, subject_id, unit_id, unit_path, kind, file_name, media_type, "
        "size,"
        " digest, period_from, period_to, state, by_authority, uploaded_by, uploaded_by_name, uploaded_at_ms)"
        " SELECT 'system', $2, unit_id, unit_path, 'other', 'a.pdf', 'application/pdf', 1, 'd', '2026-01-01',"
        " '2026-12-31', 'filed', 0, 1, 'x', 1 FROM org_unit WHERE unit_id = $1",
        db_int(unit_id), db_int(system_id)));
    return system_id;
}

static int64_t head_of(int64_t unit_id, const char *name)
{
    int64_t person_id, post_id;
    struct field_record record = RECORD(&org_person_table, "unit_id", number(unit_id), "person_name", name);
    OK(org_person_create(t.call, &record, &person_id));
    OK(org_post_appoint(t.call, unit_id, person_id, STR("admin_head"), STR_NONE, STR_NONE, &post_id));
    return person_id;
}

static struct org_reorg_ids one_id(int64_t id)
{
    int64_t *ids = ARENA_ARRAY(t.call->arena, int64_t, 1);
    ids[0] = id;
    return (struct org_reorg_ids){ids, 1};
}

/* What a form would say. */
struct form {
    const char *kind, *new_name;
    int64_t unit_id, target_id;
    struct str effective_on;
    struct org_reorg_ids units, people, systems;
};

static void put_ids(struct field_record *record, const char *name, struct org_reorg_ids ids)
{
    const struct field_table *part = field_find(record->table, str_of(name))->rows;
    struct field_value *value = field_get(record, name);
    *value = (struct field_value){.given = true, .many = ids.many};
    value->rows = ARENA_ARRAY(t.call->arena, struct field_record, ids.many + 1);
    for (size_t i = 0; i < ids.many; i++) {
        value->rows[i] =
            (struct field_record){part, ARENA_ARRAY(t.call->arena, struct field_value, part->many)};
        *field_get(&value->rows[i], "id") = (struct field_value){.given = true, .number = ids.at[i]};
    }
}

static enum err reorganise(struct form form, int64_t *ret_id)
{
    struct org_reorg r;
    struct field_record body = RECORD(&org_reorg_new_table, "reason", "机构改革方案");
    struct str when = form.effective_on.len ? form.effective_on : today();
    *field_get(&body, "reorg_kind") = (struct field_value){.given = true, .text = str_of(form.kind)};
    *field_get(&body, "effective_on") = (struct field_value){.given = true, .text = when};
    *field_get(&body, "unit_id") = (struct field_value){.given = true, .number = form.unit_id};
    *field_get(&body, "target_id") =
        (struct field_value){.given = form.target_id != 0, .number = form.target_id};
    if (form.new_name)
        *field_get(&body, "new_name") = (struct field_value){.given = true, .text = str_of(form.new_name)};
    put_ids(&body, "units", form.units);
    put_ids(&body, "people", form.people);
    put_ids(&body, "systems", form.systems);
    call_faults_clear(t.call);
    TRY(org_reorg_read(t.call, &body, REORG_BY_TODAY, &r));
    TRY(org_reorg_do(t.call, &r));
    if (ret_id)
        *ret_id = r.reorg_id;
    return ERR_OK;
}
#define REORG(id, ...) reorganise((struct form){__VA_ARGS__}, (id))

static void assert_refused(enum err word, const char *key)
{
    assert_int_not_equal(word, ERR_OK);
    assert_non_null(t.call->faults);
    assert_string_equal(t.call->faults->key, key);
    call_faults_clear(t.call);
}

static int64_t made_by(int64_t reorg_id)
{
    int64_t made;
    OK(db_get_int(t.call, &made, 0, "SELECT made_unit_id FROM org_reorg WHERE reorg_id = $1",
                  db_int(reorg_id)));
    return made;
}

static int64_t owner(const char *table, int64_t id)
{
    int64_t unit_id;
    OK(db_get_table(t.call, table, &unit_id, "SELECT unit_id FROM {table} WHERE {key} = $1", db_int(id)));
    return unit_id;
}

/* ---- what must always hold ---- */

static void assert_whole(void)
{
    size_t many;
    int64_t wrong;
    const char *const *tables = org_scoped_tables(&many);
    assert_true(many > 10);
    for (size_t i = 0; i < many; i++) {
        OK(db_get_table(t.call, tables[i], &wrong,
                        "SELECT COUNT(*) FROM {table} r LEFT JOIN org_unit u ON u.unit_id = r.unit_id"
                        " WHERE r.unit_id IS NOT NULL AND (u.unit_id IS NULL OR u.unit_path <> r.unit_path"
                        " OR (u.valid_to IS NOT NULL AND $1 = 0))",
                        db_int(org_reorg_keeps(tables[i]))));
        if (wrong)
            fail_msg("%lld rows of %s have no living unit or another path", (long long)wrong, tables[i]);
    }
    OK(db_get_int(t.call, &wrong, 0,
                  "SELECT COUNT(*) FROM org_post o JOIN org_unit u ON u.unit_id = o.unit_id"
                  " WHERE o.in_force = 1 AND u.valid_to IS NOT NULL"));
    assert_int_equal(wrong, 0);
    OK(db_get_int(t.call, &wrong, 0,
                  "SELECT COUNT(*) FROM org_unit u JOIN org_unit p ON p.unit_id = u.parent_id WHERE"
                  " SUBSTR(u.unit_path, 1, LENGTH(u.unit_path) - 4) <> p.unit_path"
                  " OR (u.valid_to IS NULL AND p.valid_to IS NOT NULL)"));
    assert_int_equal(wrong, 0);
}

/* One line a unit: what is said about it on a day, less what only later days know. */
static struct str said(int64_t unit_id, struct str on)
{
    BUF(out, 65536);
    BUF(line, 4096);
    struct json_writer w = json_writer(&out);
    struct http_exchange x = {.ids = {unit_id}, .out = &w};
    const struct json *reply;
    x.query = RECORD(&org_responsible_query_table, "on", str_c(t.call->arena, on));
    json_open_object(&w, NULL);
    OK(org_responsible(t.call, &x));
    json_close_object(&w);
    OK(json_parse(t.call->arena, buf_str(&out), &reply, NULL));
    buf_format(&line, "%d %.*s", json_bool(json_get(reply, "existed"), false),
               STR_ARG(json_text(json_get(reply, "unit_name"))));
    const struct json *trail = json_get(reply, "trail"), *posts = json_get(reply, "posts");
    for (size_t i = 0; i < json_count(trail); i++)
        buf_format(&line, "/%.*s", STR_ARG(json_text(json_get(json_item(trail, i), "unit_name"))));
    for (size_t i = 0; i < json_count(posts); i++)
        buf_format(&line, " %.*s=%lld", STR_ARG(json_text(json_get(json_item(posts, i), "post_kind"))),
                   (long long)json_int(json_get(json_item(posts, i), "person_id"), 0));
    OK(buf_check(&line));
    return str_copy(t.call->arena, buf_str(&line));
}

/* ---- each kind ---- */

static void test_rename_and_undo(void **unused)
{
    (void)unused;
    int64_t id;
    struct str before = today();
    int64_t head = head_of(t.unit_id, "张甲");
    t.call->now_ms += 5 * CLOCK_DAY_MS;
    assert_refused(REORG(NULL, .kind = "rename", .new_name = "示例县卫生健康局", .unit_id = t.unit_id),
                   "org.fault.name_taken");
    assert_refused(REORG(NULL, .kind = "rename", .new_name = "示例县教育局", .unit_id = t.unit_id),
                   "org.fault.rename_same");
    OK(REORG(&id, .kind = "rename", .new_name = "示例县教育体育局", .unit_id = t.unit_id));
    char expected[200];
    snprintf(expected, sizeof expected, "1 示例县教育局/示例县数据局/示例县教育局 admin_head=%lld",
             (long long)head);
    struct str old = said(t.unit_id, before);
    assert_true(str_is(old, expected));
    snprintf(expected, sizeof expected, "1 示例县教育体育局/示例县数据局/示例县教育体育局 admin_head=%lld",
             (long long)head);
    assert_true(str_is(said(t.unit_id, today()), expected));
    OK(org_reorg_undo(t.call, id, STR("写错了")));
    assert_refused(org_reorg_undo(t.call, id, STR("写错了")), "org.fault.undo_twice");
    struct org_unit unit;
    OK(org_unit_get(t.call, t.unit_id, &unit));
    assert_true(str_is(unit.unit_name, "示例县教育局"));
    assert_whole();
}

static void test_move(void **unused)
{
    (void)unused;
    int64_t id, school = new_unit(t.unit_id, "示例县第二中学", "affiliated_unit");
    int64_t branch = new_unit(school, "分校", "section"), system = system_of(branch, "分校网站");
    assert_refused(REORG(NULL, .kind = "move", .unit_id = t.unit_id, .target_id = branch),
                   "org.fault.move_below");
    assert_refused(REORG(NULL, .kind = "move", .unit_id = t.root_id, .target_id = t.unit_id),
                   "org.fault.reorg_root");
    assert_refused(REORG(NULL, .kind = "move", .unit_id = school, .target_id = t.unit_id),
                   "org.fault.move_same");
    assert_refused(REORG(NULL, .kind = "move", .unit_id = school, .target_id = t.other_id,
                         .effective_on = STR("2999-01-01")),
                   "org.fault.reorg_future");
    assert_refused(REORG(NULL, .kind = "move", .unit_id = school, .target_id = t.other_id,
                         .effective_on = STR("2001-01-01")),
                   "org.fault.reorg_early");
    OK(REORG(&id, .kind = "move", .unit_id = school, .target_id = t.other_id));
    struct org_unit to, moved;
    OK(org_unit_get(t.call, t.other_id, &to));
    OK(org_unit_get(t.call, branch, &moved));
    assert_true(str_starts(moved.unit_path, to.unit_path));
    assert_int_equal(owner("info_system", system), branch);
    assert_whole();
    OK(org_reorg_undo(t.call, id, STR("撤销")));
    OK(org_unit_get(t.call, t.unit_id, &to));
    OK(org_unit_get(t.call, branch, &moved));
    assert_true(str_starts(moved.unit_path, to.unit_path));
    assert_whole();
}

static void test_merge(void **unused)
{
    (void)unused;
    int64_t id, child = new_unit(t.unit_id, "招生办", "section"), system = system_of(t.unit_id, "官网");
    int64_t head = head_of(t.unit_id, "张甲");
    t.call->now_ms += CLOCK_DAY_MS;
    struct str before = today();
    t.call->now_ms += CLOCK_DAY_MS;
    assert_refused(REORG(NULL, .kind = "merge", .unit_id = t.unit_id, .target_id = child),
                   "org.fault.merge_below");
    OK(REORG(&id, .kind = "merge", .unit_id = t.unit_id, .target_id = t.other_id));
    assert_whole();
    assert_int_equal(owner("info_system", system), t.other_id);
    assert_int_equal(owner("org_person", head), t.other_id);
    assert_true(str_starts(said(t.unit_id, before), STR("1 示例县教育局/")));
    assert_true(
        str_ends(said(t.unit_id, before), str_format(t.call->arena, "admin_head=%lld", (long long)head)));
    assert_true(str_is(said(t.unit_id, today()), "0 示例县教育局/示例县数据局/示例县教育局"));
    assert_refused(REORG(NULL, .kind = "rename", .new_name = "新名", .unit_id = t.unit_id),
                   "org.fault.unit_ended");
    /* Its name is free for a new unit; then the merge can no longer be undone. */
    OK(db_savepoint(t.call->db));
    new_unit(t.root_id, "示例县教育局", "bureau");
    assert_refused(org_reorg_undo(t.call, id, STR("撤销")), "org.fault.name_taken");
    db_rollback_savepoint(t.call->db);
    OK(org_reorg_undo(t.call, id, STR("撤销")));
    assert_int_equal(owner("info_system", system), t.unit_id);
    assert_true(
        str_ends(said(t.unit_id, today()), str_format(t.call->arena, "admin_head=%lld", (long long)head)));
    assert_whole();
    /* Systems of one name cannot stand in one unit. */
    system_of(t.other_id, "官网二");
    OK(db_run(t.call, "UPDATE info_system SET system_name = '官网' WHERE system_name = '官网二'"));
    OK(db_savepoint(t.call->db));
    assert_refused(REORG(NULL, .kind = "merge", .unit_id = t.unit_id, .target_id = t.other_id),
                   "org.fault.merge_records");
    db_rollback_savepoint(t.call->db);
    assert_whole();
}

static void test_split(void **unused)
{
    (void)unused;
    int64_t id, system = system_of(t.unit_id, "学籍"), stays = system_of(t.unit_id, "官网");
    int64_t child = new_unit(t.unit_id, "招生办", "section"), head = head_of(t.unit_id, "张甲");
    assert_refused(REORG(NULL, .kind = "split", .new_name = "考试院", .unit_id = t.unit_id),
                   "org.fault.split_nothing");
    assert_refused(
        REORG(NULL, .kind = "split", .new_name = "考试院", .unit_id = t.unit_id, .systems = one_id(987654)),
        "org.fault.part_foreign");
    assert_refused(REORG(NULL, .kind = "split", .unit_id = t.unit_id, .systems = one_id(system)),
                   "fault.required");
    t.call->now_ms += CLOCK_DAY_MS;
    OK(REORG(&id, .kind = "split", .new_name = "考试院", .unit_id = t.unit_id, .systems = one_id(system),
             .people = one_id(head), .units = one_id(child)));
    int64_t made = made_by(id), findings, files;
    assert_int_equal(owner("info_system", system), made);
    assert_int_equal(owner("info_system", stays), t.unit_id);
    assert_int_equal(owner("org_person", head), made);
    OK(db_get_int(t.call, &findings, 0, "SELECT COUNT(*) FROM finding WHERE unit_id = $1", db_int(made)));
    OK(db_get_int(t.call, &files, 0, "SELECT COUNT(*) FROM attachment WHERE unit_id = $1", db_int(made)));
    assert_int_equal(findings, 1);
    assert_int_equal(files, 1);
    assert_whole();
    /* Work done in the new unit stands against undoing. */
    t.call->now_ms += 1000;
    OK(db_savepoint(t.call->db));
    head_of(made, "李乙");
    assert_refused(org_reorg_undo(t.call, id, STR("撤销")), "org.fault.undo_work");
    db_rollback_savepoint(t.call->db);
    OK(db_savepoint(t.call->db));
    OK(REORG(NULL, .kind = "rename", .new_name = "考试中心", .unit_id = made));
    assert_refused(org_reorg_undo(t.call, id, STR("撤销")), "org.fault.undo_later");
    db_rollback_savepoint(t.call->db);
    OK(org_reorg_undo(t.call, id, STR("撤销")));
    assert_int_equal(owner("info_system", system), t.unit_id);
    assert_true(
        str_ends(said(t.unit_id, today()), str_format(t.call->arena, "admin_head=%lld", (long long)head)));
    assert_whole();
}

/* Both units were asked the same: each answer stays whose it was; what only one was asked goes along. */
static void test_merge_of_the_asked(void **unused)
{
    (void)unused;
    int64_t id, tasks;
    static const char *const asked[] = {"collection_task", NULL};
    if (t.collections)
        skip();
    OK(db_run(t.call,
              "INSERT INTO collection_task (task_id, collection_id, unit_id, unit_path) SELECT 1, 7, unit_id,"
              " unit_path FROM org_unit WHERE unit_id = $1",
              db_int(t.unit_id)));
    OK(db_run(t.call,
              "INSERT INTO collection_task (task_id, collection_id, unit_id, unit_path) SELECT 2, 8, unit_id,"
              " unit_path FROM org_unit WHERE unit_id = $1",
              db_int(t.unit_id)));
    OK(db_run(t.call,
              "INSERT INTO collection_task (task_id, collection_id, unit_id, unit_path) SELECT 3, 7, unit_id,"
              " unit_path FROM org_unit WHERE unit_id = $1",
              db_int(t.other_id)));
    org_declare_scoped(asked);
    t.call->now_ms += CLOCK_DAY_MS;
    OK(REORG(&id, .kind = "merge", .unit_id = t.unit_id, .target_id = t.other_id));
    assert_int_equal(owner("collection_task", 1), t.unit_id);
    assert_int_equal(owner("collection_task", 2), t.other_id);
    OK(org_reorg_undo(t.call, id, STR("撤销")));
    OK(db_get_int(t.call, &tasks, 0, "SELECT COUNT(*) FROM collection_task WHERE unit_id = $1",
                  db_int(t.unit_id)));
    assert_int_equal(tasks, 2);
    assert_int_equal(owner("collection_task", 3), t.other_id);
}

/* A holding that runs out is found by its date, not by anybody's hand. */
static void test_holdings_by_date(void **unused)
{
    (void)unused;
    int64_t head = head_of(t.unit_id, "张甲"), post_id, filled;
    struct str until = str_copy(t.call->arena, str_of(clock_date(clock_day_of(t.call->now_ms) + 3).text));
    OK(db_get_int(t.call, &post_id, 0, "SELECT post_id FROM org_post WHERE person_id = $1", db_int(head)));
    OK(org_post_until(t.call, post_id, until));
    for (int day = 0; day < 5; day++) {
        OK(org_post_refresh(t.call));
        OK(db_get_int(t.call, &filled, 0, "SELECT in_force FROM org_post WHERE post_id = $1",
                      db_int(post_id)));
        assert_int_equal(filled, day < 3);
        t.call->now_ms += CLOCK_DAY_MS;
    }
    assert_refused(org_post_until(t.call, post_id, STR("2000-01-01")), "org.fault.ends_before_start");
}

/* ---- any sequence ---- */

#define UNITS 14
#define STEPS 40

struct answer {
    int64_t unit_id;
    struct str on, text;
};

static int64_t some_unit(bool living)
{
    int64_t many, unit_id;
    OK(db_get_int(t.call, &many, 0, "SELECT COUNT(*) FROM org_unit WHERE valid_to IS NULL OR $1 = 0",
                  db_int(living)));
    OK(db_get_int(
        t.call, &unit_id, 0,
        "SELECT unit_id FROM org_unit WHERE valid_to IS NULL OR $1 = 0 ORDER BY unit_id LIMIT 1 OFFSET $2",
        db_int(living), db_int(rand() % many)));
    return unit_id;
}

static enum err random_step(int step, int64_t *ret_id)
{
    static const char *const kinds[] = {"rename", "move", "merge", "split"};
    struct form form = {.kind = kinds[rand() % 4], .unit_id = some_unit(true), .target_id = some_unit(true)};
    int64_t system_id, person_id;
    if (form.kind[0] == 'r' || form.kind[0] == 's')
        form.new_name = str_format(t.call->arena, "单位%d", step).at;
    if (form.kind[0] == 's') {
        OK(db_get_int(t.call, &system_id, 0, "SELECT MIN(system_id) FROM info_system WHERE unit_id = $1",
                      db_int(form.unit_id)));
        OK(db_get_int(t.call, &person_id, 0, "SELECT MIN(person_id) FROM org_person WHERE unit_id = $1",
                      db_int(form.unit_id)));
        form.target_id = rand() % 2 ? form.target_id : 0;
        form.systems = system_id ? one_id(system_id) : form.systems;
        form.people = person_id ? one_id(person_id) : form.people;
    }
    return reorganise(form, ret_id);
}

static void sequence(unsigned seed)
{
    struct answer answers[STEPS * 2];
    int many = 0, done = 0, undone = 0;
    srand(seed);
    for (int i = 0; i < UNITS; i++) {
        int64_t unit = new_unit(some_unit(true), str_format(t.call->arena, "单位甲%d", i).at, "section");
        system_of(unit, str_format(t.call->arena, "系统%u-%d", seed, i).at);
        head_of(unit, "张甲");
    }
    for (int step = 0; step < STEPS; step++) {
        int64_t id;
        t.call->now_ms += (1 + rand() % 3) * CLOCK_DAY_MS;
        OK(db_savepoint(t.call->db));
        bool went = random_step(step, &id) == ERR_OK;
        if (went && rand() % 3 == 0 && ++undone)
            OK(org_reorg_undo(t.call, id, STR("撤销")));
        if (went)
            OK(db_release(t.call->db));
        else
            db_rollback_savepoint(t.call->db);
        done += went;
        assert_whole();
        for (int i = 0; i < 2; i++) {
            answers[many].unit_id = some_unit(false);
            answers[many].on = today();
            answers[many].text = said(answers[many].unit_id, today());
            many++;
        }
        for (int i = 0; i < many; i++) {
            struct str again = said(answers[i].unit_id, answers[i].on);
            if (!str_eq(again, answers[i].text))
                fail_msg("seed %u, step %d: unit %lld on %.*s was \"%.*s\", now \"%.*s\"", seed, step,
                         (long long)answers[i].unit_id, STR_ARG(answers[i].on), STR_ARG(answers[i].text),
                         STR_ARG(again));
        }
    }
    assert_true(done > STEPS / 3);
    assert_true(undone > 0);
}

static void test_any_sequence(void **unused)
{
    (void)unused;
    for (unsigned seed = 1; seed <= 3; seed++) {
        OK(db_savepoint(t.call->db));
        sequence(seed);
        db_rollback_savepoint(t.call->db);
    }
}

/* A subtree of 5,000 units in one transaction. */
static void test_large_subtree(void **unused)
{
    (void)unused;
    struct org_unit top;
    int64_t child = new_unit(t.unit_id, "学区", "section"), wrong, start;
    OK(org_unit_get(t.call, child, &top));
    OK(db_run(t.call,
              "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
              " INSERT INTO org_unit (parent_id, unit_path, unit_name, unit_kind, valid_from, created_at_ms)"
              " SELECT $1, $2 || 'x' || (100 + i), '学校' || i, 'section', '2026-01-01', 1 FROM n",
              db_int(child), db_str(top.unit_path)));
    OK(db_run(t.call,
              "INSERT INTO org_person (unit_id, unit_path, person_name, valid_from, created_at_ms)"
              " SELECT unit_id, unit_path, '张甲', '2026-01-01', 1 FROM org_unit WHERE parent_id = $1",
              db_int(child)));
    start = clock_monotonic_us();
    OK(REORG(NULL, .kind = "move", .unit_id = child, .target_id = t.other_id));
    print_message("5,001 units moved in %lld ms\n", (long long)(clock_monotonic_us() - start) / 1000);
    OK(org_unit_get(t.call, t.other_id, &top));
    OK(db_get_int(
        t.call, &wrong, 0,
        "SELECT COUNT(*) FROM org_person p JOIN org_unit u ON u.unit_id = p.unit_id WHERE u.parent_id = $1"
        " AND (p.unit_path <> u.unit_path OR p.unit_path < $2 OR p.unit_path > $2 || 'z')",
        db_int(child), db_str(top.unit_path)));
    assert_int_equal(wrong, 0);
}

int main(void)
{
#define IN_COUNTY(test) cmocka_unit_test_setup_teardown(test, open_county, close_county)
    const struct CMUnitTest tests[] = {
        IN_COUNTY(test_rename_and_undo),
        IN_COUNTY(test_move),
        IN_COUNTY(test_merge),
        IN_COUNTY(test_split),
        IN_COUNTY(test_merge_of_the_asked),
        IN_COUNTY(test_holdings_by_date),
        IN_COUNTY(test_any_sequence),
        IN_COUNTY(test_large_subtree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
