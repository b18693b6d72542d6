/* SPDX-License-Identifier: Apache-2.0
 * SM3, SM4, HMAC and argon2id by libgcrypt; random bytes by the kernel. */
#include "base/crypt.h"

#include <errno.h>
#include <gcrypt.h>
#include <string.h>
#include <sys/random.h>
#include "base/log.h"

#define SM4_BLOCK 16

void crypt_init(void)
{
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return;
    if (!gcry_check_version("1.10.0"))
        log_abort("libgcrypt is older than 1.10 (no argon2id): install libgcrypt20 of Debian 12 or newer");
    /* Locked pages run out under many log-ins at once; the server's memory is protected as a whole instead.
     */
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    if (gcry_md_test_algo(GCRY_MD_SM3) || gcry_cipher_test_algo(GCRY_CIPHER_SM4))
        log_abort("this libgcrypt was built without SM3 or SM4");
}

/* ---- SM3 ---- */

struct crypt_sm3 crypt_sm3(struct str data)
{
    struct crypt_sm3 digest;
    gcry_md_hash_buffer(GCRY_MD_SM3, digest.bytes, data.at ? data.at : "", data.len);
    return digest;
}

struct crypt_sm3_state {
    gcry_md_hd_t handle;
};

static void close_state(void *thing)
{
    gcry_md_close(((struct crypt_sm3_state *)thing)->handle);
}

struct crypt_sm3_state *crypt_sm3_start(struct arena *arena)
{
    struct crypt_sm3_state *state = ARENA_NEW(arena, struct crypt_sm3_state);
    if (gcry_md_open(&state->handle, GCRY_MD_SM3, 0))
        log_abort("SM3 cannot be started");
    arena_defer(arena, close_state, state);
    return state;
}

void crypt_sm3_add(struct crypt_sm3_state *state, const void *bytes, size_t len)
{
    if (len)
        gcry_md_write(state->handle, bytes, len);
}

struct crypt_sm3 crypt_sm3_end(struct crypt_sm3_state *state)
{
    struct crypt_sm3 digest;
    memcpy(digest.bytes, gcry_md_read(state->handle, GCRY_MD_SM3), sizeof(digest.bytes));
    return digest;
}

struct crypt_sm3 crypt_hmac_sm3(struct str key, struct str data)
{
    struct crypt_sm3 digest;
    gcry_md_hd_t handle;
    if (gcry_md_open(&handle, GCRY_MD_SM3, GCRY_MD_FLAG_HMAC) ||
        gcry_md_setkey(handle, key.at ? key.at : "", key.len))
        log_abort("HMAC-SM3 cannot be started");
    gcry_md_write(handle, data.at ? data.at : "", data.len);
    memcpy(digest.bytes, gcry_md_read(handle, GCRY_MD_SM3), sizeof(digest.bytes));
    gcry_md_close(handle);
    return digest;
}

/* ---- SM4 ---- */

static void close_cipher(gcry_cipher_hd_t *handle)
{
    gcry_cipher_close(*handle);
}
#define CIPHER(name) __attribute__((cleanup(close_cipher))) gcry_cipher_hd_t name = NULL

static enum err start_sm4(gcry_cipher_hd_t *handle, int mode, const uint8_t *key, const uint8_t *iv,
                          size_t iv_len)
{
    if (gcry_cipher_open(handle, GCRY_CIPHER_SM4, mode, 0) || gcry_cipher_setkey(*handle, key, CRYPT_SM4_KEY))
        return ERR_FAILED;
    return iv && gcry_cipher_setiv(*handle, iv, iv_len) ? ERR_FAILED : ERR_OK;
}

/* Works in place on ret, so that in and out may be one buffer whatever the library thinks of overlaps. */
static enum err run_sm4(gcry_cipher_hd_t handle, struct str in, uint8_t *ret, bool decrypt)
{
    if (in.len == 0)
        return ERR_OK;
    memmove(ret, in.at, in.len);
    gcry_error_t error = decrypt ? gcry_cipher_decrypt(handle, ret, in.len, NULL, 0)
                                 : gcry_cipher_encrypt(handle, ret, in.len, NULL, 0);
    return error ? ERR_FAILED : ERR_OK;
}

enum err crypt_sm4_gcm_seal(const uint8_t key[CRYPT_SM4_KEY], const uint8_t iv[CRYPT_GCM_IV], struct str aad,
                            struct str plain, uint8_t *ret_cipher, uint8_t ret_tag[CRYPT_GCM_TAG])
{
    CIPHER(handle);
    TRY(start_sm4(&handle, GCRY_CIPHER_MODE_GCM, key, iv, CRYPT_GCM_IV));
    if (aad.len && gcry_cipher_authenticate(handle, aad.at, aad.len))
        return ERR_FAILED;
    gcry_cipher_final(handle);
    TRY(run_sm4(handle, plain, ret_cipher, false));
    return gcry_cipher_gettag(handle, ret_tag, CRYPT_GCM_TAG) ? ERR_FAILED : ERR_OK;
}

enum err crypt_sm4_gcm_open(const uint8_t key[CRYPT_SM4_KEY], const uint8_t iv[CRYPT_GCM_IV], struct str aad,
                            struct str cipher, const uint8_t tag[CRYPT_GCM_TAG], uint8_t *ret_plain)
{
    CIPHER(handle);
    TRY(start_sm4(&handle, GCRY_CIPHER_MODE_GCM, key, iv, CRYPT_GCM_IV));
    if (aad.len && gcry_cipher_authenticate(handle, aad.at, aad.len))
        return ERR_FAILED;
    gcry_cipher_final(handle);
    TRY(run_sm4(handle, cipher, ret_plain, true));
    if (gcry_cipher_checktag(handle, tag, CRYPT_GCM_TAG) == 0)
        return ERR_OK;
    if (cipher.len)
        memset(ret_plain, 0, cipher.len);
    return ERR_INVALID;
}

enum err crypt_sm4_ecb(const uint8_t key[CRYPT_SM4_KEY], struct str blocks, uint8_t *ret, bool decrypt)
{
    if (blocks.len % SM4_BLOCK)
        return ERR_INVALID;
    CIPHER(handle);
    TRY(start_sm4(&handle, GCRY_CIPHER_MODE_ECB, key, NULL, 0));
    return run_sm4(handle, blocks, ret, decrypt);
}

enum err crypt_sm4_cbc(const uint8_t key[CRYPT_SM4_KEY], const uint8_t iv[16], struct str blocks,
                       uint8_t *ret, bool decrypt)
{
    if (blocks.len % SM4_BLOCK)
        return ERR_INVALID;
    CIPHER(handle);
    TRY(start_sm4(&handle, GCRY_CIPHER_MODE_CBC, key, iv, SM4_BLOCK));
    return run_sm4(handle, blocks, ret, decrypt);
}

/* ---- random, compare ---- */

void crypt_random(void *bytes, size_t len)
{
    uint8_t *at = bytes;
    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            log_abort("the kernel gives no random bytes: %s", strerror(errno));
        at += n;
        len -= (size_t)n;
    }
}

bool crypt_equal(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < len; i++)
        difference |= (uint8_t)(x[i] ^ y[i]);
    return difference == 0;
}
