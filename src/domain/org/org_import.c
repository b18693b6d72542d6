/* SPDX-License-Identifier: Apache-2.0
 *
 * People from a sheet: who is in which unit, their telephones, and the post they hold.
 *
 * Method. A staff list arrives as offices keep it: title rows, headers spelled in many ways, notes below. The
 * header is the first row (of thirty) in which a column of names and one more are known. All rows are read
 * before anything is written; every mistake is told with its row and column; any mistake, and nothing is
 * written. A person is known again by unit and name, so that the same sheet twice changes nothing. A preview
 * is the real thing rolled back.
 */
#include "domain/org/org_reorg.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "access/access.h"
#include "base/words.h"
#include "helpers/paper.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

#define HEADER_WITHIN 30
#define ROWS_MAX      20000
#define COLUMNS_MAX   64

static const struct field sheet_fields[] = {
    {.name = "unit_name",
     .type = FIELD_TEXT,
     .max = 100,
     .flags = FIELD_SHEET,
     .synonyms = "单位|所在单位|单位名称|单位全称|工作单位"},
    {.name = "person_name",
     .type = FIELD_TEXT,
     .max = 50,
     .format = "person_name",
     .flags = FIELD_REQUIRED | FIELD_SHEET | FIELD_PERSONAL,
     .synonyms = "姓名|人员姓名|联系人|责任人"},
    {.name = "title", .type = FIELD_TEXT, .max = 60, .flags = FIELD_SHEET, .synonyms = "职务|职位|现任职务"},
    {.name = "office_phone",
     .type = FIELD_TEXT,
     .max = 30,
     .format = "phone",
     .flags = FIELD_SHEET | FIELD_PERSONAL,
     .synonyms = "办公电话|座机|固定电话|单位电话"},
    {.name = "mobile",
     .type = FIELD_TEXT,
     .format = "mobile",
     .flags = FIELD_SHEET | FIELD_PERSONAL,
     .synonyms = "移动电话|手机|手机号|手机号码|联系电话|联系方式"},
    {.name = "email",
     .type = FIELD_TEXT,
     .format = "email",
     .flags = FIELD_SHEET | FIELD_PERSONAL,
     .synonyms = "邮箱|电子邮箱|电子邮件"},
    {.name = "post_kind",
     .type = FIELD_ENUM,
     .of = &org_post_kind_enum,
     .flags = FIELD_SHEET,
     .synonyms = "岗位|责任岗位|网络安全岗位|责任"},
    {.name = "department",
     .type = FIELD_TEXT,
     .max = 60,
     .flags = FIELD_SHEET,
     .synonyms = "负责部门|部门|科室"},
    {.name = "document_no", .type = FIELD_TEXT, .max = 60, .flags = FIELD_SHEET, .synonyms = "任命文号|文号"},
    {.name = "valid_from",
     .type = FIELD_DATE,
     .flags = FIELD_SHEET,
     .synonyms = "任职日期|任职时间|起始日期"},
};
static const struct field_table sheet_table = FIELD_TABLE("people_sheet", sheet_fields);
#define FIELDS (sizeof(sheet_fields) / sizeof(sheet_fields[0]))

