/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_test: what the tests of this room share: a database with the room's tables, a pretend capability
 * whose facts are rows of one table (every fact name the shipped packs use), and the published calendar.
 */
#ifndef ANZE_RULES_RULES_TEST_H
#define ANZE_RULES_RULES_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/words.h"
#include "db/db_test.h"
#include "rules/rules_duty.h"

#define WORD_FACT(name_, subject_, order_)                                                                   \
    {                                                                                                        \
        .name = name_, .subject = subject_, .order = order_,                                                 \
        .sql = "SELECT subject_id, since, word FROM t_fact WHERE name = '" name_                             \
               "' AND ($1 = 0 OR subject_id = $1)"                                                           \
    }
#define NUMBER_FACT(name_, subject_)                                                                         \
    {                                                                                                        \
        .name = name_, .subject = subject_,                                                                  \
        .sql = "SELECT subject_id, since, number FROM t_fact WHERE name = '" name_                           \
               "' AND ($1 = 0 OR subject_id = $1)"                                                           \
    }

static const char *const t_severities[] = {"info", "low", "medium", "high", "critical", NULL};
static const struct field_enum t_severity = {"severity", t_severities, NULL};
static const char *const t_lifecycles[] = {"planning",  "building", "testing", "trial", "online",
                                           "suspended", "shutdown", "retired", NULL};
static const struct field_enum t_lifecycle = {"lifecycle_status", t_lifecycles, NULL};
static const char *const t_places[] = {
    "province_cloud", "city_cloud", "county_cloud", "own_room", "idc", "public_cloud", "superior", NULL};
static const struct field_enum t_place = {"deploy_location", t_places, NULL};
static const char *const t_kinds[] = {"leading_group", "regulator", "bureau", "section", "affiliated_unit",
                                      "association",   "township",  "soe",    "vendor",  NULL};
static const struct field_enum t_kind = {"unit_kind", t_kinds, NULL};

