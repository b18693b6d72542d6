/* SPDX-License-Identifier: Apache-2.0
 *
 * app_tar: the file format of backups: plain ustar, so that any tar can look into one. Written and read front
 * to back. The reader takes nothing on trust: every header is checked, and what tar leaves to chance
 * (padding, the rest of the last block) must be zero, so that no byte of a backup can change unnoticed.
 */
#ifndef ANZE_APP_TAR_H
#define ANZE_APP_TAR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/crypt.h"
#include "base/err.h"

#define APP_TAR_NAME 100

struct app_tar_member {
    char name[APP_TAR_NAME + 1];
    int64_t size;
    struct crypt_sm3 digest; /* of the bytes, once they were copied */
};

/* A name that a backup may hold: a plain file of the data folder, or attachments/ab/cd/<64 hex digits>. Never
 * a way out of the folder. */
bool app_tar_name_ok(struct str name);

/* Appends a member of exactly `size` bytes read from `from` (an open descriptor at its start) and computes
 * its digest. ERR_CONFLICT when the file turns out shorter or longer than that, ERR_FAILED with errno
 * otherwise. */
MUST_USE enum err app_tar_add(FILE *tar, int from, struct app_tar_member *member, int64_t mtime_s);
MUST_USE enum err app_tar_add_bytes(FILE *tar, const char *name, struct str bytes, int64_t mtime_s);
MUST_USE enum err app_tar_end(FILE *tar);

/* Reads the next header. *ret_end: this was the end of the archive, and nothing follows. ERR_INVALID:
 * damaged. */
MUST_USE enum err app_tar_next(FILE *tar, struct app_tar_member *ret, bool *ret_end);
/* Copies the member's bytes to a descriptor (or into a buffer) and computes the digest. ERR_INVALID: the
 * archive ends early or its padding is not empty. */
MUST_USE enum err app_tar_copy(FILE *tar, struct app_tar_member *member, int to);
MUST_USE enum err app_tar_copy_bytes(FILE *tar, struct app_tar_member *member, struct buf *to);

#endif
