// SPDX-License-Identifier: Apache-2.0
//
// The main job over the interface, on an empty installation: a register of systems comes in as a sheet, scanner files find
// weaknesses, a letter goes out, the unit answers, a newer scan proves it, the letter is closed out, and the ledger holds
// every step. The tests of one file run in order and build on each other; the clock starts at 2026-09-28, a Monday before
// the national holiday, so that counting working days matters.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { addWorkdays, inWords, isWorkday } from "../lib/calendar";
import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { ledgerHas, refused } from "../lib/expect";
import { pdfText } from "../lib/pdf";
import { artefact, shared } from "../lib/place";
import { laterNessus, nessusOf, nmapOf, sample } from "../lib/scans";
import { watchSchema, type SchemaWatch } from "../lib/schema";
import { fillTemplate, readSheet, type Cell } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */
const START = "2026-09-28";
const NESSUS = "44.228.249.3"; // of nessus_with_cvssv3.nessus: testphp.vulnweb.com
const NMAP = "10.250.195.71"; // of issue4406.xml
const OPENVAS = "10.0.101.2"; // of one_vuln.xml
const NAMED = "preprod.boardvantage.net"; // of nessus_many_vuln.xml
const CHOSEN = "58987"; // PHP Unsupported Version Detection, the critical one

let county: County;
let watch: SchemaWatch;
let officer: Client;

beforeAll(async () => {
    watch = await watchSchema();
    county = await (await County.make({ now: `${START}T09:00:00`, watch: (client) => watch.attach(client) })).populate();
    officer = await county.as("officer");
}, 180_000);
afterAll(() => county?.dispose());

const sheetRows = new Map<string, any>();
async function importScan(client: Client, name: string, bytes: Buffer): Promise<any> {
    return (await client.upload("/api/scan-imports", name, bytes)).expect(201);
}
async function findingsAt(ip: string, query = ""): Promise<any[]> {
    return (await officer.all(`/api/findings?q=${encodeURIComponent(ip)}${query}`)).filter((one) => one.ip === ip || one.host_name === ip);
}

