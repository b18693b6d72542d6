/* SPDX-License-Identifier: Apache-2.0
 * The formats beside nmap, Nessus and OpenVAS: what of each becomes which field, and what is refused. */
#include "helpers/test_scan.h"
#include <sys/resource.h>

static void expect_ok(struct call *call, const char *text, struct seen *seen, const char *format,
                      int64_t records)
{
    enum err word = read_text(call, text, seen);
    if (word != ERR_OK)
        print_error("%s: %s %s\n", format, err_word(word), test_fault(call));
    assert_int_equal(word, ERR_OK);
    assert_string_equal(seen->format, format);
    assert_int_equal(seen->counts.records, records);
    assert_int_equal(seen->records, records);
}

static void expect_fault(const char *text, const char *key, int64_t row)
{
    struct call *call = test_call_new();
    struct seen seen;
    enum err word = read_text(call, text, &seen);
    if (strcmp(test_fault(call), key) != 0)
        print_error("expected %s, got %s %s for %.80s\n", key, err_word(word), test_fault(call), text);
    assert_int_not_equal(word, ERR_OK);
    assert_string_equal(test_fault(call), key);
    assert_int_equal(seen.ends, 0);
    if (row)
        assert_int_equal(call->last_fault->row, row);
    test_call_free(call);
}

static void test_nuclei(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    expect_ok(call,
              "{\"info\":{\"name\":\"n\",\"severity\":\"critical\",\"classification\":{\"cve-id\":[\"CVE-"
              "2021-44228\"],"
              "\"cvss-score\":10.0}},\"template-id\":\"t\",\"host\":\"https://"
              "A.example.cn:8443\",\"ip\":\"10.0.0.1.\","
              "\"matched-at\":\"https://a.example.cn:8443/x/y?z=1\"}\n\n"
              "{\"templateID\":\"u\",\"info\":{\"severity\":\"unknown\"},\"host\":\"a.example.cn\","
              "\"matched\":\"a.example.cn:22\"}\n",
              &seen, "nuclei", 2);
    assert_int_equal(seen.worst, PAPER_CRITICAL);
    assert_int_equal(seen.cvss10, 100);
    assert_string_equal(seen.cves, "CVE-2021-44228");
    assert_string_equal(seen.first_address, "10.0.0.1");
    assert_string_equal(seen.first_name, "a.example.cn");
    assert_int_equal(seen.counts.hosts, 1);
    assert_int_equal(seen.tried, 2); /* 8443 and 22: implied, not listed */
    expect_ok(call, "[{\"template\":\"t\",\"info\":{\"name\":\"n\"},\"host\":\"b\"}]", &seen, "nuclei", 1);
    expect_ok(call, "", &seen, "nuclei", 0);
    test_call_free(call);
}

static void test_trivy(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    expect_ok(call,
              "{\"SchemaVersion\":2,\"Results\":[{\"Target\":\"a\",\"Vulnerabilities\":[{\"VulnerabilityID\":"
              "\"CVE-2020-1111\","
              "\"Severity\":\"HIGH\",\"CVSS\":{\"redhat\":{\"V3Score\":9.9},\"nvd\":{\"V2Score\":10,"
              "\"V3Score\":7.5}}}]},"
              "{\"Misconfigurations\":[{\"ID\":\"D\",\"Status\":\"PASS\"}],\"Secrets\":[{\"RuleID\":\"s\","
              "\"Severity\":\"LOW\"}],"
              "\"Licenses\":[{\"Name\":\"GPL\"}]},{\"Vulnerabilities\":null}]}",
              &seen, "trivy", 4);
    assert_int_equal(seen.cvss10, 75);
    assert_string_equal(seen.dismissed, "passed");
    assert_int_equal(seen.counts.hosts, 0);
    expect_ok(call,
              "[{\"Target\":\"a\",\"Vulnerabilities\":[{\"VulnerabilityID\":\"X\"}]},{\"Target\":\"b\"}]",
              &seen, "trivy", 1);
    test_call_free(call);
}

static void test_sarif(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    /* the rules stand behind the results; the level comes from the rule */
    expect_ok(call,
              "{\"runs\":[{\"results\":[{\"ruleId\":\"R\",\"message\":{\"text\":\"m\"},\"suppressions\":[{"
              "\"kind\":\"external\"}]}],"
              "\"tool\":{\"driver\":{\"name\":\"T\",\"rules\":[{\"id\":\"R\",\"shortDescription\":{\"text\":"
              "\"title\"},"
              "\"defaultConfiguration\":{\"level\":\"error\"}}]}}}],\"version\":\"2.1.0\"}",
              &seen, "sarif", 1);
    assert_string_equal(seen.last_title, "title");
    assert_int_equal(seen.worst, PAPER_HIGH);
    assert_string_equal(seen.dismissed, "suppressed");
    expect_ok(call, "{\"version\":\"2.1.0\",\"runs\":null}", &seen, "sarif", 0);
    /* rejected suppressions suppress nothing; security-severity outweighs the level */
    expect_ok(call,
              "{\"runs\":[{\"tool\":{\"driver\":{\"rules\":[{\"id\":\"R\",\"properties\":{\"security-"
              "severity\":\"9.1\"}}]}},\"results\":"
              "[{\"ruleIndex\":0,\"level\":\"note\",\"message\":{\"text\":\"m\"},\"suppressions\":[{"
              "\"state\":\"rejected\"}]}]}]}",
              &seen, "sarif", 1);
    assert_int_equal(seen.worst, PAPER_CRITICAL);
    assert_string_equal(seen.dismissed, "");
    assert_string_equal(seen.first_rule, "R");
    test_call_free(call);
}

