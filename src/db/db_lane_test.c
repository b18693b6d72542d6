/* SPDX-License-Identifier: Apache-2.0
 * The write lane: order, isolation of jobs, done exactly once, draining, and no acknowledged write lost to
 * kill -9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "db/db_test.h"

#define assert_ok(e) assert_int_equal((e), ERR_OK)
#define THREADS      64
#define EACH         40

static const char *const tables = "CREATE TABLE note (note_id INTEGER PRIMARY KEY, who INTEGER NOT NULL, nr "
                                  "INTEGER NOT NULL, UNIQUE (who, nr)) STRICT;";

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

static int64_t count(struct db_test *t)
{
    int64_t many = -1;
    assert_ok(db_get_int(&t->call, &many, -1, "SELECT COUNT(*) FROM note"));
    return many;
}

static struct db_lane *start(struct db_test *t)
{
    struct db_lane *lane = NULL;
    char why[256];
    assert_ok(db_lane_start(t->where, &lane, why));
    return lane;
}

struct write {
    int64_t who, nr;
    enum err wish; /* what the job returns after it has written */
    enum err word; /* what done was told */
    atomic_int told;
    struct db_job job;
};

static enum err insert(struct db *db, struct write *write)
{
    struct call call = {.db = db};
    return db_run(&call, "INSERT INTO note(who, nr) VALUES ($1, $2)", db_int(write->who), db_int(write->nr));
}

static enum err write_run(struct db *db, void *context)
{
    struct write *write = context;
    TRY(insert(db, write));
    return write->wish;
}

static void write_done(void *context, enum err word)
{
    struct write *write = context;
    write->word = word;
    atomic_fetch_add(&write->told, 1);
}

/* ---- many threads ---- */

struct sender {
    struct db_lane *lane;
    struct write writes[EACH];
    pthread_t thread;
};

static void *send_all(void *context)
{
    struct sender *sender = context;
    for (int i = 0; i < EACH; i++) {
        struct write *write = &sender->writes[i];
        write->job = (struct db_job){.run = write_run, .done = write_done, .context = write};
        if (db_lane_submit(sender->lane, &write->job) != ERR_OK)
            write->word = ERR_BUSY;
    }
    return NULL;
}

static void many_threads(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = start(t);
    struct sender *senders = calloc(THREADS, sizeof *senders);
    assert_non_null(senders);
    for (int s = 0; s < THREADS; s++) {
        senders[s].lane = lane;
        for (int i = 0; i < EACH; i++) {
            struct write *write = &senders[s].writes[i];
            write->who = s;
            write->nr = i % 10 == 9 ? 0 : i; /* every tenth collides with the first of its sender */
            write->wish = i % 10 == 4 ? ERR_REFUSED : ERR_OK;
        }
        assert_int_equal(pthread_create(&senders[s].thread, NULL, send_all, &senders[s]), 0);
    }
    for (int s = 0; s < THREADS; s++)
        pthread_join(senders[s].thread, NULL);
    db_lane_stop(lane); /* finishes what waits */
    for (int s = 0; s < THREADS; s++) {
        for (int i = 0; i < EACH; i++) {
            struct write *write = &senders[s].writes[i];
            assert_int_equal(atomic_load(&write->told), 1);
            assert_int_equal(write->word, i % 10 == 9 ? ERR_CONFLICT : i % 10 == 4 ? ERR_REFUSED : ERR_OK);
        }
    }
    assert_int_equal(count(t), THREADS * EACH * 8 / 10);
    int64_t wrong = -1;
    assert_ok(db_get_int(&t->call, &wrong, -1,
                         "SELECT COUNT(*) FROM note a JOIN note b ON a.who = b.who AND a.nr < b.nr"
                         " AND a.note_id > b.note_id"));
    assert_int_equal(wrong, 0); /* a sender's jobs run in the order it sent them */
    free(senders);
}

/* ---- one batch: the lane is held until all wait ---- */

struct gate {
    atomic_int open, entered;
};

static enum err hold(struct db *db, void *context)
{
    (void)db;
    struct gate *gate = context;
    atomic_store(&gate->entered, 1);
    for (int i = 0; i < 10000 && !atomic_load(&gate->open); i++)
        usleep(1000);
    return atomic_load(&gate->open) ? ERR_OK : ERR_FAILED;
}

