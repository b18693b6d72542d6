/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/document/document.h"

#include "access/access.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "ledger/ledger.h"

#define TEMPLATE_VERSION "1"
#define CODE_DIGITS      12

static const char *const kinds[] = {"rectification_order",
                                    "reminder_letter",
                                    "interview_invitation",
                                    "interview_record",
                                    "criticism",
                                    "shutdown_order",
                                    "concealment_notice",
                                    "feedback_sheet",
                                    "pledge_sheet",
                                    "collection_sheet",
                                    NULL};
const struct field_enum document_kind_enum = {"document_kind", kinds, NULL};
static const char *const states[] = {"draft", "issued", "withdrawn", NULL};
const struct field_enum document_state_enum = {"document_state", states, NULL};

enum err document_write(struct call *call, const struct document_draft *draft, int64_t *document_id)
{
    if (*document_id) {
        int64_t counted;
        TRY(db_run_counted(
            call, &counted,
            "UPDATE document SET title = $2, content = $3 WHERE document_id = $1 AND state = 'draft'",
            db_int(*document_id), db_str(draft->title), db_str(draft->members)));
        return counted ? ERR_OK : call_fail(call, ERR_REFUSED, NULL, "document.fault.issued");
    }
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO document (document_kind, title, unit_id, unit_path, subject_kind, subject_id, "
               "template_version, content, state,"
               " drafted_by, drafted_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10) "
               "RETURNING document_id",
               db_c(draft->kind), db_str(draft->title), db_int(draft->unit_id), db_str(draft->unit_path),
               db_c(draft->subject_kind), db_int(draft->subject_id), db_c(TEMPLATE_VERSION),
               db_str(draft->members), db_int(call_who(call).user_id), db_int(call->now_ms)));
    *document_id = db_col_int(&rows, 0);
    return ERR_OK;
}

/* Unambiguous letters and digits, in groups as people read them aloud: AZ-7K3M-9QXR-2FHD. */
static struct str new_code(struct call *call)
{
    static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    uint8_t random[CODE_DIGITS];
    char text[32];
    size_t len = 2;
    text[0] = 'A', text[1] = 'Z';
    crypt_random(random, sizeof(random));
    for (int i = 0; i < CODE_DIGITS; i++) {
        if (i % 4 == 0)
            text[len++] = '-';
        text[len++] = alphabet[random[i] % 32];
    }
    return str_copy(call->arena, (struct str){text, len});
}

struct stored {
    struct str kind, title, unit_path, content, state, number, code, issued_on;
    int64_t unit_id;
};

static enum err read_stored(struct call *call, int64_t document_id, struct stored *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT document_kind, title, unit_path, content, state, doc_number, verify_code, issued_on, "
               "unit_id FROM document"
               " WHERE document_id = $1",
               db_int(document_id)));
    *ret = (struct stored){
        .kind = db_col_copy(call, &rows, 0),
        .title = db_col_copy(call, &rows, 1),
        .unit_path = db_col_copy(call, &rows, 2),
        .content = db_col_copy(call, &rows, 3),
        .state = db_col_copy(call, &rows, 4),
        .number = db_col_copy(call, &rows, 5),
        .code = db_col_copy(call, &rows, 6),
        .issued_on = db_col_copy(call, &rows, 7),
        .unit_id = db_col_int(&rows, 8),
    };
    return ERR_OK;
}

static struct str whole_json(struct call *call, const struct stored *stored)
{
    BUF(out, PRESS_JSON_MAX);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    /* A sheet without a number is dated by hand, by who signs it. */
    if (stored->number.len) {
        json_put_str(&w, "number", stored->number);
        json_put_str(&w, "date", stored->issued_on);
    }
    if (stored->code.len) {
        json_put_str(&w, "created",
                     str_format(call->arena, "%.*sT00:00:00+08:00", STR_ARG(stored->issued_on)));
        json_open_object(&w, "verify");
        json_put_str(&w, "code", stored->code);
        json_close_object(&w);
    }
    if (w.comma)
        buf_add_char(&out, ',');
    buf_add_str(&out, stored->content);
    w.comma = true;
    json_close_object(&w);
    return str_copy(call->arena, buf_str(&out));
}

enum err document_json(struct call *call, int64_t document_id, struct str *ret_json)
{
    struct stored stored;
    TRY(read_stored(call, document_id, &stored));
    *ret_json = whole_json(call, &stored);
    return ERR_OK;
}

