/* SPDX-License-Identifier: Apache-2.0
 *
 * Method: a row of the responsibility table is a post. The same name as the holder's is the same person,
 * whose telephone or title may have changed; another name is another person: one of the unit with that name,
 * else a new one, appointed from the day of acceptance; who held the post until then is relieved the day
 * before. An empty row says nothing: nobody is relieved by it.
 */
#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "domain/collection/collection_book.h"

static const char *const person_cells[] = {"title", "office_phone", "mobile"};

struct post_row {
    const struct rules_form_row *row;
    struct str name, cells[3];
};

struct posts {
    struct call *call;
    const struct collection_task *task;
    const struct rules_form *form;
    struct collection_book *book;
};

static bool is_post(const char *name)
{
    for (size_t i = 0; org_post_kind_enum.names[i]; i++)
        if (strcmp(org_post_kind_enum.names[i], name) == 0)
            return true;
    return false;
}

/* The prefilled cell shows the department before the title; what comes back is read the same way. */
static enum err without_department(struct call *call, int64_t unit_id, const char *post, struct str *title,
                                   struct str *ret_department)
{
    *ret_department = STR_NONE;
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT department FROM org_post WHERE unit_id = $1 AND post_kind = $2 AND valid_to IS NULL "
                 "AND department IS NOT NULL ORDER BY valid_from DESC, post_id DESC LIMIT 1",
                 db_int(unit_id), db_c(post)));
    if (db_next(&rows))
        *ret_department = db_col_copy(call, &rows, 0);
    TRY(db_end(&rows));
    if (ret_department->len && str_starts(*title, *ret_department))
        *title = str_trim(str_slice(*title, ret_department->len, title->len));
    return ERR_OK;
}

static enum err find_person(struct posts *posts, struct str name, int64_t *ret)
{
    return db_get_int(posts->call, ret, 0,
                      "SELECT CASE WHEN COUNT(*) = 1 THEN MAX(person_id) ELSE 0 END FROM org_person WHERE "
                      "unit_id = $1 AND person_name = $2 AND valid_to IS NULL",
                      db_int(posts->task->unit_id), db_str(name));
}

static struct field_record record_of(struct call *call, const struct post_row *row, bool named,
                                     int64_t unit_id)
{
    struct field_record record = {&org_person_table,
                                  ARENA_ARRAY(call->arena, struct field_value, org_person_table.many)};
    if (named) {
        *field_get(&record, "unit_id") = (struct field_value){.given = true, .number = unit_id};
        *field_get(&record, "person_name") = (struct field_value){.given = true, .text = row->name};
    }
    for (size_t i = 0; i < 3; i++)
        if (row->cells[i].len)
            *field_get(&record, person_cells[i]) = (struct field_value){.given = true, .text = row->cells[i]};
    return record;
}

/* What the row says that the person's entry does not; true when there is something. */
static bool compare(struct posts *posts, const struct post_row *row, const struct org_person *person,
                    struct collection_book_change *change)
{
    const struct str before[3] = {person->title, person->office_phone, person->mobile};
    bool differs = false;
    for (size_t i = 0; i < 3; i++) {
        if (!row->cells[i].len || str_eq(row->cells[i], before[i]))
            continue;
        differs = true;
        collection_book_field_add(posts->book, change,
                                  words_label(posts->call, org_person_table.name, person_cells[i]), i > 0,
                                  before[i], row->cells[i]);
    }
    return differs;
}

static enum err same_person(struct posts *posts, const struct post_row *row, const struct org_person *person,
                            struct str label)
{
    struct collection_book_change *change = collection_book_add(posts->book, "same", label, row->name);
    change->personal = true;
    if (!compare(posts, row, person, change))
        return ERR_OK;
    change->what = "changed";
    struct field_record record = record_of(posts->call, row, false, 0);
    return org_person_change(posts->call, person->person_id, &record);
}

static enum err other_person(struct posts *posts, const struct post_row *row, const struct org_person *before,
                             struct str department, struct str label)
{
    struct call *call = posts->call;
    int64_t person_id, post_id, unit_id = posts->task->unit_id;
    struct org_person none = {0};
    struct collection_book_change *change =
        collection_book_add(posts->book, before->person_id ? "replaced" : "new", label, row->name);
    change->personal = true;
    change->name_before = str_copy(posts->book->kept, before->person_name);
    (void)compare(posts, row, &none, change);
    TRY(find_person(posts, row->name, &person_id));
    struct field_record record = record_of(call, row, person_id == 0, unit_id);
    if (person_id)
        TRY(org_person_change(call, person_id, &record));
    else
        TRY(org_person_create(call, &record, &person_id));
    if (before->person_id)
        TRY(org_post_relieve(call, unit_id, row->row->name, before->person_id));
    return org_post_appoint(call, unit_id, person_id, str_of(row->row->name), department, STR_NONE, &post_id);
}

static enum err take_row(struct posts *posts, const struct post_row *row)
{
    struct call *call = posts->call;
    struct org_person holder;
    struct post_row plain = *row;
    struct str department;
    struct str label =
        str_of(call->lang == CALL_EN && row->row->label_en ? row->row->label_en : row->row->label);
    if (!row->name.len) {
        collection_book_add(posts->book, "empty", label, STR(""));
        return ERR_OK;
    }
    TRY(org_post_holder(call, posts->task->unit_id, row->row->name, 0, &holder));
    TRY(without_department(call, posts->task->unit_id, row->row->name, &plain.cells[0], &department));
    return holder.person_id && str_eq(holder.person_name, row->name)
               ? same_person(posts, &plain, &holder, label)
               : other_person(posts, &plain, &holder, department, label);
}

enum err collection_book_posts(struct call *call, const struct collection_task *task,
                               const struct rules_form *form, struct collection_book *book)
{
    struct posts posts = {call, task, form, book};
    struct collection_cells cells;
    TRY(collection_cells_read(call, task->task_id, &cells));
    for (size_t i = 0; i < form->many_rows; i++) {
        int64_t no = (int64_t)i + 1;
        struct post_row row = {.row = &form->rows[i],
                               .name = collection_cell_value(&cells, no, "person_name")};
        for (size_t k = 0; k < 3; k++)
            row.cells[k] = collection_cell_value(&cells, no, person_cells[k]);
        if (is_post(form->rows[i].name))
            TRY(take_row(&posts, &row));
    }
    return ERR_OK;
}