static void ignore(void *context, enum err word)
{
    (void)context;
    (void)word;
}

static enum err unbalanced(struct db *db, void *context)
{
    TRY(db_savepoint(db));
    TRY(insert(db, context));
    return db_release(db);
}

/* Swallows a conflict and says all is well: what was written would be lost on PostgreSQL, so it is on both.
 */
static enum err swallow(struct db *db, void *context)
{
    TRY(insert(db, context));
    return insert(db, context) == ERR_CONFLICT ? ERR_OK : ERR_FAILED;
}

static void one_job_rolled_back_leaves_the_others(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = start(t);
    struct gate gate = {0};
    struct db_job holder = {.run = hold, .done = ignore, .context = &gate};
    struct write writes[6] = {{.who = 1, .nr = 1}, {.who = 1, .nr = 2, .wish = ERR_INVALID},
                              {.who = 1, .nr = 1}, {.who = 1, .nr = 4},
                              {.who = 1, .nr = 5}, {.who = 1, .nr = 6}};
    assert_ok(db_lane_submit(lane, &holder));
    for (int i = 0; i < 6; i++) {
        writes[i].job = (struct db_job){.run = i == 3   ? swallow
                                               : i == 4 ? unbalanced
                                                        : write_run,
                                        .done = write_done,
                                        .context = &writes[i]};
        if (i != 3)
            assert_ok(db_lane_submit(lane, &writes[i].job));
    }
    assert_ok(db_lane_submit(lane, &writes[3].job));
    atomic_store(&gate.open, 1);
    db_lane_stop(lane);
    static const enum err words[] = {ERR_OK, ERR_INVALID, ERR_CONFLICT, ERR_FAILED, ERR_OK, ERR_OK};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(writes[i].word, words[i]);
        assert_int_equal(atomic_load(&writes[i].told), 1);
    }
    assert_int_equal(count(t), 3);
}

static void a_full_lane_is_busy(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = start(t);
    struct gate gate = {0};
    struct db_job holder = {.run = hold, .done = ignore, .context = &gate};
    struct db_job *jobs = calloc(10100, sizeof *jobs);
    assert_non_null(jobs);
    assert_ok(db_lane_submit(lane, &holder));
    for (int i = 0; i < 10000 && !atomic_load(&gate.entered); i++)
        usleep(1000);
    int taken = 0, busy = 0;
    for (int i = 0; i < 10100; i++) {
        jobs[i] = (struct db_job){.run = hold, .done = ignore, .context = &gate};
        enum err word = db_lane_submit(lane, &jobs[i]);
        taken += word == ERR_OK;
        busy += word == ERR_BUSY;
    }
    assert_int_equal(taken, 10000);
    assert_int_equal(taken + busy, 10100);
    atomic_store(&gate.open, 1);
    db_lane_stop(lane);
    free(jobs);
}

/* ---- waiting ---- */

struct waits {
    struct db_lane *lane;
    struct write write;
};

static enum err wait_inside(struct db *db, void *context)
{
    (void)db;
    struct waits *waits = context;
    return db_lane_wait(waits->lane, write_run, &waits->write);
}

static void waiting(void **state)
{
    struct db_test *t = *state;
    struct waits waits = {start(t), {.who = 5, .nr = 1}};
    struct write refused = {.who = 5, .nr = 2, .wish = ERR_REFUSED};
    assert_ok(db_lane_wait(waits.lane, write_run, &waits.write));
    assert_int_equal(count(t), 1); /* already there for another connection */
    assert_int_equal(db_lane_wait(waits.lane, write_run, &waits.write), ERR_CONFLICT);
    assert_int_equal(db_lane_wait(waits.lane, write_run, &refused), ERR_REFUSED);
    assert_int_equal(db_lane_wait(waits.lane, wait_inside, &waits), ERR_FAILED); /* not a dead lock */
    assert_int_equal(count(t), 1);
    db_lane_stop(waits.lane);
    db_lane_stop(NULL);
}

/* ---- a writer elsewhere (a command beside the server) ---- */

