/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_inner: what the files of this room share: a pack as compiled from its YAML, the set of packs in
 * force, and the look (facts fetched once, for one subject or for all). Nothing outside src/rules includes
 * it.
 */
#ifndef ANZE_RULES_RULES_INNER_H
#define ANZE_RULES_RULES_INNER_H

#include "base/words.h"
#include "ledger/ledger.h"
#include "rules/rules.h"
#include "rules/rules_form.h"
#include "rules/rules_yaml.h"

#define RULES_CONDS_MAX 12
#define RULES_STEPS_MAX 8
#define RULES_FACTS_MAX 400
#define RULES_DAY_NONE  INT32_MIN

/* ---- compiled packs ---- */

enum rules_op { RULES_HOLDS, RULES_IS, RULES_IN, RULES_AT_LEAST, RULES_AT_MOST };

/* One condition: a fact, perhaps narrowed by arguments, compared, limited to the recent past, or denied. */
struct rules_cond {
    const struct rules_fact *fact;
    bool negate;
    struct str args[2]; /* parallel to fact->args; "period" keeps "year" … */
    enum rules_op op;
    struct str *words; /* IS, IN: the values; AT_LEAST, AT_MOST on names: words[0] */
    size_t many_words;
    int64_t number; /* AT_LEAST, AT_MOST on numbers */
    bool numeric;
    int within_days, within_months; /* since when at most; 0: no limit */
};
struct rules_conds {
    struct rules_cond at[RULES_CONDS_MAX];
    size_t many;
};

enum rules_due_kind {
    RULES_DUE_NONE,
    RULES_DUE_WORKING_DAYS,
    RULES_DUE_DAYS,
    RULES_DUE_MONTHS,
    RULES_DUE_DATE,
    RULES_DUE_PERIOD
};
struct rules_due {
    enum rules_due_kind kind;
    const struct rules_fact *from; /* NULL: the day the duty opens */
    int n;
    int month, mday; /* RULES_DUE_DATE of every year */
    int32_t day;     /* RULES_DUE_DATE once */
};

enum rules_every { RULES_ONCE, RULES_YEAR, RULES_HALF_YEAR, RULES_QUARTER, RULES_MONTH };
struct rules_period {
    char name[16]; /* "2026", "2026-H1", "2026-Q3", "2026-07"; "" for RULES_ONCE */
    int32_t first, last;
};

/* A reminder or an escalation: working days before (-), on (0) or after (+) the due date. */
struct rules_step {
    int working_days;
    bool escalate;
    const char *to;   /* post or role; NULL: who answers */
    const char *name; /* "before:1", "on", "late:3": the key of "sent once" */
};

struct rules_exemption_rule {
    const char *procedure; /* NULL: none allowed */
    int max_days;
};

struct rules_pack;
struct rules_duty_rule {
    const struct rules_pack *pack;
    const char *id, *article;
    const struct rules_subject *subject;
    const char *text, *text_en;
    enum rules_every every;
    struct rules_conds applies, satisfied;
    struct rules_due due;
    const char *answers;
    bool answers_role;
    const char *severity;                   /* fixed, or NULL */
    const struct rules_fact *severity_fact; /* the value of this fact, or NULL */
    struct rules_step steps[RULES_STEPS_MAX];
    size_t many_steps;
    int extension_max;
    struct rules_exemption_rule exemption;
};

struct rules_require {
    struct rules_cond fact;
    struct rules_conds when;
    const char *text, *text_en;
};
struct rules_gate_rule {
    const struct rules_pack *pack;
    const char *id, *article, *change;
    const struct rules_subject *subject;
    struct rules_require require[RULES_CONDS_MAX];
    size_t many;
    struct rules_exemption_rule exemption;
};

