/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/notify/notify_inner.h"

#include "access/access.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/org/org.h"

#define ARGS_MAX  16384
#define DEPTH_MAX 16

static enum err args_json(struct call *call, const struct notify_message *message, struct str *ret)
{
    BUF(out, ARGS_MAX);
    struct json_writer w = json_writer(&out);
    json_open_array(&w, NULL);
    for (int i = 0; i < NOTIFY_ARGS; i++)
        json_put_str(&w, NULL, words_clip(call->arena, message->args[i], 300));
    json_close_array(&w);
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

/* A message without a mark is always told: its mark is nobody else's. */
static struct str mark_of(struct call *call, const struct notify_message *message)
{
    uint8_t random[8];
    if (message->once.len)
        return message->once;
    crypt_random(random, sizeof(random));
    return str_format(call->arena, "~%.*s", STR_ARG(str_hex(call->arena, random, sizeof(random))));
}

struct telling {
    struct str args, mark;
    unsigned everywhere, inside;
    int64_t unit_id, user_id; /* user_id: this one only */
    bool count_up;
};

#define PUT                                                                                                  \
    "INSERT INTO notify_item (user_id, item_kind, key, args, url, subject_kind, subject_id, once, "          \
    "created_at_ms)"                                                                                         \
    " SELECT u.user_id, 'message', $1, $2, $3, CAST($4 AS TEXT), CAST($5 AS BIGINT), $6, $7 FROM "           \
    "access_user u WHERE u.disabled = 0"                                                                     \
    " AND (u.ends_ms IS NULL OR u.ends_ms > $7) AND u.user_id <> $8"                                         \
    " AND (u.user_id = $12 OR ($12 = 0 AND ((u.roles & $9) <> 0 OR ((u.roles & $10) <> 0 AND ($11 = 0 OR "   \
    "u.unit_id = $11)))))"
#define VALUES(m, t)                                                                                         \
    db_c((m)->key), db_str((t)->args), db_str((m)->url), db_c((m)->subject_kind),                            \
        db_int_or_null((m)->subject_id), db_str((t)->mark), db_int(call->now_ms),                            \
        db_int(call_who(call).user_id ? call_who(call).user_id : -1), db_int((t)->everywhere),               \
        db_int((t)->inside), db_int((t)->unit_id), db_int((t)->user_id)

static enum err put(struct call *call, const struct notify_message *m, const struct telling *t)
{
    if (t->count_up)
        return db_run(call,
                      PUT " ON CONFLICT (user_id, once) DO UPDATE SET many = notify_item.many + 1, "
                          "read_at_ms = NULL, args = excluded.args,"
                          " created_at_ms = excluded.created_at_ms",
                      VALUES(m, t));
    return db_run(call, PUT " ON CONFLICT (user_id, once) DO NOTHING", VALUES(m, t));
}

/* The unit itself, or the nearest one above that has somebody with such a role. */
static enum err unit_with(struct call *call, unsigned roles, int64_t unit_id, int64_t *ret)
{
    *ret = unit_id;
    for (int depth = 0; *ret && depth < DEPTH_MAX; depth++) {
        struct org_unit unit;
        int64_t there;
        TRY(db_get_int(
            call, &there, 0,
            "SELECT user_id FROM access_user WHERE unit_id = $1 AND (roles & $2) <> 0 AND disabled = 0"
            " AND (ends_ms IS NULL OR ends_ms > $3) LIMIT 1",
            db_int(*ret), db_int(roles), db_int(call->now_ms)));
        if (there)
            return ERR_OK;
        TRY(org_unit_get(call, *ret, &unit));
        *ret = unit.parent_id;
    }
    *ret = -1;
    return ERR_OK;
}

static enum err tell(struct call *call, unsigned roles, int64_t unit_id, const struct notify_message *message,
                     bool count_up)
{
    struct telling t = {.mark = mark_of(call, message),
                        .everywhere = roles & ~(unsigned)(ROLES_UNIT | ROLE_VENDOR_USER),
                        .inside = roles & (ROLES_UNIT | ROLE_VENDOR_USER),
                        .count_up = count_up};
    TRY(args_json(call, message, &t.args));
    if (t.inside && unit_id)
        TRY(unit_with(call, t.inside, unit_id, &t.unit_id));
    return put(call, message, &t);
}

static enum err tell_one(struct call *call, int64_t user_id, const struct notify_message *message,
                         bool count_up)
{
    struct telling t = {.mark = mark_of(call, message), .user_id = user_id, .count_up = count_up};
    if (user_id <= 0)
        return ERR_OK;
    TRY(args_json(call, message, &t.args));
    return put(call, message, &t);
}

enum err notify_users(struct call *call, unsigned roles, int64_t unit_id,
                      const struct notify_message *message)
{
    return tell(call, roles, unit_id, message, false);
}

enum err notify_user(struct call *call, int64_t user_id, const struct notify_message *message)
{
    return tell_one(call, user_id, message, false);
}

enum err notify_together(struct call *call, unsigned roles, int64_t unit_id,
                         const struct notify_message *message)
{
    return tell(call, roles, unit_id, message, true);
}

enum err notify_together_one(struct call *call, int64_t user_id, const struct notify_message *message)
{
    return tell_one(call, user_id, message, true);
}

/* ---- duties ---- */

static struct str page_of(struct call *call, const struct rules_duty *duty)
{
    if (str_is(duty->subject_kind, "finding"))
        return str_format(call->arena, "/findings/%lld", (long long)duty->subject_id);
    if (str_is(duty->subject_kind, "system"))
        return str_format(call->arena, "/systems/%lld", (long long)duty->subject_id);
    if (str_is(duty->subject_kind, "case"))
        return str_format(call->arena, "/cases/%lld", (long long)duty->subject_id);
    return STR("/workbench");
}

/* Like things of one day are one item: a letter with forty findings is not forty messages. */
static struct notify_message message_of(struct call *call, const struct rules_duty *duty, const char *key,
                                        const char *to)
{
    struct clock_date today = clock_date(clock_day_of(call->now_ms));
    return (struct notify_message){
        .key = key,
        .args = {duty->text, duty->due_on, duty->subject_label, duty->text_en},
        .url = page_of(call, duty),
        .subject_kind = "duty",
        .subject_id = duty->duty_id,
        .once = str_format(call->arena, "%s:%.*s:%lld:%s:%s", key, STR_ARG(duty->rule),
                           (long long)duty->unit_id, to, today.text),
    };
}

/* to: a role, or a post: its holder's account, and where that is unknown the unit's leaders (escalated) or
 * its people. */
static enum err tell_people(struct call *call, const struct rules_duty *duty,
                            const struct notify_message *message, const char *to, bool escalated)
{
    struct org_person holder;
    unsigned role = access_role_of(str_of(to));
    if (role)
        return notify_together(call, role, role & ROLES_UNIT ? duty->unit_id : 0, message);
    TRY(org_post_holder(call, duty->unit_id, to, 0, &holder));
    if (escalated && holder.user_id)
        return notify_together_one(call, holder.user_id, message);
    return notify_together(call, escalated ? ROLE_UNIT_LEADER : ROLES_UNIT, duty->unit_id, message);
}

/* What must be begun at once. Other duties wait for the digest, since a new rule pack opens thousands of
 * them; cases are told of by discipline itself. */
static bool is_urgent(const struct rules_duty *duty)
{
    return str_is(duty->subject_kind, "finding") || str_is(duty->subject_kind, "address");
}

enum err notify_hear(struct call *call, enum rules_event event, int64_t duty_id, const char *to)
{
    struct rules_duty duty;
    if (event == RULES_SATISFIED || event == RULES_CANCELLED || event == RULES_LATE)
        return ERR_OK; /* late ones stand in every digest until they are done */
    TRY(rules_duty_get(call, duty_id, &duty));
    if (event == RULES_REMIND)
        return db_run(call,
                      "INSERT INTO notify_event (duty_id, unit_id, unit_path, at_ms) VALUES ($1, $2, $3, $4)",
                      db_int(duty_id), db_int(duty.unit_id), db_str(duty.unit_path), db_int(call->now_ms));
    if (event == RULES_OPENED && !is_urgent(&duty))
        return ERR_OK;
    if (!to || !to[0])
        to = str_c(call->arena, duty.answers);
    struct notify_message message =
        message_of(call, &duty, event == RULES_ESCALATE ? "notify.escalate" : "notify.opened", to);
    return tell_people(call, &duty, &message, to, event == RULES_ESCALATE);
}

/* ---- showing ---- */

/* The rules' own texts come in both languages: the last argument is the English of the first. */
static void pick_language(struct call *call, struct str args[NOTIFY_ARGS], struct str key)
{
    if (call->lang == CALL_EN && str_starts(key, STR("notify.")) && args[3].len)
        args[0] = args[3];
}

static void put_lines(struct call *call, struct json_writer *w, struct str lines)
{
    const struct json *list;
    json_open_array(w, "lines");
    if (lines.len && json_parse(call->arena, lines, &list, NULL) == ERR_OK) {
        for (size_t i = 0; i < json_count(list); i++) {
            const struct json *line = json_item(list, i);
            struct str en = json_text(json_get(line, "text_en"));
            json_open_object(w, NULL);
            json_put_int(w, "duty_id", json_int(json_get(line, "duty_id"), 0));
            json_put_str(w, "text", call->lang == CALL_EN && en.len ? en : json_text(json_get(line, "text")));
            json_put_str(w, "subject_label", json_text(json_get(line, "subject_label")));
            json_put_str(w, "due_on", json_text(json_get(line, "due_on")));
            json_put_bool(w, "late", json_bool(json_get(line, "late"), false));
            json_close_object(w);
        }
    }
    json_close_array(w);
}

void notify_put_texts(struct call *call, struct json_writer *w, struct str key, struct str args, int64_t many,
                      struct str lines)
{
    struct str values[NOTIFY_ARGS] = {STR_NONE};
    const struct json *list;
    const char *title = str_c(call->arena, key),
               *body = str_format(call->arena, "%.*s.body", STR_ARG(key)).at;
    if (json_parse(call->arena, args, &list, NULL) == ERR_OK)
        for (size_t i = 0; i < json_count(list) && i < NOTIFY_ARGS; i++)
            values[i] = json_text(json_item(list, i));
    pick_language(call, values, key);
    struct str text = words_fill(call->arena, call->lang, title, values, NOTIFY_ARGS);
    if (many > 1) {
        struct str more[] = {text, str_format(call->arena, "%lld", (long long)many)};
        text = words_fill(call->arena, call->lang, "notify.many", more, 2);
    }
    json_put_str(w, "title", text);
    json_put_str(w, "body",
                 words_has(call->lang, body) ? words_fill(call->arena, call->lang, body, values, NOTIFY_ARGS)
                                             : STR_NONE);
    put_lines(call, w, lines);
}
