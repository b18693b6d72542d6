/* SPDX-License-Identifier: Apache-2.0
 *
 * access: who may do what, and for which units. Users, sessions, roles, unit scope, separation of duties.
 * A role is what a person is (docs: product roles); a route's grant is the set of roles that may use it; an
 * actor's scope is a unit subtree, given as a path prefix. Three administrators are mutually exclusive
 * powers: sys_admin (users and settings), sec_admin (roles, scopes, grants), audit_admin (ledger, audit);
 * nobody may hold two, nor any business role beside one.
 */
#ifndef ANZE_ACCESS_ACCESS_H
#define ANZE_ACCESS_ACCESS_H

#include <stddef.h>
#include "base/call.h"
#include "base/field.h"
#include "db/db.h"

enum access_role {
    ROLE_COUNTY_OFFICER = 1 << 0,
    ROLE_REGULATOR = 1 << 1,
    ROLE_BUREAU_LEADER = 1 << 2,
    ROLE_OFFICE_DIRECTOR = 1 << 3,
    ROLE_UNIT_OFFICER = 1 << 4,
    ROLE_UNIT_LEADER = 1 << 5,
    ROLE_SCAN_TEAM = 1 << 6,
    ROLE_VENDOR_USER = 1 << 7,
    ROLE_SYS_ADMIN = 1 << 8,
    ROLE_SEC_ADMIN = 1 << 9,
    ROLE_AUDIT_ADMIN = 1 << 10,
    ROLE_LOCAL_ADMIN = 1 << 11, /* a person at the command line of the server; never a log-in account */
};
#define ROLES_AUTHORITY (ROLE_COUNTY_OFFICER | ROLE_REGULATOR | ROLE_BUREAU_LEADER | ROLE_OFFICE_DIRECTOR)
#define ROLES_UNIT      (ROLE_UNIT_OFFICER | ROLE_UNIT_LEADER)
#define ROLES_ADMIN     (ROLE_SYS_ADMIN | ROLE_SEC_ADMIN | ROLE_AUDIT_ADMIN)
#define GRANT_PUBLIC    0xffffffffu /* no log-in needed */
#define GRANT_SIGNED_IN 0x00000fffu /* any role */

struct access_actor {
    int64_t user_id; /* 0: the program itself (jobs) or the command line */
    struct str login_name, display_name;
    unsigned roles; /* one or more bits */
    int64_t unit_id;
    struct str
        unit_path; /* scope: everything whose path starts with it; authority roles have the root's path */
    bool sees_all; /* authority roles, scan team (no personal data), admins as their powers say */
    bool must_change_password, must_enrol; /* nothing else is allowed before */
    int64_t session_id;
    enum call_lang lang; /* the language this person chose */
};
_Static_assert(offsetof(struct access_actor, user_id) == offsetof(struct call_who, user_id) &&
                   offsetof(struct access_actor, login_name) == offsetof(struct call_who, login_name) &&
                   offsetof(struct access_actor, display_name) == offsetof(struct call_who, display_name),
               "struct access_actor begins with the members of struct call_who");
extern const struct field_enum access_role_enum; /* "role": names in bit order, without local_admin */
const char *access_role_name(unsigned one_role);
unsigned access_role_of(struct str name);  /* 0 when unknown */
bool access_roles_allowed(unsigned roles); /* separation of duties */

/* The scope for every list, count, export and search. */
struct str access_scope(const struct access_actor *actor, bool *ret_nothing);
/* May the actor see/act on a thing of this unit path? ERR_NOT_FOUND when not, so that foreign equals
 * non-existing. */
MUST_USE enum err access_reach(struct call *call, struct str unit_path);
bool access_is(const struct call *call, unsigned roles); /* any of them */
/* Personal data in full: unit's own people for its own users; masked otherwise until revealed with a reason.
 */
bool access_sees_personal(const struct call *call, struct str unit_path);

/* ---- settings: numbers in access_policy, changed by the security administrator ---- */
/* ERR_NOT_FOUND when there is no such policy. */
MUST_USE enum err access_policy(struct call *call, const char *name, int64_t *ret);
/* Within the least and most that the row states; in the ledger. */
MUST_USE enum err access_policy_set(struct call *call, struct str name, int64_t value);

/* ---- sessions: the token is 32 random bytes, base64url; the database keeps its SM3 ---- */
/* On the path of every request; reads only. ERR_UNAUTHENTICATED. Texts live in call->arena. */
MUST_USE enum err access_session_actor(struct call *call, struct str token, struct access_actor *ret);
MUST_USE enum err access_session_start(struct call *call, int64_t user_id, struct str remote,
                                       struct str *ret_token);
/* user_id 0: anybody's session; else only this user's. ERR_NOT_FOUND. */
MUST_USE enum err access_session_end(struct call *call, int64_t session_id, int64_t user_id, const char *why);
/* Ends the sessions of a user but one (0: all). */
MUST_USE enum err access_session_end_all(struct call *call, int64_t user_id, int64_t but_session_id);
/* Once a minute, in a write transaction: writes down when sessions were last used, drops those that have
 * ended. */
