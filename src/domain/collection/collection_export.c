/* SPDX-License-Identifier: Apache-2.0
 *
 * Method of the archive: a ZIP file whose members are stored, not packed: a PDF is packed already. Member by
 * member its local head and bytes are written, then the directory from what was noted on the way. Names are
 * UTF-8 and say so (flag bit 11).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "domain/collection/collection_inner.h"
#include "domain/document/document.h"
#include "helpers/paper.h"

#define SHEETS_MAX 500
#define HEADS      5

/* ---- the summary ---- */

struct summary {
    struct call *call;
    struct paper_writer *writer;
    const struct rules_form *form; /* NULL: a pledge */
    bool full;
    int64_t no;
};

static struct paper_cell text_cell(struct str text)
{
    return (struct paper_cell){.kind = text.len ? PAPER_TEXT : PAPER_EMPTY, .text = text};
}

static struct str shown(const struct summary *sum, const struct collection_task *task,
                        const struct rules_form_field *field, struct str value)
{
    struct field as = collection_field(field);
    bool open = sum->full || !field->personal || access_sees_personal(sum->call, task->unit_path);
    return open ? value : field_mask(sum->call->arena, &as, value);
}

static enum err write_line(struct summary *sum, const struct collection_task *task,
                           const struct collection_cells *cells, int64_t row, struct str date)
{
    const struct rules_form *form = sum->form;
    struct call *call = sum->call;
    size_t at = HEADS, many = HEADS + (form ? form->many_fields + form->many_columns + 1 : 0);
    struct paper_cell *line = ARENA_ARRAY(call->arena, struct paper_cell, many);
    line[0] = (struct paper_cell){.kind = PAPER_NUMBER,
                                  .text = str_format(call->arena, "%lld", (long long)sum->no)};
    line[1] = text_cell(task->unit_name);
    line[2] = text_cell(words_enum(call, "collection_task_state", task->state));
    line[3] = text_cell(task->late ? words_get(call->lang, "collection.sheet.late") : STR(""));
    line[4] = text_cell(date);
    for (size_t i = 0; form && i < form->many_fields; i++)
        line[at++] = text_cell(
            shown(sum, task, &form->fields[i], collection_cell_value(cells, 0, form->fields[i].name)));
    if (form && form->many_columns) {
        struct str head = row && form->many_rows ? str_of(form->rows[row - 1].label)
                          : row                  ? str_format(call->arena, "%lld", (long long)row)
                                                 : STR("");
        line[at++] = text_cell(head);
        for (size_t i = 0; i < form->many_columns; i++)
            line[at++] = text_cell(row ? shown(sum, task, &form->columns[i],
                                               collection_cell_value(cells, row, form->columns[i].name))
                                       : STR(""));
    }
    return paper_write_row(call, sum->writer, line, at);
}

static enum err write_task(struct summary *sum, const struct collection_task *task, int64_t handed_ms)
{
    struct collection_cells cells = {0};
    bool handed = str_is(task->state, "handed_in") || str_is(task->state, "accepted");
    int64_t rows = 0;
    sum->no++;
    if (handed && sum->form)
        TRY(collection_cells_read(sum->call, task->task_id, &cells));
    if (handed && sum->form && sum->form->many_columns)
        rows = sum->form->many_rows ? (int64_t)sum->form->many_rows : cells.rows;
    struct str date =
        handed ? str_copy(sum->call->arena, str_of(clock_date(clock_day_of(handed_ms)).text)) : STR("");
    if (!rows)
        return write_line(sum, task, &cells, 0, date);
    for (int64_t row = 1; row <= rows; row++)
        TRY(write_line(sum, task, &cells, row, date));
    return ERR_OK;
}

