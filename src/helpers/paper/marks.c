/* SPDX-License-Identifier: Apache-2.0
 * Method: of each kind of document only the head is looked at, where a mark stands by rule: the first 16 KiB
 * of a text, headers, footers and the first part of a Word file, the first page and the templates of an OFD
 * file, the first rows of each sheet and the header and footer of its print-out. PDF and the old binary
 * Office files are searched as bytes, in the encodings they use, for a grade with its star; a packed or
 * scanned page cannot be read here, and nothing is claimed about it. */
#include "helpers/paper/jobs.h"
#include "helpers/paper_mark.h"
#include "helpers/paper/xlsx.h"
#include <stdio.h>
#include <string.h>

#define HEAD_MAX  ((size_t)16 * 1024)
#define ROWS_MAX  8
#define BYTES_MAX ((size_t)4 << 20)

struct look {
    struct paper_work *work;
    struct paper_xlsx *book;
    struct buf text;
    int64_t rows;
    bool shared; /* the cell being read holds the number of a shared string */
};

static bool give(struct paper_work *work, struct str text, const char *place)
{
    struct str mark;
    if (!paper_mark_find(text, true, &mark))
        return false;
    work->body.len = 0;
    helper_put(&work->body, PAPER_T_MARK, mark);
    helper_put(&work->body, PAPER_T_PLACE, str_of(place));
    work->emit(work, PAPER_KIND_MARKS, buf_str(&work->body));
    work->body.len = 0;
    return true;
}

/* ---- Word: runs of <w:t>, a line a paragraph; OFD: <TextCode> of an object ---- */

static void word_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many)
{
    struct look *look = xml->context;
    (void)attrs, (void)many;
    if (look->text.len > HEAD_MAX)
        paper_xml_stop(xml);
    else if (str_is(name, "t") || str_is(name, "TextCode"))
        paper_xml_keep(xml);
}

static void word_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct look *look = xml->context;
    if (str_is(name, "t") || str_is(name, "TextCode"))
        buf_add_str(&look->text, paper_clip(text, HEAD_MAX));
    else if (str_is(name, "p") || str_is(name, "br") || str_is(name, "tc") || str_is(name, "TextObject"))
        buf_add_char(&look->text, '\n');
}

static enum err look_at_word(struct look *look, struct paper_zip *zip, bool *ret_found)
{
    static const struct paper_xml_handler handler = {word_open, word_close};
    struct str name;
    for (size_t i = 0; !*ret_found && paper_zip_name(zip, i, &name); i++) {
        bool body = str_is(name, "word/document.xml");
        size_t page = 0;
        bool ofd = str_ends(name, STR("/Content.xml")) &&
                   (str_find(name, STR("Pages/Page_0/"), &page) || str_find(name, STR("Tpls/"), &page));
        if (!body && !ofd && !str_starts(name, STR("word/header")) && !str_starts(name, STR("word/footer")))
            continue;
        look->text.len = 0;
        TRY(paper_zip_xml(zip, str_copy(look->work->arena, name), true, &handler, look));
        *ret_found = give(look->work, (struct str){look->text.at, look->text.len}, body ? "text" : "header");
    }
    return ERR_OK;
}

/* ---- Excel: the first rows, and the printed header ---- */

static void sheet_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                       size_t many)
{
    struct look *look = xml->context;
    if (str_is(name, "row"))
        look->rows++;
    else if (str_is(name, "c"))
        look->shared = str_is(paper_xml_attr(attrs, many, "t"), "s");
    else if ((look->rows <= ROWS_MAX && (str_is(name, "v") || str_is(name, "t"))) ||
             str_starts(name, STR("odd")) || str_starts(name, STR("first")) || str_starts(name, STR("even")))
        paper_xml_keep(xml);
}

static void sheet_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct look *look = xml->context;
    int64_t index = -1;
    if (text.len == 0)
        return;
    if (str_is(name, "v") && look->shared) {
        bool found = str_to_int(text, &index) && index >= 0;
        text = found ? paper_xlsx_string(look->book, (size_t)index, &found) : STR_NONE;
    } else if (text.len > 2 && text.at[0] == '&') {
        text = str_slice(text, 2, text.len); /* &L &C &R: where on the page */
    }
    buf_add_str(&look->text, paper_clip(text, 4096));
    buf_add_char(&look->text, '\n');
}

static enum err look_at_sheets(struct look *look, bool *ret_found)
{
    static const struct paper_xml_handler handler = {sheet_open, sheet_close};
    struct paper_xlsx *book = look->book;
    TRY(paper_xlsx_strings(book));
    for (size_t i = 0; i < book->many_sheets && !*ret_found; i++) {
        look->text.len = 0;
        look->rows = 0;
        if (book->sheets[i].part.len == 0)
            continue;
        TRY(paper_zip_xml(book->zip, book->sheets[i].part, true, &handler, look));
        *ret_found = give(look->work, (struct str){look->text.at, look->text.len}, "text");
    }
    return ERR_OK;
}

