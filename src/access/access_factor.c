/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The secret lies in the database sealed with SM4-GCM under a key that does not: <data>/factor.key.
 * Who steals a copy of the database has no codes. A code is good for its half minute and the ones beside it,
 * since clocks differ, and only when it is newer than the last one taken: a code seen over a shoulder is
 * worth nothing. Recovery codes are kept as a keyed hash and go with their use.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "access/access_parts.h"
#include "base/crypt.h"

#define SECRET_LEN 20 /* RFC 4226, 4: at least 128 bits, 160 recommended */
#define SEALED_LEN (CRYPT_GCM_IV + SECRET_LEN + CRYPT_GCM_TAG)
#define STEP_MS    30000
#define DIGITS     6
#define KEY_FILE   "factor.key"

static uint8_t seal_key[CRYPT_SM4_KEY];
static bool key_known;

/* ---- the key ---- */

void access_factor_key(const uint8_t key[CRYPT_SM4_KEY])
{
    memcpy(seal_key, key, sizeof seal_key);
    key_known = true;
}

static enum err say(char why[256], const char *path, const char *what)
{
    snprintf(why, 256, "%s: %s", path, what);
    return ERR_FAILED;
}

static enum err key_make(const char *path, char why[256])
{
    uint8_t key[CRYPT_SM4_KEY];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return say(why, path, strerror(errno));
    crypt_random(key, sizeof key);
    bool good = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    int error = errno;
    close(fd);
    if (!good) {
        unlink(path);
        return say(why, path, strerror(error));
    }
    access_factor_key(key);
    explicit_bzero(key, sizeof key);
    return ERR_OK;
}

enum err access_factor_key_open(struct arena *arena, const char *data_dir, char why[256])
{
    const char *path = str_format(arena, "%s/" KEY_FILE, data_dir).at;
    uint8_t key[CRYPT_SM4_KEY + 1];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? key_make(path, why) : say(why, path, strerror(errno));
    bool plain = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t len = read(fd, key, sizeof key);
    close(fd);
    if (!plain || len != CRYPT_SM4_KEY)
        return say(why, path, "is not a key of 16 bytes; bring it back from the backup");
    if (st.st_mode & 077)
        return say(why, path, "others may read the key; run chmod 600 on it");
    access_factor_key(key);
    explicit_bzero(key, sizeof key);
    return ERR_OK;
}

/* ---- the secret ---- */

static struct str aad_of(struct call *call, int64_t user_id)
{
    return str_format(call->arena, "factor:%lld", (long long)user_id);
}

static enum err secret_seal(struct call *call, int64_t user_id, const uint8_t secret[SECRET_LEN],
                            uint8_t ret[SEALED_LEN])
{
    if (!key_known)
        return call_fail(call, ERR_FAILED, NULL, "access.factor_key");
    crypt_random(ret, CRYPT_GCM_IV);
    return crypt_sm4_gcm_seal(seal_key, ret, aad_of(call, user_id),
                              (struct str){(const char *)secret, SECRET_LEN}, ret + CRYPT_GCM_IV,
                              ret + CRYPT_GCM_IV + SECRET_LEN);
}

static enum err secret_open(struct call *call, int64_t user_id, struct str sealed, uint8_t ret[SECRET_LEN])
{
    const uint8_t *at = (const uint8_t *)sealed.at;
    if (!key_known || sealed.len != SEALED_LEN ||
        crypt_sm4_gcm_open(seal_key, at, aad_of(call, user_id),
                           (struct str){sealed.at + CRYPT_GCM_IV, SECRET_LEN}, at + CRYPT_GCM_IV + SECRET_LEN,
                           ret) != ERR_OK)
        return call_fail(call, ERR_FAILED, NULL, "access.factor_key");
    return ERR_OK;
}

/* ---- reading ---- */

