/* SPDX-License-Identifier: Apache-2.0
 *
 * ledger_test: what the tests of this room share: a ledger in a scratch folder, or, for tests that ask for
 * any engine, on the PostgreSQL that ANZE_TEST_PG names.
 */
#ifndef ANZE_LEDGER_LEDGER_TEST_H
#define ANZE_LEDGER_LEDGER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/log.h"
#include "db/db_test.h"
#include "ledger/ledger_parts.h"

struct bench {
    struct db_test any; /* any.db: NULL when the ledger is the file below */
    char dir[64], file[96];
    struct arena *arena;
    struct db *db;
    struct call call;
    struct call_who who;
    struct crypt_sm2_key *key;
};

static inline struct str test_file(struct arena *arena, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    FILE *file = fopen(str_format(arena, "%s/%s", source ? source : ".", name).at, "rb");
    assert_non_null(file);
    char *text = arena_alloc(arena, 64 * 1024);
    size_t len = fread(text, 1, 64 * 1024, file);
    fclose(file);
    assert_in_range(len, 1, 64 * 1024 - 1);
    return (struct str){text, len};
}

static inline void bench_open(struct bench *b)
{
    char why[256] = "";
    if (db_open(b->file, DB_WRITE, &b->db, why) != ERR_OK)
        fail_msg("%s", why);
    b->call.db = b->db;
}

static inline void bench_start_on(struct bench *b, bool any_engine)
{
    char why[256] = "";
    *b = (struct bench){0};
    snprintf(b->dir, sizeof b->dir, "/tmp/ledger_test_XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    snprintf(b->file, sizeof b->file, "%s/anze.db", b->dir);
    b->arena = arena_new(256 * 1024 * 1024);
    b->who = (struct call_who){7, STR("officer"), STR("示例县经办人")};
    b->call = (struct call){
        .arena = b->arena, .actor = (const struct access_actor *)&b->who, .now_ms = 1790730000000};
    struct db_step step = {"ledger", "0001_ledger", test_file(b->arena, "src/ledger/steps/0001_ledger.sql")};
    if (any_engine && getenv("ANZE_TEST_PG")) {
        db_test_open(&b->any, &step, 1);
        b->db = b->call.db = b->any.db;
    } else {
        bench_open(b);
        if (db_upgrade(b->db, &step, 1, why) != ERR_OK)
            fail_msg("%s", why);
    }
    assert_int_equal(ledger_key_open(b->arena, b->dir, true, &b->key, why), ERR_OK);
}

static inline void bench_start(struct bench *b)
{
    bench_start_on(b, false);
}

static inline void bench_stop(struct bench *b)
{
    char command[128];
    if (b->any.db)
        db_test_close(&b->any);
    else
        db_close(b->db);
    arena_free(b->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", b->dir);
    assert_int_equal(system(command), 0);
}

static inline void bench_append(struct bench *b, int64_t many)
{
    static const char *const verbs[] = {"system.created", "finding.notified", "letter.sent",
                                        "user.roles_changed"};
    for (int64_t i = 0; i < many; i++) {
        int64_t seq;
        b->call.now_ms += 1234;
        struct ledger_fact fact = {
            .verb = verbs[i % 4],
            .subject_kind = i % 3 ? "system" : "finding",
            .subject_id = i * 37 + 1,
            .unit_id = i % 9 + 1,
            .unit_path = STR("00010002"),
            .detail = str_format(b->arena, "{\"n\":%lld,\"name\":\"一体化平台\"}", (long long)i)};
        assert_int_equal(ledger_append(&b->call, &fact, &seq), ERR_OK);
    }
}

static inline struct ledger_verdict bench_verify(struct bench *b, struct str head)
{
    struct ledger_verdict verdict;
    assert_int_equal(ledger_verify(&b->call, head, NULL, &verdict), ERR_OK);
    assert_true(verdict.ok == (verdict.why == NULL));
    return verdict;
}

static inline struct str bench_head(struct bench *b)
{
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    assert_int_equal(ledger_head(&b->call, &w), ERR_OK);
    json_close_object(&w);
    return str_copy(b->arena, buf_str(&out));
}

#endif
