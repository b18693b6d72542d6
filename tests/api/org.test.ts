// SPDX-License-Identifier: Apache-2.0
//
// The tree of who answers: reorganisations with preview, undo and history; holdings that run out; meetings and their
// decisions; the second factor. Everything on the clock of 2026-09-28.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { ledgerHas, refused } from "../lib/expect";
import { workbook } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */
let county: County;
let officer: Client;
const DAY = "2026-09-28";
beforeAll(async () => {
    county = await (await County.make({ now: `${DAY}T09:00:00` })).populate();
    officer = await county.as("officer");
}, 180_000);
afterAll(() => county?.dispose());

const id = (key: string) => county.units[key].unit_id;
const plan = (more: object) => ({ effective_on: DAY, reason: "机构改革方案", ...more });
const postsOf = async (unit: number, on: string) => (await officer.get(`/api/units/${unit}/responsible?on=${on}`)).expect(200);

describe("reorganisations", () => {
    let system: any;
    let letter: any;
    beforeAll(async () => {
        system = (await officer.post("/api/systems", { system_name: "学校网站", system_type: "website", unit_id: id("a1") })).expect(201);
        const finding = (await officer.post("/api/findings", { title: "弱口令", severity: "high", unit_id: id("a1"), system_id: system.system_id })).expect(201);
        letter = (await officer.post("/api/letters", { findings: [{ finding_id: finding.finding_id }] })).expect(201);
        (await officer.post(`/api/letters/${letter.letter_id}/issue`)).expect(200, 201);
    });

    test("a preview counts what would go and changes nothing", async () => {
        const shown = (await officer.post("/api/reorganisations/preview", plan({ reorg_kind: "move", unit_id: id("a1"), target_id: id("b") }))).expect(200, 201);
        const counts = Object.fromEntries(shown.tables.map((one: any) => [one.table, one.records]));
        expect(counts).toMatchObject({ info_system: 1, finding: 1, rectify_letter: 1 });
        expect(counts.rules_duty).toBeGreaterThan(0);
        expect(shown.units).toBe(1);
        expect(shown.tables.every((one: any) => one.label && one.label !== one.table)).toBe(true);
        expect((await (await county.as("b_officer")).get(`/api/systems/${system.system_id}`)).status).toBe(404);
    });

    test("a moved unit takes everything along, and leaves nothing where it was", async () => {
        const a = await county.as("a_officer");
        const b = await county.as("b_officer");
        const seen = async (client: Client) => [(await client.get(`/api/systems/${system.system_id}`)).status, (await client.get(`/api/letters/${letter.letter_id}`)).status];
        expect(await seen(a)).toEqual([200, 200]);
        const done = (await officer.post("/api/reorganisations", plan({ reorg_kind: "move", unit_id: id("a1"), target_id: id("b") }))).expect(201);
        expect(done).toMatchObject({ state: "done", units: 1, old_name: "示例县第一中学" });
        expect(await seen(a)).toEqual([404, 404]);
        expect(await seen(b)).toEqual([200, 200]);
        await ledgerHas(officer, "unit.moved", "unit", id("a1"));
        (await officer.post(`/api/reorganisations/${done.reorg_id}/undo`, { reason: "办理有误" })).expect(200);
        expect(await seen(a)).toEqual([200, 200]);
        expect(await seen(b)).toEqual([404, 404]);
        refused(await officer.post(`/api/reorganisations/${done.reorg_id}/undo`, { reason: "再次撤销" }), 409);
        await ledgerHas(officer, "reorganisation.undone", "unit", id("a1"));
    });

    test("what cannot be is refused with its field", async () => {
        refused(await officer.post("/api/reorganisations", plan({ reorg_kind: "move", unit_id: id("a"), target_id: id("a1") })), 422, "target_id");
        refused(await officer.post("/api/reorganisations", plan({ reorg_kind: "move", unit_id: id("a1"), target_id: id("b"), effective_on: "2026-12-31" })), 422, "effective_on");
        refused(await officer.post("/api/reorganisations", plan({ reorg_kind: "rename", unit_id: id("a"), new_name: "示例县卫生健康局" })), 409, "new_name");
        refused(await officer.post("/api/reorganisations", plan({ reorg_kind: "merge", unit_id: id("root"), target_id: id("a") })), 409, "unit_id");
        refused(await (await county.as("a_officer")).post("/api/reorganisations", plan({ reorg_kind: "rename", unit_id: id("a"), new_name: "别名" })), 403);
    });

    test("a split gives people and systems to the new unit; work there stands against undoing", async () => {
        const person = (await officer.post("/api/people", { unit_id: id("a"), person_name: "考试院负责人" })).expect(201);
        const done = (await officer.post("/api/reorganisations", plan({ reorg_kind: "split", unit_id: id("a"), new_name: "示例县考试院", new_kind: "affiliated_unit", people: [{ id: person.person_id }], units: [{ id: id("a1") }] }))).expect(201);
        const made = done.made_unit_id;
        expect((await officer.get(`/api/people?unit_id=${made}`)).expect(200).items.map((one: any) => one.person_id)).toEqual([person.person_id]);
        expect((await officer.get(`/api/units/${id("a1")}`)).expect(200).parent_id).toBe(made);
        (await officer.post(`/api/units/${made}/posts`, { post_kind: "admin_head", person_id: person.person_id })).expect(200, 201);
        refused(await officer.post(`/api/reorganisations/${done.reorg_id}/undo`, { reason: "撤销分设" }), 409);
        // Back by another reorganisation.
        (await officer.post("/api/reorganisations", plan({ reorg_kind: "merge", unit_id: made, target_id: id("a") }))).expect(201);
        expect((await officer.get(`/api/units/${id("a1")}`)).expect(200).parent_id).toBe(id("a"));
    });

    test("a merged unit is ended, its users work on in the other, and its past still answers", async () => {
        await county.restart("2026-10-12T09:00:00");
        officer = await county.as("officer");
        const head = (await postsOf(id("b"), DAY)).posts.find((one: any) => one.post_kind === "admin_head");
        const forms = (await officer.get("/api/collection-forms")).expect(200).items;
        const asked = (await officer.post("/api/collections", { form_id: forms[0].form_id, title: "专项填报", working_days: 5, audience: "units", units: [{ unit_id: id("a") }, { unit_id: id("b") }] })).expect(201);
        const tasks = async (unit: number) => (await officer.all(`/api/collection-tasks?unit_id=${unit}&collection_id=${asked.collection_id}`)).length;
        const done = (await officer.post("/api/reorganisations", { reorg_kind: "merge", unit_id: id("b"), target_id: id("a"), effective_on: "2026-10-10", reason: "合并" })).expect(201);
        const tree = (await officer.get("/api/units/tree")).expect(200).items.map((one: any) => one.unit_id);
        expect(tree).not.toContain(id("b"));
        expect((await (await county.as("b_officer")).get("/api/me")).expect(200).unit.unit_id).toBe(id("a"));
        expect([await tasks(id("a")), await tasks(id("b"))]).toEqual([1, 1]); // each was asked once
        const before = await postsOf(id("b"), "2026-10-09");
        expect(before).toMatchObject({ existed: true, unit_name: "示例县卫生健康局" });
        expect(before.posts.find((one: any) => one.post_kind === "admin_head").post_id).toBe(head.post_id);
        const after = await postsOf(id("b"), "2026-10-10");
        expect(after).toMatchObject({ existed: false, successor_id: id("a"), posts: [] });
        (await officer.post(`/api/reorganisations/${done.reorg_id}/undo`, { reason: "方案调整" })).expect(200);
        expect((await postsOf(id("b"), "2026-10-12")).posts.map((one: any) => one.post_id)).toContain(head.post_id);
        expect((await officer.get(`/api/reorganisations?unit_id=${id("b")}`)).expect(200).items[0]).toMatchObject({ state: "undone", undone_reason: "方案调整" });
    });

    test("a new name from its day on, the old one before", async () => {
        (await officer.post("/api/reorganisations", { reorg_kind: "rename", unit_id: id("a"), new_name: "示例县教育体育局", effective_on: "2026-10-12", reason: "更名" })).expect(201);
        expect((await postsOf(id("a"), "2026-10-11")).unit_name).toBe("示例县教育局");
        expect((await postsOf(id("a"), "2026-10-12")).unit_name).toBe("示例县教育体育局");
        expect((await postsOf(id("a1"), "2026-10-11")).trail.map((one: any) => one.unit_name)).toEqual(["示例县数据局", "示例县教育局", "示例县第一中学"]);
    });
});

