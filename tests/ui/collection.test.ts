// SPDX-License-Identifier: Apache-2.0
//
// A collection from launch to export, through the screens, at 1366 × 768: the officer launches, a unit finds its sheet
// prefilled, fills, prints, uploads the stamped scan and hands in; it comes back with remarks, goes again, is accepted and
// stands in the summary. Then the pledge, a second factor set up and asked for, a reorganisation with preview and undo, a
// register with preview. Screenshots are kept in tests/artefacts/ui.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { w } from "../lib/browser";
import { addWorkdays } from "../lib/calendar";
import { button, codeOf, confirmed, Desk, dialog, saved } from "../lib/desk";
import { pdfText } from "../lib/pdf";
import { artefact, root } from "../lib/place";
import { layoutFaults, settled } from "../lib/screens";
import { readSheet, workbook } from "../lib/xlsx";
import { unzip } from "../lib/zip";

const TODAY = "2026-10-13"; // a Tuesday
const UNIT = "示例县教育局";
const TITLE = "责任体系表秋季核对";
const SCAN = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

let desk: Desk;
beforeAll(async () => {
    desk = await Desk.open(`${TODAY}T09:30:00`);
}, 180_000);
afterAll(() => desk?.close());
afterEach(async ({ task: one }) => {
    if (one.result?.state === "fail") await desk.shootAll(one.name);
});

const flat = (bytes: Buffer): string => [...readSheet(bytes).values()].map((row) => row.join("|")).join("\n");
let board = "";
let task = "";

