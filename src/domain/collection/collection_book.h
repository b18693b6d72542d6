/* SPDX-License-Identifier: Apache-2.0
 *
 * collection_book: an accepted answer goes into the books, after the officer saw what changes. Which books,
 * is what the form is prefilled from: posts and people (org.posts), the register (registry.systems). What a
 * form asks beyond these stays in the collection. Sources: SA2, SA3.
 */
#ifndef ANZE_DOMAIN_COLLECTION_BOOK_H
#define ANZE_DOMAIN_COLLECTION_BOOK_H

#include "domain/collection/collection_inner.h"
#include "domain/registry/registry.h"

struct collection_book_field {
    struct str label, before, after;
    bool personal;
};
/* what: "new" (a system, a person in a post), "changed", "replaced" (another person), "same", "empty"
 * (nothing was filled in), "missing" (in the books, not on the form: left as it is) */
struct collection_book_change {
    const char *what;
    struct str label, name, name_before;
    bool personal; /* the names are */
    struct collection_book_field *fields;
    size_t many;
};
struct collection_book {
    struct collection_book_change *at;
    size_t many, cap;
    struct arena *kept; /* where the changes lie; a savepoint may go back, they stay */
};

/* An accepted task of a form that the books can take. ERR_REFUSED otherwise. */
MUST_USE enum err collection_book_reach(struct call *call, int64_t task_id, struct collection_task *ret,
                                        const struct rules_form **ret_form);
/* Slow (the paper helper writes and reads a sheet): worker threads. NULL for forms of other books. */
MUST_USE enum err collection_book_read(struct call *call, int64_t task_id, struct registry_sheet **ret);
/* Writes what differs; the changes are listed either way. ERR_INVALID with a fault for every row that the
 * books refuse: the caller rolls back. */
MUST_USE enum err collection_book_posts(struct call *call, const struct collection_task *task,
                                        const struct rules_form *form, struct collection_book *book);
MUST_USE enum err collection_book_systems(struct call *call, const struct collection_task *task,
                                          struct registry_sheet *sheet, struct collection_book *book);
/* Takes it into the books, or, as a preview, does so and rolls back. Writes the members of the reply. */
MUST_USE enum err collection_book_take(struct call *call, int64_t task_id, struct registry_sheet *sheet,
                                       bool preview, struct json_writer *w);
struct collection_book_change *collection_book_add(struct collection_book *book, const char *what,
                                                   struct str label, struct str name);
void collection_book_field_add(struct collection_book *book, struct collection_book_change *change,
                               struct str label, bool personal, struct str before, struct str after);

#endif
