/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A register arrives as people keep it: a title row or two above the header, headers spelled as each
 * office spells them, merged cells, notes below. The header is the row (of the first 30) in which most cells
 * are known spellings of a field; a spelling is compared without blanks, brackets and marks. What a unit
 * chose for a header before goes before the spellings, what the user says now goes before both. When no row
 * names a system, the row that is understood best stands for the header, so that the user can say which
 * column is what. Below it, a row is a note when it has no system name and at most one cell of its own.
 * Nothing is judged here: cells are kept as text with their row, so that every mistake can be told at once.
 */
#include "domain/registry/registry_sheet.h"

#include <ctype.h>
#include <string.h>
#include "access/access.h"
#include "base/words.h"
#include "db/db.h"
#include "helpers/paper.h"

#define HEADER_WITHIN 30
#define HEADER_LEAST  2

/* Header spellings differ in blanks, stars, brackets with units, line breaks: what counts is the rest. */
static struct str plain_header(struct arena *arena, struct str text)
{
    static const char *const dropped[] = {" ", "\t",       "\n",     "\r", "*",  "＊", "　", "：",
                                          ":", "（必填）", "(必填)", "★",  "\"", "“",  "”"};
    BUF(out, 4096);
    for (size_t at = 0; at < text.len;) {
        bool drop = false;
        for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]) && !drop; i++) {
            struct str mark = str_of(dropped[i]);
            if (str_starts(str_slice(text, at, text.len), mark)) {
                at += mark.len;
                drop = true;
            }
        }
        if (!drop) {
            char c = text.at[at++];
            buf_add_char(&out, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
        }
    }
    return str_copy(arena, buf_str(&out));
}

/* "系统名称（全称）" is met as often as "系统名称": a bracket at the end is an explanation. */
static struct str without_bracket(struct str text)
{
    size_t at;
    if (str_find(text, STR("（"), &at) && at > 0)
        return str_slice(text, 0, at);
    if (str_find(text, STR("("), &at) && at > 0)
        return str_slice(text, 0, at);
    return text;
}

static bool spelled(struct arena *arena, const char *synonyms, struct str header)
{
    struct str rest = str_of(synonyms), one;
    while (str_cut(&rest, '|', &one)) {
        if (str_eq(plain_header(arena, one), header))
            return true;
    }
    return false;
}

/* The header may be in either language, whoever reads it. */
static bool is_label(struct call *call, const char *table, const char *field, struct str header)
{
    enum call_lang own = call->lang;
    bool found = false;
    for (int lang = CALL_ZH; lang <= CALL_EN && !found; lang++) {
        call->lang = (enum call_lang)lang;
        found = str_eq(plain_header(call->arena, words_label(call, table, field)), header);
    }
    call->lang = own;
    return found;
}

/* The label itself before any other spelling, so that what was exported is understood as it was meant. */
static const struct field *field_of_header(struct call *call, struct str header, bool *ret_of_endpoint)
{
    const struct field_table *tables[] = {&registry_system_table, &registry_endpoint_table};
    for (int labels = 1; labels >= 0; labels--)
        for (size_t t = 0; t < 2; t++)
            for (size_t i = 0; i < tables[t]->many; i++) {
                const struct field *field = &tables[t]->fields[i];
                bool typed = !(field->flags & (FIELD_READONLY | FIELD_HIDDEN)) || (field->flags & FIELD_KEY);
                *ret_of_endpoint = t == 1;
                if (field->type == FIELD_ROWS || !typed)
                    continue;
                if (labels ? is_label(call, tables[t]->name, field->name, header)
                           : field->synonyms && spelled(call->arena, field->synonyms, header))
                    return field;
            }
    return NULL;
}

static const struct registry_choice *chosen(const struct registry_mapping *mapping, size_t column)
{
    for (size_t i = 0; mapping && i < mapping->many; i++)
        if (mapping->choices[i].column == column)
            return &mapping->choices[i];
    return NULL;
}

static void map_cell(struct registry_sheet *sheet, struct str text, size_t at, struct sheet_column *column)
{
    struct call *call = sheet->call;
    struct str header = plain_header(call->arena, text);
    *column = (struct sheet_column){.header = str_copy(call->arena, str_trim(text)), .plain = header};
    const struct registry_choice *choice = chosen(sheet->wanted, at);
    if (choice) {
        column->field = choice->field;
        column->of_endpoint = choice->of_endpoint;
        column->source = SHEET_CHOSEN;
        return;
    }
    for (size_t i = 0; i < sheet->many_remembered; i++) {
        if (!str_eq(sheet->remembered[i].plain, header))
            continue;
        column->field = sheet->remembered[i].field;
        column->of_endpoint = sheet->remembered[i].of_endpoint;
        column->source = SHEET_REMEMBERED;
        return;
    }
    for (int bare = 0; bare < 2 && header.len && !column->field; bare++, header = without_bracket(header))
        column->field = field_of_header(call, header, &column->of_endpoint);
}

