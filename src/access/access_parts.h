/* SPDX-License-Identifier: Apache-2.0
 *
 * access_parts: what the files of this room share; not for other rooms.
 */
#ifndef ANZE_ACCESS_ACCESS_PARTS_H
#define ANZE_ACCESS_ACCESS_PARTS_H

#include "access/access.h"

/* An entry about an account. detail: a JSON object text or STR_NONE. */
MUST_USE enum err access_note(struct call *call, const char *verb, const struct access_user *user,
                              struct str detail);
/* The common passwords, lower case, sorted; see access_common.c. */
bool access_password_common(struct str password);

#endif
