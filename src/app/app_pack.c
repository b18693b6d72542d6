/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "rules/rules.h"

#define PACK_MAX (4 << 20)

static enum err read_file(struct app_args *args, struct buf *text)
{
    if (args->many_words != 1)
        return app_complain(args, "one FILE is needed"), ERR_INVALID;
    FILE *file = fopen(args->words[0], "re");
    if (!file)
        return app_complain(args, "%s: %s", args->words[0], strerror(errno)), ERR_NOT_FOUND;
    char part[65536];
    for (size_t len; (len = fread(part, 1, sizeof(part), file)) > 0 && !text->over;)
        buf_add(text, part, len);
    fclose(file);
    return text->over ? (app_complain(args, "%s: larger than 4 MB", args->words[0]), ERR_TOO_LARGE) : ERR_OK;
}

int app_pack_lint(struct app_args *args)
{
    BUF(text, PACK_MAX);
    if (read_file(args, &text) != ERR_OK)
        return 2;
    ARENA(arena, 256u << 20);
    struct call call = {.arena = arena, .now_ms = clock_now_ms(), .lang = args->lang};
    struct rules_lint *mistakes;
    size_t many;
    enum err word = rules_pack_lint(&call, buf_str(&text), &mistakes, &many);
    if (word != ERR_OK && word != ERR_INVALID)
        return app_fail(args, &call, word);
    BUF(out, 4 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_bool(&w, "ok", many == 0);
    json_open_array(&w, "errors");
    for (size_t i = 0; i < many; i++) {
        json_open_object(&w, NULL);
        json_put_int(&w, "line", mistakes[i].line);
        json_put_int(&w, "column", mistakes[i].column);
        json_put_str(&w, "message", mistakes[i].message);
        json_close_object(&w);
        if (!args->json)
            printf("%s:%d:%d: %.*s\n", args->words[0], mistakes[i].line, mistakes[i].column,
                   STR_ARG(mistakes[i].message));
    }
    json_close_array(&w);
    json_close_object(&w);
    if (args->json)
        app_print(&out);
    return many == 0 ? 0 : 1;
}

struct load {
    struct str yaml;
    struct rules_load_report report;
};

static enum err load_pack(struct call *call, void *context)
{
    struct load *load = context;
    return rules_pack_load(call, load->yaml, false, &load->report);
}

int app_pack_load(struct app_args *args)
{
    struct app app;
    BUF(text, PACK_MAX);
    if (read_file(args, &text) != ERR_OK || app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct load load = {.yaml = buf_str(&text)};
    enum err word = app_write(&app, &call, load_pack, &load);
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    if (code == 0) {
        BUF(out, 65536);
        struct json_writer w = json_writer(&out);
        json_open_object(&w, NULL);
        json_put_str(&w, "pack", load.report.pack);
        json_put_str(&w, "version", load.report.version);
        json_put_int(&w, "articles", load.report.articles);
        json_put_int(&w, "opens", load.report.opens);
        json_put_int(&w, "closes", load.report.closes);
        json_close_object(&w);
        app_print(&out);
    }
    app_close(&app);
    return code;
}

int app_pack_coverage(struct app_args *args)
{
    struct app app;
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    BUF(out, 16 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    enum err word = rules_coverage(&call, STR(""), &w);
    json_close_object(&w);
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    if (code == 0)
        app_print(&out);
    app_close(&app);
    return code;
}
