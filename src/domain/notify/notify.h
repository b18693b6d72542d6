/* SPDX-License-Identifier: Apache-2.0
 *
 * notify: what people are told inside anze. An item is a words key with arguments, so that each reads it in
 * their own language. Events of duties are collected and told in one digest a person and working day; what
 * cannot wait (a letter, a decision, an escalation) is told at once.
 */
#ifndef ANZE_DOMAIN_NOTIFY_H
#define ANZE_DOMAIN_NOTIFY_H

#include "base/call.h"

#define NOTIFY_ARGS 4

struct notify_message {
    const char *key;              /* title; the body is "<key>.body" when there is such a text */
    struct str args[NOTIFY_ARGS]; /* fill {0} … {3} of both; for dates as YYYY-MM-DD */
    struct str url;               /* page of the browser side, "/cases/12"; may be empty */
    const char *subject_kind;     /* may be NULL */
    int64_t subject_id;
    /* Told once for the same mark and person; empty: always told. "letter.issued:12" */
    struct str once;
};
/* Tells every account in use that holds one of the roles. unit_id: units' roles count only in this unit, and,
 * when it has nobody, in the nearest unit above that has; 0: units' roles count everywhere. Authority roles
 * always count. The actor of the call is not told what they did themselves. */
MUST_USE enum err notify_users(struct call *call, unsigned roles, int64_t unit_id,
                               const struct notify_message *message);
/* As notify_users, but like things of one mark become one item that counts them and is unread again: for what
 * rules find in numbers. message->once must be given. */
MUST_USE enum err notify_together(struct call *call, unsigned roles, int64_t unit_id,
                                  const struct notify_message *message);
/* Tells one account. */
MUST_USE enum err notify_user(struct call *call, int64_t user_id, const struct notify_message *message);

#endif
