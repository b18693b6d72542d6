/* SPDX-License-Identifier: Apache-2.0 */
#include <cairo.h>
#include <qrencode.h>
#include "helpers/press/docx.h"

#define MODULE 8 /* pixels */

static cairo_status_t keep(void *closure, const unsigned char *bytes, unsigned int len)
{
    buf_add(closure, bytes, len);
    return CAIRO_STATUS_SUCCESS;
}

enum err press_qr_png(struct call *call, struct str text, struct buf *out)
{
    QRcode *code = QRcode_encodeString8bit(str_c(call->arena, text), 0, QR_ECLEVEL_M);
    if (!code)
        return call_fail(call, ERR_INVALID, "verify.url", "press.qr");
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, code->width * MODULE, code->width * MODULE);
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int i = 0; i < code->width * code->width; i++)
        if (code->data[i] & 1)
            cairo_rectangle(cr, i % code->width * MODULE, i / code->width * MODULE, MODULE, MODULE);
    cairo_fill(cr);
    cairo_destroy(cr);
    QRcode_free(code);
    cairo_status_t status = cairo_surface_write_to_png_stream(surface, keep, out);
    cairo_surface_destroy(surface);
    if (status != CAIRO_STATUS_SUCCESS)
        return call_fail(call, ERR_FAILED, "document", "press.drawing",
                         str_of(cairo_status_to_string(status)));
    return ERR_OK;
}
