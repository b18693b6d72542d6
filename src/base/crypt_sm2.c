/* SPDX-License-Identifier: Apache-2.0
 *
 * SM2 by OpenSSL 3.0. The identity is always set: without it the library would sign with an empty one.
 * Keys are checked on the way in (the point lies on the curve, 1 <= d <= n-2), because a public key may come
 * from an exported file.
 */
#include "base/crypt.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>
#include "base/log.h"

#define POINT_LEN 65
#define PEM_MAX   (64 * 1024)

static char default_id[] = "1234567812345678";

struct crypt_sm2_key {
    EVP_PKEY *pkey;
    uint8_t point[POINT_LEN];
    bool has_private;
};

#define CLEANUP(type, free_it)                                                                               \
    static void free_##type(type **thing)                                                                    \
    {                                                                                                        \
        free_it(*thing);                                                                                     \
    }
CLEANUP(BIGNUM, BN_clear_free)
CLEANUP(EC_GROUP, EC_GROUP_free)
CLEANUP(EC_POINT, EC_POINT_free)
CLEANUP(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
CLEANUP(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
CLEANUP(OSSL_PARAM, OSSL_PARAM_free)
CLEANUP(ECDSA_SIG, ECDSA_SIG_free)
CLEANUP(BIO, BIO_free_all)
#define LOCAL(type, name, value) __attribute__((cleanup(free_##type))) type *name = (value)

static void free_key(void *thing)
{
    EVP_PKEY_free(((struct crypt_sm2_key *)thing)->pkey);
}

/* What the library left in its per-thread error queue must not be taken for a later call's. */
static enum err failed(enum err word)
{
    ERR_clear_error();
    return word;
}

/* Takes pkey over. */
static enum err wrap(struct arena *arena, EVP_PKEY *pkey, bool has_private, struct crypt_sm2_key **ret)
{
    struct crypt_sm2_key *key = ARENA_NEW(arena, struct crypt_sm2_key);
    key->pkey = pkey;
    key->has_private = has_private;
    arena_defer(arena, free_key, key);
    size_t len = 0;
    if (!EVP_PKEY_is_a(pkey, "SM2") ||
        !EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, key->point, sizeof(key->point),
                                         &len) ||
        len != POINT_LEN || key->point[0] != 4)
        return failed(ERR_INVALID);
    *ret = key;
    return ERR_OK;
}

/* d may be NULL: a public key. */
static enum err build(struct arena *arena, const BIGNUM *d, const uint8_t point[POINT_LEN],
                      struct crypt_sm2_key **ret)
{
    LOCAL(OSSL_PARAM_BLD, builder, OSSL_PARAM_BLD_new());
    if (!builder || !OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) ||
        !OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_LEN) ||
        (d && !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d)))
        return failed(ERR_FAILED);
    LOCAL(OSSL_PARAM, params, OSSL_PARAM_BLD_to_param(builder));
    LOCAL(EVP_PKEY_CTX, context, EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL));
    EVP_PKEY *pkey = NULL;
    if (!params || !context || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &pkey, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) <= 0)
        return failed(ERR_INVALID);
    return wrap(arena, pkey, d != NULL, ret);
}

enum err crypt_sm2_generate(struct arena *arena, struct crypt_sm2_key **ret)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    if (!pkey)
        return failed(ERR_FAILED);
    return wrap(arena, pkey, true, ret);
}

enum err crypt_sm2_from_private(struct arena *arena, const uint8_t d[32], struct crypt_sm2_key **ret)
{
    LOCAL(EC_GROUP, group, EC_GROUP_new_by_curve_name(NID_sm2));
    LOCAL(BIGNUM, scalar, BN_bin2bn(d, 32, NULL));
    LOCAL(BIGNUM, limit, BN_new());
    LOCAL(EC_POINT, point, group ? EC_POINT_new(group) : NULL);
    if (!scalar || !limit || !point || !BN_copy(limit, EC_GROUP_get0_order(group)) || !BN_sub_word(limit, 1))
        return failed(ERR_FAILED);
    /* d = n-1 is excluded: signing divides by 1+d. */
    if (BN_is_zero(scalar) || BN_cmp(scalar, limit) >= 0)
        return ERR_INVALID;
    BN_set_flags(scalar, BN_FLG_CONSTTIME);
    uint8_t bytes[POINT_LEN];
    if (!EC_POINT_mul(group, point, scalar, NULL, NULL, NULL) ||
        EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof(bytes), NULL) !=
            POINT_LEN)
        return failed(ERR_FAILED);
    return build(arena, scalar, bytes, ret);
}

enum err crypt_sm2_from_public(struct arena *arena, const uint8_t point[65], struct crypt_sm2_key **ret)
{
    LOCAL(EC_GROUP, group, EC_GROUP_new_by_curve_name(NID_sm2));
    LOCAL(EC_POINT, on_curve, group ? EC_POINT_new(group) : NULL);
    if (!on_curve)
        return failed(ERR_FAILED);
    if (point[0] != 4 || !EC_POINT_oct2point(group, on_curve, point, POINT_LEN, NULL))
        return failed(ERR_INVALID);
    return build(arena, NULL, point, ret);
}

