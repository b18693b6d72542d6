/* SPDX-License-Identifier: Apache-2.0
 *
 * Nothing is issued without the decisions it needs, and two decisions are two people.
 */
#include "domain/domain_test.h"
#include "domain/discipline/discipline_inner.h"
#include "domain/org/org.h"

extern const struct module discipline_module;

static struct county county;
static struct call *call;

static int group_setup(void **state)
{
    (void)state;
    crypt_init();
    http_declare(discipline_module.routes, discipline_module.many_routes);
    discipline_module.start();
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

static struct discipline_case read_case(int64_t case_id)
{
    struct discipline_case c;
    assert_int_equal(discipline_get(call, case_id, &c), ERR_OK);
    return c;
}

static void expect_state(int64_t case_id, const char *state)
{
    struct discipline_case c = read_case(case_id);
    assert_string_equal(str_c(call->arena, c.state), state);
}

static const char *last_fault(void)
{
    return call->last_fault ? call->last_fault->key : "none";
}

static enum err decide(enum county_account who, int64_t case_id, bool agree, const char *reason)
{
    county_act(&county, who);
    return discipline_decide(call, case_id, agree, false, str_of(reason));
}

/* ---- proposed by a rule ---- */

static const struct rules_proposal *proposal(const char *name)
{
    for (int i = 0; i < DISCIPLINE_PROPOSALS; i++)
        if (strcmp(discipline_proposals[i].name, name) == 0)
            return &discipline_proposals[i];
    fail_msg("no proposal %s", name);
    return NULL;
}

static int64_t fire(const char *name, struct rules_case about, const char *args_text)
{
    const struct json *args;
    about.unit_id = COUNTY_EDU;
    about.unit_path = STR(COUNTY_EDU_PATH);
    assert_int_equal(json_parse(call->arena, str_of(args_text), &args, NULL), ERR_OK);
    assert_int_equal(proposal(name)->propose(call, &about, args), ERR_OK);
    return county_number(&county, "SELECT MAX(case_id) FROM discipline_case");
}

static int64_t finding_row(int64_t system_id)
{
    DB_ROWS(rows);
    assert_int_equal(db_one(call, &rows,
                            "INSERT INTO finding (finding_no, unit_id, unit_path, system_id, source, kind, "
                            "title, severity, state, first_seen_ms,"
                            " last_seen_ms) VALUES ('YH-1', 2, '00010002', $1, 'manual', 'weakness', "
                            "'弱口令', 'high', 'notified', 1, 1)"
                            " RETURNING finding_id",
                            db_int_or_null(system_id)),
                     ERR_OK);
    return db_col_int(&rows, 0);
}

#define INTERVIEW_HIGH                                                                                       \
    "{\"interviewer\":\"deputy_in_charge\",\"interviewee\":[\"party_head\",\"admin_head\"],"                 \
    "\"decided_by\":{\"role\":\"bureau_leader\",\"persons\":1}}"
#define INTERVIEW_MEDIUM                                                                                     \
    "{\"interviewer\":\"office_director\",\"interviewee\":[\"deputy_in_charge\"],"                           \
    "\"decided_by\":{\"role\":\"bureau_leader\",\"persons\":1}}"
#define BY_TWO "{\"decided_by\":{\"role\":\"bureau_leader\",\"persons\":2}}"
#define BY_ONE "{\"decided_by\":{\"role\":\"bureau_leader\",\"persons\":1}}"

static int64_t interview(const char *args)
{
    struct rules_case about = {.pack = "S",
                               .article = "S9",
                               .rule = "S9.high",
                               .subject_kind = "finding",
                               .subject_id = finding_row(0),
                               .reason = STR("被通报高危漏洞，建议约谈：弱口令，2026年9月1日起。")};
    county_act(&county, LEADER); /* whose act made the rule fire does not matter */
    return fire("discipline.interview", about, args);
}

static void a_rule_proposes_and_nobody_else_did(void **state)
{
    (void)state;
    int64_t id = interview(INTERVIEW_HIGH);
    struct discipline_case c = read_case(id);
    assert_true(str_is(c.case_kind, "interview") && str_is(c.state, "proposed"));
    assert_true(str_is(c.interviewer_post, "deputy_in_charge") &&
                str_is(c.interviewee_posts, "party_head,admin_head"));
    assert_int_equal(c.needs, 1);
    assert_int_equal(c.proposed_by, 0);
    assert_true(c.finding_id > 0 && c.unit_id == COUNTY_EDU);
    assert_true(str_is(c.title, "约谈示例县教育局"));
    assert_true(str_is(c.facts, "你单位有关信息资产存在“弱口令”隐患（高危），已被正式通报。"));
    assert_int_equal(
        county_number(&county,
                      "SELECT COUNT(*) FROM ledger_entry WHERE verb = 'case.proposed' AND subject_id = $1",
                      db_int(id)),
        1);
    /* both leaders are told, the one whose act it was not excepted from deciding */
    assert_int_equal(
        county_number(
            &county,
            "SELECT COUNT(*) FROM notify_item WHERE key = 'discipline.notify.proposed' AND user_id = $1",
            db_int(LEADER2)),
        1);
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM notify_item WHERE user_id IN ($1, $2)",
                                   db_int(EDU_OFFICER), db_int(OFFICER)),
                     0);
    assert_int_equal(decide(LEADER, id, true, ""), ERR_OK);
    expect_state(id, "approved");
}

