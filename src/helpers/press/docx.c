/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Every part is written into a buffer, then into a zip in memory. Time stamps inside the zip are
 * fixed, so that equal input gives equal bytes.
 */
#include "helpers/press/docx.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include "helpers/press.h"

#define PART_MAX   ((size_t)96 << 20)
#define PARTS_MAX  16
#define PACKAGE_NS "http://schemas.openxmlformats.org/package/2006/"
#define OFFICE_NS  "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define XML_HEAD   "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define DOS_DATE   0x5821 /* 2024-01-01 */

struct package {
    struct call *call;
    struct {
        const char *name;
        struct buf bytes;
    } parts[PARTS_MAX];
    size_t many;
};

static struct buf *add_part(struct package *package, const char *name)
{
    package->parts[package->many].name = name;
    package->parts[package->many].bytes = (struct buf){.max = PART_MAX};
    return &package->parts[package->many++].bytes;
}

static void free_package(struct package *package)
{
    for (size_t i = 0; i < package->many; i++)
        buf_free(&package->parts[i].bytes);
}

/* ---- what the package says about itself ---- */

static void write_types(struct buf *xml, bool header, bool qr)
{
    static const char *const feet[] = {"footer1", "footer2", "footer3"};
    const char *word = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
    buf_add_str(xml, STR(XML_HEAD
                         "<Types xmlns=\"" PACKAGE_NS "content-types\"><Default Extension=\"rels\" "
                         "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default "
                         "Extension=\"xml\" ContentType=\"application/xml\"/>"));
    if (qr)
        buf_add_str(xml, STR("<Default Extension=\"png\" ContentType=\"image/png\"/>"));
    buf_format(xml, "<Override PartName=\"/word/document.xml\" ContentType=\"%sdocument.main+xml\"/>", word);
    buf_format(xml, "<Override PartName=\"/word/styles.xml\" ContentType=\"%sstyles+xml\"/>", word);
    buf_format(xml, "<Override PartName=\"/word/fontTable.xml\" ContentType=\"%sfontTable+xml\"/>", word);
    buf_format(xml, "<Override PartName=\"/word/settings.xml\" ContentType=\"%ssettings+xml\"/>", word);
    for (size_t i = 0; i < 3; i++)
        buf_format(xml, "<Override PartName=\"/word/%s.xml\" ContentType=\"%sfooter+xml\"/>", feet[i], word);
    if (header)
        buf_format(xml, "<Override PartName=\"/word/header1.xml\" ContentType=\"%sheader+xml\"/>", word);
    buf_add_str(xml,
                STR("<Override PartName=\"/docProps/core.xml\" "
                    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"));
}

static void relation(struct buf *xml, const char *id, const char *type, const char *target)
{
    buf_format(xml, "<Relationship Id=\"%s\" Type=\"%s\" Target=\"%s\"/>", id, type, target);
}

static void relations_open(struct buf *xml)
{
    buf_add_str(xml, STR(XML_HEAD "<Relationships xmlns=\"" PACKAGE_NS "relationships\">"));
}

static void write_relations(struct package *package, bool header, bool qr)
{
    struct buf *xml = add_part(package, "_rels/.rels");
    relations_open(xml);
    relation(xml, "rId1", OFFICE_NS "/officeDocument", "word/document.xml");
    relation(xml, "rId2", PACKAGE_NS "relationships/metadata/core-properties", "docProps/core.xml");
    buf_add_str(xml, STR("</Relationships>"));
    xml = add_part(package, "word/_rels/document.xml.rels");
    relations_open(xml);
    relation(xml, "rIdStyles", OFFICE_NS "/styles", "styles.xml");
    relation(xml, "rIdFonts", OFFICE_NS "/fontTable", "fontTable.xml");
    relation(xml, "rIdSettings", OFFICE_NS "/settings", "settings.xml");
    relation(xml, "rIdFoot1", OFFICE_NS "/footer", "footer1.xml");
    relation(xml, "rIdFoot2", OFFICE_NS "/footer", "footer2.xml");
    relation(xml, "rIdFoot3", OFFICE_NS "/footer", "footer3.xml");
    if (header)
        relation(xml, "rIdHead1", OFFICE_NS "/header", "header1.xml");
    buf_add_str(xml, STR("</Relationships>"));
    if (!qr)
        return;
    xml = add_part(package, "word/_rels/footer3.xml.rels");
    relations_open(xml);
    relation(xml, "rIdQr", OFFICE_NS "/image", "media/qr.png");
    buf_add_str(xml, STR("</Relationships>"));
}

static enum err write_parts(struct package *package, const struct press_letter *letter)
{
    struct press_docx d = {.call = package->call, .letter = letter};
    bool header = letter->kind == PRESS_LETTER, qr = letter->verify_code.len > 0;
    write_types(add_part(package, "[Content_Types].xml"), header, qr);
    write_relations(package, header, qr);
    d.xml = add_part(package, "word/document.xml");
    press_docx_document(&d);
    d.xml = add_part(package, "word/styles.xml");
    press_docx_styles(&d);
    d.xml = add_part(package, "word/fontTable.xml");
    press_docx_fonts(&d);
    d.xml = add_part(package, "word/settings.xml");
    press_docx_settings(&d);
    d.xml = add_part(package, "word/footer1.xml");
    press_docx_footer(&d, PRESS_FOOT_ODD);
    d.xml = add_part(package, "word/footer2.xml");
    press_docx_footer(&d, PRESS_FOOT_EVEN);
    d.xml = add_part(package, "word/footer3.xml");
    press_docx_footer(&d, PRESS_FOOT_FIRST);
    if (header) {
        d.xml = add_part(package, "word/header1.xml");
        press_docx_letter_header(&d);
    }
    d.xml = add_part(package, "docProps/core.xml");
    press_docx_core(&d);
    struct str text = letter->verify_url.len ? letter->verify_url : letter->verify_code;
    return qr ? press_qr_png(package->call, text, add_part(package, "word/media/qr.png")) : ERR_OK;
}

/* ---- the zip ---- */

static bool add_file(zip_t *zip, const char *name, const struct buf *bytes)
{
    zip_source_t *source = zip_source_buffer(zip, bytes->at, bytes->len, 0);
    if (!source)
        return false;
    zip_int64_t at = zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    if (at < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_file_set_dostime(zip, (zip_uint64_t)at, 0, DOS_DATE, 0) == 0 &&
           zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_DEFLATE, 6) == 0;
}

static bool read_back(zip_source_t *archive, struct buf *out)
{
    char bytes[65536];
    zip_int64_t got;
    if (zip_source_open(archive) != 0)
        return false;
    while ((got = zip_source_read(archive, bytes, sizeof(bytes))) > 0)
        buf_add(out, bytes, (size_t)got);
    zip_source_close(archive);
    return got == 0;
}

static bool zip_parts(struct package *package, struct buf *out)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *archive = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = archive ? zip_open_from_source(archive, ZIP_CREATE | ZIP_TRUNCATE, &error) : NULL;
    bool good = zip != NULL;
    if (archive)
        zip_source_keep(archive);
    for (size_t i = 0; i < package->many && good; i++)
        good = add_file(zip, package->parts[i].name, &package->parts[i].bytes);
    if (zip && (!good || zip_close(zip) != 0)) {
        zip_discard(zip);
        good = false;
    }
    good = good && read_back(archive, out);
    if (archive)
        zip_source_free(archive);
    return good;
}

enum err press_docx(struct call *call, const struct press_letter *letter, struct buf *out)
{
    __attribute__((cleanup(free_package))) struct package package = {.call = call};
    TRY(write_parts(&package, letter));
    for (size_t i = 0; i < package.many; i++)
        if (package.parts[i].bytes.over)
            return call_fail(call, ERR_TOO_LARGE, "body", "press.too_large");
    if (!zip_parts(&package, out))
        return call_fail(call, ERR_FAILED, "document", "press.drawing", STR("zip"));
    if (out->over)
        return call_fail(call, ERR_TOO_LARGE, "body", "press.too_large");
    return ERR_OK;
}
