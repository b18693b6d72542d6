/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Where a request runs:
 *   reads on SQLite run at once on the network thread, which has its own read connection: nothing is handed
 * over, and a point read costs less than waking another thread would. Reads that may take long (files,
 * spreadsheets, prepare, large bodies, and routes whose moving mean is above SLOW_US) go to the pool; so does
 * everything on PostgreSQL, where a query waits for a network. writes are checked here, then go to the lane;
 * `prepare` runs on the pool before. The lane calls done after the commit, and only then is the connection
 * resumed and the reply made: nothing is acknowledged before it is durable. The connection is suspended
 * before the request is handed over, and resumed exactly once.
 */
#include "http/http_inner.h"

#include <string.h>
#include "base/clock.h"
#include "base/log.h"
#include "rules/rules.h"

#define SLOW_US   3000
#define BODY_HERE (32 * 1024) /* larger bodies are parsed on a worker */

static void learn(struct http_row *row, int64_t began_us)
{
    int64_t took = clock_monotonic_us() - began_us;
    uint32_t mean = atomic_load_explicit(&row->mean_us, memory_order_relaxed);
    int64_t next = mean + ((took < 1000000 ? took : 1000000) - (int64_t)mean) / 8;
    atomic_store_explicit(&row->mean_us, (uint32_t)(next > 0 ? next : 0), memory_order_relaxed);
}

static bool reads(const struct http_request *r)
{
    return r->get || (r->match.row->route->flags & HTTP_READS);
}

/* The frame of the reply; also drops what a first try has written. */
static void open_reply(struct http_request *r)
{
    r->out.len = 0;
    r->out.over = false;
    r->writer = json_writer(&r->out);
    json_open_object(&r->writer, NULL);
}

/* A read to its end: guard, prepare, handle. */
static enum err run_read(struct http_request *r, struct db *db)
{
    const struct http_route *route = r->match.row->route;
    if (!r->entered)
        TRY(http_guard_enter(r, db));
    TRY(http_guard_input(r));
    r->call.db = db;
    open_reply(r);
    int64_t began = clock_monotonic_us();
    enum err word = ERR_OK;
    if (route->prepare)
        word = route->prepare(&r->call, &r->x);
    if (word == ERR_OK && http_wants_sheet(&r->x))
        word = http_sheet(&r->call, &r->x);
    else if (word == ERR_OK && !(route->flags & HTTP_DIRECT))
        word = route->handle(&r->call, &r->x);
    learn(r->match.row, began);
    return word;
}

/* A short read sees one state of the database; on SQLite its locks are then taken once, not for each
 * statement. */
static enum err run_short_read(struct http_request *r, struct db *db)
{
    TRY(db_begin(db));
    enum err word = run_read(r, db);
    db_rollback(db);
    return word;
}

/* Everything of a write that comes before the lane. */
static enum err run_before(struct http_request *r, struct db *db)
{
    const struct http_route *route = r->match.row->route;
    if (!r->entered)
        TRY(http_guard_enter(r, db));
    TRY(http_guard_input(r));
    r->call.db = db;
    return route->prepare ? route->prepare(&r->call, &r->x) : ERR_OK;
}

/* ---- on the lane ---- */

static enum err lane_run(struct db *db, void *context)
{
    struct http_request *r = context;
    const struct http_route *route = r->match.row->route;
    r->call.db = db;
    open_reply(r);
    if (!route->prepare)
        r->call.now_ms = clock_now_ms(); /* the time of the change, not of its arrival */
    enum err word = route->handle(&r->call, &r->x);
    if (word != ERR_OK && word != ERR_FAILED && (route->flags & HTTP_KEEP)) {
        r->kept = word;
        return ERR_OK;
    }
    TRY(word);
    return rules_settle(&r->call);
}

static void lane_done(void *context, enum err word)
{
    struct http_request *r = context;
    r->call.db = NULL;
    r->word = word == ERR_OK ? r->kept : word;
    http_transport_resume(r);
}

static enum err to_lane(struct http_request *r)
{
    r->call.db = NULL;
    r->kept = ERR_OK;
    r->job = (struct db_job){.run = lane_run, .done = lane_done, .context = r};
    return db_lane_submit(r->server->options.lane, &r->job);
}

