/* SPDX-License-Identifier: Apache-2.0
 * Every sample of $ANZE_SCANS (default: shared/data/scans beside the repository) against its index, and
 * hostile files made here. */
#include "helpers/test_scan.h"
#include <sys/stat.h>

/* ---- the samples ---- */

static const char *samples(struct call *call)
{
    const char *given = getenv("ANZE_SCANS"), *source = getenv("ANZE_SOURCE");
    if (given)
        return given;
    return str_format(call->arena, "%s/../shared/data/scans", source ? source : ".").at;
}

static int64_t number_or(struct str text, int64_t otherwise)
{
    int64_t value = 0;
    size_t blank = 0;
    if (str_find(text, STR(" "), &blank))
        text = str_slice(text, 0, blank);
    return str_to_int(text, &value) ? value : otherwise;
}

static bool sample_is_good(struct call *call, const char *folder, struct str line)
{
    struct str column[8] = {STR_NONE};
    for (size_t i = 0; i < 8; i++)
        str_cut(&line, '\t', &column[i]);
    const char *path =
        str_format(call->arena, "%s/%.*s/%.*s", folder, STR_ARG(column[0]), STR_ARG(column[1])).at;
    struct seen seen;
    enum err word = read_path(call, path, &seen);
    size_t up = 0;
    bool has_up = str_find(column[5], STR("(up "), &up);
    int64_t hosts = number_or(column[5], -1), ports = number_or(column[6], -1);
    bool good = word == ERR_OK && str_eq(str_of(seen.format), column[0]) &&
                seen.counts.records == number_or(column[4], -2) &&
                (hosts < 0 || seen.counts.hosts == hosts) && (ports < 0 || seen.counts.ports == ports) &&
                (!has_up || seen.counts.hosts_up == strtoll(column[5].at + up + 4, NULL, 10));
    if (!good)
        print_error(
            "%s: %s %s, format %s, records %lld of %.*s, hosts %lld (up %lld) of %.*s, ports %lld of %.*s\n",
            path, err_word(word), test_fault(call), seen.format, (long long)seen.counts.records,
            STR_ARG(column[4]), (long long)seen.counts.hosts, (long long)seen.counts.hosts_up,
            STR_ARG(column[5]), (long long)seen.counts.ports, STR_ARG(column[6]));
    return good && seen.records == seen.counts.records && seen.hosts >= seen.counts.hosts &&
           seen.ports == seen.counts.ports && seen.ends == 1;
}

static char *slurp(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *bytes = calloc(1, 1 << 20);
    size_t got = fread(bytes, 1, (1 << 20) - 1, file);
    bytes[got] = '\0';
    fclose(file);
    return bytes;
}

static void test_every_sample_matches_the_index(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    const char *folder = samples(call);
    char *index = slurp(str_format(call->arena, "%s/INDEX.tsv", folder).at);
    if (!index) {
        struct stat about;
        const char *shared =
            str_format(call->arena, "%s/../shared", getenv("ANZE_SOURCE") ? getenv("ANZE_SOURCE") : ".").at;
        print_message("no samples at %s: this test did not run\n", folder);
        assert_true(stat(shared, &about) != 0); /* the folder is there, so the samples must be */
        test_call_free(call);
        skip();
    }
    struct str rest = str_of(index), line;
    int64_t many = 0, bad = 0;
    str_cut(&rest, '\n', &line);
    while (str_cut(&rest, '\n', &line))
        if (line.len > 0) {
            struct call *one = test_call_new();
            bad += !sample_is_good(one, folder, line);
            test_call_free(one);
            many++;
        }
    print_message("%lld samples\n", (long long)many);
    free(index);
    assert_true(many > 0);
    assert_int_equal(bad, 0);
    test_call_free(call);
}

/* ---- nmap ---- */

#define NMAP_HEAD                                                                                            \
    "<?xml version=\"1.0\"?><nmaprun scanner=\"nmap\" args=\"nmap\" start=\"1361738377\" version=\"7.9\">"   \
    "<scaninfo type=\"syn\" protocol=\"tcp\" numservices=\"4\" services=\"22,80,443,8080\"/>"
