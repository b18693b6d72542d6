/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <stdio.h>

#include "access/access.h"
#include "base/crypt.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

/* ---- init: an empty data folder with the authority's own unit and the three administrators ---- */

struct init {
    struct app *app;
    const char *authority;
    struct str logins[3], passwords[3];
};

static enum err make_root(struct call *call, const char *name, int64_t *ret_unit_id)
{
    struct org_unit root;
    if (org_root(call, &root) == ERR_OK)
        return call_fail(call, ERR_CONFLICT, NULL, "app.fault.init_twice");
    struct field_record record = {&org_unit_table,
                                  ARENA_ARRAY(call->arena, struct field_value, org_unit_table.many)};
    *field_get(&record, "unit_name") = (struct field_value){.given = true, .text = str_of(name)};
    *field_get(&record, "unit_kind") = (struct field_value){.given = true, .text = STR("regulator")};
    return org_unit_create(call, &record, ret_unit_id);
}

static enum err make_admins(struct call *call, void *context)
{
    struct init *init = context;
    static const char *const names[3] = {"sysadmin", "secadmin", "auditadmin"};
    static const unsigned roles[3] = {ROLE_SYS_ADMIN, ROLE_SEC_ADMIN, ROLE_AUDIT_ADMIN};
    int64_t root_id, user_id;
    TRY(make_root(call, init->authority, &root_id));
    TRY(rules_pack_install(call));
    for (int i = 0; i < 3; i++) {
        struct str hash;
        init->logins[i] = str_of(names[i]);
        init->passwords[i] = access_password_random(call->arena);
        TRY(crypt_password_hash(call->arena, init->passwords[i], &hash));
        TRY(access_user_create(call, init->logins[i], init->logins[i], roles[i], root_id, hash, true,
                               &user_id));
    }
    return ERR_OK;
}

int app_init(struct app_args *args)
{
    struct app app;
    char why[256];
    struct crypt_sm2_key *key;
    if (app_open(args, true, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct init init = {.app = &app, .authority = args->name ? args->name : "网络安全主管部门"};
    enum err word = ledger_key_open(app.arena, app.data_dir, true, &key, why);
    if (word != ERR_OK)
        (void)app_complain(args, "%s", why);
    if (word == ERR_OK)
        word = app_write(&app, &call, make_admins, &init);
    int code = word == ERR_OK ? 0 : (app_fail(args, &call, word), 2);
    if (code == 0) {
        BUF(out, 65536);
        struct json_writer w = json_writer(&out);
        json_open_object(&w, NULL);
        json_put_c(&w, "data", app.data_dir);
        json_open_array(&w, "accounts");
        for (int i = 0; i < 3; i++) {
            json_open_object(&w, NULL);
            json_put_str(&w, "login_name", init.logins[i]);
            json_put_str(&w, "password", init.passwords[i]);
            json_close_object(&w);
            if (!args->json)
                printf("%-12.*s %.*s\n", STR_ARG(init.logins[i]), STR_ARG(init.passwords[i]));
        }
        json_close_array(&w);
        json_close_object(&w);
        if (args->json)
            app_print(&out);
    }
    app_close(&app);
    return code;
}
