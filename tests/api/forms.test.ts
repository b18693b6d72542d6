// SPDX-License-Identifier: Apache-2.0
//
// What surrounds a form: the files that come with a collection, its definition that stands once launched, the archive of everything
// handed in, and what an accepted form changes in the books. One county, in order, on the clock of 2026-09-28.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { ledgerHas, refused } from "../lib/expect";
import { pdfText } from "../lib/pdf";
import { readSheet } from "../lib/xlsx";
import { unzip } from "../lib/zip";

/* eslint-disable @typescript-eslint/no-explicit-any */
const FORM = "SA2.responsibility_table";
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

let county: County;
let officer: Client;
let edu: Client;
let health: Client;
beforeAll(async () => {
    county = await (await County.make({ now: "2026-09-28T09:00:00" })).populate();
    await county.post("a", "department_head", "教育局科长");
    officer = await county.as("officer");
    edu = await county.as("a_officer");
    health = await county.as("b_officer");
}, 180_000);
afterAll(() => county?.dispose());

const task = async (client: Client, id: number): Promise<any> => (await client.get(`/api/collection-tasks/${id}`)).expect(200);
async function launch(form_id: string, title: string, units: string[]): Promise<any> {
    return (await officer.post("/api/collections", { form_id, title, working_days: 5, audience: "units", units: units.map((one) => ({ unit_id: county.units[one].unit_id })) })).expect(201);
}
async function taskOf(collection: any, unit: string): Promise<any> {
    return (await officer.all(`/api/collection-tasks?collection_id=${collection.collection_id}&unit_id=${county.units[unit].unit_id}`))[0];
}
/** Filled as known, printed, stamped, handed in. */
async function handIn(client: Client, id: number): Promise<any> {
    const path = `/api/collection-tasks/${id}`;
    (await client.post(`${path}/no-change`)).expect(200);
    (await client.post(`${path}/sheet`)).expect(200);
    (await client.upload("/api/attachments", "盖章扫描件.pdf", PDF, { subject_kind: "collection_task", subject_id: id, kind: "stamped_scan" })).expect(201);
    return (await client.post(`${path}/hand-in`)).expect(200);
}

let collection: any;
describe("files given along", () => {
    let file: any;
    test("the officer attaches; the unit asked reads it through its task, the other unit never", async () => {
        collection = await launch(FORM, "责任体系表", ["a"]);
        file = (await officer.upload("/api/attachments", "填报说明.pdf", PDF, { subject_kind: "collection", subject_id: collection.collection_id, kind: "collection_file" })).expect(201);
        expect(file.kind_title).toBe("随任务下发的文件");
        const mine = await taskOf(collection, "a");
        const seen = await task(edu, mine.task_id);
        expect(seen.files).toMatchObject([{ attachment_id: file.attachment_id, file_name: "填报说明.pdf", digest: file.digest }]);
        const got = await edu.get(`/api/collection-tasks/${mine.task_id}/files/${file.attachment_id}`);
        expect(got.status).toBe(200);
        expect(got.bytes.equals(PDF)).toBe(true);
        expect((await health.get(`/api/collection-tasks/${mine.task_id}/files/${file.attachment_id}`)).status).toBe(404);
        expect((await edu.get(`/api/attachments/${file.attachment_id}/content`)).status).toBe(404);
        refused(await edu.upload("/api/attachments", "冒名.pdf", PDF, { subject_kind: "collection", subject_id: collection.collection_id, kind: "collection_file" }), 404);
        expect((await edu.get(`/api/attachments?subject_kind=collection&subject_id=${collection.collection_id}`)).status).toBe(404);
    });
    test("a task opens the files of its own collection alone", async () => {
        const other = await launch(FORM, "另一次收集", ["b"]);
        const theirs = await taskOf(other, "b");
        expect((await health.get(`/api/collection-tasks/${theirs.task_id}/files/${file.attachment_id}`)).status).toBe(404);
        expect((await task(health, theirs.task_id)).files).toEqual([]);
        (await officer.post(`/api/collections/${other.collection_id}/close`)).expect(200);
    });
    test("withdrawn, it is gone for the units", async () => {
        const second = (await officer.upload("/api/attachments", "错发.pdf", PDF, { subject_kind: "collection", subject_id: collection.collection_id, kind: "collection_file" })).expect(201);
        (await officer.post(`/api/attachments/${second.attachment_id}/withdraw`, { reason: "发错文件" })).expect(200, 201);
        const mine = await taskOf(collection, "a");
        expect((await edu.get(`/api/collection-tasks/${mine.task_id}/files/${second.attachment_id}`)).status).toBe(404);
        expect((await task(edu, mine.task_id)).files).toHaveLength(1);
    });
});

