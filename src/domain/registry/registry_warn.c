/* SPDX-License-Identifier: Apache-2.0
 *
 * What looks wrong in an entry and is no mistake for sure: it is shown, and nothing is refused. Each rule
 * reads only values that are there, so a single row of a sheet can be asked as well as a whole entry.
 */
#include "domain/registry/registry_inner.h"

#include "base/words.h"
#include "rules/rules.h"

struct warn {
    struct call *call;
    registry_warning *tell;
    void *context;
};

static void say(struct warn *warn, const char *field, const char *key, struct str first, struct str second)
{
    struct str args[] = {first, second};
    warn->tell(warn->context, field, words_fill(warn->call->arena, warn->call->lang, key, args, 2));
}

static struct str number(struct call *call, int64_t n)
{
    return str_format(call->arena, "%lld", (long long)n);
}

/* ---- numbers of filings and sites ---- */

static size_t digits(struct str text)
{
    size_t many = 0;
    for (size_t i = 0; i < text.len; i++)
        many += text.at[i] >= '0' && text.at[i] <= '9';
    return many;
}

static void endpoint(struct warn *warn, const struct field_record *endpoint, bool *gov)
{
    struct str psb = field_str(endpoint, "psb_no");
    if (psb.len && digits(psb) != 14)
        say(warn, "psb_no", "registry.warn.psb_no", psb, STR_NONE);
    struct str domain =
        field_str(endpoint, "domain").len ? field_str(endpoint, "domain") : field_str(endpoint, "url");
    *gov |= str_find(domain, STR(".gov.cn"), NULL);
}

static void filing(struct warn *warn, const struct field_record *record)
{
    struct str number_text = field_str(record, "filing_cert_no");
    if (number_text.len && !field_filing_no_usual(number_text))
        say(warn, "filing_cert_no", "registry.warn.filing_no", number_text, STR_NONE);
    if (str_is(field_str(record, "filing_status"), "filed") && number_text.len == 0 &&
        field_get(record, "filing_cert_no")->given)
        say(warn, "filing_cert_no", "registry.warn.filed_without_no", STR_NONE, STR_NONE);
    int64_t level = field_int(record, "mlps_level", -1), cloud = field_int(record, "cloud_mlps_level", -1);
    if (cloud >= 0 && level > cloud)
        say(warn, "cloud_mlps_level", "registry.warn.cloud_level", number(warn->call, cloud),
            number(warn->call, level));
    if (field_int(record, "is_cii", 0) && level >= 0 && level < 3)
        say(warn, "mlps_level", "registry.warn.cii_level", number(warn->call, level), STR_NONE);
}

static void accounts(struct warn *warn, const struct field_record *record,
                     const struct field_record *endpoints, size_t many)
{
    bool gov = false;
    struct str type = field_str(record, "system_type"), code = field_str(record, "gov_site_code");
    for (size_t i = 0; i < many; i++)
        endpoint(warn, &endpoints[i], &gov);
    if (code.len && type.len && !str_is(type, "website"))
        say(warn, "gov_site_code", "registry.warn.not_website", STR_NONE, STR_NONE);
    if (code.len && many && !gov)
        say(warn, "gov_site_code", "registry.warn.not_gov_cn", STR_NONE, STR_NONE);
    if (str_is(type, "wechat_official") && field_get(record, "wx_origin_id")->given &&
        !field_str(record, "wx_origin_id").len)
        say(warn, "wx_origin_id", "registry.warn.no_origin_id", STR_NONE, STR_NONE);
    if (str_is(type, "mini_program") && field_get(record, "miniapp_appid")->given &&
        !field_str(record, "miniapp_appid").len)
        say(warn, "miniapp_appid", "registry.warn.no_appid", STR_NONE, STR_NONE);
}

static void personal_data(struct warn *warn, const struct field_record *record)
{
    int64_t any = field_int(record, "has_pi", -1), sensitive = field_int(record, "has_sensitive_pi", -1);
    if (any == 0 && field_int(record, "pi_count", 0) > 0)
        say(warn, "pi_count", "registry.warn.pi_count", STR_NONE, STR_NONE);
    if (any == 0 && sensitive == 1)
        say(warn, "has_sensitive_pi", "registry.warn.sensitive_pi", STR_NONE, STR_NONE);
    if (sensitive == 0 && field_int(record, "has_minor_pi", 0))
        say(warn, "has_minor_pi", "registry.warn.minor_pi", STR_NONE, STR_NONE);
}

/* The conclusions of the two editions of the report have different words. */
static void evaluation(struct warn *warn, const struct field_record *record)
{
    struct str scheme = field_str(record, "eval_scheme"), conclusion = field_str(record, "eval_conclusion");
    bool old = str_is(conclusion, "excellent") || str_is(conclusion, "good") ||
               str_is(conclusion, "medium") || str_is(conclusion, "poor");
    if (scheme.len && conclusion.len && old != str_is(scheme, "v2021"))
        say(warn, "eval_conclusion", "registry.warn.scheme",
            words_enum(warn->call, "eval_conclusion", conclusion),
            words_enum(warn->call, "eval_scheme", scheme));
}

/* A new project gives security a share that the local rule sets. */
static enum err budget(struct warn *warn, const struct field_record *record)
{
    int64_t total = field_int(record, "contract_fen", 0),
            security = field_int(record, "security_budget_fen", -1);
    int64_t num, den;
    if (total <= 0 || security < 0)
        return ERR_OK;
    enum err word = rules_threshold(warn->call, "project.security_share_min", &num, &den);
    if (word == ERR_OK && (__int128)security * den < (__int128)total * num)
        say(warn, "security_budget_fen", "registry.warn.security_share", number(warn->call, num * 100 / den),
            STR_NONE);
    return word == ERR_NOT_FOUND ? ERR_OK : word;
}

enum err registry_warnings(struct call *call, const struct field_record *record,
                           const struct field_record *endpoints, size_t many, registry_warning *tell,
                           void *context)
{
    struct warn warn = {call, tell, context};
    filing(&warn, record);
    accounts(&warn, record, endpoints, many);
    personal_data(&warn, record);
    evaluation(&warn, record);
    return budget(&warn, record);
}

/* ---- as members of a reply ---- */

static void put_warning(void *context, const char *field, struct str text)
{
    struct json_writer *w = context;
    json_open_object(w, NULL);
    json_put_c(w, "field", field);
    json_put_str(w, "message", text);
    json_close_object(w);
}

enum err registry_put_warnings(struct call *call, int64_t system_id, const struct field_record *stored,
                               struct json_writer *w)
{
    struct field_record *endpoints;
    size_t many;
    TRY(registry_endpoints_fetch(call, system_id, &endpoints, &many));
    json_open_array(w, "warnings");
    TRY(registry_warnings(call, stored, endpoints, many, put_warning, w));
    json_close_array(w);
    return ERR_OK;
}
