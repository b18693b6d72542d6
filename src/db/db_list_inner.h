/* SPDX-License-Identifier: Apache-2.0
 *
 * db_list_inner: what the three files of lists share.
 */
#ifndef ANZE_DB_DB_LIST_INNER_H
#define ANZE_DB_DB_LIST_INNER_H

#include "db/db_inner.h"

#define LIST_FILTERS_MAX 48
#define LIST_IN_MAX      64 /* values of one comma-separated filter */

enum list_phase { LIST_VALUES, LIST_NULLS, LIST_COUNT, LIST_BELOW };
enum list_scope {
    LIST_ALL,   /* no scope */
    LIST_RANGE, /* from the path up to its bound */
    LIST_EXACT, /* nothing lies below the path: it alone */
    LIST_WALK,  /* as RANGE, written so that the order's index is walked, not the scope's */
};
enum list_at { LIST_START, LIST_AFTER_VALUE, LIST_AFTER_NULL };

/* Behind which row a page begins. */
struct list_place {
    enum list_at at;
    int64_t key;
    struct db_arg value;
};

/* Everything that the SQL text depends on: two equal ones have one text. Zeroed before it is filled: compared
 * as bytes. */
struct list_asked {
    const struct db_list *list;
    int limit;
    int16_t sort;
    uint8_t phase, continues, descending, scoped, searched;
    uint8_t filters[LIST_FILTERS_MAX]; /* 0: absent; n: values of it; 255: false, of a condition without a
                                          value */
    uint8_t unused[5];
};
_Static_assert(sizeof(struct list_asked) == sizeof(void *) + 64, "no padding, since it is compared as bytes");
#define LIST_FILTER_FALSE 255
/* 128 + n: the n-th value of the filter's closed list, without a parameter. */
#define LIST_LITERAL  128
#define LIST_LITERALS 100

struct list_run {
    struct call *call;
    const struct db_list *list;
    const struct db_list_ask *ask;
    struct list_asked asked;
    bool sort_is_key;
    struct db_arg args[DB_PARAMS_MAX]; /* scope, filters, search; then the place */
    int many;
    struct json_writer *w;
    void (*each)(struct call *call, struct json_writer *w, const struct db_rows *rows);
    enum err (*row)(struct call *call, const struct db_rows *rows, void *context);
    void *context;
};

/* db_list_ask.c: parameters to run->asked and run->args; faults when they are wrong. */
enum err db_list_read_ask(struct list_run *run, struct list_place *ret_place);
enum err db_list_read_limit(struct list_run *run, int *ret_limit);
struct str db_list_cursor_write(struct list_run *run, const struct list_place *place);

/* A walk that ran out of its budget, and until when it is not tried again. */
struct list_refusal {
    uint64_t hash;
    int64_t until_us;
};
struct list_refusal *db_list_refusal_at(struct db *db, uint64_t hash);

/* db_list_scope.c */
enum err db_list_read_scope(struct list_run *run);
bool db_list_may_walk(struct list_run *run); /* is walking worth a trial? */
void db_list_no_walk(struct list_run *run);  /* it was not: do not try again for a while */
void db_list_add_arg(struct list_run *run, struct db_arg arg);

/* db_list_sql.c */
enum err db_list_start(struct list_run *run, const struct list_place *place, int limit, struct db_rows *rows);
/* Is there a row below the path (args: path, bound)? */
enum err db_list_start_below(struct list_run *run, const struct db_arg args[2], struct db_rows *rows);
enum err db_list_start_count(struct list_run *run, struct db_rows *rows);

#endif
