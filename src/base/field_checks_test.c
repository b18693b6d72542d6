/* SPDX-License-Identifier: Apache-2.0
 * Named formats and masks. Numbers and names below are made up or published as samples. */
#include "base/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "base/clock.h"

static struct arena *arena;
static struct call call;

static int fresh(void **unused)
{
    (void)unused;
    arena = arena_new(16 << 20);
    call = (struct call){.arena = arena, .now_ms = clock_ms_of_day(clock_day(2026, 9, 30))};
    return 0;
}

static int stale(void **unused)
{
    (void)unused;
    arena_free(arena);
    return 0;
}

/* to: the stored spelling, NULL for a refusal. */
struct row {
    const char *from, *to;
};

static void check_rows(const char *format, const struct row *rows, size_t many)
{
    assert_true(field_format_known(format));
    const struct field field = {.name = "x", .type = FIELD_TEXT, .max = 2000, .format = format};
    for (size_t i = 0; i < many; i++) {
        struct field_value value = {.given = true, .text = str_of(rows[i].from)};
        call_faults_clear(&call);
        enum err word = field_check(&call, &field, "x", &value);
        bool same = rows[i].to && word == ERR_OK && str_is(value.text, rows[i].to);
        bool refused = !rows[i].to && word == ERR_INVALID && call.faults &&
                       strncmp(call.faults->key, "fault.format.", 13) == 0;
        if (!same && !refused)
            fail_msg("%s: \"%s\" gave %s %.*s", format, rows[i].from, err_word(word), STR_ARG(value.text));
    }
}
#define CHECK(format, ...)                                                                                   \
    do {                                                                                                     \
        const struct row rows_[] = {__VA_ARGS__};                                                            \
        check_rows(format, rows_, sizeof(rows_) / sizeof(rows_[0]));                                         \
    } while (0)

static void test_ip(void **unused)
{
    (void)unused;
    CHECK("ip", {"10.20.1.8", "10.20.1.8"}, {"255.255.255.255", "255.255.255.255"}, {"10.20.1", NULL},
          {"10.20.1.256", NULL}, {"10.20.1.8.9", NULL}, {"010.1.1.1", NULL}, {"0x7f000001", NULL},
          {"10.20.1.8/24", NULL}, {"2001:DB8::0008", "2001:db8::8"}, {"::1", "::1"},
          {"::ffff:10.1.2.3", "10.1.2.3"}, {"fe80::1%eth0", NULL}, {"2001:db8:::8", NULL},
          {"1:2:3:4:5:6:7:8:9", NULL}, {"localhost", NULL});
    CHECK("ip_range", {"10.20.0.0/16", "10.20.0.0/16"}, {"10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"},
          {"10.0.0.0/33", NULL}, {"2001:db8::/32", "2001:db8::/32"}, {"a", NULL});
}

static void test_domain(void **unused)
{
    (void)unused;
    char longest[300];
    memset(longest, 'a', 63);
    strcpy(longest + 63, ".cn");
    char too_long[300];
    memset(too_long, 'a', 64);
    strcpy(too_long + 64, ".cn");
    CHECK("domain", {"WWW.Example.GOV.cn", "www.example.gov.cn"}, {"example.gov.cn.", "example.gov.cn"},
          {"政务.cn", "政务.cn"}, {"a-b.cn", "a-b.cn"}, {"xn--fiq228c.cn", "xn--fiq228c.cn"},
          {"_dmarc.example.cn", "_dmarc.example.cn"}, {"localhost", NULL}, {"http://a.cn", NULL},
          {"a.cn/", NULL}, {"a..cn", NULL}, {".a.cn", NULL}, {"-a.cn", NULL}, {"a-.cn", NULL},
          {"a b.cn", NULL}, {"1.2.3.4", NULL}, {"a.cn:80", NULL}, {"*.a.cn", NULL}, {"a。cn", NULL},
          {"a.cn..", NULL}, {".", NULL}, {longest, longest}, {too_long, NULL});
}

