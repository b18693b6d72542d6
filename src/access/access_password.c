/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "access/access_parts.h"
#include "base/crypt.h"

#define PASSWORD_MAX 128 /* bytes; longer input would only cost time */
#define DISTINCT_MIN 5

/* 64 characters, so that six random bits choose one without bias; nothing that looks like another (0O 1Il).
 */
static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789+-=#%*?@";

enum { UPPER = 1, LOWER = 2, DIGIT = 4, OTHER = 8 };

static unsigned class_of(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    if (c >= 'a' && c <= 'z')
        return LOWER;
    return c >= '0' && c <= '9' ? DIGIT : OTHER;
}

static unsigned classes(struct str password)
{
    unsigned found = 0;
    for (size_t i = 0; i < password.len; i++)
        found |= class_of((unsigned char)password.at[i]);
    return found;
}

static int distinct(struct str password)
{
    bool seen[256] = {false};
    int many = 0;
    for (size_t i = 0; i < password.len; i++) {
        unsigned char c = (unsigned char)password.at[i];
        many += !seen[c];
        seen[c] = true;
    }
    return many;
}

struct str access_password_random(struct arena *arena)
{
    struct str text = {arena_alloc(arena, 17), 16};
    char *at = (char *)(uintptr_t)text.at;
    do {
        uint8_t bytes[16];
        crypt_random(bytes, sizeof bytes);
        for (int i = 0; i < 16; i++)
            at[i] = alphabet[bytes[i] & 63];
    } while (classes(text) != (UPPER | LOWER | DIGIT | OTHER) || distinct(text) < DISTINCT_MIN);
    return text;
}

static enum err shape_check(struct call *call, struct str password)
{
    int64_t length, want;
    TRY(access_policy(call, "password.length", &length));
    TRY(access_policy(call, "password.classes", &want));
    enum err word = ERR_OK;
    if (password.len > PASSWORD_MAX)
        word = call_fail(call, ERR_INVALID, "password", "access.password_long");
    else if (utf8_length(password) < (size_t)length)
        word = call_fail(call, ERR_INVALID, "password", "access.password_short",
                         str_format(call->arena, "%lld", (long long)length));
    if (__builtin_popcount(classes(password)) < want)
        word = call_fail(call, ERR_INVALID, "password", "access.password_classes",
                         str_format(call->arena, "%lld", (long long)want));
    return word;
}

static bool holds(struct arena *arena, struct str password, struct str name)
{
    size_t at;
    return name.len >= 3 && str_find(str_lower(arena, password), str_lower(arena, name), &at);
}

/* One argon2id run for each old hash: this is why the rules are asked before the write lane. */
static enum err history_check(struct call *call, struct str login_name, struct str password)
{
    struct access_user user;
    int64_t keep;
    enum err word = access_user_find(call, login_name, &user);
    if (word == ERR_NOT_FOUND)
        return ERR_OK;
    TRY(word);
    TRY(access_policy(call, "password.history", &keep));
    if (keep > 0 && crypt_password_check(password, user.password_hash))
        return call_fail(call, ERR_INVALID, "password", "access.password_used");
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT password_hash FROM access_password_old WHERE user_id = $1 ORDER BY password_id DESC LIMIT $2",
        db_int(user.user_id), db_int(keep > 0 ? keep - 1 : 0)));
    while (db_next(&rows))
        if (crypt_password_check(password, db_col_str(&rows, 0)))
            return call_fail(call, ERR_INVALID, "password", "access.password_used");
    return db_end(&rows);
}

enum err access_password_rules(struct call *call, struct str login_name, struct str password)
{
    enum err word = shape_check(call, password);
    if (word != ERR_OK && word != ERR_INVALID)
        return word;
    if (!utf8_valid(password) || memchr(password.at ? password.at : "", '\n', password.len))
        word = call_fail(call, ERR_INVALID, "password", "access.password_text");
    if (holds(call->arena, password, login_name))
        word = call_fail(call, ERR_INVALID, "password", "access.password_name");
    if (distinct(password) < DISTINCT_MIN || access_password_common(password))
        word = call_fail(call, ERR_INVALID, "password", "access.password_common");
    TRY(word);
    return history_check(call, login_name, password);
}
