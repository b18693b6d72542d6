/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <stdio.h>

#include "access/access.h"
#include "base/crypt.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"

struct new_user {
    struct app_args *args;
    struct str login, password, hash;
    int64_t user_id;
};

static enum err add_user(struct call *call, void *context)
{
    struct new_user *user = context;
    struct org_unit unit;
    unsigned roles = 0;
    struct str rest = str_of(user->args->role), one;
    while (str_cut(&rest, ',', &one)) {
        unsigned role = access_role_of(str_trim(one));
        if (!role)
            return call_fail(call, ERR_INVALID, "role", "app.fault.role_unknown", one);
        roles |= role;
    }
    if (!user->args->unit && (roles & (ROLES_UNIT | ROLE_VENDOR_USER)))
        return call_fail(call, ERR_INVALID, "unit_id", "app.fault.unit_needed");
    if (user->args->unit) {
        if (org_unit_by_name(call, str_of(user->args->unit), &unit) != ERR_OK)
            return call_fail(call, ERR_INVALID, "unit_id", "app.fault.unit_unknown",
                             str_of(user->args->unit));
    } else {
        TRY(org_root(call, &unit));
    }
    struct str name = user->args->name ? str_of(user->args->name) : user->login;
    return access_user_create(call, user->login, name, roles, unit.unit_id, user->hash, true, &user->user_id);
}

static int print_account(struct app_args *args, struct str login, struct str password)
{
    if (!args->json) {
        printf("%.*s %.*s\n", STR_ARG(login), STR_ARG(password));
        return 0;
    }
    BUF(out, 4096);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_str(&w, "login_name", login);
    json_put_str(&w, "password", password);
    json_close_object(&w);
    app_print(&out);
    return 0;
}

int app_user_add(struct app_args *args)
{
    struct app app;
    if (args->many_words != 1 || !args->role)
        return app_complain(args, "user add LOGIN --role ROLE[,ROLE] [--unit NAME] [--name NAME]");
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct new_user user = {
        .args = args, .login = str_of(args->words[0]), .password = access_password_random(app.arena)};
    enum err word = crypt_password_hash(app.arena, user.password, &user.hash);
    if (word == ERR_OK)
        word = app_write(&app, &call, add_user, &user);
    int code = word == ERR_OK ? print_account(args, user.login, user.password) : app_fail(args, &call, word);
    app_close(&app);
    return code;
}

static enum err reset_user(struct call *call, void *context)
{
    struct new_user *user = context;
    struct access_user found;
    if (access_user_find(call, user->login, &found) != ERR_OK)
        return call_fail(call, ERR_NOT_FOUND, "login_name", "app.fault.user_unknown", user->login);
    TRY(access_user_password(call, found.user_id, user->hash, true, 0));
    TRY(access_factor_drop(call, found.user_id)); /* for who lost telephone and recovery codes */
    return access_user_unlock(call, found.user_id);
}

int app_user_reset(struct app_args *args)
{
    struct app app;
    if (args->many_words != 1)
        return app_complain(args, "user reset LOGIN");
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct new_user user = {
        .args = args, .login = str_of(args->words[0]), .password = access_password_random(app.arena)};
    enum err word = crypt_password_hash(app.arena, user.password, &user.hash);
    if (word == ERR_OK)
        word = app_write(&app, &call, reset_user, &user);
    int code = word == ERR_OK ? print_account(args, user.login, user.password) : app_fail(args, &call, word);
    app_close(&app);
    return code;
}

static enum err list_users(struct call *call, struct app_args *args, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT a.login_name, a.display_name, a.roles, COALESCE(u.unit_name, '') FROM access_user a"
                 " LEFT JOIN org_unit u ON u.unit_id = a.unit_id ORDER BY a.user_id"));
    json_open_array(w, "users");
    while (db_next(&rows)) {
        json_open_object(w, NULL);
        json_put_str(w, "login_name", db_col_str(&rows, 0));
        json_put_str(w, "display_name", db_col_str(&rows, 1));
        json_open_array(w, "roles");
        for (unsigned role = 1; role <= ROLE_AUDIT_ADMIN; role <<= 1) {
            if ((unsigned)db_col_int(&rows, 2) & role)
                json_put_c(w, NULL, access_role_name(role));
        }
        json_close_array(w);
        json_put_str(w, "unit_name", db_col_str(&rows, 3));
        json_close_object(w);
        if (!args->json)
            printf("%-20.*s %.*s\n", STR_ARG(db_col_str(&rows, 0)), STR_ARG(db_col_str(&rows, 3)));
    }
    json_close_array(w);
    return db_end(&rows);
}

int app_user_list(struct app_args *args)
{
    struct app app;
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    BUF(out, 64 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    enum err word = list_users(&call, args, &w);
    json_close_object(&w);
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    if (code == 0 && args->json)
        app_print(&out);
    app_close(&app);
    return code;
}
