/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/module.h"
#include "domain/org/org.h"
#include "domain/org/org_reorg.h"

#include "base/clock.h"
#include "ledger/ledger.h"

/* ---- units ---- */

static const struct db_filter unit_filters[] = {
    {"parent_id", "u.parent_id = $$", FIELD_INT, NULL},
    {"unit_kind", "u.unit_kind = $$", FIELD_ENUM, &org_unit_kind_enum},
};
static const struct db_sort unit_sorts[] = {
    {"unit_path", "u.unit_path"},
    {"unit_name", "u.unit_name"},
};
#define UNIT_SELECT                                                                                          \
    "SELECT u.unit_id, u.parent_id, u.unit_name, u.short_name, u.unit_kind, u.uscc, u.region_code,"          \
    " u.issuer_code, u.supervising_unit_id, u.office_phone, u.address, u.sort_no, u.valid_from, u.valid_to," \
    " u.unit_path, p.unit_name FROM org_unit u LEFT JOIN org_unit p ON p.unit_id = u.parent_id"
#define UNIT_PATH_COLUMN   14
#define UNIT_PARENT_COLUMN 15
static const struct db_list unit_list = {
    .columns = &org_unit_table,
    .select = UNIT_SELECT,
    .scope = "u.unit_path",
    .key = "u.unit_id",
    .default_sort = "unit_path",
    .filters = unit_filters,
    .many_filters = sizeof(unit_filters) / sizeof(unit_filters[0]),
    .sorts = unit_sorts,
    .many_sorts = sizeof(unit_sorts) / sizeof(unit_sorts[0]),
    .search = "(u.unit_name LIKE $$ OR u.short_name LIKE $$ OR u.uscc LIKE $$)",
};

/* Administrators have no business scope, but accounts are given to units: they see the tree, and nothing in
 * it. */
static struct str tree_scope(struct call *call, bool *ret_nothing)
{
    struct str scope = access_scope(call->actor, ret_nothing);
    if (access_is(call, ROLE_SYS_ADMIN | ROLE_SEC_ADMIN)) {
        *ret_nothing = false;
        return STR("");
    }
    return scope;
}

static enum err org_units(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    ask.scope_path = tree_scope(call, &ask.nothing);
    return db_list(call, &unit_list, &ask, x->out, NULL);
}

static enum err org_tree(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = tree_scope(call, &nothing);
    return db_put_rows(call, x->out, "items", &org_node_table,
                       "SELECT unit_id, parent_id, unit_name, unit_kind FROM org_unit WHERE unit_path >= $1"
                       " AND unit_path < $1 || 'z' AND valid_to IS NULL AND $2 = 0 ORDER BY unit_path",
                       db_str(scope), db_int(nothing));
}

static const struct field children_query_fields[] = {
    {.name = "parent_id", .type = FIELD_REF, .ref = "org_unit"},
};
static const struct field_table children_query_table =
    FIELD_TABLE("unit_children_query", children_query_fields);
static const struct field child_fields[] = {
    {.name = "unit_id", .type = FIELD_INT},
    {.name = "unit_name", .type = FIELD_TEXT},
    {.name = "unit_kind", .type = FIELD_ENUM, .of = &org_unit_kind_enum},
    {.name = "children", .type = FIELD_INT},
};
static const struct field_table child_table = FIELD_TABLE("unit_child", child_fields);
static const struct field children_fields[] = {
    {.name = "items", .type = FIELD_ROWS, .rows = &child_table},
};
static const struct field_table children_table = FIELD_TABLE("unit_children", children_fields);

#define CHILD_SELECT                                                                                         \
    "SELECT u.unit_id, u.unit_name, u.unit_kind, (SELECT COUNT(*) FROM org_unit c WHERE c.parent_id ="       \
    " u.unit_id AND c.valid_to IS NULL) FROM org_unit u WHERE u.valid_to IS NULL AND "

/* By the parent's index: a scope of the whole county is a range of the whole table. */
static enum err children_of(struct call *call, int64_t parent_id, struct str scope, struct db_rows *rows)
{
    return db_query(call, rows,
                    CHILD_SELECT "u.parent_id = $1 AND SUBSTR(u.unit_path, 1, LENGTH($2)) = $2"
                                 " ORDER BY u.sort_no, u.unit_path",
                    db_int(parent_id), db_str(scope));
}