static void letters_of_a_pack_cannot_lower_the_two_people(void **state)
{
    (void)state;
    int64_t system = county_system(&county, COUNTY_EDU, COUNTY_EDU_PATH, "门户网站");
    struct rules_case about = {.pack = "Y",
                               .article = "Y5",
                               .rule = "Y5.criticism",
                               .subject_kind = "finding",
                               .subject_id = finding_row(system),
                               .system_id = system,
                               .reason = STR("建议通报批评：弱口令应于2026年9月4日前“整改”，逾期未完成。")};
    int64_t id = fire("discipline.criticism", about, BY_ONE);
    struct discipline_case c = read_case(id);
    assert_int_equal(c.needs, 2);
    assert_non_null(strstr(c.facts.at, "“门户网站”存在“弱口令”隐患"));
    assert_non_null(strstr(c.facts.at, "逾期未完成"));
    about = (struct rules_case){.pack = "S",
                                .article = "S3",
                                .rule = "S3.shutdown",
                                .subject_kind = "system",
                                .subject_id = system,
                                .system_id = system,
                                .reason = STR("建议关停：门户网站应于2026年9月4日前“备案”，逾期未完成。")};
    id = fire("discipline.shutdown_order", about, BY_ONE);
    c = read_case(id);
    assert_int_equal(c.needs, 2);
    assert_int_equal(c.system_id, system);
    assert_true(str_is(c.title, "关停“门户网站”"));
}

/* ---- deciding ---- */

static int64_t criticism(void)
{
    struct rules_case about = {.pack = "Y",
                               .article = "Y5",
                               .rule = "Y5.criticism",
                               .subject_kind = "unit",
                               .subject_id = COUNTY_EDU,
                               .reason = STR("建议通报批评：逾期未完成。")};
    return fire("discipline.criticism", about, BY_TWO);
}

static void two_people_are_two_people(void **state)
{
    (void)state;
    int64_t id = criticism();
    assert_int_equal(decide(LEADER, id, true, "同意"), ERR_OK);
    expect_state(id, "first_agreed");
    assert_int_equal(decide(LEADER, id, true, ""), ERR_REFUSED);
    assert_string_equal(last_fault(), "discipline.fault.second_person");
    county_act(&county, OFFICER);
    assert_int_equal(discipline_issue(call, id), ERR_REFUSED);
    assert_string_equal(last_fault(), "discipline.fault.not_approved");
    assert_int_equal(decide(LEADER2, id, true, ""), ERR_OK);
    expect_state(id, "approved");
    struct discipline_case c = read_case(id);
    assert_int_equal(c.decided1_by, LEADER);
    assert_int_equal(c.decided2_by, LEADER2);
    assert_int_equal(decide(LEADER2, id, true, ""), ERR_REFUSED);
    assert_string_equal(last_fault(), "discipline.fault.not_waiting");
    assert_int_equal(
        county_number(
            &county,
            "SELECT COUNT(*) FROM ledger_entry WHERE verb IN ('case.first_agreed', 'case.approved')"),
        2);
}

