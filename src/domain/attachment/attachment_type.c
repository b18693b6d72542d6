/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The bytes say the family (a PDF, a package, an old office file, an image, a text), the ending of
 * the name says which member of it. Neither is believed alone: a program named .pdf has no PDF's first bytes,
 * and a web page named .txt is served as plain text whatever it holds, since the type that goes out is the
 * one found here.
 */
#include "domain/attachment/attachment.h"

#include <string.h>

enum family {
    FAMILY_NONE,
    FAMILY_PDF,
    FAMILY_PACKAGE,
    FAMILY_OLE,
    FAMILY_PNG,
    FAMILY_JPEG,
    FAMILY_TIFF,
    FAMILY_BMP,
    FAMILY_TEXT
};

static const struct kind {
    const char *ending, *media_type;
    enum family family;
} kinds[] = {
    {"pdf", "application/pdf", FAMILY_PDF},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", FAMILY_PACKAGE},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", FAMILY_PACKAGE},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", FAMILY_PACKAGE},
    {"ofd", "application/ofd", FAMILY_PACKAGE},
    {"zip", "application/zip", FAMILY_PACKAGE},
    {"doc", "application/msword", FAMILY_OLE},
    {"wps", "application/vnd.ms-works", FAMILY_OLE},
    {"xls", "application/vnd.ms-excel", FAMILY_OLE},
    {"et", "application/vnd.ms-excel", FAMILY_OLE},
    {"ppt", "application/vnd.ms-powerpoint", FAMILY_OLE},
    {"png", "image/png", FAMILY_PNG},
    {"jpg", "image/jpeg", FAMILY_JPEG},
    {"jpeg", "image/jpeg", FAMILY_JPEG},
    {"tif", "image/tiff", FAMILY_TIFF},
    {"tiff", "image/tiff", FAMILY_TIFF},
    {"bmp", "image/bmp", FAMILY_BMP},
    {"txt", "text/plain", FAMILY_TEXT},
    {"csv", "text/csv", FAMILY_TEXT},
    {"log", "text/plain", FAMILY_TEXT},
};
#define LISTED "pdf ofd docx xlsx pptx doc xls ppt wps et png jpg tif bmp txt csv log zip"

/* UTF-8 or GB18030: no NUL and no control characters but blanks and line ends. */
static bool is_text(struct str head)
{
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.at[i];
        if (c < 32 && c != '\t' && c != '\r' && c != '\n' && c != '\f')
            return false;
    }
    return head.len > 0;
}

static enum family family_of(struct str head)
{
    static const struct {
        const char *start;
        size_t len;
        enum family family;
    } starts[] = {
        {"PK\3\4", 4, FAMILY_PACKAGE},
        {"PK\5\6", 4, FAMILY_PACKAGE},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, FAMILY_OLE},
        {"\x89PNG\r\n\x1A\n", 8, FAMILY_PNG},
        {"\xFF\xD8\xFF", 3, FAMILY_JPEG},
        {"II*\0", 4, FAMILY_TIFF},
        {"MM\0*", 4, FAMILY_TIFF},
        {"BM", 2, FAMILY_BMP},
    };
    size_t at;
    /* Some writers put a few bytes before the PDF's own head; readers look into the first kilobyte. */
    if (str_find(str_slice(head, 0, 1024), STR("%PDF-"), &at))
        return FAMILY_PDF;
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (head.len >= starts[i].len && memcmp(head.at, starts[i].start, starts[i].len) == 0)
            return starts[i].family == FAMILY_BMP && is_text(head) ? FAMILY_TEXT : starts[i].family;
    return is_text(head) ? FAMILY_TEXT : FAMILY_NONE;
}

static struct str ending_of(struct call *call, struct str file_name)
{
    for (size_t i = file_name.len; i > 0; i--)
        if (file_name.at[i - 1] == '.')
            return str_lower(call->arena, str_slice(file_name, i, file_name.len));
    return STR_NONE;
}

const char *attachment_media_type(struct call *call, struct str head, struct str file_name)
{
    struct str ending = ending_of(call, file_name);
    enum family family = family_of(head);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!str_is(ending, kinds[i].ending))
            continue;
        if (kinds[i].family == family)
            return kinds[i].media_type;
        (void)call_fail(call, ERR_INVALID, "filename", "attachment.fault.type_differs", ending);
        return NULL;
    }
    (void)call_fail(call, ERR_INVALID, "filename", "attachment.fault.type", ending.len ? ending : file_name,
                    STR(LISTED));
    return NULL;
}