static enum err top_of(struct call *call, struct str scope, struct db_rows *rows)
{
    if (scope.len)
        return db_query(call, rows, CHILD_SELECT "u.unit_path = $1", db_str(scope));
    return db_query(call, rows, CHILD_SELECT "u.parent_id IS NULL");
}

/* One level of the tree at a time; without a parent, the top of what the actor sees. */
static enum err org_children(struct call *call, struct http_exchange *x)
{
    bool nothing;
    struct str scope = tree_scope(call, &nothing);
    int64_t parent_id = field_int(&x->query, "parent_id", 0);
    DB_ROWS(rows);
    if (nothing)
        parent_id = -1;
    TRY(parent_id ? children_of(call, parent_id, scope, &rows) : top_of(call, scope, &rows));
    json_open_array(x->out, "items");
    while (db_next(&rows)) {
        json_open_object(x->out, NULL);
        db_put_row(x->out, &rows, &child_table);
        json_close_object(x->out);
    }
    json_close_array(x->out);
    return db_end(&rows);
}

static enum err put_unit(struct call *call, int64_t unit_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, UNIT_SELECT " WHERE u.unit_id = $1", db_int(unit_id)));
    TRY(access_reach(call, db_col_str(&rows, UNIT_PATH_COLUMN)));
    db_put_row(w, &rows, &org_unit_table);
    json_put_str(w, "parent_name", db_col_str(&rows, UNIT_PARENT_COLUMN));
    return ERR_OK;
}

/* The way from the root down to the unit: the breadcrumb. Only as far as the actor may see. */
static enum err put_trail(struct call *call, int64_t unit_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT a.unit_id, a.unit_name, a.unit_path FROM org_unit a JOIN org_unit u"
                 " ON a.unit_path = SUBSTR(u.unit_path, 1, LENGTH(a.unit_path)) WHERE u.unit_id = $1"
                 " ORDER BY a.unit_path",
                 db_int(unit_id)));
    json_open_array(w, "trail");
    while (db_next(&rows)) {
        if (access_reach(call, db_col_str(&rows, 2)) != ERR_OK)
            continue;
        json_open_object(w, NULL);
        json_put_int(w, "unit_id", db_col_int(&rows, 0));
        json_put_str(w, "unit_name", db_col_str(&rows, 1));
        json_close_object(w);
    }
    json_close_array(w);
    return db_end(&rows);
}

static enum err put_posts(struct call *call, int64_t unit_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT o.post_id, o.post_kind, o.department, o.valid_from, o.valid_to, p.person_id, p.unit_path,"
        " p.person_name, p.title, p.office_phone, p.mobile, p.email, o.document_no FROM org_post o"
        " JOIN org_person p ON p.person_id = o.person_id WHERE o.unit_id = $1"
        " ORDER BY CASE WHEN o.valid_to IS NULL THEN 0 ELSE 1 END, o.valid_from DESC, o.post_id",
        db_int(unit_id)));
    json_open_array(w, "posts");
    while (db_next(&rows)) {
        json_open_object(w, NULL);
        json_put_int(w, "post_id", db_col_int(&rows, 0));
        json_put_str(w, "post_kind", db_col_str(&rows, 1));
        json_put_str(w, "department", db_col_str(&rows, 2));
        json_put_str(w, "valid_from", db_col_str(&rows, 3));
        json_put_c(w, "valid_to", db_col_null(&rows, 4) ? NULL : str_c(call->arena, db_col_str(&rows, 4)));
        struct org_person person = {
            .person_id = db_col_int(&rows, 5),
            .unit_path = db_col_str(&rows, 6),
            .person_name = db_col_str(&rows, 7),
            .title = db_col_str(&rows, 8),
            .office_phone = db_col_str(&rows, 9),
            .mobile = db_col_str(&rows, 10),
            .email = db_col_str(&rows, 11),
        };
        json_put_c(w, "document_no",
                   db_col_null(&rows, 12) ? NULL : str_c(call->arena, db_col_str(&rows, 12)));
        org_put_person(call, w, &person);
        json_close_object(w);
    }
    json_close_array(w);
    return db_end(&rows);
}

