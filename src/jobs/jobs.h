/* SPDX-License-Identifier: Apache-2.0
 *
 * jobs: clock-driven work. A job is a row (jobs_job): name, next run, lease. Any number of nodes share one
 * database: a node takes a due job by writing its lease in one transaction, so each run happens once. History
 * is kept (jobs_run). A run is one transaction: what it wrote, its history and its next time commit together,
 * and only while the lease is still its own. A failed run is rolled back, noted, and tried again after 1, 2,
 * 4 … minutes, at most an hour. Jobs of less than a minute are the node's own ticks (sealing its ledger): no
 * row, no lease, no history. rules.sweep (daily at 00:05) is declared by this room itself.
 *
 * What takes minutes (drawing thousands of sheets) may not hold the lane: such a job has `piece` instead of
 * `run`. A second thread calls it every every_s seconds, with a reading connection in call->db; it does a
 * piece of a second or so and gives what it writes to the lane (db_lane_wait). Who works on what, and how far
 * it has come, stands in the capability's own rows, so that another node or another day goes on from there.
 */
#ifndef ANZE_JOBS_JOBS_H
#define ANZE_JOBS_JOBS_H

#include "base/call.h"
#include "db/db.h"

struct jobs_kind {
    const char *name;                   /* "rules.sweep" */
    int32_t every_s;                    /* period; 0 with at_minute >= 0: once a day */
    int32_t at_minute;                  /* minute of the day in China, -1: periodic */
    enum err (*run)(struct call *call); /* inside a write-lane transaction; rules_settle follows */
    /* Where run would hold the lane for seconds: plan looks, on a reading connection, at what is to do; step
     * does some hundredths of a second of it, each in a transaction of its own, while other changes go in
     * between. A server uses these, jobs_run_now uses run. Cut off, the job is still due, and plans anew. */
    enum err (*plan)(struct call *call, void **ret_plan);
    enum err (*step)(struct call *call, void *plan, bool *ret_more);
    void (*plan_free)(void *plan);
    /* Instead of run. ret_more: there is more to do, come again at once. */
    enum err (*piece)(struct call *call, struct db_lane *lane, bool *ret_more);
};
void jobs_declare(const struct jobs_kind *kinds, size_t many);
struct jobs_runner;
/* db_where: where pieces read (they get app as call->app); NULL: no pieces are done here. */
MUST_USE enum err jobs_start(struct db_lane *lane, const char *node, const char *db_where, void *app,
                             struct jobs_runner **ret);
void jobs_stop(struct jobs_runner *runner); /* waits for the piece under way */
/* Runs one job now, in the caller's transaction (tests, `anze` commands). */
MUST_USE enum err jobs_run_now(struct call *call, const char *name);
/* Before jobs_start: the job is to run as soon as this node's jobs do, even if a run of this node was cut
 * off. */
MUST_USE enum err jobs_due_now(struct call *call, const char *name, const char *node);

#endif