describe("1 the register of systems", () => {
    let header: string[];
    let template: Buffer;

    const row = (values: Record<string, Cell>): Cell[] => {
        const cells: Cell[] = header.map(() => null);
        for (const [label, value] of Object.entries(values)) {
            const at = header.indexOf(label);
            expect(at, `the template has no column ${label}`).toBeGreaterThanOrEqual(0);
            cells[at] = value;
        }
        return cells;
    };
    const good = () => [
        row({ 系统名称: "教育局门户网站", 系统类型: "网站", 责任单位: "示例县教育局", 运行状态: "在线运行", 是否对互联网开放: "是", 等保级别: 2, "IP 地址": NESSUS, 端口: 80, 域名: "testphp.vulnweb.com", 所在网络: "互联网" }),
        row({ 系统名称: "学籍管理系统", 系统类型: "业务系统", 责任单位: "示例县教育局", 运行状态: "在用", "IP 地址": "10.20.11.20", 端口: 8080, 所在网络: "政务外网" }),
        row({ 系统名称: "一中校园网站", 系统类型: "网站", 责任单位: "示例县第一中学", 运行状态: "在线", "IP 地址": "10.20.31.10", 端口: 443, 所在网络: "政务外网" }),
        row({ 系统名称: "卫健局业务系统", 系统类型: "业务系统", 责任单位: "示例县卫生健康局", 运行状态: "在用", "IP 地址": OPENVAS, 所在网络: "政务外网" }),
        row({ 系统名称: "董事会门户", 系统类型: "网站", 责任单位: "示例县卫生健康局", 运行状态: "在用", 域名: NAMED, 所在网络: "互联网" }),
        row({ 系统名称: "卫健微信公众号", 系统类型: "微信公众号", 责任单位: "示例县卫生健康局", 运行状态: "在用" }),
    ];

    test("the template comes out as a workbook with Chinese headers", async () => {
        const answer = await officer.get("/api/systems/template");
        expect(answer.status).toBe(200);
        expect(answer.headers["content-type"]).toContain("spreadsheetml");
        template = answer.bytes;
        header = readSheet(template).get(1) ?? [];
        for (const label of ["系统名称", "系统类型", "责任单位", "IP 地址", "端口", "域名", "等保级别"]) expect(header).toContain(label);
    });

    test("a bad sheet names row and column, and nothing is written", async () => {
        const bad = [...good(), row({ 系统名称: "无主系统", 系统类型: "网站", 责任单位: "没有这个单位" }), row({ 系统名称: "坏地址", 系统类型: "网站", 责任单位: "示例县教育局", "IP 地址": "10.20.11.999", 端口: 70000 }), row({ 系统类型: "飞船", 责任单位: "示例县教育局" })];
        const file = fillTemplate(template, 2, bad);
        const preview = (await officer.upload("/api/registry-imports", "登记表.xlsx", file, { preview: 1 })).expect(200, 201);
        const places = preview.errors.map((one: any) => `${header[columnAt(one.column)]}@${one.row}`);
        expect(places).toContain("责任单位@8");
        expect(places).toContain("IP 地址@9");
        expect(places).toContain("端口@9");
        expect(places).toContain("系统名称@10");
        expect(places).toContain("系统类型@10");
        const answer = await officer.upload("/api/registry-imports", "登记表.xlsx", file);
        refused(answer, 422);
        expect(answer.faults.map((one) => one.row)).toEqual(expect.arrayContaining([8, 9, 10]));
        expect((await officer.get("/api/systems?count=1")).expect(200).total).toBe(0);
        // The sheet given back says in a column of its own what is wrong with which row.
        const back = await officer.upload("/api/registry-imports/errors", "登记表.xlsx", file);
        expect([200, 201]).toContain(back.status);
        const returned = readSheet(back.bytes);
        expect(returned.get(8)?.join("|")).toContain("没有这个单位");
        expect((returned.get(8) ?? []).length).toBeGreaterThan((returned.get(2) ?? []).length);
    });

    test("a preview counts and writes nothing, the import writes, the same sheet again changes nothing", async () => {
        const file = fillTemplate(template, 2, good());
        const preview = (await officer.upload("/api/registry-imports", "登记表.xlsx", file, { preview: 1 })).expect(200, 201);
        expect(preview).toMatchObject({ rows: 6, created: 6, changed: 0, unchanged: 0, errors: [] });
        expect((await officer.get("/api/systems?count=1")).expect(200).total).toBe(0);
        expect((await officer.upload("/api/registry-imports", "登记表.xlsx", file)).expect(201)).toMatchObject({ rows: 6, created: 6, changed: 0, unchanged: 0 });
        expect((await officer.upload("/api/registry-imports", "登记表.xlsx", file)).expect(201)).toMatchObject({ rows: 6, created: 0, changed: 0, unchanged: 6 });
        await ledgerHas(officer, "registry.imported");
        for (const one of await officer.all("/api/systems")) sheetRows.set(one.system_name, one);
        expect(sheetRows.size).toBe(6);
        for (const one of sheetRows.values()) {
            expect(one.system_no).toMatch(/^AZ-330000-2026-\d{5}$/);
            await ledgerHas(officer, "system.created", "system", one.system_id);
        }
        const site = (await officer.get(`/api/systems/${sheetRows.get("教育局门户网站").system_id}`)).expect(200);
        expect(site.endpoints[0]).toMatchObject({ ip: NESSUS, port: 80, domain: "testphp.vulnweb.com", network_zone: "internet" });
        expect(site).toMatchObject({ mlps_level: 2, internet_exposed: true, lifecycle_status: "online", unit_name: "示例县教育局" });
    });

    test("a changed sheet changes only what changed", async () => {
        const rows = good();
        rows[1][header.indexOf("系统简称")] = "学籍";
        expect((await officer.upload("/api/registry-imports", "登记表.xlsx", fillTemplate(template, 2, rows))).expect(201)).toMatchObject({ rows: 6, created: 0, changed: 1, unchanged: 5 });
        await ledgerHas(officer, "system.changed", "system", sheetRows.get("学籍管理系统").system_id);
    });

    test("each unit sees its own systems and those below it", async () => {
        const names = async (login: string) => (await (await county.as(login)).all("/api/systems")).map((one) => one.system_name).sort();
        expect(await names("a_officer")).toEqual(["一中校园网站", "学籍管理系统", "教育局门户网站"]);
        expect(await names("b_officer")).toEqual(["卫健局业务系统", "卫健微信公众号", "董事会门户"]);
    });

    test("a unit's officer may not import for a foreign unit", async () => {
        const other = row({ 系统名称: "越权系统", 系统类型: "网站", 责任单位: "示例县卫生健康局" });
        const answer = await (await county.as("a_officer")).upload("/api/registry-imports", "登记表.xlsx", fillTemplate(template, 2, [other]));
        refused(answer, 422, "unit_id");
        expect((await officer.get("/api/systems?count=1")).expect(200).total).toBe(6);
    });

    test("ranges say who owns an address", async () => {
        await county.range("a", "10.20.11.0/24");
        await county.range("b", "10.250.195.0/24");
        await county.range("b", "10.0.101.0/24");


        refused(await officer.post("/api/address-ranges", { unit_id: county.units.a.unit_id, range_text: "10.250.195.300" }), 422, "range_text");
        refused(await (await county.as("a_officer")).post("/api/address-ranges", { unit_id: county.units.a.unit_id, range_text: "10.250.196.0/24" }), 403);
    });
});

function columnAt(name: string): number {
    return [...name].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1;
}

