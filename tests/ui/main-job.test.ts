// SPDX-License-Identifier: Apache-2.0
//
// The main job, clicked through in a real browser by the officer, the unit's security officer, the scan team and the
// leaders, on the example county. Screenshots are kept in tests/artefacts/ui. The pages may ask nothing but their own
// server, may not complain in the console, and are held against axe-core.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openBrowser, seriousFindings, signIn, visit, w, type Visitor } from "../lib/browser";
import { addWorkdays } from "../lib/calendar";
import { Installation } from "../lib/installation";
import { artefact } from "../lib/place";
import { nessusOf } from "../lib/scans";
import { fillTemplate, readSheet, type Cell } from "../lib/xlsx";

const TODAY = "2026-10-13"; // a Tuesday
const HOST = "10.20.11.60"; // in the range of the example county's education bureau
const WEAK = { port: 8080, plugin: 97001, name: "管理后台存在默认口令", severity: 4 };
const PLAIN = { port: 8080, plugin: 97100, name: "服务识别", severity: 0 };

let place: Installation;
let browser: Browser;
let url: string;
const visitors = new Map<string, Visitor>();

beforeAll(async () => {
    place = await Installation.make("demo", { now: `${TODAY}T09:30:00` });
    url = (await place.serve()).url;
    const front = await place.client().get("/");
    if (front.status !== 200 || !front.text.includes('id="app"')) throw new Error("this program carries no pages: build the browser side first (./run.sh build)");
    browser = await openBrowser();
}, 180_000);
afterAll(async () => {
    await browser?.close();
    await place?.dispose();
});

