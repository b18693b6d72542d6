/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. What is not right with an entry is worked out by one statement a kind over a range of systems: one
 * system after it changed, the whole register once a day and after a large import. Each statement marks what
 * it finds as fresh; what was there and is not fresh afterwards has been mended. The rules hear of a system
 * when a flaw came, went or entered another stage. The numbers that a local rule sets (days before the end,
 * days of silence, the level that needs a certificate) are thresholds of a pack; where no pack sets one, that
 * check does not run. A duplicate has two ends: when one end changes, the other is looked at again.
 */
#include "domain/registry/registry_inner.h"

#include <string.h>
#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "rules/rules.h"

#define PEERS_MAX 64

struct range {
    int64_t from, to; /* system_id, both ends included */
};

/* ---- what is compared ---- */

/* Blanks, brackets and marks do not make another name: full-width forms narrowed, lower case. */
struct str registry_name_key(struct call *call, struct str name)
{
    static const char *const dropped[] = {" ",  "　", "（", "）", "(", ")",  "“", "”",
                                          "\"", "·",  "-",  "—",  "_", "《", "》"};
    struct str lower = str_lower(call->arena, name);
    BUF(out, 1024);
    for (size_t at = 0; at < lower.len;) {
        size_t skip = 0;
        struct str rest = str_slice(lower, at, lower.len);
        for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]) && !skip; i++)
            skip = str_starts(rest, str_of(dropped[i])) ? strlen(dropped[i]) : 0;
        if (!skip)
            buf_add_char(&out, lower.at[at]);
        at += skip ? skip : 1;
    }
    return str_copy(call->arena, buf_str(&out));
}

/* Host, port and path; "" where there is no host name: an address may serve many systems. */
struct str registry_place_key(struct call *call, struct str host_name, int64_t port, struct str url)
{
    size_t at;
    if (host_name.len == 0)
        return STR_NONE;
    struct str path = STR_NONE;
    if (str_find(url, STR("://"), &at)) {
        path = str_slice(url, at + 3, url.len);
        path = str_find(path, STR("/"), &at) ? str_slice(path, at, path.len) : STR_NONE;
    }
    while (path.len && path.at[path.len - 1] == '/')
        path.len--;
    return str_format(call->arena, "%.*s|%lld|%.*s", STR_ARG(host_name), (long long)(port ? port : 443),
                      STR_ARG(path));
}

/* ---- one statement a kind ----
 * Usually of one system: the range of its key must lead, so what else has an index is written as an
 * expression (column || ''). Otherwise SQLite would walk all systems in service for each that is saved. */

#define FOUND(kind, stage, on_date, peer)                                                                    \
    "INSERT INTO registry_flaw (system_id, flaw_kind, stage, since_ms, on_date, peer_id, told, fresh)"       \
    " SELECT s.system_id, '" kind "', " stage ", CASE WHEN " on_date                                         \
    " IS NULL THEN CAST($3 AS BIGINT) END, " on_date ", " peer                                               \
    ", NULL, 1 FROM info_system s WHERE s.system_id BETWEEN $1 AND $2"                                       \
    " AND s.lifecycle_status NOT IN ('shutdown', 'retired') AND "
#define AGAIN                                                                                                \
    " ON CONFLICT (system_id, flaw_kind) DO UPDATE SET stage = excluded.stage, peer_id = excluded.peer_id,"  \
    " since_ms = CASE WHEN COALESCE(registry_flaw.on_date, '') = COALESCE(excluded.on_date, '')"             \
    " THEN registry_flaw.since_ms ELSE excluded.since_ms END, on_date = excluded.on_date, fresh = 1"
#define NO_DATE "CAST(NULL AS TEXT)"
#define NO_PEER "CAST(NULL AS BIGINT)"