describe("reorganisations of a coming day", () => {
    const planned = (more: object) => ({ effective_on: "2026-10-15", reason: "改革方案", ...more });
    const inbox = async (client: Client) => (await client.get("/api/inbox?limit=100")).expect(200).items.map((one: any) => `${one.title} ${one.body}`);

    test("shown as planned, carried out on the day, told; what became impossible stays and says why", async () => {
        const c = await county.unit("c", "示例县民政局", "bureau");
        const c1 = await county.unit("c1", "示例县福利院", "affiliated_unit", "c");
        const d = await county.unit("d", "示例县老龄办", "bureau");
        const move = (await officer.post("/api/reorganisation-plans", planned({ reorg_kind: "move", unit_id: c1.unit_id, target_id: id("b") }))).expect(201);
        const merge = (await officer.post("/api/reorganisation-plans", planned({ reorg_kind: "merge", unit_id: d.unit_id, target_id: c.unit_id }))).expect(201);
        const gone = (await officer.post("/api/reorganisation-plans", planned({ reorg_kind: "rename", unit_id: c.unit_id, new_name: "示例县民政和老龄局" }))).expect(201);
        expect(move).toMatchObject({ state: "planned", units: 1 });
        refused(await officer.post("/api/reorganisation-plans", planned({ reorg_kind: "rename", unit_id: c.unit_id, new_name: "甲", effective_on: "2026-10-12" })), 422, "effective_on");
        refused(await (await county.as("b_officer")).post("/api/reorganisation-plans", planned({ reorg_kind: "rename", unit_id: id("b"), new_name: "甲" })), 403);
        const page = (await officer.get(`/api/units/${c1.unit_id}`)).expect(200);
        expect(page.plans.map((one: any) => [one.reorg_kind, one.effective_on])).toEqual([["move", "2026-10-15"]]);
        expect((await officer.get(`/api/reorganisation-plans/${merge.plan_id}`)).expect(200)).toMatchObject({ possible: true, preview: { posts_ended: 0 } });
        (await officer.post(`/api/reorganisation-plans/${gone.plan_id}/cancel`, { reason: "名称另定" })).expect(200);
        // Somebody else merges the unit away before the day comes.
        (await officer.post("/api/reorganisations", { reorg_kind: "merge", unit_id: d.unit_id, target_id: id("b"), effective_on: "2026-10-12", reason: "另案" })).expect(201);
        const blocked = (await officer.get(`/api/reorganisation-plans/${merge.plan_id}`)).expect(200);
        expect(blocked.possible).toBe(false);
        expect(blocked.blocked_by).toContain("示例县老龄办");

        await county.restart("2026-10-15T09:00:00");
        officer = await county.as("officer");
        await expect.poll(async () => (await officer.get(`/api/reorganisation-plans/${move.plan_id}`)).expect(200).state, { timeout: 20_000 }).toBe("done");
        expect((await officer.get(`/api/units/${c1.unit_id}`)).expect(200)).toMatchObject({ parent_id: id("b"), plans: [] });
        expect((await officer.get("/api/reorganisation-plans?state=failed")).expect(200).items.map((one: any) => one.plan_id)).toEqual([merge.plan_id]);
        expect((await officer.get(`/api/reorganisation-plans/${gone.plan_id}`)).expect(200)).toMatchObject({ state: "cancelled", cancelled_why: "名称另定" });
        expect((await officer.get(`/api/units/${c.unit_id}`)).expect(200).unit_name).toBe("示例县民政局");
        const items = await inbox(officer);
        expect(items.some((one: string) => one.includes("机构调整已按计划办理：示例县福利院"))).toBe(true);
        expect(items.some((one: string) => one.includes("机构调整计划未能办理：示例县老龄办"))).toBe(true);
        expect((await inbox(await county.as("officer2"))).some((one: string) => one.includes("机构调整计划未能办理"))).toBe(true);
        refused(await officer.post(`/api/reorganisation-plans/${merge.plan_id}/retry`), 409);
        const done = (await officer.get(`/api/reorganisations?unit_id=${c1.unit_id}`)).expect(200).items[0];
        expect(done).toMatchObject({ done_by_name: "数据局经办人", effective_on: "2026-10-15", state: "done" });
        await ledgerHas(officer, "reorganisation.plan_failed", "unit", d.unit_id);
    });

    test("the ledger of a unit that moved: its new superior reads its past, nobody else's", async () => {
        await county.account("c_officer", "民政局网络安全员", "unit_officer", "c");
        const read = async (login: string) => (await (await county.as(login)).all(`/api/ledger?unit_id=${id("c1")}`)).map((one: any) => one.entry_id);
        const all = await read("officer");
        const created = all.at(-1);
        expect(await read("b_officer")).toEqual(all); // made under another superior
        expect(await read("c_officer")).toContain(created); // in its time
        expect((await (await county.as("b_officer")).get(`/api/ledger/${created}`)).expect(200).holds).toBe(true);
        const later = (await officer.post("/api/people", { unit_id: id("c1"), person_name: "新同志" })).expect(201);
        expect(later.person_id).toBeGreaterThan(0);
        expect((await read("b_officer")).length).toBe(all.length + 1);
        expect((await read("c_officer")).length).toBeLessThan(all.length + 1);
        const foreign = (await officer.all(`/api/ledger?unit_id=${id("c")}`))[0].entry_id;
        expect((await (await county.as("b_officer")).get(`/api/ledger/${foreign}`)).status).toBe(404);
        expect(await (await county.as("b_officer")).all(`/api/ledger?unit_id=${id("c")}`)).toEqual([]);
    });
});

