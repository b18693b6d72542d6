/* SPDX-License-Identifier: Apache-2.0
 *
 * What the papers say. People stand in them by their posts, not their names: a post is what the rule calls
 * for, and a name would stay in the paper for ever. Citations come from the packs in force.
 */
#include "domain/discipline/discipline.h"

#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "domain/registry/registry.h"
#include "rules/rules.h"

#define MEMBERS_MAX (256 * 1024)

/* Papers are Chinese whatever language the officer's screen speaks. */
#define ZH(call, key, ...)                                                                                   \
    words_fill((call)->arena, CALL_ZH, (key), (struct str[]){__VA_ARGS__},                                   \
               sizeof((struct str[]){__VA_ARGS__}) / sizeof(struct str))

struct paper {
    struct call *call;
    const struct discipline_case *c;
    struct org_unit root, unit;
    struct str system_name, basis;
    struct json_writer *w;
};

const char *discipline_paper_kind(struct str case_kind)
{
    static const char *const map[][2] = {{"interview", "interview_invitation"},
                                         {"criticism", "criticism"},
                                         {"concealment", "concealment_notice"},
                                         {"shutdown", "shutdown_order"}};
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
        if (str_is(case_kind, map[i][0]))
            return map[i][1];
    return NULL;
}

static struct str date_text(struct call *call, struct str date)
{
    int32_t day;
    int year, month, mday;
    if (!clock_parse_date(date, &day))
        return date;
    clock_ymd(day, &year, &month, &mday);
    return str_format(call->arena, "%d年%d月%d日", year, month, mday);
}

static struct str moment_text(struct call *call, int64_t ms)
{
    if (!ms)
        return STR("　　　　年　　月　　日　　时　　分");
    int32_t day = clock_day_of(ms);
    int64_t minute = (ms - clock_ms_of_day(day)) / 60000;
    struct clock_date date = clock_date(day);
    struct str text = date_text(call, str_of(date.text));
    return str_format(call->arena, "%.*s%lld时%02lld分", STR_ARG(text), (long long)(minute / 60),
                      (long long)(minute % 60));
}

/* "党组织主要负责人、行政主要领导" */
static struct str posts_text(struct call *call, struct str posts)
{
    struct str part, all = STR_NONE;
    while (str_cut(&posts, ',', &part)) {
        struct str label =
            words_get(CALL_ZH, str_format(call->arena, "enum.post_kind.%.*s", STR_ARG(str_trim(part))).at);
        all = all.len ? str_format(call->arena, "%.*s、%.*s", STR_ARG(all), STR_ARG(label)) : label;
    }
    return all;
}

static enum err load(struct call *call, const struct discipline_case *c, struct paper *ret)
{
    *ret = (struct paper){.call = call, .c = c};
    TRY(org_root(call, &ret->root));
    TRY(org_unit_get(call, c->unit_id, &ret->unit));
    if (c->system_id) {
        struct registry_system system;
        TRY(registry_system_get(call, c->system_id, &system));
        ret->system_name = system.system_name;
    }
    if (!c->article.len)
        return ERR_OK;
    enum err word = rules_cite(call, str_c(call->arena, c->article), &ret->basis);
    return word == ERR_NOT_FOUND ? ERR_OK : word;
}

static void point(struct paper *p, const char *key, struct str text)
{
    json_open_object(p->w, NULL);
    json_put_int(p->w, "h", 1);
    json_put_str(p->w, "text", words_get(CALL_ZH, key));
    json_close_object(p->w);
    json_put_str(p->w, NULL, text);
}

static void say(struct paper *p, struct str text)
{
    json_put_str(p->w, NULL, text);
}

/* Sentences that people wrote may lack their full stop. */
static struct str stopped(struct call *call, struct str text)
{
    text = str_trim(text);
    bool ends = str_ends(text, STR("。")) || str_ends(text, STR("！")) || str_ends(text, STR("；")) ||
                str_ends(text, STR("？"));
    return text.len == 0 || ends ? text : str_format(call->arena, "%.*s。", STR_ARG(text));
}

static struct str based(struct paper *p, const char *with, const char *without)
{
    return p->basis.len ? ZH(p->call, with, p->basis) : words_get(CALL_ZH, without);
}

