/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose it is: ranges, units, people.
 */
#include "domain/search/search_inner.h"

#include "access/access.h"
#include "domain/org/org.h"

static struct str page(struct search *s, const char *path, int64_t id)
{
    return str_format(s->call->arena, "%s/%lld", path, (long long)id);
}

enum err search_ranges(struct search *s)
{
    struct search_group group = {.s = s, .kind = "range"};
    if (!s->is_range)
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_query(
        s->call, &rows,
        "SELECT r.range_id, r.range_text, COALESCE(r.note, ''), u.unit_name, COALESCE(r.network_zone, '') "
        "FROM org_address_range r"
        " JOIN org_unit u ON u.unit_id = r.unit_id WHERE r.first_key <= $2 AND r.last_key >= $1 AND "
        "r.valid_to IS NULL"
        " AND r.unit_path >= $3 AND r.unit_path < $3 || 'z' ORDER BY r.first_key DESC, r.last_key LIMIT 10",
        db_c(s->first.text), db_c(s->last.text), db_str(s->scope)));
    while (db_next(&rows)) {
        struct str zone = search_word(s, "network_zone", db_col_str(&rows, 4)), note = db_col_str(&rows, 2);
        search_add(&group, &(struct search_item){db_col_int(&rows, 0), db_col_str(&rows, 1),
                                                 str_format(s->call->arena, "%.*s%s%.*s", STR_ARG(zone),
                                                            zone.len && note.len ? " · " : "", STR_ARG(note)),
                                                 db_col_str(&rows, 3), STR("/ranges")});
    }
    search_close(&group);
    return db_end(&rows);
}

static void add_unit(struct search *s, struct search_group *group, const struct org_unit *unit,
                     struct str why)
{
    struct str kind = search_word(s, "unit_kind", unit->unit_kind);
    search_add(group, &(struct search_item){unit->unit_id, unit->unit_name,
                                            str_format(s->call->arena, "%.*s%s%.*s", STR_ARG(kind),
                                                       why.len ? " · " : "", STR_ARG(why)),
                                            unit->short_name, page(s, "/units", unit->unit_id)});
}

/* The owner of the address or the name comes first, also where nothing is registered yet. */
static enum err add_owner(struct search *s, struct search_group *group)
{
    struct org_unit owner = {0};
    if (s->is_address)
        TRY(org_owner_of_address(s->call, s->first.text, &owner));
    else if (s->host.len)
        TRY(org_owner_of_domain(s->call, s->host, &owner));
    if (owner.unit_id && access_reach(s->call, owner.unit_path) == ERR_OK)
        add_unit(s, group, &owner, s->is_address ? s->text : s->host);
    return ERR_OK;
}

static enum err add_units(struct search *s, struct search_group *group)
{
    DB_ROWS(rows);
    TRY(db_query(s->call, &rows,
                 "SELECT unit_id, unit_name, COALESCE(short_name, ''), unit_kind, COALESCE(uscc, '') FROM "
                 "org_unit WHERE valid_to IS NULL"
                 " AND unit_path >= $1 AND unit_path < $1 || 'z' AND (LOWER(unit_name) LIKE $2 ESCAPE '\\' "
                 "OR LOWER(short_name) LIKE $2 ESCAPE '\\'"
                 " OR LOWER(uscc) = $3) ORDER BY CASE WHEN unit_name = $4 OR short_name = $4 THEN 0 ELSE 1 "
                 "END, unit_path LIMIT 10",
                 db_str(s->scope), db_str(s->low), db_str(s->lower), db_str(s->text)));
    while (db_next(&rows)) {
        struct org_unit unit = {.unit_id = db_col_int(&rows, 0),
                                .unit_name = db_col_str(&rows, 1),
                                .short_name = db_col_str(&rows, 2),
                                .unit_kind = db_col_str(&rows, 3)};
        add_unit(s, group, &unit, db_col_str(&rows, 4));
    }
    return db_end(&rows);
}

enum err search_units(struct search *s)
{
    struct search_group group = {.s = s, .kind = "unit"};
    TRY(add_owner(s, &group));
    if (!s->is_range)
        TRY(add_units(s, &group));
    search_close(&group);
    return ERR_OK;
}

/* ---- people ---- */

static struct str shown(struct search *s, const char *field, struct str value, bool open)
{
    if (open || value.len == 0)
        return value;
    return field_mask(s->call->arena, field_find(&org_person_table, str_of(field)), value);
}

