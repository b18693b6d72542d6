/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Every row becomes a record of the register and, when it names an address, endpoint records. A row
 * belongs to the system with its number, else to the one with its name in its unit; several rows of one
 * system add addresses. A row is compared with what is stored: only differences are written, so that the same
 * sheet twice changes nothing. An empty cell says nothing and changes nothing.
 */
#include "domain/registry/registry_sheet.h"

#include <string.h>
#include <unistd.h>
#include "access/access.h"
#include "base/words.h"
#include "db/db.h"
#include "helpers/paper.h"

#define UNITS_REMEMBERED 64
#define ADDRESSES_A_ROW  64

struct known_unit {
    struct str name;
    struct org_unit unit;
    enum err word;
};

struct apply {
    struct call *call;
    const struct registry_sheet *sheet;
    struct registry_import *report;
    struct known_unit units[UNITS_REMEMBERED];
    size_t many_units, next_unit;
    struct str *seen; /* open-addressed: keys of the systems met in this sheet */
    size_t room;
};

/* ---- a row into records ---- */

static enum err find_unit(struct apply *apply, struct str name, struct org_unit *ret)
{
    for (size_t i = 0; i < apply->many_units; i++) {
        if (str_eq(apply->units[i].name, name)) {
            *ret = apply->units[i].unit;
            return apply->units[i].word;
        }
    }
    struct arena *scratch = apply->call->arena;
    apply->call->arena = call_lasting(apply->call); /* remembered beyond this row */
    enum err word = org_unit_by_name(apply->call, name, ret);
    apply->call->arena = scratch;
    /* The newest stay: rows of one unit stand together, and a sheet may name forty thousand. */
    apply->units[apply->next_unit++ % UNITS_REMEMBERED] = (struct known_unit){name, *ret, word};
    if (apply->many_units < UNITS_REMEMBERED)
        apply->many_units++;
    return word;
}

static enum err read_unit(struct apply *apply, struct str text, const char *field, struct field_value *ret)
{
    struct org_unit unit;
    enum err word = find_unit(apply, text, &unit);
    if (word == ERR_OK) {
        *ret = (struct field_value){.given = true, .number = unit.unit_id};
        return ERR_OK;
    }
    if (word != ERR_NOT_FOUND && word != ERR_CONFLICT)
        return word;
    return call_fail(apply->call, ERR_INVALID, field,
                     word == ERR_CONFLICT ? "registry.fault.unit_ambiguous" : "registry.fault.unit_not_found",
                     text);
}

/* "10.1.1.1、10.1.1.2" or "80,443": one cell, several values. */
static bool next_part(struct str *rest, struct str *ret)
{
    static const char *const marks[] = {"、", "，", "；", ",", ";", "\n", "/ ", " "};
    *rest = str_trim(*rest);
    if (rest->len == 0)
        return false;
    size_t end = rest->len, skip = 0;
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t at;
        if (str_find(*rest, str_of(marks[i]), &at) && at < end) {
            end = at;
            skip = strlen(marks[i]);
        }
    }
    *ret = str_trim(str_slice(*rest, 0, end));
    *rest = str_slice(*rest, end + skip, rest->len);
    return ret->len > 0 || next_part(rest, ret);
}

static struct field_record new_record(struct call *call, const struct field_table *table)
{
    return (struct field_record){table, ARENA_ARRAY(call->arena, struct field_value, table->many)};
}

static struct field_value *value_of(struct field_record *record, const struct field *field)
{
    return &record->values[field - record->table->fields];
}

struct row_records {
    struct field_record system;
    struct field_record endpoints[ADDRESSES_A_ROW];
    size_t many_endpoints;
};

/* Addresses × ports of one row; URL and domain go with the first. */
static enum err spread_endpoints(struct apply *apply, const struct field_record *base, struct str ips,
                                 struct str ports, struct row_records *ret)
{
    const struct field *ip = field_find(&registry_endpoint_table, STR("ip"));
    const struct field *port = field_find(&registry_endpoint_table, STR("port"));
    struct str ip_text = STR_NONE, ip_rest = ips;
    bool more_ips = next_part(&ip_rest, &ip_text), first = true;
    do {
        struct str port_text = STR_NONE, port_rest = ports;
        bool more_ports = next_part(&port_rest, &port_text);
        do {
            if (ret->many_endpoints == ADDRESSES_A_ROW)
                return call_fail(apply->call, ERR_INVALID, "ip", "registry.fault.too_many_addresses");
            struct field_record endpoint = new_record(apply->call, &registry_endpoint_table);
            memcpy(endpoint.values, base->values, sizeof(struct field_value) * base->table->many);
            if (!first) {
                *field_get(&endpoint, "url") = (struct field_value){0};
                *field_get(&endpoint, "domain") = (struct field_value){0};
            }
            /* Both are looked at: the faults are kept on the call, and a row with any is not written. */
            if (ip_text.len)
                (void)!field_parse_text(apply->call, ip, "ip", ip_text, value_of(&endpoint, ip));
            if (port_text.len)
                (void)!field_parse_text(apply->call, port, "port", port_text, value_of(&endpoint, port));
            ret->endpoints[ret->many_endpoints++] = endpoint;
            first = false;
            more_ports = next_part(&port_rest, &port_text);
        } while (more_ports);
        more_ips = next_part(&ip_rest, &ip_text);
    } while (more_ips);
    return ERR_OK;
}

