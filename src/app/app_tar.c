/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_tar.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 512
#define PIECE (1 << 16)

/* POSIX ustar. Sizes of 8 GiB and more stand in base 256, as GNU tar and libarchive do. */
struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], check[8], type, link[100], magic[6],
        version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a tar header is one block");

/* ---- names ---- */

static bool all_of(struct str text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr(allowed, text.at[i]))
            return false;
    return text.len > 0;
}

bool app_tar_name_ok(struct str name)
{
    static const char hex[] = "0123456789abcdef";
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    struct str rest = name, first, second, third;
    if (!str_starts(name, STR("attachments/")))
        return all_of(name, plain) && name.at[0] != '.' && name.len <= 60 && !str_is(name, "attachments");
    rest = str_slice(name, 12, name.len);
    if (!str_cut(&rest, '/', &first) || !str_cut(&rest, '/', &second) || !str_cut(&rest, '/', &third))
        return false;
    return rest.len == 0 && name.len == 82 && first.len == 2 && second.len == 2 && third.len == 64 &&
           all_of(third, hex) && str_starts(third, first) && str_eq(str_slice(third, 2, 2), second);
}

/* ---- headers ---- */

static unsigned sum_of(const struct header *header)
{
    const unsigned char *bytes = (const unsigned char *)header;
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= offsetof(struct header, check) && i < offsetof(struct header, type) ? ' ' : bytes[i];
    return sum;
}

static void put_octal(char *to, size_t width, uint64_t n)
{
    to[width - 1] = '\0';
    for (size_t i = width - 1; i-- > 0; n >>= 3)
        to[i] = (char)('0' + (n & 7));
}

static void put_size(char to[12], uint64_t n)
{
    if (n < 1ull << 33) {
        put_octal(to, 12, n);
        return;
    }
    memset(to, 0, 12);
    for (size_t i = 12; i-- > 4; n >>= 8)
        to[i] = (char)(n & 0xff);
    to[0] = (char)0x80;
}

static bool get_octal(const char *from, size_t width, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i + 1 < width; i++) {
        if (from[i] < '0' || from[i] > '7')
            return false;
        *ret = *ret << 3 | (uint64_t)(from[i] - '0');
    }
    return from[width - 1] == '\0';
}

static bool get_size(const char from[12], uint64_t *ret)
{
    if ((unsigned char)from[0] != 0x80)
        return get_octal(from, 12, ret);
    *ret = 0;
    for (size_t i = 1; i < 12; i++) {
        if (i < 5 && from[i])
            return false;
        *ret = *ret << 8 | (unsigned char)from[i];
    }
    return *ret >= 1ull << 33 && *ret < 1ull << 50;
}

static bool make_header(struct header *ret, const char *name, int64_t size, uint64_t mtime_s)
{
    size_t len = strlen(name);
    *ret = (struct header){.type = '0', .magic = "ustar", .version = {'0', '0'}};
    if (len == 0 || len > APP_TAR_NAME)
        return false;
    memcpy(ret->name, name, len);
    put_octal(ret->mode, sizeof ret->mode, 0600);
    put_octal(ret->uid, sizeof ret->uid, 0);
    put_octal(ret->gid, sizeof ret->gid, 0);
    put_size(ret->size, (uint64_t)size);
    put_octal(ret->mtime, sizeof ret->mtime, mtime_s);
    put_octal(ret->check, 7, sum_of(ret));
    ret->check[7] = ' ';
    return true;
}

static enum err put_header(FILE *tar, const char *name, int64_t size, int64_t mtime_s)
{
    struct header header;
    if (!make_header(&header, name, size, (uint64_t)mtime_s))
        return ERR_INVALID;
    return fwrite(&header, 1, BLOCK, tar) == BLOCK ? ERR_OK : ERR_FAILED;
}

static enum err put_padding(FILE *tar, int64_t size)
{
    static const char zeros[BLOCK];
    size_t rest = (size_t)(-size & (BLOCK - 1));
    return fwrite(zeros, 1, rest, tar) == rest ? ERR_OK : ERR_FAILED;
}

