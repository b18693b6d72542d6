/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents: what they are, how they lie on the disk, who may see them, and what they prove.
 */
#include "domain/domain_test.h"
#include "domain/attachment/attachment.h"

extern const struct module attachment_module;

static struct county county;
static struct call *call;
static struct test_reply reply;

static int group_setup(void **state)
{
    (void)state;
    crypt_init();
    http_declare(attachment_module.routes, attachment_module.many_routes);
    attachment_module.start();
    return 0;
}

static int setup(void **state)
{
    (void)state;
    county_open(&county);
    call = county.call;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    county_close(&county);
    return 0;
}

static const char *data_dir(void)
{
    return county.data_dir;
}

static const char *file_of(struct str bytes)
{
    const char *path = str_format(call->arena, "%s/upload", data_dir()).at;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
    fclose(file);
    return path;
}

static void periods_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const char *const good[][3] = {
        {"2026", "2026-01-01", "2026-12-31"},    {"2026-H1", "2026-01-01", "2026-06-30"},
        {"2026-h2", "2026-07-01", "2026-12-31"}, {"2026-Q1", "2026-01-01", "2026-03-31"},
        {"2026-Q4", "2026-10-01", "2026-12-31"}, {"2024-02", "2024-02-01", "2024-02-29"},
        {"2026-12", "2026-12-01", "2026-12-31"}, {"2026-05-03", "2026-05-03", "2026-05-03"},
        {"", "2026-09-01", "2026-09-01"},
    };
    static const char *const bad[] = {"2026-13",   "2026-00",    "2026-H3", "2026-Q0", "2026-Q5", "26",
                                      "last year", "2026-02-30", "2026/05", "20260",   "1800",    "2026-1a"};
    struct attachment_period period;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(attachment_period_parse(call, str_of(good[i][0]), &period));
        assert_string_equal(period.from, good[i][1]);
        assert_string_equal(period.to, good[i][2]);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(attachment_period_parse(call, str_of(bad[i]), &period));
}

#define BYTES(literal) ((struct str){literal, sizeof(literal) - 1})