static enum err org_get(struct call *call, struct http_exchange *x)
{
    TRY(put_unit(call, x->ids[0], x->out));
    TRY(put_trail(call, x->ids[0], x->out));
    TRY(org_plan_put(call, x->ids[0], x->out));
    return put_posts(call, x->ids[0], x->out);
}

static enum err org_posts(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    TRY(org_unit_reach(call, x->ids[0], &unit));
    return put_posts(call, x->ids[0], x->out);
}

static enum err org_create(struct call *call, struct http_exchange *x)
{
    int64_t unit_id;
    TRY(org_unit_create(call, &x->body, &unit_id));
    return put_unit(call, unit_id, x->out);
}

static enum err org_change(struct call *call, struct http_exchange *x)
{
    struct org_unit unit;
    TRY(org_unit_reach(call, x->ids[0], &unit));
    if (field_get(&x->body, "parent_id")->given && field_int(&x->body, "parent_id", 0) != unit.parent_id)
        return call_fail(call, ERR_REFUSED, "parent_id", "org.fault.move_not_here");
    struct str name = field_str(&x->body, "unit_name");
    if (name.len && !str_eq(name, unit.unit_name)) {
        TRY(org_reorg_name_free(call, unit.parent_id, name, unit.unit_id));
        TRY(org_unit_was(call, unit.unit_id,
                         str_copy(call->arena, str_of(clock_date(clock_day_of(call->now_ms)).text)), 0));
    }
    TRY(db_update(call, "org_unit", "unit_id", x->ids[0], &x->body, NULL, 0));
    rules_touch(call, "unit", x->ids[0]);
    TRY(ledger_append(call,
                      &(struct ledger_fact){.verb = "unit.changed",
                                            .subject_kind = "unit",
                                            .subject_id = unit.unit_id,
                                            .unit_id = unit.unit_id,
                                            .unit_path = unit.unit_path,
                                            .detail = field_json(call->arena, &x->body)},
                      NULL));
    return put_unit(call, x->ids[0], x->out);
}

/* ---- people and posts ---- */

static const struct field person_row_fields[] = {
    {.name = "person_id", .type = FIELD_INT},   {.name = "unit_id", .type = FIELD_REF, .ref = "org_unit"},
    {.name = "unit_name", .type = FIELD_TEXT},  {.name = "user_id", .type = FIELD_REF, .ref = "user"},
    {.name = "valid_from", .type = FIELD_DATE}, {.name = "valid_to", .type = FIELD_DATE},
};
static const struct field_table person_row_table = FIELD_TABLE("org_person_row", person_row_fields);
static const struct db_filter person_filters[] = {{"unit_id", "p.unit_id = $$", FIELD_INT, NULL}};
static const struct db_sort person_sorts[] = {{"unit_path", "p.unit_path"}};
#define PERSON_SELECT                                                                                        \
    "SELECT p.person_id, p.unit_id, u.unit_name, p.user_id, p.valid_from, p.valid_to, p.unit_path,"          \
    " p.person_name, p.title, p.office_phone, p.mobile, p.email FROM org_person p"                           \
    " JOIN org_unit u ON u.unit_id = p.unit_id"
static const struct db_list person_list = {
    .columns = &person_row_table,
    .select = PERSON_SELECT,
    .scope = "p.unit_path",
    .key = "p.person_id",
    .default_sort = "unit_path",
    .filters = person_filters,
    .many_filters = 1,
    .sorts = person_sorts,
    .many_sorts = 1,
    .search = "(p.person_name LIKE $$ OR p.title LIKE $$ OR u.unit_name LIKE $$)",
};

static struct org_person person_of_row(const struct db_rows *rows)
{
    return (struct org_person){
        .person_id = db_col_int(rows, 0),
        .unit_id = db_col_int(rows, 1),
        .unit_path = db_col_str(rows, 6),
        .person_name = db_col_str(rows, 7),
        .title = db_col_str(rows, 8),
        .office_phone = db_col_str(rows, 9),
        .mobile = db_col_str(rows, 10),
        .email = db_col_str(rows, 11),
    };
}

