/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include "base/clock.h"
#include "http/http.h"

int app_describe(struct app_args *args)
{
    ARENA(arena, 256u << 20);
    struct call call = {.arena = arena, .now_ms = clock_now_ms(), .lang = args->lang};
    BUF(out, 64 << 20);
    struct json_writer w = json_writer(&out);
    enum err word = http_openapi(&call, &w);
    if (word != ERR_OK)
        return app_fail(args, &call, word);
    app_print(&out);
    return 0;
}
