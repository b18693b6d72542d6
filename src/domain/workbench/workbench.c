/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/workbench/workbench_inner.h"

#include "access/access.h"
#include "base/clock.h"
#include "base/kept.h"
#include "db/db.h"
#include "rules/rules.h"

/* ---- duties ---- */

static void put_days_left(struct workbench *b, struct str due_on)
{
    int32_t due, today;
    if (clock_parse_date(due_on, &due) && clock_parse_date(b->today, &today))
        json_put_int(b->w, "countdown_working_days", calendar_between(rules_calendar(), today, due));
    else
        json_put_null(b->w, "countdown_working_days");
}

static void put_duty(struct workbench *b, const struct db_rows *rows)
{
    struct str en = db_col_str(rows, 4), due_on = db_col_str(rows, 10);
    json_open_object(b->w, NULL);
    json_put_int(b->w, "duty_id", db_col_int(rows, 0));
    json_put_str(b->w, "rule", db_col_str(rows, 1));
    json_put_str(b->w, "article", db_col_str(rows, 2));
    json_put_str(b->w, "text", b->call->lang == CALL_EN && en.len ? en : db_col_str(rows, 3));
    json_put_str(b->w, "subject_kind", db_col_str(rows, 5));
    json_put_int(b->w, "subject_id", db_col_int(rows, 6));
    json_put_str(b->w, "subject_label", db_col_str(rows, 7));
    json_put_int(b->w, "unit_id", db_col_int(rows, 8));
    json_put_str(b->w, "unit_name", db_col_str(rows, 9));
    json_put_str(b->w, "due_on", due_on);
    put_days_left(b, due_on);
    json_put_bool(b->w, "due_provisional", db_col_int(rows, 11) != 0);
    json_put_bool(b->w, "late", due_on.len && str_cmp(due_on, b->today) < 0);
    json_close_object(b->w);
}
#define DUTY                                                                                                 \
    "SELECT d.duty_id, d.rule, d.article, d.text, d.text_en, d.subject_kind, d.subject_id, "                 \
    "d.subject_label, d.unit_id, u.unit_name, d.due_on,"                                                     \
    " d.provisional"

/* A unit's people answer for what lies in their scope, less the few that the rules put on a role of the
 * authority. The indexes of open duties answer that alone, so that a hundred thousand of them are counted
 * without reading one. */
#define COUNTS                                                                                               \
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN due_on = $2 THEN 1 ELSE 0 END), 0),"                            \
    " COALESCE(SUM(CASE WHEN due_on > $2 AND due_on <= $3 THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN "   \
    "due_on < $2 THEN 1 ELSE 0 END), 0)"                                                                     \
    " FROM rules_duty WHERE state = 'open' AND unit_path >= $1 AND unit_path < $1 || 'z'"
#define SUMS 4

static enum err count_duties(struct workbench *b, int64_t sums[SUMS])
{
    DB_ROWS(rows);
    if (b->unit_side)
        TRY(db_one(b->call, &rows, COUNTS " AND answers_role = 0", db_str(b->scope), db_str(b->today),
                   db_str(b->soon)));
    else
        TRY(db_one(b->call, &rows, COUNTS " AND answers_role = 1 AND answers = $4", db_str(b->scope),
                   db_str(b->today), db_str(b->soon), db_str(b->role)));
    for (int i = 0; i < SUMS; i++)
        sums[i] = db_col_int(&rows, i);
    return db_end(&rows);
}

static enum err query_soonest(struct workbench *b, struct db_rows *rows)
{
    if (b->unit_side) /* the first two hundred by date are found in the index; ten of them are read */
        return db_query(b->call, rows,
                        DUTY " FROM rules_duty d LEFT JOIN org_unit u ON u.unit_id = d.unit_id WHERE "
                             "d.duty_id IN (SELECT duty_id FROM rules_duty"
                             " WHERE state = 'open' AND unit_path >= $1 AND unit_path < $1 || 'z' AND due_on "
                             "IS NOT NULL ORDER BY due_on, duty_id LIMIT 200)"
                             " AND d.answers_role = 0 ORDER BY d.due_on, d.duty_id LIMIT 10",
                        db_str(b->scope));
    return db_query(
        b->call, rows,
        DUTY " FROM rules_duty d LEFT JOIN org_unit u ON u.unit_id = d.unit_id WHERE d.state = 'open' AND "
             "d.answers_role = 1"
             " AND d.answers = $2 AND d.unit_path >= $1 AND d.unit_path < $1 || 'z' AND d.due_on IS NOT NULL"
             " ORDER BY d.due_on, d.duty_id LIMIT 10",
        db_str(b->scope), db_str(b->role));
}

enum err workbench_duties(struct workbench *b)
{
    static const char *const names[SUMS] = {"open", "due_today", "due_soon", "late"};
    int64_t sums[SUMS] = {0};
    DB_ROWS(rows);
    TRY(count_duties(b, sums));
    TRY(query_soonest(b, &rows));
    json_open_object(b->w, "duties");
    for (int i = 0; i < SUMS; i++)
        json_put_int(b->w, names[i], sums[i]);
    json_open_array(b->w, "soonest");
    while (db_next(&rows))
        put_duty(b, &rows);
    json_close_array(b->w);
    json_close_object(b->w);
    return db_end(&rows);
}

