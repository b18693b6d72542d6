/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter_page.h"

#include <math.h>

#define SMALL_PITCH  24.0 /* line pitch of the version block, pt */
#define THICK_RULE   MM(0.35)
#define THIN_RULE    MM(0.25)
#define SEAL_NOTE_PT 12.0
#define CODE_PT      9.0
#define DASH_HEIGHT  0.30 /* of — above the baseline, in sizes */
#define QR_SIDE      MM(13)
#define QR_LETTER    MM(11) /* between the type area and the lower double line */

/* ---- signature and date ---- */

/* A line placed by its left edge, counted from the left of the type area. */
static double add_at(struct press_flow *flow, struct str text, double x, double size, double cell,
                     enum press_color color, enum press_role role)
{
    struct press_paper *paper = flow->paper;
    struct press_text plain = press_plain(paper->arena, text, role);
    struct press_unit *unit = press_flow_add(flow, PRESS_UNIT_LINE, PRESS_PITCH);
    unit->line.items = press_items(paper->arena, paper->fonts, &plain, size, cell, &unit->line.many);
    unit->line.width = press_width(unit->line.items, unit->line.many);
    unit->x = x;
    unit->size = size;
    unit->color = color;
    unit->with_next = true;
    return unit->line.width;
}

static double body_width(struct press_flow *flow, struct str text)
{
    return press_draw_text(flow->paper, NULL, text, PRESS_BODY, 0, 0, PRESS_SIZE_BODY, PRESS_CELL,
                           PRESS_BLACK);
}

/* Centred over the date whose right indent is 4, but never past the edge of the type area. */
static void stamped_signature(struct press_flow *flow, const struct press_letter *letter)
{
    double date = letter->date.len ? body_width(flow, letter->date) : 9 * PRESS_CELL;
    double date_x = flow->width - 4 * PRESS_CELL - date, middle = date_x + date / 2;
    for (size_t i = 0; i < letter->signer.many; i++) {
        double width = body_width(flow, letter->signer.at[i]);
        double x = fmax(0, fmin(middle - width / 2, flow->width - width));
        press_flow_space(flow, letter->seal == PRESS_SEAL_NOTE ? 1 : 2);
        press_flow_hold(flow, 1);
        if (letter->seal == PRESS_SEAL_NOTE) {
            double note = press_draw_text(flow->paper, NULL, letter->seal_note, PRESS_KAI, 0, 0, SEAL_NOTE_PT,
                                          SEAL_NOTE_PT, PRESS_GREY);
            add_at(flow, letter->seal_note, middle - note / 2, SEAL_NOTE_PT, SEAL_NOTE_PT, PRESS_GREY,
                   PRESS_KAI);
        }
        add_at(flow, letter->signer.at[i], x, PRESS_SIZE_BODY, PRESS_CELL, PRESS_BLACK, PRESS_BODY);
    }
    if (letter->date.len)
        add_at(flow, letter->date, date_x, PRESS_SIZE_BODY, PRESS_CELL, PRESS_BLACK, PRESS_BODY);
}

/* 署名 right indent 2, the date two characters right of where it begins; a longer date takes the right
 * indent. */
static void plain_signature(struct press_flow *flow, const struct press_letter *letter)
{
    double date = letter->date.len ? body_width(flow, letter->date) : 0,
           x = flow->width - 2 * PRESS_CELL - date;
    press_flow_space(flow, 1);
    press_flow_hold(flow, 1);
    for (size_t i = 0; i < letter->signer.many; i++) {
        double width = body_width(flow, letter->signer.at[i]), left = flow->width - 2 * PRESS_CELL - width;
        if (left + 2 * PRESS_CELL + date > flow->width - 2 * PRESS_CELL)
            left = x - 2 * PRESS_CELL;
        left = fmax(0, left);
        add_at(flow, letter->signer.at[i], left, PRESS_SIZE_BODY, PRESS_CELL, PRESS_BLACK, PRESS_BODY);
        if (i + 1 == letter->signer.many)
            x = left + 2 * PRESS_CELL;
    }
    if (letter->date.len)
        add_at(flow, letter->date, x, PRESS_SIZE_BODY, PRESS_CELL, PRESS_BLACK, PRESS_BODY);
}

