/* SPDX-License-Identifier: Apache-2.0
 * field_chars: looking at characters, for the files of field only. */
#ifndef ANZE_BASE_FIELD_CHARS_H
#define ANZE_BASE_FIELD_CHARS_H

#include <string.h>
#include "base/str.h"

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool all_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.at[i]))
            return false;
    return text.len > 0;
}

static inline bool all_of(struct str text, const char *allowed)
{
    for (size_t i = 0; i < text.len; i++)
        if (!text.at[i] || !strchr(allowed, text.at[i]))
            return false;
    return text.len > 0;
}

static inline struct str upper(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        copy[i] = (char)(text.at[i] >= 'a' && text.at[i] <= 'z' ? text.at[i] - 32 : text.at[i]);
    return (struct str){copy, text.len};
}

/* Without the bytes of `drop`. */
static inline struct str without(struct arena *arena, struct str text, const char *drop)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++)
        if (!text.at[i] || !strchr(drop, text.at[i]))
            copy[len++] = text.at[i];
    return (struct str){copy, len};
}

/* One Chinese character (the basic block, where the short names of provinces are) at *at. */
static inline bool take_han(struct str text, size_t *at)
{
    size_t here = *at;
    if (here >= text.len)
        return false;
    uint32_t point = utf8_next(text, &here);
    if (point < 0x4e00 || point > 0x9fff)
        return false;
    *at = here;
    return true;
}

static inline bool take_word(struct str text, size_t *at, struct str word)
{
    if (!str_starts(str_slice(text, *at, text.len), word))
        return false;
    *at += word.len;
    return true;
}

static inline bool take_number(struct str text, size_t *at, size_t least, size_t most)
{
    size_t from = *at;
    while (*at < text.len && is_digit(text.at[*at]))
        ++*at;
    return *at - from >= least && *at - from <= most;
}

#endif