let address: any;
describe("2 real scanner files", () => {
    test("Nessus: findings attach by address; the same file again changes nothing", async () => {
        const scan = await county.as("scan");
        const file = sample("nessus", "nessus_with_cvssv3.nessus");
        const first = await importScan(scan, "nessus_with_cvssv3.nessus", file);
        expect(first).toMatchObject({ format: "nessus", records: 49, hosts: 1, unmatched: 0, changed: 0, closed: 0 });
        expect(first.created).toBeGreaterThan(40);
        await ledgerHas(officer, "scan.imported", "scan_import", first.import_id);
        const site = sheetRows.get("教育局门户网站").system_id;
        const found = await officer.all(`/api/findings?system_id=${site}`);
        expect(found.length).toBe(first.created);
        expect(found.every((one) => one.unit_id === county.units.a.unit_id)).toBe(true);
        const bySeverity = (name: string) => found.filter((one) => one.severity === name).length;
        expect([bySeverity("critical"), bySeverity("high"), bySeverity("medium"), bySeverity("low")]).toEqual([1, 10, 13, 1]);
        const again = await importScan(scan, "nessus_with_cvssv3.nessus", file);
        expect(again).toMatchObject({ records: 49, created: 0, changed: 0, closed: 0, reopened: 0 });
    });

    test("OpenVAS: findings attach to the system that owns the address", async () => {
        const report = await importScan(officer, "one_vuln.xml", sample("openvas", "one_vuln.xml"));
        expect(report).toMatchObject({ format: "openvas", records: 1, created: 1, unmatched: 0 });
        const found = await findingsAt(OPENVAS);
        expect(found[0]).toMatchObject({ system_id: sheetRows.get("卫健局业务系统").system_id, unit_id: county.units.b.unit_id });
    });

    test("Nessus: findings attach by host name where the register knows only the name", async () => {
        const report = await importScan(officer, "nessus_many_vuln.xml", sample("nessus", "nessus_many_vuln.xml"));
        expect(report).toMatchObject({ format: "nessus", records: 7 });
        const found = (await officer.all("/api/findings?q=boardvantage")).filter((one) => one.host_name === NAMED);
        expect(found.length).toBe(report.created);
        for (const one of found) expect(one.system_id).toBe(sheetRows.get("董事会门户").system_id);
    });

    test("nmap: an address of no system is listed as live and unregistered, with the unit that owns the range", async () => {
        const report = await importScan(officer, "issue4406.xml", sample("nmap", "issue4406.xml"));
        expect(report).toMatchObject({ format: "nmap", records: 25, hosts_up: 1, open_ports: 25, unmatched: 1 });
        const live = (await officer.all("/api/live-addresses?state=unregistered")).filter((one) => one.ip === NMAP);
        expect(live).toHaveLength(1);
        address = live[0];
        expect(address).toMatchObject({ unit_id: county.units.b.unit_id, unit_name: "示例县卫生健康局", open_ports: 25 });
        const one = (await officer.get(`/api/live-addresses/${address.address_id}`)).expect(200);
        expect(one.ports).toHaveLength(25);
        // The unit that owns it sees it, the other does not.
        const sees = async (login: string) => (await (await county.as(login)).all("/api/live-addresses")).some((one) => one.ip === NMAP);
        expect(await sees("b_officer")).toBe(true);
        expect(await sees("a_officer")).toBe(false);
    });

    test("an unregistered address opens a duty, and the officer can make it a concealment case", async () => {
        const duties = await (await county.as("b_officer")).all("/api/duties?article=S2&state=open");
        expect(duties.some((one) => one.subject_kind === "address" && one.subject_id === address.address_id)).toBe(true);
        const made = await officer.post(`/api/live-addresses/${address.address_id}/concealment`, { reason: "在线运行未登记，联系人未能说明用途" });
        expect([200, 201], made.text).toContain(made.status);
        const cases = await officer.all(`/api/cases?case_kind=concealment`);
        expect(cases).toHaveLength(1);
        expect(cases[0]).toMatchObject({ unit_id: county.units.b.unit_id, state: "proposed", article: "S2" });
        expect((await officer.get(`/api/live-addresses/${address.address_id}`)).expect(200).state).toBe("concealment_case");
        await ledgerHas(officer, "address.concealment_case", "address", address.address_id);
    });
});

