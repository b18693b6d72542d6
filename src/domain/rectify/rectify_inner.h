/* SPDX-License-Identifier: Apache-2.0
 * rectify_inner: what the files of this folder share. */
#ifndef ANZE_DOMAIN_RECTIFY_INNER_H
#define ANZE_DOMAIN_RECTIFY_INNER_H

#include "domain/rectify/rectify.h"

enum err rectify_record(struct call *call, const struct rectify_letter *letter, const char *verb,
                        struct str note);
enum err rectify_state(struct call *call, struct rectify_letter *letter, const char *to, const char *verb,
                       struct str note);
enum err rectify_each_finding(struct call *call, int64_t letter_id,
                              enum err (*each)(struct call *call, int64_t finding_id, void *context),
                              void *context);
/* Reads the due date anew from the duties, after an extension. */
enum err rectify_refresh_due(struct call *call, const struct rectify_letter *letter);

#endif