async function as(login: string): Promise<Visitor> {
    const known = visitors.get(login);
    if (known) return known;
    const visitor = await visit(browser, url, login);
    await signIn(visitor, login, place.accounts.get(login)!.password);
    visitors.set(login, visitor);
    return visitor;
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const dialog = (page: Page) => page.getByRole("dialog").filter({ visible: true });

/** Presses the button and, in the dialog that asks, the one that does it. */
async function confirmed(page: Page, name: string, ok = name, reason?: string): Promise<void> {
    await button(page, name).first().click();
    if (reason) await dialog(page).locator("textarea").fill(reason);
    await dialog(page).getByRole("button", { name: ok, exact: true }).click();
    await dialog(page).waitFor({ state: "hidden" });
}

async function importScan(visitor: Visitor, name: string, bytes: Buffer): Promise<void> {
    const { page } = visitor;
    const path = join(place.folder, name);
    writeFileSync(path, bytes);
    await page.goto("/scans");
    await button(page, w("scan.import")).first().click();
    await dialog(page).locator('input[type="file"]').setInputFiles(path);
    await page.waitForURL(/\/scans\/\d+/, { timeout: 30_000 });
}

let letterUrl = "";

describe("the officer", () => {
    test("is asked to sign in, is told a wrong password, and comes to the workbench", async () => {
        const visitor = await visit(browser, url, "officer");
        const { page } = visitor;
        await page.goto("/letters");
        await page.waitForURL(/\/login\?to=/);
        await visitor.shoot("01-login");
        expect(await seriousFindings(page)).toEqual([]);
        await page.locator('input[name="username"]').fill("officer");
        await page.locator('input[name="password"]').fill("wrong-password-1A");
        await button(page, w("login.sign_in")).click();
        await page.getByRole("alert").waitFor();
        await page.locator('input[name="password"]').fill(place.accounts.get("officer")!.password);
        await button(page, w("login.sign_in")).click();
        await page.waitForURL((at) => at.pathname === "/letters"); // back to where the visitor wanted to go
        visitors.set("officer", visitor);
        await page.goto("/workbench");
        await page.locator("h1").first().waitFor();
        await page.waitForLoadState("networkidle");
        await visitor.shoot("02-workbench-officer");
    });

    test("imports a register of systems from the filled template", async () => {
        const visitor = await as("officer");
        const { page } = visitor;
        await page.goto("/systems/import");
        const [download] = await Promise.all([page.waitForEvent("download"), button(page, w("import.template_get")).click()]);
        const template = readFileSync((await download.path())!);
        const header = readSheet(template).get(1)!;
        const row = (values: Record<string, Cell>) => header.map((label) => values[label] ?? null);
        const path = join(place.folder, "登记表.xlsx");
        writeFileSync(path, fillTemplate(template, 2, [row({ 系统名称: "错误的系统", 系统类型: "网站", 责任单位: "没有的单位" })]));
        await page.locator('input[type="file"]').setInputFiles(path);
        await page.getByText("没有的单位").first().waitFor();
        await visitor.shoot("03-import-errors");
        await button(page, w("import.again")).click();
        writeFileSync(path, fillTemplate(template, 2, [row({ 系统名称: "教育资源公共服务平台", 系统类型: "平台", 责任单位: "示例县教育局", 运行状态: "在用", "IP 地址": HOST, 端口: 8080, 所在网络: "政务外网" })]));
        await page.locator('input[type="file"]').setInputFiles(path);
        await button(page, w("import.commit", 1)).waitFor();
        await visitor.shoot("04-import-preview");
        await button(page, w("import.commit", 1)).click();
        await button(page, w("import.to_list")).click();
        await page.waitForURL("**/systems");
        await page.getByRole("link", { name: "教育资源公共服务平台" }).first().waitFor();
        await visitor.shoot("05-systems");
        await page.getByRole("link", { name: "教育资源公共服务平台" }).first().click();
        await page.waitForURL(/\/systems\/\d+/);
        await page.getByText(HOST).first().waitFor();
        await visitor.shoot("06-system-file");
    });

    test("finds who owns an address in one search", async () => {
        const visitor = await as("officer");
        const { page } = visitor;
        await page.goto("/workbench");
        await page.waitForLoadState("networkidle");
        await page.keyboard.press("/");
        await page.waitForFunction(() => (document.activeElement as HTMLInputElement)?.type === "search");
        await page.keyboard.type(HOST);
        await page.keyboard.press("Enter");
        await page.waitForURL((at) => at.pathname === "/search");
        await page.getByText("示例县教育局").first().waitFor();
        await visitor.shoot("07-search");
    });
});

describe("from a scanner file to a letter", () => {
    test("the scan team imports a file; the finding stands at the system", async () => {
        const visitor = await as("scan");
        await importScan(visitor, "county.nessus", nessusOf(HOST, `${TODAY}T08:00:00`, [WEAK, PLAIN]));
        await visitor.page.waitForLoadState("networkidle");
        await visitor.shoot("08-scan-file");
    });

    test("the officer makes a letter of it, sees it as it will be printed, and issues it with a number", async () => {
        const visitor = await as("officer");
        const { page } = visitor;
        await page.goto(`/findings?q=${encodeURIComponent(WEAK.name)}`);
        const line = page.getByRole("row").filter({ hasText: WEAK.name });
        await line.first().waitFor();
        await line.first().getByRole("checkbox").check();
        await visitor.shoot("09-findings");
        await button(page, w("finding.make_letter", 1)).click();
        await page.waitForURL(/\/letters\/new/);
        await page.getByText(WEAK.name).first().waitFor();
        await visitor.shoot("10-letter-new");
        await button(page, w("letter.make")).click();
        await page.waitForURL(/\/letters\/\d+/);
        letterUrl = new URL(page.url()).pathname;
        await page.getByRole("tab", { name: w("letter.tab.letter") }).click();
        await page.waitForLoadState("networkidle");
        await visitor.shoot("11-letter-draft");
        await confirmed(page, w("letter.issue"), w("letter.issue_ok"));
        await page.locator("h1", { hasText: /〔2026〕\d+号/ }).waitFor();
        await page.waitForLoadState("networkidle");
        await visitor.shoot("12-letter-issued");
        const due = addWorkdays(TODAY, 3);
        const text = await page.locator("main").innerText();
        expect(text).toContain(`${Number(due.slice(5, 7))}月${Number(due.slice(8))}日`);
        const pdf = await page.request.get(`/api${letterUrl}/pdf`);
        expect((await pdf.body()).subarray(0, 5).toString()).toBe("%PDF-");
        writeFileSync(artefact("ui", "letter.pdf"), await pdf.body());
    });
});

describe("the unit's security officer", () => {
    test("signs in, finds the letter and signs for it with the keyboard alone", async () => {
        const visitor = await visit(browser, url, "jyj");
        visitors.set("jyj", visitor);
        const { page } = visitor;
        const focused = () => page.evaluate(() => (document.activeElement as HTMLElement)?.innerText?.trim() || document.activeElement?.getAttribute("name") || document.activeElement?.getAttribute("aria-label") || document.activeElement?.tagName);
        /** Tabs on until what is wanted has the focus; the focus must be visible on the way. */
        const tabTo = async (wanted: (text: string) => boolean, most = 120): Promise<void> => {
            for (let i = 0; i < most; i++) {
                await page.keyboard.press("Tab");
                if (wanted((await focused()) ?? "")) return;
            }
            throw new Error(`not reached with the keyboard; the focus is on ${await focused()}`);
        };
        await page.goto("/login");
        await page.locator('input[name="username"]').waitFor();
        await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "username"); // the cursor waits there
        await page.keyboard.type("jyj");
        await page.keyboard.press("Tab");
        await page.keyboard.type(place.accounts.get("jyj")!.password);
        await page.keyboard.press("Enter");
        await page.waitForURL("**/workbench");
        await page.waitForLoadState("networkidle");
        await visitor.shoot("13-workbench-unit");
        await page.goto(letterUrl);
        await button(page, w("letter.acknowledge")).waitFor();
        await tabTo((text) => text === w("letter.acknowledge"));
        const outline = await page.evaluate(() => {
            const style = getComputedStyle(document.activeElement!);
            return `${style.outlineStyle} ${style.outlineWidth} ${style.boxShadow}`;
        });
        expect(outline, "the focus is visible").not.toBe("none 0px none");
        await page.keyboard.press("Enter");
        await dialog(page).waitFor();
        await visitor.shoot("14-acknowledge");
        await tabTo((text) => text === w("letter.acknowledge"), 10);
        await page.keyboard.press("Enter");
        await dialog(page).waitFor({ state: "hidden" });
        await button(page, w("letter.fill")).waitFor();
        await page.waitForLoadState("networkidle");
        await visitor.shoot("15-letter-signed");
    });

    test("asks for an extension and for support, answers with evidence, and hands it in", async () => {
        const visitor = await as("jyj");
        const { page } = visitor;
        await page.goto(letterUrl);
        await confirmed(page, w("letter.support"), w("letter.support_ok"), "默认口令修改后是否需要重启服务？");
        await button(page, w("letter.extension")).first().click();
        await dialog(page).locator("textarea").fill("厂商需驻场处理");
        await dialog(page).locator("input").first().fill("4");
        await visitor.shoot("16-extension");
        await dialog(page).getByRole("button", { name: w("letter.extension_ok"), exact: true }).click();
        await dialog(page).waitFor({ state: "hidden" });

        const officer = await as("officer");
        await officer.page.goto(letterUrl);
        await confirmed(officer.page, w("letter.extension_agree"));
        await officer.page.waitForLoadState("networkidle");
        await officer.shoot("17-extension-granted");
        await confirmed(officer.page, w("letter.answer"), w("letter.answer_ok"), "修改后重启服务，并核查近期登录日志。");
        const due = addWorkdays(TODAY, 7);
        await officer.page.getByText(`${Number(due.slice(5, 7))}月${Number(due.slice(8))}日`).first().waitFor();

        await page.goto(letterUrl);
        await button(page, w("letter.fill")).click();
        const form = page.locator("#feedback");
        await form.locator("textarea").nth(0).fill("上线时未修改默认口令。");
        await form.locator("textarea").nth(1).fill("已更换为强口令，限制登录来源，并核查登录日志。");
        const date = form.locator('input[type="date"], .el-date-editor input').first();
        await date.fill(TODAY);
        await date.press("Enter");
        const evidence = join(place.folder, "更换口令记录.txt");
        writeFileSync(evidence, "2026-10-13 已更换\n");
        await form.locator('input[type="file"]').first().setInputFiles(evidence);
        await form.getByText("更换口令记录.txt").first().waitFor();
        await visitor.shoot("18-feedback");
        await form.getByRole("button", { name: w("feedback.submit"), exact: true }).click();
        await page.getByText(w("letter.next.fed_back_unit")).first().waitFor();
        await page.waitForLoadState("networkidle");
        await visitor.shoot("19-handed-in");
    });

    test("sees nothing of other units", async () => {
        const { page } = await as("jyj");
        await page.goto("/systems");
        await page.getByRole("row").nth(1).waitFor();
        await page.waitForLoadState("networkidle");
        const text = await page.locator("main").innerText();
        expect(text).toContain("教育");
        expect(text).not.toContain("示例县卫生健康局");
    });
});

