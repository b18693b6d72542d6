/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/attachment/attachment.h"

#include <stdio.h>
#include <string.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/words.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "rules/rules.h"
#include "rules/rules_evidence.h"

static const char *const states[] = {"filed", "withdrawn", NULL};
const struct field_enum attachment_state_enum = {"attachment_state", states, NULL};

/* Kinds that every authority has, whatever its rules ask for; the packs add theirs. */
const char *const attachment_general_kinds[] = {
    "evidence",           "stamped_scan",     "collection_file", "evaluation_report",
    "filing_certificate", "grading_report",   "expert_review",   "dept_approval",
    "crypto_report",      "topology",         "vendor_nda",      "meeting_minutes",
    "commitment",         "handling_opinion", "other",           NULL};

/* ---- subjects ---- */

#define SUBJECTS_MAX 32

static struct {
    const char *kind;
    attachment_reach *reach;
} subjects[SUBJECTS_MAX];
static size_t many_subjects;

void attachment_declare_subject(const char *kind, attachment_reach *reach)
{
    for (size_t i = 0; i < many_subjects; i++)
        if (strcmp(subjects[i].kind, kind) == 0)
            return;
    if (many_subjects == SUBJECTS_MAX)
        log_abort("more than %d kinds of attachment subjects", SUBJECTS_MAX);
    subjects[many_subjects].kind = kind;
    subjects[many_subjects++].reach = reach;
}

enum err attachment_subject(struct call *call, struct str kind, int64_t subject_id, int64_t *ret_unit_id,
                            struct str *ret_unit_path)
{
    for (size_t i = 0; i < many_subjects; i++)
        if (str_is(kind, subjects[i].kind))
            return subjects[i].reach(call, subject_id, ret_unit_id, ret_unit_path);
    return call_fail(call, ERR_INVALID, "subject_kind", "attachment.fault.subject_kind", kind);
}

/* ---- kinds ---- */

static bool is_general(struct str kind)
{
    for (size_t i = 0; attachment_general_kinds[i]; i++)
        if (str_is(kind, attachment_general_kinds[i]))
            return true;
    return false;
}

enum err attachment_kind_known(struct call *call, struct str kind, bool *ret)
{
    struct rules_evidence_kind named;
    *ret = true;
    if (is_general(kind))
        return ERR_OK;
    enum err word = rules_evidence_find(call, kind, &named);
    *ret = word == ERR_OK;
    return word == ERR_NOT_FOUND ? ERR_OK : word;
}

struct str attachment_kind_title(struct call *call, struct str kind)
{
    struct rules_evidence_kind named;
    const char *key = str_format(call->arena, "enum.attachment_kind.%.*s", STR_ARG(kind)).at;
    if (words_has(call->lang, key))
        return words_get(call->lang, key);
    if (rules_evidence_find(call, kind, &named) == ERR_OK)
        return call->lang == CALL_EN && named.title_en.len ? named.title_en : named.title;
    return kind; /* a pack that is no longer in force named it */
}

/* ---- periods ---- */

static bool whole_months(int year, int first, int last, struct attachment_period *ret)
{
    int32_t from = clock_day(year, first, 1);
    struct clock_date a = clock_date(from), b = clock_date(clock_add_months(from, last - first + 1) - 1);
    memcpy(ret->from, a.text, sizeof(ret->from));
    memcpy(ret->to, b.text, sizeof(ret->to));
    return true;
}

static bool one_day(int32_t day, struct attachment_period *ret)
{
    struct clock_date date = clock_date(day);
    memcpy(ret->from, date.text, sizeof(ret->from));
    memcpy(ret->to, date.text, sizeof(ret->to));
    return true;
}

bool attachment_period_parse(struct call *call, struct str text, struct attachment_period *ret)
{
    int64_t year, part;
    int32_t day;
    text = str_trim(text);
    if (text.len == 0)
        return one_day(clock_day_of(call->now_ms), ret);
    if (clock_parse_date(text, &day))
        return one_day(day, ret);
    if (text.len < 4 || !str_to_int(str_slice(text, 0, 4), &year) || year < 1990 || year > 2200)
        return false;
    if (text.len == 4)
        return whole_months((int)year, 1, 12, ret);
    if (text.len != 7 || text.at[4] != '-')
        return false;
    if ((text.at[5] == 'H' || text.at[5] == 'h') && (text.at[6] == '1' || text.at[6] == '2'))
        return text.at[6] == '1' ? whole_months((int)year, 1, 6, ret) : whole_months((int)year, 7, 12, ret);
    if ((text.at[5] == 'Q' || text.at[5] == 'q') && text.at[6] >= '1' && text.at[6] <= '4')
        return whole_months((int)year, (text.at[6] - '1') * 3 + 1, (text.at[6] - '1') * 3 + 3, ret);
    if (!str_to_int(str_slice(text, 5, 2), &part) || part < 1 || part > 12)
        return false;
    return whole_months((int)year, (int)part, (int)part, ret);
}

