/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

struct str words_label(struct call *call, const char *table, const char *field)
{
    return words_get(call->lang, str_format(call->arena, "field.%s.%s", table, field).at);
}

struct str words_enum(struct call *call, const char *enum_name, struct str identifier)
{
    return words_get(call->lang, str_format(call->arena, "enum.%s.%.*s", enum_name, STR_ARG(identifier)).at);
}

struct str words_clip(struct arena *arena, struct str text, size_t most)
{
    size_t at = 0;
    for (size_t n = 0; n < most && at < text.len; n++)
        (void)utf8_next(text, &at);
    return at < text.len ? str_format(arena, "%.*s…", (int)at, text.at) : text;
}
