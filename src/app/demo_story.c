/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The example must be as the product itself would have made it: scanner files are written, read by
 * the helper and imported; letters are issued and answered through the same functions as the routes use, each
 * at its own time.
 */
#include "app/app_demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"
#include "domain/finding/finding.h"
#include "domain/rectify/rectify.h"
#include "rules/rules.h"

/* ---- scanner files ---- */

struct weakness {
    int plugin;
    const char *name, *family, *remedy, *cve;
    int severity, port;
    const char *service;
};
static const struct weakness weaknesses[] = {
    {91001, "SSL 证书已过期", "General", "更换有效证书，并建立到期提醒。", "", 2, 443, "www"},
    {91002, "Web 应用 SQL 注入漏洞", "CGI abuses", "使用参数化查询，升级到厂商修复版本，上线前复测。", "", 3,
     443, "www"},
    {91003, "Redis 未授权访问", "Databases", "设置强口令，仅监听本机或受控网段，由防火墙限制来源。", "", 4,
     6379, "redis"},
    {91004, "SSH 弱口令账户", "Default Unix Accounts", "更换口令，启用密钥登录，限制登录来源。", "", 3, 22,
     "ssh"},
    {91005, "Apache Tomcat 远程代码执行", "Web Servers", "升级到厂商发布的修复版本。", "CVE-2025-24813", 4,
     8080, "www"},
    {91006, "TLS 支持已弃用的 1.0 版本", "General", "仅启用 TLS 1.2 及以上版本。", "", 1, 443, "www"},
    {91007, "目录列表泄露备份文件", "Web Servers", "关闭目录列表，删除站点目录下的备份文件。", "", 2, 8080,
     "www"},
};

struct strike {
    const char *host;
    int net, last, weakness;
    bool later; /* still there at the second scan */
};
static const struct strike strikes[] = {
    {"www.jyj.shili.example", 11, 10, 0, false},
    {"yw.jyj.shili.example", 11, 20, 4, false},
    {"yw.jyj.shili.example", 11, 20, 6, false},
    {"yw.wjj.shili.example", 12, 20, 4, true},
    {"oa.wjj.shili.example", 12, 30, 3, true},
    {"sj.wjj.shili.example", 12, 40, 2, true},
    {"oa.rsj.shili.example", 13, 30, 1, true},
    {"sj.rsj.shili.example", 13, 40, 5, true},
    {"sj.zrzy.shili.example", 14, 40, 2, true},
    {"yw.yy.shili.example", 33, 20, 4, true},
    {"oa.zjj.shili.example", 16, 30, 0, true},
    {"www.cgz.shili.example", 41, 10, 6, true},
    {"yw.nyj.shili.example", 17, 20, 6, true},
    {"www.dsz.shili.example", 42, 10, 1, true},
    {NULL, 12, 77, 3, true},
    {NULL, 15, 99, 2, true},
    {NULL, 18, 66, 6, true},
};

static void put_time(FILE *file, const char *tag, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000 + 8 * 3600);
    struct tm parts;
    char text[64];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &parts);
    fprintf(file, "<tag name=\"%s\">%s</tag>", tag, text);
}

static void put_item(FILE *file, const struct weakness *weakness)
{
    static const char *const risks[] = {"None", "Low", "Medium", "High", "Critical"};
    fprintf(file,
            "<ReportItem port=\"%d\" svc_name=\"%s\" protocol=\"tcp\" severity=\"%d\" pluginID=\"%d\" "
            "pluginName=\"%s\" pluginFamily=\"%s\">",
            weakness->port, weakness->service, weakness->severity, weakness->plugin, weakness->name,
            weakness->family);
    fprintf(file,
            "<description>检测到%s。攻击者可能借此获取数据或控制主机。</description><solution>%s</"
            "solution><risk_factor>%s</risk_factor>",
            weakness->name, weakness->remedy, risks[weakness->severity]);
    if (weakness->cve[0])
        fprintf(file, "<cve>%s</cve>", weakness->cve);
    fputs("</ReportItem>\n", file);
}

