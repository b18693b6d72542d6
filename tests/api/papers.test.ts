// SPDX-License-Identifier: Apache-2.0
//
// The papers as other programs see them: LibreOffice opens every DOCX and reads the same text as stands in our PDF; the fonts of the
// PDF are embedded and its text can be selected; and the code at the foot proves, also without a server, what was issued and that it
// was not altered.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { refused } from "../lib/expect";
import { pdfText } from "../lib/pdf";
import { run } from "../lib/run";

/* eslint-disable @typescript-eslint/no-explicit-any */
let county: County;
let officer: Client;
let edu: Client;
let folder: string;
const papers: Record<string, { pdf: Buffer; docx: Buffer; code: string }> = {};

async function take(name: string, client: Client, path: string, known?: string): Promise<void> {
    const pdf = await client.get(`${path}/pdf`);
    const docx = await client.get(`${path}/docx`);
    expect([pdf.status, docx.status], name).toEqual([200, 200]);
    const code = /核验码：(AZ-\w{4}-\w{4}-\w{4})/.exec(await pdfText(pdf.bytes))?.[1] ?? "";
    expect(code.length, name).toBe(17);
    if (known) expect(code).toBe(known);
    papers[name] = { pdf: pdf.bytes, docx: docx.bytes, code };
    writeFileSync(join(folder, `${name}.docx`), docx.bytes);
    writeFileSync(join(folder, `${name}.pdf`), pdf.bytes);
}
async function form(name: string, form_id: string, more: object[] = []): Promise<void> {
    const opened = (await edu.post("/api/collection-tasks", { form_id, unit_id: county.units.a.unit_id })).expect(201);
    const path = `/api/collection-tasks/${opened.task_id}`;
    const cells = [...opened.cells.map(({ row_no, name, value }: any) => ({ row_no, name, value })), ...more];
    (await edu.put(`${path}/draft`, { version: opened.version, cells })).expect(200);
    await take(name, edu, path, (await edu.post(`${path}/sheet`)).expect(200).verify_code);
}

beforeAll(async () => {
    county = await (await County.make({ now: "2026-09-28T09:00:00" })).populate();
    folder = join(county.place.folder, "papers");
    mkdirSync(folder);
    await county.post("a", "department_head", "教育局科长");
    officer = await county.as("officer");
    edu = await county.as("a_officer");
    const unit_id = county.units.a.unit_id;
    const system = (await officer.post("/api/systems", { system_name: "教育门户网站", system_type: "website", unit_id, business_desc: "信息公开", mlps_level: 2 })).expect(201);
    const finding = (await officer.post("/api/findings", { title: "管理后台弱口令", severity: "high", unit_id, system_id: system.system_id })).expect(201);
    const letter = (await officer.post("/api/letters", { findings: [{ finding_id: finding.finding_id }] })).expect(201);
    (await officer.post(`/api/letters/${letter.letter_id}/issue`)).expect(200, 201);
    await take("letter", officer, `/api/letters/${letter.letter_id}`);
    const { document_id } = (await edu.post(`/api/units/${unit_id}/pledge/sheet`)).expect(200);
    await take("pledge", edu, `/api/documents/${document_id}`, (await edu.get(`/api/units/${unit_id}/pledge`)).expect(200).pledge.sheet_verify_code);
    await form("table", "SA2.responsibility_table");
    await form("register", "SA3.system_register", [{ row_no: 0, name: "filled_by", value: "教育局𠮷安全员" }]);
}, 180_000);
afterAll(() => county?.dispose());

const NAMES = ["letter", "pledge", "table", "register"];
/** What a reader reads: Chinese characters with their number. Layout decides on order, page numbers and marks. */
function characters(text: string): Map<string, number> {
    const many = new Map<string, number>();
    for (const one of text.match(/\p{Script=Han}/gu) ?? []) many.set(one, (many.get(one) ?? 0) + 1);
    return many;
}