describe("holdings", () => {
    test("a post that is vacant opens a duty, and one held again closes it", async () => {
        const open = async () => (await officer.all(`/api/duties?unit_id=${id("b")}&state=open&rule=Y3.officer`)).length;
        const post = (await officer.get(`/api/units/${id("b")}/posts`)).expect(200).posts.find((one: any) => one.post_kind === "security_officer" && !one.valid_to);
        expect(await open()).toBe(0);
        (await officer.post(`/api/posts/${post.post_id}/end`, { valid_to: "2026-10-15" })).expect(200, 201);
        expect(await open()).toBe(1);
        const held = (await officer.post(`/api/units/${id("b")}/posts`, { post_kind: "security_officer", person_id: post.person_id, valid_from: "2026-10-15", valid_to: "2026-10-19" })).expect(200, 201);
        expect(held.post_id).toBeGreaterThan(post.post_id);
        expect(await open()).toBe(0);
    });
});

describe("the responsibility table", () => {
    const table = async (unit: number) => {
        const shown = (await officer.get(`/api/units/${unit}/responsibility`)).expect(200);
        return { ...shown, of: (kind: string) => shown.posts.find((one: any) => one.post_kind === kind) };
    };
    const open = async (unit: number, rule: string) => (await officer.all(`/api/duties?unit_id=${unit}&state=open&rule=${rule}`)).length;

    test("what each kind of unit must fill comes from the packs, with the article and the vacancies", async () => {
        const kinds: Record<string, string[]> = {
            bureau: ["party_head", "admin_head", "deputy_in_charge", "department_head", "security_officer", "data_security_lead", "security_contact"],
            township: ["party_head", "admin_head", "deputy_in_charge", "department_head", "security_officer", "data_security_lead", "security_contact"],
            association: ["admin_head", "deputy_in_charge", "security_officer", "security_contact"],
            section: ["section_head", "security_officer"],
            leading_group: ["office_director", "leading_group_head", "leading_group_member", "office_member"],
        };
        for (const [kind, posts] of Object.entries(kinds)) {
            const unit = (await officer.post("/api/units", { unit_name: `新设${kind}`, unit_kind: kind, parent_id: id("root") })).expect(201);
            const shown = await table(unit.unit_id);
            const asked = shown.posts.filter((one: any) => one.demanded);
            expect(asked.map((one: any) => one.post_kind), kind).toEqual(posts);
            expect(asked.every((one: any) => one.vacant && one.demands.length > 0 && one.demands.every((d: any) => d.article && d.open)), kind).toBe(true);
            expect(shown).toMatchObject({ demanded: posts.length, filled: 0 });
        }
    });

    test("joint first responsible: either of the two vacant opens the duty; a document names the appointment", async () => {
        const before = await table(id("b"));
        expect(before.of("party_head")).toMatchObject({ demanded: true, vacant: false });
        expect(before.of("party_head").demands.map((one: any) => one.article)).toContain("S1");
        expect(await open(id("b"), "S1.first_responsible")).toBe(0);
        (await officer.post(`/api/posts/${before.of("party_head").holders[0].post_id}/end`, { valid_to: "2026-10-15" })).expect(200, 201);
        expect((await table(id("b"))).of("party_head")).toMatchObject({ vacant: true, holders: [] });
        expect(await open(id("b"), "S1.first_responsible")).toBe(1);
        const next = (await officer.post("/api/people", { unit_id: id("b"), person_name: "新书记" })).expect(201);
        (await officer.post(`/api/units/${id("b")}/posts`, { post_kind: "party_head", person_id: next.person_id, valid_from: "2026-10-15", document_no: "示委组〔2026〕12号" })).expect(200, 201);
        expect((await table(id("b"))).of("party_head").holders).toMatchObject([{ person_id: next.person_id, document_no: "示委组〔2026〕12号", in_force: true }]);
        expect(await open(id("b"), "S1.first_responsible")).toBe(0);
        const entry = (await officer.get(`/api/ledger?unit_id=${id("b")}&verb=post.appointed&limit=1`)).expect(200).items[0];
        expect(JSON.stringify(entry.detail)).toContain("示委组〔2026〕12号");
    });

    test("the department in charge has a name; who will take office later is shown, and does not fill the post yet", async () => {
        const person = (await officer.post("/api/people", { unit_id: id("b"), person_name: "科长" })).expect(201);
        const post = (more: object) => officer.post(`/api/units/${id("b")}/posts`, { post_kind: "department_head", person_id: person.person_id, ...more });
        expect(await open(id("b"), "SA2.department")).toBe(1);
        refused(await post({}), 422, "department");
        (await post({ department: "信息科", valid_from: "2026-11-02" })).expect(200, 201);
        expect((await table(id("b"))).of("department_head")).toMatchObject({ vacant: true, holders: [{ department: "信息科", in_force: false, valid_from: "2026-11-02" }] });
        expect(await open(id("b"), "SA2.department")).toBe(1);
    });
});

