// SPDX-License-Identifier: Apache-2.0
//
// Every route of the interface description × every role × {own unit, foreign unit, nothing}. The grants come from the
// description (x-grant); what a route's path names, and to whom that is foreign, stands in the table below. A route
// without a row fails.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { bodySchema, validBody, wrongBodies } from "../lib/bodies";
import type { Answer, Client } from "../lib/client";
import { ROLES } from "../lib/county";
import { describeApi, operations, resolve, type Operation, labelOf } from "../lib/schema";
import { nmapOf } from "../lib/scans";
import { LOGIN, makeWorld, NOBODY, type Side, type World } from "../lib/world";
import { workbook } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */

/** unit: the thing belongs to a unit, unit roles see only their own. self: it belongs to one user. all: whoever is granted
 *  sees every one. none: the path names no thing. */
type Reach = "unit" | "self" | "all" | "none";
interface Row {
    reach: Reach;
    /** Path parameters under another name of the world. */
    as?: Record<string, string>;
    body?: (world: World, side: Side) => any;
    query?: (world: World, side: Side) => string;
    file?: [string, () => Buffer];
    /** Doing it takes the thing away: only the first granted role does. */
    once?: boolean;
    /** What the right request may answer, when it is not success or a refusal by state (409, 422). */
    own?: number[];
    /** Roles whose power reaches beyond what is theirs. */
    beyond?: string[];
    /** Granted, but not for the thing that this row names. */
    notFor?: string[];
    /** Not sent by the matrix with the right body: it would end the session of the test itself. */
    skipOwn?: boolean;
    word?: [good: string, bad: string];
}

const row = (reach: Reach, more: Partial<Row> = {}): Row => ({ reach, ...more });
const scan = (): Buffer => nmapOf("10.20.11.99", "2026-09-28T08:30:00", [[80, "open"]]);
const sheet = (): Buffer => workbook([["系统名称", "系统类型", "责任单位"]]);
const reason = () => ({ reason: "情况属实，同意办理" });

