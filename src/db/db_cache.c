/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A literal's address names its text, so the way from an address to its statement is one array
 * look-up; since composed texts live in arenas whose addresses come again with other content, the text is
 * compared all the same (a few nanoseconds). A miss falls back to a hash of the text. Statements stand in the
 * order of their last use, and the least used one that is idle makes room for a new one.
 */
#include "db/db_inner.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"

uint64_t db_hash(const void *bytes, size_t len, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t hash = seed ^ (len * 0x9e3779b97f4a7c15ULL);
    while (len > 0) {
        uint64_t part = 0;
        size_t take = len < sizeof part ? len : sizeof part;
        memcpy(&part, at, take);
        hash = (hash ^ part) * 0xff51afd7ed558ccdULL;
        hash ^= hash >> 32;
        at += take;
        len -= take;
    }
    return hash ^ (hash >> 29);
}

static struct db_stmt **shortcut_of(struct db_cache *cache, const char *sql)
{
    uintptr_t address = (uintptr_t)sql;
    return &cache->shortcuts[(address ^ (address >> 10)) % DB_SHORTCUTS];
}

static struct db_stmt **bucket_of(struct db_cache *cache, uint64_t hash)
{
    return &cache->buckets[hash % (sizeof cache->buckets / sizeof cache->buckets[0])];
}

static void unlink_use(struct db_cache *cache, struct db_stmt *stmt)
{
    *(stmt->newer ? &stmt->newer->older : &cache->newest) = stmt->older;
    *(stmt->older ? &stmt->older->newer : &cache->oldest) = stmt->newer;
    stmt->newer = stmt->older = NULL;
}

static void link_newest(struct db_cache *cache, struct db_stmt *stmt)
{
    stmt->older = cache->newest;
    stmt->newer = NULL;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = stmt;
    cache->newest = stmt;
}

static struct db_stmt *used(struct db_cache *cache, struct db_stmt *stmt)
{
    if (cache->newest != stmt) {
        unlink_use(cache, stmt);
        link_newest(cache, stmt);
    }
    return stmt;
}

struct db_stmt *db_cache_find(struct db *db, const char *sql, size_t len)
{
    struct db_cache *cache = &db->cache;
    struct db_stmt **shortcut = shortcut_of(cache, sql);
    if (*shortcut && (*shortcut)->sql_len == len && memcmp((*shortcut)->sql, sql, len) == 0)
        return used(cache, *shortcut);
    uint64_t hash = db_hash(sql, len, 0);
    for (struct db_stmt *stmt = *bucket_of(cache, hash); stmt; stmt = stmt->chain) {
        if (stmt->hash == hash && stmt->sql_len == len && memcmp(stmt->sql, sql, len) == 0) {
            *shortcut = stmt;
            return used(cache, stmt);
        }
    }
    return NULL;
}

void db_cache_remove(struct db *db, struct db_stmt *stmt)
{
    struct db_cache *cache = &db->cache;
    struct db_stmt **at = bucket_of(cache, stmt->hash);
    while (*at != stmt)
        at = &(*at)->chain;
    *at = stmt->chain;
    unlink_use(cache, stmt);
    cache->many--;
    for (size_t i = 0; i < DB_SHORTCUTS; i++)
        if (cache->shortcuts[i] == stmt)
            cache->shortcuts[i] = NULL;
    db->engine->drop(db, stmt);
    free(stmt->sql);
    free(stmt);
}

static void make_room(struct db *db)
{
    struct db_stmt *stmt = db->cache.oldest;
    while (stmt && db->cache.many >= DB_STATEMENTS_MAX) {
        struct db_stmt *newer = stmt->newer;
        if (!stmt->busy)
            db_cache_remove(db, stmt);
        stmt = newer;
    }
}

struct db_stmt *db_cache_new(struct db *db, const char *sql, size_t len, bool cached)
{
    struct db_stmt *stmt = calloc(1, sizeof *stmt);
    char *text = malloc(len + 1);
    if (!stmt || !text)
        log_abort("out of memory for a statement");
    memcpy(text, sql, len);
    text[len] = '\0';
    stmt->sql = text;
    stmt->sql_len = len;
    stmt->cached = cached;
    if (!cached)
        return stmt;
    make_room(db);
    stmt->hash = db_hash(sql, len, 0);
    struct db_stmt **bucket = bucket_of(&db->cache, stmt->hash);
    stmt->chain = *bucket;
    *bucket = stmt;
    link_newest(&db->cache, stmt);
    *shortcut_of(&db->cache, sql) = stmt;
    db->cache.many++;
    return stmt;
}

void db_cache_clear(struct db *db)
{
    while (db->cache.newest)
        db_cache_remove(db, db->cache.newest);
}