static void interview(struct paper *p)
{
    struct call *call = p->call;
    const struct discipline_case *c = p->c;
    say(p, stopped(call, c->facts));
    say(p, based(p, "discipline.paper.interview.based", "discipline.paper.interview.decided"));
    point(p, "discipline.paper.interview.h1",
          ZH(call, "discipline.paper.interview.people", posts_text(call, c->interviewee_posts)));
    point(
        p, "discipline.paper.interview.h2",
        ZH(call, "discipline.paper.interview.by", p->root.unit_name, posts_text(call, c->interviewer_post)));
    point(p, "discipline.paper.interview.h3",
          ZH(call, "discipline.paper.interview.when", moment_text(call, c->meeting_at_ms),
             c->place.len ? c->place : STR("　　　　　　")));
    point(p, "discipline.paper.interview.h4",
          c->materials.len ? stopped(call, c->materials)
                           : words_get(CALL_ZH, "discipline.paper.interview.materials"));
    if (c->requirements.len)
        point(p, "discipline.paper.interview.h5", stopped(call, c->requirements));
    say(p, words_get(CALL_ZH, "discipline.paper.interview.end"));
}

static void criticism(struct paper *p)
{
    struct call *call = p->call;
    say(p, stopped(call, p->c->facts));
    say(p, p->basis.len ? ZH(call, "discipline.paper.criticism.based", p->basis, p->unit.unit_name)
                        : ZH(call, "discipline.paper.criticism.decided", p->unit.unit_name));
    say(p, p->c->requirements.len ? stopped(call, p->c->requirements)
                                  : ZH(call, "discipline.paper.criticism.unit", p->unit.unit_name));
    say(p, words_get(CALL_ZH, "discipline.paper.criticism.all"));
}

static void shutdown_order(struct paper *p)
{
    struct call *call = p->call;
    struct str system =
        p->system_name.len ? p->system_name : words_get(CALL_ZH, "discipline.facts.some_asset");
    say(p, stopped(call, p->c->facts));
    say(p, p->basis.len ? ZH(call, "discipline.paper.shutdown.based", p->basis, system)
                        : ZH(call, "discipline.paper.shutdown.decided", system));
    point(p, "discipline.paper.shutdown.h1", words_get(CALL_ZH, "discipline.paper.shutdown.stop"));
    point(p, "discipline.paper.shutdown.h2", words_get(CALL_ZH, "discipline.paper.shutdown.data"));
    point(p, "discipline.paper.shutdown.h3", words_get(CALL_ZH, "discipline.paper.shutdown.resume"));
    if (p->c->requirements.len)
        point(p, "discipline.paper.h_other", stopped(call, p->c->requirements));
}

static void concealment(struct paper *p)
{
    struct call *call = p->call;
    struct str by = p->c->reply_by.len
                        ? ZH(call, "discipline.paper.concealment.by", date_text(call, p->c->reply_by))
                        : words_get(CALL_ZH, "discipline.paper.concealment.at_once");
    say(p, stopped(call, p->c->facts));
    say(p, based(p, "discipline.paper.concealment.based", "discipline.paper.concealment.decided"));
    point(p, "discipline.paper.concealment.h1", ZH(call, "discipline.paper.concealment.explain", by));
    point(p, "discipline.paper.concealment.h2", words_get(CALL_ZH, "discipline.paper.concealment.register"));
    point(p, "discipline.paper.concealment.h3", words_get(CALL_ZH, "discipline.paper.concealment.search"));
    if (p->c->requirements.len)
        point(p, "discipline.paper.h_other", stopped(call, p->c->requirements));
}

enum err discipline_paper_title(struct call *call, const struct discipline_case *c, struct str *ret)
{
    struct paper p;
    TRY(load(call, c, &p));
    struct str about =
        str_is(c->case_kind, "shutdown") && p.system_name.len ? p.system_name : p.unit.unit_name;
    *ret = ZH(call, str_format(call->arena, "discipline.paper.%.*s.title", STR_ARG(c->case_kind)).at, about);
    return ERR_OK;
}