#define NMAP_HOST(ports)                                                                                     \
    "<host><status state=\"up\"/><address addr=\"10.1.1.1\" addrtype=\"ipv4\"/><hostnames><hostname "        \
    "name=\"A.Example.CN\"/>"                                                                                \
    "</hostnames><ports>" ports "</ports></host>"

static void test_nmap_coverage(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    assert_int_equal(
        read_text(call,
                  NMAP_HEAD NMAP_HOST(
                      "<extraports state=\"closed\" count=\"3\"/><port protocol=\"tcp\" portid=\"80\">"
                      "<state state=\"open\"/><service name=\"http\" tunnel=\"ssl\"/></port>") "</nmaprun>",
                  &seen),
        ERR_OK);
    assert_int_equal(seen.records, 1);
    assert_int_equal(seen.answered, 1);
    assert_string_equal(seen.ranges, "22,80,443,8080");
    assert_string_equal(seen.first_rule, "open-port");
    assert_string_equal(seen.last_title, "80/tcp ssl/http");
    assert_string_equal(seen.first_name, "a.example.cn");
    assert_true(seen.started_ms == 1361738377000);
    /* filtered and closed together cannot be told apart */
    assert_int_equal(read_text(call,
                               NMAP_HEAD NMAP_HOST("<extraports state=\"closed\" count=\"1\"/><extraports "
                                                   "state=\"filtered\" count=\"2\"/>") "</nmaprun>",
                               &seen),
                     ERR_OK);
    assert_int_equal(seen.silent, 1);
    assert_int_equal(seen.answered, 0);
    assert_int_equal(seen.counts.hosts_up, 1);
    /* newer versions tell which are which */
    assert_int_equal(
        read_text(call,
                  NMAP_HEAD NMAP_HOST("<extraports state=\"closed\" count=\"2\"><extrareasons "
                                      "reason=\"resets\" count=\"2\" proto=\"tcp\" ports=\"22,443\"/>"
                                      "</extraports><extraports state=\"filtered\" count=\"1\"><extrareasons "
                                      "reason=\"no-response\" count=\"1\" proto=\"tcp\" ports=\"8080\"/>"
                                      "</extraports>") "</nmaprun>",
                  &seen),
        ERR_OK);
    assert_int_equal(seen.answered, 1);
    assert_string_equal(seen.ranges, "22,443");
    test_call_free(call);
}

static void test_ranges(void **state)
{
    (void)state;
    assert_true(paper_ranges_have(STR("1,3-9,443"), 443));
    assert_true(paper_ranges_have(STR("1,3-9,443"), 3));
    assert_true(paper_ranges_have(STR("1,3-9,443"), 9));
    assert_false(paper_ranges_have(STR("1,3-9,443"), 2));
    assert_false(paper_ranges_have(STR("1,3-9,443"), 10));
    assert_false(paper_ranges_have(STR_NONE, 80));
    assert_false(paper_ranges_have(STR("default"), 80));
}

/* ---- Nessus and OpenVAS ---- */

#define NESSUS(items)                                                                                        \
    "<?xml version=\"1.0\" "                                                                                 \
    "?><NessusClientData_v2><Policy><policyName>p</policyName><Preferences><ServerPreferences><preference>"  \
    "<name>port_range</name><value>T:1-1024,U:53</value></preference></ServerPreferences></Preferences></"   \
    "Policy>"                                                                                                \
    "<Report name=\"r\"><ReportHost name=\"web.example.cn\"><HostProperties><tag "                           \
    "name=\"host-ip\">10.2.3.4</tag>"                                                                        \
    "<tag name=\"HOST_END\">Wed Mar 23 15:07:52 2022</tag></HostProperties>" items                           \
    "</ReportHost></Report></NessusClientData_v2>"

