/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A hash costs 64 MiB and 180 ms on purpose; a request for one costs its sender nothing. So before a
 * hash is made, an address must have something left in its bucket (refilled evenly, a minute's worth at
 * most), and at most two hashes are made at a time, with a few more waiting. Buckets stand in a fixed table:
 * four places per address by hash, the longest unused is taken over; an attacker with very many addresses
 * thereby only forgets himself. Loopback is the front proxy, behind which everybody stands: it has twenty
 * times as much.
 */
#include <pthread.h>
#include <string.h>
#include "base/crypt.h"
#include "domain/accounts/accounts_parts.h"

#define BUCKETS      4096
#define PLACES       4
#define HASHING_MOST 2
#define WAITING_MOST 8
#define MINUTE_US    60000000LL
#define PROXY_FACTOR 20

struct bucket {
    uint64_t address; /* digest; 0: free */
    int64_t level_us; /* what is left, in microseconds of refilling */
    int64_t at_us;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t place_free = PTHREAD_COND_INITIALIZER;
static struct bucket buckets[BUCKETS];
static int hashing, waiting;

static struct bucket *bucket_of(uint64_t address, int64_t now_us)
{
    struct bucket *oldest = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        struct bucket *b = &buckets[(address + i) % BUCKETS];
        if (b->address == address)
            return b;
        if (!oldest || b->at_us < oldest->at_us)
            oldest = b;
    }
    *oldest = (struct bucket){address, MINUTE_US, now_us};
    return oldest;
}

static bool is_loopback(struct str remote)
{
    return str_starts(remote, STR("127.")) || str_is(remote, "::1") || str_starts(remote, STR("::ffff:127."));
}

bool accounts_rate(struct str remote, int64_t address_minute, int64_t now_us)
{
    struct crypt_sm3 hash = crypt_sm3(remote);
    uint64_t address;
    memcpy(&address, hash.bytes, sizeof address);
    int64_t many = address_minute * (is_loopback(remote) ? PROXY_FACTOR : 1),
            cost = MINUTE_US / (many > 0 ? many : 1);
    pthread_mutex_lock(&lock);
    struct bucket *b = bucket_of(address | 1, now_us);
    int64_t level = b->level_us + (now_us > b->at_us ? now_us - b->at_us : 0);
    b->at_us = now_us;
    b->level_us = level < MINUTE_US ? level : MINUTE_US;
    bool may = b->level_us >= cost;
    if (may)
        b->level_us -= cost;
    pthread_mutex_unlock(&lock);
    return may;
}

enum err accounts_gate_enter(struct call *call)
{
    pthread_mutex_lock(&lock);
    bool full = hashing >= HASHING_MOST && waiting >= WAITING_MOST;
    if (!full) {
        waiting++;
        while (hashing >= HASHING_MOST)
            pthread_cond_wait(&place_free, &lock);
        waiting--;
        hashing++;
    }
    pthread_mutex_unlock(&lock);
    return full ? call_fail(call, ERR_BUSY, NULL, "accounts.queue") : ERR_OK;
}

void accounts_gate_leave(void)
{
    pthread_mutex_lock(&lock);
    hashing--;
    pthread_cond_signal(&place_free);
    pthread_mutex_unlock(&lock);
}
