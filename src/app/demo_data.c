/* SPDX-License-Identifier: Apache-2.0
 *
 * Data sets of the example county, and copies of them that went from bureau to bureau: one accepted with a
 * term that ends soon, one accepted for long, one that nobody has accepted yet.
 */
#include "app/app_demo.h"

#include <string.h>

#include "base/clock.h"
#include "domain/dataset/dataset.h"
#include "domain/org/org.h"

static const struct {
    const char *owner, *name, *category, *level, *origin, *basis, *department, *persons;
} sets[] = {
    {"示例县教育局", "义务教育学籍库", "学籍", "important", "generated", "中小学生学籍管理职责", "基础教育科",
     "38000"},
    {"示例县卫生健康局", "居民健康档案库", "健康档案", "important", "collected", "基本公共卫生服务职责",
     "信息科", "210000"},
    {"示例县民政局", "婚姻登记信息", "婚姻登记", "general", "generated", "婚姻登记职责", "社会事务科",
     "96000"},
    {"示例县自然资源局", "不动产登记信息", "不动产", "important", "generated", "不动产登记职责", "不动产中心",
     "120000"},
    {"示例县水利局", "水雨情监测数据", "监测", "general", "collected", "防汛抗旱职责", "水旱灾害防御科",
     NULL},
};
/* Days from today to the end of the term; 0: none. */
static const struct {
    int set;
    const char *receiver, *way, *purpose;
    int term_days;
    const char *keeper;
} copies[] = {
    {0, "示例县民政局", "exchanged", "困境儿童救助资格核对", 20, "社会救助科"},
    {1, "示例县人力资源和社会保障局", "exchanged", "工伤认定核验", 200, "信息中心"},
    {2, "示例县教育局", "copied", "入学资格审核", 90, NULL},
    {3, "示例县住房和城乡建设局", "circulated", "保障房资格审核", 0, "住房保障科"},
};

static enum err make_set(struct call *call, size_t at, int64_t *ret_dataset_id)
{
    struct org_unit unit;
    TRY(org_unit_by_name(call, str_of(sets[at].owner), &unit));
#define PAIR(name, value) str_format(call->arena, name "=%s", value).at
    const char *pairs[] = {str_format(call->arena, "unit_id=%lld", (long long)unit.unit_id).at,
                           PAIR("dataset_name", sets[at].name),
                           PAIR("category", sets[at].category),
                           PAIR("data_level", sets[at].level),
                           PAIR("origin", sets[at].origin),
                           PAIR("legal_basis", sets[at].basis),
                           PAIR("purpose", sets[at].basis),
                           PAIR("responsible_dept", sets[at].department),
                           sets[at].persons ? "has_pi=1" : "has_pi=0",
                           sets[at].persons ? PAIR("pi_count", sets[at].persons) : NULL,
                           NULL};
    struct field_record record = demo_record(call, &dataset_table, pairs);
    return dataset_register(call, &record, ret_dataset_id);
}

static enum err make_copy(struct call *call, size_t at, int64_t dataset_id)
{
    int64_t first, copy_id;
    int32_t today = clock_day_of(call->now_ms);
    TRY(dataset_first_copy(call, dataset_id, &first));
    const char *pairs[] = {
        PAIR("receiver", copies[at].receiver),
        PAIR("copy_way", copies[at].way),
        PAIR("purpose", copies[at].purpose),
        PAIR("obtained_on", clock_date(today).text),
        "legal_basis=政务数据共享协议",
        copies[at].term_days ? PAIR("term_until", clock_date(today + copies[at].term_days).text) : NULL,
        NULL};
    struct field_record record = demo_record(call, &dataset_hand_over_table, pairs);
    TRY(dataset_hand_over(call, first, &record, &copy_id));
    if (!copies[at].keeper)
        return ERR_OK;
    const char *accepted[] = {PAIR("keeper", copies[at].keeper), "storage_place=县政务云，业务数据库", NULL};
    struct field_record accept = demo_record(call, &dataset_accept_table, accepted);
    return dataset_accept(call, copy_id, &accept);
}

enum err demo_share_data(struct call *call, void *context)
{
    int64_t ids[sizeof(sets) / sizeof(sets[0])];
    (void)context;
    for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
        TRY(make_set(call, i, &ids[i]));
    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
        TRY(make_copy(call, i, ids[copies[i].set]));
    return ERR_OK;
}
