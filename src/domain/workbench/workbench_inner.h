/* SPDX-License-Identifier: Apache-2.0
 * workbench_inner: the blocks of the first page. */
#ifndef ANZE_DOMAIN_WORKBENCH_INNER_H
#define ANZE_DOMAIN_WORKBENCH_INNER_H

#include "base/call.h"
#include "base/field.h"
#include "base/json.h"

struct workbench {
    struct call *call;
    struct json_writer *w;
    struct str scope, today, soon; /* soon: three working days on */
    struct str role;               /* whose duties are "mine": '' the unit's own, else an authority role */
    bool authority, unit_side, scan_team;
};

/* What is written; grade: a row of the overview's register. */
extern const struct field_table workbench_table, workbench_brief_table, workbench_overview_table,
    workbench_grade_table;

enum err workbench_duties(struct workbench *b);
enum err workbench_letters(struct workbench *b);
enum err workbench_cases(struct workbench *b);
enum err workbench_findings(struct workbench *b);
enum err workbench_systems(struct workbench *b);
enum err workbench_red(struct workbench *b);
enum err workbench_todo(struct workbench *b);

/* How a scope stands, for charts: twelve months of rectification, answers in time by unit, the register by
 * type and grade, collections that run. */
enum err workbench_overview(struct call *call, struct str scope, struct json_writer *w);

/* The leader's page. month: "YYYY-MM"; "" the present one. */
enum err workbench_brief(struct call *call, struct str scope, struct str month, struct json_writer *w);

#endif
