// SPDX-License-Identifier: Apache-2.0
//
// The register: sheets as people keep them, the preview that shows how columns were understood and what would change, what
// the unit said about a column and is remembered, and the quality of entries as duties.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Client } from "../lib/client";
import { County } from "../lib/county";
import { ledgerHas, refused } from "../lib/expect";
import { nmapOf } from "../lib/scans";
import { readSheet, workbook } from "../lib/xlsx";

/* eslint-disable @typescript-eslint/no-explicit-any */
const START = "2026-09-28";
let county: County;
let officer: Client;
let edu: Client;

beforeAll(async () => {
    county = await (await County.make({ now: `${START}T09:00:00` })).populate();
    officer = await county.as("officer");
    edu = await county.as("a_officer");
}, 120_000);
afterAll(() => county?.dispose());

const upload = (client: Client, rows: any[][], query: Record<string, unknown> = {}) => client.upload("/api/registry-imports", "登记表.xlsx", workbook(rows), query as any);
const preview = async (client: Client, rows: any[][], query: Record<string, unknown> = {}) => (await upload(client, rows, { preview: 1, ...query })).expect(200, 201);
const write = async (client: Client, rows: any[][], query: Record<string, unknown> = {}) => (await upload(client, rows, query)).expect(201);
const find = async (name: string): Promise<any> => {
    const row = (await officer.all(`/api/systems?q=${encodeURIComponent(name)}`)).find((one: any) => one.system_name === name);
    expect(row, name).toBeDefined();
    return (await officer.get(`/api/systems/${row.system_id}`)).expect(200);
};
const fieldOf = (answer: any, header: string) => answer.mapping.find((one: any) => one.header === header);

