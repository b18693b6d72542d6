/* SPDX-License-Identifier: Apache-2.0
 * Published vectors, and the two libraries against each other. */
#include "base/crypt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <gcrypt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define KEY_HEX "0123456789abcdeffedcba9876543210"

static struct str bytes_of(struct arena *arena, const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *bytes = arena_alloc(arena, len + 1);
    assert_true(str_from_hex(str_of(hex), bytes, len));
    return (struct str){(char *)bytes, len};
}

static void same_hex(struct arena *arena, const void *bytes, size_t len, const char *hex)
{
    assert_string_equal(str_hex(arena, bytes, len).at, hex);
}

static void test_sm3_vectors(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 22);
    static const struct {
        const char *unit;
        int times;
        const char *digest;
    } rows[] = {
        {"", 0, "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"},
        {"abc", 1, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
        {"abcd", 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
        {"a", 1000000, "c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        BUF(text, 2000000);
        struct crypt_sm3_state *state = crypt_sm3_start(arena);
        for (int n = 0; n < rows[i].times; n++) {
            buf_add_str(&text, str_of(rows[i].unit));
            crypt_sm3_add(state, rows[i].unit, strlen(rows[i].unit));
        }
        same_hex(arena, crypt_sm3(buf_str(&text)).bytes, 32, rows[i].digest);
        same_hex(arena, crypt_sm3_end(state).bytes, 32, rows[i].digest);
    }
    same_hex(arena, crypt_sm3(STR_NONE).bytes, 32, rows[0].digest);
}

static void test_hmac_vectors(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 16);
    same_hex(arena, crypt_hmac_sm3(STR("key"), STR("The quick brown fox jumps over the lazy dog")).bytes, 32,
             "bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398");
    char key[37], message[50];
    for (int i = 0; i < 37; i++)
        key[i] = (char)(i + 1);
    memset(message, 0xcd, sizeof(message));
    same_hex(arena, crypt_hmac_sm3((struct str){key, 37}, (struct str){message, 50}).bytes, 32,
             "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae");
}

static void test_sm4_blocks(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 16);
    struct str key = bytes_of(arena, KEY_HEX), iv = bytes_of(arena, "000102030405060708090a0b0c0d0e0f");
    const uint8_t *k = (const uint8_t *)key.at, *v = (const uint8_t *)iv.at;
    uint8_t out[16], back[16];
    assert_int_equal(crypt_sm4_ecb(k, key, out, false), ERR_OK);
    same_hex(arena, out, 16, "681edf34d206965e86b3e94f536e4246");
    assert_int_equal(crypt_sm4_ecb(k, (struct str){(char *)out, 16}, back, true), ERR_OK);
    assert_memory_equal(back, key.at, 16);
    assert_int_equal(crypt_sm4_cbc(k, v, key, out, false), ERR_OK);
    same_hex(arena, out, 16, "a9a268883a336315bac0c9c9ff350ab1");
    assert_int_equal(crypt_sm4_cbc(k, v, (struct str){(char *)out, 16}, out, true), ERR_OK);
    assert_memory_equal(out, key.at, 16);
    assert_int_equal(crypt_sm4_ecb(k, str_slice(key, 0, 15), out, false), ERR_INVALID);
    assert_int_equal(crypt_sm4_cbc(k, v, str_slice(key, 0, 1), out, false), ERR_INVALID);
}

/* ECB over and over is CBC over zeros: each block encrypts the one before. */
static void test_sm4_million(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 16);
    struct str key = bytes_of(arena, KEY_HEX);
    size_t len = 16000000;
    char *zeros = calloc(1, len);
    assert_non_null(zeros);
    assert_int_equal(crypt_sm4_cbc((const uint8_t *)key.at, (const uint8_t *)key.at, (struct str){zeros, len},
                                   (uint8_t *)zeros, false),
                     ERR_OK);
    same_hex(arena, zeros + len - 16, 16, "595298c7c6fd271f0402f804c33d3f66");
    free(zeros);
}

