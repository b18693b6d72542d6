// SPDX-License-Identifier: Apache-2.0
//
// Every screen there is, as the county officer and as a unit's clerk see it, in Chinese and in English, at 1366 × 768:
// no serious finding of axe-core, nothing too wide, no button cut off, no complaint in the console, no request to anybody
// else. What a command opens (dialogs, drawers, panels, menus) is held against axe-core too, and Escape leads out of it.
// While walking, every change is refused on its way out: pressing a command changes nothing, and its refusal is seen.
//
// The screens are read from the folders that bring them: a new one is walked as soon as it is there.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { axeIn, openBrowser, signIn, visit, type Visitor } from "../lib/browser";
import { Installation } from "../lib/installation";
import { goTo, layoutFaults, leftInChinese, menuPaths, screenRoutes, settled, turnLanguage } from "../lib/screens";

let place: Installation;
let browser: Browser;
let url: string;
beforeAll(async () => {
    place = await Installation.make("demo", { now: "2026-10-13T09:30:00" });
    url = (await place.serve()).url;
    browser = await openBrowser();
    // What the example county may lack: a running collection, a meeting with a decision, a reorganisation.
    const officer = await place.as("officer");
    const units = (await officer.get("/api/units?q=教育局")).expect(200).items as Array<{ unit_id: number }>;
    const form = (await officer.get("/api/collection-forms")).expect(200).items.find((one: { kind: string }) => one.kind === "form");
    (await officer.post("/api/collections", { form_id: form.form_id, title: "责任体系表填报", working_days: 5, audience: "units", units: [{ unit_id: units[0].unit_id }] })).expect(201);
    (await officer.post("/api/meetings", { unit_id: units[0].unit_id, meeting_kind: "special_meeting", title: "网络安全专题会议", held_on: "2026-10-12", decisions: [{ text: "全面排查弱口令", due_on: "2026-11-30" }] })).expect(201);
}, 180_000);
afterAll(async () => {
    await browser?.close();
    await place?.dispose();
});

/** What a command opens; the notes that show under the pointer are not meant. */
const POPUP = ".el-overlay:visible [role=dialog], .el-popper:visible:has([role=dialog], [role=menu], [role=listbox])";
const NAMES = ["button-name", "link-name", "label", "select-name", "image-alt", "input-button-name", "aria-input-field-name", "aria-command-name", "aria-toggle-field-name", "aria-dialog-name", "html-has-lang", "html-lang-valid"];
/** Commands that were pressed already, by whomever: their screen or kind, their text. */
const pressed = new Set<string>();

class Walk {
    readonly found: string[] = [];
    readonly seen = new Map<string, string>(); // pattern → the path it was seen at
    readonly links = new Set<string>();
    pressed = 0;
    opened = 0;

    private constructor(readonly visitor: Visitor) {}
    get page(): Page {
        return this.visitor.page;
    }

    static async as(login: string): Promise<Walk> {
        const visitor = await visit(browser, url, login);
        await signIn(visitor, login, place.accounts.get(login)!.password);
        await visitor.context.route(
            (to) => to.pathname.startsWith("/api/"),
            (route) => (route.request().method() === "GET" || /language|sessions/.test(route.request().url()) ? route.continue() : route.fulfill({ status: 409, contentType: "application/json", body: JSON.stringify({ error: { code: "conflict", message: "现在不能办理", faults: [] } }) })),
        );
        await settled(visitor.page);
        return new Walk(visitor);
    }

    note(where: string, what: string): void {
        if (process.env.ANZE_SHOW) console.error(`${this.visitor.name} ${where}: ${what}`);
        this.found.push(`${where}: ${what}`);
    }

    /** Where a pattern can be seen: itself, a link that was met, or the file of the same thing and what follows it. */
    where(pattern: string): string | undefined {
        if (!pattern.includes(":")) return pattern;
        const shape = new RegExp(`^${pattern.replace(/:\w+/g, "\\d+")}$`);
        const met = [...this.links].find((one) => shape.test(one));
        if (met) return met;
        const [, file, rest] = /^(.*?:id)(\/.+)$/.exec(pattern) ?? [];
        const at = file && this.where(file);
        return at ? at + rest : undefined;
    }

