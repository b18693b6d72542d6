/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. One thread keeps, for every job, the time when it next has to look; it sleeps until the earliest,
 * and then sends three small pieces of work to the write lane: take the lease, run, and, when the run failed,
 * note the failure. Each is a transaction of the lane, so a run that fails leaves nothing behind but its
 * note. The wall clock is read anew every half minute at the latest, so a changed clock is noticed. A second
 * thread does the pieces of slow jobs, one after the other, with its own reading connection.
 */
#include "jobs/jobs_inner.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/log.h"

#define SLEEP_MAX_MS 30000
#define JOBS_MAX     256

struct jobs_runner {
    struct db_lane *lane;
    char node[64];
    const char *db_where;
    void *app;
    pthread_t thread, slow_thread;
    bool has_slow;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stopping;
    int64_t look_at_ms[JOBS_MAX];
};

struct work {
    enum { SYNC, TAKE, RUN, STEP, FINISH, FAIL, TICK } what;
    const struct jobs_kind *kind;
    const char *node;
    void *app;
    void *plan;
    bool taken, more;
    int64_t next_ms, started_ms;
    enum err failed;
};

static enum err on_lane(struct db *db, void *context)
{
    struct work *work = context;
    ARENA(arena, JOBS_BYTES_MAX);
    struct call call = {
        .arena = arena, .db = db, .actor = &access_program, .now_ms = clock_now_ms(), .lang = CALL_ZH};
    call.app = work->app;
    enum err word = ERR_OK;
    switch (work->what) {
    case SYNC:
        return jobs_sync(&call);
    case TAKE:
        return jobs_take(&call, work->kind, work->node, &work->taken, &work->next_ms);
    case RUN:
        work->started_ms = call.now_ms;
        word = jobs_run_leased(&call, work->kind, work->node);
        break;
    case STEP:
        word = jobs_step(&call, work->kind, work->node, work->plan, &work->more);
        break;
    case FINISH:
        return jobs_finish(&call, work->kind, work->node, work->started_ms);
    case FAIL:
        return jobs_note_failure(&call, work->kind, work->node, work->failed, work->started_ms);
    case TICK:
        word = work->kind->run(&call);
        break;
    }
    if (word != ERR_OK)
        log_warn("job %s: %s%s%s", work->kind->name, err_word(word), call.faults ? ": " : "",
                 call.faults ? call.faults->key : "");
    return word;
}

static void tick(struct jobs_runner *runner, size_t at)
{
    struct work work = {.what = TICK, .kind = jobs_at(at), .app = runner->app};
    (void)!db_lane_wait(runner->lane, on_lane, &work);
    runner->look_at_ms[at] = clock_now_ms() + work.kind->every_s * 1000LL;
}

static bool is_stopping(struct jobs_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    bool stopping = runner->stopping;
    pthread_mutex_unlock(&runner->lock);
    return stopping;
}

static enum err make_plan(struct jobs_runner *runner, struct work *work)
{
    struct db *db;
    char why[256];
    if (db_open(runner->db_where, DB_READ, &db, why) != ERR_OK) {
        log_warn("job %s: %s", work->kind->name, why);
        return ERR_FAILED;
    }
    ARENA(arena, JOBS_BYTES_MAX);
    struct call call = {
        .arena = arena, .db = db, .actor = &access_program, .now_ms = work->started_ms, .lang = CALL_ZH};
    call.app = work->app;
    enum err word = db_begin(db); /* one view of everything */
    if (word == ERR_OK)
        word = work->kind->plan(&call, &work->plan);
    db_rollback(db);
    db_close(db);
    return word;
}

/* Stopped on the way: the job stays due, and the next start takes it up. */
static enum err run_in_steps(struct jobs_runner *runner, struct work *work)
{
    work->started_ms = clock_now_ms();
    enum err word = make_plan(runner, work);
    work->what = STEP;
    work->more = true;
    while (word == ERR_OK && work->more && !is_stopping(runner))
        word = db_lane_wait(runner->lane, on_lane, work);
    if (work->plan)
        work->kind->plan_free(work->plan);
    work->plan = NULL;
    work->what = FINISH;
    return word == ERR_OK && !work->more ? db_lane_wait(runner->lane, on_lane, work) : word;
}

static void attend(struct jobs_runner *runner, size_t at)
{
    struct work work = {.what = TAKE, .kind = jobs_at(at), .node = runner->node, .app = runner->app};
    enum err word = db_lane_wait(runner->lane, on_lane, &work);
    runner->look_at_ms[at] = word == ERR_OK ? work.next_ms : clock_now_ms() + 5000;
    if (word != ERR_OK || !work.taken)
        return;
    work.what = RUN;
    work.failed = work.kind->plan && runner->db_where ? run_in_steps(runner, &work)
                                                      : db_lane_wait(runner->lane, on_lane, &work);
    runner->look_at_ms[at] = jobs_next_ms(work.kind, clock_now_ms());
    if (work.failed == ERR_OK)
        return;
    work.what = FAIL;
    (void)!db_lane_wait(runner->lane, on_lane, &work);
    runner->look_at_ms[at] = clock_now_ms() + 1000; /* the row knows the true time; ask it */
}

