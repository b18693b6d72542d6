/* SPDX-License-Identifier: Apache-2.0
 * Records from JSON, cells from sheets, their faults and the sentences made of them. */
#include "base/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/words.h"

static const char *const zone_names[] = {"internet", "gov_extranet", "lan", NULL};
static const char *const zone_synonyms[] = {"互联网|公网|外网", "政务外网|电子政务外网（省）", NULL};
static const struct field_enum zone_enum = {"test_zone", zone_names, zone_synonyms};

static const struct field port_fields[] = {
    {.name = "port_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "port", .type = FIELD_INT, .flags = FIELD_REQUIRED, .format = "port", .min = 1, .max = 65535},
    {.name = "purpose", .type = FIELD_TEXT, .min = 2, .max = 10},
};
static const struct field_table port_table = FIELD_TABLE("test_port", port_fields);

static const struct field system_fields[] = {
    {.name = "system_id", .type = FIELD_INT, .flags = FIELD_READONLY},
    {.name = "system_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 10},
    {.name = "note", .type = FIELD_NOTE},
    {.name = "users", .type = FIELD_INT, .min = -5, .max = 1000000},
    {.name = "contract_fen", .type = FIELD_MONEY},
    {.name = "is_cii", .type = FIELD_BOOL},
    {.name = "online_date", .type = FIELD_DATE},
    {.name = "seen_ms", .type = FIELD_TIME},
    {.name = "zone", .type = FIELD_ENUM, .of = &zone_enum},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "ports", .type = FIELD_ROWS, .rows = &port_table, .max = 3},
    {.name = "main_port", .type = FIELD_OBJECT, .rows = &port_table},
    {.name = "answers", .type = FIELD_JSON, .max = 100},
    {.name = "ip", .type = FIELD_TEXT, .format = "ip"},
    {.name = "owner", .type = FIELD_TEXT, .flags = FIELD_PERSONAL, .format = "person_name"},
    {.name = "owner_id", .type = FIELD_TEXT, .flags = FIELD_PERSONAL, .format = "citizen_id"},
    {.name = "secret", .type = FIELD_TEXT, .flags = FIELD_SECRET},
    {.name = "odd", .type = FIELD_TEXT, .format = "no_such_format"},
};
static const struct field_table system_table = FIELD_TABLE("test_system", system_fields);

static struct arena *arena;
static struct call call;

static int fresh(void **unused)
{
    (void)unused;
    arena = arena_new(64 << 20);
    call = (struct call){.arena = arena, .now_ms = clock_ms_of_day(clock_day(2026, 9, 30))};
    return 0;
}

static int stale(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

static enum err parse(const char *text, bool partial, struct field_record *ret)
{
    const struct json *root;
    assert_int_equal(json_parse(arena, str_of(text), &root, NULL), ERR_OK);
    call_faults_clear(&call);
    return field_parse(&call, &system_table, root, partial, ret);
}

/* All faults as "field key;field key;" in the order noticed. */
static const char *faults(void)
{
    BUF(out, 1 << 20);
    for (const struct call_fault *fault = call.faults; fault; fault = fault->next)
        buf_format(&out, "%s %s;", fault->field ? fault->field : "-", fault->key);
    return str_copy(arena, buf_str(&out)).at;
}

static void test_good_record(void **unused)
{
    (void)unused;
    struct field_record r;
    assert_int_equal(
        parse("{\"system_id\":99,\"system_name\":\" 示例网站 \",\"note\":\"一\\r\\n二\\r三\",\"users\":-5,"
              "\"contract_fen\":123456789012,\"is_cii\":false,\"online_date\":\"2024-02-29\","
              "\"seen_ms\":1790730000000,\"zone\":\"lan\",\"unit_id\":7,"
              "\"ports\":[{\"port\":443},{\"port\":80,\"purpose\":\"网页\"}],\"main_port\":{\"port\":22},"
              "\"answers\":{\"a\":[1,null]},\"ip\":\"2001:DB8:0:0::8\",\"owner\":null,\"secret\":\" x \"}",
              false, &r),
        ERR_OK);
    assert_string_equal(faults(), "");
    assert_false(field_get(&r, "system_id")->given); /* read-only: ignored */
    assert_true(str_is(field_str(&r, "system_name"), "示例网站"));
    assert_true(str_is(field_str(&r, "note"), "一\n二\n三"));
    assert_int_equal(field_int(&r, "users", 0), -5);
    assert_true(field_int(&r, "contract_fen", 0) == 123456789012);
    assert_true(field_get(&r, "is_cii")->given && field_int(&r, "is_cii", 9) == 0);
    assert_true(str_is(field_str(&r, "online_date"), "2024-02-29"));
    assert_true(str_is(field_str(&r, "zone"), "lan"));
    assert_int_equal(field_get(&r, "ports")->many, 2);
    assert_int_equal(field_int(&field_get(&r, "ports")->rows[1], "port", 0), 80);
    assert_int_equal(field_int(field_get(&r, "main_port")->rows, "port", 0), 22);
    assert_true(str_is(field_str(&r, "answers"), "{\"a\":[1,null]}"));
    assert_true(str_is(field_str(&r, "ip"), "2001:db8::8"));
    assert_true(field_get(&r, "owner")->given && field_get(&r, "owner")->empty);
    assert_null(field_str(&r, "owner").at);
    assert_true(str_is(field_str(&r, "secret"), " x "));
    assert_int_equal(field_int(&r, "owner_id", -3), -3);
    struct str written = field_json(arena, &r);
    assert_true(str_find(written, STR("\"users\":-5"), NULL));
    assert_false(str_find(written, STR("secret"), NULL));
}

static void test_required_and_partial(void **unused)
{
    (void)unused;
    struct field_record r;
    assert_int_equal(parse("{}", false, &r), ERR_INVALID);
    assert_string_equal(faults(), "system_name fault.required;");
    assert_int_equal(parse("{}", true, &r), ERR_OK);
    assert_false(field_get(&r, "system_name")->given);
    static const char *const empties[] = {"{\"system_name\":null}", "{\"system_name\":\"\"}",
                                          "{\"system_name\":\" \\u3000 \"}"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(parse(empties[i], true, &r), ERR_INVALID);
        assert_string_equal(faults(), "system_name fault.required;");
    }
}

/* One request shows all its mistakes at once, each by its path. */
static void test_all_faults_at_once(void **unused)
{
    (void)unused;
    struct field_record r;
    assert_int_equal(
        parse("{\"system_name\":\"一二三四五六七八九十一\",\"note\":5,\"users\":\"5\",\"contract_fen\":1.5,"
              "\"is_cii\":1,\"online_date\":\"2025-02-29\",\"seen_ms\":true,\"zone\":\"互联网\","
              "\"unit_id\":0,\"ports\":[{\"port\":0},7,{\"purpose\":\"x\",\"prot\":1}],\"main_port\":[],"
              "\"ip\":\"10.0.0.256\",\"owner\":\"王*\",\"nmae\":1}",
              false, &r),
        ERR_INVALID);
    assert_string_equal(faults(),
                        "nmae fault.unknown_key;"
                        "system_name fault.too_long;note fault.type_text;users fault.type_integer;"
                        "contract_fen fault.type_integer;is_cii fault.type_bool;online_date fault.date;"
                        "seen_ms fault.type_integer;zone fault.enum;unit_id fault.ref;"
                        "ports[0].port fault.min;ports[1] fault.type_object;ports[2].prot fault.unknown_key;"
                        "ports[2].port fault.required;ports[2].purpose fault.too_short;"
                        "main_port fault.type_object;ip fault.format.ip;owner fault.masked;");
    assert_int_equal(parse("[]", false, &r), ERR_INVALID);
    assert_string_equal(faults(), "- fault.type_object;");
    assert_int_equal(
        parse("{\"system_name\":\"x\",\"users\":1000001,\"ports\":[{},{},{},{}],\"odd\":\"x\","
              "\"answers\":[\"" /* over its 100 bytes */
              "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901"
              "2345678901234567890\"]}",
              false, &r),
        ERR_INVALID);
    assert_string_equal(faults(), "users fault.max;ports fault.rows_many;answers fault.json_large;"
                                  "odd fault.format.unknown;");
}

static void test_hostile_texts(void **unused)
{
    (void)unused;
    static const struct {
        const char *json, *faults;
    } rows[] = {
        {"{\"system_name\":\"a\\u0007b\"}", "system_name fault.control;"},
        {"{\"system_name\":\"a\\nb\"}", "system_name fault.control;"},
        {"{\"system_name\":\"a\\u202eb\"}", "system_name fault.control;"},
        {"{\"system_name\":\"a\\u2028b\"}", "system_name fault.control;"},
        {"{\"system_name\":\"a\\u0085b\"}", "system_name fault.control;"},
        {"{\"note\":\"a\\u0000\"}", NULL},
        {"{\"note\":\"a\\u001bb\"}", "note fault.control;"},
        {"{\"note\":\"机密★1年\"}", "note fault.classified;"},
        {"{\"note\":\"内部文件，保守国家秘密\"}", ""},
        {"{\"note\":\"a\\tb\\nc\"}", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct json *root;
        struct field_record r;
        call_faults_clear(&call);
        if (!rows[i].faults) {
            assert_int_equal(json_parse(arena, str_of(rows[i].json), &root, NULL), ERR_INVALID);
            continue;
        }
        assert_int_equal(parse(rows[i].json, true, &r), *rows[i].faults ? ERR_INVALID : ERR_OK);
        assert_string_equal(faults(), rows[i].faults);
    }
}

static void test_a_hundred_thousand_stray_keys(void **unused)
{
    (void)unused;
    BUF(text, 8 << 20);
    struct json_writer w = json_writer(&text);
    json_open_object(&w, NULL);
    for (int i = 0; i < 100000; i++) {
        char key[16];
        snprintf(key, sizeof(key), "k%d", i);
        json_put_int(&w, key, i);
    }
    json_close_object(&w);
    struct field_record r;
    size_t before = arena_used(arena);
    assert_int_equal(parse(buf_str(&text).at, true, &r), ERR_INVALID);
    assert_int_equal(call.faults_count, 100000);
    assert_true(arena_used(arena) - before < 32 << 20);
}

/* ---- cells ---- */

static enum err cell(const char *name, const char *text, struct field_value *ret)
{
    call_faults_clear(&call);
    const struct field *field = field_find(&system_table, str_of(name));
    assert_non_null(field);
    return field_parse_text(&call, field, name, str_of(text), ret);
}

static void cell_fails(const char *name, const char *text, const char *key)
{
    struct field_value value;
    if (cell(name, text, &value) != ERR_INVALID || !call.faults || strcmp(call.faults->key, key) != 0)
        fail_msg("%s \"%s\": %s", name, text, faults());
}

static void test_date_cells(void **unused)
{
    (void)unused;
    static const char *const good[] = {"2026-01-09",
                                       "2026-1-9",
                                       "2026/1/9",
                                       "2026/01/09",
                                       "2026.1.9",
                                       "2026年1月9日",
                                       "20260109",
                                       "46031",
                                       "46031.0",
                                       "46031.75",
                                       " 2026-01-09\t",
                                       "２０２６－０１－０９",
                                       "2026-01-09 00:00:00",
                                       "2026/1/9 8:30",
                                       "2026-01-09T23:59:59.000",
                                       "2026年01月09日"};
    struct field_value value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (cell("online_date", good[i], &value) != ERR_OK || !str_is(value.text, "2026-01-09"))
            fail_msg("%s: %.*s %s", good[i], STR_ARG(value.text), faults());
    static const char *const bad[] = {"2026-13-01",
                                      "2026-02-29",
                                      "2026年1月",
                                      "2026-01",
                                      "26-1-9",
                                      "1/9/2026",
                                      "2026-1/9",
                                      "2026年1月9",
                                      "2026-01-09x",
                                      "2026-01-09 25:00",
                                      "9999",
                                      "123456",
                                      "20260132",
                                      "4.6E4",
                                      "明天",
                                      "-46031",
                                      "2026-01-009",
                                      "2026-01-09 8",
                                      "100000000000000000000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cell_fails("online_date", bad[i], "fault.date");
    /* Excel's own count around its wrong leap year, and today's spreadsheets. */
    assert_int_equal(cell("online_date", "36526", &value), ERR_OK);
    assert_true(str_is(value.text, "2000-01-01"));
}

static void test_number_cells(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int64_t value;
    } good[] = {{"0", 0},   {"1,234", 1234}, {"999,999", 999999}, {"443.0", 443}, {"443.000", 443},
                {"-5", -5}, {"４４３", 443}, {" 12 ", 12},        {"0012", 12}};
    struct field_value value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (cell("users", good[i].text, &value) != ERR_OK || value.number != good[i].value)
            fail_msg("%s: %s", good[i].text, faults());
    static const char *const bad[] = {
        "1.5", "1,23", ",123", "12a", "十", "--5", "1.", "1 2", "0x1", "1,2345,", "99999999999999999999"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cell_fails("users", bad[i], "fault.integer");
    cell_fails("users", "1E+5", "fault.excel_number");
    cell_fails("users", "-6", "fault.min");
    cell_fails("users", "1000001", "fault.max");
    cell_fails("unit_id", "-1", "fault.ref");
    cell_fails("ports", "443", "fault.type_cell");
}

static void test_money_cells(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int64_t fen;
    } good[] = {{"0", 0},
                {"1234", 123400},
                {"1,234.56", 123456},
                {"¥1234.5", 123450},
                {"￥12", 1200},
                {"12元", 1200},
                {"12.5万元", 12500000},
                {"12.5万", 12500000},
                {"0.01", 1},
                {"-3.20", -320},
                {"1.500", 150},
                {"0.0001万元", 100},
                {"1234.5600", 123456},
                {"92233720368547758.07", INT64_MAX}};
    struct field_value value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (cell("contract_fen", good[i].text, &value) != ERR_OK || value.number != good[i].fen)
            fail_msg("%s: %lld %s", good[i].text, (long long)value.number, faults());
    static const char *const bad[] = {"1.234",
                                      "约12万",
                                      "12亿",
                                      "1..2",
                                      "1.",
                                      ".",
                                      "元",
                                      "12.5.1万",
                                      "92233720368547758.08",
                                      "99999999999999999999",
                                      "1.2-3"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cell_fails("contract_fen", bad[i], "fault.money");
    cell_fails("contract_fen", "1.2E+06", "fault.excel_number");
}

static void test_yes_no_cells(void **unused)
{
    (void)unused;
    static const char *const yes[] = {"是", "有", "TRUE", "Yes", "y", "1", "√", " 是 ", "１"};
    static const char *const no[] = {"否", "无", "没有", "false", "NO", "0", "×"};
    struct field_value value;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        assert_true(cell("is_cii", yes[i], &value) == ERR_OK && value.number == 1);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        assert_true(cell("is_cii", no[i], &value) == ERR_OK && value.number == 0);
    cell_fails("is_cii", "也许", "fault.bool");
    cell_fails("is_cii", "是|有", "fault.bool");
    cell_fails("is_cii", "2", "fault.bool");
    assert_int_equal(cell("is_cii", "　", &value), ERR_OK);
    assert_true(value.given && value.empty);
}

static void test_enum_cells(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *name;
    } good[] = {{"internet", "internet"},
                {"INTERNET", "internet"},
                {"公网", "internet"},
                {" 外 网 ", "internet"},
                {"电子政务外网(省)", "gov_extranet"},
                {"电子政务外网（省）", "gov_extranet"},
                {"ＬＡＮ", "lan"},
                {"本单位局域网", "lan"},
                {"Local network", "lan"}};
    struct field_value value;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (cell("zone", good[i].text, &value) != ERR_OK || !str_is(value.text, good[i].name))
            fail_msg("%s: %s", good[i].text, faults());
    cell_fails("zone", "公", "fault.enum");
    cell_fails("zone", "公网|外网", "fault.enum");
    cell_fails("zone", "enum.test_zone.lan", "fault.enum");
}

static void test_time_cells(void **unused)
{
    (void)unused;
    struct field_value value;
    int64_t nine = clock_ms_of_day(clock_day(2026, 9, 30)) + 9 * 3600000;
    assert_true(cell("seen_ms", "2026-09-30 09:00", &value) == ERR_OK && value.number == nine);
    assert_true(cell("seen_ms", "2026-09-30T09:00:00", &value) == ERR_OK && value.number == nine);
    assert_true(cell("seen_ms", "2026/9/30", &value) == ERR_OK && value.number == nine - 9 * 3600000);
    assert_true(cell("seen_ms", "1790730000000", &value) == ERR_OK && value.number == 1790730000000);
    cell_fails("seen_ms", "9点", "fault.time");
    cell_fails("seen_ms", "2026-09-30 9:60", "fault.time");
}

static void test_damaged_numbers(void **unused)
{
    (void)unused;
    static const char *const scientific[] = {"1.10101E+17", "3.30922E17", "1e+5", "1.1E-3"};
    for (size_t i = 0; i < 4; i++)
        cell_fails("owner_id", scientific[i], "fault.excel_number");
    cell_fails("owner_id", "330922199001011000", "fault.excel_zeros");
    cell_fails("system_name", "330922199001011000", "fault.excel_zeros");
    struct field_value value;
    assert_int_equal(cell("owner_id", "330922199001011233", &value), ERR_OK);
    assert_int_equal(cell("system_name", "E+平台", &value), ERR_OK);
    assert_int_equal(cell("system_name", "2E", &value), ERR_OK);
    assert_int_equal(cell("system_name", "1e5", &value), ERR_OK);
    assert_int_equal(cell("system_name", "12000", &value), ERR_OK);
}

static void test_text_cells(void **unused)
{
    (void)unused;
    struct field_value value;
    assert_int_equal(cell("system_name", "\xef\xbb\xbf 门户\n\r 网站　", &value), ERR_OK);
    assert_true(str_is(value.text, "门户 网站"));
    assert_int_equal(cell("note", "一\n二", &value), ERR_OK);
    assert_true(str_is(value.text, "一\n二"));
    assert_int_equal(cell("ip", "１０．２０．１．８", &value), ERR_OK);
    assert_true(str_is(value.text, "10.20.1.8"));
    cell_fails("system_name", "\xd6\xd0\xce\xc4", "fault.encoding");
    cell_fails("system_name", "\xc0\xaf", "fault.encoding");
    cell_fails("system_name", "\xed\xa0\x80", "fault.encoding");
    cell_fails("system_name", "   ", "fault.required");
    call_faults_clear(&call);
    assert_int_equal(field_parse_text(&call, &system_fields[1], "x", (struct str){"a\0b", 3}, &value),
                     ERR_INVALID);
    assert_string_equal(faults(), "x fault.encoding;");
}

/* ---- words ---- */

static void test_sentences(void **unused)
{
    (void)unused;
    struct field_record r;
    parse("{\"system_name\":\"一二三四五六七八九十一\",\"ports\":[{\"port\":1},{\"port\":70000}],\"zone\":"
          "\"x\"}",
          false, &r);
    static const char *const zh[] = {"系统名称：最多 10 个字，现有 11 个",
                                     "zone：“x”不在可选范围内，可填：internet、gov_extranet、本单位局域网",
                                     "开放端口 第 2 项 端口：不能大于 65535"};
    static const char *const en[] = {"System name: may have at most 10 characters and has 11", NULL,
                                     "Open ports item 2 Port: must not be more than 65535"};
    const struct call_fault *fault = call.faults;
    for (int i = 0; i < 3; i++, fault = fault->next) {
        call.lang = CALL_ZH;
        assert_string_equal(words_fault(&call, &system_table, fault).at, zh[i]);
        call.lang = CALL_EN;
        if (en[i])
            assert_string_equal(words_fault(&call, &system_table, fault).at, en[i]);
    }
    call.lang = CALL_ZH;
    struct call_fault *row = call_fault_add(&call, "system_name", "fault.required");
    row->row = 12;
    row->article = "S2";
    assert_string_equal(words_fault(&call, &system_table, row).at, "第 12 行，系统名称：必须填写（依据 S2）");
    row->field = NULL;
    row->article = NULL;
    row->key = "fault.nobody_wrote_this";
    assert_string_equal(words_fault(&call, NULL, row).at, "第 12 行，fault.nobody_wrote_this");
    /* Paths come from input: whatever stands there must only be shown. */
    static const char *const odd[] = {"", "[", "a[", "a[x]", "a[99999999999999999999].b", "...", "]["};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        row->field = odd[i];
        assert_true(words_fault(&call, &system_table, row).len > 0);
    }
}

/* A table borrows from the one it is named after, then from what many tables have, then shows the name. */
static void test_borrowed_labels(void **unused)
{
    (void)unused;
    call.lang = CALL_ZH;
    assert_true(str_is(words_label(&call, "test_system", "system_name"), "系统名称"));
    assert_true(str_is(words_label(&call, "test_system_row", "system_name"), "系统名称"));
    assert_true(str_is(words_label(&call, "test_systems", "severity"), "风险等级"));
    call.lang = CALL_EN;
    assert_true(str_is(words_label(&call, "", "severity"), "Severity"));
    assert_true(str_is(words_label(&call, "test", "system_name"), "System"));
    assert_true(str_is(words_label(&call, "test_system", "nobody_named_this"), "nobody_named_this"));
    call.lang = CALL_ZH;
}

static void test_words(void **unused)
{
    (void)unused;
    assert_true(words_has(CALL_ZH, "fault.required"));
    assert_false(words_has(CALL_ZH, "fault.requiredx"));
    assert_true(str_is(words_get(CALL_EN, "not.there"), "not.there"));
    struct str args[2] = {STR("{1}"), STR("乙")};
    assert_string_equal(words_fill(arena, CALL_ZH, "test.fill", args, 2).at, "{1}乙{1}{x}{}");
    assert_string_equal(words_fill(arena, CALL_ZH, "test.fill", NULL, 0).at, "{x}{}");
    struct str all = words_all(arena, CALL_EN);
    const struct json *root;
    assert_int_equal(json_parse(arena, all, &root, NULL), ERR_OK);
    assert_true(str_is(json_text(json_get(root, "error.busy")), words_get(CALL_EN, "error.busy").at));
}

/* Every key in both languages, with the same places to fill. */
static void test_words_agree(void **unused)
{
    (void)unused;
    const struct json *zh, *en;
    assert_int_equal(json_parse(arena, words_all(arena, CALL_ZH), &zh, NULL), ERR_OK);
    assert_int_equal(json_parse(arena, words_all(arena, CALL_EN), &en, NULL), ERR_OK);
    assert_int_equal(json_count(zh), json_count(en));
    for (size_t i = 0; i < json_count(zh); i++) {
        struct str key;
        struct str one = json_text(json_member(zh, i, &key)), other = json_text(json_get(en, key.at));
        for (char number = '0'; number < '4'; number++) {
            char place[4] = {'{', number, '}', 0};
            if (!other.at || str_find(one, str_of(place), NULL) != str_find(other, str_of(place), NULL))
                fail_msg("%s %s", key.at, place);
        }
    }
    for (int word = ERR_OK; word <= ERR_FAILED; word++)
        assert_true(words_has(CALL_ZH, str_format(arena, "error.%s", err_word((enum err)word)).at));
}

static void add_file(enum call_lang lang, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    char path[512], *text = malloc(65536);
    snprintf(path, sizeof(path), "%s/src/base/words/%s.json", source ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (!file || !text) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    words_add(lang, (struct str){text, fread(text, 1, 65536, file)});
    fclose(file);
    free(text);
}

int main(void)
{
    add_file(CALL_ZH, "zh");
    add_file(CALL_EN, "en");
    words_add(CALL_ZH,
              STR("{\"field.test_system.system_name\":\"系统名称\",\"field.test_system.ports\":\"开放端口\","
                  "\"field.test_port.port\":\"端口\",\"enum.test_zone.lan\":\"本单位局域网\","
                  "\"test.fill\":\"{0}{1}{0}{x}{}{3}\"}"));
    words_add(
        CALL_EN,
        STR("{\"field.test_system.system_name\":\"System name\",\"field.test_system.ports\":\"Open ports\","
            "\"field.test_port.port\":\"Port\",\"enum.test_zone.lan\":\"Local network\","
            "\"test.fill\":\"{0}{1}{3}\"}"));
#define EACH(test) cmocka_unit_test_setup_teardown(test, fresh, stale)
    const struct CMUnitTest tests[] = {
        EACH(test_good_record),
        EACH(test_required_and_partial),
        EACH(test_all_faults_at_once),
        EACH(test_hostile_texts),
        EACH(test_a_hundred_thousand_stray_keys),
        EACH(test_date_cells),
        EACH(test_number_cells),
        EACH(test_money_cells),
        EACH(test_yes_no_cells),
        EACH(test_enum_cells),
        EACH(test_time_cells),
        EACH(test_damaged_numbers),
        EACH(test_text_cells),
        EACH(test_sentences),
        EACH(test_borrowed_labels),
        EACH(test_words),
        EACH(test_words_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
