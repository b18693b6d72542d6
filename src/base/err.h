/* SPDX-License-Identifier: Apache-2.0
 *
 * err: the closed list of ways an operation can end.
 *
 * Every fallible function returns `enum err` and is marked MUST_USE. What went wrong in the user's words
 * (message key, field, arguments) is recorded on the call (call.h) by the function that noticed it; callers
 * only pass the word up with TRY(). It is logged once, at the edge (http, app).
 */
#ifndef ANZE_BASE_ERR_H
#define ANZE_BASE_ERR_H

enum err {
    ERR_OK = 0,
    ERR_INVALID,         /* 422  the input breaks a rule of its field; call->faults names each place */
    ERR_UNAUTHENTICATED, /* 401  nobody is signed in, or the session ended */
    ERR_FORBIDDEN,       /* 403  signed in, but the route's grant does not include this role */
    ERR_NOT_FOUND,       /* 404  does not exist, or lies outside the actor's unit scope: deliberately alike */
    ERR_CONFLICT,        /* 409  somebody changed it first, or it exists already */
    ERR_REFUSED,         /* 409  a gate, a state or a two-person rule says no; the faults say what is unmet */
    ERR_TOO_LARGE,       /* 413  over a stated maximum */
    ERR_BUSY,            /* 503  try again: a queue is full, a lock is held, too many log-in attempts */
    ERR_FAILED,          /* 500  our fault or the machine's */
};

#define MUST_USE __attribute__((warn_unused_result))

/* The only macro that hides a return. */
#define TRY(expression)                                                                                      \
    do {                                                                                                     \
        enum err try_result_ = (expression);                                                                 \
        if (try_result_ != ERR_OK)                                                                           \
            return try_result_;                                                                              \
    } while (0)

/* The HTTP status of a word, e.g. ERR_NOT_FOUND -> 404; ERR_OK -> 200. */
int err_http_status(enum err word);

/* The identifier used in JSON and logs, e.g. "not_found". */
const char *err_word(enum err word);

#endif
