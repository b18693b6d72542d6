/* SPDX-License-Identifier: Apache-2.0
 *
 * crypt: SM2, SM3, SM4, argon2id, random. SM3 and SM4 and argon2id from libgcrypt, SM2 from OpenSSL (each
 * measured to be the faster one; in the tests each is the other's oracle).
 * Sources: GB/T 32905-2016 (SM3), GB/T 32907-2016 (SM4), GB/T 32918-2016/2017 (SM2), RFC 8998, RFC 9106.
 * A software library is not a certified 商用密码产品; using it does not make a system pass an evaluation.
 */
#ifndef ANZE_BASE_CRYPT_H
#define ANZE_BASE_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

void crypt_init(void); /* once, before threads; aborts when the libraries are unusable */

#define CRYPT_SM3_LEN 32
struct crypt_sm3 {
    uint8_t bytes[CRYPT_SM3_LEN];
};
struct crypt_sm3 crypt_sm3(struct str data);
struct crypt_sm3_state; /* streaming */
struct crypt_sm3_state *crypt_sm3_start(struct arena *arena);
void crypt_sm3_add(struct crypt_sm3_state *state, const void *bytes, size_t len);
struct crypt_sm3 crypt_sm3_end(struct crypt_sm3_state *state);
struct crypt_sm3 crypt_hmac_sm3(struct str key, struct str data);

#define CRYPT_SM4_KEY 16
#define CRYPT_GCM_IV  12
#define CRYPT_GCM_TAG 16
/* in and out may be the same buffer. */
MUST_USE enum err crypt_sm4_gcm_seal(const uint8_t key[CRYPT_SM4_KEY], const uint8_t iv[CRYPT_GCM_IV],
                                     struct str aad, struct str plain, uint8_t *ret_cipher,
                                     uint8_t ret_tag[CRYPT_GCM_TAG]);
/* ERR_INVALID when the tag does not match; ret_plain is then zeroed. */
MUST_USE enum err crypt_sm4_gcm_open(const uint8_t key[CRYPT_SM4_KEY], const uint8_t iv[CRYPT_GCM_IV],
                                     struct str aad, struct str cipher, const uint8_t tag[CRYPT_GCM_TAG],
                                     uint8_t *ret_plain);
MUST_USE enum err crypt_sm4_ecb(const uint8_t key[CRYPT_SM4_KEY], struct str blocks, uint8_t *ret,
                                bool decrypt);
MUST_USE enum err crypt_sm4_cbc(const uint8_t key[CRYPT_SM4_KEY], const uint8_t iv[16], struct str blocks,
                                uint8_t *ret, bool decrypt); /* whole blocks, no padding */

/* SM2 with the default ID "1234567812345678". Keys are opaque; freed with the arena. */
struct crypt_sm2_key;
MUST_USE enum err crypt_sm2_generate(struct arena *arena, struct crypt_sm2_key **ret);
MUST_USE enum err crypt_sm2_from_private(struct arena *arena, const uint8_t d[32],
                                         struct crypt_sm2_key **ret);
MUST_USE enum err crypt_sm2_from_public(struct arena *arena, const uint8_t point[65],
                                        struct crypt_sm2_key **ret); /* 04||x||y */
MUST_USE enum err crypt_sm2_from_pem(struct arena *arena, struct str pem, struct crypt_sm2_key **ret);
MUST_USE enum err crypt_sm2_to_pem(struct arena *arena, const struct crypt_sm2_key *key, bool with_private,
                                   struct str *ret);
void crypt_sm2_public(const struct crypt_sm2_key *key, uint8_t ret_point[65]);
/* Signature as r||s, 64 bytes (not DER). */
MUST_USE enum err crypt_sm2_sign(const struct crypt_sm2_key *key, struct str message, uint8_t ret_sig[64]);
bool crypt_sm2_verify(const struct crypt_sm2_key *key, struct str message, const uint8_t sig[64]);
void crypt_sm2_za(const uint8_t point[65], struct str id, uint8_t ret_za[32]);

/* Password hash text: $argon2id$v=19$m=65536,t=3,p=1$salt$hash (PHC string form). About 180 ms: never on the
 * write lane. */
MUST_USE enum err crypt_password_hash(struct arena *arena, struct str password, struct str *ret_text);
bool crypt_password_check(struct str password, struct str hash_text); /* constant time in the compare */

/* The code of a time step (seconds since 1970 / 30), RFC 6238 with SHA-1; digits: 6 to 8. */
uint32_t crypt_totp(struct str secret, uint64_t step, int digits);
struct str crypt_base32(struct arena *arena, const void *bytes, size_t len); /* without padding */

void crypt_random(void *bytes, size_t len);
bool crypt_equal(const void *a, const void *b, size_t len); /* constant time */
struct str crypt_base64url(struct arena *arena, const void *bytes, size_t len);
MUST_USE enum err crypt_from_base64url(struct arena *arena, struct str text, struct str *ret_bytes);

#endif