describe("the form stands as it was launched", () => {
    test("a pack loaded meanwhile asks the next collection, not the running one", async () => {
        const yaml = readFileSync(join(__dirname, "../../packs/S.yaml"), "utf8").replace("label: 办公电话", "label: 值班电话");
        (await officer.post("/api/packs", { yaml })).expect(200, 201);
        const mine = await taskOf(collection, "a");
        const labels = (full: any): string[] => full.form.columns.map((one: any) => one.label);
        expect(labels(await task(edu, mine.task_id))).toContain("办公电话");
        await handIn(edu, mine.task_id);
        const text = await pdfText((await edu.get(`/api/collection-tasks/${mine.task_id}/pdf`)).bytes);
        expect(text).toContain("办公电话");
        expect(text).not.toContain("值班电话");
        const next = await launch(FORM, "下一次收集", ["a"]);
        expect(labels(await task(edu, (await taskOf(next, "a")).task_id))).toContain("值班电话");
        (await officer.post(`/api/collections/${next.collection_id}/close`)).expect(200);
        await ledgerHas(officer, "collection.handed_in", "collection_task", mine.task_id);
    });
});

describe("the archive", () => {
    const sm3 = (bytes: Buffer): string => createHash("sm3").update(bytes).digest("hex");
    const path = () => `/api/collections/${collection.collection_id}/archives`;
    let bytes: Buffer;
    test("asked for with a reason, made beside the requests, and told when it is done", async () => {
        refused(await edu.post(path(), { reason: "自行导出" }), 403);
        refused(await officer.post(path(), {}), 422, "reason");
        const { archive_id } = (await officer.post(path(), { reason: "年度归档留存" })).expect(201);
        let row: any;
        for (let i = 0; i < 120; i++) {
            [row] = (await officer.get(path())).expect(200).items;
            if (row.state === "done") break;
            await new Promise((resolve) => setTimeout(resolve, 250));
        }
        expect(row).toMatchObject({ archive_id, state: "done", units: 1, done: 1, flawed: 0, asked_by_name: "数据局经办人" });
        const got = await officer.get(`${path()}/${archive_id}/content`);
        expect(got.status).toBe(200);
        bytes = got.bytes;
        expect(sm3(bytes)).toBe(row.digest);
        const entry = await ledgerHas(officer, "collection.archived", "collection", collection.collection_id);
        expect(JSON.stringify(entry.detail)).toContain(row.digest);
        expect(JSON.stringify((await ledgerHas(officer, "collection.archive_asked", "collection", collection.collection_id)).detail)).toContain("年度归档留存");
        expect((await officer.get("/api/inbox?limit=50")).text).toContain("打包完成");
        expect((await health.get(`${path()}/${archive_id}/content`)).status).toBe(403);
    });
    test("each sheet as PDF and DOCX, the scan, the summary, what was given along; the list has the digest of each", async () => {
        const entries = unzip(bytes);
        const byName = new Map(entries.map((one) => [one.name, one.bytes]));
        expect([...byName.keys()].sort()).toEqual(["报送表/00001-示例县教育局.docx", "报送表/00001-示例县教育局.pdf", "汇总表.xlsx", "清单.csv", "盖章扫描件/00001-示例县教育局.pdf", "随任务下发的文件/00001-填报说明.pdf"].sort());
        const mine = await task(officer, (await taskOf(collection, "a")).task_id);
        expect(await pdfText(byName.get("报送表/00001-示例县教育局.pdf")!)).toContain(mine.verify_code);
        expect(byName.get("报送表/00001-示例县教育局.pdf")!.equals((await officer.get(`/api/collection-tasks/${mine.task_id}/pdf`)).bytes)).toBe(true);
        expect(unzip(byName.get("报送表/00001-示例县教育局.docx")!).map((one) => one.name)).toContain("word/document.xml");
        expect(byName.get("盖章扫描件/00001-示例县教育局.pdf")!.equals(PDF)).toBe(true);
        expect([...readSheet(byName.get("汇总表.xlsx")!).values()].map((row) => row.join("|")).join("\n")).toContain("13900000000");
        const lines = byName.get("清单.csv")!.toString("utf8").replace(/^\uFEFF/, "").trim().split("\r\n").slice(1);
        expect(lines).toHaveLength(5);
        for (const line of lines) {
            const [, name, digest, size] = /^"([^"]*)",([0-9a-f]*),(\d*),/.exec(line)!;
            expect(sm3(byName.get(name)!), name).toBe(digest);
            expect(byName.get(name)!.length).toBe(Number(size));
        }
        expect(lines.find((one) => one.includes("00001-示例县教育局.pdf"))).toContain(mine.verify_code);
    });
});

