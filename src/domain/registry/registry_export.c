/* SPDX-License-Identifier: Apache-2.0
 *
 * The register as a sheet in the columns of the template: one row an address, so that it imports back
 * unchanged.
 */
#include "domain/registry/registry_inner.h"
#include "domain/registry/registry_sheet.h"

#include "access/access.h"
#include "base/words.h"
#include "db/db.h"
#include "helpers/paper.h"

#define PAGE 500

struct column {
    const struct field_table *table;
    const struct field *field;
};

struct export
{
    struct call *call;
    struct paper_writer *writer;
    struct column columns[PAPER_COLUMNS_MAX];
    size_t many;
    int64_t rows;
};

/* What a sheet may carry: everything that can be typed, and the number that names the row. */
static bool in_sheets(const struct field *field)
{
    bool hidden = (field->flags & (FIELD_READONLY | FIELD_HIDDEN)) && !(field->flags & FIELD_KEY);
    return !hidden && field->type != FIELD_ROWS;
}

static struct str money_text(struct arena *arena, int64_t fen)
{
    uint64_t plain = fen < 0 ? -(uint64_t)fen : (uint64_t)fen;
    return str_format(arena, "%s%llu.%02llu", fen < 0 ? "-" : "", (unsigned long long)(plain / 100),
                      (unsigned long long)(plain % 100));
}

static enum err unit_name(struct call *call, int64_t unit_id, struct str *ret)
{
    struct org_unit unit;
    *ret = STR_NONE;
    if (unit_id == 0)
        return ERR_OK;
    TRY(org_unit_get(call, unit_id, &unit));
    *ret = unit.unit_name;
    return ERR_OK;
}

enum err registry_value_text(struct call *call, const struct field *field, const struct field_value *value,
                             bool open, struct str *ret)
{
    *ret = STR_NONE;
    if (value->empty || !value->given)
        return ERR_OK;
    switch (field->type) {
    case FIELD_REF:
        return unit_name(call, value->number, ret);
    case FIELD_ENUM:
        *ret = words_enum(call, field->of->name, value->text);
        return ERR_OK;
    case FIELD_BOOL:
        *ret = words_get(call->lang, value->number ? "yes" : "no");
        return ERR_OK;
    case FIELD_INT:
        *ret = str_format(call->arena, "%lld", (long long)value->number);
        return ERR_OK;
    case FIELD_MONEY:
        *ret = money_text(call->arena, value->number);
        return ERR_OK;
    default:
        *ret = (field->flags & FIELD_PERSONAL) && !open ? field_mask(call->arena, field, value->text)
                                                        : value->text;
        return ERR_OK;
    }
}

static enum err write_row(struct export *export, const struct field_record *system,
                          const struct field_record *endpoint, bool open)
{
    struct paper_cell cells[PAPER_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < export->many; i++) {
        const struct column *column = &export->columns[i];
        const struct field_record *record = column->table == &registry_system_table ? system : endpoint;
        if (!record)
            continue;
        const struct field_value *value = &record->values[column->field - record->table->fields];
        struct str text;
        TRY(registry_value_text(export->call, column->field, value, open, &text));
        if (text.len)
            cells[i] = (struct paper_cell){
                .kind = column->field->type == FIELD_DATE ? PAPER_DATE : PAPER_TEXT, .text = text};
    }
    export->rows++;
    return paper_write_row(export->call, export->writer, cells, export->many);
}

static enum err write_system(struct export *export, int64_t system_id)
{
    struct call *call = export->call;
    struct registry_system system;
    struct field_record record, *endpoints;
    size_t many;
    TRY(registry_system_get(call, system_id, &system));
    TRY(db_fetch(call, "info_system", "system_id", system_id, &registry_system_table, &record));
    TRY(registry_endpoints_fetch(call, system_id, &endpoints, &many));
    bool open = access_sees_personal(call, system.unit_path);
    for (size_t i = 0; i < many; i++)
        TRY(write_row(export, &record, &endpoints[i], open));
    return many ? ERR_OK : write_row(export, &record, NULL, open);
}

/* Ids of one page in the actor's scope, by keyset. */
static enum err next_page(struct call *call, struct str scope, int64_t after, int64_t *ids, size_t *ret_many)
{
    DB_ROWS(rows);
    *ret_many = 0;
    TRY(db_query(call, &rows,
                 "SELECT system_id FROM info_system WHERE system_id > $1 AND unit_path >= $2 AND unit_path < "
                 "$2 || 'z' ORDER BY system_id LIMIT 500",
                 db_int(after), db_str(scope)));
    while (db_next(&rows))
        ids[(*ret_many)++] = db_col_int(&rows, 0);
    return db_end(&rows);
}

static enum err write_all(struct export *export)
{
    struct call *call = export->call;
    bool nothing;
    struct str scope = access_scope(call->actor, &nothing);
    int64_t ids[PAGE], after = 0;
    size_t many = nothing ? 0 : 1;
    struct arena *whole = call->arena;
    ARENA(scratch, 64u << 20);
    enum err word = ERR_OK;
    while (many && word == ERR_OK) {
        word = next_page(call, scope, after, ids, &many);
        call->lasting = whole;
        call->arena = scratch;
        for (size_t i = 0; i < many && word == ERR_OK; i++)
            word = write_system(export, after = ids[i]);
        call->arena = whole;
        call->lasting = NULL;
        arena_reset(scratch);
    }
    return word;
}

enum err registry_export(struct call *call, bool csv, int fd, int64_t *ret_rows)
{
    const struct field_table *tables[] = {&registry_system_table, &registry_endpoint_table};
    struct export *export = ARENA_NEW(call->arena, struct export);
    struct paper_column *columns = ARENA_ARRAY(call->arena, struct paper_column, PAPER_COLUMNS_MAX);
    export->call = call;
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < tables[t]->many; i++) {
            const struct field *field = &tables[t]->fields[i];
            if (!in_sheets(field))
                continue;
            columns[export->many] =
                (struct paper_column){.title = words_label(call, tables[t]->name, field->name),
                                      .kind = field->type == FIELD_DATE ? PAPER_DATE : PAPER_TEXT};
            export->columns[export->many++] = (struct column){tables[t], field};
        }
    }
    struct paper_sheet_out out = {.layout = csv ? PAPER_CSV : PAPER_XLSX,
                                  .name = words_get(call->lang, "registry.export_name"),
                                  .columns = columns,
                                  .many_columns = export->many};
    TRY(paper_write_start(call, fd, &out, &export->writer));
    TRY(write_all(export));
    *ret_rows = export->rows;
    return paper_write_end(call, export->writer);
}

/* ---- the template ---- */

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

enum err registry_template(struct call *call, bool full, int fd)
{
    const struct field_table *tables[] = {&registry_system_table, &registry_endpoint_table};
    struct paper_column *columns = ARENA_ARRAY(call->arena, struct paper_column, PAPER_COLUMNS_MAX);
    size_t many = 0;
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < tables[t]->many && many < PAPER_COLUMNS_MAX; i++) {
            const struct field *field = &tables[t]->fields[i];
            if (full ? in_sheets(field) : (field->flags & FIELD_SHEET) != 0)
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