static void only_those_named_decide(void **state)
{
    (void)state;
    static const enum county_account others[] = {OFFICER,    DIRECTOR, REGULATOR, EDU_OFFICER,
                                                 EDU_LEADER, SCANNER,  SYSADMIN};
    int64_t id = criticism();
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        enum err word = decide(others[i], id, true, "");
        assert_true(word == ERR_FORBIDDEN || word == ERR_NOT_FOUND); /* a unit does not even learn of it */
        expect_state(id, "proposed");
    }
    /* The office director decides the interviews that the office director holds, and no other. */
    int64_t medium = interview(INTERVIEW_MEDIUM);
    county_run(&county, "UPDATE finding SET finding_no = 'YH-2' WHERE finding_no = 'YH-1'");
    int64_t high = interview(INTERVIEW_HIGH);
    assert_int_equal(decide(DIRECTOR, high, true, ""), ERR_FORBIDDEN);
    assert_int_equal(decide(DIRECTOR, medium, true, ""), ERR_OK);
    expect_state(medium, "approved");
}

static void nobody_decides_their_own_proposal(void **state)
{
    (void)state;
    int64_t id;
    county.actors[OFFICER].roles |= ROLE_BUREAU_LEADER;
    county_act(&county, OFFICER);
    struct discipline_new made = {
        .case_kind = "interview", .unit_id = COUNTY_EDU, .reason = STR("多次提醒仍未整改")};
    assert_int_equal(discipline_create(call, &made, &id), ERR_OK);
    assert_int_equal(decide(OFFICER, id, true, ""), ERR_REFUSED);
    assert_string_equal(last_fault(), "discipline.fault.own_proposal");
    assert_int_equal(decide(LEADER, id, true, ""), ERR_OK);
}

static struct field_record change(const char *name, const char *text, int64_t number)
{
    struct field_record record = {&discipline_change_table,
                                  ARENA_ARRAY(call->arena, struct field_value, discipline_change_table.many)};
    *field_get(&record, name) = (struct field_value){
        .given = true, .empty = !text && !number, .number = number, .text = str_of(text)};
    return record;
}

static void a_refusal_needs_a_reason_and_comes_back_amended(void **state)
{
    (void)state;
    int64_t id = criticism();
    assert_int_equal(decide(LEADER, id, true, ""), ERR_OK);
    struct field_record facts = change("facts", "另一件事情", 0);
    county_act(&county, OFFICER);
    assert_int_equal(discipline_change(call, id, &facts),
                     ERR_REFUSED); /* the ground cannot change under the first agreement */
    assert_string_equal(last_fault(), "discipline.fault.decided_on");
    assert_int_equal(decide(LEADER2, id, false, ""), ERR_INVALID);
    expect_state(id, "first_agreed");
    assert_int_equal(decide(LEADER2, id, false, "请补充事实"), ERR_OK);
    expect_state(id, "returned");
    assert_int_equal(decide(LEADER, id, true, ""), ERR_REFUSED);
    county_act(&county, OFFICER);
    assert_int_equal(discipline_change(call, id, &facts), ERR_OK);
    assert_int_equal(discipline_resubmit(call, id), ERR_OK);
    assert_int_equal(discipline_resubmit(call, id), ERR_REFUSED);
    struct discipline_case c = read_case(id);
    assert_true(str_is(c.facts, "另一件事情"));
    assert_int_equal(c.decided1_by, 0); /* the first agreement was to something else */
    assert_int_equal(decide(LEADER, id, true, ""), ERR_OK);
    expect_state(id, "first_agreed");
    /* Who agreed first may take it back, and drop it. */
    county_act(&county, LEADER);
    assert_int_equal(discipline_decide(call, id, false, true, STR("情况有变化")), ERR_OK);
    expect_state(id, "dropped");
    assert_int_equal(decide(LEADER2, id, true, ""), ERR_REFUSED);
}

/* ---- paper, interview, end ---- */

