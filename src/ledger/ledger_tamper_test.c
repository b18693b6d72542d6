/* SPDX-License-Identifier: Apache-2.0
 *
 * Every way of changing the rows of a ledger that we could think of, by someone who can write the database.
 */
#include "ledger/ledger_test.h"

enum { ENTRIES = 200, EVERY = 20 };

static struct bench b;
static struct str outside; /* the newest head, kept elsewhere */
static int64_t last_seq;
static int64_t flips;

static int setup(void **state)
{
    (void)state;
    log_set_level((enum log_level)(LOG_ERROR + 1));
    bench_start(&b);
    for (int i = 0; i < ENTRIES / EVERY; i++) {
        bench_append(&b, EVERY);
        assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    }
    outside = bench_head(&b);
    assert_int_equal(db_get_int(&b.call, &last_seq, 0, "SELECT MAX(seq) FROM ledger_entry"), ERR_OK);
    assert_true(bench_verify(&b, outside).ok);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    print_message("%lld changes of single columns, all found\n", (long long)flips);
    bench_stop(&b);
    return 0;
}

#define CHANGE(...) assert_int_equal(db_run(&b.call, __VA_ARGS__), ERR_OK)

static int64_t base(void)
{
    return 1LL << LEDGER_SEQ_BITS;
}

/* Runs one change inside a transaction that is then rolled back; it must be found, at seq when seq is not -1.
 */
#define MUST_FIND(want_seq, head, ...)                                                                       \
    do {                                                                                                     \
        assert_int_equal(db_begin(b.db), ERR_OK);                                                            \
        __VA_ARGS__;                                                                                         \
        struct ledger_verdict v_ = bench_verify(&b, head);                                                   \
        db_rollback(b.db);                                                                                   \
        assert_false(v_.ok);                                                                                 \
        if ((want_seq) >= 0)                                                                                 \
            assert_int_equal(v_.bad_seq, (want_seq));                                                        \
        flips++;                                                                                             \
    } while (0)

/* ---- one bit of one column ---- */

/* The way a column is read and written; SQL is literal text, so each column has its own pair. */
struct column {
    const char *name, *read, *write;
    bool number, key;
};
#define COLUMN(table, id, name_, ...)                                                                        \
    {                                                                                                        \
        .name = #name_, .read = "SELECT " #name_ " FROM " table " WHERE " id " = $1",                        \
        .write = "UPDATE " table " SET " #name_ " = $2 WHERE " id " = $1", __VA_ARGS__                       \
    }
#define ENTRY(name, ...) COLUMN("ledger_entry", "entry_id", name, __VA_ARGS__)
#define HEAD(name, ...)  COLUMN("ledger_head", "head_id", name, __VA_ARGS__)
#define CHAIN(name, ...) COLUMN("ledger_chain", "chain_id", name, __VA_ARGS__)
#define KEY(name, ...)   COLUMN("ledger_key", "length(key_print)", name, __VA_ARGS__)

static const struct column entry_columns[] = {
    ENTRY(entry_id, .number = true, .key = true),
    ENTRY(chain, ),
    ENTRY(seq, .number = true),
    ENTRY(at_ms, .number = true),
    ENTRY(actor_id, .number = true),
    ENTRY(actor_login, ),
    ENTRY(actor_name, ),
    ENTRY(verb, ),
    ENTRY(subject_kind, ),
    ENTRY(subject_id, .number = true),
    ENTRY(unit_id, .number = true),
    ENTRY(unit_path, ),
    ENTRY(detail, ),
    ENTRY(prev_hash, ),
    ENTRY(hash, ),
};
static const struct column other_columns[] = {
    HEAD(head_id, .number = true, .key = true),
    HEAD(chain, ),
    HEAD(number, .number = true),
    HEAD(seq, .number = true),
    HEAD(hash, ),
    HEAD(at_ms, .number = true),
    HEAD(prev_hash, ),
    HEAD(key_print, ),
    HEAD(signature, ),
};
static const struct column chain_columns[] = {
    CHAIN(chain_id, .number = true, .key = true),
    CHAIN(chain, ),
    CHAIN(last_seq, .number = true),
    CHAIN(last_hash, ),
    CHAIN(heads, .number = true),
};
static const struct column key_columns[] = {KEY(key_print, ), KEY(public_key, )};

static enum err column_write(const struct column *c, int64_t id, struct db_arg value)
{
    return db_run_args(&b.call, c->write, NULL, (const struct db_arg[]){db_int(id), value}, 2);
}