/* One report of the whole county: every host that strikes, with what still strikes then. */
static void write_nessus(FILE *file, int64_t at_ms, bool later)
{
    fputs("<?xml version=\"1.0\"?>\n<NessusClientData_v2><Report name=\"示例县月度扫描\">\n", file);
    for (size_t i = 0; i < sizeof(strikes) / sizeof(strikes[0]); i++) {
        const struct strike *strike = &strikes[i];
        if (i && strikes[i - 1].net == strike->net && strikes[i - 1].last == strike->last)
            continue; /* the same host: its items follow below */
        fprintf(file,
                "<ReportHost name=\"10.20.%d.%d\"><HostProperties><tag name=\"host-ip\">10.20.%d.%d</tag>",
                strike->net, strike->last, strike->net, strike->last);
        if (strike->host)
            fprintf(file, "<tag name=\"host-fqdn\">%s</tag>", strike->host);
        put_time(file, "HOST_START", at_ms);
        put_time(file, "HOST_END", at_ms + 600000);
        fputs("</HostProperties>\n", file);
        fputs("<ReportItem port=\"443\" svc_name=\"www\" protocol=\"tcp\" severity=\"0\" pluginID=\"91100\" "
              "pluginName=\"服务识别\" pluginFamily=\"Service "
              "detection\"><description>识别到开放的服务。</description></ReportItem>\n",
              file);
        fputs("<ReportItem port=\"8080\" svc_name=\"www\" protocol=\"tcp\" severity=\"0\" pluginID=\"91100\" "
              "pluginName=\"服务识别\" pluginFamily=\"Service "
              "detection\"><description>识别到开放的服务。</description></ReportItem>\n",
              file);
        for (size_t k = i; k < sizeof(strikes) / sizeof(strikes[0]) && strikes[k].net == strike->net &&
                           strikes[k].last == strike->last;
             k++) {
            if (!later || strikes[k].later)
                put_item(file, &weaknesses[strikes[k].weakness]);
        }
        fputs("</ReportHost>\n", file);
    }
    fputs("</Report></NessusClientData_v2>\n", file);
}

struct import {
    struct finding_scan *scan;
    struct finding_import report;
};

static enum err apply_scan(struct call *call, void *context)
{
    struct import *import = context;
    return finding_scan_apply(call, import->scan, &import->report);
}

static enum err scan_at(struct demo *demo, int64_t at_ms, bool later, const char *name)
{
    char path[] = "/tmp/anze-demo-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return ERR_FAILED;
    write_nessus(file, at_ms, later);
    fclose(file);
    struct call call = app_call(demo->app);
    struct import import = {0};
    call.now_ms = at_ms + 3600000;
    enum err word = finding_scan_read(&call, path, str_of(name), demo->app->data_dir, &import.scan);
    unlink(path);
    if (word == ERR_OK)
        word = app_write(demo->app, &call, apply_scan, &import);
    return word == ERR_OK ? ERR_OK
                          : (app_fail((struct app_args *)(uintptr_t)demo->app->args, &call, word), word);
}

/* ---- letters ---- */

struct step {
    enum { DRAFT, ISSUE, ACKNOWLEDGE, FEED_BACK, ACCEPT, CLOSE_OUT, ASK_EXTENSION, NOTICE } what;
    const char *unit;
    int64_t *letter_id;
    int64_t notice_id;
};

