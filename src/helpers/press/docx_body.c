/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The head of a 文件格式 paper is made of ordinary paragraphs with measured gaps, so that an office
 * can change it. The 信函格式 head begins above the type area and therefore stands in the header of page one.
 * The version block is a table that floats at the foot of the type area of the last page.
 */
#include "helpers/press/docx.h"

#include <math.h>

#define LINE 580 /* one of the 22 lines, twips */

static const struct press_docx_font body_font = {.role = PRESS_BODY};

/* ---- section ---- */

void press_docx_section(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    int width = TWIPS(letter->a3 ? 297 : 210), height = TWIPS(letter->a3 ? 420 : 297);
    buf_add_str(d->xml, STR("<w:sectPr>"));
    if (letter->kind == PRESS_LETTER)
        buf_add_str(d->xml, STR("<w:headerReference w:type=\"first\" r:id=\"rIdHead1\"/>"));
    buf_add_str(d->xml, STR("<w:footerReference w:type=\"default\" r:id=\"rIdFoot1\"/>"
                            "<w:footerReference w:type=\"even\" r:id=\"rIdFoot2\"/>"
                            "<w:footerReference w:type=\"first\" r:id=\"rIdFoot3\"/>"));
    buf_format(d->xml, "<w:type w:val=\"nextPage\"/><w:pgSz w:w=\"%d\" w:h=\"%d\"%s/>",
               d->landscape ? height : width, d->landscape ? width : height,
               d->landscape ? " w:orient=\"landscape\"" : "");
    buf_format(
        d->xml,
        "<w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" w:left=\"%d\" w:header=\"%d\" w:footer=\"%d\" "
        "w:gutter=\"0\"/>",
        TWIPS(d->landscape ? 28 : 37), TWIPS(d->landscape ? 37 : 26), TWIPS(d->landscape ? 26 : 35),
        TWIPS(d->landscape ? 35 : 28), TWIPS(letter->kind == PRESS_LETTER ? 30 : 15),
        TWIPS(d->landscape ? 10 : 18));
    if (d->first_section && press_docx_has_first(letter))
        buf_add_str(d->xml, STR("<w:titlePg/>"));
    buf_add_str(d->xml, STR("</w:sectPr>"));
    d->first_section = false;
}

static void end_section(struct press_docx *d, bool next_landscape)
{
    buf_add_str(d->xml, STR("<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/>"));
    press_docx_section(d);
    buf_add_str(d->xml, STR("</w:pPr></w:p>\n"));
    d->landscape = next_landscape;
}

/* ---- head ---- */

/* All names in one size, the suffix beside the last. */
void press_docx_marks(struct press_docx *d, double tallest, int before)
{
    const struct press_letter *letter = d->letter;
    double room = TWIPS(156) / 20.0, longest = 0;
    for (size_t i = 0; i < letter->mark.many; i++)
        longest = fmax(longest, (double)utf8_length(letter->mark.at[i]));
    longest += (double)utf8_length(letter->mark_suffix);
    double size = fmin(letter->mark.many > 1 ? tallest * 0.75 : tallest, room / (longest + 0.1));
    double cell = fmin(size * 1.25, size + (room - longest * size) / longest);
    struct press_docx_font font = {.role = PRESS_TITLE, .size = floor(size * 2) / 2, .color = "FF0000"};
    struct press_docx_par par = {.align = PRESS_CENTER, .before = before, .line = (int)(size * 20)};
    font.spread = (int)((cell - size) * 20);
    for (size_t i = 0; i < letter->mark.many; i++) {
        bool last = i + 1 == letter->mark.many;
        struct str suffix = last ? letter->mark_suffix : STR("");
        struct str mark =
            str_format(d->call->arena, "%.*s%.*s", STR_ARG(letter->mark.at[i]), STR_ARG(suffix));
        press_docx_line(d, mark, &par, &font);
        par.before = 200;
    }
}

static void document_number(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    const char *red = "<w:bottom w:val=\"single\" w:sz=\"16\" w:space=\"8\" w:color=\"FF0000\"/>";
    struct press_docx_par par = {.align = PRESS_CENTER, .before = 2 * LINE, .border = red};
    if (!letter->signed_by.many) {
        press_docx_line(d, letter->number, &par, &body_font);
        return;
    }
    struct str names = press_join(d->call->arena, letter->signed_by, "　", "");
    par.align = PRESS_LEFT;
    par.left = 1;
    par.tabs = "<w:tab w:val=\"right\" w:pos=\"8528\"/>";
    press_docx_open(d, &par);
    press_docx_run(d, letter->number, &body_font, false);
    press_docx_tab(d);
    press_docx_run(d, STR("签发人："), &body_font, false);
    press_docx_run(d, names, &(struct press_docx_font){.role = PRESS_KAI}, false);
    press_docx_close(d);
}

