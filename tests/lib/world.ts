// SPDX-License-Identifier: Apache-2.0
//
// A county where everything exists twice: once in unit A ("own" for its people), once in unit B ("foreign" to them).
// Made through the interface; each name below is a path parameter of the interface description.
import { County } from "./county";
import type { Client } from "./client";
import { nmapOf } from "./scans";

/* eslint-disable @typescript-eslint/no-explicit-any */
export type Side = "own" | "foreign";
export const NOBODY = 987_654_321; // an id that nothing has

export interface World {
    county: County;
    client(login: string): Promise<Client>;
    ids: Record<Side, Record<string, number | string>>;
}

/** One of everything for a unit that has an officer's account; `net` is its own part of the addresses. */
export async function furnish(county: County, key: string, ids: Record<string, number | string>, net: number): Promise<void> {
    const officer = await county.as("officer");
    const unit = await county.as(`${key}_officer`);
    const unit_id = (ids.unit_id = county.units[key].unit_id);
    ids.range_id = (await county.range(key, `10.20.${net}.0/24`)).range_id;
    ids.spare_range_id = (await county.range(key, `10.30.${net}.0/24`)).range_id;
    ids.system_id = (await officer.post("/api/systems", { system_name: `${key}门户网站`, system_type: "website", unit_id, lifecycle_status: "online", mlps_level: 2, endpoints: [{ ip: `10.20.${net}.10`, port: 443, protocol: "tcp" }] })).expect(201).system_id;
    ids.data_category_id = (await officer.post("/api/data-categories", { unit_id, category_name: `${key}人员信息`, data_level: "general" })).expect(201).data_category_id;
    ids.other_system_id = (await officer.post("/api/systems", { system_name: `${key}业务系统`, system_type: "business_system", unit_id })).expect(201).system_id;
    const finding = async (title: string) => (await officer.post("/api/findings", { title, severity: "high", unit_id, system_id: ids.system_id })).expect(201).finding_id;
    const letter = async (title: string) => (await officer.post("/api/letters", { findings: [{ finding_id: await finding(title) }] })).expect(201).letter_id;
    ids.finding_id = await finding("后台弱口令");
    ids.draft_id = await letter("未印发的隐患");
    ids.letter_id = await letter("目录遍历");
    const issued = (await officer.post(`/api/letters/${ids.letter_id}/issue`)).expect(200, 201);
    ids.document_id = issued.document_id;
    (await unit.post(`/api/letters/${ids.letter_id}/acknowledge`)).expect(200, 201);
    ids.feedback_id = (await unit.send("POST", `/api/letters/${ids.letter_id}/feedback?submit=1`, { body: { cause: "旧组件", measures: "已升级", completed_date: "2026-09-28" } })).expect(200, 201).feedback[0].feedback_id;
    ids.attachment_id = (await unit.upload("/api/attachments", "证明.txt", Buffer.from(`${key} 已完成`), { subject_kind: "letter", subject_id: ids.letter_id, kind: "evidence" })).expect(201).attachment_id;
    const notice = (await officer.post("/api/notices", { source_type: "cac_office", source_name: "市委网信办", received_date: "2026-09-28", severity: "high", unit_id, system_id: ids.system_id, title: "注入漏洞", content: "登录接口存在注入漏洞。" })).expect(201);
    ids.notice_id = notice.notice_id;
    const outside = (await officer.post("/api/letters", { findings: [{ finding_id: notice.finding_id }], notice_id: notice.notice_id })).expect(201);
    (await officer.post(`/api/letters/${outside.letter_id}/issue`)).expect(200, 201);
    ids.case_id = (await officer.all(`/api/cases?unit_id=${unit_id}`))[0].case_id;
    (await (await county.as("leader")).post(`/api/cases/${ids.case_id}/decide`, { agree: true, reason: "同意" })).expect(200, 201);
    (await officer.patch(`/api/cases/${ids.case_id}`, { meeting_at_ms: Date.parse("2026-10-09T15:00:00+08:00"), place: "会议室" })).expect(200);
    (await officer.post(`/api/cases/${ids.case_id}/invitation`)).expect(200, 201);
    ids.import_id = (await officer.upload("/api/scan-imports", `${key}.xml`, nmapOf(`10.20.${net}.77`, "2026-09-28T08:00:00", [[8080, "open"]]))).expect(201).import_id;
    ids.address_id = (await officer.all(`/api/live-addresses?unit_id=${unit_id}`))[0].address_id;
    ids.person_id = (await officer.post("/api/people", { unit_id, person_name: "王接待", mobile: "13900000001" })).expect(201).person_id;
    (await officer.post(`/api/units/${unit_id}/posts`, { post_kind: "ops_contact", person_id: ids.person_id })).expect(200, 201);
    const posts = (await officer.get(`/api/units/${unit_id}/posts`)).expect(200);
    ids.post_id = (posts.items ?? posts.posts).find((one: any) => one.post_kind === "ops_contact").post_id;
    const forms = (await officer.get("/api/collection-forms")).expect(200);
    ids.form_id = (forms.items ?? forms.forms)[0].form_id;
    const collect = async (title: string) => (await officer.post("/api/collections", { form_id: ids.form_id, title, working_days: 5, audience: "units", units: [{ unit_id }] })).expect(201).collection_id;
    ids.collection_id = await collect(`${key}收集`);
    ids.spare_collection_id = await collect(`${key}另一次收集`);
    ids.task_id = (await officer.all(`/api/collection-tasks?unit_id=${unit_id}`)).find((one) => one.collection_id === ids.collection_id).task_id;
    const section = (await officer.post("/api/units", { unit_name: `${key}科室`, unit_kind: "section", parent_id: unit_id })).expect(201);
    ids.reorg_id = (await officer.post("/api/reorganisations", { reorg_kind: "rename", unit_id: section.unit_id, new_name: `${key}办公室`, effective_on: "2026-09-28", reason: "机构调整" })).expect(201).reorg_id;
    ids.plan_id = (await officer.post("/api/reorganisation-plans", { reorg_kind: "rename", unit_id: section.unit_id, new_name: `${key}综合科`, effective_on: "2027-03-01", reason: "机构改革" })).expect(201).plan_id;
    const agency = async (name: string) => (await officer.post("/api/agencies", { agency_kind: "psb_cyber", agency_name: `${key}${name}`, duty_phone: "0000-8000002" })).expect(201).agency_id;
    ids.agency_id = await agency("网安大队");
    ids.spare_agency_id = await agency("另一处");
    ids.route_id = (await officer.post("/api/reporting-routes", { incident_kind: "data_leak", step_no: 1, agency_id: ids.agency_id, report_way: "telephone", within_minutes: 60 })).expect(201).route_id;
    const meeting = (await officer.post("/api/meetings", { unit_id, meeting_kind: "special_meeting", title: "网络安全专题会议", held_on: "2026-09-28", decisions: [{ text: "全面排查弱口令" }] })).expect(201);
    ids.meeting_id = meeting.meeting_id;
    ids.decision_id = meeting.decisions[0].decision_id;
    const dataset = async (name: string) => (await officer.post("/api/datasets", { unit_id, dataset_name: `${key}${name}`, data_level: "general", origin: "generated", purpose: "履职", legal_basis: "部门职责" })).expect(201);
    const data = await dataset("人员名册");
    ids.dataset_id = data.dataset_id;
    ids.spare_dataset_id = (await dataset("备用数据")).dataset_id;
    // A copy of the authority's own data that the unit holds.
    const lent = (await officer.post("/api/datasets", { unit_id: county.units.root.unit_id, dataset_name: `${key}共享数据`, data_level: "general", origin: "collected", purpose: "履职", legal_basis: "部门职责" })).expect(201);
    (await officer.post(`/api/dataset-copies/${lent.holders[0].copy_id}/hand-over`, { receiver: county.units[key].unit_name, copy_way: "exchanged", obtained_on: "2026-09-28", purpose: "统计", legal_basis: "协议" })).expect(200);
    ids.copy_id = (await officer.all(`/api/dataset-copies?unit_id=${unit_id}&state=waiting`))[0].copy_id;
    ids.duty_id = (await officer.all(`/api/duties?unit_id=${unit_id}`))[0].duty_id;
    ids.entry_id = (await officer.all(`/api/ledger?unit_id=${unit_id}`))[0].entry_id;
    ids.exemption_id = (await officer.post("/api/exemptions", { rule: "S3.filing", subject_id: ids.system_id, reason: "系统即将下线，暂缓备案", until_on: "2026-12-31" })).expect(201).exemption_id;
    const me = await county.as(`${key}_officer`);
    ids.user_id = me.me.user_id;
    ids.session_id = (await me.get("/api/me")).expect(200).session_id;
    ids.inbox_id = (await me.get("/api/inbox")).expect(200).items[0].inbox_id;
}

export async function makeWorld(watch?: (client: Client) => void): Promise<World> {
    const county = await (await County.make({ now: "2026-09-28T09:00:00", watch })).populate();
    const ids: World["ids"] = { own: {}, foreign: {} };
    await furnish(county, "a", ids.own, 11);
    await furnish(county, "b", ids.foreign, 12);
    return { county, ids, client: (login) => county.as(login) };
}

export const LOGIN: Record<string, string> = {
    county_officer: "officer", regulator: "regulator", bureau_leader: "leader", office_director: "director", unit_officer: "a_officer", unit_leader: "a_leader",
    scan_team: "scan", vendor_user: "vendor", sys_admin: "sysadmin", sec_admin: "secadmin", audit_admin: "auditadmin",
};