describe("people from a sheet", () => {
    const head = ["单位名称", "姓 名*", "职务", "手机号码", "岗位（责任）", "负责部门", "任命文号"];
    const send = async (client: Client, rows: string[][], query: object = {}) => client.upload("/api/people-imports", "人员.xlsx", workbook([["某单位人员名单"], head, ...rows, ["注：以上名单由办公室提供"]]), query as Record<string, string>);
    const many = async () => (await officer.get("/api/people?limit=1&count=1")).expect(200).total;

    test("a preview counts and writes nothing, the import writes, the same sheet again changes nothing", async () => {
        const rows = [["示例县卫生健康局", "数据安全甲", "科长", "13900000001", "数据安全负责人", "", "示卫〔2026〕3号"], ["示例县卫生健康局", "信息科长", "科长", "13900000002", "负责部门负责人", "信息科", ""], ["示例县第一中学", "普通老师", "", "", "", "", ""]];
        const before = await many();
        const seen = (await send(officer, rows, { preview: "1" })).expect(201);
        expect(seen).toMatchObject({ rows: 3, created: 3, appointed: 2, errors_count: 0 });
        expect(seen.mapping.map((one: any) => one.field)).toEqual(["unit_name", "person_name", "title", "mobile", "post_kind", "department", "document_no"]);
        expect(await many()).toBe(before);
        expect((await send(officer, rows)).expect(201)).toMatchObject({ created: 3, appointed: 2 });
        expect(await many()).toBe(before + 3);
        expect((await send(officer, rows)).expect(201)).toMatchObject({ created: 0, changed: 0, unchanged: 3, appointed: 0 });
        rows[0][3] = "13900000009";
        expect((await send(officer, rows)).expect(201)).toMatchObject({ created: 0, changed: 1, unchanged: 2 });
        const post = (await officer.get(`/api/units/${id("b")}/responsibility`)).expect(200).posts.find((one: any) => one.post_kind === "data_security_lead");
        expect(post).toMatchObject({ vacant: false, holders: [{ document_no: "示卫〔2026〕3号" }] });
    });

    test("any mistake is told with row and column, and nothing is written", async () => {
        const before = await many();
        const got = (await send(officer, [["示例县卫生健康局", "好人", "", "13900000003", "", "", ""], ["没有的单位", "某甲", "", "", "", "", ""], ["示例县卫生健康局", "", "", "12345", "部门经理", "", ""], ["示例县卫生健康局", "某丙", "", "", "负责部门负责人", "", ""]])).expect(201);
        expect(got.errors.map((one: any) => `${one.row}${one.column}`).sort()).toEqual(["4A", "5B", "5D", "5E", "6F"]);
        expect(await many()).toBe(before);
        refused(await officer.upload("/api/people-imports", "人员.xlsx", workbook([["随便", "什么"]])), 422, "file");
        const b = await county.as("b_officer");
        const foreign = (await send(b, [["示例县教育体育局", "别家的人", "", "", "", "", ""]])).expect(201);
        expect(foreign).toMatchObject({ errors_count: 1, created: 0 });
        expect((await officer.get("/api/people/template")).status).toBe(200);
    });
});

