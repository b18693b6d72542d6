/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/press_try.h"

#define ARENA_MAX ((size_t)512 << 20)

static uint32_t seed = 20261008;

static uint32_t roll(uint32_t many)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % many;
}

static struct press_line *break_text(struct arena *arena, struct str text, double cells, double first,
                                     size_t *many_lines, const struct press_item **ret_items,
                                     size_t *ret_many)
{
    struct press_text plain = press_plain(arena, text, PRESS_BODY);
    struct press_style style = {.size = PRESS_SIZE_BODY,
                                .cell = PRESS_CELL,
                                .width = cells * PRESS_CELL,
                                .first = first * PRESS_CELL};
    size_t many;
    struct press_item *items = press_items(arena, try_fonts, &plain, style.size, style.cell, &many);
    *ret_items = items;
    *ret_many = many;
    return press_lines(arena, items, many, &style, many_lines);
}

static struct str repeat(struct arena *arena, const char *text, int times)
{
    BUF(all, 1 << 20);
    for (int i = 0; i < times; i++)
        buf_add_str(&all, str_of(text));
    return str_copy(arena, buf_str(&all));
}

static void full_lines_hold_28_cells(void **state)
{
    (void)state;
    ARENA(arena, ARENA_MAX);
    const struct press_item *items;
    size_t many_lines, many;
    struct press_line *lines = break_text(arena, repeat(arena, "网", 100), 28, 2, &many_lines, &items, &many);
    assert_int_equal(many_lines, 4);
    assert_int_equal(lines[0].many, 26);
    assert_int_equal(lines[1].many, 28);
    assert_int_equal(lines[2].many, 28);
    assert_int_equal(lines[3].many, 18);
    WITHIN(lines[1].width, 28 * PRESS_CELL, 0.01);
    WITHIN(lines[1].spread, 0, 1e-9);
    WITHIN(lines[0].indent, 2 * PRESS_CELL, 1e-9);
}

/* What a line may not begin or end with, written down here a second time. */
static bool in_list(uint32_t code, const char *list)
{
    struct str rest = str_of(list);
    for (size_t at = 0; at < rest.len;)
        if (utf8_next(rest, &at) == code)
            return true;
    return false;
}

static struct str random_text(struct arena *arena)
{
    static const char *const pieces[] = {
        "网",
        "络",
        "安",
        "全",
        "整",
        "改",
        "，",
        "。",
        "、",
        "；",
        "：",
        "？",
        "！",
        "（",
        "）",
        "《",
        "》",
        "“",
        "”",
        "2026年10月8日",
        "12,345.67",
        "3号",
        "〔2026〕15号",
        "https://a.example.gov.cn/x/y?id=7",
        "10.20.30.41",
        "CVE-2021-44228",
        "Apache",
        "——",
        "……",
        "95.5%",
        " ",
        "通报",
        "责令",
        "的",
        "「",
        "」",
        "第25条",
        "24小时",
        "20：30",
    };
    BUF(all, 1 << 16);
    int many = 20 + (int)roll(120);
    for (int i = 0; i < many; i++)
        buf_add_str(&all, str_of(pieces[roll(sizeof(pieces) / sizeof(pieces[0]))]));
    return str_copy(arena, buf_str(&all));
}

static bool digit(uint32_t code)
{
    return code >= '0' && code <= '9';
}

static void check_line_start(const struct press_item *items, size_t at, struct str text)
{
    uint32_t before = items[at - 1].code, after = items[at].code;
    if (in_list(after, "，。、；：？！）》”」…—%"))
        fail_msg("line begins with %.*s in %.*s", STR_ARG(items[at].text), STR_ARG(text));
    if (in_list(before, "（《“「"))
        fail_msg("line ends with %.*s in %.*s", STR_ARG(items[at - 1].text), STR_ARG(text));
    if (digit(before) && (digit(after) || in_list(after, "年月日号时.,")))
        fail_msg("%.*s | %.*s split in %.*s", STR_ARG(items[at - 1].text), STR_ARG(items[at].text),
                 STR_ARG(text));
    if (before == 0x3015 && digit(after))
        fail_msg("number of a paper split in %.*s", STR_ARG(text));
}

/* A run of marks, or one word, longer than the line must be split somewhere; such texts are left out. */
static bool has_long_run(const struct press_item *items, size_t many, double room)
{
    double width = 0;
    for (size_t i = 0; i < many; i++) {
        width = i > 0 && items[i].before == PRESS_BREAK_YES ? items[i].advance : width + items[i].advance;
        if (width > room)
            return true;
    }
    return false;
}

static void random_lines_obey_the_rules(void **state)
{
    (void)state;
    int checked = 0;
    for (int round = 0; round < 1500; round++) {
        ARENA(arena, ARENA_MAX);
        struct str text = random_text(arena);
        double cells = 16 + roll(13);
        const struct press_item *items;
        size_t many_lines, many, total = 0;
        struct press_line *lines = break_text(arena, text, cells, 2, &many_lines, &items, &many);
        if (has_long_run(items, many, (cells - 2) * PRESS_CELL))
            continue;
        for (size_t i = 0; i < many_lines; i++) {
            size_t at = (size_t)(lines[i].items - items);
            for (size_t k = total; k < at; k++) /* only spaces may be lost between lines */
                assert_true(items[k].space);
            total = at + lines[i].many;
            if (at > 0)
                check_line_start(items, at, text);
            double room = (cells - (i ? 0 : 2)) * PRESS_CELL;
            if (lines[i].width > room + 0.02)
                fail_msg("line of %.2f in %.2f: %.*s", lines[i].width, room, STR_ARG(text));
            checked++;
        }
        assert_true(total == many || items[total].space);
    }
    assert_true(checked > 4000);
}

