/* SPDX-License-Identifier: Apache-2.0
 *
 * rules_evidence: the kinds of documents that the packs ask for. A pack names its own, so that a duty which
 * nobody foresaw needs no code: whoever takes documents in asks here which kinds there are.
 */
#ifndef ANZE_RULES_RULES_EVIDENCE_H
#define ANZE_RULES_RULES_EVIDENCE_H

#include "base/call.h"
#include "base/json.h"

struct rules_evidence_kind {
    struct str kind, title, title_en;
};
/* A kind that a pack in force names; texts live in call->arena. ERR_NOT_FOUND. */
MUST_USE enum err rules_evidence_find(struct call *call, struct str kind, struct rules_evidence_kind *ret);
/* Calls each once for every kind, in the order of the packs. */
MUST_USE enum err rules_evidence_each(struct call *call,
                                      enum err (*each)(struct call *call,
                                                       const struct rules_evidence_kind *kind, void *context),
                                      void *context);

#endif