static void test_sm4_gcm(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 16);
    struct str key = bytes_of(arena, KEY_HEX), iv = bytes_of(arena, "00001234567800000000abcd");
    struct str aad = bytes_of(arena, "feedfacedeadbeeffeedfacedeadbeefabaddad2");
    char plain[64];
    for (int i = 0; i < 8; i++)
        memset(plain + i * 8, "\xaa\xbb\xcc\xdd\xee\xff\xee\xaa"[i], 8);
    uint8_t cipher[64], tag[16], back[64];
    const uint8_t *k = (const uint8_t *)key.at, *v = (const uint8_t *)iv.at;
    assert_int_equal(crypt_sm4_gcm_seal(k, v, aad, (struct str){plain, 64}, cipher, tag), ERR_OK);
    same_hex(arena, cipher, 64,
             "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
             "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d");
    same_hex(arena, tag, 16, "83de3541e4c2b58177e065a9bf7b62ec");
    struct str sealed = {(char *)cipher, 64};
    assert_int_equal(crypt_sm4_gcm_open(k, v, aad, sealed, tag, back), ERR_OK);
    assert_memory_equal(back, plain, 64);
    /* Any one bit, wherever it is, is noticed and gives nothing away. */
    for (int bit = 0; bit < 64 * 8; bit += 37) {
        cipher[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(crypt_sm4_gcm_open(k, v, aad, sealed, tag, back), ERR_INVALID);
        for (int i = 0; i < 64; i++)
            assert_int_equal(back[i], 0);
        cipher[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    tag[15] ^= 1;
    assert_int_equal(crypt_sm4_gcm_open(k, v, aad, sealed, tag, back), ERR_INVALID);
    tag[15] ^= 1;
    assert_int_equal(crypt_sm4_gcm_open(k, v, str_slice(aad, 0, 19), sealed, tag, back), ERR_INVALID);
    assert_int_equal(crypt_sm4_gcm_seal(k, v, STR_NONE, STR_NONE, cipher, tag), ERR_OK);
    assert_int_equal(crypt_sm4_gcm_open(k, v, STR_NONE, STR_NONE, tag, back), ERR_OK);
}

#define D_HEX "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
#define P_HEX                                                                                                \
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"                                     \
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
#define RS_HEX                                                                                               \
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"                                       \
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"

static void test_sm2_signature_vector(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct crypt_sm2_key *private, *public;
    struct str d = bytes_of(arena, D_HEX), p = bytes_of(arena, P_HEX), rs = bytes_of(arena, RS_HEX);
    assert_int_equal(crypt_sm2_from_private(arena, (const uint8_t *)d.at, &private), ERR_OK);
    uint8_t point[65], za[32], sig[64];
    crypt_sm2_public(private, point);
    assert_memory_equal(point, p.at, 65);
    crypt_sm2_za(point, STR("1234567812345678"), za);
    same_hex(arena, za, 32, "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
    struct crypt_sm3_state *e = crypt_sm3_start(arena);
    crypt_sm3_add(e, za, 32);
    crypt_sm3_add(e, "message digest", 14);
    same_hex(arena, crypt_sm3_end(e).bytes, 32,
             "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");

    assert_int_equal(crypt_sm2_from_public(arena, point, &public), ERR_OK);
    struct str message = STR("message digest");
    assert_true(crypt_sm2_verify(public, message, (const uint8_t *)rs.at));
    assert_false(crypt_sm2_verify(public, STR("message digesT"), (const uint8_t *)rs.at));
    for (int bit = 0; bit < 512; bit += 51) {
        memcpy(sig, rs.at, 64);
        sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(crypt_sm2_verify(public, message, sig));
    }
    assert_int_equal(crypt_sm2_sign(private, message, sig), ERR_OK);
    assert_true(crypt_sm2_verify(public, message, sig));
    assert_int_equal(crypt_sm2_sign(public, message, sig), ERR_INVALID);
    memset(sig, 0, 64);
    assert_false(crypt_sm2_verify(public, message, sig));
}

static void test_sm2_bad_keys(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct crypt_sm2_key *key = NULL;
    uint8_t d[32] = {0};
    assert_int_equal(crypt_sm2_from_private(arena, d, &key), ERR_INVALID);
    /* n-1 */
    struct str n1 = bytes_of(arena, "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54122");
    assert_int_equal(crypt_sm2_from_private(arena, (const uint8_t *)n1.at, &key), ERR_INVALID);
    memcpy(d, n1.at, 32);
    d[31]--;
    assert_int_equal(crypt_sm2_from_private(arena, d, &key), ERR_OK);
    struct str p = bytes_of(arena, P_HEX);
    uint8_t point[65];
    memcpy(point, p.at, 65);
    point[64] ^= 1;
    assert_int_equal(crypt_sm2_from_public(arena, point, &key), ERR_INVALID);
    assert_int_equal(crypt_sm2_from_pem(arena, STR("-----BEGIN PRIVATE KEY-----\nAAAA\n"), &key),
                     ERR_INVALID);
    assert_int_equal(crypt_sm2_from_pem(arena, STR_NONE, &key), ERR_INVALID);
    /* A key of another curve is not an SM2 key. */
    EVP_PKEY *other = EVP_EC_gen("prime256v1");
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(bio, other), 1);
    char *text;
    long len = BIO_get_mem_data(bio, &text);
    assert_int_equal(crypt_sm2_from_pem(arena, (struct str){text, (size_t)len}, &key), ERR_INVALID);
    BIO_free(bio);
    EVP_PKEY_free(other);
}

static void test_sm2_pem(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct crypt_sm2_key *key, *again, *public;
    struct str private_pem, public_pem, none;
    assert_int_equal(crypt_sm2_generate(arena, &key), ERR_OK);
    assert_int_equal(crypt_sm2_to_pem(arena, key, true, &private_pem), ERR_OK);
    assert_int_equal(crypt_sm2_to_pem(arena, key, false, &public_pem), ERR_OK);
    assert_int_equal(crypt_sm2_from_pem(arena, private_pem, &again), ERR_OK);
    assert_int_equal(crypt_sm2_from_pem(arena, public_pem, &public), ERR_OK);
    assert_true(str_find(private_pem, STR("BEGIN PRIVATE KEY"), NULL));
    assert_false(str_find(public_pem, STR("PRIVATE"), NULL));
    uint8_t sig[64];
    assert_int_equal(crypt_sm2_sign(again, STR("x"), sig), ERR_OK);
    assert_true(crypt_sm2_verify(public, STR("x"), sig));
    assert_int_equal(crypt_sm2_to_pem(arena, public, true, &none), ERR_INVALID);
}

/* The published ciphertext, opened by OpenSSL with our key: the key material means what the standard says. */
static void test_sm2_encryption_vector(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct crypt_sm2_key *key;
    struct str d = bytes_of(arena, D_HEX), pem;
    assert_int_equal(crypt_sm2_from_private(arena, (const uint8_t *)d.at, &key), ERR_OK);
    assert_int_equal(crypt_sm2_to_pem(arena, key, true, &pem), ERR_OK);
    /* SEQUENCE { x, y, C3, C2 } as OpenSSL takes it */
    struct str der =
        bytes_of(arena, "307C022004EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"
                        "022100E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
                        "042059983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766"
                        "041321886CA989CA9C7D58087307CA93092D651EFA");
    uint8_t plain[64];
    BIO *bio = BIO_new_mem_buf(pem.at, (int)pem.len);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
    size_t len = sizeof(plain);
    assert_int_equal(EVP_PKEY_decrypt_init(context), 1);
    assert_int_equal(EVP_PKEY_decrypt(context, plain, &len, (const uint8_t *)der.at, der.len), 1);
    assert_int_equal(len, 19);
    assert_memory_equal(plain, "encryption standard", 19);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(pkey);
    BIO_free(bio);
}

/* ---- one library against the other ---- */

static void test_sm3_sm4_against_openssl(void **unused)
{
    (void)unused;
    for (size_t len = 0; len < 600; len += 13) {
        uint8_t data[608], key[16], iv[16], ours[608], theirs[608], digest[32];
        crypt_random(data, sizeof(data));
        crypt_random(key, 16);
        crypt_random(iv, 16);
        unsigned digest_len = 0;
        assert_int_equal(EVP_Digest(data, len, digest, &digest_len, EVP_sm3(), NULL), 1);
        assert_memory_equal(digest, crypt_sm3((struct str){(char *)data, len}).bytes, 32);
        size_t whole = len / 16 * 16;
        for (int cbc = 0; cbc < 2; cbc++) {
            EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
            int n = 0;
            EVP_EncryptInit_ex(context, cbc ? EVP_sm4_cbc() : EVP_sm4_ecb(), NULL, key, iv);
            EVP_CIPHER_CTX_set_padding(context, 0);
            assert_int_equal(EVP_EncryptUpdate(context, theirs, &n, data, (int)whole), 1);
            assert_int_equal(n, whole);
            EVP_CIPHER_CTX_free(context);
            struct str in = {(char *)data, whole};
            assert_int_equal(
                cbc ? crypt_sm4_cbc(key, iv, in, ours, false) : crypt_sm4_ecb(key, in, ours, false), ERR_OK);
            assert_memory_equal(ours, theirs, whole);
            in.at = (char *)ours;
            assert_int_equal(
                cbc ? crypt_sm4_cbc(key, iv, in, ours, true) : crypt_sm4_ecb(key, in, ours, true), ERR_OK);
            assert_memory_equal(ours, data, whole);
        }
    }
}

static gcry_sexp_t sexp(const char *format, const uint8_t *a, int a_len, const uint8_t *b, int b_len)
{
    gcry_sexp_t ret = NULL;
    assert_int_equal(gcry_sexp_build(&ret, NULL, format, a_len, a, b_len, b), 0);
    return ret;
}

static void digest_e(struct arena *arena, const uint8_t point[65], struct str message, uint8_t ret[32])
{
    uint8_t za[32];
    crypt_sm2_za(point, STR("1234567812345678"), za);
    struct crypt_sm3_state *e = crypt_sm3_start(arena);
    crypt_sm3_add(e, za, 32);
    crypt_sm3_add(e, message.at, message.len);
    memcpy(ret, crypt_sm3_end(e).bytes, 32);
}

static void test_sm2_against_libgcrypt(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 22);
    for (int round = 0; round < 12; round++) {
        struct crypt_sm2_key *key;
        uint8_t d[32], point[65], e[32], sig[64];
        crypt_random(d, 32);
        d[0] &= 0x7f;
        assert_int_equal(crypt_sm2_from_private(arena, d, &key), ERR_OK);
        crypt_sm2_public(key, point);
        struct str message = str_format(arena, "round %d", round);
        digest_e(arena, point, message, e);
        gcry_sexp_t data = NULL, sig_out = NULL;
        assert_int_equal(gcry_sexp_build(&data, NULL, "(data (flags sm2)(hash sm3 %b))", 32, e), 0);
        gcry_sexp_t secret = sexp("(private-key(ecc(curve sm2p256v1)(q %b)(d %b)))", point, 65, d, 32);
        gcry_sexp_t public = NULL;
        assert_int_equal(
            gcry_sexp_build(&public, NULL, "(public-key(ecc(curve sm2p256v1)(q %b)))", 65, point), 0);

        /* OpenSSL signs, libgcrypt verifies. */
        assert_int_equal(crypt_sm2_sign(key, message, sig), ERR_OK);
        gcry_sexp_t ours = sexp("(sig-val(sm2(r %b)(s %b)))", sig, 32, sig + 32, 32);
        assert_int_equal(gcry_pk_verify(ours, data, public), 0);

        /* libgcrypt signs, OpenSSL verifies. */
        assert_int_equal(gcry_pk_sign(&sig_out, data, secret), 0);
        gcry_mpi_t r = NULL, s = NULL;
        assert_int_equal(gcry_sexp_extract_param(sig_out, NULL, "rs", &r, &s, NULL), 0);
        gcry_mpi_t pair[2] = {r, s};
        memset(sig, 0, 64);
        for (int i = 0; i < 2; i++) {
            uint8_t number[33];
            size_t len = 0;
            assert_int_equal(gcry_mpi_print(GCRYMPI_FMT_USG, number, sizeof(number), &len, pair[i]), 0);
            memcpy(sig + i * 32 + 32 - len, number, len);
            gcry_mpi_release(pair[i]);
        }
        assert_true(crypt_sm2_verify(key, message, sig));
        assert_false(crypt_sm2_verify(key, STR("another"), sig));
        gcry_sexp_release(data);
        gcry_sexp_release(secret);
        gcry_sexp_release(public);
        gcry_sexp_release(ours);
        gcry_sexp_release(sig_out);
    }
}

/* ---- passwords, base64url ---- */

static void test_argon2id(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    struct str text, other;
    assert_int_equal(crypt_password_hash(arena, STR("示例-Passw0rd"), &text), ERR_OK);
    assert_int_equal(crypt_password_hash(arena, STR("示例-Passw0rd"), &other), ERR_OK);
    assert_false(str_eq(text, other));
    assert_true(str_starts(text, STR("$argon2id$v=19$m=65536,t=3,p=1$")));
    assert_true(crypt_password_check(STR("示例-Passw0rd"), text));
    assert_false(crypt_password_check(STR("示例-Passw0rD"), text));
    assert_false(crypt_password_check(STR_NONE, text));
    static const char *const bad[] = {
        "",
        "$argon2id$v=19$m=65536,t=3,p=1$",
        "$argon2id$v=19$m=4294967296,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=65536,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=65536,t=3,p=1,x=1$AAAAAAAAAAAAAAAAAAAAAA$"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2i$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(crypt_password_check(STR("x"), str_of(bad[i])));
}

/* Made by the reference implementation of argon2: password "password", salt "somesalt", t=2, m=65536, p=1. */
static void test_argon2id_reference(void **unused)
{
    (void)unused;
    struct str text =
        STR("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
    assert_true(crypt_password_check(STR("password"), text));
    assert_false(crypt_password_check(STR("differentpassword"), text));
}

static void test_base64url(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 20);
    static const char *const pairs[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct str back;
        assert_string_equal(crypt_base64url(arena, pairs[i][0], strlen(pairs[i][0])).at, pairs[i][1]);
        assert_int_equal(crypt_from_base64url(arena, str_of(pairs[i][1]), &back), ERR_OK);
        assert_true(str_is(back, pairs[i][0]));
    }
    static const char *const bad[] = {"Z", "Zh", "Zg==", "Zm+v", "Zm/v", "Zm9v "};
    struct str back;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(crypt_from_base64url(arena, str_of(bad[i]), &back), ERR_INVALID);
    assert_int_equal(crypt_from_base64url(arena, (struct str){"Zm\0v", 4}, &back), ERR_INVALID);
}

static void test_random_and_equal(void **unused)
{
    (void)unused;
    uint8_t a[64] = {0}, b[64] = {0};
    crypt_random(a, 64);
    crypt_random(b, 64);
    assert_memory_not_equal(a, b, 64);
    memcpy(b, a, 64);
    assert_true(crypt_equal(a, b, 64));
    b[63] ^= 0x80;
    assert_false(crypt_equal(a, b, 64));
    assert_true(crypt_equal(a, b, 63));
}

/* RFC 6238, appendix B (SHA-1), and RFC 4226, appendix D; RFC 4648, 10. */
static void test_totp_vectors(void **unused)
{
    (void)unused;
    ARENA(arena, 1 << 16);
    static const struct {
        uint64_t seconds;
        uint32_t code;
    } rows[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
                {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    static const uint32_t counted[] = {755224, 287082, 359152, 969429, 338314,
                                       254676, 287922, 162583, 399871, 520489};
    static const char *const base32[][2] = {{"", ""},
                                            {"f", "MY"},
                                            {"fo", "MZXQ"},
                                            {"foo", "MZXW6"},
                                            {"foob", "MZXW6YQ"},
                                            {"fooba", "MZXW6YTB"},
                                            {"foobar", "MZXW6YTBOI"}};
    struct str secret = STR("12345678901234567890");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(crypt_totp(secret, rows[i].seconds / 30, 8), rows[i].code);
    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
        assert_int_equal(crypt_totp(secret, i, 6), counted[i]);
    for (size_t i = 0; i < sizeof(base32) / sizeof(base32[0]); i++)
        assert_string_equal(crypt_base32(arena, base32[i][0], strlen(base32[i][0])).at, base32[i][1]);
}

int main(void)
{
    crypt_init();
    crypt_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sm3_vectors),
        cmocka_unit_test(test_hmac_vectors),
        cmocka_unit_test(test_sm4_blocks),
        cmocka_unit_test(test_sm4_million),
        cmocka_unit_test(test_sm4_gcm),
        cmocka_unit_test(test_sm2_signature_vector),
        cmocka_unit_test(test_sm2_bad_keys),
        cmocka_unit_test(test_sm2_pem),
        cmocka_unit_test(test_sm2_encryption_vector),
        cmocka_unit_test(test_sm3_sm4_against_openssl),
        cmocka_unit_test(test_sm2_against_libgcrypt),
        cmocka_unit_test(test_argon2id),
        cmocka_unit_test(test_argon2id_reference),
        cmocka_unit_test(test_base64url),
        cmocka_unit_test(test_totp_vectors),
        cmocka_unit_test(test_random_and_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
