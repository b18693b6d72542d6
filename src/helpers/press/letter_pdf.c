/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter_page.h"

#include <cairo-pdf.h>
#include <qrencode.h>
#include <string.h>

static void set_color(cairo_t *cr, enum press_color color)
{
    if (color == PRESS_RED)
        cairo_set_source_rgb(cr, 1, 0, 0);
    else
        cairo_set_source_rgb(cr, color == PRESS_GREY ? 0.45 : 0, color == PRESS_GREY ? 0.45 : 0,
                             color == PRESS_GREY ? 0.45 : 0);
}

/* Each item is a cluster of its own, so that the text comes out of the file as it went in. */
static void draw_text(cairo_t *cr, const struct press_paper *paper, const struct press_op *op)
{
    cairo_font_face_t *face = press_fonts_face(paper->fonts, op->font);
    if (!face || !op->many)
        return;
    cairo_glyph_t *glyphs = ARENA_ARRAY(paper->arena, cairo_glyph_t, op->many);
    cairo_text_cluster_t *clusters = ARENA_ARRAY(paper->arena, cairo_text_cluster_t, op->many);
    int many = 0;
    for (size_t i = 0; i < op->many; i++) {
        const struct press_mark *mark = &op->marks[i];
        glyphs[i] = (cairo_glyph_t){mark->glyph, mark->x - (op->turned ? op->x : 0),
                                    mark->y - (op->turned ? op->y : 0)};
        if (mark->bytes)
            clusters[many++] = (cairo_text_cluster_t){(int)mark->bytes, 1};
        else if (many)
            clusters[many - 1].num_glyphs++;
    }
    cairo_save(cr);
    if (op->turned) {
        cairo_translate(cr, op->x, op->y);
        cairo_rotate(cr, 1.57079632679489662);
    }
    set_color(cr, op->color);
    cairo_set_font_face(cr, face);
    cairo_set_font_size(cr, op->size);
    cairo_show_text_glyphs(cr, op->text.at, (int)op->text.len, glyphs, (int)op->many, clusters, many,
                           (cairo_text_cluster_flags_t)0);
    cairo_restore(cr);
}

static void draw_box(cairo_t *cr, const struct press_op *op)
{
    set_color(cr, op->color);
    cairo_rectangle(cr, op->x, op->y, op->w, op->h);
    cairo_fill(cr);
}

static void draw_dash(cairo_t *cr, const struct press_op *op)
{
    static const double dashes[] = {4, 3};
    cairo_save(cr);
    set_color(cr, op->color);
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_set_line_width(cr, op->h);
    cairo_move_to(cr, op->x, op->y);
    cairo_line_to(cr, op->x + op->w, op->y);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static void draw_qr(cairo_t *cr, const struct press_paper *paper, const struct press_op *op)
{
    QRcode *code = QRcode_encodeString8bit(str_c(paper->arena, op->text), 0,
                                           op->w < MM(12) ? QR_ECLEVEL_L : QR_ECLEVEL_M);
    if (!code)
        return;
    double side = op->w / code->width;
    set_color(cr, PRESS_BLACK);
    for (int row = 0; row < code->width; row++) {
        for (int at = 0, run; at < code->width; at += run) {
            bool dark = code->data[row * code->width + at] & 1;
            for (run = 1; at + run < code->width && (code->data[row * code->width + at + run] & 1) == dark;
                 run++)
                ;
            if (dark)
                cairo_rectangle(cr, op->x + at * side, op->y + row * side, run * side, side);
        }
    }
    cairo_fill(cr);
    QRcode_free(code);
}

static void draw_page(cairo_t *cr, const struct press_paper *paper, const struct press_page *page)
{
    for (const struct press_op *op = page->first; op; op = op->next) {
        switch (op->kind) {
        case PRESS_OP_TEXT:
            draw_text(cr, paper, op);
            break;
        case PRESS_OP_RULE:
            draw_box(cr, op);
            break;
        case PRESS_OP_DASH:
            draw_dash(cr, op);
            break;
        case PRESS_OP_QR:
            draw_qr(cr, paper, op);
            break;
        }
    }
    cairo_show_page(cr);
}

static cairo_status_t keep(void *closure, const unsigned char *bytes, unsigned int len)
{
    struct buf *out = closure;
    buf_add(out, bytes, len);
    return out->over ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void set_metadata(cairo_surface_t *surface, const struct press_paper *paper)
{
    const struct press_letter *letter = paper->letter;
    struct str title = press_one_line(paper->arena, letter->title);
    struct str created = letter->created.len ? letter->created : STR("2000-01-01T00:00:00+08:00");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title.at);
    if (letter->author.len)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR,
                                       str_c(paper->arena, letter->author));
    if (letter->number.len)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT,
                                       str_c(paper->arena, letter->number));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "anze");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, str_c(paper->arena, created));
}

enum err press_pdf(struct call *call, const struct press_paper *paper, struct buf *out)
{
    const struct press_box *box = &paper->first->box;
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep, out, box->width, box->height);
    set_metadata(surface, paper);
    cairo_t *cr = cairo_create(surface);
    for (const struct press_page *page = paper->first; page; page = page->next) {
        cairo_pdf_surface_set_size(surface, page->box.width, page->box.height);
        draw_page(cr, paper, page);
    }
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (out->over)
        return call_fail(call, ERR_TOO_LARGE, "body", "press.too_large");
    if (status != CAIRO_STATUS_SUCCESS)
        return call_fail(call, ERR_FAILED, "document", "press.drawing",
                         str_of(cairo_status_to_string(status)));
    return ERR_OK;
}