static enum err findings_of(struct call *call, const char *unit, int64_t *ids, size_t room, size_t *ret_many)
{
    DB_ROWS(rows);
    *ret_many = 0;
    TRY(db_query(call, &rows,
                 "SELECT f.finding_id FROM finding f JOIN org_unit u ON u.unit_id = f.unit_id WHERE "
                 "u.short_name = $1 AND f.kind = 'weakness'"
                 " AND f.source = 'scan' AND f.system_id IS NOT NULL AND f.state IN ('reported', 'verified') "
                 "ORDER BY f.finding_id",
                 db_c(unit)));
    while (db_next(&rows) && *ret_many < room)
        ids[(*ret_many)++] = db_col_int(&rows, 0);
    return db_end(&rows);
}

static enum err feed_back(struct call *call, int64_t letter_id)
{
    int64_t feedback_id;
    const char *pairs[] = {
        "cause=组件版本过旧，证书到期未及时更换。",
        "measures=已升级组件并更换证书，关闭不必要的端口，运维单位完成复核。",
        str_format(call->arena, "completed_date=%s", clock_date(clock_day_of(call->now_ms)).text).at,
        "evidence_note=升级记录和复核截图见附件。",
        "lateral_check=已排查本单位其他系统，未发现同类问题。",
        "filled_by_name=单位网络安全员",
        NULL};
    struct field_record record = demo_record(call, &rectify_feedback_table, pairs);
    return rectify_feedback_save(call, letter_id, &record, true, &feedback_id);
}

static enum err accept_feedback(struct call *call, int64_t letter_id)
{
    int64_t feedback_id;
    TRY(db_get_int(call, &feedback_id, 0,
                   "SELECT MAX(feedback_id) FROM rectify_feedback WHERE letter_id = $1", db_int(letter_id)));
    return rectify_feedback_decide(call, letter_id, feedback_id, true, STR_NONE);
}

static enum err enter_notice(struct call *call, struct step *step)
{
    int64_t unit_id, finding_id;
    TRY(db_get_int(call, &unit_id, 0, "SELECT unit_id FROM org_unit WHERE short_name = $1",
                   db_c(step->unit)));
    const char *pairs[] = {
        "source_type=cac_office",
        "source_name=市委网信办",
        "source_no=市网信通〔2026〕18号",
        str_format(call->arena, "received_date=%s", clock_date(clock_day_of(call->now_ms)).text).at,
        "severity=high",
        str_format(call->arena, "unit_id=%lld", (long long)unit_id).at,
        "title=协同办公系统存在 SQL 注入漏洞",
        "content=监测发现该单位协同办公系统登录接口存在 SQL 注入漏洞，可获取后台数据，请立即处置。",
        NULL};
    struct field_record record = demo_record(call, &rectify_notice_table, pairs);
    TRY(rectify_notice_create(call, &record, &step->notice_id));
    TRY(db_get_int(call, &finding_id, 0, "SELECT finding_id FROM rectify_notice WHERE notice_id = $1",
                   db_int(step->notice_id)));
    return rectify_draft(call, "rectification_order", &finding_id, 1, step->notice_id, STR_NONE,
                         step->letter_id);
}

static enum err take_step(struct call *call, void *context)
{
    struct step *step = context;
    int64_t ids[32], request_id;
    size_t many;
    switch (step->what) {
    case DRAFT:
        TRY(findings_of(call, step->unit, ids, 32, &many));
        return rectify_draft(call, "rectification_order", ids, many, 0, STR_NONE, step->letter_id);
    case ISSUE:
        return rectify_issue(call, *step->letter_id);
    case ACKNOWLEDGE:
        return rectify_acknowledge(call, *step->letter_id);
    case FEED_BACK:
        return feed_back(call, *step->letter_id);
    case ACCEPT:
        return accept_feedback(call, *step->letter_id);
    case CLOSE_OUT:
        return rectify_close_out(call, *step->letter_id);
    case ASK_EXTENSION:
        return rectify_request(call, *step->letter_id, "extension", 5,
                               STR("厂商补丁需停机升级，已安排在本周末夜间实施。"), &request_id);
    case NOTICE:
        return enter_notice(call, step);
    }
    return ERR_OK;
}

