/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_duty: what the two halves of duty evaluation share: the walk (rules_duty.c) decides, the moves
 * (rules_duty_move.c) write.
 */
#ifndef ANZE_RULES_RULES_DUTY_H
#define ANZE_RULES_RULES_DUTY_H

#include "rules/rules_inner.h"

/* A duty cancelled within so many days and opened again goes on counting from its first day. */
#define RULES_CLOCK_KEPT_DAYS 92
/* Changes of one rule written to the ledger one by one; a set-wise run sums up the rest in one entry. */
#define RULES_LEDGER_EACH 200

struct rules_standing { /* a current row of rules_duty */
    int64_t duty_id, subject_id, unit_id, late_at_ms, extension, due_n;
    const char *due_kind;
    int32_t due, from, not_before, basis;
    char state; /* 'o'pen 's'atisfied 'w'aived */
    bool provisional, other_calendar;
};

#define RULES_STANDING_COLUMNS                                                                               \
    "duty_id, subject_id, state, due_on, from_on, late_at_ms, provisional, extension, not_before, "          \
    "due_kind, due_n, basis_on, unit_id,"
/* The current row, of a query that begins with these columns and whether its calendar is another one. */
void rules_standing_take(const struct db_rows *rows, struct rules_standing *ret);

/* All duties of one subject that its rules may ask about, in one query: the current ones and those cancelled
 * lately, by rule and age. Valid for one look, since a rule changes only its own rows and is
 * walked once. */
struct rules_own {
    struct rules_standing standing;
    struct str rule, occurrence;
    bool current, cancelled;
    int64_t closed_at_ms;
};
struct rules_own_rows {
    struct rules_own *at;
    size_t many;
};
MUST_USE enum err rules_own_load(struct rules_look *look, const struct rules_duty_rule *rule,
                                 const struct rules_own_rows **ret);

/* Until when the one subject of the look is exempt from the rule; RULES_DAY_NONE: not. */
MUST_USE enum err rules_own_exempt(struct rules_look *look, const struct rules_subject *subject,
                                   const char *rule, int32_t *ret);

struct rules_dated {
    int64_t id;
    int32_t day;
};

struct rules_sent {
    int64_t duty_id;
    int32_t due;
    struct str step;
};

struct rules_work { /* one rule in one period */
    struct rules_look *look;
    const struct rules_duty_rule *rule;
    struct rules_period period;
    bool in_force, is_now;
    struct rules_cursor applies[RULES_CONDS_MAX], satisfied[RULES_CONDS_MAX], from, severity;
    struct rules_cond from_cond, severity_cond;
    struct rules_standing *standing;
    struct rules_dated *exempt, *cancelled;
    struct rules_sent *sent;
    size_t many, many_exempt, many_cancelled, many_sent, exempt_at, cancelled_at, sent_at;
    int64_t noted, summed_opened, summed_satisfied,
        summed_other; /* ledger entries written, changes only summed up */
};

struct rules_verdict {
    bool applies, satisfied;
    int64_t satisfied_ms;            /* newest since of the facts that satisfy; 0: not told */
    int32_t exempt_until, kept_from; /* RULES_DAY_NONE: none */
    int32_t from;
    struct str severity;
};

void *rules_grown(struct arena *arena, void *at, size_t many, size_t *cap, size_t size);
/* state: open, waived, or satisfied (noted as fulfilled without ever having been open). */
MUST_USE enum err rules_duty_open(struct rules_work *work, const struct rules_subject_row *subject,
                                  const struct rules_verdict *verdict, const char *state, int32_t not_before);
/* current: the closed row still tells how the subject stands. */
MUST_USE enum err rules_duty_close(struct rules_work *work, const struct rules_standing *row,
                                   const char *state, int64_t done_ms, bool current);
MUST_USE enum err rules_duty_retire(struct rules_work *work, const struct rules_standing *row);
MUST_USE enum err rules_duty_waive(struct rules_work *work, const struct rules_standing *row);
/* An open row that stays open: basis moved? calendar changed? late? reminders? */
MUST_USE enum err rules_duty_keep(struct rules_work *work, struct rules_standing *row,
                                  const struct rules_subject_row *subject,
                                  const struct rules_verdict *verdict);
/* The subject went to another unit: whoever holds it now answers, by the same clock. */
MUST_USE enum err rules_duty_hand_over(struct rules_work *work, struct rules_standing *row,
                                       const struct rules_subject_row *subject);
MUST_USE enum err rules_duty_exempt_until(struct rules_work *work, int64_t subject_id, int32_t *ret);
MUST_USE enum err rules_duty_sent_load(struct rules_work *work);
MUST_USE enum err rules_duty_tally(struct rules_work *work);
/* Writes rules_change and says it in the ledger. */
MUST_USE enum err rules_duty_changed(struct call *call, int64_t duty_id, const char *what,
                                     struct str old_value, struct str new_value, struct str reason);

#endif