static enum err look_at_office(struct look *look)
{
    bool found = false;
    struct paper_zip *zip = NULL;
    enum err opened = paper_zip_open(look->work, &zip);
    if (opened == ERR_INVALID) { /* an archive with a password or a damaged one: nothing can be read, which is
                                    no fault here */
        look->work->key = NULL;
        return ERR_OK;
    }
    TRY(opened);
    bool word = paper_zip_has(zip, STR("word/document.xml")) || paper_zip_has(zip, STR("OFD.xml")),
         excel = paper_zip_has(zip, STR("xl/workbook.xml"));
    enum err result = word ? look_at_word(look, zip, &found) : ERR_OK;
    paper_zip_close(zip);
    if (!excel || result != ERR_OK)
        return result;
    paper_work_rewind(look->work);
    TRY(paper_xlsx_open(look->work, &look->book));
    result = look_at_sheets(look, &found);
    paper_xlsx_close(look->book);
    return result;
}

/* ---- bytes: PDF and the old binary formats ---- */

static enum err look_at_bytes(struct look *look)
{
    static const struct {
        const char *text, *bytes;
    } marks[] = {
        {"绝密★", "绝密★"},
        {"机密★", "机密★"},
        {"秘密★", "秘密★"},
        {"绝密★", "\xDD\x7E\xC6\x5B\x05\x26"}, /* UTF-16, little end first: Word and Excel before 2007 */
        {"机密★", "\x3A\x67\xC6\x5B\x05\x26"},
        {"秘密★", "\xD8\x79\xC6\x5B\x05\x26"},
        {"绝密★", "\x7E\xDD\x5B\xC6\x26\x05"}, /* big end first: titles and notes of PDF */
        {"机密★", "\x67\x3A\x5B\xC6\x26\x05"},
        {"秘密★", "\x79\xD8\x5B\xC6\x26\x05"},
        {"绝密★", "7EDD5BC62605"}, /* the same in PDF's hexadecimal strings */
        {"机密★", "673A5BC62605"},
        {"秘密★", "79D85BC62605"},
        {"绝密★", "\xBE\xF8\xC3\xDC\xA1\xEF"}, /* GBK */
        {"机密★", "\xBB\xFA\xC3\xDC\xA1\xEF"},
        {"秘密★", "\xC3\xD8\xC3\xDC\xA1\xEF"},
    };
    char *bytes = arena_alloc(look->work->arena, BYTES_MAX);
    size_t len = paper_work_peek(look->work, bytes, BYTES_MAX);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (memmem(bytes, len, marks[i].bytes, strlen(marks[i].bytes))) {
            give(look->work, str_of(marks[i].text), "text");
            return ERR_OK;
        }
    return ERR_OK;
}

/* ---- text ---- */

static enum err look_at_text(struct look *look, struct str head)
{
    static const struct {
        const char *start;
        size_t len;
    } images[] = {{"\x89PNG", 4}, {"\xFF\xD8\xFF", 3}, {"GIF8", 4}, {"II*\0", 4},
                  {"MM\0*", 4},   {"BM", 2},           {"OFD", 3}};
    for (size_t i = 0; i < sizeof images / sizeof images[0]; i++)
        if (head.len >= images[i].len && memcmp(head.at, images[i].start, images[i].len) == 0)
            return ERR_OK;
    struct paper_work *work = look->work;
    char *text = arena_alloc(work->arena, HEAD_MAX);
    size_t have = 0, got = 0;
    if (paper_text_open(work, STR_NONE) != ERR_OK)
        return ERR_OK;
    /* Bytes that are no text end the look, they are no fault: this may be any kind of file. */
    while (have < HEAD_MAX && paper_text_read(work, text + have, HEAD_MAX - have, &got) == ERR_OK && got > 0)
        have += got;
    work->key = NULL;
    give(work, (struct str){text, have}, "text");
    return ERR_OK;
}

enum err paper_marks_read(struct paper_work *work)
{
    char head[16];
    struct str start = {head, paper_work_peek(work, head, sizeof head)};
    struct look look = {.work = work, .text = {NULL, 0, 0, HEAD_MAX * 4, false}};
    enum err word;
    if (start.len >= 4 && memcmp(head, "PK\3\4", 4) == 0)
        word = look_at_office(&look);
    else if (start.len >= 8 &&
             (memcmp(head, "%PDF", 4) == 0 || memcmp(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0))
        word = look_at_bytes(&look);
    else
        word = look_at_text(&look, start);
    buf_free(&look.text);
    return word;
}