static void test_web_scanners(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    expect_ok(call,
              "<OWASPZAPReport version=\"2\"><site name=\"https://a.example.cn\" host=\"a.example.cn\" "
              "port=\"443\"><alerts><alertitem>"
              "<pluginid>1</pluginid><alert>A</alert><riskcode>3</riskcode><confidence>0</"
              "confidence><desc>&lt;p&gt;x&lt;/p&gt;</desc>"
              "<instances><instance><uri>https://a.example.cn/p?q</uri></instance><instance><uri>https://"
              "a.example.cn/r</uri></instance>"
              "</instances></alertitem></alerts></site></OWASPZAPReport>",
              &seen, "zap", 1);
    assert_string_equal(seen.url, "https://a.example.cn/p?q");
    assert_string_equal(seen.dismissed, "false_positive");
    assert_int_equal(seen.counts.open_ports, 1);
    expect_ok(call,
              "<!DOCTYPE issues [<!ELEMENT issues (issue*)><!ATTLIST issues burpVersion CDATA \"\">]><issues "
              "burpVersion=\"1\"><issue>"
              "<type>7</type><name>SQL</name><host "
              "ip=\"10.0.0.2\">http://b.example.cn:8080</host><path><![CDATA[/a]]></path>"
              "<severity>Information</severity></issue></issues>",
              &seen, "burp", 1);
    assert_string_equal(seen.url, "http://b.example.cn:8080/a");
    assert_string_equal(seen.first_address, "10.0.0.2");
    expect_ok(call,
              "{\"issue_events\":[{\"issue\":{\"name\":\"n\",\"type_index\":1,\"origin\":\"https://"
              "c.example.cn\",\"severity\":\"high\"}}]}",
              &seen, "burp", 1);
    assert_int_equal(seen.worst, PAPER_HIGH);
    expect_ok(call,
              "{\"host\":\"d.example.cn\",\"ip\":\"10.0.0.3\",\"port\":\"80\",\"banner\":\"\","
              "\"vulnerabilities\":[{\"id\":\"1\",\"msg\":\"m\"}]}",
              &seen, "nikto", 1);
    assert_int_equal(seen.counts.ports, 1);
    expect_ok(call,
              "<report type=\"security\"><report_infos><info "
              "name=\"target\">https://e.example.cn:444/a</info></report_infos><vulnerabilities>"
              "<vulnerability "
              "name=\"V\"><entries><entry><path>/x</path><level>4</level><info>i</info></entry></entries></"
              "vulnerability>"
              "</vulnerabilities><anomalies><anomaly "
              "name=\"N\"><entries><entry><path>/y</path></entry></entries></anomaly></anomalies></report>",
              &seen, "wapiti", 1);
    assert_string_equal(seen.url, "https://e.example.cn:444/x");
    assert_int_equal(seen.worst, PAPER_CRITICAL);
    test_call_free(call);
}

static void test_tls_and_qualys(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    struct seen seen;
    expect_ok(call,
              "<document title=\"SSLScan Results\"><ssltest host=\"f.example.cn\" port=\"443\"><heartbleed "
              "vulnerable=\"1\"/><heartbleed vulnerable=\"0\"/>"
              "<cipher status=\"accepted\" cipher=\"RC4\" strength=\"weak\"/><cipher status=\"not accepted\" "
              "strength=\"null\"/></ssltest></document>",
              &seen, "sslscan", 2);
    expect_ok(call,
              "id,fqdn/ip,port,severity,finding,cve,cwe\na,g.example.cn/10.0.0.4,443,OK,x,,\nb,g.example.cn/"
              "10.0.0.4,443,HIGH,y,CVE-2013-3587,\n"
              "c,g.example.cn/10.0.0.5,443,WARN,z,,\n",
              &seen, "testssl", 1);
    assert_int_equal(seen.counts.hosts, 2);
    assert_int_equal(seen.counts.open_ports, 2); /* rows without a finding say that the port was checked */
    assert_string_equal(seen.cves, "CVE-2013-3587");
    /* titles and ratings stand behind the findings */
    expect_ok(call,
              "<ASSET_DATA_REPORT><HOST_LIST><HOST><IP>10.0.0.6</IP><VULN_INFO_LIST><VULN_INFO><QID>9</"
              "QID><TYPE>Vuln</TYPE><PORT>80</PORT>"
              "<PROTOCOL>tcp</PROTOCOL></VULN_INFO><VULN_INFO><QID>8</QID><TYPE>Ig</TYPE></VULN_INFO></"
              "VULN_INFO_LIST></HOST></HOST_LIST><GLOSSARY>"
              "<VULN_DETAILS_LIST><VULN_DETAILS><QID>9</QID><TITLE>Nine</TITLE><SEVERITY>5</SEVERITY></"
              "VULN_DETAILS><VULN_DETAILS><QID>8</QID>"
              "<TITLE>Eight</TITLE><SEVERITY>3</SEVERITY></VULN_DETAILS></VULN_DETAILS_LIST></GLOSSARY></"
              "ASSET_DATA_REPORT>",
              &seen, "qualys", 2);
    assert_string_equal(seen.last_title, "Eight");
    assert_int_equal(seen.worst, PAPER_CRITICAL);
    assert_string_equal(seen.first_rule, "9");
    test_call_free(call);
}

