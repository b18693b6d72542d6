/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/test_call.h"
#include "helpers/paper.h"

static void test_marks_in_text(void **state)
{
    (void)state;
    static const char *const marked[] = {
        "机密★10年\n\n示例县人民政府文件",
        "秘密★",
        "绝  密 ★ 长期",
        "密级：机密",
        "密 级: 秘密",
        "密级(期限)：绝密 20年",
        "保密等级：秘密\n正文",
        "  绝密\n关于…的通知",
        "【机密】会议纪要",
        "机密*5年",
        "文件　密级：　秘　密",
        "说明\n秘密☆1年",
    };
    static const char *const clean[] = {
        "商业秘密保护制度",
        "保守国家秘密法",
        "工作秘密管理办法",
        "机密性、完整性、可用性",
        "密级：公开",
        "密级：□绝密 □机密 □秘密",
        "密级：绝密/机密/秘密",
        "采用秘密投票的方式",
        "涉密等级划分为绝密、机密、秘密三级",
        "密码应用安全性评估",
        "",
        "商用密码★推荐",
        "机密计算平台",
        "绝密飞行",
        "非密\n正文：秘密级以上的文件不得上传",
    };
    for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++) {
        if (!paper_text_marked(str_of(marked[i])))
            print_error("not found: %s\n", marked[i]);
        assert_true(paper_text_marked(str_of(marked[i])));
    }
    for (size_t i = 0; i < sizeof clean / sizeof clean[0]; i++) {
        if (paper_text_marked(str_of(clean[i])))
            print_error("wrongly found: %s\n", clean[i]);
        assert_false(paper_text_marked(str_of(clean[i])));
    }
}

static void expect(struct str bytes, const char *mark)
{
    struct call *call = test_call_new();
    const char *path = test_file(call, bytes);
    struct paper_marks marks;
    assert_int_equal(paper_scan_marks(call, path, &marks), ERR_OK);
    unlink(path);
    assert_int_equal(marks.found, mark != NULL);
    if (mark)
        assert_true(str_is(marks.mark, mark));
    test_call_free(call);
}

static void test_marks_in_files(void **state)
{
    (void)state;
    expect(STR("机密★10年\n正文"), "机密★10年");
    expect(STR("\xEF\xBB\xBF机密★\n"), "机密★");
    expect(STR("\xBB\xFA\xC3\xDC\xA1\xEF"
               "10\xC4\xEA\n"),
           "机密★10年");                                          /* GBK */
    expect(STR("\xFF\xFE\x3A\x67\xC6\x5B\x05\x26\n\0"), "机密★"); /* UTF-16, little end first */
    expect(STR("\xFE\xFF\x67\x3A\x5B\xC6\x26\x05\0\n"), "机密★");
    expect(STR("示例县商业秘密保护工作方案\n"), NULL);
    expect(STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), NULL);
    expect(STR("\x7f"
               "ELF\x02\x01\x01\0\xff\xff\xff\xff"),
           NULL);
    expect(STR(""), NULL);
    expect(STR("%PDF-1.4\n<</Title <FEFF673A5BC6260500310030>>>\n%%EOF"), "机密★");
    expect(STR("%PDF-1.4\n<</Title (\xFE\xFF\x79\xD8\x5B\xC6\x26\x05)>>"), "秘密★");
    expect(STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....\xDD\x7E\xC6\x5B\x05\x26"), "绝密★");
    expect(STR("%PDF-1.4\n<</Title <FEFF554679D85BC6>>>"), NULL);
    expect(STR("PK\3\4 damaged"), NULL);
    BUF(late, 65536);
    while (late.len < 40000)
        buf_add_str(&late, STR("正文。\n"));
    buf_add_str(&late, STR("机密★10年"));
    expect(buf_str(&late), NULL); /* deep in the text it is being talked about, not marked */
}

static void test_marks_in_a_workbook(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const struct paper_column columns[] = {{.title = STR("名称")}};
    struct paper_sheet_out out = {PAPER_XLSX, STR("x"), STR("登记表"), STR("密级：秘密"), columns, 1};
    for (int marked = 1; marked >= 0; marked--) {
        int fd = open("marks.xlsx", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        struct paper_writer *writer;
        out.note = marked ? STR("密级：秘密") : STR("商业秘密");
        assert_int_equal(paper_write_start(call, fd, &out, &writer), ERR_OK);
        assert_int_equal(paper_write_end(call, writer), ERR_OK);
        close(fd);
        struct paper_marks marks;
        assert_int_equal(paper_scan_marks(call, "marks.xlsx", &marks), ERR_OK);
        assert_int_equal(marks.found, marked);
    }
    unlink("marks.xlsx");
    test_call_free(call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks_in_text),
        cmocka_unit_test(test_marks_in_files),
        cmocka_unit_test(test_marks_in_a_workbook),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