static void put_person_row(struct call *call, struct json_writer *w, const struct db_rows *rows)
{
    struct org_person person = person_of_row(rows);
    bool open = access_sees_personal(call, person.unit_path);
    static const char *const names[] = {"person_name", "title", "office_phone", "mobile", "email"};
    struct str values[] = {person.person_name, person.title, person.office_phone, person.mobile,
                           person.email};
    for (int i = 0; i < 5; i++) {
        const struct field *field = field_find(&org_person_table, str_of(names[i]));
        bool mask = !open && (field->flags & FIELD_PERSONAL);
        json_put_str(w, names[i], mask ? field_mask(call->arena, field, values[i]) : values[i]);
    }
    json_put_bool(w, "masked", !open);
}

static enum err org_people(struct call *call, struct http_exchange *x)
{
    struct db_list_ask ask = http_ask(call, x);
    return db_list(call, &person_list, &ask, x->out, put_person_row);
}

static enum err org_person_post(struct call *call, struct http_exchange *x)
{
    int64_t person_id;
    TRY(org_person_create(call, &x->body, &person_id));
    json_put_int(x->out, "person_id", person_id);
    return ERR_OK;
}

static enum err reach_person(struct call *call, int64_t person_id, struct db_rows *rows,
                             struct org_person *ret)
{
    TRY(db_one(call, rows, PERSON_SELECT " WHERE p.person_id = $1", db_int(person_id)));
    *ret = person_of_row(rows);
    return access_reach(call, ret->unit_path);
}

static enum err org_person_patch(struct call *call, struct http_exchange *x)
{
    TRY(org_person_change(call, x->ids[0], &x->body));
    json_put_int(x->out, "person_id", x->ids[0]);
    return ERR_OK;
}

static const struct field reveal_fields[] = {
    {.name = "reason", .type = FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 2, .max = 200},
};
static const struct field_table reveal_table = FIELD_TABLE("reveal", reveal_fields);

/* Personal data in full, once, for a reason that the ledger keeps. */
static enum err org_person_reveal(struct call *call, struct http_exchange *x)
{
    struct org_person person;
    DB_ROWS(rows);
    TRY(reach_person(call, x->ids[0], &rows, &person));
    json_put_int(x->out, "person_id", person.person_id);
    json_put_str(x->out, "person_name", person.person_name);
    json_put_str(x->out, "title", person.title);
    json_put_str(x->out, "office_phone", person.office_phone);
    json_put_str(x->out, "mobile", person.mobile);
    json_put_str(x->out, "email", person.email);
    int64_t unit_id = person.unit_id;
    struct str path = str_copy(call->arena, person.unit_path);
    db_rows_close(&rows);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "person.revealed",
                                               .subject_kind = "person",
                                               .subject_id = x->ids[0],
                                               .unit_id = unit_id,
                                               .unit_path = path,
                                               .detail = field_json(call->arena, &x->body)},
                         NULL);
}

static enum err org_appoint(struct call *call, struct http_exchange *x)
{
    int64_t post_id;
    /* Annex 2 asks for the department in charge and its head in one line. */
    if (str_is(field_str(&x->body, "post_kind"), "department_head") && !field_str(&x->body, "department").len)
        return call_fail(call, ERR_INVALID, "department", "org.fault.department");
    TRY(org_post_appoint_by(call, x->ids[0], field_int(&x->body, "person_id", 0),
                            field_str(&x->body, "post_kind"), field_str(&x->body, "department"),
                            field_str(&x->body, "valid_from"), field_str(&x->body, "document_no"), &post_id));
    if (field_str(&x->body, "valid_to").len)
        TRY(org_post_until(call, post_id, field_str(&x->body, "valid_to")));
    json_put_int(x->out, "post_id", post_id);
    return ERR_OK;
}