/* Levels are written 二级, 第三级, 2级, 未定级 as often as 2. */
static struct str plain_level(struct str text)
{
    static const char *const spellings[][2] = {{"未定级", "0"}, {"未定", "0"}, {"无", "0"},   {"一级", "1"},
                                               {"二级", "2"},   {"三级", "3"}, {"四级", "4"}, {"五级", "5"},
                                               {"一", "1"},     {"二", "2"},   {"三", "3"},   {"四", "4"},
                                               {"五", "5"}};
    if (str_starts(text, STR("第")))
        text = str_slice(text, 3, text.len);
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        if (str_is(text, spellings[i][0]))
            return str_of(spellings[i][1]);
    }
    return str_ends(text, STR("级")) ? str_slice(text, 0, text.len - 3) : text;
}

static enum err read_cell(struct apply *apply, const struct sheet_column *column, struct str text,
                          struct field_record *into)
{
    const struct field *field = column->field;
    struct field_value *value = value_of(into, field);
    if (field->type == FIELD_REF)
        return read_unit(apply, text, field->name, value);
    if (str_ends(str_of(field->name), STR("_level")) && field->type == FIELD_INT)
        text = plain_level(text);
    TRY(field_parse_text(apply->call, field, field->name, text, value));
    value->given = true;
    return ERR_OK;
}

/* Reads every cell, going on after a mistake so that all are told at once. */
static void read_cells(struct apply *apply, const struct sheet_row *row, struct row_records *ret)
{
    ret->system = new_record(apply->call, &registry_system_table);
    ret->many_endpoints = 0;
    struct field_record endpoint = new_record(apply->call, &registry_endpoint_table);
    struct str ips = STR_NONE, ports = STR_NONE;
    bool any = false, placed = false;
    for (size_t i = 0; i < row->many; i++) {
        const struct sheet_column *column = &apply->sheet->columns[row->cells[i].column];
        struct str text = row->cells[i].text;
        any |= column->of_endpoint;
        if (column->of_endpoint && str_is(str_of(column->field->name), "ip"))
            ips = text, placed = true;
        else if (column->of_endpoint && str_is(str_of(column->field->name), "port"))
            ports = text;
        else if (read_cell(apply, column, text, column->of_endpoint ? &endpoint : &ret->system) != ERR_OK) {
            /* It was there, only wrong: it must not be called missing as well. */
            *value_of(column->of_endpoint ? &endpoint : &ret->system, column->field) =
                (struct field_value){.given = true};
            continue;
        }
        placed |= column->of_endpoint && (str_is(str_of(column->field->name), "url") ||
                                          str_is(str_of(column->field->name), "domain"));
    }
    if (any && placed)
        (void)!spread_endpoints(apply, &endpoint, ips, ports, ret);
}

static void check_required(struct apply *apply, struct field_record *record, bool exists)
{
    for (size_t i = 0; i < record->table->many; i++) {
        const struct field *field = &record->table->fields[i];
        if (!exists && (field->flags & FIELD_REQUIRED) &&
            (!record->values[i].given || record->values[i].empty))
            (void)call_fail(apply->call, ERR_INVALID, field->name, "fault.required");
    }
}

/* ---- which system is it? ---- */

static enum err find_system(struct apply *apply, struct row_records *row, int64_t *ret_id)
{
    struct call *call = apply->call;
    struct str number = field_str(&row->system, "system_no");
    *ret_id = 0;
    if (number.len) {
        struct registry_system system;
        TRY(db_get_int(call, ret_id, 0, "SELECT system_id FROM info_system WHERE system_no = $1",
                       db_str(number)));
        if (*ret_id == 0 || registry_system_reach(call, *ret_id, &system) != ERR_OK)
            return call_fail(call, ERR_INVALID, "system_no", "registry.fault.number_unknown", number);
        return ERR_OK;
    }
    return db_get_int(
        call, ret_id, 0, "SELECT system_id FROM info_system WHERE unit_id = $1 AND system_name = $2",
        db_int(field_int(&row->system, "unit_id", 0)), db_str(field_str(&row->system, "system_name")));
}

