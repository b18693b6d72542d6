/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. What was acknowledged must still be there after the power went, and must still be what was handed
 * in. So the copy is forced to disk, dropped from the page cache, read back and hashed before it gets its
 * name; the folder is forced to disk after. A name is a digest, so the same bytes are one file, and a file
 * can be checked at any time by its name alone. A crash leaves at most a temporary file or bytes without a
 * row: nobody refers to them.
 */
#include "domain/attachment/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/log.h"

#define PIECE (256 * 1024)

static enum err trouble(struct call *call, const char *what, const char *path)
{
    log_error("attachment: %s: %s: %s", what, path, strerror(errno));
    return call_fail(call, ERR_FAILED, "file", "attachment.fault.storage");
}

struct copy {
    int from, to; /* to: -1 hashes only */
    char *piece;
    int64_t size;
    struct str head;
    struct str digest;
};

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t got = write(fd, bytes, len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

/* Reads to the end; false with errno when it cannot. */
static bool copy_run(struct call *call, struct copy *copy)
{
    struct crypt_sm3_state *state = crypt_sm3_start(call->arena);
    copy->size = 0;
    for (;;) {
        ssize_t got = read(copy->from, copy->piece, PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        if (copy->size == 0)
            copy->head =
                str_copy(call->arena,
                         (struct str){copy->piece, (size_t)(got < ATTACHMENT_HEAD ? got : ATTACHMENT_HEAD)});
        crypt_sm3_add(state, copy->piece, (size_t)got);
        copy->size += got;
        if (copy->to >= 0 && !write_all(copy->to, copy->piece, (size_t)got))
            return false;
    }
    struct crypt_sm3 digest = crypt_sm3_end(state);
    copy->digest = str_hex(call->arena, digest.bytes, sizeof(digest.bytes));
    return true;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD(name) __attribute__((cleanup(close_fd))) int name = -1

/* The digest of a file as it lies on the disk. */
static enum err hash_file(struct call *call, const char *path, char *piece, struct copy *ret)
{
    FD(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return trouble(call, "cannot be opened", path);
    *ret = (struct copy){.from = fd, .to = -1, .piece = piece};
    return copy_run(call, ret) ? ERR_OK : trouble(call, "cannot be read", path);
}

static enum err make_folder(struct call *call, const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return trouble(call, "cannot be made", path);
    return ERR_OK;
}

static enum err sync_folder(struct call *call, const char *path)
{
    FD(fd);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return trouble(call, "cannot be forced to disk", path);
    return ERR_OK;
}

struct places {
    const char *root, *first, *second, *file;
};

static struct places places_of(struct call *call, const char *data_dir, struct str digest)
{
    struct places p;
    p.root = str_format(call->arena, "%s/attachments", data_dir).at;
    p.first = str_format(call->arena, "%s/%.2s", p.root, digest.at).at;
    p.second = str_format(call->arena, "%s/%.2s", p.first, digest.at + 2).at;
    p.file = str_format(call->arena, "%s/%.*s", p.second, STR_ARG(digest)).at;
    return p;
}

/* Writes the bytes under a temporary name and proves them. The temporary file is gone when this fails. */
static enum err write_temporary(struct call *call, const char *root, const char *path, char *piece,
                                char *temporary, struct copy *ret)
{
    FD(from);
    FD(to);
    from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0)
        return trouble(call, "cannot be opened", path);
    to = mkostemp(temporary, O_CLOEXEC);
    if (to < 0)
        return trouble(call, "cannot be made in", root);
    *ret = (struct copy){.from = from, .to = to, .piece = piece};
    if (!copy_run(call, ret) || fsync(to) != 0) {
        enum err word = trouble(call, "cannot be written", temporary);
        unlink(temporary);
        return word;
    }
    posix_fadvise(to, 0, 0, POSIX_FADV_DONTNEED); /* so that the proof reads the disk, not memory */
    struct copy back;
    enum err word = hash_file(call, temporary, piece, &back);
    if (word == ERR_OK && (back.size != ret->size || !str_eq(back.digest, ret->digest))) {
        log_error("attachment: %s reads back differently from what was written", temporary);
        word = call_fail(call, ERR_FAILED, "file", "attachment.fault.storage");
    }
    if (word != ERR_OK)
        unlink(temporary);
    return word;
}

static enum err give_name(struct call *call, const struct places *at, const char *temporary)
{
    TRY(make_folder(call, at->first));
    TRY(make_folder(call, at->second));
    if (rename(temporary, at->file) != 0)
        return trouble(call, "cannot be renamed", temporary);
    TRY(sync_folder(call, at->second));
    TRY(sync_folder(call, at->first));
    return sync_folder(call, at->root);
}

/* A file whose head is not on the list leaves nothing behind: it is looked at before anything is written. */
static enum err look_first(struct call *call, const char *path, struct str file_name, char *piece,
                           const char **ret_type)
{
    FD(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return trouble(call, "cannot be opened", path);
    struct stat about;
    ssize_t got = pread(fd, piece, ATTACHMENT_HEAD, 0);
    if (got < 0 || fstat(fd, &about) != 0)
        return trouble(call, "cannot be read", path);
    if (about.st_size > ATTACHMENT_SIZE_MAX)
        return call_fail(call, ERR_TOO_LARGE, "file", "attachment.fault.size",
                         str_format(call->arena, "%lld", (long long)(ATTACHMENT_SIZE_MAX >> 20)));
    *ret_type = attachment_media_type(call, (struct str){piece, (size_t)got}, file_name);
    return *ret_type ? ERR_OK : ERR_INVALID;
}

enum err attachment_store(struct call *call, const char *data_dir, const char *path, struct str file_name,
                          struct attachment_file *ret)
{
    char *piece = arena_alloc(call->arena, PIECE);
    struct places at = places_of(call, data_dir, STR("0000"));
    struct copy copy;
    TRY(look_first(call, path, file_name, piece, &ret->media_type));
    TRY(make_folder(call, at.root));
    char *temporary = (char *)(uintptr_t)str_format(call->arena, "%s/new-XXXXXX", at.root).at;
    TRY(write_temporary(call, at.root, path, piece, temporary, &copy));
    at = places_of(call, data_dir, copy.digest);
    enum err word = give_name(call, &at, temporary);
    if (word != ERR_OK) {
        unlink(temporary);
        return word;
    }
    ret->digest = copy.digest;
    ret->size = copy.size;
    return ERR_OK;
}

enum err attachment_open(struct call *call, const char *data_dir, struct str digest, const char **ret_path)
{
    struct places at = places_of(call, data_dir, digest);
    struct copy copy;
    TRY(hash_file(call, at.file, arena_alloc(call->arena, PIECE), &copy));
    if (!str_eq(copy.digest, digest)) {
        log_error("attachment: %s: the bytes are not those that were handed in", at.file);
        return call_fail(call, ERR_FAILED, "file", "attachment.fault.damaged");
    }
    *ret_path = at.file;
    return ERR_OK;
}
