/* SPDX-License-Identifier: Apache-2.0
 *
 * attachment: documents handed in as evidence. The bytes are kept by their SM3 digest under
 * <data>/attachments/ab/cd/, never parsed here; a row says to whom they belong, what kind they are and which
 * days they speak for. Sources: S1, SA1, Y3, Y6, Z16, Z18, Z19, Z22, J6, J12, J14, J17–J22 (evidence), J2, Z6
 * (nothing classified).
 */
#ifndef ANZE_DOMAIN_ATTACHMENT_H
#define ANZE_DOMAIN_ATTACHMENT_H

#include "base/call.h"
#include "base/field.h"
#include "base/json.h"

#define ATTACHMENT_SIZE_MAX (100LL * 1024 * 1024)

extern const struct field_enum attachment_state_enum;
extern const struct field_table attachment_table;

/* ---- what may be attached to ---- */
/* Finds the unit of a subject, inside the actor's scope: ERR_NOT_FOUND for a foreign one as for a missing
 * one. */
typedef enum err attachment_reach(struct call *call, int64_t subject_id, int64_t *ret_unit_id,
                                  struct str *ret_unit_path);
/* Once at start, before threads: a capability says how its things are reached. kind must stay valid. */
void attachment_declare_subject(const char *kind, attachment_reach *reach);
/* ERR_INVALID (field subject_kind) for a kind that nobody declared. */
MUST_USE enum err attachment_subject(struct call *call, struct str kind, int64_t subject_id,
                                     int64_t *ret_unit_id, struct str *ret_unit_path);

/* ---- files (slow: worker threads) ---- */
struct attachment_file {
    struct str digest; /* SM3, hex */
    const char *media_type;
    int64_t size;
};
/* What the bytes are, by their first ones and the ending of the name, from a closed list; they must agree.
 * NULL and a fault when not. head: the first bytes, as many as there are up to ATTACHMENT_HEAD. */
#define ATTACHMENT_HEAD 8192
const char *attachment_media_type(struct call *call, struct str head, struct str file_name);
/* Takes a spooled upload into the store: hashed, copied, forced to disk, read back and hashed again, and only
 * then named. The same bytes twice are one file. */
MUST_USE enum err attachment_store(struct call *call, const char *data_dir, const char *path,
                                   struct str file_name, struct attachment_file *ret);
/* The path of stored bytes, after they were hashed again: ERR_FAILED when they are gone or changed. */
MUST_USE enum err attachment_open(struct call *call, const char *data_dir, struct str digest,
                                  const char **ret_path);

/* ---- rows ---- */
/* "2026", "2026-H1", "2026-Q3", "2026-05", "2026-05-03"; empty: today. False when it is none of these. */
struct attachment_period {
    char from[11], to[11];
};
bool attachment_period_parse(struct call *call, struct str text, struct attachment_period *ret);

struct attachment_new {
    struct str subject_kind, kind, file_name, note;
    int64_t subject_id, unit_id;
    struct str unit_path;
    struct attachment_period period;
    struct attachment_file file;
};
/* Writes the row and the ledger, and touches the unit for the rules. */
MUST_USE enum err attachment_add(struct call *call, const struct attachment_new *made,
                                 int64_t *ret_attachment_id);
/* The row stays, and the bytes; it proves nothing any more. */
MUST_USE enum err attachment_withdraw(struct call *call, int64_t attachment_id, struct str reason);
extern const char *const attachment_general_kinds[]; /* NULL-terminated; the packs add theirs */
/* What a kind is called, in the call's language. */
struct str attachment_kind_title(struct call *call, struct str kind);
/* Is it one of the general kinds or one that a pack in force names? */
MUST_USE enum err attachment_kind_known(struct call *call, struct str kind, bool *ret);
/* How many filed documents a subject has. */
MUST_USE enum err attachment_count(struct call *call, const char *subject_kind, int64_t subject_id,
                                   int64_t *ret);

#endif