MUST_USE enum err access_session_tend(struct call *call);

/* ---- users ---- */
struct access_user {
    int64_t user_id;
    struct str login_name, display_name;
    unsigned roles;
    int64_t unit_id;
    struct str unit_path, password_hash;
    struct str valid_until; /* last day, "YYYY-MM-DD"; "" for ever */
    int64_t ends_ms;        /* the instant after that day in China; 0 for ever */
    bool must_change_password, disabled;
    enum call_lang lang;
};
MUST_USE enum err access_user_get(struct call *call, int64_t user_id,
                                  struct access_user *ret); /* ERR_NOT_FOUND */
MUST_USE enum err access_user_find(struct call *call, struct str login_name,
                                   struct access_user *ret); /* ERR_NOT_FOUND */
/* Units belong to a higher room, which tells here, once at start, how a unit's path is found. */
void access_unit_paths(enum err (*path_of)(struct call *call, int64_t unit_id, struct str *ret_path));
/* Each of these writes its ledger entry. Who may call them is the route's grant. */
MUST_USE enum err access_user_create(struct call *call, struct str login_name, struct str display_name,
                                     unsigned roles, int64_t unit_id, struct str password_hash,
                                     bool must_change, int64_t *ret_user_id);
/* Name, last day, disabled. Refused on one's own account (disabling) and on the last administrator of a kind.
 */
MUST_USE enum err access_user_change(struct call *call, int64_t user_id, struct str display_name,
                                     struct str valid_until, bool disabled);
/* Roles and scope; never one's own. Ends the user's sessions. */
MUST_USE enum err access_user_assign(struct call *call, int64_t user_id, unsigned roles, int64_t unit_id);
MUST_USE enum err access_user_unlock(struct call *call, int64_t user_id);
/* The old hash goes to the history. Ends the user's sessions but the given one. */
MUST_USE enum err access_user_password(struct call *call, int64_t user_id, struct str password_hash,
                                       bool must_change, int64_t but_session_id);
MUST_USE enum err access_user_language(struct call *call, int64_t user_id, enum call_lang lang);

/* ---- log-in: counted by name, whether or not such an account exists, so that the answer tells nothing ----
 */
/* ERR_BUSY with the minutes left while the name is locked. Reads only. */
MUST_USE enum err access_login_open(struct call *call, struct str login_name);
MUST_USE enum err access_login_failed(struct call *call, struct str login_name, struct str remote);
MUST_USE enum err access_login_passed(struct call *call, struct str login_name);
/* A hash that no password fits, for names without an account: the same work is done, the same time passes. */
extern const struct str access_login_nobody;

/* ---- the second factor: codes that change with time (RFC 6238) ---- */
#define ACCESS_RECOVERY_CODES 10
struct access_factor {
    bool pending, confirmed;
    int64_t confirmed_at_ms, recovery_left;
};
/* <data>/factor.key (16 bytes, 0600), made on first use: seals the secrets. Once at start. */
MUST_USE enum err access_factor_key_open(struct arena *arena, const char *data_dir, char why[256]);
void access_factor_key(const uint8_t key[16]); /* the same, from memory: tests */
MUST_USE enum err access_factor_get(struct call *call, int64_t user_id, struct access_factor *ret);
/* Do the settings demand it of somebody with these roles? */
MUST_USE enum err access_factor_demanded(struct call *call, unsigned roles, bool *ret);
/* A new secret in base32, not yet in force. ERR_CONFLICT when one is. */
MUST_USE enum err access_factor_begin(struct call *call, int64_t user_id, struct str *ret_secret);
/* The first code puts it in force; the recovery codes are told once. */
MUST_USE enum err access_factor_confirm(struct call *call, int64_t user_id, struct str code,
                                        struct str ret_recovery[ACCESS_RECOVERY_CODES], bool *ret_fits);
/* A code, or a recovery code; each is taken once. */
MUST_USE enum err access_factor_check(struct call *call, int64_t user_id, struct str code, bool *ret_fits);
MUST_USE enum err access_factor_drop(struct call *call, int64_t user_id);
/* Until it is set up, nothing else is allowed. */
MUST_USE enum err access_factor_require(struct call *call, int64_t user_id, bool required);

/* ---- passwords ---- */
/* Length, classes, not the login name, not common, not the last few. Up to a second of work: never on the
 * write lane. */
MUST_USE enum err access_password_rules(struct call *call, struct str login_name, struct str password);
/* 16 characters from an unambiguous alphabet that pass the rules. */
struct str access_password_random(struct arena *arena);
/* The command line acts as this. */
extern const struct access_actor access_local_admin;
extern const struct access_actor access_program; /* jobs and rules */

#endif