static struct paper_column *columns_of(struct call *call, const struct rules_form *form, size_t *ret_many)
{
    static const char *const heads[HEADS] = {"collection.sheet.no", "field.collection_task.unit_name",
                                             "field.collection_task.state", "field.collection_task.late",
                                             "field.collection_task.handed_in_at_ms"};
    size_t many = 0;
    struct paper_column *columns = ARENA_ARRAY(
        call->arena, struct paper_column, HEADS + 1 + (form ? form->many_fields + form->many_columns : 0));
    for (size_t i = 0; i < HEADS; i++)
        columns[many++] = (struct paper_column){.title = words_get(call->lang, heads[i]),
                                                .kind = i ? PAPER_TEXT : PAPER_NUMBER,
                                                .width = i == 1 ? 28 : 0};
    for (size_t i = 0; form && i < form->many_fields; i++)
        columns[many++] =
            (struct paper_column){.title = str_of(form->fields[i].label), .kind = PAPER_TEXT, .width = 16};
    if (form && form->many_columns)
        columns[many++] = (struct paper_column){
            .title = words_get(call->lang, "collection.sheet.row"), .kind = PAPER_TEXT, .width = 20};
    for (size_t i = 0; form && i < form->many_columns; i++)
        columns[many++] =
            (struct paper_column){.title = str_of(form->columns[i].label), .kind = PAPER_TEXT, .width = 16};
    *ret_many = many;
    return columns;
}

static enum err write_tasks(struct summary *sum, int64_t collection_id)
{
    struct call *call = sum->call;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT t.task_id, t.unit_path, u.unit_name, t.state, t.late, t.handed_in_at_ms FROM "
                 "collection_task t JOIN org_unit u"
                 " ON u.unit_id = t.unit_id WHERE t.collection_id = $1 ORDER BY u.sort_no, u.unit_path",
                 db_int(collection_id)));
    while (db_next(&rows)) {
        struct collection_task task = {.task_id = db_col_int(&rows, 0),
                                       .unit_path = db_col_copy(call, &rows, 1),
                                       .unit_name = db_col_copy(call, &rows, 2),
                                       .state = db_col_copy(call, &rows, 3),
                                       .late = db_col_int(&rows, 4) != 0};
        TRY(write_task(sum, &task, db_col_int(&rows, 5)));
    }
    return db_end(&rows);
}

enum err collection_export(struct call *call, int64_t collection_id, bool full, int fd)
{
    struct summary sum = {.call = call, .full = full};
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT title, form_kind, unit_path FROM collection WHERE collection_id = $1",
               db_int(collection_id)));
    TRY(access_reach(call, db_col_str(&rows, 2)));
    struct str title = db_col_copy(call, &rows, 0);
    bool is_form = str_is(db_col_str(&rows, 1), "form");
    db_rows_close(&rows);
    if (is_form)
        TRY(collection_form_of(call, collection_id, &sum.form));
    struct paper_sheet_out out = {
        .layout = PAPER_XLSX, .name = words_get(call->lang, "collection.sheet.name"), .title = title};
    out.columns = columns_of(call, sum.form, &out.many_columns);
    TRY(paper_write_start(call, fd, &out, &sum.writer));
    TRY(write_tasks(&sum, collection_id));
    return paper_write_end(call, sum.writer);
}

/* ---- the archive ---- */

struct member {
    struct str name;
    uint32_t crc, size, at;
};
struct archive {
    FILE *file;
    struct member *members;
    size_t many;
    uint32_t at;
    uint16_t day, minute; /* as DOS counts */
};

static uint32_t crc32_of(struct str bytes)
{
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (uint8_t)bytes.at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

static void put(struct archive *archive, const void *bytes, size_t len)
{
    (void)fwrite(bytes, 1, len, archive->file);
    archive->at += (uint32_t)len;
}

static void put16(struct archive *archive, unsigned value)
{
    put(archive, (const uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8)}, 2);
}

static void put32(struct archive *archive, uint32_t value)
{
    put16(archive, value & 0xffffu);
    put16(archive, value >> 16);
}

/* The part that a local head and a directory entry share. */
static void put_member(struct archive *archive, const struct member *member)
{
    put16(archive, 20);
    put16(archive, 1u << 11);
    put16(archive, 0);
    put16(archive, archive->minute);
    put16(archive, archive->day);
    put32(archive, member->crc);
    put32(archive, member->size);
    put32(archive, member->size);
    put16(archive, (unsigned)member->name.len);
    put16(archive, 0);
}