/* ---- on a worker ---- */

static void finish(struct http_request *r, enum err word)
{
    r->call.db = NULL;
    r->word = word;
    http_transport_resume(r);
}

static void on_worker(struct http_request *r, struct http_worker *worker)
{
    struct db *db = http_worker_db(worker, r);
    if (!db) {
        finish(r, r->word);
        return;
    }
    if (r->spool_fd >= 0) {
        http_upload_write(r);
        http_upload_close(r);
    }
    bool direct = reads(r) || (r->match.row->route->flags & HTTP_DIRECT);
    enum err word = r->spool_failed ? ERR_FAILED : direct ? run_read(r, db) : run_before(r, db);
    if (word == ERR_OK && !direct) {
        word = to_lane(r);
        if (word == ERR_OK)
            return; /* the request is the lane's now */
    }
    if (word == ERR_FAILED)
        http_worker_doubt(worker);
    finish(r, word);
}

static enum http_step to_pool(struct http_request *r)
{
    r->task = (struct http_task){.run = on_worker, .request = r, .row = r->match.row};
    if (!http_transport_suspend(r))
        return HTTP_STEP_REPLY;
    enum err word = http_pool_submit(r->server->pool, &r->task);
    if (word != ERR_OK)
        finish(r, word);
    return HTTP_STEP_WAIT;
}

/* ---- on the network thread ---- */

static bool may_take_long(const struct http_request *r)
{
    const struct http_route *route = r->match.row->route;
    if (r->server->is_pg || route->prepare || r->body.len > BODY_HERE || (route->flags & HTTP_UPLOAD))
        return true;
    if (!reads(r))
        return false;
    return route->kind == HTTP_FILE || http_request_param((void *)(uintptr_t)r, "format").at ||
           atomic_load_explicit(&r->match.row->mean_us, memory_order_relaxed) > SLOW_US;
}

enum http_step http_run(struct http_request *r)
{
    if (r->transport_status || r->word != ERR_OK || r->answer.status)
        return HTTP_STEP_REPLY;
    if (r->page) {
        http_static(r);
        return HTTP_STEP_REPLY;
    }
    if (r->match.row->fixed) {
        r->answer.status = 200;
        r->answer.fixed = r->match.row->fixed;
        return HTTP_STEP_REPLY;
    }
    r->x.route = r->match.row->route;
    memcpy(r->x.ids, r->match.ids, sizeof r->x.ids);
    memcpy(r->x.words, r->match.words, sizeof r->x.words);
    if (may_take_long(r))
        return to_pool(r);
    struct db *db = http_thread_db(r->home, r);
    if (!db)
        return HTTP_STEP_REPLY;
    if (reads(r)) {
        r->word = run_short_read(r, db);
        r->call.db = NULL;
        return HTTP_STEP_REPLY;
    }
    r->word = run_before(r, db);
    if (r->word != ERR_OK)
        return HTTP_STEP_REPLY;
    if (!http_transport_suspend(r))
        return HTTP_STEP_REPLY;
    enum err word = to_lane(r);
    if (word != ERR_OK)
        finish(r, word);
    return HTTP_STEP_WAIT;
}

/* An upload's head has passed: who sends 512 MB must be allowed to. */
void http_run_admit(struct http_request *r)
{
    struct db *db = http_thread_db(r->home, r);
    if (!db || r->transport_status)
        return;
    r->word = http_guard_enter(r, db);
    r->call.db = NULL;
    r->entered = true;
    if (r->word == ERR_FAILED && r->server->is_pg) {
        db_close(r->home->db); /* perhaps broken: the next upload gets a new one */
        r->home->db = NULL;
    }
    if (r->word == ERR_OK)
        r->word = http_upload_open(r);
}

static void spool_on_worker(struct http_request *r, struct http_worker *worker)
{
    (void)worker;
    http_upload_write(r);
    http_transport_resume(r);
}

void http_run_spool(struct http_request *r)
{
    r->task = (struct http_task){.run = spool_on_worker, .request = r};
    if (!http_transport_suspend(r)) {
        r->spool_failed = true;
        return;
    }
    if (http_pool_submit(r->server->pool, &r->task) != ERR_OK) {
        r->spool_failed = true;
        http_transport_resume(r);
    }
}