describe("meetings", () => {
    test("what was decided is followed until it is done", async () => {
        const made = (await officer.post("/api/meetings", { unit_id: id("root"), meeting_kind: "leading_group", title: "领导小组第三次会议", held_on: "2026-10-10", decisions: [{ text: "完成弱口令整治", unit_id: id("b"), due_on: "2026-10-31" }, { text: "印发工作要点" }] })).expect(201);
        expect(made.decisions).toHaveLength(2);
        const b = await county.as("b_officer");
        expect((await b.get(`/api/meetings/${made.meeting_id}`)).status).toBe(404);
        const mine = (await b.get("/api/decisions?state=open")).expect(200).items;
        expect(mine.map((one: any) => one.text)).toEqual(["完成弱口令整治"]);
        refused(await b.post(`/api/decisions/${mine[0].decision_id}/close`, { state: "dropped", note: "不办了" }), 409, "state");
        expect((await b.post(`/api/decisions/${mine[0].decision_id}/close`, { state: "done", note: "已全部整改" })).expect(200)).toMatchObject({ state: "done", closed_on: "2026-10-15" });
        refused(await b.post(`/api/decisions/${mine[0].decision_id}/close`, { state: "done", note: "已全部整改" }), 409);
        await ledgerHas(officer, "meeting.decision_done", "meeting", made.meeting_id);
        refused(await officer.post("/api/meetings", { unit_id: id("root"), meeting_kind: "other", title: "明天的会", held_on: "2026-10-16" }), 422, "held_on");
        refused(await b.post("/api/meetings", { unit_id: id("a"), meeting_kind: "other", title: "别家的会", held_on: "2026-10-10" }), 422, "unit_id");
    });

    test("minutes filed at the yearly special meeting settle its duty", async () => {
        const b = await county.as("b_officer");
        const state = async () => (await officer.all(`/api/duties?unit_id=${id("b")}&rule=Y3.meeting`)).map((one: any) => one.state);
        expect(await state()).toContain("open");
        const meeting = (await b.post("/api/meetings", { unit_id: id("b"), meeting_kind: "special_meeting", title: "年度网络安全专题会议", held_on: "2026-10-10" })).expect(201);
        (await b.upload("/api/attachments", "会议纪要.txt", Buffer.from("会议纪要"), { subject_kind: "meeting", subject_id: meeting.meeting_id, kind: "special_meeting_minutes", period: "2026" })).expect(201);
        expect(await state()).not.toContain("open");
    });
});

