// SPDX-License-Identifier: Apache-2.0
//
// The first page, the search box, the pictures and the coverage in a real browser: what they count is what the lists
// hold that they lead to.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openBrowser, seriousFindings, signIn, visit, w, type Visitor } from "../lib/browser";
import { Installation } from "../lib/installation";

const TODAY = "2026-10-13"; // a Tuesday

let place: Installation;
let browser: Browser;
let url: string;
const visitors = new Map<string, Visitor>();

beforeAll(async () => {
    place = await Installation.make("demo", { now: `${TODAY}T09:30:00` });
    url = (await place.serve()).url;
    browser = await openBrowser();
}, 180_000);
afterAll(async () => {
    for (const visitor of visitors.values()) expect(visitor.complaints, visitor.name).toEqual([]);
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
/** How many rows the list says that it has. */
async function listed(page: Page): Promise<number> {
    const text = page.getByText(new RegExp(`^${w("list.total", "([\\d,]+)")}$`)).first();
    await text.waitFor();
    return Number((await text.textContent())!.replace(/[^\d]/g, ""));
}
const region = (page: Page) => page.getByRole("region", { name: w("todo.title") });

describe("the workbench", () => {
    test("a unit's list says what is due, what follows when it is left, and leads there by one button", async () => {
        const { page } = await as("wjj");
        await page.goto("/workbench");
        await region(page).waitFor();
        const line = region(page).getByRole("listitem").filter({ hasText: "整改并反馈" }).first();
        await line.waitFor();
        expect(await line.textContent()).toMatch(/个工作日|今天到期/);
        expect(await line.textContent()).toContain("通报批评");
        await line.getByRole("button", { name: w("todo.do.letter_answer") }).click();
        await page.waitForURL(/\/letters\/\d+/);
        await page.goto("/workbench");
        await region(page).waitFor();
        expect(await seriousFindings(page)).toEqual([]);
    });

    test("its tiles count what the list holds, and choose among it", async () => {
        const { page } = await as("wjj");
        await page.goto("/workbench");
        await region(page).waitFor();
        const tile = region(page).getByRole("button", { name: w("todo.tile.later") });
        const many = Number((await tile.locator(".n").textContent())!.replace(/[^\d]/g, ""));
        expect(many).toBeGreaterThan(0);
        await tile.click();
        const lines = await region(page).locator("li").allTextContents();
        const counted = lines.reduce((sum, text) => sum + Number(/共 (\d+) 项/.exec(text)?.[1] ?? 1), 0);
        expect(counted).toBe(many);
    });
});

describe("the pictures", () => {
    test("a leader's charts are drawn, turn into tables, and their numbers are those of the lists they lead to", async () => {
        const { page } = await as("leader");
        await page.goto("/workbench");
        const chart = page.locator("section.chart").filter({ hasText: w("chart.register") });
        await chart.locator(".place svg path").first().waitFor({ state: "attached" });
        await chart.scrollIntoViewIfNeeded();
        await chart.getByRole("button", { name: w("chart.as_table", w("chart.register")) }).click();
        const cell = chart.getByRole("row").nth(1).getByRole("link").first();
        const shown = Number(await cell.textContent());
        expect(shown).toBeGreaterThan(0);
        expect(await cell.getAttribute("href")).toMatch(/system_type=\w+&mlps_level=\d/);
        await cell.click();
        await page.waitForURL(/\/systems\?/);
        expect(await listed(page)).toBe(shown);
    });

    test("a chart's table comes down as a workbook", async () => {
        const { page } = await as("leader");
        await page.goto("/workbench");
        const chart = page.locator("section.chart").filter({ hasText: w("chart.register") });
        await chart.locator(".place svg path").first().waitFor({ state: "attached" });
        await chart.getByRole("button", { name: w("chart.save", w("chart.register")) }).click();
        const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: w("chart.xlsx") }).click()]);
        expect(file.suggestedFilename()).toBe(`${w("chart.register")}.xlsx`);
    });
});

describe("the search box", () => {
    test("Ctrl+K opens it anywhere; answers come while typing; arrow and Enter open the chosen one", async () => {
        const { page } = await as("officer");
        await page.goto("/letters");
        await page.locator("h1").waitFor();
        await page.keyboard.press("Control+k");
        await page.getByText(w("search.can")).first().waitFor();
        await page.keyboard.type("教育局");
        const options = page.getByRole("option");
        await options.filter({ hasText: "示例县教育局" }).first().waitFor();
        expect(await seriousFindings(page)).toEqual([]);
        await page.keyboard.press("ArrowDown");
        await page.waitForFunction(() => document.querySelector('[role="option"][aria-selected="true"]') !== null);
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/units\/\d+/);
        await page.keyboard.press("Control+k"); // what was looked for is offered again
        await page.getByRole("combobox", { name: w("frame.search") }).fill("");
        await page.getByRole("option", { name: "教育局" }).first().waitFor();
    });

    test("a telephone number is not remembered", async () => {
        const { page } = await as("officer");
        await page.goto("/workbench");
        await page.keyboard.press("/");
        await page.getByRole("combobox", { name: w("frame.search") }).fill("13900001234");
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/search\?q=13900001234/);
        const kept = await page.evaluate(() => Object.entries(localStorage).filter(([key]) => key.endsWith("search.recent")).map(([, value]) => String(value)).join());
        expect(kept).not.toContain("13900001234");
    });
});

describe("coverage", () => {
    test("each article stands in one state; a tile shows exactly those, and the address keeps the choice", async () => {
        const { page } = await as("officer");
        await page.goto("/coverage");
        const tile = page.getByRole("button", { name: w("coverage.state.unfed") }).first();
        await tile.waitFor();
        const many = Number(await tile.locator(".n").textContent());
        await tile.click();
        await page.waitForURL(/state=unfed/);
        await page.getByText(w("coverage.filtered", many)).waitFor();
        expect(await page.locator("button.art").count()).toBe(many);
        await page.reload();
        await page.getByText(w("coverage.filtered", many)).waitFor();
    });

    test("an article opens with its rules, the late units and the duties", async () => {
        const { page } = await as("officer");
        await page.goto("/coverage?article=Y5");
        await page.getByText("举一反三").first().waitFor();
        await page.getByRole("link", { name: "示例县卫生健康局" }).first().click();
        await page.waitForURL(/\/duties\?.*article=Y5/);
        expect(await listed(page)).toBeGreaterThan(0);
    });
});

describe("forms", () => {
    test("what was typed and not kept as a draft is not left without a word", async () => {
        const { page } = await as("officer");
        await page.goto("/cases/new?case_kind=accountability");
        await page.locator("form textarea").first().fill("约谈后承诺事项未落实");
        await page.getByRole("link", { name: w("nav.workbench") }).first().click();
        const dialog = page.getByRole("dialog").filter({ visible: true });
        await dialog.getByText(w("form.leave_text")).waitFor();
        await dialog.getByRole("button", { name: w("cancel") }).click();
        expect(new URL(page.url()).pathname).toBe("/cases/new");
        await page.getByRole("link", { name: w("nav.workbench") }).first().click();
        await dialog.getByRole("button", { name: w("form.leave_ok") }).click();
        await page.waitForURL("**/workbench");
    });
});