static const struct field query_fields[] = {
    {.name = "preview", .type = FIELD_BOOL},
    {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"}, /* for sheets without a column of units */
};
const struct field_table org_people_import_query_table = FIELD_TABLE("people_import_query", query_fields);

static const struct field error_fields[] = {
    {.name = "row", .type = FIELD_INT},
    {.name = "column", .type = FIELD_TEXT},
    {.name = "field", .type = FIELD_TEXT},
    {.name = "message", .type = FIELD_TEXT},
};
static const struct field_table error_table = FIELD_TABLE("people_import_error", error_fields);
static const struct field mapping_fields[] = {
    {.name = "column", .type = FIELD_TEXT},
    {.name = "header", .type = FIELD_TEXT},
    {.name = "field", .type = FIELD_TEXT},
};
static const struct field_table mapping_table = FIELD_TABLE("people_import_mapping", mapping_fields);
static const struct field reply_fields[] = {
    {.name = "rows", .type = FIELD_INT},
    {.name = "created", .type = FIELD_INT},
    {.name = "changed", .type = FIELD_INT},
    {.name = "unchanged", .type = FIELD_INT},
    {.name = "appointed", .type = FIELD_INT},
    {.name = "errors_count", .type = FIELD_INT},
    {.name = "errors", .type = FIELD_ROWS, .rows = &error_table},
    {.name = "mapping", .type = FIELD_ROWS, .rows = &mapping_table},
};
const struct field_table org_people_import_table = FIELD_TABLE("people_import", reply_fields);

struct line {
    int64_t row;
    struct str cells[FIELDS];
};
struct sheet {
    struct call *call;
    int columns[COLUMNS_MAX]; /* which field; −1: none */
    struct str headers[COLUMNS_MAX];
    size_t many_columns;
    bool headed;
    int looked;
    struct line **lines;
    size_t many, room;
};
struct report {
    int64_t created, changed, unchanged, appointed;
};

/* ---- reading ---- */

/* Blanks, marks and a bracket at the end say nothing. */
static struct str plain(struct call *call, struct str text)
{
    static const char *const dropped[] = {" ", "　", "\n", "\r", "\t", "*", "＊", "：", ":"};
    size_t at;
    BUF(out, 512);
    if ((str_find(text, STR("（"), &at) || str_find(text, STR("("), &at)) && at > 0)
        text = str_slice(text, 0, at);
    for (size_t i = 0; i < text.len && i < 300;) {
        bool drop = false;
        for (size_t k = 0; k < sizeof dropped / sizeof *dropped && !drop; k++)
            if (str_starts(str_slice(text, i, text.len), str_of(dropped[k]))) {
                i += strlen(dropped[k]);
                drop = true;
            }
        if (!drop)
            buf_add_char(&out, text.at[i++]);
    }
    return str_copy(call->arena, buf_str(&out));
}

static int field_of_header(struct call *call, struct str header)
{
    enum call_lang own = call->lang;
    for (size_t i = 0; i < FIELDS; i++) {
        struct str rest = str_of(sheet_fields[i].synonyms), one;
        bool found = false;
        for (int lang = CALL_ZH; lang <= CALL_EN && !found; lang++) {
            call->lang = (enum call_lang)lang;
            found = str_eq(plain(call, words_label(call, sheet_table.name, sheet_fields[i].name)), header);
        }
        call->lang = own;
        while (!found && str_cut(&rest, '|', &one))
            found = str_eq(one, header);
        if (found)
            return (int)i;
    }
    return -1;
}

static void try_header(struct sheet *sheet, const struct paper_cell *cells, size_t many)
{
    bool taken[FIELDS] = {false};
    int known = 0;
    if (many > COLUMNS_MAX)
        many = COLUMNS_MAX;
    for (size_t i = 0; i < many; i++) {
        struct str header = plain(sheet->call, cells[i].text);
        int field = header.len && header.len <= 60 ? field_of_header(sheet->call, header) : -1;
        sheet->columns[i] = field >= 0 && !taken[field] ? field : -1;
        sheet->headers[i] =
            str_copy(sheet->call->arena, words_clip(sheet->call->arena, str_trim(cells[i].text), 40));
        if (sheet->columns[i] >= 0) {
            taken[field] = true;
            known++;
        }
    }
    sheet->many_columns = many;
    sheet->headed = known >= 2 && taken[1]; /* names */
}

static bool is_note(struct str text)
{
    static const char *const begins[] = {"注", "备注", "说明", "填表", "填报", "合计", "附"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (str_starts(text, str_of(begins[i])))
            return true;
    return false;
}

static enum err keep(struct sheet *sheet, struct line *line)
{
    struct call *call = sheet->call;
    if (sheet->many == ROWS_MAX)
        return call_fail(call, ERR_INVALID, "file", "org.fault.sheet_long");
    if (sheet->many == sheet->room) {
        size_t room = sheet->room ? sheet->room * 2 : 256;
        struct line **grown = ARENA_ARRAY(call->arena, struct line *, room);
        if (sheet->many)
            memcpy(grown, sheet->lines, sheet->many * sizeof(*grown));
        sheet->lines = grown;
        sheet->room = room;
    }
    sheet->lines[sheet->many++] = line;
    return ERR_OK;
}

static enum err take_row(void *context, int64_t number, const struct paper_cell *cells, size_t many)
{
    struct sheet *sheet = context;
    int filled = 0;
    struct str first = STR_NONE;
    if (!sheet->headed) {
        if (sheet->looked++ < HEADER_WITHIN)
            try_header(sheet, cells, many);
        return ERR_OK;
    }
    struct line *line = ARENA_NEW(sheet->call->arena, struct line);
    *line = (struct line){.row = number};
    for (size_t i = 0; i < many && i < sheet->many_columns; i++) {
        struct str text = str_trim(cells[i].text);
        if (sheet->columns[i] < 0 || !text.len)
            continue;
        first = filled++ ? first : text;
        line->cells[sheet->columns[i]] = str_copy(sheet->call->arena, text);
    }
    /* A note below the table stands alone in its row, whatever it is merged over. */
    if (filled == 0 || (is_note(first) && !line->cells[3].len && !line->cells[4].len && filled <= 2))
        return ERR_OK;
    return keep(sheet, line);
}

enum err org_people_import_prepare(struct call *call, struct http_exchange *x)
{
    struct sheet *sheet = ARENA_NEW(call->arena, struct sheet);
    *sheet = (struct sheet){.call = call};
    struct paper_sheet_sink sink = {.context = sheet, .row = take_row};
    TRY(paper_read_sheet(call, x->upload_path, NULL, &sink));
    if (!sheet->headed)
        return call_fail(call, ERR_INVALID, "file", "org.fault.sheet_header");
    sheet->call = NULL;
    x->prepared = sheet;
    return ERR_OK;
}

/* ---- writing ---- */

static void complain(struct call *call, int64_t row, const char *field, const char *key, struct str arg)
{
    struct call_fault *fault = call_fault_add(call, field, key);
    if (!fault)
        return;
    fault->row = row;
    fault->args[0] = str_copy(call_lasting(call), arg);
}

/* Faults that a check noticed get the row. */
static void mark_rows(struct call *call, struct call_fault *before, int64_t row)
{
    for (struct call_fault *f = before ? before->next : call->faults; f; f = f->next)
        if (!f->row)
            f->row = row;
}

static bool parse_line(struct call *call, const struct line *line, struct field_record *record)
{
    struct call_fault *before = call->last_fault;
    bool good = true;
    for (size_t i = 0; i < FIELDS; i++) {
        struct field_value *value = &record->values[i];
        *value = (struct field_value){.empty = true};
        if (!line->cells[i].len && !(sheet_fields[i].flags & FIELD_REQUIRED))
            continue;
        if (!line->cells[i].len) {
            complain(call, line->row, sheet_fields[i].name, "fault.required", STR_NONE);
            good = false;
        } else if (field_parse_text(call, &sheet_fields[i], sheet_fields[i].name, line->cells[i], value) !=
                   ERR_OK) {
            good = false;
        } else {
            value->given = true;
        }
    }
    mark_rows(call, before, line->row);
    return good;
}

static enum err find_unit(struct call *call, const struct line *line, struct str name, int64_t otherwise,
                          struct org_unit *ret, bool *ret_found)
{
    enum err word = !name.len ? otherwise ? org_unit_reach(call, otherwise, ret) : ERR_NOT_FOUND
                              : org_unit_by_name(call, name, ret);
    *ret_found = word == ERR_OK;
    if (word != ERR_OK && word != ERR_NOT_FOUND && word != ERR_CONFLICT)
        return word;
    if (word == ERR_CONFLICT)
        complain(call, line->row, "unit_name", "org.fault.unit_twice", name);
    else if (word == ERR_NOT_FOUND)
        complain(call, line->row, "unit_name", name.len ? "org.fault.unit_not_found" : "fault.required",
                 name);
    return ERR_OK;
}

static enum err find_person(struct call *call, const struct org_unit *unit, const struct line *line,
                            struct str name, int64_t *ret_person_id, bool *ret_clear)
{
    DB_ROWS(rows);
    *ret_person_id = 0;
    *ret_clear = true;
    TRY(db_query(
        call, &rows,
        "SELECT person_id FROM org_person WHERE unit_id = $1 AND person_name = $2 AND valid_to IS NULL"
        " ORDER BY person_id LIMIT 2",
        db_int(unit->unit_id), db_str(name)));
    if (db_next(&rows))
        *ret_person_id = db_col_int(&rows, 0);
    *ret_clear = !db_next(&rows);
    TRY(db_end(&rows));
    if (!*ret_clear)
        complain(call, line->row, "person_name", "org.fault.person_twice", name);
    return ERR_OK;
}

/* The sheet's fields as those of a person. */
static struct field_record person_of(struct call *call, const struct field_record *from, int64_t unit_id)
{
    static const char *const names[] = {"person_name", "title", "office_phone", "mobile", "email"};
    struct field_record made = {&org_person_table,
                                ARENA_ARRAY(call->arena, struct field_value, org_person_table.many)};
    for (int i = 0; i < 5; i++)
        if (field_get(from, names[i])->given)
            *field_get(&made, names[i]) = *field_get(from, names[i]);
    if (unit_id)
        *field_get(&made, "unit_id") = (struct field_value){.given = true, .number = unit_id};
    return made;
}

/* An empty cell says nothing about what is known. */
static enum err change_person(struct call *call, int64_t person_id, const struct field_record *from,
                              const struct org_unit *unit, struct report *report)
{
    static const char *const names[] = {"title", "office_phone", "mobile", "email"};
    struct field_record old, made = person_of(call, from, 0);
    bool differs = false;
    TRY(db_fetch(call, "org_person", "person_id", person_id, &org_person_table, &old));
    for (int i = 0; i < 4; i++) {
        struct field_value *value = field_get(&made, names[i]);
        if (value->given && str_eq(value->text, field_str(&old, names[i])))
            value->given = false;
        differs = differs || value->given;
    }
    field_get(&made, "person_name")->given = false;
    report->changed += differs;
    report->unchanged += !differs;
    if (!differs)
        return ERR_OK;
    TRY(db_update(call, "org_person", "person_id", person_id, &made, NULL, 0));
    rules_touch(call, "unit", unit->unit_id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "person.changed",
                                               .subject_kind = "person",
                                               .subject_id = person_id,
                                               .unit_id = unit->unit_id,
                                               .unit_path = unit->unit_path,
                                               .detail = field_json(call->arena, &made)},
                         NULL);
}

static enum err appoint(struct call *call, const struct org_unit *unit, int64_t person_id,
                        const struct field_record *from, const struct line *line, struct report *report)
{
    struct str post_kind = field_str(from, "post_kind"), department = field_str(from, "department");
    int64_t held, post_id;
    if (!post_kind.len)
        return ERR_OK;
    if (str_is(post_kind, "department_head") && !department.len) {
        complain(call, line->row, "department", "org.fault.department", STR_NONE);
        return ERR_OK;
    }
    TRY(db_get_int(call, &held, 0,
                   "SELECT COUNT(*) FROM org_post WHERE unit_id = $1 AND person_id = $2 AND post_kind = $3"
                   " AND valid_to IS NULL",
                   db_int(unit->unit_id), db_int(person_id), db_str(post_kind)));
    if (held)
        return ERR_OK;
    report->appointed++;
    return org_post_appoint_by(call, unit->unit_id, person_id, post_kind, department,
                               field_str(from, "valid_from"), field_str(from, "document_no"), &post_id);
}

static enum err apply_line(struct call *call, const struct line *line, int64_t otherwise,
                           struct report *report)
{
    struct field_record record = {&sheet_table, ARENA_ARRAY(call->arena, struct field_value, FIELDS)};
    struct org_unit unit;
    int64_t person_id;
    bool good = parse_line(call, line, &record), found, clear;
    TRY(find_unit(call, line, str_trim(line->cells[0]), otherwise, &unit, &found));
    if (!good || !found)
        return ERR_OK;
    TRY(find_person(call, &unit, line, field_str(&record, "person_name"), &person_id, &clear));
    if (!clear)
        return ERR_OK;
    if (person_id) {
        TRY(change_person(call, person_id, &record, &unit, report));
    } else {
        struct field_record made = person_of(call, &record, unit.unit_id);
        TRY(org_person_create(call, &made, &person_id));
        report->created++;
    }
    return appoint(call, &unit, person_id, &record, line, report);
}

static enum err apply(struct call *call, const struct sheet *sheet, int64_t otherwise, struct report *report)
{
    for (size_t i = 0; i < sheet->many; i++)
        TRY(apply_line(call, sheet->lines[i], otherwise, report));
    return call->faults_count ? ERR_INVALID : ERR_OK;
}

/* ---- telling ---- */

static struct str letters(struct call *call, size_t at)
{
    return at < 26 ? str_format(call->arena, "%c", (char)('A' + at))
                   : str_format(call->arena, "%c%c", (char)('A' + at / 26 - 1), (char)('A' + at % 26));
}

static struct str column_of(struct call *call, const struct sheet *sheet, const char *field)
{
    for (size_t i = 0; field && i < sheet->many_columns; i++)
        if (sheet->columns[i] >= 0 && strcmp(sheet_fields[sheet->columns[i]].name, field) == 0)
            return letters(call, i);
    return STR_NONE;
}

static void put_report(struct call *call, const struct sheet *sheet, const struct report *report,
                       struct json_writer *w)
{
    json_put_int(w, "rows", (int64_t)sheet->many);
    json_put_int(w, "created", report->created);
    json_put_int(w, "changed", report->changed);
    json_put_int(w, "unchanged", report->unchanged);
    json_put_int(w, "appointed", report->appointed);
    json_put_int(w, "errors_count", call->faults_count);
    json_open_array(w, "errors");
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next) {
        json_open_object(w, NULL);
        json_put_int(w, "row", fault->row);
        json_put_str(w, "column", column_of(call, sheet, fault->field));
        json_put_c(w, "field", fault->field);
        json_put_str(w, "message", words_fault(call, &sheet_table, fault));
        json_close_object(w);
    }
    json_close_array(w);
    json_open_array(w, "mapping");
    for (size_t i = 0; i < sheet->many_columns; i++) {
        if (!sheet->headers[i].len)
            continue;
        json_open_object(w, NULL);
        json_put_str(w, "column", letters(call, i));
        json_put_str(w, "header", sheet->headers[i]);
        json_put_c(w, "field", sheet->columns[i] >= 0 ? sheet_fields[sheet->columns[i]].name : NULL);
        json_close_object(w);
    }
    json_close_array(w);
}

