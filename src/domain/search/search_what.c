/* SPDX-License-Identifier: Apache-2.0
 *
 * What it is: systems, live addresses, findings, letters.
 */
#include "domain/search/search_inner.h"

#include "access/access.h"
#include "base/words.h"

#define RECENT 20000 /* findings whose title is looked through */

static struct str page(struct search *s, const char *path, int64_t id)
{
    return str_format(s->call->arena, "%s/%lld", path, (long long)id);
}

static struct str joined(struct search *s, struct str a, struct str b, struct str c)
{
    return str_format(s->call->arena, "%.*s%s%.*s%s%.*s", STR_ARG(a), a.len && b.len ? " · " : "", STR_ARG(b),
                      (a.len || b.len) && c.len ? " · " : "", STR_ARG(c));
}

/* ---- systems ---- */

#define SYSTEM                                                                                               \
    "SELECT s.system_id, s.system_name, s.system_no, COALESCE(s.main_address, ''), s.lifecycle_status,"      \
    " u.unit_name FROM info_system s LEFT JOIN org_unit u ON u.unit_id = s.unit_id"                          \
    " WHERE s.unit_path || '' >= $1 AND s.unit_path || '' < $1 || 'z'"

static enum err take_systems(struct search *s, struct search_group *group, struct db_rows *rows)
{
    while (db_next(rows)) {
        struct str state = search_word(s, "lifecycle_status", db_col_str(rows, 4));
        search_add(group,
                   &(struct search_item){db_col_int(rows, 0), db_col_str(rows, 1),
                                         joined(s, db_col_str(rows, 2), db_col_str(rows, 3), state),
                                         db_col_str(rows, 5), page(s, "/systems", db_col_int(rows, 0))});
    }
    return db_end(rows);
}

/* The same columns, from the endpoints: a range may hold many, and the first ones are enough. */
#define SYSTEM_AT                                                                                            \
    "SELECT s.system_id, s.system_name, s.system_no, COALESCE(s.main_address, ''), s.lifecycle_status,"      \
    " u.unit_name FROM system_endpoint e CROSS JOIN info_system s"                                           \
    " LEFT JOIN org_unit u ON u.unit_id = s.unit_id WHERE s.system_id = e.system_id AND e.valid_to IS NULL"  \
    " AND s.unit_path || '' >= $1 AND s.unit_path || '' < $1 || 'z'"

static enum err systems_at(struct search *s, struct search_group *group)
{
    DB_ROWS(rows);
    TRY(db_query(s->call, &rows,
                 SYSTEM_AT " AND e.ip_key >= $2 AND e.ip_key <= $3 ORDER BY e.ip_key LIMIT 40",
                 db_str(s->scope), db_c(s->first.text), db_c(s->last.text)));
    return take_systems(s, group, &rows);
}

static enum err systems_of_host(struct search *s, struct search_group *group)
{
    DB_ROWS(exact);
    TRY(db_query(s->call, &exact, SYSTEM_AT " AND e.host_name = $2 ORDER BY s.system_id LIMIT 40",
                 db_str(s->scope), db_str(s->host)));
    TRY(take_systems(s, group, &exact));
    if (group->many)
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_query(s->call, &rows,
                 SYSTEM_AT " AND e.host_name LIKE $2 ESCAPE '\\' ORDER BY e.host_name LIMIT 40",
                 db_str(s->scope), db_str(s->low)));
    return take_systems(s, group, &rows);
}

static enum err systems_by_code(struct search *s, struct search_group *group)
{
    DB_ROWS(numbers);
    TRY(db_query(s->call, &numbers,
                 SYSTEM " AND s.system_no >= $2 AND s.system_no < $3 ORDER BY s.system_no LIMIT 10",
                 db_str(s->scope), db_str(s->text), db_str(s->until)));
    TRY(take_systems(s, group, &numbers));
    DB_ROWS(rows);
    TRY(db_query(s->call, &rows,
                 SYSTEM
                 " AND s.filing_cert_no >= $2 AND s.filing_cert_no < $3 ORDER BY s.filing_cert_no LIMIT 10",
                 db_str(s->scope), db_str(s->text), db_str(s->until)));
    return take_systems(s, group, &rows);
}