describe("a collection", () => {
    test("the officer launches it to two units", async () => {
        const officer = await desk.as("officer");
        const { page } = officer;
        await page.goto("/collections");
        await button(page, w("coll.launch")).click();
        await page.waitForURL("**/collections/new");
        await page.locator(".el-radio", { hasText: "网络安全责任体系表" }).click();
        const title = page.getByRole("textbox", { name: desk.label("collection_launch", "title") });
        expect(await title.inputValue()).toContain("责任体系表"); // a title is proposed
        await title.fill(TITLE);
        await page.getByRole("textbox", { name: desk.label("collection_launch", "text") }).fill("请核对后盖章报送。");
        await page.getByRole("spinbutton").fill("5");
        await page.locator(".el-radio", { hasText: desk.says("enum.collection_audience.units") }).click();
        const picker = page.getByRole("combobox", { name: desk.label("collection_launch", "units"), exact: true });
        for (const name of [UNIT, "示例县卫生健康局"]) {
            await picker.click();
            await picker.fill(name);
            await page.getByRole("option", { name }).first().click();
        }
        await page.keyboard.press("Escape");
        expect(await layoutFaults(page)).toEqual([]);
        await officer.shoot("30-collection-new");
        await confirmed(page, w("coll.launch"));
        await page.waitForURL(/\/collections\/\d+$/);
        board = new URL(page.url()).pathname;
        await page.getByRole("link", { name: UNIT }).waitFor();
        await page.getByText(w("coll.progress", 0, 2)).first().waitFor();
        const due = addWorkdays(TODAY, 5);
        expect(await page.locator("main").innerText()).toContain(`${Number(due.slice(5, 7))}月${Number(due.slice(8))}日`);
        await settled(page);
        await officer.shoot("31-collection-board");
    });

    test("the unit finds it on its workbench, prefilled; what is wrong is said at its cell; the draft is kept", async () => {
        const clerk = await desk.as("jyj");
        const { page } = clerk;
        await page.goto("/workbench");
        await page.getByText(TITLE).first().waitFor();
        await page.goto("/tasks");
        await page.getByRole("link", { name: TITLE }).click();
        await page.waitForURL(/\/tasks\/\d+$/);
        task = new URL(page.url()).pathname;
        const cell = (row: number, column: string) => page.locator("table.sheet tbody tr").nth(row).getByRole("textbox", { name: column });
        await cell(0, "姓名").waitFor();
        expect(await cell(0, "姓名").inputValue()).not.toBe(""); // from the posts of the unit
        await clerk.shoot("32-task-prefilled");
        for (let row = 0; row < 5; row++) {
            for (const [column, value] of [["姓名", `责任人${"甲乙丙丁戊"[row]}`], ["职务", "工作人员"], ["移动电话", `1390000000${row}`], ["办公电话", `0000-800000${row}`]] as const) {
                const input = page.locator("table.sheet tbody tr").nth(row).getByRole("textbox", { name: new RegExp(column) });
                if ((await input.count()) && !(await input.first().inputValue())) await input.first().fill(value);
            }
        }
        const mobile = page.locator("table.sheet tbody tr").nth(1).getByRole("textbox", { name: /移动电话/ });
        await mobile.fill("1390");
        await button(page, w("save")).click();
        await page.getByText(w("coll.unsaved")).waitFor({ state: "hidden" });
        await button(page, w("coll.print")).click();
        await page.locator("table.sheet tbody tr").nth(1).getByRole("alert").waitFor();
        await clerk.shoot("33-task-refused");
        await mobile.fill("13900000002");
        await page.getByText(w("coll.unsaved")).waitFor();
        // The draft saves itself; the page opened again shows it.
        await page.getByText(w("coll.unsaved")).waitFor({ state: "hidden" });
        await page.reload();
        await mobile.waitFor();
        expect(await mobile.inputValue()).toBe("13900000002");
        expect(await layoutFaults(page)).toEqual([]);
    });

    test("printed as the official sheet; handed in only with the stamped scan of that sheet", async () => {
        const clerk = await desk.as("jyj");
        const { page } = clerk;
        await button(page, w("coll.print")).click();
        await page.getByText(w("coll.next.scan")).waitFor();
        const pdf = await saved(page, () => button(page, w("coll.pdf")).first().click());
        writeFileSync(artefact("ui", "责任体系表.pdf"), pdf.bytes);
        const text = await pdfText(pdf.bytes);
        for (const word of ["网络安全责任体系表", UNIT, "13900000002"]) expect(text).toContain(word);
        expect(await button(page, w("coll.hand_in")).count()).toBe(0);
        await settled(page);
        await clerk.shoot("34-task-printed");
        const path = join(desk.place.folder, "盖章扫描件.pdf");
        writeFileSync(path, SCAN);
        await page.locator('input[type="file"]').first().setInputFiles(path);
        await page.getByText(w("coll.scan_ready", "盖章扫描件.pdf")).waitFor();
        await confirmed(page, w("coll.hand_in"));
        await page.getByText(w("coll.next.wait")).waitFor();
        await settled(page);
        await clerk.shoot("35-task-handed-in");
    });

    test("the officer returns it with a remark beside the field", async () => {
        const officer = await desk.as("officer");
        const { page } = officer;
        await page.goto(board);
        await page.getByText(w("coll.progress", 1, 2)).first().waitFor();
        await page.getByRole("link", { name: UNIT }).click();
        await page.waitForURL(/\/tasks\/\d+$/);
        await button(page, w("coll.return")).click();
        await page.locator("table.sheet tbody tr").nth(1).getByPlaceholder(w("coll.note")).first().fill("姓名与任命文件不一致");
        await page.getByRole("textbox", { name: w("coll.return_why") }).fill("请核对第二行");
        expect(await layoutFaults(page)).toEqual([]);
        await officer.shoot("36-task-returning");
        await button(page, w("coll.return")).last().click();
        await page.getByRole("status").or(page.getByText(w("coll.returned"))).first().waitFor();
    });

    test("the unit sees the remark at its field, corrects, stamps anew and hands in again; the officer accepts", async () => {
        const clerk = await desk.as("jyj");
        const { page } = clerk;
        await page.goto(task);
        await page.getByText("请核对第二行").first().waitFor();
        await page.getByText(w("coll.remark", "姓名与任命文件不一致")).waitFor();
        await clerk.shoot("37-task-returned");
        await page.locator("table.sheet tbody tr").nth(1).getByRole("textbox", { name: /姓名/ }).fill("新任局长");
        await button(page, w("coll.print")).click();
        await page.getByText(w("coll.next.scan")).waitFor(); // the old stamp does not serve the new sheet
        await page.locator('input[type="file"]').first().setInputFiles(join(desk.place.folder, "盖章扫描件.pdf"));
        await button(page, w("coll.hand_in")).waitFor();
        await confirmed(page, w("coll.hand_in"));
        await page.getByText(w("coll.next.wait")).waitFor();

        const officer = await desk.as("officer");
        await officer.page.goto(task);
        await confirmed(officer.page, w("coll.accept"));
        await officer.page.getByText(desk.says("enum.collection_task_state.accepted")).first().waitFor();
        await settled(officer.page);
        await officer.shoot("38-task-accepted");
    });

    test("the board: who is missing is reminded in one click; the summary masks, in full it asks for a reason", async () => {
        const officer = await desk.as("officer");
        const { page } = officer;
        await page.goto(board);
        await page.getByText(w("coll.progress", 1, 2)).first().waitFor();
        await page.locator("summary", { hasText: w("coll.reminder") }).click();
        await page.locator("details", { hasText: "请各单位于10月20日前完成报送" }).waitFor();
        await confirmed(page, w("coll.remind"));
        await page.getByText(w("coll.reminded", 1)).waitFor();
        await settled(page);
        await officer.shoot("39-board-reminded");
        await button(page, w("coll.exports")).click();
        const masked = await saved(page, () => page.getByRole("menuitem", { name: w("coll.export"), exact: true }).click());
        expect(flat(masked.bytes)).toContain(UNIT);
        expect(flat(masked.bytes)).not.toContain("13900000002");
        await button(page, w("coll.exports")).click();
        await page.getByRole("menuitem", { name: w("coll.export_full"), exact: true }).click();
        await dialog(page).locator("textarea").fill("报送上级汇总表");
        await officer.shoot("39-export-reason");
        const full = await saved(page, () => button(dialog(page), w("coll.export_full")).click());
        expect(flat(full.bytes)).toContain("13900000002");
        expect(flat(full.bytes)).toContain("新任局长");
        writeFileSync(artefact("ui", "汇总表.xlsx"), full.bytes);
    });

    test("everything handed in as one file, made while the page waits", async () => {
        const officer = await desk.as("officer");
        const { page } = officer;
        await page.goto(board);
        await button(page, w("coll.exports")).click();
        await page.getByRole("menuitem", { name: w("coll.archive"), exact: true }).click();
        await dialog(page).locator("textarea").fill("归档备查");
        await button(dialog(page), w("coll.archive")).click();
        await page.getByText(w("coll.archive_ready")).waitFor({ timeout: 60_000 });
        await officer.shoot("40-archive-ready");
        const archive = await saved(page, () => button(page, w("coll.archive_get")).click());
        const names = unzip(archive.bytes).map((one) => one.name);
        for (const ending of [".pdf", ".docx", ".xlsx"]) expect(names.some((one) => one.endsWith(ending)), names.join(" ")).toBe(true);
        expect(names.filter((one) => one.includes(UNIT)).length).toBeGreaterThan(1);
        const sheet = unzip(archive.bytes).find((one) => one.name.endsWith(".pdf") && one.name.includes(UNIT) && !one.name.includes("扫描"))!;
        expect(await pdfText(sheet.bytes)).toContain("新任局长");
    }, 120_000);
});

