/* SPDX-License-Identifier: Apache-2.0
 *
 * document: official papers: drafted, numbered, frozen, drawn, and proved. Other capabilities bring the text
 * as the members of a press description (helpers/press.h) without "number", "date" and "verify". Sources:
 * GB/T 9704-2012; Z25, J24–J26 (written orders), S9 (invitations).
 */
#ifndef ANZE_DOMAIN_DOCUMENT_H
#define ANZE_DOMAIN_DOCUMENT_H

#include "base/call.h"
#include "base/field.h"
#include "helpers/press.h"

extern const struct field_table document_proof_table; /* what document_verify writes */
extern const struct field_enum document_kind_enum, document_state_enum;

struct document_draft {
    const char *kind; /* of document_kind_enum */
    struct str title;
    int64_t unit_id; /* the main recipient */
    struct str unit_path;
    const char *subject_kind; /* "letter", "case" */
    int64_t subject_id;
    struct str members; /* JSON members: "\"kind\":\"document\",\"mark\":[…],…" */
};
/* Writes or, when *document_id is not 0, rewrites a draft. ERR_REFUSED when it was issued. */
MUST_USE enum err document_write(struct call *call, const struct document_draft *draft, int64_t *document_id);
/* Numbers, dates and freezes a draft. issuer_code: 机关代字, e.g. "示数整". The number is had back, e.g.
 * 示数整〔2026〕3号. */
MUST_USE enum err document_issue(struct call *call, int64_t document_id, struct str issuer_code,
                                 struct str *ret_number, struct str *ret_verify_code);
/* Freezes a draft that carries no number (a sheet to be stamped, a pledge): dated, with a code that proves
 * it. */
MUST_USE enum err document_freeze(struct call *call, int64_t document_id, struct str *ret_verify_code);
/* The number keeps its place; the paper is void. */
MUST_USE enum err document_withdraw(struct call *call, int64_t document_id);
/* Slow (the press draws): worker threads only. */
MUST_USE enum err document_render(struct call *call, int64_t document_id, enum press_format format,
                                  struct str *ret_bytes, struct press_report *ret_report);
/* The whole press description as it stands. */
MUST_USE enum err document_json(struct call *call, int64_t document_id, struct str *ret_json);
/* What a code on a paper proves. Writes the members; ERR_NOT_FOUND when anze issued no such paper.
 * ret_intact: the paper's text is the one whose digest the ledger has kept since it was issued. */
MUST_USE enum err document_verify(struct call *call, struct str verify_code, struct json_writer *w,
                                  bool *ret_intact);
MUST_USE enum err document_by_code(struct call *call, struct str verify_code, int64_t *ret_document_id);

#endif