static int64_t work_due(struct jobs_runner *runner)
{
    int64_t soonest = clock_now_ms() + SLEEP_MAX_MS;
    for (size_t i = 0; i < jobs_many() && i < JOBS_MAX; i++) {
        int64_t now = clock_now_ms();
        if (is_stopping(runner))
            break;
        const struct jobs_kind *kind = jobs_at(i);
        if (kind->piece)
            continue;
        bool far =
            kind->every_s > 0 && runner->look_at_ms[i] > now + 2 * (kind->every_s * 1000LL) + JOBS_LEASE_MS;
        if (runner->look_at_ms[i] <= now || far) {
            if (jobs_is_tick(kind))
                tick(runner, i);
            else
                attend(runner, i);
        }
        if (runner->look_at_ms[i] < soonest)
            soonest = runner->look_at_ms[i];
    }
    return soonest;
}

/* False when the runner is to stop. */
static bool sleep_ms(struct jobs_runner *runner, int64_t wait)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait % 1000 * 1000000;
    until.tv_sec += wait / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&runner->lock);
    while (!runner->stopping && pthread_cond_timedwait(&runner->wake, &runner->lock, &until) != ETIMEDOUT)
        ;
    bool go = !runner->stopping;
    pthread_mutex_unlock(&runner->lock);
    return go;
}

/* ---- pieces of slow work ---- */

static bool do_piece(struct jobs_runner *runner, struct db *db, const struct jobs_kind *kind)
{
    ARENA(arena, JOBS_BYTES_MAX);
    bool more = false;
    struct call call = {.arena = arena,
                        .db = db,
                        .actor = &access_program,
                        .now_ms = clock_now_ms(),
                        .app = runner->app,
                        .lang = CALL_ZH};
    enum err word = kind->piece(&call, runner->lane, &more);
    if (word != ERR_OK)
        log_warn("job %s: %s%s%s", kind->name, err_word(word), call.faults ? ": " : "",
                 call.faults ? call.faults->key : "");
    return more && word == ERR_OK;
}

/* The longest sleep is the shortest period of the pieces. */
static int64_t slow_round(struct jobs_runner *runner, struct db *db)
{
    int64_t wait = SLEEP_MAX_MS;
    for (size_t i = 0; i < jobs_many(); i++) {
        const struct jobs_kind *kind = jobs_at(i);
        if (!kind->piece)
            continue;
        if (do_piece(runner, db, kind))
            wait = 0;
        else if (kind->every_s * 1000LL < wait)
            wait = kind->every_s * 1000LL;
    }
    return wait;
}

static void *slow_loop(void *context)
{
    struct jobs_runner *runner = context;
    struct db *db = NULL;
    char why[256] = "";
    do {
        if (!db && db_open(runner->db_where, DB_READ, &db, why) != ERR_OK) {
            log_warn("slow jobs: %s", why);
            db = NULL;
        }
    } while (sleep_ms(runner, db ? slow_round(runner, db) : SLEEP_MAX_MS));
    db_close(db);
    return NULL;
}

static bool any_slow(void)
{
    for (size_t i = 0; i < jobs_many(); i++)
        if (jobs_at(i)->piece)
            return true;
    return false;
}

static void stop_thread(struct jobs_runner *runner)
{
    pthread_mutex_lock(&runner->lock);
    runner->stopping = true;
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
    pthread_join(runner->thread, NULL);
    if (runner->has_slow)
        pthread_join(runner->slow_thread, NULL);
    pthread_cond_destroy(&runner->wake);
    pthread_mutex_destroy(&runner->lock);
    free(runner);
}

static void *loop(void *context)
{
    struct jobs_runner *runner = context;
    int64_t wait;
    do {
        wait = work_due(runner) - clock_now_ms();
        wait = wait < 20 ? 20 : wait > SLEEP_MAX_MS ? SLEEP_MAX_MS : wait;
    } while (sleep_ms(runner, wait));
    return NULL;
}

enum err jobs_start(struct db_lane *lane, const char *node, const char *db_where, void *app,
                    struct jobs_runner **ret)
{
    struct work work = {.what = SYNC, .node = node};
    TRY(db_lane_wait(lane, on_lane, &work));
    struct jobs_runner *runner = calloc(1, sizeof *runner);
    pthread_condattr_t attributes;
    if (!runner)
        return ERR_FAILED;
    runner->lane = lane;
    runner->db_where = db_where;
    runner->app = app;
    for (size_t i = 0; node[i] && i < sizeof runner->node - 1; i++)
        runner->node[i] = node[i];
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&runner->lock, NULL);
    pthread_cond_init(&runner->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&runner->thread, NULL, loop, runner) != 0) {
        pthread_cond_destroy(&runner->wake);
        pthread_mutex_destroy(&runner->lock);
        free(runner);
        return ERR_FAILED;
    }
    if (db_where && any_slow()) {
        runner->has_slow = pthread_create(&runner->slow_thread, NULL, slow_loop, runner) == 0;
        if (!runner->has_slow) {
            stop_thread(runner);
            return ERR_FAILED;
        }
    }
    *ret = runner;
    return ERR_OK;
}

void jobs_stop(struct jobs_runner *runner)
{
    if (runner)
        stop_thread(runner);
}
