/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter.h"

#include <string.h>

struct press_text press_plain(struct arena *arena, struct str text, enum press_role role)
{
    struct press_run *run = ARENA_NEW(arena, struct press_run);
    *run = (struct press_run){.text = text, .role = role};
    return (struct press_text){run, 1};
}

struct str press_join(struct arena *arena, struct press_strs list, const char *between, const char *end)
{
    struct str all = STR_NONE;
    for (size_t i = 0; i < list.many; i++)
        all = str_format(arena, "%.*s%s%.*s", STR_ARG(all), i ? between : "", STR_ARG(list.at[i]));
    if (all.len && !str_ends(all, str_of(end)))
        all = str_format(arena, "%.*s%s", STR_ARG(all), end);
    return all;
}

struct str press_attachment_label(struct arena *arena, const struct press_letter *letter, size_t at)
{
    int number = letter->attachments[at].number;
    return number ? str_format(arena, "附件%d", number) : STR("附件");
}

static bool is_first_listed(const struct press_letter *letter, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (letter->attachments[i].listed)
            return false;
    return true;
}

struct str press_attachment_item(struct arena *arena, const struct press_letter *letter, size_t at)
{
    const struct press_attachment *one = &letter->attachments[at];
    struct str name = one->name;
    const char *lead = is_first_listed(letter, at) ? "附件：" : "";
    if (!one->number)
        return str_format(arena, "%s%.*s", lead, STR_ARG(name));
    return str_format(arena, "%s%d.%.*s", lead, one->number, STR_ARG(name));
}

double press_attachment_lead(const struct press_letter *letter, size_t at)
{
    return is_first_listed(letter, at) ? 2 : 5;
}

double press_attachment_hang(const struct press_letter *letter, size_t at)
{
    int number = letter->attachments[at].number;
    return number == 0 ? 5 : number < 10 ? 6 : 6.5;
}

struct str press_note(struct arena *arena, struct str note)
{
    if (str_starts(note, STR("（")))
        return note;
    return str_format(arena, "（%.*s）", STR_ARG(note));
}

struct str press_one_line(struct arena *arena, struct str text)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\n')
            to[len++] = text.at[i];
    return (struct str){to, len};
}
