/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom the example county tells of incidents: agencies without names of people, and routes in order. The
 * times are examples that an authority replaces by those of its own plan.
 */
#include "app/app_demo.h"

#include "db/db.h"

static const struct {
    const char *kind, *name, *phone, *remit;
} agencies[] = {
    {"cac_office", "示例县委网信办", "0000-8000101", "统筹协调网络安全和数据安全工作"},
    {"psb_cyber", "示例县公安局网络安全保卫大队", "0000-8000102", "打击网络违法犯罪，监督等级保护"},
    {"state_security", "示例县国家安全局", "0000-8000103", "危害国家安全的网络和数据活动"},
    {"secrecy", "示例县国家保密局", "0000-8000104", "保密监督检查，涉密事件查处"},
    {"cryptography", "示例县密码管理局", "0000-8000105", "密码应用和密码安全管理"},
    {"communications", "示例市通信管理机构", "0000-8000106", "公共通信网络和互联网接入管理"},
};
/* By number in the list above, from 0. */
static const struct {
    const char *incident;
    int step, agency, minutes;
    const char *way;
} routes[] = {
    {"page_tampering", 1, 0, 60, "telephone"}, {"page_tampering", 2, 1, 60, "telephone"},
    {"data_leak", 1, 0, 60, "telephone"},      {"data_leak", 2, 1, 120, "telephone"},
    {"network_attack", 1, 1, 60, "telephone"}, {"network_attack", 2, 0, 120, "written"},
    {"outage", 1, 0, 120, "telephone"},        {"outage", 2, 5, 240, "telephone"},
    {"secrecy", 1, 3, 60, "in_person"},        {"cryptography", 1, 4, 240, "written"},
};

enum err demo_make_agencies(struct call *call, void *context)
{
    int64_t ids[sizeof agencies / sizeof *agencies];
    (void)context;
    for (size_t i = 0; i < sizeof agencies / sizeof *agencies; i++) {
        DB_ROWS(rows);
        TRY(db_one(
            call, &rows,
            "INSERT INTO agency (agency_kind, agency_name, desk, duty_phone, remit, changed_by_name,"
            " changed_at_ms) VALUES ($1, $2, '值班室', $3, $4, '数据局经办人', $5) RETURNING agency_id",
            db_c(agencies[i].kind), db_c(agencies[i].name), db_c(agencies[i].phone), db_c(agencies[i].remit),
            db_int(call->now_ms)));
        ids[i] = db_col_int(&rows, 0);
        TRY(db_end(&rows));
    }
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        TRY(db_run(
            call,
            "INSERT INTO agency_route (incident_kind, step_no, agency_id, report_way, within_minutes, basis)"
            " VALUES ($1, $2, $3, $4, $5, '示例县网络安全事件应急预案')",
            db_c(routes[i].incident), db_int(routes[i].step), db_int(ids[routes[i].agency]),
            db_c(routes[i].way), db_int(routes[i].minutes)));
    return ERR_OK;
}