enum rules_term_kind { RULES_TERM_FACT, RULES_TERM_LATE, RULES_TERM_RECURS };
struct rules_term {
    enum rules_term_kind kind;
    struct rules_cond cond;         /* FACT; RECURS: its fact */
    const char *duty;               /* LATE */
    int within_months, within_days; /* RECURS */
    int line, column;
};
enum rules_per { RULES_PER_SUBJECT, RULES_PER_SYSTEM, RULES_PER_UNIT };
struct rules_consequence {
    const struct rules_pack *pack;
    const char *id, *article;
    const struct rules_subject *subject;
    bool any;
    struct rules_term terms[RULES_CONDS_MAX];
    size_t many;
    const struct rules_proposal *proposal;
    struct str args; /* JSON text */
    enum rules_per per;
    const char *text, *text_en;
};

struct rules_threshold_rule {
    const char *id, *article, *name;
    int64_t num, den;
};
struct rules_article {
    const char *id, *cite, *title, *title_en, *summary, *summary_en, *not_yet, *not_yet_en;
    bool informs; /* a definition of scope, date or authority that asks nothing of anybody */
    bool fed;     /* some rule of the pack stands on it */
    int line, column;
};
struct rules_evidence {
    const char *kind, *title, *title_en;
};
struct rules_pack {
    const char *id, *title, *title_en, *number, *issuer, *issuer_en, *version;
    int64_t row_id;   /* rules_pack.pack_row, 0 while only linted */
    int32_t from, to; /* in force; to is INT32_MAX when open */
    struct rules_article *articles;
    struct rules_evidence *evidence;
    struct rules_duty_rule *duties;
    struct rules_gate_rule *gates;
    struct rules_consequence *consequences;
    struct rules_threshold_rule *thresholds;
    struct rules_form *forms;
    struct rules_pledge *pledges;
    size_t many_articles, many_evidence, many_duties, many_gates, many_consequences, many_thresholds,
        many_forms, many_pledges;
};

/* ---- lint (rules_lint.c) ---- */
#define RULES_LINT_MAX 200
struct rules_checker {
    struct arena *arena;
    enum call_lang lang;
    struct rules_lint items[RULES_LINT_MAX];
    size_t many;
};
#define rules_complain(checker, line, column, key, ...)                                                      \
    rules_complain_args(                                                                                     \
        (checker), (line), (column), (key), (struct str[]){__VA_ARGS__ __VA_OPT__(, ) STR_NONE},             \
        sizeof((struct str[]){__VA_ARGS__ __VA_OPT__(, ) STR_NONE}) / sizeof(struct str) - 1)
void rules_complain_args(struct rules_checker *checker, int line, int column, const char *key,
                         const struct str *args, size_t many);
/* The nearest of the names to a misspelt word, or STR_NONE when none is near. */
struct str rules_nearest(struct str word, const char *const *names);
/* Complains of keys that are not among the names (NULL-terminated); false when the node is not a mapping. */
bool rules_check_keys(struct rules_checker *checker, const struct rules_yaml *map, const char *const *names);
/* A text member; complains when it is required and absent, or not a text. NULL when absent. */
const char *rules_check_text(struct rules_checker *checker, const struct rules_yaml *map, const char *key,
                             bool required);
bool rules_check_number(struct rules_checker *checker, const struct rules_yaml *node, int64_t min,
                        int64_t max, int64_t *ret);
/* One of the names, as the static spelling; NULL (and complained) otherwise. what: words key of the kind of
 * name. */
const char *rules_check_word(struct rules_checker *checker, const struct rules_yaml *node,
                             const char *const *names, const char *what);
bool rules_check_list(struct rules_checker *checker,
                      const struct rules_yaml *node); /* false and complained when it is something else */

/* ---- compiling (rules_compile*.c) ---- */
/* Always gives a pack when the YAML itself could be read: with what was sound in it. Mistakes are in checker.
 */
struct rules_pack *rules_compile(struct rules_checker *checker, struct str yaml);
bool rules_compile_cond(struct rules_checker *checker, const struct rules_yaml *node, struct rules_cond *ret);
bool rules_compile_conds(struct rules_checker *checker, const struct rules_yaml *list,
                         struct rules_conds *ret);
/* The kind every condition speaks of; complains when they differ from `subject` (or from each other when
 * NULL). */
