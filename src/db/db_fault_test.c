/* SPDX-License-Identifier: Apache-2.0
 *
 * What happens when the disk fails or is full, on SQLite. The program's own fdatasync and pwrite stand before
 * those of the C library, and fail on demand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include "db/db_test.h"

#define assert_ok(e) assert_int_equal((e), ERR_OK)

static atomic_int fail_flush, fail_write, flushes;

int fdatasync(int fd)
{
    atomic_fetch_add(&flushes, 1);
    if (atomic_load(&fail_flush)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return fdatasync(fd);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
    if (atomic_load(&fail_write)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return pwrite64(fd, bytes, len, at);
}

static const char *const tables =
    "CREATE TABLE note (note_id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;";

static int open_test(void **state)
{
    if (getenv("ANZE_TEST_PG"))
        unsetenv("ANZE_TEST_PG"); /* about files; PostgreSQL keeps its own */
    struct db_test *t = calloc(1, sizeof *t);
    db_test_open(t, NULL, 0);
    db_test_step(t, "tables", tables);
    *state = t;
    return 0;
}

static int close_test(void **state)
{
    atomic_store(&fail_flush, 0);
    atomic_store(&fail_write, 0);
    db_test_close(*state);
    free(*state);
    return 0;
}

static enum err insert(struct db *db, void *context)
{
    struct call call = {.db = db};
    return db_run(&call, "INSERT INTO note(body) VALUES ($1)", db_c(context));
}

static int64_t count(struct db_test *t)
{
    int64_t many = -1;
    assert_ok(db_get_int(&t->call, &many, -1, "SELECT COUNT(*) FROM note"));
    return many;
}

static char text[] = "a note";

static void every_commit_is_flushed(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = NULL;
    char why[256];
    assert_ok(db_lane_start(t->where, &lane, why));
    for (int i = 0; i < 10; i++) {
        int before = atomic_load(&flushes);
        assert_ok(db_lane_wait(lane, insert, text));
        assert_true(atomic_load(&flushes) > before);
    }
    db_lane_stop(lane);
}

static void a_failed_flush_ends_writing(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = NULL;
    char why[256];
    assert_ok(db_lane_start(t->where, &lane, why));
    assert_ok(db_lane_wait(lane, insert, text));
    atomic_store(&fail_flush, 1);
    assert_int_equal(db_lane_wait(lane, insert, text), ERR_FAILED);
    atomic_store(&fail_flush, 0);
    int before = atomic_load(&flushes);
    assert_int_equal(db_lane_wait(lane, insert, text), ERR_FAILED); /* the flush is not tried again */
    assert_int_equal(atomic_load(&flushes), before);
    db_lane_stop(lane);
    assert_true(count(t) >= 1); /* reading goes on */
    assert_ok(db_lane_start(t->where, &lane, why));
    assert_ok(db_lane_wait(lane, insert, text)); /* a restart may write again */
    db_lane_stop(lane);
}

#define JOBS 20
struct slow {
    atomic_int entered, go;
};

static enum err hold(struct db *db, void *context)
{
    struct slow *slow = context;
    atomic_store(&slow->entered, 1);
    for (int i = 0; i < 10000 && !atomic_load(&slow->go); i++)
        usleep(1000);
    return insert(db, text);
}

struct told {
    struct db_job job;
    enum err word;
    int times;
};

static enum err insert_text(struct db *db, void *context)
{
    (void)context;
    return insert(db, text);
}

static void tell(void *context, enum err word)
{
    struct told *told = context;
    told->word = word;
    told->times++;
}

static void told_slow(void *context, enum err word)
{
    (void)context;
    (void)word;
}

/* One flush for many: when it fails, all are told so. Nobody is told twice, and the next batch does not even
 * begin. */
static void a_failed_flush_of_many(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = NULL;
    char why[256];
    struct told told[2][JOBS];
    memset(told, 0, sizeof told);
    assert_ok(db_lane_start(t->where, &lane, why));
    for (int batch = 0; batch < 2; batch++) {
        struct slow slow = {0};
        struct db_job holder = {.run = hold, .done = told_slow, .context = &slow};
        assert_ok(db_lane_submit(lane, &holder));
        for (int i = 0; i < 10000 && batch == 0 && !atomic_load(&slow.entered); i++)
            usleep(1000);
        for (int i = 0; i < JOBS; i++) {
            told[batch][i].job =
                (struct db_job){.run = insert_text, .done = tell, .context = &told[batch][i]};
            assert_ok(db_lane_submit(lane, &told[batch][i].job));
        }
        atomic_store(&slow.go, 1);
        if (batch == 0)
            atomic_store(&fail_flush, 1);
        assert_int_equal(db_lane_wait(lane, insert, text), ERR_FAILED);
    }
    db_lane_stop(lane);
    atomic_store(&fail_flush, 0);
    for (int i = 0; i < 2 * JOBS; i++) {
        assert_int_equal(told[i / JOBS][i % JOBS].times, 1);
        assert_int_equal(told[i / JOBS][i % JOBS].word, ERR_FAILED);
    }
}

static void a_full_disk_is_passing(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = NULL;
    char why[256];
    assert_ok(db_lane_start(t->where, &lane, why));
    assert_ok(db_lane_wait(lane, insert, text));
    atomic_store(&fail_write, 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(db_lane_wait(lane, insert, text), ERR_BUSY);
    assert_int_equal(count(t), 1);
    atomic_store(&fail_write, 0);
    assert_ok(db_lane_wait(lane, insert, text));
    assert_int_equal(count(t), 2);
    db_lane_stop(lane);
}

static enum err insert_many(struct db *db, void *context)
{
    for (int i = 0; i < 5000; i++)
        TRY(insert(db, context));
    return ERR_OK;
}

/* The log is copied back into the file by us; a flush that fails there ends writing as well. */
static void a_failed_checkpoint_ends_writing(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = NULL;
    char why[256];
    char *big = malloc(4000);
    assert_non_null(big);
    memset(big, 'x', 3999);
    big[3999] = '\0';
    assert_ok(db_lane_start(t->where, &lane, why));
    assert_ok(db_lane_wait(lane, insert, text));
    assert_ok(db_begin(t->db));
    assert_ok(insert_many(t->db, big));
    t->db->on_lane = true; /* leaves the checkpoint to the next */
    assert_ok(db_commit(t->db));
    atomic_store(&fail_flush, 1);
    t->db->engine->tend(t->db);
    assert_true(t->db->dead);
    atomic_store(&fail_flush, 0);
    assert_int_equal(insert(t->db, text), ERR_FAILED);
    assert_int_equal(db_begin(t->db), ERR_FAILED);
    assert_int_equal(count(t), 5001);
    db_lane_stop(lane);
    free(big);
}

#define on_fresh(f) cmocka_unit_test_setup_teardown(f, open_test, close_test)

int main(void)
{
    alarm(120);
    const struct CMUnitTest tests[] = {
        on_fresh(every_commit_is_flushed),          on_fresh(a_failed_flush_ends_writing),
        on_fresh(a_failed_flush_of_many),           on_fresh(a_full_disk_is_passing),
        on_fresh(a_failed_checkpoint_ends_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
