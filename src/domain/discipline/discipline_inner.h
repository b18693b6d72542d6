/* SPDX-License-Identifier: Apache-2.0
 * discipline_inner: what the files of this folder share. */
#ifndef ANZE_DOMAIN_DISCIPLINE_INNER_H
#define ANZE_DOMAIN_DISCIPLINE_INNER_H

#include "domain/discipline/discipline.h"
#include "rules/rules.h"

/* History, ledger, and a touch for the rules. note is kept in both; nothing personal may stand in it. */
enum err discipline_record(struct call *call, const struct discipline_case *c, const char *verb,
                           struct str note);
/* Moves to a state; ERR_CONFLICT when somebody else was quicker. */
enum err discipline_move(struct call *call, struct discipline_case *c, const char *to);
/* Tells the people whom the new state concerns. */
enum err discipline_tell(struct call *call, const struct discipline_case *c, const char *what);
bool discipline_is(const struct discipline_case *c, const char *state);

#define DISCIPLINE_PROPOSALS 5
extern const struct rules_proposal discipline_proposals[DISCIPLINE_PROPOSALS];

#endif