static void test_url(void **unused)
{
    (void)unused;
    CHECK("url", {"http://www.example.gov.cn", "http://www.example.gov.cn/"},
          {"HTTPS://WWW.Example.gov.cn:443/A/b?x=1#top", "https://www.example.gov.cn/A/b?x=1"},
          {"http://10.20.1.8:8080/", "http://10.20.1.8:8080/"},
          {"http://[2001:DB8::1]:81/x", "http://[2001:db8::1]:81/x"}, {"http://a.cn:80", "http://a.cn/"},
          {"https://a.cn:80/", "https://a.cn:80/"}, {"http://oa/login", "http://oa/login"},
          {"www.example.gov.cn/a", "http://www.example.gov.cn/a"}, {"http://a.cn?x=1", "http://a.cn/?x=1"},
          {"http://a.cn/中文", "http://a.cn/%E4%B8%AD%E6%96%87"},
          {"http://a.cn/\"x\"", "http://a.cn/%22x%22"}, {"ftp://a.cn/", NULL}, {"javascript:alert(1)", NULL},
          {"http://", NULL}, {"http:///x", NULL}, {"http://user:pw@a.cn/", NULL}, {"http://a.cn/a b", NULL},
          {"http://a.cn:0/", NULL}, {"http://a.cn:65536/", NULL}, {"http://a.cn:/", NULL},
          {"http://a.cn:8x/", NULL}, {"http://[::1/", NULL}, {"http://[10.1.1.1]/", NULL},
          {"http://1.2.3/", NULL}, {"http://a.cn\\@b.cn/", NULL}, {"无", NULL}, {"data:text/html,x.y", NULL},
          {"http://a_b.cn/", "http://a_b.cn/"});
}

static void test_ports_and_digits(void **unused)
{
    (void)unused;
    CHECK("port", {"1", "1"}, {"65535", "65535"}, {"0", NULL}, {"65536", NULL}, {"-1", NULL}, {"80a", NULL},
          {"99999999999999999999", NULL});
    CHECK("digits", {"0123", "0123"}, {"12a", NULL}, {"１２", NULL});
    CHECK("region_code", {"330922", "330922"}, {"33092", NULL}, {"030922", NULL}, {"33092a", NULL});
}

static void test_phones(void **unused)
{
    (void)unused;
    CHECK("mobile", {"13800000000", "13800000000"}, {"138 0000 0000", "13800000000"},
          {"138-0000-0000", "13800000000"}, {"+8613800000000", "13800000000"},
          {"+86 138 0000 0000", "13800000000"}, {"008613800000000", "13800000000"}, {"12800000000", NULL},
          {"1380000000", NULL}, {"138000000000", NULL}, {"0580-1234567", NULL},
          {"13800000000,13900000000", NULL}, {"+13800000000", NULL});
    CHECK("phone", {"0580-1234567", "0580-1234567"}, {"05801234567", "0580-1234567"},
          {"(0580)1234567", "0580-1234567"}, {"010-12345678", "010-12345678"},
          {"01012345678", "010-12345678"}, {"0580-12345678-8001", "0580-12345678-8001"},
          {"0580-1234567转123", "0580-1234567-123"}, {"+86-580-1234567", "0580-1234567"},
          {"1234567", "1234567"}, {"12345", "12345"}, {"666888", "666888"}, {"4001234567", "4001234567"},
          {"400-123-4567", "4001234567"}, {"13800000000", "13800000000"}, {"0580 1234567", "0580-1234567"},
          {"0580-123", NULL}, {"0580-123456789", NULL}, {"0580-1234567/1234568", NULL}, {"12", NULL},
          {"暂无", NULL}, {"580-1234567", NULL}, {"(0580 1234567", NULL}, {"0580-1234567转", "0580-1234567"},
          {"0580-1234567-1转2", NULL});
}

static void test_email_and_names(void **unused)
{
    (void)unused;
    CHECK("email", {"Zhang.San@Example.GOV.cn", "Zhang.San@example.gov.cn"}, {"a+b@a.cn", "a+b@a.cn"},
          {"a@b", NULL}, {"@a.cn", NULL}, {"a@", NULL}, {"a b@a.cn", NULL}, {".a@a.cn", NULL},
          {"a..b@a.cn", NULL}, {"a@b@c.cn", NULL}, {"中@a.cn", NULL}, {"a@1.2.3.4", NULL},
          {"<a@a.cn>", NULL});
    CHECK("person_name", {"示例甲", "示例甲"}, {"阿卜•买买提", "阿卜·买买提"},
          {"Example Person", "Example Person"}, {"示例甲13800000000", NULL}, {"示例甲１", NULL},
          {"a@b", NULL}, {"<b>", NULL}, {"㐀𠮷", "㐀𠮷"});
    CHECK("login_name", {"Officer_1", "officer_1"}, {"a.b-c", "a.b-c"}, {"ab", NULL}, {"1ab", NULL},
          {"a b c", NULL}, {"管理员", NULL}, {"a23456789012345678901234567890123", NULL}, {"_abc", NULL});
    CHECK("password", {"12345678", "12345678"}, {"密码密码密码密码", "密码密码密码密码"}, {"1234567", NULL});
}