/* Lines of the body above the signature go with it: a page with a signature alone looks forged. */
#define BODY_LINES 2

static void attachments_note(struct press_flow *flow, const struct press_letter *letter)
{
    bool any = false;
    size_t before = flow->many;
    for (size_t i = 0; i < letter->many_attachments; i++) {
        if (!letter->attachments[i].listed)
            continue;
        if (!any)
            press_flow_space(flow, 1);
        any = true;
        struct str item = press_attachment_item(flow->paper->arena, letter, i);
        struct press_text text = press_plain(flow->paper->arena, item, PRESS_BODY);
        press_flow_text(flow, &text, PRESS_LEFT, press_attachment_lead(letter, i),
                        press_attachment_hang(letter, i), 0);
    }
    if (letter->signer.many || letter->date.len)
        press_flow_hold(flow, flow->many - before + BODY_LINES);
}

void press_signature(struct press_flow *flow)
{
    const struct press_letter *letter = flow->paper->letter;
    attachments_note(flow, letter);
    if (letter->signer.many || letter->date.len) {
        if (letter->seal == PRESS_SEAL_NONE)
            plain_signature(flow, letter);
        else
            stamped_signature(flow, letter);
        flow->units[flow->many - 1].with_next = false;
    }
    for (size_t i = 0; i < letter->notes.many; i++) {
        struct str note = press_note(flow->paper->arena, letter->notes.at[i]);
        struct press_text text = press_plain(flow->paper->arena, note, PRESS_BODY);
        press_flow_text(flow, &text, PRESS_JUSTIFY, 2, 0, 0);
    }
}

/* ---- version block ---- */

struct block {
    struct press_line *cc;
    size_t many_cc;
    bool printed, ruled;
    double height;
};

static struct block measure_block(struct press_paper *paper)
{
    const struct press_letter *letter = paper->letter;
    struct block block = {.ruled = letter->kind != PRESS_LETTER};
    double size = PRESS_SIZE_SMALL;
    struct press_style style = {.size = size, .cell = size, .hang = 3 * size, .align = PRESS_JUSTIFY};
    style.width = press_box_of(letter, 1, letter->landscape).type_width - 2 * size;
    if (letter->cc.many) {
        struct str all = press_join(paper->arena, letter->cc, "，", "。");
        struct press_text text =
            press_plain(paper->arena, str_format(paper->arena, "抄送：%.*s", STR_ARG(all)), PRESS_BODY);
        size_t many;
        struct press_item *items = press_items(paper->arena, paper->fonts, &text, size, size, &many);
        block.cc = press_lines(paper->arena, items, many, &style, &block.many_cc);
    }
    block.printed = block.ruled && (letter->printed_by.len || letter->printed_on.len);
    block.height = ((double)block.many_cc + (block.printed ? 1 : 0)) * SMALL_PITCH;
    return block;
}

static void draw_printed(struct press_paper *paper, double y)
{
    const struct press_letter *letter = paper->letter;
    const struct press_box *box = &paper->last->box;
    double size = PRESS_SIZE_SMALL, base = press_baseline(y, SMALL_PITCH, size);
    press_draw_text(paper, paper->last, letter->printed_by, PRESS_BODY, box->left + size, base, size, size,
                    PRESS_BLACK);
    if (!letter->printed_on.len)
        return;
    struct str when = str_format(paper->arena, "%.*s印发", STR_ARG(letter->printed_on));
    double width = press_draw_text(paper, NULL, when, PRESS_BODY, 0, 0, size, size, PRESS_BLACK);
    press_draw_text(paper, paper->last, when, PRESS_BODY, box->left + box->type_width - size - width, base,
                    size, size, PRESS_BLACK);
}

static void draw_block(struct press_paper *paper, const struct block *block)
{
    const struct press_box *box = &paper->last->box;
    double bottom = box->top + box->type_height, y = bottom - block->height, size = PRESS_SIZE_SMALL;
    if (block->ruled) {
        press_rule(paper, box->left, y, box->type_width, THICK_RULE, PRESS_BLACK);
        press_rule(paper, box->left, bottom - THICK_RULE, box->type_width, THICK_RULE, PRESS_BLACK);
    }
    for (size_t i = 0; i < block->many_cc; i++, y += SMALL_PITCH)
        press_draw_line(paper, paper->last, &block->cc[i], box->left + size,
                        press_baseline(y, SMALL_PITCH, size), size, PRESS_BLACK);
    if (block->ruled && block->many_cc && block->printed)
        press_rule(paper, box->left, y, box->type_width, THIN_RULE, PRESS_BLACK);
    if (block->printed)
        draw_printed(paper, y);
}

