/* SPDX-License-Identifier: Apache-2.0
 *
 * Lists: the page (db_list), the export (db_list_each), the count. What was asked is read by db_list_ask.c,
 * the SQL is composed by db_list_sql.c; this file runs it.
 *
 * Method. Paging is by keyset: a page continues after (sort value, key) of the last row shown, so the
 * thousandth page costs what the first did and rows that come or go meanwhile neither repeat nor skip others.
 * Rows without a sort value come last in either direction, and are read by a second statement when the first
 * has run out: so neither engine's notion of where NULL stands matters, and both read the plain index.
 */
#include "db/db_list_inner.h"

#include <limits.h>
#include <string.h>
#include "base/log.h"

#define EXPORT_PAGE 500
/* Virtual machine steps of SQLite: about five pass over a row, so this is some 1,500 rows in 0.1 ms. */
#define WALK_STEPS     8000
#define WALK_STEPS_ROW 100

/* Remembers where the current row stands, in the arena. */
static void keep_place(struct list_run *run, const struct db_rows *rows, struct list_place *place)
{
    struct db_stmt *stmt = rows->inner;
    place->key = db_col_int(rows, stmt->columns - 1);
    place->at = run->asked.phase == LIST_NULLS ? LIST_AFTER_NULL : LIST_AFTER_VALUE;
    if (run->asked.phase == LIST_NULLS || run->sort_is_key)
        return;
    int column = stmt->columns - 2;
    switch (db_col_kind(rows, column)) {
    case DB_INT:
        place->value = db_int(db_col_int(rows, column));
        break;
    case DB_REAL:
        place->value = (struct db_arg){DB_REAL, 0, db_col_real(rows, column), {0}};
        break;
    default:
        place->value = db_str(db_col_copy(run->call, rows, column));
        break;
    }
}

struct page {
    int want, got;
    bool more;
    enum err (*visit)(struct list_run *run, const struct db_rows *rows);
};

static enum err read_phase(struct list_run *run, struct page *page, struct list_place *place)
{
    DB_ROWS(rows);
    TRY(db_list_start(run, place, page->want + 1, &rows));
    while (db_next(&rows)) {
        if (page->got == page->want) {
            page->more = true;
            break;
        }
        page->got++;
        TRY(page->visit(run, &rows));
        if (page->got == page->want)
            keep_place(run, &rows, place);
    }
    return db_end(&rows);
}

/* The first rows by walking the order, when they come soon; else by the scope's index (see db_list_scope.c).
 */
static enum err read_values(struct list_run *run, struct page *page, struct list_place *place)
{
    if (!db_list_may_walk(run))
        return read_phase(run, page, place);
    struct db *db = run->call->db;
    size_t written = run->w->out->len;
    bool comma = run->w->comma;
    struct list_place before = *place;
    run->asked.scoped = LIST_WALK;
    db->engine->budget(db, WALK_STEPS + WALK_STEPS_ROW * page->want);
    enum err word = read_phase(run, page, place);
    bool ran_out = db->engine->budget(db, 0);
    run->asked.scoped = LIST_RANGE;
    if (!ran_out)
        return word;
    db_list_no_walk(run);
    run->w->out->len = written;
    run->w->comma = comma;
    *place = before;
    page->got = 0;
    page->more = false;
    return read_phase(run, page, place);
}

/* Visits up to page->want rows from place on, and moves place behind them. */
static enum err read_page(struct list_run *run, struct page *page, struct list_place *place)
{
    page->got = 0;
    page->more = false;
    run->asked.phase = place->at == LIST_AFTER_NULL ? LIST_NULLS : LIST_VALUES;
    if (run->asked.phase == LIST_VALUES)
        TRY(read_values(run, page, place));
    else
        TRY(read_phase(run, page, place));
    if (page->more || run->sort_is_key || run->asked.phase == LIST_NULLS)
        return ERR_OK;
    run->asked.phase = LIST_NULLS;
    struct list_place from_start = {.at = LIST_START};
    int before = page->got;
    TRY(read_phase(run, page, &from_start));
    if (page->got > before && page->got == page->want)
        *place = from_start;
    return ERR_OK;
}

/* ---- the page ---- */

static enum err write_item(struct list_run *run, const struct db_rows *rows)
{
    json_open_object(run->w, NULL);
    db_put_cells(run->w, rows, run->list->columns, run->ask->personal ? NULL : run->call->arena);
    if (run->each)
        run->each(run->call, run->w, rows);
    json_close_object(run->w);
    return ERR_OK;
}

static enum err write_total(struct list_run *run)
{
    DB_ROWS(rows);
    int64_t total = 0;
    if (!run->ask->nothing) {
        TRY(db_list_start_count(run, &rows));
        if (db_next(&rows))
            total = db_col_int(&rows, 0);
        TRY(db_end(&rows));
    }
    json_put_int(run->w, "total", total);
    return ERR_OK;
}

enum err db_list(struct call *call, const struct db_list *list, const struct db_list_ask *ask,
                 struct json_writer *w,
                 void (*each)(struct call *call, struct json_writer *w, const struct db_rows *rows))
{
    struct list_run run = {.call = call, .list = list, .ask = ask, .w = w, .each = each};
    struct list_place place = {.at = LIST_START};
    struct page page = {.visit = write_item};
    TRY(db_list_read_ask(&run, &place));
    TRY(db_list_read_limit(&run, &page.want));
    json_open_array(w, "items");
    if (!ask->nothing)
        TRY(read_page(&run, &page, &place));
    json_close_array(w);
    if (page.more)
        json_put_str(w, "next", db_list_cursor_write(&run, &place));
    else
        json_put_null(w, "next");
    if (str_is(ask->param(ask->from, "count"), "1"))
        TRY(write_total(&run));
    return ERR_OK;
}

/* ---- the export ---- */

static enum err give_row(struct list_run *run, const struct db_rows *rows)
{
    return run->row(run->call, rows, run->context);
}

enum err db_list_each(struct call *call, const struct db_list *list, const struct db_list_ask *ask,
                      enum err (*row)(struct call *call, const struct db_rows *rows, void *context),
                      void *context)
{
    struct list_run run = {.call = call, .list = list, .ask = ask, .row = row, .context = context};
    struct list_place place = {.at = LIST_START};
    struct page page = {.visit = give_row, .more = true};
    TRY(db_list_read_ask(&run, &place));
    int64_t left = ask->limit > 0 ? ask->limit : INT_MAX;
    while (!ask->nothing && page.more && left > 0) {
        page.want = left < EXPORT_PAGE ? (int)left : EXPORT_PAGE;
        TRY(read_page(&run, &page, &place));
        left -= page.got;
    }
    return ERR_OK;
}
