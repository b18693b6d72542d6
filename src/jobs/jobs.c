/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/jobs_inner.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "rules/rules.h"

#define LISTS_MAX      64
#define BACKOFF_MS     60000LL
#define BACKOFF_MAX_MS 3600000LL
#define HISTORY_MS     (400 * CLOCK_DAY_MS)

static enum err sweep_plan(struct call *call, void **ret_plan)
{
    struct rules_plan *plan;
    TRY(rules_sweep_plan(call, &plan));
    *ret_plan = plan;
    return ERR_OK;
}

static enum err sweep_step(struct call *call, void *plan, bool *ret_more)
{
    TRY(rules_sweep_step(call, plan));
    *ret_more = rules_plan_left(plan) > 0;
    return ERR_OK;
}

static void sweep_free(void *plan)
{
    rules_plan_free(plan);
}

static const struct jobs_kind builtin[] = {
    {.name = "rules.sweep",
     .every_s = 0,
     .at_minute = 5,
     .run = rules_sweep,
     .plan = sweep_plan,
     .step = sweep_step,
     .plan_free = sweep_free},
};

static struct {
    const struct jobs_kind *lists[LISTS_MAX];
    size_t many[LISTS_MAX], lists_many;
} declared = {.lists = {builtin}, .many = {1}, .lists_many = 1};

void jobs_declare(const struct jobs_kind *kinds, size_t many)
{
    if (!many)
        return;
    if (declared.lists_many == LISTS_MAX)
        log_abort("more than %d lists of jobs", LISTS_MAX);
    declared.lists[declared.lists_many] = kinds;
    declared.many[declared.lists_many++] = many;
}

size_t jobs_many(void)
{
    size_t many = 0;
    for (size_t i = 0; i < declared.lists_many; i++)
        many += declared.many[i];
    return many;
}

const struct jobs_kind *jobs_at(size_t at)
{
    for (size_t i = 0; i < declared.lists_many; i++) {
        if (at < declared.many[i])
            return &declared.lists[i][at];
        at -= declared.many[i];
    }
    return NULL;
}

bool jobs_is_tick(const struct jobs_kind *kind)
{
    return kind->piece || (kind->every_s > 0 && kind->every_s < JOBS_TICK_BELOW_S);
}

int64_t jobs_next_ms(const struct jobs_kind *kind, int64_t now_ms)
{
    if (kind->every_s > 0)
        return now_ms + kind->every_s * 1000LL;
    int32_t today = clock_day_of(now_ms);
    int64_t at = clock_ms_of_day(today) + kind->at_minute * 60000LL;
    return at > now_ms ? at : clock_ms_of_day(today + 1) + kind->at_minute * 60000LL;
}

int64_t jobs_backoff_ms(int64_t failures)
{
    int64_t wait = BACKOFF_MS;
    while (--failures > 0 && wait < BACKOFF_MAX_MS)
        wait *= 2;
    return wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
}

/* A new job is due at once. A next time farther off than the job's own table would ever set means that the
 * clock was turned back (or the table changed): it is brought near again. */