let letter: any;
let chosen: any;
let other: any;
describe("3 a letter with number, citation and due date", () => {
    test("drafted from findings of one unit only", async () => {
        const found = await officer.all(`/api/findings?system_id=${sheetRows.get("教育局门户网站").system_id}`);
        chosen = found.find((one) => one.severity === "critical");
        other = found.find((one) => one.severity === "high");
        const foreign = (await findingsAt(OPENVAS))[0];
        refused(await officer.post("/api/letters", { findings: [] }), 422, "findings");
        refused(await officer.post("/api/letters", { findings: [{ finding_id: chosen.finding_id }, { finding_id: foreign.finding_id }] }), 409);
        const draft = (await officer.post("/api/letters", { letter_kind: "rectification_order", findings: [{ finding_id: chosen.finding_id }, { finding_id: other.finding_id }], requirements: "整改期间关闭互联网访问。" })).expect(201);
        expect(draft).toMatchObject({ state: "draft", unit_id: county.units.a.unit_id, findings: 2, severity: "critical" });
        await ledgerHas(officer, "letter.drafted", "letter", draft.letter_id);
        refused(await officer.post("/api/letters", { findings: [{ finding_id: chosen.finding_id }] }), 409);
        // A draft is nobody's business but the authority's.
        expect((await (await county.as("a_officer")).get(`/api/letters/${draft.letter_id}`)).status).toBe(404);
        letter = draft;
    });

    test("changing the title of a draft keeps its requirements", async () => {
        const changed = (await officer.patch(`/api/letters/${letter.letter_id}`, { title: "关于责令限期整改门户网站安全隐患的通知" })).expect(200);
        expect(changed).toMatchObject({ title: "关于责令限期整改门户网站安全隐患的通知", requirements: "整改期间关闭互联网访问。" });
    });

    test("issued: numbered 代字〔年〕号, due three working days on", async () => {
        const issued = (await officer.post(`/api/letters/${letter.letter_id}/issue`)).expect(200, 201);
        const due = addWorkdays(START, 3);
        expect(due).toBe("2026-10-08"); // 29 and 30 September, then the holiday, then 8 October
        expect(issued).toMatchObject({ state: "issued", doc_number: "示数整〔2026〕1号", due_date: due, due_provisional: false, countdown_working_days: 3, late: false });
        await ledgerHas(officer, "letter.issued", "letter", letter.letter_id);
        for (const one of [chosen, other]) {
            const now = (await officer.get(`/api/findings/${one.finding_id}`)).expect(200);
            expect(now.state).toBe("notified");
            expect(now.notified_at_ms).toBeGreaterThan(0);
        }
        refused(await officer.patch(`/api/letters/${letter.letter_id}`, { title: "改名" }), 409);
        refused(await officer.post(`/api/letters/${letter.letter_id}/issue`), 409);
        letter = issued;
    });

    test("the PDF carries number, unit, due date and the article it rests on", async () => {
        const pdf = await officer.get(`/api/letters/${letter.letter_id}/pdf`);
        expect(pdf.status).toBe(200);
        expect(pdf.bytes.subarray(0, 5).toString()).toBe("%PDF-");
        writeFileSync(artefact("api", "letter.pdf"), pdf.bytes);
        const text = await pdfText(pdf.bytes);
        expect(text).toContain("示数整〔2026〕1号");
        expect(text).toContain("示例县教育局");
        expect(text).toContain(inWords(letter.due_date));
        expect(text).toContain("整改期间关闭互联网访问");
        // Y5 is the fifth part of the office's rules; the letter names the document and the place in it.
        const article = (await officer.get("/api/articles/Y5")).expect(200);
        const pack = (await officer.get("/api/packs")).expect(200).packs.find((one: any) => one.pack === "Y");
        expect(text).toContain(`《${pack.title}》`);
        expect(text).toContain(article.cite);
        expect(text).not.toContain("××××");
        const docx = await officer.get(`/api/letters/${letter.letter_id}/docx`);
        expect(docx.status).toBe(200);
        expect(docx.bytes.subarray(0, 2).toString()).toBe("PK");
    });

    test("a printed letter proves itself to anybody, without log-in", async () => {
        const text = await pdfText((await officer.get(`/api/letters/${letter.letter_id}/pdf`)).bytes);
        const code = /核验码：(AZ-\w{4}-\w{4}-\w{4})/.exec(text)?.[1];
        expect(code, "the letter carries a code").toBeTruthy();
        const stranger = county.place.client();
        const proof = (await stranger.get(`/api/verify/${code}`)).expect(200);
        expect(JSON.stringify(proof)).toContain("示数整〔2026〕1号");
        expect(JSON.stringify(proof)).toContain("示例县教育局");
        expect(JSON.stringify(proof)).not.toContain(chosen.title);
        expect((await stranger.get("/api/verify/AZ-AAAA-BBBB-CCCC")).status).toBe(404);
    });

    test("the duty Y5.fix runs for the unit's security officer", async () => {
        const mine = await (await county.as("a_officer")).all("/api/duties?article=Y5&state=open");
        const fix = mine.filter((one) => one.rule === "Y5.fix");
        expect(fix.map((one) => one.subject_id).sort()).toEqual([chosen.finding_id, other.finding_id].sort());
        expect(fix.every((one) => one.due_on === letter.due_date)).toBe(true);
        const full = (await officer.get(`/api/duties/${fix[0].duty_id}`)).expect(200);
        const counted = JSON.stringify(full);
        expect(counted).toContain("2026-10-08");
        expect((await (await county.as("b_officer")).get(`/api/duties/${fix[0].duty_id}`)).status).toBe(404);
    });
});