static void test_nessus_fields(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const char *text =
        NESSUS("<ReportItem severity=\"4\" port=\"443\" protocol=\"TCP\" svc_name=\"www\" pluginID=\"51192\" "
               "pluginName=\"A &amp; B\">"
               "<cve>CVE-2021-44228</cve><cve>cve-2021-45046</cve><cvss_base_score>5.0</cvss_base_score>"
               "<cvss3_base_score>9.8</cvss3_base_score></ReportItem>");
    assert_int_equal(read_text(call, text, &seen), ERR_OK);
    assert_int_equal(seen.records, 1);
    assert_string_equal(seen.first_address, "10.2.3.4");
    assert_string_equal(seen.first_name, "web.example.cn");
    assert_string_equal(seen.last_title, "A & B");
    assert_string_equal(seen.cves, "CVE-2021-44228 CVE-2021-45046");
    assert_int_equal(seen.worst, PAPER_CRITICAL);
    assert_int_equal(seen.cvss10, 98);
    assert_int_equal(seen.tried, 1);
    assert_string_equal(seen.ranges, "1-1024,53");
    assert_true(seen.counts.ended_ms == 1648048072000);
    assert_int_equal(read_text(call, NESSUS(""), &seen), ERR_OK); /* a host without items is still a host */
    assert_int_equal(seen.counts.hosts, 1);
    assert_int_equal(seen.counts.records, 0);
    test_call_free(call);
}

static void test_nessus_csv_variants(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const char *const same[] = {
        /* order, case, separator, byte-order mark, missing columns, blank rows, notes above */
        "Plugin "
        "ID,CVE,Risk,Host,Protocol,Port,Name\r\n1001,CVE-2020-1,High,10.0.0.1,tcp,80,One\r\n,,,,,,"
        "\r\n\r\n1002,,None,10.0.0.1,tcp,0,Two\r\n",
        "\xEF\xBB\xBFname;host;plugin_id;risk;port;PROTOCOL\nOne;10.0.0.1;1001;High;80;TCP\n\"Two\nlines\";"
        "10.0.0.1;1002;None;0;tcp\n;;;;;",
        "sep=;\nPort;Plugin ID;Host;Risk\n80;1001;10.0.0.1;High\n0;1002;10.0.0.1;None\n",
        "Scan of the county\n\nHost\tPlugin\tPlugin Name\tSeverity\tPort\n10.0.0.1\t1001\t\"One "
        "\"\"quoted\"\"\"\t3\t80\n10.0.0.1\t1002\tTwo\t0\t0",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (read_text(call, same[i], &seen) != ERR_OK)
            print_error("variant %zu: %s\n", i, test_fault(call));
        assert_int_equal(seen.ends, 1);
        assert_string_equal(seen.format, "nessus");
        assert_string_equal(seen.layout, "csv");
        assert_int_equal(seen.counts.records, 2);
        assert_int_equal(seen.counts.hosts, 1);
        assert_int_equal(seen.counts.ports, 1);
        assert_string_equal(seen.first_rule, "1001");
        assert_int_equal(seen.worst, PAPER_HIGH);
    }
    test_call_free(call);
}