static const struct field post_end_fields[] = {
    {.name = "valid_to", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
};
static const struct field_table post_end_table = FIELD_TABLE("post_end", post_end_fields);

static enum err org_post_end(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT unit_id, unit_path, valid_from FROM org_post WHERE post_id = $1",
               db_int(x->ids[0])));
    TRY(access_reach(call, db_col_str(&rows, 1)));
    int64_t unit_id = db_col_int(&rows, 0);
    struct str path = db_col_copy(call, &rows, 1), from = db_col_copy(call, &rows, 2);
    db_rows_close(&rows);
    if (str_cmp(field_str(&x->body, "valid_to"), from) < 0)
        return call_fail(call, ERR_INVALID, "valid_to", "org.fault.ends_before_start", from);
    TRY(db_run(call, "UPDATE org_post SET valid_to = $2 WHERE post_id = $1", db_int(x->ids[0]),
               db_str(field_str(&x->body, "valid_to"))));
    TRY(org_post_refresh_unit(call, unit_id));
    json_put_int(x->out, "post_id", x->ids[0]);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "post.ended",
                                               .subject_kind = "unit",
                                               .subject_id = unit_id,
                                               .unit_id = unit_id,
                                               .unit_path = path,
                                               .detail = field_json(call->arena, &x->body)},
                         NULL);
}

/* ---- address ranges ---- */

static const struct db_filter range_filters[] = {{"unit_id", "r.unit_id = $$", FIELD_INT, NULL}};
static const struct db_sort range_sorts[] = {{"first_key", "r.first_key"}};
static const struct db_list range_list = {
    .columns = &org_address_range_table,
    .select = "SELECT r.range_id, r.unit_id, r.range_text, r.network_zone, r.note, u.unit_name"
              " FROM org_address_range r JOIN org_unit u ON u.unit_id = r.unit_id",
    .where = "r.valid_to IS NULL",
    .scope = "r.unit_path",
    .key = "r.range_id",
    .default_sort = "first_key",
    .filters = range_filters,
    .many_filters = 1,
    .sorts = range_sorts,
    .many_sorts = 1,
    .search = "(r.range_text LIKE $$ OR u.unit_name LIKE $$)",
};

static enum err org_range_post(struct call *call, struct http_exchange *x)
{
    int64_t range_id;
    TRY(org_range_create(call, &x->body, &range_id));
    json_put_int(x->out, "range_id", range_id);
    return ERR_OK;
}

static enum err org_range_end(struct call *call, struct http_exchange *x)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT unit_id, unit_path FROM org_address_range WHERE range_id = $1 AND valid_to IS NULL",
               db_int(x->ids[0])));
    TRY(access_reach(call, db_col_str(&rows, 1)));
    int64_t unit_id = db_col_int(&rows, 0);
    struct str path = db_col_copy(call, &rows, 1);
    db_rows_close(&rows);
    TRY(db_run(call, "UPDATE org_address_range SET valid_to = $2 WHERE range_id = $1", db_int(x->ids[0]),
               db_c(clock_date(clock_day_of(call->now_ms)).text)));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "address_range.ended",
                                               .subject_kind = "address_range",
                                               .subject_id = x->ids[0],
                                               .unit_id = unit_id,
                                               .unit_path = path},
                         NULL);
}

#define MANAGERS (ROLE_COUNTY_OFFICER)
#define SEERS    (ROLES_AUTHORITY | ROLES_UNIT)
#define READERS                                                                                              \
    (SEERS | ROLE_SYS_ADMIN |                                                                                \
     ROLE_SEC_ADMIN) /* administrators choose units for accounts, and see no business */
