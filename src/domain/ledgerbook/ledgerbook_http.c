/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/words.h"
#include "domain/module.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"

#define HEAD_TEXT_MAX 65536

/* ---- the list ---- */

static const struct field entry_fields[] = {
    {.name = "entry_id", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "seq", .type = FIELD_INT, .flags = FIELD_ALWAYS},
    {.name = "chain", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "at_ms", .type = FIELD_TIME, .flags = FIELD_ALWAYS},
    {.name = "actor_id", .type = FIELD_REF, .ref = "user", .flags = FIELD_READONLY | FIELD_FILTER},
    {.name = "actor_login", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "actor_name", .type = FIELD_TEXT, .flags = FIELD_ALWAYS},
    {.name = "verb", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "subject_kind", .type = FIELD_TEXT, .flags = FIELD_ALWAYS | FIELD_FILTER},
    {.name = "subject_id", .type = FIELD_INT, .flags = FIELD_READONLY | FIELD_FILTER},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit", .flags = FIELD_READONLY | FIELD_FILTER},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_READONLY},
    {.name = "detail", .type = FIELD_JSON, .flags = FIELD_READONLY},
};
static const struct field_table entry_table = FIELD_TABLE("ledger_entry", entry_fields);
static const struct field hash_fields[] = {
    {.name = "hash", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table hash_table = FIELD_TABLE("entry_hash", hash_fields);

static const struct field proof_fields[] = {
    {.name = "hash", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "prev_hash", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "holds", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
};
static const struct field_table proof_table = FIELD_TABLE("entry_proof", proof_fields);

#define ENTRY_SELECT                                                                                         \
    "SELECT e.entry_id, e.seq, e.chain, e.at_ms, e.actor_id, e.actor_login, e.actor_name, e.verb, "          \
    "e.subject_kind, e.subject_id,"                                                                          \
    " e.unit_id, o.unit_name, e.detail, e.hash, e.prev_hash, e.unit_path FROM ledger_entry e"                \
    " LEFT JOIN org_unit o ON o.unit_id = e.unit_id"
#define HASH_COLUMN 13
#define PREV_COLUMN 14
#define PATH_COLUMN 15

static const struct db_filter entry_filters[] = {
    {"subject_kind", "e.subject_kind = $$", FIELD_TEXT, NULL},
    {"subject_id", "e.subject_id = $$", FIELD_INT, NULL},
    {"verb", "e.verb = $$", FIELD_TEXT, NULL},
    {"actor_id", "e.actor_id = $$", FIELD_INT, NULL},
    {"actor_login", "e.actor_login = $$", FIELD_TEXT, NULL},
    {"unit_id", "e.unit_id = $$", FIELD_INT, NULL},
    {"chain", "e.chain = $$", FIELD_TEXT, NULL},
    {"from_ms", "e.at_ms >= $$", FIELD_TIME, NULL},
    {"to_ms", "e.at_ms < $$", FIELD_TIME, NULL},
};
static const struct db_sort entry_sorts[] = {{"entry_id", "e.entry_id"}};
static const struct db_list entry_list = {
    .columns = &entry_table,
    .select = ENTRY_SELECT,
    .scope = "e.unit_path",
    .key = "e.entry_id",
    .default_sort = "-entry_id",
    .filters = entry_filters,
    .many_filters = sizeof entry_filters / sizeof *entry_filters,
    .sorts = entry_sorts,
    .many_sorts = sizeof entry_sorts / sizeof *entry_sorts,
    .search = "(e.actor_login LIKE $$ OR e.actor_name LIKE $$ OR e.verb LIKE $$ OR o.unit_name LIKE $$)",
};

static void put_hash(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    struct str hash = db_col_str(rows, HASH_COLUMN);
    json_put_str(w, "hash", str_hex(call->arena, hash.at, hash.len));
}

/* An entry keeps the path of its day. Who has units in his scope that came from elsewhere also reads what
 * happened there before: by the unit, not by the path (org_unit_moved). The plain list is kept for everybody
 * else, since it is a range of one index. */
static const struct db_filter moved_filters[] = {
    {"within",
     "((e.unit_path >= $$ AND e.unit_path < $$ || 'z') OR e.entry_id IN (SELECT x.entry_id FROM "
     "org_unit_moved m"
     " JOIN ledger_entry x ON x.unit_path >= m.old_path AND x.unit_path < m.old_path || 'z'"
     " JOIN org_unit o ON o.unit_id = CASE WHEN m.unit_id = m.heir_id THEN x.unit_id"
     " WHEN m.unit_id = x.unit_id THEN m.heir_id END"
     " JOIN org_unit h ON h.unit_id = m.heir_id"
     " WHERE o.unit_path >= $$ AND o.unit_path < $$ || 'z' AND ((h.unit_path >= $$ AND h.unit_path < $$ || "
     "'z')"
     " OR h.unit_path = SUBSTR($$, 1, LENGTH(h.unit_path)))))",
     FIELD_TEXT, NULL},
    {"subject_kind", "e.subject_kind = $$", FIELD_TEXT, NULL},
    {"subject_id", "e.subject_id = $$", FIELD_INT, NULL},
    {"verb", "e.verb = $$", FIELD_TEXT, NULL},
    {"actor_id", "e.actor_id = $$", FIELD_INT, NULL},
    {"actor_login", "e.actor_login = $$", FIELD_TEXT, NULL},
    {"unit_id", "e.unit_id = $$", FIELD_INT, NULL},
    {"chain", "e.chain = $$", FIELD_TEXT, NULL},
    {"from_ms", "e.at_ms >= $$", FIELD_TIME, NULL},
    {"to_ms", "e.at_ms < $$", FIELD_TIME, NULL},
};
static const struct db_list moved_list = {
    .columns = &entry_table,
    .select = ENTRY_SELECT,
    .scope = NULL, /* the filter "within" stands for it; only ledgerbook_list asks this list, and always gives
                      it */
    .key = "e.entry_id",
    .default_sort = "-entry_id",
    .filters = moved_filters,
    .many_filters = sizeof moved_filters / sizeof *moved_filters,
    .sorts = entry_sorts,
    .many_sorts = sizeof entry_sorts / sizeof *entry_sorts,
    .search = "(e.actor_login LIKE $$ OR e.actor_name LIKE $$ OR e.verb LIKE $$ OR o.unit_name LIKE $$)",
};

struct within {
    struct db_list_ask asked;
    struct str scope;
};

static struct str param_within(void *from, const char *name)
{
    const struct within *within = from;
    return strcmp(name, "within") == 0 ? within->scope : within->asked.param(within->asked.from, name);
}

static enum err ledgerbook_list(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    bool moved = false;
    if (!ask.nothing && ask.scope_path.len)
        TRY(org_scope_moved(call, ask.scope_path, &moved));
    if (moved) {
        struct within within = {ask, ask.scope_path};
        ask.param = param_within;
        ask.from = &within;
        ask.scope_path = STR("");
        return db_list(call, &moved_list, &ask, x->out, put_hash);
    }
    /* The audit administrator sees no business, but sees the whole record of it. */
    if (access_is(call, ROLE_AUDIT_ADMIN))
        ask.nothing = false;
    return db_list(call, &entry_list, &ask, x->out, put_hash);
}

static enum err ledgerbook_get(struct call *call, struct http_exchange *x)
{
    bool holds;
    DB_ROWS(rows);
    TRY(db_one(call, &rows, ENTRY_SELECT " WHERE e.entry_id = $1", db_int(x->ids[0])));
    if (!access_is(call, ROLE_AUDIT_ADMIN) && access_reach(call, db_col_str(&rows, PATH_COLUMN)) != ERR_OK)
        TRY(org_entry_reach(call, x->ids[0]));
    struct str prev = db_col_str(&rows, PREV_COLUMN);
    db_put_row(x->out, &rows, &entry_table);
    put_hash(call, x->out, &rows);
    json_put_str(x->out, "prev_hash", str_hex(call->arena, prev.at, prev.len));
    TRY(db_end(&rows));
    TRY(ledger_entry_holds(call, x->ids[0], &holds));
    json_put_bool(x->out, "holds", holds);
    return ERR_OK;
}

/* ---- proof ---- */

static enum err ledgerbook_head(struct call *call, struct http_exchange *x)
{
    return ledger_head(call, x->out);
}

static const struct field verify_fields[] = {
    {.name = "head", .type = FIELD_NOTE, .max = HEAD_TEXT_MAX},
};
static const struct field_table verify_table = FIELD_TABLE("ledger_verify", verify_fields);

static const struct field bad_fields[] = {
    {.name = "chain", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "seq", .type = FIELD_INT},
    {.name = "why", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "message", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "detail", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
};
static const struct field_table bad_table = FIELD_TABLE("ledger_fault", bad_fields);

static const struct field verdict_fields[] = {
    {.name = "ok", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "entries", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "heads", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "took_ms", .type = FIELD_INT, .flags = FIELD_REQUIRED},
    {.name = "first_bad", .type = FIELD_OBJECT, .rows = &bad_table},
};
static const struct field_table verdict_table = FIELD_TABLE("ledger_verdict", verdict_fields);

static void put_verdict(struct call *call, struct json_writer *w, const struct ledger_verdict *v,
                        int64_t took_ms)
{
    json_put_bool(w, "ok", v->ok);
    json_put_int(w, "entries", v->entries);
    json_put_int(w, "heads", v->heads);
    json_put_int(w, "took_ms", took_ms);
    if (v->ok) {
        json_put_null(w, "first_bad");
        return;
    }
    json_open_object(w, "first_bad");
    json_put_c(w, "chain", v->bad_chain);
    if (v->bad_seq)
        json_put_int(w, "seq", v->bad_seq);
    else
        json_put_null(w, "seq");
    json_put_c(w, "why", v->why);
    json_put_str(w, "message", words_get(call->lang, v->why));
    json_put_str(w, "detail", v->why_detail);
    json_close_object(w);
}

static atomic_flag verifying = ATOMIC_FLAG_INIT;

/* One at a time: it reads everything, and two would only be slower than one after the other. */
static enum err ledgerbook_verify(struct call *call, struct http_exchange *x)
{
    struct ledger_verdict verdict;
    if (atomic_flag_test_and_set(&verifying))
        return call_fail(call, ERR_BUSY, NULL, "ledgerbook.verifying");
    int64_t start = clock_monotonic_us();
    enum err word = ledger_verify(call, field_str(&x->body, "head"), NULL, &verdict);
    atomic_flag_clear(&verifying);
    TRY(word);
    x->status = 200;
    put_verdict(call, x->out, &verdict, (clock_monotonic_us() - start) / 1000);
    return ERR_OK;
}

/* ---- export ---- */

static void file_close(FILE **file)
{
    if (*file)
        fclose(*file);
}

static enum err line_write(struct str json, void *context)
{
    FILE *file = context;
    return fwrite(json.at, 1, json.len, file) == json.len && fputc('\n', file) != EOF ? ERR_OK : ERR_FAILED;
}

static enum err export_write(struct call *call, int fd)
{
    __attribute__((cleanup(file_close))) FILE *file = fdopen(fd, "w");
    if (!file)
        return call_fail(call, ERR_FAILED, NULL, "ledgerbook.no_space", str_of(strerror(errno)));
    enum err word = ledger_export(call, line_write, file);
    if (word == ERR_OK && fflush(file) != 0)
        word = ERR_FAILED;
    return word == ERR_FAILED ? call_fail(call, word, NULL, "ledgerbook.no_space", str_of(strerror(errno)))
                              : word;
}

static enum err ledgerbook_export(struct call *call, struct http_exchange *x)
{
    const char *folder = getenv("TMPDIR");
    char *path = (char *)(uintptr_t)str_format(call->arena, "%s/anze-ledger-XXXXXX",
                                               folder && *folder ? folder : "/tmp")
                     .at;
    int fd = mkstemp(path);
    if (fd < 0)
        return call_fail(call, ERR_FAILED, NULL, "ledgerbook.no_space", str_of(strerror(errno)));
    enum err word = export_write(call, fd);
    if (word != ERR_OK) {
        unlink(path);
        return word;
    }
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    x->file_path = path;
    x->file_path_delete = true;
    x->file_name = str_format(call->arena, "ledger-%s.jsonl", today.text);
    x->file_type = "application/jsonl";
    return ERR_OK;
}

/* ---- the module ---- */

#define READERS (ROLES_AUTHORITY | ROLES_UNIT | ROLE_AUDIT_ADMIN)
#define PROVERS (ROLE_AUDIT_ADMIN | ROLE_COUNTY_OFFICER | ROLE_SEC_ADMIN)

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/ledger",
     .grant = READERS,
     .name = "ledgerbook_list",
     .handle = ledgerbook_list,
     .kind = HTTP_LIST,
     .more = &hash_table,
     .reply = &entry_table,
     .list = &entry_list,
     .summary_zh = "存证记录",
     .summary_en = "What happened, newest first"},
    {.method = "GET",
     .path = "/api/ledger/{entry_id}",
     .grant = READERS,
     .name = "ledgerbook_get",
     .handle = ledgerbook_get,
     .kind = HTTP_ONE,
     .more = &proof_table,
     .reply = &entry_table,
     .summary_zh = "单条存证",
     .summary_en = "One entry, with its hashes"},
    {.method = "GET",
     .path = "/api/ledger/head",
     .grant = PROVERS,
     .name = "ledgerbook_head",
     .handle = ledgerbook_head,
     .kind = HTTP_ONE,
     .reply = &ledger_head_table,
     .summary_zh = "最新封条",
     .summary_en = "The newest sealed head, to be kept elsewhere"},
    {.method = "POST",
     .path = "/api/ledger/verify",
     .grant = PROVERS,
     .name = "ledgerbook_verify",
     .handle = ledgerbook_verify,
     .prepare = ledgerbook_verify,
     .kind = HTTP_ONE,
     .reply = &verdict_table,
     .flags = HTTP_READS | HTTP_DIRECT,
     .body = &verify_table,
     .summary_zh = "校验存证",
     .summary_en = "Verify the whole ledger, if wished against a head kept elsewhere"},
    {.method = "GET",
     .path = "/api/ledger/export",
     .grant = ROLE_AUDIT_ADMIN | ROLE_COUNTY_OFFICER,
     .name = "ledgerbook_export",
     .handle = ledgerbook_export,
     .kind = HTTP_FILE,
     .summary_zh = "导出存证",
     .summary_en = "All entries as JSON lines"},
};

const struct module ledgerbook_module = {
    .name = "ledgerbook",
    .routes = MODULE_MANY(routes),
};
