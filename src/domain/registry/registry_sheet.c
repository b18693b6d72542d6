/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A register arrives as people keep it: a title row or two above the header, headers spelled as each
 * office spells them, merged cells, notes below. The header is the row (of the first 30) in which most cells
 * are known spellings of a field; a spelling is compared without blanks, brackets and marks. Below it, a row
 * is a note when it has no system name and at most one cell of its own. Nothing is judged here: cells are
 * kept as text with their row, so that every mistake can be told at once.
 */
#include "domain/registry/registry_sheet.h"

#include <ctype.h>
#include <string.h>
#include "base/words.h"
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

static const struct field *field_of_header(struct call *call, const struct field_table *table,
                                           struct str header)
{
    for (size_t i = 0; i < table->many; i++) {
        const struct field *field = &table->fields[i];
        if (field->synonyms && spelled(call->arena, field->synonyms, header))
            return field;
        bool typed = !(field->flags & (FIELD_READONLY | FIELD_HIDDEN)) || (field->flags & FIELD_KEY);
        if (typed && field->type != FIELD_ROWS) {
            struct str label = words_label(call, table->name, field->name);
            if (str_eq(plain_header(call->arena, label), header))
                return field;
        }
    }
    return NULL;
}

static void map_cell(struct call *call, struct str text, struct sheet_column *column)
{
    *column = (struct sheet_column){.header = str_copy(call->arena, str_trim(text))};
    struct str header = plain_header(call->arena, text);
    for (int bare = 0; bare < 2 && header.len && !column->field; bare++, header = without_bracket(header)) {
        column->field = field_of_header(call, &registry_system_table, header);
        if (!column->field) {
            column->field = field_of_header(call, &registry_endpoint_table, header);
            column->of_endpoint = column->field != NULL;
        }
    }
}

/* A field is mapped once: the first column wins, a second one of the same meaning is shown as not understood.
 */
static int map_header(struct call *call, const struct paper_cell *cells, size_t many,
                      struct sheet_column *columns)
{
    int known = 0;
    for (size_t i = 0; i < many; i++) {
        columns[i] = (struct sheet_column){0};
        if (cells[i].kind == PAPER_EMPTY || cells[i].text.len > 300 ||
            (cells[i].merged && i && str_eq(cells[i].text, cells[i - 1].text)))
            continue;
        map_cell(call, cells[i].text, &columns[i]);
        for (size_t j = 0; j < i && columns[i].field; j++) {
            if (columns[j].field == columns[i].field)
                columns[i].field = NULL;
        }
        known += columns[i].field != NULL;
    }
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

static enum err take_header(struct registry_sheet *sheet, int64_t row, const struct paper_cell *cells,
                            size_t many)
{
    struct sheet_column *columns = ARENA_ARRAY(sheet->call->arena, struct sheet_column, many ? many : 1);
    int known = map_header(sheet->call, cells, many, columns);
    if (known >= HEADER_LEAST && has_field(columns, many, "system_name")) {
        sheet->columns = columns;
        sheet->many_columns = many;
        sheet->header_row = row;
    } else if (++sheet->rows_above > HEADER_WITHIN) {
        return call_fail(sheet->call, ERR_INVALID, "file", "registry.fault.no_header");
    }
    return ERR_OK;
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

static enum err take_row(void *context, int64_t number, const struct paper_cell *cells, size_t many)
{
    struct registry_sheet *sheet = context;
    if (!sheet->columns)
        return take_header(sheet, number, cells, many);
    size_t filled = 0, own = 0;
    bool named = false, note = false;
    for (size_t i = 0; i < many && i < sheet->many_columns; i++) {
        struct str text = str_trim(cells[i].text);
        if (!sheet->columns[i].field || text.len == 0)
            continue;
        note |= filled == 0 && is_note(text);
        filled++;
        own += !cells[i].merged;
        named |= !sheet->columns[i].of_endpoint &&
                 strcmp(sheet->columns[i].field->name, "system_name") == 0 && !cells[i].merged;
    }
    if (filled == 0 || (filled == 1 && note) || (!named && own <= 1 && filled <= 1))
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

static enum err take_head(void *context, const struct paper_sheet_head *head)
{
    struct registry_sheet *sheet = context;
    sheet->name = str_copy(sheet->call->arena, head->name);
    return ERR_OK;
}

enum err registry_sheet_read(struct call *call, const char *path, struct registry_sheet **ret)
{
    struct registry_sheet *sheet = ARENA_NEW(call->arena, struct registry_sheet);
    sheet->call = call;
    struct paper_sheet_sink sink = {.context = sheet, .begin = take_head, .row = take_row};
    TRY(paper_read_sheet(call, path, NULL, &sink));
    if (!sheet->columns)
        return call_fail(call, ERR_INVALID, "file", "registry.fault.no_header");
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
    json_open_array(w, "mapping");
    for (size_t i = 0; i < sheet->many_columns; i++) {
        if (sheet->columns[i].header.len == 0)
            continue;
        json_open_object(w, NULL);
        json_put_str(w, "column", registry_column_name(call, i));
        json_put_str(w, "header", sheet->columns[i].header);
        json_put_c(w, "field", sheet->columns[i].field ? sheet->columns[i].field->name : NULL);
        json_put_c(w, "table", sheet->columns[i].of_endpoint ? "system_endpoint" : "info_system");
        json_close_object(w);
    }
    json_close_array(w);
}