describe("LibreOffice", () => {
    test("opens each DOCX clean, in one run, and reads what the PDF shows", async () => {
        const ran = await run("soffice", ["--headless", "--norestore", `-env:UserInstallation=file://${folder}/profile`, "--convert-to", "pdf", "--outdir", join(folder, "office"), ...NAMES.map((one) => join(folder, `${one}.docx`))], { timeoutMs: 150_000, env: { HOME: folder } });
        expect(ran.code, ran.stderr).toBe(0);
        for (const name of NAMES) {
            const path = join(folder, "office", `${name}.pdf`);
            expect(existsSync(path), name).toBe(true);
            const [theirs, ours] = [await pdfText(readFileSync(path)), await pdfText(papers[name].pdf)];
            expect(theirs, name).toContain(papers[name].code);
            const [a, b] = [characters(theirs), characters(ours)];
            const differ = [...new Set([...a.keys(), ...b.keys()])].filter((one) => a.get(one) !== b.get(one)).map((one) => `${one} ${b.get(one) ?? 0}→${a.get(one) ?? 0}`);
            expect(differ, `${name}: ours → LibreOffice`).toEqual([]);
        }
    }, 180_000);
    test("the sheets keep their size and direction", async () => {
        const size = async (path: string) => /Page size:\s+([\d.]+) x ([\d.]+)/.exec((await run("pdfinfo", [path])).stdout)!.slice(1).map((one) => Math.round(Number(one)));
        for (const name of NAMES) expect(await size(join(folder, "office", `${name}.pdf`)), name).toEqual(await size(join(folder, `${name}.pdf`)));
        expect((await size(join(folder, "register.pdf")))[0]).toBe(842);
    });
});

describe("PDF", () => {
    test.each(NAMES)("%s: every font embedded as a subset with its characters", async (name) => {
        const lines = (await run("pdffonts", [join(folder, `${name}.pdf`)])).stdout.trim().split("\n").slice(2);
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) expect(line).toMatch(/ yes yes yes /);
    });
    test("a rare character of a name is there", async () => {
        expect(await pdfText(papers.register.pdf)).toContain("教育局𠮷安全员");
    });
});

describe("what a code proves", () => {
    test("on the page: issued, unaltered, with its ledger entry; typed in small letters too; an invented one proves nothing", async () => {
        for (const name of NAMES) {
            const { code } = papers[name];
            expect(await pdfText(papers[name].pdf), name).toContain(code);
            const proof = (await county.place.client().get(`/api/verify/${code.toLowerCase()}`)).expect(200);
            expect(proof, name).toMatchObject({ intact: true, unit_name: "示例县教育局", state: "issued" });
            expect(proof.entry_id).toBeGreaterThan(0);
        }
        refused(await county.place.client().get("/api/verify/AZ-2222-3333-4444"), 404);
    });
    test("without a server: the command says the same, and holds a file against what was issued", async () => {
        await county.place.stop();
        for (const name of NAMES) {
            expect(await county.place.json(["verify", papers[name].code]), name).toMatchObject({ intact: true });
            expect(await county.place.json(["verify", papers[name].code, join(folder, `${name}.pdf`)]), name).toMatchObject({ intact: true, file: "same" });
        }
        const altered = Buffer.from(papers.table.pdf);
        altered[altered.length >> 1] ^= 1;
        writeFileSync(join(folder, "altered.pdf"), altered);
        expect(await county.place.json(["verify", papers.table.code, join(folder, "altered.pdf")], 1)).toMatchObject({ intact: true, file: "differs" });
        expect(await county.place.json(["verify", papers.table.code, join(folder, "pledge.pdf")], 1)).toMatchObject({ file: "differs" });
        expect((await county.place.anze(["verify", "AZ-2222-3333-4444"])).code).toBe(1);
    });
    test("a text changed behind the program's back is found, also when its digest was changed with it", async () => {
        await county.place.sql(`UPDATE document SET content = REPLACE(content, '教育局局长', '教育局处长') WHERE verify_code = '${papers.table.code}'`);
        expect(await county.place.json(["verify", papers.table.code], 1)).toMatchObject({ intact: false });
        await county.place.sql(`UPDATE document SET digest = '${"0".repeat(64)}' WHERE verify_code = '${papers.pledge.code}'`);
        expect(await county.place.json(["verify", papers.pledge.code], 1)).toMatchObject({ intact: false, entry_id: 0 });
        await county.place.serve();
        expect((await county.place.client().get(`/api/verify/${papers.table.code}`)).expect(200).intact).toBe(false);
        expect((await county.place.client().get(`/api/verify/${papers.register.code}`)).expect(200).intact).toBe(true);
    });
});