/* The names alone are an index: a hundred thousand of them are looked through in milliseconds, and only hits
 * are read. */
static enum err systems_by_name(struct search *s, struct search_group *group)
{
    DB_ROWS(first);
    TRY(db_query(s->call, &first,
                 SYSTEM " AND s.system_name >= $2 AND s.system_name < $3 ORDER BY s.system_name LIMIT 10",
                 db_str(s->scope), db_str(s->text), db_str(s->until)));
    TRY(take_systems(s, group, &first));
    if (group->many == SEARCH_ITEMS)
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_query(s->call, &rows,
                 SYSTEM " AND s.system_id IN (SELECT n.system_id FROM info_system n WHERE n.system_name LIKE "
                        "$2 ESCAPE '\\') LIMIT 20",
                 db_str(s->scope), db_str(s->like)));
    return take_systems(s, group, &rows);
}

enum err search_systems(struct search *s)
{
    struct search_group group = {.s = s, .kind = "system"};
    if (s->is_range)
        TRY(systems_at(s, &group));
    else if (s->host.len)
        TRY(systems_of_host(s, &group));
    else if (s->is_code && !s->is_cve)
        TRY(systems_by_code(s, &group));
    if (!s->is_range && !s->is_cve && !group.many)
        TRY(systems_by_name(s, &group));
    search_close(&group);
    return ERR_OK;
}

/* ---- live addresses ---- */

#define ADDRESS                                                                                              \
    "SELECT a.address_id, COALESCE(a.ip, a.host_name), a.state, COALESCE(u.unit_name, ''), "                 \
    "COALESCE(y.system_name, '') FROM finding_address a"                                                     \
    " LEFT JOIN org_unit u ON u.unit_id = a.unit_id LEFT JOIN info_system y ON y.system_id = a.system_id"    \
    " WHERE a.unit_path || '' >= $1 AND a.unit_path || '' < $1 || 'z'"

enum err search_addresses(struct search *s)
{
    struct search_group group = {.s = s, .kind = "address"};
    if (!s->is_range && !s->host.len)
        return ERR_OK;
    DB_ROWS(rows);
    if (s->is_range)
        TRY(db_query(s->call, &rows,
                     ADDRESS " AND a.ip_key >= $2 AND a.ip_key <= $3 ORDER BY a.ip_key LIMIT 10",
                     db_str(s->scope), db_c(s->first.text), db_c(s->last.text)));
    else
        TRY(db_query(s->call, &rows, ADDRESS " AND a.ip_key = '' AND a.host_name = $2 LIMIT 10",
                     db_str(s->scope), db_str(s->host)));
    while (db_next(&rows)) {
        struct str place = db_col_str(&rows, 1),
                   state = search_word(s, "address_state", db_col_str(&rows, 2));
        search_add(&group, &(struct search_item){
                               db_col_int(&rows, 0), place, joined(s, state, db_col_str(&rows, 4), STR_NONE),
                               db_col_str(&rows, 3),
                               str_format(s->call->arena, "/addresses?q=%.*s", STR_ARG(place))});
    }
    search_close(&group);
    return db_end(&rows);
}

/* ---- findings ---- */

#define FINDING                                                                                              \
    "SELECT f.finding_id, f.title, f.finding_no, f.severity, f.state, COALESCE(u.unit_name, '') FROM "       \
    "finding f"                                                                                              \
    " LEFT JOIN org_unit u ON u.unit_id = f.unit_id WHERE f.unit_path || '' >= $1 AND f.unit_path || '' < "  \
    "$1 || 'z'"
#define WORST_FIRST                                                                                          \
    " ORDER BY CASE WHEN f.state IN ('closed', 'false_positive') THEN 1 ELSE 0 END, CASE f.severity WHEN "   \
    "'critical' THEN 0 WHEN 'high' THEN 1"                                                                   \
    " WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END, f.finding_id DESC LIMIT 10"

