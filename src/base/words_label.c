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
