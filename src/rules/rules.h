/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: packs, facts, duties, gates, consequences, coverage. Rules are data (packs as YAML), facts are code.
 *
 * A fact is something a capability can assert about a subject: a name, a subject kind and one literal SQL
 * query. A duty opens when all its `applies` facts hold, closes when all its `satisfied` facts hold, is late
 * when its due date has passed, and freezes what it was judged by. A gate lists what must hold before a
 * change of state. A consequence proposes something to people, as a draft. Nobody polls: a capability touches
 * the subject whose facts changed (rules_touch) and the engine evaluates it in the same transaction
 * (rules_settle, called by the lane before commit); only the passing of time is a job (rules_sweep),
 * set-wise.
 */
#ifndef ANZE_RULES_RULES_H
#define ANZE_RULES_RULES_H

#include "base/calendar.h"
#include "base/call.h"
#include "base/json.h"
#include "db/db.h"

/* ---- what capabilities declare ---- */

/* The SQL of a fact gives one row a subject for which the fact holds:
 *     column 0  subject id
 *     column 1  since when, epoch ms (0: always): what `due.from` and `within` count from
 *     column 2  value (text or integer; NULL when the fact is a plain yes): what {min:, is:, in:, at_least:}
 * compare with Parameter $1 is a subject id, or 0 for all subjects:  … WHERE ($1 = 0 OR f.finding_id = $1) A
 * subject may have several rows (one a post, one a document): the fact holds when any of them passes the
 * comparison. order: for at_least on named values, the enum whose order counts (least first); it also lets
 * the lint know the values, so give it wherever the value is a closed list; else NULL. args: what a pack may
 * narrow the fact by, {org.post_filled: {post: security_officer}}: up to two names, NULL after the last. They
 * arrive as text from $2 on, in this order; one that the pack leaves out arrives as ''. The name "period" is
 * special: it takes two parameters, first and last day as "YYYY-MM-DD" ('0000-01-01' and '9999-12-31' when
 * left out), so evidence.filed with args {"kind", "period"} reads … WHERE ($1 = 0 OR d.unit_id = $1) AND ($2
 * = '' OR d.kind = $2) AND d.on_day BETWEEN $3 AND $4 */
struct rules_fact {
    const char *name;    /* "finding.formally_notified" */
    const char *subject; /* "finding" */
    const char *sql;
    const struct field_enum *order;
    const char *args[3];
};
/* A kind of subject: how the engine finds who answers. SQL: rows (id, unit_id, unit_path, label), same $1
 * convention. system_sql (may be NULL): rows (id, system_id): for `recurs … same: system`. */
struct rules_subject {
    const char *name; /* "finding" */
    const char *sql;
    const char *system_sql;
};
struct rules_case;
/* A consequence's `propose: {discipline.interview: {…}}`: the capability that makes the draft. args is the
 * object in the pack. Called inside the transaction. */
struct rules_proposal {
    const char *name;
    enum err (*propose)(struct call *call, const struct rules_case *about, const struct json *args);
};
struct rules_case {
    const char *pack, *article, *rule; /* "Y", "Y5", "Y5.criticism" */
    const char *subject_kind;
    int64_t subject_id, unit_id, system_id, duty_id; /* 0 where there is none */
    struct str unit_path, reason;                    /* reason: one sentence in Chinese: which facts fired */
};
/* Told when a duty opens, is satisfied, comes near, falls late or escalates (notify listens). */
enum rules_event { RULES_OPENED, RULES_SATISFIED, RULES_REMIND, RULES_LATE, RULES_ESCALATE, RULES_CANCELLED };
typedef enum err rules_listener(struct call *call, enum rules_event event, int64_t duty_id,
                                const char *to_post);

/* Once at start, before threads; pointers must stay valid. */
void rules_declare_facts(const struct rules_fact *facts, size_t many);
void rules_declare_subjects(const struct rules_subject *subjects, size_t many);
void rules_declare_proposals(const struct rules_proposal *proposals, size_t many);
void rules_listen(rules_listener *listener);
/* The closed list of posts that packs may name (org declares its own; until then a built-in list holds). */
void rules_declare_posts(const struct field_enum *posts);

/* ---- what capabilities call ---- */
/* Notes that facts about this subject may have changed; cheap, deduplicated. */
void rules_touch(struct call *call, const char *subject_kind, int64_t subject_id);
/* The same when only these facts of the subject may have changed: rules that ask none of them are left alone
 * (the passing of time is the sweep's). Names, NULL at the end, static; one that ends in '.' stands for all
 * that begin with it; one that ends in '#' for a fact that held before, holds now, and since the same time:
 * only its value, a count of one or more, is another. */
