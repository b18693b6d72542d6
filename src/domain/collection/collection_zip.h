/* SPDX-License-Identifier: Apache-2.0
 *
 * collection_zip: a ZIP archive written in pieces, of any size, in little memory. Members are stored, not
 * packed: sheets are packed already. The directory grows in a file of its own and is put at the end; both
 * files may be closed between members and opened again at the lengths that were noted. Names are UTF-8 and
 * say so. From 4 GB or 65,535 members on, the records of ZIP64 follow.
 */
#ifndef ANZE_DOMAIN_COLLECTION_ZIP_H
#define ANZE_DOMAIN_COLLECTION_ZIP_H

#include "base/call.h"
#include "base/crypt.h"

struct collection_zip {
    int fd, dir_fd; /* the caller's */
    int64_t at, dir_at, many;
    uint16_t day, minute; /* as DOS counts them */
    uint32_t crc_of[256];
};
/* at, dir_at, many: 0 for a new one, else as noted; what lies beyond in the files is cut off. */
MUST_USE enum err collection_zip_open(struct call *call, struct collection_zip *zip, int fd, int dir_fd,
                                      int64_t at, int64_t dir_at, int64_t many);
struct collection_zip_member {
    int64_t size;
    struct crypt_sm3 digest;
};
MUST_USE enum err collection_zip_bytes(struct call *call, struct collection_zip *zip, struct str name,
                                       struct str bytes, struct collection_zip_member *ret);
/* From a file, read from where it stands to its end; at most 4 GB. */
MUST_USE enum err collection_zip_file(struct call *call, struct collection_zip *zip, struct str name,
                                      int from_fd, struct collection_zip_member *ret);
/* Puts the directory at the end; zip->at is then the whole length. */
MUST_USE enum err collection_zip_end(struct call *call, struct collection_zip *zip);

#endif
