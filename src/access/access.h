/* SPDX-License-Identifier: Apache-2.0
 *
 * access: who may do what, and for which units. Users, sessions, roles, unit scope, separation of duties.
 * A role is what a person is (docs: product roles); a route's grant is the set of roles that may use it; an actor's
 * scope is a unit subtree, given as a path prefix. Three administrators are mutually exclusive powers: sys_admin
 * (users and settings), sec_admin (roles, scopes, grants), audit_admin (ledger, audit); nobody may hold two, nor any
 * business role beside one.
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
    unsigned roles;          /* one or more bits */
    int64_t unit_id;
    struct str unit_path;    /* scope: everything whose path starts with it; authority roles have the root's path */
    bool sees_all;           /* authority roles, scan team (no personal data), admins as their powers say */
    bool must_change_password;
    int64_t session_id;
    enum call_lang lang;     /* the language this person chose */
};
_Static_assert(offsetof(struct access_actor, user_id) == offsetof(struct call_who, user_id) &&
                   offsetof(struct access_actor, login_name) == offsetof(struct call_who, login_name) &&
                   offsetof(struct access_actor, display_name) == offsetof(struct call_who, display_name),
               "struct access_actor begins with the members of struct call_who");
extern const struct field_enum access_role_enum; /* "role": names in bit order, without local_admin */
const char *access_role_name(unsigned one_role);
unsigned access_role_of(struct str name); /* 0 when unknown */
bool access_roles_allowed(unsigned roles); /* separation of duties */

/* The scope for every list, count, export and search. */
struct str access_scope(const struct access_actor *actor, bool *ret_nothing);
/* May the actor see/act on a thing of this unit path? ERR_NOT_FOUND when not, so that foreign equals non-existing. */
MUST_USE enum err access_reach(struct call *call, struct str unit_path);
bool access_is(const struct call *call, unsigned roles); /* any of them */
/* Personal data in full: unit's own people for its own users; masked otherwise until revealed with a reason. */
bool access_sees_personal(const struct call *call, struct str unit_path);

/* Sessions: the token is 32 random bytes, base64url; the database keeps its SM3. */
MUST_USE enum err access_session_actor(struct call *call, struct str token, struct access_actor *ret); /* ERR_UNAUTHENTICATED */
MUST_USE enum err access_user_create(struct call *call, struct str login_name, struct str display_name, unsigned roles,
                                     int64_t unit_id, struct str password_hash, bool must_change, int64_t *ret_user_id);
/* Password rules (length, classes, not the login name, not common, not the last 5). */
MUST_USE enum err access_password_rules(struct call *call, struct str login_name, struct str password);
/* 16 characters from an unambiguous alphabet that pass the rules. */
struct str access_password_random(struct arena *arena);
/* The command line acts as this. */
extern const struct access_actor access_local_admin;
extern const struct access_actor access_program; /* jobs and rules */

#endif
