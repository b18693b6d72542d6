/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_duty.h"

#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/embed.h"

#define CHECK_BYTES_MAX (256ULL * 1024 * 1024)

/* Reports every mistake as a fault of the "yaml" field; the row of the fault is the line. */
static enum err mistakes(struct call *call, const struct rules_checker *checker)
{
    for (size_t i = 0; i < checker->many; i++) {
        struct call_fault *fault = call_fault_add(call, "yaml", "rules.lint.at");
        if (!fault)
            continue;
        fault->row = checker->items[i].line;
        fault->args[0] = str_format(call->arena, "%d", checker->items[i].line);
        fault->args[1] = str_format(call->arena, "%d", checker->items[i].column);
        fault->args[2] = str_copy(call->arena, checker->items[i].message);
    }
    return ERR_INVALID;
}

/* Article ids are cited without their pack, so another pack may not have the same. */
static enum err check_others(struct call *call, const struct rules_pack *pack)
{
    const struct rules_set *set;
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++) {
        if (!strcmp(set->packs[i]->id, pack->id))
            continue;
        for (size_t j = 0; j < set->packs[i]->many_articles; j++)
            for (size_t k = 0; k < pack->many_articles; k++)
                if (!strcmp(set->packs[i]->articles[j].id, pack->articles[k].id))
                    return call_fail(call, ERR_INVALID, "yaml", "rules.fault.article_taken",
                                     str_of(pack->articles[k].id), str_of(set->packs[i]->id));
    }
    return ERR_OK;
}

static enum err store(struct call *call, const struct rules_pack *pack, struct str yaml, struct str digest,
                      const char *source)
{
    struct call_who who = call_who(call);
    struct clock_date from = clock_date(pack->from), to = clock_date(pack->to == INT32_MAX ? 0 : pack->to);
    TRY(db_run(call, "UPDATE rules_pack SET state = 'replaced' WHERE pack = $1 AND state = 'current'",
               db_c(pack->id)));
    return db_run(call,
                  "INSERT INTO rules_pack (pack, version, state, title, number, issuer, effective_from, "
                  "effective_to, source, digest,"
                  " yaml, loaded_at_ms, loaded_by) VALUES ($1, $2, 'current', $3, $4, $5, $6, $7, $8, $9, "
                  "$10, $11, $12)",
                  db_c(pack->id), db_c(pack->version), db_c(pack->title),
                  db_c(pack->number ? pack->number : ""), db_c(pack->issuer), db_c(from.text),
                  pack->to == INT32_MAX ? db_null() : db_c(to.text), db_c(source), db_str(digest),
                  db_str(yaml), db_int(call->now_ms), db_int(who.user_id));
}

static enum err apply(struct call *call, struct rules_load_report *ret)
{
    ARENA(arena, CHECK_BYTES_MAX);
    const struct rules_set *set;
    const struct rules_pack *pack = NULL;
    struct rules_look look = {.call = call, .arena = arena, .today = clock_day_of(call->now_ms)};
    TRY(rules_set_of(call, &set));
    for (size_t i = 0; i < set->many; i++)
        if (str_is(ret->pack, set->packs[i]->id))
            pack = set->packs[i];
    if (!pack)
        return ERR_FAILED;
    TRY(rules_duty_cancel_dropped(&look, pack));
    ret->closes += look.closed;
    return rules_evaluate_all(call, set, pack, &ret->opens, &ret->closes);
}

static enum err say(struct call *call, const struct rules_load_report *report, struct str digest,
                    const char *source)
{
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_str(&w, "pack", report->pack);
    json_put_str(&w, "version", report->version);
    json_put_str(&w, "digest", digest);
    json_put_c(&w, "source", source);
    json_put_int(&w, "opens", report->opens);
    json_put_int(&w, "closes", report->closes);
    json_close_object(&w);
    TRY(buf_check(&out));
    struct ledger_fact fact = {.verb = "pack.loaded", .subject_kind = "pack", .detail = buf_str(&out)};
    return ledger_append(call, &fact, NULL);
}

static enum err load(struct call *call, struct str yaml, const char *source, struct rules_load_report *ret)
{
    ARENA(arena, CHECK_BYTES_MAX);
    struct rules_checker *checker = ARENA_NEW(arena, struct rules_checker);
    checker->arena = arena;
    checker->lang = call->lang;
    const struct rules_pack *pack = rules_compile(checker, yaml);
    if (checker->many || !pack)
        return mistakes(call, checker);
    *ret = (struct rules_load_report){.articles = (int64_t)pack->many_articles,
                                      .duties = (int64_t)pack->many_duties,
                                      .gates = (int64_t)pack->many_gates,
                                      .consequences = (int64_t)pack->many_consequences};
    ret->pack = str_copy(call->arena, str_of(pack->id));
    ret->version = str_copy(call->arena, str_of(pack->version));
    struct crypt_sm3 sum = crypt_sm3(yaml);
    struct str digest = str_hex(call->arena, sum.bytes, sizeof sum.bytes);
    int64_t same;
    TRY(db_get_int(call, &same, 0,
                   "SELECT COUNT(*) FROM rules_pack WHERE pack = $1 AND state = 'current' AND digest = $2",
                   db_c(pack->id), db_str(digest)));
    if (same)
        return ERR_OK;
    TRY(check_others(call, pack));
    TRY(store(call, pack, yaml, digest, source));
    TRY(apply(call, ret));
    return say(call, ret, digest, source);
}

enum err rules_pack_load(struct call *call, struct str yaml, bool preview, struct rules_load_report *ret)
{
    *ret = (struct rules_load_report){0};
    if (!preview)
        return load(call, yaml, "upload", ret);
    struct rules_touched *touched = call->touched;
    TRY(db_savepoint(call->db));
    enum err word = load(call, yaml, "upload", ret);
    db_rollback_savepoint(call->db);
    call->touched = touched; /* what proposals touched in the preview did not happen */
    return word;
}

/* ---- the packs built in ---- */

struct install {
    struct call *call;
    enum err word;
};

static void install(const char *path, struct str bytes, void *context)
{
    struct install *at = context;
    struct call *call = at->call;
    if (at->word != ERR_OK || !str_ends(str_of(path), STR(".yaml")))
        return;
    /* packs/Y.yaml brings pack Y: the file's name is enough to see whether somebody uploaded another Y. */
    struct str name = str_slice(str_of(path), 6, str_of(path).len - 11);
    int64_t uploaded = 0;
    struct rules_load_report report;
    at->word = db_get_int(
        call, &uploaded, 0,
        "SELECT COUNT(*) FROM rules_pack WHERE pack = $1 AND state = 'current' AND source = 'upload'",
        db_str(name));
    if (at->word == ERR_OK && !uploaded)
        at->word = load(call, bytes, "builtin", &report);
}

enum err rules_pack_install(struct call *call)
{
    struct install at = {call, ERR_OK};
    embed_each("packs/", install, &at);
    return at.word;
}
