/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/press_try.h"

#include "base/json.h"

static void expect(const char *json, const char *key, const char *place)
{
    ARENA(arena, 64 << 20);
    struct call call = {.arena = arena};
    struct press_letter letter;
    enum err word = press_read(&call, str_of(json), &letter);
    if (word == ERR_OK)
        fail_msg("taken: %s", json);
    assert_string_equal(call.last_fault->key, key);
    assert_string_equal(call.last_fault->field, place);
}

#define FORM(rest)  "{\"kind\":\"form\",\"title\":\"题\"" rest "}"
#define BODY(block) FORM(",\"body\":[" block "]")
#define TABLE(rest) BODY("{\"table\":{" rest "}}")

static void bad_descriptions_name_the_place(void **state)
{
    (void)state;
    expect("{\"kind\":", "press.json", "document");
    expect("[]", "press.object", "document");
    expect("{\"title\":\"题\"}", "press.required", "kind");
    expect("{\"kind\":\"poem\",\"title\":\"题\"}", "press.word", "kind");
    expect("{\"kind\":\"form\"}", "press.required", "title");
    expect("{\"kind\":\"document\",\"title\":\"题\"}", "press.required", "mark");
    expect(FORM(",\"sael\":\"room\""), "press.unknown_key", "sael");
    expect(FORM(",\"date\":\"2026-02-30\""), "press.date", "date");
    expect(FORM(",\"created\":\"yesterday\""), "press.created", "created");
    expect(FORM(",\"created\":\"2026-10-10T25:00:00Z\""), "press.created", "created");
    expect(FORM(",\"page_numbers\":1"), "press.bool", "page_numbers");
    expect(FORM(",\"cc\":[\"甲\",7]"), "press.text", "cc[1]");
    expect("{\"kind\":\"letter\",\"title\":\"题\",\"mark\":\"局\",\"page\":{\"landscape\":true}}",
           "press.page_kind", "page");
    expect(BODY("7"), "press.object", "body[0]");
    expect(BODY("{\"p\":\"文\",\"colour\":\"red\"}"), "press.unknown_key", "body[0].colour");
    expect(BODY("\"一\",{\"p\":[{\"t\":\"文\",\"blank\":3}]}"), "press.blank", "body[1].p[0]");
    expect(BODY("{\"h\":5,\"text\":\"深\"}"), "press.number", "body[0].h");
    expect(BODY("{\"space\":1,\"cut\":\"x\"}"), "press.block", "body[0]");
    expect(BODY("{}"), "press.block", "body[0]");
    expect(TABLE("\"columns\":[],\"rows\":[]"), "press.columns", "body[0].table.columns");
    expect(TABLE("\"columns\":[{},{}],\"rows\":[[\"一\"]]"), "press.row_wide", "body[0].table.rows[0]");
    expect(TABLE("\"columns\":[{},{}],\"rows\":[[1,2],[1,2,3]]"), "press.row_wide", "body[0].table.rows[1]");
    expect(TABLE("\"columns\":[{}],\"rows\":[[{\"text\":\"下\",\"down\":2}]]"), "press.down",
           "body[0].table.rows");
    expect(TABLE("\"columns\":[{}],\"rows\":[[true]]"), "press.cell", "body[0].table.rows[0][0]");
    expect(FORM(",\"attachments\":[{\"body\":[]}]"), "press.required", "attachments[0].name");
    expect(FORM(",\"attachments\":[{\"name\":\"表\",\"body\":[{\"h\":9,\"text\":\"x\"}]}]"), "press.number",
           "attachments[0].body[0].h");
    expect(FORM(",\"verify\":{\"url\":\"https://x\"}"), "press.required", "verify.code");
}

static void merged_cells_find_their_columns(void **state)
{
    (void)state;
    ARENA(arena, 64 << 20);
    struct call call = {.arena = arena};
    struct press_letter letter = try_read(
        &call, STR(TABLE("\"columns\":[{},{},{}],\"rows\":[[{\"text\":\"左\",\"down\":3},\"甲\",\"乙\"],"
                         "[{\"text\":\"丙\",\"span\":2}],[\"丁\",\"戊\"],[1,2,3]]")));
    const struct press_table *table = letter.body.at[0].table;
    assert_int_equal(table->rows[1].cells[0].column, 1);
    assert_int_equal(table->rows[2].cells[1].column, 2);
    assert_int_equal(table->rows[3].cells[0].column, 0);
    assert_false(table->titled);
}

static void headings_count_by_level(void **state)
{
    (void)state;
    ARENA(arena, 64 << 20);
    struct call call = {.arena = arena};
    struct press_letter letter =
        try_read(&call, STR(BODY("{\"h\":1,\"text\":\"甲\",\"auto\":true},{\"h\":2,\"text\":\"乙\",\"auto\":"
                                 "true},{\"h\":3,\"text\":\"丙\",\"auto\":true},"
                                 "{\"h\":4,\"text\":\"丁\",\"auto\":true},{\"h\":1,\"text\":\"戊\",\"auto\":"
                                 "true},{\"h\":2,\"text\":\"己\",\"auto\":true}")));
    static const char *const wanted[] = {"一、甲", "（一）乙", "1.丙", "（1）丁", "二、戊", "（一）己"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(str_c(arena, letter.body.at[i].text.runs[0].text), wanted[i]);
}

static void plain_text_becomes_paragraphs(void **state)
{
    (void)state;
    ARENA(arena, 64 << 20);
    struct call call = {.arena = arena};
    struct press_letter letter = try_read(
        &call, STR(FORM(",\"date\":\"2026-01-09\",\"body\":[\"甲\\r\\n\\n  乙\\t丙\\u0007\\n\",\"丁\"]")));
    assert_int_equal(letter.body.many, 3);
    assert_string_equal(str_c(arena, letter.body.at[1].text.runs[0].text), "乙 丙");
    assert_string_equal(str_c(arena, letter.date), "2026年1月9日");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_descriptions_name_the_place),
        cmocka_unit_test(merged_cells_find_their_columns),
        cmocka_unit_test(headings_count_by_level),
        cmocka_unit_test(plain_text_becomes_paragraphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
