/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A data set and its copies are a tree: the first copy stands for the data set itself and belongs to
 * its own unit; every other names the copy it was made from. Handing over is written down by the giver, and
 * is the receiver's from that moment: the receiver accepts it with a keeper and a place, or says that it
 * never came. Nothing is deleted: copies end, destroyed or returned.
 */
#include "domain/dataset/dataset_inner.h"

#include "access/access.h"
#include "base/clock.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"

/* ---- reading ---- */

enum err dataset_reach(struct call *call, int64_t dataset_id, struct dataset *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT unit_id, version, unit_path, dataset_no, dataset_name, ended_on FROM dataset WHERE "
               "dataset_id = $1",
               db_int(dataset_id)));
    *ret = (struct dataset){
        .dataset_id = dataset_id,
        .unit_id = db_col_int(&rows, 0),
        .version = db_col_int(&rows, 1),
        .unit_path = db_col_copy(call, &rows, 2),
        .dataset_no = db_col_copy(call, &rows, 3),
        .dataset_name = db_col_copy(call, &rows, 4),
        .ended = !db_col_null(&rows, 5),
    };
    TRY(db_end(&rows));
    return access_reach(call, ret->unit_path);
}

enum err dataset_copy_reach(struct call *call, int64_t copy_id, struct dataset_copy *ret)
{
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT dataset_id, parent_copy_id, unit_id, unit_path, copy_way, obtained_on, accepted_at_ms, "
        "ended_at_ms FROM dataset_copy WHERE copy_id = $1",
        db_int(copy_id)));
    *ret = (struct dataset_copy){
        .copy_id = copy_id,
        .dataset_id = db_col_int(&rows, 0),
        .parent_copy_id = db_col_int(&rows, 1),
        .unit_id = db_col_int(&rows, 2),
        .unit_path = db_col_copy(call, &rows, 3),
        .copy_way = db_col_copy(call, &rows, 4),
        .obtained_on = db_col_copy(call, &rows, 5),
        .accepted = !db_col_null(&rows, 6),
        .ended = !db_col_null(&rows, 7),
    };
    TRY(db_end(&rows));
    return access_reach(call, ret->unit_path);
}

/* ---- what is common to changes ---- */

static enum err note(struct call *call, const char *verb, const char *kind, int64_t id, int64_t unit_id,
                     struct str unit_path, struct str detail)
{
    rules_touch(call, kind, id);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = kind,
                                               .subject_id = id,
                                               .unit_id = unit_id,
                                               .unit_path = unit_path,
                                               .detail = detail},
                         NULL);
}

static enum err note_copy(struct call *call, const char *verb, const struct dataset_copy *copy,
                          struct str detail)
{
    return note(call, verb, "dataset_copy", copy->copy_id, copy->unit_id, copy->unit_path, detail);
}

static struct str today_text(struct call *call)
{
    return str_copy(call->arena, str_of(clock_date(clock_day_of(call->now_ms)).text));
}

static enum err check_not_future(struct call *call, const struct field_record *record, const char *field)
{
    if (str_cmp(field_str(record, field), today_text(call)) > 0)
        return call_fail(call, ERR_INVALID, field, "dataset.fault.future");
    return ERR_OK;
}

static enum err check_said(struct call *call, const struct field_record *record)
{
    struct registry_system system;
    int64_t system_id = field_int(record, "system_id", 0);
    if (system_id && registry_system_reach(call, system_id, &system) != ERR_OK)
        return call_fail(call, ERR_INVALID, "system_id", "dataset.fault.system_unknown");
    if (!field_int(record, "has_pi", 0) &&
        (field_int(record, "pi_count", 0) || field_int(record, "has_sensitive_pi", 0)))
        return call_fail(call, ERR_INVALID, "has_pi", "dataset.fault.has_pi");
    return ERR_OK;
}

/* ---- the data set ---- */

static enum err first_copy(struct call *call, const struct field_record *record, const struct org_unit *unit,
                           int64_t dataset_id)
{
    struct call_who who = call_who(call);
    return db_run(
        call,
        "INSERT INTO dataset_copy (dataset_id, unit_id, unit_path, copy_way, source_name, obtained_on, "
        "purpose, legal_basis, keeper, given_by_name, given_at_ms, accepted_by_name, accepted_at_ms)"
        " VALUES ($1, $2, $3, 'original', $4, $5, $6, $7, $8, $9, $10, $9, $10)",
        db_int(dataset_id), db_int(unit->unit_id), db_str(unit->unit_path), db_str(unit->unit_name),
        db_str(today_text(call)), db_str(field_str(record, "purpose")),
        db_str(field_str(record, "legal_basis")), db_str_or_null(field_str(record, "responsible_dept")),
        db_str(who.display_name), db_int(call->now_ms));
}