static const struct rules_fact t_facts[] = {
    WORD_FACT("org.unit_kind", "unit", &t_kind),
    {.name = "org.post_filled",
     .subject = "unit",
     .args = {"post"},
     .sql = "SELECT subject_id, since, 1 FROM t_fact WHERE name = 'org.post_filled' AND ($2 = '' OR arg = "
            "$2) AND ($1 = 0 OR subject_id = $1)"},
    NUMBER_FACT("org.has_systems", "unit"),
    {.name = "pledge.signed",
     .subject = "unit",
     .sql = "SELECT subject_id, since, number FROM t_fact WHERE name = 'pledge.signed' AND ($1 = 0 OR "
            "subject_id = $1) AND $2 = $2 AND $3 = $3",
     .args = {"version", "since"}},
    {.name = "collection.handed_in",
     .subject = "unit",
     .args = {"form"},
     .sql =
         "SELECT subject_id, since, NULL FROM t_fact WHERE name = 'collection.handed_in' AND ($2 = '' OR arg "
         "= $2) AND ($1 = 0 OR subject_id = $1)"},
    {.name = "meeting.held",
     .subject = "unit",
     .args = {"kind", "period"},
     .sql = "SELECT subject_id, since, NULL FROM t_fact WHERE name = 'meeting.held' AND ($2 = '' OR arg = "
            "$2) AND word BETWEEN $3 AND $4"
            " AND ($1 = 0 OR subject_id = $1)"},
    {.name = "evidence.filed",
     .subject = "unit",
     .args = {"kind", "period"},
     .sql = "SELECT subject_id, since, NULL FROM t_fact WHERE name = 'evidence.filed' AND ($2 = '' OR arg = "
            "$2) AND word BETWEEN $3 AND $4"
            " AND ($1 = 0 OR subject_id = $1)"},
    NUMBER_FACT("registry.register_filed", "unit"),
    NUMBER_FACT("registry.registered", "system"),
    NUMBER_FACT("registry.level", "system"),
    NUMBER_FACT("registry.graded", "system"),
    NUMBER_FACT("registry.filed", "system"),
    NUMBER_FACT("registry.filing_valid", "system"),
    NUMBER_FACT("registry.evaluation_passed", "system"),
    NUMBER_FACT("registry.online", "system"),
    WORD_FACT("registry.lifecycle", "system", &t_lifecycle),
    NUMBER_FACT("registry.exposed", "system"),
    NUMBER_FACT("registry.icp_filed", "system"),
    NUMBER_FACT("registry.has_contact", "system"),
    WORD_FACT("registry.hosting", "system", &t_place),
    NUMBER_FACT("registry.log_months", "system"),
    NUMBER_FACT("registry.plan_filed", "system"),
    NUMBER_FACT("registry.accepted", "system"),
    NUMBER_FACT("registry.project_evaluated", "system"),
    NUMBER_FACT("registry.asset_booked", "system"),
    NUMBER_FACT("registry.isolated", "system"),
    WORD_FACT("registry.zone", "system", NULL),
    NUMBER_FACT("registry.place_duplicated", "system"),
    NUMBER_FACT("registry.account_duplicated", "system"),
    NUMBER_FACT("registry.name_duplicated", "system"),
    NUMBER_FACT("registry.filing_expiring", "system"),
    NUMBER_FACT("registry.evaluation_expiring", "system"),
    NUMBER_FACT("registry.icp_missing", "system"),
    NUMBER_FACT("registry.contact_left", "system"),
    NUMBER_FACT("registry.silent", "system"),
    NUMBER_FACT("finding.confirmed", "finding"),
    WORD_FACT("finding.formally_notified", "finding", &t_severity),
    WORD_FACT("finding.notified_from_outside", "finding", &t_severity),
    WORD_FACT("rectify.notice_received", "finding", &t_severity),
    NUMBER_FACT("finding.closed", "finding"),
    NUMBER_FACT("rectify.fed_back", "finding"),
    NUMBER_FACT("rectify.lateral_check_done", "finding"),
    NUMBER_FACT("registry.other_systems_like_it", "finding"),
    NUMBER_FACT("finding.unregistered_live", "address"),
    NUMBER_FACT("finding.address_settled", "address"),
    WORD_FACT("discipline.proposed", "case", NULL),
    WORD_FACT("discipline.approved", "case", NULL),
    WORD_FACT("discipline.decided", "case", NULL),
    NUMBER_FACT("discipline.interview_held", "case"),
    NUMBER_FACT("dataset.copy_given", "dataset_copy"),
    NUMBER_FACT("dataset.copy_accepted", "dataset_copy"),
    NUMBER_FACT("dataset.copy_term_near", "dataset_copy"),
    NUMBER_FACT("meeting.decided", "decision"),
    NUMBER_FACT("meeting.decision_done", "decision"),
};
#define T_SUBJECT(kind)                                                                                      \
    "SELECT subject_id, unit_id, unit_path, label FROM t_subject WHERE kind = '" kind                        \
    "' AND ($1 = 0 OR subject_id = $1)"
static const struct rules_subject t_subjects[] = {
    {.name = "unit", .sql = T_SUBJECT("unit")},
    {.name = "system", .sql = T_SUBJECT("system")},
    {.name = "finding",
     .sql = T_SUBJECT("finding"),
     .system_sql = "SELECT subject_id, system_id FROM t_subject WHERE kind = 'finding' AND system_id > 0 AND "
                   "($1 = 0 OR subject_id = $1)"},
    {.name = "address", .sql = T_SUBJECT("address")},
    {.name = "case", .sql = T_SUBJECT("case")},
    {.name = "decision", .sql = T_SUBJECT("decision")},
    {.name = "dataset_copy", .sql = T_SUBJECT("dataset_copy")},
};

#define T_SCHEMA                                                                                             \
    "CREATE TABLE t_subject (kind TEXT NOT NULL, subject_id INTEGER NOT NULL, unit_id INTEGER NOT NULL, "    \
    "unit_path TEXT NOT NULL,"                                                                               \
    " label TEXT NOT NULL, system_id INTEGER NOT NULL, PRIMARY KEY (kind, subject_id)) STRICT;"              \
    "CREATE TABLE t_fact (name TEXT NOT NULL, subject_id INTEGER NOT NULL, since INTEGER NOT NULL, arg "     \
    "TEXT NOT NULL, word TEXT,"                                                                              \
    " number INTEGER) STRICT;"                                                                               \
    "CREATE INDEX t_fact_at ON t_fact (name, subject_id);"

