/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Two records are the same weakness when the same check strikes the same place: the host (its
 * address, else its name), the protocol and port, the template of the URL path (numbers and long hex taken as
 * one), and the tool's id of the check. Severity, CVEs, descriptions and tool ids change from scan to scan
 * and are attributes, never identity.
 */
#include "domain/finding/finding_inner.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "db/db.h"

static bool is_number_like(struct str part)
{
    size_t digits = 0, hex = 0;
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.at[i];
        digits += isdigit(c) != 0;
        hex += isxdigit(c) != 0 || c == '-';
    }
    return part.len > 0 && (digits == part.len || (part.len >= 16 && hex == part.len));
}

struct str finding_path_template(struct arena *arena, struct str path)
{
    BUF(out, 4096);
    size_t question;
    if (str_find(path, STR("?"), &question))
        path = str_slice(path, 0, question);
    path = str_slice(path, 0, 2000);
    size_t start = 0;
    for (size_t i = 0; i <= path.len; i++) {
        if (i < path.len && path.at[i] != '/')
            continue;
        struct str part = str_slice(path, start, i - start);
        buf_add_str(&out, is_number_like(part) ? STR("{n}") : part);
        if (i < path.len)
            buf_add_char(&out, '/');
        start = i + 1;
    }
    return str_copy(arena, buf_str(&out));
}

enum err finding_text(struct call *call, struct str description, struct str remedy, int64_t *ret_text_id)
{
    *ret_text_id = 0;
    if (description.len == 0 && remedy.len == 0)
        return ERR_OK;
    struct crypt_sm3_state *state = crypt_sm3_start(call->arena);
    uint32_t len = (uint32_t)description.len;
    crypt_sm3_add(state, &len, sizeof(len));
    crypt_sm3_add(state, description.at, description.len);
    crypt_sm3_add(state, remedy.at, remedy.len);
    struct crypt_sm3 digest = crypt_sm3_end(state);
    struct str hex = str_hex(call->arena, digest.bytes, sizeof(digest.bytes));
    TRY(db_get_int(call, ret_text_id, 0, "SELECT text_id FROM finding_text WHERE digest = $1", db_str(hex)));
    if (*ret_text_id)
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO finding_text (digest, description, remedy) VALUES ($1, $2, $3) RETURNING text_id",
               db_str(hex), db_str(description), db_str(remedy)));
    *ret_text_id = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err finding_next_no(struct call *call, struct str *ret)
{
    int year, month, mday;
    clock_ymd(clock_day_of(call->now_ms), &year, &month, &mday);
    struct str series = str_format(call->arena, "YH-%d", year);
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO finding_number (series, last_no) VALUES ($1, 1)"
               " ON CONFLICT (series) DO UPDATE SET last_no = finding_number.last_no + 1 RETURNING last_no",
               db_str(series)));
    *ret = str_format(call->arena, "%.*s-%06lld", STR_ARG(series), (long long)db_col_int(&rows, 0));
    return ERR_OK;
}

/* A first guess at the kind from words in the title; people correct it. */
const char *finding_guess_kind(struct str title, struct str rule)
{
    static const struct {
        const char *word, *kind;
    } guesses[] = {
        {"default password", "weak_password"},
        {"weak password", "weak_password"},
        {"弱口令", "weak_password"},
        {"default credential", "weak_password"},
        {"sql injection", "sql_injection"},
        {"sql注入", "sql_injection"},
        {"sql 注入", "sql_injection"},
        {"cross-site scripting", "xss"},
        {"cross site scripting", "xss"},
        {"xss", "xss"},
        {"跨站", "xss"},
        {"file upload", "file_upload"},
        {"remote code", "rce"},
        {"command execution", "rce"},
        {"远程代码", "rce"},
        {"unauthenticated", "unauth_access"},
        {"未授权", "unauth_access"},
        {"traversal", "path_traversal"},
        {"ssrf", "ssrf"},
        {"deseriali", "deserialization"},
        {"certificate", "cert_expired"},
        {"cipher", "weak_crypto"},
        {"ssl", "weak_crypto"},
        {"tls", "weak_crypto"},
        {"disclosure", "info_leak"},
        {"泄露", "info_leak"},
        {"unsupported", "outdated_component"},
        {"outdated", "outdated_component"},
        {"vulnerable version", "outdated_component"},
        {"< ", "outdated_component"},
        {"open-port", "exposed_service"},
    };
    char lower[512];
    size_t len = title.len < sizeof(lower) - 1 ? title.len : sizeof(lower) - 1;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char)(title.at[i] >= 'A' && title.at[i] <= 'Z' ? title.at[i] + 32 : title.at[i]);
    size_t at;
    for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
        if (str_find((struct str){lower, len}, str_of(guesses[i].word), &at) || str_is(rule, guesses[i].word))
            return guesses[i].kind;
    }
    return "other";
}