enum err press_version_block(struct press_paper *paper)
{
    struct block block = measure_block(paper);
    if (block.height <= 0)
        return ERR_OK;
    bool fits = paper->y + block.height <= press_bottom(paper) + 0.5 && !paper->last->box.landscape;
    bool even = paper->pages % 2 == 0 || !paper->letter->duplex;
    while (!fits || !even) {
        TRY(press_page_new(paper, paper->letter->landscape));
        paper->last->numbered =
            false; /* a page with nothing but the version block, or the empty one before it */
        fits = true;
        even = paper->pages % 2 == 0 || !paper->letter->duplex;
    }
    draw_block(paper, &block);
    return ERR_OK;
}

/* ---- feet ---- */

/* 7 mm from the type area to the dash; right on odd pages, left on even ones, one character in. */
static void draw_number(struct press_paper *paper, struct press_page *page, int number)
{
    const struct press_box *box = &page->box;
    struct str text = str_format(paper->arena, "— %d —", number);
    double size = PRESS_SIZE_SMALL, drop = MM(7) + DASH_HEIGHT * size;
    double width = press_draw_text(paper, NULL, text, PRESS_SONG, 0, 0, size, size, PRESS_BLACK);
    double length = box->turned ? box->type_height : box->type_width;
    double along = number % 2 ? length - size - width : size;
    if (!box->turned) {
        press_draw_text(paper, page, text, PRESS_SONG, box->left + along, box->top + box->type_height + drop,
                        size, size, PRESS_BLACK);
        return;
    }
    /* The upright paper's foot is the left edge of the turned sheet; its left is at the top. */
    double x = box->left - drop, y = box->top + along;
    press_draw_text(paper, page, text, PRESS_SONG, x, y, size, size, PRESS_BLACK);
    for (struct press_op *op = page->last; op && op->kind == PRESS_OP_TEXT; op = NULL) {
        op->turned = true;
        op->x = x;
        op->y = y;
    }
}

static void draw_code(struct press_paper *paper, struct press_page *page, int number)
{
    const struct press_letter *letter = paper->letter;
    const struct press_box *box = &page->box;
    struct str code = str_format(paper->arena, "核验码：%.*s", STR_ARG(letter->verify_code));
    double width = press_draw_text(paper, NULL, code, PRESS_SONG, 0, 0, CODE_PT, CODE_PT, PRESS_BLACK);
    double bottom = box->top + box->type_height, x = box->left;
    if (number > 1) {
        x = number % 2 || box->turned ? x : x + box->type_width - width;
        press_draw_text(paper, page, code, PRESS_SONG, x, bottom + MM(7) + DASH_HEIGHT * PRESS_SIZE_SMALL,
                        CODE_PT, CODE_PT, PRESS_GREY);
        return;
    }
    struct press_op *qr = press_ink(paper, page, PRESS_OP_QR);
    qr->x = x;
    bool tight = letter->kind == PRESS_LETTER;
    double side = tight ? QR_LETTER : QR_SIDE;
    qr->y = bottom + (tight ? MM(1) : MM(1.5));
    qr->w = side;
    qr->text = letter->verify_url.len ? letter->verify_url : letter->verify_code;
    double left = x + side + MM(2), base = qr->y + side - MM(1);
    press_draw_text(paper, page, code, PRESS_SONG, left,
                    letter->verify_text.len ? base - CODE_PT * 1.5 : base, CODE_PT, CODE_PT, PRESS_BLACK);
    if (letter->verify_text.len)
        press_draw_text(paper, page, letter->verify_text, PRESS_SONG, left, base, CODE_PT, CODE_PT,
                        PRESS_BLACK);
}

void press_feet(struct press_paper *paper)
{
    int number = 1;
    for (struct press_page *page = paper->first; page; page = page->next, number++) {
        if (page->numbered)
            draw_number(paper, page, number);
        if (paper->letter->verify_code.len)
            draw_code(paper, page, number);
    }
}
