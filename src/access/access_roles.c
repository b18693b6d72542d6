/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"

static const char *const role_names[] = {
    "county_officer", "regulator",   "bureau_leader", "office_director", "unit_officer", "unit_leader",
    "scan_team",      "vendor_user", "sys_admin",     "sec_admin",       "audit_admin",  NULL,
};
static const char *const role_synonyms[] = {
    "县经办人|经办人|大数据局经办人|county officer",
    "监管人员|网信办|公安网安|regulator",
    "局领导|分管领导|bureau leader",
    "办公室主任|office director",
    "单位网络安全员|网络安全员|安全员|unit officer",
    "单位领导|单位负责人|unit leader",
    "扫描团队|远程扫描团队|scan team",
    "供应商|运维供应商|建设供应商|vendor",
    "系统管理员|system administrator",
    "安全管理员|安全保密管理员|security administrator",
    "审计管理员|安全审计员|audit administrator",
    NULL,
};
const struct field_enum access_role_enum = {"role", role_names, role_synonyms};

const struct access_actor access_local_admin = {
    .login_name = {"local", 5},
    .display_name = {"本机管理员", sizeof "本机管理员" - 1},
    .roles = ROLE_LOCAL_ADMIN,
    .sees_all = true,
};
const struct access_actor access_program = {
    .login_name = {"anze", 4},
    .display_name = {"系统", sizeof "系统" - 1},
    .sees_all = true,
};

const char *access_role_name(unsigned one_role)
{
    for (unsigned i = 0; role_names[i]; i++)
        if (one_role == 1U << i)
            return role_names[i];
    return one_role == ROLE_LOCAL_ADMIN ? "local_admin" : NULL;
}

unsigned access_role_of(struct str name)
{
    for (unsigned i = 0; role_names[i]; i++)
        if (str_is(name, role_names[i]))
            return 1U << i;
    return 0;
}

/* No roles at all is an account that waits for the security administrator. */
bool access_roles_allowed(unsigned roles)
{
    unsigned admin = roles & ROLES_ADMIN;
    if (roles & ~(unsigned)(GRANT_SIGNED_IN & ~ROLE_LOCAL_ADMIN))
        return false;
    if (admin)
        return roles == ROLE_SYS_ADMIN || roles == ROLE_SEC_ADMIN || roles == ROLE_AUDIT_ADMIN;
    /* Who checks others, who answers for a unit and who works for hire are three different people. */
    int sides = !!(roles & ROLES_AUTHORITY) + !!(roles & ROLES_UNIT) +
                !!(roles & (ROLE_SCAN_TEAM | ROLE_VENDOR_USER));
    return sides <= 1 && !((roles & ROLE_SCAN_TEAM) && (roles & ROLE_VENDOR_USER));
}

struct str access_scope(const struct access_actor *actor, bool *ret_nothing)
{
    *ret_nothing = false;
    if (actor && (actor->sees_all || (actor->roles & (ROLES_AUTHORITY | ROLE_SCAN_TEAM | ROLE_LOCAL_ADMIN))))
        return STR("");
    /* An empty path would be everything: a unit's user without a unit sees nothing. */
    if (actor && (actor->roles & (ROLES_UNIT | ROLE_VENDOR_USER)) && actor->unit_path.len)
        return actor->unit_path;
    *ret_nothing = true;
    return STR("");
}

enum err access_reach(struct call *call, struct str unit_path)
{
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    return !nothing && str_starts(unit_path, scope) ? ERR_OK : ERR_NOT_FOUND;
}

bool access_is(const struct call *call, unsigned roles)
{
    return call->actor && (call->actor->roles & roles) != 0;
}

bool access_sees_personal(const struct call *call, struct str unit_path)
{
    const struct access_actor *actor = call->actor;
    if (!actor)
        return false;
    if (actor == &access_local_admin || actor == &access_program || (actor->roles & ROLE_LOCAL_ADMIN))
        return true;
    return (actor->roles & ROLES_UNIT) && actor->unit_path.len && str_starts(unit_path, actor->unit_path);
}
