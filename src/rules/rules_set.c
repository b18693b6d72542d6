/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Packs live in the database as the YAML that was loaded; compiled they are kept once a process,
 * keyed by the digests of the current rows as the asking transaction sees them. So a load that rolls back,
 * another node's load and a preview inside a savepoint all see the right packs, and the usual case costs one
 * short query. Compiled packs are counted: a reader holds its set until its arena ends, even when a newer one
 * takes the place.
 */
#include "rules/rules_inner.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define KEY_MAX       8192
#define SET_BYTES_MAX (256 * 1024 * 1024)

struct held {
    struct rules_set set; /* first: a set handed out is its held */
    struct arena *arena;
    char key[KEY_MAX];
    int users;
};

static struct {
    pthread_mutex_t lock;
    struct held *newest;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void let_go(struct held *held) /* under the lock */
{
    if (--held->users > 0)
        return;
    arena_free(held->arena);
    free(held);
}

static void release(void *thing)
{
    pthread_mutex_lock(&kept.lock);
    let_go(thing);
    pthread_mutex_unlock(&kept.lock);
}

static enum err key_of(struct call *call, struct buf *key)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT pack_row, digest FROM rules_pack WHERE state = 'current' ORDER BY pack"));
    while (db_next(&rows))
        buf_format(key, "%lld:%.*s;", (long long)db_col_int(&rows, 0), STR_ARG(db_col_str(&rows, 1)));
    TRY(db_end(&rows));
    return buf_check(key);
}

static enum err compile_all(struct call *call, struct held *held)
{
    DB_ROWS(rows);
    held->set.packs = ARENA_ARRAY(held->arena, const struct rules_pack *, 128);
    TRY(db_query(call, &rows, "SELECT pack_row, yaml FROM rules_pack WHERE state = 'current' ORDER BY pack"));
    while (db_next(&rows) && held->set.many < 128) {
        struct rules_checker *checker = ARENA_NEW(held->arena, struct rules_checker);
        checker->arena = held->arena;
        struct rules_pack *pack = rules_compile(checker, str_copy(held->arena, db_col_str(&rows, 1)));
        if (!pack) /* it passed the lint when it was loaded */
            continue;
        pack->row_id = db_col_int(&rows, 0);
        held->set.packs[held->set.many++] = pack;
    }
    return db_end(&rows);
}

static struct held *kept_as(const char *key)
{
    struct held *found = NULL;
    pthread_mutex_lock(&kept.lock);
    if (kept.newest && !strcmp(kept.newest->key, key)) {
        found = kept.newest;
        found->users++;
    }
    pthread_mutex_unlock(&kept.lock);
    return found;
}

static void keep(struct held *held)
{
    pthread_mutex_lock(&kept.lock);
    if (kept.newest)
        let_go(kept.newest);
    kept.newest = held;
    pthread_mutex_unlock(&kept.lock);
}

enum err rules_set_of(struct call *call, const struct rules_set **ret)
{
    BUF(key, KEY_MAX - 1);
    TRY(key_of(call, &key));
    struct held *held = kept_as(buf_str(&key).at ? buf_str(&key).at : "");
    if (!held) {
        held = calloc(1, sizeof *held);
        if (!held)
            log_abort("out of memory");
        held->users = 2; /* the asker's, and the kept one's */
        held->arena = arena_new(SET_BYTES_MAX);
        if (key.len)
            memcpy(held->key, key.at, key.len);
        enum err word = compile_all(call, held);
        if (word != ERR_OK) {
            held->users = 1;
            release(held);
            return word;
        }
        keep(held);
    }
    arena_defer(call->arena, release, held);
    *ret = &held->set;
    return ERR_OK;
}

bool rules_in_force(const struct rules_pack *pack, int32_t day)
{
    return pack->from <= day && day <= pack->to;
}

/* ---- small questions to the packs ---- */

enum err rules_threshold(struct call *call, const char *name, int64_t *ret_num, int64_t *ret_den)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t j = 0; rules_in_force(set->packs[i], today) && j < set->packs[i]->many_thresholds; j++)
            if (!strcmp(set->packs[i]->thresholds[j].name, name)) {
                *ret_num = set->packs[i]->thresholds[j].num;
                *ret_den = set->packs[i]->thresholds[j].den;
                return ERR_OK;
            }
    return ERR_NOT_FOUND;
}

enum err rules_cite(struct call *call, const char *article, struct str *ret_text)
{
    const struct rules_set *set;
    int32_t today = clock_day_of(call->now_ms);
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++) {
        const struct rules_pack *pack = set->packs[i];
        for (size_t j = 0; rules_in_force(pack, today) && j < pack->many_articles; j++) {
            if (strcmp(pack->articles[j].id, article))
                continue;
            bool numbered = pack->number && *pack->number;
            *ret_text =
                str_format(call->arena, "《%s》%s%s%s%s", pack->title, numbered ? "（" : "",
                           numbered ? pack->number : "", numbered ? "）" : "", pack->articles[j].cite);
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}
