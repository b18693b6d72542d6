/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. "Not in this file" means "gone" only where the file looked. A host that was not up proves nothing.
 * A port that is listed open or closed was looked at; a port in a stated range was looked at unless the file
 * lists it as filtered; a silent port proves nothing. Port 0 is the host itself.
 */
#include "domain/finding/finding_inner.h"

#include <string.h>

struct port {
    struct port *next;
    int32_t number;
    bool udp, open, closed, filtered;
};

struct range {
    struct range *next;
    struct str protocol, ranges;
    enum paper_answer answer;
};

struct host {
    struct host *next, *chain;
    struct str key;
    bool up;
    struct port *ports;
    struct range *covers;
};

#define BUCKETS 4096
struct finding_cover {
    struct call *call;
    struct host *buckets[BUCKETS];
    struct host *first, *last;
    struct range *everywhere;
};

struct finding_cover *finding_cover_new(struct call *call)
{
    struct finding_cover *cover = ARENA_NEW(call->arena, struct finding_cover);
    cover->call = call;
    return cover;
}

struct str finding_host_key(struct call *call, struct str address, struct str name)
{
    struct ip_key key;
    if (address.len && ip_parse(address, &key))
        return str_copy(call->arena, str_of(key.text));
    return name.len ? str_format(call->arena, "n:%.*s", STR_ARG(name)) : STR_NONE;
}

static struct host *find_host(const struct finding_cover *cover, struct str key, struct host ***ret_place)
{
    uint64_t hash = 1469598103934665603ULL;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (uint8_t)key.at[i]) * 1099511628211ULL;
    struct host **place = (struct host **)(uintptr_t)&cover->buckets[hash % BUCKETS];
    for (struct host *host = *place; host; host = host->chain) {
        if (str_eq(host->key, key))
            return host;
    }
    if (ret_place)
        *ret_place = place;
    return NULL;
}

static struct host *take_host(struct finding_cover *cover, struct str address, struct str name)
{
    struct host **place;
    struct str key = finding_host_key(cover->call, address, name);
    if (key.len == 0)
        return NULL;
    struct host *host = find_host(cover, key, &place);
    if (host)
        return host;
    host = ARENA_NEW(cover->call->arena, struct host);
    host->key = key;
    host->chain = *place;
    *place = host;
    *(cover->last ? &cover->last->next : &cover->first) = host;
    cover->last = host;
    return host;
}

static void add_port(struct finding_cover *cover, struct host *host, const struct finding_piece *piece)
{
    struct port *port = ARENA_NEW(cover->call->arena, struct port);
    struct str state = piece->texts[3];
    *port = (struct port){.next = host->ports,
                          .number = (int32_t)piece->numbers[0],
                          .udp = str_is(piece->texts[2], "udp"),
                          .open = str_is(state, "open"),
                          .closed = str_is(state, "closed"),
                          .filtered = !str_is(state, "open") && !str_is(state, "closed")};
    host->ports = port;
}

static void add_range(struct finding_cover *cover, struct range **list, const struct finding_piece *piece)
{
    struct range *range = ARENA_NEW(cover->call->arena, struct range);
    *range = (struct range){*list, piece->texts[2], piece->texts[3], (enum paper_answer)piece->numbers[0]};
    *list = range;
}

void finding_cover_add(struct finding_cover *cover, const struct finding_piece *piece)
{
    bool everywhere = piece->kind == SPOOL_COVER && piece->texts[0].len == 0 && piece->texts[1].len == 0;
    struct host *host = everywhere ? NULL : take_host(cover, piece->texts[0], piece->texts[1]);
    if (everywhere)
        add_range(cover, &cover->everywhere, piece);
    else if (host && piece->kind == SPOOL_HOST)
        host->up |= piece->numbers[0] != 0;
    else if (host && piece->kind == SPOOL_PORT)
        add_port(cover, host, piece);
    else if (host && piece->kind == SPOOL_COVER)
        add_range(cover, &host->covers, piece);
}

static bool in_ranges(const struct range *list, int32_t port, struct str protocol, bool *ret_closed)
{
    for (; list; list = list->next) {
        bool same = list->protocol.len == 0 || protocol.len == 0 || str_eq(list->protocol, protocol);
        if (!same || list->answer == PAPER_SILENT || !paper_ranges_have(list->ranges, port))
            continue;
        *ret_closed |= list->answer == PAPER_ANSWERED;
        return true;
    }
    return false;
}

bool finding_cover_has(const struct finding_cover *cover, struct str host_key, int32_t port,
                       struct str protocol, bool *ret_closed)
{
    *ret_closed = false;
    const struct host *host = find_host(cover, host_key, NULL);
    if (!host || !host->up)
        return false;
    if (port == 0)
        return true;
    for (const struct port *one = host->ports; one; one = one->next) {
        if (one->number == port && one->udp == str_is(protocol, "udp")) {
            *ret_closed = one->closed;
            return !one->filtered;
        }
    }
    return in_ranges(host->covers, port, protocol, ret_closed) ||
           in_ranges(cover->everywhere, port, protocol, ret_closed);
}

enum err finding_cover_hosts(const struct finding_cover *cover,
                             enum err (*each)(void *context, struct str host_key), void *context)
{
    for (const struct host *host = cover->first; host; host = host->next) {
        if (host->up)
            TRY(each(context, host->key));
    }
    return ERR_OK;
}