static void content_and_ending_must_agree(void **state)
{
    (void)state;
    const struct {
        struct str head;
        const char *name, *type;
    } cases[] = {
        {BYTES("%PDF-1.7\n"), "制度.PDF", "application/pdf"},
        {BYTES("\xEF\xBB\xBF junk %PDF-1.4"), "a.pdf", "application/pdf"},
        {BYTES("PK\3\4....word/document.xml"), "a.docx",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {BYTES("PK\3\4OFD.xml"), "a.ofd", "application/ofd"},
        {BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1...."), "a.doc", "application/msword"},
        {BYTES("\x89PNG\r\n\x1A\n...."), "a.png", "image/png"},
        {BYTES("\xFF\xD8\xFF\xE0"), "a.jpeg", "image/jpeg"},
        {BYTES("姓名,单位\n"), "a.csv", "text/csv"},
        {BYTES("BMW was here"), "a.txt", "text/plain"},
        {BYTES("<html><script>alert(1)</script>"), "a.txt", "text/plain"},
        {BYTES("<html><script>alert(1)</script>"), "a.html", NULL},
        {BYTES("MZ\x90\0\3"), "a.exe", NULL},
        {BYTES("MZ\x90\0\3"), "a.pdf", NULL},
        {BYTES("%PDF-1.7"), "a.png", NULL},
        {BYTES("plain"), "a.docx", NULL},
        {BYTES("a\0b"), "a.txt", NULL},
        {BYTES("%PDF-1.7"), "noending", NULL},
        {BYTES(""), "a.txt", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        call_faults_clear(call);
        const char *type = attachment_media_type(call, cases[i].head, str_of(cases[i].name));
        if (cases[i].type)
            assert_string_equal(type, cases[i].type);
        else
            assert_null(type);
        assert_int_equal(call->faults_count, cases[i].type ? 0 : 1);
    }
}

static void bytes_are_kept_by_digest_and_a_flip_is_found(void **state)
{
    (void)state;
    struct attachment_file first, again;
    const char *path;
    struct str bytes = STR("日期,内容\n2026-09-01,升级补丁\n");
    assert_int_equal(attachment_store(call, data_dir(), file_of(bytes), STR("日志.csv"), &first), ERR_OK);
    assert_int_equal(first.size, bytes.len);
    struct crypt_sm3 digest = crypt_sm3(bytes);
    assert_true(str_eq(first.digest, str_hex(call->arena, digest.bytes, sizeof(digest.bytes))));
    assert_int_equal(attachment_store(call, data_dir(), file_of(bytes), STR("other.txt"), &again), ERR_OK);
    assert_true(str_eq(first.digest, again.digest));
    assert_int_equal(attachment_open(call, data_dir(), first.digest, &path), ERR_OK);
    assert_non_null(strstr(
        path, str_format(call->arena, "/attachments/%.2s/%.2s/", first.digest.at, first.digest.at + 2).at));
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 3, SEEK_SET);
    fputc('X', file);
    fclose(file);
    log_set_level((enum log_level)(LOG_ERROR + 1));
    call_faults_clear(call);
    assert_int_equal(attachment_open(call, data_dir(), first.digest, &path), ERR_FAILED);
    assert_string_equal(call->faults->key, "attachment.fault.damaged");
    /* Handing the true bytes in again heals it. */
    assert_int_equal(attachment_store(call, data_dir(), file_of(bytes), STR("日志.csv"), &again), ERR_OK);
    assert_int_equal(attachment_open(call, data_dir(), first.digest, &path), ERR_OK);
}

static void too_large_or_strange_files_leave_nothing(void **state)
{
    (void)state;
    struct attachment_file file;
    const char *path = file_of(STR("%PDF-1.7"));
    assert_int_equal(truncate(path, ATTACHMENT_SIZE_MAX + 1), 0);
    assert_int_equal(attachment_store(call, data_dir(), path, STR("a.pdf"), &file), ERR_TOO_LARGE);
    assert_int_equal(attachment_store(call, data_dir(), file_of(STR("MZ\1")), STR("a.pdf"), &file),
                     ERR_INVALID);
    assert_int_equal(access(str_format(call->arena, "%s/attachments", data_dir()).at, F_OK), -1);
}

/* ---- what they prove ---- */

static int64_t filed(const char *kind, const char *from, const char *to, int64_t unit_id)
{
    const struct rules_fact *fact = &attachment_module.facts[0];
    assert_string_equal(fact->name, "evidence.filed");
    DB_ROWS(rows);
    struct db_arg args[] = {db_int(unit_id), db_c(kind), db_c(from), db_c(to)};
    assert_int_equal(db_query_args(call, &rows, fact->sql, args, 4), ERR_OK);
    int64_t many = 0;
    while (db_next(&rows))
        many++;
    assert_int_equal(db_end(&rows), ERR_OK);
    return many;
}

static int64_t add(const char *kind, const char *period)
{
    int64_t id;
    struct attachment_new made = {.subject_kind = STR("unit"),
                                  .subject_id = COUNTY_EDU,
                                  .unit_id = COUNTY_EDU,
                                  .unit_path = STR(COUNTY_EDU_PATH),
                                  .kind = str_of(kind),
                                  .file_name = STR("a.pdf"),
                                  .file = {STR("00"), "application/pdf", 4}};
    assert_true(attachment_period_parse(call, str_of(period), &made.period));
    assert_int_equal(attachment_add(call, &made, &id), ERR_OK);
    return id;
}

static void a_document_proves_the_period_it_lies_in(void **state)
{
    (void)state;
    county_act(&county, EDU_OFFICER);
    int64_t year = add("training_record", "2026");
    add("environment_check_record", "2026-Q1");
    assert_int_equal(filed("training_record", "2026-01-01", "2026-12-31", COUNTY_EDU), 1);
    assert_int_equal(filed("training_record", "2026-01-01", "2026-03-31", COUNTY_EDU),
                     0); /* a yearly one is no quarter's */
    assert_int_equal(filed("training_record", "2025-01-01", "2025-12-31", COUNTY_EDU), 0);
    assert_int_equal(filed("environment_check_record", "2026-01-01", "2026-06-30", 0), 1);
    assert_int_equal(filed("environment_check_record", "0000-01-01", "9999-12-31", COUNTY_HEALTH), 0);
    assert_int_equal(filed("", "0000-01-01", "9999-12-31", 0), 2);
    assert_int_equal(attachment_withdraw(call, year, STR("盖章不清")), ERR_OK);
    assert_int_equal(filed("training_record", "2026-01-01", "2026-12-31", COUNTY_EDU), 0);
    assert_int_equal(attachment_withdraw(call, year, STR("盖章不清")), ERR_REFUSED);
    assert_int_equal(
        county_number(
            &county,
            "SELECT COUNT(*) FROM ledger_entry WHERE verb IN ('attachment.filed', 'attachment.withdrawn')"),
        3);
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM ledger_entry WHERE detail LIKE '%a.pdf%'"),
                     0); /* names stay out of it */
}

static void who_filed_it_may_withdraw_it(void **state)
{
    (void)state;
    county_act(&county, OFFICER);
    int64_t theirs = add("evidence", "");
    county_act(&county, EDU_OFFICER);
    int64_t own = add("evidence", "");
    assert_int_equal(attachment_withdraw(call, theirs, STR("不要了")), ERR_REFUSED);
    county_act(&county, HEALTH_OFFICER);
    assert_int_equal(attachment_withdraw(call, own, STR("不要了")), ERR_NOT_FOUND);
    county_act(&county, OFFICER);
    assert_int_equal(attachment_withdraw(call, own, STR("放错单位")), ERR_OK);
    assert_int_equal(attachment_withdraw(call, 999, STR("没有这个")), ERR_NOT_FOUND);
}

static void kinds_come_from_the_packs(void **state)
{
    (void)state;
    bool known;
    county_act(&county, COUNTY_NOBODY);
    assert_int_equal(attachment_kind_known(call, STR("evidence"), &known), ERR_OK);
    assert_true(known);
    assert_int_equal(attachment_kind_known(call, STR("flood_plan"), &known), ERR_OK);
    assert_false(known);
    struct rules_load_report report;
    static const char pack[] =
        "pack: {id: Q, title: 某办法, issuer: 某县, version: '1', effective: {from: 2020-01-01}}\n"
        "evidence: [{kind: flood_plan, title: 防汛预案, title_en: Flood plan}]\n"
        "articles: [{id: Q1, cite: 第一条, title: 目的, summary: 略, informs: true}]\n";
    enum err word = rules_pack_load(call, str_of(pack), false, &report);
    if (word != ERR_OK)
        fail_msg("%s: %s", err_word(word),
                 call->faults ? str_c(call->arena, words_fault(call, NULL, call->faults)) : "");
    assert_int_equal(attachment_kind_known(call, STR("flood_plan"), &known), ERR_OK);
    assert_true(known);
    assert_true(str_is(attachment_kind_title(call, STR("flood_plan")), "防汛预案"));
    call->lang = CALL_EN;
    assert_true(str_is(attachment_kind_title(call, STR("flood_plan")), "Flood plan"));
    assert_true(str_is(attachment_kind_title(call, STR("evidence")), "Evidence"));
}

/* ---- over HTTP ---- */

static void upload(const char *session, const char *query, struct str body)
{
    static char text[HTTP_TEST_TEXT];
    int len = snprintf(text, sizeof text,
                       "POST /api/attachments?%s HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: "
                       "application/octet-stream\r\nContent-Length: %zu\r\n\r\n",
                       query, session, body.len);
    memcpy(text + len, body.at, body.len);
    test_raw(&county.http, &reply, text, (size_t)len + body.len);
}

static void expect(int status, const char *text)
{
    if (reply.status != status || (text && !strstr(reply.body, text)))
        fail_msg("wanted %d with %s, got %d: %s", status, text ? text : "anything", reply.status, reply.body);
}

#define OWN "filename=a.csv&subject_kind=unit&subject_id=2&kind="

static void handed_in_and_read_back(void **state)
{
    (void)state;
    county_serve(&county);
    const char *edu = county_session(&county, EDU_OFFICER), *health = county_session(&county, HEALTH_OFFICER);
    const char *scanner = county_session(&county, SCANNER), *officer = county_session(&county, OFFICER),
               *admin = county_session(&county, SYSADMIN);
    struct str bytes = STR("日期,内容\n2026-09-01,升级补丁\n");
    upload(edu, OWN "evidence&period=2026", bytes);
    expect(201, "\"period_to\":\"2026-12-31\"");
    test_ask(&county.http, &reply, "GET", "/api/attachments/1/content", edu, NULL);
    expect(200, bytes.at);
    assert_non_null(strstr(test_header(&reply, "Content-Disposition"),
                           "attachment")); /* a text is never shown in place */
    test_ask(&county.http, &reply, "GET", "/api/attachments/1/content", officer, NULL);
    expect(200, bytes.at);
    test_ask(&county.http, &reply, "GET", "/api/attachments/1/content", health, NULL);
    expect(404, NULL);
    test_ask(&county.http, &reply, "GET", "/api/attachments/1/content", scanner, NULL);
    expect(403, NULL);
    test_ask(&county.http, &reply, "GET", "/api/attachments/1/content", admin, NULL);
    expect(403, NULL);
    test_ask(&county.http, &reply, "GET", "/api/attachments", health, NULL);
    expect(200, "\"items\":[]");
    test_ask(&county.http, &reply, "GET", "/api/attachments?subject_kind=unit&subject_id=2", health, NULL);
    expect(404, NULL);
    test_ask(&county.http, &reply, "GET", "/api/attachments?subject_kind=unit&subject_id=2", edu, NULL);
    expect(200, "\"kind_title\":\"佐证材料\"");
    upload(health, OWN "evidence", bytes);
    expect(404, NULL);
    upload(scanner, OWN "evidence", bytes);
    expect(403, NULL);
    upload(edu, OWN "nonsense", bytes);
    expect(422, "attachment.fault.kind");
    upload(edu, "filename=a.csv&subject_kind=moon&subject_id=2", bytes);
    expect(422, "attachment.fault.subject_kind");
    upload(edu, "filename=a.pdf&subject_kind=unit&subject_id=2", bytes);
    expect(422, "attachment.fault.type_differs");
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM attachment"), 1);
    test_ask(&county.http, &reply, "POST", "/api/attachments/1/withdraw", edu, "{\"reason\":\"放错了\"}");
    expect(201, "\"state\":\"withdrawn\"");
    test_ask(&county.http, &reply, "GET", "/api/attachments/1/content", edu, NULL);
    expect(409, NULL);
}

static void classified_files_are_refused_and_the_attempt_is_kept(void **state)
{
    (void)state;
    county_serve(&county);
    const char *edu = county_session(&county, EDU_OFFICER);
    upload(edu, "filename=a.txt&subject_kind=unit&subject_id=2", STR("机密★10年\n关于某事的报告\n"));
    expect(409, "attachment.fault.marked");
    assert_non_null(strstr(reply.body, "\"article\":\"J2\""));
    upload(edu, "filename=%E7%A7%98%E5%AF%86%E2%98%855%E5%B9%B4.txt&subject_kind=unit&subject_id=2",
           STR("正文\n"));
    expect(409, "attachment.fault.marked");
    upload(edu, "filename=a.txt&subject_kind=unit&subject_id=2",
           STR("商业秘密保护制度\n第一条\n")); /* a word, not a mark */
    expect(201, NULL);
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM attachment"), 1);
    assert_int_equal(
        county_number(
            &county,
            "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'attachment.refused_marked' AND unit_id = 2"),
        2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(periods_are_read_as_people_write_them, setup, teardown),
        cmocka_unit_test_setup_teardown(content_and_ending_must_agree, setup, teardown),
        cmocka_unit_test_setup_teardown(bytes_are_kept_by_digest_and_a_flip_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(too_large_or_strange_files_leave_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_document_proves_the_period_it_lies_in, setup, teardown),
        cmocka_unit_test_setup_teardown(who_filed_it_may_withdraw_it, setup, teardown),
        cmocka_unit_test_setup_teardown(kinds_come_from_the_packs, setup, teardown),
        cmocka_unit_test_setup_teardown(handed_in_and_read_back, setup, teardown),
        cmocka_unit_test_setup_teardown(classified_files_are_refused_and_the_attempt_is_kept, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