static void write_head(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    int before = TWIPS(35);
    if (letter->kind == PRESS_DOCUMENT && letter->urgency.len) {
        press_docx_line(d, letter->urgency, &(struct press_docx_par){.align = PRESS_LEFT},
                        &(struct press_docx_font){.role = PRESS_HEI});
        before -= LINE;
    }
    if (letter->kind == PRESS_DOCUMENT) {
        press_docx_marks(d, 62, before);
        document_number(d);
    }
    if (letter->kind == PRESS_LETTER && (letter->number.len || letter->urgency.len)) {
        press_docx_open(d, &(struct press_docx_par){.align = PRESS_LEFT,
                                                    .tabs = "<w:tab w:val=\"right\" w:pos=\"8844\"/>",
                                                    .before = 60});
        if (letter->urgency.len)
            press_docx_run(d, letter->urgency, &(struct press_docx_font){.role = PRESS_HEI}, false);
        press_docx_tab(d);
        press_docx_run(d, letter->number, &body_font, false);
        press_docx_close(d);
    }
}

static void write_title(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    bool headless = letter->kind != PRESS_DOCUMENT && letter->kind != PRESS_LETTER;
    struct press_docx_par centre = {.align = PRESS_CENTER, .keep_next = true};
    if (headless && letter->corner.len)
        press_docx_line(d, letter->corner, &(struct press_docx_par){.align = PRESS_LEFT, .after = LINE},
                        &(struct press_docx_font){.role = PRESS_HEI});
    press_docx_line(
        d, letter->title,
        &(struct press_docx_par){
            .style = "Title", .align = PRESS_CENTER, .before = headless ? 0 : 2 * LINE, .keep_next = true},
        &(struct press_docx_font){.role = PRESS_TITLE});
    if (letter->subtitle.len)
        press_docx_line(d, letter->subtitle, &centre, &(struct press_docx_font){.role = PRESS_KAI});
    if (headless && letter->number.len)
        press_docx_line(d, letter->number, &centre, &body_font);
    press_docx_line(d, STR(""), &centre, &body_font);
    if (letter->to.many)
        press_docx_line(d, press_join(d->call->arena, letter->to, "、", "："), &(struct press_docx_par){0},
                        &body_font);
}

/* ---- tail ---- */

static void write_attachments_note(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    bool any = false;
    for (size_t i = 0; i < letter->many_attachments; i++) {
        if (!letter->attachments[i].listed)
            continue;
        double lead = press_attachment_lead(letter, i), hang = press_attachment_hang(letter, i);
        struct press_docx_par par = {
            .align = PRESS_LEFT, .left = hang, .first = lead - hang, .keep_next = true};
        par.before = any ? 0 : LINE;
        press_docx_line(d, press_attachment_item(d->call->arena, letter, i), &par, &body_font);
        any = true;
    }
}

static void write_signature(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    bool stamped = letter->seal != PRESS_SEAL_NONE;
    double date = letter->date.len ? press_docx_chars(letter->date) : 9, right = stamped ? 4 : 2;
    for (size_t i = 0; i < letter->signer.many; i++) {
        double chars = press_docx_chars(letter->signer.at[i]);
        struct press_docx_par par = {.align = PRESS_RIGHT, .right = 2, .before = LINE, .keep_next = true};
        if (stamped && letter->seal == PRESS_SEAL_NOTE) {
            double note = press_docx_chars(letter->seal_note) * 0.75;
            par.right = 4 + (date - note) / 2;
            press_docx_line(d, letter->seal_note, &par,
                            &(struct press_docx_font){.role = PRESS_KAI, .size = 12, .color = "737373"});
            par.before = 0;
        } else if (stamped) {
            par.before = 2 * LINE;
        }
        if (stamped)
            par.right = fmax(0, 4 + (date - chars) / 2);
        else if (date + 2 > chars) /* the longer date keeps the indent of two */
            par.right = 4 + date - chars;
        else
            right = chars - date;
        press_docx_line(d, letter->signer.at[i], &par, &body_font);
    }
    if (letter->date.len)
        press_docx_line(d, letter->date,
                        &(struct press_docx_par){
                            .align = PRESS_RIGHT, .right = right, .before = letter->signer.many ? 0 : LINE},
                        &body_font);
}

