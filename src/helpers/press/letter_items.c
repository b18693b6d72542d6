/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Chinese text is one item a character. Plain Latin letters and digits are one item each too, glued
 * into words by the break rules, so that an over-long word can still be split. A word in a script whose
 * letters join or stack (Uyghur, Tibetan, accents) goes through the shaper and becomes one item that is never
 * split. A character that no installed font has is written as its code, 〔U+E123〕: an empty box would hide
 * which one it was, and a name that lost a character is another name.
 */
#include "helpers/press/letter_line.h"

#include <string.h>

struct maker {
    struct arena *arena;
    struct press_fonts *fonts;
    double size, cell;
    struct press_item *items;
    size_t many;
};

static bool is_simple(uint32_t code)
{
    return code < 0x250 || press_is_wide(code) || press_is_ambiguous(code) ||
           (code >= 0x370 && code < 0x530) || (code >= 0x2000 && code < 0x2e80) || code >= 0xfb00;
}

static void set_give(struct press_item *item, double cell)
{
    item->give_left = press_is_opening(item->code);
    if (item->wide && (item->give_left || press_is_closing(item->code)))
        item->give = cell * 0.45;
}

static void add_blank(struct maker *m, const struct press_run *run)
{
    m->items[m->many++] = (struct press_item){
        .advance = run->blank * m->cell, .blank = true, .under = true, .code = ' ', .wide = true};
}

static void add_simple(struct maker *m, const struct press_run *run, size_t from, size_t to, uint32_t code,
                       uint32_t selector)
{
    struct press_item *item = &m->items[m->many++];
    *item = (struct press_item){.code = code, .under = run->under};
    item->text = str_slice(run->text, from, to - from);
    if (code == '\n') {
        item->forced = true;
        return;
    }
    bool mark = press_is_closing(code) || press_is_opening(code);
    /* The free 楷体 sets its marks in the middle of the cell, as is done elsewhere. */
    enum press_role role = run->role == PRESS_KAI && mark ? PRESS_BODY : run->role;
    struct press_glyph glyph = press_fonts_find(m->fonts, role, code, selector);
    item->font = glyph.font;
    item->glyph = glyph.index;
    item->space = code == ' ';
    item->wide = press_is_wide(code) || (press_is_ambiguous(code) && glyph.advance > 0.9);
    item->advance = item->wide ? m->cell : glyph.advance * m->size;
    if (item->wide)
        item->dx = (m->cell - glyph.advance * m->size) / 2;
    set_give(item, m->cell);
}

static void add_shaped(struct maker *m, const struct press_run *run, size_t from, size_t to, uint32_t code)
{
    struct press_item *item = &m->items[m->many++];
    struct press_glyph glyph = press_fonts_find(m->fonts, run->role, code, 0);
    *item = (struct press_item){.code = code, .under = run->under, .font = glyph.font, .glyph = glyph.index};
    item->text = str_slice(run->text, from, to - from);
    item->shaped = press_fonts_shape(m->fonts, glyph.font, item->text, &item->many_shaped);
    for (size_t i = 0; i < item->many_shaped; i++)
        item->advance += item->shaped[i].advance * m->size;
}

/* Every letter of the word must be in the font, or be put on the list of missing ones. */
static void check_word(struct maker *m, const struct press_run *run, size_t from, size_t to)
{
    while (from < to) {
        uint32_t code = utf8_next(run->text, &from);
        if (!press_is_joined(code))
            (void)press_fonts_find(m->fonts, run->role, code, 0);
    }
}