static void number_flips(const struct column *c, int64_t id, int64_t seq, int64_t value)
{
    static const int any[] = {0, 5, 31, 40, 62, 63}, high[] = {20, 39, 41, 62, 63};
    for (size_t i = 0; i < (c->key ? 5 : 6); i++) {
        int bit = c->key ? high[i] : any[i];
        struct db_arg changed = db_int((int64_t)((uint64_t)value ^ 1ULL << bit));
        MUST_FIND(seq, STR_NONE, assert_int_equal(column_write(c, id, changed), ERR_OK));
    }
}

static void text_flips(const struct column *c, int64_t id, int64_t seq, struct str value, enum db_kind kind)
{
    size_t step = value.len / 5 + 1;
    for (size_t at = (size_t)(id % (int64_t)step); at < value.len; at += step) {
        char bytes[512];
        assert_in_range(value.len, 1, sizeof bytes);
        memcpy(bytes, value.at, value.len);
        bytes[at] = (char)(bytes[at] ^ 1 << (flips % 7));
        struct db_arg changed = {kind, 0, 0, {bytes, value.len}};
        MUST_FIND(seq, STR_NONE, assert_int_equal(column_write(c, id, changed), ERR_OK));
    }
}

static void column_flips(const struct column *c, int64_t id, int64_t seq)
{
    DB_ROWS(rows);
    assert_int_equal(db_query_args(&b.call, &rows, c->read, (const struct db_arg[]){db_int(id)}, 1), ERR_OK);
    assert_true(db_next(&rows));
    int64_t number = db_col_int(&rows, 0);
    enum db_kind kind = db_col_kind(&rows, 0);
    struct str text = db_col_copy(&b.call, &rows, 0);
    db_rows_close(&rows);
    if (c->number)
        number_flips(c, id, seq, number);
    else
        text_flips(c, id, seq, text, kind);
}

static void a_flip_in_an_entry_is_found_and_named(void **state)
{
    (void)state;
    for (int64_t seq = 1; seq <= last_seq; seq++)
        for (size_t i = 0; i < sizeof entry_columns / sizeof *entry_columns; i++)
            column_flips(&entry_columns[i], base() + seq, seq);
}

static void a_flip_in_a_head_is_found(void **state)
{
    (void)state;
    for (int64_t number = 1; number <= ENTRIES / EVERY; number++)
        for (size_t i = 0; i < sizeof other_columns / sizeof *other_columns; i++)
            column_flips(&other_columns[i], base() + number, -1);
    MUST_FIND(-1, STR_NONE, CHANGE("UPDATE ledger_head SET others = 'node2 1 00' WHERE number = 3"));
}

static void a_flip_in_the_running_head_or_the_key_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof chain_columns / sizeof *chain_columns; i++)
        column_flips(&chain_columns[i], 1, -1);
    for (size_t i = 0; i < sizeof key_columns / sizeof *key_columns; i++)
        column_flips(&key_columns[i], 64, -1);
}

static void a_single_entry_can_be_asked_about(void **state)
{
    (void)state;
    bool holds;
    for (int64_t seq = 1; seq <= last_seq; seq++) {
        assert_int_equal(ledger_entry_holds(&b.call, base() + seq, &holds), ERR_OK);
        assert_true(holds);
    }
    assert_int_equal(ledger_entry_holds(&b.call, base() + last_seq + 1, &holds), ERR_NOT_FOUND);
    assert_int_equal(db_begin(b.db), ERR_OK);
    CHANGE("UPDATE ledger_entry SET at_ms = at_ms + 1 WHERE seq = 5");
    CHANGE("UPDATE ledger_entry SET hash = prev_hash WHERE seq = 9");
    for (int64_t seq = 4; seq <= 11; seq++) {
        assert_int_equal(ledger_entry_holds(&b.call, base() + seq, &holds), ERR_OK);
        assert_int_equal(holds, seq != 5 && seq != 9 && seq != 10);
    }
    db_rollback(b.db);
}

/* ---- whole rows ---- */

static void a_deleted_row_is_missed(void **state)
{
    (void)state;
    for (int64_t seq = 1; seq <= last_seq; seq++)
        MUST_FIND(seq, STR_NONE, CHANGE("DELETE FROM ledger_entry WHERE seq = $1", db_int(seq)));
    for (int64_t number = 1; number <= ENTRIES / EVERY; number++)
        MUST_FIND(-1, STR_NONE, CHANGE("DELETE FROM ledger_head WHERE number = $1", db_int(number)));
    MUST_FIND(-1, STR_NONE, CHANGE("DELETE FROM ledger_chain"));
    MUST_FIND(-1, STR_NONE, CHANGE("DELETE FROM ledger_key"));
}