static enum err find_duplicates(struct call *call, struct range r)
{
#define SAME_PLACE                                                                                           \
    "FROM system_endpoint a JOIN system_endpoint b ON b.place_key = a.place_key AND b.valid_to IS NULL"      \
    " AND b.system_id <> a.system_id JOIN info_system o ON o.system_id = b.system_id"                        \
    " AND o.lifecycle_status NOT IN ('shutdown', 'retired') WHERE a.system_id = s.system_id AND a.valid_to " \
    "IS NULL AND a.place_key IS NOT NULL"
    TRY(db_run(call,
               FOUND("duplicate_place", "'now'", NO_DATE,
                     "(SELECT MIN(o.system_id) " SAME_PLACE ")") "EXISTS (SELECT 1 " SAME_PLACE ")" AGAIN,
               db_int(r.from), db_int(r.to), db_int(call->now_ms)));
#define SAME_ACCOUNT(column)                                                                                 \
    "SELECT o.system_id FROM info_system o WHERE o." column " = s." column " AND o." column                  \
    " IS NOT NULL AND o.system_id <> s.system_id AND o.lifecycle_status NOT IN ('shutdown', 'retired')"
    TRY(db_run(call,
               FOUND("duplicate_account", "'now'", NO_DATE,
                     "COALESCE((" SAME_ACCOUNT("wx_origin_id") " LIMIT 1), (" SAME_ACCOUNT("miniapp_appid") " LIMIT 1), (" SAME_ACCOUNT(
                         "app_package") " LIMIT 1))") "(EXISTS (" SAME_ACCOUNT("wx_origin_id") ") OR EXISTS "
                                                                                               "(" SAME_ACCOUNT("miniapp_appid") ") OR EXISTS (" SAME_ACCOUNT(
                                                                                                   "app_"
                                                                                                   "package") "))" AGAIN,
               db_int(r.from), db_int(r.to), db_int(call->now_ms)));
#define SAME_NAME                                                                                            \
    "FROM info_system o WHERE o.unit_id = s.unit_id AND o.name_key = s.name_key AND o.system_id <> "         \
    "s.system_id AND o.lifecycle_status NOT IN ('shutdown', 'retired')"
    return db_run(call,
                  FOUND("duplicate_name", "'now'", NO_DATE,
                        "(SELECT MIN(o.system_id) " SAME_NAME ")") "EXISTS (SELECT 1 " SAME_NAME ")" AGAIN,
                  db_int(r.from), db_int(r.to), db_int(call->now_ms));
}

static enum err threshold(struct call *call, const char *name, int64_t *ret)
{
    int64_t den;
    enum err word = rules_threshold(call, name, ret, &den);
    *ret = word == ERR_OK ? *ret / den : -1;
    return word == ERR_NOT_FOUND ? ERR_OK : word;
}

static enum err find_missing(struct call *call, struct range r)
{
    int64_t level;
    TRY(threshold(call, "registry.certificate_level", &level));
    if (level >= 0)
        TRY(db_run(
            call,
            FOUND(
                "certificate_missing", "'now'", NO_DATE,
                NO_PEER) "s.lifecycle_status || '' IN ('trial', 'online', 'suspended') AND s.mlps_level >= $4"
                         " AND s.filing_cert_no IS NULL" AGAIN,
            db_int(r.from), db_int(r.to), db_int(call->now_ms), db_int(level)));
    return db_run(
        call,
        FOUND("icp_missing", "'now'", NO_DATE,
              NO_PEER) "s.internet_exposed = 1 AND s.lifecycle_status || '' IN ('trial', 'online') AND ("
                       "(s.system_type = 'app' AND s.app_icp_no IS NULL) OR"
                       " (s.system_type IN ('website', 'business_system', 'office_system', "
                       "'platform', 'h5') AND EXISTS"
                       " (SELECT 1 FROM system_endpoint e WHERE e.system_id = s.system_id AND "
                       "e.valid_to IS NULL AND"
                       " e.host_name <> '') AND NOT EXISTS (SELECT 1 FROM system_endpoint e WHERE "
                       "e.system_id = s.system_id"
                       " AND e.valid_to IS NULL AND e.icp_no IS NOT NULL)))" AGAIN,
        db_int(r.from), db_int(r.to), db_int(call->now_ms));
}