enum err org_people_import(struct call *call, struct http_exchange *x)
{
    const struct sheet *sheet = x->prepared;
    struct report report = {0};
    bool preview = field_int(&x->query, "preview", 0) != 0;
    struct rules_touched *touched = call->touched;
    TRY(db_savepoint(call->db));
    enum err word = apply(call, sheet, field_int(&x->query, "unit_id", 0), &report);
    if (word != ERR_OK && word != ERR_INVALID) {
        db_rollback_savepoint(call->db);
        return word;
    }
    if (preview || word == ERR_INVALID) {
        db_rollback_savepoint(call->db);
        call->touched = touched;
        put_report(call, sheet, &report, x->out);
        call_faults_clear(call);
        return ERR_OK;
    }
    TRY(db_release(call->db));
    put_report(call, sheet, &report, x->out);
    return ledger_append(
        call,
        &(struct ledger_fact){
            .verb = "people.imported",
            .subject_kind = "registry",
            .detail = str_format(call->arena,
                                 "{\"rows\":%lld,\"created\":%lld,\"changed\":%lld,\"appointed\":%lld}",
                                 (long long)sheet->many, (long long)report.created, (long long)report.changed,
                                 (long long)report.appointed)},
        NULL);
}

/* ---- the template ---- */

enum err org_people_template(struct call *call, struct http_exchange *x)
{
    char path[] = "/tmp/anze-people-XXXXXX";
    struct paper_column columns[FIELDS] = {0};
    struct str choices[32];
    size_t many = 0;
    for (; org_post_kind_enum.names[many] && many < 32; many++)
        choices[many] = words_enum(call, org_post_kind_enum.name, str_of(org_post_kind_enum.names[many]));
    for (size_t i = 0; i < FIELDS; i++)
        columns[i] =
            (struct paper_column){.title = words_label(call, sheet_table.name, sheet_fields[i].name),
                                  .kind = sheet_fields[i].type == FIELD_DATE ? PAPER_DATE : PAPER_TEXT,
                                  .required = i < 2,
                                  .choices = sheet_fields[i].type == FIELD_ENUM ? choices : NULL,
                                  .many_choices = sheet_fields[i].type == FIELD_ENUM ? many : 0};
    struct paper_sheet_out out = {.layout = PAPER_XLSX,
                                  .name = words_get(call->lang, "org.people_sheet"),
                                  .columns = columns,
                                  .many_columns = FIELDS};
    struct paper_writer *writer;
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return ERR_FAILED;
    enum err word = paper_write_start(call, fd, &out, &writer);
    if (word == ERR_OK)
        word = paper_write_end(call, writer);
    close(fd);
    if (word != ERR_OK) {
        unlink(path);
        return word;
    }
    x->file_path = str_c(call->arena, str_of(path));
    x->file_path_delete = true;
    x->file_name = str_format(call->arena, "%.*s.xlsx", STR_ARG(words_get(call->lang, "org.people_sheet")));
    x->file_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    return ERR_OK;
}