static void squeezed_rather_than_carried(void **state)
{
    (void)state;
    ARENA(arena, ARENA_MAX);
    const struct press_item *items;
    size_t many_lines, many;
    /* 28 cells, one of them a comma, and a full stop as the 29th. */
    struct str text = str_format(arena, "%.*s，%.*s。%.*s", STR_ARG(repeat(arena, "网", 10)),
                                 STR_ARG(repeat(arena, "网", 17)), STR_ARG(repeat(arena, "络", 40)));
    struct press_line *lines = break_text(arena, text, 28, 0, &many_lines, &items, &many);
    /* Two marks give 0.9 of a cell: not enough for a whole one, so a character goes down and the line is
     * spread. */
    assert_int_equal(lines[0].many, 27);
    WITHIN(lines[0].width, 28 * PRESS_CELL, 0.01);
    assert_true(lines[0].spread > 0);
    text = str_format(arena, "%.*s，%.*s，网。%.*s", STR_ARG(repeat(arena, "网", 10)),
                      STR_ARG(repeat(arena, "网", 15)), STR_ARG(repeat(arena, "络", 40)));
    lines = break_text(arena, text, 28, 0, &many_lines, &items, &many);
    assert_int_equal(lines[0].many, 29);
    WITHIN(lines[0].width, 28 * PRESS_CELL, 0.01);
    assert_true(lines[0].squeeze > 0.5);
}

static void addresses_split_only_when_forced(void **state)
{
    (void)state;
    ARENA(arena, ARENA_MAX);
    const struct press_item *items;
    size_t many_lines, many;
    struct press_line *lines = break_text(
        arena, STR("请访问网络安全监测预警平台地址https://anze.example.gov.cn/files/2026/10/report.html查看"),
        28, 2, &many_lines, &items, &many);
    assert_true(many_lines >= 2);
    const struct press_item *start = lines[1].items;
    assert_true(in_list(start[-1].code, "/.-?&=")); /* behind a sign, not inside a word */
    struct str endless = repeat(arena, "a", 200);
    lines = break_text(arena, endless, 28, 0, &many_lines, &items, &many);
    assert_true(many_lines > 3);
    assert_true(lines[0].width <= 28 * PRESS_CELL + 0.01);
}

static struct str title_of(struct arena *arena, const char *text)
{
    struct press_text plain = press_plain(arena, str_of(text), PRESS_TITLE);
    struct press_style style = {.size = 22, .cell = 22, .width = MM(156)};
    size_t many, many_lines;
    struct press_item *items = press_items(arena, try_fonts, &plain, 22, 22, &many);
    struct press_line *lines = press_title_lines(arena, items, many, &style, &many_lines);
    struct str all = STR_NONE;
    for (size_t i = 0; i < many_lines; i++)
        for (size_t k = 0; k < lines[i].many; k++)
            all = str_format(arena, "%.*s%s%.*s", STR_ARG(all), i && !k ? "|" : "",
                             STR_ARG(lines[i].items[k].text));
    return all;
}

static void titles_break_at_sense(void **state)
{
    (void)state;
    ARENA(arena, ARENA_MAX);
    assert_string_equal(title_of(arena, "责令限期整改通知书").at, "责令限期整改通知书");
    assert_string_equal(title_of(arena, "示例县数据局关于责令示例县水利局限期整改网络安全隐患的通知").at,
                        "示例县数据局关于责令示例县水利局|限期整改网络安全隐患的通知");
    assert_string_equal(
        title_of(arena, "关于报送2026年第三季度网络安全情况和加强国庆期间网络安全保障工作有关情况的报告").at,
        "关于报送2026年第三季度|网络安全情况和加强国庆期间|网络安全保障工作有关情况的报告");
    assert_string_equal(title_of(arena, "约谈\n通知书").at, "约谈|通知书");
}

static void every_character_of_long_titles_is_kept(void **state)
{
    (void)state;
    for (int length = 1; length <= 200; length += 7) {
        ARENA(arena, ARENA_MAX);
        struct str lines = title_of(arena, repeat(arena, "网", length).at);
        size_t kept = 0;
        for (size_t i = 0; i < lines.len; i++)
            kept += lines.at[i] != '|';
        assert_int_equal(kept, length * 3);
    }
}

static void rare_and_missing_characters(void **state)
{
    (void)state;
    struct press_glyph plain = press_fonts_find(try_fonts, PRESS_BODY, 0x56fd, 0);
    struct press_glyph rare = press_fonts_find(try_fonts, PRESS_BODY, 0x20bb7, 0);
    assert_true(plain.index != 0 && rare.index != 0);
    size_t many;
    (void)press_fonts_missing(try_fonts, &many);
    assert_int_equal(many, 0);
    assert_int_equal(press_fonts_find(try_fonts, PRESS_BODY, 0x10fff0, 0).index, 0);
    assert_int_equal(press_fonts_find(try_fonts, PRESS_KAI, 0xe123, 0).index, 0);
    assert_int_equal(press_fonts_find(try_fonts, PRESS_BODY, 0x10fff0, 0).index, 0);
    const uint32_t *missing = press_fonts_missing(try_fonts, &many);
    assert_int_equal(many, 2);
    assert_int_equal(missing[0], 0xe123);
    assert_int_equal(missing[1], 0x10fff0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_lines_hold_28_cells),
        cmocka_unit_test(random_lines_obey_the_rules),
        cmocka_unit_test(squeezed_rather_than_carried),
        cmocka_unit_test(addresses_split_only_when_forced),
        cmocka_unit_test(titles_break_at_sense),
        cmocka_unit_test(every_character_of_long_titles_is_kept),
        cmocka_unit_test(rare_and_missing_characters),
    };
    return cmocka_run_group_tests(tests, try_open, try_close);
}