enum err jobs_sync(struct call *call)
{
    for (size_t i = 0; i < jobs_many(); i++) {
        const struct jobs_kind *kind = jobs_at(i);
        if (jobs_is_tick(kind))
            continue;
        TRY(db_run(call, "INSERT INTO jobs_job (name, next_at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                   db_c(kind->name), db_int(call->now_ms)));
        TRY(db_run(call,
                   "UPDATE jobs_job SET next_at_ms = $1 WHERE name = $2 AND next_at_ms > $1 AND failures = 0",
                   db_int(jobs_next_ms(kind, call->now_ms)), db_c(kind->name)));
        TRY(db_run(call, "UPDATE jobs_job SET lease_until_ms = $1 WHERE name = $2 AND lease_until_ms > $3",
                   db_int(call->now_ms), db_c(kind->name), db_int(call->now_ms + JOBS_LEASE_MS)));
    }
    return ERR_OK;
}

enum err jobs_take(struct call *call, const struct jobs_kind *kind, const char *node, bool *ret_taken,
                   int64_t *ret_next_ms)
{
    int64_t changed = 0;
    TRY(db_run_counted(
        call, &changed,
        "UPDATE jobs_job SET lease_node = $1, lease_until_ms = $2 WHERE name = $3 AND next_at_ms <= $4"
        " AND (lease_until_ms IS NULL OR lease_until_ms <= $4)",
        db_c(node), db_int(call->now_ms + JOBS_LEASE_MS), db_c(kind->name), db_int(call->now_ms)));
    *ret_taken = changed == 1;
    return db_get_int(call, ret_next_ms, call->now_ms + 1000,
                      "SELECT CASE WHEN lease_until_ms > next_at_ms THEN lease_until_ms ELSE next_at_ms END "
                      "FROM jobs_job WHERE name = $1",
                      db_c(kind->name));
}

static enum err note(struct call *call, const char *name, const char *node, int64_t started_ms, enum err word)
{
    TRY(db_run(call, "DELETE FROM jobs_run WHERE name = $1 AND started_at_ms < $2", db_c(name),
               db_int(call->now_ms - HISTORY_MS)));
    return db_run(
        call, "INSERT INTO jobs_run (name, node, started_at_ms, took_ms, word) VALUES ($1, $2, $3, $4, $5)",
        db_c(name), db_c(node), db_int(started_ms),
        db_int(clock_now_ms() - started_ms > 0 ? clock_now_ms() - started_ms : 0),
        db_c(word == ERR_OK ? "ok" : err_word(word)));
}

enum err jobs_run_leased(struct call *call, const struct jobs_kind *kind, const char *node)
{
    int64_t started = call->now_ms;
    TRY(kind->run(call));
    TRY(rules_settle(call));
    return jobs_finish(call, kind, node, started);
}

enum err jobs_step(struct call *call, const struct jobs_kind *kind, const char *node, void *plan,
                   bool *ret_more)
{
    int64_t mine = 0, now = clock_now_ms();
    TRY(kind->step(call, plan, ret_more));
    TRY(db_run_counted(
        call, &mine,
        "UPDATE jobs_job SET lease_until_ms = $1 WHERE name = $2 AND lease_node = $3 AND lease_until_ms > $4",
        db_int(now + JOBS_LEASE_MS), db_c(kind->name), db_c(node), db_int(now)));
    return mine == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err jobs_due_now(struct call *call, const char *name, const char *node)
{
    TRY(db_run(call, "UPDATE jobs_job SET next_at_ms = $1 WHERE name = $2 AND failures = 0",
               db_int(call->now_ms), db_c(name)));
    return db_run(call,
                  "UPDATE jobs_job SET lease_node = NULL, lease_until_ms = NULL WHERE name = $1 AND "
                  "lease_node = $2",
                  db_c(name), db_c(node));
}

enum err jobs_finish(struct call *call, const struct jobs_kind *kind, const char *node, int64_t started)
{
    int64_t mine = 0;
    TRY(note(call, kind->name, node, started, ERR_OK));
    TRY(db_run_counted(call, &mine,
                       "UPDATE jobs_job SET next_at_ms = $1, lease_node = NULL, lease_until_ms = NULL, "
                       "failures = 0 WHERE name = $2"
                       " AND lease_node = $3 AND lease_until_ms > $4",
                       db_int(jobs_next_ms(kind, started)), db_c(kind->name), db_c(node),
                       db_int(clock_now_ms())));
    return mine == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err jobs_note_failure(struct call *call, const struct jobs_kind *kind, const char *node, enum err word,
                           int64_t started_ms)
{
    int64_t failures;
    TRY(db_get_int(call, &failures, 0, "SELECT failures FROM jobs_job WHERE name = $1", db_c(kind->name)));
    TRY(db_run(call,
               "UPDATE jobs_job SET failures = $1, next_at_ms = $2, lease_node = NULL, lease_until_ms = NULL "
               "WHERE name = $3"
               " AND lease_node = $4",
               db_int(failures + 1), db_int(call->now_ms + jobs_backoff_ms(failures + 1)), db_c(kind->name),
               db_c(node)));
    return note(call, kind->name, node, started_ms, word);
}

enum err jobs_run_now(struct call *call, const char *name)
{
    for (size_t i = 0; i < jobs_many(); i++) {
        const struct jobs_kind *kind = jobs_at(i);
        if (strcmp(kind->name, name) || kind->piece)
            continue;
        int64_t started = call->now_ms;
        TRY(kind->run(call));
        TRY(rules_settle(call));
        return jobs_is_tick(kind) ? ERR_OK : note(call, name, "command", started, ERR_OK);
    }
    return call_fail(call, ERR_NOT_FOUND, "name", "jobs.fault.unknown", str_of(name));
}
