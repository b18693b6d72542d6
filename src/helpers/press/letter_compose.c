/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter_page.h"

static void add_corner(struct press_flow *flow, struct str text)
{
    struct press_text corner = press_plain(flow->paper->arena, text, PRESS_HEI);
    press_flow_text(flow, &corner, PRESS_LEFT, 0, 0, 0);
    press_flow_space(flow, 1);
    press_flow_hold(flow, 2);
}

/* The title as it was broken, for the printer that cannot break it itself. */
static struct str broken_title(struct press_flow *flow)
{
    struct arena *arena = flow->paper->arena;
    struct str all = STR_NONE;
    for (size_t i = 0; i < flow->many; i++) {
        const struct press_line *line = &flow->units[i].line;
        for (size_t k = 0; k < line->many; k++)
            all = str_format(arena, "%.*s%s%.*s", STR_ARG(all), i && !k ? "\n" : "",
                             STR_ARG(line->items[k].text));
    }
    return all;
}

static void add_title(struct press_flow *flow, const struct press_letter *letter)
{
    struct arena *arena = flow->paper->arena;
    bool headless = letter->kind != PRESS_DOCUMENT && letter->kind != PRESS_LETTER;
    struct press_flow alone = {.paper = flow->paper, .width = flow->width};
    press_flow_title(&alone, letter->title);
    flow->paper->title = broken_title(&alone);
    if (letter->corner.len && headless)
        add_corner(flow, letter->corner);
    press_flow_title(flow, letter->title);
    if (letter->subtitle.len) {
        struct press_text text = press_plain(arena, letter->subtitle, PRESS_KAI);
        press_flow_text(flow, &text, PRESS_CENTER, 0, 0, 0);
        press_flow_hold(flow, 1);
    }
    if (headless && letter->number.len) {
        struct press_text text = press_plain(arena, letter->number, PRESS_BODY);
        press_flow_text(flow, &text, PRESS_CENTER, 0, 0, 0);
        press_flow_hold(flow, 1);
    }
    if (letter->kind == PRESS_TABLE ||
        (headless && letter->body.many && letter->body.at[0].kind == PRESS_TABLE_BLOCK))
        press_flow_space(flow, 0.5);
    else
        press_flow_space(flow, 1);
    press_flow_hold(flow, 1);
    if (letter->to.many) {
        struct press_text text = press_plain(arena, press_join(arena, letter->to, "、", "："), PRESS_BODY);
        press_flow_text(flow, &text, PRESS_JUSTIFY, 0, 0, 0);
    }
}

static enum err add_attachment(struct press_paper *paper, size_t at)
{
    const struct press_attachment *one = &paper->letter->attachments[at];
    bool landscape = one->landscape || paper->letter->landscape;
    if (!one->body.many)
        return ERR_OK;
    TRY(press_page_new(paper, landscape));
    struct press_flow flow = {.paper = paper, .width = paper->last->box.type_width};
    if (one->listed)
        add_corner(&flow, press_attachment_label(paper->arena, paper->letter, at));
    press_flow_title(&flow, one->title);
    press_flow_space(&flow, one->body.at[0].kind == PRESS_TABLE_BLOCK ? 0.5 : 1);
    press_flow_hold(&flow, 1);
    press_flow_blocks(&flow, &one->body);
    return press_flow_pour(&flow, landscape);
}

enum err press_compose(struct call *call, const struct press_letter *letter, struct press_fonts *fonts,
                       struct press_paper *ret)
{
    *ret = (struct press_paper){.arena = call->arena, .fonts = fonts, .letter = letter, .call = call};
    TRY(press_head(ret));
    struct press_flow flow = {.paper = ret, .width = ret->last->box.type_width};
    add_title(&flow, letter);
    press_flow_blocks(&flow, &letter->body);
    press_signature(&flow);
    TRY(press_flow_pour(&flow, letter->landscape));
    for (size_t i = 0; i < letter->many_attachments; i++)
        TRY(add_attachment(ret, i));
    TRY(press_version_block(ret));
    press_feet(ret);
    return ERR_OK;
}