/** The server's time, which the codes go by. */
const now = async (): Promise<number> => (await (await desk.place.as("officer")).get("/api/me")).expect(200).now_ms;
let secret = "";
describe("the second factor", () => {
    test("demanded by the security administrator, set up at log-in, asked for at the next", async () => {
        const account = desk.place.accounts.get("jyjld")!;
        const guard = await desk.place.as("secadmin");
        const policy = (await guard.get("/api/policies")).expect(200).items.find((one: { policy_name: string }) => one.policy_name === "factor.units");
        expect(policy, "a policy about the second factor").toBeDefined();
        (await guard.put(`/api/policies/${policy.policy_id}`, { policy_value: policy.most })).expect(200, 204);
        const leader = await desk.stranger("jyjld");
        const { page } = leader;
        const logIn = async (): Promise<void> => {
            await page.goto("/login");
            await page.locator('input[name="username"]').fill("jyjld");
            await page.locator('input[name="password"]').fill(account.password);
            await button(page, w("login.sign_in")).click();
        };
        await logIn();
        await page.waitForURL("**/factor"); // nothing else opens before
        await page.getByText(w("factor.must")).waitFor();
        await page.goto("/systems");
        await page.waitForURL("**/factor");
        await page.locator('input[autocomplete="current-password"]').fill(account.password);
        await button(page, w("factor.begin")).click();
        secret = await page.locator(".key").innerText();
        expect(await layoutFaults(page)).toEqual([]);
        await leader.shoot("45-factor-key");
        const code = page.locator('input[autocomplete="one-time-code"]');
        await code.fill(codeOf(secret, (await now()) - 30_000));
        await button(page, w("factor.confirm")).click();
        await button(page, w("factor.recovery_kept")).waitFor();
        await leader.shoot("46-factor-recovery");
        await button(page, w("factor.recovery_kept")).click();
        await page.waitForURL("**/workbench");
        (await guard.put(`/api/policies/${policy.policy_id}`, { policy_value: policy.policy_value })).expect(200, 204);
        await page.locator("header .account").click();
        await page.getByRole("menuitem", { name: w("frame.leave") }).click();
        await page.waitForURL("**/login*");
        await logIn();
        await page.locator('input[name="code"]').waitFor();
        await leader.shoot("47-login-code");
        await page.locator('input[name="code"]').fill("000000");
        await button(page, w("login.sign_in")).click();
        await page.getByRole("alert").waitFor();
        await page.locator('input[name="code"]').fill(codeOf(secret, await now()));
        await button(page, w("login.sign_in")).click();
        await page.waitForURL("**/workbench");
    });
});