enum err access_factor_get(struct call *call, int64_t user_id, struct access_factor *ret)
{
    DB_ROWS(rows);
    *ret = (struct access_factor){0};
    TRY(db_query(call, &rows,
                 "SELECT f.confirmed, f.confirmed_at_ms, (SELECT COUNT(*) FROM access_recovery r WHERE"
                 " r.user_id = f.user_id AND r.used_at_ms IS NULL) FROM access_factor f WHERE f.user_id = $1",
                 db_int(user_id)));
    if (db_next(&rows))
        *ret = (struct access_factor){.pending = !db_col_int(&rows, 0),
                                      .confirmed = db_col_int(&rows, 0) != 0,
                                      .confirmed_at_ms = db_col_int(&rows, 1),
                                      .recovery_left = db_col_int(&rows, 2)};
    return db_end(&rows);
}

enum err access_factor_demanded(struct call *call, unsigned roles, bool *ret)
{
    static const struct {
        const char *policy;
        unsigned roles;
    } groups[] = {{"factor.admins", ROLES_ADMIN},
                  {"factor.authority", ROLES_AUTHORITY | ROLE_SCAN_TEAM},
                  {"factor.units", ROLES_UNIT | ROLE_VENDOR_USER}};
    *ret = false;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        int64_t demanded = 0;
        if (roles & groups[i].roles)
            TRY(access_policy(call, groups[i].policy, &demanded));
        *ret = *ret || demanded;
    }
    return ERR_OK;
}

/* ---- codes ---- */

static bool code_is(struct str secret, int64_t step, struct str code)
{
    char text[16];
    snprintf(text, sizeof text, "%06u", (unsigned)crypt_totp(secret, (uint64_t)step, DIGITS));
    return code.len == DIGITS && crypt_equal(text, code.at, DIGITS);
}

static struct str recovery_hash(struct call *call, int64_t user_id, struct str code)
{
    BUF(plain, 128);
    buf_format(&plain, "%lld:", (long long)user_id);
    struct str lower = str_lower(call->arena, code);
    for (size_t i = 0; i < lower.len && i < 40; i++)
        if (lower.at[i] != '-' && lower.at[i] != ' ')
            buf_add_char(&plain, lower.at[i]);
    struct crypt_sm3 hash =
        crypt_hmac_sm3((struct str){(const char *)seal_key, sizeof seal_key}, buf_str(&plain));
    return str_hex(call->arena, hash.bytes, sizeof hash.bytes);
}

static enum err recovery_take(struct call *call, int64_t user_id, struct str code, bool *ret)
{
    int64_t taken;
    if (!key_known)
        return call_fail(call, ERR_FAILED, NULL, "access.factor_key");
    TRY(db_run_counted(call, &taken,
                       "UPDATE access_recovery SET used_at_ms = $3 WHERE user_id = $1 AND code_hash = $2"
                       " AND used_at_ms IS NULL",
                       db_int(user_id), db_str(recovery_hash(call, user_id, code)), db_int(call->now_ms)));
    *ret = taken > 0;
    struct access_user user;
    if (!*ret)
        return ERR_OK;
    TRY(access_user_get(call, user_id, &user));
    return access_note(call, "user.recovery_used", &user, STR_NONE);
}

static enum err totp_take(struct call *call, int64_t user_id, bool confirmed, struct str code, bool *ret)
{
    uint8_t secret[SECRET_LEN];
    DB_ROWS(rows);
    *ret = false;
    TRY(db_query(call, &rows,
                 "SELECT sealed, last_step FROM access_factor WHERE user_id = $1 AND confirmed = $2",
                 db_int(user_id), db_int(confirmed)));
    if (!db_next(&rows))
        return db_end(&rows);
    struct str sealed = db_col_copy(call, &rows, 0);
    int64_t last = db_col_int(&rows, 1), now = call->now_ms / STEP_MS, found = 0;
    TRY(db_end(&rows));
    TRY(secret_open(call, user_id, sealed, secret));
    for (int64_t step = now - 1; step <= now + 1; step++)
        if (code_is((struct str){(const char *)secret, SECRET_LEN}, step, code) && step > last)
            found = step;
    explicit_bzero(secret, sizeof secret);
    *ret = found != 0;
    if (!found)
        return ERR_OK;
    return db_run(call, "UPDATE access_factor SET last_step = $2 WHERE user_id = $1", db_int(user_id),
                  db_int(found));
}