static void add_member(struct archive *archive, struct str name, struct str bytes)
{
    struct member *member = &archive->members[archive->many++];
    *member = (struct member){name, crc32_of(bytes), (uint32_t)bytes.len, archive->at};
    put32(archive, 0x04034b50);
    put_member(archive, member);
    put(archive, name.at, name.len);
    put(archive, bytes.at, bytes.len);
}

static enum err finish(struct archive *archive)
{
    uint32_t start = archive->at;
    for (size_t i = 0; i < archive->many; i++) {
        const struct member *member = &archive->members[i];
        put32(archive, 0x02014b50);
        put16(archive, 20);
        put_member(archive, member);
        put16(archive, 0);
        put16(archive, 0);
        put16(archive, 0);
        put32(archive, 0);
        put32(archive, member->at);
        put(archive, member->name.at, member->name.len);
    }
    uint32_t size = archive->at - start;
    put32(archive, 0x06054b50);
    put32(archive, 0);
    put16(archive, (unsigned)archive->many);
    put16(archive, (unsigned)archive->many);
    put32(archive, size);
    put32(archive, start);
    put16(archive, 0);
    return fflush(archive->file) == 0 && !ferror(archive->file) ? ERR_OK : ERR_FAILED;
}

static void close_file(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}

/* A name that every system can unpack. */
static struct str member_name(struct call *call, size_t no, struct str unit_name)
{
    char *name = (char *)(uintptr_t)str_format(call->arena, "%03zu-%.*s.pdf", no, STR_ARG(unit_name)).at;
    for (char *c = name; *c; c++)
        if (strchr("/\\:*?\"<>|", *c))
            *c = '_';
    return str_of(name);
}

struct sheet {
    int64_t document_id;
    struct str unit_name;
};

static enum err find_sheets(struct call *call, int64_t collection_id, struct sheet *ret, size_t *ret_many)
{
    *ret_many = 0;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT t.document_id, u.unit_name FROM collection_task t JOIN org_unit u ON u.unit_id = t.unit_id"
        " WHERE t.collection_id = $1 AND t.state IN ('handed_in', 'accepted') AND t.document_id IS NOT NULL"
        " ORDER BY u.sort_no, u.unit_path",
        db_int(collection_id)));
    while (db_next(&rows)) {
        if (*ret_many == SHEETS_MAX)
            return call_fail(call, ERR_TOO_LARGE, NULL, "collection.fault.archive",
                             str_format(call->arena, "%d", SHEETS_MAX));
        ret[(*ret_many)++] = (struct sheet){db_col_int(&rows, 0), db_col_copy(call, &rows, 1)};
    }
    return db_end(&rows);
}

enum err collection_archive(struct call *call, int64_t collection_id, int fd)
{
    struct sheet *sheets = ARENA_ARRAY(call->arena, struct sheet, SHEETS_MAX);
    size_t many;
    int year, month, mday;
    TRY(find_sheets(call, collection_id, sheets, &many));
    if (!many)
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.archive_empty");
    __attribute__((cleanup(close_file))) FILE *file = fdopen(dup(fd), "w");
    if (!file)
        return ERR_FAILED;
    clock_ymd(clock_day_of(call->now_ms), &year, &month, &mday);
    struct archive archive = {.file = file,
                              .members = ARENA_ARRAY(call->arena, struct member, many),
                              .day = (uint16_t)((year - 1980) << 9 | month << 5 | mday)};
    for (size_t i = 0; i < many; i++) {
        struct str bytes;
        struct call drawing = *call;
        /* What the press gives for one sheet goes before the next is drawn. */
        ARENA(arena, (size_t)2 * PRESS_OUTPUT_MAX);
        drawing.arena = arena;
        drawing.faults = drawing.last_fault = NULL;
        enum err word = document_render(&drawing, sheets[i].document_id, PRESS_PDF, &bytes, NULL);
        if (word != ERR_OK)
            return call_fail(call, word, NULL, "collection.fault.archive_sheet", sheets[i].unit_name);
        if ((uint64_t)archive.at + bytes.len > UINT32_MAX - (1u << 20))
            return call_fail(call, ERR_TOO_LARGE, NULL, "collection.fault.archive",
                             str_format(call->arena, "%zu", i));
        add_member(&archive, member_name(call, i + 1, sheets[i].unit_name), bytes);
    }
    return finish(&archive);
}
