/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ledger/ledger_parts.h"

#define KEY_FILE     "ledger.key"
#define KEY_FILE_MAX 8192

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define FD(name) __attribute__((cleanup(fd_close))) int name

static enum err say(char why[256], enum err word, const char *path, const char *what)
{
    snprintf(why, 256, "%s: %s", path, what);
    return word;
}

static enum err key_read(struct arena *arena, const char *path, struct crypt_sm2_key **ret, char why[256])
{
    FD(fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return say(why, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, path, strerror(errno));
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return say(why, ERR_FAILED, path, "is not a plain file");
    if (st.st_mode & 077)
        return say(why, ERR_FAILED, path, "others may read the signing key; run chmod 600 on it");
    char text[KEY_FILE_MAX];
    ssize_t len = read(fd, text, sizeof text);
    if (len <= 0 || len == (ssize_t)sizeof text)
        return say(why, ERR_FAILED, path, "holds no private key in PEM form");
    enum err word = crypt_sm2_from_pem(arena, (struct str){text, (size_t)len}, ret);
    explicit_bzero(text, sizeof text);
    return word == ERR_OK ? word : say(why, ERR_FAILED, path, "holds no SM2 private key in PEM form");
}

/* The key must be on the disk, under its name, before a head signed by it can be: else a crash leaves heads
 * nobody can continue. */
static enum err key_write(const char *data_dir, const char *path, struct str pem, char why[256])
{
    FD(fd) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return say(why, ERR_FAILED, path, strerror(errno));
    if (write(fd, pem.at, pem.len) != (ssize_t)pem.len || fsync(fd) != 0) {
        int error = errno;
        unlink(path);
        return say(why, ERR_FAILED, path, strerror(error));
    }
    FD(dir) = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fsync(dir) != 0)
        return say(why, ERR_FAILED, data_dir, strerror(errno));
    return ERR_OK;
}

enum err ledger_key_open(struct arena *arena, const char *data_dir, bool create, struct crypt_sm2_key **ret,
                         char why[256])
{
    const char *path = str_format(arena, "%s/" KEY_FILE, data_dir).at;
    enum err word = key_read(arena, path, ret, why);
    if (word != ERR_NOT_FOUND || !create)
        return word;
    struct str pem;
    if (crypt_sm2_generate(arena, ret) != ERR_OK || crypt_sm2_to_pem(arena, *ret, true, &pem) != ERR_OK)
        return say(why, ERR_FAILED, path, "cannot make an SM2 key");
    TRY(key_write(data_dir, path, pem, why));
    why[0] = '\0';
    return ERR_OK;
}
