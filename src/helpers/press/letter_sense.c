/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. No dictionary of Chinese is at hand, and none is needed for titles of official papers: they are
 * made of a few hundred words. A break inside one of these is refused; before 的 了 等 it reads badly; behind
 * 、 and 》, and before 关于, it reads well. Title lines are then chosen by dynamic programming: every way to
 * break into the fewest lines costs what its breaks cost plus the squared distance of each line from the
 * wanted shape, an upright or inverted trapezoid for two lines, a rhombus for three.
 */
#include "helpers/press/letter_line.h"

#include <math.h>
#include <string.h>

#define LINES_MAX 16
#define TITLE_MAX 256

#define ANOTHER_LINE 45 /* dearer than a dull break, cheaper than a bad one */

static const char *const words[] = {
    "网络",   "安全",   "数据",     "信息",   "系统",   "整改",     "责令",   "限期",     "通知",   "通知书",
    "通报",   "批评",   "约谈",     "提示",   "风险",   "隐患",     "漏洞",   "情况",     "反馈",   "工作",
    "管理",   "责任",   "单位",     "承诺书", "登记表", "体系表",   "检查",   "意见",     "意见书", "报告",
    "关停",   "关于",   "开展",     "进一步", "加强",   "落实",     "印发",   "征求",     "实施",   "方案",
    "办法",   "规定",   "细则",     "制度",   "应急",   "预案",     "事件",   "处置",     "演练",   "等级",
    "保护",   "测评",   "备案",     "密码",   "应用",   "评估",     "个人",   "政务",     "公共",   "平台",
    "网站",   "门户",   "小程序",   "公众号", "终端",   "监测",     "预警",   "巡检",     "巡查",   "专项",
    "行动",   "整治",   "排查",     "自查",   "复查",   "复测",     "销号",   "逾期",     "未按期", "完成",
    "存在",   "高危",   "中危",     "低危",   "弱口令", "暗链",     "篡改",   "回执",     "记录",   "告知书",
    "建议书", "提示函", "督办",     "年度",   "季度",   "月份",     "上半年", "下半年",   "第一",   "第二",
    "第三",   "第四",   "一季度",   "二季度", "三季度", "四季度",   "建设",   "运维",     "项目",   "审批",
    "申请",   "培训",   "考核",     "会议",   "纪要",   "总结",     "计划",   "要点",     "任务",   "清单",
    "台账",   "收集",   "填报",     "上报",   "报送",   "示例",     "示例县", "人民政府", "政府",   "办公室",
    "大数据", "数据局", "管理局",   "中心",   "委员会", "领导",     "小组",   "教育",     "卫生",   "健康",
    "公安",   "财政",   "自然资源", "水利",   "医院",   "学校",     "协会",   "有限公司", "问题",   "有关",
    "事项",   "部分",   "明显",     "严重",   "一般",   "重大",     "较大",   "信息系统", "信息化", "数字",
    "服务",   "运行",   "防护",     "技术",   "措施",   "整改通知", "人员",   "调整",     "成立",   "表彰",
    "先进",   "典型",   "案例",     "期间",   "重要",   "活动",     "保障",   "节日",     "国庆",   "春节",
    "假期",   NULL,
};

static bool matches(const uint32_t *text, size_t many, struct str word)
{
    size_t i = 0;
    for (size_t at = 0; at < word.len; i++)
        if (i >= many || utf8_next(word, &at) != text[i])
            return false;
    return true;
}

static bool splits_word(const uint32_t *text, size_t many, size_t at)
{
    for (const char *const *w = words; *w; w++) {
        struct str word = str_of(*w);
        size_t length = utf8_length(word);
        for (size_t back = 1; back < length && back <= at; back++)
            if (matches(text + at - back, many - at + back, word))
                return true;
    }
    return false;
}

int press_sense(const uint32_t *text, size_t many, size_t at)
{
    uint32_t before = text[at - 1], after = text[at];
    if (before == 0x3001 || before == 0x300b) /* 、 》 */
        return 0;
    if (matches(text + at, many - at, STR("关于")))
        return 0;
    if (splits_word(text, many, at))
        return 70;
    if (after == 0x7684 || after == 0x4e86 || after == 0x7b49) /* 的 了 等 */
        return 60;
    if (at >= 2 && matches(text + at - 2, 2, STR("关于")))
        return 40;
    /* 县, 市, 区 … begin the name of an office more often than they end a phrase. */
    if (before == 0x53bf || before == 0x5e02 || before == 0x533a || before == 0x7701 || before == 0x9547)
        return 45;
    return before == 0x7684 ? 5 : 12;
}

/* ---- title lines ---- */

