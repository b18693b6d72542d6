/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app_doctor.h"

#include <stdio.h>

#include "base/words.h"

void app_doctor_note(struct doctor *doctor, const char *check, enum doctor_state state, const char *key,
                     struct str a, struct str b, struct str c)
{
    struct doctor_note *note = ARENA_NEW(doctor->call->arena, struct doctor_note);
    *note = (struct doctor_note){.check = check,
                                 .key = str_format(doctor->call->arena, "app.doctor.%s", key).at,
                                 .state = state,
                                 .args = {a, b, c}};
    if (doctor->last)
        doctor->last->next = note;
    else
        doctor->first = note;
    doctor->last = note;
    doctor->bad += state == DOCTOR_BAD;
    doctor->warn += state == DOCTOR_WARN;
}

static const char *const states[] = {"good", "warn", "bad"};

static void print(struct doctor *doctor)
{
    static const char *const marks[] = {"  ", "! ", "x "};
    struct call *call = doctor->call;
    BUF(out, 4 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_bool(&w, "ok", doctor->bad == 0);
    json_put_int(&w, "bad", doctor->bad);
    json_put_int(&w, "warn", doctor->warn);
    json_open_array(&w, "checks");
    for (const struct doctor_note *note = doctor->first; note; note = note->next) {
        struct str said = words_fill(call->arena, call->lang, note->key, note->args, 3);
        json_open_object(&w, NULL);
        json_put_c(&w, "check", note->check);
        json_put_c(&w, "state", states[note->state]);
        json_put_str(&w, "message", said);
        json_close_object(&w);
        if (!doctor->args->json)
            printf("%s%.*s\n", marks[note->state], STR_ARG(said));
    }
    json_close_array(&w);
    json_close_object(&w);
    if (doctor->args->json)
        app_print(&out);
}

int app_doctor(struct app_args *args)
{
    struct app app;
    char why[256] = "";
    enum err word = app_open_as_is(args, &app, why);
    if (word != ERR_OK && word != ERR_FAILED) {
        app_close(&app);
        return 2;
    }
    struct call call = app_call(&app);
    struct doctor doctor = {.args = args, .app = &app, .call = &call};
    app_doctor_files(&doctor);
    app_doctor_helpers(&doctor);
    app_doctor_clock(&doctor);
    app_doctor_calendar(&doctor);
    app_doctor_network(&doctor);
    app_doctor_disk(&doctor);
    if (word == ERR_OK) {
        app_doctor_database(&doctor);
        app_doctor_accounts(&doctor);
        app_doctor_ledger(&doctor);
        app_doctor_attachments(&doctor);
        app_doctor_backup(&doctor);
    } else {
        app_doctor_note(&doctor, "database", DOCTOR_BAD, "database.closed", str_of(why), STR_NONE, STR_NONE);
    }
    print(&doctor);
    app_close(&app);
    return doctor.bad ? 1 : 0;
}
