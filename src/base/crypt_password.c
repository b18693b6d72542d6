/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Hashes are kept in the PHC string form, so parameters travel with each hash and may be raised
 * later. A stored text is still bounded before it is obeyed: whoever can write a row must not be able to make
 * a log-in take all memory.
 */
#include "base/crypt.h"

#include <gcrypt.h>
#include <string.h>

#define MEMORY_KIB      65536
#define PASSES          3
#define LANES           1
#define SALT_LEN        16
#define HASH_LEN        32
#define MEMORY_MOST_KIB (256 * 1024)
#define PASSES_MOST     10

static const char plain_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Base64 without padding. */
static struct str encode(struct arena *arena, const char *alphabet, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    char *text = arena_alloc(arena, (len + 2) / 3 * 4 + 1);
    size_t at = 0;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t group = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) |
                         (left > 2 ? from[i + 2] : 0);
        text[at++] = alphabet[group >> 18];
        text[at++] = alphabet[group >> 12 & 63];
        if (left > 1)
            text[at++] = alphabet[group >> 6 & 63];
        if (left > 2)
            text[at++] = alphabet[group & 63];
    }
    text[at] = 0;
    return (struct str){text, at};
}

/* Strict: no padding, no stray bits after the last byte. Writes text.len * 3 / 4 bytes. */
static bool decode(const char *alphabet, struct str text, uint8_t *ret)
{
    if (text.len % 4 == 1)
        return false;
    uint32_t bits = 0;
    int held = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *found = text.at[i] ? strchr(alphabet, text.at[i]) : NULL;
        if (!found)
            return false;
        bits = bits << 6 | (uint32_t)(found - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            *ret++ = (uint8_t)(bits >> held);
        }
    }
    return (bits & ((1U << held) - 1)) == 0;
}

struct str crypt_base64url(struct arena *arena, const void *bytes, size_t len)
{
    return encode(arena, url_alphabet, bytes, len);
}

enum err crypt_from_base64url(struct arena *arena, struct str text, struct str *ret_bytes)
{
    size_t len = text.len * 3 / 4;
    uint8_t *bytes = arena_alloc(arena, len + 1);
    if (!decode(url_alphabet, text, bytes))
        return ERR_INVALID;
    *ret_bytes = (struct str){(char *)bytes, len};
    return ERR_OK;
}

struct settings {
    int64_t memory_kib, passes, lanes;
    struct str salt, hash; /* bytes */
};

static enum err derive(struct str password, const struct settings *with, uint8_t ret[HASH_LEN])
{
    const unsigned long params[4] = {HASH_LEN, (unsigned long)with->passes, (unsigned long)with->memory_kib,
                                     (unsigned long)with->lanes};
    gcry_kdf_hd_t handle;
    if (gcry_kdf_open(&handle, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4, password.at ? password.at : "",
                      password.len, with->salt.at, with->salt.len, NULL, 0, NULL, 0))
        return ERR_FAILED;
    bool failed = gcry_kdf_compute(handle, NULL) != 0 || gcry_kdf_final(handle, HASH_LEN, ret) != 0;
    gcry_kdf_close(handle);
    return failed ? ERR_FAILED : ERR_OK;
}

enum err crypt_password_hash(struct arena *arena, struct str password, struct str *ret_text)
{
    uint8_t salt[SALT_LEN], hash[HASH_LEN];
    crypt_random(salt, sizeof(salt));
    struct settings with = {MEMORY_KIB, PASSES, LANES, {(char *)salt, sizeof(salt)}, STR_NONE};
    TRY(derive(password, &with, hash));
    struct str salt_text = encode(arena, plain_alphabet, salt, sizeof(salt));
    struct str hash_text = encode(arena, plain_alphabet, hash, sizeof(hash));
    *ret_text = str_format(arena, "$argon2id$v=19$m=%d,t=%d,p=%d$%.*s$%.*s", MEMORY_KIB, PASSES, LANES,
                           STR_ARG(salt_text), STR_ARG(hash_text));
    return ERR_OK;
}

/* "m=65536" -> 65536 when the name fits and the value lies within 1…most. */
static bool setting(struct str *rest, const char *name, int64_t most, int64_t *ret)
{
    struct str part;
    if (!str_cut(rest, ',', &part) || !str_starts(part, str_of(name)))
        return false;
    part = str_slice(part, strlen(name), part.len);
    return str_to_int(part, ret) && *ret >= 1 && *ret <= most;
}

static bool parse(struct str text, struct settings *ret, uint8_t salt[48], uint8_t hash[HASH_LEN])
{
    if (!str_starts(text, STR("$argon2id$v=19$")))
        return false;
    text = str_slice(text, strlen("$argon2id$v=19$"), text.len);
    struct str settings, salt_text, hash_text;
    if (!str_cut(&text, '$', &settings) || !str_cut(&text, '$', &salt_text) ||
        !str_cut(&text, '$', &hash_text) || text.len)
        return false;
    if (!setting(&settings, "m=", MEMORY_MOST_KIB, &ret->memory_kib) ||
        !setting(&settings, "t=", PASSES_MOST, &ret->passes) || !setting(&settings, "p=", 4, &ret->lanes) ||
        settings.len)
        return false;
    if (salt_text.len < 11 || salt_text.len > 64 || hash_text.len != (HASH_LEN * 4 + 2) / 3)
        return false;
    if (!decode(plain_alphabet, salt_text, salt) || !decode(plain_alphabet, hash_text, hash))
        return false;
    ret->salt = (struct str){(char *)salt, salt_text.len * 3 / 4};
    ret->hash = (struct str){(char *)hash, HASH_LEN};
    return true;
}

bool crypt_password_check(struct str password, struct str hash_text)
{
    struct settings with;
    uint8_t salt[48], stored[HASH_LEN], computed[HASH_LEN];
    if (!parse(hash_text, &with, salt, stored) || derive(password, &with, computed) != ERR_OK)
        return false;
    return crypt_equal(stored, computed, HASH_LEN);
}
