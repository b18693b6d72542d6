/* SPDX-License-Identifier: Apache-2.0
 * Sheets through the helper: written and read back, CSV in its encodings, and workbooks that no spreadsheet
 * program would make. */
#include "helpers/test_call.h"
#include "helpers/paper.h"
#include <sys/stat.h>
#include <zip.h>

#define SEEN_ROWS    64
#define SEEN_COLUMNS 8

struct seen {
    struct call *call;
    char layout[8], encoding[16], name[64];
    int64_t rows, last_row, numbers[SEEN_ROWS];
    struct paper_cell cells[SEEN_ROWS][SEEN_COLUMNS];
    size_t many[SEEN_ROWS];
};

static enum err on_begin(void *context, const struct paper_sheet_head *head)
{
    struct seen *seen = context;
    snprintf(seen->layout, sizeof seen->layout, "%.*s", STR_ARG(head->layout));
    snprintf(seen->encoding, sizeof seen->encoding, "%.*s", STR_ARG(head->encoding));
    snprintf(seen->name, sizeof seen->name, "%.*s", STR_ARG(head->name));
    return ERR_OK;
}

static enum err on_row(void *context, int64_t row, const struct paper_cell *cells, size_t many)
{
    struct seen *seen = context;
    int64_t at = seen->rows++;
    seen->last_row = row;
    if (at >= SEEN_ROWS)
        return ERR_OK;
    seen->numbers[at] = row;
    seen->many[at] = many;
    for (size_t i = 0; i < many && i < SEEN_COLUMNS; i++) {
        seen->cells[at][i] = cells[i];
        seen->cells[at][i].text = str_copy(seen->call->arena, cells[i].text);
    }
    return ERR_OK;
}

static enum err read_path(struct call *call, const char *path, const char *sheet, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    seen->call = call;
    const struct paper_sheet_sink sink = {seen, on_begin, on_row};
    return paper_read_sheet(call, path, sheet, &sink);
}

static enum err read_bytes(struct call *call, struct str bytes, struct seen *seen)
{
    const char *path = test_file(call, bytes);
    enum err word = read_path(call, path, NULL, seen);
    unlink(path);
    return word;
}

static void expect_cell(const struct seen *seen, int row, int column, enum paper_cell_kind kind,
                        const char *text)
{
    const struct paper_cell *cell = &seen->cells[row][column];
    if (cell->kind != kind || !str_is(cell->text, text))
        print_error("row %d column %d: kind %d \"%.*s\", expected %d \"%s\"\n", row, column, (int)cell->kind,
                    STR_ARG(cell->text), (int)kind, text);
    assert_int_equal(cell->kind, kind);
    assert_true(str_is(cell->text, text));
}

/* ---- CSV ---- */

static void test_csv_encodings(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const struct {
        struct str bytes;
        const char *encoding;
    } same[] = {
        {STR("单位,系统\n示例县局,\"门户\n网站\"\n"), "UTF-8"},
        {STR("\xEF\xBB\xBF单位;系统\r\n示例县局;\"门户\n网站\"\r\n"), "UTF-8"},
        {STR("\xB5\xA5\xCE\xBB\t\xCF\xB5\xCD\xB3\n\xCA\xBE\xC0\xFD\xCF\xD8\xBE\xD6\t\"\xC3\xC5\xBB\xA7\n\xCD"
             "\xF8\xD5\xBE\""),
         "GB18030"},
        {STR("\xFF\xFE\x55\x53\x4D\x4F,\0\xFB\x7C\xDF\x7E\n\0:y\x8B\x4F\xBF\x53\x40\x5C,"
             "\0\"\0\xE8\x95\x37\x62\n\0\x51\x7F\xD9\x7A\"\0"),
         "UTF-16"},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(read_bytes(call, same[i].bytes, &seen), ERR_OK);
        assert_string_equal(seen.layout, "csv");
        assert_string_equal(seen.encoding, same[i].encoding);
        assert_int_equal(seen.rows, 2);
        expect_cell(&seen, 0, 0, PAPER_TEXT, "单位");
        expect_cell(&seen, 1, 0, PAPER_TEXT, "示例县局");
        expect_cell(&seen, 1, 1, PAPER_TEXT, "门户\n网站");
    }
    assert_int_equal(read_bytes(call, same[3].bytes, &seen), ERR_OK);
    assert_string_equal(seen.encoding, "UTF-16");
    expect_cell(&seen, 0, 0, PAPER_TEXT, "单位");
    test_call_free(call);
}