enum err discipline_paper_members(struct call *call, const struct discipline_case *c, struct str *ret)
{
    struct paper p;
    struct str title;
    TRY(load(call, c, &p));
    TRY(discipline_paper_title(call, c, &title));
    BUF(out, MEMBERS_MAX);
    struct json_writer w = json_writer(&out);
    p.w = &w;
    bool order = str_is(c->case_kind, "shutdown") || str_is(c->case_kind, "criticism");
    json_put_c(&w, "kind", order ? "document" : "letter");
    json_put_str(&w, "author", p.root.unit_name);
    json_put_str(&w, "mark",
                 order ? str_format(call->arena, "%.*s文件", STR_ARG(p.root.unit_name)) : p.root.unit_name);
    json_put_str(&w, "title", title);
    json_put_str(&w, "to",
                 str_is(c->case_kind, "criticism") ? words_get(CALL_ZH, "discipline.paper.all_units")
                                                   : p.unit.unit_name);
    json_open_array(&w, "body");
    if (str_is(c->case_kind, "interview"))
        interview(&p);
    else if (str_is(c->case_kind, "criticism"))
        criticism(&p);
    else if (str_is(c->case_kind, "shutdown"))
        shutdown_order(&p);
    else
        concealment(&p);
    json_close_array(&w);
    json_put_str(&w, "signer", p.root.unit_name);
    json_put_c(&w, "seal", "note");
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

/* ---- the record of an interview, to be signed ---- */

static void pair(struct paper *p, const char *key, struct str value, int height)
{
    json_open_array(p->w, NULL);
    json_open_object(p->w, NULL);
    json_put_str(p->w, "text", words_get(CALL_ZH, key));
    json_put_bool(p->w, "label", true);
    json_close_object(p->w);
    json_open_object(p->w, NULL);
    json_put_str(p->w, "text", value);
    json_put_c(p->w, "align", "left");
    if (height)
        json_put_int(p->w, "height", height);
    json_close_object(p->w);
    json_close_array(p->w);
}

static void signature(struct paper *p, const char *key)
{
    json_open_array(p->w, NULL);
    json_open_object(p->w, NULL);
    json_put_str(p->w, "text", words_get(CALL_ZH, key));
    json_put_bool(p->w, "label", true);
    json_close_object(p->w);
    json_open_object(p->w, NULL);
    json_put_c(p->w, "text", "");
    json_put_int(p->w, "height", 18);
    json_put_str(p->w, "foot", words_get(CALL_ZH, "discipline.record.foot"));
    json_close_object(p->w);
    json_close_array(p->w);
}

static void record_rows(struct paper *p)
{
    struct call *call = p->call;
    const struct discipline_case *c = p->c;
    pair(p, "discipline.record.unit", p->unit.unit_name, 0);
    pair(p, "discipline.record.number", c->doc_number, 0);
    pair(p, "discipline.record.when", moment_text(call, c->held_at_ms ? c->held_at_ms : c->meeting_at_ms), 0);
    pair(p, "discipline.record.place", c->place, 0);
    pair(p, "discipline.record.interviewer", posts_text(call, c->interviewer_post), 0);
    pair(p, "discipline.record.interviewee", posts_text(call, c->interviewee_posts), 0);
    pair(p, "discipline.record.attendees", c->attendees, 0);
    pair(p, "discipline.record.facts", c->facts, 18);
    pair(p, "discipline.record.minutes", c->minutes, 40);
    pair(p, "discipline.record.commitments", c->commitments, 28);
    signature(p, "discipline.record.sign_interviewer");
    signature(p, "discipline.record.sign_interviewee");
}

static void column(struct json_writer *w, int width, const char *align)
{
    json_open_object(w, NULL);
    json_put_c(w, "title", "");
    json_put_int(w, "width", width);
    if (align)
        json_put_c(w, "align", align);
    json_close_object(w);
}

enum err discipline_record_json(struct call *call, const struct discipline_case *c, struct str *ret)
{
    struct paper p;
    TRY(load(call, c, &p));
    BUF(out, MEMBERS_MAX);
    struct json_writer w = json_writer(&out);
    p.w = &w;
    json_open_object(&w, NULL);
    json_put_c(&w, "kind", "form");
    json_put_str(&w, "title", words_get(CALL_ZH, "discipline.record.title"));
    json_open_array(&w, "body");
    json_open_object(&w, NULL);
    json_open_object(&w, "table");
    json_open_array(&w, "columns");
    column(&w, 20, "center");
    column(&w, 80, NULL);
    json_close_array(&w);
    json_put_int(&w, "size", 14);
    json_open_array(&w, "rows");
    record_rows(&p);
    json_close_array(&w);
    json_close_object(&w);
    json_close_object(&w);
    json_close_array(&w);
    json_close_object(&w);
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}