/* A field is mapped once: what somebody said goes before a spelling, then the first column wins; a second one
 * of the same meaning is shown as not understood. */
static int map_header(struct registry_sheet *sheet, const struct paper_cell *cells, size_t many,
                      struct sheet_column *columns)
{
    int known = 0;
    for (size_t i = 0; i < many; i++) {
        columns[i] = (struct sheet_column){0};
        if (cells[i].kind == PAPER_EMPTY || cells[i].text.len > 300 ||
            (cells[i].merged && i && str_eq(cells[i].text, cells[i - 1].text)))
            continue;
        map_cell(sheet, cells[i].text, i, &columns[i]);
        for (size_t j = 0; j < i && columns[i].field; j++) {
            if (columns[j].field == columns[i].field)
                columns[columns[i].source > columns[j].source ? j : i].field = NULL;
        }
    }
    for (size_t i = 0; i < many; i++)
        known += columns[i].field != NULL;
    return known;
}

static bool has_field(const struct sheet_column *columns, size_t many, const char *name)
{
    for (size_t i = 0; i < many; i++) {
        if (columns[i].field && !columns[i].of_endpoint && strcmp(columns[i].field->name, name) == 0)
            return true;
    }
    return false;
}

static bool use_header(struct registry_sheet *sheet, int64_t row, const struct paper_cell *cells, size_t many,
                       int least, bool named)
{
    struct sheet_column *columns = ARENA_ARRAY(sheet->call->arena, struct sheet_column, many ? many : 1);
    int known = map_header(sheet, cells, many, columns);
    if (known < least || (named && !has_field(columns, many, "system_name")))
        return false;
    sheet->columns = columns;
    sheet->many_columns = many;
    sheet->header_row = row;
    return true;
}

/* A row above the header, kept in case that no row turns out to be one. */
static void keep_pending(struct registry_sheet *sheet, int64_t number, const struct paper_cell *cells,
                         size_t many)
{
    struct arena *arena = sheet->call->arena;
    struct sheet_pending *row = &sheet->pending[sheet->many_pending++];
    *row = (struct sheet_pending){number, many, ARENA_ARRAY(arena, struct paper_cell, many ? many : 1)};
    for (size_t i = 0; i < many; i++) {
        row->cells[i] = cells[i];
        row->cells[i].text = str_copy(arena, cells[i].text);
    }
}

static void keep_row(struct registry_sheet *sheet, struct sheet_row *row)
{
    if (sheet->many_rows == sheet->room) {
        size_t room = sheet->room ? sheet->room * 2 : 256;
        struct sheet_row **grown = ARENA_ARRAY(sheet->call->arena, struct sheet_row *, room);
        if (sheet->many_rows)
            memcpy(grown, sheet->rows, sheet->many_rows * sizeof(*grown));
        sheet->rows = grown;
        sheet->room = room;
    }
    sheet->rows[sheet->many_rows++] = row;
}

/* "注：…", "填表说明…", "合计" below the table. */
static bool is_note(struct str text)
{
    static const char *const begins[] = {"注", "备注", "说明", "填表", "填报", "合计", "总计", "附", "*"};
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        if (str_starts(text, str_of(begins[i])))
            return true;
    }
    return false;
}

/* The line of sums: no system is called so. */
static bool is_sum(struct str name)
{
    static const char *const sums[] = {"合计", "总计", "小计", "共计"};
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        if (str_is(name, sums[i]))
            return true;
    }
    return false;
}

static enum err take_values(struct registry_sheet *sheet, int64_t number, const struct paper_cell *cells,
                            size_t many)
{
    size_t filled = 0, own = 0;
    bool named = false, note = false, sum = false;
    for (size_t i = 0; i < many && i < sheet->many_columns; i++) {
        struct str text = str_trim(cells[i].text);
        if (text.len && !sheet->columns[i].sample.len && !cells[i].merged)
            sheet->columns[i].sample = str_copy(sheet->call->arena, words_clip(sheet->call->arena, text, 40));
        if (!sheet->columns[i].field || text.len == 0)
            continue;
        note |= filled == 0 && is_note(text);
        sum |= filled == 0 && is_sum(text);
        filled++;
        own += !cells[i].merged;
        named |= !sheet->columns[i].of_endpoint &&
                 strcmp(sheet->columns[i].field->name, "system_name") == 0 && !cells[i].merged;
    }
    if (filled == 0 || sum || (filled == 1 && note) || (!named && own <= 1 && filled <= 1))
        return ERR_OK; /* a note below the table, or a row of rules */
    struct sheet_row *row = arena_alloc(sheet->call->arena, sizeof(*row) + filled * sizeof(row->cells[0]));
    row->number = number;
    for (size_t i = 0; i < many && i < sheet->many_columns; i++) {
        struct str text = str_trim(cells[i].text);
        if (sheet->columns[i].field && text.len)
            row->cells[row->many++] =
                (struct sheet_cell){(uint16_t)i, (uint8_t)cells[i].kind, str_copy(sheet->call->arena, text)};
    }
    keep_row(sheet, row);
    return ERR_OK;
}