#define REST                                                                                                 \
    "at_ms, actor_id, actor_login, actor_name, verb, subject_kind, subject_id, unit_id, unit_path, detail, " \
    "prev_hash, hash"

static void an_added_row_is_found(void **state)
{
    (void)state;
    for (int64_t seq = 1; seq <= last_seq; seq += 13) {
        MUST_FIND(last_seq + 1, STR_NONE,
                  CHANGE("INSERT INTO ledger_entry (entry_id, chain, seq, " REST
                         ") SELECT $1, chain, $2, " REST " FROM ledger_entry WHERE seq = $3",
                         db_int(base() + last_seq + 1), db_int(last_seq + 1), db_int(seq)));
        MUST_FIND(-1, STR_NONE, /* before the first, and in a chain that does not exist */
                  CHANGE("INSERT INTO ledger_entry (entry_id, chain, seq, " REST
                         ") SELECT $1, chain, 0, " REST " FROM ledger_entry WHERE seq = $2",
                         db_int(base()), db_int(seq)));
        MUST_FIND(-1, STR_NONE,
                  CHANGE("INSERT INTO ledger_entry (entry_id, chain, seq, " REST
                         ") SELECT $1, chain, $2, " REST " FROM ledger_entry WHERE seq = $3",
                         db_int(seq % 2 ? 5 : 9 * base()), db_int(1), db_int(seq)));
    }
    MUST_FIND(-1, STR_NONE,
              CHANGE("INSERT INTO ledger_chain (chain_id, chain, last_seq, last_hash, heads) SELECT 5, "
                     "'ghost', 0, last_hash, 0 FROM ledger_chain"));
}

static void two_rows_swapped_are_found(void **state)
{
    (void)state;
    for (int64_t seq = 1; seq < last_seq; seq += 7) {
        int64_t with = seq + 1 + seq % 5 > last_seq ? last_seq : seq + 1 + seq % 5;
        MUST_FIND(seq, STR_NONE,
                  { /* whole rows, numbers left in place */
                    CHANGE("UPDATE ledger_entry SET entry_id = -1, seq = $2 WHERE seq = $1", db_int(seq),
                           db_int(-with));
                    CHANGE("UPDATE ledger_entry SET entry_id = $2, seq = $3 WHERE seq = $1", db_int(with),
                           db_int(base() + seq), db_int(seq));
                    CHANGE("UPDATE ledger_entry SET entry_id = $1, seq = $2 WHERE entry_id = -1",
                           db_int(base() + with), db_int(with));
                  });
        MUST_FIND(seq, STR_NONE, { /* ids alone */
                                   CHANGE("UPDATE ledger_entry SET entry_id = -1 WHERE seq = $1",
                                          db_int(seq));
                                   CHANGE("UPDATE ledger_entry SET entry_id = $2 WHERE seq = $1",
                                          db_int(with), db_int(base() + seq));
                                   CHANGE("UPDATE ledger_entry SET entry_id = $1 WHERE entry_id = -1",
                                          db_int(base() + with));
        });
    }
}

static void a_number_stored_as_text_is_found(void **state)
{
    (void)state;
    /* STRICT keeps SQL from doing it; a value that turns into another kind by a flip in the file is in
     * ledger_file_test. */
    assert_int_equal(db_begin(b.db), ERR_OK);
    assert_int_not_equal(
        db_run(&b.call, "UPDATE ledger_entry SET detail = CAST(detail AS BLOB) WHERE seq = 4"), ERR_OK);
    db_rollback(b.db);
}

/* ---- somebody who can compute hashes ---- */

static void running_head_set(int64_t seq, const char hash[CRYPT_SM3_LEN])
{
    CHANGE("UPDATE ledger_chain SET last_seq = $1, last_hash = $2", db_int(seq),
           db_blob(hash, CRYPT_SM3_LEN));
}

static bool entry_at(struct db_rows *rows, int64_t seq, struct ledger_entry *ret)
{
    assert_int_equal(db_query(&b.call, rows,
                              "SELECT " LEDGER_ENTRY_COLUMNS " FROM ledger_entry WHERE seq = $1",
                              db_int(seq)),
                     ERR_OK);
    return db_next(rows) && ledger_entry_read(rows, ret);
}