static enum err next_serial(struct call *call, struct str issuer_code, int year, int64_t *ret)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO document_number (issuer_code, year, last_serial) VALUES ($1, $2, 1) ON CONFLICT "
               "(issuer_code, year)"
               " DO UPDATE SET last_serial = document_number.last_serial + 1 RETURNING last_serial",
               db_str(issuer_code), db_int(year)));
    *ret = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err document_issue(struct call *call, int64_t document_id, struct str issuer_code,
                        struct str *ret_number, struct str *ret_verify_code)
{
    struct stored stored;
    int year, month, mday;
    int64_t serial;
    int32_t today = clock_day_of(call->now_ms);
    TRY(read_stored(call, document_id, &stored));
    if (!str_is(stored.state, "draft"))
        return call_fail(call, ERR_REFUSED, NULL, "document.fault.issued");
    clock_ymd(today, &year, &month, &mday);
    TRY(next_serial(call, issuer_code, year, &serial));
    stored.number =
        str_format(call->arena, "%.*s〔%d〕%lld号", STR_ARG(issuer_code), year, (long long)serial);
    stored.code = new_code(call);
    stored.issued_on = str_copy(call->arena, str_of(clock_date(today).text));
    struct crypt_sm3 digest = crypt_sm3(whole_json(call, &stored));
    struct str hex = str_hex(call->arena, digest.bytes, sizeof(digest.bytes));
    TRY(db_run(call,
               "UPDATE document SET state = 'issued', issuer_code = $2, year = $3, serial = $4, doc_number = "
               "$5, verify_code = $6, digest = $7,"
               " issued_by = $8, issued_on = $9, issued_at_ms = $10 WHERE document_id = $1",
               db_int(document_id), db_str(issuer_code), db_int(year), db_int(serial), db_str(stored.number),
               db_str(stored.code), db_str(hex), db_int(call_who(call).user_id), db_str(stored.issued_on),
               db_int(call->now_ms)));
    *ret_number = stored.number;
    *ret_verify_code = stored.code;
    struct str detail =
        str_format(call->arena, "{\"doc_number\":\"%.*s\",\"digest\":\"%.*s\",\"document_kind\":\"%.*s\"}",
                   STR_ARG(stored.number), STR_ARG(hex), STR_ARG(stored.kind));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "document.issued",
                                               .subject_kind = "document",
                                               .subject_id = document_id,
                                               .unit_id = stored.unit_id,
                                               .unit_path = stored.unit_path,
                                               .detail = detail},
                         NULL);
}

enum err document_freeze(struct call *call, int64_t document_id, struct str *ret_verify_code)
{
    struct stored stored;
    TRY(read_stored(call, document_id, &stored));
    if (!str_is(stored.state, "draft"))
        return call_fail(call, ERR_REFUSED, NULL, "document.fault.issued");
    stored.code = new_code(call);
    stored.issued_on = str_copy(call->arena, str_of(clock_date(clock_day_of(call->now_ms)).text));
    struct crypt_sm3 digest = crypt_sm3(whole_json(call, &stored));
    struct str hex = str_hex(call->arena, digest.bytes, sizeof(digest.bytes));
    TRY(db_run(
        call,
        "UPDATE document SET state = 'issued', verify_code = $2, digest = $3, issued_by = $4, issued_on = $5,"
        " issued_at_ms = $6 WHERE document_id = $1",
        db_int(document_id), db_str(stored.code), db_str(hex), db_int(call_who(call).user_id),
        db_str(stored.issued_on), db_int(call->now_ms)));
    *ret_verify_code = stored.code;
    struct str detail =
        str_format(call->arena, "{\"verify_code\":\"%.*s\",\"digest\":\"%.*s\",\"document_kind\":\"%.*s\"}",
                   STR_ARG(stored.code), STR_ARG(hex), STR_ARG(stored.kind));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "document.frozen",
                                               .subject_kind = "document",
                                               .subject_id = document_id,
                                               .unit_id = stored.unit_id,
                                               .unit_path = stored.unit_path,
                                               .detail = detail},
                         NULL);
}

enum err document_withdraw(struct call *call, int64_t document_id)
{
    struct stored stored;
    TRY(read_stored(call, document_id, &stored));
    TRY(db_run(call, "UPDATE document SET state = 'withdrawn' WHERE document_id = $1", db_int(document_id)));
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "document.withdrawn",
                                               .subject_kind = "document",
                                               .subject_id = document_id,
                                               .unit_id = stored.unit_id,
                                               .unit_path = stored.unit_path},
                         NULL);
}

