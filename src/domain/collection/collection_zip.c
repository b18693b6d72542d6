/* SPDX-License-Identifier: Apache-2.0
 *
 * Method: a member's bytes are written behind room for its head, summed on the way; then the head, with size
 * and sum, is put into the room. So every member is written once and needs no second reading.
 */
#include "domain/collection/collection_zip.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define HEAD_LEN  30
#define ENTRY_LEN 46
#define NAME_MAX_ 400
#define PIECE     (256u * 1024)

struct bytes {
    uint8_t at[ENTRY_LEN + NAME_MAX_ + 64];
    size_t len;
};

static void put(struct bytes *out, uint64_t value, int width)
{
    for (int i = 0; i < width; i++)
        out->at[out->len++] = (uint8_t)(value >> (8 * i));
}

static void put_text(struct bytes *out, struct str text)
{
    memcpy(out->at + out->len, text.at, text.len);
    out->len += text.len;
}

static enum err write_at(struct call *call, int fd, const void *bytes, size_t len, int64_t at)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t wrote = pwrite(fd, from, len, (off_t)at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0) {
            log_error("archive: %s", strerror(errno));
            return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
        }
        from += wrote, len -= (size_t)wrote, at += wrote;
    }
    return ERR_OK;
}

enum err collection_zip_open(struct call *call, struct collection_zip *zip, int fd, int dir_fd, int64_t at,
                             int64_t dir_at, int64_t many)
{
    int year, month, mday;
    int32_t day = clock_day_of(call->now_ms);
    clock_ymd(day, &year, &month, &mday);
    int64_t minutes = (call->now_ms - clock_ms_of_day(day)) / 60000;
    *zip = (struct collection_zip){.fd = fd,
                                   .dir_fd = dir_fd,
                                   .at = at,
                                   .dir_at = dir_at,
                                   .many = many,
                                   .day = (uint16_t)((year - 1980) << 9 | month << 5 | mday),
                                   .minute = (uint16_t)(minutes / 60 << 11 | minutes % 60 << 5)};
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
        zip->crc_of[i] = crc;
    }
    if (ftruncate(fd, (off_t)at) != 0 || ftruncate(dir_fd, (off_t)dir_at) != 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    return ERR_OK;
}

/* ---- a member ---- */

struct member {
    struct str name;
    int64_t head_at, size;
    uint32_t crc;
    struct crypt_sm3_state *digest;
};

static struct member start(struct call *call, struct collection_zip *zip, struct str name)
{
    if (name.len > NAME_MAX_)
        name.len = NAME_MAX_;
    struct member member = {name, zip->at, 0, 0xffffffffu, crypt_sm3_start(call->arena)};
    zip->at += HEAD_LEN + (int64_t)name.len;
    return member;
}

static enum err add(struct call *call, struct collection_zip *zip, struct member *member, const char *bytes,
                    size_t len)
{
    if (member->size + (int64_t)len > (int64_t)UINT32_MAX)
        return call_fail(call, ERR_TOO_LARGE, NULL, "collection.fault.no_space");
    for (size_t i = 0; i < len; i++)
        member->crc = (member->crc >> 8) ^ zip->crc_of[(member->crc ^ (uint8_t)bytes[i]) & 0xffu];
    crypt_sm3_add(member->digest, bytes, len);
    TRY(write_at(call, zip->fd, bytes, len, zip->at));
    member->size += (int64_t)len;
    zip->at += (int64_t)len;
    return ERR_OK;
}

/* What a local head and a directory entry have in common. */
static void put_common(struct bytes *out, const struct collection_zip *zip, const struct member *member,
                       int extra)
{
    put(out, extra ? 45 : 20, 2);
    put(out, 1u << 11, 2);
    put(out, 0, 2);
    put(out, zip->minute, 2);
    put(out, zip->day, 2);
    put(out, ~member->crc, 4);
    put(out, (uint64_t)member->size, 4);
    put(out, (uint64_t)member->size, 4);
    put(out, member->name.len, 2);
    put(out, (uint64_t)extra, 2);
}