static void test_gbk(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    /* 弱口令 in GBK, in a CSV and in XML that declares it */
    assert_int_equal(read_text(call, "Plugin ID,Host,Name\n1,10.0.0.1,\xC8\xF5\xBF\xDA\xC1\xEE\n", &seen),
                     ERR_OK);
    assert_string_equal(seen.last_title, "弱口令");
    assert_int_equal(
        read_text(call,
                  "<?xml version=\"1.0\" encoding=\"GB2312\"?><NessusClientData_v2><Report><ReportHost "
                  "name=\"10.0.0.1\">"
                  "<ReportItem port=\"0\" severity=\"0\" pluginID=\"1\" "
                  "pluginName=\"\xC8\xF5\xBF\xDA\xC1\xEE\"/></ReportHost></Report></NessusClientData_v2>",
                  &seen),
        ERR_OK);
    assert_string_equal(seen.last_title, "弱口令");
    /* the same without a declaration */
    assert_int_equal(
        read_text(call,
                  "<NessusClientData_v2><Report><ReportHost name=\"10.0.0.1\">"
                  "<ReportItem port=\"0\" severity=\"0\" pluginID=\"1\" "
                  "pluginName=\"\xC8\xF5\xBF\xDA\xC1\xEE\"/></ReportHost></Report></NessusClientData_v2>",
                  &seen),
        ERR_OK);
    assert_string_equal(seen.last_title, "弱口令");
    assert_int_equal(read_text(call, "<?xml version=\"1.0\" encoding=\"EBCDIC-X\"?><nmaprun/>", &seen),
                     ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.encoding");
    test_call_free(call);
}

static void test_openvas(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const char *text =
        "<get_reports_response status=\"200\"><report id=\"a\"><report "
        "id=\"b\"><scan_start>2023-09-28T14:48:02Z</scan_start>"
        "<ports><port><host>10.0.101.2</host>443/tcp</port></ports>"
        "<results><result "
        "id=\"r1\"><name>n</name><host>10.0.101.2<asset/><hostname>B.example.cn</hostname></host><port>https "
        "(443/tcp)</port>"
        "<nvt oid=\"1.3.6\"><name>Weak</name><cvss_base>5.0</cvss_base><severities><severity "
        "type=\"cvss_base_v3\"><score>98</score></severity></severities>"
        "<tags>summary=a|b|solution=Do it|solution_type=x</tags><solution "
        "type=\"VendorFix\">Update</solution>"
        "<refs><ref type=\"cve\" "
        "id=\"CVE-2022-1234\"/></refs></nvt><threat>High</threat><severity>9.8</severity>"
        "<detection><result "
        "id=\"inner\"><details/></result></detection><description>seen</description></result></results>"
        "<host><ip>10.0.101.2</ip></host><host><ip>10.0.101.3</ip><start>2023-09-28T14:48:02Z</start></host>"
        "</report></report></get_reports_response>";
    assert_int_equal(read_text(call, text, &seen), ERR_OK);
    assert_string_equal(seen.format, "openvas");
    assert_int_equal(seen.counts.records, 1);
    assert_int_equal(seen.counts.hosts, 2); /* one was scanned and has no result */
    assert_int_equal(seen.counts.ports, 1);
    assert_string_equal(seen.last_title, "Weak");
    assert_string_equal(seen.cves, "CVE-2022-1234");
    assert_int_equal(seen.worst, PAPER_HIGH);
    assert_int_equal(seen.cvss10, 98);
    test_call_free(call);
}

/* ---- hostile files ---- */

static void expect_fault(const char *text, const char *key, int64_t row)
{
    struct call *call = test_call_new();
    struct seen seen;
    enum err word = read_text(call, text, &seen);
    if (word == ERR_OK || strcmp(test_fault(call), key) != 0)
        print_error("expected %s, got %s %s for %.80s\n", key, err_word(word), test_fault(call), text);
    assert_int_not_equal(word, ERR_OK);
    assert_string_equal(test_fault(call), key);
    assert_int_equal(seen.ends, 0);
    if (row)
        assert_int_equal(call->last_fault->row, row);
    test_call_free(call);
}

static void test_hostile_xml(void **state)
{
    (void)state;
    expect_fault("<!DOCTYPE nmaprun [\n<!ENTITY a \"aaaaaaaaaa\">\n<!ENTITY b "
                 "\"&a;&a;&a;&a;&a;\">]><nmaprun>&b;</nmaprun>",
                 "paper.fault.entity", 2);
    expect_fault("<!DOCTYPE nmaprun [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><nmaprun>&a;</nmaprun>",
                 "paper.fault.entity", 1);
    expect_fault("<!DOCTYPE nmaprun [<!ENTITY % a SYSTEM \"http://127.0.0.1/\">%a;]><nmaprun/>",
                 "paper.fault.entity", 1);
    expect_fault("<!DOCTYPE nmaprun SYSTEM \"http://127.0.0.1/x.dtd\"><nmaprun>&undefined;</nmaprun>",
                 "paper.fault.entity", 1);
    expect_fault("<nmaprun>\n\n<host></nmaprun>", "paper.fault.xml", 3);
    expect_fault("<html><body/></html>", "paper.fault.unknown_xml", 1);
    expect_fault("<root/>", "paper.fault.unknown_xml", 1);
    expect_fault("Just some words\nand no table\n", "paper.fault.unknown_format", 0);
    expect_fault("PK\3\4........", "paper.fault.is_zip", 0);
    expect_fault("Plugin ID,Host,Name\n1,10.0.0.1,\"open to the end\n\n", "paper.fault.quote_open", 2);
    expect_fault("Plugin ID,Host,Name\n1,10.0.0.1,a\n2,10.0", "paper.fault.cut_short", 3);
    expect_fault("Plugin ID,Host,Name\n1,,a\n", "paper.fault.no_host", 2);
}

static void test_nul_bytes(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    assert_int_equal(read_bytes(call, STR("<nmaprun>\n<host>\0</host></nmaprun>"), &seen), ERR_INVALID);
    assert_string_equal(test_fault(call), "paper.fault.nul");
    assert_int_equal(call->last_fault->row, 2);
    assert_int_equal(read_bytes(call, STR("Plugin ID,Host,Name\n1,10.0.0.1,a\0b\n"), &seen), ERR_INVALID);
    test_call_free(call);
}

static void test_deep_and_large(void **state)
{
    (void)state;
    BUF(deep, 1 << 20);
    buf_add(&deep, "<nmaprun>", 9);
    for (int i = 0; i < 200; i++)
        buf_add(&deep, "<a>", 3);
    expect_fault(buf_str(&deep).at, "paper.fault.deep", 1);
    BUF(large, (size_t)32 << 20);
    buf_add(&large, "<nmaprun args=\"", 15);
    for (int i = 0; i < (11 << 20) / 16; i++)
        buf_add(&large, "0123456789abcdef", 16);
    buf_add(&large, "\"></nmaprun>", 12);
    expect_fault(buf_str(&large).at, "paper.fault.xml", 1);
}

/* Cut anywhere, a file is never a success. */
static void test_truncation(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    const struct str whole =
        STR(NESSUS("<ReportItem severity=\"4\" port=\"443\" protocol=\"tcp\" pluginID=\"1\" "
                   "pluginName=\"n\"><description>d &lt; e</description></ReportItem>"));
    assert_int_equal(read_bytes(call, whole, &seen), ERR_OK);
    for (size_t len = 1; len < whole.len; len += 7) {
        struct call *one = test_call_new();
        assert_int_not_equal(read_bytes(one, str_slice(whole, 0, len), &seen), ERR_OK);
        assert_int_equal(seen.ends, 0);
        assert_true(one->last_fault != NULL);
        test_call_free(one);
    }
    test_call_free(call);
}

static void test_sink_can_refuse(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen = {.refuse = ERR_CONFLICT};
    const struct paper_scan_sink sink = {&seen, NULL, NULL, NULL, on_record, NULL, on_end};
    const char *path = test_file(call, STR("Plugin ID,Host,Name\n1,10.0.0.1,a\n2,10.0.0.1,b\n"));
    assert_int_equal(paper_read_scan(call, path, &sink), ERR_CONFLICT);
    assert_int_equal(seen.records, 1);
    assert_int_equal(seen.ends, 0);
    unlink(path);
    assert_int_equal(paper_read_scan(call, "no-such-file", &sink), ERR_NOT_FOUND);
    assert_string_equal(test_fault(call), "paper.fault.open");
    assert_int_equal(paper_read_scan(call, ".", &sink), ERR_INVALID);
    test_call_free(call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_sample_matches_the_index),
        cmocka_unit_test(test_nmap_coverage),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_nessus_fields),
        cmocka_unit_test(test_nessus_csv_variants),
        cmocka_unit_test(test_gbk),
        cmocka_unit_test(test_openvas),
        cmocka_unit_test(test_hostile_xml),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_deep_and_large),
        cmocka_unit_test(test_truncation),
        cmocka_unit_test(test_sink_can_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
