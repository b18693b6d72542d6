/* SPDX-License-Identifier: Apache-2.0
 *
 * call: what every operation is given. One request, one job run or one command has one call: its memory, its
 * database connection, who acts, what time it is, and the faults noticed on the way.
 */
#ifndef ANZE_BASE_CALL_H
#define ANZE_BASE_CALL_H

#include <stdint.h>
#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;            /* db/db.h */
struct access_actor;  /* access/access.h */
struct rules_touched; /* rules/rules.h */

enum call_lang { CALL_ZH, CALL_EN };

/* Who acts, as far as rooms below access need to know: struct access_actor begins with exactly these members
 * (asserted there), so that call_who can read them without knowing the rest. */
struct call_who {
    int64_t user_id;
    struct str login_name, display_name;
};

#define CALL_FAULT_ARGS 4
#define CALL_FAULTS_MAX 200 /* further ones are counted, not kept */

struct call_fault {
    const char *field; /* identifier, e.g. "system_name" or "endpoints[3].ip"; NULL: the whole input */
    const char *key;   /* message key in words/ *.json, e.g. "fault.required" */
    struct str args[CALL_FAULT_ARGS]; /* fill {0} {1} … of the message */
    int64_t row;                      /* 1-based row of a sheet or line of a file, else 0 */
    const char *article;              /* for gate refusals: the article unmet, e.g. "S3"; else NULL */
    struct str
        label; /* what people call the field, when no table's words do (a form of a pack); else empty */
    struct call_fault *next;
};

struct call {
    struct arena *arena;
    struct arena *lasting; /* set while a loop over a large input lends `arena` a short-lived one: what must
                              outlive the round (faults, touched subjects) goes here; else NULL */
    struct db *db;         /* inside a transaction on write lanes; NULL before one is given */
    const struct access_actor *actor; /* NULL before log-in */
    int64_t now_ms;                   /* UTC epoch milliseconds, one value for the whole call */
    enum call_lang lang;
    struct call_fault *faults, *last_fault; /* in the order noticed */
    int64_t faults_count;
    struct rules_touched *touched; /* subjects whose facts changed; evaluated before commit */
    void *app; /* struct app_state: long-lived services (lanes, pools) for http handlers */
};

/* The arena that lives as long as the call. */
static inline struct arena *call_lasting(const struct call *call)
{
    return call->lasting ? call->lasting : call->arena;
}

/* Records a fault and returns `word`, so that a check reads:
 *     return call_fail(call, ERR_INVALID, "due_date", "fault.past", date);
 * Up to CALL_FAULT_ARGS trailing struct str arguments. */
#define call_fail(call, word, field, key, ...)                                                               \
    call_fail_args((call), (word), (field), (key), (struct str[]){__VA_ARGS__ __VA_OPT__(, ) STR_NONE},      \
                   sizeof((struct str[]){__VA_ARGS__ __VA_OPT__(, ) STR_NONE}) / sizeof(struct str) - 1)
#ifdef __clang_analyzer__ /* tells the analyzer what it cannot see: the word comes back */
#undef call_fail
#define call_fail(call, word, field, key, ...)                                                               \
    ((void)call_fail_args((call), (word), (field), (key),                                                    \
                          (struct str[]){__VA_ARGS__ __VA_OPT__(, ) STR_NONE}, 0),                           \
     (word))
#endif
enum err call_fail_args(struct call *call, enum err word, const char *field, const char *key,
                        const struct str *args, size_t many);
/* The same for a row of a file. The fault stays on the list; the caller goes on to find the others. */
struct call_fault *call_fault_add(struct call *call, const char *field, const char *key);
void call_faults_clear(struct call *call);
/* Zeroes and empty names when nobody is signed in. */
static inline struct call_who call_who(const struct call *call)
{
    struct call_who who = {0};
    if (call->actor)
        memcpy(&who, (const void *)call->actor, sizeof who);
    return who;
}

#endif
