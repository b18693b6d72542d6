/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/docx.h"

#include <math.h>

#define W_NAMES                                                                                              \
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "                              \
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

static const struct press_docx_font page_font = {.role = PRESS_SONG, .size = 14};
static const struct press_docx_font code_font = {.role = PRESS_SONG, .size = 9};

bool press_docx_has_first(const struct press_letter *letter)
{
    return letter->kind == PRESS_LETTER || letter->verify_code.len > 0;
}

/* ---- feet ---- */

static void write_page_number(struct press_docx *d)
{
    press_docx_run(d, STR("— "), &page_font, false);
    for (int i = 0; i < 5; i++) {
        static const char *const steps[] = {"<w:fldChar w:fldCharType=\"begin\"/>",
                                            "<w:instrText xml:space=\"preserve\"> PAGE </w:instrText>",
                                            "<w:fldChar w:fldCharType=\"separate\"/>", "<w:t>1</w:t>",
                                            "<w:fldChar w:fldCharType=\"end\"/>"};
        buf_format(d->xml,
                   "<w:r><w:rPr><w:rFonts w:ascii=\"宋体\" w:eastAsia=\"宋体\" w:hAnsi=\"宋体\"/><w:sz "
                   "w:val=\"28\"/>"
                   "<w:szCs w:val=\"28\"/></w:rPr>%s</w:r>",
                   steps[i]);
    }
    press_docx_run(d, STR(" —"), &page_font, false);
}

static struct str code_text(struct press_docx *d)
{
    return str_format(d->call->arena, "核验码：%.*s", STR_ARG(d->letter->verify_code));
}

/* Anchored to the sheet at the place where the PDF has it. */
static void write_qr(struct press_docx *d, bool tight)
{
    const struct press_letter *letter = d->letter;
    long side = lround((tight ? 11 : 13) * 36000.0);
    double height = letter->a3 ? (letter->landscape ? 297 : 420) : letter->landscape ? 210 : 297;
    double top = height - (letter->landscape ? 26 : 35) + (tight ? 1 : 1.5);
    buf_format(
        d->xml,
        "<w:r><w:drawing><wp:anchor distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\" simplePos=\"0\" "
        "relativeHeight=\"2\" behindDoc=\"0\" locked=\"0\" layoutInCell=\"1\" "
        "allowOverlap=\"1\"><wp:simplePos "
        "x=\"0\" y=\"0\"/><wp:positionH relativeFrom=\"page\"><wp:posOffset>%ld</wp:posOffset></wp:positionH>"
        "<wp:positionV relativeFrom=\"page\"><wp:posOffset>%ld</wp:posOffset></wp:positionV><wp:extent "
        "cx=\"%ld\" "
        "cy=\"%ld\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:wrapNone/>",
        lround((letter->landscape ? 35 : 28) * 36000.0), lround(top * 36000), side, side);
    buf_format(
        d->xml,
        "<wp:docPr id=\"1\" name=\"qr\"/><a:graphic><a:graphicData "
        "uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr "
        "id=\"1\" "
        "name=\"qr.png\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rIdQr\"/><a:stretch>"
        "<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"%ld\" "
        "cy=\"%ld\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>"
        "</a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>",
        side, side);
}

