/* SPDX-License-Identifier: Apache-2.0
 *
 * app_doctor: what is unsafe or misconfigured, in plain words. Each check notes what it found: good, warn
 * (should be put right) or bad (is not safe). The words are "app.doctor.<check>.<state>" or, where one check
 * can find several things, a key of its own.
 */
#ifndef ANZE_APP_DOCTOR_H
#define ANZE_APP_DOCTOR_H

#include "app/app.h"

enum doctor_state { DOCTOR_GOOD, DOCTOR_WARN, DOCTOR_BAD };

struct doctor_note {
    const char *check, *key;
    enum doctor_state state;
    struct str args[3];
    struct doctor_note *next;
};

struct doctor {
    struct app_args *args;
    struct app *app;
    struct call *call;
    struct doctor_note *first, *last;
    int bad, warn;
};

/* key: without the leading "app.doctor.". */
void app_doctor_note(struct doctor *doctor, const char *check, enum doctor_state state, const char *key,
                     struct str a, struct str b, struct str c);

/* app_doctor_machine.c: files, programs, fonts, clock, calendar, network, disk. */
void app_doctor_files(struct doctor *doctor);
void app_doctor_helpers(struct doctor *doctor);
void app_doctor_clock(struct doctor *doctor);
void app_doctor_calendar(struct doctor *doctor);
void app_doctor_network(struct doctor *doctor);
void app_doctor_disk(struct doctor *doctor);
/* app_doctor_data.c: what the database says. */
void app_doctor_database(struct doctor *doctor);
void app_doctor_accounts(struct doctor *doctor);
void app_doctor_ledger(struct doctor *doctor);
void app_doctor_attachments(struct doctor *doctor);
void app_doctor_backup(struct doctor *doctor);

#endif
