/* SPDX-License-Identifier: Apache-2.0
 *
 * What the letters say. Citations come from the packs, dates from the calendar, facts from the findings.
 */
#include "domain/rectify/rectify.h"

#include "base/clock.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/org/org.h"
#include "rules/rules.h"

#define MEMBERS_MAX (2 << 20)
#define ROWS_MAX    500

/* Letters are Chinese whatever language the officer's screen speaks. */
static struct str chinese(const char *key)
{
    return words_get(CALL_ZH, key);
}

static struct str label(struct call *call, const char *enum_name, struct str identifier)
{
    return words_get(CALL_ZH, str_format(call->arena, "enum.%s.%.*s", enum_name, STR_ARG(identifier)).at);
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

/* ---- the list of findings ---- */

struct summary {
    int64_t findings, systems, high, medium;
};

static struct str place_text(struct call *call, const struct db_rows *rows)
{
    struct str host = db_col_str(rows, 4).len ? db_col_str(rows, 4) : db_col_str(rows, 3);
    int64_t port = db_col_int(rows, 5);
    if (port)
        return str_format(call->arena, "%.*s:%lld%.*s", STR_ARG(host), (long long)port,
                          STR_ARG(str_slice(db_col_str(rows, 6), 0, 60)));
    return str_copy(call->arena, host);
}

static enum err query_findings(struct call *call, int64_t letter_id, struct db_rows *rows)
{
    return db_query(call, rows,
                    "SELECT f.finding_no, COALESCE(s.system_name, ''), f.title, COALESCE(f.ip, ''), "
                    "COALESCE(f.host_name, ''), f.port,"
                    " COALESCE(f.url_path, ''), COALESCE(f.notified_severity, f.severity), "
                    "COALESCE(t.remedy, ''), COALESCE(f.cves, ''), f.system_id"
                    " FROM rectify_letter_finding l JOIN finding f ON f.finding_id = l.finding_id LEFT JOIN "
                    "info_system s ON s.system_id = f.system_id"
                    " LEFT JOIN finding_text t ON t.text_id = f.text_id WHERE l.letter_id = $1 ORDER BY "
                    "s.system_name, f.finding_id",
                    db_int(letter_id));
}

static enum err summarise(struct call *call, int64_t letter_id, struct summary *ret)
{
    DB_ROWS(rows);
    int64_t last = -1;
    *ret = (struct summary){0};
    TRY(query_findings(call, letter_id, &rows));
    while (db_next(&rows)) {
        struct str severity = db_col_str(&rows, 7);
        ret->findings++;
        ret->high += str_is(severity, "high") || str_is(severity, "critical");
        ret->medium += str_is(severity, "medium");
        if (db_col_int(&rows, 10) && db_col_int(&rows, 10) != last)
            ret->systems++;
        last = db_col_int(&rows, 10);
    }
    return db_end(&rows);
}

static void put_column(struct json_writer *w, const char *title, int width, const char *align)
{
    json_open_object(w, NULL);
    json_put_c(w, "title", title);
    json_put_int(w, "width", width);
    if (align)
        json_put_c(w, "align", align);
    json_close_object(w);
}

static enum err put_list(struct call *call, int64_t letter_id, struct json_writer *w)
{
    DB_ROWS(rows);
    TRY(query_findings(call, letter_id, &rows));
    json_open_object(w, NULL);
    json_open_object(w, "table");
    json_open_array(w, "columns");
    put_column(w, "序号", 5, "center");
    put_column(w, "信息系统", 14, NULL);
    put_column(w, "地址", 16, NULL);
    put_column(w, "隐患", 22, NULL);
    put_column(w, "等级", 6, "center");
    put_column(w, "整改建议", 28, NULL);
    json_close_array(w);
    json_put_int(w, "size", 12);
    json_open_array(w, "rows");
    for (int64_t n = 1; db_next(&rows) && n <= ROWS_MAX; n++) {
        struct str remedy = db_col_str(&rows, 8);
        json_open_array(w, NULL);
        json_put_int(w, NULL, n);
        json_put_str(w, NULL, db_col_str(&rows, 1).len ? db_col_str(&rows, 1) : STR("（未登记）"));
        json_put_str(w, NULL, place_text(call, &rows));
        json_put_str(w, NULL,
                     str_format(call->arena, "%.*s%s%.*s", STR_ARG(db_col_str(&rows, 2)),
                                db_col_str(&rows, 9).len ? "\n" : "",
                                STR_ARG(str_slice(db_col_str(&rows, 9), 0, 120))));
        json_put_str(w, NULL, label(call, "severity", db_col_str(&rows, 7)));
        json_put_str(w, NULL,
                     remedy.len ? words_clip(call->arena, remedy, 160) : STR("按厂商公告修复并复核配置"));
        json_close_array(w);
    }
    json_close_array(w);
    json_close_object(w);
    json_close_object(w);
    return db_end(&rows);
}

/* ---- sentences ---- */

static struct str found_sentence(struct call *call, const struct summary *sum, struct str source)
{
    struct str levels = STR_NONE;
    if (sum->high && sum->medium)
        levels = str_format(call->arena, "，其中高危及以上%lld项、中危%lld项", (long long)sum->high,
                            (long long)sum->medium);
    else if (sum->high || sum->medium)
        levels = str_format(call->arena, "，其中%s%lld项", sum->high ? "高危及以上" : "中危",
                            (long long)(sum->high + sum->medium));
    struct str systems = sum->systems ? str_format(call->arena, "%lld个信息系统", (long long)sum->systems)
                                      : STR("有关信息资产");
    return str_format(call->arena, "%.*s，你单位%.*s存在网络安全隐患%lld项%.*s，详见附件1。", STR_ARG(source),
                      STR_ARG(systems), (long long)sum->findings, STR_ARG(levels));
}

static enum err source_sentence(struct call *call, const struct rectify_letter *letter, struct str *ret)
{
    *ret = STR("经安全监测核实");
    if (!letter->notice_id)
        return ERR_OK;
    DB_ROWS(rows);
    TRY(db_one(
        call, &rows,
        "SELECT source_name, COALESCE(source_no, ''), received_date FROM rectify_notice WHERE notice_id = $1",
        db_int(letter->notice_id)));
    struct str number = db_col_str(&rows, 1);
    *ret = str_format(call->arena, "%.*s收到%.*s通报%s%.*s%s", STR_ARG(date_text(call, db_col_str(&rows, 2))),
                      STR_ARG(db_col_str(&rows, 0)), number.len ? "（" : "", STR_ARG(number),
                      number.len ? "）" : "");
    return ERR_OK;
}

/* The articles on which the letter stands: whatever packs in force ask for something once a finding is
 * formally notified. */
static enum err basis_sentence(struct call *call, struct str *ret)
{
    struct str cites;
    enum err word = rules_cite_fact(call, "finding.formally_notified", &cites);
    *ret = STR("现责令你单位限期整改，并就有关事项通知如下：");
    if (word == ERR_NOT_FOUND)
        return ERR_OK;
    TRY(word);
    *ret = str_format(call->arena, "依据%.*s，现责令你单位限期整改，并就有关事项通知如下：", STR_ARG(cites));
    return ERR_OK;
}

static void put_point(struct json_writer *w, const char *head, struct str text)
{
    json_open_object(w, NULL);
    json_put_int(w, "h", 1);
    json_put_c(w, "text", head);
    json_close_object(w);
    json_put_str(w, NULL, text);
}

static enum err put_body(struct call *call, const struct rectify_letter *letter, struct str due_text,
                         struct json_writer *w)
{
    struct summary sum;
    struct str source, basis;
    TRY(summarise(call, letter->letter_id, &sum));
    TRY(source_sentence(call, letter, &source));
    TRY(basis_sentence(call, &basis));
    bool order = str_is(letter->letter_kind, "rectification_order");
    json_put_str(w, NULL, found_sentence(call, &sum, source));
    json_put_str(w, NULL, order ? basis : STR("为防范网络安全风险，现就有关事项提示如下："));
    put_point(w, "一、立即采取措施",
              STR("请组织系统管理和运维单位逐项核实，先行采取限制访问、修复漏洞、更换口令等措施，防止隐患被利"
                  "用。"));
    put_point(w, "二、按期整改反馈",
              str_format(call->arena,
                         "请于%.*"
                         "s前完成整改，并通过平台填报《整改情况反馈表》（附件2），附验证材料。整改确有困难的"
                         "，可在期限届满前申请延期或请求技术支持。",
                         STR_ARG(due_text)));
    put_point(w, "三、举一反三自查", STR("请对本单位其他信息系统开展同类隐患排查，排查情况一并反馈。"));
    if (letter->requirements.len)
        put_point(w, "四、其他要求", letter->requirements);
    if (order)
        json_put_str(w, NULL,
                     STR("未按要求整改，或者三个月内同一系统再次发生同类情况的，将按规定通报批评；造成严重后"
                         "果的，依规追究责任。"));
    return ERR_OK;
}

enum err rectify_letter_members(struct call *call, const struct rectify_letter *letter, struct str due_text,
                                struct str *ret)
{
    struct org_unit root, unit;
    TRY(org_root(call, &root));
    TRY(org_unit_get(call, letter->unit_id, &unit));
    BUF(out, MEMBERS_MAX);
    struct json_writer w = json_writer(&out);
    bool order = str_is(letter->letter_kind, "rectification_order");
    json_put_c(&w, "kind", order ? "document" : "letter");
    json_put_str(&w, "author", root.unit_name);
    json_put_str(&w, "mark",
                 order ? str_format(call->arena, "%.*s文件", STR_ARG(root.unit_name)) : root.unit_name);
    json_put_str(&w, "title", letter->title);
    json_put_str(&w, "to", unit.unit_name);
    json_open_array(&w, "body");
    TRY(put_body(call, letter, due_text, &w));
    json_close_array(&w);
    json_open_array(&w, "attachments");
    json_open_object(&w, NULL);
    json_put_c(&w, "name", "网络安全隐患清单");
    json_put_bool(&w, "landscape", true);
    json_open_array(&w, "body");
    TRY(put_list(call, letter->letter_id, &w));
    json_close_array(&w);
    json_close_object(&w);
    json_open_object(&w, NULL);
    json_put_c(&w, "name", "整改情况反馈表");
    json_close_object(&w);
    json_close_array(&w);
    json_put_str(&w, "signer", root.unit_name);
    json_put_c(&w, "seal", "note");
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}

/* ---- the feedback sheet, to be stamped ---- */

static void put_pair(struct json_writer *w, const char *name, struct str value, int height)
{
    json_open_array(w, NULL);
    json_open_object(w, NULL);
    json_put_c(w, "text", name);
    json_put_bool(w, "label", true);
    json_close_object(w);
    json_open_object(w, NULL);
    json_put_str(w, "text", value);
    json_put_c(w, "align", "left");
    if (height)
        json_put_int(w, "height", height);
    json_close_object(w);
    json_close_array(w);
}

static enum err put_answer(struct call *call, const struct rectify_letter *letter, struct json_writer *w)
{
    struct org_unit unit;
    TRY(org_unit_get(call, letter->unit_id, &unit));
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT cause, measures, completed_date, evidence_note, lateral_check, filled_by_name FROM "
                 "rectify_feedback"
                 " WHERE letter_id = $1 ORDER BY feedback_id DESC LIMIT 1",
                 db_int(letter->letter_id)));
    bool any = db_next(&rows);
    struct str received =
        letter->acknowledged_at_ms
            ? date_text(call, str_of(clock_date(clock_day_of(letter->acknowledged_at_ms)).text))
            : STR_NONE;
    put_pair(w, "填报单位", unit.unit_name, 0);
    put_pair(w, "通知文号", letter->doc_number, 0);
    put_pair(w, "签收时间", received, 0);
    put_pair(w, "原因分析", any ? db_col_str(&rows, 0) : STR_NONE, 28);
    put_pair(w, "整改措施", any ? db_col_str(&rows, 1) : STR_NONE, 40);
    put_pair(w, "完成时间", any ? date_text(call, db_col_str(&rows, 2)) : STR_NONE, 0);
    put_pair(w, "验证材料", any ? db_col_str(&rows, 3) : STR_NONE, 18);
    put_pair(w, "举一反三情况", any ? db_col_str(&rows, 4) : STR_NONE, 22);
    put_pair(w, "填报人", any ? db_col_str(&rows, 5) : STR_NONE, 0);
    json_open_array(w, NULL);
    json_open_object(w, NULL);
    json_put_c(w, "text", "单位负责人意见");
    json_put_bool(w, "label", true);
    json_close_object(w);
    json_open_object(w, NULL);
    json_put_c(w, "text", "");
    json_put_int(w, "height", 30);
    json_put_c(w, "foot", "签字（盖章）：　　　　　　年　　月　　日");
    json_close_object(w);
    json_close_array(w);
    return db_end(&rows);
}

enum err rectify_sheet_json(struct call *call, const struct rectify_letter *letter, struct str *ret)
{
    BUF(out, MEMBERS_MAX);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_c(&w, "kind", "form");
    json_put_c(&w, "corner", "附件2");
    json_put_str(&w, "title", chinese("enum.letter_kind.feedback_sheet"));
    json_open_array(&w, "body");
    json_open_object(&w, NULL);
    json_open_object(&w, "table");
    json_open_array(&w, "columns");
    put_column(&w, "", 20, "center");
    put_column(&w, "", 80, NULL);
    json_close_array(&w);
    json_put_int(&w, "size", 14);
    json_open_array(&w, "rows");
    TRY(put_answer(call, letter, &w));
    json_close_array(&w);
    json_close_object(&w);
    json_close_object(&w);
    json_close_array(&w);
    json_close_object(&w);
    TRY(buf_check(&out));
    *ret = str_copy(call->arena, buf_str(&out));
    return ERR_OK;
}