describe("documents that the rules ask for, and how a unit stands", () => {
    const lines = async (client: Client, unit: number) => (await client.get(`/api/units/${unit}/evidence`)).expect(200).items as any[];
    const of = (items: any[], kind: string) => items.filter((one) => one.kind === kind);

    test("one line a document and period, with every article it settles; filing it settles them all", async () => {
        const b = await county.as("b_officer");
        const before = await lines(b, id("b"));
        const training = of(before, "training_record");
        expect(training).toHaveLength(1);
        expect(training[0]).toMatchObject({ period: "2026", state: "open", due_on: "2026-12-31", last: null });
        expect(new Set(training[0].asked.map((one: any) => one.article))).toEqual(new Set(["J6", "SA1", "Y6", "Z22"]));
        expect(training[0].title).toContain("培训记录");
        for (const kind of ["appointment_document", "confidentiality_agreement", "post_duties"]) expect(of(before, kind), kind).toHaveLength(1);
        const standing = (await b.get(`/api/units/${id("b")}/standing`)).expect(200);
        expect(standing).toMatchObject({ evidence_asked: before.length, evidence_filed: before.filter((one) => one.state === "filed").length, pledge_asked: true, pledge_stands: false });
        (await b.upload("/api/attachments", "培训记录.txt", Buffer.from("签到表"), { subject_kind: "unit", subject_id: id("b"), kind: "training_record", period: training[0].period })).expect(201);
        const after = of(await lines(b, id("b")), "training_record")[0];
        expect(after).toMatchObject({ state: "filed", last: { file_name: "培训记录.txt", uploaded_by_name: "卫健局网络安全员" } });
        expect(after.asked.every((one: any) => !one.open)).toBe(true);
        const now = (await b.get(`/api/units/${id("b")}/standing`)).expect(200);
        expect(now.evidence_filed).toBe(standing.evidence_filed + 1);
        expect(now.duties_open).toBe(standing.duties_open - after.asked.length);
        expect(now.duties_done).toBe(standing.duties_done + after.asked.length);
        expect((await b.get(`/api/units/${id("a")}/evidence`)).status).toBe(404);
        const sums = (await officer.get("/api/evidence")).expect(200).items.filter((one: any) => one.kind === "training_record");
        expect(sums.length).toBe(4);
        expect(sums.every((one: any) => one.filed >= 1 && one.open >= 1)).toBe(true);
        refused(await b.get("/api/evidence"), 403);
    });

    test("last year's document does not do for this year, and is shown as the last one", async () => {
        const b = await county.as("b_officer");
        (await b.upload("/api/attachments", "去年自查报告.txt", Buffer.from("自查"), { subject_kind: "unit", subject_id: id("b"), kind: "self_check_report", period: "2025" })).expect(201);
        expect(of(await lines(b, id("b")), "self_check_report")[0]).toMatchObject({ state: "open", last: { file_name: "去年自查报告.txt", period_from: "2025-01-01" } });
    });

    test("letters are counted by whether they were answered in time", async () => {
        const standing = (await officer.get(`/api/units/${id("a1")}/standing`)).expect(200);
        expect(standing).toMatchObject({ letters: 1, letters_in_time: 0, letters_open: 1, letters_open_late: 1, systems: 1 });
    });
});