static void another_writer(void **state)
{
    struct db_test *t = *state;
    struct db_lane *lane = start(t);
    assert_ok(db_begin(t->db));
    struct write mine = {.who = 1, .nr = 1}, theirs = {.who = 2, .nr = 2};
    assert_ok(insert(t->db, &mine));
    theirs.job = (struct db_job){.run = write_run, .done = write_done, .context = &theirs};
    assert_ok(db_lane_submit(lane, &theirs.job));
    usleep(50000);
    assert_ok(db_commit(t->db));
    db_lane_stop(lane);
    assert_ok(theirs.word);
    assert_int_equal(count(t), 2);
}

/* ---- kill -9 ---- */

#define KILL_THREADS 8

struct victim {
    struct db_lane *lane;
    int ack, who, from;
};

static void *write_and_tell(void *context)
{
    struct victim *victim = context;
    for (int i = victim->from;; i++) {
        struct write note = {.who = victim->who, .nr = i};
        int said[2] = {victim->who, i};
        if (db_lane_wait(victim->lane, write_run, &note) != ERR_OK)
            return NULL;
        if (write(victim->ack, said, sizeof said) != sizeof said) /* short enough to arrive whole */
            return NULL;
    }
}

static _Noreturn void be_victim(const char *where, int ack, int round)
{
    struct victim victims[KILL_THREADS];
    pthread_t threads[KILL_THREADS];
    struct db_lane *lane = NULL;
    char why[256];
    alarm(30);
    if (db_lane_start(where, &lane, why) != ERR_OK)
        log_abort("victim: %s", why);
    for (int i = 0; i < KILL_THREADS; i++) {
        victims[i] = (struct victim){lane, ack, i, round * 1000000};
        if (pthread_create(&threads[i], NULL, write_and_tell, &victims[i]) != 0)
            abort();
    }
    for (;;)
        pause();
}