describe("retest and close-out", () => {
    test("the officer accepts the answer, the newer scan proves it, the letter is closed out", async () => {
        const officer = await as("officer");
        const { page } = officer;
        await page.goto(letterUrl);
        await confirmed(page, w("letter.accept"));
        await importScan(await as("scan"), "retest.nessus", nessusOf(HOST, `${TODAY}T09:00:00`, [PLAIN]));
        await page.goto(letterUrl);
        await confirmed(page, w("letter.close_out"));
        await page.getByText(w("letter.next.closed")).first().waitFor();
        await page.waitForLoadState("networkidle");
        await officer.shoot("20-closed-out");
        await page.goto("/letters");
        await page.waitForLoadState("networkidle");
        await officer.shoot("21-board");
    });
});

describe("what follows, and who decides", () => {
    test("two leaders agree to a criticism, one after the other", async () => {
        const cases = await place.client().login("officer", place.accounts.get("officer")!.password);
        expect(cases.user_id).toBeGreaterThan(0);
        const officer = await place.as("officer");
        const criticism = (await officer.all("/api/cases?case_kind=criticism&state=proposed"))[0];
        expect(criticism, "the example county has a criticism to decide").toBeDefined();
        for (const [login, shot] of [["leader", "22-case-first"], ["leader2", "23-case-second"]] as const) {
            const visitor = await as(login);
            await visitor.page.goto(`/cases/${criticism.case_id}`);
            await visitor.page.waitForLoadState("networkidle");
            await visitor.shoot(shot);
            await confirmed(visitor.page, w("case.agree"));
            await button(visitor.page, w("case.agree")).waitFor({ state: "hidden" });
        }
        const after = (await officer.get(`/api/cases/${criticism.case_id}`)).expect(200);
        expect(after.state).toBe("approved");
        const who = after.events.map((one: { actor_name: string }) => one.actor_name);
        expect(who).toEqual(expect.arrayContaining(["数据局局长", "数据局副局长"]));
    });

    test("the coverage page drills down to an article, the ledger page verifies", async () => {
        const visitor = await as("officer");
        const { page } = visitor;
        await page.goto("/coverage");
        await page.waitForLoadState("networkidle");
        await visitor.shoot("24-coverage");
        await page.goto("/ledger");
        await button(page, w("ledger.verify")).click();
        await page.getByText(/\d 条记录全部完好/).first().waitFor();
        await page.waitForLoadState("networkidle");
        await visitor.shoot("25-ledger");
    });
});

