/* SPDX-License-Identifier: Apache-2.0
 *
 * jobs_inner: what the two files of this room and its tests share.
 */
#ifndef ANZE_JOBS_JOBS_INNER_H
#define ANZE_JOBS_JOBS_INNER_H

#include "jobs/jobs.h"

#define JOBS_LEASE_MS     (10 * 60 * 1000LL)
#define JOBS_TICK_BELOW_S 60
#define JOBS_BYTES_MAX    (1024ULL * 1024 * 1024)

size_t jobs_many(void);
const struct jobs_kind *jobs_at(size_t at);
bool jobs_is_tick(const struct jobs_kind *kind);
/* The first moment after now that the job is due by its own table. */
int64_t jobs_next_ms(const struct jobs_kind *kind, int64_t now_ms);
int64_t jobs_backoff_ms(int64_t failures);

/* Each is one transaction's worth of work on call->db. */
MUST_USE enum err jobs_sync(struct call *call);
/* Writes the lease when the job is due and free: ret_taken. ret_next_ms: when to look again. */
MUST_USE enum err jobs_take(struct call *call, const struct jobs_kind *kind, const char *node,
                            bool *ret_taken, int64_t *ret_next_ms);
/* Runs it, and notes it. ERR_CONFLICT when the lease was lost meanwhile: the caller rolls back. */
MUST_USE enum err jobs_run_leased(struct call *call, const struct jobs_kind *kind, const char *node);
/* The end of a run that was done in steps, and what keeps its lease meanwhile. Both: ERR_CONFLICT as above.
 */
MUST_USE enum err jobs_finish(struct call *call, const struct jobs_kind *kind, const char *node,
                              int64_t started_ms);
MUST_USE enum err jobs_step(struct call *call, const struct jobs_kind *kind, const char *node, void *plan,
                            bool *ret_more);
MUST_USE enum err jobs_note_failure(struct call *call, const struct jobs_kind *kind, const char *node,
                                    enum err word, int64_t started_ms);

#endif
