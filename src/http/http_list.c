/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"

struct db_list_ask http_ask(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = {.param = x->param, .from = x->param_from};
    ask.scope_path = access_scope(call->actor, &ask.nothing);
    ask.personal = !ask.nothing && access_sees_personal(call, ask.scope_path);
    return ask;
}

enum err http_list(struct call *call, struct http_exchange *x)
{
    if (http_wants_sheet(x))
        return http_sheet(call, x);
    struct db_list_ask ask = http_ask(call, x);
    return db_list(call, x->route->list, &ask, x->out, NULL);
}

bool http_names_param(const struct http_route *route, const char *name)
{
    if (route->query && field_find(route->query, str_of(name)))
        return true;
    for (size_t i = 0; route->list && i < route->list->many_filters; i++)
        if (str_is(str_of(name), route->list->filters[i].param))
            return true;
    return false;
}