/* The rows after row `header` that were held back. */
static enum err let_go(struct registry_sheet *sheet, size_t header)
{
    for (size_t i = header + 1; i < sheet->many_pending; i++)
        TRY(take_values(sheet, sheet->pending[i].number, sheet->pending[i].cells, sheet->pending[i].many));
    return ERR_OK;
}

/* No row names a system: the one that is understood best is the header. */
static enum err guess_header(struct registry_sheet *sheet)
{
    size_t best = 0;
    int most = 0;
    for (size_t i = 0; i < sheet->many_pending; i++) {
        const struct sheet_pending *row = &sheet->pending[i];
        struct sheet_column *columns = ARENA_ARRAY(sheet->call->arena, struct sheet_column, row->many + 1);
        int known = map_header(sheet, row->cells, row->many, columns);
        if (known > most) {
            most = known;
            best = i;
        }
    }
    const struct sheet_pending *row = &sheet->pending[best];
    if (most == 0 || !use_header(sheet, row->number, row->cells, row->many, 1, false))
        return call_fail(sheet->call, ERR_INVALID, "file", "registry.fault.no_header");
    return let_go(sheet, best);
}

static enum err take_row(void *context, int64_t number, const struct paper_cell *cells, size_t many)
{
    struct registry_sheet *sheet = context;
    if (sheet->columns)
        return take_values(sheet, number, cells, many);
    int64_t said = sheet->wanted ? sheet->wanted->header_row : 0;
    if (said ? number == said : use_header(sheet, number, cells, many, HEADER_LEAST, true))
        return said && !use_header(sheet, number, cells, many, 0, false) ? ERR_FAILED : ERR_OK;
    if (said)
        return ERR_OK;
    keep_pending(sheet, number, cells, many);
    return sheet->many_pending < HEADER_WITHIN ? ERR_OK : guess_header(sheet);
}

static enum err take_head(void *context, const struct paper_sheet_head *head)
{
    struct registry_sheet *sheet = context;
    sheet->name = str_copy(sheet->call->arena, head->name);
    return ERR_OK;
}

/* ---- what users say about columns ---- */

const struct field *registry_sheet_field(struct str name, bool *ret_of_endpoint)
{
    const struct field *field = field_find(&registry_system_table, name);
    *ret_of_endpoint = field == NULL;
    if (!field)
        field = field_find(&registry_endpoint_table, name);
    if (!field || field->type == FIELD_ROWS)
        return NULL;
    return (field->flags & (FIELD_READONLY | FIELD_HIDDEN)) && !(field->flags & FIELD_KEY) ? NULL : field;
}

static bool column_at(struct str letters, size_t *ret)
{
    size_t at = 0;
    if (letters.len == 0 || letters.len > 3)
        return false;
    for (size_t i = 0; i < letters.len; i++) {
        if (letters.at[i] < 'A' || letters.at[i] > 'Z')
            return false;
        at = at * 26 + (size_t)(letters.at[i] - 'A' + 1);
    }
    *ret = at - 1;
    return at <= PAPER_COLUMNS_MAX;
}

enum err registry_mapping_parse(struct call *call, struct str text, int64_t header_row,
                                struct registry_mapping *ret)
{
    struct str rest = text, one, letters;
    *ret = (struct registry_mapping){.header_row = header_row,
                                     .choices =
                                         ARENA_ARRAY(call->arena, struct registry_choice, PAPER_COLUMNS_MAX)};
    while (rest.len && str_cut(&rest, ',', &one)) {
        struct registry_choice choice = {0};
        struct str name = one;
        bool good = ret->many < PAPER_COLUMNS_MAX && str_find(one, STR(":"), NULL) &&
                    str_cut(&name, ':', &letters) && column_at(letters, &choice.column);
        if (good && name.len && !str_is(name, "-")) {
            choice.field = registry_sheet_field(name, &choice.of_endpoint);
            good = choice.field != NULL;
        }
        for (size_t i = 0; good && i < ret->many; i++)
            if (ret->choices[i].column == choice.column ||
                (choice.field && ret->choices[i].field == choice.field))
                return call_fail(call, ERR_INVALID, "mapping", "registry.fault.mapping_twice", one);
        if (!good)
            return call_fail(call, ERR_INVALID, "mapping", "registry.fault.mapping", one);
        ret->choices[ret->many++] = choice;
    }
    return ERR_OK;
}

