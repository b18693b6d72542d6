/* SPDX-License-Identifier: Apache-2.0 */
#include "base/kept.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define KEPT_MAX  64
#define BYTES_MAX (256 * 1024)
#define TIMES     30
#define LONGEST   300000000LL

static struct {
    pthread_mutex_t lock;
    struct kept {
        const char *what;
        char *key, *bytes;
        size_t key_len, len;
        int64_t until_us;
    } at[KEPT_MAX];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static bool find(struct call *call, const char *what, struct str key, struct str *ret)
{
    bool found = false;
    int64_t now = clock_monotonic_us();
    pthread_mutex_lock(&kept.lock);
    for (int i = 0; i < KEPT_MAX && !found; i++) {
        const struct kept *one = &kept.at[i];
        found = one->what == what && one->until_us > now && str_eq((struct str){one->key, one->key_len}, key);
        if (found)
            *ret = str_copy(call->arena, (struct str){one->bytes, one->len});
    }
    pthread_mutex_unlock(&kept.lock);
    return found;
}

static char *copy_of(struct str text)
{
    char *made = malloc(text.len + 1);
    if (made && text.len)
        memcpy(made, text.at, text.len);
    return made;
}

static void keep(const char *what, struct str key, struct str bytes, int64_t took_us)
{
    int64_t stays = took_us * TIMES < LONGEST ? took_us * TIMES : LONGEST;
    struct kept made = {what, copy_of(key), copy_of(bytes), key.len, bytes.len, clock_monotonic_us() + stays};
    pthread_mutex_lock(&kept.lock);
    struct kept *oldest = &kept.at[0]; /* the same one, or what ends first */
    for (int i = 0; i < KEPT_MAX; i++) {
        struct kept *one = &kept.at[i];
        if (one->what == what && str_eq((struct str){one->key, one->key_len}, key)) {
            oldest = one;
            break;
        }
        if (one->until_us < oldest->until_us)
            oldest = one;
    }
    free(oldest->key);
    free(oldest->bytes);
    *oldest = made;
    if (!made.key || !made.bytes)
        oldest->until_us = 0;
    pthread_mutex_unlock(&kept.lock);
}

/* A machine that is busy elsewhere makes nothing slow: what counts is this thread's own work, or, where
 * another process does it (PostgreSQL), a time that no small count takes. */
#define WAITED_US 500000

static int64_t own_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return at.tv_sec * 1000000LL + at.tv_nsec / 1000;
}

enum err kept_figures(struct call *call, struct json_writer *w, const char *what, struct str key,
                      enum err (*make)(struct call *call, struct json_writer *w, void *context),
                      void *context)
{
    struct str bytes = STR_NONE;
    if (!find(call, what, key, &bytes)) {
        BUF(out, BYTES_MAX);
        struct json_writer inner = json_writer(&out);
        int64_t from = clock_monotonic_us(), own = own_us();
        TRY(make(call, &inner, context));
        TRY(buf_check(&out));
        int64_t took = clock_monotonic_us() - from;
        bytes = str_copy(call->arena, buf_str(&out));
        if (own_us() - own > KEPT_SLOW_US || took > WAITED_US)
            keep(what, key, bytes, took);
    }
    json_put_members(w, bytes);
    return ERR_OK;
}