static void test_citizen_id(void **unused)
{
    (void)unused;
    CHECK("citizen_id", {"11010519491231002X", "11010519491231002X"},
          {"11010519491231002x", "11010519491231002X"}, {"330922199001011233", "330922199001011233"},
          {"310115198503070019", "310115198503070019"}, {"110101199003077512", "110101199003077512"},
          {"110105194912310021", NULL}, {"330922199001011234", NULL}, {"330922199013011233", NULL},
          {"33092219900101123", NULL}, {"3309221990010112333", NULL}, {"X30922199001011233", NULL},
          {"330922209901011239", NULL});
    /* Exactly one of the eleven check characters is right, whatever the number. */
    const struct field field = {.name = "x", .type = FIELD_TEXT, .format = "citizen_id"};
    for (int i = 0; i < 1000; i++) {
        int right = 0;
        for (int c = 0; c < 11; c++) {
            struct str text = str_format(arena, "33092219900101%03d%c", i, "0123456789X"[c]);
            struct field_value value = {.given = true, .text = text};
            right += field_check(&call, &field, "x", &value) == ERR_OK;
        }
        assert_int_equal(right, 1);
    }
}

static void test_uscc(void **unused)
{
    (void)unused;
    CHECK("uscc", {"11330922000000019K", "11330922000000019K"}, {"11330922002583713m", "11330922002583713M"},
          {"91350200776049653A", "91350200776049653A"}, {"91440101MA5CJQ4N59", "91440101MA5CJQ4N59"},
          {"123502001549897397", "123502001549897397"}, {"9135 0200 7760 4965 3A", "91350200776049653A"},
          {"91350203M0001QAY9B", NULL}, {"91350200776049653", NULL}, {"9135020077604965IA", NULL},
          {"91350200776049653AA", NULL}, {"9135020A776049653A", NULL});
    call_faults_clear(&call);
    struct field_value value = {.given = true, .text = STR("91350203M0001QAY9B")};
    const struct field field = {.name = "x", .type = FIELD_TEXT, .format = "uscc"};
    assert_int_equal(field_check(&call, &field, "x", &value), ERR_INVALID);
    assert_string_equal(call.faults->key, "fault.format.uscc_check");
    char expected;
    assert_false(field_uscc_check(STR("91350203M0001QAY9B"), &expected));
    assert_int_equal(expected, '9');
    assert_true(field_uscc_check(STR("91350203M0001QAY99"), &expected));
    assert_false(field_uscc_check(STR("9135"), &expected));
    assert_int_equal(expected, 0);
    /* Any single wrong character is noticed: 31 is prime and no weight is 0. */
    char code[] = "91350200776049653A";
    for (int at = 0; at < 18; at++) {
        char kept = code[at];
        for (const char *c = "0123456789ABCDEFGHJKLMNPQRTUWXY"; *c; c++) {
            code[at] = *c;
            assert_int_equal(field_uscc_check(str_of(code), &expected), *c == kept);
        }
        code[at] = kept;
    }
}

static void test_luhn(void **unused)
{
    (void)unused;
    CHECK("luhn", {"79927398713", "79927398713"}, {"6228480012345678911", "6228480012345678911"},
          {"6217 0000 0000 0000 004", "6217000000000000004"}, {"79927398710", NULL},
          {"6228480012345678912", NULL}, {"1234", NULL}, {"62284800123456789110", NULL},
          {"622848001234567891a", NULL});
}