static enum err take_findings(struct search *s, struct search_group *group, struct db_rows *rows)
{
    while (db_next(rows)) {
        struct str level = search_word(s, "severity", db_col_str(rows, 3)),
                   state = search_word(s, "finding_state", db_col_str(rows, 4));
        search_add(group,
                   &(struct search_item){db_col_int(rows, 0), db_col_str(rows, 1),
                                         joined(s, db_col_str(rows, 2), level, state), db_col_str(rows, 5),
                                         page(s, "/findings", db_col_int(rows, 0))});
    }
    return db_end(rows);
}

/* The tools' numbers are kept in capitals. */
static struct str upper(struct call *call, struct str text)
{
    char *at = arena_alloc(call->arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        at[i] = text.at[i] >= 'a' && text.at[i] <= 'z' ? (char)(text.at[i] - 'a' + 'A') : text.at[i];
    return (struct str){at, text.len};
}

static enum err find_findings(struct search *s, struct db_rows *rows)
{
    struct call *call = s->call;
    if (s->is_range)
        return db_query(call, rows, FINDING " AND f.ip_key >= $2 AND f.ip_key <= $3" WORST_FIRST,
                        db_str(s->scope), db_c(s->first.text), db_c(s->last.text));
    if (s->host.len)
        return db_query(call, rows, FINDING " AND f.host_name = $2" WORST_FIRST, db_str(s->scope),
                        db_str(s->host));
    if (s->is_cve)
        return db_query(call, rows,
                        FINDING " AND f.finding_id IN (SELECT c.finding_id FROM finding c WHERE c.cves LIKE "
                                "$2 ESCAPE '\\')" WORST_FIRST,
                        db_str(s->scope), db_str(upper(call, s->like)));
    if (s->is_code)
        return db_query(call, rows, FINDING " AND f.finding_no >= $2 AND f.finding_no < $3" WORST_FIRST,
                        db_str(s->scope), db_str(s->text), db_str(s->until));
    return db_query(call, rows,
                    FINDING " AND f.finding_id > (SELECT COALESCE(MAX(m.finding_id), 0) - $3 FROM finding m)"
                            " AND f.title LIKE $2 ESCAPE '\\'" WORST_FIRST,
                    db_str(s->scope), db_str(s->like), db_int(RECENT));
}

enum err search_findings(struct search *s)
{
    struct search_group group = {.s = s, .kind = "finding"};
    DB_ROWS(rows);
    TRY(find_findings(s, &rows));
    TRY(take_findings(s, &group, &rows));
    search_close(&group);
    return ERR_OK;
}

/* ---- letters ---- */

#define LETTER                                                                                               \
    "SELECT l.letter_id, l.title, COALESCE(l.doc_number, ''), l.state, COALESCE(l.due_date, ''), "           \
    "u.unit_name FROM rectify_letter l"                                                                      \
    " JOIN org_unit u ON u.unit_id = l.unit_id WHERE l.unit_path >= $1 AND l.unit_path < $1 || 'z' AND "     \
    "(l.state <> 'draft' OR $2 = 1)"

#define LETTER_OF                                                                                            \
    " AND l.letter_id IN (SELECT x.letter_id FROM rectify_letter_finding x JOIN finding f ON f.finding_id "  \
    "= x.finding_id WHERE "

/* People type [2026] or (2026) for the official 〔2026〕: any one character will do there. */
struct str search_loose(struct search *s)
{
    static const char *const brackets[] = {"[",  "]",  "(",  ")",  "〔", "〕", "（",
                                           "）", "【", "】", "［", "］", "{",  "}"};
    BUF(out, 4096);
    struct str rest = s->low;
    while (rest.len) {
        size_t step = 0;
        for (size_t i = 0; i < sizeof(brackets) / sizeof(brackets[0]) && !step; i++)
            if (str_starts(rest, str_of(brackets[i])))
                step = str_of(brackets[i]).len;
        buf_add_char(&out, step ? '_' : rest.at[0]);
        rest = str_slice(rest, step ? step : 1, rest.len);
    }
    return str_copy(s->call->arena, buf_str(&out));
}

static enum err take_letters(struct search *s, struct search_group *group, struct db_rows *rows)
{
    while (db_next(rows)) {
        struct str state = search_word(s, "letter_state", db_col_str(rows, 3));
        search_add(group,
                   &(struct search_item){db_col_int(rows, 0), db_col_str(rows, 1),
                                         joined(s, db_col_str(rows, 2), state, db_col_str(rows, 4)),
                                         db_col_str(rows, 5), page(s, "/letters", db_col_int(rows, 0))});
    }
    return db_end(rows);
}

enum err search_letters(struct search *s)
{
    struct search_group group = {.s = s, .kind = "letter"};
    int64_t drafts = access_is(s->call, ROLES_AUTHORITY);
    DB_ROWS(rows);
    if (access_is(s->call, ROLE_SCAN_TEAM) && !access_is(s->call, ROLES_AUTHORITY | ROLES_UNIT))
        return ERR_OK;
    if (s->is_range)
        TRY(db_query(s->call, &rows,
                     LETTER LETTER_OF "f.ip_key >= $3 AND f.ip_key <= $4) ORDER BY l.letter_id DESC LIMIT 10",
                     db_str(s->scope), db_int(drafts), db_c(s->first.text), db_c(s->last.text)));
    else if (s->host.len)
        TRY(db_query(s->call, &rows, LETTER LETTER_OF "f.host_name = $3) ORDER BY l.letter_id DESC LIMIT 10",
                     db_str(s->scope), db_int(drafts), db_str(s->host)));
    else
        TRY(db_query(s->call, &rows,
                     LETTER
                     " AND (LOWER(l.doc_number) LIKE $3 ESCAPE '\\' OR LOWER(l.title) LIKE $4 ESCAPE '\\' OR "
                     "LOWER(u.unit_name) LIKE $4 ESCAPE '\\')"
                     " ORDER BY CASE WHEN l.doc_number IS NULL THEN 1 ELSE 0 END, l.letter_id DESC LIMIT 10",
                     db_str(s->scope), db_int(drafts), db_str(search_loose(s)), db_str(s->low)));
    TRY(take_letters(s, &group, &rows));
    search_close(&group);
    return ERR_OK;
}

/* ---- cases ---- */

/* A unit finds a case by its paper, once it went out; the authority finds all. */
enum err search_cases(struct search *s)
{
    struct search_group group = {.s = s, .kind = "case"};
    int64_t whole = access_is(s->call, ROLES_AUTHORITY);
    if (s->is_range || s->host.len || s->is_cve || !access_is(s->call, ROLES_AUTHORITY | ROLES_UNIT))
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_query(
        s->call, &rows,
        "SELECT c.case_id, c.title, COALESCE(c.doc_number, ''), c.state, u.unit_name FROM discipline_case c"
        " JOIN org_unit u ON u.unit_id = c.unit_id WHERE c.unit_path >= $1 AND c.unit_path < $1 || 'z'"
        " AND (c.issued_at_ms IS NOT NULL OR $2 = 1) AND (LOWER(c.doc_number) LIKE $3 ESCAPE '\\' OR "
        "LOWER(c.title) LIKE $4 ESCAPE '\\'"
        " OR LOWER(u.unit_name) LIKE $4 ESCAPE '\\') ORDER BY c.case_id DESC LIMIT 10",
        db_str(s->scope), db_int(whole), db_str(search_loose(s)), db_str(s->low)));
    while (db_next(&rows)) {
        struct str state = search_word(s, "case_state", db_col_str(&rows, 3));
        search_add(&group,
                   &(struct search_item){db_col_int(&rows, 0), db_col_str(&rows, 1),
                                         joined(s, db_col_str(&rows, 2), state, STR_NONE),
                                         db_col_str(&rows, 4), page(s, "/cases", db_col_int(&rows, 0))});
    }
    search_close(&group);
    return db_end(&rows);
}
