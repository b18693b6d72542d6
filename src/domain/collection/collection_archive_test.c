/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/collection/collection_test.h"

#include <sys/stat.h>

#include "domain/collection/collection_archive.h"
#include "domain/collection/collection_zip.h"

/* ---- the archive file ---- */

static uint64_t number_at(const uint8_t *at, int width)
{
    uint64_t value = 0;
    for (int i = 0; i < width; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static FILE *temporary(void)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    return file;
}

/* 70,000 members: the 16-bit counts do not suffice, and the record of ZIP64 has the true ones. */
static void test_zip_many(void **unused)
{
    (void)unused;
    ARENA(arena, 64 << 20);
    struct call call = {.arena = arena, .now_ms = 1790000000000};
    struct collection_zip zip;
    struct collection_zip_member member;
    FILE *out = temporary(), *dir = temporary();
    OK(collection_zip_open(&call, &zip, fileno(out), fileno(dir), 0, 0, 0));
    for (int i = 0; i < 70000; i++) {
        ARENA(small, 1 << 20);
        struct call one = call;
        one.arena = small;
        OK(collection_zip_bytes(&one, &zip, str_format(small, "%d", i), STR("x"), &member));
    }
    OK(collection_zip_end(&call, &zip));
    uint8_t end[22 + 20 + 56];
    assert_int_equal(pread(fileno(out), end, sizeof end, zip.at - (int64_t)sizeof end), sizeof end);
    assert_int_equal(number_at(end, 4), 0x06064b50);
    assert_int_equal(number_at(end + 32, 8), 70000);
    uint64_t from = number_at(end + 48, 8);
    assert_int_equal(number_at(end + 56, 4), 0x07064b50);
    assert_int_equal(number_at(end + 56 + 8, 8), zip.at - (int64_t)sizeof end);
    assert_int_equal(number_at(end + 76, 4), 0x06054b50);
    assert_int_equal(number_at(end + 76 + 10, 2), 0xffff);
    uint8_t entry[46];
    assert_int_equal(pread(fileno(out), entry, sizeof entry, (off_t)from), sizeof entry);
    assert_int_equal(number_at(entry, 4), 0x02014b50);
    fclose(out);
    fclose(dir);
}

/* A member beyond 4 GB is found by its 64-bit place. The file is sparse. */
static void test_zip_far(void **unused)
{
    (void)unused;
    ARENA(arena, 64 << 20);
    struct call call = {.arena = arena, .now_ms = 1790000000000};
    struct collection_zip zip;
    struct collection_zip_member member;
    const int64_t far = INT64_C(5) << 30;
    FILE *out = temporary(), *dir = temporary();
    OK(collection_zip_open(&call, &zip, fileno(out), fileno(dir), far, 0, 1));
    OK(collection_zip_bytes(&call, &zip, STR("远"), STR("bytes"), &member));
    assert_int_equal(member.size, 5);
    uint8_t entry[46 + 3 + 12];
    assert_int_equal(pread(fileno(dir), entry, sizeof entry, 0), sizeof entry);
    assert_int_equal(number_at(entry + 42, 4), UINT32_MAX);
    assert_int_equal(number_at(entry + 30, 2), 12);
    assert_int_equal(number_at(entry + 49, 2), 1);
    assert_int_equal(number_at(entry + 53, 8), far);
    fclose(out);
    fclose(dir);
}

/* ---- made in pieces ---- */

static void hand_in(struct domain_test *t, int64_t collection_id, int64_t unit_id, const char *path)
{
    int64_t task_id = task_of(t, collection_id, unit_id), document_id, attachment_id;
    OK(collection_no_change(t->call, task_id));
    OK(collection_print(t->call, task_id, &document_id));
    struct attachment_new made = {.subject_kind = STR("collection_task"),
                                  .kind = STR("stamped_scan"),
                                  .file_name = STR("盖章.pdf"),
                                  .subject_id = task_id,
                                  .unit_id = unit_id,
                                  .unit_path = str_of(path)};
    const char *scan = str_format(t->call->arena, "%s/scan.pdf", t->county.data_dir).at;
    FILE *file = fopen(scan, "we");
    assert_non_null(file);
    fprintf(file, "%%PDF-1.4\n%% %lld\n%%%%EOF\n", (long long)unit_id);
    fclose(file);
    OK(attachment_store(t->call, t->county.data_dir, scan, STR("盖章.pdf"), &made.file));
    assert_true(attachment_period_parse(t->call, STR_NONE, &made.period));
    OK(attachment_add(t->call, &made, &attachment_id));
    OK(collection_hand_in(t->call, task_id));
}

static void posts(struct domain_test *t, int64_t unit_id)
{
    static const char *const kinds[] = {"party_head", "admin_head", "deputy_in_charge", "department_head",
                                        "security_contact"};
    for (size_t i = 0; i < 5; i++)
        person(t, unit_id, "孙示例", kinds[i]);
}

static struct str whole(struct domain_test *t, const char *name)
{
    FILE *file = fopen(str_format(t->call->arena, "%s/archives/%s", t->county.data_dir, name).at, "rbe");
    assert_non_null(file);
    char *bytes = arena_alloc(t->call->arena, 8 << 20);
    size_t len = fread(bytes, 1, 8 << 20, file);
    fclose(file);
    return (struct str){bytes, len};
}

static bool has(struct str text, const char *part)
{
    size_t at;
    return str_find(text, str_of(part), &at);
}

static int64_t column(struct domain_test *t, const char *state)
{
    int64_t many;
    OK(db_get_int(t->call, &many, 0, "SELECT COUNT(*) FROM collection_archive WHERE state = $1",
                  db_c(state)));
    return many;
}

/* One unit a piece; between two pieces half-written bytes appear, as after a crash: they do not get in. */
static void test_pieces_and_crash(void **unused)
{
    (void)unused;
    struct domain_test t;
    int64_t archive_id, again;
    const char *path;
    bool more = false;
    char why[256];
    struct db_lane *lane;
    setup(&t);
    posts(&t, t.other_id);
    t.call->app = t.county.data_dir;
    collection_archive_piece_ms = 0;
    int64_t collection_id = launch(&t, FORM_ID);
    assert_true(refused_with(&t, collection_archive_ask(t.call, collection_id, STR("归档"), &archive_id),
                             "collection.fault.archive_empty"));
    hand_in(&t, collection_id, t.unit_id, COUNTY_EDU_PATH);
    hand_in(&t, collection_id, t.other_id, COUNTY_HEALTH_PATH);
    OK(collection_archive_ask(t.call, collection_id, STR("归档"), &archive_id));
    assert_true(refused_with(&t, collection_archive_ask(t.call, collection_id, STR("归档"), &again),
                             "collection.fault.archive_busy"));
    assert_true(refused_with(&t, collection_archive_open(t.call, collection_id, archive_id, &path),
                             "collection.fault.archive_not_done"));
    OK(db_lane_start(t.county.http.db.where, &lane, why));
    OK(collection_archive_piece(t.call, lane, &more));
    assert_true(more);
    assert_int_equal(column(&t, "building"), 1);
    FILE *torn = fopen(str_format(t.call->arena, "%s/archives/1.zip", t.county.data_dir).at, "abe");
    assert_non_null(torn);
    fputs("half a member that a crash left", torn);
    fclose(torn);
    for (int i = 0; more && i < 5; i++) {
        more = false;
        OK(collection_archive_piece(t.call, lane, &more));
    }
    db_lane_stop(lane);
    assert_int_equal(column(&t, "done"), 1);
    OK(collection_archive_open(t.call, collection_id, archive_id, &path));
    struct str zip = whole(&t, "1.zip");
    assert_false(has(zip, "half a member"));
    assert_true(has(zip, "盖章扫描件/00002-"));
    /* 2 units x (PDF, DOCX, scan), the summary, the list */
    assert_int_equal(number_at((const uint8_t *)zip.at + zip.len - 22 + 10, 2), 8);
    t.call->now_ms += 8 * CLOCK_DAY_MS;
    OK(collection_archive_sweep(t.call));
    assert_int_equal(column(&t, "dropped"), 1);
    assert_int_not_equal(access(path, R_OK), 0);
    county_close(&t.county);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zip_many),
        cmocka_unit_test(test_zip_far),
        cmocka_unit_test(test_pieces_and_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
