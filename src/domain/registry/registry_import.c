/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Every row becomes a record of the register and, when it names an address, endpoint records. A row
 * belongs to the system with its number, else to the one with its name in its unit; several rows of one
 * system add addresses. A row is compared with what is stored: only differences are written, so that the same
 * sheet twice changes nothing. A cell that reads as an export would write the stored value is that value,
 * before anything is parsed: so a masked name, a unit outside the scope or a name like 1.1E5 comes back
 * unharmed. An empty cell says nothing and changes nothing.
 */
#include "domain/registry/registry_apply.h"

#include <string.h>
#include <unistd.h>
#include "access/access.h"
#include "base/words.h"
#include "db/db.h"
#include "helpers/paper.h"

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

/* Does the cell read as the stored value would be written? */
static bool is_stored(struct apply *apply, const struct row_records *row, const struct sheet_column *column,
                      struct str text)
{
    struct str shown;
    if (row->system_id == 0 || column->of_endpoint)
        return false;
    const struct field_value *value = &row->stored.values[column->field - registry_system_table.fields];
    if (value->empty || registry_value_text(apply->call, column->field, value, row->open, &shown) != ERR_OK)
        return false;
    return str_eq(str_trim(shown), str_trim(text));
}

/* The same for an address: what one of the system's addresses holds in that column is taken as it is, before
 * it is called a mistake. */
static bool take_stored(struct apply *apply, const struct row_records *row, const struct sheet_column *column,
                        struct str text, struct field_value *ret)
{
    struct field_record *endpoints;
    struct str shown;
    size_t many;
    if (row->system_id == 0 ||
        registry_endpoints_fetch(apply->call, row->system_id, &endpoints, &many) != ERR_OK)
        return false;
    for (size_t i = 0; i < many; i++) {
        const struct field_value *value =
            &endpoints[i].values[column->field - registry_endpoint_table.fields];
        if (value->empty || registry_value_text(apply->call, column->field, value, true, &shown) != ERR_OK ||
            !str_eq(str_trim(shown), str_trim(text)))
            continue;
        *ret = *value;
        return true;
    }
    return false;
}

/* Texts that look like spoilt numbers: only these can be stored and yet refused in a sheet. */
static bool free_text(const struct sheet_column *column)
{
    return column->of_endpoint && column->field->type == FIELD_TEXT && !column->field->format;
}

static bool is_named(const struct sheet_column *column, const char *name)
{
    return strcmp(column->field->name, name) == 0;
}

/* Reads every cell, going on after a mistake so that all are told at once. What find_system has read stays.
 */