const TABLE: Record<string, Row> = {
    accounts_login: row("none", { own: [401, 503] }),
    accounts_sessions: row("none"),
    accounts_logout: row("none", { skipOwn: true }),
    accounts_session_end: row("self", { skipOwn: true, beyond: ["sec_admin"] }),
    accounts_me: row("none"),
    accounts_password: row("none", { body: () => ({ password: "not-the-password-1A", new_password: "Another-Pass-77x" }), own: [401, 403, 422] }),
    accounts_language: row("none", { body: () => ({ language: "zh" }) }),
    accounts_my_sessions: row("none"),
    accounts_sessions_end_others: row("none", { skipOwn: true }),
    accounts_users: row("none"),
    accounts_create: row("none", { body: () => ({ login_name: `made${++made}`, display_name: "临时账号" }) }),
    accounts_get: row("all"),
    accounts_change: row("all"),
    accounts_reset: row("all", { skipOwn: true }),
    accounts_assign: row("all", { skipOwn: true, body: (world, side) => ({ roles: [{ role: "unit_officer" }], unit_id: world.ids[side].unit_id }) }),
    accounts_unlock: row("all"),
    accounts_policies: row("none"),
    accounts_policy_set: row("all", { as: { policy_id: "policy_id" }, skipOwn: true }),
    accounts_factor: row("none"),
    accounts_factor_begin: row("none", { skipOwn: true }), // wrong passwords and codes are counted
    accounts_factor_confirm: row("none", { skipOwn: true }),
    accounts_factor_drop: row("none", { skipOwn: true }),
    accounts_factor_reset: row("all", { skipOwn: true }),
    agency_list: row("none"),
    agency_create: row("none", { body: () => ({ agency_kind: "cac_office", agency_name: `示例县网信办${++made}`, duty_phone: "0000-8000001" }) }),
    agency_get: row("all"),
    agency_change: row("all", { body: () => ({ remit: "统筹协调网络安全工作" }) }),
    agency_end: row("all", { as: { agency_id: "spare_agency_id" } }),
    agency_routes: row("none"),
    agency_route_create: row("none", { body: (world) => ({ incident_kind: "other", step_no: 1 + (++made % 20), agency_id: world.ids.own.agency_id, report_way: "telephone" }), own: [409] }),
    agency_route_end: row("all", { once: true }),
    attachment_list: row("none", { notFor: ["scan_team"] }), // evidence of findings only
    // (a letter's attachment is refused to the scan team, whose business are findings)
    attachment_create: row("none", { file: ["证明.txt", () => Buffer.from("x")], query: (world, side) => `subject_kind=letter&subject_id=${world.ids[side].letter_id}&kind=evidence`, notFor: ["scan_team"] }),
    attachment_content: row("unit", { notFor: ["scan_team"] }),
    attachment_withdraw: row("unit", { body: reason }),
    attachment_kinds: row("none"),
    collection_forms: row("none"),
    collection_list: row("none"),
    collection_launch: row("none", { body: (world) => ({ form_id: world.ids.own.form_id, title: `收集${++made}`, working_days: 5, audience: "units", units: [{ unit_id: world.ids.own.unit_id }] }) }),
    collection_get: row("all"),
    collection_close: row("all", { as: { collection_id: "spare_collection_id" } }),
    collection_reminder: row("all"),
    collection_remind: row("all"),
    collection_export: row("all"),
    collection_export_full: row("all", { body: reason }),
    collection_archive: row("all", { as: { archive_id: "collection_id" }, own: [404] }), // none was made
    collection_archive_list: row("all"),
    collection_archive_ask: row("all", { body: reason, own: [409] }), // nothing is handed in yet
    collection_task_list: row("none"),
    collection_task_open: row("none", { body: (world, side) => ({ form_id: world.ids.own.form_id, unit_id: world.ids[side].unit_id }) }),
    collection_task_get: row("unit"),
    collection_task_save: row("unit"),
    collection_task_same: row("unit"),
    collection_task_print: row("unit"),
    collection_task_hand_in: row("unit"),
    collection_task_return: row("unit"),
    collection_task_accept: row("unit"),
    collection_task_book: row("unit", { query: () => "preview=1", own: [409] }), // not accepted yet
    collection_task_concealment: row("unit"),
    collection_task_pdf: row("unit", { own: [409] }), // nothing is handed in yet
    collection_task_docx: row("unit", { own: [409] }),
    collection_task_file: row("unit", { own: [404] }), // the document at hand belongs to the unit, not to the collection
    pledge_get: row("unit"),
    pledge_scorecard: row("unit"),
    pledge_sheet: row("unit"),
    pledge_sign: row("unit"),
    dataset_list: row("none"),
    dataset_create: row("none", { body: (world) => ({ unit_id: world.ids.own.unit_id, dataset_name: `数据${++made}`, data_level: "general", origin: "generated", purpose: "履职", legal_basis: "部门职责" }) }),
    dataset_get: row("unit"),
    dataset_change: row("unit", { body: () => ({ version: 1, note: "补记" }) }),
    dataset_end: row("unit", { as: { dataset_id: "spare_dataset_id" }, body: () => ({ ended_on: "2026-09-28", reason: "介质已销毁" }) }),
    dataset_copies: row("none"),
    dataset_copy_get: row("unit"),
    dataset_copy_hand_over: row("unit", { body: () => ({ receiver: "没有这个单位", copy_way: "copied", obtained_on: "2026-09-28", purpose: "统计", legal_basis: "协议" }), own: [422] }),
    dataset_copy_accept: row("unit", { body: () => ({ keeper: "信息科", storage_place: "机房" }) }),
    dataset_copy_decline: row("unit", { body: () => ({ reason: "没有收到" }) }),
    dataset_copy_renew: row("unit", { body: () => ({ term_until: "2027-12-31", reason: "仍需使用" }) }),
    dataset_copy_end: row("unit", { body: () => ({ copy_end: "returned", ended_on: "2026-09-28", note: "已交回" }) }),
    discipline_list: row("none"),
    discipline_create: row("none", { body: (world) => ({ case_kind: "criticism", unit_id: world.ids.own.unit_id, reason: "多次逾期未整改" }) }),
    discipline_get: row("unit"),
    discipline_change: row("unit"),
    discipline_resubmit: row("unit"),
    discipline_decide: row("unit", { own: [403] }),
    discipline_issue: row("unit"),
    discipline_held: row("unit"),
    discipline_follow_up: row("unit"),
    discipline_done: row("unit", { body: () => ({ outcome: "executed" }) }),
    discipline_pdf: row("unit"),
    discipline_docx: row("unit"),
    discipline_record: row("unit"),
    discipline_concealment: row("unit", { body: reason }),
    document_list: row("none"),
    document_pdf: row("unit"),
    document_docx: row("unit"),
    document_verify: row("all", { word: ["", "AZ-AAAA-BBBB-CCCC"] }),
    duties_list: row("none"),
    duties_get: row("unit"),
    duties_counts: row("none"),
    duties_coverage: row("none"),
    duties_article: row("all", { word: ["Y5", "Q99"] }),
    duties_packs: row("none"),
    duties_pack_load: row("none", { body: () => ({ yaml: "pack: X" }), own: [422] }),
    duties_pack_preview: row("none", { body: () => ({ yaml: "pack: X" }), own: [422] }),
    duties_workday: row("none", { query: () => "start=2026-09-30&days=3" }),
    duties_calendar: row("all", { word: ["2026", "abc"] }),
    duties_gate: row("unit", { as: { subject_id: "system_id" }, word: ["system.go_live", "no.such_change"] }),
    duties_exemption_list: row("none"),
    duties_exemption_ask: row("none", { body: (world, side) => ({ rule: "S3.grading", subject_id: world.ids[side].other_system_id, reason: "系统即将下线，暂缓办理", until_on: "2026-12-31" }) }),
    duties_exemption_decide: row("all"),
    finding_list: row("none"),
    finding_create: row("none", { body: (world, side) => ({ title: "人工登记", severity: "low", unit_id: world.ids[side].unit_id }) }),
    finding_get: row("unit"),
    finding_verify: row("unit"),
    finding_attach: row("unit", { body: (world, side) => ({ system_id: world.ids[side].system_id }) }),
    finding_false_positive_ask: row("unit", { body: reason }),
    finding_false_positive_decide: row("unit", { body: () => ({ agree: false, reason: "确有问题" }) }),
    scan_import_list: row("none"),
    scan_import_create: row("none", { file: ["scan.xml", scan] }),
    scan_import_get: row("all"),
    live_address_list: row("none"),
    live_address_get: row("unit"),
    live_address_register: row("unit", { body: (world) => ({ system_id: world.ids.own.system_id }) }),
    live_address_explain: row("unit", { body: reason }),
    ledgerbook_list: row("none"),
    ledgerbook_get: row("unit"),
    ledgerbook_head: row("none"),
    ledgerbook_verify: row("none"),
    ledgerbook_export: row("none"),
    notify_list: row("none"),
    notify_count: row("none"),
    notify_read: row("self"),
    notify_read_all: row("none"),
    standing_get: row("unit"),
    standing_evidence: row("unit"),
    standing_evidence_sums: row("none"),
    org_list: row("none"),
    org_create: row("none", { body: (world) => ({ unit_name: `新单位${++made}`, unit_kind: "section", parent_id: world.ids.own.unit_id }) }),
    org_tree: row("none"),
    org_children: row("none", { query: (world, side) => `parent_id=${world.ids[side].unit_id}` }),
    org_get: row("unit"),
    org_change: row("unit"),
    org_posts: row("unit"),
    org_appoint: row("unit", { body: (world, side) => ({ post_kind: "section_head", person_id: world.ids[side].person_id }) }),
    org_post_end: row("unit", { once: true, body: () => ({ valid_to: "2026-09-28" }) }),
    org_people: row("none"),
    org_person_create: row("none", { body: (world, side) => ({ unit_id: world.ids[side].unit_id, person_name: "新同志" }) }),
    org_people_template: row("none"),
    org_people_import: row("none", { file: ["人员.xlsx", () => workbook([["单位名称", "姓名"]])], query: () => "preview=1" }),
    org_person_change: row("unit"),
    org_person_reveal: row("unit", { body: reason }),
    org_ranges: row("none"),
    org_range_create: row("none", { body: (world) => ({ unit_id: world.ids.own.unit_id, range_text: `10.77.${++made % 250}.0/24` }) }),
    org_range_end: row("unit", { once: true, as: { range_id: "spare_range_id" } }),
    org_responsibility: row("unit"),
    org_responsible: row("unit", { query: () => "on=2026-09-28" }),
    org_reorgs: row("none"),
    org_reorg_do: row("none", { body: (world) => ({ reorg_kind: "rename", unit_id: world.county.units.a1.unit_id, new_name: `示例县第一中学${++made}`, effective_on: "2026-09-28", reason: "机构调整" }) }),
    org_reorg_preview: row("none", { body: (world) => ({ reorg_kind: "rename", unit_id: world.county.units.a1.unit_id, new_name: "示例县中学", effective_on: "2026-09-28", reason: "机构调整" }) }),
    org_plans: row("none"),
    org_plan_create: row("none", { body: (world) => ({ reorg_kind: "rename", unit_id: world.county.units.a1.unit_id, new_name: `示例县新校${++made}`, effective_on: "2027-01-01", reason: "机构调整" }) }),
    org_plan_get: row("all"),
    org_plan_cancel: row("all", { body: reason }),
    org_plan_again: row("all", { own: [409] }),
    org_reorg_undo: row("all", { body: () => ({ reason: "办理有误" }) }),
    meeting_list: row("none"),
    meeting_create: row("none", { body: (world) => ({ unit_id: world.ids.own.unit_id, meeting_kind: "other", title: "网络安全例会", held_on: "2026-09-28" }) }),
    meeting_get: row("unit"),
    meeting_decide: row("unit", { body: () => ({ text: "完成口令排查" }) }),
    meeting_withdraw: row("unit", { body: reason }),
    meeting_decisions: row("none"),
    meeting_decision_close: row("unit", { body: () => ({ state: "done", note: "已完成" }) }),
    notice_list: row("none"),
    notice_create: row("none", { body: (world) => ({ source_type: "cac_office", source_name: "网信办", received_date: "2026-09-28", severity: "low", unit_id: world.ids.own.unit_id, title: "低危问题", content: "目录列表可见。" }) }),
    notice_get: row("unit"),
    letter_list: row("none"),
    letter_board: row("none"),
    letter_create: row("none", { body: (world, side) => ({ findings: [{ finding_id: world.ids[side].finding_id }] }) }),
    letter_get: row("unit"),
    letter_change: row("unit", { as: { letter_id: "draft_id" }, body: () => ({ title: "改过的标题" }) }),
    letter_issue: row("unit"),
    letter_withdraw: row("unit", { as: { letter_id: "draft_id" }, body: reason }),
    letter_acknowledge: row("unit"),
    letter_feedback: row("unit", { body: () => ({ cause: "旧组件" }) }),
    letter_feedback_accept: row("unit"),
    letter_feedback_return: row("unit", { body: reason }),
    letter_feedback_sign: row("unit"),
    letter_extension_ask: row("unit", { body: () => ({ working_days: 2, reason: "厂商需要时间" }) }),
    letter_extension_decide: row("unit", { body: () => ({ agree: false, reason: "不同意" }) }),
    letter_support_ask: row("unit", { body: () => ({ question: "应升级到哪个版本？" }) }),
    letter_support_answer: row("unit", { body: () => ({ answer: "升级到最新版本" }) }),
    letter_lateral: row("unit"),
    letter_lateral_check: row("unit", { body: (world, side) => ({ system_id: world.ids[side].other_system_id, result: "none_found" }) }),
    letter_close_out: row("unit"),
    finding_retested: row("unit", { body: reason }),
    letter_pdf: row("unit"),
    letter_docx: row("unit"),
    letter_feedback_sheet: row("unit"),
    survey_list: row("none"),
    survey_create: row("none", { body: (world) => ({ unit_id: world.ids.own.unit_id, category_name: `类别${++made}`, data_level: "general" }) }),
    survey_change: row("unit", { body: () => ({ version: 1, remark: "矩阵" }) }),
    survey_end: row("unit", { body: () => ({ reason: "归并" }), own: [200, 204, 404] }),
    registry_list: row("none"),
    registry_create: row("none", { body: (world) => ({ system_name: `新系统${++made}`, system_type: "website", unit_id: world.ids.own.unit_id }) }),
    registry_quality: row("none"),
    registry_template: row("none"),
    registry_export: row("none"),
    registry_get: row("unit"),
    registry_change: row("unit", { body: () => ({ version: 0, remark: "矩阵" }) }),
    registry_lifecycle: row("unit", { body: () => ({ to: "suspended", reason: "检修" }) }),
    registry_confirm: row("unit"),
    registry_import: row("none", { file: ["登记表.xlsx", sheet], query: () => "preview=1" }),
    registry_import_errors: row("none", { file: ["登记表.xlsx", sheet] }),
    search_all: row("none", { query: () => `q=${encodeURIComponent("门户")}` }),
    workbench_get: row("none"),
    workbench_brief: row("none"),
    workbench_overview: row("none"),
    http_health: row("none"),
    http_words: row("all", { word: ["zh", "xx"] }),
    http_openapi: row("none"),
};
let made = 0;