static void test_filing_numbers(void **unused)
{
    (void)unused;
    CHECK("icp_no", {"浙ICP备2026077959号-1", "浙ICP备2026077959号-1"},
          {"浙icp备 12345678号", "浙ICP备12345678号"}, {"京ICP证030173号", "京ICP证030173号"},
          {"ICP备12345678号", NULL}, {"浙ICP备12345号", NULL}, {"浙ICP备12345678", NULL},
          {"浙ICP备12345678号-", NULL}, {"浙ICP备12345678号-12345", NULL}, {"xICP备12345678号", NULL});
    CHECK("psb_no", {"苏公网安备32058502011868号", "苏公网安备32058502011868号"},
          {"苏公网安备 32058502011868号", "苏公网安备32058502011868号"}, {"苏公网安备3205号", NULL},
          {"公网安备32058502011868号", NULL});
    CHECK("filing_no", {"33092200001-26001", "33092200001-26001"}, {"3309220000126001", "3309220000126001"},
          {"无", NULL}, {"1234", NULL}, {"备案中备案中", NULL});
    assert_true(field_filing_no_usual(STR("33092200001-26001")));
    assert_false(field_filing_no_usual(STR("3309220000126001")));
    assert_false(field_filing_no_usual(STR("33092200001-2600a")));
    CHECK("gov_site_code", {"3406000012", "3406000012"}, {"BM12345678", "bm12345678"}, {"340600001", NULL},
          {"bm1234567", NULL}, {"bx12345678", NULL});
    CHECK("cve", {"CVE-2021-44228", "CVE-2021-44228"}, {"cve-2021-44228", "CVE-2021-44228"},
          {"CVE-2021-442", NULL}, {"CVE-21-44228", NULL}, {"CVE-2021-44228 ", NULL},
          {"CVE-2021-4422a", NULL});
    CHECK("cnvd", {"CNVD-2018-24942", "CNVD-2018-24942"}, {"CNVD-C-2021-12345", "CNVD-C-2021-12345"},
          {"CNVD-2018-1", NULL});
    CHECK("cnnvd", {"CNNVD-202006-078", "CNNVD-202006-078"}, {"CNNVD-202303-1096", "CNNVD-202303-1096"},
          {"CNNVD-2026-48284621", "CNNVD-2026-48284621"}, {"CNNVD-2026-1", NULL});
    CHECK("miniapp_appid", {"wx0123456789abcdef", "wx0123456789abcdef"}, {"wx0123456789abcdeg", NULL},
          {"wx0123", NULL}, {"WX0123456789abcdef", NULL});
    CHECK("wx_origin_id", {"gh_0123456789ab", "gh_0123456789ab"}, {"gh_0123456789a", NULL},
          {"gh_0123456789ag", NULL});
    assert_false(field_format_known("no_such"));
}

static void test_masks(void **unused)
{
    (void)unused;
    static const struct {
        const char *format, *from, *to;
    } rows[] = {
        {"person_name", "王伟", "王*"},
        {"person_name", "张三丰", "张**"},
        {"person_name", "欧阳修远", "欧***"},
        {"person_name", "某", "*"},
        {"person_name", "", ""},
        {"person_name", "阿卜·买买提", "阿·***"},
        {"person_name", "𠮷野家", "𠮷**"},
        {"mobile", "13812345678", "138****5678"},
        {"citizen_id", "330922199001011233", "330922********1233"},
        {"citizen_id", "3309221990", "**********"},
        {"phone", "0580-12345612", "0580-******12"},
        {"phone", "0580-1234512", "0580-*****12"},
        {"phone", "13812345678", "138****5678"},
        {"phone", "0580-12345612-8001", "0580-******12-****"},
        {"phone", "1234567", "*****67"},
        {"phone", "123", "***"},
        {"phone", "某电话", "***"},
        {"luhn", "6228480012345678911", "622848*********8911"},
        {"email", "zhangsan@163.com", "z***@163.com"},
        {"email", "nothing", "*******"},
        {"address", "浙江省舟山市嵊泗县菜园镇1号", "浙江省舟山市嵊泗县***"},
        {"address", "内蒙古自治区呼和浩特市新城区某路", "内蒙古自治区呼和浩特市新城区***"},
        {"address", "某市某路1号", "某市***"},
        {"address", "某路1号", "***"},
        {"ip", "10.20.1.8", "10.20.*.*"},
        {"ip", "2001:db8::8", "2001:db8:*"},
        {"ip", "x", "*"},
        {"uscc", "91350200776049653A", "91350200776049653A"},
        {NULL, "任意内容", "任***"},
        {NULL, "一", "*"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct field field = {.name = "x", .type = FIELD_TEXT, .format = rows[i].format};
        struct str masked = field_mask(arena, &field, str_of(rows[i].from));
        if (!str_is(masked, rows[i].to))
            fail_msg("%s \"%s\" -> \"%.*s\"", rows[i].format ? rows[i].format : "-", rows[i].from,
                     STR_ARG(masked));
        assert_true(utf8_valid(masked));
    }
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, fresh, stale)
    const struct CMUnitTest tests[] = {
        EACH(test_ip),     EACH(test_domain),          EACH(test_url),        EACH(test_ports_and_digits),
        EACH(test_phones), EACH(test_email_and_names), EACH(test_citizen_id), EACH(test_uscc),
        EACH(test_luhn),   EACH(test_filing_numbers),  EACH(test_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
