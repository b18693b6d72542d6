/* SPDX-License-Identifier: Apache-2.0
 *
 * rules: packs, facts, duties, gates, consequences, coverage. Rules are data (packs as YAML), facts are code.
 *
 * A fact is something a capability can assert about a subject: a name, a subject kind and one literal SQL query. A duty opens when
 * all its `applies` facts hold, closes when all its `satisfied` facts hold, is late when its due date has passed, and freezes what it was judged by.
 * A gate lists what must hold before a change of state. A consequence proposes something to people, as a draft.
 * Nobody polls: a capability touches the subject whose facts changed (rules_touch) and the engine evaluates it in the same
 * transaction (rules_settle, called by the lane before commit); only the passing of time is a job (rules_sweep), set-wise.
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
 *     column 2  value (text or integer; NULL when the fact is a plain yes): what {min:, is:, in:, at_least:} compare with
 * Parameter $1 is a subject id, or 0 for all subjects:  … WHERE ($1 = 0 OR f.finding_id = $1)
 * order: for at_least on named values, the enum whose order counts (least first); else NULL. */
struct rules_fact {
    const char *name;    /* "finding.formally_notified" */
    const char *subject; /* "finding" */
    const char *sql;
    const struct field_enum *order;
};
/* A kind of subject: how the engine finds who answers. SQL: rows (id, unit_id, unit_path, label), same $1 convention.
 * system_sql (may be NULL): rows (id, system_id): for `recurs … same: system`. */
struct rules_subject {
    const char *name; /* "finding" */
    const char *sql;
    const char *system_sql;
};
struct rules_case;
/* A consequence's `propose: {discipline.interview: {…}}`: the capability that makes the draft. args is the object in the pack. Called inside the transaction. */
struct rules_proposal {
    const char *name;
    enum err (*propose)(struct call *call, const struct rules_case *about, const struct json *args);
};
struct rules_case {
    const char *pack, *article, *rule; /* "Y", "Y5", "Y5.criticism" */
    const char *subject_kind;
    int64_t subject_id, unit_id, system_id, duty_id; /* 0 where there is none */
    struct str unit_path, reason; /* reason: one sentence in Chinese: which facts fired */
};
/* Told when a duty opens, is satisfied, comes near, falls late or escalates (notify listens). */
enum rules_event { RULES_OPENED, RULES_SATISFIED, RULES_REMIND, RULES_LATE, RULES_ESCALATE, RULES_CANCELLED };
typedef enum err rules_listener(struct call *call, enum rules_event event, int64_t duty_id, const char *to_post);

/* Once at start, before threads; pointers must stay valid. */
void rules_declare_facts(const struct rules_fact *facts, size_t many);
void rules_declare_subjects(const struct rules_subject *subjects, size_t many);
void rules_declare_proposals(const struct rules_proposal *proposals, size_t many);
void rules_listen(rules_listener *listener);

/* ---- what capabilities call ---- */
/* Notes that facts about this subject may have changed; cheap, deduplicated. */
void rules_touch(struct call *call, const char *subject_kind, int64_t subject_id);
/* Evaluates everything touched; called once before commit by the lane wrapper (http, jobs, commands). */
MUST_USE enum err rules_settle(struct call *call);
/* Asks a gate. ERR_REFUSED with one fault an unmet requirement (fault->article set); ERR_OK when all hold or an approved exemption covers it. */
MUST_USE enum err rules_gate(struct call *call, const char *change, int64_t subject_id);
/* A threshold in force today, by name ("project.security_share_min"): value as num/den. ERR_NOT_FOUND when no pack sets it. */
MUST_USE enum err rules_threshold(struct call *call, const char *name, int64_t *ret_num, int64_t *ret_den);
/* Grants more working days on the open duties of a subject whose rule allows an extension; ERR_REFUSED beyond max_working_days. */
MUST_USE enum err rules_extend(struct call *call, const char *subject_kind, int64_t subject_id, const char *duty_rule, int working_days,
                               struct str reason);
/* Where a citation is needed (letters): pack title, number and cite text of an article in force, e.g. 《…办法》（…号）第五部分. */
MUST_USE enum err rules_cite(struct call *call, const char *article, struct str *ret_text);
/* The working-day calendar in force (built-in unless the data folder has newer year files). */
const struct calendar *rules_calendar(void);

/* ---- packs ---- */
struct rules_lint { int line, column; struct str message; };
/* Reads and checks a pack's YAML against the declared facts, subjects, proposals. All mistakes, each with its place. */
MUST_USE enum err rules_pack_lint(struct call *call, struct str yaml, struct rules_lint **ret, size_t *ret_many);
/* Loads (replaces the newest version of) a pack in the call's transaction and evaluates it. preview: only counts what it would open and close. */
struct rules_load_report { int64_t opens, closes, articles, duties, gates, consequences; struct str pack, version; };
MUST_USE enum err rules_pack_load(struct call *call, struct str yaml, bool preview, struct rules_load_report *ret);
/* Per article: {"pack","article","cite","title","summary","supported","fulfilled","due","late","exempt","units":…}. scope as in lists. */
MUST_USE enum err rules_coverage(struct call *call, struct str scope_path, struct json_writer *w);

/* ---- time ---- */
/* Everything that only the calendar changes: late duties, reminders, escalations, provisional dates when a year arrives, consequences of lateness. */
MUST_USE enum err rules_sweep(struct call *call);

extern const struct db_step rules_steps[];
extern const size_t rules_steps_many;

#endif
