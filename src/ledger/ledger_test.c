/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger_test.h"
#include <fcntl.h>
#include <sys/stat.h>
#include "base/clock.h"
#include "base/json.h"

static void entries_follow_each_other(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    assert_true(bench_verify(&b, STR_NONE).ok); /* nothing yet is no fault */
    bench_append(&b, 25);
    struct ledger_verdict v = bench_verify(&b, STR_NONE);
    assert_true(v.ok);
    assert_int_equal(v.entries, 25);
    assert_int_equal(v.heads, 0);
    DB_ROWS(rows);
    assert_int_equal(
        db_one(&b.call, &rows, "SELECT " LEDGER_ENTRY_COLUMNS " FROM ledger_entry WHERE seq = 25"), ERR_OK);
    struct ledger_entry e;
    assert_true(ledger_entry_read(&rows, &e));
    assert_int_equal(e.actor_id, 7);
    assert_true(str_is(e.actor_login, "officer"));
    assert_true(str_is(e.actor_name, "示例县经办人"));
    assert_int_equal(e.at_ms, b.call.now_ms);
    assert_true(str_is(e.chain, "main"));
    db_rows_close(&rows);
    bench_stop(&b);
}

/* From some thousand entries on a second thread checks the indexes meanwhile. */
static void a_long_chain_is_checked_by_two(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    bench_append(&b, 3100);
    assert_true(bench_verify(&b, STR_NONE).ok);
    assert_int_equal(bench_verify(&b, STR_NONE).entries, 3100);
    assert_int_equal(db_run(&b.call, "UPDATE ledger_entry SET verb = 'x' WHERE seq = 2999"), ERR_OK);
    struct ledger_verdict v = bench_verify(&b, STR_NONE);
    assert_false(v.ok);
    assert_int_equal(v.bad_seq, 2999);
    bench_stop(&b);
}

static void a_fact_rolled_back_leaves_no_entry(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    bench_append(&b, 3);
    assert_int_equal(db_begin(b.db), ERR_OK);
    bench_append(&b, 2);
    assert_int_equal(db_savepoint(b.db), ERR_OK);
    bench_append(&b, 4);
    db_rollback_savepoint(b.db);
    bench_append(&b, 1);
    assert_int_equal(db_commit(b.db), ERR_OK);
    assert_int_equal(bench_verify(&b, STR_NONE).entries, 6);
    bench_stop(&b);
}

static void nobody_and_nothing_are_recorded_too(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    b.call.actor = NULL;
    assert_int_equal(
        ledger_append(&b.call, &(struct ledger_fact){.verb = "session.failed", .subject_kind = "user"}, NULL),
        ERR_OK);
    assert_true(bench_verify(&b, STR_NONE).ok);
    char *big = arena_alloc(b.arena, LEDGER_DETAIL_MAX + 1);
    memset(big, 'x', LEDGER_DETAIL_MAX + 1);
    struct ledger_fact fact = {.verb = "x", .subject_kind = "y", .detail = {big, LEDGER_DETAIL_MAX + 1}};
    assert_int_equal(ledger_append(&b.call, &fact, NULL), ERR_TOO_LARGE);
    fact.detail.len--;
    assert_int_equal(ledger_append(&b.call, &fact, NULL), ERR_OK);
    assert_int_equal(bench_verify(&b, STR_NONE).entries, 2);
    bench_stop(&b);
}

static void a_seal_is_made_once_and_holds(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK); /* nothing to seal */
    assert_int_equal(ledger_head(&b.call, &w), ERR_NOT_FOUND);
    bench_append(&b, 5);
    assert_true(ledger_seal_due());
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    assert_false(ledger_seal_due());
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK); /* no entry since: no head */
    bench_append(&b, 1);
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    struct ledger_verdict v = bench_verify(&b, bench_head(&b));
    assert_true(v.ok);
    assert_int_equal(v.heads, 2);
    assert_int_equal(v.entries, 7); /* with the key's own entry */

    struct ledger_head head;
    struct str public_key;
    assert_int_equal(ledger_head_parse(&b.call, bench_head(&b), &head, &public_key), ERR_OK);
    assert_int_equal(head.seq, 7);
    assert_int_equal(head.number, 2);
    bench_stop(&b);
}