static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/units",
     .grant = READERS | ROLE_SCAN_TEAM,
     .name = "org_list",
     .handle = org_units,
     .kind = HTTP_LIST,
     .reply = &org_unit_table,
     .list = &unit_list,
     .summary_zh = "单位列表",
     .summary_en = "Units"},
    {.method = "GET",
     .path = "/api/units/tree",
     .grant = READERS | ROLE_SCAN_TEAM,
     .name = "org_tree",
     .handle = org_tree,
     .kind = HTTP_LIST,
     .reply = &org_node_table,
     .summary_zh = "单位树",
     .summary_en = "The tree of units"},
    {.method = "GET",
     .path = "/api/units/children",
     .grant = READERS | ROLE_SCAN_TEAM,
     .name = "org_children",
     .handle = org_children,
     .kind = HTTP_ONE,
     .query = &children_query_table,
     .reply = &children_table,
     .summary_zh = "单位树的一层",
     .summary_en = "One level of the tree of units"},
    {.method = "POST",
     .path = "/api/units",
     .grant = MANAGERS,
     .name = "org_create",
     .handle = org_create,
     .kind = HTTP_ONE,
     .more = &org_parent_table,
     .body = &org_unit_table,
     .reply = &org_unit_table,
     .summary_zh = "新增单位",
     .summary_en = "Add a unit"},
    {.method = "GET",
     .path = "/api/units/{unit_id}",
     .grant = SEERS,
     .name = "org_get",
     .handle = org_get,
     .kind = HTTP_ONE,
     .more = &org_parent_table,
     .also = &org_file_table,
     .reply = &org_unit_table,
     .summary_zh = "单位档案",
     .summary_en = "A unit with its posts"},
    {.method = "PATCH",
     .path = "/api/units/{unit_id}",
     .grant = MANAGERS,
     .name = "org_change",
     .handle = org_change,
     .kind = HTTP_ONE,
     .more = &org_parent_table,
     .flags = HTTP_PARTIAL,
     .body = &org_unit_table,
     .reply = &org_unit_table,
     .summary_zh = "修改单位",
     .summary_en = "Change a unit"},
    {.method = "GET",
     .path = "/api/units/{unit_id}/posts",
     .grant = SEERS,
     .name = "org_posts",
     .handle = org_posts,
     .kind = HTTP_ONE,
     .reply = &org_posts_table,
     .summary_zh = "任职情况",
     .summary_en = "Who holds which post, now and before"},
    {.method = "POST",
     .path = "/api/units/{unit_id}/posts",
     .grant = MANAGERS | ROLES_UNIT,
     .name = "org_appoint",
     .handle = org_appoint,
     .kind = HTTP_ONE,
     .reply = &org_post_made_table,
     .body = &org_post_table,
     .summary_zh = "任命",
     .summary_en = "Appoint a person to a post"},
    {.method = "POST",
     .path = "/api/posts/{post_id}/end",
     .grant = MANAGERS | ROLES_UNIT,
     .name = "org_post_end",
     .handle = org_post_end,
     .kind = HTTP_ONE,
     .reply = &org_post_made_table,
     .body = &post_end_table,
     .summary_zh = "免职",
     .summary_en = "End a holding"},
    {.method = "GET",
     .path = "/api/people",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "org_people",
     .handle = org_people,
     .kind = HTTP_LIST,
     .more = &org_person_more_table,
     .reply = &org_person_table,
     .list = &person_list,
     .summary_zh = "人员列表",
     .summary_en = "People"},
    {.method = "POST",
     .path = "/api/people",
     .grant = MANAGERS | ROLES_UNIT,
     .name = "org_person_create",
     .handle = org_person_post,
     .kind = HTTP_ONE,
     .reply = &org_person_made_table,
     .body = &org_person_table,
     .summary_zh = "新增人员",
     .summary_en = "Add a person"},
    {.method = "GET",
     .path = "/api/people/template",
     .grant = MANAGERS | ROLES_UNIT,
     .name = "org_people_template",
     .prepare = org_people_template,
     .kind = HTTP_FILE,
     .flags = HTTP_DIRECT,
     .summary_zh = "下载人员导入模板",
     .summary_en = "The spreadsheet template for people"},
    {.method = "POST",
     .path = "/api/people-imports",
     .grant = MANAGERS | ROLES_UNIT,
     .name = "org_people_import",
     .prepare = org_people_import_prepare,
     .handle = org_people_import,
     .kind = HTTP_ONE,
     .flags = HTTP_UPLOAD,
     .query = &org_people_import_query_table,
     .reply = &org_people_import_table,
     .summary_zh = "导入人员和任职",
     .summary_en = "Import people and the posts they hold, or preview what it would do"},
    {.method = "PATCH",
     .path = "/api/people/{person_id}",
     .grant = MANAGERS | ROLES_UNIT,
     .name = "org_person_change",
     .handle = org_person_patch,
     .kind = HTTP_ONE,
     .reply = &org_person_made_table,
     .flags = HTTP_PARTIAL,
     .body = &org_person_table,
     .summary_zh = "修改人员",
     .summary_en = "Change a person"},
    {.method = "POST",
     .path = "/api/people/{person_id}/reveal",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "org_person_reveal",
     .handle = org_person_reveal,
     .kind = HTTP_ONE,
     .reply = &org_revealed_table,
     .body = &reveal_table,
     .summary_zh = "查看完整个人信息（留痕）",
     .summary_en = "Personal data in full, for a recorded reason"},
    {.method = "GET",
     .path = "/api/address-ranges",
     .grant = ROLES_AUTHORITY | ROLES_UNIT | ROLE_SCAN_TEAM,
     .name = "org_ranges",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &org_address_range_table,
     .list = &range_list,
     .summary_zh = "地址段",
     .summary_en = "Address ranges and their owners"},
    {.method = "POST",
     .path = "/api/address-ranges",
     .grant = MANAGERS,
     .name = "org_range_create",
     .handle = org_range_post,
     .kind = HTTP_ONE,
     .reply = &org_range_made_table,
     .body = &org_address_range_table,
     .summary_zh = "登记地址段",
     .summary_en = "Give a unit an address range"},
    {.method = "POST",
     .path = "/api/address-ranges/{range_id}/end",
     .grant = MANAGERS,
     .name = "org_range_end",
     .handle = org_range_end,
     .kind = HTTP_NONE,
     .summary_zh = "停用地址段",
     .summary_en = "End an address range"},
    {.method = "GET",
     .path = "/api/units/{unit_id}/responsible",
     .grant = ROLES_AUTHORITY | ROLES_UNIT,
     .name = "org_responsible",
     .handle = org_responsible,
     .kind = HTTP_ONE,
     .reply = &org_that_day_table,
     .query = &org_responsible_query_table,
     .summary_zh = "某日的责任人",
     .summary_en = "Who was responsible on a day"},
    {.method = "GET",
     .path = "/api/units/{unit_id}/responsibility",
     .grant = SEERS,
     .name = "org_responsibility",
     .handle = org_responsibility,
     .kind = HTTP_ONE,
     .reply = &org_responsibility_table,
     .summary_zh = "责任体系表：各岗位由谁担任、依据哪条、是否空缺",
     .summary_en = "The responsibility table: each post that a rule asks for, who holds it, what is vacant"},
    {.method = "GET",
     .path = "/api/reorganisations",
     .grant = ROLES_AUTHORITY,
     .name = "org_reorgs",
     .handle = org_reorgs,
     .kind = HTTP_LIST,
     .reply = &org_reorg_table,
     .list = &org_reorg_list,
     .summary_zh = "机构调整记录",
     .summary_en = "Reorganisations"},
    {.method = "POST",
     .path = "/api/reorganisations/preview",
     .grant = MANAGERS,
     .name = "org_reorg_preview",
     .handle = org_reorg_preview_post,
     .kind = HTTP_ONE,
     .reply = &org_reorg_preview_table,
     .flags = HTTP_READS,
     .body = &org_reorg_new_table,
     .summary_zh = "预览机构调整",
     .summary_en = "What a reorganisation would move"},
    {.method = "POST",
     .path = "/api/reorganisations",
     .grant = MANAGERS,
     .name = "org_reorg_do",
     .handle = org_reorg_post,
     .kind = HTTP_ONE,
     .body = &org_reorg_new_table,
     .reply = &org_reorg_table,
     .summary_zh = "机构调整（更名、划转、合并、分设）",
     .summary_en = "Rename, move, merge or split a unit"},
    {.method = "POST",
     .path = "/api/reorganisations/{reorg_id}/undo",
     .grant = MANAGERS,
     .name = "org_reorg_undo",
     .handle = org_reorg_undo_post,
     .kind = HTTP_ONE,
     .flags = HTTP_CHANGES,
     .body = &org_reorg_undo_table,
     .reply = &org_reorg_table,
     .summary_zh = "撤销机构调整",
     .summary_en = "Undo a reorganisation on which nothing was built"},
    {.method = "GET",
     .path = "/api/reorganisation-plans",
     .grant = ROLES_AUTHORITY,
     .name = "org_plans",
     .handle = http_list,
     .kind = HTTP_LIST,
     .reply = &org_plan_table,
     .list = &org_plan_list,
     .summary_zh = "机构调整计划",
     .summary_en = "Reorganisations planned for a coming day"},
    {.method = "POST",
     .path = "/api/reorganisation-plans",
     .grant = MANAGERS,
     .name = "org_plan_create",
     .handle = org_plan_post,
     .kind = HTTP_ONE,
     .body = &org_reorg_new_table,
     .reply = &org_plan_told_table,
     .summary_zh = "计划机构调整（到生效日自动办理）",
     .summary_en = "Plan a reorganisation; it is carried out on its day"},
    {.method = "GET",
     .path = "/api/reorganisation-plans/{plan_id}",
     .grant = ROLES_AUTHORITY,
     .name = "org_plan_get",
     .handle = org_plan_get,
     .kind = HTTP_ONE,
     .more = &org_plan_preview_table,
     .reply = &org_plan_told_table,
     .summary_zh = "机构调整计划及按今日情况的预览",
     .summary_en = "A plan, and what it would move as things stand today"},
    {.method = "POST",
     .path = "/api/reorganisation-plans/{plan_id}/cancel",
     .grant = MANAGERS,
     .name = "org_plan_cancel",
     .handle = org_plan_cancel,
     .kind = HTTP_ONE,
     .flags = HTTP_CHANGES,
     .body = &org_reorg_undo_table,
     .reply = &org_plan_told_table,
     .summary_zh = "取消机构调整计划",
     .summary_en = "Cancel a planned reorganisation"},
    {.method = "POST",
     .path = "/api/reorganisation-plans/{plan_id}/retry",
     .grant = MANAGERS,
     .name = "org_plan_again",
     .handle = org_plan_again,
     .kind = HTTP_ONE,
     .flags = HTTP_CHANGES,
     .reply = &org_plan_told_table,
     .summary_zh = "重新办理未能办理的计划",
     .summary_en = "Carry out a failed plan after all"},
};