bool rules_compile_same_subject(struct rules_checker *checker, const struct rules_yaml *node,
                                const struct rules_conds *conds, const struct rules_subject **subject);
bool rules_compile_duty(struct rules_checker *checker, const struct rules_yaml *node,
                        struct rules_duty_rule *ret);
bool rules_compile_gate(struct rules_checker *checker, const struct rules_yaml *node,
                        struct rules_gate_rule *ret);
bool rules_compile_consequence(struct rules_checker *checker, const struct rules_yaml *node,
                               struct rules_consequence *ret);
bool rules_compile_threshold(struct rules_checker *checker, const struct rules_yaml *node,
                             struct rules_threshold_rule *ret);
bool rules_compile_form(struct rules_checker *checker, const struct rules_yaml *node, struct rules_form *ret);
bool rules_compile_pledge(struct rules_checker *checker, const struct rules_yaml *node,
                          struct rules_pledge *ret);
/* Links of undertakings, and versions that duties ask for. */
void rules_compile_check_pledges(struct rules_checker *checker, const struct rules_pack *pack);
void rules_compile_exemption(struct rules_checker *checker, const struct rules_yaml *node,
                             struct rules_exemption_rule *ret);
void rules_compile_evidence(struct rules_checker *checker, const struct rules_yaml *list,
                            struct rules_pack *pack);
/* Evidence kinds named in conditions must be declared in the pack. */
void rules_compile_check_kinds(struct rules_checker *checker, const struct rules_yaml *root,
                               const struct rules_pack *pack);

/* ---- declared (rules_declare.c) ---- */
struct rules_subject_row;
const struct rules_fact *rules_fact_named(struct str name);
const struct rules_subject *rules_subject_named(struct str name);
const struct rules_proposal *rules_proposal_named(struct str name);
const char *const *rules_fact_names(struct arena *arena);
const char *const *rules_subject_names(struct arena *arena);
const char *const *rules_proposal_names(struct arena *arena);
const char *const *rules_post_names(void);
const struct rules_fact *rules_fact_at(size_t at);       /* NULL past the end */
const struct rules_subject *rules_subject_at(size_t at); /* NULL past the end */
/* One subject as its kind's query gives it (texts in call->arena). ERR_NOT_FOUND. */
MUST_USE enum err rules_subject_find(struct call *call, const struct rules_subject *subject, int64_t id,
                                     struct rules_subject_row *ret);
/* The query of a fact or subject in the shape for one subject (index look-up) or for all. */
const char *rules_sql_for(const char *sql, int64_t subject_id);
enum err rules_tell(struct call *call, enum rules_event event, int64_t duty_id, const char *to) MUST_USE;

/* ---- the packs in force (rules_set.c) ---- */
struct rules_set {
    const struct rules_pack **packs;
    size_t many;
};
/* The packs as loaded in this transaction; shared, read-only, held until call->arena ends. */
MUST_USE enum err rules_set_of(struct call *call, const struct rules_set **ret);
const struct rules_duty_rule *rules_duty_rule_named(const struct rules_set *set,
                                                    struct str id); /* NULL: none */
bool rules_in_force(const struct rules_pack *pack, int32_t day);

