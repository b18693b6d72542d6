// SPDX-License-Identifier: Apache-2.0
//
// The keyboard alone: Tab, Enter, space, arrows, Escape, and what is typed. The unit's clerk logs in, goes from the
// workbench to what is asked of it, fills, prints, uploads and hands in; the officer makes a letter of a finding and issues
// it. Everywhere on the way the focus is seen and moves on.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { w, type Visitor } from "../lib/browser";
import { dialog, Desk, focused, tabTo } from "../lib/desk";
import { settled } from "../lib/screens";

const TITLE = "责任体系表核对";
const SCAN = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

let desk: Desk;
beforeAll(async () => {
    desk = await Desk.open("2026-10-13T09:30:00");
    const officer = await desk.place.as("officer");
    const unit = (await (await desk.place.as("jyj")).get("/api/me")).expect(200).unit;
    (await officer.post("/api/collections", { form_id: "SA2.responsibility_table", title: TITLE, working_days: 5, audience: "units", units: [{ unit_id: unit.unit_id }] })).expect(201);
    (await officer.post("/api/findings", { title: "后台管理口令为空", severity: "high", unit_id: unit.unit_id })).expect(201);
}, 180_000);
afterAll(() => desk?.close());
afterEach(async ({ task: one }) => {
    if (one.result?.state === "fail") await desk.shootAll(one.name);
});

async function logIn(login: string): Promise<Visitor> {
    const visitor = await desk.stranger(login);
    const { page } = visitor;
    await page.goto("/login");
    await page.waitForFunction(() => document.activeElement?.getAttribute("name") === "username"); // the cursor waits there
    await page.keyboard.type(login);
    await tabTo(page, "password", { most: 3 }).catch(() => undefined);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("password");
    await page.keyboard.type(desk.place.accounts.get(login)!.password);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/workbench");
    await settled(page);
    return visitor;
}

/** A dialog has the focus within, keeps it there, and gives it back when Escape closes it. */
async function dialogHolds(page: Page, opener: string): Promise<void> {
    await dialog(page).waitFor();
    await page.waitForFunction(() => !!document.activeElement?.closest("[role=dialog]"));
    for (let i = 0; i < 8; i++) {
        await page.keyboard.press("Tab");
        expect(await page.evaluate(() => !!document.activeElement?.closest("[role=dialog]")), "the focus stays in the dialog").toBe(true);
    }
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "hidden" });
    await page.waitForFunction(() => document.activeElement && document.activeElement !== document.body);
    expect(await focused(page), "the focus is back where it was").toBe(opener);
}

describe("the unit's clerk", () => {
    test("logs in, skips the bar, and opens from the workbench what is asked", async () => {
        const { page } = await logIn("jyj");
        await page.reload();
        await settled(page);
        await page.keyboard.press("Tab");
        expect(await focused(page)).toBe(w("frame.skip"));
        await page.keyboard.press("Enter");
        await tabTo(page, new RegExp(TITLE));
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/tasks\/\d+$/);
        await settled(page);
    });

    test("fills the sheet, prints it, uploads the scan and hands in", async () => {
        const visitor = await desk.as("jyj");
        const { page } = visitor;
        await tabTo(page, "党组织主要负责人 姓名");
        for (let row = 0; row < 5; row++)
            for (const value of [`责任人${"甲乙丙丁戊"[row]}`, "工作人员", `0000-800000${row}`, `1390000000${row}`]) {
                await page.keyboard.press("Control+A");
                await page.keyboard.type(value);
                if (row < 4 || !value.startsWith("139")) await page.keyboard.press("Tab");
            }
        expect(await focused(page)).toBe("联系人 移动电话"); // cell after cell, row after row
        await visitor.shoot("60-keyboard-sheet");
        // The draft saves itself.
        await page.getByText(w("coll.unsaved")).waitFor({ state: "hidden" });
        await tabTo(page, w("coll.print"), { back: true });
        await page.keyboard.press("Enter");
        await page.getByText(w("coll.next.scan")).waitFor();
        await settled(page);
        await page.keyboard.press("/"); // what was pressed is gone: from the top again
        await tabTo(page, w("coll.scan_upload"));
        const path = join(desk.place.folder, "盖章扫描件.pdf");
        writeFileSync(path, SCAN);
        const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("Enter")]);
        await chooser.setFiles(path);
        await page.getByText(w("coll.next.hand_in")).waitFor();
        await settled(page);
        await page.keyboard.press("/");
        await tabTo(page, w("coll.hand_in"));
        await page.keyboard.press("Enter");
        await dialogHolds(page, w("coll.hand_in"));
        await page.keyboard.press("Enter");
        await dialog(page).waitFor();
        await tabTo(page, w("coll.hand_in"), { most: 6 });
        await visitor.shoot("61-keyboard-hand-in");
        await page.keyboard.press("Enter");
        await page.getByText(w("coll.next.wait")).waitFor();
    });
});