/* Recomputes hashes and links from seq on, as the program itself would, and the running head. */
static void recompute(int64_t from)
{
    char last[CRYPT_SM3_LEN] = {0};
    struct ledger_entry e;
    struct crypt_sm3 hash;
    DB_ROWS(rows);
    BUF(scratch, LEDGER_ENCODE_MAX);
    if (from > 1) {
        assert_true(entry_at(&rows, from - 1, &e));
        memcpy(last, e.hash.at, sizeof last);
    }
    int64_t seq = from;
    for (; entry_at(&rows, seq, &e); seq++) {
        e.prev_hash = (struct str){last, sizeof last};
        assert_int_equal(ledger_entry_hash(&e, &scratch, &hash), ERR_OK);
        db_rows_close(&rows);
        CHANGE("UPDATE ledger_entry SET prev_hash = $2, hash = $3 WHERE seq = $1", db_int(seq),
               db_blob(last, sizeof last), db_blob(hash.bytes, sizeof hash.bytes));
        memcpy(last, hash.bytes, sizeof last);
    }
    running_head_set(seq - 1, last);
}

static void recompute_probe(void)
{
    char before[CRYPT_SM3_LEN];
    DB_ROWS(rows);
    assert_int_equal(db_one(&b.call, &rows, "SELECT hash FROM ledger_entry WHERE seq = 1"), ERR_OK);
    memcpy(before, db_col_str(&rows, 0).at, sizeof before);
    db_rows_close(&rows);
    recompute(1);
    assert_int_equal(db_one(&b.call, &rows, "SELECT hash FROM ledger_entry WHERE seq = 1"), ERR_OK);
    assert_memory_equal(before, db_col_str(&rows, 0).at, sizeof before);
}

static void a_row_rewritten_with_a_fresh_hash_is_named(void **state)
{
    (void)state;
    assert_int_equal(db_begin(b.db), ERR_OK);
    recompute_probe(); /* the attacker's tool is right: an unchanged chain stays valid */
    assert_true(bench_verify(&b, outside).ok);
    db_rollback(b.db);
    BUF(scratch, LEDGER_ENCODE_MAX);
    for (int64_t seq = 1; seq <= last_seq; seq += 9)
        MUST_FIND(seq, STR_NONE, {
            DB_ROWS(rows);
            struct ledger_entry e;
            struct crypt_sm3 hash;
            assert_true(entry_at(&rows, seq, &e));
            e.subject_id++;
            assert_int_equal(ledger_entry_hash(&e, &scratch, &hash), ERR_OK);
            db_rows_close(&rows);
            CHANGE("UPDATE ledger_entry SET subject_id = subject_id + 1, hash = $2 WHERE seq = $1",
                   db_int(seq), db_blob(hash.bytes, sizeof hash.bytes));
        });
}

static void a_chain_recomputed_from_a_row_meets_the_next_head(void **state)
{
    (void)state;
    for (int64_t seq = 2; seq <= last_seq; seq += 23) {
        int64_t sealed;
        assert_int_equal(
            db_get_int(&b.call, &sealed, 0, "SELECT MIN(seq) FROM ledger_head WHERE seq >= $1", db_int(seq)),
            ERR_OK);
        MUST_FIND(sealed, STR_NONE, {
            CHANGE("UPDATE ledger_entry SET actor_id = actor_id + 1 WHERE seq = $1", db_int(seq));
            recompute(seq);
        });
    }
}

static void a_tail_cut_off_with_its_traces_needs_an_outside_head(void **state)
{
    (void)state;
    MUST_FIND(last_seq - 9, STR_NONE,
              CHANGE("DELETE FROM ledger_entry WHERE seq >= $1", db_int(last_seq - 9)));
    /* With the running head set back the heads still tell. */
    MUST_FIND(-1, STR_NONE, {
        CHANGE("DELETE FROM ledger_entry WHERE seq >= $1", db_int(last_seq - 9));
        recompute(last_seq - 9);
    });
    /* With the heads too, only a head kept elsewhere does: and it names the first entry missing. */
    int64_t first = last_seq - 9;
    MUST_FIND(first, outside, {
        CHANGE("DELETE FROM ledger_entry WHERE seq >= $1", db_int(first));
        CHANGE("DELETE FROM ledger_head WHERE seq >= $1", db_int(first));
        recompute(first);
        CHANGE("UPDATE ledger_chain SET heads = (SELECT COUNT(*) FROM ledger_head)");
        assert_true(bench_verify(&b, STR_NONE).ok);
    });
}