describe("4 the unit answers", () => {
    let unit: Client;
    beforeAll(async () => {
        unit = await county.as("a_officer");
    });

    test("the letter is in the workbench and the inbox, with a countdown", async () => {
        const board = (await unit.get("/api/letters?running=1")).expect(200).items;
        expect(board).toHaveLength(1);
        expect(board[0]).toMatchObject({ letter_id: letter.letter_id, countdown_working_days: 3, late: false });
        const bench = (await unit.get("/api/workbench")).expect(200);
        expect(bench.letters).toMatchObject({ issued: 1, late: 0 });
        const fix = bench.duties.soonest.filter((one: any) => one.rule === "Y5.fix");
        expect(fix.length, JSON.stringify(bench.duties)).toBeGreaterThan(0);
        expect(fix[0]).toMatchObject({ due_on: letter.due_date, countdown_working_days: 3, late: false });
        // one line for the letter, saying what follows when it is left, and none for the duty that it stands for
        expect(bench.todo[0]).toMatchObject({ kind: "letter_acknowledge", id: letter.letter_id, due_on: letter.due_date, countdown_working_days: 3, late: false });
        expect(bench.todo[0].if_late).toMatchObject({ article: "Y5", escalate_working_days: 1 });
        expect(bench.todo.filter((one: any) => one.rule === "Y5.fix" && one.kind === "duty")).toEqual([]);
        expect((await (await county.as("b_officer")).get("/api/workbench")).expect(200).letters.issued ?? 0).toBe(0);
        const inbox = (await unit.get("/api/inbox")).expect(200).items;
        expect(inbox.length).toBeGreaterThan(0);
        expect((await unit.get("/api/inbox/count")).expect(200).unread).toBeGreaterThan(0);
    });

    test("an answer before signing for it is refused; then it is signed for", async () => {
        refused(await unit.send("POST", `/api/letters/${letter.letter_id}/feedback?submit=1`, { body: { cause: "组件过旧", measures: "已升级", completed_date: START } }), 409);
        const signed = (await unit.post(`/api/letters/${letter.letter_id}/acknowledge`)).expect(200, 201);
        expect(signed.state).toBe("acknowledged");
        expect(signed.acknowledged_at_ms).toBeGreaterThan(0);
        await ledgerHas(officer, "letter.acknowledged", "letter", letter.letter_id);
        refused(await unit.post(`/api/letters/${letter.letter_id}/acknowledge`), 409);
        expect((await (await county.as("b_officer")).post(`/api/letters/${letter.letter_id}/acknowledge`)).status).toBe(404);
    });

    test("an extension is asked for and granted: the due date moves by working days", async () => {
        refused(await unit.post(`/api/letters/${letter.letter_id}/extension`, { working_days: 0, reason: "厂商需要时间" }), 422, "working_days");
        (await unit.post(`/api/letters/${letter.letter_id}/extension`, { working_days: 4, reason: "厂商补丁需停机升级" })).expect(200, 201);
        await ledgerHas(officer, "letter.extension_asked", "letter", letter.letter_id);
        const granted = (await officer.post(`/api/letters/${letter.letter_id}/extension/decide`, { agree: true, reason: "同意" })).expect(200, 201);
        const due = addWorkdays(START, 7);
        expect(isWorkday("2026-10-10")).toBe(true); // a Saturday that is worked
        expect(granted.due_date).toBe(due);
        letter = granted;
        await ledgerHas(officer, "letter.extension_granted", "letter", letter.letter_id);
        const fix = (await unit.all("/api/duties?article=Y5&state=open")).filter((one) => one.rule === "Y5.fix");
        expect(fix.every((one) => one.due_on === due)).toBe(true);
    });

    test("more than the rule allows is refused", async () => {
        (await unit.post(`/api/letters/${letter.letter_id}/extension`, { working_days: 60, reason: "长期停机改造" })).expect(200, 201, 409, 422);
        const decided = await officer.post(`/api/letters/${letter.letter_id}/extension/decide`, { agree: true, reason: "同意" });
        refused(decided, 409);
        (await officer.post(`/api/letters/${letter.letter_id}/extension/decide`, { agree: false, reason: "超过规定上限" })).expect(200, 201, 409);
        expect((await officer.get(`/api/letters/${letter.letter_id}`)).expect(200).due_date).toBe(letter.due_date);
    });

    test("technical support is asked for and answered by the notifier", async () => {
        (await unit.post(`/api/letters/${letter.letter_id}/support`, { question: "PHP 版本停止维护后应升级到哪个版本？" })).expect(200, 201);
        const answered = (await (await county.as("scan")).post(`/api/letters/${letter.letter_id}/support/answer`, { answer: "升级到厂商仍维护的版本，并关闭版本号显示。" })).expect(200, 201);
        const support = answered.requests.find((one: any) => one.request_kind === "support");
        expect(support).toMatchObject({ state: "answered", answer: "升级到厂商仍维护的版本，并关闭版本号显示。" });
        await ledgerHas(officer, "letter.support_answered", "letter", letter.letter_id);
    });

    test("the lateral list names the unit's other systems, and each is checked", async () => {
        const list = (await unit.get(`/api/letters/${letter.letter_id}/lateral`)).expect(200).lateral;
        expect(list.map((one: any) => one.system_name)).toEqual(["学籍管理系统"]);
        const after = (await unit.post(`/api/letters/${letter.letter_id}/lateral`, { system_id: list[0].system_id, result: "none_found", note: "不使用该组件" })).expect(200, 201);
        expect(after.lateral[0]).toMatchObject({ result: "none_found" });
        const duties = await unit.all("/api/duties?article=Y5");
        expect(duties.filter((one) => one.rule === "Y5.lateral_check").every((one) => one.state === "satisfied")).toBe(true);
        refused(await unit.post(`/api/letters/${letter.letter_id}/lateral`, { system_id: sheetRows.get("卫健局业务系统").system_id, result: "none_found" }), 422, "system_id");
    });

    test("a draft answer is kept; handing it in asks for what is missing", async () => {
        const kept = (await unit.post(`/api/letters/${letter.letter_id}/feedback`, { cause: "使用了停止维护的 PHP 版本" })).expect(200, 201);
        expect(kept.feedback[0]).toMatchObject({ state: "draft", cause: "使用了停止维护的 PHP 版本" });
        const answer = await unit.send("POST", `/api/letters/${letter.letter_id}/feedback?submit=1`, { body: {} });
        refused(answer, 422, "measures");
        expect(answer.faults.map((one) => one.field)).toContain("completed_date");
    });

    test("evidence is attached, and what is marked secret is refused", async () => {
        const query = { subject_kind: "letter", subject_id: letter.letter_id, kind: "evidence" };
        const file = Buffer.from("升级记录\n2026-09-28 已升级\n", "utf8");
        const made = (await unit.upload("/api/attachments", "升级记录.txt", file, query)).expect(201);
        expect(made.digest).toMatch(/^[0-9a-f]{64}$/);
        const back = await unit.get(`/api/attachments/${made.attachment_id}/content`);
        expect(back.bytes.equals(file)).toBe(true);
        const secret = await unit.upload("/api/attachments", "方案.txt", Buffer.from("机密★五年\n关于……的方案", "utf8"), query);
        expect([409, 422]).toContain(secret.status);
        expect((await (await county.as("b_officer")).get(`/api/attachments/${made.attachment_id}/content`)).status).toBe(404);
    });

    test("the answer is handed in; the duty is satisfied", async () => {
        const sent = (await unit.send("POST", `/api/letters/${letter.letter_id}/feedback?submit=1`, { body: { measures: "已升级并关闭版本显示，运维单位复核通过。", completed_date: START, filled_by_name: "教育局安全员" } })).expect(200, 201);
        expect(sent).toMatchObject({ state: "fed_back" });
        expect(sent.feedback[0]).toMatchObject({ state: "submitted", cause: "使用了停止维护的 PHP 版本" });
        await ledgerHas(officer, "letter.fed_back", "letter", letter.letter_id);
        const fix = (await unit.all("/api/duties?article=Y5")).filter((one) => one.rule === "Y5.fix");
        expect(fix.every((one) => one.state === "satisfied")).toBe(true);
        (await (await county.as("a_leader")).post(`/api/letters/${letter.letter_id}/feedback/${sent.feedback[0].feedback_id}/sign`)).expect(200, 201);
        const sheet = await unit.get(`/api/letters/${letter.letter_id}/feedback-sheet`);
        expect(sheet.bytes.subarray(0, 5).toString()).toBe("%PDF-");
        expect(await pdfText(sheet.bytes)).toContain("示数整〔2026〕1号");
    });

    test("returned for correction the clock runs again; handed in anew it stops; accepted it waits for the retest", async () => {
        const id = async () => (await officer.get(`/api/letters/${letter.letter_id}`)).expect(200).feedback[0].feedback_id;
        refused(await officer.post(`/api/letters/${letter.letter_id}/feedback/${await id()}/return`, {}), 422, "reason");
        const back = (await officer.post(`/api/letters/${letter.letter_id}/feedback/${await id()}/return`, { reason: "未附复核截图" })).expect(200, 201);
        expect(back.state).toBe("returned");
        const open = (await unit.all("/api/duties?article=Y5&state=open")).filter((one) => one.rule === "Y5.fix");
        expect(open).toHaveLength(2);
        (await unit.send("POST", `/api/letters/${letter.letter_id}/feedback?submit=1`, { body: { evidence_note: "复核截图见附件" } })).expect(200, 201);
        const accepted = (await officer.post(`/api/letters/${letter.letter_id}/feedback/${await id()}/accept`)).expect(200, 201);
        expect(accepted.state).toBe("retesting");
        await ledgerHas(officer, "letter.feedback_accepted", "letter", letter.letter_id);
    });
});