/* Runs a writer, kills it, and checks that everything it was told is there. Gives how much that was. */
static int kill_once(struct db_test *t, int round)
{
    int pipe_ends[2], said[2], acknowledged = 0;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(pipe_ends[0]);
        be_victim(t->where, pipe_ends[1], round);
    }
    close(pipe_ends[1]);
    int *told = calloc(2000000, sizeof *told);
    assert_non_null(told);
    /* Some acknowledgements, then the kill at a moment of its own; what is in the pipe by then counts too. */
    int wanted = 20 + round * 53;
    while (read(pipe_ends[0], said, sizeof said) == sizeof said && acknowledged < 1000000) {
        told[acknowledged * 2] = said[0];
        told[acknowledged * 2 + 1] = said[1];
        if (++acknowledged == wanted)
            assert_int_equal(kill(child, SIGKILL), 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(pipe_ends[0]);
    char why[256];
    assert_ok(db_open(t->where, DB_WRITE, &t->call.db, why));
    for (int i = 0; i < acknowledged; i++) {
        int64_t there = 0;
        assert_ok(db_get_int(&t->call, &there, 0, "SELECT COUNT(*) FROM note WHERE who = $1 AND nr = $2",
                             db_int(told[i * 2]), db_int(told[i * 2 + 1])));
        assert_int_equal(there, 1);
    }
    db_close(t->call.db);
    free(told);
    return acknowledged;
}

static void nothing_acknowledged_is_lost(void **state)
{
    struct db_test *t = *state;
    char why[256];
    int acknowledged = 0;
    db_close(t->db); /* no connection may live on in the forked writer */
    for (int round = 0; round < 8; round++)
        acknowledged += kill_once(t, round);
    assert_ok(db_open(t->where, DB_WRITE, &t->db, why));
    t->call.db = t->db;
    assert_true(acknowledged >= 8 * 20);
    assert_true(count(t) >= acknowledged);
    print_message("%d acknowledged writes, %d there, 8 kills\n", acknowledged, (int)count(t));
}

/* ---- PostgreSQL goes away and comes back ---- */

#define CUT "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1"

static void a_lost_connection_comes_back(void **state)
{
    struct db_test *t = *state;
    if (!db_is_pg(t->db))
        skip();
    char why[256], where[640];
    struct db *reader = NULL, *writer = NULL;
    struct db_lane *lane = NULL;
    /* A name of their own, so that only these connections are cut. */
    snprintf(where, sizeof where, "%s&application_name=%s", t->where, t->schema);
    assert_ok(db_open(where, DB_READ, &reader, why));
    assert_ok(db_open(where, DB_WRITE, &writer, why));
    assert_ok(db_lane_start(where, &lane, why));
    struct call reading = t->call;
    reading.db = reader;
    struct write write = {.who = 1, .nr = 1};
    int64_t n = 0;
    assert_ok(db_lane_wait(lane, write_run, &write));
    assert_ok(db_get_int(&reading, &n, 0, "SELECT COUNT(*) FROM note"));
    assert_int_equal(n, 1);
    assert_ok(db_get_int(&t->call, &n, 0, CUT, db_c(t->schema)));
    assert_int_equal(n, 3);
    usleep(50000);
    write.nr = 2;
    assert_ok(db_lane_wait(lane, write_run, &write)); /* a BEGIN may be said again */
    assert_ok(db_get_int(&reading, &n, 0, "SELECT COUNT(*) FROM note"));
    assert_int_equal(n, 2);
    /* Lost inside a transaction: that one fails, the next goes well. */
    assert_ok(db_begin(writer));
    write.nr = 3;
    assert_ok(insert(writer, &write));
    assert_ok(db_get_int(&t->call, &n, 0, CUT, db_c(t->schema)));
    assert_int_equal(n, 3);
    usleep(50000);
    write.nr = 4;
    assert_int_not_equal(insert(writer, &write), ERR_OK);
    assert_int_equal(db_commit(writer), ERR_FAILED);
    assert_ok(db_begin(writer));
    assert_ok(insert(writer, &write));
    assert_ok(db_commit(writer));
    assert_int_equal(count(t), 3);
    db_lane_stop(lane);
    db_close(reader);
    db_close(writer);
}

/* Another program looks in and leaves (`anze user add` beside a running server). Had this process lost its
 * lock on the file, that program would think itself the last one and take the write-ahead log away from under
 * us. */
static void a_visitor_leaves_the_log_alone(void **state)
{
    struct db_test *t = *state;
    char why[256], wal[600], command[700];
    struct stat before, after;
    struct db *second, *reader, *fresh;
    if (db_is_pg(t->db))
        skip();
    assert_ok(db_open(t->where, DB_WRITE, &second, why));
    assert_ok(db_open(t->where, DB_READ, &reader, why));
    assert_ok(db_run(&t->call, "INSERT INTO note (who, nr) VALUES (1, 1)"));
    snprintf(wal, sizeof wal, "%s-wal", t->where);
    assert_int_equal(stat(wal, &before), 0);
    snprintf(command, sizeof command, "/proc/%ld/exe visit %s", (long)getpid(), t->where);
    assert_int_equal(system(command), 0);
    assert_int_equal(stat(wal, &after), 0);
    assert_true(before.st_ino == after.st_ino);
    assert_ok(db_run(&t->call, "INSERT INTO note (who, nr) VALUES (1, 3)"));
    assert_ok(db_open(t->where, DB_READ, &fresh, why));
    struct call call = t->call;
    int64_t n;
    call.db = reader;
    assert_ok(db_get_int(&call, &n, 0, "SELECT COUNT(*) FROM note"));
    assert_int_equal(n, 3);
    call.db = fresh;
    assert_ok(db_get_int(&call, &n, 0, "SELECT COUNT(*) FROM note"));
    assert_int_equal(n, 3);
    db_close(fresh);
    db_close(reader);
    db_close(second);
}

static int visit(const char *where)
{
    char why[256];
    struct db *db;
    ARENA(arena, 1 << 20);
    if (db_open(where, DB_WRITE, &db, why) != ERR_OK)
        return 1;
    struct call call = {.arena = arena, .db = db};
    enum err word = db_run(&call, "INSERT INTO note (who, nr) VALUES (2, 2)");
    db_close(db);
    return word == ERR_OK ? 0 : 1;
}

#define on_fresh(f) cmocka_unit_test_setup_teardown(f, open_test, close_test)

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "visit") == 0)
        return visit(argv[2]);
    alarm(240);
    const struct CMUnitTest tests[] = {
        on_fresh(many_threads),
        on_fresh(one_job_rolled_back_leaves_the_others),
        on_fresh(a_full_lane_is_busy),
        on_fresh(waiting),
        on_fresh(another_writer),
        on_fresh(a_visitor_leaves_the_log_alone),
        on_fresh(nothing_acknowledged_is_lost),
        on_fresh(a_lost_connection_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