static bool is_lost(struct maker *m, const struct press_run *run, uint32_t code)
{
    bool variant = (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
    return code > ' ' && !variant && !press_is_joined(code) &&
           press_fonts_find(m->fonts, run->role, code, 0).index == 0;
}

/* The run with codes in the place of what cannot be shown; mostly the run itself. */
static struct str visible(struct arena *arena, struct maker *m, const struct press_run *run)
{
    size_t lost = 0, len = 0;
    for (size_t at = 0; at < run->text.len;)
        lost += is_lost(m, run, utf8_next(run->text, &at));
    if (!lost)
        return run->text;
    char *text = arena_alloc(arena, run->text.len + lost * 20 + 1);
    for (size_t at = 0; at < run->text.len;) {
        size_t from = at;
        uint32_t code = utf8_next(run->text, &at);
        struct str part = is_lost(m, run, code) ? str_format(arena, "〔U+%04X〕", (unsigned)code)
                                                : str_slice(run->text, from, at - from);
        memcpy(text + len, part.at, part.len);
        len += part.len;
    }
    return (struct str){text, len};
}

static void add_run(struct maker *m, const struct press_run *run)
{
    for (size_t at = 0; at < run->text.len;) {
        size_t from = at, next;
        uint32_t code = utf8_next(run->text, &at), selector = 0, follow;
        bool shape = !is_simple(code);
        for (next = at; next < run->text.len; at = next) {
            follow = utf8_next(run->text, &next);
            bool variant = (follow >= 0xfe00 && follow <= 0xfe0f) || (follow >= 0xe0100 && follow <= 0xe01ef);
            if (variant)
                selector = follow;
            else if (press_is_joined(follow))
                shape = true;
            else if (!(shape && !is_simple(follow)))
                break;
        }
        if (!shape) {
            add_simple(m, run, from, at, code, selector);
            continue;
        }
        check_word(m, run, from, at);
        add_shaped(m, run, from, at, code);
    }
}

/* ---- where lines may end ---- */

/* 〔2026〕3号 and 2026年 stay whole. */
static bool number_holds(uint32_t a, uint32_t b)
{
    bool after = a == 0x3015 || a == 0x7b2c; /* 〕3, 第3 */
    return (press_is_digit(a) && press_is_unit(b)) || (after && press_is_digit(b));
}

static enum press_break_before break_between(const struct press_item *items, size_t at)
{
    uint32_t a = items[at - 1].code, b = items[at].code, c = at >= 2 ? items[at - 2].code : 0;
    if (items[at - 1].forced)
        return PRESS_BREAK_YES;
    if (items[at].forced || items[at].space)
        return PRESS_BREAK_NO; /* spaces hang on the line before */
    bool word = press_is_word(a) && press_is_word(b) && !items[at - 1].space;
    if (press_no_start(b) || press_no_end(a) || number_holds(a, b))
        return PRESS_BREAK_NO;
    if (!word)
        return PRESS_BREAK_YES;
    /* Decimal points and thousands separators are no place to part; the slashes of an address are. */
    bool sign = a == '/' || a == '?' || a == '&' || a == '=' || a == '_' || a == '-' || a == '#' ||
                (a == '.' && !press_is_digit(c));
    return sign && !(a == '-' && press_is_digit(b) && !press_is_word(c)) ? PRESS_BREAK_RAGGED
                                                                         : PRESS_BREAK_NO;
}

struct press_item *press_items(struct arena *arena, struct press_fonts *fonts, const struct press_text *text,
                               double size, double cell, size_t *ret_many)
{
    size_t bytes = 0;
    struct maker m = {.arena = arena, .fonts = fonts, .size = size, .cell = cell};
    struct press_run *runs = ARENA_ARRAY(arena, struct press_run, text->many + 1);
    for (size_t i = 0; i < text->many; i++) {
        runs[i] = text->runs[i];
        if (!runs[i].blank)
            runs[i].text = visible(arena, &m, &text->runs[i]);
        bytes += runs[i].blank ? 1 : utf8_length(runs[i].text);
    }
    m.items = ARENA_ARRAY(arena, struct press_item, bytes + 1);
    for (size_t i = 0; i < text->many; i++) {
        if (runs[i].blank)
            add_blank(&m, &runs[i]);
        else
            add_run(&m, &runs[i]);
    }
    for (size_t i = 1; i < m.many; i++)
        m.items[i].before = break_between(m.items, i);
    *ret_many = m.many;
    return m.items;
}