describe("sheets as people keep them", () => {
    test("title rows above, synonymous headers with marks and line breaks, notes below", async () => {
        const rows = [
            ["示例县信息系统清查登记表", null, null],
            ["填报单位：示例县教育局", null, "2026年9月"],
            ["信息系统名称 *", "类　别", "主管单位（全称）", "等级保护\n级别", "投入使用时间", "备案编号："],
            ["清查一号", "门户网站", "示例县教育局", "第二级", "2024年3月1日", "33010000001-24001"],
            ["清查二号", "OA", "示例县教育局", "未定级", null, null],
            ["注：本表由各单位填写，逾期未报视为漏报。", null, null],
            ["合计", "2", null],
        ];
        const said = await preview(edu, rows);
        expect(said.errors).toEqual([]);
        expect(said).toMatchObject({ rows: 2, created: 2, header_row: 3 });
        await write(edu, rows);
        expect(await find("清查一号")).toMatchObject({ system_type: "website", mlps_level: 2, online_date: "2024-03-01", filing_cert_no: "33010000001-24001", unit_name: "示例县教育局" });
        expect(await find("清查二号")).toMatchObject({ system_type: "office_system", mlps_level: 0 });
    });

    test("five styles of a date, and a serial that Excel keeps", async () => {
        const styles = ["2026-01-09", "2026/1/9", "2026.1.9", "2026年1月9日", "20260109", 46031];
        const rows = [["系统名称", "系统类型", "责任单位", "上线日期"], ...styles.map((style, n) => [`日期${n}`, "网站", "示例县教育局", style])];
        expect((await write(edu, rows)).created).toBe(6);
        for (let n = 0; n < styles.length; n++) expect((await find(`日期${n}`)).online_date, String(styles[n])).toBe("2026-01-09");
    });

    test("several addresses and ports in a cell, further rows of the same system, numbers as text", async () => {
        const rows = [
            ["系统名称", "系统类型", "责任单位", "IP地址", "端口号", "服务器数量"],
            ["多址系统", "业务系统", "示例县教育局", "10.20.11.31、10.20.11.32", "80,443", "0012"],
            ["多址系统", "业务系统", "示例县教育局", "10.20.11.33", "8080", null],
        ];
        expect(await write(edu, rows)).toMatchObject({ rows: 2, created: 1 });
        const made = await find("多址系统");
        expect(made.host_count).toBe(12);
        expect(made.endpoints.map((one: any) => `${one.ip}:${one.port}`).sort()).toEqual(["10.20.11.31:443", "10.20.11.31:80", "10.20.11.32:443", "10.20.11.32:80", "10.20.11.33:8080"]);
        expect(await write(edu, rows)).toMatchObject({ created: 0, changed: 0, unchanged: 1 });
    });

    test("merged cells: the unit stands once for several rows", async () => {
        const sheet = workbook([["系统名称", "系统类型", "责任单位"], ["合并一", "网站", "示例县教育局"], ["合并二", "网站", null]]);
        const { unzip, zip } = await import("../lib/zip");
        const merged = zip(unzip(sheet).map((one) => (one.name === "xl/worksheets/sheet1.xml" ? { name: one.name, bytes: Buffer.from(one.bytes.toString("utf8").replace("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="C2:C3"/></mergeCells>')) } : one)));
        expect((await officer.upload("/api/registry-imports", "合并.xlsx", merged)).expect(201)).toMatchObject({ rows: 2, created: 2 });
        expect((await find("合并二")).unit_name).toBe("示例县教育局");
    });

    test("what is left out is said: details of an address without a place, the stage, a further row that differs", async () => {
        const rows = [
            ["系统名称", "系统类型", "责任单位", "ICP备案号", "运行状态", "备注", "IP地址"],
            ["清查一号", "网站", "示例县教育局", "浙ICP备2026000001号", "已下线", null, null],
            ["清查二号", "办公系统", "示例县教育局", null, null, "甲", "10.20.11.41"],
            ["清查二号", "办公系统", "示例县教育局", null, null, "乙", "10.20.11.42"],
        ];
        const said = await preview(edu, rows);
        expect(said.errors).toEqual([]);
        expect(said.warnings.map((one: any) => `${one.column}${one.row} ${one.field}`)).toEqual(["D2 icp_no", "E2 lifecycle_status", "F4 remark"]);
        for (const one of said.warnings) expect(one.message).toMatch(/[\u4e00-\u9fff]/);
    });
});

describe("how columns are understood", () => {
    const rows = [
        ["站点", "系统类型", "谁的", "访问网址", "联系方式"],
        ["映射系统", "网站", "示例县教育局", "https://map.shili.example/", "13900000001"],
    ];

    test("the preview names every column, its meaning and a sample; what no row can do without is asked for once", async () => {
        const said = await preview(officer, rows);
        expect(fieldOf(said, "站点")).toMatchObject({ column: "A", field: null, sample: "映射系统" });
        expect(fieldOf(said, "系统类型")).toMatchObject({ field: "system_type", source: "spelling" });
        expect(said.errors).toHaveLength(1);
        expect(said.errors[0]).toMatchObject({ row: 1, field: "system_name" });
        refused(await upload(officer, rows), 422);
    });

    test("the user says what a column is, and leaves one out", async () => {
        const said = await preview(officer, rows, { mapping: "A:system_name,C:unit_id,D:url,E:-" });
        expect(said.errors).toEqual([]);
        expect(said.created).toBe(1);
        expect(fieldOf(said, "站点")).toMatchObject({ field: "system_name", source: "chosen" });
        expect(fieldOf(said, "联系方式")).toMatchObject({ field: null, source: "chosen" });
    });

    test("a mapping that makes no sense is refused with what is wrong", async () => {
        for (const mapping of ["A:nonsense", "1:system_name", "A:system_id", "A:version", "A", "A:system_name,A:unit_id", "A:system_name,B:system_name"]) {
            const answer = await upload(officer, rows, { preview: 1, mapping });
            refused(answer, 422);
            expect(answer.faults[0].field, mapping).toBe("mapping");
        }
        refused(await upload(officer, rows, { preview: 1, header_row: 99 }), 422);
    });

    test("a header in a row of the user's choice", async () => {
        const strange = [["a", "b", "c"], ["名字", "种类", "归属"], ["行选系统", "网站", "示例县教育局"]];
        refused(await upload(officer, strange, { preview: 1 }), 422);
        const said = await preview(officer, strange, { header_row: 2, mapping: "A:system_name,B:system_type,C:unit_id" });
        expect(said).toMatchObject({ rows: 1, created: 1, errors: [] });
    });

    test("what was written is remembered by the header, for this unit alone", async () => {
        await write(officer, rows, { mapping: "A:system_name,C:unit_id,D:url,E:-" });
        const again = await preview(officer, rows);
        expect(again.errors).toEqual([]);
        expect(again).toMatchObject({ created: 0, unchanged: 1, diff: [] });
        expect(fieldOf(again, "站点")).toMatchObject({ field: "system_name", source: "remembered" });
        expect(fieldOf(again, "联系方式")).toMatchObject({ field: null, source: "remembered" });
        expect(fieldOf(await preview(edu, rows), "站点").field).toBeNull();
        // A preview alone remembers nothing.
        await preview(edu, rows, { mapping: "A:system_name,C:unit_id" });
        expect(fieldOf(await preview(edu, rows), "站点").field).toBeNull();
    });
});

describe("what would change, before it is written", () => {
    const header = ["系统名称", "系统类型", "责任单位", "等保级别", "备注", "网络安全联系人", "IP地址"];
    const many = Array.from({ length: 30 }, (_, n) => [`对比${n}`, "网站", "示例县教育局", 1, `第${n}批`, "王接待", `10.20.12.${n + 1}`]);

    test("new rows with their values, in pages, and nothing written", async () => {
        const before = await county.place.counts();
        const first = await preview(edu, [header, ...many], { diff_limit: 12 });
        expect(first).toMatchObject({ rows: 30, created: 30, diff_rows: 30, diff_next: 13 });
        expect(first.diff).toHaveLength(12);
        expect(first.diff[0]).toMatchObject({ row: 2, action: "created", system_name: "对比0", unit_name: "示例县教育局" });
        expect(first.diff[0].cells).toContainEqual({ field: "mlps_level", before: "", after: "1" });
        expect(first.diff[0].cells).toContainEqual({ field: "endpoints", before: "", after: "10.20.12.1" });
        const seen = first.diff.map((one: any) => one.row);
        for (let next = first.diff_next; next; ) {
            const page = await preview(edu, [header, ...many], { diff_limit: 12, diff_after: next });
            seen.push(...page.diff.map((one: any) => one.row));
            expect(page.diff_rows).toBe(30);
            next = page.diff_next;
        }
        expect(seen).toEqual(many.map((_, n) => n + 2));
        expect(await county.place.counts()).toBe(before);
        await write(edu, [header, ...many]);
    });

    test("changed cells with old and new, unchanged rows only counted", async () => {
        const rows = [header, ...many.map((row, n) => (n === 3 ? [...row.slice(0, 3), 2, "改后", row[5], "10.20.12.99"] : row)), ["对比新", "网站", "示例县教育局", 1, null, null, null]];
        const said = await preview(edu, rows);
        expect(said).toMatchObject({ created: 1, changed: 1, unchanged: 29, diff_rows: 2, diff_next: null });
        const change = said.diff.find((one: any) => one.action === "changed");
        expect(change.system_no).toMatch(/^AZ-/);
        expect(change.cells).toEqual([
            { field: "mlps_level", before: "1", after: "2" },
            { field: "remark", before: "第3批", after: "改后" },
            { field: "endpoints", before: "", after: "10.20.12.99" },
        ]);
        expect((await preview(edu, rows, { diff_action: "changed" })).diff.map((one: any) => one.action)).toEqual(["changed"]);
        expect((await preview(edu, rows, { diff_action: "created" })).diff.map((one: any) => one.system_name)).toEqual(["对比新"]);
    });

    test("people stay masked for who may not see them, and a masked cell is no news", async () => {
        const numbered = await find("对比5");
        const rows = [["系统编号", "网络安全联系人", "备注"], [numbered.system_no, numbered.contact_name, "五"], [(await find("对比6")).system_no, "新联系人", null]];
        expect(numbered.contact_name).toContain("*");
        const said = await preview(officer, rows);
        expect(said.errors).toEqual([]);
        expect(said.diff[0].cells).toEqual([{ field: "remark", before: "第5批", after: "五" }]);
        expect(JSON.stringify(said.diff)).not.toContain("王接待");
        expect(JSON.stringify(said.diff[1])).not.toContain("新联系人");
        await write(officer, rows);
        expect((await edu.get(`/api/systems/${numbered.system_id}`)).expect(200).contact_name).toBe("王接待");
        const wrong = await preview(officer, [["系统编号", "网络安全联系人"], [numbered.system_no, "李**"]]);
        expect(wrong.errors).toHaveLength(1);
    });

    test("a foreign system is not changed, and its values are not shown", async () => {
        const foreign = await find("对比7");
        const health = await county.as("b_officer");
        const said = await preview(health, [["系统编号", "备注"], [foreign.system_no, "越权"]]);
        expect(said.errors).toHaveLength(1);
        expect(said.diff).toEqual([]);
        expect(JSON.stringify(said)).not.toContain("第7批");
    });

    test("the command line previews the same", async () => {
        const path = join(county.place.folder, "预览.xlsx");
        writeFileSync(path, workbook([header, [...many[0].slice(0, 4), "命令行", null, null]]));
        const before = await county.place.counts();
        const said = await county.place.json(["import", "registry", path, "--preview"]);
        expect(said).toMatchObject({ rows: 1, created: 0, changed: 1, unchanged: 0, preview: true, errors: [] });
        expect(said.diff[0].cells).toEqual([{ field: "remark", before: "第0批", after: "命令行" }]);
        expect(said.mapping[0]).toMatchObject({ column: "A", field: "system_name" });
        expect(await county.place.counts()).toBe(before);
        const plain = await county.place.anze(["import", "registry", path, "--preview", "--map", "E:-"]);
        expect(plain.code).toBe(0);
        expect(plain.stdout).toContain("1 / + 0 / ~ 0 / = 1");
    });
});

describe("formats and what only warns", () => {
    test("numbers of accounts and filings are checked", async () => {
        const base = { system_name: "格式", system_type: "wechat_official", unit_id: county.units.a.unit_id };
        for (const [field, bad] of [
            ["wx_origin_id", "gh_12345"],
            ["wx_origin_id", "wx_0123456789ab"],
            ["miniapp_appid", "wx0123"],
            ["gov_site_code", "123"],
            ["filing_cert_no", "无"],
            ["contact_email", "不是邮箱"],
        ]) {
            const answer = await officer.post("/api/systems", { ...base, [field]: bad });
            refused(answer, 422);
            expect(answer.faults[0].field).toBe(field);
        }
        for (const icp_no of ["ICP备123号", "浙ICP备12345号", "浙ICP备2026077959号-12345"]) refused(await officer.post("/api/systems", { ...base, endpoints: [{ domain: "f.example", icp_no }] }), 422);
    });

    test("what is merely unusual is entered, and said", async () => {
        const made = (
            await officer.post("/api/systems", {
                system_name: "提示系统", system_type: "website", unit_id: county.units.b.unit_id, mlps_level: 3, cloud_mlps_level: 2, is_cii: false, filing_cert_no: "浙公备A12345678".replace(/[^A-Z0-9]/g, ""),
                has_pi: false, pi_count: 12, has_minor_pi: true, has_sensitive_pi: false, contract_fen: 10_000_000, security_budget_fen: 100_000, eval_scheme: "v2025", eval_conclusion: "good",
                endpoints: [{ domain: "tip.shili.example", psb_no: "浙公网安备3306020200123号" }], gov_site_code: "3306020001",
            })
        ).expect(201);
        const fields = made.warnings.map((one: any) => one.field);
        expect(fields).toEqual(expect.arrayContaining(["psb_no", "filing_cert_no", "cloud_mlps_level", "pi_count", "has_minor_pi", "security_budget_fen", "eval_conclusion", "gov_site_code"]));
        const english = (await officer.get(`/api/systems/${made.system_id}?lang=en`)).expect(200);
        for (const one of english.warnings) expect(one.message.replace(/[“”"].*?[“”"]/g, "")).not.toMatch(/[\u4e00-\u9fff]/);
    });

    test("the level is the higher part, and nobody has to work it out", async () => {
        const made = (await officer.post("/api/systems", { system_name: "定级系统", system_type: "website", unit_id: county.units.b.unit_id, s_level: 2, a_level: 3 })).expect(201);
        expect(made.mlps_level).toBe(3);
        refused(await officer.patch(`/api/systems/${made.system_id}`, { version: made.version, mlps_level: 2 }), 422);
        expect((await officer.patch(`/api/systems/${made.system_id}`, { version: made.version, a_level: 1 })).expect(200).mlps_level).toBe(2);
        refused(await officer.patch(`/api/systems/${made.system_id}`, { version: made.version + 1, major_risk_count: 2, major_risk_fixed: 3 }), 422);
    });

    test("a newer evaluation keeps the older one in the history", async () => {
        const made = (await officer.post("/api/systems", { system_name: "测评系统", system_type: "website", unit_id: county.units.b.unit_id, evaluator: "甲测评", report_no: "R-1", eval_date: "2024-05-01", eval_conclusion: "good", crypto_eval_date: "2025-01-01", crypto_eval_org: "乙密评" })).expect(201);
        const newer = (await officer.patch(`/api/systems/${made.system_id}`, { version: made.version, report_no: "R-2", eval_date: "2026-05-01", eval_scheme: "v2025", eval_conclusion: "conforming", crypto_eval_date: "2026-01-01" })).expect(200);
        expect(newer.evaluations).toEqual([
            expect.objectContaining({ eval_kind: "crypto", eval_date: "2025-01-01", evaluator: "乙密评" }),
            expect.objectContaining({ eval_kind: "mlps", eval_date: "2024-05-01", report_no: "R-1", eval_conclusion: "good" }),
        ]);
        const fixed = (await officer.patch(`/api/systems/${made.system_id}`, { version: newer.version, report_no: "R-2b" })).expect(200);
        expect(fixed.evaluations).toHaveLength(2);
    });

    test("an address says its purpose, and a form can take a number away again", async () => {
        const made = (await officer.post("/api/systems", { system_name: "端口系统", system_type: "website", unit_id: county.units.b.unit_id, endpoints: [{ ip: "10.20.33.1", port: 443, port_purpose: "对外服务", icp_no: "浙ICP备2026000001号" }] })).expect(201);
        expect(made.endpoints[0].port_purpose).toBe("对外服务");
        const kept = (await officer.patch(`/api/systems/${made.system_id}`, { version: made.version, endpoints: [{ ip: "10.20.33.1", port: 443 }] })).expect(200);
        expect(kept.endpoints[0]).toMatchObject({ endpoint_id: made.endpoints[0].endpoint_id, port_purpose: null, icp_no: null });
    });
});

describe("sheets out", () => {
    test("the full template has every field, the short one fewer", async () => {
        const short = readSheet((await officer.get("/api/systems/template")).bytes).get(1)!;
        const full = readSheet((await officer.get("/api/systems/template?full=1")).bytes).get(1)!;
        expect(full.length).toBeGreaterThan(120);
        for (const label of [...short, "端口用途", "抗 DDoS 攻击", "密评备案日期", "运维联系人电话"]) expect(full.map((one) => one.replace(/\s*\*$/, ""))).toContain(label.replace(/\s*\*$/, ""));
    });

    test("the register goes out masked to the authority and within the own unit to a unit", async () => {
        const csv = (await officer.get("/api/systems/register?layout=csv")).text;
        expect(csv).not.toContain("王接待");
        expect((await edu.get("/api/systems/register?layout=csv")).text).toContain("王接待");
        expect((await (await county.as("b_officer")).get("/api/systems/register?layout=csv")).text).not.toContain("对比5");
    });
});

describe("the quality of entries", () => {
    const count = async (client: Client, kind: string): Promise<number> => (await client.get("/api/systems/quality")).expect(200).kinds.find((one: any) => one.flaw_kind === kind).count;
    const duties = async (id: number): Promise<string[]> => (await officer.all(`/api/duties?subject_kind=system&subject_id=${id}&state=open`)).map((one: any) => one.rule).filter((one: string) => one.startsWith("Q")).sort();
    const make = async (system_name: string, unit: string, more: Record<string, unknown>) => (await officer.post("/api/systems", { system_name, system_type: "website", unit_id: county.units[unit].unit_id, lifecycle_status: "online", ...more })).expect(201);

    test("a place registered twice is told at both ends, without telling a unit whose the other is", async () => {
        const a = await make("重复甲", "a", { endpoints: [{ domain: "twice.shili.example" }] });
        const b = await make("重复乙", "b", { endpoints: [{ url: "https://twice.shili.example/" }] });
        expect((await officer.get(`/api/systems/${a.system_id}`)).json.flaws).toEqual([expect.objectContaining({ flaw_kind: "duplicate_place", peer_id: b.system_id, peer_name: "重复乙" })]);
        const own = (await edu.get(`/api/systems/${a.system_id}`)).expect(200);
        expect(own.flaws[0]).toMatchObject({ flaw_kind: "duplicate_place", peer_id: null });
        expect(JSON.stringify(own)).not.toContain("重复乙");
        expect(await count(edu, "duplicate_place")).toBe(1);
        expect(await count(officer, "duplicate_place")).toBe(2);
        expect(await duties(b.system_id)).toEqual(["Q1.place"]);
        const rows = (await officer.get("/api/systems?flaw_kind=duplicate_place&count=1")).expect(200);
        expect(rows.total).toBe(2);
        expect(rows.items[0].flaw_count).toBeGreaterThan(0);
        expect((await officer.get("/api/systems?flaw_kind=duplicate_place,silent&count=1")).expect(200).total).toBe(2);
        expect((await officer.get("/api/systems?flaw_kind=silent,icp_missing&flawed=1&count=1")).expect(200).total).toBe(0);
        expect((await officer.get("/api/systems?flawed=0&count=1")).expect(200).total).toBeGreaterThan(0);
        (await officer.post(`/api/systems/${b.system_id}/lifecycle`, { to: "retired", reason: "合并" })).expect(200, 201);
        expect(await count(officer, "duplicate_place")).toBe(0);
        expect(await duties(a.system_id)).toEqual([]);
    });

    test("open to the internet without a number, level 2 without certificate, certificate about to run out", async () => {
        const made = await make("缺项系统", "a", { internet_exposed: true, mlps_level: 2, filing_cert_no: "33010000001-24002", filing_valid_to: "2026-10-20", endpoints: [{ domain: "open.shili.example" }] });
        const kinds = () => officer.get(`/api/systems/${made.system_id}`).then((one) => one.json.flaws.map((flaw: any) => `${flaw.flaw_kind} ${flaw.stage}`));
        expect(await kinds()).toEqual(["filing_expiring soon", "icp_missing now"]);
        expect(await duties(made.system_id)).toEqual(["Q2.renew", "Q4.icp"]);
        const duty = (await officer.all(`/api/duties?subject_kind=system&subject_id=${made.system_id}&rule=Q2.renew`))[0];
        expect(duty.due_on).toBe("2026-10-20");
        // Mended by a sheet, as it is done in practice.
        await write(officer, [["系统编号", "备案有效期至", "域名", "ICP备案号"], [made.system_no, "2029-10-20", "open.shili.example", "浙ICP备2026000009号-1"]]);
        expect(await kinds()).toEqual([]);
        expect(await duties(made.system_id)).toEqual([]);
    });

    test("a contact who gave up the post is told at once", async () => {
        const person = (await officer.post("/api/people", { unit_id: county.units.b.unit_id, person_name: "周离岗", mobile: "13900000009" })).expect(201);
        const post = (await officer.post(`/api/units/${county.units.b.unit_id}/posts`, { post_kind: "ops_contact", person_id: person.person_id, valid_from: "2026-01-01" })).expect(200, 201);
        const made = await make("离岗系统", "b", { contact_name: "周离岗" });
        expect(made.flaws).toEqual([]);
        const posts = (await officer.get(`/api/units/${county.units.b.unit_id}`)).json.posts;
        const held = posts.find((one: any) => one.person_id === person.person_id);
        (await officer.post(`/api/posts/${(post?.post_id ?? held.post_id) as number}/end`, { valid_to: START })).expect(200, 201, 204);
        expect((await officer.get(`/api/systems/${made.system_id}`)).json.flaws.map((one: any) => one.flaw_kind)).toEqual(["contact_left"]);
        expect(await duties(made.system_id)).toEqual(["Q5.contact"]);
    });

    test("a system that no scan hears of for ninety days; confirming that it is in use ends it", async () => {
        const quiet = await make("静默系统", "a", { endpoints: [{ ip: "10.20.44.10", port: 80 }] });
        await make("应答系统", "a", { endpoints: [{ ip: "10.20.44.11", port: 80 }] });
        await county.restart("2027-01-04T09:00:00");
        officer = await county.as("officer");
        edu = await county.as("a_officer");
        const scan = await county.as("scan");
        (await scan.upload("/api/scan-imports", "巡检.xml", nmapOf("10.20.44.11", "2027-01-04T08:00:00", [[80, "open"]]))).expect(201);
        await county.restart("2027-01-05T09:00:00");
        officer = await county.as("officer");
        edu = await county.as("a_officer");
        await expect.poll(async () => (await officer.get(`/api/systems/${quiet.system_id}`)).json.flaws.map((one: any) => one.flaw_kind), { timeout: 20_000 }).toEqual(["silent"]);
        expect(await duties(quiet.system_id)).toEqual(["Q6.silent"]);
        expect((await edu.get("/api/systems?flaw_kind=silent&count=1")).json.total).toBe(1);
        (await edu.post(`/api/systems/${quiet.system_id}/confirm`)).expect(200, 201);
        expect((await officer.get(`/api/systems/${quiet.system_id}`)).json.flaws).toEqual([]);
        expect(await duties(quiet.system_id)).toEqual([]);
    });

    test("the coverage counts them under the articles of their own pack", async () => {
        const said = await county.place.json(["pack", "coverage"]);
        const articles = said.articles.filter((one: any) => one.pack === "Q");
        expect(articles.map((one: any) => one.article)).toEqual(["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"]);
        const contact = articles.find((one: any) => one.article === "Q5");
        expect(contact).toMatchObject({ supported: true });
        expect(contact.due + contact.late).toBe(1);
        await ledgerHas(officer, "registry.imported");
    });
});