/* What was proposed and told, in order. */
struct t_said {
    char what[64], rule[48], args[400], reason[500], to[40];
    int64_t subject_id, unit_id, duty_id;
};
static struct t_said t_said[4000];
static size_t t_many_said;

static enum err t_propose(struct call *call, const struct rules_case *about, const struct json *args)
{
    struct t_said *said = &t_said[t_many_said++ % 4000];
    struct str first = STR_NONE;
    (void)call;
    (void)json_member(args, 0, &first);
    memset(said, 0, sizeof *said);
    snprintf(said->what, sizeof said->what, "propose");
    snprintf(said->rule, sizeof said->rule, "%s", about->rule);
    snprintf(said->args, sizeof said->args, "%.*s persons=%lld", STR_ARG(first),
             (long long)json_int(json_get(json_get(args, "decided_by"), "persons"), -1));
    snprintf(said->reason, sizeof said->reason, "%.*s", STR_ARG(about->reason));
    said->subject_id = about->subject_id;
    said->unit_id = about->unit_id;
    said->duty_id = about->duty_id;
    return ERR_OK;
}

static enum err t_listen(struct call *call, enum rules_event event, int64_t duty_id, const char *to_post)
{
    static const char *const events[] = {"opened", "satisfied", "remind", "late", "escalate", "cancelled"};
    struct t_said *said = &t_said[t_many_said++ % 4000];
    (void)call;
    memset(said, 0, sizeof *said);
    snprintf(said->what, sizeof said->what, "%s", events[event]);
    snprintf(said->to, sizeof said->to, "%s", to_post ? to_post : "");
    said->duty_id = duty_id;
    return ERR_OK;
}

static const struct rules_proposal t_proposals[] = {
    {"discipline.interview", t_propose},
    {"discipline.criticism", t_propose},
    {"discipline.concealment_case", t_propose},
    {"discipline.shutdown_order", t_propose},
};

static inline struct str t_file(struct arena *arena, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    FILE *file = fopen(str_format(arena, "%s/%s", source ? source : ".", name).at, "rb");
    assert_non_null(file);
    char *text = arena_alloc(arena, 256 * 1024);
    size_t len = fread(text, 1, 256 * 1024 - 1, file);
    fclose(file);
    assert_true(len > 0);
    return (struct str){text, len};
}

static struct arena *t_lasting; /* calendar and words, for the whole program */
static struct calendar *t_calendar;

static inline void t_calendar_years(int first, int last)
{
    struct str files[16];
    char why[160];
    for (int year = first; year <= last; year++)
        files[year - first] = t_file(t_lasting, str_format(t_lasting, "packs/calendar/%d.json", year).at);
    assert_int_equal(calendar_load(t_lasting, files, (size_t)(last - first + 1), &t_calendar, why), ERR_OK);
    rules_set_calendar(t_calendar);
}

static inline int t_declare(void **unused)
{
    (void)unused;
    t_lasting = arena_new(256 * 1024 * 1024);
    rules_declare_facts(t_facts, sizeof(t_facts) / sizeof(t_facts[0]));
    rules_declare_subjects(t_subjects, sizeof(t_subjects) / sizeof(t_subjects[0]));
    rules_declare_proposals(t_proposals, sizeof(t_proposals) / sizeof(t_proposals[0]));
    rules_listen(t_listen);
    words_add(CALL_ZH, t_file(t_lasting, "src/rules/words/zh.json"));
    words_add(CALL_EN, t_file(t_lasting, "src/rules/words/en.json"));
    t_calendar_years(2020, 2026);
    return 0;
}

struct bench {
    struct db_test t;
    struct call *call;
    struct access_actor actor;
};

static bool t_moved; /* the date changed since the last sweep: then a sweep does have something to do */

static inline void t_on(struct bench *b, const char *date) /* 09:00 of that day in China */
{
    int32_t day;
    assert_true(clock_parse_date(str_of(date), &day));
    b->call->now_ms = clock_ms_of_day(day) + 9 * 3600 * 1000;
    t_moved = true;
}

