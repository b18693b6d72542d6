/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

static bool label_at(struct call *call, struct str table, const char *field, struct str *ret)
{
    const char *key = str_format(call->arena, "field.%.*s.%s", STR_ARG(table), field).at;
    if (!words_has(call->lang, key))
        return false;
    *ret = words_get(call->lang, key);
    return true;
}

struct str words_label(struct call *call, const char *table, const char *field)
{
    struct str label, name = str_of(table);
    for (size_t end = name.len; end; end--)
        if ((end == name.len || name.at[end] == '_') &&
            label_at(call, str_slice(name, 0, end), field, &label))
            return label;
    return label_at(call, STR("any"), field, &label) ? label : str_of(field);
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