describe("5 the retest by a newer scan", () => {
    const state = async (one: any) => (await officer.get(`/api/findings/${one.finding_id}`)).expect(200).state;

    test("close-out is refused while the weakness stands", async () => {
        const answer = await officer.post(`/api/letters/${letter.letter_id}/close-out`);
        refused(answer, 409);
        expect(answer.text).toContain(chosen.finding_no);
    });

    test("scans that did not look there close nothing", async () => {
        const scan = await county.as("scan");
        for (const [name, bytes] of [
            ["other-host.nessus", nessusOf("10.20.31.10", "2026-09-28T08:00:00", [{ port: 443, plugin: 91100, name: "x", severity: 0 }])],
            ["other-port.xml", nmapOf(NESSUS, "2026-09-28T08:10:00", [[443, "open"]])],
            ["filtered.xml", nmapOf(NESSUS, "2026-09-28T08:20:00", [[80, "filtered"]])],
            ["still-open.xml", nmapOf(NESSUS, "2026-09-28T08:30:00", [[80, "open"]])],
        ] as Array<[string, Buffer]>) {
            const report = await importScan(scan, name, bytes);
            expect(report.closed, name).toBe(0);
            expect(await state(chosen), name).toBe("retesting");
        }
    });

    test("an older scan without it closes nothing either", async () => {
        const older = laterNessus(sample("nessus", "nessus_with_cvssv3.nessus"), "2022-03-20T10:00:00", [CHOSEN]);
        expect((await importScan(officer, "older.nessus", older)).closed).toBe(0);
        expect(await state(chosen)).toBe("retesting");
    });

    test("a newer scan that covered the port and shows one of the two: that one stays, the other closes", async () => {
        const one = await importScan(await county.as("scan"), "retest-1.nessus", laterNessus(sample("nessus", "nessus_with_cvssv3.nessus"), "2026-09-28T08:40:00", [CHOSEN]));
        expect(one).toMatchObject({ created: 0, closed: 1, reopened: 0 });
        expect(await state(chosen)).toBe("closed");
        expect(await state(other)).not.toBe("closed");
        refused(await officer.post(`/api/letters/${letter.letter_id}/close-out`), 409);
    });

    test("a scan where both are gone: the letter is closed out", async () => {
        const plugin = (await officer.get(`/api/findings/${other.finding_id}`)).expect(200).rule_id;
        const two = await importScan(await county.as("scan"), "retest-2.nessus", laterNessus(sample("nessus", "nessus_with_cvssv3.nessus"), "2026-09-28T08:50:00", [CHOSEN, plugin]));
        expect(two).toMatchObject({ created: 0, reopened: 0 });
        expect(two.closed).toBeGreaterThanOrEqual(1);
        expect(await state(other)).toBe("closed");
        const closed = (await officer.post(`/api/letters/${letter.letter_id}/close-out`)).expect(200, 201);
        expect(closed.state).toBe("closed_out");
        await ledgerHas(officer, "letter.closed_out", "letter", letter.letter_id);
        refused(await (await county.as("a_officer")).post(`/api/letters/${letter.letter_id}/extension`, { working_days: 1, reason: "再延一天" }), 409);
    });

    test("one comes back: it is reopened, not a new one", async () => {
        const back = await importScan(await county.as("scan"), "back.nessus", laterNessus(sample("nessus", "nessus_with_cvssv3.nessus"), "2026-09-28T08:55:00", [CHOSEN]));
        expect(back.created).toBe(0);
        expect(back.reopened).toBeGreaterThanOrEqual(1);
        expect(await state(chosen)).toBe("closed");
        const again = (await officer.get(`/api/findings/${other.finding_id}`)).expect(200);
        expect(again).toMatchObject({ state: "reported", reopened_count: 1 });
        expect(again.events.map((one: any) => one.verb)).toContain("reopened");
    });
});