static void add_person(struct search *s, struct search_group *group, const struct db_rows *rows)
{
    bool open = access_sees_personal(s->call, db_col_str(rows, 4));
    struct str post = search_word(s, "post_kind", db_col_str(rows, 7)), title = db_col_str(rows, 2);
    struct str phone = shown(s, "mobile", db_col_str(rows, 3), open);
    struct str what = post.len ? post : title;
    search_add(group,
               &(struct search_item){db_col_int(rows, 0), shown(s, "person_name", db_col_str(rows, 1), open),
                                     str_format(s->call->arena, "%.*s%s%.*s", STR_ARG(what),
                                                what.len && phone.len ? " · " : "", STR_ARG(phone)),
                                     db_col_str(rows, 6), page(s, "/units", db_col_int(rows, 5))});
}

#define PERSON                                                                                               \
    "SELECT p.person_id, p.person_name, COALESCE(p.title, ''), COALESCE(p.mobile, p.office_phone, ''), "     \
    "p.unit_path, p.unit_id, u.unit_name,"                                                                   \
    " COALESCE((SELECT MIN(o.post_kind) FROM org_post o WHERE o.person_id = p.person_id AND o.valid_to IS "  \
    "NULL), '')"                                                                                             \
    " FROM org_person p JOIN org_unit u ON u.unit_id = p.unit_id WHERE p.unit_path || '' >= $1 AND "         \
    "p.unit_path || '' < $1 || 'z'"                                                                          \
    " AND (p.valid_to IS NULL OR p.valid_to >= $2)"

/* Whoever may not see a name or a number in full must know all of it to find its person: a mask that can be
 * guessed letter by letter hides nothing. */
static enum err add_people(struct search *s, struct search_group *group)
{
    bool open = s->scope.len && access_sees_personal(s->call, s->scope);
    DB_ROWS(rows);
    if (s->is_phone)
        TRY(db_query(
            s->call, &rows,
            PERSON
            " AND (p.mobile = $3 OR REPLACE(p.office_phone, '-', '') = $3) ORDER BY p.person_id LIMIT 10",
            db_str(s->scope), db_str(s->today), db_str(s->phone)));
    else if (open)
        TRY(db_query(s->call, &rows,
                     PERSON
                     " AND p.person_name LIKE $3 ESCAPE '\\' ORDER BY p.person_name, p.person_id LIMIT 10",
                     db_str(s->scope), db_str(s->today), db_str(s->like)));
    else
        TRY(db_query(s->call, &rows, PERSON " AND p.person_name = $3 ORDER BY p.person_id LIMIT 10",
                     db_str(s->scope), db_str(s->today), db_str(s->text)));
    while (db_next(&rows))
        add_person(s, group, &rows);
    return db_end(&rows);
}

#define CONTACT                                                                                              \
    PERSON " AND EXISTS (SELECT 1 FROM org_post k WHERE k.person_id = p.person_id AND k.valid_to IS NULL"    \
           " AND k.post_kind IN ('security_officer', 'security_contact', 'ops_contact', 'deputy_in_charge')" \
           " AND (k.unit_id = $3 OR k.unit_id IN (SELECT e.unit_id FROM system_endpoint e WHERE e.valid_to " \
           "IS NULL AND "
#define CONTACT_ORDER ") ORDER BY p.unit_id, p.person_id LIMIT 10"

/* Whom to call about an address or a name: the security people of the unit that owns it, and of the units
 * whose systems stand there. */
static enum err add_contacts(struct search *s, struct search_group *group)
{
    struct org_unit owner = {0};
    if (s->is_address)
        TRY(org_owner_of_address(s->call, s->first.text, &owner));
    else
        TRY(org_owner_of_domain(s->call, s->host, &owner));
    DB_ROWS(rows);
    if (s->is_address)
        TRY(db_query(s->call, &rows, CONTACT "e.ip_key = $4))" CONTACT_ORDER, db_str(s->scope),
                     db_str(s->today), db_int(owner.unit_id), db_c(s->first.text)));
    else
        TRY(db_query(s->call, &rows, CONTACT "e.host_name = $4))" CONTACT_ORDER, db_str(s->scope),
                     db_str(s->today), db_int(owner.unit_id), db_str(s->host)));
    while (db_next(&rows))
        add_person(s, group, &rows);
    return db_end(&rows);
}

enum err search_people(struct search *s)
{
    struct search_group group = {.s = s, .kind = "person"};
    if (!s->persons || (s->is_range && !s->is_address))
        return ERR_OK;
    TRY(s->is_address || s->host.len ? add_contacts(s, &group) : add_people(s, &group));
    search_close(&group);
    return ERR_OK;
}