static void test_hostile_json(void **state)
{
    (void)state;
    expect_fault("{\"runs\":[],\n\"runs\":[]}", "paper.fault.json_twice", 2);
    expect_fault(
        "{\"Results\":[{\"Vulnerabilities\":[{\"VulnerabilityID\":\"a\",\n\"VulnerabilityID\":\"b\"}]}]}",
        "paper.fault.json", 2);
    expect_fault("{\"runs\":[{\"results\":[{\"ruleId\":\"a\",\n\"ruleId\":\"b\"}]}]}",
                 "paper.fault.json_twice", 2);
    expect_fault("{\"runs\":[{\"results\":[{\"ruleId\":\"a\"}]}]} {}", "paper.fault.json", 1);
    expect_fault("{\"runs\":[{\"results\":[{\"ruleId\":\"\\ud800\"}]}]}", "paper.fault.json", 1);
    expect_fault("{\"runs\":[{\"results\":[{\"ruleId\":01}]}]}", "paper.fault.json", 1);
    expect_fault("{\"runs\":[nul]}", "paper.fault.json", 1);
    expect_fault("{\"runs\":[],}", "paper.fault.json", 1);
    expect_fault("{\"a\":1}", "paper.fault.unknown_format", 0);
    expect_fault("[]", "paper.fault.unknown_format", 0);
    BUF(deep, 1 << 16);
    buf_add(&deep, "{\"runs\":", 8);
    for (int i = 0; i < 20000; i++)
        buf_add_char(&deep, '[');
    expect_fault(buf_str(&deep).at, "paper.fault.deep", 1);
}

static void test_json_cut_short(void **state)
{
    (void)state;
    static const char whole[] = "{\"SchemaVersion\":2,\"Results\":[{\"Target\":\"t\",\"Vulnerabilities\":[{"
                                "\"VulnerabilityID\":\"CVE-2020-1111\","
                                "\"Title\":\"\\u5f31\\u53e3\\u4ee4\",\"Severity\":\"HIGH\"}]}]}";
    struct call *call = test_call_new();
    struct seen seen;
    expect_ok(call, whole, &seen, "trivy", 1);
    assert_string_equal(seen.last_title, "弱口令");
    test_call_free(call);
    for (size_t len = 1; len + 1 < sizeof whole; len += 5) {
        struct call *one = test_call_new();
        assert_int_not_equal(read_bytes(one, (struct str){whole, len}, &seen), ERR_OK);
        assert_int_equal(seen.ends, 0);
        test_call_free(one);
    }
}

/* 64 MB of Nessus: neither process holds more than a part of it. */
static void test_large_file_in_little_memory(void **state)
{
    (void)state;
    struct call *call = test_call_new();
    FILE *file = fopen("large.nessus", "w");
    assert_non_null(file);
    int64_t items = 0;
    fputs("<NessusClientData_v2><Report name=\"r\">", file);
    for (int host = 0; ftell(file) < 64 << 20; host++) {
        fprintf(file, "<ReportHost name=\"10.%d.%d.%d\">", host >> 16, host >> 8 & 255, host & 255);
        for (int item = 0; item < 20; item++, items++)
            fprintf(file,
                    "<ReportItem port=\"%d\" protocol=\"tcp\" severity=\"2\" pluginID=\"%d\" "
                    "pluginName=\"n\"><description>%0*d</description></ReportItem>",
                    1000 + item, 10000 + item, 1500, item);
        fputs("</ReportHost>", file);
    }
    fputs("</Report></NessusClientData_v2>", file);
    fclose(file);
    struct seen seen;
    assert_int_equal(read_path(call, "large.nessus", &seen), ERR_OK);
    unlink("large.nessus");
    assert_int_equal(seen.counts.records, items);
    struct rusage children;
    getrusage(RUSAGE_CHILDREN, &children);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    assert_true(children.ru_maxrss < 64 * 1024); /* KiB */
#endif
    assert_true(arena_used(call->arena) < (size_t)4 << 20);
    test_call_free(call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_file_in_little_memory), /* first: the peak is of all children so far */
        cmocka_unit_test(test_nuclei),
        cmocka_unit_test(test_trivy),
        cmocka_unit_test(test_sarif),
        cmocka_unit_test(test_web_scanners),
        cmocka_unit_test(test_tls_and_qualys),
        cmocka_unit_test(test_hostile_json),
        cmocka_unit_test(test_json_cut_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
