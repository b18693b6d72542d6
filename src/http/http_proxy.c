/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Behind a front proxy every connection comes from the proxy, and limits by address would count it
 * alone. Proxies that the operator has named are believed when they say for whom they ask: each appends the
 * address it saw to X-Forwarded-For, so that is read from the right, over further trusted ones, to the first
 * that is not. What stands left of it was written by the client itself and may be anything. From anybody else
 * the header is not read at all.
 */
#include "http/http_inner.h"

#include <stdio.h>
#include <string.h>

#define PROXIES_MAX 32

struct http_proxies {
    struct {
        struct ip_key first, last;
    } at[PROXIES_MAX];
    size_t many;
};

enum err http_proxies_read(struct arena *arena, struct str list, struct http_proxies **ret, char why[256])
{
    struct http_proxies *proxies = ARENA_NEW(arena, struct http_proxies);
    struct str rest = list, part;
    while (str_cut(&rest, ',', &part)) {
        part = str_trim(part);
        if (!part.len)
            continue;
        if (proxies->many == PROXIES_MAX) {
            snprintf(why, 256, "trusted proxies: more than %d", PROXIES_MAX);
            return ERR_INVALID;
        }
        if (!ip_parse_range(part, &proxies->at[proxies->many].first, &proxies->at[proxies->many].last)) {
            snprintf(why, 256, "trusted proxies: %.*s is no address or range; write 10.0.0.5 or 10.0.0.0/24",
                     (int)(part.len < 100 ? part.len : 100), part.at);
            return ERR_INVALID;
        }
        proxies->many++;
    }
    *ret = proxies;
    return ERR_OK;
}

bool http_proxy_trusted(const struct http_proxies *proxies, struct str address)
{
    struct ip_key key;
    if (!proxies || !proxies->many || !ip_parse(address, &key))
        return false;
    for (size_t i = 0; i < proxies->many; i++)
        if (strcmp(key.text, proxies->at[i].first.text) >= 0 &&
            strcmp(key.text, proxies->at[i].last.text) <= 0)
            return true;
    return false;
}

struct str http_proxy_client(const struct http_proxies *proxies, struct arena *arena, struct str remote,
                             struct str forwarded)
{
    if (!http_proxy_trusted(proxies, remote))
        return remote;
    struct str client = remote;
    while (forwarded.len) {
        size_t from = forwarded.len;
        while (from > 0 && forwarded.at[from - 1] != ',')
            from--;
        struct str last = str_trim(str_slice(forwarded, from, forwarded.len));
        struct ip_key key;
        if (!ip_parse(last, &key))
            break; /* what a proxy would not have written: believed no further */
        client = ip_text(arena, &key);
        if (!http_proxy_trusted(proxies, client))
            break;
        forwarded = str_slice(forwarded, 0, from ? from - 1 : 0);
    }
    return client;
}
