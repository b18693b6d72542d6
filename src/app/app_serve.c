/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/module.h"
#include "ledger/ledger.h"

/* ---- sealing: heads of the ledger, by a key that this process holds ---- */

#define SEAL_EVERY_S 2
static struct crypt_sm2_key *seal_key;

static enum err seal_last(struct call *call, void *context)
{
    (void)context;
    return ledger_seal(call, seal_key);
}

static enum err seal_on_lane(struct db *db, void *context)
{
    struct app *app = context;
    ARENA(arena, 1 << 22);
    struct call call = app_call(app);
    call.arena = arena;
    call.db = db;
    call.actor = &access_program;
    return ledger_seal(&call, seal_key);
}

/* Whoever turned the clock wants to see the day after, so then the sweep comes first. */
static enum err note_start(struct call *call, void *context)
{
    struct app *app = context;
    TRY(rules_pack_install(call));
    /* What only the program or the calendar changed while nobody served: swept while pages are answered. */
    TRY(jobs_due_now(call, "rules.sweep", app->args->node ? app->args->node : "main"));
    if (!clock_is_shifted())
        return ERR_OK;
    TRY(ledger_append(call,
                      &(struct ledger_fact){.verb = "server.clock_shifted",
                                            .subject_kind = "server",
                                            .detail = str_format(app->arena, "{\"now\":\"%s\"}",
                                                                 clock_rfc3339(app->arena, call->now_ms).at)},
                      NULL));
    return rules_sweep(call);
}

static enum err prepare(struct app *app, const char **ret_spool)
{
    char why[256] = "";
    const char *spool = str_format(app->arena, "%s/spool", app->data_dir).at;
    if (mkdir(spool, 0700) != 0 && errno != EEXIST)
        return app_complain(app->args, "%s: cannot be made: %s", spool, strerror(errno)), ERR_FAILED;
    if (ledger_key_open(app->arena, app->data_dir, true, &seal_key, why) != ERR_OK)
        return app_complain(app->args, "%s", why), ERR_FAILED;
    if (access_factor_key_open(app->arena, app->data_dir, why) != ERR_OK)
        return app_complain(app->args, "%s", why), ERR_FAILED;
    struct call call = app_call(app);
    call.actor = &access_program;
    enum err word = app_write(app, &call, note_start, app);
    if (word != ERR_OK)
        (void)app_fail((struct app_args *)(uintptr_t)app->args, &call, word);
    *ret_spool = spool;
    return word;
}

/* Waits for the end; meanwhile seals the ledger about every two seconds, when there is something to seal. */
static void wait_for_signal(struct app *app, struct db_lane *lane)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    for (;;) {
        int got = sigtimedwait(&set, NULL, &(struct timespec){.tv_sec = SEAL_EVERY_S});
        if (got > 0) {
            log_info("signal %d: finishing what is under way", got);
            return;
        }
        if (ledger_seal_due() && db_lane_wait(lane, seal_on_lane, app) != ERR_OK)
            log_warn("the ledger could not be sealed; tried again shortly");
    }
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL); /* before threads start, so that only sigwait gets them */
}

static enum err run(struct app *app, const char *spool)
{
    char why[256] = "";
    struct db_lane *lane;
    struct jobs_runner *runner;
    struct http_server *server;
    if (db_lane_start(app->db_where, &lane, why) != ERR_OK)
        return app_complain(app->args, "%s", why), ERR_FAILED;
    struct http_options options = {.listen = app->args->listen ? app->args->listen : "127.0.0.1:8080",
                                   .tls_cert = app->args->tls_cert,
                                   .tls_key = app->args->tls_key,
                                   .db_where = app->db_where,
                                   .lane = lane,
                                   .spool_dir = spool,
                                   .trusted_proxies = app->args->trusted_proxies
                                                          ? app->args->trusted_proxies
                                                          : app_configured(app, "trusted_proxies"),
                                   .app = (void *)(uintptr_t)app->data_dir};
    if (http_start(&options, &server, why) != ERR_OK) {
        db_lane_stop(lane);
        return app_complain(app->args, "%s: %s", options.listen, why), ERR_FAILED;
    }
    TRY(jobs_start(lane, app->args->node ? app->args->node : "main", app->db_where,
                   (void *)(uintptr_t)app->data_dir, &runner));
    printf("anze %s  %s://%.*s:%d/\n", ANZE_VERSION, options.tls_cert ? "https" : "http",
           (int)(strrchr(options.listen, ':') ? strrchr(options.listen, ':') - options.listen
                                              : (long)strlen(options.listen)),
           options.listen, http_port(server));
    fflush(stdout);
    wait_for_signal(app, lane);
    http_stop(server);
    jobs_stop(runner);
    db_lane_stop(lane);
    return ERR_OK;
}

int app_serve(struct app_args *args)
{
    struct app app;
    const char *spool;
    block_signals();
    ledger_set_chain(args->node ? args->node : "main");
    enum err word = app_open(args, false, &app);
    if (word == ERR_OK)
        word = prepare(&app, &spool);
    if (word == ERR_OK)
        word = run(&app, spool);
    if (word == ERR_OK) {
        struct call call = app_call(&app);
        call.actor = &access_program;
        word = app_write(&app, &call, seal_last, NULL);
    }
    app_close(&app);
    return word == ERR_OK ? 0 : 2;
}
