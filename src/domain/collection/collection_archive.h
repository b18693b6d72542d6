/* SPDX-License-Identifier: Apache-2.0
 *
 * collection_archive: everything that was handed in to a collection, in one file: each sheet as PDF and DOCX,
 * the stamped scans, the files given along, the summary, and a list of all with their SM3 digests and
 * verification codes. Thousands of units take long, so it is made in pieces by the slow thread of the jobs
 * room, goes on after a restart, and says how far it has come. It holds personal data in full: asking for it
 * gives a reason that the ledger keeps, and after some days it is deleted.
 */
#ifndef ANZE_DOMAIN_COLLECTION_ARCHIVE_H
#define ANZE_DOMAIN_COLLECTION_ARCHIVE_H

#include "base/call.h"
#include "base/json.h"
#include "db/db.h"

/* ERR_REFUSED when nothing was handed in yet, or while one of this collection is being made. */
MUST_USE enum err collection_archive_ask(struct call *call, int64_t collection_id, struct str reason,
                                         int64_t *ret_archive_id);
/* Members of "items", newest first. */
MUST_USE enum err collection_archive_list(struct call *call, int64_t collection_id, struct json_writer *w);
/* The finished file. ERR_NOT_FOUND; ERR_REFUSED while it is not done, or when it was deleted. */
MUST_USE enum err collection_archive_open(struct call *call, int64_t collection_id, int64_t archive_id,
                                          const char **ret_path);
/* The piece of the jobs room. It stops after this time, and at least one unit; tests set 0. */
extern int64_t collection_archive_piece_ms;
MUST_USE enum err collection_archive_piece(struct call *call, struct db_lane *lane, bool *ret_more);
/* Once a day: deletes those that are older than a week. */
MUST_USE enum err collection_archive_sweep(struct call *call);

#endif