static void an_interview_from_invitation_to_end(void **state)
{
    (void)state;
    int64_t id = interview(INTERVIEW_HIGH);
    struct discipline_case c;
    assert_int_equal(decide(LEADER2, id, true, ""), ERR_OK);
    county_act(&county, EDU_OFFICER);
    assert_int_equal(discipline_reach(call, id, &c), ERR_NOT_FOUND); /* decided, but not yet told */
    county_act(&county, OFFICER);
    assert_int_equal(discipline_issue(call, id), ERR_INVALID); /* no time, no place */
    assert_int_equal(call->faults_count, 2);
    struct field_record past = change("meeting_at_ms", NULL, call->now_ms - 1),
                        when = change("meeting_at_ms", NULL, call->now_ms + CLOCK_DAY_MS);
    struct field_record place = change("place", "县政府201会议室", 0),
                        post = change("interviewee_posts", "party_head,king", 0);
    assert_int_equal(discipline_change(call, id, &place), ERR_OK);
    assert_int_equal(discipline_change(call, id, &past), ERR_OK);
    call_faults_clear(call);
    assert_int_equal(discipline_issue(call, id), ERR_INVALID);
    assert_string_equal(last_fault(), "discipline.fault.meeting_past");
    assert_int_equal(discipline_change(call, id, &when), ERR_OK);
    assert_int_equal(discipline_change(call, id, &post), ERR_REFUSED);
    call_faults_clear(call);
    assert_int_equal(discipline_issue(call, id), ERR_OK);
    assert_int_equal(discipline_issue(call, id), ERR_REFUSED);
    c = read_case(id);
    assert_true(str_is(c.doc_number, "示数整〔2026〕1号"));
    assert_int_equal(county_number(&county, "SELECT COUNT(*) FROM document WHERE document_kind = "
                                            "'interview_invitation' AND state = 'issued'"),
                     1);
    assert_int_equal(
        county_number(&county,
                      "SELECT COUNT(*) FROM document WHERE content LIKE '%党组织主要负责人、行政主要领导%'"),
        1);
    assert_int_equal(
        county_number(
            &county,
            "SELECT COUNT(*) FROM notify_item WHERE key = 'discipline.notify.issued' AND user_id IN ($1, $2)",
            db_int(EDU_OFFICER), db_int(EDU_LEADER)),
        2);
    county_act(&county, EDU_LEADER);
    assert_int_equal(discipline_reach(call, id, &c), ERR_OK);
    county_act(&county, HEALTH_OFFICER);
    assert_int_equal(discipline_reach(call, id, &c), ERR_NOT_FOUND);

    county_act(&county, OFFICER);
    assert_int_equal(discipline_done(call, id, STR("executed"), STR_NONE), ERR_REFUSED);
    assert_string_equal(last_fault(), "discipline.fault.hold_first");
    struct field_record held = {&discipline_held_table,
                                ARENA_ARRAY(call->arena, struct field_value, discipline_held_table.many)};
    *field_get(&held, "minutes") = (struct field_value){.given = true, .text = STR("提出三点要求")};
    *field_get(&held, "held_at_ms") =
        (struct field_value){.given = true, .number = call->now_ms + 2 * CLOCK_DAY_MS};
    assert_int_equal(discipline_held(call, id, &held), ERR_INVALID);
    assert_string_equal(last_fault(), "discipline.fault.held_future");
    call->now_ms += 3 * CLOCK_DAY_MS;
    assert_int_equal(discipline_held(call, id, &held), ERR_OK);
    expect_state(id, "held");
    assert_int_equal(discipline_follow_up(call, id, STR("已提交整改报告"), STR("2026-09-20")), ERR_OK);
    assert_int_equal(discipline_done(call, id, STR_NONE, STR("整改到位")), ERR_OK);
    expect_state(id, "done");
    assert_int_equal(discipline_held(call, id, &held), ERR_REFUSED);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM discipline_event WHERE case_id = $1", db_int(id)), 9);
    assert_int_equal(
        county_number(&county,
                      "SELECT COUNT(*) FROM ledger_entry WHERE subject_kind = 'case' AND subject_id = $1",
                      db_int(id)),
        9);
}