describe("the pledge", () => {
    test("a new text is signed by the stamped scan and by the leader's account with a code; a scorecard follows", async () => {
        const shipped = readFileSync(join(root, "packs/S.yaml"), "utf8");
        const yaml = shipped.replaceAll('version: "2022-1"', 'version: "2026-1"').replace("signing: scan", "signing: both").replaceAll("since: 2022-01-19", "since: 2026-09-01");
        (await (await desk.place.as("officer")).post("/api/packs", { yaml })).expect(200, 201);
        const clerk = await desk.as("jyj");
        const { page } = clerk;
        await page.goto("/tasks");
        await button(page, w("pledge.title")).click();
        await page.waitForURL(/\/units\/\d+\/pledge$/);
        const pledge = new URL(page.url()).pathname;
        await button(page, w("pledge.print")).click();
        await page.getByText(w("pledge.next.scan")).first().waitFor();
        await settled(page);
        expect(await layoutFaults(page)).toEqual([]);
        await clerk.shoot("41-pledge-printed");
        await page.locator('input[type="file"]').first().setInputFiles(join(desk.place.folder, "盖章扫描件.pdf"));
        await page.getByText(w("pledge.next.leader_sign")).first().waitFor(); // the clerk cannot sign for the leader

        const leader = await desk.as("jyjld");
        await leader.page.goto(pledge);
        const code = leader.page.getByRole("textbox", { name: w("pledge.code") });
        await code.fill("000000");
        await button(leader.page, w("pledge.sign")).click();
        await leader.page.getByRole("alert").first().waitFor();
        await leader.shoot("42-pledge-code");
        await code.fill(codeOf(secret, (await now()) + 30_000)); // the last one was used up at log-in
        await button(leader.page, w("pledge.sign")).click();
        await leader.page.getByText(w("pledge.standing.signed")).first().waitFor();
        await leader.page.getByText(w("pledge.with_factor")).first().waitFor();
        await settled(leader.page);
        await leader.shoot("43-pledge-signed");

        const officer = await desk.as("officer");
        await officer.page.goto(pledge.replace(/\/pledge$/, ""));
        await officer.page.getByText(w("pledge.verdict.pending")).or(officer.page.getByText(w("pledge.verdict.broken"))).first().waitFor();
        await settled(officer.page);
        await officer.shoot("44-scorecard");
    });
});

describe("a reorganisation", () => {
    test("is previewed, carried out, and undone while nothing was built on it", async () => {
        const officer = await desk.as("officer");
        const { page } = officer;
        await page.goto("/units");
        await page.getByRole("treeitem", { name: UNIT }).first().click();
        await page.waitForURL(/\/units\/\d+$/);
        const unit = new URL(page.url()).pathname;
        const old = await page.locator("h1").innerText();
        await button(page, w("reorg.title")).click();
        await page.waitForURL(/\/reorganise$/);
        await page.getByRole("textbox", { name: desk.label("reorg_new", "new_name") }).fill("示例县教育体育局");
        await page.getByRole("textbox", { name: desk.label("reorg_new", "reason") }).fill("机构改革方案");
        await button(page, w("reorg.preview")).click();
        await page.getByText(w("reorg.what")).first().waitFor();
        await settled(page);
        expect(await layoutFaults(page)).toEqual([]);
        await officer.shoot("48-reorganise-preview");
        await confirmed(page, w("reorg.do"));
        await page.waitForURL((at) => at.pathname === unit);
        await page.locator("h1", { hasText: "示例县教育体育局" }).waitFor();
        await page.goto(`${unit}/reorganise`);
        await confirmed(page, w("reorg.undo"), w("reorg.undo"), "方案调整");
        await page.getByText(w("reorg.undone")).first().waitFor();
        await settled(page);
        await officer.shoot("49-reorganise-undone");
        await page.goto(unit);
        await page.locator("h1", { hasText: old }).waitFor();
    });
});

describe("a register", () => {
    test("as people keep it: shown before it is written, column by column", async () => {
        const officer = await desk.as("officer");
        const { page } = officer;
        await page.goto("/systems/import");
        const path = join(desk.place.folder, "各单位系统台账.xlsx");
        writeFileSync(
            path,
            workbook([
                ["2026年信息系统台账"],
                ["填报单位：教育局", null, null, null],
                ["名称", "类型", "主管单位", "运行状态", "投入使用时间", "备用列"],
                ["学籍查询平台", "平台", UNIT, "在用", "2021.9.1", "无"],
                ["招生报名网站", "网站", UNIT, "在用", "2022年3月5日", "无"],
            ]),
        );
        await page.locator('input[type="file"]').setInputFiles(path);
        await page.getByText(w("import.mapping")).first().waitFor();
        await settled(page);
        expect(await layoutFaults(page)).toEqual([]);
        await officer.shoot("50-register-preview");
        await page.getByRole("button", { name: w("import.commit", 2), exact: true }).click();
        await button(page, w("import.to_list")).click();
        await page.getByRole("link", { name: "学籍查询平台" }).first().waitFor();
        await page.getByRole("link", { name: "招生报名网站" }).first().waitFor();
    });
});

test("nothing was asked of anybody else, and no script complained", () => expect(desk.complaints).toEqual([]));