static inline void t_open(struct bench *b)
{
    memset(b, 0, sizeof *b);
    t_many_said = 0;
    struct db_step steps[3] = {
        {"ledger", "0001_ledger", t_file(t_lasting, "src/ledger/steps/0001_ledger.sql")},
        {"rules", "0001_rules", t_file(t_lasting, "src/rules/steps/0001_rules.sql")},
        {"rules", "0002_seen_past", t_file(t_lasting, "src/rules/steps/0002_seen_past.sql")}};
    db_test_open(&b->t, steps, 3);
    db_test_step(&b->t, "t_rules", T_SCHEMA);
    b->call = &b->t.call;
    b->actor = (struct access_actor){.user_id = 7,
                                     .login_name = STR("tester"),
                                     .display_name = STR("测试"),
                                     .sees_all = true,
                                     .roles = ROLE_COUNTY_OFFICER};
    b->call->actor = &b->actor;
    t_calendar_years(2020, 2026);
    t_on(b, "2026-09-30");
    assert_int_equal(db_begin(b->call->db), ERR_OK);
}

static inline void t_close(struct bench *b)
{
    db_rollback(b->call->db);
    db_test_close(&b->t);
}

#define OK(expression) assert_int_equal((expression), ERR_OK)

static inline void t_subject(struct bench *b, const char *kind, int64_t id, int64_t unit_id,
                             int64_t system_id)
{
    struct str path = str_format(b->call->arena, "0001%04lld", (long long)unit_id),
               label = str_format(b->call->arena, "%s-%lld", kind, (long long)id);
    OK(db_run(b->call,
              "INSERT INTO t_subject (kind, subject_id, unit_id, unit_path, label, system_id) VALUES ($1, "
              "$2, $3, $4, $5, $6)",
              db_c(kind), db_int(id), db_int(unit_id), db_str(path), db_str(label), db_int(system_id)));
    rules_touch(b->call, kind, id);
}

static inline const char *t_kind_of(const char *name)
{
    return rules_fact_named(str_of(name))->subject;
}

/* date: since that day 08:00; NULL: always. */
static inline void t_fact(struct bench *b, const char *name, int64_t id, const char *date, const char *arg,
                          const char *word, int64_t number)
{
    int32_t day = 0;
    assert_true(!date || clock_parse_date(str_of(date), &day));
    OK(db_run(
        b->call,
        "INSERT INTO t_fact (name, subject_id, since, arg, word, number) VALUES ($1, $2, $3, $4, $5, $6)",
        db_c(name), db_int(id), db_int(date ? clock_ms_of_day(day) + 8 * 3600 * 1000 : 0),
        db_c(arg ? arg : ""), db_c(word), db_int(number)));
    rules_touch(b->call, t_kind_of(name), id);
}

static inline void t_unfact(struct bench *b, const char *name, int64_t id)
{
    OK(db_run(b->call, "DELETE FROM t_fact WHERE name = $1 AND subject_id = $2", db_c(name), db_int(id)));
    rules_touch(b->call, t_kind_of(name), id);
}

static inline struct rules_load_report t_load_text(struct bench *b, struct str yaml)
{
    struct rules_load_report report;
    enum err word = rules_pack_load(b->call, yaml, false, &report);
    for (struct call_fault *fault = b->call->faults; word != ERR_OK && fault; fault = fault->next)
        print_message("%s %.*s:%.*s %.*s\n", fault->key, STR_ARG(fault->args[0]), STR_ARG(fault->args[1]),
                      STR_ARG(fault->args[2]));
    OK(word);
    return report;
}

static inline struct rules_load_report t_load(struct bench *b, const char *name)
{
    return t_load_text(b, t_file(b->call->arena, str_format(b->call->arena, "packs/%s.yaml", name).at));
}

static inline int64_t t_count(struct bench *b, const char *sql)
{
    int64_t n;
    OK(db_get_int_args(b->call, &n, -1, sql, NULL, 0));
    return n;
}