static void a_chain_recomputed_and_sealed_anew_needs_an_outside_head(void **state)
{
    (void)state;
    for (int round = 0; round < 2; round++) { /* with a key of the attacker's, and with the stolen key */
        struct crypt_sm2_key *key = b.key;
        if (round == 0)
            assert_int_equal(crypt_sm2_generate(b.arena, &key), ERR_OK);
        MUST_FIND(last_seq, outside, {
            CHANGE("UPDATE ledger_entry SET detail = '{\"quiet\":true}' WHERE seq = 50");
            CHANGE("DELETE FROM ledger_head");
            CHANGE("DELETE FROM ledger_key");
            CHANGE("UPDATE ledger_chain SET heads = 0");
            recompute(50);
            assert_int_equal(ledger_seal(&b.call, key), ERR_OK);
            assert_true(bench_verify(&b, STR_NONE).ok);
        });
    }
}

static void a_file_rolled_back_to_an_older_copy_needs_an_outside_head(void **state)
{
    (void)state;
    struct bench old = b;
    char why[256] = "";
    snprintf(old.file, sizeof old.file, "%s/old.db", b.dir);
    assert_int_equal(db_copy(b.db, old.file, why), ERR_OK);
    int64_t then = last_seq;
    bench_append(&b, 30);
    assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    struct str newer = bench_head(&b);
    bench_open(&old);
    assert_true(bench_verify(&old, STR_NONE).ok);
    assert_true(
        bench_verify(&old, outside).ok); /* an older head is kept by the newer copy and the older one */
    assert_true(bench_verify(&b, outside).ok);
    struct ledger_verdict v = bench_verify(&old, newer);
    assert_false(v.ok);
    assert_int_equal(v.bad_seq, then + 1);
    assert_string_equal(v.why, "ledger.outside.missing");
    db_close(old.db);
}

/* A server that hands out heads it never sealed, or changed ones. */
static void a_lying_head_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        "\"seq\":",         "\"number\":",         "\"at_ms\":",       "\"hash\":\"",  "\"signature\":\"",
        "\"prev_hash\":\"", "\"public_key\":\"04", "\"key_print\":\"", "\"others\":\""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[4096];
        size_t at;
        assert_true(str_find(outside, str_of(names[i]), &at));
        assert_in_range(outside.len, 1, sizeof text - 2);
        at += strlen(names[i]);
        memcpy(text, outside.at, outside.len);
        struct str lie = {text, outside.len};
        if (strcmp(names[i], "\"others\":\"") == 0) {
            memmove(text + at + 1, text + at, outside.len - at);
            text[at] = 'x';
            lie.len++;
        } else {
            text[at] = text[at] == '1' ? '2' : '1';
        }
        struct ledger_verdict v;
        enum err word = ledger_verify(&b.call, lie, NULL, &v);
        assert_true(word == ERR_OK && !v.ok);
        assert_string_equal(v.why, "ledger.outside.forged");
    }
    struct ledger_verdict v;
    assert_int_equal(ledger_verify(&b.call, STR("not json"), NULL, &v), ERR_INVALID);
    assert_int_equal(ledger_verify(&b.call, STR("{\"seq\":1}"), NULL, &v), ERR_INVALID);
    call_faults_clear(&b.call);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flip_in_an_entry_is_found_and_named),
        cmocka_unit_test(a_flip_in_a_head_is_found),
        cmocka_unit_test(a_flip_in_the_running_head_or_the_key_is_found),
        cmocka_unit_test(a_single_entry_can_be_asked_about),
        cmocka_unit_test(a_deleted_row_is_missed),
        cmocka_unit_test(an_added_row_is_found),
        cmocka_unit_test(two_rows_swapped_are_found),
        cmocka_unit_test(a_number_stored_as_text_is_found),
        cmocka_unit_test(a_row_rewritten_with_a_fresh_hash_is_named),
        cmocka_unit_test(a_chain_recomputed_from_a_row_meets_the_next_head),
        cmocka_unit_test(a_tail_cut_off_with_its_traces_needs_an_outside_head),
        cmocka_unit_test(a_chain_recomputed_and_sealed_anew_needs_an_outside_head),
        cmocka_unit_test(a_lying_head_is_refused),
        cmocka_unit_test(a_file_rolled_back_to_an_older_copy_needs_an_outside_head),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
