/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/xlsx.h"
#include <stdlib.h>
#include <string.h>

#define STRINGS_MAX      ((size_t)64 << 20)
#define STRINGS_MANY_MAX ((size_t)4 << 20)
#define STYLES_MAX       65536
#define FORMATS_MAX      4096

/* ---- workbook.xml ---- */

static void workbook_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                          size_t many)
{
    struct paper_xlsx *book = xml->context;
    struct arena *arena = book->work->arena;
    if (str_is(name, "workbookPr")) {
        struct str from = paper_xml_attr(attrs, many, "date1904");
        book->from_1904 = str_is(from, "1") || str_is(from, "true");
    } else if (str_is(name, "sheet") && book->many_sheets < PAPER_XLSX_SHEETS) {
        struct str state = paper_xml_attr(attrs, many, "state");
        size_t i = book->many_sheets++;
        book->sheets[i].name = str_copy(arena, paper_xml_attr(attrs, many, "name"));
        book->sheets[i].relation = str_copy(arena, paper_xml_attr(attrs, many, "id"));
        book->sheets[i].hidden = str_starts(state, STR("hidden")) || str_starts(state, STR("veryHidden"));
    }
}

/* ---- relations: where the parts lie ---- */

struct relations {
    struct paper_xlsx *book;
    struct str folder, workbook;
};

/* "worksheets/sheet1.xml" beside the workbook, or "/xl/worksheets/sheet1.xml" from the top. */
static struct str part_path(struct arena *arena, struct str folder, struct str target)
{
    if (target.len > 0 && target.at[0] == '/')
        return str_copy(arena, str_slice(target, 1, target.len));
    while (str_starts(target, STR("./")))
        target = str_slice(target, 2, target.len);
    if (str_starts(target, STR("../"))) {
        target = str_slice(target, 3, target.len);
        size_t slash = 0;
        folder = str_find(folder, STR("/"), &slash) && slash + 1 < folder.len
                     ? str_slice(folder, 0, slash + 1)
                     : STR_NONE;
    }
    return str_format(arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(target));
}

static void relations_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                           size_t many)
{
    struct relations *relations = xml->context;
    struct paper_xlsx *book = relations->book;
    if (!str_is(name, "Relationship"))
        return;
    struct str id = paper_xml_attr(attrs, many, "Id"), type = paper_xml_attr(attrs, many, "Type");
    struct str path = part_path(book->work->arena, relations->folder, paper_xml_attr(attrs, many, "Target"));
    for (size_t i = 0; i < book->many_sheets; i++)
        if (id.len && str_eq(book->sheets[i].relation, id))
            book->sheets[i].part = path;
    if (str_ends(type, STR("/sharedStrings")))
        book->strings_part = path;
    else if (str_ends(type, STR("/styles")))
        book->styles_part = path;
    else if (str_ends(type, STR("/officeDocument")))
        relations->workbook = path;
}

/* ---- styles.xml ---- */

struct styles {
    struct paper_xlsx *book;
    struct {
        int64_t id;
        enum paper_xlsx_shows shows;
    } formats[FORMATS_MAX];
    size_t many_formats;
};

static void styles_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                        size_t many)
{
    struct styles *styles = xml->context;
    struct paper_xlsx *book = styles->book;
    int64_t id = 0;
    if (!str_to_int(paper_xml_attr(attrs, many, "numFmtId"), &id))
        id = 0;
    if (str_is(name, "numFmt") && styles->many_formats < FORMATS_MAX) {
        styles->formats[styles->many_formats].id = id;
        styles->formats[styles->many_formats++].shows =
            paper_xlsx_shows(id, paper_xml_attr(attrs, many, "formatCode"));
    } else if (str_is(name, "xf") && str_is(paper_xml_above(xml, 1), "cellXfs") &&
               book->many_shows < STYLES_MAX) {
        enum paper_xlsx_shows shows = paper_xlsx_shows(id, STR_NONE);
        for (size_t i = 0; i < styles->many_formats; i++)
            if (styles->formats[i].id == id)
                shows = styles->formats[i].shows;
        book->shows[book->many_shows++] = (uint8_t)shows;
    }
}

/* ---- sharedStrings.xml ---- */