let world: World;
let api: any;
let all: Operation[];
beforeAll(async () => {
    api = await describeApi();
    all = operations(api).filter((one) => TABLE[one.id]); // one without a row fails below
    world = await makeWorld();
    const documents = (await (await world.client("officer")).get(`/api/letters/${world.ids.own.letter_id}/pdf`)).bytes;
    const { pdfText } = await import("../lib/pdf");
    TABLE.document_verify.word![0] = /核验码：(AZ-\w{4}-\w{4}-\w{4})/.exec(await pdfText(documents))![1];
    for (const side of ["own", "foreign"] as const) world.ids[side].policy_id = (await (await world.client("secadmin")).get("/api/policies")).expect(200).items?.[0]?.policy_id ?? 1;
}, 240_000);
afterAll(() => world?.county.dispose());

const describedOperations = operations(await describeApi());
const UNIT_ROLES = ["unit_officer", "unit_leader"];

function pathOf(operation: Operation, which: Side | "nothing"): string {
    const rule = TABLE[operation.id];
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
        const key = rule.as?.[name] ?? name;
        if (which !== "nothing" && key in world.ids[which]) return String(world.ids[which][key]);
        if (rule.word && !(key in world.ids.own)) return which === "nothing" && rule.reach === "all" ? rule.word[1] : rule.word[0];
        if (which === "nothing") return String(NOBODY);
        throw new Error(`${operation.id}: the world has no ${key}`);
    });
    const query = [rule.query?.(world, which === "nothing" ? "own" : which), rule.file ? `filename=${encodeURIComponent(rule.file[0])}` : ""].filter(Boolean).join("&");
    return query ? `${path}?${query}` : path;
}