static const struct rules_subject subjects[] = {
    {.name = "unit",
     .sql = "SELECT unit_id, unit_id, unit_path, unit_name FROM org_unit WHERE valid_to IS NULL AND ($1 = 0 "
            "OR unit_id = $1)"},
};

static const struct rules_fact facts[] = {
    {.name = "org.unit_kind",
     .subject = "unit",
     .sql = "SELECT unit_id, created_at_ms, unit_kind FROM org_unit WHERE valid_to IS NULL AND ($1 = 0 OR "
            "unit_id = $1)"},
    {.name = "org.post_filled",
     .subject = "unit",
     .args = {"post"},
     .sql = "SELECT unit_id, MAX(created_at_ms), COUNT(*) FROM org_post WHERE in_force = 1 AND post_kind "
            "= $2"
            " AND ($1 = 0 OR unit_id = $1) GROUP BY unit_id"},
};

static const char *const scoped_tables[] = {"org_person", "org_post", "org_address_range", "org_domain",
                                            NULL};

/* heir_id: an heir may be merged in his turn. */
static const char *const unit_columns[] = {"org_unit", "supervising_unit_id", "org_unit_moved", "heir_id",
                                           NULL};

static const struct jobs_kind jobs[] = {
    {.name = "org.plans", .at_minute = 1, .run = org_plan_due},
    {.name = "org.holdings", .at_minute = 2, .run = org_post_refresh},
};

const struct module org_module = {
    .name = "org",
    .routes = MODULE_MANY(routes),
    .facts = MODULE_MANY(facts),
    .subjects = MODULE_MANY(subjects),
    .jobs = MODULE_MANY(jobs),
    .scoped_tables = scoped_tables,
    .unit_columns = unit_columns,
};
