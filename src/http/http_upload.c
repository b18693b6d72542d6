/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/crypt.h"
#include "base/log.h"

#define SPOOL_PREFIX "upload-"
#define SPOOL_SUFFIX ".part"

enum err http_upload_open(struct http_request *r)
{
    uint8_t random[16];
    crypt_random(random, sizeof random);
    struct str hex = str_hex(r->arena, random, sizeof random);
    const char *path = str_format(r->arena, "%s/" SPOOL_PREFIX "%.*s" SPOOL_SUFFIX,
                                  r->server->options.spool_dir, STR_ARG(hex))
                           .at;
    r->spool_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r->spool_fd < 0) {
        log_error("http: %s: %s", path, strerror(errno));
        return ERR_FAILED;
    }
    r->spool_path = path;
    return ERR_OK;
}

void http_upload_write(struct http_request *r)
{
    size_t at = 0;
    while (at < r->body.len && !r->spool_failed) {
        ssize_t wrote = write(r->spool_fd, r->body.at + at, r->body.len - at);
        if (wrote >= 0) {
            at += (size_t)wrote;
        } else if (errno != EINTR) {
            log_error("http: %s: %s", r->spool_path, strerror(errno));
            r->spool_failed = true;
        }
    }
    r->body.len = 0;
}

void http_upload_close(struct http_request *r)
{
    if (r->spool_fd >= 0 && close(r->spool_fd) != 0) {
        log_error("http: %s: %s", r->spool_path, strerror(errno));
        r->spool_failed = true;
    }
    r->spool_fd = -1;
}

void http_upload_drop(struct http_request *r)
{
    http_upload_close(r);
    if (r->spool_path && unlink(r->spool_path) != 0 &&
        errno != ENOENT) /* ENOENT: the handler moved it away */
        log_error("http: %s: %s", r->spool_path, strerror(errno));
    r->spool_path = NULL;
}

void http_upload_clean(const char *spool_dir)
{
    DIR *dir = opendir(spool_dir);
    if (!dir)
        return;
    struct dirent *entry;
    while ((entry = readdir(dir))) {
        struct str name = str_of(entry->d_name);
        if (str_starts(name, STR(SPOOL_PREFIX)) && str_ends(name, STR(SPOOL_SUFFIX)))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}