describe("agencies", () => {
    test("a directory with reporting routes in order; an agency on a route is not ended", async () => {
        const make = async (agency_kind: string, agency_name: string) => (await officer.post("/api/agencies", { agency_kind, agency_name, duty_phone: "0000-8000110", desk: "值班室" })).expect(201);
        const cac = await make("cac_office", "示例县委网信办");
        const police = await make("psb_cyber", "示例县公安局网安大队");
        refused(await officer.post("/api/agencies", { agency_kind: "psb_cyber", agency_name: "示例县公安局网安大队", duty_phone: "0000-8000110" }), 409, "agency_name");
        const step = async (agency_id: number, step_no: number, more: object = {}) => officer.post("/api/reporting-routes", { incident_kind: "data_leak", step_no, agency_id, report_way: "telephone", ...more });
        (await step(police.agency_id, 2, { within_minutes: 120 })).expect(201);
        const first = (await step(cac.agency_id, 1, { within_minutes: 60, basis: "应急预案" })).expect(201);
        refused(await step(cac.agency_id, 3), 409, "agency_id");
        const b = await county.as("b_officer");
        expect((await b.get("/api/reporting-routes?incident_kind=data_leak")).expect(200).items.map((one: any) => [one.step_no, one.agency_name, one.within_minutes])).toEqual([[1, "示例县委网信办", 60], [2, "示例县公安局网安大队", 120]]);
        refused(await b.post("/api/agencies", { agency_kind: "secrecy", agency_name: "别处", duty_phone: "0000-8000110" }), 403);
        refused(await officer.post(`/api/agencies/${cac.agency_id}/end`), 409);
        (await officer.post(`/api/reporting-routes/${first.route_id}/end`)).expect(200, 201, 204);
        expect((await officer.post(`/api/agencies/${cac.agency_id}/end`)).expect(200).ended_at_ms).toBeGreaterThan(0);
        refused(await officer.patch(`/api/agencies/${cac.agency_id}`, { desk: "办公室" }), 409);
        expect((await b.get("/api/reporting-routes?incident_kind=data_leak")).expect(200).items).toHaveLength(1);
        await ledgerHas(officer, "agency.ended", "agency", cac.agency_id);
    });
});

