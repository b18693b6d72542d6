/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Greedy, line by line, with one look ahead. Items are laid until the room is used up. Then there are
 * up to three ends to choose from: the last place where a break is allowed; the next such place behind the
 * overflow, if the marks between can give up enough of their cells; and, when the first would leave the line
 * more than RAGGED cells short, the last place inside an address. Wider than the whole line: split anywhere.
 */
#include "helpers/press/letter_line.h"

#include <math.h>

#define RAGGED      3.0  /* cells */
#define EPSILON     0.01 /* pt */
#define SPREAD_MOST 0.12 /* of a cell, per gap: a line that would need more is left short */

double press_width(const struct press_item *items, size_t many)
{
    double width = 0;
    for (size_t i = 0; i < many; i++)
        width += items[i].advance;
    return width;
}

static size_t trimmed(const struct press_item *items, size_t from, size_t to)
{
    while (to > from && (items[to - 1].space || items[to - 1].forced))
        to--;
    return to;
}

/* What the marks of items[from…to) can give, the last one's free half included. */
static double give_of(const struct press_item *items, size_t from, size_t to)
{
    double give = 0;
    for (size_t i = from; i < to; i++)
        give += items[i].give;
    return give;
}

/* The next place behind `at` where a line may end, or `at` itself when there is none near. */
static size_t next_end(const struct press_item *items, size_t many, size_t at)
{
    for (size_t i = at + 1; i <= many && i <= at + 3; i++)
        if (i == many || items[i].before == PRESS_BREAK_YES || items[i].forced)
            return i;
    return at;
}

struct ends {
    size_t over;         /* first item that does not fit */
    size_t last, ragged; /* last allowed place, last place inside an address; 0: none */
    double last_width, ragged_width;
};

static struct ends find_ends(const struct press_item *items, size_t many, size_t from, double room)
{
    struct ends ends = {.over = many};
    double width = 0;
    for (size_t i = from; i < many; i++) {
        if (i > from && items[i].before == PRESS_BREAK_YES) {
            ends.last = i;
            ends.last_width = width;
        }
        if (i > from && items[i].before != PRESS_BREAK_NO) {
            ends.ragged = i;
            ends.ragged_width = width;
        }
        if (items[i].forced) {
            ends.over = i + 1;
            ends.last = i + 1;
            return ends;
        }
        width += items[i].advance;
        if (width > room + EPSILON && !items[i].space) {
            ends.over = i;
            return ends;
        }
    }
    ends.last = many;
    return ends;
}

/* Where the line that starts at `from` ends. */
static size_t choose_end(const struct press_item *items, size_t many, size_t from, double room, double cell)
{
    struct ends ends = find_ends(items, many, from, room);
    if (ends.over == many || (ends.over > from && items[ends.over - 1].forced))
        return ends.over;
    size_t further = next_end(items, many, ends.over);
    if (further > ends.over && ends.last != ends.over) {
        size_t to = trimmed(items, from, further);
        if (press_width(&items[from], to - from) - give_of(items, from, to) <= room + EPSILON)
            return further;
    }
    if (ends.last && room - ends.last_width <= fmin(RAGGED * cell, room / 4))
        return ends.last;
    if (ends.ragged > ends.last)
        return ends.ragged;
    if (ends.last)
        return ends.last;
    return ends.over > from ? ends.over : from + 1;
}

bool press_gap(const struct press_line *line, size_t at)
{
    if (at + 1 >= line->many)
        return false;
    const struct press_item *a = &line->items[at], *b = &line->items[at + 1];
    if (a->blank || b->blank)
        return false;
    return a->wide || b->wide || a->space;
}

/* Squeezes a line that is too wide and spreads one that is short, so that its right edge stands. */
static void adjust(struct press_line *line, double room, double cell, bool spread)
{
    double over = line->width - room;
    if (over > EPSILON) {
        double give = give_of(line->items, 0, line->many);
        line->squeeze = give > 0 ? over / give : 0;
        line->squeeze = line->squeeze > 1 ? 1 : line->squeeze;
        line->width -= line->squeeze * give;
        return;
    }
    size_t gaps = 0;
    for (size_t i = 0; i < line->many; i++)
        gaps += press_gap(line, i);
    if (!spread || gaps == 0 || -over < EPSILON || -over / (double)gaps > SPREAD_MOST * cell)
        return;
    line->spread = -over / (double)gaps;
    line->width = room;
}

static void place(struct press_line *line, const struct press_style *style, double indent)
{
    double slack = style->width - indent - line->width;
    line->indent = indent;
    if (style->align == PRESS_CENTER)
        line->indent += slack / 2;
    else if (style->align == PRESS_RIGHT)
        line->indent += slack;
}

struct press_line *press_lines(struct arena *arena, const struct press_item *items, size_t many,
                               const struct press_style *style, size_t *ret_many)
{
    size_t cap = 8, used = 0;
    struct press_line *lines = ARENA_ARRAY(arena, struct press_line, cap);
    for (size_t from = 0; from < many || used == 0;) {
        double indent = used == 0 ? style->first : style->hang, room = style->width - indent;
        size_t end = from < many ? choose_end(items, many, from, room, style->cell) : from;
        size_t to = trimmed(items, from, end);
        bool last = end >= many || items[end - 1].forced;
        if (used == cap) {
            struct press_line *more = ARENA_ARRAY(arena, struct press_line, cap * 2);
            for (size_t i = 0; i < used; i++)
                more[i] = lines[i];
            lines = more;
            cap *= 2;
        }
        struct press_line *line = &lines[used++];
        *line = (struct press_line){.items = items + from, .many = to - from};
        line->width = press_width(line->items, line->many);
        adjust(line, room, style->cell, style->align == PRESS_JUSTIFY && !last);
        place(line, style, indent);
        from = end;
        if (from >= many)
            break;
    }
    *ret_many = used;
    return lines;
}
