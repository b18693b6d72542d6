/* SPDX-License-Identifier: Apache-2.0
 *
 * Flips bits of the database file itself, all over it: whatever then reads differently for anybody who reads
 * the ledger's tables, by key or through an index, must make the verdict bad; nothing may crash; an untouched
 * file is good.
 */
#include "ledger/ledger_test.h"
#include <fcntl.h>

#if defined(__SANITIZE_ADDRESS__)
enum { STRIDE = 7 };
#else
enum { STRIDE = 1 };
#endif
enum { ZERO_STRIDE = 24 * STRIDE, ENTRIES = 24 };

static struct bench b;

static void file_write(const char *path, const uint8_t *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static size_t file_read(const char *path, uint8_t *bytes, size_t most)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t len = read(fd, bytes, most);
    close(fd);
    assert_in_range(len, 4096, most - 1);
    return (size_t)len;
}

/* Everything a reader gets from a query, values and kinds. False when the reading fails. */
static bool taste(struct call *call, struct buf *out, const char *sql, int columns)
{
    DB_ROWS(rows);
    if (db_query_args(call, &rows, sql, NULL, 0) != ERR_OK)
        return false;
    while (db_next(&rows)) {
        for (int i = 0; i < columns; i++) {
            struct str value = db_col_str(&rows, i);
            buf_format(out, "%d %zu ", (int)db_col_kind(&rows, i), value.len);
            buf_add_str(out, value);
        }
        buf_add_char(out, '\n');
    }
    return db_end(&rows) == ERR_OK;
}

static bool taste_all(struct call *call, struct buf *out)
{
    out->len = 0;
    return taste(call, out,
                 "SELECT chain_id, chain, last_seq, last_hash, heads FROM ledger_chain ORDER BY chain_id",
                 5) &&
           taste(call, out, "SELECT chain_id FROM ledger_chain WHERE chain = 'main'", 1) &&
           taste(call, out, "SELECT " LEDGER_ENTRY_COLUMNS " FROM ledger_entry ORDER BY entry_id", 15) &&
           taste(call, out, "SELECT " LEDGER_HEAD_COLUMNS " FROM ledger_head h ORDER BY h.head_id", 10) &&
           taste(call, out, "SELECT key_print, public_key FROM ledger_key ORDER BY +key_print", 2) &&
           taste(call, out, "SELECT key_print FROM ledger_key ORDER BY key_print", 1) &&
           taste(call, out,
                 "SELECT subject_kind, subject_id, seq FROM ledger_entry ORDER BY subject_kind, subject_id",
                 3) &&
           taste(call, out, "SELECT unit_path, entry_id FROM ledger_entry ORDER BY unit_path, entry_id", 2) &&
           taste(call, out,
                 "SELECT seq FROM ledger_entry WHERE subject_kind = 'finding' AND subject_id = 112", 1) &&
           taste(call, out,
                 "SELECT entry_id, seq FROM ledger_entry WHERE unit_path >= '0001' AND unit_path < '0001z' "
                 "ORDER BY entry_id DESC",
                 2);
}

enum fate { UNSEEN, REPORTED, UNOPENED, MISSED };

/* Opens the file as a reader would and compares what it tastes with what it should. */
static enum fate file_judge(struct str untouched, struct buf *out)
{
    ARENA(arena, 64 * 1024 * 1024);
    struct db *db = NULL;
    char why[256];
    if (db_open(b.file, DB_READ, &db, why) != ERR_OK)
        return UNOPENED;
    struct call call = {.arena = arena, .db = db, .now_ms = 1};
    struct ledger_verdict verdict = {0};
    enum err word = ledger_verify(&call, STR_NONE, NULL, &verdict);
    bool same = taste_all(&call, out) && str_eq(buf_str(out), untouched);
    db_close(db);
    if (word == ERR_OK && verdict.ok)
        return same ? UNSEEN : MISSED;
    return REPORTED;
}

static size_t prepare(uint8_t *bytes, size_t most, struct buf *untouched)
{
    log_set_level((enum log_level)(LOG_ERROR + 1));
    bench_start(&b);
    for (int i = 0; i < 3; i++) {
        bench_append(&b, ENTRIES / 3);
        assert_int_equal(ledger_seal(&b.call, b.key), ERR_OK);
    }
    assert_true(taste_all(&b.call, untouched));
    db_close(b.db); /* the write-ahead log goes into the file */
    b.db = NULL;
    return file_read(b.file, bytes, most);
}

static void a_flip_anywhere_in_the_file_is_reported_or_unseen(void **state)
{
    (void)state;
    enum { MOST = 256 * 1024 };
    static uint8_t bytes[MOST];
    BUF(untouched, 4 * 1024 * 1024);
    BUF(out, 4 * 1024 * 1024);
    size_t len = prepare(bytes, MOST, &untouched), many[4] = {0};
    assert_int_equal(file_judge(buf_str(&untouched), &out), UNSEEN);
    size_t zeros = 0, others = 0;
    for (size_t at = 0; at < len; at++) {
        if (bytes[at] ? others++ % STRIDE : zeros++ % ZERO_STRIDE)
            continue;
        uint8_t bit = (uint8_t)(1 << ((at + at / 8) % 8));
        bytes[at] ^= bit;
        file_write(b.file, bytes, len);
        enum fate fate = file_judge(buf_str(&untouched), &out);
        bytes[at] ^= bit;
        many[fate]++;
        if (fate == MISSED)
            print_error("byte %zu (page %zu, offset %zu), bit %d: reads differently and is not reported\n",
                        at, at / 4096 + 1, at % 4096, bit);
    }
    print_message("%zu flips in a file of %zu bytes: %zu reported, %zu not even opened, %zu without effect, "
                  "%zu missed\n",
                  many[0] + many[1] + many[2] + many[3], len, many[REPORTED], many[UNOPENED], many[UNSEEN],
                  many[MISSED]);
    assert_int_equal(many[MISSED], 0);
    assert_true(many[REPORTED] > 100);
    file_write(b.file, bytes, len);
    assert_int_equal(file_judge(buf_str(&untouched), &out), UNSEEN);
    bench_stop(&b);
}

static void a_file_cut_short_is_reported(void **state)
{
    (void)state;
    enum { MOST = 256 * 1024 };
    static uint8_t bytes[MOST];
    BUF(untouched, 4 * 1024 * 1024);
    BUF(out, 4 * 1024 * 1024);
    size_t len = prepare(bytes, MOST, &untouched);
    for (size_t cut = 512; cut < len; cut += 1536) {
        file_write(b.file, bytes, len - cut);
        enum fate fate = file_judge(buf_str(&untouched), &out);
        assert_true(fate == REPORTED || fate == UNOPENED);
    }
    bench_stop(&b);
}

int main(void)
{
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flip_anywhere_in_the_file_is_reported_or_unseen),
        cmocka_unit_test(a_file_cut_short_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