static void test_csv_oddities(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    assert_int_equal(read_bytes(call, STR("a,\"b \"\"c\"\", d\",\n\n ,,\n=\"00123\",\"\",x\"y\r\n"), &seen),
                     ERR_OK);
    assert_int_equal(seen.rows, 2);
    expect_cell(&seen, 0, 1, PAPER_TEXT, "b \"c\", d");
    assert_int_equal(seen.numbers[1], 4); /* blank rows keep their number */
    expect_cell(&seen, 1, 0, PAPER_TEXT, "00123");
    expect_cell(&seen, 1, 2, PAPER_TEXT, "x\"y");
    assert_int_equal(read_bytes(call, STR("a,b\n1,\"never closed\n\n"), &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.quote_open");
    assert_int_equal(call->last_fault->row, 2);
    assert_int_equal(read_bytes(call, STR("a,b\n1,\xFF\xFF\xFF\n"), &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.bytes");
    assert_int_equal(read_bytes(call, STR("\xEF\xBB\xBF\na,\xE5\x8D,b\n"), &seen),
                     ERR_INVALID); /* the mark says UTF-8 */
    assert_string_equal(test_fault(call), "paper.fault.bytes");
    assert_int_equal(call->last_fault->row, 2);
    assert_int_equal(read_bytes(call, STR(""), &seen), ERR_OK);
    assert_int_equal(seen.rows, 0);
    BUF(wide, 4096);
    for (int i = 0; i < 300; i++)
        buf_add(&wide, "x,", 2);
    assert_int_equal(read_bytes(call, buf_str(&wide), &seen), ERR_TOO_LARGE);
    assert_string_equal(test_fault(call), "paper.fault.columns");
    test_call_free(call);
}

/* ---- written and read back ---- */

static int out_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const struct str short_list[] = {STR("网站"), STR("信息系统")};
    struct str long_list[200];
    for (int i = 0; i < 200; i++)
        long_list[i] = str_format(call->arena, "单位 %d，示例县", i);
    const struct paper_column columns[] = {
        {.title = STR("单位名称"), .kind = PAPER_TEXT, .required = true, .help = STR("与公章一致")},
        {.title = STR("证件号码"), .kind = PAPER_TEXT},
        {.title = STR("登记日期"), .kind = PAPER_DATE},
        {.title = STR("数量"), .kind = PAPER_NUMBER},
        {.title = STR("类型"), .kind = PAPER_TEXT, .choices = short_list, .many_choices = 2},
        {.title = STR("主管单位"), .kind = PAPER_TEXT, .choices = long_list, .many_choices = 200},
    };
    const struct paper_sheet_out out = {
        PAPER_XLSX, STR("登记表/一[x]"), STR("示例县系统登记表"), STR("说明：红色为必填"), columns, 6};
    int fd = out_file("round-trip.xlsx");
    struct paper_writer *writer;
    assert_int_equal(paper_write_start(call, fd, &out, &writer), ERR_OK);
    const struct paper_cell row[] = {
        {PAPER_TEXT, false, STR("=HYPERLINK(\"http://127.0.0.1\")")},
        {PAPER_TEXT, false, STR("110101199001011230")},
        {PAPER_TEXT, false, STR("2026-01-09")},
        {PAPER_TEXT, false, STR("42")},
        {PAPER_TEXT, false, STR("网站 <&> \"q\"")},
        {PAPER_BROKEN, false, STR("两行\n文字")},
    };
    assert_int_equal(paper_write_row(call, writer, row, 6), ERR_OK);
    assert_int_equal(paper_write_row(call, writer, NULL, 0), ERR_OK);
    assert_int_equal(paper_write_row(call, writer, row, 2), ERR_OK);
    assert_int_equal(paper_write_end(call, writer), ERR_OK);
    close(fd);
    struct seen seen;
    assert_int_equal(read_path(call, "round-trip.xlsx", NULL, &seen), ERR_OK);
    assert_string_equal(seen.layout, "xlsx");
    assert_string_equal(seen.name, "登记表_一_x_");
    assert_int_equal(seen.rows, 5);
    expect_cell(&seen, 0, 0, PAPER_TEXT, "示例县系统登记表");
    assert_false(seen.cells[0][0].merged);
    assert_true(seen.cells[0][5].merged);
    expect_cell(&seen, 0, 5, PAPER_TEXT, "示例县系统登记表");
    expect_cell(&seen, 2, 0, PAPER_TEXT, "单位名称");
    expect_cell(&seen, 3, 0, PAPER_TEXT, "=HYPERLINK(\"http://127.0.0.1\")");
    expect_cell(&seen, 3, 1, PAPER_TEXT, "110101199001011230");
    expect_cell(&seen, 3, 2, PAPER_DATE, "2026-01-09");
    expect_cell(&seen, 3, 3, PAPER_NUMBER, "42");
    expect_cell(&seen, 3, 4, PAPER_TEXT, "网站 <&> \"q\"");
    expect_cell(&seen, 3, 5, PAPER_TEXT, "两行\n文字");
    assert_int_equal(seen.numbers[4], 6);
    /* the hidden sheet of choices is never taken for the data, but can be asked for */
    assert_int_equal(read_path(call, "round-trip.xlsx", "lists", &seen), ERR_OK);
    assert_int_equal(seen.rows, 200);
    assert_int_equal(read_path(call, "round-trip.xlsx", "没有", &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.no_sheet");
    unlink("round-trip.xlsx");
    test_call_free(call);
}

static void test_csv_out(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const struct paper_column columns[] = {{.title = STR("名称")}, {.title = STR("数")}};
    const struct paper_sheet_out out = {PAPER_CSV, STR("x"), STR_NONE, STR_NONE, columns, 2};
    int fd = out_file("out.csv");
    struct paper_writer *writer;
    assert_int_equal(paper_write_start(call, fd, &out, &writer), ERR_OK);
    const struct paper_cell row[] = {{PAPER_TEXT, false, STR("@SUM(1)")}, {PAPER_NUMBER, false, STR("-5")}};
    const struct paper_cell too_many[3] = {{0}};
    assert_int_equal(paper_write_row(call, writer, row, 2), ERR_OK);
    assert_int_equal(paper_write_row(call, writer, too_many, 3), ERR_TOO_LARGE);
    assert_int_equal(paper_write_end(call, writer), ERR_OK);
    char bytes[128] = {0};
    ssize_t got = pread(fd, bytes, sizeof bytes - 1, 0);
    close(fd);
    assert_true(got > 0);
    assert_string_equal(bytes, "\xEF\xBB\xBF名称,数\r\n\"'@SUM(1)\",-5\r\n");
    unlink("out.csv");
    test_call_free(call);
}

static void test_errors_come_back_in_a_column(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const char *path = test_file(call, STR("说明\n单位,日期\n甲局,2026-13-01\n乙局,2026-01-09\n丙局,\n"));
    const struct paper_sheet_error errors[] = {
        {3, STR("日期无效"), 1}, {3, STR("单位不存在"), 0}, {5, STR("日期不能为空"), 1}};
    int fd = out_file("errors.xlsx");
    assert_int_equal(paper_write_errors(call, path, NULL, fd, 2, STR("错误说明"), errors, 3), ERR_OK);
    close(fd);
    struct seen seen;
    assert_int_equal(read_path(call, "errors.xlsx", NULL, &seen), ERR_OK);
    assert_int_equal(seen.rows, 5);
    expect_cell(&seen, 1, 2, PAPER_TEXT, "错误说明");
    expect_cell(&seen, 2, 0, PAPER_TEXT, "甲局");
    expect_cell(&seen, 2, 2, PAPER_TEXT, "日期无效；单位不存在");
    assert_int_equal(seen.many[3], 2);
    expect_cell(&seen, 4, 2, PAPER_TEXT, "日期不能为空");
    unlink("errors.xlsx");
    unlink(path);
    test_call_free(call);
}

/* ---- workbooks made by hand ---- */

#define XML  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""

struct part {
    const char *name;
    struct str bytes;
};

static void make_zip(const char *path, const struct part *parts, size_t many)
{
    int why = 0;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    for (size_t i = 0; i < many; i++) {
        zip_source_t *source = zip_source_buffer(zip, parts[i].bytes.at, parts[i].bytes.len, 0);
        assert_true(zip_file_add(zip, parts[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
}

/* One visible and one hidden sheet, dates by style 1, a custom format by style 2. */
static void make_book(const char *path, struct str sheet)
{
    const struct part parts[] = {
        {"_rels/.rels", STR(XML "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/officeDocument\" "
                                "Target=\"xl/workbook.xml\"/></Relationships>")},
        {"xl/workbook.xml",
         STR(XML "<x:workbook xmlns:x=\"m\" xmlns:r=\"r\"><x:sheets><x:sheet name=\"藏\" sheetId=\"1\" "
                 "state=\"hidden\" r:id=\"rId9\"/>"
                 "<x:sheet name=\"表\" sheetId=\"2\" r:id=\"rId1\"/></x:sheets></x:workbook>")},
        {"xl/_rels/workbook.xml.rels",
         STR(XML
             "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/worksheet\" "
             "Target=\"/xl/worksheets/sheet1.xml\"/>"
             "<Relationship Id=\"rId2\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/>"
             "<Relationship Id=\"rId3\" Type=\"http://x/styles\" Target=\"styles.xml\"/></Relationships>")},
        {"xl/styles.xml",
         STR(XML "<styleSheet " MAIN "><numFmts><numFmt numFmtId=\"170\" "
                 "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@\"/></numFmts>"
                 "<cellStyleXfs><xf numFmtId=\"22\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf "
                 "numFmtId=\"14\"/><xf numFmtId=\"170\"/><xf numFmtId=\"20\"/></cellXfs></styleSheet>")},
        {"xl/sharedStrings.xml",
         STR(XML "<sst " MAIN "><si><t>单位</t></si><si><r><t>富</t></r><r><t xml:space=\"preserve\"> "
                 "文本</t></r><rPh><t>pin</t></rPh></si></sst>")},
        {"xl/worksheets/sheet1.xml", sheet},
    };
    make_zip(path, parts, sizeof parts / sizeof parts[0]);
}

static enum err read_book(struct call *call, const char *sheet, struct seen *seen)
{
    make_book("book.xlsx", str_of(sheet));
    enum err word = read_path(call, "book.xlsx", NULL, seen);
    unlink("book.xlsx");
    return word;
}

#define SHEET(rows) XML "<worksheet " MAIN "><sheetData>" rows "</sheetData></worksheet>"

static void test_cell_types(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const char *sheet =
        SHEET("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"s\"><v>1</v></c><c r=\"D2\" "
              "t=\"inlineStr\"><is><t>行内_x000A_字</t></is></c></row>"
              "<row r=\"5\"><c r=\"A5\" s=\"1\"><v>46031</v></c><c s=\"2\"><v>46031.354166666664</v></c><c "
              "s=\"3\"><v>0.5</v></c>"
              "<c><v>1.1010119900101123E+17</v></c><c><v>0.30000000000000004</v></c><c "
              "t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"str\"><f>1+1</f><v>和</v></c></row>"
              "<row><c><v>13800000000</v></c></row>");
    assert_int_equal(read_book(call, sheet, &seen), ERR_OK);
    assert_string_equal(seen.name, "表");
    assert_int_equal(seen.rows, 3);
    assert_int_equal(seen.numbers[0], 2);
    expect_cell(&seen, 0, 0, PAPER_TEXT, "单位");
    expect_cell(&seen, 0, 1, PAPER_TEXT, "富 文本");
    expect_cell(&seen, 0, 2, PAPER_EMPTY, "");
    expect_cell(&seen, 0, 3, PAPER_TEXT, "行内\n字");
    expect_cell(&seen, 1, 0, PAPER_DATE, "2026-01-09");
    expect_cell(&seen, 1, 1, PAPER_DATE, "2026-01-09 08:30:00");
    expect_cell(&seen, 1, 2, PAPER_DATE, "12:00:00");
    expect_cell(&seen, 1, 3, PAPER_NUMBER, "1.10101199001011E+17");
    expect_cell(&seen, 1, 4, PAPER_NUMBER, "0.3");
    expect_cell(&seen, 1, 5, PAPER_BOOL, "TRUE");
    expect_cell(&seen, 1, 6, PAPER_BROKEN, "#N/A");
    expect_cell(&seen, 1, 7, PAPER_TEXT, "和");
    expect_cell(&seen, 2, 0, PAPER_NUMBER, "13800000000");
    assert_int_equal(seen.numbers[2], 6);
    test_call_free(call);
}

static void test_merged_cells(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const char *sheet = XML
        "<worksheet " MAIN "><sheetData>"
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>甲局</v></c><c r=\"B1\" t=\"str\"><v>一</v></c></row>"
        "<row r=\"2\"><c r=\"A2\"/><c r=\"B2\" t=\"str\"><v>二</v></c></row><row r=\"3\"><c r=\"A3\"/></row>"
        "</sheetData><mergeCells><mergeCell ref=\"A1:A3\"/><mergeCell ref=\"B1:D1\"/><mergeCell "
        "ref=\"bad\"/></mergeCells></worksheet>";
    assert_int_equal(read_book(call, sheet, &seen), ERR_OK);
    assert_int_equal(seen.rows, 2); /* row 3 holds nothing of its own */
    assert_false(seen.cells[0][0].merged);
    expect_cell(&seen, 0, 3, PAPER_TEXT, "一");
    assert_true(seen.cells[0][3].merged);
    expect_cell(&seen, 1, 0, PAPER_TEXT, "甲局");
    assert_true(seen.cells[1][0].merged);
    test_call_free(call);
}

static void expect_book_fault(const char *sheet, const char *key)
{
    struct call *call = test_call_new();
    struct seen seen;
    enum err word = read_book(call, sheet, &seen);
    if (strcmp(test_fault(call), key) != 0)
        print_error("expected %s, got %s %s\n", key, err_word(word), test_fault(call));
    assert_int_not_equal(word, ERR_OK);
    assert_string_equal(test_fault(call), key);
    test_call_free(call);
}

static void test_hostile_sheets(void **state)
{
    (void)state;
    expect_book_fault(SHEET("<row r=\"1000000000\"><c><v>1</v></c></row>"), "paper.fault.row_number");
    expect_book_fault(SHEET("<row r=\"1e9\"><c><v>1</v></c></row>"), "paper.fault.row_number");
    expect_book_fault(SHEET("<row r=\"-1\"><c><v>1</v></c></row>"), "paper.fault.row_number");
    expect_book_fault(SHEET("<row r=\"1048576\"><c><v>1</v></c></row>"), "paper.fault.rows");
    expect_book_fault(SHEET("<row r=\"2\"><c r=\"A7\"><v>1</v></c></row>"), "paper.fault.row_number");
    expect_book_fault(SHEET("<row r=\"2\"><c r=\"ZZZZZZ2\"><v>1</v></c></row>"), "paper.fault.row_number");
    expect_book_fault(SHEET("<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>"), "paper.fault.columns");
    expect_book_fault(SHEET("<row r=\"2\"><c><v>1</v></c></row><row r=\"2\"><c><v>1</v></c></row>"),
                      "paper.fault.row_order");
    expect_book_fault(SHEET("<row r=\"1\"><c t=\"s\"><v>99</v></c></row>"), "paper.fault.string_index");
    expect_book_fault(SHEET("<row r=\"1\"><c t=\"s\"><v>-1</v></c></row>"), "paper.fault.string_index");
    expect_book_fault("<!DOCTYPE w [<!ENTITY a \"b\">]><worksheet>&a;</worksheet>", "paper.fault.entity");
    expect_book_fault("<worksheet><sheetData>", "paper.fault.xml");
}

static void test_zip_bomb(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    size_t size = (size_t)40 << 20;
    char *zeros = calloc(1, size);
    memset(zeros, ' ', size);
    memcpy(zeros, "<worksheet>", 11);
    make_book("bomb.xlsx", (struct str){zeros, size});
    free(zeros);
    assert_int_equal(read_path(call, "bomb.xlsx", NULL, &seen), ERR_TOO_LARGE);
    assert_string_equal(test_fault(call), "paper.fault.zip_bomb");
    unlink("bomb.xlsx");
    test_call_free(call);
}

static void test_damaged_archives(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    assert_int_equal(read_bytes(call, STR("PK\3\4 not a zip at all"), &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.zip");
    const struct part nested[] = {{"inner.zip", STR("PK\3\4")}};
    make_zip("nested.zip", nested, 1);
    assert_int_equal(read_path(call, "nested.zip", NULL, &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.not_xlsx");
    unlink("nested.zip");
    assert_int_equal(read_bytes(call, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old"), &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.old_excel");
    make_book("cut.xlsx", STR(SHEET("<row r=\"1\"><c t=\"str\"><v>abc</v></c></row>")));
    struct stat about;
    assert_int_equal(stat("cut.xlsx", &about), 0);
    for (off_t len = about.st_size - 1; len > 4; len -= 97) {
        assert_int_equal(truncate("cut.xlsx", len), 0);
        assert_int_not_equal(read_path(call, "cut.xlsx", NULL, &seen), ERR_OK);
    }
    unlink("cut.xlsx");
    test_call_free(call);
}

static void test_many_rows(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const struct paper_column columns[] = {{.title = STR("a")}, {.title = STR("b")}, {.title = STR("c")}};
    const struct paper_sheet_out out = {PAPER_XLSX, STR("x"), STR_NONE, STR_NONE, columns, 3};
    int fd = out_file("many.xlsx");
    struct paper_writer *writer;
    assert_int_equal(paper_write_start(call, fd, &out, &writer), ERR_OK);
    for (int i = 0; i < 20000; i++) {
        char text[32];
        struct str str = {text, (size_t)snprintf(text, sizeof text, "系统 %d", i)};
        const struct paper_cell row[] = {
            {PAPER_TEXT, false, str}, {PAPER_TEXT, false, STR("x")}, {PAPER_TEXT, false, STR("10.0.0.1")}};
        assert_int_equal(paper_write_row(call, writer, row, 3), ERR_OK);
    }
    assert_int_equal(paper_write_end(call, writer), ERR_OK);
    close(fd);
    struct seen seen;
    assert_int_equal(read_path(call, "many.xlsx", NULL, &seen), ERR_OK);
    assert_int_equal(seen.rows, 20001);
    assert_int_equal(seen.last_row, 20001);
    unlink("many.xlsx");
    test_call_free(call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_encodings),
        cmocka_unit_test(test_csv_oddities),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_csv_out),
        cmocka_unit_test(test_errors_come_back_in_a_column),
        cmocka_unit_test(test_cell_types),
        cmocka_unit_test(test_merged_cells),
        cmocka_unit_test(test_hostile_sheets),
        cmocka_unit_test(test_zip_bomb),
        cmocka_unit_test(test_damaged_archives),
        cmocka_unit_test(test_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
