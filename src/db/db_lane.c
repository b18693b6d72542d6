/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. One thread owns the writing connection. It takes the whole queue at once (the head is detached
 * under the lock, so a job is never seen twice), runs every job in its own savepoint inside one transaction,
 * commits once, and only then tells them. There is no timer: a lone job finds an idle lane and waits for
 * nothing; under load the jobs that arrive during a flush are the next transaction. A transaction of one job
 * needs no savepoint: it is one.
 */
#include "db/db_inner.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"

#define MAX_WAITING 10000
#define LARGE_US    500000 /* work that takes so long has read much: its memory goes back to the machine */

struct db_lane {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct db_job *first, *last;
    int waiting;
    bool stopping;
    enum err words[MAX_WAITING]; /* of the jobs of the running transaction, in order */
};

/* ---- on the lane's thread ---- */

static enum err run_in_savepoint(struct db *db, struct db_job *job)
{
    TRY(db_savepoint(db));
    enum err word = job->run(db, job->context);
    if (word == ERR_OK)
        word = db_release(db);
    if (word != ERR_OK)
        db_rollback_savepoint(db);
    return word;
}

static enum err run_alone(struct db *db, struct db_job *job)
{
    TRY(db_begin(db));
    enum err word = job->run(db, job->context);
    if (word == ERR_OK)
        return db_commit(db);
    db_rollback(db);
    return word;
}

static void run_together(struct db_lane *lane, struct db_job *first)
{
    enum err whole = db_begin(lane->db);
    int many = 0;
    bool any = false;
    for (struct db_job *job = first; job; job = job->next, many++) {
        lane->words[many] = whole == ERR_OK ? run_in_savepoint(lane->db, job) : whole;
        any = any || lane->words[many] == ERR_OK;
    }
    if (whole != ERR_OK)
        return;
    if (any)
        whole = db_commit(lane->db);
    else
        db_rollback(lane->db);
    for (int i = 0; whole != ERR_OK && i < many; i++)
        if (lane->words[i] == ERR_OK)
            lane->words[i] = whole;
}

static void tell(struct db_lane *lane, struct db_job *first)
{
    int at = 0;
    for (struct db_job *job = first, *next; job; job = next) {
        next = job->next; /* done may free the job */
        job->next = NULL;
        if (job->done)
            job->done(job->context, lane->words[at]);
        at++;
    }
}

static struct db_job *take_all(struct db_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    while (!lane->first && !lane->stopping)
        pthread_cond_wait(&lane->wake, &lane->lock);
    struct db_job *first = lane->first;
    lane->first = lane->last = NULL;
    lane->waiting = 0;
    pthread_mutex_unlock(&lane->lock);
    return first;
}

static void give_memory_back(struct db *db)
{
    if (db->engine->relax)
        db->engine->relax(db);
    malloc_trim(0);
}

static void *lane_main(void *context)
{
    struct db_lane *lane = context;
    for (struct db_job *first = take_all(lane); first; first = take_all(lane)) {
        int64_t began_us = clock_monotonic_us();
        if (first->next)
            run_together(lane, first);
        else
            lane->words[0] = run_alone(lane->db, first);
        tell(lane, first);
        lane->db->engine->tend(lane->db);
        if (clock_monotonic_us() - began_us > LARGE_US)
            give_memory_back(lane->db);
    }
    return NULL;
}

/* ---- for the others ---- */

enum err db_lane_start(const char *where, struct db_lane **ret, char why[256])
{
    *ret = NULL;
    struct db_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        log_abort("out of memory for the write lane");
    enum err word = db_open(where, DB_WRITE, &lane->db, why);
    if (word != ERR_OK) {
        free(lane);
        return word;
    }
    lane->db->on_lane = true;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_cond_init(&lane->wake, NULL);
    if (pthread_create(&lane->thread, NULL, lane_main, lane) != 0) {
        snprintf(why, 256, "no thread for the write lane");
        db_close(lane->db);
        free(lane);
        return ERR_FAILED;
    }
    *ret = lane;
    return ERR_OK;
}

enum err db_lane_submit(struct db_lane *lane, struct db_job *job)
{
    enum err word = ERR_BUSY;
    job->next = NULL;
    pthread_mutex_lock(&lane->lock);
    if (!lane->stopping && lane->waiting < MAX_WAITING) {
        *(lane->last ? &lane->last->next : &lane->first) = job;
        lane->last = job;
        if (lane->waiting++ == 0)
            pthread_cond_signal(&lane->wake);
        word = ERR_OK;
    }
    pthread_mutex_unlock(&lane->lock);
    return word;
}

struct waiter {
    enum err (*run)(struct db *db, void *context);
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t told;
    bool done;
    enum err word;
};

static enum err waiter_run(struct db *db, void *context)
{
    struct waiter *waiter = context;
    return waiter->run(db, waiter->context);
}

static void waiter_done(void *context, enum err word)
{
    struct waiter *waiter = context;
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    waiter->word = word;
    pthread_cond_signal(&waiter->told);
    pthread_mutex_unlock(&waiter->lock);
}

enum err db_lane_wait(struct db_lane *lane, enum err (*run)(struct db *db, void *context), void *context)
{
    if (pthread_equal(pthread_self(), lane->thread)) {
        log_error("db: a job on the write lane waits for the write lane");
        return ERR_FAILED;
    }
    struct waiter waiter = {.run = run, .context = context};
    struct db_job job = {.run = waiter_run, .done = waiter_done, .context = &waiter};
    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.told, NULL);
    enum err word = db_lane_submit(lane, &job);
    if (word == ERR_OK) {
        pthread_mutex_lock(&waiter.lock);
        while (!waiter.done)
            pthread_cond_wait(&waiter.told, &waiter.lock);
        pthread_mutex_unlock(&waiter.lock);
        word = waiter.word;
    }
    pthread_cond_destroy(&waiter.told);
    pthread_mutex_destroy(&waiter.lock);
    return word;
}

void db_lane_stop(struct db_lane *lane)
{
    if (!lane)
        return;
    pthread_mutex_lock(&lane->lock);
    lane->stopping = true;
    pthread_cond_signal(&lane->wake);
    pthread_mutex_unlock(&lane->lock);
    pthread_join(lane->thread, NULL);
    db_close(lane->db);
    pthread_cond_destroy(&lane->wake);
    pthread_mutex_destroy(&lane->lock);
    free(lane);
}
