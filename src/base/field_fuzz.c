/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The first byte chooses: 0 reads the rest as the JSON of a record, anything else as a cell of one of
 * the fields. What was accepted is valid text in its stored spelling: read again it must come out unchanged.
 * Every fault makes a sentence.
 */
#include "base/field.h"

#include <stdlib.h>
#include <string.h>
#include "base/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const zones[] = {"internet", "gov_extranet", NULL};
static const char *const zone_synonyms[] = {"互联网|公网", "政务外网", NULL};
static const struct field_enum zone_enum = {"fuzz_zone", zones, zone_synonyms};

static const struct field inner[] = {
    {.name = "port", .type = FIELD_INT, .flags = FIELD_REQUIRED, .format = "port", .min = 1, .max = 65535},
    {.name = "note", .type = FIELD_NOTE},
};
static const struct field_table inner_table = FIELD_TABLE("fuzz_inner", inner);

#define FORMAT(name_)                                                                                        \
    {                                                                                                        \
        .name = name_, .type = FIELD_TEXT, .max = 500, .format = name_                                       \
    }
static const struct field fields[] = {
    {.name = "text", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "note", .type = FIELD_NOTE},
    {.name = "int", .type = FIELD_INT},
    {.name = "money", .type = FIELD_MONEY},
    {.name = "bool", .type = FIELD_BOOL},
    {.name = "date", .type = FIELD_DATE},
    {.name = "time", .type = FIELD_TIME},
    {.name = "enum", .type = FIELD_ENUM, .of = &zone_enum},
    {.name = "ref", .type = FIELD_REF},
    {.name = "rows", .type = FIELD_ROWS, .rows = &inner_table, .max = 20},
    {.name = "object", .type = FIELD_OBJECT, .rows = &inner_table},
    {.name = "json", .type = FIELD_JSON},
    {.name = "personal", .type = FIELD_TEXT, .flags = FIELD_PERSONAL},
    FORMAT("address"),
    FORMAT("citizen_id"),
    FORMAT("cnnvd"),
    FORMAT("cnvd"),
    FORMAT("cve"),
    FORMAT("digits"),
    FORMAT("domain"),
    FORMAT("email"),
    FORMAT("filing_no"),
    FORMAT("gov_site_code"),
    FORMAT("icp_no"),
    FORMAT("ip"),
    FORMAT("ip_range"),
    FORMAT("login_name"),
    FORMAT("luhn"),
    FORMAT("miniapp_appid"),
    FORMAT("mobile"),
    FORMAT("password"),
    FORMAT("person_name"),
    FORMAT("phone"),
    FORMAT("port"),
    FORMAT("psb_no"),
    FORMAT("region_code"),
    FORMAT("url"),
    FORMAT("uscc"),
    FORMAT("wx_origin_id"),
};
static const struct field_table table = FIELD_TABLE("fuzz", fields);

static void must(bool good)
{
    if (!good)
        abort();
}

static void sentences(struct call *call)
{
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next)
        must(utf8_valid(words_fault(call, &table, fault)));
}

static void record(struct call *call, struct str text)
{
    const struct json *root;
    struct field_record r, again;
    if (json_parse(call->arena, text, &root, NULL) != ERR_OK)
        return;
    if (field_parse(call, &table, root, true, &r) != ERR_OK) {
        must(call->faults_count > 0);
        return;
    }
    must(call->faults_count == 0);
    BUF(out, 1 << 22);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    for (size_t i = 0; i < table.many; i++)
        if (r.values[i].given)
            field_put(&w, &fields[i], &r.values[i]);
    json_close_object(&w);
    must(json_parse(call->arena, buf_str(&out), &root, NULL) == ERR_OK);
    must(field_parse(call, &table, root, true, &again) == ERR_OK);
}

static void cell(struct call *call, const struct field *field, struct str text)
{
    struct field_value value, again;
    if (field_parse_text(call, field, "f", text, &value) != ERR_OK) {
        must(call->faults_count > 0);
        return;
    }
    must(call->faults_count == 0);
    if (value.empty)
        return;
    must(utf8_valid(field_mask(call->arena, field, value.text)));
    if (field->type == FIELD_TEXT || field->type == FIELD_DATE || field->type == FIELD_ENUM) {
        must(utf8_valid(value.text) && value.text.len > 0);
        must(field_parse_text(call, field, "f", value.text, &again) == ERR_OK &&
             str_eq(value.text, again.text));
    }
    must(field_check(call, field, "f", &value) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ARENA(arena, 256 << 20);
    struct call call = {.arena = arena, .now_ms = 1790730000000};
    char *copy = malloc(size);
    must(copy != NULL);
    memcpy(copy, data + 1, size - 1);
    struct str text = {copy, size - 1};
    if (data[0] == 0 || data[0] == '{')
        record(&call, text);
    else
        cell(&call, &fields[data[0] % table.many], text);
    sentences(&call);
    free(copy);
    return 0;
}