static void heads_bind_the_other_chains(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    bench_append(&b, 5);
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    ledger_set_chain("node2");
    bench_append(&b, 3);
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    struct str head = bench_head(&b);
    size_t at;
    assert_true(str_find(head, STR("main 6 "), &at));
    ledger_set_chain("main");
    struct ledger_verdict v = bench_verify(&b, head);
    assert_true(v.ok);
    assert_int_equal(v.entries, 9);
    assert_int_equal(v.heads, 2);
    bench_stop(&b);
}

static void a_new_key_is_recorded_and_both_hold(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    for (int i = 0; i < 4; i++) {
        struct crypt_sm2_key *key = b.key;
        if (i >= 2)
            assert_int_equal(crypt_sm2_generate(b.arena, &key), ERR_OK);
        bench_append(&b, 2);
        assert_int_equal(ledger_seal(&b.call, key), ERR_OK);
    }
    int64_t many;
    assert_int_equal(db_get_int(&b.call, &many, 0,
                                "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'ledger.key_registered'"),
                     ERR_OK);
    assert_int_equal(many, 3);
    struct ledger_verdict v = bench_verify(&b, STR_NONE);
    assert_true(v.ok);
    assert_int_equal(v.heads, 4);
    bench_stop(&b);
}

static void the_key_file_is_kept_private(void **state)
{
    (void)state;
    struct bench b;
    char why[256] = "";
    bench_start_on(&b, true);
    const char *path = str_format(b.arena, "%s/ledger.key", b.dir).at;
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct crypt_sm2_key *again;
    uint8_t one[65], two[65];
    assert_int_equal(ledger_key_open(b.arena, b.dir, false, &again, why), ERR_OK);
    crypt_sm2_public(b.key, one);
    crypt_sm2_public(again, two);
    assert_memory_equal(one, two, 65);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(ledger_key_open(b.arena, b.dir, true, &again, why), ERR_FAILED);
    assert_non_null(strstr(why, "chmod 600"));
    assert_int_equal(truncate(path, 10), 0);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(ledger_key_open(b.arena, b.dir, true, &again, why), ERR_FAILED);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(ledger_key_open(b.arena, b.dir, false, &again, why), ERR_NOT_FOUND);
    bench_stop(&b);
}

struct exported {
    struct arena *arena;
    int64_t lines;
    uint8_t prev[CRYPT_SM3_LEN];
};

/* An independent reader: recomputes every hash from the exported text alone. */
static enum err line_check(struct str json, void *context)
{
    struct exported *x = context;
    const struct json *o;
    assert_int_equal(json_parse(x->arena, json, &o, NULL), ERR_OK);
    uint8_t prev[CRYPT_SM3_LEN], stored[CRYPT_SM3_LEN];
    assert_true(str_from_hex(json_text(json_get(o, "prev_hash")), prev, sizeof prev));
    assert_true(str_from_hex(json_text(json_get(o, "hash")), stored, sizeof stored));
    assert_memory_equal(prev, x->prev, sizeof prev);
    struct ledger_entry e = {
        .entry_id = json_int(json_get(o, "entry_id"), 0),
        .chain = json_text(json_get(o, "chain")),
        .seq = json_int(json_get(o, "seq"), 0),
        .at_ms = json_int(json_get(o, "at_ms"), 0),
        .actor_id = json_int(json_get(o, "actor_id"), 0),
        .actor_login = json_text(json_get(o, "actor_login")),
        .actor_name = json_text(json_get(o, "actor_name")),
        .verb = json_text(json_get(o, "verb")),
        .subject_kind = json_text(json_get(o, "subject_kind")),
        .subject_id = json_int(json_get(o, "subject_id"), 0),
        .unit_id = json_int(json_get(o, "unit_id"), 0),
        .unit_path = json_text(json_get(o, "unit_path")),
        .detail = json_text(json_get(o, "detail")),
        .prev_hash = {(const char *)prev, sizeof prev},
    };
    struct crypt_sm3 hash;
    BUF(scratch, 65536);
    assert_int_equal(ledger_entry_hash(&e, &scratch, &hash), ERR_OK);
    assert_memory_equal(hash.bytes, stored, sizeof stored);
    memcpy(x->prev, stored, sizeof stored);
    assert_int_equal(e.seq, ++x->lines);
    return ERR_OK;
}

