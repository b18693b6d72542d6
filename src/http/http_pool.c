/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. One queue, several workers. No route may hold more than half of the workers nor more than a share
 * of the queue: a flood of log-ins (180 ms of hashing each) or a slow report leaves the rest to everybody
 * else. A worker takes the oldest task whose route is below its share.
 */
#include "http/http_inner.h"

#include <stdlib.h>
#include "base/log.h"

#define WAITING_MAX       1024
#define WAITING_ROUTE_MAX 128

struct http_pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct http_task *first, **last;
    int waiting, many, share;
    bool stopping;
    struct http_worker *workers;
    pthread_t *threads;
};
struct pool_start {
    struct http_pool *pool;
    struct http_worker *worker;
};

static struct http_task *next_task(struct http_pool *pool)
{
    for (struct http_task **slot = &pool->first; *slot; slot = &(*slot)->next) {
        struct http_task *task = *slot;
        if (task->row && task->row->running >= pool->share)
            continue;
        *slot = task->next;
        if (!*slot)
            pool->last = slot;
        pool->waiting--;
        if (task->row) {
            task->row->waiting--;
            task->row->running++;
        }
        return task;
    }
    return NULL;
}

static void *worker_main(void *context)
{
    struct pool_start start = *(struct pool_start *)context;
    free(context);
    struct http_pool *pool = start.pool;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        struct http_task *task = next_task(pool);
        if (!task && pool->stopping && !pool->first)
            break;
        if (!task) {
            pthread_cond_wait(&pool->wake, &pool->lock);
            continue;
        }
        /* The task belongs to the request, which may be gone once it has run. */
        struct http_row *row = task->row;
        pthread_mutex_unlock(&pool->lock);
        task->run(task->request, start.worker);
        pthread_mutex_lock(&pool->lock);
        if (row && row->running-- == pool->share)
            pthread_cond_broadcast(&pool->wake);
    }
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

enum err http_pool_start(struct http_server *server, int workers, struct http_pool **ret)
{
    struct http_pool *pool = calloc(1, sizeof *pool);
    if (pool) {
        pool->workers = calloc((size_t)workers, sizeof *pool->workers);
        pool->threads = calloc((size_t)workers, sizeof *pool->threads);
    }
    if (!pool || !pool->workers || !pool->threads)
        log_abort("out of memory: pool");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->last = &pool->first;
    pool->share = workers > 1 ? workers / 2 : 1;
    *ret = pool;
    for (int i = 0; i < workers; i++) {
        struct pool_start *start = malloc(sizeof *start);
        if (!start)
            log_abort("out of memory: pool");
        pool->workers[i].server = server;
        *start = (struct pool_start){pool, &pool->workers[i]};
        if (pthread_create(&pool->threads[i], NULL, worker_main, start) != 0) {
            free(start);
            return ERR_FAILED;
        }
        pool->many++;
    }
    return ERR_OK;
}

enum err http_pool_submit(struct http_pool *pool, struct http_task *task)
{
    pthread_mutex_lock(&pool->lock);
    bool full = pool->waiting >= WAITING_MAX || (task->row && task->row->waiting >= WAITING_ROUTE_MAX);
    if (!full) {
        task->next = NULL;
        *pool->last = task;
        pool->last = &task->next;
        pool->waiting++;
        if (task->row)
            task->row->waiting++;
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    return full ? ERR_BUSY : ERR_OK;
}

void http_pool_stop(struct http_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->many; i++) {
        pthread_join(pool->threads[i], NULL);
        db_close(pool->workers[i].db);
    }
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool->threads);
    free(pool->workers);
    free(pool);
}

struct db *http_worker_db(struct http_worker *worker, struct http_request *r)
{
    char why[256] = "";
    if (!worker->db && db_open(worker->server->options.db_where, DB_READ, &worker->db, why) != ERR_OK) {
        log_error("http: no read connection: %s", why);
        worker->db = NULL;
        http_refuse(r, 503, ERR_BUSY, NULL, NULL, STR_NONE);
    }
    return worker->db;
}

void http_worker_doubt(struct http_worker *worker)
{
    if (worker->db && worker->server->is_pg) {
        db_close(worker->db);
        worker->db = NULL;
    }
}