async function ask(client: Client, operation: Operation, which: Side | "nothing", headers: Record<string, string> = {}): Promise<Answer> {
    const rule = TABLE[operation.id];
    const side = which === "nothing" ? "own" : which;
    const options: any = { headers };
    if (rule.file) options.raw = rule.file[1]();
    else if (operation.method !== "GET" && bodySchema(operation)) options.body = rule.body ? rule.body(world, side) : validBody(api, operation, world.ids[side]);
    return client.send(operation.method, pathOf(operation, which), options);
}

const shown = (answer: Answer) => `${answer.method} ${answer.path}: ${answer.status} ${answer.isJson ? answer.text.slice(0, 300) : ""}`;

describe("the table is whole", () => {
    test("every route has a row, every row a route", () => {
        const have = new Set(describedOperations.map((one) => one.id));
        expect([...have].filter((id) => !TABLE[id]), "routes without an expectation").toEqual([]);
        expect(Object.keys(TABLE).filter((id) => !have.has(id)), "rows without a route").toEqual([]);
    });

    test("only these need no log-in", () => {
        expect(describedOperations.filter((one) => one.grant.includes("public")).map((one) => one.id).sort()).toEqual(["accounts_login", "document_verify", "http_health", "http_openapi", "http_words"]);
    });

    test("no grant names an unknown role, and no administrator may change business", () => {
        for (const one of describedOperations) for (const role of one.grant) expect([...ROLES, "public"], one.id).toContain(role);
        const business = describedOperations.filter((one) => one.method !== "GET" && !/^\/api\/(sessions|me|users|policies|packs|ledger\/verify|inbox)/.test(one.path) && !one.grant.includes("public"));
        for (const one of business) for (const role of ["sys_admin", "sec_admin", "audit_admin", "vendor_user"]) expect(one.grant, one.id).not.toContain(role);
    });

    test("the three administrators' powers do not overlap", () => {
        const writes = (role: string) => describedOperations.filter((one) => one.method !== "GET" && !one.flags.includes("reads") && one.grant.includes(role) && one.grant.length < ROLES.length).map((one) => one.id);
        const sys = writes("sys_admin");
        for (const other of ["sec_admin", "audit_admin"]) expect(writes(other).filter((id) => sys.includes(id))).toEqual([]);
        expect(writes("audit_admin")).toEqual([]);
    });
});