void rules_touch_facts(struct call *call, const char *subject_kind, int64_t subject_id,
                       const char *const *facts);
/* Before a record starts a new life (a finding is found again after it was closed): the days on which rules
 * about the same system again have seen it stay behind as past incidents, which the next one repeats. Not for
 * what is taken back. */
MUST_USE enum err rules_keep_past(struct call *call, const char *subject_kind, int64_t subject_id);
/* Evaluates everything touched; called once before commit by the lane wrapper (http, jobs, commands). */
MUST_USE enum err rules_settle(struct call *call);
/* Asks a gate. ERR_REFUSED with one fault an unmet requirement (fault->article set); ERR_OK when all hold or
 * an approved exemption covers it. */
MUST_USE enum err rules_gate(struct call *call, const char *change, int64_t subject_id);
/* The same question as a list, for showing: writes "requirements":[…] (rules_requirement_table) into the open
 * object; requirements whose `when` does not hold are left out. */
MUST_USE enum err rules_gate_show(struct call *call, const char *change, int64_t subject_id,
                                  struct json_writer *w);

/* Exemptions (special reports): asked by one person, decided by another, always with an end. rule: the id of
 * a gate or duty that allows one; ERR_REFUSED beyond its max_days, ERR_CONFLICT when one is asked for or
 * running already. */
struct rules_exemption {
    struct str rule, reason, until_on;
    int64_t subject_id;
};
MUST_USE enum err rules_exemption_ask(struct call *call, const struct rules_exemption *ask,
                                      int64_t *ret_exemption_id);
MUST_USE enum err rules_exemption_decide(struct call *call, int64_t exemption_id, bool approve,
                                         struct str note);

/* A threshold in force today, by name ("project.security_share_min"): value as num/den. ERR_NOT_FOUND when no
 * pack sets it. */
MUST_USE enum err rules_threshold(struct call *call, const char *name, int64_t *ret_num, int64_t *ret_den);
/* Grants more working days on the open duties of a subject whose rule allows an extension; ERR_REFUSED beyond
 * max_working_days. */
MUST_USE enum err rules_extend(struct call *call, const char *subject_kind, int64_t subject_id,
                               const char *duty_rule, int working_days, struct str reason);
/* Where a citation is needed (letters): pack title, number and cite text of an article in force, e.g.
 * 《…办法》（…号）第五部分. */
MUST_USE enum err rules_cite(struct call *call, const char *article, struct str *ret_text);
/* The articles in force that set a duty on a fact, cited one after the other: on what a letter about that
 * fact stands. ERR_NOT_FOUND when no pack does. */
MUST_USE enum err rules_cite_fact(struct call *call, const char *fact, struct str *ret_text);
/* The working-day calendar in force (built-in unless the data folder has newer year files). */
const struct calendar *rules_calendar(void);
void rules_set_calendar(
    const struct calendar *calendar); /* at start; NULL: the built-in one again. Must stay valid */

/* One duty, as frozen when it opened (for letters, notices and reminders). Texts live in call->arena. */
struct rules_duty {
    int64_t duty_id;
    struct str rule, article, subject_kind, subject_label, text, text_en,
        state; /* state: open satisfied cancelled waived */
    int64_t subject_id, unit_id, system_id;
    struct str unit_path, due_on,
        answers; /* due_on: "YYYY-MM-DD", empty when the rule sets no date; answers: post or role */
    bool late, provisional;
};
MUST_USE enum err rules_duty_get(struct call *call, int64_t duty_id, struct rules_duty *ret);
/* The newest duty of a rule for a subject, open or not; ERR_NOT_FOUND when the rule never applied. */
MUST_USE enum err rules_duty_of(struct call *call, const char *rule, const char *subject_kind,
                                int64_t subject_id, struct rules_duty *ret);
/* A duty in one line, inside the reply of another capability (rules_brief_table). */
struct rules_brief {
    int64_t duty_id;
    struct str rule, article, text, due_on; /* text: in the call's language */
    bool open, late;
};
extern const struct field_table rules_brief_table;
void rules_put_brief(const struct rules_brief *duty, struct json_writer *w);
/* The current duty of a subject that falls due first, open ones before done ones: the clock that a letter
 * shows. ERR_NOT_FOUND. */