enum err app_tar_add(FILE *tar, int from, struct app_tar_member *member, int64_t mtime_s)
{
    char piece[PIECE];
    ARENA(arena, 1 << 16);
    struct crypt_sm3_state *state = crypt_sm3_start(arena);
    int64_t done = 0;
    TRY(put_header(tar, member->name, member->size, mtime_s));
    for (;;) {
        ssize_t got = read(from, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR_FAILED;
        if (got == 0)
            break;
        done += got;
        if (done > member->size)
            return ERR_CONFLICT;
        crypt_sm3_add(state, piece, (size_t)got);
        if (fwrite(piece, 1, (size_t)got, tar) != (size_t)got)
            return ERR_FAILED;
    }
    member->digest = crypt_sm3_end(state);
    return done == member->size ? put_padding(tar, member->size) : ERR_CONFLICT;
}

enum err app_tar_add_bytes(FILE *tar, const char *name, struct str bytes, int64_t mtime_s)
{
    TRY(put_header(tar, name, (int64_t)bytes.len, mtime_s));
    if (fwrite(bytes.at, 1, bytes.len, tar) != bytes.len)
        return ERR_FAILED;
    return put_padding(tar, (int64_t)bytes.len);
}

enum err app_tar_end(FILE *tar)
{
    static const char zeros[2 * BLOCK];
    return fwrite(zeros, 1, sizeof zeros, tar) == sizeof zeros ? ERR_OK : ERR_FAILED;
}

/* ---- reading ---- */

static bool all_zero(const void *bytes, size_t len)
{
    const char *at = bytes;
    for (size_t i = 0; i < len; i++)
        if (at[i])
            return false;
    return true;
}

static enum err read_end(FILE *tar)
{
    char block[BLOCK];
    if (fread(block, 1, BLOCK, tar) != BLOCK || !all_zero(block, BLOCK))
        return ERR_INVALID;
    return fgetc(tar) == EOF && !ferror(tar) ? ERR_OK : ERR_INVALID;
}

enum err app_tar_next(FILE *tar, struct app_tar_member *ret, bool *ret_end)
{
    struct header header, again;
    uint64_t size, mtime;
    *ret_end = false;
    if (fread(&header, 1, BLOCK, tar) != BLOCK)
        return ERR_INVALID;
    if (all_zero(&header, BLOCK)) {
        *ret_end = true;
        return read_end(tar);
    }
    if (!get_size(header.size, &size) || !get_octal(header.mtime, sizeof header.mtime, &mtime))
        return ERR_INVALID;
    memcpy(ret->name, header.name, APP_TAR_NAME);
    ret->name[APP_TAR_NAME] = '\0';
    ret->size = (int64_t)size;
    /* Made anew from what was understood, the header must be the same: nothing in it can change unnoticed. */
    bool same = make_header(&again, ret->name, ret->size, mtime) && memcmp(&again, &header, BLOCK) == 0;
    return same ? ERR_OK : ERR_INVALID;
}

static enum err copy_to(FILE *tar, struct app_tar_member *member, int to, struct buf *bytes)
{
    char piece[PIECE];
    ARENA(arena, 1 << 16);
    struct crypt_sm3_state *state = crypt_sm3_start(arena);
    for (int64_t left = member->size; left > 0;) {
        size_t want = left < PIECE ? (size_t)left : PIECE;
        if (fread(piece, 1, want, tar) != want)
            return ERR_INVALID;
        crypt_sm3_add(state, piece, want);
        if (bytes)
            buf_add(bytes, piece, want);
        for (size_t at = 0; !bytes && at < want;) {
            ssize_t put = write(to, piece + at, want - at);
            if (put < 0 && errno != EINTR)
                return ERR_FAILED;
            at += put > 0 ? (size_t)put : 0;
        }
        left -= (int64_t)want;
    }
    member->digest = crypt_sm3_end(state);
    size_t rest = (size_t)(-member->size & (BLOCK - 1));
    if (fread(piece, 1, rest, tar) != rest || !all_zero(piece, rest))
        return ERR_INVALID;
    return bytes ? buf_check(bytes) : ERR_OK;
}

enum err app_tar_copy(FILE *tar, struct app_tar_member *member, int to)
{
    return copy_to(tar, member, to, NULL);
}

enum err app_tar_copy_bytes(FILE *tar, struct app_tar_member *member, struct buf *to)
{
    return copy_to(tar, member, -1, to);
}