describe("every main page", () => {
    const pages: Array<[login: string, paths: string[]]> = [
        ["officer", ["/workbench", "/inbox", "/systems", "/systems/import", "/systems/new", "/findings", "/findings/new", "/scans", "/addresses", "/letters", "/notices", "/notices/new", "/cases", "/coverage", "/duties", "/packs", "/calendar", "/units", "/ranges", "/ledger", `/search?q=${HOST}`]],
        ["jyj", ["/workbench", "/systems", "/letters", "/duties", "/coverage", "/inbox"]],
        ["leader", ["/workbench", "/cases", "/coverage"]],
        ["sysadmin", ["/workbench", "/users"]],
    ];
    for (const [login, paths] of pages)
        test(`${login}: no serious finding of axe-core, fits 1366 pixels`, async () => {
            const { page } = await as(login);
            const found: string[] = [];
            for (const path of paths) {
                await page.goto(path);
                await page.locator("h1").first().waitFor();
                await page.waitForLoadState("networkidle");
                for (const one of await seriousFindings(page)) found.push(`${path}: ${one}`);
                const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
                if (wide > 0) found.push(`${path}: ${wide} pixels too wide`);
                if (/\b(undefined|NaN|\[object Object\])\b/.test(await page.locator("main").innerText())) found.push(`${path}: shows undefined, NaN or an object`);
                const key = /\b(field|enum|help|nav|letter|finding|case|duty)\.[a-z_]+\.[a-z_]+\b/.exec(await page.locator("body").innerText());
                if (key) found.push(`${path}: shows the key ${key[0]} instead of a text`);
            }
            expect(found).toEqual([]);
        }, 180_000);

    test("English is complete on the way", async () => {
        const { page } = await as("leader");
        await page.goto("/workbench");
        await page.getByRole("button", { name: w("frame.language") }).click();
        await page.waitForFunction(() => document.documentElement.lang.startsWith("en"));
        await page.waitForLoadState("networkidle");
        const menu = await page.getByRole("navigation").first().innerText();
        expect(menu).not.toMatch(/[\u4e00-\u9fff]/);
    });

    test("nothing was asked of anybody else, and no script complained", () => {
        expect([...visitors.values()].flatMap((one) => one.complaints.map((text) => `${one.name}: ${text}`))).toEqual([]);
    });

    test("the screenshots are kept", () => {
        for (const name of ["01-login", "12-letter-issued", "15-letter-signed", "20-closed-out", "24-coverage", "25-ledger"]) {
            const path = artefact("ui", `${name}.png`);
            expect(existsSync(path), path).toBe(true);
            expect(statSync(path).size).toBeGreaterThan(10_000);
        }
    });
});