/* An encrypted file would otherwise make the library ask on the terminal. */
static int no_password(char *to, int size, int writing, void *context)
{
    (void)to, (void)size, (void)writing, (void)context;
    return -1;
}

enum err crypt_sm2_from_pem(struct arena *arena, struct str pem, struct crypt_sm2_key **ret)
{
    if (pem.len == 0 || pem.len > PEM_MAX)
        return ERR_INVALID;
    bool private = str_find(pem, STR("PRIVATE KEY-----"), NULL);
    LOCAL(BIO, from, BIO_new_mem_buf(pem.at, (int)pem.len));
    if (!from)
        return failed(ERR_FAILED);
    EVP_PKEY *pkey = private ? PEM_read_bio_PrivateKey(from, NULL, no_password, NULL)
                             : PEM_read_bio_PUBKEY(from, NULL, no_password, NULL);
    if (!pkey)
        return failed(ERR_INVALID);
    return wrap(arena, pkey, private, ret);
}

enum err crypt_sm2_to_pem(struct arena *arena, const struct crypt_sm2_key *key, bool with_private,
                          struct str *ret)
{
    if (with_private && !key->has_private)
        return ERR_INVALID;
    LOCAL(BIO, to, BIO_new(BIO_s_secmem()));
    if (!to || !(with_private ? PEM_write_bio_PrivateKey(to, key->pkey, NULL, NULL, 0, NULL, NULL)
                              : PEM_write_bio_PUBKEY(to, key->pkey)))
        return failed(ERR_FAILED);
    char *text = NULL;
    long len = BIO_get_mem_data(to, &text);
    *ret = str_copy(arena, (struct str){text, (size_t)len});
    return ERR_OK;
}

void crypt_sm2_public(const struct crypt_sm2_key *key, uint8_t ret_point[65])
{
    memcpy(ret_point, key->point, POINT_LEN);
}

static void id_params(OSSL_PARAM params[2])
{
    params[0] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, default_id, sizeof(default_id) - 1);
    params[1] = OSSL_PARAM_construct_end();
}

enum err crypt_sm2_sign(const struct crypt_sm2_key *key, struct str message, uint8_t ret_sig[64])
{
    if (!key->has_private)
        return ERR_INVALID;
    LOCAL(EVP_MD_CTX, context, EVP_MD_CTX_new());
    OSSL_PARAM params[2];
    id_params(params);
    uint8_t der[80];
    size_t len = sizeof(der);
    if (!context || EVP_DigestSignInit_ex(context, NULL, "SM3", NULL, NULL, key->pkey, params) <= 0 ||
        EVP_DigestSign(context, der, &len, (const uint8_t *)message.at, message.len) <= 0)
        return failed(ERR_FAILED);
    const uint8_t *at = der;
    LOCAL(ECDSA_SIG, sig, d2i_ECDSA_SIG(NULL, &at, (long)len));
    if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret_sig, 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret_sig + 32, 32) != 32)
        return failed(ERR_FAILED);
    return ERR_OK;
}

/* DER of r||s; 0 when the library refuses. */
static int to_der(const uint8_t sig[64], uint8_t **ret_der)
{
    LOCAL(ECDSA_SIG, pair, ECDSA_SIG_new());
    BIGNUM *r = BN_bin2bn(sig, 32, NULL), *s = BN_bin2bn(sig + 32, 32, NULL);
    if (!pair || !r || !s || !ECDSA_SIG_set0(pair, r, s)) {
        BN_free(r);
        BN_free(s);
        return 0;
    }
    return i2d_ECDSA_SIG(pair, ret_der);
}

bool crypt_sm2_verify(const struct crypt_sm2_key *key, struct str message, const uint8_t sig[64])
{
    uint8_t der[80], *at = der;
    int len = to_der(sig, &at);
    LOCAL(EVP_MD_CTX, context, EVP_MD_CTX_new());
    OSSL_PARAM params[2];
    id_params(params);
    bool good = len > 0 && context &&
                EVP_DigestVerifyInit_ex(context, NULL, "SM3", NULL, NULL, key->pkey, params) > 0 &&
                EVP_DigestVerify(context, der, (size_t)len, (const uint8_t *)message.at, message.len) == 1;
    ERR_clear_error();
    return good;
}

/* ZA = SM3(bits of id || id || a || b || Gx || Gy || x || y), GB/T 32918.2 5.5 */
void crypt_sm2_za(const uint8_t point[65], struct str id, uint8_t ret_za[32])
{
    static const char curve[] = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC"
                                "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93"
                                "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"
                                "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0";
    uint8_t text[2 + 8191 + 128 + 64];
    if (id.len > 8191)
        log_abort("an SM2 identity has at most 8191 bytes");
    text[0] = (uint8_t)(id.len * 8 >> 8);
    text[1] = (uint8_t)(id.len * 8);
    if (id.len)
        memcpy(text + 2, id.at, id.len);
    size_t at = 2 + id.len;
    if (!str_from_hex((struct str){curve, sizeof(curve) - 1}, text + at, 128))
        log_abort("the SM2 curve is misspelt");
    memcpy(text + at + 128, point + 1, 64);
    struct crypt_sm3 digest = crypt_sm3((struct str){(char *)text, at + 192});
    memcpy(ret_za, digest.bytes, sizeof(digest.bytes));
}