enum err access_factor_check(struct call *call, int64_t user_id, struct str code, bool *ret_fits)
{
    struct str plain = str_trim(code);
    if (plain.len == DIGITS)
        return totp_take(call, user_id, true, plain, ret_fits);
    return recovery_take(call, user_id, plain, ret_fits);
}

/* ---- setting up ---- */

enum err access_factor_begin(struct call *call, int64_t user_id, struct str *ret_secret)
{
    uint8_t secret[SECRET_LEN], sealed[SEALED_LEN];
    struct access_factor now;
    TRY(access_factor_get(call, user_id, &now));
    if (now.confirmed)
        return call_fail(call, ERR_CONFLICT, NULL, "access.factor_there");
    crypt_random(secret, sizeof secret);
    *ret_secret = crypt_base32(call->arena, secret, sizeof secret);
    enum err word = secret_seal(call, user_id, secret, sealed);
    explicit_bzero(secret, sizeof secret);
    TRY(word);
    TRY(db_run(call, "DELETE FROM access_factor WHERE user_id = $1", db_int(user_id)));
    return db_run(call, "INSERT INTO access_factor (user_id, sealed, created_at_ms) VALUES ($1, $2, $3)",
                  db_int(user_id), db_blob(sealed, sizeof sealed), db_int(call->now_ms));
}

static struct str recovery_code(struct call *call)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz234567890"; /* 32, none that looks like another */
    uint8_t bytes[10];
    char text[12];
    crypt_random(bytes, sizeof bytes);
    for (int i = 0; i < 10; i++)
        text[i + (i >= 5)] = letters[bytes[i] & 31];
    text[5] = '-';
    return str_copy(call->arena, (struct str){text, 11});
}

enum err access_factor_confirm(struct call *call, int64_t user_id, struct str code,
                               struct str ret_recovery[ACCESS_RECOVERY_CODES], bool *ret_fits)
{
    struct access_user user;
    TRY(totp_take(call, user_id, false, str_trim(code), ret_fits));
    if (!*ret_fits)
        return ERR_OK;
    TRY(db_run(call, "UPDATE access_factor SET confirmed = 1, confirmed_at_ms = $2 WHERE user_id = $1",
               db_int(user_id), db_int(call->now_ms)));
    TRY(db_run(call, "UPDATE access_user SET must_enrol = 0 WHERE user_id = $1", db_int(user_id)));
    TRY(db_run(call, "DELETE FROM access_recovery WHERE user_id = $1", db_int(user_id)));
    for (int i = 0; i < ACCESS_RECOVERY_CODES; i++) {
        ret_recovery[i] = recovery_code(call);
        TRY(db_run(call, "INSERT INTO access_recovery (user_id, code_hash) VALUES ($1, $2)", db_int(user_id),
                   db_str(recovery_hash(call, user_id, ret_recovery[i]))));
    }
    TRY(access_user_get(call, user_id, &user));
    return access_note(call, "user.factor_set", &user, STR_NONE);
}

enum err access_factor_drop(struct call *call, int64_t user_id)
{
    struct access_user user;
    struct access_factor now;
    TRY(access_user_get(call, user_id, &user));
    TRY(access_factor_get(call, user_id, &now));
    TRY(db_run(call, "DELETE FROM access_factor WHERE user_id = $1", db_int(user_id)));
    TRY(db_run(call, "DELETE FROM access_recovery WHERE user_id = $1", db_int(user_id)));
    return now.confirmed ? access_note(call, "user.factor_dropped", &user, STR_NONE) : ERR_OK;
}

enum err access_factor_require(struct call *call, int64_t user_id, bool required)
{
    return db_run(call, "UPDATE access_user SET must_enrol = $2 WHERE user_id = $1 AND must_enrol <> $2",
                  db_int(user_id), db_int(required));
}