static enum err count_all(struct call *call, struct json_writer *w, void *context)
{
    const struct workbench *b = context;
    int64_t open, late, units;
    TRY(db_get_int(call, &open, 0, "SELECT COUNT(*) FROM rules_duty WHERE state = 'open'"));
    TRY(db_get_int(call, &late, 0, "SELECT COUNT(*) FROM rules_duty WHERE state = 'open' AND due_on < $1",
                   db_str(b->today)));
    TRY(db_get_int(call, &units, 0,
                   "SELECT COUNT(*) FROM org_unit u WHERE EXISTS (SELECT 1 FROM rules_duty d WHERE d.state = "
                   "'open' AND d.unit_path = u.unit_path"
                   " AND d.due_on < $1)",
                   db_str(b->today)));
    json_put_int(w, "open", open);
    json_put_int(w, "late", late);
    json_put_int(w, "units_late", units);
    return ERR_OK;
}

static enum err put_all(struct workbench *b)
{
    json_open_object(b->w, "all_duties");
    TRY(kept_figures(b->call, b->w, "workbench.all", b->today, count_all, b));
    json_close_object(b->w);
    return ERR_OK;
}

static enum err put_red_of(struct workbench *b, const char *kind, int *left)
{
    DB_ROWS(rows);
    if (*left == 0)
        return ERR_OK;
    TRY(db_query(b->call, &rows,
                 DUTY " FROM rules_duty d LEFT JOIN org_unit u ON u.unit_id = d.unit_id WHERE d.state = "
                      "'open' AND d.subject_kind = $1 AND d.due_on < $2"
                      " ORDER BY d.due_on, d.duty_id LIMIT 10",
                 db_c(kind), db_str(b->today)));
    while (db_next(&rows))
        if (*left > 0) {
            put_duty(b, &rows);
            --*left;
        }
    return db_end(&rows);
}

/* For the authority: how all units stand, and what has been late longest, the gravest kinds first. Things,
 * not units, are listed: units are not ranked. */
enum err workbench_red(struct workbench *b)
{
    static const char *const kinds[] = {"finding", "case", "address", "system", "unit"};
    int left = 10;
    if (!b->authority)
        return ERR_OK;
    TRY(put_all(b));
    json_open_array(b->w, "red");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        TRY(put_red_of(b, kinds[i], &left));
    json_close_array(b->w);
    return ERR_OK;
}

/* ---- letters ---- */

static enum err put_requests(struct workbench *b)
{
    DB_ROWS(rows);
    int64_t extensions = 0, support = 0;
    TRY(db_query(b->call, &rows,
                 "SELECT request_kind, COUNT(*) FROM rectify_request WHERE state = 'asked' AND unit_path >= "
                 "$1 AND unit_path < $1 || 'z'"
                 " GROUP BY request_kind",
                 db_str(b->scope)));
    while (db_next(&rows))
        *(str_is(db_col_str(&rows, 0), "extension") ? &extensions : &support) += db_col_int(&rows, 1);
    TRY(db_end(&rows));
    json_open_object(b->w, "requests");
    json_put_int(b->w, "extension", extensions);
    json_put_int(b->w, "support", support);
    json_close_object(b->w);
    return ERR_OK;
}

enum err workbench_letters(struct workbench *b)
{
    static const char *const states[] = {"draft",     "issued",   "acknowledged", "fed_back",
                                         "retesting", "returned", "closed_out"};
    enum { STATES = sizeof(states) / sizeof(states[0]) };
    int64_t counts[STATES] = {0}, late = 0;
    DB_ROWS(rows);
    TRY(db_query(b->call, &rows,
                 "SELECT state, COUNT(*), SUM(CASE WHEN due_date < $2 AND fed_back_at_ms IS NULL THEN 1 ELSE "
                 "0 END) FROM rectify_letter"
                 " WHERE unit_path >= $1 AND unit_path < $1 || 'z' GROUP BY state",
                 db_str(b->scope), db_str(b->today)));
    while (db_next(&rows)) {
        for (int i = 0; i < STATES; i++)
            if (str_is(db_col_str(&rows, 0), states[i]))
                counts[i] = db_col_int(&rows, 1);
        struct str state = db_col_str(&rows, 0);
        if (!str_is(state, "draft") && !str_is(state, "closed_out") && !str_is(state, "withdrawn"))
            late += db_col_int(&rows, 2);
    }
    TRY(db_end(&rows));
    json_open_object(b->w, "letters");
    for (int i = b->authority ? 0 : 1; i < STATES; i++) /* a unit does not hear of drafts */
        json_put_int(b->w, states[i], counts[i]);
    json_put_int(b->w, "late", late);
    json_close_object(b->w);
    return put_requests(b);
}

/* ---- cases ---- */

