/* SPDX-License-Identifier: Apache-2.0
 *
 * org: units, people, posts, and who owns which addresses and domains. The front that other capabilities see.
 * Texts returned live in call->arena. Sources: S1, SA2, Y2, Y3, Z5, Z8.
 */
#ifndef ANZE_DOMAIN_ORG_H
#define ANZE_DOMAIN_ORG_H

#include "base/call.h"
#include "base/field.h"
#include "base/ip.h"

struct org_unit {
    int64_t unit_id, parent_id;
    struct str unit_path, unit_name, short_name, unit_kind, uscc, region_code, issuer_code;
};

struct org_person {
    int64_t person_id, unit_id, user_id;
    struct str unit_path, person_name, title, office_phone, mobile, email;
};

extern const struct field_enum org_unit_kind_enum, org_post_kind_enum, org_network_zone_enum;
extern const struct field_table org_unit_table, org_person_table, org_post_table, org_address_range_table;

/* Any unit, without asking who asks: for the program's own use. ERR_NOT_FOUND. */
MUST_USE enum err org_unit_get(struct call *call, int64_t unit_id, struct org_unit *ret);
/* A unit inside the actor's scope; a foreign one is ERR_NOT_FOUND, like a missing one. */
MUST_USE enum err org_unit_reach(struct call *call, int64_t unit_id, struct org_unit *ret);
/* By full name, short name or credit code, inside the scope: for sheets. ERR_NOT_FOUND; ERR_CONFLICT when
 * several fit. */
MUST_USE enum err org_unit_by_name(struct call *call, struct str name, struct org_unit *ret);
/* The top of the tree: the authority that runs this installation. */
MUST_USE enum err org_root(struct call *call, struct org_unit *ret);
/* parent_id 0 makes the root (once). record: org_unit_table. */
MUST_USE enum err org_unit_create(struct call *call, const struct field_record *record, int64_t *ret_unit_id);

/* The unit that owns an address: the narrowest range in force that holds it. unit_id 0 when nobody does. */
MUST_USE enum err org_owner_of_address(struct call *call, const char *ip_key, struct org_unit *ret);
/* The unit that owns a host name: the longest registered domain it ends with. */
MUST_USE enum err org_owner_of_domain(struct call *call, struct str host_name, struct org_unit *ret);
MUST_USE enum err org_range_create(struct call *call, const struct field_record *record,
                                   int64_t *ret_range_id);

/* Who holds the post in the unit on that day (today: day 0); person_id 0 when vacant. */
MUST_USE enum err org_post_holder(struct call *call, int64_t unit_id, const char *post_kind, int32_t day,
                                  struct org_person *ret);
MUST_USE enum err org_person_create(struct call *call, const struct field_record *record,
                                    int64_t *ret_person_id);
/* Puts a person into a post from a day on; the one who held it (a post with one holder) is ended the day
 * before. */
MUST_USE enum err org_post_appoint(struct call *call, int64_t unit_id, int64_t person_id,
                                   struct str post_kind, struct str department, struct str valid_from,
                                   int64_t *ret_post_id);
/* The same, by a document (its number). */
MUST_USE enum err org_post_appoint_by(struct call *call, int64_t unit_id, int64_t person_id,
                                      struct str post_kind, struct str department, struct str valid_from,
                                      struct str document_no, int64_t *ret_post_id);
/* The given fields of a person inside the scope; the unit stays. */
MUST_USE enum err org_person_change(struct call *call, int64_t person_id, const struct field_record *record);
/* The person no longer holds the post: their holding ends the day before today. */
MUST_USE enum err org_post_relieve(struct call *call, int64_t unit_id, const char *post_kind,
                                   int64_t person_id);
/* Once a day and after holdings changed by more than a hand: which of them count today; touches their units.
 */
MUST_USE enum err org_post_refresh(struct call *call);
MUST_USE enum err org_post_refresh_unit(struct call *call, int64_t unit_id);
/* Told when holdings of a unit began or ended: who keeps names of people looks at them again. Once at start.
 */
void org_listen_holdings(enum err (*heard)(struct call *call, int64_t unit_id));
/* Tables with unit_id and unit_path, NULL-terminated: their rows go along when a unit moves. Once at start.
 */
void org_declare_scoped(const char *const *names);
/* Pairs "table", "column", NULL after the last: columns beside unit_id that name a unit, and subject_id where
 * subject_kind is 'unit'. When that unit is merged into another they name the other. Once at start. */
void org_declare_columns(const char *const *pairs);
/* Told how a planned reorganisation went on its day; why_*: why it could not be done, empty when it was. Once
 * at start; the teller belongs to a capability that knows of people. */
struct org_plan_news {
    int64_t plan_id, planned_by, unit_id;
    struct str unit_name, effective_on, why_zh, why_en;
};
void org_tell_plans(enum err (*teller)(struct call *call, const struct org_plan_news *news));
/* The moved unit's entries in the ledger keep the path of their day: may the actor read this one although its
 * path lies elsewhere? Yes when what it is about belongs to a unit in the actor's scope now. */
MUST_USE enum err org_entry_reach(struct call *call, int64_t entry_id);
/* Does the scope hold units that came from elsewhere, so that such entries exist? */
MUST_USE enum err org_scope_moved(struct call *call, struct str scope_path, bool *ret);
/* Writes a person's members, masked unless the actor may see them. */
void org_put_person(struct call *call, struct json_writer *w, const struct org_person *person);
/* What that writes (person_id alone, null, where nobody is), with the post and the unit that it is held for.
 */
extern const struct field_table org_holder_table;

#endif