/* From the first day of the notice on: first, then soon, and over when the day has passed. */
static enum err find_expiring(struct call *call, struct range r)
{
    int64_t first, soon;
    TRY(threshold(call, "registry.expiring_days", &first));
    TRY(threshold(call, "registry.expiring_soon_days", &soon));
    if (first < 0)
        return ERR_OK;
    int32_t today = clock_day_of(call->now_ms);
    struct clock_date now = clock_date(today), far = clock_date(today + (int32_t)first),
                      near = clock_date(today + (int32_t)(soon < 0 ? 0 : soon));
#define STAGE(column)                                                                                        \
    "CASE WHEN s." column " < $4 THEN 'over' WHEN s." column " <= $5 THEN 'soon' ELSE 'first' END"
#define SERVES "s.lifecycle_status || '' IN ('trial', 'online', 'suspended') AND "
    TRY(db_run(call,
               FOUND("filing_expiring", STAGE("filing_valid_to"), "s.filing_valid_to", NO_PEER) SERVES
               "s.filing_valid_to || '' <= $6" AGAIN,
               db_int(r.from), db_int(r.to), db_int(call->now_ms), db_c(now.text), db_c(near.text),
               db_c(far.text)));
    TRY(db_run(call,
               FOUND("evaluation_expiring", STAGE("eval_valid_to"), "s.eval_valid_to", NO_PEER) SERVES
               "s.eval_valid_to || '' <= $6" AGAIN,
               db_int(r.from), db_int(r.to), db_int(call->now_ms), db_c(now.text), db_c(near.text),
               db_c(far.text)));
    /* The notice began so many days before the end, whenever it was noticed. */
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT system_id, flaw_kind, on_date FROM registry_flaw WHERE system_id BETWEEN $1 AND $2"
                 " AND since_ms IS NULL",
                 db_int(r.from), db_int(r.to)));
    while (db_next(&rows)) {
        int32_t day;
        if (!clock_parse_date(db_col_str(&rows, 2), &day))
            continue;
        TRY(db_run(call, "UPDATE registry_flaw SET since_ms = $3 WHERE system_id = $1 AND flaw_kind = $2",
                   db_int(db_col_int(&rows, 0)), db_str(db_col_copy(call, &rows, 1)),
                   db_int(clock_ms_of_day(day - (int32_t)first))));
    }
    return db_end(&rows);
}

/* The person named as contact has left the unit, or holds none of the posts there any more. */
static enum err find_left(struct call *call, struct range r)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
#define NAMESAKE "FROM org_person p WHERE p.unit_id = s.unit_id AND p.person_name = s.contact_name AND "
#define GONE                                                                                                 \
    "(COALESCE(p.valid_to, '9999') <= $4 OR (EXISTS (SELECT 1 FROM org_post o WHERE o.person_id = "          \
    "p.person_id AND o.unit_id = s.unit_id AND o.valid_to <= $4) AND NOT EXISTS (SELECT 1 FROM org_post o "  \
    "WHERE o.person_id = p.person_id AND o.unit_id = s.unit_id AND COALESCE(o.valid_to, '9999') > $4)))"
    return db_run(call,
                  FOUND("contact_left", "'now'", NO_DATE,
                        NO_PEER) "s.contact_name IS NOT NULL AND EXISTS (SELECT 1 " NAMESAKE GONE
                                 ") AND NOT EXISTS (SELECT 1 " NAMESAKE "NOT " GONE ")" AGAIN,
                  db_int(r.from), db_int(r.to), db_int(call->now_ms), db_c(today.text));
}

/* In service by the register, yet no scan had an answer for so long: it had one before, or its neighbours in
 * the same network of 256 addresses have. Who confirms the entry says that it is in use. */