describe("6 what follows", () => {
    let cases: any[];
    const casesOf = (kind: string, unit: string) => cases.filter((one) => one.case_kind === kind && one.unit_id === county.units[unit].unit_id);

    test("the same system notified again within three months: criticism is proposed", async () => {
        expect((await officer.all("/api/cases?case_kind=criticism")).length).toBe(0);
        await county.restart("2026-10-09T09:00:00");
        officer = await county.as("officer");
        const draft = (await officer.post("/api/letters", { findings: [{ finding_id: other.finding_id }] })).expect(201);
        const issued = (await (await county.as("director")).post(`/api/letters/${draft.letter_id}/issue`)).expect(200, 201);
        expect(issued.doc_number).toBe("示数整〔2026〕2号");
        cases = await officer.all("/api/cases");
        const found = casesOf("criticism", "a");
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ state: "proposed", article: "Y5", rule: "Y5.criticism", system_id: sheetRows.get("教育局门户网站").system_id, needs: 2 });
    });

    test("criticism needs two different people", async () => {
        const id = casesOf("criticism", "a")[0].case_id;
        const leader = await county.as("leader");
        expect((await officer.post(`/api/cases/${id}/decide`, { agree: true })).status).toBe(403);
        const first = (await leader.post(`/api/cases/${id}/decide`, { agree: true, reason: "情况属实" })).expect(200, 201);
        expect(first.state).toBe("first_agreed");
        refused(await leader.post(`/api/cases/${id}/decide`, { agree: true, reason: "再同意一次" }), 409);
        refused(await officer.post(`/api/cases/${id}/invitation`), 409);
        const second = (await (await county.as("leader2")).post(`/api/cases/${id}/decide`, { agree: true, reason: "同意" })).expect(200, 201);
        expect(second.state).toBe("approved");
        const paper = (await officer.post(`/api/cases/${id}/invitation`)).expect(200, 201);
        expect(paper.doc_number).toMatch(/^示数整〔2026〕\d+号$/);
        const pdf = await officer.get(`/api/cases/${id}/pdf`);
        expect(pdf.bytes.subarray(0, 5).toString()).toBe("%PDF-");
        const text = await pdfText(pdf.bytes);
        expect(text).toContain("示例县教育局");
        expect(text).toContain(paper.doc_number);
        await ledgerHas(officer, "case.approved", "case", id);
    });

    test("an outside notice of high severity: party and administrative heads, by the deputy in charge", async () => {
        const regulator = await county.as("regulator");
        const notice = (await regulator.post("/api/notices", { source_type: "cac_office", source_name: "市委网信办", source_no: "市网信通〔2026〕18号", received_date: START, severity: "high", unit_id: county.units.b.unit_id, system_id: sheetRows.get("董事会门户").system_id, title: "门户存在 SQL 注入漏洞", content: "登录接口存在 SQL 注入漏洞，可获取后台数据。" })).expect(201);
        await ledgerHas(officer, "notice.received", "notice", notice.notice_id);
        // Z25: from the day it came the authority has one working day to tell the unit in writing.
        const told = async (state: string) => (await officer.all(`/api/duties?rule=Z25.notice&state=${state}&subject_kind=finding&subject_id=${notice.finding_id}`)).map((one) => one.due_on);
        const tellBy = (await officer.get(`/api/workday?start=${START}&days=1`)).expect(200).due;
        expect(await told("open")).toEqual([tellBy]);
        const draft = (await officer.post("/api/letters", { findings: [{ finding_id: notice.finding_id }], notice_id: notice.notice_id })).expect(201);
        const issued = (await officer.post(`/api/letters/${draft.letter_id}/issue`)).expect(200, 201);
        expect(issued).toMatchObject({ outside: true, severity: "high" });
        expect(await told("open")).toEqual([]);
        expect(await told("satisfied")).toEqual([tellBy]);
        cases = await officer.all("/api/cases");
        const found = casesOf("interview", "b");
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ article: "S9", rule: "S9.high", interviewer_post: "deputy_in_charge", interviewee_posts: "party_head,admin_head", needs: 1 });
    });

    test("an outside notice of medium severity: the deputy, by the office director", async () => {
        const notice = (await officer.post("/api/notices", { source_type: "psb_reminder_letter", source_name: "县公安局网安大队", received_date: START, severity: "medium", unit_id: county.units.a.unit_id, system_id: sheetRows.get("学籍管理系统").system_id, title: "目录遍历", content: "存在目录遍历，可下载配置文件。" })).expect(201);
        const draft = (await officer.post("/api/letters", { findings: [{ finding_id: notice.finding_id }], notice_id: notice.notice_id })).expect(201);
        (await officer.post(`/api/letters/${draft.letter_id}/issue`)).expect(200, 201);
        cases = await officer.all("/api/cases");
        const found = casesOf("interview", "a");
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ article: "S9", rule: "S9.medium", interviewer_post: "office_director", interviewee_posts: "deputy_in_charge" });
    });

    test("an interview: decided, invited, held with minutes and commitments, done", async () => {
        const id = casesOf("interview", "b")[0].case_id;
        const full = (await officer.get(`/api/cases/${id}`)).expect(200);
        expect(full.interviewees.map((one: any) => one.post_kind)).toEqual(["party_head", "admin_head"]);
        (await (await county.as("leader")).post(`/api/cases/${id}/decide`, { agree: true, reason: "同意约谈" })).expect(200, 201);
        (await officer.patch(`/api/cases/${id}`, { meeting_at_ms: Date.parse("2026-10-12T15:00:00+08:00"), place: "数据局三楼会议室" })).expect(200);
        const invited = (await officer.post(`/api/cases/${id}/invitation`)).expect(200, 201);
        expect(invited.doc_number).toBeTruthy();
        const text = await pdfText((await officer.get(`/api/cases/${id}/pdf`)).bytes);
        expect(text).toContain("数据局三楼会议室");
        refused(await officer.post(`/api/cases/${id}/done`, { outcome: "executed" }), 409);
        const held = (await officer.post(`/api/cases/${id}/held`, { minutes: "约谈情况：指出问题并要求限期整改。", commitments: "十日内完成整改" })).expect(200, 201);
        expect(held.state).toBe("held");
        const record = await officer.get(`/api/cases/${id}/record`);
        expect(record.bytes.subarray(0, 5).toString()).toBe("%PDF-");
        const done = (await officer.post(`/api/cases/${id}/done`, { outcome: "executed" })).expect(200, 201);
        expect(done).toMatchObject({ state: "done", outcome: "executed" });
    });

    test("late: a criticism of the other unit is proposed, and the letter is red", async () => {
        await county.restart("2026-10-14T09:00:00");
        officer = await county.as("officer");
        const late = await officer.all("/api/letters?running=1");
        const overdue = late.filter((one) => one.late);
        expect(overdue.map((one) => one.unit_id)).toContain(county.units.b.unit_id);
        expect((await officer.get("/api/letters/board")).expect(200).late).toBe(overdue.length);
        cases = await officer.all("/api/cases");
        const found = casesOf("criticism", "b");
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject({ state: "proposed", article: "Y5", rule: "Y5.criticism" });
        // The same late letter is proposed once, not every day.
        await county.restart("2026-10-15T09:00:00");
        officer = await county.as("officer");
        cases = await officer.all("/api/cases");
        expect(casesOf("criticism", "b")).toHaveLength(1);
    });
});