enum err document_render(struct call *call, int64_t document_id, enum press_format format,
                         struct str *ret_bytes, struct press_report *ret_report)
{
    struct str json;
    TRY(document_json(call, document_id, &json));
    return press_render(call, json, format, ret_bytes, ret_report);
}

static const struct field proof_fields[] = {
    {.name = "document_kind", .type = FIELD_ENUM, .of = &document_kind_enum, .flags = FIELD_REQUIRED},
    {.name = "doc_number", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "title", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "unit_name", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "issued_on", .type = FIELD_DATE, .flags = FIELD_REQUIRED},
    {.name = "digest", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "state", .type = FIELD_ENUM, .of = &document_state_enum, .flags = FIELD_REQUIRED},
    {.name = "intact", .type = FIELD_BOOL, .flags = FIELD_REQUIRED},
    {.name = "entry_id", .type = FIELD_INT, .flags = FIELD_REQUIRED},
};
const struct field_table document_proof_table = FIELD_TABLE("document_proof", proof_fields);

/* Codes are typed from paper: in small letters, with blanks. */
static struct str code_of(struct call *call, struct str typed)
{
    char code[32];
    size_t len = 0;
    typed = str_trim(typed);
    for (size_t i = 0; i < typed.len && len < sizeof(code); i++) {
        char c = typed.at[i];
        if (c == ' ')
            continue;
        code[len++] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    return str_copy(call->arena, (struct str){code, len});
}

/* The entry that was written when the paper was issued, with the digest of that day; 0 when there is none. */
static enum err find_entry(struct call *call, int64_t document_id, struct str digest, int64_t *ret_entry_id)
{
    *ret_entry_id = 0;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT entry_id, detail FROM ledger_entry WHERE subject_kind = 'document' AND subject_id = $1 "
        "AND verb IN ('document.issued', 'document.frozen') ORDER BY entry_id",
        db_int(document_id)));
    while (db_next(&rows)) {
        size_t at;
        if (str_find(db_col_str(&rows, 1), digest, &at))
            *ret_entry_id = db_col_int(&rows, 0);
    }
    return db_end(&rows);
}

/* What would be drawn today is what was issued: its digest is the one in its row and the one in the ledger,
 * and that entry holds. */
static enum err check_intact(struct call *call, int64_t document_id, struct str digest, bool *ret,
                             int64_t *ret_entry_id)
{
    struct str json;
    bool holds = false;
    TRY(document_json(call, document_id, &json));
    struct crypt_sm3 sum = crypt_sm3(json);
    TRY(find_entry(call, document_id, digest, ret_entry_id));
    if (*ret_entry_id)
        TRY(ledger_entry_holds(call, *ret_entry_id, &holds));
    *ret = holds && digest.len && str_eq(str_hex(call->arena, sum.bytes, sizeof(sum.bytes)), digest);
    return ERR_OK;
}

enum err document_by_code(struct call *call, struct str verify_code, int64_t *ret_document_id)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "SELECT document_id FROM document WHERE verify_code = $1",
               db_str(code_of(call, verify_code))));
    *ret_document_id = db_col_int(&rows, 0);
    return ERR_OK;
}

enum err document_verify(struct call *call, struct str verify_code, struct json_writer *w, bool *ret_intact)
{
    DB_ROWS(rows);
    int64_t entry_id;
    TRY(db_one(call, &rows,
               "SELECT d.document_kind, COALESCE(d.doc_number, ''), d.title, u.unit_name, "
               "COALESCE(d.issued_on, ''), COALESCE(d.digest, ''), d.state, d.document_id "
               "FROM document d"
               " JOIN org_unit u ON u.unit_id = d.unit_id WHERE d.verify_code = $1",
               db_str(code_of(call, verify_code))));
    for (int i = 0; i < 7; i++)
        json_put_str(w, proof_fields[i].name, db_col_str(&rows, i));
    struct str digest = db_col_copy(call, &rows, 5);
    int64_t document_id = db_col_int(&rows, 7);
    db_rows_close(&rows);
    TRY(check_intact(call, document_id, digest, ret_intact, &entry_id));
    json_put_bool(w, "intact", *ret_intact);
    json_put_int(w, "entry_id", entry_id);
    return ERR_OK;
}
