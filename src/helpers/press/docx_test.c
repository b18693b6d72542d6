/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/press_try.h"

#include <zip.h>

#define ARENA_MAX ((size_t)512 << 20)
#define CALL(name)                                                                                           \
    ARENA(arena_of_##name, ARENA_MAX);                                                                       \
    struct call name = {.arena = arena_of_##name}

/* One part of the package; empty when it is not there. */
static struct str part_of(struct arena *arena, struct str docx, const char *name)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(docx.at, docx.len, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    assert_non_null(zip);
    zip_stat_t stat;
    struct str bytes = STR_NONE;
    if (zip_stat(zip, name, 0, &stat) == 0) {
        char *to = arena_alloc(arena, stat.size + 1);
        zip_file_t *file = zip_fopen(zip, name, 0);
        assert_int_equal(zip_fread(file, to, stat.size), (zip_int64_t)stat.size);
        zip_fclose(file);
        bytes = (struct str){to, stat.size};
    }
    zip_close(zip);
    return bytes;
}

/* What a reader sees: the content of w:t, in order. */
static struct str text_of(struct arena *arena, struct str xml)
{
    BUF(all, 4 << 20);
    const char *at = xml.at;
    while (at && (at = strstr(at, "<w:t")) != NULL) {
        bool text = at[4] == '>' || at[4] == ' ';
        at = strchr(at, '>') + 1;
        if (!text || at[-2] == '/')
            continue;
        const char *end = strstr(at, "</w:t>");
        for (const char *c = at; c < end; c++) {
            static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
            size_t which = 0;
            while (which < 4 && strncmp(c, names[which], strlen(names[which])) != 0)
                which++;
            buf_add_char(&all, which < 4 ? "&<>\""[which] : *c);
            c += which < 4 ? strlen(names[which]) - 1 : 0;
        }
        at = end;
    }
    return try_squash(arena, buf_str(&all));
}

static void check_same_text(struct str json)
{
    CALL(call);
    /* Page numbers and the code at the foot stand in other places; the document itself must be the same. */
    struct press_letter letter = try_read(&call, json);
    letter.page_numbers = false;
    letter.verify_code = STR_NONE;
    struct press_paper paper;
    BUF(pdf, 64 << 20);
    BUF(docx, 64 << 20);
    assert_int_equal(press_compose(&call, &letter, try_fonts, &paper), ERR_OK);
    assert_int_equal(press_pdf(&call, &paper, &pdf), ERR_OK);
    assert_int_equal(press_docx(&call, &letter, &docx), ERR_OK);
    const char *path = try_file(call.arena, ".pdf", buf_str(&pdf));
    struct str of_pdf =
        try_squash(call.arena, try_run(call.arena, str_format(call.arena, "pdftotext -raw %s -", path).at));
    unlink(path);
    struct str of_docx =
        str_format(call.arena, "%.*s%.*s",
                   STR_ARG(text_of(call.arena, part_of(call.arena, buf_str(&docx), "word/header1.xml"))),
                   STR_ARG(text_of(call.arena, part_of(call.arena, buf_str(&docx), "word/document.xml"))));
    assert_true(of_docx.len > 100);
    if (!str_eq(of_pdf, of_docx))
        fail_msg("PDF:  %.*s\nDOCX: %.*s", STR_ARG(of_pdf), STR_ARG(of_docx));
}

static void same_text_as_the_pdf(void **state)
{
    (void)state;
    CALL(call);
    check_same_text(try_sample(call.arena, "order.json"));
    check_same_text(try_sample(call.arena, "letter.json"));
    check_same_text(STR("{\"kind\":\"document\",\"urgency\":\"特急\",\"mark\":[\"示例县数据局\","
                        "\"示例县公安局\"],\"mark_suffix\":\"文件\","
                        "\"number\":\"示数发〔2026〕1号\",\"signed_by\":[\"甲某\"],\"title\":\"关于<网络>&"
                        "安全的\\n报告\",\"to\":[\"县政府\",\"县委\"],"
                        "\"body\":[{\"h\":1,\"text\":\"总体\",\"auto\":true},{\"p\":[\"时间：\",{\"blank\":4}"
                        ",{\"t\":\"年\",\"font\":\"hei\"}]},"
                        "{\"title\":\"中间题\"},{\"cut\":\"裁切\"},{\"table\":{\"caption\":\"表名\","
                        "\"columns\":[{\"title\":\"甲\"},{\"title\":\"乙\"}],"
                        "\"rows\":[[{\"text\":\"合\",\"down\":2},\"一\"],[\"二\\n行\"],[{\"text\":\"宽\","
                        "\"span\":2,\"foot\":\"盖章\"}]]}}],"
                        "\"signer\":[\"示例县数据局\",\"示例县公安局\"],\"date\":\"2026-10-08\",\"seal\":"
                        "\"none\",\"notes\":[\"此件公开发布\"],"
                        "\"attachments\":[{\"name\":\"横表\",\"landscape\":true,\"body\":[\"横排\"]},{"
                        "\"name\":\"另一\",\"body\":[\"竖排\"]},{\"name\":\"只列名\"}],"
                        "\"cc\":[\"甲\",\"乙\"],\"printed_by\":\"办公室\",\"printed_on\":\"2026-10-09\"}"));
}

static void every_part_is_sound(void **state)
{
    (void)state;
    static const char *const samples[] = {"order.json", "letter.json"};
    static const char *const parts[] = {"[Content_Types].xml",
                                        "_rels/.rels",
                                        "word/_rels/document.xml.rels",
                                        "word/_rels/footer3.xml.rels",
                                        "word/document.xml",
                                        "word/styles.xml",
                                        "word/fontTable.xml",
                                        "word/settings.xml",
                                        "word/footer1.xml",
                                        "word/footer2.xml",
                                        "word/footer3.xml",
                                        "word/header1.xml",
                                        "docProps/core.xml"};
    for (size_t s = 0; s < 2; s++) {
        CALL(call);
        struct str docx = try_docx(&call, try_sample(call.arena, samples[s]));
        struct str types = part_of(call.arena, docx, "[Content_Types].xml");
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            struct str xml = part_of(call.arena, docx, parts[i]);
            bool header = strcmp(parts[i], "word/header1.xml") == 0;
            assert_true(xml.len > 0 || (header && s == 0));
            if (!xml.len)
                continue;
            const char *path = try_file(call.arena, ".xml", xml);
            (void)try_run(call.arena, str_format(call.arena, "xmllint --noout %s", path).at);
            unlink(path);
            size_t at;
            if (i >= 4)
                assert_true(str_find(types, str_format(call.arena, "\"/%s\"", parts[i]), &at));
        }
        struct str png = part_of(call.arena, docx, "word/media/qr.png");
        assert_true(png.len > 100 && memcmp(png.at, "\x89PNG", 4) == 0);
    }
}

static bool has(struct str xml, const char *text)
{
    size_t at;
    return str_find(xml, str_of(text), &at);
}

static void geometry_of_the_standard(void **state)
{
    (void)state;
    CALL(call);
    struct str docx = try_docx(&call, try_sample(call.arena, "order.json"));
    struct str styles = part_of(call.arena, docx, "word/styles.xml"),
               body = part_of(call.arena, docx, "word/document.xml");
    assert_true(has(styles, "仿宋_GB2312") && has(styles, "<w:sz w:val=\"32\"/>")); /* 16 pt */
    assert_true(has(styles, "w:line=\"580\" w:lineRule=\"exact\""));                /* 28.99 pt */
    assert_true(has(body, "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>"));
    assert_true(has(
        body,
        "<w:pgMar w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\"")); /* 37 26 35 28 mm */
    assert_true(has(body, "<w:tblHeader/>"));
    assert_true(has(part_of(call.arena, docx, "word/footer1.xml"), " PAGE "));
    assert_true(has(part_of(call.arena, docx, "word/settings.xml"), "<w:evenAndOddHeaders/>"));
}

static void same_input_same_bytes(void **state)
{
    (void)state;
    CALL(call);
    struct str json = try_sample(call.arena, "order.json");
    struct str first = try_docx(&call, json), second = try_docx(&call, json);
    assert_true(str_eq(first, second));
}

/* Where an office suite is at hand, it must open the file and show the same text. */
static void opens_in_an_office_suite(void **state)
{
    (void)state;
    CALL(call);
    if (system("command -v soffice >/dev/null 2>&1") != 0)
        skip();
    struct str json = try_sample(call.arena, "letter.json");
    char folder[] = "/tmp/press-office-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = try_file(call.arena, ".docx", try_docx(&call, json));
    (void)try_run(call.arena,
                  str_format(call.arena,
                             "soffice -env:UserInstallation=file://%s/profile --headless --convert-to pdf "
                             "--outdir %s %s >/dev/null 2>&1; pdftotext -raw %s/*.pdf %s/out.txt",
                             folder, folder, path, folder, folder)
                      .at);
    FILE *file = fopen(str_format(call.arena, "%s/out.txt", folder).at, "rb");
    struct str text = try_squash(call.arena, try_slurp(call.arena, file));
    fclose(file);
    size_t at;
    assert_true(str_find(text, STR("请你单位高度重视，尽快核实处置"), &at));
    assert_true(str_find(text, STR("2026年10月9日"), &at));
    unlink(path);
    (void)try_run(call.arena, str_format(call.arena, "rm -r %s", folder).at);
}

/* An editable paper keeps the characters themselves: the machine that opens it may have more fonts. */
static void rare_characters_stay(void **state)
{
    (void)state;
    CALL(call);
    struct str docx =
                   try_docx(&call, STR("{\"kind\":\"form\",\"title\":\"表\",\"body\":[\"𠮷某，\uE123某\"]}")),
               text = text_of(call.arena, part_of(call.arena, docx, "word/document.xml"));
    size_t at;
    assert_true(str_find(text, STR("𠮷某，\uE123某"), &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_text_as_the_pdf),     cmocka_unit_test(every_part_is_sound),
        cmocka_unit_test(geometry_of_the_standard), cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(opens_in_an_office_suite), cmocka_unit_test(rare_characters_stay),
    };
    return cmocka_run_group_tests(tests, try_open, try_close);
}