static enum err finish(struct call *call, struct collection_zip *zip, struct member *member,
                       struct collection_zip_member *ret)
{
    struct bytes head = {.len = 0}, entry = {.len = 0};
    bool far = member->head_at >= (int64_t)UINT32_MAX;
    put(&head, 0x04034b50, 4);
    put_common(&head, zip, member, 0);
    put_text(&head, member->name);
    TRY(write_at(call, zip->fd, head.at, head.len, member->head_at));
    put(&entry, 0x02014b50, 4);
    put(&entry, far ? 45 : 20, 2);
    put_common(&entry, zip, member, far ? 12 : 0);
    put(&entry, 0, 2);
    put(&entry, 0, 2);
    put(&entry, 0, 2);
    put(&entry, 0, 4);
    put(&entry, far ? UINT32_MAX : (uint64_t)member->head_at, 4);
    put_text(&entry, member->name);
    if (far) {
        put(&entry, 1, 2);
        put(&entry, 8, 2);
        put(&entry, (uint64_t)member->head_at, 8);
    }
    TRY(write_at(call, zip->dir_fd, entry.at, entry.len, zip->dir_at));
    zip->dir_at += (int64_t)entry.len;
    zip->many++;
    *ret = (struct collection_zip_member){member->size, crypt_sm3_end(member->digest)};
    return ERR_OK;
}

enum err collection_zip_bytes(struct call *call, struct collection_zip *zip, struct str name,
                              struct str bytes, struct collection_zip_member *ret)
{
    struct member member = start(call, zip, name);
    TRY(add(call, zip, &member, bytes.at, bytes.len));
    return finish(call, zip, &member, ret);
}

enum err collection_zip_file(struct call *call, struct collection_zip *zip, struct str name, int from_fd,
                             struct collection_zip_member *ret)
{
    struct member member = start(call, zip, name);
    char *piece = arena_alloc(call->arena, PIECE);
    for (;;) {
        ssize_t got = read(from_fd, piece, PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
        if (got == 0)
            return finish(call, zip, &member, ret);
        TRY(add(call, zip, &member, piece, (size_t)got));
    }
}

/* ---- the end ---- */

static enum err copy_directory(struct call *call, struct collection_zip *zip)
{
    char *piece = arena_alloc(call->arena, PIECE);
    for (int64_t at = 0; at < zip->dir_at;) {
        int64_t left = zip->dir_at - at;
        ssize_t got = pread(zip->dir_fd, piece, left < (int64_t)PIECE ? (size_t)left : PIECE, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
        TRY(write_at(call, zip->fd, piece, (size_t)got, zip->at));
        at += got;
        zip->at += got;
    }
    return ERR_OK;
}

enum err collection_zip_end(struct call *call, struct collection_zip *zip)
{
    struct bytes end = {.len = 0};
    int64_t from = zip->at;
    TRY(copy_directory(call, zip));
    bool far = from >= (int64_t)UINT32_MAX || zip->many >= 0xffff;
    if (far) {
        put(&end, 0x06064b50, 4);
        put(&end, 44, 8);
        put(&end, 45, 2);
        put(&end, 45, 2);
        put(&end, 0, 4);
        put(&end, 0, 4);
        put(&end, (uint64_t)zip->many, 8);
        put(&end, (uint64_t)zip->many, 8);
        put(&end, (uint64_t)zip->dir_at, 8);
        put(&end, (uint64_t)from, 8);
        put(&end, 0x07064b50, 4);
        put(&end, 0, 4);
        put(&end, (uint64_t)zip->at, 8);
        put(&end, 1, 4);
    }
    put(&end, 0x06054b50, 4);
    put(&end, 0, 4);
    put(&end, far ? 0xffff : (uint64_t)zip->many, 2);
    put(&end, far ? 0xffff : (uint64_t)zip->many, 2);
    put(&end, (uint64_t)zip->dir_at, 4);
    put(&end, far ? UINT32_MAX : (uint64_t)from, 4);
    put(&end, 0, 2);
    TRY(write_at(call, zip->fd, end.at, end.len, zip->at));
    zip->at += (int64_t)end.len;
    return fsync(zip->fd) == 0 ? ERR_OK : call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
}