describe("without log-in", () => {
    test("401 everywhere but where no log-in is needed", async () => {
        const stranger = world.county.place.client();
        for (const one of all) {
            if (one.grant.includes("public")) continue;
            for (const which of ["own", "nothing"] as const) expect((await ask(stranger, one, which)).status, one.id).toBe(401);
        }
        stranger.cookie = "anze_session=" + "A".repeat(43);
        for (const one of all) if (!one.grant.includes("public")) expect((await ask(stranger, one, "own")).status, `${one.id} with an invented session`).toBe(401);
    });
});

describe("changes that another site's page could cause", () => {
    test("refused without X-Anze, with a foreign origin, and from a cross-site page", async () => {
        for (const one of all) {
            if (one.method === "GET") continue;
            const role = one.grant.includes("public") ? "county_officer" : one.grant[0];
            const client = await world.client(LOGIN[role]);
            for (const headers of [{ "x-anze": "" }, { "x-anze": "2" }, { origin: "https://evil.example" }, { origin: "null" }, { "sec-fetch-site": "cross-site" }] as Array<Record<string, string>>) {
                const answer = await ask(client, one, "own", headers);
                expect(answer.status, `${one.id} ${JSON.stringify(headers)}: ${shown(answer)}`).toBe(403);
                expect(answer.text, one.id).toContain("http.fault.forged");
            }
        }
    });
});