/* True when this sheet named the system before: its further rows only bring addresses. */
static bool seen_before(struct apply *apply, const struct row_records *row)
{
    struct str key = str_format(
        call_lasting(apply->call), "%lld|%.*s|%.*s", (long long)field_int(&row->system, "unit_id", 0),
        STR_ARG(field_str(&row->system, "system_no")), STR_ARG(field_str(&row->system, "system_name")));
    uint64_t hash = 1469598103934665603ULL;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (uint8_t)key.at[i]) * 1099511628211ULL;
    size_t at = hash % apply->room;
    while (apply->seen[at].len) {
        if (str_eq(apply->seen[at], key))
            return true;
        at = (at + 1) % apply->room;
    }
    apply->seen[at] = key;
    return false;
}

/* ---- compare and write ---- */

static bool same_value(const struct field *field, const struct field_value *a, const struct field_value *b)
{
    if (a->empty || b->empty)
        return a->empty == b->empty;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NOTE:
    case FIELD_DATE:
    case FIELD_ENUM:
    case FIELD_COUNTS:
    case FIELD_TEXTS:
    case FIELD_REAL:
    case FIELD_JSON:
        return str_eq(a->text, b->text);
    default:
        return a->number == b->number;
    }
}

/* Leaves only the given values that differ from the stored ones; true when any is left. */
static bool keep_changes(struct field_record *given, const struct field_record *stored)
{
    bool any = false;
    for (size_t i = 0; i < given->table->many; i++) {
        const struct field *field = &given->table->fields[i];
        struct field_value *value = &given->values[i];
        if (!value->given || field->type == FIELD_ROWS)
            continue;
        bool ignored = (field->flags & FIELD_READONLY) || str_is(str_of(field->name), "lifecycle_status");
        if (ignored || value->empty || same_value(field, value, &stored->values[i]))
            value->given = false;
        any |= value->given;
    }
    return any;
}

static enum err create_system(struct apply *apply, struct row_records *row, bool again)
{
    struct field_value *endpoints = field_get(&row->system, "endpoints");
    *endpoints = (struct field_value){
        .given = row->many_endpoints > 0, .rows = row->endpoints, .many = row->many_endpoints};
    apply->report->created += !again;
    int64_t system_id;
    return registry_system_create(apply->call, &row->system, &system_id);
}

static enum err change_system(struct apply *apply, struct row_records *row, int64_t system_id, bool again)
{
    struct registry_system system;
    struct field_record stored;
    TRY(registry_system_reach(apply->call, system_id, &system));
    TRY(db_fetch(apply->call, "info_system", "system_id", system_id, &registry_system_table, &stored));
    bool changed = keep_changes(&row->system, &stored) && !again, addresses = false;
    if (changed)
        TRY(registry_system_change(apply->call, system_id, &row->system));
    if (row->many_endpoints)
        TRY(registry_endpoints_set(apply->call, &system, row->endpoints, row->many_endpoints, false,
                                   &addresses));
    if (!again) {
        apply->report->changed += changed || addresses;
        apply->report->unchanged += !changed && !addresses;
    }
    return ERR_OK;
}

static enum err apply_row(struct apply *apply, const struct sheet_row *sheet_row)
{
    struct call *call = apply->call;
    struct row_records row;
    int64_t before = call->faults_count, system_id = 0;
    read_cells(apply, sheet_row, &row);
    if (!field_get(&row.system, "unit_id")->given && access_is(call, ROLES_UNIT) &&
        call->faults_count == before)
        *field_get(&row.system, "unit_id") =
            (struct field_value){.given = true, .number = call->actor->unit_id};
    if (call->faults_count == before)
        TRY(find_system(apply, &row, &system_id));
    check_required(apply, &row.system, system_id != 0);
    if (call->faults_count != before)
        return ERR_INVALID;
    bool again = seen_before(apply, &row);
    return system_id ? change_system(apply, &row, system_id, again) : create_system(apply, &row, again);
}

static void mark_row(struct call *call, const struct call_fault *last_before, int64_t number)
{
    for (struct call_fault *fault = last_before ? last_before->next : call->faults; fault;
         fault = fault->next)
        fault->row = number;
}