static enum err find_silent(struct call *call, struct range r)
{
    int64_t days;
    TRY(threshold(call, "registry.silent_days", &days));
    if (days < 0)
        return ERR_OK;
    int64_t since_ms = call->now_ms - days * 86400000LL;
    struct clock_date since = clock_date(clock_day_of(since_ms));
    return db_run(
        call,
        FOUND(
            "silent", "'now'", NO_DATE,
            NO_PEER) "s.lifecycle_status || '' IN ('trial', 'online') AND COALESCE(s.confirmed_at_ms, 0) < $4"
                     " AND NOT EXISTS (SELECT 1 FROM system_endpoint e WHERE e.system_id = s.system_id AND "
                     "e.valid_to IS "
                     "NULL AND (COALESCE(e.alive_at_ms, 0) >= $4 OR e.valid_from >= $5))"
                     " AND EXISTS (SELECT 1 FROM system_endpoint e WHERE e.system_id = s.system_id AND "
                     "e.valid_to IS NULL"
                     " AND (e.alive_at_ms IS NOT NULL OR EXISTS (SELECT 1 FROM system_endpoint n WHERE "
                     "n.ip_key >="
                     " SUBSTR(e.ip_key, 1, 30) AND n.ip_key < SUBSTR(e.ip_key, 1, 30) || 'z' AND "
                     "n.alive_at_ms >= $4)))"
                     " AND EXISTS (SELECT 1 FROM system_endpoint e WHERE e.alive_at_ms >= $4)" AGAIN,
        db_int(r.from), db_int(r.to), db_int(call->now_ms), db_int(since_ms), db_c(since.text));
}

/* ---- the whole check ---- */

static enum err touch_all(struct db_rows *rows, struct call *call)
{
    while (db_next(rows))
        rules_touch(call, "system", db_col_int(rows, 0));
    return db_end(rows);
}

static enum err settle_range(struct call *call, struct range r)
{
    TRY(db_run(call, "UPDATE registry_flaw SET fresh = 0 WHERE system_id BETWEEN $1 AND $2", db_int(r.from),
               db_int(r.to)));
    TRY(find_duplicates(call, r));
    TRY(find_missing(call, r));
    TRY(find_expiring(call, r));
    TRY(find_left(call, r));
    TRY(find_silent(call, r));
    DB_ROWS(gone);
    TRY(db_query(call, &gone,
                 "DELETE FROM registry_flaw WHERE system_id BETWEEN $1 AND $2 AND fresh = 0 RETURNING "
                 "system_id",
                 db_int(r.from), db_int(r.to)));
    TRY(touch_all(&gone, call));
    DB_ROWS(news);
    TRY(db_query(call, &news,
                 "UPDATE registry_flaw SET told = stage WHERE system_id BETWEEN $1 AND $2 AND COALESCE(told, "
                 "'') <> stage RETURNING system_id",
                 db_int(r.from), db_int(r.to)));
    return touch_all(&news, call);
}

/* What the calendar alone changes about certificates and evaluations, for the gates. */
static enum err lapse(struct call *call, struct range r)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    DB_ROWS(filing);
    TRY(db_query(
        call, &filing,
        "UPDATE info_system SET filing_lapsed = 1 - filing_lapsed WHERE system_id BETWEEN $2 AND $3"
        " AND filing_lapsed <> CASE WHEN filing_valid_to IS NOT NULL AND filing_valid_to < $1 THEN 1 "
        "ELSE 0 END RETURNING system_id",
        db_c(today.text), db_int(r.from), db_int(r.to)));
    TRY(touch_all(&filing, call));
    DB_ROWS(evaluation);
    TRY(db_query(
        call, &evaluation,
        "UPDATE info_system SET evaluation_lapsed = 1 - evaluation_lapsed WHERE system_id BETWEEN $2 "
        "AND $3 AND evaluation_lapsed <> CASE WHEN eval_valid_to IS NOT NULL AND eval_valid_to < $1 "
        "THEN 1 ELSE 0 END RETURNING system_id",
        db_c(today.text), db_int(r.from), db_int(r.to)));
    return touch_all(&evaluation, call);
}

