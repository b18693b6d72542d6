/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/docx.h"

#include <math.h>
#include "helpers/press/letter_line.h"

static const char *const role_fonts[PRESS_ROLES] = {"方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体",
                                                    "宋体"};

#define CHAR_TWIPS 315.87 /* one cell: 156 mm / 28 */

void press_docx_escape(struct buf *xml, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '&')
            buf_add_str(xml, STR("&amp;"));
        else if (c == '<')
            buf_add_str(xml, STR("&lt;"));
        else if (c == '>')
            buf_add_str(xml, STR("&gt;"));
        else if (c == '"')
            buf_add_str(xml, STR("&quot;"));
        else
            buf_add_char(xml, c);
    }
}

double press_docx_chars(struct str text)
{
    double width = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t code = utf8_next(text, &at);
        width += press_is_wide(code) || press_is_ambiguous(code) ? 1 : 0.5;
    }
    return width;
}

static void indent(struct buf *xml, const struct press_docx_par *par)
{
    if (par->first == 0 && par->left == 0 && par->right == 0)
        return;
    buf_add_str(xml, STR("<w:ind"));
    if (par->left != 0)
        buf_format(xml, " w:leftChars=\"%d\" w:left=\"%d\"", (int)lround(par->left * 100),
                   (int)lround(par->left * CHAR_TWIPS));
    if (par->right != 0)
        buf_format(xml, " w:rightChars=\"%d\" w:right=\"%d\"", (int)lround(par->right * 100),
                   (int)lround(par->right * CHAR_TWIPS));
    if (par->first > 0)
        buf_format(xml, " w:firstLineChars=\"%d\" w:firstLine=\"%d\"", (int)lround(par->first * 100),
                   (int)lround(par->first * CHAR_TWIPS));
    if (par->first < 0)
        buf_format(xml, " w:hangingChars=\"%d\" w:hanging=\"%d\"", (int)lround(-par->first * 100),
                   (int)lround(-par->first * CHAR_TWIPS));
    buf_add_str(xml, STR("/>"));
}

static void spacing(struct buf *xml, const struct press_docx_par *par)
{
    if (!par->before && !par->after && !par->line)
        return;
    buf_add_str(xml, STR("<w:spacing"));
    if (par->before)
        buf_format(xml, " w:before=\"%d\"", par->before);
    if (par->after)
        buf_format(xml, " w:after=\"%d\"", par->after);
    if (par->line > 0)
        buf_format(xml, " w:line=\"%d\" w:lineRule=\"exact\"", par->line);
    if (par->line < 0)
        buf_add_str(xml, STR(" w:line=\"240\" w:lineRule=\"auto\""));
    buf_add_str(xml, STR("/>"));
}

void press_docx_open(struct press_docx *d, const struct press_docx_par *par)
{
    static const char *const aligns[] = {"both", "left", "center", "right"};
    struct buf *xml = d->xml;
    buf_add_str(xml, STR("<w:p><w:pPr>"));
    if (par->style)
        buf_format(xml, "<w:pStyle w:val=\"%s\"/>", par->style);
    if (par->keep_next)
        buf_add_str(xml, STR("<w:keepNext/>"));
    if (par->page_break)
        buf_add_str(xml, STR("<w:pageBreakBefore/>"));
    if (par->border)
        buf_format(xml, "<w:pBdr>%s</w:pBdr>", par->border);
    if (par->tabs)
        buf_format(xml, "<w:tabs>%s</w:tabs>", par->tabs);
    spacing(xml, par);
    indent(xml, par);
    buf_format(xml, "<w:jc w:val=\"%s\"/></w:pPr>", aligns[par->align]);
}

void press_docx_close(struct press_docx *d)
{
    buf_add_str(d->xml, STR("</w:p>\n"));
}

static void run_properties(struct buf *xml, const struct press_docx_font *font, bool under)
{
    const char *name = role_fonts[font->role];
    buf_format(
        xml,
        "<w:rPr><w:rFonts w:hint=\"eastAsia\" w:ascii=\"%s\" w:eastAsia=\"%s\" w:hAnsi=\"%s\" w:cs=\"%s\"/>",
        name, name, name, name);
    if (font->color)
        buf_format(xml, "<w:color w:val=\"%s\"/>", font->color);
    if (font->spread)
        buf_format(xml, "<w:spacing w:val=\"%d\"/>", font->spread);
    if (font->size > 0)
        buf_format(xml, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/>", (int)lround(font->size * 2),
                   (int)lround(font->size * 2));
    if (under)
        buf_add_str(xml, STR("<w:u w:val=\"single\"/>"));
    buf_add_str(xml, STR("</w:rPr>"));
}

void press_docx_run(struct press_docx *d, struct str text, const struct press_docx_font *font, bool under)
{
    struct str rest = text, line;
    bool first = true;
    while (str_cut(&rest, '\n', &line)) {
        buf_add_str(d->xml, STR("<w:r>"));
        run_properties(d->xml, font, under);
        if (!first)
            buf_add_str(d->xml, STR("<w:br/>"));
        buf_add_str(d->xml, STR("<w:t xml:space=\"preserve\">"));
        press_docx_escape(d->xml, line);
        buf_add_str(d->xml, STR("</w:t></w:r>"));
        first = false;
    }
}

void press_docx_tab(struct press_docx *d)
{
    buf_add_str(d->xml, STR("<w:r><w:tab/></w:r>"));
}

void press_docx_runs(struct press_docx *d, const struct press_text *text, double size)
{
    for (size_t i = 0; i < text->many; i++) {
        const struct press_run *run = &text->runs[i];
        struct press_docx_font font = {.role = run->role, .size = size};
        struct str shown = run->text;
        for (int k = 0; k < run->blank; k++) /* No-break spaces: others hang over the edge, unlined. */
            shown = str_format(d->call->arena, "%.*s\u00A0\u00A0", STR_ARG(shown));
        press_docx_run(d, shown, &font, run->under || run->blank);
    }
}

void press_docx_line(struct press_docx *d, struct str text, const struct press_docx_par *par,
                     const struct press_docx_font *font)
{
    press_docx_open(d, par);
    press_docx_run(d, text, font, false);
    press_docx_close(d);
}

void press_docx_tiny(struct press_docx *d)
{
    buf_add_str(
        d->xml,
        STR("<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/><w:rPr><w:sz w:val=\"2\"/></w:rPr>"
            "</w:pPr></w:p>\n"));
}