describe("every route × every role × own, foreign, nothing", () => {
    for (const one of describedOperations) {
        const rule = TABLE[one.id];
        if (!rule) continue;
        test(`${one.method} ${one.path}`, async () => {
            let done = false;
            for (const role of ROLES) {
                const client = await world.client(LOGIN[role]);
                const granted = one.grant.includes("public") || one.grant.includes(role);
                if (!granted) {
                    // Nothing about the thing may be told: the same answer, whatever the path names.
                    const answers = [await ask(client, one, "own"), await ask(client, one, "foreign"), await ask(client, one, "nothing")];
                    for (const answer of answers) expect(answer.status, `${role}: ${shown(answer)}`).toBe(403);
                    expect(new Set(answers.map((answer) => answer.text)).size, `${role} is told the difference`).toBe(1);
                    continue;
                }
                if (rule.reach !== "none") {
                    const nothing = await ask(client, one, "nothing");
                    expect(nothing.status, `${role}: ${shown(nothing)}`).toBe(404);
                    if ((rule.reach === "unit" && UNIT_ROLES.includes(role)) || (rule.reach === "self" && !rule.beyond?.includes(role))) {
                        const foreign = await ask(client, one, "foreign");
                        // The other unit's officer is "own" to no one here; an officer's own inbox item is foreign to all others.
                        expect(foreign.status, `${role}: ${shown(foreign)}`).toBe(404);
                        expect(foreign.text, `${role} is told that it exists`).toBe(nothing.text);
                    }
                }
                if (rule.notFor?.includes(role)) {
                    expect([403, 404], role).toContain((await ask(client, one, "own")).status);
                    continue;
                }
                if (rule.skipOwn || (rule.once && done) || (rule.reach === "self" && role !== "unit_officer")) continue;
                const own = await ask(client, one, "own");
                done = true;
                if (one.method === "GET") expect([200, ...(rule.own ?? [])], `${role}: ${shown(own)}`).toContain(own.status);
                else expect([200, 201, 204, 409, 422, ...(rule.own ?? [])], `${role}: ${shown(own)}`).toContain(own.status);
                if (rule.own && one.method !== "GET" && own.status >= 400) expect([409, ...rule.own], `${role}: ${shown(own)}`).toContain(own.status);
            }
        });
    }
});

describe("lists, exports and search keep to the unit", () => {
    const lists = describedOperations.filter((one) => one.method === "GET" && one.raw.responses["200"]?.content?.["application/json"]?.schema?.properties?.items && one.grant.includes("unit_officer"));

    test.each(lists.map((one) => [one.path, one] as const))("%s", async (path, one) => {
        const client = await world.client("a_officer");
        const mine = new Set([world.county.units.a.unit_id]);
        for (const unit of await (await world.client("officer")).all("/api/units")) if (unit.parent_id === world.county.units.a.unit_id) mine.add(unit.unit_id);
        const foreign = world.county.units.b.unit_id;
        for (const item of await client.all(path)) if (item.unit_id) expect(mine.has(item.unit_id), `${path}: ${JSON.stringify(item)}`).toBe(true);
        expect(JSON.stringify(await client.all(path))).not.toContain("b门户网站");
        if (one.raw.parameters.some((parameter: any) => parameter.name === "unit_id")) {
            const asked = (await client.get(`${path}?unit_id=${foreign}&count=1`)).expect(200);
            expect(asked.items).toEqual([]);
            if ("total" in asked) expect(asked.total).toBe(0);
        }
        const counted = (await client.get(`${path}?count=1&limit=200`)).expect(200);
        if (typeof counted.total === "number" && counted.next === null) expect(counted.total).toBe(counted.items.length);
        for (const format of ["xlsx", "csv"]) {
            if (!one.raw.parameters.some((parameter: any) => parameter.name === "format")) continue;
            const file = await client.get(`${path}?format=${format}`);
            expect(file.status, shown(file)).toBe(200);
            expect(file.headers["content-type"]).toMatch(format === "xlsx" ? /spreadsheetml/ : /csv/);
            if (format === "csv") expect(file.text).not.toContain("示例县卫生健康局");
        }
    });

    test("search", async () => {
        const client = await world.client("a_officer");
        for (const q of ["门户", "10.20.12.10", "10.20.12.77", "示例县卫生健康局", "示数整"]) {
            const text = (await client.get(`/api/search?q=${encodeURIComponent(q)}`)).text;
            expect(text, q).not.toContain("b门户网站");
            expect(text, q).not.toContain("示例县卫生健康局");
        }
        const officer = (await (await world.client("officer")).get("/api/search?q=10.20.12.10")).text;
        expect(officer).toContain("b门户网站");
    });

    test("the scan team sees no personal data, and nobody's number unmasked in a list", async () => {
        const scanTeam = await world.client("scan");
        for (const path of ["/api/systems", "/api/units", "/api/letters", "/api/findings", `/api/systems/${world.ids.own.system_id}`, `/api/search?q=${encodeURIComponent("王接待")}`]) expect((await scanTeam.get(path)).text, path).not.toMatch(/1390000000[01]|王接待/);
        for (const login of ["officer", "regulator", "leader", "director"]) expect((await (await world.client(login)).get("/api/people?limit=200")).text, login).not.toMatch(/1390000000[01]/);
    });
});

