// SPDX-License-Identifier: Apache-2.0
//
// Collections over the interface: launched, prefilled, saved, printed, stamped, handed in, returned, corrected, accepted, exported;
// what is late is suspected until a person decides; the pledge with its scorecard. One file, in order. The clock starts on
// 2026-09-28, a Monday before the national holiday: five working days end on 2026-10-10, a worked Saturday.
import { writeFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { addWorkdays } from "../lib/calendar";
import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { ledgerHas, refused } from "../lib/expect";
import { pdfText } from "../lib/pdf";
import { artefact } from "../lib/place";
import { readSheet } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */
const START = "2026-09-28";
const FORM = "SA2.responsibility_table";
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

let county: County;
let officer: Client;
let edu: Client;
let health: Client;
beforeAll(async () => {
    county = await (await County.make({ now: `${START}T09:00:00` })).populate();
    await county.post("a", "department_head", "教育局科长");
    officer = await county.as("officer");
    edu = await county.as("a_officer");
    health = await county.as("b_officer");
}, 180_000);
afterAll(() => county?.dispose());

const task = async (client: Client, id: number): Promise<any> => (await client.get(`/api/collection-tasks/${id}`)).expect(200);
const cells = (rows: any[]): any[] => rows.map(({ row_no, name, value }) => ({ row_no, name, value }));
const scan = async (client: Client, id: number): Promise<any> => (await client.upload("/api/attachments", "盖章扫描件.pdf", PDF, { subject_kind: "collection_task", subject_id: id, kind: "stamped_scan" })).expect(201);

let collection: any;
let mine: any;
describe("launch", () => {
    test("the forms of the packs are offered, the pledge among them", async () => {
        const { items } = (await officer.get("/api/collection-forms")).expect(200);
        expect(items.map((one: any) => one.form_id)).toEqual(expect.arrayContaining(["SA1.pledge", FORM, "SA3.system_register"]));
    });
    test("only the county officer launches; a wrong form and nobody to ask are named", async () => {
        const body = { form_id: FORM, title: "2026年责任体系表填报", working_days: 5, audience: "units", units: [{ unit_id: county.units.a.unit_id }, { unit_id: county.units.b.unit_id }] };
        refused(await edu.post("/api/collections", body), 403);
        refused(await officer.post("/api/collections", { ...body, form_id: "SA2.nothing" }), 422, "form_id");
        refused(await officer.post("/api/collections", { ...body, units: [] }), 422, "audience");
        refused(await officer.post("/api/collections", { ...body, working_days: 0 }), 422, "working_days");
        collection = (await officer.post("/api/collections", { ...body, text: "请核对后盖章报送。" })).expect(201);
        expect(collection).toMatchObject({ due_on: addWorkdays(START, 5), units: 2, state: "open" });
        expect(collection.counts).toMatchObject({ not_started: 2, all: 2 });
        await ledgerHas(officer, "collection.launched", "collection", collection.collection_id);
    });
    test("by kind of unit: the school is asked, the bureaus are not", async () => {
        const made = (await officer.post("/api/collections", { form_id: "SA3.system_register", title: "直属单位系统登记", working_days: 3, audience: "kinds", unit_kinds: [{ unit_kind: "affiliated_unit" }] })).expect(201);
        const rows = await officer.all(`/api/collection-tasks?collection_id=${made.collection_id}`);
        expect(rows.map((one) => one.unit_name)).toEqual(["示例县第一中学"]);
        (await officer.post(`/api/collections/${made.collection_id}/close`)).expect(200);
    });
    test("a unit sees its own task and no other", async () => {
        const rows = await edu.all(`/api/collection-tasks?collection_id=${collection.collection_id}`);
        expect(rows.map((one) => one.unit_id)).toEqual([county.units.a.unit_id]);
        mine = rows[0];
        expect((await health.get(`/api/collection-tasks/${mine.task_id}`)).status).toBe(404);
        for (const path of ["no-change", "sheet", "hand-in"]) expect((await health.post(`/api/collection-tasks/${mine.task_id}/${path}`)).status).toBe(404);
        expect((await health.get(`/api/collection-tasks/${mine.task_id}/pdf`)).status).toBe(404);
        refused(await edu.get(`/api/collections/${collection.collection_id}`), 403);
        expect((await edu.get("/api/inbox/count")).expect(200).unread).toBeGreaterThan(0);
    });
});

describe("fill", () => {
    test("the table is prefilled from the posts; the authority sees nothing before it is handed in", async () => {
        const full = await task(edu, mine.task_id);
        expect(full.form.rows).toHaveLength(5);
        expect(full.form.columns).toHaveLength(4);
        expect(full.prefilled_from).toBe("org.posts");
        expect(full.cells).toContainEqual({ row_no: 1, name: "person_name", value: "教育局书记" });
        expect(full.cells).toContainEqual({ row_no: 5, name: "mobile", value: "13900000000" });
        expect((await task(officer, mine.task_id)).cells).toEqual([]);
        refused(await officer.get(`/api/collection-tasks/${mine.task_id}/pdf`), 409);
    });
    test("a draft may be incomplete; the sheet may not; who saves over a colleague is told", async () => {
        const full = await task(edu, mine.task_id);
        const path = `/api/collection-tasks/${mine.task_id}`;
        const draft = cells(full.cells).filter((one) => !(one.row_no === 2 && one.name === "mobile"));
        const saved = (await edu.put(`${path}/draft`, { version: full.version, cells: [...draft, { row_no: 2, name: "mobile", value: "1390" }] })).expect(200);
        expect(saved.state).toBe("draft");
        refused(await edu.put(`${path}/draft`, { version: full.version, cells: draft }), 409, "version");
        refused(await edu.put(`${path}/draft`, { version: saved.version, cells: [{ row_no: 1, name: "salary", value: "1" }] }), 422, "cells");
        refused(await edu.post(`${path}/sheet`), 422, "rows[2].mobile");
        refused(await edu.post(`${path}/hand-in`), 409);
        const leader = await county.as("a_leader");
        const good = (await leader.put(`${path}/draft`, { version: saved.version, cells: [...draft, { row_no: 2, name: "mobile", value: "13900000002" }] })).expect(200);
        expect(good.saved_by_name).toBe("教育局分管领导");
    });
    test("the official sheet: annex, five rows, a code that proves it", async () => {
        const printed = (await edu.post(`/api/collection-tasks/${mine.task_id}/sheet`)).expect(200);
        expect(printed).toMatchObject({ sheet_current: true });
        expect(printed.verify_code).toMatch(/^AZ-/);
        const pdf = (await edu.get(`/api/collection-tasks/${mine.task_id}/pdf`)).bytes;
        writeFileSync(artefact("collection", "责任体系表.pdf"), pdf);
        const text = await pdfText(pdf);
        for (const word of ["附件2", "网络安全责任体系表", "示例县教育局", "党组织主要负责人", "行政主要领导", "分管领导", "负责部门", "联系人", "教育局书记", "13900000002", printed.verify_code]) expect(text).toContain(word);
        expect((await edu.get(`/api/collection-tasks/${mine.task_id}/docx`)).bytes.subarray(0, 2).toString()).toBe("PK");
        const proof = (await edu.get(`/api/verify/${printed.verify_code}`)).expect(200);
        expect(proof).toMatchObject({ unit_name: "示例县教育局", title: "网络安全责任体系表" });
    });
});

describe("hand in, return, accept", () => {
    test("no stamped scan, no handing in; its digest is in the ledger", async () => {
        refused(await edu.post(`/api/collection-tasks/${mine.task_id}/hand-in`), 409);
        const file = await scan(edu, mine.task_id);
        const handed = (await edu.post(`/api/collection-tasks/${mine.task_id}/hand-in`)).expect(200);
        expect(handed).toMatchObject({ state: "handed_in", late: false, scan_digest: file.digest, scan_attachment_id: file.attachment_id });
        const entry = await ledgerHas(officer, "collection.handed_in", "collection_task", mine.task_id);
        expect(JSON.stringify(entry.detail)).toContain(file.digest);
        refused(await edu.put(`/api/collection-tasks/${mine.task_id}/draft`, { version: handed.version, cells: [] }), 409);
        const duties = await edu.all(`/api/duties?article=S1&state=satisfied&unit_id=${county.units.a.unit_id}`);
        expect(duties.map((one) => one.rule)).toContain("S1.table");
    });
    test("the authority reads it masked, returns it with remarks beside the fields", async () => {
        const seen = await task(officer, mine.task_id);
        expect(seen.masked).toBe(true);
        expect(seen.cells.find((one: any) => one.row_no === 2 && one.name === "mobile").value).not.toBe("13900000002");
        refused(await edu.post(`/api/collection-tasks/${mine.task_id}/return`, { reason: "自退" }), 403);
        const back = (await officer.post(`/api/collection-tasks/${mine.task_id}/return`, { reason: "请补办公电话", remarks: [{ row_no: 2, name: "office_phone", remark: "与单位总机不一致" }] })).expect(200);
        expect(back.state).toBe("returned");
        const full = await task(edu, mine.task_id);
        expect(full).toMatchObject({ return_reason: "请补办公电话", sheet_current: false });
        expect(full.remarks).toEqual([{ row_no: 2, name: "office_phone", remark: "与单位总机不一致" }]);
    });
    test("corrected: the old stamp does not serve the new sheet", async () => {
        const path = `/api/collection-tasks/${mine.task_id}`;
        const full = await task(edu, mine.task_id);
        const changed = cells(full.cells).map((one) => (one.row_no === 2 && one.name === "office_phone" ? { ...one, value: "0000-8000002" } : one));
        (await edu.put(`${path}/draft`, { version: full.version, cells: changed })).expect(200);
        refused(await edu.post(`${path}/hand-in`), 409);
        (await edu.post(`${path}/sheet`)).expect(200);
        refused(await edu.post(`${path}/hand-in`), 409);
        await scan(edu, mine.task_id);
        (await edu.post(`${path}/hand-in`)).expect(200);
        const done = (await officer.post(`${path}/accept`)).expect(200);
        expect(done).toMatchObject({ state: "accepted", remarks: [] });
    });
});

describe("board and exports", () => {
    test("who is missing can be copied, and reminded in one click", async () => {
        const { text } = (await officer.get(`/api/collections/${collection.collection_id}/reminder`)).expect(200);
        expect(text).toContain("示例县卫生健康局");
        expect(text).not.toContain("示例县教育局");
        const before = (await health.get("/api/inbox/count")).expect(200).unread;
        expect((await officer.post(`/api/collections/${collection.collection_id}/remind`)).expect(200).units).toBe(1);
        expect((await health.get("/api/inbox/count")).expect(200).unread).toBe(before + 1);
    });
    test("the summary masks; in full it asks for a reason and the ledger keeps it", async () => {
        const masked = await officer.get(`/api/collections/${collection.collection_id}/export`);
        expect(masked.status).toBe(200);
        const flat = (bytes: Buffer) => [...readSheet(bytes).values()].map((row) => row.join("|")).join("\n");
        expect(flat(masked.bytes)).toContain("示例县教育局");
        expect(flat(masked.bytes)).not.toContain("13900000002");
        refused(await officer.post(`/api/collections/${collection.collection_id}/export`, {}), 422, "reason");
        const full = await officer.post(`/api/collections/${collection.collection_id}/export`, { reason: "报送上级汇总表" });
        expect([200, 201], full.text.slice(0, 300)).toContain(full.status);
        expect(flat(full.bytes)).toContain("13900000002");
        expect(flat(full.bytes)).toContain("党组织主要负责人");
        await ledgerHas(officer, "collection.exported", "collection", collection.collection_id);
    });
});

describe("a form opened unasked", () => {
    test("annex 3: one row a registered system, landscape, no second task for the same form", async () => {
        const unit_id = county.units.b.unit_id;
        (await health.post("/api/systems", { system_name: "卫健业务平台", system_type: "business_system", unit_id, lifecycle_status: "online", business_desc: "业务办理", mlps_level: 2 })).expect(201);
        const opened = (await health.post("/api/collection-tasks", { form_id: "SA3.system_register", unit_id })).expect(201);
        expect((await health.post("/api/collection-tasks", { form_id: "SA3.system_register", unit_id })).expect(201).task_id).toBe(opened.task_id);
        refused(await edu.post("/api/collection-tasks", { form_id: "SA3.system_register", unit_id }), 404);
        expect(opened).toMatchObject({ prefilled_from: "registry.systems", due_on: null, standing: true });
        expect(opened.cells).toContainEqual({ row_no: 1, name: "system_name", value: "卫健业务平台" });
        expect(opened.cells).toContainEqual({ row_no: 1, name: "mlps_level", value: "2" });
        const path = `/api/collection-tasks/${opened.task_id}`;
        (await health.put(`${path}/draft`, { version: opened.version, cells: [...cells(opened.cells), { row_no: 0, name: "filled_by", value: "卫健局安全员" }] })).expect(200);
        const printed = (await health.post(`${path}/sheet`)).expect(200);
        const pdf = (await health.get(`${path}/pdf`)).bytes;
        writeFileSync(artefact("collection", "信息系统登记表.pdf"), pdf);
        const text = await pdfText(pdf);
        for (const word of ["附件3", "信息系统登记表", "卫健业务平台", "填表人", printed.verify_code]) expect(text).toContain(word);
        const box = /\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/.exec(pdf.toString("latin1"));
        if (box) expect(Number(box[1])).toBeGreaterThan(Number(box[2]));
    });
});

describe("pledge and scorecard", () => {
    const unit = () => county.units.a.unit_id;
    test("thirteen undertakings, printed for the leaders, signed by the stamped scan", async () => {
        const before = (await edu.get(`/api/units/${unit()}/pledge`)).expect(200);
        expect(before.undertakings).toHaveLength(13);
        expect(before.pledge.standing).toBe("none");
        refused(await edu.post(`/api/units/${unit()}/pledge/sign`), 409);
        const { document_id } = (await edu.post(`/api/units/${unit()}/pledge/sheet`)).expect(200);
        const sheet = (await edu.get(`/api/documents/${document_id}/pdf`)).bytes;
        writeFileSync(artefact("collection", "责任承诺书.pdf"), sheet);
        const text = await pdfText(sheet);
        for (const word of ["附件1", "网络安全责任承诺书", "示例县教育局", "党组织主要负责人（签字）", "行政主要领导（签字）", "（盖章）"]) expect(text).toContain(word);
        refused(await edu.post(`/api/units/${unit()}/pledge/sign`), 409);
        (await edu.upload("/api/attachments", "承诺书.pdf", PDF, { subject_kind: "unit", subject_id: unit(), kind: "responsibility_pledge" })).expect(201);
        const signed = (await edu.post(`/api/units/${unit()}/pledge/sign`)).expect(200);
        expect(signed).toMatchObject({ complete: true, pledge: { standing: "signed", signed_version: "2022-1", signed_on: START } });
        expect((await health.get(`/api/units/${unit()}/pledge`)).status).toBe(404);
        expect((await health.get(`/api/units/${unit()}/scorecard`)).status).toBe(404);
    });
    test("a new head opens the pledge again", async () => {
        const duty = async () => (await edu.all(`/api/duties?article=S1&unit_id=${unit()}&state=open`)).some((one) => one.rule === "S1.pledge");
        expect(await duty()).toBe(false);
        await county.post("a", "admin_head", "教育局新局长");
        expect(await duty()).toBe(true);
        expect((await edu.get(`/api/units/${unit()}/pledge`)).expect(200).pledge).toMatchObject({ standing: "resign", leader_changed: true });
    });
    test("the scorecard counts the unit's duties, each with its link", async () => {
        const card = (await officer.get(`/api/units/${unit()}/scorecard`)).expect(200);
        const last = card.undertakings[12];
        expect(last.articles).toEqual(["S1"]);
        expect(last).toMatchObject({ verdict: "pending", open: 1, fulfilled: 0, late: 0 });
        const open = last.duties.find((one: any) => one.state === "open");
        expect((await officer.get(`/api/duties/${open.duty_id}`)).expect(200).rule).toBe("S1.pledge");
    });
});

describe("late", () => {
    test("after the date the missing unit is suspected, and a person decides", async () => {
        await county.restart("2026-10-12T09:00:00");
        officer = await county.as("officer");
        health = await county.as("b_officer");
        let row: any;
        for (let i = 0; i < 60; i++) {
            [row] = await officer.all(`/api/collection-tasks?collection_id=${collection.collection_id}&unit_id=${county.units.b.unit_id}`);
            if (row.late) break;
            await new Promise((resolve) => setTimeout(resolve, 500));
        }
        expect(row).toMatchObject({ late: true, concealment: "suspected", state: "not_started" });
        expect(await officer.all("/api/cases?case_kind=concealment")).toHaveLength(0);
        refused(await officer.post(`/api/collection-tasks/${row.task_id}/concealment`, { agree: true }), 422, "reason");
        refused(await health.post(`/api/collection-tasks/${row.task_id}/concealment`, { agree: false, reason: "自行排除" }), 403);
        const decided = (await officer.post(`/api/collection-tasks/${row.task_id}/concealment`, { agree: true, reason: "两次催办仍未报送" })).expect(200);
        expect(decided.concealment).toBe("case");
        expect((await officer.get(`/api/cases/${decided.case_id}`)).expect(200)).toMatchObject({ unit_id: county.units.b.unit_id, state: "proposed", article: "S2" });
    });
});
