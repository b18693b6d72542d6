/* SPDX-License-Identifier: Apache-2.0
 * Codes that change with time (RFC 4226, RFC 6238), and the alphabet that their secrets are written in (RFC
 * 4648). SHA-1 is what the programs on people's telephones know; as a keyed hash it is not broken. */
#include "base/crypt.h"

#include <gcrypt.h>
#include "base/log.h"

uint32_t crypt_totp(struct str secret, uint64_t step, int digits)
{
    uint8_t counter[8];
    gcry_md_hd_t handle;
    for (int i = 7; i >= 0; i--, step >>= 8)
        counter[i] = (uint8_t)step;
    if (gcry_md_open(&handle, GCRY_MD_SHA1, GCRY_MD_FLAG_HMAC) ||
        gcry_md_setkey(handle, secret.at, secret.len))
        log_abort("HMAC-SHA1 cannot be started");
    gcry_md_write(handle, counter, sizeof counter);
    const uint8_t *mac = gcry_md_read(handle, GCRY_MD_SHA1);
    const uint8_t *at = mac + (mac[19] & 15);
    uint32_t number = (uint32_t)(at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    gcry_md_close(handle);
    uint32_t modulus = 1;
    for (int i = 0; i < digits; i++)
        modulus *= 10;
    return number % modulus;
}

struct str crypt_base32(struct arena *arena, const void *bytes, size_t len)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const uint8_t *in = bytes;
    char *out = arena_alloc(arena, len * 8 / 5 + 2);
    size_t many = 0;
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < len; i++) {
        held = held << 8 | in[i];
        for (bits += 8; bits >= 5; bits -= 5)
            out[many++] = letters[held >> (bits - 5) & 31];
        held &= 31;
    }
    if (bits)
        out[many++] = letters[held << (5 - bits) & 31];
    out[many] = '\0';
    return (struct str){out, many};
}