enum err workbench_cases(struct workbench *b)
{
    DB_ROWS(rows);
    int64_t waiting = 0, mine = 0, approved = 0, to_hold = 0;
    if (!b->authority)
        return ERR_OK;
    int64_t me = call_who(b->call).user_id;
    bool office = access_is(b->call, ROLE_OFFICE_DIRECTOR);
    TRY(db_query(b->call, &rows,
                 "SELECT state, decide_role, COALESCE(interviewer_post, ''), COALESCE(decided1_by, 0), "
                 "proposed_by, issued_at_ms, case_kind"
                 " FROM discipline_case WHERE state IN ('proposed', 'first_agreed', 'approved')"));
    while (db_next(&rows)) {
        bool is_approved = str_is(db_col_str(&rows, 0), "approved"), issued = !db_col_null(&rows, 5);
        bool by_office = office && str_is(db_col_str(&rows, 2), "office_director") &&
                         str_is(db_col_str(&rows, 6), "interview");
        bool mine_to_decide = access_is(b->call, access_role_of(db_col_str(&rows, 1))) || by_office;
        waiting += !is_approved;
        mine += !is_approved && mine_to_decide && db_col_int(&rows, 3) != me && db_col_int(&rows, 4) != me;
        approved += is_approved && !issued;
        to_hold += is_approved && issued && str_is(db_col_str(&rows, 6), "interview");
    }
    TRY(db_end(&rows));
    json_open_object(b->w, "cases");
    json_put_int(b->w, "waiting", waiting);
    json_put_int(b->w, "waiting_for_me", mine);
    json_put_int(b->w, "to_issue", approved);
    json_put_int(b->w, "to_hold", to_hold);
    json_close_object(b->w);
    return ERR_OK;
}

/* ---- findings and addresses ---- */

static enum err query_findings(struct workbench *b, struct db_rows *rows)
{
    if (!b->scope.len) /* an index answers this one alone */
        return db_query(b->call, rows,
                        "SELECT severity, COUNT(*) FROM finding WHERE state IN ('reported', 'verified', "
                        "'notified', 'accepted', 'fixing', 'fed_back',"
                        " 'retesting', 'risk_accepted') GROUP BY severity");
    return db_query(b->call, rows,
                    "SELECT severity, COUNT(*) FROM finding WHERE unit_path >= $1 AND unit_path < $1 || 'z' "
                    "AND state NOT IN ('closed', 'false_positive')"
                    " GROUP BY severity",
                    db_str(b->scope));
}

enum err workbench_findings(struct workbench *b)
{
    static const char *const severities[] = {"critical", "high", "medium", "low", "info"};
    int64_t counts[5] = {0}, unregistered, retest;
    DB_ROWS(rows);
    TRY(query_findings(b, &rows));
    while (db_next(&rows))
        for (int i = 0; i < 5; i++)
            if (str_is(db_col_str(&rows, 0), severities[i]))
                counts[i] = db_col_int(&rows, 1);
    TRY(db_end(&rows));
    TRY(db_get_int(b->call, &retest, 0,
                   "SELECT COUNT(*) FROM finding WHERE state IN ('fed_back', 'retesting') AND unit_path || "
                   "'' >= $1 AND unit_path || '' < $1 || 'z'",
                   db_str(b->scope)));
    TRY(db_get_int(b->call, &unregistered, 0,
                   "SELECT COUNT(*) FROM finding_address WHERE state = 'unregistered' AND unit_path >= $1 "
                   "AND unit_path < $1 || 'z'",
                   db_str(b->scope)));
    json_open_object(b->w, "findings");
    for (int i = 0; i < 5; i++)
        json_put_int(b->w, severities[i], counts[i]);
    json_put_int(b->w, "retesting", retest);
    json_close_object(b->w);
    json_open_object(b->w, "addresses");
    json_put_int(b->w, "unregistered", unregistered);
    json_close_object(b->w);
    return ERR_OK;
}

/* ---- systems ---- */

enum err workbench_systems(struct workbench *b)
{
    DB_ROWS(rows);
    if (b->scan_team)
        return ERR_OK;
    TRY(db_one(b->call, &rows,
               "SELECT COUNT(*), COALESCE(SUM(CASE WHEN lifecycle_status = 'online' THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN COALESCE(filing_status, '') NOT IN ('filed', 'not_required') THEN 1 "
               "ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN eval_conclusion IS NULL AND COALESCE(filing_status, '') <> "
               "'not_required' THEN 1 ELSE 0 END), 0),"
               " COALESCE(SUM(CASE WHEN register_state = 'draft' THEN 1 ELSE 0 END), 0)"
               " FROM info_system WHERE unit_path >= $1 AND unit_path < $1 || 'z' AND lifecycle_status NOT "
               "IN ('shutdown', 'retired')",
               db_str(b->scope)));
    static const char *const names[] = {"total", "online", "not_filed", "not_evaluated", "draft"};
    json_open_object(b->w, "systems");
    for (int i = 0; i < 5; i++)
        json_put_int(b->w, names[i], db_col_int(&rows, i));
    json_close_object(b->w);
    return ERR_OK;
}