describe("lists refuse what they do not know", () => {
    // Those with pages: a short list that is given whole takes no parameters.
    const lists = describedOperations.filter((one) => one.method === "GET" && one.raw.parameters?.some((parameter: any) => parameter.name === "cursor"));
    test("there are some", () => expect(lists.length).toBeGreaterThan(20));
    test.each(lists.map((one) => [one.path, one] as const))("%s", async (path, one) => {
        const client = await world.client(LOGIN[one.grant[0]]);
        const bad = async (query: string, field?: string) => {
            const answer = await client.get(`${path}?${query}`);
            expect(query.includes("%00") ? [400, 422] : [422], `${query}: ${shown(answer)}`).toContain(answer.status);
            if (field) expect(answer.faults.map((fault) => fault.field), query).toContain(field);
        };
        await bad("no_such_filter=1", "no_such_filter");
        const names = new Set<string>(one.raw.parameters.map((parameter: any) => parameter.name));
        if (names.has("limit")) for (const limit of ["0", "201", "-1", "x", "1e9", "99999999999999999999"]) await bad(`limit=${limit}`, "limit");
        if (names.has("cursor")) for (const cursor of ["x", "%00", "A".repeat(2000)]) await bad(`cursor=${cursor}`);
        for (const parameter of one.raw.parameters) {
            if (parameter.in !== "query" || ["limit", "cursor", "q", "count", "format"].includes(parameter.name)) continue;
            const schema = resolve(api, parameter.schema);
            const items = resolve(api, schema.items) ?? schema;
            if (parameter.name === "sort") {
                for (const value of schema.enum) expect((await client.get(`${path}?sort=${value}`)).status, `sort=${value}`).toBe(200);
                await bad("sort=no_such_column", "sort");
            } else if (items.enum || ["integer", "boolean"].includes(items.type) || items.format === "date") await bad(`${parameter.name}=${encodeURIComponent("no such value")}`, parameter.name);
        }
    });
});