static enum err at(struct demo *demo, int64_t at_ms, struct step step)
{
    struct call call = app_call(demo->app);
    call.now_ms = at_ms;
    enum err word = app_write(demo->app, &call, take_step, &step);
    return word == ERR_OK ? ERR_OK
                          : (app_fail((struct app_args *)(uintptr_t)demo->app->args, &call, word), word);
}

static enum err sweep(struct call *call, void *context)
{
    (void)context;
    return rules_sweep(call);
}

/* 10:00 of the n-th working day before today. */
static int64_t working_days_ago(const struct demo *demo, int n)
{
    struct calendar_due day = calendar_add(rules_calendar(), clock_day_of(demo->now_ms), -n);
    return clock_ms_of_day(day.day) + 10 * 3600000LL;
}

enum err demo_tell_story(struct demo *demo)
{
    int64_t education = 0, health = 0, labour = 0, land = 0, notice = 0, housing = 0;
    TRY(scan_at(demo, working_days_ago(demo, 16), false, "示例县月度扫描-上次.nessus"));
    TRY(at(demo, working_days_ago(demo, 15), (struct step){DRAFT, "教育局", &education, 0}));
    TRY(at(demo, working_days_ago(demo, 15) + 600000, (struct step){ISSUE, NULL, &education, 0}));
    TRY(at(demo, working_days_ago(demo, 15) + 7200000, (struct step){ACKNOWLEDGE, NULL, &education, 0}));
    TRY(at(demo, working_days_ago(demo, 13), (struct step){FEED_BACK, NULL, &education, 0}));
    TRY(at(demo, working_days_ago(demo, 12), (struct step){ACCEPT, NULL, &education, 0}));
    TRY(scan_at(demo, working_days_ago(demo, 8), true, "示例县月度扫描-本次.nessus"));
    TRY(at(demo, working_days_ago(demo, 7), (struct step){CLOSE_OUT, NULL, &education, 0}));
    TRY(at(demo, working_days_ago(demo, 7), (struct step){DRAFT, "卫健局", &health, 0}));
    TRY(at(demo, working_days_ago(demo, 7) + 600000, (struct step){ISSUE, NULL, &health, 0}));
    TRY(at(demo, working_days_ago(demo, 6), (struct step){ACKNOWLEDGE, NULL, &health, 0}));
    TRY(at(demo, working_days_ago(demo, 3), (struct step){DRAFT, "自然资源局", &land, 0}));
    TRY(at(demo, working_days_ago(demo, 3) + 600000, (struct step){ISSUE, NULL, &land, 0}));
    TRY(at(demo, working_days_ago(demo, 2), (struct step){ACKNOWLEDGE, NULL, &land, 0}));
    TRY(at(demo, working_days_ago(demo, 1), (struct step){FEED_BACK, NULL, &land, 0}));
    TRY(at(demo, working_days_ago(demo, 2), (struct step){NOTICE, "人社局", &notice, 0}));
    TRY(at(demo, working_days_ago(demo, 2) + 600000, (struct step){ISSUE, NULL, &notice, 0}));
    TRY(at(demo, working_days_ago(demo, 1), (struct step){DRAFT, "人社局", &labour, 0}));
    TRY(at(demo, working_days_ago(demo, 1) + 600000, (struct step){ISSUE, NULL, &labour, 0}));
    TRY(at(demo, working_days_ago(demo, 1) + 7200000, (struct step){ACKNOWLEDGE, NULL, &labour, 0}));
    TRY(at(demo, working_days_ago(demo, 1) + 9000000, (struct step){ASK_EXTENSION, NULL, &labour, 0}));
    TRY(at(demo, working_days_ago(demo, 1), (struct step){DRAFT, "住建局", &housing, 0}));
    struct call call = app_call(demo->app);
    call.now_ms = demo->now_ms;
    return app_write(demo->app, &call, sweep, NULL);
}
