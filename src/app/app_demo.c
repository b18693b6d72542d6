/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_demo.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

#define ACCOUNTS 16

static enum err install_packs(struct call *call, void *context)
{
    struct org_unit root;
    (void)context;
    if (org_root(call, &root) == ERR_OK)
        return call_fail(call, ERR_CONFLICT, NULL, "app.fault.init_twice");
    return rules_pack_install(call);
}

static enum err at(struct demo *demo, int64_t at_ms, enum err (*work)(struct call *call, void *context))
{
    struct call call = app_call(demo->app);
    call.now_ms = at_ms;
    enum err word = app_write(demo->app, &call, work, demo);
    if (word != ERR_OK)
        (void)app_fail((struct app_args *)(uintptr_t)demo->app->args, &call, word);
    return word;
}

static enum err make_passwords(struct demo *demo)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        demo->passwords[i] = access_password_random(demo->app->arena);
        TRY(crypt_password_hash(demo->app->arena, demo->passwords[i], &demo->hashes[i]));
        app_progress("accounts", i + 1, ACCOUNTS);
    }
    return ERR_OK;
}

static enum err seal(struct call *call, void *context)
{
    (void)context;
    char why[256];
    struct crypt_sm2_key *key;
    struct demo *demo = context;
    TRY(ledger_key_open(call->arena, demo->app->data_dir, true, &key, why));
    return ledger_seal(call, key);
}

static enum err build(struct demo *demo)
{
    int64_t start = demo->now_ms - 60 * CLOCK_DAY_MS;
    TRY(make_passwords(demo));
    TRY(at(demo, start, install_packs));
    TRY(at(demo, start, demo_make_units));
    TRY(at(demo, start, demo_make_accounts));
    TRY(at(demo, start, demo_make_agencies));
    TRY(at(demo, start + 3600000, demo_make_systems));
    TRY(at(demo, start + 10 * CLOCK_DAY_MS, demo_file_evidence));
    TRY(at(demo, demo->now_ms - 3 * CLOCK_DAY_MS, demo_share_data));
    TRY(demo_collect(demo));
    TRY(demo_tell_story(demo));
    return at(demo, demo->now_ms, seal);
}

/* Shown once, and kept where only the owner of the data folder reads. */
static int keep_accounts(struct app_args *args, const struct demo *demo)
{
    const char *path = str_format(demo->app->arena, "%s/accounts.txt", demo->app->data_dir).at;
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return app_complain(args, "%s: cannot be written", path);
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_open_array(&w, "accounts");
    for (int i = 0; i < demo->many_accounts; i++) {
        fprintf(file, "%-12.*s %.*s  %.*s\n", STR_ARG(demo->logins[i]), STR_ARG(demo->passwords[i]),
                STR_ARG(demo->roles[i]));
        if (!args->json)
            printf("  %-12.*s %.*s  %.*s\n", STR_ARG(demo->logins[i]), STR_ARG(demo->passwords[i]),
                   STR_ARG(demo->roles[i]));
        json_open_object(&w, NULL);
        json_put_str(&w, "login_name", demo->logins[i]);
        json_put_str(&w, "password", demo->passwords[i]);
        json_put_str(&w, "display_name", demo->roles[i]);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    fclose(file);
    if (args->json)
        app_print(&out);
    return 0;
}

int app_demo(struct app_args *args)
{
    struct app app;
    if (app_open(args, true, &app) != ERR_OK)
        return 2;
    struct demo *demo = ARENA_NEW(app.arena, struct demo);
    demo->app = &app;
    demo->now_ms = clock_now_ms();
    int code = build(demo) == ERR_OK ? keep_accounts(args, demo) : 2;
    app_close(&app);
    return code;
}
