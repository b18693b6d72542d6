/* SPDX-License-Identifier: Apache-2.0
 *
 * Scope: only rows whose unit path starts with a given one.
 *
 * Method. As an index range on (path, key) the rows come in the order of the path and must be sorted, all of
 * them, to find the first twenty. Two cases are better. Most officers stand for a unit with nothing below it:
 * one look into the index says so, and then the path is a single value whose rows the index holds in order
 * already. And a bureau with half the rows of the table: there, walking the rows in the wanted order and
 * passing over foreign ones soon has its twenty. SQLite cannot know which it is, so the walk is tried with a
 * budget of steps; when that runs out the range is sorted after all, and the walk is not tried again for a
 * minute. PostgreSQL decides that by its own statistics.
 */
#include "db/db_list_inner.h"

#include <stdatomic.h>
#include <string.h>
#include "base/clock.h"
#include "base/log.h"

#define SLOW_US    20000
#define NO_WALK_US 60000000LL

void db_list_add_arg(struct list_run *run, struct db_arg arg)
{
    /* Two are kept free for the place. */
    if (run->many == DB_PARAMS_MAX - 2)
        log_abort("db: a list with too many parameters");
    run->args[run->many++] = arg;
}

static enum err read_below(struct list_run *run, const struct db_arg args[2], bool *ret_any)
{
    DB_ROWS(rows);
    static atomic_bool warned;
    int64_t from = clock_monotonic_us();
    TRY(db_list_start_below(run, args, &rows));
    *ret_any = db_next(&rows);
    TRY(db_end(&rows));
    if (clock_monotonic_us() - from > SLOW_US && !atomic_exchange(&warned, true))
        log_warn("db: finding units below a scope is slow; is there an index that begins with %s?",
                 run->list->scope);
    return ERR_OK;
}

enum err db_list_read_scope(struct list_run *run)
{
    struct str path = run->ask->scope_path;
    if (!run->list->scope || path.len == 0 || run->ask->nothing)
        return ERR_OK;
    /* Segments are of [0-9a-v], so everything below the path sorts before path + 'z'. */
    struct db_arg args[2] = {db_str(path), db_str(str_format(run->call->arena, "%.*sz", STR_ARG(path)))};
    bool below = true;
    TRY(read_below(run, args, &below));
    run->asked.scoped = below ? LIST_RANGE : LIST_EXACT;
    db_list_add_arg(run, args[0]);
    if (below)
        db_list_add_arg(run, args[1]);
    return ERR_OK;
}

/* ---- walking ---- */

static struct list_refusal *refusal_of(struct list_run *run, uint64_t *ret_hash)
{
    struct str path = run->ask->scope_path;
    struct list_asked asked = run->asked;
    asked.scoped = LIST_WALK;
    asked.limit = 0;
    asked.continues = 0;
    *ret_hash = db_hash(path.at, path.len, db_hash(&asked, sizeof asked, 0));
    return db_list_refusal_at(run->call->db, *ret_hash);
}

bool db_list_may_walk(struct list_run *run)
{
    struct db *db = run->call->db;
    bool may_fail = !db->in_transaction || db->mode == DB_READ;
    if (run->asked.scoped != LIST_RANGE || !db->engine->budget || !run->w || !may_fail)
        return false;
    if (strcmp(run->list->sorts[run->asked.sort].column, run->list->scope) == 0)
        return false; /* the range is in order already */
    uint64_t hash = 0;
    const struct list_refusal *refusal = refusal_of(run, &hash);
    return refusal->hash != hash || refusal->until_us < clock_monotonic_us();
}

void db_list_no_walk(struct list_run *run)
{
    uint64_t hash = 0;
    struct list_refusal *refusal = refusal_of(run, &hash);
    *refusal = (struct list_refusal){hash, clock_monotonic_us() + NO_WALK_US};
}