static int64_t habit_of(const struct call *call)
{
    return call->actor ? call->actor->unit_id : 0;
}

static enum err load_remembered(struct registry_sheet *sheet)
{
    struct call *call = sheet->call;
    size_t room = 0;
    DB_ROWS(rows);
    TRY(db_query(call, &rows, "SELECT header, field FROM registry_header WHERE unit_id = $1 ORDER BY header",
                 db_int(habit_of(call))));
    while (db_next(&rows)) {
        struct sheet_remembered one = {.plain = db_col_copy(call, &rows, 0)};
        struct str name = db_col_str(&rows, 1);
        if (name.len)
            one.field = registry_sheet_field(name, &one.of_endpoint);
        if (sheet->many_remembered == room) {
            struct sheet_remembered *grown =
                ARENA_ARRAY(call->arena, struct sheet_remembered, room ? room * 2 : 32);
            if (room)
                memcpy(grown, sheet->remembered, room * sizeof(*grown));
            sheet->remembered = grown;
            room = room ? room * 2 : 32;
        }
        sheet->remembered[sheet->many_remembered++] = one;
    }
    return db_end(&rows);
}

enum err registry_sheet_remember(struct call *call, const struct registry_sheet *sheet)
{
    for (size_t i = 0; i < sheet->many_columns; i++) {
        const struct sheet_column *column = &sheet->columns[i];
        if (column->source != SHEET_CHOSEN || column->plain.len == 0)
            continue;
        TRY(db_run(call,
                   "INSERT INTO registry_header (unit_id, header, field, chosen_by, chosen_at_ms) VALUES "
                   "($1, $2, $3, "
                   "$4, $5) ON CONFLICT (unit_id, header) DO UPDATE SET field = excluded.field, chosen_by = "
                   "excluded.chosen_by, chosen_at_ms = excluded.chosen_at_ms",
                   db_int(habit_of(call)), db_str(column->plain),
                   db_c(column->field ? column->field->name : ""), db_int(call_who(call).user_id),
                   db_int(call->now_ms)));
    }
    return ERR_OK;
}

enum err registry_sheet_read(struct call *call, const char *path, const struct registry_mapping *wanted,
                             struct registry_sheet **ret)
{
    struct registry_sheet *sheet = ARENA_NEW(call->arena, struct registry_sheet);
    sheet->call = call;
    sheet->wanted = wanted;
    TRY(load_remembered(sheet));
    struct paper_sheet_sink sink = {.context = sheet, .begin = take_head, .row = take_row};
    TRY(paper_read_sheet(call, path, NULL, &sink));
    if (!sheet->columns && wanted && wanted->header_row)
        return call_fail(call, ERR_INVALID, "header_row", "registry.fault.no_header_row");
    if (!sheet->columns)
        TRY(guess_header(sheet));
    sheet->call = NULL;
    *ret = sheet;
    return ERR_OK;
}

struct str registry_column_name(struct call *call, size_t at)
{
    char text[4];
    int len = 0;
    for (size_t n = at + 1; n > 0 && len < 3; n = (n - 1) / 26)
        text[len++] = (char)('A' + (n - 1) % 26);
    char *name = arena_alloc(call->arena, 4);
    for (int i = 0; i < len; i++)
        name[i] = text[len - 1 - i];
    return (struct str){name, (size_t)len};
}

struct str registry_sheet_column(struct call *call, const struct registry_sheet *sheet, const char *field)
{
    for (size_t i = 0; i < sheet->many_columns; i++) {
        if (sheet->columns[i].field && strcmp(sheet->columns[i].field->name, field) == 0)
            return registry_column_name(call, i);
    }
    return STR_NONE;
}

void registry_sheet_put_mapping(struct call *call, const struct registry_sheet *sheet, struct json_writer *w)
{
    static const char *const sources[] = {"spelling", "remembered", "chosen"};
    json_open_array(w, "mapping");
    for (size_t i = 0; i < sheet->many_columns; i++) {
        if (sheet->columns[i].header.len == 0)
            continue;
        json_open_object(w, NULL);
        json_put_str(w, "column", registry_column_name(call, i));
        json_put_str(w, "header", sheet->columns[i].header);
        json_put_c(w, "field", sheet->columns[i].field ? sheet->columns[i].field->name : NULL);
        json_put_c(w, "table", sheet->columns[i].of_endpoint ? "system_endpoint" : "info_system");
        json_put_c(w, "source", sources[sheet->columns[i].source]);
        json_put_str(w, "sample", sheet->columns[i].sample);
        json_close_object(w);
    }
    json_close_array(w);
    json_put_int(w, "header_row", sheet->header_row);
}
