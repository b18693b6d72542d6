/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "ledger/ledger.h"

#define HEAD_MAX (1 << 20)

static enum err read_head(struct app_args *args, struct buf *head)
{
    if (!args->head)
        return ERR_OK;
    FILE *file = fopen(args->head, "re");
    if (!file)
        return app_complain(args, "%s: %s", args->head, strerror(errno)), ERR_NOT_FOUND;
    char part[65536];
    for (size_t len; (len = fread(part, 1, sizeof(part), file)) > 0 && !head->over;)
        buf_add(head, part, len);
    fclose(file);
    return ERR_OK;
}

static void progress(int64_t done, int64_t of)
{
    app_progress("ledger", done, of);
}

static void put_verdict(struct call *call, const struct ledger_verdict *verdict, struct json_writer *w)
{
    json_open_object(w, NULL);
    json_put_int(w, "entries", verdict->entries);
    json_put_bool(w, "ok", verdict->ok);
    if (verdict->ok) {
        json_put_null(w, "first_bad");
    } else {
        struct str why = words_fill(call->arena, call->lang, verdict->why, &verdict->why_detail, 1);
        json_open_object(w, "first_bad");
        json_put_int(w, "seq", verdict->bad_seq);
        json_put_c(w, "chain", verdict->bad_chain);
        json_put_c(w, "key", verdict->why);
        json_put_str(w, "why", why);
        json_close_object(w);
    }
    json_put_int(w, "heads", verdict->heads);
    json_close_object(w);
}

static void print_verdict(struct app_args *args, struct call *call, const struct ledger_verdict *verdict)
{
    if (args->json) {
        BUF(out, 65536);
        struct json_writer w = json_writer(&out);
        put_verdict(call, verdict, &w);
        app_print(&out);
        return;
    }
    struct str why =
        verdict->ok ? STR("ok") : words_fill(call->arena, call->lang, verdict->why, &verdict->why_detail, 1);
    if (verdict->ok)
        printf("%lld: ok\n", (long long)verdict->entries);
    else
        printf("%lld: %s %lld: %.*s\n", (long long)verdict->entries,
               verdict->bad_chain ? verdict->bad_chain : "", (long long)verdict->bad_seq, STR_ARG(why));
}

int app_ledger_verify(struct app_args *args)
{
    struct app app;
    char why[256] = "";
    BUF(head, HEAD_MAX);
    if (read_head(args, &head) != ERR_OK)
        return 2;
    enum err word = app_open_as_is(args, &app, why);
    if (word != ERR_OK && word != ERR_FAILED) {
        app_close(&app);
        return 2; /* there is no database at all: nothing to judge */
    }
    struct call call = app_call(&app);
    struct ledger_verdict verdict = {.why = "app.ledger.unreadable", .why_detail = str_of(why)};
    if (word == ERR_OK)
        word = ledger_verify(&call, args->head ? buf_str(&head) : STR_NONE, args->json ? NULL : progress,
                             &verdict);
    else
        word = ERR_OK; /* a file too damaged to open is a verdict */
    int code = word == ERR_OK ? (verdict.ok ? 0 : 1) : app_fail(args, &call, word);
    if (word == ERR_OK)
        print_verdict(args, &call, &verdict);
    app_close(&app);
    return code;
}

/* When a head was last given out is told by the age of an empty file: a ledger entry would need another head.
 */
static void mark_exported(struct app *app)
{
    const char *path = str_format(app->arena, "%s/" APP_HEAD_MARK, app->data_dir).at;
    FILE *file = fopen(path, "we");
    if (!file)
        log_warn("%s: %s", path, strerror(errno));
    else
        fclose(file);
}

static enum err seal_now(struct call *call, void *context)
{
    return ledger_seal(call, context);
}

int app_ledger_head(struct app_args *args)
{
    struct app app;
    char why[256];
    struct crypt_sm2_key *key;
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    enum err word = ERR_OK;
    /* A head that covers what was written since the last one, when this command may use the key. */
    if (ledger_key_open(app.arena, app.data_dir, false, &key, why) == ERR_OK)
        word = app_write(&app, &call, seal_now, key);
    BUF(out, HEAD_MAX);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    if (word == ERR_OK)
        word = ledger_head(&call, &w);
    json_close_object(&w);
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    if (code == 0) {
        app_print(&out);
        mark_exported(&app);
    }
    app_close(&app);
    return code;
}

static enum err put_line(struct str json, void *context)
{
    FILE *file = context;
    return fwrite(json.at, 1, json.len, file) == json.len && fputc('\n', file) != EOF ? ERR_OK : ERR_FAILED;
}

int app_ledger_export(struct app_args *args)
{
    struct app app;
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    FILE *file = args->file ? fopen(args->file, "we") : stdout;
    if (!file) {
        int failed = app_complain(args, "%s: %s", args->file, strerror(errno));
        app_close(&app);
        return failed;
    }
    struct call call = app_call(&app);
    enum err word = ledger_export(&call, put_line, file);
    if (file != stdout && fclose(file) != 0)
        word = ERR_FAILED;
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    app_close(&app);
    return code;
}