static void first_foot(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    bool is_letter = letter->kind == PRESS_LETTER;
    struct press_docx_par par = {
        .align = PRESS_LEFT, .line = 400, .tabs = "<w:tab w:val=\"right\" w:pos=\"8564\"/>"};
    par.left = letter->verify_code.len ? 2.7 : 0;
    par.after = is_letter ? TWIPS(1) : TWIPS(6.5);
    press_docx_open(d, &par);
    if (letter->verify_code.len) {
        write_qr(d, is_letter);
        struct str text =
            str_format(d->call->arena, "%.*s　%.*s", STR_ARG(code_text(d)), STR_ARG(letter->verify_text));
        press_docx_run(d, text, &code_font, false);
    }
    if (!is_letter && letter->page_numbers) {
        press_docx_tab(d);
        write_page_number(d);
    }
    press_docx_close(d);
    if (!is_letter)
        return;
    buf_format(d->xml,
               "<w:p><w:pPr><w:pBdr><w:top w:val=\"thinThickSmallGap\" w:sz=\"24\" w:space=\"1\" "
               "w:color=\"FF0000\"/>"
               "</w:pBdr><w:spacing w:after=\"%d\" w:line=\"20\" w:lineRule=\"exact\"/><w:ind w:left=\"%d\" "
               "w:right=\"%d\"/></w:pPr></w:p>",
               TWIPS(1.5), -TWIPS(8), -TWIPS(6));
}

static void later_foot(struct press_docx *d, bool even)
{
    const struct press_letter *letter = d->letter;
    struct press_docx_par par = {.align = even || letter->verify_code.len ? PRESS_LEFT : PRESS_RIGHT,
                                 .line = 400};
    bool numbered = letter->page_numbers;
    par.after = TWIPS(6.5);
    par.left = even ? 0.89 : 0;
    par.right = even ? 0 : 0.89;
    par.tabs = even ? "<w:tab w:val=\"right\" w:pos=\"8844\"/>" : "<w:tab w:val=\"right\" w:pos=\"8564\"/>";
    press_docx_open(d, &par);
    if (!even && letter->verify_code.len) {
        press_docx_run(d, code_text(d), &code_font, false);
        press_docx_tab(d);
    }
    if (numbered)
        write_page_number(d);
    if (even && letter->verify_code.len) {
        press_docx_tab(d);
        press_docx_run(d, code_text(d), &code_font, false);
    }
    press_docx_close(d);
}