    async look(path: string, pattern: string, thorough = true): Promise<void> {
        const { page } = this;
        const begun = Date.now();
        await goTo(page, path);
        this.seen.set(pattern, path);
        for (const link of await page.locator("a[href^='/']").evaluateAll((all) => all.map((one) => one.getAttribute("href")!.split(/[?#]/)[0]))) this.links.add(link);
        for (const one of [...(await layoutFaults(page)), ...(await axeIn(page))]) this.note(`${path} zh`, one);
        if (thorough) {
            await this.pressAll(path, pattern);
            await turnLanguage(page, "en");
            await settled(page);
            // Colours and structure are the same in both languages; names are not.
            for (const one of [...(await layoutFaults(page)), ...(await axeIn(page, NAMES))]) this.note(`${path} en`, one);
            for (const one of await leftInChinese(page)) this.note(`${path} en`, `Chinese left over: ${one}`);
            await turnLanguage(page, "zh");
        }
        if (process.env.ANZE_SHOW) console.error(`${this.visitor.name} ${path} ${Date.now() - begun} ms`);
    }

    /** Presses every command that was not pressed before on a screen of this kind. */
    async pressAll(path: string, pattern: string): Promise<void> {
        const { page } = this;
        const buttons = page.locator("main button:visible:enabled");
        const what = (one: Element): [string, string, string] => [(one as HTMLElement).innerText.trim(), one.getAttribute("aria-label") ?? "", one.className];
        const names = await buttons.evaluateAll((all) => all.map((one) => [(one as HTMLElement).innerText.trim(), one.getAttribute("aria-label") ?? "", one.className]));
        const alike = new Map<string, number>();
        for (const [at, [text, label, kind]] of names.entries()) {
            // Of a long list of like commands the first few tell.
            alike.set(kind, (alike.get(kind) ?? 0) + 1);
            if (alike.get(kind)! > 8) continue;
            // Small things look and act the same on every screen.
            const small = /icon-button|chip|tile|sort|item|link-button/.test(kind);
            const key = small ? `${kind.replace(/tone-\w+/, "")}:${/chip|tile|item/.test(kind) ? "" : text}:${label.replace(/\d+/g, "")}` : `${pattern}:${text.replace(/\d+/g, "")}:${label}`;
            if (pressed.has(key)) continue;
            const button = buttons.nth(at);
            const now = await button.evaluate(what, undefined, { timeout: 1000 }).catch(() => []);
            if (String(now) !== String([text, label, kind])) break; // the screen shows something else now
            pressed.add(key);
            this.pressed++;
            const command = `the command “${text || label}”`;
            await button.click({ timeout: 3000 }).catch((error: Error) => this.note(path, `${command} cannot be pressed: ${error.message.split("\n").slice(0, 12).join(" ")}`));
            await page.waitForTimeout(50);
            const popup = page.locator(POPUP).last();
            if (await popup.isVisible().catch(() => false)) {
                this.opened++;
                await settled(page);
                await page.waitForTimeout(250); // while it fades in, its text has no contrast
                for (const one of await axeIn(page)) this.note(`${path}, opened by ${command}`, one);
                await page.keyboard.press("Escape");
                const stays = await popup.waitFor({ state: "hidden", timeout: 2000 }).then(() => false, () => true);
                if (stays) {
                    this.note(path, `Escape does not close what ${command} opens`);
                    await goTo(page, "/inbox");
                }
            }
            if (new URL(page.url()).pathname !== path) {
                this.links.add(new URL(page.url()).pathname);
                await goTo(page, path);
            } else if (page.url() !== new URL(path, url).href) await goTo(page, path);
        }
        await goTo(page, path);
    }

    end(): string[] {
        return [...this.found, ...this.visitor.complaints];
    }
}

const files = (pattern: string): number => pattern.split(":").length;
const bySize = (a: string, b: string): number => files(a) - files(b) || a.length - b.length;
const patterns = screenRoutes();
const patternOf = (path: string): string => patterns.find((one) => new RegExp(`^${one.replace(/:\w+/g, "\\d+")}$`).test(path)) ?? path;
/** The administrators' page; and the example county has no planned reorganisation. */
const NOT_MET = new Set(["/users", "/reorganisations/:id"]);
let officers: string[] = [];

describe("every screen", () => {
    test("the county officer", async () => {
        const walk = await Walk.as("officer");
        const menu = await menuPaths(walk.page);
        expect(menu.length).toBeGreaterThan(10);
        for (const path of menu) await walk.look(path, path);
        for (const pattern of patterns.filter((one) => !walk.seen.has(one) && !NOT_MET.has(one)).sort(bySize)) {
            const at = walk.where(pattern);
            if (at) await walk.look(at, pattern);
            else walk.note(pattern, "no such thing was met on the way");
        }
        if (process.env.ANZE_SHOW) console.error(`${walk.seen.size} screens, ${walk.pressed} commands pressed, ${walk.opened} panels opened`);
        officers = [...walk.seen.keys()];
        expect(walk.end()).toEqual([]);
        expect(walk.seen.size).toBeGreaterThan(40);
        expect(walk.opened).toBeGreaterThan(15);
    }, 600_000);

    test("a unit's clerk", async () => {
        const walk = await Walk.as("jyj");
        for (const path of await menuPaths(walk.page)) await walk.look(path, path);
        // Files that the lists lead to, and what the files lead to.
        for (let round = 0; round < 2; round++)
            for (const pattern of [...new Set([...walk.links].map(patternOf))].filter((one) => patterns.includes(one) && !walk.seen.has(one)).sort(bySize)) await walk.look(walk.where(pattern)!, pattern);
        expect(walk.end()).toEqual([]);
        for (const pattern of ["/tasks/:id", "/letters/:id", "/systems/:id", "/units/:id", "/duties/:id"]) expect([...walk.seen.keys()]).toContain(pattern);
    }, 600_000);

    for (const login of ["leader", "scan", "sysadmin", "secadmin", "auditadmin"])
        test(`${login}: the first page and what the officer has not`, async () => {
            const walk = await Walk.as(login);
            const menu = await menuPaths(walk.page);
            for (const path of menu.filter((one) => one === "/workbench" || !officers.includes(one))) await walk.look(path, path, path !== "/workbench");
            expect(walk.end()).toEqual([]);
        }, 120_000);

    test("a page that is not there, and one for everybody", async () => {
        const visitor = await visit(browser, url, "nobody");
        const { page } = visitor;
        for (const path of ["/login", "/verify/AZ-AAAA-BBBB-CCCC"]) {
            await page.goto(path);
            await settled(page);
            expect([...(await layoutFaults(page)), ...(await axeIn(page))], path).toEqual([]);
        }
        const walk = await Walk.as("officer");
        await walk.look("/no/such/page", "/no/such/page");
        expect([...walk.end(), ...visitor.complaints]).toEqual([]);
    }, 60_000);
});
