/* SPDX-License-Identifier: Apache-2.0
 * notify_inner: what the files of this folder share. */
#ifndef ANZE_DOMAIN_NOTIFY_INNER_H
#define ANZE_DOMAIN_NOTIFY_INNER_H

#include "base/json.h"
#include "domain/notify/notify.h"
#include "rules/rules.h"

/* notify_together for one account. */
enum err notify_together_one(struct call *call, int64_t user_id, const struct notify_message *message);
/* The listener of duties. */
enum err notify_hear(struct call *call, enum rules_event event, int64_t duty_id, const char *to);
/* The job of the morning: one digest a person and working day. */
enum err notify_digest(struct call *call);
/* Title and body of an item in the call's language. */
void notify_put_texts(struct call *call, struct json_writer *w, struct str key, struct str args, int64_t many,
                      struct str lines);

#endif