/* ---- rows ---- */

/* The file's name may tell of people: what stands in the ledger for ever is the digest, not the name. */
static enum err record(struct call *call, const char *verb, int64_t attachment_id,
                       const struct attachment_new *a, struct str note)
{
    BUF(detail, 8192);
    struct json_writer w = json_writer(&detail);
    json_open_object(&w, NULL);
    json_put_str(&w, "subject_kind", a->subject_kind);
    json_put_int(&w, "subject_id", a->subject_id);
    json_put_str(&w, "kind", a->kind);
    json_put_str(&w, "digest", a->file.digest);
    if (a->file.size)
        json_put_int(&w, "size", a->file.size);
    if (a->period.from[0]) {
        json_put_c(&w, "period_from", a->period.from);
        json_put_c(&w, "period_to", a->period.to);
    }
    if (note.len)
        json_put_str(&w, "reason", note);
    json_close_object(&w);
    TRY(buf_check(&detail));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = verb,
                                               .subject_kind = "attachment",
                                               .subject_id = attachment_id,
                                               .unit_id = a->unit_id,
                                               .unit_path = a->unit_path,
                                               .detail = buf_str(&detail)},
                         NULL);
}

static bool is_authority(const struct call *call)
{
    return access_is(call, ROLES_AUTHORITY | ROLE_SCAN_TEAM | ROLE_LOCAL_ADMIN);
}

enum err attachment_add(struct call *call, const struct attachment_new *made, int64_t *ret_attachment_id)
{
    struct call_who who = call_who(call);
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "INSERT INTO attachment (subject_kind, subject_id, unit_id, unit_path, kind, file_name, media_type, "
        "size, digest,"
        " period_from, period_to, note, state, by_authority, uploaded_by, uploaded_by_name, uploaded_at_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'filed', $13, $14, $15, $16) RETURNING "
        "attachment_id",
        db_str(made->subject_kind), db_int(made->subject_id), db_int(made->unit_id), db_str(made->unit_path),
        db_str(made->kind), db_str(made->file_name), db_c(made->file.media_type), db_int(made->file.size),
        db_str(made->file.digest), db_c(made->period.from), db_c(made->period.to), db_str_or_null(made->note),
        db_int(is_authority(call)), db_int(who.user_id), db_str(who.display_name), db_int(call->now_ms)));
    *ret_attachment_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    rules_touch(call, "unit", made->unit_id);
    return record(call, "attachment.filed", *ret_attachment_id, made, STR_NONE);
}

enum err attachment_withdraw(struct call *call, int64_t attachment_id, struct str reason)
{
    struct attachment_new a = {0};
    bool filed, by_authority;
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT subject_kind, subject_id, unit_id, unit_path, kind, digest, state, by_authority FROM "
               "attachment WHERE attachment_id = $1",
               db_int(attachment_id)));
    a.subject_kind = db_col_copy(call, &rows, 0);
    a.subject_id = db_col_int(&rows, 1);
    a.unit_id = db_col_int(&rows, 2);
    a.unit_path = db_col_copy(call, &rows, 3);
    a.kind = db_col_copy(call, &rows, 4);
    a.file.digest = db_col_copy(call, &rows, 5);
    filed = str_is(db_col_str(&rows, 6), "filed");
    by_authority = db_col_int(&rows, 7) != 0;
    db_rows_close(&rows);
    TRY(attachment_subject(call, a.subject_kind, a.subject_id, &(int64_t){0}, &(struct str){0}));
    if (!filed)
        return call_fail(call, ERR_REFUSED, NULL, "attachment.fault.withdrawn");
    if (by_authority && !is_authority(call))
        return call_fail(call, ERR_REFUSED, NULL, "attachment.fault.not_yours");
    TRY(db_run(call,
               "UPDATE attachment SET state = 'withdrawn', withdrawn_by = $2, withdrawn_at_ms = $3, "
               "withdrawn_why = $4 WHERE attachment_id = $1",
               db_int(attachment_id), db_int(call_who(call).user_id), db_int(call->now_ms), db_str(reason)));
    rules_touch(call, "unit", a.unit_id);
    return record(call, "attachment.withdrawn", attachment_id, &a, reason);
}

enum err attachment_count(struct call *call, const char *subject_kind, int64_t subject_id, int64_t *ret)
{
    return db_get_int(
        call, ret, 0,
        "SELECT COUNT(*) FROM attachment WHERE subject_kind = $1 AND subject_id = $2 AND state = 'filed'",
        db_c(subject_kind), db_int(subject_id));
}