enum err dataset_register(struct call *call, const struct field_record *record, int64_t *ret_dataset_id)
{
    struct org_unit unit;
    int year, month, day;
    int64_t serial;
    if (org_unit_reach(call, field_int(record, "unit_id", 0), &unit) != ERR_OK)
        return call_fail(call, ERR_INVALID, "unit_id", "dataset.fault.unit_unknown");
    TRY(check_said(call, record));
    clock_ymd(clock_day_of(call->now_ms), &year, &month, &day);
    TRY(db_get_int(call, &serial, 0, "SELECT MAX(serial) FROM dataset WHERE year = $1", db_int(year)));
    struct str number = str_format(call->arena, "SJ-%d-%05lld", year, (long long)serial + 1);
    const struct db_extra extra[] = {
        {"year", db_int(year)},
        {"serial", db_int(serial + 1)},
        {"dataset_no", db_str(number)},
        {"unit_path", db_str(unit.unit_path)},
        {"registered_by_name", db_str(call_who(call).display_name)},
        {"registered_at_ms", db_int(call->now_ms)},
    };
    TRY(db_insert(call, "dataset", record, extra, sizeof(extra) / sizeof(extra[0]), ret_dataset_id));
    TRY(first_copy(call, record, &unit, *ret_dataset_id));
    return note(call, "dataset.registered", "dataset", *ret_dataset_id, unit.unit_id, unit.unit_path,
                field_json(call->arena, record));
}

enum err dataset_first_copy(struct call *call, int64_t dataset_id, int64_t *ret_copy_id)
{
    TRY(db_get_int(call, ret_copy_id, 0,
                   "SELECT copy_id FROM dataset_copy WHERE dataset_id = $1 AND parent_copy_id IS NULL",
                   db_int(dataset_id)));
    return *ret_copy_id ? ERR_OK : ERR_NOT_FOUND;
}

static enum err must_stand(struct call *call, const struct dataset *set)
{
    return set->ended ? call_fail(call, ERR_REFUSED, NULL, "dataset.fault.ended", set->dataset_no) : ERR_OK;
}

enum err dataset_change(struct call *call, int64_t dataset_id, const struct field_record *record)
{
    struct dataset set;
    TRY(dataset_reach(call, dataset_id, &set));
    TRY(must_stand(call, &set));
    if (field_int(record, "version", 0) != set.version)
        return call_fail(call, ERR_CONFLICT, "version", "error.conflict");
    TRY(check_said(call, record));
    field_get(record, "version")->given = false;
    const struct db_extra extra[] = {{"version", db_int(set.version + 1)}};
    TRY(db_update(call, "dataset", "dataset_id", dataset_id, record, extra, 1));
    return note(call, "dataset.changed", "dataset", dataset_id, set.unit_id, set.unit_path,
                field_json(call->arena, record));
}

enum err dataset_end(struct call *call, int64_t dataset_id, const struct field_record *record)
{
    struct dataset set;
    int64_t held;
    TRY(dataset_reach(call, dataset_id, &set));
    TRY(must_stand(call, &set));
    TRY(check_not_future(call, record, "ended_on"));
    TRY(db_get_int(call, &held, 0,
                   "SELECT COUNT(*) FROM dataset_copy WHERE dataset_id = $1 AND ended_at_ms IS NULL AND "
                   "parent_copy_id IS NOT NULL",
                   db_int(dataset_id)));
    if (held)
        return call_fail(call, ERR_REFUSED, NULL, "dataset.fault.copies_held",
                         str_format(call->arena, "%lld", (long long)held));
    struct str day = field_str(record, "ended_on"), why = field_str(record, "reason");
    TRY(db_run(
        call, "UPDATE dataset SET ended_on = $2, ended_why = $3, version = version + 1 WHERE dataset_id = $1",
        db_int(dataset_id), db_str(day), db_str(why)));
    TRY(db_run(call,
               "UPDATE dataset_copy SET copy_end = 'destroyed', ended_on = $2, ended_note = $3, "
               "ended_by_name = $4, ended_at_ms = $5 WHERE dataset_id = $1 AND ended_at_ms IS NULL",
               db_int(dataset_id), db_str(day), db_str(why), db_str(call_who(call).display_name),
               db_int(call->now_ms)));
    return note(call, "dataset.ended", "dataset", dataset_id, set.unit_id, set.unit_path,
                field_json(call->arena, record));
}