describe("accounts that end, and sessions", () => {
    test("a vendor's account always ends, by the policy at the latest; after its last day nobody gets in, also not by an open session", async () => {
        const guard = await county.as("secadmin");
        const clerk = await county.as("sysadmin");
        const account = county.place.accounts.get("vendor")!;
        const found = async (name: string) => (await clerk.get(`/api/users?q=${name}`)).expect(200).items.find((one: any) => one.login_name === name);
        const vendor = await found("vendor");
        expect(vendor.valid_until).toBe("2027-03-27"); // 180 days from 2026-09-28, when the role was given
        refused(await clerk.patch(`/api/users/${vendor.user_id}`, { valid_until: "2029-01-01" }), 422, "valid_until");
        refused(await clerk.patch(`/api/users/${vendor.user_id}`, { valid_until: null }), 422, "valid_until");
        (await clerk.patch(`/api/users/${vendor.user_id}`, { valid_until: "2026-10-16" })).expect(200);
        const policy = (await guard.get("/api/policies")).expect(200).items.find((one: any) => one.policy_name === "vendor.days");
        refused(await guard.put(`/api/policies/${policy.policy_id}`, { policy_value: 5000 }), 422, "policy_value");
        (await guard.put(`/api/policies/${policy.policy_id}`, { policy_value: 30 })).expect(200);
        // Somebody's help for a week: any account may have a last day.
        const made = (await clerk.post("/api/users", { login_name: "helper", display_name: "借调人员", valid_until: "2026-10-16" })).expect(201);
        (await guard.post(`/api/users/${made.user_id}/roles`, { roles: [{ role: "unit_officer" }], unit_id: id("b") })).expect(200);
        const sign = (login_name: string, password: string) => county.place.client().post("/api/sessions", { login_name, password });
        (await sign("vendor", account.password)).expect(201);
        expect((await sign("helper", made.password)).expect(201).me?.must_change_password ?? true).toBe(true);
        await county.restart("2026-10-16T23:30:00");
        (await sign("vendor", account.password)).expect(201);
        await county.restart("2026-10-17T00:30:00");
        refused(await sign("vendor", account.password), 401);
        refused(await sign("helper", made.password), 401);
        officer = await county.as("officer");
    });

    test("a first password lets nobody do anything but change it", async () => {
        const clerk = await county.as("sysadmin");
        const made = (await clerk.post("/api/users", { login_name: "fresh", display_name: "新同志" })).expect(201);
        await (await county.as("secadmin")).post(`/api/users/${made.user_id}/roles`, { roles: [{ role: "unit_officer" }], unit_id: id("b") });
        const client = county.place.client();
        (await client.post("/api/sessions", { login_name: "fresh", password: made.password })).expect(201);
        refused(await client.get("/api/units/tree"), 403);
        expect((await client.get("/api/me")).expect(200).must_change_password).toBe(true);
        (await client.put("/api/me/password", { password: made.password, new_password: "Another-Pass-77x" })).expect(200, 204);
        (await client.get("/api/units/tree")).expect(200);
    });

    test("one ends one's other sessions and keeps this one", async () => {
        await county.as("director"); // changes the first password
        const account = county.place.accounts.get("director")!;
        const open = async () => {
            const client = county.place.client();
            (await client.post("/api/sessions", { login_name: "director", password: account.password })).expect(201);
            return client;
        };
        const [here, there] = [await open(), await open()];
        expect((await here.get("/api/me/sessions")).expect(200).items.length).toBeGreaterThanOrEqual(2);
        (await here.post("/api/me/sessions/end-others")).expect(200, 201, 204);
        expect((await here.get("/api/me/sessions")).expect(200).items).toMatchObject([{ current: true }]);
        refused(await there.get("/api/me"), 401);
    });
});

describe("the second factor", () => {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bytes = (text: string) => Buffer.from((text.split("").map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("").match(/.{8}/g) ?? []).map((one) => parseInt(one, 2)));
    const code = (secret: string, atMs: number, steps = 0) => {
        const counter = Buffer.alloc(8);
        counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000) + steps));
        const mac = createHmac("sha1", bytes(secret)).update(counter).digest();
        return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
    };

    test("set up, asked for, taken once, reset", async () => {
        const account = county.place.accounts.get("regulator")!;
        const client = await county.as("regulator");
        const now = async () => (await client.get("/api/me")).expect(200).now_ms as number;
        refused(await client.post("/api/me/factor", { password: "not-it" }), 422, "password");
        const begun = (await client.post("/api/me/factor", { password: account.password })).expect(201);
        expect(begun.uri).toContain(`secret=${begun.secret}`);
        refused(await client.post("/api/me/factor/confirm", { code: code(begun.secret, await now(), 4) }), 422, "code");
        const confirmed = (await client.post("/api/me/factor/confirm", { code: code(begun.secret, await now(), -1) })).expect(200);
        expect(new Set(confirmed.recovery_codes).size).toBe(10);
        const sign = (more: object) => county.place.client().post("/api/sessions", { login_name: "regulator", password: account.password, ...more });
        refused(await sign({}), 401, "code");
        const good = code(begun.secret, await now());
        (await sign({ code: good })).expect(201);
        refused(await sign({ code: good }), 401, "code");
        (await sign({ code: confirmed.recovery_codes[0] })).expect(201);
        refused(await sign({ code: confirmed.recovery_codes[0] }), 401, "code");
        const guard = await county.as("secadmin");
        (await guard.post(`/api/users/${client.me.user_id}/reset-factor`)).expect(200);
        (await sign({})).expect(201);
        refused(await guard.post(`/api/users/${guard.me.user_id}/reset-factor`), 409);
        expect(await county.place.sql("SELECT COUNT(*) FROM access_recovery")).toBe("0");
    });
});