describe("the officer", () => {
    test("goes by the menu to the findings, walks the rows with the arrows, picks one and makes a letter", async () => {
        const visitor = await logIn("officer");
        const { page } = visitor;
        await tabTo(page, w("nav.findings"));
        await page.keyboard.press("Enter");
        await page.waitForURL("**/findings*");
        await settled(page);
        await tabTo(page, w("finding.search"));
        await page.keyboard.type("后台管理口令为空");
        await page.getByRole("row").nth(2).waitFor({ state: "hidden" });
        await settled(page);
        // A panel takes the focus, Escape gives it back.
        await tabTo(page, w("list.columns"));
        await page.keyboard.press("Enter");
        await page.waitForFunction(() => !!document.activeElement?.closest(".el-popper"));
        await page.keyboard.press("Escape");
        await page.waitForFunction((name) => document.activeElement?.getAttribute("aria-label") === name, w("list.columns"));
        await tabTo(page, /后台管理口令为空/);
        if ((await page.evaluate(() => (document.activeElement as HTMLInputElement).type)) !== "checkbox") throw new Error("the row's box comes first");
        await page.keyboard.press("Space");
        await visitor.shoot("62-keyboard-findings");
        await tabTo(page, w("finding.make_letter", 1));
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/letters\/new/);
        await settled(page);
        await tabTo(page, w("letter.make"));
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/letters\/\d+/);
        await settled(page);
    });

    test("issues it: the dialog holds the focus, Escape changes one's mind, Enter does it", async () => {
        const visitor = await desk.as("officer");
        const { page } = visitor;
        await tabTo(page, w("letter.issue"));
        await page.keyboard.press("Enter");
        await dialogHolds(page, w("letter.issue"));
        await page.keyboard.press("Enter");
        await dialog(page).waitFor();
        await tabTo(page, w("letter.issue_ok"), { most: 6 });
        await page.keyboard.press("Enter");
        await page.locator("h1", { hasText: /〔2026〕\d+号/ }).waitFor({ timeout: 20_000 });
        await visitor.shoot("63-keyboard-issued");
    });

    test("walks rows with the arrows, and comes to the search box with one key", async () => {
        const { page } = await desk.as("officer");
        await page.goto("/systems");
        await settled(page);
        await page.locator("td a.open").first().focus();
        const first = await focused(page);
        await page.keyboard.press("ArrowDown");
        const second = await focused(page);
        expect(second).not.toBe(first);
        await page.keyboard.press("ArrowUp");
        expect(await focused(page)).toBe(first);
        await page.keyboard.press("/");
        await page.waitForFunction(() => !!document.activeElement?.closest("header"));
        await page.keyboard.type("教育");
        await page.keyboard.press("Enter");
        await page.waitForURL((at) => at.pathname !== "/systems" || at.searchParams.get("q") === "教育");
    });
});

test("nothing was asked of anybody else, and no script complained", () => expect(desk.complaints).toEqual([]));