static void a_shutdown_carried_out_stands_in_the_register(void **state)
{
    (void)state;
    int64_t system = county_system(&county, COUNTY_EDU, COUNTY_EDU_PATH, "门户网站");
    struct rules_case about = {.pack = "S",
                               .article = "S3",
                               .rule = "S3.shutdown",
                               .subject_kind = "system",
                               .subject_id = system,
                               .system_id = system,
                               .reason = STR("建议关停：门户网站逾期未备案。")};
    int64_t id = fire("discipline.shutdown_order", about, BY_TWO);
    assert_int_equal(decide(LEADER, id, true, ""), ERR_OK);
    assert_int_equal(decide(LEADER2, id, true, ""), ERR_OK);
    county_act(&county, OFFICER);
    assert_int_equal(discipline_done(call, id, STR("executed"), STR_NONE), ERR_REFUSED);
    assert_string_equal(last_fault(), "discipline.fault.issue_first");
    assert_int_equal(discipline_issue(call, id), ERR_OK);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM info_system WHERE lifecycle_status = 'online'"), 1);
    assert_int_equal(discipline_done(call, id, STR_NONE, STR_NONE),
                     ERR_INVALID); /* a shutdown's outcome must be said */
    assert_int_equal(discipline_done(call, id, STR("executed"), STR("已现场核验")), ERR_OK);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM info_system WHERE lifecycle_status = 'shutdown'"), 1);
}

static int64_t address_row(const char *state)
{
    DB_ROWS(rows);
    assert_int_equal(
        db_one(
            call, &rows,
            "INSERT INTO finding_address (ip, ip_key, unit_id, unit_path, state, first_seen_ms, last_seen_ms)"
            " VALUES ('10.20.2.9', $2, 2, '00010002', $1, 1, 1) RETURNING address_id",
            db_c(state), db_c(state)),
        ERR_OK);
    return db_col_int(&rows, 0);
}

static void a_hidden_system_becomes_a_case(void **state)
{
    (void)state;
    int64_t id, address = address_row("unregistered"), known = address_row("registered");
    county_act(&county, EDU_OFFICER);
    county_act(&county, OFFICER);
    assert_int_equal(discipline_concealment(call, known, STR("逾期未报"), &id), ERR_REFUSED);
    assert_int_equal(discipline_concealment(call, 999, STR("逾期未报"), &id), ERR_NOT_FOUND);
    assert_int_equal(discipline_concealment(call, address, STR("逾期未报"), &id), ERR_OK);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM finding_address WHERE state = 'concealment_case'"), 1);
    assert_int_equal(discipline_concealment(call, address, STR("逾期未报"), &id), ERR_REFUSED);
    struct discipline_case c = read_case(id);
    assert_true(str_is(c.article, "S2") && c.address_id == address && c.proposed_by == OFFICER);

    /* One that the rule proposed is settled when people agree to it. */
    county_run(&county,
               "UPDATE finding_address SET state = 'unregistered', ip_key = 'x' WHERE address_id = $1",
               db_int(known));
    struct rules_case about = {.pack = "S",
                               .article = "S2",
                               .rule = "S2.concealment",
                               .subject_kind = "address",
                               .subject_id = known,
                               .reason = STR("建议立案：10.20.2.9逾期未登记。")};
    int64_t proposed = fire("discipline.concealment_case", about, BY_ONE);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM finding_address WHERE state = 'unregistered'"), 1);
    assert_int_equal(decide(LEADER, proposed, true, ""), ERR_OK);
    assert_int_equal(
        county_number(&county, "SELECT COUNT(*) FROM finding_address WHERE state = 'concealment_case'"), 2);
}