void press_docx_footer(struct press_docx *d, enum press_docx_foot which)
{
    buf_add_str(d->xml,
                STR(XML_HEAD
                    "<w:ftr " W_NAMES
                    " xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" "
                    "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" "
                    "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">"));
    if (which == PRESS_FOOT_FIRST)
        first_foot(d);
    else
        later_foot(d, which == PRESS_FOOT_EVEN);
    buf_add_str(d->xml, STR("</w:ftr>"));
}

void press_docx_letter_header(struct press_docx *d)
{
    buf_add_str(d->xml, STR(XML_HEAD "<w:hdr " W_NAMES ">"));
    press_docx_marks(d, 44, 0);
    buf_format(d->xml,
               "<w:p><w:pPr><w:pBdr><w:bottom w:val=\"thickThinSmallGap\" w:sz=\"24\" w:space=\"1\" "
               "w:color=\"FF0000\"/></w:pBdr><w:spacing w:line=\"%d\" w:lineRule=\"exact\"/><w:ind "
               "w:left=\"%d\" "
               "w:right=\"%d\"/></w:pPr></w:p>",
               TWIPS(3.6), -TWIPS(8), -TWIPS(6));
    buf_add_str(d->xml, STR("</w:hdr>"));
}

/* ---- fixed parts ---- */

static void heading_style(struct press_docx *d, int level, const char *font)
{
    buf_format(
        d->xml,
        "<w:style w:type=\"paragraph\" w:styleId=\"Heading%d\"><w:name w:val=\"heading %d\"/><w:basedOn "
        "w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:outlineLvl "
        "w:val=\"%d\"/></w:pPr><w:rPr>"
        "<w:rFonts w:ascii=\"%s\" w:eastAsia=\"%s\" w:hAnsi=\"%s\"/></w:rPr></w:style>\n",
        level, level, level - 1, font, font, font);
}

void press_docx_styles(struct press_docx *d)
{
    buf_add_str(
        d->xml,
        STR(XML_HEAD
            "<w:styles " W_NAMES "><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"仿宋_GB2312\" "
            "w:eastAsia=\"仿宋_GB2312\" "
            "w:hAnsi=\"仿宋_GB2312\" w:cs=\"仿宋_GB2312\"/><w:spacing w:val=\"-5\"/><w:sz "
            "w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang "
            "w:val=\"en-US\" w:eastAsia=\"zh-CN\" "
            "w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
            "<w:widowControl w:val=\"0\"/><w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/><w:spacing "
            "w:line=\"580\" w:lineRule=\"exact\"/><w:jc "
            "w:val=\"both\"/></w:pPr></w:pPrDefault></w:docDefaults>\n"
            "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name "
            "w:val=\"Normal\"/><w:qFormat/>"
            "</w:style>\n"));
    heading_style(d, 1, "黑体");
    heading_style(d, 2, "楷体_GB2312");
    heading_style(d, 3, "仿宋_GB2312");
    heading_style(d, 4, "仿宋_GB2312");
    buf_add_str(
        d->xml,
        STR("<w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn "
            "w:val=\"Normal\"/>"
            "<w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:rPr><w:rFonts "
            "w:ascii=\"方正小标宋简体\" w:eastAsia=\"方正小标宋简体\" w:hAnsi=\"方正小标宋简体\"/><w:sz "
            "w:val=\"44\"/>"
            "<w:szCs w:val=\"44\"/></w:rPr></w:style>\n"
            "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal "
            "Table\"/>"
            "<w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/></w:tblPr></w:style>\n"
            "<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn "
            "w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>"));
    static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++)
        buf_format(d->xml, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>", sides[i]);
    buf_add_str(d->xml, STR("</w:tblBorders></w:tblPr></w:style></w:styles>"));
}

/* What to take on a machine without the fonts of the standard. */
void press_docx_fonts(struct press_docx *d)
{
    static const struct {
        const char *name, *other, *family;
    } fonts[] = {{"方正小标宋简体", "方正小标宋_GBK", "roman"},
                 {"仿宋_GB2312", "仿宋", "modern"},
                 {"楷体_GB2312", "楷体", "modern"},
                 {"黑体", "SimHei", "swiss"},
                 {"宋体", "SimSun", "roman"}};
    buf_add_str(d->xml, STR(XML_HEAD "<w:fonts " W_NAMES ">"));
    for (size_t i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++)
        buf_format(
            d->xml,
            "<w:font w:name=\"%s\"><w:altName w:val=\"%s\"/><w:charset w:val=\"86\"/><w:family w:val=\"%s\"/>"
            "<w:pitch w:val=\"auto\"/></w:font>",
            fonts[i].name, fonts[i].other, fonts[i].family);
    buf_add_str(d->xml, STR("</w:fonts>"));
}

void press_docx_settings(struct press_docx *d)
{
    buf_add_str(d->xml, STR(XML_HEAD "<w:settings " W_NAMES ">"));
    if (d->letter->duplex)
        buf_add_str(d->xml, STR("<w:mirrorMargins/>"));
    buf_add_str(
        d->xml,
        STR("<w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/><w:compat>"
            "<w:ulTrailSpace/><w:compatSetting w:name=\"compatibilityMode\" "
            "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>"));
}

void press_docx_core(struct press_docx *d)
{
    const struct press_letter *letter = d->letter;
    struct str created = letter->created.len ? letter->created : STR("2000-01-01T00:00:00+08:00");
    struct str title = press_one_line(d->call->arena, letter->title);
    buf_add_str(
        d->xml,
        STR(XML_HEAD
            "<cp:coreProperties "
            "xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
            "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
            "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>"));
    press_docx_escape(d->xml, title);
    buf_add_str(d->xml, STR("</dc:title><dc:subject>"));
    press_docx_escape(d->xml, letter->number);
    buf_add_str(d->xml, STR("</dc:subject><dc:creator>"));
    press_docx_escape(d->xml, letter->author);
    buf_format(d->xml, "</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">%.*s</dcterms:created>",
               STR_ARG(created));
    buf_add_str(d->xml, STR("</cp:coreProperties>"));
}
