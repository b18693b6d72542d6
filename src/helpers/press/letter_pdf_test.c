/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of GB/T 9704-2012, read back from the PDF by poppler: positions of words, and pixels at 0.1 mm.
 */
#include "helpers/press/press_try.h"

#include "base/clock.h"

#define ARENA_MAX ((size_t)512 << 20)
#define CALL(name)                                                                                           \
    ARENA(arena_of_##name, ARENA_MAX);                                                                       \
    struct call name = {.arena = arena_of_##name}

static struct str repeat(struct arena *arena, const char *text, int times)
{
    BUF(all, 4 << 20);
    for (int i = 0; i < times; i++)
        buf_add_str(&all, str_of(text));
    return str_copy(arena, buf_str(&all));
}

static struct str long_form(struct arena *arena, const char *extra, int characters)
{
    return str_format(arena,
                      "{\"kind\":\"form\",\"page_numbers\":true,%s\"title\":\"题\",\"body\":[\"%.*s\"]}",
                      extra, STR_ARG(repeat(arena, "国", characters)));
}

static void type_area_holds_22_lines_of_28(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(&call, long_form(call.arena, "", 3000));
    double first = 0, last = 0;
    int lines = 0;
    WITHIN(TRY_MM(words.width[2]), 210, 0.1);
    WITHIN(TRY_MM(words.height[2]), 297, 0.1);
    for (size_t i = 0; i < words.many; i++) {
        const struct try_word *word = &words.at[i];
        if (word->page != 2 || !str_starts(word->text, STR("国")))
            continue;
        assert_int_equal(utf8_length(word->text), 28);
        WITHIN(TRY_MM(word->x), 28, 0.5);
        WITHIN(TRY_MM(word->right), 210 - 26, 0.5);
        if (lines++ == 0)
            first = word->y;
        else
            WITHIN(TRY_MM(word->y - last), 225.0 / 22, 0.02);
        last = word->y;
    }
    assert_int_equal(lines, 22);
    WITHIN(TRY_MM(last - first), 225.0 / 22 * 21, 0.05);
}

static void ink_begins_and_ends_in_the_type_area(void **state)
{
    (void)state;
    CALL(call);
    struct try_picture page = try_draw(&call, long_form(call.arena, "", 3000), 2);
    int top = -1, bottom = -1, left = page.width, right = -1;
    for (int y = 0; y < 2650; y++) { /* above the page number */
        for (int x = 0; x < page.width; x++) {
            if (!try_dark(&page, x, y))
                continue;
            top = top < 0 ? y : top;
            bottom = y;
            left = x < left ? x : left;
            right = x > right ? x : right;
        }
    }
    /* 国 fills nine tenths of its cell; a line has 2.29 mm of white above and below its characters. */
    WITHIN(top / 10.0, 37 + 2.29 + 0.3, 0.5);
    WITHIN(bottom / 10.0, 297 - 35 - 2.29 - 0.3, 0.5);
    WITHIN(left / 10.0, 28 + 0.4, 0.5);
    WITHIN(right / 10.0, 184 - 0.4, 0.5);
}

static void page_numbers_stand_outside(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(&call, long_form(call.arena, "", 1500));
    for (int page = 1; page <= 3; page++) {
        const struct try_word *number = NULL;
        for (size_t i = 0; i < words.many; i++)
            if (words.at[i].page == page && str_is(words.at[i].text, "—")) {
                if (!number || page % 2 == 1) /* odd: the right dash, even: the left one */
                    number = &words.at[i];
            }
        assert_non_null(number);
        if (page % 2)
            WITHIN(TRY_MM(number->right), 184 - TRY_MM(14), 0.5);
        else
            WITHIN(TRY_MM(number->x), 28 + TRY_MM(14), 0.5);
        char digits[8];
        snprintf(digits, sizeof(digits), "%d", page);
        (void)try_find(&words, page, digits);
    }
    /* The dash itself lies 7 mm below the type area. */
    struct try_picture page = try_draw(&call, long_form(call.arena, "", 1500), 2);
    int dash = 0;
    for (int y = 2640; y < 2760 && !dash; y++)
        if (try_dark(&page, 280 + 60, y))
            dash = y;
    WITHIN(dash / 10.0, 297 - 35 + 7, 0.3);
}

static void mirrored_when_duplex(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(&call, long_form(call.arena, "\"duplex\":true,", 1500));
    WITHIN(TRY_MM(try_find(&words, 2, "国")->x), 26, 0.5);
    WITHIN(TRY_MM(try_find(&words, 2, "国")->right), 182, 0.5);
    WITHIN(TRY_MM(try_find(&words, 3, "国")->x), 28, 0.5);
}

static void red_head_of_a_document(void **state)
{
    (void)state;
    CALL(call);
    struct try_picture page = try_draw(&call, try_sample(call.arena, "order.json"), 1);
    int mark_top = -1, rule_top = -1, rule_rows = 0, rule_left = 0, rule_right = 0;
    for (int y = 0; y < page.height; y++) {
        int red = 0, left = -1, right = -1;
        for (int x = 0; x < page.width; x++) {
            if (!try_red(&page, x, y))
                continue;
            red++;
            left = left < 0 ? x : left;
            right = x;
        }
        if (red && mark_top < 0)
            mark_top = y;
        if (red > 1500) { /* solid */
            rule_top = rule_top < 0 ? y : rule_top;
            rule_rows++;
            rule_left = left;
            rule_right = right;
        }
    }
    WITHIN(mark_top / 10.0, 37 + 35,
           1.5); /* the glyphs of 小标宋 begin a little below the top of their box */
    WITHIN((rule_right + 1 - rule_left) / 10.0, 156, 0.3);
    WITHIN(rule_left / 10.0, 28, 0.2);
    assert_in_range(rule_rows, 5, 9);
    struct try_words words = try_words_of(&call, try_sample(call.arena, "order.json"));
    const struct try_word *number = try_find(&words, 1, "示数发〔2026〕3号");
    WITHIN(TRY_MM((number->x + number->right) / 2), 28 + 78, 0.5);
    /* 4 mm from the characters of the number (their box, not the font's) to the line. */
    double middle = (number->y + number->bottom) / 2;
    assert_in_range((int)(rule_top - TRY_MM(middle) * 10), 55, 80);
    (void)try_find(&words, 1, "示例县水利局："); /* the first page shows the body */
    assert_non_null(try_find(&words, 1, "2026年9月28日"));
}

static void letter_head_and_foot(void **state)
{
    (void)state;
    CALL(call);
    struct str json = try_sample(call.arena, "letter.json");
    struct try_picture page = try_draw(&call, json, 1);
    int first = -1, last = -1, mark_top = -1;
    for (int y = 0; y < page.height; y++) {
        int red = 0;
        for (int x = 0; x < page.width; x++)
            red += try_red(&page, x, y);
        if (red && mark_top < 0)
            mark_top = y;
        if (red >= 1695 && red <= 1705) { /* 170 mm */
            first = first < 0 ? y : first;
            last = y;
            assert_true(try_red(&page, 205, y) && try_red(&page, 1895, y));
            assert_false(try_red(&page, 195, y) || try_red(&page, 1905, y));
        }
    }
    WITHIN(mark_top / 10.0, 30, 1.2);
    assert_true(first > 0);
    WITHIN((last + 1) / 10.0, 297 - 20, 0.2);
    struct try_words words = try_words_of(&call, json);
    const struct try_word *number = try_find(&words, 1, "示数函〔2026〕12号");
    WITHIN(TRY_MM(number->right), 184, 0.3);
    for (size_t i = 0; i < words.many; i++)
        assert_false(str_is(words.at[i].text, "—")); /* no number on page one */
}

static void signature_stands_over_the_date(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(&call, try_sample(call.arena, "letter.json"));
    const struct try_word *date = try_find(&words, 1, "2026年10月9日"), *signer = NULL;
    for (size_t i = 0; i < words.many; i++)
        if (str_is(words.at[i].text, "示例县数据局") && words.at[i].y > MM(150))
            signer = &words.at[i];
    assert_non_null(signer);
    WITHIN(TRY_MM(date->right), 184 - 4 * TRY_MM(PRESS_CELL), 0.5);
    WITHIN(TRY_MM((signer->x + signer->right) / 2), TRY_MM((date->x + date->right) / 2), 0.3);
    WITHIN(TRY_MM(date->y - signer->y), 225.0 / 22, 0.05);
    const struct try_word *note = try_find(&words, 1, "（加盖公章处）");
    assert_true(note->y < signer->y);
}

static void unsealed_signature(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(&call, STR("{\"kind\":\"form\",\"title\":\"题\",\"body\":[\"正文\"]"
                                                     ",\"signer\":\"示例县数据局网络安全和信息化科\","
                                                     "\"date\":\"2026-01-09\",\"seal\":\"none\"}"));
    const struct try_word *signer = try_find(&words, 1, "示例县数据局网络"),
                          *date = try_find(&words, 1, "2026年1月9日");
    WITHIN(TRY_MM(signer->right), 184 - 2 * TRY_MM(PRESS_CELL), 0.5);
    WITHIN(TRY_MM(date->x - signer->x), 2 * TRY_MM(PRESS_CELL), 0.5);
}

/* The signature moves with two lines of the body, wherever the page ends. */
static void signature_is_never_alone(void **state)
{
    (void)state;
    for (int lines = 8; lines < 24; lines++) {
        CALL(call);
        struct str json = str_format(call.arena,
                                     "{\"kind\":\"form\",\"title\":\"题\",\"body\":[\"%.*s\"],\"signer\":"
                                     "\"示例县数据局\",\"date\":\"2026-01-09\"}",
                                     STR_ARG(repeat(call.arena, "国", lines * 28 - 10)));
        struct try_words words = try_words_of(&call, json);
        const struct try_word *date = try_find(&words, 0, "2026年1月9日");
        int body = 0;
        for (size_t i = 0; i < words.many; i++)
            body += words.at[i].page == date->page && str_starts(words.at[i].text, STR("国"));
        if (body < 2)
            fail_msg("%d lines of body: %d beside the signature", lines, body);
        assert_true(TRY_MM(date->bottom) < 297 - 35 + 1);
    }
}

static struct str many_rows(struct arena *arena, int rows, const char *cell)
{
    BUF(all, 4 << 20);
    buf_add_str(&all, STR("{\"kind\":\"form\",\"title\":\"台账\",\"body\":[{\"table\":{\"columns\":[{"
                          "\"title\":\"序号\",\"width\":1},"
                          "{\"title\":\"名称头\",\"width\":6}],\"rows\":["));
    for (int i = 1; i <= rows; i++)
        buf_format(&all, "%s[%d,\"%s%d\"]", i > 1 ? "," : "", i, cell, i);
    buf_add_str(&all, STR("]}}]}"));
    return str_copy(arena, buf_str(&all));
}

static void tables_repeat_their_head(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(&call, many_rows(call.arena, 90, "系统"));
    int pages = words.at[words.many - 1].page;
    assert_true(pages >= 3);
    for (int page = 1; page <= pages; page++) {
        const struct try_word *head = try_find(&words, page, "名称头");
        for (size_t i = 0; i < words.many; i++) {
            if (words.at[i].page != page || !str_starts(words.at[i].text, STR("系统")))
                continue;
            assert_true(words.at[i].y > head->y);
            assert_true(TRY_MM(words.at[i].bottom) < 262.5);
        }
    }
    for (int i = 1; i <= 90; i++) /* each row once */
        (void)try_find(&words, 0, str_format(call.arena, "系统%d", i).at);
}

static void a_row_taller_than_the_page_goes_on(void **state)
{
    (void)state;
    CALL(call);
    struct str cell = repeat(call.arena, "隐患", 1500);
    struct str json = many_rows(call.arena, 2, cell.at);
    struct try_words words = try_words_of(&call, json);
    size_t characters = 0;
    for (size_t i = 0; i < words.many; i++) {
        if (!str_starts(words.at[i].text, STR("隐患")) && !str_starts(words.at[i].text, STR("患")))
            continue;
        for (size_t at = 0; at < words.at[i].text.len;) {
            uint32_t code = utf8_next(words.at[i].text, &at);
            characters += code == 0x9690 || code == 0x60a3;
        }
        assert_true(TRY_MM(words.at[i].bottom) < 262.5 && TRY_MM(words.at[i].right) < 184.5);
    }
    assert_int_equal(characters, 2 * 3000);
}

static void version_block_closes_the_last_page(void **state)
{
    (void)state;
    CALL(call);
    struct str json = try_sample(call.arena, "order.json");
    struct try_words words = try_words_of(&call, json);
    const struct try_word *printed = try_find(&words, 5, "2026年10月8日印发"),
                          *cc = try_find(&words, 5, "抄送：");
    WITHIN(TRY_MM(printed->right), 184 - TRY_MM(14), 0.5);
    WITHIN(TRY_MM(cc->x), 28 + TRY_MM(14), 0.5);
    assert_true(str_ends(cc->text, STR("。")));
    struct try_picture page = try_draw(&call, json, 5);
    int solid = 0, lowest = 0;
    for (int y = 2300; y < 2640; y++) {
        int dark = 0;
        for (int x = 280; x < 1840; x++)
            dark += try_dark(&page, x, y);
        if (dark > 1550) {
            solid++;
            lowest = y;
        }
    }
    assert_in_range(solid, 7, 14); /* 0.35 + 0.25 + 0.35 mm */
    WITHIN((lowest + 1) / 10.0, 262, 0.2);
}

static void text_comes_out_as_it_went_in(void **state)
{
    (void)state;
    CALL(call);
    struct str json = STR(
        "{\"kind\":\"form\",\"title\":\"名单\",\"body\":[\"被约谈人：𠮷𡈽，㐂某，阿·买买提，ئۇيغۇر，Müller；"
        "私有区\uE123字。“引号”——省略……\"]}");
    const char *path = try_file(call.arena, ".pdf", try_pdf(&call, json, NULL));
    struct str text =
        try_squash(call.arena, try_run(call.arena, str_format(call.arena, "pdftotext -raw %s -", path).at));
    size_t at;
    assert_true(str_find(text, STR("被约谈人：𠮷𡈽，㐂某，阿·买买提，"), &at));
    assert_true(str_find(text, STR("Müller；私有区〔U+E123〕字。“引号”——省略……"), &at));
    struct str fonts = try_run(call.arena, str_format(call.arena, "pdffonts %s", path).at), line;
    int many = 0;
    while (str_cut(&fonts, '\n', &line))
        if (many++ >= 2) /* below the two lines of heading: emb sub uni */
            assert_true(str_find(line, STR(" yes yes yes "), &at));
    assert_true(many > 3);
    unlink(path);
}

static void same_input_same_bytes(void **state)
{
    (void)state;
    CALL(call);
    struct str json = try_sample(call.arena, "order.json");
    struct str first = try_pdf(&call, json, NULL), second = try_pdf(&call, json, NULL);
    assert_true(str_eq(first, second));
    const char *path = try_file(call.arena, ".pdf", first);
    struct str info = try_run(call.arena, str_format(call.arena, "TZ=Asia/Shanghai pdfinfo %s", path).at);
    size_t at;
    assert_true(str_find(info, STR("示例县数据局关于责令示例县水利局限期整改网络安全隐患的通知"), &at));
    assert_true(str_find(info, STR("Thu Oct  8 09:30:00 2026"), &at));
    unlink(path);
}

static void landscape_attachment_is_turned(void **state)
{
    (void)state;
    CALL(call);
    struct try_words words = try_words_of(
        &call, STR("{\"kind\":\"document\",\"mark\":\"示例县数据局文件\",\"number\":\"示数发〔2026〕1号\","
                   "\"title\":\"题\",\"body\":[\"正文\"],"
                   "\"attachments\":[{\"name\":\"统计表\",\"landscape\":true,\"body\":[\"横排内容\"]}]}"));
    WITHIN(TRY_MM(words.width[2]), 297, 0.1);
    WITHIN(TRY_MM(words.height[2]), 210, 0.1);
    WITHIN(TRY_MM(try_find(&words, 2, "附件")->x), 35, 0.5);
    (void)try_find(&words, 1, "附件：统计表");
}

static void a_letter_takes_less_than_a_second(void **state)
{
    (void)state;
    CALL(call);
    int64_t before = clock_monotonic_us();
    (void)try_pdf(&call, try_sample(call.arena, "order.json"), NULL);
    assert_true(clock_monotonic_us() - before < 1000000);
}

static void five_hundred_pages_and_no_more(void **state)
{
    (void)state;
    CALL(call);
    BUF(json, 4 << 20);
    buf_add_str(&json, STR("{\"kind\":\"form\",\"title\":\"题\",\"body\":[\"一\""));
    for (int i = 0; i < 505; i++)
        buf_add_str(&json, STR(",{\"break\":\"page\"},\"页\""));
    buf_add_str(&json, STR("]}"));
    struct press_letter letter = try_read(&call, buf_str(&json));
    struct press_paper paper;
    assert_int_equal(press_compose(&call, &letter, try_fonts, &paper), ERR_TOO_LARGE);
    assert_string_equal(call.last_fault->key, "press.too_long");
}

static bool shows(struct str text, const char *part)
{
    size_t at;
    return str_find(text, str_of(part), &at);
}

/* Names with characters of extension B are drawn and can be selected; what no font has stands there by its
 * code. */
static void rare_characters_never_vanish(void **state)
{
    (void)state;
    ARENA(arena, (size_t)256 << 20);
    struct call call = {.arena = arena};
    struct str json = STR("{\"kind\":\"form\",\"title\":\"责任体系表\",\"body\":[\"姓名：𠮷示例，"
                          "\xEE\x84\xA3示例，\xF4\x8F\xBF\xB0示例。\",{\"table\":{\"columns\":[{\"title\":"
                          "\"姓名\",\"width\":1}],"
                          "\"rows\":[[\"\xEE\x84\xA4某\"]]}}]}");
    const char *path = try_file(arena, ".pdf", try_pdf(&call, json, NULL));
    struct str text = try_squash(arena, try_run(arena, str_format(arena, "pdftotext %s -", path).at));
    unlink(path);
    assert_true(shows(text, "𠮷示例"));
    assert_true(shows(text, "〔U+E123〕示例"));
    assert_true(shows(text, "〔U+10FFF0〕示例"));
    assert_true(shows(text, "〔U+E124〕某"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_area_holds_22_lines_of_28),
        cmocka_unit_test(ink_begins_and_ends_in_the_type_area),
        cmocka_unit_test(page_numbers_stand_outside),
        cmocka_unit_test(mirrored_when_duplex),
        cmocka_unit_test(red_head_of_a_document),
        cmocka_unit_test(letter_head_and_foot),
        cmocka_unit_test(signature_stands_over_the_date),
        cmocka_unit_test(unsealed_signature),
        cmocka_unit_test(signature_is_never_alone),
        cmocka_unit_test(tables_repeat_their_head),
        cmocka_unit_test(a_row_taller_than_the_page_goes_on),
        cmocka_unit_test(version_block_closes_the_last_page),
        cmocka_unit_test(text_comes_out_as_it_went_in),
        cmocka_unit_test(same_input_same_bytes),
        cmocka_unit_test(landscape_attachment_is_turned),
        cmocka_unit_test(a_letter_takes_less_than_a_second),
        cmocka_unit_test(five_hundred_pages_and_no_more),
        cmocka_unit_test(rare_characters_never_vanish),
    };
    return cmocka_run_group_tests(tests, try_open, try_close);
}
