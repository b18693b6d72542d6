/* SPDX-License-Identifier: Apache-2.0
 *
 * accounts_parts: what the files of this capability share; not for other capabilities, which use
 * access/access.h.
 */
#ifndef ANZE_DOMAIN_ACCOUNTS_PARTS_H
#define ANZE_DOMAIN_ACCOUNTS_PARTS_H

#include "domain/module.h"

extern const struct field_table accounts_role_table; /* {role} */

/* ---- accounts_gate.c: what keeps log-in from being the cheapest way to stop the server ---- */
/* A log-in from this address may go on; address_minute: how many a minute. now_us: a monotonic clock. */
bool accounts_rate(struct str remote, int64_t address_minute, int64_t now_us);
/* Waits for one of the two places where passwords are hashed. ERR_BUSY when too many wait already. */
MUST_USE enum err accounts_gate_enter(struct call *call);
void accounts_gate_leave(void);

/* ---- accounts_session.c: log-in, one's own account, sessions ---- */
http_handler accounts_login_prepare, accounts_login, accounts_logout, accounts_me;
http_handler accounts_password_prepare, accounts_password, accounts_language;
http_handler accounts_my_sessions, accounts_sessions, accounts_session_end, accounts_sessions_end_others;
extern const struct field_table accounts_login_table, accounts_password_table, accounts_language_table;
extern const struct field_table accounts_session_table, accounts_session_mine_table, accounts_signed_in_table,
    accounts_me_table;
extern const struct db_list accounts_session_list;
/* "roles":[{"role":…},…] */
void accounts_put_roles(struct json_writer *w, unsigned roles);

/* ---- accounts_factor.c: the second factor ---- */
http_handler accounts_factor, accounts_factor_begin_prepare, accounts_factor_begin, accounts_factor_confirm;
http_handler accounts_factor_drop, accounts_factor_reset;
extern const struct field_table accounts_factor_begin_table, accounts_factor_code_table,
    accounts_factor_table, accounts_factor_secret_table, accounts_factor_recovery_table;
/* The code of the body, where the account has a second factor; counts a wrong one. */
MUST_USE enum err accounts_factor_login(struct call *call, struct http_exchange *x,
                                        const struct access_user *user);

/* ---- accounts_users.c: for administrators ---- */
http_handler accounts_users, accounts_get, accounts_create_prepare, accounts_create, accounts_change;
http_handler accounts_assign, accounts_unlock, accounts_reset_prepare, accounts_reset;
http_handler accounts_policies, accounts_policy_set;
extern const struct field_table accounts_user_table, accounts_user_reply_table, accounts_user_password_table,
    accounts_user_change_table, accounts_assign_table, accounts_policy_table;
extern const struct db_list accounts_user_list;

#endif