enum err registry_sheet_apply(struct call *call, struct registry_sheet *sheet, struct registry_import *ret)
{
    *ret = (struct registry_import){.rows = (int64_t)sheet->many_rows};
    struct apply *apply = ARENA_NEW(call->arena, struct apply);
    *apply = (struct apply){.call = call, .sheet = sheet, .report = ret, .room = sheet->many_rows * 2 + 16};
    apply->seen = ARENA_ARRAY(call->arena, struct str, apply->room);
    bool bad = false;
    ARENA(scratch, 64u << 20); /* of one row, or a large sheet would fill the call's memory */
    struct arena *whole = call->arena;
    for (size_t i = 0; i < sheet->many_rows; i++) {
        const struct call_fault *last = call->last_fault;
        call->lasting = whole;
        call->arena = scratch;
        enum err word = apply_row(apply, sheet->rows[i]);
        call->arena = whole;
        call->lasting = NULL;
        arena_reset(scratch);
        mark_row(call, last, sheet->rows[i]->number);
        bad |= word != ERR_OK;
        if (word == ERR_FAILED || word == ERR_BUSY)
            return word; /* the machine's fault, not the sheet's */
    }
    return bad ? ERR_INVALID : ERR_OK;
}

/* ---- sheets out ---- */

struct str registry_fault_text(struct call *call, const struct call_fault *fault)
{
    bool of_system = fault->field && field_find(&registry_system_table, str_of(fault->field));
    return words_fault(call, of_system ? &registry_system_table : &registry_endpoint_table, fault);
}

enum err registry_sheet_errors(struct call *call, const char *path, const struct registry_sheet *sheet,
                               int fd)
{
    size_t many = 0;
    struct paper_sheet_error *errors = ARENA_ARRAY(call->arena, struct paper_sheet_error, CALL_FAULTS_MAX);
    for (const struct call_fault *fault = call->faults; fault && many < CALL_FAULTS_MAX;
         fault = fault->next) {
        struct paper_sheet_error *error = &errors[many++];
        *error = (struct paper_sheet_error){.row = fault->row, .column = -1};
        error->text = registry_fault_text(call, fault);
        for (size_t i = 0; fault->field && i < sheet->many_columns; i++) {
            if (sheet->columns[i].field && strcmp(sheet->columns[i].field->name, fault->field) == 0)
                error->column = (int32_t)i;
        }
    }
    return paper_write_errors(call, path, sheet->name.len ? str_c(call->arena, sheet->name) : NULL, fd,
                              sheet->header_row, words_get(call->lang, "registry.errors_column"), errors,
                              many);
}

static void template_column(struct call *call, const struct field_table *table, const struct field *field,
                            struct paper_column *ret)
{
    *ret = (struct paper_column){.title = words_label(call, table->name, field->name),
                                 .kind = PAPER_TEXT,
                                 .required = (field->flags & FIELD_REQUIRED) != 0};
    const char *help = str_format(call->arena, "help.%s.%s", table->name, field->name).at;
    if (words_has(call->lang, help))
        ret->help = words_get(call->lang, help);
    if (field->type == FIELD_DATE)
        ret->kind = PAPER_DATE;
    if (field->type != FIELD_ENUM && field->type != FIELD_BOOL)
        return;
    struct str *choices = ARENA_ARRAY(call->arena, struct str, 64);
    if (field->type == FIELD_BOOL) {
        choices[ret->many_choices++] = words_get(call->lang, "yes");
        choices[ret->many_choices++] = words_get(call->lang, "no");
    }
    for (size_t i = 0; field->type == FIELD_ENUM && field->of->names[i] && i < 64; i++)
        choices[ret->many_choices++] = words_enum(call, field->of->name, str_of(field->of->names[i]));
    ret->choices = choices;
}

enum err registry_template(struct call *call, int fd)
{
    const struct field_table *tables[] = {&registry_system_table, &registry_endpoint_table};
    struct paper_column *columns = ARENA_ARRAY(call->arena, struct paper_column, PAPER_COLUMNS_MAX);
    size_t many = 0;
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < tables[t]->many && many < PAPER_COLUMNS_MAX; i++) {
            const struct field *field = &tables[t]->fields[i];
            if (field->flags & FIELD_SHEET)
                template_column(call, tables[t], field, &columns[many++]);
        }
    }
    struct paper_sheet_out out = {.layout = PAPER_XLSX,
                                  .name = words_get(call->lang, "registry.template_name"),
                                  .columns = columns,
                                  .many_columns = many};
    struct paper_writer *writer;
    TRY(paper_write_start(call, fd, &out, &writer));
    return paper_write_end(call, writer);
}