MUST_USE enum err rules_duty_nearest(struct call *call, const char *subject_kind, int64_t subject_id,
                                     struct rules_duty *ret);

/* ---- showing (members written into the open object) ---- */
/* Each writer's members, as the interface describes them. Duty: beside a duty's row. Demand: one of
 * rules_demands_show. Count: what rules_count_show writes. */
extern const struct field_table rules_duty_file_table, rules_demand_table, rules_count_table,
    rules_packs_table, rules_article_table, rules_coverage_table, rules_requirement_table;
extern const struct field_enum rules_duty_state_enum;
/* One duty in full: how its date was counted day by day, what it demands and what of that holds now, what
 * moved since it opened. ERR_NOT_FOUND outside the actor's scope. */
MUST_USE enum err rules_duty_show(struct call *call, int64_t duty_id, struct json_writer *w);
/* Writes "demands":[…] (rules_demand_table): what satisfies duties of a rule, for the button that leads
 * there and for putting duties together that one document settles. Empty when the rule is gone. */
MUST_USE enum err rules_demands_show(struct call *call, struct str rule, struct json_writer *w);
/* The same list, read: for who looks for a fact in it. */
MUST_USE enum err rules_demands(struct call *call, struct str rule, const struct json **ret);
/* What follows when a duty of this rule falls late: the first consequence of a pack that hears of it (text
 * empty: none), and the first step up: to whom (empty: nobody) after how many working days. Texts live in
 * call->arena. */
struct rules_after {
    struct str text, text_en, article, to;
    int working_days;
};
MUST_USE enum err rules_after_late(struct call *call, struct str rule, struct rules_after *ret);
/* "packs":[…]: metadata, counts of articles and rules, and the kinds of evidence they ask for with their
 * titles. */
MUST_USE enum err rules_packs_show(struct call *call, struct json_writer *w);
/* One article: its text in short and the rules that stand on it, in words. ERR_NOT_FOUND. */
MUST_USE enum err rules_article_show(struct call *call, struct str article, struct json_writer *w);
/* A count of working days, day by day (rules_count_table). */
void rules_count_show(struct call *call, int32_t from, int working_days, struct json_writer *w);
/* May the actor see the subject? ERR_NOT_FOUND otherwise. */
MUST_USE enum err rules_subject_reach(struct call *call, struct str subject_kind, int64_t subject_id);

/* ---- packs ---- */
struct rules_lint {
    int line, column;
    struct str message;
};
/* Reads and checks a pack's YAML against the declared facts, subjects, proposals. All mistakes, each with its
 * place. */
MUST_USE enum err rules_pack_lint(struct call *call, struct str yaml, struct rules_lint **ret,
                                  size_t *ret_many);
/* Loads the packs built into the program that are absent, or still stand as an older program brought them: a
 * pack that was uploaded is never overwritten. Called by `serve`, `init`, `demo` inside a write transaction.
 */
MUST_USE enum err rules_pack_install(struct call *call);
/* Loads (replaces the newest version of) a pack in the call's transaction and evaluates it. preview: only
 * counts what it would open and close. */
struct rules_load_report {
    int64_t opens, closes, articles, duties, gates, consequences;
    struct str pack, version;
};
MUST_USE enum err rules_pack_load(struct call *call, struct str yaml, bool preview,
                                  struct rules_load_report *ret);
/* Writes "articles":[…] into the open object (rules_coverage_table): fulfilled, due, late and exempt of an
 * article count duties, its "units" count units by their worst duty. scope_path as in lists ("" all). */
MUST_USE enum err rules_coverage(struct call *call, struct str scope_path, struct json_writer *w);

/* ---- time ---- */
/* Everything that only the calendar changes: late duties, reminders, escalations, provisional dates when a
 * year arrives, consequences of lateness. */
MUST_USE enum err rules_sweep(struct call *call);
/* The same in short transactions, for a server: the plan is made on a reading connection; each step, on the
 * lane, takes some hundredths of a second and settles what it touched. rules_plan_left: subjects still to be
 * looked at; 0: done. */
struct rules_plan;
MUST_USE enum err rules_sweep_plan(struct call *call, struct rules_plan **ret);
MUST_USE enum err rules_sweep_step(struct call *call, struct rules_plan *plan);
int64_t rules_plan_left(const struct rules_plan *plan);
void rules_plan_free(struct rules_plan *plan);

#endif
