/* SPDX-License-Identifier: Apache-2.0
 *
 * Method: a preview is the real thing rolled back, so it says what will happen and not what might. What it
 * found is kept outside of what is rolled back.
 */
#include "domain/collection/collection_book.h"

#include <string.h>

#include "access/access.h"
#include "base/words.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

#define CHANGES_MAX (RULES_FORM_ROWS_MAX * 2)
#define FIELDS_MAX  80

struct collection_book_change *collection_book_add(struct collection_book *book, const char *what,
                                                   struct str label, struct str name)
{
    if (!book->at) {
        book->cap = CHANGES_MAX;
        book->at = ARENA_ARRAY(book->kept, struct collection_book_change, book->cap);
    }
    struct collection_book_change *change = &book->at[book->many < book->cap ? book->many++ : book->cap - 1];
    *change = (struct collection_book_change){
        .what = what, .label = str_copy(book->kept, label), .name = str_copy(book->kept, name)};
    return change;
}

void collection_book_field_add(struct collection_book *book, struct collection_book_change *change,
                               struct str label, bool personal, struct str before, struct str after)
{
    if (!change->fields)
        change->fields = ARENA_ARRAY(book->kept, struct collection_book_field, FIELDS_MAX);
    if (change->many < FIELDS_MAX)
        change->fields[change->many++] = (struct collection_book_field){
            str_copy(book->kept, label), str_copy(book->kept, before), str_copy(book->kept, after), personal};
}

static bool takes(const struct rules_form *form, const char *source)
{
    return form->prefill && strcmp(form->prefill, source) == 0;
}

enum err collection_book_reach(struct call *call, int64_t task_id, struct collection_task *ret,
                               const struct rules_form **ret_form)
{
    TRY(collection_task_reach(call, task_id, ret));
    if (!str_is(ret->state, "accepted"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.book_accept");
    if (!str_is(ret->form_kind, "form"))
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.book_none");
    TRY(collection_form_of(call, ret->collection_id, ret_form));
    return takes(*ret_form, "org.posts") || takes(*ret_form, "registry.systems")
               ? ERR_OK
               : call_fail(call, ERR_REFUSED, NULL, "collection.fault.book_none");
}

/* ---- the reply ---- */

static struct str shown(struct call *call, bool open, bool personal, struct str value)
{
    static const struct field phone = {.name = "mobile", .type = FIELD_TEXT, .format = "mobile"},
                              other = {.name = "person_name", .type = FIELD_TEXT, .format = "person_name"};
    if (open || !personal || !value.len)
        return value;
    bool number = value.at[0] >= '0' && value.at[0] <= '9';
    return field_mask(call->arena, number ? &phone : &other, value);
}

static void put_change(struct call *call, const struct collection_book_change *change, bool open,
                       struct json_writer *w)
{
    json_open_object(w, NULL);
    json_put_c(w, "what", change->what);
    json_put_str(w, "label", change->label);
    json_put_str(w, "name", shown(call, open, change->personal, change->name));
    json_put_str(w, "name_before", shown(call, open, change->personal, change->name_before));
    json_open_array(w, "fields");
    for (size_t i = 0; i < change->many; i++) {
        const struct collection_book_field *field = &change->fields[i];
        json_open_object(w, NULL);
        json_put_str(w, "label", field->label);
        json_put_str(w, "before", shown(call, open, field->personal, field->before));
        json_put_str(w, "after", shown(call, open, field->personal, field->after));
        json_close_object(w);
    }
    json_close_array(w);
    json_close_object(w);
}

static int64_t put_changes(struct call *call, const struct collection_task *task,
                           const struct collection_book *book, struct json_writer *w)
{
    bool open = access_sees_personal(call, task->unit_path);
    int64_t changes = 0;
    json_open_array(w, "changes");
    for (size_t i = 0; i < book->many; i++) {
        const char *what = book->at[i].what;
        changes += strcmp(what, "same") != 0 && strcmp(what, "empty") != 0 && strcmp(what, "missing") != 0;
        put_change(call, &book->at[i], open, w);
    }
    json_close_array(w);
    json_put_int(w, "many", changes);
    return changes;
}

/* A row of the sheet stands one below the row of the form: its header is the first. */
static void put_errors(struct call *call, struct json_writer *w)
{
    json_open_array(w, "errors");
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next) {
        json_open_object(w, NULL);
        json_put_int(w, "row_no", fault->row > 1 ? fault->row - 1 : 0);
        json_put_str(w, "message", registry_fault_text(call, fault));
        json_close_object(w);
    }
    json_close_array(w);
}

/* ---- taking ---- */

static enum err write_books(struct call *call, const struct collection_task *task,
                            const struct rules_form *form, struct registry_sheet *sheet,
                            struct collection_book *book)
{
    return takes(form, "org.posts") ? collection_book_posts(call, task, form, book)
                                    : collection_book_systems(call, task, sheet, book);
}

static enum err note(struct call *call, const struct collection_task *task, const struct rules_form *form,
                     int64_t changes)
{
    TRY(db_run(call, "UPDATE collection_task SET booked_at_ms = $2, booked_by_name = $3 WHERE task_id = $1",
               db_int(task->task_id), db_int(call->now_ms), db_str(call_who(call).display_name)));
    rules_touch(call, "unit", task->unit_id);
    struct str detail =
        str_format(call->arena, "{\"books\":\"%s\",\"changes\":%lld}", form->prefill, (long long)changes);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "collection.booked",
                                               .subject_kind = "collection_task",
                                               .subject_id = task->task_id,
                                               .unit_id = task->unit_id,
                                               .unit_path = task->unit_path,
                                               .detail = detail},
                         NULL);
}

enum err collection_book_take(struct call *call, int64_t task_id, struct registry_sheet *sheet, bool preview,
                              struct json_writer *w)
{
    struct collection_task task;
    const struct rules_form *form;
    struct collection_book book = {.kept = call->arena};
    struct rules_touched *touched = call->touched;
    TRY(collection_book_reach(call, task_id, &task, &form));
    TRY(db_savepoint(call->db));
    enum err word = write_books(call, &task, form, sheet, &book);
    bool stays = word == ERR_OK && !preview;
    if (stays)
        TRY(db_release(call->db));
    else
        db_rollback_savepoint(call->db);
    if (!stays)
        call->touched = touched;
    if (word != ERR_OK && (word != ERR_INVALID || !preview))
        return word;
    json_put_c(w, "books", form->prefill);
    json_put_bool(w, "preview", preview);
    int64_t changes = put_changes(call, &task, &book, w);
    put_errors(call, w);
    call_faults_clear(call);
    return stays ? note(call, &task, form, changes) : ERR_OK;
}