/* ---- copies ---- */

static enum err must_be_held(struct call *call, const struct dataset_copy *copy)
{
    if (copy->ended)
        return call_fail(call, ERR_REFUSED, NULL, "dataset.fault.copy_ended");
    return copy->accepted ? ERR_OK : call_fail(call, ERR_REFUSED, NULL, "dataset.fault.not_accepted");
}

enum err dataset_notice_terms(struct call *call, int64_t copy_id)
{
    int64_t days, per;
    enum err word = rules_threshold(call, "dataset.term_notice_days", &days, &per);
    if (word != ERR_OK)
        return word == ERR_NOT_FOUND ? ERR_OK : word;
    struct clock_date last = clock_date(clock_day_of(call->now_ms) + (int32_t)(days / per));
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT copy_id, term_until FROM dataset_copy WHERE ended_at_ms IS NULL AND term_notice_ms "
                 "IS NULL AND term_until <= $1 AND ($2 = 0 OR copy_id = $2)",
                 db_c(last.text), db_int(copy_id)));
    while (db_next(&rows)) {
        int32_t day;
        int64_t id = db_col_int(&rows, 0);
        if (!clock_parse_date(db_col_str(&rows, 1), &day))
            continue;
        TRY(db_run(call, "UPDATE dataset_copy SET term_notice_ms = $2 WHERE copy_id = $1", db_int(id),
                   db_int(clock_ms_of_day(day - (int32_t)(days / per)))));
        rules_touch(call, "dataset_copy", id);
    }
    return db_end(&rows);
}

/* By full name or credit code, wherever it lies: a unit hands data to others that it does not oversee. */
static enum err find_receiver(struct call *call, struct str name, struct org_unit *ret)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT unit_id, unit_path, unit_name FROM org_unit WHERE (unit_name = $1 OR uscc = $1) AND "
                 "valid_to IS NULL ORDER BY unit_id LIMIT 2",
                 db_str(name)));
    int found = 0;
    while (db_next(&rows))
        if (found++ == 0)
            *ret = (struct org_unit){.unit_id = db_col_int(&rows, 0),
                                     .unit_path = db_col_copy(call, &rows, 1),
                                     .unit_name = db_col_copy(call, &rows, 2)};
    TRY(db_end(&rows));
    if (found == 1)
        return ERR_OK;
    return call_fail(call, ERR_INVALID, "receiver",
                     found ? "dataset.fault.receiver_many" : "dataset.fault.receiver_unknown", name);
}

static enum err check_hand_over(struct call *call, const struct field_record *record,
                                const struct dataset_copy *from, const struct org_unit *receiver)
{
    struct str day = field_str(record, "obtained_on"), term = field_str(record, "term_until");
    TRY(check_not_future(call, record, "obtained_on"));
    if (str_cmp(day, from->obtained_on) < 0)
        return call_fail(call, ERR_INVALID, "obtained_on", "dataset.fault.before_source", from->obtained_on);
    if (term.len && str_cmp(term, day) < 0)
        return call_fail(call, ERR_INVALID, "term_until", "dataset.fault.term_before");
    if (receiver->unit_id == from->unit_id)
        return call_fail(call, ERR_INVALID, "receiver", "dataset.fault.receiver_self");
    return ERR_OK;
}

enum err dataset_hand_over(struct call *call, int64_t copy_id, const struct field_record *record,
                           int64_t *ret_copy_id)
{
    struct dataset_copy from;
    struct org_unit giver, receiver = {0};
    TRY(dataset_copy_reach(call, copy_id, &from));
    TRY(must_be_held(call, &from));
    TRY(find_receiver(call, field_str(record, "receiver"), &receiver));
    TRY(check_hand_over(call, record, &from, &receiver));
    TRY(org_unit_get(call, from.unit_id, &giver));
    TRY(db_get_int(call, ret_copy_id, 0,
                   "INSERT INTO dataset_copy (dataset_id, parent_copy_id, unit_id, unit_path, copy_way, "
                   "source_name, obtained_on, purpose, legal_basis, term_until, given_by_name, given_at_ms)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING copy_id",
                   db_int(from.dataset_id), db_int(copy_id), db_int(receiver.unit_id),
                   db_str(receiver.unit_path), db_str(field_str(record, "copy_way")), db_str(giver.unit_name),
                   db_str(field_str(record, "obtained_on")), db_str(field_str(record, "purpose")),
                   db_str(field_str(record, "legal_basis")), db_str_or_null(field_str(record, "term_until")),
                   db_str(call_who(call).display_name), db_int(call->now_ms)));
    const struct dataset_copy made = {
        .copy_id = *ret_copy_id, .unit_id = receiver.unit_id, .unit_path = receiver.unit_path};
    struct str detail = field_json(call->arena, record);
    TRY(dataset_notice_terms(call, *ret_copy_id));
    TRY(note_copy(call, "dataset.copy_given", &made, detail));
    return note_copy(call, "dataset.copy_made", &from, detail);
}