/* Entries made before names and places were compared. */
static enum err fill_keys(struct call *call)
{
    struct arena *whole = call->arena;
    ARENA(scratch, 16u << 20);
    DB_ROWS(names);
    TRY(db_query(call, &names, "SELECT system_id, system_name FROM info_system WHERE name_key IS NULL"));
    call->arena = scratch;
    enum err word = ERR_OK;
    while (word == ERR_OK && db_next(&names)) {
        word = db_run(call, "UPDATE info_system SET name_key = $2 WHERE system_id = $1",
                      db_int(db_col_int(&names, 0)), db_str(registry_name_key(call, db_col_str(&names, 1))));
        arena_reset(scratch);
    }
    call->arena = whole;
    TRY(word);
    TRY(db_end(&names));
    DB_ROWS(places);
    TRY(db_query(call, &places,
                 "SELECT endpoint_id, COALESCE(host_name, ''), COALESCE(port, 0), COALESCE(url, '') FROM "
                 "system_endpoint WHERE place_key IS NULL AND host_name <> '' AND valid_to IS NULL"));
    call->arena = scratch;
    while (word == ERR_OK && db_next(&places)) {
        word = db_run(call, "UPDATE system_endpoint SET place_key = $2 WHERE endpoint_id = $1",
                      db_int(db_col_int(&places, 0)),
                      db_str(registry_place_key(call, db_col_str(&places, 1), db_col_int(&places, 2),
                                                db_col_str(&places, 3))));
        arena_reset(scratch);
    }
    call->arena = whole;
    TRY(word);
    return db_end(&places);
}

enum err registry_flaws_all(struct call *call)
{
    struct range all = {0, INT64_MAX};
    TRY(fill_keys(call));
    TRY(lapse(call, all));
    return settle_range(call, all);
}

/* Systems that share something with this one, or did when it was last looked at. */
static enum err peers_of(struct call *call, int64_t system_id, int64_t *peers, size_t *ret_many)
{
    DB_ROWS(rows);
    *ret_many = 0;
    TRY(db_query(
        call, &rows,
        "SELECT system_id FROM registry_flaw WHERE peer_id = $1"
        " UNION SELECT b.system_id FROM system_endpoint a JOIN system_endpoint b ON b.place_key = a.place_key"
        " AND b.valid_to IS NULL AND b.system_id <> $1 WHERE a.system_id = $1 AND a.valid_to IS NULL"
        " UNION SELECT o.system_id FROM info_system s JOIN info_system o ON o.unit_id = s.unit_id AND"
        " o.name_key = s.name_key AND o.system_id <> $1 WHERE s.system_id = $1"
        " UNION SELECT o.system_id FROM info_system s JOIN info_system o ON o.wx_origin_id = s.wx_origin_id"
        " AND o.wx_origin_id IS NOT NULL AND o.system_id <> $1 WHERE s.system_id = $1"
        " UNION SELECT o.system_id FROM info_system s JOIN info_system o ON o.miniapp_appid = "
        "s.miniapp_appid AND o.miniapp_appid IS NOT NULL AND o.system_id <> $1 WHERE s.system_id = $1"
        " UNION SELECT o.system_id FROM info_system s JOIN info_system o ON o.app_package = s.app_package AND"
        " o.app_package IS NOT NULL AND o.system_id <> $1 WHERE s.system_id = $1 LIMIT 64",
        db_int(system_id)));
    while (db_next(&rows) && *ret_many < PEERS_MAX)
        peers[(*ret_many)++] = db_col_int(&rows, 0);
    return db_end(&rows);
}

enum err registry_flaws_of(struct call *call, int64_t system_id)
{
    int64_t peers[PEERS_MAX];
    size_t many;
    TRY(peers_of(call, system_id, peers, &many));
    TRY(lapse(call, (struct range){system_id, system_id}));
    TRY(settle_range(call, (struct range){system_id, system_id}));
    for (size_t i = 0; i < many; i++)
        TRY(settle_range(call, (struct range){peers[i], peers[i]}));
    return ERR_OK;
}

enum err registry_flaws_of_unit(struct call *call, int64_t unit_id)
{
    int64_t *ids = NULL;
    size_t many = 0, room = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT system_id FROM info_system WHERE unit_id = $1 AND contact_name IS NOT NULL",
                 db_int(unit_id)));
    while (db_next(&rows)) {
        if (many == room) {
            int64_t *grown = ARENA_ARRAY(call->arena, int64_t, room ? room * 2 : 64);
            if (many)
                memcpy(grown, ids, many * sizeof(*ids));
            room = room ? room * 2 : 64;
            ids = grown;
        }
        ids[many++] = db_col_int(&rows, 0);
    }
    TRY(db_end(&rows));
    for (size_t i = 0; i < many; i++)
        TRY(settle_range(call, (struct range){ids[i], ids[i]}));
    return ERR_OK;
}