describe("7 coverage", () => {
    test("every article of the four rules has its row and its state", async () => {
        const { readFileSync } = await import("node:fs");
        const wanted = new Set<string>();
        for (const line of readFileSync(shared("requirements.md"), "utf8").split("\n")) {
            const id = /^\| ([SJZY]A?\d+)(?:[–-]([SJZY])?(\d+))? \|/.exec(line);
            if (!id) continue;
            wanted.add(id[1]);
            if (id[3]) for (let n = Number(/\d+/.exec(id[1])![0]) + 1; n <= Number(id[3]); n++) wanted.add(id[1][0] + n);
        }
        expect(wanted.size).toBeGreaterThan(70);
        const articles = (await officer.get("/api/coverage")).expect(200).articles as any[];
        const have = new Map(articles.map((one) => [one.article, one]));
        expect([...wanted].filter((id) => !have.has(id))).toEqual([]);
        for (const one of articles) {
            expect(one.cite, one.article).toBeTruthy();
            expect(one.summary, one.article).toBeTruthy();
            for (const count of ["fulfilled", "due", "late", "exempt"]) expect(Number.isInteger(one[count]), `${one.article}.${count}`).toBe(true);
            if (!one.supported && !one.informs) expect(one.not_yet, `${one.article} says what is not fed yet`).toBeTruthy();
        }
        const y5 = have.get("Y5");
        expect(y5.supported).toBe(true);
        expect(y5.late).toBeGreaterThan(0);
        expect(y5.fulfilled).toBeGreaterThan(0);
    });

    test("a unit sees only itself", async () => {
        const all = (await officer.get("/api/coverage")).expect(200).articles.find((one: any) => one.article === "S2");
        const mine = (await (await county.as("a_officer")).get("/api/coverage")).expect(200).articles.find((one: any) => one.article === "S2");
        expect(mine.late + mine.due + mine.fulfilled).toBeLessThan(all.late + all.due + all.fulfilled);
    });

    test("search answers an address with its owner", async () => {
        const found = (await officer.get(`/api/search?q=${NMAP}`)).expect(200).groups as any[];
        const text = JSON.stringify(found);
        expect(text).toContain("示例县卫生健康局");
        const byName = (await officer.get(`/api/search?q=${encodeURIComponent("学籍")}`)).expect(200).groups as any[];
        expect(byName.find((one) => one.kind === "system")?.items[0].title).toContain("学籍管理系统");
    });
});

describe("8 the ledger", () => {
    test("verifies over the interface and from the command line", async () => {
        const verdict = (await officer.post("/api/ledger/verify", {})).expect(200, 201);
        expect(verdict).toMatchObject({ ok: true, first_bad: null });
        await county.place.stop();
        const said = await county.place.json(["ledger", "verify"]);
        expect(said.ok).toBe(true);
        expect(said.entries).toBeGreaterThanOrEqual(verdict.entries);
        const head = await county.place.anze(["ledger", "head", "--json"]);
        expect(head.code).toBe(0);
        const path = join(county.place.folder, "head.json");
        writeFileSync(path, head.stdout);
        expect((await county.place.json(["ledger", "verify", "--head", path])).ok).toBe(true);
    });

    test("every reply so far was as the interface description says", () => {
        expect(watch.seen).toBeGreaterThan(150);
        expect(watch.report()).toEqual([]);
    });
});