describe("fields refuse what the table forbids, in both languages", () => {
    const writing = describedOperations.filter((one) => TABLE[one.id] && one.method !== "GET" && bodySchema(one));
    test.each(writing.map((one) => [`${one.method} ${one.path}`, one] as const))("%s", async (_name, one) => {
        const role = one.grant.includes("public") ? "county_officer" : one.grant[0];
        const client = await world.client(LOGIN[role]);
        const path = pathOf(one, "own").split("?")[0];
        const words = { zh: (await client.get("/api/words/zh")).json, en: (await client.get("/api/words/en")).json };
        const schema = resolve(api, bodySchema(one));
        const bodies = wrongBodies(api, one, { ...world.ids.own, ...(TABLE[one.id].body?.(world, "own") ?? {}) });
        expect(bodies.length).toBeGreaterThan(0);
        for (const wrong of bodies)
            for (const lang of ["zh", "en"] as const) {
                const answer = await client.send(one.method, `${path}?lang=${lang}`, { body: wrong.body });
                const what = `${wrong.field}: ${wrong.why} (${lang}): ${shown(answer)}`;
                expect(answer.status, what).toBe(422);
                const fault = answer.faults.find((one) => one.field === wrong.field || one.field?.startsWith(`${wrong.field}[`));
                expect(fault, what).toBeDefined();
                const label = labelOf(words[lang], schema.properties[wrong.field]?.["x-words"]);
                if (label) expect(fault!.message, `${what}: names the field as the form does`).toContain(label);
                else expect(fault!.message, what).toContain("no_such_field");
                if (lang === "en") expect(fault!.message.replace(/[“”"].*?[“”"]/g, ""), what).not.toMatch(/[\u4e00-\u9fff]/);
                else expect(fault!.message, what).toMatch(/[\u4e00-\u9fff]/);
            }
    });

    test("bodies that are no JSON, no object, or come as a form", async () => {
        const client = await world.client("officer");
        const send = (raw: string, type: string) => client.send("POST", "/api/findings", { raw, type });
        expect((await send('{"title":', "application/json")).status).toBe(400);
        expect((await send("[1]", "application/json")).status).toBe(422);
        for (const type of ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json; charset=gbk"]) expect((await send("title=x", type)).status, type).toBe(415);
        const big = await client.send("POST", "/api/findings", { raw: `{"title":"${"x".repeat(5 * 1024 * 1024)}"}`, type: "application/json" }).catch(() => undefined);
        if (big) expect(big.status).toBe(413);
    });

    test("unknown paths and methods", async () => {
        const client = await world.client("officer");
        expect((await client.get("/api/no-such-thing")).status).toBe(404);
        expect((await client.get("/api/systems/abc")).status).toBe(404);
        expect((await client.get("/api/systems/-1")).status).toBe(404);
        expect((await client.get("/api/systems/99999999999999999999999")).status).toBe(404);
        expect((await client.delete("/api/units")).status).toBe(405);
        expect((await client.send("POST", "/api/workbench", { body: {} })).status).toBe(405);
    });
});

describe("what one unit may not do to another by naming it in a body", () => {
    test.each([
        ["POST", "/api/systems", (w: World) => ({ system_name: "越权系统", system_type: "website", unit_id: w.ids.foreign.unit_id })],
        ["POST", "/api/people", (w: World) => ({ person_name: "越权人员", unit_id: w.ids.foreign.unit_id })],
        ["POST", "own:/api/units/{unit_id}/posts", (w: World) => ({ post_kind: "section_head", person_id: w.ids.foreign.person_id })],
        ["POST", "own:/api/live-addresses/{address_id}/register", (w: World) => ({ system_id: w.ids.foreign.system_id })],
        ["POST", "own:/api/letters/{letter_id}/lateral", (w: World) => ({ system_id: w.ids.foreign.other_system_id, result: "none_found" })],
        ["PATCH", "own:/api/systems/{system_id}", (w: World) => ({ unit_id: w.ids.foreign.unit_id, version: 1 })],
    ] as Array<[string, string, (w: World) => any]>)("%s %s", async (method, path, body) => {
        const client = await world.client("a_officer");
        const where = path.replace("own:", "").replace(/\{(\w+)\}/g, (_, name: string) => String(world.ids.own[name]));
        const answer = await client.send(method, where, { body: body(world) });
        expect([403, 404, 409, 422], shown(answer)).toContain(answer.status);
        expect(answer.text).not.toContain("b门户网站");
    });

    test("an attachment for a foreign letter", async () => {
        const answer = await (await world.client("a_officer")).upload("/api/attachments", "x.txt", Buffer.from("x"), { subject_kind: "letter", subject_id: world.ids.foreign.letter_id, kind: "evidence" });
        expect([404, 422], shown(answer)).toContain(answer.status);
    });

    test("nobody raises their own rights", async () => {
        const sec = await world.client("secadmin");
        const me = (await sec.get("/api/me")).expect(200).user_id;
        const answer = await sec.post(`/api/users/${me}/roles`, { roles: [{ role: "sec_admin" }, { role: "sys_admin" }], unit_id: null });
        expect([403, 409, 422], shown(answer)).toContain(answer.status);
        const both = await sec.post(`/api/users/${world.ids.own.user_id}/roles`, { roles: [{ role: "unit_officer" }, { role: "county_officer" }], unit_id: world.ids.own.unit_id });
        expect([409, 422], shown(both)).toContain(both.status);
        const none = await sec.post(`/api/users/${world.ids.own.user_id}/roles`, { roles: [{ role: "unit_officer" }] });
        expect([409, 422], `a unit role without a unit would see everything: ${shown(none)}`).toContain(none.status);
    });
});