static void read_cells(struct apply *apply, const struct sheet_row *row, struct row_records *ret)
{
    struct field_record endpoint = new_record(apply->call, &registry_endpoint_table);
    struct str ips = STR_NONE, ports = STR_NONE;
    const char *stray = NULL;
    bool placed = false;
    for (size_t i = 0; i < row->many; i++) {
        const struct sheet_column *column = &apply->sheet->columns[row->cells[i].column];
        struct str text = row->cells[i].text;
        if (column->of_endpoint && is_named(column, "ip"))
            ips = text, placed = true;
        else if (column->of_endpoint && is_named(column, "port"))
            ports = text, stray = "port";
        else if ((!column->of_endpoint && value_of(&ret->system, column->field)->given) ||
                 is_stored(apply, ret, column, text) ||
                 (free_text(column) &&
                  take_stored(apply, ret, column, text, value_of(&endpoint, column->field))))
            continue;
        else if (read_cell(apply, column, text, column->of_endpoint ? &endpoint : &ret->system) != ERR_OK) {
            /* It was there, only wrong: it must not be called missing as well. */
            *value_of(column->of_endpoint ? &endpoint : &ret->system, column->field) =
                (struct field_value){.given = true};
            continue;
        }
        if (column->of_endpoint && (is_named(column, "url") || is_named(column, "domain")))
            placed = true;
        else if (column->of_endpoint && !stray)
            stray = column->field->name;
    }
    if (placed)
        (void)!spread_endpoints(apply, &endpoint, ips, ports, ret);
    else if (stray)
        registry_apply_note_key(apply, stray, "registry.note.no_place", STR_NONE);
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

static struct str cell_of(const struct apply *apply, const struct sheet_row *row, const char *name)
{
    for (size_t i = 0; i < row->many; i++) {
        const struct sheet_column *column = &apply->sheet->columns[row->cells[i].column];
        if (!column->of_endpoint && is_named(column, name))
            return row->cells[i].text;
    }
    return STR_NONE;
}

/* By its number, without a guess. */
static enum err find_by_number(struct apply *apply, struct str number, int64_t *ret_id)
{
    struct call *call = apply->call;
    struct registry_system system;
    TRY(db_get_int(call, ret_id, 0, "SELECT system_id FROM info_system WHERE system_no = $1",
                   db_str(number)));
    if (*ret_id && registry_system_reach(call, *ret_id, &system) == ERR_OK)
        return ERR_OK;
    *ret_id = 0;
    return call_fail(call, ERR_INVALID, "system_no", "registry.fault.number_unknown", number);
}

/* By its name in its unit; both are then read. Mistakes in them are told here. */
static enum err find_by_name(struct apply *apply, const struct sheet_row *row, struct row_records *ret)
{
    struct call *call = apply->call;
    struct str unit = cell_of(apply, row, "unit_id"), name = cell_of(apply, row, "system_name");
    struct field_value *unit_value = field_get(&ret->system, "unit_id"),
                       *name_value = field_get(&ret->system, "system_name");
    int64_t before = call->faults_count;
    if (unit.len == 0 && access_is(call, ROLES_UNIT))
        *unit_value = (struct field_value){.given = true, .number = call->actor->unit_id};
    else if (unit.len && read_unit(apply, unit, "unit_id", unit_value) != ERR_OK)
        *unit_value = (struct field_value){.given = true};
    const struct field *name_field = field_find(&registry_system_table, STR("system_name"));
    if (name.len && field_parse_text(call, name_field, "system_name", name, name_value) != ERR_OK)
        *name_value = (struct field_value){.given = true};
    if (call->faults_count != before || !unit_value->number || !name_value->text.len)
        return call->faults_count == before ? ERR_OK : ERR_INVALID;
    return db_get_int(call, &ret->system_id, 0,
                      "SELECT system_id FROM info_system WHERE unit_id = $1 AND system_name = $2",
                      db_int(unit_value->number), db_str(name_value->text));
}

static enum err find_system(struct apply *apply, const struct sheet_row *row, struct row_records *ret)
{
    struct call *call = apply->call;
    struct str number = cell_of(apply, row, "system_no");
    ret->system = new_record(call, &registry_system_table);
    ret->many_endpoints = 0;
    ret->system_id = 0;
    if (number.len)
        TRY(find_by_number(apply, number, &ret->system_id));
    else
        TRY(find_by_name(apply, row, ret));
    if (ret->system_id == 0) {
        ret->open = true; /* his own words */
        return ERR_OK;
    }
    TRY(registry_system_reach(call, ret->system_id, &ret->known));
    ret->open = access_sees_personal(call, ret->known.unit_path);
    return db_fetch(call, "info_system", "system_id", ret->system_id, &registry_system_table, &ret->stored);
}

/* The row of this sheet that named the system first; this one when none did. */
static int64_t first_row(struct apply *apply, int64_t system_id)
{
    size_t at = (size_t)((uint64_t)system_id * 11400714819323198485ULL % apply->room);
    for (; apply->met[at].system_id; at = (at + 1) % apply->room)
        if (apply->met[at].system_id == system_id)
            return apply->met[at].row;
    apply->met[at] = (struct met){system_id, apply->row};
    return apply->row;
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
static bool keep_changes(struct apply *apply, struct row_records *row, int64_t first)
{
    struct field_record *given = &row->system;
    bool any = false;
    for (size_t i = 0; i < given->table->many; i++) {
        const struct field *field = &given->table->fields[i];
        struct field_value *value = &given->values[i];
        if (!value->given || field->type == FIELD_ROWS)
            continue;
        bool same = (field->flags & FIELD_READONLY) || value->empty ||
                    same_value(field, value, &row->stored.values[i]);
        bool staged = strcmp(field->name, "lifecycle_status") == 0;
        if (!same && staged)
            registry_apply_note_key(apply, field->name, "registry.note.lifecycle", STR_NONE);
        if (!same && !staged && first != apply->row)
            registry_apply_note_key(apply, field->name, "registry.note.first_row",
                                    str_format(apply->call->arena, "%lld", (long long)first));
        if (same || staged || first != apply->row)
            value->given = false;
        any |= value->given;
    }
    return any;
}

static void was_written(struct apply *apply, int64_t system_id)
{
    if (apply->many_written < LOOK_EACH_MAX)
        apply->written[apply->many_written] = system_id;
    apply->many_written++;
}

static enum err describe(struct apply *apply, struct registry_diff_row *into, const struct row_records *row)
{
    struct arena *lasting = call_lasting(apply->call);
    struct org_unit unit;
    bool known = row->system_id != 0, named = field_get(&row->system, "system_name")->given;
    const struct field_value *unit_value = field_get(&row->system, "unit_id");
    TRY(org_unit_get(apply->call,
                     unit_value->given && !unit_value->empty ? unit_value->number : row->known.unit_id,
                     &unit));
    into->unit_name = str_copy(lasting, unit.unit_name);
    into->system_no = known ? str_copy(lasting, row->known.system_no) : STR_NONE;
    into->system_name =
        str_copy(lasting, named ? field_str(&row->system, "system_name") : row->known.system_name);
    return ERR_OK;
}

static enum err create_system(struct apply *apply, struct row_records *row)
{
    struct field_value *endpoints = field_get(&row->system, "endpoints");
    *endpoints = (struct field_value){
        .given = row->many_endpoints > 0, .rows = row->endpoints, .many = row->many_endpoints};
    apply->report->created++;
    struct registry_diff_row *diff = registry_apply_diff_row(apply, REGISTRY_CREATED);
    if (diff) {
        TRY(describe(apply, diff, row));
        TRY(registry_apply_diff_values(apply, diff, row));
        registry_apply_diff_addresses(apply, diff, row);
    }
    int64_t system_id;
    TRY(registry_create_unlooked(apply->call, &row->system, &system_id));
    (void)first_row(apply, system_id);
    was_written(apply, system_id);
    return ERR_OK;
}

static enum err change_system(struct apply *apply, struct row_records *row)
{
    int64_t first = first_row(apply, row->system_id);
    bool changed = keep_changes(apply, row, first), addresses = false;
    struct row_records given = *row; /* what was given; writing marks fields as taken */
    given.system.values = ARENA_ARRAY(apply->call->arena, struct field_value, row->system.table->many);
    memcpy(given.system.values, row->system.values, row->system.table->many * sizeof(struct field_value));
    if (changed)
        TRY(registry_change_unlooked(apply->call, row->system_id, &row->system));
    if (row->many_endpoints) {
        TRY(registry_system_get(apply->call, row->system_id, &row->known));
        TRY(registry_endpoints_set(apply->call, &row->known, row->endpoints, row->many_endpoints, false,
                                   &addresses));
    }
    if (first == apply->row) {
        apply->report->changed += changed || addresses;
        apply->report->unchanged += !changed && !addresses;
    }
    if (!changed && !addresses)
        return ERR_OK;
    was_written(apply, row->system_id);
    struct registry_diff_row *diff = registry_apply_diff_row(apply, REGISTRY_CHANGED);
    if (!diff)
        return ERR_OK;
    TRY(describe(apply, diff, &given));
    TRY(registry_apply_diff_values(apply, diff, &given));
    if (addresses)
        registry_apply_diff_addresses(apply, diff, &given);
    return ERR_OK;
}

static enum err apply_row(struct apply *apply, const struct sheet_row *sheet_row)
{
    struct call *call = apply->call;
    struct row_records row = {0};
    int64_t before = call->faults_count;
    enum err word = find_system(apply, sheet_row, &row);
    if (word != ERR_OK && word != ERR_INVALID)
        return word;
    read_cells(apply, sheet_row, &row);
    bool unknown_number = word != ERR_OK && cell_of(apply, sheet_row, "system_no").len;
    if (!unknown_number) /* whose entry it is, is not known: nothing can be called missing */
        check_required(apply, &row.system, row.system_id != 0);
    if (call->faults_count != before)
        return ERR_INVALID;
    TRY(registry_warnings(call, &row.system, row.endpoints, row.many_endpoints, registry_apply_take_warning,
                          apply));
    return row.system_id ? change_system(apply, &row) : create_system(apply, &row);
}

static void mark_row(struct call *call, const struct call_fault *last_before, int64_t number)
{
    for (struct call_fault *fault = last_before ? last_before->next : call->faults; fault;
         fault = fault->next)
        fault->row = number;
}

/* Without a column of names (or numbers) no row can be told from another: said once, not for each row. */
static bool names_systems(struct call *call, const struct registry_sheet *sheet)
{
    for (size_t i = 0; i < sheet->many_columns; i++)
        if (sheet->columns[i].field && !sheet->columns[i].of_endpoint &&
            (is_named(&sheet->columns[i], "system_name") || is_named(&sheet->columns[i], "system_no")))
            return true;
    (void)call_fail(call, ERR_INVALID, "system_name", "registry.fault.no_name_column");
    call->last_fault->row = sheet->header_row;
    return false;
}

static enum err look_again(struct apply *apply)
{
    if (apply->report->preview)
        return ERR_OK;
    if (apply->many_written > LOOK_EACH_MAX)
        return registry_flaws_all(apply->call);
    for (size_t i = 0; i < apply->many_written; i++)
        TRY(registry_flaws_of(apply->call, apply->written[i]));
    return ERR_OK;
}

enum err registry_sheet_apply(struct call *call, struct registry_sheet *sheet, struct registry_import *report)
{
    report->rows = (int64_t)sheet->many_rows;
    if (!names_systems(call, sheet))
        return ERR_INVALID;
    struct apply *apply = ARENA_NEW(call->arena, struct apply);
    *apply =
        (struct apply){.call = call, .sheet = sheet, .report = report, .room = sheet->many_rows * 2 + 16};
    apply->met = ARENA_ARRAY(call->arena, struct met, apply->room);
    if (report->diff.most)
        report->diff.most++; /* one more place, to know whether there is more */
    bool bad = false;
    ARENA(scratch, 64u << 20); /* of one row, or a large sheet would fill the call's memory */
    struct arena *whole = call->arena;
    for (size_t i = 0; i < sheet->many_rows; i++) {
        const struct call_fault *last = call->last_fault;
        apply->row = sheet->rows[i]->number;
        call->lasting = whole;
        call->arena = scratch;
        enum err word = apply_row(apply, sheet->rows[i]);
        call->arena = whole;
        call->lasting = NULL;
        arena_reset(scratch);
        mark_row(call, last, apply->row);
        bad |= word != ERR_OK;
        if (word == ERR_FAILED || word == ERR_BUSY)
            return word; /* the machine's fault, not the sheet's */
    }
    if (bad)
        return ERR_INVALID;
    return look_again(apply);
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