/* Every paper can be drawn: the description is whole JSON with its obligatory parts. */
static void every_paper_is_whole(void **state)
{
    (void)state;
    static const char *const kinds[] = {"interview", "criticism", "concealment", "shutdown"};
    int64_t system = county_system(&county, COUNTY_EDU, COUNTY_EDU_PATH, "门户\"网站\"");
    for (int i = 0; i < 4; i++) {
        struct discipline_case c = {.unit_id = COUNTY_EDU,
                                    .system_id = system,
                                    .case_kind = str_of(kinds[i]),
                                    .facts = STR("事实\n第二段"),
                                    .requirements = STR("其他要求"),
                                    .interviewer_post = STR("office_director"),
                                    .interviewee_posts = STR("deputy_in_charge"),
                                    .reply_by = STR("2026-09-30"),
                                    .article = STR("S9")};
        struct str members, json;
        const struct json *root;
        struct json_place place;
        assert_int_equal(discipline_paper_members(call, &c, &members), ERR_OK);
        json = str_format(call->arena, "{%.*s}", STR_ARG(members));
        if (json_parse(call->arena, json, &root, &place) != ERR_OK)
            fail_msg("%s: %s at %d:%d in %s", kinds[i], place.why, place.line, place.column, json.at);
        assert_true(json_text(json_get(root, "title")).len > 0 && json_text(json_get(root, "to")).len > 0);
        assert_true(json_count(json_get(root, "body")) >= 3);
        assert_null(strstr(json.at, "discipline.")); /* no text is missing */
        assert_int_equal(discipline_record_json(call, &c, &json), ERR_OK);
        assert_int_equal(json_parse(call->arena, json, &root, &place), ERR_OK);
    }
}

static void units_read_what_was_issued_to_them(void **state)
{
    (void)state;
    static struct test_reply reply;
    int64_t id = criticism();
    county_serve(&county);
    const char *edu = county_session(&county, EDU_LEADER), *leader = county_session(&county, LEADER),
               *leader2 = county_session(&county, LEADER2);
    const char *officer = county_session(&county, OFFICER), *scanner = county_session(&county, SCANNER);
    test_ask(&county.http, &reply, "GET", "/api/cases", edu, NULL);
    assert_non_null(strstr(reply.body, "\"items\":[]"));
    test_ask(&county.http, &reply, "GET", "/api/cases/1", scanner, NULL);
    assert_int_equal(reply.status, 403);
    test_ask(&county.http, &reply, "POST", "/api/cases/1/decide", edu, "{\"agree\":true}");
    assert_int_equal(reply.status, 403);
    test_ask(&county.http, &reply, "POST", "/api/cases/1/decide", leader, "{\"agree\":true}");
    assert_int_equal(reply.status, 201);
    assert_non_null(strstr(reply.body, "\"state\":\"first_agreed\""));
    test_ask(&county.http, &reply, "POST", "/api/cases/1/decide", leader2,
             "{\"agree\":true,\"reason\":\"同意\"}");
    assert_non_null(strstr(reply.body, "\"state\":\"approved\""));
    test_ask(&county.http, &reply, "GET", "/api/cases/1", edu, NULL);
    assert_int_equal(reply.status, 404);
    test_ask(&county.http, &reply, "POST", "/api/cases/1/invitation", officer, NULL);
    assert_int_equal(reply.status, 201);
    test_ask(&county.http, &reply, "GET", "/api/cases/1", edu, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "\"doc_number\":\"示数整〔"));
    assert_null(strstr(reply.body, "decided1_by")); /* who agreed is the authority's own business */
    assert_null(strstr(reply.body, "\"events\""));
    test_ask(&county.http, &reply, "GET", "/api/cases", edu, NULL);
    assert_non_null(strstr(reply.body, "\"case_kind\":\"criticism\""));
    assert_int_equal(id, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rule_proposes_and_nobody_else_did, setup, teardown),
        cmocka_unit_test_setup_teardown(letters_of_a_pack_cannot_lower_the_two_people, setup, teardown),
        cmocka_unit_test_setup_teardown(two_people_are_two_people, setup, teardown),
        cmocka_unit_test_setup_teardown(only_those_named_decide, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_decides_their_own_proposal, setup, teardown),
        cmocka_unit_test_setup_teardown(a_refusal_needs_a_reason_and_comes_back_amended, setup, teardown),
        cmocka_unit_test_setup_teardown(an_interview_from_invitation_to_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shutdown_carried_out_stands_in_the_register, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hidden_system_becomes_a_case, setup, teardown),
        cmocka_unit_test_setup_teardown(every_paper_is_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(units_read_what_was_issued_to_them, setup, teardown),
    };
    return cmocka_run_group_tests(tests, group_setup, NULL);
}