enum err dataset_accept(struct call *call, int64_t copy_id, const struct field_record *record)
{
    struct dataset_copy copy;
    TRY(dataset_copy_reach(call, copy_id, &copy));
    if (copy.ended)
        return call_fail(call, ERR_REFUSED, NULL, "dataset.fault.copy_ended");
    if (copy.accepted)
        return call_fail(call, ERR_REFUSED, NULL, "dataset.fault.accepted");
    TRY(db_run(call,
               "UPDATE dataset_copy SET keeper = $2, storage_place = $3, accepted_by_name = $4, "
               "accepted_at_ms = $5 WHERE copy_id = $1",
               db_int(copy_id), db_str(field_str(record, "keeper")),
               db_str(field_str(record, "storage_place")), db_str(call_who(call).display_name),
               db_int(call->now_ms)));
    return note_copy(call, "dataset.copy_accepted", &copy, field_json(call->arena, record));
}

static enum err finish(struct call *call, const struct dataset_copy *copy, struct str end, struct str day,
                       struct str why)
{
    return db_run(
        call,
        "UPDATE dataset_copy SET copy_end = $2, ended_on = $3, ended_note = $4, ended_by_name = $5, "
        "ended_at_ms = $6 WHERE copy_id = $1",
        db_int(copy->copy_id), db_str(end), db_str(day), db_str(why), db_str(call_who(call).display_name),
        db_int(call->now_ms));
}

enum err dataset_decline(struct call *call, int64_t copy_id, struct str reason)
{
    struct dataset_copy copy;
    TRY(dataset_copy_reach(call, copy_id, &copy));
    if (copy.ended || copy.accepted)
        return call_fail(call, ERR_REFUSED, NULL,
                         copy.ended ? "dataset.fault.copy_ended" : "dataset.fault.accepted");
    TRY(finish(call, &copy, STR("declined"), today_text(call), reason));
    return note_copy(call, "dataset.copy_declined", &copy, STR_NONE);
}

enum err dataset_renew(struct call *call, int64_t copy_id, const struct field_record *record)
{
    struct dataset_copy copy;
    struct str term = field_str(record, "term_until");
    TRY(dataset_copy_reach(call, copy_id, &copy));
    TRY(must_be_held(call, &copy));
    if (str_cmp(term, today_text(call)) < 0)
        return call_fail(call, ERR_INVALID, "term_until", "dataset.fault.term_past");
    TRY(db_run(call, "UPDATE dataset_copy SET term_until = $2, term_notice_ms = NULL WHERE copy_id = $1",
               db_int(copy_id), db_str(term)));
    TRY(dataset_notice_terms(call, copy_id));
    return note_copy(call, "dataset.copy_renewed", &copy, field_json(call->arena, record));
}

enum err dataset_copy_end(struct call *call, int64_t copy_id, const struct field_record *record)
{
    struct dataset_copy copy;
    struct str day = field_str(record, "ended_on");
    TRY(dataset_copy_reach(call, copy_id, &copy));
    TRY(must_be_held(call, &copy));
    if (!copy.parent_copy_id)
        return call_fail(call, ERR_REFUSED, NULL, "dataset.fault.original");
    TRY(check_not_future(call, record, "ended_on"));
    if (str_cmp(day, copy.obtained_on) < 0)
        return call_fail(call, ERR_INVALID, "ended_on", "dataset.fault.before_source", copy.obtained_on);
    TRY(finish(call, &copy, field_str(record, "copy_end"), day, field_str(record, "note")));
    return note_copy(call, "dataset.copy_ended", &copy, field_json(call->arena, record));
}