describe("an accepted answer goes into the books", () => {
    const books = (id: number, preview: boolean) => officer.post(`/api/collection-tasks/${id}/books${preview ? "?preview=1" : ""}`);
    const holder = async (post_kind: string): Promise<any> => (await edu.get(`/api/units/${county.units.a.unit_id}/posts`)).expect(200).posts.filter((one: any) => one.post_kind === post_kind && !one.valid_to).at(-1);
    test("the responsibility table: another leader, a new number, a person who already has another post", async () => {
        const again = await launch(FORM, "责任体系表更新", ["a"]);
        const id = (await taskOf(again, "a")).task_id;
        const full = await task(edu, id);
        const cells = full.cells.map(({ row_no, name, value }: any) => ({ row_no, name, value: row_no === 2 && name === "person_name" ? "新任局长" : row_no === 2 && name === "mobile" ? "13900000222" : row_no === 3 && name === "mobile" ? "13900000333" : row_no === 4 && name === "person_name" ? "教育局安全员" : value }));
        (await edu.put(`/api/collection-tasks/${id}/draft`, { version: full.version, cells })).expect(200);
        (await edu.post(`/api/collection-tasks/${id}/sheet`)).expect(200);
        (await edu.upload("/api/attachments", "盖章.pdf", PDF, { subject_kind: "collection_task", subject_id: id, kind: "stamped_scan" })).expect(201);
        (await edu.post(`/api/collection-tasks/${id}/hand-in`)).expect(200);
        refused(await books(id, true), 409);
        (await officer.post(`/api/collection-tasks/${id}/accept`)).expect(200);
        refused(await edu.post(`/api/collection-tasks/${id}/books`), 403);
        const shown = (await books(id, true)).expect(200);
        const what = Object.fromEntries(shown.changes.map((one: any) => [one.label, one.what]));
        expect(what).toEqual({ 党组织主要负责人: "same", 行政主要领导: "replaced", 分管领导: "changed", "负责部门（负责人）": "replaced", 联系人: "same" });
        expect(shown.many).toBe(3);
        expect(shown.changes[1].name).not.toBe("新任局长"); // masked for the authority
        expect((await holder("admin_head")).person_name).toBe("教育局局长");
        expect((await task(officer, id)).booked_at_ms).toBe(0);
        (await books(id, false)).expect(200);
        expect((await holder("admin_head")).person_name).toBe("新任局长");
        expect((await holder("deputy_in_charge")).mobile).toBe("13900000333");
        const security = await holder("security_officer");
        expect((await holder("department_head")).person_id).toBe(security.person_id);
        expect(await task(officer, id)).toMatchObject({ booked_by_name: "数据局经办人" });
        expect((await books(id, true)).expect(200).many).toBe(0);
        await ledgerHas(officer, "collection.booked", "collection_task", id);
        const past = (await officer.get(`/api/units/${county.units.a.unit_id}/responsible?on=2026-09-27`)).expect(200);
        expect(JSON.stringify(past)).not.toContain("新任局长");
    });
    test("the register: a new system and a changed one, judged as an import is; nothing half-done", async () => {
        const unit_id = county.units.b.unit_id;
        const known = (await health.post("/api/systems", { system_name: "卫健业务平台", system_type: "business_system", unit_id, lifecycle_status: "building", business_desc: "业务办理", mlps_level: 2 })).expect(201);
        const spare = (await health.post("/api/systems", { system_name: "旧办公系统", system_type: "business_system", unit_id, lifecycle_status: "building", business_desc: "办公" })).expect(201);
        const opened = (await health.post("/api/collection-tasks", { form_id: "SA3.system_register", unit_id })).expect(201);
        const path = `/api/collection-tasks/${opened.task_id}`;
        const row = (no: number, values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ row_no: no, name, value }));
        const cells = [
            { row_no: 0, name: "filled_by", value: "卫健局安全员" },
            ...row(1, { system_name: "卫健业务平台", system_type: "业务系统", lifecycle_status: "在建", mlps_level: "3", contact_name: "卫健局联系人", contact_mobile: "13900000456" }),
            ...row(2, { system_name: "健康驿站公众号", system_type: "微信公众号", lifecycle_status: "在建" }),
        ];
        const hand = async (version: number, given: any[]) => {
            (await health.put(`${path}/draft`, { version, cells: given })).expect(200);
            (await health.post(`${path}/sheet`)).expect(200);
            (await health.upload("/api/attachments", "盖章.pdf", PDF, { subject_kind: "collection_task", subject_id: opened.task_id, kind: "stamped_scan" })).expect(201);
            (await health.post(`${path}/hand-in`)).expect(200);
            (await officer.post(`${path}/accept`)).expect(200);
        };
        await hand(opened.version, cells);
        const shown = (await books(opened.task_id, true)).expect(200);
        expect(shown.errors).toEqual([]);
        expect(shown.changes.map((one: any) => [one.what, one.name])).toEqual([["changed", "卫健业务平台"], ["new", "健康驿站公众号"], ["missing", "旧办公系统"]]);
        expect(shown.changes[0].fields.length).toBeGreaterThan(0);
        expect((await health.get(`/api/systems/${known.system_id}`)).expect(200).mlps_level).toBe(2);
        (await books(opened.task_id, false)).expect(200);
        expect((await health.get(`/api/systems/${known.system_id}`)).expect(200)).toMatchObject({ mlps_level: 3, contact_mobile: "13900000456" });
        expect((await health.get(`/api/systems/${spare.system_id}`)).expect(200).lifecycle_status).toBe("building");
        expect((await health.all(`/api/systems?unit_id=${unit_id}`)).map((one: any) => one.system_name)).toContain("健康驿站公众号");
        expect((await books(opened.task_id, true)).expect(200).many).toBe(0);
    });
    test("a row that the register refuses is named, and nothing is written", async () => {
        const unit_id = county.units.b.unit_id;
        const opened = (await health.post("/api/collection-tasks", { form_id: "SA3.system_register", unit_id })).expect(201);
        const path = `/api/collection-tasks/${opened.task_id}`;
        const cells = [
            { row_no: 0, name: "filled_by", value: "卫健局安全员" },
            { row_no: 1, name: "system_name", value: "挂号小程序" }, { row_no: 1, name: "system_type", value: "小程序" }, { row_no: 1, name: "lifecycle_status", value: "在建" },
            { row_no: 2, name: "system_name", value: "奇怪的系统" }, { row_no: 2, name: "system_type", value: "没有这种类型" }, { row_no: 2, name: "lifecycle_status", value: "在建" },
        ];
        (await health.put(`${path}/draft`, { version: opened.version, cells })).expect(200);
        (await health.post(`${path}/sheet`)).expect(200);
        (await health.upload("/api/attachments", "盖章.pdf", PDF, { subject_kind: "collection_task", subject_id: opened.task_id, kind: "stamped_scan" })).expect(201);
        (await health.post(`${path}/hand-in`)).expect(200);
        (await officer.post(`${path}/accept`)).expect(200);
        const shown = (await books(opened.task_id, true)).expect(200);
        expect(shown.errors).toHaveLength(1);
        expect(shown.errors[0]).toMatchObject({ row_no: 2 });
        expect(shown.errors[0].message).toContain("没有这种类型");
        refused(await books(opened.task_id, false), 422);
        expect((await health.all(`/api/systems?unit_id=${unit_id}`)).map((one: any) => one.system_name)).not.toContain("挂号小程序");
    });
});

describe("rare characters", () => {
    test("one that no font shows is told at its cell before the sheet is frozen, and printed by its code when accepted", async () => {
        const made = await launch(FORM, "生僻字", ["a"]);
        const id = (await taskOf(made, "a")).task_id;
        const full = await task(edu, id);
        const cells = full.cells.map(({ row_no, name, value }: any) => ({ row_no, name, value: row_no === 1 && name === "person_name" ? "𠮷\u{E123}" : value }));
        (await edu.put(`/api/collection-tasks/${id}/draft`, { version: full.version, cells })).expect(200);
        const answer = await edu.post(`/api/collection-tasks/${id}/sheet`);
        refused(answer, 422, "rows[1].person_name");
        expect(answer.text).toContain("U+E123");
        expect((await task(edu, id)).document_id).toBe(0);
        (await edu.post(`/api/collection-tasks/${id}/sheet`, { accept_codes: true })).expect(200);
        const text = await pdfText((await edu.get(`/api/collection-tasks/${id}/pdf`)).bytes);
        expect(text.replace(/\s/g, "")).toContain("𠮷〔U+E123〕");
        (await officer.post(`/api/collections/${made.collection_id}/close`)).expect(200);
    });
});