static void the_export_can_be_hashed_again(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    assert_int_equal(db_begin(b.db), ERR_OK);
    bench_append(&b, 5000); /* more than two pages */
    assert_int_equal(db_commit(b.db), ERR_OK);
    struct exported x = {.arena = b.arena};
    assert_int_equal(ledger_export(&b.call, line_check, &x), ERR_OK);
    assert_int_equal(x.lines, 5000);
    bench_stop(&b);
}

/* The encoding is a promise to every verifier: these bytes may never change. */
static void the_encoding_is_frozen(void **state)
{
    (void)state;
    struct ledger_entry e = {
        .entry_id = (1LL << LEDGER_SEQ_BITS) + 1,
        .chain = STR("main"),
        .seq = 1,
        .at_ms = 1790730000000,
        .actor_id = 7,
        .actor_login = STR("officer"),
        .actor_name = STR("经办人"),
        .verb = STR("a.b"),
        .subject_kind = STR("system"),
        .subject_id = -1,
        .unit_id = 3,
        .unit_path = STR("0001"),
        .detail = STR("{}"),
        .prev_hash = {(const char *)ledger_no_hash, CRYPT_SM3_LEN},
    };
    struct crypt_sm3 hash;
    ARENA(arena, 65536);
    BUF(scratch, 65536);
    assert_int_equal(ledger_entry_hash(&e, &scratch, &hash), ERR_OK);
    static const char start[] =
        "s\0\0\0\0\0\0\0\x13"
        "anze ledger entry 1i\0\0\0\0\0\0\0\x08\0\0\x01\0\0\0\0\x01s\0\0\0\0\0\0\0\x04main";
    assert_memory_equal(scratch.at, start, sizeof start - 1);
    assert_string_equal(str_hex(arena, hash.bytes, 32).at,
                        "7d253b511b7d978f9e42957384f73f8d45393d1a6c99c2eaf5a8a173004ab713");
}

static void speed_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_start_on(&b, true);
    enum { MANY = 30000 };
    char *text = arena_alloc(b.arena, 1024);
    memset(text, 'x', 800);
    memcpy(text, "{\"note\":\"", 9);
    memcpy(text + 798, "\"}", 2);
    struct ledger_fact fact = {.verb = "system.changed",
                               .subject_kind = "system",
                               .unit_id = 3,
                               .unit_path = STR("0001"),
                               .detail = {text, 800}};
    int64_t start = clock_monotonic_us();
    assert_int_equal(db_begin(b.db), ERR_OK);
    for (int i = 0; i < MANY; i++) {
        fact.subject_id = i * 7919 % 100003;
        assert_int_equal(ledger_append(&b.call, &fact, NULL), ERR_OK);
        if (i % 64 == 63) { /* what a busy lane commits together */
            assert_int_equal(db_commit(b.db), ERR_OK);
            assert_int_equal(db_begin(b.db), ERR_OK);
        }
    }
    assert_int_equal(db_commit(b.db), ERR_OK);
    int64_t written = clock_monotonic_us();
    struct ledger_verdict v = bench_verify(&b, STR_NONE);
    int64_t read = clock_monotonic_us();
    assert_true(v.ok);
    assert_int_equal(v.entries, MANY);
    print_message("append %.0f rows/s, 64 a transaction; verify %.0f rows/s (about 1 KB a row)\n",
                  MANY * 1e6 / (double)(written - start), MANY * 1e6 / (double)(read - written));
    bench_stop(&b);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_follow_each_other),
        cmocka_unit_test(a_long_chain_is_checked_by_two),
        cmocka_unit_test(a_fact_rolled_back_leaves_no_entry),
        cmocka_unit_test(nobody_and_nothing_are_recorded_too),
        cmocka_unit_test(a_seal_is_made_once_and_holds),
        cmocka_unit_test(heads_bind_the_other_chains),
        cmocka_unit_test(a_new_key_is_recorded_and_both_hold),
        cmocka_unit_test(the_key_file_is_kept_private),
        cmocka_unit_test(the_export_can_be_hashed_again),
        cmocka_unit_test(the_encoding_is_frozen),
        cmocka_unit_test(speed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