enum err registry_alive(struct call *call, const char *ip_key, struct str host_name, int64_t seen_ms)
{
    if (ip_key[0])
        return db_run(
            call,
            "UPDATE system_endpoint SET alive_at_ms = $2 WHERE ip_key = $1 AND valid_to IS NULL AND "
            "COALESCE(alive_at_ms, 0) < $2",
            db_c(ip_key), db_int(seen_ms));
    return db_run(call,
                  "UPDATE system_endpoint SET alive_at_ms = $2 WHERE host_name = $1 AND valid_to IS NULL AND "
                  "COALESCE(alive_at_ms, 0) < $2",
                  db_str(host_name), db_int(seen_ms));
}

/* ---- showing ---- */

/* The other end of a duplicate is named only to who may see it. */
static enum err put_peer(struct call *call, int64_t peer_id, struct json_writer *w)
{
    struct registry_system peer;
    bool seen = peer_id && registry_system_reach(call, peer_id, &peer) == ERR_OK;
    if (seen)
        json_put_int(w, "peer_id", peer.system_id);
    else
        json_put_null(w, "peer_id");
    json_put_c(w, "peer_name", seen ? str_c(call->arena, peer.system_name) : NULL);
    return ERR_OK;
}

enum err registry_put_flaws(struct call *call, int64_t system_id, struct json_writer *w)
{
    struct {
        struct str kind, stage, on_date;
        int64_t peer_id;
    } flaws[16];
    size_t many = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT flaw_kind, stage, COALESCE(on_date, ''), COALESCE(peer_id, 0) FROM registry_flaw "
                 "WHERE system_id = $1 ORDER BY flaw_kind",
                 db_int(system_id)));
    while (db_next(&rows) && many < sizeof(flaws) / sizeof(flaws[0])) {
        flaws[many].kind = db_col_copy(call, &rows, 0);
        flaws[many].stage = db_col_copy(call, &rows, 1);
        flaws[many].on_date = db_col_copy(call, &rows, 2);
        flaws[many++].peer_id = db_col_int(&rows, 3);
    }
    TRY(db_end(&rows));
    json_open_array(w, "flaws");
    for (size_t i = 0; i < many; i++) {
        json_open_object(w, NULL);
        json_put_str(w, "flaw_kind", flaws[i].kind);
        json_put_str(w, "stage", flaws[i].stage);
        json_put_c(w, "on_date", flaws[i].on_date.len ? str_c(call->arena, flaws[i].on_date) : NULL);
        TRY(put_peer(call, flaws[i].peer_id, w));
        json_close_object(w);
    }
    json_close_array(w);
    return ERR_OK;
}

enum err registry_put_flaw_counts(struct call *call, struct json_writer *w)
{
    int64_t counts[16] = {0}, systems = 0;
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT q.flaw_kind, COUNT(*) FROM registry_flaw q JOIN info_system s ON s.system_id = "
        "q.system_id WHERE s.unit_path >= $1 AND s.unit_path < $1 || 'z' AND $2 = 0 GROUP BY q.flaw_kind",
        db_str(scope), db_int(nothing)));
    while (db_next(&rows))
        for (size_t i = 0; registry_flaw_kind_enum.names[i]; i++)
            if (str_is(db_col_str(&rows, 0), registry_flaw_kind_enum.names[i]))
                counts[i] = db_col_int(&rows, 1);
    TRY(db_end(&rows));
    TRY(db_get_int(
        call, &systems, 0,
        "SELECT COUNT(DISTINCT q.system_id) FROM registry_flaw q JOIN info_system s ON s.system_id "
        "= q.system_id WHERE s.unit_path >= $1 AND s.unit_path < $1 || 'z' AND $2 = 0",
        db_str(scope), db_int(nothing)));
    json_put_int(w, "systems", systems);
    json_open_array(w, "kinds");
    for (size_t i = 0; registry_flaw_kind_enum.names[i]; i++) {
        json_open_object(w, NULL);
        json_put_c(w, "flaw_kind", registry_flaw_kind_enum.names[i]);
        json_put_int(w, "count", counts[i]);
        json_close_object(w);
    }
    json_close_array(w);
    return ERR_OK;
}