static void strings_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                         size_t many)
{
    struct paper_xlsx *book = xml->context;
    (void)attrs, (void)many;
    if (str_is(name, "t") && !paper_xml_below(xml, "rPh"))
        paper_xml_keep(xml);
    if (!str_is(name, "si"))
        return;
    if (book->many_strings >= book->strings_room) {
        size_t room = book->strings_room ? book->strings_room * 2 : 4096;
        uint32_t *grown = room <= STRINGS_MANY_MAX ? realloc(book->string_at, room * sizeof *grown) : NULL;
        if (!grown) {
            (void)paper_work_fail(book->work, ERR_TOO_LARGE, "paper.fault.strings", 0, STR_NONE, STR_NONE);
            paper_xml_stop(xml);
            return;
        }
        book->string_at = grown;
        book->strings_room = room;
    }
    book->string_at[book->many_strings++] = (uint32_t)book->strings.len;
}

static void strings_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct paper_xlsx *book = xml->context;
    if (!str_is(name, "t"))
        return;
    buf_add_str(&book->strings, text);
    if (book->strings.over) {
        (void)paper_work_fail(book->work, ERR_TOO_LARGE, "paper.fault.strings", 0, STR_NONE, STR_NONE);
        paper_xml_stop(xml);
    }
}

enum err paper_xlsx_strings(struct paper_xlsx *book)
{
    static const struct paper_xml_handler handler = {strings_open, strings_close};
    if (book->string_at || book->strings_part.len == 0)
        return ERR_OK;
    return paper_zip_xml(book->zip, book->strings_part, true, &handler, book);
}

struct str paper_xlsx_string(const struct paper_xlsx *book, size_t index, bool *ret_found)
{
    *ret_found = index < book->many_strings;
    if (!*ret_found)
        return STR_NONE;
    size_t from = book->string_at[index];
    size_t to = index + 1 < book->many_strings ? book->string_at[index + 1] : book->strings.len;
    return (struct str){book->strings.at ? book->strings.at + from : NULL, to - from};
}

/* ---- all of it ---- */

static struct str folder_of(struct str path)
{
    size_t len = path.len;
    while (len > 0 && path.at[len - 1] != '/')
        len--;
    return str_slice(path, 0, len);
}

static enum err open_parts(struct paper_xlsx *book)
{
    static const struct paper_xml_handler relations_handler = {relations_open, NULL};
    static const struct paper_xml_handler workbook_handler = {workbook_open, NULL};
    static const struct paper_xml_handler styles_handler = {styles_open, NULL};
    struct arena *arena = book->work->arena;
    struct relations relations = {book, STR_NONE, STR("xl/workbook.xml")};
    TRY(paper_zip_xml(book->zip, STR("_rels/.rels"), true, &relations_handler, &relations));
    if (!paper_zip_has(book->zip, relations.workbook))
        return paper_work_fail(book->work, ERR_INVALID, "paper.fault.not_xlsx", 0, STR_NONE, STR_NONE);
    struct str workbook = relations.workbook;
    TRY(paper_zip_xml(book->zip, workbook, false, &workbook_handler, book));
    relations.folder = folder_of(workbook);
    struct str file = str_slice(workbook, relations.folder.len, workbook.len);
    struct str relations_part =
        str_format(arena, "%.*s_rels/%.*s.rels", STR_ARG(relations.folder), STR_ARG(file));
    TRY(paper_zip_xml(book->zip, relations_part, true, &relations_handler, &relations));
    if (book->styles_part.len == 0)
        return ERR_OK;
    struct styles *styles = ARENA_NEW(arena, struct styles);
    styles->book = book;
    book->shows = arena_alloc(arena, STYLES_MAX);
    return paper_zip_xml(book->zip, book->styles_part, true, &styles_handler, styles);
}

enum err paper_xlsx_open(struct paper_work *work, struct paper_xlsx **ret)
{
    struct paper_xlsx *book = ARENA_NEW(work->arena, struct paper_xlsx);
    book->work = work;
    book->strings.max = STRINGS_MAX;
    TRY(paper_zip_open(work, &book->zip));
    enum err word = open_parts(book);
    if (word != ERR_OK)
        paper_xlsx_close(book);
    else
        *ret = book;
    return word;
}

void paper_xlsx_close(struct paper_xlsx *book)
{
    paper_zip_close(book->zip);
    buf_free(&book->strings);
    free(book->string_at);
    book->string_at = NULL;
}