/* ---- the look: facts fetched once (rules_look.c) ---- */
struct rules_row { /* one row of a fact */
    int64_t id, since, number;
    struct str text;
    bool is_text;
};
struct rules_rows { /* sorted by id */
    struct rules_row *at;
    size_t many;
};
struct rules_subject_row {
    int64_t id, unit_id, system_id;
    struct str unit_path, label;
};
struct rules_subject_rows {
    struct rules_subject_row *at;
    size_t many;
};
struct rules_fetched {
    const struct rules_fact *fact;
    struct str args[2];
    struct rules_period period;
    struct rules_rows rows;
    struct rules_fetched *next;
};
struct rules_family;
struct rules_exempt_row;
struct rules_only { /* facts that a touch named */
    struct rules_named {
        const struct rules_fact *fact;
        bool value_only;
    } * at;
    size_t many;
};
struct rules_look {
    struct call *call;
    struct arena *arena; /* its own: dropped with the look */
    int64_t subject_id;  /* 0: all */
    int32_t today;
    struct str today_on; /* the same as "YYYY-MM-DD" */
    struct rules_fetched *fetched;
    struct rules_own_rows *own;           /* the duties of the one subject, once asked for */
    const struct rules_duty_rule *own_of; /* NULL: of all rules */
    /* The facts of the one subject's own row, once asked for, by their place in the family. */
    const struct rules_family *family;
    struct rules_rows *family_rows;
    /* Running exemptions of the one subject, once asked for. */
    struct rules_exempt_row *exempt;
    size_t many_exempt;
    bool exempt_known;
    const struct rules_only *only; /* NULL, or what alone may have changed */
    struct rules_plan *plan;       /* of a sweep in steps (rules_plan.c), or NULL */
    bool dry;                      /* the plan is being made: nothing is written */
    struct {
        const struct rules_subject *subject;
        struct rules_subject_rows rows;
    } subjects[16];
    size_t many_subjects;
    struct str interned[64];
    size_t many_interned;
    int64_t opened, closed; /* duties that a person sees come and go */
};
MUST_USE enum err rules_look_fact(struct rules_look *look, const struct rules_fact *fact,
                                  const struct str args[2], const struct rules_period *period,
                                  struct rules_rows *ret);
MUST_USE enum err rules_look_subjects(struct rules_look *look, const struct rules_subject *subject,
                                      struct rules_subject_rows *ret);
/* Does this row pass the comparison and the time limit? (negate is not looked at) */
bool rules_passes(const struct rules_cond *cond, const struct rules_row *row, int32_t today);

/* A condition's rows and a finger moving along them: subjects are asked for in ascending order. Fetched when
 * first asked. */
struct rules_cursor {
    const struct rules_cond *cond;
    struct rules_period period;
    struct rules_rows rows;
    size_t at;
    bool fetched;
};
/* Whether the condition holds for the id; since of the earliest row that passes in ret_since (0: always or
 * denied). */
MUST_USE enum err rules_cursor_holds(struct rules_look *look, struct rules_cursor *cursor, int64_t id,
                                     bool *ret, int64_t *ret_since);
/* The rows of the id, whatever the comparison says. */
MUST_USE enum err rules_cursor_rows(struct rules_look *look, struct rules_cursor *cursor, int64_t id,
                                    const struct rules_row **ret, size_t *ret_many);
int rules_rank(const struct field_enum *order, struct str word); /* -1: not in it */

/* ---- time (rules_due.c) ---- */
struct rules_period rules_period_of(enum rules_every every, int32_t day);
bool rules_period_parse(enum rules_every every, struct str name, struct rules_period *ret);
extern const struct field_enum rules_due_kind_enum;
extern const struct field_table rules_change_table;
const char *rules_due_kind_name(enum rules_due_kind kind);
/* Counted from a day by the frozen terms of a duty; extension in working days on top; never before
 * not_before. */
struct calendar_due rules_due_count(const struct calendar *calendar, struct str kind, int32_t from, int64_t n,
                                    int64_t extension, int32_t not_before);
int32_t rules_day(struct str date); /* RULES_DAY_NONE for '' */

/* ---- evaluation ---- */
MUST_USE enum err rules_duty_evaluate(struct rules_look *look, const struct rules_duty_rule *rule);
MUST_USE enum err rules_consequence_evaluate(struct rules_look *look, const struct rules_consequence *rule);
MUST_USE enum err rules_evaluate_pack(struct rules_look *look, const struct rules_pack *pack,
                                      const struct rules_subject *only);
/* Every subject of every kind; only: NULL, or the one pack to evaluate. */
MUST_USE enum err rules_evaluate_all(struct call *call, const struct rules_set *set,
                                     const struct rules_pack *only, int64_t *ret_opened, int64_t *ret_closed);
/* Duties of rules that the pack no longer has. */
MUST_USE enum err rules_duty_cancel_dropped(struct rules_look *look, const struct rules_pack *pack);

#endif