struct title {
    const struct press_item *items;
    size_t many;
    uint32_t codes[TITLE_MAX];
    double x[TITLE_MAX + 1]; /* width of the items before */
    int sense[TITLE_MAX];    /* what a break before the item costs */
    double room, cell;
};

/* Share of the mean length that line `at` of `lines` should have. */
static double shape(int lines, int at, int which)
{
    double step = 0.12;
    if (lines == 3 && which == 0)
        return at == 1 ? 1 + 2 * step : 1 - step; /* rhombus */
    double slope = (lines - 1) / 2.0 - at;
    return 1 + step * slope * (which == 1 ? 1 : -1) * 1.2;
}

static double cost_of(const struct title *t, size_t from, size_t to, double wanted)
{
    double width = t->x[to] - t->x[from], far = (width - wanted) / t->cell;
    if (width > t->room + 0.01)
        return INFINITY;
    return far * far + t->sense[from];
}

/* The cheapest breaks into `lines` lines; ends[i] is where line i ends. */
static double best_breaks(const struct title *t, int lines, int which, size_t ends[LINES_MAX])
{
    static double cost[LINES_MAX + 1][TITLE_MAX + 1];
    static size_t from[LINES_MAX + 1][TITLE_MAX + 1];
    for (size_t to = 0; to <= t->many; to++)
        cost[0][to] = to == 0 ? 0 : INFINITY;
    for (int line = 0; line < lines; line++) {
        double wanted = t->x[t->many] / lines * shape(lines, line, which);
        for (size_t to = 0; to <= t->many; to++) {
            cost[line + 1][to] = INFINITY;
            for (size_t at = 0; at < to; at++) {
                double c = cost[line][at] + cost_of(t, at, to, wanted);
                if (c < cost[line + 1][to]) {
                    cost[line + 1][to] = c;
                    from[line + 1][to] = at;
                }
            }
        }
    }
    size_t to = t->many;
    for (int line = lines; line > 0 && !isinf(cost[lines][t->many]); line--) {
        ends[line - 1] = to;
        to = from[line][to];
    }
    return cost[lines][t->many];
}

/* The fewest lines, or one more where that saves a split word. */
static int choose_breaks(const struct title *t, size_t ends[LINES_MAX])
{
    int least = (int)ceil(t->x[t->many] / t->room - 0.001), chosen = 0;
    double best = INFINITY;
    least = least < 1 ? 1 : least;
    for (int lines = least; lines <= LINES_MAX && (lines < least + 2 || isinf(best)); lines++) {
        for (int which = 0; which < 3; which++) {
            size_t tried[LINES_MAX];
            double cost = best_breaks(t, lines, which, tried) + (lines > least ? ANOTHER_LINE : 0);
            if (cost < best) {
                best = cost;
                chosen = lines;
                memcpy(ends, tried, sizeof(tried));
            }
        }
    }
    return chosen;
}

static struct press_line centred(const struct press_item *items, size_t from, size_t to, double room)
{
    struct press_line line = {.items = items + from, .many = to - from};
    line.width = press_width(line.items, line.many);
    line.indent = (room - line.width) / 2;
    return line;
}

/* One piece of a title, between the breaks that the caller set. */
static size_t add_piece(const struct press_item *items, size_t from, size_t to,
                        const struct press_style *style, struct press_line *lines)
{
    struct title t = {.items = items + from, .many = to - from, .room = style->width, .cell = style->cell};
    size_t ends[LINES_MAX] = {0};
    for (size_t i = 0; i < t.many; i++) {
        t.codes[i] = t.items[i].code;
        t.x[i + 1] = t.x[i] + t.items[i].advance;
    }
    for (size_t i = 1; i < t.many; i++)
        t.sense[i] = t.items[i].before != PRESS_BREAK_YES ? 1000 : press_sense(t.codes, t.many, i);
    int many = t.many ? choose_breaks(&t, ends) : 0;
    for (int i = 0; i < many; i++)
        lines[i] = centred(t.items, i ? ends[i - 1] : 0, ends[i], style->width);
    return (size_t)many;
}

struct press_line *press_title_lines(struct arena *arena, const struct press_item *items, size_t many,
                                     const struct press_style *style, size_t *ret_many)
{
    struct press_line *lines = ARENA_ARRAY(arena, struct press_line, many + LINES_MAX);
    *ret_many = 0;
    for (size_t from = 0, at = 0; at <= many; at++) {
        if (at < many && !items[at].forced)
            continue;
        if (at - from <= TITLE_MAX)
            *ret_many += add_piece(items, from, at, style, lines + *ret_many);
        from = at + 1;
    }
    return lines;
}