static void version_row(struct press_docx *d, struct str left, struct str right, int thick_top,
                        int thick_bottom)
{
    bool ruled = d->letter->kind != PRESS_LETTER;
    int width = press_docx_type_width(d);
    const struct press_docx_font font = {.role = PRESS_BODY, .size = 14};
    buf_format(d->xml, "<w:tr><w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
    if (ruled)
        buf_format(d->xml,
                   "<w:tcBorders><w:top w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"auto\"/>"
                   "<w:bottom w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"auto\"/></w:tcBorders>",
                   thick_top, thick_bottom);
    buf_add_str(d->xml, STR("</w:tcPr>"));
    press_docx_open(d, &(struct press_docx_par){.align = PRESS_LEFT,
                                                .left = right.len ? 0.87 : 3.5,
                                                .first = right.len ? 0 : -2.63,
                                                .right = 0.87,
                                                .line = 480,
                                                .tabs = "<w:tab w:val=\"right\" w:pos=\"8564\"/>"});
    press_docx_run(d, left, &font, false);
    if (right.len) {
        press_docx_tab(d);
        press_docx_run(d, right, &font, false);
    }
    press_docx_close(d);
    buf_add_str(d->xml, STR("</w:tc></w:tr>\n"));
}

static void write_version_block(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    bool printed = letter->kind != PRESS_LETTER && (letter->printed_by.len || letter->printed_on.len);
    if (!letter->cc.many && !printed)
        return;
    if (d->landscape != letter->landscape)
        end_section(d, letter->landscape);
    int width = press_docx_type_width(d);
    press_docx_line(d, STR(""), &(struct press_docx_par){.line = 200}, &body_font);
    buf_add_str(
        d->xml,
        STR("<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" "
            "w:vertAnchor=\"margin\" w:horzAnchor=\"margin\" w:tblpXSpec=\"left\" w:tblpYSpec=\"bottom\"/>"));
    buf_format(
        d->xml,
        "<w:tblW w:w=\"%d\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"0\" "
        "w:type=\"dxa\"/><w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol "
        "w:w=\"%d\"/></w:tblGrid>\n",
        width, width);
    if (letter->cc.many) {
        struct str all = press_join(d->call->arena, letter->cc, "，", "。");
        version_row(d, str_format(d->call->arena, "抄送：%.*s", STR_ARG(all)), STR_NONE, 8, printed ? 6 : 8);
    }
    if (printed) {
        struct str when = letter->printed_on.len
                              ? str_format(d->call->arena, "%.*s印发", STR_ARG(letter->printed_on))
                              : STR(" ");
        version_row(d, letter->printed_by, when, letter->cc.many ? 6 : 8, 8);
    }
    buf_add_str(d->xml, STR("</w:tbl>\n"));
    press_docx_tiny(d);
}

static void write_attachment(struct press_docx *d, size_t at)
{
    const struct press_attachment *one = &d->letter->attachments[at];
    bool landscape = one->landscape || d->letter->landscape, turned = landscape != d->landscape;
    if (!one->body.many)
        return;
    if (turned)
        end_section(d, landscape);
    if (one->listed)
        press_docx_line(d, press_attachment_label(d->call->arena, d->letter, at),
                        &(struct press_docx_par){
                            .align = PRESS_LEFT, .page_break = !turned, .after = LINE, .keep_next = true},
                        &(struct press_docx_font){.role = PRESS_HEI});
    press_docx_line(d, one->title,
                    &(struct press_docx_par){.style = "Title",
                                             .align = PRESS_CENTER,
                                             .page_break = !turned && !one->listed,
                                             .after = LINE / 2,
                                             .keep_next = true},
                    &(struct press_docx_font){.role = PRESS_TITLE});
    press_docx_blocks(d, &one->body, false);
}

void press_docx_document(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    d->landscape = letter->landscape;
    d->first_section = true;
    buf_add_str(
        d->xml,
        STR("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document "
            "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
            "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><w:body>\n"));
    write_head(d);
    write_title(d);
    press_docx_blocks(d, &letter->body, letter->signer.many || letter->date.len);
    write_attachments_note(d);
    write_signature(d);
    for (size_t i = 0; i < letter->notes.many; i++)
        press_docx_line(d, press_note(d->call->arena, letter->notes.at[i]),
                        &(struct press_docx_par){.first = 2}, &body_font);
    for (size_t i = 0; i < letter->many_attachments; i++)
        write_attachment(d, i);
    write_version_block(d);
    press_docx_section(d);
    buf_add_str(d->xml, STR("</w:body></w:document>"));
}