/* "open 2026-10-10 late provisional" of the newest row of the rule for the subject; "none". */
static inline const char *t_state(struct bench *b, const char *rule, int64_t id)
{
    struct rules_duty duty;
    const char *kind = NULL;
    const struct rules_set *set;
    OK(rules_set_of(b->call, &set));
    for (size_t i = 0; i < set->many; i++)
        for (size_t j = 0; j < set->packs[i]->many_duties; j++)
            if (!strcmp(set->packs[i]->duties[j].id, rule))
                kind = set->packs[i]->duties[j].subject->name;
    assert_non_null(kind);
    enum err word = rules_duty_of(b->call, rule, kind, id, &duty);
    if (word == ERR_NOT_FOUND)
        return "none";
    OK(word);
    return str_format(b->call->arena, "%.*s%s%.*s%s%s", STR_ARG(duty.state), duty.due_on.len ? " " : "",
                      STR_ARG(duty.due_on), duty.late ? " late" : "", duty.provisional ? " provisional" : "")
        .at;
}

static inline size_t t_said_count(const char *what, const char *rule)
{
    size_t many = 0;
    for (size_t i = 0; i < t_many_said; i++)
        many += !strcmp(t_said[i].what, what) && (!rule || !strcmp(t_said[i].rule, rule));
    return many;
}

/* A sweep after a settle finds nothing to do: no table of the room, and not the ledger, changes by a byte. */
static inline struct str t_print(struct bench *b)
{
    static const char *const tables[] = {
        ("SELECT duty_id, rule, subject_id, occurrence, state, current, due_on, late_at_ms, basis_on, "
         "extension, provisional, closed_at_ms FROM rules_duty ORDER BY duty_id"),
        "SELECT case_id, rule, cause FROM rules_case ORDER BY case_id",
        "SELECT rule, subject_id, cause FROM rules_case_subject ORDER BY rule, subject_id, cause",
        "SELECT duty_id, step, due_on FROM rules_reminder ORDER BY duty_id, step, due_on",
        "SELECT rule, subject_id, system_id, on_day FROM rules_seen ORDER BY rule, subject_id",
        "SELECT change_id, what, old_value, new_value FROM rules_change ORDER BY change_id",
        "SELECT seq, verb FROM ledger_entry ORDER BY seq",
    };
    BUF(out, 64 * 1024 * 1024);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        DB_ROWS(rows);
        OK(db_query_args(b->call, &rows, tables[i], NULL, 0));
        while (db_next(&rows)) {
            for (int c = 0; c < (i == 0 ? 12 : i == 5 ? 4 : i == 6 ? 2 : 3); c++)
                if (db_col_kind(&rows, c) == DB_INT)
                    buf_format(&out, "%lld|", (long long)db_col_int(&rows, c));
                else
                    buf_format(&out, "%.*s|", STR_ARG(db_col_str(&rows, c)));
            buf_add_char(&out, '\n');
        }
        OK(db_end(&rows));
    }
    OK(buf_check(&out));
    return str_copy(b->call->arena, buf_str(&out));
}

/* The lines that stand in one print only. */
static inline void t_show_difference(struct str before, struct str after)
{
    struct str line, rest = before;
    while (str_cut(&rest, '\n', &line)) {
        size_t at;
        if (line.len && !str_find(after, line, &at))
            print_message("- %.*s\n", STR_ARG(line));
    }
    rest = after;
    while (str_cut(&rest, '\n', &line)) {
        size_t at;
        if (line.len && !str_find(before, line, &at))
            print_message("+ %.*s\n", STR_ARG(line));
    }
}

static inline void t_settle(struct bench *b)
{
    OK(rules_settle(b->call));
    if (t_moved)
        OK(rules_sweep(b->call));
    t_moved = false;
    struct str before = t_print(b);
    size_t said = t_many_said;
    OK(rules_sweep(b->call));
    struct str after = t_print(b);
    if (!str_eq(before, after))
        t_show_difference(before, after);
    assert_true(str_eq(before, after));
    assert_int_equal(said, t_many_said);
}

/* As the server does it: planned without writing, then done in steps. */
__attribute__((unused)) static enum err t_sweep_in_steps(struct bench *b)
{
    struct rules_plan *plan;
    enum err word = rules_sweep_plan(b->call, &plan);
    while (word == ERR_OK && rules_plan_left(plan) > 0)
        word = rules_sweep_step(b->call, plan);
    rules_plan_free(plan);
    return word == ERR_OK ? rules_settle(b->call) : word;
}

#endif
